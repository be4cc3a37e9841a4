"""What the sections measure is what they say they measure."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.__main__ import SECTIONS, main
from benchmarks.sections import searching, yardsticks
from benchmarks.sections.memory import bytes_a_case, column_bytes
from benchmarks.sections.staffing import SCENARIO, simpy_week
from benchmarks.settings import Settings
from benchmarks.tools import careplan_tool, simpy_tool
from benchmarks.tools.registry import SIMPY, Tool
from benchmarks.works import NEVER, pool
from careplan.metrics.goals import goals_of
from careplan.scenario.files import read_scenario


def test_the_workloads_own_columns_are_those_that_take_memory() -> None:
    # arrival, work, patience and the offset of the turn 8 bytes each, the queue of case and turn 4 each;
    # the columns nobody gave are one value, broadcast. turn_start has one row more.
    assert column_bytes(careplan_tool.tables(pool(1_000, 1))) == 1_000 * (4 * 8 + 2 * 4) + 8


def test_a_run_allocates_at_least_the_start_of_every_case() -> None:
    found = bytes_a_case("b", 2_000, 1)
    assert found["allocated"] is not None
    assert found["allocated"] >= 8


def test_the_phone_week_holds_35_000_calls_and_simpy_answers_it_as_careplan_does() -> None:
    week = simpy_week(read_scenario(SCENARIO), 1, 0)
    # Poisson: a standard deviation of 187 calls; a missing weekday would be 4 000 off.
    assert week.n_cases == pytest.approx(35_000, abs=4 * 187)
    assert len(week.agents) == 672
    some = week.first(1_500)
    careplan = careplan_tool.prepare(some, engine="compiled")()()
    simpy = simpy_tool.prepare(some)()()
    assert np.array_equal(careplan.started_at, simpy.started_at)
    assert (simpy.started_at != NEVER).mean() > 0.9


def test_a_rival_that_is_not_installed_is_shown_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Tool("Arena", "no_such_package", "benchmarks.tools.no_such_module", {"a": 10})
    monkeypatch.setattr(yardsticks, "TOOLS", (SIMPY, absent))
    section = yardsticks.measure(Settings(rounds=1, scale=0.001), "a")
    line = next(line for line in section.table if line[1] == "Arena")
    assert "not installed" in line


def test_the_scale_never_leaves_a_work_without_cases() -> None:
    assert Settings(scale=0.5).cases(1_000_000) == 500_000
    assert Settings(scale=1e-9).cases(1_000_000) == 100


def test_one_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "b", "--rounds", "1", "--scale", "0.002", "--tools", "simpy,careplan"]) == 0
    printed = capsys.readouterr().out
    assert "b: compiled engine, times the rate of SimPy" in printed
    assert "at least 200 ×" in printed
    assert "100.000%" in printed
    assert "processor:" in printed


def test_an_unknown_section_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "a,zebra"])
    assert "zebra" in capsys.readouterr().err


def test_every_section_can_be_named() -> None:
    assert list(SECTIONS) == [
        "a", "b", "c", "d", "scenarios", "cases", "agents", "queues", "pace", "memory", "threads", "staffing",
        "search", "search-growth", "rosters", "optimum", "shifts-optimum", "roads", "help",
    ]  # fmt: skip


def test_the_search_week_is_the_one_that_is_promised() -> None:
    """35 000 cases, 672 intervals, three message queues and the phone, 65 % within 30 min with a stated confidence."""
    week = read_scenario(searching.SCENARIO)
    assert sum(queue.volume.per_week or 0 for queue in week.queues.values()) == 35_000
    assert len(week.clock.intervals()) == 672
    assert sorted(queue.is_live for queue in week.queues.values()) == [False, False, False, True]
    (messages, _) = goals_of(week)
    assert (messages.share, messages.threshold_ms, messages.confidence) == (0.65, 30 * 60_000, 0.95)


@pytest.mark.parametrize("name", searching.GROWTH)
def test_every_world_of_the_growth_table_has_a_tenth_of_the_cases_a_week(name: str) -> None:
    world = searching.variant(searching.GROWTH[name])
    assert sum(queue.volume.per_week or 0 for queue in world.queues.values()) == 3_500
    assert all(group.shift_rules is not None for group in world.groups.values())

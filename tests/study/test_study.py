"""Studies: replications of one staffing, and staffings side by side on the same customers."""

from __future__ import annotations

import pytest

import careplan
from careplan.errors import TableError
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.study.compare import compare
from careplan.study.replicate import replicate
from tests.workload.worlds import one_queue


def desk(agents: int) -> Scenario:
    """Ten minutes of work, four times an hour: a load of two thirds of an agent."""
    calendar = "\n  zone: UTC\n  start: 2026-03-02\n  horizon: 2 days\n"
    body = "volume: {per_hour: 4}\nhandle_time: {exponential: {mean: 10 min}}"
    scenario = one_queue(body, calendar=calendar, groups="  care: {skills: [%s], headcount: 5}")
    answer = {"answer": "80 % within 30 min", "over": "day"}
    return scenario.with_changes({"groups.care.headcount": agents, "targets": [answer], "run.engine": "reference"})


def roster_of(agents: int) -> Roster:
    scenario = desk(agents)
    return Roster.from_spells([("care", n + 1, 0, scenario.clock.midnights[-1]) for n in range(agents)])


def test_a_report_says_who_made_it() -> None:
    scenario = desk(1)
    made_by = replicate(scenario, seed=7, replications=[3, 5]).provenance
    assert made_by is not None
    assert (made_by.version, made_by.scenario) == (careplan.__version__, scenario.digest)
    assert (made_by.seed, made_by.replications, made_by.engine) == (7, (3, 5), "reference")
    one = replicate(scenario, seed=7, replications=[3]).provenance
    assert one is not None and one.workload == careplan.sample(scenario, seed=7, replication=3).digest


def test_a_trace_names_its_customers_and_its_engine() -> None:
    from careplan.engine.rules import rules_of

    scenario = desk(1)
    workload = careplan.sample(scenario, seed=7)
    trace = careplan.simulate(workload, roster_of(1), rules_of(scenario), until=scenario.clock.end, engine="reference")
    assert trace.provenance is not None
    assert (trace.provenance.workload, trace.provenance.engine) == (workload.digest, "reference")


def test_the_number_of_threads_changes_no_figure() -> None:
    one, two = (replicate(desk(1), replications=3, workers=workers).to_dict() for workers in (1, 2))
    assert one == two


def test_staffings_meet_the_same_customers() -> None:
    scenario = desk(1)
    found = compare(scenario, {"as written": None, "the same": roster_of(1), "one more": roster_of(2)}, replications=4)
    same, more = (found.target_difference(0, name) for name in ("the same", "one more"))
    assert (same.value, same.low, same.high) == (0, 0, 0)  # not a draw differs
    assert more.value > 0 and more.low is not None and more.low > 0
    assert found.difference("volume", "one more").value == 0
    level = [found.report(name).estimate("service_level_30min").value for name in ("one more", "as written")]
    assert found.difference("service_level_30min", "one more").value == pytest.approx(level[0] - level[1])
    assert found.difference("occupancy", "one more", "care", of="group").value < -0.2
    assert str(found).splitlines()[0].startswith("as written: answer: 80 % within 30 min")
    assert found.to_dict()["staffings"]["as written"][0]["difference"] is None


def test_a_mean_is_compared_in_its_own_unit() -> None:
    """One agent more answers sooner: minutes, not points."""
    scenario = desk(1).with_changes({"targets": [{"mean_answer": "at most 30 min"}]})
    found = compare(scenario, {"as written": None, "one more": roster_of(2)}, replications=8)
    saved = found.target_difference(0, "one more")
    figures = [rows[0] for rows in found.to_dict()["staffings"].values()]
    assert saved.value < 0 and saved.high is not None and saved.high < 0
    assert figures[0]["unit"] == "s" and figures[1]["value"] < figures[0]["value"]
    assert " min against as written (" in str(found).splitlines()[1]


def test_outcomes_are_compared_customer_by_customer() -> None:
    """The same staffing differs by nothing, one agent more satisfies more customers."""
    assumed = {"satisfaction": {"by_wait": {"10 min": "90 %", "4 h": "20 %", "never": "0 %"}}, "nps": "none"}
    scenario = desk(1).with_changes({"outcomes": assumed})
    found = compare(scenario, {"as written": None, "the same": roster_of(1), "one more": roster_of(2)}, replications=4)
    same, d = (found.difference("csat", name) for name in ("the same", "one more"))
    assert (same.value, same.low, same.high) == (0, 0, 0) and d.value > 0
    stated = found.to_dict()["outcomes"]
    assert stated["as written"]["csat"]["difference"] is None
    assert stated["one more"]["csat"]["difference"] == d.to_dict()
    lines = str(found).splitlines()
    assert (
        lines[1].startswith("as written: assumed csat ") and "points" in lines[3] and "against as written" in lines[3]
    )
    plain = compare(desk(1), {"as written": None}, replications=2)
    assert plain.outcomes == () and plain.to_dict()["outcomes"] == {"as written": {}}


def test_outcomes_change_no_other_figure_of_a_scenario() -> None:
    with_it = desk(1).with_changes({"outcomes": {"shaming": {"after": "1 h", "chance": "38 %"}}})
    one, other = (replicate(scenario, replications=2).to_dict() for scenario in (desk(1), with_it))
    more = other["figures"]["total"]["total"]["total"].keys() - one["figures"]["total"]["total"]["total"].keys()
    assert {"shaming", "customers_shaming"} < more
    for by, kinds in one["figures"].items():
        for of, rows in kinds.items():
            for row, figures in rows.items():
                assert {name: other["figures"][by][of][row][name] for name in figures} == figures


def test_what_cannot_be_studied_is_refused() -> None:
    scenario = desk(1)
    with pytest.raises(TableError, match="no staffing"):
        compare(scenario, {})
    for bad in (0, [], [1, 1], [-1]):
        with pytest.raises(TableError, match="at least one, different, from 0"):
            replicate(scenario, replications=bad)
    with pytest.raises(TableError, match="known: a"):
        compare(scenario, {"a": None}, replications=1).target_difference(0, "b")

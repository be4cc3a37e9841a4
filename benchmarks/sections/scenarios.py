"""The shipped scenarios: compiled engine against the reference engine, on the same draw of one replication."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from benchmarks.report import Row, Section, Unmeasured, count, number
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, ratio
from benchmarks.tools.careplan_tool import Tables
from careplan.engine.rules import rules_of
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.staffing import staffed_roster
from careplan.trace.tables import Trace
from careplan.workload.sampling import sample

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
HEAD = ("scenario", "cases", "turns", "sampling ns a case", "compiled ns a turn", "reference ns a turn", "same trace")
Engine = Literal["compiled", "reference"]


def measure(settings: Settings) -> Section:
    """Play every shipped scenario on both engines, staffed as it is written."""
    section = Section("scenarios", "Shipped scenarios", head=HEAD)
    paths = sorted(FOLDER.glob("*.yaml"))
    if not paths:
        section.rows = [
            Unmeasured("compiled engine, times the rate of the reference", f"no scenario in {FOLDER.name}/")
        ]
    for path in paths:
        scenario = read_scenario(path)
        given = drawn(scenario, settings.seed)
        repeats = _repeats(given)

        def play(engine: Engine, given: Tables = given, times: int = 1) -> Trace:
            for _ in range(times - 1):
                given.play(engine)
            return given.play(engine)

        def draw(scenario: Scenario = scenario) -> None:
            sample(scenario, seed=settings.seed)

        n = given.workload.n_cases
        lanes = [
            Lane("sampling", n, draw),
            # A small scenario takes the compiled engine less than the clock can tell from noise: play it often.
            Lane("compiled", n, lambda p=play, r=repeats: p("compiled", times=r)),  # type: ignore[misc]
            # The reference compiles nothing and takes seconds: no round of it is spent on warming up.
            Lane("reference", n, lambda p=play: p("reference"), lambda: None),  # type: ignore[misc]
        ]
        times = interleaved(lanes, min(settings.rounds, 3), timer=settings.timer)
        compiled, reference = times["compiled"], times["reference"]
        compiled_s = [s / repeats for s in compiled.rounds_s]
        section.rows.append(
            Row.of(
                f"{path.stem}: compiled engine, times the rate of the reference",
                ratio(reference.rounds_s, compiled_s),
                at_least=100,
            )
        )
        turns = given.workload.n_turns
        same = compiled.returned.digest == reference.returned.digest
        section.table.append(
            (
                path.stem,
                count(n),
                count(turns),
                number(times["sampling"].per_case_ns),
                number(compiled.seconds / repeats / turns * 1e9),
                number(reference.seconds / turns * 1e9),
                "yes" if same else "NO",
            )
        )
    return section


def drawn(scenario: Scenario, seed: int, replication: int = 0) -> Tables:
    """Return one replication of a scenario, staffed as it is written."""
    return Tables(
        sample(scenario, seed=seed, replication=replication),
        staffed_roster(scenario, seed=seed, replication=replication),
        rules_of(scenario),
        scenario.clock.end,
    )


def _repeats(given: Tables) -> int:
    """How many plays make about two hundred thousand turns."""
    return max(1, min(100, 200_000 // max(given.workload.n_turns, 1)))

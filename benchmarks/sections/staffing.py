"""The first staffing answer for a week of 35 000 calls, beside ten SimPy replications of that week.

The answer is ``staff(scenario)``, sampling included; a second row has the whole command, ``careplan staff
phone-week.yaml``, from starting the interpreter to the last line.
The replications are timed without starting anything: columns drawn beforehand, square-root staffing, model warm.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.report import Row, Section, Unmeasured, count
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, ratio
from benchmarks.tools import simpy_tool
from benchmarks.works import MINUTE, Queue, Work
from careplan.planning.staff import staff
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.workload.sampling import sample

SCENARIO = Path(__file__).resolve().parents[1] / "phone-week.yaml"
REPLICATIONS = 10
WHAT = "first staffing answer for a 35 000-case week ÷ ten SimPy replications"
COMMAND = "the same as a command, with starting Python, the report and its files"


def measure(settings: Settings) -> Section:
    """Staff the week with the command line, and simulate it ten times in SimPy."""
    section = Section("staffing", "The first staffing answer")
    command = Path(sys.executable).with_name("careplan")
    if not command.exists():
        section.rows = [Unmeasured(WHAT, "careplan is not installed beside this interpreter")]
        return section
    weeks = [simpy_week(read_scenario(SCENARIO), settings.seed, r) for r in range(REPLICATIONS)]
    plays = [simpy_tool.prepare(week) for week in weeks]

    scenario = read_scenario(SCENARIO)

    def answer() -> None:
        staff(scenario)

    def command_line() -> None:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([str(command), "staff", str(SCENARIO)], check=True, capture_output=True, cwd=folder)

    def replicate() -> None:
        for play in plays:
            play()

    lanes = [
        Lane("staff", 1, answer),
        Lane("command", 1, command_line),
        Lane("SimPy", REPLICATIONS, replicate, plays[0]),
    ]
    try:
        times = interleaved(lanes, min(settings.rounds, 3))
    except subprocess.CalledProcessError as error:
        last = (error.stderr.decode().strip().splitlines() or ["no message"])[-1]
        section.rows = [Unmeasured(WHAT, f"careplan staff ended with {error.returncode}: {last}")]
        return section
    simpy = times["SimPy"]
    cases = round(sum(week.n_cases for week in weeks) / REPLICATIONS)
    for what, lane in ((WHAT, times["staff"]), (COMMAND, times["command"])):
        took = f"{lane.seconds:.1f} s beside {simpy.seconds:.1f} s; {count(cases)} cases a week"
        section.rows.append(Row.of(what, ratio(lane.rounds_s, simpy.rounds_s), at_most=1, note=took))
    return section


def simpy_week(scenario: Scenario, seed: int, replication: int) -> Work:
    """Return a replication of a scenario with one live queue as a work, with square-root staffing by interval."""
    drawn = sample(scenario, seed=seed, replication=replication)
    interval = 15 * MINUTE
    edges = np.arange(scenario.clock.horizon_from, scenario.clock.horizon_to + 1, interval)
    work_in = np.bincount(
        np.clip((drawn.arrived_at - edges[0]) // interval, 0, len(edges) - 2),
        weights=drawn.work_ms,
        minlength=len(edges) - 1,
    )
    load = work_in / interval
    return Work(
        name="week",
        title=scenario.title,
        queues=(Queue(drawn.queues[0]),),
        arrived_at=drawn.arrived_at,
        work_ms=drawn.work_ms,
        patience_ms=drawn.patience_ms,
        queue_ix=drawn.queue_ix.astype(np.int64),
        edges_ms=edges,
        agents=np.ceil(load + np.sqrt(load)).astype(np.int64),
    )

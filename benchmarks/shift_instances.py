"""Days with so few shift types that every schedule can be tried: shifts chosen with the staffing against the best.

Comes in: ``small-page.yaml`` and what an instance changes in it. Goes out: the cheapest schedule of all, that of road a
and that of road b, on the same replications. Left out: judging on fresh ones; printing; targets with a stated
confidence, for which the search plays only the days near the one that decides.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from careplan.columns import IntArray
from careplan.planning.shifts.choose import Job
from careplan.planning.shifts.together import Together
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

SCENARIO = Path(__file__).with_name("small-page.yaml")
SOLVER_SECONDS = 20.0

_RULES = "groups.care.shift_rules"
_A_DAY = {"calendar.horizon": "1 day"}

INSTANCES: dict[str, Mapping[str, Any]] = {
    "three watches of eight hours": _A_DAY | {_RULES: {"lengths": "8 h", "start_every": "8 h"}},
    "six begins of six hours with a break": _A_DAY
    | {_RULES: {"lengths": "6 h", "start_every": "4 h", "breaks": [{"for": "30 min", "from": "3 h"}]}},
    "three watches, three of four hours": _A_DAY
    | {
        _RULES: {"lengths": "8 h", "start_every": "8 h", "part_time": {"lengths": "4 h"}},
        "queues.questions.volume.per_week": 500,
    },
    "six begins, half an hour in every hour": _A_DAY
    | {
        _RULES: {"lengths": "8 h", "start_every": "4 h"},
        "targets": [{"name": "in time", "answer": "50 % within 30 min", "over": "hour"}],
    },
    "four begins, four hours to answer": _A_DAY
    | {
        _RULES: {"lengths": "6 h", "start_every": "6 h"},
        "targets": [{"name": "in time", "answer": "90 % within 4 h", "over": "day"}],
    },
}
"""Name → what it changes in the file."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What was found of an instance. Costs are those of the horizon."""

    kinds: int
    """Shift types."""
    best_cost: float
    covering_cost: float
    """Of road a: what is needed by interval, covered."""
    our_cost: float
    """Of road b."""
    one_more: float
    """What the cheapest shift costs: the smallest step there is."""
    tried: int
    """Schedules played to find the best: all that cost less, and itself."""
    ours_tried: int
    """Schedules road b played."""
    best_s: float
    our_s: float

    @property
    def is_near(self) -> bool:
        """Whether road b is at most one shift dearer than the best."""
        return self.our_cost <= self.best_cost + self.one_more + 1e-6


def scenario_of(name: str) -> Scenario:
    """Return the scenario of an instance."""
    return read_scenario(SCENARIO).with_changes(INSTANCES[name])


def solved(scenario: Scenario, seed: int = 1) -> Solved:
    """Search, and try every schedule in the order of its cost until one meets the targets, on the same replications."""
    job = Job.of(scenario, seed, 5, SOLVER_SECONDS, 1.0, None, None)
    with job.workers:
        search, covering = job.search(), job.covered(job.need, 0.0).starts
        start = perf_counter()
        ours = search.improved(covering)
        our_s, ours_tried = perf_counter() - start, search.probe.tried
        assert ours is not None
        start = perf_counter()
        best_cost, tried = cheapest(search)
        return Solved(
            kinds=job.kinds.n,
            best_cost=best_cost,
            covering_cost=search.cost(covering),
            our_cost=search.cost(ours),
            one_more=float(job.kinds.cost.min()),
            tried=tried,
            ours_tried=ours_tried,
            best_s=perf_counter() - start,
            our_s=our_s,
        )


def cheapest(search: Together) -> tuple[float, int]:
    """Return the least cost of a schedule that meets every aim on the bench, and how many were played to know."""
    kinds = search.probe.kinds
    slopes = search.probe.measured(np.zeros(kinds.n, dtype=np.int64))
    heap: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    tried = 0
    while True:
        cost, rows = heapq.heappop(heap)
        starts: IntArray = np.bincount(np.array(rows, dtype=np.int64), minlength=kinds.n)
        tried += 1
        if search.probe.played(starts, slopes).worst <= 0:
            return cost, tried
        for row in range(rows[-1] if rows else 0, kinds.n):  # each schedule once: its rows in order
            heapq.heappush(heap, (cost + float(kinds.cost[row]), (*rows, row)))

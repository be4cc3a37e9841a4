"""Days so small that every staffing can be tried: the search against the best there is.

Comes in: ``small-day.yaml`` and what an instance changes in it. Goes out: the cheapest staffing of all and the one the
search finds, on the same replications. Left out: judging on fresh ones; printing.

Both are held to the replications that decide in ``staff``: the larger set, which the shape was not found on; the
small one where all targets are over intervals and hours. A staffing holds there or not by the search's own reckoning
(``careplan.planning.aims``).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from careplan.columns import IntArray
from careplan.executor import Workers
from careplan.planning.drawing import Searches, drawn
from careplan.planning.effort import Effort, Ticker
from careplan.planning.feasible import check_feasible
from careplan.planning.searching import found
from careplan.planning.seed import first_headcount
from careplan.planning.staff import limits_of, world_of
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.workload.sampling import sample

SCENARIO = Path(__file__).with_name("small-day.yaml")
REPLICATIONS = 4, 8
"""On the small and the large bench: few, so that every staffing can be played."""

_MESSAGES = {"queues.calls.volume.per_week": 0, "targets.0.queues": ["questions"]}
_CALLS = {"queues.questions.volume.per_week": 0, "targets.0.queues": ["calls"]}
_TWO_GROUPS = {
    "run.seed": 2,  # the days of seed 1 leave more work than they find, whoever is there
    "calendar.hours.desk": {"daily": "11:00-14:00"},
    "groups": {
        "desk": {"skills": ["questions"], "wage": "20 EUR per hour", "hours": "desk", "most": 3},
        "phone": {"skills": ["calls", "questions"], "wage": "28 EUR per hour", "hours": "desk", "most": 3},
    },
}

INSTANCES: dict[str, Mapping[str, Any]] = {
    "messages, half an hour, over the day": _MESSAGES,
    "messages, half an hour, in every hour": _MESSAGES | {"targets.0.over": "hour"},
    "messages, 90 % within 2 h": _MESSAGES | {"targets.0.answer": "90 % within 2 h"},
    "messages, half an hour on nine days of ten": _MESSAGES | {"targets.0.in": "90 % of days"},
    "messages, half an hour on average": _MESSAGES
    | {"targets": [{"mean_answer": "at most 30 min", "queues": ["questions"], "over": "day"}]},
    "messages, spells of three hours": _MESSAGES | {"run.min_spell": "3 h"},
    "messages that come at night too": _MESSAGES
    | {
        "queues.questions.volume.by_hour": [1] * 24,
        "targets.0.answer": "65 % within 13 h",
    },
    "messages, a day to answer": _MESSAGES
    | {"queues.questions.volume.by_hour": [1] * 24, "targets.0.answer": "95 % within 24 h"},
    "calls, 80 % within 20 s, over the day": _CALLS | {"targets.0.answer": "80 % within 20 s"},
    "calls, 80 % within 20 s, in every interval": _CALLS
    | {"targets.0.answer": "80 % within 20 s", "targets.0.over": "interval"},
    "calls, 5 % give up, over the day": _CALLS
    | {"targets": [{"abandon": "at most 5 %", "queues": ["calls"], "over": "day"}]},
    "calls, 80 % within 20 s and 5 % give up": _CALLS
    | {
        "targets": [
            {"answer": "80 % within 20 s", "queues": ["calls"], "over": "day"},
            {"abandon": "at most 5 %", "queues": ["calls"], "over": "day"},
        ]
    },
    "messages and calls, one group": {
        "targets": [
            {"answer": "65 % within 30 min", "queues": ["questions"], "over": "day"},
            {"answer": "70 % within 60 s", "queues": ["calls"], "over": "day"},
        ]
    },
    "messages and calls, two groups": _TWO_GROUPS
    | {
        "targets": [
            {"answer": "65 % within 30 min", "queues": ["questions"], "over": "day"},
            {"answer": "70 % within 60 s", "queues": ["calls"], "over": "day"},
        ]
    },
    "messages and calls, two groups, calls in every hour": _TWO_GROUPS
    | {
        "targets": [
            {"answer": "65 % within 1 h", "queues": ["questions"], "over": "day"},
            {"answer": "60 % within 60 s", "queues": ["calls"], "over": "hour"},
        ]
    },
    "messages, evenings at twice the wage": _MESSAGES
    | {
        "money": {"premiums": {"late": {"add": "100 %", "clock": "13:00-16:00"}}},
    },
}
"""Name → what it changes in the file."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What was found of an instance. Costs are those of the horizon; ``tried`` counts the staffings played."""

    cases: float
    """A day, mean of the deciding replications."""
    staffings: int
    """Of all: every headcount up to the groups' most agents."""
    tried: int
    """Staffings played to find the best: all that cost less, and itself."""
    best: IntArray
    ours: IntArray
    best_cost: float
    our_cost: float
    one_more: float
    """What the dearest agent costs for an interval: how much dearer than the best a plan may be."""
    best_s: float
    our_s: float

    @property
    def is_near(self) -> bool:
        """Whether the search's plan costs at most one agent-interval more than the best."""
        return self.our_cost <= self.best_cost + self.one_more + 1e-6


def scenario_of(name: str) -> Scenario:
    """Return the scenario of an instance."""
    return read_scenario(SCENARIO).with_changes(INSTANCES[name])


def solved(scenario: Scenario) -> Solved:
    """Try every staffing in the order of what it costs until one holds, and search, on the same replications.

    Every group has ``most`` agents; shorter spells, cover and hours count as in ``staff``.
    """
    searches = _searches(scenario)
    deciding = searches.deciding
    start = perf_counter()
    goals = deciding.bench.world.goals
    first = first_headcount(searches.small.load, deciding.rules, goals, deciding.limits)
    ours = found(searches.small, searches.large, first)
    our_s, start = perf_counter() - start, perf_counter()
    assert deciding.limits.allow(ours) and deciding.aims.standing(deciding.bench(ours)).holds
    staffings, tried, best = cheapest(deciding)
    limits = deciding.limits
    hourly = limits.hourly_cost if limits.prices is None else limits.prices.max(axis=1)
    return Solved(
        cases=float(np.mean([w.n_first for w in deciding.bench.workloads])),
        staffings=staffings,
        tried=tried,
        best=best,
        ours=ours,
        best_cost=limits.cost(best),
        our_cost=limits.cost(ours),
        one_more=float(hourly.max() * limits.hours.max()),
        best_s=perf_counter() - start,
        our_s=our_s,
    )


def cheapest(effort: Effort) -> tuple[int, int, IntArray]:
    """Return how many staffings there are, how many were played, and the cheapest one that holds."""
    limits = effort.limits
    assert limits.most is not None, "every group needs a most"
    shape = limits.most.shape
    rooms = [range(int(most) + 1) for most in limits.most.ravel()]
    every = (np.array(one, dtype=np.int64).reshape(shape) for one in itertools.product(*rooms))
    allowed = sorted((plan for plan in every if limits.allow(plan)), key=effort.price)
    for tried, plan in enumerate(allowed, 1):
        if effort.aims.standing(effort.bench(plan)).holds:
            return int(np.prod([len(room) for room in rooms])), tried, plan
    raise AssertionError("no staffing holds: allow more agents")


def _searches(scenario: Scenario) -> Searches:
    world = world_of(scenario, scenario.run.seed)
    limits = limits_of(scenario, world)
    n_small, n_large = REPLICATIONS
    searches = drawn(
        world,
        limits,
        lambda replication: sample(scenario, seed=scenario.run.seed, replication=replication),
        Workers(1),
        Ticker(None),
        n_small=n_small,
        n_large=n_large,
        part=(0.0, 1.0),
    )
    check_feasible(searches.deciding.bench, limits, searches.everyone)
    return searches

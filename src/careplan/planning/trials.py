"""Trials: a scenario planned quickly in one round, and played at a staffing that is given.

Comes in: a scenario, a headcount to begin with or to keep. Goes out: a headcount with its price, or counts by
replication. Left out: which scenarios to try, and what to make of them (``levers``, ``ranking``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import IntArray
from careplan.costing.fees import bot_fees, bots_used
from careplan.executor import Workers
from careplan.metrics.counting import goal_counts
from careplan.metrics.customers import bot_counts
from careplan.metrics.goals import goals_of
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.metrics.uncertainty import Estimate
from careplan.planning.drawing import drawn
from careplan.planning.effort import Ticker
from careplan.planning.feasible import check_feasible
from careplan.planning.searching import nearby
from careplan.planning.staff import bill_of, limits_of, world_of
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS
from careplan.workload.sampling import sample

ROUNDS_FROM = 3_000_000
"""Replications from this number on are for searching in rounds; every round has ``A_ROUND`` numbers of its own."""
A_ROUND = 1_000
FRESH_FROM = 500_000
"""Replications from this number on are for playing what is kept: nobody searches or judges with them."""
_SMALL, _LARGE, _SMALL_LOCAL, _LARGE_FOR_A_CHANCE = 5, 12, 12, 40
"""Replications of a round to find the shape on and the level on; to find all on, where every aim is local; and for the
level of targets with a stated confidence: our choice, for a search of seconds."""
_DILIGENCE = 0.25
"""Of what a plan for good may play: our choice."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A plan of one round: what it takes."""

    agents: int
    """At the peak."""
    hours: float
    """Paid, a week."""
    cost: float | None
    """Wages a week; None without wages."""


def trial(scenario: Scenario, seed: int, number: int, start: Mapping[str, IntArray], workers: Workers) -> Trial:
    """Plan a scenario quickly on the customers of one round.

    Parameters
    ----------
    scenario
        The world, a lever pulled or none.
    seed
        Of all luck.
    number
        Of the round, from 0; the same round has the same customers for every scenario.
    start
        Group → headcount by interval to begin with; a group that is not named begins with nobody.
    workers
        Threads.

    Raises
    ------
    InfeasibleError
        If no number of agents reaches a target.
    """
    world = world_of(scenario, seed)
    limits = limits_of(scenario, world)
    is_local = all(goal.over in ("interval", "hour") and goal.confidence is None for goal in world.goals)
    searches = drawn(
        world,
        limits,
        lambda replication: sample(scenario, seed=seed, replication=replication),
        workers,
        Ticker(None),
        n_small=_SMALL_LOCAL if is_local else _SMALL,
        n_large=_LARGE if all(goal.confidence is None for goal in world.goals) else _LARGE_FOR_A_CHANCE,
        part=(0.0, 1.0),
        first=ROUNDS_FROM + number * A_ROUND,
        diligence=_DILIGENCE,
    )
    check_feasible(searches.deciding.bench, limits, searches.everyone)
    first = rows_of(start, world.rules.groups, world.grid.n_intervals)
    headcount = nearby(searches.small, searches.large, first)
    bill = bill_of(scenario, world, headcount)
    weeks = (bill.end - bill.begin) / (7 * DAY_MS)
    cost = None if bill.cost is None else float(bill.cost) / weeks
    return Trial(int(headcount.sum(axis=0).max(initial=0)), float(bill.paid_hours) / weeks, cost)


def rows_of(start: Mapping[str, IntArray], groups: Sequence[str], n_intervals: int) -> IntArray:
    """Return a headcount in the order of the groups, shape (n_groups, n_intervals); groups not named have nobody."""
    nobody = np.zeros(n_intervals, dtype=np.int64)
    return np.stack([start.get(name, nobody) for name in groups])


@dataclass(frozen=True, eq=False)
class Kept:
    """A scenario played at a staffing that is given, on replications nobody searched with."""

    scores: tuple[Score, ...]
    """One for each goal."""
    fees: float
    """Of the bots, a week, mean of the replications."""

    def gained(self, before: Kept) -> tuple[tuple[Goal, Estimate], ...]:
        """Return for each goal that is no cover how much its figure grew, paired by replication (Student's t);
        in the goal's unit: shares, or seconds.
        """
        pairs = zip(self.scores, before.scores, strict=True)
        return tuple((a.goal, a.minus(b)) for a, b in pairs if a.goal.kind != "cover")


def kept(scenario: Scenario, seed: int, start: Mapping[str, IntArray], replications: int, workers: Workers) -> Kept:
    """Play a scenario at a staffing that is given; parameters as of :func:`trial`."""
    world, goals = world_of(scenario, seed), goals_of(scenario)
    headcount = rows_of(start, world.rules.groups, world.grid.n_intervals)
    span_ms = world.periods.end - world.periods.begin

    def one(replication: int) -> tuple[list[GoalCounts], float]:
        workload = sample(scenario, seed=seed, replication=replication)
        roster = world.roster(headcount, replication)
        trace = world.play(workload, roster)
        counts = [goal_counts(goal, workload, trace, world.rules, roster, world.periods) for goal in goals]
        took = bot_counts(workload, trace, world.rules, world.periods, window_ms=scenario.run.solved_within)
        sessions, resolutions = (
            dict(zip(world.rules.bots, took[table].sum(axis=1).tolist(), strict=True))
            for table in ("sessions", "bot_contained")
        )
        fees = [
            bot_fees(bot, sessions=sessions[name], resolutions=resolutions[name], span_ms=span_ms)
            for name, bot in bots_used(scenario).items()
        ]
        return counts, float(sum(sum(kinds.values()) for kinds in fees) * 7 * DAY_MS / span_ms)

    runs = workers.map(one, range(FRESH_FROM, FRESH_FROM + replications))
    scores = tuple(score(goal, world.periods, [run[0][k] for run in runs]) for k, goal in enumerate(goals))
    return Kept(scores, float(np.mean([run[1] for run in runs])))

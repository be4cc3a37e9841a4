"""Judging a plan on replications it was not searched with.

Comes in: a scenario's world and a headcount. Goes out: scores with their intervals, and what nights look like.
Left out: what to do about a miss (``staff``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.executor import Done, Workers
from careplan.metrics.clocks import answered_at, begun_at, counted
from careplan.metrics.scorecard import Goal, GoalCounts, Score, goal_counts, score
from careplan.planning.bench import World, waiting_work_ms
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

Draw = Callable[[int], Workload]
"""Replication → workload."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """How a headcount did on some replications."""

    replications: tuple[int, ...]
    scores: tuple[Score, ...]
    """One for each goal."""
    counts: tuple[tuple[IntArray, IntArray], ...]
    """For each goal, numerator and denominator by replication and interval."""
    waits: tuple[tuple[IntArray, IntArray], ...]
    """For each goal (answer goals; empty for others): interval and time to the answer of every counted case, ms, all
    replications together; where there is no answer, the largest integer. A customer of a message who gave up and is
    answered all the same has that answer's time."""
    waiting_ms: FloatArray
    """Work waiting at the start and end of the horizon, by replication, shape (n_replications, 2)."""

    @property
    def holds(self) -> bool:
        """Whether every goal holds."""
        return all(one.holds for one in self.scores)


def judged(
    world: World,
    goals: Sequence[Goal],
    headcount: IntArray,
    draw: Draw,
    replications: Sequence[int],
    workers: Workers,
    *,
    on_done: Done | None = None,
) -> Verdict:
    """Play a headcount on fresh replications and keep score.

    Parameters
    ----------
    world
        Rules, grid, periods.
    goals
        All goals, cover included.
    headcount
        Shape (n_groups, n_intervals).
    draw
        Gives the workload of a replication; called in threads.
    replications
        Never one that was searched with.
    workers, on_done
        Threads, and a callback for progress.
    """

    def one(replication: int) -> tuple[list[GoalCounts], list[tuple[IntArray, IntArray]], list[float]]:
        workload = draw(replication)
        roster = world.roster(headcount, replication)
        trace = world.play(workload, roster)
        counts = [goal_counts(goal, workload, trace, world.rules, roster, world.periods) for goal in goals]
        waits = [_waits(goal, workload, trace, world) for goal in goals]
        edges = world.periods.begin, world.periods.end
        return counts, waits, waiting_work_ms(workload, trace, edges)

    runs = workers.map(one, replications, on_done=on_done)
    scores = tuple(score(goal, world.periods, [run[0][k] for run in runs]) for k, goal in enumerate(goals))
    waits = tuple(
        (np.concatenate([run[1][k][0] for run in runs]), np.concatenate([run[1][k][1] for run in runs]))
        for k in range(len(goals))
    )
    sums = tuple(
        (
            np.stack([run[0][k].numerator.sum(axis=0) for run in runs]),
            np.stack([run[0][k].denominator.sum(axis=0) for run in runs]),
        )
        for k in range(len(goals))
    )
    return Verdict(tuple(replications), scores, sums, waits, np.array([run[2] for run in runs], dtype=np.float64))


def _waits(goal: Goal, workload: Workload, trace: Trace, world: World) -> tuple[IntArray, IntArray]:
    """Interval of arrival and time to the answer of the cases an answer goal counts."""
    if goal.kind != "answer":
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    has = counted(workload, trace, goal.clock)
    if goal.queues:
        rows = [workload.queues.index(name) for name in goal.queues]
        has = has & np.isin(workload.queue_ix, rows)
    interval = world.periods.interval_of(trace.case_arrived_at)
    has = has & (interval >= 0)
    answer = answered_at(workload, trace, world.rules, goal.clock)
    took = goal.clock.elapsed(workload, None, begun_at(workload, trace, goal.clock), answer)
    took = np.where(answer < 0, np.iinfo(np.int64).max, took)
    return interval[has], took[has]


def typical_waits(waits: tuple[IntArray, IntArray], label: IntArray, n: int) -> FloatArray:
    """Return the median time to the answer by label of the interval, ms; inf where most get none, NaN without cases.

    ``label`` gives each interval one of n labels (an hour of the day); shape of the answer (n,).
    """
    interval, took = waits
    found = np.full(n, np.nan)
    of = label[interval]
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(n + 1))
    for k in range(n):
        mine = took[order[bounds[k] : bounds[k + 1]]]
        if mine.size:
            middle = np.partition(mine, (mine.size - 1) // 2)[(mine.size - 1) // 2]
            found[k] = np.inf if middle == np.iinfo(np.int64).max else float(middle)
    return found

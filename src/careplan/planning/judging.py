"""Judging a plan on replications it was not searched with.

Comes in: a scenario's world and a headcount. Goes out: scores with their intervals, and what nights look like.
Left out: what to do about a miss (``staff``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.executor import Done, Workers
from careplan.metrics.clocks import answered_at, begun_at, counted
from careplan.metrics.counting import goal_counts
from careplan.metrics.load import asked_table
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.metrics.together import Whole, all_at_once, wholes
from careplan.metrics.uncertainty import ratios
from careplan.planning.bench import World, waiting_work_ms
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

Finding = Literal["holds", "holds within the error", "missed"]

_MANY_PERIODS = 20
"""Periods of a goal in the mean from which on single ones may lie below it by chance: our choice."""

_NO_WAITS = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

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
    """For each goal (answer goals; empty for others, or where they were not kept): interval and time to the answer of
    every counted case, ms, all replications together; where there is no answer, the largest integer. A customer of a
    message who gave up and is answered all the same has that answer's time."""
    waiting_ms: FloatArray
    """Work waiting at the start and end of the horizon, by replication, shape (n_replications, 2)."""
    asked_ms: IntArray
    """Work that came in, as agent time; shape (n_replications, n_queues, n_intervals)."""
    all_at_once: Whole | None
    """All targets met in the same single week; None where there are not several."""

    @property
    def holds(self) -> bool:
        """Whether no target is missed: each holds, or to within the error of its many figures."""
        return all(finding_on(whole) != "missed" for whole in wholes(self.scores))

    @property
    def is_open(self) -> bool:
        """Whether something is missed, and all that is are targets with a stated confidence that more replications may
        find to hold: the interval around their chance reaches it.
        """
        missed = [whole for whole in wholes(self.scores) if finding_on(whole) == "missed"]
        return bool(missed) and all(
            whole.confidence is not None and (whole.chance.high or 0.0) >= whole.confidence for whole in missed
        )

    @property
    def missing(self) -> tuple[Score, ...]:
        """The scores that do not simply hold, or are part of a named target that does not."""
        found = [whole for whole in wholes(self.scores) if not whole.holds]
        return tuple(one for whole in found for one in whole.parts if whole.confidence is not None or not one.holds)


def judged(
    world: World,
    goals: Sequence[Goal],
    headcount: IntArray,
    draw: Draw,
    replications: Sequence[int],
    workers: Workers,
    *,
    on_done: Done | None = None,
    with_waits: bool = True,
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
    with_waits
        Whether to keep what every case waited, which takes memory.
    """

    shared = world.roster(headcount) if world.absent is None else None

    def one(replication: int) -> tuple[list[GoalCounts], list[tuple[IntArray, IntArray]], list[float], IntArray]:
        workload = draw(replication)
        roster = world.roster(headcount, replication) if shared is None else shared
        trace = world.play(workload, roster)
        counts = [goal_counts(goal, workload, trace, world.rules, roster, world.periods) for goal in goals]
        waits = [_waits(goal, workload, trace, world) if with_waits else _NO_WAITS for goal in goals]
        edges = world.periods.begin, world.periods.end
        asked = asked_table(workload, trace, world.rules, world.periods)
        return counts, waits, waiting_work_ms(workload, trace, edges), asked

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
    together = all_at_once(goals, world.periods, [[run[0][k] for run in runs] for k in range(len(goals))])
    left, asked = np.array([run[2] for run in runs], dtype=np.float64), np.stack([run[3] for run in runs])
    return Verdict(tuple(replications), scores, sums, waits, left, asked, together)


def finding_of(one: Score) -> Finding:
    """Return whether a goal holds on fresh replications.

    In the mean of many periods a few that just reach their share will lie below it in any replications. It then holds
    *within the error* if none lies lower than chance explains, at 95 % for all periods together (Bonferroni).
    """
    if one.holds:
        return "holds"
    n, periods = one.numerator.shape
    if one.goal.confidence is not None or periods < _MANY_PERIODS or n < 2:
        return "missed"
    estimates = ratios(one.numerator, one.denominator, confidence=1 - 2 * 0.05 / periods)
    bound = estimates.low if one.goal.is_at_most else estimates.high
    clear = one.goal.shortfall(np.where(np.isfinite(bound), bound, one.goal.share)) > 0
    return "missed" if clear.any() else "holds within the error"


def finding_on(whole: Whole) -> Finding:
    """Return whether a target holds on fresh replications: as its worst part, or all at once often enough."""
    if whole.confidence is not None:
        return "holds" if whole.holds else "missed"
    findings = [finding_of(part) for part in whole.parts]
    return max(findings, key=("holds", "holds within the error", "missed").index)


def below(one: Score, errors: float) -> BoolArray:
    """Return the periods that miss a goal in the mean by more than so many standard errors, shape (n_periods,)."""
    top, bottom = one.numerator.astype(np.float64), one.denominator.astype(np.float64)
    slack = top - one.goal.share * bottom
    slack = -slack if one.goal.is_at_most else slack
    n = len(slack)
    spread = slack.std(axis=0, ddof=1) * np.sqrt(n) if n > 1 else np.zeros(slack.shape[1])
    return np.asarray(slack.sum(axis=0) < -errors * spread - 1e-9)


def _waits(goal: Goal, workload: Workload, trace: Trace, world: World) -> tuple[IntArray, IntArray]:
    """Interval of arrival and time to the answer of the cases an answer goal counts."""
    if goal.kind != "answer":
        return _NO_WAITS
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

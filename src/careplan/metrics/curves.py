"""How many were answered by when: the counts behind the curve of a service level over its threshold.

Comes in: a workload, its trace, rules and clocks. Goes out: an :class:`AnswerCurve` for each clock, which adds up over
replications. Left out: shares and their intervals.

At a target's threshold the curve is the target's figure: it counts as the service level does (offered basis, an answer
after the customer gave up is none), where the samples of ``waiting`` time every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import Clock
from careplan.metrics.periods import Periods
from careplan.metrics.service import answered_times, tally
from careplan.trace.tables import Trace
from careplan.units import DAY_MS
from careplan.workload.tables import Workload

_PER_DECADE = 20
_LONGEST_MS = 30 * DAY_MS


@dataclass(frozen=True, eq=False)
class AnswerCurve:
    """Cases answered within each of a row of times, on one clock."""

    clock: Clock
    at_ms: IntArray
    """Times, increasing, shape (n_times,)."""
    answered: IntArray
    """Cases answered within each, by queue; shape (n_queues, n_times)."""
    counted: IntArray
    """Cases that count, by queue; shape (n_queues,)."""


def times_ms(thresholds: Sequence[int]) -> IntArray:
    """Return the times of a curve: 20 to the decade from 1 s to 30 days (our choice), and the thresholds."""
    steps = np.arange(int(np.log10(_LONGEST_MS / 1000) * _PER_DECADE) + 1)
    return np.unique(np.concatenate((np.rint(1000 * 10 ** (steps / _PER_DECADE)), thresholds)).astype(np.int64))


def clocks_of(goal_clocks: Sequence[Clock], usual: Clock) -> tuple[Clock, ...]:
    """Return the clocks that differ, in their order; the usual one if there is none."""
    found: dict[object, Clock] = {}
    for clock in goal_clocks or (usual,):
        found.setdefault(key_of(clock), clock)
    return tuple(found.values())


def key_of(clock: Clock) -> tuple[str, str, bool]:
    """Return what tells one clock of a scenario from another: bot answers, from where, whether open hours."""
    return clock.bot_counts, clock.since, bool(clock.open_hours)


def answer_curve(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, periods: Periods, clock: Clock, at_ms: IntArray
) -> AnswerCurve:
    """Count the cases of one run that were answered within each time of ``at_ms``."""
    took, answered, has = answered_times(workload, trace, rules, clock)
    n_queues, n = len(workload.queues), len(at_ms)
    rows = np.flatnonzero(answered & (cells >= 0))
    step = np.searchsorted(at_ms, took[rows])
    within = step < n  # what takes longer than the last time is in none
    queue = cells[rows] // periods.n_intervals
    counts = np.bincount(queue[within] * n + step[within], minlength=n_queues * n).reshape(n_queues, n)
    counted = tally(has, cells, n_queues, periods.n_intervals).sum(axis=1)
    return AnswerCurve(clock, at_ms, np.cumsum(counts, axis=1), counted)

"""Replies to questions, threads and messages: who got one, how long it took, and the fastest of them.

Comes in: a workload, its trace and rules. Goes out: a row for each customer message that asks for an answer, and count
tables by (queue, interval) of the case's first message that add up. Left out: what share is wanted (scorecard).

A row is a *question* (a case's first message), a *thread* (that, and every later message that comes after so long a
silence) or a *message* (every one). It belongs to the queue and interval of its case, as every case metric does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careplan.columns import NEVER, BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import WALL, Clock, answered_at, begun_at, counted
from careplan.metrics.periods import By, Periods
from careplan.metrics.service import next_responses, tally, total
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True, eq=False)
class Replies:
    """Customer messages that ask for an answer; int64, shape (n,) each."""

    case: IntArray
    """The row of their case."""
    answered_at: IntArray
    """When they were answered, −1 where they were not."""
    took_ms: IntArray
    """From the message to the answer, on the clock; of no meaning without one."""

    @property
    def got_one(self) -> BoolArray:
        """Which were answered."""
        return np.asarray(self.answered_at >= 0)

    def within(self, threshold_ms: int) -> BoolArray:
        """Return which were answered within a threshold; −1: however late."""
        return self.got_one if threshold_ms == NEVER else self.got_one & (self.took_ms <= threshold_ms)

    def chosen(self, which: BoolArray) -> Replies:
        """Return some of them."""
        return Replies(self.case[which], self.answered_at[which], self.took_ms[which])


def questions(workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL) -> Replies:
    """Return the first message of every case that needs a reply.

    A customer of a message queue who had given up and is answered all the same has got a reply.
    """
    case = np.flatnonzero(counted(workload, trace, clock))
    answer = answered_at(workload, trace, rules, clock)[case]
    begun = begun_at(workload, trace, clock)[case]
    return Replies(case, answer, clock.elapsed(workload, case, begun, answer))


def messages(workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL, *, silent_for_ms: int = 0) -> Replies:
    """Return the first message of every case that needs a reply, and its later ones.

    Parameters
    ----------
    workload, trace, rules, clock
        Of one run.
    silent_for_ms
        Only later messages that come so long or longer after the end of the turn before: they open a new thread.
    """
    first = questions(workload, trace, rules, clock)
    case, came, answer = next_responses(workload, trace, rules)
    is_later = np.ones(workload.n_turns, dtype=bool)
    is_later[workload.turn_start[:-1]] = False
    turn = np.flatnonzero(is_later & (trace.turn_queued_at >= 0))
    if silent_for_ms:  # a case that needs no reply has no later message
        keep = came - trace.turn_ended_at[turn - 1] >= silent_for_ms
        case, came, answer = case[keep], came[keep], answer[keep]
    took = clock.elapsed(workload, case, came, answer)
    return Replies(
        np.concatenate((first.case, case)),
        np.concatenate((first.answered_at, answer)),
        np.concatenate((first.took_ms, took)),
    )


def reply_counts(
    replies: Replies, cells: IntArray, shape: tuple[int, int], threshold_ms: int = NEVER
) -> tuple[IntArray, IntArray]:
    """Return messages answered within a threshold (−1: however late), and all of them; each (n_queues, n_intervals)."""
    cell = cells[replies.case]
    return tally(replies.within(threshold_ms), cell, *shape), tally(np.ones(len(cell), dtype=bool), cell, *shape)


def window_counts(
    replies: Replies, cells: IntArray, shape: tuple[int, int], threshold_ms: int
) -> tuple[IntArray, IntArray]:
    """Return answers within a threshold of their message, and all answers; each (n_queues, n_intervals)."""
    cell = cells[replies.case]
    return tally(replies.within(threshold_ms), cell, *shape), tally(replies.got_one, cell, *shape)


def time_counts(
    replies: Replies,
    cells: IntArray,
    shape: tuple[int, int],
    limit_ms: int,
    *,
    fastest: float = 1.0,
    periods: Periods | None = None,
    over: By = "total",
) -> tuple[IntArray, IntArray]:
    """Return the time that answers took and what it may be: answers × limit; ms, each (n_queues, n_intervals).

    Their ratio is the mean as a share of its limit.

    Parameters
    ----------
    replies
        Of one run, only of the queues that count together.
    cells
        Of every case.
    shape
        (n_queues, n_intervals).
    limit_ms
        The longest mean.
    fastest
        Only so many of the answers in each period: the ⌈share × n⌉ fastest, of equal ones those of the smaller row.
    periods, over
        The periods they are chosen in; needed where ``fastest`` is below 1.
    """
    done = replies.chosen(replies.got_one & (cells[replies.case] >= 0))
    cell = cells[done.case]
    if fastest < 1:
        assert periods is not None
        index, n_periods = periods.index(over)
        keep = _fastest(done.took_ms, index[cell % shape[1]], n_periods, fastest)
        done, cell = done.chosen(keep), cell[keep]
    ones = np.ones(len(cell), dtype=bool)
    return total(done.took_ms, cell, *shape), tally(ones, cell, *shape) * limit_ms


def _fastest(took: IntArray, period: IntArray, n_periods: int, share: float) -> BoolArray:
    """Which rows are among the ⌈share × n⌉ fastest of their period."""
    order = np.lexsort((took, period))  # stable: equal times stay in the order of their rows
    each = np.bincount(period, minlength=n_periods)
    # A hair is taken off so that 0.9 × 10 is 9, whatever binary makes of it.
    wanted = np.ceil(each * share - 1e-9).astype(np.int64)
    rank = np.arange(len(took)) - np.repeat(np.cumsum(each) - each, each)
    keep = np.zeros(len(took), dtype=bool)
    keep[order] = rank < wanted[period[order]]
    return keep

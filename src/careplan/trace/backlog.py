"""The backlog, read off a trace: where every case stands over time.

Comes in: a trace and its workload. Goes out: how long each case stood in each state, and tables of how many
there were at interval edges, with their age. Left out: what backlog is too much.

A case is in one state at a time, counted in its own queue:

- ``bot``: with a bot, from its arrival to the hand-off or the bot's end;
- ``new``: waiting for its first turn to start (a lapsed message keeps its place, so it stays new);
- ``open``: with us: its first turn has started, and a turn of it waits or is worked;
- ``customer``: waiting for the customer, who thinks about a later turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import IntArray
from careplan.trace.spans import cut, lengths_by
from careplan.trace.tables import Outcome, Trace

STATES = ("bot", "new", "open", "customer")


class CaseRows(Protocol):
    """How cases, turns and queues belong together; a workload is one. (A protocol: this floor lies below.)"""

    @property
    def queues(self) -> tuple[str, ...]: ...
    @property
    def queue_ix(self) -> IntArray: ...
    @property
    def turn_start(self) -> IntArray: ...
    @property
    def turn_queue_ix(self) -> IntArray: ...


@dataclass(frozen=True, eq=False)
class Stays:
    """How long cases stood in one state: rows of (case, begin, end), [begin, end) in int64 ms."""

    case: IntArray
    begin: IntArray
    end: IntArray


@dataclass(frozen=True, eq=False)
class Backlog:
    """Cases standing in one state at interval edges, by queue; shape (n_queues, n_edges).

    A case stands at an edge if it came into the state at or before it and left after it. Age runs from the
    moment the customer first wrote (opening backlog: the true one, before instant 0).
    """

    cases: IntArray
    age_ms: IntArray
    """Sum of the ages; divide by ``cases`` for the mean."""
    oldest_ms: IntArray
    """Age of the oldest case, 0 where there is none."""


def stays(trace: Trace, rows: CaseRows) -> dict[str, Stays]:
    """Return how long every case stood in every state of ``STATES``, up to the end of the run."""
    first, last = rows.turn_start[:-1], rows.turn_start[1:]
    case = np.arange(len(first))
    born = trace.case_outcome != Outcome.UNBORN
    until = trace.until

    def known(at: IntArray) -> IntArray:
        return np.where(at < 0, until, at)

    left = known(trace.case_ended_at)
    queued, started = trace.turn_queued_at, trace.turn_started_at
    met_bot = trace.case_bot_slot >= 0
    entered = queued[first] >= 0
    bot_end = np.where(entered, queued[first], left)
    worked = entered & (started[first] >= 0)
    new_end = np.where(worked, started[first], left)
    # Once started, a case goes to its customer at every turn's end and comes back at every return.
    is_first = np.zeros(len(queued), dtype=bool)
    is_first[first] = True
    case_of = np.repeat(case, last - first)
    ours = np.flatnonzero((queued >= 0) & np.where(is_first, started >= 0, True))
    ours_begin = np.where(is_first[ours], started[ours], queued[ours])
    ended = trace.turn_ended_at
    theirs = np.flatnonzero((ended[:-1] >= 0) & ~is_first[1:]) if len(ended) else ours[:0]
    # A lapsed case costs its first turn only: it ends there, and nobody waits for its customer.
    theirs = theirs[ended[theirs] < left[case_of[theirs]]]
    return {
        "bot": Stays(case[met_bot & born], trace.case_arrived_at[met_bot & born], bot_end[met_bot & born]),
        "new": Stays(case[entered], queued[first][entered], new_end[entered]),
        "open": Stays(case_of[ours], ours_begin, known(ended[ours])),
        "customer": Stays(case_of[theirs], ended[theirs], known(queued[theirs + 1])),
    }


def waits(trace: Trace, rows: CaseRows) -> Stays:
    """Return how long every turn waited to be started; ``case`` holds the row of the *turn*.

    First turns that never started wait until their case left, or to the end of the run. Their integral over
    time is the queue's length (Little on the path), in the queue the turn waits in.
    """
    queued = trace.turn_queued_at
    turn = np.flatnonzero(queued >= 0)
    case = np.searchsorted(rows.turn_start, turn, side="right") - 1
    left = np.where(trace.case_ended_at < 0, trace.until, trace.case_ended_at)[case]
    started = trace.turn_started_at[turn]
    return Stays(turn, queued[turn], np.where(started < 0, left, started))


def standing_ms(stay: Stays, queue_ix: IntArray, n_queues: int, edges: ArrayLike) -> IntArray:
    """Return case milliseconds by queue and interval, shape (n_queues, n_intervals).

    Divided by the interval's length it is the mean number standing. ``queue_ix`` gives the queue of every
    row of the table that ``stay.case`` numbers.
    """
    cuts = np.asarray(edges, dtype=np.int64)
    intervals = len(cuts) - 1
    row, interval, length = cut(stay.begin, stay.end, cuts)
    cell = queue_ix[stay.case[row]].astype(np.int64) * intervals + interval
    return lengths_by(cell, n_queues * intervals, length).reshape(n_queues, intervals).astype(np.int64)


def backlog_at(
    stay: Stays,
    arrived_at: IntArray,
    queue_ix: IntArray,
    n_queues: int,
    edges: ArrayLike,
    *,
    chunk: int = 2**21,
) -> Backlog:
    """Return how many cases stood in a state at each edge, by queue, and how old they were.

    Parameters
    ----------
    stay
        From :func:`stays`.
    arrived_at, queue_ix
        Of every case, shape (n_cases,).
    n_queues
        Number of queues.
    edges
        Instants to look at, increasing, ms, shape (n_edges,).
    chunk
        Cases × edges looked at together; bounds the memory, changes nothing.
    """
    at = np.asarray(edges, dtype=np.int64)
    n = len(at)
    first = np.searchsorted(at, stay.begin, side="left")
    last = np.searchsorted(at, stay.end, side="left")
    seen = np.maximum(last - first, 0)
    queue, arrived = queue_ix[stay.case].astype(np.int64), arrived_at[stay.case]
    shape = (n_queues, n + 1)
    # Counts and sums of arrivals by difference: +1 where a stay begins to be seen, −1 where it ends.
    cases, arrivals = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    some = seen > 0
    for edge, sign in ((first, 1), (last, -1)):
        np.add.at(cases, (queue[some], edge[some]), sign)
        np.add.at(arrivals, (queue[some], edge[some]), sign * arrived[some])
    cases, arrivals = np.cumsum(cases, axis=1)[:, :n], np.cumsum(arrivals, axis=1)[:, :n]
    oldest = np.zeros(n_queues * n, dtype=np.int64)
    ends = np.cumsum(seen)
    begin = 0
    while begin < len(seen):
        done = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, done + chunk, side="right")), begin + 1)
        part = slice(begin, stop)
        row = np.repeat(np.arange(begin, stop), seen[part])
        edge = np.arange(len(row)) - np.repeat(ends[part] - seen[part] - done - first[part], seen[part])
        np.maximum.at(oldest, queue[row] * n + edge, at[edge] - arrived[row])
        begin = stop
    return Backlog(cases, cases * at - arrivals, oldest.reshape(n_queues, n))

"""Customers instead of contacts: who was lost or solved in the end, and what bots contained for good.

Comes in: a workload, its trace and rules, and a window in which a customer who is not content comes back. Goes
out: yes or no for every case, and count tables by (queue, interval), or (bot, interval), as in service. Left
out: single contacts (service), how long it took (waiting).

A customer is a first contact with all that follows from it, whatever queue that comes to. What a window would
show after the end of the run is not known: cases whose window ends at or after it are left out of what looks
through the window, above and below the line, and counted as unseen.
"""

from __future__ import annotations

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import at_first, born, counted
from careplan.metrics.periods import Periods
from careplan.metrics.service import given_up, tally
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload

NEVER_BACK = np.iinfo(np.int64).max


def came_back_at(workload: Workload, trace: Trace) -> IntArray:
    """Return when the contact that follows each case began, to whatever queue; ``NEVER_BACK`` where none did."""
    back = np.full(workload.n_cases, NEVER_BACK)
    if workload.has_children:
        child = np.flatnonzero(workload.is_child & np.asarray(born(workload, trace)))
        back[workload.parent[child]] = trace.case_arrived_at[child]
    return back


def window_is_seen(trace: Trace, ended_at: IntArray, window_ms: int) -> BoolArray:
    """Return for which cases the run shows the whole window after their end; not for those without an end."""
    return np.asarray((ended_at >= 0) & (ended_at < trace.until - window_ms))


def customer_counts(
    workload: Workload, trace: Trace, cells: IntArray, periods: Periods, *, window_ms: int
) -> dict[str, IntArray]:
    """Return figures per customer, in the cell of the customer's first contact; tables (n_queues, n_intervals).

    ``customers``: first contacts that need a reply. ``customers_lost``: those whose last contact was lost: the
    customer gave up, or it expired; who tried again and was answered is not lost. ``contacts_lost`` counts lost
    contacts, each in its own cell.

    ``first_ended``: first contacts that ended answered or contained. ``solved_candidates``: of these, the ones
    whose window is seen; ``solved_at_once``: of those, without a come-back in the window (first contact
    resolution); ``window_unseen``: the other ones. ``customers_seen``: customers without the unseen.

    ``contained_true``: contained contacts that did not come back in the window; ``met_bot_seen``: contacts a bot
    was done with, contained or handed off, whose window is seen from there.
    """
    has = counted(workload, trace)
    outcome = trace.case_outcome
    lost = has & (given_up(trace) | (outcome == Outcome.EXPIRED))
    served = np.isin(outcome, (Outcome.ANSWERED, Outcome.CONTAINED))
    back_at = came_back_at(workload, trace)
    is_root = has & ~workload.is_child
    lost_root = lost
    if workload.has_children:
        lost_root = np.zeros(workload.n_cases, dtype=bool)
        lost_root[workload.root[lost & (back_at == NEVER_BACK)]] = True
    seen = window_is_seen(trace, trace.case_ended_at, window_ms)
    stayed = back_at - np.maximum(trace.case_ended_at, 0) > window_ms
    bot_seen = window_is_seen(trace, bot_ended_at(workload, trace), window_ms)
    marks = {
        "customers": is_root,
        "customers_lost": is_root & lost_root,
        "contacts_lost": lost,
        "first_ended": is_root & served,
        "solved_candidates": is_root & served & seen,
        "solved_at_once": is_root & served & seen & stayed,
        "window_unseen": is_root & served & ~seen,
        "customers_seen": is_root & (seen | ~served),
        "contained_true": has & (outcome == Outcome.CONTAINED) & bot_seen & stayed,
        "met_bot_seen": has & bot_seen,
    }
    shape = (len(workload.queues), periods.n_intervals)
    return {name: tally(mark, cells, *shape) for name, mark in marks.items()}


def bot_ended_at(workload: Workload, trace: Trace) -> IntArray:
    """Return when a bot was done with each case, contained or handed off; −1 without a bot, or still with it."""
    handed_off_at = at_first(workload, trace.turn_queued_at)
    ended = np.where(trace.case_outcome == Outcome.CONTAINED, trace.case_ended_at, handed_off_at)
    return np.where(trace.case_bot_slot >= 0, ended, -1)


def bot_counts(
    workload: Workload, trace: Trace, rules: Rules, periods: Periods, *, window_ms: int
) -> dict[str, IntArray]:
    """Return what each bot did, by the interval of the customer's first message; tables (n_bots, n_intervals).

    ``sessions``, of them ``bot_contained`` and ``bot_handed_off``; of those whose window is seen
    (``sessions_seen``), ``bot_contained_true``: contained, and not back in the window.
    """
    took = np.flatnonzero(trace.case_bot_slot >= 0)
    bot = rules.queue_bots[workload.queue_ix[took], trace.case_bot_slot[took]]
    interval = periods.interval_of(trace.case_arrived_at[took])
    cells = np.where(interval >= 0, bot * periods.n_intervals + interval, -1)
    contained = trace.case_outcome[took] == Outcome.CONTAINED
    ended_at = bot_ended_at(workload, trace)[took]
    seen = window_is_seen(trace, ended_at, window_ms)
    stayed = came_back_at(workload, trace)[took] - np.maximum(ended_at, 0) > window_ms
    marks = {
        "sessions": np.ones(len(took), dtype=bool),
        "sessions_seen": seen,
        "bot_contained": contained,
        "bot_contained_true": contained & seen & stayed,
        "bot_handed_off": at_first(workload, trace.turn_queued_at)[took] >= 0,
    }
    shape = (len(rules.bots), periods.n_intervals)
    return {name: tally(mark, cells, *shape) for name, mark in marks.items()}

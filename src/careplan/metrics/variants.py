"""The counts behind definitions that the ordinary report does not have.

Comes in: a workload, its trace and rules, the clocks and thresholds in question. Goes out: count tables by (queue,
interval), as in service. Left out: which definition is made of which (definitions). Only counted when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import Clock, answered_at, at_first, begun_at, counted
from careplan.metrics.periods import Periods
from careplan.metrics.replies import questions, reply_counts
from careplan.metrics.service import (
    early_abandoned,
    given_up,
    left_unanswered,
    next_response_counts,
    resolved_within,
    tally,
    total,
)
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload


def variant_tables(
    workload: Workload,
    trace: Trace,
    rules: Rules,
    cells: IntArray,
    periods: Periods,
    levels: Mapping[str, IntArray],
    *,
    clocks: Mapping[str, Clock],
    within_ms: Sequence[int],
    level_name: Callable[[int, str], str],
    short_ms: int,
) -> dict[str, IntArray]:
    """Return every table that only definitions need.

    Parameters
    ----------
    workload, trace, rules
        Of one run.
    cells, periods
        As in service.
    levels
        The tables of the service levels (``service_level_counts``) by ``level_name(threshold, clock)_…``.
    clocks
        By what names end in on them; the first, ``""``, is the wall from the first message.
    within_ms
        Thresholds.
    level_name
        Threshold and ending of a clock → name of the service level.
    short_ms
        Abandoned within so long: a short one.
    """
    shape = (len(workload.queues), periods.n_intervals)
    found = {}

    def count(mark: BoolArray) -> IntArray:
        return tally(mark, cells, *shape)

    for suffix, clock in clocks.items():
        has = counted(workload, trace, clock)
        left = count(left_unanswered(workload, trace, rules, clock))
        short = count(early_abandoned(workload, trace, rules, short_ms, clock))
        for threshold in within_ms:
            level = level_name(threshold, suffix)
            found[f"{level}_counted_but_abandoned"] = levels[f"{level}_counted"] - left
            found[f"{level}_counted_but_short"] = levels[f"{level}_counted"] - short
            found[f"{level}_in_time_or_short"] = levels[f"{level}_in_time"] + short
            replied = questions(workload, trace, rules, clock)
            found[f"{level}_replied_in_time"] = reply_counts(replied, cells, shape, threshold)[0]
            found[f"{level}_resolved_in_time"] = count(resolved_within(workload, trace, threshold, clock)[0])
            if clock.since == "first message":
                in_time, every = next_response_counts(workload, trace, rules, cells, periods, threshold, clock)
                found |= {f"{level}_next_in_time": in_time, f"{level}_next_all": every}
                from_first, by_contact = customers_within(workload, trace, rules, threshold, clock)
                found[f"{level}_customers_in_time"] = count(from_first)
                found[f"{level}_customers_in_time_by_contact"] = count(by_contact)
        if "_bots_" not in suffix:
            for name, (rows, ms) in waits_with_the_lost(workload, trace, clock).items():
                found[f"{name}{suffix}_ms"] = total(ms, cells[rows], *shape)
                found[f"{name}{suffix}_n"] = tally(np.ones(len(rows), dtype=bool), cells[rows], *shape)
        elif not clock.open_hours:
            found[f"replied{suffix}"] = count(has & (answered_at(workload, trace, rules, clock) >= 0))
        if not suffix:
            found |= {
                "abandoned_but_short": left - short,
                "needing_reply_but_short": count(has) - short,
                "queued": count(has & (at_first(workload, trace.turn_queued_at) >= 0)),
                "customers_replied": count(customers_replied(workload, trace, rules, clock)),
            }
    return found


def customers_within(
    workload: Workload, trace: Trace, rules: Rules, threshold_ms: int, clock: Clock
) -> tuple[BoolArray, BoolArray]:
    """Return which customers were answered within a threshold, after however many contacts; on the rows of their
    first contacts.

    Returns
    -------
    from_first, by_contact
        bool, shape (n_cases,). The contact that counts is the first of the customer's chain that was answered
        before the customer gave up on it: no later one can be sooner. ``from_first``: answered within the threshold
        of the first message of the *first* contact, in whose queue's hours an open clock runs; ``by_contact``: of
        its own first message, in its own queue's hours, so that earlier tries in vain are forgiven.
    """
    answer = answered_at(workload, trace, rules, clock)
    began = begun_at(workload, trace, clock)
    is_root = counted(workload, trace, clock) & ~workload.is_child
    first = _first_contact(workload, counted(workload, trace, clock) & (answer >= 0) & (trace.case_lapsed_at < 0))
    root = np.flatnonzero(is_root & (first >= 0))
    contact = first[root]
    from_first, by_contact = (np.zeros(workload.n_cases, dtype=bool) for _ in range(2))
    from_first[root] = clock.elapsed(workload, root, began[root], answer[contact]) <= threshold_ms
    by_contact[root] = clock.elapsed(workload, contact, began[contact], answer[contact]) <= threshold_ms
    return from_first, by_contact


def customers_replied(workload: Workload, trace: Trace, rules: Rules, clock: Clock) -> BoolArray:
    """Return which customers got a reply to any of their contacts, however late; on the rows of first contacts."""
    has = counted(workload, trace, clock)
    first = _first_contact(workload, has & (answered_at(workload, trace, rules, clock) >= 0))
    return np.asarray(has & ~workload.is_child & (first >= 0))


def _first_contact(workload: Workload, which: BoolArray) -> IntArray:
    """Return, on the rows of first contacts, the first contact of the chain that is marked; −1 without one.

    A follow-up stands below what it follows, so the first is the smallest row.
    """
    first = np.full(workload.n_cases, -1)
    rows = np.flatnonzero(which)[::-1]
    first[workload.root[rows]] = rows
    return first


def waits_with_the_lost(workload: Workload, trace: Trace, clock: Clock) -> dict[str, tuple[IntArray, IntArray]]:
    """Return rows and waits, in ms, of cases by what they are in: ``time_in_queue``, ``time_to_abandon``.

    A wait in the queue ends when the first turn starts, the customer gives up or the message expires, whichever is
    first; one that goes on ends with the run. Only cases that reached their human queue have one.
    """
    has = counted(workload, trace, clock)
    queued, started = at_first(workload, trace.turn_queued_at), at_first(workload, trace.turn_started_at)
    began = begun_at(workload, trace, clock)
    never = np.iinfo(np.int64).max
    gone = trace.case_outcome == Outcome.ABANDONED
    over = (started < 0) & (trace.case_ended_at >= 0)
    gave_up = np.where(gone, trace.case_ended_at, np.where(trace.case_lapsed_at >= 0, trace.case_lapsed_at, never))
    ends = np.where(started >= 0, started, np.where(over, trace.case_ended_at, trace.until))
    waits = {
        "time_in_queue": (np.flatnonzero(has & (queued >= 0)), np.minimum(ends, gave_up)),
        "time_to_abandon": (np.flatnonzero(has & given_up(trace)), gave_up),
    }
    return {name: (rows, clock.elapsed(workload, rows, began[rows], end[rows])) for name, (rows, end) in waits.items()}

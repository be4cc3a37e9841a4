"""Who got an answer, how many of them in time, and what became of the others.

Comes in: a workload, its trace and rules. Goes out: yes or no for every case, and count tables by (queue,
interval) of the customer's first message, int64, that add up over intervals, queues and replications. Left
out: how long it took (waiting), uncertainty.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import WALL, Clock, answered_at, at_first, begun_at, born, counted, resolved_at
from careplan.metrics.periods import Periods
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload

Variant = Literal["offered", "without early abandons", "early abandons as good", "answered", "virtual"]
VARIANTS: dict[Variant, str] = {
    "offered": "answered within T ÷ all cases that need a reply (the default)",
    "without early abandons": "answered within T ÷ (cases that need a reply − abandoned within T)",
    "early abandons as good": "(answered within T + abandoned within T) ÷ cases that need a reply",
    "answered": "answered within T ÷ answered: flatters an understaffed queue, read it beside the abandoned",
    "virtual": "answered within T had nobody left ÷ cases that need a reply; one who left is given the wait "
    "that the next case of the queue to be started reveals (exact in first-in-first-out order)",
}
"""Published variants of the service level, each with its formula."""


def case_cells(workload: Workload, arrived_at: IntArray, periods: Periods) -> IntArray:
    """Return the cell queue × n_intervals + interval that each case belongs to, −1 where it is not measured.

    A case belongs to its own queue and the interval its customer first wrote in (a follow-up: its birth).
    Without follow-ups the cells are the same for every trace of a workload: compute them once, from
    ``workload.arrived_at``; with follow-ups pass ``trace.case_arrived_at``.
    """
    interval = periods.interval_of(arrived_at)
    if len(workload.queues) == 1:
        return interval
    return np.where(interval >= 0, workload.queue_ix * np.int64(periods.n_intervals) + interval, -1)


def tally(which: BoolArray, cells: IntArray, n_queues: int, n_intervals: int) -> IntArray:
    """Count the cases marked in ``which`` by cell; int64, shape (n_queues, n_intervals)."""
    # Cell −1 falls into a bin of its own, which is dropped: one pass, no copy of the marked rows.
    count = np.bincount(cells + 1, weights=which, minlength=n_queues * n_intervals + 1)
    return count[1:].astype(np.int64).reshape(n_queues, n_intervals)


def total(value: IntArray, cells: IntArray, n_queues: int, n_intervals: int) -> IntArray:
    """Add up whole numbers by cell; int64, shape (n_queues, n_intervals), exact below 2⁵³."""
    return tally(value, cells, n_queues, n_intervals)  # type: ignore[arg-type]


def answered_within(
    workload: Workload, trace: Trace, rules: Rules, threshold_ms: int, clock: Clock = WALL
) -> tuple[BoolArray, BoolArray]:
    """Return which cases were answered within a threshold, and which ones the service level counts.

    The service level on the offered basis is Σ in_time ÷ Σ counted over the cases of a period.

    Parameters
    ----------
    workload, trace, rules
        Of one run.
    threshold_ms
        T; an answer at exactly T is in time.
    clock
        Bot answers, open hours, from where.

    Returns
    -------
    in_time, counted
        bool, shape (n_cases,). ``counted``: the case needs a reply (and was born), whatever became of it.
        ``in_time``: counted, answered, the customer had not given up before, and the time to the answer is
        ≤ T.
    """
    took, answered, has = answered_times(workload, trace, rules, clock)
    return answered & (took <= threshold_ms), has


def answered_times(
    workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL
) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return how long each case's answer took, ms, which were answered while their customer waited, and which count.

    Shape (n_cases,) each; the first says nothing where there is no answer. ``answered`` leaves out whose customer had
    given up before; ``counted`` is as in :func:`answered_within`.
    """
    has = counted(workload, trace, clock)
    answer = answered_at(workload, trace, rules, clock)
    took = clock.elapsed(workload, None, begun_at(workload, trace, clock), answer)
    answered = answer >= 0
    answered &= trace.case_lapsed_at < 0
    answered &= has
    return took, answered, has


def resolved_within(
    workload: Workload, trace: Trace, threshold_ms: int, clock: Clock = WALL
) -> tuple[BoolArray, BoolArray]:
    """Return which cases were resolved within a threshold, and which are counted: as
    :func:`answered_within`.
    """
    has = counted(workload, trace, clock)
    end = resolved_at(workload, trace, clock)
    took = clock.elapsed(workload, None, begun_at(workload, trace, clock), end)
    return has & (end >= 0) & (took <= threshold_ms), has


def next_responses(workload: Workload, trace: Trace, rules: Rules) -> tuple[IntArray, IntArray, IntArray]:
    """Return every later customer message: the row of its case, when it came, and when it was answered (−1
    not).

    On live queues the answer is the start of the turn, on message queues its end.
    """
    is_later = np.ones(workload.n_turns, dtype=bool)
    is_later[workload.turn_start[:-1]] = False
    turn = np.flatnonzero(is_later & (trace.turn_queued_at >= 0))
    case = np.searchsorted(workload.turn_start, turn, side="right") - 1
    live = rules.is_live[workload.queue_ix[case]]
    return (
        case,
        trace.turn_queued_at[turn],
        np.where(live, trace.turn_started_at[turn], trace.turn_ended_at[turn]),
    )


def next_response_counts(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, periods: Periods, threshold_ms: int,
    clock: Clock = WALL,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return later customer messages answered within a threshold, and all of them; shape (n_queues,
    n_intervals).

    They belong to the cell of their case. The next-response service level is Σ in time ÷ Σ all.
    """
    case, came, answer = next_responses(workload, trace, rules)
    took = clock.elapsed(workload, case, came, answer)
    shape = (len(workload.queues), periods.n_intervals)
    in_time = (answer >= 0) & (took <= threshold_ms)
    return tally(in_time, cells[case], *shape), tally(np.ones(len(case), dtype=bool), cells[case], *shape)


def given_up(trace: Trace) -> BoolArray:
    """Return which customers gave up waiting: they left (abandoned), or the message kept its place without
    them.
    """
    return np.asarray((trace.case_outcome == Outcome.ABANDONED) | (trace.case_lapsed_at >= 0))


def left_unanswered(workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL) -> BoolArray:
    """Return which counted cases were abandoned without an answer: where a hand-off by a bot is one
    (``always``), who leaves after it has had it.
    """
    left = counted(workload, trace, clock) & (trace.case_outcome == Outcome.ABANDONED)
    if clock.bot_counts == "always":
        left &= answered_at(workload, trace, rules, clock) < 0
    return np.asarray(left)


def early_abandoned(
    workload: Workload, trace: Trace, rules: Rules, threshold_ms: int, clock: Clock = WALL
) -> BoolArray:
    """Return which cases were abandoned within the threshold, without an answer."""
    took = clock.elapsed(workload, None, begun_at(workload, trace, clock), trace.case_ended_at)
    return np.asarray(left_unanswered(workload, trace, rules, clock) & (took <= threshold_ms))


def virtually_within(
    workload: Workload, trace: Trace, rules: Rules, threshold_ms: int, clock: Clock = WALL
) -> BoolArray:
    """Return which cases were answered within the threshold, or would have been, had their customer not left.

    A case that was abandoned is taken to start when the first case behind it in its queue started, no
    earlier than it left; its answer is that start. If none behind it ever started, it is not in time.
    """
    in_time, _ = answered_within(workload, trace, rules, threshold_ms, clock)
    left = np.flatnonzero(left_unanswered(workload, trace, rules, clock))
    queued, started = at_first(workload, trace.turn_queued_at), at_first(workload, trace.turn_started_at)
    never = np.iinfo(np.int64).max
    virtual = np.full(workload.n_cases, never)
    for queue in np.unique(workload.queue_ix[left]):
        rows = np.flatnonzero((workload.queue_ix == queue) & (queued >= 0))
        rows = rows[np.lexsort((rows, queued[rows]))]
        start = np.where(started[rows] >= 0, started[rows], never)
        # The earliest start among all cases behind: a running minimum from the back.
        virtual[rows] = np.append(np.minimum.accumulate(start[::-1])[::-1][1:], never)
    behind = left[virtual[left] < never]
    would = np.maximum(virtual[behind], trace.case_ended_at[behind])
    took = clock.elapsed(workload, behind, begun_at(workload, trace, clock)[behind], would)
    in_time[behind] = took <= threshold_ms
    return in_time


def service_level_counts(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, periods: Periods, threshold_ms: int,
    clock: Clock = WALL,
) -> dict[str, IntArray]:  # fmt: skip
    """Return the counts from which every variant of one service level is made; each (n_queues, n_intervals).

    Keys: ``in_time``, ``counted``, ``answered``, ``early_abandoned``, ``virtual`` (see
    :func:`service_level`).
    """
    in_time, has = answered_within(workload, trace, rules, threshold_ms, clock)
    shape = (len(workload.queues), periods.n_intervals)
    marks = {
        "in_time": in_time,
        "counted": has,
        "answered": has & (answered_at(workload, trace, rules, clock) >= 0),
        "early_abandoned": early_abandoned(workload, trace, rules, threshold_ms, clock),
        "virtual": virtually_within(workload, trace, rules, threshold_ms, clock),
    }
    return {name: tally(mark, cells, *shape) for name, mark in marks.items()}


def service_level(counts: dict[str, IntArray], variant: Variant = "offered") -> tuple[IntArray, IntArray]:
    """Return numerator and denominator of a published variant of the service level; formulas in
    ``VARIANTS``.
    """
    in_time, has, early = counts["in_time"], counts["counted"], counts["early_abandoned"]
    pairs = {
        "offered": (in_time, has),
        "without early abandons": (in_time, has - early),
        "early abandons as good": (in_time + early, has),
        "answered": (in_time, counts["answered"]),
        "virtual": (counts["virtual"], has),
    }
    return pairs[variant]


def outcome_counts(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, periods: Periods, clock: Clock = WALL
) -> dict[str, IntArray]:
    """Return what became of the cases of each cell; tables (n_queues, n_intervals).

    ``cases`` = ``needing_reply`` + ``no_reply``; ``needing_reply`` = ``ended_answered`` + ``contained`` +
    ``abandoned`` + ``lapsed`` + ``expired`` + ``open`` (L01). ``replied`` counts those that got a first
    answer (by ``bot_counts``), however late; ``resolved`` those resolved; ``given_up`` those whose customer
    gave up, left or lapsed, whatever came after; ``met_bot`` and ``handed_off`` those a bot took and passed
    on.
    """
    has = counted(workload, trace)
    outcome = trace.case_outcome
    met_bot = trace.case_bot_slot >= 0
    in_queue = at_first(workload, trace.turn_queued_at) >= 0
    marks = {
        "cases": np.broadcast_to(born(workload, trace), outcome.shape),
        "needing_reply": has,
        "no_reply": ~workload.needs_reply & born(workload, trace),
        "replied": has & (answered_at(workload, trace, rules, clock) >= 0),
        "resolved": has & (resolved_at(workload, trace, clock) >= 0),
        "ended_answered": has & (outcome == Outcome.ANSWERED),
        "contained": has & (outcome == Outcome.CONTAINED),
        "abandoned": has & (outcome == Outcome.ABANDONED),
        "lapsed": has & (outcome == Outcome.LAPSED),
        "expired": has & (outcome == Outcome.EXPIRED),
        "open": has & (outcome == Outcome.OPEN),
        "given_up": has & given_up(trace),
        "met_bot": has & met_bot,
        "handed_off": has & met_bot & in_queue,
    }
    shape = (len(workload.queues), periods.n_intervals)
    return {name: tally(mark, cells, *shape) for name, mark in marks.items()}

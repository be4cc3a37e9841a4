"""What a goal counts in one run: a numerator and a denominator by queue and interval.

Comes in: a goal, a run, the measured intervals. Goes out: its counts. Left out: judging them (scorecard).
"""

from __future__ import annotations

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.errors import TableError
from careplan.metrics.clocks import OpenHours, counted
from careplan.metrics.occupancy import least_on_duty
from careplan.metrics.periods import Periods
from careplan.metrics.replies import messages, questions, reply_counts, time_counts, window_counts
from careplan.metrics.scorecard import Goal, GoalCounts
from careplan.metrics.service import (
    answered_within,
    case_cells,
    given_up,
    next_response_counts,
    resolved_within,
    tally,
)
from careplan.roster import Roster
from careplan.trace.agents import AgentSpans, agent_spans
from careplan.trace.spans import Spans, cut, lengths_by
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


def goal_counts(
    goal: Goal,
    workload: Workload,
    trace: Trace,
    rules: Rules,
    roster: Roster,
    periods: Periods,
    *,
    cells: IntArray | None = None,
    spans: AgentSpans | None = None,
) -> GoalCounts:
    """Return the counts of one goal in one run.

    Parameters
    ----------
    goal
        What to look at.
    workload, trace, rules, roster
        The run.
    periods
        The measured intervals.
    cells
        From :func:`careplan.metrics.service.case_cells`, if at hand.
    spans
        From :func:`careplan.trace.agents.agent_spans`, if at hand (occupancy).

    Raises
    ------
    TableError
        If the goal names a queue or group that there is not.
    """
    if goal.kind == "cover":
        groups = _rows("groups", goal.groups, roster.groups, goal.name)
        windows = None if goal.hours is None else _as_spans(goal.hours)
        there = least_on_duty(roster, groups, windows, periods, goal.at_least)
        wanted = periods.length_ms
        if windows is not None:
            _, interval, length = cut(windows.begin, windows.end, periods.edges)
            wanted = lengths_by(interval, periods.n_intervals, length).astype(np.int64)
        return GoalCounts(there[None], wanted[None])
    if goal.kind == "occupancy":
        groups = _rows("groups", goal.groups, roster.groups, goal.name)
        spans = spans or agent_spans(trace, workload, roster, rules)
        busy = spans.by_group(spans.busy_on_duty, periods.edges)[groups].sum(axis=0)
        on_duty = spans.by_group(spans.duty, periods.edges)[groups].sum(axis=0)
        return GoalCounts(busy[None], on_duty[None])
    queues = _rows("queues", goal.queues, workload.queues, goal.name)
    if cells is None:
        cells = case_cells(workload, trace.case_arrived_at, periods)
    shape = (len(workload.queues), periods.n_intervals)
    if goal.kind in ("reply", "mean_answer", "window"):
        top, bottom = _of_replies(goal, workload, trace, rules, queues, cells, periods)
    elif goal.kind == "next_response":
        top, bottom = next_response_counts(workload, trace, rules, cells, periods, goal.threshold_ms, goal.clock)
    else:
        if goal.kind == "answer":
            which, has = answered_within(workload, trace, rules, goal.threshold_ms, goal.clock)
        elif goal.kind == "resolution":
            which, has = resolved_within(workload, trace, goal.threshold_ms, goal.clock)
        else:
            has = counted(workload, trace, goal.clock)
            which = has & given_up(trace)
        top, bottom = tally(which, cells, *shape), tally(has, cells, *shape)
    if len(queues) < len(workload.queues):
        others = np.ones(len(workload.queues), dtype=bool)
        others[queues] = False
        top[others] = bottom[others] = 0
    return GoalCounts(top, bottom)


def _of_replies(
    goal: Goal, workload: Workload, trace: Trace, rules: Rules, queues: IntArray, cells: IntArray, periods: Periods
) -> tuple[IntArray, IntArray]:
    """Numerator and denominator of a goal about replies, of all queues but for the fastest of those it names."""
    shape = (len(workload.queues), periods.n_intervals)
    if goal.kind == "window":
        return window_counts(messages(workload, trace, rules, goal.clock), cells, shape, goal.threshold_ms)
    if goal.new_after_ms:
        found = messages(workload, trace, rules, goal.clock, silent_for_ms=goal.new_after_ms)
    else:
        found = questions(workload, trace, rules, goal.clock)
    if goal.kind == "reply":
        return reply_counts(found, cells, shape, goal.threshold_ms)
    if goal.fastest < 1 and len(queues) < len(workload.queues):
        found = found.chosen(np.isin(workload.queue_ix[found.case], queues))
    return time_counts(found, cells, shape, goal.threshold_ms, fastest=goal.fastest, periods=periods, over=goal.over)


def _rows(what: str, named: tuple[str, ...], known: tuple[str, ...], goal: str) -> IntArray:
    """Return the rows of the names, all where none is named."""
    unknown = [name for name in named if name not in known]
    if unknown:
        raise TableError(f"goal {goal}", [f"names {what} {', '.join(unknown)}; known {what}: {', '.join(known)}"])
    return np.array([known.index(name) for name in named] if named else range(len(known)), dtype=np.int64)


def _as_spans(hours: OpenHours) -> Spans:
    return Spans(np.zeros_like(hours.opens), hours.opens, hours.closes)

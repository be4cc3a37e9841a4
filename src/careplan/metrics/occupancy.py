"""How busy agents were, and what each queue took of them.

Comes in: the agents' stretches of time and the workload. Goes out: tables by (group, interval) and by (queue,
interval), in the intervals in which things happened. Left out: shares (catalogue), pay (costing).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.engine.contract import FULL_CAPACITY, Rules
from careplan.metrics.periods import Periods
from careplan.metrics.service import tally
from careplan.roster import Roster
from careplan.trace.agents import AgentSpans
from careplan.trace.spans import AXIS, Spans, clip, cut, lengths_by, union, without
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload


def duty_tables(spans: AgentSpans, rules: Rules, periods: Periods) -> dict[str, IntArray]:
    """Return agents' time by group and interval, int64 ms, shape (n_groups, n_intervals).

    ``on_duty_ms``; ``busy_ms`` (on duty with any work in hand: occupancy = busy ÷ on duty, never above 1);
    ``held_ms`` (on duty, nothing in hand, room kept for a customer who thinks); ``paused_ms`` (on duty with
    paused work); ``overtime_ms`` (off duty, in hand or held). ``units_ms`` and ``capacity_ms``: units in
    use and capacity × time on duty, in thousandths of an agent × ms; desk load = units ÷ capacity, pauses
    taken out exactly.
    """
    edges = periods.edges
    on_duty = spans.by_group(spans.duty, edges)
    busy = spans.by_group(spans.busy_on_duty, edges)
    engaged = spans.by_group(spans.engaged_on_duty, edges)
    # Thousandths of an agent, so that years of many agents still add up inside int64.
    scale = FULL_CAPACITY // 1000
    return {
        "on_duty_ms": on_duty,
        "busy_ms": busy,
        "held_ms": engaged - busy,
        "paused_ms": spans.by_group(spans.pauses_on_duty, edges),
        "overtime_ms": spans.by_group(spans.engaged, edges) - engaged,
        "units_ms": np.rint(spans.units_by_group(edges) / scale).astype(np.int64),
        "capacity_ms": np.rint(on_duty * (rules.capacity[:, None] / scale)).astype(np.int64),
    }


def least_on_duty(roster: Roster, groups: IntArray, windows: Spans | None, periods: Periods, at_least: int) -> IntArray:
    """Return milliseconds by interval in which at least ``at_least`` agents of the groups are on duty;
    (n_intervals,).

    Parameters
    ----------
    roster
        Who is on duty when.
    groups
        Rows of the groups whose agents count together.
    windows
        Look only inside these (their agents are not read); ``None``: always.
    periods
        Measured intervals.
    at_least
        Agents, ≥ 1.
    """
    mine = np.isin(roster.agent_group[roster.spell_agent], groups)
    at = np.concatenate((roster.spell_on[mine], roster.spell_off[mine]))
    change = np.repeat([1, -1], np.count_nonzero(mine))
    order = np.argsort(at, kind="stable")
    here, count = at[order], np.cumsum(change[order])
    covered = count[:-1] >= at_least if len(count) else np.zeros(0, dtype=bool)
    nobody = np.zeros(np.count_nonzero(covered), dtype=np.int64)
    covering = union(Spans(nobody, here[:-1][covered], here[1:][covered]))
    if windows is not None:
        covering = clip(covering, Spans(np.zeros_like(windows.begin), windows.begin, windows.end))[1]
    _, interval, length = cut(covering.begin, covering.end, periods.edges)
    return lengths_by(interval, periods.n_intervals, length).astype(np.int64)


def effort_tables(spans: AgentSpans, workload: Workload, trace: Trace, periods: Periods) -> dict[str, IntArray]:
    """Return what each queue took of agents and what they did for it; shape (n_queues, n_intervals).

    ``handled``: cases an agent brought to their end (answered, lapsed or triaged), in the interval of that
    end. ``agent_ms``: agent time spent on the cases of a queue: at each instant an agent's time is split
    evenly over the turns worked, or, while none is, over the turns whose room is kept. Time idle is
    nobody's; overtime counts. Both belong to the case's own queue, wherever its turns were worked.
    """
    queues, intervals = len(workload.queues), periods.n_intervals
    by_agent = np.isin(trace.case_outcome, (Outcome.ANSWERED, Outcome.LAPSED, Outcome.TRIAGED))
    interval = periods.interval_of(trace.case_ended_at)
    cells = np.where(by_agent & (interval >= 0), workload.queue_ix * np.int64(intervals) + interval, -1)
    agent_ms = np.zeros(queues * intervals)
    for _, queue, interval, share in _effort(spans, workload, trace, periods):
        agent_ms += lengths_by(queue * intervals + interval, queues * intervals, share)
    return {
        "handled": tally(by_agent, cells, queues, intervals),
        "agent_ms": np.rint(agent_ms).astype(np.int64).reshape(queues, intervals),
    }


def effort_by_group(spans: AgentSpans, workload: Workload, trace: Trace, periods: Periods) -> IntArray:
    """Return agent time by the agents' group and the cases' queue in all periods, int64 ms, shape (n_groups, n_queues):
    ``agent_ms`` of :func:`effort_tables`, by who it was.
    """
    groups, queues = len(spans.roster.groups), len(workload.queues)
    found = np.zeros(groups * queues)
    for agent, queue, _, share in _effort(spans, workload, trace, periods):
        found += lengths_by(spans.roster.agent_group[agent] * queues + queue, groups * queues, share)
    return np.rint(found).astype(np.int64).reshape(groups, queues)


def _effort(
    spans: AgentSpans, workload: Workload, trace: Trace, periods: Periods
) -> Iterator[tuple[IntArray, IntArray, IntArray, FloatArray]]:
    """Agents' time in pieces: (agent, queue of the case, interval, ms of it that fall to the case)."""
    # Held and not busy: the holds with the busy time cut out.
    hold_row, hole = clip(spans.holds, spans.busy)
    kept_row, kept = without(spans.holds, hold_row, hole)
    for piece, turn in ((spans.work, spans.work_turn), (kept, spans.hold_turn[kept_row])):
        case = np.searchsorted(workload.turn_start, turn, side="right") - 1
        row, interval, length = cut(piece.begin, piece.end, periods.edges)
        share = _even_share(piece, row, np.maximum(piece.begin[row], periods.edges[interval]), length)
        yield piece.agent[row], workload.queue_ix[case[row]].astype(np.int64), interval, share


def _even_share(spans: Spans, row: IntArray, begin: IntArray, length: IntArray) -> FloatArray:
    """Return the agent's time that falls to each piece [begin, begin + length) of a row: ∫ dt ÷ spans at once."""
    n = len(spans)
    base = spans.agent * AXIS
    at = np.concatenate((base + spans.begin, base + spans.end))
    order = np.argsort(at, kind="stable")
    at = at[order]
    count = np.cumsum(np.repeat([1, -1], n)[order])
    rate = np.where(count > 0, 1 / np.maximum(count, 1), 0.0)
    # Agent time per span, up to every begin and end; a span that is cut is looked up between them.
    before = np.zeros(2 * n)
    np.cumsum(np.diff(at) * rate[:-1], out=before[1:])
    place = np.empty(2 * n, dtype=np.int64)
    place[order] = np.arange(2 * n)

    def until(x: IntArray, known: IntArray, own: IntArray) -> FloatArray:
        value = before[place[known]]
        cut_off = np.flatnonzero(x != own)
        key = base[row[cut_off]] + x[cut_off]
        left = np.searchsorted(at, key, side="right") - 1
        value[cut_off] = before[left] + (key - at[left]) * rate[left]
        return value

    if not n:
        return np.zeros(0)
    return until(begin + length, n + row, spans.end[row]) - until(begin, row, spans.begin[row])

"""What a run used that costs money, and what it brought: overtime, bots, talk, late answers, work by group and queue.

Comes in: one run. Goes out: :class:`Usage`, plain counts and times. Left out: prices (bill).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from careplan.clock import Window
from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import answered_at, counted
from careplan.metrics.measures import Measures
from careplan.metrics.occupancy import effort_by_group
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.trace.agents import agent_spans
from careplan.trace.spans import Spans, clip, without
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True, eq=False)
class Usage:
    """What one run used, within the horizon. Rows of arrays are the queues, in their order."""

    queues: tuple[str, ...]
    overtime: Mapping[str, tuple[Window, ...]]
    """Group → time worked off duty, [begin, end) ms; not in a paid break, which is paid as it is."""
    sessions: Mapping[str, int]
    """Bot → cases it took."""
    resolutions: Mapping[str, int]
    """Bot → cases it contained."""
    talk_ms: Mapping[str, int]
    """Live channel → time agents talked."""
    cases: IntArray
    """First written in the horizon, shape (n_queues,)."""
    answered: IntArray
    """Of these, answered by a person or contained, as the first target counts bots; however late."""
    late: IntArray
    """Cases that need a reply and had none by the time after which it is late."""
    work_ms: Mapping[str, IntArray]
    """Group → its agents' time by queue, split evenly over turns in hand, overtime included."""
    outcomes: Mapping[str, IntArray]
    """Expected customers in millionths by queue, ``churned_parts`` and its like, where they are assumed."""


def usage_of(
    scenario: Scenario, workload: Workload, trace: Trace, roster: Roster, rules: Rules, measures: Measures
) -> Usage:
    """Return what a run used; ``measures`` are its own."""
    begin, end = measures.periods.begin, measures.periods.end
    spans = agent_spans(trace, workload, roster, rules)
    rows, inside = clip(spans.engaged, spans.duty)
    _, off = without(spans.engaged, rows, inside)
    rows, inside = clip(off, Spans(roster.pause_agent, roster.pause_on, roster.pause_off))
    _, off = without(off, rows, inside)
    overtime: dict[str, list[Window]] = {name: [] for name in roster.groups}
    for agent, a, b in zip(off.agent.tolist(), off.begin.tolist(), off.end.tolist(), strict=True):
        if max(a, begin) < min(b, end):
            overtime[roster.groups[int(roster.agent_group[agent])]].append((max(a, begin), min(b, end)))
    tables = {name: table.sum(axis=1) for name, table in measures.queue_tables.items() if table.ndim == 2}
    bots = {name: table.sum(axis=1).tolist() for name, table in measures.bot_tables.items()}
    effort = effort_by_group(spans, workload, trace, measures.periods)
    return Usage(
        queues=workload.queues,
        overtime={name: tuple(windows) for name, windows in overtime.items()},
        sessions=dict(zip(measures.bots, bots["sessions"], strict=True)),
        resolutions=dict(zip(measures.bots, bots["bot_contained"], strict=True)),
        talk_ms=_talk(scenario, workload, spans.turn, np.clip(spans.turns.begin, begin, end), spans.turns.end, end),
        cases=tables["cases"],
        answered=tables["replied"],
        late=_late(scenario, workload, trace, rules, measures),
        work_ms={name: effort[row] for row, name in enumerate(roster.groups)},
        outcomes={name: tables[name] for name in EXPECTED.values() if name in tables},
    )


EXPECTED = {
    "churn": "churned_parts",
    "loyalty": "won_parts",
    "shaming": "shaming_parts",
    "sale": "sales_parts",
}
"""The table of each kind of outcome that may have a value."""


def _talk(
    scenario: Scenario, workload: Workload, turn: IntArray, begin: IntArray, ended: IntArray, until: int
) -> dict[str, int]:
    """Agents' time on turns of live channels within the horizon, wrap-up included."""
    ms = np.maximum(np.minimum(ended, until) - begin, 0)
    by_queue = np.bincount(workload.turn_queue_ix[turn], ms, len(workload.queues)).astype(np.int64)
    found: dict[str, int] = {}
    for row, name in enumerate(workload.queues):
        queue = scenario.queues[name]
        if queue.is_live:
            found[queue.channel] = found.get(queue.channel, 0) + int(by_queue[row])
    return found


def _late(scenario: Scenario, workload: Workload, trace: Trace, rules: Rules, measures: Measures) -> IntArray:
    none = np.zeros(len(workload.queues), dtype=np.int64)
    if scenario.outcomes is None or scenario.outcomes.late is None:
        return none
    mine = counted(workload, trace) & (measures.periods.interval_of(trace.case_arrived_at) >= 0)
    at = answered_at(workload, trace, rules, measures.settings.clock)
    in_time = (at >= 0) & (at - trace.case_arrived_at <= scenario.outcomes.late.after)
    return np.bincount(workload.queue_ix[mine & ~in_time], minlength=len(none))

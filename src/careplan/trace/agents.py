"""What agents did, read off a trace: on duty, busy, paused, held, idle, overtime.

Comes in: a trace, the roster it was played on, and the units and interrupting rules of its queues.
Goes out: stretches of time by agent (:class:`AgentSpans`) and sums per agent (:class:`AgentTimes`).
Left out: shares and percentages (metrics), pay (costing).

The words: an agent is **busy** while a turn of theirs is in hand, paused turns included (one is only paused
while another is worked); **held** while no turn is in hand but room is kept for a customer who thinks
(RULES.md 5.2); **paused** while turns of theirs pause (5.5); **overtime** is time off duty spent busy or
held (5.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import BoolArray, IntArray
from careplan.errors import TableError
from careplan.trace.spans import AXIS, Spans, clip, cut, lengths_by, union, without
from careplan.trace.tables import Trace


class TurnRows(Protocol):
    """How turns belong to cases and queues; a workload is one. (A protocol: this floor lies below the
    workload's.)
    """

    @property
    def queue_ix(self) -> IntArray: ...
    @property
    def turn_start(self) -> IntArray: ...
    @property
    def turn_queue_ix(self) -> IntArray: ...


class DutyRows(Protocol):
    """Who is on duty when; a roster is one. (A protocol: it lies on this very floor.)"""

    @property
    def groups(self) -> tuple[str, ...]: ...
    @property
    def agent_group(self) -> IntArray: ...
    @property
    def agent_names(self) -> tuple[str, ...]: ...
    @property
    def n_agents(self) -> int: ...
    @property
    def spell_agent(self) -> IntArray: ...
    @property
    def spell_on(self) -> IntArray: ...
    @property
    def spell_off(self) -> IntArray: ...


class DeskRules(Protocol):
    """What turns take of an agent; the engine's rules are one. Columns by queue, ``capacity`` by group."""

    @property
    def units(self) -> IntArray: ...
    @property
    def hold(self) -> IntArray: ...
    @property
    def interrupts(self) -> BoolArray: ...
    @property
    def interruptible(self) -> BoolArray: ...
    @property
    def capacity(self) -> IntArray: ...


@dataclass(frozen=True, eq=False)
class AgentSpans:
    """Every stretch of an agent's time in one run; instants int64 ms. Each is worked out when first asked for.

    Notes
    -----
    Source: RULES.md 5.2 (holds) and 5.5 (pauses): a pause begins with a start that ``interrupted`` and ends
    when the agent's last interrupting turn ends.
    """

    trace: Trace
    rows: TurnRows
    roster: DutyRows
    desk: DeskRules

    @cached_property
    def duty(self) -> Spans:
        """Spells, sorted, free of overlaps."""
        return Spans(self.roster.spell_agent, self.roster.spell_on, self.roster.spell_off)

    @cached_property
    def turn(self) -> IntArray:
        """Row of the turn table for each row of ``turns``."""
        return np.flatnonzero(self.trace.turn_agent_ix >= 0)

    @cached_property
    def turns(self) -> Spans:
        """From the start to the end of each turn worked (or the end of the run), pauses included."""
        end = self.trace.turn_ended_at[self.turn]
        return Spans(
            self.trace.turn_agent_ix[self.turn].astype(np.int64),
            self.trace.turn_started_at[self.turn],
            np.where(end < 0, self.trace.until, end),
        )

    @cached_property
    def pauses(self) -> Spans:
        """Stretches in which an agent has paused turns; sorted, free of overlaps."""
        interrupts = self.desk.interrupts[self.rows.turn_queue_ix[self.turn]]
        return _pauses(self.turns, interrupts, self.trace.turn_interrupted[self.turn])

    @cached_property
    def _work(self) -> tuple[IntArray, Spans]:
        may_pause = np.flatnonzero(self.desk.interruptible[self.rows.turn_queue_ix[self.turn]])
        hole_row, holes = clip(self.turns.take(may_pause), self.pauses)
        row, work = without(self.turns, may_pause[hole_row], holes)
        return self.turn[row], work

    @property
    def work(self) -> Spans:
        """The turns without the pauses."""
        return self._work[1]

    @property
    def work_turn(self) -> IntArray:
        """Row of the turn table for each row of ``work``."""
        return self._work[0]

    @cached_property
    def work_units(self) -> IntArray:
        """Units taken by each row of ``work``."""
        return self.desk.units[self.rows.turn_queue_ix[self.work_turn]]

    @cached_property
    def _holds(self) -> tuple[IntArray, Spans, IntArray]:
        return _holds(self.trace, self.rows, self.desk)

    @property
    def holds(self) -> Spans:
        """Room kept while a customer thinks, or while the returned turn waits for its owner."""
        return self._holds[1]

    @property
    def hold_turn(self) -> IntArray:
        """Row of the turn after which the room is kept."""
        return self._holds[0]

    @property
    def hold_units(self) -> IntArray:
        """Units kept by each row of ``holds``."""
        return self._holds[2]

    @cached_property
    def busy(self) -> Spans:
        """Time with any turn in hand, sorted, free of overlaps."""
        return union(self.turns)

    @cached_property
    def engaged(self) -> Spans:
        """Time busy or held, sorted, free of overlaps."""
        if not len(self.holds):
            return self.busy
        both = (self.turns, self.holds)
        return union(Spans(*(np.concatenate([getattr(s, c) for s in both]) for c in ("agent", "begin", "end"))))

    @cached_property
    def busy_on_duty(self) -> Spans:
        """The part of ``busy`` inside spells."""
        return clip(self.busy, self.duty)[1]

    @cached_property
    def engaged_on_duty(self) -> Spans:
        """The part of ``engaged`` inside spells."""
        return clip(self.engaged, self.duty)[1] if len(self.holds) else self.busy_on_duty

    @cached_property
    def pauses_on_duty(self) -> Spans:
        """The part of ``pauses`` inside spells."""
        return clip(self.pauses, self.duty)[1]

    def by_agent(self, begin: int, end: int) -> AgentTimes:
        """Return what each agent did within [begin, end)."""
        window = np.array([begin, end], dtype=np.int64)
        agents = self.roster.n_agents
        everyone = np.arange(agents)

        def total(spans: Spans) -> IntArray:
            return _sums(spans, window, everyone, agents)[:, 0]

        on_duty, busy, engaged = total(self.duty), total(self.busy_on_duty), total(self.engaged_on_duty)
        return AgentTimes(
            agents=self.roster.agent_names,
            on_duty_ms=on_duty,
            busy_ms=busy,
            held_ms=engaged - busy,
            idle_ms=on_duty - engaged,
            paused_ms=total(self.pauses_on_duty),
            overtime_ms=total(self.engaged) - engaged,
        )

    def by_group(self, spans: Spans, edges: ArrayLike) -> IntArray:
        """Return agent milliseconds of any stretches by group and interval, shape (n_groups, n_intervals)."""
        cuts = np.asarray(edges, dtype=np.int64)
        return _sums(spans, cuts, self.roster.agent_group, len(self.roster.groups))

    def units_by_group(self, edges: ArrayLike) -> IntArray:
        """Return unit milliseconds in use on duty by group and interval: turns worked, not paused, and holds.

        Shape (n_groups, n_intervals); divide by capacity × milliseconds on duty for the desk load.
        """
        cuts = np.asarray(edges, dtype=np.int64)
        groups, intervals = len(self.roster.groups), len(cuts) - 1
        total = np.zeros(groups * intervals)
        for spans, units in ((self.work, self.work_units), (self.holds, self.hold_units)):
            row, piece = clip(spans, self.duty)
            part, interval, length = cut(piece.begin, piece.end, cuts)
            cell = self.roster.agent_group[piece.agent[part]] * intervals + interval
            total += lengths_by(cell, groups * intervals, length * units[row[part]])
        return total.reshape(groups, intervals).astype(np.int64)


@dataclass(frozen=True, eq=False)
class AgentTimes:
    """What each agent did in one window; int64 ms, shape (n_agents,).

    On duty = busy + held + idle; paused is a part of busy; overtime lies outside duty.
    """

    agents: tuple[str, ...]
    on_duty_ms: IntArray
    busy_ms: IntArray
    held_ms: IntArray
    idle_ms: IntArray
    paused_ms: IntArray
    overtime_ms: IntArray


def agent_spans(trace: Trace, rows: TurnRows, roster: DutyRows, desk: DeskRules) -> AgentSpans:
    """Read off a trace how every agent's time went.

    Parameters
    ----------
    trace
        What happened.
    rows
        The workload of the trace.
    roster
        The roster of the trace.
    desk
        The rules of the trace.

    Raises
    ------
    TableError
        If trace, workload and roster are not of one run.
    """
    found = []
    if len(trace.turn_agent_ix) != len(rows.turn_queue_ix):
        found.append(f"the trace has {len(trace.turn_agent_ix)} turns, the workload {len(rows.turn_queue_ix)}")
    if trace.turn_agent_ix.max(initial=-1) >= roster.n_agents:
        found.append(f"the trace names agent {trace.turn_agent_ix.max()}; the roster has {roster.n_agents}")
    if found:
        raise TableError("agents", found)
    return AgentSpans(trace, rows, roster, desk)


def _pauses(worked: Spans, interrupts: BoolArray, interrupted: BoolArray) -> Spans:
    """Return when agents have paused turns: from each interrupting start to the end of the last
    interrupting turn.
    """
    at = np.concatenate((worked.begin[interrupts], worked.end[interrupts])) + AXIS * np.tile(
        worked.agent[interrupts], 2
    )
    change = np.repeat([1, -1], np.count_nonzero(interrupts))
    order = np.lexsort((change, at))  # ends before starts, as within one instant (1.1 before 1.5)
    in_hand = np.cumsum(change[order])
    ends = at[order][(in_hand == 0) & (change[order] < 0)]
    agent, begin = worked.agent[interrupted], worked.begin[interrupted]
    until = ends[np.searchsorted(ends, agent * AXIS + begin, side="right")] - agent * AXIS
    return union(Spans(agent, begin, until))


def _holds(trace: Trace, turn_rows: TurnRows, desk: DeskRules) -> tuple[IntArray, Spans, IntArray]:
    """Return the room kept after turns: row of the turn, stretch, units (RULES.md 5.2)."""
    rows = np.flatnonzero(trace.turn_held_until >= 0)
    if not len(rows):
        none = np.zeros(0, dtype=np.int64)
        return none, Spans(none, none, none), none
    case_queue = turn_rows.queue_ix[np.searchsorted(turn_rows.turn_start, rows, side="right") - 1]
    kept = desk.units[case_queue] * desk.hold[case_queue] // 1000
    units = np.minimum(kept, desk.units[turn_rows.turn_queue_ix[rows]])
    some = units > 0
    rows, units = rows[some], units[some]
    spans = Spans(trace.turn_agent_ix[rows].astype(np.int64), trace.turn_ended_at[rows], trace.turn_held_until[rows])
    return rows, spans, units


def _sums(spans: Spans, edges: IntArray, label: IntArray, n_labels: int) -> IntArray:
    """Return milliseconds by label of the agent and interval, shape (n_labels, n_intervals)."""
    intervals = len(edges) - 1
    row, interval, length = cut(spans.begin, spans.end, edges)
    cell = label[spans.agent[row]] * intervals + interval
    return lengths_by(cell, n_labels * intervals, length).reshape(n_labels, intervals).astype(np.int64)

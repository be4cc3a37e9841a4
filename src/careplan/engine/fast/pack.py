"""Packing: tables into the arrays the kernel reads, and the state it changes.

Comes in: workload, roster, rules. Goes out: tuples of plain arrays. Left out: any rule of the game.
Features that a world does not use get arrays without rows and a flag, so that they cost neither time nor memory.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from careplan.columns import NEVER, BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.engine.fast import layout
from careplan.engine.fast.edges import most_at_once
from careplan.engine.fast.layout import FOREVER
from careplan.remembering import once_each
from careplan.roster import Roster
from careplan.workload.tables import Workload

Array = np.ndarray[Any, Any]


class Customers(NamedTuple):
    """The workload's columns; those that never matter in this world have no rows."""

    n_first: int
    has_children: bool
    most_at_once: int
    """First contacts that enter at one instant, at most."""
    arrived_at: Array
    queue_ix: Array
    needs_reply: Array
    patience_ms: Array
    retry_child: Array
    retry_after_ms: Array
    return_child: Array
    return_after_ms: Array
    bot_ms: Array
    bot_contains: Array
    bot_return_after_ms: Array
    turn_start: Array
    turn_queue_ix: Array
    work_ms: Array
    think_ms: Array
    work_after_bot_ms: Array


class Law(NamedTuple):
    """The rules as tables (columns in ``layout``) and windows."""

    queues: Array
    rank: Array
    speed: Array
    pace: Array
    group_queues: Array
    """Rows of the queues each group serves, by priority; group g: QUEUES_FROM to QUEUES_TO."""
    queue_groups: Array
    """Rows of the groups that serve each queue; queue q: GROUPS_FROM to GROUPS_TO."""
    queue_bots: Array
    bot_start: Array
    bot_on: Array
    bot_off: Array
    takes_start: Array
    takes_from: Array
    takes_to: Array


class Duty(NamedTuple):
    """The roster as changes in time (going off before coming on), and by agent."""

    at: IntArray
    agent: IntArray
    comes: BoolArray
    spell_start: IntArray
    spell_off: IntArray
    last_on: IntArray
    """By agent: when the last spell begins; −1 without one."""


class State(NamedTuple):
    """Everything that changes while the kernel plays: stop, copy, and go on. Columns of tables in ``layout``."""

    counters: Array
    keys: Array
    payloads: Array
    margin: int
    """Events that one instant can add at most."""
    has_turns: bool
    has_patience: bool
    gives_up: bool
    """Whether any first turn may leave its line unstarted."""
    cases: Array
    talks: Array
    agents: Array
    groups: Array
    lanes: Array
    # by case
    case_arrived_at: Array
    outcome: Array
    case_ended_at: Array
    lapsed_at: Array
    bot_slot: Array
    key_at: Array
    gone_at: Array
    """When a waiting first turn leaves its line unstarted."""
    rest: Array
    is_paused: Array
    # by turn
    queued_at: Array
    started_at: Array
    ended_at: Array
    agent_ix: Array
    interrupted: Array
    held_until: Array
    # lists of one instant: agents touched, queues offered, groups noted, cases whose turn ends
    noted: Array
    touched: Array
    offered: Array
    noted_groups: Array
    ending: Array
    # heaps of agents with room, and of those whose work in hand may all be interrupted
    room_keys: Array
    room_who: Array
    calm_keys: Array
    calm_who: Array


@once_each
def pack_customers(workload: Workload) -> Customers:
    """Return the workload's columns as the kernel reads them."""
    has_children = workload.has_children
    has_turns = workload.n_turns > workload.n_cases
    none = np.zeros(0, dtype=np.int64)
    arrived_at = read_only(workload.arrived_at)

    def where(used: bool, column: Array) -> Array:
        return read_only(column if used else none)

    return Customers(
        n_first=workload.n_first,
        has_children=has_children,
        most_at_once=most_at_once(arrived_at, workload.n_first),
        arrived_at=arrived_at,
        queue_ix=read_only(workload.queue_ix),
        needs_reply=read_only(workload.needs_reply),
        patience_ms=where(has_patience(workload), workload.patience_ms),
        retry_child=where(has_children, workload.retry_child),
        retry_after_ms=where(has_children, workload.retry_after_ms),
        return_child=where(has_children, workload.return_child),
        return_after_ms=where(has_children, workload.return_after_ms),
        bot_ms=read_only(workload.bot_ms),
        bot_contains=read_only(workload.bot_contains),
        bot_return_after_ms=read_only(workload.bot_return_after_ms),
        turn_start=read_only(workload.turn_start),
        turn_queue_ix=read_only(workload.turn_queue_ix),
        work_ms=read_only(workload.work_ms),
        think_ms=where(has_turns, workload.think_ms),
        work_after_bot_ms=read_only(workload.work_after_bot_ms),
    )


def read_only(column: Array) -> Array:
    """Return the column contiguous and read-only: numba compiles anew for every other kind of array."""
    column = np.ascontiguousarray(column).view()
    column.flags.writeable = False
    return column


def has_patience(workload: Workload) -> bool:
    """Whether any customer ever gives up."""
    column = workload.patience_ms
    if column.strides == (0,):  # a column filled in on construction: never
        return False
    return bool((column >= 0).any())


@once_each
def pack_law(rules: Rules) -> Law:
    """Return the rules as the kernel reads them."""
    n_groups, n_queues = rules.rank.shape
    skilled = rules.rank >= 0
    # Queues by priority, so that dispatch meets the likely next one first.
    order = np.lexsort((np.arange(n_queues), rules.priority))
    by_queue = [np.flatnonzero(skilled[:, q]) for q in range(n_queues)]
    queues = np.zeros((n_queues, layout.N_QUEUE_COLUMNS), dtype=np.int64)
    for column, name in enumerate(layout.QUEUE_COLUMNS):
        queues[:, column] = getattr(rules, name)
    ends = np.cumsum([0, *map(len, by_queue)])
    queues[:, layout.GROUPS_FROM], queues[:, layout.GROUPS_TO] = ends[:-1], ends[1:]
    return Law(
        queues=queues,
        rank=read_only(rules.rank),
        speed=read_only(rules.speed),
        pace=read_only(rules.pace),
        group_queues=_flat([order[skilled[g][order]] for g in range(n_groups)]),
        queue_groups=_flat(by_queue),
        **{name: read_only(getattr(rules, name)) for name in Law._fields[6:]},
    )


def pack_groups(rules: Rules, agent_group: IntArray) -> Array:
    """Return the table of groups: what the rules say of each, where its agents stand, and empty heaps."""
    table = _pack_teams(rules).copy()
    groups = np.arange(len(table))
    table[:, layout.START] = agent_group.searchsorted(groups)
    table[:, layout.STOP] = agent_group.searchsorted(groups, side="right")
    return table


@once_each
def _pack_teams(rules: Rules) -> Array:
    """Return the table of groups before anybody stands anywhere."""
    n_groups = len(rules.groups)
    table = np.zeros((n_groups, layout.N_GROUP_COLUMNS), dtype=np.int64)
    skilled = rules.rank >= 0
    queues_to = np.cumsum(skilled.sum(axis=1))
    for g in range(n_groups):
        mine = skilled[g]
        speeds = np.unique(rules.speed[g][mine])
        may_interrupt = bool(rules.interrupts[mine].any())
        table[g, layout.CAPACITY] = rules.capacity[g]
        table[g, layout.LEAST_UNITS] = rules.units[mine].min(initial=FOREVER >> 2)
        table[g, layout.SAME_SPEED] = speeds[0] if len(speeds) == 1 else 0
        table[g, layout.MAY_INTERRUPT] = may_interrupt
        table[g, layout.IS_BOOKED] = may_interrupt or bool((rules.pace[g] != 1000).any())
        table[g, layout.QUEUES_FROM] = queues_to[g] - mine.sum()
        table[g, layout.QUEUES_TO] = queues_to[g]
    table[:, layout.MOST_ROOM] = NEVER
    return table


def _flat(rows: list[Array]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *rows]).astype(np.int64)


@once_each
def pack_duty(roster: Roster) -> Duty:
    """Return the roster as changes of duty in order of (instant, off before on)."""
    at = np.concatenate((roster.spell_off, roster.spell_on))
    agent = np.concatenate((roster.spell_agent, roster.spell_agent))
    comes = np.repeat([False, True], len(roster.spell_on))
    order = np.lexsort((comes, at))
    last_on = np.full(roster.n_agents, NEVER, dtype=np.int64)
    np.maximum.at(last_on, roster.spell_agent, roster.spell_on)
    return Duty(
        at=at[order],
        agent=agent[order],
        comes=comes[order],
        spell_start=np.searchsorted(roster.spell_agent, np.arange(roster.n_agents + 1)).astype(np.int64),
        spell_off=np.ascontiguousarray(roster.spell_off),
        last_on=last_on,
    )


def _row(n_columns: int, dtype: str, usual: int, others: dict[int, int]) -> Array:
    row = np.full(n_columns, usual, dtype=dtype)
    for column, value in others.items():
        row[column] = value
    return row


_IS_NOBODY = (
    layout.LAST_ON, layout.LAST_START, layout.HAND_FIRST, layout.HAND_LAST, layout.OWN_FIRST, layout.OWN_LAST,
    layout.ROOM_PLACE, layout.CALM_PLACE,
)  # fmt: skip
_NEW_AGENT = _row(layout.N_AGENT_COLUMNS, "int64", 0, {**dict.fromkeys(_IS_NOBODY, NEVER), layout.NEXT_END: FOREVER})
_NEW_LANE = _row(layout.N_LANE_COLUMNS, "int32", NEVER, {layout.IS_OFFERED: 0})
_NEW_TALK = _row(
    layout.N_TALK_COLUMNS, "int32", NEVER, dict.fromkeys((layout.OWNED_SINCE, layout.HELD, layout.WAITS), 0)
)


_LINE, _LARGE = 128, 4096
"""Bytes that processors hand to each other at once (two cache lines), kept free before and after; and of a table that
is large enough for itself."""


def own(shape: tuple[int, ...], dtype: Any = "int64") -> Array:
    """Return a table to be written to, on cache lines of its own.

    Small tables of two runs side by side may lie next to each other, as numpy hands them out again whoever had them
    before; processors would then wait for each other at every write: as long as a run takes, some times, not others.
    """
    wanted = np.dtype(dtype)
    size = math.prod(shape) * wanted.itemsize
    if size >= _LARGE:
        return np.empty(shape, dtype=wanted)
    return np.ndarray(shape, wanted, np.empty(size + 2 * _LINE, dtype=np.uint8), _LINE)


def own_copy(table: Array) -> Array:
    """Return a copy to be written to, on cache lines of its own."""
    copy = own(table.shape, table.dtype)
    copy[...] = table
    return copy


def rows_like(row: Array, n: int) -> Array:
    """Return a table of ``n`` times the same row."""
    table = own((n, len(row)), row.dtype)
    table[:] = row
    return table


def filled(value: int, n: int, dtype: str = "int64") -> Array:
    """Return a column of one value that can be written to (``np.full``, at a third of its overhead)."""
    column = own((n,), dtype)
    column.fill(value)
    return column


def never(n: int, dtype: str = "int64") -> Array:
    """Return a column that says "never" in every row."""
    return filled(NEVER, n, dtype)


def zeros(n: int, dtype: str = "int64") -> Array:
    """Return a column of zeros."""
    return filled(0, n, dtype)


def empty_state(customers: Customers, rules: Rules, agent_group: IntArray) -> State:
    """Return the state before instant 0: nobody has come, nobody is on duty."""
    n, m = len(customers.arrived_at), len(customers.work_ms)
    n_agents, n_groups, n_queues = len(agent_group), len(rules.groups), len(rules.queues)
    has_turns = m > n
    gives_up = len(customers.patience_ms) > 0 or bool((rules.expires_after_ms >= 0).any())
    may_lapse = len(customers.patience_ms) > 0 and not rules.withdraws.all()
    groups = pack_groups(rules, agent_group)
    n_booked = n if groups[:, layout.IS_BOOKED].any() else 0
    least = groups[agent_group, layout.LEAST_UNITS]
    seats = rules.capacity[agent_group] // least + 1
    margin = 2 * customers.most_at_once + 2 * int(seats.sum()) + n_agents + 16
    agents = rows_like(_NEW_AGENT, n_agents)
    agents[:, layout.GROUP] = agent_group
    case_arrived_at = customers.arrived_at.copy()
    case_arrived_at[customers.n_first :] = NEVER
    outcome = np.zeros(n, dtype=np.int8)
    outcome[customers.n_first :] = layout.UNBORN

    return State(
        counters=zeros(layout.N_COUNTERS),
        keys=zeros(2 * margin + 64),
        payloads=zeros(2 * margin + 64, "int32"),
        margin=margin,
        has_turns=has_turns,
        has_patience=len(customers.patience_ms) > 0,
        gives_up=gives_up,
        cases=np.empty((n, layout.N_CASE_COLUMNS), dtype=np.int32),
        talks=rows_like(_NEW_TALK, n if has_turns else 0),
        agents=agents,
        groups=groups,
        lanes=rows_like(_NEW_LANE, 2 * n_queues),
        case_arrived_at=case_arrived_at,
        outcome=outcome,
        case_ended_at=never(n),
        lapsed_at=never(n if may_lapse else 0),
        bot_slot=never(n if customers.bot_ms.shape[1] else 0, "int8"),
        key_at=np.empty(n, dtype=np.int64),
        gone_at=filled(FOREVER, n if gives_up else 0),
        rest=np.empty(n_booked, dtype=np.int64),
        is_paused=zeros(n_booked, "bool"),
        queued_at=never(m),
        started_at=never(m),
        ended_at=never(m),
        agent_ix=never(m, "int32"),
        interrupted=zeros(m if n_booked else 0, "bool"),
        held_until=never(m if has_turns else 0),
        noted=zeros(3),
        touched=zeros(n_agents, "int32"),
        offered=zeros(n_queues, "int32"),
        noted_groups=zeros(n_groups, "int32"),
        ending=zeros(int(seats.max(initial=1)), "int32"),
        room_keys=zeros(n_agents),
        room_who=zeros(n_agents, "int32"),
        calm_keys=zeros(n_agents),
        calm_who=zeros(n_agents, "int32"),
    )


def with_more_events(state: State) -> State:
    """Return the state with twice the room for events."""
    keys = np.concatenate((state.keys, np.zeros_like(state.keys)))
    payloads = np.concatenate((state.payloads, np.zeros_like(state.payloads)))
    return state._replace(keys=keys, payloads=payloads)

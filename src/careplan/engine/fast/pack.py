"""Packing: tables into the arrays the kernel reads, and the state it changes.

Comes in: workload, roster, rules. Goes out: tuples of plain arrays. Left out: any rule of the game.
Features that a world does not use get arrays without rows and a flag, so that they cost neither time nor memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from careplan.columns import NEVER, BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.engine.fast.heaps import FOREVER
from careplan.engine.fast.kernel import N_COUNTERS
from careplan.roster import Roster
from careplan.workload.tables import Workload

Array = np.ndarray[Any, Any]


class Customers(NamedTuple):
    """The workload's columns; those that never matter in this world have no rows."""

    n_first: int
    has_children: bool
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
    """The rules' columns, and what follows from them for speed."""

    is_live: BoolArray
    units: IntArray
    hold: IntArray
    priority: IntArray
    returning_first: BoolArray
    due_within_ms: IntArray
    withdraws: BoolArray
    expires_after_ms: IntArray
    stick_for_ms: IntArray
    keeps_owner: BoolArray
    interrupts: BoolArray
    interruptible: BoolArray
    queue_bots: IntArray
    bot_start: IntArray
    bot_on: IntArray
    bot_off: IntArray
    takes_start: IntArray
    takes_from: IntArray
    takes_to: IntArray
    capacity: IntArray
    rank: IntArray
    speed: IntArray
    pace: IntArray
    least_units: IntArray
    """By group: the smallest units of any queue it serves."""
    same_speed: IntArray
    """By group: its speed where it has one for all queues, else 0."""
    is_booked: BoolArray
    """By group: whether gains must be booked, because pace or pauses change them."""
    may_interrupt: BoolArray
    """By group: whether it serves an interrupting queue."""
    group_queue_start: IntArray
    group_queues: IntArray
    queue_group_start: IntArray
    queue_groups: IntArray


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
    """Everything that changes while the kernel plays: stop, copy, and go on."""

    counters: Array
    keys: Array
    payloads: Array
    margin: int
    has_turns: bool
    has_patience: bool
    has_expiry: bool
    # by case
    case_queue: Array
    case_arrived_at: Array
    outcome: Array
    case_ended_at: Array
    lapsed_at: Array
    bot_slot: Array
    turn: Array
    at_queue: Array
    key_at: Array
    following: Array
    previous: Array
    owner: Array
    owned_since: Array
    held: Array
    waits: Array
    late_child: Array
    late_sibling: Array
    rest: Array
    is_paused: Array
    # by turn
    queued_at: Array
    started_at: Array
    ended_at: Array
    agent_ix: Array
    interrupted: Array
    held_until: Array
    # by agent
    agent_group: Array
    is_on: Array
    times_off: Array
    used: Array
    firm_units: Array
    paused_units: Array
    message_holds: Array
    n_working: Array
    n_interrupting: Array
    last_start: Array
    booked_at: Array
    next_end: Array
    hand_first: Array
    hand_last: Array
    own_first: Array
    own_last: Array
    is_touched: Array
    touched: Array
    ends: Array
    # agents with room, and agents whose work in hand may all be interrupted
    group_start: Array
    room_keys: Array
    room_who: Array
    room_place: Array
    room_size: Array
    calm_keys: Array
    calm_who: Array
    calm_place: Array
    calm_size: Array
    # by queue and lane
    line_first: Array
    line_last: Array
    late_root: Array
    is_offered: Array
    offered: Array
    # by group
    is_group_touched: Array
    touched_groups: Array
    sizes: Array


def pack_customers(workload: Workload) -> Customers:
    """Return the workload's columns as the kernel reads them."""
    has_children = workload.has_children
    has_turns = workload.n_turns > workload.n_cases
    none = np.zeros(0, dtype=np.int64)

    def where(used: bool, column: Array) -> Array:
        return np.ascontiguousarray(column) if used else none

    return Customers(
        n_first=workload.n_first,
        has_children=has_children,
        arrived_at=np.ascontiguousarray(workload.arrived_at),
        queue_ix=np.ascontiguousarray(workload.queue_ix),
        needs_reply=np.ascontiguousarray(workload.needs_reply),
        patience_ms=where(has_patience(workload), workload.patience_ms),
        retry_child=where(has_children, workload.retry_child),
        retry_after_ms=where(has_children, workload.retry_after_ms),
        return_child=where(has_children, workload.return_child),
        return_after_ms=where(has_children, workload.return_after_ms),
        bot_ms=np.ascontiguousarray(workload.bot_ms),
        bot_contains=np.ascontiguousarray(workload.bot_contains),
        bot_return_after_ms=np.ascontiguousarray(workload.bot_return_after_ms),
        turn_start=np.ascontiguousarray(workload.turn_start),
        turn_queue_ix=np.ascontiguousarray(workload.turn_queue_ix),
        work_ms=np.ascontiguousarray(workload.work_ms),
        think_ms=where(has_turns, workload.think_ms),
        work_after_bot_ms=np.ascontiguousarray(workload.work_after_bot_ms),
    )


def has_patience(workload: Workload) -> bool:
    """Whether any customer ever gives up."""
    column = workload.patience_ms
    if column.strides == (0,):  # a column filled in on construction: never
        return False
    return bool((column >= 0).any())


def pack_law(rules: Rules) -> Law:
    """Return the rules' columns and what follows from them."""
    n_groups, n_queues = rules.rank.shape
    skilled = rules.rank >= 0
    columns = {name: np.ascontiguousarray(getattr(rules, name)) for name in Law._fields if hasattr(rules, name)}
    least = np.full(n_groups, FOREVER >> 2, dtype=np.int64)
    same = np.zeros(n_groups, dtype=np.int64)
    interrupting = np.zeros(n_groups, dtype=bool)
    booked = np.zeros(n_groups, dtype=bool)
    for g in range(n_groups):
        mine = skilled[g]
        if mine.any():
            least[g] = rules.units[mine].min()
            speeds = np.unique(rules.speed[g][mine])
            same[g] = speeds[0] if len(speeds) == 1 else 0
            interrupting[g] = bool(rules.interrupts[mine].any())
        booked[g] = interrupting[g] or bool((rules.pace[g] != 1000).any())
    # Queues by priority, so that dispatch meets the likely next one first.
    order = np.lexsort((np.arange(n_queues), rules.priority))
    by_group = [order[skilled[g][order]] for g in range(n_groups)]
    by_queue = [np.flatnonzero(skilled[:, q]) for q in range(n_queues)]
    return Law(
        **columns,
        least_units=least,
        same_speed=same,
        is_booked=booked,
        may_interrupt=interrupting,
        group_queue_start=np.cumsum([0, *map(len, by_group)]).astype(np.int64),
        group_queues=_flat(by_group),
        queue_group_start=np.cumsum([0, *map(len, by_queue)]).astype(np.int64),
        queue_groups=_flat(by_queue),
    )


def _flat(rows: list[Array]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *rows]).astype(np.int64)


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


def empty_state(customers: Customers, law: Law, agent_group: IntArray) -> State:
    """Return the state before instant 0: nobody has come, nobody is on duty."""
    n, m = len(customers.arrived_at), len(customers.work_ms)
    n_agents, n_groups, n_queues = len(agent_group), len(law.capacity), len(law.units)
    has_turns = m > n
    any_booked = bool(law.is_booked.any())
    of_turns = n if has_turns else 0
    seats = np.minimum(law.capacity[agent_group] // law.least_units[agent_group], 10**6) + 1
    margin = 2 * _most_at_once(customers) + 2 * int(seats.sum()) + n_agents + 16
    case_arrived_at = customers.arrived_at.copy()
    case_arrived_at[customers.n_first :] = NEVER
    outcome = np.zeros(n, dtype=np.int8)
    outcome[customers.n_first :] = 7

    def never(size: int, dtype: str = "int64") -> Array:
        return np.full(size, NEVER, dtype=dtype)

    def zeros(size: int, dtype: str = "int64") -> Array:
        return np.zeros(size, dtype=dtype)

    return State(
        counters=zeros(N_COUNTERS),
        keys=zeros(2 * margin + 64),
        payloads=zeros(2 * margin + 64, "int32"),
        margin=margin,
        has_turns=has_turns,
        has_patience=len(customers.patience_ms) > 0,
        has_expiry=bool((law.expires_after_ms >= 0).any()),
        case_queue=customers.queue_ix,
        case_arrived_at=case_arrived_at,
        outcome=outcome,
        case_ended_at=never(n),
        lapsed_at=never(n),
        bot_slot=never(n, "int8"),
        turn=zeros(n, "int32"),
        at_queue=zeros(n, "int32"),
        key_at=zeros(n),
        following=never(n, "int32"),
        previous=never(n, "int32"),
        owner=never(of_turns, "int32"),
        owned_since=zeros(of_turns, "int32"),
        held=zeros(of_turns, "int32"),
        waits=zeros(of_turns, "int8"),
        late_child=never(of_turns, "int32"),
        late_sibling=never(of_turns, "int32"),
        rest=zeros(n if any_booked else 0),
        is_paused=zeros(n if any_booked else 0, "bool"),
        queued_at=never(m),
        started_at=never(m),
        ended_at=never(m),
        agent_ix=never(m, "int32"),
        interrupted=zeros(m, "bool"),
        held_until=never(m),
        agent_group=agent_group.astype(np.int64),
        is_on=zeros(n_agents, "bool"),
        times_off=zeros(n_agents, "int32"),
        used=zeros(n_agents),
        firm_units=zeros(n_agents),
        paused_units=zeros(n_agents),
        message_holds=zeros(n_agents),
        n_working=zeros(n_agents),
        n_interrupting=zeros(n_agents),
        last_start=never(n_agents),
        booked_at=zeros(n_agents),
        next_end=np.full(n_agents, FOREVER),
        hand_first=never(n_agents, "int32"),
        hand_last=never(n_agents, "int32"),
        own_first=never(n_agents, "int32"),
        own_last=never(n_agents, "int32"),
        is_touched=zeros(n_agents, "bool"),
        touched=zeros(n_agents, "int32"),
        ends=zeros(int(seats.max(initial=1)), "int32"),
        group_start=np.searchsorted(agent_group, np.arange(n_groups + 1)).astype(np.int64),
        room_keys=zeros(n_agents),
        room_who=zeros(n_agents, "int32"),
        room_place=never(n_agents, "int32"),
        room_size=zeros(n_groups),
        calm_keys=zeros(n_agents),
        calm_who=zeros(n_agents, "int32"),
        calm_place=never(n_agents, "int32"),
        calm_size=zeros(n_groups),
        line_first=never(2 * n_queues, "int32"),
        line_last=never(2 * n_queues, "int32"),
        late_root=never(2 * n_queues, "int32"),
        is_offered=zeros(n_queues, "bool"),
        offered=zeros(n_queues, "int32"),
        is_group_touched=zeros(n_groups, "bool"),
        touched_groups=zeros(n_groups, "int32"),
        sizes=zeros(3),
    )


def _most_at_once(customers: Customers) -> int:
    """Return the most first contacts that enter at one instant."""
    at = customers.arrived_at[: customers.n_first]
    if len(at) == 0:
        return 0
    backlog = int(np.searchsorted(at, 1))
    if len(at) < 2:
        return max(1, backlog)
    new_instant = np.flatnonzero(np.diff(at)) + 1
    edges = np.concatenate(([0], new_instant, [len(at)]))
    return max(int(np.diff(edges).max()), backlog)


def with_more_events(state: State) -> State:
    """Return the state with twice the room for events."""
    keys = np.concatenate((state.keys, np.zeros_like(state.keys)))
    payloads = np.concatenate((state.payloads, np.zeros_like(state.payloads)))
    return state._replace(keys=keys, payloads=payloads)

"""One pool: agents who take one case at a time from one line, played without a waiting line or an event per arrival.

Comes in: a world in which every case has one turn, all agents are alike, each works on one case at a time and cases
are taken in the order of their rows. Goes out: the same trace the kernel gives, at a fraction of its time.
Left out: every other world (``suits`` says which).

Why it is right: the smallest key waiting (rule 6.1) is always the next row, so a row's start depends on earlier rows
only. Row by row: let the agents whose work ended or whose duty changed by then come forward, and if none is idle, go
on to the next such instant until one is, or patience has ended. This is the recursion of Kiefer and Wolfowitz (1955)
with agents who come, go and have numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from careplan.columns import NEVER, constant
from careplan.engine.contract import Rules
from careplan.engine.fast.heaps import cached, inlined
from careplan.engine.fast.layout import ABANDONED, ANSWERED, FOREVER, LAPSED, OPEN, TRIAGED
from careplan.engine.fast.pack import never, pack_duty, read_only, rows_like, zeros
from careplan.remembering import once_each
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

AGENT_BITS = 22
AGENT_MASK = (1 << AGENT_BITS) - 1
"""Agents stand in heaps as (instant << AGENT_BITS) | number: ties go to the smaller number (rule 6.2)."""


def suits(workload: Workload, roster: Roster, rules: Rules) -> bool:
    """Whether the world is one pool with one line."""
    return (
        workload.n_turns == workload.n_cases
        and not workload.has_children
        and roster.n_agents <= AGENT_MASK
        and _is_one_line(rules)
    )


@once_each
def _is_one_line(rules: Rules) -> bool:
    """Whether agents are all alike, with one case at a time, and the smallest key waiting is always the next row."""
    if len(rules.groups) != 1 or not rules.queues:
        return False
    return bool(
        not rules.most_bots
        and (rules.rank >= 0).all()
        and (rules.priority == rules.priority[0]).all()
        and (rules.due_within_ms == rules.due_within_ms[0]).all()
        and not rules.may_interrupt
        and (rules.expires_after_ms == NEVER).all()
        and rules.units.max() <= rules.capacity[0] < 2 * rules.units.min()
    )


def run_pool(workload: Workload, roster: Roster, rules: Rules, until: int) -> Trace:
    """Play the whole run of a world that ``suits`` and return its trace."""
    n, n_agents = workload.n_cases, roster.n_agents
    duty = pack_duty(roster)
    arrived = read_only(workload.arrived_at)
    n_come = int(np.searchsorted(arrived, until)) if until > 0 else 0
    patience = workload.patience_ms
    gives_up = bool(n) and (patience.strides != (0,) or int(patience[0]) >= 0)
    lapses = gives_up and not rules.withdraws.all()
    nothing = np.zeros(0, dtype=np.int64)
    lapsed = np.full(n, NEVER, dtype=np.int64) if lapses else nothing
    rate = rules.pace[0, 0] * rules.speed[0]
    started, ended, case_ended = (np.empty(n, dtype=np.int64) for _ in range(3))
    agent_ix = np.empty(n, dtype=np.int32)
    outcome = np.empty(n, dtype=np.int8)
    play_pool(
        until,
        n_come,
        arrived,
        read_only(workload.queue_ix),
        read_only(workload.needs_reply),
        read_only(patience) if gives_up else read_only(nothing),
        read_only(workload.work_ms),
        rules.withdraws,
        rate,
        bool((rate == 1_000_000).all()),
        bool(workload.needs_reply.all()),
        lapses,
        duty.at,
        duty.agent,
        duty.comes,
        zeros(n_agents + 1),
        zeros(n_agents + 1),
        rows_like(_NEW_AGENT, n_agents),
        never(n_agents),
        started,
        ended,
        agent_ix,
        outcome,
        case_ended,
        lapsed,
    )
    queued = arrived if not n or arrived[0] >= 0 else np.maximum(arrived, 0)
    if n_come < n:
        queued = queued.copy()
        queued[n_come:] = NEVER
    return Trace(
        until=until,
        case_arrived_at=arrived,
        case_outcome=outcome,
        case_ended_at=case_ended,
        case_lapsed_at=lapsed if lapses else constant(NEVER, "int64", n),
        case_bot_slot=constant(NEVER, "int8", n),
        turn_queued_at=queued,
        turn_started_at=started,
        turn_ended_at=ended,
        turn_agent_ix=agent_ix,
        turn_interrupted=constant(False, "bool", n),
        turn_held_until=constant(NEVER, "int64", n),
    )


IS_ON, IS_BUSY, IS_IDLE = range(3)
_NEW_AGENT = np.zeros(3, dtype=np.bool_)


@njit(**inlined)
def sink(heap, size, key):
    """Let key sink from the root of a heap of size entries with four children each (the root is a hole).

    The least of four is found by arithmetic: branches here would be mispredicted half the time.
    """
    i = uint64(0)
    child = uint64(1)
    n = uint64(size)
    while child + uint64(3) < n:
        a, b = heap[child], heap[child + uint64(1)]
        c, d = heap[child + uint64(2)], heap[child + uint64(3)]
        left, right = uint64(b < a), uint64(2) + uint64(d < c)
        a, c = min(a, b), min(c, d)
        least = child + left + uint64(c < a) * (right - left)
        a = min(a, c)
        if a >= key:
            break
        heap[i] = a
        i = least
        child = uint64(4) * i + uint64(1)
    else:
        if child < n:
            least = child
            for other in range(child + uint64(1), n):
                if heap[other] < heap[least]:
                    least = other
            if heap[least] < key:
                heap[i] = heap[least]
                i = least
    heap[i] = key


@njit(**inlined)
def rise(heap, size, key):
    """Add key to a heap of size entries."""
    i = uint64(size)
    while i > uint64(0):
        up = (i - uint64(1)) >> uint64(2)
        if heap[up] <= key:
            break
        heap[i] = heap[up]
        i = up
    heap[i] = key


@njit(**cached)
def play_pool(
    until, n_come, arrived, queue_ix, needs_reply, patience, work_ms, withdraws, rate, plain, all_reply, lapses,
    change_at, change_agent, change_on, busy, idle, agents, last_start,
    started, ended, agent_ix, outcome, case_ended, lapsed,
):  # fmt: skip
    """Play rows 0 to n_come in order; ``busy`` and ``idle`` are heaps of agents, by end of work and by last start."""
    n_busy = 0
    n_idle = 0
    has_hole = False
    next_change = 0
    n_changes = change_at.shape[0]
    duty_at = change_at[0] if n_changes else FOREVER
    end_at = FOREVER  # the next end of work
    clock = 0
    leaves = patience.shape[0] > 0
    total = arrived.shape[0]
    for case in range(uint64(n_come)):
        came = arrived[case]
        entered = max(came, 0)
        t = max(entered, clock)
        deadline = FOREVER
        gives_up = FOREVER
        if leaves:
            p = patience[case]
            if p >= 0 and came >= 0 and (all_reply or needs_reply[case]):
                gives_up = came + p
                if not lapses or withdraws[queue_ix[case]]:
                    deadline = gives_up
        limit = min(deadline, until - 1)
        agent = -1
        if t <= limit:
            while True:
                # Everything up to t: work that ends, then duty.
                while end_at <= t or duty_at <= t:
                    if end_at <= duty_at:
                        if has_hole:
                            n_busy -= 1
                            sink(busy, n_busy, busy[n_busy])
                        who = busy[0] & AGENT_MASK
                        agents[who, IS_BUSY] = False
                        has_hole = True
                        # The next end is below the hole.
                        low = FOREVER
                        for other in range(uint64(1), uint64(min(n_busy, 5))):
                            low = min(low, busy[other])
                        end_at = low >> AGENT_BITS if low != FOREVER else FOREVER
                        if n_idle == 0 and end_at > t and duty_at > t and agents[who, IS_ON]:
                            agent = who
                            break
                        if agents[who, IS_ON]:
                            rise(idle, n_idle, ((last_start[who] + 1) << AGENT_BITS) | who)
                            n_idle += 1
                            agents[who, IS_IDLE] = True
                    else:
                        who = change_agent[next_change]
                        if change_on[next_change]:
                            agents[who, IS_ON] = True
                            if not agents[who, IS_BUSY] and not agents[who, IS_IDLE]:
                                rise(idle, n_idle, ((last_start[who] + 1) << AGENT_BITS) | who)
                                n_idle += 1
                                agents[who, IS_IDLE] = True
                        else:
                            agents[who, IS_ON] = False  # if idle, dropped when reached
                        next_change += 1
                        duty_at = change_at[next_change] if next_change < n_changes else FOREVER
                while agent < 0 and n_idle > 0:
                    who = idle[0] & AGENT_MASK
                    agents[who, IS_IDLE] = False
                    n_idle -= 1
                    if n_idle > 0:
                        sink(idle, n_idle, idle[n_idle])
                    if agents[who, IS_ON]:
                        agent = who
                        break
                if agent >= 0:
                    break
                t = min(end_at, duty_at)
                if t > limit:
                    break
        clock = min(t, limit) if t > clock else clock
        if clock < entered:
            clock = entered
        if agent >= 0:
            clock = t
            if plain:
                ends = t + work_ms[case]
            else:
                r = rate[queue_ix[case]]
                ends = t + (work_ms[case] * 1_000_000 + r - 1) // r
            last_start[agent] = t
            agents[agent, IS_BUSY] = True
            if has_hole:
                sink(busy, n_busy, (ends << AGENT_BITS) | agent)
                has_hole = False
            else:
                rise(busy, n_busy, (ends << AGENT_BITS) | agent)
                n_busy += 1
            end_at = busy[0] >> AGENT_BITS
            started[case] = t
            agent_ix[case] = agent
            result = ANSWERED
            if lapses and gives_up < t:
                lapsed[case] = gives_up
                result = LAPSED
            if not all_reply and not needs_reply[case]:
                result = TRIAGED
            if ends < until:
                ended[case] = ends
                case_ended[case] = ends
                outcome[case] = result
            else:
                ended[case] = -1
                case_ended[case] = -1
                outcome[case] = OPEN
        else:
            started[case] = -1
            ended[case] = -1
            agent_ix[case] = -1
            outcome[case] = OPEN
            case_ended[case] = -1
            if gives_up < until:
                if deadline < until:
                    outcome[case] = ABANDONED
                    case_ended[case] = gives_up
                else:
                    lapsed[case] = gives_up
    for case in range(uint64(n_come), uint64(total)):
        started[case] = -1
        ended[case] = -1
        agent_ix[case] = -1
        outcome[case] = OPEN
        case_ended[case] = -1

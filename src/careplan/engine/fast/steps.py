"""Small steps the kernel takes in several places; each takes just the tables it needs and allocates nothing."""

from __future__ import annotations

from numba import njit

from careplan.engine.fast.heaps import drop_agent, inlined, meld, options, push, put_agent
from careplan.engine.fast.layout import (
    AGENT_ENDS_TURNS,
    AT_QUEUE,
    BOOKED_AT,
    CALM_PLACE,
    CALM_SIZE,
    CAPACITY,
    FIRM,
    FOLLOWING,
    FOREVER,
    GROUP,
    HAND_FIRST,
    HELD,
    IS_LIVE,
    IS_OFFERED,
    IS_ON,
    IS_TOUCHED,
    KEEPS_OWNER,
    KIND_BITS,
    LAST_ON,
    LAST_START,
    LATE_CHILD,
    LATE_ROOT,
    LATE_SIBLING,
    LEAST_UNITS,
    LOAD_SHIFT,
    MAY_INTERRUPT,
    MESSAGE_HOLDS,
    MOST_ROOM,
    N_OFFERED,
    N_TOUCHED,
    NEXT_END,
    OWNED_SINCE,
    OWNER,
    PAUSED,
    PREVIOUS,
    RETURNING_FIRST,
    ROOM_PLACE,
    ROOM_SIZE,
    SAME_SPEED,
    START,
    TIMES_OFF,
    TURN,
    USED,
    WAITS,
    WAITS_LATE,
    WORKING,
)


@njit(**options)
def window_at(ends, low, high, at):
    """Return the first of the windows [low, high) that ends after ``at``; ``high`` if there is none."""
    while low < high:
        middle = (low + high) >> 1
        if ends[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low


@njit(**options)
def opening(takes_start, takes_from, takes_to, q, at):
    """Return the first instant ≥ at at which queue q takes customers, −1 if there is none (rule 7.5)."""
    window = window_at(takes_to, takes_start[q], takes_start[q + 1], at)
    if window == takes_start[q + 1]:
        return -1
    return max(at, takes_from[window])


@njit(**options)
def bot_on_at(queue_bots, bot_start, bot_on, bot_off, q, at):
    """Return the slot of the first bot of queue q that is on, −1 if none is (rule 2.3)."""
    for slot in range(queue_bots.shape[1]):
        bot = queue_bots[q, slot]
        if bot < 0:
            break
        window = window_at(bot_off, bot_start[bot], bot_start[bot + 1], at)
        if window < bot_start[bot + 1] and bot_on[window] <= at:
            return slot
    return -1


@njit(**inlined)
def append(heads, row, first, cases, case):
    """Put a case at the end of the list ``heads[row]``, whose ends stand in columns ``first`` and ``first + 1``."""
    tail = heads[row, first + 1]
    cases[case, FOLLOWING] = -1
    cases[case, PREVIOUS] = tail
    if tail >= 0:
        cases[tail, FOLLOWING] = case
    else:
        heads[row, first] = case
    heads[row, first + 1] = case


@njit(**inlined)
def unlink(heads, row, first, cases, case):
    """Take a case out of the list ``heads[row]``."""
    before = cases[case, PREVIOUS]
    after = cases[case, FOLLOWING]
    if before >= 0:
        cases[before, FOLLOWING] = after
    else:
        heads[row, first] = after
    if after >= 0:
        cases[after, PREVIOUS] = before
    else:
        heads[row, first + 1] = before


@njit(**inlined)
def touch(agents, touched, noted, a):
    """Note that agent a changed: dispatch may find room there."""
    if not agents[a, IS_TOUCHED]:
        agents[a, IS_TOUCHED] = 1
        touched[noted[N_TOUCHED]] = a
        noted[N_TOUCHED] += 1


@njit(**inlined)
def offer(lanes, offered, noted, q):
    """Note that queue q may have a turn that can start now."""
    if not lanes[2 * q, IS_OFFERED]:
        lanes[2 * q, IS_OFFERED] = 1
        offered[noted[N_OFFERED]] = q
        noted[N_OFFERED] += 1


@njit(**inlined)
def refresh(agents, groups, room_keys, room_who, calm_keys, calm_who, a):
    """Put agent a where dispatch looks for agents with room, or take them out (rules 5.3, 5.6, 5.7).

    Those whose work in hand may all be interrupted ("calm") stand in a heap of their own as well (5.5).
    """
    g = agents[a, GROUP]
    key = (agents[a, USED] << LOAD_SHIFT) | (agents[a, LAST_START] + 1)
    is_on = agents[a, IS_ON]
    if is_on and agents[a, PAUSED] == 0 and agents[a, USED] + groups[g, LEAST_UNITS] <= groups[g, CAPACITY]:
        put_agent(room_keys, room_who, agents, ROOM_PLACE, groups, ROOM_SIZE, g, a, key)
    elif agents[a, ROOM_PLACE] >= 0:
        drop_agent(room_keys, room_who, agents, ROOM_PLACE, groups, ROOM_SIZE, g, a)
    groups[g, MOST_ROOM] = -1
    if groups[g, ROOM_SIZE] > 0:
        groups[g, MOST_ROOM] = groups[g, CAPACITY] - (room_keys[groups[g, START]] >> LOAD_SHIFT)
    if groups[g, MAY_INTERRUPT]:
        if is_on and agents[a, FIRM] == 0:
            put_agent(calm_keys, calm_who, agents, CALM_PLACE, groups, CALM_SIZE, g, a, key)
        else:
            drop_agent(calm_keys, calm_who, agents, CALM_PLACE, groups, CALM_SIZE, g, a)


@njit(**options)
def book(agents, cases, rest, is_paused, pace, speeds, a, now):
    """Book what agent a's turns in hand gained since the last change, exactly (rule 5.4)."""
    gone = now - agents[a, BOOKED_AT]
    agents[a, BOOKED_AT] = now
    k = agents[a, WORKING]
    if gone > 0 and k > 0:
        g = agents[a, GROUP]
        gain = gone * pace[g, min(k, pace.shape[1]) - 1]
        case = agents[a, HAND_FIRST]
        while case >= 0:
            if not is_paused[case]:
                rest[case] -= gain * speeds[g, cases[case, AT_QUEUE]]
            case = cases[case, FOLLOWING]


@njit(**options)
def foresee(agents, cases, groups, rest, is_paused, pace, speeds, keys, payloads, counters, a, now):
    """Work out when agent a's next turn ends at the present pace, and note the event (rule 5.4)."""
    k = agents[a, WORKING]
    soonest = FOREVER
    if k > 0:
        g = agents[a, GROUP]
        now_pace = pace[g, min(k, pace.shape[1]) - 1]
        case = agents[a, HAND_FIRST]
        if groups[g, SAME_SPEED] > 0:
            least = FOREVER
            while case >= 0:
                if not is_paused[case] and rest[case] < least:
                    least = rest[case]
                case = cases[case, FOLLOWING]
            rate = now_pace * groups[g, SAME_SPEED]
            soonest = now + (least + rate - 1) // rate
        else:
            while case >= 0:
                if not is_paused[case]:
                    rate = now_pace * speeds[g, cases[case, AT_QUEUE]]
                    soonest = min(soonest, now + (rest[case] + rate - 1) // rate)
                case = cases[case, FOLLOWING]
    if soonest != agents[a, NEXT_END]:
        agents[a, NEXT_END] = soonest
        if soonest != FOREVER:
            push(keys, payloads, counters, (soonest << KIND_BITS) | AGENT_ENDS_TURNS, a)


@njit(**options)
def join_late(cases, talks, queues, lanes, key_at, offered, noted, case):
    """Let a turn whose reservation ended join its queue where its key belongs (rules 4.4, 4.5, 6.1)."""
    q = cases[case, AT_QUEUE]
    lane = 2 * q + 1 - queues[q, RETURNING_FIRST]
    talks[case, WAITS] = WAITS_LATE
    talks[case, LATE_CHILD] = -1
    talks[case, LATE_SIBLING] = -1
    lanes[lane, LATE_ROOT] = meld(talks, key_at, lanes[lane, LATE_ROOT], case)
    offer(lanes, offered, noted, q)


@njit(**options)
def end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, at):
    """Release the units the owner keeps for this case's next turn, and write down when (rule 5.2)."""
    units = talks[case, HELD]
    if units > 0:
        a = talks[case, OWNER]
        talks[case, HELD] = 0
        agents[a, USED] -= units
        agents[a, FIRM] -= units
        if not queues[queue_ix[case], IS_LIVE]:
            agents[a, MESSAGE_HOLDS] -= units
        held_until[cases[case, TURN] - 1] = at
        touch(agents, touched, noted, a)


@njit(**options)
def is_owned(agents, talks, queues, queue_ix, case, now):
    """Whether the case still has the owner noted for its next turn (rules 4.3, 4.5)."""
    a = talks[case, OWNER]
    if a < 0:
        return False
    q = queue_ix[case]
    if queues[q, IS_LIVE]:
        return True
    if queues[q, KEEPS_OWNER]:
        return agents[a, IS_ON] == 1 or agents[a, LAST_ON] >= now
    return talks[case, OWNED_SINCE] == agents[a, TIMES_OFF]

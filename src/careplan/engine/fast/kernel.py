"""The kernel: plays RULES.md on packed arrays, instant by instant, and can stop and go on.

Comes in: customers, rules, duty and state as tuples of arrays (``pack``). Goes out: the state, changed in place.
Left out: what the arrays mean to people (``pack``), and outcomes of turns nobody started (``close``).

It is one long function because numba pays for every call that takes arrays; it reads in the order of rule 1.
Dead waiting turns are dropped when they are reached: an event is kept for giving up only where a follow-up is born.
"""

from __future__ import annotations

from numba import njit

from careplan.engine.fast.heaps import (
    EVENTS,
    FOREVER,
    drop_agent,
    meld,
    next_key,
    pop,
    push,
    put_agent,
    settle,
    without_root,
)

# Places in ``counters`` after those of the event heap.
NEXT_CASE, NEXT_DUTY, STATUS, CLOCK = 2, 3, 4, 5
N_COUNTERS = 8

DONE, NEEDS_ROOM = 0, 1
"""What STATUS says: the run reached its end, or the event arrays must grow before it goes on."""

# Kinds of events, in the order of rule 1. The first four bits of a key are the kind, the rest the instant.
TURN_ENDS, AGENT_ENDS_TURNS, BOT_ENDS, CUSTOMER_RETURNS, STICK_ENDS, FOLLOW_UP, GIVES_UP = 0, 1, 2, 3, 4, 5, 6
KIND_BITS = 3
LAST_OF_STEP_1 = AGENT_ENDS_TURNS
LAST_OF_STEP_4 = FOLLOW_UP

LOAD_SHIFT = 41
"""A room key is units in use × 2^41 + last start + 1: rule 6.2 up to the agent's number in one integer."""

OPEN, ANSWERED, CONTAINED, TRIAGED, LAPSED = 0, 1, 2, 3, 5
"""Values of ``trace.tables.Outcome`` that the kernel sets; the others follow in ``close``."""

_options = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(**_options)
def opening(takes_start, takes_from, takes_to, q, at):
    """Return the first instant ≥ at at which queue q takes customers, −1 if there is none (rule 7.5)."""
    low = takes_start[q]
    high = takes_start[q + 1]
    end = high
    while low < high:
        middle = (low + high) >> 1
        if takes_to[middle] <= at:
            low = middle + 1
        else:
            high = middle
    if low == end:
        return -1
    return max(at, takes_from[low])


@njit(**_options)
def bot_on_at(law, q, at):
    """Return the slot of the first bot of queue q that is on, −1 if none is (rule 2.3)."""
    for slot in range(law.queue_bots.shape[1]):
        bot = law.queue_bots[q, slot]
        if bot < 0:
            break
        low = law.bot_start[bot]
        high = law.bot_start[bot + 1]
        end = high
        while low < high:
            middle = (low + high) >> 1
            if law.bot_off[middle] <= at:
                low = middle + 1
            else:
                high = middle
        if low < end and law.bot_on[low] <= at:
            return slot
    return -1


@njit(**_options)
def unlink(first, last, following, previous, place, case):
    """Take a case out of the doubly linked list ``place``."""
    before = previous[case]
    after = following[case]
    if before >= 0:
        following[before] = after
    else:
        first[place] = after
    if after >= 0:
        previous[after] = before
    else:
        last[place] = before


@njit(**_options)
def append(first, last, following, previous, place, case):
    """Put a case at the end of the doubly linked list ``place``."""
    tail = last[place]
    following[case] = -1
    previous[case] = tail
    if tail >= 0:
        following[tail] = case
    else:
        first[place] = case
    last[place] = case


@njit(**_options)
def book(s, law, a, now):
    """Book what agent a's turns in hand gained since the last change, exactly (rule 5.4)."""
    gone = now - s.booked_at[a]
    s.booked_at[a] = now
    if gone > 0:
        k = s.n_working[a]
        if k > 0:
            g = s.agent_group[a]
            pace = law.pace[g, min(k, law.pace.shape[1]) - 1]
            case = s.hand_first[a]
            while case >= 0:
                if not s.is_paused[case]:
                    s.rest[case] -= gone * pace * law.speed[g, s.at_queue[case]]
                case = s.following[case]


@njit(**_options)
def foresee(s, law, a, now):
    """Work out when agent a's next turn ends at the present pace, and note the event (rule 5.4)."""
    k = s.n_working[a]
    soonest = FOREVER
    if k > 0:
        g = s.agent_group[a]
        pace = law.pace[g, min(k, law.pace.shape[1]) - 1]
        if law.same_speed[g] > 0:
            rest = FOREVER
            case = s.hand_first[a]
            while case >= 0:
                if not s.is_paused[case] and s.rest[case] < rest:
                    rest = s.rest[case]
                case = s.following[case]
            rate = pace * law.same_speed[g]
            soonest = now + (rest + rate - 1) // rate
        else:
            case = s.hand_first[a]
            while case >= 0:
                if not s.is_paused[case]:
                    rate = pace * law.speed[g, s.at_queue[case]]
                    soonest = min(soonest, now + (s.rest[case] + rate - 1) // rate)
                case = s.following[case]
    if soonest != s.next_end[a]:
        s.next_end[a] = soonest
        if soonest != FOREVER:
            push(s.keys, s.payloads, s.counters, (soonest << KIND_BITS) | AGENT_ENDS_TURNS, a)


@njit(**_options)
def refresh(s, law, a):
    """Put agent a where dispatch looks for agents with room, or take them out (rules 5.3, 5.6, 5.7)."""
    g = s.agent_group[a]
    base = s.group_start[g]
    key = (s.used[a] << LOAD_SHIFT) | (s.last_start[a] + 1)
    if s.is_on[a] and s.paused_units[a] == 0 and s.used[a] + law.least_units[g] <= law.capacity[g]:
        put_agent(s.room_keys, s.room_who, s.room_place, s.room_size, base, g, a, key)
    else:
        drop_agent(s.room_keys, s.room_who, s.room_place, s.room_size, base, g, a)
    if law.may_interrupt[g]:
        if s.is_on[a] and s.firm_units[a] == 0:
            put_agent(s.calm_keys, s.calm_who, s.calm_place, s.calm_size, base, g, a, key)
        else:
            drop_agent(s.calm_keys, s.calm_who, s.calm_place, s.calm_size, base, g, a)


@njit(**_options)
def touch(s, a):
    """Note that agent a may have room that dispatch does not know of."""
    if not s.is_touched[a]:
        s.is_touched[a] = True
        s.touched[s.sizes[0]] = a
        s.sizes[0] += 1


@njit(**_options)
def offer(s, q):
    """Note that queue q may have a turn that can start now."""
    if not s.is_offered[q]:
        s.is_offered[q] = True
        s.offered[s.sizes[1]] = q
        s.sizes[1] += 1


@njit(**_options)
def join_late(s, law, case):
    """Let a turn whose reservation ended join its queue where its key belongs (rules 4.4, 4.5, 6.1)."""
    q = s.at_queue[case]
    lane = 2 * q + (0 if law.returning_first[q] else 1)
    s.waits[case] = WAITS_LATE
    s.late_child[case] = -1
    s.late_sibling[case] = -1
    s.late_root[lane] = meld(s.late_child, s.late_sibling, s.key_at, s.late_root[lane], case)
    offer(s, q)


@njit(**_options)
def end_hold(s, law, case, at):
    """Release the units the owner keeps for this case's next turn, and write down when (rule 5.2)."""
    units = s.held[case]
    if units > 0:
        a = s.owner[case]
        s.held[case] = 0
        s.used[a] -= units
        s.firm_units[a] -= units
        if not law.is_live[s.case_queue[case]]:
            s.message_holds[a] -= units
        s.held_until[s.turn[case] - 1] = at
        touch(s, a)


@njit(**_options)
def is_owned(s, law, duty, case, now):
    """Whether the case still has the owner noted for its next turn (rules 4.3, 4.5)."""
    a = s.owner[case]
    if a < 0:
        return False
    q = s.case_queue[case]
    if law.is_live[q]:
        return True
    if law.keeps_owner[q]:
        return s.is_on[a] or duty.last_on[a] >= now
    return s.owned_since[case] == s.times_off[a]


WAITS_NOT, WAITS_IN_LINE, WAITS_RESERVED, WAITS_LATE = 0, 1, 2, 3
"""Where a case's turn waits: nowhere, in its queue's line, for its owner, or in the queue's heap of late joiners."""


@njit(**_options)
def play(c, law, duty, s, until):
    """Play every instant before ``until`` that has not been played; return DONE or NEEDS_ROOM.

    Parameters
    ----------
    c, law, duty, s
        Tuples of arrays: customers, rules, changes of duty, state (see ``pack``). The state changes in place.
    until
        ms; the instant itself is not played.
    """
    counters, keys, payloads = s.counters, s.keys, s.payloads
    arrived_at, turn_start, work_ms = c.arrived_at, c.turn_start, c.work_ms
    patience_ms = c.patience_ms
    started_at, ended_at, queued_at, agent_ix = s.started_at, s.ended_at, s.queued_at, s.agent_ix
    outcome, case_ended_at = s.outcome, s.case_ended_at
    line_first, line_last, following, previous = s.line_first, s.line_last, s.following, s.previous
    key_at, used, turn, at_queue = s.key_at, s.used, s.turn, s.at_queue
    units_of, speed = law.units, law.speed
    n_first = c.n_first
    n_duty = duty.at.shape[0]
    limit = keys.shape[0] - s.margin
    has_turns = s.has_turns
    slots = law.queue_bots.shape[1]

    while True:
        settle(keys, payloads, counters)
        t = until
        if counters[EVENTS] > 0:
            t = min(t, keys[0] >> KIND_BITS)
        if counters[NEXT_CASE] < n_first:
            t = min(t, max(arrived_at[counters[NEXT_CASE]], 0))
        if counters[NEXT_DUTY] < n_duty:
            t = min(t, duty.at[counters[NEXT_DUTY]])
        if t >= until:
            counters[STATUS] = DONE
            return
        if counters[EVENTS] > limit:
            counters[STATUS] = NEEDS_ROOM
            return
        counters[CLOCK] = t

        # 1.1 Work ends.
        last_key = (t << KIND_BITS) | LAST_OF_STEP_1
        while True:
            key = next_key(keys, counters)
            if key > last_key:
                break
            who = pop(keys, payloads, counters)
            n_ends = 0
            if (key & 7) == TURN_ENDS:
                s.ends[0] = who
                n_ends = 1
            else:
                if s.next_end[who] != t:
                    continue
                s.next_end[who] = FOREVER
                book(s, law, who, t)
                touch(s, who)
                case = s.hand_first[who]
                while case >= 0:
                    if not s.is_paused[case] and s.rest[case] <= 0:
                        s.ends[n_ends] = case
                        n_ends += 1
                    case = following[case]
            for e in range(n_ends):
                case = s.ends[e]
                now_turn = turn[case]
                a = agent_ix[now_turn]
                q = at_queue[case]
                g = s.agent_group[a]
                units = units_of[q]
                ended_at[now_turn] = t
                used[a] -= units
                if not law.interruptible[q]:
                    s.firm_units[a] -= units
                s.n_working[a] -= 1
                touch(s, a)
                if law.is_booked[g]:
                    unlink(s.hand_first, s.hand_last, following, previous, a, case)
                    if law.interrupts[q]:
                        s.n_interrupting[a] -= 1
                        if s.n_interrupting[a] == 0 and s.paused_units[a] > 0:
                            # All paused turns resume (5.5); what is booked until now stays.
                            other = s.hand_first[a]
                            while other >= 0:
                                if s.is_paused[other]:
                                    s.is_paused[other] = False
                                    s.n_working[a] += 1
                                other = following[other]
                            used[a] += s.paused_units[a]
                            s.paused_units[a] = 0
                first_turn = turn_start[case]
                if not c.needs_reply[case]:
                    outcome[case] = TRIAGED
                    case_ended_at[case] = t
                elif s.lapsed_at[case] >= 0:
                    outcome[case] = LAPSED
                    case_ended_at[case] = t
                elif now_turn + 1 == turn_start[case + 1]:
                    outcome[case] = ANSWERED
                    case_ended_at[case] = t
                    if c.has_children and c.return_child[case] >= 0 and c.return_after_ms[case] > 0:
                        child = c.return_child[case]
                        born = opening(
                            law.takes_start, law.takes_from, law.takes_to, c.queue_ix[child], t + c.return_after_ms[case]
                        )
                        if born >= 0:
                            push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)
                else:
                    # The customer thinks; perhaps this agent keeps the conversation (4.3, 5.2).
                    following_turn = now_turn + 1
                    turn[case] = following_turn
                    next_queue = c.turn_queue_ix[following_turn]
                    at_queue[case] = next_queue
                    own = c.queue_ix[case]
                    s.owner[case] = -1
                    if next_queue == own and law.rank[g, own] >= 0:
                        if (
                            s.is_on[a]
                            or law.is_live[own]
                            or (law.keeps_owner[own] and duty.last_on[a] >= t)
                        ):
                            s.owner[case] = a
                            s.owned_since[case] = s.times_off[a]
                            if s.is_on[a] or law.is_live[own]:
                                kept = min(units, units_of[own] * law.hold[own] // 1000)
                                if kept > 0:
                                    s.held[case] = kept
                                    used[a] += kept
                                    s.firm_units[a] += kept
                                    if not law.is_live[own]:
                                        s.message_holds[a] += kept
                    push(
                        keys, payloads, counters,
                        ((t + c.think_ms[now_turn]) << KIND_BITS) | CUSTOMER_RETURNS, case,
                    )  # fmt: skip

        # 1.2 Agents go off duty. 1.3 Agents come on duty.
        while counters[NEXT_DUTY] < n_duty and duty.at[counters[NEXT_DUTY]] == t:
            change = counters[NEXT_DUTY]
            counters[NEXT_DUTY] = change + 1
            a = duty.agent[change]
            touch(s, a)
            if duty.comes[change]:
                s.is_on[a] = True
                continue
            s.is_on[a] = False
            s.times_off[a] += 1
            if has_turns:
                # Conversations on message queues lose their owner, and their holds (4.5, 5.2).
                used[a] -= s.message_holds[a]
                s.firm_units[a] -= s.message_holds[a]
                s.message_holds[a] = 0
                case = s.own_first[a]
                while case >= 0:
                    after = following[case]
                    own = s.case_queue[case]
                    if not law.is_live[own]:
                        if s.held[case] > 0:
                            s.held[case] = 0
                            s.held_until[turn[case] - 1] = t
                        if not (law.keeps_owner[own] and duty.last_on[a] > t):
                            s.owner[case] = -1
                            unlink(s.own_first, s.own_last, following, previous, a, case)
                            join_late(s, law, case)
                    case = after

        # 1.4 Cases come forward.
        last_key = (t << KIND_BITS) | LAST_OF_STEP_4
        while True:
            arrives = -1
            enters = -1
            key = next_key(keys, counters)
            if key <= last_key:
                kind = key & 7
                case = pop(keys, payloads, counters)
                if kind == FOLLOW_UP:
                    arrives = case
                elif kind == BOT_ENDS:
                    slot = s.bot_slot[case]
                    if c.bot_contains[case, slot]:
                        outcome[case] = CONTAINED
                        case_ended_at[case] = t
                        if c.return_child[case] >= 0 and c.bot_return_after_ms[case, slot] > 0:
                            child = c.return_child[case]
                            born = opening(
                                law.takes_start, law.takes_from, law.takes_to, c.queue_ix[child],
                                t + c.bot_return_after_ms[case, slot],
                            )  # fmt: skip
                            if born >= 0:
                                push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)
                    else:
                        enters = case
                elif kind == CUSTOMER_RETURNS:
                    q = at_queue[case]
                    own = s.case_queue[case]
                    queued_at[turn[case]] = t
                    key_at[case] = t + law.due_within_ms[q]
                    a = s.owner[case]
                    if s.held[case] > 0 and not law.is_live[own] and s.owned_since[case] != s.times_off[a]:
                        # The hold ended when its agent went off, unnoticed by the case.
                        s.held[case] = 0
                        ended = ended_at[turn[case] - 1]
                        spell = duty.spell_start[a]
                        while duty.spell_off[spell] < ended:
                            spell += 1
                        s.held_until[turn[case] - 1] = duty.spell_off[spell]
                    if not is_owned(s, law, duty, case, t):
                        s.owner[case] = -1
                    if s.owner[case] >= 0 and law.stick_for_ms[own] != 0:
                        s.waits[case] = WAITS_RESERVED
                        append(s.own_first, s.own_last, following, previous, a, case)
                        touch(s, a)
                        if law.stick_for_ms[own] > 0:
                            ends = t + law.stick_for_ms[own]
                            push(keys, payloads, counters, (ends << KIND_BITS) | STICK_ENDS, case)
                    else:
                        end_hold(s, law, case, t)
                        s.waits[case] = WAITS_IN_LINE
                        lane = 2 * q + (0 if law.returning_first[q] else 1)
                        enters = -2 - lane
                else:  # STICK_ENDS
                    if (
                        s.waits[case] == WAITS_RESERVED
                        and queued_at[turn[case]] + law.stick_for_ms[s.case_queue[case]] == t
                    ):
                        unlink(s.own_first, s.own_last, following, previous, s.owner[case], case)
                        end_hold(s, law, case, t)
                        join_late(s, law, case)
            elif counters[NEXT_CASE] < n_first and arrived_at[counters[NEXT_CASE]] <= t:
                case = counters[NEXT_CASE]
                counters[NEXT_CASE] = case + 1
                arrives = case
            else:
                break

            if arrives >= 0:
                case = arrives
                q = c.queue_ix[case]
                outcome[case] = OPEN
                enters = case
                is_backlog = case < n_first and arrived_at[case] < 0
                s.case_arrived_at[case] = arrived_at[case] if is_backlog else t
                if slots > 0 and c.needs_reply[case] and not is_backlog:
                    slot = bot_on_at(law, q, t)
                    if slot >= 0:
                        s.bot_slot[case] = slot
                        enters = -1
                        push(keys, payloads, counters, ((t + c.bot_ms[case, slot]) << KIND_BITS) | BOT_ENDS, case)
            if enters == -1:
                continue
            if enters >= 0:
                case = enters
                q = c.queue_ix[case]
                at_queue[case] = q
                turn[case] = turn_start[case]
                queued_at[turn_start[case]] = t
                from_at = t
                if case < n_first and arrived_at[case] < 0:
                    from_at = arrived_at[case]
                key_at[case] = from_at + law.due_within_ms[q]
                lane = 2 * q + 1
                if c.has_children and c.retry_child[case] >= 0 and c.needs_reply[case]:
                    gives_up = FOREVER
                    if s.has_patience and patience_ms[case] >= 0 and from_at >= 0:
                        gives_up = t + patience_ms[case]
                    if law.expires_after_ms[q] >= 0:
                        gives_up = min(gives_up, max(from_at + law.expires_after_ms[q], 0))
                    if gives_up != FOREVER:
                        push(keys, payloads, counters, (gives_up << KIND_BITS) | GIVES_UP, case)
            else:
                lane = -2 - enters
            # Into the line, in key order: only cases of this very instant can stand wrongly before it.
            tail = line_last[lane]
            if tail < 0 or key_at[tail] < key_at[case] or (key_at[tail] == key_at[case] and tail < case):
                append(line_first, line_last, following, previous, lane, case)
            else:
                while tail >= 0 and (key_at[tail] > key_at[case] or (key_at[tail] == key_at[case] and tail > case)):
                    tail = previous[tail]
                after = following[tail] if tail >= 0 else line_first[lane]
                following[case] = after
                previous[case] = tail
                previous[after] = case
                if tail >= 0:
                    following[tail] = case
                else:
                    line_first[lane] = case
            offer(s, lane >> 1)

        # 1.5 Dispatch. First: which queues could start a turn on the agents that changed?
        n_touched = s.sizes[0]
        for i in range(n_touched):
            a = s.touched[i]
            refresh(s, law, a)
            g = s.agent_group[a]
            if not s.is_group_touched[g] and s.is_on[a]:
                s.is_group_touched[g] = True
                s.touched_groups[s.sizes[2]] = g
                s.sizes[2] += 1
        for i in range(s.sizes[2]):
            g = s.touched_groups[i]
            s.is_group_touched[g] = False
            for j in range(law.group_queue_start[g], law.group_queue_start[g + 1]):
                q = law.group_queues[j]
                if line_first[2 * q + 1] >= 0 or (
                    has_turns and (line_first[2 * q] >= 0 or s.late_root[2 * q] >= 0 or s.late_root[2 * q + 1] >= 0)
                ):
                    offer(s, q)
        s.sizes[2] = 0

        while s.sizes[1] > 0 or n_touched > 0:
            # 6.1 The smallest key that can start.
            best = -1
            best_class = 0
            i = 0
            while i < s.sizes[1]:
                q = s.offered[i]
                head = -1
                head_class = 2 * law.priority[q]
                units = units_of[q]
                can_start = False
                for j in range(law.queue_group_start[q], law.queue_group_start[q + 1]):
                    g = law.queue_groups[j]
                    if (
                        s.room_size[g] > 0
                        and (s.room_keys[s.group_start[g]] >> LOAD_SHIFT) + units <= law.capacity[g]
                    ):
                        can_start = True
                        break
                    if law.interrupts[q]:
                        if units == law.capacity[g]:
                            if s.calm_size[g] > 0:
                                can_start = True
                                break
                        else:
                            for a in range(s.group_start[g], s.group_start[g + 1]):
                                if s.is_on[a] and s.firm_units[a] + units <= law.capacity[g]:
                                    can_start = True
                                    break
                            if can_start:
                                break
                if can_start:
                    if has_turns:
                        head = line_first[2 * q]
                        late = s.late_root[2 * q]
                        if late >= 0 and (
                            head < 0 or key_at[late] < key_at[head] or (key_at[late] == key_at[head] and late < head)
                        ):
                            head = late
                    if head < 0:
                        head_class += 1
                        lane = 2 * q + 1
                        head = line_first[lane]
                        while head >= 0:
                            # First turns whose patience or time is up are dropped here; ``close`` says what became of them.
                            at = turn_start[head]
                            if turn[head] != at or not (s.has_patience or s.has_expiry):
                                break
                            from_at = queued_at[at]
                            is_backlog = head < n_first and arrived_at[head] < 0
                            is_gone = (
                                s.has_patience
                                and law.withdraws[q]
                                and patience_ms[head] >= 0
                                and not is_backlog
                                and c.needs_reply[head]
                                and from_at + patience_ms[head] < t
                            )
                            if not is_gone and law.expires_after_ms[q] >= 0:
                                if is_backlog:
                                    from_at = arrived_at[head]
                                is_gone = max(from_at + law.expires_after_ms[q], 0) < t
                            if not is_gone:
                                break
                            unlink(line_first, line_last, following, previous, lane, head)
                            head = line_first[lane]
                        if has_turns:
                            late = s.late_root[lane]
                            if late >= 0 and (
                                head < 0
                                or key_at[late] < key_at[head]
                                or (key_at[late] == key_at[head] and late < head)
                            ):
                                head = late
                if head < 0:
                    # Starts only take room: what cannot start now cannot later in this instant.
                    s.is_offered[q] = False
                    s.sizes[1] -= 1
                    s.offered[i] = s.offered[s.sizes[1]]
                    continue
                if (
                    best < 0
                    or head_class < best_class
                    or (
                        head_class == best_class
                        and (key_at[head] < key_at[best] or (key_at[head] == key_at[best] and head < best))
                    )
                ):
                    best = head
                    best_class = head_class
                i += 1
            if has_turns:
                for i in range(n_touched):
                    a = s.touched[i]
                    case = s.own_first[a]
                    if case < 0 or s.paused_units[a] > 0:
                        continue
                    g = s.agent_group[a]
                    while case >= 0:
                        q = at_queue[case]
                        if (s.is_on[a] or law.is_live[q]) and (
                            used[a] - s.held[case] + units_of[q] <= law.capacity[g]
                        ):
                            case_class = 2 * law.priority[q] + (0 if law.returning_first[q] else 1)
                            if (
                                best < 0
                                or case_class < best_class
                                or (
                                    case_class == best_class
                                    and (key_at[case] < key_at[best] or (key_at[case] == key_at[best] and case < best))
                                )
                            ):
                                best = case
                                best_class = case_class
                        case = following[case]
            if best < 0:
                break

            # 6.2 The agent for it.
            case = best
            now_turn = turn[case]
            q = at_queue[case]
            units = units_of[q]
            chosen = -1
            must_interrupt = False
            if has_turns and s.waits[case] == WAITS_RESERVED:
                chosen = s.owner[case]
                unlink(s.own_first, s.own_last, following, previous, chosen, case)
                if s.held[case] > 0:
                    end_hold(s, law, case, t)
            else:
                if has_turns:
                    lane = 2 * q + (1 if best_class & 1 else 0)
                    if s.waits[case] == WAITS_LATE:
                        s.late_root[lane] = without_root(s.late_child, s.late_sibling, key_at, case)
                    else:
                        unlink(line_first, line_last, following, previous, lane, case)
                    a = s.owner[case]
                    if (
                        a >= 0
                        and s.is_on[a]
                        and s.paused_units[a] == 0
                        and used[a] + units <= law.capacity[s.agent_group[a]]
                        and is_owned(s, law, duty, case, t)
                    ):
                        chosen = a
                else:
                    unlink(line_first, line_last, following, previous, 2 * q + 1, case)
                if chosen < 0:
                    best_mi = 2
                    best_rank = 0
                    best_key = 0
                    for j in range(law.queue_group_start[q], law.queue_group_start[q + 1]):
                        g = law.queue_groups[j]
                        rank = law.rank[g, q]
                        base = s.group_start[g]
                        if law.interrupts[q] and units != law.capacity[g]:
                            for a in range(base, s.group_start[g + 1]):
                                if s.is_on[a] and s.firm_units[a] + units <= law.capacity[g]:
                                    mi = 1 if used[a] + s.paused_units[a] + units > law.capacity[g] else 0
                                    load = (used[a] << LOAD_SHIFT) | (s.last_start[a] + 1)
                                    if (
                                        mi < best_mi
                                        or (mi == best_mi and rank < best_rank)
                                        or (mi == best_mi and rank == best_rank and load < best_key)
                                        or (mi == best_mi and rank == best_rank and load == best_key and a < chosen)
                                    ):
                                        best_mi, best_rank, best_key, chosen = mi, rank, load, a
                            continue
                        mi = 2
                        a = -1
                        load = 0
                        if s.room_size[g] > 0 and (s.room_keys[base] >> LOAD_SHIFT) + units <= law.capacity[g]:
                            mi = 0
                            load = s.room_keys[base]
                            a = s.room_who[base]
                        elif law.interrupts[q] and s.calm_size[g] > 0:
                            mi = 1
                            load = s.calm_keys[base]
                            a = s.calm_who[base]
                        if mi < 2 and (
                            mi < best_mi
                            or (mi == best_mi and rank < best_rank)
                            or (mi == best_mi and rank == best_rank and load < best_key)
                            or (mi == best_mi and rank == best_rank and load == best_key and a < chosen)
                        ):
                            best_mi, best_rank, best_key, chosen = mi, rank, load, a
                    must_interrupt = best_mi == 1

            # Start it.
            a = chosen
            g = s.agent_group[a]
            if has_turns:
                s.waits[case] = WAITS_NOT
                s.owner[case] = -1
            first_turn = turn_start[case]
            if (
                s.has_patience
                and now_turn == first_turn
                and not law.withdraws[q]
                and patience_ms[case] >= 0
                and c.needs_reply[case]
                and queued_at[now_turn] + patience_ms[case] < t
                and (case >= n_first or arrived_at[case] >= 0)
            ):
                s.lapsed_at[case] = queued_at[now_turn] + patience_ms[case]
            work = work_ms[now_turn]
            if slots > 0 and s.bot_slot[case] >= 0:
                work = c.work_after_bot_ms[now_turn, s.bot_slot[case]]
            started_at[now_turn] = t
            agent_ix[now_turn] = a
            s.last_start[a] = t
            if law.is_booked[g]:
                book(s, law, a, t)
                touch(s, a)
                if must_interrupt:
                    s.interrupted[now_turn] = True
                    other = s.hand_first[a]
                    while other >= 0:
                        if not s.is_paused[other] and law.interruptible[at_queue[other]]:
                            s.is_paused[other] = True
                            used[a] -= units_of[at_queue[other]]
                            s.paused_units[a] += units_of[at_queue[other]]
                            s.n_working[a] -= 1
                        other = following[other]
                if law.interrupts[q]:
                    s.n_interrupting[a] += 1
                append(s.hand_first, s.hand_last, following, previous, a, case)
                s.rest[case] = work * 1_000_000
                s.is_paused[case] = False
            else:
                ends = t + (work * 1000 + speed[g, q] - 1) // speed[g, q]
                push(keys, payloads, counters, (ends << KIND_BITS) | TURN_ENDS, case)
            used[a] += units
            if not law.interruptible[q]:
                s.firm_units[a] += units
            s.n_working[a] += 1
            refresh(s, law, a)

        for i in range(s.sizes[0]):
            a = s.touched[i]
            s.is_touched[a] = False
            if law.is_booked[s.agent_group[a]]:
                book(s, law, a, t)
                foresee(s, law, a, t)
        s.sizes[0] = 0

        # 1.6 Giving up, where a follow-up is born of it.
        last_key = (t << KIND_BITS) | GIVES_UP
        while True:
            key = next_key(keys, counters)
            if key > last_key:
                break
            case = pop(keys, payloads, counters)
            if started_at[turn_start[case]] < 0:
                child = c.retry_child[case]
                born = opening(
                    law.takes_start, law.takes_from, law.takes_to, c.queue_ix[child], t + c.retry_after_ms[case]
                )
                if born >= 0:
                    push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)


@njit(**_options)
def close(c, law, duty, s, until):
    """Say what became of first turns that nobody started before the end, and of turns still in hand (rules 3, 7.6)."""
    for case in range(c.arrived_at.shape[0]):
        first = c.turn_start[case]
        queued = s.queued_at[first]
        if s.has_turns and s.held[case] > 0:
            # Still kept at the end, or ended when the owner went off while the customer was thinking.
            held_turn = s.turn[case] - 1
            s.held_until[held_turn] = until
            a = s.owner[case]
            if not law.is_live[c.queue_ix[case]] and s.owned_since[case] != s.times_off[a]:
                spell = duty.spell_start[a]
                while duty.spell_off[spell] < s.ended_at[held_turn]:
                    spell += 1
                s.held_until[held_turn] = duty.spell_off[spell]
        if queued < 0 or s.started_at[first] >= 0:
            continue
        q = c.queue_ix[case]
        from_at = queued
        is_backlog = case < c.n_first and c.arrived_at[case] < 0
        gives_up = FOREVER
        if s.has_patience and c.patience_ms[case] >= 0 and c.needs_reply[case] and not is_backlog:
            gives_up = queued + c.patience_ms[case]
        if is_backlog:
            from_at = c.arrived_at[case]
        expires = FOREVER
        if law.expires_after_ms[q] >= 0:
            expires = max(from_at + law.expires_after_ms[q], 0)
        if gives_up < until and gives_up <= expires:
            if law.withdraws[q]:
                s.outcome[case] = 4
                s.case_ended_at[case] = gives_up
                continue
            s.lapsed_at[case] = gives_up
        if expires < until:
            s.outcome[case] = 6
            s.case_ended_at[case] = expires

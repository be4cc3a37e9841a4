"""The kernel: plays RULES.md on packed arrays, instant by instant, and can stop and go on.

Comes in: customers, rules, duty and state as tuples of arrays (``pack``). Goes out: the state, changed in place.
Left out: what the arrays mean to people (``pack``), and first turns that nobody started (``edges``).

``play`` is one long function because numba pays for every call that takes arrays; it reads in the order of rule 1.
Waiting first turns whose time is up are dropped when they are reached: an event is kept for giving up only where a
follow-up is born of it.
"""

from __future__ import annotations

from numba import njit

from careplan.engine.fast.heaps import cached, next_key, pop, push, settle, without_root
from careplan.engine.fast.layout import *
from careplan.engine.fast.steps import (
    append,
    book,
    bot_on_at,
    end_hold,
    foresee,
    is_owned,
    join_late,
    offer,
    opening,
    refresh,
    touch,
    unlink,
)


@njit(**cached)
def play(c, law, duty, s, until):
    """Play every instant before ``until`` that has not been played; STATUS then says DONE or NEEDS_ROOM.

    Parameters
    ----------
    c, law, duty, s
        Tuples of arrays: customers, rules, changes of duty, state (see ``pack``). The state changes in place.
    until
        ms; the instant itself is not played.
    """
    arrived_at, queue_ix, needs_reply, patience_ms = c.arrived_at, c.queue_ix, c.needs_reply, c.patience_ms
    retry_child, retry_after_ms = c.retry_child, c.retry_after_ms
    return_child, return_after_ms = c.return_child, c.return_after_ms
    bot_ms, bot_contains, bot_return_after_ms = c.bot_ms, c.bot_contains, c.bot_return_after_ms
    turn_start, turn_queue_ix = c.turn_start, c.turn_queue_ix
    work_ms, think_ms, work_after_bot_ms = c.work_ms, c.think_ms, c.work_after_bot_ms
    n_first, has_children = c.n_first, c.has_children
    queues, ranks, speeds, pace = law.queues, law.rank, law.speed, law.pace
    group_queues, queue_groups, queue_bots = law.group_queues, law.queue_groups, law.queue_bots
    bot_start, bot_on, bot_off = law.bot_start, law.bot_on, law.bot_off
    takes_start, takes_from, takes_to = law.takes_start, law.takes_from, law.takes_to
    duty_at, duty_agent, duty_comes = duty.at, duty.agent, duty.comes
    spell_start, spell_off = duty.spell_start, duty.spell_off
    counters, keys, payloads, noted = s.counters, s.keys, s.payloads, s.noted
    cases, talks, agents, groups, lanes = s.cases, s.talks, s.agents, s.groups, s.lanes
    key_at, rest, is_paused = s.key_at, s.rest, s.is_paused
    case_arrived_at, outcome, case_ended_at = s.case_arrived_at, s.outcome, s.case_ended_at
    lapsed_at, bot_slot = s.lapsed_at, s.bot_slot
    queued_at, started_at, ended_at, agent_ix = s.queued_at, s.started_at, s.ended_at, s.agent_ix
    interrupted, held_until = s.interrupted, s.held_until
    touched, offered, noted_groups, ending = s.touched, s.offered, s.noted_groups, s.ending
    room_keys, room_who, calm_keys, calm_who = s.room_keys, s.room_who, s.calm_keys, s.calm_who
    has_turns, has_patience, gives_up, gone_at = s.has_turns, s.has_patience, s.gives_up, s.gone_at
    may_lapse = lapsed_at.shape[0] > 0
    n_duty = duty_at.shape[0]
    slots = queue_bots.shape[1]
    has_comebacks = has_turns or has_children or slots > 0
    limit = keys.shape[0] - s.margin

    while True:
        settle(keys, payloads, counters)
        t = until
        if counters[EVENTS] > 0:
            t = min(t, keys[0] >> KIND_BITS)
        if counters[NEXT_CASE] < n_first:
            t = min(t, max(arrived_at[counters[NEXT_CASE]], 0))
        if counters[NEXT_DUTY] < n_duty:
            t = min(t, duty_at[counters[NEXT_DUTY]])
        if t >= until:
            counters[STATUS] = DONE
            return
        if counters[EVENTS] > limit:
            counters[STATUS] = NEEDS_ROOM
            return

        # 1.1 Work ends.
        last_key = (t << KIND_BITS) | LAST_OF_STEP_1
        while True:
            key = next_key(keys, counters)
            if key > last_key:
                break
            who = pop(keys, payloads, counters)
            n_ends = 0
            if (key & KIND_MASK) == TURN_ENDS:
                ending[0] = who
                n_ends = 1
            else:
                if agents[who, NEXT_END] != t:
                    continue
                agents[who, NEXT_END] = FOREVER
                book(agents, cases, rest, is_paused, pace, speeds, who, t)
                touch(agents, touched, noted, who)
                case = agents[who, HAND_FIRST]
                while case >= 0:
                    if not is_paused[case] and rest[case] <= 0:
                        ending[n_ends] = case
                        n_ends += 1
                    case = cases[case, FOLLOWING]
            for e in range(n_ends):
                case = ending[e]
                now_turn = cases[case, TURN]
                a = agent_ix[now_turn]
                q = cases[case, AT_QUEUE]
                g = agents[a, GROUP]
                units = queues[q, UNITS]
                ended_at[now_turn] = t
                agents[a, USED] -= units
                if not queues[q, INTERRUPTIBLE]:
                    agents[a, FIRM] -= units
                agents[a, WORKING] -= 1
                touch(agents, touched, noted, a)
                if groups[g, IS_BOOKED]:
                    unlink(agents, a, HAND_FIRST, cases, case)
                    if queues[q, INTERRUPTS]:
                        agents[a, INTERRUPTING] -= 1
                        if agents[a, INTERRUPTING] == 0 and agents[a, PAUSED] > 0:
                            # All paused turns resume (5.5); what is booked until now stays.
                            other = agents[a, HAND_FIRST]
                            while other >= 0:
                                if is_paused[other]:
                                    is_paused[other] = False
                                    agents[a, WORKING] += 1
                                other = cases[other, FOLLOWING]
                            agents[a, USED] += agents[a, PAUSED]
                            agents[a, PAUSED] = 0
                first_turn = turn_start[case]
                if not needs_reply[case]:
                    outcome[case] = TRIAGED
                    case_ended_at[case] = t
                elif may_lapse and lapsed_at[case] >= 0:
                    outcome[case] = LAPSED
                    case_ended_at[case] = t
                elif now_turn + 1 == turn_start[case + 1]:
                    outcome[case] = ANSWERED
                    case_ended_at[case] = t
                    if has_children and return_child[case] >= 0 and return_after_ms[case] > 0:
                        child = return_child[case]
                        born = opening(takes_start, takes_from, takes_to, queue_ix[child], t + return_after_ms[case])
                        if born >= 0:
                            push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)
                else:
                    # The customer thinks; perhaps this agent keeps the conversation (4.3, 5.2).
                    following_turn = now_turn + 1
                    cases[case, TURN] = following_turn
                    next_queue = turn_queue_ix[following_turn]
                    cases[case, AT_QUEUE] = next_queue
                    own = queue_ix[case]
                    talks[case, OWNER] = -1
                    if next_queue == own and ranks[g, own] >= 0:
                        if (
                            agents[a, IS_ON]
                            or queues[own, IS_LIVE]
                            or (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] >= t)
                        ):
                            talks[case, OWNER] = a
                            talks[case, OWNED_SINCE] = agents[a, TIMES_OFF]
                            if agents[a, IS_ON] or queues[own, IS_LIVE]:
                                kept = min(units, queues[own, UNITS] * queues[own, HOLD] // 1000)
                                if kept > 0:
                                    talks[case, HELD] = kept
                                    agents[a, USED] += kept
                                    agents[a, FIRM] += kept
                                    if not queues[own, IS_LIVE]:
                                        agents[a, MESSAGE_HOLDS] += kept
                    push(
                        keys, payloads, counters,
                        ((t + think_ms[now_turn]) << KIND_BITS) | CUSTOMER_RETURNS, case,
                    )  # fmt: skip

        # 1.2 Agents go off duty. 1.3 Agents come on duty.
        while counters[NEXT_DUTY] < n_duty and duty_at[counters[NEXT_DUTY]] == t:
            change = counters[NEXT_DUTY]
            counters[NEXT_DUTY] = change + 1
            a = duty_agent[change]
            touch(agents, touched, noted, a)
            if duty_comes[change]:
                agents[a, IS_ON] = 1
                continue
            agents[a, IS_ON] = 0
            agents[a, TIMES_OFF] += 1
            if has_turns:
                # Conversations on message queues lose their owner, and their holds (4.5, 5.2).
                agents[a, USED] -= agents[a, MESSAGE_HOLDS]
                agents[a, FIRM] -= agents[a, MESSAGE_HOLDS]
                agents[a, MESSAGE_HOLDS] = 0
                case = agents[a, OWN_FIRST]
                while case >= 0:
                    after = cases[case, FOLLOWING]
                    own = queue_ix[case]
                    if not queues[own, IS_LIVE]:
                        if talks[case, HELD] > 0:
                            talks[case, HELD] = 0
                            held_until[cases[case, TURN] - 1] = t
                        if not (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] > t):
                            talks[case, OWNER] = -1
                            unlink(agents, a, OWN_FIRST, cases, case)
                            join_late(cases, talks, queues, lanes, key_at, offered, noted, case)
                    case = after

        # 1.4 Cases come forward.
        last_key = (t << KIND_BITS) | LAST_OF_STEP_4
        while True:
            arrives = -1
            enters = -1
            key = next_key(keys, counters) if has_comebacks else FOREVER
            if key <= last_key:
                kind = key & KIND_MASK
                case = pop(keys, payloads, counters)
                if kind == FOLLOW_UP:
                    arrives = case
                elif kind == BOT_ENDS:
                    slot = bot_slot[case]
                    if bot_contains[case, slot]:
                        outcome[case] = CONTAINED
                        case_ended_at[case] = t
                        if has_children and return_child[case] >= 0 and bot_return_after_ms[case, slot] > 0:
                            child = return_child[case]
                            born = opening(takes_start, takes_from, takes_to, queue_ix[child],
                                t + bot_return_after_ms[case, slot],
                            )  # fmt: skip
                            if born >= 0:
                                push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)
                    else:
                        enters = case
                elif kind == CUSTOMER_RETURNS:
                    q = cases[case, AT_QUEUE]
                    own = queue_ix[case]
                    queued_at[cases[case, TURN]] = t
                    key_at[case] = t + queues[q, DUE_WITHIN]
                    a = talks[case, OWNER]
                    if (
                        talks[case, HELD] > 0
                        and not queues[own, IS_LIVE]
                        and talks[case, OWNED_SINCE] != agents[a, TIMES_OFF]
                    ):
                        # The hold ended when its agent went off, unnoticed by the case.
                        talks[case, HELD] = 0
                        ended = ended_at[cases[case, TURN] - 1]
                        spell = spell_start[a]
                        while spell_off[spell] < ended:
                            spell += 1
                        held_until[cases[case, TURN] - 1] = spell_off[spell]
                    if not is_owned(agents, talks, queues, queue_ix, case, t):
                        talks[case, OWNER] = -1
                    if talks[case, OWNER] >= 0 and queues[own, STICK_FOR] != 0:
                        talks[case, WAITS] = WAITS_RESERVED
                        append(agents, a, OWN_FIRST, cases, case)
                        touch(agents, touched, noted, a)
                        if queues[own, STICK_FOR] > 0:
                            ends = t + queues[own, STICK_FOR]
                            push(keys, payloads, counters, (ends << KIND_BITS) | STICK_ENDS, case)
                    else:
                        end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, t)
                        talks[case, WAITS] = WAITS_IN_LINE
                        lane = 2 * q + 1 - queues[q, RETURNING_FIRST]
                        enters = -2 - lane
                else:  # STICK_ENDS
                    if (
                        talks[case, WAITS] == WAITS_RESERVED
                        and queued_at[cases[case, TURN]] + queues[queue_ix[case], STICK_FOR] == t
                    ):
                        unlink(agents, talks[case, OWNER], OWN_FIRST, cases, case)
                        end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, t)
                        join_late(cases, talks, queues, lanes, key_at, offered, noted, case)
            elif counters[NEXT_CASE] < n_first and arrived_at[counters[NEXT_CASE]] <= t:
                case = counters[NEXT_CASE]
                counters[NEXT_CASE] = case + 1
                arrives = case
            else:
                break

            if arrives >= 0:
                case = arrives
                q = queue_ix[case]
                outcome[case] = OPEN
                enters = case
                is_backlog = case < n_first and arrived_at[case] < 0
                case_arrived_at[case] = arrived_at[case] if is_backlog else t
                if slots > 0 and needs_reply[case] and not is_backlog:
                    slot = bot_on_at(queue_bots, bot_start, bot_on, bot_off, q, t)
                    if slot >= 0:
                        bot_slot[case] = slot
                        enters = -1
                        push(keys, payloads, counters, ((t + bot_ms[case, slot]) << KIND_BITS) | BOT_ENDS, case)
            if enters == -1:
                continue
            if enters >= 0:
                case = enters
                q = queue_ix[case]
                cases[case, AT_QUEUE] = q
                cases[case, TURN] = turn_start[case]
                queued_at[turn_start[case]] = t
                from_at = t
                if case < n_first and arrived_at[case] < 0:
                    from_at = arrived_at[case]
                key_at[case] = from_at + queues[q, DUE_WITHIN]
                lane = 2 * q + 1
                if gives_up:
                    patience_ends = FOREVER
                    if has_patience and patience_ms[case] >= 0 and from_at >= 0 and needs_reply[case]:
                        patience_ends = t + patience_ms[case]
                    expires = FOREVER
                    if queues[q, EXPIRES_AFTER] >= 0:
                        expires = max(from_at + queues[q, EXPIRES_AFTER], 0)
                    gone_at[case] = min(patience_ends, expires) if queues[q, WITHDRAWS] else expires
                    if has_children and retry_child[case] >= 0 and needs_reply[case]:
                        trigger = min(patience_ends, expires)
                        if trigger != FOREVER:
                            push(keys, payloads, counters, (trigger << KIND_BITS) | GIVES_UP, case)
            else:
                lane = -2 - enters
            # Into the line, in key order: only cases of this very instant can stand wrongly before it.
            tail = lanes[lane, LAST]
            if tail < 0 or key_at[tail] < key_at[case] or (key_at[tail] == key_at[case] and tail < case):
                append(lanes, lane, FIRST, cases, case)
            else:
                while tail >= 0 and (key_at[tail] > key_at[case] or (key_at[tail] == key_at[case] and tail > case)):
                    tail = cases[tail, PREVIOUS]
                after = cases[tail, FOLLOWING] if tail >= 0 else lanes[lane, FIRST]
                cases[case, FOLLOWING] = after
                cases[case, PREVIOUS] = tail
                cases[after, PREVIOUS] = case
                if tail >= 0:
                    cases[tail, FOLLOWING] = case
                else:
                    lanes[lane, FIRST] = case
            offer(lanes, offered, noted, lane >> 1)

        # 1.5 Dispatch. First: which queues could start a turn on the agents that changed?
        n_touched = noted[N_TOUCHED]
        for i in range(n_touched):
            a = touched[i]
            refresh(agents, groups, room_keys, room_who, calm_keys, calm_who, a)
            g = agents[a, GROUP]
            if not groups[g, IS_NOTED] and agents[a, IS_ON]:
                groups[g, IS_NOTED] = 1
                noted_groups[noted[N_NOTED]] = g
                noted[N_NOTED] += 1
        for i in range(noted[N_NOTED]):
            g = noted_groups[i]
            groups[g, IS_NOTED] = 0
            for j in range(groups[g, QUEUES_FROM], groups[g, QUEUES_TO]):
                q = group_queues[j]
                if lanes[2 * q + 1, FIRST] >= 0 or (
                    has_turns
                    and (lanes[2 * q, FIRST] >= 0 or lanes[2 * q, LATE_ROOT] >= 0 or lanes[2 * q + 1, LATE_ROOT] >= 0)
                ):
                    offer(lanes, offered, noted, q)
        noted[N_NOTED] = 0

        while noted[N_OFFERED] > 0 or n_touched > 0:
            # 6.1 The smallest key that can start.
            best = -1
            best_class = 0
            i = 0
            while i < noted[N_OFFERED]:
                q = offered[i]
                head = -1
                head_class = 2 * queues[q, PRIORITY]
                if best >= 0 and head_class > best_class:
                    i += 1
                    continue
                units = queues[q, UNITS]
                can_start = False
                for j in range(queues[q, GROUPS_FROM], queues[q, GROUPS_TO]):
                    g = queue_groups[j]
                    if groups[g, MOST_ROOM] >= units:
                        can_start = True
                        break
                    if queues[q, INTERRUPTS]:
                        if units == groups[g, CAPACITY]:
                            if groups[g, CALM_SIZE] > 0:
                                can_start = True
                                break
                        else:
                            for a in range(groups[g, START], groups[g, STOP]):
                                if agents[a, IS_ON] and agents[a, FIRM] + units <= groups[g, CAPACITY]:
                                    can_start = True
                                    break
                            if can_start:
                                break
                if can_start:
                    if has_turns:
                        head = lanes[2 * q, FIRST]
                        late = lanes[2 * q, LATE_ROOT]
                        if late >= 0 and (
                            head < 0 or key_at[late] < key_at[head] or (key_at[late] == key_at[head] and late < head)
                        ):
                            head = late
                    if head < 0:
                        head_class += 1
                        lane = 2 * q + 1
                        head = lanes[lane, FIRST]
                        if gives_up:
                            # First turns whose time is up are dropped here; ``close`` says what became of them.
                            while head >= 0 and gone_at[head] < t:
                                unlink(lanes, lane, FIRST, cases, head)
                                head = lanes[lane, FIRST]
                        if has_turns:
                            late = lanes[lane, LATE_ROOT]
                            if late >= 0 and (
                                head < 0
                                or key_at[late] < key_at[head]
                                or (key_at[late] == key_at[head] and late < head)
                            ):
                                head = late
                if head < 0:
                    # Starts only take room: what cannot start now cannot later in this instant. But a hold may
                    # turn into interruptible work, which an interrupting queue can then push aside.
                    if has_turns and queues[q, INTERRUPTS]:
                        i += 1
                        continue
                    lanes[2 * q, IS_OFFERED] = 0
                    noted[N_OFFERED] -= 1
                    offered[i] = offered[noted[N_OFFERED]]
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
                    a = touched[i]
                    case = agents[a, OWN_FIRST]
                    if case < 0 or agents[a, PAUSED] > 0:
                        continue
                    g = agents[a, GROUP]
                    while case >= 0:
                        q = cases[case, AT_QUEUE]
                        if (agents[a, IS_ON] or queues[q, IS_LIVE]) and (
                            agents[a, USED] - talks[case, HELD] + queues[q, UNITS] <= groups[g, CAPACITY]
                        ):
                            case_class = 2 * queues[q, PRIORITY] + (0 if queues[q, RETURNING_FIRST] else 1)
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
                        case = cases[case, FOLLOWING]
            if best < 0:
                for i in range(noted[N_OFFERED]):
                    lanes[2 * offered[i], IS_OFFERED] = 0
                noted[N_OFFERED] = 0
                break

            # 6.2 The agent for it.
            case = best
            now_turn = cases[case, TURN]
            q = cases[case, AT_QUEUE]
            units = queues[q, UNITS]
            chosen = -1
            must_interrupt = False
            if has_turns and talks[case, WAITS] == WAITS_RESERVED:
                chosen = talks[case, OWNER]
                unlink(agents, chosen, OWN_FIRST, cases, case)
                if talks[case, HELD] > 0:
                    end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, t)
            else:
                if has_turns:
                    lane = 2 * q + (1 if best_class & 1 else 0)
                    if talks[case, WAITS] == WAITS_LATE:
                        lanes[lane, LATE_ROOT] = without_root(talks, key_at, case)
                    else:
                        unlink(lanes, lane, FIRST, cases, case)
                    a = talks[case, OWNER]
                    if (
                        a >= 0
                        and agents[a, IS_ON]
                        and agents[a, PAUSED] == 0
                        and agents[a, USED] + units <= groups[agents[a, GROUP], CAPACITY]
                        and is_owned(agents, talks, queues, queue_ix, case, t)
                    ):
                        chosen = a
                else:
                    unlink(lanes, 2 * q + 1, FIRST, cases, case)
                if chosen < 0:
                    best_mi = 2
                    best_rank = 0
                    best_key = 0
                    for j in range(queues[q, GROUPS_FROM], queues[q, GROUPS_TO]):
                        g = queue_groups[j]
                        rank = ranks[g, q]
                        base = groups[g, START]
                        if queues[q, INTERRUPTS] and units != groups[g, CAPACITY]:
                            for a in range(base, groups[g, STOP]):
                                if agents[a, IS_ON] and agents[a, FIRM] + units <= groups[g, CAPACITY]:
                                    mi = 1 if agents[a, USED] + agents[a, PAUSED] + units > groups[g, CAPACITY] else 0
                                    load = (agents[a, USED] << LOAD_SHIFT) | (agents[a, LAST_START] + 1)
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
                        if groups[g, MOST_ROOM] >= units:
                            mi = 0
                            load = room_keys[base]
                            a = room_who[base]
                        elif queues[q, INTERRUPTS] and groups[g, CALM_SIZE] > 0:
                            mi = 1
                            load = calm_keys[base]
                            a = calm_who[base]
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
            g = agents[a, GROUP]
            if has_turns:
                talks[case, WAITS] = WAITS_NOT
                talks[case, OWNER] = -1
                if gives_up:
                    gone_at[case] = FOREVER  # later turns have no patience (4.1)
            first_turn = turn_start[case]
            if (
                may_lapse
                and now_turn == first_turn
                and not queues[q, WITHDRAWS]
                and patience_ms[case] >= 0
                and needs_reply[case]
                and queued_at[now_turn] + patience_ms[case] < t
                and (case >= n_first or arrived_at[case] >= 0)
            ):
                lapsed_at[case] = queued_at[now_turn] + patience_ms[case]
            work = work_ms[now_turn]
            if slots > 0 and bot_slot[case] >= 0:
                work = work_after_bot_ms[now_turn, bot_slot[case]]
            started_at[now_turn] = t
            agent_ix[now_turn] = a
            agents[a, LAST_START] = t
            if groups[g, IS_BOOKED]:
                book(agents, cases, rest, is_paused, pace, speeds, a, t)
                touch(agents, touched, noted, a)
                if must_interrupt:
                    interrupted[now_turn] = True
                    other = agents[a, HAND_FIRST]
                    while other >= 0:
                        if not is_paused[other] and queues[cases[other, AT_QUEUE], INTERRUPTIBLE]:
                            is_paused[other] = True
                            agents[a, USED] -= queues[cases[other, AT_QUEUE], UNITS]
                            agents[a, PAUSED] += queues[cases[other, AT_QUEUE], UNITS]
                            agents[a, WORKING] -= 1
                        other = cases[other, FOLLOWING]
                if queues[q, INTERRUPTS]:
                    agents[a, INTERRUPTING] += 1
                append(agents, a, HAND_FIRST, cases, case)
                rest[case] = work * 1_000_000
                is_paused[case] = False
            else:
                ends = t + work
                if speeds[g, q] != 1000:  # a division costs as much as all else here
                    ends = t + (work * 1000 + speeds[g, q] - 1) // speeds[g, q]
                push(keys, payloads, counters, (ends << KIND_BITS) | TURN_ENDS, case)
            agents[a, USED] += units
            if not queues[q, INTERRUPTIBLE]:
                agents[a, FIRM] += units
            agents[a, WORKING] += 1
            refresh(agents, groups, room_keys, room_who, calm_keys, calm_who, a)

        for i in range(noted[N_TOUCHED]):
            a = touched[i]
            agents[a, IS_TOUCHED] = 0
            if groups[agents[a, GROUP], IS_BOOKED]:
                book(agents, cases, rest, is_paused, pace, speeds, a, t)
                foresee(agents, cases, groups, rest, is_paused, pace, speeds, keys, payloads, counters, a, t)
        noted[N_TOUCHED] = 0

        # 1.6 Giving up, where a follow-up is born of it.
        last_key = (t << KIND_BITS) | GIVES_UP
        while has_children:
            key = next_key(keys, counters)
            if key > last_key:
                break
            case = pop(keys, payloads, counters)
            if started_at[turn_start[case]] < 0:
                child = retry_child[case]
                born = opening(takes_start, takes_from, takes_to, queue_ix[child], t + retry_after_ms[case])
                if born >= 0:
                    push(keys, payloads, counters, (born << KIND_BITS) | FOLLOW_UP, child)

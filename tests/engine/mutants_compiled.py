"""Mutants of the compiled engine: one broken rule each (``mutants.py`` says what is done with them)."""

# ruff: noqa: E501 - pieces of source are easier to compare unbroken
from __future__ import annotations

from tests.engine.mutants import Mutant

KERNEL, STEPS, POOL = "fast/kernel.py", "fast/steps.py", "fast/pool.py"
HEAPS, PACK, EDGES = "fast/heaps.py", "fast/pack.py", "fast/edges.py"

STEP_1, STEP_2, STEP_4 = (
    "        # 1.1 Work ends.\n",
    "        # 1.2 Agents go off duty.",
    "        # 1.4 Cases come forward.\n",
)
STEP_5, STEP_6 = "        # 1.5 Dispatch. First", "        # 1.6 Giving up, where"

COMPILED = [
    # 1. One instant
    Mutant(
        "1", "the end of the run is played", KERNEL,
        "        if t >= until:\n            counters[STATUS] = DONE\n            return\n",
        "        if t >= until and counters[STATUS] == 7:\n            counters[STATUS] = DONE\n            return\n"
        "        if t >= until:\n            counters[STATUS] = 7\n",
    ),
    Mutant("1.1", "duty changes before work ends", KERNEL, STEP_2, STEP_4, to=STEP_1),
    Mutant("1.2", "duty changes after dispatch", KERNEL, STEP_2, STEP_4, to=STEP_6),
    Mutant(
        "1.2", "agents come on before others go off", PACK, "np.lexsort((comes, at))", "np.lexsort((~comes, at))",
        equivalent="no agent does both at one instant (touching spells are merged), and what going off changes "
        "(own duty, holds, owners) no agent's coming on reads.",
    ),
    Mutant(
        "1.4", "cases come forward before duty changes", KERNEL, STEP_4, STEP_5, to=STEP_2,
        equivalent="the steps before dispatch may swap where they only note who is where: a turn that returns as its owner goes "
        "off is reserved and then opened, or opened at once; its hold ends at this instant either way.",
    ),
    Mutant("1.4", "cases come forward after dispatch", KERNEL, STEP_4, STEP_5, to=STEP_6),
    Mutant("1.6", "giving up comes before dispatch", KERNEL, "gone_at[head] < t:", "gone_at[head] <= t:"),
    Mutant(
        "1.6", "a message lapses as its work starts", KERNEL,
        "and queued_at[now_turn] + patience_ms[case] < t", "and queued_at[now_turn] + patience_ms[case] <= t",
    ),
    Mutant(
        "1.6", "expiry comes before patience", EDGES,
        "if gives_up < until and gives_up <= expires:", "if gives_up < until and gives_up < expires:",
    ),
    # 2. Arriving
    Mutant("2.1", "backlog is queued by its entry", KERNEL, "key_at[case] = from_at + queues", "key_at[case] = t + queues"),
    Mutant("2.1", "backlog meets bots", KERNEL, "if slots > 0 and needs_reply[case] and not is_backlog:", "if slots > 0 and needs_reply[case]:"),
    Mutant(
        "2.1", "backlog has patience and tries again", KERNEL,
        "patience_ms[case] >= 0 and from_at >= 0 and needs_reply[case]:", "patience_ms[case] >= 0 and needs_reply[case]:",
    ),
    Mutant("2.1", "worked backlog had patience", KERNEL, "                and (case >= n_first or arrived_at[case] >= 0)\n", ""),
    Mutant(
        "2.1", "unworked backlog had patience", EDGES,
        "            from_at = arrived_at[case]\n        elif s.has_patience", "            from_at = arrived_at[case]\n        if s.has_patience",
    ),
    Mutant("2.2", "a case without need of a reply meets bots", KERNEL, "if slots > 0 and needs_reply[case] and not is_backlog:", "if slots > 0 and not is_backlog:"),
    Mutant(
        "2.2", "a case without need of a reply has patience", EDGES,
        "elif s.has_patience and patience_ms[case] >= 0 and needs_reply[case]:", "elif s.has_patience and patience_ms[case] >= 0:",
    ),
    Mutant("2.2", "a case without need of a reply tries again", KERNEL, "retry_child[case] >= 0 and needs_reply[case]:", "retry_child[case] >= 0:"),
    Mutant("2.2", "a case without need of a reply ends answered", KERNEL, "                if not needs_reply[case]:\n                    outcome[case] = TRIAGED", "                if False:\n                    outcome[case] = TRIAGED"),
    Mutant(
        "2.3", "the last listed bot takes the case", STEPS,
        "    for slot in range(queue_bots.shape[1]):\n        bot = queue_bots[q, slot]\n        if bot < 0:\n            break",
        "    for slot in range(queue_bots.shape[1] - 1, -1, -1):\n        bot = queue_bots[q, slot]\n        if bot < 0:\n            continue",
    ),
    Mutant("2.3", "windows hold their end", STEPS, "if ends[middle] <= at:", "if ends[middle] < at:"),
    Mutant("2.3", "windows do not hold their beginning", STEPS, "bot_on[window] <= at:", "bot_on[window] < at:"),
    Mutant("2.3", "the work is the same after a bot", KERNEL, "work = work_after_bot_ms[now_turn, bot_slot[case]]", "work = work_ms[now_turn]"),
    Mutant(
        "2.4", "expiry of backlog runs from 0", KERNEL,
        "expires = max(from_at + queues[q, EXPIRES_AFTER], 0)\n                    gone_at", "expires = t + queues[q, EXPIRES_AFTER]\n                    gone_at",
    ),
    Mutant(
        "2.4", "backlog expired before 0", EDGES,
        "expires = max(from_at + queues[q, EXPIRES_AFTER], 0)\n        if gives_up", "expires = from_at + queues[q, EXPIRES_AFTER]\n        if gives_up",
    ),
    # 3. Giving up
    Mutant("3.1", "messages that withdraw keep their place", KERNEL, "min(patience_ends, expires) if queues[q, WITHDRAWS] else expires", "min(patience_ends, expires) if queues[q, IS_LIVE] else expires"),
    Mutant("3.1", "messages that withdraw lapse", EDGES, "            if queues[q, WITHDRAWS]:\n", "            if queues[q, IS_LIVE]:\n"),
    Mutant("3.1", "a lapsed message costs all its turns", KERNEL, "elif may_lapse and lapsed_at[case] >= 0:", "elif may_lapse and lapsed_at[case] >= 0 and now_turn + 1 == turn_start[case + 1]:"),
    Mutant("3.1", "all messages lose their place when they lapse", KERNEL, "min(patience_ends, expires) if queues[q, WITHDRAWS] else expires", "min(patience_ends, expires)"),
    Mutant("3.2", "a lapsed message does not expire", EDGES, "            s.lapsed_at[case] = gives_up\n", "            s.lapsed_at[case] = gives_up\n            continue\n"),
    Mutant("4.1", "later turns give up like the first", KERNEL, "gone_at[case] = FOREVER  # later", "gone_at[case] = gone_at[case]  # later"),
    # 4. Turns and owners
    Mutant("4.2", "a transfer has an owner", KERNEL, "if next_queue == own and ranks[g, own] >= 0:", "if ranks[g, next_queue] >= 0:"),
    Mutant("4.3", "an agent without the skill owns", KERNEL, "if next_queue == own and ranks[g, own] >= 0:", "if next_queue == own:"),
    Mutant("4.3", "off duty nobody becomes owner of a live conversation", KERNEL, "                            or queues[own, IS_LIVE]\n", ""),
    Mutant("4.3", "off duty nobody becomes owner of a managed message", KERNEL, "                            or (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] >= t)\n", ""),
    Mutant(
        "4.3", "a manager off duty becomes owner without a later spell", KERNEL,
        "(queues[own, KEEPS_OWNER] and agents[a, LAST_ON] >= t)", "queues[own, KEEPS_OWNER]",
        equivalent="the kernel asks again at the return (is_owned), and until then an off-duty owner of a message holds nothing (5.2) "
        "and so leaves no trace. The reference has the same mutant, and there it is caught.",
    ),
    Mutant("4.3", "a spell that begins now is no later spell", KERNEL, "agents[a, LAST_ON] >= t)", "agents[a, LAST_ON] > t)"),
    Mutant("4.3", "any agent off duty becomes owner", KERNEL, "                            agents[a, IS_ON]\n                            or", "                            True\n                            or"),
    Mutant("4.4", "endless stick_for reserves nothing", KERNEL, "queues[own, STICK_FOR] != 0:", "queues[own, STICK_FOR] > 0:"),
    Mutant("4.4", "a finite stick_for is endless", KERNEL, "if queues[own, STICK_FOR] > 0:", "if False:"),
    Mutant("4.4", "the reservation ends a millisecond early or late", KERNEL, "ends = t + queues[own, STICK_FOR]", "ends = t + queues[own, STICK_FOR] + 1"),
    Mutant("4.4", "stick_for ends whatever became of the turn", KERNEL, "                        talks[case, WAITS] == WAITS_RESERVED\n                        and", "                        talks[case, WAITS] >= 0\n                        and"),
    Mutant("4.5", "managed messages lose their owner as they wait", KERNEL, "if not (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] > t):", "if True:"),
    Mutant("4.5", "managed messages keep an owner who does not come back", KERNEL, "if not (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] > t):", "if not queues[own, KEEPS_OWNER]:"),
    Mutant("4.5", "all messages keep an owner who comes back", KERNEL, "if not (queues[own, KEEPS_OWNER] and agents[a, LAST_ON] > t):", "if not agents[a, LAST_ON] > t:"),
    Mutant("4.5", "live conversations that wait lose their owner", KERNEL, "                    if not queues[own, IS_LIVE]:\n                        if talks[case, HELD] > 0:", "                    if True:\n                        if talks[case, HELD] > 0:"),
    Mutant("4.5", "managed messages lose their owner as customers think", STEPS, "        return agents[a, IS_ON] == 1 or agents[a, LAST_ON] >= now\n", "        return talks[case, OWNED_SINCE] == agents[a, TIMES_OFF]\n"),
    Mutant("4.5", "managed messages keep a lost owner as customers think", STEPS, "        return agents[a, IS_ON] == 1 or agents[a, LAST_ON] >= now\n", "        return True\n"),
    Mutant("4.5", "unmanaged messages keep their owner as customers think", STEPS, "return talks[case, OWNED_SINCE] == agents[a, TIMES_OFF]", "return True"),
    Mutant("4.5", "live conversations lose their owner as customers think", STEPS, "    if queues[q, IS_LIVE]:\n        return True\n", ""),
    # 5. Agents
    Mutant("5.2", "more is held than was freed", KERNEL, "kept = min(units, queues[own, UNITS] * queues[own, HOLD] // 1000)", "kept = queues[own, UNITS] * queues[own, HOLD] // 1000"),
    Mutant("5.2", "messages are held off duty", KERNEL, "if agents[a, IS_ON] or queues[own, IS_LIVE]:\n", "if True:\n"),
    Mutant("5.2", "live conversations are not held off duty", KERNEL, "if agents[a, IS_ON] or queues[own, IS_LIVE]:\n", "if agents[a, IS_ON]:\n"),
    Mutant("5.2", "message holds outlast going off", KERNEL, "                agents[a, USED] -= agents[a, MESSAGE_HOLDS]\n", ""),
    Mutant("5.2", "live holds end at going off", KERNEL, "                                    if not queues[own, IS_LIVE]:\n                                        agents[a, MESSAGE_HOLDS] += kept", "                                    if True:\n                                        agents[a, MESSAGE_HOLDS] += kept"),
    Mutant("5.2", "the hold outlives the reservation", KERNEL, "OWN_FIRST, cases, case)\n                        end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, t)\n                        join", "OWN_FIRST, cases, case)\n                        join"),
    Mutant("5.2", "the hold outlives the return that is not reserved", KERNEL, "                        end_hold(agents, cases, talks, queues, queue_ix, held_until, touched, noted, case, t)\n                        talks[case, WAITS] = WAITS_IN_LINE", "                        talks[case, WAITS] = WAITS_IN_LINE"),
    Mutant("5.2", "a hold at the end of the run has no end", EDGES, "            held_until[held_turn] = until\n", ""),
    Mutant("5.3", "the own hold counts against the return", KERNEL, "agents[a, USED] - talks[case, HELD] + queues[q, UNITS]", "agents[a, USED] + queues[q, UNITS]"),
    Mutant("5.3", "agents fill up to below their capacity", KERNEL, "if groups[g, MOST_ROOM] >= units:\n                        can_start", "if groups[g, MOST_ROOM] > units:\n                        can_start"),
    Mutant("5.4", "time is rounded down (one speed)", STEPS, "soonest = now + (least + rate - 1) // rate", "soonest = now + least // rate"),
    Mutant("5.4", "time is rounded down (several speeds)", STEPS, "soonest = min(soonest, now + (rest[case] + rate - 1) // rate)", "soonest = min(soonest, now + rest[case] // rate)"),
    Mutant("5.4", "time is rounded down (no pace)", KERNEL, "ends = t + (work * 1000 + speeds[g, q] - 1) // speeds[g, q]", "ends = t + work * 1000 // speeds[g, q]"),
    Mutant("5.4", "gains are booked at the pace of one turn", STEPS, "gain = gone * pace[g, min(k, pace.shape[1]) - 1]", "gain = gone * pace[g, 0]"),
    Mutant("5.4", "past the table's end pace begins anew", STEPS, "now_pace = pace[g, min(k, pace.shape[1]) - 1]", "now_pace = pace[g, (k - 1) % pace.shape[1]]"),
    Mutant("5.4", "gains are booked at one speed", STEPS, "rest[case] -= gain * speeds[g, cases[case, AT_QUEUE]]", "rest[case] -= gain * 1000"),
    Mutant("5.4", "paused turns gain", STEPS, "            if not is_paused[case]:\n                rest[case] -=", "            if True:\n                rest[case] -="),
    Mutant("5.5", "nobody is interrupted", KERNEL, "elif queues[q, INTERRUPTS] and groups[g, CALM_SIZE] > 0:", "elif False:"),
    Mutant("5.5", "full calls look for room for interrupting only", STEPS, "if is_on and agents[a, FIRM] == 0:", "if is_on and agents[a, USED] == 0:"),
    Mutant("5.5", "agents off duty are interrupted (full calls)", STEPS, "if is_on and agents[a, FIRM] == 0:", "if agents[a, FIRM] == 0:"),
    Mutant("5.5", "agents off duty are interrupted (partial calls)", KERNEL, "                                if agents[a, IS_ON] and agents[a, FIRM] + units <= groups[g, CAPACITY]:\n                                    mi", "                                if agents[a, FIRM] + units <= groups[g, CAPACITY]:\n                                    mi"),
    Mutant("5.5", "holds are no firm work", KERNEL, "                                    agents[a, FIRM] += kept\n", ""),
    Mutant("5.5", "paused turns do not count for must-interrupt", KERNEL, "agents[a, USED] + agents[a, PAUSED] + units > groups", "agents[a, USED] + units > groups"),
    Mutant("5.5", "a call that must interrupt does not", KERNEL, "                if must_interrupt:\n", "                if False:\n"),
    Mutant("5.5", "paused turns resume after any call", KERNEL, "if agents[a, INTERRUPTING] == 0 and agents[a, PAUSED] > 0:", "if agents[a, PAUSED] > 0:"),
    Mutant("5.6", "with paused turns agents take anything", STEPS, "if is_on and agents[a, PAUSED] == 0 and agents[a, USED]", "if is_on and agents[a, USED]"),
    Mutant("5.6", "with paused turns owners take their own", KERNEL, "if case < 0 or agents[a, PAUSED] > 0:", "if case < 0:"),
    Mutant("5.6", "with paused turns owners take what is not reserved", KERNEL, "                        and agents[a, PAUSED] == 0\n", ""),
    Mutant("5.7", "off duty nothing starts", KERNEL, "if (agents[a, IS_ON] or queues[q, IS_LIVE]) and (", "if agents[a, IS_ON] and ("),
    Mutant("5.7", "off duty own messages start", KERNEL, "if (agents[a, IS_ON] or queues[q, IS_LIVE]) and (", "if True and ("),
    Mutant("5.7", "off duty owners come first although nothing is reserved", KERNEL, "                        and agents[a, IS_ON]\n                        and agents[a, PAUSED]", "                        and agents[a, PAUSED]"),
    # 6. Dispatch
    Mutant("6.1", "dispatch does not look again after a start", KERNEL, "if has_turns and queues[q, INTERRUPTS]:\n", "if False:\n"),
    Mutant("6.1", "no priorities", KERNEL, "head_class = 2 * queues[q, PRIORITY]", "head_class = 0"),
    Mutant("6.1", "reserved turns have no priority", KERNEL, "case_class = 2 * queues[q, PRIORITY] + ", "case_class = "),
    Mutant("6.1", "reserved turns never return first", KERNEL, "(0 if queues[q, RETURNING_FIRST] else 1)", "1"),
    Mutant("6.1", "returning turns wait like new ones", KERNEL, "lane = 2 * q + 1 - queues[q, RETURNING_FIRST]", "lane = 2 * q + 1"),
    Mutant("6.1", "late joiners wait like new ones", STEPS, "lane = 2 * q + 1 - queues[q, RETURNING_FIRST]", "lane = 2 * q + 1"),
    Mutant("6.1", "the case's queue says what returns first", KERNEL, "lane = 2 * q + 1 - queues[q, RETURNING_FIRST]", "lane = 2 * q + 1 - queues[own, RETURNING_FIRST]"),
    Mutant("6.1", "no deadlines for returning turns", KERNEL, "key_at[case] = t + queues[q, DUE_WITHIN]", "key_at[case] = t"),
    Mutant("6.1", "no deadlines for first turns", KERNEL, "key_at[case] = from_at + queues[q, DUE_WITHIN]", "key_at[case] = from_at"),
    Mutant("6.1", "the greater case number first, between lines", KERNEL, "(key_at[head] == key_at[best] and head < best))", "(key_at[head] == key_at[best] and head > best))"),
    Mutant("6.1", "the greater case number first, of reserved turns", KERNEL, "(key_at[case] == key_at[best] and case < best))", "(key_at[case] == key_at[best] and case > best))"),
    Mutant("6.1", "within an instant, in the order of coming", KERNEL, "if tail < 0 or key_at[tail] < key_at[case] or (key_at[tail] == key_at[case] and tail < case):", "if True:"),
    Mutant("6.1", "late joiners in the wrong order", HEAPS, "if key_at[b] < key_at[a] or (", "if key_at[b] > key_at[a] or ("),
    Mutant("6.1", "late joiners of one key in any order", HEAPS, "(key_at[b] == key_at[a] and b < a)", "(key_at[b] == key_at[a] and b > a)"),
    Mutant("6.2", "owners are like others", KERNEL, "                        chosen = a\n                else:", "                        pass\n                else:"),
    Mutant("6.2", "rank reversed", KERNEL, "if mi < 2 and (\n                            mi < best_mi\n                            or (mi == best_mi and rank < best_rank)", "if mi < 2 and (\n                            mi < best_mi\n                            or (mi == best_mi and rank > best_rank)"),
    Mutant("6.2", "no rank", KERNEL, "                        rank = ranks[g, q]\n", "                        rank = 0\n"),
    Mutant("6.2", "units in use before rank", KERNEL, "if mi < 2 and (\n                            mi < best_mi\n                            or (mi == best_mi and rank < best_rank)", "if mi < 2 and (\n                            mi < best_mi\n                            or chosen < 0 or (mi == best_mi and load < best_key)"),
    Mutant("6.2", "rank before who need not interrupt", KERNEL, "if mi < 2 and (\n                            mi < best_mi\n                            or (mi == best_mi and rank < best_rank)", "if mi < 2 and (\n                            chosen < 0\n                            or rank < best_rank"),
    Mutant("6.2", "the greater agent number first, between groups", KERNEL, "or (mi == best_mi and rank == best_rank and load == best_key and a < chosen)\n                        ):", "or (mi == best_mi and rank == best_rank and load == best_key and a > chosen)\n                        ):"),
    Mutant("6.2", "the greater agent number first, on rising", HEAPS, "(above == key and who[base + up] < agent)", "(above == key and who[base + up] > agent)"),
    Mutant("6.2", "the greater agent number first, on sinking", HEAPS, "if below > key or (below == key and who[base + child] > agent):", "if below > key or (below == key and who[base + child] < agent):"),
    Mutant("6.2", "no last start", STEPS, "key = (agents[a, USED] << LOAD_SHIFT) | (agents[a, LAST_START] + 1)", "key = agents[a, USED] << LOAD_SHIFT"),
    Mutant("6.2", "no start yet counts as a start at 0", STEPS, "key = (agents[a, USED] << LOAD_SHIFT) | (agents[a, LAST_START] + 1)", "key = (agents[a, USED] << LOAD_SHIFT) | max(agents[a, LAST_START], 0)"),
    Mutant("6.2", "no last start among those to interrupt", KERNEL, "load = (agents[a, USED] << LOAD_SHIFT) | (agents[a, LAST_START] + 1)", "load = agents[a, USED] << LOAD_SHIFT"),
    Mutant("6.2", "paused turns are units in use", KERNEL, "load = (agents[a, USED] << LOAD_SHIFT) | (agents", "load = ((agents[a, USED] + agents[a, PAUSED]) << LOAD_SHIFT) | (agents"),
    # 7. Ends and follow-ups
    Mutant("7.1", "a lapsed case ends answered", KERNEL, "                    outcome[case] = LAPSED\n", "                    outcome[case] = ANSWERED\n"),
    Mutant("7.2", "who lapses does not try again", KERNEL, "                        trigger = min(patience_ends, expires)\n", "                        trigger = min(patience_ends, expires) if queues[q, WITHDRAWS] else expires\n"),
    Mutant("7.2", "whose message expires does not try again", KERNEL, "                        trigger = min(patience_ends, expires)\n", "                        trigger = patience_ends\n"),
    Mutant("7.2", "who was answered in time tries again too", KERNEL, "            if started_at[turn_start[case]] < 0:\n", "            if True:\n"),
    Mutant("7.3", "nobody comes back after an answer", KERNEL, "if has_children and return_child[case] >= 0 and return_after_ms[case] > 0:", "if False:"),
    Mutant("7.3", "after a bot the delay is that after an answer", KERNEL, "                                t + bot_return_after_ms[case, slot],\n", "                                t + return_after_ms[case],\n"),
    Mutant("7.5", "follow-ups come when due, open or not", STEPS, "return max(at, takes_from[window])", "return at"),
    Mutant("7.5", "a follow-up due in closed hours never comes", STEPS, "    if window == takes_start[q + 1]:", "    if window == takes_start[q + 1] or takes_from[window] > at:"),
    # The same rules in the shorter way for one pool
    Mutant("1", "one pool: the end of the run is played", POOL, "limit = min(deadline, until - 1)", "limit = min(deadline, until)"),
    Mutant("1.6", "one pool: giving up comes before dispatch", POOL, "limit = min(deadline, until - 1)", "limit = min(deadline - 1, until - 1)"),
    Mutant("1.6", "one pool: a message lapses as its work starts", POOL, "if lapses and gives_up < t:", "if lapses and gives_up <= t:"),
    Mutant("2.1", "one pool: backlog has patience", POOL, "if p >= 0 and came >= 0 and (", "if p >= 0 and ("),
    Mutant("2.2", "one pool: a case without need of a reply has patience", POOL, "and (all_reply or needs_reply[case]):", "and True:"),
    Mutant("2.2", "one pool: a case without need of a reply ends answered", POOL, "result = TRIAGED", "result = ANSWERED"),
    Mutant("3.1", "one pool: messages that withdraw lapse", POOL, "                if deadline < until:\n", "                if not lapses:\n"),
    Mutant("5.4", "one pool: time is rounded down", POOL, "ends = t + (work_ms[case] * 1_000_000 + r - 1) // r", "ends = t + work_ms[case] * 1_000_000 // r"),
    Mutant("5.7", "one pool: agents off duty start cases", POOL, "                    if agents[who, IS_ON]:\n                        agent = who\n                        break\n                if", "                    if True:\n                        agent = who\n                        break\n                if"),
    Mutant("5.7", "one pool: agents are on duty for good", POOL, "agents[who, IS_ON] = False  # if", "agents[who, IS_ON] = True  # if"),
    Mutant("6.2", "one pool: any idle agent", POOL, "            last_start[agent] = t\n", "            last_start[agent] = 0\n"),
    Mutant("7.1", "one pool: a lapsed case ends answered", POOL, "result = LAPSED", "result = ANSWERED"),
    Mutant("7.6", "one pool: what ends at the end of the run has ended", POOL, "            if ends < until:\n", "            if ends <= until:\n"),
    Mutant(
        "1.1", "one pool: duty changes before work ends", POOL, "if end_at <= duty_at:", "if end_at < duty_at:",
        equivalent="in one pool nobody owns or holds anything; an agent whose work ends as the spell does is off duty and idle "
        "after both, in either order.",
    ),
]  # fmt: skip
"""The kernel plays the rules; edges say what became of who never started; the pool has rules of its own again."""

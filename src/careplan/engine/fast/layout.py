"""Where everything stands in the kernel's tables: one row per case, agent, queue, group; columns by name.

Numba pays for every array a function takes, so what belongs to one thing is one row of one table.
"""

from __future__ import annotations

# cases (int32): where a case is now. A case stands in one list at a time: a line, an owner's list, a hand.
TURN, AT_QUEUE, FOLLOWING, PREVIOUS = range(4)
N_CASE_COLUMNS = 4

# talks (int32): cases of worlds with more than one turn. OWNED_SINCE is the owner's TIMES_OFF when they became it.
OWNER, OWNED_SINCE, HELD, WAITS, LATE_CHILD, LATE_SIBLING = range(6)
N_TALK_COLUMNS = 6
WAITS_NOT, WAITS_IN_LINE, WAITS_RESERVED, WAITS_LATE = range(4)

# agents (int64). Each pair FIRST, LAST is a list of cases: turns in hand, and reserved turns that wait.
GROUP, IS_ON, TIMES_OFF, LAST_ON, USED, FIRM, PAUSED, MESSAGE_HOLDS = range(8)
WORKING, INTERRUPTING, LAST_START, BOOKED_AT, NEXT_END = range(8, 13)
HAND_FIRST, HAND_LAST, OWN_FIRST, OWN_LAST, IS_TOUCHED, ROOM_PLACE, CALM_PLACE = range(13, 20)
N_AGENT_COLUMNS = 20

# queues (int64): the columns of the rules.
(
    IS_LIVE, UNITS, HOLD, PRIORITY, RETURNING_FIRST, DUE_WITHIN, WITHDRAWS, EXPIRES_AFTER, STICK_FOR, KEEPS_OWNER,
    INTERRUPTS, INTERRUPTIBLE, GROUPS_FROM, GROUPS_TO,
) = range(14)  # fmt: skip
QUEUE_COLUMNS = (
    "is_live", "units", "hold", "priority", "returning_first", "due_within_ms", "withdraws", "expires_after_ms",
    "stick_for_ms", "keeps_owner", "interrupts", "interruptible",
)  # fmt: skip
N_QUEUE_COLUMNS = 14

# lanes (int32): two lines a queue, returning turns that go first (2 q) and all others (2 q + 1).
FIRST, LAST, LATE_ROOT, IS_OFFERED = range(4)
N_LANE_COLUMNS = 4

# groups (int64): what the rules say of a group, and its two heaps of agents.
CAPACITY, LEAST_UNITS, SAME_SPEED, IS_BOOKED, MAY_INTERRUPT, START, STOP = range(7)
QUEUES_FROM, QUEUES_TO, ROOM_SIZE, CALM_SIZE, IS_NOTED, MOST_ROOM = range(7, 13)
N_GROUP_COLUMNS = 13

# noted: how many agents are touched, queues offered and groups noted in this instant.
N_TOUCHED, N_OFFERED, N_NOTED = range(3)

# counters. EVENTS and HOLE belong to the heap of events.
EVENTS, HOLE, NEXT_CASE, NEXT_DUTY, STATUS = range(5)
N_COUNTERS = 5
DONE, NEEDS_ROOM = 0, 1

# Event keys: the instant, then the kind in the order of rule 1.
TURN_ENDS, AGENT_ENDS_TURNS, BOT_ENDS, CUSTOMER_RETURNS, STICK_ENDS, FOLLOW_UP, GIVES_UP = range(7)
KIND_BITS = 3
KIND_MASK = 7
LAST_OF_STEP_1 = AGENT_ENDS_TURNS
LAST_OF_STEP_4 = FOLLOW_UP

FOREVER = 1 << 62

LOAD_SHIFT = 41
"""A room key is units in use × 2^41 + last start + 1: rule 6.2 up to the agent's number in one integer."""

# Outcomes, as in ``trace.tables.Outcome``.
OPEN, ANSWERED, CONTAINED, TRIAGED, ABANDONED, LAPSED, EXPIRED, UNBORN = range(8)

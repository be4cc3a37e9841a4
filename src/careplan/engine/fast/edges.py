"""What is compiled and done once a run, before the kernel plays and after it has.

Comes in: the kernel's arrays. Goes out: a count, or the state completed. Left out: playing.
"""

from __future__ import annotations

from numba import njit

from careplan.engine.fast.heaps import cached
from careplan.engine.fast.layout import (
    ABANDONED,
    EXPIRED,
    EXPIRES_AFTER,
    FOREVER,
    HELD,
    IS_LIVE,
    OWNED_SINCE,
    OWNER,
    TIMES_OFF,
    TURN,
    WITHDRAWS,
)


@njit(**cached)
def most_at_once(arrived_at, n_first):
    """Return the most first contacts that enter at one instant; all backlog enters at 0."""
    most = 0
    now = 0
    at = 0
    for case in range(n_first):
        enters = max(arrived_at[case], 0)
        if case == 0 or enters != at:
            now = 0
        at = enters
        now += 1
        most = max(most, now)
    return most


@njit(**cached)
def close(c, law, duty, s, until):
    """Say what became of first turns that nobody started before the end, and of holds still kept (3, 5.2, 7.6)."""
    arrived_at, patience_ms, needs_reply = c.arrived_at, c.patience_ms, c.needs_reply
    queued_at, started_at, ended_at, held_until = s.queued_at, s.started_at, s.ended_at, s.held_until
    queues, cases, talks, agents = law.queues, s.cases, s.talks, s.agents
    turn_start, queue_ix = c.turn_start, c.queue_ix
    for case in range(len(arrived_at)):
        q = queue_ix[case]
        if s.has_turns and talks[case, HELD] > 0:
            # Kept to the end, or ended when the owner went off while the customer was thinking.
            held_turn = cases[case, TURN] - 1
            held_until[held_turn] = until
            a = talks[case, OWNER]
            if not queues[q, IS_LIVE] and talks[case, OWNED_SINCE] != agents[a, TIMES_OFF]:
                spell = duty.spell_start[a]
                while duty.spell_off[spell] < ended_at[held_turn]:
                    spell += 1
                held_until[held_turn] = duty.spell_off[spell]
        first = turn_start[case]
        if queued_at[first] < 0 or started_at[first] >= 0:
            continue
        from_at = queued_at[first]
        gives_up = FOREVER
        if case < c.n_first and arrived_at[case] < 0:
            from_at = arrived_at[case]
        elif s.has_patience and patience_ms[case] >= 0 and needs_reply[case]:
            gives_up = from_at + patience_ms[case]
        expires = FOREVER
        if queues[q, EXPIRES_AFTER] >= 0:
            expires = max(from_at + queues[q, EXPIRES_AFTER], 0)
        if gives_up < until and gives_up <= expires:
            if queues[q, WITHDRAWS]:
                s.outcome[case] = ABANDONED
                s.case_ended_at[case] = gives_up
                continue
            s.lapsed_at[case] = gives_up
        if expires < until:
            s.outcome[case] = EXPIRED
            s.case_ended_at[case] = expires

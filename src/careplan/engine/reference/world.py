"""From columns to people: the queues, cases and agents of one run as objects.

Comes in: workload, roster and rules. Goes out: a :class:`World` before its first instant.
Left out: everything that happens in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from careplan.columns import NEVER, IntArray
from careplan.engine.contract import Rules
from careplan.engine.reference.agents import Agent
from careplan.engine.reference.cases import BotDraw, Case, FollowUp
from careplan.engine.reference.dispatch import dispatch
from careplan.engine.reference.moments import Clock
from careplan.engine.reference.turns import Queue, Turn, Windows
from careplan.engine.reference.waiting import WaitingRoom
from careplan.roster import Roster
from careplan.workload.tables import Workload


@dataclass(frozen=True)
class World:
    """All there is in one run. It may be played once."""

    clock: Clock
    cases: list[Case]
    agents: list[Agent]


def build(workload: Workload, roster: Roster, rules: Rules, shuffle_seed: int | None = None) -> World:
    """Return the world before instant 0, with all that is known to happen on its clock."""
    waiting_room = WaitingRoom(len(rules.queues))
    agents: list[Agent] = []
    clock = Clock(lambda: dispatch(waiting_room, agents), shuffle_seed)
    agents += agents_of(roster, rules, clock)
    cases = cases_of(workload, queues_of(rules), clock, waiting_room)
    for agent in agents:
        agent.will_serve()
    for case in cases[: workload.n_first]:
        case.will_arrive()
    return World(clock, cases, agents)


def queues_of(rules: Rules) -> list[Queue]:
    """Return the rules queue by queue."""
    bots = windows_by_row(rules.bot_start, rules.bot_on, rules.bot_off)
    takes = windows_by_row(rules.takes_start, rules.takes_from, rules.takes_to)
    return [
        Queue(
            number=i,
            is_live=bool(rules.is_live[i]),
            units=int(rules.units[i]),
            hold=int(rules.hold[i]),
            priority=int(rules.priority[i]),
            returning_first=bool(rules.returning_first[i]),
            due_within_ms=int(rules.due_within_ms[i]),
            withdraws=bool(rules.withdraws[i]),
            expires_after_ms=int(rules.expires_after_ms[i]),
            stick_for_ms=int(rules.stick_for_ms[i]),
            keeps_owner=bool(rules.keeps_owner[i]),
            interrupts=bool(rules.interrupts[i]),
            interruptible=bool(rules.interruptible[i]),
            bots=tuple(bots[bot] for bot in rules.queue_bots[i].tolist() if bot != NEVER),
            takes=takes[i],
        )
        for i in range(len(rules.queues))
    ]


def windows_by_row(start: IntArray, opens: IntArray, closes: IntArray) -> list[Windows]:
    """Return flat windows row by row."""
    windows = list(zip(opens.tolist(), closes.tolist(), strict=True))
    offsets = start.tolist()
    return [tuple(windows[a:b]) for a, b in pairwise(offsets)]


def agents_of(roster: Roster, rules: Rules, clock: Clock) -> list[Agent]:
    """Return the agents by number (6.3), off duty."""
    spells: list[list[tuple[int, int]]] = [[] for _ in range(roster.n_agents)]
    rows = zip(
        roster.spell_agent.tolist(),
        roster.spell_on.tolist(),
        roster.spell_off.tolist(),
        strict=True,
    )
    for number, on, off in rows:
        spells[number].append((on, off))
    return [
        Agent(
            number=number,
            clock=clock,
            capacity=int(rules.capacity[group]),
            pace=tuple(rules.pace[group].tolist()),
            rank=tuple(rules.rank[group].tolist()),
            speed=tuple(rules.speed[group].tolist()),
            spells=spells[number],
        )
        for number, group in enumerate(roster.agent_group.tolist())
    ]


def cases_of(workload: Workload, queues: list[Queue], clock: Clock, waiting_room: WaitingRoom) -> list[Case]:
    """Return the cases by number (6.3) with their turns and possible follow-ups, none of them arrived."""
    is_child = workload.is_child.tolist()
    bots = zip(
        workload.bot_ms.tolist(),
        workload.bot_contains.tolist(),
        workload.bot_return_after_ms.tolist(),
        strict=True,
    )
    columns = zip(
        workload.queue_ix.tolist(),
        workload.arrived_at.tolist(),
        workload.needs_reply.tolist(),
        workload.patience_ms.tolist(),
        bots,
        strict=True,
    )
    cases = [
        Case(
            number=number,
            queue=queues[queue],
            arrived_at=NEVER if is_child[number] else arrived_at,
            needs_reply=needs_reply,
            patience_ms=patience_ms,
            bots=tuple(BotDraw(*draw) for draw in zip(*by_slot, strict=True)),
            clock=clock,
            waiting_room=waiting_room,
            turns=[],
        )
        for number, (queue, arrived_at, needs_reply, patience_ms, by_slot) in enumerate(columns)
    ]
    add_turns(cases, workload, queues)
    add_follow_ups(cases, workload)
    return cases


def add_turns(cases: list[Case], workload: Workload, queues: list[Queue]) -> None:
    """Give each case its turns, linked in order."""
    starts = workload.turn_start.tolist()
    queue, work, think = (
        workload.turn_queue_ix.tolist(),
        workload.work_ms.tolist(),
        workload.think_ms.tolist(),
    )
    after_bot = workload.work_after_bot_ms.tolist()
    for case, (first, end) in zip(cases, pairwise(starts), strict=True):
        case.turns = [
            Turn(case, queues[queue[row]], work[row], tuple(after_bot[row]), think[row]) for row in range(first, end)
        ]
        for earlier, later in pairwise(case.turns):
            earlier.next, later.before = later, earlier


def add_follow_ups(cases: list[Case], workload: Workload) -> None:
    """Tell each case which others may be born of it."""
    retries = zip(workload.retry_child.tolist(), workload.retry_after_ms.tolist(), strict=True)
    returns = zip(workload.return_child.tolist(), workload.return_after_ms.tolist(), strict=True)
    for case, (retry, retry_after), (back, back_after) in zip(cases, retries, returns, strict=True):
        if retry != NEVER:
            case.retry = FollowUp(cases[retry], retry_after)
        if back != NEVER:
            case.come_back = FollowUp(cases[back], back_after)

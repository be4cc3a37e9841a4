"""What a hand-worked test needs: common queues, a world with the obvious defaults, and the trace as plain lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from careplan.engine.contract import Bot, Group, Queue
from careplan.trace.tables import Outcome
from tests.engine.compare import difference
from tests.engine.tiny import Case, World

PHONE = Queue(is_live=True)
CALL = Queue(is_live=True, interrupts=True)
CHAT = Queue(is_live=True)
MAIL = Queue(is_live=False)

LATE = 10_000
"""After everything a hand-worked test looks at."""


@dataclass(frozen=True)
class Seen:
    """A trace as lists; by case: arrived, outcome, over_at, lapsed, bot; by turn: the rest."""

    arrived: list[int]
    outcome: list[Outcome]
    over_at: list[int]
    lapsed: list[int]
    bot: list[int]
    queued: list[int]
    started: list[int]
    ended: list[int]
    agent: list[int]
    interrupted: list[bool]
    held: list[int]


def all_day(agents: int, group: str = "care") -> list[tuple[str, int, int, int]]:
    """Return spells of agents who are always on duty."""
    return [(group, ordinal, 0, LATE) for ordinal in range(1, agents + 1)]


def play(
    engine: str,
    queues: Mapping[str, Queue],
    cases: Sequence[Case],
    *,
    spells: Sequence[tuple[str, int, int, int]] = (("care", 1, 0, LATE),),
    groups: Mapping[str, Group] | None = None,
    bots: Mapping[str, Bot] | None = None,
    until: int = LATE,
) -> Seen:
    """Run a world; unless said otherwise one agent with every skill is there all day.

    Where the compiled engine has a shorter way, it must say the same as its kernel.
    """
    groups = groups or {"care": Group(skills=dict.fromkeys(queues, 1))}
    world = World(queues, groups, spells, cases, until, bots or {})
    trace = world.play(engine)
    if engine == "compiled" and world.is_one_pool:
        assert difference(world.play("kernel"), trace, ("kernel", "one pool")) is None
    return Seen(
        arrived=trace.case_arrived_at.tolist(),
        outcome=[Outcome(code) for code in trace.case_outcome.tolist()],
        over_at=trace.case_ended_at.tolist(),
        lapsed=trace.case_lapsed_at.tolist(),
        bot=trace.case_bot_slot.tolist(),
        queued=trace.turn_queued_at.tolist(),
        started=trace.turn_started_at.tolist(),
        ended=trace.turn_ended_at.tolist(),
        agent=trace.turn_agent_ix.tolist(),
        interrupted=trace.turn_interrupted.tolist(),
        held=trace.turn_held_until.tolist(),
    )

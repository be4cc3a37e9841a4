"""Dispatch: which turn starts next, and on whom (rules 4.4, 5.6, 5.7 and 6).

Comes in: who waits and who works. Goes out: turns started. Left out: what a start does (``agents``).
"""

from __future__ import annotations

from careplan.engine.reference.agents import Agent
from careplan.engine.reference.turns import Turn
from careplan.engine.reference.waiting import WaitingRoom


def dispatch(waiting_room: WaitingRoom, agents: list[Agent]) -> None:
    """Start the smallest key that can start on any agent; repeat until nothing can start (6.1).

    All are looked at again after each start: a hold that becomes interruptible work lets a call in (5.5).
    """
    while (start := next_start(waiting_room, agents)) is not None:
        turn, agent = start
        agent.start(turn)


def next_start(waiting_room: WaitingRoom, agents: list[Agent]) -> tuple[Turn, Agent] | None:
    """Return the turn that starts next and the agent who starts it, if any can (6.1)."""
    for turn in waiting_room.candidates():
        agent = agent_for(turn, agents)
        if agent is not None:
            return turn, agent
    return None


def agent_for(turn: Turn, agents: list[Agent]) -> Agent | None:
    """Return the agent who starts a turn if it starts now (6.2)."""
    able = [agent for agent in those_who_may_take(turn, agents) if can_start(agent, turn)]
    return min(able, key=lambda agent: preference(agent, turn), default=None)


def those_who_may_take(turn: Turn, agents: list[Agent]) -> list[Agent]:
    """Only the owner may take a reserved turn (4.4)."""
    return [turn.owner] if turn.is_reserved and turn.owner is not None else agents


def can_start(agent: Agent, turn: Turn) -> bool:
    """Whether an agent has the skill, the duty, the mind and the room for a turn."""
    return (
        agent.is_skilled_for(turn.queue)
        and is_there_for(agent, turn)
        and is_free_of_paused_work_for(agent, turn)
        and (agent.fits(turn) or agent.fits_by_interrupting(turn))
    )


def is_there_for(agent: Agent, turn: Turn) -> bool:
    """Whether the agent is on duty, or the turn a reserved one of their own live conversations (5.7)."""
    return agent.is_on_duty or (turn.owner is agent and turn.is_reserved_live)


def is_free_of_paused_work_for(agent: Agent, turn: Turn) -> bool:
    """Whether the agent has nothing paused, or the turn's queue interrupts (5.6)."""
    return not agent.paused or turn.queue.interrupts


def preference(agent: Agent, turn: Turn) -> tuple[bool, bool, int, int, int, int]:
    """Return what the agent with the smallest value of is taken by (6.2)."""
    return (
        agent.must_interrupt(turn),
        agent is not turn.owner,
        agent.rank[turn.queue.number],
        agent.units_in_use,
        agent.last_start_at,
        agent.number,
    )

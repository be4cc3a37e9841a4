"""Runs told by hand: cases and turns as they happened, without an engine.

Comes in: :class:`ToldCase` rows. Goes out: a workload and a trace that agree with them; works and thinking
times are whatever the told instants make of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import NEVER
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True)
class ToldTurn:
    """A turn as it happened; −1 where it did not."""

    queued: int
    started: int = NEVER
    ended: int = NEVER
    agent: int = NEVER
    interrupted: bool = False
    held_until: int = NEVER
    queue: str | None = None


@dataclass(frozen=True)
class ToldCase:
    """A case as it happened. ``follows``: (row of its parent, "retry" or "return"); such cases stand last."""

    queue: str
    at: int
    outcome: Outcome
    turns: tuple[ToldTurn, ...]
    left: int | None = None
    """When it ended; by default the end of its last turn."""
    lapsed: int = NEVER
    slot: int = NEVER
    needs_reply: bool = True
    follows: tuple[int, str] | None = None

    @property
    def ended(self) -> int:
        """When it ended, −1 while open."""
        if self.left is not None:
            return self.left
        return NEVER if self.outcome == Outcome.OPEN else self.turns[-1].ended


def told(queues: Sequence[str], cases: Sequence[ToldCase], until: int) -> tuple[Workload, Trace]:
    """Build the workload and the trace of cases told by hand."""
    names = tuple(sorted(queues))
    turns = [turn for case in cases for turn in case.turns]
    starts = np.cumsum([0, *(len(case.turns) for case in cases)])
    child = {kind: [NEVER] * len(cases) for kind in ("retry", "return")}
    for row, case in enumerate(cases):
        if case.follows is not None:
            child[case.follows[1]][case.follows[0]] = row
    last = {int(end) - 1 for end in starts[1:]}
    has_bots = any(case.slot >= 0 for case in cases)
    workload = Workload(
        queues=names,
        arrived_at=[0 if case.follows else case.at for case in cases],  # type: ignore[arg-type]
        queue_ix=[names.index(case.queue) for case in cases],  # type: ignore[arg-type]
        turn_start=starts,
        work_ms=[max(1, turn.ended - turn.started) for turn in turns],  # type: ignore[arg-type]
        needs_reply=[case.needs_reply for case in cases],  # type: ignore[arg-type]
        retry_child=child["retry"],  # type: ignore[arg-type]
        retry_after_ms=[1 if row >= 0 else NEVER for row in child["retry"]],  # type: ignore[arg-type]
        return_child=child["return"],  # type: ignore[arg-type]
        return_after_ms=[1 if row >= 0 else NEVER for row in child["return"]],  # type: ignore[arg-type]
        is_child=[case.follows is not None for case in cases],  # type: ignore[arg-type]
        bot_ms=[[1] for _ in cases] if has_bots else None,  # type: ignore[arg-type]
        turn_queue_ix=[  # type: ignore[arg-type]
            names.index(turn.queue or case.queue) for case in cases for turn in case.turns
        ],
        think_ms=[NEVER if i in last else 1 for i in range(len(turns))],  # type: ignore[arg-type]
    )
    trace = Trace(
        until=until,
        case_arrived_at=[NEVER if c.outcome == Outcome.UNBORN else c.at for c in cases],  # type: ignore[arg-type]
        case_outcome=[case.outcome for case in cases],  # type: ignore[arg-type]
        case_ended_at=[case.ended for case in cases],  # type: ignore[arg-type]
        case_lapsed_at=[case.lapsed for case in cases],  # type: ignore[arg-type]
        case_bot_slot=[case.slot for case in cases],  # type: ignore[arg-type]
        turn_queued_at=[turn.queued for turn in turns],  # type: ignore[arg-type]
        turn_started_at=[turn.started for turn in turns],  # type: ignore[arg-type]
        turn_ended_at=[turn.ended for turn in turns],  # type: ignore[arg-type]
        turn_agent_ix=[turn.agent for turn in turns],  # type: ignore[arg-type]
        turn_interrupted=[turn.interrupted for turn in turns],  # type: ignore[arg-type]
        turn_held_until=[turn.held_until for turn in turns],  # type: ignore[arg-type]
    )
    return workload, trace


def answered(queue: str, at: int, started: int, ended: int, agent: int = 0) -> ToldCase:
    """A case of one turn that was answered."""
    return ToldCase(queue, at, Outcome.ANSWERED, (ToldTurn(at, started, ended, agent),))


def abandoned(queue: str, at: int, left: int) -> ToldCase:
    """A case whose customer left unanswered."""
    return ToldCase(queue, at, Outcome.ABANDONED, (ToldTurn(at),), left=left)


def waiting(queue: str, at: int) -> ToldCase:
    """A case that still waits at the end of the run."""
    return ToldCase(queue, at, Outcome.OPEN, (ToldTurn(at),))

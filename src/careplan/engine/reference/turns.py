"""What waits and is worked: a turn, and the rules of the queue it waits in.

Comes in: the rows of a workload and of the rules. Goes out: one object each; a turn notes what happens to it.
Left out: what makes it happen (``cases``, ``agents`` and ``dispatch``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careplan.columns import NEVER
from careplan.engine.reference.moments import Moment

if TYPE_CHECKING:
    from careplan.engine.reference.agents import Agent
    from careplan.engine.reference.cases import Case

Windows = tuple[tuple[int, int], ...]

Key = tuple[int, int, int, int]
"""(priority; 0 if returning turns go first, else 1; due at; case number): no two waiting turns share one."""


@dataclass(frozen=True)
class Queue:
    """The rules of one queue as plain values; their meaning is in ``contract.Queue``."""

    number: int
    is_live: bool
    units: int
    hold: int
    priority: int
    returning_first: bool
    due_within_ms: int
    withdraws: bool
    expires_after_ms: int
    stick_for_ms: int
    keeps_owner: bool
    interrupts: bool
    interruptible: bool
    bots: tuple[Windows, ...]
    takes: Windows


@dataclass(eq=False, repr=False)
class Turn:
    """One customer message and its answer.

    It may be queued: the first when its case enters the queue, a later one when the customer returns. Then it
    waits, is worked, and has ended. While its customer thinks or it waits it may have an owner, who may hold
    room for it; while it waits it may be reserved for the owner. While it is worked it may be paused.
    """

    case: Case
    queue: Queue
    work_ms: int
    work_after_bot_ms: tuple[int, ...]
    think_ms: int

    before: Turn | None = None
    next: Turn | None = None
    owner: Agent | None = None
    held_units: int = 0
    """What the owner holds for this turn (5.2)."""
    is_reserved: bool = False
    waits_since: int = NEVER
    """queued_at of its key (6.1): the true arrival where the case is backlog."""
    reservation: Moment | None = None
    finish: Moment | None = None
    to_gain: int = 0
    """What is left of the work (5.4)."""

    queued_at: int = NEVER
    started_at: int = NEVER
    ended_at: int = NEVER
    agent: Agent | None = None
    interrupted: bool = False
    held_until: int = NEVER

    @property
    def key(self) -> Key:
        """What is dispatched first has the smallest key (6.1)."""
        is_returning = self.before is not None and self.queue.returning_first
        due_at = self.waits_since + self.queue.due_within_ms
        return (self.queue.priority, 0 if is_returning else 1, due_at, self.case.number)

    @property
    def is_reserved_live(self) -> bool:
        """Whether it waits for the owner of a live conversation (5.7); the case's kind counts (4.6)."""
        return self.is_reserved and self.case.queue.is_live

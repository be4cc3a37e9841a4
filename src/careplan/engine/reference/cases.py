"""The life of a case: it arrives, waits, is worked turn by turn, and ends (rules 2, 3, 4 and 7).

Comes in: the rows of a workload, one object each, and what agents do with them. Goes out: the same objects,
with all that happened to them noted. Left out: which turn starts when, and on whom (``dispatch``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from careplan.columns import NEVER
from careplan.engine.reference.moments import Clock, Moment, Step
from careplan.engine.reference.turns import Queue, Turn
from careplan.trace.tables import Outcome

if TYPE_CHECKING:
    from careplan.engine.reference.agents import Agent
    from careplan.engine.reference.waiting import WaitingRoom


@dataclass(frozen=True)
class BotDraw:
    """What the workload drew for one case and one bot."""

    takes_ms: int
    contains: bool
    return_after_ms: int


@dataclass(frozen=True)
class FollowUp:
    """The case that may be born of another, and how long after."""

    child: Case
    after_ms: int


@dataclass(eq=False, repr=False)
class Case:
    """One customer's question.

    It may be born, if it is a follow-up; all others arrive. A bot may take it. Then it waits for its first
    turn, and may leave or expire; after each turn but the last its customer thinks and returns. In the end it
    has an outcome, and perhaps a follow-up of its own.
    """

    number: int
    queue: Queue
    arrived_at: int
    needs_reply: bool
    patience_ms: int
    bots: tuple[BotDraw, ...]
    clock: Clock
    waiting_room: WaitingRoom

    turns: list[Turn]
    retry: FollowUp | None = None
    come_back: FollowUp | None = None

    outcome: Outcome = Outcome.UNBORN
    ended_at: int = NEVER
    lapsed_at: int = NEVER
    bot_slot: int = NEVER
    has_child: bool = False
    giving_up: tuple[Moment, ...] = ()

    # Arriving

    def will_arrive(self) -> None:
        """A first contact arrives for sure: at its time, or at 0 if it is opening backlog (2.1)."""
        self.outcome = Outcome.OPEN
        self.clock.at(max(0, self.arrived_at), Step.COMES_FORWARD, self.arrive)

    def be_born(self) -> None:
        """A follow-up arrives like any other case (7.5)."""
        self.outcome = Outcome.OPEN
        self.arrived_at = self.clock.now
        self.arrive()

    @property
    def is_backlog(self) -> bool:
        """Whether the customer wrote before instant 0 (2.1)."""
        return self.arrived_at < 0

    def arrive(self) -> None:
        """A bot takes the case (2.3), or it enters its queue at once."""
        self.bot_slot = self.first_bot_on()
        if self.bot_slot == NEVER:
            self.enter_queue()
        else:
            self.clock.after(self.bots[self.bot_slot].takes_ms, Step.COMES_FORWARD, self.bot_finishes)

    def first_bot_on(self) -> int:
        """Return the slot of the first listed bot on now (2.3); backlog (2.1), no-reply (2.2) meet none."""
        if self.is_backlog or not self.needs_reply:
            return NEVER
        for slot, windows in enumerate(self.queue.bots):
            if any(on <= self.clock.now < off for on, off in windows):
                return slot
        return NEVER

    def bot_finishes(self) -> None:
        """The bot ends the case or hands it off (2.3)."""
        if self.bots[self.bot_slot].contains:
            self.end(Outcome.CONTAINED)
        else:
            self.enter_queue()

    def enter_queue(self) -> None:
        """The first turn begins to wait; patience and expiry run from here (2.4)."""
        first = self.turns[0]
        first.waits_since = self.arrived_at if self.is_backlog else self.clock.now
        self.wait(first)
        patience_ends = self.patience_ends_at()
        expires = self.expires_at()
        if patience_ends != NEVER:
            self.giving_up += (self.clock.at(patience_ends, Step.PATIENCE_ENDS, self.lose_patience),)
        if expires != NEVER:
            self.giving_up += (self.clock.at(expires, Step.EXPIRES, self.expire),)

    # Waiting and giving up

    def wait(self, turn: Turn) -> None:
        """A turn begins to wait."""
        turn.queued_at = self.clock.now
        self.waiting_room.join(turn)

    def patience_ends_at(self) -> int:
        """Return entry + patience (3.1); ``NEVER`` for backlog (2.1) and no-reply (2.2)."""
        if self.is_backlog or not self.needs_reply or self.patience_ms == NEVER:
            return NEVER
        return self.clock.now + self.patience_ms

    def expires_at(self) -> int:
        """Return entry + expires_after (3.2); from the true arrival for backlog, but not before now (2.4)."""
        if self.queue.expires_after_ms == NEVER:
            return NEVER
        return max(self.clock.now, self.turns[0].waits_since + self.queue.expires_after_ms)

    def lose_patience(self) -> None:
        """The customer leaves, or gives up while the message keeps its place (3.1)."""
        if self.queue.is_live or self.queue.withdraws:
            self.leave(Outcome.ABANDONED)
        else:
            self.lapsed_at = self.clock.now
            self.try_again()

    def expire(self) -> None:
        """The brand closes the case unanswered (3.2)."""
        self.leave(Outcome.EXPIRED)

    def leave(self, outcome: Outcome) -> None:
        """The case ends with its first turn still waiting."""
        self.stop_waiting(self.turns[0])
        self.end(outcome)

    def stop_waiting(self, turn: Turn) -> None:
        """A turn waits no longer: it starts, or its case leaves. Nothing else ends its wait now."""
        self.waiting_room.leave(turn)
        turn.is_reserved = False
        for moment in self.giving_up:
            moment.call_off()
        if turn.reservation is not None:
            turn.reservation.call_off()

    # Turns and owners

    def work_of(self, turn: Turn) -> int:
        """Return the handle time of a turn, drawn with or without what a bot collected (2.3), ms."""
        return turn.work_ms if self.bot_slot == NEVER else turn.work_after_bot_ms[self.bot_slot]

    def turn_ends(self, turn: Turn, agent: Agent) -> None:
        """After its last turn the case ends (7.1); else the customer thinks (4.1)."""
        following = self.turn_after(turn)
        if following is None:
            self.end(self.outcome_when_worked())
            return
        if self.may_own(agent, following):
            agent.become_owner(following)
        self.clock.after(turn.think_ms, Step.COMES_FORWARD, partial(self.customer_returns, following))

    def turn_after(self, turn: Turn) -> Turn | None:
        """Return the next turn, if there is one; a lapsed case costs its first turn only (3.1)."""
        return None if self.lapsed_at != NEVER else turn.next

    def may_own(self, agent: Agent, following: Turn) -> bool:
        """Whether the agent who worked a turn becomes the owner of the next (4.2, 4.3)."""
        if following.queue is not self.queue or not agent.is_skilled_for(self.queue):
            return False
        return agent.is_on_duty or self.queue.is_live or (self.queue.keeps_owner and agent.has_later_spell)

    def customer_returns(self, turn: Turn) -> None:
        """The next turn waits (4.1), reserved for its owner if it has one and the queue sticks (4.4)."""
        turn.waits_since = self.clock.now
        if turn.owner is not None:
            if self.queue.stick_for_ms == 0:
                turn.owner.stop_holding_for(turn)
            else:
                self.reserve(turn)
        self.wait(turn)

    def reserve(self, turn: Turn) -> None:
        """Only the owner may take the turn until ``stick_for`` from now; endless: for good (4.4)."""
        turn.is_reserved = True
        if self.queue.stick_for_ms != NEVER:
            ends = partial(self.reservation_ends, turn)
            turn.reservation = self.clock.after(self.queue.stick_for_ms, Step.COMES_FORWARD, ends)

    def reservation_ends(self, turn: Turn) -> None:
        """From now on anyone skilled may take the turn (4.4), and nothing is held for it (5.2)."""
        if turn.owner is not None:
            turn.owner.stop_holding_for(turn)
        self.open_to_all(turn)

    def open_to_all(self, turn: Turn) -> None:
        """The turn is no longer reserved; if it waits, it goes on waiting with everybody's."""
        if turn.is_reserved:
            self.waiting_room.leave(turn)
            turn.is_reserved = False
            self.waiting_room.join(turn)
        if turn.reservation is not None:
            turn.reservation.call_off()

    # Ends and follow-ups

    def outcome_when_worked(self) -> Outcome:
        """Return how a case ends whose last turn has ended (7.1)."""
        if not self.needs_reply:
            return Outcome.TRIAGED
        return Outcome.ANSWERED if self.lapsed_at == NEVER else Outcome.LAPSED

    def end(self, outcome: Outcome) -> None:
        """The case has ended; some ends bring the customer back."""
        self.outcome = outcome
        self.ended_at = self.clock.now
        if outcome in (Outcome.ABANDONED, Outcome.EXPIRED):
            self.try_again()
        elif outcome in (Outcome.ANSWERED, Outcome.CONTAINED):
            self.come_back_unsolved()

    def try_again(self) -> None:
        """The customer left, lapsed or was closed, and may write again (7.2)."""
        if self.retry is not None:
            self.follow_up(self.retry.child, self.retry.after_ms)

    def come_back_unsolved(self) -> None:
        """The customer was answered, or contained by a bot, and may write again, unsolved (7.3)."""
        if self.come_back is not None:
            contained = self.outcome == Outcome.CONTAINED
            after_ms = self.bots[self.bot_slot].return_after_ms if contained else self.come_back.after_ms
            if after_ms != NEVER:
                self.follow_up(self.come_back.child, after_ms)

    def follow_up(self, child: Case, after_ms: int) -> None:
        """The first trigger wins (7.4); none bears a child to a case that needs no reply (2.2)."""
        if self.has_child or not self.needs_reply:
            return
        self.has_child = True
        birth = child.next_opening(self.clock.now + after_ms)
        if birth != NEVER:
            self.clock.at(birth, Step.COMES_FORWARD, child.be_born)

    def next_opening(self, due_at: int) -> int:
        """Return when a follow-up due at an instant arrives: then, or when its queue next opens (7.5)."""
        for opens, closes in self.queue.takes:
            if due_at < closes:
                return max(due_at, opens)
        return NEVER

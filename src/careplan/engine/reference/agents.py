"""The life of an agent: on duty and off, turns in hand, holds, pace and interruptions (rules 4.5 and 5).

Comes in: spells, a group's rules, and the turns that dispatch starts. Goes out: turns that end.
Left out: which turn an agent gets (``dispatch``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from careplan.columns import NEVER
from careplan.engine.reference.moments import Clock, Step
from careplan.engine.reference.turns import Queue, Turn

WORK_PER_MS = 1_000_000
"""Work of one millisecond at pace and speed 1000 (5.4)."""


@dataclass(eq=False, repr=False)
class Agent:
    """One person, or one seat.

    Comes on duty and goes off, by spells. Takes turns while on duty, works them side by side, and finishes
    what is in hand, off duty too. May own conversations whose customer thinks or waits, and hold room for
    them. May be interrupted: then some turns are paused until the last interrupting one has ended.
    """

    number: int
    clock: Clock
    capacity: int
    pace: tuple[int, ...]
    rank: tuple[int, ...]
    speed: tuple[int, ...]
    spells: list[tuple[int, int]]

    is_on_duty: bool = False
    working: list[Turn] = field(default_factory=list)
    paused: list[Turn] = field(default_factory=list)
    owned: dict[Turn, None] = field(default_factory=dict)
    """Turns still to start whose owner this agent is; a dict only to keep the order."""
    last_start_at: int = NEVER
    booked_at: int = 0

    # On duty and off

    def will_serve(self) -> None:
        """Spells are known from the start: [on, off) each (1.2, 1.3)."""
        for on, off in self.spells:
            self.clock.at(on, Step.COMES_ON, self.come_on_duty)
            self.clock.at(off, Step.GOES_OFF, self.go_off_duty)

    def come_on_duty(self) -> None:
        """A spell begins (1.3)."""
        self.spells.pop(0)
        self.is_on_duty = True

    @property
    def has_later_spell(self) -> bool:
        """Whether a spell is still to begin."""
        return bool(self.spells)

    def go_off_duty(self) -> None:
        """A spell ends (1.2): messages are lost, or kept without a hold; live ones stay (4.5, 5.2)."""
        self.is_on_duty = False
        for turn in list(self.owned):
            if not turn.case.queue.is_live:
                self.stop_holding_for(turn)
                if not (turn.case.queue.keeps_owner and self.has_later_spell):
                    self.cease_to_own(turn)

    # Owning and holding

    def is_skilled_for(self, queue: Queue) -> bool:
        """Whether the agent's group lists the queue."""
        return self.rank[queue.number] != NEVER

    def become_owner(self, turn: Turn) -> None:
        """Own the next turn of a conversation (4.3), and keep room for it (5.2)."""
        turn.owner = self
        self.owned[turn] = None
        turn.held_units = self.hold_for(turn)

    def hold_for(self, turn: Turn) -> int:
        """Return the units kept, at most those just freed; off duty, for live ones only (5.2)."""
        assert turn.before is not None
        queue = turn.case.queue
        if not (self.is_on_duty or queue.is_live):
            return 0
        return min(turn.before.queue.units, queue.units * queue.hold // 1000)

    def stop_holding_for(self, turn: Turn) -> None:
        """The hold ends, and its end is noted on the turn it was kept after."""
        if turn.held_units > 0:
            assert turn.before is not None
            turn.held_units = 0
            turn.before.held_until = self.clock.now

    def cease_to_own(self, turn: Turn) -> None:
        """The turn has no owner any more, so no hold (5.2); if it waits, it waits for anyone (4.4, 4.5)."""
        self.stop_holding_for(turn)
        del self.owned[turn]
        turn.owner = None
        turn.case.open_to_all(turn)

    # Room

    @property
    def units_held(self) -> int:
        """Units kept for customers who think or wait (5.2)."""
        return sum(turn.held_units for turn in self.owned)

    @property
    def units_in_use(self) -> int:
        """Units of turns worked, and holds; a paused turn takes none (5.1, 5.3)."""
        return sum(turn.queue.units for turn in self.working) + self.units_held

    def own_hold(self, turn: Turn) -> int:
        """Units this agent holds for a turn, which do not count against it (5.3)."""
        return turn.held_units if turn.owner is self else 0

    def fits(self, turn: Turn) -> bool:
        """Whether a turn fits beside what the agent works on and holds (5.3)."""
        return self.units_in_use - self.own_hold(turn) + turn.queue.units <= self.capacity

    def fits_by_interrupting(self, turn: Turn) -> bool:
        """Whether an interrupting turn fits beside non-interruptible work and holds (5.5)."""
        if not (turn.queue.interrupts and self.is_on_duty):
            return False
        fixed = sum(other.queue.units for other in self.working if not other.queue.interruptible)
        return fixed + self.units_held - self.own_hold(turn) + turn.queue.units <= self.capacity

    def must_interrupt(self, turn: Turn) -> bool:
        """Whether an interrupting turn does not fit beside all in hand, paused turns at full units (5.5)."""
        if not turn.queue.interrupts:
            return False
        paused = sum(other.queue.units for other in self.paused)
        return paused + self.units_in_use - self.own_hold(turn) + turn.queue.units > self.capacity

    # Work

    def start(self, turn: Turn) -> None:
        """Start a waiting turn: pause what must be (5.5), take it in hand, work on at the new pace (5.4)."""
        self.book_gains()
        if self.must_interrupt(turn):
            turn.interrupted = True
            self.pause_interruptible()
        turn.case.stop_waiting(turn)
        if turn.owner is not None:
            turn.owner.cease_to_own(turn)
        turn.agent = self
        turn.started_at = self.last_start_at = self.clock.now
        turn.to_gain = turn.case.work_of(turn) * WORK_PER_MS
        self.working.append(turn)
        self.set_finishes()

    def finish(self, turn: Turn) -> None:
        """A turn is done (1.1); the others go on, and what it had interrupted may resume."""
        self.book_gains()
        self.working.remove(turn)
        turn.ended_at = self.clock.now
        if turn.queue.interrupts:
            self.resume_after_interruption()
        self.set_finishes()
        turn.case.turn_ends(turn, self)

    def pause_interruptible(self) -> None:
        """All interruptible turns pause (5.5)."""
        for turn in [turn for turn in self.working if turn.queue.interruptible]:
            self.working.remove(turn)
            self.paused.append(turn)
            if turn.finish is not None:
                turn.finish.call_off()

    def resume_after_interruption(self) -> None:
        """When the last interrupting turn has ended, and only then, all paused turns resume (5.5)."""
        if not any(turn.queue.interrupts for turn in self.working):
            self.working += self.paused
            self.paused = []

    def rate(self, turn: Turn) -> int:
        """Return what a turn gains each ms: pace[k] times speed, past the table's end its last (5.4)."""
        pace = self.pace[min(len(self.working), len(self.pace)) - 1]
        return pace * self.speed[turn.queue.number]

    def book_gains(self) -> None:
        """Book exactly what each turn has gained since the last booking; paused ones gain nothing (5.4)."""
        elapsed = self.clock.now - self.booked_at
        for turn in self.working:
            turn.to_gain -= elapsed * self.rate(turn)
        self.booked_at = self.clock.now

    def set_finishes(self) -> None:
        """Each turn worked on will end at now + ⌈rest ÷ rate⌉ (5.4)."""
        for turn in self.working:
            if turn.finish is not None:
                turn.finish.call_off()
            rest = max(0, turn.to_gain)  # done, but another turn of this agent ended first at this instant
            remaining_ms = -(-rest // self.rate(turn))
            turn.finish = self.clock.after(remaining_ms, Step.WORK_ENDS, partial(self.finish, turn))

"""Time in the reference engine: SimPy counts it, this module says what comes first within a millisecond.

Comes in: things to happen, each with an instant and a step of rule 1. Goes out: they happen, in that order.
Left out: what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from random import Random

from simpy import Environment, Event
from simpy.events import EventPriority

PLACES = 2**32
"""Places in the order within one step; which one a moment gets matters to nobody (rule 1)."""


class Step(IntEnum):
    """The order of what falls on one millisecond (rules 1.1 to 1.6)."""

    WORK_ENDS = 1
    GOES_OFF = 2
    COMES_ON = 3
    COMES_FORWARD = 4
    DISPATCH = 5
    PATIENCE_ENDS = 6
    EXPIRES = 7
    """Part of step 1.6, after patience."""


class Moment(Event):
    """Something that will happen at its instant, in its step, unless it is called off before."""

    def __init__(self, env: Environment, at: int, priority: int, action: Callable[[], None]) -> None:
        super().__init__(env)
        self._ok, self._value = (
            True,
            None,
        )  # sure to happen from the start, as a simpy.Timeout is
        self.callbacks.append(lambda _: action())
        env.schedule(self, EventPriority(priority), delay=at - env.now)

    def call_off(self) -> None:
        """Let it not happen; if it has happened already, nothing changes."""
        if not self.processed:
            self.callbacks.clear()


class Clock:
    """Whole milliseconds from instant 0, and what is to happen at them.

    SimPy's queue is ordered by (instant, priority, creation). The priority is the step, so creation decides
    only within a step; ``shuffle_seed`` decides there by luck instead.
    """

    def __init__(self, dispatch: Callable[[], None], shuffle_seed: int | None = None) -> None:
        self._env = Environment(initial_time=0)
        self._dispatch = dispatch
        self._dispatch_at = -1
        self._luck = None if shuffle_seed is None else Random(shuffle_seed)

    @property
    def now(self) -> int:
        """The instant being played."""
        return int(self._env.now)

    def at(self, instant: int, step: Step, action: Callable[[], None]) -> Moment:
        """Let ``action`` happen at an instant, not before now, in its step."""

        def happen() -> None:
            if step < Step.DISPATCH:
                self._dispatch_follows()
            action()

        place = self._luck.randrange(PLACES) if self._luck else 0
        return Moment(self._env, instant, step * PLACES + place, happen)

    def after(self, delay_ms: int, step: Step, action: Callable[[], None]) -> Moment:
        """Let ``action`` happen so much later, in its step."""
        return self.at(self.now + delay_ms, step, action)

    def run(self, until: int) -> None:
        """Play every instant before ``until``; itself it is not played (rule 1)."""
        while self._env.peek() < until:
            self._env.step()

    def _dispatch_follows(self) -> None:
        """Rule 1.5: an instant at which anything happened in steps 1.1 to 1.4 has one dispatch."""
        if self._dispatch_at != self.now:
            self._dispatch_at = self.now
            self.at(self.now, Step.DISPATCH, self._dispatch)

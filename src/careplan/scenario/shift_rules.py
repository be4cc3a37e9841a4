"""Which shifts a group may be given: the section ``shift_rules`` of a group.

Comes in: lengths, when shifts may begin, breaks, part-timers, split shifts, limits. Goes out: frozen blocks.
Left out: which shifts there are then (``planning/shifts/kinds``), and how many people start each.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.faults import Faults
from careplan.scenario.fields import (
    Block,
    ClockRange,
    Count,
    Milliseconds,
    Name,
    PositiveCount,
    PositiveMilliseconds,
    Share,
    Switch,
    WageField,
    Weekdays,
)
from careplan.units import HOUR_MS, MINUTE_MS


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Lengths = Annotated[tuple[PositiveMilliseconds, ...], BeforeValidator(_listed)]
"""One duration or several."""


def _by_hours(value: Any) -> Any:
    """Read one number, which holds always, or numbers by named hours."""
    return value if isinstance(value, dict) else {"always": value}


Heads = Annotated[
    dict[Name, Count],
    BeforeValidator(_by_hours),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "object", "additionalProperties": {"type": "integer"}}]},
        mode="validation",
    ),
]
"""Named hours → people."""


class BreakRule(Block):
    """A break every shift has, and where in the shift it may lie."""

    length: PositiveMilliseconds = Field(alias="for")
    """How long."""
    paid: Switch = False
    """Whether it is paid."""
    earliest: PositiveMilliseconds = Field(alias="from")
    """It begins so long after the shift does, at the earliest."""
    latest: PositiveMilliseconds | None = Field(default=None, alias="to")
    """The same at the latest; None: always at the earliest."""
    every: PositiveMilliseconds = 30 * MINUTE_MS
    """Between the two it may begin every so often: breaks are staggered."""
    in_shifts_from: Milliseconds = 0
    """Shorter shifts do not have it."""

    def begins(self, length: int) -> tuple[int, ...]:
        """When it may begin in a shift (or a piece of a split one) of some length, ms after its begin; empty where
        the shift does not have it, or it does not fit.
        """
        if length < self.in_shifts_from:
            return ()
        last = self.earliest if self.latest is None else self.latest
        return tuple(at for at in range(self.earliest, last + 1, self.every) if at + self.length < length)

    @model_validator(mode="after")
    def _in_order(self) -> BreakRule:
        if self.latest is not None and self.latest < self.earliest:
            raise Faults([UnitError("earlier than from", "a time after from", at=("to",))])
        return self


class PartTime(Block):
    """Shorter shifts, for some."""

    lengths: Lengths
    """How long these shifts are."""
    at_most: Share = 1.0
    """Share of the shifts of a week that may be such."""


class Split(Block):
    """A shift in two pieces with hours off between them."""

    pieces: Lengths
    """How long each piece is, in order; two."""
    gap: Lengths
    """How long may lie between them, unpaid."""

    @model_validator(mode="after")
    def _two(self) -> Split:
        if len(self.pieces) != 2:
            raise Faults([UnitError(f"{len(self.pieces)} pieces", "two, such as [4 h, 4 h]", at=("pieces",))])
        return self


class ShiftRules(Block):
    """Which shifts a group may be given. Clock times are those of the group's zone."""

    lengths: Lengths
    """How long shifts are, from the first minute to the last, breaks included."""
    days: Weekdays = (0, 1, 2, 3, 4, 5, 6)
    """Weekdays on which they may begin."""
    start_hours: Name = "always"
    """Name of the hours in which they may begin; the whole shift lies within the group's ``hours``."""
    start_every: PositiveMilliseconds = 30 * MINUTE_MS
    """They begin at every so much after midnight."""
    breaks: tuple[BreakRule, ...] = ()
    """Meal and rest breaks; in a split shift each piece has them as a shift of its length would."""
    part_time: PartTime | None = None
    """Shorter shifts for part-timers."""
    splits: tuple[Split, ...] = ()
    """Shifts in two pieces."""
    night: Switch = True
    """Whether they may work at night."""
    night_hours: ClockRange = (22 * 60, 30 * 60)
    """What night is."""
    starts_a_day: PositiveCount | None = None
    """People who may begin on one day at most; None: any number."""
    at_least: Heads = Field(default_factory=dict)
    """People on duty at least, breaks aside: a number, or by named hours; where these overlap, the largest."""
    uncovered: WageField | None = None
    """Price of an hour in which somebody is needed and nobody is there; None: ten times the dearest hour on duty."""

    @model_validator(mode="after")
    def _goes_together(self) -> ShiftRules:
        errors = []
        day = 24 * HOUR_MS
        if self.start_every > day or day % self.start_every or self.start_every % (5 * MINUTE_MS):
            wanted = "5, 10, 15, 20, 30 min, 1 h or another part of a day in steps of 5 min"
            errors.append(UnitError(f"{self.start_every // MINUTE_MS} min", wanted, at=("start_every",)))
        for key, lengths in self.all_lengths():
            for at, length in enumerate(lengths):
                if length > day or length % (5 * MINUTE_MS):
                    errors.append(
                        UnitError(f"{length / HOUR_MS:g} h", "at most 24 h, in steps of 5 min", at=(*key, at))
                    )
        for number, pause in enumerate(self.breaks):
            longest = max((x for _, lengths in self.all_lengths() for x in lengths), default=0)
            if pause.earliest + pause.length >= max(longest, 1):
                wanted = "a break that ends before the longest shift does"
                errors.append(UnitError("past the shift", wanted, at=("breaks", number, "from")))
        if errors:
            raise Faults(errors)
        return self

    def all_lengths(self) -> list[tuple[tuple[str | int, ...], tuple[int, ...]]]:
        """Return the lengths of shifts, and of pieces of split ones, ms, each with its path."""
        found: list[tuple[tuple[str | int, ...], tuple[int, ...]]] = [(("lengths",), self.lengths)]
        if self.part_time is not None:
            found.append((("part_time", "lengths"), self.part_time.lengths))
        return found + [(("splits", k, "pieces"), split.pieces) for k, split in enumerate(self.splits)]

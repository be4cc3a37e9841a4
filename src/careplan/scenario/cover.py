"""Seats that are to be held round the clock, and the hours whose price is asked: the section ``cover``.

Comes in: seats by named hours, shifts, contract hours, steps of the price curve. Goes out: a frozen block. Left out:
the people it takes (``planning/cover``), what the steps cost (``study/price_curve``), and the rules that people's
shifts keep to (section ``rosters``).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from careplan.clock import WeekHours
from careplan.errors import UnitError
from careplan.scenario.faults import Faults
from careplan.scenario.fields import Block, ClockMinutes, ClockRange, Count, Name, PositiveMilliseconds, Share, Text
from careplan.scenario.shift_rules import Heads, Lengths
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS

_DAY, _EVENING, _ALL_DAY = ((9 * 60, 17 * 60),), ((9 * 60, 22 * 60),), ((0, 24 * 60),)
STEPS: dict[str, WeekHours] = {
    "business hours": WeekHours((*(_DAY,) * 5, (), ())),
    "+ evening": WeekHours((*(_EVENING,) * 5, (), ())),
    "+ Saturday": WeekHours((*(_EVENING,) * 5, _DAY, ())),
    "24/5 + Saturday": WeekHours((*(_ALL_DAY,) * 5, _DAY, ())),
    "24/7": WeekHours((_ALL_DAY,) * 7),
}
"""Steps where a scenario names none: Monday to Friday 09:00 to 17:00; to 22:00; Saturday 09:00 to 17:00 too; Monday
to Friday round the clock, Saturday as before; always. Our choice."""


def _steps(value: object) -> object:
    if not isinstance(value, list | tuple) or not value:
        raise UnitError(value, "a list of named hours of the calendar, such as [desk, late, always]")
    return value


class Cover(Block):
    """How many seats are to be held when, by which shifts; and the steps of the price curve."""

    group: Name | None = None
    """Whose people; None: the first group of those with a wage that can take the most queues."""
    seats: Heads = Field(default_factory=dict)
    """People at once: a number, or by named hours; where these overlap, the largest. Empty: as targets of the kind
    cover say, else one seat round the clock."""
    weekly_hours: PositiveMilliseconds | None = None
    """Paid hours of one person in a week, on average over the rotation; None: ``money.contract_hours``."""
    lengths: Lengths = ()
    """How long shifts are at most; hours are cut into equal shifts. Empty: as ``shift_rules.lengths``, else 8 h."""
    first_shift: ClockMinutes = 6 * 60
    """When the first shift of a day begins where hours never end."""
    shifts: dict[Name, ClockRange] = Field(default_factory=dict)
    """Instead: shifts by name, from when to when; they may overlap."""
    weekends_off: Share = 0.0
    """Share of weekends that are free at least: no shift begins on Saturday or Sunday."""
    steps: Annotated[tuple[Name, ...], BeforeValidator(_steps)] | None = None
    """Named hours whose price is compared, from the fewest; None: business hours to 24/7."""
    bot: Name | None = None
    """The bot of the price curve; None: the first that a queue of the promise lists."""
    promise: Text | None = None
    """Name of the target that holds while people are there; None: the first of the kind answer."""
    seats_with_bot: Count = 1
    """People at once at least in hours in which the bot is on too."""

    @model_validator(mode="after")
    def _fits(self) -> Cover:
        errors = []
        if self.weekly_hours is not None and not HOUR_MS <= self.weekly_hours <= 7 * DAY_MS:
            errors.append(UnitError(f"{self.weekly_hours / HOUR_MS:g} h", "1 h to 168 h", at=("weekly_hours",)))
        if self.shifts and self.lengths:
            errors.append(UnitError("given beside shifts", "either lengths or shifts", at=("lengths",)))
        for at, length in enumerate(self.lengths):
            if not HOUR_MS <= length <= DAY_MS or length % (5 * MINUTE_MS):
                errors.append(
                    UnitError(f"{length / HOUR_MS:g} h", "1 h to 24 h, in steps of 5 min", at=("lengths", at))
                )
        for name, (begin, end) in self.shifts.items():
            if (end - begin) % 5 or begin % 5 or end - begin > 24 * 60:
                errors.append(UnitError(f"{end - begin} min", "at most 24 h, in steps of 5 min", at=("shifts", name)))
        if self.steps is not None and len(set(self.steps)) < len(self.steps):
            errors.append(UnitError("the same hours twice", "each of the hours once", at=("steps",)))
        if errors:
            raise Faults(errors)
        return self

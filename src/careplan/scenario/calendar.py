"""The scenario's calendar: zone, dates, intervals, holidays, named opening hours.

Comes in: the section ``calendar``. Goes out: frozen blocks; clock times as minutes since midnight.
Left out: instants. ``careplan.clock`` turns local time into milliseconds.
"""

from __future__ import annotations

import itertools
from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from careplan.clock import ALWAYS, Range, WeekHours
from careplan.errors import UnitError
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Block,
    DayCount,
    HorizonDays,
    IntervalMilliseconds,
    LocalDate,
    Milliseconds,
    Text,
    Zone,
    check_name,
)
from careplan.units import DAYS, MINUTE_MS, parse_clock_range, parse_date, parse_days


class Holidays(Block):
    """Which dates are public holidays."""

    country: Text | None = None
    """ISO 3166 code of the country, such as CZ: its public holidays are looked up."""
    subdivision: Text | None = None
    """Code of a state or region, where it has its own holidays."""
    dates: tuple[LocalDate, ...] = ()
    """Further dates treated as holidays."""


def _hours(value: Any) -> WeekHours:
    """Read ``{mon-fri: 08:00-20:00, sat: 09:00-13:00, holidays: closed, 2026-12-24: 09:00-12:00}``."""
    if value == "24/7" or isinstance(value, WeekHours):
        return ALWAYS if value == "24/7" else value
    if not isinstance(value, dict) or not value:
        raise UnitError(value, "hours such as {mon-fri: 08:00-20:00, sat: 09:00-13:00}, or 24/7")
    week: dict[int, tuple[Range, ...]] = {}
    holidays: tuple[Range, ...] | None = None
    dates: dict[date, tuple[Range, ...]] = {}
    errors = []
    for key, ranges in value.items():
        try:
            read = _ranges(ranges)
            if key == "holidays":
                holidays = read
            elif key[:1].isdigit():
                dates[parse_date(key)] = read
            else:
                days = _weekdays(key)
                twice = [DAYS[day] for day in days if day in week]
                if twice:
                    raise UnitError(key, f"each weekday once ({', '.join(twice)} already stands above)")
                week.update(dict.fromkeys(days, read))
        except UnitError as error:
            errors.append(placed(error, key))
    if errors:
        raise Faults(errors)
    return WeekHours(tuple(week.get(day, ()) for day in range(7)), holidays, tuple(sorted(dates.items())))


def _weekdays(key: str) -> tuple[int, ...]:
    try:
        return parse_days(key)
    except UnitError as error:
        raise UnitError(key, "weekdays (mon-fri, sat), holidays or a date", error.hint) from None


def _ranges(value: Any) -> tuple[Range, ...]:
    """One range, several in a list or with commas, or ``closed``."""
    if value == "closed":
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts:
        raise UnitError(value, "clock times such as 08:00-20:00, a list of them, or closed")
    ranges = sorted(parse_clock_range(part) for part in parts)
    for (_, end), (begin, _) in itertools.pairwise(ranges):
        if begin < end:
            raise UnitError(value, "ranges that do not overlap")
    return tuple(ranges)


_HOURS_SCHEMA = {
    "anyOf": [
        {"const": "24/7"},
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "array"]},
            "examples": [{"mon-fri": "08:00-20:00", "sat": "09:00-13:00", "holidays": "closed"}],
        },
    ]
}
HoursField: TypeAlias = Annotated[WeekHours, BeforeValidator(_hours), WithJsonSchema(_HOURS_SCHEMA, mode="validation")]


def _named_hours(value: Any) -> Any:
    if isinstance(value, dict):
        errors = []
        for name in value:
            try:
                check_name(name)
                if name in ("always", "closed"):
                    raise UnitError(name, "another name (always is built in)")
            except UnitError as error:
                errors.append(placed(error, name))
        if errors:
            raise Faults(errors)
        return {"always": ALWAYS, **value}
    return value


class Calendar(Block):
    """When the scenario plays, and when who is open."""

    zone: Zone
    """IANA time zone of every local date and clock time."""
    start: LocalDate
    """The first measured day. The run begins ``warm_up`` earlier, at local midnight: that is instant 0."""
    horizon: HorizonDays
    """Measured days, such as 1 week."""
    warm_up: DayCount = 1
    """Days simulated before the horizon, so that it does not begin with an empty desk."""
    run_off: Milliseconds | None = None
    """How long the run goes on after the horizon; by default the longest target + 1 day."""
    interval: IntervalMilliseconds = 30 * MINUTE_MS
    """The planning interval: 5, 10, 15, 20, 30 or 60 min."""
    holidays: Holidays = Holidays()
    """Public holidays."""
    hours: Annotated[dict[str, HoursField], BeforeValidator(_named_hours)] = Field(
        default_factory=lambda: {"always": ALWAYS}
    )
    """Named opening hours; ``always`` (24/7) is built in."""

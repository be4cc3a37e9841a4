"""The capacity plan: what is forecast month by month, who is there, and who may be hired.

Comes in: the section ``capacity``. Goes out: frozen blocks; months as the first of the month. Left out: what a head
costs, how many leave and how new people settle in (``money``); the arithmetic (``careplan.planning.capacity``).

Nothing here enters an engine: the plan makes scenarios of single weeks and has those played.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.csvfile import CsvTable, cell_number
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import Block, Growth, Milliseconds, Name, PositiveCount
from careplan.scenario.money import PerMonth
from careplan.units import parse_number, parse_ratio, parse_whole

MOST_MONTHS = 60
"""Months a plan may have: our choice; the far end of three years is a guess already."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Calendar months in their written form."""
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


def parse_month(text: object) -> date:
    """Return a month such as ``2026-04`` as its first day.

    Raises
    ------
    UnitError
        If it is not written so, or there is no such month.
    """
    if isinstance(text, date):
        return text.replace(day=1)
    match = _MONTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not (1 <= int(match[2]) <= 12 and 1900 <= int(match[1]) <= 2200):
        raise UnitError(text, "a month, such as 2026-04")
    return date(int(match[1]), int(match[2]), 1)


def month_text(first: date) -> str:
    """Return a month as it is written: ``2026-04``.

    >>> month_text(date(2026, 4, 1))
    '2026-04'
    """
    return f"{first.year:04d}-{first.month:02d}"


def month_after(first: date, months: int) -> date:
    """Return the first day of the month so many months later; ``months`` may be negative.

    >>> month_after(date(2026, 11, 1), 3)
    datetime.date(2027, 2, 1)
    """
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def months_between(first: date, later: date) -> int:
    """Return how many months lie between the firsts of two months.

    >>> months_between(date(2026, 11, 1), date(2027, 2, 1))
    3
    """
    return (later.year - first.year) * 12 + later.month - first.month


_PATTERN = r"^[0-9]{4}-[0-9]{2}$"
Month: TypeAlias = Annotated[
    date,
    BeforeValidator(parse_month),
    PlainSerializer(month_text),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["2026-04"]}, mode="validation"),
]
"""A calendar month, as its first day."""


def _read_months(value: Any, each: Callable[[Any], Any], wanted: str) -> dict[date, Any]:
    """Read month → a value; the values are read by ``each``."""
    if not isinstance(value, dict):
        raise UnitError(value, wanted)
    found: dict[date, Any] = {}
    errors = []
    for key, item in value.items():
        try:
            month = parse_month(key)
            if month in found:
                raise UnitError(key, "each month once")
            found[month] = each(item)
        except UnitError as error:
            errors.append(placed(error, key))
    if errors:
        raise Faults(errors)
    return dict(sorted(found.items()))


def _map_schema(of: dict[str, Any], *, or_file: bool = False) -> WithJsonSchema:
    table: dict[str, Any] = {"type": "object", "patternProperties": {_PATTERN: of}, "additionalProperties": False}
    whole = {"anyOf": [table, {"type": "string", "pattern": r"\.csv$"}]} if or_file else table
    return WithJsonSchema(whole, mode="validation")


def _text_keys(table: dict[date, Any]) -> dict[str, Any]:
    return {month_text(month): value for month, value in table.items()}


def _cases(value: Any) -> Any:
    """Read cases by month from a mapping, or from a CSV file with the columns month,cases."""
    if not isinstance(value, CsvTable):
        wanted = "cases by month, such as {2026-04: 31000}, or a CSV file with columns month,cases"
        return _read_months(value, lambda item: parse_number(item, most=1e9), wanted)
    found: dict[date, float] = {}
    for month, cases in value.read(["month", "cases"], _cases_row):
        if month in found:
            raise UnitError(value.file, f"each month once; {month_text(month)} stands there twice")
        found[month] = cases
    return found


def _cases_row(row: dict[str, str]) -> tuple[date, float]:
    try:
        month = parse_month(row["month"])
    except UnitError:
        raise UnitError(row["month"], "a month, such as 2026-04", at=("month",)) from None
    return month, cell_number(row, "cases")


def _factor(value: Any) -> float:
    return value if isinstance(value, float) else parse_ratio(value, most=100.0, most_plain=10.0, above=True)


def _factors(value: Any) -> Any:
    return _read_months(value, _factor, "factors by month, such as {2027-01: 95 %}")


_RATIO = {"type": ["number", "string"]}
CasesByMonth: TypeAlias = Annotated[
    dict[date, float],
    BeforeValidator(_cases),
    PlainSerializer(_text_keys),
    _map_schema({"type": "number", "minimum": 0}, or_file=True),
]
"""Month → cases."""
FactorsByMonth: TypeAlias = Annotated[
    dict[date, float], BeforeValidator(_factors), PlainSerializer(_text_keys), _map_schema(_RATIO)
]
"""Month → factor."""


def _seasonality(value: Any) -> Any:
    """Read ``{nov: 1.2, dec: 140 %}``."""
    if not isinstance(value, dict):
        raise UnitError(value, "factors by month of the year, such as {nov: 1.2, dec: 1.4}")
    found: dict[int, float] = {}
    errors = []
    for key, item in value.items():
        try:
            if isinstance(key, int):  # read before
                found[key] = item
                continue
            if key not in MONTHS:
                raise UnitError(key, f"one of: {', '.join(MONTHS)}")
            found[MONTHS.index(key) + 1] = _factor(item)
        except UnitError as error:
            errors.append(placed(error, str(key)))
    if errors:
        raise Faults(errors)
    return found


Seasonality: TypeAlias = Annotated[
    dict[int, float],
    BeforeValidator(_seasonality),
    WithJsonSchema(
        {"type": "object", "properties": dict.fromkeys(MONTHS, _RATIO), "additionalProperties": False},
        mode="validation",
    ),
]
"""Month of the year, 1 to 12 → factor."""


class HandleTimes(Block):
    """How handle times change: evenly, in steps, or both."""

    growth: Growth | None = None
    """Evenly from the first month on, compounding, such as -4 % per year."""
    steps: FactorsByMonth = Field(default_factory=dict)
    """From that month on, times as much as written: {2027-01: 95 %}; the latest step holds."""


class Trend(Block):
    """How volume and handle time change over the months."""

    growth: Growth | None = None
    """Of the volume, from the first month on, compounding by month, such as 8 % per year."""
    seasonality: Seasonality | None = None
    """Factors on a plain week by month of the year; those not named are 1."""
    by_month: CasesByMonth | None = None
    """Cases of each month, as numbers or as a CSV file with columns month,cases; instead of growth and seasonality."""
    handle_time: HandleTimes | None = None
    """How handle times change."""

    @model_validator(mode="after")
    def _one_way(self) -> Trend:
        besides = [key for key in ("growth", "seasonality") if getattr(self, key) is not None]
        if self.by_month is not None and besides:
            raise Faults([UnitError(f"given beside {' and '.join(besides)}", "one of the two", at=("by_month",))])
        return self


class Forecast(Trend):
    """The trend of all queues, and what differs for some. Cases by month are then the sum of the other queues."""

    queues: dict[Name, Trend] = Field(default_factory=dict)
    """What differs for a queue."""


class Joined(Block):
    """Some of the heads there are at the start."""

    heads: PositiveCount
    """How many."""
    since: Month | None = None
    """The month in which they joined, if they are still new; None: as fast as everybody."""


def _joined(value: Any) -> Any:
    """Read a number of heads, or a list of those who joined together."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [{"heads": value}] if value else []
    return value


def _hire(value: Any) -> Any:
    """Read ``auto``, or heads by month."""
    if value == "auto":
        return value
    wanted = "auto, or heads by month, such as {2026-05: 8}"
    return _read_months(value, lambda item: parse_whole(item, most=100_000), wanted)


Hire: TypeAlias = Annotated[
    Literal["auto"] | dict[date, int],
    BeforeValidator(_hire),
    PlainSerializer(lambda value: value if value == "auto" else _text_keys(value)),
    WithJsonSchema(
        {"anyOf": [{"const": "auto"}, {"type": "object", "patternProperties": {_PATTERN: {"type": "integer"}}}]},
        mode="validation",
    ),
]
"""``auto``, or month → heads."""


def _month_count(value: Any) -> Any:
    match = re.fullmatch(r"([0-9]{1,3}) months?", value.strip()) if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_MONTHS:
        return value
    if match is None or not 1 <= int(match[1]) <= MOST_MONTHS:
        raise UnitError(value, f"1 month to {MOST_MONTHS} months")
    return int(match[1])


MonthCount: TypeAlias = Annotated[
    int,
    BeforeValidator(_month_count),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[0-9]+ months?$"}, {"type": "integer"}]}, "validation"),
]
"""Whole months."""


class Classes(Block):
    """When classes of new people may begin, and how large they are."""

    least: PositiveCount = 1
    """Heads in a class, at the least."""
    most: PositiveCount | None = None
    """At the most; None: any number."""
    every: MonthCount = 1
    """One class may begin every so many months, counted from the first month a class may begin in."""
    months: tuple[Month, ...] = ()
    """Or only in these months."""
    lead_time: Milliseconds = 0
    """How long recruiting takes: the first class begins so long after the first day of the plan at the earliest."""

    @model_validator(mode="after")
    def _goes_together(self) -> Classes:
        errors = []
        if self.most is not None and self.most < self.least:
            errors.append(UnitError(self.most, f"at least {self.least}, as least says", at=("most",)))
        if self.months and self.every != 1:
            errors.append(UnitError("given beside every", "either months or every", at=("months",)))
        if errors:
            raise Faults(errors)
        return self


class GroupStaff(Block):
    """Who is in a group at the start, and who joins."""

    heads: Annotated[
        tuple[Joined, ...] | None,
        BeforeValidator(_joined),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}]}, mode="validation"),
    ] = None
    """Heads on the first day: a number, or a list of {heads, since}; None: as many as the first month needs."""
    hire: Hire = "auto"
    """``auto``: the cheapest classes that keep every month covered; or heads by month."""
    classes: Classes = Classes()
    """What classes of new people keep to."""
    short: PerMonth | None = None
    """Price of one full head missing for a month; None: nobody is to be missing, whatever it costs."""


def _chosen(value: Any) -> Any:
    """Read a number of months, or the months."""
    if isinstance(value, list | tuple):
        return tuple(parse_month(item) for item in value)
    return parse_whole(value, least=1, most=MOST_MONTHS)


class Capacity(Block):
    """A capacity plan over months to years."""

    start: Annotated[Month | None, Field(alias="from")] = None
    """The first month; None: that of calendar.start."""
    months: Annotated[PositiveCount, Field(le=MOST_MONTHS)] = 12
    """How many months."""
    forecast: Forecast = Forecast()
    """Volume and handle time by month."""
    simulate: Annotated[
        int | tuple[date, ...],
        BeforeValidator(_chosen),
        PlainSerializer(lambda value: value if isinstance(value, int) else [month_text(month) for month in value]),
        WithJsonSchema(
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "array", "items": {"pattern": _PATTERN}}]},
            mode="validation",
        ),
    ] = 5
    """Months of which a week is simulated: how many (we choose which), or a list of them."""
    plans: PositiveCount = 2
    """How many plans are made of each of these weeks, each on customers of its own: their scatter is the interval."""
    groups: dict[Name, GroupStaff] = Field(default_factory=dict)
    """Heads and hires by group."""

    def first(self, start: date) -> date:
        """Return the first month; ``start`` is that of the calendar."""
        return (self.start or start).replace(day=1)

    def month(self, number: int, start: date) -> date:
        """Return a month by its number from 0."""
        return month_after(self.first(start), number)

    def listed(self, start: date) -> tuple[date, ...]:
        """Return all months."""
        return tuple(self.month(number, start) for number in range(self.months))

    def staff_of(self, group: str) -> GroupStaff:
        """Return what is said of a group, or what holds where nothing is."""
        return self.groups.get(group, GroupStaff())


def months_missing(table: Iterable[date], wanted: Iterable[date]) -> list[str]:
    """Return the months that a table lacks, as they are written."""
    there = set(table)
    return [month_text(month) for month in wanted if month not in there]

"""Named people: their group, contract, leave, wishes and shifts that are fixed. The section ``people``.

Comes in: people by name, by count, or as rows of a CSV file. Goes out: frozen blocks, and :func:`members_of`, one for
each person. Left out: what a roster keeps to (``roster_rules``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Amount,
    Block,
    ClockRange,
    LocalDate,
    Milliseconds,
    Name,
    PositiveCount,
    Text,
    Weekdays,
)
from careplan.units import DAY_MS, DAYS, HOUR_MS, parse_date, parse_days

Span: TypeAlias = tuple[date, date]
"""First and last day, both included."""
WORKDAYS = range(5)
"""Weekdays on which leave counts as hours, a fifth of a week's each: our choice."""


def parse_span(text: object) -> Span:
    """Return ``2026-03-09`` or ``2026-03-09 to 2026-03-13`` as first and last day."""
    if isinstance(text, tuple) and len(text) == 2:
        return text[0], text[1]
    if not isinstance(text, str):
        first = last = parse_date(text)
    else:
        begin, _, end = text.partition(" to ")
        try:
            first = parse_date(begin)
            last = parse_date(end) if end.strip() else first
        except UnitError as error:
            wanted = "a date such as 2026-03-09, or first and last day: 2026-03-09 to 2026-03-13"
            raise UnitError(text, wanted, error.hint) from None
    if last < first:
        raise UnitError(text, "a last day that is not before the first")
    return first, last


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return [value] if isinstance(value, date | dict) else value


def _spans(value: Any) -> Any:
    items = _listed(value)
    if not isinstance(items, list | tuple):
        raise UnitError(value, "a list of dates, such as [2026-03-09 to 2026-03-13]")
    return _each(items, parse_span)


def _each(items: Any, parse: Any) -> tuple[Any, ...]:
    found, errors = [], []
    for at, item in enumerate(items):
        try:
            found.append(parse(item))
        except UnitError as error:
            errors.append(placed(error, at))
    if errors:
        raise Faults(errors)
    return tuple(found)


def _span_text(span: Span) -> str:
    first, last = span
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


_LIST_SCHEMA = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
Spans: TypeAlias = Annotated[
    tuple[Span, ...],
    BeforeValidator(_spans),
    PlainSerializer(lambda spans: [_span_text(s) for s in spans]),
    _LIST_SCHEMA,
]
"""Days and runs of days."""


def _days_wished(value: Any) -> Any:
    """Read weekdays, dates or runs of dates; one, several with ``;`` or a list."""
    items = _listed(value)
    if not isinstance(items, list | tuple):
        raise UnitError(value, "weekdays such as sat-sun, or dates such as 2026-03-14")

    def parse(item: Any) -> Any:
        if isinstance(item, tuple):
            return item
        is_date = not isinstance(item, str) or item[:1].isdigit()
        return parse_span(item) if is_date else parse_days(item)

    return _each(items, parse)


def _days_text(days: tuple[Any, ...]) -> list[str]:
    return [_span_text(d) if isinstance(d[0], date) else ",".join(DAYS[k] for k in d) for d in days]


DaysWished: TypeAlias = Annotated[
    tuple[Any, ...], BeforeValidator(_days_wished), PlainSerializer(_days_text), _LIST_SCHEMA
]
"""Weekdays (tuples of numbers) and runs of dates."""


def _is_on(day: date, wished: tuple[Any, ...]) -> bool:
    return any(one[0] <= day <= one[1] if isinstance(one[0], date) else day.weekday() in one for one in wished if one)


def _contract(value: Any) -> Any:
    """Read a number of hours, which is those of a week in the mean of the roster, or a mapping."""
    return value if isinstance(value, dict | Contract) else {"hours": value}


class Contract(Block):
    """Hours of a week. Leave counts in: a fifth of a week's hours for each day from Monday to Friday."""

    hours: Milliseconds | None = None
    """In the mean of the roster: never more; what is less is priced."""
    least: Milliseconds | None = None
    """In every week; what is less is priced."""
    most: Milliseconds | None = None
    """In every week, never more; None: ``rosters.week_at_most``."""

    @model_validator(mode="after")
    def _goes_together(self) -> Contract:
        errors = []
        if self.hours is None and self.most is None:
            raise UnitError("no hours", "hours of a week, such as 38 h or {least: 20 h, most: 30 h}")
        for key in ("hours", "least", "most"):
            value = getattr(self, key)
            if value is not None and value > 7 * DAY_MS:
                errors.append(UnitError(f"{value / HOUR_MS:g} h", "at most 168 h", at=(key,)))
        if self.least is not None and self.least > (self.most or self.hours or 0):
            errors.append(UnitError("more than most", "fewer hours than most", at=("least",)))
        if errors:
            raise Faults(errors)
        return self

    @property
    def day_of_leave(self) -> float:
        """Hours that a day of leave from Monday to Friday counts, in ms: a fifth of a week's."""
        return (self.hours if self.hours is not None else self.least or self.most or 0) / 5


class Wish(Block):
    """Something a person would like; it has a weight, and may be turned down."""

    off: DaysWished = ()
    """Days off: weekdays, dates, runs of dates."""
    work: DaysWished = ()
    """Days to work on."""
    begin: ClockRange | None = None
    """Instead: shifts that begin in these clock times …"""
    on: DaysWished = (tuple(range(7)),)
    """… on these days."""
    weight: Amount = 1.0
    """Against other wishes."""

    @model_validator(mode="after")
    def _is_one(self) -> Wish:
        given = [key for key in ("off", "work", "begin") if getattr(self, key)]
        if len(given) != 1:
            raise UnitError(" and ".join(given) or "no wish", "one of off, work and begin")
        return self

    def is_about(self, day: date) -> bool:
        """Whether it says something about a day."""
        return _is_on(day, self.off or self.work or self.on)

    def is_granted(self, begins: int | None) -> bool:
        """Whether a day is as wished: ``begins`` is the clock minute at which a shift begins, None a day off."""
        if self.begin is None:
            return (begins is None) == bool(self.off)
        return begins is None or any(self.begin[0] <= begins + k < self.begin[1] for k in (0, 24 * 60))


class Fixed(Block):
    """A day that is settled: this shift, or off."""

    day: LocalDate
    """The day."""
    shift: ClockRange | None = None
    """From when to when; None: a day off."""
    group: Name | None = None
    """Where, if not in the person's own group."""
    gap: ClockRange | None = None
    """The hours off between the two pieces of a split shift; None: in one piece if there is such a shift."""


def _wishes(value: Any) -> Any:
    """Read a list of wishes, or days off as text: ``2026-03-14; sat``."""
    return [{"off": value}] if isinstance(value, str) and value.strip() else _listed(value)


def _fixed(value: Any) -> Any:
    """Read a list, or text: ``2026-03-03 08:00-16:30; 2026-03-04 off``."""

    def parse(item: Any) -> Any:
        if not isinstance(item, str):
            return item
        day, _, rest = item.strip().partition(" ")
        words = rest.split()
        wanted = "a day and a shift, such as 2026-03-03 08:00-16:30, or 2026-03-03 off"
        if len(words) not in (1, 2):
            raise UnitError(item, wanted)
        given = {"day": day} if words[0] == "off" else {"day": day, "shift": words[0]}
        return {**given, "group": words[1]} if len(words) == 2 else given

    items = _listed(value)
    return _each(items, parse) if isinstance(items, list | tuple) else items


class Person(Block):
    """Somebody, or some people alike, who can be given shifts."""

    group: Name | None = None
    """The group they belong to; None: the one they are called by (with ``count``)."""
    also: Annotated[tuple[Name, ...], BeforeValidator(_listed)] = ()
    """Other groups whose shifts they can work."""
    count: PositiveCount | None = None
    """So many people alike, numbered from 1: ``care-1``, ``care-2``, …"""
    contract: Annotated[Contract, BeforeValidator(_contract)]
    """Hours of a week."""
    days: Weekdays = (0, 1, 2, 3, 4, 5, 6)
    """Weekdays on which they can work."""
    hours: Name = "always"
    """Name of the hours in which they can work: the whole shift lies in them."""
    leave: Spans = ()
    """Days on which they are away, as planned."""
    wishes: Annotated[tuple[Wish, ...], BeforeValidator(_wishes)] = ()
    """What they would like."""
    fixed: Annotated[tuple[Fixed, ...], BeforeValidator(_fixed)] = ()
    """What is settled already."""
    note: Text = ""
    """Anything."""

    @cached_property
    def leave_days(self) -> frozenset[date]:
        """Every day of leave."""
        return frozenset(
            first + timedelta(days=k) for first, last in self.leave for k in range((last - first).days + 1)
        )

    def hours_of_leave(self, days: Iterable[date]) -> float:
        """Return what leave on some days counts, ms."""
        return self.contract.day_of_leave * sum(d in self.leave_days and d.weekday() in WORKDAYS for d in days)


@dataclass(frozen=True)
class Member:
    """One person of a roster."""

    name: str
    group: str
    """The group they belong to."""
    person: Person

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group whose shifts they can work, their own first."""
        return (self.group, *(name for name in self.person.also if name != self.group))


def members_of(people: Mapping[str, Person]) -> tuple[Member, ...]:
    """Return everybody, in the order of groups and, within one, as written."""
    found = []
    for name, person in people.items():
        group = person.group or name
        names = [name] if person.count is None else [f"{name}-{k}" for k in range(1, person.count + 1)]
        found += [Member(one, group, person) for one in names]
    return tuple(sorted(found, key=lambda member: member.group))

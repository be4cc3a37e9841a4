"""The rows of a workbook's sheets, as plain numbers and words.

Comes in: nothing. Goes out: frozen rows: inputs, weeks, intervals, months, seats, shifts, people, lines of a bill. Left
out: what they belong to (``data``), where they come from (``gather`` and its neighbours), cells.

Shares run from 0 to 1, times of the day and dates are local ISO text, None stands where there is nothing to measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Number: TypeAlias = float | None
Rule: TypeAlias = Literal[
    "as billed", "wages", "premium", "overtime", "leave", "workplace", "licence", "hiring", "training", "ramp", "fee",
    "minutes",
]  # fmt: skip
"""How the amount of a line follows from its quantity and the assumptions; ``as billed``: it does not."""


@dataclass(frozen=True)
class Input:
    """A row of the assumptions."""

    what: str
    """The first part of its cell's name, such as ``Wage``; what formulas ask for."""
    whose: str
    """Group, bot, channel, or empty."""
    label: str
    value: float
    unit: str
    style: str
    """Of the number: ``price``, ``share``, ``hours``, ``number``."""
    source: str


@dataclass(frozen=True)
class Given:
    """What the simulation took from the scenario: changing it takes a new run."""

    path: str
    value: str
    source: str


@dataclass(frozen=True)
class PeopleWeek:
    """What a group does in one week of the plan (or in the part of it that is measured)."""

    group: str
    begin: str
    days: float
    """By the calendar: one on which the clocks change is a day."""
    on_duty: float
    """Hours."""
    paid_breaks: float
    """Hours."""
    premiums: dict[str, float]
    """Name → hours for which it is paid."""
    heads: Number = None
    """Of a roster: contracts of the people there are ÷ contract hours; None: not said."""


@dataclass(frozen=True)
class GroupLine:
    """A group by interval: agents; cases of the queues it has skills for, and the share of them in time."""

    group: str
    required: list[float] | None
    scheduled: list[float]
    net: list[float]
    cases: list[Number]
    in_time: list[Number]


@dataclass(frozen=True)
class Intervals:
    """The measured intervals."""

    start: list[str]
    end: list[str]
    utc: list[str]
    minutes: list[float]
    groups: list[GroupLine]
    service: str
    """What ``in_time`` is of; empty without a target on cases."""
    wanted: Number


@dataclass(frozen=True)
class Month:
    """A calendar month, and what is forecast of it."""

    begin: str
    days: int
    cases: float
    handle_s: float
    """Mean work of a case, seconds."""


@dataclass(frozen=True)
class MonthNeed:
    """What a group must have in a month."""

    net: float
    """Required net FTE."""
    low: Number
    high: Number
    premiums_a_week: float
    is_simulated: bool
    """Else it lies on the line between two months that were."""
    hires: int
    """Heads who join on its first day."""
    recruit_from: str
    """Date; empty without a class."""
    cost: str
    """As planned, decimal text."""


@dataclass(frozen=True)
class Team:
    """Heads who are there at the start and joined together."""

    heads: float
    tenure: int | None
    """Months since they joined; None: as fast as everybody."""


@dataclass(frozen=True)
class GroupOutlook:
    """A group over the months."""

    group: str
    there: list[Team]
    months: list[MonthNeed]
    premiums_at: Number
    """Wage of an hour that all premiums of the months are shares of; None where some are amounts."""


@dataclass(frozen=True)
class Outlook:
    """Months ahead."""

    months: list[Month]
    groups: list[GroupOutlook]


@dataclass(frozen=True)
class PriceLine:
    """A step of the hours in one way: what it costs a week, what it buys."""

    step: str
    way: str
    hours: float
    people_hours: float
    people: float
    """Contracts that it takes."""
    cost: Number
    low: Number
    high: Number
    in_time: Number
    in_time_low: Number
    in_time_high: Number
    in_time_there: Number
    contained: Number
    holds: bool
    before: int | None = None
    """Row of the line that points are gained against: the step before in the same way; None at the first."""
    gained_low: Number = None
    gained_high: Number = None
    """Points gained, 95 % interval."""
    point_low: Number = None
    point_high: Number = None
    """Cost of a further point, 95 % interval; None where it cannot be told."""


@dataclass(frozen=True)
class Seating:
    """Seats that are held, by how many people, who take turns."""

    group: str
    seat_hours: float
    """A week."""
    weekly_hours: float
    """Of one person."""
    people: int
    is_proven: bool
    bounds: list[tuple[str, str, int]]
    """Why fewer do not do, the sum, people at least."""
    rotation: list[list[str]]
    """A row for each week: seven days, as words."""
    hours: list[float]
    """Of each row."""
    prices: list[PriceLine]
    cost: Number = None
    """A week: wages of the contracts, and premiums; None without a wage."""
    premiums: Number = None
    """Of it, premiums."""


@dataclass(frozen=True)
class ShiftLine:
    """People who begin the same shift on the same day."""

    group: str
    date: str
    kind: str
    hours: str
    breaks: str
    people: int
    paid_hours: float
    """Of one."""
    cost: Number
    """Of one, as the plan prices it."""


@dataclass(frozen=True)
class DutyLine:
    """A person on a day, off and on leave too; as in the table that ``careplan roster --from`` reads."""

    person: str
    date: str
    weekday: str
    group: str
    kind: str
    """``shift``, ``off`` or ``leave``."""
    begin: str
    """Clock time; empty without a shift."""
    end: str
    """Not after the begin: on the next day."""
    breaks: str
    paid_hours: str
    night_hours: str
    premium_hours: str
    wish: str


@dataclass(frozen=True)
class BillLine:
    """A line of a bill, and what it is made of."""

    part: str
    concerns: str
    what: str
    amount: str
    """To the cent, decimal text."""
    low: Number
    high: Number
    is_simulated: bool
    rule: Rule
    quantity: Number
    """What the price is paid for: hours, sessions, minutes; None where it follows from other cells, or from nothing."""
    price: str
    """First part of the name of the price's cell; empty without one."""


@dataclass(frozen=True)
class Beside:
    """A table of values that no formula follows, beside a bill or a roster."""

    sheet: str
    title: str
    about: str
    heads: list[str]
    styles: list[str]
    """By column."""
    rows: list[list[str | Number]]

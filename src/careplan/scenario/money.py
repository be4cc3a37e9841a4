"""Money beyond wages and fees: premiums by clock time, what a head costs, hiring, telephony.

Comes in: the section ``money``, general terms already merged into those of a group. Goes out: frozen blocks with exact
amounts. Left out: the arithmetic (``careplan.costing``), wages (groups) and fees (bots).

Nothing here enters an engine. A source is a text like a title: it changes no number, and so no digest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.fields import (
    Block,
    ClockRange,
    MoneyField,
    Name,
    PositiveMilliseconds,
    Share,
    Text,
    one_of,
)
from careplan.units import (
    DAY_MS,
    HOUR_MS,
    Money,
    parse_days,
    parse_growth,
    parse_money,
    parse_running_cost,
    parse_share,
    parse_wage,
)

MONTH_MS = 2_629_800_000
"""A month: 30.4375 days, a twelfth of a year of 365.25 days."""
YEAR_MS = 12 * MONTH_MS
WEEK_MS = 7 * DAY_MS


def exact(share: float) -> Decimal:
    """Return a share as it was written: 0.1 is a tenth.

    >>> exact(0.1 + 0.2)
    Decimal('0.3')
    """
    return Decimal(str(round(share, 12)))


def _addition(value: Any) -> Any:
    """Read ``25 %`` (of the wage) or ``2.50 EUR per hour``."""
    if isinstance(value, float | Money):
        return value
    if isinstance(value, str) and value.strip().endswith("%"):
        return parse_share(value, most=10.0)
    try:
        return parse_wage(value)
    except UnitError:
        raise UnitError(value, "a share of the wage such as 25 %, or an amount such as 2.50 EUR per hour") from None


def _addition_text(value: float | Money) -> str:
    return f"{value.amount.normalize():f} {value.currency}" if isinstance(value, Money) else f"{exact(value)} of wage"


def _days(value: Any) -> Any:
    if value == "holidays" or isinstance(value, tuple):
        return value
    try:
        return parse_days(value)
    except UnitError as error:
        raise UnitError(value, "weekdays (sat-sun) or holidays", error.hint) from None


def _per_month(value: Any) -> Any:
    if isinstance(value, Money):
        return value
    wanted = "money per month, such as 250 EUR per month"
    try:
        money, period = parse_running_cost(value)
    except UnitError:
        raise UnitError(value, wanted) from None
    if period != "month":
        raise UnitError(value, wanted)
    return money


def _per_minute(value: Any) -> Any:
    if isinstance(value, Money):
        return value
    text = value.strip() if isinstance(value, str) else ""
    for ending in ("per minute", "per min", "/ min", "/min"):
        if text.endswith(ending):
            return parse_money(text.removesuffix(ending).strip())
    raise UnitError(value, "money per minute, such as 0.02 EUR per minute")


def _per_year(value: Any) -> Any:
    """A share a year; one per month counts twelve times."""
    if isinstance(value, float):
        return value
    share, period = parse_growth(value)
    times = {"month": 12, "year": 1}.get(period)
    if share < 0 or times is None or share * times > 10:
        raise UnitError(value, "a share per year or month, such as 30 % per year")
    return share * times


def _money_text(money: Money) -> str:
    return f"{money.amount.normalize():f} {money.currency}"


def _pattern(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)}, mode="validation")


_AMOUNT = r"^\s*[0-9.]+\s*[A-Z]{3}\s*"
Addition: TypeAlias = Annotated[
    float | Money,
    BeforeValidator(_addition),
    PlainSerializer(_addition_text),
    _pattern(r"^\s*[0-9.]+\s*(%|[A-Z]{3}\s*(per\s+hour|/\s*h))\s*$", "25 %", "2.50 EUR per hour"),
]
"""On top of a wage: a share of it, or money per hour."""
PremiumDays: TypeAlias = Annotated[
    tuple[int, ...] | Literal["holidays"],
    BeforeValidator(_days),
    _pattern(r"^[a-z, -]+$", "sun", "sat-sun", "holidays"),
]
"""Weekday numbers, or ``holidays``."""
PerMonth: TypeAlias = Annotated[
    Money,
    BeforeValidator(_per_month),
    PlainSerializer(_money_text),
    _pattern(_AMOUNT + r"per\s+month\s*$", "250 EUR per month"),
]
"""Money for each month (30.4375 days)."""
PerMinute: TypeAlias = Annotated[
    Money,
    BeforeValidator(_per_minute),
    PlainSerializer(_money_text),
    _pattern(_AMOUNT + r"(per\s+min(ute)?|/\s*min)\s*$", "0.02 EUR per minute"),
]
"""Money for each minute."""
PerYear: TypeAlias = Annotated[
    float,
    BeforeValidator(_per_year),
    _pattern(r"^\s*[0-9.]+\s*%\s*per\s+(month|year)\s*$", "30 % per year"),
]
"""A share a year, from 0 to 10."""
Source: TypeAlias = Annotated[Text, Field(exclude=True)]


class Premium(Block):
    """What is paid on top of the wage at certain hours or on certain days, by the clock of the group."""

    add: Addition
    """How much: a share of the wage, or money per hour."""
    hours: Name | None = None
    """In named hours of the calendar."""
    clock: ClockRange | None = None
    """Or between two clock times, every day; past midnight is fine."""
    days: PremiumDays | None = None
    """On these weekdays, or on holidays, from midnight to midnight; beside hours: only while both hold."""
    source: Source = ""
    """Who says so."""

    @model_validator(mode="after")
    def _says_when(self) -> Premium:
        if self.hours is not None and self.clock is not None:
            raise UnitError("given beside hours", "either hours or clock", at=("clock",))
        if self.hours is None and self.clock is None and self.days is None:
            raise UnitError(None, "hours, clock or days: when it is paid", at=("hours",))
        return self


class Training(Block):
    """What it takes before somebody new takes cases."""

    length: PositiveMilliseconds = Field(alias="for")
    """How long it lasts, paid in full at contract hours."""
    cost: MoneyField | None = None
    """Beside the pay: trainer, room, course."""


class Settling(Block):
    """How fast people are after their training, until they are as fast as everybody."""

    start: Share = Field(alias="from")
    """Speed on the first day after the training, against those who are not new."""
    over: PositiveMilliseconds
    """How long until they are as fast, growing evenly."""


def _or_none(value: Any) -> Any:
    return None if value == "none" else value


class Terms(Block):
    """What a group costs beside its wage."""

    premiums: dict[Name, Annotated[Premium | None, BeforeValidator(_or_none)]] = Field(default_factory=dict)
    """What is paid on top, by name; none switches off for a group what holds in general."""
    combine: Annotated[Literal["add", "highest"], one_of("add", "highest")] = "add"
    """Where several premiums hold at once: they add up, or only the highest is paid."""
    overtime: Addition = 0.0
    """On top of the wage for time worked past the end of a spell."""
    contract_hours: PositiveMilliseconds = 40 * HOUR_MS
    """Paid hours of one head in a week: heads = paid hours a week / contract hours."""
    workplace: PerMonth | None = None
    """For each head: desk, room, equipment."""
    licence: PerMonth | None = None
    """For each head: software."""
    hiring: MoneyField | None = None
    """For each head that is hired: advertising, interviews, paperwork."""
    training: Training | None = None
    """Of each head that is hired."""
    ramp: Settling | None = None
    """How fast new heads are after their training."""
    attrition: PerYear = 0.0
    """Share of the heads who leave in a year and are replaced."""
    source: Source = ""
    """Where the figures come from."""

    @model_validator(mode="after")
    def _fit(self) -> Terms:
        if not HOUR_MS <= self.contract_hours <= WEEK_MS:
            raise UnitError(f"{self.contract_hours / HOUR_MS:g} h", "1 h to 168 h (a week)", at=("contract_hours",))
        return self


TERMS = tuple(Terms.model_fields)
"""Keys that may differ by group."""


class Finances(Terms):
    """Money: terms of all groups, what differs for some, and telephony."""

    groups: dict[Name, Terms] = Field(default_factory=dict)
    """What differs for a group."""
    telephony: dict[Name, PerMinute] = Field(default_factory=dict)
    """Live channel to the price of a minute of talk."""

    def of(self, group: str) -> Terms:
        """Return the terms of a group: its own entry (which carries the general ones), else the general ones."""
        return self.groups.get(group) or self


NO_TERMS = Terms()
"""What holds where a scenario says nothing about money."""

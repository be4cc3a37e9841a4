"""Money beyond wages and fees: premiums by clock time.

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
    Name,
    Text,
    one_of,
)
from careplan.units import (
    Money,
    parse_days,
    parse_share,
    parse_wage,
)


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


def _pattern(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)}, mode="validation")


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


def _or_none(value: Any) -> Any:
    return None if value == "none" else value


class Terms(Block):
    """What a group costs beside its wage."""

    premiums: dict[Name, Annotated[Premium | None, BeforeValidator(_or_none)]] = Field(default_factory=dict)
    """What is paid on top, by name; none switches off for a group what holds in general."""
    combine: Annotated[Literal["add", "highest"], one_of("add", "highest")] = "add"
    """Where several premiums hold at once: they add up, or only the highest is paid."""
    source: Source = ""
    """Where the figures come from."""


TERMS = tuple(Terms.model_fields)
"""Keys that may differ by group."""


class Finances(Terms):
    """Money: terms of all groups, and what differs for some."""

    groups: dict[Name, Terms] = Field(default_factory=dict)
    """What differs for a group."""

    def of(self, group: str) -> Terms:
        """Return the terms of a group: its own entry (which carries the general ones), else the general ones."""
        return self.groups.get(group) or self


NO_TERMS = Terms()
"""What holds where a scenario says nothing about money."""

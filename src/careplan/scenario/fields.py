"""Field types of scenario blocks: how a value with a unit becomes a number, and how an editor should check it.

Comes in: plain values as YAML gives them. Goes out: annotated types for pydantic models. Left out: the blocks.
Every type refuses what it does not know with a :class:`~careplan.errors.UnitError`, which pydantic collects.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from careplan import units
from careplan.errors import UnitError
from careplan.scenario.faults import Faults, KeyFault, unknown_key
from careplan.scenario.suggest import did_you_mean
from careplan.units import NEVER, Money


class Block(BaseModel):
    """A part of a scenario: frozen, refuses unknown keys, documented field by field."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _names_its_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Say which keys are unknown or missing, with the nearest known one, beside all other faults."""
        if isinstance(data, cls):
            return data
        known = {field.alias or name: field for name, field in cls.model_fields.items()}
        if not isinstance(data, dict):
            raise UnitError(data, f"a mapping with keys such as {', '.join([k for k in known if k != 'kind'][:3])}")
        faults: list[UnitError] = [unknown_key(str(key), known) for key in data if key not in known]
        for key, field in known.items():
            if field.is_required() and key not in data:
                about = (field.description or "a value").split(". ")[0].rstrip(".")
                faults.append(KeyFault(f"is missing; expected {about[0].lower()}{about[1:]}", at=(key,)))
        if not faults:
            return handler(data)
        try:
            handler({key: item for key, item in data.items() if key in known})
        except ValidationError as nested:
            raise Faults(faults, nested) from None
        raise Faults(faults)


def _schema(pattern: str | None, *examples: Any, plain: str | None = None) -> WithJsonSchema:
    """A JSON Schema for editors: text with a pattern, or also a plain JSON type."""
    text: dict[str, Any] = {"type": "string", "examples": list(examples)}
    if pattern:
        text["pattern"] = pattern
    return WithJsonSchema({"anyOf": [text, {"type": plain}]} if plain else text, mode="validation")


_DURATION = r"^\s*([0-9.]+\s*(ms|milliseconds?|s|sec|seconds?|mins?|minutes?|h|hours?|d|days?|weeks?)\s*)+$"
_SHARE = r"^\s*[0-9.]+\s*%\s*$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_NAME = r"^[^\W_][\w -]*$"


def _number_schema(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", **more}, mode="validation")


def _ratio(most: float = 1e3, *, most_plain: float = 1e3, above: bool = False) -> Callable[[object], float]:
    return partial(units.parse_ratio, most=most, most_plain=most_plain, above=above)


def _whole(least: int, most: int = 10**9) -> Callable[[object], int]:
    return partial(units.parse_whole, least=least, most=most)


def _share(least: float = 0.0, most: float = 1.0) -> Callable[[object], float]:
    return partial(units.parse_share, least=least, most=most)


def _whole_schema(least: int, most: int | None = None) -> WithJsonSchema:
    bounds = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return WithJsonSchema({"type": "integer", **bounds}, mode="validation")


def _or_never(text: object) -> int:
    if text in ("endless", "never"):
        return NEVER
    if not isinstance(text, str) or (not text[:1].isdigit() and not text.startswith("-")):
        raise UnitError(text, 'a duration such as 30 min, or "endless"')
    return units.parse_duration(text)


def _thousandths(share: float) -> float:
    if abs(share * 1000 - round(share * 1000)) > 1e-9:
        raise UnitError(units.format_share(share, 6), "a share in steps of 0.1 %")
    return round(share * 1000) / 1000


def _days_only(text: object) -> int:
    ms = units.parse_duration(text)
    if ms % units.DAY_MS:
        raise UnitError(text, "whole days or weeks, such as 7 days or 1 week")
    return ms // units.DAY_MS


def _horizon(text: object) -> int:
    days = _days_only(text)
    if days < 1:
        raise UnitError(text, "at least 1 day")
    return days


def _interval(text: object) -> int:
    ms = units.parse_duration(text)
    if ms not in tuple(minutes * units.MINUTE_MS for minutes in (5, 10, 15, 20, 30, 60)):
        raise UnitError(text, "5, 10, 15, 20, 30 or 60 min")
    return ms


def check_name(text: object) -> str:
    """Return a name of a queue, group, bot or the like: letters, digits, ``-``, ``_`` and spaces.

    Raises
    ------
    UnitError
        If it is empty, longer than 80 characters, or holds other characters (a dot would split ``--set`` paths).
    """
    if not (isinstance(text, str) and re.fullmatch(_NAME, text) and text == text.strip() and len(text) <= 80):
        raise UnitError(text, "a name of letters, digits, - and _ (at most 80)")
    return text


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise UnitError(text, "text (in quotes, if it looks like a number)")
    return text


def _zone(text: object) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    wanted = "a time zone, such as Europe/Prague"
    if not isinstance(text, str):
        raise UnitError(text, wanted)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # which one, depends on the name and the platform
        raise UnitError(text, wanted, did_you_mean(text, available_timezones())) from None
    return text


def _money_text(money: Money) -> str:
    """Money in one form, without idle zeros, for digests."""
    return f"{money.amount.normalize():f} {money.currency}"


Milliseconds: TypeAlias = Annotated[
    int, BeforeValidator(units.parse_duration), _schema(_DURATION, "30 s", "5 min", "7.8 h", "7 days")
]
"""A duration of zero or more, in whole milliseconds."""
PositiveMilliseconds: TypeAlias = Annotated[
    int,
    BeforeValidator(partial(units.parse_duration, least_ms=1)),
    _schema(_DURATION, "30 s", "5 min", "7.8 h"),
]
"""A duration above zero, in whole milliseconds."""
MillisecondsOrNever: TypeAlias = Annotated[int, BeforeValidator(_or_never), _schema(None, "30 min", "endless", "0 min")]
"""A duration in whole milliseconds, or -1 for endless."""
DayCount: TypeAlias = Annotated[int, BeforeValidator(_days_only), _schema(_DURATION, "0 days", "1 day", "1 week")]
"""Local days, zero or more."""
HorizonDays: TypeAlias = Annotated[int, BeforeValidator(_horizon), _schema(_DURATION, "1 week", "28 days")]
"""Local days, one or more."""
IntervalMilliseconds: TypeAlias = Annotated[int, BeforeValidator(_interval), _schema(_DURATION, "30 min", "15 min")]
"""5, 10, 15, 20, 30 or 60 minutes, in milliseconds."""
Share: TypeAlias = Annotated[float, BeforeValidator(_share()), _schema(_SHARE, "65 %", "2.5 %")]
"""A share as a number from 0 to 1."""
ShareBelowOne: TypeAlias = Annotated[float, BeforeValidator(_share(0.0, 0.999)), _schema(_SHARE, "30 %")]
"""A share from 0 to 0.999."""
PositiveShare: TypeAlias = Annotated[float, BeforeValidator(_share(0.0001)), _schema(_SHARE, "65 %")]
"""A share above 0, up to 1."""
HoldShare: TypeAlias = Annotated[
    float, BeforeValidator(_share()), AfterValidator(_thousandths), _schema(_SHARE, "0 %", "100 %")
]
"""A share in whole thousandths (engines count them), as a number from 0 to 1."""
Capacity: TypeAlias = Annotated[float, BeforeValidator(_share(0.0, 2.0)), _schema(_SHARE, "100 %")]
"""A share from 0 to 2: an engine knows at most two agents' capacity in one."""
Speed: TypeAlias = Annotated[
    float,
    BeforeValidator(_share(0.001, 10.0)),
    AfterValidator(_thousandths),
    _schema(_SHARE, "100 %", "80 %", "120 %"),
]
"""Speed in whole thousandths: 1 is the speed the handle times are written for; up to 10."""
PaceShare: TypeAlias = Annotated[
    float, BeforeValidator(_share(0.001, 1.0)), AfterValidator(_thousandths), _schema(_SHARE, "100 %", "90 %")
]
"""Pace in whole thousandths, from 0.001 to 1."""
Height: TypeAlias = Annotated[float, BeforeValidator(_share(0.0, 1000.0)), _schema(_SHARE, "300 %")]
"""A share from 0 to 1000 (100 000 %)."""
Ratio: TypeAlias = Annotated[float, BeforeValidator(_ratio(most_plain=10.0)), _schema(_SHARE, "120 %", plain="number")]
"""A factor, written as 1.2 or 120 %; above 10 only in percent, so that 120 without its sign is no factor of 120."""
Variation: TypeAlias = Annotated[
    float, BeforeValidator(_ratio(10.0, most_plain=2.0)), _schema(_SHARE, "12 %", plain="number")
]
"""A day's coefficient of variation from 0 to 10, written as 0.12 or 12 %; above 2 only in percent."""
PositiveVariation: TypeAlias = Annotated[
    float,
    BeforeValidator(_ratio(100.0, most_plain=10.0, above=True)),
    _schema(_SHARE, "100 %", plain="number"),
]
"""A coefficient of variation above zero, written as 1 or 100 %; above 10 only in percent."""
PositiveRatio: TypeAlias = Annotated[
    float, BeforeValidator(_ratio(100.0, above=True)), _schema(_SHARE, "100 %", plain="number")
]
"""A factor above zero, written as 1 or 100 %; at most 100."""
Amount: TypeAlias = Annotated[float, BeforeValidator(partial(units.parse_number, most=1e9)), _number_schema(minimum=0)]
"""A plain number of zero or more; its unit is in the key."""
Count: TypeAlias = Annotated[int, BeforeValidator(_whole(0, 1_000_000)), _whole_schema(0)]
"""A whole number of zero or more."""
PositiveCount: TypeAlias = Annotated[int, BeforeValidator(_whole(1, 100_000)), _whole_schema(1)]
"""A whole number of one or more."""
Concurrency: TypeAlias = Annotated[int, BeforeValidator(_whole(1, 100)), _whole_schema(1, 100)]
"""How many turns one agent may work on at once: 1 to 100."""
Rank: TypeAlias = Annotated[int, BeforeValidator(_whole(0, 1000)), _whole_schema(0, 1000)]
"""A small whole number; smaller goes first."""
Seed: TypeAlias = Annotated[int, BeforeValidator(_whole(0, 2**63 - 1)), _whole_schema(0)]
"""A seed: a whole number of zero or more."""
Growth: TypeAlias = Annotated[
    tuple[float, str],
    BeforeValidator(units.parse_growth),
    _schema(r"^\s*-?[0-9.]+\s*%\s*per\s+(day|week|month|year)\s*$", "2 % per month"),
]
"""Compounding growth: (share, "day" | "week" | "month" | "year")."""
PerHour: TypeAlias = Annotated[
    float,
    BeforeValidator(units.parse_rate),
    _schema(r"^\s*[0-9.]+\s*(per\s+|/\s*)(min|minute|h|hour|day|week)\s*$", "0.2 per week", "12 per hour"),
]
"""A rate, per hour."""
MoneyField: TypeAlias = Annotated[
    Money,
    BeforeValidator(units.parse_money),
    PlainSerializer(_money_text),
    _schema(r"^\s*[0-9.]+\s*[A-Z]{3}\s*$", "0.50 EUR"),
]
"""An exact amount and its currency."""
WageField: TypeAlias = Annotated[
    Money,
    BeforeValidator(units.parse_wage),
    PlainSerializer(_money_text),
    _schema(r"^\s*[0-9.]+\s*[A-Z]{3}\s*(per\s+hour|/\s*h)\s*$", "18.50 EUR per hour"),
]
"""Money for one paid hour."""
RunningCost: TypeAlias = Annotated[
    tuple[Money, str],
    BeforeValidator(units.parse_running_cost),
    PlainSerializer(lambda cost: f"{_money_text(cost[0])} per {cost[1]}"),
    _schema(r"^\s*[0-9.]+\s*[A-Z]{3}\s+per\s+(day|week|month|year)\s*$", "900 EUR per month"),
]
"""Money paid again and again: (amount, "day" | "week" | "month" | "year")."""
Change: TypeAlias = Annotated[
    float, BeforeValidator(units.parse_change), _schema(r"^\s*[+-][0-9.]+\s*%\s*$", "-10 %", "+5 %")
]
"""A relative change, from -0.99 to 9; the sign is written."""
Points: TypeAlias = Annotated[
    float, BeforeValidator(units.parse_points), _schema(r"^\s*[+-][0-9.]+\s*points?\s*$", "+5 points")
]
"""A change of a share, in percentage points, from -1 to 1; the sign is written."""
ClockMinutes: TypeAlias = Annotated[int, BeforeValidator(units.parse_clock), _schema(r"^[0-9]{1,2}:[0-9]{2}$", "09:30")]
"""A clock time, in minutes since midnight."""
ClockRange: TypeAlias = Annotated[
    tuple[int, int],
    BeforeValidator(units.parse_clock_range),
    _schema(r"^\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$", "08:00-20:00", "22:00-06:00"),
]
"""Two clock times in minutes since the first one's midnight; past midnight the second is above 1440."""
Weekdays: TypeAlias = Annotated[
    tuple[int, ...], BeforeValidator(units.parse_days), _schema(None, "mon-fri", "sat", "daily")
]
"""Weekday numbers, 0 is Monday, in order."""
LocalDate: TypeAlias = Annotated[date, BeforeValidator(units.parse_date), _schema(_DATE, "2026-03-02")]
"""A local date."""
LocalMoment: TypeAlias = Annotated[datetime, BeforeValidator(units.parse_moment), _schema(None, "2026-03-04 18:00")]
"""A local date and time, without a zone."""
Switch: TypeAlias = Annotated[
    bool,
    BeforeValidator(units.parse_switch),
    WithJsonSchema({"enum": ["yes", "no", True, False]}, mode="validation"),
]
"""yes or no."""
Name: TypeAlias = Annotated[str, BeforeValidator(check_name), _schema(None, "billing")]
"""A name of letters, digits, - and _."""
Text: TypeAlias = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string"}, mode="validation")]
"""Free text."""
Zone: TypeAlias = Annotated[str, BeforeValidator(_zone), _schema(None, "Europe/Prague", "UTC")]
"""An IANA time zone."""


def one_of(*words: str) -> BeforeValidator:
    """A validator for one of a few words, with a suggestion for a near miss."""

    def check(text: object) -> object:
        if isinstance(text, str) and text in words:
            return text
        hint = did_you_mean(text, words) if isinstance(text, str) else ""
        raise UnitError(text, f"one of: {', '.join(words)}", hint)

    return BeforeValidator(check)


PERIODS = ("interval", "hour", "day", "week")
Period: TypeAlias = Annotated[Literal["interval", "hour", "day", "week"], one_of(*PERIODS)]
"""What a target is judged over."""

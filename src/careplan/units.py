"""Values with units, as people write them: ``30 min``, ``65 %``, ``18.50 EUR per hour``, ``12 per hour``, ``09:30``.

Comes in: text from a scenario file or the command line. Goes out: whole milliseconds, shares from 0 to 1,
exact money, minutes since midnight; and the same back as text. Left out: any guess. A bare number where a unit
is needed is refused, because hours read as minutes change every answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from careplan.errors import UnitError

NEVER = -1
"""The instant or duration that does not come. Never added to."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
MAX_DURATION_MS = 10 * 366 * DAY_MS
"""Durations are at most ten years, so that int64 arithmetic cannot overflow."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays in their written form; the index is the number ``date.weekday()`` gives."""

_UNITS_MS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1),
    **dict.fromkeys(("s", "sec", "second", "seconds"), SECOND_MS),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), MINUTE_MS),
    **dict.fromkeys(("h", "hour", "hours"), HOUR_MS),
    **dict.fromkeys(("d", "day", "days"), DAY_MS),
    **dict.fromkeys(("week", "weeks"), WEEK_MS),
}
_PER_MS = {
    "minute": MINUTE_MS,
    "min": MINUTE_MS,
    "hour": HOUR_MS,
    "h": HOUR_MS,
    "day": DAY_MS,
    "week": WEEK_MS,
}
_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_DURATION = re.compile(rf"({_NUMBER})\s*([a-z]+)")
_SHARE = re.compile(rf"({_NUMBER})\s*%")
_RATE = re.compile(rf"({_NUMBER})\s*(?:per\s+|/\s*)([a-z]+)")
_GROWTH = re.compile(rf"({_NUMBER})\s*%\s*per\s+(day|week|month|year)")
_MONEY = re.compile(rf"({_NUMBER})\s*([A-Z]{{3}})")
_CHANGE = re.compile(rf"[+-]{_NUMBER.removeprefix('[+-]?')}\s*%")
_POINTS = re.compile(rf"([+-]{_NUMBER.removeprefix('[+-]?')})\s*points?")
_RUNNING = re.compile(r"(.*\S)\s+per\s+(day|week|month|year)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY_RANGE = re.compile(r"([a-z]+)\s*-\s*([a-z]+)")


@dataclass(frozen=True, order=True)
class Money:
    """An exact amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def parse_duration(text: object, *, least_ms: int = 0) -> int:
    """Return a duration such as ``30 min``, ``7.8 h`` or ``1 h 30 min`` in whole milliseconds.

    Parameters
    ----------
    text
        The value as written.
    least_ms
        The shortest that is allowed.

    Raises
    ------
    UnitError
        If there is no unit, the unit is unknown, or the duration is out of bounds (at most ten years).
    """
    wanted = "a duration above zero, such as 30 min" if least_ms else "a duration, such as 30 s, 5 min, 2 h or 7 days"
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise UnitError(
            text,
            wanted,
            f"Write the unit: {text:g} s, {text:g} min or {text:g} h?" if _is_small(text) else "",
        )
    if not isinstance(text, str):
        raise UnitError(text, wanted)
    rest, total, position = text.strip(), Decimal(0), 0
    matches = list(_DURATION.finditer(rest))
    for match in matches:
        if rest[position : match.start()].strip() or match[2] not in _UNITS_MS:
            break
        total += Decimal(match[1]) * _UNITS_MS[match[2]]
        position = match.end()
    if not matches or position != len(rest) or (len(matches) > 1 and "-" in rest):
        raise UnitError(text, wanted, _unit_hint(rest))
    ms = int(total.to_integral_value(ROUND_HALF_EVEN))
    if ms < least_ms or total < 0:
        raise UnitError(text, "a duration above zero" if least_ms else "a duration of zero or more")
    if ms > MAX_DURATION_MS:
        raise UnitError(text, "a duration of at most 10 years")
    return ms


def parse_share(text: object, *, least: float = 0.0, most: float = 1.0) -> float:
    """Return a share such as ``65 %`` as a number (0.65).

    Raises
    ------
    UnitError
        If the percent sign is missing or the share lies outside [least, most].
    """
    wanted = (
        f"a share from {format_share(least, 2)} to {format_share(most, 2)}, such as {'65 %' if most >= 0.65 else '5 %'}"
    )
    match = _SHARE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise UnitError(text, wanted, _percent_hint(text))
    share = float(Decimal(match[1]) / 100)
    if not least <= share <= most:
        raise UnitError(text, wanted)
    return share


def parse_number(text: object, *, least: float = 0.0, most: float = 1e12, above: bool = False) -> float:
    """Return a plain number within bounds; ``above`` excludes the lower bound.

    Raises
    ------
    UnitError
        If it is not a finite number or out of bounds.
    """
    wanted = f"a number {'above' if above else 'of at least'} {least:g}"
    if isinstance(text, bool) or not isinstance(text, int | float):
        raise UnitError(text, wanted)
    if not (least < text if above else least <= text):
        raise UnitError(text, wanted)
    if text > most:
        raise UnitError(text, f"{wanted} and at most {most:g}")
    return float(text)


def parse_whole(text: object, *, least: int = 0, most: int = 10**9) -> int:
    """Return a whole number within bounds.

    Raises
    ------
    UnitError
        If it is not a whole number (``true`` is none, 3.0 is none) or out of bounds.
    """
    wanted = f"a whole number of at least {least}" if most >= 10**9 else f"a whole number from {least} to {most}"
    if isinstance(text, bool) or not isinstance(text, int) or not least <= text <= most:
        raise UnitError(text, wanted)
    return text


def parse_ratio(
    text: object, *, least: float = 0.0, most: float = 1e3, most_plain: float = 1e3, above: bool = False
) -> float:
    """Return a ratio written as a plain number (``1.3``) or in percent (``130 %``); both mean the same.

    A plain number above ``most_plain`` is refused: more likely its percent sign was forgotten.
    """
    if not isinstance(text, str | bool) and isinstance(text, int | float) and most_plain < text <= most * 100:
        wanted = f"a plain number of at most {most_plain:g}, or a share such as 120 %"
        raise UnitError(text, wanted, f'Did you mean "{text:g} %"?')
    if isinstance(text, str):
        match = _SHARE.fullmatch(text.strip())
        if match is not None:
            share = float(Decimal(match[1]) / 100)
            if (least < share if above else least <= share) and share <= most:
                return share
        raise UnitError(
            text, f"a number or a share {'above' if above else 'of at least'} {least:g}, such as 1.2 or 120 %"
        )
    return parse_number(text, least=least, most=most, above=above)


def parse_rate(text: object) -> float:
    """Return a rate such as ``12 per hour`` or ``0.2 per week`` as a number per hour.

    Raises
    ------
    UnitError
        If it names no span of time, or is negative.
    """
    wanted = "a rate, such as 12 per hour or 0.2 per week"
    match = _RATE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or match[2] not in _PER_MS:
        raise UnitError(text, wanted)
    if Decimal(match[1]) < 0:
        raise UnitError(text, "a rate of zero or more")
    return float(Decimal(match[1]) * HOUR_MS / _PER_MS[match[2]])


def parse_growth(text: object) -> tuple[float, str]:
    """Return growth such as ``2 % per month`` as (0.02, "month"). It may be negative, but above -100 %."""
    match = _GROWTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not -1 < Decimal(match[1]) / 100 <= 10:
        raise UnitError(text, "a share per day, week, month or year, such as 2 % per month")
    return float(Decimal(match[1]) / 100), match[2]


def parse_money(text: object) -> Money:
    """Return money such as ``18.50 EUR``.

    Raises
    ------
    UnitError
        If there is no three-letter currency, or the amount is negative.
    """
    match = _MONEY.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise UnitError(text, "an amount with its currency, such as 18.50 EUR")
    try:
        amount = Decimal(match[1])
    except InvalidOperation:  # pragma: no cover - the pattern allows plain numbers only
        raise UnitError(text, "an amount with its currency, such as 18.50 EUR") from None
    if amount < 0:
        raise UnitError(text, "an amount of zero or more")
    return Money(amount, match[2])


def parse_wage(text: object) -> Money:
    """Return a wage such as ``18.50 EUR per hour`` as money for one hour."""
    stem = re.sub(r"\s*(per\s+hour|/\s*h)$", "", text.strip()) if isinstance(text, str) else text
    if not isinstance(text, str) or stem == text.strip():
        raise UnitError(text, "a wage per hour, such as 18.50 EUR per hour")
    try:
        return parse_money(stem)
    except UnitError:
        raise UnitError(text, "a wage per hour, such as 18.50 EUR per hour") from None


def parse_change(text: object) -> float:
    """Return a relative change such as ``-10 %`` or ``+5 %`` as a number (-0.1); the sign is needed.

    Raises
    ------
    UnitError
        If sign or percent sign are missing, or it lies outside -99 % … +900 %.
    """
    wanted = "a change with its sign, such as -10 % or +5 %"
    stem = text.strip() if isinstance(text, str) else ""
    if not _CHANGE.fullmatch(stem):
        bare = _SHARE.fullmatch(stem)
        raise UnitError(text, wanted, f'Did you mean "+{stem}" or "-{stem}"?' if bare else "")
    change = float(Decimal(stem.removesuffix("%").strip()) / 100)
    if not -0.99 <= change <= 9:
        raise UnitError(text, f"{wanted}, from -99 % to +900 %")
    return change


def parse_points(text: object) -> float:
    """Return a change of a share in percentage points, such as ``+5 points``, as a number (0.05).

    Raises
    ------
    UnitError
        If sign or unit are missing, or it lies outside -100 … +100 points.
    """
    wanted = "percentage points with their sign, such as +5 points"
    match = _POINTS.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not -100 <= Decimal(match[1]) <= 100:
        hint = "A change in % would be relative." if isinstance(text, str) and text.strip().endswith("%") else ""
        raise UnitError(text, wanted, hint)
    return float(Decimal(match[1]) / 100)


def parse_running_cost(text: object) -> tuple[Money, str]:
    """Return what is paid again and again, such as ``900 EUR per month``, as (money, "month").

    Raises
    ------
    UnitError
        If there is no amount, or no day, week, month or year.
    """
    wanted = "a cost that runs, such as 900 EUR per month (or per day, week, year)"
    match = _RUNNING.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise UnitError(text, wanted)
    try:
        return parse_money(match[1]), match[2]
    except UnitError:
        raise UnitError(text, wanted) from None


def parse_clock(text: object) -> int:
    """Return a clock time such as ``09:30`` in minutes since midnight; ``24:00`` is the end of the day."""
    match = _CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or not 0 <= minutes <= 24 * 60:
        raise UnitError(text, "a clock time from 00:00 to 24:00, such as 09:30")
    return minutes


def parse_clock_range(text: object) -> tuple[int, int]:
    """Return clock times such as ``08:00-20:00`` in minutes since midnight.

    A range that ends at or before its start runs past midnight: ``22:00-06:00`` is (1320, 1800).
    """
    wanted = "two clock times, such as 08:00-20:00"
    parts = re.split(r"\s*[-–]\s*", text.strip()) if isinstance(text, str) else []
    if len(parts) != 2:
        raise UnitError(text, wanted)
    try:
        begin, end = parse_clock(parts[0]), parse_clock(parts[1])
    except UnitError:
        raise UnitError(text, wanted) from None
    if begin == end or begin == 24 * 60:
        raise UnitError(text, "a range that ends after it begins (the whole day is 00:00-24:00)")
    return begin, end if end > begin else end + 24 * 60


def parse_days(text: object) -> tuple[int, ...]:
    """Return weekdays such as ``mon-fri``, ``sat`` or ``mon, wed, fri`` as numbers, Monday is 0; ``daily`` is all."""
    wanted = "weekdays, such as mon-fri, sat or mon,wed"
    if not isinstance(text, str):
        raise UnitError(text, wanted)
    if text.strip() == "daily":
        return tuple(range(7))
    found: set[int] = set()
    for part in text.split(","):
        word = part.strip()
        span = _DAY_RANGE.fullmatch(word)
        if word in DAYS:
            found.add(DAYS.index(word))
        elif span is not None and span[1] in DAYS and span[2] in DAYS:
            first, last = DAYS.index(span[1]), DAYS.index(span[2])
            found.update(day % 7 for day in range(first, last + 1 if last >= first else last + 8))
        else:
            raise UnitError(text, wanted)
    return tuple(sorted(found))


def parse_date(text: object) -> date:
    """Return a date such as ``2026-03-02``."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            raise UnitError(text, "a date that exists, such as 2026-03-02") from None
        if 1900 <= day.year <= 2200:
            return day
        raise UnitError(text, "a date from 1900 to 2200")
    raise UnitError(text, "a date, such as 2026-03-02")


def parse_moment(text: object) -> datetime:
    """Return a local date and time such as ``2026-03-04 18:00`` (seconds optional), without a zone."""
    wanted = "a local date and time, such as 2026-03-04 18:00"
    if isinstance(text, datetime) and text.tzinfo is None:
        return text
    pattern = r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    match = re.fullmatch(pattern, text.strip()) if isinstance(text, str) else None
    if match is None:
        raise UnitError(text, wanted)
    parse_date(match[1])
    try:
        return datetime.fromisoformat(f"{match[1]} {match[2]}")
    except ValueError:
        raise UnitError(text, wanted) from None


def parse_switch(text: object) -> bool:
    """Return yes or no (also true and false) as a bool."""
    if isinstance(text, bool):
        return text
    if isinstance(text, str) and text.strip().lower() in ("yes", "no"):
        return text.strip().lower() == "yes"
    raise UnitError(text, "yes or no")


def format_duration(ms: int) -> str:
    """Return milliseconds in the largest unit that stays short: ``30 min``, ``1.5 h``, ``never``.

    >>> [format_duration(ms) for ms in (NEVER, 250, 30_000, 1_800_000, 5_400_000, 172_800_000)]
    ['never', '250 ms', '30 s', '30 min', '1.5 h', '2 days']
    """
    if ms == NEVER:
        return "never"
    for unit, size in (("day", DAY_MS), ("h", HOUR_MS), ("min", MINUTE_MS), ("s", SECOND_MS)):
        if ms >= size * (2 if unit == "day" else 1):
            value = f"{ms / size:.4g}"
            return f"{value} {unit}{'s' if unit == 'day' else ''}"
    return f"{ms} ms" if ms else "0 s"


def exact_duration(ms: int) -> str:
    """Return milliseconds as a scenario writes them, nothing rounded away.

    >>> [exact_duration(ms) for ms in (NEVER, 0, 90_000, 106_800_000, 1_857_600_000)]
    ['never', '0 s', '1 min 30 s', '29 h 40 min', '21 days 12 h']
    """
    if ms == NEVER:
        return "never"
    parts, rest = [], ms
    for unit, size in (("days", DAY_MS), ("h", HOUR_MS), ("min", MINUTE_MS), ("s", SECOND_MS), ("ms", 1)):
        count, left = divmod(rest, size)
        if count and not (unit == "days" and ms < 3 * DAY_MS):
            parts.append(f"{count} {unit}")
            rest = left
    return " ".join(parts) or "0 s"


def format_share(share: float, digits: int = 1) -> str:
    """Return a share in percent without idle zeros: ``65 %``, ``75.2 %``."""
    text = f"{share * 100:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def _is_small(number: float) -> bool:
    return -1e9 < number < 1e9


def _unit_hint(text: str) -> str:
    """A next step for a duration with a wrong unit: the nearest unit that exists."""
    from difflib import get_close_matches

    match = re.fullmatch(rf"({_NUMBER})\s*([A-Za-zµ]+)", text)
    if match is None:
        return "Use a decimal point." if re.fullmatch(r"[0-9]+,[0-9]+\s*[a-z]+", text) else ""
    word = match[2].lower()
    if word in _UNITS_MS:
        return f'Did you mean "{match[1]} {word}"?'
    if word in ("m", "month", "months"):
        return (
            f'"{match[2]}" is not a fixed length. Did you mean "{match[1]} min"?'
            if word == "m"
            else "Write days or weeks."
        )
    near = get_close_matches(word, _UNITS_MS, n=1)
    return f'Did you mean "{match[1]} {near[0]}"?' if near else "Units: ms, s, min, h, days, weeks."


def _percent_hint(text: object) -> str:
    """A next step for a share without its percent sign."""
    if isinstance(text, bool) or not isinstance(text, int | float) or not -1e6 < text < 1e6:
        return ""
    if text == 1:
        return 'Did you mean "1 %" or "100 %"?'
    return f'Did you mean "{text * 100:.4g} %"?' if 0 < text < 1 else f'Did you mean "{text:.6g} %"?'

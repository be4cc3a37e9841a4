"""Figures as people say them: ``65.3 %``, ``4.5 min``, ``12,345 EUR``, ``Mon 18:00``.

Comes in: numbers in the units of the metrics (shares 0 to 1, seconds). Goes out: short text. Left out: sentences
about a certain report, which are made of these words elsewhere in this floor.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable
from decimal import Decimal

from careplan.metrics.uncertainty import Estimate

NOTHING = "–"
"""Stands where there is nothing to measure."""


def percent(share: float, digits: int = 1, *, against: float | None = None) -> str:
    """Return a share as a percentage, with more digits where rounding would turn a miss into a hit.

    >>> percent(0.6532), percent(1), percent(0.64996, against=0.65), percent(0.9999), percent(0.0001)
    ('65.3 %', '100 %', '64.996 %', '>99.9 %', '<0.1 %')
    """
    return f"{bare_percent(share, digits, against=against)} %" if math.isfinite(share) else NOTHING


def bare_percent(share: float, digits: int = 1, *, against: float | None = None) -> str:
    """Return :func:`percent` without the sign, for columns that say it in their heading."""
    if not math.isfinite(share):
        return NOTHING
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}"
    if against is not None and share != against:
        while digits < 6 and round(100 * share, digits) == round(100 * against, digits):
            digits += 1
    text = f"{100 * share:.{digits}f}"
    least = 10.0**-digits
    if float(text) == 0:
        return f"<{least:.{digits}f}"
    return f">{100 - least:.{digits}f}" if float(text) == 100 else text


def percent_interval(e: Estimate, digits: int = 1, *, against: float | None = None) -> str:
    """Return a share and its interval, such as ``66.1 % (65.2 to 67.0)``."""
    return percent(e.value, digits, against=against) + bounds(e, 100, digits)


def bounds(e: Estimate, factor: float = 1.0, digits: int = 1) -> str:
    """Return the interval of an estimate in brackets, with a space before; nothing where there is none or it
    has no width."""
    if e.low is None or e.high is None or e.low == e.high:
        return ""
    return f" ({factor * e.low:,.{digits}f} to {factor * e.high:,.{digits}f})"


UNIT_S = {"s": 1, "min": 60, "h": 3600, "days": 86400}
"""Units of durations, the shortest first, in seconds."""
_MOST = {"s": 60, "min": 60, "h": 48}
"""Fewer than so many of a unit; more take the next one."""


def _alike(value: float, other: float, digits: int) -> bool:
    return round(value, digits) == round(other, digits)


def duration(seconds: float, *, is_fine: bool = False, against: float | None = None) -> str:
    """Return a length of time in the unit people would use.

    Fine: always with a decimal, and with more where rounding would turn what is longer than ``against`` into it.

    >>> [duration(s) for s in (0, 8.4, 42, 275, 1500, 4 * 3600, 3 * 86400 + 43200)]
    ['0 s', '8.4 s', '42 s', '4.6 min', '25 min', '4.0 h', '3.5 days']
    """
    if not math.isfinite(seconds):
        return NOTHING
    if seconds == 0:
        return "0 s"
    for unit, length in UNIT_S.items():
        value = seconds / length
        digits = 1 if is_fine or round(value, 1) < 10 else 0
        while against is not None and seconds != against and digits < 6 and _alike(value, against / length, digits):
            digits += 1
        text = f"{value:.{digits}f}"
        if float(text) < _MOST.get(unit, math.inf):
            return f"{text} {unit}"
    raise AssertionError("the last unit takes every length")


def number(value: float, digits: int = 0) -> str:
    """Return a number with commas between thousands."""
    return NOTHING if not math.isfinite(value) else f"{value:,.{digits}f}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "agent"), count(12000, "agent")
    ('1 agent', '12,000 agents')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def money(amount: Decimal, currency: str | None) -> str:
    """Return an amount, whole from a hundred on.

    >>> money(Decimal("12345.60"), "EUR"), money(Decimal("87.5"), "EUR")
    ('12,346 EUR', '87.50 EUR')
    """
    text = f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}"
    return f"{text} {currency}" if currency else text


def hours(value: float | Decimal) -> str:
    """Return hours of work, whole from a hundred on."""
    return f"{value:,.0f} h" if value >= 100 else f"{value:,.1f} h"


def paid_hours(value: Decimal, more: str = "") -> str:
    """Return hours of pay in words: ``412 paid hours``, ``12.5 more paid hours``."""
    return f"{hours(value).removesuffix(' h')} {more}paid hours"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list in a sentence.

    >>> listed(["phone"]), listed(["phone", "chat"]), listed(["a", "b", "c"])
    ('phone', 'phone and chat', 'a, b and c')
    """
    *first, end = [*words]
    return f"{', '.join(first)} {last} {end}" if first else end


def paragraph(text: str, width: int, indent: str = "") -> str:
    """Return text broken at spaces into lines of at most ``width``; a number stays with its unit."""
    glued = _glue(text)
    lines = textwrap.wrap(
        glued, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(line.replace(_TIE, " ") for line in lines)


_TIE = "\N{NO-BREAK SPACE}"
_UNIT = re.compile("%|s|min|h|days|agents?|[A-Z]{3}")


def _glue(text: str) -> str:
    """Tie a number to the unit behind it."""
    words = text.split(" ")
    glued = words[:1]
    for word in words[1:]:
        bare = word.strip(".,;:()")
        if _UNIT.fullmatch(bare) and glued[-1][-1:].isdigit():
            glued[-1] += _TIE + word
        else:
            glued.append(word)
    return " ".join(glued)

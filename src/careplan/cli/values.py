"""Values of a sweep as they are written on the command line: ``2..12``, ``20 %..40 %``, ``3 min, 5 min``.

Comes in: text. Goes out: the values one by one, as text. Left out: whether a scenario accepts them.
"""

from __future__ import annotations

import re
from decimal import Decimal

from careplan.errors import UnitError

_PART = r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*([^\s.0-9][^.]*?)?\s*"
_RANGE = re.compile(rf"\s*{_PART}\.\.\s*{_PART}(?:\.\.\s*{_PART})?")
MOST = 200
"""Values of one range; more are refused."""
_EXPECTED = "values with commas between them, or a range such as 2..12, 80%..130%, 20 %..40 %..5 %"


def values_of(text: str) -> list[str]:
    """Return the values written in a text: items between commas, ranges spelled out.

    A range has a step of 1, of 10 % between percentages, or the one stated behind a second ``..``.

    >>> values_of("2..4"), values_of("80%..100%"), values_of("1 min..2 min..0.5 min"), values_of("{office: 4}, 7")
    (['2', '3', '4'], ['80 %', '90 %', '100 %'], ['1 min', '1.5 min', '2 min'], ['{office: 4}', '7'])

    Raises
    ------
    UnitError
        If an item is empty, or a range has no sense.
    """
    found: list[str] = []
    for item in _items(text):
        if not item:
            raise UnitError(text, _EXPECTED)
        match = _RANGE.fullmatch(item)
        found += [item] if match is None else _spelled_out(item, match)
    return found


def _items(text: str) -> list[str]:
    """Cut at commas outside brackets and quotes."""
    items, depth, quote, begin = [], 0, "", 0
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth == 0:
            items.append(text[begin:at])
            begin = at + 1
    return [item.strip() for item in [*items, text[begin:]]]


def _spelled_out(text: str, match: re.Match[str]) -> list[str]:
    first, unit_a, last, unit_b, step, unit_c = match.groups()
    units = {unit for unit in (unit_a, unit_b, unit_c) if unit}
    if len(units) > 1:
        raise UnitError(text, "a range in one unit")
    unit = units.pop() if units else ""
    low, high = Decimal(first), Decimal(last)
    if step is None and unit != "%" and (low % 1 or high % 1):
        raise UnitError(text, f"a step between numbers that are not whole, such as {first}..{last}..0.1")
    by = Decimal(step) if step is not None else Decimal(10 if unit == "%" else 1)
    if by <= 0 or high < low:
        raise UnitError(text, "a range that goes up, with a step above zero")
    if (high - low) / by >= MOST:
        raise UnitError(
            text, f"at most {MOST} values; state a larger step, such as {first}..{last}..{(high - low) / 10:f}"
        )
    count = int((high - low) / by) + 1
    numbers = (low + k * by for k in range(count))
    return [f"{_plain(n)} {unit}".strip() for n in numbers]


def _plain(n: Decimal) -> str:
    text = f"{n:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

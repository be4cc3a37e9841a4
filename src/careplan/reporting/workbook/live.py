"""Formulas that know their value: what a cell says to a spreadsheet, and the number it comes to.

Comes in: references to cells and names with their values. Goes out: :class:`Live`, made with ``+ - * / **`` and a few
functions, so that text and value are made by the same line and cannot differ. Left out: cells and files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SUM, PRODUCT, ATOM = 1, 2, 3
"""How tightly a formula holds together: what has to be put in brackets inside which other."""


@dataclass(frozen=True)
class Live:
    """A formula without its ``=``, and its value.

    >>> wage, shrinkage = Live("Wage_care", 20.0), Live("Shrinkage_care", 0.2)
    >>> wage / (1 - shrinkage) * 40
    Live(text='Wage_care/(1-Shrinkage_care)*40', value=1000.0, holds=2)
    """

    text: str
    value: float
    holds: int = ATOM

    def __add__(self, other: Live | float) -> Live:
        b = _live(other)
        return Live(f"{self.text}+{b.within(PRODUCT)}", self.value + b.value, SUM)

    def __radd__(self, other: float) -> Live:
        return _live(other) + self

    def __sub__(self, other: Live | float) -> Live:
        b = _live(other)
        return Live(f"{self.text}-{b.within(PRODUCT)}", self.value - b.value, SUM)

    def __rsub__(self, other: float) -> Live:
        return _live(other) - self

    def __mul__(self, other: Live | float) -> Live:
        b = _live(other)
        return Live(f"{self.within(PRODUCT)}*{b.within(ATOM)}", self.value * b.value, PRODUCT)

    def __rmul__(self, other: float) -> Live:
        return _live(other) * self

    def __truediv__(self, other: Live | float) -> Live:
        b = _live(other)
        return Live(f"{self.within(PRODUCT)}/{b.within(ATOM)}", self.value / b.value, PRODUCT)

    def __pow__(self, times: int) -> Live:
        if times == 0:
            return Live("1", 1.0)
        return self if times == 1 else Live(f"{self.within(ATOM)}^{times}", self.value**times, PRODUCT)

    def within(self, holds: int) -> str:
        """Return the text, in brackets where it would fall apart."""
        return self.text if self.holds >= holds else f"({self.text})"


def _live(x: Live | float) -> Live:
    if isinstance(x, Live):
        return x
    text = repr(int(x)) if float(x).is_integer() and abs(x) < 1e15 else repr(float(x))
    return Live(text, float(x), ATOM if x >= 0 else SUM)


def rounded(x: Live, digits: int = 2) -> Live:
    """Return ``ROUND``: half away from nothing, of the number as its 15 decimal digits say it."""
    step = Decimal(1).scaleb(-digits)
    value = float(Decimal(f"{x.value:.15g}").quantize(step, ROUND_HALF_UP)) + 0.0  # never a negative nothing
    return Live(f"ROUND({x.text},{digits})", value)


def rounded_up(x: Live) -> Live:
    """Return the next whole number; a millionth more than one is that one."""
    near = rounded(x, 6)
    return Live(f"ROUNDUP({near.text},0)", float(math.ceil(near.value)))


def greatest(a: Live | float, b: Live | float) -> Live:
    """Return ``MAX`` of two."""
    x, y = _live(a), _live(b)
    return Live(f"MAX({x.text},{y.text})", max(x.value, y.value))


def least(a: Live | float, b: Live | float) -> Live:
    """Return ``MIN`` of two."""
    x, y = _live(a), _live(b)
    return Live(f"MIN({x.text},{y.text})", min(x.value, y.value))


def added(parts: Sequence[Live]) -> Live:
    """Return the sum of some, ``0`` of none."""
    return sum(parts[1:], parts[0]) if parts else Live("0", 0.0)


def total(span: str, values: Sequence[float]) -> Live:
    """Return ``SUM`` over a range that holds these values."""
    return Live(f"SUM({span})", math.fsum(values))


def smallest(span: str, values: Sequence[float]) -> Live:
    """Return ``MIN`` over a range that holds these values."""
    return Live(f"MIN({span})", min(values))

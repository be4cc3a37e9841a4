"""What points rosters can have, so that a bound may be rounded up to the next.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: :class:`Steps`. Left out: the bound
(``solving``).

Points are whole multiples of what weights and hours have in common. Where people have just the hours that are needed,
or fewer, more is known: with so many hours short, as many more are uncovered. Either nobody is short of hours, and
their price is no part of the points; or somebody is, and that costs at least what is uncovered then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, gcd

import numpy as np

from careplan.columns import FloatArray
from careplan.planning.rosters.puzzle import Puzzle


@dataclass(frozen=True)
class Steps:
    """What points of rosters are whole multiples of; 0 where nothing is known.

    Attributes
    ----------
    all
        Of any roster.
    full
        Of rosters in which nobody is short of hours.
    if_short
        What a roster costs at least in which somebody is, points.
    """

    all: float
    full: float
    if_short: float

    @classmethod
    def of(cls, puzzle: Puzzle) -> Steps:
        """Return the steps of a puzzle."""
        rules = [kind.rules for kind in puzzle.kinds]
        wishes = [kind.cost[np.isfinite(kind.cost)] for kind in puzzle.kinds]
        prices = [np.array([r.alone_price, r.weekend_price, r.start_price]) for r in rules]
        full = [puzzle.price, *wishes, *prices]
        short = [r.short_price * np.concatenate((r.length, r.week_least, [r.total_least])) for r in rules]
        return cls(_common([*full, *short]), _common(full), _points_if_short(puzzle))

    def rounded_up(self, bound: float) -> float:
        """Return what no roster costs less than, if none costs less than a bound."""
        return min(_up(bound, self.full), max(_up(bound, self.all), self.if_short))


def _points_if_short(puzzle: Puzzle) -> float:
    """What a roster costs at least in which somebody has fewer hours than agreed; 0 if nothing is known.

    Hours worked are those of the contracts less those short; what is needed beyond is uncovered.
    """
    rules = [kind.rules for kind in puzzle.kinds]
    if not all(r.n_total > 1 and r.total_least == r.total_most and not r.week_least.any() for r in rules):
        return 0.0
    if not len(puzzle.need):
        return 0.0
    contracts = sum(puzzle.kinds[k].rules.total_most * puzzle.kinds[k].unit for k in puzzle.kind_of.tolist())
    least = min(kind.unit for kind in puzzle.kinds)
    missing = float(puzzle.need @ puzzle.hours) - contracts + least
    an_hour = float((puzzle.price / puzzle.hours).min())
    return float(max(0.0, missing * an_hour) + min(r.short_price for r in rules))


def _common(points: Iterable[FloatArray]) -> float:
    """The greatest number of which all are whole multiples, of hundredths of a point; 0 where there is none."""
    hundredths = np.concatenate(list(points)) * 100
    whole = np.rint(hundredths)
    if (np.abs(hundredths - whole) > 1e-7).any():
        return 0.0
    return gcd(*np.unique(whole.astype(np.int64)).tolist()) / 100


def _up(bound: float, step: float) -> float:
    return ceil(bound / step - 1e-6) * step if step else bound

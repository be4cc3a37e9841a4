"""A roster made better by exchanges: in rounds, in each of which two searches cool down from the best so far.

Comes in: a puzzle, a row for everybody that keeps to all rules. Goes out: the best rows found. Left out: the exchanges
themselves (``exchanging``), the bound (``solving``).

Work is counted in exchanges that are tried: a round has so many for each person and day. Time only ends a round
early, and then that is said. Heat begins where few exchanges are dearer, since what is lost is mostly small and
everywhere, and a hot search loses again what it had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.exchanging import exchange, points_of_row, points_of_rows
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.rosters.tables import Tables, tables_of

_SEARCHES = 2
"""Side by side in a round, whatever the number of processors: our choice."""
_HOT, _COLD = 0.24, 0.06
"""Heat at the begin and the end of a round, as shares of the smallest price: our choice, as measured."""
_AT_ONCE = 1_000_000
"""Exchanges between two looks at the clock: about a second."""


@dataclass(frozen=True, eq=False)
class _Search:
    """One search in a round."""

    rows: IntArray
    """Worked now, shape (n_people, n_days); the last shift number stands for a day off."""
    best: IntArray
    points: float
    """Of the best."""
    luck: IntArray
    """Of who draws, uint64[1]."""


@dataclass(eq=False)
class Improving:
    """A roster that gets better.

    Attributes
    ----------
    puzzle, workers
        Needs and people; threads for searches side by side.
    choices
        Slot by person and day, −1 off: the best so far.
    seed
        Of all luck.
    tried
        Exchanges so far.
    """

    puzzle: Puzzle
    workers: Workers
    choices: IntArray
    seed: int
    tried: int = 0
    points: float = field(init=False)
    """Of the best so far."""

    def __post_init__(self) -> None:
        self.tables: Tables = tables_of(self.puzzle)
        self._off = self.puzzle.need_of.shape[1]
        self._heat = _smallest_price(self.tables)
        self._rounds = 0
        self.points = float(points_of_rows(self._rows(), self.puzzle.kind_of, self.tables))

    def round(self, tries: int, enough: float, goes_on: Callable[[], bool]) -> bool:
        """Try so many exchanges in each search, or until so few points are enough; whether the time sufficed.

        Parameters
        ----------
        tries, enough
            How long.
        goes_on
            Asked now and then whether there is time.
        """
        self._rounds += 1
        seeds = np.random.SeedSequence([self.seed, self._rounds]).generate_state(_SEARCHES, np.uint64) | np.uint64(1)
        rows = self._rows()
        searches = [_Search(rows, rows, self.points, seeds[k : k + 1].view(np.int64).copy()) for k in range(_SEARCHES)]
        cooling, done = (_COLD / _HOT) ** (1.0 / tries), 0
        while done < tries and self.points > enough:
            if not goes_on():
                return False
            n, heat = min(_AT_ONCE, tries - done), self._heat * _HOT * cooling**done

            def searched(one: _Search, n: int = n, heat: float = heat) -> _Search:
                rows, best, luck = one.rows.copy(), one.best.copy(), one.luck.copy()
                points = exchange(
                    rows, best, one.points, self.puzzle.kind_of, self.tables, luck.view(np.uint64), n, heat, cooling,
                    enough,
                )  # fmt: skip
                return _Search(rows, best, float(points), luck)

            searches = self.workers.map(searched, searches)
            done += n
            self.tried += n * _SEARCHES
            first = min(searches, key=lambda one: one.points)
            if first.points < self.points:
                self.points = first.points
                self.choices = np.where(first.best == self._off, -1, first.best)
        return True

    def cost_of_each(self) -> FloatArray:
        """What the row of each person costs, points."""
        rows = self._rows()
        return np.array([points_of_row(row, self.tables, k) for row, k in zip(rows, self.puzzle.kind_of, strict=True)])

    def _rows(self) -> IntArray:
        return np.where(self.choices < 0, self._off, self.choices).astype(np.int64)


def _smallest_price(tables: Tables) -> float:
    """The least that anything short of an uncovered shift costs, points; of one of these if nothing else does."""
    wishes = tables.cost[np.isfinite(tables.cost)]
    shifts = (tables.length * tables.short_price[:, None]).reshape(-1)
    alone = tables.alone_price * (tables.together > 1)
    apart = tables.start_price * (tables.n_anchors.max() > 1)
    prices = np.concatenate((wishes, shifts, [alone, tables.weekend_price, apart]))
    prices = prices[prices > 1e-9] if (prices > 1e-9).any() else tables.price[tables.price > 0]
    return float(prices.min(initial=np.inf)) if len(prices) else 1.0

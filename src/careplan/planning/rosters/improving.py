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

_FIRST_HOT, _LATER_HOT, _COLD = (0.24, 0.24), (0.24, 2.0), 0.06
"""Heat of each search at the begin of the first round and of later ones, and at the end, as shares of the smallest
price: our choice, as measured. What a search of little heat cannot leave, above all in small teams, a hot one may.
There are as many searches, side by side, whatever the number of processors."""
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
    heat: float
    cooling: float
    """Heat now, as a share of the smallest price, and what it is multiplied by after each exchange."""


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
        self._price = smallest_price(self.tables)
        self._rounds = 0
        self.keep(self.choices)

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
        hot = _FIRST_HOT if self._rounds == 1 else _LATER_HOT
        seeds = np.random.SeedSequence([self.seed, self._rounds]).generate_state(len(hot), np.uint64) | np.uint64(1)
        rows, done = self._rows(), 0
        searches = [
            _Search(rows, rows, self.points, luck.reshape(1).view(np.int64), begin, (_COLD / begin) ** (1 / tries))
            for luck, begin in zip(seeds, hot, strict=True)
        ]
        while done < tries and self.points > enough:
            if not goes_on():
                return False
            n = min(_AT_ONCE, tries - done)

            def searched(one: _Search, n: int = n) -> _Search:
                rows, best, luck = one.rows.copy(), one.best.copy(), one.luck.copy()
                points = exchange(
                    rows, best, one.points, self.puzzle.kind_of, self.tables, luck.view(np.uint64), n,
                    one.heat * self._price, one.cooling, enough,
                )  # fmt: skip
                return _Search(rows, best, float(points), luck, one.heat * one.cooling**n, one.cooling)

            searches = self.workers.map(searched, searches)
            done += n
            self.tried += n * len(hot)
            first = min(searches, key=lambda one: one.points)
            if first.points < self.points:
                self.points = first.points
                self.choices = np.where(first.best == self._off, -1, first.best)
        return True

    def keep(self, choices: IntArray) -> None:
        """Go on from other rows, which keep to all rules; shape of ``choices`` as of those there are."""
        self.choices = choices
        self.points = float(points_of_rows(self._rows(), self.puzzle.kind_of, self.tables))

    def cost_of_each(self) -> FloatArray:
        """What the row of each person costs, points."""
        rows = self._rows()
        return np.array([points_of_row(row, self.tables, k) for row, k in zip(rows, self.puzzle.kind_of, strict=True)])

    def _rows(self) -> IntArray:
        return np.where(self.choices < 0, self._off, self.choices).astype(np.int64)


def smallest_price(tables: Tables) -> float:
    """The least that anything short of an uncovered shift costs, points; of one of these if nothing else does."""
    wishes = tables.cost[np.isfinite(tables.cost)]
    shifts = (tables.length * tables.short_price[:, None]).reshape(-1)
    alone = tables.alone_price * (tables.together > 1)
    apart = tables.start_price * (tables.n_anchors.max() > 1)
    prices = np.concatenate((wishes, shifts, [alone, tables.weekend_price, apart]))
    prices = prices[prices > 1e-9] if (prices > 1e-9).any() else tables.price[tables.price > 0]
    return float(prices.min(initial=np.inf)) if len(prices) else 1.0

"""A roster made better: a few people at a time choose anew, one making room for another.

Comes in: a row for everybody, prices of needs. Goes out: the best rows found until the time is over. Left out: the
first rows (``diving``), the bound (``solving``).

The first chooses as if nothing were needed, more or less; who is free to move, because others now work the same, fills
what was left behind. What is no dearer stays, and a little dearer now and then, less so with time. Each choice is
among some of the needs only, so that the dynamic program passes few states: several times as many people choose.

Source: annealing after Kirkpatrick, Gelatt and Vecchi, Optimization by simulated annealing (1983).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.planning.rosters.pool import Pool

_FREE_CHOICE, _NOISE = 0.7, 2.0
"""How often the first may choose freely, and how much luck there is in prices, points: our choice."""
_AMONG, _BESIDE = 0.3, 0.03
"""Shares of the needs to choose among, at random, beside one's own: of the first, and of the others beside what is
uncovered. Our choice."""


@dataclass(eq=False)
class Improving:
    """People who choose anew.

    Attributes
    ----------
    pool, prices
        Rows, and the best prices of needs.
    worked, cost
        The row of each person, the best so far; and what they cost.
    random
        Who chooses, and with how much luck.
    """

    pool: Pool
    prices: FloatArray
    worked: list[int]
    cost: float
    random: np.random.Generator
    rounds: int = 0

    def improve(self, until: float, is_closed: Callable[[float], bool], say: Callable[[], None]) -> None:
        """Look for better rows until a time of the monotonic clock, or the cost is near the bound."""
        rows = _Rows(self.pool, self.worked)
        began, cost, heat = time.monotonic(), self.cost, self.pool.puzzle.heat
        while (now := time.monotonic()) < until and not is_closed(self.cost):
            moved, left = self._moved(rows)
            change = rows.change(moved, left)
            self.rounds += 1
            if change <= heat * (until - now) / max(until - began, 1e-9) * self.random.exponential() + 1e-9:
                rows.put(moved)
                cost += change
                if cost < self.cost - 1e-9:
                    self.worked, self.cost = list(rows.worked), cost
            if self.rounds % 50 == 0:
                say()

    def _moved(self, rows: _Rows) -> tuple[dict[int, int], FloatArray]:
        """Two to five people who choose anew, with their rows, and what is left uncovered then."""
        random, n_needs = self.random, len(self.pool.need)
        left, moved = rows.left.copy(), dict[int, int]()
        for step in range(int(random.integers(2, 6))):
            person = rows.next(left, moved, random.random())
            before = self.pool.covers[moved.get(person, rows.worked[person])]
            left[before] += 1
            among = left[:-1] > 0
            prices = np.where(among, self.pool.price, 0.0)
            among |= random.random(n_needs) < _BESIDE
            if step == 0 and random.random() < _FREE_CHOICE:
                prices = self.prices * random.random()
                among = random.random(n_needs) < _AMONG
            among[before] = True
            prices = prices + random.random(n_needs) * _NOISE
            moved[person] = self.pool.made(int(self.pool.puzzle.kind_of[person]), prices, among)
            left[self.pool.covers[moved[person]]] -= 1
        return moved, left


class _Rows:
    """The rows that are worked, as a table of needs by person."""

    def __init__(self, pool: Pool, worked: list[int]) -> None:
        self.pool, self.worked = pool, list(worked)
        self.left = np.append(pool.left(worked), 0.0)
        """What is needed beyond what is covered, below 0 where there are more; the last stands for no need."""
        self._price = np.append(pool.price, 0.0)
        self._needs: IntArray = np.zeros((len(worked), pool.puzzle.need_of.shape[0]), dtype=np.int64)
        self._regret = np.zeros(len(worked))
        self.put(dict(enumerate(worked)))

    def put(self, moved: dict[int, int]) -> None:
        """Give some people other rows."""
        for person, row in moved.items():
            self.left[self.pool.covers[self.worked[person]]] += 1
            self.left[self.pool.covers[row]] -= 1
            self.worked[person] = row
            self._needs[person] = len(self.pool.need)
            self._needs[person, : len(self.pool.covers[row])] = self.pool.covers[row]
            self._regret[person] = self.pool.cost[row] - self.pool.least[self.pool.kind[row]]

    def change(self, moved: dict[int, int], left: FloatArray) -> float:
        """What other rows cost more, where so much is left uncovered then."""
        rows = sum(self.pool.cost[row] - self.pool.cost[self.worked[person]] for person, row in moved.items())
        return rows + float(self._price @ (np.maximum(left, 0.0) - np.maximum(self.left, 0.0)))

    def next(self, left: FloatArray, moved: dict[int, int], luck: float) -> int:
        """Who chooses next: first mostly somebody whose row costs something, then somebody others stand beside."""
        if moved:
            weight = np.maximum(-left, 0.0)[self._needs].sum(axis=1) + 0.05
            weight[list(moved)] *= 0.1
        else:
            weight = self._regret + 0.5
        sums = np.cumsum(weight)
        return min(int(np.searchsorted(sums, luck * sums[-1], side="right")), len(weight) - 1)

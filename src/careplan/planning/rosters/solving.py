"""Who works which row of shifts: column generation with a bound, and whole rows by MILP.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: a row for everybody, its cost, a bound no
roster lies below, and how long it took. Left out: what is needed, breaks, names.

The set-partitioning model: each person works one row of those that keep to all their rules; what no row covers is
priced. Its linear relaxation is solved by rows made as they are wanted (``walking`` finds the cheapest at the prices
of the day, exactly), which gives a bound: prices × need, and for everybody their cheapest row at these prices, is
never more than what any roster costs, whatever the prices. Points are whole multiples
of a step, so the bound is rounded up to one. Whole rows: ``diving`` finds the first; a small team is given the
best of all rows found by a MILP (HiGHS, through ``scipy.optimize``); then a few people at a time choose anew
(``improving``).

Sources: Desrosiers and Lübbecke, A primer in column generation (2005); the bound is Lagrange's; prices are smoothed as
by Wentges (1997).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.diving import dived
from careplan.planning.rosters.improving import Improving
from careplan.planning.rosters.pool import Pool
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.solver import milp

GAP = 0.005
"""The search ends when cost and bound are this near: our choice."""
SECONDS = 120.0
"""Or after so long: our choice."""
LARGE_GAP = 0.05
"""A gap above this is said aloud."""
_SMOOTH = 0.6
"""Weight of the best prices so far in the next ones: our choice."""
_CAPS = (0.02, 0.2, 1.0)
"""Shares of the price of what is uncovered at which the relaxation is solved, one after the other: our choice."""
_SHARE_OF_RELAXATION = 0.5
"""Of the time, at most, for the relaxation: our choice."""
_SHARE_OF_DIVING = 0.7
"""Of the time: after it, diving makes no new rows. Our choice."""
_SMALL_TEAM = 20
"""Up to so many people a MILP chooses among all rows found: our choice."""
_STRETCH = 10.0
"""Seconds of the first stretch of annealing; each is twice as long as the one before: our choice."""

Tell = Callable[[str, float], None]
"""(what is done, share of the time)."""


@dataclass(frozen=True)
class Solved:
    """A row for everybody."""

    choices: IntArray
    """Slot by person and day, −1 off, shape (n_people, n_days)."""
    cost: float
    bound: float
    seconds: float
    rows: int
    """Rows that were made."""
    rounds: int
    """Of letting a few people choose anew."""
    was_interrupted: bool = False

    @property
    def gap(self) -> float:
        """(cost − bound) ÷ cost, at least 0."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 1e-9 else 0.0

    @property
    def is_large(self) -> bool:
        """Whether the gap is above 5 %."""
        return self.gap > LARGE_GAP


def solve(
    puzzle: Puzzle, *, seconds: float = SECONDS, gap: float = GAP, seed: int = 1, tell: Tell | None = None
) -> Solved:
    """Return a row for everybody, with cost and bound.

    Parameters
    ----------
    puzzle
        Needs, and people by class.
    seconds, gap
        When the search ends; the bound may take a little longer.
    seed
        Of who is given new rows together.
    tell
        Called now and then.
    """
    return _Search(puzzle, seconds, gap, seed, tell).run()


class _Search:
    def __init__(self, puzzle: Puzzle, seconds: float, gap: float, seed: int, tell: Tell | None) -> None:
        self.puzzle, self.seconds, self.gap, self.seed, self.tell = puzzle, seconds, gap, seed, tell
        self.began = time.monotonic()
        self.need, self.price = puzzle.need.astype(np.float64), puzzle.price
        self.kind_of = puzzle.kind_of
        self.bound = 0.0
        self.prices = np.zeros(len(self.need))
        self.worked: list[int] = []
        self.rounds = 0

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    def say(self, what: str) -> None:
        if self.tell is not None:
            self.tell(what, min(1.0, self.spent / self.seconds))

    def run(self) -> Solved:
        was_interrupted = False
        with Workers() as workers:
            self.pool = Pool(self.puzzle, workers)
            self.worked = self.first()
            try:
                self.relax()
                self.improve()
            except KeyboardInterrupt:
                was_interrupted = True
        cost = self.cost
        return Solved(
            np.array([self.pool.choices[row] for row in self.worked], dtype=np.int64).reshape(len(self.worked), -1),
            cost,
            min(self.floor, cost),
            self.spent,
            len(self.pool),
            self.rounds,
            was_interrupted,
        )

    def first(self) -> list[int]:
        """A row for one after the other, each the best at what is still needed."""
        left = self.need.copy()
        worked = []
        for kind in self.kind_of.tolist():
            prices = np.where(left > 0, self.price * (1 + 0.02 * np.minimum(left, 10)), 0.0)
            worked.append(self.pool.made(kind, prices))
            left[self.pool.covers[worked[-1]]] -= 1
        return worked

    def relax(self) -> None:
        """The linear relaxation, by rows made as they are wanted; keeps the best bound and its prices."""
        kinds = list(range(len(self.pool.count)))
        self.bound = self.at_prices(kinds, self.prices)[0]
        for share in _CAPS if len(self.need) else ():
            self.relaxed_up_to(share, kinds)

    def relaxed_up_to(self, share: float, kinds: list[int]) -> None:
        """The relaxation where what is uncovered costs only a share of its price: that settles sooner, and any bound
        it finds is one of the whole."""
        smooth = _SMOOTH
        price, best, centre = self.price * share, -np.inf, self.prices
        while self.spent < self.seconds * _SHARE_OF_RELAXATION:
            self.say("the bound")
            relaxed = self.pool.relaxed(list(range(len(self.pool))), self.need, self.pool.count, price)
            if relaxed.value - best <= max(self.gap / 5 * relaxed.value, 1e-6):
                return
            prices = smooth * centre + (1 - smooth) * relaxed.prices
            bound, rows = self.at_prices(kinds, prices)
            if bound > best:
                best, centre = bound, prices
            if bound > self.bound:
                self.bound, self.prices = bound, prices
            helps = any(
                self.pool.cost[row] - relaxed.prices[self.pool.covers[row]].sum() < relaxed.worth[kind] - 1e-7
                for kind, row in zip(kinds, rows, strict=True)
            )
            if not helps and smooth == 0.0:
                return
            smooth = _SMOOTH if helps else smooth / 2 if smooth > 0.05 else 0.0

    def at_prices(self, kinds: list[int], prices: FloatArray) -> tuple[float, list[int]]:
        """What no roster costs less than, whatever these prices; and the cheapest row of each class at them."""
        found = self.pool.cheapest(kinds, prices)
        least = sum(float(self.pool.count[kind]) * value for kind, (value, _) in zip(kinds, found, strict=True))
        return float(prices @ self.need) + least, [row for _, row in found]

    def improve(self) -> None:
        """Whole rows for everybody, better and better, until the gap is closed or the time is over."""
        self.say("rows")
        if self.is_closed(self.cost):
            return
        self.keep(dived(self.pool, self.worked, self.prices, lambda: self.spent > self.seconds * _SHARE_OF_DIVING))
        if len(self.worked) <= _SMALL_TEAM and not self.is_closed(self.cost):
            self.keep(self.whole())
        random, stretch = np.random.default_rng(self.seed), _STRETCH
        while self.spent < self.seconds and not self.is_closed(self.cost):
            better = Improving(self.pool, self.prices, self.worked, self.cost, random)
            try:
                until = min(self.began + self.seconds, time.monotonic() + stretch)
                better.improve(until, self.is_closed, lambda: self.say("better rows"))
            finally:
                self.keep(better.worked)
                self.rounds += better.rounds
                stretch *= 2

    @property
    def cost(self) -> float:
        return self.pool.cost_of(self.worked)

    def is_closed(self, cost: float) -> bool:
        return cost - self.floor <= self.gap * cost + 1e-7

    @property
    def floor(self) -> float:
        """The bound, rounded up to the next points there can be."""
        step = self.puzzle.step
        return ceil(self.bound / step - 1e-6) * step if step else self.bound

    def keep(self, found: list[int] | None) -> None:
        """Keep rows for everybody if they cost no more than those kept so far."""
        if found is not None and self.pool.cost_of(found) <= self.cost:
            self.worked = found

    def whole(self) -> list[int] | None:
        """The best whole rows among all that were found, by a MILP."""
        n, n_needs, n_kinds = len(self.pool.kind), len(self.need), len(self.pool.count)
        table = self.pool.table(list(range(n)))
        whose = csr_array((np.ones(n), (self.pool.kind, np.arange(n))), shape=(n_kinds, n + n_needs))
        most = np.concatenate([self.pool.count[self.pool.kind], self.need]).astype(np.float64)
        result = milp(
            np.concatenate((self.pool.cost, self.price)),
            integrality=np.concatenate((np.ones(n), np.zeros(n_needs))),
            bounds=Bounds(np.zeros(n + n_needs), most),
            constraints=[
                LinearConstraint(whose, self.pool.count, self.pool.count),
                LinearConstraint(hstack([table, eye_array(n_needs)], format="csr"), self.need, np.inf),
            ],
            options={"time_limit": max(1.0, (self.seconds - self.spent) / 3), "mip_rel_gap": self.gap / 2},
        )
        if result.x is None:
            return None
        times = np.rint(result.x[:n]).astype(np.int64)
        by_kind: dict[int, list[int]] = {}
        for column in np.repeat(np.arange(n), times).tolist():
            by_kind.setdefault(self.pool.kind[column], []).append(column)
        return [by_kind[kind].pop() for kind in self.kind_of.tolist()]

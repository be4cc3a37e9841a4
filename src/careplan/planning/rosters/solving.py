"""Who works which row of shifts: people exchange days, and column generation says how good that is.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: a row for everybody, its cost, a bound no
roster lies below, and how long it took. Left out: what is needed, breaks, names.

Everybody is given a row, one after the other; then people exchange days (``improving``). Where that is above the bound,
days are settled first, and shifts on them (``daysfirst``); then people exchange days again. The bound is that of the
set-partitioning model: each person works one row of those that keep to all their rules; what no row covers is
priced. Its linear relaxation is solved by rows made as they are wanted (``walking`` finds the cheapest at the prices
of the day, exactly): prices × need, and for everybody their cheapest row at these prices, is
never more than what any roster costs, whatever the prices. It is rounded up to the next points a roster can have
(``rounding``).

Work is counted, so that the same seed gives the same roster; seconds only end it early, and then that is said.

Sources: Desrosiers and Lübbecke, A primer in column generation (2005); the bound is Lagrange's; prices are smoothed as
by Wentges (1997).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.daysfirst import make_rows, merged, settled
from careplan.planning.rosters.improving import Improving, smallest_price
from careplan.planning.rosters.pool import Pool
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.rosters.rounding import Steps

GAP = 0.005
"""The search ends when cost and bound are this near: our choice."""
SECONDS = 300.0
"""Or after so long, done or not: our choice."""
LARGE_GAP = 0.05
"""A gap above this is said aloud."""
_SMOOTH = 0.6
"""Weight of the best prices so far in the next ones: our choice."""
_CAPS = (0.02, 0.2, 1.0)
"""Shares of the price of what is uncovered at which the relaxation is solved, one after the other: our choice."""
_NEAR = 1e-5
"""The relaxation is done when rows and bound differ by so little of it, or the rounding by nothing: our choice."""
_SHARE_OF_RELAXATION = 0.8
"""Of the time: after it the relaxation ends, done or not. Our choice."""
_FIRST, _LATER = 6_000, 12_000
"""Exchanges that are tried for each person and day in a round: before there is a bound, and after. Our choice."""
_NODES = 200
"""Of the solver's tree where whole rows are chosen, at most: our choice."""

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
    exchanges: int
    """That were tried."""
    was_cut: bool = False
    """Whether the time was over before all was done: with more time the answer may be another one."""
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
        When the search ends at the latest; when it ends because cost and bound are near.
    seed
        Of who exchanges what.
    tell
        Called now and then.
    """
    with Workers() as workers:
        return _Search(puzzle, workers, seconds, gap, seed, tell).run()


class _Search:
    def __init__(
        self, puzzle: Puzzle, workers: Workers, seconds: float, gap: float, seed: int, tell: Tell | None
    ) -> None:
        self.puzzle, self.seconds, self.gap, self.seed, self.tell = puzzle, seconds, gap, seed, tell
        self.began = time.monotonic()
        self.need, self.price = puzzle.need.astype(np.float64), puzzle.price
        self.steps = Steps.of(puzzle)
        self.bound = 0.0
        self.prices = np.zeros(len(self.need))
        self.was_cut = False
        self.workers = workers
        self.pool = Pool(puzzle, workers)
        self.better = Improving(puzzle, workers, self.first(), seed)

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    def say(self, what: str) -> None:
        if self.tell is not None:
            self.tell(what, min(1.0, self.spent / self.seconds))

    def run(self) -> Solved:
        was_interrupted = False
        try:
            self.bound = self.at_prices(self.prices)[0]
            self.exchange(_FIRST)
            self.relax()
            self.days_first()
            self.exchange(_LATER)
        except KeyboardInterrupt:
            was_interrupted = True
        cost = self.better.points
        return Solved(
            self.better.choices,
            cost,
            min(self.floor, cost),
            self.spent,
            len(self.pool),
            self.better.tried,
            self.was_cut,
            was_interrupted,
        )

    def first(self) -> IntArray:
        """A row for one after the other, each the best at what is still needed; slots by person and day."""
        left = self.need.copy()
        worked = []
        for kind in self.puzzle.kind_of.tolist():
            prices = np.where(left > 0, self.price * (1 + 0.02 * np.minimum(left, 10)), 0.0)
            row = self.pool.made(kind, prices)
            worked.append(self.pool.choices[row])
            left[self.pool.covers[row]] -= 1
        return np.array(worked, dtype=np.int64)

    def days_first(self) -> None:
        """Settle on which days everybody works, then which shifts on them; kept where that is better."""
        one = None if self.is_closed else merged(self.puzzle)
        if one is None or not self.has_time():
            return
        small = self.inside(one.puzzle)
        if not small.is_possible:
            return
        small.relax()
        draws = np.random.default_rng(self.seed)
        self.was_cut |= small.was_cut
        if not make_rows(small.pool, small.prices, smallest_price(self.better.tables), draws, self.has_time):
            return
        days = small.pool.whole(nodes=_NODES, seconds=self.seconds - self.spent)
        if days is None or not self.has_time():
            return
        large = self.inside(settled(self.puzzle, one.one_of, days))
        if not large.is_possible:
            return
        large.bound = self.bound
        try:
            large.exchange(_FIRST)
        finally:  # an interrupt keeps the best so far
            self.was_cut |= large.was_cut
            self.better.tried += large.better.tried
            if large.better.points < self.better.points:
                self.better.keep(large.better.choices)

    def has_time(self) -> bool:
        """Whether there is time left; if not, that is noted."""
        self.say("days first")
        self.was_cut |= self.spent >= self.seconds
        return self.spent < self.seconds

    def inside(self, puzzle: Puzzle) -> _Search:
        """A search of another puzzle in the time that is left."""
        left = max(self.seconds - self.spent, 1e-3)
        return _Search(puzzle, self.workers, left, self.gap, self.seed, lambda what, _: self.say(f"days first: {what}"))

    def exchange(self, tries: int) -> None:
        """A round of exchanges, so many for each person and day, unless the gap is closed."""
        if self.is_closed:
            return
        self.was_cut |= not self.better.round(tries * self.better.choices.size, self.enough, self.goes_on)
        self.say("better rows")

    def goes_on(self) -> bool:
        self.say("better rows")
        return self.spent < self.seconds

    def relax(self) -> None:
        """The linear relaxation, by rows made as they are wanted; keeps the best bound and its prices."""
        if self.is_closed:
            return
        for kind, cost, row in zip(
            self.puzzle.kind_of.tolist(), self.better.cost_of_each().tolist(), self.better.choices, strict=True
        ):
            self.pool.add(kind, cost, row, self.puzzle.covered_by(row))
        for share in _CAPS:
            self.relaxed_up_to(share)

    def relaxed_up_to(self, share: float) -> None:
        """The relaxation where what is uncovered costs only a share of its price: that settles sooner, and any bound
        it finds is one of the whole."""
        smooth = _SMOOTH
        price, best, centre = self.price * share, -np.inf, self.prices
        near = _NEAR if share == 1.0 else self.gap / 5
        while not self.is_closed:
            self.say("the bound")
            if self.spent > self.seconds * _SHARE_OF_RELAXATION:
                self.was_cut = True
                return
            relaxed = self.pool.relaxed(price)
            if relaxed.value - best <= max(near * relaxed.value, 1e-6):
                return
            if share == 1.0 and self.steps.rounded_up(relaxed.value) <= self.floor:
                return  # whatever the relaxation comes to, rounded up it is no more than this
            prices = smooth * centre + (1 - smooth) * relaxed.prices
            bound, rows = self.at_prices(prices)
            if bound > best:
                best, centre = bound, prices
            if bound > self.bound:
                self.bound, self.prices = bound, prices
            helps = any(
                self.pool.cost[row] - relaxed.prices[self.pool.covers[row]].sum() < relaxed.worth[kind] - 1e-7
                for kind, row in enumerate(rows)
            )
            if not helps and smooth == 0.0:
                return
            smooth = _SMOOTH if helps else smooth / 2 if smooth > 0.05 else 0.0

    def at_prices(self, prices: FloatArray) -> tuple[float, list[int]]:
        """What no roster costs less than, whatever these prices; and the cheapest row of each class at them."""
        found = self.pool.cheapest(list(range(len(self.pool.count))), prices)
        least = sum(float(count) * value for count, (value, _) in zip(self.pool.count, found, strict=True))
        return float(prices @ self.need) + least, [row for _, row in found]

    @property
    def is_possible(self) -> bool:
        """Whether everybody has a row that keeps to all rules."""
        return self.better.points < np.inf

    @property
    def enough(self) -> float:
        """Points at which the gap is closed."""
        return self.floor / (1 - self.gap) + 1e-7

    @property
    def is_closed(self) -> bool:
        return self.better.points <= self.enough

    @property
    def floor(self) -> float:
        """The bound, rounded up to the next points there can be."""
        return self.steps.rounded_up(self.bound)

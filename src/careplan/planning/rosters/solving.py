"""Who works which row of shifts: column generation with a bound, and whole rows by MILP.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: a row for everybody, its cost, a bound no
roster lies below, and how long it took. Left out: what is needed, breaks, names.

The set-partitioning model: each person works one row of those that keep to all their rules; what no row covers is
priced. Its linear relaxation is solved by rows made as they are wanted (``walking`` finds the cheapest at the prices
of the day, exactly), which gives a bound: prices × need, and for everybody their cheapest row at these prices, is
never more than what any roster costs, whatever the prices. Whole rows: the relaxation's surest rows are kept and the
rest is relaxed anew, until everybody has one (diving); a small team is given the best of all rows found by a MILP; then
a few people at a time choose anew, one making room for another, and what is no dearer stays (annealing). HiGHS solves
relaxations and the MILP, through ``scipy.optimize``.

Sources: Desrosiers and Lübbecke, A primer in column generation (2005); the bound is Lagrange's; prices are smoothed as
by Wentges (1997); annealing after Kirkpatrick, Gelatt and Vecchi (1983).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.puzzle import Puzzle

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
_PROMISING = 40
"""Rows of each class that diving begins with: our choice."""
_A_STEP = 0.2
"""Share of the people who get their rows in a step of diving: our choice."""
_STEPS, _LAST_STEPS, _FEW = 4, 20, 12
"""Rounds of new rows in a step of diving, and with few people left: our choice."""
_SMALL_TEAM = 20
"""Up to so many people a MILP chooses among all rows found: our choice."""
_FREE_CHOICE, _NOISE = 0.7, 2.0
"""Of annealing: how often the first may choose freely, and how much luck there is in prices, points: our choice."""
_STRETCH = 20.0
"""Seconds of a stretch of annealing: our choice."""

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


@dataclass
class _Pool:
    """Rows made so far, by class of people alike."""

    kind: list[int] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    choices: list[IntArray] = field(default_factory=list)
    covers: list[IntArray] = field(default_factory=list)
    """Needs each row covers one of."""
    known: dict[tuple[int, bytes], int] = field(default_factory=dict)
    least: dict[int, float] = field(default_factory=dict)
    """The least that a row of a class costs, as far as known."""
    of_kind: dict[int, list[int]] = field(default_factory=dict)

    def add(self, kind: int, cost: float, choices: IntArray, covers: IntArray) -> int:
        key = (kind, choices.tobytes())
        if key not in self.known:
            self.known[key] = len(self.kind)
            self.of_kind.setdefault(kind, []).append(len(self.kind))
            self.least[kind] = min(cost, self.least.get(kind, cost))
            self.kind.append(kind)
            self.cost.append(cost)
            self.choices.append(choices)
            self.covers.append(covers)
        return self.known[key]

    def table(self, columns: list[int], n_needs: int) -> csr_array:
        """Return which needs some rows cover, shape (n_needs, n_columns)."""
        at = np.concatenate([self.covers[c] for c in columns]) if columns else np.zeros(0, dtype=np.int64)
        column = np.repeat(np.arange(len(columns)), [len(self.covers[c]) for c in columns])
        return csr_array((np.ones(len(at)), (at, column)), shape=(n_needs, len(columns)))


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


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """The relaxation over some rows."""

    value: float
    prices: FloatArray
    """Of each need."""
    worth: FloatArray
    """What one more person of each class would change."""
    shares: FloatArray
    """People by row."""


class _Search:
    def __init__(self, puzzle: Puzzle, seconds: float, gap: float, seed: int, tell: Tell | None) -> None:
        self.puzzle, self.seconds, self.gap, self.tell = puzzle, seconds, gap, tell
        self.began = time.monotonic()
        self.random = np.random.default_rng(seed)
        self.pool = _Pool()
        self.need = puzzle.need.astype(np.float64)
        self.price = puzzle.price
        self.kind_of = puzzle.kind_of
        self.count = np.bincount(self.kind_of, minlength=len(puzzle.kinds))
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
        self.worked = self.first()
        with Workers() as self.workers:
            try:
                self.relax()
                self.improve(self.cost_of(self.worked))
            except KeyboardInterrupt:
                was_interrupted = True
        cost = self.cost_of(self.worked)
        return Solved(
            np.array([self.pool.choices[row] for row in self.worked], dtype=np.int64).reshape(len(self.worked), -1),
            cost,
            min(self.bound, cost),
            self.spent,
            len(self.pool.kind),
            self.rounds,
            was_interrupted,
        )

    def made(self, kind: int, prices: FloatArray) -> int:
        """The cheapest row of a class at some prices."""
        _, cost, choices, covers = self.puzzle.cheapest(kind, prices)
        return self.pool.add(kind, cost, choices, covers)

    def cheapest(self, kinds: list[int], prices: FloatArray) -> list[tuple[float, int]]:
        """(cost at these prices, row) for each class."""
        found = self.workers.map(lambda kind: self.puzzle.cheapest(kind, prices), kinds)
        rows = []
        for kind, (value, base, choices, covers) in zip(kinds, found, strict=True):
            rows.append((value, self.pool.add(kind, base, choices, covers)))
        return rows

    def first(self) -> list[int]:
        """A row for one after the other, each the best at what is still needed."""
        left = self.need.copy()
        worked = []
        for kind in self.kind_of.tolist():
            prices = np.where(left > 0, self.price * (1 + 0.02 * np.minimum(left, 10)), 0.0)
            worked.append(self.made(kind, prices))
            left[self.pool.covers[worked[-1]]] -= 1
        return worked

    def cost_of(self, worked: list[int]) -> float:
        return sum(self.pool.cost[c] for c in worked) + float(self.price @ np.maximum(self.left(worked), 0.0))

    def left(self, worked: list[int]) -> FloatArray:
        """What is needed beyond what some rows cover; below 0 where there are more."""
        left = self.need.copy()
        for column in worked:
            left[self.pool.covers[column]] -= 1
        return left

    def relax(self) -> None:
        """The linear relaxation, by rows made as they are wanted; keeps the best bound and its prices."""
        kinds = list(range(len(self.count)))
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
            relaxed = self.master(list(range(len(self.pool.kind))), self.need, self.count, price)
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
        found = self.cheapest(kinds, prices)
        least = sum(float(self.count[kind]) * value for kind, (value, _) in zip(kinds, found, strict=True))
        return float(prices @ self.need) + least, [row for _, row in found]

    def master(
        self, columns: list[int], need: FloatArray, count: IntArray, price: FloatArray | None = None
    ) -> _Relaxed:
        """Solve the relaxation over some rows, for some people."""
        price = self.price if price is None else price
        n, kinds = len(columns), np.flatnonzero(count)
        place = {kind: k for k, kind in enumerate(kinds.tolist())}
        table = self.pool.table(columns, len(need))
        whose = csr_array(
            (np.ones(n), ([place[self.pool.kind[c]] for c in columns], np.arange(n))), shape=(len(kinds), n + len(need))
        )
        covered: Any = -hstack([table, eye_array(len(need))], format="csr")
        each: Any = whose  # the stubs know no sparse tables here
        result: Any = linprog(
            np.concatenate(([self.pool.cost[c] for c in columns], price)),
            A_ub=covered,
            b_ub=-need,
            A_eq=each,
            b_eq=count[kinds],
            method="highs",
        )
        worth = np.zeros(len(count))
        worth[kinds] = result.eqlin.marginals
        prices = np.clip(-result.ineqlin.marginals, 0.0, price)
        return _Relaxed(float(result.fun), prices, worth, np.asarray(result.x[:n]))

    def improve(self, cost: float) -> float:
        """Whole rows for everybody, better and better, until the gap is closed or the time is over."""
        self.say("rows")
        if self.is_closed(cost):
            return cost
        cost = self.keep(self.dived(), cost)
        if len(self.worked) <= _SMALL_TEAM and not self.is_closed(cost):
            cost = self.keep(self.whole(), cost)
        while self.spent < self.seconds and not self.is_closed(cost):
            found, value = self.shaken(cost, min(self.began + self.seconds, time.monotonic() + _STRETCH))
            cost = self.keep(found, value)
        return cost

    def is_closed(self, cost: float) -> bool:
        return cost - self.bound <= self.gap * cost + 1e-7

    def keep(self, found: list[int] | None, cost: float) -> float:
        """Keep rows for everybody if they cost no more than those kept so far; returns what the kept ones cost."""
        if found is not None and self.cost_of(found) <= self.cost_of(self.worked):
            self.worked = found
        return self.cost_of(self.worked)

    def shaken(self, cost: float, until: float) -> tuple[list[int], float]:
        """Let a few people choose anew, one after the other, again and again; returns the best roster found.

        The first chooses as if nothing were needed, more or less; who is free to move, because others now work the
        same, fills what was left behind. A roster a little dearer is kept now and then, less so with time.
        """
        random, pool = self.random, self.pool
        worked = list(self.worked)
        best, least = list(worked), cost
        left = self.left(worked)
        began = time.monotonic()
        while (now_is := time.monotonic()) < until and not self.is_closed(least):
            heat = self.puzzle.heat * (1 - (now_is - began) / max(until - began, 1e-9))
            now = left.copy()
            moved: dict[int, int] = {}
            for step in range(int(random.integers(2, 6))):
                person = self.next_to_move(worked, now, moved)
                now[pool.covers[moved.get(person, worked[person])]] += 1
                prices = np.where(now > 0, self.price, 0.0)
                if step == 0 and random.random() < _FREE_CHOICE:
                    prices = self.prices * random.random()
                row = self.made(int(self.kind_of[person]), prices + random.random(len(now)) * _NOISE)
                now[pool.covers[row]] -= 1
                moved[person] = row
            change = sum(pool.cost[row] - pool.cost[worked[person]] for person, row in moved.items())
            change += float(self.price @ (np.maximum(now, 0.0) - np.maximum(left, 0.0)))
            self.rounds += 1
            if change <= heat * random.exponential() + 1e-9:
                for person, row in moved.items():
                    worked[person] = row
                left, cost = now, cost + change
                if cost < least - 1e-9:
                    best, least = list(worked), cost
                    self.worked = best
            if self.rounds % 50 == 0:
                self.say("better rows")
        return best, least

    def next_to_move(self, worked: list[int], now: FloatArray, moved: dict[int, int]) -> int:
        """Who chooses next: first mostly somebody whose row costs something, then somebody others stand beside."""
        pool = self.pool
        if not moved:
            weight = np.array([pool.cost[c] - pool.least[pool.kind[c]] for c in worked]) + 0.5
        else:
            over = np.maximum(-now, 0.0)
            weight = np.array([over[pool.covers[c]].sum() for c in worked]) + 0.05
            weight[list(moved)] *= 0.1
        return int(self.random.choice(len(worked), p=weight / weight.sum()))

    def dived(self) -> list[int]:
        """Rows for everybody: in each step those the relaxation is surest of, and new rows for the others."""
        left, count, kept = self.need.copy(), self.count.copy(), dict[int, list[int]]()
        columns = self.promising()
        while count.any():
            self.say("rows")
            kinds = np.flatnonzero(count).tolist()
            columns = [c for c in columns if count[self.pool.kind[c]]]
            columns, shares = self.generated(columns, kinds, left, count)
            room = max(1, int(count.sum() * _A_STEP))
            for at in np.argsort(-shares, kind="stable").tolist():
                if room <= 0 and shares[at] < 1 - 1e-6:
                    break
                column, kind = columns[at], self.pool.kind[columns[at]]
                for _ in range(min(int(count[kind]), max(1, int(shares[at] + 1e-6)))):
                    kept.setdefault(kind, []).append(column)
                    count[kind] -= 1
                    left[self.pool.covers[column]] -= 1
                    room -= 1
            left = np.maximum(left, 0.0)
        return [kept[kind].pop() for kind in self.kind_of.tolist()]

    def promising(self) -> list[int]:
        """Rows of each class that cost least at the best prices, and those that are worked."""
        found = set(self.worked)
        for mine in self.pool.of_kind.values():
            regret = np.array([self.pool.cost[c] - self.prices[self.pool.covers[c]].sum() for c in mine])
            found |= {mine[k] for k in np.argsort(regret, kind="stable")[:_PROMISING].tolist()}
        return sorted(found)

    def generated(
        self, columns: list[int], kinds: list[int], left: FloatArray, count: IntArray
    ) -> tuple[list[int], FloatArray]:
        """Rows for some people at the prices of what is left to them, and their shares in the relaxation."""
        best = 0.0
        steps = 1 if self.spent > self.seconds * _SHARE_OF_DIVING else _STEPS if count.sum() > _FEW else _LAST_STEPS
        for step in range(steps):
            relaxed = self.master(columns, left, count)
            if step == steps - 1 or relaxed.value - best < 1e-3 * max(relaxed.value, 1.0):
                break
            rows = self.cheapest(kinds, relaxed.prices)
            here = set(columns)
            added = [
                row
                for (at, row), kind in zip(rows, kinds, strict=True)
                if at < relaxed.worth[kind] - 1e-6 and row not in here
            ]
            if not added:
                break
            columns = columns + added
            least = sum(float(count[k]) * at for (at, _), k in zip(rows, kinds, strict=True))
            best = max(best, float(relaxed.prices @ left) + least)
        return columns, relaxed.shares

    def whole(self) -> list[int] | None:
        """The best whole rows among all that were found, by a MILP."""
        n, n_needs, n_kinds = len(self.pool.kind), len(self.need), len(self.count)
        table = self.pool.table(list(range(n)), n_needs)
        whose = csr_array((np.ones(n), (self.pool.kind, np.arange(n))), shape=(n_kinds, n + n_needs))
        most = np.concatenate([self.count[self.pool.kind], self.need]).astype(np.float64)
        result = milp(
            np.concatenate((self.pool.cost, self.price)),
            integrality=np.concatenate((np.ones(n), np.zeros(n_needs))),
            bounds=Bounds(np.zeros(n + n_needs), most),
            constraints=[
                LinearConstraint(whose, self.count, self.count),
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

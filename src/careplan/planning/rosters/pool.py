"""Rows of shifts that were made, and the choice among them as a linear program.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: rows by class of people, what a roster of them
costs, the relaxed choice among some of them. Left out: which rows to make (``solving``).

HiGHS solves the relaxation, through ``planning/solver``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.solver import linprog


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The relaxation over some rows."""

    value: float
    prices: FloatArray
    """Of each need."""
    worth: FloatArray
    """What one more person of each class would change."""
    shares: FloatArray
    """People by row."""


class Pool:
    """Rows made so far, by class of people alike.

    Parameters
    ----------
    puzzle
        Needs, and people by class.
    workers
        Find the rows of several classes side by side.
    """

    def __init__(self, puzzle: Puzzle, workers: Workers) -> None:
        self.puzzle, self.workers = puzzle, workers
        self.count = np.bincount(puzzle.kind_of, minlength=len(puzzle.kinds))
        self.need, self.price = puzzle.need.astype(np.float64), puzzle.price
        self.kind: list[int] = []
        self.cost: list[float] = []
        self.choices: list[IntArray] = []
        self.covers: list[IntArray] = []
        """Needs each row covers one of."""
        self.least: dict[int, float] = {}
        """The least that a row of a class costs, as far as known."""
        self.of_kind: dict[int, list[int]] = {}
        self._known: dict[tuple[int, bytes], int] = {}

    def __len__(self) -> int:
        return len(self.kind)

    def add(self, kind: int, cost: float, choices: IntArray, covers: IntArray) -> int:
        """Note a row, once; returns its number."""
        key = (kind, choices.tobytes())
        if key not in self._known:
            self._known[key] = len(self.kind)
            self.of_kind.setdefault(kind, []).append(len(self.kind))
            self.least[kind] = min(cost, self.least.get(kind, cost))
            self.kind.append(kind)
            self.cost.append(cost)
            self.choices.append(choices)
            self.covers.append(covers)
        return self._known[key]

    def made(self, kind: int, prices: FloatArray) -> int:
        """The cheapest row of a class at some prices."""
        _, cost, choices, covers = self.puzzle.cheapest(kind, prices)
        return self.add(kind, cost, choices, covers)

    def cheapest(self, kinds: list[int], prices: FloatArray) -> list[tuple[float, int]]:
        """(cost at these prices, row) for each class."""
        found = self.workers.map(lambda kind: self.puzzle.cheapest(kind, prices), kinds)
        rows = []
        for kind, (value, base, choices, covers) in zip(kinds, found, strict=True):
            rows.append((value, self.add(kind, base, choices, covers)))
        return rows

    def table(self, columns: list[int]) -> csr_array:
        """Return which needs some rows cover, shape (n_needs, n_columns)."""
        at = np.concatenate([self.covers[c] for c in columns]) if columns else np.zeros(0, dtype=np.int64)
        column = np.repeat(np.arange(len(columns)), [len(self.covers[c]) for c in columns])
        return csr_array((np.ones(len(at)), (at, column)), shape=(len(self.need), len(columns)))

    def relaxed(
        self, columns: list[int], need: FloatArray, count: IntArray, price: FloatArray | None = None
    ) -> Relaxed:
        """Solve the relaxation over some rows, for some people."""
        price = self.price if price is None else price
        n, kinds = len(columns), np.flatnonzero(count)
        place = {kind: k for k, kind in enumerate(kinds.tolist())}
        table = self.table(columns)
        whose = csr_array(
            (np.ones(n), ([place[self.kind[c]] for c in columns], np.arange(n))), shape=(len(kinds), n + len(need))
        )
        covered: Any = -hstack([table, eye_array(len(need))], format="csr")
        each: Any = whose  # the stubs know no sparse tables here
        result: Any = linprog(
            np.concatenate(([self.cost[c] for c in columns], price)),
            A_ub=covered,
            b_ub=-need,
            A_eq=each,
            b_eq=count[kinds],
            method="highs",
        )
        worth = np.zeros(len(count))
        worth[kinds] = result.eqlin.marginals
        prices = np.clip(-result.ineqlin.marginals, 0.0, price)
        return Relaxed(float(result.fun), prices, worth, np.asarray(result.x[:n]))

"""Rows of shifts that were made, and the choice among them as a linear program, relaxed or whole.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: rows by class of people, what a roster of them
costs, the relaxed choice among them, and the best whole one. Left out: which rows to make (``solving``, ``daysfirst``).

HiGHS solves both, through ``planning/solver``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.solver import linprog, milp

_GAP = 1e-3
"""A whole choice is good enough when cost and bound are this near: our choice."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The relaxation over some rows."""

    value: float
    prices: FloatArray
    """Of each need."""
    worth: FloatArray
    """What one more person of each class would change."""


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
        self._known: dict[tuple[int, bytes], int] = {}

    def __len__(self) -> int:
        return len(self.kind)

    def add(self, kind: int, cost: float, choices: IntArray, covers: IntArray) -> int:
        """Note a row, once; returns its number."""
        key = (kind, choices.tobytes())
        if key not in self._known:
            self._known[key] = len(self.kind)
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

    def relaxed(self, price: FloatArray) -> Relaxed:
        """Solve the relaxation over all rows, at these prices of what is uncovered."""
        covered, each = self._tables()
        result = linprog(
            np.concatenate((self.cost, price)),
            A_ub=-covered,
            b_ub=-self.need,
            A_eq=each,
            b_eq=self.count,
            method="highs",
        )
        prices = np.clip(-result.ineqlin.marginals, 0.0, price)
        return Relaxed(float(result.fun), prices, np.asarray(result.eqlin.marginals))

    def whole(self, *, nodes: int, seconds: float) -> IntArray | None:
        """Return a row for everybody, the best choice among all rows that the solver finds; slots by person and day, −1
        off. None if it finds none.

        ``nodes``, ``seconds``: when it ends.
        """
        covered, each = self._tables()
        n, n_needs = len(self), len(self.need)
        result = milp(
            np.concatenate((self.cost, self.price)),
            integrality=np.concatenate((np.ones(n), np.zeros(n_needs))),
            constraints=[(covered, self.need, np.inf), (each, self.count, self.count)],
            options={"mip_rel_gap": _GAP, "node_limit": nodes, "time_limit": seconds},
        )
        if result.x is None:
            return None
        people = {kind: np.flatnonzero(self.puzzle.kind_of == kind).tolist() for kind in range(len(self.count))}
        found = np.full((len(self.puzzle.kind_of), len(self.choices[0])), -1, dtype=np.int64)
        for row, times in enumerate(np.rint(result.x[:n]).astype(np.int64).tolist()):
            for _ in range(times):
                found[people[self.kind[row]].pop()] = self.choices[row]
        return found

    def _tables(self) -> tuple[Any, Any]:
        """Rows, then needs of which one is uncovered, against needs; and against classes of people."""
        n, kinds = len(self), len(self.count)
        at = np.concatenate(self.covers)
        row = np.repeat(np.arange(n), [len(covers) for covers in self.covers])
        table = csr_array((np.ones(len(at)), (at, row)), shape=(len(self.need), n))
        covered = hstack([table, eye_array(len(self.need))], format="csr")
        return covered, csr_array((np.ones(n), (self.kind, np.arange(n))), shape=(kinds, n + len(self.need)))

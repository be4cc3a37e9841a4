"""The solver: mixed-integer programs by HiGHS (``scipy.optimize.milp``), and how it fared.

Comes in: costs, rows. Goes out: what is cheapest, with bound, gap and time. Left out: what the rows mean.

Rows that weigh nearly every column (a share of part-timers) keep HiGHS from finding anything in large problems: 2,688
shift types and one such row took a minute to a gap of 34 %, without it five seconds to 0.6 %. There they are left out,
and breaking them is made dearer step by step until nobody does (Lagrangian relaxation; Fisher, 1981, Management Science
27, 1-18). What the solver proves of such a problem is a bound of the true one, too.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array

from careplan.columns import FloatArray
from careplan.errors import CareplanError
from careplan.planning.solver import milp

GAP = 0.005
"""The solver ends when cost and bound are this near: our choice."""
SECONDS = 60.0
"""Or after so long: our choice."""
LARGE_GAP = 0.05
"""A gap above this is said aloud."""
_NEARLY = 1e-6
_MANY = 1_000
"""Whole columns from which on shares are priced instead of asked for: our choice."""
_WORTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""What a shift too many of a share costs, in shifts, until there is none: our choice."""


@dataclass(frozen=True)
class Solver:
    """How the solver fared."""

    cost: float
    """Of the starts and of what stays uncovered."""
    bound: float
    """No schedule costs less, uncovered hours priced alike."""
    seconds: float
    nodes: int

    @property
    def gap(self) -> float:
        """(cost − bound) ÷ cost, at least 0."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 1e-9 else 0.0

    @property
    def is_large(self) -> bool:
        """Whether the gap is above 5 %."""
        return self.gap > LARGE_GAP


def solved(
    cost: FloatArray,
    is_whole: FloatArray,
    rows: Sequence[LinearConstraint],
    shares: csr_array | None = None,
    *,
    seconds: float = SECONDS,
    gap: float = GAP,
    nodes: int | None = None,
    most: FloatArray | None = None,
) -> tuple[FloatArray, Solver] | None:
    """Solve min cost · x, x ≥ 0, some of it whole, within rows; None where no x is within them.

    Parameters
    ----------
    cost, is_whole
        By column.
    rows
        What x keeps to.
    shares
        Rows that weigh a large part of all columns, at most 0.
    seconds, gap, nodes
        When the solver ends: after so long (and a tenth of it more for each way it tries), so near the bound, or after
        so many nodes of its tree; None: any number.
    most
        The most of each column; None: any number.

    Raises
    ------
    CareplanError
        If the solver found nothing in its time.
    """
    began = time.monotonic()
    high = np.full(len(cost), np.inf) if most is None else most
    if shares is None or is_whole.sum() < _MANY:
        every = [*rows, LinearConstraint(shares, -np.inf, 0.0)] if shares is not None else rows
        return _solved(cost, is_whole, every, high, seconds, gap, nodes)
    dear = float(cost[is_whole > 0].mean())
    bound = -np.inf
    for worth in _WORTHS:
        left = _left(began, seconds)
        weighed = cost + worth * dear * np.asarray(shares.sum(axis=0)).ravel()
        found = _solved(weighed, is_whole, rows, high, left, gap, nodes)
        if found is None:
            return None
        x, solver = found
        bound = max(bound, solver.bound)
        if (shares @ x <= _NEARLY).all():
            true = float(cost @ x)
            return x, Solver(true, min(bound, true), time.monotonic() - began, solver.nodes)
    every = [*rows, LinearConstraint(shares, -np.inf, 0.0)]
    last = _solved(cost, is_whole, every, high, _left(began, seconds), gap, nodes)
    if last is None:
        return None
    x, solver = last
    known = min(max(bound, solver.bound), solver.cost)
    return x, Solver(solver.cost, known, time.monotonic() - began, solver.nodes)


def _left(began: float, seconds: float) -> float:
    """What is left of the seconds, and a tenth of them at least: a little over time beats nothing found."""
    return max(seconds - (time.monotonic() - began), seconds / 10)


def _solved(
    cost: FloatArray,
    is_whole: FloatArray,
    rows: Sequence[LinearConstraint],
    high: FloatArray,
    seconds: float,
    gap: float,
    nodes: int | None,
) -> tuple[FloatArray, Solver] | None:
    began = time.monotonic()
    result = milp(
        cost,
        integrality=is_whole.astype(np.int64),
        bounds=Bounds(np.zeros(len(cost)), high),
        constraints=list(rows),
        options={"mip_rel_gap": gap, "time_limit": seconds} | ({} if nodes is None else {"node_limit": nodes}),
    )
    if result.status == 2:
        return None
    if result.x is None:
        raise CareplanError(
            f"the solver found no schedule in {seconds:g} s; give it longer (--solver-seconds), or fewer shift types "
            "(a longer start_every, breaks staggered more coarsely)"
        )
    bound = result.fun if not is_whole.any() else result.mip_dual_bound
    if bound is None or not np.isfinite(bound):
        bound = 0.0  # it ended before it knew one; nothing costs less than nothing
    solver = Solver(
        float(result.fun),
        float(min(bound, result.fun)),
        time.monotonic() - began,
        int(result.mip_node_count or 0),
    )
    return np.asarray(result.x, dtype=np.float64), solver

"""The covering problem: the cheapest starts that cover a need, solved to a stated gap.

Comes in: shift types, a need by group and interval, the rules of a week. Goes out: starts, with bound, gap, time, and
what stays uncovered. Left out: where the need comes from.

Whatever is needed may stay uncovered at a price, so that there is always an answer; only rules that clash with each
other leave none, and then they are named with the smallest change that helps. Solver: HiGHS through
``scipy.optimize.milp``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.shifts.kinds import Kinds

GAP = 0.005
"""The solver ends when cost and bound are this near: our choice."""
SECONDS = 60.0
"""Or after so long: our choice."""
LARGE_GAP = 0.05
"""A gap above this is said aloud."""
_NEARLY = 1e-6
"""Rows are kept to within this: breaks make shares of an interval."""


@dataclass(frozen=True, eq=False)
class Rule:
    """Rows ``low ≤ table · starts ≤ high`` that every schedule keeps to, with the name of the labour rule."""

    name: str
    table: csr_array
    low: FloatArray
    high: FloatArray
    unit: str
    """By what a row gives way: ``more on a day``, ``fewer at once``, …"""
    at: IntArray | None = None
    """The moment each row is about, ms, where it is about one."""

    def keeps(self, starts: IntArray) -> bool:
        """Whether a schedule keeps to it."""
        found = self.table @ starts
        return bool((found >= self.low - _NEARLY).all() and (found <= self.high + _NEARLY).all())

    def at_its_limit(self, starts: IntArray) -> int:
        """Return how many rows of a schedule leave no room for one person more."""
        return int((np.asarray(self.table @ starts) > self.high - 1 + _NEARLY).sum())


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


@dataclass(frozen=True, eq=False)
class Covered:
    """An answer to a covering problem."""

    starts: IntArray
    """People by shift type."""
    uncovered: FloatArray
    """Agents missing by row of the need."""
    solver: Solver


def cover(
    kinds: Kinds,
    need: FloatArray,
    price: FloatArray,
    rules: Sequence[Rule] = (),
    *,
    seconds: float = SECONDS,
    gap: float = GAP,
) -> Covered:
    """Return the cheapest starts that cover a need.

    Parameters
    ----------
    kinds
        The shift types.
    need
        Agents on duty by group and interval, shape (n_groups × n_intervals,).
    price
        Of one agent missing in each of these, money.
    rules
        What every schedule keeps to.
    seconds, gap
        When the solver ends.

    Raises
    ------
    InfeasibleError
        If the rules clash: names them, and the smallest change of one that helps.
    """
    needed = np.flatnonzero(need > 0)
    n, m = kinds.n, len(needed)
    table = hstack([kinds.on_duty[needed], eye_array(m, format="csr")], format="csr")
    rows: list[LinearConstraint] = [LinearConstraint(table, need[needed], np.inf)] if m else []
    for rule in rules:
        rows.append(LinearConstraint(_padded(rule.table, m), rule.low, rule.high))
    found = solved(
        np.concatenate((kinds.cost, price[needed])),
        np.concatenate((np.ones(n), np.zeros(m))),
        rows,
        seconds=seconds,
        gap=gap,
    )
    if found is None:
        raise clash(kinds, rules)
    x, solver = found
    starts = np.rint(x[:n]).astype(np.int64)
    uncovered = np.maximum(need - kinds.on_duty @ starts, 0.0)
    uncovered[uncovered < 1e-9] = 0.0
    return Covered(starts, uncovered, solver)


def solved(
    cost: FloatArray,
    is_whole: FloatArray,
    rows: Sequence[LinearConstraint],
    *,
    seconds: float = SECONDS,
    gap: float = GAP,
    most: FloatArray | None = None,
) -> tuple[FloatArray, Solver] | None:
    """Solve min cost · x, x ≥ 0, some of it whole, within rows; None where no x is within them.

    Raises
    ------
    CareplanError
        If the solver found nothing in its time.
    """
    began = time.monotonic()
    high = np.full(len(cost), np.inf) if most is None else most
    result = milp(
        cost,
        integrality=is_whole.astype(np.int64),
        bounds=Bounds(np.zeros(len(cost)), high),
        constraints=list(rows),
        options={"mip_rel_gap": gap, "time_limit": seconds},
    )
    if result.status == 2:
        return None
    if result.x is None:
        raise CareplanError(
            f"the solver found no schedule in {seconds:g} s; give it longer (--solver-seconds), or fewer shift types "
            "(a longer start_every, breaks staggered more coarsely)"
        )
    bound = result.mip_dual_bound
    solver = Solver(
        float(result.fun),
        float(result.fun if bound is None or not np.isfinite(bound) else min(bound, result.fun)),
        time.monotonic() - began,
        int(result.mip_node_count or 0),
    )
    return np.asarray(result.x, dtype=np.float64), solver


def clash(kinds: Kinds, rules: Sequence[Rule]) -> InfeasibleError:
    """Return what to say of rules that no schedule keeps to: which clash, and what the least change of each does.

    Named are rules that clash however many of the others are left out. Where no rule alone can give way, the least
    change of all of them together is named.
    """
    clashing = list(rules)
    for rule in rules:
        others = [one for one in clashing if one is not rule]
        if _relaxed(kinds, others, []) is None:
            clashing = others
    names = " and ".join(rule.name for rule in clashing)
    ways = [(least[0], rule) for rule in rules if (least := _relaxed(kinds, rules, [rule])) is not None]
    if ways:
        helps = "; or ".join(_gives(amount, rule) for amount, rule in sorted(ways, key=lambda one: one[0]))
        return InfeasibleError(f"no schedule keeps to all rules: {names} clash. The least change that helps: {helps}")
    together = _relaxed(kinds, rules, rules)
    assert together is not None  # with every row giving way as far as it must, nobody on duty is a schedule
    changed = [(amount, rule) for amount, rule in zip(together, rules, strict=True) if amount > _NEARLY]
    helps = " and ".join(_gives(amount, rule) for amount, rule in changed)
    return InfeasibleError(
        f"no schedule keeps to all rules: {names} clash, and they are not alone. The least change that helps: {helps}"
    )


def _gives(amount: float, rule: Rule) -> str:
    return f"{amount:g} {rule.unit} for {rule.name}"


def _relaxed(kinds: Kinds, rules: Sequence[Rule], relaxed: Sequence[Rule]) -> list[float] | None:
    """By how much, at least, the rows of each of some rules must give way for a schedule; None if nothing helps."""
    rows, k = [], len(relaxed)
    for rule in rules:
        n = rule.table.shape[0]
        gives = np.zeros((n, k))
        for column, one in enumerate(relaxed):
            gives[:, column] = 1.0 if one is rule else 0.0
        if np.isfinite(rule.low).any():
            rows.append(LinearConstraint(hstack([rule.table, csr_array(gives)], format="csr"), rule.low, np.inf))
        if np.isfinite(rule.high).any():
            rows.append(LinearConstraint(hstack([rule.table, csr_array(-gives)], format="csr"), -np.inf, rule.high))
    cost = np.concatenate((np.full(kinds.n, 1e-7), np.ones(k)))
    found = solved(cost, np.ones(kinds.n + k), rows, seconds=20.0, gap=0.01)
    return None if found is None else np.rint(found[0][kinds.n :]).tolist()


def _padded(table: csr_array, columns: int) -> csr_array:
    """A table with columns of nothing added."""
    return hstack([table, csr_array((table.shape[0], columns))], format="csr") if columns else table

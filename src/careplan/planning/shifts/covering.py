"""The covering problem: the cheapest starts that cover a need, solved to a stated gap.

Comes in: shift types, a need by group and interval, the rules of a week. Goes out: starts, with bound, gap, time, and
what stays uncovered. Left out: where the need comes from.

Whatever is needed may stay uncovered at a price, so that there is always an answer; only rules that clash with each
other leave none, and then they are named with the smallest change that helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import csr_array, eye_array, hstack, vstack

from careplan.columns import FloatArray, IntArray
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.shifts.solving import GAP, SECONDS, Solver, solved

_NEARLY = 1e-6
"""Rows are kept to within this: breaks make shares of an interval."""
_DEAR = 10.0
"""Where the need is covered greedily, somebody whom a rule asks for is worth so many times the dearest there is."""


@dataclass(frozen=True, eq=False)
class Rule:
    """Rows ``low ≤ table · starts ≤ high`` that every schedule keeps to, with the name of the labour rule."""

    name: str
    table: csr_array
    low: FloatArray
    high: FloatArray
    unit: str
    """By what a row gives way: ``more on a day``, ``fewer at once``, …"""
    is_share: bool = False
    """Whether its rows weigh every shift of a week, and are to be at most 0."""
    at: IntArray | None = None
    """The moment each row is about, ms, where it is about one."""

    def keeps(self, starts: IntArray) -> bool:
        """Whether a schedule keeps to it."""
        found = self.table @ starts
        return bool((found >= self.low - _NEARLY).all() and (found <= self.high + _NEARLY).all())

    def at_its_limit(self, starts: IntArray) -> int:
        """Return how many rows of a schedule leave no room for one person more."""
        return int((np.asarray(self.table @ starts) > self.high - 1 + _NEARLY).sum())


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
    CareplanError
        If the solver found nothing in its time, and neither did :func:`filled`.
    """
    needed = np.flatnonzero(need > 0)
    n, m = kinds.n, len(needed)
    table = hstack([kinds.on_duty[needed], eye_array(m, format="csr")], format="csr")
    rows: list[LinearConstraint] = [LinearConstraint(table, need[needed], np.inf)] if m else []
    rows += [LinearConstraint(padded(rule.table, m), rule.low, rule.high) for rule in rules if not rule.is_share]
    costs, shares = np.concatenate((kinds.cost, price[needed])), shares_of(rules, m)
    whole = np.concatenate((np.ones(n), np.zeros(m)))
    try:
        found = solved(costs, whole, rows, shares, seconds=seconds, gap=gap)
    except CareplanError:  # nothing found in its time
        begin, bound, more = np.zeros(n), 0.0, 0.0
        with suppress(CareplanError):
            parts = solved(costs, np.zeros(n + m), rows, shares, seconds=seconds)
            if parts is None:
                raise clash(kinds, rules) from None
            begin, bound, more = parts[0][:n], parts[1].bound, parts[1].seconds
        starts = filled(kinds, need, price, rules, np.floor(begin + _NEARLY).astype(np.int64))
        if not all(rule.keeps(starts) for rule in rules):
            raise
        left = _uncovered(kinds, need, starts)
        return Covered(starts, left, Solver(float(kinds.cost @ starts + price @ left), bound, seconds + more, 0))
    if found is None:
        raise clash(kinds, rules)
    x, solver = found
    starts = np.rint(x[:n]).astype(np.int64)
    return Covered(starts, _uncovered(kinds, need, starts), solver)


def _uncovered(kinds: Kinds, need: FloatArray, starts: IntArray) -> FloatArray:
    missing = np.asarray(np.maximum(need - kinds.on_duty @ starts, 0.0), dtype=np.float64)
    missing[missing < 1e-9] = 0.0
    return missing


def filled(kinds: Kinds, need: FloatArray, price: FloatArray, rules: Sequence[Rule], begin: IntArray) -> IntArray:
    """Return starts that cover a need greedily: whoever saves most for the money comes next, until nobody saves.

    For problems in which the solver finds nothing whole in its time. Shapes and units as in :func:`cover`; ``begin``
    are starts to begin with: those of the linear program, rounded down. What rules ask for at least is a need of its
    own, whatever it costs. Source: Chvátal (1979), A greedy heuristic for the set-covering problem, Mathematics of
    Operations Research 4, 233-235.
    """
    least = [rule for rule in rules if np.isfinite(rule.low).any()]
    table = csr_array(vstack([kinds.on_duty, *(rule.table for rule in least)]))
    need = np.concatenate((need, *(np.maximum(rule.low, 0.0) for rule in least)))
    dearest = float(max(price.max(initial=0.0), kinds.cost.max(initial=0.0)))
    price = np.concatenate((price, np.full(len(need) - len(price), _DEAR * dearest)))
    starts, left = begin.copy(), need - table @ begin
    while True:
        saves = np.asarray(table.T @ (price * np.clip(left, 0.0, 1.0))) / kinds.cost
        for k in np.argsort(-saves, kind="stable").tolist():
            if saves[k] <= 1:
                return starts
            kept = [rule for rule in rules if rule.keeps(starts)]
            starts[k] += 1
            if all(rule.keeps(starts) for rule in kept):
                break
            starts[k] -= 1
        else:
            return starts
        left = need - table @ starts


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
    ways = [(least[0], rule) for rule in rules if (least := _relaxed(kinds, rules, [rule]))]
    if ways:
        helps = "; or ".join(_gives(amount, rule) for amount, rule in sorted(ways, key=lambda one: one[0]))
        return InfeasibleError(f"no schedule keeps to all rules: {names} clash. The least change that helps: {helps}")
    together = _relaxed(kinds, rules, rules)
    assert together is not None  # with every row giving way as far as it must, nobody on duty is a schedule
    if not together:
        return InfeasibleError(
            f"no schedule keeps to all rules: {names} clash; how much would help was not found in time"
        )
    changed = [(amount, rule) for amount, rule in zip(together, rules, strict=True) if amount > _NEARLY]
    helps = " and ".join(_gives(amount, rule) for amount, rule in changed)
    return InfeasibleError(
        f"no schedule keeps to all rules: {names} clash, and they are not alone. The least change that helps: {helps}"
    )


def _gives(amount: float, rule: Rule) -> str:
    return f"{amount:g} {rule.unit} for {rule.name}"


def _relaxed(kinds: Kinds, rules: Sequence[Rule], relaxed: Sequence[Rule]) -> list[float] | None:
    """By how much, at least, the rows of each of some rules must give way for a schedule; None if nothing helps, and
    an empty list where the solver does not find out in its time.
    """
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
    try:
        found = solved(cost, np.ones(kinds.n + k), rows, seconds=20.0, gap=0.01)
    except CareplanError:
        return []
    return None if found is None else np.rint(found[0][kinds.n :]).tolist()


def shares_of(rules: Sequence[Rule], columns: int) -> csr_array | None:
    """Return the rows of rules that are shares, with columns of nothing added; None where there are none."""
    tables = [padded(rule.table, columns) for rule in rules if rule.is_share]
    return csr_array(vstack(tables)) if tables else None


def padded(table: csr_array, columns: int) -> csr_array:
    """Return a table with columns of nothing added."""
    return csr_array(hstack([table, csr_array((table.shape[0], columns))])) if columns else table

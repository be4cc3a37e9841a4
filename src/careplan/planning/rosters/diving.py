"""Whole rows for everybody from the linear relaxation: those it is surest of first.

Comes in: rows, their best prices. Goes out: a row for everybody. Left out: making a roster better (``improving``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.planning.rosters.pool import Pool

_PROMISING = 40
"""Rows of each class that diving begins with: our choice."""
_A_STEP = 0.2
"""Share of the people who get their rows in a step: our choice."""
_STEPS, _LAST_STEPS, _FEW = 4, 20, 12
"""Rounds of new rows in a step, and with few people left: our choice."""


def dived(pool: Pool, worked: list[int], prices: FloatArray, is_late: Callable[[], bool]) -> list[int]:
    """Rows for everybody: in each step those the relaxation is surest of, and new rows for the others.

    Parameters
    ----------
    pool, worked, prices
        Rows, those worked so far, the best prices of needs.
    is_late
        Whether no new rows should be made any more.
    """
    kind_of = pool.puzzle.kind_of
    left, count, kept = pool.need.copy(), pool.count.copy(), dict[int, list[int]]()
    columns = _promising(pool, worked, prices)
    while count.any():
        kinds = np.flatnonzero(count).tolist()
        columns = [c for c in columns if count[pool.kind[c]]]
        columns, shares = _generated(pool, columns, kinds, left, count, is_late())
        room = max(1, int(count.sum() * _A_STEP))
        for at in np.argsort(-shares, kind="stable").tolist():
            if room <= 0 and shares[at] < 1 - 1e-6:
                break
            column, kind = columns[at], pool.kind[columns[at]]
            for _ in range(min(int(count[kind]), max(1, int(shares[at] + 1e-6)))):
                kept.setdefault(kind, []).append(column)
                count[kind] -= 1
                left[pool.covers[column]] -= 1
                room -= 1
        left = np.maximum(left, 0.0)
    return [kept[kind].pop() for kind in kind_of.tolist()]


def _promising(pool: Pool, worked: list[int], prices: FloatArray) -> list[int]:
    """Rows of each class that cost least at the best prices, and those that are worked."""
    found = set(worked)
    for mine in pool.of_kind.values():
        regret = np.array([pool.cost[c] - prices[pool.covers[c]].sum() for c in mine])
        found |= {mine[k] for k in np.argsort(regret, kind="stable")[:_PROMISING].tolist()}
    return sorted(found)


def _generated(
    pool: Pool, columns: list[int], kinds: list[int], left: FloatArray, count: IntArray, is_late: bool
) -> tuple[list[int], FloatArray]:
    """Rows for some people at the prices of what is left to them, and their shares in the relaxation."""
    best = 0.0
    steps = 1 if is_late else _STEPS if count.sum() > _FEW else _LAST_STEPS
    for step in range(steps):
        relaxed = pool.relaxed(columns, left, count)
        if step == steps - 1 or relaxed.value - best < 1e-3 * max(relaxed.value, 1.0):
            break
        rows = pool.cheapest(kinds, relaxed.prices)
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

"""Leveling: how much, once it is known where.

Comes in: a headcount whose shape was found on few replications. Goes out: one with a little more or less, with which
every aim holds on many. Left out: changing the shape (``trading``).

Where people are worth most hardly depends on the replications; whether there are enough does. So additions are
ordered by what they give for the money on the small bench, and removals by what they harm, and the large bench is only
asked how many of them it takes: a handful of runs, by halving.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from careplan.columns import IntArray
from careplan.errors import InfeasibleError
from careplan.planning.effort import Effort
from careplan.planning.moves import LONG_TAIL_MS, Move, around
from careplan.planning.raising import raised
from careplan.planning.trading import measured, price_of

_MOST_ROUNDS = 8


def leveled(small: Effort, large: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount with which every aim holds on the large bench, near this one.

    Raises
    ------
    InfeasibleError
        If no number of additions does.
    """
    current = headcount
    for _ in range(_MOST_ROUNDS):
        large.tell("leveling", 0.0)
        standing = large.standing(current)
        if standing.holds:
            return _with_most(large, current, _ordered(small, current, -1))
        higher = _with_least(large, current, _ordered(small, current, 1))
        if higher is None:
            return raised(large, current)
        current = higher
    raise InfeasibleError("the targets were not reached with more and more people")


def _ordered(small: Effort, headcount: IntArray, by: int) -> list[Move]:
    """Moves that do not meet each other, the best first, as the small bench sees them."""
    standing = small.standing(headcount)
    spell = small.limits.min_spell
    moves = [
        m for m in measured(small, headcount, standing, by, step=spell, width=spell, tail_ms=LONG_TAIL_MS) if m.cost
    ]
    if by > 0:
        moves = [m for m in moves if price_of(standing, m) < 0]
        moves.sort(key=lambda m: price_of(standing, m) / m.cost)
    else:
        moves.sort(key=lambda m: max(price_of(standing, m), 0.0) / -m.cost)
    apart: list[Move] = []
    is_near = np.zeros(headcount.shape, dtype=bool)
    for move in moves:
        if not is_near[move.group][move.change != 0].any():
            is_near[move.group] |= around(move.change != 0, spell)
            apart.append(move)
    return apart


def _with_least(effort: Effort, headcount: IntArray, moves: list[Move]) -> IntArray | None:
    """Return the headcount with the fewest of the additions that do, or with all of them; None if there are none."""
    if not moves:
        return None
    count = _boundary(len(moves), lambda k: effort.standing(_applied(headcount, moves[:k])).holds)
    return effort.limits.mended(_applied(headcount, moves[: min(count, len(moves))]))


def _with_most(effort: Effort, headcount: IntArray, moves: list[Move]) -> IntArray:
    """Return the headcount with as many of the removals as do no harm."""

    def breaks(count: int) -> bool:
        lower = _applied(headcount, moves[:count])
        return not (effort.limits.allow(lower) and effort.standing(lower).holds)

    count = _boundary(len(moves), breaks) - 1
    return _applied(headcount, moves[:count]) if count > 0 else headcount


def _applied(headcount: IntArray, moves: list[Move]) -> IntArray:
    changed = headcount.copy()
    for move in moves:
        changed[move.group] += move.change
    return changed


def _boundary(most: int, is_past: Callable[[int], bool]) -> int:
    """Return the least count from 1 to ``most`` that is past a boundary, by doubling and halving; none: most + 1."""
    low, high = 0, 1
    while high <= most and not is_past(high):
        low, high = high, 2 * high
    if high > most:
        if low == most or not is_past(most):
            return most + 1
        high = most
    while high - low > 1:
        middle = (low + high) // 2
        if is_past(middle):
            high = middle
        else:
            low = middle
    return high

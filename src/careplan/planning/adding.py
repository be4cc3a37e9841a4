"""Adding: people where they help the aims most for the money.

Comes in: a headcount that misses by a little. Goes out: one that holds. Left out: big steps (``raising``).
"""

from __future__ import annotations

import numpy as np

from careplan.columns import IntArray
from careplan.planning.aims import Standing
from careplan.planning.effort import Effort
from careplan.planning.moves import Move, are_near, batches, tried
from careplan.planning.raising import raised

_MOST_SWEEPS = 12


def added(effort: Effort, headcount: IntArray, *, step: int = 1) -> IntArray:
    """Return a headcount at or above this one with which every aim holds on the bench.

    Sweep by sweep, one more agent is tried around every interval, and those that give most for the money are taken
    until the aims should hold. Where no single addition helps, :func:`careplan.planning.raising.raised` goes on.
    """
    current = headcount
    for sweep in range(_MOST_SWEEPS):
        standing = effort.standing(current)
        if standing.holds:
            return current
        effort.tell("adding", sweep / (sweep + 3))
        moves = [move for batch in batches(effort, step) for move in tried(effort, current, standing, batch, 1)]
        moves = sorted((m for m in moves if gain(standing, m) > 0), key=lambda m: -gain(standing, m) / m.cost)
        if not moves:
            break
        higher = _with_enough(effort, current, standing, moves)
        current = higher
    return current if effort.standing(current).holds else raised(effort, current)


def gain(standing: Standing, move: Move) -> float:
    """Return how much of what the aims lack a move makes up, 1 for all that one of them lacks."""
    total = 0.0
    for short, effect in zip(standing.shortfalls, move.effect, strict=True):
        lacks = float(short.sum())
        if lacks > 0:
            helped = np.clip(effect.sum(axis=0), -short, short)
            total += float(helped.sum()) / lacks
    return total


def _with_enough(effort: Effort, current: IntArray, standing: Standing, moves: list[Move]) -> IntArray:
    """Make the best moves until what they gained together should do."""
    lacking = [short.copy() for short in standing.shortfalls]
    chosen: list[Move] = []
    for move in moves:
        if any(are_near(move, other, effort.limits.min_spell) for other in chosen):
            continue
        if not any(
            (np.clip(e.sum(axis=0), 0, None) * (short > 0)).any() for e, short in zip(move.effect, lacking, strict=True)
        ):
            continue
        chosen.append(move)
        lacking = [np.maximum(short - e.sum(axis=0), 0.0) for short, e in zip(lacking, move.effect, strict=True)]
        if not any(short.any() for short in lacking):
            break
    higher = current.copy()
    for move in chosen:
        higher[move.group] = np.maximum(higher[move.group], current[move.group] + move.change)
    return effort.limits.mended(higher)

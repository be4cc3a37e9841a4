"""Trimming: taking people away wherever no aim notices, or where it costs the aims least.

Comes in: a headcount that holds. Goes out: a cheaper one that holds. Left out: trading one place for another
(``exchanging``).

Each sweep tries a removal around every interval, takes those that cost the least slack for the money, as many as the
aims allow, and checks the sum by playing it. A removal that broke an aim breaks it with fewer people too, and is not
tried again.
"""

from __future__ import annotations

import numpy as np

from careplan.columns import IntArray
from careplan.planning.aims import Standing
from careplan.planning.effort import Effort
from careplan.planning.moves import Move, after_move, are_near, batches, tried


def trimmed(effort: Effort, headcount: IntArray, *, step: int = 1, most_sweeps: int = 40) -> IntArray:
    """Return a headcount at or below this one with which every aim holds.

    Parameters
    ----------
    effort
        The search.
    headcount
        Holds on the bench.
    step
        Try every so many intervals only: coarse first, fine later.
    most_sweeps
        How often to go over the horizon at most.
    """
    current, standing = headcount, effort.standing(headcount)
    dead = np.zeros(current.shape, dtype=bool)
    for sweep in range(most_sweeps):
        moves = [
            move
            for batch in batches(effort, step)
            for move in tried(effort, current, standing, [(g, i) for g, i in batch if not dead[g, i]], -1)
        ]
        effort.tell("trimming", 1 - 0.8 ** (sweep + 1))
        chosen: list[Move] = []
        kept = list(standing.by_period)
        for move in sorted(moves, key=lambda m: harm(standing, m) / -m.cost):
            if not effort.aims.may_take(after_move(standing.by_period, move)):
                dead[move.group, move.at] = True
            elif not any(are_near(move, other, effort.limits.min_spell) for other in chosen):
                after = after_move(kept, move)
                if effort.aims.may_take(after):
                    chosen.append(move)
                    kept = after
        if not chosen:
            break
        current, standing, taken = _taken(effort, current, standing, chosen)
        if not taken:
            dead[chosen[0].group, chosen[0].at] = True
    return current


def harm(standing: Standing, move: Move) -> float:
    """Return how much of the slack there is a move takes, summed over the aims, each in its tightest period."""
    total = 0.0
    for by_period, effect in zip(standing.by_period, move.effect, strict=True):
        lost = np.maximum(-effect.sum(axis=0), 0.0)
        total += float((lost / np.maximum(by_period.sum(axis=0), 1.0)).max(initial=0.0)) + 1e-9 * float(lost.sum())
    return total


def _taken(effort: Effort, current: IntArray, standing: Standing, chosen: list[Move]) -> tuple[IntArray, Standing, int]:
    """Take as many of the chosen moves as hold when played together, the first ones first."""
    count = len(chosen)
    while count:
        lower = current.copy()
        for move in chosen[:count]:
            lower[move.group] += move.change
        if effort.limits.allow(lower):
            after = effort.standing(lower)
            if after.holds:
                return lower, after, count
        count = count // 2 if count > 3 else count - 1
    return current, standing, 0

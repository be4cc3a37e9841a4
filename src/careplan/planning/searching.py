"""The search: from a first guess to a headcount that holds on many replications.

Comes in: a small bench to find the shape on and a large one to find the level on. Goes out: a headcount.
Left out: judging it (``judging``), drawing the replications (``staff``).

A plan fitted to few weeks flatters itself: it has people where those few weeks needed them. So the small bench only
says where people are worth most; how many it takes is asked of replications the shape was not fitted to.
"""

from __future__ import annotations

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.planning.effort import Effort
from careplan.planning.leveling import leveled
from careplan.planning.moves import LONG_TAIL_MS, TAIL_MS
from careplan.planning.raising import raised
from careplan.planning.trading import traded

_COARSE = 0.003
"""A coarse sweep that saves less than this share of the cost is the last: our choice."""


def found(small: Effort, large: Effort, first: IntArray) -> IntArray:
    """Return a headcount with which every aim holds on both benches in turn, and then on the large one.

    Parameters
    ----------
    small, large
        The same search on two benches.
    first
        Where to begin, shape (n_groups, n_intervals).
    """
    shape = shaped(small, raised(small, first))
    return settled(small, large, shape)


def shaped(small: Effort, headcount: IntArray) -> IntArray:
    """Return a cheaper headcount that holds on the small bench: coarse blocks first, then finer ones."""
    spell = small.limits.min_spell
    block = max(spell, _intervals(small, 2))
    if small.aims.are_local:
        for width in sorted({block, max(1, block // 2), 1}, reverse=True):
            least = 0.0 if width == 1 else 3 * _COARSE
            headcount = traded(
                small, headcount, step=width, width=width, may_buy=False, tail_ms=TAIL_MS, least_gain=least
            )
        return headcount
    for width, may_buy in ((block, False), (block, True), (max(1, block // 2), True)):
        headcount = traded(
            small, headcount, step=width, width=width, may_buy=may_buy, tail_ms=LONG_TAIL_MS, least_gain=_COARSE
        )
    return headcount


def settled(small: Effort, large: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount near this one that holds on the large bench."""
    level = leveled(small, large, headcount)
    changed = around(level != headcount, large.limits.min_spell)
    tail = TAIL_MS if large.aims.are_local else LONG_TAIL_MS
    return traded(large, level, step=1, width=1, may_buy=False, tail_ms=tail, where=changed)


def around(places: BoolArray, reach: int) -> BoolArray:
    """Return the places and those up to ``reach`` intervals from them, going round; shape (n_groups, n_intervals)."""
    found = places.copy()
    for shift in range(1, reach + 1):
        found |= np.roll(places, shift, axis=-1) | np.roll(places, -shift, axis=-1)
    return found


def _intervals(effort: Effort, hours: float) -> int:
    """So many hours as intervals, at least one."""
    return max(1, round(hours * 3_600_000 / float(effort.limits.grid.lengths.mean())))

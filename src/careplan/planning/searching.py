"""The search: from a first guess to a headcount that holds on many replications.

Comes in: a small bench to find the shape on and a large one to find the level on. Goes out: a headcount.
Left out: judging it (``judging``), drawing the replications (``staff``).

A plan fitted to few weeks flatters itself: it has people where those few weeks needed them. So the small bench only
says where people are worth most; how many it takes is asked of replications the shape was not fitted to.
"""

from __future__ import annotations

from dataclasses import replace

from careplan.columns import FloatArray, IntArray
from careplan.planning.aims import Aim
from careplan.planning.cutting import cut_down, trimmed
from careplan.planning.effort import TAIL_MS, Effort
from careplan.planning.exchanging import exchanged
from careplan.planning.leveling import leveled
from careplan.planning.raising import raised
from careplan.planning.trading import traded
from careplan.units import HOUR_MS

_COARSE = 0.003
"""A coarse sweep that saves less than this share of the cost is the last: our choice."""


_SPARE = 0.3
"""How much of what lies between a share and perfection the hurried start leaves unused: our choice."""


def found(small: Effort, large: Effort, first: IntArray) -> IntArray:
    """Return a headcount with which every aim holds on a bench.

    Aims over an interval or an hour are met one by one on the small bench: the judges say where chance helped. All
    others are found on the small bench and then held to the large one.

    Parameters
    ----------
    small, large
        The same search on two benches.
    first
        Where to begin, shape (n_groups, n_intervals).
    """
    if not small.aims.aims:  # nothing but cover, which the limits keep
        return small.limits.floor()
    headcount = shaped(small, raised(small, first))
    if small.aims.are_local:
        return exchanged(small, headcount)
    return exchanged(large, trimmed(large, cut_down(large, leveled(small, large, headcount))))


def nearby(small: Effort, large: Effort, first: IntArray) -> IntArray:
    """Return a headcount with which every aim holds, near one that is about right, quickly: one round of trades on the
    small bench, then leveled on the large one.

    Parameters
    ----------
    small, large
        The same search on two benches.
    first
        About right, such as the plan of a scenario that differs little; shape (n_groups, n_intervals).
    """
    if not small.aims.aims:
        return small.limits.floor()
    block = _block(small)
    headcount = raised(small, small.limits.mended(first))
    headcount = traded(
        small, headcount, step=block, width=block, may_buy=True, tail_ms=small.tail_ms, least_gain=_COARSE
    )
    return headcount if small.aims.are_local else leveled(small, large, headcount)


def shaped(small: Effort, headcount: IntArray) -> IntArray:
    """Return a cheaper headcount that holds on the small bench: coarse blocks first, then finer ones."""
    block = _block(small)
    if small.aims.are_local:
        for width in sorted({block, max(1, block // 2), 1}, reverse=True):
            least = 0.0 if width == 1 else 3 * _COARSE
            headcount = traded(
                small, headcount, step=width, width=width, may_buy=False, tail_ms=TAIL_MS, least_gain=least
            )
        return headcount
    headcount = _hurried(small, headcount, block)
    for width, may_buy in ((block, False), (block, True), (max(1, block // 2), True)):
        headcount = traded(
            small, headcount, step=width, width=width, may_buy=may_buy, tail_ms=small.tail_ms, least_gain=_COARSE
        )
    return headcount


def _hurried(small: Effort, headcount: IntArray, block: int) -> IntArray:
    """Trim quickly down to stricter aims: as long as people are plenty, effects end soon and more is tried at once."""
    asked = small.aims
    small.aims = replace(asked, aims=tuple(aim.stricter(_spare(aim)) for aim in asked.aims))
    if small.standing(headcount).holds:
        headcount = traded(
            small, headcount, step=block, width=block, may_buy=False, tail_ms=TAIL_MS, least_gain=3 * _COARSE
        )
    small.aims = asked
    return headcount


def _spare(aim: Aim) -> FloatArray:
    """By how much stricter the hurried aim is in each period: part of the way to perfect."""
    return _SPARE * (aim.share if aim.goal.is_at_most else 1.0 - aim.share)


def _block(effort: Effort) -> int:
    """Intervals of a coarse move: the shortest spell, or two hours."""
    two_hours = round(2 * HOUR_MS / float(effort.limits.grid.lengths.mean()))
    return max(effort.limits.min_spell, two_hours, 1)

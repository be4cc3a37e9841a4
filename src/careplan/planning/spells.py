"""Headcounts and the spells they are made of.

Comes in: headcount by interval, one row, the intervals taken as a cycle (a week is followed by itself). Goes out:
headcounts in which no spell is shorter than a minimum, and the spells themselves.
Left out: who the agents are, breaks, shifts.

Agent j is on duty whenever the need is at least j, so the spells of agent j are the runs of intervals with a
headcount of at least j. "No spell shorter than L intervals" is then the same as: the headcount equals its
morphological opening by a window of L intervals (Serra, Image Analysis and Mathematical Morphology, 1982).
"""

from __future__ import annotations

import numpy as np

from careplan.columns import IntArray


def opened(headcount: IntArray, length: int) -> IntArray:
    """Return the largest headcount below this one without a spell shorter than ``length`` intervals.

    Works on the last axis; shape as given. A level that lasts all round is one endless spell.
    """
    n = headcount.shape[-1]
    if length <= 1:
        return headcount.copy()
    if length >= n:
        return np.repeat(headcount.min(axis=-1, keepdims=True), n, axis=-1)
    lowest = headcount
    for shift in range(1, length):
        lowest = np.minimum(lowest, _turned(headcount, shift))
    highest = lowest
    for shift in range(1, length):
        highest = np.maximum(highest, _turned(lowest, n - shift))
    return highest


def _turned(headcount: IntArray, by: int) -> IntArray:
    """Return the cycle begun ``by`` intervals later (``np.roll``, at a tenth of its overhead)."""
    return np.concatenate((headcount[..., by:], headcount[..., :by]), axis=-1)


def has_short_spells(headcount: IntArray, length: int) -> bool:
    """Whether any spell is shorter than ``length`` intervals."""
    return not np.array_equal(opened(headcount, length), headcount)


def filled(need: IntArray, length: int, *, most: IntArray | None = None) -> IntArray:
    """Return a headcount at or above a need without short spells, adding little; shape (n_intervals,).

    Levels are taken from the top; each interval's level is widened to ``length`` where that adds least. Greedy: it
    need not be the very least. Where ``most`` leaves no room for a spell, the need is not met.
    """
    at_least = np.asarray(need, dtype=np.int64)
    if most is not None:
        at_least = np.minimum(at_least, most)
    n = len(at_least)
    if length <= 1:
        return at_least.copy()
    if length >= n:
        level = int(at_least.max(initial=0))
        return np.full(n, level if most is None else min(level, int(most.min())))
    result = np.zeros(n, dtype=np.int64)
    for i in np.argsort(-at_least, kind="stable").tolist():
        if result[i] < at_least[i]:
            result = lifted(result, i, int(at_least[i]), length, beside=at_least, most=most)
    return result


def lifted(
    headcount: IntArray,
    i: int,
    level: int,
    length: int,
    *,
    beside: IntArray | None = None,
    most: IntArray | None = None,
) -> IntArray:
    """Return the headcount with at least ``level`` agents in interval ``i``, spells kept long enough.

    Parameters
    ----------
    headcount
        Without short spells, shape (n_intervals,).
    i, level, length
        Interval, agents there, least spell in intervals.
    beside
        A need that will be met anyway: what the spell adds below it costs nothing when its place is chosen.
    most
        Agents there may be in each interval; the headcount is returned as it is where that leaves no room.
    """
    n = len(headcount)
    if length >= n:
        return np.maximum(headcount, level) if most is None or level <= most.min() else headcount
    floor = headcount if beside is None else np.maximum(headcount, beside)
    around = (i + np.arange(1 - length, length)) % n
    missing = np.maximum(level - floor[around], 0)
    path = np.concatenate(([0], np.cumsum(missing)))
    cost = path[length:] - path[:-length]  # of each window of the length that holds i
    if most is not None:
        full = np.concatenate(([0], np.cumsum(most[around] < level)))
        has_room = full[length:] == full[:-length]
        if not has_room.any():
            return headcount
        cost = np.where(has_room, cost, np.iinfo(np.int64).max)
    # Of equally cheap places the one most in the middle of i.
    best = np.flatnonzero(cost == cost.min())
    start = int(best[np.argmin(np.abs(best - (length - 1) / 2))])
    result = headcount.copy()
    window = around[start : start + length]
    result[window] = np.maximum(result[window], level)
    return result


def spells_of(headcount: IntArray) -> list[tuple[int, int, int]]:
    """Return the spells as (agent, first interval, intervals), agents from 1; a spell may go on past the end.

    An agent who is on all the time has one spell, from interval 0.
    """
    n = len(headcount)
    found = []
    for agent in range(1, int(headcount.max(initial=0)) + 1):
        is_on = headcount >= agent
        if is_on.all():
            found.append((agent, 0, n))
            continue
        change = is_on.astype(np.int8) - np.roll(is_on, 1).astype(np.int8)
        begins, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
        for begin in begins.tolist():
            later = ends[ends > begin]
            end = int(later[0]) if len(later) else int(ends[0]) + n
            found.append((agent, begin, end - begin))
    return found

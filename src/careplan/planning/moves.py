"""Moves: one agent more or less around an interval, many tried in one run of the bench.

Comes in: a headcount and places. Goes out: moves with what each does to the slack of every aim.
Left out: which moves to take (``trimming``, ``adding``, ``exchanging``).

Changes far apart in time hardly meet: what changes between one and the next is put down to the first. The
replications are the same for every plan, so that differences are nearly free of noise. Where an effect reaches
beyond the next move (a backlog carried into the day after) it is put down to the wrong one; a set of moves is
therefore played together before it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.aims import Standing
from careplan.planning.effort import TAIL_MS, Effort
from careplan.planning.spells import lifted, opened


@dataclass(frozen=True, eq=False)
class Move:
    """One change of one group's headcount around one interval, and what it did to the aims."""

    group: int
    at: int
    change: IntArray
    """Of the group's headcount, shape (n_intervals,)."""
    cost: float
    """Money (or hours) more; below 0 it saves."""
    effect: tuple[FloatArray, ...] = ()
    """Change of slack by aim, replication and period."""

    def applied(self, headcount: IntArray) -> IntArray:
        """Return a headcount with the move made."""
        result = headcount.copy()
        result[self.group] += self.change
        return result


def batches(effort: Effort, step: int, *, tail_ms: int = TAIL_MS) -> list[list[tuple[int, int]]]:
    """Return sets of (group, interval) so far apart that one run of the bench tells their effects apart.

    Parameters
    ----------
    effort
        The search.
    step
        Every so many intervals only.
    tail_ms
        How long after a change its effect is looked for, beyond spell and threshold.
    """
    n = effort.limits.grid.n_intervals
    of_group = effort.parts[0]
    members = [np.flatnonzero(of_group == part).tolist() for part in np.unique(of_group)]
    count = max(1, n // _apart(effort, tail_ms))
    starts = (np.arange(count + 1) * n) // count
    found = []
    for offset in range(0, int(np.diff(starts).max()), step):
        pairs = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        places = [begin + offset for begin, end in pairs if begin + offset < end]
        for nth in range(max(len(groups) for groups in members)):
            together = [groups[nth] for groups in members if nth < len(groups)]
            found.append([(group, place) for group in together for place in places])
    return found


def _apart(effort: Effort, tail_ms: int) -> int:
    """How many intervals apart changes are tried."""
    tail = int(np.ceil(tail_ms / float(effort.limits.grid.lengths.mean())))
    return 2 * effort.limits.min_spell + effort.aims.lead + tail


def tried(
    effort: Effort,
    current: IntArray,
    standing: Standing,
    places: Sequence[tuple[int, int]],
    by: int,
    *,
    width: int = 1,
) -> list[Move]:
    """Try one agent more (``by`` 1) or less (−1) at each place, all in one run, and return the moves with effects.

    A move reaches over ``width`` intervals at least, and as far as spells ask for. Places where the limits do not
    allow it are left out.
    """
    limits = effort.limits
    moves = []
    together = current.copy()
    for group, at in places:
        row = current[group]
        if by < 0:
            change = less(row, at, width, limits.min_spell) - row
        else:
            change = more(row, at, width, limits.min_spell, most=limits.most_of(group)) - row
        if not change.any():
            continue
        move = Move(group, at, change, limits.cost_of(group, change))
        if limits.allow(move.applied(current)):
            extreme = np.minimum if by < 0 else np.maximum
            together[group] = extreme(together[group], row + change)
            moves.append(move)
    if not moves:
        return []
    return attributed(effort, standing, effort.standing(together), moves)


def less(row: IntArray, at: int, width: int, min_spell: int) -> IntArray:
    """Return a group's headcount with one agent less in ``width`` intervals, and less around where spells get short."""
    result = row.copy()
    window = (at + np.arange(min(width, len(row)))) % len(row)
    result[window] = np.maximum(result[window] - 1, 0)
    return opened(result, min_spell)


def more(row: IntArray, at: int, width: int, min_spell: int, *, most: IntArray | None = None) -> IntArray:
    """Return a group's headcount with one agent more in ``width`` intervals, and more around as spells ask for.

    Where ``most`` (agents by interval) leaves no room, nothing is added.
    """
    result = row
    for i in ((at + np.arange(min(width, len(row)))) % len(row)).tolist():
        if result[i] <= row[i]:
            result = lifted(result, i, int(row[i]) + 1, min_spell, most=most)
    return result


def attributed(effort: Effort, before: Standing, after: Standing, moves: Sequence[Move]) -> list[Move]:
    """Put the change of slack down to the moves: to each what happened from its beginning to the next one's.

    Moves change aims of their own part only.
    """
    n = len(moves[0].change)
    of_group, of_aim = effort.parts
    starts = np.array([_begin(move.change) for move in moves])
    part = of_group[[move.group for move in moves]]
    owners = []
    for k, aim in enumerate(effort.aims.aims):
        mine = np.flatnonzero(part == of_aim[k])
        if not mine.size:
            owners.append(np.full(n, -1, dtype=np.int64))
            continue
        first = (starts[mine] - aim.lead) % n  # cases that came up to the threshold before the change
        order = np.argsort(first, kind="stable")
        owners.append(mine[order[np.searchsorted(first[order], np.arange(n), side="right") - 1]])
    differences = [a - b for a, b in zip(after.slack, before.slack, strict=True)]
    return [
        replace(
            move,
            effect=tuple(
                aim.by_period(np.where(owner == row, difference, 0.0))
                for aim, owner, difference in zip(effort.aims.aims, owners, differences, strict=True)
            ),
        )
        for row, move in enumerate(moves)
    ]


def after_move(by_period: Sequence[FloatArray], move: Move) -> list[FloatArray]:
    """Return slack by aim, replication and period with a move's effect added."""
    return [slack + effect for slack, effect in zip(by_period, move.effect, strict=True)]


def around(places: BoolArray, reach: int) -> BoolArray:
    """Return the places and those up to ``reach`` intervals from them, going round; shape (…, n_intervals)."""
    found = places.copy()
    for shift in range(1, reach + 1):
        found |= np.roll(places, shift, axis=-1) | np.roll(places, -shift, axis=-1)
    return found


def _begin(change: IntArray) -> int:
    """The first interval that changes, going round."""
    changed = np.flatnonzero(change)
    if len(changed) == len(change):
        return 0
    gaps = np.diff(changed, append=changed[0] + len(change))
    return int(changed[(int(np.argmax(gaps)) + 1) % len(changed)])

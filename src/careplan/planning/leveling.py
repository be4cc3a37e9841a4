"""Leveling: how much, once it is known where.

Comes in: a headcount whose shape was found on few replications. Goes out: one with a little more or less, with which
every aim holds on many. Left out: changing the shape (``trading``).

Where people are worth most hardly depends on the replications; whether there are enough does. So additions are
ordered by what they give for the money on the small bench, and removals by what they harm, and the large bench is only
asked how many of them it takes: a handful of runs, by halving. Parts that have nothing to do with each other, and
days or weeks that have targets of their own, are leveled at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import InfeasibleError
from careplan.planning.aims import LOCAL, Standing
from careplan.planning.effort import Effort
from careplan.planning.moves import Move, around
from careplan.planning.raising import raised
from careplan.planning.trading import measured, price_of

_MOST_ROUNDS = 8
_WORTH_A_ROUND = 0.01
"""Share of the cost that a round of removals must save for another to follow: our choice."""


@dataclass(eq=False)
class Ladder:
    """The moves of one part in one cell of time in their order, and between which counts the answer lies.

    Going up, ``low`` moves are too few and ``high`` do; going down, ``low`` may be made and ``high`` are too many.
    """

    part: int
    cell: int
    moves: list[Move]
    is_up: bool
    low: int = 0
    high: int | None = None
    """None: not met yet."""

    @property
    def next(self) -> int | None:
        """The count to try next, by doubling and then halving; None when the answer is known."""
        most = len(self.moves)
        if self.high is None:
            return None if self.low == most else min(max(1, 2 * self.low), most)
        return None if self.high - self.low <= 1 else (self.low + self.high) // 2

    @property
    def count(self) -> int:
        """The answer so far: enough going up (all, if none is enough), as many as may be going down."""
        if not self.is_up:
            return self.low
        return len(self.moves) if self.high is None else self.high

    def learn(self, count: int, holds: bool) -> None:
        """Note whether the part holds with so many moves."""
        if holds == self.is_up:
            self.high = count
        else:
            self.low = count


def leveled(small: Effort, large: Effort, headcount: IntArray, *, may_lower: bool = True) -> IntArray:
    """Return a headcount with which every aim holds on the large bench, near this one.

    Parameters
    ----------
    small, large
        The same search on two benches.
    headcount
        Where to begin, shape (n_groups, n_intervals).
    may_lower
        Whether parts that hold give up what they do not need.

    Raises
    ------
    InfeasibleError
        If no number of additions does.
    """
    current = headcount
    for _ in range(_MOST_ROUNDS):
        large.tell("leveling", 0.0)
        standing = large.standing(current)
        if standing.holds and not may_lower:
            return current
        ladders = _ladders(small, large, current, standing, may_lower)
        if not standing.holds and not any(ladder.moves for ladder in ladders if ladder.is_up):
            return raised(large, current)
        before = large.limits.cost(current)
        current = _climbed(large, current, ladders)
        if standing.holds and large.limits.cost(current) > (1 - _WORTH_A_ROUND) * before:
            return current
    if large.standing(current).holds:
        return current
    raise InfeasibleError("the targets were not reached with more and more people")


def _ladders(small: Effort, large: Effort, headcount: IntArray, standing: Standing, may_lower: bool) -> list[Ladder]:
    """A ladder up for every part and cell of time that does not hold, and one down for every other."""
    cell_of, _ = _cells(large)
    held = _what_holds(large, standing)
    goes_up = ~held if not held.all() or standing.is_balanced else np.ones_like(held)
    seen = small.standing(headcount)
    of_group = small.parts[0]
    ladders = []
    spell = small.limits.min_spell
    for by in (1, -1) if may_lower else (1,):
        chosen = np.argwhere(goes_up == (by > 0)).tolist()
        if not chosen:
            continue
        moves = measured(small, headcount, seen, by, step=spell, width=spell, tail_ms=small.tail_ms)
        ordered = _apart(_ordered([m for m in moves if m.cost], seen, standing, by), headcount.shape, spell)
        for part, cell in chosen:
            mine = [m for m in ordered if of_group[m.group] == part and cell_of[m.at] == cell]
            ladders.append(Ladder(part, cell, mine, by > 0))
    return ladders


def _cells(effort: Effort) -> tuple[IntArray, int]:
    """The shortest periods of a day or more that any aim has, to be leveled apart: by interval, and how many."""
    longer = [aim for aim in effort.aims.aims if aim.goal.over not in LOCAL]
    if not longer:
        return np.zeros(effort.limits.grid.n_intervals, dtype=np.int64), 1
    finest = max(longer, key=lambda aim: len(aim.share))
    return finest.periods.index(finest.goal.over)


def _what_holds(effort: Effort, standing: Standing) -> BoolArray:
    """Whether all aims of each part hold in each cell of time, shape (n_parts, n_cells)."""
    of_group, of_aim = effort.parts
    cell_of, n_cells = _cells(effort)
    lacks = np.zeros((int(max(of_group.max(initial=0), of_aim.max(initial=0))) + 1, n_cells), dtype=np.int64)
    for part, aim, short in zip(of_aim.tolist(), effort.aims.aims, standing.shortfalls, strict=True):
        np.add.at(lacks[part], cell_of, short[aim.periods.index(aim.goal.over)[0]] > 0)
    return np.asarray(lacks == 0)


def _ordered(moves: Sequence[Move], seen: Standing, asked: Standing, by: int) -> list[Move]:
    """Additions by what they give, for the money, where the large bench lacks; removals by what they harm."""
    if by < 0:
        return sorted(moves, key=lambda m: max(price_of(seen, m), 0.0) / -m.cost)
    lacks = [(short > 0).astype(np.float64) for short in asked.shortfalls]
    if not any(lack.any() for lack in lacks):  # it only lacks balance
        lacks = [np.ones_like(lack) for lack in lacks]
    given = {id(m): _gain(m, seen, lacks) / m.cost for m in moves}
    return sorted((m for m in moves if given[id(m)] > 0), key=lambda m: -given[id(m)])


def _gain(move: Move, seen: Standing, lacks: Sequence[FloatArray]) -> float:
    """What a move gives to the periods that lack, in units of what they have."""
    parts = zip(seen.pressures, move.effect, lacks, strict=True)
    return sum(float((pressure * effect * lack).sum()) for pressure, effect, lack in parts)


def _apart(moves: Sequence[Move], shape: tuple[int, ...], spell: int) -> list[Move]:
    """Leave out moves that meet an earlier one."""
    found = []
    is_near = np.zeros(shape, dtype=bool)
    for move in moves:
        if not is_near[move.group][move.change != 0].any():
            is_near[move.group] |= around(move.change != 0, spell)
            found.append(move)
    return found


def _climbed(effort: Effort, headcount: IntArray, ladders: Sequence[Ladder]) -> IntArray:
    """Find how many moves of each ladder it takes, all ladders tried in the same runs."""
    while any(ladder.next is not None for ladder in ladders):
        tries = [ladder.count if ladder.next is None else ladder.next for ladder in ladders]
        changed = _applied(headcount, ladders, tries)
        standing = effort.standing(changed) if effort.limits.allow(changed) else None
        held = None if standing is None or not standing.is_balanced else _what_holds(effort, standing)
        for ladder, count in zip(ladders, tries, strict=True):
            if ladder.next is not None:
                ladder.learn(count, held is not None and bool(held[ladder.part, ladder.cell]))
    return effort.limits.mended(_applied(headcount, ladders, [ladder.count for ladder in ladders]))


def _applied(headcount: IntArray, ladders: Sequence[Ladder], counts: Sequence[int]) -> IntArray:
    changed = headcount.copy()
    for ladder, count in zip(ladders, counts, strict=True):
        for move in ladder.moves[:count]:
            changed[move.group] += move.change
    return changed

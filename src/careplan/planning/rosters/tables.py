"""Everybody's rules and everything that is needed as tables that compiled code reads, shifts by one number for all.

Comes in: a :class:`~careplan.planning.rosters.puzzle.Puzzle`. Goes out: :class:`Tables`. Left out: reading them
(``exchanging``).

People differ by class only (``kind``); the rules of rest are the same for all. The last shift number stands for a day
off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.rosters.puzzle import Puzzle

_ANY = 10**12
"""Hours nobody reaches, in units."""


class Tables(NamedTuple):
    """Needs and rules. Columns that begin with a class have a row for each; points are those of ``rosters.weights``."""

    need: FloatArray
    """People needed by day and shift, shape (n_days, n_shifts)."""
    price: FloatArray
    """Of one missing, points, same shape."""
    begin: IntArray
    """Of each shift on each day, ms, same shape."""
    end: IntArray
    """The same, ms."""
    weekday: IntArray
    """Of each day, 0 Monday."""
    daily_rest: int
    weekly_rest: int
    most_in_row: int
    together: int
    segment: int
    """As in :class:`~careplan.planning.rosters.rowrules.RowRules`."""
    alone_price: float
    weekend_price: float
    start_price: float
    """Points, as there."""
    cost: FloatArray
    """Wishes not granted by class, day and shift or day off, points; inf where it may not be."""
    midnight: IntArray
    """By class, ms, shape (n_kinds, n_days + 1)."""
    length: IntArray
    """Paid hours by class and shift, units of the class."""
    week_most: IntArray
    week_least: FloatArray
    """By class and week, units."""
    total_most: IntArray
    total_least: FloatArray
    """By class, units."""
    short_price: FloatArray
    """Of a unit, by class, points."""
    share: IntArray
    weekend_most: IntArray
    """By class, weekends."""
    alike: BoolArray
    """Whether a shift begins at the time of day of an anchor, shape (n_kinds, most anchors, n_shifts)."""
    n_anchors: IntArray
    """By class."""


def tables_of(puzzle: Puzzle) -> Tables:
    """Return a puzzle as tables. There is one class at least."""
    n_days, n_shifts = puzzle.need_of.shape
    every = [kind.rules for kind in puzzle.kinds]
    n_kinds, one = len(every), every[0]
    need, price = np.zeros((n_days, n_shifts)), np.zeros((n_days, n_shifts))
    wanted = puzzle.need_of >= 0
    need[wanted], price[wanted] = puzzle.need[puzzle.need_of[wanted]], puzzle.price[puzzle.need_of[wanted]]
    begin, end = np.zeros((2, n_days, n_shifts), dtype=np.int64)
    cost = np.full((n_kinds, n_days, n_shifts + 1), np.inf)
    length = np.zeros((n_kinds, n_shifts), dtype=np.int64)
    n_anchors = np.array([len(rules.alike) for rules in every], dtype=np.int64)
    alike = np.ones((n_kinds, int(n_anchors.max()), n_shifts), dtype=np.bool_)
    for k, (kind, rules) in enumerate(zip(puzzle.kinds, every, strict=True)):
        begin[:, kind.slots], end[:, kind.slots] = rules.begin, rules.end
        cost[k][:, kind.slots], cost[k, :, n_shifts] = kind.cost[:, :-1], kind.cost[:, -1]
        length[k, kind.slots] = rules.length
        alike[k][: n_anchors[k], kind.slots] = rules.alike
    free_weekends = [rules.n_weekends <= 1 for rules in every]
    return Tables(
        need,
        price,
        begin,
        end,
        one.weekday,
        one.daily_rest,
        one.weekly_rest,
        one.most_in_row,
        one.together,
        one.segment,
        float(one.alone_price),
        float(one.weekend_price),
        float(one.start_price),
        cost,
        np.array([rules.midnight for rules in every], dtype=np.int64),
        length,
        np.array([rules.week_most for rules in every], dtype=np.int64),
        np.array([rules.week_least for rules in every], dtype=np.float64),
        np.array([rules.total_most if rules.n_total > 1 else _ANY for rules in every], dtype=np.int64),
        np.array([rules.total_least if rules.n_total > 1 else 0.0 for rules in every], dtype=np.float64),
        np.array([rules.short_price for rules in every], dtype=np.float64),
        np.where(free_weekends, n_days, [rules.share for rules in every]).astype(np.int64),
        np.where(free_weekends, n_days, [rules.weekend_most for rules in every]).astype(np.int64),
        alike,
        n_anchors,
    )

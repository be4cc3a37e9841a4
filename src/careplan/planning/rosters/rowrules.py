"""The rules of one person as plain numbers, by name: what ``walking`` and ``exchanging`` are told.

Comes in: nothing. Goes out: :class:`RowRules`. Left out: where the numbers come from (``puzzle``), and what a roster
is judged by in the end (``labour``).
"""

from __future__ import annotations

from typing import NamedTuple

from careplan.columns import BoolArray, FloatArray, IntArray


class RowRules(NamedTuple):
    """What a row of shifts of one person keeps to, in the order in which ``walk`` takes it.

    Shifts are numbered among those the person may work. Hours are whole multiples of a unit, the greatest common
    divisor of the paid hours of these shifts.
    """

    begin: IntArray
    """Of each shift on each day, ms, shape (n_days, n_shifts)."""
    end: IntArray
    """The same, ms."""
    midnight: IntArray
    """At which days begin by the person's clock, and the last ends, ms, shape (n_days + 1,)."""
    length: IntArray
    """Paid hours of each shift, units."""
    daily_rest: int
    """Between two shifts at least, ms."""
    weekly_rest: int
    """In each week at least, ms."""
    most_in_row: int
    """Days at most."""
    long_off: int
    """Days off from which on they are alike."""
    together: int
    """Shorter runs of days off are priced."""
    alone_price: float
    """Of such a run, points."""
    week_most: IntArray
    """Hours of each week, units, shape (n_weeks,)."""
    week_least: FloatArray
    """Below which hours of a week are short, units."""
    total_most: int
    """Hours of the roster, units; counted only if ``n_total`` is above 1."""
    total_least: float
    """Below which hours of the roster are short, units."""
    short_price: float
    """Of a unit, points."""
    n_hours: int
    """States of the hours of a week: 1 where they do not matter, so 2 at least where they do, though there be none."""
    n_total: int
    """The same of the roster."""
    weekday: IntArray
    """Of each day, 0 Monday."""
    n_weekends: int
    """States of the weekends worked: 1 where they do not matter."""
    share: int
    """Weekends that are fair."""
    weekend_most: int
    """Weekends that may be."""
    weekend_price: float
    """Of one beyond the share, points."""
    alike: BoolArray
    """Shifts that begin alike, for each time of day a row may keep to, shape (n_anchors, n_shifts)."""
    start_price: float
    """Of a shift that does not, points."""
    segment: int
    """Days of a stretch with one such time of day."""

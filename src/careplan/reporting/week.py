"""The week at a glance: hours of the day down, weekdays across.

Comes in: a value for each of the 168 hours of the week. Goes out: a block of text 33 characters wide or so, so that
two stand side by side on 80 columns. Left out: where the values come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import FloatArray
from careplan.metrics.periods import Periods
from careplan.units import DAYS

EMPTY = "·"
"""Stands where there is nothing: nobody on duty, no case."""


def week_block(title: str, cells: Sequence[str], hours: Sequence[int]) -> str:
    """Return a block with a row for each hour of the day in ``hours``; hours that read alike share a row.

    Parameters
    ----------
    title
        The line above.
    cells
        168 texts, from Monday 00:00.
    hours
        Hours of the day to show, increasing.
    """
    width = max(3, *(len(cell) for cell in cells))
    lines = [title, " " * 5 + "".join(f" {day.title():>{width}}" for day in DAYS)]
    for hour in hours:
        row = [cells[24 * day + hour] for day in range(7)]
        lines.append(f"{hour:02}:00" + "".join(f" {cell:>{width}}" for cell in row))
    return "\n".join(lines)


def shown_hours(*values: ArrayLike) -> list[int]:
    """Return the hours of the day, from the first to the last in which any of the values (168 each) is there and
    not 0.
    """
    there = np.zeros(24, dtype=bool)
    for value in values:
        week = np.asarray(value, dtype=np.float64).reshape(7, 24)
        there |= (np.isfinite(week) & (week != 0)).any(axis=0)
    found = np.flatnonzero(there)
    return list(range(int(found[0]), int(found[-1]) + 1)) if len(found) else []


def headcount_cells(agents: ArrayLike) -> list[str]:
    """Return agents (168,) as text."""
    return [EMPTY if not math.isfinite(n) or n == 0 else f"{n:.0f}" for n in np.asarray(agents, dtype=float).tolist()]


def share_cells(shares: ArrayLike) -> list[str]:
    """Return shares (168,) as whole percent; NaN has no case."""
    return [EMPTY if not math.isfinite(share) else f"{100 * share:.0f}" for share in np.asarray(shares).tolist()]


def most_by_hour_of_week(agents: FloatArray, periods: Periods) -> FloatArray:
    """Return the most agents in any interval of each hour of the week, (168,); NaN for hours outside the periods.

    Parameters
    ----------
    agents
        On duty by measured interval, shape (n_intervals,).
    periods
        The measured intervals.
    """
    most = np.full(168, -1.0)
    np.maximum.at(most, periods.hour_of_week, agents)
    return np.where(most < 0, np.nan, most)

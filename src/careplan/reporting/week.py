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


def week_block(
    title: str,
    cells: Sequence[str],
    hours: Sequence[int],
    *,
    days: Sequence[int] = range(7),
    merged: bool = False,
) -> str:
    """Return a block with a row for each hour of the day in ``hours``.

    Parameters
    ----------
    title
        The line above.
    cells
        168 texts, from Monday 00:00.
    hours
        Hours of the day to show, increasing.
    days
        Weekdays to show, from 0 (Monday).
    merged
        Whether hours that read alike and follow one another share a row.
    """
    width = max(3, *(len(cell) for cell in cells))
    rows: list[tuple[int, int, list[str]]] = []
    for hour in hours:
        row = [cells[24 * day + hour] for day in days]
        if merged and rows and rows[-1][1] == hour and rows[-1][2] == row:
            rows[-1] = (rows[-1][0], hour + 1, row)
        else:
            rows.append((hour, hour + 1, row))
    lines = [title, " " * 5 + "".join(f" {DAYS[day].title():>{width}}" for day in days)]
    for begin, end, row in rows:
        label = f"{begin:02}-{end:02}" if merged else f"{begin:02}:00"
        lines.append(label + "".join(f" {cell:>{width}}" for cell in row))
    return "\n".join(lines)


def agent_blocks(
    groups: Sequence[str], agents: FloatArray, periods: Periods, shares: FloatArray | None = None
) -> list[str]:
    """Return a block of agents on duty for each group, the most in each hour.

    Parameters
    ----------
    groups
        Their names.
    agents
        On duty by group and measured interval, shape (n_groups, n_intervals).
    periods
        The measured intervals.
    shares
        Of the block that will stand beside, (168,): its hours are shown too. One group then has a row for each hour,
        so that the two can be read across; several groups have rows of like hours merged.
    """
    by_hour = [most_by_hour_of_week(row, periods) for row in agents]
    hours = shown_hours(*by_hour, *([] if shares is None else [np.isfinite(shares)]))
    merged = len(groups) > 1 or shares is None
    return [
        week_block(f"Agents on duty: {group}", headcount_cells(row), hours, days=weekdays(periods), merged=merged)
        for group, row in zip(groups, by_hour, strict=True)
    ]


def share_block(name: str, shares: FloatArray, agents: FloatArray, periods: Periods) -> str:
    """Return a block of the share in time by hour of the week, for the same hours as :func:`agent_blocks`."""
    by_hour = [most_by_hour_of_week(row, periods) for row in agents]
    hours = shown_hours(*by_hour, np.isfinite(shares))
    return week_block(f"% in time: {name}", share_cells(shares), hours, days=weekdays(periods))


def weekdays(periods: Periods) -> list[int]:
    """Return the weekdays that were measured, from 0 (Monday)."""
    return np.unique(periods.hour_of_week // 24).tolist()  # type: ignore[no-any-return]


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

"""The week at a glance: hours of the day down, weekdays across.

Comes in: a value for each of the 168 hours of the week. Goes out: a block of text 33 characters wide or so, so that
two stand side by side on 80 columns. Left out: where the values come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import BoolArray, FloatArray
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
    groups: Sequence[str], agents: FloatArray, periods: Periods, beside: FloatArray | None = None
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
    beside
        Figures of the block that will stand beside, (168,). One group then has a row for each hour of both, so that
        they can be read across; several groups each have their own hours, like ones merged.
    """
    by_hour = [most_by_hour_of_week(row, periods) for row in agents]
    days = weekdays(periods)
    if len(groups) == 1 and beside is not None:
        hours = shown_hours(by_hour[0] > 0, np.isfinite(beside))
        return [week_block(_title(groups[0]), headcount_cells(by_hour[0]), hours, days=days)]
    return [
        week_block(_title(group), headcount_cells(row), shown_hours(row > 0), days=days, merged=True)
        for group, row in zip(groups, by_hour, strict=True)
    ]


def _title(group: str) -> str:
    return f"Agents on duty: {group}"


def figure_block(title: str, values: FloatArray, agents: FloatArray, periods: Periods) -> str:
    """Return a block of figures by hour of the week, whole numbers, to stand beside those of :func:`agent_blocks`."""
    there = [np.isfinite(values)]
    if len(agents) == 1:
        there.append(most_by_hour_of_week(agents[0], periods) > 0)
    return week_block(title, figure_cells(values), shown_hours(*there), days=weekdays(periods))


def weekdays(periods: Periods) -> list[int]:
    """Return the weekdays that were measured, from 0 (Monday)."""
    return np.unique(periods.hour_of_week // 24).tolist()  # type: ignore[no-any-return]


def shown_hours(*there: BoolArray) -> list[int]:
    """Return the hours of the day from the first to the last in which there is anything on any weekday.

    ``there``: whether there is, by hour of the week, shape (168,) each.
    """
    found = np.flatnonzero(np.any(there, axis=0).reshape(7, 24).any(axis=0))
    return list(range(int(found[0]), int(found[-1]) + 1)) if len(found) else []


def headcount_cells(agents: ArrayLike) -> list[str]:
    """Return agents (168,) as text."""
    return [EMPTY if not math.isfinite(n) or n == 0 else f"{n:.0f}" for n in np.asarray(agents, dtype=float).tolist()]


def figure_cells(values: ArrayLike) -> list[str]:
    """Return figures (168,) as whole numbers; NaN has no case."""
    return [EMPTY if not math.isfinite(x) else f"{x:.0f}" for x in np.asarray(values).tolist()]


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

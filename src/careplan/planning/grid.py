"""The grid a plan is made on: the intervals to decide on, and how they repeat over the whole run.

Comes in: a scenario's clock, or plain numbers. Goes out: a :class:`Grid` that turns headcount by interval into a
roster. Left out: what the headcounts should be.

What is decided for the horizon is repeated by local weekday and time of day over warm-up and run-off; a horizon of
less than a week is repeated as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from careplan.columns import IntArray
from careplan.roster import Roster

if TYPE_CHECKING:
    from careplan.clock import Clock


@dataclass(frozen=True, eq=False)
class Grid:
    """Intervals of the horizon, and those of the whole run with the horizon's interval they repeat."""

    edges: IntArray
    """Of the whole run's intervals, ms, shape (n_run + 1,)."""
    origin: IntArray
    """For each of the run's intervals, the interval of the horizon whose headcount it has; shape (n_run,)."""
    first: int
    """The run's interval with which the horizon begins."""
    n_intervals: int
    """Of the horizon."""
    minutes: tuple[int, ...]
    """Local minute of the day at which each interval of the horizon begins."""

    @classmethod
    def of_clock(cls, clock: Clock) -> Grid:
        """Return the grid of a scenario's clock."""
        run = clock.intervals(whole_run=True)
        horizon = clock.intervals()
        first = clock.warm_up_days and next(i for i, x in enumerate(run) if x.begin == clock.horizon_from)
        by_day: dict[int, dict[int, int]] = {}
        for row, interval in enumerate(horizon):
            by_day.setdefault((interval.day - clock.start).days, {}).setdefault(interval.minute, row)
        days = clock.horizon_days
        cycle = min(days, 7)
        origin = []
        for row, interval in enumerate(run):
            day = (interval.day - clock.start).days
            if 0 <= day < days:
                origin.append(row - first)
                continue
            if day < 0:
                same = day % cycle
            else:
                same = days - cycle + (day - days) % cycle
            minutes = by_day[same]
            # A minute that the other day's change of clock skips: the last one before it.
            origin.append(minutes[max((m for m in minutes if m <= interval.minute), default=0)])
        return cls(
            edges=np.array([*(x.begin for x in run), run[-1].end], dtype=np.int64),
            origin=np.array(origin, dtype=np.int64),
            first=int(first),
            n_intervals=len(horizon),
            minutes=tuple(x.minute for x in horizon),
        )

    @classmethod
    def uniform(cls, n_intervals: int, interval_ms: int, *, before: int = 0, after: int = 0) -> Grid:
        """Return a grid of equal intervals, ``before`` and ``after`` of them outside the horizon, from midnight."""
        run = np.arange(-before, n_intervals + after)
        return cls(
            edges=np.arange(len(run) + 1, dtype=np.int64) * interval_ms,
            origin=run % n_intervals,
            first=before,
            n_intervals=n_intervals,
            minutes=tuple((i * interval_ms // 60_000) % 1440 for i in range(n_intervals)),
        )

    @property
    def horizon_edges(self) -> IntArray:
        """Edges of the horizon's intervals, ms, shape (n_intervals + 1,)."""
        return self.edges[self.first : self.first + self.n_intervals + 1]

    @property
    def lengths(self) -> IntArray:
        """Lengths of the horizon's intervals, ms, shape (n_intervals,)."""
        return np.diff(self.horizon_edges)

    def roster(self, groups: Sequence[str], headcount: IntArray) -> Roster:
        """Return the roster of the whole run.

        Parameters
        ----------
        groups
            Names, in alphabetical order.
        headcount
            Agents by group and interval of the horizon, shape (n_groups, n_intervals).
        """
        return Roster.from_headcount(self.edges, dict(zip(groups, headcount[:, self.origin], strict=True)))

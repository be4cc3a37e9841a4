"""The time axis of pictures: every step of a short horizon, or a typical week of a long one.

Comes in: measured periods, tables by interval. Goes out: an :class:`~careplan.reporting.plots.data.Axis` and columns
along it. Left out: what the columns mean.

Up to 14 days are shown as they passed, longer horizons as a typical week, hour by hour (our choice).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.metrics.periods import By, Periods
from careplan.reporting.plots.data import Axis, Band, Day, Numbers, number
from careplan.units import DAYS, HOUR_MS

LONGEST_DAYS = 14
"""Longer horizons are folded into a week."""
MOST_STEPS = 700
"""More intervals than these are shown by the hour."""
SPREAD = (0.1, 0.9)
"""Bands hold the middle 80 % of replications: what eight weeks of ten look like. Our choice."""
LEAST_FOR_SPREAD = 5
"""Fewer replications (or weeks of them) give no band."""


@dataclass(frozen=True, eq=False)
class Folding:
    """How measured intervals become the steps of an axis."""

    periods: Periods

    @property
    def is_folded(self) -> bool:
        """Whether the axis is a typical week."""
        return self.periods.index("day")[1] > LONGEST_DAYS

    @property
    def by(self) -> By:
        """The finest step shown."""
        return "hour" if self.is_folded or self.periods.n_intervals > MOST_STEPS else "interval"

    def axis(self) -> Axis:
        """Return the axis."""
        if self.is_folded:
            days = [Day(24.0 * d, name.title()) for d, name in enumerate(DAYS)]
            return Axis([float(h) for h in range(169)], days, True)
        index, n = self.periods.index(self.by)
        first = np.searchsorted(index, np.arange(n))
        edges = (np.append(self.periods.edges[first], self.periods.end) - self.periods.begin) / HOUR_MS
        day_ix, n_days = self.periods.index("day")
        midnights = self.periods.edges[np.searchsorted(day_ix, np.arange(n_days))] - self.periods.begin
        labels = self.periods.labels_of("day")
        days = [Day(at / HOUR_MS, day_name(label)) for at, label in zip(midnights.tolist(), labels, strict=True)]
        return Axis(edges.tolist(), days, False)

    def mean(self, table_ms: IntArray) -> list[float]:
        """Return the mean by step of a table of time, (n_replications, n_intervals), ÷ the length of the step."""
        return [float(samples.mean()) for samples in self._samples(table_ms)]

    def hourly(self, table_ms: IntArray) -> IntArray:
        """Return a table with each interval's share of its hour: short steps of few cases are mostly noise."""
        index, _ = self.periods.index("hour")
        length = self.periods.length_ms
        by_hour = self.periods.sums(table_ms, "hour") / self.periods.sums(length, "hour")
        return np.rint(by_hour[:, index] * length).astype(np.int64)

    def band(self, table_ms: IntArray) -> Band:
        """Return :meth:`mean` with the middle 80 % of replications (in a typical week: of all their weeks)."""
        value: Numbers = []
        low: Numbers = []
        high: Numbers = []
        for samples in self._samples(table_ms):
            value.append(number(float(samples.mean())))
            if len(samples) >= LEAST_FOR_SPREAD:
                bounds = np.quantile(samples, SPREAD)
                low.append(number(float(bounds[0])))
                high.append(number(float(bounds[1])))
        return Band(value, low, high) if len(low) == len(value) else Band(value, [], [])

    def _samples(self, table_ms: IntArray) -> Iterator[FloatArray]:
        """The values of each step, one for each replication, or each replication and week."""
        length = self.periods.sums(self.periods.length_ms, self.by)
        by_step = self.periods.sums(table_ms, self.by) / length
        if not self.is_folded:
            yield from by_step.T
            return
        index, n = self.periods.index("hour")
        hour_of_week = self.periods.hour_of_week[np.searchsorted(index, np.arange(n))]
        for hour in range(168):
            yield by_step[:, hour_of_week == hour].ravel()

    def spans(self, chosen: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
        """Return windows [begin, end), ms, as hours on the axis; in a typical week, those of its first full week."""
        begin = self.periods.begin
        until = self.periods.end
        if self.is_folded:
            starts = np.flatnonzero(self.periods.hour_of_week == 0)
            begin = int(self.periods.edges[starts[0]])
            until = min(until, begin + 168 * HOUR_MS)
        inside = [(max(a, begin), min(b, until)) for a, b in chosen]
        return [((a - begin) / HOUR_MS, (b - begin) / HOUR_MS) for a, b in inside if a < b]


def day_name(label: str) -> str:
    """Return a date as people say it.

    >>> day_name("2026-03-02")
    'Mon 2 Mar'
    """
    day = date.fromisoformat(label)
    return f"{day:%a} {day.day} {day:%b}"

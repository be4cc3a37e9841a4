"""The measured intervals and how they add up to hours, days, weeks, hours of the week and the total.

Comes in: a scenario's clock, or plain edges. Goes out: a frozen :class:`Periods`.
Left out: time zones and holidays; the clock has resolved them into instants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from careplan.columns import IntArray, frozen
from careplan.errors import TableError
from careplan.units import DAY_MS, DAYS, HOUR_MS

if TYPE_CHECKING:
    from careplan.clock import Clock

By = Literal["interval", "hour", "day", "week", "hour_of_week", "total"]
BY: tuple[By, ...] = ("interval", "hour", "day", "week", "hour_of_week", "total")


@dataclass(frozen=True, eq=False)
class Periods:
    """The measured intervals, back to back from ``horizon_from`` to ``horizon_to``.

    ``edges`` has shape (n_intervals + 1,), int64 ms; every other column (n_intervals,). Hours, days and
    weeks are numbered from 0 in order; a week is seven days from the first measured day, and the last one
    may be short. ``hour_of_week`` is 0 (Monday, midnight) to 167, in local time. ``labels`` are local
    starts, such as ``2026-03-02 09:30``.

    Raises
    ------
    TableError
        If edges do not increase, or a column does not fit them.
    """

    edges: IntArray
    hour_ix: IntArray
    day_ix: IntArray
    week_ix: IntArray
    hour_of_week: IntArray
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        found = []
        n = len(self.edges) - 1
        try:
            object.__setattr__(self, "edges", frozen(self.edges, "int64"))
            for name in ("hour_ix", "day_ix", "week_ix", "hour_of_week"):
                object.__setattr__(self, name, frozen(getattr(self, name), "int64", shape=(n,)))
        except (ValueError, TypeError, OverflowError) as error:
            raise TableError("periods", [str(error)]) from None
        if n < 1 or (np.diff(self.edges) <= 0).any():
            found.append(f"there are {n} intervals; expected at least one, with increasing edges")
        for name in ("hour_ix", "day_ix", "week_ix"):
            steps = np.diff(getattr(self, name), prepend=-1)
            if not np.isin(steps, (0, 1)).all() or getattr(self, name)[:1].any():
                found.append(f"{name} does not count up from 0 one at a time")
        if self.hour_of_week.size and not (0 <= self.hour_of_week.min() <= self.hour_of_week.max() < 168):
            found.append("hour_of_week is not 0 to 167")
        if len(self.labels) != n:
            found.append(f"there are {len(self.labels)} labels for {n} intervals")
        if found:
            raise TableError("periods", found)

    @classmethod
    def uniform(
        cls,
        n_intervals: int,
        interval_ms: int,
        *,
        begin: int = 0,
        first_day: str = "2026-03-02",
        first_minute: int = 0,
    ) -> Periods:
        """Return equal intervals on a calendar without clock changes.

        Parameters
        ----------
        n_intervals, interval_ms
            How many, and how long.
        begin
            Instant of the first edge, ms.
        first_day
            Its date; hours of the week follow from it.
        first_minute
            Its minute after midnight.
        """
        from datetime import datetime, timedelta

        at = np.arange(n_intervals + 1, dtype=np.int64) * interval_ms
        local = at[:-1] + first_minute * 60_000
        hour, day = local // HOUR_MS, local // DAY_MS
        midnight = datetime.fromisoformat(first_day)
        return cls(
            edges=begin + at,
            hour_ix=_numbered(hour),
            day_ix=_numbered(day),
            week_ix=_numbered(day // 7),
            hour_of_week=(midnight.weekday() * 24 + hour) % 168,
            labels=tuple(f"{midnight + timedelta(milliseconds=ms):%Y-%m-%d %H:%M}" for ms in local.tolist()),
        )

    @classmethod
    def of_clock(cls, clock: Clock) -> Periods:
        """Return the planning intervals of a scenario's horizon.

        On a day on which the clock is set back, the hour that comes twice has labels of its own the second
        time (``2026-10-25 02:00 again``) and adds up with the first in the hour of the week.
        """
        intervals = clock.intervals()
        midnight = dict(zip(clock.days, clock.midnights, strict=False))
        hour_of_run = np.array([(i.day.toordinal(), (i.begin - midnight[i.day]) // HOUR_MS) for i in intervals])
        new_hour = (np.diff(hour_of_run, axis=0) != 0).any(axis=1)
        day = np.array([(i.day - clock.start).days for i in intervals], dtype=np.int64)
        seen: set[str] = set()
        labels = []
        for i in intervals:
            label = f"{i.day:%Y-%m-%d} {i.minute // 60:02}:{i.minute % 60:02}"
            labels.append(f"{label} again" if label in seen else label)
            seen.add(label)
        return cls(
            edges=np.array([*(i.begin for i in intervals), intervals[-1].end], dtype=np.int64),
            hour_ix=np.concatenate(([0], np.cumsum(new_hour))),
            day_ix=day,
            week_ix=day // 7,
            hour_of_week=np.array([i.hour_of_week for i in intervals], dtype=np.int64),
            labels=tuple(labels),
        )

    @property
    def n_intervals(self) -> int:
        """How many intervals are measured."""
        return len(self.edges) - 1

    @property
    def begin(self) -> int:
        """Instant from which arrivals are measured (horizon_from)."""
        return int(self.edges[0])

    @property
    def end(self) -> int:
        """Instant before which arrivals are measured (horizon_to)."""
        return int(self.edges[-1])

    @cached_property
    def length_ms(self) -> IntArray:
        """Length of each interval, shape (n_intervals,)."""
        return np.diff(self.edges)

    @cached_property
    def _step(self) -> int:
        """Length of every interval if they are all equal, else 0."""
        first = int(self.length_ms[0])
        return first if bool((self.length_ms == first).all()) else 0

    def interval_of(self, at: IntArray) -> IntArray:
        """Return the interval each instant lies in, −1 outside all; shape of ``at``."""
        if self._step:
            since = at - self.begin
            interval = since // self._step  # rounds down, so what lies before the first edge is negative
            return np.where((since >= 0) & (at < self.end), interval, -1)
        interval = np.searchsorted(self.edges, at, side="right") - 1
        return np.where(at < self.end, interval, -1)

    def index(self, by: By) -> tuple[IntArray, int]:
        """Return the period of each interval and how many periods there are."""
        n = self.n_intervals
        if by == "interval":
            return np.arange(n), n
        if by == "total":
            return np.zeros(n, dtype=np.int64), 1
        if by == "hour_of_week":
            return self.hour_of_week, 168
        if by in ("hour", "day", "week"):
            index: IntArray = getattr(self, f"{by}_ix")
            return index, int(index[-1]) + 1
        raise TableError("periods", [f'period is "{by}"; known periods: {", ".join(BY)}'])

    def labels_of(self, by: By) -> tuple[str, ...]:
        """Return a label for every period: a local start, ``mon 09:00`` for hours of the week, or
        ``total``.
        """
        if by == "interval":
            return self.labels
        if by == "total":
            return ("total",)
        if by == "hour_of_week":
            return tuple(f"{day} {hour:02}:00" for day in DAYS for hour in range(24))
        index, n = self.index(by)
        starts = [self.labels[i] for i in np.searchsorted(index, np.arange(n)).tolist()]
        return tuple(s[:13] + ":00" + s[16:] for s in starts) if by == "hour" else tuple(s[:10] for s in starts)

    def sums(self, table: IntArray, by: By) -> IntArray:
        """Add up a table over its last axis, (…, n_intervals) to (…, n_periods): sums, never means of
        shares.
        """
        if by == "interval":
            return table
        index, n = self.index(by)
        if by == "hour_of_week":
            out = np.zeros((*table.shape[:-1], n), dtype=table.dtype)
            np.add.at(np.moveaxis(out, -1, 0), index, np.moveaxis(table, -1, 0))
            return out
        starts = np.searchsorted(index, np.arange(n))
        return np.asarray(np.add.reduceat(table, starts, axis=-1))


def _numbered(periods: IntArray) -> IntArray:
    """Number periods from 0 in order; one that no interval begins in is passed over (intervals longer than it)."""
    return np.cumsum(np.diff(periods, prepend=periods[:1]) != 0)

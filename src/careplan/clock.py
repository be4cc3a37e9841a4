"""Local time and instants: what zone, opening hours and holidays mean in milliseconds.

Comes in: a zone, a start date, counts of days. Goes out: whole milliseconds from instant 0, which is local midnight
of the first simulated day (``start`` minus the warm-up days), as an instant in UTC; and local labels for them.
Left out: anything random, and numpy; an engine never calls this.

Choices. A local day is cut into planning intervals by elapsed time from its midnight, so a day on which the clock
changes has 23 or 25 hours of them: no interval is longer or shorter than the others, and labels skip or repeat an
hour. Opening hours are wall-clock hours: on such a day ``00:00-08:00`` is 7 or 9 elapsed hours. A wall-clock time
that the clock skips is read as the instant it would have been without the change; a repeated one is its first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

from careplan.units import DAY_MS, DAYS, MINUTE_MS

Range: TypeAlias = tuple[int, int]
"""Minutes since midnight, [open, close); past midnight the close is above 1440."""
Window: TypeAlias = tuple[int, int]
"""Milliseconds from instant 0, [open, close)."""


@dataclass(frozen=True)
class WeekHours:
    """Opening hours as written: ranges per weekday, on holidays and on single dates."""

    week: tuple[tuple[Range, ...], ...]
    """For each weekday from Monday."""
    holidays: tuple[Range, ...] | None = None
    """On public holidays; None: as on their weekday."""
    dates: tuple[tuple[date, tuple[Range, ...]], ...] = ()
    """On single dates, which win over holidays."""

    def on(self, day: date, holidays: frozenset[date] = frozenset()) -> tuple[Range, ...]:
        """The ranges that begin on a date."""
        for special, ranges in self.dates:
            if special == day:
                return ranges
        if self.holidays is not None and day in holidays:
            return self.holidays
        return self.week[day.weekday()]


ALWAYS = WeekHours(week=(((0, 24 * 60),),) * 7)
"""Round the clock."""


@dataclass(frozen=True)
class Interval:
    """One planning interval [begin, end) with its local label."""

    begin: int
    end: int
    """Milliseconds from instant 0."""
    day: date
    """The local date."""
    minute: int
    """Wall-clock minute of the local day at ``begin``."""

    @property
    def hour_of_week(self) -> int:
        """0 is Monday 00:00-01:00, 167 is Sunday 23:00-24:00, by the wall clock."""
        return self.day.weekday() * 24 + self.minute // 60

    @property
    def label(self) -> str:
        """For example ``Mon 09:30``."""
        return f"{DAYS[self.day.weekday()].title()} {self.minute // 60:02d}:{self.minute % 60:02d}"


@dataclass(frozen=True)
class Clock:
    """The run's local calendar. Days are local dates; instants are milliseconds from instant 0.

    Days of the run are numbered from 0: ``warm_up_days`` of warm-up, then ``horizon_days`` measured, then as many
    as the run-off touches.
    """

    zone: str
    start: date
    """First measured day."""
    horizon_days: int
    warm_up_days: int = 0
    run_off_ms: int = 0
    interval_ms: int = 30 * MINUTE_MS
    holidays: frozenset[date] = frozenset()
    origin_ms: int | None = None
    """Instant 0 in milliseconds since 1970-01-01 UTC; None: local midnight of the first simulated day."""

    @cached_property
    def tz(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.zone)

    @cached_property
    def first_day(self) -> date:
        """The date of instant 0."""
        return self.start - timedelta(days=self.warm_up_days)

    @cached_property
    def epoch_ms(self) -> int:
        """Instant 0 in milliseconds since 1970-01-01 UTC."""
        if self.origin_ms is not None:
            return self.origin_ms
        return _utc_ms(datetime(self.first_day.year, self.first_day.month, self.first_day.day), self.tz)

    @property
    def horizon_from(self) -> int:
        """Where the measured time begins."""
        return self.midnights[self.warm_up_days]

    @property
    def horizon_to(self) -> int:
        """Where the measured time ends (exclusive)."""
        return self.midnights[self.warm_up_days + self.horizon_days]

    @property
    def end(self) -> int:
        """Where the run ends: the horizon's end plus the run-off."""
        return self.horizon_to + self.run_off_ms

    @cached_property
    def midnights(self) -> tuple[int, ...]:
        """Local midnights, from day 0 to the first one at or after ``end``: one more than there are days."""
        found, day = [], self.first_day
        last = self.warm_up_days + self.horizon_days
        while True:
            found.append(self.instant(datetime(day.year, day.month, day.day)))
            if len(found) > last and found[-1] >= found[last] + self.run_off_ms:
                return tuple(found)
            day += timedelta(days=1)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The local dates of the run: day k lasts from ``midnights[k]`` to ``midnights[k + 1]``."""
        return tuple(self.first_day + timedelta(days=k) for k in range(len(self.midnights) - 1))

    def elsewhere(self, zone: str, holidays: frozenset[date]) -> Clock:
        """Return the clock on another wall: the same instant 0, another zone's days, changes of clock and holidays.

        Its days begin one earlier and end one later than those of this clock, so that every instant of the run falls
        on one of them; its horizon is no one's.
        """
        if zone == self.zone and holidays == self.holidays:
            return self
        return replace(
            self,
            zone=zone,
            holidays=holidays,
            warm_up_days=self.warm_up_days + 1,
            horizon_days=self.horizon_days + 1,
            origin_ms=self.epoch_ms,
        )

    def instant(self, local: datetime) -> int:
        """Return a local wall-clock time (naive) as milliseconds from instant 0; before it, negative."""
        return _utc_ms(local, self.tz) - self.epoch_ms

    def local(self, instant: int) -> datetime:
        """Return the local wall-clock time of an instant, with its zone."""
        return _local(instant + self.epoch_ms, self.tz)

    def day_of(self, instant: int) -> int:
        """Return the number of the local day an instant falls on; before instant 0, -1; past the run, the last."""
        return min(bisect_right(self.midnights, instant) - 1, len(self.days) - 1)

    def intervals(self, *, whole_run: bool = False) -> tuple[Interval, ...]:
        """Return the planning intervals of the horizon, or of the whole run, in order and without gaps."""
        first = 0 if whole_run else self.warm_up_days
        last = len(self.days) if whole_run else self.warm_up_days + self.horizon_days
        found = []
        for number in range(first, last):
            begin, stop = self.midnights[number], self.midnights[number + 1]
            changes = stop - begin != DAY_MS
            while begin < stop:
                end = min(begin + self.interval_ms, stop)
                if changes:
                    wall = self.local(begin)
                    minute = wall.hour * 60 + wall.minute
                else:
                    minute = (begin - self.midnights[number]) // MINUTE_MS
                found.append(Interval(begin, end, self.days[number], minute))
                begin = end
        return tuple(found)

    def open_windows(self, hours: WeekHours) -> tuple[Window, ...]:
        """Return the windows of the whole run in which named hours are open, in order, touching ones merged.

        Windows are cut at instant 0 and at the last midnight of ``midnights`` (at or after the run's end). Hours
        that began on the day before instant 0 and run past midnight are included.
        """
        windows = []
        for day in (self.first_day - timedelta(days=1), *self.days):
            midnight = datetime(day.year, day.month, day.day)
            for begin, end in hours.on(day, self.holidays):
                opens = self.instant(midnight + timedelta(minutes=begin))
                closes = self.instant(midnight + timedelta(minutes=end))
                windows.append((opens, closes))
        return cut(merge_windows(windows), 0, self.midnights[-1])


def merge_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return windows in order, with touching and overlapping ones merged and empty ones dropped.

    >>> merge_windows([(5, 8), (0, 3), (3, 5), (9, 9)])
    ((0, 8),)
    """
    merged: list[Window] = []
    for begin, end in sorted(windows):
        if begin >= end:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return tuple(merged)


def cut(windows: Sequence[Window], begin: int, end: int) -> tuple[Window, ...]:
    """Return the parts of windows inside [begin, end)."""
    parts = ((max(b, begin), min(e, end)) for b, e in windows)
    return tuple((b, e) for b, e in parts if b < e)


def outside(windows: Iterable[Window], taken: Sequence[Window]) -> tuple[Window, ...]:
    """Return the parts of windows that lie outside others, which are in order and apart.

    >>> outside([(0, 10), (20, 30)], [(3, 5), (8, 22)])
    ((0, 3), (5, 8), (22, 30))
    """
    found = []
    for begin, end in windows:
        at = begin
        for a, b in cut(taken, begin, end):
            if a > at:
                found.append((at, a))
            at = b
        if at < end:
            found.append((at, end))
    return tuple(found)


def public_holidays(country: str, subdivision: str | None, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of a country in some years.

    Raises
    ------
    NotImplementedError
        If the country or subdivision is not known to the ``holidays`` library.
    """
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=sorted(set(years))))


def _utc_ms(local: datetime, tz: ZoneInfo) -> int:
    """Milliseconds since 1970 UTC of a naive local time; a repeated time is its first instant."""
    aware = local.replace(tzinfo=tz, fold=0)
    return round((aware.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def _local(utc_ms: int, tz: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=utc_ms)).astimezone(tz)

"""The grid: what is decided for the horizon repeats over the whole run."""

from __future__ import annotations

from datetime import date

import numpy as np

from careplan.clock import Clock
from careplan.planning.grid import Grid
from careplan.units import DAY_MS, HOUR_MS


def clock_of(start: date, days: int, *, before: int, after: int) -> Clock:
    return Clock("Europe/Prague", start, days, warm_up_days=before, run_off_ms=after * DAY_MS, interval_ms=HOUR_MS)


def test_the_day_before_the_week_has_the_weeks_sunday_and_the_day_after_its_monday() -> None:
    grid = Grid.of_clock(clock_of(date(2026, 3, 2), 7, before=1, after=1))
    assert grid.n_intervals == 168 and grid.first == 24
    assert grid.origin[:24].tolist() == list(range(144, 168))
    assert grid.origin[24:192].tolist() == list(range(168))
    assert grid.origin[192:].tolist() == list(range(24))


def test_a_horizon_of_two_days_repeats_as_a_whole() -> None:
    grid = Grid.of_clock(clock_of(date(2026, 3, 3), 2, before=1, after=2))
    assert grid.origin[::24].tolist() == [24, 0, 24, 0, 24]


def test_of_ten_days_the_last_of_the_same_weekday_repeats() -> None:
    grid = Grid.of_clock(clock_of(date(2026, 3, 2), 10, before=1, after=1))
    assert grid.origin[0] == 6 * 24  # a Sunday
    assert grid.origin[-24] == 3 * 24  # after Wednesday the 11th comes a Thursday


def test_where_the_clock_skips_an_hour_the_one_before_it_repeats() -> None:
    """The week ends with the Sunday of the change, which has no 02:00; the Sunday before it has one."""
    grid = Grid.of_clock(clock_of(date(2026, 3, 23), 7, before=1, after=0))
    assert grid.n_intervals == 167
    sunday = 6 * 24
    assert grid.origin[:4].tolist() == [sunday, sunday + 1, sunday + 1, sunday + 2]


def test_the_roster_has_the_headcount_of_every_interval_of_the_run() -> None:
    grid = Grid.uniform(3, HOUR_MS, before=1, after=2)
    roster = grid.roster(("a", "b"), np.array([[1, 2, 0], [0, 1, 1]]))
    assert (roster.on_duty(grid.edges) / HOUR_MS).tolist() == [[0, 1, 2, 0, 1, 2], [1, 0, 1, 1, 0, 1]]

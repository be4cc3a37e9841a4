"""Intervals and how they add up, clock changes included."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from careplan.clock import Clock
from careplan.errors import TableError
from careplan.metrics.periods import BY, Periods
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS

HALF_HOUR = 30 * MINUTE_MS


def test_an_interval_holds_its_begin_and_not_its_end():
    periods = Periods.uniform(4, 100, begin=1000)
    assert periods.interval_of(np.array([-1, 999, 1000, 1099, 1100, 1399, 1400])).tolist() == [-1, -1, 0, 0, 1, 3, -1]


def test_intervals_of_different_lengths_are_found_too():
    periods = Periods(
        edges=[0, 10, 40, 50],
        hour_ix=[0, 0, 0],
        day_ix=[0, 0, 0],
        week_ix=[0, 0, 0],
        hour_of_week=[0, 0, 0],
        labels=("a", "b", "c"),
    )
    assert periods.interval_of(np.array([-5, 0, 10, 39, 40, 49, 50])).tolist() == [-1, 0, 1, 1, 2, 2, -1]


def test_a_fortnight_adds_up_over_every_kind_of_period():
    """L08: intervals add up to hours, hours of the week, days, weeks and the total."""
    periods = Periods.uniform(14 * 48, HALF_HOUR)
    table = np.random.default_rng(1).integers(0, 50, size=(3, 2, periods.n_intervals))
    whole = table.sum(axis=-1)
    for by in BY:
        sums = periods.sums(table, by)
        assert sums.shape == (3, 2, len(periods.labels_of(by)))
        assert np.array_equal(sums.sum(axis=-1), whole)
    assert periods.sums(table, "day")[0, 0, 1] == table[0, 0, 48:96].sum()
    monday_first_hour = table[1, 1, [0, 1, 336, 337]].sum()
    assert periods.sums(table, "hour_of_week")[1, 1, 0] == monday_first_hour


def test_labels_are_local_starts():
    periods = Periods.uniform(14 * 48, HALF_HOUR)
    assert periods.labels_of("interval")[19] == "2026-03-02 09:30"
    assert periods.labels_of("hour")[9] == "2026-03-02 09:00"
    assert periods.labels_of("day") == tuple(f"2026-03-{day:02}" for day in range(2, 16))
    assert periods.labels_of("week") == ("2026-03-02", "2026-03-09")
    assert periods.labels_of("hour_of_week")[33] == "tue 09:00"
    assert periods.labels_of("total") == ("total",)


def test_a_week_that_begins_on_wednesday_begins_at_its_hour_of_the_week():
    periods = Periods.uniform(48, HALF_HOUR, first_day="2026-03-04")
    assert periods.hour_of_week[[0, 1, 2, 47]].tolist() == [48, 48, 49, 71]


def test_the_horizon_of_a_clock_begins_after_the_warm_up():
    clock = Clock("Europe/Prague", date(2026, 3, 2), horizon_days=7, warm_up_days=1)
    periods = Periods.of_clock(clock)
    assert periods.begin == DAY_MS
    assert periods.end == 8 * DAY_MS
    assert periods.n_intervals == 336
    assert periods.labels[0] == "2026-03-02 00:00"
    assert periods.hour_of_week[0] == 0
    assert periods.labels_of("week") == ("2026-03-02",)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clock_changes_has_all_its_hours(day, hours):
    clock = Clock("Europe/Prague", day, horizon_days=2)
    periods = Periods.of_clock(clock)
    ones = np.ones(periods.n_intervals, dtype=np.int64)
    assert periods.sums(ones, "day").tolist() == [2 * hours, 48]
    assert periods.index("hour")[1] == hours + 24
    assert (periods.sums(ones, "hour") == 2).all()
    assert len(set(periods.labels)) == periods.n_intervals
    assert len(set(periods.labels_of("hour"))) == hours + 24
    sunday = periods.sums(ones, "hour_of_week")[6 * 24 : 7 * 24]
    if hours == 23:
        assert sunday[2] == 0 and "2026-03-29 02:00" not in periods.labels
    else:
        assert sunday[2] == 4 and "2026-10-25 02:30 again" in periods.labels


def test_a_horizon_that_is_no_whole_week_has_a_short_last_week():
    clock = Clock("UTC", date(2026, 3, 2), horizon_days=10)
    periods = Periods.of_clock(clock)
    ones = np.ones(periods.n_intervals, dtype=np.int64)
    assert periods.sums(ones, "week").tolist() == [336, 144]
    assert periods.sums(periods.length_ms, "total").tolist() == [10 * 24 * HOUR_MS]


def test_an_interval_longer_than_an_hour_is_an_hour_of_its_own():
    periods = Periods.uniform(4, 12 * HOUR_MS)
    assert periods.hour_ix.tolist() == [0, 1, 2, 3] and periods.day_ix.tolist() == [0, 0, 1, 1]
    assert periods.labels_of("hour") == ("2026-03-02 00:00", "2026-03-02 12:00", "2026-03-03 00:00", "2026-03-03 12:00")


def test_what_is_wrong_with_periods_is_said():
    good = {"hour_ix": [0, 0], "day_ix": [0, 0], "week_ix": [0, 0], "hour_of_week": [0, 0], "labels": ("a", "b")}
    for change, sentence in [
        ({"edges": [0, 10, 10]}, "increasing edges"),
        ({"edges": [0, 10]}, "shape"),
        ({"day_ix": [0, 2]}, "day_ix does not count up"),
        ({"hour_ix": [1, 1]}, "hour_ix does not count up"),
        ({"hour_of_week": [0, 168]}, "0 to 167"),
        ({"labels": ("a",)}, "1 labels for 2 intervals"),
    ]:
        with pytest.raises(TableError, match=sentence):
            Periods(**{"edges": [0, 10, 20], **good, **change})
    with pytest.raises(TableError, match="known periods"):
        Periods.uniform(2, 10).index("month")

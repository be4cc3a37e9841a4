"""Local time and instants, days on which the clock changes included."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.clock import ALWAYS, Clock, WeekHours, cut, merge_windows, outside, public_holidays
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS

DESK = WeekHours(week=(((480, 1200),),) * 5 + (((540, 780),), ()))
NIGHT = WeekHours(week=(((1320, 1800),),) * 7)


def march(**more: object) -> Clock:
    """A week of Prague in which nothing special happens, after one day of warm-up."""
    return Clock(zone="Europe/Prague", start=date(2026, 3, 2), horizon_days=7, **{"warm_up_days": 1, **more})  # type: ignore[arg-type]


def test_instant_0_is_local_midnight_of_the_first_warm_up_day() -> None:
    clock = march()
    assert clock.first_day == date(2026, 3, 1)
    assert clock.instant(datetime(2026, 3, 1)) == 0
    assert clock.local(0).isoformat() == "2026-03-01T00:00:00+01:00"
    assert clock.horizon_from == DAY_MS and clock.horizon_to == 8 * DAY_MS and clock.end == 8 * DAY_MS


def test_the_run_covers_every_day_its_run_off_touches() -> None:
    clock = march(run_off_ms=DAY_MS + 30 * MINUTE_MS)
    assert clock.end == 9 * DAY_MS + 30 * MINUTE_MS
    assert len(clock.days) == 10 and clock.midnights[-1] >= clock.end
    assert clock.days[-1] == date(2026, 3, 10)
    assert [clock.day_of(t) for t in (-1, 0, DAY_MS - 1, DAY_MS, clock.end, 99 * DAY_MS)] == [
        -1,
        0,
        0,
        1,
        9,
        9,
    ]


def test_a_spring_day_has_23_hours_and_skips_one() -> None:
    clock = Clock("Europe/Prague", date(2026, 3, 29), 1, interval_ms=HOUR_MS)
    assert clock.horizon_to == 23 * HOUR_MS
    assert [i.minute // 60 for i in clock.intervals()] == [0, 1, *range(3, 24)]
    assert clock.instant(datetime(2026, 3, 29, 3)) == 2 * HOUR_MS


def test_an_autumn_day_has_25_hours_and_repeats_one() -> None:
    clock = Clock("Europe/Prague", date(2026, 10, 25), 1, interval_ms=HOUR_MS)
    assert clock.horizon_to == 25 * HOUR_MS
    assert [i.minute // 60 for i in clock.intervals()] == [0, 1, 2, 2, *range(3, 24)]
    assert clock.instant(datetime(2026, 10, 25, 2, 30)) == 2 * HOUR_MS + 30 * MINUTE_MS  # the first of the two


def test_a_time_the_clock_skips_is_read_as_without_the_change() -> None:
    clock = Clock("Europe/Prague", date(2026, 3, 29), 1)
    assert clock.instant(datetime(2026, 3, 29, 2, 30)) == 2 * HOUR_MS + 30 * MINUTE_MS


def test_opening_hours_follow_the_wall_clock_over_a_change() -> None:
    early = WeekHours(week=(((0, 480),),) * 7)
    spring = Clock("Europe/Prague", date(2026, 3, 29), 1).open_windows(early)
    autumn = Clock("Europe/Prague", date(2026, 10, 25), 1).open_windows(early)
    assert spring == ((0, 7 * HOUR_MS),) and autumn == ((0, 9 * HOUR_MS),)


def test_round_the_clock_is_one_window() -> None:
    clock = march(run_off_ms=2 * DAY_MS)
    assert clock.open_windows(ALWAYS) == ((0, clock.midnights[-1]),)
    october = Clock("Europe/Prague", date(2026, 10, 20), 10)
    assert october.open_windows(ALWAYS) == ((0, october.end),)


def test_hours_past_midnight_reach_into_the_next_day_and_come_from_the_day_before() -> None:
    windows = march().open_windows(NIGHT)
    assert windows[0] == (0, 6 * HOUR_MS)  # began on the day before instant 0
    assert windows[1] == (22 * HOUR_MS, 30 * HOUR_MS)
    assert windows[-1][1] == march().midnights[-1]


def test_holidays_and_single_dates_have_their_own_hours() -> None:
    wednesday = date(2026, 3, 4)
    closed = WeekHours(DESK.week, holidays=())
    assert closed.on(wednesday) == ((480, 1200),)
    assert closed.on(wednesday, frozenset([wednesday])) == ()
    assert DESK.on(wednesday, frozenset([wednesday])) == ((480, 1200),)  # says nothing of holidays
    special = WeekHours(DESK.week, holidays=(), dates=((wednesday, ((600, 660),)),))
    assert special.on(wednesday, frozenset([wednesday])) == ((600, 660),)
    clock = march(holidays=frozenset([wednesday]))
    assert len(clock.open_windows(DESK)) - len(clock.open_windows(closed)) == 1


def test_public_holidays_of_a_country_are_looked_up() -> None:
    found = public_holidays("CZ", None, [2026])
    assert date(2026, 12, 24) in found and date(2026, 3, 4) not in found
    with pytest.raises(NotImplementedError):
        public_holidays("XQ", None, [2026])


def test_labels_name_the_local_day_and_the_hour_of_the_week() -> None:
    first, *_, last = march().intervals()
    assert (first.label, first.hour_of_week, first.begin) == ("Mon 00:00", 0, DAY_MS)
    assert (last.label, last.hour_of_week, last.end) == ("Sun 23:30", 167, 8 * DAY_MS)
    assert march().intervals(whole_run=True)[0].label == "Sun 00:00"


@given(
    st.sampled_from(
        ["Europe/Prague", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
    ),
    st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    st.integers(1, 10),
    st.integers(0, 3),
    st.sampled_from([5, 15, 30, 60]),
    st.integers(0, 3 * DAY_MS),
)
def test_intervals_tile_the_run_in_any_zone(
    zone: str, start: date, days: int, warm_up: int, minutes: int, run_off: int
) -> None:
    clock = Clock(zone, start, days, warm_up, run_off, minutes * MINUTE_MS)
    found = clock.intervals(whole_run=True)
    assert found[0].begin == 0 and found[-1].end == clock.midnights[-1]
    assert all(a.end == b.begin for a, b in zip(found, found[1:], strict=False))
    assert all(0 < i.end - i.begin <= minutes * MINUTE_MS for i in found)
    assert clock.intervals()[0].begin == clock.horizon_from and clock.intervals()[-1].end == clock.horizon_to
    for interval in found[:: max(1, len(found) // 50)]:
        wall = clock.local(interval.begin)
        assert (wall.date(), wall.hour * 60 + wall.minute) == (interval.day, interval.minute)
        assert clock.days[clock.day_of(interval.begin)] == interval.day


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 9 * 24 * 60 - 1))
def test_a_wall_clock_time_goes_there_and_back_unless_skipped(start: date, minute: int) -> None:
    clock = Clock("America/New_York", start, 7)
    local = datetime(start.year, start.month, start.day) + timedelta(minutes=minute)
    back = clock.local(clock.instant(local)).replace(tzinfo=None)
    assert back == local or (back - local == timedelta(hours=1) and local.month == 3)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_merged_windows_cover_the_same_instants(windows: list[tuple[int, int]], begin: int, end: int) -> None:
    merged = merge_windows(windows)
    assert {t for b, e in merged for t in range(b, e)} == {t for b, e in windows for t in range(b, e)}
    assert all(left[1] < right[0] for left, right in zip(merged, merged[1:], strict=False))
    inside = {t for b, e in merged for t in range(b, e)} & set(range(begin, end))
    assert sum(b - a for a, b in cut(merged, begin, end)) == len(inside)
    assert {t for b, e in cut(merged, begin, end) for t in range(b, e)} == inside


def test_outside_is_what_others_leave() -> None:
    assert outside([(0, 10)], [(2, 4), (6, 12)]) == ((0, 2), (4, 6))
    assert outside([(0, 10)], []) == ((0, 10),) and outside([(3, 5)], [(0, 9)]) == ()

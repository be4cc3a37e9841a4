"""How many cases to expect when: profiles, calendars, bursts, growth, counted series."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from careplan.columns import FloatArray
from careplan.scenario.models import Scenario
from careplan.streams import key_of
from careplan.units import DAY_MS, HOUR_MS
from careplan.workload.volume import base_rate, day_factors, drawn_bursts, drawn_rate, expected_cases, poisson_process
from tests.workload.worlds import one_queue, queue, scenario_of, within_4_errors

PLAIN = "\n  zone: Europe/Prague\n  start: 2026-03-02\n  horizon: 1 week\n  run_off: 1 day\n"
SPRING = "\n  zone: Europe/Prague\n  start: 2026-03-23\n  horizon: 1 week\n  run_off: 1 day\n"  # forward on the 29th
AUTUMN = "\n  zone: Europe/Prague\n  start: 2026-10-19\n  horizon: 1 week\n  run_off: 1 day\n"  # back on 25 October


def by_day(scenario: Scenario, name: str = "q") -> dict[date, float]:
    """Expected cases by local date."""
    clock = scenario.clock
    cases = base_rate(scenario, name).expected(np.array(clock.midnights))
    return dict(zip(clock.days, cases.tolist(), strict=True))


def measured(scenario: Scenario, name: str = "q") -> float:
    clock = scenario.clock
    return float(base_rate(scenario, name).expected(np.array([clock.horizon_from, clock.horizon_to]))[0])


@pytest.mark.parametrize("amount", ["per_week: 1680", "per_day: 240", "per_hour: 10"])
@pytest.mark.parametrize(
    "shape", ["", ", by_day: {mon: 2, tue-fri: 1, sat-sun: 0}", ", by_hour: [" + "1, " * 23 + "5]"]
)
def test_a_plain_week_has_its_cases(amount: str, shape: str) -> None:
    assert measured(one_queue(f"volume: {{{amount}{shape}}}")) == pytest.approx(1680)


def test_a_short_form_is_a_rate() -> None:
    scenario = one_queue("volume: 33.6 per hour")
    np.testing.assert_allclose(expected_cases(scenario, "q"), 16.8)


@pytest.mark.parametrize(("amount", "cases"), [("per_week: 1280", 1280), ("per_day: 100", 700), ("per_hour: 10", 640)])
def test_live_customers_come_while_it_is_open_and_the_week_keeps_its_cases(amount: str, cases: float) -> None:
    # desk is open 5 × 12 + 4 = 64 h a week
    scenario = one_queue(f"volume: {{{amount}}}\nopen: desk", channel="phone")
    assert measured(scenario) == pytest.approx(cases)
    rate = base_rate(scenario, "q")
    closed = np.array(
        [scenario.clock.instant(datetime(2026, 3, 7, 13)), scenario.clock.instant(datetime(2026, 3, 9, 8))]
    )
    assert rate.expected(closed)[0] == 0


def test_opening_hours_off_the_hour_cut_the_cells() -> None:
    weights = [1 if 8 <= hour < 10 else 0 for hour in range(24)]
    volume = f"volume: {{per_week: 70, by_hour: {weights}}}\nopen: half"
    scenario = one_queue(volume, channel="phone", hours="half: {daily: 08:10-08:40}")
    eight = scenario.clock.instant(datetime(2026, 3, 3, 8))
    ten_minutes = base_rate(scenario, "q").expected(eight + np.arange(7) * 600_000)
    np.testing.assert_allclose(ten_minutes, [0, 10 / 3, 10 / 3, 10 / 3, 0, 0], atol=1e-9)


def test_the_profile_is_followed_cell_by_cell() -> None:
    weights = list(range(1, 169))
    scenario = one_queue(f"volume: {{per_week: 1000, by_hour_of_week: {weights}}}")
    clock = scenario.clock
    hours = np.arange(clock.horizon_from, clock.horizon_to + 1, HOUR_MS)
    np.testing.assert_allclose(base_rate(scenario, "q").expected(hours), 1000 * np.array(weights) / sum(weights))


def test_a_profile_may_be_finer_than_the_planning_interval() -> None:
    rows = "".join(f"{minute},{1 if minute % 60 < 5 else 0}\n" for minute in range(0, 7 * 1440, 5))
    scenario = one_queue(
        "volume: {per_week: 168, by_interval: w.csv}", files={"w.csv": "minute_of_week,weight\n" + rows}
    )
    clock = scenario.clock
    five = base_rate(scenario, "q").expected(np.arange(clock.horizon_from, clock.horizon_to + 1, 5 * 60_000))
    np.testing.assert_allclose(five.reshape(-1, 12)[:, 0], 1)
    np.testing.assert_allclose(five.reshape(-1, 12)[:, 1:], 0, atol=1e-12)
    np.testing.assert_allclose(expected_cases(scenario, "q")[48:52], [1, 0, 1, 0], atol=1e-12)


def test_a_day_of_23_hours_misses_an_hour_and_one_of_25_has_it_twice() -> None:
    weights = [10 if hour == 2 else 1 for hour in range(24)]
    for calendar, changed, cases in ((SPRING, date(2026, 3, 29), 23), (AUTUMN, date(2026, 10, 25), 43)):
        days = by_day(one_queue(f"volume: {{per_day: 33, by_hour: {weights}}}", calendar=calendar))
        assert days.pop(changed) == pytest.approx(cases)
        np.testing.assert_allclose(list(days.values()), 33)


@pytest.mark.parametrize("calendar", [SPRING, AUTUMN])
def test_a_desk_open_by_day_does_not_notice_the_change_of_the_clock(calendar: str) -> None:
    hours = "day: {daily: 08:00-20:00}"
    days = by_day(one_queue("volume: {per_day: 80}\nopen: day", channel="phone", calendar=calendar, hours=hours))
    np.testing.assert_allclose(list(days.values()), 80)


def test_holidays_known_factors_and_growth_multiply() -> None:
    calendar = PLAIN + "  holidays: {dates: [2026-03-04]}\n"
    factors = "on_holidays: 50 %, day_factor: {2026-03-04: 1.5, 2026-03-05: 0.2}, growth: 10 % per day"
    days = by_day(one_queue(f"volume: {{per_day: 100, {factors}}}", calendar=calendar))
    assert days[date(2026, 3, 1)] == pytest.approx(100 / 1.1)  # the warm-up is before the start
    assert days[date(2026, 3, 2)] == pytest.approx(100)
    assert days[date(2026, 3, 4)] == pytest.approx(100 * 1.1**2 * 0.5 * 1.5)
    assert days[date(2026, 3, 5)] == pytest.approx(100 * 1.1**3 * 0.2)


@pytest.mark.parametrize(("per", "days"), [("week", 7), ("month", 30.4375), ("year", 365.25)])
def test_growth_compounds_over_its_period(per: str, days: float) -> None:
    calendar = PLAIN.replace("1 week", "60 days")
    found = by_day(one_queue(f"volume: {{per_day: 100, growth: 8 % per {per}}}", calendar=calendar))
    assert found[date(2026, 4, 20)] == pytest.approx(100 * 1.08 ** (49 / days))


def test_a_burst_halves_in_its_half_life() -> None:
    scenario = one_queue("volume: {per_hour: 60, spikes: [{at: 2026-03-04 18:00, height: 300 %, half_life: 3 h}]}")
    rate = drawn_rate(scenario, "q", seed=1, replication=0)
    at = scenario.clock.instant(datetime(2026, 3, 4, 18))

    def minutes(begin: int, count: int) -> float:
        return float(rate.expected(np.array([begin, begin + count * 60_000]))[0]) / count

    assert minutes(at - 60_000, 1) == pytest.approx(1)
    # Cells are at most a quarter of a half-life, so the first 45 min have the mean of 1 + 3·2^(−t/3 h) over them.
    for half_lives in (0, 1, 2):
        mean_of_extra = 3 * (1 - 2**-0.25) / (0.25 * math.log(2)) / 2**half_lives
        assert minutes(at + half_lives * 3 * HOUR_MS, 45) == pytest.approx(1 + mean_of_extra)
    extra = rate.expected(np.array([at, at + 2 * DAY_MS]))[0] - 2 * 24 * 60
    assert extra == pytest.approx(60 * 3 * 3 / math.log(2), rel=2e-3)
    np.testing.assert_allclose(
        expected_cases(scenario, "q"),
        rate.expected(
            np.array([i.begin for i in scenario.clock.intervals(whole_run=True)] + [scenario.clock.midnights[-1]])
        ),
    )


def test_a_burst_with_a_chance_happens_that_often() -> None:
    scenario = one_queue(
        "volume: {per_hour: 1, spikes: [{at: 2026-03-04 18:00, height: 100 %, half_life: 3 h, chance: 30 %}]}"
    )
    happened = [len(drawn_bursts(scenario, "q", seed=1, replication=r)) for r in range(2000)]
    assert set(happened) == {0, 1}
    assert within_4_errors(np.array(happened, dtype=float), 0.3)
    mean = expected_cases(scenario, "q").sum()
    assert mean == pytest.approx(9 * 24 + 0.3 * 3 / math.log(2), rel=1e-3)


def test_random_bursts_come_at_their_rate_and_have_the_mean_expected() -> None:
    scenario = one_queue("volume: {per_hour: 10, spikes: [{every: 2 per week, height: 200 %, half_life: 4 h}]}")
    clock = scenario.clock
    counts, cases = [], []
    for replication in range(500):
        bursts = drawn_bursts(scenario, "q", seed=3, replication=replication)
        counts.append(sum(0 <= at < clock.midnights[-1] for at, _, _ in bursts))
        cases.append(float(drawn_rate(scenario, "q", seed=3, replication=replication).cases.sum()))
    assert within_4_errors(np.array(counts, dtype=float), 2 * 9 / 7)
    assert within_4_errors(np.array(cases), float(expected_cases(scenario, "q").sum()))
    assert np.var(counts) == pytest.approx(2 * 9 / 7, rel=0.25)


def test_bursts_from_before_the_run_still_last() -> None:
    scenario = one_queue("volume: {per_hour: 10, spikes: [{at: 2026-02-28 23:00, height: 200 %, half_life: 6 h}]}")
    first_hour = drawn_rate(scenario, "q", seed=1, replication=0).expected(np.array([0, HOUR_MS]))[0]
    assert 10 * (1 + 2 * 2 ** (-2 / 6)) < first_hour < 10 * (1 + 2 * 2 ** (-1 / 6))


def test_a_counted_series_is_replayed_as_means() -> None:
    start = datetime(2026, 3, 1)
    rows = [(start + timedelta(hours=h), h % 7) for h in range(9 * 24)]
    text = "start,cases\n" + "".join(f"{at:%Y-%m-%d %H:%M},{cases}\n" for at, cases in rows)
    scenario = one_queue("volume: {counts: c.csv}", files={"c.csv": text})
    hours = base_rate(scenario, "q").expected(np.arange(0, scenario.clock.midnights[-1] + 1, HOUR_MS))
    np.testing.assert_allclose(hours, [cases for _, cases in rows], atol=1e-9)


def test_days_outside_a_counted_series_take_the_nearest_of_their_weekday() -> None:
    text = "start,cases\n" + "".join(f"2026-03-{2 + day:02d},{100 + day}\n" for day in range(7))
    calendar = PLAIN.replace("run_off: 1 day", "run_off: 2 days\n  warm_up: 2 days")
    days = by_day(one_queue("volume: {counts: c.csv}", files={"c.csv": text}, calendar=calendar))
    # 28 February is a Saturday, 1 March a Sunday; 9 March a Monday.
    assert list(days.values()) == pytest.approx([105, 106, *range(100, 107), 100, 101])


def test_a_daily_series_may_be_shaped_by_hours_and_keeps_its_total_on_any_day() -> None:
    text = "start,cases\n" + "".join(f"{date(2026, 10, 19) + timedelta(days=day)},48\n" for day in range(7))
    weights = [0] * 8 + [1] * 12 + [0] * 4
    scenario = one_queue(f"volume: {{counts: c.csv, by_hour: {weights}}}", files={"c.csv": text}, calendar=AUTUMN)
    np.testing.assert_allclose(list(by_day(scenario).values()), 48)
    clock = scenario.clock
    eight = clock.instant(datetime(2026, 10, 25, 8))
    np.testing.assert_allclose(
        base_rate(scenario, "q").expected(np.arange(eight - HOUR_MS, eight + 3 * HOUR_MS, HOUR_MS)), [0, 4, 4]
    )


def test_a_counted_hour_that_the_clock_repeats_is_spread_over_both() -> None:
    text = "start,cases\n" + "".join(
        f"{datetime(2026, 10, 19) + timedelta(hours=h):%Y-%m-%d %H:%M},12\n" for h in range(7 * 24)
    )
    scenario = one_queue("volume: {counts: c.csv}", files={"c.csv": text}, calendar=AUTUMN)
    assert by_day(scenario)[date(2026, 10, 25)] == pytest.approx(24 * 12)
    two = scenario.clock.instant(datetime(2026, 10, 25, 2))
    np.testing.assert_allclose(base_rate(scenario, "q").expected(two + np.arange(4) * HOUR_MS), [6, 6, 12])


def test_a_counted_series_of_a_live_queue_comes_in_its_open_part() -> None:
    text = "start,cases\n" + "".join(f"2026-03-{2 + day:02d},90\n" for day in range(7))
    days = by_day(one_queue("volume: {counts: c.csv}\nopen: desk", channel="phone", files={"c.csv": text}))
    assert days[date(2026, 3, 7)] == pytest.approx(90)  # Saturday, open for four hours
    assert days[date(2026, 3, 8)] == 0  # Sunday, closed


def test_busyness_has_mean_one_and_its_coefficient_of_variation() -> None:
    scenario = one_queue("volume: {per_hour: 1, busyness: 20 %}")
    factors = np.concatenate([day_factors(scenario, "q", seed=5, replication=r) for r in range(1000)])
    assert within_4_errors(factors, 1.0)
    assert within_4_errors((factors - 1) ** 2, 0.04)
    assert factors.min() > 0


def test_queues_share_their_busyness_where_they_say_so() -> None:
    body = "volume: {per_hour: 1, busyness: {cv: 20 %, shared: brand}}"
    scenario = scenario_of({"a": queue(body), "b": queue(body), "c": queue("volume: {per_hour: 1, busyness: 20 %}")})
    a, b, c = (day_factors(scenario, name, seed=1, replication=0) for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert not np.isclose(a, c).any()


def test_points_of_a_poisson_process_are_as_many_and_as_spread_as_they_should() -> None:
    counts = np.array([len(poisson_process(key_of("p", n), 20.0)) for n in range(5000)], dtype=float)
    assert within_4_errors(counts, 20.0)
    assert within_4_errors((counts - 20) ** 2, 20.0)
    long, short = poisson_process(key_of("p", 1), 500.0), poisson_process(key_of("p", 1), 20.0)
    np.testing.assert_array_equal(long[: len(short)], short)
    assert len(poisson_process(key_of("p", 1), 0.0)) == 0


def test_expected_cases_have_one_figure_an_interval_of_the_whole_run() -> None:
    scenario = one_queue("volume: {per_hour: 1}", calendar=SPRING)
    cases: FloatArray = expected_cases(scenario, "q")
    assert len(cases) == len(scenario.clock.intervals(whole_run=True)) == 9 * 48 - 2
    np.testing.assert_allclose(cases, 0.5)

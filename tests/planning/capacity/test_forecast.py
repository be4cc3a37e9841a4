"""Months ahead: plain weeks, growth, seasonality, cases by month, and the week that stands for a month."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from careplan.errors import CareplanError
from careplan.planning.capacity.forecast import months_ahead, split, week_of_month
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.scaling import cases_a_week

WORLD = """
careplan: 1
name: months-ahead
calendar:
  zone: UTC
  start: 2026-03-02
  horizon: 1 week
  hours: {office: {mon-fri: 08:00-18:00, holidays: closed}}
  holidays: {dates: [2026-04-06, 2026-05-01]}
channels: {phone: {kind: live}, mail: {kind: message}}
queues:
  calls: {channel: phone, open: office, volume: {per_week: 1000}, handle_time: 5 min}
  letters: {channel: mail, volume: {per_week: 700}, handle_time: 10 min}
groups: {care: {skills: [calls, letters]}}
targets: [{answer: 80 % within 1 h}]
"""


def world(tmp_path: Path, changes: dict[str, Any] | None = None, text: str = WORLD) -> Scenario:
    """Read the world, changed."""
    path = tmp_path / "world.yaml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path).with_changes({"capacity.months": 3} | (changes or {}))


def test_a_month_has_as_many_plain_weeks_as_its_own_days_are_worth(tmp_path: Path) -> None:
    march, april, may = months_ahead(world(tmp_path))
    # Letters come on every day alike: 31, 30 and 31 sevenths.
    assert [month.queues["letters"].plain_weeks for month in (march, april, may)] == pytest.approx(
        [31 / 7, 30 / 7, 31 / 7]
    )
    # Calls come on workdays that are no holiday: 22, 21 (22 less one) and 20 (21 less one) fifths.
    assert [month.queues["calls"].plain_weeks for month in (march, april, may)] == pytest.approx([4.4, 4.2, 4.0])
    assert [month.queues["calls"].volume for month in (march, april, may)] == [4400, 4200, 4000]
    assert {month.queues["calls"].cases_a_week for month in (march, april, may)} == {1000.0}
    assert march.volume == 4400 + 3100


def test_growth_compounds_by_month_from_the_first_one_and_seasons_come_on_top(tmp_path: Path) -> None:
    forecast = {"growth": "21 % per year", "seasonality": {"mar": 2.0}}
    months = months_ahead(world(tmp_path, {"capacity.months": 25, "capacity.forecast": forecast}))
    a_week = [month.queues["letters"].cases_a_week for month in months]
    assert a_week[0] == pytest.approx(1400, abs=0.2)
    assert a_week[6] == pytest.approx(700 * 1.1, abs=0.2)  # half a year: the root of 1.21
    assert a_week[12] == pytest.approx(1400 * 1.21, abs=0.2)
    assert a_week[24] == pytest.approx(1400 * 1.21**2, abs=0.2)


def test_a_queue_may_grow_otherwise_and_its_own_growth_holds_where_the_forecast_says_nothing(tmp_path: Path) -> None:
    own = {"capacity.forecast": {"growth": "10 % per month", "queues": {"calls": {"growth": "-50 % per month"}}}}
    first, second, _ = months_ahead(world(tmp_path, own))
    assert second.queues["calls"].cases_a_week == pytest.approx(500)
    assert second.queues["letters"].cases_a_week == pytest.approx(770, abs=0.2)
    written = world(tmp_path, {"queues.calls.volume.growth": "20 % per month"})
    assert months_ahead(written)[1].queues["calls"].cases_a_week == pytest.approx(1200, abs=0.2)
    week = week_of_month(written, months_ahead(written)[1])
    assert week.queues["calls"].volume.growth is None
    assert first.queues["calls"].cases_a_week == 1000


def test_cases_by_month_are_split_as_the_queues_are_and_keep_their_sum(tmp_path: Path) -> None:
    total = {"2026-03": 10_000, "2026-04": 7_001, "2026-05": 0}
    months = months_ahead(world(tmp_path, {"capacity.forecast.by_month": total}))
    assert [month.volume for month in months] == [10_000, 7_001, 0]
    march = months[0].queues
    assert march["calls"].volume == 5867  # 4400 of 7500
    assert march["calls"].cases_a_week == pytest.approx(5867 / 4.4)
    both = {"by_month": total, "queues": {"letters": {"by_month": {"2026-03": 1, "2026-04": 2, "2026-05": 3}}}}
    months = months_ahead(world(tmp_path, {"capacity.forecast": both}))
    assert [month.queues["calls"].volume for month in months] == [10_000, 7_001, 0]
    assert [month.queues["letters"].volume for month in months] == [1, 2, 3]


@pytest.mark.parametrize(("total", "shares"), [(10, [1, 1, 1]), (7, [0, 0]), (1, [0.2, 0.8]), (0, [3, 4]), (5, [1])])
def test_a_split_keeps_the_whole(total: int, shares: list[float]) -> None:
    parts = split(total, shares)
    assert sum(parts) == total and min(parts) >= 0


def test_handle_times_change_evenly_and_in_steps(tmp_path: Path) -> None:
    times = {"growth": "-10 % per month", "steps": {"2026-04": "80 %", "2026-05": 0.5}}
    scenario = world(tmp_path, {"capacity.forecast.handle_time": times})
    months = months_ahead(scenario)
    assert [month.queues["calls"].handle_factor for month in months] == pytest.approx([1, 0.9 * 0.8, 0.81 * 0.5])
    assert [month.queues["letters"].handle_s for month in months] == pytest.approx([600, 432, 243])
    week = week_of_month(scenario, months[1])
    assert week.queues["letters"].handle_time.value == 432_000  # type: ignore[union-attr]
    assert months[0].handle_s == pytest.approx((4400 * 300 + 3100 * 600) / 7500)


def test_the_week_of_a_month_is_a_plain_one_and_has_the_volume_of_the_month(tmp_path: Path) -> None:
    factors = {"queues.letters.volume.day_factor": {"2026-03-04": 2.0}}
    scenario = world(tmp_path, {"capacity.forecast.growth": "50 % per month"} | factors)
    months = months_ahead(scenario)
    assert [month.week for month in months] == [date(2026, 3, 9), date(2026, 4, 13), date(2026, 5, 4)]
    week = week_of_month(scenario, months[2])
    assert (week.calendar.start, week.calendar.horizon) == (date(2026, 5, 4), 7)
    assert cases_a_week(week, "calls") == pytest.approx(2250)


def test_a_volume_written_as_a_rate_is_moved_too(tmp_path: Path) -> None:
    text = WORLD.replace("volume: {per_week: 700}", "volume: 7 per hour")
    scenario = world(tmp_path, {"capacity.forecast.growth": "100 % per month"}, text)
    months = months_ahead(scenario)
    assert months[1].queues["letters"].cases_a_week == pytest.approx(2 * 7 * 168)
    assert cases_a_week(week_of_month(scenario, months[1]), "letters") == pytest.approx(2 * 7 * 168)


def test_a_dated_series_cannot_be_moved_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(
        "start,cases\n" + "".join(f"2026-03-{day:02},100\n" for day in range(2, 9)), encoding="utf-8"
    )
    text = WORLD.replace("volume: {per_week: 700}", "volume: {counts: counts.csv}")
    with pytest.raises(CareplanError, match=r"queues.letters.volume.counts is a dated series"):
        months_ahead(world(tmp_path, None, text))

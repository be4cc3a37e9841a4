"""The section ``capacity``: what it reads, and what it refuses, all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from careplan.errors import ScenarioError
from careplan.scenario.capacity import Joined
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

WORLD = """
careplan: 1
name: months-ahead
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 week}
channels: {phone: {kind: live}}
queues: {calls: {channel: phone, volume: {per_week: 1000}, handle_time: 5 min}}
groups: {care: {skills: [calls], wage: 20 EUR per hour}}
"""


def world(tmp_path: Path, capacity: str = "", **files: str) -> Scenario:
    """Read the world with a section; further files stand beside it."""
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    path = tmp_path / "world.yaml"
    path.write_text(WORLD + capacity, encoding="utf-8")
    return read_scenario(path)


def test_a_world_without_the_section_keeps_its_digest_and_defaults_to_its_own_first_month(tmp_path: Path) -> None:
    plain = world(tmp_path)
    assert plain.capacity is None
    with_it = world(tmp_path, "capacity: {months: 3}\n")
    assert with_it.digest != plain.digest
    assert with_it.capacity is not None
    assert with_it.capacity.listed(plain.calendar.start) == (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))


def test_cases_by_month_come_from_numbers_or_from_a_file(tmp_path: Path) -> None:
    numbers = world(tmp_path, "capacity: {months: 2, forecast: {by_month: {2026-03: 4300, 2026-04: 4400}}}\n")
    table = "month,cases\n2026-03,4300\n2026-04,4400\n"
    filed = world(tmp_path, "capacity: {months: 2, forecast: {by_month: volumes.csv}}\n", volumes=table)
    assert numbers.capacity is not None
    assert numbers.capacity.forecast.by_month == {date(2026, 3, 1): 4300, date(2026, 4, 1): 4400}
    assert filed.digest == numbers.digest


def test_heads_are_a_number_or_those_who_joined_together(tmp_path: Path) -> None:
    text = "capacity: {groups: {care: {heads: [{heads: 30}, {heads: 6, since: 2026-01}]}}}\n"
    both = world(tmp_path, text).capacity
    plain = world(tmp_path, "capacity: {groups: {care: {heads: 36, hire: {2026-05: 4}}}}\n").capacity
    assert both is not None and plain is not None
    assert both.staff_of("care").heads == (Joined(heads=30), Joined(heads=6, since=date(2026, 1, 1)))
    assert plain.staff_of("care").heads == (Joined(heads=36),)
    assert plain.staff_of("care").hire == {date(2026, 5, 1): 4}


def test_every_finding_is_told_at_once(tmp_path: Path) -> None:
    text = """
capacity:
  months: 2
  simulate: [2026-03, 2026-07]
  forecast: {by_month: {2026-03: 4300}}
  groups:
    care:
      heads: [{heads: 3, since: 2026-03}]
      hire: {2026-04: 2, 2026-09: 5}
      classes: {least: 4, most: 8, months: [2026-12]}
"""
    with pytest.raises(ScenarioError) as caught:
        world(tmp_path, text)
    told = str(caught.value)
    assert "6 findings" in told
    for words in (
        "by_month                     lacks 2026-04",
        "is 2026-07; expected one of 2026-03 to 2026-04",
        "is 2026-03; expected a month before 2026-03",
        "is 2; expected 4 to 8, the size of a class",
        "is 2026-09; expected one of 2026-03 to 2026-04",
        "is 2026-12; expected one of 2026-03 to 2026-04",
    ):
        assert words.split("  ")[-1].strip() in told, words


@pytest.mark.parametrize(
    ("capacity", "told"),
    [
        ("{months: 61}", "less than or equal to 60|60"),
        ("{from: 2026-13}", "expected a month, such as 2026-04"),
        ("{forecast: {growth: 8 %}}", "a share per day, week, month or year"),
        ("{forecast: {seasonality: {nowember: 1.2}}}", "one of: jan, feb"),
        ("{forecast: {seasonality: {nov: 120}}}", "120 %"),
        ("{forecast: {growth: 8 % per year, by_month: {2026-03: 1}}}", "given beside growth"),
        ("{forecast: {queues: {call: {growth: 1 % per year}}}}", 'Did you mean "calls"'),
        ("{groups: {car: {heads: 4}}}", 'Did you mean "care"'),
        ("{groups: {care: {hire: manual}}}", "auto, or heads by month"),
        ("{groups: {care: {classes: {least: 5, most: 2}}}}", "at least 5"),
        ("{groups: {care: {classes: {every: 2 months, months: [2026-04]}}}}", "either months or every"),
        ("{groups: {care: {classes: {every: 2 weeks}}}}", "1 month to 60 months"),
        ("{groups: {care: {short: 500 EUR}}}", "money per month"),
        ("{groups: {care: {short: 500 USD per month}}}", "expected EUR"),
        ("{forecast: {by_month: {2026-3: 4}}}", "a month, such as 2026-04"),
        ("{hires: 4}", "is not a key here"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, capacity: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        world(tmp_path, f"capacity: {capacity}\n")
    assert any(words in str(caught.value) for words in told.split("|")), str(caught.value)
    assert "capacity" in str(caught.value)


def test_growth_of_a_queue_and_of_the_forecast_do_not_both_count(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    grows = WORLD.replace("per_week: 1000", "per_week: 1000, growth: 2 % per month")
    path.write_text(grows + "capacity: {forecast: {growth: 8 % per year}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="queues.calls.volume.growth"):
        read_scenario(path)

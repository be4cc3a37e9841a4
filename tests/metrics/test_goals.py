"""A scenario as the metrics see it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from careplan.costing.pay import pay_of
from careplan.costing.wages import wage_bill
from careplan.metrics.goals import View, goals_of
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.staffing import staffed_roster
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS

TEXT = """
careplan: 1
name: small
title: A small world
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  warm_up: 1 day
  hours:
    desk: {mon-fri: 08:00-20:00}
channels:
  page: {kind: message}
  phone: {kind: live}
queues:
  questions:
    channel: page
    open: desk
    volume: {per_week: 700}
    handle_time: 6 min
    patience: never
  calls:
    channel: phone
    open: always
    volume: {per_week: 350}
    handle_time: 4 min
    patience: {exponential: {mean: 3 min}}
groups:
  care:
    skills: [questions, calls]
    wage: 18.50 EUR per hour
    shrinkage: 30 %
    shifts:
      - name: early
        days: mon-fri
        hours: 08:00-16:00
        agents: 2
        breaks:
          - {at: 12:00, for: 30 min, paid: yes}
          - {at: 14:00, for: 15 min, paid: no}
targets:
  - {name: page, queues: [questions], answer: 65 % within 30 min, over: week, bot_counts: never, clock: open}
  - {name: calls, queues: [calls], answer: 80 % within 20 s, in: 95 % of days, from: hand-off}
  - {abandon: at most 5 %, over: day}
  - {occupancy: at most 85 %, group: care}
  - {cover: desk, at_least: 2, group: care}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = tmp_path / "small.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return read_scenario(path)


def test_targets_become_goals_in_plain_numbers(scenario):
    page, calls, abandon, occupancy, cover = goals_of(scenario)
    assert (page.kind, page.share, page.threshold_ms, page.over, page.confidence) == (
        "answer", 0.65, 30 * MINUTE_MS, "week", None,
    )  # fmt: skip
    assert page.queues == ("questions",) and page.clock.bot_counts == "never"
    assert set(page.clock.open_hours) == {"questions"}
    assert (calls.over, calls.confidence, calls.clock.since) == ("day", 0.95, "hand-off")
    assert calls.clock.open_hours == {}
    assert (abandon.share, abandon.over) == (0.05, "day")
    assert (occupancy.share, occupancy.groups) == (0.85, ("care",))
    assert (cover.at_least, cover.groups, cover.over) == (2, ("care",), "total")
    assert cover.hours is not None
    # Instant 0 is the Sunday of the warm-up; Monday's desk opens a day and eight hours later.
    assert (cover.hours.opens[0], cover.hours.closes[0]) == (DAY_MS + 8 * HOUR_MS, DAY_MS + 20 * HOUR_MS)


def test_the_view_measures_the_horizon_on_the_scenarios_clocks(scenario):
    view = View(scenario)
    assert view.periods.n_intervals == 336 and view.periods.begin == DAY_MS
    assert view.channels == {"calls": "phone", "questions": "page"}
    assert view.clock.bot_counts == "never"
    assert set(view.clock.open_hours) == {"questions"}


def test_pay_knows_the_wage_the_shrinkage_and_the_breaks_that_are_paid(scenario):
    pay = pay_of(scenario)["care"]
    assert pay.wage is not None and str(pay.wage) == "18.50 EUR"
    assert pay.shrinkage == Decimal("0.3")
    monday = DAY_MS + 12 * HOUR_MS
    assert (monday, monday + 30 * MINUTE_MS) in pay.paid_breaks
    assert all(end - begin == 30 * MINUTE_MS for begin, end in pay.paid_breaks)
    assert not any(begin <= HOUR_MS * 12 for begin, _ in pay.paid_breaks)  # none on the Sunday


def test_a_shift_as_written_is_paid_without_its_unpaid_break(scenario):
    """Two agents, five days, eight hours less a quarter unpaid: 77.5 hours, ÷ 0.7 for shrinkage."""
    clock = scenario.clock
    bill = wage_bill(staffed_roster(scenario), pay_of(scenario), clock.horizon_from, clock.horizon_to)
    assert bill.on_duty_hours == Decimal("72.50")
    assert bill.lines["care"].paid == Fraction(775, 7)
    assert bill.cost == Decimal("2048.21")
    assert bill.currency == "EUR"

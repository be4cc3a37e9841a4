"""Why a plan needs its hours, in sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import careplan as cp
from careplan.metrics.periods import Periods
from careplan.metrics.uncertainty import Estimate
from careplan.planning.plan import StaffPlan
from careplan.planning.why_losses import KINDS, Losses
from careplan.planning.why_need import Need
from careplan.planning.why_slots import Slots
from careplan.reporting.why import need_table
from careplan.reporting.why_words import loss_sentences, need_sentences
from careplan.units import HOUR_MS
from tests.planning.scenarios import PAGE, scenario_of


@pytest.fixture(scope="module")
def plan() -> StaffPlan:
    """A plan for cover and nothing else: spells of two hours."""
    return cp.staff(scenario_of(PAGE, targets=[{"cover": "24/7"}]), replications=2, judge_replications=2)


def figure(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value, low, high, 9)


NEED = Need(
    hours={
        "work": figure(120.2, 119.6, 121),
        "shape": figure(20.4, 18, 22),
        "within_day": figure(9.5, 8, 11),
        "busy_days": figure(0),
        "spare": figure(0.1, -1, 1),
        "shrinkage": figure(37.5),
    },
    luck=figure(0.0633, 0.05, 0.08),
    on_duty=150.2,
    paid=187.7,
    factors={},
    replications={},
)


def test_the_steps_are_told_in_one_sentence_and_the_luck_in_the_next(plan: StaffPlan) -> None:
    assert need_sentences(NEED, plan) == [
        "Of 188 paid hours a week 150 are on duty and 37.5 are shrinkage. Of those on duty 120 (120 to 121) are the "
        "work itself, 20.4 (18.0 to 22.0) go into whole agents, spells of at least 2 h and hours the work does not "
        "fill and 9.5 (8.0 to 11.0) into luck within the day.",
        "So luck is 6.3 % (5.0 to 8.0) of the hours on duty: with so many fewer, in the same shape, the same targets "
        "would be met if customers came like clockwork and every question took its mean.",
    ]


def test_luck_that_may_be_nothing_is_said_to_be(plan: StaffPlan) -> None:
    found = need_sentences(replace(NEED, luck=figure(0.01, -0.02, 0.04)), plan)
    assert found[-1] == "How much of it is luck cannot be told from nothing: 1.0 % (-2.0 to 4.0)."


def test_hours_for_cover_are_called_so(plan: StaffPlan) -> None:
    wide = replace(NEED, hours=NEED.hours | {"spare": figure(30, 28, 33)})
    assert "30.0 (28.0 to 33.0) for cover, or to spare" in need_sentences(wide, plan)[0]
    assert "for cover, or to spare" in need_table(wide, plan, 80)


def losses(lost: list[int], late: list[int]) -> Losses:
    """One week of ten customers an hour in four hours, twice; ``lost`` and ``late`` by hour."""
    periods = Periods.uniform(4, HOUR_MS)
    zero = np.zeros((2, 1, 4), dtype=np.int64)
    counts = dict.fromkeys(KINDS, zero)
    counts |= {"abandoned": zero + np.array(lost), "late": zero + np.array(late)}
    return Losses(("calls",), Slots.of(periods), zero + 10, counts, 1.0)


def test_customers_lost_are_told_with_the_hours_that_hold_half_of_them() -> None:
    assert loss_sentences(losses([1, 5, 2, 0], [0, 0, 0, 0])) == [
        "8.0 customers a week are lost, 20.0 % of those who need a reply: 8.0 leave before anybody begins. Half of "
        "them (62.5 %) come in 1 of 4 hours, in which 25.0 % of all customers come: Mon 01:00-02:00."
    ]


def test_where_nobody_is_lost_the_late_are_told() -> None:
    nobody, late = loss_sentences(losses([0, 0, 0, 0], [0, 0, 3, 3]))
    assert nobody == "Nobody is lost: every customer who needs a reply waits and gets one."
    assert late.startswith("6.0 a week are answered late, 15.0 %.")
    assert "come in 1 of 4 hours" in late and "Mon 02:00-03:00" in late

"""Raising a headcount until every aim holds."""

from __future__ import annotations

import numpy as np

from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import Aim
from careplan.planning.raising import raised
from careplan.units import HOUR_MS
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of


def test_what_good_days_have_to_spare_does_not_help_the_bad_ones() -> None:
    """Two days of two hours; in every hour both together have slack, yet the second day lacks four cases at its end."""
    slack = np.array([[10.0, 6.0], [1.0, -4.0]])
    by_day = slack.sum(axis=1, keepdims=True)
    goal = Goal("all days", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total", confidence=1.0)
    periods = Periods.uniform(2, HOUR_MS)
    assert Aim.of(goal, periods).lacking(slack, by_day).tolist() == [0.0, 4.0]
    in_the_mean = Goal("mean", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
    assert Aim.of(in_the_mean, periods).lacking(slack, by_day).tolist() == [0.0, 0.0]
    half = Goal("half", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total", confidence=0.5)
    worse = np.array([[10.0, 6.0], [1.0, -4.0], [-9.0, -9.0], [0.0, -2.0]])  # two of four may miss
    assert Aim.of(half, periods).lacking(worse, worse.sum(axis=1, keepdims=True)).tolist() == [0.0, 2.0]


def test_a_plan_good_in_the_mean_is_raised_until_nearly_every_day_is_good() -> None:
    goal = Goal("nearly every day", "answer", 0.75, threshold_ms=HALF_AN_HOUR, over="total", confidence=0.95)
    effort = effort_of({"questions": [2, 2, 6, 9, 6, 2]}, MESSAGES, [goal], replications=20)
    start = np.array([[1, 1, 2, 2, 2, 2]])
    (slack,) = effort.standing(start).slack
    assert (slack.sum(axis=0) > 0).all()  # no hour lacks anything in the mean
    assert not effort.standing(start).holds
    assert effort.standing(raised(effort, start)).holds

"""Raising a headcount until every aim holds."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import Aim
from careplan.planning.raising import raised
from careplan.units import HOUR_MS
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of, with_hours


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


def test_who_comes_in_behind_closed_doors_is_not_made_up_for_with_a_crowd_at_the_opening() -> None:
    """Nobody may be on duty for three of eight hours: those who come in then are late whoever opens after."""
    goal = Goal("in time", "answer", 0.5, threshold_ms=HALF_AN_HOUR, over="total")
    effort = with_hours(effort_of({"questions": [12.0] * 8}, MESSAGES, [goal]), [1, 1, 0, 0, 0, 1, 1, 1])
    plan = raised(effort, effort.limits.mended(np.ones((1, 8), dtype=np.int64)))
    assert effort.standing(plan).holds
    assert plan.max() <= 30


@pytest.mark.parametrize("seed", [24, 31, 42])
def test_work_that_even_everybody_leaves_behind_closed_doors_asks_for_nobody(seed: int) -> None:
    """The last hour is closed: what comes in then waits at the end, in these runs more of it than at the start."""
    goal = Goal("in time", "answer", 0.4, threshold_ms=HALF_AN_HOUR, over="total")
    effort = with_hours(
        effort_of({"questions": [60.0] * 6}, MESSAGES, [goal], seed=seed, handle_min=2), [0, 1, 1, 1, 1, 0]
    )
    plan = raised(effort, effort.limits.mended(np.full((1, 6), 4, dtype=np.int64)))
    assert effort.standing(plan).holds
    assert plan.max() == 4

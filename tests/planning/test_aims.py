"""Aims: slack that adds up, and whether a goal holds by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, score
from careplan.planning.aims import Aim
from careplan.units import HOUR_MS

PERIODS = Periods.uniform(48, HOUR_MS)
goals = st.builds(
    lambda kind, share, over, confidence: Goal("g", kind, share, over=over, confidence=confidence),
    st.sampled_from(["answer", "abandon"]),
    st.sampled_from([0.0, 0.3, 0.65, 1.0]),
    st.sampled_from(["interval", "hour", "day", "total"]),
    st.sampled_from([None, 0.5, 0.95]),
)


@settings(deadline=None)
@given(goals, st.integers(0, 10**6), st.integers(1, 5))
def test_an_aim_holds_exactly_when_the_scorecard_says_so(goal: Goal, seed: int, replications: int) -> None:
    rng = np.random.default_rng(seed)
    below = rng.integers(1, 9, (replications, 48))
    above = rng.binomial(below, rng.choice([0.2, 0.65, 0.9]))
    aim = Aim.of(goal, PERIODS)
    short = aim.shortfall(aim.by_period(aim.slack(above, below)))
    judged = score(goal, PERIODS, [GoalCounts(t[None], b[None]) for t, b in zip(above, below, strict=True)])
    assert (not short.any()) == judged.holds
    assert short.shape == (PERIODS.index(goal.over)[1],) and (short >= 0).all()


def test_slack_is_cases_above_the_share() -> None:
    aim = Aim.of(Goal("g", "answer", 0.65, over="day"), PERIODS)
    top, bottom = np.zeros((1, 48), dtype=np.int64), np.zeros((1, 48), dtype=np.int64)
    top[0, 3], bottom[0, 3] = 13, 20
    top[0, 30], bottom[0, 30] = 12, 20
    assert aim.by_period(aim.slack(top, bottom))[0].tolist() == pytest.approx([0, -1])
    assert aim.shortfall(aim.by_period(aim.slack(top, bottom))).tolist() == pytest.approx([0, 1])


def test_a_stricter_aim_asks_more_and_one_without_a_period_asks_nothing_there() -> None:
    at_least = Aim.of(Goal("g", "answer", 0.9, over="day"), PERIODS)
    assert at_least.stricter(np.array([0.05, 0.5])).share.tolist() == pytest.approx([0.95, 1.0])
    assert at_least.without(np.array([True, False])).share.tolist() == pytest.approx([0.0, 0.9])
    at_most = Aim.of(Goal("g", "abandon", 0.05, over="day"), PERIODS)
    assert at_most.stricter(0.02).share.tolist() == pytest.approx([0.03, 0.03])
    assert at_most.without(np.array([True, False])).share.tolist() == pytest.approx([1.0, 0.05])


def test_with_a_confidence_only_the_weeks_at_the_edge_have_a_price() -> None:
    aim = Aim.of(Goal("g", "answer", 0.65, over="total", confidence=0.75), PERIODS)
    slack = np.array([[-50.0], [2.0], [5.0], [300.0]])  # one of four may miss
    pressure = aim.pressure(slack, np.full((4, 1), 1000.0))
    assert (pressure[:, 0] > 0).tolist() == [False, True, True, True]
    assert aim.shortfall(slack).sum() == 0
    assert aim.shortfall(slack - 3).sum() == pytest.approx(1.0, abs=1e-6)


def test_cases_are_helped_that_came_up_to_the_threshold_before() -> None:
    for threshold, lead in ((20_000, 0), (HOUR_MS, 1), (3 * HOUR_MS, 3)):
        assert Aim.of(Goal("g", "answer", 0.8, threshold_ms=threshold), PERIODS).lead == lead

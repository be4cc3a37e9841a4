"""Judging on fresh replications, and what nights look like there."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.executor import Workers
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.planning.judging import Verdict, below, finding_of, judged, typical_waits
from careplan.planning.nights import nights_of
from careplan.units import HOUR_MS
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of

WEEK = Periods.uniform(168, HOUR_MS)
HOURLY = Goal("hourly", "answer", 0.8, over="hour")


def score_of(top: np.ndarray, bottom: np.ndarray, goal: Goal = HOURLY) -> Score:
    return score(goal, WEEK, [GoalCounts(t[None], b[None]) for t, b in zip(top, bottom, strict=True)])


def test_hours_that_just_reach_their_share_hold_within_the_error() -> None:
    rng = np.random.default_rng(0)
    bottom = np.full((30, 168), 40)
    just = score_of(rng.binomial(bottom, 0.8), bottom)
    assert not just.holds and finding_of(just) == "holds within the error"


def test_one_hour_far_below_is_a_miss() -> None:
    rng = np.random.default_rng(0)
    bottom = np.full((30, 168), 40)
    share = np.full(168, 0.85)
    assert finding_of(score_of(rng.binomial(bottom, share), bottom)) != "missed"
    share[100] = 0.6
    top = rng.binomial(bottom, share)
    assert finding_of(score_of(top, bottom)) == "missed"
    assert np.flatnonzero(below(score_of(top, bottom), 3.0)).tolist() == [100]


def test_a_week_is_one_figure_and_holds_or_not() -> None:
    weekly = Goal("weekly", "answer", 0.8, over="week")
    bottom = np.full((30, 168), 40)
    assert finding_of(score_of(np.full((30, 168), 32), bottom, weekly)) == "holds"
    short = np.full((30, 168), 32)
    short[0, 0] -= 1
    assert finding_of(score_of(short, bottom, weekly)) == "missed"


def test_a_limit_is_missed_above_it() -> None:
    gave_up = Goal("gave up", "abandon", 0.1, over="hour")
    bottom = np.full((30, 168), 40)
    rng = np.random.default_rng(1)
    assert finding_of(score_of(rng.binomial(bottom, 0.1), bottom, gave_up)) == "holds within the error"
    assert finding_of(score_of(rng.binomial(bottom, 0.2), bottom, gave_up)) == "missed"


def test_typical_waits_are_medians_by_label() -> None:
    never = np.iinfo(np.int64).max
    interval, took = np.array([0, 0, 0, 1, 1, 1, 2]), np.array([5, 1, 9, 4, never, never, 7])
    waits = typical_waits((interval, took), np.array([0, 1, 3]), 4)
    assert waits[[0, 1, 3]].tolist() == [5.0, np.inf, 7.0] and np.isnan(waits[2])


def verdict_of() -> tuple[Verdict, tuple[int, ...]]:
    """Two days of messages: one agent from 06:00 to 22:00, nobody at night."""
    goal = Goal("in time", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
    effort = effort_of({"questions": [2.0] * 48}, MESSAGES, [goal], handle_min=5)
    plan = np.array([[1 if 6 <= hour < 22 else 0 for hour in range(24)] * 2])
    bench = effort.bench
    with Workers(1) as workers:
        verdict = judged(bench.world, [goal], plan, lambda r: bench.workloads[r], range(4), workers)
    return verdict, tuple(hour * 60 for hour in range(24)) * 2


def test_nights_without_anybody_wait_until_somebody_comes() -> None:
    verdict, minutes = verdict_of()
    (night,) = nights_of(verdict, minutes)
    assert night.at_night.value < 0.1 and night.by_day.value > 0.7 and night.waits
    assert night.cases_at_night == pytest.approx(1 / 3, abs=0.1)
    hour, wait = night.longest_typical_wait
    assert hour == 22 and 7 < wait / HOUR_MS < 8.5
    assert night.by_hour[12] > 0.7 and night.typical_wait_ms[12] < HOUR_MS
    assert night.to_dict()["longest_typical_wait"]["hour"] == 22


def test_scores_and_counts_of_a_verdict_agree() -> None:
    verdict, _ = verdict_of()
    top, bottom = verdict.counts[0]
    assert verdict.scores[0].overall.value == top.sum() / bottom.sum()
    assert len(verdict.waits[0][0]) == bottom.sum()
    in_time = (verdict.waits[0][1] <= HALF_AN_HOUR).sum()
    assert in_time == top.sum()

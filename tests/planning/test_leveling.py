"""Leveling: how many moves of a known order it takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.metrics.scorecard import Goal
from careplan.planning.effort import Effort
from careplan.planning.leveling import Ladder, leveled
from careplan.planning.moves import Move
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of

MOVE = Move(0, 0, np.array([1]), 1.0)
GOAL = Goal("t", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
RATES = {"questions": [2, 2, 6, 9, 6, 2] * 2}


@given(st.integers(0, 40), st.integers(0, 45), st.booleans())
def test_a_ladder_finds_the_count_by_doubling_and_halving(most: int, boundary: int, is_up: bool) -> None:
    """Going up, ``boundary`` moves are enough; going down, up to ``boundary`` do no harm."""
    ladder = Ladder(0, 0, [MOVE] * most, is_up)
    tries = 0
    while (count := ladder.next) is not None:
        assert 1 <= count <= most
        ladder.learn(count, count >= boundary if is_up else count <= boundary)
        tries += 1
    # Going up, nobody asks whether none would do: that is known before.
    expected = min(max(boundary, min(1, most)), most) if is_up else min(boundary, most)
    assert ladder.count == expected
    assert tries <= 2 * np.log2(max(most, 1)) + 2


def benches() -> tuple[Effort, Effort]:
    small = effort_of(RATES, MESSAGES, [GOAL], replications=3)
    large = effort_of(RATES, MESSAGES, [GOAL], replications=12, seed=5)
    return small, replace(large, load=small.load)


@pytest.mark.parametrize("agents", [1, 2, 3])
def test_the_level_holds_on_the_large_bench_from_below_and_from_above(agents: int) -> None:
    small, large = benches()
    start = np.full((1, 12), agents)
    plan = leveled(small, large, start)
    assert large.standing(plan).holds
    if agents == 3:
        assert plan.sum() < start.sum()


def test_a_plan_that_holds_is_left_alone_where_nothing_may_be_taken_away() -> None:
    small, large = benches()
    start = np.full((1, 12), 3)
    assert np.array_equal(leveled(small, large, start, may_lower=False), start)


def test_days_with_targets_of_their_own_are_leveled_apart() -> None:
    """Two days; only the second, busy one lacks people: the first gets none."""
    daily = Goal("daily", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="day")
    rates = {"questions": [2.0] * 24 + [6.0] * 24}
    small = effort_of(rates, MESSAGES, [daily], replications=3)
    large = effort_of(rates, MESSAGES, [daily], replications=8, seed=5)
    start = np.array([[2] * 24 + [1] * 24])
    plan = leveled(small, large, start, may_lower=False)
    assert large.standing(plan).holds
    assert plan[0, 30:].sum() > 18 and plan[0, :20].tolist() == [2] * 20

"""Several things met at once: counted period by period, never multiplied."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.metrics.together import Whole, all_at_once, wholes
from careplan.metrics.uncertainty import wilson
from careplan.units import DAY_MS, MINUTE_MS, Money

WEEK = Periods.uniform(7, DAY_MS)
RATE = Goal("devoted: rate", "reply", 0.65, threshold_ms=-1, whole="devoted")
MEAN = Goal("devoted: mean", "mean_answer", threshold_ms=30 * MINUTE_MS, whole="devoted")


def counted(rows: list[tuple[float, float]]) -> list[GoalCounts]:
    """One replication for each (numerator, denominator) of the first day."""
    found = []
    for above, below in rows:
        tables = [np.zeros((1, 7), dtype=np.int64) for _ in range(2)]
        tables[0][0, 0], tables[1][0, 0] = above, below
        found.append(GoalCounts(*tables))
    return found


def scored(goal: Goal, rows: list[tuple[float, float]]) -> Score:
    return score(goal, WEEK, counted(rows))


REPLIED = [(7, 10), (7, 10), (6, 10), (8, 10)]
LIMIT = 30 * MINUTE_MS
TOOK = [(LIMIT, LIMIT), (LIMIT + 1, LIMIT), (1, LIMIT), (0, LIMIT)]


def test_the_chance_is_of_single_weeks_that_meet_every_part() -> None:
    """The rate is met in weeks 1, 2 and 4, the mean in 1, 3 and 4: both in 1 and 4, a half, not 9 in 16."""
    (whole,) = wholes([scored(RATE, REPLIED), scored(MEAN, TOOK)])
    assert whole.name == "devoted" and [part.chance.value for part in whole.parts] == [0.75, 0.75]
    assert whole.met[:, 0].tolist() == [True, False, False, True]
    assert whole.chance == wilson(2, 4)


def test_in_the_mean_every_part_must_hold_and_with_a_confidence_enough_weeks_must_hold_all() -> None:
    (whole,) = wholes([scored(RATE, REPLIED), scored(MEAN, TOOK)])
    assert whole.holds  # 28 of 40, and half the limit on average
    for confidence, holds in ((0.5, True), (0.51, False), (0.75, False)):
        parts = [scored(replace(goal, confidence=confidence), rows) for goal, rows in ((RATE, REPLIED), (MEAN, TOOK))]
        (sure,) = wholes(parts)
        assert sure.holds is holds
        assert all(part.holds for part in parts)  # each alone in three of four weeks


def test_a_part_without_anything_to_judge_is_passed_over() -> None:
    """A week without a reply has no mean: the response rate decides. One without a question is not looked at."""
    rates, means = [(0, 10), (0, 0), (10, 10), (7, 10)], [(0, 0), (0, 0), (1, LIMIT), (0, 0)]
    (whole,) = wholes([scored(RATE, rates), scored(MEAN, means)])
    assert whole.counts[:, 0].tolist() == [True, False, True, True]
    assert whole.met[:, 0].tolist() == [False, False, True, True]
    assert whole.chance == wilson(2, 3)


def test_targets_of_the_same_kind_stand_for_themselves_and_named_ones_gather_their_parts() -> None:
    plain = Goal("quick", "answer", 0.8)
    scores = [scored(plain, REPLIED), scored(RATE, REPLIED), scored(plain, REPLIED), scored(MEAN, TOOK)]
    assert [(whole.name, len(whole.parts)) for whole in wholes(scores)] == [("quick", 1), ("devoted", 2), ("quick", 1)]


def test_all_targets_at_once_are_judged_by_the_week_whatever_their_own_period() -> None:
    """A day of 7 in 10 and one of 3 in 10 make a week of a half."""
    daily = Goal("quick", "answer", 0.5, over="day")
    table = np.array([[7, 3, 0, 0, 0, 0, 0]], dtype=np.int64), np.array([[10, 10, 0, 0, 0, 0, 0]], dtype=np.int64)
    counts = [[GoalCounts(*table)], counted([(7, 10)])]
    found = all_at_once([daily, Goal("slow", "answer", 0.8)], WEEK, counts)
    assert found is not None and found.over == "week"
    assert [part.met[0, 0] for part in found.parts] == [True, False]
    assert found.chance.value == 0


def test_one_target_alone_has_nothing_to_be_met_together_with() -> None:
    counts = [counted(REPLIED), counted(TOOK)]
    assert all_at_once([RATE, MEAN], WEEK, counts) is None
    assert all_at_once([RATE, replace(MEAN, whole="")], WEEK, counts) is not None


def test_templates_are_counted_and_priced() -> None:
    goal = Goal("window", "window", threshold_ms=DAY_MS, template_price=Money(Decimal("0.50"), "EUR"))
    (whole,) = wholes([scored(goal, [(98, 100), (96, 100)])])
    late = whole.templates
    assert late is not None and late.value == 3
    plain = whole.to_dict()
    assert plain["template_cost"]["value"] == 1.5 and plain["currency"] == "EUR"
    assert "templates" not in wholes([scored(RATE, REPLIED)])[0].to_dict()


def test_only_a_window_of_a_day_or_with_a_price_takes_templates() -> None:
    """A promise of answers within the hour is no WhatsApp window."""
    price = Money(Decimal("0.50"), "EUR")
    for hours, cost, takes in ((24, None, True), (1, None, False), (1, price, True)):
        goal = Goal("window", "window", threshold_ms=hours * DAY_MS // 24, template_price=cost)
        assert (wholes([scored(goal, [(98, 100)])])[0].templates is not None) is takes


def test_templates_are_never_fewer_than_none() -> None:
    goal = Goal("window", "window", threshold_ms=DAY_MS)
    late = wholes([scored(goal, [(70, 100), (100, 100)])])[0].templates
    assert late is not None and late.value == 15 and late.low == 0


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(2, 4))
def test_together_is_never_likelier_than_any_part_nor_rarer_than_chance_allows(seed: int, n: int, k: int) -> None:
    """Fréchet's bounds: at most the least of the parts, at least their sum less k − 1."""
    rng = np.random.default_rng(seed)
    below = rng.integers(1, 9, (k, n, 7))
    above = rng.binomial(below, 0.6)
    goals = [Goal(f"g{i}", "answer", 0.5, over="day", whole="all") for i in range(k)]
    parts = [
        score(goal, WEEK, [GoalCounts(a[None], b[None]) for a, b in zip(above[i], below[i], strict=True)])
        for i, goal in enumerate(goals)
    ]
    whole = Whole("all", tuple(parts))
    each = [part.chance.value for part in parts]
    assert max(0.0, sum(each) - (k - 1)) - 1e-9 <= whole.chance.value <= min(each) + 1e-9
    assert whole.chance.low is not None and whole.chance.low <= whole.chance.value
    assert whole.chance.n == pytest.approx(7 * n)

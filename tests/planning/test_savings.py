"""Savings in rounds: what every plan of a round has alike cancels, the rest is noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from careplan.metrics.uncertainty import means, student_t
from careplan.planning.savings import savings


def test_what_a_round_does_to_all_plans_alike_is_no_noise() -> None:
    base = np.array([100.0, 140.0, 90.0])
    (one,) = savings(base, np.array([base - 10]))
    assert (one.value, one.low, one.high) == pytest.approx((10, 10, 10))


def test_with_one_other_plan_it_is_the_paired_t_interval() -> None:
    base, other = np.array([100.0, 104.0, 98.0, 101.0]), np.array([90.0, 97.0, 91.0, 88.0])
    (one,) = savings(base, np.array([other]))
    paired = means(base - other).at()
    assert (one.value, one.low, one.high) == pytest.approx((paired.value, paired.low, paired.high))


def test_plans_of_the_same_spread_share_it() -> None:
    """Differences 10 ± 1 and 20 ± 1 in three rounds: variance 1 each, so 1 for both, on 4·2·2/5 = 3 degrees."""
    base = np.array([100.0, 100.0, 100.0])
    one, two = savings(base, np.array([[89.0, 90.0, 91.0], [80.0, 79.0, 81.0]]))
    half = student_t(3) * np.sqrt(1 / 3)
    assert (one.value, two.value) == (10, 20)
    # Variances that do not differ at all are worth endless degrees; their middle is taken of logarithms, which lie
    # a little below the logarithm of the mean: log 1 − ψ(1) = 0.577.
    assert (one.value - (one.low or 0)) / half == pytest.approx(np.exp(0.5772 / 2), rel=1e-4)
    assert two.value - (two.low or 0) == pytest.approx(one.value - (one.low or 0))


def test_a_plan_quite_unlike_the_others_has_its_own_spread_and_leaves_theirs_alone() -> None:
    """It takes three times as much, and nobody knows how much exactly."""
    base = np.full(4, 100.0)
    like = np.array([[89.0, 91.0, 90.0, 90.0], [100.0, 101.0, 99.0, 101.0]])
    wild = np.array([[250.0, 350.0, 300.0, 310.0]])
    with_it, without = savings(base, np.vstack([like, wild])), savings(base, like)
    assert [(e.low, e.high) for e in with_it[:2]] == [(e.low, e.high) for e in without]
    paired = means(base - wild[0]).at()
    assert (with_it[2].low, with_it[2].high) == pytest.approx((paired.low, paired.high))


def test_one_round_tells_nothing_from_chance() -> None:
    (one,) = savings(np.array([10.0]), np.array([[8.0]]))
    assert (one.value, one.low, one.high) == (2.0, None, None)


@pytest.mark.parametrize(("spreads", "rounds"), [((1, 1, 1, 1), 4), ((1, 1, 1), 3), ((1,), 4), ((0.7, 1, 1.4), 4)])
def test_the_interval_covers_the_saving_about_as_often_as_it_says(spreads: Sequence[float], rounds: int) -> None:
    """500 rankings of plans that need 100 hours like the base, with what rounds and searches do drawn."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(500):
        both = rng.normal(100, 3, rounds)
        others = [both + rng.normal(0, spread, rounds) for spread in spreads]
        found = savings(both + rng.normal(0, 1, rounds), np.array(others))
        hits += sum(e.low <= 0 <= e.high for e in found if e.low is not None and e.high is not None)
    assert 0.92 < hits / (500 * len(spreads)) < 0.985

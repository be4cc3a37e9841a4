"""Savings in rounds: what every plan of a round has alike cancels, the rest is noise."""

from __future__ import annotations

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


def test_several_plans_share_the_noise_by_hand() -> None:
    """Two rounds of 25/3 and 29/3 on average. Residuals are ∓1/3, ∓5/6, ±7/6: s² = 13/3 ÷ (2 · 1)."""
    (one, two) = savings(np.array([10.0, 12.0]), np.array([[8.0, 11.0], [7.0, 6.0]]))
    half = student_t(2) * np.sqrt(13 / 6)
    assert (one.value, two.value) == (1.5, 4.5)
    assert (one.value - (one.low or 0), two.value - (two.low or 0)) == pytest.approx((half, half))


def test_one_round_tells_nothing_from_chance() -> None:
    (one,) = savings(np.array([10.0]), np.array([[8.0]]))
    assert (one.value, one.low, one.high) == (2.0, None, None)


def test_the_interval_covers_the_saving_as_often_as_it_says() -> None:
    """400 rankings of three plans that need 100, 98 and 100 hours, with rounds and noise drawn."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        table = np.array([[100.0], [98.0], [100.0]]) + rng.normal(0, 3, (1, 4)) + rng.normal(0, 1, (3, 4))
        one, two = savings(table[0], table[1:])
        for found, truth in ((one, 2.0), (two, 0.0)):
            assert found.low is not None and found.high is not None
            hits += found.low <= truth <= found.high
    assert 0.925 < hits / 800 < 0.975

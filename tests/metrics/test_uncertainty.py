"""How sure figures are: formulas by hand, and coverage by count."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.metrics.uncertainty import (
    Estimate,
    bootstrap_percentiles,
    divide,
    fastest_mean,
    means,
    nearest_rank,
    paired_difference,
    ratios,
    relative_ratios,
    student_t,
    wilson,
)


def test_a_mean_has_students_interval():
    found = means([1.0, 2.0, 3.0, 4.0]).at()
    half = 3.182446 * np.std([1, 2, 3, 4], ddof=1) / 2
    assert found.value == 2.5
    assert found.low == pytest.approx(2.5 - half, rel=1e-6)
    assert found.high == pytest.approx(2.5 + half, rel=1e-6)
    assert found.n == 4


def test_a_single_replication_has_no_interval():
    assert means([7.0]).at() == Estimate(7.0, None, None, 1)
    assert ratios([3], [4]).at() == Estimate(0.75, None, None, 1)
    assert relative_ratios([3], [4], [1], [2]).at() == Estimate(1.5, None, None, 1)
    assert bootstrap_percentiles([np.array([5, 6])], [0.5]) == [Estimate(5.0, None, None, 1)]


def test_the_mean_of_ratios_is_not_the_ratio_of_sums():
    """A night with 1 of 1 answered and a day with 50 of 100: half of the customers, not three quarters."""
    top, bottom = np.array([1, 50]), np.array([1, 100])
    assert ratios(top, bottom).value == pytest.approx(51 / 101)
    assert divide(top, bottom).mean() == 0.75


def test_without_cases_there_is_no_ratio():
    found = ratios([[0, 1], [0, 2]], [[0, 2], [0, 2]])
    assert math.isnan(found.value[0]) and found.value[1] == 0.75
    assert found.at(0).low is None and found.at(0).to_dict() == {"value": None, "low": None, "high": None, "n": 2}


def test_a_replication_without_cases_takes_no_part_in_a_mean():
    found = means([[1.0, math.nan], [3.0, 5.0]])
    assert found.value.tolist() == [2.0, 5.0]
    assert math.isfinite(found.low[0]) and math.isnan(found.low[1])


def test_a_ratio_has_the_interval_of_the_delta_method():
    x, y = np.array([8.0, 20.0, 12.0]), np.array([10.0, 30.0, 14.0])
    r = 40 / 54
    half = student_t(2) * math.sqrt(((x - r * y) ** 2).sum() / 6) / 18
    found = ratios(x, y).at()
    assert (found.value, found.low, found.high) == pytest.approx((r, r - half, r + half))


def test_equal_denominators_make_a_ratio_a_mean():
    x = np.array([3.0, 5.0, 4.0, 9.0])
    one, other = ratios(x, np.full(4, 10.0)).at(), means(x / 10).at()
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_a_relative_ratio_to_itself_is_one_without_doubt():
    x, y = np.array([8.0, 20.0, 12.0]), np.array([10.0, 30.0, 14.0])
    found = relative_ratios(x, y, x, y).at()
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))


def test_wilson_gives_room_even_where_all_meet_the_target():
    found = wilson(20, 20)
    assert found.value == 1 and found.high == 1
    assert found.low == pytest.approx(0.8389, abs=1e-4)
    assert wilson(0, 20).high == pytest.approx(1 - 0.8389, abs=1e-4)
    assert wilson(0, 0).low is None and math.isnan(wilson(0, 0).value)


def test_percentiles_are_values_of_the_list():
    assert nearest_rank([15, 20, 35, 40, 50], [0.05, 0.3, 0.4, 0.5, 1.0]).tolist() == [15, 20, 20, 35, 50]
    assert nearest_rank(range(1, 21), [0.95]).tolist() == [19]
    assert nearest_rank([7], [0.5, 0.95]).tolist() == [7, 7]
    assert np.isnan(nearest_rank([], [0.5])).all()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 100))
def test_at_least_a_share_does_not_exceed_its_percentile_and_no_smaller_value_will_do(values, percent):
    found = nearest_rank(values, [percent / 100])[0]
    n = len(values)
    assert sum(v <= found for v in values) * 100 >= percent * n
    assert sum(v < found for v in values) * 100 < percent * n


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), min_size=2, max_size=5), st.integers(0, 1000))
def test_the_bootstrap_by_bisection_is_the_bootstrap_by_sorting(samples, seed):
    arrays = [np.array(s, dtype=np.int64) for s in samples]
    shares, resamples = [0.5, 0.9], 60
    found = bootstrap_percentiles(arrays, shares, seed=seed, resamples=resamples)
    if not sum(map(len, samples)):
        assert all(math.isnan(e.value) and e.low is None for e in found)
        return
    drawn = np.random.default_rng(seed).integers(0, len(arrays), size=(resamples, len(arrays)))
    pooled = [np.concatenate([arrays[r] for r in row]) for row in drawn]
    each = np.array([nearest_rank(p, shares) for p in pooled if len(p)])
    low, high = np.quantile(each, [0.025, 0.975], axis=0, method="inverted_cdf")
    assert [e.low for e in found] == low.tolist()
    assert [e.high for e in found] == high.tolist()
    assert [e.value for e in found] == nearest_rank(np.concatenate(arrays), shares).tolist()


def test_ratio_intervals_cover_the_truth_in_about_95_of_100_seeds():
    """L34: busy replications have more cases and a worse ratio; 180 to 198 of 200 intervals hold the true one."""
    rng = np.random.default_rng(11)
    busy = rng.gamma(20, 1 / 20, size=(200, 30))
    cases = rng.poisson(400 * busy)
    in_time = rng.binomial(cases, np.clip(0.8 - 0.3 * (busy - 1), 0, 1))
    # E[answered] ÷ E[cases] with share 0.8 − 0.3 (b − 1): 0.8 − 0.3 Var(b) ÷ E(b).
    truth = 0.8 - 0.3 * (1 / 20)
    covered = sum(
        e.low <= truth <= e.high for e in (ratios(in_time[s], cases[s]).at() for s in range(200)) if e.low is not None
    )
    assert 180 <= covered <= 198


def test_percentile_intervals_cover_the_truth_in_about_95_of_100_seeds():
    rng = np.random.default_rng(5)
    truth = 1000 * math.log(10)
    covered = 0
    for seed in range(200):
        samples = [rng.exponential(1000, size=150).astype(np.int64) for _ in range(25)]
        (found,) = bootstrap_percentiles(samples, [0.9], seed=seed, resamples=300)
        covered += found.low <= truth <= found.high
    assert 178 <= covered <= 198


def test_an_estimate_prints_its_interval_or_says_it_has_none():
    assert str(Estimate(0.75, 0.7, 0.8, 20)) == "0.75 (0.7 to 0.8)"
    assert str(Estimate(0.75, None, None, 1)) == "0.75"


def test_the_mean_of_the_fastest_is_over_the_cases_of_all_replications():
    samples = [np.array([50, 10, 30]), np.array([20, 40]), np.array([], dtype=np.int64)]
    assert fastest_mean(samples, 0.9).value == 30  # ⌈0.9 × 5⌉ = 5
    assert fastest_mean(samples, 0.8).value == 25  # the 50 is left out, whichever replication it is of
    assert fastest_mean(samples, 0.5).value == 20
    one = fastest_mean(samples[:1])
    assert (one.value, one.low) == (30, None)
    assert math.isnan(fastest_mean([np.array([], dtype=np.int64)]).value)


def test_the_interval_of_the_fastest_is_that_of_leaving_replications_out():
    """The jackknife, which recomputes the mean without each replication, agrees with the formula."""
    rng = np.random.default_rng(1)
    samples = [rng.exponential(1000 * rng.uniform(0.5, 1.5), size=400).astype(np.int64) for _ in range(30)]
    found = fastest_mean(samples)
    left_out = [fastest_mean(samples[:i] + samples[i + 1 :]).value for i in range(30)]
    jackknife = math.sqrt(29 / 30 * sum((x - np.mean(left_out)) ** 2 for x in left_out))
    assert found.high is not None
    assert (found.high - found.value) / student_t(29) == pytest.approx(jackknife, rel=0.02)


def test_paired_differences_by_hand() -> None:
    """Two replications: 1 ÷ 2 and 3 ÷ 4 against 0 ÷ 2 and 2 ÷ 4; what differs is the same each time."""
    e = paired_difference([1, 3], [2, 4], [0, 2], [2, 4]).at()
    assert e.value == pytest.approx(4 / 6 - 2 / 6)
    influence = np.array([1 - 2 / 3 * 2, 3 - 2 / 3 * 4]) / 3 - np.array([0 - 1 / 3 * 2, 2 - 1 / 3 * 4]) / 3
    assert e.low is not None
    assert e.value - e.low == pytest.approx(12.706 * np.sqrt((influence**2).sum() / 2), rel=1e-4)
    assert paired_difference([1], [2], [0], [2]).at().low is None

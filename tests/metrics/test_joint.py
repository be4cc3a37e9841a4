"""Joint intervals: all hours of a week at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.errors import TableError
from careplan.metrics.joint import joint_shares
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import ratios, student_t
from careplan.study.replicate import replicate
from tests.study.test_study import desk

HOURS = 168


def week(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weeks whose days are good or bad as a whole: in time and cases by hour, and the true shares, 3 to 99.5 %."""
    truth = 0.03 + 0.965 * (0.5 + 0.5 * np.sin(np.arange(HOURS) / 7))
    day = rng.beta(6, 6, size=(n, 7, 1)) - 0.5
    width = 2 * np.minimum(
        truth, 1 - truth
    )  # of what the day adds, so that shares stay shares and their mean the truth
    share = truth + (np.broadcast_to(day, (n, 7, 24)).reshape(n, HOURS)) * width
    cases = rng.poisson(12, size=(n, HOURS))
    return rng.binomial(cases, share), cases, truth


def covered(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> bool:
    return bool(((low <= truth) & (truth <= high)).all())


def test_all_hours_are_covered_at_once_with_ten_twenty_and_fifty_replications() -> None:
    """In 200 seeds at least 186 bands hold everywhere; pointwise intervals never do, nor does Student's t at Šidák's
    level hold as often as it says: near 0 and 100 % ten replications say too little about their own scatter."""
    for n in (10, 20, 50):
        joint = single = sidak = 0
        for seed in range(200):
            x, y, truth = week(np.random.default_rng([n, seed]), n)
            found, plain = joint_shares(x, y), ratios(x, y)
            joint += covered(found.low, found.high, truth)
            single += covered(plain.low, plain.high, truth)
            wider = student_t(n - 1, 0.95 ** (1 / HOURS)) / student_t(n - 1) * (plain.high - plain.value)
            sidak += covered(plain.value - wider, plain.value + wider, truth)
        assert joint >= 186
        assert single <= 20
        assert n == 50 or sidak < 180


def test_where_hours_are_alike_the_band_is_hardly_wider_than_it_must_be() -> None:
    """Twenty replications of 40 cases an hour at 70 %: within a tenth of Šidák's width for independent cases."""
    rng = np.random.default_rng(3)
    cases = np.full((20, HOURS), 40)
    found = joint_shares(rng.binomial(cases, 0.7), cases)
    half = (found.high - found.low).mean() / 2
    assert 0.9 < half / (student_t(19, 0.95 ** (1 / HOURS)) * np.sqrt(0.7 * 0.3 / 800)) < 1.1


def test_an_hour_without_a_single_miss_is_not_certain() -> None:
    cases = np.full((10, 3), 5)
    found = joint_shares(cases, cases)
    assert found.value.tolist() == [1, 1, 1] and found.high.tolist() == [1, 1, 1]
    # Nothing shows that cases of one replication stand alone: ten trials, all of them good, at a third of 5 %.
    assert 0.2 < found.low[0] < 0.6


def test_an_hour_without_cases_has_no_bounds_and_widens_no_other() -> None:
    x, y, _ = week(np.random.default_rng(1), 20)
    x[:, 5] = y[:, 5] = 0
    found = joint_shares(x, y)
    assert np.isnan(found.value[5]) and np.isnan(found.low[5]) and np.isnan(found.high[5])
    others = np.arange(HOURS) != 5
    assert np.array_equal(found.low[others], joint_shares(x[:, others], y[:, others]).low)


def test_one_replication_has_no_band() -> None:
    found = joint_shares([[3, 4]], [[5, 5]])
    assert found.value.tolist() == [0.6, 0.8] and np.isnan(found.low).all() and np.isnan(found.high).all()


def test_a_score_counts_the_hours_that_are_beyond_doubt() -> None:
    """Ten of ten weeks at 9, 5 and 1 of 10 in time, 50 % wanted: one reaches it, one misses it, one may do either."""
    hits = np.array([[9, 5, 1, 0]]) + np.random.default_rng(1).integers(-1, 2, size=(30, 4)) * [1, 1, 1, 0]
    cases = np.full((30, 4), 10) * [1, 1, 1, 0]
    one = Score(Goal("g", "answer", share=0.5, over="hour"), tuple("abcd"), hits, cases)
    assert one.beyond_doubt == (1, 1, 1)
    worst = Score(Goal("g", "abandon", share=0.5, over="hour"), tuple("abcd"), hits, cases)
    assert worst.beyond_doubt == (1, 1, 1)
    few = Score(Goal("g", "answer", share=0.5, over="hour"), tuple("abcd"), hits[:2], cases[:2])
    assert few.beyond_doubt[2] == 3  # two replications prove nothing
    periods = one.to_dict()["periods"]
    assert isinstance(periods, list)
    assert periods[0]["low_joint"] < periods[0]["low"] and periods[3]["low_joint"] is None


def test_a_report_has_joint_bounds_by_hour_of_the_week_and_only_of_shares() -> None:
    report = replicate(desk(1), replications=8, seed=7)
    name = next(iter(report.first.settings.levels))
    joint, plain = report.joint(name), report.figure(name, by="hour_of_week")
    there = np.isfinite(plain.low)
    assert there.sum() == 48 and np.array_equal(joint.value, plain.value, equal_nan=True)
    assert (joint.low[there] < joint.value[there]).all() and (joint.high[there] <= 1).all()
    document = report.to_dict()
    hours = document["scorecard"][0]["hours_of_week"]
    assert hours["missed"] + hours["met"] + hours["either"] == 48
    assert document["figures"]["hour_of_week"]["total"]["total"][name]["low_joint"] == hours["low_joint"]
    with pytest.raises(TableError, match="is no share"):
        report.joint("mean_wait")


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4), min_size=2))
def test_bounds_lie_around_the_share_inside_0_and_1(weeks: list[list[tuple[int, int]]]) -> None:
    x = np.array([[hits for hits, _ in hours] for hours in weeks])
    y = x + np.array([[misses for _, misses in hours] for hours in weeks])
    found = joint_shares(x, y)
    there = y.sum(axis=0) > 0
    assert ((found.low >= 0) & (found.low <= found.value) & (found.value <= found.high) & (found.high <= 1))[
        there
    ].all()
    assert np.isnan(found.low[~there]).all()

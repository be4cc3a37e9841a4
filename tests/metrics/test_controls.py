"""Control variates: by hand, by count, and never where they would deceive."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.metrics.controls import Controls, controlled_ratios, controls_of, worth
from careplan.metrics.uncertainty import ratios
from careplan.workload.luck import Luck


def lucks(n: int, rng: np.random.Generator, n_queues: int = 2) -> list[Luck]:
    return [Luck(rng.normal(size=(n_queues, 7)), rng.normal(size=n_queues)) for _ in range(n)]


def test_with_one_column_the_figure_is_the_intercept_of_a_line() -> None:
    """Replications 1 and 2 points busier than usual: the line through 80, 70 and 60 % says 90 % for a usual one."""
    controls = Controls(("work",), np.array([[1.0], [2.0], [3.0]]))
    found = controlled_ratios([80, 70, 60], [100, 100, 100], controls).at()
    assert found.value == pytest.approx(0.9)
    assert (found.low, found.high) == pytest.approx((0.9, 0.9))  # the points lie on the line


def test_the_interval_is_that_of_a_regression() -> None:
    rng = np.random.default_rng(2)
    luck = rng.normal(size=(30, 2))
    x = 500 + 20 * luck[:, 0] - 5 * luck[:, 1] + rng.normal(size=30)
    found = controlled_ratios(x, np.full(30, 1000.0), Controls(("a", "b"), luck)).at()
    design = np.column_stack([np.ones(30), luck])
    fit, (squares,), *_ = np.linalg.lstsq(design, x / 1000, rcond=None)
    error = np.sqrt(squares / 27 * np.linalg.inv(design.T @ design)[0, 0])
    assert found.value == pytest.approx(fit[0])
    assert found.high is not None and found.high - found.value == pytest.approx(2.05183 * error, rel=1e-5)  # t of 27


def test_luck_that_explains_nothing_leaves_the_figure_about_as_it_was() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(500, 20, size=200), np.full(200, 1000.0)
    controls = Controls(("a",), rng.normal(size=(200, 1)))
    plain, sharp = ratios(x, y).at(), controlled_ratios(x, y, controls).at()
    assert sharp.value == pytest.approx(plain.value, abs=0.001)
    assert worth(x, y, controls) == pytest.approx(1, abs=0.05)


def test_many_periods_are_sharpened_at_once() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(500, 20, size=(40, 3)), rng.normal(1000, 10, size=(40, 3))
    y[:, 2] = x[:, 2] = 0  # a period without cases
    controls = Controls(("a",), rng.normal(size=(40, 1)))
    found = controlled_ratios(x, y, controls)
    one = controlled_ratios(x[:, 1], y[:, 1], controls).at()
    assert found.at(1).value == pytest.approx(one.value) and found.at(1).low == pytest.approx(one.low)
    assert np.isnan(found.value[2]) and np.isnan(found.low[2])


def test_the_columns_grow_with_the_replications_and_are_none_for_a_few() -> None:
    rng = np.random.default_rng(6)
    assert controls_of(lucks(19, rng), [0]) is None
    one = controls_of(lucks(20, rng), [0])
    assert one is not None and one.names == ("work",) and one.values.shape == (20, 1)
    three = controls_of(lucks(40, rng), [0])
    assert three is not None and three.names == ("work", "work of other queues", "uneven days")
    many = controls_of(lucks(100, rng), [0])
    assert many is not None and many.names == ("work by weekday", "work of other queues", "uneven days")
    assert many.values.shape == (100, 9)


def test_columns_that_say_nothing_new_are_left_out() -> None:
    """A desk shut at weekends, one queue, no busyness: five weekdays are left of nine columns."""
    rng = np.random.default_rng(7)
    work = rng.normal(size=(120, 1, 7))
    work[:, :, 5:] = 0
    found = controls_of([Luck(one, np.zeros(1)) for one in work], [0])
    assert found is not None and found.names == ("work by weekday",) and found.values.shape == (120, 5)
    assert controls_of([Luck(np.zeros((1, 7)), np.zeros(1)) for _ in range(50)], [0]) is None


def test_sharpened_intervals_cover_the_truth_in_about_95_of_100_seeds() -> None:
    """L34 with controls: busy weeks have more cases and, not in proportion, a worse ratio."""
    rng = np.random.default_rng(12)
    busy = rng.gamma(70, 1 / 70, size=(200, 40))
    cases = rng.poisson(2000 * busy)
    share = np.clip(0.8 - 0.5 * (busy - 1) - 0.5 * (busy - 1) ** 2, 0, 1)
    in_time = rng.binomial(cases, share)
    truth = 0.8 - 0.5 / 70 - 0.5 * (1 / 70 + 2 / 70**2)  # E[b share(b)], gamma with mean 1 and variance 1/70
    covered, factors = 0, []
    for s in range(200):
        controls = Controls(("work",), (cases[s] - 2000.0)[:, None])
        found = controlled_ratios(in_time[s], cases[s], controls).at()
        assert found.low is not None and found.high is not None
        covered += found.low <= truth <= found.high
        factors.append(worth(in_time[s], cases[s], controls))
    assert 180 <= covered <= 198
    assert np.median(factors) > 2

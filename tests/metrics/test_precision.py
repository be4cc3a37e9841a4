"""How precise a report is to be, and when to look again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import stdtrit

from careplan.errors import UnitError
from careplan.metrics.precision import (
    FIRST_LOOK,
    Precision,
    Sharp,
    Wanted,
    half_width,
    next_look,
    replications_needed,
)
from careplan.metrics.uncertainty import Estimate


def test_a_width_is_written_in_points_or_as_a_duration() -> None:
    for text in ("0.5pp", "0.5 pp", "0.5 points", "± 0.5 percentage points", "±0.5pp"):
        assert Wanted.of(text) == Wanted(0.005, "share")
    assert Wanted.of("2 min") == Wanted(120.0, "s")
    assert Wanted.of(Wanted(0.01)) == Wanted(0.01)


@pytest.mark.parametrize("text", ["0.5", "0.5 %", "0pp", "60pp", "half a point", "", "0 min", "-1pp"])
def test_what_is_no_width_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnitError, match=r"expected a half-width such as 0\.5pp"):
        Wanted.of(text)
    with pytest.raises(UnitError, match='Did you mean "0.5pp"'):
        Wanted.of("0.5 %")


def test_half_the_width_takes_four_times_the_replications() -> None:
    one = Sharp("a", Estimate(0.5, 0.25, 0.75, 40), Estimate(0.5, 0.25, 0.75, 40))
    assert replications_needed([one], Wanted(0.125), 40) == 160
    assert replications_needed([one], Wanted(0.3), 40) == 40


def test_looks_come_seldom_and_never_beyond_the_most() -> None:
    assert next_look(40, 50, 1000) == 50
    assert next_look(40, 41, 1000) == 44  # a tenth more at least
    assert next_look(40, 4000, 1000) == 80  # twice as many at most: the scatter of 40 says little of 4000
    assert next_look(40, 4000, 60) == 60


def test_a_share_at_its_end_has_the_half_width_of_the_other_side() -> None:
    assert half_width(Estimate(0.999, 0.99, 1.0, 40)) == pytest.approx(0.009)
    assert half_width(Estimate(0.5, None, None, 1)) == math.inf


def test_the_widest_figure_is_named() -> None:
    near, far = Estimate(0.5, 0.49, 0.51, 40), Estimate(0.5, 0.4, 0.6, 40)
    narrow, wide = Sharp("a", near, near), Sharp("b", far, far)
    found = Precision(Wanted(0.005), (40,), 40, 16_000, "most", (narrow, wide))
    assert found.widest is wide
    document = found.to_dict()
    assert document["widest"] == "b" and document["reached"] is False and document["replications"] == 40
    assert document["figures"][0]["half_width"] == pytest.approx(0.01)


def _stopped(values: np.ndarray, width: float, first: int) -> np.ndarray:
    """Whether each row's interval covers 0 where the rule stops, looking from ``first`` on."""
    count, most = values.shape
    n = np.arange(1, most + 1)
    mean = values.cumsum(axis=1) / n
    spread = np.sqrt(np.maximum((values**2).cumsum(axis=1) - n * mean**2, 0) / np.maximum(n - 1, 1))
    half = stdtrit(np.maximum(n - 1, 1), 0.975) * spread / np.sqrt(n)
    covered = np.zeros(count, dtype=bool)
    for row in range(count):
        at = first
        while half[row, at - 1] > width and at < most:
            needed = math.ceil(at * (half[row, at - 1] / width) ** 2)
            at = next_look(at, max(at, needed), most) if first == FIRST_LOOK else at + 1
        covered[row] = abs(mean[row, at - 1]) <= half[row, at - 1]
    return covered


def test_few_late_looks_keep_the_coverage_that_many_early_ones_lose() -> None:
    """Normal figures that need about 25 replications: looking at each from the third on covers far less than 95 %."""
    rng = np.random.default_rng(8)
    values = rng.normal(size=(4000, 160))
    assert _stopped(values, 1.96 / 5, first=3).mean() < 0.93
    assert _stopped(values, 1.96 / 5, FIRST_LOOK).mean() > 0.94
    assert 0.94 < _stopped(values, 1.96 / math.sqrt(60), FIRST_LOOK).mean() < 0.96

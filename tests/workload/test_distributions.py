"""Drawing durations: the law asked for, whole milliseconds, ranks that stay."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from careplan.columns import MAX_DURATION_MS, NEVER
from careplan.scenario.distributions import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Mixture,
    Never,
    Part,
    Quantiles,
    Weibull,
)
from careplan.streams import identities, key_of
from careplan.workload.distributions import Dist, draw, lognormal_parameters, mean_ms, normal_quantile, standard_gamma
from tests.workload.worlds import share_within_4_errors, within_4_errors

N = 200_000
PEOPLE = identities(key_of("people"), 0, N)
MINUTE, HOUR = 60_000, 3_600_000

FAMILIES: dict[str, Dist] = {
    "constant": Constant(value="90 s"),  # type: ignore[arg-type]
    "exponential": Exponential(mean="5 min"),  # type: ignore[arg-type]
    "lognormal by mean": Lognormal(mean="5 min", cv=1.3),  # type: ignore[arg-type]
    "lognormal by median": Lognormal(median="11 min", p90="4 h"),  # type: ignore[arg-type]
    "gamma": Gamma(mean="5 min", cv=0.5),  # type: ignore[arg-type]
    "gamma, wide": Gamma(mean="5 min", cv=2),  # type: ignore[arg-type]
    "weibull by mean": Weibull(mean="5 min", shape=0.7),  # type: ignore[arg-type]
    "weibull by scale": Weibull(scale="5 min", shape=2),  # type: ignore[arg-type]
    "empirical": Empirical(values=(1000, 2000, 2000, 60_000)),
    "mixture": Mixture(
        parts=(
            Part(share="80 %", of="3 min"),  # type: ignore[arg-type]
            Part(share="20 %", of=Exponential(mean="15 min")),  # type: ignore[arg-type]
        )
    ),
    "quantiles": Quantiles(points=((30 * MINUTE, 0.5), (HOUR, 0.8), (10 * HOUR, 1.0))),
    "quantiles from a first point at nothing": Quantiles(points=((MINUTE, 0.0), (HOUR, 1.0))),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mean_drawn_is_the_mean(name: str) -> None:
    drawn = draw(FAMILIES[name], PEOPLE, ("work", name))
    assert drawn.dtype == np.int64
    assert drawn.min() >= 1
    spread = drawn.std(ddof=1)
    assert abs(drawn.mean() - mean_ms(FAMILIES[name])) <= 4 * spread / math.sqrt(N) + 0.5


CONTINUOUS = {
    "exponential": stats.expon(scale=300_000),
    "lognormal by mean": stats.lognorm(s=math.sqrt(math.log1p(1.69)), scale=300_000 / math.sqrt(1 + 1.69)),
    "lognormal by median": stats.lognorm(s=math.log(240 / 11) / special.ndtri(0.9), scale=660_000),
    "gamma": stats.gamma(a=4, scale=75_000),
    "gamma, wide": stats.gamma(a=0.25, scale=1_200_000),
    "weibull by mean": stats.weibull_min(c=0.7, scale=300_000 / math.gamma(1 + 1 / 0.7)),
    "weibull by scale": stats.weibull_min(c=2, scale=300_000),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_whole_law_is_the_one_asked_for(name: str) -> None:
    # Kolmogorov-Smirnov: sqrt(n) D exceeds 2.2 with chance 1e-4. Rounding to 1 ms moves nothing at this size,
    # except at the bottom of the wide gamma, whose mass below 1 ms is lifted to it.
    drawn = np.sort(draw(FAMILIES[name], PEOPLE, ("law", name))).astype(float)
    cdf = CONTINUOUS[name].cdf(drawn)
    above = drawn > 1000
    steps = np.arange(1, N + 1) / N
    distance = np.maximum(np.abs(steps - cdf), np.abs(steps - 1 / N - cdf))[above].max()
    assert math.sqrt(N) * distance < 2.2


def test_quantile_points_are_a_patience_as_written() -> None:
    patience = Quantiles(points=((30 * MINUTE, 0.32), (HOUR, 0.40), (24 * HOUR, 0.67)))
    drawn = draw(patience, PEOPLE, ("patience",), least=0)
    gone = (drawn != NEVER) & (drawn >= 0)
    for within, share in ((30 * MINUTE, 0.32), (HOUR, 0.40), (24 * HOUR, 0.67)):
        assert share_within_4_errors(int((gone & (drawn <= within)).sum()), N, share)
    assert share_within_4_errors(int((drawn == NEVER).sum()), N, 0.33)
    assert mean_ms(patience) == math.inf
    # Between points, evenly in the logarithm: half of the share between 1 h and 24 h is gone by √24 h.
    middle = HOUR * math.sqrt(24)
    assert share_within_4_errors(int((gone & (drawn <= middle)).sum()), N, 0.535)
    # Before the first point, evenly: half of 32 % by 15 min.
    assert share_within_4_errors(int((gone & (drawn <= 15 * MINUTE)).sum()), N, 0.16)


def test_quantile_points_may_begin_at_zero() -> None:
    drawn = draw(Quantiles(points=((0, 0.25), (HOUR, 1.0))), PEOPLE, ("patience",), least=0)
    assert share_within_4_errors(int((drawn == 0).sum()), N, 0.25)
    assert (drawn != NEVER).all()


def test_patience_may_be_endless() -> None:
    assert (draw(Never(), PEOPLE[:10], ("patience",), least=0) == NEVER).all()
    assert mean_ms(Never()) == math.inf


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Exponential(mean="5 min"), Exponential(mean="7 min")),  # type: ignore[arg-type]
        (Exponential(mean="5 min"), Lognormal(mean="7 min", cv=2)),  # type: ignore[arg-type]
        (Lognormal(mean="5 min", cv=1), Lognormal(mean="6 min", cv=0.5)),  # type: ignore[arg-type]
        (Weibull(mean="5 min", shape=0.7), Weibull(mean="5 min", shape=2)),  # type: ignore[arg-type]
        (Gamma(mean="5 min", cv=0.5), Gamma(mean="6 min", cv=0.5)),  # type: ignore[arg-type]
        (Quantiles(points=((MINUTE, 0.3), (HOUR, 1.0))), Quantiles(points=((2 * MINUTE, 0.5), (2 * HOUR, 1.0)))),
    ],
)
def test_another_mean_or_spread_keeps_every_rank(one: Dist, other: Dist) -> None:
    before, after = draw(one, PEOPLE, ("work",)), draw(other, PEOPLE, ("work",))
    assert (np.diff(after[np.lexsort((after, before))]) >= 0).all()
    assert not np.array_equal(before, after)


def test_another_spread_of_a_gamma_roughly_keeps_ranks() -> None:
    narrow, wide = (standard_gamma(shape, PEOPLE, ("work",)) for shape in (1 / 0.5**2, 1 / 0.6**2))
    assert stats.spearmanr(narrow, wide).statistic > 0.99


def test_another_share_in_a_mixture_moves_only_who_changes_sides() -> None:
    def mixed(share: int) -> np.ndarray:  # type: ignore[type-arg]
        slow = Exponential(mean="1 h")  # type: ignore[arg-type]
        parts = (Part(share=f"{share} %", of="30 s"), Part(share=f"{100 - share} %", of=slow))  # type: ignore[arg-type]
        return draw(Mixture(parts=parts), PEOPLE, ("work",))

    before, after = mixed(80), mixed(75)
    moved = before != after
    assert (before[moved] == 30_000).all()
    assert share_within_4_errors(int(moved.sum()), N, 0.05)


def test_an_empirical_draw_takes_each_value_as_often() -> None:
    drawn = draw(FAMILIES["empirical"], PEOPLE, ("work",))
    for value, share in ((1000, 0.25), (2000, 0.5), (60_000, 0.25)):
        assert share_within_4_errors(int((drawn == value).sum()), N, share)


def test_draws_are_cut_to_what_an_engine_can_count() -> None:
    assert (draw(Constant(value="0 s"), PEOPLE[:3], ("work",)) == 1).all()  # type: ignore[arg-type]
    assert (draw(Constant(value="0 s"), PEOPLE[:3], ("patience",), least=0) == 0).all()  # type: ignore[arg-type]
    wild = draw(Weibull(scale="1 h", shape=0.02), PEOPLE, ("work",))  # type: ignore[arg-type]
    assert wild.min() == 1
    assert wild.max() == MAX_DURATION_MS


def test_a_factor_scales_before_rounding() -> None:
    np.testing.assert_array_equal(draw(Constant(value="90 s"), PEOPLE[:3], ("work",), factor=0.4), [36_000] * 3)  # type: ignore[arg-type]


def test_the_normal_quantile_is_exact() -> None:
    share = np.concatenate((np.logspace(-15, -1, 200), np.linspace(0.05, 0.95, 2001), 1 - np.logspace(-12, -1, 200)))
    np.testing.assert_allclose(normal_quantile(share), special.ndtri(share), rtol=2e-14, atol=1e-15)


def test_a_lognormal_says_its_parameters() -> None:
    log_median, log_sd = lognormal_parameters(FAMILIES["lognormal by median"])  # type: ignore[arg-type]
    assert math.exp(log_median) == pytest.approx(660_000)
    assert math.exp(log_median + log_sd * special.ndtri(0.9)) == pytest.approx(4 * HOUR)


def test_other_decisions_are_other_draws() -> None:
    one, other = (draw(FAMILIES["exponential"], PEOPLE, ("work", turn)).astype(float) for turn in (0, 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(N)


def test_all_families_together_have_a_test_of_their_mean() -> None:
    kinds = {dist.kind for dist in FAMILIES.values()}
    assert kinds == {"constant", "exponential", "lognormal", "gamma", "weibull", "empirical", "mixture", "quantiles"}
    assert within_4_errors(draw(FAMILIES["gamma"], PEOPLE, ("x",)).astype(float), 300_000)

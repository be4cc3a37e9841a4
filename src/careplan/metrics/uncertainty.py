"""How sure a figure is: confidence intervals over independent replications.

Comes in: sums or samples by replication. Goes out: :class:`Estimate` (one figure) or :class:`Estimates` (a
table). Left out: what the figures mean. A single replication has no interval: its bounds are ``None`` (NaN
in a table).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import FloatArray, IntArray

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure, the bounds of its confidence interval, and how many replications stand behind it.

    The bounds are ``None`` where one replication, or none with such a case, gives no interval; ``value`` is
    NaN where there is nothing to measure.
    """

    value: float
    low: float | None
    high: float | None
    n: int

    def times(self, factor: float) -> Estimate:
        """Return the figure in another unit."""
        low, high = (None if x is None else x * factor for x in (self.low, self.high))
        return Estimate(self.value * factor, low, high, self.n)

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.4g}"
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"

    def rounded(self, digits: int) -> Estimate:
        """Return the figure and its bounds with so many digits after the point: money is told in whole cents."""
        low, high = (None if x is None else round(x, digits) for x in (self.low, self.high))
        return Estimate(round(self.value, digits), low, high, self.n)

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the figure for JSON: NaN becomes ``None``."""

        def plain(x: float | None) -> float | None:
            return None if x is None or not math.isfinite(x) else float(x)

        return {"value": plain(self.value), "low": plain(self.low), "high": plain(self.high), "n": self.n}


@dataclass(frozen=True, eq=False)
class Estimates:
    """A table of figures; ``value``, ``low`` and ``high`` have one shape, NaN where there is none."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: int

    def at(self, *cell: int) -> Estimate:
        """Return one figure of the table."""
        low, high = float(self.low[cell]), float(self.high[cell])
        bounded = math.isfinite(low) and math.isfinite(high)
        return Estimate(float(self.value[cell]), low if bounded else None, high if bounded else None, self.n)

    def clipped(self, lowest: float, highest: float) -> Estimates:
        """Return the table with its bounds inside [lowest, highest]: a share ends at 0 and 1."""
        return Estimates(self.value, np.maximum(self.low, lowest), np.minimum(self.high, highest), self.n)


@lru_cache(maxsize=256)
def student_t(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Return the two-sided quantile of Student's t.

    >>> round(student_t(19), 3)
    2.093
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + confidence / 2))


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """Return the two-sided quantile of the normal distribution: 1.96 for 95 %."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Return numerator ÷ denominator, NaN where the denominator is 0: without cases there is no share."""
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom != 0, top / bottom, np.nan))


def means(values: ArrayLike, *, confidence: float = CONFIDENCE) -> Estimates:
    """Return the mean over replications with Student's t interval.

    Parameters
    ----------
    values
        One figure per replication, shape (n_replications, …). NaN (nothing to measure in that replication)
        is left out, cell by cell.
    confidence
        Of the interval, 0 to 1.

    Returns
    -------
    Estimates
        Shape (…,). Mean ± t × s ÷ √n.
    """
    x = np.asarray(values, dtype=np.float64)
    there = np.isfinite(x)
    n = there.sum(axis=0)
    mean = divide(np.where(there, x, 0).sum(axis=0), n)
    squares = (np.where(there, x - mean, 0) ** 2).sum(axis=0)
    half = _t_by(n, confidence) * np.sqrt(divide(squares, np.maximum(n - 1, 0)) / np.maximum(n, 1))
    return Estimates(mean, mean - half, mean + half, len(x))


def ratios(numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = CONFIDENCE) -> Estimates:
    """Return a ratio of sums over replications, by the delta method with Student's t.

    Parameters
    ----------
    numerator, denominator
        Sums by replication, shape (n_replications, …).
    confidence
        Of the interval, 0 to 1.

    Returns
    -------
    Estimates
        Shape (…,). The value is Σ numerator ÷ Σ denominator, NaN where the denominator is 0: never a mean
        of ratios.

    Notes
    -----
    With r = ΣX ÷ ΣY, the half width is t × √(Σ(Xᵢ − rYᵢ)² ÷ (n(n − 1))) ÷ Ȳ over n replications. Where
    numerator and denominator agree in every replication the residuals vanish and so does the interval: it
    says that no difference was seen, not that there is none. Source: Law, Simulation Modeling and Analysis,
    5th ed., 9.4; Cochran, Sampling Techniques, 3rd ed., 6.4.
    """
    x, y = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    n = len(x)
    total = y.sum(axis=0)
    value = divide(x.sum(axis=0), total)
    if n < 2:
        none = np.full(value.shape, np.nan)
        return Estimates(value, none, none, n)
    residual = x - value * y
    spread = np.sqrt((residual**2).sum(axis=0) / (n * (n - 1)))
    half = student_t(n - 1, confidence) * divide(spread, total / n)
    return Estimates(value, value - half, value + half, n)


def paired_difference(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_against: ArrayLike,
    denominator_against: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
) -> Estimates:
    """Return one ratio of sums minus another, ΣA ÷ ΣB − ΣC ÷ ΣD, by the delta method with Student's t.

    All four have shape (n_replications, …); replication i of one belongs to replication i of the other, as under
    common random numbers, so what both share cancels.
    """
    a, b, c, d = (
        np.asarray(x, dtype=np.float64) for x in (numerator, denominator, numerator_against, denominator_against)
    )
    n = len(a)
    first, second = divide(a.sum(axis=0), b.sum(axis=0)), divide(c.sum(axis=0), d.sum(axis=0))
    value = first - second
    if n < 2:
        none = np.full(value.shape, np.nan)
        return Estimates(value, none, none, n)
    influence = divide(a - first * b, b.mean(axis=0)) - divide(c - second * d, d.mean(axis=0))
    half = student_t(n - 1, confidence) * np.sqrt((influence**2).sum(axis=0) / (n * (n - 1)))
    return Estimates(value, value - half, value + half, n)


def relative_ratios(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_against: ArrayLike,
    denominator_against: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
) -> Estimates:
    """Return one ratio of sums relative to another, (ΣA ÷ ΣB) ÷ (ΣC ÷ ΣD), by the delta method with
    Student's t.

    All four have shape (n_replications, …) or broadcast to it; the four move together inside a replication.
    """
    a, b, c, d = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (numerator, denominator, numerator_against, denominator_against))
    )
    n = len(a)
    value = divide(divide(a.sum(axis=0), b.sum(axis=0)), divide(c.sum(axis=0), d.sum(axis=0)))
    if n < 2:
        none = np.full(value.shape, np.nan)
        return Estimates(value, none, none, n)
    # First-order influence of each replication on the relative value.
    influence = sum(sign * divide(x, x.mean(axis=0)) for sign, x in ((1, a), (-1, b), (-1, c), (1, d)))
    half = (
        student_t(n - 1, confidence) * np.abs(value) * np.sqrt((np.asarray(influence) ** 2).sum(axis=0) / (n * (n - 1)))
    )
    return Estimates(value, value - half, value + half, n)


def wilson(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Return a chance with Wilson's interval.

    Of ``trials`` periods, ``successes`` met the target. No trials: NaN without bounds.

    Notes
    -----
    Periods of one replication are taken as independent trials; where a busy day spills into the next they
    are not, and the interval is a little too narrow. Source: Wilson (1927), JASA 22, 209-212.
    """
    if trials == 0:
        return Estimate(math.nan, None, None, 0)
    z, p = normal_quantile(confidence), successes / trials
    middle = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    return Estimate(p, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)), trials)


def nearest_rank(values: ArrayLike, shares: Sequence[float]) -> FloatArray:
    """Return nearest-rank percentiles: the smallest value that at least a share of the values do not exceed.

    The ⌈share × n⌉-th smallest of n, so always one of the values; NaN without values. Shape (n_shares,).

    >>> nearest_rank([3, 1, 2, 10], [0.5, 0.9])
    array([ 2., 10.])
    """
    ordered = np.sort(np.asarray(values))
    if not len(ordered):
        return np.full(len(shares), np.nan)
    return ordered[_rank(len(ordered), np.asarray(shares)) - 1].astype(np.float64)


def bootstrap_percentiles(
    samples: Sequence[IntArray],
    shares: Sequence[float],
    *,
    seed: int = 0,
    resamples: int = 400,
    confidence: float = CONFIDENCE,
) -> list[Estimate]:
    """Return nearest-rank percentiles over the cases of all replications, with a bootstrap interval.

    Parameters
    ----------
    samples
        Whole milliseconds, one array per replication, in any order.
    shares
        Percentiles as shares, such as 0.8.
    seed
        Of the resampling.
    resamples
        How often to draw as many replications as there are, with replacement.
    confidence
        Of the interval, 0 to 1.

    Returns
    -------
    list of Estimate
        One for each share.

    Notes
    -----
    Whole replications are drawn, since the cases of one share its busy days. The interval is the percentile
    one (Efron and Tibshirani, 1993, ch. 13). Every resample's percentile is exact: a bisection on whole
    milliseconds over the sorted samples, all resamples at once.
    """
    n = len(samples)
    ordered = [np.sort(np.asarray(s, dtype=np.int64)) for s in samples]
    values = nearest_rank(np.concatenate(ordered) if ordered else [], shares)
    if n < 2 or not any(len(s) for s in ordered):
        return [Estimate(float(v), None, None, n) for v in values]
    drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    weight = np.zeros((resamples, n), dtype=np.int64)
    np.add.at(weight, (np.arange(resamples)[:, None], drawn), 1)
    total = weight @ np.array([len(s) for s in ordered])
    weight, total = weight[total > 0], total[total > 0]
    rank = _rank(total[:, None], np.asarray(shares))
    low = np.full(rank.shape, min(int(s[0]) for s in ordered if len(s)))
    high = np.full(rank.shape, max(int(s[-1]) for s in ordered if len(s)))
    while (low < high).any():
        middle = (low + high) // 2
        below = sum(weight[:, r, None] * np.searchsorted(s, middle, side="right") for r, s in enumerate(ordered))
        enough = below >= rank
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    tail = (1 - confidence) / 2
    bounds = np.quantile(low, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return [Estimate(float(v), float(a), float(b), n) for v, a, b in zip(values, *bounds, strict=True)]


def fastest_mean(samples: Sequence[IntArray], share: float = 0.9, *, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean of the ⌈share × n⌉ smallest values over the cases of all replications.

    Parameters
    ----------
    samples
        Whole milliseconds, one array per replication, in any order.
    share
        How many of the n values count.
    confidence
        Of the interval, 0 to 1.

    Notes
    -----
    With q the largest value that counts, the mean is (Σ min(x, q) ÷ n − (1 − k ÷ n) q) ÷ (k ÷ n), and to first order
    q does not move it: its interval is that of the ratio Σ min(x, q) ÷ n, divided by k ÷ n. Source: the influence
    function of a trimmed mean (Huber and Ronchetti, Robust Statistics, 2nd ed., 3.3), one-sided.
    """
    n = sum(len(s) for s in samples)
    if not n:
        return Estimate(math.nan, None, None, len(samples))
    kept = int(_rank(n, np.asarray(share)))
    pooled = np.partition(np.concatenate(samples), kept - 1)
    capped = ratios(
        [np.minimum(s, pooled[kept - 1]).sum(dtype=np.float64) for s in samples],
        [len(s) for s in samples],
        confidence=confidence,
    ).at()
    value = float(pooled[:kept].mean())
    if capped.high is None:
        return Estimate(value, None, None, len(samples))
    half = (capped.high - capped.value) * n / kept
    return Estimate(value, max(0.0, value - half), value + half, len(samples))


def _rank(n: int | IntArray, shares: FloatArray) -> IntArray:
    """⌈share × n⌉, at least 1; a hair is taken off so that 0.95 × 20 is 19, whatever binary makes of it."""
    return np.maximum(np.ceil(n * shares - 1e-9), 1).astype(np.int64)


def _t_by(n: IntArray, confidence: float) -> FloatArray:
    """Student's t quantile for every count of replications; NaN below two."""
    table = np.full(int(np.max(n, initial=0)) + 1, np.nan)
    for k in np.unique(n):
        if k >= 2:
            table[k] = student_t(int(k) - 1, confidence)
    return np.asarray(table[n])

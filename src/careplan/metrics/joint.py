"""Joint intervals: bounds that hold for all periods at once, such as the service level of 168 hours of a week.

Comes in: sums by replication and period. Goes out: a table of shares whose bounds hold together. Left out: intervals of
single figures (uncertainty).

Of 168 pointwise 95 % intervals some eight miss their figure, and whoever looks for the bad hours looks at exactly
those. Two things make joint bounds hold. Each is drawn at a level that leaves 5 % for all (Šidák). And it is drawn as
an exact interval of a share, for as many independent cases as the scatter over replications says there are: so far
out, and near 0 and 100 %, Student's t of a few replications is far from right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import FloatArray
from careplan.metrics.uncertainty import CONFIDENCE, Estimates, divide, normal_quantile, student_t

_BANDS = ((0.0, 1.0), (0.0, 0.1), (0.1, 0.9), (0.9, 1.0))
"""Shares whose periods are looked at together: what fails seldom fails together more often than what fails half the
time (our choice)."""
_FEW = 3
"""Periods that make a band."""


def joint_shares(numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = CONFIDENCE) -> Estimates:
    """Return shares by period with bounds that hold for all periods at once.

    Parameters
    ----------
    numerator, denominator
        Sums by replication and period, shape (n_replications, n_periods), the numerator a part of the denominator.
    confidence
        That all bounds hold, 0 to 1.

    Returns
    -------
    Estimates
        Shape (n_periods,); NaN for a period without cases, which has nothing to hold. One period alone has a bound of
        its own kind, a little wider than its ratio's.

    Notes
    -----
    With K periods each interval has the level confidence^(1/K) (Šidák, 1967, JASA 62, 626-633): right for independent
    periods, on the safe side for others. Its bounds are Clopper and Pearson's for n* = p(1 − p) ÷ v × (z ÷ t)² trials
    (Korn and Graubard, 1998, Survey Methodology 24, 193-201). v is the mean of the period's own variance over the
    replications and of what its number of cases leads one to expect where cases of one replication and period stand
    and fall together as they do elsewhere (the largest pooled correlation of the bands; our choice): a period that was
    at 100 % in every replication has no scatter of its own, and is not certain for that.
    """
    x, y = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    n = len(x)
    cases = y.sum(axis=0)
    share = divide(x.sum(axis=0), cases)
    none = np.full(share.shape, np.nan)
    there = cases > 0
    if n < 2 or not there.any():
        return Estimates(share, none, none, n)
    p, m = share[there], cases[there]
    residual = x[:, there] - p * y[:, there]
    variance = (residual**2).sum(axis=0) / (n * (n - 1)) / (m / n) ** 2
    binomial = p * (1 - p)
    each = m / n
    expected = (1 + np.maximum(each - 1, 0) * _together(p, variance * m - binomial, binomial * (each - 1))) / m
    own = divide(variance, binomial)
    trials = 1 / np.where(np.isfinite(own) & (variance > 0), (own + expected) / 2, expected)
    level = confidence ** (1 / len(p))
    trials = trials * (normal_quantile(level) / student_t(n - 1, level)) ** 2
    low, high = none.copy(), none.copy()
    low[there], high[there] = _exact(p, trials, (1 - level) / 2)
    return Estimates(share, low, high, n)


def _together(p: FloatArray, excess: FloatArray, room: FloatArray) -> float:
    """How far cases of one replication and period stand and fall together, 0 to 1: the largest over the bands; 1 where
    nothing is known.
    """
    found = []
    for low, high in _BANDS:
        inside = (p > low) & (p < high)
        if np.count_nonzero(inside) >= _FEW and room[inside].sum() > 0:
            found.append(float(np.clip(excess[inside].sum() / room[inside].sum(), 0.0, 1.0)))
    return max(found, default=1.0)


def _exact(p: FloatArray, trials: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    """Clopper and Pearson's bounds for a share p of some trials, whole or not, with ``tail`` outside at either end."""
    from scipy.special import betaincinv

    hits, misses = p * trials, (1 - p) * trials
    least = 1e-12
    low = np.where(hits > least, betaincinv(np.maximum(hits, least), misses + 1, tail), 0.0)
    high = np.where(misses > least, betaincinv(hits + 1, np.maximum(misses, least), 1 - tail), 1.0)
    return np.minimum(low, p), np.maximum(high, p)

"""Drawing durations: a distribution as a scenario writes it, and identities, give whole milliseconds.

Comes in: a block of ``scenario.distributions``, identities and the names of the decision. Goes out: int64
milliseconds, one a case. Left out: who needs which draw (``cases.py``).

Draws come from quantile functions, so that a change of mean, cv or median keeps every case's rank: the customer
with the long question keeps it. The gamma family, whose quantile function is slow, is drawn by rejection from
normal draws that also belong to the case: a change of its mean keeps ranks, one of its cv only roughly.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from careplan.columns import MAX_DURATION_MS, NEVER, FloatArray, IntArray
from careplan.scenario import distributions as families
from careplan.streams import Identities, blocks, key_of, uniforms

Dist: TypeAlias = (
    families.Never
    | families.Constant
    | families.Exponential
    | families.Lognormal
    | families.Gamma
    | families.Weibull
    | families.Empirical
    | families.Mixture
    | families.Quantiles
)
Decision: TypeAlias = tuple[str | int, ...]
"""The names of what is decided, such as ``("work", 2)``."""

_NORMAL_P90 = 1.2815515655446004
"""The 90th percentile of the standard normal distribution."""


def draw(dist: Dist, people: Identities, decision: Decision, *, least: int = 1, factor: float = 1.0) -> IntArray:
    """Draw one duration a case.

    Parameters
    ----------
    dist
        The distribution, as the scenario writes it.
    people
        Identities of the cases.
    decision
        Names of the decision; other names are independent draws.
    least
        The shortest, ms: 1, or 0 for patience. Draws are rounded to the nearest millisecond and cut to
        ``least`` … ten years.
    factor
        What the drawn duration is multiplied by before rounding.

    Returns
    -------
    ndarray of int64, shape (n_cases,), milliseconds
        −1 where the duration never ends (patience).
    """
    drawn = np.empty(len(people), dtype=np.int64)
    for rows in blocks(len(people)):
        with np.errstate(over="ignore"):  # a tail beyond all numbers is cut to ten years
            values = _drawn(dist, people[rows], decision)
        if factor != 1.0:
            values *= factor
        np.rint(values, out=values)
        np.clip(values, least, MAX_DURATION_MS, out=values)
        values[np.isnan(values)] = NEVER
        drawn[rows] = values
    return drawn


def mean_ms(dist: Dist) -> float:
    """Return the mean of a distribution in milliseconds; infinite if a share never ends."""
    if isinstance(dist, families.Never):
        return math.inf
    if isinstance(dist, families.Constant):
        return float(dist.value)
    if isinstance(dist, families.Lognormal):
        log_median, log_sd = lognormal_parameters(dist)
        return math.exp(log_median + log_sd**2 / 2)
    if isinstance(dist, families.Weibull):
        return _weibull_scale(dist) * math.gamma(1 + 1 / dist.shape)
    if isinstance(dist, families.Empirical):
        return float(np.mean(dist.values))
    if isinstance(dist, families.Mixture):
        return sum(part.share * mean_ms(part.of) for part in dist.parts) / sum(part.share for part in dist.parts)
    if isinstance(dist, families.Quantiles):
        return _quantiles_mean(dist)
    return float(dist.mean)


def lognormal_parameters(dist: families.Lognormal) -> tuple[float, float]:
    """Return the mean and standard deviation of the logarithm (of milliseconds)."""
    if dist.mean is not None and dist.cv is not None:
        variance = math.log1p(dist.cv**2)
        return math.log(dist.mean) - variance / 2, math.sqrt(variance)
    assert dist.median is not None and dist.p90 is not None
    return math.log(dist.median), math.log(dist.p90 / dist.median) / _NORMAL_P90


def _drawn(dist: Dist, people: Identities, decision: Decision) -> FloatArray:
    """One float a case, in milliseconds, nan for never; a fresh array."""
    if isinstance(dist, families.Never):
        return np.full(len(people), math.nan)
    if isinstance(dist, families.Constant):
        return np.full(len(people), float(dist.value))
    if isinstance(dist, families.Gamma):
        shape = 1 / dist.cv**2
        return standard_gamma(shape, people, decision) * (dist.mean / shape)
    share = uniforms(people, key_of(*decision))
    if isinstance(dist, families.Exponential):
        return -dist.mean * np.log1p(-share)
    if isinstance(dist, families.Lognormal):
        log_median, log_sd = lognormal_parameters(dist)
        return np.exp(log_median + log_sd * normal_quantile(share))
    if isinstance(dist, families.Weibull):
        return _weibull_scale(dist) * (-np.log1p(-share)) ** (1 / dist.shape)
    if isinstance(dist, families.Empirical):
        values = np.sort(np.array(dist.values, dtype=np.float64))
        return values[(share * len(values)).astype(np.int64)]
    if isinstance(dist, families.Quantiles):
        return _quantiles_at(dist, share)
    return _mixture(dist, people, decision, share)


def _mixture(dist: families.Mixture, people: Identities, decision: Decision, share: FloatArray) -> FloatArray:
    """Which part is one decision, the draw from each part another."""
    ends = np.cumsum([part.share for part in dist.parts])
    chosen = np.searchsorted(ends[:-1] / ends[-1], share, side="right")
    values = np.empty(len(people))
    for number, part in enumerate(dist.parts):
        rows = chosen == number
        values[rows] = _drawn(part.of, people[rows], (*decision, "part", number))
    return values


def _weibull_scale(dist: families.Weibull) -> float:
    if dist.scale is not None:
        return float(dist.scale)
    assert dist.mean is not None
    return dist.mean / math.gamma(1 + 1 / dist.shape)


def _quantile_pieces(dist: families.Quantiles) -> list[tuple[float, float, float, float]]:
    """Pieces (low share, high share, from ms, to ms); the first begins at 0 ms.

    Before the first point the share grows evenly from zero (our choice: a logarithm has no zero).
    """
    points = [(0.0, 0.0), *((share, float(ms)) for ms, share in dist.points)]
    return [
        (low, high, begin, end) for (low, begin), (high, end) in zip(points, points[1:], strict=False) if high > low
    ]


def _quantiles_at(dist: families.Quantiles, share: FloatArray) -> FloatArray:
    values = np.full(len(share), math.nan)
    pieces = _quantile_pieces(dist)
    if pieces[-1][1] > 1 - 1e-9:
        pieces[-1] = (pieces[-1][0], 1.0, *pieces[-1][2:])
    for low, high, begin, end in pieces:
        rows = (share > low) & (share <= high)
        part = (share[rows] - low) / (high - low)
        values[rows] = begin * (end / begin) ** part if begin > 0 else end * part
    return values


def _quantiles_mean(dist: families.Quantiles) -> float:
    pieces = _quantile_pieces(dist)
    if pieces[-1][1] < 1 - 1e-9:
        return math.inf
    means = [
        (high - low) * ((end - begin) / math.log(end / begin) if begin > 0 else end / 2)
        for low, high, begin, end in pieces
    ]
    return sum(means)


def standard_gamma(shape: float, people: Identities, decision: Decision) -> FloatArray:
    """Draw from the gamma distribution with this shape and scale 1, one a case.

    Notes
    -----
    Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). Each attempt
    is a decision of its own, so that a rejected case takes no draw from another.
    """
    boosted = shape if shape >= 1 else shape + 1
    d = boosted - 1 / 3
    c = 1 / math.sqrt(9 * d)
    values = np.empty(len(people))
    left = np.arange(len(people))
    attempt = 0
    while left.size:
        who = people[left]
        normal = normal_quantile(uniforms(who, key_of(*decision, "normal", attempt)))
        cubed = (1 + c * normal) ** 3
        chance = np.log(uniforms(who, key_of(*decision, "chance", attempt)))
        with np.errstate(invalid="ignore", divide="ignore"):
            accepted = (cubed > 0) & (chance < normal**2 / 2 + d - d * cubed + d * np.log(cubed))
        values[left[accepted]] = d * cubed[accepted]
        left = left[~accepted]
        attempt += 1
    if shape < 1:
        values *= uniforms(people, key_of(*decision, "power")) ** (1 / shape)
    return values


_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def normal_quantile(share: FloatArray) -> FloatArray:
    """Return the standard normal quantile of shares strictly between 0 and 1, to about 1e-15.

    Notes
    -----
    Source: Wichura, "The percentage points of the normal distribution", Applied Statistics 37 (1988), algorithm
    AS 241 (PPND16). In numpy, because importing scipy costs more than sampling a week does.
    """
    centred = share - 0.5
    values = centred * _ratio(_CENTRE, 0.180625 - centred * centred)
    outside = np.flatnonzero(np.abs(centred) > 0.425)
    if outside.size:
        tail = np.minimum(share[outside], 1 - share[outside])
        depth = np.sqrt(-np.log(tail))
        far = depth > 5
        size = _ratio(_TAIL, depth - 1.6)
        if far.any():
            size[far] = _ratio(_FAR_TAIL, depth[far] - 5)
        values[outside] = np.copysign(size, centred[outside])
    return values


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], at: FloatArray) -> FloatArray:
    """A polynomial over another, both given from the highest power."""
    numerator, denominator = (np.full(len(at), part[0]) for part in coefficients)
    for above, below in zip(coefficients[0][1:], coefficients[1][1:], strict=True):
        numerator *= at
        numerator += above
        denominator *= at
        denominator += below
    numerator /= denominator
    return numerator

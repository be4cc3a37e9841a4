"""Savings of several plans against one, each made in several rounds, and how far chance explains them.

Comes in: one figure a plan and round. Goes out: means of the differences with intervals. Left out: what a figure is.

A round is a block: all plans of a round were searched on the same customers. What a round's customers do to every plan
alike cancels in the differences; what is left is how far a search misses, now by a little more, now by a little less.
Few rounds say little about how far that is for one plan, but there are several plans. So their spreads are pooled as
far as they are alike: a plan quite unlike the others keeps its own.
"""

from __future__ import annotations

import math

import numpy as np

from careplan.columns import FloatArray
from careplan.metrics.uncertainty import CONFIDENCE, Estimate, student_t

_NONE_AT_ALL = 1e-5
"""A variance below this share of the middle one is taken for so much, so that it has a logarithm: our choice."""
_UNLIKE = 1 / 3
"""A plan that differs from the base by more than this share of it is unlike the others: our choice."""


def savings(base: FloatArray, others: FloatArray, *, confidence: float = CONFIDENCE) -> list[Estimate]:
    """Return what each plan needs less than the base: the mean of the differences, with its interval.

    Parameters
    ----------
    base
        Figure of the base by round, shape (n_rounds,).
    others
        Figures of the others, shape (n_others, n_rounds).
    confidence
        Of the intervals.

    Returns
    -------
    One estimate for each of the others; without bounds where there was one round only.

    Notes
    -----
    Mean of the paired differences ± t · s̃ ÷ √rounds, where s̃² = (d₀ s₀² + d s²) ÷ (d₀ + d): s² is the variance of the
    plan's own differences, on d = rounds − 1 degrees of freedom; s₀² the middle of all n variances, and d₀ how much it
    says about one (G. K. Smyth, Linear models and empirical Bayes methods, 2004, section 6). t has d₀ + d degrees, at
    most 4 n d ÷ (n + 3): differences from one base share its noise, and together say no more (Satterthwaite). A plan
    that takes over a third more or less than the base is unlike the others and has its own variance only, and so has a
    plan that is the only one: the paired t interval.
    """
    differences = base[None, :] - others
    rounds = differences.shape[1]
    values = differences.mean(axis=1).tolist()
    if rounds < 2:
        return [Estimate(value, None, None, rounds) for value in values]
    own, degrees = differences.var(axis=1, ddof=1), rounds - 1
    alone = np.abs(differences.mean(axis=1)) > _UNLIKE * abs(float(base.mean()))
    n = int((~alone).sum())
    usual, worth = _middle(own[~alone], degrees) if n else (0.0, 0.0)
    pooled = np.full_like(own, usual) if math.isinf(worth) else (worth * usual + degrees * own) / (worth + degrees)
    together = student_t(max(1, int(min(worth + degrees, 4 * n * degrees / (n + 3)))), confidence)
    errors = np.where(alone, student_t(degrees, confidence) * np.sqrt(own), together * np.sqrt(pooled))
    halves = (errors / math.sqrt(rounds)).tolist()
    return [Estimate(value, value - half, value + half, rounds) for value, half in zip(values, halves, strict=True)]


def _middle(variances: FloatArray, degrees: int) -> tuple[float, float]:
    """The middle of some variances, and how many degrees of freedom it is worth for one of them; endless if they differ
    no more than chance explains.
    """
    from scipy.special import digamma, polygamma

    least = _NONE_AT_ALL * float(np.median(variances))
    if len(variances) < 2 or least == 0:
        return float(variances[0]), 0.0
    half = degrees / 2
    logs = np.log(np.maximum(variances, least)) - float(digamma(half)) + math.log(half)
    beyond = float(logs.var(ddof=1)) - float(polygamma(1, half))
    if beyond <= 0:
        return float(np.exp(logs.mean())), math.inf
    worth = 2 * _inverse_trigamma(beyond)
    return float(np.exp(logs.mean() + digamma(worth / 2) - math.log(worth / 2))), worth


def _inverse_trigamma(value: float) -> float:
    """The number whose trigamma is a value above 0, by Newton's method (Smyth, 2004, appendix)."""
    from scipy.special import polygamma

    at = 0.5 + 1 / value
    for _ in range(50):
        trigamma = float(polygamma(1, at))
        step = trigamma * (1 - trigamma / value) / float(polygamma(2, at))
        at += step
        if abs(step) < 1e-8 * at:
            break
    return at

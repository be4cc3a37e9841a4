"""Savings of several plans against one, each made in several rounds, and how far chance explains them.

Comes in: one figure a plan and round. Goes out: means of the differences with intervals. Left out: what a figure is.

A round is a block: all plans of a round were searched on the same customers. What a round's customers do to every plan
alike cancels in the differences; what is left is how far a search misses, now by a little more, now by a little less.
"""

from __future__ import annotations

import numpy as np

from careplan.columns import FloatArray
from careplan.metrics.uncertainty import CONFIDENCE, Estimate, student_t


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
    A randomised block design (R. A. Fisher, The Design of Experiments, 1935): figure = plan + round + noise. The noise
    is estimated from all plans together, s² = Σ residual² ÷ ((plans − 1) (rounds − 1)), and a difference has the
    interval ± t · s · √(2 ÷ rounds). With one other plan this is the paired t interval.
    """
    table = np.vstack([base[None, :], others])
    plans, rounds = table.shape
    values = (base[None, :] - others).mean(axis=1)
    degrees = (plans - 1) * (rounds - 1)
    if degrees < 1:
        return [Estimate(float(value), None, None, rounds) for value in values]
    residual = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + table.mean()
    noise = float(np.sqrt((residual**2).sum() / degrees))
    half = student_t(degrees, confidence) * noise * float(np.sqrt(2 / rounds))
    return [Estimate(float(value), float(value) - half, float(value) + half, rounds) for value in values]

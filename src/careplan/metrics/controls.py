"""Control variates: ratios over replications, sharpened by what is known about the luck of each.

Comes in: sums by replication, and how lucky each replication was (figures of the draw with known means). Goes out:
estimates with narrower intervals, and by how much. Left out: the luck itself (``careplan.workload.luck``).

Which columns are used depends on the number of replications and on the draws alone, never on the figure: choosing
what makes an interval narrow would make it wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import FloatArray, frozen
from careplan.metrics.uncertainty import CONFIDENCE, Estimates, divide, ratios, student_t
from careplan.workload.luck import Luck

ONE_COLUMN, THREE_COLUMNS, BY_WEEKDAY = 20, 40, 100
"""Replications from which one column, three, and the work by weekday (nine) are used: our choice. A column costs a
degree of freedom; with fewer replications it would cost more than it brings."""
_NEW = 1e-6
"""A column that the ones before it explain but for such a share of its length says nothing new."""


@dataclass(frozen=True, eq=False)
class Controls:
    """Known luck of every replication: columns with mean zero, shape (n_replications, n_columns)."""

    names: tuple[str, ...]
    """What the columns stand for, in words."""
    values: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(self.values, "float64"))


def controls_of(luck: Sequence[Luck], own: Sequence[int]) -> Controls | None:
    """Return the columns for a figure of some queues; None where there are too few replications, or no luck at all.

    Parameters
    ----------
    luck
        Of every replication.
    own
        Rows of the figure's queues; the work of the others counts as theirs.
    """
    n = len(luck)
    if n < ONE_COLUMN:
        return None
    work = np.stack([one.work_ms for one in luck])
    mine = work[:, list(own)].sum(axis=1)
    others = np.delete(work, list(own), axis=1).sum(axis=(1, 2))
    wanted = {"work": mine if n >= BY_WEEKDAY else mine.sum(axis=1, keepdims=True)}
    if n >= THREE_COLUMNS:
        wanted["work of other queues"] = others[:, None]
        wanted["uneven days"] = np.stack([one.uneven for one in luck])[:, list(own)].mean(axis=1, keepdims=True)
    names, columns = [], []
    basis = np.ones((n, 1)) / np.sqrt(n)
    for name, group in wanted.items():
        for column in group.T:
            rest = column - basis @ (basis.T @ column)
            rest -= basis @ (basis.T @ rest)  # twice is enough: rounding
            length = float(np.linalg.norm(rest))
            if length > _NEW * max(float(np.linalg.norm(column)), 1e-300):
                basis = np.column_stack([basis, rest / length])
                columns.append(column / np.abs(column).max())
                names.append(name)
    if not columns:
        return None
    by_weekday = names.count("work") > 1
    words = [f"{name} by weekday" if name == "work" and by_weekday else name for name in dict.fromkeys(names)]
    return Controls(tuple(words), np.column_stack(columns))


def controlled_ratios(
    numerator: ArrayLike, denominator: ArrayLike, controls: Controls, *, confidence: float = CONFIDENCE
) -> Estimates:
    """Return ratios of sums over replications, sharpened by control variates.

    Parameters
    ----------
    numerator, denominator
        Sums by replication, shape (n_replications, …).
    controls
        The luck of the same replications.
    confidence
        Of the interval, 0 to 1.

    Returns
    -------
    Estimates
        Shape (…,); NaN where the denominator is 0.

    Notes
    -----
    With r = ΣX ÷ ΣY, replication i stands for r + (Xᵢ − rYᵢ) ÷ Ȳ. A least-squares fit of these on the q columns gives
    the figure at the columns' known means, their zero: the intercept. Its interval is Student's t with n − 1 − q
    degrees of freedom. Source: Lavenberg and Welch (1981), Management Science 27, 322-335; Law, Simulation Modeling and
    Analysis, 5th ed., 11.4.
    """
    x, y = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    n, q = controls.values.shape
    total = y.sum(axis=0)
    value = divide(x.sum(axis=0), total)
    with np.errstate(invalid="ignore"):
        each = divide(x - value * y, np.broadcast_to(total / n, x.shape)).reshape(n, -1)
    design = np.column_stack([np.ones(n), controls.values])
    inverse = np.linalg.inv(design.T @ design)
    fit = inverse @ design.T @ each
    degrees = n - 1 - q
    spread = np.sqrt(((each - design @ fit) ** 2).sum(axis=0) / degrees * inverse[0, 0]).reshape(value.shape)
    value = value + fit[0].reshape(value.shape)
    half = student_t(degrees, confidence) * spread
    return Estimates(value, value - half, value + half, n)


def worth(numerator: ArrayLike, denominator: ArrayLike, controls: Controls) -> float:
    """Return how many times the replications the controls are worth: (plain ÷ sharpened width)²; NaN if both are 0."""
    plain, sharp = ratios(numerator, denominator).at(), controlled_ratios(numerator, denominator, controls).at()
    if plain.low is None or plain.high is None or sharp.low is None or sharp.high is None:
        return float("nan")
    return float(divide(plain.high - plain.low, sharp.high - sharp.low) ** 2)

"""Cuts: what simulation says of service as a function of the people on duty, near a schedule.

Comes in: slack as it was measured (``probe``). Goes out: :class:`Cut`, what that foretells for schedules nearby. Left
out: measuring, and who asks (``together``, ``exchanging``).

The slack of a period (cases in time beyond those it is asked for) is a function of the agents on duty by block of two
hours. A cut knows its value at one schedule, and for each block a gain (of one agent more) and a loss (of one fewer,
never smaller, so that cuts bend the right way): value + Σ gain × agents more − Σ loss × agents fewer.

For a target in the mean every period is a row: mean of the replications. For one with a stated confidence every single
period near the one that decides is a row, since hard weeks are hard on different days; what is left is the quantile of
these and all others, which follow those near in the mean.

Sources: cutting planes from simulated subgradients: Atlason, Epelman and Henderson (2004, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from careplan.columns import FloatArray, IntArray

_COUNTS = 1e-9
"""Weights of a quantile below this do not count."""


@dataclass(frozen=True, eq=False)
class Mean:
    """Rows of an aim in the mean: one for each period."""

    rows: slice
    margin: FloatArray
    """What must be left of each, cases: its standard error, and what judges asked for."""

    def left(self, values: FloatArray) -> FloatArray:
        """Return what is left, by period and column, from the values of all rows by column."""
        return np.asarray(values[self.rows] - self.margin[:, None])

    def moved(self, values: FloatArray) -> Mean:
        """Return the same where rows have other values."""
        return self

    def weights(self, values: FloatArray) -> FloatArray:
        """Return what each row counts for each period, shape (n_periods, n_rows of the cut)."""
        found = np.zeros((len(self.margin), len(values)))
        found[np.arange(len(self.margin)), np.arange(len(values))[self.rows]] = 1.0
        return found


@dataclass(frozen=True, eq=False)
class Chance:
    """Rows of an aim with a stated confidence: single periods near the one that decides."""

    rows: slice
    margin: FloatArray
    """What must be left of the quantile, cases, shape (1,)."""
    singles: IntArray
    """The single periods that are rows, as positions in the table of slack by replication and period."""
    far: FloatArray
    """Slack of all others of that table, in its order; infinite where there is nothing to judge. They follow those
    near in the mean."""
    beyond: int
    """How many there are besides, better than any of these."""
    level: float
    """Slack at the schedule of those near, mean."""
    share: float
    """What share of single periods may be missed."""

    @cached_property
    def _others(self) -> tuple[FloatArray, FloatArray]:
        """Weights by rank of all single periods, as far as they count, and so many of the worst of the others."""
        finite = np.sort(self.far[np.isfinite(self.far)])
        best = float(finite[-1]) if len(finite) else self.level
        weights = quantile_weights(len(self.singles) + len(finite) + self.beyond, self.share)
        weights = weights[: int(np.flatnonzero(weights > _COUNTS)[-1]) + 1]
        others = np.concatenate([finite, np.full(self.beyond, best)])
        return weights, others[: len(weights)]

    def left(self, values: FloatArray) -> FloatArray:
        """Return what is left of the quantile, shape (1, n_columns)."""
        near = values[self.rows]
        weights, others = self._others
        every = np.concatenate([near, others[:, None] + (near.mean(axis=0) - self.level)])
        return np.asarray(weights @ np.sort(every, axis=0)[: len(weights)] - self.margin)[None, :]

    def moved(self, values: FloatArray) -> Chance:
        """Return the same where rows have other values."""
        level = float(values[self.rows].mean())
        return replace(self, far=self.far + (level - self.level), level=level)

    def weights(self, values: FloatArray) -> FloatArray:
        """Return what each row counts for the quantile as things stand, shape (1, n_rows of the cut)."""
        near = values[self.rows]
        weights, others = self._others
        every = np.concatenate([near, others])
        rank = np.argsort(np.argsort(every, kind="stable"), kind="stable")[: len(near)]
        own = np.append(weights, np.zeros(len(every)))[rank]
        found = np.zeros((1, len(values)))
        found[0, self.rows] = own + (weights.sum() - own.sum()) / len(near)
        return found


Promise = Mean | Chance


@dataclass(frozen=True, eq=False)
class Cut:
    """What is known at one schedule."""

    value: FloatArray
    """Slack at the schedule, in cases, shape (n_rows,)."""
    gain: FloatArray
    """Of one agent-interval more in each block, shape (n_rows, n_blocks)."""
    loss: FloatArray
    """Of one less; never smaller than the gain."""
    there: FloatArray
    """Agent-intervals by block at the schedule, shape (n_blocks,)."""
    promises: tuple[Promise, ...]
    """One for each aim: what its rows come to."""
    is_whole: bool = True
    """Whether all replications were played that may decide, or only those with rows."""

    @property
    def lefts(self) -> FloatArray:
        """What is left of every aim, by period or of its quantile; below 0: missed. Shape (n_lefts,)."""
        return self._lefts(self.value[:, None])[:, 0]

    @property
    def worst(self) -> float:
        """By how much the schedule misses all aims together; 0 where it meets them."""
        return float(np.maximum(-self.lefts, 0.0).sum())

    @property
    def left(self) -> float:
        """What is left where it is least."""
        return float(self.lefts.min(initial=np.inf))

    def foretold(self, there: FloatArray) -> FloatArray:
        """Return what is foretold to be left for other agent-intervals by block.

        Shapes (n_blocks,) or (n_blocks, n_columns), and of the answer (n_lefts,) or (n_lefts, n_columns).
        """
        return self._lefts(self.values_at(there.reshape(len(self.there), -1))).reshape(-1, *there.shape[1:])

    def values_at(self, there: FloatArray) -> FloatArray:
        """Return the slack of every row that is foretold for other agent-intervals by block.

        Shapes (n_blocks,) or (n_blocks, n_columns), and of the answer (n_rows,) or (n_rows, n_columns).
        """
        is_one = there.ndim == 1
        value, now = (self.value, self.there) if is_one else (self.value[:, None], self.there[:, None])
        change = there - now
        return np.asarray(value + self.gain @ np.maximum(change, 0.0) - self.loss @ np.maximum(-change, 0.0))

    def moved(self, there: FloatArray) -> Cut:
        """Return the cut that is foretold for other agent-intervals by block, with the same slopes."""
        value = self.values_at(there)
        return replace(self, value=value, there=there, promises=tuple(one.moved(value) for one in self.promises))

    def straight(self) -> Straight:
        """Return the same without quantiles: rows count as they do at the schedule."""
        weights = np.concatenate([one.weights(self.value) for one in self.promises])
        return Straight(self.lefts, weights @ self.gain, weights @ self.loss, self.there)

    def each(self) -> Straight:
        """Return the same, and a row for every single period better than the one that decides: it is to stay so."""
        found = [self.straight()]
        for one in self.promises:
            if isinstance(one, Chance):
                left = self.value[one.rows] - one.margin
                better = np.flatnonzero(left > one.left(self.value[:, None])[0, 0])
                gain, loss = self.gain[one.rows][better], self.loss[one.rows][better]
                found.append(Straight(left[better], gain, loss, self.there))
        return Straight(
            np.concatenate([one.left for one in found]),
            np.concatenate([one.gain for one in found]),
            np.concatenate([one.loss for one in found]),
            self.there,
        )

    def steeper(self, new: Cut) -> Cut:
        """Return a cut that would have foretold what a schedule came to; at most five times as steep."""
        more, fewer = np.maximum(new.there - self.there, 0), np.maximum(self.there - new.there, 0)
        up, down = self.gain @ more, self.loss @ fewer
        was = self.value - new.value + up  # what the agents fewer did
        ratio = np.clip(np.divide(was, down, out=np.ones_like(was), where=down > 1e-9), 1.0, 5.0)
        return replace(self, loss=self.loss * ratio[:, None])

    def _lefts(self, values: FloatArray) -> FloatArray:
        return np.concatenate([one.left(values) for one in self.promises])


@dataclass(frozen=True, eq=False)
class Straight:
    """A cut as linear rows, as a solver takes them: left + gain × more − loss × fewer ≥ 0."""

    left: FloatArray
    """Shape (n_lefts,)."""
    gain: FloatArray
    """Shape (n_lefts, n_blocks)."""
    loss: FloatArray
    there: FloatArray


@lru_cache
def quantile_weights(n: int, share: float) -> FloatArray:
    """Return what each of n values in order counts for a quantile: it scatters less than the single value of its rank.

    Source: Harrell and Davis (1982), A new distribution-free quantile estimator, Biometrika 69, 635-640.
    """
    from scipy.special import betainc

    share = max(share, 0.5 / n)
    return np.asarray(np.diff(betainc((n + 1) * share, (n + 1) * (1 - share), np.arange(n + 1) / n)))


def share_allowed(n: int, confidence: float, errors: float = 1.0) -> float:
    """Return the share of n single periods that may be missed where that is only estimated: so many standard errors
    less than the confidence leaves.
    """
    share = 1 - confidence
    return max(0.0, share - errors * float(np.sqrt(share * (1 - share) / n)))


def deciding_rank(n: int, confidence: float, errors: float = 1.0) -> int:
    """Return the single period that decides, from the worst one on."""
    return min(int(share_allowed(n, confidence, errors) * n), n - 1)


def rows_of(promises: Sequence[Promise]) -> int:
    """Return how many rows some promises have."""
    return max((one.rows.stop for one in promises), default=0)

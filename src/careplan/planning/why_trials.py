"""Looking for the factor of the work at which a plan just meets its targets.

Comes in: what came of the factors tried. Goes out: the next to try, and at the end the factor. Left out: playing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from careplan.columns import FloatArray

_FIRST_STEP, _CLOSE = 0.04, 0.01
"""The first step away from where the search begins, and how close two sides lie at its end, as shares: our choice."""
_LEAST, _MOST = 0.05, 20.0
"""Factors that are tried at most."""


@dataclass(eq=False)
class Trials:
    """Factors tried for one part in one world."""

    margins: dict[float, FloatArray] = field(default_factory=dict)
    """Factor → how far its targets are from being missed, in every resample; the first is that of all replications."""
    keeps_up: dict[float, float] = field(default_factory=dict)
    """Factor → how far the week is from leaving work to the next, of all replications: of a resample it would be mostly
    noise."""

    def note(self, factor: float, margins: FloatArray, keeps_up: float) -> None:
        """Keep what came of a factor."""
        self.margins[factor], self.keeps_up[factor] = margins, keeps_up

    def is_met(self, factor: float) -> bool:
        """Whether the targets are met and the week keeps up."""
        return bool(self.margins[factor][0] >= 0) and self.keeps_up[factor] >= 0

    def sides(self) -> tuple[float | None, float | None]:
        """Return the largest factor from below at which all is met, and the next at which it is not."""
        low = None
        for factor in sorted(self.margins):
            if not self.is_met(factor):
                return low, factor
            low = factor
        return low, None

    def next(self, start: float) -> float | None:
        """Return the factor to try next; None when it is known well enough."""
        if not self.margins:
            return start
        low, high = self.sides()
        step = _FIRST_STEP * 2 ** (len(self.margins) - 1)
        if high is None:
            assert low is not None
            return None if low >= _MOST else min(low * (1 + step), _MOST)
        if low is None:
            return None if high <= _LEAST else max(high / (1 + step), _LEAST)
        if high / low - 1 <= _CLOSE:
            return None
        above, below = float(self.margins[low][0]), float(self.margins[high][0])
        weight = above / (above - below) if below < 0 else 0.5
        return low + min(max(weight, 0.2), 0.8) * (high - low)

    def roots(self) -> FloatArray:
        """Return for every resample the largest factor at which all is met, between those tried or a little beyond."""
        factors = np.array(sorted(self.margins))
        margins = np.stack([self.margins[f] for f in factors.tolist()], axis=1)
        keeps_up = np.array([self.keeps_up[f] for f in factors.tolist()])
        low, high = self.sides()
        if high is None:  # nothing that was tried is too much: the need is that, or less
            return np.full(len(margins), factors[-1])
        if low is None:
            return np.full(len(margins), np.nan)
        most = float(_crossing(factors, keeps_up[None])[0]) if (keeps_up < 0).any() else np.inf
        return np.asarray(np.minimum(_crossing(factors, margins), most))


def _crossing(factors: FloatArray, margins: FloatArray) -> FloatArray:
    """Where margins first fall below 0, by straight lines; shapes (n_factors,), (n, n_factors) → (n,)."""
    is_met = margins >= 0
    right = np.where(is_met.all(axis=1), len(factors) - 1, np.maximum(np.argmin(is_met, axis=1), 1))
    rows = np.arange(len(margins))
    a, b = margins[rows, right - 1], margins[rows, right]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(a > b, a / (a - b), np.where(a >= 0, 1.0, 0.0))
    root = factors[right - 1] + weight * (factors[right] - factors[right - 1])
    return np.asarray(np.clip(root, 0.95 * factors[0], 1.05 * factors[-1]))

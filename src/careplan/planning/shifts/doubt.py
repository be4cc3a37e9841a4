"""Doubt: how far slopes may be off, and what a schedule that was played teaches of them.

Comes in: a cut, and one nearby that was played. Goes out: slopes that foretell it better. Left out: which schedules to
play (``exchanging``).

Errors of slopes are taken to be normal, alike in blocks near each other; what comes of a schedule beyond the sum of
slopes is noise. Every schedule that is played then moves the slopes of each row as far as it should (a Kalman filter):
where people were taken from, and around it, more than elsewhere; and the less, the more is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import FloatArray
from careplan.planning.shifts.cuts import Chance, Cut
from careplan.planning.shifts.probe import Probe

_UNSURE, _ALIKE = 0.5, 4.0
"""Standard error of a slope as a share of the mean slope, and blocks over which errors go together: our choice."""
_OF_MEAN, _OF_ONE = 0.25, 0.5
"""Standard error of what exchanging a shift does beyond the sum of slopes, as a share of what a shift does on average:
in the mean of replications, and in a single one. Our choice: measured 0.2 to 0.4, and 0.4 to 0.6."""


@dataclass(eq=False)
class Doubt:
    """What is not known of slopes by now."""

    spread: FloatArray
    """Covariance of the errors of slopes by block, for each row, shape (n_rows, n_blocks, n_blocks)."""
    noise: FloatArray
    """Variance of what comes of a schedule beyond the sum of slopes, by row."""

    @classmethod
    def of(cls, probe: Probe, cut: Cut) -> Doubt:
        """Return the doubt there is of slopes that were just measured."""
        slope = (cut.gain + cut.loss) / 2
        n = slope.shape[1]
        group = np.arange(n) // (n // len(probe.kinds.groups))
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        alike = np.where(np.equal.outer(group, group), np.exp(-apart / _ALIKE), 0.0)
        share = np.full(len(slope), _OF_MEAN)
        for one in cut.promises:
            if isinstance(one, Chance):
                share[one.rows] = _OF_ONE
        return cls((_UNSURE * slope.mean(axis=1))[:, None, None] ** 2 * alike, (share * _of_a_shift(probe, slope)) ** 2)

    def taught(self, cut: Cut, new: Cut) -> Cut:
        """Return the cut of a schedule that was played with slopes that foretell it better, from one nearby."""
        change = new.there - cut.there
        promised = cut.values_at(new.there)
        reach = self.spread @ change
        weight = reach / np.maximum(reach @ change + self.noise, 1e-12)[:, None]
        self.spread = self.spread - weight[:, :, None] * reach[:, None, :]
        learnt = weight * (new.value - promised)[:, None]
        gain = np.maximum(new.gain + learnt, 0.0)
        return replace(new, gain=gain, loss=np.maximum(new.loss + learnt, gain))


def scatter(probe: Probe, cut: Cut) -> float:
    """Return the standard error of what exchanging a shift does to what is left, beyond what is foretold, cases."""
    straight = cut.straight()
    return float((_OF_MEAN * _of_a_shift(probe, (straight.gain + straight.loss) / 2)).max(initial=0.0))


def _of_a_shift(probe: Probe, slope: FloatArray) -> FloatArray:
    """What a shift does on average, by row of slopes."""
    return np.asarray(slope @ np.asarray(probe.by_block.mean(axis=1)).ravel())

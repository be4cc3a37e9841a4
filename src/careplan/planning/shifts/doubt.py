"""Doubt: how far what is foretold of a schedule may be off, and what a schedule that was played teaches.

Comes in: a cut, and one nearby that was played. Goes out: slopes that foretell it better, and standard errors. Left
out: which schedules to play (``exchanging``).

Errors of slopes are taken to be normal, alike in blocks near each other; what comes of a schedule beyond the sum of
slopes is noise. Every schedule that is played then moves the slopes of each row as far as it should (a Kalman filter):
where people were taken from, and around it, more than elsewhere; and the less, the more is known. What is left hangs on
single periods that have no row, too. They are taken to follow the rows; where all were played, the difference is
learnt likewise. So an exchange that is much like one that failed promises little, and one unlike all others may
surprise.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from careplan.columns import FloatArray
from careplan.planning.shifts.cuts import Cut
from careplan.planning.shifts.probe import Probe

_OF_ROWS, _OF_OTHERS, _ALIKE = 0.4, 0.3, 4.0
"""Standard error of slopes as a share of the mean slope: of rows, and of what is left beside what they say; and blocks
over which errors go together. Our choice."""
_OF_ONE, _OF_ALL = 0.5, 0.1
"""Standard error of what exchanging a shift does beyond the sum of slopes, as a share of what a shift does on average:
to a row, and to what is left. Our choice: a row was measured to be off by 0.4 to 0.6."""


@dataclass(eq=False)
class Errors:
    """Covariance of the errors of slopes, of some rows: how it was at first, less what was learnt."""

    alike: FloatArray
    """Correlation of errors at first, shape (n_blocks, n_blocks)."""
    size: FloatArray
    """Their variance at first, shape (n_rows,)."""
    noise: FloatArray
    """Variance of what comes of a schedule beyond the sum of slopes, shape (n_rows,)."""
    _learnt: list[FloatArray] = field(default_factory=list)
    """For each schedule a vector by row, whose outer product with itself is less; shape (n_rows, n_blocks)."""

    def taught(self, change: FloatArray) -> FloatArray:
        """Learn from a change of agent-intervals by block; by how much slopes follow what it is off by, shape (n_rows,
        n_blocks).
        """
        reach = self.size[:, None] * (self.alike @ change)
        for known in self._learnt:
            reach -= (known @ change)[:, None] * known
        all_ = np.maximum(reach @ change + self.noise, 1e-12)[:, None]
        self._learnt.append(reach / np.sqrt(all_))
        return np.asarray(reach / all_)

    def variance(self, changes: FloatArray) -> FloatArray:
        """Return the variance of what slopes foretell of some changes, shapes (n_blocks, n) and (n_rows, n)."""
        found = self.size[:, None] * np.einsum("ij,ij->j", changes, self.alike @ changes)
        for known in self._learnt:
            found -= (known @ changes) ** 2
        return np.asarray(np.maximum(found, 0.0))


@dataclass(eq=False)
class Doubt:
    """What is not known of slopes by now."""

    rows: Errors
    near: Errors
    """Of what rows do to what is left, where its mean slope is 1."""
    far: Errors
    """Likewise of what all others do to it, beyond following the rows."""
    beside: FloatArray
    """What one agent-interval more does to what is left beyond what cuts say, by block, cases."""
    usual: float
    """Standard error of exchanging a shift of which nothing was learnt, where the mean slope is 1."""

    @classmethod
    def of(cls, probe: Probe, cut: Cut) -> Doubt:
        """Return the doubt there is of slopes that were just measured."""
        slope = (cut.gain + cut.loss) / 2
        n, table = slope.shape[1], probe.by_block.toarray()
        group = np.arange(n) // (n // len(probe.kinds.groups))
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        alike = np.where(np.equal.outer(group, group), np.exp(-apart / _ALIKE), 0.0)
        a_shift = table.mean(axis=1)
        own = np.array([(_OF_ALL * float(a_shift.sum())) ** 2])
        near, far = (Errors(alike, np.array([share**2]), own) for share in (_OF_ROWS, _OF_OTHERS))
        rows = Errors(alike, (_OF_ROWS * _mean(slope)) ** 2, (_OF_ONE * (slope @ a_shift)) ** 2)
        usual = float(np.sqrt(2 * (near.variance(table) + far.variance(table)).mean()))
        return cls(rows, near, far, np.zeros(n), usual)

    def taught(self, cut: Cut, new: Cut) -> Cut:
        """Return the cut of a schedule that was played with slopes that foretell it better, from one nearby."""
        change = new.there - cut.there
        learnt = self.rows.taught(change) * (new.value - cut.values_at(new.there))[:, None]
        gain = np.maximum(new.gain + learnt, 0.0)
        taught = replace(new, gain=gain, loss=np.maximum(new.loss + learnt, gain))
        self.near.taught(change)
        if new.is_whole:
            told = self.left(replace(cut, gain=taught.gain, loss=taught.loss), change[:, None])[0]
            self.beside = self.beside + self.far.taught(change)[0] * (new.left - told)
        return taught

    def left(self, cut: Cut, changes: FloatArray) -> FloatArray:
        """Return what is foretold to be left where it is least, cases, for changes, shapes (n_blocks, n) and (n,)."""
        told = cut.foretold(cut.there[:, None] + changes).min(axis=0, initial=np.inf)
        return np.asarray(told + self.beside @ changes)

    def moved(self, cut: Cut, there: FloatArray) -> Cut:
        """Return the cut that is foretold for other agent-intervals by block, with what is learnt of them."""
        found, less = cut.moved(there), self.beside @ (there - cut.there)
        return replace(found, promises=tuple(replace(one, margin=one.margin - less) for one in found.promises))

    def copy(self) -> Doubt:
        """Return the same, which learns on its own."""
        rows, near, far = (replace(one, _learnt=list(one._learnt)) for one in (self.rows, self.near, self.far))
        return replace(self, rows=rows, near=near, far=far)

    def error(self, cut: Cut, changes: FloatArray) -> FloatArray:
        """Return the standard error of that, cases."""
        variance = self.near.variance(changes) + self.far.variance(changes) + self.near.noise[:, None]
        return np.asarray(_mean_slope(cut) * np.sqrt(variance[0]))

    def usually(self, cut: Cut) -> float:
        """Return the standard error of exchanging a shift of which nothing was learnt, cases."""
        return _mean_slope(cut) * self.usual


def _mean_slope(cut: Cut) -> float:
    """The slope of what is left, where it is steepest."""
    straight = cut.straight()
    return float(_mean((straight.gain + straight.loss) / 2).max(initial=0.0))


def _mean(slope: FloatArray) -> FloatArray:
    """Slope by row, mean of the blocks that have one."""
    return np.asarray(slope.sum(axis=1) / np.maximum((slope > 0).sum(axis=1), 1))

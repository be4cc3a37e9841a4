"""Outcomes in total as sums by replication: little to keep, and enough to compare two runs pair by pair.

Comes in: a report. Goes out: an :class:`OutcomeSums` for each outcome. Left out: outcomes by queue and period (report).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray
from careplan.metrics.outcome_catalogue import OUTCOMES
from careplan.metrics.report import Report
from careplan.metrics.uncertainty import Estimate, means, paired_difference, ratios


@dataclass(frozen=True, eq=False)
class OutcomeSums:
    """An outcome of one point: a sum by replication, or of a ratio its numerator, in ``unit``, and denominator."""

    unit: str
    top: FloatArray
    bottom: FloatArray | None

    @property
    def estimate(self) -> Estimate:
        """The figure: Σ ÷ Σ, or the mean over replications."""
        return (means(self.top) if self.bottom is None else ratios(self.top, self.bottom)).at()

    def minus(self, other: OutcomeSums) -> Estimate:
        """Return this figure less another's of the same replications; the interval is that of paired differences."""
        if self.bottom is None or other.bottom is None:
            return means(self.top - other.top).at()
        return paired_difference(self.top, self.bottom, other.top, other.bottom).at()


def outcome_sums(report: Report) -> dict[str, OutcomeSums]:
    """Return the outcomes that a report's scenario switches on, in total, as sums by replication."""

    def sums(table: str) -> FloatArray:
        return np.array([float(m.queue_tables[table].sum()) for m in report.measures])

    return {
        metric.name: OutcomeSums(
            metric.unit,
            sums(metric.numerator) * metric.scale,
            sums(metric.denominator) if metric.denominator else None,
        )
        for kind in report.first.settings.outcomes
        for metric in OUTCOMES[kind]
    }

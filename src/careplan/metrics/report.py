"""Figures with their uncertainty, from the measures of all replications.

Comes in: :class:`Measures`, one per replication. Goes out: a :class:`Report`, by queue, channel, group, bot
and in total, over any periods. Left out: layout for people (reporting), money (costing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from careplan.columns import IntArray
from careplan.errors import TableError
from careplan.metrics.agents import AgentReport
from careplan.metrics.catalogue import BOUNDS, Metric, catalogue_of
from careplan.metrics.controls import Controls, controls_of
from careplan.metrics.definition_catalogue import definition_metrics
from careplan.metrics.joint import joint_shares
from careplan.metrics.measures import Measures
from careplan.metrics.outcome_catalogue import outcome_metrics
from careplan.metrics.periods import By
from careplan.metrics.scorecard import Goal, Score, score
from careplan.metrics.together import Whole, all_at_once, wholes
from careplan.metrics.uncertainty import (
    CONFIDENCE,
    Estimate,
    Estimates,
    bootstrap_percentiles,
    divide,
    means,
    nearest_rank,
    paired_difference,
    ratios,
    relative_ratios,
)
from careplan.units import format_duration

if TYPE_CHECKING:
    import pandas as pd

    from careplan.metrics.precision import Precision
    from careplan.provenance import Provenance

Of = Literal["total", "queue", "channel", "group", "bot"]
OF: tuple[Of, ...] = ("total", "queue", "channel", "group", "bot")
_OF_TABLE = {"queues": ("total", "queue", "channel"), "groups": ("total", "group"), "bots": ("total", "bot")}
SHARES = {"median": 0.5, "p80": 0.8, "p90": 0.9, "p95": 0.95}
"""Nearest-rank percentiles every report has."""


@dataclass(frozen=True, eq=False)
class Report:
    """What several replications of one scenario come to; every figure is an estimate.

    Tables are stacked: ``tables[name]`` has shape (n_replications, n_rows, n_intervals). One replication
    has figures and no intervals. ``str()`` prints the main figures.
    """

    measures: tuple[Measures, ...]
    confidence: float = CONFIDENCE
    uses_controls: bool = False
    """Whether the targets' figures are sharpened by the known luck of the replications (control variates)."""
    precision: Precision | None = None
    """What was wanted and reached, where replications were played until the figures were precise."""

    @classmethod
    def of(cls, measures: Sequence[Measures], *, confidence: float = CONFIDENCE, uses_controls: bool = False) -> Report:
        """Combine replications of one scenario.

        Raises
        ------
        TableError
            If there is none, or they differ in queues, groups, bots, periods or settings.
        """
        if not measures:
            raise TableError("report", ["there is no run to report; expected at least one replication"])
        first = measures[0]
        found = []
        for number, other in enumerate(measures[1:], start=1):
            same = {
                "queues": other.queues == first.queues and other.channels == first.channels,
                "groups": other.groups == first.groups,
                "bots": other.bots == first.bots,
                "periods": np.array_equal(other.periods.edges, first.periods.edges),
                "service levels": dict(other.settings.levels) == dict(first.settings.levels),
                "outcomes": other.settings.outcomes == first.settings.outcomes,
                "goals": [g.name for g in other.goals] == [g.name for g in first.goals],
            }
            found += [f"replication {number} differs from 0 in its {what}" for what, ok in same.items() if not ok]
        if found:
            raise TableError("report", found)
        return cls(tuple(measures), confidence, uses_controls)

    @property
    def n(self) -> int:
        """How many replications."""
        return len(self.measures)

    @property
    def sampled(self) -> tuple[Measures, ...]:
        """The replications whose waits of single cases are kept: all, or the first of a long run."""
        return tuple(m for m in self.measures if m.samples)

    @property
    def first(self) -> Measures:
        """The first replication: names, periods and settings are alike in all."""
        return self.measures[0]

    @property
    def provenance(self) -> Provenance | None:
        """Who made this: the first run's record, with the replications of all and, of several, no workload."""
        made_by = self.first.provenance
        if made_by is None or self.n == 1:
            return made_by
        played = [number for m in self.measures if m.provenance for number in m.provenance.replications]
        return replace(made_by, workload=None, replications=tuple(played))

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """Every metric of this report by name."""
        settings = self.first.settings
        window = format_duration(settings.solved_within_ms)
        found = catalogue_of(
            dict(settings.levels), dict(settings.waits), window, definition_metrics(settings, self.first.goals)
        )
        return found | outcome_metrics(settings.outcomes)

    @cached_property
    def scorecard(self) -> tuple[Score, ...]:
        """A score for each goal, in their order."""
        return tuple(
            score(
                goal,
                self.first.periods,
                [m.goal_counts[i] for m in self.measures],
                confidence=self.confidence,
                controls=self._controls(goal),
            )
            for i, goal in enumerate(self.first.goals)
        )

    @cached_property
    def targets(self) -> tuple[Whole, ...]:
        """Every target as a whole: one goal, or all parts of a named target."""
        return wholes(self.scorecard)

    @cached_property
    def all_at_once(self) -> Whole | None:
        """All targets met in the same single week; None where there are not several."""
        counts = [[m.goal_counts[k] for m in self.measures] for k in range(len(self.first.goals))]
        return all_at_once(self.first.goals, self.first.periods, counts, confidence=self.confidence)

    def score_over(self, number: int, over: By) -> Score:
        """Return the score of one goal over other periods than its own: the chance that a single day meets it, say."""
        goal = replace(self.first.goals[number], over=over)
        each = [m.goal_counts[number] for m in self.measures]
        return score(goal, self.first.periods, each, confidence=self.confidence)

    def _controls(self, goal: Goal) -> Controls | None:
        """Return the luck that a goal's figure is sharpened by; None where it is not."""
        luck = [m.luck for m in self.measures if m.luck is not None]
        if not self.uses_controls or goal.kind == "cover" or len(luck) < self.n:
            return None
        queues = self.first.queues
        return controls_of(luck, [queues.index(name) for name in goal.queues or queues])

    @cached_property
    def agents(self) -> AgentReport:
        """What each agent did, mean over replications."""
        return AgentReport.of(self.measures)

    def rows(self, of: Of) -> tuple[str, ...]:
        """Return the names of the rows of a figure."""
        if of == "channel":
            return tuple(sorted(set(self.first.channels)))
        rows = {
            "total": ("total",),
            "queue": self.first.queues,
            "group": self.first.groups,
            "bot": self.first.bots,
        }
        return rows[of]

    def metrics_of(self, of: Of) -> tuple[str, ...]:
        """Return the names of the metrics that a kind of row has; in total: all."""
        return tuple(name for name, metric in self.metrics.items() if of in _OF_TABLE[metric.table])

    def figure(
        self, metric: str, *, of: Of = "total", by: By = "total", queues: Sequence[str] | None = None
    ) -> Estimates:
        """Return a metric for each row and period.

        Parameters
        ----------
        metric
            A name of ``metrics``.
        of
            Rows: the total, every queue, channel, group or bot.
        by
            Periods.
        queues
            Of the total: only these queues, taken together; None: all.

        Returns
        -------
        Estimates
            Shape (n_rows, n_periods); NaN where there is nothing to measure. Shares 0 to 1, durations in
            seconds.

        Raises
        ------
        TableError
            If there is no such metric, or it has no such rows.
        """
        if metric not in self.metrics:
            raise TableError("report", [f'metric is "{metric}"; known metrics: {", ".join(self.metrics)}'])
        what = self.metrics[metric]
        if of not in _OF_TABLE[what.table]:
            raise TableError("report", [f'{metric} has no rows by "{of}"; it has {", ".join(_OF_TABLE[what.table])}'])
        if what.how in ("mean of intervals", "intervals met"):
            return self._over_intervals(what, of, by, queues)
        top = self._sums(what, what.numerator, of, by, queues) * what.scale
        if what.how in ("count", "greatest"):
            return means(top, confidence=self.confidence)
        if what.how == "rate":
            length = self.first.periods.sums(self.first.periods.length_ms, by)
            return means(top / np.maximum(length, 1), confidence=self.confidence)
        bottom = self._sums(what, what.denominator, of, by, queues)
        if what.how == "ratio":
            return ratios(top, bottom, confidence=self.confidence).clipped(*BOUNDS.get(what.unit, (0, np.inf)))
        phone = np.array(self.first.is_phone)
        against = [
            self.first.periods.sums(self._stack(what, part)[:, phone].sum(axis=1, keepdims=True), by)
            for part in (what.numerator, what.denominator)
        ]
        return relative_ratios(top, bottom, *against, confidence=self.confidence).clipped(0, np.inf)

    def minus(self, other: Report, metric: str, *, of: Of = "total", by: By = "total") -> Estimates:
        """Return a metric minus the same of another report, for each row and period.

        Both are of the same replications, which met the same customers: what they share cancels. Of a ratio the
        value is the difference of the two figures, of anything else the mean difference of single replications.
        """
        reports = (self, other)
        self.figure(metric, of=of, by=by)  # says if there is no such metric
        what = self.metrics[metric]
        if what.how == "ratio":
            tops = [report._sums(what, what.numerator, of, by) * what.scale for report in reports]
            bottoms = [report._sums(what, what.denominator, of, by) for report in reports]
            return paired_difference(tops[0], bottoms[0], tops[1], bottoms[1], confidence=self.confidence)
        each = [[Report.of([m]).figure(metric, of=of, by=by).value for m in report.measures] for report in reports]
        return means(np.array(each[0]) - np.array(each[1]), confidence=self.confidence)

    def joint(self, metric: str, *, of: Of = "total", by: By = "hour_of_week") -> Estimates:
        """Return a share for each row and period with bounds that hold for all periods of a row at once.

        Raises
        ------
        TableError
            If the metric is no share of sums.
        """
        plain = self.figure(metric, of=of, by=by)  # says if there is no such metric
        what = self.metrics[metric]
        if what.how != "ratio" or what.unit != "share":
            raise TableError("report", [f"{metric} is no share of sums; joint intervals are of shares"])
        top, bottom = (self._sums(what, table, of, by) for table in (what.numerator, what.denominator))
        rows = [joint_shares(top[:, i], bottom[:, i], confidence=self.confidence) for i in range(top.shape[1])]
        return Estimates(
            plain.value, np.stack([row.low for row in rows]), np.stack([row.high for row in rows]), plain.n
        )

    def estimate(self, metric: str, row: str = "total", *, of: Of | None = None) -> Estimate:
        """Return one metric of one row over the whole measured time; ``of`` only where the row's name is
        ambiguous.
        """
        kinds = [of] if of else [kind for kind in OF if row in self.rows(kind) and metric in self.metrics_of(kind)]
        if not kinds or row not in self.rows(kinds[0]):
            raise TableError("report", [f'{metric} has no row "{row}"'])
        return self.figure(metric, of=kinds[0]).at(self.rows(kinds[0]).index(row), 0)

    def percentiles(
        self, wait: str, *, of: Of = "total", by: By = "total", queues: Sequence[str] | None = None, seed: int = 0
    ) -> list[list[dict[str, Estimate]]]:
        """Return nearest-rank percentiles of a timed milestone, in seconds.

        Over the cases of all replications that reached it, not a mean of percentiles. The bootstrap
        interval draws whole replications.

        Parameters
        ----------
        wait
            A name of ``first.settings.waits``, such as ``first_response``.
        of, by, queues
            Rows (total, queue, channel) and periods; of the total, only some queues.
        seed
            Of the bootstrap.

        Returns
        -------
        list of rows of periods of {median, p80, p90, p95}
        """
        self._ask_timed(wait, of)
        keys = [(wait, by, tuple(rows), seed) for rows in self._members(of, len(self.first.queues), queues)]
        if not all(key in self._percentiles for key in keys):
            for key, row in zip(keys, self.samples(wait, of=of, by=by, queues=queues), strict=True):
                if key not in self._percentiles:
                    self._percentiles[key] = [self._of_samples(samples, seed) for samples in row]
        return [self._percentiles[key] for key in keys]

    @cached_property
    def _percentiles(self) -> dict[tuple[object, ...], list[dict[str, Estimate]]]:
        """Those that are known: a channel of one queue has its queue's."""
        return {}

    def _of_samples(self, samples: list[IntArray], seed: int) -> dict[str, Estimate]:
        """Percentiles of the samples of all replications."""
        shares = list(SHARES.values())
        if self.n > 1:
            each = bootstrap_percentiles(samples, shares, seed=seed, confidence=self.confidence)
        else:
            each = [Estimate(v, None, None, 1) for v in nearest_rank(samples[0], shares).tolist()]
        return {name: _in_seconds(e) for name, e in zip(SHARES, each, strict=True)}

    def _ask_timed(self, wait: str, of: Of) -> None:
        if wait not in self.first.samples:
            raise TableError("report", [f'nothing is timed as "{wait}"; known: {", ".join(self.first.samples)}'])
        if of not in _OF_TABLE["queues"]:
            raise TableError("report", [f'{wait} has no rows by "{of}"; it has {", ".join(_OF_TABLE["queues"])}'])

    def to_dict(self, *, by: Sequence[By] = ("total", "day", "hour_of_week")) -> dict[str, Any]:
        """Return the report for JSON, with stable keys; NaN is ``None``, durations are seconds, shares 0 to
        1.
        """
        from careplan.metrics.export import report_dict

        return report_dict(self, by)

    def to_frame(self, *, of: Of = "queue", by: By = "total") -> pd.DataFrame:
        """Return a metric, row and period in every line: columns of, row, by, period, metric, unit, value,
        low, high, n.
        """
        from careplan.metrics.export import report_frame

        return report_frame(self, of, by)

    def __str__(self) -> str:
        from careplan.metrics.export import report_text

        return report_text(self)

    def _stack(self, metric: Metric, table: str) -> IntArray:
        source = f"{metric.table[:-1]}_tables"
        return np.stack([getattr(m, source)[table] for m in self.measures])

    def _over_intervals(self, metric: Metric, of: Of, by: By, queues: Sequence[str] | None) -> Estimates:
        """Return a mean of intervals, or the share of intervals that meet what is wanted."""
        top, bottom = (
            self._sums(metric, table, of, "interval", queues) for table in (metric.numerator, metric.denominator)
        )
        share = divide(top, bottom)
        there = np.isfinite(share)
        # 13 ÷ 20 meets 65 %, however 65 % came to be written in binary.
        value = share if metric.how == "mean of intervals" else share >= metric.wanted - 1e-12
        sums = [self.first.periods.sums(np.where(there, x, 0.0), by) for x in (value, np.ones_like(share))]
        return ratios(*sums, confidence=self.confidence).clipped(0, 1)

    def _sums(self, metric: Metric, table: str, of: Of, by: By, queues: Sequence[str] | None = None) -> IntArray:
        """Add a table up to rows and periods; the greatest instead where the metric says so."""
        stack = self._stack(metric, table)
        if metric.how == "greatest":
            index, n = self.first.periods.index(by)
            by_row = np.stack(
                [stack[:, rows].max(axis=1, initial=0) for rows in self._members(of, stack.shape[1], queues)], axis=1
            )
            greatest = np.zeros((*by_row.shape[:-1], n), dtype=by_row.dtype)
            np.maximum.at(np.moveaxis(greatest, -1, 0), index, np.moveaxis(by_row, -1, 0))
            return greatest
        summed = self.first.periods.sums(stack, by)
        if of in ("queue", "group", "bot"):
            return summed
        return np.stack([summed[:, rows].sum(axis=1) for rows in self._members(of, stack.shape[1], queues)], axis=1)

    def _members(self, of: Of, n: int, queues: Sequence[str] | None = None) -> list[list[int]]:
        """Return the table rows that make up each row of a figure."""
        if queues is not None:
            return [[i for i, name in enumerate(self.first.queues) if name in queues]]
        if of == "total":
            return [list(range(n))]
        if of == "channel":
            return [[i for i, c in enumerate(self.first.channels) if c == name] for name in self.rows("channel")]
        return [[i] for i in range(n)]

    def samples(
        self, wait: str, *, of: Of = "total", by: By = "total", queues: Sequence[str] | None = None
    ) -> list[list[list[IntArray]]]:
        """Return the values of a timed milestone, in ms, by row, period and replication; see :meth:`percentiles`."""
        self._ask_timed(wait, of)
        index, n_periods = self.first.periods.index(by)
        intervals = self.first.periods.n_intervals
        members = self._members(of, len(self.first.queues), queues)
        row_of = np.full(len(self.first.queues), -1)
        for row, inside in enumerate(members):
            row_of[inside] = row
        found: list[list[list[IntArray]]] = [[[] for _ in range(n_periods)] for _ in members]
        for m in self.sampled:
            sample = m.samples[wait]
            key = row_of[sample.cell // intervals] * n_periods + index[sample.cell % intervals]
            order = np.argsort(key, kind="stable")
            bounds = np.searchsorted(
                key[order], np.arange(len(members) * n_periods + 1)
            )  # rows of no member come first
            values = sample.value_ms[order]
            for k in range(len(members) * n_periods):
                found[k // n_periods][k % n_periods].append(values[bounds[k] : bounds[k + 1]])
        return found


def _in_seconds(e: Estimate) -> Estimate:
    low, high = (None if x is None else x / 1000 for x in (e.low, e.high))
    return Estimate(e.value / 1000, low, high, e.n)

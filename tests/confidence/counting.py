"""Counts how often a plan keeps its targets on replications that neither its search nor its judges saw.

Comes in: the number of a random scenario. Goes out: a row for each target. Standard errors count a replication as one
draw: its days and hours are not independent. Scenarios weigh the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import careplan as cp
from careplan.errors import InfeasibleError
from careplan.metrics.scorecard import Score
from careplan.metrics.together import Whole, wholes
from careplan.metrics.uncertainty import divide
from careplan.planning.drawing import SEARCH_FROM
from careplan.planning.plan import StaffPlan
from careplan.planning.shifts.plan import ShiftPlan
from tests.confidence.worlds import has_shifts, scenario_of

PLAYED_FROM = 500_000
"""Below those of the search, above those of the judges of ``staff`` (from 0) and of ``shifts`` (from 200 000)."""
NEAR = 0.03
"""A stated confidence binds where the judges saw at most so much more: our choice."""
ALLOWED = 2.0
"""Standard errors by which all scenarios together may stay below what is stated."""


@dataclass(frozen=True)
class Row:
    """A target of one plan: what was stated, what the judges saw, what fresh replications show."""

    scenario: str
    planned_by: str
    target: str
    period: str
    stated: float
    """With a confidence the share of periods; else NaN."""
    said: float
    """By the judges: the share of periods, or the figure in the mean."""
    seen: float
    """On fresh replications."""
    error: float
    """Standard error of ``seen``; of a figure in the mean that of ``said`` − ``seen``."""
    judges: int
    played: int
    holds: bool
    """As the plan says."""
    agent_hours: float
    is_at_most: bool
    """Whether less is better."""

    @property
    def is_stated(self) -> bool:
        """Whether the target has a stated confidence."""
        return bool(np.isfinite(self.stated))


@dataclass(frozen=True)
class Pooled:
    """The mean over scenarios of a difference that should not be below 0, and its standard error."""

    difference: float
    error: float
    scenarios: int
    """How many there are."""

    @property
    def is_kept(self) -> bool:
        """Whether the difference is not below 0 by more than is allowed."""
        return self.difference >= -ALLOWED * self.error

    def __str__(self) -> str:
        return f"{100 * self.difference:+.2f} points ± {100 * self.error:.2f} (one s.e.) in {self.scenarios} targets"


def rows_of(number: int, played: int, **settings: int) -> list[Row]:
    """Plan a random scenario, play the plan, and count; no row where no plan can meet the targets.

    ``settings`` are those of the planner, such as ``judge_replications``.
    """
    scenario = scenario_of(number)
    try:
        plan: StaffPlan | ShiftPlan
        if has_shifts(number):
            (plan,) = cp.shifts(scenario, workers=1, **settings)  # type: ignore[arg-type]
            by, hours = "shifts", float((plan.on_duty @ plan.hours).sum())
        else:
            plan = cp.staff(scenario, cover_nights=False, workers=1, **settings)  # type: ignore[arg-type]
            by, hours = "staff", float(plan.bill.on_duty_hours)
    except InfeasibleError:
        return []
    numbers = range(PLAYED_FROM, PLAYED_FROM + played)
    assert numbers.stop <= SEARCH_FROM and not set(numbers) & set(plan.provenance.replications)
    fresh = cp.replicate(scenario, plan.roster(), replications=numbers)
    return [
        _row(scenario.name, by, told, seen, hours)
        for told, seen in zip(wholes(plan.scores), wholes(fresh.scorecard), strict=True)
    ]


def _row(scenario: str, by: str, told: Whole, seen: Whole, hours: float) -> Row:
    (first,), (again,) = told.parts, seen.parts
    counts = len(first.numerator), len(again.numerator)
    if told.confidence is not None:
        error = _error(seen.met.sum(axis=1), seen.counts.sum(axis=1))
        figures = told.confidence, told.chance.value, seen.chance.value, error
    else:
        errors = [_error(one.numerator.sum(axis=1), one.denominator.sum(axis=1)) for one in (first, again)]
        figures = np.nan, _share(first), _share(again), float(np.hypot(*errors))
    return Row(scenario, by, told.name, told.over, *figures, *counts, told.holds, hours, first.goal.is_at_most)


def _share(score: Score) -> float:
    return float(divide(score.numerator.sum(), score.denominator.sum()))


def _error(top: np.ndarray, bottom: np.ndarray) -> float:
    """Standard error of Σ top ÷ Σ bottom over replications (delta method)."""
    share = top.sum() / max(1, bottom.sum())
    return float((top - share * bottom).std(ddof=1) / np.sqrt(len(top)) / max(1e-9, bottom.mean()))


def kept(rows: Sequence[Row]) -> Pooled:
    """Return the share of periods kept less what is stated, scenarios weighing the same."""
    return _pooled([(row.seen - row.stated, row.error) for row in rows if row.is_stated])


def kept_where_it_binds(rows: Sequence[Row]) -> Pooled:
    """The same of plans whose judges saw little more than is stated: nothing else keeps their people there."""
    return kept([row for row in rows if row.said - row.stated <= NEAR])


def borne_out(rows: Sequence[Row]) -> Pooled:
    """Return what fresh replications show less what the judges said, of shares of periods."""
    return _pooled([(row.seen - row.said, np.hypot(row.error, _judges_error(row))) for row in rows if row.is_stated])


def in_the_mean(rows: Sequence[Row]) -> Pooled:
    """The same of figures in the mean, better being above 0."""
    signs = {True: -1.0, False: 1.0}
    return _pooled([(signs[row.is_at_most] * (row.seen - row.said), row.error) for row in rows if not row.is_stated])


def _judges_error(row: Row) -> float:
    return row.error * np.sqrt(row.played / row.judges)


def _pooled(each: Sequence[tuple[float, float]]) -> Pooled:
    n = max(1, len(each))
    return Pooled(sum(d for d, _ in each) / n, float(np.sqrt(sum(e**2 for _, e in each))) / n, len(each))


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the targets with a stated confidence as a Markdown table."""
    lines = [
        "| scenario | planned by | agent hours | stated | judges saw | fresh | ± s.e. | in s.e. |",
        "|---|---|--:|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        if row.is_stated:
            gap = row.seen - row.stated
            off = f"{gap / row.error:+.1f}" if row.error > 0 else ""  # all of them kept
            cells = [
                row.scenario,
                row.planned_by,
                f"{row.agent_hours:.0f}",
                f"{100 * row.stated:.0f} % of {row.period}s",
                f"{100 * row.said:.1f} % of {row.judges}",
                f"{100 * row.seen:.1f} %",
                f"{100 * row.error:.1f}",
                off,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)

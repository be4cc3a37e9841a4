"""The answer: how many agents, when, what it costs, what it does, and how sure that is.

Comes in: what the search found and the judges said. Goes out: a frozen :class:`StaffPlan` that prints as a sentence.
Left out: tables and layout (reporting).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.wages import WageBill
from careplan.metrics.periods import Periods
from careplan.metrics.precision import Precision
from careplan.metrics.scorecard import Score
from careplan.metrics.together import ALL_AT_ONCE, Whole, wholes
from careplan.planning.formulas import FormulaFigure
from careplan.planning.grid import Grid
from careplan.planning.judging import finding_of, finding_on
from careplan.planning.nights import NightReport
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.units import format_share


@dataclass(frozen=True, eq=False)
class Covering:
    """What it takes to hold every hour, nights too, to the answer targets' shares."""

    headcount: IntArray
    """Shape (n_groups, n_intervals)."""
    bill: WageBill
    scores: tuple[Score, ...]
    """On fresh replications, the answer goals over the hour."""
    extra_paid_hours: Decimal
    """A week, against the plan."""
    extra_cost: Decimal | None
    """A week, against the plan."""
    extra_agents_at_peak: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "extra_paid_hours_a_week": str(self.extra_paid_hours),
            "extra_cost_a_week": None if self.extra_cost is None else str(self.extra_cost),
            "extra_agents_at_peak": self.extra_agents_at_peak,
            "holds": all(finding_on(whole) != "missed" for whole in wholes(self.scores)),
            "headcount": self.headcount.tolist(),
        }


@dataclass(frozen=True, eq=False)
class StaffPlan:
    """The least agents found with which every target holds. ``str()`` is the answer in a sentence or three."""

    name: str
    """Of the scenario."""
    groups: tuple[str, ...]
    headcount: IntArray
    """Agents on duty by group and interval of the horizon, shape (n_groups, n_intervals)."""
    grid: Grid
    labels: tuple[str, ...]
    """Local start of every interval, such as ``2026-03-02 09:30``."""
    min_spell_ms: int
    scores: tuple[Score, ...]
    """One for each target, and each part of a named one, on fresh replications: the plan's figures."""
    all_at_once: Whole | None
    """All targets met in the same single week, on fresh replications; None where there are not several."""
    searched: Mapping[str, float]
    """Target → its figure on the replications searched with, which flatter the plan: never report them."""
    bill: WageBill
    """Of the horizon."""
    nights: tuple[NightReport, ...]
    covering: Covering | None
    """None where nights do not wait, or nobody asked."""
    formulas: tuple[FormulaFigure, ...]
    waiting_hours: tuple[float, float]
    """Work waiting at the start and at the end of the horizon, agent hours, mean of the fresh replications."""
    notes: tuple[str, ...]
    """What was done and what is left, in sentences."""
    is_partial: bool
    """Whether the search was interrupted; the plan then holds on the bench but may not be the least."""
    search_replications: tuple[int, ...]
    periods: Periods
    """The intervals of the horizon."""
    counts: tuple[tuple[IntArray, IntArray], ...]
    """For each target, numerator and denominator on the fresh replications; shape (n_replications, n_intervals)."""
    asked_ms: IntArray
    """Work that came in on them, as agent time (``metrics.load``); shape (n_replications, n_queues, n_intervals)."""
    skilled: Mapping[str, tuple[str, ...]]
    """Queue, in the order of ``asked_ms`` → groups whose agents may take its cases."""
    provenance: Provenance
    """Its replications are the fresh ones the plan was judged on."""
    precision: Precision | None = None
    """What was wanted and reached, where the judges' figures were to be precise."""

    def __post_init__(self) -> None:
        table = np.ascontiguousarray(self.headcount, dtype=np.int64)
        table.flags.writeable = False
        object.__setattr__(self, "headcount", table)

    @property
    def holds(self) -> bool:
        """Whether no target is missed on the fresh replications (see ``judging.finding_on``)."""
        return all(finding_on(whole) != "missed" for whole in self.targets)

    @property
    def targets(self) -> tuple[Whole, ...]:
        """Every target as a whole: one goal, or all parts of a named target."""
        return wholes(self.scores)

    @property
    def offered_load(self) -> FloatArray:
        """Work that comes in, in agents, mean of the fresh replications; shape (n_queues, n_intervals)."""
        return np.asarray(self.asked_ms.mean(axis=0) / self.periods.length_ms)

    @property
    def agents_at_peak(self) -> int:
        """Most agents on duty at once, all groups."""
        return int(self.headcount.sum(axis=0).max(initial=0))

    @property
    def peak_at(self) -> str:
        """Local start of the first interval with the most agents."""
        return self.labels[int(np.argmax(self.headcount.sum(axis=0)))]

    @property
    def paid_hours_a_week(self) -> Decimal:
        """Paid hours, shrinkage included, a week."""
        return self.bill.paid_hours_a_week

    @property
    def cost_a_week(self) -> Decimal | None:
        """Wage cost a week; None without wages."""
        return self.bill.cost_a_week

    def roster(self) -> Roster:
        """Return who is on duty over the whole run, warm-up and run-off included, nobody absent."""
        return self.grid.roster(self.groups, self.headcount)

    def __str__(self) -> str:
        money = "" if self.cost_a_week is None else f" and {self.cost_a_week:,} {self.bill.currency}"
        lines = [
            f"{self.agents_at_peak} agents at the peak ({self.peak_at}), {self.paid_hours_a_week:,} paid hours"
            f"{money} a week{' (search interrupted)' if self.is_partial else ''}."
        ]
        lines += [_sentence(score) for score in self.scores]
        lines += [_whole_sentence(whole) for whole in self.targets if len(whole.parts) > 1]
        lines += [] if self.all_at_once is None else [_whole_sentence(self.all_at_once)]
        lines += [_night_sentence(night) for night in self.nights]
        if self.covering is not None:
            lines.append(_covering_sentence(self.covering))
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan for JSON, with stable keys."""
        edges = self.grid.horizon_edges
        return {
            "scenario": self.name,
            "holds": self.holds,
            "is_partial": self.is_partial,
            "agents_at_peak": self.agents_at_peak,
            "peak_at": self.peak_at,
            "paid_hours_a_week": str(self.paid_hours_a_week),
            "cost_a_week": None if self.cost_a_week is None else str(self.cost_a_week),
            "currency": self.bill.currency,
            "bill": self.bill.to_dict(),
            "targets": [_score_dict(score) for score in self.scores],
            "whole_targets": [whole.to_dict() | {"finding": finding_on(whole)} for whole in self.targets],
            "all_targets_at_once": None if self.all_at_once is None else self.all_at_once.to_dict(),
            "searched": {name: _plain(value) for name, value in self.searched.items()},
            "nights": [night.to_dict() for night in self.nights],
            "covering": None if self.covering is None else self.covering.to_dict(),
            "formulas": [figure.to_dict() for figure in self.formulas],
            "waiting_hours": {"at_start": round(self.waiting_hours[0], 3), "at_end": round(self.waiting_hours[1], 3)},
            "min_spell_ms": self.min_spell_ms,
            "intervals": [
                {"start": label, "begin_ms": int(a), "end_ms": int(b)}
                for label, a, b in zip(self.labels, edges[:-1], edges[1:], strict=True)
            ],
            "headcount": {g: row.tolist() for g, row in zip(self.groups, self.headcount, strict=True)},
            "offered_load": {
                q: np.round(row, 4).tolist() for q, row in zip(self.skilled, self.offered_load, strict=True)
            },
            "precision": None if self.precision is None else self.precision.to_dict(),
            "notes": list(self.notes),
            "search_replications": list(self.search_replications),
            "provenance": self.provenance.to_dict(),
        }


def _sentence(score: Score) -> str:
    goal, overall = score.goal, score.overall
    finding = finding_of(score)
    verdict = f"is missed, worst in {score.worst}" if finding == "missed" else finding
    low, high = overall.low, overall.high
    between = "" if low is None or high is None else f" (95 % interval {goal.words(low)} to {goal.words(high)})"
    text = f"{goal.name}: {goal.words(overall.value)}{between}; the target {verdict}"
    if goal.over in ("week", "day") and score.chance.n:
        text += f", and single {goal.over}s meet it with a chance of {format_share(round(score.chance.value, 3))}"
    return text + "."


def _whole_sentence(whole: Whole) -> str:
    if not whole.chance.n:
        return f"{whole.name}: nothing to judge."
    finding = "met at once" if whole.name == ALL_AT_ONCE else finding_on(whole)
    chance = format_share(round(whole.chance.value, 3))
    return f"{whole.name}: {finding}, by single {whole.over}s with a chance of {chance}."


def _night_sentence(night: NightReport) -> str:
    if night.cases_at_night == 0:
        return f"{night.goal.name}: nobody comes at night ({night.hours})."
    fares = f"{100 * night.at_night.value:.1f} % in time against {100 * night.by_day.value:.1f} % by day"
    if not night.waits:
        return f"{night.goal.name}: nights ({night.hours}) are not left to wait, {fares}."
    hour, wait = night.longest_typical_wait
    typical = "gets no answer" if np.isinf(wait) else f"waits {wait / 3_600_000:.1f} h"
    return (
        f"{night.goal.name}: nights ({night.hours}) wait, {fares}; one that comes at {hour:02d}:00 typically {typical}."
    )


def _covering_sentence(covering: Covering) -> str:
    money = "" if covering.extra_cost is None else f" and {covering.extra_cost:,} {covering.bill.currency}"
    peak = covering.extra_agents_at_peak
    there = f", and {abs(peak)} {'more' if peak > 0 else 'fewer'} at the peak" if peak else ""
    return f"To hold every hour, nights too, takes {covering.extra_paid_hours:,} paid hours{money} a week more{there}."


def _score_dict(score: Score) -> dict[str, Any]:
    overall, chance = score.figure, score.chance
    return {
        "name": score.goal.name,
        "kind": score.goal.kind,
        "over": score.goal.over,
        "part_of": score.goal.whole or None,
        "unit": score.goal.unit,
        "wanted": score.goal.share * score.goal.scale,
        "share": score.goal.share,
        "confidence": score.goal.confidence,
        "holds": score.holds,
        "finding": finding_of(score),
        "value": _plain(overall.value),
        "low": _plain(overall.low),
        "high": _plain(overall.high),
        "chance": {
            "value": _plain(chance.value),
            "low": _plain(chance.low),
            "high": _plain(chance.high),
            "n": chance.n,
        },
        "worst": score.worst,
        "periods": list(score.labels),
        "by_period": [_plain(value * score.goal.scale) for value in score.by_period.value.tolist()],
    }


def _plain(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 6)

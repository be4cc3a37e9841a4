"""The answer: who begins which shift, what that covers, what it costs, what it does, and how sure that is.

Comes in: starts, the need they cover, what the judges said. Goes out: a frozen :class:`ShiftPlan`. Left out: layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.wages import WageBill
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Score
from careplan.metrics.together import Whole, wholes
from careplan.planning.judging import finding_of, finding_on
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.shifts.schedule import roster_of
from careplan.planning.shifts.solving import Solver
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.units import HOUR_MS

Road = Literal["a", "b"]
"""a: cover the need of every interval. b: shifts and staffing together, service measured by simulation."""


@dataclass(frozen=True, eq=False)
class ShiftPlan:
    """People who begin each shift."""

    name: str
    """Of the scenario."""
    road: Road
    kinds: Kinds
    starts: IntArray
    """People by shift type."""
    need: IntArray
    """Agents that ``staff`` asks for by group and interval, shape (n_groups, n_intervals): covered on road a; on road
    b what the search began with."""
    uncovered_price: FloatArray
    """Of an agent missing in each interval, money, shape (n_groups, n_intervals)."""
    labels: tuple[str, ...]
    """Local start of every interval."""
    scores: tuple[Score, ...]
    """One for each target, on fresh replications."""
    all_at_once: Whole | None
    bill: WageBill
    """Of the horizon."""
    solver: Solver
    """The last problem solved."""
    notes: tuple[str, ...]
    is_partial: bool
    periods: Periods
    run_end: int
    provenance: Provenance
    """Its replications are the fresh ones the plan was judged on."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order of the tables."""
        return self.kinds.groups

    @property
    def on_duty(self) -> FloatArray:
        """Agents on duty, mean of each interval, shape (n_groups, n_intervals)."""
        return self.kinds.duty(self.starts)

    @property
    def missing(self) -> FloatArray:
        """Agents that are asked for and not there, shape (n_groups, n_intervals)."""
        return np.maximum(self.need - self.on_duty, 0.0).round(9)

    @property
    def missing_hours(self) -> float:
        """Agent hours of the horizon that are asked for and not covered."""
        return float((self.missing * self.hours).sum())

    @property
    def missing_price(self) -> float:
        """What these are priced at."""
        return float((self.missing * self.uncovered_price).sum())

    @property
    def hours(self) -> FloatArray:
        """Length of each interval, hours."""
        return self.kinds.grid.lengths / HOUR_MS

    @property
    def people(self) -> int:
        """Shifts that are begun in the horizon."""
        return int(self.starts.sum())

    @property
    def targets(self) -> tuple[Whole, ...]:
        """Every target as a whole."""
        return wholes(self.scores)

    @property
    def holds(self) -> bool:
        """Whether no target is missed on the fresh replications."""
        return all(finding_on(whole) != "missed" for whole in self.targets)

    @property
    def cost_a_week(self) -> Decimal | None:
        """Wage cost a week; None without wages."""
        return self.bill.cost_a_week

    def roster(self) -> Roster:
        """Return who is on duty over the whole run, nobody absent."""
        return roster_of(self.kinds, self.starts, self.run_end)

    def __str__(self) -> str:
        money = "" if self.cost_a_week is None else f", {self.cost_a_week:,} {self.bill.currency}"
        lines = [f"{self.people} shifts, {self.bill.paid_hours_a_week:,} paid hours{money} a week."]
        for one in self.scores:
            lines.append(f"{one.goal.name}: {one.goal.words(one.overall.value)}; {finding_of(one)}.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan for JSON, with stable keys."""
        edges = self.kinds.grid.horizon_edges
        return {
            "scenario": self.name,
            "road": self.road,
            "holds": self.holds,
            "is_partial": self.is_partial,
            "paid_hours_a_week": str(self.bill.paid_hours_a_week),
            "cost_a_week": None if self.cost_a_week is None else str(self.cost_a_week),
            "currency": self.bill.currency,
            "bill": self.bill.to_dict(),
            "shifts": [self._row(row) for row in np.flatnonzero(self.starts).tolist()],
            "solver": {
                "cost": round(self.solver.cost, 4),
                "bound": round(self.solver.bound, 4),
                "gap": round(self.solver.gap, 6),
                "gap_is_large": self.solver.is_large,
                "seconds": round(self.solver.seconds, 2),
                "nodes": self.solver.nodes,
                "shift_types": self.kinds.n,
            },
            "uncovered": {
                "agent_hours": round(self.missing_hours, 4),
                "price": round(self.missing_price, 2),
                "intervals": _by_interval(self.missing, self.groups, self.labels),
            },
            "targets": [score.to_dict() | {"finding": finding_of(score)} for score in self.scores],
            "all_targets_at_once": None if self.all_at_once is None else self.all_at_once.to_dict(),
            "intervals": [
                {"start": label, "begin_ms": int(a), "end_ms": int(b)}
                for label, a, b in zip(self.labels, edges[:-1], edges[1:], strict=True)
            ],
            "required": {g: row.tolist() for g, row in zip(self.groups, self.need, strict=True)},
            "on_duty": {g: row.round(4).tolist() for g, row in zip(self.groups, self.on_duty, strict=True)},
            "notes": list(self.notes),
            "provenance": self.provenance.to_dict(),
        }

    def _row(self, row: int) -> dict[str, Any]:
        kind = self.kinds.rows[row]
        return {
            "group": kind.group,
            "date": kind.laid.day.isoformat(),
            "kind": kind.laid.kind,
            "shift": kind.words,
            "people": int(self.starts[row]),
        }


def _by_interval(missing: FloatArray, groups: Sequence[str], labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"start": labels[i], "group": groups[g], "agents": round(float(missing[g, i]), 4)}
        for g, i in np.argwhere(missing > 0).tolist()
    ]

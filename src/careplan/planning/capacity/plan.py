"""The capacity plan: a row a month for each group, the classes it rests on, and the weeks that were simulated.

Comes in: what the steps beside this module found. Goes out: a frozen :class:`CapacityPlan` that prints as a sentence.
Left out: layout (reporting).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from careplan.planning.capacity.rows import MONEY, CapacityMonth, GroupMonth, GroupTerms, Intake, Tenure
from careplan.planning.plan import StaffPlan
from careplan.planning.shifts.solving import Solver
from careplan.provenance import Provenance
from careplan.units import Money


@dataclass(frozen=True)
class Hiring:
    """How the classes were found."""

    short_price: Decimal | None
    """Price of a head missing for a month; None: as few missing as can be, then the least cost."""
    counts: str
    """What is made least: ``cost``, or ``head-months`` where nothing has a price."""
    solver: Solver
    least_missing: float | None
    """FTE-months missing with the best classes there can be; None where missing heads have a price."""


@dataclass(frozen=True)
class GroupCapacity:
    """The plan of one group."""

    group: str
    terms: GroupTerms
    tenures: tuple[Tenure, ...]
    """Months of tenure until people are as fast as everybody, from the first; later ones are 0 training, speed 1."""
    intakes: tuple[Intake, ...]
    """Those there at the start, then the classes, in order."""
    rows: tuple[GroupMonth, ...]
    """One for each month."""
    hiring: Hiring | None
    """None where the hires are given."""
    heads_are_assumed: bool = False
    """Whether the scenario does not say how many there are, so that the first month's need was taken."""

    @property
    def classes(self) -> tuple[Intake, ...]:
        """The intakes the plan hires."""
        return tuple(one for one in self.intakes if one.is_class)

    @property
    def hires(self) -> int:
        """Heads hired in all."""
        return sum(one.heads for one in self.classes)


@dataclass(frozen=True, eq=False)
class SimulatedWeek:
    """A week that was planned by simulation, once or several times, each on customers of its own."""

    number: int
    """Of the month."""
    first: date
    """Monday of the week."""
    plans: tuple[StaffPlan, ...]
    net: Mapping[str, tuple[Fraction, ...]]
    """Group → net FTE of each plan."""
    premiums: Mapping[str, tuple[Fraction, ...]]
    """Group → premiums a week of each plan."""

    @property
    def holds(self) -> bool:
        """Whether no plan misses a target on its fresh replications."""
        return all(plan.holds for plan in self.plans)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A week that was simulated too and not used: what interpolation says of it."""

    week: SimulatedWeek
    interpolated: Mapping[str, Decimal]
    """Group → net FTE on the line."""
    simulated: Mapping[str, Decimal]
    """Group → net FTE found."""

    def error(self, group: str) -> float | None:
        """Return interpolated ÷ simulated − 1; None where nobody is needed."""
        found = self.simulated[group]
        return float(self.interpolated[group] / found) - 1 if found else None


@dataclass(frozen=True, eq=False)
class CapacityPlan:
    """A capacity plan. ``str()`` is the answer in a few sentences."""

    name: str
    """Of the scenario."""
    title: str
    currency: str | None
    months: tuple[CapacityMonth, ...]
    groups: tuple[GroupCapacity, ...]
    queues_of: Mapping[str, tuple[str, ...]]
    """Group → the queues it has skills for."""
    weeks: tuple[SimulatedWeek, ...]
    """The simulated weeks, in order of time."""
    held_out: HeldOut | None
    notes: tuple[str, ...]
    is_partial: bool
    """Whether it was interrupted before all weeks were simulated."""
    provenance: Provenance
    """Its replications are those the plans of single weeks were judged on."""

    @property
    def cost(self) -> Decimal:
        """Of all groups and months."""
        return sum((row.cost for group in self.groups for row in group.rows), Decimal(0))

    @property
    def months_under(self) -> tuple[str, ...]:
        """Months in which some group has too few."""
        return tuple(
            month.label for n, month in enumerate(self.months) if any(group.rows[n].is_under for group in self.groups)
        )

    @property
    def covers(self) -> bool:
        """Whether every month has what it needs, and every simulated week meets the targets."""
        return not self.months_under and all(week.holds for week in self.weeks)

    def __str__(self) -> str:
        first, last = self.months[0].label, self.months[-1].label
        money = f", {self.cost:,} {self.currency}" if self.currency else ""
        lines = [f"{self.name}: {len(self.months)} months, {first} to {last}{money}."]
        for group in self.groups:
            a, b = group.rows[0], group.rows[-1]
            lines.append(
                f"{group.group}: {a.need.net} to {b.need.net} net FTE needed, {float(a.gross):.1f} to "
                f"{float(b.gross):.1f} gross; {float(a.begin):.0f} heads at the start, {group.hires} hired in "
                f"{len(group.classes)} classes."
            )
        under = self.months_under
        lines.append(f"Too few in {', '.join(under)}." if under else "No month has too few.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan for JSON, with stable keys; money as decimal text, fractions rounded to four decimals."""
        return {
            "scenario": self.name,
            "title": self.title,
            "currency": self.currency,
            "is_partial": self.is_partial,
            "covers": self.covers,
            "months_under": list(self.months_under),
            "cost": str(self.cost),
            "months": [_month(month) for month in self.months],
            "groups": [self._group(group) for group in self.groups],
            "simulated_weeks": [self._week(week) for week in self.weeks],
            "held_out": self._held_out(),
            "notes": list(self.notes),
            "provenance": self.provenance.to_dict(),
        }

    def _group(self, group: GroupCapacity) -> dict[str, Any]:
        solver = group.hiring
        return {
            "group": group.group,
            "terms": {one.name: _term(getattr(group.terms, one.name)) for one in fields(group.terms)},
            "heads_are_assumed": group.heads_are_assumed,
            "hires": group.hires,
            "hiring": None
            if solver is None
            else {
                "counts": solver.counts,
                "short_price": None if solver.short_price is None else str(solver.short_price),
                "least_missing": solver.least_missing,
                "value": round(solver.solver.cost, 2),
                "bound": round(solver.solver.bound, 2),
                "gap": round(solver.solver.gap, 6),
                "seconds": round(solver.solver.seconds, 3),
            },
            "tenure": [{"training": str(one.training), "speed": str(one.speed)} for one in group.tenures],
            "intakes": [
                {
                    "begins": self.months[one.begins].label,
                    "heads": one.heads,
                    "is_class": one.is_class,
                    "tenure_months": one.tenure,
                    "since": None if one.since is None else one.since.isoformat(),
                    "recruit_from": None if one.recruit_from is None else one.recruit_from.isoformat(),
                }
                for one in group.intakes
            ],
            "rows": [
                {"month": month.label} | row_dict(row) for month, row in zip(self.months, group.rows, strict=True)
            ],
        }

    def _week(self, week: SimulatedWeek) -> dict[str, Any]:
        return {
            "month": self.months[week.number].label,
            "week": week.first.isoformat(),
            "holds": week.holds,
            "net_fte": {name: [_rounded(value) for value in values] for name, values in week.net.items()},
            "plans": [
                {
                    "seed": plan.provenance.seed,
                    "paid_hours_a_week": str(plan.paid_hours_a_week),
                    "targets": [
                        {
                            "name": score.goal.name,
                            "value": score.figure.value,
                            "low": score.figure.low,
                            "high": score.figure.high,
                        }
                        for score in plan.scores
                    ],
                    "replications": len(plan.provenance.replications),
                    "scenario_digest": plan.provenance.scenario,
                }
                for plan in week.plans
            ],
        }

    def _held_out(self) -> dict[str, Any] | None:
        if self.held_out is None:
            return None
        held = self.held_out
        return self._week(held.week) | {
            "interpolated": {name: str(value) for name, value in held.interpolated.items()},
            "simulated": {name: str(value) for name, value in held.simulated.items()},
            "error": {name: _maybe(held.error(name)) for name in held.interpolated},
        }


def row_dict(row: GroupMonth) -> dict[str, Any]:
    """Return a row as plain numbers, four decimals; money as decimal text. The columns of ``capacity.csv``."""
    need = row.need
    return {
        "simulated": need.is_simulated,
        "load_fte": float(need.load),
        "required_net": float(need.net),
        "required_net_low": None if need.low is None else float(need.low),
        "required_net_high": None if need.high is None else float(need.high),
        "required_gross": _rounded(row.gross),
        "heads_begin": _rounded(row.begin),
        "hires": row.hires,
        "leavers": _rounded(row.leavers),
        "heads_end": _rounded(row.end),
        "heads_paid": _rounded(row.paid),
        "in_training": _rounded(row.training),
        "lost_to_ramp": _rounded(row.ramp),
        "productive": _rounded(row.productive),
        "available_net": _rounded(row.available),
        "over": _rounded(row.over),
        **{("training_cost" if name == "training" else name): str(row.line(name)) for name in MONEY},
        "cost": str(row.cost),
    }


def _month(month: CapacityMonth) -> dict[str, Any]:
    return {
        "month": month.label,
        "days": month.days,
        "week": month.week.isoformat(),
        "volume": month.volume,
        "handle_s": round(month.handle_s, 3),
        "queues": {
            name: {
                "volume": queue.volume,
                "plain_weeks": round(queue.plain_weeks, 4),
                "cases_a_week": round(queue.cases_a_week, 3),
                "handle_s": round(queue.handle_s, 3),
                "handle_factor": round(queue.handle_factor, 6),
            }
            for name, queue in month.queues.items()
        },
    }


def _term(value: Any) -> Any:
    if isinstance(value, Money):
        return str(value.amount)
    return str(value) if isinstance(value, Decimal) else value


def _rounded(value: Fraction) -> float:
    return round(float(value), 4) + 0.0


def _maybe(value: float | None) -> float | None:
    return None if value is None else round(value, 6)

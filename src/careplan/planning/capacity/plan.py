"""The capacity plan: a row a month for each group, the classes it rests on, and the weeks that were simulated.

Comes in: what the steps beside this module found. Goes out: a frozen :class:`CapacityPlan` that prints as a sentence.
Left out: layout (reporting).

Every figure below the required net FTE follows from figures beside it by the arithmetic named in its docstring, which a
spreadsheet can repeat. Heads, FTE and hours are exact fractions; required FTE and the shares of a month of tenure are
rounded once, when they are made; money is rounded to the cent line by line, and totals are sums of lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from careplan.planning.plan import StaffPlan
from careplan.planning.shifts.covering import Solver
from careplan.provenance import Provenance
from careplan.scenario.capacity import month_text
from careplan.units import Money

MONEY = ("wages", "premiums", "training", "hiring", "workplace", "licence")
"""The lines of a month's cost, in the order of a bill."""


@dataclass(frozen=True)
class QueueMonth:
    """What is forecast of one queue in one month."""

    volume: int
    """Cases of the month."""
    plain_weeks: float
    """Plain weeks the month is worth: its weekdays and holidays counted with the queue's profile."""
    cases_a_week: float
    """Cases of a plain week: volume ÷ plain weeks."""
    handle_factor: float
    """Handle time ÷ handle time as written."""
    handle_s: float
    """Mean work of a case, all its turns, in seconds (AHT)."""

    @property
    def hours_a_week(self) -> float:
        """Work of a plain week: cases × AHT, in hours."""
        return self.cases_a_week * self.handle_s / 3600


@dataclass(frozen=True)
class CapacityMonth:
    """A calendar month, and what is forecast."""

    first: date
    days: int
    """Calendar days. Paid weeks are days ÷ 7."""
    queues: Mapping[str, QueueMonth]
    week: date
    """Monday of the week that stands for the month: the first without holidays, known factors or dated bursts."""

    @property
    def label(self) -> str:
        """The month as it is written: ``2026-04``."""
        return month_text(self.first)

    @property
    def weeks(self) -> Fraction:
        """Days ÷ 7."""
        return Fraction(self.days, 7)

    @property
    def volume(self) -> int:
        """Cases of all queues."""
        return sum(queue.volume for queue in self.queues.values())

    @property
    def handle_s(self) -> float:
        """Mean AHT over all cases; 0 without cases."""
        work = sum(queue.volume * queue.handle_s for queue in self.queues.values())
        return work / self.volume if self.volume else 0.0


@dataclass(frozen=True)
class Need:
    """What a group must have in a month, before shrinkage."""

    net: Decimal
    """Required net FTE: hours on duty a week ÷ contract hours, to a hundredth."""
    low: Decimal | None
    high: Decimal | None
    """Its 95 % interval; None where it cannot be told."""
    premiums_a_week: Decimal
    """What the plan of the week pays on top of wages, to the cent; 0 without premiums."""
    load: Decimal
    """Work of the group's queues in a plain week ÷ contract hours, to a ten-thousandth: what is interpolated along."""
    is_simulated: bool
    """Whether a week of this month was simulated; else it lies on the line between two that were."""


@dataclass(frozen=True)
class GroupTerms:
    """What the arithmetic of a group rests on; as the scenario states it."""

    contract_hours: Decimal
    """Paid hours of a head in a week."""
    planned: Decimal
    unplanned: Decimal
    """Shrinkage; where it is not stated in parts, all of it is planned."""
    attrition: Decimal
    """Share of the heads who leave in a year; a twelfth of it in a month."""
    wage: Money | None
    workplace: Decimal
    licence: Decimal
    """For each head and month."""
    hiring: Decimal
    course: Decimal
    """For each hire."""
    training_ms: int
    ramp_start: Decimal
    ramp_ms: int

    @property
    def shrinkage(self) -> Decimal:
        """Planned and unplanned."""
        return self.planned + self.unplanned

    @property
    def leaving(self) -> Fraction:
        """Share of the heads who leave in a month: attrition ÷ 12."""
        return Fraction(self.attrition) / 12

    @property
    def lasting(self) -> Fraction:
        """Mean heads of a month ÷ heads on its first day: 1 − leaving ÷ 2, since people leave evenly over it."""
        return 1 - self.leaving / 2


@dataclass(frozen=True)
class Tenure:
    """What a head does in a month of tenure; months of 30.4375 days from the first day, four decimals."""

    training: Decimal
    """Share of the month in training."""
    speed: Decimal
    """Productive share of the month: 0 in training, then the speed, on the mean."""


@dataclass(frozen=True)
class Intake:
    """People who joined together: those there at the start, or a class."""

    begins: int
    """Number of the month in which they join, from 0; 0 for those there at the start."""
    heads: int
    tenure: int | None
    """Months of tenure on their first day in the plan: 0 for a class; None: as fast as everybody."""
    since: date | None
    """First day of a class, or the month in which people who are still new joined; None for the others."""
    recruit_from: date | None = None
    """When recruiting has to begin: the first day less the lead time; None for those who are there."""

    @property
    def is_class(self) -> bool:
        """Whether they are hired by the plan."""
        return self.recruit_from is not None

    def at(self, number: int, terms: GroupTerms, tenures: tuple[Tenure, ...]) -> IntakeMonth:
        """Return the intake in a month, by its number."""
        if number < self.begins:
            return IntakeMonth(Fraction(0), Fraction(0), Fraction(0), Fraction(0))
        months = number - self.begins
        heads = self.heads * (1 - terms.leaving) ** months
        mean = heads * terms.lasting
        if self.tenure is None or self.tenure + months >= len(tenures):
            return IntakeMonth(heads, heads * terms.leaving, Fraction(0), mean)
        tenure = tenures[self.tenure + months]
        return IntakeMonth(
            heads, heads * terms.leaving, mean * Fraction(tenure.training), mean * Fraction(tenure.speed)
        )


@dataclass(frozen=True)
class IntakeMonth:
    """An intake in one month."""

    heads: Fraction
    """On the first day: joined × (1 − attrition ÷ 12) ^ months since."""
    leavers: Fraction
    """Heads × attrition ÷ 12."""
    training: Fraction
    """FTE in training: mean heads × share of the month of tenure; mean heads = heads − leavers ÷ 2."""
    productive: Fraction
    """FTE that counts: mean heads × speed of the month of tenure."""


@dataclass(frozen=True)
class GroupMonth:
    """A group in a month: the row of the plan."""

    need: Need
    gross: Fraction
    """Required gross FTE: net ÷ (1 − shrinkage)."""
    begin: Fraction
    """Heads before the class joins: the end of the month before."""
    hires: int
    """Heads of the class that joins on the first day."""
    leavers: Fraction
    """(Begin + hires) × attrition ÷ 12."""
    paid: Fraction
    """Mean heads: begin + hires − leavers ÷ 2."""
    training: Fraction
    """Of these, in training: the sum over intakes."""
    productive: Fraction
    """FTE that counts, gross: the sum over intakes."""
    shrinkage: Fraction
    wages: Decimal
    """(Paid − training) × contract hours × weeks × wage."""
    premiums: Decimal
    """Of a week × weeks."""
    training_cost: Decimal
    """Training × contract hours × weeks × wage + hires × course."""
    hiring: Decimal
    """Hires × price of a hire."""
    workplace: Decimal
    """Paid × price."""
    licence: Decimal
    """Paid × price."""

    @property
    def end(self) -> Fraction:
        """Heads at the end: begin + hires − leavers."""
        return self.begin + self.hires - self.leavers

    @property
    def ramp(self) -> Fraction:
        """FTE lost because new people are not yet as fast: paid − training − productive."""
        return self.paid - self.training - self.productive

    @property
    def available(self) -> Fraction:
        """Available net FTE: productive × (1 − shrinkage)."""
        return self.productive * (1 - self.shrinkage)

    @property
    def over(self) -> Fraction:
        """Over (under, if negative), gross FTE: productive − gross."""
        return self.productive - self.gross

    @property
    def is_under(self) -> bool:
        """Whether FTE are missing, by half a hundredth at least."""
        return self.over <= Fraction(-5, 1000)

    @property
    def cost(self) -> Decimal:
        """The sum of its lines."""
        return sum((self.line(name) for name in MONEY), Decimal(0))

    def line(self, name: str) -> Decimal:
        """Return a line of ``MONEY``."""
        found: Decimal = getattr(self, "training_cost" if name == "training" else name)
        return found


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

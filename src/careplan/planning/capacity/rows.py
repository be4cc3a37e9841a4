"""The rows of a capacity plan: months, needs, terms, intakes, and a group in a month.

Comes in: what the steps beside this module found. Goes out: frozen blocks whose figures follow from one another.
Left out: the plan as a whole (``plan``).

Every figure below the required net FTE follows from figures beside it by the arithmetic named in its docstring, which a
spreadsheet can repeat. Heads, FTE and hours are exact fractions; required FTE and the shares of a month of tenure are
rounded once, when they are made; money is rounded to the cent line by line, and totals are sums of lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

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
    """Cases of a plain week, not rounded; with given volumes, volume ÷ plain weeks."""
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

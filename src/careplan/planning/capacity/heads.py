"""Heads month by month: who is there, who leaves, who is not yet as fast, what it costs.

Comes in: the terms of a group, intakes, the need. Goes out: a :class:`~careplan.planning.capacity.plan.GroupMonth` for
each month. Left out: how the need is found (``need``) and which classes to hire (``hiring``).

Conventions, the same as those of a bill (``costing/heads.py``) where both have one:

- a class joins on the first day of a month; people leave evenly over the month, a twelfth of the yearly attrition;
- training and ramp go by months of tenure of 30.4375 days from the first day; the speed grows evenly;
- hours are contract hours × calendar days ÷ 7; workplace and licence are for each head and calendar month;
- wages are paid to everybody on contract, whether needed or not: who is over is paid too.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from careplan.costing.heads import amount
from careplan.costing.pay import cents
from careplan.planning.capacity.rows import CapacityMonth, GroupMonth, GroupTerms, Intake, Need, Tenure
from careplan.scenario.models import Scenario
from careplan.scenario.money import MONTH_MS, exact
from careplan.units import HOUR_MS, Money

_FOUR = Decimal("0.0001")


def terms_of(scenario: Scenario, group: str) -> GroupTerms:
    """Return what the arithmetic of a group rests on."""
    block, terms = scenario.groups[group], scenario.terms(group)
    planned, unplanned = block.shrinkage.planned, block.shrinkage.unplanned
    course = None if terms.training is None else terms.training.cost
    return GroupTerms(
        contract_hours=Decimal(terms.contract_hours) / HOUR_MS,
        planned=exact(block.shrinkage if planned is None else planned),
        unplanned=exact(0.0 if unplanned is None else unplanned),
        attrition=exact(terms.attrition),
        wage=block.wage,
        workplace=_decimal(terms.workplace),
        licence=_decimal(terms.licence),
        hiring=_decimal(terms.hiring),
        course=_decimal(course),
        training_ms=0 if terms.training is None else terms.training.length,
        ramp_start=Decimal(1) if terms.ramp is None else exact(terms.ramp.start),
        ramp_ms=0 if terms.ramp is None else terms.ramp.over,
    )


def _decimal(money: Money | None) -> Decimal:
    return Decimal(0) if money is None else money.amount


def tenures_of(terms: GroupTerms) -> tuple[Tenure, ...]:
    """Return what a head does in each month of tenure, until all months are alike.

    Productive at time t: 0 before the training ends; then from + (1 − from) × t' ÷ over, t' since its end; then 1. A
    month's speed is the mean over it, so that all months together lose over × (1 − from) ÷ 2, as in a bill.
    """
    found = []
    number = 0
    while number * MONTH_MS < terms.training_ms + terms.ramp_ms:
        begin, end = number * MONTH_MS, (number + 1) * MONTH_MS
        training = Fraction(min(end, terms.training_ms) - min(begin, terms.training_ms), MONTH_MS)
        lacks = _lost(end, terms) - _lost(begin, terms)
        found.append(Tenure(rounded(training, _FOUR), rounded(1 - training - lacks, _FOUR)))
        number += 1
    return tuple(found)


def _lost(until: int, terms: GroupTerms) -> Fraction:
    """Months lost to the ramp until an instant of tenure: ∫ (1 − from) × (1 − t ÷ over) dt ÷ month."""
    t = min(max(until - terms.training_ms, 0), terms.ramp_ms)
    if not t:
        return Fraction(0)
    start = 1 - Fraction(terms.ramp_start)
    return start * (t - Fraction(t * t, 2 * terms.ramp_ms)) / MONTH_MS


def rounded(value: Fraction, to: Decimal) -> Decimal:
    """Return an exact figure rounded half up to a place, such as ``Decimal("0.01")``.

    >>> rounded(Fraction(1, 8), Decimal("0.01"))
    Decimal('0.13')
    """
    steps = value / Fraction(to)
    whole = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    return (whole * to).quantize(to, ROUND_HALF_UP)


def rows_of(
    months: Sequence[CapacityMonth],
    needs: Sequence[Need],
    terms: GroupTerms,
    tenures: tuple[Tenure, ...],
    intakes: Sequence[Intake],
) -> tuple[GroupMonth, ...]:
    """Return the rows of a group, one for each month."""
    rows = []
    wage = amount(terms.wage)
    for number, (month, need) in enumerate(zip(months, needs, strict=True)):
        there = [one.at(number, terms, tenures) for one in intakes]
        hires = sum(one.heads for one in intakes if one.is_class and one.begins == number)
        heads = sum((one.heads for one in there), Fraction(0))
        leavers = sum((one.leavers for one in there), Fraction(0))
        training = sum((one.training for one in there), Fraction(0))
        paid = heads - leavers / 2
        hours = Fraction(terms.contract_hours) * month.weeks
        rows.append(
            GroupMonth(
                need=need,
                gross=Fraction(need.net) / (1 - Fraction(terms.shrinkage)),
                begin=heads - hires,
                hires=hires,
                leavers=leavers,
                paid=paid,
                training=training,
                productive=sum((one.productive for one in there), Fraction(0)),
                shrinkage=Fraction(terms.shrinkage),
                wages=cents((paid - training) * hours * wage),
                premiums=cents(Fraction(need.premiums_a_week) * month.weeks),
                training_cost=cents(training * hours * wage + hires * Fraction(terms.course)),
                hiring=cents(hires * Fraction(terms.hiring)),
                workplace=cents(paid * Fraction(terms.workplace)),
                licence=cents(paid * Fraction(terms.licence)),
            )
        )
    return tuple(rows)

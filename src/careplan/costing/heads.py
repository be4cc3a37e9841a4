"""What people cost beside their pay: heads, and what it takes to replace those who leave.

Comes in: paid hours, a wage and the terms of a group. Goes out: heads and exact amounts. Left out: when to hire.

Heads = paid hours a week ÷ contract hours. Leavers are replaced: a year costs heads × attrition × the price of a hire:

- hiring, and the course, as stated;
- training: its length × contract hours × wage, in which nobody new takes a case;
- ramp: over × (1 − from) ÷ 2 × contract hours × wage, the hours paid in which people are not yet as fast as the others
  (the speed grows evenly, so half of what lacks at first).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from careplan.scenario.money import MONTH_MS, WEEK_MS, YEAR_MS, Terms, exact
from careplan.units import HOUR_MS, Money


@dataclass(frozen=True)
class HireCost:
    """What one hire costs, exact."""

    hiring: Fraction
    training: Fraction
    """The course, and the pay while it lasts."""
    ramp: Fraction

    @property
    def total(self) -> Fraction:
        """All three."""
        return self.hiring + self.training + self.ramp


def hire_cost(terms: Terms, wage: Money | None) -> HireCost:
    """Return what one hire costs; without a wage the pay of training and ramp is 0."""
    a_week = Fraction(terms.contract_hours, HOUR_MS) * (0 if wage is None else Fraction(wage.amount))
    training = ramp = Fraction(0)
    if terms.training is not None:
        training = Fraction(terms.training.length, WEEK_MS) * a_week + amount(terms.training.cost)
    if terms.ramp is not None:
        ramp = Fraction(terms.ramp.over, WEEK_MS) * (1 - Fraction(exact(terms.ramp.start))) / 2 * a_week
    return HireCost(amount(terms.hiring), training, ramp)


def heads_of(paid: Fraction, span_ms: int, terms: Terms) -> Fraction:
    """Return the heads it takes: paid hours a week ÷ contract hours; ``paid`` hours in ``span_ms``."""
    return paid * WEEK_MS / span_ms / Fraction(terms.contract_hours, HOUR_MS)


def head_costs(paid: Fraction, span_ms: int, terms: Terms, wage: Money | None) -> dict[str, Fraction]:
    """Return what the heads cost in ``span_ms``, beside their pay, by what for; what is not stated is left out."""
    heads = heads_of(paid, span_ms, terms)
    months, leavers = Fraction(span_ms, MONTH_MS), heads * Fraction(exact(terms.attrition)) * Fraction(span_ms, YEAR_MS)
    each = hire_cost(terms, wage)
    found = {
        "workplace": heads * months * amount(terms.workplace),
        "licence": heads * months * amount(terms.licence),
        "hiring": leavers * each.hiring,
        "training": leavers * each.training,
        "ramp": leavers * each.ramp,
    }
    return {name: money for name, money in found.items() if money}


def amount(money: Money | None) -> Fraction:
    """Return an amount as a fraction; 0 where none is stated."""
    return Fraction(0) if money is None else Fraction(money.amount)

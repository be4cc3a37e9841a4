"""The full bill: what people, bots and lines cost, and what service is worth, in whole cents that add up.

Comes in: a wage bill, the terms of a scenario, and what its runs used. Goes out: a :class:`Bill`. Left out: running
anything (study), words (reporting).

What follows from the roster alone is exact. What is simulated (overtime, bots, talk, outcomes) is a mean over
replications with Student's t interval. Each line is rounded once, to the cent; totals are sums of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from careplan.columns import FloatArray
from careplan.costing.fees import bot_fees, bots_used
from careplan.costing.heads import amount, head_costs
from careplan.costing.pay import Pay, Price, cents
from careplan.costing.usage import EXPECTED, Usage
from careplan.costing.wages import WageBill
from careplan.metrics.outcome_catalogue import PARTS
from careplan.metrics.uncertainty import Estimate, means, ratios
from careplan.scenario.models import Scenario
from careplan.units import MINUTE_MS

Part = Literal["people", "bots", "telephony", "outcomes"]
PARTS_OF_COST: tuple[Part, ...] = ("people", "bots", "telephony")
"""What money is spent on; outcomes are what service is worth."""
SIGNS = {"churn": -1, "loyalty": 1, "shaming": -1, "sale": 1}
"""Whether an outcome's value is gained or lost."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a bill. A cost is above 0; an outcome is above 0 where it is a gain."""

    part: Part
    concerns: str
    """Group, bot or channel; ``all`` where it concerns all."""
    what: str
    """``wages``, the name of a premium, ``overtime``, ``workplace``, ``per_session``, ``churn``, …"""
    amount: Decimal
    """To the cent."""
    each: FloatArray | None = None
    """By replication, where it is simulated; shape (n_replications,)."""

    @property
    def estimate(self) -> Estimate:
        """The amount with its interval; exact amounts have none."""
        if self.each is None or len(self.each) < 2:
            return Estimate(float(self.amount), None, None, 0 if self.each is None else len(self.each))
        found = means(self.each).clipped(-np.inf if (self.each < 0).any() else 0.0, np.inf).at()
        return Estimate(float(self.amount), found.low, found.high, found.n)

    def to_dict(self) -> dict[str, Any]:
        """Return the line for JSON; the amount as decimal text."""
        e = self.estimate
        return {
            "part": self.part,
            "concerns": self.concerns,
            "what": self.what,
            "amount": str(self.amount),
            "low": None if e.low is None else round(e.low, 2),
            "high": None if e.high is None else round(e.high, 2),
            "is_simulated": self.each is not None,
        }


@dataclass(frozen=True, eq=False)
class Bill:
    """What a staffing costs from ``begin`` to ``end``, ms, and what its service is worth."""

    begin: int
    end: int
    currency: str
    wages: WageBill
    lines: tuple[Line, ...]
    usages: tuple[Usage, ...]
    skills: Mapping[str, tuple[str, ...]]
    """Group → queues."""

    def of(self, *parts: Part) -> tuple[Line, ...]:
        """Return the lines of some parts."""
        return tuple(line for line in self.lines if line.part in parts)

    @property
    def cost(self) -> Decimal:
        """Everything that is spent: the sum of its lines."""
        return sum((line.amount for line in self.of(*PARTS_OF_COST)), Decimal(0))

    @property
    def value(self) -> Decimal | None:
        """What outcomes are worth, losses below 0; None where none has a value."""
        lines = self.of("outcomes")
        return sum((line.amount for line in lines), Decimal(0)) if lines else None

    @property
    def cost_each(self) -> FloatArray:
        """The cost by replication, shape (n_replications,)."""
        return self._each(self.of(*PARTS_OF_COST))

    @property
    def net_each(self) -> FloatArray:
        """Cost minus what outcomes are worth, by replication."""
        return self.cost_each - self._each(self.of("outcomes"))

    def _each(self, lines: Iterable[Line]) -> FloatArray:
        found = np.zeros(len(self.usages))
        for line in lines:
            found += float(line.amount) if line.each is None else line.each
        return found

    def counts(self, what: Literal["cases", "answered"], queues: Sequence[str] | None = None) -> FloatArray:
        """Return cases, or cases answered, by replication; of all queues, or of some."""
        rows = [row for row, name in enumerate(self.usages[0].queues) if queues is None or name in queues]
        return np.array([getattr(usage, what)[rows].sum() for usage in self.usages], dtype=np.float64)

    def per(self, what: Literal["cases", "answered"]) -> Estimate:
        """Return the cost of a case, or of a case answered: Σ cost ÷ Σ cases over replications."""
        return ratios(self.cost_each, self.counts(what)).clipped(0.0, np.inf).at()

    def of_queue(self, queue: str) -> FloatArray:
        """Return what people cost for one queue, by replication.

        The cost of a group goes to queues as its agents' time went to their cases, idle time and all else with it
        (our choice); without any work, evenly to the queues it has skills for.
        """
        row = self.usages[0].queues.index(queue)
        found = np.zeros(len(self.usages))
        for group in self.wages.lines:
            spent = self._each(line for line in self.of("people") if line.concerns == group)
            work = np.array([usage.work_ms[group] for usage in self.usages], dtype=np.float64)
            total = work.sum(axis=1)
            idle = (queue in self.skills[group]) / max(len(self.skills[group]), 1)
            found += spent * np.where(total > 0, work[:, row] / np.where(total > 0, total, 1), idle)
        return found


def bill_of_runs(scenario: Scenario, wages: WageBill, pay: Mapping[str, Pay], usages: Sequence[Usage]) -> Bill:
    """Return the full bill of a staffing.

    Parameters
    ----------
    scenario
        Terms, fees and values.
    wages
        Of the roster, over the horizon.
    pay
        By group, for overtime.
    usages
        What each replication used.
    """
    lines = [
        *people_lines(scenario, wages, pay, usages),
        *_bots(scenario, wages, usages),
        *_telephony(scenario, usages),
        *_outcomes(scenario, usages),
    ]
    skills = {name: tuple(group.skills) for name, group in scenario.groups.items()}
    return Bill(wages.begin, wages.end, scenario.currency or "", wages, tuple(lines), tuple(usages), skills)


def people_lines(
    scenario: Scenario, wages: WageBill, pay: Mapping[str, Pay], usages: Sequence[Usage]
) -> Iterable[Line]:
    """Return what people cost, by group: wages, premiums, overtime (of no usages: none), heads."""
    span = wages.end - wages.begin
    for group, line in wages.lines.items():
        if line.wage is not None:
            yield Line("people", group, "wages", line.basic)
            for name, money in line.premiums.items():
                yield Line("people", group, f"premium {name}", money)
            prices = [pay[group].price(usage.overtime[group], overtime=True) for usage in usages]
            for name, each in _overtime(prices).items():
                yield _simulated("people", group, name, each)
        for name, spent in head_costs(line.paid, span, scenario.terms(group), line.wage).items():
            yield Line("people", group, name, cents(spent))


def _overtime(prices: Sequence[Price]) -> dict[str, list[Fraction]]:
    """Overtime at the wage, and everything on top of it."""
    basic = [price.basic for price in prices]
    extra = [sum(price.premiums.values(), Fraction(0)) for price in prices]
    found = {"overtime": basic, "premiums of overtime": extra}
    return {name: values for name, values in found.items() if any(values)}


def _bots(scenario: Scenario, wages: WageBill, usages: Sequence[Usage]) -> Iterable[Line]:
    for name, bot in bots_used(scenario).items():
        runs = [
            bot_fees(
                bot,
                sessions=usage.sessions[name],
                resolutions=usage.resolutions[name],
                span_ms=wages.end - wages.begin,
            )
            for usage in usages
        ]
        for kind in runs[0]:
            if kind == "per month":
                yield Line("bots", name, kind, cents(runs[0][kind]))
            else:
                yield _simulated("bots", name, kind, [fees[kind] for fees in runs])


def _telephony(scenario: Scenario, usages: Sequence[Usage]) -> Iterable[Line]:
    prices = {} if scenario.money is None else scenario.money.telephony
    for channel, price in prices.items():
        each = [amount(price) * Fraction(usage.talk_ms.get(channel, 0), MINUTE_MS) for usage in usages]
        yield _simulated("telephony", channel, "per minute", each)


def _outcomes(scenario: Scenario, usages: Sequence[Usage]) -> Iterable[Line]:
    outcomes = scenario.outcomes
    if outcomes is None:
        return
    for kind, table in EXPECTED.items():
        worth = [_worth(scenario, queue, kind) for queue in usages[0].queues]
        if not any(worth):
            continue
        sums = []
        for usage in usages:
            parts = usage.outcomes.get(table)
            rows = zip(worth, [] if parts is None else parts.tolist(), strict=False)
            sums.append(SIGNS[kind] * sum((each * count for each, count in rows), Fraction(0)) / PARTS)
        yield _simulated("outcomes", "all", kind, sums)
    if outcomes.late is not None:
        each = [-amount(outcomes.late.penalty.amount) * int(usage.late.sum()) for usage in usages]
        yield _simulated("outcomes", "all", "late", each)


def _worth(scenario: Scenario, queue: str, kind: str) -> Fraction:
    """What one of an outcome is worth for customers of a queue; 0 where nothing is stated."""
    assert scenario.outcomes is not None
    block = getattr(scenario.outcomes.of(queue, scenario.queues[queue].channel), kind)
    return Fraction(0) if block is None or block.value is None else amount(block.value.amount)


def _simulated(part: Part, concerns: str, what: str, each: Sequence[Fraction]) -> Line:
    mean = sum(each, Fraction(0)) / len(each)
    return Line(part, concerns, what, cents(mean), np.array([float(money) for money in each]))

"""Paid hours and wages: what a roster is paid.

Comes in: a roster and the pay of its groups. Goes out: a :class:`WageBill`, exact to the cent.
Left out: the price of an hour (pay), overtime (simulated: the full bill has it), heads, bot fees.

Paid time = on duty ÷ (1 − shrinkage): shrinkage is the share of paid time that is not available, so that an
hour on duty at 30 % takes 1.43 paid hours. Everything is a whole number of milliseconds, a fraction or a
Decimal; no float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from careplan.clock import Window, cut, merge_windows
from careplan.costing.pay import CENT, Pay, Price, cents
from careplan.errors import TableError
from careplan.roster import Roster
from careplan.staffing import gaps_of, pauses_of
from careplan.units import DAY_MS, HOUR_MS, Money

_WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class WageLine:
    """What one group is paid."""

    group: str
    on_duty_ms: int
    paid_break_ms: int
    shrinkage: Decimal
    wage: Money | None
    price: Price = field(default_factory=Price)
    """Exact: the wage of paid time, and every premium."""

    @property
    def paid(self) -> Fraction:
        """Paid hours, exact: (on duty + paid breaks) ÷ (1 − shrinkage)."""
        return Fraction(self.on_duty_ms + self.paid_break_ms, HOUR_MS) / (1 - Fraction(self.shrinkage))

    @property
    def paid_hours(self) -> Decimal:
        """Paid hours, to a hundredth."""
        return cents(self.paid)

    @property
    def on_duty_hours(self) -> Decimal:
        """Hours on duty, to a hundredth."""
        return cents(Fraction(self.on_duty_ms, HOUR_MS))

    @property
    def cost(self) -> Decimal | None:
        """Wage and premiums, each rounded once, to the cent (half up), so that parts add up; None without a wage."""
        return None if self.wage is None else sum(self.premiums.values(), self.basic)

    @property
    def basic(self) -> Decimal:
        """Paid hours × wage, to the cent."""
        return cents(self.price.basic)

    @property
    def premiums(self) -> dict[str, Decimal]:
        """What is paid on top by the clock, by name, to the cent."""
        return {name: cents(money) for name, money in self.price.premiums.items()}


@dataclass(frozen=True)
class WageBill:
    """What a roster is paid from ``begin`` to ``end``, ms, by group."""

    begin: int
    end: int
    lines: Mapping[str, WageLine]

    @property
    def currency(self) -> str | None:
        """The currency of all wages; None where there is none."""
        return next((line.wage.currency for line in self.lines.values() if line.wage is not None), None)

    @property
    def paid_hours(self) -> Decimal:
        """Paid hours of all groups, to a hundredth (rounded once, from the exact sum)."""
        return cents(sum((line.paid for line in self.lines.values()), Fraction(0)))

    @property
    def on_duty_hours(self) -> Decimal:
        """Hours on duty of all groups, to a hundredth."""
        return cents(Fraction(sum(line.on_duty_ms for line in self.lines.values()), HOUR_MS))

    @property
    def cost(self) -> Decimal | None:
        """The sum of the groups' costs, which are whole cents; None where no group has a wage."""
        costs = [line.cost for line in self.lines.values() if line.cost is not None]
        return sum(costs, Decimal(0)) if costs else None

    @property
    def paid_hours_a_week(self) -> Decimal:
        """Paid hours of all groups, scaled to a week."""
        return self._a_week(self.paid_hours)

    @property
    def cost_a_week(self) -> Decimal | None:
        """The cost, scaled to a week; None where no group has a wage."""
        return None if self.cost is None else self._a_week(self.cost)

    def _a_week(self, amount: Decimal) -> Decimal:
        return (amount * _WEEK_MS / Decimal(self.end - self.begin)).quantize(CENT, ROUND_HALF_UP)

    @property
    def premiums(self) -> dict[str, Decimal]:
        """What all groups are paid on top, by name of the premium; part of ``cost``."""
        names = dict.fromkeys(name for line in self.lines.values() for name in line.premiums)
        return {
            name: sum((x.premiums.get(name, Decimal(0)) for x in self.lines.values()), Decimal(0)) for name in names
        }

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Groups with paid hours and no wage: their hours are in ``paid_hours``, not in ``cost``."""
        return tuple(name for name, line in self.lines.items() if line.wage is None and line.paid)

    def to_dict(self) -> dict[str, Any]:
        """Return the bill for JSON; money and hours as decimal text."""
        return {
            "currency": self.currency,
            "paid_hours": str(self.paid_hours),
            "on_duty_hours": str(self.on_duty_hours),
            "cost": None if self.cost is None else str(self.cost),
            "unpriced_groups": list(self.unpriced),
            "groups": {
                name: {
                    "on_duty_hours": str(line.on_duty_hours),
                    "paid_hours": str(line.paid_hours),
                    "shrinkage": str(line.shrinkage),
                    "wage_per_hour": None if line.wage is None else str(line.wage.amount),
                    "premiums": {premium: str(money) for premium, money in line.premiums.items()},
                    "cost": None if line.cost is None else str(line.cost),
                }
                for name, line in self.lines.items()
            },
        }


def wage_bill(roster: Roster, pay: Mapping[str, Pay], begin: int, end: int) -> WageBill:
    """Return what a roster is paid within [begin, end): :func:`wage_bills` for one stretch of time."""
    return wage_bills(roster, pay, [begin, end])[0]


def wage_bills(roster: Roster, pay: Mapping[str, Pay], edges: Sequence[int]) -> tuple[WageBill, ...]:
    """Return what a roster is paid in each interval, when the duty happened.

    Parameters
    ----------
    roster
        Who is on duty when, and its paid breaks.
    pay
        Group → how it is paid; a group not named has hours, no shrinkage and no wage. Gaps that it calls paid breaks
        are paid as well, where the roster does not say so.
    edges
        Interval edges, ms, increasing. Paid times add up exactly; costs are rounded in each bill, so that
        those of many short intervals may differ by cents from the bill of the whole.

    Raises
    ------
    TableError
        If edges do not increase, a group is not in the roster, or wages are in several currencies.
    """
    cuts = [int(edge) for edge in edges]
    found = [
        f"there is no group {name}; known groups: {', '.join(roster.groups)}"
        for name in pay
        if name not in roster.groups
    ]
    if len(cuts) < 2 or any(b <= a for a, b in pairwise(cuts)):
        found.append(f"edges are {cuts[:4]}; expected at least two, increasing")
    currencies = sorted({p.wage.currency for p in pay.values() if p.wage is not None})
    if len(currencies) > 1:
        found.append(f"wages are in {', '.join(currencies)}; expected one currency")
    if found:
        raise TableError("wages", found)
    lines = [_lines(roster, row, pay.get(group, Pay()), cuts) for row, group in enumerate(roster.groups)]
    return tuple(
        WageBill(begin, end, {group: lines[row][i] for row, group in enumerate(roster.groups)})
        for i, (begin, end) in enumerate(pairwise(cuts))
    )


def _lines(roster: Roster, row: int, pay: Pay, cuts: Sequence[int]) -> list[WageLine]:
    """What one group is paid in each interval."""
    steps = sorted({*cuts, *(edge for edge in pay.edges if cuts[0] < edge < cuts[-1])})
    on_duty = roster.on_duty(steps)[row].tolist()
    every = _breaks_paid(roster, row, pay.paid_breaks)
    found = []
    at = 0
    for begin, end in pairwise(cuts):
        starts = []
        while steps[at] < end:
            starts.append(steps[at])
            at += 1
        ms = on_duty[at - len(starts) : at]
        breaks = cut(every, begin, end)
        price = pay.price_of_steps(starts, ms) + pay.price(breaks)
        paid_break_ms = sum(b - a for a, b in breaks)
        found.append(WageLine(roster.groups[row], sum(ms), paid_break_ms, pay.shrinkage, pay.wage, price))
    return found


def _breaks_paid(roster: Roster, group: int, breaks: frozenset[Window]) -> list[Window]:
    """The paid breaks of a group's agents: those the roster states, and gaps that are exactly one of ``breaks``."""
    rows = pauses_of(roster) + ([row for row in gaps_of(roster) if row[1:] in breaks] if breaks else [])
    of: dict[int, set[Window]] = {}
    for agent, on, off in rows:
        if roster.agent_group[agent] == group:
            of.setdefault(agent, set()).add((on, off))
    return [window for mine in of.values() for window in merge_windows(mine)]


def bill_of_shifts(
    worked: Mapping[str, tuple[Sequence[Window], Sequence[Window]]], pay: Mapping[str, Pay], begin: int, end: int
) -> WageBill:
    """Return what shifts are paid, each for itself and all of each, in a bill that is said to be of [begin, end).

    Parameters
    ----------
    worked
        Group → time on duty and paid breaks, of all its shifts; those of several people may overlap.
    pay
        Group → how it is paid.
    """
    lines = {}
    for group, (on_duty, breaks) in worked.items():
        mine = pay[group]
        duty_ms, break_ms = (sum(off - on for on, off in windows) for windows in (on_duty, breaks))
        price = mine.price([*on_duty, *breaks])
        lines[group] = WageLine(group, duty_ms, break_ms, mine.shrinkage, mine.wage, price)
    return WageBill(begin, end, lines)

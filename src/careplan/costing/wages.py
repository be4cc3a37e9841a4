"""Paid hours and wages: what a roster is paid.

Comes in: a roster and the pay of its groups. Goes out: a :class:`WageBill`, exact to the cent.
Left out: overtime (reported by the metrics, paid in no wage here), penalties, bot fees.

Paid time = on duty ÷ (1 − shrinkage): shrinkage is the share of paid time that is not available, so that an
hour on duty at 30 % takes 1.43 paid hours. Everything is a whole number of milliseconds, a fraction or a
Decimal; no float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.errors import TableError
from careplan.roster import Roster
from careplan.staffing import paid_breaks
from careplan.units import DAY_MS, HOUR_MS, Money

if TYPE_CHECKING:
    from careplan.scenario.models import Scenario

CENT = Decimal("0.01")
_WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class Pay:
    """How a group is paid: the wage of a paid hour (None: hours only), shrinkage, and the windows of paid
    breaks.

    A gap between two spells of an agent that is exactly one of ``paid_breaks`` ([from, to), ms) is paid as
    duty.
    """

    wage: Money | None = None
    shrinkage: Decimal = Decimal(0)
    paid_breaks: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.shrinkage < 1:
            raise TableError("pay", [f"shrinkage is {self.shrinkage}; expected 0 to below 1"])


@dataclass(frozen=True)
class WageLine:
    """What one group is paid."""

    group: str
    on_duty_ms: int
    paid_break_ms: int
    shrinkage: Decimal
    wage: Money | None

    @property
    def paid(self) -> Fraction:
        """Paid hours, exact: (on duty + paid breaks) ÷ (1 − shrinkage)."""
        return Fraction(self.on_duty_ms + self.paid_break_ms, HOUR_MS) / (1 - Fraction(self.shrinkage))

    @property
    def paid_hours(self) -> Decimal:
        """Paid hours, to a hundredth."""
        return _rounded(self.paid)

    @property
    def on_duty_hours(self) -> Decimal:
        """Hours on duty, to a hundredth."""
        return _rounded(Fraction(self.on_duty_ms, HOUR_MS))

    @property
    def cost(self) -> Decimal | None:
        """Paid hours × wage, rounded once, to the cent (half up); None without a wage."""
        return None if self.wage is None else _rounded(self.paid * Fraction(self.wage.amount))


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
        return _rounded(sum((line.paid for line in self.lines.values()), Fraction(0)))

    @property
    def on_duty_hours(self) -> Decimal:
        """Hours on duty of all groups, to a hundredth."""
        return _rounded(Fraction(sum(line.on_duty_ms for line in self.lines.values()), HOUR_MS))

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
    def unpriced(self) -> tuple[str, ...]:
        """Groups with paid hours and no wage: their hours are in ``paid_hours``, not in ``cost``."""
        return tuple(name for name, line in self.lines.items() if line.wage is None and line.paid)

    def full_time_equivalents(self, hours_a_week: Decimal = Decimal(40)) -> Decimal:
        """Return paid hours ÷ (weeks × hours a week), to a hundredth (FTE)."""
        weeks = Fraction(self.end - self.begin, 7 * 24 * HOUR_MS)
        paid = sum((line.paid for line in self.lines.values()), Fraction(0))
        return _rounded(paid / (weeks * Fraction(hours_a_week)))

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
        Who is on duty when.
    pay
        Group → how it is paid; a group not named has hours, no shrinkage and no wage.
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
    on_duty = roster.on_duty(cuts)
    bills = []
    for i, (begin, end) in enumerate(pairwise(cuts)):
        lines = {}
        for row, group in enumerate(roster.groups):
            how = pay.get(group, Pay())
            breaks = _paid_break_ms(roster, row, how.paid_breaks, begin, end)
            lines[group] = WageLine(group, int(on_duty[row, i]), breaks, how.shrinkage, how.wage)
        bills.append(WageBill(begin, end, lines))
    return tuple(bills)


def pay_of(scenario: Scenario) -> dict[str, Pay]:
    """Return how the groups of a scenario are paid; breaks of shifts are paid where the scenario says so."""
    return {
        name: Pay(group.wage, Decimal(str(group.shrinkage)), paid_breaks(scenario.clock_of(name), group.shifts))
        for name, group in scenario.groups.items()
    }


def _paid_break_ms(roster: Roster, group: int, breaks: frozenset[tuple[int, int]], begin: int, end: int) -> int:
    """Time inside [begin, end) of the gaps between an agent's spells that are paid breaks."""
    if not breaks:
        return 0
    same = (np.diff(roster.spell_agent) == 0) & (roster.agent_group[roster.spell_agent[1:]] == group)
    gaps = zip(roster.spell_off[:-1][same].tolist(), roster.spell_on[1:][same].tolist(), strict=True)
    return sum(max(0, min(b, end) - max(a, begin)) for a, b in gaps if (a, b) in breaks)


def _rounded(value: Fraction) -> Decimal:
    """Round an exact value half up to a hundredth."""
    scaled = value * 100
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-2).quantize(CENT, ROUND_HALF_UP)

"""The price of time on duty: wage, shrinkage, and premiums by the clock, to the millisecond.

Comes in: a group's :class:`Pay` and spells. Goes out: a :class:`Price`, exact; or the price of an hour by interval, for
plans. Left out: who is on duty when (staffing), bills (wages, bill).

One function prices everything: a spell, a shift, a roster, an hour that a plan thinks of. What is paid for:

- elapsed time, so that a night on which the clock changes is paid seven or nine hours; premiums go by the wall clock;
- the wage for paid time, on duty ÷ (1 − shrinkage); premiums for time on duty and paid breaks only (our choice: who is
  ill or on leave is paid the wage);
- overtime at the wage, with its own premium and those of the clock, without shrinkage (our choice).

Everything is a whole number of milliseconds or a fraction; cents are made once, at the end, by who prints them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from careplan.clock import ALWAYS, Clock, WeekHours, Window, cut
from careplan.columns import FloatArray
from careplan.errors import TableError
from careplan.scenario.money import exact
from careplan.staffing import paid_breaks
from careplan.units import HOUR_MS, Money

if TYPE_CHECKING:
    from careplan.scenario.models import Scenario
    from careplan.scenario.money import Premium as PremiumTerms

CENT = Decimal("0.01")
OVERTIME = "overtime"
"""The name under which the premium of overtime stands in a price."""


def cents(value: Fraction) -> Decimal:
    """Return an exact amount rounded half up (away from nothing) to the cent.

    >>> cents(Fraction(3, 200)), cents(Fraction(-3, 200))
    (Decimal('0.02'), Decimal('-0.02'))
    """
    scaled = abs(value) * 100
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-2).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Premium:
    """Paid on top of the wage inside some windows."""

    name: str
    an_hour: Fraction
    """Money for an hour."""
    windows: tuple[Window, ...]
    """[begin, end), ms from instant 0, in order, apart."""

    def __post_init__(self) -> None:
        if any(b >= e for b, e in self.windows) or any(e > b for (_, e), (b, _) in pairwise(self.windows)):
            raise TableError("pay", [f"the windows of {self.name} are not in order or overlap"])


@dataclass(frozen=True)
class Price:
    """What some time on duty costs, exact: the wage, and every premium apart."""

    basic: Fraction = Fraction(0)
    premiums: Mapping[str, Fraction] = field(default_factory=dict)
    """By name; those that are never paid are left out."""
    premium_ms: Mapping[str, int] = field(default_factory=dict)
    """Time for which each was paid."""

    @property
    def total(self) -> Fraction:
        """Wage and premiums."""
        return sum(self.premiums.values(), self.basic)

    def __add__(self, other: Price) -> Price:
        names = dict.fromkeys((*self.premiums, *other.premiums))
        return Price(
            self.basic + other.basic,
            {n: self.premiums.get(n, Fraction(0)) + other.premiums.get(n, Fraction(0)) for n in names},
            {n: self.premium_ms.get(n, 0) + other.premium_ms.get(n, 0) for n in names},
        )


@dataclass(frozen=True)
class Pay:
    """How a group is paid: the wage of a paid hour (None: hours only), shrinkage, the windows of paid breaks, and
    premiums.

    A gap between two spells of an agent that is exactly one of ``paid_breaks`` ([from, to), ms) is paid as
    duty, and so are the paid breaks that a roster states.
    """

    wage: Money | None = None
    shrinkage: Decimal = Decimal(0)
    paid_breaks: frozenset[Window] = frozenset()
    premiums: tuple[Premium, ...] = ()
    combine: Literal["add", "highest"] = "add"
    """Whether premiums that hold at once add up, or only the highest is paid (of equals, the first)."""
    overtime: Fraction = Fraction(0)
    """Money on top of the wage for an hour of overtime."""

    def __post_init__(self) -> None:
        if not 0 <= self.shrinkage < 1:
            raise TableError("pay", [f"shrinkage is {self.shrinkage}; expected 0 to below 1"])

    @property
    def an_hour(self) -> Fraction:
        """The wage of an hour; 0 without one."""
        return Fraction(0) if self.wage is None else Fraction(self.wage.amount)

    @property
    def on_duty_hour(self) -> Fraction:
        """What an hour on duty costs without premiums: wage ÷ (1 − shrinkage)."""
        return self.an_hour / (1 - Fraction(self.shrinkage))

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Instants at which the price of an hour may change, in order."""
        return tuple(sorted({x for premium in self.premiums for window in premium.windows for x in window}))

    def paid_at(self, instant: int, *, overtime: bool = False) -> tuple[tuple[str, Fraction], ...]:
        """Return the premiums paid at an instant, as (name, money an hour)."""
        found = [(p.name, p.an_hour) for p in self.premiums if _inside(p.windows, instant)]
        if overtime and self.overtime:
            found.append((OVERTIME, self.overtime))
        return tuple(found) if self.combine == "add" else tuple(sorted(found, key=lambda one: -one[1])[:1])

    def price(self, spells: Iterable[Window], *, overtime: bool = False) -> Price:
        """Return what time on duty costs: of spells [on, off), ms; those of several agents may overlap.

        A spell cut anywhere costs the same in sum. Without a wage everything is 0.
        """
        spells = list(spells)
        if any(on > off for on, off in spells):
            raise TableError("pay", ["a spell ends before it begins"])
        worked: dict[int, int] = {}
        edges = self.edges
        before = edges[0] - 1 if edges else 0  # no premium is paid then
        for on, off in spells:
            at = bisect_right(edges, on)
            while on < off:
                end = min(off, edges[at]) if at < len(edges) else off
                begin = edges[at - 1] if at else before
                worked[begin] = worked.get(begin, 0) + end - on
                on, at = end, at + 1
        return self._priced(worked.items(), overtime)

    def price_of_steps(self, starts: Sequence[int], ms: Sequence[int], *, overtime: bool = False) -> Price:
        """Return what time on duty costs that is known by stretches between ``edges``: from each start, so many ms."""
        return self._priced(zip(starts, ms, strict=True), overtime)

    def _priced(self, worked: Iterable[tuple[int, int]], overtime: bool) -> Price:
        if self.wage is None:
            return Price()
        total, money, paid_ms = 0, dict[str, Fraction](), dict[str, int]()
        for begin, ms in worked:
            total += ms
            for name, an_hour in self.paid_at(begin, overtime=overtime) if ms else ():
                money[name] = money.get(name, Fraction(0)) + an_hour * ms / HOUR_MS
                paid_ms[name] = paid_ms.get(name, 0) + ms
        order = [p.name for p in self.premiums] + [OVERTIME]
        return Price(
            (self.an_hour if overtime else self.on_duty_hour) * total / HOUR_MS,
            {name: money[name] for name in order if name in money},
            {name: paid_ms[name] for name in order if name in paid_ms},
        )

    def hourly(self, edges: ArrayLike) -> FloatArray:
        """Return the mean price of an hour on duty in each interval between edges (ms), shape (n_edges − 1,).

        For objectives, which may round; bills use :meth:`price`.
        """
        cuts = np.asarray(edges, dtype=np.int64).tolist()
        plain = float(self.on_duty_hour)
        found = np.full(len(cuts) - 1, plain)
        if self.premiums:
            for i, (begin, end) in enumerate(pairwise(cuts)):
                price = self.price([(begin, end)])
                if price.premiums:
                    found[i] = float(price.total * HOUR_MS / (end - begin))
        return found


def _inside(windows: Sequence[Window], instant: int) -> bool:
    at = bisect_right(windows, (instant, np.inf)) - 1
    return at >= 0 and instant < windows[at][1]


def pay_of(scenario: Scenario) -> dict[str, Pay]:
    """Return how the groups of a scenario are paid; breaks of shifts are paid where the scenario says so."""
    found = {}
    for name, group in scenario.groups.items():
        terms, clock = scenario.terms(name), scenario.clock_of(name)
        wage = Fraction(0) if group.wage is None else Fraction(group.wage.amount)
        found[name] = Pay(
            group.wage,
            exact(group.shrinkage),
            paid_breaks(clock, group.shifts),
            tuple(
                Premium(called, _an_hour(one.add, wage), _windows(scenario, clock, one))
                for called, one in terms.premiums.items()
                if one is not None
            ),
            terms.combine,
            _an_hour(terms.overtime, wage),
        )
    return found


def priced_for_plans(scenario: Scenario) -> dict[str, Pay]:
    """Return how groups are paid as plans see it: one without a wage costs the mean of the others, or 1 an hour."""
    wages = [group.wage.amount for group in scenario.groups.values() if group.wage is not None]
    usual = Money(sum(wages, Decimal(0)) / len(wages) if wages else Decimal(1), scenario.currency or "")
    whole = Fraction(usual.amount)
    found = {}
    for name, pay in pay_of(scenario).items():
        if pay.wage is not None:
            found[name] = pay
            continue
        terms = scenario.terms(name).premiums
        premiums = tuple(
            replace(p, an_hour=_an_hour(one.add, whole))
            for p in pay.premiums
            if (one := terms[p.name]) is not None and wages
        )
        found[name] = replace(pay, wage=usual, premiums=premiums)
    return found


def _an_hour(addition: float | Money, wage: Fraction) -> Fraction:
    return Fraction(addition.amount) if isinstance(addition, Money) else Fraction(exact(addition)) * wage


def _windows(scenario: Scenario, clock: Clock, premium: PremiumTerms) -> tuple[Window, ...]:
    """When a premium is paid by a group's clock, over the whole run."""
    hours = ALWAYS
    if premium.hours is not None:
        hours = scenario.calendar.hours[premium.hours]
    elif premium.clock is not None:
        hours = WeekHours(((premium.clock,),) * 7)
    windows = clock.open_windows(hours)
    if premium.days is None:
        return windows
    days = (
        (clock.midnights[k], clock.midnights[k + 1])
        for k, day in enumerate(clock.days)
        if (day in clock.holidays if premium.days == "holidays" else day.weekday() in premium.days)
    )
    return tuple(piece for begin, end in days for piece in cut(windows, begin, end))

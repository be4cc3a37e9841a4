"""Small desks with figures one can follow by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from careplan.planning.capacity.heads import rows_of, tenures_of
from careplan.planning.capacity.rows import CapacityMonth, GroupMonth, GroupTerms, Intake, Need
from careplan.scenario.capacity import month_after
from careplan.units import DAY_MS, Money

APRIL = date(2026, 4, 1)
WEEK_MS = 7 * DAY_MS


def terms(**changes: object) -> GroupTerms:
    """A desk without leavers, shrinkage, training, ramp or prices, but for what is changed."""
    plain: dict[str, object] = {
        "contract_hours": Decimal(40),
        "planned": Decimal(0),
        "unplanned": Decimal(0),
        "attrition": Decimal(0),
        "wage": None,
        "workplace": Decimal(0),
        "licence": Decimal(0),
        "hiring": Decimal(0),
        "course": Decimal(0),
        "training_ms": 0,
        "ramp_start": Decimal(1),
        "ramp_ms": 0,
    }
    return GroupTerms(**{**plain, **changes})  # type: ignore[arg-type]


def months(n: int, *, days: int | None = None) -> tuple[CapacityMonth, ...]:
    """Months from April 2026 without queues; of so many days each, or their own."""
    firsts = [month_after(APRIL, number) for number in range(n)]
    return tuple(CapacityMonth(first, days or (month_after(first, 1) - first).days, {}, first) for first in firsts)


def need(net: str) -> Need:
    """A need of so many FTE."""
    return Need(Decimal(net), None, None, Decimal(0), Decimal(net), True)


def there(heads: int) -> Intake:
    """Heads at the start who are as fast as everybody."""
    return Intake(0, heads, None, None)


def a_class(begins: int, heads: int) -> Intake:
    """A class that begins in a month, by its number."""
    first = month_after(APRIL, begins)
    return Intake(begins, heads, 0, first, first)


def rows(desk: GroupTerms, needs: list[str], *intakes: Intake, days: int | None = None) -> tuple[GroupMonth, ...]:
    """The rows of a desk."""
    return rows_of(months(len(needs), days=days), [need(x) for x in needs], desk, tenures_of(desk), intakes)


EUR_20 = Money(Decimal("20"), "EUR")
ONE = Fraction(1)

"""Paid hours and wages, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from careplan.costing.pay import Pay, pay_of
from careplan.costing.wages import wage_bill, wage_bills
from careplan.errors import TableError
from careplan.roster import Roster
from careplan.staffing import staffed_roster
from careplan.units import DAY_MS, HOUR_MS, Money
from tests.workload.worlds import one_queue

EUR = Money(Decimal("18.50"), "EUR")
EIGHT_TO_FOUR = Roster.from_spells(
    [("care", 1, 8 * HOUR_MS, 12 * HOUR_MS), ("care", 1, 12 * HOUR_MS + HOUR_MS // 2, 16 * HOUR_MS)]
)


def test_an_hour_on_duty_at_30_percent_shrinkage_takes_ten_sevenths_paid_hours():
    bill = wage_bill(EIGHT_TO_FOUR, {"care": Pay(EUR, Decimal("0.30"))}, 0, DAY_MS)
    line = bill.lines["care"]
    assert line.on_duty_hours == Decimal("7.50")
    assert line.paid == Fraction(75, 7)
    assert line.paid_hours == Decimal("10.71")
    assert line.cost == Decimal("198.21")  # 75/7 × 18.50 = 198.2142…, from the exact hours, not from 10.71


def test_cents_are_exact_where_floats_are_not():
    """0.1 h × 0.15 EUR is a cent and a half, which rounds up; in floats it is a hair less."""
    roster = Roster.from_spells([("care", 1, 0, HOUR_MS // 10)])
    pay = {"care": Pay(Money(Decimal("0.15"), "EUR"))}
    assert wage_bill(roster, pay, 0, DAY_MS).cost == Decimal("0.02")


def test_a_bill_is_the_sum_of_whole_cents_by_group():
    roster = Roster.from_spells([("a", 1, 0, HOUR_MS // 3), ("b", 1, 0, HOUR_MS // 3), ("c", 1, 0, HOUR_MS // 3)])
    ten = Money(Decimal(10), "EUR")
    bill = wage_bill(roster, {name: Pay(ten) for name in "abc"}, 0, HOUR_MS)
    assert [line.cost for line in bill.lines.values()] == [Decimal("3.33")] * 3
    assert bill.cost == Decimal("9.99")
    assert bill.paid_hours == Decimal("1.00")  # rounded once, from the exact sum


def test_only_duty_inside_the_time_is_paid():
    bill = wage_bill(EIGHT_TO_FOUR, {"care": Pay(EUR)}, 10 * HOUR_MS, 13 * HOUR_MS)
    assert bill.on_duty_hours == Decimal("2.50")


def test_a_paid_break_is_paid_like_duty():
    pause = (12 * HOUR_MS, 12 * HOUR_MS + HOUR_MS // 2)
    paid = wage_bill(EIGHT_TO_FOUR, {"care": Pay(EUR, paid_breaks=frozenset([pause]))}, 0, DAY_MS)
    assert paid.paid_hours == Decimal("8.00") and paid.on_duty_hours == Decimal("7.50")
    other = frozenset([(12 * HOUR_MS, 13 * HOUR_MS)])
    assert wage_bill(EIGHT_TO_FOUR, {"care": Pay(EUR, paid_breaks=other)}, 0, DAY_MS).paid_hours == Decimal("7.50")
    half = wage_bill(EIGHT_TO_FOUR, {"care": Pay(EUR, paid_breaks=frozenset([pause]))}, 0, 12 * HOUR_MS + HOUR_MS // 4)
    assert half.paid_hours == Decimal("4.25")


def test_a_paid_break_that_a_roster_states_is_paid_once_and_only_to_who_takes_it():
    noon, one = 12 * HOUR_MS, 13 * HOUR_MS
    spells = [("care", n, *spell) for n in (1, 2) for spell in ((8 * HOUR_MS, noon), (one, 16 * HOUR_MS))]
    stated = Roster.from_spells(spells, pauses=[("care", 1, noon, one)])
    assert wage_bill(stated, {"care": Pay(EUR)}, 0, DAY_MS).paid_hours == Decimal("15.00")
    one_of_pay = Pay(EUR, paid_breaks=frozenset([(noon, one)]))  # then the other's too, and the first still once
    assert wage_bill(stated, {"care": one_of_pay}, 0, DAY_MS).paid_hours == Decimal("16.00")
    half = Roster.from_spells(spells, pauses=[("care", 1, noon, noon + HOUR_MS // 2)])  # the rest of the gap is unpaid
    assert wage_bill(half, {"care": Pay(EUR)}, 0, DAY_MS).paid_hours == Decimal("14.50")


@pytest.mark.parametrize("length", ["90 s", "30 min"])
def test_paid_breaks_of_night_shifts_are_paid_to_the_second_from_the_first_night_on(length: str):
    shift = f"{{days: daily, hours: 22:00-06:00, agents: 1, breaks: [{{at: 02:00, for: {length}, paid: yes}}]}}"
    calendar = "\n  zone: Europe/Prague\n  start: 2026-03-02\n  horizon: 1 week\n  warm_up: 0 days\n"
    scenario = one_queue(
        "volume: {per_day: 1}", calendar=calendar, groups=f"  care: {{skills: [%s], shifts: [{shift}]}}"
    )
    clock = scenario.clock
    bill = wage_bill(staffed_roster(scenario), pay_of(scenario), clock.horizon_from, clock.horizon_to)
    assert bill.paid_hours == Decimal("56.00") > bill.on_duty_hours


def test_paid_time_by_interval_adds_up_exactly():
    edges = range(0, DAY_MS + 1, HOUR_MS)
    bills = wage_bills(EIGHT_TO_FOUR, {"care": Pay(EUR, Decimal("0.3"))}, edges)
    assert len(bills) == 24
    assert sum(bill.lines["care"].paid for bill in bills) == Fraction(75, 7)
    assert bills[7].cost == 0 and bills[8].cost == Decimal("26.43")


def test_hours_without_a_wage_are_hours_and_no_money():
    bill = wage_bill(EIGHT_TO_FOUR, {}, 0, DAY_MS)
    assert bill.cost is None and bill.currency is None and bill.unpriced == ("care",)
    assert bill.to_dict()["groups"]["care"] == {
        "on_duty_hours": "7.50", "paid_hours": "7.50", "shrinkage": "0", "wage_per_hour": None, "premiums": {},
        "cost": None,
    }  # fmt: skip


def test_what_cannot_be_paid_is_refused():
    with pytest.raises(TableError, match="known groups: care"):
        wage_bill(EIGHT_TO_FOUR, {"night": Pay(EUR)}, 0, DAY_MS)
    with pytest.raises(TableError, match="increasing"):
        wage_bill(EIGHT_TO_FOUR, {}, 5, 5)
    with pytest.raises(TableError, match="below 1"):
        Pay(EUR, Decimal(1))
    two = Roster.from_spells([("a", 1, 0, 5), ("b", 1, 0, 5)])
    with pytest.raises(TableError, match="CZK, EUR"):
        wage_bill(two, {"a": Pay(EUR), "b": Pay(Money(Decimal(300), "CZK"))}, 0, 5)

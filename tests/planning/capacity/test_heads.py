"""Heads month by month: conservation, attrition, training, ramp and cost, by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from careplan.costing.heads import head_costs, hire_cost
from careplan.planning.capacity.heads import tenures_of
from careplan.scenario.money import MONTH_MS, WEEK_MS, Settling, Terms, Training
from careplan.units import HOUR_MS
from tests.planning.capacity.desks import EUR_20, a_class, rows, terms, there

FIVE_WEEKS = 35
"""Days of months that are five whole weeks, so that hours are easy."""


def test_a_month_of_a_desk_with_everything_comes_out_as_by_hand() -> None:
    desk = terms(
        planned=Decimal("0.20"),
        unplanned=Decimal("0.05"),
        attrition=Decimal("0.24"),
        wage=EUR_20,
        workplace=Decimal(250),
        licence=Decimal(90),
        hiring=Decimal(1000),
        course=Decimal(400),
        training_ms=MONTH_MS,
        ramp_start=Decimal("0.5"),
        ramp_ms=2 * MONTH_MS,
    )
    first, second, third, fourth = rows(desk, ["6", "6", "6", "6"], there(10), a_class(0, 5), days=FIVE_WEEKS)
    assert first.gross == 8  # 6 / (1 - 0.25)
    assert (first.begin, first.hires, first.leavers, first.end) == (10, 5, Fraction("0.3"), Fraction("14.7"))
    assert first.paid == Fraction("14.85")  # 15 - 0.3 / 2
    assert first.training == Fraction("4.95")  # 5 x 0.99, all month
    assert first.productive == Fraction("9.9")
    assert first.over == Fraction("1.9")
    assert first.available == Fraction("7.425")
    assert first.wages == Decimal("39600.00")  # 9.9 x 40 h x 5 weeks x 20 EUR
    assert first.training_cost == Decimal("21800.00")  # 4.95 x 200 h x 20 EUR + 5 x 400 EUR
    assert (first.hiring, first.workplace, first.licence) == (
        Decimal("5000.00"),
        Decimal("3712.50"),
        Decimal("1336.50"),
    )
    assert first.cost == Decimal("71449.00")
    assert second.begin == first.end
    assert second.leavers == Fraction("0.294")  # 2 % of 14.7
    # Second month: the class has 4.9 heads, 4.851 on the mean, at a speed of 50 % to 75 %: 62.5 %.
    assert second.productive == Fraction("9.8") * Fraction("0.99") + Fraction("4.851") * Fraction("0.625")
    assert second.productive == Fraction("12.733875")
    assert second.cost == Decimal("63160.02")
    assert second.ramp == Fraction("4.851") * Fraction("0.375")
    assert third.ramp == Fraction("4.9") * Fraction("0.98") * Fraction("0.99") * Fraction("0.125")
    assert fourth.ramp == 0


def test_a_month_of_31_days_pays_31_sevenths_of_a_week() -> None:
    april, may = rows(terms(wage=EUR_20), ["1", "1"], there(7))
    assert april.wages == Decimal("24000.00")  # 7 heads x 40 h x 30 / 7 x 20 EUR
    assert may.wages == Decimal("24800.00")


@given(
    heads=st.integers(0, 200),
    classes=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 40)), max_size=6, unique_by=lambda one: one[0]),
    attrition=st.integers(0, 300),
)
def test_heads_at_the_begin_and_hires_less_leavers_are_heads_at_the_end(
    heads: int, classes: list[tuple[int, int]], attrition: int
) -> None:
    desk = terms(
        attrition=Decimal(attrition) / 100, training_ms=3 * WEEK_MS, ramp_start=Decimal("0.5"), ramp_ms=MONTH_MS
    )
    plan = rows(desk, ["1"] * 12, there(heads), *(a_class(at, size) for at, size in classes))
    end = Fraction(heads)
    for row in plan:
        assert row.begin == end
        end = row.end
        assert end == row.begin + row.hires - row.leavers
        assert row.paid == (row.begin + row.hires + row.end) / 2
        assert row.productive + row.ramp + row.training == row.paid
        assert row.ramp >= 0
    assert end + sum(row.leavers for row in plan) == heads + sum(size for _, size in classes)


def test_without_attrition_training_and_ramp_every_head_counts_in_full_at_once() -> None:
    plan = rows(terms(), ["3", "3", "5"], there(3), a_class(2, 2))
    assert [row.productive for row in plan] == [3, 3, 5]
    assert [row.over for row in plan] == [0, 0, 0]
    assert not any(row.is_under for row in plan)


def test_more_attrition_never_leaves_more_people_and_more_shrinkage_never_needs_fewer() -> None:
    few, many = (rows(terms(attrition=Decimal(a)), ["5"] * 12, there(9), a_class(4, 3)) for a in ("0.1", "0.4"))
    assert all(a.productive > b.productive and a.leavers < b.leavers for a, b in zip(few, many, strict=True))
    some, more = (rows(terms(planned=Decimal(s)), ["5"], there(9))[0] for s in ("0.2", "0.3"))
    assert some.gross < more.gross and some.over > more.over


def test_months_of_tenure_lose_the_training_and_half_of_what_lacks_in_the_ramp() -> None:
    desk = terms(training_ms=3 * WEEK_MS, ramp_start=Decimal("0.53"), ramp_ms=44 * WEEK_MS)
    found = tenures_of(desk)
    assert len(found) == 11  # 47 weeks are 10.8 months
    assert found[0].training == Decimal("0.6899")  # 21 days of 30.4375
    training = sum(one.training for one in found) * MONTH_MS / WEEK_MS
    assert abs(training - 3) < Decimal("0.001")
    lost = sum(1 - one.training - one.speed for one in found) * MONTH_MS / WEEK_MS
    assert abs(lost - 44 * Decimal("0.47") / 2) < Decimal("0.003")  # eleven roundings of half a ten-thousandth
    assert all(a.speed < b.speed for a, b in zip(found, found[1:], strict=False))


def test_a_desk_that_replaces_who_leaves_costs_what_a_bill_says_of_its_heads() -> None:
    stated = Terms.model_construct(
        contract_hours=40 * HOUR_MS,
        attrition=0.24,
        training=Training.model_construct(length=3 * WEEK_MS, cost=None),
        ramp=Settling.model_construct(start=0.5, over=8 * WEEK_MS),
        hiring=None,
        workplace=None,
        licence=None,
    )
    desk = terms(
        attrition=Decimal("0.24"), wage=EUR_20, training_ms=3 * WEEK_MS, ramp_start=Decimal("0.5"), ramp_ms=8 * WEEK_MS
    )
    # 100 heads, two leave in a month, two join: 12 months later all classes of a year are there.
    plan = rows(desk, ["90"] * 24, there(100), *(a_class(at, 2) for at in range(24)))
    year = plan[12:]
    paid = Fraction(100 * 40) * Fraction(12 * MONTH_MS, WEEK_MS)
    bill = head_costs(paid, 12 * MONTH_MS, stated, EUR_20)
    training = sum(row.training_cost for row in year)
    ramp = sum(row.ramp * 40 * 20 * Fraction(365, 84) for row in year)
    assert abs(float(training) / float(bill["training"]) - 1) < 0.02  # some leave in their training
    assert abs(float(ramp) / float(bill["ramp"]) - 1) < 0.05  # and some in their ramp
    assert hire_cost(stated, EUR_20).training == 3 * 40 * 20

"""The price of time on duty: premiums by the clock, split at every boundary, exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.costing.pay import Pay, Premium, Price, cents, pay_of, priced_for_plans
from careplan.costing.wages import wage_bill, wage_bills
from careplan.errors import TableError
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS, Money
from tests.workload.worlds import one_queue

EUR = Money(Decimal(18), "EUR")
NIGHT_AND_SUNDAY = """
money:
  premiums:
    night: {add: 25 %, clock: 22:00-06:00}
    sunday: {add: 50 %, days: sun}
"""


def world(money: str = NIGHT_AND_SUNDAY, **changes: object) -> Scenario:
    """Return a week from Monday 2026-03-02 whose group earns 18 EUR an hour at 25 % shrinkage."""
    plain = one_queue("volume: {per_week: 100}")
    pay = {"groups.care.wage": "18.00 EUR per hour", "groups.care.shrinkage": "25 %"}
    from ruamel.yaml import YAML

    read = YAML(typ="safe", pure=True).load(money)["money"]
    return plain.with_changes({**pay, "money": read, **changes})


def at(scenario: Scenario, day: int, hour: float) -> int:
    """Return the instant of an hour of a day of the horizon (0 is its first), by elapsed time from midnight."""
    return scenario.clock.midnights[scenario.calendar.warm_up + day] + round(hour * HOUR_MS)


def test_the_example_of_the_page_by_hand():
    """Saturday 20:00 to Sunday 04:00: 8 h ÷ 0.75 × 18, six night hours at 4.50, four Sunday hours at 9."""
    scenario = world()
    spell = (at(scenario, 5, 20), at(scenario, 5, 28))
    price = pay_of(scenario)["care"].price([spell])
    assert price.basic == 192
    assert price.premiums == {"night": 27, "sunday": 36}
    assert price.premium_ms == {"night": 6 * HOUR_MS, "sunday": 4 * HOUR_MS}
    assert cents(price.total) == Decimal("255.00")
    highest = pay_of(scenario.with_changes({"money.combine": "highest"}))["care"].price([spell])
    assert highest.premiums == {"night": 9, "sunday": 36} and highest.total == 237


def test_premiums_and_wage_stand_apart_in_the_bill_and_add_up():
    scenario = world()
    roster = Roster.from_spells([("care", 1, at(scenario, 5, 20), at(scenario, 5, 28))])
    bill = wage_bill(roster, pay_of(scenario), scenario.clock.horizon_from, scenario.clock.horizon_to)
    assert bill.premiums == {"night": Decimal("27.00"), "sunday": Decimal("36.00")}
    assert bill.cost == Decimal("255.00")
    assert bill.to_dict()["groups"]["care"]["premiums"] == {"night": "27.00", "sunday": "36.00"}


def test_an_amount_named_hours_and_a_group_that_differs():
    scenario = world(
        "money: {premiums: {late: {add: 2 EUR per hour, hours: desk, days: mon},"
        " night: {add: 10 %, clock: 22:00-06:00}}, groups: {care: {premiums: {night: none}}}}"
    )
    price = pay_of(scenario)["care"].price([(at(scenario, 0, 0), at(scenario, 2, 0))])
    assert price.premiums == {"late": 24}  # Monday 08:00 to 20:00


def test_a_holiday_lasts_from_midnight_to_midnight():
    scenario = world(
        "money: {premiums: {holiday: {add: 100 %, days: holidays}}}", **{"calendar.holidays.dates": ["2026-03-04"]}
    )
    price = pay_of(scenario)["care"].price([(at(scenario, 0, 0), at(scenario, 7, 0))])
    assert price.premiums == {"holiday": 24 * 18}


def test_the_night_the_clock_is_put_forward_is_paid_by_elapsed_hours():
    """On 2026-03-29 in Prague 22:00 to 06:00 is seven hours, all of them at night, five of them on Sunday."""
    scenario = world(**{"calendar.start": "2026-03-23"})
    spell = (at(scenario, 5, 22), scenario.clock.midnights[scenario.calendar.warm_up + 6] + 5 * HOUR_MS)
    price = pay_of(scenario)["care"].price([spell])
    assert price.basic == Fraction(7 * 18 * 4, 3)
    assert price.premium_ms == {"night": 7 * HOUR_MS, "sunday": 5 * HOUR_MS}


def test_a_paid_break_at_night_is_paid_with_its_premium():
    pay = Pay(EUR, Decimal(0), frozenset([(HOUR_MS, 2 * HOUR_MS)]), (Premium("night", Fraction(2), ((0, DAY_MS),)),))
    roster = Roster.from_spells([("care", 1, 0, HOUR_MS), ("care", 1, 2 * HOUR_MS, 3 * HOUR_MS)])
    assert wage_bill(roster, {"care": pay}, 0, DAY_MS).cost == Decimal("60.00")  # 3 h × (18 + 2)


def test_without_a_wage_there_is_no_price_and_plans_take_the_mean_of_the_others():
    scenario = world()
    bare = scenario.with_changes({"groups.more": {"skills": list(scenario.queues)}})
    assert pay_of(bare)["more"].price([(0, DAY_MS)]) == Price()
    plans = priced_for_plans(bare)
    assert plans["more"].wage == EUR and [p.an_hour for p in plans["more"].premiums] == [Fraction(9, 2), 9]


def test_an_hour_that_is_half_night_costs_half_the_premium():
    pay = Pay(EUR, premiums=(Premium("night", Fraction(4), ((HOUR_MS // 2, 2 * HOUR_MS),)),))
    assert pay.hourly(np.arange(4) * HOUR_MS).tolist() == [20, 22, 18]
    assert Pay(EUR).hourly([0, HOUR_MS]).tolist() == [18]


def test_windows_out_of_order_and_spells_turned_round_are_refused():
    with pytest.raises(TableError, match="night"):
        Premium("night", Fraction(1), ((5, 9), (0, 5), (7, 8)))
    with pytest.raises(TableError, match="ends before"):
        Pay(EUR).price([(5, 4)])


WINDOWS = st.lists(st.integers(0, 200), unique=True, max_size=12).map(
    lambda xs: tuple(zip(*[iter(sorted(xs[: len(xs) // 2 * 2]))] * 2, strict=True))
)
PREMIUMS = st.lists(st.tuples(st.fractions(0, 20, max_denominator=100), WINDOWS), max_size=4).map(
    lambda rows: tuple(Premium(f"p{n}", an_hour, windows) for n, (an_hour, windows) in enumerate(rows))
)
PAYS = st.builds(
    Pay,
    st.just(EUR),
    st.decimals("0", "0.9", places=3),
    premiums=PREMIUMS,
    combine=st.sampled_from(["add", "highest"]),
    overtime=st.fractions(0, 9, max_denominator=100),
)


@given(PAYS, st.lists(st.integers(0, 250), min_size=2, max_size=8, unique=True), st.booleans())
def test_the_price_of_a_spell_is_the_sum_of_its_pieces_wherever_it_is_cut(pay, cuts, overtime):
    cuts = sorted(cuts)
    whole = pay.price([(cuts[0], cuts[-1])], overtime=overtime)
    pieces = list(zip(cuts[:-1], cuts[1:], strict=True))
    assert pay.price(pieces, overtime=overtime) == whole
    summed = sum((pay.price([piece], overtime=overtime) for piece in pieces), Price())
    assert (summed.total, summed.basic) == (whole.total, whole.basic)
    assert {n: x for n, x in summed.premiums.items() if x} == {n: x for n, x in whole.premiums.items() if x}


@given(PAYS, st.integers(0, 250), st.booleans())
def test_every_millisecond_is_paid_what_holds_at_it(pay, instant, overtime):
    """The naive twin: look at each premium at the instant."""
    held = [p.an_hour for p in pay.premiums if any(b <= instant < e for b, e in p.windows)]
    held += [pay.overtime] if overtime else []
    extra = sum(held) if pay.combine == "add" else max(held, default=0)
    basic = pay.an_hour if overtime else pay.on_duty_hour
    assert pay.price([(instant, instant + 1)], overtime=overtime).total == (basic + extra) / HOUR_MS


@given(PAYS, st.lists(st.tuples(st.integers(0, 120), st.integers(1, 120)), min_size=1, max_size=5), st.data())
def test_a_bill_is_the_sum_of_its_lines_and_of_its_intervals(pay, spells, data):
    roster = Roster.from_spells([("care", n + 1, on, on + length) for n, (on, length) in enumerate(spells)])
    edges = [0, *sorted(data.draw(st.sets(st.integers(1, 239), max_size=4))), 240]
    bill = wage_bill(roster, {"care": pay}, 0, 240)
    line = bill.lines["care"]
    assert bill.cost == line.basic + sum(line.premiums.values())
    assert line.price == pay.price([(on, on + length) for on, length in spells])
    parts = [one.lines["care"].price.total for one in wage_bills(roster, {"care": pay}, edges)]
    assert sum(parts) == line.price.total
    assert abs(cents(line.price.total) - bill.cost) <= Decimal("0.01") * (1 + len(line.premiums))


def test_a_premium_goes_by_the_clock_of_the_group():
    """Night in New York (UTC−5 in early March) is 04:00 to 12:00 in Prague."""
    scenario = world(**{"groups.care.zone": "America/New_York"})
    price = pay_of(scenario)["care"].price([(at(scenario, 1, 0), at(scenario, 1, 24))])
    assert price.premium_ms == {"night": 8 * HOUR_MS}
    assert pay_of(scenario)["care"].paid_at(at(scenario, 1, 4)) and not pay_of(scenario)["care"].paid_at(
        at(scenario, 1, 3.9)
    )

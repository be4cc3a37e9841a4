"""The full bill: lines by hand, parts that add up, what a point costs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import careplan as cp
from careplan.costing.heads import head_costs, heads_of, hire_cost
from careplan.errors import CareplanError
from careplan.roster import Roster
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.money import YEAR_MS, Terms
from careplan.study.costs import Costs, cost
from careplan.units import DAY_MS, HOUR_MS, Money
from tests.cli.tiny import TINY

WAGE = Money(Decimal(20), "EUR")
MONEY = """
bots:
  greeter:
    time: 30 s
    containment: 30 %
    fee: {per_session: 0.10 EUR, per_resolution: 0.50 EUR, per_month: 304.375 EUR}
money:
  premiums: {evening: {add: 25 %, clock: 18:00-22:00}}
  overtime: 50 %
  workplace: 100 EUR per month
  telephony: {phone: 0.10 EUR per minute}
outcomes:
  churn: {unanswered: 30 %, answered: 1 %, value: {amount: 50 EUR, source: ours}}
  sale: {per_talk: 10 %, value: 30 EUR}
  late: {after: 10 min, penalty: 0.75 EUR}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path: Path = tmp_path_factory.mktemp("bill") / "tiny.yaml"
    path.write_text(TINY.replace("    turns:", "    bots: [greeter]\n    turns:", 1) + MONEY, encoding="utf-8")
    return read_scenario(path)


@pytest.fixture(scope="module")
def costs(scenario: Scenario) -> Costs:
    return cost(scenario)


def amount(costs: Costs, concerns: str, what: str) -> Decimal:
    return next(line.amount for line in costs.bill.lines if (line.concerns, line.what) == (concerns, what))


def test_exact_lines_by_hand(costs):
    """Two days: one agent round the clock, one more for ten hours a day: 68 h on duty, 85 paid at 20 %."""
    assert amount(costs, "care", "wages") == Decimal("1700.00")
    assert amount(costs, "care", "premium evening") == Decimal("40.00")  # 2 × 4 h × 5 EUR
    heads = Fraction(85) * 7 / 2 / 40
    assert amount(costs, "care", "workplace") == round(Decimal(float(heads * 100 * 2 / Fraction("30.4375"))), 2)
    assert amount(costs, "greeter", "per month") == Decimal("20.00")  # two days of 30.4375


def test_simulated_lines_are_counts_times_prices(costs):
    usages = costs.bill.usages
    sessions = Fraction(sum(u.sessions["greeter"] for u in usages), len(usages))
    assert abs(amount(costs, "greeter", "per session") - Decimal(float(sessions / 10))) <= Decimal("0.005")
    report = costs.report
    sales = report.estimate("sales").value * 30
    assert abs(float(amount(costs, "all", "sale")) - sales) <= 0.005 + 1e-9
    assert abs(float(amount(costs, "all", "churn")) + report.estimate("customers_churned").value * 50) <= 0.005 + 1e-9
    assert amount(costs, "all", "late") < 0
    talk = sum(u.talk_ms["phone"] for u in usages) / len(usages) / 60_000
    assert float(amount(costs, "phone", "per minute")) == pytest.approx(talk / 10, abs=0.006)


def test_parts_are_the_total_to_the_cent(costs):
    bill = costs.bill
    assert bill.cost == sum(line.amount for line in bill.lines if line.part != "outcomes")
    assert bill.value == sum(line.amount for line in bill.lines if line.part == "outcomes")
    assert all(line.amount == line.amount.quantize(Decimal("0.01")) for line in bill.lines)
    assert np.allclose(bill.cost_each.mean(), float(bill.cost), atol=0.01 * len(bill.lines))
    people = sum(line.amount for line in bill.of("people"))
    by_queue = sum(bill.of_queue(queue) for queue in bill.usages[0].queues)
    assert by_queue.mean() == pytest.approx(float(people), abs=0.05)


def test_overtime_is_what_the_metrics_call_overtime(costs):
    for usage, measures in zip(costs.bill.usages, costs.report.measures, strict=True):
        spent = sum(b - a for a, b in usage.overtime["care"])
        assert spent == int(measures.group_tables["overtime_ms"].sum())
        work = int(measures.queue_tables["agent_ms"].sum())
        assert abs(int(usage.work_ms["care"].sum()) - work) <= 200


def test_more_people_cost_more_and_the_price_of_a_point_is_their_ratio(costs):
    assert [one.target for one in costs.points] == ["Quick", "Phone"]
    assert all(one.cost.value > 0 for one in costs.points)
    told = [one for one in costs.points if one.per_point is not None]
    assert told, "no point has a price"
    for one in told:
        assert one.per_point.value == pytest.approx(one.cost.value / one.points.value)


def test_paid_hours_go_to_duty_and_shrinkage_planned_and_not(scenario):
    plain = cost(scenario, replications=1, step=0).paid_hours
    assert plain == {
        "paid": Decimal("85.00"), "on_duty": Decimal("68.00"), "paid_breaks": 0, "planned": 0, "unplanned": 0,
        "shrinkage": Decimal("17.00"),
    }  # fmt: skip
    split = scenario.with_changes({"groups.care.shrinkage": {"planned": "15 %", "unplanned": "5 %"}})
    hours = cost(split, replications=1, step=0).paid_hours
    assert (hours["planned"], hours["unplanned"], hours["shrinkage"]) == (Decimal("12.75"), Decimal("4.25"), 0)
    assert hours["paid"] == sum(value for key, value in hours.items() if key != "paid")


def test_what_a_hire_costs_by_hand():
    """3 weeks × 40 h × 20 + 400; 44 weeks × (1 − 0.5) ÷ 2 × 40 h × 20."""
    terms = Terms.model_validate(
        {"hiring": "1200 EUR", "training": {"for": "3 weeks", "cost": "400 EUR"},
         "ramp": {"from": "50 %", "over": "44 weeks"},
         "attrition": "25 % per year", "licence": "90 EUR per month"}
    )  # fmt: skip
    each = hire_cost(terms, WAGE)
    assert (each.hiring, each.training, each.ramp) == (1200, 2800, 8800)
    assert heads_of(Fraction(100), 7 * DAY_MS, terms) == Fraction(5, 2)
    paid = Fraction(40) * YEAR_MS / (7 * DAY_MS)  # one head for a year
    found = head_costs(paid, YEAR_MS, terms, WAGE)
    assert found == {"licence": 1080, "hiring": 300, "training": 700, "ramp": 2200}


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(HOUR_MS, 400 * DAY_MS))
def test_heads_of_two_rosters_cost_as_much_as_those_of_both(one, other, span):
    terms = Terms.model_validate({"licence": "90 EUR per month", "hiring": "7 EUR", "attrition": "3 % per month"})
    apart = [head_costs(Fraction(x, 7), span, terms, WAGE) for x in (one, other)]
    both = head_costs(Fraction(one + other, 7), span, terms, WAGE)
    assert {name: apart[0][name] + apart[1][name] for name in both} == both


def test_without_any_money_there_is_no_bill(tmp_path):
    path = tmp_path / "free.yaml"
    path.write_text(TINY.replace("wage: 20.00 EUR per hour, ", ""), encoding="utf-8")
    with pytest.raises(CareplanError, match="states no money"):
        cp.cost(cp.read_scenario(path))


def test_the_cost_of_a_group_that_worked_on_nothing_goes_evenly_to_its_queues(scenario):
    idle = scenario.with_changes({"groups.idle": {"skills": ["calls", "chats"], "wage": "10 EUR per hour"}})
    hours = (idle.clock.horizon_from, idle.clock.horizon_from + HOUR_MS)  # by night no call comes
    roster = Roster.from_spells([("idle", 1, *hours)], sorted(idle.groups))
    bill = cost(idle.with_changes({"queues.chats.volume": {"per_day": 0.001}}), roster, step=0).bill
    assert bill.cost > 0 and all(not usage.work_ms["idle"].any() for usage in bill.usages)
    people = float(sum(line.amount for line in bill.of("people")))
    assert people >= 10
    assert [bill.of_queue(queue).mean() for queue in bill.usages[0].queues] == pytest.approx([people / 2] * 2)


BREAKS = TINY.replace(
    "headcount: {always: 1, desk: 1}",
    "shifts: [{hours: 08:00-18:00, agents: 2, breaks: [{at: 12:00, for: 2 h, paid: PAID}]}]",
).replace("mean: 4 min", "mean: 25 min")


def test_work_that_runs_into_a_paid_break_is_paid_once(tmp_path):
    """Who is still busy when the break begins is in a paid break, and not in overtime too."""
    bills = {}
    for paid in ("yes", "no"):
        path = tmp_path / f"{paid}.yaml"
        path.write_text(BREAKS.replace("PAID", paid), encoding="utf-8")
        bills[paid] = cost(read_scenario(path), step=0).bill
    for paid, bill in bills.items():
        begin = bill.begin + 12 * HOUR_MS
        late = [b - a for u in bill.usages for a, b in u.overtime["care"] if begin <= a < begin + HOUR_MS]
        assert bool(late) is (paid == "no")
    assert bills["yes"].wages.paid_hours - bills["no"].wages.paid_hours == Decimal("10.00")  # 2 × 2 days × 2 h ÷ 0.8

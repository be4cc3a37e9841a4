"""Expected outcomes worked by hand: who is satisfied, leaves, is won, shames, buys; and what must always hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.engine.contract import Group, Queue, Rules
from careplan.errors import TableError
from careplan.metrics.experience import Experience
from careplan.metrics.measures import Measures, measure
from careplan.metrics.outcome_catalogue import EXPERIENCE, OUTCOMES, PARTS
from careplan.metrics.outcomes import Assumed, leaving, not_detracting, rated, shaming, staying
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.roster import Roster
from careplan.scenario.outcomes import KINDS, Effects
from careplan.trace.tables import Outcome
from careplan.units import NEVER
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

MIN = 60_000
RULES = Rules.of(
    queues={"mail": Queue(is_live=False), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
)
PERIODS = Periods.uniform(24, 60 * MIN)
ROSTER = Roster.from_spells([("care", 1, 0, 24 * 60 * MIN)])
ALL: dict[str, Any] = {
    "satisfaction": {
        "by_wait": {"10 min": "80 %", "60 min": "30 %", "never": "10 %"},
        "not_solved": "50 %",
        "further_attempt": "90 %",
        "gave_up": "70 %",
    },
    "score": {"by_wait": {"10 min": 4.0, "60 min": 2.0, "never": 1.0}, "further_attempt": "50 %"},
    "nps": {
        "promoters": {"10 min": "60 %", "60 min": "10 %", "never": "0 %"},
        "detractors": {"10 min": "20 %", "60 min": "70 %", "never": "90 %"},
        "further_attempt": "50 %",
    },
    "churn": {
        "unanswered": "40 %", "not_solved": "25 %", "late": "12 %", "late_after": "30 min", "repeated": "9 %",
        "answered": "5 %",
    },
    "loyalty": {"within": "30 min", "answered": "18 %", "late": "4 %", "unanswered": "1 %"},
    "shaming": {"after": "30 min", "chance": "38 %"},
    "sale": {"per_talk": "4 %"},
}  # fmt: skip


def effects(**kinds: Any) -> Effects:
    return Effects.model_validate(kinds or ALL)


def measures(cases: list[ToldCase], assumed: Assumed | None) -> Measures:
    workload, trace = told(("mail", "phone"), cases, until=24 * 60 * MIN)
    return measure(workload, trace, ROSTER, RULES, PERIODS, assumed=assumed)


def report(cases: list[ToldCase], **kinds: Any) -> Report:
    one = effects(**kinds)
    return Report.of([measures(cases, Assumed({"mail": one, "phone": one}))])


THREE = [
    answered("phone", 0, 5 * MIN, 20 * MIN),
    abandoned("phone", 1, 10 * MIN),
    waiting("mail", 2),
    ToldCase(
        "phone", 15 * MIN, Outcome.ANSWERED, (ToldTurn(15 * MIN, 20 * MIN + 1, 30 * MIN, 0),), follows=(1, "retry")
    ),
]
"""Answered after 5 min; answered after 20 min, on the second call; never answered."""


def test_three_customers_worked_by_hand():
    """5 min: 80 %. 20 min, a fifth of the way from 10 to 60: 70 %, × 90 % for the second call. Never: 10 %."""
    found = report(THREE)
    assert found.estimate("csat").value == pytest.approx((0.8 + 0.7 * 0.9 + 0.1) / 3)
    assert found.estimate("csat_of_answered").value == pytest.approx((0.8 + 0.63) / 2)
    # 4; a fifth down to 3.6, half of what is above 1 for the second call: 2.3; and 1.
    assert found.estimate("mean_score").value == pytest.approx((4 + 2.3 + 1) / 3)
    assert found.estimate("promoters").value == pytest.approx((0.6 + 0.5 * 0.5 + 0) / 3)
    # No detractors: 80 %; 70 % × 50 %; 10 %.
    assert found.estimate("detractors").value == pytest.approx((0.2 + 0.65 + 0.9) / 3)
    assert found.estimate("nps").value == pytest.approx(100 * (0.85 - 1.75) / 3)
    assert found.estimate("customers_churned").value == pytest.approx(0.05 + 0.09 + 0.40)
    assert found.estimate("churn").value == pytest.approx(0.54 / 3)
    assert found.estimate("customers_won").value == pytest.approx(0.18 + 0.18 + 0.01)
    assert found.estimate("customers_shaming").value == pytest.approx(0 + 0 + 0.38)
    assert found.estimate("talks").value == 2 and found.estimate("sales").value == pytest.approx(0.08)
    assert found.estimate("share_customers_answered").value == pytest.approx(2 / 3)
    assert found.estimate("share_customers_solved").value == pytest.approx(2 / 3)
    assert found.estimate("contacts_per_customer").value == pytest.approx(4 / 3)


def test_a_customer_belongs_to_the_queue_and_interval_of_the_first_contact():
    found = report(THREE)
    assert found.rows("queue") == ("mail", "phone")
    churned = found.figure("customers_churned", of="queue").value[:, 0]
    assert churned.tolist() == pytest.approx([0.40, 0.14])
    late = [abandoned("phone", 50 * MIN, 55 * MIN)]
    late += [
        ToldCase("mail", 70 * MIN, Outcome.ANSWERED, (ToldTurn(70 * MIN, 71 * MIN, 80 * MIN, 0),), follows=(0, "retry"))
    ]
    by_hour = report(late).figure("customers_won", of="queue", by="hour").value
    assert by_hour[1, 0] == pytest.approx(0.18) and by_hour.sum() == pytest.approx(0.18)


def test_the_first_of_the_reasons_to_leave_counts():
    who = customers(
        (NEVER, False, False, 3), (5, False, False, 2), (31, False, True, 2), (5, True, True, 2), (5, False, True, 2),
        (30, False, True, 1),
    )  # fmt: skip
    churn = effects().churn
    assert churn is not None
    assert leaving(who, churn).tolist() == [0.40, 0.25, 0.12, 0.12, 0.09, 0.05]
    bare = effects(churn={"unanswered": "40 %"}).churn
    assert bare is not None
    assert leaving(who, bare).tolist() == [0.40, 0, 0, 0, 0, 0]


def test_an_answer_after_giving_up_is_never_quick():
    who = customers((5, True, False, 1), (30, False, True, 1), (31, False, True, 1), (NEVER, False, False, 1))
    loyalty, shame = effects().loyalty, effects().shaming
    assert loyalty is not None and shame is not None
    assert staying(who, loyalty).tolist() == [0.04, 0.18, 0.04, 0.01]
    assert shaming(who, shame).tolist() == [0.38, 0, 0.38, 0.38]


def test_every_factor_applies_once_and_an_answer_is_never_worth_less_than_none():
    rating = effects().satisfaction
    assert rating is not None
    who = customers((10, True, False, 3), (60, False, False, 1), (60, True, False, 9), (NEVER, False, False, 9))
    expected = [0.8 * 0.5 * 0.9**2 * 0.7, 0.3 * 0.5, 0.10, 0.10]  # the third: 0.3 · 0.5 · 0.9⁸ · 0.7 = 0.045 < 0.10
    assert rated(who, rating, rating.by_wait).tolist() == pytest.approx(expected)


def test_outcomes_of_a_queue_concern_its_customers_only():
    phone, mail = effects(shaming=ALL["shaming"]), effects(churn=ALL["churn"])
    found = Report.of([measures(THREE, Assumed({"mail": mail, "phone": phone}))])
    assert found.estimate("churn").value == found.estimate("churn", "mail", of="queue").value == pytest.approx(0.4)
    assert np.isnan(found.estimate("churn", "phone", of="queue").value)
    assert np.isnan(found.estimate("shaming", "mail", of="queue").value)
    assert "csat" not in found.metrics and found.estimate("customers").value == 3


def test_a_message_passed_to_the_phone_is_a_talk_on_the_phone_once():
    turns = (
        ToldTurn(0, 1, 2, 0), ToldTurn(10, 20, 30, 0, queue="phone"), ToldTurn(40, 50, 60, 0, queue="phone"),
    )  # fmt: skip
    cases = [
        ToldCase("mail", 0, Outcome.ANSWERED, turns),
        abandoned("phone", 3, 10),
        ToldCase("phone", 4, Outcome.TRIAGED, (ToldTurn(4, 5, 6, 0),), needs_reply=False),
    ]
    found = report(cases)
    assert found.figure("talks", of="queue").value[:, 0].tolist() == [0, 1]
    assert found.figure("sales", of="queue").value[:, 0].tolist() == pytest.approx([0, 0.04])


def test_without_assumptions_there_is_no_figure_and_no_table():
    bare = Report.of([measures(THREE, None)])
    known = {metric.name for kinds in (*OUTCOMES.values(), EXPERIENCE) for metric in kinds}
    assert not known & set(bare.metrics)
    full = report(THREE)
    assert known < set(full.metrics)
    for name, metric in bare.metrics.items():  # and with them no other figure changes
        of = "total"
        assert np.array_equal(bare.figure(name, of=of).value, full.figure(name, of=of).value, equal_nan=True), metric
    with pytest.raises(TableError, match="outcomes"):
        Report.of([measures(THREE, None), measures(THREE, Assumed({"mail": effects(), "phone": effects()}))])


def test_every_kind_has_metrics_and_every_metric_tables():
    assert tuple(OUTCOMES) == KINDS
    tables = measures(THREE, Assumed({"mail": effects(), "phone": effects()})).queue_tables
    for metric in (*EXPERIENCE, *(metric for metrics in OUTCOMES.values() for metric in metrics)):
        assert set(metric.tables) <= set(tables), metric.name
        assert tables[metric.numerator].dtype == np.int64


def test_sums_are_exact_in_any_order():
    """A third of a customer, ninety times, in one run or in ninety: the same whole number of millionths."""
    kinds = {"shaming": {"after": "1 min", "chance": "33.3333 %"}}
    many = measures(
        [waiting("mail", n) for n in range(90)], Assumed(dict.fromkeys(("mail", "phone"), effects(**kinds)))
    )
    assert many.queue_tables["shaming_parts"].sum() == 90 * 333_333
    assert PARTS == 1_000_000


def customers(*rows: tuple[int, bool, bool, int]) -> Experience:
    """Wait in minutes, gave up, solved, contacts."""
    wait, gave_up, solved, contacts = zip(*rows, strict=True)
    minutes = np.array(wait)
    return Experience(
        np.arange(len(rows)),
        np.where(minutes == NEVER, NEVER, minutes * MIN),
        np.array(gave_up),
        np.array(solved),
        np.array(contacts),
    )


percent = st.integers(0, 100)
falling = st.lists(percent, min_size=3, max_size=3).map(lambda values: sorted(values, reverse=True))
minutes = st.integers(0, 3000)


@st.composite
def monotone(draw: st.DrawFn) -> Effects:
    """Figures by which nobody is better off with a later answer, or with none."""
    early, late = sorted(draw(st.sets(minutes, min_size=2, max_size=2)))
    names = (f"{early} min", f"{late} min", "never")

    def curve(values: list[int]) -> dict[str, str]:
        return {name: f"{value} %" for name, value in zip(names, values, strict=True)}

    promoters = draw(falling)
    others = [max(pair) for pair in zip(promoters, draw(falling), strict=True)]
    factors = {key: f"{draw(percent)} %" for key in ("not_solved", "further_attempt", "gave_up")}
    most, more, some = (f"{value} %" for value in draw(falling))
    return effects(
        satisfaction={"by_wait": curve(draw(falling)), **factors},
        nps={"promoters": curve(promoters), "detractors": curve([100 - x for x in others]), **factors},
        churn={"unanswered": most, "late": more, "late_after": "1 h", "answered": some},
        loyalty={"within": "1 h", "answered": most, "late": more, "unanswered": some},
        shaming={"after": "1 h", "chance": f"{draw(percent)} %"},
    )


def good_of(who: Experience, assumed: Effects) -> np.ndarray:
    """Everything a brand would like more of, by row; shape (n_kinds, n_customers)."""
    rating, nps, churn, loyalty, shame = (
        assumed.satisfaction, assumed.nps, assumed.churn, assumed.loyalty, assumed.shaming
    )  # fmt: skip
    assert rating and nps and churn and loyalty and shame
    promoters, others = rated(who, nps, nps.promoters), not_detracting(who, nps, nps.detractors)
    assert (promoters <= others + 1e-9).all()
    return np.array(
        [
            rated(who, rating, rating.by_wait),
            promoters,
            others,
            1 - leaving(who, churn),
            staying(who, loyalty),
            1 - shaming(who, shame),
        ]
    )


@settings(deadline=None)
@given(monotone(), st.sets(minutes, min_size=2, max_size=2), st.booleans(), st.booleans(), st.integers(1, 10))
def test_where_tables_fall_a_faster_answer_is_never_worse(assumed, waits, gave_up, solved, contacts):
    """And any answer at least as good as none."""
    early, late = sorted(waits)
    rest = (gave_up, solved, contacts)
    good = good_of(customers((early, *rest), (late, *rest), (NEVER, False, False, contacts)), assumed)
    assert ((good >= 0) & (good <= 1)).all()
    assert (good[:, 0] >= good[:, 1] - 1e-12).all()
    assert (good[:, 1] >= good[:, 2] - 1e-12).all()


@settings(max_examples=30, deadline=None)
@given(monotone(), st.lists(st.tuples(st.integers(1, 600), st.floats(0, 1)), min_size=1, max_size=6))
def test_answering_every_customer_sooner_never_lowers_csat(assumed, waits):
    def csat(share: bool) -> float:
        took = [max(1, round(minutes * MIN * (sooner if share else 1))) for minutes, sooner in waits]
        cases = [answered("mail", n, n, n + ms) for n, ms in enumerate(took)]
        one = Report.of([measures(cases, Assumed({"mail": assumed, "phone": assumed}))])
        return one.estimate("csat").value

    assert csat(True) >= csat(False) - 1e-6

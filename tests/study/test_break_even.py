"""A bot against people in the hours in which it is alone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from careplan.engine.rules import rules_of
from careplan.errors import CareplanError
from careplan.reporting.break_even import break_even_text
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.staffing import as_written
from careplan.study.break_even import BreakEven, _desk, _fewest, _rules_without, break_even
from careplan.study.replicate import played
from careplan.units import HOUR_MS
from tests.cli.tiny import TINY

BOT = "bots: {greeter: {time: 30 s, containment: 40 %, fee: {per_session: 0.10 EUR, per_month: 30.4375 EUR}}}\n"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """People from 08:00 to 18:00 at 20 EUR; a bot round the clock."""
    path: Path = tmp_path_factory.mktemp("duel") / "tiny.yaml"
    text = TINY.replace("    turns:", "    bots: [greeter]\n    turns:", 1).replace("{always: 1, desk: 1}", "{desk: 2}")
    path.write_text(text + BOT, encoding="utf-8")
    return read_scenario(path)


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> BreakEven:
    return break_even(scenario, replications=3)


def test_the_hours_are_those_without_people(found):
    assert found.hours == Decimal("28.00")  # 2 days × 14 h
    assert (found.bot, found.group, found.goal) == ("greeter", "care", "Quick")


def test_people_cost_their_paid_hours_and_equal_fees_make_both_equal(found):
    for one in found.by_volume:
        assert one.people is not None and one.people >= 1
        assert one.wages == one.people * Decimal("700.00")  # 28 h ÷ 0.8 × 20
        assert one.fees.value == pytest.approx(2.0 + 0.10 * one.sessions.value)  # two days of the month's fee
        at_that_fee = 2.0 + one.fee_of_equal_cost.value * one.sessions.value
        assert at_that_fee == pytest.approx(float(one.wages))
        assert one.bot_is_cheaper is (one.fees.high < one.wages)


def test_of_one_replication_nobody_is_said_to_be_cheaper(scenario):
    """It has no interval."""
    one = break_even(scenario, replications=1)
    assert {duel.bot_is_cheaper for duel in (*one.by_volume, *one.by_containment)} == {None}


def test_where_no_number_of_people_does_nothing_is_compared_and_it_is_said(found):
    alone = replace(found.by_volume[-1], people=None, wages=None, fee_of_equal_cost=None)
    assert alone.bot_is_cheaper is None and alone.to_dict()["bot_is_cheaper"] is None
    text = break_even_text(replace(found, by_volume=(*found.by_volume[:-1], alone)), "EUR", 80)
    said = " ".join(text.split())
    assert "At volume × 4 no number of people tried gives this service." in said
    assert "more than tried" in said and "it cannot be told at volume × 4" not in said
    nobody = replace(found, by_volume=(alone,), by_containment=(alone,))
    assert "cheaper" not in break_even_text(nobody, "EUR", 80).rsplit("\n\n", 1)[-1]


def test_less_containment_answers_fewer_and_takes_no_more_people(found):
    shares = [one.in_time.value for one in found.by_containment]
    assert shares == sorted(shares)
    assert [one.people for one in found.by_containment] == sorted(one.people for one in found.by_containment)


@pytest.mark.parametrize("need", [0, 1, 2, 3, 7, 40, 64])
def test_the_fewest_people_are_found(need):
    assert _fewest(lambda people: people >= need) == need
    assert _fewest(lambda _: False) is None


def test_where_people_are_always_there_nothing_is_compared(scenario):
    with pytest.raises(CareplanError, match="whenever greeter is on"):
        break_even(scenario.with_changes({"groups.care.headcount": 1}), replications=1)
    with pytest.raises(CareplanError, match="no queue lists a bot"):
        break_even(scenario.with_changes({"queues.chats.bots": []}), replications=1)


def test_where_people_sit_by_night_the_bot_works_on_by_day(scenario):
    desk = _desk(scenario, as_written(scenario), None)
    rules = _rules_without(desk, scenario)
    on = list(zip(rules.bot_on.tolist(), rules.bot_off.tolist(), strict=True))
    always = rules_of(scenario)
    assert len(always.bot_on) == 1 and rules.bot_start.tolist() == [0, len(on)]
    assert all(sum(min(b, d) - max(a, c) for c, d in on if c < b and d > a) == 0 for a, b in desk.windows)
    by_day = [(b, c) for (_, b), (c, _) in itertools.pairwise(desk.windows)]  # 08:00 to 18:00
    assert set(by_day) <= set(on) and {c - b for b, c in by_day} == {10 * HOUR_MS}


def test_more_customers_have_as_many_times_the_people_by_day(scenario, monkeypatch):
    """Else the people of the night would work off what the day left."""
    at_noon = set()

    def watched(world, roster, *rest, **more):
        noon = world.clock.horizon_from + 12 * HOUR_MS
        at_noon.add(int(((roster.spell_on <= noon) & (noon < roster.spell_off)).sum()))
        return played(world, roster, *rest, **more)

    monkeypatch.setattr("careplan.study.break_even.played", watched)
    break_even(scenario, replications=1)
    assert at_noon == {2, 4, 8}

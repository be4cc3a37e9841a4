"""Targets with a name of their own, on runs told by hand (minutes)."""

from __future__ import annotations

import math

import pytest

from careplan.engine.contract import Group, Queue, Rules
from careplan.errors import TableError
from careplan.metrics.named import chance, facebook_badge, socially_devoted, whatsapp_window
from careplan.metrics.periods import Periods
from careplan.trace.tables import Outcome
from careplan.units import DAY_MS
from careplan.units import MINUTE_MS as MIN
from tests.trace.told import ToldCase, ToldTurn, answered, told, waiting

RULES = Rules.of(queues={"page": Queue(is_live=False)}, groups={"care": Group(skills={"page": 1})})
WEEK = Periods.uniform(7, DAY_MS)


def verdict(target, cases):
    workload, trace = told(("page",), cases, until=20 * DAY_MS)
    return target(workload, trace, RULES, WEEK, ["page"])


def replies(minutes: list[int]) -> list[ToldCase]:
    return [answered("page", 0, 0, m * MIN) for m in minutes]


def test_socially_devoted_wants_65_percent_and_a_mean_of_30_minutes():
    cases = [*replies([20] * 12 + [150]), *[waiting("page", 0)] * 7]
    found = verdict(socially_devoted, cases)
    assert found.figures["response_rate"] == 13 / 20
    assert found.figures["mean_first_response_ms"] == 30 * MIN
    assert found.is_met
    assert not verdict(socially_devoted, [*cases, waiting("page", 0)]).is_met
    assert not verdict(socially_devoted, [*replies([20] * 12 + [151]), *[waiting("page", 0)] * 7]).is_met


def test_without_a_question_nobody_is_devoted():
    found = verdict(socially_devoted, [])
    assert not found.is_met and math.isnan(found.figures["response_rate"])


def test_the_badge_looks_at_the_fastest_nine_in_ten():
    """Nine replies of 15 min and one of a day: the slowest tenth is forgiven; an unanswered eleventh is not."""
    cases = replies([15] * 9 + [24 * 60])
    assert verdict(facebook_badge, cases).is_met
    assert verdict(facebook_badge, cases).figures["mean_of_fastest_ms"] == 15 * MIN
    assert not verdict(facebook_badge, replies([16] * 9 + [24 * 60])).is_met
    assert verdict(facebook_badge, [*cases, waiting("page", 0)]).figures["threads_replied"] == 10 / 11
    assert not verdict(facebook_badge, [*cases, waiting("page", 0), waiting("page", 0)]).is_met


def test_a_thread_is_new_again_after_24_silent_hours():
    def case(silent: int) -> ToldCase:
        turns = (ToldTurn(0, 0, 5 * MIN, 0), ToldTurn(5 * MIN + silent))
        return ToldCase("page", 0, Outcome.OPEN, turns)

    assert verdict(facebook_badge, [case(DAY_MS)]).figures["threads_replied"] == 0.5
    assert verdict(facebook_badge, [case(DAY_MS - 1)]).figures["threads_replied"] == 1.0


def test_an_answer_after_24_hours_takes_a_template():
    turns = (ToldTurn(0, 0, DAY_MS, 0), ToldTurn(2 * DAY_MS, 3 * DAY_MS, 3 * DAY_MS + 1, 0))
    cases = [ToldCase("page", 0, Outcome.ANSWERED, turns), waiting("page", 5)]
    found = verdict(whatsapp_window, cases)
    assert found.figures == {"answers": 2.0, "templates": 1.0}
    assert not found.is_met
    assert verdict(whatsapp_window, replies([24 * 60])).is_met


def test_only_the_queues_named_and_the_time_measured_count():
    late = answered("page", 7 * DAY_MS, 7 * DAY_MS, 9 * DAY_MS)
    assert verdict(socially_devoted, [*replies([5]), late]).figures["mean_first_response_ms"] == 5 * MIN
    workload, trace = told(("page",), replies([5]), until=DAY_MS)
    with pytest.raises(TableError, match="known queues: page"):
        socially_devoted(workload, trace, RULES, WEEK, ["pgae"])


def test_over_replications_there_is_a_chance():
    found = chance([verdict(socially_devoted, replies([m])) for m in (10, 20, 40)])
    assert found.value == pytest.approx(2 / 3) and found.n == 3

"""The first headcount, and the load it is made from."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.contract import Group, Queue, Rules
from careplan.metrics.load import multiple_of, seats_of
from careplan.metrics.scorecard import Goal
from careplan.planning.seed import agent_time, first_headcount, homes_of, plenty
from careplan.trace.tables import Outcome
from careplan.units import HOUR_MS
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, PHONE, effort_of

GOAL = Goal("t", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
RATES = [2.0, 4.0, 8.0, 4.0]


def test_with_plenty_nobody_waits() -> None:
    effort = effort_of({"calls": RATES}, PHONE, [GOAL], patience_min=1)
    headcount, traces = plenty(effort.bench, effort.limits)
    for trace in traces:
        assert (trace.turn_started_at == trace.turn_queued_at).all()
        assert (trace.case_outcome == Outcome.ANSWERED).mean() > 0.9  # the others are at work when the run ends
    assert (headcount == headcount[0, 0]).all()


def test_the_load_is_the_work_that_comes_in() -> None:
    effort = effort_of({"questions": RATES}, MESSAGES, [GOAL], replications=40)
    assert effort.load.turns.shape == (1, 4)
    assert effort.load.turns[0] == pytest.approx(RATES, rel=0.25)
    assert effort.load.work_ms.sum() == pytest.approx(effort.bench.work_ms)
    assert np.isinf(effort.load.patience_s).all()


def test_the_first_headcount_carries_the_load_everywhere() -> None:
    effort = effort_of({"questions": RATES}, MESSAGES, [GOAL])
    first = first_headcount(effort.load, effort.rules, [GOAL], effort.limits)
    assert (first[0] * HOUR_MS >= effort.load.work_ms[0]).all()
    assert first[0, 2] > first[0, 0]


def rules_of(**groups: Group) -> Rules:
    return Rules.of(queues={"chat": Queue(is_live=True, concurrency=3), "mail": Queue(is_live=False)}, groups=groups)


def test_several_at_once_are_as_fast_as_the_pace_table_says() -> None:
    """Three chats at once, each at 45 %: 1.35 times the work of one at a time; two at 60 %: 1.2 times."""
    rules = rules_of(care=Group(skills={"chat": 1, "mail": 1}, pace=(1000, 600, 450)))
    assert (seats_of(rules, 0, 0), seats_of(rules, 0, 1)) == (3, 1)
    assert (multiple_of(rules, 0, 0), multiple_of(rules, 0, 1)) == (1.35, 1.0)
    slow = rules_of(care=Group(skills={"chat": 1}, pace=(1000, 500, 300)))
    assert multiple_of(slow, 0, 0) == 1.0
    effort = effort_of({"questions": RATES}, MESSAGES, [GOAL])
    assert agent_time(effort.load, effort.rules, 0, 0) == pytest.approx(effort.load.work_ms[0])


def test_a_queue_goes_to_the_group_that_serves_it_at_the_least_cost() -> None:
    rules = rules_of(
        both=Group(skills={"chat": 1, "mail": 1}),
        fast=Group(skills={"mail": (1, 2000)}),
        none=Group(skills={"mail": 1}),
    )
    assert homes_of(rules, np.array([10.0, 15.0, 10.0])).tolist() == [0, 1]
    assert homes_of(rules, np.array([10.0, 25.0, 10.0])).tolist() == [0, 0]
    assert homes_of(rules_of(none=Group(skills={"mail": 1})), np.array([1.0])).tolist() == [-1, 0]

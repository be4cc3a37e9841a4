"""The multi-skill trap: two queues that need ten agents each are not covered by ten agents who can do both.

Each queue has 40 calls an hour of ten minutes, 6.67 erlangs. Alone it takes ten agents to answer 80 % within 20 s
(Erlang C: 84.4 %, nine 71.0 %). Both together are 13.33 erlangs: ten agents, counted for each queue, look as if they
did, and the queue grows for ever; pooled it takes 18 (85.8 %, 17 answer 77.2 %).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import careplan as cp
from careplan.planning.erlang_c import ErlangC
from careplan.planning.plan import StaffPlan
from careplan.scenario.models import Scenario
from tests.planning.scenarios import scenario_of

FLEXIBLE = """
careplan: 1
name: trap
calendar: {zone: UTC, start: 2026-03-02, horizon: 1 day, warm_up: 1 day, run_off: 2 h, interval: 1 h}
channels: {phone: {kind: live}}
queues:
  left: {channel: phone, volume: 40 per hour, handle_time: {exponential: {mean: 10 min}}, patience: never}
  right: {channel: phone, volume: 40 per hour, handle_time: {exponential: {mean: 10 min}}, patience: never}
groups:
  both: {skills: [left, right], wage: 20 EUR per hour, shift_rules: {lengths: 8 h, start_every: 8 h}}
targets:
  - {name: left, queues: [left], answer: 80 % within 20 s, over: day}
  - {name: right, queues: [right], answer: 80 % within 20 s, over: day}
run: {seed: 3, min_spell: 24 h}
"""


def world(groups: dict[str, list[str]] | None = None) -> Scenario:
    """The trap, with these groups and their skills instead of one group that can do both."""
    if groups is None:
        return scenario_of(FLEXIBLE)
    return scenario_of(
        FLEXIBLE, groups={name: {"skills": skills, "wage": "20 EUR per hour"} for name, skills in groups.items()}
    )


@cache
def flexible_plan() -> StaffPlan:
    return cp.staff(world(), cover_nights=False)


def test_erlang_says_ten_for_each_queue_alone_and_eighteen_for_both() -> None:
    alone = {n: ErlangC(40.0, 600.0, n).service_level(20) for n in (9, 10)}
    both = {n: ErlangC(80.0, 600.0, n).service_level(20) for n in (10, 17, 18)}
    assert alone[9] < 0.8 <= alone[10] and both[17] < 0.8 <= both[18]
    assert both[10] == 0.0  # more work comes in than ten can do


def test_ten_agents_who_can_do_both_answer_nobody_in_time() -> None:
    scenario = world().with_changes({"groups.both.headcount": 10})
    assert [one.overall.value < 0.02 for one in cp.replicate(scenario, replications=5).scorecard] == [True, True]


def test_staffing_counts_an_agent_who_can_do_both_once() -> None:
    plan = flexible_plan()
    assert plan.holds and (plan.headcount == 18).all()


def test_staffing_takes_ten_for_each_queue_where_nobody_can_do_both() -> None:
    plan = cp.staff(world({"left": ["left"], "right": ["right"]}), cover_nights=False)
    assert plan.holds and (plan.headcount == 10).all()


def test_staffing_of_three_groups_is_neither_the_one_nor_dearer_than_the_other() -> None:
    """Some can do both, others one: from 18 agents to twice ten."""
    plan = cp.staff(world({"left": ["left"], "right": ["right"], "both": ["left", "right"]}), cover_nights=False)
    assert plan.holds and 18 <= plan.headcount.sum(axis=0).min() <= plan.headcount.sum(axis=0).max() <= 20


@pytest.mark.parametrize("road", ["a", "b"])
def test_both_roads_to_shifts_count_an_agent_who_can_do_both_once(road: str) -> None:
    (plan,) = cp.shifts(world(), road=road, judge_replications=100)  # type: ignore[arg-type]
    assert plan.road == road and plan.holds
    assert plan.on_duty.sum(axis=0).min() > 13.4  # every eight hours more than the work that comes in
    assert 17 <= float(np.mean(plan.on_duty.sum(axis=0))) <= 19  # road a covers the dearest of eight hours

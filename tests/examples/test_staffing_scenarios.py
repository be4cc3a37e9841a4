"""``staff`` answers for every shipped scenario; here for small variants of their worlds, to keep the suite quick."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from careplan.planning.plan import StaffPlan
from careplan.planning.staff import staff
from tests.examples.shipped import scenario_of

HOURLY = "calendar.interval=60 min"
SMALL = {
    "socially-devoted": {"facebook-questions": 900, "x-questions": 500},
    "social-versus-phone": {"phone-questions": 600, "social-4": 600, "social-6": 600, "social-8": 600},
    "bot-overnight": {"bills": 500, "readings": 300, "outages": 100},
    "badges": {"facebook-messages": 500, "x-questions": 300, "whatsapp-orders": 400},
    "impatient-customers": {"chat-questions": 450, "facebook-questions": 750, "x-complaints": 300},
}
"""Cases a week by queue, where the scenario has a total; about a fifth of what is written."""


def variant(name: str) -> tuple[str, ...]:
    """Return the overrides that make a scenario small."""
    if name == "city-311":
        return ("calendar.horizon=1 week",)
    return (HOURLY, *(f"queues.{queue}.volume.per_week={cases}" for queue, cases in SMALL[name].items()))


@lru_cache(maxsize=8)
def plan_of(name: str) -> StaffPlan:
    """Return the plan of a small variant, found in a quick look and judged on few replications."""
    scenario = scenario_of(name, *variant(name))
    return staff(scenario, replications=2, judge_replications=3, cover_nights=False, effort=0.1)


@pytest.mark.parametrize("name", [*SMALL, "city-311"])
def test_staff_finds_a_plan_that_holds_on_fresh_replications(name: str) -> None:
    plan, scenario = plan_of(name), scenario_of(name, *variant(name))
    assert plan.holds and not plan.is_partial
    assert [whole.name for whole in plan.targets] == [target.name for target in scenario.targets]
    assert plan.headcount.shape == (len(scenario.groups), len(plan.labels))
    assert plan.agents_at_peak >= 1
    assert plan.cost_a_week is not None and plan.cost_a_week > 0
    assert set(plan.provenance.replications).isdisjoint(plan.search_replications)


def test_one_desk_by_phone_takes_more_hours_than_any_by_messages() -> None:
    plan = plan_of("social-versus-phone")
    hours = dict(zip(plan.groups, plan.headcount.sum(axis=1), strict=True))
    assert all(hours["phone"] > hours[desk] for desk in ("social-4", "social-6", "social-8"))


def test_phone_has_an_erlang_figure_beside_it_and_messages_say_why_not() -> None:
    figures = {figure.queue: figure for figure in plan_of("social-versus-phone").formulas}
    assert figures["phone-questions"].name == "Erlang A"
    assert figures["social-8"].name is None and figures["social-8"].why_not


def test_the_citys_line_is_never_left_alone_while_it_is_open() -> None:
    plan = plan_of("city-311")
    hour = np.array([int(label[-5:-3]) for label in plan.labels])
    open_hours = (hour >= 7) & (hour < 22)
    assert plan.headcount[0, open_hours].min() >= 2


def test_the_brand_needs_people_at_other_hours_than_it_has_them() -> None:
    """As written nobody is there in the evening or at weekends: half an hour is not kept from nine to five."""
    plan = plan_of("socially-devoted")
    hour = np.array([int(label[-5:-3]) for label in plan.labels])
    office = (hour >= 9) & (hour < 17)
    assert plan.headcount[0, ~office].sum() > 0.25 * plan.headcount.sum()


def test_three_named_targets_at_once_take_people_at_night_and_at_weekends() -> None:
    plan = plan_of("badges")
    assert plan.all_at_once is not None
    assert plan.all_at_once.chance.value <= min(whole.chance.value for whole in plan.targets)
    day = np.arange(len(plan.labels)) // 24
    assert plan.headcount[0, day >= 5].sum() > 0.15 * plan.headcount.sum()
    hour = np.array([int(label[-5:-3]) for label in plan.labels])
    assert plan.headcount[0, (hour < 9) | (hour >= 18)].sum() > 0.3 * plan.headcount.sum()

"""The levers of the shipped scenario go the way its head says; on a small variant, to keep the suite quick."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from careplan.executor import Workers
from careplan.planning.trials import Kept, kept, trial
from tests.examples.shipped import scenario_of

SMALL = (
    "calendar.horizon=1 day",
    "calendar.interval=60 min",
    *(f"targets.{number}.over=day" for number in range(3)),
)
START = {"care": np.repeat([1, 6, 4], [8, 14, 2])}
"""A staffing that is about right for a Monday, by the hour."""


@lru_cache(maxsize=8)
def hours_with(name: str) -> float:
    """Return the paid hours a week of a quick plan with a lever; without a name, as things are."""
    scenario = scenario_of("levers", *SMALL)
    with Workers() as workers:
        return trial(scenario.with_lever(name) if name else scenario, 1, 0, START, workers).hours


@lru_cache(maxsize=8)
def kept_with(name: str) -> Kept:
    """Return what the staffing above comes to with a lever."""
    scenario = scenario_of("levers", *SMALL)
    with Workers() as workers:
        return kept(scenario.with_lever(name) if name else scenario, 1, START, 10, workers)


def test_every_lever_has_a_source_and_every_kind_of_lever_is_there() -> None:
    found = scenario_of("levers").levers
    assert all(lever.source for lever in found.values())
    assert found["knowledge base"].first_contact_resolution == 0.05
    assert found["new people"].ramp is not None
    assert found["a fifth of the calls to chat"].move
    assert {path.split(".")[0] for lever in found.values() for path in lever.changes or ()} == {
        "bots", "queues", "groups", "calendar",
    }  # fmt: skip


def test_suggested_answers_save_people_and_new_people_take_more() -> None:
    assert hours_with("suggested answers") < hours_with("") < hours_with("new people")


def test_a_phone_that_waits_its_turn_is_answered_late_with_the_same_people() -> None:
    gained = {goal.name: by for goal, by in kept_with("phone waits its turn").gained(kept_with(""))}
    assert gained["Phone"].high is not None and gained["Phone"].high < -0.1


def test_with_the_same_people_suggested_answers_answer_more_in_time() -> None:
    gained = {goal.name: by for goal, by in kept_with("suggested answers").gained(kept_with(""))}
    assert gained["Messages"].low is not None and gained["Messages"].low > 0

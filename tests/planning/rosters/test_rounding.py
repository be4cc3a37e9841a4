"""What points rosters can have."""

from __future__ import annotations

import pytest

from careplan.planning.rosters.rounding import Steps
from tests.planning.rosters.test_assign import EARLY, LATE, desk, needs
from tests.planning.rosters.test_exchanging import numbers

TWO = {
    "Ana": {"group": "care", "contract": "24 h", "wishes": [{"off": "wed", "weight": 2}]},
    "Ben": {"group": "care", "contract": "24 h", "wishes": [{"off": "tue"}]},
}
WEEK = [[1, 0], [1, 1], [0, 1], [0, 1], [0, 0], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("weights", "step"),
    [
        ({}, 1.0),  # 5 of a day off alone, 8 of a shift short
        ({"hours": 5}, 5.0),
        ({"hours": 2.5, "day_off_alone": 2.5}, 2.5),
        ({"hours": 1 / 3}, 0.0),  # no whole hundredths
    ],
)
def test_points_are_whole_multiples_of_a_step(weights: dict[str, float], step: float) -> None:
    scenario = desk(TWO, weights=weights)
    assert Steps.of(numbers(scenario, needs(scenario, [EARLY, LATE], WEEK))).all == pytest.approx(step)


def test_where_every_hour_is_needed_an_hour_short_is_a_shift_uncovered() -> None:
    """Six shifts for 48 h: whoever is short of one leaves it uncovered, 800 points and 8. Else points are fives."""
    scenario = desk(TWO)
    steps = Steps.of(numbers(scenario, needs(scenario, [EARLY, LATE], WEEK)))
    assert (steps.full, steps.if_short) == (5.0, 808.0)
    assert steps.rounded_up(11.2) == 15.0
    assert steps.rounded_up(806.0) == 808.0  # 810 without anybody short, 808 with
    assert steps.rounded_up(808.5) == 809.0


def test_where_people_have_hours_to_spare_hours_short_are_part_of_the_points() -> None:
    scenario = desk(TWO)
    steps = Steps.of(numbers(scenario, needs(scenario, [EARLY, LATE], [[1, 0]] * 3 + [[0, 0]] * 4)))
    assert steps.if_short == 8.0
    assert steps.rounded_up(11.2) == 12.0


def test_hours_that_fit_no_shift_leave_nothing_known() -> None:
    people = {"Ana": {"group": "care", "contract": "20 h"}}
    scenario = desk(people)
    steps = Steps.of(numbers(scenario, needs(scenario, [EARLY], [[1]] * 3 + [[0]] * 4)))
    assert steps.if_short == 0.0

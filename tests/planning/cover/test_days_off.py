"""Days off and free weekends: the fewest people, against what Burns and Carter proved."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from careplan.planning.cover.cover import cover
from tests.planning.scenarios import PAGE, scenario_of


def burns_and_carter(weekday: int, weekend: int, free: Fraction) -> int:
    """The fewest people with two days off a week and this share of the weekends, six days in a row at most.

    Three bounds, the largest of which is reached: the busiest day, the days of a week ÷ 5, and those who work on a
    weekend ÷ the share of people who may (Burns and Carter, Management Science 31, 1985).
    """
    days, weekends = Fraction(5 * weekday + 2 * weekend, 5), weekend / (1 - free)
    return max(weekday, weekend, math.ceil(days), math.ceil(weekends))


@pytest.mark.parametrize(
    ("weekday", "weekend", "free", "people"),
    [
        (5, 5, "50 %", 10),  # the weekends: every second one off
        (8, 2, "75 %", 9),  # the days: 44 ÷ 5
        (6, 6, "25 %", 9),  # the days: 42 ÷ 5
        (3, 5, "50 %", 10),  # the weekends
        (9, 1, "0 %", 10),  # the days: 47 ÷ 5
        (2, 3, "66.6666666667 %", 9),  # the weekends: two of three off
    ],
)
def test_people_with_free_weekends_are_as_few_as_is_proven(weekday: int, weekend: int, free: str, people: int) -> None:
    share = Fraction(float(free.removesuffix(" %")) / 100).limit_denominator(100)
    assert burns_and_carter(weekday, weekend, share) == people
    scenario = scenario_of(
        PAGE,
        calendar__hours={"week": {"mon-fri": "09:00-17:00"}, "weekend": {"sat-sun": "09:00-17:00"}},
        groups__care__shrinkage="0 %",
        rosters={"days_in_a_row": 6},
        cover={
            "group": "care",
            "seats": {"week": weekday, "weekend": weekend},
            "weekly_hours": "40 h",
            "weekends_off": free,
        },
    )
    plan = cover(scenario, seconds=0.5)
    assert (plan.people, plan.is_proven) == (people, True)

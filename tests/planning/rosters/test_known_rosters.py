"""Rosters whose fewest people are known, and people who can do both of two things."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from careplan.planning.rosters.assign import Found, assigned
from careplan.planning.rosters.needs import Needs, Slot
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.units import HOUR_MS
from tests.planning.scenarios import PAGE, scenario_of

NINE_TO_FIVE = 9, 8


def office(people: dict[str, Any], **rules: Any) -> Scenario:
    nothing_else = {"hours": 0, "weekend": 0, "day_off_alone": 0, "start": 0}
    rosters = {**rules, "weights": nothing_else}
    return scenario_of(PAGE, groups__other={"skills": ["questions"]}, people=people, rosters=rosters)


def shifts_of(scenario: Scenario, days: list[dict[str, int]]) -> Needs:
    """So many people by day and group, from nine to five."""
    begin, length = NINE_TO_FIVE
    groups = sorted({group for day in days for group in day})
    slots = tuple(
        Slot(group, "09:00-17:00", begin * 60, length * HOUR_MS, ((0, length * HOUR_MS),)) for group in groups
    )
    variants = {}
    for number in range(len(days)):
        on = scenario.calendar.start + timedelta(days=number)
        at = scenario.clock.instant(datetime(on.year, on.month, on.day, begin))
        for k in range(len(slots)):
            variants[number, k] = [Laid(on, "full", ((at, at + length * HOUR_MS),), ())]
    table = np.array([[day.get(group, 0) for group in groups] for day in days], dtype=np.int64)
    return Needs(slots, table, variants)


def found(scenario: Scenario, days: list[dict[str, int]]) -> Found:
    assert scenario.rosters is not None
    wanted = shifts_of(scenario, days)
    return assigned(scenario, members_of(scenario.people), scenario.rosters, wanted, seconds=5.0, gap=0.9)


@pytest.mark.parametrize(
    ("weekday", "weekend", "free", "people"),
    [
        (4, 4, 2, 8),  # every second weekend off: 4 ÷ ½
        (4, 1, 0, 5),  # 22 days of work a week ÷ 5
        (3, 4, 1, 6),  # one weekend of four off: 4 ÷ ¾ is 5.33
    ],
)
def test_people_with_free_weekends_are_as_few_as_is_proven(weekday: int, weekend: int, free: int, people: int) -> None:
    """Burns and Carter, Management Science 31 (1985): two days off a week, so many weekends of four, six days in a row.

    The largest of the busiest day, the days of a week ÷ 5, and those of a weekend ÷ the share who may work on it.
    """
    days = [{"care": weekend if number % 7 > 4 else weekday} for number in range(28)]
    for there, uncovered in ((people, False), (people - 1, True)):
        staff = {"care": {"count": there, "contract": {"hours": "40 h", "most": "40 h"}}}
        answer = found(office(staff, weeks=4, weekends_at_most=4 - free), days)
        assert bool(answer.uncovered) is uncovered, (there, answer.uncovered)


def test_ten_people_who_can_do_both_are_no_ten_for_each() -> None:
    """Two groups need three each on five days: three people who can work in both cover half of it."""
    days = [{"care": 3, "other": 3}] * 5 + [{}] * 2
    both = {"care": {"count": 3, "contract": "40 h", "also": ["other"]}}
    assert found(office(both, weeks=1), days).uncovered == 15
    more = {"care": {"count": 6, "contract": "40 h", "also": ["other"]}}
    assert found(office(more, weeks=1), days).uncovered == 0

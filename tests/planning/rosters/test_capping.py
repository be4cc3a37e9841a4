"""Shifts beyond those that are needed: within the seats of a group and its starts of a day."""

from __future__ import annotations

from typing import Any

import pytest

from careplan.planning.rosters.assign import Found
from careplan.planning.rosters.checking import broken_rules
from careplan.planning.rosters.needs import Needs
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS
from tests.planning.rosters.test_assign import EARLY, LATE, found, needs
from tests.planning.scenarios import PAGE, scenario_of

WEEK = [[1, 1]] * 5 + [[0, 0]] * 2


def team(people: int, **room: Any) -> Scenario:
    """People with 40 h each; ``room`` are seats (``most``) and keys of the shift rules."""
    return scenario_of(
        PAGE,
        people={"care": {"count": people, "contract": "40 h"}},
        rosters={"weeks": 1},
        groups__care__most=room.pop("most", None),
        groups__care__shift_rules={"lengths": "8 h", **room},
    )


def hours(answer: Found) -> list[float]:
    return [sum(weeks) / HOUR_MS for weeks in answer.roster.hours(answer.scenario).values()]


def asked(scenario: Scenario, week: list[list[int]] = WEEK) -> tuple[Needs, Found]:
    wanted = needs(scenario, [EARLY, LATE], week)
    answer = found(scenario, wanted)
    assert broken_rules(answer.roster, scenario) == {}
    return wanted, answer


def test_where_there_is_room_people_fill_their_contracts() -> None:
    assert hours(asked(team(4))[1]) == [40] * 4


@pytest.mark.parametrize("room", [{"most": 1}, {"starts_a_day": 2}])
def test_without_a_seat_or_a_start_nobody_works_a_shift_that_is_not_needed(room: dict[str, int]) -> None:
    """Three people, two shifts a day: the third has no room, and hours short cost a point each."""
    _, answer = asked(team(3, **room))
    assert answer.uncovered == 0 and sum(hours(answer)) == 80
    assert answer.solver.cost == 40 >= answer.solver.bound
    assert [note for note in answer.notes if "that costs 40 points" in note and "no room" in note] == [*answer.notes]


def test_who_is_one_too_many_early_works_late_where_there_is_a_seat() -> None:
    """Two seats, four people: two early and two late on five days."""
    _, answer = asked(team(4, most=2))
    assert answer.solver.cost == 0 and hours(answer) == [40] * 4


def test_what_is_needed_beyond_the_seats_stays_needed_and_is_told() -> None:
    scenario = team(2, most=1)
    wanted = needs(scenario, [EARLY, LATE], [[2, 0]] + [[0, 0]] * 6)
    answer = found(scenario, wanted)
    assert answer.uncovered == 0
    assert [one.rule for one in broken_rules(answer.roster, scenario)["group care"]] == ["agents at once"]

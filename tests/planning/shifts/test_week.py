"""What a week of shifts keeps to: each rule with a schedule it allows and one it forbids; and hours nobody may work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from careplan.columns import IntArray
from careplan.errors import InfeasibleError
from careplan.planning.shifts.covering import cover
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.shifts.week import (
    cover_is_kept,
    enough_are_there,
    no_more_are_on_duty_than_there_are,
    no_more_begin_on_a_day_than_may,
    part_timers_are_few,
    week_rules,
)
from careplan.planning.staff import limits_of, world_of
from careplan.scenario.models import Scenario
from tests.planning.shifts.worlds import kinds_in, page_with

COVER = [
    {"name": "page", "answer": "90 % within 1 h", "over": "week"},
    {"name": "open", "cover": "24/7", "at_least": 2},
]


def world(**rules: Any) -> tuple[Scenario, Kinds]:
    """A page whose shifts of eight hours begin every eight hours: three a day."""
    scenario = page_with({"lengths": "8 h", "start_every": "8 h", **rules})
    return scenario, kinds_in(scenario)


def schedule(kinds: Kinds, people: dict[tuple[int, str], int]) -> IntArray:
    """People by day and the beginning of the words of a shift."""
    starts = np.zeros(kinds.n, dtype=np.int64)
    for (day, words), count in people.items():
        row = next(i for i, kind in enumerate(kinds.rows) if kind.day == day and kind.words.startswith(words))
        starts[row] = count
    return starts


def everywhere(kinds: Kinds, count: int) -> IntArray:
    return np.full(kinds.n, count, dtype=np.int64)


def test_no_more_people_begin_on_a_day_than_may() -> None:
    scenario, kinds = world(starts_a_day=3)
    rule = no_more_begin_on_a_day_than_may(scenario, "care", kinds)
    assert rule is not None
    assert rule.keeps(schedule(kinds, {(0, "00:00"): 1, (0, "08:00"): 2, (1, "08:00"): 3}))
    assert not rule.keeps(schedule(kinds, {(0, "00:00"): 2, (0, "08:00"): 2}))


def test_part_timers_are_a_share_of_a_week_at_most() -> None:
    scenario, kinds = world(part_time={"lengths": "4 h", "at_most": "25 %"})
    rule = part_timers_are_few(scenario, "care", kinds)
    assert rule is not None
    assert rule.keeps(schedule(kinds, {(0, "00:00-08:00"): 3, (1, "00:00-04:00"): 1}))
    assert not rule.keeps(schedule(kinds, {(0, "00:00-08:00"): 5, (1, "00:00-04:00"): 2}))


def test_enough_are_there_at_any_moment_breaks_aside() -> None:
    scenario, kinds = world(at_least=1, breaks=[{"for": "30 min", "from": "3 h"}])
    rule = enough_are_there(scenario, "care", kinds)
    assert rule is not None
    everybody = everywhere(kinds, 1)
    assert rule.keeps(everybody)
    everybody[4] = 0
    assert not rule.keeps(everybody)


def test_no_more_are_on_duty_than_there_are() -> None:
    scenario = page_with({"lengths": "8 h", "start_every": "4 h"}, groups__care__most=2)
    kinds = kinds_in(scenario)
    rule = no_more_are_on_duty_than_there_are(scenario, "care", kinds)
    assert rule is not None
    assert rule.keeps(schedule(kinds, {(0, "00:00"): 2, (0, "08:00"): 2}))
    assert not rule.keeps(schedule(kinds, {(0, "00:00"): 2, (0, "04:00"): 1}))


def test_cover_holds_at_any_moment_breaks_cut_out() -> None:
    """Two of three take their break in the same half of an hour: on average two are there, then only one."""
    staggered = [{"for": "30 min", "from": "3 h", "to": "3.5 h"}]
    scenario = page_with({"lengths": "8 h", "start_every": "8 h", "breaks": staggered}, targets=COVER)
    kinds = kinds_in(scenario)
    (cover_target,) = limits_of(scenario, world_of(scenario, 1)).covers
    rule = cover_is_kept(cover_target, kinds)
    first, second = everywhere(kinds, 0), everywhere(kinds, 0)
    first[0::2], second[1::2] = 1, 1
    assert rule.keeps(2 * (first + second)) and not rule.keeps(3 * first) and not rule.keeps(2 * first + second)


def rules_of(scenario: Scenario) -> str:
    kinds = kinds_in(scenario)
    with pytest.raises(InfeasibleError) as error:
        nothing = np.zeros(kinds.grid.n_intervals)
        cover(kinds, nothing, nothing, week_rules(scenario, kinds, limits_of(scenario, world_of(scenario, 1))))
    return str(error.value)


def test_no_night_work_clashes_with_cover_round_the_clock() -> None:
    said = rules_of(page_with({"lengths": "8 h", "start_every": "2 h", "night": "no"}, targets=COVER))
    assert "cover (open) asks for 2 where no legal shift reaches: 56 h, first at 00:00 on day 1" in said
    assert "shift_rules.night of care (night work); another setting of one of them helps" in said
    assert "2 fewer at once" in said


def test_hours_forbidden_by_two_rules_name_both() -> None:
    hours = {"day": {"daily": "06:00-22:00"}}
    said = rules_of(
        page_with(
            {"lengths": "8 h", "start_every": "2 h", "night": "no", "at_least": 1},
            groups__care__hours="day",
            calendar__hours=hours,
        )
    )
    assert "together:" in said and "night work" in said and "hours of the group" in said


def test_of_rules_that_clash_those_that_do_are_named_and_no_others() -> None:
    said = rules_of(
        page_with({"lengths": "8 h", "start_every": "8 h", "starts_a_day": 3, "at_least": 2}, groups__care__most=9)
    )
    assert "starts a day" in said and "people at least" in said and "agents at once" not in said
    assert "1 fewer at once for people at least" in said and "3 more on a day for starts a day" in said


def test_clashes_in_two_groups_must_both_give_way() -> None:
    rules = {"lengths": "8 h", "start_every": "8 h", "starts_a_day": 3, "at_least": 2}
    said = rules_of(
        page_with(rules, groups={n: {"skills": ["questions"], "shift_rules": rules} for n in ("care", "other")})
    )
    assert "they are not alone" in said
    assert said.endswith(
        "1 fewer at once for people at least (groups.care.shift_rules.at_least) and "
        "1 fewer at once for people at least (groups.other.shift_rules.at_least)"
    )

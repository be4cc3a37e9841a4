"""The fewest people who hold seats: sums by hand, known rotations, rules kept, and what stands in the way."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from careplan.clock import Clock
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.cover.cover import cover
from careplan.planning.cover.plan import CoverPlan
from careplan.planning.cover.rota import RotaRules, rota
from careplan.planning.cover.seats import DAY, seats_of
from careplan.planning.rosters.labour import (
    Weeks,
    rests_between_shifts,
    rests_once_a_week,
    works_few_days_in_a_row,
    works_no_more_than_the_contract,
    works_one_shift_a_day,
)
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Contract, Person
from careplan.scenario.roster_rules import Rosters
from careplan.units import MINUTE_MS
from tests.planning.scenarios import PAGE, scenario_of

WEEK_OF_56_H = {"rosters": {"week_at_most": "56 h"}}


def page(**changes: object) -> Scenario:
    """The page of the other planner's tests, with changes by path."""
    return scenario_of(PAGE, **changes)


def desk(**cover: object) -> Scenario:
    """A desk with named hours, nobody ever away unless said."""
    return page(
        **{
            "calendar.hours": {
                "office": {"mon-fri": "09:00-17:00"},
                "late": {"mon-sat": "08:00-22:00"},
                "week": {"mon-fri": "00:00-24:00"},
                "over sunday": {"sun": "22:00-06:00"},
            },
            "groups.care.shrinkage": "0 %",
            "cover": cover or {"group": "care"},
        }
    )


def person(plan: CoverPlan, weeks: int) -> tuple[list[Laid], Weeks]:
    """The shifts of somebody who begins in the first row, week after week."""
    clock = Clock("UTC", date(2026, 1, 5), 7 * weeks)
    shifts = []
    for day, at in enumerate(clock.days):
        kind = plan.rows[day // 7 % plan.people][day % 7]
        if kind is not None:
            on = clock.midnights[day] + kind.begin * MINUTE_MS
            shifts.append(Laid(at, "full", ((on, on + kind.length * MINUTE_MS),), ()))
    return shifts, Weeks.of(clock.start, weeks, clock)


def check(plan: CoverPlan) -> None:
    """Check a rotation against its seats, and by the labour rules that rosters of people keep to."""
    for at in range(0, 7 * DAY, 15):
        there = sum(kind.holds(at) for row in plan.rows for kind in row if kind is not None)
        assert there >= next(people for a, b, people in plan.seats.pieces if a <= at < b), at
    shifts, weeks = person(plan, 2 * plan.people)
    rules = Rosters()
    assert works_one_shift_a_day(shifts) == rests_between_shifts(shifts, rules) == ()
    assert rests_once_a_week(shifts, rules, weeks) == works_few_days_in_a_row(shifts, rules) == ()
    contract = Person(group="care", contract=Contract(hours=f"{plan.seats.weekly_ms // MINUTE_MS} min"))
    assert works_no_more_than_the_contract(shifts, contract, rules, weeks) == ()
    assert plan.held_hours <= plan.people * plan.seats.weekly_hours * (1 - plan.seats.shrinkage)


@pytest.mark.parametrize(
    ("seats", "hours", "lengths", "people"),
    [
        (1, 40, "8 h", 5),  # 168 ÷ 40 = 4.2
        (1, 42, "8 h", 4),  # 168 ÷ 42 = 4 exactly
        (1, 42, "12 h", 4),  # two on, two off: 3.5 shifts of 12 h a week
        (1, 56, "8 h", 4),  # three would do by hours, but not with six days in a row and a day off a week
        (2, 40, "8 h", 9),  # 336 ÷ 40 = 8.4
        (2, 42, "12 h", 8),
        (5, 40, "8 h", 21),  # 840 ÷ 40 = 21 exactly
    ],
)
def test_seats_round_the_clock_take_as_many_people_as_is_known(
    seats: int, hours: int, lengths: str, people: int
) -> None:
    plan = cover(desk(lengths=lengths).with_changes(WEEK_OF_56_H), seats=seats, weekly_hours=hours, seconds=0.5)
    assert (plan.people, plan.is_proven, plan.relief) == (people, True, ())
    check(plan)


def test_the_seat_sum_can_be_checked_by_hand() -> None:
    seats = seats_of(desk().with_changes({"groups.care.shrinkage": "30 %"}), weekly_hours=38)
    assert seats.seat_hours == 168 and seats.people == Fraction(168) / (38 * Fraction(7, 10))
    assert seats.arithmetic == "168 h ÷ (38 h × (1 − 30 %)) = 6.32 people"


def test_who_is_away_is_stood_in_for_by_relief() -> None:
    plan = cover(desk().with_changes({"groups.care.shrinkage": "30 %"}), weekly_hours=38, seconds=0.5)
    assert (plan.people, plan.working, plan.is_proven) == (7, 5, True)
    assert str(plan).startswith("7 people hold 1 × 24/7 (the fewest, 2 of them relief); 168 h ÷ (38 h × (1 − 30 %))")
    assert plan.needed_hours == 240 and plan.spare_hours == 26  # 168 ÷ 0.7; 7 × 38 − 240
    check(plan)


def test_nights_and_weekends_are_the_same_for_all() -> None:
    plan = cover(desk(), weekly_hours=42, seconds=0.5)
    assert plan.each == {"early": 7, "late": 7, "night": 7}  # in four weeks: a quarter of the 28 of each


def test_other_hours_have_their_own_week() -> None:
    assert seats_of(desk(), seats={"office": 1}).seat_hours == 40
    assert seats_of(desk(), seats={"late": 2}).seat_hours == 2 * 84
    assert seats_of(desk(), seats={"office": 2, "always": 1}).seat_hours == 208  # the larger where they overlap
    office = cover(desk(), seats={"office": 1}, weekly_hours=40, seconds=0.5)
    assert office.people == 1 and office.rows[0][5:] == (None, None)


def test_a_rest_that_is_an_hour_too_short_takes_a_third_person() -> None:
    # 84 h are two people of 42 h; but from Saturday 22:00 to Monday 08:00 there are 34 hours, not 35
    late = cover(desk(), seats={"late": 1}, weekly_hours=42, seconds=0.5)
    assert late.people == 3 and {kind.hours for kind in late.shifts} == {"08:00-15:00", "15:00-22:00"}
    assert [str(way) for way in late.ways_out] == [
        "daily rest of 10 h instead of 11 h",  # or change every day, from 22:00 to 08:00
        "weekly rest of 34 h instead of 35 h",
    ]


def test_hours_over_the_end_of_the_week_are_one_shift() -> None:
    (kind,) = seats_of(desk(), seats={"over sunday": 1}).kinds
    assert (kind.day, kind.hours, kind.holds(0), kind.holds(6 * 60)) == (6, "22:00-06:00", True, False)


def test_targets_say_how_many_seats_if_the_section_does_not() -> None:
    scenario = page(targets=[{"name": "open", "cover": "24/7", "at_least": 3}])
    assert seats_of(scenario).asked == (("always", 3),)
    assert seats_of(page()).asked == (("always", 1),)


def test_shifts_may_be_named_and_may_overlap() -> None:
    plan = cover(
        desk(shifts={"day": "06:00-15:00", "eve": "14:00-23:00", "nite": "22:00-07:00"}), weekly_hours=48, seconds=0.5
    )
    assert plan.seats.least_minutes == 7 * 27 * 60  # three shifts of nine hours for 24
    assert plan.people == 5 and plan.held_hours == 189  # five shifts of nine hours are a week of at most 48 h
    assert [b.sum for b in plan.bounds if b.people == 5] == ["21 shifts ÷ 5 a person"]
    check(plan)


def test_fewer_people_than_the_hours_take_are_refused_with_a_way_out() -> None:
    with pytest.raises(
        InfeasibleError, match=r"4 people .* 168 h a week against 4 × 40 h .* 42 paid hours .* 5 people"
    ):
        cover(desk(), weekly_hours=40, people=4)


def test_hours_that_nobody_may_work_in_a_week_are_refused_and_never_a_way_out() -> None:
    with pytest.raises(CareplanError, match=r"weekly hours 56; expected at most 48, .*rosters\.week_at_most"):
        cover(desk(), weekly_hours=56)
    with pytest.raises(InfeasibleError) as refused:  # three of 48 h have 144 of the 168
        cover(desk(), weekly_hours=40, people=3)
    assert "paid hours" not in str(refused.value) and str(refused.value).endswith("What helps: 5 people")


def test_rules_that_ask_for_one_more_are_named_with_the_least_change() -> None:
    long = desk().with_changes(WEEK_OF_56_H)
    plan = cover(long, weekly_hours=56, seconds=0.5)
    assert plan.people == 4 and plan.bounds[1].people == 3  # by hours three do
    with pytest.raises(InfeasibleError, match="3 people cannot hold the seats within the rules"):
        cover(long, weekly_hours=56, people=3)
    twelve = desk(lengths="12 h", weekends_off="60 %")
    with pytest.raises(InfeasibleError, match="weekends off of 50 % instead of 60 %"):
        cover(twelve, weekly_hours=42, people=4)


def test_days_off_take_the_people_that_baker_says() -> None:
    # Baker (1976): five seats on every day of the week by people of five days are 5 × 7 ÷ 5 = 7 people, and three are 5
    daily = desk().with_changes({"calendar.hours.daily": {"mon-sun": "09:00-17:00"}})
    for seats, people in ((5, 7), (3, 5)):
        plan = cover(daily, seats={"daily": seats}, weekly_hours=40, seconds=0.5)
        assert (plan.people, plan.is_proven) == (people, True)
        check(plan)


def test_rules_that_no_number_of_people_keeps_are_named() -> None:
    with pytest.raises(InfeasibleError, match="no number of people .* hours of a single week of 8 h instead of 6 h"):
        cover(desk().with_changes({"rosters": {"week_at_most": "6 h"}}), weekly_hours=6)


def test_a_gap_between_the_shifts_is_named() -> None:
    with pytest.raises(InfeasibleError, match="no shift holds the seats from Mon 16:00 on"):
        cover(desk(shifts={"day": "08:00-16:00", "night": "22:00-08:00"}))


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(CareplanError) as error:
        seats_of(desk(), seats={"offise": 1}, group="car", weekly_hours=200)
    assert len(error.value.findings) == 3
    assert 'Did you mean "office"' in str(error.value) and 'Did you mean "care"' in str(error.value)


def test_what_the_seats_cost_is_the_wage_of_the_contracts_and_the_premiums_of_the_shifts() -> None:
    money = {"premiums": {"night": {"add": "25 %", "clock": "22:00-06:00"}}}
    plan = cover(desk().with_changes({"money": money}), weekly_hours=42, seconds=0.5)
    assert (str(plan.wage), {k: str(v) for k, v in plan.premiums.items()}) == ("3360.00", {"night": "280.00"})


def test_a_rotation_prefers_forward_turns_and_free_weekends() -> None:
    twelve = desk(lengths="12 h")
    seats = seats_of(twelve, weekly_hours=42)
    found = rota(seats, RotaRules.of(seats, twelve), 4)
    assert found.rows is not None and found.is_proven
    assert any(row[5] is None and row[6] is None for row in found.rows)
    days = [kind for row in found.rows for kind in row]
    pairs = zip(days, [*days[1:], days[0]], strict=True)
    assert not any(a is not None and b is not None and b.begin < a.begin for a, b in pairs)

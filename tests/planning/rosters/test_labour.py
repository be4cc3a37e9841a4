"""Rules of a person's row of shifts: each with a row it allows and one it forbids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from careplan.clock import Clock
from careplan.planning.rosters.labour import (
    Weeks,
    begin_minute,
    begins_alike,
    breaches,
    has_days_off_together,
    has_the_skill,
    hours_by_week,
    hours_short,
    is_at,
    is_not_on_leave,
    keeps_what_is_fixed,
    rests_between_shifts,
    rests_once_a_week,
    works_few_days_in_a_row,
    works_few_weekends,
    works_in_possible_hours,
    works_no_more_than_the_contract,
    works_no_more_weekends_than_fair,
    works_on_possible_days,
    works_one_shift_a_day,
)
from careplan.planning.shifts.labour import Laid
from careplan.scenario.persons import Member, Person
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS

H = HOUR_MS
MONDAY = date(2026, 3, 2)
CLOCK = Clock("UTC", MONDAY, 28)
WEEK, MONTH = Weeks.of(MONDAY, 1, CLOCK), Weeks.of(MONDAY, 4, CLOCK)


def shift(day: int, on: float = 8, off: float = 16) -> Laid:
    """A shift on a day from 0, the first Monday; clock hours."""
    return Laid(MONDAY + timedelta(days=day), "full", ((int((24 * day + on) * H), int((24 * day + off) * H)),), ())


def row(*days: int, on: float = 8, off: float = 16) -> list[Laid]:
    return [shift(day, on, off) for day in days]


def begins(shifts: list[Laid]) -> dict[date, int]:
    """Days and clock minutes at which shifts begin."""
    return {one.day: begin_minute(one, CLOCK) for one in shifts}


def everywhere(clock: Clock) -> Callable[[str], Clock]:
    """The same clock on every wall."""
    return lambda _: clock


def rules(**more: Any) -> Rosters:
    return Rosters.model_validate(more)


def person(**more: Any) -> Person:
    return Person.model_validate({"group": "care", "contract": "40 h", **more})


def member(**more: Any) -> Member:
    return Member("Ana", "care", person(**more))


def test_one_shift_a_day() -> None:
    assert not works_one_shift_a_day(row(0, 1))
    assert works_one_shift_a_day([shift(0, 6, 10), shift(0, 21, 24)])


def test_daily_rest_is_eleven_hours_unless_said_otherwise() -> None:
    late_then_early = [shift(0, 13, 21), shift(1, 8, 16)]
    assert not rests_between_shifts(late_then_early, rules())
    assert rests_between_shifts([shift(0, 14, 22), shift(1, 8, 16)], rules())  # ten hours
    assert not rests_between_shifts([shift(0, 14, 22), shift(1, 8, 16)], rules(daily_rest="10 h"))


def test_a_single_day_off_is_a_weekly_rest_if_35_hours_are_free_around_it() -> None:
    assert not rests_once_a_week([*row(0, 1, 2, 3, 4), *row(6)], rules(), WEEK)  # Fri 16:00 to Sun 08:00: 40 h
    short = [*row(0, 1, 2, 3, on=14, off=22), shift(4, 16, 24), shift(6, 8, 16)]  # Fri 24:00 to Sun 08:00: 32 h
    assert [one.rule for one in rests_once_a_week(short, rules(), WEEK)] == ["weekly rest"]
    assert not rests_once_a_week(short, rules(weekly_rest="30 h"), WEEK)


def test_weekly_rest_is_wanted_in_every_week_of_the_roster_and_mostly_within_it() -> None:
    two = Weeks.of(MONDAY, 2, CLOCK)
    first_only = row(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13)
    assert [one.day for one in rests_once_a_week(first_only, rules(), two)] == [MONDAY + timedelta(days=7)]
    nights = [*row(0, 1, 2, 3, 4, on=22, off=30), shift(5, 22, 30)]  # Sunday off, but work until 06:00 of it
    assert rests_once_a_week(nights, rules(), WEEK)
    assert not rests_once_a_week(nights[:-1], rules(), WEEK)


def test_no_more_days_in_a_row_than_may() -> None:
    assert not works_few_days_in_a_row(row(0, 1, 2, 3, 4, 6), rules(days_in_a_row=5))
    assert works_few_days_in_a_row(row(0, 1, 2, 3, 4, 5), rules(days_in_a_row=5))


def test_a_week_has_no_more_hours_than_the_contract_says() -> None:
    part_time = person(contract={"most": "24 h"})
    assert not works_no_more_than_the_contract(row(0, 1, 2), part_time, rules(), WEEK)
    assert works_no_more_than_the_contract(row(0, 1, 2, 3), part_time, rules(), WEEK)


def test_hours_in_the_mean_of_the_roster_may_differ_by_week_up_to_the_most_of_a_week() -> None:
    uneven = row(0, 1, 2, 3, 4, 5, 7, 8, 9, 10)  # 48 and 32 h, 40 in the mean
    two = Weeks.of(MONDAY, 2, CLOCK)
    assert not works_no_more_than_the_contract(uneven, person(), rules(), two)
    assert works_no_more_than_the_contract(uneven, person(), rules(week_at_most="45 h"), two)
    assert works_no_more_than_the_contract([*uneven, shift(11)], person(), rules(), two)  # 88 h in two weeks


def test_hours_short_of_the_contract_are_told_and_leave_counts_in() -> None:
    least = person(contract={"least": "32 h", "most": "40 h"})
    assert not hours_short(row(0, 1, 2, 3), least, WEEK)
    assert hours_short(row(0, 1, 2), least, WEEK) == [(MONDAY, 8 * H)]
    away = person(leave=["2026-03-02 to 2026-03-08"])  # five weekdays of 8 h; Saturday and Sunday count nothing
    assert hours_by_week([], away, WEEK) == [40 * H]
    assert not hours_short([], away, WEEK)


def test_a_shift_on_a_day_of_leave_counts_once() -> None:
    away = person(leave=["2026-03-02 to 2026-03-03"])
    assert hours_by_week(row(0, 2), away, WEEK) == [24 * H]


def test_leave_alone_is_never_too_many_hours() -> None:
    """A week of leave counts 50 h, more than the 48 h of a week; a shift in it is one too many."""
    away = person(contract="50 h", leave=["2026-03-02 to 2026-03-06"])
    assert not works_no_more_than_the_contract([], away, rules(), WEEK)
    told = works_no_more_than_the_contract(row(5), away, rules(), WEEK)
    assert [one.rule for one in told] == ["hours of a week", "hours of the contract"]


def test_days_off_come_together() -> None:
    assert not has_days_off_together(row(0, 1, 4, 5), rules())
    assert [one.day.day for one in has_days_off_together(row(0, 1, 3, 4), rules())] == [4]


def test_few_weekends_are_worked() -> None:
    one_of_two = row(4, 5, 6, 7)
    assert not works_few_weekends(one_of_two, rules(weekends_at_most=1))
    assert works_few_weekends([*one_of_two, shift(12)], rules(weekends_at_most=1))


def test_weekends_are_shared_fairly() -> None:
    assert not works_no_more_weekends_than_fair(row(5, 6, 13), 2)
    assert [one.day.day for one in works_no_more_weekends_than_fair(row(5, 6, 13), 1)] == [14]


def test_nobody_works_on_leave() -> None:
    away = person(leave="2026-03-03")
    assert not is_not_on_leave(row(0, 2), away)
    assert is_not_on_leave(row(0, 1), away)


def test_people_work_on_days_and_in_hours_that_are_possible_for_them() -> None:
    assert not works_on_possible_days(row(0, 4), person(days="mon-fri"))
    assert works_on_possible_days(row(0, 5), person(days="mon-fri"))
    assert not works_in_possible_hours([shift(0, 8, 16)], [(8 * H, 16 * H)])
    assert works_in_possible_hours([shift(0, 8, 17)], [(8 * H, 16 * H)])


def test_people_work_what_they_know() -> None:
    assert not has_the_skill([(MONDAY, "phone")], member(also=["phone"]))
    assert has_the_skill([(MONDAY, "phone")], member())


def test_a_stable_start_is_within_two_hours_of_the_others() -> None:
    mixed = [*row(0, 1, 2), shift(3, 10, 18), shift(4, 12, 20)]
    assert not begins_alike(begins(mixed[:4]), rules(starts="stable"), WEEK)
    assert [one.day.day for one in begins_alike(begins(mixed), rules(starts="stable"), WEEK)] == [6]
    assert not begins_alike(begins(mixed), rules(), WEEK)


def test_rotating_starts_are_alike_within_a_week_and_may_change_with_it() -> None:
    weekly = [*row(0, 1, 2), *row(7, 8, on=14, off=22)]
    assert not begins_alike(begins(weekly), rules(starts="rotating"), MONTH)
    assert len(begins_alike(begins(weekly), rules(starts="stable"), MONTH)) == 2


def test_what_is_fixed_stays() -> None:
    settled = member(fixed="2026-03-02 08:00-16:00; 2026-03-03 off")
    assert not keeps_what_is_fixed([(shift(0), "care")], settled, everywhere(CLOCK))
    told = keeps_what_is_fixed([(shift(0, 9, 17), "care"), (shift(1), "care")], settled, everywhere(CLOCK))
    assert len(told) == 2


def test_a_settled_shift_with_hours_off_is_a_split_one() -> None:
    """From eight to six with two hours off, which may be at noon or later."""
    settled = member(fixed=[{"day": "2026-03-02", "shift": "08:00-18:00", "gap": "12:00-14:00"}])

    def split(off: int, on: int) -> Laid:
        return Laid(MONDAY, "split", ((8 * H, off * H), (on * H, 18 * H)), ())

    assert not keeps_what_is_fixed([(split(12, 14), "care")], settled, everywhere(CLOCK))
    for other in (split(13, 15), split(12, 15), shift(0, 8, 18)):
        assert keeps_what_is_fixed([(other, "care")], settled, everywhere(CLOCK))


def test_all_breaches_of_a_row_are_told_by_day() -> None:
    assert breaches([(one, "care") for one in row(0, 1, 2, 3, 4)], member(), rules(), WEEK, everywhere(CLOCK)) == ()
    wrong = [(one, "phone") for one in [shift(1, 14, 22), shift(2, 6, 14)]]
    told = breaches(wrong, member(leave="2026-03-03"), rules(), WEEK, everywhere(CLOCK))
    assert [one.rule for one in told] == ["leave", "skill", "daily rest", "skill"]


def test_a_night_without_an_hour_is_no_full_rest() -> None:
    clock = Clock("Europe/Prague", date(2026, 3, 23), 7)  # clocks go forward in the night to Sunday, 29 March

    def at(day: int, on: int, off: int) -> Laid:
        from datetime import datetime

        begin, end = (clock.instant(datetime(2026, 3, day, hour)) for hour in (on, off))
        return Laid(date(2026, 3, day), "full", ((begin, end),), ())

    assert not rests_between_shifts([at(27, 13, 21), at(28, 8, 16)], rules())
    assert rests_between_shifts([at(28, 13, 21), at(29, 8, 16)], rules())


def test_a_night_in_which_the_clock_changes_is_fixed_by_its_end_or_by_its_usual_hours() -> None:
    prague = Clock("Europe/Prague", date(2026, 3, 23), 7)
    on = prague.instant(datetime(2026, 3, 28, 22))
    night = Laid(date(2026, 3, 28), "full", ((on, on + 8 * H),), ())  # until seven, as two o'clock is three
    assert is_at(night, (22 * 60, 31 * 60), prague) and is_at(night, (22 * 60, 30 * 60), prague)
    assert not is_at(night, (22 * 60, 29 * 60), prague) and not is_at(night, (21 * 60, 31 * 60), prague)
    for hours in ("22:00-07:00", "22:00-06:00"):
        settled = member(fixed=f"2026-03-28 {hours}")
        assert keeps_what_is_fixed([(night, "care")], settled, everywhere(prague)) == ()

"""Labour rules: each with a shift it allows and one it forbids."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from careplan.planning.shifts.labour import (
    Laid,
    Place,
    begins_in_its_hours,
    begins_on_an_allowed_day,
    broken_by,
    has_a_length_of_the_rules,
    takes_its_breaks,
    works_at_night_only_if_allowed,
    works_in_the_hours_of_the_group,
)
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import HOUR_MS

H = HOUR_MS
MONDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 7)


def rules(**more: Any) -> ShiftRules:
    return ShiftRules.model_validate({"lengths": "8 h", **more})


def place(**more: Any) -> Place:
    """Monday from 0: shifts begin from six to ten, the group works from six to twenty, night is from 22 to 6."""
    return Place(rules(**more), ((6 * H, 10 * H),), ((6 * H, 20 * H),), ((0, 6 * H), (22 * H, 30 * H)), 48 * H)


def shift(on: float, off: float, *breaks: tuple[float, float, bool], day: date = MONDAY, kind: Any = "full") -> Laid:
    return Laid(day, kind, ((int(on * H), int(off * H)),), tuple((int(a * H), int(b * H), p) for a, b, p in breaks))


def split(*pieces: tuple[float, float]) -> Laid:
    return Laid(MONDAY, "split", tuple((int(a * H), int(b * H)) for a, b in pieces), ())


def test_shifts_begin_on_allowed_days() -> None:
    assert begins_on_an_allowed_day(shift(8, 16), place(days="mon-fri"))
    assert not begins_on_an_allowed_day(shift(8, 16, day=SATURDAY), place(days="mon-fri"))


def test_shifts_begin_in_their_hours() -> None:
    assert begins_in_its_hours(shift(9.5, 17.5), place())
    assert not begins_in_its_hours(shift(10, 18), place())


def test_shifts_lie_in_the_hours_of_the_group() -> None:
    assert works_in_the_hours_of_the_group(shift(9, 20), place())
    assert not works_in_the_hours_of_the_group(shift(9, 20.5), place())


def test_nobody_works_at_night_unless_that_is_allowed() -> None:
    assert works_at_night_only_if_allowed(shift(14, 22), place(night="no"))
    assert not works_at_night_only_if_allowed(shift(15, 23), place(night="no"))
    assert works_at_night_only_if_allowed(shift(15, 23), place())


def test_shifts_are_as_long_as_the_rules_say() -> None:
    assert has_a_length_of_the_rules(shift(8, 16), place())
    assert not has_a_length_of_the_rules(shift(8, 15), place())
    part = place(part_time={"lengths": "4 h"})
    assert has_a_length_of_the_rules(shift(8, 12, kind="part"), part)
    assert not has_a_length_of_the_rules(shift(8, 12), part)  # as a full shift
    pieces = place(splits=[{"pieces": ["4 h", "3 h"], "gap": "2 h"}])
    assert has_a_length_of_the_rules(split((8, 12), (14, 17)), pieces)
    assert not has_a_length_of_the_rules(split((8, 12), (15, 18)), pieces)


def test_breaks_lie_where_they_may_and_none_is_left_out() -> None:
    meal = place(breaks=[{"for": "30 min", "from": "3 h", "to": "5 h"}])
    assert takes_its_breaks(shift(8, 16, (11.5, 12, False)), meal)
    for wrong in ([], [(13.5, 14, False)], [(11.5, 12, True)], [(11, 11.5, False), (12, 12.5, False)]):
        assert not takes_its_breaks(shift(8, 16, *wrong), meal)


def test_short_shifts_have_no_break_that_begins_with_longer_ones() -> None:
    meal = place(lengths=["4 h", "8 h"], breaks=[{"for": "30 min", "from": "2 h", "in_shifts_from": "6 h"}])
    assert takes_its_breaks(shift(8, 12), meal)
    assert not takes_its_breaks(shift(8, 12, (10, 10.5, False)), meal)


def test_a_shift_may_break_several_rules_and_each_is_named() -> None:
    assert broken_by(shift(8, 16), place()) == ()
    assert broken_by(shift(15, 23, day=SATURDAY), place(days="mon-fri", night="no")) == (
        "days on which shifts may begin", "hours in which shifts may begin", "hours of the group", "night work",
    )  # fmt: skip


def test_breaks_are_no_duty_and_paid_ones_are_paid() -> None:
    laid = shift(8, 16, (11, 11.5, False), (14, 14.25, True))
    assert sum(b - a for a, b in laid.stretches) == 7.25 * H
    assert sum(b - a for a, b in laid.paid) == 7.5 * H


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lengths": "25 h"}, "at most 24 h"),
        ({"start_every": "7 min"}, "start_every"),
        ({"breaks": [{"for": "30 min", "from": "9 h"}]}, "before the longest shift does"),
        ({"breaks": [{"for": "30 min", "from": "4 h", "to": "3 h"}]}, "after from"),
        ({"splits": [{"pieces": "4 h", "gap": "2 h"}]}, "two, such as"),
        ({"length": "8 h"}, "Did you mean"),
    ],
)
def test_rules_that_cannot_be_are_findings(change: dict[str, Any], message: str) -> None:
    from careplan.errors import CareplanError
    from tests.planning.shifts.worlds import page_with

    with pytest.raises(CareplanError, match=message):
        page_with({"lengths": "8 h", **change})

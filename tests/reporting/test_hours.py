"""Hours of the week in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.reporting.hours import hours_in_words


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ([9, 10], "Mon 09:00-11:00"),
        ([9, 33, 57], "Mon-Wed 09:00-10:00"),
        ([9, 33, 81], "Mon, Tue and Thu 09:00-10:00"),
        ([167, 0], "Sun 23:00-Mon 01:00"),
        ([23], "Mon 23:00-24:00"),
        (range(20, 70), "Mon 20:00-Wed 22:00"),
        (range(168), "every hour of the week"),
        ([], "none"),
    ],
)
def test_hours_that_follow_one_another_are_a_stretch(hours: list[int], told: str) -> None:
    assert hours_in_words(hours) == told


def test_alike_nights_are_told_together() -> None:
    assert hours_in_words([22, 23, 24, 46, 47, 48]) == "Mon and Tue 22:00-01:00"


def test_the_longest_stretches_are_named_and_the_others_counted() -> None:
    assert hours_in_words([1, 5, 6, 9, 10, 11], most=2) == "Mon 05:00-07:00, Mon 09:00-12:00 and 1 hour more"


@given(st.sets(st.integers(0, 167)))
def test_any_hours_have_words(hours: set[int]) -> None:
    assert hours_in_words(hours, most=200)

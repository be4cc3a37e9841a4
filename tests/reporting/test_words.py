"""Figures as people say them."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from careplan.metrics.uncertainty import Estimate
from careplan.reporting import words


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"), (1.0, "100 %"), (0.5, "50.0 %"), (0.00049, "<0.1 %"), (0.0005, "0.1 %"), (0.99951, ">99.9 %"),
        (0.9994, "99.9 %"), (math.nan, "–"), (1.25, "125.0 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_a_miss_never_reads_like_a_hit() -> None:
    assert words.percent(0.64999, against=0.65) == "64.999 %"
    assert words.percent(0.65, against=0.65) == "65.0 %"
    assert words.percent(0.6504, against=0.65) == "65.04 %"
    assert words.percent(0.649, against=0.65) == "64.9 %"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (59.6, "1.0 min"), (599, "10 min"),
        (3599, "1.0 h"), (47.4 * 3600, "47 h"), (48 * 3600, "2.0 days"), (20 * 86400, "20 days"), (math.nan, "–"),
        (math.inf, "–"),
    ],
)  # fmt: skip
def test_durations_take_the_unit_people_would(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_money_and_hours() -> None:
    assert words.money(Decimal("99.99"), "EUR") == "99.99 EUR"
    assert words.money(Decimal("12345.6"), "CZK") == "12,346 CZK"
    assert words.hours(Decimal("99.94")) == "99.9 h" and words.hours(1234.4) == "1,234 h"
    assert words.paid_hours(Decimal("412.4")) == "412 paid hours"
    assert words.paid_hours(Decimal("12.5"), "more ") == "12.5 more paid hours"


def test_intervals_stand_in_brackets_and_are_left_out_where_there_is_none() -> None:
    assert words.percent_interval(Estimate(0.661, 0.652, 0.67, 20)) == "66.1 % (65.2 to 67.0)"
    assert words.percent_interval(Estimate(0.661, None, None, 1)) == "66.1 %"
    assert words.percent_interval(Estimate(0.0, 0.0, 0.0, 20)) == "0 %"


def test_a_paragraph_keeps_a_number_with_its_unit() -> None:
    text = words.paragraph("answered within 30 min and 12 more agents, 65 % of them", 16)
    assert text.splitlines() == ["answered within", "30 min and 12", "more agents,", "65 % of them"]
    assert words.paragraph("", 80) == ""


def test_lists_and_counts() -> None:
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.count(1, "day") == "1 day" and words.count(0, "day") == "0 days"

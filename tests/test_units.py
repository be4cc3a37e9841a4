"""Values with units: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan import units
from careplan.errors import UnitError
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS, NEVER, SECOND_MS, Money


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30 s", 30 * SECOND_MS),
        ("30s", 30 * SECOND_MS),
        ("5 min", 5 * MINUTE_MS),
        ("7.8 h", 28_080_000),
        ("1 h 30 min", 90 * MINUTE_MS),
        ("7 days", 7 * DAY_MS),
        ("1 week", 7 * DAY_MS),
        ("250 ms", 250),
        ("0 min", 0),
        ("0.0005 s", 0),  # half a millisecond rounds to even, once
        ("0.0015 s", 2),
        (" 2 hours ", 2 * HOUR_MS),
    ],
)
def test_a_duration_is_whole_milliseconds(text: str, ms: int) -> None:
    assert units.parse_duration(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        30,
        3.5,
        True,
        None,
        "",
        "30",
        "min",
        "30 m",
        "30 Min",
        "1,5 min",
        "-5 min",
        "5 min -3 s",
        "5 min min",
        "3 months",
        "1e3 s",
        "5 min, 3 s",
        "٣ min",
        "99999999999999999999 s",
        "11 years",
        [],
        {},
        "5 min\n\x00",
    ],
)
def test_a_duration_without_a_sound_unit_is_refused(text: object) -> None:
    with pytest.raises(UnitError):
        units.parse_duration(text)


def test_ten_years_are_the_longest_duration() -> None:
    assert units.parse_duration("3660 days") == units.MAX_DURATION_MS
    with pytest.raises(UnitError, match="at most 10 years"):
        units.parse_duration("3661 days")


def test_a_refusal_says_what_was_found_what_was_expected_and_what_next() -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_duration(30)
    expected = "is 30; expected a duration, such as 30 s, 5 min, 2 h or 7 days. Write the unit: 30 s, 30 min or 30 h?"
    assert str(caught.value) == expected


def test_hours_are_not_minutes() -> None:
    """L12: the unit of an input changes the answer; there is no silent guess."""
    assert units.parse_duration("2 h") == 60 * units.parse_duration("2 min")


@pytest.mark.parametrize(("text", "share"), [("65 %", 0.65), ("0 %", 0.0), ("100%", 1.0), ("2.5 %", 0.025)])
def test_a_share_carries_its_percent_sign(text: str, share: float) -> None:
    assert units.parse_share(text) == share


@pytest.mark.parametrize("text", [0.65, 65, 1, "65", "101 %", "-1 %", "nan %", None, True, "6 5 %", "65 % %"])
def test_a_share_without_percent_or_out_of_bounds_is_refused(text: object) -> None:
    with pytest.raises(UnitError):
        units.parse_share(text)


def test_a_ratio_is_a_number_or_a_percentage() -> None:
    assert units.parse_ratio(1.3) == units.parse_ratio("130 %") == 1.3
    for bad in (-1, "-1 %", "1.3", float("nan"), float("inf"), True):
        with pytest.raises(UnitError):
            units.parse_ratio(bad)


def test_bounds_of_a_share_are_named_exactly() -> None:
    with pytest.raises(UnitError, match="from 0.01 % to 100 %"):
        units.parse_share("0 %", least=0.0001)


def test_a_large_plain_factor_is_taken_for_a_forgotten_percent_sign() -> None:
    assert units.parse_ratio(10, most_plain=10.0) == 10 and units.parse_ratio("1200 %", most_plain=10.0) == 12
    with pytest.raises(UnitError, match='Did you mean "130 %"'):
        units.parse_ratio(130, most_plain=10.0)


def test_a_rate_is_kept_per_hour() -> None:
    assert units.parse_rate("12 per hour") == units.parse_rate("288 per day") == units.parse_rate("0.2 / min") == 12
    for bad in (12, "12", "12 per year", "-12 per hour", "12 hour"):
        with pytest.raises(UnitError):
            units.parse_rate(bad)


def test_money_is_exact() -> None:
    assert units.parse_money("0.10 EUR").amount * 3 == Decimal("0.30")
    assert units.parse_wage("18.50 EUR per hour") == units.parse_wage("18.50 EUR/h") == Money(Decimal("18.50"), "EUR")
    for bad in ("18.50", 18.5, "18.50 eur", "-1 EUR", "EUR 5", "18,50 EUR"):
        with pytest.raises(UnitError):
            units.parse_money(bad)
    for bad in ("18.50 EUR", "18.50 EUR per day", "18.50 per hour", 3):
        with pytest.raises(UnitError):
            units.parse_wage(bad)


def test_clock_times_are_minutes_since_midnight() -> None:
    assert units.parse_clock("09:30") == 570 and units.parse_clock("24:00") == 1440
    assert units.parse_clock_range("08:00-20:00") == (480, 1200)
    assert units.parse_clock_range("22:00 - 06:00") == (1320, 1800)
    assert units.parse_clock_range("20:00-00:00") == (1200, 1440)
    for bad in (
        "9:5",
        "24:01",
        "12:60",
        "0930",
        570,
        "08:00",
        "08:00-08:00",
        "24:00-08:00",
        "08:00-20:00-22:00",
        None,
    ):
        with pytest.raises(UnitError):
            units.parse_clock_range(bad)


def test_weekdays_are_numbers_from_monday() -> None:
    assert units.parse_days("mon-fri") == (0, 1, 2, 3, 4)
    assert units.parse_days("sat-mon") == (0, 5, 6)
    assert units.parse_days("wed, mon") == (0, 2)
    assert units.parse_days("daily") == tuple(range(7))
    for bad in ("monday", "mon-", "", 3, "mon fri"):
        with pytest.raises(UnitError):
            units.parse_days(bad)


def test_dates_and_moments_must_exist() -> None:
    assert units.parse_date("2026-03-02") == date(2026, 3, 2)
    assert units.parse_moment("2026-03-04 18:00") == datetime(2026, 3, 4, 18)
    for bad in ("2026-02-29", "02.03.2026", "1026-01-01", 20260302, None, datetime(2026, 3, 2)):
        with pytest.raises(UnitError):
            units.parse_date(bad)
    for bad in ("2026-03-04", "2026-03-04 25:00", "2026-03-04 18:00 CET", 3):
        with pytest.raises(UnitError):
            units.parse_moment(bad)


def test_switches_are_yes_and_no_in_either_spelling() -> None:
    assert [units.parse_switch(word) for word in ("yes", "no", "No", True, False)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    for bad in ("on", "", 1, None):
        with pytest.raises(UnitError):
            units.parse_switch(bad)


@given(st.integers(0, units.MAX_DURATION_MS))
def test_any_millisecond_can_be_written_and_read(ms: int) -> None:
    assert units.parse_duration(f"{ms} ms") == ms


@given(st.integers(0, 10_000))
def test_a_formatted_share_reads_back(tenths_of_promille: int) -> None:
    share = tenths_of_promille / 10_000
    assert units.parse_share(units.format_share(share, 2)) == pytest.approx(share, abs=1e-12)


def test_values_are_shown_in_short_units() -> None:
    shown = [units.format_duration(ms) for ms in (NEVER, 0, 250, 30_000, 1_800_000, 5_400_000, 172_800_000)]
    assert shown == ["never", "0 s", "250 ms", "30 s", "30 min", "1.5 h", "2 days"]
    assert [units.format_share(s) for s in (0.65, 0.752, 1.0, 0.0)] == ["65 %", "75.2 %", "100 %", "0 %"]
    assert str(units.parse_money("18.50 EUR")) == "18.50 EUR"

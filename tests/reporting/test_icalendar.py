"""Calendars read back by a parser that shares no code with the writer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.reporting.icalendar import LINE_OCTETS, Event, calendar_text

icalendar = pytest.importorskip("icalendar")
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def read_back(*events: Event, name: str = "Anna") -> list:
    """The events as the library ``icalendar`` understands them."""
    return icalendar.Calendar.from_ical(calendar_text(name, events, made_at=MADE)).walk("VEVENT")


def test_a_night_shift_in_which_the_clock_is_set_forward_lasts_seven_hours() -> None:
    begin = datetime(2026, 3, 28, 22, tzinfo=BERLIN)
    end = datetime(2026, 3, 29, 6, tzinfo=BERLIN)
    (event,) = read_back(Event("1@x", begin, end, "shift"))
    assert event.decoded("DTSTART") == datetime(2026, 3, 28, 21, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2026, 3, 29, 4, tzinfo=UTC)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=7)
    assert event.decoded("DTEND").astimezone(BERLIN).hour == 6


def test_leave_is_a_whole_day_that_takes_no_time() -> None:
    (event,) = read_back(Event("1@x", date(2026, 3, 2), date(2026, 3, 3), "leave", is_busy=False))
    assert event.decoded("DTSTART") == date(2026, 3, 2) and str(event["TRANSP"]) == "TRANSPARENT"


@given(st.text(), st.text(max_size=300))
def test_any_text_comes_back_as_it_was_written(summary: str, description: str) -> None:
    text = calendar_text("Anna", [Event("1@x", MADE, MADE + timedelta(hours=1), summary, description)], made_at=MADE)
    assert all(len(line.encode()) <= LINE_OCTETS for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    plain = [t.replace("\r\n", "\n").replace("\r", "\n") for t in (summary, description)]
    plain = ["".join(c if c.isprintable() or c == "\n" or ord(c) >= 0xA0 else " " for c in t) for t in plain]
    assert [str(event["SUMMARY"]), str(event.get("DESCRIPTION", ""))] == plain


def test_every_event_says_who_it_is_and_when_it_was_written() -> None:
    (event,) = read_back(Event("anna-2026-03-02@careplan", MADE, MADE + timedelta(hours=8), "shift"))
    assert str(event["UID"]) == "anna-2026-03-02@careplan" and event.decoded("DTSTAMP") == MADE


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 2, 8)
    with pytest.raises(ValueError, match="has no time zone"):
        calendar_text("Anna", [Event("1@x", naive, naive, "shift")], made_at=MADE)

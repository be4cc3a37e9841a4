"""Calendars for phones and mail programs: events as iCalendar (RFC 5545).

Comes in: events. Goes out: text. Left out: what the events are (``roster_files``), and reading calendars.

Times are written as instants in UTC, which every program shows in the time zone of whoever looks, so that no table of
clock changes needs to be sent along; whole days are dates. See ``docs/decisions/calendars-in-utc.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

LINE_OCTETS = 75
"""Longest line without its break; longer ones go on in the next (RFC 5545, 3.1)."""
_MADE_BY = "PRODID:-//careplan//roster//EN"
_NAMES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


@dataclass(frozen=True)
class Event:
    """Something in a calendar, [begin, end): instants with a time zone, or dates for whole days."""

    uid: str
    """The same for the same event, whenever it is written: a program that knows it replaces it."""
    begin: datetime | date
    end: datetime | date
    summary: str
    description: str = ""
    is_busy: bool = True
    """Whether it takes the person's time, as programs that look for a free hour see it."""


def calendar_text(name: str, events: Iterable[Event], *, made_at: datetime) -> str:
    """Return a calendar of some events.

    Parameters
    ----------
    name
        What programs call the calendar.
    events
        In the order to be written.
    made_at
        When this was written, with a time zone: programs keep the latest of an event (``DTSTAMP``).

    Returns
    -------
    str
        Lines end in CR LF, as the standard asks.

    Raises
    ------
    ValueError
        If an instant has no time zone.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        _MADE_BY,
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += _event_lines(event, _utc(made_at))
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def is_ours(text: str) -> bool:
    """Whether a calendar was written by :func:`calendar_text`."""
    return _MADE_BY in text.splitlines()[:5]


def _event_lines(event: Event, stamp: str) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART{_when(event.begin)}",
        f"DTEND{_when(event.end)}",
        f"SUMMARY:{_text(event.summary)}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{_text(event.description)}")
    lines.append("TRANSP:" + ("OPAQUE" if event.is_busy else "TRANSPARENT"))
    return [*lines, "END:VEVENT"]


def _when(at: datetime | date) -> str:
    return f":{_utc(at)}" if isinstance(at, datetime) else f";VALUE=DATE:{at:%Y%m%d}"


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Text with what has a meaning in a calendar escaped (RFC 5545, 3.3.11); other control characters become spaces."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_NAMES.get(c, c if c.isprintable() or ord(c) >= 0xA0 else " ") for c in plain)


def _folded(line: str) -> str:
    """A line cut where it is longer than ``LINE_OCTETS`` in UTF-8, never inside a character."""
    found, room = [], LINE_OCTETS
    for character in line:
        size = len(character.encode())
        if size > room:
            found.append("\r\n ")
            room = LINE_OCTETS - 1
        found.append(character)
        room -= size
    return "".join(found)

"""Files of a roster: the table people edit, and calendars of people."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from careplan.planning.rosters.duties import NamedRoster
from careplan.planning.rosters.edited import read_named_roster
from careplan.reporting.roster_files import calendars, people_csv
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

MADE = datetime(2026, 3, 1, tzinfo=UTC)
NIGHTS = """\
careplan: 1
name: nights
calendar: {zone: Europe/Prague, start: 2026-03-23, horizon: 1 week, hours: {sunday: {sun: 00:00-24:00}}}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}}
groups:
  care: {skills: [questions], wage: 20 EUR per hour, shift_rules: {lengths: 8 h}}
  far: {skills: [questions], zone: America/New_York}
money: {premiums: {sundays: {hours: sunday, add: 50 %}}}
people:
  Ana: {group: care, contract: 40 h, leave: [2026-03-23, 2026-03-24, 2026-03-26], wishes: [{off: 2026-03-25; sat}]}
  ana: {group: far, contract: 40 h}
"""
ROWS = "person,date,begin,end,breaks\nAna,2026-03-28,22:00,07:00,03:30-04:00\nana,2026-03-27,09:00,17:00,\n"


def nights(tmp_path: Path, rows: str = ROWS) -> tuple[NamedRoster, Scenario]:
    (tmp_path / "nights.yaml").write_text(NIGHTS, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    scenario = read_scenario(tmp_path / "nights.yaml")
    return read_named_roster(tmp_path / "rows.csv", scenario), scenario


def test_calendars_have_the_instants_of_the_shifts_where_the_clock_changes(tmp_path: Path) -> None:
    icalendar = pytest.importorskip("icalendar")
    roster, scenario = nights(tmp_path)
    for text, duty in zip(calendars(roster, scenario, made_at=MADE).values(), roster.duties, strict=True):
        events = [e for e in icalendar.Calendar.from_ical(text).walk("VEVENT") if str(e["TRANSP"]) == "OPAQUE"]
        zero = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=scenario.clock.epoch_ms)
        found = [[(e.decoded(key) - zero) // timedelta(milliseconds=1) for key in ("DTSTART", "DTEND")] for e in events]
        assert found == [list(piece) for piece in duty.laid.pieces]
    ana = events[0]
    assert ana.decoded("DTSTART") == datetime(2026, 3, 27, 13, tzinfo=UTC)  # nine in New York


def test_leave_is_an_event_for_each_run_of_days(tmp_path: Path) -> None:
    icalendar = pytest.importorskip("icalendar")
    roster, scenario = nights(tmp_path)
    events = icalendar.Calendar.from_ical(calendars(roster, scenario, made_at=MADE)["Ana.ics"]).walk("VEVENT")
    leave = [(e.decoded("DTSTART"), e.decoded("DTEND")) for e in events if str(e["SUMMARY"]) == "Leave"]
    assert leave == [(date(2026, 3, 23), date(2026, 3, 25)), (date(2026, 3, 26), date(2026, 3, 27))]


def test_a_shift_that_moves_keeps_its_name_and_people_of_one_spelling_have_two_files(tmp_path: Path) -> None:
    before = calendars(*nights(tmp_path), made_at=MADE)
    after = calendars(*nights(tmp_path, ROWS.replace("22:00,07:00", "21:00,06:00")), made_at=MADE)
    assert list(before) == ["Ana.ics", "ana_.ics"]
    uids = [[line for line in one["Ana.ics"].splitlines() if line.startswith("UID")] for one in (before, after)]
    assert uids[0] == uids[1] and len(set(uids[0])) == 3 and before["Ana.ics"] != after["Ana.ics"]


def test_the_table_has_a_row_for_each_day_with_hours_by_the_clock(tmp_path: Path) -> None:
    rows = list(csv.DictReader(people_csv(*nights(tmp_path)).splitlines()))
    assert len(rows) == 14
    by_day = {row["date"][-2:]: row for row in rows if row["person"] == "Ana"}
    assert [by_day[d]["kind"] for d in ("23", "25", "26", "28")] == ["leave", "off", "leave", "shift"]
    night = by_day["28"]  # nine hours by the clock, of which one does not happen and half a one is a break
    assert (night["begin"], night["end"], night["paid_hours"], night["night_hours"]) == (
        "22:00",
        "07:00",
        "7.50",
        "6.50",
    )
    assert night["premium_hours"] == "5.50"  # from midnight, two to three left out
    assert (by_day["25"]["wish"], night["wish"], by_day["27"]["wish"]) == ("granted", "turned down", "")

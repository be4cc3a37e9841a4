"""A roster that was edited: what cannot be read is told with its place, what breaks a rule by the rule's name."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.errors import TableError
from careplan.planning.rosters.cells import breaks_text, clock_text, parse_day
from careplan.planning.rosters.checking import broken_rules
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.edited import read_named_roster
from careplan.planning.shifts.labour import Laid
from careplan.reporting.roster_files import people_csv
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.units import HOUR_MS, MINUTE_MS

DESK = """\
careplan: 1
name: desk
calendar:
  zone: Europe/Prague
  start: %s
  horizon: 2 weeks
  hours: {open: {daily: 06:00-20:00}, morning: {daily: 06:00-12:00}, short: {daily: 06:00-16:00}}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}}
groups:
  care:
    skills: [questions]
    hours: open
    shift_rules:
      lengths: 8 h
      days: mon-fri
      start_hours: morning
      breaks: {for: 30 min, from: 3 h, to: 5 h}
      part_time: {lengths: 4 h}
      splits: [{pieces: [4 h, 4 h], gap: 3 h}]
  late: {skills: [questions], shift_rules: {lengths: 8 h, night: no, breaks: {for: 30 min, from: 3 h, to: 5 h}}}
  tech: {skills: [questions], shift_rules: {lengths: 8 h, breaks: {for: 30 min, from: 3 h, to: 5 h}}}
people:
  Ana: {group: care, also: late, contract: {most: 48 h}}
  Ben: {group: late, contract: 20 h}
rosters: {weeks: 2}
"""
HEAD = "person,date,group,kind,begin,end,breaks\n"


def desk(tmp_path: Path, start: str = "2026-03-02", **changes: Any) -> Scenario:
    """Two people, two groups they know and one they do not; keys of ``changes`` are paths with ``__`` for a dot."""
    path = tmp_path / "desk.yaml"
    rules = DESK.replace("breaks: {", "breaks: [{").replace("to: 5 h}", "to: 5 h}]")
    path.write_text(rules % start, encoding="utf-8")
    return read_scenario(path).with_changes({key.replace("__", "."): value for key, value in changes.items()})


def read(scenario: Scenario, tmp_path: Path, *rows: str, head: str = HEAD) -> NamedRoster:
    path = tmp_path / "edited.csv"
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return read_named_roster(path, scenario)


def findings(tmp_path: Path, *rows: str) -> list[str]:
    with pytest.raises(TableError) as caught:
        read(desk(tmp_path), tmp_path, *rows)
    return [" ".join(line.split()) for line in str(caught.value).replace(f"{tmp_path}/", "").splitlines()[1:]]


def shift(day: int, hours: str = "08:00,16:00", breaks: str = "12:00-12:30", who: str = "Ana,care") -> str:
    """A row of the table; days are numbered from the first, a Monday."""
    name, group = who.split(",")
    return f"{name},{date(2026, 3, 2) + timedelta(days=day)},{group},shift,{hours},{breaks}"


# --- what cannot be read ---


def test_every_fault_is_told_at_once_with_line_and_column(tmp_path: Path) -> None:
    assert findings(
        tmp_path,
        "Anna,2026-03-02,care,shift,08:00,16:00,",
        "Ana,3/2/2026,care,shift,08:00,16:00,",
        "Ana,2026-03-30,care,shift,08:00,16:00,",
        "Ana,2026-03-03,car,shift,08:00,16:00,",
        "Ana,2026-03-04,care,holiday,,,",
        "Ana,2026-03-05,care,shift,8 o'clock,16:00,",
        "Ana,2026-03-06,care,shift,08:00,,",
        "Ana,2026-03-07,care,off,08:00,16:00,",
        "Ana,2026-03-08,care,shift,08:00,16:00,17:00-17:30",
    ) == [
        'edited.csv:2:1 person is "Anna"; expected one of people. Did you mean "Ana"?',
        'edited.csv:3:5 date is "3/2/2026"; expected a date such as 2026-03-02, or 2.3.2026',
        'edited.csv:4:5 date is "2026-03-30"; expected a day of the roster, 2026-03-02 to 2026-03-15',
        'edited.csv:5:16 group is "car"; known groups: care, late, tech. Did you mean "care"?',
        'edited.csv:6:21 kind is "holiday"; expected shift, off or leave',
        'edited.csv:7:27 begin is "8 o\'clock"; expected a time such as 08:30',
        "edited.csv:8:33 end is empty; expected a time such as 08:30",
        'edited.csv:9:25 begin is "08:00"; expected nothing where kind is off, or kind shift',
        'edited.csv:10:39 breaks is "17:00-17:30"; expected a break inside the shift, 08:00-16:00',
    ]


def test_two_rows_for_a_day_and_shifts_that_overlap_are_told(tmp_path: Path) -> None:
    assert findings(tmp_path, shift(0), shift(0), shift(1, "22:00,06:00", ""), shift(2, "05:00,13:00", "")) == [
        "edited.csv:3:5 date is 2026-03-02; Ana has a row for this day already",
        'edited.csv:5:27 begin is "05:00"; Ana works until 06:00 by the shift of 2026-03-03',
    ]


def test_a_table_without_times_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"begin +is missing; expected a column begin"):
        read(desk(tmp_path), tmp_path, "Ana,2026-03-02", head="person,date\n")


def test_semicolons_dotted_dates_and_short_times_are_understood(tmp_path: Path) -> None:
    scenario = desk(tmp_path)
    plain = read(scenario, tmp_path, shift(0, breaks='"12:00-12:30, 14:00-14:15 paid"'))
    excel = "Ana;2.3.2026;;;8:00;4:00 PM;12:00-12:30, 14:00-14:15 paid"
    assert read(scenario, tmp_path, excel, head=HEAD.replace(",", ";")) == plain
    assert plain.duties[0].laid.breaks[1][2] and not plain.duties[0].laid.breaks[0][2]
    assert parse_day("2026-03-02 00:00:00") == date(2026, 3, 2)


def test_days_without_a_row_are_off_and_leave_is_no_shift(tmp_path: Path) -> None:
    scenario = desk(tmp_path, people__Ana__leave="2026-03-02")
    assert read(scenario, tmp_path, "Ana,2026-03-02,care,leave,,,", "Ben,2026-03-02,,off,,,").duties == ()


def test_leave_that_the_scenario_does_not_have_is_told(tmp_path: Path) -> None:
    """Its hours would not count."""
    assert findings(tmp_path, "Ana,2026-03-03,care,leave,,,", "Ben,2026-03-02,,off,,,") == [
        "edited.csv:2:21 kind is leave, which people.Ana.leave does not have on 2026-03-03; add it there, or write off"
    ]


# --- rules that are broken ---

WEEK = [shift(day) for day in range(4)]
LATE = "Ana,late"
PART = "groups.care.shift_rules.part_time.at_most"


@pytest.mark.parametrize(
    ("rule", "changes", "rows"),
    [
        ("daily rest", {}, [shift(0, "13:00,21:00", "17:00-17:30", LATE), shift(1, "07:00,15:00", "10:00-10:30")]),
        ("weekly rest", {"rosters.weekly_rest": "100 h"}, WEEK),
        ("days in a row", {"rosters.days_in_a_row": 3}, WEEK),
        ("hours of a week", {"people.Ana.contract.most": "29 h"}, WEEK),
        ("hours of the contract", {"people.Ana.contract.hours": "14 h"}, WEEK),
        ("weekends", {"rosters.weekends_at_most": 0}, [shift(5, who=LATE)]),
        ("leave", {"people.Ana.leave": ["2026-03-03"]}, WEEK),
        ("possible days", {"people.Ana.days": "mon-wed"}, WEEK),
        ("possible hours", {"people.Ana.hours": "short"}, [*WEEK[:3], shift(3, "09:00,17:00")]),
        ("skill", {}, [shift(0, who="Ana,tech")]),
        ("fixed", {"people.Ana.fixed": ["2026-03-02 off"]}, WEEK),
        ("days on which shifts may begin", {}, [shift(5)]),
        ("hours in which shifts may begin", {}, [shift(0, "12:00,20:00", "16:00-16:30")]),
        ("hours of the group", {"groups.care.hours": "short"}, [shift(0, "09:00,17:00")]),
        ("night work", {}, [shift(0, "15:00,23:00", "19:00-19:30", LATE)]),
        ("lengths of shifts", {}, [shift(0, "08:00,17:00")]),
        ("breaks", {}, [shift(0, breaks="")]),
    ],
)  # fmt: skip
def test_an_edit_that_breaks_a_rule_is_told_by_its_name(
    tmp_path: Path, rule: str, changes: dict[str, Any], rows: list[str]
) -> None:
    scenario = desk(tmp_path).with_changes(changes)
    roster = read(scenario, tmp_path, *rows)
    found = broken_rules(roster, scenario)
    assert set(found) == {"Ana"}
    assert {one.rule for one in found["Ana"]} == {rule}


@pytest.mark.parametrize(
    ("rule", "changes", "words"),
    [
        ("starts a day", {"groups.care.shift_rules.starts_a_day": 1}, "2 people begin, not 1"),
        ("share of part-timers", {PART: "40 %"}, "1 of 2 shifts in the week, not 40 %"),
        ("people at least", {"groups.care.shift_rules.at_least": {"core": 2}}, "1 of 2 there at 12:00"),
        ("agents at once", {"groups.care.most": 1}, "2 on duty at 08:00, not 1"),
    ],
)  # fmt: skip
def test_what_a_group_breaks_as_a_whole_is_told_by_day(
    tmp_path: Path, rule: str, changes: dict[str, Any], words: str
) -> None:
    core = {"calendar.hours.core": {"mon": "08:00-14:00"}}
    scenario = desk(tmp_path, people__Ben__also="care").with_changes(core | changes)
    rows = [shift(0), shift(0, "08:00,12:00", "", "Ben,care"), shift(7), shift(7, "08:00,16:00", who="Ben,care")]
    found = broken_rules(read(scenario, tmp_path, *rows[:2]), scenario)["group care"]
    assert [(one.rule, one.words) for one in found if one.day == date(2026, 3, 2)] == [(rule, words)]
    assert broken_rules(read(desk(tmp_path), tmp_path, *rows), desk(tmp_path)).get("group care") is None


def test_a_shift_that_is_settled_need_not_be_one_of_the_group(tmp_path: Path) -> None:
    scenario = desk(tmp_path, people__Ana__fixed=["2026-03-02 10:00-13:00"])
    roster = read(scenario, tmp_path, shift(0, "10:00,13:00", ""))
    assert broken_rules(roster, scenario) == {}


# --- there and back ---

PAUSE = (30 * MINUTE_MS, 45 * MINUTE_MS)


@st.composite
def rosters(draw: st.DrawFn, scenario: Scenario) -> NamedRoster:
    """Any shifts of two weeks that do not overlap, breaks anywhere in them, also in the night the clock changes."""
    people = members_of(scenario.people)
    duties = []
    for member in people:
        for day in range(14):
            if not draw(st.booleans()):
                continue
            group = draw(st.sampled_from(member.groups))
            clock = scenario.clock_of(group)
            on_date = scenario.calendar.start + timedelta(days=day)
            on = clock.midnights[(on_date - clock.first_day).days] + draw(st.integers(32, 47)) * 30 * MINUTE_MS
            is_split = draw(st.booleans())
            length = draw(st.sampled_from([4, 8])) * HOUR_MS
            pieces = (
                [(on, on + 4 * HOUR_MS), (on + 7 * HOUR_MS, on + 11 * HOUR_MS)] if is_split else [(on, on + length)]
            )
            breaks = [
                (a + at * 15 * MINUTE_MS, a + at * 15 * MINUTE_MS + draw(st.sampled_from(PAUSE)), draw(st.booleans()))
                for a, _ in pieces
                for at in ([draw(st.integers(1, 12))] if draw(st.booleans()) else [])
            ]
            is_part = not is_split and length == 4 * HOUR_MS and group == "care"
            kind = "split" if is_split else "part" if is_part else "full"
            duties.append(Duty(member.name, group, Laid(on_date, kind, tuple(pieces), tuple(breaks))))  # type: ignore[arg-type]
    return NamedRoster(scenario.calendar.start, 2, people, tuple(duties))


AUTUMN = "2026-10-19"  # the clock is set back on Sunday 25 October at 03:00


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_roster_comes_back_from_its_table(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    scenario = desk(folder, AUTUMN)
    roster = data.draw(rosters(scenario))
    (folder / "people.csv").write_text(people_csv(roster, scenario), encoding="utf-8")
    assert read_named_roster(folder / "people.csv", scenario) == roster


def test_the_second_half_past_two_of_a_night_is_told_from_the_first(tmp_path: Path) -> None:
    scenario = desk(tmp_path, AUTUMN)
    row = "Ben,2026-10-24,late,shift,22:00,06:00,02:30-02:00 again"
    laid = read(scenario, tmp_path, row).duties[0].laid
    clock = scenario.clock
    assert laid.pieces[0][1] - laid.pieces[0][0] == 9 * HOUR_MS
    assert laid.breaks[0][1] - laid.breaks[0][0] == 30 * MINUTE_MS
    assert breaks_text(laid, clock) == "02:30-02:00 again" and clock_text(laid.pieces[0][1], clock) == "06:00"


def test_a_workbook_with_real_dates_and_times_is_the_same_roster(tmp_path: Path) -> None:
    scenario = desk(tmp_path)
    roster = read(scenario, tmp_path, *WEEK, shift(4, "15:00,23:00", "19:00-19:30", LATE))
    rows = [line.split(",") for line in people_csv(roster, scenario).splitlines()]
    path = tmp_path / "people.xlsx"
    with pytest.importorskip("xlsxwriter").Workbook(path) as book:
        sheet = book.add_worksheet("Roster")
        day, clock = book.add_format({"num_format": "d.m.yyyy"}), book.add_format({"num_format": "hh:mm"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if r and rows[0][c] == "date":
                    sheet.write_datetime(r, c, date.fromisoformat(cell), day)
                elif r and rows[0][c] in ("begin", "end") and cell:
                    sheet.write_datetime(r, c, time.fromisoformat(cell), clock)
                else:
                    sheet.write(r, c, cell)
    assert read_named_roster(path, scenario) == roster

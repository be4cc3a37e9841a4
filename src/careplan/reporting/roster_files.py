"""A roster of people as files: one row a person and day, and a calendar for each person.

Comes in: a :class:`~careplan.planning.rosters.duties.NamedRoster`. Goes out: CSV that spreadsheets open and
``planning/rosters/edited`` reads back as the same roster, and iCalendar. Left out: folders, reports.

Nothing in the table is taken for a formula: names of people and groups begin with a letter or a digit
(``scenario/fields``), and so does every other cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from careplan.clock import Clock, Window, cut, merge_windows
from careplan.costing.pay import Pay, pay_of
from careplan.planning.rosters.cells import breaks_text, clock_text
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.edited import DAY_OFF, FIELDS, LEAVE, SHIFT
from careplan.planning.rosters.labour import begin_minute, hours_of
from careplan.planning.shifts.kinds import place_of
from careplan.reporting.files import csv_text
from careplan.reporting.icalendar import Event, calendar_text, is_ours
from careplan.scenario.models import Scenario
from careplan.scenario.persons import WORKDAYS, Member
from careplan.units import DAYS, HOUR_MS

EXCEL_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Byte order mark at the begin of a CSV file, without which Excel takes ë for Ã«."""


def people_csv(roster: NamedRoster, scenario: Scenario) -> str:
    """Return a row for each person and day, days off and leave too; columns as in ``edited.FIELDS``.

    Paid hours are the shift without unpaid breaks; of a day of leave, what it counts for the contract. Night hours lie
    in the ``night_hours`` of the group's shift rules, premium hours in any premium of the group.
    """
    hours = _Hours.of(scenario)
    rows = []
    for member in roster.people:
        duties = {duty.laid.day: duty for duty in roster.duties_of[member.name]}
        rows += [_row(member, day, duties.get(day), scenario, hours) for day in roster.days]
    return csv_text(list(FIELDS), rows)


def _row(member: Member, day: date, duty: Duty | None, scenario: Scenario, hours: _Hours) -> list[str]:
    cells = dict.fromkeys(FIELDS, "")
    is_leave = duty is None and day in member.person.leave_days
    cells |= {
        "person": member.name,
        "date": day.isoformat(),
        "weekday": DAYS[day.weekday()].title(),
        "group": member.group if duty is None else duty.group,
        "kind": SHIFT if duty is not None else LEAVE if is_leave else DAY_OFF,
        "wish": wish_words(member, day, duty, scenario),
    }
    if duty is not None:
        laid, clock = duty.laid, scenario.clock_of(duty.group)
        cells |= {
            "begin": clock_text(laid.pieces[0][0], clock),
            "end": clock_text(laid.pieces[-1][1], clock),
            "breaks": breaks_text(laid, clock),
            "paid_hours": _hours(hours_of(laid)),
            "night_hours": _hours(hours.within(duty, hours.night)),
            "premium_hours": _hours(hours.within(duty, hours.premium)),
        }
    elif is_leave and day.weekday() in WORKDAYS:
        cells["paid_hours"] = _hours(member.person.contract.day_of_leave)
    return list(cells.values())


def wish_words(member: Member, day: date, duty: Duty | None, scenario: Scenario) -> str:
    """Return ``granted`` or ``turned down`` where the person wished something for a day, else nothing."""
    begins = None if duty is None else begin_minute(duty.laid, scenario.clock_of(duty.group))
    wishes = [wish.is_granted(begins) for wish in member.person.wishes if wish.is_about(day)]
    return "" if not wishes else "granted" if all(wishes) else "turned down"


@dataclass(frozen=True)
class _Hours:
    """By group, windows of nights and of premiums."""

    night: Mapping[str, Sequence[Window]]
    premium: Mapping[str, Sequence[Window]]

    @classmethod
    def of(cls, scenario: Scenario) -> _Hours:
        pay: dict[str, Pay] = pay_of(scenario)
        with_rules = [name for name, group in scenario.groups.items() if group.shift_rules is not None]
        return cls(
            {name: place_of(scenario, name).night_windows for name in with_rules},
            {name: merge_windows(w for p in one.premiums for w in p.windows) for name, one in pay.items()},
        )

    def within(self, duty: Duty, windows: Mapping[str, Sequence[Window]]) -> int:
        """Paid time of a shift inside the windows of its group, ms."""
        mine = windows.get(duty.group, ())
        return sum(off - on for begin, end in duty.laid.paid for on, off in cut(mine, begin, end))


def calendars(roster: NamedRoster, scenario: Scenario, *, made_at: datetime | None = None) -> dict[str, str]:
    """Return a calendar for each person by file name: an event for each piece of a shift, and one for each leave.

    Parameters
    ----------
    made_at
        When this was written; None: now.
    """
    stamp = datetime.now(UTC).replace(microsecond=0) if made_at is None else made_at
    found: dict[str, str] = {}
    taken: set[str] = set()
    for member in roster.people:
        name = member.name
        while name.casefold() in taken:  # file systems that do not tell Ana from ana
            name += "_"
        taken.add(name.casefold())
        events = [e for duty in roster.duties_of[member.name] for e in _events(duty, scenario)]
        events += _leave(member, roster, scenario)
        events.sort(key=lambda event: f"{event.begin:%Y-%m-%d %H:%M}")
        title = f"{scenario.title or scenario.name}: {member.name}"
        found[f"{name}.ics"] = calendar_text(title, events, made_at=stamp)
    return found


def forget_calendars(folder: Path, written: Iterable[str]) -> None:
    """Take the calendars of people who are in the roster no more out of a folder; those of other programs stay."""
    there = {Path(name).name.casefold() for name in written}
    for path in folder.glob("*.ics"):
        if path.name.casefold() not in there and is_ours(path.read_text(encoding="utf-8", errors="replace")):
            path.unlink()


def _events(duty: Duty, scenario: Scenario) -> list[Event]:
    clock, laid = scenario.clock_of(duty.group), duty.laid
    lines = [f"{_hours(hours_of(laid))} paid hours"]
    if laid.breaks:
        lines.insert(0, f"Breaks {breaks_text(laid, clock)}")
    return [
        Event(
            _uid(scenario, duty.person, laid.day, str(piece)),
            _moment(on, clock),
            _moment(off, clock),
            f"Shift ({duty.group})",
            "\n".join(lines),
        )
        for piece, (on, off) in enumerate(laid.pieces, 1)
    ]


def _leave(member: Member, roster: NamedRoster, scenario: Scenario) -> list[Event]:
    """Runs of days of leave inside the roster, as whole days."""
    found: list[Event] = []
    begin: date | None = None
    days = sorted(member.person.leave_days & set(roster.days))
    for day, after in zip(days, [*days[1:], None], strict=False):
        begin = begin or day
        if after != day + timedelta(days=1):
            uid = _uid(scenario, member.name, begin, LEAVE)
            found.append(Event(uid, begin, day + timedelta(days=1), "Leave", is_busy=False))
            begin = None
    return found


def _uid(scenario: Scenario, person: str, day: date, part: str) -> str:
    """The same for the same roster, person and day, so that a calendar replaces what it has."""
    text = "|".join((scenario.name, person, day.isoformat(), part))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}@careplan"


def _moment(instant: int, clock: Clock) -> datetime:
    return clock.local(instant).astimezone(UTC)


def _hours(ms: float) -> str:
    return f"{ms / HOUR_MS:.2f}"

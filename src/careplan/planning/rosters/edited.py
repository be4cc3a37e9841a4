"""A roster of people as people edit it: one row a person and day, in a CSV file or a workbook.

Comes in: a table with the columns of ``FIELDS``. Goes out: a :class:`~careplan.planning.rosters.duties.NamedRoster`, or
every finding with its place. Left out: whether it keeps to the rules (``checking``), and writing such a table
(``reporting/roster_files``).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, timedelta

from careplan.clock import Clock
from careplan.errors import CareplanError, UnitError, shown
from careplan.planning.rosters.cells import clock_text, laid_shift, parse_breaks, parse_clock, parse_day
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Member, members_of
from careplan.scenario.suggest import did_you_mean
from careplan.workload.textcolumns import Source, TextColumns

FIELDS: dict[str, str] = {
    "person": "name, as in the section people; needed",
    "date": "the day on which the shift begins: 2026-03-02 or 2.3.2026; needed",
    "weekday": "to read only",
    "group": "whose shift it is; empty: the person's own group",
    "kind": "shift, off or leave; empty: a shift where there are times",
    "begin": "clock time, such as 08:30; empty without a shift",
    "end": "clock time; not after begin: on the next day",
    "breaks": "such as 12:00-12:30, 15:00-15:15 paid; 13:00-17:00 off between the pieces of a split shift",
    "paid_hours": "to read only",
    "night_hours": "to read only",
    "premium_hours": "to read only",
    "wish": "to read only",
}
"""Columns of the table and what stands in them."""
SHIFT, DAY_OFF, LEAVE = "shift", "off", "leave"
KINDS = (SHIFT, DAY_OFF, LEAVE)


def read_named_roster(source: Source, scenario: Scenario) -> NamedRoster:
    """Return the roster written in a table.

    Parameters
    ----------
    source
        A CSV file, a workbook or a data frame. Days of a person without a row are off.
    scenario
        Whose people these are; its horizon is the roster's.

    Raises
    ------
    TableError
        With every finding as file:line:column: what cannot be read, nobody or a group nobody knows, a day outside the
        roster, two rows for a day, shifts that overlap.
    """
    duties = [duty for duty in read_days(source, scenario).values() if duty is not None]
    people = members_of(scenario.people)
    order = {member.name: at for at, member in enumerate(people)}
    duties.sort(key=lambda duty: (order[duty.person], duty.laid.pieces[0][0]))
    return NamedRoster(scenario.calendar.start, scenario.calendar.horizon // 7, people, tuple(duties))


def read_days(source: Source, scenario: Scenario) -> dict[tuple[str, date], Duty | None]:
    """Return the shift of each person and day that a table says anything about; None for a day off or leave.

    Raises
    ------
    TableError
        As :func:`read_named_roster`.
    CareplanError
        If the scenario has no people.
    """
    if not scenario.people:
        raise CareplanError(f"{scenario.name} has nobody to roster; expected the section people")
    table = TextColumns(source, "roster")
    table.check_header(FIELDS, [])
    for name in ("person", "date", "begin", "end"):
        table.need(name)
    table.stop_if_any()
    length = scenario.calendar.horizon
    days = tuple(scenario.calendar.start + timedelta(days=k) for k in range(length))
    reader = _Rows(table, scenario, {member.name: member for member in members_of(scenario.people)}, days)
    found = [reader.read(row) for row in range(len(table))]
    reader.find_overlaps()
    table.stop_if_any()
    return {key: duty for key, duty in found if key is not None}


class _Rows:
    """Rows of the table, turned strict one by one; what is wrong is noted in it."""

    def __init__(
        self, table: TextColumns, scenario: Scenario, people: Mapping[str, Member], days: tuple[date, ...]
    ) -> None:
        self.table, self.scenario, self.people, self.days = table, scenario, people, days
        self._cells = {name: table.texts(name) if name in table else [""] * len(table) for name in FIELDS}
        self._seen: dict[tuple[str, date], int] = {}
        self._found: dict[str, list[tuple[int, Duty]]] = {}

    def read(self, row: int) -> tuple[tuple[str, date] | None, Duty | None]:
        """Return whom and which day a row is about (None where something is wrong), and the shift, if it is one."""
        member, day, group = self._member(row), self._day(row), self._group(row)
        works = self._works(row)
        if member is None or day is None:
            return None, None
        key = member.name, day
        if self._seen.setdefault(key, row) != row:
            self.table.refuse(row, "date", f"is {day}; {member.name} has a row for this day already")
            return None, None
        if group is None or not works:
            if self._cells["kind"][row].lower() == LEAVE and day not in member.person.leave_days:
                name = member.name if member.name in self.scenario.people else member.name.rpartition("-")[0]
                text = f"is leave, which people.{name}.leave does not have on {day}; add it there, or write off"
                self.table.refuse(row, "kind", text)
            return key, None
        laid = self._laid(row, day, group or member.group)
        if laid is None:
            return None, None
        duty = Duty(member.name, group or member.group, laid)
        self._found.setdefault(member.name, []).append((row, duty))
        return key, duty

    def find_overlaps(self) -> None:
        """Note shifts that begin before another of the same person has ended."""
        for rows in self._found.values():
            rows.sort(key=lambda one: one[1].laid.pieces[0][0])
            for (_, before), (row, after) in itertools.pairwise(rows):
                if after.laid.pieces[0][0] < before.laid.pieces[-1][1]:
                    until = clock_text(before.laid.pieces[-1][1], self._clock(before.group))
                    text = f"{after.person} works until {until} by the shift of {before.laid.day}"
                    self.table.refuse(row, "begin", f"is {shown(self._cells['begin'][row])}; {text}")

    def _clock(self, group: str) -> Clock:
        return self.scenario.clock_of(group)

    def _member(self, row: int) -> Member | None:
        name = self._cells["person"][row]
        if name not in self.people:
            hint = did_you_mean(name, self.people)
            self.table.refuse(row, "person", f"is {shown(name or None)}; expected one of people. {hint}".rstrip(". "))
        return self.people.get(name)

    def _day(self, row: int) -> date | None:
        text = self._cells["date"][row]
        try:
            day = parse_day(text)
        except UnitError as error:
            self.table.refuse(row, "date", str(error))
            return None
        if not self.days[0] <= day <= self.days[-1]:
            wanted = f"a day of the roster, {self.days[0]} to {self.days[-1]}"
            self.table.refuse(row, "date", f"is {shown(text)}; expected {wanted}")
            return None
        return day

    def _group(self, row: int) -> str | None:
        """The group of a row, empty for the person's own; None where there is no such group."""
        name = self._cells["group"][row]
        known = sorted(self.scenario.groups)
        if not name or name in known:
            return name
        hint = did_you_mean(name, known)
        text = f"is {shown(name)}; known groups: {', '.join(known)}{'. ' if hint else ''}{hint}"
        self.table.refuse(row, "group", text)
        return None

    def _works(self, row: int) -> bool:
        """Whether a row is a shift."""
        kind = self._cells["kind"][row].lower()
        times = [name for name in ("begin", "end", "breaks") if self._cells[name][row]]
        if kind and kind not in KINDS:
            self.table.refuse(row, "kind", f"is {shown(kind)}; expected {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        elif kind in (DAY_OFF, LEAVE) and times:
            at = self._cells[times[0]][row]
            self.table.refuse(row, times[0], f"is {shown(at)}; expected nothing where kind is {kind}, or kind shift")
        elif kind == SHIFT or times:
            return True
        return False

    def _laid(self, row: int, day: date, group: str) -> Laid | None:
        """The shift of a row, on the clock of its group."""
        clock = self._clock(group)
        column = "begin"
        try:
            begin = parse_clock(self._cells["begin"][row], day, clock)
            column = "end"
            end = parse_clock(self._cells["end"][row], day, clock, after=begin)
            column = "breaks"
            pieces, breaks = parse_breaks(self._cells["breaks"][row], day, clock, (begin, end))
        except UnitError as error:
            self.table.refuse(row, column, str(error))
            return None
        return laid_shift(day, pieces, breaks, self.scenario.groups[group].shift_rules)

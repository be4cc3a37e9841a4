"""What the people of a scenario must keep beyond the form of single values: groups that exist, names used once.

Comes in: the resolved tree, the scenario once its blocks are valid. Goes out: findings, placed in the CSV file for
people who stand there. Left out: whether a fixed shift is a legal one; that is the roster's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from careplan.errors import Finding, shown
from careplan.scenario.csvfile import CsvTable
from careplan.scenario.models import Scenario
from careplan.scenario.nodes import Node
from careplan.scenario.persons import Fixed, Person, members_of
from careplan.scenario.persons_csv import place_of
from careplan.scenario.suggest import did_you_mean


def person_findings(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    """Yield what is wrong with people, wherever they are written."""
    section = tree.child("people")
    if section is None:
        return
    for name, person in scenario.people.items():
        for key, path, words in _faults(scenario, name, person):
            yield _finding(section, name, key, path, words)
    counted: dict[str, int] = {}
    for member in members_of(scenario.people):
        counted[member.name] = counted.get(member.name, 0) + 1
    for name in (name for name, n in counted.items() if n > 1):
        yield _finding(section, name, "", (), f"is the name of {counted[name]} people; expected each name once")


def _faults(scenario: Scenario, name: str, person: Person) -> Iterable[tuple[str, tuple[str | int, ...], str]]:
    """(key, path below it, words)."""
    groups = sorted(scenario.groups)
    if person.group is None and (person.count is None or name not in groups):
        what = "the group they belong to" if person.count is None else f"the group of these {person.count} people"
        yield "group", (), f"is missing; expected {what}: {', '.join(groups)}"
    for key, path, group in (
        ("group", (), person.group),
        *(("also", (at,), one) for at, one in enumerate(person.also)),
        *(("fixed", (at, "group"), one.group) for at, one in enumerate(person.fixed)),
    ):
        if group is not None and group not in groups:
            hint = did_you_mean(group, groups)
            yield key, path, f"is {shown(group)}; known groups: {', '.join(groups)}{'. ' if hint else ''}{hint}"
    if person.hours not in scenario.calendar.hours:
        known = sorted(scenario.calendar.hours)
        hint = did_you_mean(person.hours, known)
        yield "hours", (), f"is {shown(person.hours)}; known hours: {', '.join(known)}{'. ' if hint else ''}{hint}"
    days = [one.day for one in person.fixed]
    for at, one in enumerate(person.fixed):
        if one.day in days[:at]:
            yield "fixed", (at, "day"), f"is {one.day}, which is settled above; expected each day once"
        elif one.shift is not None and one.day in person.leave_days:
            yield "fixed", (at, "day"), f"is {one.day}, a day of leave; expected no shift on it"
        elif one.shift is not None and one.day.weekday() not in person.days:
            yield "fixed", (at, "day"), f"is {one.day}, a weekday on which they do not work; expected one of days"
        elif not _is_possible(scenario, name, person, one):
            yield "fixed", (at, "shift"), f"on {one.day} is outside the hours in which they can work: {person.hours}"
        if one.shift is not None and one.group is not None and one.group not in (person.group or name, *person.also):
            yield "fixed", (at, "group"), f"is {shown(one.group)}; expected their own group or one of also"


def _is_possible(scenario: Scenario, name: str, person: Person, one: Fixed) -> bool:
    """Whether a settled shift begins and ends in the hours in which a person can work; what lies between is the
    roster's to say, as it knows the hours off of a split shift."""
    home = person.group or name
    there = one.group or home
    if one.shift is None or person.hours not in scenario.calendar.hours or not {home, there} <= set(scenario.groups):
        return True
    begin, end = (scenario.clock_of(there).instant(_midnight(one.day) + timedelta(minutes=k)) for k in one.shift)
    clock = scenario.clock_of(home)
    days = [one.day + timedelta(days=k) for k in (-2, -1, 0, 1, 2)]
    windows = [
        tuple(clock.instant(_midnight(day) + timedelta(minutes=k)) for k in window)
        for day in days
        for window in scenario.calendar.hours[person.hours].on(day, clock.holidays)
    ]
    return any(on <= begin < off for on, off in windows) and any(on < end <= off for on, off in windows)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _finding(section: Node, name: str, key: str, path: tuple[str | int, ...], words: str) -> Finding:
    table = section.value if isinstance(section.value, CsvTable) else None
    if table is None and section.child(name) is None:
        listed = section.child("csv")
        table = listed.value if listed is not None and isinstance(listed.value, CsvTable) else None
    if table is not None:
        line, column = place_of(table, name, key or "name")
        return Finding(table.file, line, column, key or "name", words)
    node = section.child(name) or section
    for part in (key, *path):
        node = node.child(part) or node
    found = node.finding(words)
    is_missing = bool(key) and (section.child(name) or section).child(key) is None
    return Finding(found.file, found.line, found.column, f"{found.path}.{key}", words) if is_missing else found

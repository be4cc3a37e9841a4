"""A roster of named people: who works which shift, and what stays uncovered.

Comes in: people and their shifts. Goes out: a frozen :class:`NamedRoster`, hours by person and week, and the roster of
agents an engine plays. Left out: finding it (``assign``), files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from careplan.clock import Window, cut, merge_windows
from careplan.planning.rosters.labour import Breach, Weeks, breaches, hours_by_week, weekends_worked
from careplan.planning.shifts.labour import Laid
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Member
from careplan.scenario.roster_rules import Rosters


@dataclass(frozen=True)
class Duty:
    """Somebody works a shift."""

    person: str
    group: str
    """Whose shift it is: the person's own group, or one they know too."""
    laid: Laid


@dataclass(frozen=True)
class Uncovered:
    """Needed shifts that nobody works: of one group, day and time."""

    group: str
    day: date
    words: str
    """Such as ``08:00-16:30``."""
    people: int
    needed: int
    hours: float
    """Paid hours of one of them."""
    reason: str
    """Why, as far as one can tell."""


@dataclass(frozen=True)
class NamedRoster:
    """Who works when. Duties are in the order of people and, within one, of time."""

    start: date
    weeks: int
    people: tuple[Member, ...]
    """Everybody, in the order of groups and, within one, as written."""
    duties: tuple[Duty, ...]
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the roster."""
        return tuple(self.start + timedelta(days=k) for k in range(7 * self.weeks))

    @cached_property
    def duties_of(self) -> dict[str, tuple[Duty, ...]]:
        """Duties by person, in order of time; everybody has an entry."""
        found: dict[str, list[Duty]] = {member.name: [] for member in self.people}
        for duty in self.duties:
            found[duty.person].append(duty)
        return {name: tuple(sorted(rows, key=lambda d: d.laid.pieces[0][0])) for name, rows in found.items()}

    def shifts_of(self, person: str) -> tuple[Laid, ...]:
        """Return the shifts of a person, in order of time."""
        return tuple(duty.laid for duty in self.duties_of[person])

    def weeks_on(self, scenario: Scenario, group: str) -> Weeks:
        """Return the weeks of the roster by the clock of a group."""
        return Weeks.of(self.start, self.weeks, scenario.clock_of(group))

    def hours(self, scenario: Scenario) -> dict[str, tuple[float, ...]]:
        """Return paid hours by person and week, leave counted in, in ms."""
        return {
            m.name: tuple(hours_by_week(self.shifts_of(m.name), m.person, self.weeks_on(scenario, m.group)))
            for m in self.people
        }

    def weekends(self) -> dict[str, int]:
        """Return the weekends on which each person works."""
        return {member.name: len(weekends_worked(self.shifts_of(member.name))) for member in self.people}

    def breaches(self, scenario: Scenario) -> dict[str, tuple[Breach, ...]]:
        """Return what people's rows break of the rules they must keep, by person; kept rows are left out."""
        rules = scenario.rosters or Rosters()
        found = {}
        for member in self.people:
            windows = possible_windows(scenario, member, self.start, self.weeks)
            broken = breaches(
                [(duty.laid, duty.group) for duty in self.duties_of[member.name]],
                member,
                rules,
                self.weeks_on(scenario, member.group),
                scenario.clock_of,
                windows,
            )
            if broken:
                found[member.name] = broken
        return found

    def agents(self, scenario: Scenario) -> tuple[tuple[str, str], ...]:
        """Return who each agent of :meth:`roster` is: (group, person), in the agents' order.

        Agents of a group are its people, in order, and then those of other groups who work a shift of it.
        """
        guests: dict[str, set[str]] = defaultdict(set)
        home = {member.name: member.group for member in self.people}
        for duty in self.duties:
            if home[duty.person] != duty.group:
                guests[duty.group].add(duty.person)
        return tuple(
            (group, member.name)
            for group in sorted(scenario.groups)
            for of_it in (True, False)
            for member in self.people
            if (member.group == group) == of_it and (of_it or member.name in guests[group])
        )

    def roster(self, scenario: Scenario) -> Roster:
        """Return who is on duty, nobody absent: an agent for each person, breaks as gaps, clipped to the run."""
        end = scenario.clock.midnights[-1]
        rows = self.agents(scenario)
        groups = tuple(sorted(scenario.groups))
        number = {row: k for k, row in enumerate(rows)}
        spells = [
            (number[duty.group, duty.person], on, off)
            for duty in self.duties
            for on, off in cut(duty.laid.stretches, 0, end)
        ]
        columns = list(zip(*spells, strict=True)) if spells else [(), (), ()]
        return Roster(groups, [groups.index(group) for group, _ in rows], *columns)  # type: ignore[arg-type]


def possible_windows(scenario: Scenario, member: Member, start: date, weeks: int) -> tuple[Window, ...] | None:
    """Return when a person can work, ms, over the days of a roster and the one after; None: at any hour."""
    if member.person.hours == "always":
        return None
    clock = scenario.clock_of(member.group)
    found: list[Window] = []
    for day in (start + timedelta(days=k) for k in range(-1, 7 * weeks + 1)):
        midnight = datetime(day.year, day.month, day.day)
        for begin, end in scenario.calendar.hours[member.person.hours].on(day, clock.holidays):
            opens, closes = midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)
            found.append((clock.instant(opens), clock.instant(closes)))
    return merge_windows(found)

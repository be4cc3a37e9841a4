"""Days of an edited roster that are kept while the rest is found anew.

Comes in: a table as ``edited`` reads it. Goes out: people for whom these days are settled, and, of a roster found for
them, the same with the breaks of the table. Left out: finding it (``assign``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.edited import read_days
from careplan.planning.rosters.labour import clock_range
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Fixed, Member
from careplan.workload.textcolumns import Source


@dataclass(frozen=True)
class Kept:
    """What stays: (person, day) → their shift, None for a day off. Days that are not named are free."""

    days: Mapping[tuple[str, date], Duty | None]

    def settled(self, people: Iterable[Member], scenario: Scenario) -> tuple[Member, ...]:
        """Return people with these days settled too; where the scenario settles the same day, the table wins."""
        found = []
        for member in people:
            mine = {day: duty for (name, day), duty in self.days.items() if name == member.name}
            fixed = [one for one in member.person.fixed if one.day not in mine]
            fixed += [_fixed(day, duty, scenario) for day, duty in sorted(mine.items())]
            found.append(replace(member, person=member.person.model_copy(update={"fixed": tuple(fixed)})))
        return tuple(found)

    def put_into(self, roster: NamedRoster, people: tuple[Member, ...]) -> NamedRoster:
        """Return a roster with the kept shifts as the table has them, breaks among it, and its own people again."""
        duties = [
            self.days.get((duty.person, duty.laid.day)) or duty
            for duty in roster.duties
            if self.days.get((duty.person, duty.laid.day), duty) is not None
        ]
        return replace(roster, people=people, duties=tuple(duties))


def read_kept(source: Source, scenario: Scenario) -> Kept:
    """Return what a table keeps: every row, shifts as well as days off.

    Raises
    ------
    TableError
        As :func:`~careplan.planning.rosters.edited.read_days`.
    """
    return Kept(read_days(source, scenario))


def _fixed(day: date, duty: Duty | None, scenario: Scenario) -> Fixed:
    """A kept day as a settled one. Minutes are put in as they are: as text no shift could last from eight to eight."""
    if duty is None:
        return Fixed(day=day)
    clock, pieces = scenario.clock_of(duty.group), duty.laid.pieces
    gap = None
    if len(pieces) > 1:
        off, on = (at.hour * 60 + at.minute for at in (clock.local(pieces[0][1]), clock.local(pieces[1][0])))
        gap = (off, on if on > off else on + 24 * 60)
    hours = {"shift": clock_range(duty.laid, clock), "gap": gap}
    return Fixed(day=day, group=duty.group).model_copy(update=hours)

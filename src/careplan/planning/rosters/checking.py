"""Which rules a roster breaks: of people's rows of shifts, of single shifts, and of groups as a whole.

Comes in: a roster. Goes out: every breach, by whom it concerns. Left out: the rules of a row (``labour``) and of a
shift (``planning/shifts/labour``), which are asked; reading a roster (``edited``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplan.clock import Clock, Window, cut
from careplan.planning.rosters.cells import clock_text
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.labour import Breach, is_as_settled
from careplan.planning.shifts.kinds import place_of
from careplan.planning.shifts.labour import Laid, broken_by
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Fixed
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import HOUR_MS


def broken_rules(roster: NamedRoster, scenario: Scenario) -> dict[str, tuple[Breach, ...]]:
    """Return every rule a roster breaks, in order of days: by person, and then by ``group NAME``.

    Those of people's rows of shifts, shifts that are none of those their group may be given, and what groups must keep
    to as a whole.
    """
    parts = (roster.breaches(scenario), illegal_shifts(roster, scenario))
    found = {
        member.name: tuple(sorted((b for part in parts for b in part.get(member.name, ())), key=lambda b: b.day))
        for member in roster.people
    }
    for name in sorted(scenario.groups):
        found[f"group {name}"] = broken_by_group(roster, scenario, name)
    return {name: breaches for name, breaches in found.items() if breaches}


def illegal_shifts(roster: NamedRoster, scenario: Scenario) -> dict[str, tuple[Breach, ...]]:
    """Return, by person, shifts that are none of those their group may be given; settled ones are left out."""
    places = {
        name: place_of(scenario, name) for name, group in scenario.groups.items() if group.shift_rules is not None
    }
    found: dict[str, tuple[Breach, ...]] = {}
    for member in roster.people:
        settled = {one.day: one for one in member.person.fixed}
        mine = [
            Breach(
                rule, duty.laid.day, f"{_hours(duty.laid, scenario.clock_of(duty.group))} is no shift of {duty.group}"
            )
            for duty in roster.duties_of[member.name]
            if duty.group in places and not _is_settled(duty, settled.get(duty.laid.day), scenario)
            for rule in broken_by(duty.laid, places[duty.group])
        ]
        if mine:
            found[member.name] = tuple(mine)
    return found


def _is_settled(duty: Duty, one: Fixed | None, scenario: Scenario) -> bool:
    return one is not None and is_as_settled(duty.laid, one, scenario.clock_of(duty.group))


def _hours(laid: Laid, clock: Clock) -> str:
    begin, end = laid.pieces[0][0], laid.pieces[-1][1]
    return f"{clock_text(begin, clock)}-{clock_text(end, clock)} ({(end - begin) / HOUR_MS:.4g} h)"


def broken_by_group(roster: NamedRoster, scenario: Scenario, group: str) -> tuple[Breach, ...]:
    """Return what a group breaks as a whole: people who begin on a day, part-timers of a week, people at once."""
    rules = scenario.groups[group].shift_rules
    mine = [duty for duty in roster.duties if duty.group == group]
    if rules is None:
        return ()
    found = [*_starts(mine, rules), *_part_timers(mine, roster, rules), *_heads(mine, roster, scenario, group, rules)]
    return tuple(sorted(found, key=lambda one: one.day))


def _starts(duties: list[Duty], rules: ShiftRules) -> Iterator[Breach]:
    """Starts a day: no more people begin on any day than ``starts_a_day``."""
    most = rules.starts_a_day
    for day, n in Counter(duty.laid.day for duty in duties).items():
        if most is not None and n > most:
            yield Breach("starts a day", day, f"{n} people begin, not {most}")


def _part_timers(duties: list[Duty], roster: NamedRoster, rules: ShiftRules) -> Iterator[Breach]:
    """Part-timers: their shifts are no larger a share of a week's than ``part_time.at_most``."""
    for week in range(roster.weeks):
        days = roster.days[7 * week : 7 * week + 7]
        kinds = [duty.laid.kind for duty in duties if duty.laid.day in days]
        part = kinds.count("part")
        if rules.part_time is not None and part > rules.part_time.at_most * len(kinds) + 1e-9:
            words = f"{part} of {len(kinds)} shifts in the week, not {100 * rules.part_time.at_most:g} %"
            yield Breach("share of part-timers", days[0], words)


def _heads(
    duties: list[Duty], roster: NamedRoster, scenario: Scenario, group: str, rules: ShiftRules
) -> Iterator[Breach]:
    """People at once: as many are there as ``at_least`` says, breaks aside, and no more on duty than ``most``."""
    clock = scenario.clock_of(group)
    present = Counted.of(piece for duty in duties for piece in duty.laid.pieces)
    on_duty = Counted.of(stretch for duty in duties for stretch in duty.laid.stretches)
    most = scenario.groups[group].most
    for day in roster.days:
        midnights = [clock.instant(datetime(d.year, d.month, d.day)) for d in (day, day + timedelta(days=1))]
        for name, heads in rules.at_least.items():
            counts = [
                one
                for window in cut(scenario.open_windows(name, group=group), *midnights)
                for one in present.within(window)
            ]
            n, at = min(counts, default=(heads, 0))
            if n < heads:
                yield Breach("people at least", day, f"{n} of {heads} there at {clock_text(at, clock)}")
        if most is not None:
            n, at = max(on_duty.within((midnights[0], midnights[1])), key=lambda one: one[0])
            if n > most:
                yield Breach("agents at once", day, f"{n} on duty at {clock_text(at, clock)}, not {most}")


@dataclass(frozen=True)
class Counted:
    """How many of some spells there are at a time."""

    ons: list[int]
    offs: list[int]

    @classmethod
    def of(cls, spells: Iterable[Window]) -> Counted:
        """Return the count of some spells."""
        found = list(spells)
        return cls(sorted(on for on, _ in found), sorted(off for _, off in found))

    def within(self, window: Window) -> list[tuple[int, int]]:
        """(how many, from when on) at the begin of a window and wherever it changes in it."""
        begin, end = window
        edges = {begin, *(at for at in (*_inside(self.ons, begin, end), *_inside(self.offs, begin, end)))}
        return [(bisect_right(self.ons, at) - bisect_right(self.offs, at), at) for at in sorted(edges)]


def _inside(sorted_at: list[int], begin: int, end: int) -> list[int]:
    return sorted_at[bisect_right(sorted_at, begin) : bisect_left(sorted_at, end)]

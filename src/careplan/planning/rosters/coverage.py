"""What a schedule needs and a roster leaves uncovered.

Comes in: a scenario with its schedule, a roster of people. Goes out: :class:`Needs`, and the roster with every needed
shift that nobody works. Left out: finding a roster (``assign``), and whether one keeps to the rules (``checking``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from os import PathLike
from pathlib import Path

import numpy as np

from careplan.columns import IntArray
from careplan.planning.rosters.duties import NamedRoster, Uncovered, possible_windows
from careplan.planning.rosters.horizon import over_its_weeks
from careplan.planning.rosters.labour import Weeks, breaches
from careplan.planning.rosters.needs import Needs, needs_of, starts_of
from careplan.planning.shifts.choose import prices_of
from careplan.planning.shifts.kinds import Kinds, kinds_of
from careplan.planning.staff import world_of
from careplan.scenario.models import Scenario
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS


def days_of(scenario: Scenario, rules: Rosters) -> tuple[date, ...]:
    """Return every day of a roster."""
    start = rules.start or scenario.calendar.start
    return tuple(start + timedelta(days=k) for k in range(7 * rules.weeks))


def legal_shifts(scenario: Scenario) -> Kinds:
    """Return every shift that may be given to a group of a scenario, over its own horizon."""
    return kinds_of(scenario, world_of(scenario, 1).grid, prices_of(scenario))


def needs_in(scenario: Scenario, shifts: str | PathLike[str]) -> Needs:
    """Return what the result of ``careplan shifts`` in a folder needs in the roster of a scenario.

    Raises
    ------
    CareplanError
        As :func:`~careplan.planning.rosters.needs.starts_of`.
    """
    rules, kinds = scenario.rosters or Rosters(), legal_shifts(scenario)
    wide = over_its_weeks(scenario)
    starts = starts_of(Path(shifts), kinds)
    return needs_of(wide, days_of(wide, rules), kinds, starts, like=scenario, spare=rules.spare)


def with_uncovered(named: NamedRoster, scenario: Scenario, needs: Needs) -> NamedRoster:
    """Return a roster with the needed shifts that nobody works.

    A shift covers the one of its group that begins and ends as it does, with the same hours off if it is split; breaks
    may differ. One at other times covers none.

    Parameters
    ----------
    named
        Who works what.
    scenario
        Over the weeks of the roster.
    needs
        On its days.
    """
    slot_of = {
        (slot.group, laid[0].day, laid[0].pieces): (day, at)
        for (day, at), laid in needs.variants.items()
        for slot in [needs.slots[at]]
    }
    missing = needs.people.copy()
    for duty in named.duties:
        where = slot_of.get((duty.group, duty.laid.day, duty.laid.pieces))
        if where is not None:
            missing[where] -= 1
    rules = scenario.rosters or Rosters()
    left = np.maximum(missing, 0)
    return replace(named, uncovered=uncovered_of(scenario, named, rules, needs, left, free="free"))


def uncovered_of(
    scenario: Scenario,
    named: NamedRoster,
    rules: Rosters,
    needs: Needs,
    missing: IntArray,
    *,
    free: str = "free, but dearer elsewhere",
) -> tuple[Uncovered, ...]:
    """Return every needed shift that nobody works, and what keeps the people from it.

    Parameters
    ----------
    scenario, named, rules, needs
        Who works what, and what is needed.
    missing
        People who are missing, shape (n_days, n_slots).
    free
        What is said of those whom no rule keeps from it.
    """
    found = []
    for day, at in np.argwhere(missing > 0).tolist():
        slot = needs.slots[at]
        laid = needs.laid(day, at, 0)
        why: Counter[str] = Counter()
        for member in named.people:
            if slot.group not in member.groups:
                continue
            mine = named.duties_of[member.name]
            if laid.day in member.person.leave_days:
                why["on leave"] += 1
            elif any(duty.laid.day == laid.day for duty in mine):
                why["at work"] += 1
            else:
                weeks = Weeks.of(named.start, named.weeks, scenario.clock_of(member.group))
                windows = possible_windows(scenario, member, named.start, named.weeks)
                worked = [(duty.laid, duty.group) for duty in mine]
                before, after = (
                    breaches(row, member, rules, weeks, scenario.clock_of, windows)
                    for row in (worked, [*worked, (laid, slot.group)])
                )
                why[next((one.rule for one in after if one not in before), free)] += 1
        reason = ", ".join(f"{count} {name}" for name, count in why.most_common(4)) or "nobody knows this group"
        found.append(
            Uncovered(
                slot.group,
                laid.day,
                slot.words,
                int(missing[day, at]),
                int(needs.people[day, at]),
                slot.paid / HOUR_MS,
                reason,
            )
        )
    return tuple(found)

"""The run a roster is played in: its weeks measured, and the roster going on before and after them.

Comes in: a scenario, a roster of its people. Goes out: the scenario over the roster's weeks, and shifts of the days
around them. Left out: playing it (``study/rosters``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from careplan.clock import Window
from careplan.costing.pay import Pay, cents, pay_of
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.shifts.labour import Laid
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS


def over_its_weeks(scenario: Scenario) -> Scenario:
    """Return the scenario measured over the weeks of its rosters: ``rosters.start`` and ``rosters.weeks``."""
    rules = scenario.rosters or Rosters()
    start = rules.start or scenario.calendar.start
    wanted = {"calendar.start": start, "calendar.horizon": 7 * rules.weeks}
    have = {"calendar.start": scenario.calendar.start, "calendar.horizon": scenario.calendar.horizon}
    if wanted == have:
        return scenario
    return scenario.with_changes({"calendar.start": start.isoformat(), "calendar.horizon": f"{7 * rules.weeks} days"})


def around(roster: NamedRoster, scenario: Scenario) -> tuple[Duty, ...]:
    """Return the shifts of the days before and after the roster that the run touches: it repeats itself.

    Warm-up and run-off need people as much as the horizon: the days before the roster are as its last, those after it
    as its first, at the same clock time. A copy that overlaps a shift of the same person is left out.
    """
    length = 7 * roster.weeks
    days = (scenario.clock.first_day - timedelta(days=1), *scenario.clock.days)
    offsets = sorted({(day - roster.start).days // length for day in days} - {0})
    found = []
    for mine in roster.duties_of.values():
        taken = [(duty.laid.pieces[0][0], duty.laid.pieces[-1][1]) for duty in mine]
        for offset in offsets:
            for duty in mine:
                laid = _moved(duty, length * offset, scenario)
                begin, end = laid.pieces[0][0], laid.pieces[-1][1]
                if laid.day in days and all(end <= on or off <= begin for on, off in taken):
                    taken.append((begin, end))
                    found.append(Duty(duty.person, duty.group, laid))
    return tuple(found)


def _moved(duty: Duty, days: int, scenario: Scenario) -> Laid:
    """A shift some days later, at the same clock time and as long."""
    clock, laid = scenario.clock_of(duty.group), duty.laid
    begin = clock.local(laid.pieces[0][0]).replace(tzinfo=None)
    moved = clock.instant(datetime.combine(begin.date() + timedelta(days=days), begin.time()))
    by = moved - laid.pieces[0][0]
    return Laid(
        laid.day + timedelta(days=days),
        laid.kind,
        tuple((on + by, off + by) for on, off in laid.pieces),
        tuple((begin + by, end + by, paid) for begin, end, paid in laid.breaks),
    )


def played_roster(roster: NamedRoster, scenario: Scenario) -> Roster:
    """Return who is on duty over the whole run, nobody absent: the roster, and it repeated before and after."""
    return replace(roster, duties=(*roster.duties, *around(roster, scenario))).roster(scenario)


def pay_of_people(roster: NamedRoster, scenario: Scenario) -> dict[str, Pay]:
    """Return how groups are paid where every person is named: the paid breaks of the roster, and no shrinkage.

    Who is absent is paid for the shift, and leave is paid by itself (:func:`leave_of`): shrinkage stands for both where
    nobody has a name. Our choice.
    """
    pauses: dict[str, set[Window]] = {name: set() for name in scenario.groups}
    for duty in roster.duties:
        pauses[duty.group] |= {(begin, end) for begin, end, is_paid in duty.laid.breaks if is_paid}
    return {
        name: replace(pay, paid_breaks=frozenset(pauses[name]), shrinkage=Decimal(0))
        for name, pay in pay_of(scenario).items()
    }


def leave_paid(roster: NamedRoster, scenario: Scenario) -> Decimal:
    """Return what leave is paid: the hours the contracts count, at the wage, to the cent."""
    pay = pay_of_people(roster, scenario)
    return sum((cents(hours * pay[group].an_hour) for group, hours in leave_of(roster).items()), Decimal(0))


def leave_of(roster: NamedRoster) -> dict[str, Fraction]:
    """Return hours of leave by group, as the contracts count them; days on which somebody works all the same are left
    out.
    """
    found: dict[str, Fraction] = {}
    for member in roster.people:
        at_work = {duty.laid.day for duty in roster.duties_of[member.name]}
        ms = member.person.hours_of_leave([day for day in roster.days if day not in at_work])
        found[member.group] = found.get(member.group, Fraction(0)) + Fraction(round(ms), HOUR_MS)
    return found

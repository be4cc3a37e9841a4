"""From a roster of people to the plain data of a workbook.

Comes in: a :class:`~careplan.reporting.rosters.Rostered`. Goes out: a :class:`~careplan.reporting.workbook.data.Book`.
Left out: what is required of the hours: ``--also`` takes it from the shifts they were planned with.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from careplan.metrics.periods import Periods
from careplan.planning.rosters.duties import NamedRoster
from careplan.planning.rosters.horizon import pay_of_people, played_roster
from careplan.provenance import Provenance
from careplan.reporting.figures import agents_on_duty
from careplan.reporting.roster_files import people_csv
from careplan.reporting.rosters import Rostered, headline
from careplan.reporting.workbook.answers import EVERYTHING, WAGES, answer_of, compared_of, cost_a_week, run_of
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.gather import NOT_BILLED
from careplan.reporting.workbook.inputs import given_of, inputs_of
from careplan.reporting.workbook.parts import DutyLine
from careplan.reporting.workbook.people import lines_of_bill, lines_of_wages, people_of
from careplan.reporting.workbook.timeline import intervals_of


def book_of_roster(run: Rostered) -> Book:
    """Return what a roster of people holds for a workbook."""
    scenario, played = run.scenario, run.run
    on_duty = played_roster(run.roster, scenario)
    report = None if played is None else played.simulated
    provenance = Provenance.now(scenario=scenario.digest) if played is None else played.provenance
    notes = [
        f"{one.words} on {one.day} ({one.group}): {one.people} missing, {one.reason}" for one in run.roster.uncovered
    ]
    notes += [f"{name}: {breach}" for name, found in run.broken.items() for breach in found]
    who = run_of("roster", scenario, provenance, run.is_partial, notes)
    answer = answer_of(
        on_duty,
        scenario,
        run.wages,
        () if report is None else report.scorecard,
        None if report is None else report.all_at_once,
        [headline(run)],
        None if played is None else played.holds,
        cost=None if played is None else cost_a_week(played.bill),
        holds_what=WAGES if played is None else EVERYTHING,
    )
    periods = Periods.of_clock(scenario.clock)
    present = agents_on_duty(played_roster(_without_breaks(run.roster), scenario), periods)
    net = agents_on_duty(on_duty, periods)
    rows = csv.DictReader(io.StringIO(people_csv(run.roster, scenario)))
    return Book(
        who,
        answer,
        inputs_of(scenario),
        given_of(scenario),
        people_of(on_duty, scenario, pay_of_people(run.roster, scenario)),
        intervals_of(scenario, on_duty.groups, None, present, net, report),
        shifts=[],
        roster=[DutyLine(**row) for row in rows],
        bill=lines_of_wages(scenario, run.wages) if played is None else lines_of_bill(scenario, played.bill),
        outlook=None,
        seating=None,
        bill_lacks=NOT_BILLED if played is None else "",
        compared=[compared_of("this roster", answer, who)],
    )


def _without_breaks(roster: NamedRoster) -> NamedRoster:
    return replace(roster, duties=tuple(replace(one, laid=replace(one.laid, breaks=())) for one in roster.duties))

"""From a roster of people to the plain data of a workbook.

Comes in: a :class:`~careplan.reporting.rosters.Rostered`. Goes out: a :class:`~careplan.reporting.workbook.data.Book`.
Left out: what is required of the hours: ``--also`` takes it from the shifts they were planned with.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import fmean

from careplan.costing.bill import Bill
from careplan.costing.pay import CENT, cents
from careplan.metrics.periods import Periods
from careplan.planning.rosters.duties import NamedRoster
from careplan.planning.rosters.horizon import leave_of, leave_paid, played_roster
from careplan.planning.rosters.paying import wages_by_week
from careplan.provenance import Provenance
from careplan.reporting.figures import agents_on_duty
from careplan.reporting.roster_files import people_csv
from careplan.reporting.rosters import Rostered, headline
from careplan.reporting.words import count
from careplan.reporting.workbook.answers import EVERYTHING, WAGES, answer_of, compared_of, run_of
from careplan.reporting.workbook.beside import beside_roster
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.gather import NOT_BILLED
from careplan.reporting.workbook.inputs import NAMED, NOT_STATED, given_of, inputs_of, without_shrinkage
from careplan.reporting.workbook.parts import BillLine, DutyLine, Input
from careplan.reporting.workbook.people import lines_of_bill, lines_of_wages, weeks_of, weeks_of_bills
from careplan.reporting.workbook.timeline import intervals_of
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS


def book_of_roster(run: Rostered) -> Book:
    """Return what a roster of people holds for a workbook."""
    scenario, played = run.scenario, run.run
    on_duty = played_roster(run.roster, scenario)
    report = None if played is None else played.simulated
    made = played or run.found
    provenance = Provenance.now(scenario=scenario.digest) if made is None else made.provenance
    notes = [
        f"{one.words} on {one.day} ({one.group}): {one.people} missing, {one.reason}" for one in run.roster.uncovered
    ]
    notes += [f"{name}: {breach}" for name, found in run.broken.items() for breach in found]
    notes.append(f"Shrinkage of this workbook is {NAMED}")
    who = run_of("roster", scenario, provenance, run.is_partial, notes)
    answer = answer_of(
        on_duty,
        scenario,
        run.wages,
        () if report is None else report.scorecard,
        None if report is None else report.all_at_once,
        [headline(run)],
        None if played is None else played.holds,
        cost=_cost_a_week(run, None if played is None else played.bill),
        holds_what=f"{WAGES if played is None else EVERYTHING}, and leave",
    )
    periods = Periods.of_clock(scenario.clock)
    present = agents_on_duty(played_roster(_without_breaks(run.roster), scenario), periods)
    net = agents_on_duty(on_duty, periods)
    rows = csv.DictReader(io.StringIO(people_csv(run.roster, scenario)))
    return Book(
        who,
        answer,
        _with_contracts(without_shrinkage(inputs_of(scenario)), run.roster),
        given_of(scenario),
        [
            replace(one, heads=_heads(run.roster, scenario, one.group))
            for one in weeks_of_bills(wages_by_week(run.roster, scenario, weeks_of(scenario)), scenario)
        ],
        intervals_of(scenario, on_duty.groups, None, present, net, report),
        shifts=[],
        roster=[DutyLine(**row) for row in rows],
        bill=[
            *(lines_of_wages(scenario, run.wages) if played is None else lines_of_bill(scenario, played.bill)),
            *_leave(run.roster, scenario),
        ],
        outlook=None,
        seating=None,
        bill_lacks=NOT_BILLED if played is None else "",
        compared=[compared_of("this roster", answer, who)],
        beside=[] if played is None else beside_roster(played),
    )


def _heads(roster: NamedRoster, scenario: Scenario, group: str) -> float:
    """Contracts of a group's people ÷ its contract hours; who has no mean in the contract counts as one."""
    full_time = scenario.terms(group).contract_hours
    hours = [one.person.contract.hours for one in roster.people if one.group == group]
    return sum(1.0 if one is None else one / full_time for one in hours)


def _with_contracts(inputs: list[Input], roster: NamedRoster) -> list[Input]:
    """Inputs whose contract hours say what stands in the contracts of the people."""
    found = []
    for one in inputs:
        hours = [p.person.contract.hours for p in roster.people if p.group == one.whose]
        stated = [x / HOUR_MS for x in hours if x is not None]
        if one.what == "Contract hours" and stated:
            least, most = min(stated), max(stated)
            spread = f"{least:g} to {most:g} h, {fmean(stated):.4g} h on average"
            each = f"{least:g} h each" if least == most else spread
            people = count(len(stated), "person", "people")
            words = f"Of a full-time head, as bills count: {_stated(one)}. Contracts of {people}: {each}"
            one = replace(one, source=words)
        found.append(one)
    return found


def _stated(one: Input) -> str:
    return f"{NOT_STATED}, so {one.value:g} h" if one.source == NOT_STATED else one.source


def _leave(roster: NamedRoster, scenario: Scenario) -> list[BillLine]:
    """A line for each group with leave: hours as the contracts count them, at the wage."""
    found = []
    for group, hours in leave_of(roster).items():
        wage = scenario.groups[group].wage
        paid = cents(hours * (0 if wage is None else Fraction(wage.amount)))
        if hours:
            found.append(
                BillLine("people", group, "leave", str(paid), None, None, False, "leave", float(hours), "Wage")
            )
    return found


def _cost_a_week(run: Rostered, bill: Bill | None) -> Decimal | None:
    """Everything the lines of the bill add up to, scaled to a week; None without a wage."""
    wages = run.wages
    spent = wages.cost if bill is None else bill.cost
    if spent is None:
        return None
    whole = spent + leave_paid(run.roster, run.scenario)
    return (whole * 7 * DAY_MS / Decimal(wages.end - wages.begin)).quantize(CENT, ROUND_HALF_UP)


def _without_breaks(roster: NamedRoster) -> NamedRoster:
    return replace(roster, duties=tuple(replace(one, laid=replace(one.laid, breaks=())) for one in roster.duties))

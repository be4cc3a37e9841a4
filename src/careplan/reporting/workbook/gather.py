"""From results in memory to the plain data of a workbook.

Comes in: what ``staff``, ``shifts`` and ``cost`` found. Goes out: a
:class:`~careplan.reporting.workbook.data.Book`. Left out: rosters, capacity and cover (``rostered``, ``outlook``,
``seating``), documents of other runs (``documents``), cells.
"""

from __future__ import annotations

import numpy as np

from careplan.costing.pay import pay_of
from careplan.metrics.periods import Periods
from careplan.planning.shifts.schedule import bill_of
from careplan.reporting.costs import answer_sentences
from careplan.reporting.figures import agents_on_duty
from careplan.reporting.shifts import Scheduled, solver_sentence
from careplan.reporting.shifts import headline as shifts_headline
from careplan.reporting.staffing import Staffed, night_sentences
from careplan.reporting.staffing import headline as staff_headline
from careplan.reporting.words import count
from careplan.reporting.workbook.answers import (
    EVERYTHING,
    WAGES,
    aims_of,
    answer_of,
    compared_of,
    cost_a_week,
    run_of,
)
from careplan.reporting.workbook.beside import beside_bill
from careplan.reporting.workbook.data import Answer, Book
from careplan.reporting.workbook.inputs import given_of, inputs_of
from careplan.reporting.workbook.parts import ShiftLine
from careplan.reporting.workbook.people import lines_of_bill, lines_of_wages, people_of, weeks_of, weeks_of_bills
from careplan.reporting.workbook.timeline import intervals_of
from careplan.study.break_even import BreakEven
from careplan.study.costs import Costs
from careplan.units import HOUR_MS

NOT_BILLED = (
    "Exact, from the roster alone. Overtime, bots, telephony and what outcomes are worth are simulated: "
    "careplan cost SCENARIO --roster RESULT adds them."
)


def book_of_staff(run: Staffed) -> Book:
    """Return what a staffing answer holds for a workbook."""
    plan, scenario = run.plan, run.scenario
    sentences = [staff_headline(run), *night_sentences(plan, run.report)]
    answer = answer_of(plan.roster(), scenario, plan.bill, plan.scores, plan.all_at_once, sentences, plan.holds)
    who = run_of("staff", scenario, plan.provenance, run.is_partial, plan.notes)
    headcount = plan.headcount.astype(np.float64)
    compared = [compared_of("this plan", answer, who)]
    if plan.covering is not None:
        extra, peak = plan.covering, 0 if answer.peak is None else answer.peak
        every_hour = Answer(
            ["Every hour is held to the targets' shares, nights too."],
            peak + extra.extra_agents_at_peak,
            "",
            float(extra.bill.on_duty_hours) * 7 / who.days,
            float(plan.paid_hours_a_week + extra.extra_paid_hours),
            None
            if plan.cost_a_week is None or extra.extra_cost is None
            else float(plan.cost_a_week + extra.extra_cost),
            WAGES,
            bool(extra.to_dict()["holds"]),
            aims_of(extra.scores, None),
        )
        compared.append(compared_of("every hour held, nights too", every_hour, who))
    return Book(
        who,
        answer,
        inputs_of(scenario),
        given_of(scenario),
        people_of(plan.roster(), scenario),
        intervals_of(scenario, plan.groups, headcount, headcount, headcount, run.report),
        [],
        [],
        lines_of_wages(scenario, plan.bill),
        None,
        None,
        NOT_BILLED,
        compared,
    )


def book_of_shifts(run: Scheduled) -> Book:
    """Return what a schedule of shifts holds for a workbook."""
    plan, scenario = run.plan, run.scenario
    answer = answer_of(
        plan.roster(), scenario, plan.bill, plan.scores, plan.all_at_once,
        [shifts_headline(run), solver_sentence(plan)], plan.holds,
    )  # fmt: skip
    who = run_of("shifts", scenario, plan.provenance, run.is_partial, plan.notes)
    compared = [compared_of(f"this schedule (road {plan.road})", answer, who)]
    for other in run.others:
        sentence = f"Road {other.road} instead of {plan.road}: {count(other.people, 'shift')}."
        theirs = answer_of(
            other.roster(), scenario, other.bill, other.scores, other.all_at_once, [sentence], other.holds
        )
        compared.append(compared_of(f"road {other.road}", theirs, who))
    pay = pay_of(scenario)
    bills = [bill_of(plan.kinds, plan.starts, pay, between=week) for week in weeks_of(scenario)]
    shifts = []
    for row in np.flatnonzero(plan.starts).tolist():
        kind = plan.kinds.rows[row]
        hours, _, breaks = kind.words.partition(", ")
        paid = sum(b - a for a, b in kind.laid.paid) / HOUR_MS
        people, cost = int(plan.starts[row]), float(plan.kinds.cost[row])
        shifts.append(
            ShiftLine(kind.group, kind.laid.day.isoformat(), kind.laid.kind, hours, breaks, people, paid, cost)
        )
    shifts.sort(key=lambda one: (one.group, one.date, one.hours))
    attending = plan.kinds.attending(plan.starts)
    return Book(
        who,
        answer,
        inputs_of(scenario),
        given_of(scenario),
        weeks_of_bills(bills, scenario),
        intervals_of(scenario, plan.groups, plan.need, attending, plan.on_duty, run.report),
        shifts,
        [],
        lines_of_wages(scenario, plan.bill),
        None,
        None,
        NOT_BILLED,
        compared,
    )


def book_of_costs(costs: Costs, rival: BreakEven | None = None) -> Book:
    """Return what the bill of a roster holds for a workbook, and the bot against people if they were compared."""
    scenario, report, roster = costs.scenario, costs.report, costs.roster
    who = run_of("cost", scenario, costs.provenance, costs.is_partial, ())
    scores = report.scorecard
    holds = all(score.holds for score in scores) if scores else None
    answer = answer_of(
        roster, scenario, costs.bill.wages, scores, report.all_at_once, answer_sentences(costs), holds,
        cost=cost_a_week(costs.bill), holds_what=EVERYTHING,
    )  # fmt: skip
    net = agents_on_duty(roster, Periods.of_clock(scenario.clock))
    return Book(
        who,
        answer,
        inputs_of(scenario),
        given_of(scenario),
        people_of(roster, scenario),
        intervals_of(scenario, roster.groups, None, net, net, report),
        [],
        [],
        lines_of_bill(scenario, costs.bill),
        None,
        None,
        "",
        [compared_of("this staffing", answer, who)],
        beside_bill(costs, rival),
    )

"""From results in memory to the plain data of a workbook.

Comes in: what ``staff``, ``shifts`` and ``cost`` found. Goes out: a
:class:`~careplan.reporting.workbook.data.Book`. Left out: documents of other runs (``documents``), cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.bill import Bill
from careplan.costing.pay import CENT, pay_of
from careplan.costing.wages import WageBill
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Score
from careplan.metrics.together import Whole
from careplan.metrics.uncertainty import divide
from careplan.planning.judging import finding_of
from careplan.planning.shifts.schedule import bill_of
from careplan.provenance import Provenance
from careplan.reporting.costs import answer_sentences
from careplan.reporting.figures import agents_on_duty, peak_of
from careplan.reporting.shifts import Scheduled, solver_sentence
from careplan.reporting.shifts import headline as shifts_headline
from careplan.reporting.staffing import Staffed, night_sentences
from careplan.reporting.staffing import headline as staff_headline
from careplan.reporting.targets import holds_over, main_score, wanted
from careplan.reporting.words import count
from careplan.reporting.workbook.data import (
    Aim,
    Answer,
    Book,
    Compared,
    GroupLine,
    Intervals,
    Number,
    Run,
    ShiftLine,
)
from careplan.reporting.workbook.inputs import given_of, inputs_of
from careplan.reporting.workbook.people import lines_of_bill, lines_of_wages, people_of, weeks_of, weeks_of_bills
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.warnings import warnings_of
from careplan.study.costs import Costs
from careplan.units import DAY_MS, HOUR_MS

WAGES = "wages and premiums"
EVERYTHING = "everything that is spent: people, bots, telephony"
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


def book_of_costs(costs: Costs) -> Book:
    """Return what the bill of a roster holds for a workbook."""
    scenario, report, roster = costs.scenario, costs.report, costs.roster
    who = run_of("cost", scenario, costs.provenance, False, ())
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
    )


def cost_a_week(bill: Bill) -> Decimal:
    """Return everything that is spent, scaled to a week."""
    return (bill.cost * 7 * DAY_MS / Decimal(bill.end - bill.begin)).quantize(CENT, ROUND_HALF_UP)


def answer_of(
    roster: Roster,
    scenario: Scenario,
    bill: WageBill,
    scores: Sequence[Score],
    together: Whole | None,
    sentences: Sequence[str],
    holds: bool | None,
    *,
    cost: Decimal | None = None,
    holds_what: str = WAGES,
) -> Answer:
    """Return the figures a result is known by; ``cost`` a week, of the wages unless given."""
    peak = peak_of(roster, Periods.of_clock(scenario.clock))
    weeks = (bill.end - bill.begin) / (7 * DAY_MS)
    spent = bill.cost_a_week if cost is None else cost
    return Answer(
        list(sentences),
        peak.agents,
        peak.when,
        float(bill.on_duty_hours) / weeks,
        float(bill.paid_hours_a_week),
        None if spent is None else float(spent),
        holds_what,
        holds,
        aims_of(scores, together),
    )


def aims_of(scores: Sequence[Score], together: Whole | None) -> list[Aim]:
    """Return targets as rows; all of them met in the same week last, where there are several."""
    found = []
    for score in scores:
        goal, e, chance = score.goal, score.figure, score.chance
        counted = chance.n > 0 and goal.kind != "cover"
        found.append(
            Aim(
                goal.name,
                wanted(goal),
                holds_over(goal),
                goal.unit,
                goal.share * goal.scale,
                _number(e.value),
                _number(e.low),
                _number(e.high),
                _number(chance.value) if counted else None,
                _number(chance.low) if counted else None,
                _number(chance.high) if counted else None,
                finding_of(score),
            )
        )
    if together is not None:
        chance = together.chance
        value, low, high = (_number(x) for x in (chance.value, chance.low, chance.high))
        found.append(Aim("all at once", "", together.over, "share", None, None, None, None, value, low, high, ""))
    return found


def intervals_of(
    scenario: Scenario,
    groups: Sequence[str],
    required: FloatArray | IntArray | None,
    scheduled: FloatArray,
    net: FloatArray,
    report: Report | None,
) -> Intervals:
    """Return agents and service by interval and group; tables have shape (n_groups, n_intervals)."""
    clock, periods = scenario.clock, Periods.of_clock(scenario.clock)
    begin = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=clock.epoch_ms)
    utc = [f"{begin + timedelta(milliseconds=ms):%Y-%m-%d %H:%M}" for ms in periods.edges[:-1].tolist()]
    start = [label[:16] for label in periods.labels]
    last = clock.local(clock.horizon_to).strftime("%Y-%m-%d %H:%M")
    main = None if report is None else main_score(report.scorecard)
    is_share = main is not None and main.goal.unit == "share"
    lines = []
    for g, name in enumerate(groups):
        none: list[Number] = [None] * periods.n_intervals
        cases, in_time = none, none
        if report is not None:
            mine = [q for q, queue in enumerate(report.first.queues) if queue in scenario.groups[name].skills]
            cases = _numbers(report.figure("needing_reply", of="queue", by="interval").value[mine].sum(axis=0))
            if main is not None and is_share:
                in_time = _share_in_time(report, report.scorecard.index(main), mine)
        lines.append(
            GroupLine(
                name,
                None if required is None else _plain(required[g]),
                _plain(scheduled[g]),
                _plain(net[g]),
                cases,
                in_time,
            )
        )
    service = f"{main.goal.name}: {wanted(main.goal)}" if main is not None and is_share else ""
    minutes = (periods.length_ms / 60_000).tolist()
    return Intervals(
        start, [*start[1:], last], utc, minutes, lines, service, main.goal.share if main and is_share else None
    )


def _share_in_time(report: Report, goal: int, queues: Sequence[int]) -> list[Number]:
    counts = [m.goal_counts[goal] for m in report.measures]
    top, bottom = (
        np.sum([getattr(c, part)[queues].sum(axis=0) for c in counts], axis=0) for part in ("numerator", "denominator")
    )
    return _numbers(divide(top, bottom))


def run_of(made_by: str, scenario: Scenario, who: Provenance, is_partial: bool, notes: Sequence[str]) -> Run:
    """Return who made a result."""
    clock = scenario.clock
    return Run(
        made_by,
        scenario.name,
        scenario.title,
        scenario.digest,
        scenario.world,
        who.version,
        who.seed,
        who.engine,
        len(who.replications),
        scenario.calendar.start.isoformat(),
        (clock.horizon_to - clock.horizon_from) / DAY_MS,
        scenario.calendar.zone,
        scenario.currency,
        list(scenario.pulled),
        is_partial,
        list(notes),
        [str(warning.finding) for warning in warnings_of(scenario)],
    )


def compared_of(name: str, answer: Answer, who: Run) -> Compared:
    """Return a line of the scenarios."""
    return Compared(name, who.made_by, answer, who.currency, who.digest, who.seed, who.replications)


def _number(x: float | None) -> Number:
    """A figure to twelve digits, which is more than any simulation knows."""
    return None if x is None or not math.isfinite(x) else float(f"{x:.12g}")


def _numbers(values: FloatArray) -> list[Number]:
    return [_number(x) for x in values.tolist()]


def _plain(row: FloatArray | IntArray) -> list[float]:
    return [float(x) for x in np.asarray(row, dtype=np.float64).round(9).tolist()]

"""What ``careplan shifts`` says: who begins when, what that covers, what it costs and does, and how sure that is.

Comes in: the schedules of one road or both. Goes out: text within a width, ``shifts.csv``, and plain data for JSON.
Left out: files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from careplan.metrics.report import Report
from careplan.metrics.scorecard import Score
from careplan.planning.shifts.plan import ShiftPlan
from careplan.reporting.files import csv_text
from careplan.reporting.plots.data import Pictures
from careplan.reporting.plots.gather import of_report
from careplan.reporting.plots.times import Folding
from careplan.reporting.scenario import scenario_dict
from careplan.reporting.tables import table
from careplan.reporting.targets import main_target, scorecard_text, target_sentences, verdict
from careplan.reporting.words import count, duration, hours, money, number, paid_hours, paragraph, percent
from careplan.scenario.models import Scenario
from careplan.units import DAYS

VERSION = 1
"""Of the layout of ``shifts_dict``."""
_SHOWN = 25
"""Rows of the table of shifts in the text; all are in shifts.csv."""
WHAT_IT_MEANS = (
    "Required: agents on duty that careplan staff asks for by interval; scheduled: people at work, breaks included; "
    "net: those on duty; mean of all days. Figures of service are from fresh replications."
)


@dataclass(frozen=True, eq=False)
class Scheduled:
    """The schedule that is kept, and those it is compared with."""

    scenario: Scenario
    plan: ShiftPlan
    others: tuple[ShiftPlan, ...]
    """Of the other road, where both were gone."""
    report: Report | None
    """The plan played on the replications it was judged on; None if the run was interrupted before."""
    was_interrupted: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether anything is missing because the run was interrupted."""
        return self.was_interrupted or self.plan.is_partial or self.report is None


def shifts_text(run: Scheduled, width: int, *, written: str = "") -> str:
    """Return the whole answer."""
    plan = run.plan
    notes = "\n".join(paragraph(note, width) for note in plan.notes)
    parts = [
        paragraph(headline(run), width),
        paragraph(solver_sentence(plan), width),
        "Roads\n" + roads_text(run, width) if run.others else "",
        "Who begins when\n" + starts_text(plan, width),
        "Agents by hour of the day\n" + coverage_text(plan, width),
        "Targets\n" + scorecard_text(plan.scores, plan.all_at_once, width),
        notes and f"Notes\n{notes}",
        paragraph(WHAT_IT_MEANS, width),
        paragraph(written, width),
        paragraph(made_by(plan), width),
    ]
    return "\n\n".join(filter(None, parts))


def headline(run: Scheduled) -> str:
    """Return the answer in a few sentences."""
    plan = run.plan
    cost = "" if plan.cost_a_week is None else f" and {money(plan.cost_a_week, plan.bill.currency)}"
    sentences = [
        f"{count(plan.people, 'shift')} in {count(run.scenario.calendar.horizon, 'day')}: "
        f"{paid_hours(plan.bill.paid_hours_a_week)}{cost} a week."
    ]
    if plan.is_partial:
        sentences.insert(0, "Interrupted: this is the best schedule so far.")
    main = main_target(plan.scores)
    if main is not None:
        sentences += target_sentences(main, tuple(run.scenario.queues))
    sentences.append(f"The schedule {verdict(plan.scores)}.")
    return " ".join(sentences)


def solver_sentence(plan: ShiftPlan) -> str:
    """Return bound, gap and time of the solver, and what stays uncovered."""
    solver, currency = plan.solver, plan.bill.currency or ""
    text = (
        f"Solver: {number(solver.cost, 2)} {currency} in the horizon against a bound of {number(solver.bound, 2)}, a "
        f"gap of {percent(solver.gap)}{' (above 5 %: a cheaper schedule may exist)' if solver.is_large else ''}, "
        f"found in {duration(solver.seconds, is_fine=True)} of solving among {plan.kinds.n:,} shift types."
    )
    if plan.missing_hours > 0:
        text += (
            f" Of what careplan staff asks for by interval, {hours(plan.missing_hours)} on duty are missing, priced at "
            f"{number(plan.missing_price, 2)} {currency}"
            f"{'' if plan.road == 'a' else ', which is no cost here: the simulation says what they are worth'}."
        )
    else:
        text += " Every interval has what careplan staff asks for."
    return text.replace("  ", " ")


def roads_text(run: Scheduled, width: int) -> str:
    """Return both roads side by side."""
    rows = []
    for plan in sorted((run.plan, *run.others), key=lambda one: one.road):
        main = main_target(plan.scores)
        rows.append(
            [
                "a: cover the need" if plan.road == "a" else "b: together",
                str(plan.people),
                hours(plan.bill.paid_hours_a_week),
                "-" if plan.cost_a_week is None else f"{plan.cost_a_week:,}",
                "-" if main is None else _said(main.parts[0]),
                "yes" if plan.holds else "no",
                percent(plan.solver.gap),
            ]
        )
    return table(["road", "shifts", "paid hours|a week", "cost|a week", "main target", "holds", "gap"], rows, width)


def _said(one: Score) -> str:
    """The figure of a target, and its interval."""
    figure, words = one.overall, one.goal.words
    if figure.low is None or figure.high is None:
        return words(figure.value)
    return f"{words(figure.value)} ({words(figure.low).removesuffix(' %')} to {words(figure.high).removesuffix(' %')})"


def starts_text(plan: ShiftPlan, width: int) -> str:
    """Return people by shift and day: shifts that differ only in their breaks share a line."""
    lines: dict[tuple[str, str, str], list[int]] = {}
    for row in np.flatnonzero(plan.starts).tolist():
        kind = plan.kinds.rows[row]
        key = (kind.group, kind.words.partition(",")[0], kind.laid.kind)
        days = lines.setdefault(key, [0] * 7)
        days[kind.laid.day.weekday()] += int(plan.starts[row])
    rows = [
        [f"{group} {words}", kind, *(str(n) if n else "·" for n in days), str(sum(days))]
        for (group, words, kind), days in sorted(lines.items())
    ]
    shown = table(["shift", "kind", *(day.title() for day in DAYS), "all"], rows[:_SHOWN], width, keys=2)
    more = len(rows) - _SHOWN
    return shown + (f"\n… and {count(more, 'more shift', 'more shifts')}, in shifts.csv" if more > 0 else "")


def coverage_text(plan: ShiftPlan, width: int) -> str:
    """Return required, scheduled and net by hour of the day, mean of all days, by group."""
    hour = plan.periods.hour_of_week % 24
    rows = []
    tables = (plan.need, plan.kinds.attending(plan.starts), plan.on_duty)
    for clock in range(24):
        mine = hour == clock
        if not mine.any():
            continue
        cells = [f"{clock:02}:00"]
        for g in range(len(plan.groups)):
            cells += [f"{float(np.asarray(one)[g, mine].mean()):.1f}" for one in tables]
        rows.append(cells)
    heads = [f"{g}|{what}" for g in plan.groups for what in ("required", "scheduled", "net")]
    return table(["hour", *heads], rows, width)


def made_by(plan: ShiftPlan) -> str:
    """Return who made the schedule."""
    who = plan.provenance
    return (
        f"careplan {who.version}, scenario {(who.scenario or '')[:8]}, seed {who.seed}, {who.engine}, HiGHS, "
        f"{len(who.replications)} fresh replications"
    )


def shifts_csv(plan: ShiftPlan) -> str:
    """Return a line for each shift type and day with people: who, when, breaks, how many, and what each costs."""
    rows = []
    for row in np.flatnonzero(plan.starts).tolist():
        kind = plan.kinds.rows[row]
        words, _, breaks = kind.words.partition(", ")
        rows.append(
            [
                kind.group,
                kind.laid.day.isoformat(),
                kind.laid.kind,
                words,
                breaks,
                int(plan.starts[row]),
                round(float(plan.kinds.cost[row]), 2),
            ]
        )
    return csv_text(["group", "date", "kind", "hours", "breaks", "people", "cost_each"], rows)


def pictures_of(run: Scheduled) -> Pictures | None:
    """Return what can be drawn: required against on duty among it."""
    if run.report is None:
        return None
    found = of_report(run.report, what="shifts, judged on fresh customers", is_partial=run.is_partial)
    if found.duty is None:
        return found
    folding = Folding(run.plan.periods)
    length = run.plan.periods.length_ms
    need = {g: folding.mean((row * length)[None]) for g, row in zip(run.plan.groups, run.plan.need, strict=True)}
    pools = [
        replace(pool, planned=[sum(step) for step in zip(*(need[group] for group in pool.groups), strict=True)])
        for pool in found.duty.pools
    ]
    return replace(found, duty=replace(found.duty, pools=pools))


def shifts_dict(run: Scheduled, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    plan, pictures = run.plan, pictures_of(run)
    found = {
        "careplan_shifts": VERSION,
        "scenario": scenario_dict(run.scenario),
        "headline": headline(run),
        "targets_met": plan.holds,
        "is_partial": run.is_partial,
        "plan": plan.to_dict(),
        "others": [other.to_dict() for other in run.others],
        "report": None if run.report is None else run.report.to_dict(by=("total",)),
        "provenance": plan.provenance.to_dict(),
        "files": list(files),
    }
    return found | ({} if pictures is None else {"pictures": pictures.to_dict()})

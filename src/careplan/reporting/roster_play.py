"""What a roster of people does: planned against simulated service by week, the chance of a week, overtime; and which
rules it breaks.

Comes in: a :class:`~careplan.study.rosters.RosterRun`, findings of the rules. Goes out: text within a width. Left out:
files, and how the roster was found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from careplan.metrics.scorecard import Goal
from careplan.metrics.together import ALL_AT_ONCE
from careplan.metrics.uncertainty import Estimate
from careplan.planning.rosters.labour import Breach
from careplan.reporting.tables import table
from careplan.reporting.targets import got, scorecard_text, wanted
from careplan.reporting.words import NOTHING, bare_percent, bounds, count, hours, money, number, paragraph
from careplan.study.rosters import RosterRun, WeekFigure

_SHOWN = 40
"""Broken rules in the text; all are in roster.json."""
WHAT_IT_MEANS = (
    "Planned: everybody comes. Simulated: absence is drawn for each person and day and takes the whole shift. Both "
    "meet the same customers, with the breaks of the shifts, and overtime for what is in hand when they end; the "
    "difference is paired. A week meets a target by its own figure over the week; its chance is the share of single "
    "weeks. Intervals are 95 %."
)


def play_text(run: RosterRun, width: int) -> str:
    """Return planned against simulated service, the chance of a week, overtime and cost."""
    report = run.simulated
    parts = [
        "Targets, simulated\n" + scorecard_text(report.scorecard, report.all_at_once, width),
        *(_target_text(goal, run.figures(k), width) for k, goal in enumerate(report.first.goals)),
        _several_text(run, width),
        paragraph(hours_sentence(run), width),
        paragraph(f"{_played(run)} {WHAT_IT_MEANS}", width),
    ]
    return "\n\n".join(filter(None, parts))


def chance_words(run: RosterRun) -> str:
    """Return the chance that a week meets the target, or all of them: a sentence; nothing without targets."""
    if not run.chances:
        return ""
    what = "all targets" if ALL_AT_ONCE in run.chances else "the target"
    name = ALL_AT_ONCE if ALL_AT_ONCE in run.chances else next(iter(run.chances))
    found = run.chances[name][-1]
    return f"A week meets {what} with a chance of {bare_percent(found.value)} %{bounds(found, 100)}."


def hours_sentence(run: RosterRun) -> str:
    """Return what absence takes, overtime, and what people cost."""
    over, cost = run.overtime_hours, run.overtime_cost
    text = f"Absence takes {_hours(run.absent_hours)} on duty in {count(run.roster.weeks, 'week')}; "
    text += f"overtime is {_hours(over)}"
    currency = run.bill.currency or None
    if cost is not None and run.costs is not None:
        planned, simulated = (money(Decimal(str(round(e.value, 2))), currency) for e in run.costs)
        text += f", {money(Decimal(str(round(cost.value, 2))), currency)}{bounds(cost, 1, 0)}"
        text += f". People cost {planned} planned and {simulated} simulated: who is absent is paid"
        if run.leave_cost:
            text += f", and so is leave, {money(run.leave_cost, currency)} of it"
    return f"{text}."


def _hours(e: Estimate) -> str:
    return hours(e.value) + bounds(e)


def _played(run: RosterRun) -> str:
    played = f"{count(run.simulated.n, 'replication')}."
    return f"Interrupted after {run.simulated.n} of {run.asked} replications." if run.is_partial else played


def _target_text(goal: Goal, figures: Sequence[WeekFigure], width: int) -> str:
    unit, factor, change = ("%", 100.0, "points") if goal.unit == "share" else ("min", 1 / 60, "min")

    def shown(e: Estimate) -> str:
        return got(goal, e.value, is_bare=True) if goal.unit == "share" else number(factor * e.value, 1)

    def cells(one: WeekFigure) -> list[str]:
        difference = one.difference.times(factor)
        is_there = math.isfinite(difference.value)
        return [
            "all weeks" if one.label == "all" else one.label,
            shown(one.planned),
            _span(one.planned, factor),
            shown(one.simulated),
            _span(one.simulated, factor),
            _chance(one.chance),
            f"{difference.value:+.1f}{_signed_bounds(difference)}" if is_there else NOTHING,
        ]

    heads = [
        "week from",
        f"planned|{unit}",
        "|95 %",
        f"simulated|{unit}",
        "|95 %",
        "chance of|a week %",
        f"{change} between|(95 %)",
    ]
    return f"{goal.name}: {wanted(goal)}\n" + table(heads, [cells(one) for one in figures], width)


def _several_text(run: RosterRun, width: int) -> str:
    """The chance of all targets at once, by week; nothing where there is but one."""
    if ALL_AT_ONCE not in run.chances:
        return ""
    found = run.chances[ALL_AT_ONCE]
    labels = [*run.weeks, "all weeks"]
    rows = [[label, _chance(e)] for label, e in zip(labels, found, strict=True)]
    return "All targets at once\n" + table(["week from", "chance of|a week %"], rows, width)


def _span(e: Estimate, factor: float) -> str:
    return NOTHING if e.low is None or e.high is None else f"{factor * e.low:.1f}-{factor * e.high:.1f}"


def _signed_bounds(e: Estimate) -> str:
    return "" if e.low is None or e.high is None else f" ({e.low:+.1f} to {e.high:+.1f})"


def _chance(e: Estimate) -> str:
    span = "" if e.low is None or e.high is None else f" ({100 * e.low:.0f}-{100 * e.high:.0f})"
    return bare_percent(e.value, 0) + span


def broken_text(broken: Mapping[str, Sequence[Breach]], width: int) -> str:
    """Return every rule a roster breaks, with who and which day; a sentence where it breaks none."""
    rows = [[name, one.day.isoformat(), one.rule, one.words] for name, found in broken.items() for one in found]
    if not rows:
        return "Every rule is kept."
    lines = []
    for name, day, rule, words in rows[:_SHOWN]:
        lines.append(paragraph(f"{name}, {day}: {rule}: {words}.", width, "  "))
    more = len(rows) - _SHOWN
    if more > 0:
        lines.append(f"  … and {more:,} more, in roster.json")
    return "\n".join([count(len(rows), "broken rule"), *lines])


def broken_dict(broken: Mapping[str, Sequence[Breach]]) -> list[dict[str, str]]:
    """Return the same for JSON."""
    return [
        {"who": name, "date": one.day.isoformat(), "rule": one.rule, "found": one.words}
        for name, found in broken.items()
        for one in found
    ]

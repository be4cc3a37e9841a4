"""What ``careplan staff`` says: how many agents it takes, and how sure that is.

Comes in: a plan and a report of it on the replications it was judged on. Goes out: text within a width, the plan as a
table of intervals, and the same as plain data for JSON. Left out: files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.together import wholes
from careplan.planning.formulas import FormulaFigure
from careplan.planning.nights import NightReport
from careplan.planning.plan import Covering, StaffPlan
from careplan.planning.why import Why
from careplan.reporting.breakdown import measured_span, queue_table
from careplan.reporting.figures import goal_by, peak_of
from careplan.reporting.files import csv_text
from careplan.reporting.nights import mean_night_sentence
from careplan.reporting.outcomes import outcomes_dict, outcomes_text
from careplan.reporting.plots.gather import of_plan
from careplan.reporting.precision import precision_sentence
from careplan.reporting.scenario import pulled_words, scenario_dict
from careplan.reporting.tables import side_by_side, table
from careplan.reporting.targets import (
    chance_sentence,
    figure_factor,
    figure_title,
    main_target,
    pictured_score,
    scorecard_text,
    target_sentences,
    verdict,
    whole_percent,
)
from careplan.reporting.week import agent_blocks, figure_block
from careplan.reporting.why import why_text
from careplan.reporting.why_data import why_dict
from careplan.reporting.words import count, duration, hours, listed, money, paid_hours, paragraph, percent
from careplan.scenario.models import Scenario

VERSION = 1
"""Of the layout of ``staffing_dict``."""
WHAT_IT_MEANS = (
    "Answered: live queues when picked up, message queues when the answer is sent; in time ÷ all cases that need a "
    "reply, unanswered included. Figures are from fresh replications, not those searched with; intervals and ± are "
    "95 %; chance: of a single period, with its interval."
)


@dataclass(frozen=True, eq=False)
class Staffed:
    """A plan, and what it comes to."""

    scenario: Scenario
    plan: StaffPlan
    report: Report | None
    """The plan played on the replications it was judged on; None if the run was interrupted before."""
    why: Why | None = None
    """What its hours are for, if that was asked."""
    was_interrupted: bool = False
    """Whether there was an interrupt at any time, also one that only cut short what covering the nights takes."""

    @property
    def is_partial(self) -> bool:
        """Whether anything is missing because the run was interrupted."""
        is_cut_short = self.why is not None and self.why.is_partial
        return self.was_interrupted or self.plan.is_partial or self.report is None or is_cut_short

    @property
    def periods(self) -> Periods:
        """The measured intervals."""
        return Periods.of_clock(self.scenario.clock)


def staffing_text(run: Staffed, width: int, *, written: str = "") -> str:
    """Return the whole answer: sentences first, then targets, the week, the formulas, and who made it.

    Parameters
    ----------
    run
        The answer.
    width
        The most characters of a line.
    written
        A sentence that says where the files are; left out if empty.
    """
    plan = run.plan
    notes = "\n".join(paragraph(note, width) for note in plan.notes)
    parts = [
        paragraph(headline(run), width),
        *(paragraph(sentence, width) for sentence in night_sentences(plan, run.report)),
        "Targets\n" + scorecard_text(plan.scores, plan.all_at_once, width),
        paragraph(_precision(run), width),
        "By day and hour\n" + week_text(run, width),
        *([] if run.report is None else [f"By queue, {measured_span(run.report)}\n" + queue_table(run.report, width)]),
        "" if run.report is None else outcomes_text(run.report, run.scenario, width),
        *([] if run.why is None else ["Why\n" + why_text(run.why, plan, width)]),
        "Erlang beside the simulation\n" + formula_text(run, width),
        notes and f"How the plan came about\n{notes}",
        paragraph(WHAT_IT_MEANS, width),
        paragraph(written, width),
        paragraph(made_by(plan), width),
    ]
    return "\n\n".join(filter(None, parts))


def _precision(run: Staffed) -> str:
    """How precise the judges' figures were to be and are, and that the tables rest on fewer replications, if so."""
    if run.plan.precision is None:
        return ""
    n = len(run.plan.provenance.replications)
    fewer = run.report is not None and run.report.n < n
    tables = f" The tables by queue, day and hour rest on {run.report.n:,} of them." if run.report and fewer else ""
    return precision_sentence(run.plan.precision, n) + tables


def headline(run: Staffed) -> str:
    """Return the answer in a few sentences."""
    plan = run.plan
    peak = peak_of(plan.roster(), run.periods)
    cost = "" if plan.cost_a_week is None else f" and {money(plan.cost_a_week, plan.bill.currency)}"
    days = run.scenario.calendar.horizon
    scaled = "" if days % 7 == 0 else f", if all days are as the {days} measured" if days > 1 else ", from one day"
    pulled = pulled_words(run.scenario)
    begin = f"W{pulled[1:]}, it" if pulled else "It"
    sentences = [
        f"{begin} takes {count(peak.agents, 'agent')} at the peak ({peak.when}), "
        f"{paid_hours(plan.paid_hours_a_week)}{cost} a week{scaled}."
    ]
    if plan.is_partial:
        sentences.insert(0, "Interrupted: this is the best plan so far, not the least.")
    main = main_target(plan.scores)
    if main is not None:
        sentences += [*target_sentences(main, tuple(run.scenario.queues)), chance_sentence(main)]
    if len(wholes(plan.scores)) > 1 or not plan.holds:
        sentences.append(f"The plan {verdict(plan.scores)}.")
    return " ".join(filter(None, sentences))


def night_sentences(plan: StaffPlan, played: Report | None) -> list[str]:
    """Return what happens at night to the cases of each answer target (where there is none, what a mean makes of
    nights), and what covering the nights adds.
    """
    if not plan.nights:
        return [] if played is None else list(filter(None, [mean_night_sentence(played)]))
    nights = [night for night in plan.nights if night.cases_at_night > 0.0005]
    found = [_night_sentence(night, is_named=len(nights) > 1) for night in nights]
    waiting = [i for i, night in enumerate(nights) if night.waits]
    if plan.covering is not None and waiting:
        found[waiting[-1]] += " " + _covering_sentence(plan.covering, [nights[i] for i in waiting])
    return found


def _night_sentence(night: NightReport, *, is_named: bool) -> str:
    goal = night.goal
    came = f"of the {percent(night.cases_at_night, 0)} of cases that come at night ({_plain(night.hours)})"
    fares = f"{percent(night.at_night.value)} are answered in time, against {percent(night.by_day.value)} of the others"
    begin = f"{goal.name}: {came}" if is_named else came[0].upper() + came[1:]
    if not night.waits:
        return f"{begin}, {fares}: nights are not left to wait."
    hour, wait = night.longest_typical_wait
    typical = "typically gets no answer" if math.isinf(wait) else f"typically waits {duration(wait / 1000)}"
    return (
        f"{begin}, {fares}; one that comes at {hour:02}:00 {typical}. So the {whole_percent(goal.share)} over the "
        f"{goal.over} is met by letting nights wait."
    )


def _covering_sentence(covering: Covering, nights: Sequence[NightReport]) -> str:
    cost = "" if covering.extra_cost is None else f" and {money(covering.extra_cost, covering.bill.currency)} more"
    peak = covering.extra_agents_at_peak
    more = f", {count(peak, 'more agent', 'more agents')} at the peak" if peak > 0 else ""
    shares = listed(dict.fromkeys(whole_percent(night.goal.share) for night in nights))
    return (
        f"To hold every hour to {shares}, nights too, takes {paid_hours(covering.extra_paid_hours, 'more ')}{cost} "
        f"a week{more}."
    )


def week_text(run: Staffed, width: int) -> str:
    """Return agents on duty, a block for each group, and the main target's figure, by weekday and hour."""
    plan, periods = run.plan, run.periods
    main = pictured_score(plan.scores)
    figures = None
    if main is not None and run.report is not None:
        ratio = goal_by(run.report, plan.scores.index(main), "hour_of_week").value
        figures = ratio * figure_factor(main.goal)
    agents = plan.headcount.astype(np.float64)
    blocks = agent_blocks(plan.groups, agents, periods, figures)
    if main is not None and figures is not None:
        blocks.append(figure_block(figure_title(main.goal), figures, agents, periods))
    return side_by_side(blocks, width)


def formula_text(run: Staffed, width: int) -> str:
    """Return the Erlang figure of each queue by name beside the plan's, or why there is none."""
    plan = run.plan
    lengths = run.periods.length_ms / 3_600_000
    weeks = float(lengths.sum()) / 168
    rows, reasons = [], []
    for figure in plan.formulas:
        if figure.headcount is None or figure.name is None:
            reasons.append(f"{figure.queue}: no Erlang figure, since {figure.why_not}.")
            continue
        row = plan.headcount[plan.groups.index(_only_group(run, figure))]
        rows.append(
            [
                figure.queue,
                figure.name,
                str(int(figure.headcount.max())),
                hours(float(figure.headcount @ lengths) / weeks),
                str(int(row.max())),
                hours(float(row @ lengths) / weeks),
            ]
        )
    headings = [
        "queue",
        "formula",
        "Erlang|peak",
        "Erlang agent|hours a week",
        "plan's|peak",
        "plan's agent|hours a week",
    ]
    shown = [table(headings, rows, width), "\n".join(paragraph(reason, width) for reason in _joined(reasons))]
    return "\n\n".join(filter(None, shown))


def _joined(reasons: Sequence[str]) -> list[str]:
    """Join queues that have no figure for the same reason."""
    by_reason: dict[str, list[str]] = {}
    for reason in reasons:
        queue, _, why = reason.partition(": ")
        by_reason.setdefault(why, []).append(queue)
    return [f"{', '.join(queues)}: {why}" for why, queues in by_reason.items()]


def _only_group(run: Staffed, figure: FormulaFigure) -> str:
    """The one group that serves a queue with a formula."""
    return next(name for name, group in run.scenario.groups.items() if figure.queue in group.skills)


def made_by(plan: StaffPlan) -> str:
    """Return who made the plan, in a line that fits 80 columns."""
    who = plan.provenance
    searched, judged = len(plan.search_replications), len(who.replications)
    return (
        f"careplan {who.version}, scenario {(who.scenario or '')[:8]}, seed {who.seed}, {who.engine}, "
        f"replications {searched} + {judged} fresh"
    )


def plan_csv(run: Staffed) -> str:
    """Return the plan by interval: local start and end, agents of each group, cases, and each target's share or mean.

    Shares 0 to 1, means in seconds, empty where no case came; figures of service from the fresh replications.
    """
    plan, report = run.plan, run.report
    ends = [*plan.labels[1:], run.scenario.clock.local(run.scenario.clock.horizon_to).strftime("%Y-%m-%d %H:%M")]
    columns: dict[str, Sequence[object]] = {"start": plan.labels, "end": ends}
    columns |= {f"agents_{name}": row.tolist() for name, row in zip(plan.groups, plan.headcount, strict=True)}
    if report is not None:
        columns["cases"] = _rounded(report.figure("needing_reply", by="interval").value[0])
        for i, score in enumerate(plan.scores):
            if score.goal.kind not in ("cover", "occupancy"):
                what = "share" if score.goal.unit == "share" else "mean_s"
                figure = goal_by(report, i, "interval").value * score.goal.scale
                columns[f"{what}_{score.goal.name}"] = _rounded(figure)
    return csv_text(list(columns), list(zip(*columns.values(), strict=True)))


def _rounded(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[object]:
    return ["" if math.isnan(x) else round(x, 6) for x in values.tolist()]


def staffing_dict(run: Staffed, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    plan = run.plan
    peak = peak_of(plan.roster(), run.periods)
    return {
        "careplan_staff": VERSION,
        "scenario": scenario_dict(run.scenario),
        "headline": headline(run),
        "nights": night_sentences(plan, run.report),
        "targets_met": plan.holds,
        "is_partial": run.is_partial,
        "peak": {"agents": peak.agents, "when": peak.when},
        "plan": plan.to_dict(),
        "why": None if run.why is None else why_dict(run.why, plan),
        "report": None if run.report is None else run.report.to_dict(by=("total",)),
        "pictures": of_plan(plan, run.report).to_dict(),
        "outcomes": None if run.report is None else outcomes_dict(run.report, run.scenario),
        "provenance": plan.provenance.to_dict(),
        "files": list(files),
    }


def _plain(text: str) -> str:
    return text.replace("–", "-")

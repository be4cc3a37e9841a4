"""What ``careplan simulate`` says: the staffing as written, and how it does.

Comes in: a :class:`Simulated`. Goes out: text within a width, and the same as plain data for JSON. Left out: files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from careplan.costing.wages import WageBill
from careplan.metrics.defined import definitions_of
from careplan.metrics.periods import By
from careplan.metrics.report import Report
from careplan.planning.nights import NIGHT_FROM, NIGHT_TO
from careplan.provenance import Provenance
from careplan.reporting.breakdown import breakdown, has_multiple
from careplan.reporting.definitions import definitions_text, is_by_queue
from careplan.reporting.figures import (
    agents_on_duty,
    goal_by,
    goal_within,
    is_night,
    peak_of,
    typical_wait,
)
from careplan.reporting.nights import mean_night_sentence
from careplan.reporting.outcomes import outcomes_dict, outcomes_text
from careplan.reporting.plots.gather import of_report
from careplan.reporting.precision import hours_sentence, precision_text
from careplan.reporting.scenario import pulled_words, scenario_dict
from careplan.reporting.tables import side_by_side
from careplan.reporting.targets import (
    chance_sentence,
    figure_factor,
    figure_title,
    main_score,
    main_target,
    pictured_score,
    scorecard_text,
    target_sentences,
    verdict,
    whole_percent,
)
from careplan.reporting.week import agent_blocks, figure_block
from careplan.reporting.words import count, duration, hours, listed, money, paragraph, percent
from careplan.roster import Roster
from careplan.scenario.models import Scenario

VERSION = 1
"""Of the layout of ``simulation_dict``."""
WIDEST = 100
"""Columns of texts that are kept."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """The staffing as written, played over replications."""

    scenario: Scenario
    report: Report
    roster: Roster
    """As written, before absence."""
    bill: WageBill
    provenance: Provenance
    asked: int
    """Replications that were asked for; more than there are in the report if the run was interrupted."""
    is_given: bool = False
    """Whether the roster was given instead of the scenario's."""

    @property
    def is_partial(self) -> bool:
        """Whether the run was interrupted."""
        return self.report.n < self.asked

    @property
    def targets_met(self) -> bool:
        """Whether every target holds."""
        return all(whole.holds for whole in self.report.targets)


def simulation_text(run: Simulated, width: int, *, by: By = "day", by_queue: bool = False) -> str:
    """Return the whole answer: sentences first, then targets, tables and notes.

    Where the runs were asked for definitions, their tables stand instead of the usual ones, also by queue with
    ``by_queue`` or where there are several channels.
    """
    report = run.report
    parts = [
        paragraph(headline(run), width),
        paragraph(night_sentence(report), width),
        "Targets\n" + scorecard_text(report.scorecard, report.all_at_once, width),
        precision_text(report, width),
        *body(report, run.scenario, run.bill, run.roster, width, by=by, by_queue=by_queue),
        paragraph(str(run.provenance), width),
    ]
    return "\n\n".join(filter(None, parts))


def body(
    report: Report, scenario: Scenario, bill: WageBill | None, roster: Roster, width: int, *, by: By, by_queue: bool
) -> tuple[str, ...]:
    """Return what stands below the targets: the usual tables and notes, or every definition where the runs were asked
    for them.
    """
    if report.first.settings.definitions is not None:
        return (definitions_text(report, width, by_queue=by_queue or is_by_queue(report)),)
    return (
        breakdown(report, bill, width, by=by),
        outcomes_text(report, scenario, width),
        "By day and hour\n" + week_text(report, roster, width),
        paragraph(hours_sentence(report), width),
        paragraph(notes(report), width),
    )


def headline(run: Simulated) -> str:
    """Return the answer in a few sentences."""
    report = run.report
    scores = report.scorecard
    peak = peak_of(run.roster, report.first.periods)
    staffing = "the roster as given" if run.is_given else "the staffing as written"
    pulled = pulled_words(run.scenario)
    first = (
        f"With {count(peak.agents, 'agent')} at the peak ({peak.when}), {staffing}{pulled and f', {pulled},'} "
        f"{verdict(scores)}."
    )
    sentences = [first]
    if run.is_partial:
        sentences.insert(0, f"Interrupted after {report.n} of {run.asked} replications; what follows rests on those.")
    main = main_target(scores)
    if main is not None:
        sentences += [*target_sentences(main, report.first.queues), chance_sentence(main)]
    else:
        rate = report.estimate("response_rate")
        sentences.append(f"{percent(rate.value)} of all cases get a reply.")
    sentences.append(paid_sentence(run.bill, run.scenario))
    return " ".join(filter(None, sentences))


def paid_sentence(bill: WageBill, scenario: Scenario) -> str:
    """Return paid hours and cost, a week where whole weeks were measured."""
    days = scenario.calendar.horizon
    weeks = Decimal(days) / 7 if days % 7 == 0 else Decimal(1)
    span = "a week" if days % 7 == 0 else f"in {count(days, 'day')}"
    paid = hours(bill.paid_hours / weeks)
    on_duty = hours(bill.on_duty_hours / weeks)
    text = f"That is {paid} paid {span}" if paid == on_duty else f"That is {on_duty} on duty and {paid} paid {span}"
    if bill.cost is not None:
        text += f", at a cost of {money(bill.cost / weeks, bill.currency)}"
        if bill.premiums:
            text += f" ({money(sum(bill.premiums.values()) / weeks, bill.currency)} of it premiums)"
        if bill.unpriced:
            text += f" without {listed(bill.unpriced)}, which has no wage"
    return text + "."


def night_sentence(report: Report) -> str:
    """Return what happens to cases that come at night, where some do; of the first answer target, else of a mean."""
    scores = report.scorecard
    main = main_score(scores)
    if main is None or main.goal.kind != "answer":
        return mean_night_sentence(report)
    goal = scores.index(main)
    night = is_night(report.first.periods)
    if not night.any() or night.all():
        return ""
    at_night, share_of_cases = goal_within(report, goal, night)
    by_day, _ = goal_within(report, goal, ~night)
    if not share_of_cases > 0.0005:
        return ""
    wait = typical_wait(report, goal, night)
    typical = "most of them get none" if math.isinf(wait) else f"a typical one takes {duration(wait)}"
    text = (
        f"Of the {percent(share_of_cases, 0)} of these cases that come at night ({NIGHT_FROM:02}:00-{NIGHT_TO:02}:00), "
        f"{percent(at_night.value)} are answered in time, against {percent(by_day.value)} of the others; of "
        f"their answers, {typical}."
    )
    wanted = main.goal.share
    if main.holds and at_night.value < wanted <= by_day.value:
        text += f" So the {whole_percent(wanted)} over the {main.goal.over} is met by letting nights wait."
    return text


def week_text(report: Report, roster: Roster, width: int) -> str:
    """Return agents on duty, a block for each group, and the main target's figure, by weekday and hour."""
    periods = report.first.periods
    agents = agents_on_duty(roster, periods)
    scores = report.scorecard
    main, figures = pictured_score(scores), None
    if main is not None:
        figures = goal_by(report, scores.index(main), "hour_of_week").value * figure_factor(main.goal)
    blocks = agent_blocks(roster.groups, agents, periods, figures)
    if main is not None and figures is not None:
        blocks.append(figure_block(figure_title(main.goal), figures, agents, periods))
    return side_by_side(blocks, width)


def notes(report: Report) -> str:
    """Return what the figures mean."""
    kind = (
        "One replication: figures without intervals."
        if report.n == 1
        else f"{report.n} replications; intervals and ± are {100 * report.confidence:g} %."
    )
    text = (
        f"{kind} Answered: live queues when picked up, message queues when the answer is sent; in time ÷ all cases "
        "that need a reply, unanswered included. First reply, wall time: over cases that got one. Gave up: left or "
        "lapsed. Occupied: time on duty with work in hand. A case counts where its customer first wrote."
    )
    if has_multiple(report):
        text += (
            " Times phone: cases per hour of agents' work on them ÷ the same of the phone queues (live, one at a "
            "time); it compares channels where their questions are alike."
        )
    if report.first.bots:
        text += f" Bot answers count as answered: {report.first.settings.clock.bot_counts}."
    return text


def simulation_dict(
    run: Simulated, *, by: Sequence[By] = ("total", "day"), files: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    report = run.report
    peak = peak_of(run.roster, report.first.periods)
    return {
        "careplan_simulation": VERSION,
        "scenario": scenario_dict(run.scenario),
        "headline": headline(run),
        "nights": night_sentence(report),
        "targets_met": run.targets_met,
        "precision": None if report.precision is None else report.precision.to_dict(),
        "is_partial": run.is_partial,
        "replications_asked": run.asked,
        "peak": {"agents": peak.agents, "when": peak.when},
        "wages": run.bill.to_dict(),
        "report": report.to_dict(by=by),
        "pictures": of_report(
            report, what="roster as given" if run.is_given else "staffing as written", is_partial=run.is_partial
        ).to_dict(),
        "outcomes": outcomes_dict(report, run.scenario),
        "definitions": None if report.first.settings.definitions is None else definitions_of(report),
        "provenance": run.provenance.to_dict(),
        "files": list(files),
    }

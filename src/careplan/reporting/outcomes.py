"""What follows for customers, on the figures the scenario assumes: the section "Outcomes (assumptions)".

Comes in: a report and its scenario. Goes out: text within a width, and plain data for JSON; nothing where the scenario
has no outcomes. Left out: the arithmetic (``careplan.metrics.outcomes``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from careplan.metrics.outcome_catalogue import OUTCOMES
from careplan.metrics.report import Of, Report
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, listed, number, paragraph, percent
from careplan.scenario.models import Scenario
from careplan.scenario.outcomes import (
    OUR_ASSUMPTION,
    Assumption,
    ByWait,
    Churn,
    Effects,
    Loyalty,
    MeanScore,
    Outcomes,
    Rating,
    Recommendation,
    Sale,
    Satisfaction,
    Shaming,
)
from careplan.units import NEVER, format_duration, format_share

TITLE = "Outcomes (assumptions)"
_HEADINGS = {
    "csat": "CSAT|%",
    "csat_of_answered": "CSAT of|answered",
    "mean_score": "score|1-5",
    "nps": "NPS",
    "customers_churned": "leave",
    "customers_won": "won",
    "customers_shaming": "shame|in public",
    "talks": "talks",
    "sales": "sales",
}
"""Columns of the table, as far as their outcomes are on."""
_SHARE_OF = {"customers_churned": "churn", "customers_won": "loyalty", "customers_shaming": "shaming"}
"""The share beside a count: it says where an outcome concerns nobody."""
_VERBS = {
    "customers_churned": "leave",
    "customers_won": "are won",
    "customers_shaming": "blame the brand in public",
}
_NAMES = {
    "satisfaction": "CSAT",
    "score": "score",
    "nps": "NPS",
    "churn": "leave",
    "loyalty": "won",
    "shaming": "shame in public",
    "sale": "sales",
}
_UNANSWERED = "unanswered"


@dataclass(frozen=True)
class StatedFigure:
    """One assumed figure, and who says so."""

    concerns: str
    """``all``, or a channel or queue such as ``channel phone``."""
    outcome: str
    """Its kind, as the section's key."""
    when: str
    """Of which customers."""
    value: str
    source: str


def outcomes_text(report: Report, scenario: Scenario, width: int) -> str:
    """Return the section: expected figures by queue and in total, then every assumption with its source."""
    if scenario.outcomes is None or not report.first.settings.outcomes:
        return ""
    lines = [
        f"{'' if one.concerns == 'all' else one.concerns + ', '}{_NAMES[one.outcome]}, {one.when}: "
        f"{one.value} ({one.source})"
        for one in stated_figures(scenario.outcomes)
    ]
    stated = "\n".join(paragraph(line, width, "  ") for line in lines)
    blocks = [paragraph(_summary(report), width), _table(report, width), paragraph(_meaning(scenario), width), stated]
    return f"{TITLE}\n" + "\n\n".join(filter(None, blocks))


def _summary(report: Report) -> str:
    """Return the figures in total in a sentence; shares are of all customers, or say of whom."""
    customers = report.estimate("customers").value
    found = []
    if "csat" in report.metrics:
        found.append(f"{percent(report.estimate('csat').value)}{_of_whom(report, 'satisfaction')} are satisfied")
    for metric, verb in _VERBS.items():
        if metric in report.metrics:
            kind = _SHARE_OF[metric]
            share = percent(report.estimate(kind).value) + _of_whom(report, kind)
            found.append(f"{number(report.estimate(metric).value)} ({share}) {verb}")
    if "sales" in report.metrics:
        talks, sales = (number(report.estimate(metric).value) for metric in ("talks", "sales"))
        found.append(f"{talks} talks bring {sales} sales")
    return f"If what is assumed below is so: of {number(customers)} customers {listed(found)}." if found else ""


def _of_whom(report: Report, kind: str) -> str:
    """Say how many customers an outcome concerns, where it is off for some."""
    concerned, everybody = (
        sum(int(m.queue_tables[name].sum()) for m in report.measures) for name in (f"{kind}_of", "customers")
    )
    return "" if concerned == everybody else f" of the {number(concerned / report.n)} concerned"


def _table(report: Report, width: int) -> str:
    columns = [name for name in _HEADINGS if name in report.metrics]
    kinds: list[tuple[Of, str]] = [("queue", queue) for queue in report.rows("queue")]
    rows = []
    for of, name in [*kinds, ("total", "total")] if len(kinds) > 1 else kinds:
        customers = number(report.estimate("customers", name, of=of).value)
        answered = bare_percent(report.estimate("share_customers_answered", name, of=of).value)
        figures = [_cell(report, metric, name, of) for metric in columns]
        rows.append([name, customers, answered, *figures])
    return table(["queue", "customers", "% ever|answered", *map(_HEADINGS.__getitem__, columns)], rows, width)


def _cell(report: Report, metric: str, row: str, of: Of) -> str:
    """A figure with half the width of its interval; a dash where its outcome is off for the row."""
    e = report.estimate(metric, row, of=of)
    if math.isnan(report.estimate(_SHARE_OF.get(metric, metric), row, of=of).value):
        return NOTHING
    factor, digits = (100, 1) if metric.startswith("csat") else (1, 2) if metric == "mean_score" else (1, 0)
    text = f"{e.value:+.0f}" if metric == "nps" else bare_percent(e.value) if factor == 100 else number(e.value, digits)
    if e.low is None or e.high is None or metric == "talks":
        return text
    return f"{text} ±{factor * (e.high - e.low) / 2:.{digits}f}"


def _meaning(scenario: Scenario) -> str:
    assert scenario.outcomes is not None
    window = scenario.outcomes.window
    return (
        "Expected customers, not measured ones: what each met with (the wait for the first answer, how many contacts, "
        "solved or not), times the assumptions below. A customer is a first contact with all that follows from it"
        + (f", up to a come-back later than {format_duration(window)}. " if window != NEVER else ". ")
        + "That quick answers go with happy customers does not say that they make them so."
    )


def stated_figures(outcomes: Outcomes) -> tuple[StatedFigure, ...]:
    """Return every assumed figure with its source: what holds in general, then what differs by channel and queue."""
    general = list(_stated("all", outcomes))
    known = {(one.outcome, one.when, one.value, one.source) for one in general}
    found = general
    for word, entries in (("channel", outcomes.channels), ("queue", outcomes.queues)):
        for name, effects in entries.items():
            concerns = f"{word} {name}"
            own = list(_stated(concerns, effects))
            found += [one for one in own if (one.outcome, one.when, one.value, one.source) not in known]
            off = [kind for kind in outcomes.kinds if kind not in effects.kinds]
            found += [StatedFigure(concerns, kind, "all", "not counted", OUR_ASSUMPTION) for kind in off]
    return tuple(found)


def _stated(concerns: str, effects: Effects) -> Iterator[StatedFigure]:
    for kind in effects.kinds:
        block = getattr(effects, kind)
        for key, when in _figures(block):
            figure: Assumption | ByWait | None = getattr(block, key)
            if figure is None or key not in block.model_fields_set:
                continue
            if isinstance(figure, ByWait):
                value = _curve_words(figure, kind)
            else:
                value = ("× " if isinstance(block, Rating) else "") + format_share(figure.share, 2)
            yield StatedFigure(concerns, kind, when, value, figure.source or OUR_ASSUMPTION)


def _figures(block: Any) -> Iterator[tuple[str, str]]:
    """The figures of one kind of outcome: key, and of which customers."""
    match block:
        case Satisfaction() | MeanScore():
            yield "by_wait", "by wait"
        case Recommendation():
            yield "promoters", "promoters by wait"
            yield "detractors", "detractors by wait"
        case Churn():
            yield "unanswered", _UNANSWERED
            yield "not_solved", "answered, not solved"
            yield "late", f"answered after {format_duration(block.late_after or 0)} or after giving up"
            yield "repeated", "answered, after more than one contact"
            yield "answered", "answered otherwise"
        case Loyalty():
            yield "answered", f"answered within {format_duration(block.within)}"
            yield "late", "answered later"
            yield "unanswered", _UNANSWERED
        case Shaming():
            yield "chance", f"not answered within {format_duration(block.after)}"
        case Sale():
            yield "per_talk", "per talk"
    if isinstance(block, Rating):
        yield "not_solved", "not solved"
        yield "further_attempt", "for each further contact"
        yield "gave_up", "answered after giving up"


def _curve_words(curve: ByWait, kind: str) -> str:
    """Return a curve in words: ``85 % at 10 min, 30 % at 24 h, 10 % unanswered``."""

    def height(value: float) -> str:
        return f"{value:g}" if kind == "score" else format_share(value, 2)

    points = [f"{height(value)} at {format_duration(wait)}" for wait, value in curve.points]
    return ", ".join([*points, f"{height(curve.never)} {_UNANSWERED}"])


def outcomes_dict(report: Report, scenario: Scenario) -> dict[str, Any] | None:
    """Return what is assumed for JSON, figures in total included; None where outcomes are off.

    The figures stand in the report by queue, channel and period, too.
    """
    outcomes = scenario.outcomes
    if outcomes is None:
        return None
    names = [metric.name for kind in report.first.settings.outcomes for metric in OUTCOMES[kind]]
    return {
        "kinds": list(report.first.settings.outcomes),
        "window_s": None if outcomes.window == NEVER else outcomes.window / 1000,
        "total": {name: report.estimate(name).to_dict() for name in names},
        "assumptions": [asdict(one) for one in stated_figures(outcomes)],
    }

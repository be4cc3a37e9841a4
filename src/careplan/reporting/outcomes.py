"""What follows for customers, on the figures the scenario assumes: the section "Outcomes (assumptions)".

Comes in: a report and its scenario. Goes out: text within a width, and plain data for JSON; nothing where the scenario
has no outcomes. Left out: the arithmetic (``careplan.metrics.outcomes``).
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from careplan.metrics.outcome_catalogue import OUTCOMES
from careplan.metrics.report import Of, Report
from careplan.reporting.assumed import stated_figures, stated_words
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, listed, number, paragraph, percent
from careplan.scenario.models import Scenario
from careplan.units import NEVER, format_duration

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


def outcomes_text(report: Report, scenario: Scenario, width: int) -> str:
    """Return the section: expected figures by queue and in total, then every assumption with its source."""
    if scenario.outcomes is None or not report.first.settings.outcomes:
        return ""
    lines = map(stated_words, stated_figures(scenario.outcomes))
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

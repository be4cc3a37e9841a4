"""How precise the figures are, in sentences and a small table.

Comes in: a :class:`~careplan.metrics.precision.Precision`, or scores with control variates. Goes out: text. Left out:
the rule (``careplan.study.precise``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from careplan.metrics.precision import Precision, Wanted, half_width
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Score
from careplan.metrics.uncertainty import Estimate
from careplan.reporting.tables import table
from careplan.reporting.targets import main_score
from careplan.reporting.words import NOTHING, count, duration, listed, paragraph, percent_interval


def precision_text(report: Report, width: int) -> str:
    """Return what was wanted and reached, and what control variates are worth; empty where neither was asked for."""
    precision = report.precision
    parts = []
    if precision is not None:
        sampled = len(report.sampled)
        fewer = f" Medians and percentiles rest on the first {sampled}." if sampled < report.n else ""
        parts.append(paragraph(precision_sentence(precision, report.n) + fewer, width))
    sharp = [one for one in report.scorecard if one.controls is not None and one.goal.unit == "share"]
    if sharp:
        parts.append(paragraph(_controls_sentence(sharp), width))
        if len(sharp) > 1:
            parts.append(_table(sharp, width))
    elif report.uses_controls:
        parts.append("Control variates: none, there are too few replications or nothing about them is known.")
    return "\n".join(parts)


def hours_sentence(report: Report) -> str:
    """Return how many hours of the week miss the first target beyond doubt; empty with one replication."""
    main = main_score(report.scorecard)
    if main is None or report.n < 2:
        return ""
    score = report.score_over(report.scorecard.index(main), "hour_of_week")
    missed, met, either = score.beyond_doubt
    hours = missed + met + either
    if hours < 2:
        return ""
    half = float(np.nanmean(score.joint.high - score.joint.low)) / 2 * main.goal.scale
    width = f"{100 * half:.0f} points" if main.goal.unit == "share" else duration(half)
    return (
        f"By hour of the week, {main.goal.name}: with {100 * report.confidence:g} % confidence all {hours} hours lie "
        f"within their joint intervals at once (± {width} on average). Beyond doubt {missed} of them miss "
        f"{main.goal.asked} and {met} reach it; {either} may do either."
    )


def amount(value: float, wanted: Wanted) -> str:
    """Return a half-width in its unit: ``0.49 points``, ``95 s``."""
    if not math.isfinite(value):
        return "no interval yet"
    return f"{100 * value:.2g} points" if wanted.unit == "share" else duration(value)


def precision_sentence(precision: Precision, n: int) -> str:
    """Return what was wanted and what was reached."""
    wanted, widest = precision.wanted, precision.widest
    asked = f"Precision: at most ± {amount(wanted.half_width, wanted)} was wanted"
    if widest is None:
        return f"{asked}; there was nothing to measure in {count(n, 'replication')}."
    which = f" ({widest.name}, the widest of {len(precision.figures)})" if len(precision.figures) > 1 else ""
    got = f"± {amount(widest.half_width, wanted)}{which}"
    if precision.ended == "reached":
        looks = f", looking at {listed(list(map(str, precision.looks)))}" if len(precision.looks) > 1 else ""
        return f"{asked}; {got} was reached after {count(n, 'replication')}{looks}."
    why = "the most there may be" if precision.ended == "most" else "interrupted"
    return (
        f"{asked} and NOT reached: {got} after {count(n, 'replication')} ({why}); it takes about "
        f"{precision.about:,} in all."
    )


def _controls_sentence(scores: Sequence[Score]) -> str:
    one = scores[0]
    columns = "" if one.controls is None else ", ".join(one.controls.names)
    if len(scores) > 1:
        return (
            f"Control variates ({columns}) make the targets' intervals narrower; the tables by queue, group and time "
            "are without them."
        )
    return (
        f"Control variates ({columns}) make the interval {_times(one)} times narrower, worth {_worth(one)} times the "
        f"replications. Without them, as in the tables by queue and time: {_interval(one)}."
    )


def _table(scores: Sequence[Score], width: int) -> str:
    rows = [[one.goal.name, _half(one, one.overall), _half(one, one.plain), _times(one), _worth(one)] for one in scores]
    return table(["target", "±", "without", "times|narrower", "worth times the|replications"], rows, width)


def _half(one: Score, e: Estimate) -> str:
    half = half_width(e.times(one.goal.scale))
    return f"{100 * half:.2f}" if one.goal.unit == "share" else duration(half)


def _interval(one: Score) -> str:
    if one.goal.unit == "share":
        return percent_interval(one.plain, 2)
    plain = one.plain.times(one.goal.scale)
    return f"{duration(plain.value)} ± {_half(one, one.plain)}"


def _times(one: Score) -> str:
    return f"{math.sqrt(one.controls_worth):.1f}" if math.isfinite(one.controls_worth) else NOTHING


def _worth(one: Score) -> str:
    return f"{one.controls_worth:.1f}" if math.isfinite(one.controls_worth) else NOTHING

"""A report as JSON, as a data frame, as a few lines of text.

Comes in: a :class:`Report`. Goes out: plain dicts, a pandas frame (imported here only), text. Left out:
layout for people beyond those lines (reporting).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.columns import FloatArray
from careplan.metrics.outcome_catalogue import MAIN as ASSUMED
from careplan.metrics.periods import By
from careplan.metrics.report import OF, SHARES, Of, Report
from careplan.metrics.scorecard import Score
from careplan.metrics.uncertainty import Estimate, Estimates

if TYPE_CHECKING:
    import pandas as pd

SINGLE: tuple[By, ...] = ("day", "week")
"""Periods of which the chance to meet each target is always given."""

VERSION = 1
"""Of the layout of ``report_dict``."""


def report_dict(report: Report, by: Sequence[By]) -> dict[str, Any]:
    """Return a report as nested plain values; see :meth:`Report.to_dict`.

    ``figures[by][of][row][metric]`` is one estimate in total, and lists along ``periods[by]`` elsewhere.
    """
    first, settings = report.first, report.first.settings
    out: dict[str, Any] = {
        "careplan_report": VERSION,
        "replications": report.n,
        "confidence": report.confidence,
        "provenance": None if report.provenance is None else report.provenance.to_dict(),
        "settings": {
            "bot_counts": settings.clock.bot_counts,
            "open_hours": sorted(settings.clock.open_hours),
            "first_contact_resolution_window_s": settings.solved_within_ms / 1000,
            "service_levels": dict(settings.levels),
            "short_abandons_within_s": None if settings.definitions is None else settings.definitions.short_ms / 1000,
        },
        "metrics": {name: {"unit": m.unit, "formula": m.formula} for name, m in report.metrics.items()},
        "percentiles": dict(settings.waits),
        "periods": {b: list(first.periods.labels_of(b)) for b in by},
        "figures": {},
        "scorecard": [
            one.to_dict()
            | {f"chance_of_a_{over}": report.score_over(number, over).chance.to_dict() for over in SINGLE}
            | {"hours_of_week": _hours_of_week(report.score_over(number, "hour_of_week"))}
            for number, one in enumerate(report.scorecard)
        ],
        "targets": [whole.to_dict() for whole in report.targets],
        "all_targets_at_once": None if report.all_at_once is None else report.all_at_once.to_dict(),
        "agents": report.agents.to_rows(),
    }
    for b in by:
        out["figures"][b] = {of: _rows(report, of, b) for of in OF if report.rows(of)}
    return out


def _rows(report: Report, of: Of, by: By) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {name: {} for name in report.rows(of)}
    for metric in report.metrics_of(of):
        figure = report.figure(metric, of=of, by=by)
        for i, name in enumerate(rows):
            rows[name][metric] = figure.at(i, 0).to_dict() if by == "total" else _along(figure, i)
        if metric in report.first.settings.levels and by != "total":
            joint = report.joint(metric, of=of, by=by)
            for i, name in enumerate(rows):
                rows[name][metric] |= {f"{part}_joint": _plain(getattr(joint, part)[i]) for part in ("low", "high")}
    if of in ("total", "queue", "channel") and by == "total":
        for wait in report.first.settings.waits:
            for i, row in enumerate(report.percentiles(wait, of=of)):
                for share in SHARES:
                    list(rows.values())[i][f"{share}_{wait}"] = row[0][share].to_dict()
    return rows


def _along(figure: Estimates, row: int) -> dict[str, list[float | None]]:
    return {part: _plain(getattr(figure, part)[row]) for part in ("value", "low", "high")}


def _plain(values: FloatArray) -> list[float | None]:
    return [x if math.isfinite(x) else None for x in values.tolist()]


def _hours_of_week(one: Score) -> dict[str, Any] | None:
    """Return a target's figure by hour of the week with the bounds of each hour and of all at once; ``missed``, ``met``
    and ``either`` count the hours beyond doubt, and those in doubt. None for cover.
    """
    if one.goal.kind == "cover":
        return None
    missed, met, either = one.beyond_doubt
    each, joint = one.by_period, one.joint  # ratios; of a mean, as a share of its limit
    bounds = {"value": each.value, "low": each.low, "high": each.high, "low_joint": joint.low, "high_joint": joint.high}
    counts = {"missed": missed, "met": met, "either": either}
    return counts | {name: _plain(values * one.goal.scale) for name, values in bounds.items()}


def report_frame(report: Report, of: Of, by: By) -> pd.DataFrame:
    """Return a report in long form; see :meth:`Report.to_frame`."""
    import pandas as pd

    rows, labels = report.rows(of), report.first.periods.labels_of(by)
    parts = []
    for name in report.metrics_of(of):
        figure = report.figure(name, of=of, by=by)
        parts.append(
            pd.DataFrame(
                {
                    "of": of,
                    "row": np.repeat(rows, len(labels)),
                    "by": by,
                    "period": np.tile(labels, len(rows)),
                    "metric": name,
                    "unit": report.metrics[name].unit,
                    "value": figure.value.ravel(),
                    "low": figure.low.ravel(),
                    "high": figure.high.ravel(),
                    "n": report.n,
                }
            )
        )
    if of in ("total", "queue", "channel"):
        same = {"of": of, "by": by, "unit": "s", "n": report.n}
        parts.append(
            pd.DataFrame(
                {**same, "row": row, "period": label, "metric": f"{share}_{wait}", **_bounds(e)}
                for wait in report.first.settings.waits
                for row, cells in zip(rows, report.percentiles(wait, of=of, by=by), strict=True)
                for label, cell in zip(labels, cells, strict=True)
                for share, e in cell.items()
            )
        )
    return pd.concat(parts, ignore_index=True)


def _bounds(e: Estimate) -> dict[str, float]:
    low, high = (math.nan if x is None else x for x in (e.low, e.high))
    return {"value": e.value, "low": low, "high": high}


MAIN = (
    "needing_reply",
    "response_rate",
    "mean_first_response",
    "mean_wait",
    "share_given_up",
    "share_expired",
    "share_open",
    "share_customers_lost",
)
"""Figures of the short text, after the service levels."""


def report_text(report: Report) -> str:
    """Return the main figures in a few lines, the answered-basis service level beside those who gave up."""
    n = (
        "one replication, no intervals"
        if report.n == 1
        else f"{report.n} replications, {100 * report.confidence:g} % intervals"
    )
    bots = f", bot answers count: {report.first.settings.clock.bot_counts}" if report.first.bots else ""
    lines = [f"{len(report.first.queues)} queues, {n}{bots}", *map(str, report.scorecard)]
    names = [name for level in _levels_that_differ(report) for name in (level, f"{level}_of_answered")]
    assumed = [ASSUMED[kind] for kind in report.first.settings.outcomes]
    for name in (*names, *MAIN, *assumed):
        lines.append(f"  {name:<40} {_shown(report.estimate(name), report.metrics[name].unit)}")
    for name in ("occupancy", "desk_load"):
        for group in report.first.groups:
            estimate = report.estimate(name, group, of="group")
            lines.append(f"  {name + ' of ' + group:<40} {_shown(estimate, 'share')}")
    return "\n".join(lines)


def _levels_that_differ(report: Report) -> list[str]:
    """Return the service levels, those on another clock only where it makes a difference."""
    levels = report.first.settings.levels
    kept = []
    for name in levels:
        wall = next(other for other in levels if name == other or name.startswith(f"{other}_"))
        if wall == name or report.estimate(name).to_dict() != report.estimate(wall).to_dict():
            kept.append(name)
    return kept


def _shown(e: Estimate, unit: str) -> str:
    if math.isnan(e.value):
        return "nothing to measure"
    factor, digits, word = (100, 1, "%") if unit == "share" else (1, 1, unit)
    text = f"{factor * e.value:.{digits}f} {word}"
    if e.low is None or e.high is None:
        return text
    return f"{text} ({factor * e.low:.{digits}f} to {factor * e.high:.{digits}f})"

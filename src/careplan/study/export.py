"""A sweep as JSON, as a data frame, as tables of text.

Comes in: a :class:`~careplan.study.sweep.Sweep`. Goes out: plain dicts, a pandas frame (imported here only), text. Left
out: sentences (reporting).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from careplan.metrics.outcome_catalogue import MAIN
from careplan.metrics.uncertainty import Estimate
from careplan.study.sweep import Sweep, SweepPoint

if TYPE_CHECKING:
    import pandas as pd

Table: TypeAlias = tuple[list[str], list[list[str]]]
"""Headings (``|`` breaks a line) and rows of text; the first columns are the values of the paths."""
VERSION = 1
"""Of the layout of ``sweep_dict``."""
_NOTHING = "–"


def sweep_dict(sweep: Sweep) -> dict[str, Any]:
    """Return a sweep as plain data; see :meth:`Sweep.to_dict`."""
    return {
        "careplan_sweep": VERSION,
        "scenario": sweep.name,
        "paths": list(sweep.paths),
        "is_partial": sweep.is_partial,
        "points_asked": sweep.asked,
        "points": [_point(sweep, k) for k in range(len(sweep.points))],
        "provenance": sweep.provenance.to_dict(),
    }


def _point(sweep: Sweep, k: int) -> dict[str, Any]:
    point = sweep.points[k]
    return {
        "values": dict(point.values),
        "scenario": point.digest,
        "targets_met": point.holds,
        "targets": [
            {
                "name": score.goal.name,
                "kind": score.goal.kind,
                "unit": score.goal.unit,
                "wanted": score.goal.share * score.goal.scale,
                "holds": score.holds,
                **score.figure.to_dict(),
                "chance": score.chance.to_dict(),
                "difference": None if k == 0 else sweep.target_difference(k, i).to_dict(),
            }
            for i, score in enumerate(point.scores)
        ],
        "response_rate": point.response_rate.to_dict(),
        "mean_first_response": {
            **point.mean_first_response.to_dict(),
            "difference": None if k == 0 else sweep.response_difference(k).to_dict(),
        },
        "median_first_response": point.median_first_response.to_dict(),
        "outcomes": {
            name: {**one.estimate.to_dict(), "unit": one.unit, "difference": _against_first(sweep, k, name)}
            for name, one in point.outcomes.items()
        },
        "agents_at_peak": point.agents_at_peak,
        "paid_hours_a_week": str(point.paid_hours_a_week),
        "cost_a_week": None if point.cost_a_week is None else str(point.cost_a_week),
        "currency": point.bill.currency,
    }


def _against_first(sweep: Sweep, k: int, outcome: str) -> dict[str, Any] | None:
    found = sweep.outcome_difference(k, outcome) if k else None
    return None if found is None else found.to_dict()


def sweep_frame(sweep: Sweep) -> pd.DataFrame:
    """Return a line for each point; see :meth:`Sweep.to_frame`."""
    import pandas as pd

    rows = []
    for k, point in enumerate(sweep.points):
        row: dict[str, object] = dict(point.values)
        for i, score in enumerate(point.scores):
            name = f"{'mean' if score.goal.unit == 's' else 'share'}_{score.goal.name}"
            row |= _columns(name, score.figure) | {f"holds_{score.goal.name}": score.holds}
            row |= _columns(f"difference_{score.goal.name}", sweep.target_difference(k, i)) if k else {}
        row |= _columns("response_rate", point.response_rate)
        row |= _columns("mean_first_response", point.mean_first_response)
        row |= _columns("difference_mean_first_response", sweep.response_difference(k)) if k else {}
        row |= _columns("median_first_response", point.median_first_response)
        for name, one in point.outcomes.items():
            row |= _columns(name, one.estimate)
            difference = sweep.outcome_difference(k, name) if k else None
            row |= {} if difference is None else _columns(f"difference_{name}", difference)
        row |= {
            "agents_at_peak": point.agents_at_peak,
            "paid_hours_a_week": float(point.paid_hours_a_week),
            "cost_a_week": None if point.cost_a_week is None else float(point.cost_a_week),
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=list(dict.fromkeys(key for row in reversed(rows) for key in row)))


def _columns(name: str, e: Estimate) -> dict[str, object]:
    return {name: e.value, f"{name}_low": e.low, f"{name}_high": e.high}


def sweep_tables(sweep: Sweep) -> dict[str, Table]:
    """Return tables by title: one for each target, first response, outcomes if any, and staff; a row for each point."""
    found: dict[str, Table] = {}
    for i, score in enumerate(sweep.points[0].scores):
        name = score.goal.name
        found[name if name not in found else f"{name} ({i + 1})"] = _target_table(sweep, i)
    found["First response"] = _response_table(sweep)
    if sweep.outcomes:
        found["Outcomes (assumptions)"] = _outcome_table(sweep)
    return found | {"Staff": _staff_table(sweep)}


def sweep_text(sweep: Sweep) -> str:
    """Return all tables as text, each under its title, as wide as they are."""
    return "\n\n".join(f"{title}\n{_laid_out(*table)}" for title, table in sweep_tables(sweep).items())


def _target_table(sweep: Sweep, target: int) -> Table:
    is_mean = sweep.points[0].scores[target].goal.unit == "s"
    factor, unit = (1 / 60, "min") if is_mean else (100, "%")
    heads = [unit, "95 %", "", f"{'min' if is_mean else 'points'} against|the first"]

    def cells(k: int, point: SweepPoint) -> list[str]:
        score = point.scores[target]
        figure = score.figure.times(factor)
        against = _signed(sweep.target_difference(k, target).times(factor)) if k else _NOTHING
        return [_figure(figure.value), _span(figure), "met" if score.holds else "MISSED", against]

    return _table(sweep, heads, [cells(k, point) for k, point in enumerate(sweep.points)])


def _response_table(sweep: Sweep) -> Table:
    heads = ["%|replied", "mean,|min", "95 %", "min against|the first", "median,|min"]

    def cells(k: int, point: SweepPoint) -> list[str]:
        mean = point.mean_first_response.times(1 / 60)
        against = _signed(sweep.response_difference(k).times(1 / 60)) if k else _NOTHING
        median = _figure(point.median_first_response.value / 60)
        return [_figure(100 * point.response_rate.value), _figure(mean.value), _span(mean), against, median]

    return _table(sweep, heads, [cells(k, point) for k, point in enumerate(sweep.points)])


def _outcome_table(sweep: Sweep) -> Table:
    """The main figure of each kind of outcome, and what it is more than at the first point."""
    shown = [(name, unit) for name, unit in sweep.outcomes.items() if name in MAIN.values()]
    heads = [head for name, unit in shown for head in (_heading(name, unit), "against|the first")]

    def cells(k: int, point: SweepPoint) -> list[str]:
        found = []
        for name, unit in shown:
            factor, one = 100.0 if unit == "share" else 1.0, point.outcomes.get(name)
            difference = sweep.outcome_difference(k, name) if k else None
            found.append(_NOTHING if one is None else _figure(factor * one.estimate.value))
            found.append(_NOTHING if difference is None else _signed(difference.times(factor)))
        return found

    return _table(sweep, heads, [cells(k, point) for k, point in enumerate(sweep.points)])


def _heading(metric: str, unit: str) -> str:
    words = metric.replace("_", " ", 1).replace(" ", "|")
    return f"{words}, %" if unit == "share" else words


def _staff_table(sweep: Sweep) -> Table:
    currency = next((point.bill.currency for point in sweep.points if point.bill.currency), None)
    heads = ["agents|at the peak", "paid hours|a week", *([f"{currency}|a week"] if currency else [])]
    rows = []
    for point in sweep.points:
        row = [f"{point.agents_at_peak}", f"{point.paid_hours_a_week:,.0f}"]
        row += [_NOTHING if point.cost_a_week is None else f"{point.cost_a_week:,.0f}"] if currency else []
        rows.append(row)
    return _table(sweep, heads, rows)


def _table(sweep: Sweep, heads: list[str], rows: list[list[str]]) -> Table:
    """Put the values that were varied in front."""
    keys = [path.removeprefix("queues.").removeprefix("groups.") for path in sweep.paths]
    values = [[point.values[path] for path in sweep.paths] for point in sweep.points]
    return keys + heads, [mine + row for mine, row in zip(values, rows, strict=True)]


def _laid_out(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [[head.replace("|", " ") for head in heads], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _figure(value: float) -> str:
    return f"{value:,.1f}" if np.isfinite(value) else _NOTHING


def _span(e: Estimate) -> str:
    return _NOTHING if e.low is None or e.high is None else f"{e.low:,.1f}-{e.high:,.1f}"


def _signed(e: Estimate) -> str:
    if not np.isfinite(e.value):
        return _NOTHING
    text = f"{e.value:+,.1f}"
    return text if e.low is None or e.high is None else f"{text} ({e.low:+,.1f} to {e.high:+,.1f})"

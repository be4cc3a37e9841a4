"""A capacity plan as data: ``capacity.csv``, ``classes.csv`` and the document for JSON.

Comes in: a capacity plan. Goes out: CSV and plain data. Left out: text (``capacity``), pictures, files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from careplan.planning.capacity.plan import CapacityPlan, row_dict
from careplan.reporting.capacity import headline, work_of
from careplan.reporting.files import csv_text
from careplan.reporting.plots.outlooks import of_capacity
from careplan.reporting.scenario import scenario_dict
from careplan.scenario.models import Scenario

VERSION = 1
"""Of the layout of ``capacity_dict``."""


def capacity_csv(plan: CapacityPlan) -> str:
    """Return a row for each group and month: every figure of the plan."""
    rows = []
    for group in plan.groups:
        for month, row in zip(plan.months, group.rows, strict=True):
            volume, seconds = work_of(month, group, plan)
            plain = row_dict(row)
            cells = [group.group, month.label, month.days, month.week.isoformat(), volume, round(seconds, 3)]
            rows.append([*cells, *plain.values(), plan.currency])
    names = list(row_dict(plan.groups[0].rows[0]))
    return csv_text(["group", "month", "days", "week", "volume", "handle_s", *names, "currency"], rows)


def classes_csv(plan: CapacityPlan) -> str:
    """Return a row for each class."""
    rows = [
        [group.group, plan.months[one.begins].label, one.heads, one.since, one.recruit_from]
        for group in plan.groups
        for one in group.classes
    ]
    return csv_text(["group", "month", "heads", "joins", "recruiting_begins"], rows)


def capacity_dict(plan: CapacityPlan, scenario: Scenario, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    return {
        "careplan_capacity": VERSION,
        "scenario": scenario_dict(scenario),
        "headline": headline(plan),
        "targets_met": plan.covers,
        "is_partial": plan.is_partial,
        "plan": plan.to_dict(),
        "provenance": plan.provenance.to_dict(),
        "files": list(files),
        "pictures": of_capacity(plan).to_dict(),
    }

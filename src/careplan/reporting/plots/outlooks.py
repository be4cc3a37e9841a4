"""From a capacity plan to the plain data of its picture.

Comes in: a :class:`~careplan.planning.capacity.plan.CapacityPlan`. Goes out:
:class:`~careplan.reporting.plots.data.Pictures`. Left out: drawing.
"""

from __future__ import annotations

from decimal import Decimal

from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity
from careplan.planning.capacity.rows import GroupMonth
from careplan.reporting.plots.data import Band, Outlook, Pictures, Source, Staffing


def of_capacity(plan: CapacityPlan) -> Pictures:
    """Return required against available FTE by month."""
    made_by = plan.provenance
    source = Source(
        plan.name,
        f"capacity plan, {len(plan.weeks)} weeks simulated",
        len(made_by.replications),
        made_by.seed,
        made_by.scenario,
        made_by.version,
        plan.is_partial,
    )
    outlook = Outlook([month.label for month in plan.months], [_group(group) for group in plan.groups])
    return Pictures(source, [], outlook=outlook)


def _group(group: GroupCapacity) -> Staffing:
    share = 1 - float(group.terms.shrinkage)

    def bounds(rows: tuple[GroupMonth, ...], which: str) -> list[float | None]:
        values: list[Decimal | None] = [getattr(row.need, which) for row in rows]
        return [] if None in values else [float(value) / share for value in values if value is not None]

    rows = group.rows
    return Staffing(
        group=group.group,
        required=Band([float(row.gross) for row in rows], bounds(rows, "low"), bounds(rows, "high")),
        productive=[float(row.productive) for row in rows],
        paid=[float(row.paid) for row in rows],
        hires=[row.hires for row in rows],
        is_simulated=[row.need.is_simulated for row in rows],
    )

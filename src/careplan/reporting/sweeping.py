"""What ``careplan sweep`` says: what each value comes to, and how sure the differences are.

Comes in: a :class:`~careplan.study.sweep.Sweep`. Goes out: text within a width, and the same as plain data for JSON.
Left out: files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from careplan.reporting.plots.sweeps import of_sweep
from careplan.reporting.plots.tradeoff import finding
from careplan.reporting.tables import table
from careplan.reporting.words import count, paragraph
from careplan.scenario.models import Scenario
from careplan.study.export import sweep_tables
from careplan.study.sweep import Sweep

WHAT_IT_MEANS = (
    "Targets: the figure over the whole time with its 95 % interval, and whether it holds as the target is stated. "
    "Differences are in points against the first row, paired by replication on the same customers. First response: "
    "over cases that got one; read it beside the share replied."
)


def sweep_text(sweep: Sweep, width: int) -> str:
    """Return the whole answer: a sentence, the table, what it means, who made it."""
    replications = count(len(sweep.provenance.replications), "replication")
    played = f"{count(len(sweep.points), 'point')} of {replications} each."
    if sweep.is_partial:
        played = f"Interrupted after {len(sweep.points)} of {sweep.asked} points; what follows rests on those."
    tables = sweep_tables(sweep).items()
    parts = [
        paragraph(f"{headline(sweep)}. {played}", width),
        *(f"{title}\n{table(heads, rows, width, keys=len(sweep.paths))}" for title, (heads, rows) in tables),
        paragraph(WHAT_IT_MEANS, width),
        paragraph(str(sweep.provenance), width),
    ]
    return "\n\n".join(parts)


def headline(sweep: Sweep) -> str:
    """Return the answer in a sentence: the title of its picture."""
    tradeoff = of_sweep(sweep).tradeoff
    assert tradeoff is not None  # a sweep is one
    return finding(tradeoff)


def sweep_dict(sweep: Sweep, scenario: Scenario, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    plain = sweep.to_dict()
    made_by = plain.pop("provenance")
    return {
        **plain,
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest},
        "headline": headline(sweep),
        "pictures": of_sweep(sweep).to_dict(),
        "provenance": made_by,
        "files": list(files),
    }

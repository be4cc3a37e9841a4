"""What stands in a folder of results: JSON, tables as CSV, rosters, and the run of one replication.

Comes in: reports and rosters. Goes out: file name → content, for ``folder.write_folder``. Left out: the texts.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.metrics.periods import By
from careplan.metrics.report import OF, SHARES, Of, Report
from careplan.reporting.definitions import COLUMNS, definition_rows
from careplan.reporting.folder import Content
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

if TYPE_CHECKING:
    from careplan.reporting.simulation import Simulated


def json_text(document: Mapping[str, Any]) -> str:
    """Return one JSON document with a line break at the end; NaN is refused, since it is no JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue()


def report_tables(report: Report, by: By) -> dict[str, Content]:
    """Return every figure as tables: in total, by day and hour of the week, and by ``by``; and what each agent did.

    A line is a row (``of``, ``row``: the total, a queue, channel, group or bot) in a period; the columns are metrics,
    shares 0 to 1, durations in seconds, empty where there is nothing to measure. In total, by day and by week each
    has its interval (``…_low``, ``…_high``) beside it, and waits have percentiles. By day and hour of the week the
    service levels also have bounds that hold for all days or hours at once (``…_low_joint``, ``…_high_joint``).
    """
    return {
        **{f"by_{one}.csv": _figures(report, one) for one in dict.fromkeys(("total", "day", "hour_of_week", by))},
        "agents.csv": report.agents.to_frame().to_csv(index=False, lineterminator="\n"),
    }


def defined_table(report: Report) -> dict[str, Content]:
    """Return every definition as a table, where the runs were asked for them."""
    if report.first.settings.definitions is None:
        return {}
    return {"definitions.csv": csv_text(COLUMNS, definition_rows(report))}


def _figures(report: Report, by: By) -> str:
    import pandas as pd

    is_coarse = by in ("total", "day", "week")
    labels = report.first.periods.labels_of(by)
    frames = []
    for of in OF:
        rows = report.rows(of)
        columns: dict[str, object] = {
            "of": of,
            "row": np.repeat(rows, len(labels)),
            "period": np.tile(labels, len(rows)),
        }
        for metric in report.metrics_of(of):
            figure = report.figure(metric, of=of, by=by)
            columns[metric] = figure.value.ravel()
            if is_coarse and report.n > 1:
                columns |= {f"{metric}_low": figure.low.ravel(), f"{metric}_high": figure.high.ravel()}
            if by in ("day", "hour_of_week") and report.n > 1 and metric in report.first.settings.levels:
                joint = report.joint(metric, of=of, by=by)
                columns |= {f"{metric}_low": figure.low.ravel(), f"{metric}_high": figure.high.ravel()}
                columns |= {f"{metric}_low_joint": joint.low.ravel(), f"{metric}_high_joint": joint.high.ravel()}
        if is_coarse and of in ("total", "queue", "channel"):
            columns |= _percentiles(report, of, by)
        if rows:
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True).to_csv(index=False, lineterminator="\n", float_format="%.9g")


def _percentiles(report: Report, of: Of, by: By) -> dict[str, object]:
    found: dict[str, object] = {}
    for wait in report.first.settings.waits:
        cells = [cell for row in report.percentiles(wait, of=of, by=by) for cell in row]
        for share in SHARES:
            found[f"{share}_{wait}"] = [cell[share].value for cell in cells]
            if report.n > 1:
                found[f"{share}_{wait}_low"] = [cell[share].low for cell in cells]
                found[f"{share}_{wait}_high"] = [cell[share].high for cell in cells]
    return found


def roster_csv(roster: Roster, scenario: Scenario) -> Content:
    """Return a roster as the CSV that ``careplan replay`` reads."""
    from careplan.workload.export import write_roster

    return partial(write_roster, roster, scenario=scenario)


def traced(run: Simulated, replication: int) -> dict[str, Content]:
    """Return one replication, played once more: workload and trace as npz, and what ``careplan replay`` reads.

    ``cases.csv`` and ``turns.csv`` are the workload, ``on_duty.csv`` is the roster without those who were absent.
    """
    from careplan.engine.rules import rules_of
    from careplan.engine.simulate import simulate
    from careplan.staffing import staffed_roster, with_absence
    from careplan.trace.files import save
    from careplan.workload.export import write_cases, write_turns
    from careplan.workload.sampling import sample

    scenario = run.scenario
    workload = sample(scenario, replication=replication)
    if run.is_given:
        roster = with_absence(run.roster, scenario, replication=replication)
    else:
        roster = staffed_roster(scenario, replication=replication)
    trace = simulate(workload, roster, rules_of(scenario), until=scenario.clock.end, engine=scenario.run.engine)
    assert trace.provenance is not None  # simulate says it of every trace
    made_by = replace(trace.provenance, scenario=scenario.digest, seed=scenario.run.seed, replications=(replication,))
    trace = replace(trace, provenance=made_by)
    return {
        "workload.npz": lambda path: save(workload, path, provenance=made_by),
        "cases.csv": partial(write_cases, workload, scenario=scenario),
        "turns.csv": partial(write_turns, workload),
        "on_duty.csv": roster_csv(roster, scenario),
        "trace.npz": lambda path: save(trace, path),
    }


def given_tables(workload: Workload, trace: Trace, scenario: Scenario) -> dict[str, Content]:
    """Return a given workload with the numbers its rows have in the trace, and the trace as CSV."""
    from careplan.trace.files import save
    from careplan.workload.export import write_cases, write_turns

    return {
        "cases.csv": partial(write_cases, workload, scenario=scenario),
        "turns.csv": partial(write_turns, workload),
        "trace.csv": lambda path: save(trace, path),
    }

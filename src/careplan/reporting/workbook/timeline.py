"""Agents and service by interval and group.

Comes in: tables of agents, a report. Goes out: plain data of a workbook. Left out: whole weeks (``people``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.uncertainty import divide
from careplan.reporting.targets import main_score, wanted
from careplan.reporting.workbook.answers import numbers
from careplan.reporting.workbook.parts import GroupLine, Intervals, Number
from careplan.scenario.models import Scenario


def intervals_of(
    scenario: Scenario,
    groups: Sequence[str],
    required: FloatArray | IntArray | None,
    scheduled: FloatArray,
    net: FloatArray,
    report: Report | None,
) -> Intervals:
    """Return agents and service by interval and group; tables have shape (n_groups, n_intervals)."""
    clock, periods = scenario.clock, Periods.of_clock(scenario.clock)
    begin = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=clock.epoch_ms)
    utc = [f"{begin + timedelta(milliseconds=ms):%Y-%m-%d %H:%M}" for ms in periods.edges[:-1].tolist()]
    start = [label[:16] for label in periods.labels]
    last = clock.local(clock.horizon_to).strftime("%Y-%m-%d %H:%M")
    main = None if report is None else main_score(report.scorecard)
    is_share = main is not None and main.goal.unit == "share"
    lines = []
    for g, name in enumerate(groups):
        none: list[Number] = [None] * periods.n_intervals
        cases, in_time = none, none
        if report is not None:
            mine = [q for q, queue in enumerate(report.first.queues) if queue in scenario.groups[name].skills]
            cases = numbers(report.figure("needing_reply", of="queue", by="interval").value[mine].sum(axis=0))
            if main is not None and is_share:
                in_time = _share_in_time(report, report.scorecard.index(main), mine)
        lines.append(
            GroupLine(
                name,
                None if required is None else _plain(required[g]),
                _plain(scheduled[g]),
                _plain(net[g]),
                cases,
                in_time,
            )
        )
    service = f"{main.goal.name}: {wanted(main.goal)}" if main is not None and is_share else ""
    minutes = (periods.length_ms / 60_000).tolist()
    return Intervals(
        start, [*start[1:], last], utc, minutes, lines, service, main.goal.share if main and is_share else None
    )


def _share_in_time(report: Report, goal: int, queues: Sequence[int]) -> list[Number]:
    counts = [m.goal_counts[goal] for m in report.measures]
    top, bottom = (
        np.sum([getattr(c, part)[queues].sum(axis=0) for c in counts], axis=0) for part in ("numerator", "denominator")
    )
    return numbers(divide(top, bottom))


def _plain(row: FloatArray | IntArray) -> list[float]:
    return [float(x) for x in np.asarray(row, dtype=np.float64).round(9).tolist()]

"""Tables of a report: by queue, channel, group, bot, and by day or other periods.

Comes in: a report, a wage bill. Goes out: text. Left out: targets (targets), the answer (simulation, staffing).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import datetime

from careplan.costing.wages import WageBill
from careplan.metrics.measures import words
from careplan.metrics.periods import By
from careplan.metrics.report import Of, Report
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, Estimates
from careplan.reporting.figures import goal_by, goal_by_queue, wait_percentiles
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, count, duration, hours, money, number
from careplan.units import format_duration

MOST_ROWS = 60
"""Longer tables are shown in part; the files have them whole."""
MOST_TARGETS = 6
"""Targets, or parts of them, with a column in tables by period; the files have all."""


def breakdown(report: Report, bill: WageBill | None, width: int, *, by: By) -> str:
    """Return all tables of this module that have rows, each under its title."""
    tables = {
        f"By queue, {measured_span(report)}": queue_table(report, width),
        f"By channel, {measured_span(report)}": channel_table(report, width),
        f"By group, {measured_span(report)}": group_table(report, bill, width),
        f"By bot, {measured_span(report)}": bot_table(report, width),
        f"By {by.replace('_', ' ')}, all queues together": period_table(report, by, width),
    }
    return "\n\n".join(f"{title}\n{text}" for title, text in tables.items() if text)


def measured_span(report: Report) -> str:
    """Return how long was measured, for a title: ``the week``, ``56 days``."""
    days = report.first.periods.index("day")[1]
    return "the week" if days == 7 else count(days, "day")


def with_margin(e: Estimate) -> str:
    """Return a share in percent with half the width of its interval: ``66.1 ±0.9``."""
    text = bare_percent(e.value)
    return text if e.low is None or e.high is None else f"{text} ±{50 * (e.high - e.low):.1f}"


def has_multiple(report: Report) -> bool:
    """Return whether there are phone queues (live, one at a time) and others whose work compares with theirs."""
    multiples = report.figure("effective_multiple", of="queue").value[:, 0]
    return any(math.isfinite(x) for x, phone in zip(multiples, report.first.is_phone, strict=True) if not phone)


def queue_table(report: Report, width: int) -> str:
    """Return service by queue: how many, how many in time, how long the waits, how many were lost.

    Where some queues are phone and others are not, also what an hour of an agent's work does, against the phone.
    """
    promised = _promises(report)
    against_phone = has_multiple(report)
    rows = []
    for queue in report.rows("queue"):
        goal = promised.get(queue)
        in_time = goal_by_queue(report, goal)[queue] if goal is not None else None
        median, p90 = wait_percentiles(report, "first_response", [queue], [0.5, 0.9])
        rows.append(
            [
                queue,
                number(report.estimate("needing_reply", queue, of="queue").value),
                NOTHING if in_time is None else with_margin(in_time),
                NOTHING if goal is None else words(report.first.goals[goal].threshold_ms),
                bare_percent(report.estimate("response_rate", queue, of="queue").value),
                duration(median),
                duration(p90),
                bare_percent(report.estimate("share_given_up", queue, of="queue").value),
                bare_percent(_lost(report, queue, "queue")),
                *(_effort(report, queue) if against_phone else []),
            ]
        )
    headings = ["queue", "cases", "% in|time", "within", "%|replied", "median|reply", "p90|reply"]
    headings += ["% gave|up", "% not|ended"]
    headings += ["cases per|agent hour", "times|phone"] if against_phone else []
    return table(headings, rows, width)


def channel_table(report: Report, width: int) -> str:
    """Return the same by channel; empty where every queue is a channel of its own."""
    channels = report.rows("channel")
    if len(channels) == len(report.rows("queue")):
        return ""
    rows = []
    for channel in channels:
        queues = [q for q, c in zip(report.first.queues, report.first.channels, strict=True) if c == channel]
        median, p90 = wait_percentiles(report, "first_response", queues, [0.5, 0.9])
        rows.append(
            [
                channel,
                number(report.estimate("needing_reply", channel, of="channel").value),
                bare_percent(report.estimate("response_rate", channel, of="channel").value),
                duration(median),
                duration(p90),
                bare_percent(report.estimate("share_given_up", channel, of="channel").value),
                bare_percent(_lost(report, channel, "channel")),
            ]
        )
    return table(
        ["channel", "cases", "%|replied", "median|reply", "p90|reply", "% gave|up", "% not|ended"], rows, width
    )


def group_table(report: Report, bill: WageBill | None, width: int) -> str:
    """Return what the groups did: hours, how busy, and what they are paid."""
    rows = []
    for group in report.rows("group"):
        line = bill.lines.get(group) if bill is not None else None

        def figure(metric: str, group: str = group) -> Estimate:
            return report.estimate(metric, group, of="group")

        rows.append(
            [
                group,
                hours(figure("on_duty_hours").value),
                with_margin(figure("occupancy")),
                bare_percent(figure("desk_load").value),
                hours(figure("overtime_hours").value),
                *([] if bill is None else [NOTHING if line is None else hours(line.paid_hours)]),
                *(
                    []
                    if bill is None or bill.currency is None
                    else [NOTHING if line is None or line.cost is None else money(line.cost, bill.currency)]
                ),
            ]
        )
    headings = ["group", "on duty", "% occupied", "% desk|load", "overtime"]
    headings += [] if bill is None else ["paid"]
    headings += [] if bill is None or bill.currency is None else ["wages"]
    return table(headings, rows, width)


def bot_table(report: Report, width: int) -> str:
    """Return what the bots did; empty without bots."""
    rows = [
        [
            bot,
            number(report.estimate("bot_sessions", bot, of="bot").value),
            with_margin(report.estimate("bot_containment", bot, of="bot")),
            bare_percent(report.estimate("bot_containment_true", bot, of="bot").value),
            bare_percent(report.estimate("bot_hand_off", bot, of="bot").value),
        ]
        for bot in report.rows("bot")
    ]
    window = format_duration(report.first.settings.solved_within_ms)
    return table(["bot", "cases", "% contained", f"% and not back|within {window}", "% handed|off"], rows, width)


def period_table(report: Report, by: By, width: int, *, most: int = MOST_ROWS) -> str:
    """Return all queues together by periods: volume, targets in time, waits, backlog, occupancy."""
    labels = report.first.periods.labels_of(by)
    goals = [i for i, goal in enumerate(report.first.goals) if goal.kind not in ("cover", "occupancy")]
    columns: list[tuple[str, Sequence[str]]] = [("cases", _row(report, "needing_reply", by, number))]
    for i in goals[:MOST_TARGETS]:
        columns.append(
            (
                _heading(report.first.goals[i].name + (" %" if report.first.goals[i].unit == "share" else "")),
                [_figure(report.first.goals[i], x) for x in goal_by(report, i, by).value.tolist()],
            )
        )
    if by in ("day", "week"):
        period, n = report.first.periods.index(by)
        queues = report.first.queues
        medians = [wait_percentiles(report, "first_response", queues, [0.5], period == p)[0] for p in range(n)]
        columns.append(("median|reply", [duration(s) for s in medians]))
    columns += [
        ("% gave|up", _row(report, "share_given_up", by, bare_percent)),
        ("waiting|(mean)", _row(report, "backlog_new", by, lambda x: number(x, 1))),
        ("%|occupied", [bare_percent(x) for x in _occupied(report, by).value[:].tolist()]),
    ]
    rows = [[_label(label, by), *(cells[p] for _, cells in columns)] for p, label in enumerate(labels)]
    if by == "hour_of_week":  # a week of less than seven days has hours without anything
        length = report.first.periods.sums(report.first.periods.length_ms, by)
        rows = [row for row, n in zip(rows, length.tolist(), strict=True) if n]
    shown = table([by.replace("_", " "), *(head for head, _ in columns)], rows[:most], width)
    if len(rows) > most:
        shown += f"\n… and {len(rows) - most:,} more; all of them are in the files (--out)."
    return shown


def _figure(goal: Goal, ratio: float) -> str:
    """A goal's figure for a column that says its unit: percent, or a mean time."""
    return bare_percent(ratio) if goal.unit == "share" else duration(ratio * goal.scale)


def _effort(report: Report, queue: str) -> list[str]:
    """Cases per agent hour, and how many times the phone's that is: ``18.3``, ``1.41 ±0.02``."""
    multiple = report.estimate("effective_multiple", queue, of="queue")
    text = number(multiple.value, 2)
    if text != NOTHING and multiple.low is not None and multiple.high is not None:
        text += f" ±{(multiple.high - multiple.low) / 2:.2f}"
    return [number(report.estimate("cases_per_agent_hour", queue, of="queue").value, 1), text]


def _promises(report: Report) -> dict[str, int]:
    """Return the first answer goal of each queue, by number."""
    found: dict[str, int] = {}
    for i, goal in enumerate(report.first.goals):
        if goal.kind == "answer":
            for queue in goal.queues or report.first.queues:
                found.setdefault(queue, i)
    return found


def _lost(report: Report, row: str, of: Of) -> float:
    """Cases neither answered nor given up: closed by the brand, or still open when the run ended."""
    return sum(report.estimate(f"share_{what}", row, of=of).value for what in ("expired", "open"))


def _row(report: Report, metric: str, by: By, show: object) -> list[str]:
    assert callable(show)
    return [show(x) for x in report.figure(metric, by=by).value[0].tolist()]


def _occupied(report: Report, by: By) -> Estimates:
    figure = report.figure("occupancy", by=by)
    return Estimates(figure.value[0], figure.low[0], figure.high[0], figure.n)


def _label(label: str, by: By) -> str:
    """A local start as people say it: ``Mon 02 Mar``, ``Mon 02 Mar 09:30``."""
    if by not in ("day", "hour", "interval", "week"):
        return label
    return datetime.fromisoformat(label[:10]).strftime("%a %d %b") + label[10:]


def _heading(name: str) -> str:
    """A target's name as a heading of several short lines."""
    return "|".join(textwrap.wrap(name, 10, break_long_words=False, break_on_hyphens=False))

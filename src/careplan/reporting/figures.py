"""Figures that several texts need, read off a report: a target by other periods, its nights, who is on duty.

Comes in: a :class:`~careplan.metrics.report.Report`, a roster. Goes out: estimates and arrays. Left out: words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.metrics.periods import By, Periods
from careplan.metrics.report import Report
from careplan.metrics.uncertainty import Estimate, Estimates, nearest_rank, ratios
from careplan.planning.nights import NIGHT_FROM, NIGHT_TO
from careplan.roster import Roster
from careplan.units import DAYS


def goal_by(report: Report, goal: int, by: By) -> Estimates:
    """Return the figure of a goal over other periods than its own, shape (n_periods,)."""
    periods = report.first.periods
    counts = [m.goal_counts[goal] for m in report.measures]
    top, bottom = (
        np.stack([periods.sums(getattr(c, part).sum(axis=0), by) for c in counts])
        for part in ("numerator", "denominator")
    )
    return ratios(top, bottom, confidence=report.confidence).clipped(0, report.first.goals[goal].largest)


def goal_by_queue(report: Report, goal: int) -> dict[str, Estimate]:
    """Return the figure of a service goal for each of its queues, over the whole measured time."""
    counts = [m.goal_counts[goal] for m in report.measures]
    top, bottom = (np.stack([getattr(c, part).sum(axis=1) for c in counts]) for part in ("numerator", "denominator"))
    found = ratios(top, bottom, confidence=report.confidence).clipped(0, 1)
    named = report.first.goals[goal].queues or report.first.queues
    return {name: found.at(row) for row, name in enumerate(report.first.queues) if name in named}


def goal_within(report: Report, goal: int, intervals: BoolArray) -> tuple[Estimate, float]:
    """Return the figure of a goal over some intervals, and which share of its cases lies in them."""
    counts = [m.goal_counts[goal] for m in report.measures]
    top, bottom = (
        np.stack([getattr(c, part)[:, intervals].sum() for c in counts]) for part in ("numerator", "denominator")
    )
    every = sum(int(c.denominator.sum()) for c in counts)
    largest = report.first.goals[goal].largest
    estimate = ratios(top, bottom, confidence=report.confidence).clipped(0, largest).at()
    return estimate, float(bottom.sum()) / every if every else 0.0


def typical_wait(report: Report, goal: int, intervals: BoolArray) -> float:
    """Return the median first response of a goal's cases in some intervals on the goal's clock, in seconds.

    Cases that got no answer count as longer than any; infinite where most got none.
    """
    wanted = report.first.goals[goal]
    suffix = "_from_hand_off" if wanted.clock.since == "hand-off" else "_open" if wanted.clock.open_hours else ""
    name = "first_response" + suffix
    name = name if name in report.first.samples else "first_response"
    values = wait_sample(report, name, wanted.queues or report.first.queues, intervals)
    every = sum(int(m.goal_counts[goal].denominator[:, intervals].sum()) for m in report.sampled)
    if not every:
        return math.nan
    middle = -(-every // 2) - 1
    return float(np.sort(values)[middle]) / 1000 if middle < len(values) else math.inf


def wait_percentiles(
    report: Report, wait: str, queues: Sequence[str], shares: Sequence[float], intervals: BoolArray | None = None
) -> list[float]:
    """Return nearest-rank percentiles of a timed milestone over cases of all replications, without their intervals.

    Parameters
    ----------
    report
        Whose samples are read.
    wait
        A name of its milestones, such as ``first_response``.
    queues
        Whose cases.
    shares
        Percentiles as shares.
    intervals
        Only cases that first wrote in these measured intervals; None: all.

    Returns
    -------
    list of float, seconds
        NaN without a case.

    Notes
    -----
    ``Report.percentiles`` gives the same with bootstrap intervals, at a hundred times the cost.
    """
    return [ms / 1000 for ms in nearest_rank(wait_sample(report, wait, queues, intervals), shares).tolist()]


def wait_sample(report: Report, wait: str, queues: Sequence[str], intervals: BoolArray | None = None) -> IntArray:
    """Return a timed milestone of the cases of some queues in some intervals, all sampled replications, ms."""
    n = report.first.periods.n_intervals
    rows = np.isin(report.first.queues, queues)
    chosen = []
    for m in report.sampled:
        sample = m.samples[wait]
        keep = (sample.cell >= 0) & rows[sample.cell // n]
        if intervals is not None:
            keep &= intervals[sample.cell % n]
        chosen.append(sample.value_ms[keep])
    return np.concatenate(chosen)


def is_night(periods: Periods) -> BoolArray:
    """Return which measured intervals lie in the night, as planning has it; shape (n_intervals,)."""
    hour = periods.hour_of_week % 24
    return (hour >= NIGHT_FROM) | (hour < NIGHT_TO)


def agents_on_duty(roster: Roster, periods: Periods) -> FloatArray:
    """Return agents on duty by group and measured interval: time on duty ÷ length; shape (n_groups, n_intervals)."""
    return np.asarray(roster.on_duty(periods.edges) / periods.length_ms)


@dataclass(frozen=True)
class Peak:
    """The most agents on duty at once, and when, in words such as ``Mon-Fri 08:00-20:00``."""

    agents: int
    when: str


def peak_of(roster: Roster, periods: Periods) -> Peak:
    """Return the peak of all groups together, to the measured interval."""
    total = np.rint(agents_on_duty(roster, periods).sum(axis=0)).astype(np.int64)
    most = int(total.max(initial=0))
    return Peak(most, when_words(total == most, periods))


def when_words(chosen: BoolArray, periods: Periods) -> str:
    """Return when in the week some intervals lie: ``Mon-Fri 08:00-20:00``, ``round the clock``, or the first
    stretch and how many more there are.

    >>> from careplan.metrics.periods import Periods
    >>> week = Periods.uniform(168, 3_600_000)
    >>> when_words((week.hour_of_week % 24 >= 8) & (week.hour_of_week % 24 < 20), week)
    'daily 08:00-20:00'
    """
    if chosen.all():
        return "round the clock"
    by_day: dict[int, set[int]] = {}
    length = int(np.min(periods.length_ms)) // 60_000
    for i in np.flatnonzero(chosen).tolist():
        clock = periods.labels[i][11:16]
        by_day.setdefault(int(periods.hour_of_week[i]) // 24, set()).add(int(clock[:2]) * 60 + int(clock[3:]))
    ranges = {day: _ranges(sorted(minutes), length) for day, minutes in by_day.items()}
    stretches = [(text, day) for day in sorted(ranges) for text in ranges[day]]
    merged: dict[str, list[int]] = {}
    for text, day in stretches:
        merged.setdefault(text, []).append(day)
    parts = [f"{_days(days)} {text}" for text, days in merged.items()]
    if len(parts) <= 2:
        return " and ".join(parts)
    return f"first {parts[0]}, {len(parts) - 1} more times in the week"


def _ranges(minutes: list[int], length: int) -> list[str]:
    found: list[list[int]] = []
    for minute in minutes:
        if found and found[-1][1] == minute:
            found[-1][1] = minute + length
        else:
            found.append([minute, minute + length])
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in found]


def _days(days: list[int]) -> str:
    if len(days) == 7:
        return "daily"
    names = [DAYS[day].title() for day in days]
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[0]}-{names[-1]}"
    return ", ".join(names)

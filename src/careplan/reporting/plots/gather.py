"""From results in memory to the plain data of pictures.

Comes in: a :class:`~careplan.planning.plan.StaffPlan` or a :class:`~careplan.metrics.report.Report`. Goes out:
:class:`~careplan.reporting.plots.data.Pictures`. Left out: sweeps (``sweeps``), files (``folder``), drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from careplan.clock import merge_windows
from careplan.columns import NEVER, IntArray
from careplan.metrics.clocks import Clock
from careplan.metrics.curves import AnswerCurve, key_of
from careplan.metrics.joint import joint_shares
from careplan.metrics.measures import words
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimates, ratios
from careplan.planning.plan import StaffPlan
from careplan.provenance import Provenance
from careplan.reporting.figures import peak_of, when_words
from careplan.reporting.plots.data import (
    Aim,
    Backlog,
    Band,
    Curve,
    Duty,
    Numbers,
    Pictures,
    Pool,
    QueueLine,
    Service,
    Source,
    Threshold,
    Waits,
    number,
)
from careplan.reporting.plots.times import Folding

OF_CASES = {
    "answer": "answered",
    "next_response": "answered again",
    "resolution": "resolved",
    "reply": "replied to",
    "window": "answers sent",
}
"""Kinds of goals that ask something of a share of the cases (or answers), and what."""
Counts = Sequence[tuple[IntArray, IntArray]]


def of_plan(plan: StaffPlan, played: Report | None = None) -> Pictures:
    """Return what a plan holds by itself: its service by hour, and who is on duty; from a report of it the rest."""
    folding = Folding(plan.periods)
    peak = peak_of(plan.roster(), plan.periods)
    on_duty = {g: row * plan.periods.length_ms for g, row in zip(plan.groups, plan.headcount, strict=True)}
    duty = Duty(
        folding.axis(),
        _pools(folding, plan.skilled, {g: ms[None] for g, ms in on_duty.items()}, plan.asked_ms),
        peak.agents,
        peak.when,
    )
    what, made_by = "plan, judged on fresh customers", plan.provenance
    source = _source(plan.name, what, made_by, len(made_by.replications), plan.is_partial)
    service = _service(plan.scores, plan.counts, plan.periods)
    if played is None:
        return Pictures(source, service, duty)
    return Pictures(source, service, duty, _backlog(played, plan.periods), _waits(played))


def of_report(report: Report, *, what: str = "staffing as played", is_partial: bool = False) -> Pictures:
    """Return what a report holds: everything but a trade-off.

    Parameters
    ----------
    report
        Of one replication or many.
    what
        The staffing in words, for the line below the titles.
    is_partial
        Whether its run was interrupted.
    """
    first, periods = report.first, report.first.periods
    counts = [
        (np.stack([m.goal_counts[k].numerator.sum(axis=0) for m in report.measures]),
         np.stack([m.goal_counts[k].denominator.sum(axis=0) for m in report.measures]))
        for k in range(len(first.goals))
    ]  # fmt: skip
    return Pictures(
        _source(first.settings.scenario, what, report.provenance, report.n, is_partial),
        _service(report.scorecard, counts, periods),
        _duty(report, periods),
        _backlog(report, periods),
        _waits(report),
    )


def aim_of(score: Score) -> Aim:
    """Return a target on the service of cases, and what came of it over the whole time."""
    goal, e = score.goal, score.overall
    does = OF_CASES[goal.kind]
    does += "" if goal.threshold_ms == NEVER else f" within {words(goal.threshold_ms)}"
    return Aim(goal.name, does, goal.share, number(e.value), e.low, e.high)


def _source(name: str, what: str, made_by: Provenance | None, replications: int, is_partial: bool) -> Source:
    if made_by is None:
        return Source(name, what, replications, is_partial=is_partial)
    return Source(name, what, replications, made_by.seed, made_by.scenario, made_by.version, is_partial)


def _service(scores: Sequence[Score], counts: Counts, periods: Periods) -> list[Service]:
    length = periods.sums(periods.length_ms, "hour_of_week")
    found = []
    for score, (top, bottom) in zip(scores, counts, strict=True):
        if score.goal.kind not in OF_CASES:
            continue
        top, bottom = periods.sums(top, "hour_of_week"), periods.sums(bottom, "hour_of_week")
        shares = joint_shares(top, bottom, confidence=score.confidence)
        cases = bottom.mean(axis=0)
        found.append(Service(aim_of(score), _band(shares), [number(x) for x in cases.tolist()], (length > 0).tolist()))
    return found


def _band(e: Estimates) -> Band:
    value, low, high = ([number(x) for x in part.tolist()] for part in (e.value, e.low, e.high))
    return Band(value, low, high) if any(x is not None for x in low) else Band(value, [], [])


def _duty(report: Report, periods: Periods) -> Duty:
    folding = Folding(periods)
    first = report.first
    on_duty = {
        group: np.stack([m.group_tables["on_duty_ms"][g] for m in report.measures])
        for g, group in enumerate(first.groups)
    }
    asked = np.stack([m.queue_tables["asked_ms"] for m in report.measures])
    total = np.rint(np.sum([ms.mean(axis=0) for ms in on_duty.values()], axis=0) / periods.length_ms).astype(np.int64)
    peak = int(total.max(initial=0))
    skilled = first.settings.skilled or dict.fromkeys(first.queues, first.groups)
    pools = _pools(folding, skilled, on_duty, asked)
    return Duty(folding.axis(), pools, peak, when_words(total == peak, periods))


def _pools(
    folding: Folding, skilled: Mapping[str, tuple[str, ...]], on_duty: Mapping[str, IntArray], asked: IntArray
) -> list[Pool]:
    """Groups that share queues belong together: nobody can say which of them a shared queue asks for."""
    queues = list(skilled)
    found = []
    for groups in _together(on_duty, skilled):
        mine = [q for q, queue in enumerate(queues) if set(skilled[queue]) & set(groups)]
        load = folding.hourly(asked[:, mine].sum(axis=1))
        rows = [folding.mean(on_duty[group]) for group in groups]
        found.append(Pool(groups, [queues[q] for q in mine], rows, folding.band(load), []))
    return found


def _together(groups: Mapping[str, object], skilled: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """The groups, those linked by queues they share in one list."""
    found = [{group} for group in groups]
    for able in skilled.values():
        linked = [one for one in found if one & set(able)]
        if len(linked) > 1:
            found = [one for one in found if not one & set(able)] + [set().union(*linked)]
    order = list(groups)
    return sorted((sorted(one, key=order.index) for one in found), key=lambda one: order.index(one[0]))


def _backlog(report: Report, periods: Periods) -> Backlog:
    folding = Folding(periods)
    waiting = np.stack([m.queue_tables["queue_ms"] for m in report.measures])
    lines = [QueueLine(queue, folding.band(waiting[:, q])) for q, queue in enumerate(report.first.queues)]
    hours = report.first.settings.clock.open_hours
    windows = [
        window
        for one in hours.values()
        for window in zip(one.opens.tolist(), one.closes.tolist(), strict=True)
    ]  # fmt: skip
    means = "open" if len(hours) == len(report.first.queues) else f"open: {', '.join(hours)}"
    if not hours:  # always open: then it matters when there is somebody
        on_duty = np.sum([m.group_tables["on_duty_ms"].sum(axis=0) for m in report.measures], axis=0)
        edges = periods.edges.tolist()
        windows = [(edges[i], edges[i + 1]) for i in np.flatnonzero(on_duty).tolist()]
        means = "agents on duty"
    shaded = folding.spans(merge_windows(windows))
    if sum(b - a for a, b in shaded) >= folding.axis().edges_h[-1] - 1e-9:
        shaded, means = [], ""
    return Backlog(folding.axis(), lines, shaded, means)


def _waits(report: Report) -> list[Waits]:
    found = []
    answers = [goal for goal in report.first.goals if goal.kind == "answer"]
    for number_of, curve in enumerate(report.first.curves):
        runs = [m.curves[number_of] for m in report.measures]
        mine = [goal for goal in answers if key_of(goal.clock) == key_of(curve.clock)]
        found.append(Waits(_clock_words(curve.clock), _curves(report, runs, mine), [_threshold(g) for g in mine]))
    return found


def _curves(report: Report, runs: Sequence[AnswerCurve], goals: Sequence[Goal]) -> list[Curve]:
    """A curve for each queue a target on this clock names; for all where none names any."""
    named = {queue for goal in goals for queue in goal.queues or report.first.queues} or set(report.first.queues)
    at_s: list[float] = (runs[0].at_ms / 1000).tolist()
    curves = []
    for q, queue in enumerate(report.first.queues):
        counted = np.array([run.counted[q] for run in runs])
        if queue not in named or not counted.any():
            continue
        answered = np.stack([run.answered[q] for run in runs])
        shares = ratios(answered, np.broadcast_to(counted[:, None], answered.shape), confidence=report.confidence)
        last = int(np.searchsorted(shares.value, shares.value[-1] - 1e-12)) + 1
        cut: slice = slice(0, min(len(at_s), last + 1))  # the rest is flat
        whole = _band(shares.clipped(0, 1))
        parts: list[Numbers] = [part[cut] for part in (whole.value, whole.low, whole.high)]
        curves.append(Curve(queue, float(counted.mean()), at_s[cut], Band(*parts)))
    return curves


def _threshold(goal: Goal) -> Threshold:
    return Threshold(goal.name, list(goal.queues), goal.threshold_ms / 1000, goal.share)


def _clock_words(clock: Clock) -> str:
    since = "the hand-off to people" if clock.since == "hand-off" else "the first message"
    text = f"time since {since}"
    return f"{text}, open hours" if clock.open_hours else text

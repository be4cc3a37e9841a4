"""The figures of every definition, read off a report that was asked to count them.

Comes in: a :class:`Report` of runs measured with ``definitions``. Goes out: :class:`Figure` rows, side by side by
threshold, clock and queue, and which of them each target is judged by. Left out: layout (reporting).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from careplan.errors import TableError
from careplan.metrics.clocks import BotCounts, clock_words, ending_of
from careplan.metrics.definition_catalogue import share_name, shares_wanted
from careplan.metrics.definitions import DEFINITIONS, Definition, Definitions
from careplan.metrics.measures import level_name, thresholds_of, words
from careplan.metrics.report import Of, Report
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, bootstrap_percentiles, fastest_mean
from careplan.units import format_duration

UNANSWERED = 2**45
"""Longer than any wait, in ms: what a case without an answer weighs in a median of all."""


@dataclass(frozen=True)
class Figure:
    """One definition on one clock for one row, and what it came to: a share from 0 to 1, or seconds."""

    definition: Definition
    formula: str
    """With T, S and W filled in."""
    ending: str
    """What names of figures end in on this clock; nothing by the wall from the first message."""
    within_ms: int | None
    wanted: float | None
    """Intervals met: the share wanted."""
    of: Of
    row: str
    queues: tuple[str, ...]
    """Whose cases; empty: all."""
    estimate: Estimate
    targets: tuple[str, ...] = ()
    """The targets whose own figure this is."""

    @property
    def name(self) -> str:
        """Of the definition; with the share, where intervals are to meet one."""
        return self.definition.name if self.wanted is None else f"{self.definition.name}, {100 * self.wanted:.6g} %"

    def to_dict(self, usual: BotCounts) -> dict[str, Any]:
        """Return the figure for JSON; ``usual`` is how bot answers count in it unless its clock says otherwise."""
        clock, since, bots = clock_words(self.ending, usual)
        return {
            "definition": self.definition.name,
            "family": self.definition.family,
            "formula": self.formula,
            "within_s": None if self.within_ms is None else self.within_ms / 1000,
            "share_wanted": self.wanted,
            "clock": clock,
            "from": since,
            "bot_counts": bots,
            "of": self.of,
            "row": self.row,
            "queues": list(self.queues),
            "unit": "s" if self.definition.is_time else "share",
            **self.estimate.to_dict(),
            "targets": list(self.targets),
        }


@dataclass(frozen=True)
class Part:
    """What stands together: a threshold with the queues it is asked of, or all that has no threshold."""

    within_ms: int | None = None
    queues: tuple[str, ...] = ()
    """Empty: all."""
    goals: tuple[int, ...] = ()
    """The goals with this threshold and these queues, by number; without a threshold also those of one queue."""


def parts_of(report: Report) -> tuple[Part, ...]:
    """Return the thresholds of targets with their queues, then those asked for, then what has no threshold: for all
    queues, and for those that a target without one takes together.
    """
    thresholds = thresholds_of(report.first.goals, _counted_for(report))
    found: dict[tuple[int | None, tuple[str, ...]], list[int]] = {}
    for number, goal in enumerate(report.first.goals):
        queues = _together(report, goal)
        if goal.kind in ("answer", "next_response", "resolution", "reply") and goal.threshold_ms in thresholds:
            found.setdefault((goal.threshold_ms, queues), []).append(number)
    for threshold in _counted_for(report).within_ms:
        found.setdefault((threshold, ()), [])
    found[None, ()] = []
    for number, goal in enumerate(report.first.goals):
        if any(_may_judge(definition, goal) and definition.family != "within T" for definition in DEFINITIONS):
            queues = _together(report, goal)
            found.setdefault((None, () if len(queues) == 1 else queues), []).append(number)
    return tuple(Part(within, queues, tuple(goals)) for (within, queues), goals in found.items())


def _together(report: Report, goal: Goal) -> tuple[str, ...]:
    """Return the queues whose cases a goal takes together; empty: all."""
    return () if not goal.queues or set(goal.queues) == set(report.first.queues) else goal.queues


def _may_judge(definition: Definition, goal: Goal) -> bool:
    """Whether a goal's figure is a definition's, on some clock.

    One that begins new threads, or looks at the fastest of each period, has a figure of its own.
    """
    if definition.judges != goal.kind or goal.new_after_ms or goal.fastest < 1:
        return False
    return goal.kind != "reply" or (goal.threshold_ms >= 0) == (definition.family == "within T")


def figures(report: Report, part: Part, *, of: Of = "total") -> tuple[Figure, ...]:
    """Return every figure of a part: definitions in their order, each on every clock that can change it.

    Parameters
    ----------
    report
        Of runs measured with ``definitions``.
    part
        One of :func:`parts_of`.
    of
        ``total``: of the part's queues together; ``queue`` or ``channel``: of each, and for a part with queues of
        its own only of those queues.

    Raises
    ------
    TableError
        If the runs were not asked for definitions.
    """
    _counted_for(report)
    return tuple(figure for definition in DEFINITIONS for figure in _of_definition(report, part, definition, of))


def definitions_of(report: Report, *, by: Sequence[Of] = ("total", "channel", "queue")) -> list[dict[str, Any]]:
    """Return every figure of every part for JSON, with stable keys."""
    usual = report.first.settings.clock.bot_counts
    return [
        figure.to_dict(usual)
        for part in parts_of(report)
        for of in by
        if of == "total" or not part.queues or (of == "queue" and len(part.queues) > 1)
        for figure in figures(report, part, of=of)
    ]


def _counted_for(report: Report) -> Definitions:
    if report.first.settings.definitions is None:
        raise TableError("report", ["its runs did not count definitions; measure them with definitions=Definitions()"])
    return report.first.settings.definitions


def _of_definition(report: Report, part: Part, definition: Definition, of: Of) -> Iterator[Figure]:
    settings = report.first.settings
    if (definition.family == "within T") != (part.within_ms is not None):
        return
    if definition.family == "bots" and not report.first.bots:
        return
    goals = [report.first.goals[number] for number in part.goals]
    wanted = shares_wanted(definition, part.within_ms, goals)
    rows = ("total",) if of == "total" else tuple(r for r in report.rows(of) if not part.queues or r in part.queues)
    for ending in settings.clocks:
        if not definition.is_on(ending):
            continue
        level = "" if part.within_ms is None else level_name(part.within_ms, ending)
        own = [goal for goal in goals if _may_judge(definition, goal) and _ending(report, definition, goal) == ending]
        for share in wanted:
            name = definition.figure.format(level=level, clock=ending, share=share_name(share or 0))
            for row, estimate in zip(rows, _estimates(report, part, definition, name, of, rows), strict=True):
                yield Figure(
                    definition,
                    definition.worded(
                        within="" if part.within_ms is None else words(part.within_ms),
                        short=words(_counted_for(report).short_ms),
                        window=format_duration(settings.solved_within_ms),
                        share=share,
                    ),
                    ending,
                    part.within_ms,
                    share,
                    of,
                    row,
                    part.queues if of == "total" else _queues_of(report, of, row),
                    estimate,
                    tuple(goal.name for goal in own if _is_of(report, goal, part, of, row)),
                )


def _ending(report: Report, definition: Definition, goal: Goal) -> str:
    """Return the ending of the clock on which a definition is a goal's figure: what cannot change it is left out."""
    if definition.on == "wall":
        return ""
    clock = goal.clock
    if definition.on == "bot answers":  # however late: open hours change nothing
        clock = replace(clock, open_hours={})
    has_bots = definition.on != "later messages" and "wait_from_hand_off" in report.first.settings.waits
    return ending_of(clock, usual=report.first.settings.clock.bot_counts, has_bots=has_bots)


def _is_of(report: Report, goal: Goal, part: Part, of: Of, row: str) -> bool:
    """Whether a row holds just the cases of a goal."""
    queues = _together(report, goal)
    return queues == part.queues if of == "total" else of == "queue" and queues == (row,) != part.queues


def _estimates(
    report: Report, part: Part, definition: Definition, name: str, of: Of, rows: Sequence[str]
) -> list[Estimate]:
    """Return the figure of each row."""
    queues = part.queues if of == "total" and part.queues else None
    at = [report.rows(of).index(row) for row in rows]
    if definition.how in ("ratio", "seconds", "mean of intervals", "intervals met"):
        found = report.figure(name, of=of, queues=queues)
        return [found.at(i, 0) for i in at]
    samples = report.samples(name, of=of, queues=queues)  # of the replications that kept them
    return [
        _of_sample(report, definition, samples[i][0], _counted(report, queues or _queues_of(report, of, row)))
        for i, row in zip(at, rows, strict=True)
    ]


def _queues_of(report: Report, of: Of, row: str) -> tuple[str, ...]:
    """Return the queues of a row that is a queue or a channel; of the total, all."""
    names = zip(report.first.queues, report.first.channels, strict=True)
    return tuple(queue for queue, channel in names if row == {"queue": queue, "channel": channel}.get(of, row))


def _counted(report: Report, queues: Sequence[str]) -> list[int]:
    """Return the cases of some queues that need a reply, by replication."""
    mine = [report.first.queues.index(queue) for queue in queues]
    return [int(m.queue_tables["needing_reply"][mine].sum()) for m in report.sampled]


def _of_sample(report: Report, definition: Definition, samples: list[Any], counted: list[int]) -> Estimate:
    confidence = report.confidence
    if definition.how == "fastest 90 %":
        return _seconds(fastest_mean(samples, confidence=confidence))
    if definition.how == "median of all":
        samples = [np.concatenate((s, np.full(n - len(s), UNANSWERED))) for s, n in zip(samples, counted, strict=True)]
    return _seconds(bootstrap_percentiles(samples, [0.5], confidence=confidence)[0])


def _seconds(e: Estimate) -> Estimate:
    def seconds(x: float) -> float:
        return math.inf if x >= UNANSWERED else x / 1000

    low, high = (None if x is None else seconds(x) for x in (e.low, e.high))
    return Estimate(seconds(e.value), low, high, e.n)

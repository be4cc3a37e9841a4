"""The metrics that only definitions need: each with its formula, for every threshold and clock it is given on.

Comes in: what was asked of the measuring, and the goals. Goes out: metrics, to be added to the catalogue. Left out:
metrics every report has (catalogue), the counting (variants).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from careplan.metrics.catalogue import How, Metric
from careplan.metrics.definitions import DEFINITIONS, Definition
from careplan.metrics.measures import Settings, level_name, thresholds_of, words
from careplan.metrics.scorecard import Goal
from careplan.units import format_duration


def definition_metrics(settings: Settings, goals: Sequence[Goal]) -> tuple[Metric, ...]:
    """Return a metric for each definition with counts of its own, threshold and clock; none where the runs did not
    count them.
    """
    if settings.definitions is None:
        return ()
    thresholds = thresholds_of(goals, settings.definitions)
    return tuple(
        metric
        for definition in DEFINITIONS
        if definition.counts is not None
        for within in (thresholds if definition.family == "within T" else (None,))
        for ending in settings.clocks
        if definition.is_on(ending)
        for metric in _metrics(definition, within, ending, settings, goals)
    )


def share_name(share: float) -> str:
    """Return a share as a name has it.

    >>> share_name(0.65), share_name(0.925)
    ('65_percent', '92.5_percent')
    """
    return f"{100 * share:.6g}_percent"


def shares_wanted(definition: Definition, within_ms: int | None, goals: Sequence[Goal]) -> Sequence[float | None]:
    """Return the shares that intervals are to meet, of the answer goals with a threshold; ``[None]`` for all other
    definitions.
    """
    if definition.how != "intervals met":
        return [None]
    return sorted({goal.share for goal in goals if goal.kind == "answer" and goal.threshold_ms == within_ms})


def _metrics(
    definition: Definition, within_ms: int | None, ending: str, settings: Settings, goals: Sequence[Goal]
) -> Iterator[Metric]:
    assert definition.counts is not None and settings.definitions is not None
    level = "" if within_ms is None else level_name(within_ms, ending)
    how: How = "ratio" if definition.how not in ("mean of intervals", "intervals met") else definition.how
    for share in shares_wanted(definition, within_ms, goals):
        names = {"level": level, "clock": ending, "share": share_name(share or 0)}
        numerator, denominator = (part.format(**names) for part in definition.counts)
        yield Metric(
            definition.figure.format(**names),
            definition.worded(
                within="" if within_ms is None else words(within_ms),
                short=words(settings.definitions.short_ms),
                window=format_duration(settings.solved_within_ms),
                share=share,
            ),
            "s" if definition.is_time else "share",
            how,
            "queues",
            numerator,
            denominator,
            1 / 1000 if definition.is_time else 1.0,
            share or 0.0,
        )

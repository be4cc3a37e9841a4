"""Counts how many seeds' intervals hold the truth, for each way to come to an interval.

Comes in: a case and seeds. Goes out: a row per way and figure. What a replication comes to is kept, so that all ways
see the same replications and each is played once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np

from careplan.metrics.measures import Measures
from careplan.metrics.report import Report
from careplan.scenario.models import Scenario
from careplan.study import precise, replicate
from tests.coverage.cases import SPARE, WEEK, Case, agents_to_spare

LEAST, MOST = 180, 198
"""Of 200 intervals at 95 %, so many hold the truth in all but 2 of 1000 counts."""

Way = Callable[[Scenario, int, Case], Report]
WAYS: dict[str, Way] = {
    "20 replications": lambda world, seed, _: replicate.replicate(world, seed=seed, replications=20),
    "40, controls": lambda world, seed, _: replicate.replicate(world, seed=seed, replications=40, controls=True),
    "until precise": lambda world, seed, case: precise.replicate_until(
        world, seed=seed, precision=case.width, controls=False
    ),
    "until precise, controls": lambda world, seed, case: precise.replicate_until(
        world, seed=seed, precision=case.sharp_width
    ),
}


@dataclass(frozen=True)
class Row:
    """How often one figure's intervals held the truth, come by in one way."""

    case: str
    source: str
    figure: str
    truth: float
    way: str
    seeds: int
    covered: int
    replications: float
    """Mean over the seeds."""
    half_width: float
    """Mean over the seeds; of a share in points, else in seconds."""
    worth: float
    """How many times the replications the controls are worth, median; NaN without."""


class Kept:
    """Plays each replication of a world once; stands in for ``measured``."""

    def __init__(self) -> None:
        self._play = replicate.measured
        self._known: dict[tuple[int, int], Measures] = {}

    def __call__(self, scenario, roster, seed, replication, engine, **options) -> Measures:
        key = seed, replication
        if key not in self._known:
            found = self._play(scenario, roster, seed, replication, engine, **options | {"with_luck": True})
            self._known[key] = found.without_samples()
        return self._known[key]


def count(case: Case, seeds: Iterable[int], ways: Iterable[str] = tuple(WAYS)) -> list[Row]:
    """Return a row for each way and figure."""
    world, seeds = case.scenario(), list(seeds)
    ways = [way for way in ways if case.sharp_width or "controls" not in way]
    found: dict[tuple[str, int], list[tuple[bool, int, float, float]]] = {}
    for seed in seeds:
        kept = Kept()
        with patch.object(replicate, "measured", kept), patch.object(precise, "measured", kept):
            for way in ways:
                report = WAYS[way](world, seed, case)
                worths = [one.controls_worth for one in report.scorecard if one.controls is not None]
                for k, (estimate, truth) in enumerate(zip(case.estimates(report), case.truths, strict=True)):
                    assert estimate.low is not None and estimate.high is not None
                    half = (estimate.high - estimate.low) / 2
                    holds = estimate.low <= truth <= estimate.high
                    worth = worths[k] if worths and report.scorecard else np.nan
                    found.setdefault((way, k), []).append((holds, report.n, half, worth))
    is_share = case.width.endswith("pp")
    names = [goal.name for goal in _goals(world)] if is_share else ["mean wait"]
    rows = []
    for (way, k), each in found.items():
        holds, n, half, worth = (np.array(column) for column in zip(*each, strict=True))
        rows.append(
            Row(
                case.name,
                case.source,
                names[k],
                case.truths[k],
                way,
                len(seeds),
                int(holds.sum()),
                float(n.mean()),
                float(half.mean()) * (100 if is_share else 1),
                float(np.median(worth)) if np.isfinite(worth).all() else np.nan,
            )
        )
    return rows


def count_joint(seeds: Iterable[int], replications: Sequence[int] = (10, 20)) -> list[Row]:
    """Return how often all 168 hours of a week lie in their joint intervals at once: agents to spare, two targets."""
    world, seeds = agents_to_spare(WEEK), list(seeds)
    covered = np.zeros((len(replications), len(SPARE)), dtype=int)
    halves = np.zeros((len(replications), len(SPARE)))
    for seed in seeds:
        with patch.object(replicate, "measured", Kept()):
            for i, n in enumerate(replications):
                report = replicate.replicate(world, seed=seed, replications=n)
                for k, truth in enumerate(SPARE):
                    joint = report.score_over(k, "hour_of_week").joint
                    covered[i, k] += bool(((joint.low <= truth) & (truth <= joint.high)).all())
                    halves[i, k] += 50 * (joint.high - joint.low).mean() / len(seeds)
    case, source = "M/G/∞, 168 hours at once", "distribution of the work"
    ways, names = [f"joint, {n} replications" for n in replications], [goal.name for goal in _goals(world)]
    return [
        Row(case, source, names[k], truth, way, len(seeds), int(covered[i, k]), replications[i], halves[i, k], np.nan)
        for i, way in enumerate(ways)
        for k, truth in enumerate(SPARE)
    ]


def as_markdown(rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table."""
    lines = [
        "| world | exact by | figure | truth | interval from | hold it | replications | ± | controls worth |",
        "|---|---|---|--:|---|--:|--:|--:|--:|",
    ]
    last = ""
    for row in rows:
        is_share = row.truth < 1
        truth = f"{100 * row.truth:.2f} %" if is_share else f"{row.truth:.1f} s"
        half = f"{row.half_width:.2f}" + ("" if is_share else " s")
        head = [row.case, row.source] if row.case != last else ["", ""]
        last = row.case
        worth = f"{row.worth:.1f}" if np.isfinite(row.worth) else ""
        cells = [
            *head,
            row.figure,
            truth,
            row.way,
            f"{row.covered} of {row.seeds}",
            f"{row.replications:.0f}",
            half,
            worth,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def is_right(row: Row) -> bool:
    """Whether the count is what 95 % intervals give; joint ones promise at least 95 % and may hold more often."""
    most = row.seeds if row.way.startswith("joint") else MOST * row.seeds / 200
    return LEAST * row.seeds / 200 <= row.covered <= most


def _goals(world: Scenario):
    from careplan.metrics.goals import goals_of

    return goals_of(world)

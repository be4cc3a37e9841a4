"""Drawing the replications a plan is searched on and judged on: how many, which, and on which bench.

Comes in: a world and a way to draw a replication. Goes out: the search on a small and on a large bench.
Left out: searching, judging.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import IntArray
from careplan.executor import Workers
from careplan.planning.aims import LOCAL, Aims
from careplan.planning.bench import Bench, World
from careplan.planning.effort import Effort, Ticker
from careplan.planning.limits import Limits
from careplan.planning.seed import Load, load_of, plenty
from careplan.units import DAY_MS
from careplan.workload.tables import Workload

SEARCH_FROM = 1_000_000
"""Replications from this number on are for searching; those a user plays, and plans are judged on, lie below."""

_SMALL_CASES, _LARGE_CASES, _JUDGED_CASES = 300_000, 1_200_000, 1_500_000
"""Cases on the small and the large bench and in a judgement, about: enough for a steady figure, few enough for a quick
answer. Our choice."""
_SHAPE_CASES, _POLISH_CASES = 12_000_000, 40_000_000
"""Cases played on the small and the large bench before the search looks for nothing better, for every week of the
horizon up to ``_MOST_WEEKS``: our choice."""
_MOST_WEEKS = 3.0
_CASES_A_RUN = 6_000
"""What a run costs beside its cases, in cases."""
_FEWEST_RUNS = 30
"""Plans that may be tried on a bench however many cases it has: our choice."""
_STEADY = 0.0125
"""The standard error of a target's figure in its worst period that a judgement is made large enough for, if it can be:
our choice."""
_STEADY_MEAN = 0.025
"""The same of a mean answer, as a share of its limit: our choice."""
FEWEST_JUDGES = 100
"""Fresh replications of a judgement at least, unless asked otherwise, however large the week: a share of 95 % of them
is then known to within two points, one standard error. Our choice."""
_MOST_JUDGES = 200
"""And at most, however little they differ: our choice."""
_FOR_A_CHANCE = 100
"""Replications on the large bench for a target with a stated confidence at most: our choice."""

Draw = Callable[[int], Workload]
"""Replication → its customers."""


@dataclass(frozen=True, eq=False)
class Searches:
    """The same search on a small bench, to find the shape on, and on a large one of other replications, for the level.

    Aims over an interval or an hour are met on the small bench alone; the large one then has next to nothing.
    """

    small: Effort
    large: Effort
    everyone: IntArray
    """A headcount with which nobody waits, as far as the groups' most agents allow; shape (n_groups, n_intervals)."""
    diligence: float = 1.0
    """How much may be played, against what is usual."""

    @property
    def deciding(self) -> Effort:
        """The search on the bench that has the last word before the judges."""
        return self.small if self.small.aims.are_local else self.large

    @property
    def replications(self) -> tuple[int, ...]:
        """All that were drawn."""
        return (*self.small.bench.replications, *self.large.bench.replications)

    def with_world(self, world: World, part: tuple[float, float]) -> Searches:
        """Return searches on the same replications in another world, such as one with other goals."""
        efforts = []
        for one, budget in ((self.small, _SHAPE_CASES), (self.large, _POLISH_CASES)):
            bench = Bench(world, one.bench.workloads, one.bench.replications, one.bench.workers)
            most = int(self.diligence * budget)
            efforts.append(_effort(bench, one.limits, one.load, self.everyone, one.ticker, part, most))
        return replace(self, small=efforts[0], large=efforts[1])


def drawn(
    world: World,
    limits: Limits,
    draw: Draw,
    workers: Workers,
    ticker: Ticker,
    *,
    n_small: int | None,
    part: tuple[float, float],
    n_large: int | None = None,
    first: int = SEARCH_FROM,
    diligence: float = 1.0,
) -> Searches:
    """Draw the replications to search on.

    Parameters
    ----------
    world, limits
        What plans are made for.
    draw
        Called in threads.
    workers, ticker
        Threads, progress.
    n_small
        Replications on the small bench; None: as the volume allows.
    part
        The part of the whole answer this search is, as fractions.
    n_large
        Replications on the large bench; None: as the volume and the targets ask.
    first
        The first replication's number.
    diligence
        How much may be played, against what is usual.
    """
    ticker.tell("sampling", 0.0)
    probe = draw(first)
    cases = max(1, probe.n_cases)
    few = n_small or int(np.clip(_SMALL_CASES // cases, 5, 16))
    is_local = all(goal.over in LOCAL and goal.confidence is None for goal in world.goals)
    has_chance = any(goal.confidence is not None for goal in world.goals)
    usual = int(np.clip(_LARGE_CASES // cases, 12, _FOR_A_CHANCE if has_chance else 40))
    many = 2 if is_local else n_large or usual
    numbers = range(first, first + few + many)
    workloads = [probe, *workers.map(draw, numbers[1:])]
    small = Bench(world, workloads[:few], numbers[:few], workers)
    large = Bench(world, workloads[few:], numbers[few:], workers)
    everyone, traces = plenty(small, limits)
    load = load_of(small, traces)
    return Searches(
        _effort(small, limits, load, everyone, ticker, part, int(diligence * _SHAPE_CASES)),
        _effort(large, limits, load, everyone, ticker, part, int(diligence * _POLISH_CASES)),
        everyone,
        diligence,
    )


def _effort(
    bench: Bench, limits: Limits, load: Load, everyone: IntArray, ticker: Ticker, part: tuple[float, float], budget: int
) -> Effort:
    """A search on a bench. Periods that even plenty of people miss on it, by chance, are left to the judges, and so is
    work they leave over.
    """
    aims = Aims.of(bench.world.goals, bench.world.periods, bench)
    top = aims.standing(bench(everyone))
    kept = tuple(
        aim.without(lacks > 0) if aim.goal.confidence is None else aim
        for aim, lacks in zip(aims.aims, top.shortfalls, strict=True)
    )
    reach = tuple(slack.mean(axis=0) for slack in top.slack)
    weeks = min(max(1.0, (bench.world.periods.end - bench.world.periods.begin) / (7 * DAY_MS)), _MOST_WEEKS)
    most = int(weeks * budget) // (bench.workloads[0].n_cases + _CASES_A_RUN)
    most = bench.n_played + max(most, _FEWEST_RUNS * len(bench.workloads))
    # What waits behind closed doors at the end and not at the start is left by chance, and no people take it away.
    allowed = aims.allowed_ms + max(0.0, float(top.drift.mean()) + aims.allowed_ms)
    kept_aims = replace(aims, aims=kept, allowed_ms=allowed)
    return Effort(bench, limits, kept_aims, load, ticker, part=part, most_played=most, reach=reach)


def how_many_judges(searches: Searches, headcount: IntArray, at_least: int) -> int:
    """Return how many fresh replications make the targets' figures steady, as far as time allows."""
    effort = searches.deciding
    least = max(FEWEST_JUDGES, at_least)
    cases = max(1, searches.small.bench.workloads[0].n_cases)
    most = max(least, min(_MOST_JUDGES, _JUDGED_CASES // cases))
    if not effort.aims.aims:
        return least
    if effort.aims.are_local:
        return most
    counts = effort.bench(headcount)
    spread = 0.0
    for k, aim in enumerate(effort.aims.aims):
        if not aim.is_local and len(counts.numerator[k]) > 1:
            top, bottom = (
                aim.periods.sums(table, aim.goal.over) for table in (counts.numerator[k], counts.denominator[k])
            )
            steady = _STEADY_MEAN if aim.goal.unit == "s" else _STEADY
            error = float((top / np.maximum(bottom, 1)).std(axis=0, ddof=1).max())
            spread = max(spread, error / steady)
    return int(np.clip(round(spread**2), least, most))

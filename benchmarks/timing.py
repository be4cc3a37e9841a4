"""Interleaved rounds: every lane runs once in each round, so that a slow minute of the machine hits all alike.

Comes in: lanes, what to play and for how many cases. Goes out: seconds by lane and round, medians, ratios of medians.
Left out: absolute promises. On a shared machine only ratios taken in one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any


@dataclass(frozen=True)
class Lane:
    """One of the things compared.

    ``play`` is what is timed; ``n_cases`` is by what its time is divided. ``warm_up`` is played once before the
    first round (default: ``play``): compiling, loading and filling caches happen there.
    """

    name: str
    n_cases: int
    play: Callable[[], Any]
    warm_up: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Times:
    """Seconds of every round of a lane, those of its warm-up, and what its last play returned."""

    lane: Lane
    warm_up_s: float
    rounds_s: tuple[float, ...]
    returned: Any

    @property
    def per_case_ns(self) -> float:
        """Median over the rounds, nanoseconds a case."""
        return statistics.median(self.rounds_s) / self.lane.n_cases * 1e9

    @property
    def seconds(self) -> float:
        """Median over the rounds, seconds a play."""
        return statistics.median(self.rounds_s)


@dataclass(frozen=True)
class Ratio:
    """A ratio of two medians, and the lowest and highest ratio of any one round."""

    value: float
    low: float
    high: float


Timer = Callable[[Callable[[], Any]], tuple[float, Any]]


def wall_seconds(play: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall time of one play, rubbish collected beforehand, and what it returned."""
    return _seconds(play, perf_counter)


def processor_seconds(play: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time this process used in one play: what is left to compare where others use the cores."""
    return _seconds(play, process_time)


def _seconds(play: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, Any]:
    gc.collect()
    start = clock()
    returned = play()
    return clock() - start, returned


def interleaved(lanes: Sequence[Lane], rounds: int, *, timer: Timer = wall_seconds) -> dict[str, Times]:
    """Warm every lane up, then play them one after another, ``rounds`` times; turn the order round every time."""
    warm = {lane.name: timer(lane.warm_up or lane.play)[0] for lane in lanes}
    taken: dict[str, list[float]] = {lane.name: [] for lane in lanes}
    returned: dict[str, Any] = {}
    for number in range(rounds):
        for lane in lanes if number % 2 == 0 else reversed(lanes):
            returned[lane.name] = None  # let go of the last answer before the next is made
            elapsed, returned[lane.name] = timer(lane.play)
            taken[lane.name].append(elapsed)
    return {lane.name: Times(lane, warm[lane.name], tuple(taken[lane.name]), returned[lane.name]) for lane in lanes}


def ratio(slow: Sequence[float], fast: Sequence[float]) -> Ratio:
    """Return how many times the first takes of the second, both by round and in the same unit."""
    by_round = [a / b for a, b in zip(slow, fast, strict=True)]
    return Ratio(statistics.median(slow) / statistics.median(fast), min(by_round), max(by_round))


def ratio_per_case(slow: Times, fast: Times) -> Ratio:
    """Return how many times the first's time a case is the second's."""
    return ratio([s / slow.lane.n_cases for s in slow.rounds_s], [s / fast.lane.n_cases for s in fast.rounds_s])

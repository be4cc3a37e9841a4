"""Worlds for theory: columns drawn with numpy, played by the compiled engine (the reference where numba is missing).

Comes in: a generator, rates, handle times. Goes out: workloads, and the trace with what theory speaks about.
Left out: scenarios and ``careplan.workload.sampling``, so that an error there cannot hide an error here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.engine.simulate import has_numba, simulate
from careplan.roster import Roster
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload

HANDLE_MS = 300_000
"""Mean handle time of every study, five minutes: a rounding to whole ms is 1e-9 of a mean."""

Draw = Callable[[np.random.Generator, int], np.ndarray]
"""Handle times or patience in units of the mean handle time."""


def exponential(mean: float = 1.0) -> Draw:
    """Exponential with this mean."""
    return lambda rng, n: rng.exponential(mean, n)


def constant(mean: float = 1.0) -> Draw:
    """Always the same."""
    return lambda rng, n: np.full(n, mean)


def lognormal(mean: float = 1.0, cv: float = 1.0) -> Draw:
    """Lognormal with this mean and coefficient of variation."""
    variance = np.log1p(cv**2)
    return lambda rng, n: rng.lognormal(np.log(mean) - variance / 2, np.sqrt(variance), n)


def two_kinds(share: float, short: float, long: float) -> Draw:
    """Hyperexponential: a share with one mean, the rest with another."""
    return lambda rng, n: rng.exponential(1.0, n) * np.where(rng.random(n) < share, short, long)


def to_ms(values: np.ndarray, least: int = 1) -> IntArray:
    """Return units of the mean handle time as whole milliseconds."""
    return np.maximum(least, np.rint(values * HANDLE_MS)).astype(np.int64)


def poisson(rng: np.random.Generator, n: int, rate: float) -> IntArray:
    """Return n arrivals at this rate by mean handle time, ms."""
    return np.rint(np.cumsum(rng.exponential(HANDLE_MS / rate, n))).astype(np.int64)


@dataclass(frozen=True)
class Arrivals:
    """One queue's one-turn cases: arrival, work and (perhaps) patience, ms."""

    at: IntArray
    work: IntArray
    patience: IntArray | None = None


def one_turn_workload(streams: Mapping[str, Arrivals]) -> Workload:
    """Return the cases of all queues in the order of (arrival, queue name)."""
    names = sorted(streams)
    at = np.concatenate([streams[name].at for name in names])
    queue = np.repeat(np.arange(len(names)), [len(streams[name].at) for name in names])
    order = np.lexsort((queue, at))
    n = len(at)

    def column(pick: Callable[[Arrivals], IntArray | None]) -> IntArray:
        parts = [pick(streams[name]) for name in names]
        filled = [np.full(len(streams[k].at), -1) if p is None else p for k, p in zip(names, parts, strict=True)]
        return np.concatenate(filled)[order]

    return Workload(
        queues=tuple(names),
        arrived_at=at[order],
        queue_ix=queue[order],
        turn_start=np.arange(n + 1),
        work_ms=column(lambda s: s.work),
        patience_ms=column(lambda s: s.patience),
    )


def play(workload: Workload, rules: Rules, agents: Mapping[str, int] | Roster, *, until: int | None = None) -> Trace:
    """Play until everything has ended, or until an instant; an agent count means always on duty."""
    to_the_end = until is None
    if until is None:
        until = int(workload.arrived_at.max()) + 4000 * HANDLE_MS
    roster = agents
    if not isinstance(roster, Roster):
        roster = Roster.from_headcount([0, until], {name: [n] for name, n in roster.items()})
    trace = simulate(workload, roster, rules, until=until, engine="compiled" if has_numba() else "reference")
    if to_the_end and (trace.case_outcome == Outcome.OPEN).any():
        raise AssertionError("a case is open although the run had ample time: the study's until is too early")
    return trace


def waits(trace: Trace) -> np.ndarray:
    """Return by turn the time from queueing to start, in mean handle times; below zero where never started."""
    started = trace.turn_started_at >= 0
    return np.where(started, trace.turn_started_at - trace.turn_queued_at, -1) / HANDLE_MS

"""Tiny worlds for the planner: a few intervals of an hour, Poisson arrivals, everything small enough to try every plan.

Comes in: rates by hour. Goes out: a search ready to go. Left out: scenarios.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Group, Queue, Rules
from careplan.executor import Workers
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import Aims
from careplan.planning.bench import Bench, World
from careplan.planning.drawing import drawn
from careplan.planning.effort import Effort, Ticker
from careplan.planning.grid import Grid
from careplan.planning.limits import Limits
from careplan.planning.searching import found
from careplan.planning.seed import first_headcount, load_of, plenty
from careplan.units import HOUR_MS, MINUTE_MS
from careplan.workload.tables import Workload

BEFORE, AFTER = 2, 3
"""Hours outside the horizon, in which headcounts and rates repeat."""
HALF_AN_HOUR = 30 * MINUTE_MS
MESSAGES = {"questions": Queue(is_live=False)}
PHONE = {"calls": Queue(is_live=True)}


def arrivals(
    rates: Sequence[float], seed: int, *, handle_min: float = 10.0, patience_min: float | None = None
) -> tuple[IntArray, IntArray, IntArray]:
    """Return instants, work and patience of Poisson arrivals with these hourly rates, repeated around the horizon."""
    rng = np.random.default_rng(seed)
    around = np.array([*rates[-BEFORE:], *rates, *rates[:AFTER]])
    count = rng.poisson(around)
    at = np.repeat(np.arange(len(around)) * HOUR_MS, count) + rng.integers(0, HOUR_MS, count.sum())
    work = np.maximum(1, rng.exponential(handle_min * MINUTE_MS, len(at))).astype(np.int64)
    if patience_min is None:
        return at, work, np.full(len(at), -1)
    return at, work, rng.exponential(patience_min * MINUTE_MS, len(at)).astype(np.int64)


def effort_of(
    rates: Mapping[str, Sequence[float]],
    queues: Mapping[str, Queue],
    goals: Sequence[Goal],
    *,
    groups: Mapping[str, Group] | None = None,
    seed: int = 0,
    replications: int = 4,
    patience_min: float | None = None,
    handle_min: float = 10.0,
    min_spell: int = 1,
    hourly_cost: Mapping[str, float] | None = None,
    most: Mapping[str, int] | None = None,
) -> Effort:
    """Return a search on hand-made replications; by default one group serves all queues at 1 an hour."""
    names = sorted(queues)
    teams = groups or {"care": Group(skills=dict.fromkeys(names, 1))}
    rules = Rules.of(queues=queues, groups=teams)
    n = len(rates[names[0]])
    grid = Grid.uniform(n, HOUR_MS, before=BEFORE, after=AFTER)
    periods = Periods.uniform(n, HOUR_MS, begin=BEFORE * HOUR_MS)
    workloads = []
    for replication in range(replications):
        drawn = [
            arrivals(rates[name], 1000 * seed + 10 * replication + q, handle_min=handle_min, patience_min=patience_min)
            for q, name in enumerate(names)
        ]
        at, work, patience = (np.concatenate(column) for column in zip(*drawn, strict=True))
        queue = np.repeat(np.arange(len(names)), [len(d[0]) for d in drawn])
        order = np.lexsort((queue, at))
        workloads.append(
            Workload(
                queues=tuple(names),
                arrived_at=at[order],
                queue_ix=queue[order],
                turn_start=np.arange(len(at) + 1),
                work_ms=work[order],
                patience_ms=patience[order],
            )
        )
    world = World(rules, grid, periods, tuple(g for g in goals if g.kind != "cover"), (n + BEFORE + AFTER) * HOUR_MS)
    bench = Bench(world, workloads, range(replications), Workers(1))
    limits = Limits.of(
        grid,
        rules.groups,
        min_spell_ms=min_spell * HOUR_MS,
        hourly_cost=hourly_cost or dict.fromkeys(rules.groups, 1.0),
        goals=goals,
        most=most,
    )
    _, traces = plenty(bench, limits)
    return Effort(bench, limits, Aims.of(world.goals, periods, bench), load_of(bench, traces), Ticker(None))


def with_hours(effort: Effort, may: Sequence[int]) -> Effort:
    """Return the search with its groups on duty only in intervals marked 1, drawn as a scenario's is."""
    limits, bench = effort.limits, effort.bench
    only = Limits.of(
        limits.grid,
        limits.groups,
        min_spell_ms=limits.min_spell * HOUR_MS,
        hourly_cost=dict(zip(limits.groups, limits.hourly_cost.tolist(), strict=True)),
        hours=dict.fromkeys(limits.groups, np.array(may, dtype=bool)),
    )
    n = len(bench.workloads)
    return drawn(
        bench.world, only, lambda r: bench.workloads[r % n], bench.workers, effort.ticker, n_small=n, n_large=n,
        part=(0.0, 1.0), first=0,
    ).small  # fmt: skip


def searched(effort: Effort) -> IntArray:
    """Return the plan the search finds, the same replications for its shape and its level."""
    return found(effort, effort, first_headcount(effort.load, effort.rules, effort.bench.world.goals, effort.limits))


def cheapest(effort: Effort, most: int) -> IntArray:
    """Return the cheapest of all plans with up to ``most`` agents a group and interval that holds on the bench."""
    plan = cheaper(effort, most, np.inf)
    if plan is None:
        raise AssertionError("no plan holds: allow more agents")
    return plan


def cheaper(effort: Effort, most: int, cost: float) -> IntArray | None:
    """Return the cheapest of all these plans that hold and cost less, None where there is none: all are tried."""
    shape = (len(effort.limits.groups), effort.limits.grid.n_intervals)
    every = (
        np.array(p, dtype=np.int64).reshape(shape)
        for p in itertools.product(range(most + 1), repeat=int(np.prod(shape)))
    )
    for plan in sorted((p for p in every if effort.limits.cost(p) < cost and effort.limits.allow(p)), key=effort.price):
        if effort.aims.standing(effort.bench(plan)).holds:
            return plan
    return None

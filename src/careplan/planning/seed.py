"""A first headcount, from load and closed forms.

Comes in: the bench's workloads. Goes out: the load of every queue by interval, what can be reached with endless
staff, and a headcount that meets each target about everywhere. Left out: everything a formula cannot see; the
search begins here and corrects it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.errors import InfeasibleError
from careplan.metrics.load import multiple_of, seats_of, work_of
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import Bench
from careplan.planning.erlang import agents_needed
from careplan.planning.limits import Limits
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS
from careplan.workload.tables import Workload

_TIMED = ("answer", "mean_answer", "window")
"""Goals that say how quickly first answers are wanted."""
_OF_A_MEAN = 0.65
"""Share answered within a mean that a first headcount aims at for it: about that of an exponential, our choice."""


@dataclass(frozen=True, eq=False)
class Load:
    """What comes in, by queue and interval of the horizon: means over the replications, shape (n_queues, n_intervals).

    It is read off runs with so many agents that nobody waits, so bots, later turns and transfers are in it.
    """

    turns: FloatArray
    """Turns that begin."""
    work_ms: FloatArray
    """Their work at pace and speed 1."""
    hold_ms: FloatArray
    """Time for which agents keep room while customers think."""
    patience_s: FloatArray
    """Mean patience by queue; infinite where most have no end; shape (n_queues,)."""


def plenty(bench: Bench, limits: Limits) -> tuple[IntArray, list[Trace]]:
    """Return a headcount with which nobody waits, as far as the groups' most agents allow, and its traces.

    Shape (n_groups, n_intervals); the same in every interval.
    """
    world = bench.world
    busiest = max((_most_at_once(w) for w in bench.workloads), default=1)
    n_groups, n = len(limits.groups), limits.grid.n_intervals
    agents = max(4, busiest)
    while True:
        headcount = np.full((n_groups, n), agents, dtype=np.int64)
        if limits.most is not None:
            headcount = np.minimum(headcount, limits.most)
        traces = bench.traces(headcount)
        late = any(_somebody_waits(w, t, world.rules) for w, t in zip(bench.workloads, traces, strict=True))
        if not late or agents > 8 * busiest or (limits.most is not None and (headcount.max(axis=1) < agents).all()):
            return headcount, traces
        agents *= 2


def load_of(bench: Bench, traces: Sequence[Trace]) -> Load:
    """Return the load of every queue by interval, from runs in which nobody waits."""
    world, grid = bench.world, bench.world.grid
    n_queues, n = len(world.rules.queues), grid.n_intervals
    edges = grid.horizon_edges
    turns, work, hold = (np.zeros((n_queues, n)) for _ in range(3))
    patience = np.zeros(n_queues)
    for workload, trace in zip(bench.workloads, traces, strict=True):
        began = (trace.turn_started_at >= edges[0]) & (trace.turn_started_at < edges[-1])
        row = np.flatnonzero(began)
        interval = np.searchsorted(edges, trace.turn_started_at[row], side="right") - 1
        queue = workload.turn_queue_ix[row]
        cell = queue.astype(np.int64) * n + interval
        amount = work_of(workload, trace, row)
        kept = np.where(trace.turn_held_until[row] >= 0, trace.turn_held_until[row] - trace.turn_ended_at[row], 0)
        share = world.rules.hold[queue] / 1000
        for table, weights in ((turns, None), (work, amount), (hold, kept * share)):
            table += np.bincount(cell, weights=weights, minlength=n_queues * n).reshape(n_queues, n)
        patience += [_mean_patience_s(workload, q) for q in range(n_queues)]
    runs = max(1, len(bench.workloads))
    return Load(turns / runs, work / runs, hold / runs, patience / runs)


def first_headcount(load: Load, world_rules: Rules, goals: Sequence[Goal], limits: Limits) -> IntArray:
    """Return a headcount that meets each answer target about everywhere, by Erlang C or A interval by interval.

    Each queue goes to the cheapest group that has the skill; the queues of a group are taken as one line.
    Shape (n_groups, n_intervals).
    """
    n_groups, n = len(limits.groups), limits.grid.n_intervals
    need = np.zeros((n_groups, n), dtype=np.int64)
    homes = homes_of(world_rules, limits.hourly_cost)
    hours = limits.hours
    for group in range(n_groups):
        mine = np.flatnonzero(homes == group)
        if not mine.size:
            continue
        rate = load.turns[mine].sum(axis=0) / hours
        agent_ms = np.sum([agent_time(load, world_rules, group, int(q)) for q in mine], axis=0)
        share, within_s, until = _tightest(goals, world_rules, mine)
        patient = float(np.min(load.patience_s[mine])) if all(world_rules.is_live[mine]) else math.inf
        known: dict[tuple[float, float], int] = {}
        for i in range(n):
            if rate[i] <= 0:
                continue
            handle_s = float(agent_ms[i]) / (rate[i] * hours[i]) / 1000
            key = (_rounded(float(rate[i])), _rounded(max(handle_s, 0.001)))
            if key not in known:
                known[key] = _agents(*key, share, within_s, until, patient)
            need[group, i] = known[key]
    return limits.mended(need)


def agent_time(load: Load, rules: Rules, group: int, queue: int) -> FloatArray:
    """Return the agent time a queue's load takes of a group by interval, ms: work ÷ speed ÷ effective multiple, and
    room kept.
    """
    seats = seats_of(rules, group, queue)
    speed = rules.speed[group, queue] / 1000
    return np.asarray(load.work_ms[queue] / (speed * multiple_of(rules, group, queue)) + load.hold_ms[queue] / seats)


def homes_of(rules: Rules, hourly_cost: FloatArray) -> IntArray:
    """Return for each queue the skilled group that serves it at the least cost, −1 where nobody can."""
    homes = np.full(len(rules.queues), -1, dtype=np.int64)
    for queue in range(len(rules.queues)):
        able = [
            g for g in range(len(rules.groups)) if rules.rank[g, queue] >= 0 and rules.units[queue] <= rules.capacity[g]
        ]
        if able:
            homes[queue] = min(
                able,
                key=lambda g: (
                    hourly_cost[g] / (rules.speed[g, queue] * multiple_of(rules, g, queue)),
                    -int((rules.rank[g] >= 0).sum()),
                    int(rules.rank[g, queue]),
                ),
            )
    return homes


def _rounded(value: float) -> float:
    """A value to within 2 %, so that the formula need not be asked anew for every interval."""
    return math.exp(round(math.log(value) * 25) / 25)


def _agents(rate: float, handle_s: float, share: float, within_s: float, until: str, patience_s: float) -> int:
    """Agents by formula; where the target is out of reach of any number, those that keep up with little waiting."""
    try:
        return agents_needed(
            arrivals_per_hour=rate,
            handle_s=handle_s,
            share=share,
            within_s=within_s,
            until="end" if until == "end" else "start",
            patience_s=patience_s,
        )
    except InfeasibleError:
        load = rate * handle_s / 3600
        return math.ceil(load + 2 * math.sqrt(load) + 1)


def _tightest(goals: Sequence[Goal], rules: Rules, queues: IntArray) -> tuple[float, float, str]:
    """The strictest target about first answers of some queues: share, seconds, and whether work must start or end by
    then.
    """
    named = {rules.queues[q] for q in queues.tolist()}
    mine = [g for g in goals if g.kind in _TIMED and (not g.queues or named & set(g.queues))]
    until = "start" if rules.is_live[queues].any() else "end"
    if not mine:
        return 0.5, HOUR_MS / 1000, until
    worst = min(mine, key=lambda g: (g.threshold_ms, -g.share))
    share = _OF_A_MEAN * worst.fastest if worst.kind == "mean_answer" else worst.share
    return min(share, 0.995), worst.threshold_ms / 1000, until


def _mean_patience_s(workload: Workload, queue: int) -> float:
    mine = workload.patience_ms[workload.queue_ix == queue]
    if not mine.size or (mine < 0).mean() > 0.5:
        return math.inf
    return max(0.001, float(mine[mine >= 0].mean()) / 1000)


def _most_at_once(workload: Workload) -> int:
    """The most first turns in work at once if each began as it came; a bound from below for the most agents."""
    length = workload.work_ms[workload.turn_start[:-1]]
    first = ~workload.is_child
    begin = workload.arrived_at[first]
    at = np.concatenate((begin, begin + length[first]))
    change = np.repeat([1, -1], int(first.sum()))
    order = np.lexsort((change, at))
    return int(np.cumsum(change[order]).max(initial=1))


def _somebody_waits(workload: Workload, trace: Trace, rules: Rules) -> bool:
    """Whether any turn anybody is skilled for waited."""
    served = np.asarray((rules.rank >= 0).any(axis=0))[workload.turn_queue_ix]
    queued = (trace.turn_queued_at >= 0) & served
    waits = (trace.turn_started_at > trace.turn_queued_at) | (trace.turn_started_at < 0)
    # Where one agent's conversations collide (an owner at work elsewhere), no number of agents helps.
    return bool((waits & queued).sum() > 0.001 * max(1, int(queued.sum())))

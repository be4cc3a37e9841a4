"""The same customers in calmer worlds: without busy days, like clockwork, with a little more or less work.

Comes in: a scenario, or the workload of a replication. Goes out: another one. Left out: who serves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from pydantic import BaseModel

from careplan.columns import MAX_DURATION_MS, FloatArray, IntArray
from careplan.scenario.models import Scenario
from careplan.scenario.volume import Busyness, Volume
from careplan.workload.tables import CASE_COLUMNS, Workload
from careplan.workload.volume import expected_cases, mean_of_random_bursts

_Block = TypeVar("_Block", bound=BaseModel)
_MOST_TURNS = 16
"""Cases with more turns share their mean work with those that have so many."""


def without_busy_days(scenario: Scenario) -> Scenario:
    """Return the scenario with every day as busy as its mean: no busyness, no bursts that are left to chance.

    A burst at a known time that may or may not happen comes with its mean height; bursts at random times raise the
    volume evenly by their mean; a burst that is sure to happen stays. So the expected cases of every interval are the
    same (exactly, but for the shape of random bursts).
    """
    queues = {name: _with(queue, volume=_without_chance(queue.volume)) for name, queue in scenario.queues.items()}
    return _with(scenario, queues=queues)


def has_busy_days(scenario: Scenario) -> bool:
    """Whether any queue has busyness, or bursts that are left to chance."""
    return any(
        queue.volume.busyness.cv > 0 or any(s.at is None or s.chance < 1 for s in queue.volume.spikes)
        for queue in scenario.queues.values()
    )


def _without_chance(volume: Volume) -> Volume:
    mean = 1.0
    sure = []
    for spike in volume.spikes:
        if spike.at is None:
            mean *= mean_of_random_bursts(spike)
        else:
            sure.append(_with(spike, height=spike.height * spike.chance, chance=1.0))
    scaled = {
        key: value * mean
        for key in ("per_week", "per_day", "per_hour")
        if (value := getattr(volume, key)) is not None
    }  # fmt: skip
    counts = volume.counts
    if counts is not None:
        counts = _with(counts, cases=tuple(n * mean for n in counts.cases))
    return _with(volume, **scaled, counts=counts, spikes=tuple(sure), busyness=Busyness(cv=0.0))


def _with(block: _Block, **changes: object) -> _Block:
    """A copy of a checked block with some values changed, and nothing that was derived from the old ones."""
    kind = type(block)
    return kind.model_construct(**{name: getattr(block, name) for name in kind.model_fields} | changes)


def like_clockwork(scenario: Scenario, workloads: Sequence[Workload]) -> list[Workload]:
    """Return workloads in which first contacts come evenly spaced along the expected rate, and work is its mean.

    Parameters
    ----------
    scenario
        Gives the expected cases of each queue by interval of the run.
    workloads
        Of its replications. Each keeps its number of cases, their turns, think times, patience and follow-ups; a turn's
        work becomes the mean over all replications of turns that wait in its queue, in cases with as many turns and as
        much need of a reply.
    """
    intervals = scenario.clock.intervals(whole_run=True)
    edges = np.array([*(i.begin for i in intervals), intervals[-1].end], dtype=np.float64)
    mass = [np.concatenate(([0.0], np.cumsum(expected_cases(scenario, q)))) for q in sorted(scenario.queues)]
    kinds = [_kinds(w) for w in workloads]
    size = 1 + max((int(k.max(initial=0)) for k in kinds), default=0)
    count = sum((np.bincount(k, minlength=size) for k in kinds), np.zeros(size, dtype=np.int64))

    def means(columns: Sequence[IntArray]) -> FloatArray:
        total = sum((np.bincount(k, c, size) for k, c in zip(kinds, columns, strict=True)), np.zeros(size))
        return np.asarray(total / np.maximum(count, 1))

    work = means([w.work_ms for w in workloads])
    slots = workloads[0].n_bot_slots if workloads else 0
    after_bot = [means([w.work_after_bot_ms[:, slot] for w in workloads]) for slot in range(slots)]
    found = []
    for workload, kind in zip(workloads, kinds, strict=True):
        even = replace(
            workload,
            work_ms=_whole(work[kind]),
            work_after_bot_ms=_whole(np.stack([mean[kind] for mean in after_bot], axis=1))
            if slots
            else workload.work_after_bot_ms,
        )
        found.append(_rescheduled(even, _even_arrivals(even, edges, mass, scenario.clock.end)))
    return found


def _kinds(workload: Workload) -> IntArray:
    """A number for turns that take alike: by queue, need of a reply, and turns of their case."""
    turns = np.diff(workload.turn_start)
    of_case = np.minimum(turns, _MOST_TURNS) * 2 + workload.needs_reply
    kind = np.repeat(of_case, turns) * len(workload.queues) + workload.turn_queue_ix
    return np.asarray(kind, dtype=np.int64)


def _whole(values: FloatArray) -> IntArray:
    return np.clip(np.rint(values), 1, MAX_DURATION_MS).astype(np.int64)


def _even_arrivals(workload: Workload, edges: FloatArray, mass: Sequence[FloatArray], end: int) -> IntArray:
    """When first contacts come if nothing is left to chance; the opening backlog keeps its age."""
    at = workload.arrived_at.copy()
    is_first = np.arange(workload.n_cases) < workload.n_first
    for queue, path in enumerate(mass):
        mine = np.flatnonzero(is_first & (workload.queue_ix == queue) & (at >= 0))
        total = float(np.interp(end, edges, path))  # the run may end inside an interval
        if len(mine) and total > 0:
            upto = (np.arange(len(mine)) + 0.5) / len(mine) * total
            at[mine] = np.minimum(np.interp(upto, path, edges), end - 1).astype(np.int64)
    return at


def _rescheduled(workload: Workload, arrived_at: IntArray) -> Workload:
    """The workload with other arrivals, its first contacts in the order of (arrival, queue) again."""
    k = workload.n_first
    order = np.arange(workload.n_cases)
    order[:k] = np.lexsort((workload.queue_ix[:k], arrived_at[:k]))
    lengths = np.diff(workload.turn_start)[order]
    start = np.concatenate(([0], np.cumsum(lengths)))
    turns = np.repeat(workload.turn_start[:-1][order] - start[:-1], lengths) + np.arange(start[-1])
    columns: dict[str, object] = {"turn_start": start}
    for field in fields(workload):
        if field.name in ("queues", "turn_start"):
            continue
        column = arrived_at if field.name == "arrived_at" else getattr(workload, field.name)
        columns[field.name] = column[order if field.name in CASE_COLUMNS else turns]
    return replace(workload, **columns)  # type: ignore[arg-type]


def with_work(workload: Workload, factor: FloatArray) -> Workload:
    """Return a workload whose turns take ``factor`` times as long, by queue, shape (n_queues,)."""
    by_turn = factor[workload.turn_queue_ix]
    if (by_turn == 1).all():
        return workload
    after_bot = workload.work_after_bot_ms
    return replace(
        workload,
        work_ms=_whole(workload.work_ms * by_turn),
        work_after_bot_ms=_whole(after_bot * by_turn[:, None]) if workload.n_bot_slots else after_bot,
    )

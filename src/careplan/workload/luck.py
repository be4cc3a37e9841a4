"""How lucky a replication was: figures of its draw whose means are known exactly.

Comes in: a scenario, a workload drawn from it, its seed and replication. Goes out: :class:`Luck`, how much work came in
and how uneven its days were, each less its known mean. Left out: what to do with it (``careplan.metrics.controls``).

A busy week has a worse service level than a quiet one. Since it is known how busy weeks are on average, the part of a
figure's scatter that comes from drawing busy or quiet weeks can be taken out again: control variates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from careplan.columns import FloatArray, frozen
from careplan.scenario.models import Scenario
from careplan.units import DAYS
from careplan.workload.cases import per_turn_factor
from careplan.workload.distributions import mean_ms
from careplan.workload.tables import Workload
from careplan.workload.volume import day_factors, expected_cases


@dataclass(frozen=True, eq=False)
class Luck:
    """Figures of one draw less their means, so that each is zero on average over replications."""

    work_ms: FloatArray
    """Work of the first contacts that came in the horizon, all their turns, by queue and local weekday; shape
    (n_queues, 7), Monday first."""
    uneven: FloatArray
    """Σ (busyness − 1)² over the horizon's days, by queue; shape (n_queues,)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "work_ms", frozen(self.work_ms, "float64"))
        object.__setattr__(self, "uneven", frozen(self.uneven, "float64"))


def luck_of(scenario: Scenario, workload: Workload, *, seed: int, replication: int) -> Luck:
    """Return how lucky one draw of a scenario was.

    Parameters
    ----------
    scenario, workload
        The world, and the customers that :func:`careplan.workload.sampling.sample` drew from it.
    seed, replication
        Those the workload was drawn with.
    """
    clock, names = scenario.clock, workload.queues
    inside = (workload.arrived_at >= max(0, clock.horizon_from)) & (workload.arrived_at < clock.horizon_to)
    inside &= ~workload.is_child
    work = np.add.reduceat(workload.work_ms, workload.turn_start[:-1]) if workload.n_cases else np.zeros(0)
    day = np.searchsorted(clock.midnights, workload.arrived_at[inside], side="right") - 1
    cell = workload.queue_ix[inside] * len(DAYS) + _weekdays(scenario)[day]
    came = np.bincount(cell, weights=work[inside], minlength=len(names) * len(DAYS)).reshape(len(names), len(DAYS))
    expected = np.array([_expected_work_ms(scenario, name) for name in names])
    return Luck(came - expected, np.array([_unevenness(scenario, name, seed, replication) for name in names]))


def mean_work_ms(scenario: Scenario, queue: str) -> float:
    """Return the mean work of a first contact of a queue, all its turns, transferred ones included, in ms.

    Before rounding to whole milliseconds; work that a bot saves is not taken off.
    """
    block = scenario.queues[queue]
    turns = 1.0 if block.handle_time_is == "case" else block.mean_turns * per_turn_factor(block)
    work = turns * mean_ms(block.handle_time)
    for transfer in block.transfers:
        other = scenario.queues[transfer.to]
        goes = transfer.share * sum(share for number, share in block.turns if number >= transfer.after_turn)
        turns = 1 / other.mean_turns if other.handle_time_is == "case" else per_turn_factor(other)
        work += goes * turns * mean_ms(other.handle_time)
    if block.needs_reply < 1:
        return block.needs_reply * work + (1 - block.needs_reply) * mean_ms(block.triage_time)
    return work


@lru_cache(maxsize=256)
def _expected_work_ms(scenario: Scenario, queue: str) -> FloatArray:
    """Expected work of a queue's first contacts in the horizon by local weekday, shape (7,)."""
    clock = scenario.clock
    intervals = clock.intervals(whole_run=True)
    begin = np.array([i.begin for i in intervals])
    weekday = np.array([i.day.weekday() for i in intervals])
    inside = (begin >= clock.horizon_from) & (begin < clock.horizon_to)
    cases = np.bincount(weekday[inside], weights=expected_cases(scenario, queue)[inside], minlength=len(DAYS))
    return np.asarray(cases * mean_work_ms(scenario, queue))


@lru_cache(maxsize=64)
def _weekdays(scenario: Scenario) -> np.ndarray:
    return np.array([day.weekday() for day in scenario.clock.days], dtype=np.int64)


def _unevenness(scenario: Scenario, queue: str, seed: int, replication: int) -> float:
    """Σ ((busyness − 1)² − cv²) over the horizon's days: busyness has mean 1 and this variance."""
    cv = scenario.queues[queue].volume.busyness.cv
    if cv == 0:
        return 0.0
    clock = scenario.clock
    midnights = np.array(clock.midnights[: len(clock.days)])
    inside = (midnights >= clock.horizon_from) & (midnights < clock.horizon_to)
    factors = day_factors(scenario, queue, seed=seed, replication=replication)[inside]
    return float(((factors - 1) ** 2 - cv**2).sum())

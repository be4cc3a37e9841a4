"""The yardstick works: worlds so plain that every simulator can be given them, as columns drawn beforehand.

Comes in: a size and a seed. Goes out: a :class:`Work`, whose columns are whole milliseconds, so that every tool
meets the same customers and answers can be compared case by case.
Left out: who simulates it (``tools/``), and how long that takes (``timing``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

NEVER = -1
SECOND = 1_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
WHOLE_AGENT = 1_000_000  # units of an agent; a turn takes its share of them, rounded down


@dataclass(frozen=True)
class Queue:
    """A queue of the work: how many of its cases one agent can work at once, and its priority, smaller first."""

    name: str
    concurrency: int = 1
    priority: int = 1

    @property
    def units(self) -> int:
        """Units of an agent that one case takes while it is worked on."""
        return WHOLE_AGENT // self.concurrency


@dataclass(frozen=True, eq=False)
class Work:
    """Cases as columns, one row per case in order of arrival, and the staff that meets them.

    ``agents[j]`` agents are on duty from ``edges_ms[j]`` to ``edges_ms[j + 1]``: agents 1 to ``agents[j]``.
    Who is busy when their duty ends finishes, then leaves. Cases waiting at the last edge find nobody.
    """

    name: str
    title: str
    queues: tuple[Queue, ...]
    arrived_at: IntArray
    work_ms: IntArray
    patience_ms: IntArray
    queue_ix: IntArray
    edges_ms: IntArray
    agents: IntArray

    @property
    def n_cases(self) -> int:
        """Rows."""
        return len(self.arrived_at)

    @property
    def has_patience(self) -> bool:
        """Whether any customer ever leaves."""
        return bool((self.patience_ms != NEVER).any())

    @property
    def until_ms(self) -> int:
        """An instant by which every case has ended, or waits for good."""
        return int(max(self.edges_ms[-1], self.arrived_at[-1] + self.patience_ms.max()) + self.work_ms.max() + 1)

    def first(self, n_cases: int) -> Work:
        """Return the work's first cases: what a slow tool is given, on the same staff."""
        n = min(n_cases, self.n_cases)
        return replace(
            self,
            arrived_at=self.arrived_at[:n],
            work_ms=self.work_ms[:n],
            patience_ms=self.patience_ms[:n],
            queue_ix=self.queue_ix[:n],
        )


def _milliseconds(draws: NDArray[np.float64], at_least: int = 1) -> IntArray:
    return np.maximum(np.rint(draws), at_least).astype(np.int64)


def _steady(n_agents: int, arrived_at: IntArray, work_ms: IntArray) -> tuple[IntArray, IntArray]:
    """Edges and agents of a staff that never changes and stays until the last case has surely ended."""
    # With everyone working on the whole backlog at the end, a day beyond it is more than any of these works needs.
    end = int(arrived_at[-1] + work_ms.sum() // n_agents + work_ms.max()) + DAY
    return np.array([0, end]), np.array([n_agents])


def pool(
    n_cases: int,
    seed: int,
    *,
    n_agents: int = 50,
    load: float = 0.95,
    mean_work_ms: float = 5 * MINUTE,
    patience_of_work: float | None = None,
    n_queues: int = 1,
    concurrency: int = 1,
    is_ranked: bool = False,
    name: str = "a",
) -> Work:
    """Draw M/M/n, or M/M/n+M when ``patience_of_work`` gives the mean patience in mean handle times.

    With ``n_queues`` the same stream is dealt at random to that many queues, all alike; ``is_ranked`` gives each a
    priority of its own. ``load`` is of all units, with ``concurrency`` cases at once an agent.
    """
    rng = np.random.default_rng([seed, n_agents, n_queues])
    arrived_at = np.cumsum(rng.exponential(mean_work_ms / (load * n_agents * concurrency), n_cases)).astype(np.int64)
    work_ms = _milliseconds(rng.exponential(mean_work_ms, n_cases))
    patience_ms = np.full(n_cases, NEVER)
    if patience_of_work is not None:
        patience_ms = _milliseconds(rng.exponential(patience_of_work * mean_work_ms, n_cases), at_least=0)
    queue_ix = rng.integers(n_queues, size=n_cases) if n_queues > 1 else np.zeros(n_cases, dtype=np.int64)
    if n_queues > 1:
        queue_ix = queue_ix[np.lexsort((queue_ix, arrived_at))]  # cases of one instant stand in order of their queue
    edges_ms, agents = _steady(n_agents, arrived_at, work_ms)
    suffix = "" if patience_of_work is None else "+M"
    return Work(
        name=name,
        title=f"M/M/{n_agents}{suffix}, load {load:g}" + (f", {n_queues} queues" if n_queues > 1 else ""),
        queues=tuple(Queue(f"queue-{q:02d}", concurrency, q if is_ranked else 1) for q in range(n_queues)),
        arrived_at=arrived_at,
        work_ms=work_ms,
        patience_ms=patience_ms,
        queue_ix=queue_ix,
        edges_ms=edges_ms,
        agents=agents,
    )


def patient_pool(n_cases: int, seed: int) -> Work:
    """Work a: M/M/50, load 0.95."""
    return pool(n_cases, seed, name="a")


def impatient_pool(n_cases: int, seed: int) -> Work:
    """Work b: M/M/50+M, load 1.05, mean patience twice the mean handle time."""
    return pool(n_cases, seed, load=1.05, patience_of_work=2.0, name="b")


def week(n_cases: int, seed: int) -> Work:
    """Work c: a week of 672 intervals of 15 min with staff between 13 and 156 that changes in every one of them.

    Handle times are lognormal (mean 6 min, coefficient of variation 1), patience exponential (mean 12 min).
    At 1e5 cases the staff fits the volume; with fewer or more, handle times stretch or shrink so that the load stays.
    """
    n_intervals, interval = 672, 15 * MINUTE
    mean_work_ms = 6 * MINUTE * 100_000 / n_cases
    rng = np.random.default_rng([seed, 672])
    hour = (np.arange(n_intervals) + 0.5) * 24 / 96
    daylight = np.sin(np.pi * np.clip((hour % 24 - 5) / 18, 0, 1)) * (1 + 0.25 * np.cos(hour * np.pi / 3))
    of_day = 0.17 + daylight
    of_week = np.array([1.15, 1.1, 1.05, 1.0, 1.0, 0.75, 0.65])[(hour // 24).astype(int)]
    weight = of_day * of_week
    counts = rng.multinomial(n_cases, weight / weight.sum())
    starts = np.repeat(np.arange(n_intervals) * interval, counts)
    arrived_at = np.sort(starts + rng.integers(interval, size=n_cases))
    spread = np.sqrt(np.log(2.0))  # coefficient of variation 1
    work_ms = _milliseconds(rng.lognormal(np.log(mean_work_ms) - spread**2 / 2, spread, n_cases))
    patience_ms = _milliseconds(rng.exponential(2 * mean_work_ms, n_cases), at_least=0)
    return Work(
        name="c",
        title="a week of 672 intervals, 13 to 156 agents",
        queues=(Queue("queue-00"),),
        arrived_at=arrived_at,
        work_ms=work_ms,
        patience_ms=patience_ms,
        queue_ix=np.zeros(n_cases, dtype=np.int64),
        edges_ms=np.arange(n_intervals + 1) * interval,
        agents=_changing_staff(weight),
    )


def _changing_staff(weight: NDArray[np.float64]) -> IntArray:
    """Staff that follows the volume between 13 and 156 and is never the same in two intervals in a row."""
    low, high = 13, 156
    share = (weight - weight.min()) / (weight.max() - weight.min())
    agents = low + np.rint(share * (high - low)).astype(np.int64)
    for j in range(1, len(agents)):
        if agents[j] == agents[j - 1]:
            agents[j] += 1 if agents[j] < high else -1
    return agents


def mixed_slots(n_cases: int, seed: int) -> Work:
    """Work d: 60 agents; phone takes a whole agent, chat a third, social a sixth, in that order of priority.

    Mean handle times 5, 10 and 8 min, mean patience 5, 10 and 60 min, all exponential; load 1.25 of all units.
    """
    n_agents, load = 60, 1.25  # beyond all units, else chat and social never wait
    queues = (Queue("a-phone", 1, 1), Queue("b-chat", 3, 2), Queue("c-social", 6, 3))
    share = np.array([0.40, 0.35, 0.25])
    mean_work_ms = np.array([5.0, 10.0, 8.0]) * MINUTE
    mean_patience_ms = np.array([5.0, 10.0, 60.0]) * MINUTE
    agent_ms = float((share * mean_work_ms / np.array([queue.concurrency for queue in queues])).sum())
    rng = np.random.default_rng([seed, 60])
    arrived_at = np.cumsum(rng.exponential(agent_ms / (load * n_agents), n_cases)).astype(np.int64)
    queue_ix = np.searchsorted(np.cumsum(share)[:-1], rng.random(n_cases), side="right")
    queue_ix = queue_ix[np.lexsort((queue_ix, arrived_at))]
    work_ms = _milliseconds(rng.exponential(size=n_cases) * mean_work_ms[queue_ix])
    patience_ms = _milliseconds(rng.exponential(size=n_cases) * mean_patience_ms[queue_ix], at_least=0)
    edges_ms, agents = _steady(n_agents, arrived_at, work_ms)
    return Work(
        name="d",
        title="60 agents; phone a whole agent, chat a third, social a sixth",
        queues=queues,
        arrived_at=arrived_at,
        work_ms=work_ms,
        patience_ms=patience_ms,
        queue_ix=queue_ix,
        edges_ms=edges_ms,
        agents=agents,
    )


@dataclass(frozen=True)
class Yardstick:
    """A work of the table: how it is drawn, how many cases it has, and the ratio to SimPy that is asked for."""

    draw: Callable[[int, int], Work]
    n_cases: int
    required: float


YARDSTICKS: dict[str, Yardstick] = {
    "a": Yardstick(patient_pool, 1_000_000, 125.0),
    "b": Yardstick(impatient_pool, 1_000_000, 200.0),
    "c": Yardstick(week, 100_000, 180.0),
    "d": Yardstick(mixed_slots, 200_000, 100.0),
}

"""The works in SimPy, as its documentation teaches: a process per customer, resources, stores and events.

Case-by-case answers are comparable with careplan's: the columns are the same. SimPy orders what falls on one
millisecond by creation, careplan by rule; a tie may therefore send two cases different ways.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from heapq import heapify
from typing import Any, NamedTuple

import numpy as np
import simpy

from benchmarks.tools.answer import Answer
from benchmarks.works import NEVER, WHOLE_AGENT, Work

Process = Generator[simpy.Event, Any, None]


def prepare(work: Work) -> Callable[[], Callable[[], Answer]]:
    """Return a run of the work: the model that suits it, its columns as Python lists."""
    if len(work.agents) > 1:
        model: Callable[..., list[int]] = changing_staff
    elif len({queue.units for queue in work.queues}) > 1:
        model = mixed_slots
    elif work.has_patience:
        model = impatient_pool
    else:
        model = patient_pool
    columns = [work.arrived_at.tolist(), work.work_ms.tolist(), work.patience_ms.tolist()]

    def play() -> Callable[[], Answer]:
        started_at = model(work, *columns)
        return lambda: Answer(np.array(started_at, dtype=np.int64))

    return play


def arrivals(env: simpy.Environment, arrived_at: list[int], customer: Callable[[int], Process]) -> Process:
    """Start a process for every customer when they arrive."""
    for case, at in enumerate(arrived_at):
        yield env.timeout(at - env.now)
        env.process(customer(case))


def patient_pool(work: Work, arrived_at: list[int], work_ms: list[int], patience_ms: list[int]) -> list[int]:
    """Customers request one of the agents and wait for as long as it takes."""
    env = simpy.Environment()
    agents = simpy.Resource(env, capacity=int(work.agents[0]))
    started_at = [NEVER] * len(arrived_at)

    def customer(case: int) -> Process:
        with agents.request() as turn:
            yield turn
            started_at[case] = env.now
            yield env.timeout(work_ms[case])

    env.process(arrivals(env, arrived_at, customer))
    env.run()
    return started_at


def impatient_pool(work: Work, arrived_at: list[int], work_ms: list[int], patience_ms: list[int]) -> list[int]:
    """Customers request one of the agents, or leave when their patience ends."""
    env = simpy.Environment()
    agents = simpy.Resource(env, capacity=int(work.agents[0]))
    started_at = [NEVER] * len(arrived_at)

    def customer(case: int) -> Process:
        with agents.request() as turn:
            got = yield turn | env.timeout(patience_ms[case])
            if turn in got:
                started_at[case] = env.now
                yield env.timeout(work_ms[case])

    env.process(arrivals(env, arrived_at, customer))
    env.run()
    return started_at


class IdleAgent(NamedTuple):
    """An idle agent; the one who has been idle longest is the smallest."""

    last_start: int
    number: int


def changing_staff(work: Work, arrived_at: list[int], work_ms: list[int], patience_ms: list[int]) -> list[int]:
    """Idle agents stand in a store; a manager calls them in and sends them home.

    A busy agent whose duty has ended does not come back to the store.
    """
    env = simpy.Environment()
    idle = simpy.PriorityStore(env)
    on_duty = 0
    last_start = [NEVER] * int(work.agents.max())
    busy = [False] * int(work.agents.max())
    started_at = [NEVER] * len(arrived_at)

    def manager() -> Process:
        nonlocal on_duty
        for at, needed in zip(work.edges_ms.tolist(), [*work.agents.tolist(), 0], strict=True):
            yield env.timeout(at - env.now)
            if needed < on_duty:
                idle.items[:] = [agent for agent in idle.items if agent.number < needed]
                heapify(idle.items)
            for number in range(on_duty, needed):
                if not busy[number]:
                    idle.put(IdleAgent(last_start[number], number))
            on_duty = needed

    def customer(case: int) -> Process:
        with idle.get() as turn:
            got = yield turn | env.timeout(patience_ms[case])
        if turn not in got:
            return
        number = got[turn].number
        busy[number] = True
        started_at[case] = last_start[number] = env.now
        yield env.timeout(work_ms[case])
        busy[number] = False
        if number < on_duty:
            idle.put(IdleAgent(last_start[number], number))

    env.process(manager())
    env.process(arrivals(env, arrived_at, customer))
    env.run()
    return started_at


class Floor:
    """A pool of agents with room for several cases each, and a line of waiting customers per queue.

    Whoever fits is served in order of priority, by the agent with the least in hand who has been idle longest.
    """

    def __init__(self, env: simpy.Environment, n_agents: int, capacity: int, units: list[int]) -> None:
        self.env = env
        self.units = units
        self.capacity = capacity
        self.in_use = [0] * n_agents
        self.last_start = [NEVER] * n_agents
        self.lines: list[deque[simpy.Event]] = [deque() for _ in units]

    def arrive(self, queue: int) -> simpy.Event:
        """Join the line; the event happens when an agent takes the customer, and names the agent."""
        taken = self.env.event()
        self.lines[queue].append(taken)
        self.dispatch()
        return taken

    def leave(self, queue: int, taken: simpy.Event) -> None:
        """Give up."""
        self.lines[queue].remove(taken)

    def done(self, queue: int, agent: int) -> None:
        """End a case."""
        self.in_use[agent] -= self.units[queue]
        self.dispatch()

    def dispatch(self) -> None:
        """Give the agents all the waiting cases that fit."""
        for queue, line in enumerate(self.lines):
            room = self.capacity - self.units[queue]
            while line and (least := min(self.in_use)) <= room:
                fits = [agent for agent, in_use in enumerate(self.in_use) if in_use == least]
                agent = min(fits, key=self.last_start.__getitem__)
                self.in_use[agent] += self.units[queue]
                self.last_start[agent] = self.env.now
                line.popleft().succeed(agent)


def mixed_slots(work: Work, arrived_at: list[int], work_ms: list[int], patience_ms: list[int]) -> list[int]:
    """Customers of three queues, in order of priority, meet agents who can do several at once."""
    env = simpy.Environment()
    queue_of = work.queue_ix.tolist()
    floor = Floor(env, int(work.agents[0]), WHOLE_AGENT, [queue.units for queue in work.queues])
    started_at = [NEVER] * len(arrived_at)

    def customer(case: int) -> Process:
        queue = queue_of[case]
        taken = floor.arrive(queue)
        got = yield taken | env.timeout(patience_ms[case])
        if taken not in got:
            floor.leave(queue, taken)
            return
        started_at[case] = env.now
        yield env.timeout(work_ms[case])
        floor.done(queue, taken.value)

    env.process(arrivals(env, arrived_at, customer))
    env.run()
    return started_at

"""The works in salabim: a component per customer, one resource of agents, monitors off.

Work c changes the resource's capacity: idle agents leave at once, whoever they are, so that fewer work past their
duty than where each agent has a duty of their own; its answers are alike in the mean only. In work d customers
wait in a line of their queue until the floor calls them, as they would for a store of agents.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import salabim as sim

from benchmarks.tools.answer import Answer
from benchmarks.works import NEVER, WHOLE_AGENT, Work

Process = Generator[Any, Any, None]


class Customer(sim.Component):  # type: ignore[misc]
    """Requests an agent, gives up when patience ends, else is worked on."""

    def setup(self, world: World, case: int) -> None:
        """Know the world and one's row."""
        self.world, self.case = world, case

    def process(self) -> Process:
        """Live one customer's life."""
        world, case = self.world, self.case
        patience = world.patience_ms[case]
        yield self.request(world.agents, fail_delay=sim.inf if patience == NEVER else patience)
        if self.failed():
            return
        world.started_at[case] = self.env.now()
        yield self.hold(world.work_ms[case])
        self.release()


class CalledCustomer(sim.Component):  # type: ignore[misc]
    """Stands in the line of a queue until the floor calls, or patience ends."""

    def setup(self, world: World, case: int) -> None:
        """Know the world and one's row."""
        self.world, self.case = world, case
        self.agent = NEVER

    def process(self) -> Process:
        """Live one customer's life."""
        world, case = self.world, self.case
        line = world.lines[world.queue_ix[case]]
        line.append(self)
        world.dispatch()
        if self.agent == NEVER:
            yield self.hold(world.patience_ms[case])
            if self.agent == NEVER:
                line.remove(self)
                return
        world.started_at[case] = self.env.now()
        yield self.hold(world.work_ms[case])
        world.in_use[self.agent] -= world.units[world.queue_ix[case]]
        world.dispatch()


class Arrivals(sim.Component):  # type: ignore[misc]
    """Creates every customer when they arrive."""

    def setup(self, world: World, customer: type[sim.Component]) -> None:
        """Know what to create."""
        self.world, self.customer = world, customer

    def process(self) -> Process:
        """Wait for the next arrival, again and again."""
        for case, at in enumerate(self.world.arrived_at):
            yield self.hold(till=at)
            self.customer(name="", world=self.world, case=case)


class Manager(sim.Component):  # type: ignore[misc]
    """Changes the number of agents at the edges of the intervals."""

    def setup(self, world: World) -> None:
        """Know the world."""
        self.world = world

    def process(self) -> Process:
        """Follow the table."""
        work = self.world.work
        for at, needed in zip(work.edges_ms.tolist(), [*work.agents.tolist(), 0], strict=True):
            yield self.hold(till=at)
            self.world.agents.set_capacity(needed)


class World:
    """One run: its columns, and either a resource of agents or a floor of agents with room for several cases."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.arrived_at, self.work_ms = work.arrived_at.tolist(), work.work_ms.tolist()
        self.patience_ms, self.queue_ix = work.patience_ms.tolist(), work.queue_ix.tolist()
        self.units = [queue.units for queue in work.queues]
        self.started_at = [NEVER] * work.n_cases

    def play(self) -> Callable[[], Answer]:
        """Simulate from nothing to the last event."""
        self.env = sim.Environment(trace=False, yieldless=False, set_numpy_random_seed=False)
        self.agents = sim.Resource("agents", capacity=int(self.work.agents[0]), monitor=False)
        self.in_use = [0] * int(self.work.agents[0])
        self.last_start = [NEVER] * int(self.work.agents[0])
        self.lines: list[deque[CalledCustomer]] = [deque() for _ in self.units]
        if len(self.work.agents) > 1:
            Manager(world=self)
        Arrivals(world=self, customer=CalledCustomer if max(self.units) > min(self.units) else Customer)
        self.env.run(till=self.work.until_ms)
        return lambda: Answer(np.array(self.started_at, dtype=np.int64))

    def dispatch(self) -> None:
        """Give the agents all the waiting cases that fit, the least busy agent first."""
        for queue, line in enumerate(self.lines):
            room = WHOLE_AGENT - self.units[queue]
            while line and (least := min(self.in_use)) <= room:
                fits = [agent for agent, in_use in enumerate(self.in_use) if in_use == least]
                agent = min(fits, key=self.last_start.__getitem__)
                self.in_use[agent] += self.units[queue]
                self.last_start[agent] = self.env.now()
                customer = line.popleft()
                customer.agent = agent
                if not customer.iscurrent():
                    customer.activate()


def prepare(work: Work) -> Callable[[], Callable[[], Answer]]:
    """Return a run of the work."""
    return World(work).play

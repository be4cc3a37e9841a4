"""Judges: the customers of replications, and schedules played on those that nobody has seen.

Comes in: a scenario, a schedule. Goes out: a verdict. Left out: what follows from it (``choose``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from careplan.columns import IntArray
from careplan.executor import Workers
from careplan.metrics.controls import Controls, controls_of
from careplan.metrics.goals import goals_of
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import World
from careplan.planning.judging import Verdict, judged
from careplan.scenario.models import Scenario
from careplan.workload.luck import Luck, luck_of
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

JUDGED_FROM = 200_000
"""Replications from this number on judge schedules: nobody searches with them, nor do the judges of ``staff``."""
_MORE_JUDGES = 3
"""Where the judges leave it open whether a target with a stated confidence holds, so many times as many judge again,
the first ones among them: our choice. A schedule that keeps 95 % in the long run is found to hold by 100 in 62 of 100
cases, so in 74; one that keeps 93 % in 29, so in 32; one that keeps 96 % in 79, so in 92 (binomial)."""
_FEW_JUDGES = 10
"""Fresh replications of a judgement that was interrupted: our choice."""


@dataclass(eq=False)
class Customers:
    """Draws replications, and remembers how lucky those were whose figures it sharpens."""

    scenario: Scenario
    seed: int
    queues: Sequence[str]
    """In the order in which luck has them."""
    _luck: dict[int, Luck] = field(default_factory=dict)

    def draw(self, replication: int) -> Workload:
        """Return the customers of one replication."""
        return sample(self.scenario, seed=self.seed, replication=replication)

    def draw_with_luck(self, replication: int) -> Workload:
        """Return the customers of one replication, and note how lucky it is."""
        workload = self.draw(replication)
        self._luck[replication] = luck_of(self.scenario, workload, seed=self.seed, replication=replication)
        return workload

    def controls(self, goal: Goal, replications: Sequence[int]) -> Controls | None:
        """Return the known luck of some replications that were drawn with it, for a goal's figure."""
        if goal.kind == "cover":
            return None
        own = [self.queues.index(name) for name in goal.queues or self.queues]
        return controls_of([self._luck[r] for r in replications], own)


@dataclass(eq=False)
class Judges:
    """Play schedules on replications nobody has seen."""

    world: World
    """Its plans are starts by shift type."""
    customers: Customers
    n: int
    """Replications of a judgement, at first."""
    may_be_more: bool
    """Whether more may judge where so many leave it open."""
    workers: Workers
    was_interrupted: bool = False
    _next: int = JUDGED_FROM

    def judge(self, starts: IntArray, *, in_a_hurry: bool = False) -> Verdict:
        """Play a schedule; on more replications where these leave it open whether it holds (unless in a hurry), and on
        a few if that is interrupted.
        """
        begun = self._next
        try:
            found = self._judged(starts, self.n)
        except KeyboardInterrupt:
            self.was_interrupted = True
            return self._judged(starts, min(_FEW_JUDGES, self.n))
        if in_a_hurry or not self.may_be_more or not found.is_open:
            return found
        self._next = begun
        try:
            return self._judged(starts, _MORE_JUDGES * self.n)
        except KeyboardInterrupt:
            self.was_interrupted = True
            return found

    def _judged(self, starts: IntArray, count: int) -> Verdict:
        numbers = range(self._next, self._next + count)
        self._next += count
        goals = goals_of(self.customers.scenario)
        draw = self.customers.draw_with_luck
        found = judged(self.world, goals, starts, draw, numbers, self.workers, with_waits=False)
        scores = (replace(one, controls=self.customers.controls(one.goal, numbers)) for one in found.scores)
        return replace(found, scores=tuple(scores))

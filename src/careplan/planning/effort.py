"""What a search has at hand and where it stands: bench, limits, aims, the best plan so far, and the time it takes.

Comes in: the pieces. Goes out: one object the steps of the search share. Left out: the steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.planning.aims import Aim, Aims, Standing
from careplan.planning.bench import Bench
from careplan.planning.limits import Limits
from careplan.planning.parts import parts_of
from careplan.planning.seed import Load, agent_time, homes_of
from careplan.units import HOUR_MS

TAIL_MS = 2 * HOUR_MS
"""How long the effect of a change is looked for where it soon ends: our choice."""

LONG_TAIL_MS = 20 * HOUR_MS
"""The same where people are scarce and a backlog is carried through the day: our choice."""


@dataclass(frozen=True)
class Stage:
    """What a progress callback is told."""

    name: str
    """``sampling``, ``raising``, ``trimming``, ``exchanging``, ``judging``, ``covering nights``."""
    fraction: float
    """Of the whole answer, 0 to 1; an estimate."""
    seconds_left: float
    """An estimate."""
    agent_hours: float | None = None
    """Of the best plan so far, over the horizon."""


Progress = Callable[[Stage], None]


@dataclass(eq=False)
class Ticker:
    """Tells a callback how far the whole answer is, without ever going back."""

    callback: Progress | None
    began: float = field(default_factory=time.monotonic)
    reached: float = 0.0

    def tell(self, name: str, fraction: float, agent_hours: float | None = None) -> None:
        """Report a stage; ``fraction`` of the whole answer."""
        self.reached = min(1.0, max(self.reached, fraction))
        if self.callback is not None:
            spent = time.monotonic() - self.began
            left = spent * (1 - self.reached) / self.reached if self.reached > 0.01 else float("nan")
            self.callback(Stage(name, self.reached, left, agent_hours))


@dataclass(eq=False)
class Effort:
    """A search under way. ``best`` is the cheapest headcount so far that holds; None before there is one."""

    bench: Bench
    limits: Limits
    aims: Aims
    load: Load
    ticker: Ticker
    part: tuple[float, float] = (0.0, 1.0)
    """The part of the whole answer this search is, as fractions."""
    best: IntArray | None = None
    most_played: int = 10**9
    """Replications the search may play before it stops looking for something better."""
    reach: tuple[FloatArray, ...] | None = None
    """For each aim, the slack of a mean run by interval with as many people as there can be; None: not known."""

    @cached_property
    def parts(self) -> tuple[IntArray, IntArray]:
        """The part each group and each aim belongs to; see :func:`careplan.planning.parts.parts_of`."""
        return parts_of(self.rules, self.bench.workloads, [aim.goal for aim in self.aims.aims])

    @cached_property
    def tail_ms(self) -> int:
        """How long the effect of a move is looked for: messages carry a backlog through the day, calls do not."""
        rules = self.rules
        queues = {name for aim in self.aims.aims for name in aim.goal.queues or rules.queues}
        has_messages = any(
            name in queues and not is_live for name, is_live in zip(rules.queues, rules.is_live, strict=True)
        )
        return LONG_TAIL_MS if has_messages and not self.aims.are_local else TAIL_MS

    @property
    def is_spent(self) -> bool:
        """Whether the search has played as much as it may."""
        return self.bench.n_played >= self.most_played

    def standing(self, headcount: IntArray) -> Standing:
        """Return how a headcount stands, and remember it if it is the best so far."""
        found = self.aims.standing(self.bench(headcount))
        if found.holds and (self.best is None or self.price(headcount) < self.price(self.best)):
            self.best = headcount.copy()
        return found

    def price(self, headcount: IntArray) -> tuple[float, float]:
        """Return what is made least: cost, then agent hours."""
        return round(self.limits.cost(headcount), 6), round(self.limits.agent_hours(headcount), 6)

    def tell(self, name: str, fraction: float) -> None:
        """Report how far this search is, 0 to 1."""
        low, high = self.part
        hours = None if self.best is None else self.limits.agent_hours(self.best)
        self.ticker.tell(name, low + (high - low) * min(max(fraction, 0.0), 1.0), hours)

    @property
    def rules(self) -> Rules:
        """The world's rules."""
        return self.bench.world.rules

    def helpers(self, aim: Aim) -> list[int]:
        """Return the groups that can help an aim, the cheapest for the work first."""
        goal, rules = aim.goal, self.rules
        if goal.kind == "occupancy":
            named = [rules.groups.index(name) for name in goal.groups] or range(len(rules.groups))
            return sorted(named, key=lambda g: (float(self.limits.hourly_cost[g]), g))
        queues = [rules.queues.index(name) for name in goal.queues] or list(range(len(rules.queues)))
        homes = homes_of(rules, self.limits.hourly_cost)
        able = [g for g in range(len(rules.groups)) if (rules.rank[g, queues] >= 0).any()]
        return sorted(able, key=lambda g: (g not in homes[queues], float(self.limits.hourly_cost[g]), g))

    def cases_an_hour(self, aim: Aim, group: int) -> float:
        """Return how many turns of an aim's queues one agent of a group gets done in an hour."""
        rules = self.rules
        names = aim.goal.queues or rules.queues
        queues = [q for q, name in enumerate(rules.queues) if name in names and rules.rank[group, q] >= 0]
        turns = sum(float(self.load.turns[q].sum()) for q in queues)
        spent = sum(float(agent_time(self.load, rules, group, q).sum()) for q in queues)
        return turns / (spent / HOUR_MS) if spent > 0 else np.inf

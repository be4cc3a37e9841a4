"""The bench a plan is tried on: the same replications for every plan, played and counted with little else.

Comes in: workloads drawn once, rules, goals; then one headcount after another. Goes out: each goal's counts by
replication and interval, and the work left waiting. Left out: what to make of them (``aims``).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.engine.simulate import EngineName, play
from careplan.executor import Workers
from careplan.metrics.counting import goal_counts
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.metrics.service import case_cells
from careplan.planning.grid import Grid
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

_KEPT = 64
"""How many answers are remembered: the search comes back to its latest plans."""

_QUICK = 1_000
"""Turns that are played in less than a millisecond, about."""


@dataclass(frozen=True, eq=False)
class World:
    """What plans are made for: how customers and agents behave, when, and what is promised.

    ``goals`` are those that need a simulation; cover is arithmetic (``limits``). ``absent`` cuts the absences of a
    replication out of a roster; None where nobody is ever absent.
    """

    rules: Rules
    grid: Grid
    periods: Periods
    goals: tuple[Goal, ...]
    until: int
    absent: Callable[[Roster, int], Roster] | None = None
    engine: EngineName | None = None

    def roster(self, headcount: IntArray, replication: int = 0) -> Roster:
        """Return who is on duty in one replication; headcount has shape (n_groups, n_intervals)."""
        roster = self.grid.roster(self.rules.groups, headcount)
        return roster if self.absent is None else self.absent(roster, replication)

    def play(self, workload: Workload, roster: Roster) -> Trace:
        """Return what happens."""
        return play(workload, roster, self.rules, until=self.until, engine=self.engine)


@dataclass(frozen=True, eq=False)
class Counts:
    """What a headcount came to.

    ``numerator`` and ``denominator``: int64, shape (n_goals, n_replications, n_intervals), see
    :func:`careplan.metrics.counting.goal_counts`. ``waiting_ms``: work of the turns waiting at the start and at the
    end of the horizon, float64, shape (n_replications, 2).
    """

    numerator: IntArray
    denominator: IntArray
    waiting_ms: FloatArray

    def first(self, n: int) -> Counts:
        """Return those of the first n replications."""
        return Counts(self.numerator[:, :n], self.denominator[:, :n], self.waiting_ms[:n])

    def and_(self, others: Counts) -> Counts:
        """Return these and those of further replications."""
        return Counts(
            np.concatenate([self.numerator, others.numerator], axis=1),
            np.concatenate([self.denominator, others.denominator], axis=1),
            np.concatenate([self.waiting_ms, others.waiting_ms]),
        )

    def with_some(self, which: IntArray, some: Counts) -> Counts:
        """Return the same with other counts of some replications."""
        found = Counts(self.numerator.copy(), self.denominator.copy(), self.waiting_ms.copy())
        found.numerator[:, which], found.denominator[:, which] = some.numerator, some.denominator
        found.waiting_ms[which] = some.waiting_ms
        return found


@dataclass(eq=False)
class Bench:
    """Replications to try headcounts on, drawn once: every plan meets the same customers."""

    world: World
    workloads: Sequence[Workload]
    replications: Sequence[int]
    workers: Workers
    n_played: int = 0
    """Replications played so far."""
    _known: OrderedDict[bytes, Counts] = field(default_factory=OrderedDict)

    @cached_property
    def _cells(self) -> list[IntArray | None]:
        """The cell of every case, where it is the same in every run."""
        return [None if w.has_children else case_cells(w, w.arrived_at, self.world.periods) for w in self.workloads]

    @cached_property
    def _is_quick(self) -> bool:
        """Whether a play takes less time than to hand it to a thread."""
        return max((w.n_turns for w in self.workloads), default=0) < _QUICK

    @cached_property
    def _turn_case(self) -> list[IntArray | None]:
        return [
            None if w.n_turns == w.n_cases else np.repeat(np.arange(w.n_cases), np.diff(w.turn_start))
            for w in self.workloads
        ]

    @cached_property
    def work_ms(self) -> float:
        """Work of the first contacts that arrive in the horizon, all turns, mean over the replications, ms."""
        total = 0.0
        for w in self.workloads:
            inside = (w.arrived_at >= self.world.periods.begin) & (w.arrived_at < self.world.periods.end)
            inside &= ~w.is_child
            path = np.concatenate(([0], np.cumsum(w.work_ms)))
            total += float((path[w.turn_start[1:]] - path[w.turn_start[:-1]])[inside].sum())
        return total / max(1, len(self.workloads))

    def some(self, which: IntArray, world: World) -> Bench:
        """Return a bench of some of the replications, by their positions, in a world whose plans may be other ones."""
        workloads = [self.workloads[i] for i in which]
        return Bench(world, workloads, [self.replications[i] for i in which], self.workers)

    def grown(self, n: int, workloads: Sequence[Workload], replications: Sequence[int], plan: IntArray) -> Bench:
        """Return a bench of the first n replications and others. What the plan comes to is known there; of the first n
        it is not played again.
        """
        others = Bench(self.world, workloads, replications, self.workers)
        found = replace(
            self,
            workloads=[*self.workloads[:n], *workloads],
            replications=[*self.replications[:n], *replications],
            n_played=0,
            _known=OrderedDict(),
        )
        found._known[_key(plan)] = self(plan).first(n).and_(others(plan))
        found.n_played = others.n_played
        return found

    def __call__(self, headcount: IntArray) -> Counts:
        """Play all replications and count; shape of ``headcount`` (n_groups, n_intervals)."""
        key = _key(headcount)
        found = self._known.get(key)
        if found is None:
            found = self._count(headcount)
            self._known[key] = found
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return found

    def traces(self, headcount: IntArray) -> list[Trace]:
        """Return the traces of all replications."""
        self.n_played += len(self.workloads)
        return self.workers.map(lambda i: self._play(headcount, i)[1], range(len(self.workloads)))

    def _play(self, headcount: IntArray, i: int) -> tuple[Roster, Trace]:
        roster = self.world.roster(headcount, self.replications[i])
        return roster, self.world.play(self.workloads[i], roster)

    def _count(self, headcount: IntArray) -> Counts:
        world = self.world
        shared = None if world.absent is not None else world.roster(headcount)

        def one(i: int) -> tuple[list[IntArray], list[IntArray], tuple[float, float]]:
            workload = self.workloads[i]
            roster = world.roster(headcount, self.replications[i]) if shared is None else shared
            trace = world.play(workload, roster)
            top, bottom = [], []
            for goal in world.goals:
                found = goal_counts(goal, workload, trace, world.rules, roster, world.periods, cells=self._cells[i])
                top.append(found.numerator.sum(axis=0))
                bottom.append(found.denominator.sum(axis=0))
            edges = world.periods.begin, world.periods.end
            left = waiting_work_ms(workload, trace, edges, self._turn_case[i])
            return top, bottom, (left[0], left[1])

        runs = self.workers.map(one, range(len(self.workloads)), is_quick=self._is_quick)
        self.n_played += len(runs)
        shape = (len(runs), len(world.goals), world.periods.n_intervals)
        return Counts(
            np.array([run[0] for run in runs], dtype=np.int64).reshape(shape).swapaxes(0, 1),
            np.array([run[1] for run in runs], dtype=np.int64).reshape(shape).swapaxes(0, 1),
            np.array([run[2] for run in runs], dtype=np.float64),
        )


def _key(plan: IntArray) -> bytes:
    """What a plan is known by."""
    return np.ascontiguousarray(plan, dtype=np.int64).tobytes()


def waiting_work_ms(
    workload: Workload, trace: Trace, instants: Sequence[int], turn_case: IntArray | None = None
) -> list[float]:
    """Return the work of the turns that wait just before each instant, ms.

    ``turn_case`` is the case of every turn, None where each case has one turn.
    """
    if turn_case is None and workload.n_turns != workload.n_cases:
        turn_case = np.repeat(np.arange(workload.n_cases), np.diff(workload.turn_start))
    return [float(workload.work_ms[waiting_turns(workload, trace, at, turn_case)].sum()) for at in instants]


def waiting_turns(workload: Workload, trace: Trace, at: int, turn_case: IntArray | None = None) -> BoolArray:
    """Return which turns wait just before an instant; ``turn_case`` as in :func:`waiting_work_ms`."""
    ended = trace.case_ended_at if turn_case is None else trace.case_ended_at[turn_case]
    waits = (trace.turn_queued_at >= 0) & (trace.turn_queued_at < at)
    waits &= (trace.turn_started_at < 0) | (trace.turn_started_at >= at)
    # A first turn that nobody started, of a case that was abandoned or expired by then.
    waits &= (ended < 0) | (ended >= at)
    return waits

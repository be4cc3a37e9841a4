"""A plan on trial: played for the same customers with more or less work.

Comes in: a headcount, workloads, factors of their work. Goes out: how far its targets are from being missed, whether
the week keeps up, and what the work takes of its agents. Left out: which factors to try (``why_trials``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.executor import Workers
from careplan.metrics.controls import Controls
from careplan.metrics.counting import goal_counts
from careplan.metrics.load import multiple_of, seats_of
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import World, waiting_turns
from careplan.planning.why_worlds import with_work
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

_MISSING = 0.002
"""Cases by which targets over several periods may be missed in all and still count as met: our choice."""


@dataclass(frozen=True, eq=False)
class Customers:
    """The workloads of a world, and how lucky each was; None where there are too few to make anything of it."""

    workloads: Sequence[Workload]
    replications: Sequence[int]
    controls: Controls | None

    def steadied(self, values: FloatArray) -> FloatArray:
        """Return values, shape (n, …), with what the luck of the draw explains taken out.

        Their mean is the estimate, their spread (as if nothing had been fitted) its error.
        """
        if self.controls is None:
            return values
        n, q = self.controls.values.shape
        table = values.reshape(n, -1).astype(np.float64)
        design = np.column_stack([np.ones(n), self.controls.values])
        fit = np.linalg.lstsq(design, table, rcond=None)[0]
        rest = (table - design @ fit) * math.sqrt((n - 1) / (n - 1 - q))
        return np.asarray(fit[0] + rest).reshape(values.shape)


@dataclass(eq=False)
class Played:
    """What one factor of the work came to in one world; figures steadied."""

    slack: list[FloatArray]
    """For each goal in the mean by replication and period, cases; with a confidence: single periods that meet it, less
    those that have to, by replication."""
    size: list[FloatArray]
    """The cases, or single periods, of each goal in all, by replication."""
    drift_ms: FloatArray
    """Work waiting at the end less work waiting at the start, by replication and part."""
    work_ms: FloatArray
    """Agent time of the turns that began in the horizon, at the best pace, by replication and part."""
    hold_ms: FloatArray
    """Agent time of the room kept while customers thought, by replication and part."""


@dataclass(eq=False)
class Desk:
    """A plan on trial: who is on duty, for whom, and how it hangs together."""

    world: World
    headcount: IntArray
    workers: Workers
    part_of_group: IntArray
    part_of_goal: IntArray
    part_of_queue: IntArray
    may_leave_ms: FloatArray = field(default_factory=lambda: np.zeros(0))
    """Work waiting at the end beyond that at the start that still counts as keeping up, by part."""

    @property
    def n_parts(self) -> int:
        """How many parts have nothing to do with one another."""
        return int(max(p.max(initial=0) for p in (self.part_of_group, self.part_of_goal, self.part_of_queue))) + 1

    def play(self, customers: Customers, factors: FloatArray) -> Played:
        """Play the plan with the work of each part so many times as long, shape (n_parts,)."""
        world = self.world
        periods, goals = world.periods, world.goals
        by_queue = factors[self.part_of_queue]

        def one(i: int) -> tuple[list[tuple[FloatArray, float]], FloatArray, FloatArray, FloatArray]:
            workload = with_work(customers.workloads[i], by_queue)
            roster = world.roster(self.headcount, customers.replications[i])
            trace = world.play(workload, roster)
            counts = [goal_counts(g, workload, trace, world.rules, roster, periods) for g in goals]
            sums = [
                (periods.sums(c.numerator.sum(axis=0), g.over), periods.sums(c.denominator.sum(axis=0), g.over))
                for c, g in zip(counts, goals, strict=True)
            ]
            slack = [_slack(g, *pair) for g, pair in zip(goals, sums, strict=True)]
            return slack, self._drift(workload, trace), *self._agent_time(workload, trace, roster)

        runs = self.workers.map(one, range(len(customers.workloads)))
        return Played(
            [customers.steadied(np.stack([run[0][k][0] for run in runs])) for k in range(len(goals))],
            [customers.steadied(np.array([run[0][k][1] for run in runs])) for k in range(len(goals))],
            customers.steadied(np.stack([run[1] for run in runs])),
            customers.steadied(np.stack([run[2] for run in runs])),
            customers.steadied(np.stack([run[3] for run in runs])),
        )

    def _drift(self, workload: Workload, trace: Trace) -> FloatArray:
        turn_case = None
        if workload.n_turns != workload.n_cases:
            turn_case = np.repeat(np.arange(workload.n_cases), np.diff(workload.turn_start))
        part = self.part_of_queue[workload.turn_queue_ix]
        edges = (self.world.periods.begin, self.world.periods.end)
        start, end = (
            np.bincount(part[waits], workload.work_ms[waits], self.n_parts)
            for waits in (waiting_turns(workload, trace, at, turn_case) for at in edges)
        )
        return np.asarray(end - start)

    def _agent_time(self, workload: Workload, trace: Trace, roster: Roster) -> tuple[FloatArray, FloatArray]:
        """Agent time of what was begun in the horizon, by part: work ÷ speed ÷ best multiple, and room kept."""
        rules, periods = self.world.rules, self.world.periods
        row = np.flatnonzero((trace.turn_started_at >= periods.begin) & (trace.turn_started_at < periods.end))
        queue, group = workload.turn_queue_ix[row], roster.agent_group[trace.turn_agent_ix[row]]
        amount = workload.work_ms[row].astype(np.float64)
        if workload.n_bot_slots:
            case = np.searchsorted(workload.turn_start, row, side="right") - 1
            slot = trace.case_bot_slot[case].astype(np.int64)
            amount = np.where(slot >= 0, workload.work_after_bot_ms[row, np.maximum(slot, 0)], amount)
        shape = rules.rank.shape
        multiple, seats = (
            np.array([[of(rules, g, q) for q in range(shape[1])] for g in range(shape[0])])
            for of in (multiple_of, seats_of)
        )
        amount /= rules.speed[group, queue] / 1000 * multiple[group, queue]
        kept = np.where(trace.turn_held_until[row] >= 0, trace.turn_held_until[row] - trace.turn_ended_at[row], 0)
        kept = kept * (rules.hold[queue] / 1000) / seats[group, queue]
        part = self.part_of_group[group]
        work, hold = (np.bincount(part, ms, self.n_parts).astype(np.float64) for ms in (amount, kept))
        return work, hold

    def margins(self, played: Played, part: int, weights: FloatArray) -> FloatArray:
        """Return how far a part's targets are from being missed, in shares, for each resample; below 0: missed.

        ``weights``: how often each replication is drawn, shape (n_resamples, n_replications).
        """
        found = [np.full(len(weights), np.inf)]
        for k in range(len(self.world.goals)):
            if self.part_of_goal[k] == part:
                slack, size = weights @ played.slack[k], np.maximum(weights @ played.size[k], 1e-9)
                if slack.shape[1] == 1:
                    found.append(slack[:, 0] / size)
                else:
                    found.append(_MISSING - np.maximum(-slack, 0.0).sum(axis=1) / size)
        return np.asarray(np.min(found, axis=0))

    def keeps_up(self, played: Played, part: int) -> float:
        """Return how far a part's week is from leaving work to the next, ms; below 0: it does."""
        return float(self.may_leave_ms[part] - played.drift_ms[:, part].mean())


def _slack(goal: Goal, top: IntArray, bottom: IntArray) -> tuple[FloatArray, float]:
    """By how much one replication is better than a goal asks, by period (one for a goal with a confidence), and its
    size."""
    if goal.confidence is not None:
        there = int((bottom > 0).sum())
        met = int(((bottom > 0) & goal.is_met_by(top / np.maximum(bottom, 1))).sum())
        return np.array([met - goal.confidence * there]), float(there)
    slack = (top - goal.share * bottom) * (-1.0 if goal.is_at_most else 1.0)
    return np.asarray(slack, dtype=np.float64), float(bottom.sum())

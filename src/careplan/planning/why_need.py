"""How much of the need is work, how much is luck: a plan's hours in steps from the work itself to what is paid.

Comes in: a plan's headcount, and its customers in four worlds. Goes out: :class:`Need`. Left out: words.

The measure is one number for a world: by what factor the handle times could grow until the plan's own headcount just
meets its targets there. A headcount that could do 1.10 times the work in a calmer world is a tenth larger than that
world needs. So the need of a world is hours on duty × A(1) ÷ A(f), where A(f) is the agent time the work takes at f
times its length (rooms kept for customers who think do not grow). The shape of the headcount stays the plan's: a plan
made for the calmer world alone could do with less, so that what is called luck here is a little too small.

How much work a replication happens to bring moves its figures most, and is known in the mean; it is taken out by
regression (control variates, see ``metrics.controls``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.executor import Workers
from careplan.metrics.controls import Controls
from careplan.metrics.load import multiple_of, seats_of
from careplan.metrics.scorecard import Goal, goal_counts
from careplan.metrics.uncertainty import CONFIDENCE, Estimate
from careplan.planning.bench import World, waiting_turns
from careplan.planning.why_worlds import with_work
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS
from careplan.workload.tables import Workload

_MISSING = 0.002
"""Cases by which targets over several periods may be missed in all and still count as met: our choice."""
_DRIFT = 0.0025
"""Work a horizon may leave over beyond what the plan leaves in its own world, as a share of its work: our choice."""
_FIRST_STEP, _MOST_TRIES, _CLOSE = 0.04, 12, 0.01
_LEAST, _MOST = 0.05, 20.0
"""Factors that are tried at most."""
_RESAMPLES = 400

STEPS: dict[str, str] = {
    "work": "the work itself, at the best pace",
    "shape": "whole agents and spells, hours the work does not fill",
    "within_day": "luck within the day",
    "busy_days": "busy days and bursts",
    "spare": "more than the targets just take",
    "shrinkage": "shrinkage: paid, not on duty",
}
"""The steps from the work to the paid hours, in their order; they add up."""


@dataclass(frozen=True, eq=False)
class Need:
    """Hours a week by step. The steps add up to the paid hours exactly, whatever their intervals."""

    hours: dict[str, Estimate]
    """By the names of ``STEPS``; bootstrap intervals over the replications, none for what is arithmetic."""
    luck: Estimate
    """``within_day`` + ``busy_days`` as a share of the hours on duty; NaN where no target is simulated."""
    on_duty: float
    paid: float
    factors: dict[str, tuple[float, ...]]
    """World → for each part of the desk the factor of its work at which its targets are just met; NaN: none found."""
    replications: dict[str, int]
    """Of each world."""


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
class Trials:
    """Factors tried for one part in one world."""

    margins: dict[float, FloatArray] = field(default_factory=dict)
    """Factor → how far its targets are from being missed, in every resample; the first is that of all replications."""
    keeps_up: dict[float, float] = field(default_factory=dict)
    """Factor → how far the week is from leaving work to the next, of all replications: of a resample it would be mostly
    noise."""

    def note(self, factor: float, margins: FloatArray, keeps_up: float) -> None:
        """Keep what came of a factor."""
        self.margins[factor], self.keeps_up[factor] = margins, keeps_up

    def is_met(self, factor: float) -> bool:
        """Whether the targets are met and the week keeps up."""
        return bool(self.margins[factor][0] >= 0) and self.keeps_up[factor] >= 0

    def sides(self) -> tuple[float | None, float | None]:
        """Return the largest factor from below at which all is met, and the next at which it is not."""
        low = None
        for factor in sorted(self.margins):
            if not self.is_met(factor):
                return low, factor
            low = factor
        return low, None

    def next(self, start: float) -> float | None:
        """Return the factor to try next; None when it is known well enough."""
        if not self.margins:
            return start
        low, high = self.sides()
        step = _FIRST_STEP * 2 ** (len(self.margins) - 1)
        if high is None:
            assert low is not None
            return None if low >= _MOST else min(low * (1 + step), _MOST)
        if low is None:
            return None if high <= _LEAST else max(high / (1 + step), _LEAST)
        if high / low - 1 <= _CLOSE:
            return None
        above, below = float(self.margins[low][0]), float(self.margins[high][0])
        weight = above / (above - below) if below < 0 else 0.5
        return low + min(max(weight, 0.2), 0.8) * (high - low)

    def roots(self) -> FloatArray:
        """Return for every resample the largest factor at which all is met, between those tried or a little beyond."""
        factors = np.array(sorted(self.margins))
        margins = np.stack([self.margins[f] for f in factors.tolist()], axis=1)
        keeps_up = np.array([self.keeps_up[f] for f in factors.tolist()])
        low, high = self.sides()
        if high is None:  # nothing that was tried is too much: the need is that, or less
            return np.full(len(margins), factors[-1])
        if low is None:
            return np.full(len(margins), np.nan)
        most = float(_crossing(factors, keeps_up[None])[0]) if (keeps_up < 0).any() else np.inf
        return np.asarray(np.minimum(_crossing(factors, margins), most))


def _crossing(factors: FloatArray, margins: FloatArray) -> FloatArray:
    """Where margins first fall below 0, by straight lines; shapes (n_factors,), (n, n_factors) → (n,)."""
    is_met = margins >= 0
    right = np.where(is_met.all(axis=1), len(factors) - 1, np.maximum(np.argmin(is_met, axis=1), 1))
    rows = np.arange(len(margins))
    a, b = margins[rows, right - 1], margins[rows, right]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(a > b, a / (a - b), np.where(a >= 0, 1.0, 0.0))
    root = factors[right - 1] + weight * (factors[right] - factors[right - 1])
    return np.asarray(np.clip(root, 0.95 * factors[0], 1.05 * factors[-1]))


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


def need_of(
    desk: Desk,
    worlds: dict[str, Customers],
    *,
    on_duty: FloatArray,
    paid: float,
    weeks: float,
    seed: int = 0,
    tell: Callable[[float], None] = lambda fraction: None,
) -> Need:
    """Return a plan's hours in steps.

    Parameters
    ----------
    desk
        The plan.
    worlds
        The customers as they are (``"full"``), with every day as busy as its mean (``"even days"``), and without luck
        (``"clockwork"``). A world that is the one before (the same object) costs nothing.
    on_duty
        Hours on duty by part, over the horizon, shape (n_parts,).
    paid
        Paid hours over the horizon.
    weeks
        Length of the horizon.
    seed
        Of the bootstrap.
    tell
        Called with the fraction done.
    """
    rng = np.random.default_rng(seed)
    has_goal = np.isin(np.arange(desk.n_parts), desk.part_of_goal)
    base = desk.play(worlds["full"], np.ones(desk.n_parts))
    desk.may_leave_ms = np.maximum(base.drift_ms.mean(axis=0), 0.0) + _DRIFT * base.work_ms.mean(axis=0)
    factors: dict[str, FloatArray] = {}
    start = np.ones(desk.n_parts)
    for number, (name, customers) in enumerate(worlds.items()):
        same = next((other for other in factors if worlds[other] is customers), None)
        if same is not None:
            factors[name] = factors[same]
            continue
        weights = _resampled(len(customers.workloads), rng)
        if name == "full":
            work, hold = ((weights @ t) / weights.sum(axis=1)[:, None] for t in (base.work_ms, base.hold_ms))
        factors[name] = _factors(
            desk,
            customers,
            weights,
            start,
            has_goal,
            base if name == "full" else None,
            lambda part, at=number: tell((at + part) / len(worlds)),  # type: ignore[misc]
        )
        start = np.where(np.isfinite(factors[name][0]), factors[name][0], 1.0)
    needed = {
        name: np.where(has_goal, on_duty * (work + hold) / (roots * work + hold), on_duty).sum(axis=1) / weeks
        for name, roots in factors.items()
    }
    served = (work + hold).sum(axis=1) / HOUR_MS / weeks
    duty = float(on_duty.sum()) / weeks
    steps = {
        "work": served,
        "shape": needed["clockwork"] - served,
        "within_day": needed["even days"] - needed["clockwork"],
        "busy_days": needed["full"] - needed["even days"],
        "spare": duty - needed["full"],
    }
    n = len(worlds["full"].workloads)
    figures = {name: _estimate(values, n) for name, values in steps.items()}
    figures["shrinkage"] = Estimate(paid / weeks - duty, None, None, n)
    luck = needed["full"] - needed["clockwork"] if has_goal.any() and duty else np.full(len(served), np.nan)
    return Need(
        figures,
        _estimate(luck / max(duty, 1e-12), n),
        duty,
        paid / weeks,
        {name: tuple(table[0].tolist()) for name, table in factors.items()},
        {name: len(customers.workloads) for name, customers in worlds.items()},
    )


def _resampled(n: int, rng: np.random.Generator) -> FloatArray:
    """How often each replication counts: once; then in each of the bootstrap's draws."""
    weights = np.ones((_RESAMPLES + 1, n))
    weights[1:] = [np.bincount(row, minlength=n) for row in rng.integers(0, n, (_RESAMPLES, n))]
    return weights


def _factors(
    desk: Desk,
    customers: Customers,
    weights: FloatArray,
    start: FloatArray,
    has_goal: BoolArray,
    base: Played | None,
    tell: Callable[[float], None],
) -> FloatArray:
    """The factor at which each part's targets are just met in a world, by resample, shape (n_resamples, n_parts)."""
    trials = [Trials() for _ in range(desk.n_parts)]
    for attempt in range(_MOST_TRIES):
        wished = [t.next(float(start[p])) if has_goal[p] else None for p, t in enumerate(trials)]
        if all(wish is None for wish in wished):
            break
        tries = np.array([float(start[p]) if wish is None else wish for p, wish in enumerate(wished)])
        played = base if base is not None and (tries == 1).all() else desk.play(customers, tries)
        for part, wish in enumerate(wished):
            if wish is not None:
                trials[part].note(wish, desk.margins(played, part, weights), desk.keeps_up(played, part))
        tell((attempt + 1) / _MOST_TRIES)
    return np.stack([t.roots() if t.margins else np.full(len(weights), np.nan) for t in trials], axis=1)


def _estimate(values: FloatArray, n: int) -> Estimate:
    """The first value, with the bootstrap's percentile interval from the others."""
    if not np.isfinite(values[0]):
        return Estimate(math.nan, None, None, n)
    rest = values[1:][np.isfinite(values[1:])]
    if n < 2 or not len(rest):
        return Estimate(float(values[0]), None, None, n)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(rest, [tail, 1 - tail])
    return Estimate(float(values[0]), float(low), float(high), n)

"""Heads that hold a promise in some hours: the fewest at once in each block of hours, by simulation.

Comes in: a :class:`Desk` (scenario, group, promise, blocks of hours) and which blocks have people. Goes out: heads by
block, rosters, what was answered. Left out: which hours and which ways are compared, money (``price_curve``).

A block is a part of the day (night, morning, day, evening) in the hours that a step adds to the one before; it has the
same number of heads throughout (our choice: a price list, not the last hour saved; careplan staff and careplan shifts
plan finer). Heads are raised until in every block with people so many as promised of the
cases that come in it are answered in time; then each block, the dearest first, gives back what it can; then a head is
moved from a dearer block to a cheaper one, until neither helps. All on the same customers, with one standard
error to spare. It is a good answer, not proven to be the cheapest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from careplan.clock import WeekHours, Window, cut, merge_windows, outside
from careplan.columns import BoolArray, FloatArray
from careplan.costing.pay import priced_for_plans
from careplan.engine.rules import rules_of
from careplan.engine.simulate import EngineName, simulate
from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.metrics.clocks import WALL, Clock, answered_at, counted
from careplan.metrics.scorecard import Goal
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.staffing import as_written, pauses_of, with_absence
from careplan.study.replicate import engine_of
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS, WEEK_MS
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

PARTS = {
    "night": (22 * 60, 30 * 60),
    "morning": (6 * 60, 9 * 60),
    "day": (9 * 60, 17 * 60),
    "evening": (17 * 60, 22 * 60),
}
"""Parts of a day by the wall clock, in minutes after midnight: our choice."""
NEIGHBOURS = {"night": "morning", "morning": "day", "day": "evening", "evening": "day"}
SHORTEST = 2 * HOUR_MS
"""A part that is never longer is none of its own: our choice."""
MOST_HEADS = 2000
"""At once in a block; more are not tried."""


@dataclass(frozen=True)
class Block:
    """A part of the day in the hours that a step adds to the one before."""

    step: int
    name: str
    windows: tuple[Window, ...]
    """Of the whole run, ms."""


@dataclass(frozen=True, eq=False)
class Desk:
    """One scenario, one group, one promise, and the hours of the steps cut into blocks."""

    scenario: Scenario
    group: str
    goal: Goal
    steps: tuple[str, ...]
    blocks: tuple[Block, ...]

    @cached_property
    def clock(self) -> Clock:
        """By the wall, since the first message; a bot's answer counts as the promise says."""
        return replace(WALL, bot_counts=self.goal.clock.bot_counts)

    @cached_property
    def others(self) -> tuple[Sequence[tuple[str, int, int, int]], Sequence[tuple[str, int, int, int]]]:
        """Spells of the other groups, as written, and their paid breaks."""
        if len(self.scenario.groups) == 1:
            return (), ()
        roster = as_written(self.scenario)
        names = [name.rsplit("-", 1) for name in roster.agent_names]
        rows = zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True)
        spells, pauses = (
            [(names[k][0], int(names[k][1]), a, b) for k, a, b in windows if names[k][0] != self.group]
            for windows in (rows, pauses_of(roster))
        )
        return spells, pauses

    def roster(self, heads: Sequence[int]) -> Roster:
        """Return the roster with so many heads in each block, and the other groups as written."""
        others, pauses = self.others
        spells = list(others)
        for ordinal in range(1, max(heads, default=0) + 1):
            theirs = [w for block, n in zip(self.blocks, heads, strict=True) if n >= ordinal for w in block.windows]
            spells += [(self.group, ordinal, a, b) for a, b in merge_windows(theirs)]
        return Roster.from_spells(spells, tuple(self.scenario.groups), pauses=pauses)

    @cached_property
    def measured(self) -> tuple[tuple[Window, ...], ...]:
        """The windows of each block within the horizon."""
        clock = self.scenario.clock
        return tuple(cut(block.windows, clock.horizon_from, clock.horizon_to) for block in self.blocks)

    @cached_property
    def hours_a_week(self) -> tuple[float, ...]:
        """Hours of each block, scaled to a week."""
        clock = self.scenario.clock
        weeks = (clock.horizon_to - clock.horizon_from) / WEEK_MS
        return tuple(sum(b - a for a, b in windows) / HOUR_MS / weeks for windows in self.measured)

    @cached_property
    def prices(self) -> tuple[float, ...]:
        """What one head in each block costs over the horizon, by the one wage function."""
        pay = priced_for_plans(self.scenario)[self.group]
        return tuple(float(pay.price(windows).total) for windows in self.measured)

    def cases(self, workload: Workload, trace: Trace) -> BoolArray:
        """Return which cases count: of the promise's queues, in the horizon, in need of a reply."""
        clock, goal = self.scenario.clock, self.goal
        rows = [row for row, name in enumerate(workload.queues) if not goal.queues or name in goal.queues]
        came = trace.case_arrived_at
        mine = counted(workload, trace) & np.isin(workload.queue_ix, rows)
        return np.asarray(mine & (came >= clock.horizon_from) & (came < clock.horizon_to))

    def counts(self, workload: Workload, trace: Trace) -> FloatArray:
        """Return cases in time and all cases that count: a row for each block, one for all other hours; shape
        (n_blocks + 1, 2).
        """
        mine, came = self.cases(workload, trace), trace.case_arrived_at
        at = answered_at(workload, trace, rules_of(self.scenario), self.clock)
        in_time = mine & (at >= 0) & (at - came <= self.goal.threshold_ms)
        where = np.full(len(came), len(self.blocks))
        for number, block in enumerate(self.blocks):
            edges = np.array([x for window in block.windows for x in window], dtype=np.int64)
            where[np.searchsorted(edges, came, side="right") % 2 == 1] = number
        n = len(self.blocks) + 1
        return np.stack([np.bincount(where[rows], minlength=n)[:n] for rows in (in_time, mine)], axis=1).astype(
            np.float64
        )


class Trials:
    """The same customers on staffing after staffing: workloads of one world, drawn once."""

    def __init__(
        self,
        desk: Desk,
        world: Scenario,
        seed: int,
        numbers: Sequence[int],
        workers: Workers,
        engine: EngineName | None = None,
    ) -> None:
        self.engine = engine_of(world, engine)
        self.desk, self.world, self.seed, self.workers = desk, world, seed, workers
        self.rules = rules_of(world)
        drawn = workers.map(lambda number: sample(world, seed=seed, replication=number), numbers)
        self.cases = list(zip(numbers, drawn, strict=True))
        self.done: dict[tuple[int, ...], FloatArray] = {}

    def __call__(self, heads: Sequence[int]) -> FloatArray:
        """Return counts by replication, shape (n, n_blocks + 1, 2)."""
        key = tuple(heads)
        if key not in self.done:
            roster = self.desk.roster(heads)

            def one(case: tuple[int, Workload]) -> FloatArray:
                number, workload = case
                on_duty = with_absence(roster, self.world, seed=self.seed, replication=number)
                trace = simulate(workload, on_duty, self.rules, until=self.world.clock.end, engine=self.engine)
                return self.desk.counts(workload, trace)

            self.done[key] = np.array(self.workers.map(one, self.cases))
        return self.done[key]


def fewest_heads(trials: Trials, least: Mapping[int, int], first: Sequence[int] = ()) -> tuple[int, ...]:
    """Return the fewest heads at once in each block with which the promise holds in the blocks with people.

    Parameters
    ----------
    trials
        What is played.
    least
        Block with people → the fewest heads it may have. Other blocks have none.
    first
        Where to begin; empty: at the fewest.

    Raises
    ------
    InfeasibleError
        If no number of heads holds the promise in some block: names it, with the best that can be had.
    """
    desk = trials.desk
    share, prices = desk.goal.share, desk.prices

    def below(heads: Sequence[int]) -> list[int]:
        """The blocks in which the promise does not hold."""
        counts = trials(heads)
        return [k for k in least if not _is_held(counts[:, k, 0], counts[:, k, 1], share)]

    heads = [max(least.get(k, 0), first[k] if k in least and first else 0) for k in range(len(desk.blocks))]
    while missing := below(heads):
        if max(heads) > MOST_HEADS:
            raise InfeasibleError(_out_of_reach(desk, trials, missing, heads))
        for k in missing:
            heads[k] = max(heads[k] + 1, round(heads[k] * 1.3))

    def trimmed(heads: Sequence[int]) -> list[int]:
        """Fewer heads in block after block, the dearest first, until none can spare one."""
        heads = list(heads)
        while True:
            before = tuple(heads)
            for k in sorted(least, key=lambda k: -prices[k]):
                low, high = least[k] - 1, heads[k]
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if below([*heads[:k], middle, *heads[k + 1 :]]) else (low, middle)
                heads[k] = high
            if tuple(heads) == before:
                return heads

    def cheaper(heads: Sequence[int]) -> list[int] | None:
        """One head moved from a dearer block to a cheaper one, where the promise bears it."""
        for dear in sorted(least, key=lambda k: -prices[k]):
            for cheap in least if heads[dear] > least[dear] else ():
                if prices[cheap] < prices[dear]:
                    moved = list(heads)
                    moved[dear], moved[cheap] = moved[dear] - 1, moved[cheap] + 1
                    if not below(moved):
                        return moved
        return None

    heads = trimmed(heads)
    while (moved := cheaper(heads)) is not None:
        heads = trimmed(moved)
    return tuple(heads)


def _is_held(in_time: FloatArray, cases: FloatArray, share: float) -> bool:
    """Whether a share is reached with a standard error to spare, so that other customers find it reached too."""
    n, every = len(cases), cases.sum()
    if every == 0:
        return True
    reached = in_time.sum() / every
    error = np.sqrt(((in_time - reached * cases) ** 2).sum() / (n * (n - 1))) * n / every if n > 1 else 0.0
    return bool(reached - error >= share)


def _out_of_reach(desk: Desk, trials: Trials, missing: Sequence[int], heads: Sequence[int]) -> str:
    counts = trials(heads).sum(axis=0)
    worst = min(missing, key=lambda k: counts[k, 0] / max(counts[k, 1], 1))
    reached = 100 * counts[worst, 0] / max(counts[worst, 1], 1)
    return (
        f'"{desk.goal.name}" cannot be held in "{desk.blocks[worst].name}": with {heads[worst]} heads at once '
        f"{reached:.1f} % are answered in time, {100 * desk.goal.share:g} % are promised. The work itself takes "
        "too long; expected a longer time or a smaller share in the target"
    )


def blocks_of(scenario: Scenario, step: int, name: str, windows: Sequence[Window]) -> list[Block]:
    """Return the hours that a step adds, by part of the day.

    Parts without any are left out; one that never lasts two hours goes with the next (the evening with the day): nobody
    comes for an hour.
    """
    found: dict[str, tuple[Window, ...]] = {}
    for part, hours in PARTS.items():
        others = outside(windows, scenario.clock.open_windows(WeekHours(((hours,),) * 7)))
        if theirs := outside(windows, others):
            found[part] = theirs
    for part in PARTS:
        beside = NEIGHBOURS[part]
        if part in found and beside in found and max(b - a for a, b in found[part]) < SHORTEST:
            found[beside] = merge_windows((*found.pop(part), *found[beside]))
    return [Block(step, f"{name}, {part}", theirs) for part, theirs in found.items()]


def hours_as_dates(scenario: Scenario, windows: Sequence[Window]) -> WeekHours:
    """Return windows of the run as hours of single dates, by the wall clock; closed on all other days."""
    clock, dates = scenario.clock, []
    for number, day in enumerate(clock.days):
        begin, end = clock.midnights[number], clock.midnights[number + 1]
        ranges = []
        for a, b in cut(windows, begin, end):
            opens, closes = clock.local(a), clock.local(b)
            until = 24 * 60 if b == end else closes.hour * 60 + closes.minute
            ranges.append((opens.hour * 60 + opens.minute, until))
        dates.append((day, tuple(ranges)))
    return WeekHours(((),) * 7, (), tuple(dates))

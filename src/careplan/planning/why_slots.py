"""The hours of the week, and which of them are changed in one run.

Comes in: measured intervals, a bench, limits. Goes out: :class:`Slots` and :class:`Design`. Left out: playing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import LOCAL
from careplan.planning.bench import Bench
from careplan.planning.effort import LONG_TAIL_MS, TAIL_MS
from careplan.planning.limits import Limits
from careplan.units import DAYS, HOUR_MS


@dataclass(frozen=True, eq=False)
class Slots:
    """The hours of the week that the horizon has, in its order, and the intervals each is made of."""

    hour_of_week: IntArray
    """0 (Monday, midnight) to 167, shape (n_slots,)."""
    of_interval: IntArray
    """The slot of every interval, shape (n_intervals,)."""
    first: tuple[IntArray, ...]
    """For each slot, the interval each of its occurrences begins with (one a week)."""

    @classmethod
    def of(cls, periods: Periods) -> Slots:
        """Return the hours of some measured intervals."""
        hours, first_at = np.unique(periods.hour_of_week, return_index=True)
        hours = hours[np.argsort(first_at)]
        number = np.full(168, -1, dtype=np.int64)
        number[hours] = np.arange(len(hours))
        slot = number[periods.hour_of_week]
        begins = np.flatnonzero(np.diff(periods.hour_ix, prepend=-1) != 0)
        return cls(hours, slot, tuple(begins[slot[begins] == s] for s in range(len(hours))))

    @property
    def n(self) -> int:
        """How many."""
        return len(self.hour_of_week)

    @property
    def labels(self) -> tuple[str, ...]:
        """Such as ``mon 09:00``."""
        return tuple(f"{DAYS[h // 24]} {h % 24:02}:00" for h in self.hour_of_week.tolist())

    def sums(self, table: IntArray) -> IntArray:
        """Add up a table over its last axis, (…, n_intervals) to (…, n_slots)."""
        is_in = self.of_interval[:, None] == np.arange(self.n)
        return np.asarray(table @ is_in.astype(np.int64))

    def periods_of(self, goal: Goal, periods: Periods) -> BoolArray:
        """Return which periods of a goal each hour belongs to, shape (n_slots, n_periods)."""
        index, n = periods.index(goal.over)
        found = np.zeros((self.n, n), dtype=bool)
        found[self.of_interval, index] = True
        return found


@dataclass(frozen=True, eq=False)
class Design:
    """How many changes are made in one run, and what runs there are."""

    together: int
    batches: tuple[tuple[tuple[int, int], ...], ...]
    """For each run the (group, slot) that change."""

    @classmethod
    def of(cls, bench: Bench, limits: Limits, slots: Slots, part_of_group: IntArray, *, most_runs: float) -> Design:
        """Return the design that changes fewest hours in one run, in at most so many runs if that is possible.

        Changes in one run are so far apart that their effects hardly meet. Groups that have nothing to do with one
        another change in the same run.
        """
        members = [np.flatnonzero(part_of_group == part).tolist() for part in np.unique(part_of_group)]
        rounds = max((len(groups) for groups in members), default=1)
        most = max(1, slots.n // _apart(bench, limits))
        together = next((k for k in range(1, most) if 2 * rounds * -(-slots.n // k) <= most_runs), most)
        starts = (np.arange(together + 1) * slots.n) // together
        batches = []
        for offset in range(int(np.diff(starts).max(initial=0))):
            pairs = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
            places = [begin + offset for begin, end in pairs if begin + offset < end]
            for nth in range(rounds):
                changed = [groups[nth] for groups in members if nth < len(groups)]
                batches.append(tuple((group, place) for group in changed for place in places))
        return cls(together, tuple(batches))


def _apart(bench: Bench, limits: Limits) -> int:
    """How many hours lie between two changes of one run at least: the longest threshold, and as long as the search
    looks for an effect."""
    goals, rules = bench.world.goals, bench.world.rules
    named = {name for goal in goals for name in goal.queues or rules.queues}
    messages = {name for name, live in zip(rules.queues, rules.is_live.tolist(), strict=True) if not live}
    is_local = all(goal.over in LOCAL and goal.confidence is None for goal in goals)
    tail = LONG_TAIL_MS if named & messages and not is_local else TAIL_MS
    lead = max((goal.threshold_ms for goal in goals), default=0)
    return 1 + math.ceil(max(lead, float(limits.grid.lengths.mean())) / HOUR_MS) + math.ceil(tail / HOUR_MS)


def changed(headcount: IntArray, slots: Slots, moves: Sequence[tuple[int, int]], by: int) -> IntArray:
    """Return a headcount with one agent more (``by`` 1) or less (−1) in some (group, slot), never below none."""
    result = headcount.copy()
    for group, slot in moves:
        result[group, slots.of_interval == slot] += by
    return np.maximum(result, 0)

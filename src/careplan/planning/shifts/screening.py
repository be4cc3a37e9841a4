"""Screening: the hard ones of many replications, for targets with a stated confidence.

Comes in: aims, a plan that about meets them, and numbers of replications. Goes out: those near the week that decides or
harder, and how many single periods the others have. Left out: what is planned on them (``probe``).

Whether 95 of 100 weeks meet a target hangs on the five hardest, and a plan fitted to five weeks is fitted to their
luck. So many more are looked at: they are drawn, played once, and forgotten but for the hard ones; the others count as
better than any that is kept. Which weeks are hard hangs on the plan as well (a busy Friday is hard where few work on
Fridays), and a plan fitted to some weeks fails in others. So it is looked again with the plan that was found, at those
that may have become hard, and these are kept too. How many are looked at is our choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.aims import Aims
from careplan.planning.bench import Bench, World
from careplan.planning.drawing import Draw
from careplan.planning.shifts.cuts import deciding_rank

_SINGLES, _LATER = 300, 1000
"""Single periods of a target with a stated confidence that are looked at before anything is planned, and with the
cheapest schedule of the solver's that meets the targets: our choice."""
_CASES = 45_000_000
"""Cases of all replications that are looked at, about, at most, where the first ones have fewer: our choice."""
_HARD, _NEAR = 2.0, 40
"""Kept are so many times those that may miss, and so many more: our choice."""
_MAY_BECOME = 0.35
"""The share of single periods, the worse ones, that are looked at again: our choice. Measured once: of a thousand
weeks, 95 in 100 of the sixty that missed in the end were among the 300 worst at first, the last was the 411th."""
_AT_A_TIME = 8
"""Replications drawn and played by a thread at a time."""


@dataclass(eq=False)
class Screen:
    """Replications that are looked at, and how each stood the last time."""

    aims: Aims
    draw: Draw
    """Replication → its customers; what is not kept is not held in memory."""
    numbers: IntArray
    """The replications."""
    workers: Workers
    is_seen: BoolArray = field(init=False)
    """Which of them were looked at."""
    is_kept: BoolArray = field(init=False)
    """Which were hard once."""
    _slack: list[FloatArray] = field(init=False, repr=False)
    """For each aim, in cases, by replication and period; NaN where it was not looked at yet, infinite where there is
    nothing to judge."""

    def __post_init__(self) -> None:
        self.is_seen, self.is_kept = np.zeros((2, len(self.numbers)), dtype=bool)
        self._slack = [np.full((len(self.numbers), len(aim.share)), np.nan) for aim in self.aims.aims]

    @property
    def beyond(self) -> tuple[int, ...]:
        """For each aim, single periods of all that were looked at and are not kept; none for an aim in the mean."""
        others = self.is_seen & ~self.is_kept
        return tuple(
            0 if aim.goal.confidence is None else int(np.isfinite(table[others]).sum())
            for aim, table in zip(self.aims.aims, self._slack, strict=True)
        )

    def look(self, world: World, plan: IntArray, *, most: int | None = None) -> None:
        """Play a plan in the replications that were not looked at yet, or may have become hard.

        ``most``: look at the first so many only.
        """
        wanted = ~self.is_seen
        wanted[len(wanted) if most is None else most :] = False
        for aim, table in zip(self.aims.aims, self._slack, strict=True):
            if aim.goal.confidence is not None:
                wanted |= _worst(table, math.ceil(_MAY_BECOME * np.isfinite(table).sum()))
        rows = np.flatnonzero(wanted & ~self.is_kept)
        parts = [rows[at : at + _AT_A_TIME] for at in range(0, len(rows), _AT_A_TIME)]
        for some, by_period in zip(parts, self.workers.map(partial(self._played, world, plan), parts), strict=True):
            self.stood(some, by_period)

    def newly_hard(self) -> tuple[int, ...]:
        """Return the replications that are hard, and were not kept before; they are from now on."""
        is_hard = np.zeros(len(self.numbers), dtype=bool)
        for aim, table in zip(self.aims.aims, self._slack, strict=True):
            if aim.goal.confidence is not None:
                n = int(np.isfinite(table).sum())
                is_hard |= _worst(table, round(_HARD * deciding_rank(n, aim.goal.confidence)) + _NEAR if n else 0)
        new = is_hard & ~self.is_kept
        self.is_kept |= new
        return tuple(int(number) for number in self.numbers[new])

    def _played(self, world: World, plan: IntArray, rows: IntArray) -> tuple[FloatArray, ...]:
        """How some replications stand; drawn and played in the calling thread, while others draw or play theirs."""
        numbers = [int(number) for number in self.numbers[rows]]
        bench = Bench(world, [self.draw(number) for number in numbers], numbers, Workers(1))
        return self.aims.singles(bench(plan))

    def rows_of(self, replications: Sequence[int]) -> IntArray:
        """Return where some replications stand among all."""
        place = {int(number): row for row, number in enumerate(self.numbers)}
        return np.array([place[number] for number in replications], dtype=np.int64)

    def joined(self, replications: Sequence[int], by_period: Sequence[FloatArray]) -> None:
        """Look at others as well, which were played: for each aim, slack by replication and period, in cases."""
        rows = len(self.numbers) + np.arange(len(replications))
        self.numbers = np.concatenate([self.numbers, np.asarray(replications, dtype=np.int64)])
        self.is_seen, self.is_kept = (
            np.concatenate([known, np.zeros(len(rows), dtype=bool)]) for known in (self.is_seen, self.is_kept)
        )
        self._slack = [np.concatenate([table, np.full((len(rows), table.shape[1]), np.nan)]) for table in self._slack]
        self.stood(rows, by_period)

    def stood(self, rows: IntArray, by_period: Sequence[FloatArray]) -> None:
        """Note how some replications stand: for each aim, slack by replication and period, in cases."""
        self.is_seen[rows] = True
        for table, found in zip(self._slack, by_period, strict=True):
            table[rows] = found


def how_many(aims: Aims, n: int, cases: int, effort: float) -> tuple[int, int]:
    """Return how many replications are looked at, beside n of so many cases that are kept in any case: before anything
    is planned, and in all.
    """
    periods = [len(aim.share) for aim in aims.aims if aim.goal.confidence is not None]
    if not periods:
        return 0, 0
    first, later = (math.ceil(singles * effort**0.5 / min(periods)) for singles in (_SINGLES, _LATER))
    later = max(first, min(later, round(_CASES * effort**0.5 / max(1, cases))))
    return max(0, first - n), max(0, later - n)


def _worst(slack: FloatArray, count: int) -> BoolArray:
    """Which replications have one of the worst single periods with anything to judge, from slack by both."""
    found = np.zeros(len(slack), dtype=bool)
    count = min(count, int(np.isfinite(slack).sum()))
    found[np.argsort(slack, axis=None, kind="stable")[:count] // slack.shape[1]] = True
    return found

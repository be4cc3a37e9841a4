"""Shaking: what an agent more or less does to wide aims, all blocks of time at once.

Comes in: a headcount, blocks of intervals, and rows: a period of an aim on some replications. Goes out:
:class:`Shaken`, a slope for every row and block, and how it bends. Left out: aims over intervals and hours, whose
effects end soon (``moves`` tells them apart in one run).

Where a desk is hard pressed, one agent fewer on Monday evening is felt on Wednesday: when an effect is seen does not
say which of several changes it is of, and one block after another takes two runs for each, which tell of nothing else.
Here every run has one agent more or one fewer in many stretches, by the toss of a coin, and is played again the other
way round. Half the difference of such a pair is a sum of slopes (what bends cancels), and every pair says something
of every block. The slopes are fitted by least squares; that neighbouring blocks are alike is asked for as strongly as
generalised cross-validation finds it to be true.

Where few are on duty, an agent is a large change: fewer blocks are shaken in a run then, and there are more runs.

Sources: simultaneous perturbation: Spall (1992), IEEE Transactions on Automatic Control 37, 332-341; designs by chance:
Satterthwaite (1959), Technometrics 1, 111-137; cross-validation: Golub, Heath and Wahba (1979), Technometrics 21,
215-223. How many runs, and how much is shaken, are our choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench
from careplan.units import HOUR_MS

PAIRS = 16
"""Pairs of runs where all blocks are shaken: our choice. Of a week of 84 blocks, 32 runs foretell what exchanges of
shifts do as well as 168 runs that change one block each."""
_SHAKEN = 0.07
"""Agents by which a block is shaken, as a share of those on duty on average, at most: our choice."""
_BACK_MS = 24 * HOUR_MS
"""How long before a period an agent is still felt in it: our choice."""
_ALIKE = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""How strongly neighbours may be asked to be alike, against what the runs say."""
_BENDS = (0.02, 0.9)
"""The least and the most of these: our choice."""


@dataclass(frozen=True)
class Row:
    """What effects are asked on: a period of an aim, in the mean of some replications."""

    aim: int
    period: int
    weeks: tuple[int, ...]
    """Replications, as positions on the bench."""


@dataclass(frozen=True, eq=False)
class Shaken:
    """What was found, by row."""

    slope: FloatArray
    """What one agent-interval more does, in cases, shape (n_rows, n_blocks)."""
    bend: FloatArray
    """By what share the first agent more does less, and the first one fewer does more, shape (n_rows, n_blocks)."""
    pairs: Pairs
    """What it was fitted to."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of runs, one the other way round."""

    changes: FloatArray
    """Agent-intervals more in the first run than in the middle of both, shape (n_pairs, n_blocks)."""
    differences: FloatArray
    """Slack by row in the first run less that in the second, halved, cases, shape (n_pairs, n_rows)."""
    bends: FloatArray
    """The mean of both, less what nothing changed comes to; the same shape."""

    def and_(self, others: Sequence[Pairs]) -> Pairs:
        """Return these and others together."""
        return Pairs(
            np.concatenate([self.changes, *(one.changes for one in others)]),
            np.concatenate([self.differences, *(one.differences for one in others)]),
            np.concatenate([self.bends, *(one.bends for one in others)]),
        )

    def of(self, known: Sequence[Row], rows: Sequence[Row]) -> Pairs:
        """Return these for other rows; NaN for a row that is not among those they were measured for."""
        place = {row: at for at, row in enumerate(known)}
        tables = []
        for table in (self.differences, self.bends):
            found = np.full((len(table), len(rows)), np.nan)
            for at, row in enumerate(rows):
                if row in place:
                    found[:, at] = table[:, place[row]]
            tables.append(found)
        return Pairs(self.changes, *tables)


def shaken(
    bench: Bench,
    aims: Aims,
    headcount: IntArray,
    blocks: csr_array,
    rows: Sequence[Row],
    random: np.random.Generator,
    *,
    may_change: BoolArray,
    stretch: int,
    earlier: Sequence[Pairs] = (),
) -> Shaken:
    """Return what an agent more or less in each block does to every row.

    Parameters
    ----------
    bench
        Plays headcounts; its replications are those of the rows.
    aims
        What is asked.
    headcount
        Around which blocks are shaken, shape (n_groups, n_intervals).
    blocks
        Which intervals each block has, those of a group one after the other in time; shape (n_blocks, n_groups ×
        n_intervals).
    rows
        What effects are asked on.
    random
        The coin.
    may_change
        Blocks in which anybody can be on duty, shape (n_blocks,).
    stretch
        Blocks that are changed alike, one after the other: as many as a shift has, since an agent fewer for a whole
        shift does more than so many short gaps, each of which the hours around it make good.
    earlier
        Pairs measured around headcounts near this one for the same rows (NaN where they were not): half as many new
        ones are run then, and slopes fitted to all.
    """
    count = max(1, int(may_change.sum()))
    share = min(1.0, max(_SHAKEN * float(headcount.mean()), 1 / count))
    pairs = math.ceil(min(PAIRS / share, max(PAIRS, count)) / (2 if earlier else 1))
    of_group = (blocks.indices[blocks.indptr[:-1]] // bench.world.grid.n_intervals).astype(np.int64)
    now = _slack(aims, bench, headcount, rows)
    changes, differences, bends = [], [], []
    for _ in range(pairs):
        toss = np.where(may_change, _tossed(of_group, stretch, share, random), 0)
        there, answers = [], []
        for way in (1, -1):
            shift = (way * toss) @ blocks
            shook = np.maximum(headcount + shift.reshape(headcount.shape).astype(np.int64), 0)
            there.append(blocks @ (shook - headcount).ravel())
            answers.append(_slack(aims, bench, shook, rows))
        changes.append((there[0] - there[1]) / 2)
        differences.append((answers[0] - answers[1]) / 2)
        bends.append((answers[0] + answers[1]) / 2 - now)
    periods = [_felt(aim, blocks, bench.world.grid.n_intervals) for aim in aims.aims]
    felt = np.array([periods[row.aim][row.period] for row in rows])
    new = Pairs(np.array(changes), np.array(differences), np.array(bends))
    every, likeness = new.and_(earlier), _neighbours(of_group)
    slope = _fitted(every.changes, every.differences, felt & may_change, likeness)
    bend = np.zeros(slope.shape)
    for row, one in enumerate(np.maximum(slope, 0.0)):
        has = one > 0
        if has.any():
            bend[row] = _fitted(np.abs(every.changes) * one, -every.bends[:, [row]], has[None, :], likeness)[0]
    return Shaken(slope, np.clip(bend, *_BENDS), new)


def _slack(aims: Aims, bench: Bench, headcount: IntArray, rows: Sequence[Row]) -> FloatArray:
    """Slack by row, mean of its replications, in cases."""
    by_period = aims.standing(bench(headcount)).by_period
    return np.array([by_period[row.aim][list(row.weeks), row.period].mean() / aims.aims[row.aim].case for row in rows])


def _felt(aim: Aim, blocks: csr_array, n_intervals: int) -> BoolArray:
    """Which blocks can matter to each period of an aim, shape (n_periods, n_blocks): those that have an interval of
    it, of the day before it, or of the time its last cases may take; the end of the horizon goes on at its beginning.
    """
    period, n = aim.periods.index(aim.goal.over)
    length = float(aim.periods.length_ms.mean())
    back = round(_BACK_MS / length)
    has = (blocks.toarray() != 0).reshape(blocks.shape[0], -1, n_intervals).any(axis=1)
    found = np.zeros((n, blocks.shape[0]), dtype=bool)
    for k in range(n):
        mine = np.flatnonzero(period == k)
        reach = np.arange(mine[0] - back, mine[-1] + aim.lead + 1)
        found[k] = has[:, np.unique(reach % n_intervals)].any(axis=1)
    return found


def _tossed(of_group: IntArray, stretch: int, share: float, random: np.random.Generator) -> IntArray:
    """One more, one fewer or none in each block: the same through stretches, which begin anywhere."""
    found = np.zeros(len(of_group), dtype=np.int64)
    for group in np.unique(of_group):
        mine = np.flatnonzero(of_group == group)
        number = (np.arange(len(mine)) + random.integers(stretch)) // stretch
        coins = np.where(random.random(number[-1] + 1) < share, random.choice((-1, 1), number[-1] + 1), 0)
        found[mine] = coins[number]
    return found


def _neighbours(of_group: IntArray) -> FloatArray:
    """A row for each block and the next of the same group: what they differ by, shape (n_neighbours, n_blocks)."""
    first = np.flatnonzero(of_group[1:] == of_group[:-1])
    found = np.zeros((len(first), len(of_group)))
    found[np.arange(len(first)), first] = -1.0
    found[np.arange(len(first)), first + 1] = 1.0
    return found


def _fitted(changes: FloatArray, answers: FloatArray, felt: BoolArray, neighbours: FloatArray) -> FloatArray:
    """Slopes by row and block. ``changes``: agent-intervals, shape (n_pairs, n_blocks); ``answers``: (n_pairs,
    n_rows), NaN where a row was not measured.
    """
    found = np.zeros((answers.shape[1], changes.shape[1]))
    known = np.isfinite(answers).T
    for pattern in np.unique(np.concatenate([felt, known], axis=1), axis=0):
        columns, pairs = pattern[: felt.shape[1]], pattern[felt.shape[1] :]
        rows = np.flatnonzero((felt == columns).all(axis=1) & (known == pairs).all(axis=1))
        if columns.any():
            both = neighbours[:, columns]
            both = both[(both != 0).sum(axis=1) == 2]
            found[np.ix_(rows, np.flatnonzero(columns))] = _smooth(
                changes[np.ix_(pairs, columns)], answers[np.ix_(pairs, rows)], both
            )
    return found


def _smooth(x: FloatArray, y: FloatArray, neighbours: FloatArray) -> FloatArray:
    """Least squares with neighbours asked to be alike, for each column of y as strongly as cross-validation says."""
    n, m = x.shape
    size = max(float((x**2).mean()), 1e-12) * n
    likeness = neighbours.T @ neighbours
    best = np.full(y.shape[1], np.inf)
    found = np.zeros((y.shape[1], m))
    for alike in _ALIKE:
        inverse = np.linalg.solve(x.T @ x + size * (alike * likeness + 1e-6 * np.eye(m)), x.T)
        rest = y - x @ (inverse @ y)
        free = n - float(np.trace(x @ inverse))
        error = (rest**2).sum(axis=0) / max(free, 1e-9) ** 2
        better = error < best
        best[better] = error[better]
        found[better] = (inverse @ y).T[better]
    return found

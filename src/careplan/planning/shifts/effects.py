"""Effects: what somebody more or less does to wide aims, tried with one person of a shift type at a time.

Comes in: a schedule, and rows: a period of an aim on some replications. Goes out: :class:`Effects`, slopes by row and
block of intervals. Left out: which rows are asked on, and aims whose effects soon end (``slopes``).

Somebody more works the shortest shift that begins in a block, and somebody fewer theirs; many at once in one run, so
far apart that their effects hardly meet (``moves``). The replications are the same as without
them. Slopes of blocks are fitted to what came of it by least squares; that neighbouring blocks are alike is asked for
as strongly as generalised cross-validation finds it to be true. How much more somebody fewer does than somebody more
says how slopes bend.

People are tried, not agents by block: a gap of two hours is made good in the hours around it, a shift is not.

Sources: cross-validation: Golub, Heath and Wahba (1979), Technometrics 21, 215-223. The rest is our choice.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array

from careplan.columns import FloatArray, IntArray
from careplan.planning.effort import Effort
from careplan.planning.moves import Move, attributed, batches
from careplan.planning.shifts.kinds import Kinds

_ALIKE = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""How strongly neighbours may be asked to be alike, against what people did."""
_MOST_BLOCKS = 0.75
"""Where shifts begin in so many of the blocks, they overlap enough to be tried one way only: our choice."""
_SLOWER = 10.0
"""How much more strongly the same is asked of how they bend: our choice."""
_BENDS = (0.02, 0.9)
"""The least and the most by which slopes bend: our choice."""


Begin = tuple[int, int]
"""A group, and a block of its intervals."""


@dataclass(frozen=True)
class Row:
    """What effects are asked on: a period of an aim, in the mean of some replications."""

    aim: int
    period: int
    weeks: tuple[int, ...]
    """Replications, as positions on the bench."""


@dataclass(frozen=True, eq=False)
class Effects:
    """What was found, by row."""

    slope: FloatArray
    """What one agent-interval more does, in cases, shape (n_rows, n_blocks)."""
    bend: FloatArray
    """By what share the first agent more does less, and the first one fewer does more, shape (n_rows, n_blocks)."""


def effects(
    effort: Effort, kinds: Kinds, starts: IntArray, blocks: csr_array, rows: Sequence[Row], *, width: int
) -> Effects:
    """Return what an agent more or less in each block does to every row.

    Parameters
    ----------
    effort
        Its bench plays schedules, and its replications are those of the rows.
    kinds, starts
        The schedule around which it is measured, shape (n_types,).
    blocks
        Which intervals each block has, those of a group one after the other in time; shape (n_blocks, n_groups ×
        n_intervals).
    rows
        What effects are asked on.
    width
        Intervals of a block.
    """
    duty = kinds.on_duty.tocsc()
    tries = _tries(kinds, starts, csc_array(blocks @ duty), width)
    spans = [kinds.rows[kind].laid.pieces for some in tries.values() for kind, _ in some]
    tail_ms = effort.tail_ms + max(pieces[-1][1] - pieces[0][0] for pieces in spans)
    before = effort.aims.standing(effort.bench(starts))
    changes, found = [], []
    for run in _runs(effort, tries, width, tail_ms):
        together, moves, by_block = starts.copy(), [], []
        for kind, by in run:
            together[kind] += by
            begin = np.zeros(kinds.grid.n_intervals, dtype=np.int64)
            begin[_first(kinds, kind)] = by
            moves.append(Move(int(kinds.group_ix[kind]), _first(kinds, kind), begin, 0.0))
            by_block.append(by * (blocks @ duty[:, [kind]].toarray().ravel()))
        after = effort.aims.standing(effort.bench(together))
        for move, change in zip(attributed(effort, before, after, moves), by_block, strict=True):
            changes.append(change)
            found.append([_of_row(effort, move, row) for row in rows])
    of_group = (blocks.indices[blocks.indptr[:-1]] // kinds.grid.n_intervals).astype(np.int64)
    return _fitted(np.array(changes), np.array(found), of_group, np.array([row.aim for row in rows]))


def _first(kinds: Kinds, kind: int) -> int:
    """The interval in which a shift type begins; the first where that is before the horizon."""
    at = kinds.rows[kind].laid.pieces[0][0]
    edges = kinds.grid.horizon_edges
    return int(np.clip(np.searchsorted(edges, at, side="right") - 1, 0, kinds.grid.n_intervals - 1))


def _runs(
    effort: Effort, tries: dict[Begin, list[tuple[int, int]]], width: int, tail_ms: int
) -> Iterator[list[tuple[int, int]]]:
    """Who is tried in each run: those who begin far apart."""
    rest = dict(tries)
    for batch in batches(effort, width, tail_ms=tail_ms):
        at_once = [rest.pop((group, at // width), []) for group, at in batch]
        for some in itertools.zip_longest(*at_once):
            yield [one for one in some if one is not None]
    for alone in rest.values():  # blocks between which no batch begins
        yield from ([one] for one in alone)


def _tries(kinds: Kinds, starts: IntArray, by_block: csc_array, width: int) -> dict[Begin, list[tuple[int, int]]]:
    """For each group and block, who is tried there: shift types and 1 (more) or −1 (fewer).

    The shortest that begins there, and others where blocks would be left out. In a group whose shifts begin in most
    blocks, and so overlap, one way in turns; else both.
    """
    more: dict[Begin, list[int]] = {}
    fewer: dict[Begin, int] = {}
    size = np.asarray(by_block.sum(axis=0)).ravel()
    by_size = [kind for kind in np.argsort(size, kind="stable").tolist() if size[kind] > 0]
    covered = np.zeros(by_block.shape[0], dtype=bool)
    for only_begins in (True, False):
        for kind in by_size:
            here = int(kinds.group_ix[kind]), _first(kinds, kind) // width
            reach = by_block.indices[by_block.indptr[kind] : by_block.indptr[kind + 1]]
            if here not in more if only_begins else not covered[reach].all():
                more.setdefault(here, []).append(kind)
                covered[reach] = True
            if only_begins and starts[kind] > 0:
                fewer.setdefault(here, kind)
    tries: dict[Begin, list[tuple[int, int]]] = {}
    is_open = (np.asarray(by_block.sum(axis=1)).ravel() > 0).reshape(len(kinds.groups), -1).sum(axis=1)
    for group in range(len(kinds.groups)):
        begins = sorted(here for here in more if here[0] == group)
        overlap = len(begins) >= _MOST_BLOCKS * is_open[group]
        for turn, here in enumerate(begins):
            tries[here] = [(kind, 1) for kind in more[here]]
            if here in fewer and not overlap:
                tries[here].append((fewer[here], -1))
            elif here in fewer and turn % 2 == 1:
                tries[here][0] = fewer[here], -1
    return tries


def _of_row(effort: Effort, move: Move, row: Row) -> float:
    """What came of a move in a row, cases."""
    return float(move.effect[row.aim][list(row.weeks), row.period].mean()) / effort.aims.aims[row.aim].case


def _fitted(changes: FloatArray, found: FloatArray, of_group: IntArray, aim: IntArray) -> Effects:
    """Slopes and bends by row and block.

    Parameters
    ----------
    changes
        Agent-intervals more, each time in one group, shape (n_changes, n_blocks).
    found
        What came of them, cases, shape (n_changes, n_rows).
    of_group, aim
        The group of each block, and the aim of each row; rows of an aim bend alike.
    """
    slope, bend = np.zeros((2, found.shape[1], changes.shape[1]))
    for group in np.unique(of_group):
        mine = np.flatnonzero((of_group == group) & (changes != 0).any(axis=0))
        some = np.flatnonzero((changes[:, mine] != 0).any(axis=1))
        if not len(some):
            continue
        x, y = changes[np.ix_(some, mine)], found[some]
        apart = np.diff(np.eye(len(mine)), axis=0)
        likeness = apart.T @ apart
        for k in np.unique(aim):
            rows = np.flatnonzero(aim == k)
            mean, less = y[:, rows].mean(axis=1)[:, None], np.zeros(len(mine))
            if (x < 0).any() and (x > 0).any():
                # In the mean of the rows, what people do either way and what they do less than that, together.
                both = np.concatenate([x, -np.abs(x)], axis=1)
                middle, less = np.split(_smooth(both, mean, _both(likeness))[0], 2)
                less = np.maximum(less, 0.0)
            else:  # of people more alone it cannot be told
                middle = _smooth(x, mean, likeness)[0]
            slope[np.ix_(rows, mine)] = _smooth(x, y[:, rows] + (np.abs(x) @ less)[:, None], likeness)
            bend[np.ix_(rows, mine)] = np.divide(less, middle, out=np.zeros_like(less), where=middle > 0)
    return Effects(slope, np.clip(bend, *_BENDS))


def _both(likeness: FloatArray) -> FloatArray:
    """What slopes are asked for, and how they bend: that changes more slowly."""
    none = np.zeros_like(likeness)
    return np.block([[likeness, none], [none, _SLOWER * likeness]])


def _smooth(x: FloatArray, y: FloatArray, likeness: FloatArray) -> FloatArray:
    """Least squares with neighbours asked to be alike, for each column of y as strongly as cross-validation says."""
    n, m = x.shape
    size = max(float((x**2).sum(axis=0).mean()), 1e-12)
    best = np.full(y.shape[1], np.inf)
    found = np.zeros((y.shape[1], m))
    for alike in _ALIKE:
        inverse = np.linalg.solve(x.T @ x + size * (alike * likeness + 1e-6 * np.eye(m)), x.T)
        rest = y - x @ (inverse @ y)
        free = n - float((x * inverse.T).sum())
        error = (rest**2).sum(axis=0) / max(free, 1e-9) ** 2
        better = error < best
        best[better] = error[better]
        found[better] = (inverse @ y).T[better]
    return found

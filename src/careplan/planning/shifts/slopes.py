"""Slopes: what an agent more or less in each block of two hours does to what is left of every aim.

Comes in: a schedule, the rows effects are asked on. Goes out: gain and loss by row and block. Left out: what is left
there (``probe``).

Effects on aims over days and weeks are measured with somebody more or less (``effects``), on some replications: for a
target with a stated confidence on those near the one that decides. Those on aims over intervals and hours end soon, and
are measured with an agent more or less in each block (``moves``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from careplan.columns import FloatArray, IntArray
from careplan.planning.aims import Aims
from careplan.planning.bench import Bench
from careplan.planning.drawing import Searches
from careplan.planning.effort import Effort
from careplan.planning.moves import Move
from careplan.planning.shifts.cuts import Chance, Promise, rows_of
from careplan.planning.shifts.effects import Row, effects
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.trading import measured
from careplan.units import HOUR_MS

WORSE, BETTER = 30, 40
"""Single periods that are rows: so many worse than the one that decides, and so many better ones. Our choice."""
_BLOCK_MS = 2 * HOUR_MS
"""Effects are measured for blocks of so long: our choice."""
_NEAR = 20
"""Effects are measured on so many of these from the one that decides on, and on as many worse ones: our choice."""
_NOBODY = 1e-9
"""Parts of an agent below this are nobody; any larger part is somebody, whose leaving is measured."""
_PROBED = 8
"""Replications effects on a target in the mean are measured on; half as many beside targets with a stated confidence:
our choice."""


@dataclass(eq=False)
class Slopes:
    """What measures effects."""

    kinds: Kinds
    searches: Searches
    """Of headcounts, without the shortest spell."""
    n_played: int = 0
    """Replications played when slopes were measured last, for aims over days and weeks."""

    @property
    def aims(self) -> Aims:
        """What must hold."""
        return self.searches.large.aims

    @cached_property
    def width(self) -> int:
        """Intervals of a block."""
        return max(1, round(_BLOCK_MS / float(self.kinds.grid.lengths.mean())))

    @cached_property
    def blocks(self) -> csr_array:
        """Which intervals each block has, shape (n_blocks, n_groups × n_intervals)."""
        n, groups = self.kinds.grid.n_intervals, len(self.kinds.groups)
        per_group = -(-n // self.width)
        rows = [g * per_group + i // self.width for g in range(groups) for i in range(n)]
        shape = (groups * per_group, groups * n)
        return csr_array((np.ones(groups * n), (rows, np.arange(groups * n))), shape=shape)

    def measured(
        self, starts: IntArray, promises: Sequence[Promise], ranks: Sequence[int], bench: Bench, n_any: int
    ) -> tuple[FloatArray, FloatArray]:
        """Return what one agent-interval more in each block gains, and one less loses, shape (n_rows, n_blocks).

        Parameters
        ----------
        starts
            The schedule around which it is measured.
        promises
            The rows of every aim.
        ranks
            For each aim with a stated confidence, which single period decides, from the worst on.
        bench, n_any
            The replications; so many of them, the first ones, were not chosen for being hard.
        """
        gain, loss = np.zeros((2, rows_of(promises), self.blocks.shape[0]))
        if any(not aim.is_local for aim in self.aims.aims):
            self._wide(starts, promises, ranks, bench, n_any, gain, loss)
        if any(aim.is_local for aim in self.aims.aims):
            headcount = np.ceil(self.kinds.duty(starts) - _NOBODY).astype(np.int64)
            self._soon_over(headcount, promises, gain, loss)
        return gain, loss

    def _wide(
        self,
        starts: IntArray,
        promises: Sequence[Promise],
        ranks: Sequence[int],
        bench: Bench,
        n_any: int,
        gain: FloatArray,
        loss: FloatArray,
    ) -> None:
        """Fill in gain and loss where effects may reach over days. Single periods that were not measured have the mean
        of those that were.
        """
        rows: list[Row] = []
        of_aim: list[tuple[Promise, IntArray, slice]] = []
        has_chance = any(isinstance(one, Chance) for one in promises)
        for k, (aim, one) in enumerate(zip(self.aims.aims, promises, strict=True)):
            first = len(rows)
            if isinstance(one, Chance):
                at = min(ranks[k], WORSE)  # the row of the single period that decides
                which = np.arange(max(0, at - _NEAR), min(at + _NEAR, len(one.singles)))
                rows += [Row(k, int(s) % len(aim.share), (int(s) // len(aim.share),)) for s in one.singles[which]]
            elif not aim.is_local:
                weeks = tuple(range(min(_PROBED // (2 if has_chance else 1), n_any)))
                which = np.arange(len(aim.share))
                rows += [Row(k, period, weeks) for period in range(len(aim.share))]
            else:
                continue
            of_aim.append((one, which, slice(first, len(rows))))
        used = np.unique([week for row in rows for week in row.weeks])
        some = bench.some(used, bench.world)
        place = {int(week): at for at, week in enumerate(used)}
        found = effects(
            replace(self.searches.large, bench=some),
            self.kinds,
            starts,
            self.blocks,
            [replace(row, weeks=tuple(place[week] for week in row.weeks)) for row in rows],
            width=self.width,
        )
        self.n_played = some.n_played
        slope = np.maximum(found.slope, 0.0)
        for one, which, mine in of_aim:
            for table, share in ((gain, 1 - found.bend[mine]), (loss, 1 + found.bend[mine])):
                table[one.rows] = (slope[mine] * share).mean(axis=0)
                table[one.rows.start + which] = slope[mine] * share

    def _soon_over(self, headcount: IntArray, promises: Sequence[Promise], gain: FloatArray, loss: FloatArray) -> None:
        """Fill in gain and loss of aims whose effects are over in hours."""
        effort = self.searches.small
        standing = effort.standing(headcount)
        local = [(one, k) for k, (aim, one) in enumerate(zip(self.aims.aims, promises, strict=True)) if aim.is_local]
        for by, table in ((1, gain), (-1, loss)):
            for move in measured(
                effort, headcount, standing, by, step=self.width, width=self.width, tail_ms=effort.tail_ms
            ):
                for one, k in local:
                    table[one.rows, self._block_of(move)] = by * _effect(effort, move, k)
        for one, _ in local:
            gain[one.rows] = np.maximum(gain[one.rows], 0.0)
            loss[one.rows] = np.maximum(loss[one.rows], gain[one.rows])

    def _block_of(self, move: Move) -> int:
        per_group = -(-self.kinds.grid.n_intervals // self.width)
        return move.group * per_group + move.at // self.width


def _effect(effort: Effort, move: Move, aim: int) -> FloatArray:
    """What one agent-interval of a move does to every period of an aim, in cases: mean of the replications."""
    return np.asarray(move.effect[aim].mean(axis=0) / effort.aims.aims[aim].case / float(abs(move.change).sum()))

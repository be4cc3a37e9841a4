"""Road b: shifts and staffing together. The solver keeps to cuts that simulation measures, until no cheaper schedule is
found that meets the targets.

Comes in: shift types, a schedule to begin with, replications for searching. Goes out: a cheaper schedule that meets
every aim on them, with room for their statistical error. Left out: judging on fresh replications (``choose``).

The slack of an aim (cases in time beyond those it asks for) is a function of the agents on duty by block of two hours.
It is measured at a schedule: its value on the large bench with the shifts as they are; what one agent more or less in
each block does, on the small bench, on common random numbers. That gives a cut for every period of every aim: value +
Σ gain × agents more − Σ loss × agents fewer ≥ margin. The loss of the first agent taken is at least the gain of the
first one added, so that cuts bend the right way. The solver finds the cheapest schedule within the cuts and a step
from the schedule they were measured at, and it is played. If it meets the aims, the next cuts are measured there; else
agents taken in many blocks at once did more harm than each alone, and the cuts are made so much steeper.

Sources: cutting planes from simulated subgradients: Atlason, Epelman and Henderson (2004, 2008); the step is a trust
region; steeper cuts are our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import FloatArray, IntArray
from careplan.planning.aims import Aims, Standing
from careplan.planning.bench import Bench
from careplan.planning.drawing import Searches
from careplan.planning.effort import Effort
from careplan.planning.limits import Cover
from careplan.planning.moves import Move
from careplan.planning.shifts.covering import Rule, Solver, solved
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.trading import measured
from careplan.units import HOUR_MS

_BLOCK_MS = 2 * HOUR_MS
"""Effects are measured for blocks of so long: our choice."""
_STEP, _LONGEST, _SHORTEST = 1.0, 4.0, 0.1
"""Agents by which a block may change at first, at most, and at least before the search ends: our choice."""
_ROUNDS = 14
"""Schedules that are tried: our choice."""
_GAP = 0.01
"""The solver's gap on the way: our choice."""
_WORTH = 0.002
"""The search ends where the solver promises to save less than this share of the cost: our choice."""
_DEAR = 100.0
"""A case short of a cut costs so many times the mean cost of a case, so that cuts always leave an answer."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Cuts measured at one schedule, a row for each period of each aim."""

    value: FloatArray
    """Slack at the schedule, in cases, mean of the replications, shape (n_rows,)."""
    margin: FloatArray
    """What must be left: standard errors of the value."""
    gain: FloatArray
    """Of one agent-interval more in each block, shape (n_rows, n_blocks)."""
    loss: FloatArray
    """Of one less; never smaller than the gain."""
    there: FloatArray
    """Agent-intervals by block at the schedule, shape (n_blocks,)."""

    @property
    def worst(self) -> float:
        """By how much the schedule misses all cuts together; 0 where it keeps to them."""
        return float(np.maximum(self.margin - self.value, 0.0).sum())


@dataclass(eq=False)
class Together:
    """The search of road b."""

    kinds: Kinds
    rules: Sequence[Rule]
    covers: Sequence[Cover]
    searches: Searches
    """Of headcounts, without the shortest spell, for what an agent more or less does."""
    bench: Bench
    """Of schedules, on the replications of the large bench."""
    solver_seconds: float
    errors: float = 1.0
    """Standard errors that must be left beyond a target."""
    tried: int = 0
    last: Solver | None = None
    best: IntArray | None = None
    _of_block: csr_array | None = field(default=None, repr=False)

    @property
    def aims(self) -> Aims:
        """What must hold."""
        return self.searches.large.aims

    @property
    def width(self) -> int:
        """Intervals of a block."""
        return max(1, round(_BLOCK_MS / float(self.kinds.grid.lengths.mean())))

    def cost(self, starts: IntArray) -> float:
        """Return what a schedule costs."""
        return float(self.kinds.cost @ starts)

    def improved(self, starts: IntArray) -> IntArray | None:
        """Return the cheapest schedule found from this one on that keeps to every aim; None if there was none.

        An interrupt keeps ``best``.
        """
        self.best = None
        base, step = starts, _STEP
        cut = self._measured(base)
        if cut.worst <= 0:
            self.best = base
        for turn in range(_ROUNDS):
            self.searches.large.tell("shifts and staffing together", turn / _ROUNDS)
            found = self._cheapest(cut, step)
            if self.best is not None and self.cost(found) > (1 - _WORTH) * self.cost(self.best):
                break
            self.tried += 1
            new = self._value(found, cut)
            if new.worst <= 0:
                self.best = base = found
                cut, step = self._measured(base), min(_LONGEST, 1.5 * step)
            elif self.best is None and new.worst < 0.9 * cut.worst:
                base, cut = found, self._measured(found)
            elif step < _SHORTEST:
                break
            else:
                cut, step = self._steeper(cut, new), 0.75 * step
        if self.best is not None:
            self._cheapest(cut, None)
        return self.best

    def _steeper(self, cut: Cut, new: Cut) -> Cut:
        """Cuts that would have foretold what a schedule came to; at most five times as steep."""
        more, fewer = np.maximum(new.there - cut.there, 0), np.maximum(cut.there - new.there, 0)
        up, down = cut.gain @ more, cut.loss @ fewer
        was = cut.value - new.value + up  # what the agents fewer did
        ratio = np.clip(np.divide(was, down, out=np.ones_like(was), where=down > 1e-9), 1.0, 5.0)
        return replace(cut, loss=cut.loss * ratio[:, None])

    def _value(self, starts: IntArray, slopes: Cut) -> Cut:
        """The cut at a schedule with the slopes of another."""
        standing = self.aims.standing(self.bench(starts))
        value, margin = self._rows(standing)
        return replace(slopes, value=value, margin=margin, there=self._blocks @ self.kinds.duty(starts).ravel())

    def _measured(self, starts: IntArray) -> Cut:
        """The cut at a schedule."""
        effort, duty = self.searches.small, self.kinds.duty(starts)
        headcount = np.rint(duty).astype(np.int64)
        standing = effort.standing(headcount)
        n_rows, n_blocks = sum(len(aim.share) for aim in self.aims.aims), self._blocks.shape[0]
        gain, loss = np.zeros((n_rows, n_blocks)), np.zeros((n_rows, n_blocks))
        for by, table in ((1, gain), (-1, loss)):
            width, tail = self.width, effort.tail_ms
            for move in measured(effort, headcount, standing, by, step=width, width=width, tail_ms=tail):
                table[:, self._block_of(move)] = self._effect(effort, move)
        gain = np.maximum(gain, 0.0)
        loss = np.maximum(np.maximum(-loss, gain), 0.0)
        empty = Cut(np.zeros(n_rows), np.zeros(n_rows), gain, loss, np.zeros(n_blocks))
        return self._value(starts, empty)

    def _effect(self, effort: Effort, move: Move) -> FloatArray:
        """What one agent-interval of a move does to every row, in cases, mean of the replications."""
        size = float(abs(move.change).sum())
        parts = [
            effect.mean(axis=0) / aim.case / size for aim, effect in zip(effort.aims.aims, move.effect, strict=True)
        ]
        return np.concatenate(parts)

    def _block_of(self, move: Move) -> int:
        per_group = -(-self.kinds.grid.n_intervals // self.width)
        return move.group * per_group + move.at // self.width

    @property
    def _blocks(self) -> csr_array:
        """Which intervals each block has, shape (n_blocks, n_groups × n_intervals)."""
        if self._of_block is None:
            n, width, groups = self.kinds.grid.n_intervals, self.width, len(self.kinds.groups)
            per_group = -(-n // width)
            rows = [g * per_group + i // width for g in range(groups) for i in range(n)]
            shape = (groups * per_group, groups * n)
            self._of_block = csr_array((np.ones(groups * n), (rows, np.arange(groups * n))), shape=shape)
        return self._of_block

    def _rows(self, standing: Standing) -> tuple[FloatArray, FloatArray]:
        """Slack of every period of every aim, in cases, and what must be left of it.

        In the mean: the mean of the replications, and its standard error (none for intervals and hours: of hundreds,
        some lie below by chance, and the judges say which). With a confidence: the slack that just may not be missed,
        counted so that the share of periods holds to within its standard error.
        """
        values, margins = [], []
        for aim, slack in zip(self.aims.aims, standing.by_period, strict=True):
            n = len(slack)
            if aim.goal.confidence is None:
                error = slack.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 and not aim.is_local else 0.0
                values.append(slack.mean(axis=0) / aim.case)
                margins.append(np.broadcast_to(self.errors * error / aim.case, values[-1].shape))
            else:
                single = np.sort(slack.ravel())
                share = 1 - aim.goal.confidence
                spare = self.errors * np.sqrt(single.size * share * (1 - share))
                edge = single[int(np.clip(np.floor(share * single.size - spare), 0, single.size - 1))]
                values.append(np.full(slack.shape[1], edge / aim.case))
                margins.append(np.zeros(slack.shape[1]))
        drift = -float(standing.drift.mean())
        if not standing.is_balanced:  # a week that leaves work over keeps to no cut
            margins = [margin + np.maximum(-drift, 0.0) / HOUR_MS for margin in margins]
        return np.concatenate(values), np.concatenate(margins)

    def _cheapest(self, cut: Cut, step: float | None) -> IntArray:
        """The cheapest starts within the cuts, at most a step from their schedule; ``last`` keeps the solver."""
        kinds, blocks = self.kinds, self._blocks
        n, b, r = kinds.n, blocks.shape[0], len(cut.value)
        by_block = csr_array(blocks @ kinds.on_duty)
        unit = eye_array(b, format="csr")
        # Columns: starts, agents more and fewer by block, what is short by row.
        rest = 2 * b + r
        balance = hstack([by_block, -unit, unit, csr_array((b, r))], format="csr")
        cuts = hstack([csr_array((r, n)), csr_array(cut.gain), csr_array(-cut.loss), eye_array(r)], format="csr")
        rows = [
            LinearConstraint(balance, cut.there, cut.there),
            LinearConstraint(cuts, cut.margin - cut.value, np.inf),
        ]
        for rule in self.rules:
            rows.append(LinearConstraint(_padded(rule.table, rest), rule.low, rule.high))
        for cover in self.covers:
            wanted = np.flatnonzero(cover.intervals)
            there = sum_of([kinds.on_duty[g * kinds.grid.n_intervals + wanted] for g in cover.groups.tolist()])
            rows.append(LinearConstraint(_padded(there, rest), np.full(len(wanted), float(cover.at_least)), np.inf))
        cases = max(1.0, float(np.mean([w.n_first for w in self.bench.workloads])))
        a_case = float(kinds.cost.max()) * 100 / cases
        cost = np.concatenate((kinds.cost, np.full(2 * b, 1e-6), np.full(r, _DEAR * a_case)))
        most = np.full(len(cost), np.inf)
        if step is not None:
            most[n : n + 2 * b] = np.tile(step * np.asarray(blocks.sum(axis=1)).ravel(), 2)
        whole = np.concatenate((np.ones(n), np.zeros(rest)))
        found = solved(cost, whole, rows, seconds=self.solver_seconds, gap=_GAP, most=most)
        assert found is not None  # the schedule the cuts were measured at is within the rules and the step
        x, self.last = found
        return np.rint(x[:n]).astype(np.int64)


def sum_of(tables: Sequence[csr_array]) -> csr_array:
    """Return the sum of tables of one shape."""
    total = tables[0]
    for table in tables[1:]:
        total = csr_array(total + table)
    return total


def _padded(table: csr_array, columns: int) -> csr_array:
    found: csr_array = hstack([table, csr_array((table.shape[0], columns))], format="csr")
    return found

"""Cuts: what simulation says of service as a function of the people on duty, near a schedule.

Comes in: shift types, a bench of schedules, a search of headcounts on the same customers. Goes out: :class:`Cut`, a
linear statement for every period of every aim. Left out: who asks (``together``, ``exchanging``).

The slack of an aim (cases in time beyond those it asks for) is a function of the agents on duty by block of two hours.
It is measured at a schedule: its value on the large bench with the shifts as they are; what one agent more or less in
each block does, on the small bench, on common random numbers. A cut says: value + Σ gain × agents more − Σ loss ×
agents fewer ≥ margin. The loss of the first agent taken is at least the gain of the first one added, so that cuts bend
the right way.

The value is sharpened by the known luck of the replications (control variates); its statistical error is the margin.

Sources: cutting planes from simulated subgradients: Atlason, Epelman and Henderson (2004, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from careplan.columns import FloatArray, IntArray
from careplan.metrics.controls import Controls, controlled_ratios
from careplan.metrics.scorecard import Score
from careplan.planning.aims import Aim, Aims, Standing
from careplan.planning.bench import Bench
from careplan.planning.drawing import Searches
from careplan.planning.effort import Effort
from careplan.planning.judging import finding_of
from careplan.planning.moves import Move
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.trading import measured
from careplan.units import HOUR_MS

_BLOCK_MS = 2 * HOUR_MS
"""Effects are measured for blocks of so long: our choice."""
_HARDEST = 4
"""One of so many replications, the hardest, decide whether a target with a stated confidence is met: our choice."""
_NOBODY = 1e-9
"""Parts of an agent below this are nobody; any larger part is somebody, whose leaving is measured."""
_ONE_ERROR = 0.6826894921370859
"""The confidence of an interval that reaches one standard error to either side."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Cuts at one schedule, a row for each period of each aim."""

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

    @property
    def left(self) -> float:
        """What the schedule leaves beyond the margin where it leaves least; below 0 where it misses a cut."""
        return float((self.value - self.margin).min(initial=np.inf))

    def foretold(self, there: FloatArray) -> FloatArray:
        """Return the slack this cut foretells for schedules, less its margin.

        ``there``: agent-intervals by block, shape (n_blocks, …). Shape of the answer (n_rows, …).
        """
        change = there - self.there.reshape(-1, *([1] * (there.ndim - 1)))
        base = (self.value - self.margin).reshape(-1, *([1] * (there.ndim - 1)))
        return np.asarray(base + self.gain @ np.maximum(change, 0.0) - self.loss @ np.maximum(-change, 0.0))

    def steeper(self, new: Cut) -> Cut:
        """Return cuts that would have foretold what a schedule came to; at most five times as steep."""
        more, fewer = np.maximum(new.there - self.there, 0), np.maximum(self.there - new.there, 0)
        up, down = self.gain @ more, self.loss @ fewer
        was = self.value - new.value + up  # what the agents fewer did
        ratio = np.clip(np.divide(was, down, out=np.ones_like(was), where=down > 1e-9), 1.0, 5.0)
        return replace(self, loss=self.loss * ratio[:, None])


@dataclass(eq=False)
class Probe:
    """What measures cuts."""

    kinds: Kinds
    searches: Searches
    """Of headcounts, without the shortest spell, for what an agent more or less does."""
    bench: Bench
    """Of schedules, on the replications of the large bench."""
    controls: Sequence[Controls | None]
    """The luck of these replications, for each aim."""
    higher: FloatArray | None = None
    """What must be left beyond a target and its error, cases, shape (n_rows,): by how much more the bench flattered
    schedules than judges did."""
    tried: int = 0
    """Schedules that were played."""

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

    @cached_property
    def by_block(self) -> csr_array:
        """Agent-intervals by block of one person of each type, shape (n_blocks, n_types)."""
        return csr_array(self.blocks @ self.kinds.on_duty)

    def played(self, starts: IntArray, slopes: Cut) -> Cut:
        """The cut at a schedule with the slopes of another."""
        self.tried += 1
        standing = self.aims.standing(self.bench(starts))
        value, margin = self._rows(standing)
        return replace(slopes, value=value, margin=margin, there=self.by_block @ starts)

    def measured(self, starts: IntArray) -> Cut:
        """The cut at a schedule, slopes and all."""
        effort = self.searches.small
        headcount = np.ceil(self.kinds.duty(starts) - _NOBODY).astype(np.int64)
        standing = effort.standing(headcount)
        n_rows, n_blocks = sum(len(aim.share) for aim in self.aims.aims), self.blocks.shape[0]
        gain, loss = np.zeros((n_rows, n_blocks)), np.zeros((n_rows, n_blocks))
        for by, table in ((1, gain), (-1, loss)):
            for move in measured(
                effort, headcount, standing, by, step=self.width, width=self.width, tail_ms=effort.tail_ms
            ):
                table[:, self._block_of(move)] = _effect(effort, move, standing)
        gain = np.maximum(gain, 0.0)
        loss = np.maximum(np.maximum(-loss, gain), 0.0)
        return self.played(starts, Cut(np.zeros(n_rows), np.zeros(n_rows), gain, loss, np.zeros(n_blocks)))

    def _block_of(self, move: Move) -> int:
        per_group = -(-self.kinds.grid.n_intervals // self.width)
        return move.group * per_group + move.at // self.width

    def _rows(self, standing: Standing) -> tuple[FloatArray, FloatArray]:
        """Slack of every period of every aim, in cases, and what must be left of it.

        In the mean: the mean of the replications, and its standard error (none for intervals and hours: of hundreds,
        some lie below by chance, and the judges say which). With a confidence: the slack that just may not be missed,
        counted so that the share of periods holds to within its standard error.
        """
        values, margins = [], []
        for aim, slack, controls in zip(self.aims.aims, standing.by_period, self.controls, strict=True):
            if aim.goal.confidence is None:
                value, error = _mean(aim, slack, controls)
                values.append(value / aim.case)
                margins.append(error / aim.case)
            else:
                n, share = slack.size, 1 - aim.goal.confidence
                edge = _edge(slack, share * n - np.sqrt(n * share * (1 - share)))
                values.append(np.full(slack.shape[1], edge / aim.case))
                margins.append(np.zeros(slack.shape[1]))
        if not standing.is_balanced:  # a week that leaves work over keeps to no cut
            over = max(0.0, float(standing.drift.mean())) / HOUR_MS
            margins = [margin + over for margin in margins]
        margin = np.concatenate(margins)
        return np.concatenate(values), margin if self.higher is None else margin + self.higher

    def learn(self, cut: Cut, scores: Sequence[Score]) -> None:
        """Aim higher where judges found an aim missed: by as much as the bench flattered the schedule of a cut."""
        found = []
        simulated = [score for score in scores if score.goal.kind != "cover"]
        for aim, one in zip(self.aims.aims, simulated, strict=True):
            top, bottom = one.numerator.astype(np.float64), one.denominator.astype(np.float64)
            slack = np.where(aim.goal.is_at_most, -1.0, 1.0) * (top - aim.goal.share * bottom)
            if finding_of(one) != "missed":
                found.append(np.full(slack.shape[1], -np.inf))
            elif aim.goal.confidence is None:
                gap = aim.goal.share - one.by_period.value
                given = np.where(np.isfinite(gap), -gap if not aim.goal.is_at_most else gap, 0.0) * bottom.mean(axis=0)
                found.append(given / aim.case)
            else:
                edge = _edge(slack, (1 - aim.goal.confidence) * slack.size)
                found.append(np.full(slack.shape[1], edge / aim.case))
        judged = np.concatenate(found)
        flattered = np.where(np.isfinite(judged), np.maximum(cut.value - judged, 0.0), 0.0)
        self.higher = flattered if self.higher is None else np.maximum(self.higher, flattered)


def _edge(slack: FloatArray, may_miss: float) -> float:
    """The slack of the single period that is next to be missed when so many are."""
    single = np.sort(slack.ravel())
    return float(single[int(np.clip(np.floor(may_miss), 0, single.size - 1))])


def _mean(aim: Aim, slack: FloatArray, controls: Controls | None) -> tuple[FloatArray, FloatArray]:
    """Slack by period in the mean of the replications, and its standard error."""
    n = len(slack)
    plain = slack.mean(axis=0)
    if aim.is_local or n < 2:
        return plain, np.zeros_like(plain)
    if controls is None:
        return plain, slack.std(axis=0, ddof=1) / np.sqrt(n)
    found = controlled_ratios(slack, np.ones_like(slack), controls, confidence=_ONE_ERROR)
    return found.value, found.value - found.low


def _effect(effort: Effort, move: Move, standing: Standing) -> FloatArray:
    """What one agent-interval of a move does to every row, in cases: mean of the replications, or of those that decide
    whether a target with a stated confidence is met.
    """
    size = float(abs(move.change).sum())
    parts = []
    for aim, effect, slack in zip(effort.aims.aims, move.effect, standing.by_period, strict=True):
        n = len(slack)
        deciding = np.arange(n) if aim.goal.confidence is None else np.argsort(slack.min(axis=1))[: -(-n // _HARDEST)]
        parts.append(effect[deciding].mean(axis=0) / aim.case / size)
    return np.concatenate(parts)

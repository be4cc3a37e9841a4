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
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from careplan.columns import FloatArray, IntArray
from careplan.metrics.controls import Controls, controlled_ratios
from careplan.metrics.scorecard import Score
from careplan.planning.aims import Aim, Aims, Standing
from careplan.planning.bench import Bench, Counts, World
from careplan.planning.drawing import Searches
from careplan.planning.effort import Effort
from careplan.planning.judging import finding_of
from careplan.planning.moves import Move
from careplan.planning.shaking import Pairs, shaken
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.trading import measured
from careplan.units import HOUR_MS

_BLOCK_MS = 2 * HOUR_MS
"""Effects are measured for blocks of so long: our choice."""
_NEAR = 9
"""Periods from the one that decides a target with a stated confidence on, the next better ones, and a third as many
worse ones, that effects are measured on: our choice."""
_PROBED = 8
"""Replications effects on a target in the mean are measured on; half as many beside targets with a stated confidence:
our choice."""
_KEPT = 2
"""Measurements of effects that the next one is fitted together with: our choice."""
_SAFE = 0.1
"""An aim in the mean is far from being missed if it would hold with this share of the people gone: our choice."""
_WATCHED, _MOST_WATCHED = 20, 0.6
"""Periods beyond the one that decides whose replications are played, or a fifth of all, if that is more; where that is
a larger share of the replications than this, all are. Our choice."""
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
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    """Which blocks are changed in a run."""
    _pairs: list[Pairs] = field(default_factory=list)
    """What slopes were fitted to the last times."""
    _near: tuple[IntArray, Bench, Counts] | None = None
    """The replications that are played, where not all are; and how the others stand."""
    _before: int = 0
    """Replications played on benches of such replications before."""

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

    @cached_property
    def stretch(self) -> int:
        """Blocks of a shift: of the middle one of all types."""
        return max(1, round(float(np.median(np.asarray(self.kinds.on_duty.sum(axis=0)))) / self.width))

    @property
    def n_played(self) -> int:
        """Replications of schedules played so far."""
        return self.bench.n_played + (0 if self._near is None else self._near[1].n_played) + self._before

    def played(self, starts: IntArray, slopes: Cut) -> Cut:
        """The cut at a schedule with the slopes of another; see :meth:`watch` for what is played."""
        if self._near is None:
            return self._cut(starts, slopes, self.bench(starts))
        weeks, bench, known = self._near
        some = bench(starts)
        counts = Counts(known.numerator.copy(), known.denominator.copy(), known.waiting_ms.copy())
        counts.numerator[:, weeks], counts.denominator[:, weeks] = some.numerator, some.denominator
        counts.waiting_ms[weeks] = some.waiting_ms
        return self._cut(starts, slopes, counts)

    def measured(self, starts: IntArray) -> Cut:
        """The cut at a schedule, slopes and all; every replication is played."""
        counts = self.bench(starts)
        standing = self.aims.standing(counts)
        headcount = np.ceil(self.kinds.duty(starts) - _NOBODY).astype(np.int64)
        is_local = np.concatenate([np.full(len(aim.share), aim.is_local) for aim in self.aims.aims])
        gain, loss = np.zeros((2, len(is_local), self.blocks.shape[0]))
        if is_local.any():
            gain, loss = self._soon_over(headcount)
        if not is_local.all():
            wide = self._wide(headcount, standing)
            gain, loss = (np.where(is_local[:, None], *both) for both in zip((gain, loss), wide, strict=True))
        nothing = np.zeros(len(gain))
        cut = self._cut(starts, Cut(nothing, nothing, gain, loss, np.zeros(self.blocks.shape[0])), counts)
        self.watch(cut, counts)
        return cut

    def watch(self, cut: Cut, counts: Counts) -> None:
        """From now on play only the replications near those that decide, where no aim needs all of them.

        With a stated confidence it does not matter by how much good weeks are good. The others stand as they did at
        this cut. An aim in the mean needs all replications, unless it would hold with a tenth of the people gone.
        """
        if self._near is not None:
            self._before += self._near[1].n_played
        self._near = None
        standing = self.aims.standing(counts)
        first, kept = 0, []
        for aim, slack in zip(self.aims.aims, standing.by_period, strict=True):
            rows = slice(first, first := first + slack.shape[1])
            if aim.goal.confidence is None:
                if (cut.value[rows] - cut.margin[rows] < _SAFE * (cut.loss[rows] @ cut.there)).any():
                    return
            else:
                most = _rank(slack.size, aim.goal.confidence) + max(_WATCHED, slack.size // 5)
                kept.append(np.argsort(slack, axis=None, kind="stable")[:most] // slack.shape[1])
        weeks = np.unique(np.concatenate(kept)) if kept else np.zeros(0, dtype=np.int64)
        if 0 < len(weeks) < _MOST_WATCHED * len(self.bench.workloads):
            self._near = weeks, self._bench_of(weeks, self.bench.world), counts

    def _cut(self, starts: IntArray, slopes: Cut, counts: Counts) -> Cut:
        self.tried += 1
        value, margin = self._rows(self.aims.standing(counts))
        return replace(slopes, value=value, margin=margin, there=self.by_block @ starts)

    def _bench_of(self, weeks: IntArray, world: World) -> Bench:
        """Some of the replications of the large bench, in a world whose plans are schedules, or headcounts."""
        bench = self.bench
        workloads = [bench.workloads[week] for week in weeks]
        return Bench(world, workloads, [bench.replications[week] for week in weeks], bench.workers)

    def _wide(self, headcount: IntArray, standing: Standing) -> tuple[FloatArray, FloatArray]:
        """Gain and loss by row and block where effects may reach over days."""
        weeks = [self._deciding(aim, slack) for aim, slack in zip(self.aims.aims, standing.by_period, strict=True)]
        used = np.unique(np.concatenate(weeks))
        found = shaken(
            self._bench_of(used, self.searches.large.bench.world),
            self.aims,
            headcount,
            self.blocks,
            [np.searchsorted(used, mine) for mine in weeks],
            self.random,
            may_change=np.asarray(self.by_block.sum(axis=1)).ravel() > 0,
            stretch=self.stretch,
            earlier=self._pairs,
        )
        self._pairs = [*self._pairs, found.pairs][-_KEPT:]
        slope = np.maximum(found.slope, 0.0)
        return slope * (1 - found.bend), slope * (1 + found.bend)

    def _deciding(self, aim: Aim, slack: FloatArray) -> IntArray:
        """The replications that effects on an aim are measured on: for a target with a stated confidence those with
        a period near the one that decides, else the first few.
        """
        if aim.goal.confidence is None:
            has_chance = any(other.goal.confidence is not None for other in self.aims.aims)
            return np.arange(min(_PROBED // (2 if has_chance else 1), len(slack)))
        order = np.argsort(slack, axis=None, kind="stable")
        edge = _rank(slack.size, aim.goal.confidence)
        near = order[max(0, edge - _NEAR // 3) : edge + _NEAR]
        return np.unique(near // slack.shape[1])

    def _soon_over(self, headcount: IntArray) -> tuple[FloatArray, FloatArray]:
        """The same where effects are over in hours."""
        effort = self.searches.small
        standing = effort.standing(headcount)
        n_rows, n_blocks = sum(len(aim.share) for aim in self.aims.aims), self.blocks.shape[0]
        gain, loss = np.zeros((n_rows, n_blocks)), np.zeros((n_rows, n_blocks))
        for by, table in ((1, gain), (-1, loss)):
            for move in measured(
                effort, headcount, standing, by, step=self.width, width=self.width, tail_ms=effort.tail_ms
            ):
                table[:, self._block_of(move)] = _effect(effort, move)
        gain = np.maximum(gain, 0.0)
        return gain, np.maximum(np.maximum(-loss, gain), 0.0)

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
                edge = _quantile(slack, _share(slack.size, aim.goal.confidence))
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
                edge = _quantile(slack, 1 - aim.goal.confidence)
                found.append(np.full(slack.shape[1], edge / aim.case))
        judged = np.concatenate(found)
        flattered = np.where(np.isfinite(judged), np.maximum(cut.value - judged, 0.0), 0.0)
        self.higher = flattered if self.higher is None else np.maximum(self.higher, flattered)


def _share(n: int, confidence: float) -> float:
    """The share of n single periods that may be missed on the bench: one standard error less than the confidence
    leaves."""
    share = 1 - confidence
    return max(0.0, share - float(np.sqrt(share * (1 - share) / n)))


def _rank(n: int, confidence: float) -> int:
    """The single period that decides, from the worst one on."""
    return min(int(_share(n, confidence) * n), n - 1)


def _quantile(slack: FloatArray, share: float) -> float:
    """The slack that this share of single periods does not reach, as a weighted mean of those near it, which scatters
    less than any one of them: Harrell and Davis (1982), Biometrika 69, 635-640.
    """
    from scipy.special import betainc

    n = slack.size
    edges = betainc((n + 1) * max(share, 0.5 / n), (n + 1) * (1 - max(share, 0.5 / n)), np.arange(n + 1) / n)
    return float(np.diff(edges) @ np.sort(slack, axis=None))


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


def _effect(effort: Effort, move: Move) -> FloatArray:
    """What one agent-interval of a move does to every row, in cases: mean of the replications."""
    size = float(abs(move.change).sum())
    found = zip(effort.aims.aims, move.effect, strict=True)
    return np.concatenate([effect.mean(axis=0) / aim.case / size for aim, effect in found])

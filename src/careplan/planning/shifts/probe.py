"""The probe: schedules played, and what an agent more or less would do there.

Comes in: shift types, a bench of schedules, a search of headcounts on the same customers, and what judges saw. Goes
out: cuts. Left out: who asks (``together``, ``exchanging``).

Values are those of all replications, sharpened for means by their known luck (control variates); their statistical
error is the margin. Slopes are measured on a few replications (``slopes``). Replications come onto the bench where they
become hard (``screening``).
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
from careplan.metrics.together import wholes
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench, Counts
from careplan.planning.drawing import Searches
from careplan.planning.judging import finding_of, finding_on
from careplan.planning.shifts.cuts import (
    Chance,
    Cut,
    Mean,
    Promise,
    deciding_rank,
    rows_of,
    share_allowed,
)
from careplan.planning.shifts.kinds import Kinds
from careplan.planning.shifts.screening import Screen
from careplan.planning.shifts.slopes import BETTER, WORSE, Slopes
from careplan.units import HOUR_MS

_SAFE = 0.03
"""An aim in the mean is far from being missed if it would hold with this share of the people gone: our choice."""
_CLOSE = 0.1
"""The share of all single periods, the next ones better than the rows, that may become hard before slopes are measured
again: our choice."""
_MOST_WATCHED = 0.6
"""Where rows are of a larger share of the replications than this, all are played: our choice."""
_MORE_ERRORS, _MOST_ERRORS = 0.5, 5.0
"""Standard errors of its share that a target with a stated confidence keeps in reserve beyond one, for each time that
judges found it missed, or more if the schedule would still meet it, up to a most. Our choice."""
_ONE_ERROR = 0.6826894921370859
"""The confidence of an interval that reaches one standard error to either side."""


@dataclass(frozen=True, eq=False)
class _Watched:
    """Replications that decide whether aims are met, and those that may become hard; all others do not matter until
    slopes are measured again.
    """

    weeks: IntArray
    """Positions on the bench of those that decide."""
    others: IntArray
    first: Bench
    rest: Bench
    counts: Counts
    """How all stood when slopes were measured."""

    @property
    def n_played(self) -> int:
        """Replications of schedules played on both."""
        return self.first.n_played + self.rest.n_played

    def seen(self, starts: IntArray) -> Counts:
        """Return counts with those of the replications that decide as a schedule leaves them."""
        return self.counts.with_some(self.weeks, self.first(starts))

    def unseen(self, counts: Counts, starts: IntArray) -> Counts:
        """Return counts with those that may become hard as a schedule leaves them."""
        return counts.with_some(self.others, self.rest(starts))


@dataclass(eq=False)
class Probe:
    """What measures cuts."""

    kinds: Kinds
    searches: Searches
    """Of headcounts, without the shortest spell, for what an agent more or less does."""
    bench: Bench
    """Of schedules, on the replications of the large bench, and then on hard ones."""
    controls: Sequence[Controls | None]
    """The luck of the replications of the large bench, for each aim."""
    screen: Screen
    """Where the hard ones come from; single periods of its others are better than any on the bench."""
    higher: list[FloatArray] = field(default_factory=list)
    """For each aim in the mean, what must be left beyond its target and error, cases, by period: by how much more the
    bench flattered schedules than judges did. 0 for others."""
    errors: list[float] = field(default_factory=list)
    """For each aim with a stated confidence, standard errors of its share to keep in reserve."""
    _seen: set[bytes] = field(default_factory=set)
    """Schedules that were played."""
    _watched: _Watched | None = None
    """The replications that are played first, where that may be enough."""
    _before: int = 0
    """Replications played on benches of such replications before."""

    @property
    def aims(self) -> Aims:
        """What must hold."""
        return self.searches.large.aims

    @property
    def tried(self) -> int:
        """How many schedules were played."""
        return len(self._seen)

    @property
    def n_any(self) -> int:
        """Replications that were not chosen for being hard: the first ones. What holds in the mean holds in theirs."""
        return len(self.searches.large.bench.workloads)

    @cached_property
    def slopes(self) -> Slopes:
        """What measures what an agent more or less does."""
        return Slopes(self.kinds, self.searches)

    @property
    def blocks(self) -> csr_array:
        """Which intervals each block has, shape (n_blocks, n_groups × n_intervals)."""
        return self.slopes.blocks

    @cached_property
    def by_block(self) -> csr_array:
        """Agent-intervals by block of one person of each type, shape (n_blocks, n_types)."""
        return csr_array(self.blocks @ self.kinds.on_duty)

    @property
    def n_played(self) -> int:
        """Replications of schedules played so far."""
        return self.bench.n_played + (0 if self._watched is None else self._watched.n_played) + self._before

    def played(self, starts: IntArray, slopes: Cut, *, above: float = -np.inf) -> Cut:
        """Return the cut at a schedule with the slopes, and the rows, of another.

        With a stated confidence it does not matter by how much good weeks are good. Where no aim needs all
        replications, those with a row of the last cut that was measured are played first, and those that may become
        hard only where every aim is met: what meets them on a few may be fitted to their luck. All others are taken to
        follow them in the mean, as long as aims in the mean are far from being missed. ``above``: and only where more
        than so much is left.
        """
        if self._watched is None:
            return self._cut(starts, slopes, self.bench(starts))
        watched = self._watched
        counts = watched.seen(starts)
        cut = replace(self._cut(starts, slopes, counts, played=watched.weeks), is_whole=False)
        if cut.worst > 0 or cut.left <= above:
            return cut
        counts, both = watched.unseen(counts, starts), np.concatenate([watched.weeks, watched.others])
        cut = self._cut(starts, slopes, counts, played=both)
        if all(_is_safe(cut, one) for one in cut.promises if isinstance(one, Mean)):
            return cut
        # What is foretold of an aim in the mean is no longer enough.
        return self._cut(starts, slopes, self.bench(starts))

    def looked_again(self, starts: IntArray, *, is_first: bool = False) -> bool:
        """Play a schedule in other replications that may be hard with it, and take those onto the bench that are;
        whether there are any. Cuts that were measured before are not of the same rows then.

        ``is_first``: those go that were taken for hard before there was a schedule, and are not.
        """
        rows = self.screen.rows_of(self.bench.replications[self.n_any :])
        self.screen.stood(rows, [slack[self.n_any :] for slack in self.aims.singles(self.bench(starts))])
        self.screen.look(self.bench.world, starts)
        if is_first:
            self.screen.is_kept[:] = False
        return self._with_hard(starts, self.n_any if is_first else len(self.bench.replications))

    def _with_hard(self, starts: IntArray, n: int) -> bool:
        """Leave the first n on the bench, and take those onto it that have become hard with a schedule; whether there
        are any.
        """
        new, bench = self.screen.newly_hard(), self.bench
        if new:
            known = dict(zip(bench.replications[n:], bench.workloads[n:], strict=True))
            more = bench.workers.map(lambda number: known.get(number) or self.screen.draw(number), new)
            grown = bench.grown(n, more, new, starts)
            self._before, self._watched, self.bench = self.n_played, None, grown
        return bool(new)

    def measured(self, starts: IntArray) -> Cut:
        """Return the cut at a schedule, slopes and all; every replication is played."""
        counts = self.bench(starts)
        singles = self.aims.singles(counts)
        promises = self._promises(singles)
        gain, loss = self.slopes.measured(starts, promises, self._ranks(singles), self.bench, self.n_any)
        return self._with_rows(starts, promises, gain, loss, counts)

    def same_slopes(self, starts: IntArray, cut: Cut) -> Cut:
        """Return the cut at a schedule that was measured before others came onto the bench, with the rows of now; the
        slopes of single periods are the mean of those they had.
        """
        counts = self.bench(starts)
        promises = self._promises(self.aims.singles(counts))
        gain, loss = np.zeros((2, rows_of(promises), self.blocks.shape[0]))
        for old, new in zip(cut.promises, promises, strict=True):
            for table, known in ((gain, cut.gain), (loss, cut.loss)):
                table[new.rows] = known[old.rows] if isinstance(old, Mean) else known[old.rows].mean(axis=0)
        return self._with_rows(starts, promises, gain, loss, counts)

    def _with_rows(
        self, starts: IntArray, promises: tuple[Promise, ...], gain: FloatArray, loss: FloatArray, counts: Counts
    ) -> Cut:
        """The cut at a schedule that all replications were played with."""
        empty = Cut(np.zeros(len(gain)), gain, loss, np.zeros(self.blocks.shape[0]), promises)
        cut = self._cut(starts, empty, counts)
        self._watch(cut, counts)
        return cut

    def _n_singles(self, singles: Sequence[FloatArray]) -> list[int]:
        """For each aim, single periods that are judged, those of replications that are not on the bench among them; at
        least one.
        """
        parts = zip(singles, self.screen.beyond, strict=True)
        return [max(1, int(np.isfinite(slack).sum()) + beyond) for slack, beyond in parts]

    def _ranks(self, singles: Sequence[FloatArray]) -> list[int]:
        """For each aim with a stated confidence, which single period decides, from the worst on; 0 for others."""
        return [
            0 if aim.goal.confidence is None else deciding_rank(n, aim.goal.confidence, self._errors(k))
            for k, (aim, n) in enumerate(zip(self.aims.aims, self._n_singles(singles), strict=True))
        ]

    def _promises(self, singles: Sequence[FloatArray]) -> tuple[Promise, ...]:
        """The rows of every aim; what is left of them follows (``_cut``)."""
        found: list[Promise] = []
        first, ranks, counted = 0, self._ranks(singles), self._n_singles(singles)
        for k, (aim, slack) in enumerate(zip(self.aims.aims, singles, strict=True)):
            if aim.goal.confidence is None:
                found.append(Mean(slice(first, first + slack.shape[1]), np.zeros(slack.shape[1])))
            else:
                order = np.argsort(slack, axis=None, kind="stable")
                order = order[: max(1, int(np.isfinite(slack).sum()))]
                near = order[max(0, ranks[k] - WORSE) : ranks[k] + BETTER]
                share = share_allowed(counted[k], aim.goal.confidence, self._errors(k))
                rows = slice(first, first + len(near))
                found.append(Chance(rows, np.zeros(1), near, np.zeros(0), self.screen.beyond[k], 0.0, share))
            first = found[-1].rows.stop
        return tuple(found)

    def _cut(self, starts: IntArray, slopes: Cut, counts: Counts, *, played: IntArray | None = None) -> Cut:
        """The cut at a schedule that was played; ``played``: in these replications only (positions on the bench).

        In the mean a period's value is that of the replications, and its margin one standard error (none for intervals
        and hours: of hundreds, some lie below by chance, and the judges say which). Where not all of them were played,
        it is what the slopes foretell. Single periods that were not played follow those near the one that decides.
        """
        self._seen.add(starts.tobytes())
        standing, singles = self.aims.standing(counts), self.aims.singles(counts)
        over = 0.0  # a week that leaves work over keeps to no cut
        fair = replace(standing, drift=standing.drift[: self.n_any])
        if not fair.is_balanced:
            over = max(0.0, float(fair.drift.mean())) / HOUR_MS
        is_played = np.full(len(self.bench.workloads), played is None)
        if played is not None:
            is_played[played] = True
        there = self.by_block @ starts
        values: list[FloatArray] = []
        promises: list[Promise] = []
        for k, (one, aim) in enumerate(zip(slopes.promises, self.aims.aims, strict=True)):
            slack = singles[k]
            more = over + (self.higher[k] if self.higher else 0.0)
            if isinstance(one, Mean):
                value, error = _mean(aim, slack[: self.n_any], self.controls[k])
                if not is_played[: self.n_any].all():
                    value = slopes.values_at(there)[one.rows]
                promises.append(replace(one, margin=error + more))
            else:
                value = _judged(slack, one)
                level = float(value.mean())
                far = np.delete(slack.ravel(), one.singles)
                if played is not None:
                    knows = np.delete(np.repeat(is_played, slack.shape[1]), one.singles)
                    far = np.where(knows, far, one.far + (level - one.level))
                promises.append(replace(one, margin=np.zeros(1) + more, far=far, level=level))
            values.append(value)
        return Cut(np.concatenate(values), slopes.gain, slopes.loss, there, tuple(promises))

    def _watch(self, cut: Cut, counts: Counts) -> None:
        """From now on play the replications that have rows first, where no aim needs all of them, and then those with
        one of the next single periods.

        An aim in the mean needs all but the hard ones, unless it is far from being missed.
        """
        self._before, self._watched = self.n_played - self.bench.n_played, None
        kept, close = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        singles = self.aims.singles(counts)
        counted = self._n_singles(singles)
        for aim, one, slack, n in zip(self.aims.aims, cut.promises, singles, counted, strict=True):
            if isinstance(one, Chance):
                kept.append(one.singles // len(aim.share))
                order = np.argsort(slack, axis=None, kind="stable")
                beyond = int(np.flatnonzero(np.isin(order, one.singles))[-1]) + 1
                close.append(order[beyond : beyond + round(_CLOSE * n)] // len(aim.share))
            elif not _is_safe(cut, one):
                kept.append(np.arange(self.n_any))
        weeks = np.unique(np.concatenate(kept))
        if 0 < len(weeks) < _MOST_WATCHED * len(self.bench.workloads):
            others = np.setdiff1d(np.concatenate(close), weeks)
            first, rest = (self.bench.some(which, self.bench.world) for which in (weeks, others))
            self._watched = _Watched(weeks, others, first, rest, counts)

    def learnt(self, starts: IntArray, cut: Cut, scores: Sequence[Score], replications: Sequence[int]) -> Cut:
        """Aim higher where judges found a schedule to miss an aim; its cut, which misses it now unless it was the best
        there is.

        In the mean by as much as the bench flattered it. With a stated confidence the judges' replications are screened
        with the others from now on, as they were drawn like these, and more of the error is kept in reserve.

        Parameters
        ----------
        starts, cut
            The schedule, and its cut.
        scores, replications
            Of the judges.
        """
        missed = missed_parts(scores)
        asked = self.higher or [np.zeros_like(one.margin) for one in cut.promises]
        self.higher = list(asked)
        singles = []
        simulated = [score for score in scores if score.goal.kind != "cover"]
        for k, (aim, one, promise) in enumerate(zip(self.aims.aims, simulated, cut.promises, strict=True)):
            top, bottom = one.numerator.astype(np.float64), one.denominator.astype(np.float64)
            slack = np.where(aim.goal.is_at_most, -1.0, 1.0) * (top - aim.goal.share * bottom) / aim.case
            singles.append(slack if aim.goal.confidence is None else np.where(bottom > 0, slack, np.inf))
            if missed[k] and aim.goal.confidence is None:
                ours = promise.left(cut.value[:, None])[:, 0] + promise.margin
                gap = aim.goal.share - one.by_period.value
                given = np.where(np.isfinite(gap), -gap if not aim.goal.is_at_most else gap, 0.0) * bottom.mean(axis=0)
                self.higher[k] = asked[k] + np.maximum(ours - given / aim.case - asked[k], 0.0)
        if any(aim.goal.confidence is not None for aim in self.aims.aims):
            self.screen.joined(replications, singles)
            self._with_hard(starts, len(self.bench.replications))
        more = [
            _MORE_ERRORS * (is_missed and aim.goal.confidence is not None)
            for is_missed, aim in zip(missed, self.aims.aims, strict=True)
        ]
        while True:
            self.errors = [self._errors(k) + step for k, step in enumerate(more)]
            cut = self.same_slopes(starts, cut)
            if cut.worst > 0 or not any(more) or max(self.errors) >= _MOST_ERRORS:
                return cut

    def _errors(self, k: int) -> float:
        return self.errors[k] if self.errors else 1.0


def _is_safe(cut: Cut, one: Mean) -> bool:
    """Whether an aim in the mean is far from being missed."""
    return bool((one.left(cut.value[:, None])[:, 0] >= _SAFE * (cut.loss[one.rows] @ cut.there)).all())


def missed_parts(scores: Sequence[Score]) -> list[bool]:
    """Return which goals judges found missed, or are part of a named target with a confidence that is; cover left out:
    no search mends that.
    """
    missed = {
        id(part)
        for whole in wholes(scores)
        if finding_on(whole) == "missed"
        for part in whole.parts
        if whole.confidence is not None or finding_of(part) == "missed"
    }
    return [id(score) in missed for score in scores if score.goal.kind != "cover"]


def _judged(slack: FloatArray, one: Chance) -> FloatArray:
    """Slack of the rows of a chance; where there is nothing to judge, as much as of the best."""
    value = slack.ravel()[one.singles]
    best = slack.max(initial=-np.inf, where=np.isfinite(slack))
    return np.where(np.isfinite(value), value, best if np.isfinite(best) else 1.0)


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

"""Aims: goals as the search sees them, with a slack that adds up over intervals and replications.

Comes in: goals, and the counts of a headcount. Goes out: by how much each goal is met or missed, where.
Left out: what to change (``raising``, ``trimming``, ``exchanging``).

The slack of a goal is a number of cases (for occupancy and means: milliseconds): in time − share × all, or
share × all − in time where less is better. A goal in the mean holds in a period if the slack summed over the
replications is at least 0, which is the ratio of sums against the share; with a confidence, if enough single periods
have a slack of at least 0; for the parts of a named target with a confidence, in all parts at once (``bundles``). The
slack of a mean answer is answers × limit − Σ time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import TINY, Goal
from careplan.planning.bench import Bench, Counts

LOCAL = ("interval", "hour")
"""Periods so short that each looks after itself."""

_NEARLY = 0.002
"""Slack below this share of the cases weighs like this much: prices stay finite. Our choice."""

_DRIFT = 0.0025
"""Work that may be left over at the end of the horizon beyond what was there at its start, as a share of the work that
comes in: our choice. A week that leaves work to the next cannot be repeated."""


@dataclass(frozen=True, eq=False)
class Aim:
    """A goal and the share the search aims at in each period, which may be stricter than the goal's own."""

    goal: Goal
    periods: Periods
    share: FloatArray
    """Shape (n_periods,)."""

    @classmethod
    def of(cls, goal: Goal, periods: Periods) -> Aim:
        """Return the aim that is the goal itself."""
        return cls(goal, periods, np.full(periods.index(goal.over)[1], goal.share))

    def stricter(self, by: FloatArray | float) -> Aim:
        """Return an aim that is stricter by so much in each period, shares kept in bounds."""
        step = -np.asarray(by) if self.goal.is_at_most else np.asarray(by)
        return replace(self, share=np.clip(self.share + step, 0.0, self.goal.largest))

    def without(self, periods: BoolArray) -> Aim:
        """Return an aim that asks nothing in these periods, bool, shape (n_periods,)."""
        return replace(self, share=np.where(periods, self.goal.largest if self.goal.is_at_most else 0.0, self.share))

    @cached_property
    def is_local(self) -> bool:
        """Whether each period is short and its figure a mean over replications."""
        return self.goal.over in LOCAL and self.goal.confidence is None

    @cached_property
    def lead(self) -> int:
        """How many intervals before a change of headcount cases may arrive that it still helps to answer in time."""
        return round(max(self.goal.threshold_ms, 0) / float(self.periods.length_ms.mean()))

    @property
    def case(self) -> float:
        """The slack a case is worth: 1, or for a mean its limit in ms."""
        return float(self.goal.threshold_ms) if self.goal.unit == "s" else 1.0

    @cached_property
    def _first(self) -> IntArray:
        """The first interval of each period."""
        index, n = self.periods.index(self.goal.over)
        return np.searchsorted(index, np.arange(n))

    def slack(self, numerator: IntArray, denominator: IntArray) -> FloatArray:
        """Return the slack by replication and interval; all have shape (n_replications, n_intervals)."""
        share = self.share[self.periods.index(self.goal.over)[0]]
        given = numerator - share * denominator
        return -given if self.goal.is_at_most else given

    def by_period(self, slack: FloatArray) -> FloatArray:
        """Add up slack by interval, (…, n_intervals), to slack by period."""
        return np.asarray(np.add.reduceat(slack, self._first, axis=-1))

    def may_miss(self, n: int) -> int:
        """Return how many of n single periods may miss the goal."""
        assert self.goal.confidence is not None
        return math.floor((1.0 - self.goal.confidence) * n + 1e-9)

    def shortfall(self, slack: FloatArray) -> FloatArray:
        """Return by how much the aim is missed in each period, ≥ 0.

        ``slack`` by replication and period. In the mean: of the sum over the replications. With a confidence: the
        missing slack of the single periods that would have to be mended with least effort, until enough hold.
        """
        tiny = TINY * 1e3
        if self.goal.confidence is None:
            return np.asarray(np.maximum(-tiny - slack.sum(axis=0), 0.0))
        single = slack.ravel()
        may_miss = self.may_miss(single.size)
        order = np.argsort(single)
        missing = np.zeros_like(single)
        to_mend = order[may_miss:]
        missing[to_mend] = np.maximum(-tiny - single[to_mend], 0.0)
        return np.asarray(missing.reshape(slack.shape).sum(axis=0))

    def lacking(self, slack: FloatArray, by_period: FloatArray) -> FloatArray:
        """Return what a run lacks in each interval, shape (n_intervals,), from slack by replication and interval, and
        by replication and period.

        In the mean: of the mean run. With a confidence: of the mean of the single periods that miss the aim, but for
        as many of the worst as may: what all others have to spare is no help to these.
        """
        if self.goal.confidence is None:
            return np.asarray(np.maximum(-slack.sum(axis=0), 0.0) / len(slack))
        missed = by_period < 0
        mended = missed.copy()
        mended.ravel()[np.argsort(by_period, axis=None)[: self.may_miss(by_period.size)]] = False
        if not mended.any():  # a part of a named target, whose worst periods are not those of the whole
            mended = missed
        index = self.periods.index(self.goal.over)[0]
        lacks = (np.maximum(-slack, 0.0) * mended[:, index]).sum(axis=0)
        return np.asarray(lacks / np.maximum(mended.sum(axis=0), 1)[index])

    def pressure(self, slack: FloatArray, size: FloatArray) -> FloatArray:
        """Return what a unit of slack is worth, by replication and period: most where there is least of it.

        ``slack`` and ``size`` (the most the slack could move, such as the cases) by replication and period. In the
        mean all replications of a period weigh the same. With a confidence only those near the edge count: what
        happens in weeks that are safe, or lost for good, changes nothing.
        """
        if self.goal.confidence is None:
            has = np.maximum(slack.sum(axis=0), 0.0) + _NEARLY * size.sum(axis=0) + 1e-9
            return np.broadcast_to(1.0 / has, slack.shape)
        may_miss = self.may_miss(slack.size)
        rank = np.argsort(np.argsort(slack.ravel())).reshape(slack.shape)
        near = (rank >= may_miss) & (rank <= 2 * may_miss + 1)
        edge = float(np.sort(slack.ravel())[min(may_miss, slack.size - 1)])
        has = max(edge, 0.0) + _NEARLY * float(size.mean()) + 1e-9
        return np.where(near, 1.0 / has, 0.0) / max(1, int(near.sum()))


@dataclass(frozen=True, eq=False)
class Standing:
    """How a headcount stands against all aims."""

    slack: tuple[FloatArray, ...]
    """For each aim, by replication and interval."""
    by_period: tuple[FloatArray, ...]
    """For each aim, by replication and period."""
    shortfalls: tuple[FloatArray, ...]
    """For each aim, by period; 0 where it holds."""
    pressures: tuple[FloatArray, ...]
    """For each aim, what a unit of slack is worth, by replication and period."""
    drift: FloatArray
    """Work left at the end of the horizon beyond that at its start and what is allowed, by replication, ms."""

    @property
    def is_balanced(self) -> bool:
        """Whether the horizon leaves no more work than it found, to within one standard error of the mean."""
        n = len(self.drift)
        error = float(self.drift.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
        return float(self.drift.mean()) <= error

    @property
    def holds(self) -> bool:
        """Whether every aim holds and the week can be repeated."""
        return self.is_balanced and not any(short.any() for short in self.shortfalls)


@dataclass(frozen=True, eq=False)
class Aims:
    """All aims of a search together."""

    aims: tuple[Aim, ...]
    allowed_ms: float
    """Work that the horizon may leave over beyond what it found, ms."""

    @classmethod
    def of(cls, goals: Sequence[Goal], periods: Periods, bench: Bench) -> Aims:
        """Return the aims that are the goals themselves."""
        cases = max(1.0, float(np.mean([w.n_first for w in bench.workloads])))
        return cls(tuple(Aim.of(goal, periods) for goal in goals), _DRIFT * bench.work_ms + 2 * bench.work_ms / cases)

    @cached_property
    def bundles(self) -> tuple[tuple[int, ...], ...]:
        """Aims that are judged by the same single periods: each alone, parts of a named target with a confidence
        together.
        """
        found: dict[tuple[str, int], list[int]] = {}
        for k, aim in enumerate(self.aims):
            at_once = aim.goal.whole and aim.goal.confidence is not None
            found.setdefault((aim.goal.whole, -1) if at_once else ("", k), []).append(k)
        return tuple(tuple(rows) for rows in found.values())

    def shortfalls(self, by_period: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
        """Return by how much each aim is missed in each period, from slack by replication and period; 0 where it
        holds.
        """
        found: dict[int, FloatArray] = {}
        for rows in self.bundles:
            if len(rows) == 1:
                found[rows[0]] = self.aims[rows[0]].shortfall(by_period[rows[0]])
            else:
                found.update(zip(rows, self._short_at_once(rows, by_period), strict=True))
        return tuple(found[k] for k in range(len(self.aims)))

    def _short_at_once(self, rows: Sequence[int], by_period: Sequence[FloatArray]) -> list[FloatArray]:
        """What the parts of a bundle lack in the single periods that are mended with least effort, until enough meet
        all parts.
        """
        tiny = TINY * 1e3
        lacking = [np.maximum(-tiny - by_period[k], 0.0) for k in rows]
        effort = np.sum([lack / self.aims[k].case for k, lack in zip(rows, lacking, strict=True)], axis=0)
        must = np.ones(effort.size, dtype=bool)
        must[np.argsort(-effort.ravel(), kind="stable")[: self.aims[rows[0]].may_miss(effort.size)]] = False
        return [np.where(must.reshape(effort.shape), lack, 0.0).sum(axis=0) for lack in lacking]

    def pressures(self, by_period: Sequence[FloatArray], sizes: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
        """Return what a unit of slack is worth to each aim, by replication and period; see :meth:`Aim.pressure`.

        In a bundle the periods near the edge are those whose worst part is.
        """
        found: dict[int, FloatArray] = {}
        for rows in self.bundles:
            if len(rows) == 1:
                found[rows[0]] = self.aims[rows[0]].pressure(by_period[rows[0]], sizes[rows[0]])
                continue
            worst = np.min([by_period[k] / np.maximum(sizes[k].mean(), 1e-9) for k in rows], axis=0)
            may_miss = self.aims[rows[0]].may_miss(worst.size)
            rank = np.argsort(np.argsort(worst.ravel())).reshape(worst.shape)
            near = (rank >= may_miss) & (rank <= 2 * may_miss + 1)
            for k in rows:
                has = np.maximum(by_period[k], 0.0) + _NEARLY * float(sizes[k].mean()) + 1e-9
                found[k] = np.where(near, 1.0 / has, 0.0) / max(1, int(near.sum()))
        return tuple(found[k] for k in range(len(self.aims)))

    def standing(self, counts: Counts) -> Standing:
        """Return how a headcount stands."""
        slack = tuple(aim.slack(counts.numerator[k], counts.denominator[k]) for k, aim in enumerate(self.aims))
        by_period = tuple(aim.by_period(s) for aim, s in zip(self.aims, slack, strict=True))
        sizes = [aim.by_period(np.asarray(counts.denominator[k], dtype=np.float64)) for k, aim in enumerate(self.aims)]
        return Standing(
            slack,
            by_period,
            self.shortfalls(by_period),
            self.pressures(by_period, sizes),
            counts.waiting_ms[:, 1] - counts.waiting_ms[:, 0] - self.allowed_ms,
        )

    def singles(self, counts: Counts) -> tuple[FloatArray, ...]:
        """Return for each aim its slack by replication and period, in cases.

        With a stated confidence infinite where there is nothing to judge: judges leave such periods out.
        """
        found = []
        for k, aim in enumerate(self.aims):
            slack = aim.by_period(aim.slack(counts.numerator[k], counts.denominator[k])) / aim.case
            size = aim.by_period(np.asarray(counts.denominator[k], dtype=np.float64))
            found.append(slack if aim.goal.confidence is None else np.where(size > 0, slack, np.inf))
        return tuple(found)

    def may_take(self, by_period: Sequence[FloatArray]) -> bool:
        """Whether every aim would hold with this slack by replication and period."""
        return not any(short.any() for short in self.shortfalls(by_period))

    @property
    def lead(self) -> int:
        """The longest lead of all aims, intervals."""
        return max((aim.lead for aim in self.aims), default=0)

    @property
    def are_local(self) -> bool:
        """Whether every aim is local."""
        return all(aim.is_local for aim in self.aims)


def touched(first: int, length: int, n: int) -> BoolArray:
    """Return the intervals [first, first + length) of a cycle of n, as a mask."""
    mask = np.zeros(n, dtype=bool)
    mask[np.arange(first, first + min(length, n)) % n] = True
    return mask

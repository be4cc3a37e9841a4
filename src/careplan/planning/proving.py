"""Proving: a plan is held to fresh replications, and mended until they bear it out.

Comes in: a headcount from the search. Goes out: one that no target is missed with, and the last judgement.
Left out: how replications are drawn.

Every judgement takes replications that nobody has seen: not the search, and no judgement before. Only the last one is
reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.metrics.scorecard import Score
from careplan.planning.aims import Aims
from careplan.planning.bench import Counts
from careplan.planning.effort import Effort
from careplan.planning.judging import Verdict, below
from careplan.planning.leveling import leveled
from careplan.planning.raising import step_up

_MOST_REPAIRS = 5
_ERRORS = 1.0
"""A period over an interval or an hour is mended if it lacks more than so many standard errors: our choice."""

_CLEARLY = 3.0
"""The same, for as long as any period lacks so much: of hundreds, some lack two by chance. Our choice."""

Judge = Callable[[IntArray], Verdict]
"""Headcount → verdict on the next fresh replications."""


@dataclass(frozen=True, eq=False)
class Proved:
    """A headcount, what the last judges said of it, and what was mended before."""

    headcount: IntArray
    verdict: Verdict
    notes: tuple[str, ...]


def proved(small: Effort, large: Effort, headcount: IntArray, judge: Judge) -> Proved:
    """Return a headcount near this one that holds on fresh replications, after a few repairs at most."""
    notes: list[str] = []
    verdict = judge(headcount)
    for repair in range(_MOST_REPAIRS):
        if repair and _is_good_enough(verdict):
            break
        higher = _mended(small, large, headcount, verdict, repair)
        if np.array_equal(higher, headcount):
            break
        more = small.limits.agent_hours(higher) - small.limits.agent_hours(headcount)
        notes.append(
            f"{len(verdict.replications)} fresh replications: {'; '.join(map(_lacks, _short(verdict)))}. "
            f"Mended with {more:+.1f} agent hours and judged on further ones."
        )
        headcount = higher
        verdict = judge(headcount)
    return Proved(headcount, verdict, tuple(notes))


def _mended(small: Effort, large: Effort, headcount: IntArray, verdict: Verdict, repair: int) -> IntArray:
    """A headcount raised where the judges found it short; the same where they did not."""
    scores = [one for one in verdict.scores if one.goal.kind != "cover"]
    counts = Counts(
        np.array([top for top, _ in _kept(verdict)]),
        np.array([bottom for _, bottom in _kept(verdict)]),
        verdict.waiting_ms,
    )
    standing = replace(small.aims, allowed_ms=1e18).standing(counts)
    local = [
        np.where(below(one, _ERRORS), short, 0.0) if aim.is_local else np.zeros_like(short)
        for aim, one, short in zip(small.aims.aims, scores, _shortfalls(small.aims, scores), strict=True)
    ]
    higher = headcount
    if any(short.any() for short in local):
        higher = step_up(small, headcount, replace(standing, shortfalls=tuple(local)), repair)
    wide = [not aim.is_local and not one.holds for aim, one in zip(large.aims.aims, scores, strict=True)]
    if any(wide):
        aims = tuple(
            aim.stricter(_lift(one)) if is_short else aim
            for aim, one, is_short in zip(large.aims.aims, scores, wide, strict=True)
        )
        large.aims, large.best = replace(large.aims, aims=aims), None
        higher = leveled(small, large, higher)
    return higher


def _is_good_enough(verdict: Verdict) -> bool:
    """Whether no target is missed, and no single period of one in the mean lies clearly below it."""
    return verdict.holds and not any(
        below(one, _CLEARLY).any() for one in verdict.scores if one.goal.confidence is None and not one.holds
    )


def _short(verdict: Verdict) -> list[Score]:
    """The scores that do not simply hold."""
    return [one for one in verdict.scores if not one.holds]


def _lacks(one: Score) -> str:
    """What a score lacks, in words."""
    goal = one.goal
    if goal.confidence is not None:
        return f"{goal.name} met in {one.chance.value:.1%} of {goal.over}s, {goal.confidence:.1%} wanted"
    if len(one.labels) == 1:
        return f"{goal.name} at {one.overall.value:.1%}, {goal.share:.1%} wanted"
    return f"{goal.name} missed in {int((one.short_by() > 0).sum())} of {len(one.labels)} {goal.over}s"


def _kept(verdict: Verdict) -> list[tuple[IntArray, IntArray]]:
    """Counts of the goals that were simulated."""
    return [counts for counts, one in zip(verdict.counts, verdict.scores, strict=True) if one.goal.kind != "cover"]


def _shortfalls(aims: Aims, scores: list[Score]) -> list[FloatArray]:
    """What each goal itself lacks, whatever the aims were raised to."""
    found = []
    for aim, one in zip(aims.aims, scores, strict=True):
        slack = one.numerator - aim.goal.share * one.denominator
        found.append(aim.shortfall(-slack if aim.goal.is_at_most else slack))
    return found


def _lift(one: Score) -> FloatArray:
    """By how much to aim higher in each period: what was missed, and one standard error."""
    if one.goal.confidence is None:
        short = one.short_by()
        error = np.nan_to_num((one.by_period.high - one.by_period.value) / 2, nan=0.0)
        return np.where(short > 0, short + error, 0.0)
    values = one.values[np.isfinite(one.values)]
    share = 1 - one.goal.confidence
    reached = float(np.quantile(values, 1 - share if one.goal.is_at_most else share))
    return np.full(one.values.shape[1], max(abs(reached - one.goal.share), 0.002))

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
from careplan.metrics.together import wholes
from careplan.metrics.uncertainty import divide
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Counts
from careplan.planning.cutting import topped_up
from careplan.planning.effort import Effort
from careplan.planning.judging import Verdict, below
from careplan.planning.leveling import leveled
from careplan.planning.raising import step_up
from careplan.units import format_share

_MOST_REPAIRS = 5
_TO_MEND = 0.25
"""What a search may play, as a share of what it might at first, to mend what the judges found: our choice."""

_ERRORS = 1.0
"""A period over an interval or an hour is mended if it lacks more than so many standard errors: our choice."""

_CLEARLY = 3.0
"""The same, for as long as any period lacks so much: of hundreds, some lack two by chance. Our choice."""

_A_LITTLE = 0.002
"""What is aimed higher at least where a chance was missed, so that another plan is judged next: our choice."""

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
    to_mend = round(_TO_MEND * large.most_played)
    for repair in range(_MOST_REPAIRS):
        if repair and _is_good_enough(verdict):
            break
        large.most_played = large.bench.n_played + to_mend
        higher = _mended(small, large, headcount, verdict, repair)
        if np.array_equal(higher, headcount):
            break
        more = small.limits.agent_hours(higher) - small.limits.agent_hours(headcount)
        notes.append(
            f"{len(verdict.replications)} fresh replications: {'; '.join(_lacks(verdict))}. "
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
    missing = verdict.missing
    wide = [not aim.is_local and one in missing for aim, one in zip(large.aims.aims, scores, strict=True)]
    if any(wide):
        seen = large.bench(headcount)
        aims = tuple(
            aim.stricter(_lift(aim, one, seen.numerator[k], seen.denominator[k])) if wide[k] else aim
            for k, (aim, one) in enumerate(zip(large.aims.aims, scores, strict=True))
        )
        large.aims, large.best = replace(large.aims, aims=aims), None
        enough = topped_up(large, higher)
        higher = leveled(small, large, higher, may_lower=False) if enough is None else enough
    return higher


def _is_good_enough(verdict: Verdict) -> bool:
    """Whether no target is missed, and no single period of one in the mean lies clearly below it."""
    return verdict.holds and not any(
        below(one, _CLEARLY).any() for one in verdict.scores if one.goal.confidence is None and not one.holds
    )


def _lacks(verdict: Verdict) -> list[str]:
    """What targets that do not simply hold lack, in words."""
    found = []
    for whole in wholes(verdict.scores):
        if whole.confidence is not None and not whole.holds:
            met, asked = format_share(whole.chance.value), format_share(whole.confidence)
            found.append(f"{whole.name} met in {met} of {whole.over}s, {asked} wanted")
        elif whole.confidence is None:
            found += [_lacks_in_the_mean(one) for one in whole.parts if not one.holds]
    return found


def _lacks_in_the_mean(one: Score) -> str:
    goal = one.goal
    if len(one.labels) == 1:
        return f"{goal.name} at {goal.words(one.overall.value)}, {goal.asked} wanted"
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


def _lift(aim: Aim, one: Score, numerator: IntArray, denominator: IntArray) -> FloatArray:
    """By how much to aim higher in each period on the large bench.

    By how much better the plan looks there than to the judges, and one standard error of theirs; at most half of the
    way to perfection.
    """
    goal = one.goal
    better = -1.0 if goal.is_at_most else 1.0
    top, bottom = (aim.periods.sums(table, goal.over) for table in (numerator, denominator))
    if goal.confidence is None:
        looks = divide(top.sum(axis=0), bottom.sum(axis=0))
        error = np.nan_to_num((one.by_period.high - one.by_period.value) / 2, nan=0.0)
        flattered = np.nan_to_num(better * (looks - one.by_period.value), nan=0.0)
        lift = np.where(one.short_by() > 0, np.maximum(flattered, 0.0) + error, 0.0)
    else:
        # What the weeks reach that just may not miss, here and there.
        edge = goal.confidence if goal.is_at_most else 1 - goal.confidence
        here, there = (float(np.nanquantile(values, edge)) for values in (divide(top, bottom), one.values))
        lift = np.full(one.values.shape[1], max(better * (here - there), 0.0) + _A_LITTLE)
    room = aim.share if goal.is_at_most else 1.0 - aim.share
    return np.asarray(np.minimum(lift, room / 2))

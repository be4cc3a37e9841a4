"""What one agent more or less in each hour of the week does to each target.

Comes in: a plan's headcount, and a bench of replications that neither search nor judges have seen. Goes out:
:class:`HourEffects`. Left out: words, and what to do about it.

A change is one agent for exactly one hour of the week, in every week of the horizon (and of warm-up and run-off),
whatever the shortest spell: an hour is what targets are compared by; who is taken off duty in practice goes for a
whole spell, and that costs about the sum of its hours.

Plan and variants meet the same customers. Where one run for each change would take too long, changes far apart in
time are made in one run, and what differs from the plan between the beginning of one and that of the next is put down
to the first. The sum of all effects of a run is then exact, and its split is not where an effect reaches beyond the
next change; :attr:`HourEffects.alone` says by how much, for some hours that are played alone as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.metrics.controls import Controls, controlled_ratios
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimate, Estimates, divide, means
from careplan.planning.aims import LOCAL
from careplan.planning.bench import Bench, Counts
from careplan.planning.judging import finding_of
from careplan.planning.limits import Limits
from careplan.planning.parts import parts_of
from careplan.planning.why_effects import HourEffects
from careplan.planning.why_slots import Design, Slots, changed

_CHECKED = 4
"""Hours that are played alone to see what making several changes in one run does: our choice."""
Told = Callable[[float], None]
"""Called with the fraction that is done."""


def hour_effects(
    bench: Bench,
    limits: Limits,
    headcount: IntArray,
    scores: Sequence[Score],
    design: Design,
    slots: Slots,
    *,
    controls: Sequence[Controls | None] = (),
    tell: Told = lambda fraction: None,
) -> HourEffects:
    """Return what one agent more or less in each hour does.

    Parameters
    ----------
    bench
        Replications nobody has searched or judged with.
    limits
        For cover targets.
    headcount
        The plan's, shape (n_groups, n_intervals).
    scores
        The judges', one for each goal of the bench's world.
    design, slots
        Which changes are made in which run.
    controls
        For each goal the luck of the bench's replications. With them the plan's own figure for a goal over a day or
        longer is taken from the bench, sharpened; else it is the judges'.
    tell
        Called with the fraction done.
    """
    goals, periods = bench.world.goals, bench.world.periods
    part_of_group, part_of_goal = parts_of(bench.world.rules, bench.workloads, goals)
    before = bench(headcount)
    can_be = np.ones_like(headcount) if limits.most is None else limits.most
    shape = (len(bench.workloads), len(goals), len(headcount), slots.n)
    effects = {-1: np.full(shape, np.nan), 1: np.full(shape, np.nan)}
    levels = tuple(
        _level(k, score, before, periods, dict(enumerate(controls)).get(k)) for k, score in enumerate(scores)
    )
    done = 0
    for by, table in effects.items():
        for batch in design.batches:
            moves = [(g, s) for g, s in batch if (can_be if by > 0 else headcount)[g][slots.of_interval == s].any()]
            if moves and goals:
                after = bench(changed(headcount, slots, moves, by))
                for k, goal in enumerate(goals):
                    mine = [(g, s) for g, s in moves if part_of_group[g] == part_of_goal[k]]
                    if not mine:
                        continue
                    table[:, k, [g for g, _ in mine], [s for _, s in mine]] = _attributed(
                        goal, k, periods, slots, before, after, [s for _, s in mine]
                    )
            done += 1
            tell(done / (2 * len(design.batches)))
    return HourEffects(
        goals=goals,
        groups=bench.world.rules.groups,
        serves=np.asarray(bench.world.rules.rank >= 0),
        slots=slots,
        agents=slots.sums(headcount) / slots.sums(np.ones(periods.n_intervals, dtype=np.int64)),
        less=effects[-1],
        more=effects[1],
        levels=levels,
        slack=np.array([_slack(g, level, slots, periods) for g, level in zip(goals, levels, strict=True)]).reshape(
            len(goals), slots.n
        ),
        holds=tuple(finding_of(score) != "missed" for score in scores),
        breaks_cover=_breaks_cover(limits, headcount, slots),
        together=design.together,
        alone=_alone(bench, headcount, slots, effects[-1], before) if goals and design.together > 1 else None,
    )


def _attributed(
    goal: Goal, k: int, periods: Periods, slots: Slots, before: Counts, after: Counts, moved: Sequence[int]
) -> FloatArray:
    """The effect of each change of a run on a goal, by replication, shape (n_replications, n_moves)."""
    n = periods.n_intervals
    lead = round(
        max(goal.threshold_ms, 0) / float(periods.length_ms.mean())
    )  # cases that came up to the threshold before
    starts = [((first - lead) % n, move) for move, slot in enumerate(moved) for first in slots.first[slot].tolist()]
    starts.sort()
    at, owner = np.array([s for s, _ in starts]), np.array([m for _, m in starts])
    owners = owner[np.searchsorted(at, np.arange(n), side="right") - 1]
    index, _ = periods.index(goal.over)
    member = slots.periods_of(goal, periods)
    found = np.full((before.numerator.shape[1], len(moved)), np.nan)
    for move, slot in enumerate(moved):
        mine = (owners == move) & member[slot][index]
        here = member[slot]
        pairs = []
        for base, then in (
            (before.numerator[k], after.numerator[k]),
            (before.denominator[k], after.denominator[k]),
        ):
            moved_to = base + np.where(mine, then - base, 0)
            pairs.append([periods.sums(table, goal.over)[:, here] for table in (base, moved_to)])
        (top_before, top_after), (bottom_before, bottom_after) = pairs
        found[:, move] = _change(goal, top_before, bottom_before, top_after, bottom_after)
    return found


def _change(
    goal: Goal, top_before: IntArray, bottom_before: IntArray, top_after: IntArray, bottom_after: IntArray
) -> FloatArray:
    """The change of a goal's figure by replication; all have shape (n_replications, n_periods of the hour).

    In the mean: each replication's part in the difference of two ratios of sums (delta method; as in
    ``metrics.uncertainty.ratios``), with that difference as their mean.
    """
    if goal.confidence is not None:
        met = [goal.is_met_by(divide(top, bottom)) for top, bottom in
               ((top_before, bottom_before), (top_after, bottom_after))]  # fmt: skip
        there = (bottom_before > 0).sum(axis=1)
        return divide(met[1].astype(np.int64).sum(axis=1) - met[0].sum(axis=1), there)
    parts = []
    for top, bottom in ((top_before, bottom_before), (top_after, bottom_after)):
        x, y = top.sum(axis=1).astype(np.float64), bottom.sum(axis=1).astype(np.float64)
        if y.sum() == 0:
            return np.full(len(x), np.nan)
        ratio = x.sum() / y.sum()
        parts.append(ratio + (x - ratio * y) / y.mean())
    return np.asarray(parts[1] - parts[0])


def _level(k: int, score: Score, before: Counts, periods: Periods, controls: Controls | None) -> Estimates:
    """The plan's own figure for a goal, by period."""
    goal = score.goal
    if goal.confidence is not None:
        chance = score.chance
        low, high = (chance.value if bound is None else bound for bound in (chance.low, chance.high))
        every = np.ones(len(score.labels))
        return Estimates(chance.value * every, low * every, high * every, chance.n)
    if controls is None or goal.over in LOCAL:
        return score.by_period
    top, bottom = (periods.sums(table[k], goal.over) for table in (before.numerator, before.denominator))
    return controlled_ratios(top, bottom, controls)


def _slack(goal: Goal, level: Estimates, slots: Slots, periods: Periods) -> FloatArray:
    """By how much a plan is better than a goal asks, in the worst period of each hour, shape (n_slots,)."""
    asked = goal.share if goal.confidence is None else goal.confidence
    spare = level.value - asked
    if goal.is_at_most and goal.confidence is None:
        spare = -spare
    member = slots.periods_of(goal, periods)
    known = np.where(member & np.isfinite(spare), spare, np.inf).min(axis=1)
    return np.where(np.isfinite(known), known, np.nan)


def _breaks_cover(limits: Limits, headcount: IntArray, slots: Slots) -> BoolArray:
    """Where one agent less leaves a cover target unmet that is met, shape (n_groups, n_slots)."""
    found = np.zeros((len(headcount), slots.n), dtype=bool)
    for cover in limits.covers:
        spare = headcount[cover.groups].sum(axis=0) - cover.at_least
        tight = cover.intervals & (spare == 0)
        for group in cover.groups.tolist():
            found[group, slots.of_interval[tight & (headcount[group] > 0)]] = True
    return found


def _alone(bench: Bench, headcount: IntArray, slots: Slots, less: FloatArray, before: Counts) -> Estimate:
    """What attribution does to the effect on the first goal: some staffed hours of its first group, spread evenly."""
    there = np.argwhere(np.isfinite(less[:, 0]).all(axis=0))
    chosen = there[np.linspace(0, len(there) - 1, min(_CHECKED, len(there))).round().astype(int)].tolist()
    goal, periods = bench.world.goals[0], bench.world.periods
    differences = []
    for group, slot in chosen:
        after = bench(changed(headcount, slots, [(group, slot)], -1))
        single = _attributed(goal, 0, periods, slots, before, after, [slot])[:, 0]
        differences.append(less[:, 0, group, slot] - single)
    return means(np.mean(differences, axis=0)).at() if differences else Estimate(math.nan, None, None, 0)

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
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.metrics.controls import Controls, controlled_ratios
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimate, Estimates, divide, means
from careplan.planning.aims import LOCAL
from careplan.planning.bench import Bench, Counts
from careplan.planning.effort import LONG_TAIL_MS, TAIL_MS
from careplan.planning.judging import finding_of
from careplan.planning.limits import Limits
from careplan.planning.parts import parts_of
from careplan.units import DAYS, HOUR_MS

_CHECKED = 4
"""Hours that are played alone to see what making several changes in one run does: our choice."""

Told = Callable[[float], None]
"""Called with the fraction that is done."""


@dataclass(frozen=True, eq=False)
class Slots:
    """The hours of the week that the horizon has, in its order, and the intervals each is made of."""

    hour_of_week: IntArray
    """0 (Monday, midnight) to 167, shape (n_slots,)."""
    of_interval: IntArray
    """The slot of every interval, shape (n_intervals,)."""
    first: tuple[IntArray, ...]
    """For each slot, the interval each of its occurrences begins with (one a week)."""

    @classmethod
    def of(cls, periods: Periods) -> Slots:
        """Return the hours of some measured intervals."""
        hours, first_at = np.unique(periods.hour_of_week, return_index=True)
        hours = hours[np.argsort(first_at)]
        number = np.full(168, -1, dtype=np.int64)
        number[hours] = np.arange(len(hours))
        slot = number[periods.hour_of_week]
        begins = np.flatnonzero(np.diff(periods.hour_ix, prepend=-1) != 0)
        return cls(hours, slot, tuple(begins[slot[begins] == s] for s in range(len(hours))))

    @property
    def n(self) -> int:
        """How many."""
        return len(self.hour_of_week)

    @property
    def labels(self) -> tuple[str, ...]:
        """Such as ``mon 09:00``."""
        return tuple(f"{DAYS[h // 24]} {h % 24:02}:00" for h in self.hour_of_week.tolist())

    def sums(self, table: IntArray) -> IntArray:
        """Add up a table over its last axis, (…, n_intervals) to (…, n_slots)."""
        is_in = self.of_interval[:, None] == np.arange(self.n)
        return np.asarray(table @ is_in.astype(np.int64))

    def periods_of(self, goal: Goal, periods: Periods) -> BoolArray:
        """Return which periods of a goal each hour belongs to, shape (n_slots, n_periods)."""
        index, n = periods.index(goal.over)
        found = np.zeros((self.n, n), dtype=bool)
        found[self.of_interval, index] = True
        return found


@dataclass(frozen=True, eq=False)
class HourEffects:
    """One agent less and one more in each hour. Effects are changes of a target's figure, 0 to 1, in the periods the
    hour belongs to; of its chance, where the target states a confidence."""

    goals: tuple[Goal, ...]
    """Those that are simulated: not cover."""
    groups: tuple[str, ...]
    serves: BoolArray
    """Which queues each group has skills for, shape (n_groups, n_queues)."""
    slots: Slots
    agents: FloatArray
    """On duty by group and hour, mean of its intervals, shape (n_groups, n_slots)."""
    less: FloatArray
    """By replication, goal, group and hour, so that their mean over the replications is the effect; NaN where nobody
    is on duty, no case belongs to the hour, or the goal to another part of the desk."""
    more: FloatArray
    """The same for one agent more; NaN also outside the hours a group may be on duty."""
    levels: tuple[Estimates, ...]
    """The plan's own figure for each goal, by period; for one with a confidence its chance."""
    slack: FloatArray
    """By how much the plan is better than each goal asks in the hour's worst period, below 0 where it misses; shape
    (n_goals, n_slots), NaN without cases."""
    holds: tuple[bool, ...]
    """Whether the judges found that the plan meets each goal."""
    breaks_cover: BoolArray
    """Where one agent less would leave a cover target unmet, shape (n_groups, n_slots)."""
    together: int
    """How many hours were changed in one run."""
    alone: Estimate | None
    """Effect of one agent less as it stands here minus that of the same change played alone, mean of a few hours, in
    the first goal; None where every change was played alone."""

    @cached_property
    def less_figures(self) -> Estimates:
        """Effect of one agent less with its interval, shape (n_goals, n_groups, n_slots)."""
        return means(self.less)

    @cached_property
    def more_figures(self) -> Estimates:
        """Effect of one agent more with its interval, shape (n_goals, n_groups, n_slots)."""
        return means(self.more)

    @cached_property
    def better(self) -> FloatArray:
        """1 for goals where more is better (a chance always is), −1 where less is; shape (n_goals,)."""
        return np.array([-1.0 if goal.is_at_most and goal.confidence is None else 1.0 for goal in self.goals])

    @cached_property
    def breaks(self) -> BoolArray:
        """Where one agent less would miss a goal that the plan meets, shape (n_goals, n_groups, n_slots).

        The effect has to be told from nothing at 95 %. Where the judges found the goal met and this replications'
        figure lies a hair below it, any loss misses it.
        """
        figures, better = self.less_figures, self.better[:, None, None]
        bound = np.where(better > 0, figures.high, -figures.low)
        change = better * figures.value
        surely = np.where(np.isfinite(bound), bound, change) < 0
        slack = self.slack[:, None, :]
        met = (slack >= 0) | np.array(self.holds, dtype=bool).reshape(-1, 1, 1)
        with np.errstate(invalid="ignore"):
            return np.asarray(met & surely & (slack + change < -1e-12))

    @cached_property
    def binds(self) -> BoolArray:
        """Where one agent less would miss any target, cover included, shape (n_groups, n_slots)."""
        return np.asarray(self.breaks.any(axis=0) | self.breaks_cover)

    def scale(self, k: int) -> float:
        """What an effect on goal k is multiplied by to be in its unit: a share (or chance), or seconds of a mean."""
        return self.goals[k].scale if self.goals[k].confidence is None else 1.0

    def is_mean(self, k: int) -> bool:
        """Whether an effect on goal k is one of seconds."""
        return self.goals[k].unit == "s" and self.goals[k].confidence is None

    def harm(self, k: int) -> FloatArray:
        """Return by how much one agent less worsens goal k, by replication, group and hour."""
        return np.asarray(-self.better[k] * self.less[:, k])

    def help(self, k: int) -> FloatArray:
        """Return by how much one agent more improves goal k, by replication, group and hour."""
        return np.asarray(self.better[k] * self.more[:, k])

    @cached_property
    def is_staffed(self) -> BoolArray:
        """Where there is anybody to take away, shape (n_groups, n_slots)."""
        return self.agents > 0


def mean_over(effect: FloatArray, where: BoolArray) -> Estimate:
    """Return the mean effect over some hours.

    ``effect`` by replication, group and hour; ``where`` bool, shape (n_groups, n_slots).
    """
    chosen = effect[:, where & np.isfinite(effect).all(axis=0)]
    return means(chosen.mean(axis=1)).at() if chosen.shape[1] else Estimate(math.nan, None, None, len(effect))


def largest(effect: FloatArray, count: int) -> tuple[BoolArray, Estimate]:
    """Return the hours with the largest effect, and their mean effect.

    The hours are chosen on every second replication, their figure is that of the others: the largest of many noisy
    figures, taken from where it was chosen, is too large. One replication alone does both.
    """
    chooses, tells = (effect[::2], effect[1::2]) if len(effect) > 1 else (effect, effect)
    values = chooses.mean(axis=0)
    ranked = np.where(np.isfinite(values), values, -np.inf)
    order = np.argsort(-ranked, axis=None, kind="stable")[:count]
    where = np.zeros(values.shape, dtype=bool)
    where.flat[order] = True
    where &= np.isfinite(values)
    return where, mean_over(tells, where)


@dataclass(frozen=True, eq=False)
class Design:
    """How many changes are made in one run, and what runs there are."""

    together: int
    batches: tuple[tuple[tuple[int, int], ...], ...]
    """For each run the (group, slot) that change."""

    @classmethod
    def of(cls, bench: Bench, limits: Limits, slots: Slots, part_of_group: IntArray, *, most_runs: float) -> Design:
        """Return the design that changes fewest hours in one run, in at most so many runs if that is possible.

        Changes in one run are so far apart that their effects hardly meet. Groups that have nothing to do with one
        another change in the same run.
        """
        members = [np.flatnonzero(part_of_group == part).tolist() for part in np.unique(part_of_group)]
        rounds = max((len(groups) for groups in members), default=1)
        most = max(1, slots.n // _apart(bench, limits))
        together = next((k for k in range(1, most) if 2 * rounds * -(-slots.n // k) <= most_runs), most)
        starts = (np.arange(together + 1) * slots.n) // together
        batches = []
        for offset in range(int(np.diff(starts).max(initial=0))):
            pairs = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
            places = [begin + offset for begin, end in pairs if begin + offset < end]
            for nth in range(rounds):
                changed = [groups[nth] for groups in members if nth < len(groups)]
                batches.append(tuple((group, place) for group in changed for place in places))
        return cls(together, tuple(batches))


def _apart(bench: Bench, limits: Limits) -> int:
    """How many hours lie between two changes of one run at least: the longest threshold, and as long as the search
    looks for an effect."""
    goals, rules = bench.world.goals, bench.world.rules
    named = {name for goal in goals for name in goal.queues or rules.queues}
    messages = {name for name, live in zip(rules.queues, rules.is_live.tolist(), strict=True) if not live}
    is_local = all(goal.over in LOCAL and goal.confidence is None for goal in goals)
    tail = LONG_TAIL_MS if named & messages and not is_local else TAIL_MS
    lead = max((goal.threshold_ms for goal in goals), default=0)
    return 1 + math.ceil(max(lead, float(limits.grid.lengths.mean())) / HOUR_MS) + math.ceil(tail / HOUR_MS)


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


def changed(headcount: IntArray, slots: Slots, moves: Sequence[tuple[int, int]], by: int) -> IntArray:
    """Return a headcount with one agent more (``by`` 1) or less (−1) in some (group, slot), never below none."""
    result = headcount.copy()
    for group, slot in moves:
        result[group, slots.of_interval == slot] += by
    return np.maximum(result, 0)


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

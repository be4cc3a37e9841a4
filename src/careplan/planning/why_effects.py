"""What one agent more or less in each hour of the week does to each target, as figures.

Comes in: effects by replication. Goes out: :class:`HourEffects`. Left out: how they are played (``why_hours``), words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from careplan.columns import BoolArray, FloatArray
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, Estimates, means
from careplan.planning.why_slots import Slots


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

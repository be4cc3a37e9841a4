"""The smallest changes the shortest spell allows: a whole spell, or the end of a longer one.

Comes in: a plan's headcount, its limits, and what one agent less does in each hour. Goes out: :class:`Spell`. Left out:
playing; the effect of a spell is taken to be the sum of its hours' (they were played one by one).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.metrics.periods import Periods
from careplan.metrics.uncertainty import Estimate, means
from careplan.planning.limits import Limits
from careplan.planning.moves import less
from careplan.planning.why_effects import HourEffects


@dataclass(frozen=True, eq=False)
class Spell:
    """One agent less around an hour, and around it as far as spells would get too short."""

    group: int
    hours: IntArray
    """Hours of the week that change, 0 to 167."""
    agent_hours: float
    """A week."""
    effects: tuple[Estimate, ...]
    """Change of each goal's figure: that of its hours, added up where they belong to one period of the goal, the worst
    of those sums; NaN where there is none."""
    could_go: bool
    """Whether every target, cover included, would still be met."""


def spells_of(effects: HourEffects, headcount: IntArray, limits: Limits, periods: Periods) -> tuple[Spell, ...]:
    """Return every smallest change that takes an agent out, in the order of the hours they begin in.

    Empty where the shortest spell is no longer than an hour: the hours are then the smallest changes themselves.
    """
    slots = effects.slots
    per_hour = round(3_600_000 / float(periods.length_ms.mean()))
    if limits.min_spell <= max(1, per_hour):
        return ()
    same_period: list[BoolArray] = []
    for goal in effects.goals:
        member = slots.periods_of(goal, periods).astype(np.int64)
        same_period.append(member @ member.T > 0)
    size = slots.sums(np.ones(periods.n_intervals, dtype=np.int64))
    weeks = float(periods.length_ms.sum()) / (168 * 3_600_000)
    found: dict[bytes, Spell] = {}
    for group, row in enumerate(headcount):
        for first in slots.first:
            change = less(row, int(first[0]), per_hour, limits.min_spell) - row
            key = bytes([group % 256]) + change.tobytes()
            if not change.any() or key in found:
                continue
            part = -slots.sums(change) / size  # of an agent, by hour
            after = headcount.copy()
            after[group] += change
            figures, holds = _summed(effects, group, part, same_period)
            found[key] = Spell(
                group,
                slots.hour_of_week[part > 0],
                float(-(change * limits.hours).sum()) / weeks,
                figures,
                holds and limits.allow(after),
            )
    return tuple(found.values())


def _summed(
    effects: HourEffects,
    group: int,
    part: FloatArray,
    same_period: list[np.ndarray[tuple[int, int], np.dtype[np.bool_]]],
) -> tuple[tuple[Estimate, ...], bool]:
    """The effect of a spell on each goal, and whether all goals would still be met."""
    figures, all_hold = [], True
    touched = np.flatnonzero(part > 0)
    for k, better in enumerate(effects.better.tolist()):
        hours = np.nan_to_num(effects.less[:, k, group]) * part  # by replication and hour
        sums = means(hours @ same_period[k][:, touched].astype(np.float64))  # by touched hour, of its period
        slack = effects.slack[k, touched]
        change = better * sums.value
        worst = int(np.argmin(change))
        figures.append(sums.at(worst))
        met = (slack >= 0) | effects.holds[k]
        all_hold &= not bool((met & (change < 0) & (slack + change < -1e-12)).any())
    return tuple(figures), all_hold

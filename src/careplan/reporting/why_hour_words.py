"""Which hours bind, and what one agent more or less does, in sentences with figures.

Comes in: effects by hour, and the plan. Goes out: sentences. Left out: tables (``reporting.why``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from careplan.columns import BoolArray
from careplan.metrics.measures import words
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimate
from careplan.planning.plan import StaffPlan
from careplan.planning.why_effects import HourEffects, largest, mean_over
from careplan.planning.why_spells import Spell
from careplan.reporting.hours import hours_in_words
from careplan.reporting.targets import whole_percent
from careplan.reporting.words import count, listed

_MOST_GOALS = 4
"""Targets that get sentences of their own; the others are in the files."""
_SOME = 0.1
"""Share of the staffed hours that are named as the dearest: our choice."""
_MOST_SPELLS = 3
"""Spells that could go that are named."""
_MOSTLY = 2 / 3
"""From this share on, hours that bind are not listed one by one."""


def hour_sentences(why: HourEffects, plan: StaffPlan) -> list[str]:
    """Return which hours bind, and what one agent more or less does, target by target."""
    scores = [score for score in plan.scores if score.goal.kind != "cover"]
    found = []
    for k in range(min(len(why.goals), _MOST_GOALS)):
        if np.isfinite(why.less[:, k]).any():
            found.append(_goal_sentences(why, k, scores[k]))
    if len(why.goals) > _MOST_GOALS:
        found.append(f"The other {len(why.goals) - _MOST_GOALS} targets are in why.csv.")
    if why.breaks_cover.any():
        last = why.breaks_cover.any(axis=0)
        found.append(
            f"In {count(int(last.sum()), 'hour')} nobody can go for the sake of cover "
            f"({hours_in_words(_of_week(why, why.breaks_cover))})."
        )
    staffed = why.is_staffed
    free = int((staffed & ~why.binds).sum())
    if staffed.any() and plan.holds:
        of = f"{int(staffed.sum()):,} staffed hours" + (" (hours of groups)" if len(why.groups) > 1 else "")
        if free:
            who = f"Each of the {of}" if free == staffed.sum() else f"Of {of} {free:,}"
            found.append(
                f"{who} could give up one agent for that hour, one at a time, and every target would still be met."
            )
        else:
            found.append(f"None of the {of} can give up an agent without a target being missed.")
    return found


def spell_sentence(spells: Sequence[Spell], groups: Sequence[str], min_spell_ms: int) -> str:
    """Return which whole spells could go; empty where an hour is no shorter than the shortest spell."""
    if not spells:
        return ""
    least, most = (limit(spell.agent_hours for spell in spells) for limit in (min, max))
    sizes = _size(least) if _size(least) == _size(most) else f"{_size(least)} to {_size(most)}"
    free = [spell for spell in spells if spell.could_go]
    told = (
        f"With spells of at least {words(min_spell_ms)} an agent can be taken out in "
        f"{count(len(spells), 'smallest way')}, of {sizes} hours each (the effects of the hours added up): "
    )
    if not free:
        return told + "none could go without a target being missed."
    dearest = sorted(free, key=lambda spell: -spell.agent_hours)[:_MOST_SPELLS]
    named = [
        f"{groups[spell.group] + ' ' if len(groups) > 1 else ''}{hours_in_words(spell.hours.tolist())}"
        for spell in dearest
    ]
    such = "the largest " if len(free) > len(named) else ""
    return f"{told}{len(free):,} could go, one at a time ({such}{'; '.join(named)})."


def _size(hours: float) -> str:
    return f"{hours:.1f}".removesuffix(".0")


def _goal_sentences(why: HourEffects, k: int, score: Score) -> str:
    goal = score.goal
    harm, gain = why.harm(k), why.help(k)
    mine = why.is_staffed & np.isfinite(harm).all(axis=0)
    n = int(mine.sum())
    breaks = why.breaks[k]
    n_breaks = int(breaks.sum())
    each = mean_over(harm, mine)
    unit = _unit(goal)
    found = []
    spare = _spare_words(why, k, score)
    typical = f"one agent less in one hour costs {amount(goal, each)} {unit} on average"
    if not why.holds[k]:
        found.append(f"{goal.name} is missed as it is; {typical}.")
    elif not n_breaks:
        used_up = _used_up(score, _spare(why, k), each)
        found.append(f"No single hour binds for {goal.name}. {spare}, and {typical}.{used_up}")
    else:
        places = "" if n_breaks > _MOSTLY * n else f" ({_places(why, breaks)})"
        found.append(
            f"{goal.name} binds in {n_breaks:,} of {count(n, 'staffed hour')}{places}: one agent less in any of them "
            f"misses it. {spare}, and {typical}."
        )
    if k and not n_breaks and why.holds[k]:
        return found[0]
    some = max(1, round(_SOME * n))
    if each.value > 0 and n > 3:
        dearest, cost = largest(harm, some)
        found.append(f"Dearest are {_places(why, dearest)}, where one agent less costs {amount(goal, cost)} each.")
    where, won = largest(gain, some)
    if won.value > 0 and (won.low is None or won.low > 0) and gain.shape[-1] > 3:
        found.append(f"One agent more wins most on {_places(why, where)}: {amount(goal, won)} each.")
    return " ".join(found)


def _unit(goal: Goal) -> str:
    """What points are points of."""
    if goal.confidence is not None:
        return f"of the {whole_percent(goal.confidence)} of {goal.over}s"
    return f"of at most {goal.asked}" if goal.is_at_most else f"of the {goal.asked}"


def _spare(why: HourEffects, k: int) -> Estimate:
    """By how much the plan is better than a goal asks in its tightest period."""
    goal, level = why.goals[k], why.levels[k]
    asked, sign = (goal.share if goal.confidence is None else goal.confidence), float(why.better[k])
    gaps = sign * (level.value - asked)
    at = int(np.nanargmin(gaps)) if np.isfinite(gaps).any() else 0
    figure = level.at(at)
    if figure.low is None or figure.high is None:
        return Estimate(float(gaps[at]), None, None, figure.n)
    low, high = sorted((sign * (figure.low - asked), sign * (figure.high - asked)))
    return Estimate(float(gaps[at]), low, high, figure.n)


def _spare_words(why: HourEffects, k: int, score: Score) -> str:
    """How far the plan is from the share, with its interval."""
    goal = score.goal
    whose = f"The tightest {goal.over}" if len(score.labels) > 1 and goal.confidence is None else "The plan"
    spare = _spare(why, k)
    if spare.value <= 0:
        return f"{whose} has nothing to spare, {amount(goal, spare)}"
    return f"{whose} has {amount(goal, spare)} to spare"


def _used_up(score: Score, spare: Estimate, each: Estimate) -> str:
    """How many such hours at once use up what there is to spare."""
    if score.goal.confidence is not None or len(score.labels) > 1 or each.value <= 0 or spare.value <= 0:
        return ""
    return f" About {count(math.ceil(spare.value / each.value), 'such hour')} at once would use that up."


def _places(why: HourEffects, where: BoolArray) -> str:
    """Hours of the groups in words; groups are named where there are several."""
    told = []
    for g, name in enumerate(why.groups):
        mine = why.slots.hour_of_week[where[g]].tolist()
        if mine:
            prefix = f"{name} " if len(why.groups) > 1 else ""
            told.append(prefix + hours_in_words(mine))
    return listed(told) if told else "no hour"


def _of_week(why: HourEffects, where: BoolArray) -> list[int]:
    found: list[int] = why.slots.hour_of_week[where.any(axis=0)].tolist()
    return found


def _points(e: Estimate) -> str:
    """A share as points with its interval, ``0.9 points (0.7 to 1.1)``."""
    value = 100 * e.value
    bounds = [] if e.low is None or e.high is None else [100 * e.low, 100 * e.high]
    digits = 1 if max((abs(x) for x in (value, *bounds)), default=1) >= 1 else 2
    told = [f"{round(x, digits) + 0.0:.{digits}f}" for x in (value, *bounds)]  # no minus before a zero
    return f"{told[0]} points" + (f" ({told[1]} to {told[2]})" if bounds else "")


def amount(goal: Goal, e: Estimate) -> str:
    """An effect on a goal with its interval: points, or for a mean minutes."""
    if goal.unit != "s" or goal.confidence is not None:
        return _points(e)
    value, low, high = (None if x is None else x * goal.scale / 60 for x in (e.value, e.low, e.high))
    between = "" if low is None or high is None else f" ({low:.1f} to {high:.1f})"
    return f"{value:.1f} min{between}"

"""Why a plan needs its hours, in sentences with figures.

Comes in: what ``careplan.planning.why`` found. Goes out: sentences. Left out: tables (``reporting.why``).
"""

from __future__ import annotations

import math

import numpy as np

from careplan.columns import BoolArray
from careplan.metrics.measures import words
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimate
from careplan.planning.plan import StaffPlan
from careplan.planning.why import Why
from careplan.planning.why_hours import HourEffects, largest, mean_over
from careplan.planning.why_losses import LOST, Losses
from careplan.planning.why_need import Need
from careplan.reporting.hours import hours_in_words
from careplan.reporting.targets import whole_percent
from careplan.reporting.words import count, hours, listed, number, percent, percent_interval

_MOST_GOALS = 4
"""Targets that get sentences of their own; the others are in the files."""
_SOME = 0.1
"""Share of the staffed hours that are named as the dearest: our choice."""
_MOSTLY = 2 / 3
"""From this share on, hours that bind are not listed one by one."""
_LOST_AS: dict[str, str] = {
    "abandoned": "leave before anybody begins",
    "lapsed": "give up on a message",
    "expired": "are closed unanswered",
    "unanswered": "have no answer when the run ends",
}


SPARE_WITH_COVER = "for cover, or to spare"
"""What ``spare`` is where somebody has to be there whatever comes."""


def has_cover(plan: StaffPlan) -> bool:
    """Whether a plan keeps to a cover target."""
    return any(score.goal.kind == "cover" for score in plan.scores)


def need_sentences(need: Need, plan: StaffPlan) -> list[str]:
    """Return what the paid hours are for, and how much of them is luck."""
    step = need.hours
    parts = [f"{_hours_with(step['work'])} are the work itself"]
    if math.isfinite(need.luck.value):
        parts += [
            f"{_hours_with(step['shape'])} go into whole agents, spells of at least {words(plan.min_spell_ms)} and "
            "hours the work does not fill",
            f"{_hours_with(step['within_day'])} into luck within the day",
        ]
        if step["busy_days"].value or step["busy_days"].low:
            parts.append(f"{_hours_with(step['busy_days'])} into busy days and bursts")
        if abs(step["spare"].value) >= 0.005 * need.on_duty:
            less = step["spare"].value < 0
            spare = Estimate(abs(step["spare"].value), *_mirrored(step["spare"], less), step["spare"].n)
            says = f"{'fewer' if less else 'more'} than the targets just take"
            parts.append(f"{_hours_with(spare)} {SPARE_WITH_COVER if has_cover(plan) and not less else says}")
    elif need.hours["work"].value < need.on_duty:
        parts.append(f"{_hour(need.on_duty - step['work'].value)} are there for cover and whole spells")
    shrinkage = step["shrinkage"].value
    paid = f"Of {_hour(need.paid)} paid hours a week {_hour(need.on_duty)} are on duty"
    if shrinkage > 0.005:
        paid += f" and {_hour(shrinkage)} are shrinkage. Of those on duty"
    else:
        paid += ":"
    found = [f"{paid} {listed(parts)}."]
    if math.isfinite(need.luck.value):
        found.append(
            f"So luck is {percent_interval(need.luck)} of the hours on duty: with so many fewer, in the same shape, "
            "the same targets would be met if customers came like clockwork and every question took its mean."
        )
    elif not any(score.goal.kind != "cover" for score in plan.scores):
        found.append("No target depends on luck: cover is all there is.")
    else:
        found.append("How much is luck cannot be told: the targets are missed however little work there is.")
    return found


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
    typical = f"one agent less in one hour costs {_amount(goal, each)} {unit} on average"
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
        found.append(f"Dearest are {_places(why, dearest)}, where one agent less costs {_amount(goal, cost)} each.")
    where, won = largest(gain, some)
    if won.value > 0 and (won.low is None or won.low > 0) and gain.shape[-1] > 3:
        found.append(f"One agent more wins most on {_places(why, where)}: {_amount(goal, won)} each.")
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
        return f"{whose} has nothing to spare, {_amount(goal, spare)}"
    return f"{whose} has {_amount(goal, spare)} to spare"


def _used_up(score: Score, spare: Estimate, each: Estimate) -> str:
    """How many such hours at once use up what there is to spare."""
    if score.goal.confidence is not None or len(score.labels) > 1 or each.value <= 0 or spare.value <= 0:
        return ""
    return f" About {count(math.ceil(spare.value / each.value), 'such hour')} at once would use that up."


def loss_sentences(losses: Losses) -> list[str]:
    """Return where customers are lost, or where they wait too long."""
    lost = losses.a_week("lost")
    found = []
    if lost.value > 0:
        ways = [
            f"{_about(losses.a_week(kind).value)} {_LOST_AS[kind]}" for kind in LOST if losses.a_week(kind).value > 0
        ]
        found.append(
            f"{_number_with(lost)} customers a week are lost, {percent_interval(losses.share('lost'))} of those who "
            f"need a reply: {listed(ways)}. {_half(losses, 'lost')}{_by_queue(losses, 'lost')}"
        )
    else:
        found.append("Nobody is lost: every customer who needs a reply waits and gets one.")
    late = losses.a_week("late")
    if late.value > 0:
        found.append(
            f"{_number_with(late)} a week are answered late, {percent_interval(losses.share('late'))}. "
            f"{_half(losses, 'late')}{_by_queue(losses, 'late')}"
        )
    return found


def _half(losses: Losses, kind: str) -> str:
    where = losses.fewest_hours(kind)
    of_kind, of_all = losses.share_in(kind, where), losses.share_in("cases", where)
    bounds = (of_kind.low, of_kind.high)
    between = "" if None in bounds else f", {100 * (of_kind.low or 0):.1f} to {100 * (of_kind.high or 0):.1f}"
    return (
        f"Half of them ({percent(of_kind.value)}{between}) come in {len(where)} of {count(losses.slots.n, 'hour')}, in "
        f"which {percent(of_all.value)} of all customers come: "
        f"{hours_in_words(losses.slots.hour_of_week[where].tolist())}."
    )


def _by_queue(losses: Losses, kind: str) -> str:
    if len(losses.queues) < 2:
        return ""
    rows = [(losses.a_week(kind, q).value, name, q) for q, name in enumerate(losses.queues)]
    told = [
        f"{name} {_about(value)} ({percent(losses.share(kind, q).value)} of its customers)"
        for value, name, q in sorted(rows, reverse=True)
        if value > 0
    ]
    return f" By queue: {listed(told[:4])}." if told else ""


def method_sentence(why: Why, plan: StaffPlan) -> str:
    """Return how the figures came about."""
    n = len(why.replications)
    found = f"From {count(n, 'replication')} that neither the search nor the judges have seen; intervals are 95 %."
    if why.hours is not None:
        found += " What there is to spare is told with the luck of their draw taken out."
        found += (
            " A change is one agent for exactly one hour of the week, whatever the shortest spell "
            f"({words(plan.min_spell_ms)} here); one who goes for a whole spell costs about the sum of its hours."
        )
        alone = why.hours.alone
        if alone is not None and math.isfinite(alone.value):
            found += (
                f" {why.hours.together} far-apart hours are changed in one run; some played alone differ by "
                f"{_amount(why.hours.goals[0], alone)} in the mean."
            )
    return found


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


def _amount(goal: Goal, e: Estimate) -> str:
    """An effect on a goal with its interval: points, or for a mean minutes."""
    if goal.unit != "s" or goal.confidence is not None:
        return _points(e)
    value, low, high = (None if x is None else x * goal.scale / 60 for x in (e.value, e.low, e.high))
    between = "" if low is None or high is None else f" ({low:.1f} to {high:.1f})"
    return f"{value:.1f} min{between}"


def _hour(value: float) -> str:
    return hours(value).removesuffix(" h") if value >= 0 else f"−{hours(-value).removesuffix(' h')}"


def _hours_with(e: Estimate) -> str:
    """Hours with their interval, without the unit."""
    if e.low is None or e.high is None or _hour(e.low) == _hour(e.high):
        return _hour(e.value)
    return f"{_hour(e.value)} ({_hour(e.low)} to {_hour(e.high)})"


def _number_with(e: Estimate) -> str:
    digits = 0 if e.value >= 10 else 1
    between = (
        "" if e.low is None or e.high is None else f" ({number(max(e.low, 0), digits)} to {number(e.high, digits)})"
    )
    return number(e.value, digits) + between


def _about(value: float) -> str:
    return number(value, 0 if value >= 10 else 1)


def _mirrored(e: Estimate, is_mirrored: bool) -> tuple[float | None, float | None]:
    if e.low is None or e.high is None:
        return None, None
    return (-e.high, -e.low) if is_mirrored else (e.low, e.high)


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]

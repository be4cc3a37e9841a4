"""What a plan's hours are for, and where customers are lost, in sentences with figures.

Comes in: what ``careplan.planning.why`` found. Goes out: sentences. Left out: the hours (``reporting.why_hour_words``),
tables (``reporting.why``).
"""

from __future__ import annotations

import math

from careplan.metrics.measures import words
from careplan.metrics.uncertainty import Estimate
from careplan.planning.plan import StaffPlan
from careplan.planning.why import Why
from careplan.planning.why_losses import LOST, Losses
from careplan.planning.why_need import Need
from careplan.reporting.hours import hours_in_words
from careplan.reporting.why_hour_words import amount
from careplan.reporting.words import count, hours, listed, number, percent, percent_interval

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
    if need.luck.low is not None and need.luck.low <= 0:
        found.append(f"How much of it is luck cannot be told from nothing: {percent_interval(need.luck)}.")
    elif math.isfinite(need.luck.value):
        found.append(
            f"So luck is {percent_interval(need.luck)} of the hours on duty: with so many fewer, in the same shape, "
            "the same targets would be met if customers came like clockwork and every question took its mean."
        )
    elif not any(score.goal.kind != "cover" for score in plan.scores):
        found.append("No target depends on luck: cover is all there is.")
    else:
        found.append("How much is luck cannot be told: the targets are missed however little work there is.")
    return found


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
    between = ""
    if of_kind.low is not None and of_kind.high is not None:
        low, high = (f"{100 * bound:.1f}" for bound in (of_kind.low, of_kind.high))
        between = "" if low == high else f", {low} to {high}"
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
                f"{amount(why.hours.goals[0], alone)} in the mean."
            )
    return found


def _hour(value: float) -> str:
    return hours(value).removesuffix(" h") if value >= 0 else f"−{hours(-value).removesuffix(' h')}"


def _hours_with(e: Estimate) -> str:
    """Hours with their interval, without the unit."""
    if e.low is None or e.high is None or _hour(e.low) == _hour(e.high):
        return _hour(e.value)
    return f"{_hour(e.value)} ({_hour(e.low)} to {_hour(e.high)})"


def _number_with(e: Estimate) -> str:
    digits = 0 if e.value >= 10 else 1
    if e.low is None or e.high is None:
        return number(e.value, digits)
    low, high = number(max(e.low, 0), digits), number(e.high, digits)
    return number(e.value, digits) + ("" if low == high else f" ({low} to {high})")


def _about(value: float) -> str:
    return number(value, 0 if value >= 10 else 1)


def _mirrored(e: Estimate, is_mirrored: bool) -> tuple[float | None, float | None]:
    if e.low is None or e.high is None:
        return None, None
    return (-e.high, -e.low) if is_mirrored else (e.low, e.high)

"""The section "Why" of the staffing answer: sentences, the steps of the need, the week with one agent more or less.

Comes in: a plan and what ``careplan.planning.why`` found. Goes out: text within a width. Left out: data for other
programs (``reporting.why_data``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from careplan.metrics.uncertainty import Estimates
from careplan.planning.plan import StaffPlan
from careplan.planning.why import Why
from careplan.planning.why_effects import HourEffects
from careplan.planning.why_need import STEPS, Need
from careplan.reporting.tables import side_by_side, table
from careplan.reporting.week import EMPTY, shown_hours, week_block
from careplan.reporting.why_hour_words import hour_sentences, spell_sentence
from careplan.reporting.why_words import (
    SPARE_WITH_COVER,
    has_cover,
    loss_sentences,
    method_sentence,
    need_sentences,
)
from careplan.reporting.words import NOTHING, hours, paragraph

BLOCKS_SAY = (
    "Points (of a mean: minutes) of the target, with one agent less and with one more in that hour. 0: cannot be told "
    f"from nothing at 95 %; {EMPTY}: nobody is on duty, or no customer comes whom it could touch."
)


def why_text(why: Why, plan: StaffPlan, width: int) -> str:
    """Return the section, within a width."""
    parts = []
    if why.is_partial:
        parts.append("Interrupted: only what was finished by then is here.")
    if why.need is not None:
        parts += [" ".join(need_sentences(why.need, plan)), need_table(why.need, plan, width)]
    if why.hours is not None:
        parts += hour_sentences(why.hours, plan)
        parts.append(spell_sentence(why.spells, why.hours.groups, plan.min_spell_ms))
        blocks = hour_blocks(why.hours)
        if blocks:
            parts += [side_by_side(blocks, width), BLOCKS_SAY]
    if why.losses is not None:
        parts += loss_sentences(why.losses)
    if why.replications:
        parts.append(method_sentence(why, plan))
    return "\n\n".join(part if "\n" in part else paragraph(part, width) for part in parts if part)


def need_table(need: Need, plan: StaffPlan, width: int) -> str:
    """Return the hours a week by step, from the work to what is paid."""
    rows = []
    for name, label in (STEPS | ({"spare": SPARE_WITH_COVER} if has_cover(plan) else {})).items():
        figure = need.hours[name]
        if name == "shrinkage":
            rows.append(["on duty", _hours(need.on_duty), NOTHING])
            if not figure.value:
                continue
        elif name != "work" and not math.isfinite(need.luck.value):
            continue
        has_none = figure.low is None or figure.high is None or figure.low == figure.high
        span = NOTHING if has_none else f"{_hours(figure.low or 0)} to {_hours(figure.high or 0)}"
        rows.append([label, _hours(figure.value), span])
    rows.append(["paid", _hours(need.paid), NOTHING])
    return table(["step", "hours a week", "95 %"], rows, width)


def _hours(value: float) -> str:
    text = hours(abs(value)).removesuffix(" h")
    return f"-{text}" if value < 0 and float(text.replace(",", "")) else text


def hour_blocks(why: HourEffects) -> list[str]:
    """Return for each group what one agent less and one more does to the target that binds it most, by hour."""
    blocks = []
    for g, group in enumerate(why.groups):
        k = tightest_goal(why, g)
        if k is None:
            continue
        name = why.goals[k].name
        sign = float(why.better[k]) * (why.scale(k) / 60 if why.is_mean(k) else 100)
        whose = f"{name}, {group}" if len(why.groups) > 1 else name
        less = _of_week(why, _cells(why.less_figures, k, g, -sign))
        more = _of_week(why, _cells(why.more_figures, k, g, sign))
        touched = (np.array([cell not in nothing for cell in cells]) for cells, nothing in
                   ((less, (EMPTY,)), (more, (EMPTY, "0"))))  # fmt: skip
        rows = shown_hours(*touched)
        days = np.unique(why.slots.hour_of_week // 24).tolist()
        blocks.append(week_block(f"One less loses: {whose}", less, rows, days=days))
        blocks.append(week_block(f"One more wins: {whose}", more, rows, days=days))
    return blocks


def tightest_goal(why: HourEffects, g: int) -> int | None:
    """Return the target that binds a group in most hours, of those its agents can do anything to; of equals the one of
    whose slack an agent less takes the most.
    """
    able = [k for k in range(len(why.goals)) if np.isfinite(why.more[:, k, g]).any()]

    def taken(k: int) -> float:
        slack = why.slack[k][np.isfinite(why.slack[k])]
        lost = np.nansum(-why.better[k] * why.less_figures.value[k, g])
        return float(lost / max(slack.min(initial=1.0), 1e-12))

    return max(able, key=lambda k: (int(why.breaks[k, g].sum()), taken(k)), default=None)


def _cells(figures: Estimates, k: int, g: int, factor: float) -> list[str]:
    found = []
    for value, low, high in zip(figures.value[k, g], figures.low[k, g], figures.high[k, g], strict=True):
        points = factor * float(value)
        if not math.isfinite(points):
            found.append(EMPTY)
        elif points == 0 or low <= 0 <= high:
            found.append("0")
        else:
            text = f"{points:.0f}" if abs(points) >= 9.95 else f"{points:.1f}"
            found.append(text.replace("-0.", "-."))
    return found


def _of_week(why: HourEffects, cells: Sequence[str]) -> list[str]:
    """Cells by slot as 168 by hour of the week."""
    found = [EMPTY] * 168
    for hour, cell in zip(why.slots.hour_of_week.tolist(), cells, strict=True):
        found[hour] = cell
    return found

"""Why a plan needs its hours, as data: a table of hours (CSV), and everything for JSON.

Comes in: what ``careplan.planning.why`` found. Goes out: text of a CSV file, plain data. Left out: the section of the
answer (``reporting.why``).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from careplan.columns import FloatArray
from careplan.metrics.uncertainty import Estimate, Estimates
from careplan.planning.plan import StaffPlan
from careplan.planning.why import Why
from careplan.planning.why_effects import HourEffects
from careplan.planning.why_losses import KINDS, Losses
from careplan.planning.why_need import STEPS, Need
from careplan.planning.why_spells import Spell
from careplan.reporting.files import csv_text
from careplan.reporting.why_hour_words import hour_sentences, spell_sentence
from careplan.reporting.why_words import (
    loss_sentences,
    need_sentences,
)


def why_csv(effects: HourEffects, losses: Losses) -> str:
    """Return a line for each hour of the week and group.

    ``agents`` on duty; ``binds`` (one agent less misses a target), ``breaks_cover``; ``cases``, ``lost`` and ``late`` a
    week of the queues the group serves; and for each target ``less_TARGET`` and ``more_TARGET``: percentage points by
    which its figure changes with one agent less and one more (seconds for a mean), with ``_low`` and ``_high``. Empty
    where there is none.
    """
    headings = ["hour", "group", "agents", "binds", "breaks_cover", "cases", "lost", "late"]
    for goal in effects.goals:
        headings += [f"{by}_{goal.name}{bound}" for by in ("less", "more") for bound in ("", "_low", "_high")]
    rows = []
    weekly = {name: _weekly(losses, name) for name in ("cases", "lost", "late")}
    for slot, label in enumerate(effects.slots.labels):
        for g, group in enumerate(effects.groups):
            mine = effects.serves[g]
            row: list[object] = [label, group, round(float(effects.agents[g, slot]), 3)]
            row += ["yes" if flag[g, slot] else "no" for flag in (effects.binds, effects.breaks_cover)]
            row += [round(float(weekly[name][mine, slot].sum()), 3) for name in weekly]
            for k in range(len(effects.goals)):
                factor = effects.scale(k) if effects.is_mean(k) else 100
                for figures in (effects.less_figures, effects.more_figures):
                    row += [_rounded(factor * x[k, g, slot]) for x in (figures.value, figures.low, figures.high)]
            rows.append(row)
    return csv_text(headings, rows)


def _weekly(losses: Losses, name: str) -> FloatArray:
    """Cases of a kind a week, (n_queues, n_slots)."""
    counts = losses.cases if name == "cases" else losses.of(name)
    return np.asarray(counts.mean(axis=0) / losses.weeks)


def _rounded(value: float) -> object:
    return "" if not math.isfinite(value) else round(float(value), 4)


def why_dict(why: Why, plan: StaffPlan) -> dict[str, Any]:
    """Return everything for JSON, with stable keys; shares 0 to 1, parts that are missing None."""
    sentences = {
        "need": [] if why.need is None else need_sentences(why.need, plan),
        "hours": [] if why.hours is None else _hour_sentences(why, why.hours, plan),
        "losses": [] if why.losses is None else loss_sentences(why.losses),
    }
    return {
        "is_partial": why.is_partial,
        "replications": list(why.replications),
        "sentences": sentences,
        "need": None if why.need is None else _need_dict(why.need),
        "hours": None if why.hours is None else _hours_dict(why.hours),
        "spells": [_spell_dict(spell, why.hours) for spell in why.spells if why.hours is not None],
        "losses": None if why.losses is None else _losses_dict(why.losses),
    }


def _hour_sentences(why: Why, effects: HourEffects, plan: StaffPlan) -> list[str]:
    whole = spell_sentence(why.spells, effects.groups, plan.min_spell_ms)
    return [*hour_sentences(effects, plan), *([whole] if whole else [])]


def _spell_dict(spell: Spell, effects: HourEffects) -> dict[str, Any]:
    names = effects.slots.labels
    place = {hour: names[s] for s, hour in enumerate(effects.slots.hour_of_week.tolist())}
    return {
        "group": effects.groups[spell.group],
        "hours": [place[hour] for hour in spell.hours.tolist()],
        "agent_hours_a_week": round(spell.agent_hours, 3),
        "could_go": spell.could_go,
        "targets": {
            goal.name: {
                bound: None if value is None else _plain(effects.scale(k) * value)
                for bound, value in (("value", e.value), ("low", e.low), ("high", e.high))
            }
            for k, (goal, e) in enumerate(zip(effects.goals, spell.effects, strict=True))
        },
    }


def _need_dict(need: Need) -> dict[str, Any]:
    return {
        "steps": {name: {"means": label, **need.hours[name].to_dict()} for name, label in STEPS.items()},
        "luck": need.luck.to_dict(),
        "on_duty": need.on_duty,
        "paid": need.paid,
        "factors": {name: [_plain(f) for f in factors] for name, factors in need.factors.items()},
        "replications": need.replications,
    }


def _hours_dict(why: HourEffects) -> dict[str, Any]:
    def table_of(figures: Estimates, k: int, g: int) -> dict[str, list[float | None]]:
        parts = {"value": figures.value, "low": figures.low, "high": figures.high}
        return {name: [_plain(why.scale(k) * x) for x in values[k, g].tolist()] for name, values in parts.items()}

    return {
        "hours": list(why.slots.labels),
        "changed_in_one_run": why.together,
        "alone": None if why.alone is None else _estimate(why.alone),
        "slack": {
            goal.name: [_plain(why.scale(k) * x) for x in why.slack[k].tolist()] for k, goal in enumerate(why.goals)
        },
        "groups": {
            group: {
                "agents": [round(x, 3) for x in why.agents[g].tolist()],
                "binds": why.binds[g].tolist(),
                "breaks_cover": why.breaks_cover[g].tolist(),
                "targets": {
                    goal.name: {
                        "unit": "s" if why.is_mean(k) else "share",
                        "binds": why.breaks[k, g].tolist(),
                        "less": table_of(why.less_figures, k, g),
                        "more": table_of(why.more_figures, k, g),
                    }
                    for k, goal in enumerate(why.goals)
                },
            }
            for g, group in enumerate(why.groups)
        },
    }  # fmt: skip


def _losses_dict(losses: Losses) -> dict[str, Any]:
    kinds = ["lost", *KINDS]
    return {
        "means": KINDS,
        "total": {kind: _kind_dict(losses, kind, None) for kind in kinds},
        "queues": {name: {kind: _kind_dict(losses, kind, q) for kind in kinds} for q, name in enumerate(losses.queues)},
        "half": {kind: _half_dict(losses, kind) for kind in ("lost", "late")},
        "by_hour": {kind: [round(x, 4) for x in losses.by_hour(kind).tolist()] for kind in ("lost", "late")},
    }


def _kind_dict(losses: Losses, kind: str, queue: int | None) -> dict[str, Any]:
    return {
        "a_week": _estimate(losses.a_week(kind, queue)),
        "share_of_customers": _estimate(losses.share(kind, queue)),
    }


def _half_dict(losses: Losses, kind: str) -> dict[str, Any]:
    where = losses.fewest_hours(kind)
    return {
        "hours": [losses.slots.labels[s] for s in where.tolist()],
        "share": _estimate(losses.share_in(kind, where)),
        "share_of_customers": _estimate(losses.share_in("cases", where)),
    }


def _estimate(e: Estimate) -> dict[str, Any]:
    return e.to_dict()


def _plain(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None

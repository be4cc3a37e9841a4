"""Scaling what a queue has: longer or shorter work, more or fewer cases, of the same shape.

Comes in: checked blocks and a factor. Goes out: blocks. Left out: which to scale (``pulling``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from careplan.scenario import distributions as families
from careplan.scenario.models import Scenario
from careplan.scenario.volume import WEEK_MINUTES
from careplan.units import MAX_DURATION_MS

_DURATIONS = {
    "constant": ("value",),
    "exponential": ("mean",),
    "lognormal": ("mean", "median", "p90"),
    "gamma": ("mean",),
    "weibull": ("mean", "scale"),
}
"""What of a family is a duration; the rest is its shape."""


def scaled(dist: Any, factor: float) -> Any:
    """Return a distribution with every duration multiplied: mean and quantiles grow alike, the shape stays.

    Its parameters are rounded to the millisecond (1 at least), and draws are rounded as ever. A draw belongs to its
    case, so each customer's duration is the one it would have been times the factor, to within a millisecond or two.
    """
    if isinstance(dist, families.Never):
        return dist
    if isinstance(dist, families.Empirical):
        return dist.model_copy(update={"values": tuple(_times(ms, factor) for ms in dist.values)})
    if isinstance(dist, families.Mixture):
        parts = tuple(part.model_copy(update={"of": scaled(part.of, factor)}) for part in dist.parts)
        return dist.model_copy(update={"parts": parts})
    if isinstance(dist, families.Quantiles):
        return dist.model_copy(update={"points": tuple((_times(ms, factor), share) for ms, share in dist.points)})
    given = {name: getattr(dist, name) for name in _DURATIONS[dist.kind]}
    changed = {name: _times(ms, factor) for name, ms in given.items() if ms is not None}
    return dist.model_copy(update=changed)


def _times(ms: int, factor: float) -> int:
    return min(MAX_DURATION_MS, max(1, round(ms * factor))) if ms else 0


def cases_a_week(scenario: Scenario, name: str) -> float:
    """Return the cases of a queue in a plain week (no holidays, bursts or growth); of a series, its mean week."""
    volume = scenario.queues[name].volume
    if volume.counts is not None:
        first, days = scenario.calendar.start, scenario.calendar.horizon
        until = first + timedelta(days=days)
        inside = [
            n for at, n in zip(volume.counts.starts, volume.counts.cases, strict=True) if first <= at.date() < until
        ]
        return sum(inside) * 7 / days
    return volume.amount * _units_a_week(scenario, name)


def _units_a_week(scenario: Scenario, name: str) -> float:
    """Weeks, days or hours in a week, as the queue's volume counts them; live queues count open hours."""
    queue = scenario.queues[name]
    if queue.volume.unit != "hour":
        return {"week": 1.0, "day": 7.0}[queue.volume.unit]
    week = scenario.calendar.hours[queue.open].week
    is_open = {
        (day * 1440 + m) % WEEK_MINUTES for day, ranges in enumerate(week) for a, b in ranges for m in range(a, b)
    }
    return (len(is_open) if queue.is_live and is_open else WEEK_MINUTES) / 60


def with_cases_a_week(scenario: Scenario, name: str, cases: float) -> tuple[str, Any] | None:
    """Return key and value that give a queue's volume so many cases a plain week; its shape stays.

    None where that cannot be: a counted series without cases has no shape.
    """
    volume, now = scenario.queues[name].volume, cases_a_week(scenario, name)
    if volume.counts is not None:
        if not now:
            return None
        new = tuple(n * cases / now for n in volume.counts.cases)
        return "counts", volume.counts.model_copy(update={"cases": new})
    amount = volume.amount * cases / now if now else cases / _units_a_week(scenario, name)
    return f"per_{volume.unit}", amount

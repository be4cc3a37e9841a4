"""How much of the need is work, how much is luck: a plan's hours in steps from the work itself to what is paid.

Comes in: a plan's headcount, and its customers in four worlds. Goes out: :class:`Need`. Left out: words.

The measure is one number for a world: by what factor the handle times could grow until the plan's own headcount just
meets its targets there. A headcount that could do 1.10 times the work in a calmer world is a tenth larger than that
world needs. So the need of a world is hours on duty × A(1) ÷ A(f), where A(f) is the agent time the work takes at f
times its length (rooms kept for customers who think do not grow). The shape of the headcount stays the plan's: a plan
made for the calmer world alone could do with less, so that what is called luck here is a little too small.

How much work a replication happens to bring moves its figures most, and is known in the mean; it is taken out by
regression (control variates, see ``metrics.controls``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray
from careplan.metrics.uncertainty import CONFIDENCE, Estimate
from careplan.planning.why_desk import Customers, Desk, Played
from careplan.planning.why_trials import Trials
from careplan.units import HOUR_MS

_DRIFT = 0.0025
"""Work a horizon may leave over beyond what the plan leaves in its own world, as a share of its work: our choice."""
_MOST_TRIES = 12
"""Factors tried in one world at most."""
_RESAMPLES = 400
"""Draws of the bootstrap."""
STEPS: dict[str, str] = {
    "work": "the work itself, at the best pace",
    "shape": "whole agents and spells, hours the work does not fill",
    "within_day": "luck within the day",
    "busy_days": "busy days and bursts",
    "spare": "more than the targets just take",
    "shrinkage": "shrinkage: paid, not on duty",
}
"""The steps from the work to the paid hours, in their order; they add up."""


@dataclass(frozen=True, eq=False)
class Need:
    """Hours a week by step. The steps add up to the paid hours exactly, whatever their intervals."""

    hours: dict[str, Estimate]
    """By the names of ``STEPS``; bootstrap intervals over the replications, none for what is arithmetic."""
    luck: Estimate
    """``within_day`` + ``busy_days`` as a share of the hours on duty; NaN where no target is simulated."""
    on_duty: float
    paid: float
    factors: dict[str, tuple[float, ...]]
    """World → for each part of the desk the factor of its work at which its targets are just met; NaN: none found."""
    replications: dict[str, int]
    """Of each world."""


def need_of(
    desk: Desk,
    worlds: dict[str, Customers],
    *,
    on_duty: FloatArray,
    paid: float,
    weeks: float,
    seed: int = 0,
    tell: Callable[[float], None] = lambda fraction: None,
) -> Need:
    """Return a plan's hours in steps.

    Parameters
    ----------
    desk
        The plan.
    worlds
        The customers as they are (``"full"``), with every day as busy as its mean (``"even days"``), and without luck
        (``"clockwork"``). A world that is the one before (the same object) costs nothing.
    on_duty
        Hours on duty by part, over the horizon, shape (n_parts,).
    paid
        Paid hours over the horizon.
    weeks
        Length of the horizon.
    seed
        Of the bootstrap.
    tell
        Called with the fraction done.
    """
    rng = np.random.default_rng(seed)
    has_goal = np.isin(np.arange(desk.n_parts), desk.part_of_goal)
    base = desk.play(worlds["full"], np.ones(desk.n_parts))
    desk.may_leave_ms = np.maximum(base.drift_ms.mean(axis=0), 0.0) + _DRIFT * base.work_ms.mean(axis=0)
    factors: dict[str, FloatArray] = {}
    start = np.ones(desk.n_parts)
    for number, (name, customers) in enumerate(worlds.items()):
        same = next((other for other in factors if worlds[other] is customers), None)
        if same is not None:
            factors[name] = factors[same]
            continue
        weights = _resampled(len(customers.workloads), rng)
        if name == "full":
            work, hold = ((weights @ t) / weights.sum(axis=1)[:, None] for t in (base.work_ms, base.hold_ms))
        factors[name] = _factors(
            desk,
            customers,
            weights,
            start,
            has_goal,
            base if name == "full" else None,
            lambda part, at=number: tell((at + part) / len(worlds)),  # type: ignore[misc]
        )
        start = np.where(np.isfinite(factors[name][0]), factors[name][0], 1.0)
    needed = {
        name: np.where(has_goal, on_duty * (work + hold) / (roots * work + hold), on_duty).sum(axis=1) / weeks
        for name, roots in factors.items()
    }
    served = (work + hold).sum(axis=1) / HOUR_MS / weeks
    duty = float(on_duty.sum()) / weeks
    steps = {
        "work": served,
        "shape": needed["clockwork"] - served,
        "within_day": needed["even days"] - needed["clockwork"],
        "busy_days": needed["full"] - needed["even days"],
        "spare": duty - needed["full"],
    }
    n = len(worlds["full"].workloads)
    figures = {name: _estimate(values, n) for name, values in steps.items()}
    figures["shrinkage"] = Estimate(paid / weeks - duty, None, None, n)
    luck = needed["full"] - needed["clockwork"] if has_goal.any() and duty else np.full(len(served), np.nan)
    return Need(
        figures,
        _estimate(luck / max(duty, 1e-12), n),
        duty,
        paid / weeks,
        {name: tuple(table[0].tolist()) for name, table in factors.items()},
        {name: len(customers.workloads) for name, customers in worlds.items()},
    )


def _resampled(n: int, rng: np.random.Generator) -> FloatArray:
    """How often each replication counts: once; then in each of the bootstrap's draws."""
    weights = np.ones((_RESAMPLES + 1, n))
    weights[1:] = [np.bincount(row, minlength=n) for row in rng.integers(0, n, (_RESAMPLES, n))]
    return weights


def _factors(
    desk: Desk,
    customers: Customers,
    weights: FloatArray,
    start: FloatArray,
    has_goal: BoolArray,
    base: Played | None,
    tell: Callable[[float], None],
) -> FloatArray:
    """The factor at which each part's targets are just met in a world, by resample, shape (n_resamples, n_parts)."""
    trials = [Trials() for _ in range(desk.n_parts)]
    for attempt in range(_MOST_TRIES):
        wished = [t.next(float(start[p])) if has_goal[p] else None for p, t in enumerate(trials)]
        if all(wish is None for wish in wished):
            break
        tries = np.array([float(start[p]) if wish is None else wish for p, wish in enumerate(wished)])
        played = base if base is not None and (tries == 1).all() else desk.play(customers, tries)
        for part, wish in enumerate(wished):
            if wish is not None:
                trials[part].note(wish, desk.margins(played, part, weights), desk.keeps_up(played, part))
        tell((attempt + 1) / _MOST_TRIES)
    return np.stack([t.roots() if t.margins else np.full(len(weights), np.nan) for t in trials], axis=1)


def _estimate(values: FloatArray, n: int) -> Estimate:
    """The first value, with the bootstrap's percentile interval from the others."""
    if not np.isfinite(values[0]):
        return Estimate(math.nan, None, None, n)
    rest = values[1:][np.isfinite(values[1:])]
    if n < 2 or not len(rest):
        return Estimate(float(values[0]), None, None, n)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(rest, [tail, 1 - tail])
    return Estimate(float(values[0]), float(low), float(high), n)

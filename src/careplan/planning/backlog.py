"""A fluid recursion for message queues: work flows in, waits as a backlog, and is worked off by headcount.

Comes in: expected volumes by interval, work a case, what an agent gets done in an interval, a target. Goes out:
headcount by interval, the backlog it leaves and the share answered in time.
Left out: chance. A fluid never queues below capacity, so the answer is a first guess; the search corrects it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import BoolArray, FloatArray, IntArray

_POINTS = 12
"""Points inside an interval at which the share in time is read off."""
_ROUNDS_TO_SETTLE = 3
_MOST_ROUNDS = 4
_HOURS_TO_CLEAR = (0.0, 0.5, 1.0, 2.0, 4.0)
"""How long the work of an uncovered stretch may take to clear, hours after people are back."""
_PEAK_OVER_COVERED = 1.5
"""Leaving quiet hours uncovered must not raise the peak by more than half: our choice."""


@dataclass(frozen=True, eq=False)
class FluidPlan:
    """Headcount by interval and what the fluid makes of it.

    Parameters
    ----------
    headcount
        Agents by interval, int64, shape (n_intervals,).
    backlog
        Cases waiting at each interval edge, float64, shape (n_intervals + 1,).
    on_time
        Share of the cases arriving in each interval that are answered in time; NaN without cases.
    share
        Share over all intervals: cases in time ÷ cases.
    """

    headcount: IntArray
    backlog: FloatArray
    on_time: FloatArray
    share: float


def work_off(volumes: ArrayLike, served: ArrayLike, *, opening: float = 0.0, is_cyclic: bool = False) -> FloatArray:
    """Return the backlog at each interval edge when at most ``served`` cases can be answered in each.

    Parameters
    ----------
    volumes
        Expected arrivals by interval, cases, shape (n_intervals,).
    served
        Cases that can be answered by interval, shape (n_intervals,).
    opening
        Backlog at the first edge, cases.
    is_cyclic
        Whether the last interval is followed by the first again: the opening is then what a few rounds leave over,
        if the rounds can keep up at all.

    Returns
    -------
    ndarray of float64, shape (n_intervals + 1,), cases

    Notes
    -----
    backlog(i + 1) = max(0, backlog(i) + volumes(i) − served(i)): Lindley's recursion (1952) for a fluid.
    """
    flow = np.asarray(volumes, dtype=np.float64) - np.asarray(served, dtype=np.float64)
    rounds = _ROUNDS_TO_SETTLE if is_cyclic else 1
    level = float(opening)
    for _ in range(rounds):
        path = np.concatenate(([0.0], np.cumsum(flow)))
        # Reflected at zero: the path above its own lowest point so far, or above the opening.
        levels = path + np.maximum(level, -np.minimum.accumulate(path))
        level = float(levels[-1])
    settled: FloatArray = np.maximum(levels, 0.0)
    return settled


def share_on_time(
    volumes: ArrayLike,
    served: ArrayLike,
    backlog: ArrayLike,
    *,
    interval_s: float,
    within_s: float,
    work_s: float = 0.0,
) -> FloatArray:
    """Return, by interval of arrival, the share of the fluid that is answered within a time, oldest first.

    Parameters
    ----------
    volumes, served
        As in :func:`work_off`; the week is followed by itself.
    backlog
        Its answer.
    interval_s, within_s
        Length of an interval and the threshold, seconds.
    work_s
        Time from the start of the work to the answer, seconds: even a case taken at once needs it.

    Returns
    -------
    ndarray of float64, shape (n_intervals,), share; NaN where nothing arrives

    Notes
    -----
    The case that arrives at t is reached when as many are answered as had arrived by t: in time if the cumulative
    answers at t + within − work reach the cumulative arrivals at t (a cumulative diagram; Newell, 1982).
    """
    volume, can, queue = (np.asarray(x, dtype=np.float64) for x in (volumes, served, backlog))
    n = len(volume)
    lag = (within_s - work_s) / interval_s
    result = np.full(n, np.nan)
    if lag < 0:
        result[volume > 0] = 0.0
        return result
    done = np.minimum(can, queue[:-1] + volume)
    again = 1 + math.ceil((lag + 1) / n)
    edges = np.arange(n * again + 1, dtype=np.float64)
    arrived = np.concatenate(([0.0], np.cumsum(np.tile(volume, again))))
    answered = np.concatenate(([0.0], np.cumsum(np.tile(done, again)))) - queue[0]
    at = (np.arange(n)[:, None] + (np.arange(_POINTS) + 0.5) / _POINTS).ravel()
    reached = np.interp(at + lag, edges, answered)
    in_time = reached >= np.interp(at, edges, arrived) - 1e-9 * max(1.0, arrived[-1])
    shares = in_time.reshape(n, _POINTS).mean(axis=1)
    result[volume > 0] = shares[volume > 0]
    return result


def fluid_headcount(
    volumes: ArrayLike,
    *,
    work_s: float,
    interval_s: float,
    within_s: float,
    share: float,
    multiple: float = 1.0,
    over: Literal["interval", "all"] = "interval",
    may_work: ArrayLike | None = None,
    at_least: ArrayLike = 0,
) -> FluidPlan:
    """Return a headcount by interval that keeps a message queue's fluid in time, the intervals taken as a cycle.

    Parameters
    ----------
    volumes
        Expected cases by interval, shape (n_intervals,); a week is followed by itself.
    work_s
        Work a case, all turns, seconds.
    interval_s
        Length of an interval, seconds.
    within_s, share
        The target: this share (0 to 1) of the cases answered within so many seconds.
    multiple
        Effective multiple: cases handled per agent hour relative to one at a time.
    over
        ``"interval"``: the target holds in each interval; ``"all"``: over all of them together, so that quiet hours
        may be left to wait if that takes fewer agents.
    may_work
        Intervals in which anyone may be on duty, bool, shape (n_intervals,); default all.
    at_least
        Headcount never below this, whole, scalar or shape (n_intervals,).

    Returns
    -------
    FluidPlan

    Raises
    ------
    ValueError
        If an argument is out of range, or there is work and nobody may ever work.

    Notes
    -----
    Each case is due some whole number of working intervals after it came. Headcount is the least constant pace that
    meets every due time of what is waiting now: the rule *optimal available* of Yao, Demers and Shenker ("A
    scheduling model for reduced CPU energy", FOCS 1995), rounded up to people. As chance spreads waits about their
    mean, cases are due after within ÷ ln(1 ÷ (1 − share)), the mean of an exponential wait that meets the
    target: our choice.
    """
    volume = np.asarray(volumes, dtype=np.float64)
    n = len(volume)
    if not (volume.ndim == 1 and n and np.isfinite(volume).all() and (volume >= 0).all()):
        raise ValueError("volumes: expected one row of finite numbers ≥ 0")
    for what, value in (("work_s", work_s), ("interval_s", interval_s), ("multiple", multiple)):
        if not (value > 0 and math.isfinite(value)):
            raise ValueError(f"{what} is {value}; expected > 0")
    if not (0.0 <= share <= 1.0 and within_s >= 0):
        raise ValueError(f"the target is {share} within {within_s} s; expected a share 0 to 1 and a time ≥ 0")
    allowed = np.ones(n, dtype=bool) if may_work is None else np.asarray(may_work, dtype=bool)
    least = np.broadcast_to(np.asarray(at_least, dtype=np.int64), (n,))
    if volume.any() and not allowed.any():
        raise ValueError("there is work and no interval in which anyone may work")
    per_agent = interval_s * multiple / work_s
    spread = 1.0 if share <= 1.0 - math.exp(-1.0) else 1.0 / -math.log1p(-min(share, 1.0 - 1e-9))
    lag = int(within_s * spread // interval_s)

    def plan_for(covered: BoolArray, clear: int) -> FluidPlan:
        head = np.maximum(np.where(allowed, least, 0), _least_headcount(volume, covered, per_agent, lag, clear))
        served = head * per_agent
        backlog = work_off(volume, served, is_cyclic=True)
        on_time = share_on_time(volume, served, backlog, interval_s=interval_s, within_s=within_s)
        total = float(volume.sum())
        overall = float(np.nansum(on_time * volume) / total) if total else math.nan
        return FluidPlan(head, backlog, on_time, overall)

    best = plan_for(allowed, lag)
    if over == "interval":
        return best
    highest = _PEAK_OVER_COVERED * best.headcount.max()
    for covered in _busier_hours(volume, allowed, interval_s):
        clear_lags = sorted({max(lag, round(h * 3600 / interval_s)) for h in _HOURS_TO_CLEAR})
        plans = [plan_for(covered, clear) for clear in clear_lags]
        if all(plan.share < share for plan in plans):
            break
        plans = [plan for plan in plans if plan.share >= share and plan.headcount.max() <= highest]
        best = min([best, *plans], key=lambda plan: (plan.headcount.sum(), plan.headcount.max(), -plan.share))
    return best


def _busier_hours(volume: FloatArray, allowed: BoolArray, interval_s: float) -> list[BoolArray]:
    """Return ever smaller sets of intervals, quiet ones dropped first.

    Quiet is judged by the mean over three hours, so that whole stretches are dropped and no single interval.
    """
    width = max(1, round(3 * 3600 / interval_s))
    width = min(len(volume), width + 1 - width % 2)
    kernel = np.ones(width) / width
    smooth = np.convolve(np.tile(volume, 3), kernel, mode="same")[len(volume) : 2 * len(volume)]
    levels = np.unique(np.quantile(smooth[allowed], np.linspace(0.04, 0.8, 20)))
    sets = [allowed & (smooth > level) for level in levels]
    return [covered for covered in sets if covered.any()]


def _least_headcount(volume: FloatArray, covered: BoolArray, per_agent: float, lag: int, clear: int) -> IntArray:
    """Return the headcount by interval that meets all due times, working only in covered intervals.

    What comes in a covered interval is due by the end of the ``lag``-th covered interval after it; what came while
    nobody was there, ``clear`` after the next. As the oldest go first, nobody is due before those ahead of them.
    The first round begins with nothing; the answer is the first later one that works off as much as comes in.
    """
    n = len(volume)
    head = np.zeros(n, dtype=np.int64)
    slots = np.flatnonzero(covered)
    if not slots.size or not volume.any():
        return head
    joins = np.searchsorted(slots, np.arange(n)) % len(slots)
    inflow = np.bincount(joins, weights=volume, minlength=len(slots))
    has_gap = np.bincount(joins, weights=volume > 0, minlength=len(slots)) > 1
    farthest = max(lag, clear)
    due = np.zeros(farthest + 1)  # due[k]: waiting cases due by the end of the k-th covered interval from now
    paces = np.arange(1, farthest + 2) * per_agent
    for turn in range(_MOST_ROUNDS):
        for slot, cases in enumerate(inflow.tolist()):
            last = int(np.max(np.flatnonzero(due > 1e-9), initial=0))
            due[max(last, clear if has_gap[slot] else lag)] += cases
            people = math.ceil(float(np.max(np.cumsum(due) / paces)) - 1e-9)
            head[slots[slot]] = people
            due = np.diff(np.maximum(np.cumsum(due) - people * per_agent, 0.0), prepend=0.0)  # oldest first
            due[:-1] = due[1:]
            due[-1] = 0.0
        if turn and head.sum() * per_agent >= volume.sum():
            break
    while head.sum() * per_agent < volume.sum():  # a cycle as short as the due times can leave over a little for ever
        head[slots[int(np.argmax(inflow))]] += 1
    return head

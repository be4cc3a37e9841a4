"""What any headcount must keep to, whatever is simulated, and what it costs.

Comes in: cover targets, most people by group, the shortest spell, wages. Goes out: yes or no, and a price.
Left out: service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import InfeasibleError
from careplan.metrics.scorecard import Goal
from careplan.planning.grid import Grid
from careplan.planning.spells import filled, opened, spells_of
from careplan.units import HOUR_MS, format_duration

ANY_NUMBER = 10**9
"""The most agents of a group that has no most, in its hours."""


@dataclass(frozen=True, eq=False)
class Cover:
    """At least so many agents of some groups together, in some intervals."""

    name: str
    groups: IntArray
    """Rows."""
    intervals: BoolArray
    """Those to be covered, shape (n_intervals,)."""
    at_least: int


@dataclass(frozen=True, eq=False)
class Limits:
    """Bounds on headcount, shape (n_groups, n_intervals), and its price."""

    grid: Grid
    groups: tuple[str, ...]
    min_spell: int
    """Shortest spell, intervals."""
    hourly_cost: FloatArray
    """Of an hour on duty by group, shape (n_groups,): wage ÷ (1 − shrinkage), or hours where nobody has one; with
    ``prices`` their mean over the time a group may be on duty."""
    covers: tuple[Cover, ...] = ()
    most: IntArray | None = None
    """Agents a group may have on duty at most, shape (n_groups, n_intervals)."""
    prices: FloatArray | None = None
    """Of an hour on duty by group and interval, shape (n_groups, n_intervals); None: ``hourly_cost`` at any time."""

    @classmethod
    def of(
        cls,
        grid: Grid,
        groups: Sequence[str],
        *,
        min_spell_ms: int,
        hourly_cost: Mapping[str, float | FloatArray],
        goals: Sequence[Goal] = (),
        most: Mapping[str, int] | None = None,
        hours: Mapping[str, BoolArray] | None = None,
    ) -> Limits:
        """Return the limits that cover targets and settings make.

        Parameters
        ----------
        grid, groups
            Of the plan.
        min_spell_ms
            Shortest spell of duty.
        hourly_cost
            By group: one price, or one by interval, shape (n_intervals,).
        goals
            Those of kind cover are kept to.
        most
            Group → agents it has at most.
        hours
            Group → intervals in which it may be on duty, shape (n_intervals,); a group not named always may.

        Raises
        ------
        InfeasibleError
            If a group's most agents, or its hours, leave a cover target or the shortest spell out of reach.
        """
        names = tuple(groups)
        step = float(grid.lengths.mean())
        min_spell = max(1, -(-min_spell_ms // int(step)))
        caps = _caps(names, grid.n_intervals, most or {}, hours or {})
        for name, may in (hours or {}).items():
            _check_room(name, may, min_spell, int(step))
        mean, prices = _prices([hourly_cost[name] for name in names], grid, caps)
        limits = cls(
            grid,
            names,
            min_spell,
            mean,
            tuple(_cover(goal, grid, names) for goal in goals if goal.kind == "cover"),
            caps,
            prices,
        )
        if caps is not None:
            for cover in limits.covers:
                there = int(caps[cover.groups].sum(axis=0)[cover.intervals].min(initial=10**9))
                if there < cover.at_least:
                    raise InfeasibleError(
                        f"{cover.name} asks for {cover.at_least} agents at once; "
                        f"the groups {', '.join(names[g] for g in cover.groups)} have at most {there} in some of its "
                        f"hours. {cover.at_least - there} more would do, or wider hours"
                    )
        return limits

    def most_of(self, group: int) -> IntArray | None:
        """Return the agents a group may have on duty in each interval; None: any number at any time."""
        return None if self.most is None else np.asarray(self.most[group])

    @property
    def is_always_staffable(self) -> bool:
        """Whether in every interval somebody may be on duty."""
        return self.most is None or bool(self.most.any(axis=0).all())

    @cached_property
    def hours(self) -> FloatArray:
        """Length of each interval, hours."""
        return self.grid.lengths / HOUR_MS

    def cost(self, headcount: IntArray) -> float:
        """Return the price of a headcount over the horizon."""
        return float(self.costs(headcount))

    def costs(self, headcounts: IntArray) -> FloatArray:
        """Return the prices of headcounts; shape (…, n_groups, n_intervals) to (…)."""
        if self.prices is not None:
            return np.asarray((headcounts * self.hours * self.prices).sum(axis=(-2, -1)))
        return np.asarray((headcounts * self.hours).sum(axis=-1) @ self.hourly_cost)

    def cost_of(self, group: int, change: IntArray) -> float:
        """Return what a change of one group's headcount costs (saves, if below 0); change by interval."""
        price = self.hourly_cost[group] if self.prices is None else self.prices[group]
        return float((change * self.hours * price).sum())

    def agent_hours(self, headcount: IntArray) -> float:
        """Return the hours on duty over the horizon."""
        return float((headcount * self.hours).sum())

    def allow(self, headcount: IntArray) -> bool:
        """Whether a headcount keeps to everything."""
        return bool(self.allowed(headcount))

    def allowed(self, headcounts: IntArray) -> BoolArray:
        """Return which headcounts keep to everything; shape (…, n_groups, n_intervals) to (…)."""
        ok = (headcounts >= 0).all(axis=(-2, -1))
        if self.most is not None:
            ok &= (headcounts <= self.most).all(axis=(-2, -1))
        ok &= (opened(headcounts, self.min_spell) == headcounts).all(axis=(-2, -1))
        for cover in self.covers:
            ok &= ~self.uncovered(headcounts, cover).any(axis=-1)
        return np.asarray(ok)

    def uncovered(self, headcount: IntArray, cover: Cover) -> IntArray:
        """Return how many agents a cover target lacks in each interval, shape (…, n_intervals)."""
        there = headcount[..., cover.groups, :].sum(axis=-2)
        return np.where(cover.intervals, np.maximum(cover.at_least - there, 0), 0)

    def mended(self, need: IntArray) -> IntArray:
        """Return a headcount at or above a need that keeps to everything, as far as the groups' most agents allow.

        Missing cover is made up with the cheapest group that may have more.
        """
        result = np.array(need, dtype=np.int64)
        if self.most is not None:
            result = np.minimum(result, self.most)
        for cover in self.covers:
            for group in sorted(cover.groups.tolist(), key=lambda g: (self.hourly_cost[g], g)):
                missing = self.uncovered(result, cover)
                result[group] += missing
                if self.most is not None:
                    result[group] = np.minimum(result[group], self.most[group])
        return np.stack([filled(row, self.min_spell, most=self.most_of(g)) for g, row in enumerate(result)])

    def floor(self) -> IntArray:
        """Return the least headcount that keeps to everything before any case is served."""
        return self.mended(np.zeros((len(self.groups), self.grid.n_intervals), dtype=np.int64))


def _prices(
    costs: Sequence[float | FloatArray], grid: Grid, caps: IntArray | None
) -> tuple[FloatArray, FloatArray | None]:
    """The mean price of an hour by group, and by interval where any group's price changes over time."""
    shape = (len(costs), grid.n_intervals)
    prices = np.array([np.broadcast_to(cost, grid.n_intervals) for cost in costs], dtype=np.float64).reshape(shape)
    if (prices == prices[:, :1]).all():
        return prices[:, 0], None
    weight = grid.lengths * (np.ones(shape) if caps is None else caps > 0)
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, 1.0)
    return np.asarray((prices * weight).sum(axis=1) / weight.sum(axis=1)), prices


def _caps(
    names: Sequence[str], n_intervals: int, most: Mapping[str, int], hours: Mapping[str, BoolArray]
) -> IntArray | None:
    if not most and not hours:
        return None
    always = np.ones(n_intervals, dtype=bool)
    return np.stack([np.where(hours.get(name, always), most.get(name, ANY_NUMBER), 0) for name in names])


def _check_room(group: str, may: BoolArray, min_spell: int, step_ms: int) -> None:
    """Refuse hours that are shorter than the shortest spell."""
    longest = max((length for _, _, length in spells_of(may.astype(np.int64))), default=0)
    if longest < min_spell:
        words = format_duration(longest * step_ms) if longest else "never"
        raise InfeasibleError(
            f"{group} may be on duty {words} at a time at most, and run.min_spell is "
            f"{format_duration(min_spell * step_ms)}. A shorter run.min_spell would do, or longer groups.{group}.hours"
        )


def _cover(goal: Goal, grid: Grid, groups: tuple[str, ...]) -> Cover:
    """An interval is to be covered if any of it is."""
    rows = np.array([groups.index(name) for name in goal.groups or groups], dtype=np.int64)
    edges = grid.horizon_edges
    if goal.hours is None:
        wanted = np.ones(grid.n_intervals, dtype=bool)
    else:
        wanted = goal.hours.elapsed(edges[:-1], edges[1:]) > 0
    return Cover(goal.name, rows, wanted, goal.at_least)

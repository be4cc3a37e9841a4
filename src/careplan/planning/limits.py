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
from careplan.planning.spells import filled, has_short_spells, opened
from careplan.units import HOUR_MS


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
    """Of an hour on duty by group, shape (n_groups,): wage ÷ (1 − shrinkage), or hours where nobody has one."""
    covers: tuple[Cover, ...] = ()
    most: IntArray | None = None
    """Agents a group has at most, shape (n_groups,)."""

    @classmethod
    def of(
        cls,
        grid: Grid,
        groups: Sequence[str],
        *,
        min_spell_ms: int,
        hourly_cost: Mapping[str, float],
        goals: Sequence[Goal] = (),
        most: Mapping[str, int] | None = None,
    ) -> Limits:
        """Return the limits that cover targets and settings make.

        Raises
        ------
        InfeasibleError
            If a group's most agents leave a cover target out of reach.
        """
        names = tuple(groups)
        step = float(grid.lengths.mean())
        caps = None if not most else np.array([most.get(name, 10**9) for name in names], dtype=np.int64)
        limits = cls(
            grid,
            names,
            max(1, -(-min_spell_ms // int(step))),
            np.array([hourly_cost[name] for name in names], dtype=np.float64),
            tuple(_cover(goal, grid, names) for goal in goals if goal.kind == "cover"),
            caps,
        )
        if caps is not None:
            for cover in limits.covers:
                there = int(caps[cover.groups].sum())
                if there < cover.at_least:
                    raise InfeasibleError(
                        f"{cover.name} asks for {cover.at_least} agents at once; "
                        f"the groups {', '.join(names[g] for g in cover.groups)} have at most {there}. "
                        f"{cover.at_least - there} more would do"
                    )
        return limits

    @cached_property
    def hours(self) -> FloatArray:
        """Length of each interval, hours."""
        return self.grid.lengths / HOUR_MS

    def cost(self, headcount: IntArray) -> float:
        """Return the price of a headcount over the horizon."""
        return float((headcount * self.hours).sum(axis=1) @ self.hourly_cost)

    def agent_hours(self, headcount: IntArray) -> float:
        """Return the hours on duty over the horizon."""
        return float((headcount * self.hours).sum())

    def allow(self, headcount: IntArray) -> bool:
        """Whether a headcount keeps to everything."""
        if (headcount < 0).any() or (self.most is not None and (headcount > self.most[:, None]).any()):
            return False
        if any(has_short_spells(row, self.min_spell) for row in headcount):
            return False
        return not any(self.uncovered(headcount, cover).any() for cover in self.covers)

    def uncovered(self, headcount: IntArray, cover: Cover) -> IntArray:
        """Return how many agents a cover target lacks in each interval, shape (n_intervals,)."""
        there = headcount[cover.groups].sum(axis=0)
        return np.where(cover.intervals, np.maximum(cover.at_least - there, 0), 0)

    def mended(self, need: IntArray) -> IntArray:
        """Return a headcount at or above a need that keeps to everything, as far as the groups' most agents allow.

        Missing cover is made up with the cheapest group that may have more.
        """
        result = np.array(need, dtype=np.int64)
        if self.most is not None:
            result = np.minimum(result, self.most[:, None])
        for cover in self.covers:
            for group in sorted(cover.groups.tolist(), key=lambda g: (self.hourly_cost[g], g)):
                missing = self.uncovered(result, cover)
                result[group] += missing
                if self.most is not None:
                    result[group] = np.minimum(result[group], self.most[group])
        result = np.stack([filled(row, self.min_spell) for row in result])
        return result

    def floor(self) -> IntArray:
        """Return the least headcount that keeps to everything before any case is served."""
        return self.mended(np.zeros((len(self.groups), self.grid.n_intervals), dtype=np.int64))

    def without_short_spells(self, headcount: IntArray) -> IntArray:
        """Return the largest headcount below this one without short spells."""
        return opened(headcount, self.min_spell)


def _cover(goal: Goal, grid: Grid, groups: tuple[str, ...]) -> Cover:
    """An interval is to be covered if any of it is."""
    rows = np.array([groups.index(name) for name in goal.groups or groups], dtype=np.int64)
    edges = grid.horizon_edges
    if goal.hours is None:
        wanted = np.ones(grid.n_intervals, dtype=bool)
    else:
        wanted = goal.hours.elapsed(edges[:-1], edges[1:]) > 0
    return Cover(goal.name, rows, wanted, goal.at_least)

"""Starts by shift type as a plan: who is on duty then, and what every week of them keeps to.

Comes in: shift types and people who begin each. Goes out: a roster, labour rules as rows for the solver. Left out:
which starts (``covering``, ``together``).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from careplan.clock import Window, cut
from careplan.columns import FloatArray, IntArray
from careplan.planning.grid import Grid
from careplan.planning.limits import Limits
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.kinds import Kinds, least_heads
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS

REST_MS = 11 * HOUR_MS
"""Between two shifts of the same line of a roster: our choice, the daily rest of directive 2003/88/EC, article 3."""


@dataclass(frozen=True, eq=False)
class ShiftGrid(Grid):
    """A grid on which a plan is people by shift type, so that whatever plays headcounts can play shifts."""

    kinds: Kinds
    run_end: int

    @classmethod
    def of(cls, grid: Grid, kinds: Kinds, run_end: int) -> ShiftGrid:
        """Return the grid of some shift types; ``run_end`` is where rosters end, ms."""
        return cls(grid.edges, grid.origin, grid.first, grid.n_intervals, grid.minutes, kinds, run_end)

    def roster(self, groups: Sequence[str], headcount: IntArray) -> Roster:
        """Return the roster of the whole run; ``headcount`` are the starts, shape (n_types,)."""
        return roster_of(self.kinds, headcount, self.run_end)


def roster_of(kinds: Kinds, starts: IntArray, run_end: int) -> Roster:
    """Return who is on duty: shifts dealt to as few lines as a rest of 11 hours between them allows.

    A line is not a person: days off are for a roster of people to find.
    """
    spells: list[tuple[str, int, int, int]] = []
    for group in kinds.groups:
        duties: list[tuple[int, int, tuple[Window, ...]]] = []
        for row in np.flatnonzero(starts > 0).tolist():
            kind = kinds.rows[row]
            if kind.group != group:
                continue
            for copy in kind.copies:
                worked = cut(copy.stretches, 0, run_end)
                if worked:
                    duties += [(copy.pieces[0][0], copy.pieces[-1][1], worked)] * int(starts[row])
        free: list[tuple[int, int]] = []
        lines = 0
        for on, off, worked in sorted(duties):
            if free and free[0][0] <= on:
                line = heapq.heappop(free)[1]
            else:
                lines += 1
                line = lines
            heapq.heappush(free, (off + REST_MS, line))
            spells += [(group, line, a, b) for a, b in worked]
    return Roster.from_spells(spells, kinds.groups)


def week_rules(scenario: Scenario, kinds: Kinds, limits: Limits) -> list[Rule]:
    """Return what every schedule keeps to, as rows over the shift types."""
    found = []
    days = scenario.calendar.horizon
    day = np.array([kind.day for kind in kinds.rows])
    is_part = np.array([kind.laid.kind == "part" for kind in kinds.rows])
    n = kinds.grid.n_intervals
    for g, group in enumerate(kinds.groups):
        rules = scenario.groups[group].shift_rules
        assert rules is not None
        mine = kinds.group_ix == g
        if rules.starts_a_day is not None:
            table = np.array([mine & (day == d) for d in range(days)], dtype=np.float64)
            name = f"starts a day (groups.{group}.shift_rules.starts_a_day)"
            found.append(_at_most(name, table, np.full(days, float(rules.starts_a_day)), "more on a day"))
        if rules.part_time is not None and is_part.any() and rules.part_time.at_most < 1:
            weeks = range(-(-days // 7))
            share = rules.part_time.at_most
            table = np.array([np.where(mine & (day // 7 == w), is_part - share, 0.0) for w in weeks])
            name = f"share of part-timers (groups.{group}.shift_rules.part_time.at_most)"
            found.append(_at_most(name, table, np.zeros(len(weeks)), "more a week"))
        least = least_heads(scenario, group, kinds.grid)
        rows = np.flatnonzero(least)
        if rows.size:
            name = f"people at least (groups.{group}.shift_rules.at_least)"
            there = kinds.present[g * n + rows]
            found.append(Rule(name, there, least[rows].astype(np.float64), np.full(len(rows), np.inf), "fewer at once"))
        most = limits.most_of(g)
        if most is not None and scenario.groups[group].most is not None:
            name = f"agents at once (groups.{group}.most)"
            table_of = kinds.on_duty[g * n : (g + 1) * n]
            found.append(Rule(name, table_of, np.full(n, -np.inf), most.astype(np.float64), "more at once"))
    return found


def _at_most(name: str, table: FloatArray, high: FloatArray, unit: str) -> Rule:
    return Rule(name, csr_array(table), np.full(len(high), -np.inf), high, unit)

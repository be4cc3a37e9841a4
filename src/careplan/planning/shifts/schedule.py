"""Starts by shift type as a plan: who is on duty then, and what that is paid.

Comes in: shift types and people who begin each. Goes out: a roster, a bill. Left out: which starts (``covering``,
``together``).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from careplan.clock import Window, cut
from careplan.columns import IntArray
from careplan.costing.pay import Pay
from careplan.costing.wages import WageBill, bill_of_shifts
from careplan.planning.grid import Grid
from careplan.planning.shifts.kinds import Kinds
from careplan.roster import Roster
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
    pauses: list[tuple[str, int, int, int]] = []
    for group in kinds.groups:
        duties: list[tuple[int, int, tuple[Window, ...], tuple[Window, ...]]] = []
        for row in np.flatnonzero(starts > 0).tolist():
            kind = kinds.rows[row]
            if kind.group != group:
                continue
            for copy in kind.copies:
                worked = cut(copy.stretches, 0, run_end)
                if worked:
                    paid = cut(copy.paid_breaks, 0, run_end)
                    duties += [(copy.pieces[0][0], copy.pieces[-1][1], worked, paid)] * int(starts[row])
        free: list[tuple[int, int]] = []
        lines = 0
        for on, off, worked, paid in sorted(duties):
            if free and free[0][0] <= on:
                line = heapq.heappop(free)[1]
            else:
                lines += 1
                line = lines
            heapq.heappush(free, (off + REST_MS, line))
            spells += [(group, line, a, b) for a, b in worked]
            pauses += [(group, line, a, b) for a, b in paid]
    return Roster.from_spells(spells, kinds.groups, pauses=pauses)


def bill_of(kinds: Kinds, starts: IntArray, pay: Mapping[str, Pay], *, between: Window | None = None) -> WageBill:
    """Return what a schedule is paid over the horizon, or between two instants of it: every shift for itself, with its
    own paid breaks, exactly."""
    edges = kinds.grid.horizon_edges
    begin, end = (int(edges[0]), int(edges[-1])) if between is None else between
    worked: dict[str, tuple[list[Window], list[Window]]] = {}
    for g, group in enumerate(kinds.groups):
        on_duty, breaks = worked.setdefault(group, ([], []))
        for row in np.flatnonzero((starts > 0) & (kinds.group_ix == g)).tolist():
            people = int(starts[row])
            for copy in kinds.rows[row].copies:
                on_duty += cut(copy.stretches, begin, end) * people
                breaks += cut(copy.paid_breaks, begin, end) * people
    return bill_of_shifts(worked, pay, begin, end)

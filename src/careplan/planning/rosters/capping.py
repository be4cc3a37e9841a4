"""Shifts beyond those that are needed, within the seats of a group and its starts of a day.

Comes in: rows of shifts that were found. Goes out: rows in which nobody works a shift that is not needed where
``groups.NAME.most`` or ``starts_a_day`` leave no room. Left out: what is needed beyond them, which stays needed, and
the share of part-timers.

The search covers what is needed and fills contracts; people are told apart by neither. So whoever is one too many is
given another row afterwards, one by one, who loses least by it first: the cheapest that keeps to their rules, shifts
without room left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from careplan.clock import Window
from careplan.columns import IntArray
from careplan.planning.rosters.checking import Counted
from careplan.planning.rosters.exchanging import points_of_row, points_of_rows
from careplan.planning.rosters.needs import Needs
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.rosters.tables import tables_of
from careplan.planning.rosters.walking import walk
from careplan.scenario.models import Scenario

Cell = tuple[int, int]
"""(day, slot)."""


@dataclass(frozen=True, eq=False)
class _Limit:
    """What a group has room for; None: for anybody."""

    slots: tuple[int, ...]
    starts: int | None
    seats: int | None


def capped(scenario: Scenario, puzzle: Puzzle, needs: Needs, choices: IntArray) -> tuple[IntArray, float | None]:
    """Return slots by person and day, −1 off, and what they cost now; None where all had room before.

    Parameters
    ----------
    scenario, puzzle, needs
        As they were searched with.
    choices
        As they were found.
    """
    limits = _limits(scenario, needs)
    if not limits:
        return choices, None
    rows = _Rows(puzzle, needs, limits, choices)
    return (rows.choices, rows.points) if rows.make_room() else (choices, None)


def _limits(scenario: Scenario, needs: Needs) -> tuple[_Limit, ...]:
    found = []
    for name, group in sorted(scenario.groups.items()):
        slots = tuple(k for k, slot in enumerate(needs.slots) if slot.group == name)
        starts = None if group.shift_rules is None else group.shift_rules.starts_a_day
        if slots and (starts is not None or group.most is not None):
            found.append(_Limit(slots, starts, group.most))
    return tuple(found)


class _Rows:
    """Everybody's rows, and how many work what."""

    def __init__(self, puzzle: Puzzle, needs: Needs, limits: tuple[_Limit, ...], choices: IntArray) -> None:
        self.puzzle, self.needs, self.limits = puzzle, needs, limits
        self.tables = tables_of(puzzle)
        self.off = puzzle.need_of.shape[1]
        self.choices = choices.copy()
        self.working = np.zeros(needs.people.shape, dtype=np.int64)
        for person in range(len(choices)):
            self._count(person, 1)

    @property
    def points(self) -> float:
        """What they cost, with what is uncovered."""
        return float(points_of_rows(self._row(self.choices), self.puzzle.kind_of, self.tables))

    def make_room(self) -> bool:
        """Give other rows to whoever is one too many; whether there was anybody."""
        changed, most = 0, int(np.maximum(self.working - self.needs.people, 0).sum())
        while (found := self._next()) is not None:
            person, day = found
            self._count(person, -1)
            if changed < most:
                self.choices[person] = self._cheapest(person)
            else:  # enough: from now on there is less with each
                self.choices[person, day] = -1
            self._count(person, 1)
            changed += 1
        return changed > 0

    def _next(self) -> Cell | None:
        """(person, day) of who loses least by working another row, of the first to be too many somewhere."""
        for cells in self._too_many():
            costs = {}
            for day, slot in cells:
                for person in np.flatnonzero(self.choices[:, day] == slot).tolist():
                    row, kind = self._row(self.choices[person]), self.puzzle.kind_of[person]
                    without = row.copy()
                    without[day] = self.off
                    more = points_of_row(without, self.tables, kind) - points_of_row(row, self.tables, kind)
                    if more < np.inf:  # what is settled stays
                        costs[person, day] = more
            if costs:
                return min(costs, key=lambda one: (round(costs[one], 6), one))
        return None

    def _too_many(self) -> Iterator[list[Cell]]:
        """Where there are more than there is room for: shifts that more work than are needed and that take the room."""
        more = np.argwhere(self.working > self.needs.people).tolist()
        for limit in self.limits:
            mine = [(day, slot) for day, slot in more if slot in limit.slots]
            if limit.starts is not None:
                for day in sorted({day for day, _ in mine}):
                    if self.working[day, limit.slots].sum() > limit.starts:
                        yield [cell for cell in mine if cell[0] == day]
            if limit.seats is not None and mine:
                on_duty = self._on_duty(limit)
                over = [cell for cell in mine if self._most(on_duty, self.needs.laid(*cell, 0).pieces) > limit.seats]
                if over:
                    yield over

    def _most(self, on_duty: Counted, windows: Sequence[Window]) -> int:
        return max(n for window in windows for n, _ in on_duty.within(window))

    def _on_duty(self, limit: _Limit) -> Counted:
        return Counted.of(
            stretch
            for day, slot in np.argwhere(self.working > 0).tolist()
            if slot in limit.slots
            for number in range(self.working[day, slot])
            for stretch in self.needs.laid(day, slot, number).stretches
        )

    def _cheapest(self, person: int) -> IntArray:
        """The cheapest row of a person who is not counted, where there is room; slots by day."""
        one = self.puzzle.kinds[self.puzzle.kind_of[person]]
        cost, n = one.cost.copy(), len(one.slots)
        days = np.arange(len(cost))[:, None]
        is_needed = self.working[:, one.slots] < self.needs.people[:, one.slots]
        cost[:, :n] -= np.where(is_needed, self.tables.price[days, one.slots], 0.0)
        is_free = np.isfinite(one.cost[:, :n]) & np.isfinite(one.cost[:, n:]) & ~is_needed
        there = [self._on_duty(limit) for limit in self.limits]
        for day, k in np.argwhere(is_free).tolist():
            if not self._has_room(day, int(one.slots[k]), there):
                cost[day, k] = np.inf
        value, chosen = walk(cost, *one.rules)
        if not value < np.inf:
            raise AssertionError("a row less one of its shifts breaks a rule")
        return np.where(chosen < n, np.append(one.slots, -1)[chosen], -1)

    def _has_room(self, day: int, slot: int, there: Sequence[Counted]) -> bool:
        """Whether one more may work a shift; ``there`` are the people of each limit."""
        for limit, on_duty in zip(self.limits, there, strict=True):
            if slot not in limit.slots:
                continue
            if limit.starts is not None and self.working[day, limit.slots].sum() >= limit.starts:
                return False
            laid = self.needs.laid(day, slot, int(self.working[day, slot]))
            if limit.seats is not None and self._most(on_duty, laid.stretches) >= limit.seats:
                return False
        return True

    def _count(self, person: int, people: int) -> None:
        days = np.flatnonzero(self.choices[person] >= 0)
        self.working[days, self.choices[person, days]] += people

    def _row(self, choices: IntArray) -> IntArray:
        return np.where(choices < 0, self.off, choices).astype(np.int64)

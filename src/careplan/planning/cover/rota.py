"""A rotation: as many rows as people, each person moves on one row a week, so that all work the same in the end.

Comes in: seats, shifts, the rules of a person's shifts, a number of rows. Goes out: the rows, or that there are none.
Left out: how many rows (``fewest``), and absence.

A mixed-integer program over who works which shift on which day of which row (HiGHS through ``scipy.optimize.milp``).
The last row goes over into the first, Sunday into the Monday of the next row. Preferred, by points of our choice: a
weekend off (3), no shift that begins earlier than the day before's (2), no change of shift from one day to the next
(1), no single day off (1), no hour more in the longest week (0.25).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array

from careplan.columns import FloatArray, IntArray
from careplan.planning.cover.seats import DAY, Seats, ShiftKind
from careplan.planning.solver import milp
from careplan.scenario.models import Scenario
from careplan.scenario.roster_rules import Rosters
from careplan.units import MINUTE_MS

Rows: TypeAlias = tuple[tuple[ShiftKind | None, ...], ...]
"""For each row, the shift of each day from Monday; None is a day off."""
SECONDS = 20.0
"""How long the solver may take for one number of rows: our choice."""
POINTS = {"weekend off": 3.0, "backward": 2.0, "change": 1.0, "single day off": 1.0, "longest week": 0.25}


@dataclass(frozen=True)
class RotaRules:
    """What the shifts of a person keep to; minutes. None: not asked."""

    weekly_hours: int | None
    """On average over the rotation, at most."""
    daily_rest: int | None
    weekly_rest: int | None
    """In each week, around a day off."""
    days_in_a_row: int | None
    week_at_most: int | None
    weekends_off: float = 0.0

    @classmethod
    def of(cls, seats: Seats, scenario: Scenario) -> RotaRules:
        """Return the rules that hold for rosters of people, with the contract of the seats."""
        rules = scenario.rosters or Rosters()
        return cls(
            seats.weekly_ms // MINUTE_MS,
            rules.daily_rest // MINUTE_MS,
            rules.weekly_rest // MINUTE_MS,
            rules.days_in_a_row,
            rules.week_at_most // MINUTE_MS,
            seats.weekends_off,
        )

    def without(self, rule: str) -> RotaRules:
        """Return the same without one rule."""
        return self.with_rule(rule, None)

    def with_rule(self, rule: str, value: float | None) -> RotaRules:
        """Return the same with another value of a rule."""
        changed: dict[str, Any] = {rule: (value or 0.0) if rule == "weekends_off" else value}
        return replace(self, **changed)


@dataclass(frozen=True)
class Found:
    """What the solver says about a number of rows."""

    rows: Rows | None
    is_proven: bool
    """Whether it is sure that there is none (``rows`` None), or that none has more points."""
    seconds: float


def rota(seats: Seats, rules: RotaRules, rows: int, *, seconds: float = SECONDS, is_any: bool = False) -> Found:
    """Return a rotation of so many rows that holds the seats within the rules, the one with most points.

    Parameters
    ----------
    seats
        What is held by which shifts.
    rules
        What the shifts of a person keep to.
    rows
        People of the rotation.
    seconds
        The solver ends after so long with the best it has.
    is_any
        Whether any rotation does, without points: only whether there is one is asked.
    """
    program = _Program(seats, rules, rows, is_any)
    began = time.monotonic()
    table, low, high = program.matrix()
    result = milp(
        program.cost(),
        integrality=program.whole(),
        bounds=Bounds(np.zeros(program.n), program.most()),
        constraints=LinearConstraint(table, low, high),
        options={"time_limit": seconds, "mip_rel_gap": 0.0 if not is_any else 1.0},
    )
    taken = time.monotonic() - began
    if result.x is None:
        return Found(None, result.status == 2, taken)
    return Found(program.rows_of(result.x), result.status == 0, taken)


@dataclass
class _Row:
    """low ≤ Σ coefficient × variable ≤ high."""

    terms: dict[int, float]
    low: float
    high: float


class _Program:
    """The variables: x[row, shift], off[row, day] for the weekly rest, points."""

    def __init__(self, seats: Seats, rules: RotaRules, rows: int, is_any: bool) -> None:
        self.seats, self.rules, self.rows, self.is_any = seats, rules, rows, is_any
        self.kinds = seats.kinds
        self.by_day = [[k for k, kind in enumerate(self.kinds) if kind.day == day] for day in range(7)]
        self.n_x = rows * len(self.kinds)
        self.n_days = 7 * rows
        self.resting = self.n_x
        self.weekend = self.resting + self.n_days
        self.backward = self.weekend + (0 if is_any and not rules.weekends_off else rows)
        self.change = self.backward + (0 if is_any else self.n_days)
        self.single = self.change + (0 if is_any else self.n_days)
        self.longest = self.single + (0 if is_any else self.n_days)
        self.n = self.longest + (0 if is_any else 1)

    def x(self, day: int, kind: int) -> int:
        """The variable of a shift on a day of the rotation, counted from the first row's Monday round and round."""
        return (day // 7) % self.rows * len(self.kinds) + kind

    def of_day(self, day: int) -> list[int]:
        """The variables of all shifts of a day of the rotation."""
        return [self.x(day, k) for k in self.by_day[day % 7]]

    def cost(self) -> FloatArray:
        found = np.zeros(self.n)
        for row in range(self.rows):
            for k, kind in enumerate(self.kinds):
                found[row * len(self.kinds) + k] = kind.length / 60  # no hour more than is needed, before all points
        if not self.is_any:
            found[self.weekend : self.backward] = -POINTS["weekend off"] / 10
            found[self.backward : self.change] = POINTS["backward"] / 10
            found[self.change : self.single] = POINTS["change"] / 10
            found[self.single : self.longest] = POINTS["single day off"] / 10
            found[self.longest] = POINTS["longest week"] / 10
        return found

    def most(self) -> FloatArray:
        found = np.ones(self.n)
        if not self.is_any:
            found[self.longest] = 168.0
        return found

    def whole(self) -> IntArray:
        found = np.zeros(self.n, dtype=np.int64)
        found[: self.backward] = 1
        return found

    def matrix(self) -> tuple[csr_array, FloatArray, FloatArray]:
        lines = list(self._lines())
        at = [(r, column, value) for r, line in enumerate(lines) for column, value in line.terms.items()]
        row, column, value = (np.array(x) for x in zip(*at, strict=True))
        table = csr_array((value, (row, column)), shape=(len(lines), self.n))
        return table, np.array([line.low for line in lines]), np.array([line.high for line in lines])

    def _lines(self) -> Iterator[_Row]:
        yield from self._holds_the_seats()
        yield from self._one_shift_a_day()
        yield from self._hours()
        if self.rules.daily_rest is not None:
            yield from self._apart(self.rules.daily_rest)
        if self.rules.days_in_a_row is not None:
            span = min(self.rules.days_in_a_row + 1, self.n_days)
            for day in range(self.n_days):
                yield _sum((v for d in range(day, day + span) for v in self.of_day(d)), high=span - 1)
        if self.rules.weekly_rest is not None:
            yield from self._rest_of_a_week(self.rules.weekly_rest)
        if not self.is_any or self.rules.weekends_off:
            yield from self._weekends()
        if not self.is_any:
            yield from self._points()

    def _holds_the_seats(self) -> Iterator[_Row]:
        for begin, people in self.seats.instants:
            held = [k for k, kind in enumerate(self.kinds) if kind.holds(begin)]
            yield _sum((self.x(7 * row, k) for row in range(self.rows) for k in held), low=people)

    def _one_shift_a_day(self) -> Iterator[_Row]:
        for day in range(self.n_days):
            yield _sum(self.of_day(day), high=1)

    def _hours(self) -> Iterator[_Row]:
        lengths = [kind.length / 60 for kind in self.kinds]
        if self.rules.weekly_hours is not None:
            terms = {self.x(7 * row, k): length for row in range(self.rows) for k, length in enumerate(lengths)}
            yield _Row(terms, -np.inf, self.rows * self.rules.weekly_hours / 60)
        for row in range(self.rows):
            week = {self.x(7 * row, k): length for k, length in enumerate(lengths)}
            if self.rules.week_at_most is not None:
                yield _Row(week, -np.inf, self.rules.week_at_most / 60)
            if not self.is_any:
                yield _Row(week | {self.longest: -1.0}, -np.inf, 0.0)

    def _apart(self, rest: int) -> Iterator[_Row]:
        """No shift begins so soon after the one of the day before; nor after the one before that, if it is long."""
        for later in (1, 2):
            for day in range(self.n_days):
                for before, after in self._too_near(day, later, rest):
                    yield _sum([*before, *after], high=1)

    def _too_near(self, day: int, later: int, rest: int) -> Iterator[tuple[list[int], list[int]]]:
        """Shifts of a day, and of one some days later, of which any two leave less rest than that."""
        first, second = self.by_day[day % 7], self.by_day[(day + later) % 7]
        done: set[tuple[int, ...]] = set()
        for end in sorted({self.kinds[k].end for k in first}):
            after = tuple(self.x(day + later, k) for k in second if self.kinds[k].begin + later * DAY < end + rest)
            if after and after not in done:
                done.add(after)
                yield [self.x(day, k) for k in first if self.kinds[k].end >= end], list(after)

    def _rest_of_a_week(self, rest: int) -> Iterator[_Row]:
        """Each week has a day off with so much rest around it; what exceeds the daily rest lies in the week itself."""
        daily = self.rules.daily_rest
        inside = min(rest, DAY) if daily is None else rest - daily
        for day in range(self.n_days):
            off = self.resting + day
            yield _sum([off, *self.of_day(day)], high=1)
            for before, after in self._too_near((day - 1) % self.n_days, 2, rest):
                yield _sum([off, *before, *after], high=2)
            if day % 7 == 6:  # a rest that begins on Sunday ends, for this week, at midnight
                late = [self.x(day - 1, k) for k in self.by_day[5] if 2 * DAY - self.kinds[k].end < inside]
                yield _sum([off, *late], high=1)
        for row in range(self.rows):
            yield _sum((self.resting + 7 * row + day for day in range(7)), low=1)

    def _weekends(self) -> Iterator[_Row]:
        for row in range(self.rows):
            for day in (5, 6):
                yield _sum([self.weekend + row, *self.of_day(7 * row + day)], high=1)
        if self.rules.weekends_off:
            least = np.ceil(self.rules.weekends_off * self.rows - 1e-9)
            yield _sum((self.weekend + row for row in range(self.rows)), low=least)

    def _points(self) -> Iterator[_Row]:
        for day in range(self.n_days):
            today, tomorrow = self.by_day[day % 7], self.by_day[(day + 1) % 7]
            begins = sorted({self.kinds[k].begin for k in (*today, *tomorrow)})
            for begin in begins:
                late = [self.x(day, k) for k in today if self.kinds[k].begin >= begin]
                early = [self.x(day + 1, k) for k in tomorrow if self.kinds[k].begin < begin]
                later = [self.x(day + 1, k) for k in tomorrow if self.kinds[k].begin >= begin]
                earlier = [self.x(day, k) for k in today if self.kinds[k].begin < begin]
                if late and early:
                    yield _sum([*late, *early], high=1, less=self.backward + day)
                    yield _sum([*late, *early], high=1, less=self.change + day)
                if later and earlier:
                    yield _sum([*later, *earlier], high=1, less=self.change + day)
            if self.n_days > 2:
                around = [*self.of_day(day - 1), *self.of_day(day + 1)]
                terms = dict.fromkeys(around, 1.0) | dict.fromkeys(self.of_day(day), -1.0) | {self.single + day: -1.0}
                yield _Row(terms, -np.inf, 1.0)

    def rows_of(self, x: FloatArray) -> Rows:
        """Read the answer."""

        def shift(row: int, day: int) -> ShiftKind | None:
            return next((self.kinds[k] for k in self.by_day[day] if x[self.x(7 * row, k)] > 0.5), None)

        return tuple(tuple(shift(row, day) for day in range(7)) for row in range(self.rows))


def _sum(variables: Iterable[int], *, low: float = -np.inf, high: float = np.inf, less: int | None = None) -> _Row:
    """A sum of variables between bounds; ``less`` is a variable taken off."""
    terms: dict[int, float] = {}
    for variable in variables:
        terms[variable] = terms.get(variable, 0.0) + 1.0
    if less is not None:
        terms[less] = terms.get(less, 0.0) - 1.0
    return _Row(terms, low, high)


def minutes_of(row: Sequence[ShiftKind | None]) -> int:
    """Return the minutes of a row."""
    return sum(kind.length for kind in row if kind is not None)

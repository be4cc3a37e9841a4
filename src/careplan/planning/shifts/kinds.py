"""All legal shifts of a scenario: one for each group, day, begin, length and place of the breaks.

Comes in: a scenario with ``shift_rules``, and the grid of its plan. Goes out: :class:`Kinds`, columns by shift type.
Left out: how many people begin each (``covering``).

A shift begins at a clock time of its group's zone and lasts its length in elapsed time, also where the clock changes.
What is decided for a day of the horizon is repeated on the same weekday over warm-up and run-off, as in ``Grid``; a
shift that passes the end of the horizon so serves its beginning.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from careplan.clock import Clock, WeekHours, cut
from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.grid import Grid
from careplan.planning.shifts.labour import KEYS, Laid, Place, broken_by
from careplan.scenario.models import Scenario
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import MINUTE_MS, format_duration

MOST = 40_000
"""Shift types at most: beyond, no solver ends in minutes. Our choice."""

Price = Callable[[str, Sequence[tuple[int, int]]], float]
"""(group, paid spells) → money."""


@dataclass(frozen=True)
class Kind:
    """One shift type: people of a group who begin at the same time of a day, and pause alike."""

    group: str
    day: int
    """Of the horizon, from 0."""
    laid: Laid
    """On its day of the horizon."""
    words: str
    """Such as ``08:30-17:00, break 12:00``, by the clock of the group."""
    copies: tuple[Laid, ...]
    """On every day of the run on which it is worked, that of the horizon included."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Shift types as columns."""

    groups: tuple[str, ...]
    grid: Grid
    rows: tuple[Kind, ...]
    cost: FloatArray
    """Of one person in the horizon, by shift type."""
    on_duty: csr_array
    """Agents one person is worth in each interval, shape (n_groups × n_intervals, n_types): below 1 where a break
    takes part of it."""
    present: csr_array
    """The same, breaks aside."""

    @property
    def n(self) -> int:
        """How many."""
        return len(self.rows)

    @cached_property
    def group_ix(self) -> IntArray:
        """The group of each, by row."""
        return np.array([self.groups.index(kind.group) for kind in self.rows], dtype=np.int64)

    @cached_property
    def shortest_stretch(self) -> int:
        """The shortest time on duty without a break in any shift, ms: nobody can be asked for shorter."""
        return min(off - on for kind in self.rows for on, off in kind.laid.stretches)

    def duty(self, starts: IntArray) -> FloatArray:
        """Return agents on duty, mean of each interval, shape (n_groups, n_intervals)."""
        return np.asarray(self.on_duty @ starts).reshape(len(self.groups), -1)

    def attending(self, starts: IntArray) -> FloatArray:
        """Return people at work, breaks aside, shape (n_groups, n_intervals)."""
        return np.asarray(self.present @ starts).reshape(len(self.groups), -1)


def kinds_of(scenario: Scenario, grid: Grid, price: Price) -> Kinds:
    """Return every legal shift type of a scenario.

    Raises
    ------
    CareplanError
        If a group has no ``shift_rules``, or there are too many types.
    InfeasibleError
        If the rules of a group leave no shift at all: names the rules that forbid the most.
    """
    groups = tuple(sorted(scenario.groups))
    missing = [
        f"groups.{name} has no shift_rules; expected which shifts it may be given, such as {{lengths: 8 h}}"
        for name in groups
        if scenario.groups[name].shift_rules is None
    ]
    if missing:
        raise CareplanError(f"{scenario.name}: shifts", missing)
    rows: list[Kind] = []
    for name in groups:
        rows += _kinds_of_group(scenario, name, MOST - len(rows))
    edges = grid.horizon_edges
    begin, end = int(edges[0]), int(edges[-1])
    cost = [
        sum(price(kind.group, cut(copy.paid, begin, end)) for copy in kind.copies if _touches(copy, begin, end))
        for kind in rows
    ]
    group_ix = np.array([groups.index(kind.group) for kind in rows], dtype=np.int64)
    duty = share_table(rows, edges, group_ix, len(groups), lambda copy: copy.stretches)
    present = share_table(rows, edges, group_ix, len(groups), lambda copy: copy.pieces)
    return Kinds(groups, grid, tuple(rows), np.array(cost), duty, present)


def place_of(scenario: Scenario, group: str) -> Place:
    """Return what shifts of a group are held to."""
    rules = scenario.groups[group].shift_rules
    assert rules is not None
    night = WeekHours(((rules.night_hours,),) * 7)
    return Place(
        rules,
        scenario.open_windows(rules.start_hours, group=group),
        scenario.open_windows(scenario.groups[group].hours, group=group),
        scenario.clock_of(group).open_windows(night),
        scenario.clock.midnights[-1],
    )


def forbidding(
    scenario: Scenario, group: str, moments: IntArray
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return which rules keep a group's shifts away from some moments (ms): those that do so alone, at every one of
    them; and all that do, for shifts that break several. Each as (key, name).
    """
    place, clock = place_of(scenario, group), scenario.clock_of(group)
    start = scenario.calendar.start
    reached: dict[str, BoolArray] = {}
    among: dict[str, None] = {}
    for day in range(-1, scenario.calendar.horizon):
        for minute in range(0, 24 * 60, place.rules.start_every // MINUTE_MS):
            for shape in _shapes(place.rules):
                laid = _lay(shape, clock, start + timedelta(days=day), minute)
                at = np.zeros(len(moments), dtype=bool)
                for on, off in laid.stretches:
                    at |= (moments >= on) & (moments < off)
                wrong = broken_by(laid, place) if at.any() else ()
                among.update(dict.fromkeys(wrong))
                if len(wrong) == 1:
                    reached[wrong[0]] = reached.get(wrong[0], np.zeros(len(moments), dtype=bool)) | at
    alone = [(KEYS[name], name) for name, at in reached.items() if at.all()]
    return alone, [(KEYS[name], name) for name in among]


def _kinds_of_group(scenario: Scenario, group: str, room: int) -> list[Kind]:
    place, clock = place_of(scenario, group), scenario.clock_of(group)
    start, days = scenario.calendar.start, scenario.calendar.horizon
    dates = [start + timedelta(days=d) for d in range(days)]
    on_days = _days_worked(clock, start, days)
    found: list[Kind] = []
    broken: Counter[tuple[str, ...]] = Counter()
    for day, on_date in enumerate(dates):
        for minute in range(0, 24 * 60, place.rules.start_every // MINUTE_MS):
            for shape in _shapes(place.rules):
                laid = _lay(shape, clock, on_date, minute)
                wrong = broken_by(laid, place)
                if wrong:
                    broken[wrong] += 1
                    continue
                if len(found) == room:
                    raise CareplanError(
                        f"groups.{group}.shift_rules allow more than {MOST:,} shifts; "
                        "a longer start_every, or breaks staggered more coarsely (every), make fewer"
                    )
                copies = tuple(_lay(shape, clock, other, minute) for other in on_days[day])
                found.append(Kind(group, day, laid, _words(laid, clock), copies))
    if not found:
        raise InfeasibleError(_no_shift(group, broken))
    return found


def _no_shift(group: str, broken: Counter[tuple[str, ...]]) -> str:
    """What to say where every shift breaks some rules: how many each rule forbids, and which least change lets most in.

    ``broken``: shifts by the rules they break.
    """
    if not broken:
        return f"groups.{group}.shift_rules leave no shift at all: no length has room for its breaks"
    forbids: Counter[str] = Counter()
    for names, count in broken.items():
        forbids.update(dict.fromkeys(names, count))
    why = ", ".join(f"{name} ({count:,})" for name, count in forbids.most_common())
    least = min(broken, key=lambda names: (len(names), -broken[names]))
    helps = " and ".join(f"groups.{group}.{KEYS[name]} ({name})" for name in least)
    return (
        f"groups.{group}.shift_rules leave no shift at all; of {broken.total():,} shifts these rules forbid: {why}. "
        f"The least change that helps: {helps}, which would let up to {broken[least]:,} in"
    )


def _days_worked(clock: Clock, start: date, days: int) -> list[list[date]]:
    """For each day of the horizon, the dates on which its shifts are worked: its own, and those that repeat it."""
    cycle = min(days, 7)
    found: list[list[date]] = [[] for _ in range(days)]
    for on_date in (clock.first_day - timedelta(days=1), *clock.days):
        day = (on_date - start).days
        if not 0 <= day < days:
            day = day % cycle if day < 0 else days - cycle + (day - days) % cycle
        found[day].append(on_date)
    return found


@dataclass(frozen=True)
class _Shape:
    """A shift before it is laid on a day; ms after its begin."""

    kind: str
    pieces: tuple[tuple[int, int], ...]
    breaks: tuple[tuple[int, int, bool], ...]


def _shapes(rules: ShiftRules) -> list[_Shape]:
    found = [_Shape("full", ((0, n),), pauses) for n in rules.lengths for pauses in _pauses(rules, 0, n)]
    if rules.part_time is not None:
        lengths = [n for n in rules.part_time.lengths if n not in rules.lengths]
        found += [_Shape("part", ((0, n),), pauses) for n in lengths for pauses in _pauses(rules, 0, n)]
    for split in rules.splits:
        first, second = split.pieces
        for gap in split.gap:
            after = first + gap
            for one, two in itertools.product(_pauses(rules, 0, first), _pauses(rules, after, second)):
                found.append(_Shape("split", ((0, first), (after, after + second)), one + two))
    return list(dict.fromkeys(found))


def _pauses(rules: ShiftRules, begin: int, length: int) -> Iterator[tuple[tuple[int, int, bool], ...]]:
    """Every way to lay the breaks of a piece: apart, and none at its very end."""
    due = [pause for pause in rules.breaks if pause.begins(length)]
    for places in itertools.product(*(pause.begins(length) for pause in due)):
        laid = sorted((begin + at, begin + at + p.length, p.paid) for at, p in zip(places, due, strict=True))
        if all(a[1] < b[0] for a, b in itertools.pairwise(laid)):
            yield tuple(laid)


def _lay(shape: _Shape, clock: Clock, day: date, minute: int) -> Laid:
    on = clock.instant(datetime(day.year, day.month, day.day) + timedelta(minutes=minute))
    return Laid(
        day,
        shape.kind,  # type: ignore[arg-type]
        tuple((on + a, on + b) for a, b in shape.pieces),
        tuple((on + a, on + b, paid) for a, b, paid in shape.breaks),
    )


def _words(laid: Laid, clock: Clock) -> str:
    def at(instant: int) -> str:
        return clock.local(instant).strftime("%H:%M")

    text = " and ".join(f"{at(on)}-{at(off)}" for on, off in laid.pieces)
    pauses = [f"{at(begin)} ({format_duration(end - begin)})" for begin, end, _ in laid.breaks]
    return text + (f", break{'s' if len(pauses) > 1 else ''} {', '.join(pauses)}" if pauses else "")


def _touches(copy: Laid, begin: int, end: int) -> bool:
    return copy.pieces[0][0] < end and copy.pieces[-1][1] > begin


def share_table(
    rows: Sequence[Kind],
    edges: IntArray,
    row_of_kind: IntArray,
    n_rows: int,
    spells_of: Callable[[Laid], Sequence[tuple[int, int]]],
) -> csr_array:
    """Return the share of each interval between edges that a shift covers, over all days on which it is worked.

    Shape (n_rows × n_intervals, n_types); ``row_of_kind`` says to which of the ``n_rows`` each type belongs.
    """
    n = len(edges) - 1
    begin, end, steps = int(edges[0]), int(edges[-1]), edges.tolist()
    row_of, column_of, shares = [], [], []
    for column, (kind, of) in enumerate(zip(rows, row_of_kind.tolist(), strict=True)):
        for copy in kind.copies:
            if not _touches(copy, begin, end):
                continue
            for on, off in cut(spells_of(copy), begin, end):
                for i in range(bisect_right(steps, on) - 1, bisect_left(steps, off)):
                    a, b = steps[i], steps[i + 1]
                    row_of.append(of * n + i)
                    column_of.append(column)
                    shares.append((min(off, b) - max(on, a)) / (b - a))
    return csr_array((shares, (row_of, column_of)), shape=(n_rows * n, len(rows)))

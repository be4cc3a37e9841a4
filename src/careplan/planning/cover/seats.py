"""Seats to hold over a week, the shifts that can hold them, and the sum of hours anyone can check.

Comes in: a scenario, and what the call says instead of it. Goes out: :class:`Seats`. Left out: who works which shift
(``rota``).

A typical week by the wall clock, Monday 00:00 to Sunday 24:00, joined at its ends: changes of the clock, holidays and
dates of the hours are left out. Where nobody names shifts, hours are cut into equal shifts, none longer than a stated
length: hours that never end from ``first_shift`` on, others from where they begin. Breaks are taken at the seat, in
paid time (our choice); breaks away from it belong into the shrinkage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from careplan.clock import WeekHours
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.solver import milp
from careplan.scenario.cover import Cover
from careplan.scenario.models import Scenario
from careplan.scenario.money import exact
from careplan.scenario.suggest import did_you_mean
from careplan.units import DAYS, HOUR_MS, MINUTE_MS, format_share

DAY, WEEK = 24 * 60, 7 * 24 * 60
"""In minutes."""
USUAL_LENGTH = 8 * HOUR_MS


@dataclass(frozen=True, order=True)
class ShiftKind:
    """A shift of a weekday. Minutes."""

    day: int
    """The weekday on which it begins, 0 is Monday."""
    begin: int
    """After that day's midnight."""
    length: int
    name: str = ""
    """``early``, ``late``, ``night``, or as written."""

    @property
    def end(self) -> int:
        """After the midnight of the day on which it begins."""
        return self.begin + self.length

    @property
    def hours(self) -> str:
        """Such as ``22:00-06:00``."""
        return f"{_clock(self.begin)}-{_clock(self.end)}"

    @property
    def of_day(self) -> tuple[str, int, int]:
        """What it is on any day: name, begin, length."""
        return self.name, self.begin, self.length

    def holds(self, minute: int) -> bool:
        """Whether a minute of the week lies in it."""
        return (minute - self.day * DAY - self.begin) % WEEK < self.length


@dataclass(frozen=True)
class Seats:
    """What is to be held, by whom, with which shifts."""

    group: str
    asked: tuple[tuple[str, int], ...]
    """Named hours and people at once in them."""
    pieces: tuple[tuple[int, int, int], ...]
    """The week, cut where anything changes: (from, to, people at once), minutes."""
    kinds: tuple[ShiftKind, ...]
    weekly_ms: int
    """Paid hours of one person in a week, on average."""
    shrinkage: Fraction
    weekends_off: float

    @property
    def held_minutes(self) -> int:
        """Minutes of seats a week."""
        return sum((end - begin) * people for begin, end, people in self.pieces)

    @property
    def seat_hours(self) -> Fraction:
        """Hours of seats a week: 168 for one seat round the clock."""
        return Fraction(self.held_minutes, 60)

    @property
    def weekly_hours(self) -> Fraction:
        """Paid hours of one person in a week."""
        return Fraction(self.weekly_ms, HOUR_MS)

    @property
    def people(self) -> Fraction:
        """The sum of hours: seat hours ÷ (weekly hours × (1 − shrinkage)); no number of people yet."""
        return self.seat_hours / (self.weekly_hours * (1 - self.shrinkage))

    @property
    def arithmetic(self) -> str:
        """The sum, as anyone can check it: ``168 h ÷ (38 h × (1 − 30 %)) = 6.32``."""
        share = format_share(float(self.shrinkage))
        return (
            f"{plain(self.seat_hours)} h ÷ ({plain(self.weekly_hours)} h × (1 − {share})) = {plain(self.people)} people"
        )

    @cached_property
    def instants(self) -> tuple[tuple[int, int], ...]:
        """Minutes of the week and the people asked for then: one wherever the seats or those on duty may change."""
        changes = {(kind.day * DAY + at) % WEEK for kind in self.kinds for at in (kind.begin, kind.end)}
        changes |= {begin for begin, _, _ in self.pieces}
        asked = [(at, next(people for a, b, people in self.pieces if a <= at < b)) for at in sorted(changes)]
        return tuple((at, people) for at, people in asked if people)

    @cached_property
    def least_minutes(self) -> int:
        """Minutes of shifts a week at least: more than of the seats where shifts do not fit without overlap."""
        return self.least(tuple(float(kind.length) for kind in self.kinds))

    def least(self, weight: Sequence[float]) -> int:
        """Return the least weight of shifts that hold the seats, whoever works them.

        Raises
        ------
        InfeasibleError
            If no shift holds some hour: names it.
        """
        import numpy as np
        from scipy.optimize import LinearConstraint

        held = np.array([[float(kind.holds(at)) for kind in self.kinds] for at, _ in self.instants])
        for (at, _), row in zip(self.instants, held, strict=True):
            if not row.any():
                raise InfeasibleError(
                    f"no shift holds the seats from {weekday(at // DAY)} {_clock(at % DAY)} on; expected one under "
                    "cover.shifts that does, or fewer hours"
                )
        asked = np.array([people for _, people in self.instants], dtype=np.float64)
        whole = np.ones(len(self.kinds), dtype=np.int64)
        found = milp(np.asarray(weight), integrality=whole, constraints=LinearConstraint(held, asked, np.inf))
        assert found.x is not None
        return round(float(np.asarray(weight) @ np.rint(found.x)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "group": self.group,
            "seats": dict(self.asked),
            "seat_hours_a_week": float(self.seat_hours),
            "weekly_hours": float(self.weekly_hours),
            "shrinkage": float(self.shrinkage),
            "people_by_hours": float(self.people),
            "arithmetic": self.arithmetic,
        }


def seats_of(
    scenario: Scenario,
    *,
    seats: Mapping[str, int] | int | None = None,
    group: str | None = None,
    weekly_hours: float | None = None,
) -> Seats:
    """Return the seats of a scenario; what is given stands instead of its section ``cover``.

    Parameters
    ----------
    scenario
        Its section ``cover``, targets of the kind ``cover``, hours, groups.
    seats
        People at once: round the clock, or by named hours (``24/7`` is ``always``).
    group
        Whose people.
    weekly_hours
        Paid hours of one person in a week.

    Raises
    ------
    CareplanError
        With all findings: unknown hours or groups, no seat, no hours.
    """
    cover = scenario.cover or Cover()
    findings = []
    asked = {"24/7": seats} if isinstance(seats, int) else dict(seats) if seats is not None else _stated(scenario)
    asked = {"always" if name == "24/7" else name: people for name, people in asked.items()}
    known = scenario.calendar.hours
    for name in asked:
        if name not in known:
            hint = did_you_mean(name, known)
            findings.append(f'hours "{name}"; known hours: 24/7, {", ".join(known)}{". " if hint else ""}{hint}')
    if min(asked.values(), default=0) < 0 or not any(asked.values()):
        findings.append(f"seats {', '.join(map(str, asked.values()))}; expected at least one seat")
    if group is not None and group not in scenario.groups:
        hint = did_you_mean(group, scenario.groups)
        findings.append(f'group "{group}"; known groups: {", ".join(scenario.groups)}{". " if hint else ""}{hint}')
    if weekly_hours is not None and not 1 <= weekly_hours <= 168:
        findings.append(f"weekly hours {weekly_hours:g}; expected 1 to 168")
    if findings:
        raise CareplanError("seats to hold", findings)
    whose = group or group_of(scenario)
    pieces = _pieces([(known[name], people) for name, people in asked.items()])
    if not any(people for *_, people in pieces):
        raise CareplanError(f"{', '.join(asked)} hold no hour of a week; expected hours on weekdays")
    weekly = cover.weekly_hours or scenario.terms(whose).contract_hours
    return Seats(
        whose,
        tuple(asked.items()),
        pieces,
        _kinds(scenario, cover, whose, pieces),
        weekly if weekly_hours is None else round(weekly_hours * HOUR_MS),
        Fraction(exact(scenario.groups[whose].shrinkage)),
        cover.weekends_off,
    )


def group_of(scenario: Scenario) -> str:
    """Return whose people hold seats: as written, else the group with a wage (if any has one) and the most skills."""
    if scenario.cover is not None and scenario.cover.group is not None:
        return scenario.cover.group
    return max(scenario.groups, key=lambda n: (scenario.groups[n].wage is not None, len(scenario.groups[n].skills)))


def _stated(scenario: Scenario) -> dict[str, int]:
    """Seats by named hours: of the section, else of the targets, else one round the clock."""
    if scenario.cover is not None and scenario.cover.seats:
        return dict(scenario.cover.seats)
    found: dict[str, int] = {}
    for target in scenario.targets:
        if target.kind == "cover":
            found[target.hours] = max(found.get(target.hours, 0), target.at_least)
    return found or {"always": 1}


def ranges_of(hours: WeekHours) -> list[tuple[int, int]]:
    """Return the hours of a typical week as (from, to) in minutes from Monday 00:00, merged, cut at its ends."""
    ranges = []
    for day, parts in enumerate(hours.week):
        for begin, end in parts:
            a, b = day * DAY + begin, day * DAY + end
            ranges += [(a, min(b, WEEK)), (0, b - WEEK)] if b > WEEK else [(a, b)]
    merged: list[tuple[int, int]] = []
    for a, b in sorted(ranges):
        if merged and a <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(b, merged[-1][1])
        else:
            merged.append((a, b))
    return merged


def _pieces(asked: Sequence[tuple[WeekHours, int]]) -> tuple[tuple[int, int, int], ...]:
    ranges = [(a, b, people) for hours, people in asked for a, b in ranges_of(hours)]
    edges = sorted({0, WEEK, *(x for a, b, _ in ranges for x in (a, b))})
    return tuple(
        (a, b, max((people for x, y, people in ranges if x <= a and b <= y), default=0)) for a, b in pairwise(edges)
    )


def _kinds(
    scenario: Scenario, cover: Cover, group: str, pieces: Sequence[tuple[int, int, int]]
) -> tuple[ShiftKind, ...]:
    """The shifts that can hold the seats."""
    needed = [(a, b) for a, b, people in pieces if people]
    if cover.shifts:
        kinds = [
            ShiftKind(day, begin, end - begin, name)
            for name, (begin, end) in cover.shifts.items()
            for day in range(7)
            if any(_overlap(day * DAY + begin, day * DAY + end, a, b) for a, b in needed)
        ]
        return tuple(sorted(kinds))
    rules = scenario.groups[group].shift_rules
    lengths = cover.lengths or (rules.lengths if rules is not None else (USUAL_LENGTH,))
    found = set()
    for level in sorted({people for *_, people in pieces if people}):
        for a, b in _spans([(a, b) for a, b, people in pieces if people >= level]):
            for length in lengths:
                found |= set(_tiled(a, b, length // MINUTE_MS, cover.first_shift))
    return tuple(sorted(found))


def _overlap(a: int, b: int, c: int, d: int) -> bool:
    """Whether two stretches of a week that repeats meet."""
    return any(a + k < d and c < b + k for k in (-WEEK, 0, WEEK))


def _spans(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Touching ranges joined; one over the end of the week goes on past it."""
    joined: list[tuple[int, int]] = []
    for a, b in ranges:
        if joined and joined[-1][1] == a:
            joined[-1] = joined[-1][0], b
        else:
            joined.append((a, b))
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == WEEK:
        joined[-1] = joined[-1][0], WEEK + joined.pop(0)[1]
    return joined


def _tiled(begin: int, end: int, longest: int, first: int) -> list[ShiftKind]:
    """A stretch cut into equal shifts, none longer than so many minutes."""
    if end - begin >= WEEK:
        begin, end = first, first + WEEK
    if end - begin <= DAY:
        edges = _cuts(begin, end, longest)
    else:
        edges = [x for day in range(begin, end, DAY) for x in _cuts(day, day + DAY, longest) if x < end] + [end]
    found = []
    for a, b in pairwise(sorted(set(edges))):
        day, minute = divmod(a, DAY)
        found.append(ShiftKind(day % 7, minute, b - a, _name(minute, b - a)))
    return found


def _cuts(begin: int, end: int, longest: int) -> list[int]:
    n = -(-(end - begin) // longest)
    return [begin + round((end - begin) * k / n / 5) * 5 for k in range(n)] + [end]


def _name(begin: int, length: int) -> str:
    """What a shift is commonly called: by its middle."""
    middle = (begin + length / 2) % DAY
    if length > 10 * 60:
        return "day" if 6 * 60 <= middle < 18 * 60 else "night"
    return "night" if middle < 6 * 60 or middle >= 22 * 60 else "early" if middle < 14 * 60 else "late"


def _clock(minute: int) -> str:
    minute = minute if minute == DAY else minute % DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"


def plain(value: Fraction) -> str:
    """Return a number with two decimals at most, none where it is whole.

    >>> plain(Fraction(1008)), plain(Fraction(77, 2)), plain(Fraction(19, 3))
    ('1,008', '38.5', '6.33')
    """
    return f"{float(value):,.2f}".rstrip("0").rstrip(".")


def weekday(day: int) -> str:
    """Return ``Mon`` to ``Sun``."""
    return DAYS[day].title()

"""The rules of people as plain numbers: what the cheapest row of shifts of each is found by.

Comes in: people, rules, what is needed. Goes out: a :class:`Puzzle`, people alike in classes. Left out: searching.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, gcd
from typing import Any

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.rosters.duties import possible_windows
from careplan.planning.rosters.labour import (
    SATURDAY,
    SUNDAY,
    Breach,
    Weeks,
    breaches,
    is_alike,
    is_as_settled,
    is_not_on_leave,
    most_of_a_week,
    works_in_possible_hours,
    works_on_possible_days,
)
from careplan.planning.rosters.needs import Needs, Slot
from careplan.planning.rosters.rowrules import RowRules
from careplan.planning.rosters.walking import walk
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Member
from careplan.scenario.roster_rules import Rosters
from careplan.units import DAY_MS, HOUR_MS


@dataclass(frozen=True, eq=False)
class Kind:
    """People alike: what each choice costs them, and their rules as numbers."""

    slots: IntArray
    """The slots they may work, as numbers in the puzzle, shape (n,)."""
    cost: FloatArray
    """Of each of these on each day, and of a day off, in points; inf where it may not be. Shape (n_days, n + 1)."""
    rules: RowRules
    """What else a row keeps to."""
    unit: float
    """Hours of a unit."""


@dataclass(frozen=True, eq=False)
class Puzzle:
    """Needs with their prices, and people by class."""

    need: FloatArray
    """People needed, by need: a slot on a day."""
    price: FloatArray
    """Of one missing, points."""
    hours: FloatArray
    """Paid hours of one."""
    need_of: IntArray
    """The need of each day and slot, −1 for none; shape (n_days, n_slots)."""
    kinds: tuple[Kind, ...]
    kind_of: IntArray
    """The class of each person."""

    def covered_by(self, choices: IntArray) -> IntArray:
        """Return the needs a row of slots by day covers; what nobody needs is none."""
        days = np.flatnonzero(choices >= 0)
        covers = self.need_of[days, choices[days]]
        return covers[covers >= 0]

    def cheapest(self, kind: int, prices: FloatArray) -> tuple[float, float, IntArray, IntArray]:
        """Return the cheapest row of a class where each need it covers earns its price.

        Parameters
        ----------
        kind, prices
            The class; of each need.

        Returns
        -------
        The cost less what it earns; the cost; the slot by day, −1 off; the needs it covers.
        """
        one = self.kinds[kind]
        n = len(one.slots)
        needs = self.need_of[:, one.slots]
        cost = one.cost.copy()
        cost[:, :n] -= np.append(prices, 0.0)[needs]  # what nobody needs is the last
        value, choices = walk(cost, *one.rules)
        days = np.flatnonzero(choices < n)
        picked = np.full(len(choices), -1, dtype=np.int64)
        picked[days] = one.slots[choices[days]]
        base = float(value)
        covers = needs[days, choices[days]]
        covers = covers[covers >= 0]
        base += float(prices[covers].sum())
        return float(value), base, picked, covers


def puzzle_of(scenario: Scenario, members: Sequence[Member], rules: Rosters, needs: Needs, start: date) -> Puzzle:
    """Return a roster as numbers.

    Parameters
    ----------
    scenario
        Over the weeks of the roster.
    members
        Everybody.
    rules, needs
        What is kept, what is needed.
    start
        The first day.

    Raises
    ------
    CareplanError
        If a fixed shift is none the group may be given.
    InfeasibleError
        If what is fixed breaks rules: names person, days and rules.
    """
    n_days = len(needs.people)
    need_of = np.full(needs.people.shape, -1, dtype=np.int64)
    days, slots = np.nonzero(needs.people)
    need_of[days, slots] = np.arange(len(days))
    paid = np.array([slot.paid for slot in needs.slots], dtype=np.float64) / HOUR_MS
    seen: dict[str, int] = {}
    kinds: list[Kind] = []
    kind_of, wrong = [], []
    shares = fair_shares(members, needs, Weeks.of(start, n_days // 7, scenario.clock))
    clashes: list[str] = []
    for member in members:
        key = f"{member.group} {member.person.model_dump_json(exclude={'count', 'note', 'group'})}"
        if key not in seen:
            seen[key] = len(kinds)
            weeks = Weeks.of(start, n_days // 7, scenario.clock_of(member.group))
            settled, faults = _settled(scenario, member, needs, weeks)
            wrong += faults
            if not faults:
                made = _kind(scenario, member, rules, needs, weeks, settled, shares[member.name])
                clashes += _clashes(scenario, member, rules, needs, weeks, settled, made)
                kinds.append(made)
        kind_of.append(seen[key])
    if wrong:
        raise CareplanError(f"{scenario.name}: fixed shifts", wrong)
    if clashes:
        raise InfeasibleError(f"{scenario.name}: what is fixed cannot stay\n" + "\n".join(f"  {c}" for c in clashes))
    return Puzzle(
        needs.people[days, slots].astype(np.float64),
        rules.weights.uncovered * paid[slots],
        paid[slots],
        need_of,
        tuple(kinds),
        np.array(kind_of, dtype=np.int64),
    )


def fair_shares(members: Sequence[Member], needs: Needs, weeks: Weeks) -> dict[str, int]:
    """Return how many weekends each person works at most without more than a fair share, by name.

    The people a group needs on Saturday or Sunday, whichever are more, over all weekends, shared among its people by
    the weekends they can work; rounded up.
    """
    weekends = [
        [k for k in range(7 * week, 7 * week + 7) if weeks.days[k].weekday() >= SATURDAY] for week in range(weeks.n)
    ]
    found = {}
    for group in {member.group for member in members}:
        mine = [k for k, slot in enumerate(needs.slots) if slot.group == group]
        needed = sum(max((int(needs.people[day, mine].sum()) for day in days), default=0) for days in weekends)
        can = {m.name: sum(any(_can(m, weeks.days[k]) for k in days) for days in weekends) for m in members}
        everybody = sum(can[m.name] for m in members if m.group == group)
        for member in members:
            if member.group == group:
                found[member.name] = ceil(needed / everybody * can[member.name] - 1e-9) if everybody else 0
    return found


def wish_points(member: Member, day: date, begins: int | None, rules: Rosters) -> float:
    """Return what a day costs in wishes that are not granted; ``begins`` is the clock minute of its shift, or None."""
    return rules.weights.wish * sum(
        wish.weight for wish in member.person.wishes if wish.is_about(day) and not wish.is_granted(begins)
    )


def _can(member: Member, day: date) -> bool:
    return day not in member.person.leave_days and day.weekday() in member.person.days


def _settled(scenario: Scenario, member: Member, needs: Needs, weeks: Weeks) -> tuple[dict[int, int], list[str]]:
    """Day → slot of what is fixed, −1 for off; and what names no legal shift. In one piece, unless a gap is given."""
    found, wrong = {}, []
    for one in member.person.fixed:
        day = (one.day - weeks.start).days
        if not 0 <= day < 7 * weeks.n:
            continue
        if one.shift is None:
            found[day] = -1
            continue
        group = one.group or member.group
        known = {k: s for k, s in enumerate(needs.slots) if s.group == group and (day, k) in needs.variants}
        fits = [k for k in known if is_as_settled(needs.laid(day, k, 0), one, scenario.clock_of(group))]
        if fits:
            found[day] = min(fits, key=lambda k: len(needs.slots[k].pieces))
        else:
            listed = ", ".join(sorted(slot.words for slot in known.values())[:12]) or "none"
            gap = "" if one.gap is None else f" with {_clock_text(one.gap)} off"
            wrong.append(
                f"people.{member.name}.fixed: {one.day} {_clock_text(one.shift)}{gap} is no shift {group} may be given "
                f"that day; expected one of {listed}"
            )
    return found, wrong


def _clock_text(minutes: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in minutes)


def _kind(
    scenario: Scenario,
    member: Member,
    rules: Rosters,
    needs: Needs,
    weeks: Weeks,
    settled: dict[int, int],
    share: int,
) -> Kind:
    days = weeks.days
    known = [k for k, slot in enumerate(needs.slots) if slot.group in member.groups]
    used = [k for k in known if needs.people[:, k].any() or k in settled.values()]
    slots = [needs.slots[k] for k in used]
    n, n_days = len(used), len(days)
    begin, end = np.zeros((n_days, n), dtype=np.int64), np.zeros((n_days, n), dtype=np.int64)
    cost = np.full((n_days, n + 1), np.inf)
    windows = possible_windows(scenario, member, weeks.start, weeks.n)
    for d, day in enumerate(days):
        fixed = settled.get(d)
        for b, (k, slot) in enumerate(zip(used, slots, strict=True)):
            begin[d, b], end[d, b] = slot.instants(day, scenario.clock_of(slot.group))
            may = needs.people[d, k] > 0 and _can(member, day) and _fits(slot, begin[d, b], windows)
            if fixed == k or (fixed is None and may):
                cost[d, b] = wish_points(member, day, slot.begin, rules)
        if fixed is None or fixed == -1:
            cost[d, n] = wish_points(member, day, None, rules)
    midnight = np.array([_midnights(scenario, member, weeks)]).reshape(-1)
    unit = gcd(*(slot.paid for slot in slots)) or 8 * HOUR_MS
    return Kind(
        np.array(used, dtype=np.int64),
        cost,
        _row_rules(rules, member, weeks, slots, begin, end, midnight, share, unit),
        unit / HOUR_MS,
    )


def _row_rules(
    rules: Rosters,
    member: Member,
    weeks: Weeks,
    slots: Sequence[Slot],
    begin: IntArray,
    end: IntArray,
    midnight: IntArray,
    share: int,
    unit: int,
) -> RowRules:
    contract, weights = member.person.contract, rules.weights
    paid = [slot.paid for slot in slots] or [8 * HOUR_MS]
    length = np.array([p // unit for p in paid], dtype=np.int64)[: len(slots)]
    leave = [member.person.hours_of_leave(weeks.days_of(w)) for w in range(weeks.n)]
    week_most = np.array([max(0, floor((most_of_a_week(contract, rules) - away + 1) / unit)) for away in leave])
    longest = 7 * max(paid) // unit
    needs_week = contract.least is not None or bool((week_most < 6 * max(paid) // unit).any())
    week_least = np.array([max(0.0, ((contract.least or 0) - away) / unit) for away in leave])
    total = None if contract.hours is None else (contract.hours * weeks.n - sum(leave)) / unit
    total_most = 0 if total is None else max(0, floor(total + 1 / unit))
    latest = max(int((end - midnight[:-1, None]).max(initial=0)), 0) + HOUR_MS
    long_off = max(rules.days_off_together, 1, ceil((rules.weekly_rest + latest) / DAY_MS) - 1)
    weekdays = np.array([day.weekday() for day in weeks.days], dtype=np.int64)
    n_weekends = weeks.n + (weekdays[0] == SUNDAY)
    most_weekends = n_weekends if rules.weekends_at_most is None else rules.weekends_at_most
    counts = most_weekends < n_weekends or (weights.weekend > 0 and share < n_weekends)
    return RowRules(
        begin,
        end,
        midnight,
        length,
        rules.daily_rest,
        rules.weekly_rest,
        min(rules.days_in_a_row, len(weeks.days)),
        long_off,
        rules.days_off_together,
        weights.day_off_alone,
        week_most.astype(np.int64),
        week_least.astype(np.float64),
        total_most,
        0.0 if total is None else max(0.0, total),
        weights.hours * unit / HOUR_MS,
        max(2, min(int(week_most.max()), longest) + 1) if needs_week else 1,
        1 if total is None else max(2, total_most + 1),
        weekdays,
        n_weekends + 1 if counts else 1,
        share,
        most_weekends,
        weights.weekend,
        _anchors(slots, rules),
        weights.start,
        7 if rules.starts == "rotating" else len(weeks.days),
    )


def _anchors(slots: Sequence[Slot], rules: Rosters) -> BoolArray:
    """Which slots begin alike, for each time of day a row may keep to, shape (n_anchors, n_slots)."""
    if rules.starts == "free" or not slots:
        return np.ones((1, len(slots)), dtype=np.bool_)
    begins = sorted({slot.begin for slot in slots})
    rows = {tuple(is_alike(anchor, slot.begin, rules) for slot in slots) for anchor in begins}
    largest = [row for row in rows if not any(row != other and _within(row, other) for other in rows)]
    return np.array(sorted(largest), dtype=np.bool_)


def _within(row: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    return all(b or not a for a, b in zip(row, other, strict=True))


def _fits(slot: Slot, begin: int, windows: Any) -> bool:
    return windows is None or all(
        any(a <= begin + on and begin + off <= b for a, b in windows) for on, off in slot.pieces
    )


def _midnights(scenario: Scenario, member: Member, weeks: Weeks) -> list[int]:
    from datetime import datetime, timedelta

    clock = scenario.clock_of(member.group)
    days = [*weeks.days, weeks.days[-1] + timedelta(days=1)]
    return [clock.instant(datetime(day.year, day.month, day.day)) for day in days]


def _clashes(
    scenario: Scenario,
    member: Member,
    rules: Rosters,
    needs: Needs,
    weeks: Weeks,
    settled: dict[int, int],
    kind: Kind,
) -> list[str]:
    """What a person's fixed days break: nothing if there is a row that keeps to all rules.

    The rows that are walked take settled shifts for possible, so whether they are is asked by itself.
    """
    worked: list[tuple[Laid, str]] = [
        (needs.laid(day, slot, 0), needs.slots[slot].group) for day, slot in sorted(settled.items()) if slot >= 0
    ]
    shifts = [laid for laid, _ in worked]
    windows = possible_windows(scenario, member, weeks.start, weeks.n)
    impossible = (
        *is_not_on_leave(shifts, member.person),
        *works_on_possible_days(shifts, member.person),
        *(() if windows is None else works_in_possible_hours(shifts, windows)),
    )
    if not impossible and walk(kind.cost, *kind.rules)[0] < np.inf:
        return []
    told: Sequence[Breach] = breaches(worked, member, rules, weeks, scenario.clock_of, windows)
    if not told:
        return [f"{member.name}: no row of shifts keeps to all rules and to the {len(settled)} days that are fixed"]
    return [f"{member.name}: {breach}" for breach in told]

"""Labour rules of a person: what a row of shifts must keep to, and what it had better. One function each.

Comes in: the shifts of one person in order, and the settings of the rule. Goes out: where the rule is broken; nothing
where it is kept. Left out: choosing shifts (``solving``), which knows the same rules as numbers (``rowrules``) and is
checked by these functions; what a single shift keeps to (``planning/shifts/labour``).

A shift belongs to the local day on which it begins, and its hours to the week of that day. Weeks are those of the
roster: seven days each from its first day. Hours are paid hours. Rest is elapsed time, also where the clock changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from careplan.clock import Clock, Window
from careplan.planning.shifts.labour import Laid
from careplan.scenario.persons import Contract, Fixed, Member, Person
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS, MINUTE_MS

SATURDAY, SUNDAY = 5, 6

ClockOf = Callable[[str], Clock]
"""The clock on the wall of a group."""


@dataclass(frozen=True)
class Breach:
    """A place where a rule is not kept."""

    rule: str
    """Its human name."""
    day: date
    words: str
    """What was found."""

    def __str__(self) -> str:
        return f"{self.day} {self.rule}: {self.words}"


@dataclass(frozen=True)
class Weeks:
    """The weeks of a roster, on a clock."""

    start: date
    edges: tuple[int, ...]
    """Local midnights at which weeks begin, and the end of the last; ms from instant 0, n + 1 of them."""

    @classmethod
    def of(cls, start: date, weeks: int, clock: Clock) -> Weeks:
        """Return so many weeks from a day on."""
        return cls(start, tuple(clock.instant(_midnight(start + timedelta(days=7 * k))) for k in range(weeks + 1)))

    @property
    def n(self) -> int:
        """How many."""
        return len(self.edges) - 1

    @property
    def days(self) -> tuple[date, ...]:
        """Every day."""
        return tuple(self.start + timedelta(days=k) for k in range(7 * self.n))

    def week_of(self, day: date) -> int:
        """Return the week a day lies in, from 0; outside the roster below 0 or ``n`` and above."""
        return (day - self.start).days // 7

    def days_of(self, week: int) -> tuple[date, ...]:
        """Return the seven days of a week."""
        return self.days[7 * week : 7 * week + 7]


def works_one_shift_a_day(shifts: Sequence[Laid]) -> tuple[Breach, ...]:
    """One shift a day: no two shifts begin on the same day."""
    days = [shift.day for shift in shifts]
    twice = sorted({day for day in days if days.count(day) > 1})
    return tuple(Breach("one shift a day", day, f"{days.count(day)} shifts") for day in twice)


def rests_between_shifts(shifts: Sequence[Laid], rules: Rosters) -> tuple[Breach, ...]:
    """Daily rest: between the end of a shift and the begin of the next lies ``daily_rest`` at least."""
    return tuple(
        Breach(
            "daily rest", after.day, f"{_hours(rest)} after the shift of {before.day}, not {_hours(rules.daily_rest)}"
        )
        for before, after in itertools.pairwise(_in_order(shifts))
        if (rest := after.pieces[0][0] - before.pieces[-1][1]) < rules.daily_rest
    )


def rests_once_a_week(shifts: Sequence[Laid], rules: Rosters, weeks: Weeks) -> tuple[Breach, ...]:
    """Weekly rest: in every week lies a day off within ``weekly_rest`` without work.

    Weekly rest is a day of rest and the daily rest (2003/88/EC, article 5: 24 h and 11 h): all of it is free of work,
    and what exceeds the daily rest lies in the week itself. A day off is one on which no shift begins. Before the
    first shift and after the last is rest.
    """
    found = []
    ordered = _in_order(shifts)
    at_work = {shift.day for shift in ordered}
    gaps = _gaps(ordered, weeks)
    for week in range(weeks.n):
        begin, end = weeks.edges[week], weeks.edges[week + 1]
        kept = any(
            off - on >= rules.weekly_rest
            and min(off, end) - max(on, begin) >= rules.weekly_rest - rules.daily_rest
            and any(first < day < last for day in weeks.days_of(week) if day not in at_work)
            for on, off, first, last in gaps
        )
        if not kept:
            words = f"no day off within {_hours(rules.weekly_rest)} of rest in the week from {weeks.days_of(week)[0]}"
            found.append(Breach("weekly rest", weeks.days_of(week)[0], words))
    return tuple(found)


def works_few_days_in_a_row(shifts: Sequence[Laid], rules: Rosters) -> tuple[Breach, ...]:
    """Days in a row: no more than ``days_in_a_row`` days with a shift follow one another."""
    return tuple(
        Breach("days in a row", run[0], f"{len(run)} days from {run[0]}, not {rules.days_in_a_row}")
        for run in _runs(sorted({shift.day for shift in shifts}))
        if len(run) > rules.days_in_a_row
    )


def works_no_more_than_the_contract(
    shifts: Sequence[Laid], person: Person, rules: Rosters, weeks: Weeks
) -> tuple[Breach, ...]:
    """Hours of the contract: neither a week nor the roster has more hours than agreed, leave counted in.

    Leave alone breaks no rule, however many hours it counts.
    """
    most = most_of_a_week(person.contract, rules)
    found, every = [], 0.0
    away = hours_by_week([], person, weeks)
    for week, hours in enumerate(hours_by_week(shifts, person, weeks)):
        every += hours
        if hours > max(most, away[week]) + 1:
            day = weeks.days_of(week)[0]
            found.append(Breach("hours of a week", day, f"{_hours(hours)} in the week from {day}, not {_hours(most)}"))
    if person.contract.hours is not None and every > max(person.contract.hours * weeks.n, sum(away)) + 1:
        words = f"{_hours(every)} in {weeks.n} weeks, not {_hours(person.contract.hours * weeks.n)}"
        found.append(Breach("hours of the contract", weeks.start, words))
    return tuple(found)


def works_few_weekends(shifts: Sequence[Laid], rules: Rosters) -> tuple[Breach, ...]:
    """Weekends: shifts begin on a Saturday or Sunday of ``weekends_at_most`` weekends at most."""
    worked = weekends_worked(shifts)
    if rules.weekends_at_most is None or len(worked) <= rules.weekends_at_most:
        return ()
    return (Breach("weekends", worked[-1], f"{len(worked)} weekends worked, not {rules.weekends_at_most}"),)


def works_no_more_weekends_than_fair(shifts: Sequence[Laid], share: int) -> tuple[Breach, ...]:
    """Weekends shared fairly: no more of them are worked than a fair share."""
    worked = weekends_worked(shifts)
    return tuple(Breach("weekends shared fairly", day, f"beyond a share of {share}") for day in worked[share:])


def has_days_off_together(shifts: Sequence[Laid], rules: Rosters) -> tuple[Breach, ...]:
    """Days off together: each run of days off between two shifts is as long as ``days_off_together``."""
    days = sorted({shift.day for shift in shifts})
    return tuple(
        Breach("days off together", before + timedelta(days=1), f"{(after - before).days - 1} off between shifts")
        for before, after in itertools.pairwise(days)
        if 1 < (after - before).days <= rules.days_off_together
    )


def begins_alike(begins: Mapping[date, int], rules: Rosters, weeks: Weeks) -> tuple[Breach, ...]:
    """Stable start: all shifts (rotating: all of a week) begin within ``alike_within``; those that do not are told.

    ``begins`` are the days with a shift, and the minute at which it begins by the clock of the group whose shift it is.
    Of several times of day, the one most shifts keep to is the person's.
    """
    if rules.starts == "free":
        return ()
    rows: dict[int, list[date]] = {}
    for day in sorted(begins):
        rows.setdefault(weeks.week_of(day) if rules.starts == "rotating" else 0, []).append(day)
    found = []
    for row in rows.values():
        minutes = [begins[day] for day in row]
        anchors = [[is_alike(minute, other, rules) for other in minutes] for minute in sorted(set(minutes))]
        best = max(anchors, key=sum)
        found += [
            Breach("stable start", day, "begins at another time of day")
            for day, alike in zip(row, best, strict=True)
            if not alike
        ]
    return tuple(found)


def is_alike(anchor: int, minute: int, rules: Rosters) -> bool:
    """Whether a begin lies within ``alike_within`` after another one, by the clock round the day."""
    return (minute - anchor) % (24 * 60) * MINUTE_MS <= rules.alike_within


def is_not_on_leave(shifts: Sequence[Laid], person: Person) -> tuple[Breach, ...]:
    """Leave: no shift begins on a day of leave."""
    return tuple(Breach("leave", s.day, "a shift on a day of leave") for s in shifts if s.day in person.leave_days)


def works_on_possible_days(shifts: Sequence[Laid], person: Person) -> tuple[Breach, ...]:
    """Possible days: shifts begin on weekdays on which the person can work."""
    return tuple(
        Breach("possible days", s.day, "a weekday on which they do not work")
        for s in shifts
        if s.day.weekday() not in person.days
    )


def works_in_possible_hours(shifts: Sequence[Laid], windows: Sequence[Window]) -> tuple[Breach, ...]:
    """Possible hours: each piece of a shift lies in the hours in which the person can work."""
    return tuple(
        Breach("possible hours", shift.day, "outside the hours in which they can work")
        for shift in shifts
        if not all(any(begin <= on and off <= end for begin, end in windows) for on, off in shift.pieces)
    )


def has_the_skill(groups: Sequence[tuple[date, str]], member: Member) -> tuple[Breach, ...]:
    """Skill: each shift is one of a group whose work the person knows; ``groups`` by day."""
    return tuple(
        Breach("skill", day, f"a shift of {group}; knows {', '.join(member.groups)}")
        for day, group in groups
        if group not in member.groups
    )


def keeps_what_is_fixed(worked: Sequence[tuple[Laid, str]], member: Member, clock_of: ClockOf) -> tuple[Breach, ...]:
    """Fixed: days that are settled are as they were settled; ``worked`` are shifts and the groups they belong to."""
    found = []
    for one in member.person.fixed:
        there = [(shift, group) for shift, group in worked if shift.day == one.day]
        kept = not there
        if one.shift is not None:
            where = one.group or member.group
            kept = any(group == where and is_as_settled(shift, one, clock_of(group)) for shift, group in there)
        if not kept:
            found.append(Breach("fixed", one.day, "not as it was settled"))
    return tuple(found)


def breaches(
    worked: Sequence[tuple[Laid, str]],
    member: Member,
    rules: Rosters,
    weeks: Weeks,
    clock_of: ClockOf,
    windows: Sequence[Window] | None = None,
) -> tuple[Breach, ...]:
    """Return every breach of what a person's row of shifts must keep to, in order of days.

    Parameters
    ----------
    worked
        Shifts and the groups they belong to.
    member, rules, weeks
        Whose row it is, and what it is held to.
    clock_of
        Groups, by which what is settled is read.
    windows
        In which the person can work, ms; None: at any hour.
    """
    shifts = _in_order([shift for shift, _ in worked])
    found = [
        *works_one_shift_a_day(shifts),
        *rests_between_shifts(shifts, rules),
        *rests_once_a_week(shifts, rules, weeks),
        *works_few_days_in_a_row(shifts, rules),
        *works_no_more_than_the_contract(shifts, member.person, rules, weeks),
        *works_few_weekends(shifts, rules),
        *is_not_on_leave(shifts, member.person),
        *works_on_possible_days(shifts, member.person),
        *(() if windows is None else works_in_possible_hours(shifts, windows)),
        *has_the_skill([(shift.day, group) for shift, group in worked], member),
        *keeps_what_is_fixed(worked, member, clock_of),
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.rule)))


# What the rules count.


def weekends_worked(shifts: Sequence[Laid]) -> tuple[date, ...]:
    """Return the Saturdays of the weekends on which a shift begins."""
    days = {s.day - timedelta(days=s.day.weekday() - SATURDAY) for s in shifts if s.day.weekday() >= SATURDAY}
    return tuple(sorted(days))


def hours_of(shift: Laid) -> int:
    """Return the paid hours of a shift, ms."""
    return sum(off - on for on, off in shift.paid)


def hours_by_week(shifts: Sequence[Laid], person: Person, weeks: Weeks) -> list[float]:
    """Return hours by week, leave counted in, ms. Who works on a day of leave all the same works, and has no leave."""
    at_work = {shift.day for shift in shifts}
    found = [person.hours_of_leave(set(weeks.days_of(week)) - at_work) for week in range(weeks.n)]
    for shift in shifts:
        if 0 <= weeks.week_of(shift.day) < weeks.n:
            found[weeks.week_of(shift.day)] += hours_of(shift)
    return found


def most_of_a_week(contract: Contract, rules: Rosters) -> int:
    """Return the hours of a week at most, ms."""
    return rules.week_at_most if contract.most is None else contract.most


def hours_short(shifts: Sequence[Laid], person: Person, weeks: Weeks) -> list[tuple[date, float]]:
    """Return where hours are short, and by how much, ms: weeks below ``least``, and the roster below ``hours``."""
    by_week, contract = hours_by_week(shifts, person, weeks), person.contract
    found = []
    if contract.least is not None:
        found = [(weeks.days_of(w)[0], contract.least - h) for w, h in enumerate(by_week) if h < contract.least - 1]
    if contract.hours is not None and sum(by_week) < contract.hours * weeks.n - 1:
        found.append((weeks.start, contract.hours * weeks.n - sum(by_week)))
    return found


def begin_minute(shift: Laid, clock: Clock) -> int:
    """Return the clock minute at which a shift begins."""
    return _minute(shift.pieces[0][0], clock)


def is_at(shift: Laid, hours: tuple[int, int], clock: Clock) -> bool:
    """Whether a shift is the one of these clock times; where the clock changes in it, also if it is as long as they are
    on other days.
    """
    length = shift.pieces[-1][1] - shift.pieces[0][0]
    begin, end = clock_range(shift, clock)
    return begin == hours[0] and (end == hours[1] or length == (hours[1] - hours[0]) * MINUTE_MS)


def is_as_settled(shift: Laid, one: Fixed, clock: Clock) -> bool:
    """Whether a shift is the one that is settled: at its clock times, and with its hours off, if they are given."""
    if one.shift is None or not is_at(shift, one.shift, clock):
        return False
    if one.gap is None:
        return True
    if len(shift.pieces) < 2:
        return False
    begin, (off, on) = shift.pieces[0][0], (shift.pieces[0][1], shift.pieces[1][0])
    by_clock = tuple(_minute(at, clock) for at in (off, on))
    after = ((one.gap[0] - one.shift[0]) % (24 * 60) * MINUTE_MS, (one.gap[1] - one.gap[0]) * MINUTE_MS)
    return by_clock == tuple(minute % (24 * 60) for minute in one.gap) or (off - begin, on - off) == after


def clock_range(shift: Laid, clock: Clock) -> tuple[int, int]:
    """Return begin and end by the clock, in minutes since the midnight before it begins."""
    begin, end = begin_minute(shift, clock), clock.local(shift.pieces[-1][1])
    days = (end.date() - shift.day).days
    return begin, days * 24 * 60 + end.hour * 60 + end.minute


def _minute(instant: int, clock: Clock) -> int:
    local = clock.local(instant)
    return local.hour * 60 + local.minute


def _gaps(ordered: Sequence[Laid], weeks: Weeks) -> list[tuple[int, int, date, date]]:
    """Times without work, and the days of the shifts before and after: (from, to, day before, day after)."""
    far = 10**15
    ends = [(-far, weeks.start - timedelta(days=1)), *((s.pieces[-1][1], s.day) for s in ordered)]
    begins = [*((s.pieces[0][0], s.day) for s in ordered), (far, weeks.start + timedelta(days=7 * weeks.n))]
    return [(on, off, first, last) for (on, first), (off, last) in zip(ends, begins, strict=True)]


def _in_order(shifts: Sequence[Laid]) -> list[Laid]:
    return sorted(shifts, key=lambda shift: shift.pieces[0][0])


def _runs(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _hours(ms: float) -> str:
    return f"{ms / HOUR_MS:.4g} h"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)

"""Who is on duty when: the roster a scenario writes, with absence drawn.

Comes in: headcounts or shifts of a scenario's groups. Goes out: a :class:`~careplan.roster.Roster` over the whole run,
warm-up and run-off included. Left out: wages, and shrinkage, which is paid time that never reaches a roster.

Clock times are local, by the zone of the group: a shift from 22:00 to 06:00 lasts seven or nine hours where the clock
changes in between.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from careplan.clock import Clock, Window, cut, merge_windows, outside
from careplan.columns import IntArray
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.people import Headcount, Shift
from careplan.streams import identities, key_of, uniforms
from careplan.units import DAY_MS, HOUR_MS


@dataclass(frozen=True)
class _Duty:
    """One agent's duty [on, off) that belongs to a local day: the day on which an absent agent misses it."""

    group: str
    ordinal: int
    day: int
    on: int
    off: int
    is_pause: bool = False
    """Whether it is a paid break of that day instead."""


def staffed_roster(scenario: Scenario, *, seed: int | None = None, replication: int = 0) -> Roster:
    """Return the roster as the scenario states it, with absence drawn and cut out.

    Parameters
    ----------
    scenario
        Reads the calendar and the groups' headcount, shifts and absence. A group without staffing has no agents.
    seed, replication
        For absence only; by default the scenario's ``run.seed``, replication 0.

    Returns
    -------
    Roster
        Every group of the scenario. Agents of a headcount: agent j is on whenever the need is at least j.
        Agents of shifts are numbered in the order the shifts are written.
    """
    duties: list[_Duty] = []
    for name in sorted(scenario.groups):
        group = scenario.groups[name]
        if group.headcount is not None:
            duties += _headcount_duties(scenario, name, group.headcount)
        duties += _shift_duties(scenario, name, group.shifts)
    seats = {name: max((d.ordinal for d in duties if d.group == name), default=0) for name in scenario.groups}
    return _rostered(scenario, seats, duties, scenario.run.seed if seed is None else seed, replication)


def as_written(scenario: Scenario) -> Roster:
    """Return the roster before absence: who is rostered is paid, whether they come or not."""
    absent = {f"groups.{name}.absence": "0 %" for name, group in scenario.groups.items() if group.absence > 0}
    return staffed_roster(scenario.with_changes(absent) if absent else scenario)


def scaled(roster: Roster, share: float, clock: Clock) -> Roster:
    """Return a roster with so many times the hours of every group: duties done by two, or by nobody.

    A duty is what an agent does on a weekday, breaks and all, every week: shifts stay whole, weeks stay alike, and the
    hours of the horizon come to the share to within one duty. Which duties go or come first is spread evenly over
    weekdays and agents, and is the same for all shares: whoever is on duty at one is on duty at every larger one. Our
    choice.

    Notes
    -----
    Duties in the order of frac(k × 0.618…) come in turn from all over the week (multiples of the golden ratio spread
    evenly, however many there are). One around the share u of the group's hours in this order is done ⌊share + u⌋
    times.
    """
    duties: dict[tuple[int, int], list[Window]] = {}
    for agent, on, off in zip(
        roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True
    ):
        for day, a, b in _days_of(clock, on, off):
            weekday = (clock.first_day + timedelta(days=day)).weekday()
            duties.setdefault((weekday, agent), []).append((a, b))
    breaks = _breaks_by_duty(roster, duties, clock)
    spells, pauses = [], []
    for group, name in enumerate(roster.groups):
        agents = np.flatnonzero(roster.agent_group == group)
        keys = sorted(key for key in duties if roster.agent_group[key[1]] == group)
        keys = [keys[k] for k in sorted(range(len(keys)), key=lambda k: (k + 1) * _GOLDEN % 1)]
        hours = [sum(b - a for a, b in cut(duties[key], clock.horizon_from, clock.horizon_to)) for key in keys]
        before, every = 0, max(1, sum(hours))
        for key, length in zip(keys, hours, strict=True):
            for copy in range(int(share + (before + length / 2) / every + 1e-9)):
                ordinal = key[1] - int(agents[0]) + 1 + copy * len(agents)
                spells += [(name, ordinal, a, b) for a, b in duties[key]]
                pauses += [(name, ordinal, a, b) for a, b in breaks.get(key, ())]
            before += length
    return Roster.from_spells(spells, roster.groups, pauses=pauses)


def _breaks_by_duty(
    roster: Roster, duties: Mapping[tuple[int, int], Sequence[Window]], clock: Clock
) -> dict[tuple[int, int], list[Window]]:
    """The paid breaks of each duty: of the one they follow, else of the one they lead to."""
    found: dict[tuple[int, int], list[Window]] = {}
    if len(roster.pause_agent):
        after = {(key[1], off): key for key, windows in duties.items() for _, off in windows}
        before = {(key[1], on): key for key, windows in duties.items() for on, _ in windows}
        for agent, on, off in pauses_of(roster):
            usual = ((clock.first_day + timedelta(days=clock.day_of(on))).weekday(), agent)
            found.setdefault(after.get((agent, on), before.get((agent, off), usual)), []).append((on, off))
    return found


def pauses_of(roster: Roster) -> list[tuple[int, int, int]]:
    """Return the paid breaks that a roster states, as (agent, on, off)."""
    return list(zip(roster.pause_agent.tolist(), roster.pause_on.tolist(), roster.pause_off.tolist(), strict=True))


def with_paid_breaks(roster: Roster, scenario: Scenario) -> Roster:
    """Return a roster that states its paid breaks.

    Where it states none, those gaps between two spells of an agent are paid that are exactly a paid break of the
    group's ``shifts`` as written.
    """
    if len(roster.pause_agent):
        return roster
    breaks = [paid_breaks(scenario.clock_of(name), scenario.groups[name].shifts) for name in roster.groups]
    if not any(breaks):
        return roster
    rows = [row for row in gaps_of(roster) if row[1:] in breaks[int(roster.agent_group[row[0]])]]
    agent, on, off = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return replace(roster, pause_agent=agent, pause_on=on, pause_off=off)


def gaps_of(roster: Roster) -> list[tuple[int, int, int]]:
    """Return the gaps between the spells of each agent, as (agent, off, on)."""
    same = np.diff(roster.spell_agent) == 0
    columns = (roster.spell_agent[1:][same], roster.spell_off[:-1][same], roster.spell_on[1:][same])
    return list(zip(*(column.tolist() for column in columns), strict=True))


_GOLDEN = (5**0.5 - 1) / 2
SHIFT_GAP_MS = 3 * HOUR_MS
"""Between two shifts of an agent at least: longer than a break, shorter than a night's rest. Our choice."""


def with_absence(roster: Roster, scenario: Scenario, *, seed: int | None = None, replication: int = 0) -> Roster:
    """Return a roster with the absences of one replication cut out.

    An agent misses a local day with the chance of their group. A shift belongs to the day on which it begins, also the
    part of it after a break past midnight: spells less than ``SHIFT_GAP_MS`` apart are one shift, up to 24 h in all. A
    spell of more than 24 h belongs to every day it touches. The draw belongs to (seed, replication, agent, day):
    whoever is absent in one plan is absent in another.
    """
    if all(group.absence == 0 for group in scenario.groups.values()):
        return roster
    first = np.searchsorted(roster.agent_group, np.arange(len(roster.groups)))
    duties: list[_Duty] = []
    before, began = -1, 0
    for agent, on, off in zip(
        roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True
    ):
        if agent == before and on - duties[-1].off < SHIFT_GAP_MS and off - began <= DAY_MS:
            duties.append(replace(duties[-1], on=on, off=off))
            continue
        group = int(roster.agent_group[agent])
        name, ordinal = roster.groups[group], agent - int(first[group]) + 1
        duties += [_Duty(name, ordinal, day, a, b) for day, a, b in _days_of(scenario.clock_of(name), on, off)]
        before, began = agent, on
    duties += _pauses_of_duties(roster, duties, scenario)
    seats = {name: int((roster.agent_group == g).sum()) for g, name in enumerate(roster.groups)}
    return _rostered(scenario, seats, duties, scenario.run.seed if seed is None else seed, replication)


def _pauses_of_duties(roster: Roster, duties: Sequence[_Duty], scenario: Scenario) -> list[_Duty]:
    """The paid breaks of a roster, each missed with the shift it follows in; ``duties`` in the order of spells."""
    if not len(roster.pause_agent):
        return []
    first = np.searchsorted(roster.agent_group, np.arange(len(roster.groups)))
    mine: dict[tuple[str, int], list[_Duty]] = {}
    for duty in duties:
        mine.setdefault((duty.group, duty.ordinal), []).append(duty)
    found = []
    for agent, on, off in pauses_of(roster):
        group = int(roster.agent_group[agent])
        name, ordinal = roster.groups[group], agent - int(first[group]) + 1
        theirs = mine.get((name, ordinal), [])
        at = bisect_right(theirs, on, key=lambda duty: duty.off) - 1
        follows = at >= 0 and on - theirs[at].off < SHIFT_GAP_MS
        day = theirs[at].day if follows else scenario.clock_of(name).day_of(on)
        found.append(_Duty(name, ordinal, day, on, off, is_pause=True))
    return found


def _days_of(clock: Clock, on: int, off: int) -> list[tuple[int, int, int]]:
    """A spell as (day, on, off): whole if it is short, else cut at midnights."""
    day = clock.day_of(on)
    if off - on <= DAY_MS:
        return [(day, on, off)]
    pieces = []
    while on < off:
        end = min(off, clock.midnights[day + 1]) if day + 1 < len(clock.days) else off
        pieces.append((day, on, end))
        on, day = end, day + 1
    return pieces


def _rostered(scenario: Scenario, seats: dict[str, int], duties: list[_Duty], seed: int, replication: int) -> Roster:
    """The roster of the duties that are kept; agents who keep none still have their number."""
    absence = {name: group.absence for name, group in scenario.groups.items() if group.absence > 0}
    absent: set[tuple[str, int, int]] = set()
    for group, day in {(d.group, d.day) for d in duties if d.group in absence}:
        key = key_of(seed, replication, "absence", group, _date(scenario.clock_of(group), day))
        misses = uniforms(identities(key, 0, seats[group]), key_of("misses")) < absence[group]
        absent |= {(group, ordinal, day) for ordinal in (np.flatnonzero(misses) + 1).tolist()}
    kept = [d for d in duties if (d.group, d.ordinal, d.day) not in absent]
    names = tuple(sorted(seats))
    first = dict(zip(names, np.cumsum([0, *(seats[name] for name in names)]).tolist(), strict=False))
    spells, pauses = (
        np.array(
            [(first[d.group] + d.ordinal - 1, d.on, d.off) for d in kept if d.is_pause == paid], dtype=np.int64
        ).reshape(-1, 3)
        for paid in (False, True)
    )
    agent_group = np.repeat(np.arange(len(names)), [seats[name] for name in names])
    return Roster(names, agent_group, *spells.T, *pauses.T)


def _date(clock: Clock, day: int) -> str:
    return (clock.first_day + timedelta(days=day)).isoformat()


def _headcount_duties(scenario: Scenario, group: str, headcount: Headcount) -> list[_Duty]:
    """Agent j is on whenever the need is at least j."""
    edges, need = headcount_steps(scenario, headcount, group)
    roster = Roster.from_headcount(edges, {group: need})
    spells = zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True)
    return [
        _Duty(group, agent + 1, day, a, b)
        for agent, on, off in spells
        for day, a, b in _days_of(scenario.clock_of(group), on, off)
    ]


def headcount_steps(scenario: Scenario, headcount: Headcount, group: str) -> tuple[IntArray, IntArray]:
    """Return a headcount of a group over the whole run as (edges in ms, agents between them).

    Shapes (n_steps + 1,) and (n_steps,); from instant 0 to the local midnight at or after the run's end. Clock times
    are those of the group's zone.
    """
    clock = scenario.clock_of(group)
    changes: dict[int, int] = {min(0, clock.midnights[0]): headcount.constant or 0}
    if headcount.by_hours:
        delta: dict[int, int] = {0: 0}
        for name, agents in headcount.by_hours:
            for begin, end in scenario.open_windows(name, group=group):
                delta[begin] = delta.get(begin, 0) + agents
                delta[end] = delta.get(end, 0) - agents
        total = 0
        for instant in sorted(delta):
            total += delta[instant]
            changes[instant] = total
    if headcount.by_minute_of_week:
        changes |= _weekly_changes(clock, headcount.by_minute_of_week)
    if headcount.by_start:
        dated = [(clock.instant(start), agents) for start, agents in headcount.by_start]
        changes |= {max(instant, 0): agents for instant, agents in dated}
    changes[0] = changes[max(instant for instant in changes if instant <= 0)]
    last = scenario.clock.midnights[-1]
    instants = sorted(instant for instant in changes if 0 <= instant < last)
    return np.array([*instants, last], dtype=np.int64), np.array([changes[i] for i in instants], dtype=np.int64)


def _weekly_changes(clock: Clock, weekly: tuple[tuple[int, int], ...]) -> dict[int, int]:
    """The instants at which a weekly headcount changes; what stands last on Sunday goes on into Monday."""
    before = min(0, clock.midnights[0])
    changes = {before: weekly[-1][1]}
    for day in (clock.first_day - timedelta(days=7 - n) for n in range(7)):
        for minute, agents in weekly:
            if minute // 1440 == day.weekday():
                changes[before] = agents
    for day in clock.days:
        midnight = datetime(day.year, day.month, day.day)
        for minute, agents in weekly:
            if minute // 1440 == day.weekday():
                changes[clock.instant(midnight + timedelta(minutes=minute % 1440))] = agents
    return changes


def _shift_duties(scenario: Scenario, group: str, shifts: tuple[Shift, ...]) -> list[_Duty]:
    """Shifts day by day, breaks cut out, those that are paid beside; a shift that began before instant 0 counts from
    there.
    """
    duties = []
    before = 0
    clock, end = scenario.clock_of(group), scenario.clock.midnights[-1]
    for shift in shifts:
        for number, stretches, gaps in _days_worked(clock, shift):
            paid = merge_windows(gap for pause, gap in zip(shift.breaks, gaps, strict=True) if pause.paid)
            paid = outside(paid, merge_windows(stretches))  # breaks may meet where the clock is put forward
            for is_pause, windows in ((False, stretches), (True, paid)):
                for on, off in cut(windows, 0, end):
                    duties += [_Duty(group, before + j, number, on, off, is_pause) for j in range(1, shift.agents + 1)]
        before += shift.agents
    return duties


def paid_breaks(clock: Clock, shifts: tuple[Shift, ...]) -> frozenset[Window]:
    """Return the paid breaks of shifts over the whole run, as the gaps [begin, end), ms, that they leave in rosters."""
    return frozenset(
        gap
        for shift in shifts
        for _, _, gaps in _days_worked(clock, shift)
        for pause, gap in zip(shift.breaks, gaps, strict=True)
        if pause.paid
    )


def _days_worked(clock: Clock, shift: Shift) -> Iterator[tuple[int, list[Window], list[Window]]]:
    """Each day a shift begins on, the one before the run included: (its number, stretches worked, breaks)."""
    for number in range(-1, len(clock.days)):
        day = clock.first_day + timedelta(days=number)
        if day.weekday() in shift.days:
            yield number, *_worked(clock, datetime(day.year, day.month, day.day), shift)


def _worked(clock: Clock, midnight: datetime, shift: Shift) -> tuple[list[Window], list[Window]]:
    """The working stretches, inside the run, of a shift that begins on a day; and its breaks in their order."""

    def instant(minute: int) -> int:
        return clock.instant(midnight + timedelta(minutes=minute))

    on, end = instant(shift.hours[0]), instant(shift.hours[1])
    stretches, gaps = [], []
    for pause, (begin, _) in zip(shift.breaks, shift.break_ranges(), strict=True):
        gap = instant(begin), min(instant(begin) + pause.length, end)
        stretches.append((on, gap[0]))
        gaps.append(gap)
        on = gap[1]
    stretches.append((on, end))
    return list(cut([(a, b) for a, b in stretches if a < b], 0, clock.midnights[-1])), gaps

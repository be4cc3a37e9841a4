"""What a roster must cover: people by shift and day, shifts that differ only in their breaks taken together.

Comes in: the schedule of ``careplan shifts``, as a plan or as its result folder. Goes out: a :class:`Needs`. Left out:
who works them (``assign``).

A schedule of a week repeats in every week of the roster, on the same weekday; one of several weeks from its first day
on. Shifts begin at the same clock time and last as long in elapsed time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from careplan.clock import Clock
from careplan.columns import IntArray
from careplan.errors import CareplanError, Finding
from careplan.planning.rosters.labour import hours_of
from careplan.planning.shifts.kinds import Kind, Kinds
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.people import Shrinkage
from careplan.scenario.suggest import did_you_mean


@dataclass(frozen=True)
class Slot:
    """A shift of a group without a day: from when to when, breaks aside."""

    group: str
    words: str
    """Such as ``08:00-16:30``, or ``08:00-12:00 and 14:00-18:00``."""
    begin: int
    """Clock minute at which it begins."""
    paid: int
    """Paid hours of one, ms."""
    pieces: tuple[tuple[int, int], ...]
    """After its begin, ms."""

    def instants(self, day: date, clock: Clock) -> tuple[int, int]:
        """Return begin and end on a day, ms."""
        on = clock.instant(datetime(day.year, day.month, day.day) + timedelta(minutes=self.begin))
        return on, on + self.pieces[-1][1]


@dataclass(frozen=True, eq=False)
class Needs:
    """People needed by day and slot, and how their breaks may lie."""

    slots: tuple[Slot, ...]
    people: IntArray
    """Shape (n_days, n_slots)."""
    variants: Mapping[tuple[int, int], Sequence[Laid]]
    """(day, slot) → a shift with its breaks for each person needed; for a legal shift that nobody needs, one."""
    notes: tuple[str, ...] = field(default=())

    def laid(self, day: int, slot: int, number: int) -> Laid:
        """Return the shift of the number-th person who works it: breaks as the schedule deals them, then again."""
        variants = self.variants[day, slot]
        return variants[number % len(variants)]


def needs_of(
    scenario: Scenario, days: Sequence[date], kinds: Kinds, starts: IntArray, *, like: Scenario, spare: bool = False
) -> Needs:
    """Return what a schedule needs on the days of a roster.

    Parameters
    ----------
    scenario
        Over the weeks of the roster.
    days
        Of the roster.
    kinds, starts
        The schedule.
    like
        The scenario the schedule was found for.
    spare
        Whether people are needed for those absent unplanned: needed ÷ (1 − unplanned), whole people a group and day,
        for the shifts with the most first.
    """
    first, horizon = like.calendar.start, like.calendar.horizon
    cycle = min(horizon, 7)
    slot_of: dict[Slot, int] = {}
    by_day: dict[int, list[tuple[int, Kind, int]]] = {}
    for row, kind in enumerate(kinds.rows):
        slot = slot_of_kind(kind, like)
        at = slot_of.setdefault(slot, len(slot_of))
        by_day.setdefault(kind.day, []).append((at, kind, int(starts[row])))
    people = np.zeros((len(days), len(slot_of)), dtype=np.int64)
    variants: dict[tuple[int, int], list[Laid]] = {}
    legal: dict[tuple[int, int], list[Laid]] = {}
    for number, day in enumerate(days):
        offset = (day - first).days
        source = offset if 0 <= offset < horizon else horizon - cycle + (offset - horizon) % cycle
        for at, kind, count in by_day.get(source, ()):
            people[number, at] += count
            laid = laid_on(kind.laid, day, like.clock_of(kind.group), scenario.clock_of(kind.group))
            legal.setdefault((number, at), [laid])
            if count:
                variants.setdefault((number, at), []).extend([laid] * count)
    notes = []
    if len(days) > horizon:
        notes.append(f"The schedule of {horizon} days repeats over the {len(days)} days of the roster.")
    slots = tuple(slot_of)
    if spare:
        people, more = _with_spare(scenario, slots, people)
        notes += more
    return Needs(slots, people, legal | variants, tuple(notes))


def slot_of_kind(kind: Kind, scenario: Scenario) -> Slot:
    """Return the slot of a shift type."""
    laid = kind.laid
    on = laid.pieces[0][0]
    local = scenario.clock_of(kind.group).local(on)
    return Slot(
        kind.group,
        kind.words.partition(",")[0],
        local.hour * 60 + local.minute,
        hours_of(laid),
        tuple((a - on, b - on) for a, b in laid.pieces),
    )


def laid_on(laid: Laid, day: date, clock: Clock, other: Clock) -> Laid:
    """Return a shift on another day, at the same clock time and as long, in the instants of another run."""
    begin = clock.local(laid.pieces[0][0])
    by = other.instant(datetime(day.year, day.month, day.day, begin.hour, begin.minute)) - laid.pieces[0][0]
    return Laid(
        day,
        laid.kind,
        tuple((on + by, off + by) for on, off in laid.pieces),
        tuple((on + by, off + by, paid) for on, off, paid in laid.breaks),
    )


def starts_of(folder: Path, kinds: Kinds) -> IntArray:
    """Return the schedule in a result folder of ``careplan shifts``, as people by shift type.

    Raises
    ------
    CareplanError
        If there is none, it cannot be read, or it has shifts the rules of the scenario do not allow.
    """
    file = folder / "plan.json" if folder.is_dir() else folder
    wanted = "expected the folder of a result of careplan shifts, such as results/NAME-shifts"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        rows = data["plan"]["shifts"]
        read = [(row["group"], row["date"], row["shift"], int(row["people"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "is no such result"
        raise CareplanError(f"{file} {reason}; {wanted}") from None
    known = {(kind.group, kind.laid.day.isoformat(), kind.words): row for row, kind in enumerate(kinds.rows)}
    starts = np.zeros(kinds.n, dtype=np.int64)
    findings = []
    for group, day, words, people in read:
        if (group, day, words) in known:
            starts[known[group, day, words]] += people
            continue
        near = did_you_mean(words, [text for one, on, text in known if (one, on) == (group, day)])
        text = f"{group} {day} {words} is no legal shift of this scenario{'. ' if near else ''}{near}"
        findings.append(Finding(str(file), 0, 0, "plan.shifts", text))
    if findings:
        raise CareplanError(f"{file}: shifts of another scenario, or of other rules", findings[:20])
    return starts


def _with_spare(scenario: Scenario, slots: Sequence[Slot], people: IntArray) -> tuple[IntArray, list[str]]:
    """People needed with those who stand in for the absent: whole people a group and day, largest remainders first."""
    found = people.copy()
    notes = []
    for group in sorted({slot.group for slot in slots}):
        shrinkage = scenario.groups[group].shrinkage
        share = shrinkage.unplanned if isinstance(shrinkage, Shrinkage) else None
        if share is None:
            share = scenario.groups[group].absence
        if not share:
            continue
        mine = [k for k, slot in enumerate(slots) if slot.group == group]
        for day in range(len(people)):
            needed = people[day, mine]
            exact = needed / (1 - share)
            more = int(np.ceil(exact.sum() - 1e-9)) - int(np.floor(exact + 1e-9).sum())
            whole = np.floor(exact + 1e-9).astype(np.int64)
            for k in np.argsort(-(exact - whole), kind="stable")[: max(more, 0)].tolist():
                whole[k] += needed[k] > 0
            found[day, mine] = whole
        extra = int((found[:, mine] - people[:, mine]).sum())
        notes.append(
            f"{group}: {extra} shifts more are needed for unplanned absence of {share * 100:.3g} %: "
            "needed ÷ (1 − unplanned), rounded up by day."
        )
    return found, notes

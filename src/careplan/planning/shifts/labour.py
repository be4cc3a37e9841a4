"""Labour rules of a single shift: one function each, with a name people know.

Comes in: a shift laid on a day. Goes out: whether the rule is kept. Left out: what a week of shifts
keeps to (``week``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from careplan.clock import Window
from careplan.scenario.shift_rules import ShiftRules


@dataclass(frozen=True)
class Laid:
    """A shift on a day. Instants are milliseconds from instant 0."""

    day: date
    """The local date on which it begins."""
    kind: Literal["full", "part", "split"]
    pieces: tuple[Window, ...]
    """[on, off), breaks included: one, or two with hours off between them."""
    breaks: tuple[tuple[int, int, bool], ...]
    """[from, to), and whether it is paid."""

    @property
    def stretches(self) -> tuple[Window, ...]:
        """The time on duty: the pieces without their breaks."""
        found = []
        for on, off in self.pieces:
            for begin, end, _ in self.breaks:
                if on <= begin < off:
                    found.append((on, begin))
                    on = end
            found.append((on, off))
        return tuple((on, off) for on, off in found if on < off)

    @property
    def paid(self) -> tuple[Window, ...]:
        """The time that is paid: on duty, and paid breaks."""
        return (*self.stretches, *self.paid_breaks)

    @property
    def paid_breaks(self) -> tuple[Window, ...]:
        """The breaks that are paid."""
        return tuple((begin, end) for begin, end, is_paid in self.breaks if is_paid)


@dataclass(frozen=True)
class Place:
    """Where a shift is asked for: the rules of the group, and what its hours are."""

    rules: ShiftRules
    start_windows: tuple[Window, ...]
    """When shifts may begin."""
    duty_windows: tuple[Window, ...]
    """When the group may be on duty."""
    night_windows: tuple[Window, ...]
    end: int
    """Of the run: what lies behind is nobody's business."""


def begins_on_an_allowed_day(shift: Laid, place: Place) -> bool:
    """Whether shifts may begin on its weekday."""
    return shift.day.weekday() in place.rules.days


def begins_in_its_hours(shift: Laid, place: Place) -> bool:
    """Whether it begins in the hours shifts may begin in."""
    at = shift.pieces[0][0]
    return any(begin <= at < end for begin, end in place.start_windows)


def works_in_the_hours_of_the_group(shift: Laid, place: Place) -> bool:
    """Whether all of it lies in the group's hours."""
    return all(
        any(begin <= on and min(off, place.end) <= end for begin, end in place.duty_windows)
        for on, off in shift.pieces
        if on < place.end
    )


def works_at_night_only_if_allowed(shift: Laid, place: Place) -> bool:
    """Whether it stays out of the night, where night work is not allowed."""
    return place.rules.night or not any(
        on < end and begin < off for on, off in shift.pieces for begin, end in place.night_windows
    )


def has_a_length_of_the_rules(shift: Laid, place: Place) -> bool:
    """Whether it is as long as the rules say for its kind."""
    lengths = tuple(off - on for on, off in shift.pieces)
    rules = place.rules
    if shift.kind == "split":
        gap = shift.pieces[1][0] - shift.pieces[0][1]
        return any(lengths == split.pieces and gap in split.gap for split in rules.splits)
    if shift.kind == "part":
        return rules.part_time is not None and lengths[0] in rules.part_time.lengths
    return len(lengths) == 1 and lengths[0] in rules.lengths


def takes_its_breaks(shift: Laid, place: Place) -> bool:
    """Whether each piece has every break that shifts of its length have, once, where it may lie."""
    for on, off in shift.pieces:
        taken = [(begin - on, end - begin, paid) for begin, end, paid in shift.breaks if on <= begin < off]
        due = [pause for pause in place.rules.breaks if pause.begins(off - on)]
        for pause in due:
            fits = [one for one in taken if one[1:] == (pause.length, pause.paid) and one[0] in pause.begins(off - on)]
            if not fits:
                return False
            taken.remove(fits[0])
        if taken:
            return False
    return True


SHIFT_RULES: dict[str, Callable[[Laid, Place], bool]] = {
    "days on which shifts may begin": begins_on_an_allowed_day,
    "hours in which shifts may begin": begins_in_its_hours,
    "hours of the group": works_in_the_hours_of_the_group,
    "night work": works_at_night_only_if_allowed,
    "lengths of shifts": has_a_length_of_the_rules,
    "breaks": takes_its_breaks,
}
"""What each single shift keeps to, by name."""
KEYS: dict[str, str] = {
    "days on which shifts may begin": "shift_rules.days",
    "hours in which shifts may begin": "shift_rules.start_hours",
    "hours of the group": "hours",
    "night work": "shift_rules.night",
    "lengths of shifts": "shift_rules.lengths",
    "breaks": "shift_rules.breaks",
}
"""The key of a group by which each is set."""


def broken_by(shift: Laid, place: Place) -> tuple[str, ...]:
    """Return the names of the rules that a shift breaks."""
    return tuple(name for name, keeps in SHIFT_RULES.items() if not keeps(shift, place))

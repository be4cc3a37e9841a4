"""A shift as cells of a table, and back: clock times that people read and edit.

Comes in: a shift laid on a day, or the text of its cells. Goes out: the other. Left out: which person and day a row is
about (``edited``).

Times are those of the wall clock of the group. What ends before it begins ends on the next day. In the hour that comes
twice when the clock is set back, the second time is ``02:30 again``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from careplan.clock import Clock, Window
from careplan.errors import UnitError
from careplan.planning.shifts.labour import Laid
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import parse_date

_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*([ap]m)?\s*(again)?", re.IGNORECASE)
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
PAID, OFF = "paid", "off"


def parse_day(text: str) -> date:
    """Return ``2026-03-02`` or ``2.3.2026`` as a date; midnight may follow, as some programs save it.

    Raises
    ------
    UnitError
        For anything else: of 3/2/2026 nobody can tell which is the month.
    """
    plain = text.removesuffix(" 00:00:00").removesuffix("T00:00:00")
    dotted = _DOTTED.fullmatch(plain)
    try:
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        return parse_date(plain)
    except ValueError:
        raise UnitError(text, "a date such as 2026-03-02, or 2.3.2026") from None


def clock_text(instant: int, clock: Clock) -> str:
    """Return the wall-clock time of an instant, to the second."""
    local = clock.local(instant)
    return f"{local:%H:%M}" + (f":{local:%S}" if local.second else "") + (" again" if local.fold else "")


def parse_clock(text: str, day: date, clock: Clock, *, after: int | None = None) -> int:
    """Return the instant of a clock time on a day, or on the next where that is not after ``after``.

    Raises
    ------
    UnitError
        If it is no time such as 08:30, 8:30:00 or 8:30 PM.
    """
    wanted = "a time such as 08:30"
    found = _TIME.fullmatch(text.strip())
    if not found or not (found[2] or found[4]):
        raise UnitError(text or None, wanted)
    hours, minutes, seconds = (int(found[k] or 0) for k in (1, 2, 3))
    if found[4]:
        if not 1 <= hours <= 12:
            raise UnitError(text, wanted)
        hours = hours % 12 + (12 if found[4].lower() == "pm" else 0)
    if (hours, minutes, seconds) == (24, 0, 0):
        hours, day = 0, day + timedelta(days=1)
    try:
        at = time(hours, minutes, seconds)
    except ValueError:
        raise UnitError(text, wanted) from None
    is_again = bool(found[5])
    instant = _instant(datetime.combine(day, at), is_again, clock)
    if after is not None and instant <= after:
        instant = _instant(datetime.combine(day + timedelta(days=1), at), is_again, clock)
    return instant


def _instant(local: datetime, is_again: bool, clock: Clock) -> int:
    """A wall-clock time as an instant; of a time that comes twice the first, unless it is said to be the second."""
    first = clock.instant(local)
    if not is_again:
        return first
    again = local.replace(tzinfo=clock.tz, fold=1).utcoffset()
    before = local.replace(tzinfo=clock.tz, fold=0).utcoffset()
    assert again is not None and before is not None
    return first + max(0, (before - again) // timedelta(milliseconds=1))


def breaks_text(laid: Laid, clock: Clock) -> str:
    """Return breaks and the hours off of a split shift: ``12:00-12:30, 13:00-17:00 off, 19:00-19:15 paid``."""
    parts = [(begin, end, PAID if paid else "") for begin, end, paid in laid.breaks]
    parts += [(a[1], b[0], OFF) for a, b in zip(laid.pieces, laid.pieces[1:], strict=False)]
    return ", ".join(
        f"{clock_text(begin, clock)}-{clock_text(end, clock)} {word}".strip() for begin, end, word in sorted(parts)
    )


_RANGE = re.compile(r"([^-–]+?)\s*[-–]\s*(.+?)(?:\s+(paid|unpaid|off))?", re.IGNORECASE)


def parse_breaks(
    text: str, day: date, clock: Clock, shift: Window
) -> tuple[tuple[Window, ...], tuple[tuple[int, int, bool], ...]]:
    """Return the pieces and breaks of a shift from when to when.

    Raises
    ------
    UnitError
        If a break cannot be read, does not lie in the shift, or overlaps another; or there is a second time off.
    """
    gaps: list[tuple[int, int, str]] = []
    for part in filter(None, (one.strip() for one in re.split("[,;]", text))):
        found = _RANGE.fullmatch(part)
        if not found:
            raise UnitError(part, "breaks such as 12:00-12:30, 15:00-15:15 paid, 13:00-17:00 off")
        begin = parse_clock(found[1], day, clock, after=shift[0])
        end = parse_clock(found[2], day, clock, after=begin)
        if end >= shift[1]:
            hours = f"{clock_text(shift[0], clock)}-{clock_text(shift[1], clock)}"
            raise UnitError(part, f"a break inside the shift, {hours}")
        gaps.append((begin, end, (found[3] or "").lower()))
    gaps.sort()
    for earlier, later in zip(gaps, gaps[1:], strict=False):
        if later[0] < earlier[1]:
            raise UnitError(text, "breaks that do not overlap")
    off = [(begin, end) for begin, end, word in gaps if word == OFF]
    if len(off) > 1:
        raise UnitError(text, "hours off between the pieces of a shift once at most")
    edges = [shift[0], *(edge for window in off for edge in window), shift[1]]
    pieces = tuple(zip(edges[::2], edges[1::2], strict=True))
    return pieces, tuple((begin, end, word == PAID) for begin, end, word in gaps if word != OFF)


def laid_shift(
    day: date,
    pieces: tuple[Window, ...],
    breaks: tuple[tuple[int, int, bool], ...],
    rules: ShiftRules | None,
) -> Laid:
    """Return a shift of the kind that the lengths of a group make it: in two pieces split, of part-timers part."""
    if len(pieces) > 1:
        return Laid(day, "split", pieces, breaks)
    is_part = rules is not None and rules.part_time is not None and _is_part(pieces[0], rules, rules.part_time.lengths)
    return Laid(day, "part" if is_part else "full", pieces, breaks)


def _is_part(piece: Window, rules: ShiftRules, lengths: Sequence[int]) -> bool:
    length = piece[1] - piece[0]
    return length in lengths and length not in rules.lengths

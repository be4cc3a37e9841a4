"""Hours of the week in words: ``Mon-Fri 09:00-11:00 and Sat 20:00-02:00``.

Comes in: hours of the week, 0 (Monday, midnight) to 167. Goes out: text. Left out: what happens in them.
"""

from __future__ import annotations

from collections.abc import Iterable

from careplan.reporting.words import count, listed
from careplan.units import DAYS

_WEEK = 168


def hours_in_words(hours: Iterable[int], *, most: int = 5) -> str:
    """Return hours of the week as stretches of time, alike ones of several days together.

    Parameters
    ----------
    hours
        In any order.
    most
        Name so many stretches, the longest; of the others only how many hours they are.

    >>> hours_in_words([9, 10, 33, 34, 57, 58, 143, 144])
    'Mon-Wed 09:00-11:00 and Sat 23:00-Sun 01:00'
    """
    by_time: dict[tuple[int, int], list[int]] = {}
    for begin, length in _stretches(set(hours)):
        by_time.setdefault((begin % 24, length), []).append(begin // 24)
    if not by_time:
        return "none"
    if (0, _WEEK) in by_time:
        return "every hour of the week"
    named = sorted(by_time, key=lambda key: (-key[1] * len(by_time[key]), min(by_time[key]), key))
    rest = sum(key[1] * len(by_time[key]) for key in named[most:])
    kept = sorted(named[:most], key=lambda key: (min(by_time[key]), key))
    found = [_words(days, *key) for key, days in ((key, sorted(by_time[key])) for key in kept)]
    return listed([*found, count(rest, "hour more", "hours more")] if rest else found)


def _stretches(hours: set[int]) -> list[tuple[int, int]]:
    """Runs of hours as (first, length), Sunday night going on into Monday."""
    if len(hours) == _WEEK:
        return [(0, _WEEK)]
    found = []
    for begin in sorted(hour for hour in hours if (hour - 1) % _WEEK not in hours):
        length = 1
        while (begin + length) % _WEEK in hours:
            length += 1
        found.append((begin, length))
    return found


def _words(days: list[int], begin: int, length: int) -> str:
    end = begin + length
    if end <= 24:
        return f"{_days(days)} {begin:02}:00-{end:02}:00"
    later = (days[0] + end // 24) % 7
    if len(days) > 1 and end < 48:  # into the night after each
        return f"{_days(days)} {begin:02}:00-{end % 24:02}:00"
    first = f"{DAYS[days[0]].title()} {begin:02}:00-{DAYS[later].title()} {end % 24:02}:00"
    return listed([first, *(_words([day], begin, length) for day in days[1:])])


def _days(days: list[int]) -> str:
    """Days in a row as a range, others one by one."""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{DAYS[days[0]].title()}-{DAYS[days[-1]].title()}"
    return listed(DAYS[day].title() for day in days)

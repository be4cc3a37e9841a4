"""Patterns of duty: in which hours of the week a desk of n agents might be at work.

Comes in: words such as ``mon-fri 09:00-17:00``, or a scenario. Goes out: :class:`Pattern`, which spreads n agents over
named hours. Left out: how many agents (explaining), single people (shifts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from careplan.clock import ALWAYS, WeekHours
from careplan.errors import CareplanError, UnitError, shown
from careplan.scenario.models import Scenario
from careplan.units import parse_clock_range, parse_days


@dataclass(frozen=True)
class Part:
    """Named hours, and which share of the agents at the peak works them."""

    name: str
    hours: WeekHours
    share: float = 1.0
    spec: tuple[tuple[str, str], ...] = ()
    """The hours as a scenario writes them: (days, clock times); empty where the scenario has them by this name."""


@dataclass(frozen=True)
class Pattern:
    """Hours of duty, and how n agents are spread over them. Where hours overlap, agents add up."""

    name: str
    parts: tuple[Part, ...]

    def agents(self, n: int) -> tuple[int, ...]:
        """Return how many of n agents work each part, the sum being n; the first parts are rounded up.

        >>> by_name("day and night").agents(8)
        (2, 6)
        """
        total = sum(part.share for part in self.parts)
        reached, before, found = 0.0, 0, []
        for part in self.parts:
            reached += part.share / total
            upto = min(n, math.ceil(n * reached - 1e-9))
            found.append(upto - before)
            before = upto
        return tuple(found)


def _part(name: str, days: str, times: str, share: float = 1.0) -> Part:
    ranges = tuple(parse_clock_range(one) for one in times.split(" and "))
    chosen = parse_days(days)
    week = tuple(ranges if day in chosen else () for day in range(7))
    return Part(name, WeekHours(week), share, ((days, times),))


_ROUND_THE_CLOCK = Part("always", ALWAYS)
USUAL: tuple[Pattern, ...] = (
    Pattern("three hours a week", (_part("explained", "mon,wed,fri", "09:00-10:00"),)),
    Pattern("an hour a workday", (_part("explained", "mon-fri", "09:00-10:00"),)),
    Pattern("two hours a workday", (_part("explained", "mon-fri", "09:00-11:00"),)),
    Pattern("mornings", (_part("explained", "mon-fri", "09:00-13:00"),)),
    Pattern("office hours", (_part("explained", "mon-fri", "09:00-17:00"),)),
    Pattern("long days", (_part("explained", "mon-sun", "08:00-22:00"),)),
    Pattern("all but the night", (_part("explained", "mon-sun", "06:00-24:00"),)),
    Pattern(
        "day and night", (Part("always", ALWAYS, 0.25), _part("explained-day", "mon-sun", "07:00-23:00", share=0.75))
    ),
    Pattern("round the clock", (_ROUND_THE_CLOCK,)),
)
"""Tried unless others are asked for, from the least presence to the most: our choice."""


def by_name(name: str) -> Pattern:
    """Return one of the usual patterns."""
    return next(pattern for pattern in USUAL if pattern.name == name)


def patterns_of(scenario: Scenario, group: str, wanted: Sequence[str] | None = None) -> tuple[Pattern, ...]:
    """Return the patterns to try.

    Parameters
    ----------
    scenario
        Reads the named hours, and the headcount of the group.
    group
        Whose headcount: if it goes by named hours, its proportions are the pattern ``as written``.
    wanted
        Instead of the usual ones: names of usual ones, ``as written``, names of hours of the scenario, or days with
        clock times such as ``mon-sat 08:00-20:00``. None: as written, then the usual ones.

    Raises
    ------
    CareplanError
        If one is none of these, with what there is.
    """
    written = _as_written(scenario, group)
    if wanted is None:
        others = tuple(pattern for pattern in USUAL if written is None or not _same(pattern, written))
        return others if written is None else (written, *others)
    known = {pattern.name: pattern for pattern in (*USUAL, *(() if written is None else (written,)))}
    known |= {
        name: Pattern(name, (Part(name, hours),))
        for name, hours in scenario.calendar.hours.items()
        if name != "always" and name not in known
    }
    found, wrong = [], []
    for text in wanted:
        days, _, times = text.strip().partition(" ")
        if text in known:
            found.append(known[text])
            continue
        try:
            found.append(Pattern(text, (_part("explained", days, times.strip()),)))
        except UnitError:
            wrong.append(
                f"hours are {shown(text)}; expected days with clock times, such as mon-sat 08:00-20:00, "
                f"or one of: {', '.join(known)}"
            )
    if wrong:
        raise CareplanError("explain-brand", wrong)
    return tuple(found)


def _as_written(scenario: Scenario, group: str) -> Pattern | None:
    """The proportions of the scenario's own headcount, where it goes by named hours or round the clock."""
    headcount = scenario.groups[group].headcount
    if headcount is None or headcount.is_empty:
        return None
    if headcount.constant:
        return Pattern("as written", (_ROUND_THE_CLOCK,))
    parts = [
        Part(name, scenario.calendar.hours[name], float(agents)) for name, agents in headcount.by_hours if agents > 0
    ]
    # Whoever is there always comes first: with few agents somebody still keeps watch.
    parts.sort(key=lambda part: (part.hours != ALWAYS, part.name))
    return Pattern("as written", tuple(parts)) if parts else None


def _same(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns put everybody on duty in the same hours."""
    return len(one.parts) == len(other.parts) == 1 and one.parts[0].hours == other.parts[0].hours

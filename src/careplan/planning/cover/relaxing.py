"""Which rules stand in the way of fewer people, and the smallest change of each that helps.

Comes in: seats, rules, a number of rows that no rotation keeps to. Goes out: ways out, as sentences. Left out: changes
of several rules at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from careplan.planning.cover.rota import RotaRules, rota
from careplan.planning.cover.seats import Seats
from careplan.units import format_share

NAMES = {
    "weekly_hours": "hours of the contract",
    "daily_rest": "daily rest",
    "weekly_rest": "weekly rest",
    "days_in_a_row": "days in a row",
    "week_at_most": "hours of a single week",
    "weekends_off": "weekends off",
}
"""Rule → what people call it."""
SECONDS = 10.0
MOST_TRIED = 40


@dataclass(frozen=True)
class WayOut:
    """A change of one rule with which so many people do."""

    rule: str
    now: str
    then: str

    def __str__(self) -> str:
        return f"{NAMES[self.rule]} of {self.then} instead of {self.now}"

    def to_dict(self) -> dict[str, str]:
        """Return plain data."""
        return {"rule": self.rule, "now": self.now, "then": self.then}


def ways_out(seats: Seats, rules: RotaRules, rows: int) -> tuple[WayOut, ...]:
    """Return the smallest change of each rule alone with which a rotation of so many rows holds the seats."""
    found = []
    for rule in NAMES:
        now = getattr(rules, rule)
        if not now or not _holds(seats, rules.without(rule), rows):
            continue
        for value in islice(_steps(rule, now, seats, rows), MOST_TRIED):
            if _holds(seats, rules.with_rule(rule, value), rows):
                found.append(WayOut(rule, _words(rule, now), _words(rule, value)))
                break
    return tuple(found)


def _holds(seats: Seats, rules: RotaRules, rows: int) -> bool:
    return rota(seats, rules, rows, seconds=SECONDS, is_any=True).rows is not None


def _steps(rule: str, now: float, seats: Seats, rows: int) -> Iterator[float]:
    """Weaker and weaker values of a rule, the least change first."""
    if rule == "weekly_hours":
        needed = -(-seats.least_minutes // rows)
        yield needed
        yield from range(int(needed) + 30, 7 * 24 * 60, 30)
    elif rule in ("daily_rest", "weekly_rest"):
        yield from (minutes for minutes in range(int(now) // 60 * 60, -1, -60) if minutes < now)
    elif rule == "days_in_a_row":
        yield from range(int(now) + 1, 7 * rows)
    elif rule == "week_at_most":
        yield from range(int(now) // 60 * 60 + 60, 7 * 24 * 60, 60)
    else:
        least = round(now * rows + 0.4999)
        yield from (k / rows for k in range(least - 1, -1, -1))


def _words(rule: str, value: float) -> str:
    if rule == "days_in_a_row":
        return str(int(value))
    if rule == "weekends_off":
        return format_share(value)
    hours = value / 60
    return f"{hours:.2f}".rstrip("0").rstrip(".") + " h"

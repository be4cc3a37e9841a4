"""What explains a brand's published figures: the staffings that fit, and the ones that nearly do.

Comes in: what the search found (explaining). Goes out: frozen results, as text and as plain data. Left out: the search,
tables for people (reporting).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from careplan.metrics.uncertainty import Estimate
from careplan.planning.patterns import Pattern
from careplan.planning.trying import Outcome, Trial
from careplan.provenance import Provenance
from careplan.units import NEVER, exact_duration, format_share

Because = Literal["expired", "unread"]
BECAUSE: dict[Because, str] = {
    "expired": "the oldest message goes first, and what nobody has begun by then is given up",
    "unread": "a share of the messages, whichever they are, is never looked at; the rest is all answered",
}
"""Why a brand does not answer everything."""


@dataclass(frozen=True)
class Published:
    """A brand's published figures; either may be missing, not both."""

    answered: float | None
    """Share of the questions that got an answer."""
    mean_response_s: float | None
    """Mean time to the first answer, of those that got one, in seconds."""
    share_within: float = 0.02
    """How far a share may be off: 0.02 is two points."""
    time_within: float = 0.10
    """How far a time may be off, as a share of it."""

    def misfit(self, outcome: Outcome) -> float:
        """Return how far an outcome is off, in tolerances: it fits up to 1. Infinite where nobody got an answer."""
        off = [0.0]
        if self.answered is not None:
            off.append(abs(outcome.answered.value - self.answered) / self.share_within)
        if self.mean_response_s is not None:
            away = abs(outcome.mean_response.value - self.mean_response_s)
            off.append(away / (self.time_within * self.mean_response_s))
        return max(off) if all(value == value for value in off) else float("inf")

    def __str__(self) -> str:
        parts = [] if self.answered is None else [f"{format_share(self.answered, 2)} answered"]
        if self.mean_response_s is not None:
            parts.append(f"{exact_duration(round(self.mean_response_s * 1000))} on average")
        return ", ".join(parts)


@dataclass(frozen=True)
class Staffing:
    """A staffing and what it comes to."""

    because: Because
    trial: Trial
    """Volume is of what is looked at: where a share is unread, that share is off it."""
    unread: float
    """Share of the messages never looked at."""
    volume: float
    """Of what the scenario states, the unread included."""
    cases_a_week: float
    work_hours_a_week: float
    """Work of everything that comes in, read or not, answered or not."""
    outcome: Outcome
    misfit: float
    on_duty_hours: Decimal
    paid_hours: Decimal
    cost: Decimal | None
    """These three are a week's, of the group."""
    agents_from: int
    agents_to: int
    """The fewest and the most agents that fit by the pattern, on the replications searched with."""

    @property
    def fits(self) -> bool:
        """Whether it reproduces the published figures within their tolerances."""
        return self.misfit <= 1

    @property
    def pattern(self) -> Pattern:
        """In which hours people are there."""
        return self.trial.pattern

    @property
    def price(self) -> tuple[Decimal, Decimal]:
        """What staffings are sorted by: cost, then paid hours."""
        return self.cost if self.cost is not None else Decimal(0), self.paid_hours

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON, with stable keys."""
        counts = self.pattern.agents(self.trial.agents)
        parts = zip(self.pattern.parts, counts, strict=True)
        outcome = self.outcome
        return {
            "hours": self.pattern.name,
            "agents": self.trial.agents,
            "agents_by_hours": {part.name: count for part, count in parts},
            "agents_that_fit": [self.agents_from, self.agents_to],
            "because": self.because,
            "expires_after_s": None if self.trial.expires_after == NEVER else self.trial.expires_after / 1000,
            "unread": self.unread,
            "volume": self.volume,
            "cases_a_week": self.cases_a_week,
            "work_hours_a_week": self.work_hours_a_week,
            "answered": outcome.answered.to_dict(),
            "mean_first_response_s": outcome.mean_response.to_dict(),
            "occupancy": None if outcome.occupancy is None else outcome.occupancy.to_dict(),
            "on_duty_hours_a_week": str(self.on_duty_hours),
            "paid_hours_a_week": str(self.paid_hours),
            "cost_a_week": None if self.cost is None else str(self.cost),
            "misfit": None if self.misfit == float("inf") else self.misfit,
            "fits": self.fits,
        }

    def __str__(self) -> str:
        why = (
            f"{format_share(self.unread)} never looked at"
            if self.because == "unread"
            else "kept for ever"
            if self.trial.expires_after == NEVER
            else f"given up after {exact_duration(self.trial.expires_after)}"
        )
        value = self.outcome.mean_response.value
        time = "" if value != value else f" after {_about(value)}"
        return (
            f"{self.pattern.name}, agents {self.trial.agents}, {self.cases_a_week:,.0f} cases a week, {why}: "
            f"{format_share(self.outcome.answered.value)} answered{time}"
        )


@dataclass(frozen=True)
class Twice:
    """The cheapest staffing that fits, with twice the customers and twice the agents: does the pair tell the size?"""

    outcome: Outcome
    fits: bool


@dataclass(frozen=True, eq=False)
class Explanation:
    """Which staffings are consistent with a pair of published figures. ``str()`` prints them."""

    name: str
    """Of the scenario."""
    group: str
    queues: tuple[str, ...]
    published: Published
    staffings: tuple[Staffing, ...]
    """Those that fit on fresh replications, the cheapest first."""
    misses: tuple[Staffing, ...]
    """Those that do not, the nearest first: one by pattern, volume and reason."""
    twice: Twice | None
    currency: str | None
    search_replications: tuple[int, ...]
    is_partial: bool
    provenance: Provenance

    @property
    def paid_hours(self) -> tuple[Decimal, Decimal]:
        """The fewest and the most paid hours a week that fit."""
        hours = [one.paid_hours for one in self.staffings]
        return min(hours), max(hours)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON, with stable keys; shares 0 to 1, seconds, money as decimal text."""
        twice = self.twice
        return {
            "published": {
                "answered": self.published.answered,
                "mean_first_response_s": self.published.mean_response_s,
                "share_within": self.published.share_within,
                "time_within": self.published.time_within,
            },
            "group": self.group,
            "queues": list(self.queues),
            "currency": self.currency,
            "staffings": [one.to_dict() for one in self.staffings],
            "misses": [one.to_dict() for one in self.misses],
            "twice_the_customers_and_agents": twice
            and {
                "answered": twice.outcome.answered.to_dict(),
                "mean_first_response_s": twice.outcome.mean_response.to_dict(),
                "fits": twice.fits,
            },
            "is_partial": self.is_partial,
            "search_replications": list(self.search_replications),
            "provenance": self.provenance.to_dict(),
        }

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.published}", *(f"  {one}" for one in self.staffings)])


def _about(seconds: float) -> str:
    """A time to three digits, in the unit people would use."""
    for unit, length, most in (("s", 1, 60), ("min", 60, 5400), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 86400:.3g} days"


def seen(outcome: Outcome, unread: float) -> Outcome:
    """Return an outcome as a publisher sees it, who counts the unread messages too."""
    share = outcome.answered
    low, high = (None if x is None else x * (1 - unread) for x in (share.low, share.high))
    return replace(outcome, answered=Estimate(share.value * (1 - unread), low, high, share.n))


def cheapest_first(staffings: Sequence[Staffing]) -> tuple[Staffing, ...]:
    """Return staffings by cost, then by paid hours, then by misfit."""
    return tuple(sorted(staffings, key=lambda one: (*one.price, one.misfit)))

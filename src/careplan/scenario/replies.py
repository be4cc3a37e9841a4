"""Targets about replies: how many get one, how long it takes on average, how many come in a chat window.

Comes in: shares and times. Goes out: typed, frozen targets, of which the named ones are made. Left out: reading
sentences (``sentences``), measuring.
"""

from __future__ import annotations

from typing import Literal

from careplan.scenario.fields import MoneyField, PositiveMilliseconds, PositiveShare
from careplan.scenario.promises import TimedPromise
from careplan.scenario.sentences import period_words
from careplan.units import NEVER, format_duration, format_share


class ReplyTarget(TimedPromise):
    """The response rate: a share of the cases that need a reply gets one, however late or within a time."""

    kind: Literal["reply"]
    """What is promised."""
    share: float
    """The share to reach, 0 to 1."""
    within: int = NEVER
    """How late a reply may be, in milliseconds; -1: however late."""
    new_after: PositiveMilliseconds | None = None
    """A later message after so long a silence counts as a new question (a thread) of its own."""

    def __str__(self) -> str:
        within = "" if self.within == NEVER else f" within {format_duration(self.within)}"
        return f"reply: {format_share(self.share)}{within}{period_words(self.over, self.confidence)}"


class MeanTarget(TimedPromise):
    """The mean time to the first answer, over the cases that get one, may not be passed."""

    kind: Literal["mean_answer"]
    """What is promised."""
    at_most: int
    """The longest mean, in milliseconds."""
    fastest: PositiveShare = 1.0
    """The mean is over the fastest so many of the answers in each period."""
    new_after: PositiveMilliseconds | None = None
    """A later message after so long a silence counts as a new question (a thread) of its own."""

    def __str__(self) -> str:
        of = "" if self.fastest == 1 else f" for the fastest {format_share(self.fastest)}"
        longest = format_duration(self.at_most)
        return f"mean_answer: at most {longest}{of}{period_words(self.over, self.confidence)}"


class WindowTarget(TimedPromise):
    """A share of all answers, first and later, comes within a time of the customer's message; others are templates."""

    kind: Literal["window"]
    """What is promised."""
    share: float
    """The share to reach, 0 to 1."""
    within: int
    """How long the window stays open, in milliseconds."""
    template_price: MoneyField | None = None
    """What an answer after the window costs."""

    def __str__(self) -> str:
        within = format_duration(self.within)
        return f"window: {format_share(self.share)} within {within}{period_words(self.over, self.confidence)}"

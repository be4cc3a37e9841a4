"""What targets have in common: about whom, over which period, how surely, and on which clock.

Comes in and goes out: fields. Left out: what is promised (``targets``, ``replies``, ``named``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from careplan.scenario.fields import Block, Name, Period, Text, one_of


class Promise(Block):
    """What every target on queues says besides its promise."""

    name: Text
    """What the target is called in reports."""
    queues: tuple[Name, ...] = ()
    """The queues it is about, taken together; empty in the file means all, which are filled in."""
    over: Period = "week"
    """The period it holds over."""
    confidence: float | None = None
    """None: in the mean. Else the share of periods (0.95 for ``in: 95 % of weeks``) that must meet it."""


class AnswerPromise(Promise):
    """What targets on answers say: also whether a bot's answer is one."""

    bot_counts: Annotated[Literal["contained", "always", "never"], one_of("contained", "always", "never")] = "contained"
    """Whether a bot's answer counts as an answer."""


class TimedPromise(AnswerPromise):
    """What targets on the time of answers say: also how time is counted."""

    clock: Annotated[Literal["wall", "open"], one_of("wall", "open")] = "wall"
    """Whether time counts by the wall clock or in the queue's open hours."""
    since: Annotated[Literal["first message", "hand-off"], one_of("first message", "hand-off")] = Field(
        default="first message", alias="from"
    )
    """Where the wait begins (``from`` in the file)."""

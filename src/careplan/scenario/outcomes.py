"""Outcomes: what service is assumed to do to customers (satisfaction, loyalty, sales), each figure with its source.

Comes in: the section ``outcomes``, general figures already merged into those of a channel or queue. Goes out: frozen
blocks of shares from 0 to 1 and times in milliseconds. Left out: who met with what (``careplan.metrics.outcomes``).

Nothing here is measured by a simulation: a file states it, and ``source`` says from where. A source is a text like a
title: it changes no number, and so no digest.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.faults import Faults, KeyFault, placed
from careplan.scenario.fields import Block, MillisecondsOrNever, MoneyField, Name, PositiveMilliseconds, Share, Text
from careplan.units import NEVER, parse_duration, parse_number, parse_share

Kind = TypeVar("Kind", bound=Block)
Source: TypeAlias = Annotated[Text, Field(exclude=True)]
OUR_ASSUMPTION = "our assumption"
"""What is printed where a figure has no source."""
LOWEST_SCORE, HIGHEST_SCORE = 1.0, 5.0
NO_FIGURES = frozenset({"source", "late_after", "within", "after"})
"""Keys of outcomes that are not figures: what they say is a definition, and has no source."""


class Assumption(Block):
    """A share, and where it comes from; short form: ``15 %``."""

    share: Share
    """The share."""
    source: Source = ""
    """Who says so; by default the source of its block, if that stands in the same file."""


class Worth(Block):
    """An amount of money, and where it comes from; short form: ``120 EUR``."""

    amount: MoneyField
    """The amount."""
    source: Source = ""
    """Who says so; by default the source of its block, if that stands in the same file."""


class ByWait(Block):
    """Values by the wait for the first answer, straight between the points and level beyond them."""

    points: tuple[tuple[int, float], ...]
    """(wait in milliseconds, value), in increasing order of waits."""
    never: float
    """The value for customers who get no answer."""
    source: Source = ""
    """Who says so; by default the source of its block, if that stands in the same file."""


def _assumption(value: Any) -> Any:
    return value if isinstance(value, dict | Block) else {"share": value}


def _worth(value: Any) -> Any:
    return value if isinstance(value, dict | Block) else {"amount": value}


def _curve(value: Any, *, parse: Callable[[object], float], example: str) -> Any:
    """Read ``{10 min: 85 %, 24 h: 30 %, never: 10 %}``."""
    if isinstance(value, Block):
        return value
    if not isinstance(value, dict) or not value:
        raise UnitError(value, f"values by wait, such as {example}")
    points, never, errors = [], None, []
    for key, item in value.items():
        try:
            if key == "never":
                never = parse(item)
            elif key != "source":
                points.append((parse_duration(str(key)), parse(item), str(key)))
        except UnitError as error:
            errors.append(placed(error, str(key)))
    if "never" not in value:
        errors.append(KeyFault("is missing; expected the value for customers who get no answer", at=("never",)))
    if not points and not errors:
        errors.append(UnitError("never alone", f"at least one wait, such as {example}"))
    errors += [
        UnitError(key, f"waits in increasing order, so one above {before}", at=(key,))
        for (left, _, before), (right, _, key) in itertools.pairwise(points)
        if right <= left
    ]
    if errors:
        raise Faults(errors)
    return {"points": [(wait, height) for wait, height, _ in points], "never": never, "source": value.get("source", "")}


def _or_none(value: Any) -> Any:
    return None if value == "none" else value


_SCORE = partial(parse_number, least=LOWEST_SCORE, most=HIGHEST_SCORE)
_CURVE_SCHEMA = {
    "type": "object",
    "properties": {"source": {"type": "string"}},
    "propertyNames": {"pattern": r"^(never|source|\s*[0-9].*)$"},
    "required": ["never"],
}
AssumedShare: TypeAlias = Annotated[Assumption, BeforeValidator(_assumption)]
AssumedWorth: TypeAlias = Annotated[Worth, BeforeValidator(_worth)]
ShareByWait: TypeAlias = Annotated[
    ByWait,
    BeforeValidator(partial(_curve, parse=parse_share, example="{10 min: 85 %, 24 h: 30 %, never: 10 %}")),
    WithJsonSchema({**_CURVE_SCHEMA, "additionalProperties": {"type": "string"}}, mode="validation"),
]
ScoreByWait: TypeAlias = Annotated[
    ByWait,
    BeforeValidator(partial(_curve, parse=_SCORE, example="{10 min: 4.4, 24 h: 2.8, never: 1.5}")),
    WithJsonSchema({**_CURVE_SCHEMA, "additionalProperties": {"type": "number"}}, mode="validation"),
]
Maybe: TypeAlias = Annotated[Kind | None, BeforeValidator(_or_none)]
"""A block, or ``none`` to switch off for a channel or queue what holds in general."""


class Rating(Block):
    """What customers say of the service: by their wait, times what else they met with."""

    not_solved: AssumedShare | None = None
    """Times so much where the last contact did not end answered or contained."""
    further_attempt: AssumedShare | None = None
    """Times so much for every contact after the first."""
    gave_up: AssumedShare | None = None
    """Times so much where the answer came after the customer had given up."""
    source: Source = ""
    """Where the figures beside it come from, unless they say it themselves."""


class Satisfaction(Rating):
    """The share of customers who are satisfied (CSAT)."""

    by_wait: ShareByWait
    """Share satisfied by the wait for the first answer, and ``never``."""


class MeanScore(Rating):
    """The mean score customers give, from 1 to 5."""

    by_wait: ScoreByWait
    """Mean score by the wait for the first answer, and ``never``; factors apply to what is above 1."""


class Recommendation(Rating):
    """Promoters and detractors, for the net promoter score (NPS)."""

    promoters: ShareByWait
    """Share who would recommend the brand (9 or 10 of 10), by wait; factors apply to it."""
    detractors: ShareByWait
    """Share who would not (0 to 6 of 10), by wait; factors apply to those who are none."""

    @model_validator(mode="after")
    def _are_different_people(self) -> Recommendation:
        waits = [*(wait for wait, _ in (*self.promoters.points, *self.detractors.points)), NEVER]
        if any(value_at(self.promoters, wait) + value_at(self.detractors, wait) > 1 + 1e-9 for wait in waits):
            raise UnitError("more than 100 % in sum", "promoters and detractors of at most 100 % in sum, at every wait")
        return self


class Churn(Block):
    """The share of customers who leave the brand. Of the cases that apply the first one counts, in this order."""

    unanswered: AssumedShare
    """The share of those who get no answer."""
    not_solved: AssumedShare | None = None
    """The share of those answered whose last contact did not end answered or contained."""
    late: AssumedShare | None = None
    """The share of those answered later than ``late_after``, or after they had given up."""
    late_after: PositiveMilliseconds | None = None
    """From when on an answer is late; goes with ``late``."""
    repeated: AssumedShare | None = None
    """The share of those answered who had to write or call more than once."""
    answered: AssumedShare = Assumption.model_construct(share=0.0)
    """The share of all others."""
    value: AssumedWorth | None = None
    """What a customer who leaves is lost with."""
    source: Source = ""
    """Where the figures beside it come from, unless they say it themselves."""

    @model_validator(mode="after")
    def _late_has_its_time(self) -> Churn:
        if self.late is not None and self.late_after is None:
            raise KeyFault(
                "is missing; expected a duration, such as 1 h: from when on an answer is late", at=("late_after",)
            )
        if self.late is None and self.late_after is not None:
            raise KeyFault("is missing; expected a share, such as 9 %, since late_after is given", at=("late",))
        return self


class Loyalty(Block):
    """The share of customers who are won: they stay, come back and buy."""

    within: PositiveMilliseconds
    """Until when an answer is quick."""
    answered: AssumedShare
    """The share of those answered within that time, before they gave up."""
    late: AssumedShare = Assumption.model_construct(share=0.0)
    """The share of those answered later."""
    unanswered: AssumedShare = Assumption.model_construct(share=0.0)
    """The share of those who get no answer."""
    value: AssumedWorth | None = None
    """What a customer who is won brings."""
    source: Source = ""
    """Where the figures beside it come from, unless they say it themselves."""


class Shaming(Block):
    """The share of customers who blame the brand in public because they wait."""

    after: PositiveMilliseconds
    """Whoever is not answered by then may do it."""
    chance: AssumedShare
    """The share of those who do."""
    value: AssumedWorth | None = None
    """What a public complaint costs."""
    source: Source = ""
    """Where the figures beside it come from, unless they say it themselves."""


class Sale(Block):
    """Sales made in talks: a talk is a case with a turn worked in a live queue, whose entry counts."""

    per_talk: AssumedShare
    """Sales for each talk."""
    value: AssumedWorth | None = None
    """What a sale brings."""
    source: Source = ""
    """Where the figure comes from."""


class Lateness(Block):
    """What a late answer costs: a penalty, a voucher."""

    after: PositiveMilliseconds
    """Cases that need a reply and have none by then are late, whether it comes later or never."""
    penalty: AssumedWorth
    """For each of them."""
    source: Source = ""
    """Where the figure comes from."""


class Effects(Block):
    """What service does to customers; each part is off unless it is there."""

    satisfaction: Maybe[Satisfaction] = None
    """Share satisfied (CSAT), by wait, attempts, and whether it was solved."""
    score: Maybe[MeanScore] = None
    """Mean score from 1 to 5, by the same."""
    nps: Maybe[Recommendation] = None
    """Promoters and detractors, by the same."""
    churn: Maybe[Churn] = None
    """Customers who leave the brand."""
    loyalty: Maybe[Loyalty] = None
    """Customers who are won."""
    shaming: Maybe[Shaming] = None
    """Customers who blame the brand in public."""
    sale: Maybe[Sale] = None
    """Sales in talks."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the parts that are on."""
        return tuple(kind for kind in KINDS if getattr(self, kind) is not None)

    def curves(self) -> Iterator[tuple[tuple[str, ...], ByWait, bool]]:
        """Yield every curve: its keys below this block, the curve, and whether more of it is better."""
        for kind, rating in (("satisfaction", self.satisfaction), ("score", self.score)):
            if rating is not None:
                yield (kind, "by_wait"), rating.by_wait, True
        if self.nps is not None:
            yield ("nps", "promoters"), self.nps.promoters, True
            yield ("nps", "detractors"), self.nps.detractors, False

    @property
    def longest(self) -> int:
        """The longest time any figure speaks of, in ms; 0 if none does."""
        times = [curve.points[-1][0] for _, curve, _ in self.curves()]
        times += [self.churn.late_after] if self.churn is not None and self.churn.late_after is not None else []
        times += [self.loyalty.within] if self.loyalty is not None else []
        times += [self.shaming.after] if self.shaming is not None else []
        return max(times, default=0)


KINDS = tuple(Effects.model_fields)
"""Every kind of outcome, in the order of reports."""
BLOCKS: tuple[type[Block], ...] = (Satisfaction, MeanScore, Recommendation, Churn, Loyalty, Shaming, Sale)
"""The block of each kind."""


class Outcomes(Effects):
    """What service does to customers, in general and for some channels or queues."""

    window: MillisecondsOrNever = NEVER
    """A come-back later than this after the end of a contact is another matter; endless, if not given."""
    late: Lateness | None = None
    """What a late answer costs, for cases of all queues."""
    channels: dict[Name, Effects] = Field(default_factory=dict)
    """What differs for first contacts of a channel."""
    queues: dict[Name, Effects] = Field(default_factory=dict)
    """What differs for first contacts of a queue."""

    def of(self, queue: str, channel: str) -> Effects:
        """Return what holds for first contacts of a queue: its own entry, else its channel's, else the general one."""
        return self.queues.get(queue) or self.channels.get(channel) or self


def value_at(curve: ByWait, wait: int) -> float:
    """Return the value of a curve at a wait in milliseconds; ``NEVER`` for customers who get no answer."""
    if wait == NEVER:
        return curve.never
    beyond = bisect_right([at for at, _ in curve.points], wait)
    if beyond in (0, len(curve.points)):
        return curve.points[max(beyond - 1, 0)][1]
    (begin, low), (end, high) = curve.points[beyond - 1 : beyond + 1]
    return low + (high - low) * (wait - begin) / (end - begin)

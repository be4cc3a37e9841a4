"""Queues: how many cases come, what work they are, how long customers think and wait.

Comes in: the sections ``channels`` and ``queues``, the channel's defaults already merged into each queue.
Goes out: frozen blocks in which every default is resolved. Left out: drawing (``careplan.workload``) and rules
(``careplan.engine``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.distributions import Constant, Distribution, Exponential, FiniteDistribution, Never
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Block,
    Concurrency,
    Count,
    HoldShare,
    MillisecondsOrNever,
    Name,
    PositiveCount,
    PositiveRatio,
    Rank,
    Share,
    Switch,
    Text,
    one_of,
)
from careplan.scenario.volume import Volume, volume_short_form
from careplan.units import HOUR_MS, NEVER, SECOND_MS, parse_duration, parse_share, parse_switch

Kind: TypeAlias = Annotated[Literal["live", "message"], one_of("live", "message")]


class FollowUp(Block):
    """A new case of the same customer: the row's child."""

    chance: Share
    """How often the customer does it."""
    after: FiniteDistribution
    """How long after the trigger the new case arrives."""
    queue: Name | None = None
    """The queue of the new case; by default the same queue."""


class Transfer(Block):
    """The turn after ``after_turn`` goes to another queue."""

    to: Name
    """The queue that gets the turn."""
    share: Share
    """The share of cases transferred."""
    after_turn: PositiveCount = 1
    """The turn after which it happens; it adds a turn in the other queue."""


class Backlog(Block):
    """Cases that wait when the run begins."""

    cases: Count
    """How many."""
    age: FiniteDistribution = Exponential.model_construct(mean=4 * HOUR_MS)
    """How long they have waited at instant 0 (default: exponential with mean 4 h, our assumption)."""


class Order(Block):
    """Which case of the queue goes first: the oldest, or the one that is due first."""

    kind: Literal["fifo", "deadline"]
    """``fifo``, or ``deadline`` for earliest deadline first."""
    due_within: int = 0
    """Milliseconds from queueing to the deadline; 0 for fifo."""


def _order(value: Any) -> Any:
    if isinstance(value, Order):
        return value
    if value == "fifo":
        return Order(kind="fifo")
    if isinstance(value, dict) and set(value) == {"due_within"}:
        try:
            return Order(kind="deadline", due_within=parse_duration(value["due_within"], least_ms=1))
        except UnitError as error:
            raise placed(error, "due_within") from None
    hint = ""
    if value in ("edf", "deadline", "earliest deadline first"):
        hint = "Earliest deadline first must state its due_within."
    raise UnitError(value, "fifo, or {due_within: 30 min} for earliest deadline first", hint)


def _turns(value: Any) -> Any:
    """Read a number of turns, or shares by number, as ((turns, share), …)."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
        return ((value, 1.0),)
    if isinstance(value, tuple):
        return value
    wanted = "a number of turns, or shares such as {1: 70 %, 2: 30 %}"
    if not isinstance(value, dict) or not value:
        raise UnitError(value, wanted)
    found, errors = [], []
    for key, share in value.items():
        try:
            text = str(key)
            if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 100):
                raise UnitError(key, "a number of turns from 1 to 100")
            found.append((int(text), parse_share(share)))
        except UnitError as error:
            errors.append(placed(error, str(key)))
    if errors:
        raise Faults(errors)
    total = sum(share for _, share in found)
    if abs(total - 1) > 0.001:
        raise UnitError(f"shares of {total * 100:.6g} % in sum", "shares that sum to 100 %")
    return tuple(sorted((turns, share / total) for turns, share in found if share > 0))


def _backlog(value: Any) -> Any:
    return {"cases": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _tri_state(value: Any) -> Any:
    if value == "auto":
        return value
    try:
        return "yes" if parse_switch(value) else "no"
    except UnitError:
        raise UnitError(value, "auto, yes or no") from None


TriState: TypeAlias = Annotated[
    Literal["auto", "yes", "no"],
    BeforeValidator(_tri_state),
    WithJsonSchema({"enum": ["auto", "yes", "no", True, False]}, mode="validation"),
]
TurnShares: TypeAlias = Annotated[
    tuple[tuple[int, float], ...],
    BeforeValidator(_turns),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        },
        mode="validation",
    ),
]
OrderField: TypeAlias = Annotated[
    Order,
    BeforeValidator(_order),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "fifo"},
                {
                    "type": "object",
                    "properties": {"due_within": {"type": "string"}},
                    "required": ["due_within"],
                    "additionalProperties": False,
                },
            ]
        },
        mode="validation",
    ),
]


def _by_kind(*, live: Any, message: Any) -> Callable[[dict[str, Any]], Any]:
    """A default that depends on whether the channel is live."""
    return lambda data: live if data.get("kind") == "live" else message


class Queue(Block):
    """Cases of one channel and topic that wait together."""

    channel: Name
    """The channel; its keys are the queue's defaults."""
    kind: Kind
    """From the channel: ``live`` (the customer stays) or ``message``."""
    topic: Text | None = None
    """What the cases are about; bots may contain some topics better than others."""
    open: Name = "always"
    """Name of opening hours. Live customers come in them only; message targets may count them."""
    volume: Annotated[Volume, BeforeValidator(volume_short_form)]
    """How many cases arrive, and when."""
    needs_reply: Share = 1.0
    """Share of cases that need a reply; the others cost one triage turn."""
    triage_time: FiniteDistribution = Constant.model_construct(value=20 * SECOND_MS)
    """Work on a case that needs no reply (default 20 s, our assumption)."""
    turns: TurnShares = ((1, 1.0),)
    """Turns per case: a number, or shares by number of turns."""
    handle_time: FiniteDistribution
    """Work per turn of an agent who does nothing else, wrap-up included."""
    handle_time_is: Annotated[Literal["turn", "case", "window"], one_of("turn", "case", "window")] = "turn"
    """Whether handle_time counts a turn, a whole case (split over its turns), or the window it was open."""
    window_concurrency: PositiveRatio | None = None
    """Mean number of turns open at once when window time was measured; needed by ``handle_time_is: window``."""
    think_time: FiniteDistribution | None = None
    """How long the customer takes to write again; needed where cases have more than one turn."""
    patience: Distribution = Never()
    """How long the customer waits for the first turn to start."""
    expires_after: MillisecondsOrNever = NEVER
    """Messages: a first turn not started by then is closed unanswered; never, if not given."""
    withdraw: Switch = False
    """Messages: whether a customer whose patience ends takes the message back."""
    concurrency: Concurrency = 1
    """How many turns of this queue one agent may work on at once."""
    hold: HoldShare = Field(default_factory=_by_kind(live=1.0, message=0.0))
    """Share of a turn's capacity the agent keeps while the customer thinks (live 100 %, messages 0 %)."""
    interrupts: TriState = "auto"
    """Whether its cases interrupt others; auto: one-turn live, concurrency 1, sharing agents with messages."""
    interruptible: TriState = "auto"
    """Whether its turns may be paused; auto: message queues."""
    priority: Rank = Field(default_factory=_by_kind(live=1, message=5))
    """Priority class, smaller first (live 1, messages 5)."""
    order: OrderField = Order(kind="fifo")
    """``fifo``, or ``{due_within: 30 min}`` for earliest deadline first."""
    returning: Annotated[Literal["first", "in order"], one_of("first", "in order")] = "first"
    """Whether returning turns go ahead of new cases of the same priority."""
    stick_for: MillisecondsOrNever = Field(default_factory=_by_kind(live=NEVER, message=0))
    """How long only the owner may take a returning turn (live: endless; messages: 0 min)."""
    ownership: Annotated[Literal["any", "agent"], one_of("any", "agent")] = "any"
    """``agent``: a returning turn waits for its owner's next spell."""
    transfers: tuple[Transfer, ...] = ()
    """Shares of cases that go on in another queue."""
    try_again: FollowUp | None = None
    """What customers do who gave up or were closed unanswered."""
    come_back: FollowUp | None = None
    """What customers do whose question was not solved."""
    backlog: Annotated[Backlog, BeforeValidator(_backlog)] = Backlog(cases=0)
    """Cases waiting when the run begins."""
    bots: tuple[Name, ...] = ()
    """Bots, in order: the first one that is on takes the case."""

    @property
    def is_live(self) -> bool:
        """Whether the customer stays (phone, chat)."""
        return self.kind == "live"

    @property
    def max_turns(self) -> int:
        """The most turns a case of this queue has before transfers."""
        return max(turns for turns, _ in self.turns)

    @property
    def is_one_turn(self) -> bool:
        """Whether each case is one turn; a transfer would add another."""
        return self.max_turns == 1 and not self.transfers

    @property
    def mean_turns(self) -> float:
        """Mean turns per case, before transfers."""
        return sum(turns * share for turns, share in self.turns)

    @model_validator(mode="after")
    def _goes_together(self) -> Queue:
        errors = []
        if self.max_turns > 1 and self.think_time is None:
            wanted = "a distribution: cases have more than one turn, so their customers think in between"
            errors.append(UnitError(None, wanted, at=("think_time",)))
        if self.handle_time_is == "window" and self.window_concurrency is None:
            wanted = "the mean number of turns open at once when window time was measured, such as 2.5"
            errors.append(UnitError(None, wanted, at=("window_concurrency",)))
        if self.is_live and self.expires_after != NEVER:
            errors.append(UnitError("set", "a message queue (live customers leave by patience)", at=("expires_after",)))
        if self.expires_after == 0:
            errors.append(UnitError("0", "a duration above zero", at=("expires_after",)))
        if self.interrupts == "yes" and not (self.is_live and self.is_one_turn):
            why = "no: only live queues whose cases are one turn interrupt"
            errors.append(UnitError("yes", why, at=("interrupts",)))
        if self.interruptible == "yes" and self.interrupts == "yes":
            errors.append(UnitError("yes", "no: a queue that interrupts cannot be interrupted", at=("interruptible",)))
        if sum(transfer.share for transfer in self.transfers) > 1 + 1e-9:
            errors.append(UnitError("more than 100 % in sum", "shares of at most 100 % in sum", at=("transfers",)))
        for index, bot in enumerate(self.bots):
            if bot in self.bots[:index]:
                errors.append(UnitError(bot, "each bot once", at=("bots", index)))
        if errors:
            raise Faults(errors)
        return self


class Channel(Block):
    """Where cases come in. Besides ``kind``, any key of a queue may stand here as default for its queues."""

    kind: Kind
    """``live`` (the customer stays: phone, chat) or ``message``."""

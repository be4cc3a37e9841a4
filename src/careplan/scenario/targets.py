"""Targets: what is promised, measured how.

Comes in: sentences such as ``answer: 65 % within 30 min``. Goes out: typed, frozen targets. Left out: measuring
(``careplan.metrics``) and meeting them (``careplan.planning``).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from careplan.errors import UnitError
from careplan.scenario.faults import Faults, KeyFault, placed
from careplan.scenario.fields import Block, Name, PositiveCount, Text, one_of
from careplan.scenario.suggest import did_you_mean
from careplan.units import format_duration, format_share, parse_duration, parse_share

SERVICE = ("answer", "next_response", "resolution")
LIMITS = ("abandon", "occupancy")
PERIODS = ("interval", "hour", "day", "week")
PROMISES = (*SERVICE, *LIMITS, "cover")

Period: TypeAlias = Annotated[Literal["interval", "hour", "day", "week"], one_of(*PERIODS)]


def _within(value: Any) -> Any:
    """Read ``65 % within 30 min`` as (share, milliseconds)."""
    if isinstance(value, tuple):
        return value
    match = re.fullmatch(r"\s*(\S.*?%)\s+within\s+(\S.*)", value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(value, "a share within a time, such as 65 % within 30 min")
    errors: list[UnitError] = []
    share, within = 1.0, 0
    try:
        share = parse_share(match[1], least=0.0001)
    except UnitError as error:
        errors.append(error)
    try:
        within = parse_duration(match[2])
    except UnitError as error:
        errors.append(error)
    if errors:
        raise Faults(errors)
    return share, within


def _at_most(value: Any) -> Any:
    """Read ``at most 5 %`` as 0.05."""
    match = re.fullmatch(r"\s*at most\s+(\S.*)", value) if isinstance(value, str) else None
    if match is None:
        if isinstance(value, float):
            return value
        raise UnitError(value, "a limit, such as at most 5 %")
    return parse_share(match[1])


def _in_share(value: Any) -> Any:
    """Read ``95 % of weeks`` as (0.95, "week")."""
    if isinstance(value, tuple):
        return value
    wanted = "a share of periods, such as 95 % of weeks"
    match = re.fullmatch(r"\s*(\S.*?%)\s+of\s+(interval|hour|day|week)s?\s*", value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(value, wanted)
    return parse_share(match[1], least=0.5, most=0.9999), match[2]


def _cover(value: Any) -> Any:
    return "always" if value == "24/7" else value


class ServiceTarget(Block):
    """A share of cases served within a time.

    ``kind`` says what counts: ``answer`` (first response), ``next_response`` (answers to later messages) or
    ``resolution`` (end of the last turn).
    """

    kind: Literal["answer", "next_response", "resolution"]
    """What is served."""
    name: Text
    """What the target is called in reports."""
    share: float
    """The share to reach, 0 to 1."""
    within: int
    """The threshold in milliseconds; "within" means at most."""
    queues: tuple[Name, ...] = ()
    """The queues it is about, taken together; empty in the file means all, which are filled in."""
    over: Period = "week"
    """The period it holds over."""
    confidence: float | None = None
    """None: in the mean. Else the share of periods (0.95 for ``in: 95 % of weeks``) that must meet it."""
    bot_counts: Annotated[Literal["contained", "always", "never"], one_of("contained", "always", "never")] = "contained"
    """Whether a bot's answer counts as an answer."""
    clock: Annotated[Literal["wall", "open"], one_of("wall", "open")] = "wall"
    """Whether time counts by the wall clock or in the queue's open hours."""
    since: Annotated[Literal["first message", "hand-off"], one_of("first message", "hand-off")] = Field(
        default="first message", alias="from"
    )
    """Where the wait begins (``from`` in the file)."""

    def __str__(self) -> str:
        return f"{self.kind}: {format_share(self.share)} within {format_duration(self.within)}{_period_words(self)}"


class LimitTarget(Block):
    """A share that may not be passed: cases abandoned, or time agents are busy."""

    kind: Literal["abandon", "occupancy"]
    """What is limited."""
    name: Text
    """What the target is called in reports."""
    at_most: float
    """The limit, 0 to 1."""
    queues: tuple[Name, ...] = ()
    """abandon: the queues it is about (all are filled in)."""
    group: Name | None = None
    """occupancy: the group; None is all groups together."""
    over: Period = "week"
    """The period it holds over."""
    confidence: float | None = None
    """None: in the mean; else the share of periods that must meet it."""

    def __str__(self) -> str:
        return f"{self.kind}: at most {format_share(self.at_most)}{_period_words(self)}"


class CoverTarget(Block):
    """Somebody is there: at least so many agents in some hours."""

    kind: Literal["cover"]
    """Cover."""
    name: Text
    """What the target is called in reports."""
    hours: Annotated[Text, BeforeValidator(_cover)] = Field(alias="cover")
    """Name of the hours to cover (``cover`` in the file, where 24/7 means ``always``)."""
    at_least: PositiveCount = 1
    """Agents on duty at any moment."""
    group: Name | None = None
    """The group; None: of all groups together."""

    def __str__(self) -> str:
        return f"cover: {'24/7' if self.hours == 'always' else self.hours} with at least {self.at_least}"


def _period_words(target: ServiceTarget | LimitTarget) -> str:
    if target.confidence is None:
        return f" over each {target.over}, in the mean"
    return f" in {format_share(target.confidence)} of {target.over}s"


def _target(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Read a target; what is wrong with its sentence is said beside what is wrong with its other keys."""
    if isinstance(value, Block):
        return handler(value)
    data, errors = _unwrapped(value)
    if not errors:
        return handler(data)
    try:
        handler(data)
    except ValidationError as nested:
        raise Faults(errors, nested) from None
    raise Faults(errors)


def _unwrapped(value: Any) -> tuple[dict[str, Any], list[UnitError]]:
    """Turn ``{answer: 65 % within 30 min, …}`` into the fields of one kind of target, and say what is wrong.

    A sentence that cannot be read leaves a stand-in, so that the fields beside it are checked all the same.
    """
    if not isinstance(value, dict):
        raise UnitError(value, "a target such as {answer: 65 % within 30 min, over: week}")
    kinds = [key for key in value if key in PROMISES]
    if len(kinds) != 1:
        near = next((hint for key in value if (hint := did_you_mean(str(key), PROMISES))), "") if not kinds else ""
        raise UnitError(" and ".join(kinds) or None, f"one of: {', '.join(PROMISES)}", near)
    kind = kinds[0]
    data = {key: item for key, item in value.items() if key not in (*SERVICE, *LIMITS, "with", "in")}
    errors: list[UnitError] = []
    for key in sorted({"kind", "share", "within", "at_most", "confidence"} & set(data)):
        errors.append(KeyFault(f"is not a key of a target; expected {_EXAMPLES[kind]}", at=(key,)))
        del data[key]
    data |= {"share": 1.0, "within": 0} if kind in SERVICE else {"at_most": 0.0} if kind in LIMITS else {}
    try:
        if kind in SERVICE:
            data["share"], data["within"] = _within(value[kind])
        elif kind in LIMITS:
            data["at_most"] = _at_most(value[kind])
    except UnitError as error:
        errors.append(placed(error, kind))
    except Faults as faults:
        errors.extend(placed(error, kind) for error in faults.errors)
    if kind == "cover":
        errors.extend(KeyFault("does not go with cover", at=(key,)) for key in ("with", "in") if key in value)
    else:
        errors.extend(_confidence(value, data))
    return {"name": f"{kind}: {value[kind]}", **data, "kind": kind}, errors


def _confidence(value: dict[str, Any], data: dict[str, Any]) -> list[UnitError]:
    """Read ``with: mean`` or ``in: 95 % of weeks`` into ``data``; return what is wrong."""
    if "with" in value and value["with"] != "mean":
        return [UnitError(value["with"], "mean (or write in: 95 % of weeks)", at=("with",))]
    if "in" not in value:
        return []
    if "with" in value:
        return [UnitError(value["with"], "either with: mean or in: 95 % of weeks", at=("with",))]
    try:
        data["confidence"], period = _in_share(value["in"])
    except UnitError as error:
        return [placed(error, "in")]
    over = data.setdefault("over", period)
    if over != period and over in PERIODS:  # another word is a fault of its own
        return [UnitError(value["in"], f"a share of {data['over']}s, as over says", at=("in",))]
    return []


_EXAMPLES = {
    "answer": "answer: 65 % within 30 min",
    "next_response": "next_response: 80 % within 30 min",
    "resolution": "resolution: 80 % within 24 h",
    "abandon": "abandon: at most 5 %",
    "occupancy": "occupancy: at most 85 %",
    "cover": "cover: 24/7",
}


def _tag(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", "")
    return "service" if kind in SERVICE else "limit" if kind in LIMITS else "presence"


_TargetUnion: TypeAlias = Annotated[
    Annotated[ServiceTarget, Tag("service")]
    | Annotated[LimitTarget, Tag("limit")]
    | Annotated[CoverTarget, Tag("presence")],  # no tag is a key of a target: places of faults hold both
    Discriminator(_tag),
]
Target: TypeAlias = Annotated[_TargetUnion, WrapValidator(_target)]
"""Any target."""

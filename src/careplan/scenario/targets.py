"""Targets: what is promised, measured how.

Comes in: sentences such as ``answer: 65 % within 30 min``. Goes out: typed, frozen targets. Left out: measuring
(``careplan.metrics``) and meeting them (``careplan.planning``).
"""

from __future__ import annotations

from collections.abc import Callable
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
from careplan.scenario.faults import Faults, KeyFault, placed, unknown_key
from careplan.scenario.fields import PERIODS, Block, Name, PositiveCount, Text
from careplan.scenario.named import NAMES, OWN_KEYS, NamedTarget, known_name
from careplan.scenario.promises import Promise, TimedPromise
from careplan.scenario.replies import MeanTarget, ReplyTarget, WindowTarget
from careplan.scenario.sentences import (
    at_most_share,
    at_most_time,
    in_share,
    period_words,
    share_of_replies,
    share_within,
)
from careplan.scenario.suggest import did_you_mean
from careplan.units import format_duration, format_share

SERVICE = ("answer", "next_response", "resolution")
LIMITS = ("abandon", "occupancy")
REPLIES = ("reply", "mean_answer", "window")
PROMISES = (*SERVICE, *REPLIES, *LIMITS, "cover", "named")
ABOUT_QUEUES = (*SERVICE, *REPLIES, "abandon", "named")
"""Promises about the cases of some queues."""


def _cover(value: Any) -> Any:
    return "always" if value == "24/7" else value


class ServiceTarget(TimedPromise):
    """A share of cases served within a time.

    ``kind`` says what counts: ``answer`` (first response), ``next_response`` (answers to later messages) or
    ``resolution`` (end of the last turn).
    """

    kind: Literal["answer", "next_response", "resolution"]
    """What is served."""
    share: float
    """The share to reach, 0 to 1."""
    within: int
    """The threshold in milliseconds; "within" means at most."""

    def __str__(self) -> str:
        promise = f"{self.kind}: {format_share(self.share)} within {format_duration(self.within)}"
        return promise + period_words(self.over, self.confidence)


class LimitTarget(Promise):
    """A share that may not be passed: cases abandoned, or time agents are busy (of a group, not of queues)."""

    kind: Literal["abandon", "occupancy"]
    """What is limited."""
    at_most: float
    """The limit, 0 to 1."""
    group: Name | None = None
    """occupancy: the group; None is all groups together."""

    def __str__(self) -> str:
        return f"{self.kind}: at most {format_share(self.at_most)}{period_words(self.over, self.confidence)}"


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


def longest_ms(target: Target) -> int:
    """Return how long after a case came what a target asks of it may be seen, ms; 0 where it names no time."""
    if isinstance(target, NamedTarget):
        return max(longest_ms(part) for part in target.parts)
    if isinstance(target, ServiceTarget | WindowTarget):
        return target.within
    if isinstance(target, ReplyTarget | MeanTarget):
        time = target.at_most if isinstance(target, MeanTarget) else max(target.within, 0)
        return time + (target.new_after or 0)
    return 0


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
    if kind == "named":
        return _named(value)
    data = {key: item for key, item in value.items() if key not in (*_SENTENCES, "with", "in")}
    errors: list[UnitError] = []
    for key in sorted(_INNER & set(data)):
        errors.append(KeyFault(f"is not a key of a target; expected {_EXAMPLES[kind]}", at=(key,)))
        del data[key]
    errors.extend(_without_unknown(data, keys_in_file(kind)))
    if kind == "cover":
        errors.extend(KeyFault("does not go with cover", at=(key,)) for key in ("with", "in") if key in value)
    else:
        read, stand_in = _SENTENCES[kind]
        data |= stand_in
        try:
            said = read(value[kind])
            data |= dict(zip(stand_in, said if isinstance(said, tuple) else (said,), strict=True))
        except UnitError as error:
            errors.append(placed(error, kind))
        except Faults as faults:
            errors.extend(placed(error, kind) for error in faults.errors)
        errors.extend(_confidence(value, data))
    return {"name": f"{kind}: {value[kind]}", **data, "kind": kind}, errors


def keys_in_file(kind: str, named: str = "") -> frozenset[str]:
    """Return the keys that a target of a kind (where that is ``named``, of that name) may have in a file."""
    fields = {field.alias or name for name, field in _BLOCKS[kind].model_fields.items()}
    inner = _INNER
    if kind == "named":
        inner = frozenset({"kind", "confidence"}) | frozenset.union(*OWN_KEYS.values()) - OWN_KEYS[named]
    more = {kind} if kind == "cover" else {kind, "in", "with"}
    return frozenset(fields - inner | more)


def _without_unknown(data: dict[str, Any], known: frozenset[str]) -> list[UnitError]:
    """Take keys that no file may have out of ``data``; return a fault for each."""
    unknown = [key for key in data if key not in known]
    for key in unknown:
        del data[key]
    return [unknown_key(str(key), known) for key in unknown]


def _named(value: dict[str, Any]) -> tuple[dict[str, Any], list[UnitError]]:
    """The fields of a named target, and keys that do not go with it."""
    data = {key: item for key, item in value.items() if key not in ("with", "in")}
    errors: list[UnitError] = []
    for key in sorted({"kind", "confidence"} & set(data)):
        errors.append(KeyFault("is not a key of a target", at=(key,)))
        del data[key]
    try:
        which = known_name(value["named"])
    except UnitError:  # said by the field itself
        return {"name": "", **data, "kind": "named"}, [*errors, *_confidence(value, data)]
    for key in sorted(frozenset.union(*OWN_KEYS.values()) - OWN_KEYS[which]):
        if key in data:
            because = ", which is judged over 7 days" if key == "over" else ""
            errors.append(KeyFault(f"does not go with {which}{because}", at=(key,)))
            del data[key]
    errors.extend(_without_unknown(data, keys_in_file("named", which)))
    errors.extend(_confidence(value, data))
    if "over" not in OWN_KEYS[which] and data.get("over", "week") != "week":
        errors.append(UnitError(value["in"], f"a share of weeks, since {which} is judged over 7 days", at=("in",)))
        del data["over"]
    return {"name": NAMES[which], **data, "kind": "named"}, errors


def _confidence(value: dict[str, Any], data: dict[str, Any]) -> list[UnitError]:
    """Read ``with: mean`` or ``in: 95 % of weeks`` into ``data``; return what is wrong."""
    if "with" in value and value["with"] != "mean":
        return [UnitError(value["with"], "mean (or write in: 95 % of weeks)", at=("with",))]
    if "in" not in value:
        return []
    if "with" in value:
        return [UnitError(value["with"], "either with: mean or in: 95 % of weeks", at=("with",))]
    try:
        data["confidence"], period = in_share(value["in"])
    except UnitError as error:
        return [placed(error, "in")]
    over = data.setdefault("over", period)
    if over != period and over in PERIODS:  # another word is a fault of its own
        return [UnitError(value["in"], f"a share of {data['over']}s, as over says", at=("in",))]
    return []


_SENTENCES: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
    **dict.fromkeys((*SERVICE, "window"), (share_within, {"share": 1.0, "within": 0})),
    "reply": (share_of_replies, {"share": 1.0, "within": 0}),
    **dict.fromkeys(LIMITS, (at_most_share, {"at_most": 0.0})),
    "mean_answer": (at_most_time, {"at_most": 1}),
}
"""Kind → what reads its sentence, and the fields that hold it with stand-ins."""
_INNER = frozenset({"kind", "share", "within", "at_most", "confidence"})
"""Fields that a sentence of the file fills in."""
_EXAMPLES = {
    "answer": "answer: 65 % within 30 min",
    "next_response": "next_response: 80 % within 30 min",
    "resolution": "resolution: 80 % within 24 h",
    "reply": "reply: 65 %",
    "mean_answer": "mean_answer: at most 30 min",
    "window": "window: 99 % within 24 h",
    "abandon": "abandon: at most 5 %",
    "occupancy": "occupancy: at most 85 %",
    "cover": "cover: 24/7",
}


_BLOCKS: dict[str, type[Block]] = {
    **dict.fromkeys(SERVICE, ServiceTarget),
    **dict.fromkeys(LIMITS, LimitTarget),
    "reply": ReplyTarget,
    "mean_answer": MeanTarget,
    "window": WindowTarget,
    "cover": CoverTarget,
    "named": NamedTarget,
}
_TAGS = {
    **dict.fromkeys(SERVICE, "service"),
    **dict.fromkeys(LIMITS, "limit"),
    "reply": "replies",
    "mean_answer": "mean time",
    "window": "chat window",
    "named": "programme",
}


def _tag(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", "")
    return _TAGS.get(str(kind), "presence")


PlainTarget: TypeAlias = ServiceTarget | ReplyTarget | MeanTarget | WindowTarget | LimitTarget | CoverTarget
"""Any target but a named one."""
_TargetUnion: TypeAlias = Annotated[
    Annotated[ServiceTarget, Tag("service")]
    | Annotated[ReplyTarget, Tag("replies")]
    | Annotated[MeanTarget, Tag("mean time")]
    | Annotated[WindowTarget, Tag("chat window")]
    | Annotated[LimitTarget, Tag("limit")]
    | Annotated[NamedTarget, Tag("programme")]
    | Annotated[CoverTarget, Tag("presence")],  # no tag is a key of a target: places of faults hold both
    Discriminator(_tag),
]
Target: TypeAlias = Annotated[_TargetUnion, WrapValidator(_target)]
"""Any target."""

"""What a scenario assumes of customers, figure by figure, each with its source.

Comes in: the section ``outcomes``. Goes out: :class:`StatedFigure`, as data or in words. Left out: what follows
from them (outcomes), and what that is worth (costs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from careplan.scenario.outcomes import (
    OUR_ASSUMPTION,
    Assumption,
    ByWait,
    Churn,
    Effects,
    Loyalty,
    MeanScore,
    Outcomes,
    Rating,
    Recommendation,
    Sale,
    Satisfaction,
    Shaming,
)
from careplan.units import format_duration, format_share

_NAMES = {
    "satisfaction": "CSAT",
    "score": "score",
    "nps": "NPS",
    "churn": "leave",
    "loyalty": "won",
    "shaming": "shame in public",
    "sale": "sales",
}
_UNANSWERED = "unanswered"
_EACH = {
    "churn": "each who does",
    "loyalty": "each who is",
    "shaming": "each who does",
    "sale": "each",
}
"""Of which customers an amount is."""


@dataclass(frozen=True)
class StatedFigure:
    """One assumed figure, and who says so."""

    concerns: str
    """``all``, or a channel or queue such as ``channel phone``."""
    outcome: str
    """Its kind, as the section's key."""
    when: str
    """Of which customers."""
    value: str
    source: str


def stated_figures(outcomes: Outcomes) -> tuple[StatedFigure, ...]:
    """Return every assumed figure with its source: what holds in general, then what differs by channel and queue."""
    general = list(_stated("all", outcomes))
    known = {(one.outcome, one.when, one.value, one.source) for one in general}
    found = general
    for word, entries in (("channel", outcomes.channels), ("queue", outcomes.queues)):
        for name, effects in entries.items():
            concerns = f"{word} {name}"
            own = list(_stated(concerns, effects))
            found += [one for one in own if (one.outcome, one.when, one.value, one.source) not in known]
            off = [kind for kind in outcomes.kinds if kind not in effects.kinds]
            found += [StatedFigure(concerns, kind, "all", "not counted", OUR_ASSUMPTION) for kind in off]
    return tuple(found)


def worth_figures(outcomes: Outcomes) -> tuple[StatedFigure, ...]:
    """Return what the worth of outcomes rests on: amounts, and the shares they are multiplied by."""
    parts: list[tuple[str, Effects]] = [
        ("all", outcomes),
        *((f"channel {name}", effects) for name, effects in outcomes.channels.items()),
        *((f"queue {name}", effects) for name, effects in outcomes.queues.items()),
    ]
    amounts: dict[tuple[str, str, str], StatedFigure] = {}
    priced: set[str] = set()
    for concerns, effects in parts:
        for kind in effects.kinds:
            worth = getattr(getattr(effects, kind), "value", None)
            if worth is not None:
                priced.add(kind)
                figure = StatedFigure(concerns, kind, _EACH[kind], str(worth.amount), worth.source or OUR_ASSUMPTION)
                amounts.setdefault((kind, figure.value, figure.source), figure)
    shares = [one for one in stated_figures(outcomes) if one.outcome in priced]
    found = [*amounts.values(), *shares]
    if outcomes.late is not None:
        late = outcomes.late
        when = f"no answer within {format_duration(late.after)}"
        source = late.penalty.source or OUR_ASSUMPTION
        found.append(StatedFigure("all", "late", when, str(late.penalty.amount), source))
    return tuple(found)


def stated_words(one: StatedFigure) -> str:
    """Return an assumed figure as people read it, with its source."""
    concerns = "" if one.concerns == "all" else f"{one.concerns}, "
    return f"{concerns}{_NAMES.get(one.outcome, one.outcome)}, {one.when}: {one.value} ({one.source})"


def _stated(concerns: str, effects: Effects) -> Iterator[StatedFigure]:
    for kind in effects.kinds:
        block = getattr(effects, kind)
        for key, when in _figures(block):
            figure: Assumption | ByWait | None = getattr(block, key)
            if figure is None or key not in block.model_fields_set:
                continue
            if isinstance(figure, ByWait):
                value = _curve_words(figure, kind)
            else:
                value = ("× " if isinstance(block, Rating) else "") + format_share(figure.share, 2)
            yield StatedFigure(concerns, kind, when, value, figure.source or OUR_ASSUMPTION)


def _figures(block: Any) -> Iterator[tuple[str, str]]:
    """The figures of one kind of outcome: key, and of which customers."""
    match block:
        case Satisfaction() | MeanScore():
            yield "by_wait", "by wait"
        case Recommendation():
            yield "promoters", "promoters by wait"
            yield "detractors", "detractors by wait"
        case Churn():
            yield "unanswered", _UNANSWERED
            yield "not_solved", "answered, not solved"
            yield "late", f"answered after {format_duration(block.late_after or 0)} or after giving up"
            yield "repeated", "answered, after more than one contact"
            yield "answered", "answered otherwise"
        case Loyalty():
            yield "answered", f"answered within {format_duration(block.within)}"
            yield "late", "answered later"
            yield "unanswered", _UNANSWERED
        case Shaming():
            yield "chance", f"not answered within {format_duration(block.after)}"
        case Sale():
            yield "per_talk", "per talk"
    if isinstance(block, Rating):
        yield "not_solved", "not solved"
        yield "further_attempt", "for each further contact"
        yield "gave_up", "answered after giving up"


def _curve_words(curve: ByWait, kind: str) -> str:
    """Return a curve in words: ``85 % at 10 min, 30 % at 24 h, 10 % unanswered``."""

    def height(value: float) -> str:
        return f"{value:g}" if kind == "score" else format_share(value, 2)

    points = [f"{height(value)} at {format_duration(wait)}" for wait, value in curve.points]
    return ", ".join([*points, f"{height(curve.never)} {_UNANSWERED}"])

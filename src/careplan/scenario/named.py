"""Targets with a name of their own: Socially Devoted, the Facebook badge, the WhatsApp window.

Comes in: a name and a few choices. Goes out: a typed, frozen target, and the plain targets it is made of, which must
all hold at once. Left out: measuring; a named target adds nothing to what its parts say.

Sources: docs/targets.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from careplan.errors import UnitError
from careplan.scenario.fields import MoneyField, PositiveShare
from careplan.scenario.promises import AnswerPromise
from careplan.scenario.replies import MeanTarget, ReplyTarget, WindowTarget
from careplan.scenario.sentences import period_words
from careplan.scenario.suggest import did_you_mean
from careplan.units import DAY_MS, MINUTE_MS, format_share

NAMES = {
    "socially devoted": "Socially Devoted",
    "facebook badge": "Facebook badge",
    "whatsapp window": "WhatsApp window",
}
"""Name in the file → name in reports."""
OWN_KEYS: dict[str, frozenset[str]] = {
    "socially devoted": frozenset({"over"}),
    "facebook badge": frozenset(),
    "whatsapp window": frozenset({"over", "share", "template_price"}),
}
"""What each may say besides its name, queues, ``in`` and bots. The badge is always judged over 7 days."""

DEVOTED_REPLIES, DEVOTED_MEAN_MS = 0.65, 30 * MINUTE_MS
BADGE_REPLIES, BADGE_FASTEST, BADGE_MEAN_MS, BADGE_SILENCE_MS = 0.9, 0.9, 15 * MINUTE_MS, DAY_MS
WINDOW_MS = DAY_MS

_Part = TypeVar("_Part", ReplyTarget, MeanTarget, WindowTarget)


def known_name(value: Any) -> str:
    """Read a name, however it is spelt: ``Socially Devoted``, ``socially-devoted``."""
    word = " ".join(value.lower().replace("-", " ").replace("_", " ").split()) if isinstance(value, str) else ""
    if word in NAMES:
        return word
    raise UnitError(value, f"one of: {', '.join(NAMES)}", did_you_mean(word, NAMES) if word else "")


TargetName: TypeAlias = Annotated[
    Literal["socially devoted", "facebook badge", "whatsapp window"],
    BeforeValidator(known_name),
    WithJsonSchema({"enum": list(NAMES)}, mode="validation"),
]


class NamedTarget(AnswerPromise):
    """A target with a name of its own; if it names no queues, about all message queues."""

    kind: Literal["named"]
    """Named."""
    named: TargetName
    """Which: ``socially devoted``, ``facebook badge`` or ``whatsapp window``."""
    share: PositiveShare = 1.0
    """whatsapp window: the share of answers that must be free."""
    template_price: MoneyField | None = None
    """whatsapp window: what an answer after the window costs."""

    @property
    def parts(self) -> tuple[ReplyTarget | MeanTarget | WindowTarget, ...]:
        """The plain targets it is made of; all must hold, each by the wall clock from the first message."""
        if self.named == "socially devoted":
            return (
                self._part(ReplyTarget, "response rate", kind="reply", share=DEVOTED_REPLIES),
                self._part(MeanTarget, "mean answer", kind="mean_answer", at_most=DEVOTED_MEAN_MS),
            )
        if self.named == "facebook badge":
            new, fastest = {"new_after": BADGE_SILENCE_MS}, f"fastest {format_share(BADGE_FASTEST)}"
            return (
                self._part(ReplyTarget, "threads replied", kind="reply", share=BADGE_REPLIES, **new),
                self._part(
                    MeanTarget, fastest, kind="mean_answer", at_most=BADGE_MEAN_MS, fastest=BADGE_FASTEST, **new
                ),
            )
        window = {"share": self.share, "within": WINDOW_MS, "template_price": self.template_price}
        return (self._part(WindowTarget, "", kind="window", **window),)

    def _part(self, block: type[_Part], name: str, **promise: Any) -> _Part:
        """A plain target about the same queues and periods; its values are checked already."""
        return block.model_construct(
            name=f"{self.name}: {name}" if name else self.name,
            queues=self.queues,
            over=self.over,
            confidence=self.confidence,
            bot_counts=self.bot_counts,
            **promise,
        )

    def __str__(self) -> str:
        return f"{NAMES[self.named]}{period_words(self.over, self.confidence)}"

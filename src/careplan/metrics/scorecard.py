"""Targets against what happened: whether they hold.

Comes in: goals (targets as plain numbers), and what each counts in every replication. Goes out: a :class:`Score` for
each. Left out: reading targets from a scenario (goals), counting (counting), what to do about a miss (planning).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from careplan.columns import NEVER, BoolArray, FloatArray, IntArray
from careplan.errors import TableError
from careplan.metrics.clocks import WALL, Clock, OpenHours
from careplan.metrics.controls import Controls, controlled_ratios, worth
from careplan.metrics.joint import joint_shares
from careplan.metrics.periods import BY, By, Periods
from careplan.metrics.uncertainty import CONFIDENCE, Estimate, Estimates, divide, paired_difference, ratios, wilson
from careplan.units import Money, format_duration, format_share

Kind = Literal[
    "answer", "next_response", "resolution", "reply", "mean_answer", "window", "abandon", "occupancy", "cover"
]
AT_MOST: tuple[Kind, ...] = ("mean_answer", "abandon", "occupancy")
KINDS: dict[Kind, str] = {
    "answer": "answered within T ÷ cases that need a reply, unanswered included",
    "next_response": "later customer messages answered within T ÷ later customer messages",
    "resolution": "resolved within T ÷ cases that need a reply",
    "reply": "cases that got a reply, within T or however late ÷ cases that need one; with `new_after`: threads",
    "mean_answer": "Σ time to the first answer ÷ cases that got one, or the `fastest` share of them; at most T",
    "window": "answers within T of the customer's message ÷ answers, first and later ones; the others are templates",
    "abandon": "customers who gave up (abandoned, lapsed) ÷ cases that need a reply; at most the share",
    "occupancy": "time on duty with work in hand ÷ time on duty; at most the share",
    "cover": "time with at least so many agents on duty ÷ time to be covered",
}
"""What each kind of goal divides by what."""

TINY = 1e-12
"""Shares are compared to within this: 13 ÷ 20 meets 65 %, however 65 % came to be written in binary."""


@dataclass(frozen=True)
class Goal:
    """A target as plain numbers; ``share`` is a least, or for ``abandon`` and ``occupancy`` a most.

    ``mean_answer`` compares a mean with ``threshold_ms``: its figure is the mean as a share of that, at most 1.

    It looks at each period of ``over``. In the mean (``confidence`` None) it holds if every period's ratio
    of sums over the replications meets it; with a confidence, if at least that share of all single periods
    meet it. A period without cases has no figure and cannot fail.
    """

    name: str
    kind: Kind
    share: float = 1.0
    queues: tuple[str, ...] = ()
    """Queues whose cases count together; none named: all."""
    groups: tuple[str, ...] = ()
    """Groups whose agents count together (occupancy, cover); none named: all."""
    threshold_ms: int = 0
    """T; −1 for a reply however late."""
    over: By = "week"
    confidence: float | None = None
    clock: Clock = WALL
    at_least: int = 1
    """Agents on duty (cover)."""
    hours: OpenHours | None = None
    """When to cover; None: always."""
    fastest: float = 1.0
    """mean_answer: over the fastest so many of the answers of each run and period."""
    new_after_ms: int = 0
    """reply, mean_answer: later messages after so long a silence count as well; 0: none does."""
    whole: str = ""
    """The named target this is a part of; empty: it stands for itself."""
    template_price: Money | None = None
    """window: what an answer after the window costs."""

    def __post_init__(self) -> None:
        found = []
        if self.kind not in KINDS:
            found.append(f'kind is "{self.kind}"; known kinds: {", ".join(KINDS)}')
        if self.over not in BY:
            found.append(f'over is "{self.over}"; known periods: {", ".join(BY)}')
        if not 0 <= self.share <= 1:
            found.append(f"share is {self.share}; expected 0 to 1")
        if self.confidence is not None and not 0 < self.confidence <= 1:
            found.append(f"confidence is {self.confidence}; expected above 0, at most 1")
        least = {"reply": NEVER, "mean_answer": 1}.get(self.kind, 0)
        if self.threshold_ms < least or self.at_least < 1:
            found.append(f"threshold is below {least}, or at_least below 1")
        if not 0 < self.fastest <= 1 or self.new_after_ms < 0:
            found.append("fastest is not above 0 and at most 1, or new_after below 0")
        if found:
            raise TableError(f"goal {self.name}", found)

    @property
    def is_at_most(self) -> bool:
        """Whether less is better."""
        return self.kind in AT_MOST

    @property
    def unit(self) -> Literal["share", "s"]:
        """Of its figure as people read it."""
        return "s" if self.kind == "mean_answer" else "share"

    @property
    def scale(self) -> float:
        """What the ratio is multiplied by to be in that unit."""
        return self.threshold_ms / 1000 if self.unit == "s" else 1.0

    @property
    def largest(self) -> float:
        """A share that asks nothing of a goal of which less is better: the most its ratio can be, for a mean a
        million times its limit.
        """
        return 1e6 if self.unit == "s" else 1.0

    @property
    def asked(self) -> str:
        """What the figure is held to, as people write it: ``65 %``, or of a mean ``30 min``."""
        return self.words(self.share, is_brief=True)

    def words(self, value: float, *, is_brief: bool = False) -> str:
        """Return a ratio as people read it: ``65.0 %`` (brief: ``65 %``), or of a mean ``22 min``."""
        if self.unit == "s":
            return format_duration(round(value * self.threshold_ms)) if np.isfinite(value) else "no answer"
        return format_share(value) if is_brief else f"{100 * value:.1f} %"

    def is_met_by(self, value: FloatArray) -> BoolArray:
        """Return which values meet the goal; NaN (no cases) never counts as met or missed: it is False
        here.
        """
        with np.errstate(invalid="ignore"):
            return np.asarray(value <= self.share + TINY if self.is_at_most else value >= self.share - TINY)

    def shortfall(self, value: FloatArray) -> FloatArray:
        """Return by how much values miss the goal, 0 where they meet it or there is none."""
        gap = value - self.share if self.is_at_most else self.share - value
        return np.where(np.isfinite(gap) & ~self.is_met_by(value), gap, 0.0)


@dataclass(frozen=True, eq=False)
class GoalCounts:
    """Numerator and denominator of a goal in one run, int64, shape (n_rows, n_intervals).

    Rows are the queues, 0 where the goal names others; for occupancy and cover one row. They add up over
    rows, intervals and replications.
    """

    numerator: IntArray
    denominator: IntArray


@dataclass(frozen=True, eq=False)
class Score:
    """How one goal did over replications; ``numerator`` and ``denominator`` have shape (n_replications,
    n_periods).
    """

    goal: Goal
    labels: tuple[str, ...]
    numerator: IntArray
    denominator: IntArray
    confidence: float = field(default=CONFIDENCE)
    """Of the intervals around the figures; the goal's own confidence is another thing."""
    controls: Controls | None = None
    """How lucky each replication was, where the figure over all periods is to be sharpened by it."""

    @cached_property
    def values(self) -> FloatArray:
        """The figure of every single period, NaN without cases; shape (n_replications, n_periods)."""
        return divide(self.numerator, self.denominator)

    @cached_property
    def met(self) -> BoolArray:
        """Which single periods meet the goal (one without cases does not, nor does it fail: see
        ``counts``).
        """
        return self.goal.is_met_by(self.values)

    @cached_property
    def counts(self) -> BoolArray:
        """Which single periods have anything to judge."""
        return np.asarray(self.denominator > 0)

    @cached_property
    def by_period(self) -> Estimates:
        """The ratio of sums over the replications in every period, shape (n_periods,)."""
        if self.controls is not None and len(self.labels) == 1:  # the same figure as over all of them
            found = controlled_ratios(self.numerator, self.denominator, self.controls, confidence=self.confidence)
            return found.clipped(0, self.goal.largest)
        return ratios(self.numerator, self.denominator, confidence=self.confidence).clipped(0, self.goal.largest)

    @cached_property
    def joint(self) -> Estimates:
        """The same with bounds that hold for all periods at once, shape (n_periods,); see ``joint``."""
        if self.goal.unit == "share":
            return joint_shares(self.numerator, self.denominator, confidence=self.confidence)
        level = self.confidence ** (1 / max(1, int(self.denominator.any(axis=0).sum())))
        return ratios(self.numerator, self.denominator, confidence=level).clipped(0, self.goal.largest)

    @property
    def beyond_doubt(self) -> tuple[int, int, int]:
        """How many periods miss the goal's share beyond doubt, how many meet it, and how many may be either: by the
        joint bounds. Periods without cases left out.
        """
        low, high = self.joint.low, self.joint.high
        least, most = (high, low) if self.goal.is_at_most else (low, high)  # the sides that are hard and easy to meet
        judged = np.isfinite(low)
        met, missed = judged & self.goal.is_met_by(least), judged & ~self.goal.is_met_by(most)
        return int(missed.sum()), int(met.sum()), int(judged.sum() - missed.sum() - met.sum())

    @cached_property
    def overall(self) -> Estimate:
        """The ratio of sums over all periods and replications, sharpened where there are controls."""
        if self.controls is None:
            return self.plain
        top, bottom = self.numerator.sum(axis=1), self.denominator.sum(axis=1)
        found = controlled_ratios(top, bottom, self.controls, confidence=self.confidence)
        return found.clipped(0, self.goal.largest).at()

    @cached_property
    def plain(self) -> Estimate:
        """The ratio of sums over all periods and replications, without controls."""
        top, bottom = self.numerator.sum(axis=1), self.denominator.sum(axis=1)
        return ratios(top, bottom, confidence=self.confidence).clipped(0, self.goal.largest).at()

    @property
    def figure(self) -> Estimate:
        """``overall`` in the goal's unit: a share from 0 to 1, or seconds."""
        return self.overall.times(self.goal.scale)

    def minus(self, other: Score) -> Estimate:
        """Return this figure less another's of the same replications, in the goal's unit: Σ ÷ Σ less Σ ÷ Σ.

        The interval is that of paired differences, without controls.
        """
        tops = [score.numerator.sum(axis=1) * score.goal.scale for score in (self, other)]
        bottoms = [score.denominator.sum(axis=1) for score in (self, other)]
        return paired_difference(tops[0], bottoms[0], tops[1], bottoms[1], confidence=self.confidence).at()

    @cached_property
    def controls_worth(self) -> float:
        """How many times the replications the controls are worth; 1 without them."""
        if self.controls is None:
            return 1.0
        return worth(self.numerator.sum(axis=1), self.denominator.sum(axis=1), self.controls)

    @cached_property
    def chance(self) -> Estimate:
        """The share of single periods that meet the goal, with Wilson's interval; periods without cases
        left out.
        """
        return wilson(int((self.met & self.counts).sum()), int(self.counts.sum()), confidence=self.confidence)

    @cached_property
    def chance_by_period(self) -> tuple[Estimate, ...]:
        """The chance of every period apart, over the replications."""
        met, there = (self.met & self.counts).sum(axis=0), self.counts.sum(axis=0)
        return tuple(wilson(int(m), int(n), confidence=self.confidence) for m, n in zip(met, there, strict=True))

    @property
    def holds(self) -> bool:
        """Whether the goal holds: in the mean of every period, or in its share of single periods."""
        if self.goal.confidence is None:
            return not self.short_by().any()
        return self.chance.n == 0 or self.chance.value >= self.goal.confidence - TINY

    def short_by(self) -> FloatArray:
        """Return by how much each period's mean misses the goal's share, 0 where it does not; shape
        (n_periods,).
        """
        return self.goal.shortfall(self.by_period.value)

    @property
    def worst(self) -> str | None:
        """Label of the period whose mean misses the goal by most; None if none does."""
        short = self.short_by()
        return self.labels[int(np.argmax(short))] if short.any() else None

    def to_dict(self) -> dict[str, object]:
        """Return the score for JSON."""
        goal = self.goal
        return {
            "name": goal.name,
            "kind": goal.kind,
            "formula": KINDS[goal.kind],
            "part_of": goal.whole or None,
            "unit": goal.unit,
            "wanted": goal.share * goal.scale,
            "share": goal.share,
            "threshold_s": None if goal.threshold_ms == NEVER else goal.threshold_ms / 1000,
            "fastest": goal.fastest,
            "new_after_s": goal.new_after_ms / 1000,
            "queues": list(goal.queues),
            "groups": list(goal.groups),
            "over": goal.over,
            "confidence": goal.confidence,
            "bot_counts": goal.clock.bot_counts,
            "since": goal.clock.since,
            "clock": "open" if goal.clock.open_hours else "wall",
            "at_least": goal.at_least,
            "holds": self.holds,
            "overall": self.figure.to_dict(),
            "chance": self.chance.to_dict(),
            "worst": self.worst,
            "periods": [
                {
                    "label": label,
                    **self.by_period.at(p).times(goal.scale).to_dict(),
                    "low_joint": self.joint.at(p).times(goal.scale).low,
                    "high_joint": self.joint.at(p).times(goal.scale).high,
                    "chance": self.chance_by_period[p].to_dict(),
                }
                for p, label in enumerate(self.labels)
            ],
        }

    def __str__(self) -> str:
        def shown(e: Estimate, words: Callable[[float], str]) -> str:
            text = words(e.value)
            return text if e.low is None or e.high is None else f"{text} ({words(e.low)} to {words(e.high)})"

        verdict = "holds" if self.holds else "is missed"
        wanted = f"{'at most' if self.goal.is_at_most else 'at least'} {self.goal.asked}"
        how = "in the mean" if self.goal.confidence is None else f"in {100 * self.goal.confidence:g} % of them"
        periods = "in total" if self.goal.over == "total" else f"of each {self.goal.over} {how}"
        chance = shown(self.chance, lambda share: f"{100 * share:.1f} %")
        return (
            f"{self.goal.name} {verdict}: {shown(self.overall, self.goal.words)}, wanted {wanted} {periods}; "
            f"{chance} of single periods meet it"
        )


def score(
    goal: Goal,
    periods: Periods,
    counts: Sequence[GoalCounts],
    *,
    confidence: float = CONFIDENCE,
    controls: Controls | None = None,
) -> Score:
    """Judge a goal over replications.

    Parameters
    ----------
    goal
        What was wanted.
    periods
        The measured intervals of the counts.
    counts
        One for each replication.
    confidence
        Of the intervals around the figures.
    controls
        How lucky each replication was; None: the plain figures.
    """
    top, bottom = (
        np.stack([periods.sums(getattr(c, part).sum(axis=0), goal.over) for c in counts])
        for part in ("numerator", "denominator")
    )
    return Score(goal, periods.labels_of(goal.over), top, bottom, confidence, controls)

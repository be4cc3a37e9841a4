"""Targets as wholes: the parts of a named target, and all targets, met at once.

Comes in: the scores of single goals. Goes out: a :class:`Whole` for every target, and one for all of them together.
Left out: the scores (scorecard), layout (reporting).

The chance to meet several things at once is counted, period by period of each replication, never multiplied: a busy
week misses them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from careplan.columns import BoolArray
from careplan.metrics.periods import By, Periods
from careplan.metrics.scorecard import TINY, Goal, GoalCounts, Score, score
from careplan.metrics.uncertainty import CONFIDENCE, Estimate, means, wilson
from careplan.units import DAY_MS, Money

ALL_AT_ONCE = "all targets at once"
"""Name of the whole of all targets."""


@dataclass(frozen=True, eq=False)
class Whole:
    """One target: a goal that stands for itself, or all parts of a named target. All parts have the same periods."""

    name: str
    parts: tuple[Score, ...]

    @property
    def over(self) -> By:
        """The period it is judged over."""
        return self.parts[0].goal.over

    @property
    def confidence(self) -> float | None:
        """None: every part in the mean; else the share of single periods that must meet all parts at once."""
        return self.parts[0].goal.confidence

    @cached_property
    def counts(self) -> BoolArray:
        """Which single periods have anything to judge, shape (n_replications, n_periods)."""
        return np.asarray(np.any([part.counts for part in self.parts], axis=0))

    @cached_property
    def met(self) -> BoolArray:
        """Which single periods meet all parts that have anything to judge in them."""
        return np.asarray(self.counts & np.all([part.met | ~part.counts for part in self.parts], axis=0))

    @cached_property
    def chance(self) -> Estimate:
        """The share of single periods that meet all parts at once, with Wilson's interval."""
        return wilson(int(self.met.sum()), int(self.counts.sum()), confidence=self.parts[0].confidence)

    @property
    def holds(self) -> bool:
        """Whether the target holds: every part in the mean, or all at once in its share of single periods."""
        if self.confidence is None:
            return all(part.holds for part in self.parts)
        return self.chance.n == 0 or self.chance.value >= self.confidence - TINY

    @property
    def templates(self) -> Estimate | None:
        """Answers after the window in the whole measured time, mean over replications; None without a window of 24
        hours or one whose templates have a price.
        """
        late = [part.denominator - part.numerator for part in self.parts if _takes_templates(part.goal)]
        return means(np.sum(late, axis=0).sum(axis=1)).clipped(0, np.inf).at() if late else None

    @property
    def template_price(self) -> Money | None:
        """What one of them costs; None where nobody said."""
        return next((part.goal.template_price for part in self.parts if part.goal.template_price), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the target for JSON, with stable keys; ``templates`` only where there is a window."""
        found: dict[str, Any] = {
            "name": self.name,
            "parts": [part.goal.name for part in self.parts],
            "over": self.over,
            "confidence": self.confidence,
            "holds": self.holds,
            "chance": self.chance.to_dict(),
        }
        late, price = self.templates, self.template_price
        if late is not None:
            found["templates"] = late.to_dict()
            found["template_price"] = None if price is None else str(price.amount)
            found["template_cost"] = None if price is None else late.times(float(price.amount)).to_dict()
            found["currency"] = None if price is None else price.currency
        return found


def _takes_templates(goal: Goal) -> bool:
    return goal.kind == "window" and (goal.threshold_ms == DAY_MS or goal.template_price is not None)


def wholes(scores: Sequence[Score]) -> tuple[Whole, ...]:
    """Return a whole for every target, in the order of their first parts."""
    parts: dict[tuple[str, int], list[Score]] = {}
    for number, one in enumerate(scores):
        key = (one.goal.whole, -1) if one.goal.whole else ("", number)
        parts.setdefault(key, []).append(one)
    return tuple(Whole(name or found[0].goal.name, tuple(found)) for (name, _), found in parts.items())


def all_at_once(
    goals: Sequence[Goal],
    periods: Periods,
    counts: Sequence[Sequence[GoalCounts]],
    *,
    over: By = "week",
    confidence: float = CONFIDENCE,
) -> Whole | None:
    """Return all targets as one, judged over single weeks: each by its figure over the week; None for one alone.

    Parameters
    ----------
    goals
        Of all targets.
    periods
        The measured intervals.
    counts
        For each goal, one for each replication.
    over
        The period.
    confidence
        Of the interval around the chance.
    """
    scores = tuple(
        score(replace(goal, over=over, confidence=None), periods, each, confidence=confidence)
        for goal, each in zip(goals, counts, strict=True)
    )
    return Whole(ALL_AT_ONCE, scores) if len(wholes(scores)) > 1 else None

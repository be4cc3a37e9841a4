"""How precise a report is, how precise it was to be, and how many more replications that takes.

Comes in: a wish such as ``0.5pp``, and reports. Goes out: the half-widths of the figures it holds for, and the next
number of replications to look at. Left out: playing them (``careplan.study.precise``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from careplan.errors import UnitError
from careplan.metrics.scorecard import Score
from careplan.metrics.uncertainty import Estimate
from careplan.units import SECOND_MS, parse_duration

if TYPE_CHECKING:
    from careplan.metrics.report import Report

FIRST_LOOK = 40
"""Replications before the first look. A rule that may stop earlier stops too often by a lucky small scatter: measured
in docs/precision.md."""
MOST = 10_000
"""Replications after which a run gives up: our choice."""
_SLOWEST, _FASTEST = 1.1, 2.0
"""From one look to the next the replications grow by at least and at most so much: our choice."""

_POINTS = re.compile(r"^±?\s*(\d+(?:\.\d+)?)\s*(?:pp|points?|percentage points?|%-points?)$")
_EXPECTED = "a half-width such as 0.5pp (percentage points, for targets) or 2 min (for the mean first reply)"

Ended = Literal["reached", "most", "interrupted"]


@dataclass(frozen=True)
class Wanted:
    """The half-width that 95 % intervals are to have at most: of shares, or of the mean first reply in seconds."""

    half_width: float
    unit: Literal["share", "s"] = "share"

    @classmethod
    def of(cls, text: str | Wanted) -> Wanted:
        """Read ``0.5pp``, ``0.5 points`` or ``2 min``.

        Raises
        ------
        UnitError
            If it is neither, or not above zero.
        """
        if isinstance(text, Wanted):
            return text
        points = _POINTS.match(text.strip())
        if points:
            found = cls(float(points[1]) / 100)
        elif text.strip().endswith("%"):
            raise UnitError(text, _EXPECTED, f'Did you mean "{text.strip().rstrip("% ")}pp"?')
        else:
            try:
                found = cls(parse_duration(text.strip().lstrip("±").strip()) / SECOND_MS, "s")
            except UnitError:
                raise UnitError(text, _EXPECTED) from None
        if not 0 < found.half_width < (0.5 if found.unit == "share" else math.inf):
            raise UnitError(text, _EXPECTED + ", above zero and below 50pp")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"half_width": self.half_width, "unit": self.unit}


@dataclass(frozen=True)
class Sharp:
    """One figure that a wish holds for."""

    name: str
    estimate: Estimate
    plain: Estimate
    """Without control variates; the same where there are none."""
    controls: tuple[str, ...] = ()
    worth: float = 1.0
    """How many times the replications the controls are worth: the squared ratio of the widths."""

    @property
    def half_width(self) -> float:
        """Half the interval, 0 where nothing differs; infinite where there is none yet."""
        return half_width(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            **self.estimate.to_dict(),
            "half_width": _finite(self.half_width),
            "plain": self.plain.to_dict(),
            "controls": list(self.controls),
            "worth": _finite(self.worth),
        }


@dataclass(frozen=True)
class Precision:
    """What was wanted, what was reached, and how it came to an end."""

    wanted: Wanted
    looks: tuple[int, ...]
    """Replications at every look."""
    most: int
    about: int
    """Replications that it takes, as far as known."""
    ended: Ended
    figures: tuple[Sharp, ...]

    @property
    def widest(self) -> Sharp | None:
        """The figure with the widest interval; None if there is none to measure."""
        return max(self.figures, key=lambda one: one.half_width, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, with stable keys."""
        widest = self.widest
        return {
            "wanted": self.wanted.to_dict(),
            "reached": self.ended == "reached",
            "ended": self.ended,
            "half_width": None if widest is None else _finite(widest.half_width),
            "widest": None if widest is None else widest.name,
            "replications": self.figures[0].estimate.n if self.figures else self.looks[-1] if self.looks else 0,
            "about": self.about,
            "most": self.most,
            "looks": list(self.looks),
            "figures": [one.to_dict() for one in self.figures],
        }


def half_width(e: Estimate) -> float:
    """Return the wider side of an interval; infinite where there is none."""
    if e.low is None or e.high is None:
        return math.inf
    return max(e.high - e.value, e.value - e.low)


def figures_of(report: Report, wanted: Wanted) -> tuple[Sharp, ...]:
    """Return the figures a wish holds for: every target's share (the response rate if there is none), or the mean
    first reply and targets on means. Cover is no question of luck, and what had no case has no figure.
    """
    found = targets_of(report.scorecard, wanted)
    if wanted.unit == "s":
        found = (_plain("mean first reply", report.estimate("mean_first_response")), *found)
    elif not found:
        found = (_plain("response rate", report.estimate("response_rate")),)
    return tuple(one for one in found if math.isfinite(one.estimate.value))


def targets_of(scores: Sequence[Score], wanted: Wanted) -> tuple[Sharp, ...]:
    """Return the targets' figures that a wish holds for, in its unit; cover and what had no case left out."""
    found = [_sharp(one) for one in scores if one.goal.kind != "cover" and one.goal.unit == wanted.unit]
    return tuple(one for one in found if math.isfinite(one.estimate.value))


def replications_needed(figures: Sequence[Sharp], wanted: Wanted, n: int) -> int:
    """Return about how many replications it takes: the half-width shrinks as one over their square root."""
    widest = max((one.half_width for one in figures), default=0.0)
    return max(n, math.ceil(n * (widest / wanted.half_width) ** 2)) if math.isfinite(widest) else 2 * n


def next_look(n: int, about: int, most: int) -> int:
    """Return at how many replications to look next."""
    return min(most, max(math.ceil(_SLOWEST * n), min(about, math.floor(_FASTEST * n))))


def _sharp(one: Score) -> Sharp:
    scale = one.goal.scale
    names = () if one.controls is None else one.controls.names
    return Sharp(one.goal.name, one.overall.times(scale), one.plain.times(scale), names, one.controls_worth)


def _plain(name: str, estimate: Estimate) -> Sharp:
    return Sharp(name, estimate, estimate)


def _finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None

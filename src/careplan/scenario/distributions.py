"""How a random duration is written: ``{lognormal: {mean: 6 min, cv: 1}}``, ``30 s``, quantile points, a file.

Comes in: the value of a key such as ``handle_time``. Goes out: one frozen block per family, durations in
milliseconds. Left out: drawing from them and their moments (``careplan.workload.distributions``).
"""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from careplan.errors import UnitError
from careplan.scenario.csvfile import CsvTable, cell_number
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Block,
    Milliseconds,
    PositiveMilliseconds,
    PositiveRatio,
    PositiveShare,
    PositiveVariation,
)
from careplan.scenario.merge import FAMILIES
from careplan.scenario.suggest import did_you_mean
from careplan.units import MAX_DURATION_MS, SECOND_MS, parse_duration, parse_share

_WANTED = "a duration such as 30 s, or a distribution such as {lognormal: {mean: 6 min, cv: 1}}"


class Never(Block):
    """The duration never ends (patience without end)."""

    kind: Literal["never"] = "never"


class Constant(Block):
    """Always the same duration. A plain duration means this."""

    kind: Literal["constant"] = "constant"
    value: Milliseconds
    """The duration."""


class Exponential(Block):
    """Exponential: the time to an event that is as likely in every minute."""

    kind: Literal["exponential"] = "exponential"
    mean: PositiveMilliseconds
    """The mean."""


class Lognormal(Block):
    """Lognormal, by mean and coefficient of variation, or by median and 90th percentile."""

    kind: Literal["lognormal"] = "lognormal"
    mean: PositiveMilliseconds | None = None
    """The mean; needs cv."""
    cv: PositiveVariation | None = None
    """Standard deviation divided by mean."""
    median: PositiveMilliseconds | None = None
    """The median; needs p90."""
    p90: PositiveMilliseconds | None = None
    """The 90th percentile, above the median."""

    @model_validator(mode="after")
    def _has_one_pair(self) -> Lognormal:
        by_mean, by_median = (self.mean, self.cv), (self.median, self.p90)
        given = [value is not None for value in (*by_mean, *by_median)]
        if given not in ([True, True, False, False], [False, False, True, True]):
            keys = [key for key, is_given in zip(("mean", "cv", "median", "p90"), given, strict=True) if is_given]
            raise UnitError(" and ".join(keys) or None, "either mean and cv, or median and p90")
        if self.median is not None and self.p90 is not None and self.p90 <= self.median:
            raise UnitError("not above the median", "a 90th percentile above the median", at=("p90",))
        return self


class Gamma(Block):
    """Gamma, by mean and coefficient of variation."""

    kind: Literal["gamma"] = "gamma"
    mean: PositiveMilliseconds
    """The mean."""
    cv: PositiveVariation
    """Standard deviation divided by mean."""


class Weibull(Block):
    """Weibull, by shape and either mean or scale."""

    kind: Literal["weibull"] = "weibull"
    shape: PositiveRatio
    """Below 1: the longer it has lasted, the longer it will; above 1: the other way."""
    mean: PositiveMilliseconds | None = None
    """The mean; or give the scale."""
    scale: PositiveMilliseconds | None = None
    """The duration that 63.2 % do not exceed."""

    @model_validator(mode="after")
    def _has_mean_or_scale(self) -> Weibull:
        if (self.mean is None) == (self.scale is None):
            raise UnitError("mean and scale" if self.mean else None, "shape with either mean or scale")
        return self


class Empirical(Block):
    """Values from a CSV file with a column ``seconds`` (or ``value``, also seconds), each as likely as the next."""

    kind: Literal["empirical"] = "empirical"
    values: tuple[int, ...]
    """The durations in milliseconds, in the order of the file."""


class Part(Block):
    """One part of a mixture."""

    share: PositiveShare
    """How often this part is drawn; all shares sum to 100 %."""
    of: Distribution
    """The distribution of this part."""


class Mixture(Block):
    """One of several distributions, drawn by share."""

    kind: Literal["mixture"] = "mixture"
    parts: tuple[Part, ...]
    """The parts."""

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Mixture:
        total = sum(part.share for part in self.parts)
        if abs(total - 1) > 0.001:
            raise UnitError(f"shares of {total * 100:.6g} % in sum", "shares that sum to 100 %")
        return self


class Quantiles(Block):
    """Points of the distribution function: by each duration, this share has ended.

    Between points the share is interpolated against the logarithm of the duration (our choice). A last point below
    100 % leaves the rest without end, which only patience allows.
    """

    kind: Literal["quantiles"] = "quantiles"
    points: tuple[tuple[int, float], ...]
    """(duration in milliseconds, share from 0 to 1), both increasing."""


def _tag(value: Any) -> str:
    return str(value.get("kind", "")) if isinstance(value, dict) else str(getattr(value, "kind", ""))


def _unwrapped(value: Any) -> Any:
    """Turn ``{lognormal: {...}}`` and its short forms into ``{"kind": "lognormal", ...}``."""
    if isinstance(value, Block):
        return value
    if value == "never":
        return {"kind": "never"}
    if isinstance(value, str):
        parse_duration(value)  # a clear fault here beats one about families
        return {"kind": "constant", "value": value}
    if not isinstance(value, dict) or len(value) != 1:
        hint = "Give one family." if isinstance(value, dict) and len(value) > 1 else ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            parse_duration(value)
        raise UnitError(value, _WANTED, hint)
    (family, inside), *_ = value.items()
    if family not in FAMILIES:
        raise UnitError(family, f"one of: {', '.join(FAMILIES)}", did_you_mean(str(family), FAMILIES))
    if family == "constant":
        return {"kind": family, "value": inside}
    if family == "empirical":
        return {"kind": family, "values": _seconds(inside)}
    if family == "mixture":
        if not isinstance(inside, list) or not inside:
            raise UnitError(
                inside, "a list such as [{share: 80 %, of: 3 min}, {share: 20 %, of: 15 min}]", at=(family,)
            )
        return {"kind": family, "parts": inside}
    if family == "quantiles":
        return {"kind": family, "points": _points(inside)}
    if not isinstance(inside, dict):
        raise UnitError(inside, f"a mapping such as {_EXAMPLES[str(family)]}", at=(family,))
    return {**inside, "kind": family}


_EXAMPLES = {
    "exponential": "{mean: 6 min}",
    "lognormal": "{mean: 6 min, cv: 1} or {median: 4 min, p90: 12 min}",
    "gamma": "{mean: 6 min, cv: 0.5}",
    "weibull": "{mean: 6 min, shape: 0.8}",
}


def _seconds(inside: Any) -> tuple[int, ...]:
    if not isinstance(inside, CsvTable):
        raise UnitError(
            inside,
            "the name of a CSV file with a column seconds, such as handle-times.csv",
            at=("empirical",),
        )
    column = "seconds" if "seconds" in inside.header or "value" not in inside.header else "value"
    most = MAX_DURATION_MS / SECOND_MS
    return inside.read([column], lambda row: round(cell_number(row, column, most=most) * SECOND_MS))


def _points(inside: Any) -> tuple[tuple[int, float], ...]:
    """Check and order quantile points."""
    if not isinstance(inside, dict) or not inside:
        raise UnitError(inside, "points such as {30 min: 32 %, 24 h: 67 %}", at=("quantiles",))
    points, errors = [], []
    for key, value in inside.items():
        try:
            points.append((parse_duration(str(key)), parse_share(value), str(key)))
        except UnitError as error:
            errors.append(placed(error, "quantiles", str(key)))
    if errors:
        raise Faults(errors)
    for (left, low, _), (right, high, key) in itertools.pairwise(points):
        if right <= left or high < low:
            errors.append(UnitError(inside[key], "points that increase in time and share", at=("quantiles", key)))
    if errors:
        raise Faults(errors)
    if points[-1][1] == 0:
        raise UnitError("0 %", "a last share above 0 %", at=("quantiles", points[-1][2]))
    return tuple((ms, share) for ms, share, _ in points)


def _ends(value: Any) -> Any:
    """Refuse what never ends, at any depth."""
    if isinstance(value, Never):
        raise UnitError("never", "a duration that ends (only patience may be never)")
    if isinstance(value, Quantiles) and value.points[-1][1] < 1 - 1e-9:
        raise UnitError(f"at most {value.points[-1][1] * 100:.6g} %", "quantile points that reach 100 %")
    if isinstance(value, Mixture):
        for part in value.parts:
            _ends(part.of)
    return value


_Family: TypeAlias = Annotated[
    Never | Constant | Exponential | Lognormal | Gamma | Weibull | Empirical | Mixture | Quantiles,
    Field(discriminator="kind"),
]
Distribution: TypeAlias = Annotated[_Family, BeforeValidator(_unwrapped)]
"""Any family, ``never`` included."""

Part.model_rebuild()
Mixture.model_rebuild()
FiniteDistribution: TypeAlias = Annotated[Distribution, AfterValidator(_ends)]
"""A distribution of durations that end."""

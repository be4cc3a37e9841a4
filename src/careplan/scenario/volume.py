"""How many cases arrive and when: the queue's ``volume``.

Comes in: a total with a weekly profile, or a counted series. Goes out: a frozen block; weights by cell of the week.
Left out: rates by instant and drawing (``careplan.workload.volume``).
"""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.csvfile import CsvTable, cell_number
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Amount,
    Block,
    Growth,
    Height,
    LocalDate,
    LocalMoment,
    Name,
    PerHour,
    PositiveMilliseconds,
    Ratio,
    Share,
    Variation,
)
from careplan.units import DAYS, parse_days, parse_moment, parse_number, parse_rate

WEEK_MINUTES = 7 * 24 * 60


class Busyness(Block):
    """A random factor for each day, gamma distributed with mean 1."""

    cv: Variation
    """Its coefficient of variation, such as 12 %."""
    shared: Name | None = None
    """Queues that name the same word share the day's factor."""


class Spike(Block):
    """A burst: from ``at`` on, the rate is multiplied by 1 + height · 2^(-t / half_life)."""

    at: LocalMoment | None = None
    """Local date and time of the burst; or give ``every``."""
    every: PerHour | None = None
    """Bursts come at random with this rate (per hour inside; written such as 0.2 per week)."""
    height: Height
    """How much comes on top at the peak: 300 % makes four times the rate."""
    half_life: PositiveMilliseconds
    """After how long half of the extra is gone."""
    chance: Share = 1.0
    """How likely the burst happens at all."""

    @model_validator(mode="after")
    def _has_one_time(self) -> Spike:
        if (self.at is None) == (self.every is None):
            raise UnitError("at and every" if self.at else None, "either at or every")
        return self


class Counts(Block):
    """A series of counted arrivals, replayed as means."""

    file: str
    """The CSV file."""
    starts: tuple[datetime, ...]
    """Local start of each step, increasing."""
    cases: tuple[float, ...]
    """Arrivals in each step."""
    step_minutes: int
    """Length of a step: 5 to 60 minutes, or 1440 for days."""


def _counts(value: Any) -> Any:
    if isinstance(value, Counts):
        return value
    if not isinstance(value, CsvTable):
        raise UnitError(value, "the name of a CSV file with columns start,cases, such as counts.csv")
    rows = value.read(["start", "cases"], _count_row)
    starts = [start for start, _ in rows]
    gaps = {int((right - left).total_seconds()) // 60 for left, right in itertools.pairwise(starts)}
    step = min(gaps, default=1440)
    if step not in (5, 10, 15, 20, 30, 60, 1440):
        if step <= 0:
            raise UnitError(value.file, "starts that increase, each once")
        raise UnitError(value.file, "steps of 5, 10, 15, 20, 30 or 60 min, or days")
    if any(gap % step for gap in gaps) or any((s.hour * 60 + s.minute) % step or s.second for s in starts):
        raise UnitError(value.file, f"starts at whole steps of {step} min")
    return Counts(file=value.file, starts=tuple(starts), cases=tuple(cases for _, cases in rows), step_minutes=step)


def _count_row(row: dict[str, str]) -> tuple[datetime, float]:
    text = row["start"] if len(row["start"]) > 10 else f"{row['start']} 00:00"
    try:
        start = parse_moment(text)
    except UnitError:
        raise UnitError(row["start"], "a local start, such as 2026-03-02 or 2026-03-02 09:30", at=("start",)) from None
    return start, cell_number(row, "cases")


def _by_day(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict):
        raise UnitError(value, "a weight for each weekday, such as {mon-fri: 1, sat: 0.6, sun: 0.4}")
    weights: dict[int, float] = {}
    errors = []
    for key, weight in value.items():
        try:
            for day in parse_days(key):
                if day in weights:
                    raise UnitError(key, f"each weekday once ({DAYS[day]} already stands above)")
                weights[day] = parse_number(weight)
        except UnitError as error:
            errors.append(placed(error, key))
    missing = [name for day, name in enumerate(DAYS) if day not in weights]
    if missing and not errors:
        raise UnitError(f"without {', '.join(missing)}", "a weight for each weekday (0 for none)")
    if errors:
        raise Faults(errors)
    return _some(tuple(weights[day] for day in range(7)), value)


def _cells(count: int, column: str) -> Any:
    """A validator for ``count`` weights, in a list or in a CSV file with the columns ``column``,weight."""

    def check(value: Any) -> Any:
        if isinstance(value, CsvTable):
            rows = value.read(
                [column, "weight"], lambda row: (int(cell_number(row, column)), cell_number(row, "weight"))
            )
            if [index for index, _ in rows] != list(range(count)):
                raise UnitError(value.file, f"rows with {column} from 0 to {count - 1}, each once, in order")
            return _some(tuple(weight for _, weight in rows), value)
        if isinstance(value, tuple):
            return value
        if not isinstance(value, list) or len(value) != count:
            found = f"a list of {len(value)}" if isinstance(value, list) else value
            raise UnitError(found, f"{count} weights, or the name of a CSV file with columns {column},weight")
        weights, errors = [], []
        for index, weight in enumerate(value):
            try:
                weights.append(parse_number(weight))
            except UnitError as error:
                errors.append(placed(error, index))
        if errors:
            raise Faults(errors)
        return _some(tuple(weights), value)

    return BeforeValidator(check)


def _by_interval(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, CsvTable):
        raise UnitError(value, "the name of a CSV file with columns minute_of_week,weight")
    rows = value.read(
        ["minute_of_week", "weight"],
        lambda row: (int(cell_number(row, "minute_of_week")), cell_number(row, "weight")),
    )
    step = WEEK_MINUTES // len(rows)
    if step not in (5, 10, 15, 20, 30, 60) or [minute for minute, _ in rows] != [k * step for k in range(len(rows))]:
        raise UnitError(value.file, "rows from minute 0 of Monday in equal steps of 5 to 60 min over the whole week")
    return _some(tuple(weight for _, weight in rows), value)


def _some(weights: tuple[float, ...], value: Any) -> tuple[float, ...]:
    if not sum(weights) > 0:
        raise UnitError("all zero", "at least one weight above zero")
    return weights


def _busyness(value: Any) -> Any:
    return value if isinstance(value, dict | Busyness) else {"cv": value}


def volume_short_form(value: Any) -> Any:
    """Let ``volume: 33.6 per hour`` stand for ``volume: {per_hour: 33.6}``."""
    if isinstance(value, str):
        return {"per_hour": parse_rate(value)}
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise UnitError(value, "a volume such as {per_week: 5000} or 33.6 per hour", "Per what?")
    return value


_WEIGHTS_SCHEMA = {"anyOf": [{"type": "array", "items": {"type": "number", "minimum": 0}}, {"type": "string"}]}
_WEIGHTS = WithJsonSchema(_WEIGHTS_SCHEMA, mode="validation")
_FILE = WithJsonSchema({"type": "string", "pattern": r"\.csv$"}, mode="validation")
Weights: TypeAlias = tuple[float, ...]


class Volume(Block):
    """How many cases arrive: a total with a weekly profile, or a counted series; then what changes it."""

    per_week: Amount | None = None
    """Cases in a plain week (no holidays, spikes or growth)."""
    per_day: Amount | None = None
    """Cases on a mean day of a plain week."""
    per_hour: Amount | None = None
    """Cases in a mean hour of a plain week; on live queues, in a mean open hour."""
    counts: Annotated[Counts, BeforeValidator(_counts), _FILE] | None = None
    """CSV file with columns start,cases: a real series, replayed as means (steps of 5 to 60 min, or days)."""
    by_day: (
        Annotated[
            Weights,
            BeforeValidator(_by_day),
            WithJsonSchema(
                {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
                mode="validation",
            ),
        ]
        | None
    ) = None
    """A relative weight for each weekday; goes with by_hour."""
    by_hour: Annotated[Weights, _cells(24, "hour"), _WEIGHTS] | None = None
    """24 relative weights, from midnight; or a CSV file with columns hour,weight."""
    by_hour_of_week: Annotated[Weights, _cells(168, "hour_of_week"), _WEIGHTS] | None = None
    """168 relative weights, from Monday midnight; or a CSV file with columns hour_of_week,weight."""
    by_interval: Annotated[Weights, BeforeValidator(_by_interval), _FILE] | None = None
    """CSV file with columns minute_of_week,weight in equal steps."""
    day_factor: dict[LocalDate, Ratio] = Field(default_factory=dict)
    """Known factors on dates, such as {2026-03-04: 1.3}."""
    busyness: Annotated[Busyness, BeforeValidator(_busyness)] = Busyness(cv=0)
    """Random day factor: its coefficient of variation, or {cv: 12 %, shared: brand}."""
    spikes: tuple[Spike, ...] = ()
    """Bursts."""
    growth: Growth | None = None
    """Growth from the first measured day, compounding day by day."""
    on_holidays: Ratio = 1.0
    """Factor on public holidays."""

    @property
    def amount(self) -> float:
        """The stated number of cases per ``unit``; 0 for a counted series."""
        return next((value for value in (self.per_week, self.per_day, self.per_hour) if value is not None), 0.0)

    @property
    def unit(self) -> Literal["week", "day", "hour", "counts"]:
        """What ``amount`` counts: a week, a mean day, a mean (live: open) hour, or nothing (a counted series)."""
        if self.per_week is not None:
            return "week"
        if self.per_day is not None:
            return "day"
        return "hour" if self.per_hour is not None else "counts"

    @property
    def weights(self) -> Weights:
        """Relative weights of equal cells of the week from Monday midnight: 168, or more for ``by_interval``."""
        if self.by_interval is not None:
            return self.by_interval
        if self.by_hour_of_week is not None:
            return self.by_hour_of_week
        days, hours = self.by_day or (1.0,) * 7, self.by_hour or (1.0,) * 24
        scale = sum(hours)
        return tuple(day * hour / scale for day in days for hour in hours)

    @model_validator(mode="after")
    def _goes_together(self) -> Volume:
        totals = [key for key in ("per_week", "per_day", "per_hour", "counts") if getattr(self, key) is not None]
        if len(totals) != 1:
            raise UnitError(" and ".join(totals) or None, "one of per_week, per_day, per_hour or counts")
        shapes = [key for key in ("by_hour", "by_hour_of_week", "by_interval") if getattr(self, key) is not None]
        if len(shapes) > 1:
            raise UnitError(" and ".join(shapes), "one of by_hour, by_hour_of_week or by_interval")
        if self.by_day is not None and shapes and shapes != ["by_hour"]:
            raise UnitError(f"by_day and {shapes[0]}", f"{shapes[0]} alone (it already weighs the days)")
        if self.counts is not None and (self.by_day is not None or (shapes and self.counts.step_minutes < 1440)):
            raise UnitError("counts with a profile", "counts alone (by_hour may shape a series of days)")
        return self

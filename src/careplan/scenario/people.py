"""Bots and groups of agents: who does the work, how fast, when, for how much.

Comes in: the sections ``bots`` and ``groups``. Goes out: frozen blocks. Left out: rosters (who is on duty when),
which are built from headcounts, shifts or a plan.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.calendar import Holidays
from careplan.scenario.csvfile import CsvTable, cell_number
from careplan.scenario.distributions import FiniteDistribution
from careplan.scenario.faults import Faults, placed
from careplan.scenario.fields import (
    Block,
    Capacity,
    ClockMinutes,
    ClockRange,
    Count,
    MoneyField,
    Name,
    PaceShare,
    PositiveCount,
    PositiveMilliseconds,
    Rank,
    Share,
    ShareBelowOne,
    Speed,
    Switch,
    Text,
    WageField,
    Weekdays,
    Zone,
    check_name,
)
from careplan.scenario.queues import FollowUp
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import MINUTE_MS, parse_moment, parse_share, parse_whole

WEEK_MINUTES = 7 * 24 * 60


class Fee(Block):
    """What a bot costs; what is given adds up."""

    per_session: MoneyField | None = None
    """For each case it takes."""
    per_resolution: MoneyField | None = None
    """For each case it contains."""
    per_month: MoneyField | None = None
    """For each month (30.4375 days), whatever it does."""


def _containment(value: Any) -> Any:
    """Read one share, or shares by queue or topic, as a mapping with ``default``."""
    if not isinstance(value, dict):
        return {"default": parse_share(value)}
    shares, errors = {}, []
    for key, share in value.items():
        try:
            shares[key] = share if isinstance(share, float) else parse_share(share)
        except UnitError as error:
            errors.append(placed(error, key))
    if errors:
        raise Faults(errors)
    return {"default": 0.0, **shares}


_SHARES_SCHEMA = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]},
    mode="validation",
)


class Bot(Block):
    """A bot that takes cases before the queue."""

    hours: Name = "always"
    """Name of the hours in which it is on."""
    time: FiniteDistribution
    """How long it talks before it contains the case or hands it off."""
    containment: Annotated[dict[str, float], BeforeValidator(_containment), _SHARES_SCHEMA]
    """Share of cases it ends: one share, or by queue or topic with ``default`` (0 % if not given)."""
    saves: Share = 0.0
    """Share of the agent's work on the first turn that is saved by what the bot collected."""
    come_back: FollowUp | None = None
    """What customers do whose contained question was not solved."""
    fee: Fee = Fee()
    """What it costs."""

    def containment_of(self, queue: str, topic: str | None = None) -> float:
        """The share contained of a queue: its own entry, else its topic's, else the default."""
        if queue in self.containment and queue != "default":
            return self.containment[queue]
        return self.containment.get(topic or "default", self.containment["default"])


class Skill(Block):
    """What a group can do for one queue."""

    rank: Rank = 1
    """Smaller is asked first."""
    speed: Speed = 1.0
    """How fast, against the handle times as written."""


def _skills(value: Any) -> Any:
    """Read a list of queue names, or name → rank, or name → {rank, speed}."""
    if isinstance(value, list):
        skills: dict[str, Any] = {}
        errors = []
        for index, name in enumerate(value):
            try:
                if check_name(name) in skills:
                    raise UnitError(name, "each queue once")
                skills[name] = {}
            except UnitError as error:
                errors.append(placed(error, index))
        if errors:
            raise Faults(errors)
        return skills
    if isinstance(value, dict):
        return {
            name: {"rank": skill} if not isinstance(skill, dict | Skill) and skill is not None else skill or {}
            for name, skill in value.items()
        }
    if isinstance(value, str):
        raise UnitError(value, "a list of queues", f"Did you mean [{value}]?")
    return value


class Break(Block):
    """A gap in a shift."""

    at: ClockMinutes
    """Clock time it begins; in a shift past midnight, the next day's clock."""
    length: PositiveMilliseconds = Field(alias="for")
    """How long."""
    paid: Switch = False
    """Whether it is paid."""


class Shift(Block):
    """Agents who come at the same hours."""

    name: Text | None = None
    """What the shift is called."""
    days: Weekdays = (0, 1, 2, 3, 4, 5, 6)
    """Weekdays on which it begins."""
    hours: ClockRange
    """From when to when; past midnight is fine."""
    agents: Count
    """How many agents work it. Different shifts are different agents."""
    breaks: tuple[Break, ...] = ()
    """Breaks; they do not move."""

    def break_ranges(self) -> tuple[tuple[int, int], ...]:
        """Breaks as (begin, end) in minutes since the midnight the shift begins after; ends are rounded up."""
        found = []
        for pause in self.breaks:
            at = pause.at if pause.at >= self.hours[0] else pause.at + 24 * 60
            found.append((at, at + -(-pause.length // MINUTE_MS)))
        return tuple(found)

    @model_validator(mode="after")
    def _breaks_fit(self) -> Shift:
        errors = []
        end_before = self.hours[0]
        for index, (begin, end) in enumerate(self.break_ranges()):
            if begin < self.hours[0] or end > self.hours[1]:
                errors.append(UnitError("outside the shift", "a break inside its shift", at=("breaks", index)))
            elif begin < end_before:
                errors.append(UnitError("overlapping", "breaks in order, without overlap", at=("breaks", index)))
            end_before = max(end_before, end)
        if errors:
            raise Faults(errors)
        return self


class Headcount(Block):
    """Agents needed over the week, as written: one number, by named hours, or by interval. Just one is set."""

    constant: int | None = None
    """The same number round the clock."""
    by_hours: tuple[tuple[str, int], ...] = ()
    """(name of hours, agents), by name; where hours overlap, agents add up."""
    by_minute_of_week: tuple[tuple[int, int], ...] = ()
    """(minute of the week from Monday midnight, agents from then on), increasing; repeats every week."""
    by_start: tuple[tuple[datetime, int], ...] = ()
    """(local start, agents from then on), increasing; before the first start, none."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody is ever on duty."""
        counts = [
            self.constant or 0,
            *(n for pairs in (self.by_hours, self.by_minute_of_week, self.by_start) for _, n in pairs),
        ]
        return not any(counts)


def _agents(value: Any) -> int:
    try:
        return parse_whole(value, most=1_000_000)
    except UnitError:
        raise UnitError(value, "a whole number of agents of at least 0") from None


def _headcount(value: Any) -> Any:
    if isinstance(value, Headcount):
        return value
    if not isinstance(value, dict):
        return Headcount(constant=_agents(value))
    if "by_interval" in value:
        if len(value) > 1:
            raise UnitError(value, "by_interval alone")
        return _headcount_table(value["by_interval"])
    pairs, errors = [], []
    for name, agents in value.items():
        try:
            pairs.append((check_name(name), _agents(agents)))
        except UnitError as error:
            errors.append(placed(error, name))
    if errors:
        raise Faults(errors)
    if not pairs:
        raise UnitError(value, "a number of agents, or numbers by named hours")
    return Headcount(by_hours=tuple(sorted(pairs)))


def _headcount_table(table: Any) -> Headcount:
    wanted = "the name of a CSV file with columns minute_of_week,agents or start,agents"
    if not isinstance(table, CsvTable):
        raise UnitError(table, wanted, at=("by_interval",))
    if "minute_of_week" in table.header:
        most = WEEK_MINUTES - 1
        weekly = table.read(
            ["minute_of_week", "agents"],
            lambda row: (_whole_cell(row, "minute_of_week", most), _whole_cell(row, "agents", 1_000_000)),
        )
        _increasing([minute for minute, _ in weekly], table)
        return Headcount(by_minute_of_week=weekly)
    dated = table.read(["start", "agents"], lambda row: (_start_cell(row), _whole_cell(row, "agents", 1_000_000)))
    _increasing([start for start, _ in dated], table)
    return Headcount(by_start=dated)


def _whole_cell(row: dict[str, str], column: str, most: int) -> int:
    number = cell_number(row, column, most=most)
    if number != int(number):
        raise UnitError(row[column], "a whole number", at=(column,))
    return int(number)


def _start_cell(row: dict[str, str]) -> datetime:
    try:
        return parse_moment(row["start"])
    except UnitError as error:
        raise placed(error, "start") from None


def _increasing(keys: list[Any], table: CsvTable) -> None:
    if any(right <= left for left, right in itertools.pairwise(keys)):
        raise UnitError(table.file, "rows in order of time, each time once", at=("by_interval",))


_HEADCOUNT_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "object", "additionalProperties": {"type": ["integer", "string"]}},
        ]
    },
    mode="validation",
)
HeadcountField: TypeAlias = Annotated[Headcount, BeforeValidator(_headcount), _HEADCOUNT_SCHEMA]


class Shrinkage(float):
    """A share of paid time; it may know which part is planned (leave, training) and which is not (illness)."""

    planned: float | None = None
    unplanned: float | None = None

    @classmethod
    def of(cls, planned: float, unplanned: float) -> Shrinkage:
        """Return the sum of both."""
        found = cls(round(planned + unplanned, 12))
        found.planned, found.unplanned = planned, unplanned
        return found


_MOST_SHRINKAGE = 0.999


def _shrinkage(value: Any) -> Any:
    """Read one share, or ``{planned: 20 %, unplanned: 10 %}``: both of paid time, so that they add up."""
    if isinstance(value, Shrinkage):
        return value
    if not isinstance(value, dict):
        return Shrinkage(parse_share(value, most=_MOST_SHRINKAGE))
    errors, parts = [], {"planned": 0.0, "unplanned": 0.0}
    for key, item in value.items():
        try:
            if key not in parts:
                raise UnitError(key, "planned and unplanned")
            parts[key] = item if isinstance(item, float) else parse_share(item, most=_MOST_SHRINKAGE)
        except UnitError as error:
            errors.append(placed(error, str(key)))
    if not errors and sum(parts.values()) > _MOST_SHRINKAGE:
        errors.append(UnitError(f"{sum(parts.values()) * 100:.4g} % in sum", "at most 99.9 % in sum"))
    if errors:
        raise Faults(errors)
    return Shrinkage.of(**parts)


def _shrinkage_parts(value: Shrinkage) -> float | dict[str, float]:
    if value.planned is None or value.unplanned is None:
        return float(value)
    return {"planned": value.planned, "unplanned": value.unplanned}


_SHRINKAGE_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "examples": ["30 %"]},
            {
                "type": "object",
                "properties": {"planned": {"type": "string"}, "unplanned": {"type": "string"}},
                "additionalProperties": False,
            },
        ]
    },
    mode="validation",
)
ShrinkageField: TypeAlias = Annotated[
    Shrinkage, BeforeValidator(_shrinkage), PlainSerializer(_shrinkage_parts), _SHRINKAGE_SCHEMA
]


def _pace(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Group(Block):
    """Agents with the same skills, pace and wage."""

    skills: Annotated[dict[Name, Skill], BeforeValidator(_skills)]
    """Queues they can work on: a list of names, or name → rank, or name → {rank, speed}."""
    capacity: Capacity = 1.0
    """Share of an agent's desk that is there for these queues: 100 % is a whole agent, at most 200 %."""
    pace: Annotated[tuple[PaceShare, ...], BeforeValidator(_pace)] = (1.0,)
    """How fast each turn advances with 1, 2, 3, … worked at once; past the end, the last."""
    wage: WageField | None = None
    """Money for a paid hour."""
    shrinkage: ShrinkageField = Shrinkage(0.0)
    """Paid time not available: scheduled = needed / (1 - shrinkage); one share, or planned and unplanned. Never enters
    an engine."""
    absence: ShareBelowOne = 0.0
    """Chance that an agent misses a day."""
    zone: Zone | None = None
    """IANA time zone of their clock: hours, headcount and shifts of the group are read in it; None: the calendar's."""
    holidays: Holidays | None = None
    """Public holidays where they work; None: the calendar's."""
    hours: Name = "always"
    """Name of the hours in which a plan may have them on duty; a headcount or shifts say so themselves."""
    most: PositiveCount | None = None
    """Agents a plan may have on duty at once; None: any number."""
    shift_rules: ShiftRules | None = None
    """Which shifts ``careplan shifts`` may give them."""
    headcount: HeadcountField | None = None
    """Agents on duty: one number, {hours: number}, or {by_interval: file.csv}."""
    shifts: tuple[Shift, ...] = ()
    """Shifts with breaks, instead of a headcount."""

    @property
    def is_staffed(self) -> bool:
        """Whether the file says who is on duty (a plan may fill it in)."""
        return (self.headcount is not None and not self.headcount.is_empty) or any(s.agents for s in self.shifts)

    @model_validator(mode="after")
    def _goes_together(self) -> Group:
        errors = []
        if self.headcount is not None and self.shifts:
            errors.append(UnitError("given beside headcount", "either headcount or shifts", at=("shifts",)))
        names = [shift.name for shift in self.shifts]
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                errors.append(UnitError(name, "each shift name once", at=("shifts", index, "name")))
        if not self.capacity > 0:
            errors.append(UnitError("0 %", "a share above 0 %", at=("capacity",)))
        if not self.pace:
            errors.append(UnitError("an empty list", "at least one share, such as [100 %, 90 %]", at=("pace",)))
        if not self.skills:
            errors.append(UnitError("empty", "at least one queue", at=("skills",)))
        if errors:
            raise Faults(errors)
        return self

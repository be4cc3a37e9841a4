"""The scenario: every section in one frozen, checked object.

Comes in: resolved data (``files.read_scenario``). Goes out: a :class:`Scenario`, with its digest and its clock.
Left out: reading files, and everything that happens.

Attributes are named as the keys in the file, so that a path in a message, in ``--set`` and in Python is the same;
their types say the unit: durations are whole milliseconds, shares run from 0 to 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema

from careplan.clock import Clock, Window, cut, public_holidays
from careplan.errors import UnitError
from careplan.scenario.calendar import Calendar, Holidays
from careplan.scenario.capacity import Capacity
from careplan.scenario.cover import Cover
from careplan.scenario.fields import Block, Milliseconds, Name, PositiveCount, Seed, Text, one_of
from careplan.scenario.levers import Lever
from careplan.scenario.money import NO_TERMS, Finances, Terms
from careplan.scenario.nodes import Node
from careplan.scenario.outcomes import Maybe, Outcomes
from careplan.scenario.people import Bot, Group
from careplan.scenario.persons import Person
from careplan.scenario.persons_csv import people_section
from careplan.scenario.queues import Channel, Queue
from careplan.scenario.roster_rules import Rosters
from careplan.scenario.targets import Target, longest_ms
from careplan.units import DAY_MS, HOUR_MS, Money


def _version(value: Any) -> Any:
    if value != 1 or isinstance(value, bool):
        raise UnitError(value, "careplan: 1 (the version of the file format)")
    return 1


class Run(Block):
    """How the scenario is run, unless the command line says otherwise."""

    seed: Seed = 1
    """The seed of all luck."""
    replications: PositiveCount = 20
    """How many times the world is played."""
    min_spell: Milliseconds = 2 * HOUR_MS
    """The shortest spell of duty a plan may use."""
    engine: Annotated[Literal["compiled", "reference"], one_of("compiled", "reference")] = "compiled"
    """The engine; both give the same trace."""
    solved_within: Milliseconds = DAY_MS
    """A contact was solved, and contained for good, if its customer does not come back within so long."""


class Scenario(Block):
    """A scenario, checked and immutable.

    Read one with :func:`careplan.read_scenario`; change one with :meth:`with_changes`, which gives a checked copy.
    """

    careplan: Annotated[Literal[1], BeforeValidator(_version), WithJsonSchema({"const": 1}, mode="validation")]
    """Version of the file format: 1."""
    name: Name
    """A short name, used in file names."""
    title: Text = ""
    """A short sentence."""
    calendar: Calendar
    """Zone, start, horizon, holidays, opening hours."""
    channels: dict[Name, Channel]
    """Where cases come in, with defaults for their queues."""
    queues: dict[Name, Queue]
    """Cases of one channel and topic that wait together."""
    bots: dict[Name, Bot] = Field(default_factory=dict)
    """Bots that take cases before the queue."""
    groups: dict[Name, Group]
    """Agents with the same skills, pace and wage."""
    targets: tuple[Target, ...] = ()
    """What is promised."""
    outcomes: Maybe[Outcomes] = None
    """What service is assumed to do to customers; off, if not given, or ``none`` in a variant."""
    money: Maybe[Finances] = None
    """What people cost beside their wages; nothing, if not given, or ``none`` in a variant."""
    capacity: Capacity | None = None
    """What a capacity plan over months is made of; defaults, if not given."""
    cover: Cover | None = None
    """Seats to hold round the clock, and hours whose price is asked."""
    run: Run = Run()
    """Run settings."""
    levers: dict[Name, Lever] = Field(default_factory=dict)
    """What one might do: changes with a name."""
    people: Annotated[dict[Name, Person], BeforeValidator(people_section)] = Field(default_factory=dict)
    """Named people who are given shifts: a mapping, or the name of a CSV file."""
    rosters: Rosters | None = None
    """What a roster of these people keeps to; defaults, if not given."""

    _source: Node | None = PrivateAttr(default=None)
    _path: Path | None = PrivateAttr(default=None)
    _pulled: tuple[str, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path | None:
        """The file it was read from."""
        return self._path

    @property
    def pulled(self) -> tuple[str, ...]:
        """The levers that were pulled, in order."""
        return self._pulled

    @property
    def source(self) -> Node | None:
        """What was written, with the place of each value: base and overrides merged, defaults not yet filled in."""
        return self._source

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the effective content, 64 hex digits.

        Covers every value after defaults, ``base:``, overrides and CSV tables are applied. Comments, the order of
        keys, ``name``, ``title`` and the sources of outcomes and money do not enter, nor do keys of later versions
        that have their default, nor ``levers`` that are not pulled.
        """
        return self._digest()

    @cached_property
    def world(self) -> str:
        """The digest of everything but ``run`` and ``capacity``: results of one world may be shown side by side,
        whatever their seed, replications and months ahead."""
        return self._digest("run", "capacity")

    @cached_property
    def desk(self) -> str:
        """The digest of ``world`` whichever weeks are measured: a roster has weeks of its own."""
        return self._digest("run", "capacity", "rosters", "calendar.start", "calendar.horizon")

    def _digest(self, *without: str) -> str:
        content = self.model_dump(mode="python", exclude={"name", "title", "levers"})
        for name in without:
            *above, last = name.split(".")
            block = content
            for key in above:
                block = block[key]
            block.pop(last, None)
        for path, default in _YOUNGER.items():
            _leave_out(content, path, default)
        text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def run_off(self) -> int:
        """How long the run goes on after the horizon, in ms: as stated, else the longest target + 1 day, or + the
        window in which customers come back (``run.solved_within``) where that is longer.
        """
        if self.calendar.run_off is not None:
            return self.calendar.run_off
        return max(map(longest_ms, self.targets), default=0) + max(DAY_MS, self.run.solved_within)

    @cached_property
    def clock(self) -> Clock:
        """The run's local calendar, holidays resolved."""
        calendar = self.calendar
        return Clock(
            zone=calendar.zone,
            start=calendar.start,
            horizon_days=calendar.horizon,
            warm_up_days=calendar.warm_up,
            run_off_ms=self.run_off,
            interval_ms=calendar.interval,
            holidays=self.holidays,
        )

    @cached_property
    def holidays(self) -> frozenset[date]:
        """Every date treated as a public holiday."""
        return self.holidays_of(self.calendar.holidays)

    def holidays_of(self, stated: Holidays) -> frozenset[date]:
        """Return the dates of the run, and some around it, that are holidays as stated."""
        dates = frozenset(stated.dates)
        if stated.country is None:
            return dates
        first = self.calendar.start.year
        years = range(first - 1, first + 2 + (self.calendar.horizon + self.calendar.warm_up) // 365)
        return dates | public_holidays(stated.country, stated.subdivision, years)

    @cached_property
    def _clocks(self) -> dict[str, Clock]:
        found = {}
        for name, group in self.groups.items():
            holidays = self.holidays if group.holidays is None else self.holidays_of(group.holidays)
            found[name] = self.clock.elsewhere(group.zone or self.calendar.zone, holidays)
        return found

    def clock_of(self, group: str) -> Clock:
        """Return the clock on a group's wall: the scenario's, unless the group has a zone or holidays of its own."""
        return self._clocks[group]

    def open_windows(self, hours: str, *, group: str | None = None) -> tuple[Window, ...]:
        """Windows of the run in which named hours are open, [begin, end) in ms from instant 0.

        By the clock on a group's wall, if one is named; then as far as the run goes.
        """
        if group is None:
            return self.clock.open_windows(self.calendar.hours[hours])
        windows = self.clock_of(group).open_windows(self.calendar.hours[hours])
        return cut(windows, 0, self.clock.midnights[-1])

    @cached_property
    def interrupting(self) -> frozenset[str]:
        """Queues whose cases interrupt: stated, or one-turn live, concurrency 1, sharing agents with messages."""
        return frozenset(
            name
            for name, queue in self.queues.items()
            if queue.interrupts == "yes" or (queue.interrupts == "auto" and self.would_interrupt(name))
        )

    @cached_property
    def interruptible(self) -> frozenset[str]:
        """Queues whose turns may be paused: stated, or message queues."""
        return frozenset(
            name
            for name, queue in self.queues.items()
            if (queue.interruptible == "yes" or (queue.interruptible == "auto" and not queue.is_live))
            and name not in self.interrupting
        )

    def would_interrupt(self, name: str) -> bool:
        """Whether a queue interrupts by default."""
        queue = self.queues[name]
        if not queue.is_live or not queue.is_one_turn or queue.concurrency > 1:
            return False
        return any(
            name in group.skills and any(not self.queues[other].is_live for other in group.skills)
            for group in self.groups.values()
        )

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a checked copy with values changed by dotted path.

        Parameters
        ----------
        changes
            Path to value, such as ``{"queues.chat.concurrency": 4, "bots.main.containment": "20 %"}``; values as
            they would stand in the file, so with units.

        Raises
        ------
        ScenarioError
            With every finding.
        """
        from careplan.scenario.files import changed

        return changed(self, changes)

    def with_lever(self, name: str) -> Scenario:
        """Return a checked copy with a lever pulled: one of ``levers``, or without such a section a standard one.

        Raises
        ------
        CareplanError
            If there is no lever of that name; a :class:`~careplan.errors.ScenarioError` with every finding if it does
            not fit.
        """
        from careplan.scenario.pulling import pulled

        return pulled(self, name)

    def to_dict(self) -> dict[str, Any]:
        """Return the effective content as plain JSON data, as the digest sees it."""
        found: dict[str, Any] = _canonical(self.model_dump(mode="python"))
        return found

    def __str__(self) -> str:
        days, queues, groups = self.calendar.horizon, len(self.queues), len(self.groups)
        count = f"{days} days from {self.calendar.start}, queues {queues}, groups {groups}"
        return f"{self.name}: {self.title} ({count})" if self.title else f"{self.name} ({count})"

    def __hash__(self) -> int:
        return hash(self.digest)

    def terms(self, group: str) -> Terms:
        """Return what a group costs beside its wage, what holds in general included."""
        return NO_TERMS if self.money is None else self.money.of(group)

    @property
    def currency(self) -> str | None:
        """The currency of wages and fees; None when no money is stated."""
        return next((money.currency for money in moneys(self).values()), None)


def moneys(scenario: Scenario) -> dict[tuple[str | int, ...], Money]:
    """Every amount of money in a scenario, by path."""
    found: dict[tuple[str | int, ...], Money] = {}
    for name, group in scenario.groups.items():
        if group.wage is not None:
            found["groups", name, "wage"] = group.wage
        if group.shift_rules is not None and group.shift_rules.uncovered is not None:
            found["groups", name, "shift_rules", "uncovered"] = group.shift_rules.uncovered
    for name, bot in scenario.bots.items():
        for key in ("per_session", "per_resolution", "per_month"):
            fee = getattr(bot.fee, key)
            if fee is not None:
                found["bots", name, "fee", key] = fee
    for name, lever in scenario.levers.items():
        if lever.cost is not None:
            found["levers", name, "cost"] = lever.cost[0]
    for at, target in enumerate(scenario.targets):
        price = getattr(target, "template_price", None)
        if price is not None:
            found["targets", at, "template_price"] = price
    for section in ("money", "outcomes", "capacity"):
        found |= _moneys_within(getattr(scenario, section), (section,))
    return found


def _moneys_within(block: Any, path: tuple[str | int, ...]) -> dict[tuple[str | int, ...], Money]:
    """Every amount of money in a block and below, by path."""
    if isinstance(block, Money):
        return {path: block}
    items: Iterable[tuple[str, Any]] = ()
    if isinstance(block, Block):
        items = ((field.alias or name, getattr(block, name)) for name, field in type(block).model_fields.items())
    elif isinstance(block, dict):
        items = block.items()
    return {at: money for key, item in items for at, money in _moneys_within(item, (*path, key)).items()}


_YOUNGER: dict[tuple[str, ...], Any] = {
    ("run", "solved_within"): DAY_MS,
    ("groups", "*", "zone"): None,
    ("groups", "*", "shift_rules"): None,
    ("groups", "*", "holidays"): None,
    ("groups", "*", "hours"): "always",
    ("groups", "*", "most"): None,
    ("people", "*", "fixed", "*", "gap"): None,
    ("people",): {},
    ("rosters",): None,
    ("outcomes",): None,
    ("money",): None,
    ("capacity",): None,
    ("cover",): None,
    ("outcomes", "late"): None,
    **{
        ("outcomes", *where, kind, "value"): None
        for where in ((), ("channels", "*"), ("queues", "*"))
        for kind in ("churn", "loyalty", "shaming", "sale")
    },
}
"""Keys that came after the first digests, with their defaults: at these they leave older digests as they are."""


def _leave_out(content: Any, path: tuple[str, ...], default: Any) -> None:
    """Take a key out of plain content where it has its default; ``*`` stands for every key, or item of a list."""
    first, *rest = path
    if not rest:
        if first in content and content[first] == default:
            del content[first]
        return
    parts = [content.get(first)] if first != "*" else content.values() if isinstance(content, dict) else content
    for part in parts:
        if part is not None:  # a part that is off
            _leave_out(part, tuple(rest), default)


def _canonical(value: Any) -> Any:
    """Plain JSON data in one form: exact money without idle zeros, dates in ISO form, keys as text."""
    if isinstance(value, dict):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _canonical(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat()

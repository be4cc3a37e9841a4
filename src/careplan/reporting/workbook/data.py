"""What a workbook is made of: plain numbers and words, as they stand under ``workbook`` in a result's document.

Comes in: nothing, or that part of a document. Goes out: a frozen :class:`Book`, and back. Left out: where the numbers
come from (``gather`` and its neighbours), and cells.

Shares run from 0 to 1, times of the day and dates are local ISO text, None stands where there is nothing to measure.
A part that a run did not make is empty: its sheet then says which command makes it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from careplan.reporting.documents import from_plain
from careplan.reporting.workbook.parts import (
    Beside,
    BillLine,
    DutyLine,
    Given,
    Input,
    Intervals,
    Number,
    Outlook,
    PeopleWeek,
    Seating,
    ShiftLine,
)

VERSION = 1
"""Of the layout of ``workbook``."""


@dataclass(frozen=True)
class Run:
    """Who made a result."""

    made_by: str
    """The command: ``staff``, ``shifts``, ``cost``, …"""
    scenario: str
    title: str
    digest: str
    world: str
    """``Scenario.world``: results of one may share a workbook."""
    version: str
    seed: int | None
    engine: str | None
    replications: int
    begin: str
    """Local date of the first measured day."""
    days: float
    """Of 24 hours, elapsed."""
    zone: str
    currency: str | None
    levers: list[str]
    is_partial: bool
    notes: list[str]
    """What was done and what is left, in sentences."""
    warnings: list[str]
    desk: str = ""
    """``Scenario.desk``: a roster of one may be joined whichever weeks it has; empty in elder documents."""
    days_by_calendar: Number = None
    """Days measured by the calendar of the zone: one on which the clocks change is a day; None in elder documents."""


@dataclass(frozen=True)
class Aim:
    """A target, and what came of it; ``unit`` is ``share`` or ``s``."""

    name: str
    asked: str
    over: str
    unit: str
    wanted: Number
    value: Number
    low: Number
    high: Number
    chance: Number
    chance_low: Number
    chance_high: Number
    finding: str


@dataclass(frozen=True)
class Answer:
    """The figures a result is known by; a week."""

    sentences: list[str]
    peak: int | None
    """Agents on duty at once, at most."""
    peak_when: str
    on_duty_hours: Number
    paid_hours: Number
    cost: Number
    """Of the result's own bill: wages and premiums, or of ``careplan cost`` everything that is spent."""
    cost_holds: str
    """What is in it."""
    holds: bool | None
    aims: list[Aim]


@dataclass(frozen=True)
class Compared:
    """A line of the scenarios."""

    name: str
    made_by: str
    answer: Answer
    currency: str | None
    digest: str
    seed: int | None
    replications: int


@dataclass(frozen=True)
class Book:
    """Everything a workbook shows of a result."""

    run: Run
    answer: Answer
    inputs: list[Input]
    given: list[Given]
    people: list[PeopleWeek]
    intervals: Intervals | None
    shifts: list[ShiftLine]
    roster: list[DutyLine]
    bill: list[BillLine]
    outlook: Outlook | None
    """Months ahead: of ``careplan capacity``."""
    seating: Seating | None
    """Seats around the clock: of ``careplan cover``."""
    bill_lacks: str
    """What a bill of this result leaves out, in a sentence; empty if nothing."""
    compared: list[Compared]
    """What else was tried: this result first."""
    beside: list[Beside] = field(default_factory=list)
    """Tables of values; none in elder documents."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Any, where: str) -> Book:
        """Return what :meth:`to_dict` wrote.

        Raises
        ------
        CareplanError
            If it is not what was written, naming the place.
        """
        return from_plain(cls, data, where, "workbook", VERSION)

"""The sheets Intervals (tidy: a line for each interval and group) and Coverage (heat maps of the same).

Comes in: agents and service by interval. Goes out: the sheets. Left out: which agents (Roster, Shifts).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from careplan.reporting.workbook.assumptions import Assumed
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import GroupLine, Intervals
from careplan.units import DAYS

MEANING = (
    "Required: agents on duty the plan asks for. Scheduled: people at work, breaks included. Net: those on duty. "
    "Gross: net ÷ (1 − shrinkage)."
)
_TITLES = [
    "Start", "End", "Weekday", "Group", "Required", "Scheduled", "Net", "Net − required", "Gross", "Cases",
    "Share in time", "Wanted", "Minutes", "Start (UTC)",
]  # fmt: skip


def write_intervals(sheet: Sheet, book: Book, assumed: Assumed) -> None:
    """Write a line for each interval and group."""
    table = book.intervals
    assert table is not None
    service = (
        f"Share in time: {table.service}, of the cases that first wrote in the interval. " if table.service else ""
    )
    row = sheet.opening(
        "Intervals",
        [
            f"Local time ({book.run.zone}). {MEANING} {service}Cases (that need a reply) are those of all queues the "
            "group has skills for: where groups share queues, each line has them all. Service is simulated: mean of "
            f"{book.run.replications} replications.",
        ],
        across=10,
    )
    sheet.head(row, _TITLES)
    sheet.freeze(row + 1, 4)
    first = row
    for i, start in enumerate(table.start):
        for line in table.groups:
            row += 1
            _interval(sheet, row, table, line, i, start, assumed)
    sheet.paper_sheet.autofilter(first, 0, row, len(_TITLES) - 1)


def _interval(sheet: Sheet, row: int, table: Intervals, line: GroupLine, i: int, start: str, assumed: Assumed) -> None:
    sheet.moment(row, 0, start)
    sheet.moment(row, 1, table.end[i])
    sheet.text(row, 2, weekday(start))
    sheet.text(row, 3, line.group)
    required = sheet.number(row, 4, None if line.required is None else line.required[i])
    sheet.number(row, 5, line.scheduled[i])
    net = sheet.number(row, 6, line.net[i])
    if line.required is not None:
        sheet.live(row, 7, net.here - required.here)
    sheet.live(row, 8, net.here / (1 - assumed.of("Shrinkage", line.group)))
    sheet.number(row, 9, line.cases[i])
    sheet.number(row, 10, line.in_time[i], "share")
    sheet.number(row, 11, table.wanted, "share")
    sheet.number(row, 12, table.minutes[i], "whole")
    sheet.moment(row, 13, table.utc[i])


def weekday(text: str) -> str:
    """Return the weekday of ISO text, such as ``Mon``."""
    return DAYS[datetime.fromisoformat(text).weekday()].title()


def write_coverage(sheet: Sheet, book: Book) -> None:
    """Write heat maps of weekday × time of the day: required, scheduled, net, and what is over or under."""
    table = book.intervals
    assert table is not None
    row = sheet.opening(
        "Coverage",
        [f"{MEANING} Mean of the weeks, by local time; a block for each group. Net − required: below 0 is missing."],
        across=24,
    )
    sheet.width(0, 9)
    for column in range(1, 40):
        sheet.width(column, 6)
    sheet.freeze(0, 1)
    times = sorted({start[11:16] for start in table.start})
    for line in table.groups:
        row = _block(sheet, row, line, table, times) + 2


def _block(sheet: Sheet, row: int, line: GroupLine, table: Intervals, times: Sequence[str]) -> int:
    """The maps of a group side by side; return the last row."""
    maps = {"Required": line.required, "Scheduled": line.scheduled, "Net": line.net}
    known = {what: values for what, values in maps.items() if values is not None}
    most = max((max(values) for values in known.values()), default=1.0) or 1.0
    cells: dict[str, dict[tuple[int, int], Cell]] = {}
    sheet.text(row, 0, line.group, "title")
    column = 1
    for what, values in known.items():
        cells[what] = _map(sheet, row, column, what, means_of(table.start, values), times)
        sheet.colours(row + 2, column, row + 1 + len(times), column + 6, {0: "#FFFFFF", most: "#5B9BD5"})
        column += 8
    if "Required" in known:
        sheet.break_before(1 + 2 * 8)  # two maps a page
        _days(sheet, row, column, "Net − required")
        for (k, day), net in cells["Net"].items():
            sheet.live(row + 2 + k, column + day, net.here - cells["Required"][k, day].here, "hours")
        scale: dict[float, str] = {-1: "#F8696B", 0: "#FFFFFF", 1: "#63BE7B"}
        sheet.colours(row + 2, column, row + 1 + len(times), column + 6, scale)
    for k, time in enumerate(times):
        sheet.text(row + 2 + k, 0, time, "head")
    return row + 1 + len(times)


def _map(
    sheet: Sheet, row: int, column: int, what: str, values: dict[tuple[int, str], float], times: Sequence[str]
) -> dict[tuple[int, int], Cell]:
    _days(sheet, row, column, what)
    return {
        (k, day): sheet.number(row + 2 + k, column + day, values[day, time], "hours")
        for k, time in enumerate(times)
        for day in range(7)
        if (day, time) in values
    }


def _days(sheet: Sheet, row: int, column: int, what: str) -> None:
    sheet.text(row, column, what, "title")
    sheet.head(row + 1, [day.title() for day in DAYS], column)


def means_of(starts: Sequence[str], values: Sequence[float]) -> dict[tuple[int, str], float]:
    """Return (weekday, time of the day) → mean of the values there."""
    sums: dict[tuple[int, str], list[float]] = {}
    for start, value in zip(starts, values, strict=True):
        sums.setdefault((datetime.fromisoformat(start).weekday(), start[11:16]), []).append(value)
    return {key: round(sum(found) / len(found), 9) for key, found in sums.items()}

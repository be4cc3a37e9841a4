"""The sheet Assumptions: every input that formulas use as a named cell, and below what only a new run can change.

Comes in: a book's inputs. Goes out: the sheet, and :class:`Assumed`, which gives formulas their names; when all sheets
are written, marks of what formulas do use (``mark_inputs``). Left out: where inputs come from (``inputs``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.formats import Style
from careplan.reporting.workbook.live import Live
from careplan.reporting.workbook.names import Names
from careplan.reporting.workbook.paper import Sheet

DAYS_OF_A_MONTH = 30.4375
"""As in bills: a twelfth of 365.25 days."""
SHRINKAGE = "Shrinkage"
NOT_USED = "Not used here."
_SOURCE = 36
"""Width of the sources, characters."""


@dataclass(frozen=True)
class Assumed:
    """What formulas may refer to by name."""

    cells: Mapping[tuple[str, str], Live]
    """(what, whose) → its name and value."""
    rows: Mapping[tuple[str, str], int]
    """The same → where it stands."""
    shares: frozenset[tuple[str, str]]
    """Which of them are shares: a premium in percent is of the wage."""
    weeks: Live
    """Measured, of 168 hours: what is told a week is scaled by them."""
    months: Live
    """Measured, for fees by the month."""
    calendar_weeks: Live
    """Of seven days by the calendar, whatever the clock did: what contracts are for, so that FTE go by them."""
    calendar_months: Live
    calendar_years: Live

    def of(self, what: str, whose: str) -> Live:
        """Return an input of a group, bot or channel."""
        return self.cells[what, whose]

    def paid(self, what: str, group: str) -> Live:
        """Return what a premium adds to an hour: its amount, or its share × the wage."""
        add = self.of(what, group)
        return add * self.of("Wage", group) if (what, group) in self.shares else add

    def hire(self, group: str) -> tuple[Live, Live, Live]:
        """Return what one hire costs: hiring, training, ramp (docs/money.md)."""
        hours_pay = self.of("Contract hours", group) * self.of("Wage", group)
        training = self.of("Training weeks", group) * hours_pay + self.of("Training cost", group)
        ramp = self.of("Ramp weeks", group) * (1 - self.of("Ramp from", group)) / 2 * hours_pay
        return self.of("Hiring", group), training, ramp


def write_assumptions(sheet: Sheet, book: Book) -> Assumed:
    """Write the sheet; return what its names stand for."""
    names = Names()
    row = sheet.opening(
        "Assumptions",
        [
            "Yellow cells with blue figures are inputs: change one, and every formula that uses its name follows. "
            "All other sheets refer to these cells by name. A cell that is not yellow changes nothing here.",
            "The staffing itself, and every figure of service, comes from simulation and does not follow: what is "
            "listed further down takes a new run (--set PATH=VALUE).",
        ],
    )
    sheet.head(row, ["Assumption", "Of", "Value", "Unit", "Name", "Source"])
    sheet.freeze(row + 1)
    row += 1
    cells: dict[tuple[str, str], Live] = {}
    rows: dict[tuple[str, str], int] = {}
    for one in book.inputs:
        name = names.give(one.what, one.whose)
        cell = sheet.number(row, 2, one.value, cast(Style, one.style))
        _around(sheet, row, one.label, one.whose, one.unit, name, one.source)
        sheet.paper.name_cell(name, cell)
        cells[one.what, one.whose], rows[one.what, one.whose] = Live(name, one.value), row
        row += 1
        if one.what == f"{SHRINKAGE} unplanned":
            both = cells[f"{SHRINKAGE} planned", one.whose] + cells[one.what, one.whose]
            name = names.give(SHRINKAGE, one.whose)
            cell = sheet.live(row, 2, both, "share")
            _around(sheet, row, "Shrinkage, in all", one.whose, one.unit, name, "planned + unplanned")
            sheet.paper.name_cell(name, cell)
            cells[SHRINKAGE, one.whose] = Live(name, both.value)
            row += 1
    shares = frozenset((one.what, one.whose) for one in book.inputs if one.style == "share")
    row, times = _time(sheet, row + 1, book, names)
    _given(sheet, row + 1, book)
    sheet.width(5, _SOURCE)
    return Assumed(cells, rows, shares, *times)


def mark_inputs(sheet: Sheet, book: Book, assumed: Assumed) -> None:
    """Mark as inputs what formulas use; of the others say that they change nothing. Last: formulas are written."""
    used = sheet.paper.names_used(but_on=sheet.name)
    for one in book.inputs:
        row, key = assumed.rows[one.what, one.whose], (one.what, one.whose)
        whole = assumed.cells.get((SHRINKAGE, one.whose)) if one.what.startswith(SHRINKAGE) else None
        if assumed.cells[key].text not in used and (whole is None or whole.text not in used):
            _source(sheet, row, f"{NOT_USED} {one.source}")
            continue
        sheet.number(row, 2, one.value, cast(Style, one.style), "input")
        if one.style == "share":
            most = 0.999 if one.what.startswith(SHRINKAGE) else 10
            _only(sheet, row, 0, most, "a share, such as 25%")
        else:
            _only(sheet, row, 1 if one.what == "Contract hours" else 0, 1e9, "a number that is not below 0")


def _around(sheet: Sheet, row: int, label: str, whose: str, unit: str, name: str, source: str) -> None:
    for column, words in ((0, label), (1, whose), (3, unit), (4, name)):
        sheet.text(row, column, words)
    _source(sheet, row, source)


def _source(sheet: Sheet, row: int, words: str) -> None:
    sheet.text(row, 5, words, "wrapped")


def _only(sheet: Sheet, row: int, lowest: float, highest: float, words: str) -> None:
    """Let a cell take only what formulas can bear."""
    sheet.paper_sheet.data_validation(
        row, 2, row, 2,
        {
            "validate": "decimal", "criteria": "between", "minimum": lowest, "maximum": highest,
            "error_title": "careplan", "error_message": f"Expected {words}.",
        },
    )  # fmt: skip


def _time(sheet: Sheet, row: int, book: Book, names: Names) -> tuple[int, tuple[Live, Live, Live, Live, Live]]:
    """The measured time, which is no input: it is what was simulated.

    Returns
    -------
    tuple
        The row after it; weeks and months elapsed, weeks, months and years by the calendar.
    """
    sheet.head(row, ["Measured time", "", "Value", "Unit", "Name", "Source"])
    told = book.run.days_by_calendar
    elapsed = Live(names.give("Days measured"), book.run.days)
    by_calendar = Live(names.give("Calendar days"), book.run.days if told is None else told)
    days = "days by the calendar; one on which the clocks change is a day"
    rows = [
        ("Days", elapsed.text, elapsed, "days of 24 hours, elapsed", "calendar.horizon"),
        ("Weeks", "Weeks measured", elapsed / 7, "weeks of 168 hours", "days ÷ 7"),
        ("Months", "Months measured", elapsed / DAYS_OF_A_MONTH, "months", "days ÷ 30.4375"),
        ("Calendar days", by_calendar.text, by_calendar, "days", days),
        ("Calendar weeks", "Calendar weeks", by_calendar / 7, "weeks", "calendar days ÷ 7"),
        ("Calendar months", "Calendar months", by_calendar / DAYS_OF_A_MONTH, "months", "calendar days ÷ 30.4375"),
        ("Calendar years", "Calendar years", by_calendar / (12 * DAYS_OF_A_MONTH), "years", "calendar days ÷ 365.25"),
    ]
    made: list[Live] = []
    for at, (label, called, formula, unit, source) in enumerate(rows, start=row + 1):
        if formula.text == called:
            name, cell = called, sheet.number(at, 2, formula.value, "number")
        else:
            name, cell = names.give(called), sheet.live(at, 2, formula, "fine")
        _around(sheet, at, label, "", unit, name, source)
        sheet.paper.name_cell(name, cell)
        made.append(Live(name, formula.value))
    _, weeks, months, _, *calendar = made
    return row + 1 + len(rows), (weeks, months, calendar[0], calendar[1], calendar[2])


def _given(sheet: Sheet, row: int, book: Book) -> None:
    if not book.given:
        return
    sheet.head(row, ["Simulated or planned with: takes a new run", "", "As written", "", "", "Place"])
    for one in book.given:
        row += 1
        sheet.text(row, 0, one.path, "loose")
        sheet.text(row, 2, one.value, "loose")
        _source(sheet, row, one.source)

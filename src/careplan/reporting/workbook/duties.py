"""The sheets Shifts (who begins which shift, when, how many) and Roster (which person, on which day).

Comes in: lines of a schedule or a roster. Goes out: the sheets. Left out: whom they cover (Intervals, Coverage).
"""

from __future__ import annotations

import re
from dataclasses import fields

from careplan.reporting.workbook.beside import write_beside
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.intervals import weekday
from careplan.reporting.workbook.live import total
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import DutyLine

_SHIFTS = [
    "Date", "Group", "Kind", "Hours", "Breaks", "People", "Paid hours on the shift, each", "Paid hours on shifts",
    "Cost each", "Cost",
]  # fmt: skip
_DUTIES = [field.name for field in fields(DutyLine)]
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def write_shifts(sheet: Sheet, book: Book) -> None:
    """Write a line for each shift and day with people, and their sums."""
    row = sheet.opening(
        "Shifts",
        [
            "How many people begin each shift on each day, by the clock of their group. Paid hours on shifts "
            "are without shrinkage; with it they are those of Costs and Summary. Costs are as the plan prices a shift "
            "in the measured time, shrinkage in them."
        ],
    )
    sheet.head(row, _SHIFTS)
    sheet.freeze(row + 1)
    first = row
    people, hours, costs = [], [], []
    for line in book.shifts:
        row += 1
        sheet.moment(row, 0, line.date, "date")
        for column, words in ((1, line.group), (2, line.kind), (3, line.hours), (4, line.breaks)):
            sheet.text(row, column, words)
        people.append(sheet.number(row, 5, line.people, "whole"))
        paid = sheet.number(row, 6, line.paid_hours)
        hours.append(sheet.live(row, 7, people[-1].here * paid.here))
        each = sheet.number(row, 8, line.cost, "money")
        if line.cost is not None:
            costs.append(sheet.live(row, 9, people[-1].here * each.here, "money"))
    sheet.paper_sheet.autofilter(first, 0, row, len(_SHIFTS) - 1)
    row += 1
    sheet.text(row, 0, "All", role="sum")
    sheet.sum(row, 5, people, "whole")
    sheet.sum(row, 7, hours)
    if len(costs) == len(people):
        sheet.sum(row, 9, costs, "money")


def write_roster(sheet: Sheet, grid: Sheet, book: Book) -> None:
    """Write a line for each person and day, so that ``careplan roster --from`` reads the sheet back; and a grid."""
    sheet.head(0, _DUTIES)
    sheet.freeze(1, 1)
    hours: dict[str, list[Cell]] = {}
    for row, line in enumerate(book.roster, start=1):
        for column, field in enumerate(_DUTIES):
            words = getattr(line, field)
            if field == "date":
                sheet.moment(row, column, words, "date")
            elif field in ("begin", "end") and _CLOCK.fullmatch(words):
                sheet.clock(row, column, words)
            elif field.endswith("_hours") and words:
                cell = sheet.number(row, column, float(words), "hours")
                if field == "paid_hours":
                    hours.setdefault(line.person, []).append(cell)
            else:
                sheet.text(row, column, words)
    sheet.paper_sheet.autofilter(0, 0, len(book.roster), len(_DUTIES) - 1)
    _grid(grid, book, hours)


def _grid(sheet: Sheet, book: Book, hours: dict[str, list[Cell]]) -> None:
    """Write a row for each person and a column for each day."""
    days = sorted({line.date for line in book.roster})
    row = sheet.opening(
        "Roster grid", ["Who works when, by the clock of the group. Edit the sheet Roster, not this one."]
    )
    sheet.head(
        row,
        ["Person", "Group", *(f"{weekday(day)} {day[5:]}" for day in days), "Shifts", "Paid hours on shifts and leave"],
    )
    sheet.freeze(row + 1, 2)
    sheet.width(3 + len(days), 16)
    of: dict[str, dict[str, DutyLine]] = {}
    for line in book.roster:
        of.setdefault(line.person, {})[line.date] = line
    for person, lines in of.items():
        row += 1
        sheet.text(row, 0, person)
        sheet.text(row, 1, next(iter(lines.values())).group)
        for column, day in enumerate(days, start=2):
            duty = lines.get(day)
            if duty is not None and duty.begin:
                sheet.text(row, column, f"{duty.begin}-{duty.end}")
            elif duty is not None and duty.kind != "off":
                sheet.text(row, column, duty.kind, "note")
        sheet.number(row, 2 + len(days), sum(bool(line.begin) for line in lines.values()), "whole")
        if person in hours:
            first, last = hours[person][0], hours[person][-1]
            span = f"'{first.sheet}'!{first.address}:{last.address}"
            worked = total(span, [cell.value for cell in hours[person]])
            sheet.live(row, 3 + len(days), worked, "hours")
    write_beside(sheet, row + 2, book.beside)

"""The sheets Shifts (who begins which shift, when, how many) and Roster (which person, on which day).

Comes in: lines of a schedule or a roster. Goes out: the sheets. Left out: whom they cover (Intervals, Coverage).
"""

from __future__ import annotations

from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.intervals import weekday
from careplan.reporting.workbook.live import total
from careplan.reporting.workbook.paper import Cell, Sheet

_SHIFTS = ["Date", "Group", "Kind", "Hours", "Breaks", "People", "Paid hours each", "Paid hours", "Cost each", "Cost"]
_DUTIES = ["Person", "Group", "Date", "Start", "End", "Breaks", "Paid hours", "What"]


def write_shifts(sheet: Sheet, book: Book) -> None:
    """Write a line for each shift and day with people, and their sums."""
    row = sheet.opening(
        "Shifts",
        [
            "How many people begin each shift on each day, by the clock of their group. Paid hours and costs are as "
            "the plan prices a shift in the measured time: shrinkage in the cost, not in the hours."
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


def write_roster(sheet: Sheet, book: Book) -> None:
    """Write a grid of people and days, then a line for each person and day."""
    days = sorted({line.date for line in book.roster})
    people = list(dict.fromkeys((line.person, line.group) for line in book.roster))
    row = sheet.opening(
        "Roster", ["Who works when, by the clock of their group; the same as a table with a line a duty further down."]
    )
    sheet.head(row, ["Person", "Group", *(f"{weekday(day)} {day[5:]}" for day in days), "Paid hours"])
    sheet.freeze(row + 1, 2)
    of = {(line.person, line.date): line for line in book.roster}
    grid = row + 1
    table = grid + len(people) + 2
    sheet.head(table, _DUTIES)
    hours: dict[str, list[Cell]] = {}
    order = {person: k for k, (person, _) in enumerate(people)}
    for k, line in enumerate(sorted(book.roster, key=lambda one: (order[one.person], one.date)), start=1):
        at = table + k
        for column, words in ((0, line.person), (1, line.group), (5, line.breaks), (7, line.what)):
            sheet.text(at, column, words)
        sheet.moment(at, 2, line.date, "date")
        sheet.moment(at, 3, line.start)
        sheet.moment(at, 4, line.end)
        hours.setdefault(line.person, []).append(sheet.number(at, 6, line.paid_hours, "hours"))
    for k, (person, group) in enumerate(people):
        sheet.text(grid + k, 0, person)
        sheet.text(grid + k, 1, group)
        for d, day in enumerate(days):
            duty = of.get((person, day))
            if duty is not None:
                sheet.text(grid + k, 2 + d, f"{duty.start[11:16]}-{duty.end[11:16]}")
        sheet.live(
            grid + k,
            2 + len(days),
            total(f"{hours[person][0].address}:{hours[person][-1].address}", [cell.value for cell in hours[person]]),
            "hours",
        )

"""The sheet Capacity plan: from people on duty to people employed, hired and paid, by week, all as formulas.

Comes in: hours by group and week, the names of the assumptions. Goes out: the sheet. Left out: months and years ahead
(``careplan capacity``).
"""

from __future__ import annotations

from careplan.reporting.workbook.assumptions import DAYS_OF_A_MONTH, Assumed
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.live import Live, added, rounded_up
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import PeopleWeek

_BEFORE = ["Week from", "Group", "Days", "Hours on duty", "Paid breaks, h"]
_AFTER = [
    "Net FTE", "Gross FTE", "Heads needed", "Heads you have", "Over / under, FTE", "Leavers", "Wages", "Premiums",
    "Workplaces, licences", "Replacing leavers", "Cost",
]  # fmt: skip
_MEANING = (
    "By week of the plan and group. Hours on duty are the plan's; everything to the right is a formula: net FTE = "
    "hours on duty ÷ contract hours; gross FTE = (on duty + paid breaks) ÷ (1 − shrinkage) ÷ contract hours; heads are "
    "whole people. Weeks are those of the calendar, also where the clocks change.",
    "Heads you have (yellow cells) are, of a roster, the contracts of its people ÷ contract hours; else as many as are "
    "needed. Put your own there to see who is missing.",
    "Amounts are not rounded by week; the bill (Costs) rounds each line once.",
)


def write_weeks(sheet: Sheet, row: int, book: Book, assumed: Assumed) -> None:
    """Write a line for each week of the plan and group, below what stands on the sheet already (row 0: nothing)."""
    names = list(dict.fromkeys(name for one in book.people for name in one.premiums))
    if row:
        sheet.text(row, 0, "Weeks of the plan", "title")
        row += 1
    else:
        row = sheet.opening("Capacity plan", _MEANING, across=10)
        sheet.freeze(row + 1, 2)
    sheet.head(row, [*_BEFORE, *(f"Hours of {name}" for name in names), *_AFTER])
    costs: list[list[Cell]] = []
    for one in book.people:
        row += 1
        costs.append(_week(sheet, row, one, names, assumed))
    sheet.red_below_nothing(
        row + 1 - len(book.people), len(_BEFORE) + len(names) + _AFTER.index("Over / under, FTE"), row
    )
    row += 1
    sheet.text(row, 0, "All", role="sum")
    for column in range(1, len(_BEFORE) + len(names) + len(_AFTER)):
        sheet.text(row, column, "", role="sum")
    sheet.sum(row, 3, [cells[0] for cells in costs], "hours")
    at = len(_BEFORE) + len(names) + _AFTER.index("Leavers")
    for k in range(1, len(costs[0])):
        sheet.sum(row, at + k - 1, [cells[k] for cells in costs], "fine" if k == 1 else "money")


def _week(sheet: Sheet, row: int, one: PeopleWeek, names: list[str], assumed: Assumed) -> list[Cell]:
    """One line; return hours, leavers and every amount, which are summed."""
    group = one.group
    sheet.moment(row, 0, one.begin, "date")
    sheet.text(row, 1, group)
    days = sheet.number(row, 2, one.days, "number")
    on_duty = sheet.number(row, 3, one.on_duty, "hours")
    breaks = sheet.number(row, 4, one.paid_breaks, "hours")
    worked = {name: sheet.number(row, 5 + k, one.premiums.get(name, 0.0), "hours") for k, name in enumerate(names)}
    at = 5 + len(names)
    contract, wage = assumed.of("Contract hours", group), assumed.of("Wage", group)
    full_time = contract * days.here / 7
    sheet.live(row, at, on_duty.here / full_time)
    gross = sheet.live(row, at + 1, (on_duty.here + breaks.here) / (1 - assumed.of("Shrinkage", group)) / full_time)
    heads = sheet.live(row, at + 2, rounded_up(gross.here), "whole")
    have = sheet.number(row, at + 3, heads.value if one.heads is None else one.heads, "number", "input")
    sheet.live(row, at + 4, have.here - gross.here)
    years = days.here / (12 * DAYS_OF_A_MONTH)
    leavers = sheet.live(row, at + 5, gross.here * assumed.of("Attrition", group) * years, "fine")
    wages = sheet.live(row, at + 6, gross.here * full_time * wage, "money")
    extra: list[Live] = [
        cell.here * assumed.paid(f"Premium {name}", group) for name, cell in worked.items() if name in one.premiums
    ]
    premiums = sheet.live(row, at + 7, added(extra), "money")
    a_month = assumed.of("Workplace", group) + assumed.of("Licences", group)
    places = sheet.live(row, at + 8, gross.here * (days.here / DAYS_OF_A_MONTH) * a_month, "money")
    hiring, training, ramp = assumed.hire(group)
    replacing = sheet.live(row, at + 9, leavers.here * (hiring + training + ramp), "money")
    cost = sheet.live(row, at + 10, wages.here + premiums.here + places.here + replacing.here, "money")
    return [on_duty, leavers, wages, premiums, places, replacing, cost]

"""The sheet Costs: what the people are paid for, and the lines of the bill as live sums.

Comes in: hours by group, lines of a bill, the names of the assumptions. Goes out: the sheet, and the cells that the
summary shows. Left out: the arithmetic of bills (costing), which these formulas repeat: docs/money.md has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careplan.reporting.workbook.assumptions import Assumed
from careplan.reporting.workbook.beside import write_beside
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.live import Live, added, rounded
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import BillLine

PARTS = {
    "pay": "Wages and premiums",
    "heads": "Heads: workplace, licences, replacing those who leave",
    "bots": "Bots",
    "telephony": "Telephony",
    "outcomes": "What service is worth (assumed)",
}
"""Parts of a bill as the sheet has them, in order; ``people`` are pay and heads."""
PAID = "Paid hours with shrinkage"
"""(On duty + paid breaks) ÷ (1 − shrinkage); without it they are those on shifts (``duties``)."""
_HEADS = ("workplace", "licence", "hiring", "training", "ramp")
_HOW = {
    "as billed": "simulated, or from more than one price: as billed, does not follow",
    "wages": "paid hours with shrinkage × wage",
    "premium": "hours × what it adds (a share: of the wage)",
    "overtime": "hours of overtime × wage",
    "leave": "hours of leave, as the contracts count them × wage",
    "workplace": "gross FTE × months × price",
    "licence": "gross FTE × months × price",
    "hiring": "leavers × price",
    "training": "leavers × (weeks × contract hours × wage + price)",
    "ramp": "leavers × weeks × (1 − speed) ÷ 2 × contract hours × wage",
    "fee": "count (or months) × fee",
    "minutes": "minutes × price",
}


@dataclass(frozen=True)
class Group:
    """Cells of a group's people."""

    paid: Cell
    net: Cell
    gross: Cell
    leavers: Cell


@dataclass(frozen=True)
class Costed:
    """Cells the summary refers to."""

    on_duty: Cell
    paid: Cell
    net: Cell
    gross: Cell
    parts: dict[str, Cell]
    """Subtotals, of the parts there are."""
    total: Cell
    """Everything but outcomes."""


def write_costs(sheet: Sheet, book: Book, assumed: Assumed) -> Costed:
    """Write the sheet."""
    currency = book.run.currency or "money"
    row = sheet.opening(
        "Costs",
        [
            f"Of the measured {book.run.days:.4g} days, in {currency}. Amounts are formulas on the assumptions, each "
            "rounded once, to the cent; beside them what the run was billed. The difference shows what you changed.",
            book.bill_lacks,
            "" if book.run.currency else "The scenario states no money. Put a wage into Assumptions to see a cost.",
        ],
    )
    row, groups, sums = _people(sheet, row, book, assumed)
    row += 2
    titles = ["Part", "Of", "Line", "Quantity", f"Amount {currency}", "As billed", "Difference"]
    sheet.head(row, [*titles, "95 % from", "95 % to", "How"])
    parts: dict[str, Cell] = {}
    for part, title in PARTS.items():
        lines = [line for line in book.bill if _part(line) == part]
        if lines:
            row, parts[part] = _lines(sheet, row + 1, title, lines, groups, assumed)
    row += 2
    spent = [cell.here for part, cell in parts.items() if part != "outcomes"]
    sheet.text(row, 0, "Cost in all", role="sum")
    for column in (1, 2, 3):
        sheet.text(row, column, "", role="sum")
    total = sheet.live(row, 4, added(spent), "money", "sum")
    if "outcomes" in parts:
        sheet.text(row + 1, 0, "Cost minus what service is worth")
        sheet.live(row + 1, 4, total.here - parts["outcomes"].here, "money")
    write_beside(sheet, row + 3, book.beside)
    sheet.width(9, 58)
    return Costed(*sums, parts, total)


def _part(line: BillLine) -> str:
    if line.part != "people":
        return line.part
    return "heads" if line.what in _HEADS else "pay"


def _people(
    sheet: Sheet, row: int, book: Book, assumed: Assumed
) -> tuple[int, dict[str, Group], tuple[Cell, Cell, Cell, Cell]]:
    """Hours and full-time equivalents by group, and their sums."""
    titles = ["Group", "Hours on duty", "Paid breaks, h", PAID, "Net FTE", "Gross FTE", "Leavers"]
    sheet.head(row, titles)
    first, found, duty = row + 1, {}, []
    for group in dict.fromkeys(one.group for one in book.people):
        row += 1
        sheet.text(row, 0, group)
        weeks = [one for one in book.people if one.group == group]
        on_duty = sheet.number(row, 1, sum(one.on_duty for one in weeks), "hours")
        breaks = sheet.number(row, 2, sum(one.paid_breaks for one in weeks), "hours")
        contract = assumed.of("Contract hours", group)
        paid_hours = (on_duty.here + breaks.here) / (1 - assumed.of("Shrinkage", group))
        paid = sheet.live(row, 3, paid_hours, "hours")
        net = sheet.live(row, 4, on_duty.here / assumed.calendar_weeks / contract)
        gross = sheet.live(row, 5, paid.here / assumed.calendar_weeks / contract)
        leavers = sheet.live(row, 6, gross.here * assumed.of("Attrition", group) * assumed.calendar_years, "fine")
        found[group] = Group(paid, net, gross, leavers)
        duty.append(on_duty)
    last = row + 1
    assert last > first
    sheet.text(last, 0, "All", role="sum")
    sheet.text(last, 2, "", role="sum")
    sheet.sum(last, 6, [group.leavers for group in found.values()], "fine")
    sums = (
        sheet.sum(last, 1, duty, "hours"),
        sheet.sum(last, 3, [group.paid for group in found.values()], "hours"),
        sheet.sum(last, 4, [group.net for group in found.values()]),
        sheet.sum(last, 5, [group.gross for group in found.values()]),
    )
    return last, found, sums


def _lines(
    sheet: Sheet, row: int, title: str, lines: Sequence[BillLine], groups: dict[str, Group], assumed: Assumed
) -> tuple[int, Cell]:
    """The lines of a part and their sum."""
    amounts, billed = [], []
    for line in lines:
        sheet.text(row, 0, line.part)
        sheet.text(row, 1, line.concerns)
        sheet.text(row, 2, line.what)
        told = sheet.number(row, 5, float(line.amount), "money")
        formula = amount(sheet, row, line, groups, assumed)
        made = sheet.number(row, 4, told.value, "money") if formula is None else sheet.live(row, 4, formula, "money")
        sheet.live(row, 6, rounded(made.here - told.here), "money")
        for column, bound in ((7, line.low), (8, line.high)):
            sheet.number(row, column, bound, "money")
        sheet.text(row, 9, _HOW[line.rule])
        amounts.append(made)
        billed.append(told)
        row += 1
    sheet.text(row, 0, title, role="sum")
    for column in (1, 2, 3):
        sheet.text(row, column, "", role="sum")
    found = sheet.sum(row, 4, amounts, "money")
    told = sheet.sum(row, 5, billed, "money")
    sheet.live(row, 6, rounded(found.here - told.here), "money", "sum")
    return row, found


def amount(sheet: Sheet, row: int, line: BillLine, groups: dict[str, Group], assumed: Assumed) -> Live | None:
    """Write the quantity of a line; return its amount as a formula, None where it does not follow from anything."""
    if line.rule == "as billed":
        return None
    whose = line.concerns
    if line.rule in ("fee", "minutes", "overtime", "leave", "premium"):
        price = assumed.paid(line.price, whose) if line.rule == "premium" else assumed.of(line.price, whose)
        if line.quantity is None:
            quantity = sheet.live(row, 3, assumed.months, "fine")
        else:
            quantity = sheet.number(row, 3, line.quantity)
        return rounded(quantity.here * price)
    people = groups[whose]
    if line.rule == "wages":
        quantity = sheet.live(row, 3, people.paid.here)
        return rounded(quantity.here * assumed.of("Wage", whose))
    if line.rule in ("workplace", "licence"):
        quantity = sheet.live(row, 3, people.gross.here * assumed.calendar_months, "fine")
        return rounded(quantity.here * assumed.of({"workplace": "Workplace", "licence": "Licences"}[line.rule], whose))
    quantity = sheet.live(row, 3, people.leavers.here, "fine")
    each = dict(zip(("hiring", "training", "ramp"), assumed.hire(whose), strict=True))[line.rule]
    return rounded(quantity.here * each)

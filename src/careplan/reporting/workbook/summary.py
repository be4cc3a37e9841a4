"""The sheet Summary: the question, the answer, how sure it is, what it costs, and what the other sheets are.

Comes in: a book, and the cells of its costs. Goes out: the sheet. Left out: everything that takes a second look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from careplan.reporting.words import count
from careplan.reporting.workbook.assumptions import Assumed
from careplan.reporting.workbook.costs import PARTS, Costed
from careplan.reporting.workbook.data import Aim, Book
from careplan.reporting.workbook.formats import Style
from careplan.reporting.workbook.live import smallest, total
from careplan.reporting.workbook.months import Ahead
from careplan.reporting.workbook.paper import Cell, Sheet

QUESTIONS = {
    "staff": "How many agents does it take, when, and at what cost, so that every target holds?",
    "shifts": "How many people begin each shift, so that every target holds at least cost?",
    "cost": "What does this staffing cost, line by line?",
    "roster": "Who works when, and is that enough?",
    "capacity": "How many people are needed, hired and paid over the months?",
    "cover": "How many people does it take to be there?",
    "cover --curve": "How many people does it take to be there, and what do the hours cost and buy?",
}


def write_summary(
    sheet: Sheet,
    book: Book,
    assumed: Assumed,
    costed: Costed | None,
    ahead: Ahead | None,
    sheets: Mapping[str, str],
) -> None:
    """Write the sheet; ``sheets`` are the others, with a sentence on what each holds."""
    who, told = book.run, book.answer
    row = sheet.opening(
        who.title or who.scenario,
        [
            QUESTIONS.get(who.made_by, ""),
            *(["Interrupted: what was found so far, not the end."] if who.is_partial else []),
            *told.sentences,
        ],
    )
    row = _targets(sheet, row, told.aims) if told.aims or costed is not None else row - 2
    if costed is not None:
        row = _money(sheet, row + 2, book, assumed, costed)
        row = _people(sheet, row + 2, book, assumed, costed)
    row = row if ahead is None else _ahead(sheet, row + 2, ahead)
    row += 2
    sheet.head(row, ["Sheet", "What it holds"])
    for name, words in sheets.items():
        row += 1
        sheet.link(row, 0, name)
        sheet.text(row, 1, words, "note")
    digest, seed = who.digest[:12], "" if who.seed is None else f", seed {who.seed}"
    played = count(who.replications, "replication") if who.replications else "nothing simulated"
    sheet.text(
        row + 2, 0,
        f"careplan {who.version}, {who.made_by}, scenario {who.scenario} {digest}{seed}, "
        f"{played}, {who.days:g} days from {who.begin}", "note",
    )  # fmt: skip
    sheet.width(0, 48)
    sheet.width(1, 22)


def _targets(sheet: Sheet, row: int, aims: list[Aim]) -> int:
    titles = ["Target", "Asked", "Each", "Wanted", "Came", "95 % from", "95 % to", "", "Chance", "95 % from", "95 % to"]
    sheet.head(row, titles)
    if not aims:
        sheet.text(row + 1, 0, "The scenario has none.", "note")
        return row + 1
    for aim in aims:
        row += 1
        style: Style = "share" if aim.unit == "share" else "hours"
        for column, words in ((0, aim.name), (1, aim.asked), (2, aim.over), (7, aim.finding)):
            sheet.text(row, column, words)
        for column, value in ((3, aim.wanted), (4, aim.value), (5, aim.low), (6, aim.high)):
            sheet.number(row, column, value, style)
        for column, value in ((8, aim.chance), (9, aim.chance_low), (10, aim.chance_high)):
            sheet.number(row, column, value, "share")
    if any(aim.unit == "s" for aim in aims):
        row += 1
        sheet.text(row, 0, "Means in seconds.", "note")
    return row


def _money(sheet: Sheet, row: int, book: Book, assumed: Assumed, costed: Costed) -> int:
    """Costs a week, from the sheet Costs; they follow the assumptions."""
    if book.run.currency is None:
        return row - 2
    sheet.head(row, [f"Cost a week, {book.run.currency}", "Amount", "Share"])
    parts = []
    at = row + 1 + sum(part != "outcomes" for part in costed.parts)
    total = costed.total.abroad / assumed.weeks
    whole = sheet.live(at, 1, total, "money", "sum")
    for part, cell in costed.parts.items():
        if part == "outcomes":
            continue
        row += 1
        sheet.text(row, 0, PARTS[part])
        parts.append(sheet.live(row, 1, cell.abroad / assumed.weeks, "money"))
        if whole.value:
            sheet.live(row, 2, parts[-1].here / whole.here, "share")
    row += 1
    sheet.text(row, 0, "In all", role="sum")
    sheet.text(row, 2, "", role="sum")
    if book.bill_lacks:
        row += 1
        sheet.text(row, 0, "Without what is simulated; see Costs.", "note")
    if book.answer.cost is not None:
        row += 1
        sheet.text(row, 0, "As the run says")
        sheet.number(row, 1, book.answer.cost, "money")
        sheet.text(row, 2, book.answer.cost_holds, "note")
    return row


def _people(sheet: Sheet, row: int, book: Book, assumed: Assumed, costed: Costed) -> int:
    sheet.head(row, ["People", "Figure", ""])
    rows = [
        ("Hours on duty a week", costed.on_duty.abroad / assumed.weeks, "hours"),
        ("Paid hours with shrinkage, a week", costed.paid.abroad / assumed.weeks, "hours"),
        ("Net FTE", costed.net.abroad, "number"),
        ("Gross FTE (paid, shrinkage included)", costed.gross.abroad, "number"),
    ]
    if book.answer.peak is not None:
        row += 1
        sheet.text(row, 0, "Agents at the peak")
        sheet.number(row, 1, book.answer.peak, "whole")
        sheet.text(row, 2, book.answer.peak_when, "note")
    for label, formula, style in rows:
        row += 1
        sheet.text(row, 0, label)
        sheet.live(row, 1, formula, "hours" if style == "hours" else "number")
    return row


def _ahead(sheet: Sheet, row: int, ahead: Ahead) -> int:
    """A line for each group: needed, there and hired over the months, and the cost, from the sheet Capacity plan."""
    months = sorted({month for month, _ in ahead.costs})
    first, last = months[0], months[-1]
    titles = [f"Net FTE {first}", f"Net FTE {last}", f"Gross FTE {first}", f"Gross FTE {last}"]
    titles += [f"Heads at start {first}", f"Heads at end {last}", "Hires", "Least over / under, FTE", "Cost"]
    sheet.head(row, ["Months ahead", *titles])
    for group, cells in ahead.groups.items():
        row += 1
        sheet.text(row, 0, group)
        shown = [cells["Net FTE"][0], cells["Net FTE"][-1], cells["Gross FTE"][0], cells["Gross FTE"][-1]]
        shown += [cells["Heads at start"][0], cells["Heads at end"][-1]]
        for column, cell in enumerate(shown, start=1):
            sheet.live(row, column, cell.abroad)
        for column, what, style in ((7, "Hires", "whole"), (9, "Cost", "money")):
            values = [cell.value for cell in cells[what]]
            sheet.live(row, column, total(_span(cells[what]), values), "whole" if style == "whole" else "money")
        over = cells["Over / under, FTE"]
        sheet.live(row, 8, smallest(_span(over), [cell.value for cell in over]))
    return row


def _span(cells: Sequence[Cell]) -> str:
    return f"'{cells[0].sheet}'!{cells[0].address}:{cells[-1].address}"

"""The sheets Scenarios (what else was tried, against this result) and Log (who made it, what words mean, what lacks).

Comes in: a book, and the results joined to it. Goes out: the sheets. Left out: why they differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from careplan.reporting.workbook.data import Aim, Book
from careplan.reporting.workbook.formats import Style
from careplan.reporting.workbook.paper import Cell, Sheet

_TITLES = [
    "Scenario", "Made by", "Every target met", "Agents at the peak", "Hours on duty a week",
    "Paid hours with shrinkage, a week", "Cost a week", "Currency", "Cost holds",
    "Paid hours with shrinkage, against the first", "Cost, against the first", "Cost, %",
]  # fmt: skip
_WORDS = 80
"""Width of the answer in words, characters."""
_LAST = ["Seed", "Replications", "Scenario digest", "In words"]
WORDS = (
    ("Required", "agents on duty the plan asks for, by group and interval"),
    ("Scheduled", "people at work, breaks included"),
    ("Net", "people on duty: at work and not on a break"),
    ("Gross", "net ÷ (1 − shrinkage): paid people"),
    ("Shrinkage", "share of paid time in which somebody is not there: planned (leave, training), unplanned (illness)"),
    (
        "Paid hours with shrinkage",
        "(hours on duty + paid breaks) ÷ (1 − shrinkage); so in sentences; of named people shrinkage is 0",
    ),
    ("Paid hours on shifts", "hours of the shifts without unpaid breaks; shrinkage is not in them"),
    ("A week", "168 hours; a week in which the clocks change has an hour less or more"),
    ("Net FTE, gross FTE", "hours on duty, or paid hours with shrinkage, ÷ weeks of the calendar ÷ contract hours"),
    ("Leavers", "gross FTE × attrition × years; each is replaced"),
    ("Share in time", "answered within the target's time ÷ all cases that need a reply, unanswered included"),
    ("95 % from, to", "bounds of a 95 % interval over replications; exact figures have none"),
    ("Chance", "share of single periods that meet the target, with its 95 % interval (Wilson)"),
    ("Yellow cells", "inputs: formulas follow them; figures of the simulation do not"),
)


def write_scenarios(sheet: Sheet, book: Book) -> None:
    """Write a line for each result, this one first."""
    row = sheet.opening(
        "Scenarios",
        [
            "This result, what the same run compared it with, and the results joined with --also. Costs hold what the "
            "column says, and are compared where they hold the same. Figures do not follow the assumptions: they "
            "are as simulated.",
        ],
        across=10,
    )
    aims = list(dict.fromkeys((aim.name, aim.unit) for one in book.compared for aim in one.answer.aims))
    titles = [
        f"{name}: {word}" for name, unit in aims for word in (_figure(unit), "95 % from", "95 % to", "chance")
    ]  # fmt: skip
    sheet.head(row, [*_TITLES, *titles, *_LAST])
    sheet.freeze(row + 1, 1)
    first_hours: Cell | None = None
    first_cost: Cell | None = None
    first = book.compared[0]
    for one in book.compared:
        row += 1
        told = one.answer
        sheet.text(row, 0, one.name)
        sheet.text(row, 1, one.made_by)
        sheet.text(row, 2, "" if told.holds is None else "yes" if told.holds else "no")
        sheet.number(row, 3, told.peak, "whole")
        sheet.number(row, 4, told.on_duty_hours, "hours")
        hours = sheet.number(row, 5, told.paid_hours, "hours")
        cost = sheet.number(row, 6, told.cost, "money")
        sheet.text(row, 7, one.currency or "")
        sheet.text(row, 8, told.cost_holds)
        if one is first:
            first_hours, first_cost = hours, cost
        elif first_hours is not None and None not in (told.paid_hours, first.answer.paid_hours):
            sheet.live(row, 9, hours.here - first_hours.here, "hours")
        if first_cost is not None and one is not first and None not in (told.cost, first.answer.cost):
            if (one.currency, told.cost_holds) == (first.currency, first.answer.cost_holds):
                sheet.live(row, 10, cost.here - first_cost.here, "money")
                if first_cost.value:
                    sheet.live(row, 11, cost.here / first_cost.here - 1, "share")
        _aims(sheet, row, len(_TITLES), aims, told.aims)
        at = len(_TITLES) + len(titles)
        sheet.number(row, at, one.seed, "whole")
        if one.replications:
            sheet.number(row, at + 1, one.replications, "whole")
        else:
            sheet.text(row, at + 1, "none")  # nothing was simulated
        sheet.text(row, at + 2, one.digest[:12])
        sheet.text(row, at + 3, " ".join(told.sentences), "wrapped")
        sheet.width(at + 3, _WORDS)


def _figure(unit: str) -> str:
    return "figure" if unit == "share" else "figure, s"


def _aims(sheet: Sheet, row: int, column: int, names: Sequence[tuple[str, str]], aims: Sequence[Aim]) -> None:
    of = {(aim.name, aim.unit): aim for aim in aims}
    for k, key in enumerate(names):
        aim = of.get(key)
        if aim is None:
            continue
        style: Style = "share" if aim.unit == "share" else "hours"
        for j, value in enumerate((aim.value, aim.low, aim.high)):
            sheet.number(row, column + 4 * k + j, value, style)
        sheet.number(row, column + 4 * k + 3, aim.chance, "share")


def write_log(
    sheet: Sheet, book: Book, *, command: str, joined: Sequence[str], lacks: Sequence[tuple[str, str]]
) -> None:
    """Write who made the workbook, what it lacks, warnings and notes, and what words mean.

    Parameters
    ----------
    sheet, book
        Where, and of what.
    command
        As it was given; empty from Python.
    joined
        A sentence for each result joined.
    lacks
        Sheets without content, and which command makes it.
    """
    who = book.run
    row = sheet.opening("Log", [])
    facts: list[tuple[str, str]] = [
        ("Made by", f"careplan {who.version}, {who.made_by}"),
        ("Command", command or "from Python"),
        ("Scenario", f"{who.scenario}{f': {who.title}' if who.title else ''}"),
        ("Scenario digest", who.digest),
        ("Levers pulled", ", ".join(who.levers) or "none"),
        ("Seed", "" if who.seed is None else str(who.seed)),
        ("Engine", who.engine or ""),
        ("Replications", _replications(who.replications)),
        ("Measured", f"{who.days:g} days from {who.begin}, {who.zone}"),
        ("Complete", "no: the run was interrupted" if who.is_partial else "yes"),
        ("File date", "the first measured day, so that equal results make equal files"),
    ]
    row = _pairs(sheet, row, "This workbook", facts)
    row = _pairs(sheet, row + 2, "Joined", [("", words) for words in joined])
    row = _pairs(sheet, row + 2, "Not in this workbook", list(lacks))
    row = _pairs(sheet, row + 2, "Warnings", [("", words) for words in who.warnings])
    row = _pairs(sheet, row + 2, "Notes", [("", words) for words in who.notes])
    _pairs(sheet, row + 2, "What words mean", list(WORDS))
    sheet.width(1, 100)


def _replications(n: int) -> str:
    return f"{n} (for a plan: fresh ones, which it was not searched with)" if n else "none: nothing was simulated"


def _pairs(sheet: Sheet, row: int, title: str, pairs: Sequence[tuple[str, str]]) -> int:
    if not pairs:
        return row - 2
    sheet.head(row, [title, ""])
    for key, words in pairs:
        row += 1
        sheet.text(row, 0, key)
        sheet.text(row, 1, words, "wrapped")
    return row

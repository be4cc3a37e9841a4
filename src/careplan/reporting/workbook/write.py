"""The door: a result, and others joined to it, as one ``.xlsx`` file.

Comes in: a book and what is joined. Goes out: a file, whole or not at all. Left out: what the sheets show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path

from careplan.errors import CareplanError
from careplan.reporting.workbook.assumptions import Assumed, mark_inputs, write_assumptions
from careplan.reporting.workbook.capacity import write_weeks
from careplan.reporting.workbook.costs import Costed, write_costs
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.duties import write_roster, write_shifts
from careplan.reporting.workbook.intervals import write_coverage, write_intervals
from careplan.reporting.workbook.months import Ahead, write_months
from careplan.reporting.workbook.outlook import write_years
from careplan.reporting.workbook.paper import Paper, Sheet
from careplan.reporting.workbook.scenarios import write_log, write_scenarios
from careplan.reporting.workbook.seating import write_seating
from careplan.reporting.workbook.summary import write_summary
from careplan.saving import write_atomically

CLASSES, GRID, COVER = "Classes", "Roster grid", "Cover"
SHEETS = {
    "Summary": "The question, the answer, how sure it is, what it costs.",
    "Assumptions": "Every input that the formulas use, as named cells; where each was written.",
    "Capacity plan": "From people on duty to people employed, hired and paid.",
    CLASSES: "Who joined when, who is in training, who is not yet as fast.",
    COVER: "Seats: the sum, the rotation, what the hours cost and buy.",
    "Intervals": "A line for each interval and group: agents, cases, service. For filters and pivot tables.",
    "Coverage": "Weekday by time of the day: required, scheduled, net.",
    "Shifts": "Who begins which shift, how many.",
    "Roster": "Which person works on which day.",
    GRID: "The same, a row for each person and a column for each day.",
    "Costs": "The bill, line by line, as formulas.",
    "Scenarios": "This result beside others.",
    "Log": "Who made it, what words mean, what is not in it.",
}
"""The sheets in order, and what each holds."""
MADE_BY = {
    "Intervals": "careplan staff SCENARIO",
    "Coverage": "careplan staff SCENARIO",
    "Shifts": "careplan shifts SCENARIO",
    "Roster": "careplan roster SCENARIO",
}
"""Which command makes what a sheet shows, where not every one does."""
OF_MONEY = {"Capacity plan": "careplan capacity SCENARIO", "Costs": "careplan cost SCENARIO"}
"""The same of the sheets that most commands make."""
NOT_MADE = "This run did not make it: {command} --xlsx FILE does, or join its result with --also."
ENDING = ".xlsx"


def check_path(path: Path) -> None:
    """Refuse a path that no workbook can be written to: before the work, not after it.

    Raises
    ------
    CareplanError
        If it does not end in ``.xlsx``, is a folder, or its folder does not exist.
    """
    found = []
    if path.suffix.lower() != ENDING:
        found.append(f"--xlsx is {path}; expected a name that ends in {ENDING}, such as plan{ENDING}")
    if path.is_dir():
        found.append(f"--xlsx is {path}, a folder; expected a file name such as plan{ENDING}")
    elif not path.absolute().parent.is_dir():
        found.append(f"--xlsx: {path.parent} is no folder; make it first")
    if found:
        raise CareplanError("command line", found)


def write_book(path: str | PathLike[str], book: Book, *, command: str = "", joined: Sequence[str] = ()) -> Path:
    """Write a workbook, replacing an elder one when it is complete.

    Parameters
    ----------
    path
        Where to.
    book
        What it shows.
    command
        As it was given, for the log.
    joined
        A sentence for each result that was joined, for the log.

    Raises
    ------
    CareplanError
        If it cannot be written.
    """
    return write_atomically(path, workbook_bytes(book, command=command, joined=joined))


def workbook_bytes(book: Book, *, command: str = "", joined: Sequence[str] = ()) -> bytes:
    """Return the file: equal content gives equal bytes."""
    who = book.run
    paper = Paper(
        title=who.title or who.scenario,
        subject=f"careplan {who.version}, {who.made_by}, scenario {who.digest[:12]}, seed {who.seed}",
        created=datetime.fromisoformat(who.begin),
    )
    sheets = {name: paper.sheet(name) for name in SHEETS if _has(name, book)}
    assumed = write_assumptions(sheets["Assumptions"], book)
    costed, ahead = _write_money(sheets, book, assumed)
    has: dict[str, Callable[[Sheet], None] | None] = {
        "Intervals": (lambda sheet: write_intervals(sheet, book, assumed)) if book.intervals else None,
        "Coverage": (lambda sheet: write_coverage(sheet, book)) if book.intervals else None,
        "Shifts": (lambda sheet: write_shifts(sheet, book)) if book.shifts else None,
        "Roster": (lambda sheet: write_roster(sheet, sheets[GRID], book)) if book.roster else None,
    }
    lacks = []
    for name, write in has.items():
        if write is None:
            words = NOT_MADE.format(command=MADE_BY[name])
            sheets[name].opening(name, [words])
            lacks.append((name, words))
        else:
            write(sheets[name])
    if costed is None and book.outlook is None:
        lacks += [(name, NOT_MADE.format(command=command)) for name, command in OF_MONEY.items()]
    if book.outlook is None and book.people:
        lacks.append(
            ("Capacity plan", "Weeks of this plan only; months ahead: careplan capacity SCENARIO --xlsx FILE.")
        )
    if book.bill_lacks:
        lacks.append(("Costs", book.bill_lacks))
    write_scenarios(sheets["Scenarios"], book)
    write_log(sheets["Log"], book, command=command, joined=joined, lacks=lacks)
    write_summary(
        sheets["Summary"],
        book,
        assumed,
        costed,
        ahead,
        {k: v for k, v in SHEETS.items() if k in sheets and k != "Summary"},
    )
    mark_inputs(sheets["Assumptions"], book, assumed)
    return paper.finish()


def _has(name: str, book: Book) -> bool:
    """Whether a workbook has a sheet: two are there for what they show only."""
    return bool({CLASSES: book.outlook, GRID: book.roster, COVER: book.seating}.get(name, True))


def _write_money(sheets: Mapping[str, Sheet], book: Book, assumed: Assumed) -> tuple[Costed | None, Ahead | None]:
    """Write capacity and costs: months ahead where they were planned, and the weeks of a plan where there is one."""
    capacity, costs, row = sheets["Capacity plan"], sheets["Costs"], 0
    ahead: Ahead | None = None
    if book.outlook is not None:
        row, ahead = write_months(capacity, sheets[CLASSES], book, assumed)
    if book.seating is not None:
        write_seating(sheets[COVER], book, assumed)
    if book.people:
        write_weeks(capacity, row, book, assumed)
        return write_costs(costs, book, assumed), ahead
    if ahead is not None:
        words = "Of the months ahead, from the capacity plan; a bill line by line: careplan cost SCENARIO --xlsx FILE."
        write_years(costs, costs.opening("Costs", [words]), ahead.costs, book.run.currency or "money")
    else:
        for name, command in OF_MONEY.items():
            sheets[name].opening(name, [NOT_MADE.format(command=command)])
    return None, ahead

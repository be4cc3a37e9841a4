"""Results of other commands, joined to a workbook.

Comes in: folders that careplan wrote, or JSON documents in them. Goes out: a book with the sheets that its own run did
not make, lines for the scenarios, and a sentence on each for the log. Left out: any new simulation.

Sheets are only taken from a result of the same scenario, whatever its seed and replications: its figures rest on the
same assumptions. A roster has weeks of its own: it is joined where all but the measured weeks is the same, and what its
weeks require is taken from a plan of the week they repeat. Of any other result there is a line among the scenarios.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from careplan.errors import CareplanError
from careplan.reporting.documents import read_document
from careplan.reporting.plots.data import Pictures
from careplan.reporting.words import count
from careplan.reporting.workbook.beside import COSTS, GRID
from careplan.reporting.workbook.data import Aim, Answer, Book, Compared
from careplan.reporting.workbook.parts import Input, Intervals

WRITTEN_BY = "careplan staff, shifts, cost --out, capacity, roster, levers --out, sweep --out or cover --out"


@dataclass(frozen=True)
class Result:
    """What one document holds for a workbook."""

    path: str
    book: Book | None
    """None of levers and sweeps, which are lines only."""
    lines: list[Compared]


def read_results(paths: Sequence[Path]) -> list[Result]:
    """Read every document of some folders, or documents themselves.

    Raises
    ------
    CareplanError
        All findings at once: a path is not there, or holds nothing for a workbook.
    """
    found: list[Result] = []
    wrong: list[str] = []
    for path in paths:
        try:
            found += _of_path(path)
        except CareplanError as error:
            wrong.append(str(error))
    if wrong:
        raise CareplanError("--also", wrong)
    return found


def _of_path(path: Path) -> list[Result]:
    if not path.exists():
        raise CareplanError(f"{path} does not exist; expected a folder written by {WRITTEN_BY}")
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    found = [_result(path.name or str(path), read_document(file, WRITTEN_BY), file) for file in files]
    known = [one for one in found if one is not None]
    if not known:
        raise CareplanError(f"{path} holds nothing for a workbook; expected a folder written by {WRITTEN_BY}")
    return known


def _result(name: str, document: Mapping[str, Any], file: Path) -> Result | None:
    if "workbook" in document:
        book = Book.from_dict(document["workbook"], str(file))
        return Result(str(file), book, [replace(one, name=f"{name}: {one.name}") for one in book.compared])
    if "careplan_levers" in document:
        return Result(str(file), None, _levers(name, document))
    pictures = document.get("pictures")
    if "careplan_sweep" in document and pictures is not None:
        return Result(str(file), None, _sweep(name, Pictures.from_dict(pictures, str(file)), document))
    return None


def join(book: Book, others: Sequence[Result]) -> tuple[Book, list[str]]:
    """Return a book with what others hold and it lacks, and a sentence on each."""
    words = []
    for one in others:
        taken: list[str] = []
        theirs = one.book
        fields = {} if theirs is None else _joinable(book, theirs)
        is_same = bool(fields)
        if theirs is not None and is_same:
            for field, sheet in fields.items():
                if getattr(theirs, field) and not getattr(book, field):
                    book = replace(book, **{field: getattr(theirs, field)})
                    taken.append(sheet)
                    if field == "roster":
                        book = _with_beside(book, theirs, GRID)
            if "intervals" in fields and theirs.people and not book.people and _priced_alike(book, theirs):
                book = replace(book, people=theirs.people, bill=theirs.bill, bill_lacks=theirs.bill_lacks)
                book = _with_beside(book, theirs, COSTS)
                taken.append("Costs")
            before, book = book, _with_need(book, theirs)
            if book is not before and "Intervals, Coverage" not in taken:
                taken.append("what is required in Intervals, Coverage")
        book = replace(book, compared=[*book.compared, *one.lines])
        why = "" if is_same or theirs is None else "; another scenario, or another version of it, so no sheet"
        sheets = f"sheets {', '.join(taken)}; " if taken else ""
        words.append(f"{one.path}: {sheets}{count(len(one.lines), 'line')} of Scenarios{why}")
    return book, words


_SHEETS = {
    "intervals": "Intervals, Coverage",
    "shifts": "Shifts",
    "roster": "Roster",
    "outlook": "Capacity plan, Classes",
    "seating": "Cover",
}
"""Fields of a book that another may fill, and the sheets that show them."""


def _joinable(book: Book, theirs: Book) -> dict[str, str]:
    """What a book may take from another: everything of the same world; of the same desk in other weeks a roster, or,
    for a roster, the shifts it was made from. Nothing: they are of different scenarios."""
    if theirs.run.world == book.run.world:
        return _SHEETS
    if not book.run.desk or theirs.run.desk != book.run.desk:
        return {}
    made_by = (book.run.made_by, theirs.run.made_by)
    if made_by.count("roster") != 1:
        return {}
    alike = ("shifts", "outlook", "seating") if made_by[0] == "roster" else ("roster",)
    return {field: _SHEETS[field] for field in alike}


def _with_beside(book: Book, theirs: Book, sheet: str) -> Book:
    return replace(book, beside=[*book.beside, *(one for one in theirs.beside if one.sheet == sheet)])


def _priced_alike(book: Book, theirs: Book) -> bool:
    """Whether bills rest on the same inputs: those of named people know no shrinkage."""
    return _values(book.inputs) == _values(theirs.inputs)


def _values(inputs: Iterable[Input]) -> dict[tuple[str, str], float]:
    return {(one.what, one.whose): one.value for one in inputs}


def _with_need(book: Book, other: Book) -> Book:
    """The same weeks priced or rostered: what is required in them, if this run does not know."""
    mine, theirs = book.intervals, other.intervals
    if mine is None or theirs is None or mine.minutes[:1] != theirs.minutes[:1]:
        return book
    at = range(len(theirs.start)) if mine.start == theirs.start else _weeks_onto(theirs, mine)
    need = {line.group: line.required for line in theirs.groups if line.required is not None}
    if at is None or not any(line.required is None and line.group in need for line in mine.groups):
        return book
    groups = [
        replace(line, required=[need[line.group][i] for i in at])
        if line.required is None and line.group in need
        else line
        for line in mine.groups
    ]
    return replace(book, intervals=replace(mine, groups=groups))


def _weeks_onto(theirs: Intervals, mine: Intervals) -> list[int] | None:
    """For each interval of a roster, that of the schedule whose days it repeats; None where a time is not in it.

    Days beyond the schedule repeat its last week, as a roster's needs do.
    """
    rows = {start: i for i, start in enumerate(theirs.start)}
    first = date.fromisoformat(theirs.start[0][:10])
    days = (date.fromisoformat(theirs.start[-1][:10]) - first).days + 1
    cycle = min(days, 7)
    found = []
    for start in mine.start:
        offset = (date.fromisoformat(start[:10]) - first).days
        if not 0 <= offset < days:
            offset = days - cycle + (offset - days) % cycle
        like = date.fromordinal(first.toordinal() + offset).isoformat()
        at = rows.get(like + start[10:])
        if at is None:
            return None
        found.append(at)
    return found


def _levers(name: str, document: Mapping[str, Any]) -> list[Compared]:
    """The plan as it is, and with each lever: what it saves is told with its interval in levers.csv."""
    now, currency, made_by = document["as_it_is"], document["currency"], document["provenance"]
    found = []
    for lever in [None, *document["levers"]]:
        words, peak, hours, cost = str(document["headline"]), now["agents_at_peak"], now["paid_hours_a_week"], None
        cost = now["cost_a_week"]
        if lever is not None:
            words = lever["why_not"] or f"{lever['verdict']}; plans searched in few rounds"
            peak = (
                None if lever["agents_saved_at_peak"] is None else round(peak - lever["agents_saved_at_peak"]["value"])
            )
            hours = _less(hours, lever["paid_hours_saved_a_week"])
            cost = _less(cost, lever["cost_saved_a_week"])
        answer = Answer([words], peak, "", None, hours, cost, "wages, and what the lever costs", None, [])
        of = f"{name}: {'as it is' if lever is None else 'lever ' + lever['name']}"
        found.append(_line(of, "levers", answer, currency, made_by))
    return found


def _less(value: float | None, saved: Mapping[str, float] | None) -> float | None:
    return None if value is None or saved is None or saved["value"] is None else value - saved["value"]


def _sweep(name: str, pictures: Pictures, document: Mapping[str, Any]) -> list[Compared]:
    """Every point of a sweep."""
    told = pictures.tradeoff
    assert told is not None
    found = []
    for step in told.steps:
        aims = [
            Aim(aim.name, aim.does, "", "share", aim.share, aim.value, aim.low, aim.high, None, None, None, "")
            for aim in step.shares
        ]
        answer = Answer(
            [], step.agents_at_peak, "", None, step.paid_hours_a_week, step.cost_a_week, "wages and premiums",
            step.holds, aims,
        )  # fmt: skip
        at = ", ".join(f"{path}={value}" for path, value in step.at.items())
        found.append(_line(f"{name}: {at}", "sweep", answer, told.currency, document["provenance"]))
    return found


def _line(name: str, made_by: str, answer: Answer, currency: str | None, provenance: Mapping[str, Any]) -> Compared:
    digest, seed = str(provenance.get("scenario") or ""), provenance.get("seed")
    return Compared(name, made_by, answer, currency, digest, seed, len(provenance.get("replications") or ()))

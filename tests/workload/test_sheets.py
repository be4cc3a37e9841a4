"""Tables as spreadsheets save them: workbooks, semicolons, tabs."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from careplan.errors import TableError
from careplan.workload.rosters import read_roster
from careplan.workload.textcolumns import TextColumns

ROWS = ["group,agent,on_ms,off_ms", "care,1,0,60000", "care,2,30000,90000"]


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_may_have_commas_semicolons_or_tabs(tmp_path: Path, between: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("\n".join(ROWS).replace(",", between), encoding="utf-8")
    assert read_roster(path).spell_off.tolist() == [60000, 90000]


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    """A workbook whose sheets have rows of text, numbers, dates and times."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(path) as book:
        formats = {date: book.add_format({"num_format": "dd/mm/yy"}), time: book.add_format({"num_format": "hh:mm"})}
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if type(cell) in formats:
                        sheet.write_datetime(r, c, cell, formats[type(cell)])
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return path


def test_dates_and_times_of_a_workbook_read_as_iso_text(tmp_path: Path) -> None:
    rows = [["person", "date", "begin", "n"], [None] * 4, ["Anna", date(2026, 3, 2), time(8, 30), 7]]
    table = TextColumns(workbook(tmp_path / "r.xlsx", ("Any", rows)), "roster")
    assert table.header == ["person", "date", "begin", "n"]
    assert [table.texts(name)[0] for name in table.header] == ["Anna", "2026-03-02", "08:30", "7"]


def test_a_finding_in_a_workbook_names_row_and_column_of_the_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", ("Any", [["person", "date"], [None, None], ["Anna", "soon"]]))
    table = TextColumns(path, "roster")
    table.refuse(0, "date", "is soon")
    assert table.findings[0].place == f"{path}:3:2"


def test_the_sheet_called_roster_is_read_of_several(tmp_path: Path) -> None:
    book = workbook(tmp_path / "plan.xlsx", ("Summary", [["what"]]), ("Roster", [["person"], ["Anna"]]))
    assert TextColumns(book, "roster").header == ["person"]


@pytest.mark.parametrize(("content", "message"), [(None, "does not exist"), (b"PK", "cannot be read as a workbook")])
def test_what_is_no_workbook_is_said_in_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "r.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError, match=message):
        TextColumns(path, "roster")

"""A sheet of a workbook as the text that would stand in a CSV file.

Comes in: an ``.xlsx`` file. Goes out: header, rows and their numbers. Left out: what the columns mean, and formulas: a
cell has the value that was saved with it. python-calamine reads it, imported here only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from careplan.errors import Finding, TableError

SHEET = "Roster"
"""The sheet that is read where a workbook has it; else the first."""


def read_sheet(path: Path, file: str) -> tuple[list[str], list[list[str]], Sequence[int]]:
    """Return header, rows and the number of each row, empty rows left out; ``file`` is how messages call it.

    Raises
    ------
    TableError
        If there is no such file, it is no workbook, or the sheet is empty.
    """
    from python_calamine import CalamineError, load_workbook

    if not path.exists():
        raise TableError(file, ["does not exist"])
    try:
        book = load_workbook(str(path))
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise TableError(file, [f"cannot be read as a workbook: {error}"]) from None
    found = [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(cells, 1)]
    filled = [(number, row) for number, row in found if any(row)]
    if not filled:
        raise TableError(file, [Finding(file, 1, 1, "", f"has an empty sheet {name}; expected a header and rows")])
    header = filled[0][1]
    width = max(at for at, name in enumerate(header, 1) if name)
    return header[:width], [row[:width] for _, row in filled[1:]], [number for number, _ in filled[1:]]


def cell_text(value: Any) -> str:
    """Return a cell as it would stand in a CSV file: dates and times in ISO form, whole numbers without a point.

    >>> cell_text(8.0), cell_text(time(8, 30)), cell_text(datetime(2026, 3, 2)), cell_text(timedelta(hours=9))
    ('8', '08:30', '2026-03-02', '09:00')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return day if value.time() == time() else f"{day} {_clock(value.hour, value.minute, value.second)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock(value.hour, value.minute, value.second)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return _clock(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return str(value).strip()


def _clock(hours: int, minutes: int, seconds: int) -> str:
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")

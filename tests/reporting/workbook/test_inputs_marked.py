"""Yellow cells: inputs that some formula follows, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from careplan.reporting.workbook.assumptions import NOT_USED
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.write import workbook_bytes
from tests.reporting.workbook.sheets import MAIN, Sheets, read
from tests.reporting.workbook.test_workbook import BOOKS
from tests.reporting.workbook.worlds import seated


def unlocked(sheets: Sheets) -> list[bool]:
    """By style: whether it is that of an input."""
    formats = ElementTree.fromstring(sheets.parts["xl/styles.xml"]).find(f"{MAIN}cellXfs")
    assert formats is not None
    found = [one.find(f"{MAIN}protection") for one in formats]
    return [one is not None and one.get("locked") == "0" for one in found]


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_a_yellow_assumption_changes_something_elsewhere_and_another_says_that_it_does_not(
    book: Callable[[], Book],
) -> None:
    sheets = read(workbook_bytes(book()))
    is_input = unlocked(sheets)
    words = {
        name for (s, _), text in sheets.formulas.items() if s != "Assumptions" for name in re.findall(r"\w+", text)
    }
    marked, silent = [], []
    for name, (sheet, address) in sheets.names.items():
        if (sheet, address) in sheets.formulas or not str(sheets.values["Assumptions", f"F{address[1:]}"]):
            continue
        is_used = bool({name, name.replace("_planned_", "_"), name.replace("_unplanned_", "_")} & words)
        if is_input[sheets.styles[sheet, address]]:
            assert is_used, name
            marked.append(name)
        elif str(sheets.values["Assumptions", f"F{address[1:]}"]).startswith(NOT_USED):
            assert not is_used, name
            silent.append(name)
    assert len(marked) + len(silent) == len(book().inputs) and marked


def test_seats_alone_need_wage_and_shrinkage_and_no_other_input() -> None:
    sheets = read(workbook_bytes(seated()))
    is_input = unlocked(sheets)
    yellow = [name for name, place in sheets.names.items() if is_input[sheets.styles[place]]]
    assert yellow == ["Shrinkage_care", "Wage_care"]

"""On paper: letters that can be read, and on every page the columns and the heading that say whose row it is."""

from __future__ import annotations

import functools
import re

import pytest

from careplan.reporting.workbook.write import workbook_bytes
from tests.reporting.workbook.sheets import Sheets, read
from tests.reporting.workbook.test_workbook import full
from tests.reporting.workbook.worlds import billed, outlook, priced, rostered

PAGE = 741
"""Points between the usual margins of A4 across."""


def printed(sheets: Sheets) -> dict[str, tuple[float, bool]]:
    """By sheet: at which scale it is printed, and whether on one page across."""
    found = {}
    for number, name in enumerate(sheets.order, start=1):
        xml = sheets.parts[f"xl/worksheets/sheet{number}.xml"].decode()
        scale = re.search(r'<pageSetup[^>]* scale="(\d+)"', xml)
        if scale:
            found[name] = (int(scale[1]) / 100, False)
            continue
        cells = [re.sub(r"\d", "", address) for sheet, address in sheets.styles if sheet == name]
        last = max((_number(letters) for letters in cells), default=1)
        widths = [8.0] * max(last, 60)
        for a, b, width in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml):
            widths[int(a) - 1 : int(b)] = [float(width)] * (int(b) - int(a) + 1)
        wide = sum(0.75 * (7 * w + 5) for w in widths[:last])
        found[name] = (min(1.0, PAGE / wide), True)
    return found


def _number(letters: str) -> int:
    return functools.reduce(lambda n, letter: 26 * n + ord(letter) - 64, letters, 0)


@pytest.mark.parametrize("book", [billed, outlook, priced, rostered, full])
def test_letters_of_ten_points_are_printed_at_seven_or_more(book) -> None:  # type: ignore[no-untyped-def]
    for name, (scale, _) in printed(read(workbook_bytes(book()))).items():
        assert 10 * scale >= 7, name


def test_a_wide_sheet_repeats_its_first_columns_and_its_heading_on_every_page() -> None:
    sheets = read(workbook_bytes(outlook()))
    titles = dict(re.findall(r"_xlnm.Print_Titles[^>]*>('?[^!]+)!([^<]+)<", sheets.parts["xl/workbook.xml"].decode()))
    assert printed(sheets)["Capacity plan"][1] is False
    assert re.fullmatch(r"\$A:\$B,'Capacity plan'!\$\d+:\$\d+", titles["'Capacity plan'"])


def test_a_sentence_ends_on_the_page_it_begins_on() -> None:
    sheets = read(workbook_bytes(outlook()))
    xml = sheets.parts[f"xl/worksheets/sheet{sheets.order.index('Capacity plan') + 1}.xml"].decode()
    widths = [8.0] * 60
    for a, b, width in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml):
        widths[int(a) - 1 : int(b)] = [float(width)] * (int(b) - int(a) + 1)
    merged = re.findall(r'<mergeCell ref="A\d+:([A-Z])\d+"', xml)
    assert merged
    for last in merged:
        assert sum(0.75 * (7 * w + 5) for w in widths[: ord(last) - 64]) * 0.72 <= PAGE

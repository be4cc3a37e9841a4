"""Cells: a workbook in the making, its formats, and sheets that write text as text.

Comes in: values, texts, formulas with their values. Goes out: the bytes of an ``.xlsx`` file, equal for equal content.
Left out: what stands where (one module a sheet or two).

Text is never a formula, whatever it begins with: it goes into the table of strings, and what a spreadsheet could take
for a formula when the cell is edited (``= + - @``, tab, line ends) carries the quote prefix beside it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import accumulate
from textwrap import wrap
from typing import Any, Literal

from careplan.reporting.workbook.formats import Role, Style, format_of
from careplan.reporting.workbook.live import Live, total

_DANGEROUS = ("=", "+", "-", "@", "\t", "\n")
_WIDEST, _NARROWEST, _USUAL = 60, 7, 8
"""Widths of columns, characters."""
_BESIDE = ("text", "note", "head", "loose")
"""Styles of text that stands beside numbers."""
_LINE = 14
"""Height of a line, points."""
_NAME = re.compile(r"[A-Za-z]+_\w+")
"""The name of a cell, as ``names`` gives it."""
_SCALE = 72
"""Percent that a sheet is printed at, at least: of letters of 10 points somewhat more than 7 are left."""
_ROOM = 0.85 * 720 * 100 / _SCALE
"""What a page (A4 across, usual margins) then surely holds side by side, points of the sheet: where the font is not
installed another one makes columns up to a fifth wider."""
_REPEATED = 0.4
"""Of the width of a page, the most that columns on every page may take."""
_LONGEST = 32_000
"""Characters of a cell; spreadsheets take 32,767."""


@dataclass(frozen=True)
class Cell:
    """A number that stands somewhere, as formulas on its own sheet and on others refer to it."""

    sheet: str
    address: str
    value: float

    @property
    def here(self) -> Live:
        """For formulas on its sheet."""
        return Live(self.address, self.value)

    @property
    def abroad(self) -> Live:
        """For formulas on other sheets."""
        return Live(f"'{self.sheet}'!{self.address}", self.value)


class Paper:
    """A workbook in the making."""

    def __init__(self, *, title: str, subject: str, created: datetime) -> None:
        import xlsxwriter

        self._bytes = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self._bytes,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "nan_inf_to_errors": False,
            },
        )
        self.book.set_properties(
            {"title": title, "subject": subject, "author": "careplan", "comments": "", "created": created}
        )
        self._formats: dict[tuple[Style, Role, bool, bool], Any] = {}
        self._sheets: list[Sheet] = []
        self._words: dict[str, set[str]] = {}
        """Sheet → names in its formulas."""

    def sheet(self, name: str) -> Sheet:
        """Add a sheet."""
        found = Sheet(self, name, self.book.add_worksheet(name))
        self._sheets.append(found)
        return found

    def name_cell(self, name: str, cell: Cell) -> None:
        """Give a cell a name that formulas anywhere may use."""
        column, row = cell.address.rstrip("0123456789"), cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self.book.define_name(name, f"='{cell.sheet}'!${column}${row}")

    def note_formula(self, sheet: str, text: str) -> None:
        """Remember which names a formula uses."""
        self._words.setdefault(sheet, set()).update(_NAME.findall(text))

    def names_used(self, *, but_on: str) -> set[str]:
        """Return names in the formulas of all sheets but one."""
        return set().union(*(words for sheet, words in self._words.items() if sheet != but_on))

    def format(self, style: Style, role: Role = "plain", *, quoted: bool = False, indented: bool = False) -> Any:
        """Return a format, made once."""
        key = (style, role, quoted, indented)
        if key not in self._formats:
            more = ({"quote_prefix": True} if quoted else {}) | ({"align": "left", "indent": 1} if indented else {})
            self._formats[key] = self.book.add_format(format_of(style, role) | more)
        return self._formats[key]

    def finish(self) -> bytes:
        """Return the file."""
        for sheet in self._sheets:
            sheet.finish()
        self.book.close()
        return self._bytes.getvalue()


class Sheet:
    """One sheet; rows and columns are counted from 0."""

    def __init__(self, paper: Paper, name: str, sheet: Any) -> None:
        self.paper, self.name, self.paper_sheet = paper, name, sheet
        self._widths: dict[int, int] = {}
        self._fixed: dict[int, float] = {}
        self._sentences: dict[int, tuple[str, Style, int]] = {}
        """Row → words, and over how many columns at most."""
        self._wrapped: dict[int, dict[int, str]] = {}
        """Row → column → text that takes several lines where it must."""
        self._kept = 0
        """Columns that stay in sight."""
        self._breaks: set[int] = set()
        """Columns before which a page ends, where one page is not enough."""
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.print_across()
        sheet.set_footer("&L&A&Rpage &P of &N")

    def text(self, row: int, column: int, words: str, style: Style = "text", role: Role = "plain") -> None:
        """Write text as text."""
        words = plain(words)
        # Beside a number, which stands at the right of its cell, text needs room to be told apart.
        form = self.paper.format(
            style, role, quoted=words.startswith(_DANGEROUS), indented=column > 0 and style in _BESIDE
        )
        if words:
            self.paper_sheet.write_string(row, column, words, form)
        else:
            self.paper_sheet.write_blank(row, column, None, form)
        if style in ("head", "wrapped"):
            self._wrapped.setdefault(row, {})[column] = words
        if style not in ("title", "note", "wrapped", "loose"):
            longest = max((len(word) for word in words.split()), default=0) if style == "head" else len(words)
            self._widen(column, longest + (2 if column else 1))

    def head(self, row: int, titles: Sequence[str], column: int = 0) -> None:
        """Write the headings of a table."""
        for k, title in enumerate(titles):
            self.text(row, column + k, title, "head")

    def number(self, row: int, column: int, value: float | None, style: Style = "number", role: Role = "plain") -> Cell:
        """Write a number; None leaves the cell empty."""
        form = self.paper.format(style, role)
        if value is None:
            self.paper_sheet.write_blank(row, column, None, form)
        else:
            self.paper_sheet.write_number(row, column, value, form)
            self._widen(column, _length(value, style))
        return Cell(self.name, address(row, column), 0.0 if value is None else float(value))

    def live(self, row: int, column: int, formula: Live, style: Style = "number", role: Role = "plain") -> Cell:
        """Write a formula with its value."""
        form = self.paper.format(style, role)
        self.paper.note_formula(self.name, formula.text)
        self.paper_sheet.write_formula(row, column, f"={formula.text}", form, formula.value)  # text would be text
        self._widen(column, _length(formula.value, style))
        return Cell(self.name, address(row, column), formula.value)

    def sum(self, row: int, column: int, cells: Sequence[Cell], style: Style = "number") -> Cell:
        """Write the sum of cells that lie one below the other."""
        span = f"{cells[0].address}:{cells[-1].address}"
        return self.live(row, column, total(span, [cell.value for cell in cells]), style, "sum")

    def moment(self, row: int, column: int, text: str, style: Literal["date", "month", "moment"] = "moment") -> None:
        """Write a local date or time, from ISO text."""
        at = datetime.fromisoformat(text)
        self.paper_sheet.write_datetime(row, column, at, self.paper.format(style))
        self._widen(column, {"date": 15, "month": 9, "moment": 17}[style])

    def clock(self, row: int, column: int, text: str) -> None:
        """Write a clock time such as ``08:30``."""
        self.paper_sheet.write_datetime(row, column, time.fromisoformat(text), self.paper.format("clock"))
        self._widen(column, 6)

    def link(self, row: int, column: int, sheet: str) -> None:
        """Write the name of a sheet that leads to it."""
        where = f"internal:'{sheet}'!A1"
        self.paper_sheet.write_url(row, column, where, self.paper.format("link"), string=sheet)
        self._widen(column, len(sheet) + 1)

    def sentence(self, row: int, words: str, style: Style = "wrapped", *, across: int = 8) -> None:
        """Write a sentence over several columns, as many as a page bears, high enough to be read."""
        if words:
            self._sentences[row] = (plain(words), style, across)

    def opening(self, title: str, sentences: Sequence[str] = (), *, across: int = 8) -> int:
        """Write the title of the sheet and what it is; return the row after them."""
        self.text(0, 0, title, "title")
        self.paper_sheet.set_row(0, 22)
        row = 1
        for words in sentences:
            if words:
                self.sentence(row, words, across=across)
                row += 1
        return row + 1

    def width(self, column: int, characters: float) -> None:
        """Fix the width of a column."""
        self.paper_sheet.set_column(column, column, characters)
        self._fixed[column] = characters

    def colours(self, row: int, column: int, last_row: int, last_column: int, scale: Mapping[float, str]) -> None:
        """Colour cells by their number: two or three points of a scale, in order."""
        points = list(zip(("min", "max") if len(scale) == 2 else ("min", "mid", "max"), scale.items(), strict=True))
        options: dict[str, Any] = {"type": f"{len(scale)}_color_scale"}
        for point, (value, colour) in points:
            options |= {f"{point}_type": "num", f"{point}_value": value, f"{point}_color": colour}
        self.paper_sheet.conditional_format(row, column, last_row, last_column, options)

    def break_before(self, column: int) -> None:
        """Begin another page with a column, where one page across is not enough."""
        self._breaks.add(column)

    def red_below_nothing(self, row: int, column: int, last_row: int) -> None:
        """Show negative numbers of a column in red."""
        red = self.paper.book.add_format({"font_color": "#C00000", "bold": True})
        options = {"type": "cell", "criteria": "<", "value": 0, "format": red}
        self.paper_sheet.conditional_format(row, column, last_row, column, options)

    def freeze(self, row: int, column: int = 0) -> None:
        """Keep the rows above, and the columns before, in sight; print the last heading, and them, on every page."""
        self.paper_sheet.freeze_panes(row, column)
        self._kept = column
        if row:
            self.paper_sheet.repeat_rows(row - 1)

    def finish(self) -> None:
        """Set the widths of columns, the heights of sentences, and what a printed page holds."""
        fitted = {column: min(_WIDEST, max(_NARROWEST, width + 1)) for column, width in self._widths.items()}
        for column, width in fitted.items():
            if column not in self._fixed:
                self.paper_sheet.set_column(column, column, width)
        last = max((*self._widths, *self._wrapped_columns()), default=0)
        widths = [self._fixed.get(column, fitted.get(column, _USUAL)) for column in range(max(last, 40) + 1)]
        self._pages(widths[: last + 1])
        most = max(1, _columns_on_a_page(widths))
        for row, (words, style, across) in self._sentences.items():
            across = min(across, most)
            form = self.paper.format(style, quoted=words.startswith(_DANGEROUS))
            if across > 1:
                self.paper_sheet.merge_range(row, 0, row, across - 1, "", form)
            self.paper_sheet.write_string(row, 0, words, form)
            self.paper_sheet.set_row(row, _LINE * max(1, -(-len(words) // int(sum(widths[:across])))))
        for row, texts in self._wrapped.items():
            lines = max(len(wrap(words, max(1, int(widths[column]) - 1))) for column, words in texts.items())
            if lines > 1:  # not every program makes room for them by itself
                self.paper_sheet.set_row(row, _LINE * lines)

    def _wrapped_columns(self) -> set[int]:
        return {column for texts in self._wrapped.values() for column in texts}

    def _pages(self, widths: Sequence[float]) -> None:
        """Print on one page across where that can be read, else on several that begin with the same columns."""
        if sum(map(_points, widths)) <= _ROOM:
            self.paper_sheet.fit_to_pages(1, 0)
            return
        self.paper_sheet.set_print_scale(_SCALE)
        self.paper_sheet.set_v_pagebreaks(sorted(self._breaks))
        kept = max(1, self._kept)
        while kept and sum(map(_points, widths[:kept])) > _REPEATED * _ROOM:
            kept -= 1
        if kept:
            self.paper_sheet.repeat_columns(0, kept - 1)

    def _widen(self, column: int, characters: int) -> None:
        self._widths[column] = max(self._widths.get(column, 0), characters)


def _points(width: float) -> float:
    """Points of a column so many characters wide: 7 pixels each and 5 beside, 96 to the inch."""
    return 0.75 * (7 * width + 5)


def _columns_on_a_page(widths: Sequence[float]) -> int:
    """How many columns from the first have room beside each other."""
    return sum(1 for end in accumulate(map(_points, widths)) if end <= _ROOM)


def _length(value: float, style: Style) -> int:
    if style == "share":
        return 7
    return len(f"{value:,.0f}") + {"whole": 0, "hours": 2}.get(style, 5 if style == "fine" else 3)


def plain(words: str) -> str:
    """Return text as a cell can hold it: line ends of one kind, not too long."""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return words if len(words) <= _LONGEST else words[:_LONGEST] + " …"


def address(row: int, column: int) -> str:
    """Return a cell's address, such as ``C7``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"

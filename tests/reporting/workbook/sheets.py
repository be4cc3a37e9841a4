"""An ``.xlsx`` file read without the library that wrote it, and a spreadsheet small enough to be checked by reading.

``Sheets`` holds every cell with its formula and the value beside it. ``computed`` works the formulas out anew from the
numbers of the file alone: numbers, cells, ranges, names, + - * / ^ and SUM, ROUND, ROUNDUP, MAX, MIN.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
Place = tuple[str, str]
"""Sheet and address."""


@dataclass
class Sheets:
    """What stands in a file."""

    order: list[str]
    values: dict[Place, float | str]
    """What a reader sees: numbers and texts, of formulas the value that was written beside them."""
    formulas: dict[Place, str]
    names: dict[str, Place]
    parts: dict[str, bytes]
    """Every file in the file."""
    styles: dict[Place, int] = field(default_factory=dict)


def read(file: Path | bytes) -> Sheets:
    """Read a file; fails where a part is not well-formed XML."""
    with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees = {name: ElementTree.fromstring(content) for name, content in parts.items()}
    strings = ["".join(text.text or "" for text in item.iter(f"{MAIN}t")) for item in trees["xl/sharedStrings.xml"]]
    book = trees["xl/workbook.xml"]
    targets = {one.get("Id"): one.get("Target") for one in trees["xl/_rels/workbook.xml.rels"]}
    found = Sheets([], {}, {}, {}, parts)
    for sheet in book.iter(f"{MAIN}sheet"):
        name = str(sheet.get("name"))
        found.order.append(name)
        for cell in trees[f"xl/{targets[sheet.get(f'{OFFICE}id')]}"].iter(f"{MAIN}c"):
            place = (name, str(cell.get("r")))
            found.styles[place] = int(cell.get("s") or 0)
            formula, value = cell.find(f"{MAIN}f"), cell.find(f"{MAIN}v")
            if formula is not None:
                found.formulas[place] = str(formula.text)
            if value is not None:
                text = str(value.text)
                kind = cell.get("t", "n")
                found.values[place] = strings[int(text)] if kind == "s" else float(text) if kind == "n" else text
    for one in book.iter(f"{MAIN}definedName"):
        sheet_name, _, address = str(one.text).rpartition("!")
        if ":" not in address:
            found.names[str(one.get("name"))] = (sheet_name.strip("'"), address.replace("$", ""))
    return found


def computed(sheets: Sheets) -> dict[Place, float]:
    """Return the value of every formula, worked out from the numbers of the file."""
    done: dict[Place, float] = {}

    def at(place: Place) -> float:
        if place not in sheets.formulas:
            value = sheets.values.get(place, 0.0)
            return value if isinstance(value, float) else 0.0
        if place not in done:
            done[place] = math.nan  # a formula that leads back to itself shows
            done[place] = _Reader(sheets, place[0], at, sheets.formulas[place]).whole()
        return done[place]

    for place in sheets.formulas:
        at(place)
    return done


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)"
    r"|(?P<cell>(?:'[^']+'!|[A-Za-z_]+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![A-Za-z0-9_(])"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>[-+*/^(),]))"
)
FUNCTIONS: dict[str, Callable[[list[list[float]]], float]] = {
    "SUM": lambda given: math.fsum(x for one in given for x in one),
    "ROUND": lambda given: _rounded(given[0][0], int(given[1][0])),
    "ROUNDUP": lambda given: math.ceil(given[0][0]) if given[1][0] == 0 else math.nan,
    "MAX": lambda given: max(x for one in given for x in one),
    "MIN": lambda given: min(x for one in given for x in one),
}


def _rounded(x: float, digits: int) -> float:
    return float(Decimal(f"{x:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, sheets: Sheets, sheet: str, at: Callable[[Place], float], text: str) -> None:
        self.sheets, self.sheet, self.at, self.text, self.place = sheets, sheet, at, text, 0
        self.token = ("", "")
        self.step()

    def step(self) -> None:
        if self.place >= len(self.text):
            self.token = ("end", "")
            return
        match = _TOKEN.match(self.text, self.place)
        assert match, f"{self.text!r} at {self.place}"
        self.place = match.end()
        self.token = next((kind, word) for kind, word in match.groupdict().items() if word is not None)

    def takes(self, signs: str) -> str:
        kind, word = self.token
        if kind == "sign" and word in signs:
            self.step()
            return word
        return ""

    def whole(self) -> float:
        found = self.sum()
        assert self.token[0] == "end", self.text
        return found

    def sum(self) -> float:
        found = self.product()
        while sign := self.takes("+-"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self) -> float:
        found = self.power()
        while sign := self.takes("*/"):
            found = found * self.power() if sign == "*" else found / self.power()
        return found

    def power(self) -> float:
        found = self.one()
        while self.takes("^"):
            found = found ** self.one()
        return found

    def one(self) -> float:
        values = self.span()
        assert len(values) == 1, self.text
        return values[0]

    def span(self) -> list[float]:
        kind, word = self.token
        if self.takes("-"):
            return [-self.one()]
        if self.takes("("):
            found = self.sum()
            assert self.takes(")"), self.text
            return [found]
        self.step()
        if kind == "number":
            return [float(word)]
        if kind == "cell":
            return [self.at(place) for place in places(word, self.sheet)]
        assert kind == "word", self.text
        if self.takes("("):
            given = [self.argument()]
            while self.takes(","):
                given.append(self.argument())
            assert self.takes(")"), self.text
            return [FUNCTIONS[word](given)]
        return [self.at(self.sheets.names[word])]

    def argument(self) -> list[float]:
        return self.span() if self.token[0] == "cell" and ":" in self.token[1] else [self.sum()]


def places(text: str, sheet: str) -> list[Place]:
    """Return the cells of a reference, such as ``'Capacity plan'!B2:B9``."""
    before, _, address = text.replace("$", "").rpartition("!")
    first, _, last = address.partition(":")
    (a, b), (c, d) = (_numbers(one) for one in (first, last or first))
    name = before.strip("'") or sheet
    return [(name, f"{_letters(column)}{row}") for row in range(b, d + 1) for column in range(a, c + 1)]


def _numbers(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column, int(address[len(letters) :])


def _letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def table(sheets: Sheets, sheet: str, heading: str) -> list[dict[str, float | str]]:
    """Return the rows below the heading row that begins with ``heading``, until its first column is empty."""
    start = next(
        int(address[1:]) for (name, address), value in sheets.values.items()
        if name == sheet and value == heading and re.fullmatch(r"A\d+", address)
    )  # fmt: skip
    heads = {}
    for column in range(1, 200):
        value = sheets.values.get((sheet, f"{_letters(column)}{start}"))
        if isinstance(value, str) or column == 2:
            heads[column] = str(value or "")
    rows = []
    row = start + 1
    while (sheet, f"A{row}") in sheets.values:
        rows.append(
            {
                title: sheets.values[sheet, f"{_letters(column)}{row}"]
                for column, title in heads.items()
                if (sheet, f"{_letters(column)}{row}") in sheets.values
            }
        )
        row += 1
    return rows

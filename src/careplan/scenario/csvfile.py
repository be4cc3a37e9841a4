"""Long tables beside a scenario file, read once when the scenario is read.

Comes in: the name of a CSV file, relative to the file that names it. Goes out: a :class:`CsvTable` of text, with
line numbers, so that a bad row is a finding in the CSV file. Left out: what the columns mean (``fields.py``).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from careplan.errors import Finding, UnitError, shown
from careplan.scenario.nodes import Node, dotted, read_text, with_value

Value = TypeVar("Value")

TABLE_KEYS = frozenset(
    {"counts", "by_hour", "by_hour_of_week", "by_interval", "by_month", "empirical", "people", "csv"}
)
"""Keys whose value may be the name of a CSV file."""
MAX_FINDINGS = 20
"""Bad rows of one table that are reported; the rest are likely the same fault."""


class TableFault(ValueError):
    """Bad rows of a table: findings placed in the CSV file itself."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(str(finding) for finding in findings))


@dataclass(frozen=True)
class CsvTable:
    """The text of a CSV file: header and rows, each with its line from 1."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)

    @property
    def is_unread(self) -> bool:
        """Whether the file could not be read, which is a finding already."""
        return not self.header

    def __str__(self) -> str:
        return self.file

    def read(
        self, columns: Sequence[str], parse: Callable[[dict[str, str]], Value], path: str = ""
    ) -> tuple[Value, ...]:
        """Return ``parse`` of each row, given as a dict of the named columns.

        Raises
        ------
        TableFault
            With every bad row (at most ``MAX_FINDINGS``), or the columns that are missing.
        """
        if self.is_unread:
            raise TableFault([])
        missing = [name for name in columns if name not in self.header]
        if missing:
            text = f"has the columns {', '.join(self.header)}; expected also {', '.join(missing)}"
            raise TableFault([Finding(self.file, 1, 1, path, text)])
        index = {name: self.header.index(name) for name in columns}
        values, findings = [], []
        for line, row in self.rows:
            if len(row) < len(self.header):
                text = f"has {len(row)} values; expected {len(self.header)}"
                findings.append(Finding(self.file, line, 1, path, text))
                continue
            try:
                values.append(parse({name: row[at].strip() for name, at in index.items()}))
            except UnitError as error:
                name = next((str(key) for key in error.at), columns[0])
                column = 1 + sum(len(cell) + 1 for cell in row[: index.get(name, 0)])
                findings.append(Finding(self.file, line, column, name, str(error)))
            if len(findings) >= MAX_FINDINGS:
                break
        if findings:
            raise TableFault(findings)
        if not values:
            raise TableFault([Finding(self.file, 1, 1, path, "has no rows; expected at least one")])
        return tuple(values)


def cell_number(row: dict[str, str], column: str, *, least: float = 0.0, most: float = 1e9) -> float:
    """Return the number in a cell.

    Raises
    ------
    UnitError
        If it is not a finite number within bounds.
    """
    try:
        value = float(row[column])
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise UnitError(row[column], f"a number from {least:g} to {most:g}", at=(column,))
    return value


def with_tables(tree: Node, root: Path) -> tuple[Node, list[Finding]]:
    """Return the tree with the names of CSV files replaced by their content, and what is wrong with the files.

    A name is relative to the file in which it is written; in an override, to ``root``. A file that cannot be read
    leaves an empty table of no columns, which ``is_unread`` tells from a real one.
    """
    findings: list[Finding] = []
    return _loaded(tree, root, findings), findings


def _loaded(node: Node, root: Path, findings: list[Finding]) -> Node:
    value: Any = node.value
    if isinstance(value, dict):
        value = {key: _loaded(below, root, findings) for key, below in value.items()}
    elif isinstance(value, list):
        value = [_loaded(below, root, findings) for below in value]
    elif isinstance(value, str) and node.path and node.path[-1] in TABLE_KEYS and value.lower().endswith(".csv"):
        value = _read(node, root, findings)
    else:
        return node
    return with_value(node, value)


def _read(node: Node, root: Path, findings: list[Finding]) -> CsvTable:
    folder = Path(node.file).parent if node.line else root
    shown_as = os.path.normpath(folder / node.value)
    text, faults = read_text(folder / node.value, shown_as)
    if text is None:
        reason = faults[0].message
        near = sorted(path.name for path in folder.glob("*.csv"))[:5] if folder.is_dir() else []
        hint = f". CSV files there: {', '.join(near)}" if near and "exist" in reason else ""
        path = dotted(node.path)
        findings.append(
            Finding(node.file, node.line, node.column, path, f"names {shown(node.value)}, which {reason}{hint}")
        )
        return CsvTable(shown_as, (), ())
    try:
        reader = csv.reader(io.StringIO(text), strict=True)
        rows = [(reader.line_num, tuple(row)) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        findings.append(Finding(shown_as, reader.line_num, 1, "", f"is not CSV: {error}"))
        return CsvTable(shown_as, (), ())
    if not rows:
        findings.append(Finding(shown_as, 1, 1, "", "is empty; expected a header and rows"))
        return CsvTable(shown_as, (), ())
    header = tuple(cell.strip() for cell in rows[0][1])
    return CsvTable(shown_as, header, tuple(rows[1:]))

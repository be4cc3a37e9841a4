"""A table that people write, as columns of text that turn strict one by one, every fault with its place.

Comes in: a CSV file (``.csv`` or ``.csv.gz``; commas, semicolons or tabs between values, as the header has them), a
sheet of a workbook (``.xlsx``; see ``sheets.py``) or a pandas data frame. Goes out: int64 and bool columns; or one
:class:`~careplan.errors.TableError` with every finding as file:line:column. Left out: which columns there are and
how they go together (``given.py``, ``rosters.py``).

Instants stand in a column ``name`` as local or zoned ISO times, or in ``name_ms`` as milliseconds from instant 0.
Durations stand in ``name_s`` (seconds, up to three decimals matter) or ``name_ms``; the unit is part of the name,
so that no unit is ever guessed.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from careplan.clock import Clock
from careplan.columns import MAX_DURATION_MS, NEVER, BoolArray, IntArray
from careplan.errors import Finding, Others, TableError, shown
from careplan.scenario.suggest import did_you_mean
from careplan.units import DAY_MS
from careplan.workload.sheets import read_sheet

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | PathLike[str] | pd.DataFrame"
"""A CSV file, a workbook, or a data frame with the same columns."""

MAX_FINDINGS = 20
"""Findings of one table that are reported; the rest are likely the same fault."""
ABSENT = -(2**62)
"""An empty cell in a column of instants, which may be negative."""

_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class TextColumns:
    """The columns of one table and what is wrong with them so far.

    Parameters
    ----------
    source
        A file or a data frame. Blank lines are skipped, cells stripped; an empty cell (in a frame: missing) is "".
    called
        What the table is, such as ``cases``; the place of findings in a data frame.

    Raises
    ------
    TableError
        If there is no table at all: no such file, not UTF-8, no header.
    """

    def __init__(self, source: Source, called: str) -> None:
        self.findings: list[Finding] = []
        self._refused: set[tuple[int, str]] = set()
        self._is_sheet = isinstance(source, str | PathLike) and Path(source).suffix.lower() == ".xlsx"
        if isinstance(source, str | PathLike):
            self.file = str(source)
            read = read_sheet if self._is_sheet else _read_csv
            header, rows, self._lines = read(Path(source), self.file)
        else:
            self.file = f"{called} (data frame)"
            header, rows = _read_frame(source)
            self._lines = range(1, len(rows) + 1)
        self.header = header
        self._rows = rows
        self._at = {name: number for number, name in enumerate(header)}
        for row, cells in enumerate(rows):
            if len(cells) != len(header):
                self._found(
                    self._lines[row], 1, "", f"has {len(cells)} values; expected {len(header)}, as in the header"
                )
        for number, name in enumerate(header):
            if name in header[:number]:
                self._found(1, 1, name, "stands twice in the header; expected each column once")
        self.stop_if_any()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._at

    def stop_if_any(self) -> None:
        """Raise with everything found so far, if anything was.

        Raises
        ------
        TableError
            With each finding's file, line and column.
        """
        stop_if_any(self.file, self.findings)

    def check_header(self, known: Mapping[str, object] | Iterable[str], pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Note unknown columns, and pairs of columns that say the same in two units."""
        names = list(known)
        for name in self.header:
            if name not in names:
                hint = did_you_mean(name, names)
                self._found(1, 1, name, f"is no column here{'. ' if hint else '; see docs/files.md'}{hint}")
        for one, other in pairs:
            if one in self and other in self:
                self._found(1, 1, one, f"stands beside {other}; expected one of the two")

    def need(self, *names: str, why: str = "") -> bool:
        """Note a missing column unless one of ``names`` is there."""
        if any(name in self for name in names):
            return True
        reason = f" {why}" if why else ""
        self._found(1, 1, names[0], f"is missing; expected a column {' or '.join(names)}{reason}")
        return False

    def refuse(self, row: int, name: str, text: str) -> None:
        """Note a fault in the cell of a row (numbered from 0) and column; of several in one cell, the first."""
        if (row, name) in self._refused:
            return
        self._refused.add((row, name))
        at = self._at.get(name, 0)
        column = 1 + (at if self._is_sheet else sum(len(cell) + 1 for cell in self._rows[row][:at]))
        self._found(self._lines[row], column, name, text)

    def is_sound(self, row: int, *names: str) -> bool:
        """Whether nothing in these columns of a row, by default in any, has been refused."""
        return all((row, name) not in self._refused for name in names or self.header)

    def refuse_cells(self, bad: BoolArray, name: str, expected: str) -> None:
        """Note every cell of a column where ``bad`` holds."""
        for row in np.flatnonzero(bad)[:MAX_FINDINGS].tolist():
            self.refuse(row, name, f"is {shown(self.texts(name)[row] or None)}; expected {expected}")

    def texts(self, name: str) -> list[str]:
        """The cells of a column."""
        at = self._at[name]
        return [cells[at] for cells in self._rows]

    def durations(self, name: str, *, least: int = 1, default: int = NEVER, never: str = "") -> IntArray:
        """Return a column of durations in ms; where the cell is empty or says ``never``, −1.

        Parameters
        ----------
        name
            The column's name without its unit: ``work`` reads ``work_s`` or ``work_ms``.
        least
            The shortest that is allowed, ms.
        default
            For every row, if neither column is there.
        never
            How an empty cell reads in a message ("empty for ever"); "": an empty cell is a fault.
        """
        for unit, factor in (("s", 1000), ("ms", 1)):
            column = f"{name}_{unit}"
            if column in self:
                return self._durations(column, factor, least, never)
        return np.full(len(self), default, dtype=np.int64)

    def _durations(self, column: str, factor: int, least: int, never: str) -> IntArray:
        texts = self.texts(column)
        empty = np.array([text in ("", "never") for text in texts], dtype=bool)
        values = self._numbers(["0" if skip else text for text, skip in zip(texts, empty, strict=True)])
        ms = np.rint(values * factor)
        with np.errstate(invalid="ignore"):
            bad = ~((ms >= least) & (ms <= MAX_DURATION_MS)) & ~empty
        if not never:
            bad |= empty
        smallest = f"{least / factor:g}"
        unit = "seconds" if factor == 1000 else "milliseconds"
        wanted = f"a number of {unit} from {smallest} to ten years" + (f"; {never}" if never else "")
        self.refuse_cells(bad, column, wanted)
        return np.where(empty | bad, NEVER, ms).astype(np.int64)

    def _numbers(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Cells as floats, nan where a cell is no number."""
        try:
            return np.array(texts, dtype=np.float64)
        except ValueError:
            return np.array([_number(text) for text in texts], dtype=np.float64)

    def whole_numbers(self, name: str, *, least: int, expected: str) -> IntArray:
        """Return a column of whole numbers."""
        values = self._numbers(self.texts(name))
        with np.errstate(invalid="ignore"):
            bad = ~((values >= least) & (values <= 2**53) & (values == np.rint(values)))
        self.refuse_cells(bad, name, expected)
        return np.where(bad, least, values).astype(np.int64)

    def switches(self, name: str, *, default: bool) -> BoolArray:
        """Return a column of yes or no; an empty cell, or no column, is ``default``."""
        if name not in self:
            return np.full(len(self), default)
        texts = [text.lower() for text in self.texts(name)]
        self.refuse_cells(np.array([bool(t) and t not in _YES for t in texts], dtype=bool), name, "yes or no")
        return np.array([_YES.get(text, default) for text in texts], dtype=bool)

    def instants(self, name: str, clock: Clock | None) -> IntArray:
        """Return instants in ms from instant 0, from ``name`` (ISO times) or ``name_ms``; ``ABSENT`` where empty."""
        column = f"{name}_ms"
        if column in self:
            texts = self.texts(column)
            empty = np.array([text == "" for text in texts], dtype=bool)
            values = self._numbers([text or "0" for text in texts])
            with np.errstate(invalid="ignore"):
                bad = ~((np.abs(values) <= MAX_DURATION_MS) & (values == np.rint(values)))
            self.refuse_cells(bad, column, "whole milliseconds from instant 0, at most ten years away")
            return np.where(empty, ABSENT, np.where(bad, 0, values)).astype(np.int64)
        if clock is None:
            self._found(1, 1, name, f"is local time; give the scenario whose calendar it is in, or a column {column}")
            return np.full(len(self), ABSENT, dtype=np.int64)
        read = _local_reader(clock)
        found = np.full(len(self), ABSENT, dtype=np.int64)
        for row, text in enumerate(self.texts(name)):
            if not text:
                continue
            try:
                found[row] = read(text)
            except (ValueError, OverflowError):
                if len(self.findings) < MAX_FINDINGS:
                    wanted = "a local time such as 2026-03-02 09:30:15.250, with or without an offset such as +01:00"
                    self.refuse(row, name, f"is {shown(text)}; expected {wanted}, at most ten years from the run")
        return found

    def _found(self, line: int, column: int, path: str, message: str) -> None:
        self.findings.append(Finding(self.file, line, column, path, message))


def stop_if_any(heading: str, findings: Sequence[Finding]) -> None:
    """Raise what was found in one or several tables, in the order to be read; at most ``MAX_FINDINGS`` a file.

    Raises
    ------
    TableError
        If there is any finding.
    """
    if not findings:
        return
    kept: list[Finding | str] = []
    unique = sorted(set(findings))
    for file in sorted({finding.file for finding in unique}):
        mine = [finding for finding in unique if finding.file == file]
        kept += mine[:MAX_FINDINGS]
        if len(mine) > MAX_FINDINGS:
            others = len(mine) - MAX_FINDINGS
            kept.append(Others(f"{file}: and {others} more", others))
    raise TableError(heading, kept)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _local_reader(clock: Clock) -> Callable[[str], int]:
    """A function from ISO text to ms from instant 0. Midnights are looked up once a date: that is the slow part."""
    midnights: dict[date, tuple[int, bool]] = {}

    def midnight(day: date) -> tuple[int, bool]:
        if day not in midnights:
            start = datetime(day.year, day.month, day.day)
            begin = clock.instant(start)
            midnights[day] = begin, clock.instant(start + timedelta(days=1)) - begin == DAY_MS
        return midnights[day]

    def read(text: str) -> int:
        at = datetime.fromisoformat(text)
        rest = round(at.microsecond / 1000)
        if at.tzinfo is not None:
            since = at.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)
            instant = since // timedelta(milliseconds=1) + rest - clock.epoch_ms
        else:
            begin, is_plain = midnight(at.date())
            whole = at.replace(microsecond=0)
            seconds = at.hour * 3600 + at.minute * 60 + at.second
            instant = (begin + seconds * 1000 if is_plain else clock.instant(whole)) + rest
        if abs(instant) > MAX_DURATION_MS:
            raise ValueError("too far away")
        return instant

    return read


def _read_csv(path: Path, file: str) -> tuple[list[str], list[list[str]], Sequence[int]]:
    """Header, rows and the line of each row."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise TableError(file, ["does not exist"]) from None
    except IsADirectoryError:
        raise TableError(file, ["is a folder; expected a file"]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TableError(file, [Finding(file, line, 1, "", "is not UTF-8 text; save it as UTF-8")]) from None
    except (OSError, EOFError, ValueError) as error:
        raise TableError(file, [f"cannot be read: {error}"]) from None
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=_delimiter(text))
    rows, lines = [], []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append(stripped)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise TableError(file, [Finding(file, reader.line_num, 1, "", f"is not CSV: {error}")]) from None
    if not rows:
        raise TableError(file, [Finding(file, 1, 1, "", "is empty; expected a header and rows")])
    return rows[0], rows[1:], lines[1:]


def _delimiter(text: str) -> str:
    """What stands between values: of comma, semicolon and tab what the first line has most of (Excel writes semicolons
    where decimals have commas).
    """
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _read_frame(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    columns = [[_text(value) for value in frame.iloc[:, number].tolist()] for number in range(frame.shape[1])]
    return [str(name) for name in frame.columns], [list(row) for row in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    """A cell of a data frame as it would stand in a CSV file; missing values are empty."""
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # numbers of rows become floats where a column has gaps
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip()

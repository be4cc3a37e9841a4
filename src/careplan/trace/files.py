"""Tables on disk: traces, workloads and rosters as npz, CSV or Parquet, and back, equal to the last bit.

Comes in: a table and a path, or a path and the class of the table. Goes out: files, or the checked table.
Left out: cases and turns written by people (``careplan.workload.given`` reads those).

- ``name.npz`` is one file.
- ``name.csv`` and ``name.parquet`` are a head, ``name.json``, and one file for each table of rows, such as
  ``name.cases.csv`` and ``name.turns.csv``; the path given is never itself a file. Parquet needs the extra
  ``parquet``.

The head (in npz: the entry ``head``) holds what the rows do not: names, the end of the run, provenance, the
layout's version, what every column means, and the digest of the whole. A workload loaded has the digest it
was saved with; a table whose rows no longer have the digest of its head is refused. Files are written
beside their place and moved there when complete, the head last, so that a broken run leaves no half table
behind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from careplan.errors import TableError
from careplan.provenance import Provenance
from careplan.saving import replacing
from careplan.trace.formats import Column, read_npz, read_rows, write_npz, write_rows

VERSION = 1
SUFFIXES = (".npz", ".csv", ".parquet")


class SavedTable(Protocol):
    """A table that can be saved: a frozen dataclass of columns and names, with a digest over both."""

    @property
    def digest(self) -> str: ...


T = TypeVar("T", bound=SavedTable)


@dataclass(frozen=True)
class Layout:
    """How a table is laid out: which columns share rows, and which fields go into the head."""

    rows: Mapping[str, Sequence[str]]
    """Name of the file of rows → the columns in it."""
    head: tuple[str, ...]
    """Fields that are names or numbers."""


LAYOUTS: dict[str, Layout] = {
    "Trace": Layout(
        rows={
            "cases": ["case_arrived_at", "case_outcome", "case_ended_at", "case_lapsed_at", "case_bot_slot"],
            "turns": [
                *["turn_queued_at", "turn_started_at", "turn_ended_at"],
                *["turn_agent_ix", "turn_interrupted", "turn_held_until"],
            ],
        },
        head=("until",),
    ),
    "Workload": Layout(
        rows={
            "cases": [
                *["arrived_at", "queue_ix", "turn_start", "needs_reply", "patience_ms"],
                *["retry_child", "retry_after_ms", "return_child", "return_after_ms", "is_child"],
                *["bot_ms", "bot_contains", "bot_return_after_ms"],
            ],
            "turns": ["turn_queue_ix", "work_ms", "think_ms", "work_after_bot_ms"],
        },
        head=("queues",),
    ),
    "Roster": Layout(
        rows={
            "agents": ["agent_group"],
            "spells": ["spell_agent", "spell_on", "spell_off"],
            "pauses": ["pause_agent", "pause_on", "pause_off"],
        },
        head=("groups",),
    ),
}
"""Layout of each class that can be saved, by its name (so that this floor imports none of those above it)."""

COLUMN_DOCS: dict[str, str] = {
    "turn_start": "row of the case's first turn in the turns; the last case's turns end with the table",
    "agent_group": "row of the agent's group in `groups`",
    "spell_agent": "number of the agent",
    "spell_on": "when the spell begins, ms from instant 0",
    "spell_off": "when it ends, ms; the agent is on duty in [on, off)",
    "pause_agent": "number of the agent",
    "pause_on": "when the paid break begins, ms from instant 0",
    "pause_off": "when it ends, ms",
}
"""Meaning of columns whose class has no table of meanings for them."""


def save(table: SavedTable, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> tuple[Path, ...]:
    """Save a trace, workload or roster.

    Parameters
    ----------
    table
        What to save.
    path
        Where to; its suffix (``.npz``, ``.csv``, ``.parquet``) says how. Files in the way are replaced.
    provenance
        Stored with the table; a trace has its own, which is stored unless another is given.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    TableError
        If the suffix or the kind of table is unknown, the place cannot be written, or Parquet is not
        installed.
    """
    kind = type(table).__name__
    where = Path(path)
    _check_suffix(where, reading=False)
    if kind not in LAYOUTS:
        raise TableError(str(where), [f"a {kind} cannot be saved; only {', '.join(LAYOUTS)}"])
    layout = LAYOUTS[kind]
    made_by = provenance or getattr(table, "provenance", None)
    head = {
        "careplan_table": VERSION,
        "kind": kind,
        **{name: getattr(table, name) for name in layout.head},
        "digest": table.digest,
        "provenance": None if made_by is None else made_by.to_dict(),
        "columns": {
            rows: {c: meaning_of(type(table), c) for c in columns} for rows, columns in layout.rows.items()
        },
        "slots": {c: _width(getattr(table, c)) for columns in layout.rows.values() for c in columns
                  if getattr(table, c).ndim == 2},
    }  # fmt: skip
    text = json.dumps(head, ensure_ascii=False, indent=1)
    written = []
    try:
        if where.suffix == ".npz":
            every = (c for part in layout.rows.values() for c in part)
            write_npz(where, text, {c: getattr(table, c) for c in every if not _is_default(table, c)})
            return (where,)
        for rows, names in layout.rows.items():
            part = where.with_suffix(f".{rows}{where.suffix}")
            write_rows(part, _flat(table, names))
            written.append(part)
        with replacing(where.with_suffix(".json")) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise TableError(str(where), [f"cannot be written: {error.strerror or error}"]) from None
    return (*written, where.with_suffix(".json"))


def load(path: str | os.PathLike[str], kind: type[T]) -> T:
    """Load a table that :func:`save` has written.

    Parameters
    ----------
    path
        The path it was saved to.
    kind
        ``Trace``, ``Workload`` or ``Roster``.

    Raises
    ------
    TableError
        With everything that is wrong: no such file, not a table of careplan's, another kind or version, a
        column missing or unknown, rows that break the table's requirements or no longer have the digest of
        the head.
    """
    where = Path(path)
    _check_suffix(where, reading=True)
    layout = LAYOUTS[kind.__name__]
    head, columns = _read_npz(where) if where.suffix == ".npz" else _read_parts(where, layout, kind)
    found = _head_findings(head, kind.__name__, layout)
    known = {c for part in layout.rows.values() for c in part}
    found += [f"column {name} is unknown" for name in sorted(set(columns) - known)]
    required = {f.name for f in fields(kind)} & known  # type: ignore[arg-type]
    found += [f"column {name} is missing" for name in sorted(required - set(columns) - _may_miss(kind, where, head))]
    if found:
        raise TableError(str(where), found)
    try:
        made_by = head.get("provenance")
        extra = {"provenance": Provenance.from_dict(made_by)} if made_by and "provenance" in _names(kind) else {}
        table = kind(**{name: _plain(head[name]) for name in layout.head}, **columns, **extra)
    except TableError as error:
        raise TableError(str(where), [str(finding) for finding in error.findings] or [str(error)]) from None
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise TableError(str(where), [f"cannot be read as a {kind.__name__}: {error}"]) from None
    if table.digest != head["digest"]:
        raise TableError(
            str(where),
            ["its rows have changed since it was saved: their digest is not the one of its head. "
             "To run tables written by hand, use careplan replay"],
        )  # fmt: skip
    return table


def provenance_of(path: str | os.PathLike[str]) -> Provenance | None:
    """Return who made a saved table, if it says so."""
    where = Path(path)
    _check_suffix(where, reading=True)
    head = _read_npz(where)[0] if where.suffix == ".npz" else _read_head(where.with_suffix(".json"))
    made_by = head.get("provenance")
    return None if made_by is None else Provenance.from_dict(made_by)


def meaning_of(kind: type, column: str) -> str:
    """Return what a column means, from the table of meanings beside its class."""
    beside = vars(sys.modules[kind.__module__])
    bare = column.removeprefix("case_").removeprefix("turn_") if kind.__name__ == "Trace" else column
    part = "TURN" if column.startswith("turn_") and kind.__name__ == "Trace" else "CASE"
    names = (f"TRACE_{part}_COLUMNS",) if kind.__name__ == "Trace" else ("CASE_COLUMNS", "TURN_COLUMNS")
    for name in names:
        if bare in beside.get(name, {}):
            return str(beside[name][bare])
    return COLUMN_DOCS[column]


# Reading


def _read_npz(where: Path) -> tuple[dict[str, Any], dict[str, Column]]:
    text, columns = read_npz(where)
    return _parsed(text, where), columns


def _read_head(where: Path) -> dict[str, Any]:
    try:
        return _parsed(where.read_text(encoding="utf-8"), where)
    except FileNotFoundError:
        raise TableError(str(where), ["there is no such file; a table is saved with its head"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(str(where), [f"cannot be read: {error}"]) from None


def _parsed(text: str, where: Path) -> dict[str, Any]:
    try:
        head = json.loads(text)
    except ValueError as error:
        raise TableError(str(where), [f"its head is no JSON: {error}"]) from None
    if not isinstance(head, dict):
        raise TableError(str(where), ["its head is no mapping; expected a file written by careplan"])
    return head


def _read_parts(where: Path, layout: Layout, kind: type) -> tuple[dict[str, Any], dict[str, Column]]:
    head = _read_head(where.with_suffix(".json"))
    early = _head_findings(head, kind.__name__, layout)
    if early:
        raise TableError(str(where.with_suffix(".json")), early)
    slots = head.get("slots", {})
    columns: dict[str, Column] = {}
    for rows, names in layout.rows.items():
        part = where.with_suffix(f".{rows}{where.suffix}")
        if set(names) <= _optional(kind) and not part.exists():
            continue  # as elder versions wrote it
        flat = read_rows(part)
        for name in names:
            width = slots.get(name)
            if width is None:
                if name in flat:
                    columns[name] = flat.pop(name)
                continue
            each = [flat.pop(f"{name}_{slot}") for slot in range(1, width + 1) if f"{name}_{slot}" in flat]
            if width and len(each) == width:
                columns[name] = np.stack(each, axis=1)
        columns |= flat
    if kind.__name__ == "Workload" and "turn_start" in columns:
        # A row per case says where its turns begin; the table's column also says where the last ones end.
        n_turns = len(columns.get("work_ms", ()))
        columns["turn_start"] = np.append(columns["turn_start"], n_turns)
    return head, columns


def _head_findings(head: Mapping[str, Any], kind: str, layout: Layout) -> list[str]:
    if "careplan_table" not in head:
        return ["has no careplan_table; expected a file written by careplan"]
    if head["careplan_table"] != VERSION:
        return [f"has layout {head['careplan_table']}; this careplan reads layout {VERSION}"]
    if head.get("kind") != kind:
        return [f"is a {head.get('kind')}; expected a {kind}"]
    return [f"its head has no {name}" for name in (*layout.head, "digest") if name not in head]


def _may_miss(kind: type, where: Path, head: Mapping[str, Any]) -> set[str]:
    """Columns that need not be there: in npz those that were not given, elsewhere those without a slot, and whole parts
    of which none was given."""
    optional = _optional(kind)
    if where.suffix == ".npz":
        return optional
    parts = [set(names) for names in LAYOUTS[kind.__name__].rows.values()]
    none = {name for name, width in head.get("slots", {}).items() if width == 0}
    return none.union(*(part for part in parts if part <= optional))


def _optional(kind: type) -> set[str]:
    """Columns that a table fills itself where they are not given."""
    return {f.name for f in fields(kind) if f.default is not MISSING}


def _names(kind: type) -> set[str]:
    return {f.name for f in fields(kind)}


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# Writing


def _check_suffix(where: Path, *, reading: bool) -> None:
    if where.suffix not in SUFFIXES:
        doing = "read" if reading else "written"
        raise TableError(str(where), [f"cannot be {doing}; expected a name that ends in {', '.join(SUFFIXES)}"])


def _width(column: Column) -> int:
    return int(column.shape[1])


def _is_default(table: SavedTable, name: str) -> bool:
    """Whether a column is one value, broadcast, because it was not given: loading fills it again."""
    return name in _optional(type(table)) and not any(getattr(table, name).strides)


def _flat(table: SavedTable, names: Sequence[str]) -> dict[str, Column]:
    """Return columns of one length: slots one by one (``bot_ms_1``, …), offsets without their end."""
    flat: dict[str, Column] = {}
    for name in names:
        column = getattr(table, name)
        if column.ndim == 2:
            flat |= {f"{name}_{slot + 1}": column[:, slot] for slot in range(column.shape[1])}
        else:
            flat[name] = column[:-1] if name == "turn_start" else column
    return flat

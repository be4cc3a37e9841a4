"""People as rows of a CSV file: a person a row.

Comes in: a table with the columns ``name``, ``contract`` and others named as the keys of a person. Goes out: a mapping
as the section ``people`` is written, or findings with the line and column of the cell. Left out: what is checked
against the rest of the scenario.

Cells hold what would stand in the YAML file; several entries are separated by ``;``. ``least`` and ``most`` are those
of the contract, ``wishes`` are days off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from careplan.errors import Finding, UnitError, shown
from careplan.scenario.csvfile import MAX_FINDINGS, CsvTable, TableFault
from careplan.scenario.faults import Faults
from careplan.scenario.fields import check_name
from careplan.scenario.persons import Person
from careplan.scenario.suggest import did_you_mean

OF_CONTRACT = ("least", "most")
COLUMNS = ("name", "group", "also", "contract", *OF_CONTRACT, "days", "hours", "leave", "wishes", "fixed", "note")
"""Known columns; name is needed, and contract or most."""


def people_section(value: Any) -> Any:
    """Read the section: a mapping, a table, or a mapping with a table under ``csv`` and further people."""
    if isinstance(value, CsvTable):
        return people_of(value)
    if not isinstance(value, dict) or "csv" not in value:
        return value
    table = value["csv"]
    if not isinstance(table, CsvTable):
        raise UnitError(table, "the name of a CSV file, such as people.csv", at=("csv",))
    listed, more = people_of(table), {name: person for name, person in value.items() if name != "csv"}
    twice = [UnitError(name, f"another name: {table.file} has it", at=(name,)) for name in more if name in listed]
    if twice:
        raise Faults(twice)
    return {**listed, **more}


def people_of(table: CsvTable) -> dict[str, Person]:
    """Return the people of a table.

    Raises
    ------
    TableFault
        With every bad cell, as far as 20.
    """
    if table.is_unread:
        raise TableFault([])
    findings = [
        Finding(table.file, 1, _column(table.header, table.header, name), name, _unknown(name))
        for name in table.header
        if name not in COLUMNS
    ]
    if "name" not in table.header or not {"contract", "most"} & set(table.header):
        text = f"has the columns {', '.join(table.header)}; expected also name and contract"
        findings.append(Finding(table.file, 1, 1, "", text))
    if findings:
        raise TableFault(findings)
    people: dict[str, Person] = {}
    names: set[str] = set()
    for line, row in table.rows:
        if len(row) != len(table.header):
            text = f"has {len(row)} values; expected {len(table.header)}"
            findings.append(Finding(table.file, line, 1, "", text))
            continue
        cells = {name: cell.strip() for name, cell in zip(table.header, row, strict=True) if cell.strip()}
        faults = _faults(cells, people, names)
        findings += [
            Finding(table.file, line, _column(table.header, row, key), key, str(fault)) for key, fault in faults
        ]
        if len(findings) >= MAX_FINDINGS:
            break
    if findings:
        raise TableFault(findings[:MAX_FINDINGS])
    if not people:
        raise TableFault([Finding(table.file, 1, 1, "", "has no rows; expected at least one person")])
    return people


def groups_of(table: CsvTable) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and text of each cell that names a person's group."""
    at = table.header.index("group") if "group" in table.header else len(table.header)
    for line, row in table.rows:
        if at < len(row) and row[at].strip():
            yield line, _column(table.header, row, "group"), row[at].strip()


def place_of(table: CsvTable, name: str, column: str) -> tuple[int, int]:
    """Return line and column of a cell of a person."""
    at = table.header.index("name")
    for line, row in table.rows:
        if row[at].strip() == name:
            return line, _column(table.header, row, column)
    return 1, 1


def _faults(cells: dict[str, str], people: dict[str, Person], names: set[str]) -> list[tuple[str, Exception]]:
    """Read one row into ``people``, or say what is wrong with it: (column, fault)."""
    name = cells.get("name", "")
    faults: list[tuple[str, Exception]] = []
    try:
        if check_name(name) in names:
            faults.append(("name", UnitError(name, "each name once")))
    except UnitError as error:
        faults.append(("name", error))
    names.add(name)
    contract = {"hours": cells.get("contract"), **{key: cells.get(key) for key in OF_CONTRACT}}
    written: dict[str, Any] = {k: v for k, v in cells.items() if k not in ("name", "contract", *OF_CONTRACT)}
    written["contract"] = {key: value for key, value in contract.items() if value is not None}
    try:
        people[name] = Person.model_validate(written)
    except ValidationError as error:
        faults += _told(error)
    return faults


def _told(error: ValidationError, column: str = "") -> list[tuple[str, Exception]]:
    """What pydantic found in a row, each with its column."""
    found: list[tuple[str, Exception]] = []
    for item in error.errors(include_url=False):
        loc = [column, *(str(part) for part in item["loc"])] if column else [str(part) for part in item["loc"]]
        inner = [part for part in loc[1:2] if part in OF_CONTRACT]
        where = next((part for part in (*inner, *loc) if part in COLUMNS), "name")
        cause: Any = item.get("ctx", {}).get("error")
        if isinstance(cause, Faults):
            for fault in cause.errors:
                inside = next((str(part) for part in fault.at if part in OF_CONTRACT), where)
                found.append((inside, fault))
            if cause.nested is not None:
                found += _told(cause.nested, where)
        elif isinstance(cause, UnitError):
            found.append((where, cause))
        else:
            found.append((where, ValueError(f"is {shown(item['input'])}; {item['msg'].lower()}")))
    return found


def _column(header: tuple[str, ...], row: tuple[str, ...], name: str) -> int:
    """Where a cell begins in its line, from 1."""
    at = header.index(name) if name in header else 0
    return 1 + sum(len(cell) + 1 for cell in row[:at])


def _unknown(name: str) -> str:
    hint = did_you_mean(name, COLUMNS)
    return f"is not a column here; known columns: {', '.join(COLUMNS)}{'. ' if hint else ''}{hint}"

"""JSON documents of results, read back.

Comes in: a file that some command wrote. Goes out: its content as plain data. Left out: what to make of it.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from careplan.errors import CareplanError

Part = TypeVar("Part")


def read_document(file: Path, written_by: str) -> dict[str, Any]:
    """Return a result's document.

    Raises
    ------
    CareplanError
        If it cannot be read, or is no result of careplan; ``written_by`` says which commands write what is expected.
    """
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CareplanError(f"{file} is not UTF-8 text; expected a JSON document written by {written_by}") from None
    except json.JSONDecodeError as error:
        place = f"{file}:{error.lineno}:{error.colno}"
        raise CareplanError(f"{place} is not JSON ({error.msg}); expected what was written by {written_by}") from None
    except OSError as error:
        raise CareplanError(f"{file} cannot be read: {error.strerror or error}") from None
    if not isinstance(document, dict) or not any(str(key).startswith("careplan_") for key in document):
        raise CareplanError(f"{file} is no result of careplan; expected a document written by {written_by}")
    return document


def from_plain(cls: type[Part], data: Any, where: str, key: str, version: int) -> Part:
    """Return a part of a document as the dataclass it was written from; keys it does not know are left out.

    Raises
    ------
    CareplanError
        If it is of another version, or not what was written, naming the place: ``key`` is where it stands.
    """
    from pydantic import TypeAdapter, ValidationError

    if not isinstance(data, dict) or data.get("version") != version:
        found = data.get("version") if isinstance(data, dict) else data
        raise CareplanError(
            f"{where}: {key}.version is {found!r}; expected {version}. Run the command again that wrote it"
        )
    known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    try:
        return TypeAdapter(cls).validate_python({name: value for name, value in data.items() if name in known})
    except ValidationError as error:
        findings = [
            f"{key}.{'.'.join(map(str, fault['loc']))}  {fault['msg'].lower()}" for fault in error.errors()[:10]
        ]
        raise CareplanError(f"{where}: not as careplan writes it; run the command again", findings) from None

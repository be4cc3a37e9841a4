"""JSON documents of results, read back.

Comes in: a file that some command wrote. Goes out: its content as plain data. Left out: what to make of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from careplan.errors import CareplanError


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

"""A folder of results: every file is whole, or is not there.

Comes in: file names and what writes them. Goes out: the folder. Left out: what is in the files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from careplan.errors import CareplanError

Content: TypeAlias = str | bytes | Callable[[Path], object]
"""Text, bytes, or a function that writes to the path it is given."""


def write_folder(folder: Path, files: Mapping[str, Content]) -> Path:
    """Write files into a folder.

    All are written to a folder beside it first. If that ends well they move to their places one by one, in the order
    given, each replacing its elder; so put the file that describes the others last. Other files in the folder stay.

    Parameters
    ----------
    folder
        Where to; it and its parents are made if they are not there.
    files
        Name → content; a name may begin with a folder in it (``calendars/Ana.ics``). A function may write to more names
        than its own (a table in parts): all it writes moves.

    Raises
    ------
    CareplanError
        If something cannot be written. Nothing has been replaced then.
    """
    made = _missing(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            raise CareplanError(f"{folder} is a file; expected a folder for the results. Choose another with --out")
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
        try:
            order: list[str] = []
            for name, content in files.items():
                (beside / name).parent.mkdir(exist_ok=True)
                _write(beside / name, content)
                there = [name] if "/" in name else sorted(path.name for path in beside.iterdir() if path.is_file())
                order += [one for one in there if one not in order]
            folder.mkdir(exist_ok=True)
            for name in order:
                (folder / name).parent.mkdir(exist_ok=True)
                os.replace(beside / name, folder / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except BaseException as error:
        for path in made:  # folders made for nothing
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        if isinstance(error, OSError):
            raise CareplanError(f"{folder} cannot be written: {error.strerror or error}") from error
        raise
    return folder


def _write(path: Path, content: Content) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="\n")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)


def _missing(folder: Path) -> list[Path]:
    """The folder and its parents that are not there, the deepest first."""
    found = []
    while not folder.exists() and folder != folder.parent:
        found.append(folder)
        folder = folder.parent
    return found

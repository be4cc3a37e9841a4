"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from os import PathLike
from pathlib import Path

from careplan.errors import CareplanError


def write_atomically(path: str | PathLike[str], content: str | bytes) -> Path:
    """Write a file so that a reader sees the old content or the new one, never half of it.

    The content goes to a file beside the target, which is then renamed over it. Text is written as UTF-8 with
    ``\\n``. The folder must exist.

    Raises
    ------
    CareplanError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(beside, mode)
            os.replace(beside, target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CareplanError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def _umask() -> int:
    """The permission bits new files do not get; reading it means setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from careplan.errors import CareplanError


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[Path]:
    """Give a path beside the target to write to; rename it over the target when the block ends well.

    A reader sees the old content or the new one, never half of it; when the block fails, nothing is left behind.

    Raises
    ------
    CareplanError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    beside: Path | None = None
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
        beside = Path(name)
        yield beside
        os.chmod(beside, mode)
        os.replace(beside, target)
    except OSError as error:
        raise CareplanError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def write_atomically(path: str | PathLike[str], content: str | bytes) -> Path:
    """Write a whole file at once, as :func:`replacing` does. Text is written as UTF-8 with ``\\n``."""
    with replacing(path) as beside:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
    return Path(path)


def _umask() -> int:
    """The permission bits new files do not get; reading it means setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

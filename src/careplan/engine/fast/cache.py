"""The compiled code on disk: where it lies, and how it is kept from outliving its source.

Numba keeps machine code beside the module of a function, or in the user's cache folder where that is read-only, and
compiles anew when that one module changes. The kernel also holds code of the modules it calls; so a stamp of all of
them lies with the code, and code under another stamp is thrown away before it is used.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from careplan.engine.fast.kernel import play

SOURCES = ("edges.py", "heaps.py", "kernel.py", "layout.py", "pool.py", "steps.py", "unsigned.py")


def cache_folder() -> Path:
    """Return the folder that holds the compiled code."""
    return Path(play.stats.cache_path)


def code_is_ready() -> bool:
    """Whether the kernel need not be compiled before it can play."""
    return any(cache_folder().glob("kernel.play-*.nbi"))


def forget_stale_code() -> None:
    """Throw away compiled code of other sources than these. With compilation off there is none."""
    if not hasattr(play, "stats"):
        return
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    folder = cache_folder()
    stamp = folder / f"careplan-engine-{digest}.stamp"
    if stamp.exists():
        return
    with suppress(OSError):  # a cache that cannot be written is none; numba says so itself
        for old in [*folder.glob("careplan-engine-*.stamp"), *_code_in(folder)]:
            old.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.touch()


def _code_in(folder: Path) -> list[Path]:
    modules = [Path(name).stem for name in SOURCES]
    return [file for module in modules for file in folder.glob(f"{module}.*.nb[ic]")]

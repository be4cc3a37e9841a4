"""Who made this result: what must be equal for two results to be equal.

Comes in: digests and settings. Goes out: a frozen record that is stored in every result. Left out: the time and the
machine's name, which change nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

from careplan.errors import TableError


@dataclass(frozen=True)
class Provenance:
    """Versions, digests and seeds behind a result."""

    version: str
    """Of careplan."""
    scenario: str | None = None
    """Digest of the scenario; None when there was none (a hand-made workload)."""
    workload: str | None = None
    """Digest of the workload; None for a result of several."""
    seed: int | None = None
    """The seed; None for a given workload."""
    replications: tuple[int, ...] = ()
    """The replications that were played."""
    engine: str | None = None
    """``compiled`` or ``reference``; None before an engine ran."""
    python: str = ""
    numpy: str | None = None
    numba: str | None = None

    @classmethod
    def now(
        cls,
        *,
        scenario: str | None = None,
        workload: str | None = None,
        seed: int | None = None,
        replications: Iterable[int] = (),
        engine: str | None = None,
    ) -> Provenance:
        """Return a record with the versions that are running."""
        return cls(
            version=installed("careplan") or "0",
            scenario=scenario,
            workload=workload,
            seed=seed,
            replications=tuple(replications),
            engine=engine,
            python=platform.python_version(),
            numpy=installed("numpy"),
            numba=installed("numba"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {**asdict(self), "replications": list(self.replications)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Provenance:
        """Return the record saved by :meth:`to_dict`.

        Raises
        ------
        TableError
            If a key is unknown or ``version`` is missing.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown or "version" not in data:
            wrong = [f"{key} is no key of it; known keys: {', '.join(sorted(known))}" for key in unknown]
            raise TableError("provenance", wrong or ["version is missing"])
        return cls(**{**data, "replications": tuple(data.get("replications", ()))})

    def __str__(self) -> str:
        parts = [f"careplan {self.version}"]
        parts += [
            f"{word} {digest[:12]}"
            for word, digest in (("scenario", self.scenario), ("workload", self.workload))
            if digest
        ]
        if self.seed is not None:
            parts.append(f"seed {self.seed}")
        if self.engine is not None:
            parts.append(f"engine {self.engine}")
        return ", ".join(parts)


@cache
def installed(package: str) -> str | None:
    """Return the installed version of a package without importing it, or None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None

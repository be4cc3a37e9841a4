"""Several faults inside one value, raised together.

Comes in: single faults as the fields find them. Goes out: one exception that pydantic carries to the top.
Left out: files and lines, which ``translate.py`` adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from careplan.errors import UnitError
from careplan.scenario.suggest import did_you_mean

if TYPE_CHECKING:
    from pydantic import ValidationError


class Faults(ValueError):
    """What is wrong inside one value: unit errors, each with its place below that value (``at``)."""

    def __init__(self, errors: Sequence[UnitError], nested: ValidationError | None = None) -> None:
        self.errors = tuple(errors)
        self.nested = nested
        """What pydantic found in the rest of the value."""
        super().__init__("; ".join(str(error) for error in errors))


class KeyFault(UnitError):
    """A key that should not be there, or is missing. ``at`` ends in the key."""

    def __init__(self, message: str, at: tuple[str | int, ...]) -> None:
        super().__init__(at[-1], "", at=at)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[UnitError], tuple[object, ...]]:  # type: ignore[override]
        return KeyFault, (self.message, self.at)


def unknown_key(key: str, known: Iterable[str]) -> KeyFault:
    """A fault for an unknown key, naming the nearest known one, or all when they are few."""
    keys = sorted(known)
    hint = did_you_mean(key, keys)
    listed = f"; known keys: {', '.join(keys)}" if len(keys) <= 12 or not hint else ""
    return KeyFault(f"is not a key here{listed}{'. ' if hint else ''}{hint}", at=(key,))


def placed(error: UnitError, *at: str | int) -> UnitError:
    """Return the error as one about a value further up: its place gets ``at`` in front."""
    if isinstance(error, KeyFault):
        return KeyFault(error.message, (*at, *error.at))
    return UnitError(error.found, error.expected, error.hint, (*at, *error.at))

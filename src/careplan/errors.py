"""Everything careplan refuses, as one tree.

    CareplanError                     the user's data or wish; printed without a traceback, exit 2
    ├── UnitError                     one value is not written as its unit asks (also a ValueError)
    ├── ScenarioError                 a scenario file; carries every finding with file, line and column
    ├── TableError                    a table of cases, turns, spells or results breaks a requirement
    └── InfeasibleError               a plan that cannot be; names what clashes and the smallest way out

    CareplanWarning                   what is allowed and probably not meant (see ``scenario/warnings.py``)

Comes in: findings. Goes out: exceptions that print where, found, expected, next step, all at once.
Left out: logging. An ``AssertionError`` is our bug; a ``CareplanError`` never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: where it stands, what was found, what was expected.

    ``line`` and ``column`` count from 1; 0 means the place has none (an override given on the command line).
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    """For example ``is "-30 s"; expected a duration above zero``."""

    @property
    def place(self) -> str:
        """``file:line:column``, or the bare place where there are no lines."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        return "  ".join(part for part in (self.place, self.path, self.message) if part)


class Others(str):
    """A line that stands for findings that are not listed."""

    n: int

    def __new__(cls, text: str, n: int) -> Others:
        """Return the line, and how many it stands for."""
        line = super().__new__(cls, text)
        line.n = n
        return line


class CareplanError(Exception):
    """The root of the tree. ``str()`` is what the command line prints.

    Parameters
    ----------
    heading
        What the findings are about (a file, a table), or the whole message when there are none.
    findings
        Every fault found at this stage, in the order to be read.
    """

    def __init__(self, heading: str, findings: Iterable[Finding | str] = ()) -> None:
        self.heading = heading
        self.findings: tuple[Finding | str, ...] = tuple(findings)
        super().__init__(heading, self.findings)

    def __str__(self) -> str:
        if not self.findings:
            return self.heading
        count = sum(one.n if isinstance(one, Others) else 1 for one in self.findings)
        noun = "finding" if count == 1 else "findings"
        return "\n".join([f"{self.heading}: {count} {noun}", *_aligned(self.findings)])


class UnitError(CareplanError, ValueError):
    """A value that is not written as its unit asks.

    Parameters
    ----------
    found
        The value as given.
    expected
        What would have been right, with an example.
    hint
        A next step, such as ``Did you mean "30 min"?``; may be empty.
    at
        Keys below the value's own place, where the fault is inside it.
    """

    def __init__(self, found: object, expected: str, hint: str = "", at: tuple[str | int, ...] = ()) -> None:
        self.found, self.expected, self.hint, self.at = found, expected, hint, at
        super().__init__(f"is {shown(found)}; expected {expected}" + (f". {hint}" if hint else ""))

    def __reduce__(self) -> tuple[type[UnitError], tuple[object, str, str, tuple[str | int, ...]]]:
        return type(self), (self.found, self.expected, self.hint, self.at)


class ScenarioError(CareplanError):
    """A scenario file with findings: each a :class:`Finding`, sorted by file, line and column."""


class TableError(CareplanError):
    """A table that breaks its requirements: each a sentence."""


class InfeasibleError(CareplanError):
    """A wish that cannot be met: names what clashes, the best to be had, and the smallest change that helps."""


class CareplanWarning(UserWarning):
    """Allowed, but probably not what was meant; says what to do."""


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: short, on one line.

    >>> shown("billng"), shown(0.65), shown(None), shown({"a": 1})
    ('"billng"', '0.65', 'empty', 'a mapping')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    try:
        text = str(value)
    except ValueError:  # an int of more than 4300 digits has no decimal form in Python
        return "a very long number"
    text = text if text.isprintable() else ascii(text)[1:-1]
    text = text if len(text) <= 60 else text[:57] + "…"
    return f'"{text}"' if isinstance(value, str) else text


def _aligned(findings: Sequence[Finding | str]) -> list[str]:
    """Lines of findings with places and paths in columns, so that the eye can run down them."""
    places = max((len(f.place) for f in findings if isinstance(f, Finding)), default=0)
    paths = min(48, max((len(f.path) for f in findings if isinstance(f, Finding)), default=0))
    return [
        f"  {f.place:<{places}}  {f.path:<{paths}}  {f.message}" if isinstance(f, Finding) else f"  {f}"
        for f in findings
    ]

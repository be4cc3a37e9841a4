"""The pages under docs/ for tests: their fenced blocks, and which of them are to be run.

A block is marked by an HTML comment on the line before it: ``<!-- file: NAME -->`` is written to a file,
``<!-- run -->`` is run (``careplan`` commands, or Python), ``<!-- prints -->`` must come out of the run before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.examples.shipped import ROOT

DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^<!-- (run|prints|file: (\S+)) -->\n+```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class MarkedBlock:
    """A fenced block with its mark."""

    mark: str
    """``run``, ``prints`` or ``file``."""
    name: str
    """Of the file; else empty."""
    language: str
    text: str


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def pages() -> list[Path]:
    """Return every page, and the two readmes that lead here."""
    return [ROOT / "README.md", ROOT / "scenarios" / "README.md", *sorted(DOCS.rglob("*.md"))]


def marked_blocks(text: str) -> list[MarkedBlock]:
    """Return the marked blocks of a page in their order."""
    return [
        MarkedBlock(mark.split(":")[0], name, language, inside) for mark, name, language, inside in _BLOCK.findall(text)
    ]


def links(text: str) -> list[str]:
    """Return the targets of links that lead into the repository."""
    return [target for target in _LINK.findall(text) if "://" not in target]


def sections(text: str) -> dict[str, str]:
    """Return the text below each heading, up to the next heading of any level."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def squeezed(line: str) -> str:
    """Return a line with runs of blanks made one: tables are laid out to the width of the screen."""
    return " ".join(line.split())

"""What was measured, as rows against what is asked for, printed as Markdown or kept as JSON.

Comes in: rows and tables from the sections. Goes out: text. Left out: measuring.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.timing import Ratio

PACKAGES = ("careplan", "numpy", "numba", "simpy", "ciw", "salabim")


@dataclass(frozen=True)
class Row:
    """One figure; where something is asked for, ``at_least`` or ``at_most`` says what."""

    what: str
    value: float
    unit: str = "×"
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @classmethod
    def of(cls, what: str, measured: Ratio, **kwargs: Any) -> Row:
        """Build a row from a ratio of medians, its spread over the rounds included."""
        return cls(what, measured.value, low=measured.low, high=measured.high, **kwargs)

    @property
    def is_met(self) -> bool | None:
        """Whether the figure is as good as asked; None where nothing is asked."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    @property
    def required(self) -> str:
        """What is asked for, in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g} {self.unit}"
        return f"at most {self.at_most:g} {self.unit}" if self.at_most is not None else "–"

    @property
    def verdict(self) -> str:
        """``met``, ``not met`` or a dash."""
        return {True: "met", False: "**not met**", None: "–"}[self.is_met]


@dataclass(frozen=True)
class Unmeasured:
    """A figure that could not be taken here, and why."""

    what: str
    why: str


@dataclass
class Section:
    """What one part of the benchmark found: rows against requirements, and a table of details."""

    name: str
    title: str
    rows: list[Row | Unmeasured] = field(default_factory=list)
    head: Sequence[str] = ()
    table: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def number(value: float) -> str:
    """Three significant digits, no exponent."""
    if value >= 100:
        return count(round(value))
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def count(cases: int) -> str:
    """A whole number with its thousands apart."""
    return f"{cases:,}".replace(",", " ")


def markdown_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, columns padded so that the plain text reads as well."""
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in [head, rule, *lines]
    )


def markdown(sections: Sequence[Section], facts: dict[str, str]) -> str:
    """Return the whole report: the rows against requirements first, details after, the machine last."""
    lines = []
    for row in (row for section in sections for row in section.rows):
        if isinstance(row, Unmeasured):
            lines.append((row.what, "–", "–", "–", row.why))
            continue
        spread = "" if row.low is None or row.high is None else f" ({number(row.low)}–{number(row.high)})"
        lines.append((row.what, row.required, f"{number(row.value)} {row.unit}{spread}", row.verdict, row.note))
    parts = ["# careplan: ratios of interleaved medians", ""]
    if lines:
        parts += [markdown_table(("what", "required", "measured (by round)", "", "note"), lines), ""]
    for section in sections:
        if section.table or section.notes:
            parts += [f"## {section.title}", ""]
        if section.table:
            parts += [markdown_table(section.head, section.table), ""]
        if section.notes:
            parts += [*(f"- {note}" for note in section.notes), ""]
    parts += ["## Machine", "", *(f"- {name}: {value}" for name, value in facts.items())]
    return "\n".join(parts)


def as_json(sections: Sequence[Section], facts: dict[str, str]) -> dict[str, Any]:
    """Return the whole report as plain data."""
    out: dict[str, Any] = {"machine": facts, "sections": {}}
    for section in sections:
        rows: list[dict[str, Any]] = []
        for row in section.rows:
            plain = dict(vars(row))
            if isinstance(row, Row):
                plain["is_met"] = row.is_met
            rows.append(plain)
        table = [dict(zip(section.head, line, strict=True)) for line in section.table]
        out["sections"][section.name] = {
            "title": section.title,
            "rows": rows,
            "table": table,
            "notes": section.notes,
        }
    return out


def machine_facts() -> dict[str, str]:
    """Processor, cores, interpreter and versions of all tools."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    return {
        "processor": f"{model}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(versions),
    }


def load_average() -> str:
    """Processes that wanted a core in the last minute; above the idle machine's, times are noisy."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"

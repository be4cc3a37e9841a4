"""Which simulators the table compares, what each is given, and which are installed here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.tools.answer import Answer
from benchmarks.works import Work

Play = Callable[[], Callable[[], Answer]]


@dataclass(frozen=True)
class Tool:
    """A simulator: the package it needs, the module here that speaks to it, and how many cases it is given.

    ``most_cases`` by work: a slow tool meets the first cases of a work only; rates a case are compared.
    ``options`` are handed to its ``prepare``.
    """

    name: str
    package: str
    module: str
    most_cases: dict[str, int]
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether its package is here."""
        return find_spec(self.package) is not None

    def cannot(self, work: Work) -> str | None:
        """Return why the tool cannot express the work, or None."""
        reason = getattr(importlib.import_module(self.module), "cannot", None)
        return reason(work) if reason else None

    def prepare(self, work: Work) -> Play:
        """Return the run that is timed; what it returns reads the answer, untimed."""
        play: Play = importlib.import_module(self.module).prepare(work, **dict(self.options))
        return play


_ALL = {"a": 10**9, "b": 10**9, "c": 10**9, "d": 10**9}

COMPILED = Tool("careplan", "numba", "benchmarks.tools.careplan_tool", _ALL, (("engine", "compiled"),))
REFERENCE = Tool(
    "careplan, reference engine",
    "simpy",
    "benchmarks.tools.careplan_tool",
    {"a": 10_000, "b": 10_000, "c": 10_000, "d": 10_000},
    (("engine", "reference"),),
)
SIMPY = Tool("SimPy", "simpy", "benchmarks.tools.simpy_tool", {"a": 50_000, "b": 50_000, "c": 100_000, "d": 40_000})
CIW = Tool("Ciw", "ciw", "benchmarks.tools.ciw_tool", {"a": 20_000, "b": 20_000, "c": 20_000, "d": 20_000})
SALABIM = Tool("salabim", "salabim", "benchmarks.tools.salabim_tool", {"a": 4_000, "b": 4_000, "c": 4_000, "d": 4_000})

TOOLS = (COMPILED, REFERENCE, SIMPY, CIW, SALABIM)

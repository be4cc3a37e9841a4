"""The shipped scenarios for tests: where they are, read once, played once."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from pathlib import Path

from careplan.metrics.report import Report
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.study.replicate import replicate

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
SEED = 1
REPLICATIONS = 3
"""Of every golden figure: seed 1, replications 0, 1 and 2."""


@lru_cache(maxsize=64)
def scenario_of(name: str, *overrides: str) -> Scenario:
    """Return a shipped scenario with ``path=value`` overrides."""
    return read_scenario(FOLDER / f"{name}.yaml", overrides=overrides)


@lru_cache(maxsize=64)
def report_of(name: str, *overrides: str) -> Report:
    """Return what the staffing as written comes to on three replications."""
    return replicate(scenario_of(name, *overrides), seed=SEED, replications=REPLICATIONS)


def head_of(name: str) -> str:
    """Return the head comment of a scenario, without its ``#``."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    head = lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))]
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in head)


def commands_of(text: str) -> list[list[str]]:
    """Return every ``careplan …`` command line of a text, split as a shell does."""
    found = re.findall(r"^\s*(?:Try:)?\s*(careplan [a-z-]+ .*)$", text, flags=re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]

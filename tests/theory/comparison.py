"""Runs studies over independent replications and lays exact and simulated figures side by side.

Comes in: a study and an effort. Goes out: a row per figure with its standard error and the bias it would catch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from careplan.engine.simulate import has_numba
from tests.theory.studies import WARM_UP, Study

ALLOWED = 4.0
"""Standard errors by which a figure may be off."""
SURELY = 1.96
"""A bias is caught in 97.5 of 100 runs if it exceeds what is allowed by so many standard errors more."""


@dataclass(frozen=True)
class Effort:
    """Replications, and cases measured in each."""

    replications: int
    cases: int


QUICK = Effort(24, 100_000)
FULL = Effort(400, 200_000)
WITHOUT_NUMBA = Effort(8, 4_000)
"""The reference engine plays a few ten thousand cases a second: it is compared, but cannot catch small biases."""


@dataclass(frozen=True)
class Row:
    """One figure of one study."""

    study: str
    source: str
    figure: str
    exact: float
    simulated: float
    standard_error: float

    @property
    def error_in_se(self) -> float:
        """How far the simulated figure is off, in standard errors."""
        off = self.simulated - self.exact
        return off / self.standard_error if self.standard_error > 0 else (0.0 if off == 0 else float("inf"))

    @property
    def catches(self) -> float:
        """The bias, relative to the exact figure, that this comparison would catch in 97.5 of 100 runs."""
        return (ALLOWED + SURELY) * self.standard_error / abs(self.exact)


def compare(study: Study, effort: Effort, *, seed: int) -> list[Row]:
    """Simulate a study and return its rows.

    The standard error is that of a ratio of sums over independent replications (delta method); with as many cases in
    each it is that of the mean of their means.
    """
    if not has_numba():
        effort = WITHOUT_NUMBA
    cases = WARM_UP + round(effort.cases * study.worth)
    seeds = np.random.SeedSequence([seed, *study.name.encode()]).spawn(effort.replications)
    runs = [study.replicate(np.random.default_rng(s), cases) for s in seeds]
    rows = []
    for figure, exact in study.exact.items():
        over, under = (np.array([run[figure][k] for run in runs]) for k in (0, 1))
        ratio = over.sum() / under.sum()
        spread = np.sqrt(np.sum((over - ratio * under) ** 2) * len(runs) / (len(runs) - 1)) / under.sum()
        rows.append(Row(study.name, study.source, figure, exact, float(ratio), float(spread)))
    return rows


def as_markdown(rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table."""
    lines = [
        "| world | source | figure | exact | simulated | s.e. | error ÷ s.e. | catches a bias of |",
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]
    last = ""
    for row in rows:
        name, source = ("", "") if row.study == last else (row.study, row.source)
        last = row.study
        lines.append(
            f"| {name} | {source} | {row.figure} | {row.exact:.5f} | {row.simulated:.5f} | {row.standard_error:.5f} "
            f"| {row.error_in_se:+.2f} | {row.catches:.2%} |"
        )
    return "\n".join(lines)

"""What a tool answers about a work, and how far two answers agree."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.works import NEVER, IntArray, Work


@dataclass(frozen=True, eq=False)
class Answer:
    """When work on each case started, ms; −1 where the customer left or nobody came. Rows of the work."""

    started_at: IntArray


@dataclass(frozen=True)
class Agreement:
    """How far two answers to one work agree.

    ``identical``: share of cases that start at the same millisecond in both, or leave in both.
    ``left`` and ``mean_wait_s``: share of cases never started, and mean wait of those started, of each.
    """

    n_cases: int
    identical: float
    left: tuple[float, float]
    mean_wait_s: tuple[float, float]

    @property
    def wait_difference_s(self) -> float:
        """The first's mean wait less the second's, seconds."""
        return self.mean_wait_s[0] - self.mean_wait_s[1]


def agreement(work: Work, first: Answer, second: Answer) -> Agreement:
    """Compare two answers to the same work, case by case."""
    pair = (first.started_at, second.started_at)
    if any(len(started) != work.n_cases for started in pair):
        raise ValueError(f"expected {work.n_cases} cases, got {[len(started) for started in pair]}")
    return Agreement(
        n_cases=work.n_cases,
        identical=float((pair[0] == pair[1]).mean()),
        left=tuple(float((started == NEVER).mean()) for started in pair),  # type: ignore[arg-type]
        mean_wait_s=tuple(_mean_wait_s(work, started) for started in pair),  # type: ignore[arg-type]
    )


def _mean_wait_s(work: Work, started: IntArray) -> float:
    taken = started != NEVER
    return float((started - work.arrived_at)[taken].mean()) / 1000 if taken.any() else float("nan")

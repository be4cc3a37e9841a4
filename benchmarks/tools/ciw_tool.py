"""The works in Ciw: one node, and distributions that read the columns by the customer's number.

Works a and b only. Ciw replaces its servers at every change of schedule while those who are busy finish, so that a
change brings a whole fresh staff (work c would get too many agents); and a server has no capacity for several
customers of unlike size (work d).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ciw
import numpy as np

from benchmarks.tools.answer import Answer
from benchmarks.works import NEVER, Work


class Column(ciw.dists.Distribution):  # type: ignore[misc]
    """Draw the customer's own row of a column. Ciw numbers customers from 1 in order of arrival."""

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows

    def sample(self, t: float | None = None, ind: Any = None) -> int:
        """Return the row of customer ``ind``."""
        return self.rows[ind.id_number - 1]


def cannot(work: Work) -> str | None:
    """Return why Ciw cannot express the work, or None."""
    if len(work.agents) > 1:
        return "a change of schedule replaces all servers"
    if len(work.queues) > 1:
        return "servers take one customer at a time"
    return None


def prepare(work: Work) -> Callable[[], Callable[[], Answer]]:
    """Return a run of the work; its records are read afterwards."""
    gaps = np.diff(work.arrived_at, prepend=0).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[Column(work.work_ms.tolist())],
        number_of_servers=[int(work.agents[0])],
        reneging_time_distributions=[Column(work.patience_ms.tolist())] if work.has_patience else None,
    )

    def play() -> Callable[[], Answer]:
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(work.until_ms)
        return lambda: _answer(work, simulation)

    return play


def _answer(work: Work, simulation: ciw.Simulation) -> Answer:
    started_at = np.full(work.n_cases, NEVER)
    for record in simulation.get_all_records(only=["service"]):
        started_at[record.id_number - 1] = record.service_start_date
    return Answer(started_at)

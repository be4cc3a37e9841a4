"""The works in careplan: the columns become a workload, a roster and rules; either engine plays them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.tools.answer import Answer
from benchmarks.works import Work
from careplan.engine.contract import Group, Queue, Rules
from careplan.engine.simulate import simulate
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


class Tables(NamedTuple):
    """What ``simulate`` takes."""

    workload: Workload
    roster: Roster
    rules: Rules
    until: int

    def play(self, engine: Literal["compiled", "reference"] = "compiled") -> Trace:
        """Simulate."""
        return simulate(self.workload, self.roster, self.rules, until=self.until, engine=engine)


def tables(work: Work, *, pace: tuple[int, ...] = (1000,)) -> Tables:
    """Turn a work into careplan's tables: every queue is live, of one-turn cases, and interrupts nothing."""
    names = tuple(queue.name for queue in work.queues)
    rules = Rules.of(
        queues={q.name: Queue(is_live=True, concurrency=q.concurrency, priority=q.priority) for q in work.queues},
        groups={"care": Group(skills=dict.fromkeys(names, 1), pace=pace)},
    )
    workload = Workload(
        queues=names,
        arrived_at=work.arrived_at,
        queue_ix=work.queue_ix,
        turn_start=np.arange(work.n_cases + 1),
        work_ms=work.work_ms,
        patience_ms=work.patience_ms,
    )
    return Tables(workload, Roster.from_headcount(work.edges_ms, {"care": work.agents}), rules, work.until_ms)


def prepare(work: Work, *, engine: Literal["compiled", "reference"]) -> Callable[[], Callable[[], Answer]]:
    """Return a run of the work on one of the engines."""
    given = tables(work)

    def play() -> Callable[[], Answer]:
        trace = given.play(engine)
        return lambda: Answer(trace.turn_started_at)

    return play

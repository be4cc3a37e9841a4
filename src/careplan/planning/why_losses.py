"""Where waiting customers are lost: by queue and the hour of the week in which they wrote.

Comes in: a plan played on fresh replications. Goes out: :class:`Losses`. Left out: words.

Lost are contacts whose customer gave up (hung up, or a message's customer who no longer waits), contacts the brand
closed unanswered (expired), and those still unanswered when the run ends. Late are the others that were not answered
within the threshold of the first answer target that counts their queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.metrics.clocks import answered_at, counted
from careplan.metrics.scorecard import Goal
from careplan.metrics.service import answered_within, case_cells, tally
from careplan.metrics.uncertainty import Estimate, means, ratios
from careplan.planning.bench import Bench
from careplan.planning.why_slots import Slots
from careplan.trace.tables import Outcome
from careplan.units import DAY_MS

KINDS: dict[str, str] = {
    "abandoned": "left before anybody began",
    "lapsed": "gave up on a message that kept its place",
    "expired": "closed by the brand, unanswered",
    "unanswered": "no answer by the end of the run",
    "late": "answered, but later than the first answer target of the queue asks",
}
"""What can become of a case that is not served in time; the first four are lost."""
LOST = ("abandoned", "lapsed", "expired", "unanswered")


@dataclass(frozen=True, eq=False)
class Losses:
    """Counts by replication, queue and hour, shape (n_replications, n_queues, n_slots)."""

    queues: tuple[str, ...]
    slots: Slots
    cases: IntArray
    """Those that need a reply."""
    counts: dict[str, IntArray]
    """By the names of ``KINDS``; a case is in one of them at most."""
    weeks: float
    """Length of the horizon."""

    def of(self, kind: str) -> IntArray:
        """Return the counts of a kind, or of all that are lost (``"lost"``)."""
        return (
            sum((self.counts[name] for name in LOST), np.zeros_like(self.cases))
            if kind == "lost"
            else self.counts[kind]
        )

    def a_week(self, kind: str, queue: int | None = None) -> Estimate:
        """Return how many a week, of one queue or of all."""
        table = self.of(kind) if queue is None else self.of(kind)[:, queue]
        return means(table.reshape(len(table), -1).sum(axis=1) / self.weeks).at()

    def share(self, kind: str, queue: int | None = None) -> Estimate:
        """Return their share of the cases that need a reply."""
        top, bottom = (t if queue is None else t[:, queue] for t in (self.of(kind), self.cases))
        return ratios(*(t.reshape(len(t), -1).sum(axis=1) for t in (top, bottom))).clipped(0, 1).at()

    def by_hour(self, kind: str) -> FloatArray:
        """Return how many a week by hour, all queues, shape (n_slots,)."""
        return np.asarray(self.of(kind).sum(axis=1).mean(axis=0) / self.weeks)

    def fewest_hours(self, kind: str, share: float = 0.5) -> IntArray:
        """Return the fewest hours (slots) in which at least this share of a kind comes, in the order of the horizon."""
        count = self.of(kind).sum(axis=(0, 1))
        order = np.argsort(-count, kind="stable")
        needed = int(np.searchsorted(np.cumsum(count[order]), share * count.sum() - 1e-9)) + 1
        return np.sort(order[:needed]) if count.any() else np.zeros(0, dtype=np.int64)

    def share_in(self, kind: str, slots: IntArray) -> Estimate:
        """Return which part of a kind (or of all ``"cases"``) comes in some hours."""
        table = (self.cases if kind == "cases" else self.of(kind)).sum(axis=1)
        return ratios(table[:, slots].sum(axis=1), table.sum(axis=1)).clipped(0, 1).at()


def losses_of(bench: Bench, headcount: IntArray, goals: Sequence[Goal], slots: Slots) -> Losses:
    """Return where a headcount loses customers.

    Parameters
    ----------
    bench
        Fresh replications.
    headcount
        Shape (n_groups, n_intervals).
    goals
        All; the first answer goal of each queue says what is late.
    slots
        The hours of the horizon.
    """
    world = bench.world
    rules, periods = world.rules, world.periods
    n_queues = len(rules.queues)
    late_by = [_first_answer(goals, name) for name in rules.queues]

    def one(i: int) -> dict[str, IntArray]:
        workload = bench.workloads[i]
        trace = world.play(workload, world.roster(headcount, bench.replications[i]))
        cells = case_cells(workload, trace.case_arrived_at, periods)
        has = counted(workload, trace)
        outcome = trace.case_outcome
        replied = answered_at(workload, trace, rules) >= 0
        marks = {"abandoned": has & (outcome == Outcome.ABANDONED)}
        marks["lapsed"] = has & (trace.case_lapsed_at >= 0) & ~marks["abandoned"]
        marks["expired"] = has & (outcome == Outcome.EXPIRED) & ~marks["lapsed"]
        marks["unanswered"] = has & (outcome == Outcome.OPEN) & ~replied & ~marks["lapsed"]
        lost = marks["abandoned"] | marks["lapsed"] | marks["expired"] | marks["unanswered"]
        late = np.zeros(workload.n_cases, dtype=bool)
        for goal in {id(g): g for g in late_by if g is not None}.values():
            mine = np.isin(workload.queue_ix, [q for q, g in enumerate(late_by) if g is goal])
            in_time, asked = answered_within(workload, trace, rules, goal.threshold_ms, goal.clock)
            late |= mine & asked & ~in_time
        marks["late"] = has & late & ~lost
        tables = {name: tally(mark, cells, n_queues, periods.n_intervals) for name, mark in marks.items()}
        tables["cases"] = tally(has, cells, n_queues, periods.n_intervals)
        return {name: slots.sums(table) for name, table in tables.items()}

    runs = bench.workers.map(one, range(len(bench.workloads)))
    tables = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    weeks = (periods.end - periods.begin) / (7 * DAY_MS)
    return Losses(rules.queues, slots, tables.pop("cases"), tables, weeks)


def _first_answer(goals: Sequence[Goal], queue: str) -> Goal | None:
    return next((g for g in goals if g.kind == "answer" and (not g.queues or queue in g.queues)), None)

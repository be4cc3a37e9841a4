"""How long customers waited: for the first turn to start, the first answer, the next answer, the end.

Comes in: a workload, its trace and rules. Goes out: samples, one value per case (or per later message) with
the cell it belongs to, from which sums, means and nearest-rank percentiles follow for any set of queues and
intervals. Left out: thresholds (service), uncertainty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import WALL, Clock, answered_at, at_first, begun_at, counted, resolved_at
from careplan.metrics.service import next_responses, tally, total
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

WAITS: dict[str, str] = {
    "wait": "first message → start of the first turn, over cases that need a reply and were started; "
    "its mean is the ASA",
    "first_response": "first message → first answer (live: pick-up; message: sent), over cases that got one (FRT)",
    "next_response": "later customer message → its answer, over later messages that got one",
    "resolution": "first message → end of the last turn, over cases resolved",
}
"""What is timed, over whom. With ``_from_hand_off`` and ``_open`` behind the name: on that clock."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Durations with the cells they belong to: int64 ms, shape (n,) each."""

    cell: IntArray
    value_ms: IntArray

    def measured(self) -> Sample:
        """Return the rows inside the measured periods."""
        inside = self.cell >= 0
        return self if inside.all() else Sample(self.cell[inside], self.value_ms[inside])


def wait_samples(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, clock: Clock = WALL
) -> dict[str, Sample]:
    """Return a sample for each of ``WAITS`` on one clock.

    A case without the milestone is in no sample, never in one as zero: read the mean wait beside the share
    that gave up.
    """
    has = counted(workload, trace, clock)
    began = begun_at(workload, trace, clock)
    ends = {
        "wait": at_first(workload, trace.turn_started_at),
        "first_response": answered_at(workload, trace, rules, clock),
        "resolution": resolved_at(workload, trace, clock),
    }
    samples = {}
    for name, end in ends.items():
        rows = np.flatnonzero(has & (end >= 0))
        samples[name] = Sample(cells[rows], clock.elapsed(workload, rows, began[rows], end[rows])).measured()
    case, came, answer = next_responses(workload, trace, rules)
    got = answer >= 0
    case = case[got]
    samples["next_response"] = Sample(cells[case], clock.elapsed(workload, case, came[got], answer[got])).measured()
    return samples


def all_wait_samples(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, clocks: Mapping[str, Clock]
) -> dict[str, Sample]:
    """Return the samples of ``WAITS`` on every clock, by name and what it ends in there (``clocks_of``).

    Left out is what a clock cannot change: bot answers, the start of the first turn; the hand-off, later messages.
    """
    samples: dict[str, Sample] = {}
    for ending, clock in clocks.items():
        more = wait_samples(workload, trace, rules, cells, clock)
        if ending.endswith("_from_hand_off"):
            del more["next_response"]
        if "_bots_" in ending:
            del more["next_response"], more["wait"]
        samples |= {name + ending: sample for name, sample in more.items()}
    return samples


def wait_formula(name: str) -> str:
    """Return what a sample of :func:`all_wait_samples` times, in words."""
    plain = next(wait for wait in sorted(WAITS, key=len, reverse=True) if name.startswith(wait))
    ending, formula = name.removeprefix(plain), WAITS[plain]
    if ending.endswith("_from_hand_off"):
        formula = formula.replace("first message", "hand-off (or first message without a bot)")
    if ending.startswith("_open"):
        formula += ", in open hours"
    if "_bots_" in ending:
        formula += f"; bot answers count: {ending.partition('_bots_')[2]}"
    return formula


def wait_sums(samples: dict[str, Sample], n_queues: int, n_intervals: int) -> dict[str, IntArray]:
    """Return ``<name>_ms`` (sum) and ``<name>_n`` (how many) by cell, shape (n_queues, n_intervals), for
    the means.
    """
    tables = {}
    for name, sample in samples.items():
        ones = np.ones(len(sample.cell), dtype=bool)
        tables[f"{name}_ms"] = total(sample.value_ms, sample.cell, n_queues, n_intervals)
        tables[f"{name}_n"] = tally(ones, sample.cell, n_queues, n_intervals)
    return tables

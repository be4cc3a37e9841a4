"""The work that comes in, in agents: what the desk is asked for, whoever is on duty.

Comes in: a workload, its trace and rules. Goes out: agent time by (queue, interval), in the interval in which the turn
came to its queue. Left out: what waiting does to it, and the spare hands that a target needs on top of it.

A turn asks for its work ÷ (speed × effective multiple) of the group that is quickest at it. So the table is what the
work would take of agents who always have their hands as full as serves best: no plan keeps up with less. Our choice;
for one case at a time at speed 1 it is the offered load of the Erlang formulas.
"""

from __future__ import annotations

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.periods import Periods
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


def seats_of(rules: Rules, group: int, queue: int) -> int:
    """Return how many turns of a queue one agent of a group may work on at once, ≥ 1."""
    return max(1, int(rules.capacity[group] // rules.units[queue]))


def multiple_of(rules: Rules, group: int, queue: int) -> float:
    """Return the most work an agent gets done by working on several turns of a queue at once: max k × pace(k)."""
    seats = np.arange(1, seats_of(rules, group, queue) + 1)
    pace = rules.pace[group][np.minimum(seats, rules.pace.shape[1]) - 1] / 1000
    return float((seats * pace).max())


def skilled_of(rules: Rules) -> dict[str, tuple[str, ...]]:
    """Return for every queue the groups whose agents may take its turns."""
    return {
        queue: tuple(group for g, group in enumerate(rules.groups) if rules.rank[g, q] >= 0)
        for q, queue in enumerate(rules.queues)
    }


def asked_table(workload: Workload, trace: Trace, rules: Rules, periods: Periods) -> IntArray:
    """Return the agent time asked for by queue and interval, int64 ms, shape (n_queues, n_intervals).

    Every turn that came to a queue counts there, when it came, whether it was ever worked or not. A queue nobody is
    skilled for counts at speed 1, one at a time.
    """
    interval = periods.interval_of(trace.turn_queued_at)
    turn = np.flatnonzero((trace.turn_queued_at >= 0) & (interval >= 0))
    work = work_of(workload, trace, turn)
    queue = workload.turn_queue_ix[turn].astype(np.int64)
    work /= _quickest(rules)[queue]
    n = periods.n_intervals
    asked = np.bincount(queue * n + interval[turn], weights=work, minlength=len(workload.queues) * n)
    return np.rint(asked).astype(np.int64).reshape(len(workload.queues), n)


def work_of(workload: Workload, trace: Trace, turn: IntArray) -> FloatArray:
    """Return the work of some turns, ms, without what a bot collected before; ``turn`` names the rows."""
    work = workload.work_ms[turn].astype(np.float64)
    if workload.n_bot_slots:
        case = np.searchsorted(workload.turn_start, turn, side="right") - 1
        slot = trace.case_bot_slot[case].astype(np.int64)
        met = slot >= 0
        work[met] = workload.work_after_bot_ms[turn[met], slot[met]]
    return work


def _quickest(rules: Rules) -> FloatArray:
    """Work an agent of the quickest group gets done in its time, by queue; shape (n_queues,)."""
    rates = np.ones(len(rules.queues))
    for queue in range(len(rules.queues)):
        able = [
            float(rules.speed[group, queue]) / 1000 * multiple_of(rules, group, queue)
            for group in range(len(rules.groups))
            if rules.rank[group, queue] >= 0
        ]
        if able:
            rates[queue] = max(able)
    return rates

"""The backlog of every interval: how many cases stood in each state, on average and at its start, and how
old.

Comes in: a trace and its workload. Goes out: tables by (queue, interval) of the case's own queue.
Left out: the backlog at free instants (trace.backlog has it).
"""

from __future__ import annotations

from careplan.columns import IntArray
from careplan.metrics.periods import Periods
from careplan.trace.backlog import backlog_at, standing_ms, stays, waits
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


def backlog_tables(workload: Workload, trace: Trace, periods: Periods) -> dict[str, IntArray]:
    """Return the backlog as tables of shape (n_queues, n_intervals), int64.

    For each state (``bot``, ``new``, ``open``, ``customer``): ``<state>_ms``, case milliseconds (÷ the
    interval's length: the mean number); at the interval's start ``<state>_at_start`` (cases),
    ``<state>_age_ms`` (sum of their ages) and ``<state>_oldest_ms``. ``queue_ms``: turn milliseconds
    waited, in the queue the turn waits in (÷ the length: the mean queue; Little on the path).
    """
    n = len(workload.queues)
    tables = {}
    starts = periods.edges[:-1]
    for state, stay in stays(trace, workload).items():
        at_start = backlog_at(stay, trace.case_arrived_at, workload.queue_ix, n, starts)
        tables[f"{state}_ms"] = standing_ms(stay, workload.queue_ix, n, periods.edges)
        tables[f"{state}_at_start"] = at_start.cases
        tables[f"{state}_age_ms"] = at_start.age_ms
        tables[f"{state}_oldest_ms"] = at_start.oldest_ms
    tables["queue_ms"] = standing_ms(waits(trace, workload), workload.turn_queue_ix, n, periods.edges)
    return tables

"""Parts: groups and queues that have nothing to do with those of other parts.

Comes in: rules, workloads, goals. Goes out: which groups, queues and goals hang together.
Left out: what is made of it: moves of groups that hang apart are tried in one run, at the same time of day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Rules
from careplan.metrics.scorecard import Goal
from careplan.workload.tables import Workload


def parts_of(rules: Rules, workloads: Sequence[Workload], goals: Sequence[Goal]) -> tuple[IntArray, IntArray]:
    """Return the part that each group and each goal belongs to, numbered from 0; shapes (n_groups,) and (n_goals,).

    A group hangs together with the queues it serves, a queue with those its cases are transferred to or come back in,
    a goal with the queues or groups it names (all, if it names none).
    """
    n_groups, n_queues = rules.rank.shape
    leader = list(range(n_groups + n_queues + len(goals)))

    def find(x: int) -> int:
        while leader[x] != x:
            leader[x] = leader[leader[x]]
            x = leader[x]
        return x

    def join(x: int, y: int) -> None:
        leader[find(x)] = find(y)

    for g, q in zip(*np.nonzero(rules.rank >= 0), strict=True):
        join(int(g), n_groups + int(q))
    for workload in workloads:
        for a, b in _links(workload):
            join(n_groups + a, n_groups + b)
    for k, goal in enumerate(goals):
        here = n_groups + n_queues + k
        if goal.kind == "occupancy":
            names, first, known = goal.groups, 0, rules.groups
        else:
            names, first, known = goal.queues, n_groups, rules.queues
        for name in names or known:
            join(here, first + known.index(name))
    roots = sorted({find(g) for g in range(n_groups)} | {find(n_groups + n_queues + k) for k in range(len(goals))})
    number = {root: i for i, root in enumerate(roots)}
    groups = np.array([number[find(g)] for g in range(n_groups)], dtype=np.int64)
    named = np.array([number[find(n_groups + n_queues + k)] for k in range(len(goals))], dtype=np.int64)
    return groups, named


def _links(workload: Workload) -> set[tuple[int, int]]:
    """Pairs of queues between which cases or customers move."""
    n = len(workload.queues)
    pairs: set[int] = set()
    if workload.n_turns != workload.n_cases:
        own = np.repeat(workload.queue_ix, np.diff(workload.turn_start)).astype(np.int64)
        pairs |= set(np.unique(own * n + workload.turn_queue_ix).tolist())
    if workload.has_children:
        for children in (workload.retry_child, workload.return_child):
            parent = np.flatnonzero(children >= 0)
            both = workload.queue_ix[parent].astype(np.int64) * n + workload.queue_ix[children[parent]]
            pairs |= set(np.unique(both).tolist())
    return {(pair // n, pair % n) for pair in pairs}

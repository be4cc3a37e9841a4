"""What each customer met with: how long until an answer, in how many contacts, solved or not.

Comes in: a workload, its trace and rules. Goes out: :class:`Experience`, a row per customer. Left out: what is assumed
to follow from it (outcomes).

A customer is a first contact that needs a reply, with all contacts that follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careplan.columns import NEVER, BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import WALL, Clock, answered_at, counted, resolved_at
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True, eq=False)
class Experience:
    """What each customer met with; every column has shape (n_customers,)."""

    case: IntArray
    """Row of the first contact."""
    wait_ms: IntArray
    """First message → first answer in any of the contacts, by the wall; ``NEVER`` without one."""
    gave_up: BoolArray
    """Whether that answer came after the customer had given up."""
    is_solved: BoolArray
    """Whether the last contact ended answered or contained."""
    attempts: IntArray
    """Contacts, the first one included."""

    @property
    def is_answered(self) -> BoolArray:
        """Whether there was an answer at all."""
        return np.asarray(self.wait_ms != NEVER)

    def answered_within(self, within_ms: int) -> BoolArray:
        """Return who was answered within a time, before giving up."""
        return np.asarray(self.is_answered & ~self.gave_up & (self.wait_ms <= within_ms))

    def of(self, which: BoolArray) -> Experience:
        """Return some of the customers."""
        return Experience(
            self.case[which], self.wait_ms[which], self.gave_up[which], self.is_solved[which], self.attempts[which]
        )


def experience(
    workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL, window_ms: int = NEVER
) -> Experience:
    """Return what each customer met with.

    Parameters
    ----------
    workload, trace, rules
        Of one run.
    clock
        Only its ``bot_counts`` is read: whether a bot's answer is an answer.
    window_ms
        A come-back later than this after the end of the contact before, and all that follows from it, is left out.

    Returns
    -------
    Experience
        In the row order of the first contacts. Who waits at the end of the run is unanswered, and a case that is not
        ended is not solved: the run-off should be longer than the longest wait that matters.
    """
    wall = Clock(bot_counts=clock.bot_counts)
    counts = counted(workload, trace)
    is_root = counts & ~workload.is_child
    belongs = is_root.copy()
    has_next = np.zeros(workload.n_cases, dtype=bool)
    child = np.flatnonzero(counts & workload.is_child)
    parent = workload.parent[child]
    same = np.ones(len(child), dtype=bool)
    if window_ms != NEVER:
        served = np.isin(trace.case_outcome[parent], (Outcome.ANSWERED, Outcome.CONTAINED))
        same = ~served | (trace.case_arrived_at[child] - trace.case_ended_at[parent] <= window_ms)
    while len(child):  # a level of the chains at a time; at most ten
        joins = belongs[parent] & same
        belongs[child[joins]] = has_next[parent[joins]] = True
        if not joins.any():
            break
        child, parent, same = child[~joins], parent[~joins], same[~joins]

    case = np.flatnonzero(is_root)
    customer = np.full(workload.n_cases, NEVER, dtype=np.int64)
    customer[case] = np.arange(len(case))
    row = np.flatnonzero(belongs)
    of = customer[workload.root[row]]
    answer, lapsed = answered_at(workload, trace, rules, wall)[row], trace.case_lapsed_at[row] >= 0
    got = np.flatnonzero(answer >= 0)
    got = got[np.lexsort((lapsed[got], answer[got], of[got]))]
    whose, first = np.unique(of[got], return_index=True)
    earliest = got[first]
    wait, gave_up = np.full(len(case), NEVER, dtype=np.int64), np.zeros(len(case), dtype=bool)
    wait[whose] = answer[earliest] - trace.case_arrived_at[case[whose]]
    gave_up[whose] = lapsed[earliest]
    last = row[~has_next[row]]
    is_solved = np.zeros(len(case), dtype=bool)
    is_solved[customer[workload.root[last]]] = resolved_at(workload, trace, wall)[last] >= 0
    return Experience(case, wait, gave_up, is_solved, np.bincount(of, minlength=len(case)))

"""Runs of the compiled engine: in one go, or stopped at an instant and gone on, on the same or another roster.

Comes in: workload, roster, rules. Goes out: a trace. Left out: checks that the inputs fit (``engine.simulate``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from careplan.columns import NEVER, constant
from careplan.engine.contract import Rules
from careplan.engine.fast.cache import forget_stale_code
from careplan.engine.fast.edges import close
from careplan.engine.fast.kernel import play
from careplan.engine.fast.layout import DONE, GROUP, IS_ON, LAST_ON, NEXT_DUTY, STATUS
from careplan.engine.fast.pack import (
    Array,
    Customers,
    Duty,
    Law,
    State,
    empty_state,
    own_copy,
    pack_customers,
    pack_duty,
    pack_law,
    with_more_events,
)
from careplan.engine.fast.pool import run_pool, suits
from careplan.errors import TableError
from careplan.executor import keep_memory
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

forget_stale_code()


def run_compiled(workload: Workload, roster: Roster, rules: Rules, until: int) -> Trace:
    """Play the whole run and return its trace; see :func:`careplan.engine.simulate.simulate`."""
    keep_memory()
    if suits(workload, roster, rules):
        return run_pool(workload, roster, rules, until)
    run = Run(workload, roster, rules)
    run.go_on(until)
    return run.close()


class Run:
    """One run that can stop at an instant and go on.

    It is created before instant 0, plays up to (not including) the instants it is told, may be copied on the way,
    may go on under another roster that has the same past, and ends as a trace.
    """

    def __init__(self, workload: Workload, roster: Roster, rules: Rules) -> None:
        self.customers: Customers = pack_customers(workload)
        self.law: Law = pack_law(rules)
        self.duty: Duty = pack_duty(roster)
        self.state: State = empty_state(self.customers, rules, roster.agent_group)
        self.state.agents[:, LAST_ON] = self.duty.last_on
        self.played_until = 0

    def go_on(self, until: int) -> None:
        """Play every instant before ``until`` that has not been played."""
        while True:
            play(self.customers, self.law, self.duty, self.state, until)
            if self.state.counters[STATUS] == DONE:
                break
            self.state = with_more_events(self.state)
        self.played_until = max(self.played_until, until)

    def copy(self) -> Run:
        """Return an independent run at the same instant; customers and rules are shared."""
        twin = object.__new__(Run)
        twin.customers, twin.law, twin.duty = self.customers, self.law, self.duty
        copies: dict[str, Any] = {k: own_copy(v) for k, v in self.state._asdict().items() if isinstance(v, np.ndarray)}
        twin.state = self.state._replace(**copies)
        twin.played_until = self.played_until
        return twin

    def change_roster(self, roster: Roster) -> None:
        """Go on under another roster with the same agents and the same changes of duty so far.

        Raises
        ------
        TableError
            If the agents differ, or who is on duty now would.
        """
        if not np.array_equal(roster.agent_group, self.state.agents[:, GROUP]):
            raise TableError("roster", ["has other agents than the run; a run keeps its agents"])
        duty = pack_duty(roster)
        next_change = int(np.searchsorted(duty.at, self.played_until))
        is_on = np.zeros(roster.n_agents, dtype=bool)
        now = (roster.spell_on < self.played_until) & (roster.spell_off >= self.played_until)
        is_on[roster.spell_agent[now]] = True
        if not np.array_equal(is_on, self.state.agents[:, IS_ON] == 1):
            raise TableError("roster", [f"has others on duty before {self.played_until} ms than the run had"])
        self.duty = duty
        self.state.agents[:, LAST_ON] = duty.last_on
        self.state.counters[NEXT_DUTY] = next_change

    def close(self) -> Trace:
        """End the run where it stands and return its trace. The run itself is used up."""
        s, until = self.state, self.played_until
        close(self.customers, self.law, self.duty, s, until)
        return Trace(
            until=until,
            case_arrived_at=s.case_arrived_at,
            case_outcome=s.outcome,
            case_ended_at=s.case_ended_at,
            case_lapsed_at=_or_all(NEVER, s.lapsed_at, len(s.outcome)),
            case_bot_slot=_or_all(NEVER, s.bot_slot, len(s.outcome)),
            turn_queued_at=s.queued_at,
            turn_started_at=s.started_at,
            turn_ended_at=s.ended_at,
            turn_agent_ix=s.agent_ix,
            turn_interrupted=_or_all(False, s.interrupted, len(s.queued_at)),
            turn_held_until=_or_all(NEVER, s.held_until, len(s.queued_at)),
        )


def _or_all(value: int | bool, column: Array, rows: int) -> Array:
    """Return the column, or where the world has no use for it the value for every row, at no cost of memory."""
    return column if len(column) == rows else constant(value, column.dtype, rows)

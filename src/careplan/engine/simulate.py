"""The one door to both engines: ``simulate(workload, roster, rules, until=…)`` gives a trace.

Comes in: customers, people and rules, and the end of the run. Goes out: what happened.
Left out: drawing (done before), metrics (done after).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np

from careplan.columns import MAX_DURATION_MS
from careplan.engine.contract import Rules
from careplan.errors import TableError
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

LONGEST_RUN_MS = 3 * MAX_DURATION_MS
"""So that an instant and a load fit into one sortable integer of the compiled engine."""

EngineName = Literal["compiled", "reference"]


def simulate(
    workload: Workload, roster: Roster, rules: Rules, *, until: int, engine: EngineName | None = None
) -> Trace:
    """Play a workload on a roster under the rules of RULES.md.

    Parameters
    ----------
    workload
        Who writes, when, and how much work it is.
    roster
        Who is on duty when. Its groups must be groups of ``rules``.
    rules
        How queues, groups and bots behave. Its queues must be those of the workload.
    until
        End of the run, ms; instants before it are played, itself not.
    engine
        ``"compiled"`` or ``"reference"``; both give the same trace. Default: compiled where numba is installed.

    Returns
    -------
    Trace
        Columns in the rows of the workload. Its provenance names versions, workload and engine.

    Raises
    ------
    TableError
        If workload, roster and rules do not belong together.
    """
    chosen = engine or default_engine()
    trace = play(workload, roster, rules, until=until, engine=chosen)
    return replace(trace, provenance=Provenance.now(workload=workload.digest, engine=chosen))


def play(workload: Workload, roster: Roster, rules: Rules, *, until: int, engine: EngineName | None = None) -> Trace:
    """Play as :func:`simulate` does, without saying in the trace who played it: for searches that play thousands."""
    findings = mismatches(workload, roster, rules, until)
    if findings:
        raise TableError("simulate", findings)
    chosen = engine or default_engine()
    if chosen == "compiled":
        if not has_numba():
            raise TableError(
                "simulate", ["engine is compiled, and numba is not installed; install it, or choose engine reference"]
            )
        from careplan.engine.fast.run import run_compiled

        return run_compiled(workload, roster, rules, until)
    if chosen == "reference":
        from careplan.engine.reference.run import run_reference

        return run_reference(workload, roster, rules, until)
    raise TableError("simulate", [f"engine is {engine!r}; known engines: compiled, reference"])


def default_engine() -> EngineName:
    """Return the compiled engine's name where it can run, else the reference engine's."""
    return "compiled" if has_numba() else "reference"


@cache
def has_numba() -> bool:
    """Whether the compiled engine can run here."""
    from importlib.util import find_spec

    return find_spec("numba") is not None


def mismatches(workload: Workload, roster: Roster, rules: Rules, until: int) -> list[str]:
    """Return a sentence for everything by which the inputs of one run do not fit together."""
    found = []
    if not 0 <= until <= LONGEST_RUN_MS:
        found.append(f"the run ends at {until}; expected 0 to {LONGEST_RUN_MS} (thirty years)")
    if workload.queues != rules.queues:
        found.append(f"the workload's queues are {list(workload.queues)}; the rules' are {list(rules.queues)}")
        return found
    if roster.groups != rules.groups:
        unknown = sorted(set(roster.groups) ^ set(rules.groups))
        found.append(f"roster and rules differ in the groups {unknown}; name every group in both, even without agents")
    if rules.most_bots > workload.n_bot_slots:
        found.append(
            f"queues list up to {rules.most_bots} bots; the workload has draws for {workload.n_bot_slots} "
            "(bot_ms columns)"
        )
    if rules.may_interrupt and workload.n_turns > workload.n_cases:
        many = np.diff(workload.turn_start) > 1
        wrong = many & rules.interrupts[workload.queue_ix]
        if wrong.any():
            row = int(np.argmax(wrong))
            name = rules.queues[workload.queue_ix[row]]
            found.append(f"case {row} of queue {name} has more than one turn, and {name} interrupts (rule 5.8)")
    return found

"""The reference engine: build a world, play it, note what happened.

Comes in: workload, roster and rules that belong together (``simulate`` checks it). Goes out: a trace.
Read next: ``moments`` (one instant), ``turns``, ``cases`` and ``agents`` (three lives), ``waiting`` and
``dispatch`` (how they meet), ``world`` (how it all begins).
"""

from __future__ import annotations

import numpy as np

from careplan.columns import NEVER
from careplan.engine.contract import Rules
from careplan.engine.reference.world import World, build
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


def run_reference(
    workload: Workload,
    roster: Roster,
    rules: Rules,
    until: int,
    *,
    shuffle_seed: int | None = None,
) -> Trace:
    """Play a workload on a roster, case by case and agent by agent.

    Parameters
    ----------
    workload, roster, rules
        One world, as :func:`careplan.engine.simulate.simulate` takes it.
    until
        End of the run, ms; instants before it are played, itself not.
    shuffle_seed
        Play what falls on one step of one instant in a random order. The trace must not change (rule 1).

    Returns
    -------
    Trace
        Columns in the rows of the workload.
    """
    world = build(workload, roster, rules, shuffle_seed)
    world.clock.run(until)
    end_holds(world, until)
    return trace_of(world, until)


def end_holds(world: World, until: int) -> None:
    """What is still held at the end of the run counts as held until then."""
    for agent in world.agents:
        for turn in agent.owned:
            if turn.held_units > 0 and turn.before is not None:
                turn.before.held_until = until


def trace_of(world: World, until: int) -> Trace:
    """Return what cases and turns have noted of their lives, as columns."""
    cases = world.cases
    turns = [turn for case in cases for turn in case.turns]
    return Trace(
        until=until,
        case_arrived_at=column([case.arrived_at for case in cases]),
        case_outcome=column([case.outcome for case in cases]),
        case_ended_at=column([case.ended_at for case in cases]),
        case_lapsed_at=column([case.lapsed_at for case in cases]),
        case_bot_slot=column([case.bot_slot for case in cases]),
        turn_queued_at=column([turn.queued_at for turn in turns]),
        turn_started_at=column([turn.started_at for turn in turns]),
        turn_ended_at=column([turn.ended_at for turn in turns]),
        turn_agent_ix=column([NEVER if turn.agent is None else turn.agent.number for turn in turns]),
        turn_interrupted=np.array([turn.interrupted for turn in turns], dtype=np.bool_),
        turn_held_until=column([turn.held_until for turn in turns]),
    )


def column(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return instants or numbers as int64."""
    return np.array(values, dtype=np.int64)

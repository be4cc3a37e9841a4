"""One staffing over many replications.

Comes in: a scenario, and a roster if not its own. Goes out: a report. Left out: several staffings (compare), searching
for one (planning), layout (reporting).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from careplan.engine.contract import Rules
from careplan.engine.rules import rules_of
from careplan.engine.simulate import EngineName, simulate
from careplan.errors import TableError
from careplan.executor import Done, Workers
from careplan.metrics.definitions import Definitions
from careplan.metrics.goals import View
from careplan.metrics.measures import Measures
from careplan.metrics.report import Report
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.staffing import staffed_roster, with_absence
from careplan.trace.tables import Trace
from careplan.workload.luck import luck_of
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload


def replicate(
    scenario: Scenario,
    roster: Roster | None = None,
    *,
    seed: int | None = None,
    replications: int | Iterable[int] | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    controls: bool = False,
    definitions: Definitions | None = None,
    on_done: Done | None = None,
    on_measured: Callable[[int, Measures], object] | None = None,
) -> Report:
    """Return what a staffing comes to over replications: sample, simulate and measure each.

    Parameters
    ----------
    scenario
        The world.
    roster
        Who is planned to be on duty; absence is drawn and cut out per replication. None: as the scenario states.
    seed
        None: the scenario's.
    replications
        How many (from 0), or which; None: the scenario's ``run.replications``.
    engine
        None: the scenario's ``run.engine``, the reference where numba is not installed.
    workers
        Threads; None: one for each processor.
    controls
        Whether to sharpen the targets' figures by how busy each replication happened to be (control variates; 20
        replications at least, else they stay as they are).
    definitions
        Count what every definition of a service level needs (``metrics.defined`` reads them off the report); None: the
        ordinary figures.
    on_done
        Called as (done, all) while it goes on.
    on_measured
        Called as (replication, measures) in the thread that measured it, so that whoever interrupts can keep what
        is finished.

    Returns
    -------
    Report
        One :class:`~careplan.metrics.measures.Measures` per replication, in their order.
    """
    seed, numbers = numbers_of(scenario, seed, replications)
    view = View(scenario, definitions)

    def one(number: int) -> Measures:
        measures = measured(view, roster, seed, number, engine, with_luck=controls)
        if on_measured is not None:
            on_measured(number, measures)
        return measures

    with Workers(workers) as threads:
        runs = threads.map(one, numbers, on_done=on_done)
    return Report.of(runs, uses_controls=controls)


def measured(
    view: View,
    roster: Roster | None,
    seed: int,
    replication: int,
    engine: EngineName | None,
    *,
    with_luck: bool = False,
) -> Measures:
    """Return what one replication of a staffing of a view's scenario comes to; parameters as in :func:`replicate`."""
    scenario = view.scenario
    workload, trace, on_duty, rules = played(scenario, roster, seed, replication, engine)
    found = view.measure(workload, trace, on_duty, rules)
    return replace(found, luck=luck_of(scenario, workload, seed=seed, replication=replication)) if with_luck else found


def played(
    scenario: Scenario,
    roster: Roster | None,
    seed: int,
    replication: int,
    engine: EngineName | None,
    *,
    rules: Rules | None = None,
) -> tuple[Workload, Trace, Roster, Rules]:
    """Return one replication of a staffing, played: its cases, what happened, who was there, by which rules (the
    scenario's, unless given).
    """
    rules = rules_of(scenario) if rules is None else rules
    workload = sample(scenario, seed=seed, replication=replication)
    if roster is None:
        on_duty = staffed_roster(scenario, seed=seed, replication=replication)
    else:
        on_duty = with_absence(roster, scenario, seed=seed, replication=replication)
    trace = simulate(workload, on_duty, rules, until=scenario.clock.end, engine=engine_of(scenario, engine))
    assert trace.provenance is not None
    made_by = replace(trace.provenance, scenario=scenario.digest, seed=seed, replications=(replication,))
    return workload, replace(trace, provenance=made_by), on_duty, rules


def numbers_of(scenario: Scenario, seed: int | None, replications: int | Iterable[int] | None) -> tuple[int, list[int]]:
    """Return seed and replication numbers, defaults filled in.

    Raises
    ------
    TableError
        If the numbers are none, below 0, or not all different.
    """
    wanted = scenario.run.replications if replications is None else replications
    numbers = list(range(wanted)) if isinstance(wanted, int) else list(wanted)
    if not numbers or len(set(numbers)) != len(numbers) or min(numbers) < 0:
        raise TableError("replications", [f"are {numbers[:5]}; expected at least one, different, from 0"])
    return scenario.run.seed if seed is None else seed, numbers


def engine_of(scenario: Scenario, engine: EngineName | None) -> EngineName:
    """Return the engine asked for, else the scenario's where it can run."""
    from careplan.engine.simulate import has_numba

    if engine is not None:
        return engine
    return scenario.run.engine if has_numba() else "reference"

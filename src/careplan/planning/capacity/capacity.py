"""``capacity``: how many people it takes over months to years, whom to hire when, and what it costs.

Comes in: a scenario, with or without a section ``capacity``. Goes out: a
:class:`~careplan.planning.capacity.plan.CapacityPlan`. Left out: shifts, bots, telephony and what service is worth.

The road: forecast the months; simulate a week at chosen ones and one held out; interpolate the others; find the
classes; work out the rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from careplan.engine.simulate import has_numba
from careplan.planning.capacity.forecast import months_ahead
from careplan.planning.capacity.heads import rows_of, tenures_of, terms_of
from careplan.planning.capacity.hiring import class_of, hired
from careplan.planning.capacity.need import Simulation, chosen, held_out_of, loads_of, needs_of
from careplan.planning.capacity.notes import notes_of
from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity, Hiring
from careplan.planning.capacity.rows import CapacityMonth, Intake, Need
from careplan.planning.effort import Progress, Stage, Ticker
from careplan.planning.plan import StaffPlan
from careplan.planning.staff import staff
from careplan.provenance import Provenance
from careplan.scenario.capacity import Capacity, months_between
from careplan.scenario.models import Scenario


def capacity(
    scenario: Scenario,
    *,
    months: int | None = None,
    simulate: int | Sequence[str] | None = None,
    plans: int | None = None,
    hold_out: bool = True,
    seed: int | None = None,
    replications: int | None = None,
    judge_replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> CapacityPlan:
    """Return the capacity plan of a scenario.

    Parameters
    ----------
    scenario
        With targets; its section ``capacity`` says the rest, and without it a year of the volume as written is planned.
    months
        How many, 1 to 60; None: the scenario's.
    simulate
        How many months have a week simulated, or which (``["2026-04", …]``); None: the scenario's.
    plans
        How many plans are made of each of these weeks; None: the scenario's.
    hold_out
        Whether one further week is simulated to check the interpolation with.
    seed
        Of all luck; None: the scenario's.
    replications, judge_replications
        Of each plan of a week, to search on and to judge on; None: as ``staff`` chooses.
    workers
        Threads; None: one for each processor.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Raises
    ------
    ScenarioError
        If what is asked for does not fit the scenario.
    InfeasibleError
        If no staffing meets the targets of a simulated week: says of which month.

    Notes
    -----
    An interrupt (Ctrl-C) keeps the weeks that are finished, and marks the plan as partial.
    """
    asked: dict[str, Any] = {"months": months, "plans": plans}
    asked["simulate"] = simulate if simulate is None or isinstance(simulate, int) else list(simulate)
    changes = {f"capacity.{key}": value for key, value in asked.items() if value is not None}
    scenario = scenario.with_changes(changes) if changes else scenario
    terms = scenario.capacity or Capacity()
    ahead = months_ahead(scenario)
    loads = loads_of(scenario, ahead)
    seed = scenario.run.seed if seed is None else seed
    wished = terms.simulate
    if isinstance(wished, tuple):
        wished_months: int | Sequence[int] = [months_between(ahead[0].first, month) for month in wished]
    else:
        wished_months = wished
    numbers, spare = chosen(loads, wished_months)
    spare = spare if hold_out else None
    simulation = Simulation(scenario, ahead, seed, terms.plans)
    ticker = Ticker(progress)
    of = terms.plans * (len(numbers) + (spare is not None))

    def plan(week: Scenario, its_seed: int, called: str) -> StaffPlan:
        def told(stage: Stage) -> None:
            ticker.tell(f"{called}: {stage.name}", (simulation.done + stage.fraction) / of)

        return staff(
            week,
            seed=its_seed,
            replications=replications,
            judge_replications=judge_replications,
            cover_nights=False,
            workers=workers,
            progress=told,
        )

    simulation.play(_outer_first(numbers, loads), plan)
    weeks = dict(sorted(simulation.weeks.items()))
    held_out = None
    if spare is not None and not simulation.is_partial:
        simulation.play([spare], plan)
        extra = simulation.weeks.pop(spare, None)
        held_out = None if extra is None else held_out_of(scenario, loads, weeks, extra)
    needs = {group: needs_of(group, loads[group], weeks) for group in scenario.groups}
    groups = tuple(_group(scenario, terms, name, ahead, needs[name]) for name in scenario.groups)
    ticker.tell("done", 1.0)
    every = [one for week in (*weeks.values(), *([held_out.week] if held_out else ())) for one in week.plans]
    return CapacityPlan(
        name=scenario.name,
        title=scenario.title,
        currency=scenario.currency,
        months=ahead,
        groups=groups,
        queues_of={name: tuple(group.skills) for name, group in scenario.groups.items()},
        weeks=tuple(weeks.values()),
        held_out=held_out,
        notes=tuple(notes_of(scenario, ahead, groups, weeks, wished_months, is_partial=simulation.is_partial)),
        is_partial=simulation.is_partial,
        provenance=Provenance.now(
            scenario=scenario.digest,
            seed=seed,
            replications=sorted({r for one in every for r in one.provenance.replications}),
            engine="compiled" if has_numba() else "reference",
        ),
    )


def _outer_first(numbers: Sequence[int], loads: dict[str, Any]) -> list[int]:
    """The months to simulate, those with the least and the most load first, so that an interrupt leaves a line."""
    order = sorted(numbers, key=lambda n: sum(row[n] for row in loads.values()))
    return [*order[-1:], *order[:-1]]


def _group(
    scenario: Scenario, terms: Capacity, name: str, months: tuple[CapacityMonth, ...], needs: tuple[Need, ...]
) -> GroupCapacity:
    """Heads, hires and cost of one group."""
    staffed = terms.staff_of(name)
    its = terms_of(scenario, name)
    tenures = tenures_of(its)
    heads = staffed.heads
    if heads is None:
        gross = Fraction(needs[0].net) / (1 - Fraction(its.shrinkage))
        there = [Intake(0, math.ceil(gross / its.lasting), None, None)]
    else:
        first = months[0].first
        there = [
            Intake(0, one.heads, None if one.since is None else months_between(one.since, first), one.since)
            for one in heads
        ]
    hiring: Hiring | None = None
    if isinstance(staffed.hire, dict):
        given = [(months_between(months[0].first, month), size) for month, size in staffed.hire.items()]
        classes = tuple(class_of(months, n, size, staffed.classes) for n, size in given if size)
    else:
        classes, hiring = hired(months, needs, its, tenures, there, staffed)
    intakes = (*there, *classes)
    rows = rows_of(months, needs, its, tenures, intakes)
    return GroupCapacity(name, its, tenures, intakes, rows, hiring, heads_are_assumed=heads is None)

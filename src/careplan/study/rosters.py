"""A roster of people played: planned against simulated service, and the chance that a week meets the targets.

Comes in: a scenario over the weeks of a roster, the roster. Goes out: a :class:`RosterRun`. Left out: finding the
roster (planning), layout (reporting).

Planned is the roster with everybody there, simulated the same with absence drawn: the same customers, the same breaks,
overtime as the engine has it. So what lies between the two is what absence costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from careplan.columns import BoolArray
from careplan.costing.bill import Bill, Line, bill_of_runs
from careplan.costing.usage import Usage, usage_of
from careplan.engine.simulate import EngineName
from careplan.executor import Done, Workers
from careplan.metrics.goals import View
from careplan.metrics.measures import Measures
from careplan.metrics.precision import FIRST_LOOK
from careplan.metrics.report import Report
from careplan.metrics.together import ALL_AT_ONCE, Whole, wholes
from careplan.metrics.uncertainty import Estimate, means, paired_difference, wilson
from careplan.planning.drawing import FEWEST_JUDGES
from careplan.planning.rosters.duties import NamedRoster
from careplan.planning.rosters.horizon import leave_paid, pay_of_people
from careplan.planning.rosters.paying import on_duty_with_breaks, wages_of_people
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.study.replicate import engine_of, numbers_of, played
from careplan.units import HOUR_MS

_OVERTIME = ("overtime", "premiums of overtime")
"""Lines of a bill that are overtime."""


@dataclass(frozen=True)
class WeekFigure:
    """What one target comes to in one week of the roster, in the target's unit: a share, or seconds."""

    label: str
    """The first day of the week; ``all`` for the whole roster."""
    planned: Estimate
    """With everybody there."""
    simulated: Estimate
    """With absence."""
    difference: Estimate
    """Simulated less planned, paired by replication."""
    planned_chance: Estimate
    """That a single week meets the target, with everybody there."""
    chance: Estimate
    """The same with absence."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        parts = ("planned", "simulated", "difference", "planned_chance", "chance")
        return {"week": self.label, **{part: getattr(self, part).to_dict() for part in parts}}


@dataclass(frozen=True, eq=False)
class RosterRun:
    """A roster of people, played. ``str()`` prints planned against simulated."""

    scenario: Scenario
    """Over the weeks of the roster."""
    roster: NamedRoster
    planned: Report
    simulated: Report
    planned_bill: Bill
    bill: Bill
    asked: int
    """Replications that were asked for; more than there are if the run was interrupted."""
    provenance: Provenance

    @property
    def is_partial(self) -> bool:
        """Whether the run was interrupted."""
        return self.simulated.n < self.asked

    @property
    def holds(self) -> bool:
        """Whether every target holds, with absence."""
        return all(whole.holds for whole in self.simulated.targets)

    @cached_property
    def weeks(self) -> tuple[str, ...]:
        """The first day of every week."""
        return self.simulated.first.periods.labels_of("week")

    def figures(self, goal: int) -> tuple[WeekFigure, ...]:
        """Return planned and simulated service of one goal, by week and, last, of the whole roster."""
        planned, simulated = (report.score_over(goal, "week") for report in (self.planned, self.simulated))
        tops = [score.numerator * score.goal.scale for score in (simulated, planned)]
        difference = paired_difference(tops[0], simulated.denominator, tops[1], planned.denominator)
        scale = simulated.goal.scale
        found = [
            WeekFigure(
                label,
                planned.by_period.at(k).times(scale),
                simulated.by_period.at(k).times(scale),
                difference.at(k),
                planned.chance_by_period[k],
                simulated.chance_by_period[k],
            )
            for k, label in enumerate(self.weeks)
        ]
        whole = WeekFigure(
            "all", planned.figure, simulated.figure, simulated.minus(planned), planned.chance, simulated.chance
        )
        return (*found, whole)

    @cached_property
    def chances(self) -> dict[str, tuple[Estimate, ...]]:
        """The chance that a single week meets each target, and all of them at once where there are several.

        By week and, last, of all weeks. A week meets a target by its figure over the whole week.
        """
        scores = [self.simulated.score_over(k, "week") for k in range(len(self.simulated.first.goals))]
        targets = wholes(scores)
        several = {ALL_AT_ONCE: Whole(ALL_AT_ONCE, tuple(scores))} if len(targets) > 1 else {}
        return {name: _by_week(whole) for name, whole in ({one.name: one for one in targets} | several).items()}

    @property
    def overtime_hours(self) -> Estimate:
        """Hours worked off duty in the roster's weeks, with absence."""
        return means(_overtime_hours(self.bill.usages)).at()

    @property
    def overtime_cost(self) -> Estimate | None:
        """What they cost, premiums included; None where no group has a wage."""
        if self.bill.wages.cost is None:
            return None
        return _sum_of(self.bill, [line for line in self.bill.of("people") if line.what in _OVERTIME])

    @property
    def costs(self) -> tuple[Estimate, Estimate] | None:
        """What people cost in the roster's weeks, planned and simulated, with leave; None where no group has a wage.

        Who is absent is paid. So the two differ by overtime, each with its own.
        """
        if self.bill.wages.cost is None:
            return None
        leave = Line("people", "all", "leave", self.leave_cost)
        planned, simulated = (_sum_of(bill, [*bill.of("people"), leave]) for bill in (self.planned_bill, self.bill))
        return planned, simulated

    @property
    def leave_cost(self) -> Decimal:
        """What leave is paid."""
        return leave_paid(self.roster, self.scenario)

    @property
    def absent_hours(self) -> Estimate:
        """Hours on duty that absence takes in the roster's weeks."""
        on_duty = [
            np.array([m.group_tables["on_duty_ms"].sum() for m in report.measures], dtype=np.float64) / HOUR_MS
            for report in (self.planned, self.simulated)
        ]
        return means(on_duty[0] - on_duty[1]).at()

    def to_dict(self) -> dict[str, Any]:
        """Return the run for JSON, with stable keys."""
        goals = self.simulated.first.goals
        overtime_cost, costs = self.overtime_cost, self.costs
        return {
            "holds": self.holds,
            "is_partial": self.is_partial,
            "replications": self.simulated.n,
            "weeks": list(self.weeks),
            "targets": [
                {
                    "name": goal.name,
                    "kind": goal.kind,
                    "part_of": goal.whole or None,
                    "unit": goal.unit,
                    "wanted": goal.share * goal.scale,
                    "by_week": [figure.to_dict() for figure in self.figures(k)],
                }
                for k, goal in enumerate(goals)
            ],
            "chance_of_a_week": {
                name: {"by_week": [e.to_dict() for e in found[:-1]], "all": found[-1].to_dict()}
                for name, found in self.chances.items()
            },
            "overtime_hours": self.overtime_hours.to_dict(),
            "overtime_cost": None if overtime_cost is None else overtime_cost.to_dict(),
            "absent_hours": self.absent_hours.to_dict(),
            "cost_planned": None if costs is None else costs[0].to_dict(),
            "cost_simulated": None if costs is None else costs[1].to_dict(),
            "leave_cost": str(self.leave_cost),
            "currency": self.bill.currency or None,
            "wages": self.bill.wages.to_dict(),
            "scorecard": [score.to_dict() for score in self.simulated.scorecard],
            "provenance": self.provenance.to_dict(),
        }

    def __str__(self) -> str:
        lines = []
        for k, goal in enumerate(self.simulated.first.goals):
            whole = self.figures(k)[-1]
            words = [goal.words(e.value / goal.scale) for e in (whole.planned, whole.simulated)]
            lines.append(
                f"{goal.name}: planned {words[0]}, simulated {words[1]}; a week meets it with chance "
                f"{100 * whole.chance.value:.0f} %"
            )
        return "\n".join(lines)


def play_roster(
    scenario: Scenario,
    roster: NamedRoster,
    *,
    seed: int | None = None,
    replications: int | Iterable[int] | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    on_done: Done | None = None,
) -> RosterRun:
    """Return what a roster of people comes to: every replication with everybody there, and with absence.

    Parameters
    ----------
    scenario
        Over the weeks of the roster (``planning.rosters.horizon.over_its_weeks``).
    roster
        Who works when. It repeats itself in warm-up and run-off.
    seed, engine, workers, on_done
        As in :func:`careplan.study.replicate.replicate`.
    replications
        None: those of the scenario, at least 100.

    Returns
    -------
    RosterRun
        If interrupted once a replication is finished: of those that are.
    """
    wanted = max(scenario.run.replications, FEWEST_JUDGES) if replications is None else replications
    seed, numbers = numbers_of(scenario, seed, wanted)
    on_duty = on_duty_with_breaks(roster, scenario)
    present = _nobody_absent(scenario)
    view = View(scenario)
    done: dict[int, tuple[tuple[Measures, Usage], tuple[Measures, Usage]]] = {}

    def measured(world: Scenario, number: int) -> tuple[Measures, Usage]:
        workload, trace, there, rules = played(world, on_duty, seed, number, engine)
        measures = view.measure(workload, trace, there, rules)
        usage = usage_of(scenario, workload, trace, there, rules, measures)
        return (measures if number in numbers[:FIRST_LOOK] else measures.without_samples()), usage

    def one(number: int) -> None:
        simulated = measured(scenario, number)
        done[number] = (simulated if present is scenario else measured(present, number)), simulated

    try:
        with Workers(workers) as threads:
            threads.map(one, numbers, on_done=on_done)
    except KeyboardInterrupt:
        if not done:
            raise
    finished = [number for number in numbers if number in done]
    planned, simulated = zip(*(done[number] for number in finished), strict=True)
    pay = pay_of_people(roster, scenario)
    wages = wages_of_people(roster, scenario)
    return RosterRun(
        scenario,
        roster,
        Report.of([measures for measures, _ in planned]),
        Report.of([measures for measures, _ in simulated]),
        bill_of_runs(scenario, wages, pay, [usage for _, usage in planned]),
        bill_of_runs(scenario, wages, pay, [usage for _, usage in simulated]),
        len(numbers),
        Provenance.now(scenario=scenario.digest, seed=seed, replications=finished, engine=engine_of(scenario, engine)),
    )


def _nobody_absent(scenario: Scenario) -> Scenario:
    changes = {f"groups.{name}.absence": "0 %" for name, group in scenario.groups.items() if group.absence > 0}
    return scenario.with_changes(changes) if changes else scenario


def _by_week(whole: Whole) -> tuple[Estimate, ...]:
    """The chance of each week over the replications, and of all."""
    columns: list[tuple[BoolArray, BoolArray]] = list(zip(whole.met.T, whole.counts.T, strict=True))
    return (*(wilson(int(met.sum()), int(counts.sum())) for met, counts in columns), whole.chance)


def _overtime_hours(usages: Iterable[Usage]) -> list[float]:
    return [sum(b - a for windows in usage.overtime.values() for a, b in windows) / HOUR_MS for usage in usages]


def _sum_of(bill: Bill, lines: Sequence[Line]) -> Estimate:
    """The sum of lines of a bill, exact, and its interval where any of them is simulated."""
    each = np.zeros(len(bill.usages))
    for line in lines:
        each += float(line.amount) if line.each is None else line.each
    return Line("people", "all", "", sum((line.amount for line in lines), Decimal(0)), each).estimate

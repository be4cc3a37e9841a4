"""The same world at several values of something: a number, a rule, the staffing.

Comes in: a scenario, values by dotted path, scales of its staffing. Goes out: a :class:`Sweep`, whose points met the
same customers wherever what was varied leaves them the same. Left out: searching for the best value (planning).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.columns import IntArray
from careplan.costing.pay import pay_of
from careplan.costing.wages import WageBill, wage_bill
from careplan.engine.simulate import EngineName
from careplan.executor import Done, Workers
from careplan.metrics.goals import View
from careplan.metrics.measures import Measures
from careplan.metrics.outcome_sums import OutcomeSums, outcome_sums
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Score
from careplan.metrics.together import wholes
from careplan.metrics.uncertainty import Estimate, bootstrap_percentiles, paired_difference, ratios
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.study.replicate import engine_of, measured, numbers_of
from careplan.study.varying import Variant, variants_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SweepPoint:
    """What one point comes to. Per replication are only sums, so that points can be compared pair by pair."""

    values: Mapping[str, str]
    """Path → value as written; ``staffing`` is the scale of the staffing."""
    digest: str
    """Of the scenario at this point."""
    scores: tuple[Score, ...]
    first_response: tuple[IntArray, IntArray]
    """Σ of the first responses, ms, and how many there were, by replication."""
    replied: tuple[IntArray, IntArray]
    """Cases that got a reply, and that need one, by replication."""
    median_ms: Estimate
    """Median first response over cases of all replications."""
    bill: WageBill
    agents_at_peak: int
    outcomes: Mapping[str, OutcomeSums]
    """What is assumed of customers, by metric; empty where the scenario assumes nothing."""

    @property
    def holds(self) -> bool:
        """Whether every target holds."""
        return all(whole.holds for whole in wholes(self.scores))

    @property
    def mean_first_response(self) -> Estimate:
        """Mean first response over cases that got one, seconds."""
        return ratios(*self.first_response).clipped(0, np.inf).at().times(1 / 1000)

    @property
    def median_first_response(self) -> Estimate:
        """Median first response over cases that got one, seconds."""
        return self.median_ms.times(1 / 1000)

    @property
    def response_rate(self) -> Estimate:
        """Cases that got a reply, however late ÷ cases that need one."""
        return ratios(*self.replied).clipped(0, 1).at()

    @property
    def paid_hours_a_week(self) -> Decimal:
        """Paid hours, shrinkage included."""
        return self.bill.paid_hours_a_week

    @property
    def cost_a_week(self) -> Decimal | None:
        """Wages; None without any."""
        return self.bill.cost_a_week


@dataclass(frozen=True, eq=False)
class Sweep:
    """Points of one scenario, in order; the others are compared with the first. ``str()`` prints a table."""

    name: str
    """Of the scenario."""
    paths: tuple[str, ...]
    """What was varied."""
    points: tuple[SweepPoint, ...]
    asked: int
    """Points that were asked for; more than there are if the run was interrupted."""
    provenance: Provenance

    @property
    def is_partial(self) -> bool:
        """Whether the run was interrupted."""
        return len(self.points) < self.asked

    def target_difference(self, point: int, target: int) -> Estimate:
        """Return a target's figure at a point minus that at the first, paired by replication; in the target's unit."""
        return self.points[point].scores[target].minus(self.points[0].scores[target])

    def response_difference(self, point: int) -> Estimate:
        """Return the mean first response at a point minus that at the first, seconds, paired by replication."""
        e = paired_difference(*self.points[point].first_response, *self.points[0].first_response).at()
        return e.times(1 / 1000)

    def outcome_difference(self, point: int, metric: str) -> Estimate | None:
        """Return an outcome at a point minus that at the first, paired by replication; None where one has none."""
        first, here = self.points[0].outcomes.get(metric), self.points[point].outcomes.get(metric)
        return None if first is None or here is None else here.minus(first)

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcomes of any point: metric → unit."""
        return {name: one.unit for point in self.points for name, one in point.outcomes.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep for JSON, with stable keys; shares 0 to 1, durations in seconds."""
        from careplan.study.export import sweep_dict

        return sweep_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a line for each point: a column for each path, then figures with their bounds (``…_low``, ``…_high``)
        and differences to the first point.
        """
        from careplan.study.export import sweep_frame

        return sweep_frame(self)

    def __str__(self) -> str:
        from careplan.study.export import sweep_text

        return sweep_text(self)


def sweep(
    scenario: Scenario,
    over: Mapping[str, Iterable[Any]] | None = None,
    *,
    staffing: Iterable[float | str] = (),
    roster: Roster | None = None,
    one_at_a_time: bool = False,
    seed: int | None = None,
    replications: int | Iterable[int] | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    on_done: Done | None = None,
) -> Sweep:
    """Return what a scenario comes to at several values of something.

    Parameters
    ----------
    scenario
        The world.
    over
        Dotted path → values as they would stand in the file: ``{"bots.main.containment": ["20 %", "40 %"]}``.
    staffing
        Scales of the staffing, such as ``["80 %", "100 %", "120 %"]`` or numbers (see ``staffing.scaled``).
    roster
        Who is on duty instead of the scenario's staffing, such as ``plan.roster()``.
    one_at_a_time
        Whether each path is varied alone, after a point as written; else every combination is played.
    seed, replications, engine, workers
        As in :func:`~careplan.study.replicate.replicate`; every point has the same replications, so the same customers.
    on_done
        Called as (replications done, all of them) while it goes on.

    Returns
    -------
    Sweep

    Raises
    ------
    TableError, ScenarioError
        With everything that is wrong with paths and values, before anything is played.

    Notes
    -----
    An interrupt (Ctrl-C) keeps the points that are finished, marked as partial; with none of them it goes on up.
    """
    seed, numbers = numbers_of(scenario, seed, replications)
    variants = variants_of(scenario, over or {}, staffing=staffing, roster=roster, one_at_a_time=one_at_a_time)
    points: list[SweepPoint] = []

    def tell(done: int, _: int) -> None:
        if on_done is not None:
            on_done(len(points) * len(numbers) + done, len(variants) * len(numbers))

    with Workers(workers) as threads:
        try:
            for one in variants:
                play = partial(_played, one, seed, engine)
                points.append(_point_of(one, Report.of(threads.map(play, numbers, on_done=tell))))
        except KeyboardInterrupt:
            if not points:
                raise
    made_by = Provenance.now(
        scenario=scenario.digest, seed=seed, replications=numbers, engine=engine_of(scenario, engine)
    )
    return Sweep(scenario.name, tuple(variants[0].values), tuple(points), len(variants), made_by)


def _played(variant: Variant, seed: int, engine: EngineName | None, replication: int) -> Measures:
    return measured(View(variant.scenario), variant.roster, seed, replication, engine)


def _point_of(variant: Variant, report: Report) -> SweepPoint:
    """Sum a report up; what it was made from is let go."""
    world, on_duty = variant.scenario, variant.on_duty
    clock, periods = world.clock, report.first.periods

    def sums(table: str) -> IntArray:
        return np.array([m.queue_tables[table].sum() for m in report.measures])

    samples = [m.samples["first_response"].value_ms for m in report.measures]
    agents = on_duty.on_duty(periods.edges).sum(axis=0) / periods.length_ms
    return SweepPoint(
        values=variant.values,
        digest=world.digest,
        scores=report.scorecard,
        first_response=(sums("first_response_ms"), sums("first_response_n")),
        replied=(sums("replied"), sums("needing_reply")),
        median_ms=bootstrap_percentiles(samples, [0.5])[0],
        bill=wage_bill(on_duty, pay_of(world), clock.horizon_from, clock.horizon_to),
        agents_at_peak=int(np.rint(agents.max(initial=0))),
        outcomes=outcome_sums(report),
    )

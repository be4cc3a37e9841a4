"""``shifts``: how many people begin each legal shift, so that the targets hold at least cost.

Comes in: a scenario whose groups have ``shift_rules``. Goes out: a :class:`~careplan.planning.shifts.plan.ShiftPlan`,
judged on fresh replications. Left out: who these people are (a roster of persons), and money beyond wages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.pay import pay_of, priced_for_plans
from careplan.costing.wages import WageBill, wage_bill
from careplan.executor import Workers
from careplan.metrics.goals import goals_of
from careplan.planning.bench import Bench, World
from careplan.planning.drawing import FEWEST_JUDGES, drawn
from careplan.planning.effort import Progress, Ticker
from careplan.planning.judging import Verdict, finding_of, judged
from careplan.planning.limits import Limits
from careplan.planning.shifts.covering import SECONDS, Solver, cover
from careplan.planning.shifts.kinds import Kinds, Price, kinds_of
from careplan.planning.shifts.plan import Road, ShiftPlan
from careplan.planning.shifts.schedule import ShiftGrid, week_rules
from careplan.planning.shifts.together import Together
from careplan.planning.staff import limits_of, staff, world_of
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS, MINUTE_MS, format_share
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

JUDGED_FROM = 200_000
"""Replications from this number on judge schedules: nobody searches with them, nor do the judges of ``staff``."""
_DEAR = 10.0
"""An uncovered hour costs so many times the dearest hour of the group, unless the rules say: our choice."""
_MOST_JUDGEMENTS = 4
"""Of road b: after each that finds a target missed, one more standard error must be left. Our choice."""
_A_STEP = 5.0
"""Seconds for the solver in each step of road b at most: our choice."""


def shifts(
    scenario: Scenario,
    *,
    seed: int | None = None,
    judge_replications: int | None = None,
    road: Literal["a", "b", "both"] = "b",
    solver_seconds: float = SECONDS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[ShiftPlan, ...]:
    """Return how many people begin each legal shift: the schedule that is kept, and with both roads that of the other.

    Parameters
    ----------
    scenario
        Every group has ``shift_rules``.
    seed
        Of all luck; None: the scenario's.
    judge_replications
        Fresh replications the plan is judged on; None: at least 100.
    road
        a: cover the need of every interval; b: shifts and staffing together, which begins with a; both.
    solver_seconds
        The solver ends after so long, with the best it has and a stated gap.
    workers
        Threads; None: one for each processor.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Raises
    ------
    CareplanError
        If a group has no rules for its shifts.
    InfeasibleError
        If rules clash, or no number of agents reaches a target.
    """
    job = Job.of(scenario, seed, judge_replications, solver_seconds, workers, progress)
    with job.workers:
        starts, solver = job.covering()
        if road == "a":
            return (job.judged_plan("a", starts, solver, []),)
        covering = job.judged_plan("a", starts, solver, [])
        kept = job.together(covering)
        return (kept, covering) if road == "both" else (kept,)


@dataclass(eq=False)
class Job:
    """One answer in the making."""

    scenario: Scenario
    seed: int
    kinds: Kinds
    world: World
    """Its plans are starts by shift type."""
    limits: Limits
    need: IntArray
    price: FloatArray
    """Of an agent missing, by group and interval, shape (n_groups, n_intervals)."""
    n_judge: int
    solver_seconds: float
    workers: Workers
    ticker: Ticker
    is_partial: bool = False
    judged_so_far: int = JUDGED_FROM

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        seed: int | None,
        n_judge: int | None,
        solver_seconds: float,
        workers: int | None,
        progress: Progress | None,
    ) -> Job:
        """Find the legal shifts, and the agents each interval needs."""
        seed = scenario.run.seed if seed is None else seed
        fine = scenario.with_changes({"run.min_spell": f"{scenario.calendar.interval // MINUTE_MS} min"})
        world = world_of(fine, seed)
        limits = limits_of(fine, world)
        kinds = kinds_of(scenario, world.grid, prices_of(scenario))
        nothing = np.zeros(len(kinds.groups) * world.grid.n_intervals)
        cover(kinds, nothing, nothing, week_rules(scenario, kinds, limits), seconds=solver_seconds, gap=0.5)  # or clash
        ticker = Ticker(progress)
        ticker.tell("legal shifts", 0.02)
        asked = staff(
            fine,
            seed=seed,
            cover_nights=False,
            workers=workers,
            progress=lambda stage: ticker.tell(stage.name, 0.02 + 0.5 * stage.fraction, stage.agent_hours),
        )
        grid = ShiftGrid.of(world.grid, kinds, scenario.clock.midnights[-1])
        return cls(
            scenario,
            seed,
            kinds,
            replace(world, grid=grid),
            limits,
            asked.headcount,
            uncovered_price(scenario, kinds),
            n_judge or max(FEWEST_JUDGES, scenario.run.replications),
            solver_seconds,
            Workers(workers),
            ticker,
            is_partial=asked.is_partial,
        )

    def covering(self) -> tuple[IntArray, Solver]:
        """Road a: cover the need of every interval."""
        self.ticker.tell("covering", 0.55)
        rules = week_rules(self.scenario, self.kinds, self.limits)
        found = cover(
            self.kinds,
            self.need.ravel().astype(np.float64),
            self.price.ravel(),
            rules,
            seconds=self.solver_seconds,
        )
        return found.starts, found.solver

    def together(self, covering: ShiftPlan) -> ShiftPlan:
        """Road b: from the schedule of road a to the cheapest that meets the targets, judged until it does."""
        search = self._search()
        starts, notes = covering.starts, []
        kept: ShiftPlan | None = None
        try:
            for _ in range(_MOST_JUDGEMENTS):
                found = search.improved(starts)
                if found is None:
                    break
                assert search.last is not None
                price = search.cost(found)
                solver = replace(search.last, cost=price, bound=min(search.last.bound, price))
                notes.append(f"Together: {search.tried} schedules were played to find this one.")
                kept = self.judged_plan("b", found, solver, notes[-1:])
                if kept.holds:
                    break
                search.errors += 1.0
                starts = found
        except KeyboardInterrupt:
            self.is_partial = True
            if kept is None and search.best is not None:
                price = search.cost(search.best)
                kept = self.judged_plan("b", search.best, Solver(price, 0.0, 0.0, 0), ["The search was interrupted."])
        is_dearer = kept is not None and covering.holds and search.cost(kept.starts) >= search.cost(covering.starts)
        if kept is None or is_dearer or (covering.holds and not kept.holds):
            note = "Together: nothing cheaper was found than covering the need."
            return replace(covering, road="b", notes=(*covering.notes, note), is_partial=self.is_partial)
        return kept

    def _search(self) -> Together:
        """Draw the replications road b searches on."""
        plain = replace(self.world, grid=world_of(self.scenario, self.seed).grid)
        loose = replace(self.limits, min_spell=1, covers=(), most=None)
        searches = drawn(plain, loose, self.draw, self.workers, self.ticker, n_small=None, part=(0.6, 0.9))
        deciding = searches.small if searches.small.aims.are_local else searches.large
        searches = replace(searches, large=deciding)
        bench = Bench(self.world, deciding.bench.workloads, deciding.bench.replications, self.workers)
        rules = week_rules(self.scenario, self.kinds, self.limits)
        return Together(self.kinds, rules, self.limits.covers, searches, bench, min(_A_STEP, self.solver_seconds))

    def draw(self, replication: int) -> Workload:
        """Return the customers of one replication."""
        return sample(self.scenario, seed=self.seed, replication=replication)

    def judge(self, starts: IntArray) -> Verdict:
        """Play a schedule on replications nobody has seen."""
        numbers = range(self.judged_so_far, self.judged_so_far + self.n_judge)
        self.judged_so_far += self.n_judge
        self.ticker.tell("judging", max(0.9, self.ticker.reached))
        return judged(self.world, goals_of(self.scenario), starts, self.draw, numbers, self.workers)

    def judged_plan(self, road: Road, starts: IntArray, solver: Solver, notes: Sequence[str]) -> ShiftPlan:
        """Judge a schedule, and say what it is."""
        return self.plan_of(road, starts, solver, notes, self.judge(starts))

    def plan_of(
        self, road: Road, starts: IntArray, solver: Solver, notes: Sequence[str], verdict: Verdict
    ) -> ShiftPlan:
        """Return a schedule that was judged."""
        missed = [one.goal.name for one in verdict.scores if finding_of(one) == "missed"]
        said = [f"{name}: missed on the fresh replications." for name in missed]
        if solver.is_large:
            said.append(
                f"The solver stopped {format_share(solver.gap)} above its bound: a cheaper schedule may exist. Give it "
                "longer (--solver-seconds), or fewer shift types."
            )
        return ShiftPlan(
            name=self.scenario.name,
            road=road,
            kinds=self.kinds,
            starts=starts,
            need=self.need,
            uncovered_price=self.price,
            labels=self.world.periods.labels,
            scores=verdict.scores,
            all_at_once=verdict.all_at_once,
            bill=bill_of(self.scenario, self.kinds, starts, self.world),
            solver=solver,
            notes=(*notes, *said),
            is_partial=self.is_partial,
            periods=self.world.periods,
            run_end=self.scenario.clock.midnights[-1],
            provenance=Provenance.now(
                scenario=self.scenario.digest,
                seed=self.seed,
                replications=verdict.replications,
                engine=self.scenario.run.engine,
            ),
        )


def prices_of(scenario: Scenario) -> Price:
    """Return what paid spells of a group cost: the one wage function, premiums by the clock included."""
    pay = priced_for_plans(scenario)
    return lambda group, spells: float(pay[group].price(spells).total)


def uncovered_price(scenario: Scenario, kinds: Kinds) -> FloatArray:
    """Return the price of an agent missing in each interval, shape (n_groups, n_intervals)."""
    hours = kinds.grid.lengths / HOUR_MS
    worked = np.asarray(kinds.on_duty.T @ np.tile(hours, len(kinds.groups)))
    an_hour = np.divide(kinds.cost, worked, out=np.zeros(kinds.n), where=worked > 0)
    rows = []
    for g, name in enumerate(kinds.groups):
        rules = scenario.groups[name].shift_rules
        assert rules is not None
        stated = rules.uncovered
        hourly = float(stated.amount) if stated is not None else _DEAR * float(an_hour[kinds.group_ix == g].max())
        rows.append(hourly * hours)
    return np.stack(rows)


def bill_of(scenario: Scenario, kinds: Kinds, starts: IntArray, world: World) -> WageBill:
    """Return what a schedule is paid over the horizon, paid breaks included."""
    pauses: dict[str, set[tuple[int, int]]] = {name: set() for name in kinds.groups}
    for row in np.flatnonzero(starts).tolist():
        for copy in kinds.rows[row].copies:
            pauses[kinds.rows[row].group] |= {(a, b) for a, b, is_paid in copy.breaks if is_paid}
    pay = {name: replace(one, paid_breaks=frozenset(pauses[name])) for name, one in pay_of(scenario).items()}
    edges = world.grid.horizon_edges
    return wage_bill(world.grid.roster(kinds.groups, starts), pay, int(edges[0]), int(edges[-1]))

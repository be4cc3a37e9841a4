"""``staff``: the least agents per interval and group with which every target holds.

Comes in: a scenario. Goes out: a :class:`~careplan.planning.plan.StaffPlan`, judged on replications it was not searched
with. Left out: shifts; a headcount by interval is a requirement, not yet a roster of people.

The road: draw replications once; a first headcount by formula; raise it until every aim holds; trim it where that
costs the aims least; judge it on fresh replications; where it does not hold there, aim higher and judge again on
further fresh ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.wages import pay_of, wage_bill
from careplan.engine.rules import rules_of
from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.metrics.goals import goals_of
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import LOCAL, Aims
from careplan.planning.bench import Bench, World
from careplan.planning.effort import Effort, Progress, Ticker
from careplan.planning.feasible import check_feasible
from careplan.planning.formulas import formula_figures
from careplan.planning.grid import Grid
from careplan.planning.judging import Verdict, finding_of, judged
from careplan.planning.limits import Limits
from careplan.planning.nights import nights_of
from careplan.planning.plan import Covering, StaffPlan
from careplan.planning.proving import Proved, proved
from careplan.planning.searching import found
from careplan.planning.seed import Load, first_headcount, load_of, plenty
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.staffing import with_absence
from careplan.units import HOUR_MS
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload
from careplan.workload.volume import expected_cases

SEARCH_FROM = 1_000_000
"""Replications from this number on are for searching; those a user plays, and plans are judged on, lie below."""

_SMALL_CASES, _LARGE_CASES, _JUDGED_CASES = 300_000, 1_200_000, 1_500_000
"""Cases on the small and the large bench and in a judgement, about: enough for a steady figure, few enough for a quick
answer. Our choice."""
_SEARCH_CASES = 12_000_000
"""Cases the search may play on each bench before it stops looking for something better: our choice."""
_CASES_A_RUN = 6_000
"""What a run costs beside its cases, in cases."""
_STEADY = 0.01
"""The standard error of a target's figure that a judgement is made large enough for, if it can be: our choice."""

_MOST_JUDGES = 200
"""Fresh replications a judgement takes at most, unless asked for more: our choice."""
_FOR_A_CHANCE = 100
"""Fresh replications for a target with a stated confidence, if there is time for them: our choice."""


def staff(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replications: int | None = None,
    judge_replications: int | None = None,
    most: Mapping[str, int] | None = None,
    cover_nights: bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
) -> StaffPlan:
    """Return the least agents per interval and group with which every target of a scenario holds.

    Parameters
    ----------
    scenario
        Its targets are met, whatever headcount it states; ``run.min_spell`` is the shortest spell of duty.
    seed
        Of all luck; None: the scenario's.
    replications
        How many to find the shape of the plan on; None: as the volume allows, 6 to 16. Its level is found on others.
    judge_replications
        How many fresh ones each judgement takes; None: at least 20 and the scenario's ``run.replications``, more where
        weeks differ so much that the figure would be unsteady.
    most
        Group → agents it has at most.
    cover_nights
        Whether to plan also what holding every hour to the answer targets takes, where nights wait.
    workers
        Threads; None: one for each processor.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Returns
    -------
    StaffPlan
        Cost is made least, ties by agent hours. It is a good plan, not proven to be the best.

    Raises
    ------
    InfeasibleError
        If no number of agents (or not the most there are) reaches a target: names the best that can be reached and
        the smallest change that helps.

    Notes
    -----
    An interrupt (Ctrl-C) ends the search and keeps the best plan so far, marked as partial.
    """
    seed = scenario.run.seed if seed is None else seed
    job = _Job.of(scenario, seed, replications, judge_replications, most, workers, progress)
    with job.workers:
        return job.answer(cover_nights)


@dataclass(eq=False)
class _Job:
    """One answer in the making."""

    scenario: Scenario
    seed: int
    goals: tuple[Goal, ...]
    world: World
    limits: Limits
    n_search: int | None
    n_judge: int | None
    workers: Workers
    ticker: Ticker
    judged_so_far: int = 0

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        seed: int,
        n_search: int | None,
        n_judge: int | None,
        most: Mapping[str, int] | None,
        workers: int | None,
        progress: Progress | None,
    ) -> _Job:
        rules, grid = rules_of(scenario), Grid.of_clock(scenario.clock)
        goals = goals_of(scenario)
        if not goals:
            raise InfeasibleError("the scenario has no targets; state at least one under targets")
        has_absence = any(group.absence > 0 for group in scenario.groups.values())
        world = World(
            rules,
            grid,
            Periods.of_clock(scenario.clock),
            tuple(goal for goal in goals if goal.kind != "cover"),
            scenario.clock.end,
            (lambda roster, r: with_absence(roster, scenario, seed=seed, replication=r)) if has_absence else None,
        )
        limits = Limits.of(
            grid,
            rules.groups,
            min_spell_ms=scenario.run.min_spell,
            hourly_cost=_hourly_costs(scenario),
            goals=goals,
            most=most,
        )
        return cls(scenario, seed, goals, world, limits, n_search, n_judge, Workers(workers), Ticker(progress))

    def draw(self, replication: int) -> Workload:
        """Return the customers of one replication."""
        return sample(self.scenario, seed=self.seed, replication=replication)

    def answer(self, cover_nights: bool) -> StaffPlan:
        """Search, judge, and say what nights take."""
        small, large, everyone = self._benches(0.6 if cover_nights else 0.85)
        local = small.aims.are_local
        check_feasible(small.bench if local else large.bench, self.limits, everyone)
        proof, is_partial = self._plan(small, large)
        headcount, verdict, notes = proof.headcount, proof.verdict, list(proof.notes)
        notes += _shortcomings(verdict)
        load = small.load
        searched = _searched(small if local else large, headcount)
        nights = nights_of(verdict, self.world.grid.minutes)
        covering = None
        if cover_nights and any(night.waits for night in nights) and not is_partial:
            try:
                covering = self._covering(small, large, everyone, headcount)
            except KeyboardInterrupt:
                notes.append("Interrupted while planning what covering the nights takes.")
            except InfeasibleError as error:
                notes.append(f"Not every hour can be held to the targets: {error}")
        self.ticker.tell("done", 1.0, self.limits.agent_hours(headcount))
        return StaffPlan(
            name=self.scenario.name,
            groups=self.world.rules.groups,
            headcount=headcount,
            grid=self.world.grid,
            labels=self.world.periods.labels,
            min_spell_ms=self.scenario.run.min_spell,
            scores=verdict.scores,
            searched=searched,
            bill=self._bill(headcount),
            nights=nights,
            covering=covering,
            formulas=formula_figures(
                self.world.rules,
                load,
                self.goals,
                self._rates(),
                [queue.mean_turns for _, queue in sorted(self.scenario.queues.items())],
            ),
            waiting_hours=(
                float(verdict.waiting_ms[:, 0].mean()) / HOUR_MS,
                float(verdict.waiting_ms[:, 1].mean()) / HOUR_MS,
            ),
            notes=tuple(notes),
            is_partial=is_partial,
            search_replications=(*small.bench.replications, *large.bench.replications),
            provenance=Provenance.now(
                scenario=self.scenario.digest,
                seed=self.seed,
                replications=verdict.replications,
                engine="compiled",
            ),
        )

    def _benches(self, until: float) -> tuple[Effort, Effort, IntArray]:
        """Draw the replications to search with; also return a headcount with which nobody waits."""
        self.ticker.tell("sampling", 0.0)
        probe = self.draw(SEARCH_FROM)
        cases = max(1, probe.n_cases)
        n_small = self.n_search or int(np.clip(_SMALL_CASES // cases, 6, 16))
        is_local = all(g.over in LOCAL and g.confidence is None for g in self.world.goals)
        has_chance = any(g.confidence is not None for g in self.world.goals)
        n_large = 2 if is_local else int(np.clip(_LARGE_CASES // cases, 16, _FOR_A_CHANCE if has_chance else 40))
        numbers = range(SEARCH_FROM, SEARCH_FROM + n_small + n_large)
        workloads = [probe, *self.workers.map(self.draw, numbers[1:])]
        efforts = []
        load: Load | None = None
        everyone = None
        for few in (slice(0, n_small), slice(n_small, None)):
            bench = Bench(self.world, workloads[few], numbers[few], self.workers)
            if load is None or everyone is None:
                everyone, traces = plenty(bench, self.limits)
                load = load_of(bench, traces)
            efforts.append(self._effort(bench, self.world, everyone, load, (0.03, until)))
        assert everyone is not None
        return efforts[0], efforts[1], everyone

    def _effort(self, bench: Bench, world: World, everyone: IntArray, load: Load, part: tuple[float, float]) -> Effort:
        """A search on a bench; aims that plenty of people miss on it by chance are left to the larger bench."""
        aims = Aims.of(world.goals, world.periods, bench)
        cases = max(1, bench.workloads[0].n_cases)
        most = bench.n_played + _SEARCH_CASES // (cases + _CASES_A_RUN)
        effort = Effort(bench, self.limits, aims, load, self.ticker, part=part, most_played=most)
        standing = effort.standing(everyone)
        effort.best = None
        effort.aims = replace(
            aims,
            aims=tuple(
                aim.without(short > 0) if aim.goal.confidence is None else aim
                for aim, short in zip(aims.aims, standing.shortfalls, strict=True)
            ),
        )
        return effort

    def _plan(self, small: Effort, large: Effort) -> tuple[Proved, bool]:
        """Search, then prove on fresh replications; and whether the search was interrupted."""
        first = first_headcount(small.load, self.world.rules, self.goals, self.limits)
        try:
            headcount = found(small, large, first)
        except KeyboardInterrupt:
            best = small.best if large.best is None else large.best
            if best is None:
                raise
            note = "The search was interrupted: this is the best plan by then, fewer people may do."
            return Proved(best, self._judge(best, self._judges(small, large, best)), (note,)), True
        count = self._judges(small, large, headcount)
        return proved(small, large, headcount, lambda plan: self._judge(plan, count)), False

    def _judges(self, small: Effort, large: Effort, headcount: IntArray) -> int:
        """How many fresh replications make the targets' figures steady, as far as time allows."""
        if self.n_judge is not None:
            return self.n_judge
        least = max(20, self.scenario.run.replications)
        most = max(least, min(_MOST_JUDGES, _JUDGED_CASES // max(1, small.bench.workloads[0].n_cases)))
        if not small.aims.aims:
            return least
        if small.aims.are_local:
            return most
        if any(aim.goal.confidence is not None for aim in small.aims.aims):
            least = min(most, max(least, _FOR_A_CHANCE))
        counts = large.bench(headcount)
        spread = 0.0
        for k in range(len(large.aims.aims)):
            top, bottom = counts.numerator[k].sum(axis=1), np.maximum(counts.denominator[k].sum(axis=1), 1)
            spread = max(spread, float((top / bottom).std(ddof=1)) if len(top) > 1 else 0.0)
        return int(np.clip(round((spread / _STEADY) ** 2), least, most))

    def _judge(self, headcount: IntArray, count: int, goals: Sequence[Goal] | None = None) -> Verdict:
        """Play a headcount on replications nobody has seen."""
        numbers = range(self.judged_so_far, self.judged_so_far + count)
        self.judged_so_far += count
        self.ticker.tell("judging", self.ticker.reached)
        return judged(self.world, goals or self.goals, headcount, self.draw, numbers, self.workers)

    def _covering(self, small: Effort, large: Effort, everyone: IntArray, headcount: IntArray) -> Covering:
        """Plan with every hour held to the answer targets' shares."""
        goals = tuple(
            replace(g, over="hour", confidence=None) if g.kind == "answer" and g.over != "interval" else g
            for g in self.goals
        )
        world = replace(self.world, goals=tuple(g for g in goals if g.kind != "cover"))
        twins = [
            self._effort(
                Bench(world, one.bench.workloads, one.bench.replications, self.workers),
                world,
                everyone,
                one.load,
                (0.65, 0.95),
            )
            for one in (small, large)
        ]
        covered = found(twins[0], twins[1], first_headcount(small.load, world.rules, goals, self.limits))
        count = self._judges(twins[0], twins[1], covered)
        proof = proved(twins[0], twins[1], covered, lambda plan: self._judge(plan, count, goals))
        covered, verdict = proof.headcount, proof.verdict
        bill, base = self._bill(covered), self._bill(headcount)
        weeks = Decimal(bill.end - bill.begin) / Decimal(7 * 24 * HOUR_MS)
        cents = Decimal("0.01")
        return Covering(
            covered,
            bill,
            verdict.scores,
            ((bill.paid_hours - base.paid_hours) / weeks).quantize(cents),
            None if bill.cost is None or base.cost is None else ((bill.cost - base.cost) / weeks).quantize(cents),
            int(covered.sum(axis=0).max()) - int(headcount.sum(axis=0).max()),
        )

    def _rates(self) -> FloatArray:
        """Expected cases an hour by queue and interval of the horizon, shape (n_queues, n_intervals)."""
        grid = self.world.grid
        rows = slice(grid.first, grid.first + grid.n_intervals)
        expected = [expected_cases(self.scenario, q) for q in self.world.rules.queues]
        return np.array([cases[rows] for cases in expected]) / self.limits.hours

    def _bill(self, headcount: IntArray):  # type: ignore[no-untyped-def]
        edges = self.world.grid.horizon_edges
        roster = self.world.grid.roster(self.world.rules.groups, headcount)
        return wage_bill(roster, pay_of(self.scenario), int(edges[0]), int(edges[-1]))


def _hourly_costs(scenario: Scenario) -> dict[str, float]:
    """Cost of an hour on duty by group: wage ÷ (1 − shrinkage); a group without a wage has the mean of the others."""
    wages = [float(g.wage.amount) for g in scenario.groups.values() if g.wage is not None]
    usual = sum(wages) / len(wages) if wages else 1.0
    return {
        name: (usual if group.wage is None else float(group.wage.amount)) / (1 - group.shrinkage)
        for name, group in scenario.groups.items()
    }


def _shortcomings(verdict: Verdict) -> list[str]:
    """Sentences on the targets that do not simply hold."""
    found = []
    for one in verdict.scores:
        finding = finding_of(one)
        if finding != "holds":
            below = int((one.short_by() > 0).sum())
            found.append(
                f"{one.goal.name}: {finding}; {below} of {len(one.labels)} {one.goal.over}s lie below it on the fresh "
                f"replications, the worst is {one.worst}, by {float(one.short_by().max()):.1%}."
            )
    return found


def _searched(effort: Effort, headcount: IntArray) -> dict[str, float]:
    counts = effort.bench(headcount)
    return {
        aim.goal.name: float(counts.numerator[k].sum()) / max(1.0, float(counts.denominator[k].sum()))
        for k, aim in enumerate(effort.aims.aims)
    }

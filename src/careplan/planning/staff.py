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

from careplan.columns import IntArray
from careplan.costing.wages import pay_of, wage_bill
from careplan.engine.rules import rules_of
from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.metrics.clocks import answered_at, begun_at
from careplan.metrics.goals import goals_of
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, Score
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench, World
from careplan.planning.effort import Effort, Progress, Ticker
from careplan.planning.formulas import formula_figures
from careplan.planning.grid import Grid
from careplan.planning.judging import Verdict, judged
from careplan.planning.limits import Limits
from careplan.planning.nights import nights_of
from careplan.planning.plan import Covering, StaffPlan
from careplan.planning.searching import found, settled
from careplan.planning.seed import Load, first_headcount, load_of, plenty
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.staffing import with_absence
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS, format_duration
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

SEARCH_FROM = 1_000_000
"""Replications from this number on are for searching; those a user plays, and plans are judged on, lie below."""

_MOST_REPAIRS = 4
_SMALL_CASES, _LARGE_CASES, _JUDGED_CASES = 300_000, 1_200_000, 2_000_000
"""Cases on the small and the large bench and in a judgement, about: enough for a steady figure, few enough for a quick
answer. Our choice."""
_SEARCH_CASES = 12_000_000
"""Cases the search may play on each bench before it stops looking for something better: our choice."""
_CASES_A_RUN = 6_000
"""What a run costs beside its cases, in cases."""
_STEADY = 0.01
"""The standard error of a target's figure that a judgement is made large enough for, if it can be: our choice."""


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
        self._check_feasible(large, everyone)
        headcount, verdict, notes, is_partial = self._plan(small, large)
        load = large.load
        searched = _searched(large, headcount)
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
                self.limits.hours,
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
        n_large = int(np.clip(_LARGE_CASES // cases, 16, 40))
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

    def _plan(self, small: Effort, large: Effort) -> tuple[IntArray, Verdict, list[str], bool]:
        """Search and judge; repair what fresh replications do not bear out."""
        notes: list[str] = []
        is_partial = False
        first = first_headcount(small.load, self.world.rules, self.goals, self.limits)
        try:
            headcount = found(small, large, first)
        except KeyboardInterrupt:
            best = small.best if large.best is None else large.best
            if best is None:
                raise
            headcount, is_partial = best, True
            notes.append("The search was interrupted: this is the best plan by then, fewer people may do.")
        verdict = self._judge(headcount, self._judges(large, headcount))
        for repair in range(_MOST_REPAIRS):
            if verdict.holds or is_partial:
                break
            large.aims = _stricter(large.aims, verdict)
            large.best = None
            before = self.limits.agent_hours(headcount)
            headcount = settled(small, large, headcount)
            missed = sum(int((one.short_by() > 0).sum()) for one in verdict.scores)
            notes.append(
                f"Judgement {repair + 1} on {len(verdict.replications)} fresh replications: {missed} periods missed; "
                f"aimed higher there, {self.limits.agent_hours(headcount) - before:+.1f} agent hours."
            )
            verdict = self._judge(headcount, len(verdict.replications))
        if not verdict.holds:
            short = [one for one in verdict.scores if not one.holds]
            notes += [
                f"{one.goal.name} does not hold on the last fresh replications: worst in {one.worst}." for one in short
            ]
        return headcount, verdict, notes, is_partial

    def _judges(self, large: Effort, headcount: IntArray) -> int:
        """How many fresh replications make the targets' figures steady, as far as time allows."""
        if self.n_judge is not None:
            return self.n_judge
        least = max(20, self.scenario.run.replications)
        most = max(least, _JUDGED_CASES // max(1, large.bench.workloads[0].n_cases))
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
        verdict = self._judge(covered, self._judges(twins[1], covered), goals)
        if not verdict.holds:
            twins[1].aims = _stricter(twins[1].aims, verdict)
            covered = settled(twins[0], twins[1], covered)
            verdict = self._judge(covered, len(verdict.replications), goals)
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

    def _bill(self, headcount: IntArray):  # type: ignore[no-untyped-def]
        edges = self.world.grid.horizon_edges
        roster = self.world.grid.roster(self.world.rules.groups, headcount)
        return wage_bill(roster, pay_of(self.scenario), int(edges[0]), int(edges[-1]))

    def _check_feasible(self, effort: Effort, everyone: IntArray) -> None:
        """Refuse targets that nobody can meet, with the best there is."""
        rules = self.world.rules
        lost = [rules.queues[q] for q in range(len(rules.queues)) if not (rules.rank[:, q] >= 0).any()]
        counts = effort.bench(everyone)
        asked = Aims.of(self.world.goals, self.world.periods, effort.bench)
        standing = asked.standing(counts)
        short = [k for k in range(len(asked.aims)) if standing.shortfalls[k].any()]
        if short:
            traces = effort.bench.traces(everyone)
            limit = "with the most agents there are" if self.limits.most is not None else "with any number of agents"
            raise InfeasibleError(
                f"the targets cannot be met {limit}",
                [
                    self._why_not(effort, asked.aims[k], counts.numerator[k], counts.denominator[k], traces, lost)
                    for k in short
                ],
            )

    def _why_not(
        self, effort: Effort, aim: Aim, top: IntArray, bottom: IntArray, traces: Sequence[Trace], lost: Sequence[str]
    ) -> str:
        """Say how far a goal can be met, and the smallest change that helps."""
        goal = aim.goal
        above, below = (aim.periods.sums(table.sum(axis=0), goal.over) for table in (top, bottom))
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(below > 0, above / below, np.nan)
        best = float(np.nanmax(values) if goal.is_at_most else np.nanmin(values))
        where = "" if len(values) == 1 else f" in the worst {goal.over}"
        text = f"{goal.name}: asks for {goal.share:.1%}, the best that can be reached{where} is {best:.1%}"
        named = [name for name in lost if not goal.queues or name in goal.queues]
        if named:
            return f"{text}. Nobody has the skill {', '.join(named)}: give it to a group"
        bound = f"{'at most' if goal.is_at_most else 'at least'} {best:.1%}"
        if goal.kind != "answer":
            return f"{text}. A target of {bound} can be met"
        needed = _threshold_for(goal, effort.bench, traces)
        within = "" if needed is None else f", or {goal.share:.0%} within {format_duration(needed)}"
        return f"{text}. A target of {bound} can be met{within}"


def _hourly_costs(scenario: Scenario) -> dict[str, float]:
    """Cost of an hour on duty by group: wage ÷ (1 − shrinkage); a group without a wage has the mean of the others."""
    wages = [float(g.wage.amount) for g in scenario.groups.values() if g.wage is not None]
    usual = sum(wages) / len(wages) if wages else 1.0
    return {
        name: (usual if group.wage is None else float(group.wage.amount)) / (1 - group.shrinkage)
        for name, group in scenario.groups.items()
    }


def _stricter(aims: Aims, verdict: Verdict) -> Aims:
    """Aim higher where fresh replications missed: by what they missed, and one standard error."""
    by_name = {id(one.goal): one for one in verdict.scores}
    found = []
    for aim in aims.aims:
        one = by_name.get(id(aim.goal)) or next(s for s in verdict.scores if s.goal == aim.goal)
        found.append(aim if one.holds else aim.stricter(_lift(one)))
    return replace(aims, aims=tuple(found))


def _lift(one: Score) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """By how much to aim higher in each period."""
    if one.goal.confidence is None:
        short = one.short_by()
        error = np.nan_to_num((one.by_period.high - one.by_period.value) / 2, nan=0.0)
        return np.where(short > 0, short + error, 0.0)
    values = one.values[np.isfinite(one.values)]
    share = 1 - one.goal.confidence
    reached = float(np.quantile(values, 1 - share if one.goal.is_at_most else share))
    return np.full(one.values.shape[1], max(abs(reached - one.goal.share), 0.002))


def _searched(effort: Effort, headcount: IntArray) -> dict[str, float]:
    counts = effort.bench(headcount)
    return {
        aim.goal.name: float(counts.numerator[k].sum()) / max(1.0, float(counts.denominator[k].sum()))
        for k, aim in enumerate(effort.aims.aims)
    }


def _threshold_for(goal: Goal, bench: Bench, traces: Sequence[Trace]) -> int | None:
    """The threshold at which the goal's share would be reached in these runs, ms, up to a minute; None: never."""
    waits = []
    for workload, trace in zip(bench.workloads, traces, strict=True):
        has = workload.needs_reply.copy()
        if goal.queues:
            has &= np.isin(workload.queue_ix, [workload.queues.index(name) for name in goal.queues])
        inside = bench.world.periods.interval_of(trace.case_arrived_at) >= 0
        answer = answered_at(workload, trace, bench.world.rules, goal.clock)
        took = goal.clock.elapsed(workload, None, begun_at(workload, trace, goal.clock), answer)
        waits.append(np.where(answer >= 0, took, np.iinfo(np.int64).max)[has & inside])
    every = np.sort(np.concatenate(waits))
    if not every.size:
        return None
    reached = int(every[min(len(every) - 1, int(np.ceil(goal.share * len(every))))])
    return None if reached == np.iinfo(np.int64).max else -(-reached // 60_000) * 60_000

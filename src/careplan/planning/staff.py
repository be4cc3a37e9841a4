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
from careplan.planning.adding import added
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench, World
from careplan.planning.effort import Effort, Progress, Ticker
from careplan.planning.formulas import formula_figures
from careplan.planning.grid import Grid
from careplan.planning.judging import Verdict, judged
from careplan.planning.limits import Limits
from careplan.planning.nights import nights_of
from careplan.planning.plan import Covering, StaffPlan
from careplan.planning.raising import raised
from careplan.planning.seed import Load, first_headcount, load_of, plenty
from careplan.planning.trimming import trimmed
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.staffing import with_absence
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS, format_duration
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

SEARCH_FROM = 1_000_000
"""Replications from this number on are for searching; those a user plays, and plans are judged on, lie below."""

_MOST_REPAIRS = 5
_CASES_ON_BENCH = 400_000
"""Cases the bench has about: enough replications for a steady figure, few enough for a quick answer. Our choice."""


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
        How many to search with; None: as the volume asks for, 6 to 24.
    judge_replications
        How many fresh ones each judgement takes; None: the scenario's ``run.replications``, at least 20.
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
    n_search: int
    n_judge: int
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
        if n_search is None:
            cases = sample(scenario, seed=seed, replication=SEARCH_FROM).n_cases
            n_search = int(np.clip(round(_CASES_ON_BENCH / max(cases, 1)), 6, 24))
        n_judge = max(20, scenario.run.replications) if n_judge is None else n_judge
        return cls(scenario, seed, goals, world, limits, n_search, n_judge, Workers(workers), Ticker(progress))

    def draw(self, replication: int) -> Workload:
        """Return the customers of one replication."""
        return sample(self.scenario, seed=self.seed, replication=replication)

    def answer(self, cover_nights: bool) -> StaffPlan:
        """Search, judge, and say what nights take."""
        self.ticker.tell("sampling", 0.0)
        numbers = list(range(SEARCH_FROM, SEARCH_FROM + self.n_search))
        bench = Bench(self.world, self.workers.map(self.draw, numbers), numbers, self.workers)
        everyone, traces = plenty(bench, self.limits)
        load = load_of(bench, traces)
        aims = Aims.of(self.world.goals, self.world.periods, bench)
        effort = Effort(bench, self.limits, aims, load, self.ticker, part=(0.05, 0.6 if cover_nights else 0.85))
        self._check_feasible(effort, everyone, traces)
        headcount, verdict, notes, is_partial = self._plan(effort)
        searched = _searched(effort, headcount)
        nights = nights_of(verdict, self.world.grid.minutes)
        covering = None
        if cover_nights and any(night.waits for night in nights) and not is_partial:
            try:
                covering = self._covering(bench, load, headcount)
            except KeyboardInterrupt:
                notes.append("Interrupted while planning what covering the nights takes.")
            except InfeasibleError as error:
                notes.append(f"Not every hour can be held to the targets: {error}")
        self.ticker.tell("done", 1.0, self.limits.agent_hours(headcount))
        first = [w.turn_start for w in bench.workloads]
        turns = float(sum(t[-1] for t in first)) / max(1, sum(len(t) - 1 for t in first))
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
                [q.mean_turns for _, q in sorted(self.scenario.queues.items())]
                if turns > 1
                else [1.0] * len(load.turns),
            ),
            waiting_hours=(
                float(verdict.waiting_ms[:, 0].mean()) / HOUR_MS,
                float(verdict.waiting_ms[:, 1].mean()) / HOUR_MS,
            ),
            notes=tuple(notes),
            is_partial=is_partial,
            search_replications=tuple(numbers),
            provenance=Provenance.now(
                scenario=self.scenario.digest,
                seed=self.seed,
                replications=verdict.replications,
                engine="compiled",
            ),
        )

    def _plan(self, effort: Effort) -> tuple[IntArray, Verdict, list[str], bool]:
        """Search and judge; repair what fresh replications do not bear out."""
        notes: list[str] = []
        is_partial = False
        try:
            start = raised(effort, first_headcount(effort.load, self.world.rules, self.goals, self.limits))
            headcount = trimmed(effort, start)
        except KeyboardInterrupt:
            if effort.best is None:
                raise
            headcount, is_partial = effort.best, True
            notes.append("The search was interrupted: this is the best plan by then, fewer people may do.")
        verdict = self._judge(headcount)
        for repair in range(_MOST_REPAIRS):
            if verdict.holds or is_partial:
                break
            effort.aims = _stricter(effort.aims, verdict)
            effort.best = None
            before = self.limits.agent_hours(headcount)
            headcount = added(effort, headcount)
            missed = sum(int((one.short_by() > 0).sum()) for one in verdict.scores)
            notes.append(
                f"Judgement {repair + 1} on {len(verdict.replications)} fresh replications: {missed} periods missed; "
                f"aimed higher there, {self.limits.agent_hours(headcount) - before:+.1f} agent hours."
            )
            verdict = self._judge(headcount)
        if not verdict.holds:
            short = [one for one in verdict.scores if not one.holds]
            notes += [
                f"{one.goal.name} does not hold on the last fresh replications: worst in {one.worst}." for one in short
            ]
        return headcount, verdict, notes, is_partial

    def _judge(self, headcount: IntArray, goals: Sequence[Goal] | None = None) -> Verdict:
        """Play a headcount on replications nobody has seen."""
        numbers = range(self.judged_so_far, self.judged_so_far + self.n_judge)
        self.judged_so_far += self.n_judge
        self.ticker.tell("judging", self.ticker.reached)
        return judged(self.world, goals or self.goals, headcount, self.draw, numbers, self.workers)

    def _covering(self, bench: Bench, load: Load, headcount: IntArray) -> Covering:
        """Plan with every hour held to the answer targets' shares."""
        goals = tuple(
            replace(g, over="hour", confidence=None) if g.kind == "answer" and g.over != "interval" else g
            for g in self.goals
        )
        simulated = tuple(g for g in goals if g.kind != "cover")
        world = replace(self.world, goals=simulated)
        other = Bench(world, bench.workloads, bench.replications, self.workers)
        aims = Aims.of(simulated, world.periods, other)
        effort = Effort(other, self.limits, aims, load, self.ticker, part=(0.65, 0.95))
        covered = trimmed(effort, raised(effort, first_headcount(load, world.rules, goals, self.limits)))
        verdict = self._judge(covered, goals)
        if not verdict.holds:
            effort.aims = _stricter(effort.aims, verdict)
            covered = added(effort, covered)
            verdict = self._judge(covered, goals)
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

    def _check_feasible(self, effort: Effort, everyone: IntArray, traces: Sequence[Trace]) -> None:
        """Refuse targets that nobody can meet, with the best there is."""
        rules = self.world.rules
        lost = [rules.queues[q] for q in range(len(rules.queues)) if not (rules.rank[:, q] >= 0).any()]
        standing = effort.aims.standing(effort.bench(everyone))
        counts = effort.bench(everyone)
        found = []
        for k, aim in enumerate(effort.aims.aims):
            if not standing.shortfalls[k].any():
                continue
            found.append(self._why_not(effort, aim, counts.numerator[k], counts.denominator[k], traces, lost))
        if found:
            limit = "with the most agents there are" if self.limits.most is not None else "with any number of agents"
            raise InfeasibleError(f"the targets cannot be met {limit}", found)

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

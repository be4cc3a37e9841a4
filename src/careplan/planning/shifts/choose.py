"""``shifts``: how many people begin each legal shift, so that the targets hold at least cost.

Comes in: a scenario whose groups have ``shift_rules``. Goes out: a :class:`~careplan.planning.shifts.plan.ShiftPlan`,
judged on fresh replications. Left out: who these people are (a roster of persons), and money beyond wages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.pay import pay_of, priced_for_plans
from careplan.executor import Workers
from careplan.planning.bench import Bench, World
from careplan.planning.drawing import FEWEST_JUDGES, SEARCH_FROM, drawn
from careplan.planning.effort import Progress, Ticker
from careplan.planning.judging import Verdict, below, finding_of
from careplan.planning.limits import Limits
from careplan.planning.shifts.covering import Covered, Rule, cover
from careplan.planning.shifts.judges import Customers, Judges
from careplan.planning.shifts.kinds import Kinds, Price, kinds_of
from careplan.planning.shifts.plan import Road, ShiftPlan
from careplan.planning.shifts.probe import Probe
from careplan.planning.shifts.schedule import ShiftGrid, bill_of
from careplan.planning.shifts.screening import Screen, how_many
from careplan.planning.shifts.solving import GAP, SECONDS, Solver
from careplan.planning.shifts.together import TOGETHER, Together
from careplan.planning.shifts.week import in_the_way, unreached, week_rules
from careplan.planning.staff import limits_of, needed, staff, world_of
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS, MINUTE_MS, format_share

_DEAR = 10.0
"""An uncovered hour costs so many times the dearest hour of the group, unless the rules say: our choice."""
_MOST_JUDGEMENTS = 4
"""Of road b: what judges saw is learnt from each time they find a target missed. Our choice."""
_HURRIED = 5.0
"""Seconds for the solver after an interrupt, at most: our choice."""
_COARSE, _TO_BEGIN_WITH = 0.1, 0.02
"""The solver's gap after an interrupt, and where road b only begins with the covering: our choice."""
_PATIENT = 5.0
"""Where road b begins with it, the solver may take so many times as long to come within the gap: what it begins with
must not hang on how busy the machine is. Our choice."""
_CASES, _FEWEST, _MOST = 1_200_000, 25, 100
"""Cases on the bench of road b, about, and replications at least and at most; for a target with a stated confidence
there are hard ones besides (``screening``). Our choice."""

_SURELY = 2.0
"""Standard errors below a target that a judgement which was interrupted calls missed: our choice."""


def shifts(
    scenario: Scenario,
    *,
    seed: int | None = None,
    judge_replications: int | None = None,
    road: Literal["a", "b", "both"] = "b",
    solver_seconds: float = SECONDS,
    effort: float = 1.0,
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
        Fresh replications the plan is judged on; None: at least 100, and three times as many where these leave it
        open whether a target with a stated confidence holds.
    road
        a: cover the need of every interval; b: shifts and staffing together, which begins with a; both.
    solver_seconds
        The solver ends after so long, with the best it has and a stated gap.
    effort
        How long to search, against what is usual: so many times the cases are played when people are exchanged, on
        √effort times the replications, and the solver may take so many times its seconds.
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

    Notes
    -----
    An interrupt (Ctrl-C) ends the search and keeps the best schedule so far, judged on a few replications and marked as
    partial.
    """
    job = Job.of(scenario, seed, judge_replications, solver_seconds * effort, effort, workers, progress)
    with job.workers:
        covering = None if road == "b" else job.covering()
        if covering is not None and (road == "a" or job.is_partial):
            return (covering,)
        # Beside road a, too, road b begins where it begins alone.
        kept = job.together(covering)
        return (kept,) if covering is None else (kept, covering)


@dataclass(eq=False)
class Job:
    """One answer in the making."""

    scenario: Scenario
    seed: int
    kinds: Kinds
    world: World
    """Its plans are starts by shift type."""
    limits: Limits
    fine: Scenario
    """With the shortest stretch of duty for shortest spell: what the need is found for."""
    need: IntArray
    """Agents by group and interval, on the replications of a search: nobody has judged it."""
    price: FloatArray
    """Of an agent missing, by group and interval, shape (n_groups, n_intervals)."""
    judges: Judges
    solver_seconds: float
    effort: float
    rules: list[Rule]
    """What every schedule keeps to."""
    workers: Workers
    ticker: Ticker
    is_partial: bool = False

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        seed: int | None,
        n_judge: int | None,
        solver_seconds: float,
        effort: float,
        workers: int | None,
        progress: Progress | None,
    ) -> Job:
        """Find the legal shifts, and the agents each interval needs."""
        seed = scenario.run.seed if seed is None else seed
        world = world_of(scenario, seed)
        kinds = kinds_of(scenario, world.grid, prices_of(scenario))
        fine = scenario.with_changes({"run.min_spell": f"{kinds.shortest_stretch // MINUTE_MS} min"})
        limits = limits_of(fine, world)
        nothing = np.zeros(len(kinds.groups) * world.grid.n_intervals)
        rules = week_rules(scenario, kinds, limits)
        cover(kinds, nothing, nothing, rules, seconds=solver_seconds, gap=0.5)  # or they clash
        ticker = Ticker(progress)
        ticker.tell("legal shifts", 0.02)
        need, is_partial = needed(
            fine,
            seed=seed,
            workers=workers,
            progress=lambda stage: ticker.tell(stage.name, 0.02 + 0.5 * stage.fraction, stage.agent_hours),
        )
        world = replace(world, grid=ShiftGrid.of(world.grid, kinds, scenario.clock.midnights[-1]))
        threads = Workers(workers)
        n = n_judge or max(FEWEST_JUDGES, scenario.run.replications)
        return cls(
            scenario,
            seed,
            kinds,
            world,
            limits,
            fine,
            need,
            uncovered_price(scenario, kinds),
            Judges(world, Customers(scenario, seed, world.rules.queues), n, n_judge is None, threads),
            solver_seconds,
            effort,
            rules,
            threads,
            ticker,
            is_partial=is_partial,
        )

    def covering(self) -> ShiftPlan:
        """Road a: cover the need of every interval, and be judged; where a target is missed, cover a need that was
        judged itself.
        """
        plan = self._covering(self.need, GAP)
        if plan.holds or self.is_partial:
            return plan
        begun = self.ticker.reached
        asked = staff(
            self.fine,
            seed=self.seed,
            cover_nights=False,
            workers=self.workers.n,
            progress=lambda stage: self.ticker.tell("proving the need", begun + 0.3 * (1 - begun) * stage.fraction),
        )
        self.is_partial |= asked.is_partial
        return plan if (asked.headcount == self.need).all() else self._covering(asked.headcount, GAP)

    def _covering(self, need: IntArray, gap: float) -> ShiftPlan:
        found = self.covered(need, gap)
        return self.plan_of("a", found.starts, found.solver, [], self.judge(found.starts), need)

    def covered(self, need: IntArray, gap: float) -> Covered:
        """Cover the need of every interval to a gap; more coarsely, if that is interrupted."""
        self.ticker.tell("covering", max(0.55, self.ticker.reached))
        price, seconds = self.price.ravel(), self.solver_seconds * (_PATIENT if gap > GAP else 1.0)
        wanted = need.ravel().astype(np.float64)
        try:
            return cover(self.kinds, wanted, price, self.rules, seconds=seconds, gap=gap)
        except KeyboardInterrupt:
            self.is_partial = True
            return cover(self.kinds, wanted, price, self.rules, seconds=_HURRIED, gap=_COARSE)

    def together(self, covering: ShiftPlan | None) -> ShiftPlan:
        """Road b: from starts that cover the need to the cheapest that meet the targets, judged until they do; or the
        schedule of road a where nothing cheaper does.
        """
        begin = self.covered(self.need, _TO_BEGIN_WITH)
        # Where only cover is asked, there is nothing to simulate: covering it is the answer.
        kept = None if self.is_partial or not self.world.goals else self._improved(begin.starts)
        least = self._cost(begin.starts if covering is None else covering.starts)
        if kept is not None and kept.holds and self._cost(kept.starts) < least:
            return kept
        if covering is None:
            verdict = self.judge(begin.starts)
            covering = self.plan_of("a", begin.starts, begin.solver, [], verdict, self.need)
        if kept is not None and not covering.holds:
            return kept
        if kept is not None and self._cost(kept.starts) < least and may_hold(kept, self.judges.n):
            return replace(kept, notes=(*kept.notes, _too_few(kept, covering)))
        note = "Shifts and staffing together: nothing cheaper was found than covering the need."
        if self.is_partial and kept is None:
            note = "Interrupted before anything was found together: this covers the need."
        return replace(covering, road="b", notes=(*covering.notes, note), is_partial=self.is_partial)

    def _improved(self, starts: IntArray) -> ShiftPlan | None:
        """Search from some starts on, and be judged, until every target holds; None where nothing was found."""
        kept: ShiftPlan | None = None
        search: Together | None = None
        try:
            search = self.search()
            found = search.improved(starts)
            for turn in range(_MOST_JUDGEMENTS):
                if found is None or (kept is not None and np.array_equal(found, kept.starts)):
                    break  # the same schedule is not judged until it holds
                kept = self._judged_together(search, found)
                if kept.holds or self.is_partial or turn == _MOST_JUDGEMENTS - 1:
                    break
                found = search.mended(kept.scores, kept.provenance.replications)
            if kept is not None and not self.is_partial:
                solver = self._bounded(search, kept.starts)
                kept = replace(kept, solver=solver, notes=(*kept.notes, *_of_the_gap(solver, "--effort")))
        except KeyboardInterrupt:
            self.is_partial = True
            if kept is not None:
                note = "Interrupted before a bound was known."
                kept = replace(kept, notes=(*kept.notes, note), is_partial=True)
            elif search is not None and search.best is not None:
                kept = self._judged_together(search, search.best)
        return kept

    def _judged_together(self, search: Together, starts: IntArray) -> ShiftPlan:
        """Judge what was found together; nothing is known of a bound yet."""
        note = f"Shifts and staffing together: {search.probe.tried} schedules were played to find this one."
        solver = Solver(self._cost(starts), 0.0, 0.0, 0)
        return self.plan_of("b", starts, solver, [note], self.judge(starts), self.need)

    def _bounded(self, search: Together, starts: IntArray) -> Solver:
        """How near the schedule is to what the solver says of those around it."""
        self.ticker.tell(TOGETHER, self.ticker.reached)
        price, last = self._cost(starts), search.bounded()
        if last is None:
            return Solver(price, 0.0, search.solver_s, 0)
        return Solver(price, min(last.bound, price), search.solver_s, last.nodes)

    def _cost(self, starts: IntArray) -> float:
        return float(self.kinds.cost @ starts)

    def search(self) -> Together:
        """Return the search of road b, on replications of its own."""
        self.ticker.tell(TOGETHER, 0.59)
        customers = self.judges.customers
        plain = replace(self.world, grid=world_of(self.scenario, self.seed).grid)
        loose = replace(self.limits, min_spell=1, covers=(), most=None)
        searches = drawn(
            plain,
            loose,
            customers.draw_with_luck,
            self.workers,
            self.ticker,
            n_small=None,
            n_large=self._how_many(),
            part=(0.6, 0.9),
            diligence=self.effort,
        )
        deciding = searches.deciding
        searches = replace(searches, large=deciding)
        kept = deciding.bench
        first, n = searches.replications[-1] + 1, len(kept.workloads)
        at_first, in_all = how_many(deciding.aims, n, kept.workloads[0].n_cases, self.effort)
        screen = Screen(deciding.aims, customers.draw, np.arange(first, first + in_all), self.workers)
        screen.look(plain, self.need, most=at_first)
        hard = screen.newly_hard()
        bench = Bench(
            self.world,
            [*kept.workloads, *self.workers.map(customers.draw, hard)],
            [*kept.replications, *hard],
            self.workers,
        )
        controls = [customers.controls(aim.goal, kept.replications) for aim in deciding.aims.aims]
        probe = Probe(self.kinds, searches, bench, controls, screen)
        return Together(probe, self.rules, self.solver_seconds, self.effort)

    def _how_many(self) -> int:
        """Replications that say whether a schedule meets the aims: as many as a few seconds play."""
        cases = max(1, self.judges.customers.draw(SEARCH_FROM).n_cases)
        more = math.sqrt(self.effort)  # as many more schedules are played: together that takes so many times as long
        return round(more * int(np.clip(_CASES // cases, _FEWEST, _MOST)))

    def judge(self, starts: IntArray) -> Verdict:
        """Play a schedule on replications nobody has seen."""
        self.ticker.tell("judging", max(0.58, self.ticker.reached))
        found = self.judges.judge(starts, in_a_hurry=self.is_partial)
        self.is_partial |= self.judges.was_interrupted
        return found

    def plan_of(
        self, road: Road, starts: IntArray, solver: Solver, notes: Sequence[str], verdict: Verdict, need: IntArray
    ) -> ShiftPlan:
        """Return a schedule that was judged, beside a need."""
        missed = [one.goal.name for one in verdict.scores if finding_of(one) == "missed"]
        said = [f"{name}: missed on the fresh replications." for name in missed]
        said += self._why_missed(starts, need) if missed else []
        if len(verdict.replications) < self.judges.n:
            few = len(verdict.replications)
            said.append(f"Interrupted: judged on {few} fresh replications instead of {self.judges.n}.")
        elif len(verdict.replications) > self.judges.n:
            said.append(
                f"Judged on {len(verdict.replications)} fresh replications: {self.judges.n} left it open whether every "
                f"target holds."
            )
        if road == "a":
            said += _of_the_gap(solver, "--solver-seconds")
        return ShiftPlan(
            name=self.scenario.name,
            road=road,
            kinds=self.kinds,
            starts=starts,
            need=need,
            uncovered_price=self.price,
            labels=self.world.periods.labels,
            scores=verdict.scores,
            all_at_once=verdict.all_at_once,
            bill=bill_of(self.kinds, starts, pay_of(self.scenario)),
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

    def _why_missed(self, starts: IntArray, need: IntArray) -> list[str]:
        """Sentences on rules that may be why a target is missed."""
        found = []
        for g, group in enumerate(self.kinds.groups):
            empty = unreached(self.kinds, g, need[g] > 0)
            if empty.any():
                hours = float((empty * self.world.grid.lengths).sum()) / HOUR_MS
                moments = self.world.grid.horizon_edges[:-1][empty]
                found.append(
                    f"{group}: no legal shift reaches {hours:g} h in which somebody is needed; "
                    f"{in_the_way(self.scenario, self.kinds, [group], moments)}."
                )
        for rule in self.rules:
            count = rule.at_its_limit(starts)
            if count:
                found.append(f"At its limit {count} times: {rule.name}.")
        return found


def _too_few(plan: ShiftPlan, covering: ShiftPlan) -> str:
    """A sentence where it is open whether a schedule holds, and covering the need does."""
    few, money = len(plan.provenance.replications), covering.cost_a_week
    price = (
        f"{covering.bill.paid_hours_a_week:,} paid hours" if money is None else f"{money:,} {covering.bill.currency}"
    )
    return f"{few} replications are too few to say that every target holds; covering the need does, for {price} a week."


def may_hold(plan: ShiftPlan, n_judge: int) -> bool:
    """Whether judges that were interrupted before ``n_judge`` replications leave it open that every target holds."""
    if len(plan.provenance.replications) >= n_judge:
        return False
    return not any(
        whole.chance.high is not None and whole.chance.high < whole.confidence
        if whole.confidence is not None
        else any(below(part, _SURELY).any() for part in whole.parts)
        for whole in plan.targets
    )


def _of_the_gap(solver: Solver, flag: str) -> list[str]:
    """A sentence where the gap is large; ``flag`` gives it longer."""
    if not solver.is_large:
        return []
    return [
        f"The bound lies {format_share(solver.gap)} below the cost: a cheaper schedule may exist. Give it longer "
        f"({flag}), or fewer shift types."
    ]


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

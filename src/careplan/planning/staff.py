"""``staff``: the least agents per interval and group with which every target holds.

Comes in: a scenario. Goes out: a :class:`~careplan.planning.plan.StaffPlan`, judged on replications it was not searched
with. Left out: shifts; a headcount by interval is a requirement, not yet a roster of people.

The road: draw replications once; a first headcount by formula; raise it until every aim holds; trim it where that
costs the aims least; judge it on fresh replications; where it does not hold there, aim higher and judge again on
further fresh ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.costing.pay import pay_of, priced_for_plans
from careplan.costing.wages import WageBill, wage_bill
from careplan.engine.rules import rules_of
from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.metrics.goals import goals_of, hours_of
from careplan.metrics.load import skilled_of
from careplan.metrics.periods import Periods
from careplan.metrics.precision import FIRST_LOOK, MOST, Precision, Wanted, replications_needed, targets_of
from careplan.metrics.scorecard import Goal
from careplan.metrics.together import wholes
from careplan.planning.bench import World
from careplan.planning.drawing import Searches, drawn, how_many_judges
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
from careplan.planning.seed import first_headcount
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.staffing import with_absence
from careplan.units import HOUR_MS, format_share
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload
from careplan.workload.volume import expected_cases

_MOST_LOTS = 3
"""How often a plan is judged anew on a larger lot, to be as precise as wished: our choice."""
_TO_SPARE = 1.1
"""The lot is larger than the scatter of the one before says it must be by so much: our choice."""


def staff(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replications: int | None = None,
    judge_replications: int | None = None,
    most: Mapping[str, int] | None = None,
    cover_nights: bool = True,
    precision: str | Wanted | None = None,
    effort: float = 1.0,
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
        How many to find the shape of the plan on; None: as the volume allows, 5 to 16. Its level is found on others.
    judge_replications
        How many fresh ones each judgement takes; None: at least 100 and the scenario's ``run.replications``, more where
        weeks differ so much that the figure would be unsteady.
    most
        Group → agents it has at most, instead of the scenario's.
    cover_nights
        Whether to plan also what holding every hour to the answer targets takes, where nights wait.
    precision
        The half-width that every target's 95 % interval is to have at most, such as ``0.5pp``: the plan is judged on as
        many fresh replications as that takes, 10 000 at most. ``2 min`` holds for targets that are times.
    effort
        How long to search on the same replications, against what is usual: 10 plays ten times as much.
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
    job.wanted = None if precision is None else Wanted.of(precision)
    job.effort = effort
    with job.workers:
        return job.answer(cover_nights)


def needed(
    scenario: Scenario, *, seed: int | None = None, workers: int | None = None, progress: Progress | None = None
) -> tuple[IntArray, bool]:
    """Return the least agents per interval and group on the replications of the search, and whether that was
    interrupted: a need that nobody has judged.

    Parameters and errors as of :func:`staff`; shape (n_groups, n_intervals).
    """
    seed = scenario.run.seed if seed is None else seed
    job = _Job.of(scenario, seed, None, None, None, workers, progress)
    with job.workers:
        headcount, is_partial = job.searched(job.drawn((0.03, 1.0)))
    job.ticker.tell("done", 1.0, job.limits.agent_hours(headcount))
    return headcount, is_partial


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
    wanted: Wanted | None = None
    effort: float = 1.0

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
        goals = goals_of(scenario)
        if not goals:
            raise InfeasibleError("the scenario has no targets; state at least one under targets")
        world = world_of(scenario, seed)
        limits = limits_of(scenario, world, most)
        return cls(scenario, seed, goals, world, limits, n_search, n_judge, Workers(workers), Ticker(progress))

    def draw(self, replication: int) -> Workload:
        """Return the customers of one replication."""
        return sample(self.scenario, seed=self.seed, replication=replication)

    def answer(self, cover_nights: bool) -> StaffPlan:
        """Search, judge, and say what nights take."""
        searches = self.drawn((0.03, 0.6 if cover_nights else 0.85))
        proof, is_partial = self._plan(searches)
        headcount, verdict = proof.headcount, proof.verdict
        notes = [*proof.notes, *_shortcomings(verdict)]
        nights = nights_of(verdict, self.world.grid.minutes)
        covering = None
        if cover_nights and any(night.waits for night in nights) and not is_partial:
            if not self.limits.is_always_staffable:
                cover_nights = False
                notes.append("What covering every hour takes is not planned: no group may be on duty round the clock.")
        if cover_nights and any(night.waits for night in nights) and not is_partial:
            try:
                covering = self._covering(searches, headcount)
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
            all_at_once=verdict.all_at_once,
            searched=_searched(searches.deciding, headcount),
            bill=self._bill(headcount),
            nights=nights,
            covering=covering,
            formulas=formula_figures(
                self.world.rules,
                searches.small.load,
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
            search_replications=searches.replications,
            precision=self._precision(verdict),
            periods=self.world.periods,
            counts=verdict.counts,
            asked_ms=verdict.asked_ms,
            skilled=skilled_of(self.world.rules),
            provenance=Provenance.now(
                scenario=self.scenario.digest,
                seed=self.seed,
                replications=verdict.replications,
                engine="compiled",
            ),
        )

    def drawn(self, part: tuple[float, float]) -> Searches:
        """Return the searches, on replications of their own; ``part`` of the answer is theirs.

        Raises
        ------
        InfeasibleError
            If no number of agents reaches a target on them.
        """
        searches = drawn(
            self.world,
            self.limits,
            self.draw,
            self.workers,
            self.ticker,
            n_small=self.n_search,
            part=part,
            diligence=self.effort,
        )
        check_feasible(searches.deciding.bench, self.limits, searches.everyone)
        return searches

    def searched(self, searches: Searches) -> tuple[IntArray, bool]:
        """Return the headcount that is found, and whether the search was interrupted."""
        small, large = searches.small, searches.large
        try:
            return found(small, large, self._first(searches)), False
        except KeyboardInterrupt:
            best = small.best if large.best is None else large.best
            if best is None:
                raise
            return best, True

    def _plan(self, searches: Searches) -> tuple[Proved, bool]:
        """Search, then prove on fresh replications; and whether the search was interrupted."""
        headcount, is_partial = self.searched(searches)
        count = self._judges(searches, headcount)
        if is_partial:
            note = "The search was interrupted: this is the best plan by then, fewer people may do."
            return Proved(headcount, self._judge(headcount, count), (note,)), True
        return proved(searches.small, searches.large, headcount, lambda plan: self._judge_precisely(plan, count)), False

    def _first(self, searches: Searches) -> IntArray:
        """Where the search begins."""
        return first_headcount(searches.small.load, self.world.rules, searches.small.bench.world.goals, self.limits)

    def _judges(self, searches: Searches, headcount: IntArray) -> int:
        """How many fresh replications to judge on."""
        return self.n_judge or how_many_judges(searches, headcount, self.scenario.run.replications)

    def _judge_precisely(self, headcount: IntArray, count: int) -> Verdict:
        """Play a headcount on as many replications nobody has seen as its figures are to be precise.

        How many is decided by the scatter of an earlier lot; the last one alone is reported, so that no interval is
        chosen for being narrow.
        """
        if self.wanted is None:
            return self._judge(headcount, count)
        verdict = self._judge(headcount, max(count, FIRST_LOOK))
        for _ in range(_MOST_LOTS):
            figures, n = targets_of(verdict.scores, self.wanted), len(verdict.replications)
            needed = min(MOST, math.ceil(_TO_SPARE * replications_needed(figures, self.wanted, n)))
            if needed <= n or all(one.half_width <= self.wanted.half_width for one in figures):
                break
            verdict = self._judge(headcount, needed)
        return verdict

    def _precision(self, verdict: Verdict) -> Precision | None:
        """What was wanted and reached."""
        if self.wanted is None:
            return None
        figures, n = targets_of(verdict.scores, self.wanted), len(verdict.replications)
        is_reached = all(one.half_width <= self.wanted.half_width for one in figures)
        about = replications_needed(figures, self.wanted, n)
        return Precision(self.wanted, (n,), MOST, about, "reached" if is_reached else "most", figures)

    def _judge(self, headcount: IntArray, count: int, goals: Sequence[Goal] | None = None) -> Verdict:
        """Play a headcount on replications nobody has seen."""
        numbers = range(self.judged_so_far, self.judged_so_far + count)
        self.judged_so_far += count
        self.ticker.tell(f"judging on {count}" if self.wanted else "judging", self.ticker.reached)
        return judged(self.world, goals or self.goals, headcount, self.draw, numbers, self.workers)

    def _covering(self, searches: Searches, headcount: IntArray) -> Covering:
        """Plan with every hour held to the answer targets' shares."""
        goals = tuple(
            replace(g, over="hour", confidence=None) if g.kind == "answer" and g.over != "interval" else g
            for g in self.goals
        )
        world = replace(self.world, goals=tuple(g for g in goals if g.kind != "cover"))
        hourly = searches.with_world(world, (0.65, 0.95))
        covered = found(hourly.small, hourly.large, self._first(hourly))
        count = self._judges(hourly, covered)
        proof = proved(hourly.small, hourly.large, covered, lambda plan: self._judge(plan, count, goals))
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

    def _bill(self, headcount: IntArray) -> WageBill:
        return bill_of(self.scenario, self.world, headcount)


def world_of(scenario: Scenario, seed: int) -> World:
    """Return what plans of a scenario are made for; ``seed`` is that of absences."""
    has_absence = any(group.absence > 0 for group in scenario.groups.values())
    return World(
        rules_of(scenario),
        Grid.of_clock(scenario.clock),
        Periods.of_clock(scenario.clock),
        tuple(goal for goal in goals_of(scenario) if goal.kind != "cover"),
        scenario.clock.end,
        (lambda roster, r: with_absence(roster, scenario, seed=seed, replication=r)) if has_absence else None,
    )


def limits_of(scenario: Scenario, world: World, most: Mapping[str, int] | None = None) -> Limits:
    """Return what any headcount of a scenario keeps to; ``most``: group → agents, instead of the scenario's."""
    return Limits.of(
        world.grid,
        world.rules.groups,
        min_spell_ms=scenario.run.min_spell,
        hourly_cost=_hourly_costs(scenario, world.grid),
        goals=goals_of(scenario),
        most={name: g.most for name, g in scenario.groups.items() if g.most is not None} | dict(most or {}),
        hours=_hours_of_duty(scenario, world.grid),
    )


def bill_of(scenario: Scenario, world: World, headcount: IntArray) -> WageBill:
    """Return what a headcount is paid over the horizon, shape (n_groups, n_intervals)."""
    edges = world.grid.horizon_edges
    return wage_bill(world.grid.roster(world.rules.groups, headcount), pay_of(scenario), int(edges[0]), int(edges[-1]))


def _hours_of_duty(scenario: Scenario, grid: Grid) -> dict[str, BoolArray]:
    """Intervals in which each group with hours of its own may be on duty: those that lie in its hours wholly."""
    found = {}
    edges = grid.horizon_edges
    for name, group in scenario.groups.items():
        if group.hours != "always":
            inside = hours_of(scenario, group.hours, group=name).elapsed(edges[:-1], edges[1:])
            found[name] = np.asarray(inside == np.diff(edges))
    return found


def _hourly_costs(scenario: Scenario, grid: Grid) -> dict[str, float | FloatArray]:
    """Cost of an hour on duty by group: wage ÷ (1 − shrinkage) and premiums; by interval where it changes over time."""
    found: dict[str, float | FloatArray] = {}
    for name, pay in priced_for_plans(scenario).items():
        found[name] = pay.hourly(grid.horizon_edges) if pay.premiums else float(pay.on_duty_hour)
    return found


def _shortcomings(verdict: Verdict) -> list[str]:
    """Sentences on the targets that do not simply hold."""
    found = []
    for whole in wholes(verdict.scores):
        at_once = len(whole.parts) > 1 and whole.confidence is not None
        if at_once and not whole.holds:
            found.append(
                f"{whole.name}: missed; all its parts at once are met in {format_share(whole.chance.value)} of the "
                f"{whole.over}s on the fresh replications."
            )
        for one in () if at_once else whole.parts:
            finding = finding_of(one)
            if finding != "holds":
                below = int((one.short_by() > 0).sum())
                found.append(
                    f"{one.goal.name}: {finding}; {below} of {len(one.labels)} {one.goal.over}s lie below it on the "
                    f"fresh replications, the worst is {one.worst}, by {one.goal.words(float(one.short_by().max()))}."
                )
    return found


def _searched(effort: Effort, headcount: IntArray) -> dict[str, float]:
    counts = effort.bench(headcount)
    return {
        aim.goal.name: aim.goal.scale * float(counts.numerator[k].sum()) / max(1.0, float(counts.denominator[k].sum()))
        for k, aim in enumerate(effort.aims.aims)
    }

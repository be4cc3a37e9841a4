"""``why``: what a plan's hours are for.

Comes in: a scenario and its plan. Goes out: :class:`Why`: what one agent more or less in each hour does to each
target, where customers are lost, how much of the need is luck. Left out: words and tables (reporting).

Everything is played on replications that neither the search nor the judges have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import IntArray
from careplan.executor import Workers
from careplan.metrics.controls import Controls, controls_of
from careplan.metrics.goals import goals_of
from careplan.metrics.scorecard import Score
from careplan.planning.bench import Bench, World
from careplan.planning.effort import Progress, Ticker
from careplan.planning.limits import Limits
from careplan.planning.parts import parts_of
from careplan.planning.plan import StaffPlan
from careplan.planning.staff import limits_of, world_of
from careplan.planning.why_desk import Customers, Desk
from careplan.planning.why_effects import HourEffects
from careplan.planning.why_hours import hour_effects
from careplan.planning.why_losses import Losses, losses_of
from careplan.planning.why_need import Need, need_of
from careplan.planning.why_slots import Design, Slots
from careplan.planning.why_spells import Spell, spells_of
from careplan.planning.why_worlds import has_busy_days, like_clockwork, without_busy_days
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS
from careplan.workload.luck import luck_of
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

WHY_FROM = 2_000_000
"""Replications from this number on are for explaining; searches take those from a million on, judges those from 0."""
_CASES = 60_000_000
"""Cases played for the hours, about: no more than a search plays. Our choice."""
_PLAYS = 4_000
"""Plays for the hours at most: our choice."""
_NEED_CASES = 18_000_000
"""Cases played for the steps of the need, about: our choice."""
_NEED_PLAYS = 8
"""Plays of each replication the steps of the need take, about."""
_CALM = 30
"""Replications of the calmer worlds, whose weeks hardly differ: our choice."""
_CASES_A_RUN = 6_000
"""What a run costs beside its cases, in cases."""
_WANTED, _FEWEST, _MOST = 60, 8, 120
"""Replications: so many before fewer hours are changed in a run; at least; at most. Our choice."""


@dataclass(frozen=True, eq=False)
class Why:
    """What a plan's hours are for. Parts are None where an interrupt came first, or there is nothing to explain."""

    losses: Losses | None
    need: Need | None
    hours: HourEffects | None
    replications: tuple[int, ...]
    spells: tuple[Spell, ...] = ()
    """The smallest changes that the shortest spell allows; none where that is an hour at most."""
    is_partial: bool = False


def why(
    scenario: Scenario,
    plan: StaffPlan,
    *,
    replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Why:
    """Return what a plan's hours are for.

    Parameters
    ----------
    scenario
        The one the plan was made for.
    plan
        From :func:`careplan.staff`.
    replications
        How many fresh ones to play; None: as the volume allows, 8 to 120.
    workers
        Threads; None: one for each processor.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Returns
    -------
    Why
        An interrupt (Ctrl-C) keeps what was finished, marked as partial.

    Notes
    -----
    Methods, formulas and their limits: ``docs/why.md``.
    """
    seed = plan.provenance.seed if plan.provenance.seed is not None else scenario.run.seed
    world = world_of(scenario, seed)
    ticker = Ticker(progress)
    found: dict[str, object] = {"losses": None, "need": None, "hours": None, "spells": ()}
    numbers: tuple[int, ...] = ()
    is_partial = False
    with Workers(workers) as threads:
        try:
            ticker.tell("drawing", 0.01)
            slots, limits = Slots.of(world.periods), limits_of(scenario, world)
            bench, design = _drawn(scenario, world, limits, slots, seed, replications, threads)
            numbers = tuple(bench.replications)
            ticker.tell("playing the plan", 0.08)
            found["losses"] = losses_of(bench, plan.headcount, goals_of(scenario), slots)
            ticker.tell("the steps of the need", 0.1)
            found["need"] = _need(
                scenario, plan, bench, seed, replications, lambda f: ticker.tell("the steps of the need", 0.1 + 0.3 * f)
            )
            hours = hour_effects(
                bench,
                limits,
                plan.headcount,
                _simulated(plan),
                design,
                slots,
                controls=_controls(scenario, bench, seed),
                tell=lambda f: ticker.tell("an agent more or less in each hour", 0.4 + 0.6 * f),
            )
            found["hours"] = hours
            found["spells"] = spells_of(hours, plan.headcount, limits, world.periods)
        except KeyboardInterrupt:
            is_partial = True
    ticker.tell("done", 1.0)
    return Why(replications=numbers, is_partial=is_partial, **found)  # type: ignore[arg-type]


def _simulated(plan: StaffPlan) -> list[Score]:
    """The scores of the goals that are played, in the order of the world's."""
    return [score for score in plan.scores if score.goal.kind != "cover"]


def _controls(scenario: Scenario, bench: Bench, seed: int) -> list[Controls | None]:
    """The luck of the replications, for each goal that of its queues."""
    pairs = zip(bench.workloads, bench.replications, strict=True)
    luck = [luck_of(scenario, workload, seed=seed, replication=r) for workload, r in pairs]
    queues = bench.world.rules.queues
    return [controls_of(luck, [queues.index(q) for q in goal.queues or queues]) for goal in bench.world.goals]


def _drawn(
    scenario: Scenario, world: World, limits: Limits, slots: Slots, seed: int, wanted: int | None, workers: Workers
) -> tuple[Bench, Design]:
    """Fresh replications, and which hours are changed in which run: as few at once as so many replications allow."""

    def draw(replication: int) -> Workload:
        return sample(scenario, seed=seed, replication=replication)

    probe = draw(WHY_FROM)
    cost = probe.n_cases + _CASES_A_RUN
    part_of_group, _ = parts_of(world.rules, [probe], world.goals)
    alone = Bench(world, [probe], [WHY_FROM], workers)
    plays = min(_CASES // cost, _PLAYS)
    design = Design.of(alone, limits, slots, part_of_group, most_runs=plays / (wanted or _WANTED))
    count = wanted or int(np.clip(plays // (2 * len(design.batches) + 2), _FEWEST, _MOST))
    numbers = range(WHY_FROM, WHY_FROM + count)
    return Bench(world, [probe, *workers.map(draw, numbers[1:])], numbers, workers), design


def _need(
    scenario: Scenario, plan: StaffPlan, bench: Bench, seed: int, wanted: int | None, tell: Callable[[float], None]
) -> Need:
    """The steps of the need: the full world on many replications, since its weeks differ most; the calm ones on few."""
    world = bench.world
    cost = bench.workloads[0].n_cases + _CASES_A_RUN
    many = wanted or int(np.clip(_NEED_CASES // (_NEED_PLAYS * cost), _FEWEST, _MOST))
    few = min(many, _CALM)

    def drawn(of: Scenario, count: int) -> Customers:
        numbers = range(WHY_FROM, WHY_FROM + count)
        known = list(bench.workloads[:count]) if of is scenario else []
        more = bench.workers.map(lambda r: sample(of, seed=seed, replication=r), numbers[len(known) :])
        drawn_all = [*known, *more]
        luck = [luck_of(of, w, seed=seed, replication=r) for w, r in zip(drawn_all, numbers, strict=True)]
        return Customers(drawn_all, numbers, controls_of(luck, range(len(world.rules.queues))))

    full = drawn(scenario, many)
    calm = without_busy_days(scenario) if has_busy_days(scenario) else scenario
    even_days = full if calm is scenario else drawn(calm, few)
    clockwork = replace(even_days, workloads=like_clockwork(calm, even_days.workloads))
    part_of_group, part_of_goal = parts_of(world.rules, bench.workloads, world.goals)
    desk = Desk(world, plan.headcount, bench.workers, part_of_group, part_of_goal, _part_of_queue(world, part_of_group))
    hours = (plan.headcount * world.periods.length_ms).sum(axis=1) / HOUR_MS
    return need_of(
        desk,
        {"full": full, "even days": even_days, "clockwork": clockwork},
        on_duty=np.bincount(part_of_group, hours, desk.n_parts).astype(np.float64),
        paid=float(plan.bill.paid_hours),
        weeks=(world.periods.end - world.periods.begin) / (7 * DAY_MS),
        seed=seed,
        tell=tell,
    )


def _part_of_queue(world: World, part_of_group: IntArray) -> IntArray:
    """The part of the groups that serve each queue; of one nobody serves, the first."""
    able = world.rules.rank >= 0
    return np.where(able.any(axis=0), part_of_group[np.argmax(able, axis=0)], 0)

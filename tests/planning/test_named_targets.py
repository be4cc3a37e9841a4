"""Planning for means, response rates, windows, and named targets made of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.errors import InfeasibleError
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.metrics.together import wholes
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench
from careplan.planning.erlang_c import erlang_c
from careplan.planning.judging import Verdict
from careplan.planning.moves import less
from careplan.planning.plan import StaffPlan
from careplan.planning.staff import _Job, staff
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS, MINUTE_MS
from tests.planning.scenarios import LINE, PAGE, scenario_of
from tests.planning.worlds import MESSAGES, cheapest, effort_of, searched

DAYS = Periods.uniform(48, HOUR_MS)


def mean_goal(minutes: int, **more: object) -> Goal:
    return Goal("mean", "mean_answer", threshold_ms=minutes * MINUTE_MS, **more)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.sampled_from([None, 0.5, 0.75]), st.sampled_from(["day", "total"]))
def test_the_aims_of_a_named_target_hold_exactly_when_the_scorecard_says_so(
    seed: int, replications: int, confidence: float | None, over: str
) -> None:
    """Of a rate and a mean, alone and all at once in enough single periods."""
    rng = np.random.default_rng(seed)
    below = rng.integers(1, 9, (replications, 48))
    above = rng.binomial(below, rng.choice([0.6, 0.7, 0.9]))
    limit = 30 * MINUTE_MS
    took = rng.integers(0, round(limit * rng.choice([1.6, 2.0, 2.1])), (replications, 48)) * above
    same = {"over": over, "confidence": confidence, "whole": "devoted"}
    goals = Goal("rate", "reply", 0.65, threshold_ms=-1, **same), mean_goal(30, **same)
    tables = [(above, below), (took, above * limit)]
    aims = Aims(tuple(Aim.of(goal, DAYS) for goal in goals), 0.0)
    by_period = [aim.by_period(aim.slack(*pair)) for aim, pair in zip(aims.aims, tables, strict=True)]
    short = aims.shortfalls(by_period)
    scores = [
        score(goal, DAYS, [GoalCounts(t[None], b[None]) for t, b in zip(*pair, strict=True)])
        for goal, pair in zip(goals, tables, strict=True)
    ]
    (whole,) = wholes(scores)
    assert (not any(one.any() for one in short)) == whole.holds
    pressures = aims.pressures(by_period, [np.ones_like(slack) for slack in by_period])
    assert all((pressure >= 0).all() and np.isfinite(pressure).all() for pressure in pressures)


def test_a_mean_that_asks_nothing_in_a_period_stays_so_when_made_stricter() -> None:
    aim = Aim.of(mean_goal(30, over="day"), DAYS)
    assert aim.stricter(0.2).share.tolist() == pytest.approx([0.8, 0.8])
    assert aim.without(np.array([True, False])).stricter(0.2).share[0] > 1e5


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "goals",
    [
        (mean_goal(20, over="total"),),
        (mean_goal(12, over="total", fastest=0.9),),
        (mean_goal(20, over="hour"),),
        (mean_goal(30, over="total"), Goal("rate", "reply", 0.9, threshold_ms=HOUR_MS, over="total")),
        (mean_goal(15, over="total"), Goal("quick", "answer", 0.7, threshold_ms=30 * MINUTE_MS, over="total")),
    ],
    ids=["mean", "fastest", "hourly", "mean and rate", "mean and share"],
)
def test_the_search_comes_near_the_cheapest_of_all_plans(seed: int, goals: tuple[Goal, ...]) -> None:
    """Four hours and up to four agents: 625 plans, all tried. The search may keep an agent hour or two too many."""
    effort = effort_of({"questions": (5, 9, 3, 1)}, MESSAGES, goals, seed=seed, replications=6)
    best, plan = cheapest(effort, 4), searched(effort)
    assert effort.aims.standing(effort.bench(plan)).holds
    assert effort.limits.cost(plan) <= effort.limits.cost(best) + 1.0


@lru_cache(maxsize=16)
def plan_of(*targets: str) -> StaffPlan:
    """Return the plan of a small page for targets as they stand in a file."""
    return staff(page(list(map(_written, targets))), replications=4, cover_nights=False, effort=0.3)


def page(targets: list[object]) -> Scenario:
    """Return a small page in which people come for half a shift or longer."""
    return scenario_of(PAGE, targets=targets, run__min_spell="4 h")


def _written(target: str) -> object:
    key, colon, value = target.partition(": ")
    return {key: value} if colon else target


@pytest.mark.parametrize("named", ["socially devoted", "facebook badge", "whatsapp window"])
def test_a_plan_for_a_named_target_holds_on_fresh_replications(named: str) -> None:
    plan = plan_of(named)
    (whole,) = plan.targets
    assert plan.holds and whole.holds and whole.name.lower() == named
    assert set(plan.provenance.replications).isdisjoint(plan.search_replications)
    assert 0 < whole.chance.value <= min(part.chance.value for part in whole.parts)


def share_of_removals_that_hold(plan: StaffPlan, named: str) -> float:
    """Take a few hours of one agent away at every sixth place, and look at forty weeks nobody has seen."""
    scenario = page([named])
    job = _Job.of(scenario, scenario.run.seed, None, None, None, 1, None)
    numbers = range(5000, 5040)
    bench = Bench(job.world, [job.draw(i) for i in numbers], numbers, job.workers)
    aims = Aims.of(job.world.goals, job.world.periods, bench)
    held = []
    for at in range(0, plan.headcount.shape[1], 6):
        fewer = less(plan.headcount[0], at, 4, job.limits.min_spell)[None]
        if fewer.sum() < plan.headcount.sum() and job.limits.allow(fewer):
            held.append(aims.standing(bench(fewer)).holds)
    assert len(held) > 10
    return float(np.mean(held))


def test_a_few_hours_less_anywhere_miss_half_an_hour_on_average() -> None:
    assert share_of_removals_that_hold(plan_of("socially devoted"), "socially devoted") <= 0.1


def test_few_hours_can_be_taken_from_a_plan_for_the_badge() -> None:
    assert share_of_removals_that_hold(plan_of("facebook badge"), "facebook badge") <= 0.34


def test_a_day_to_answer_takes_little_more_than_the_work_itself() -> None:
    """900 messages of 6 min are 90 hours of work a week. Fewer cannot do; that not one answer of twenty weeks comes
    after its window takes a seventh more in spells of four hours.
    """
    assert 89 <= float(plan_of("whatsapp window").headcount.sum()) <= 1.2 * 90


def test_a_stricter_mean_takes_more_hours() -> None:
    """A day for each, thirty minutes on average (with a response rate that comes by itself), twelve."""
    promises = "whatsapp window", "socially devoted", "mean_answer: at most 12 min"
    hours = [plan_of(promise).paid_hours_a_week for promise in promises]
    assert hours[0] < hours[1] < hours[2]


def test_the_badge_takes_more_than_half_an_hour() -> None:
    assert plan_of("facebook badge").paid_hours_a_week > plan_of("socially devoted").paid_hours_a_week


def test_several_targets_take_what_the_hardest_takes_and_are_all_met() -> None:
    plan = plan_of("socially devoted", "whatsapp window", "reply: 95 %", "answer: 60 % within 1 h")
    assert plan.holds and len(plan.targets) == 4 and len(plan.scores) == 5
    assert plan.all_at_once is not None
    assert plan.all_at_once.chance.value <= min(whole.chance.value for whole in plan.targets)
    assert float(plan.paid_hours_a_week) >= 0.95 * float(plan_of("socially devoted").paid_hours_a_week)


def test_parts_that_hold_alone_are_mended_where_they_are_too_rarely_met_at_once() -> None:
    """Each part is met in three of four weeks, both in two: with 70 % wanted, both parts are missing."""
    same = {"over": "total", "confidence": 0.7, "whole": "devoted"}
    rate, mean = Goal("rate", "reply", 0.65, threshold_ms=-1, **same), mean_goal(1, **same)

    def scored(goal: Goal, pairs: list[tuple[int, int]]) -> Score:
        tables = [GoalCounts(np.full((1, 48), top), np.full((1, 48), bottom)) for top, bottom in pairs]
        return score(goal, DAYS, tables)

    parts = (
        scored(rate, [(9, 10), (9, 10), (9, 10), (1, 10)]),
        scored(mean, [(1, 9), (1, 9), (99, 9), (1, 9)]),
    )
    nothing = np.zeros((4, 0), dtype=np.int64)
    verdict = Verdict((0, 1, 2, 3), parts, (), (), np.zeros((4, 2)), nothing, None)
    assert all(part.holds for part in parts) and not verdict.holds
    assert verdict.missing == parts


@pytest.mark.parametrize("minutes", [5, 1])
def test_a_mean_speed_of_answer_takes_as_many_as_erlang_c_says(minutes: int) -> None:
    """33.6 calls an hour of 10 minutes: a load of 5.6. The mean wait of n agents is C(n) × 10 min ÷ (n − 5.6)."""
    by_formula = next(n for n in range(6, 20) if erlang_c(5.6, n) * 10 / (n - 5.6) <= minutes)
    target = {"mean_answer": f"at most {minutes} min", "over": "day"}
    line = scenario_of(LINE, targets=[target], calendar__horizon="1 day", run__min_spell="1 day")
    plan = staff(line, replications=4)
    assert (plan.headcount == by_formula).all()


def test_who_must_be_sure_of_a_week_pays_for_it() -> None:
    """In nine of ten weeks all parts at once, where in the mean about half of them do."""
    target = {"named": "socially devoted", "in": "90 % of weeks"}
    plan = staff(page([target]), replications=4, cover_nights=False)
    (whole,) = plan.targets
    assert plan.holds and whole.chance.value >= 0.9
    assert plan.paid_hours_a_week > plan_of("socially devoted").paid_hours_a_week


def test_a_mean_below_the_work_itself_cannot_be_met_and_the_best_is_named() -> None:
    with pytest.raises(InfeasibleError) as caught:
        plan_of("mean_answer: at most 4 min")
    assert "asks for 4 min, the best that can be reached is 5.9" in str(caught.value)

"""Calmer worlds, and the steps from the work to what is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import careplan as cp
from careplan.engine.contract import Group, Rules
from careplan.executor import Workers
from careplan.metrics.controls import Controls
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import World
from careplan.planning.grid import Grid
from careplan.planning.plan import StaffPlan
from careplan.planning.why import why
from careplan.planning.why_desk import Customers, Desk
from careplan.planning.why_need import STEPS, need_of
from careplan.planning.why_trials import Trials
from careplan.planning.why_worlds import has_busy_days, like_clockwork, with_work, without_busy_days
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS, MINUTE_MS
from careplan.workload.tables import Workload
from careplan.workload.volume import expected_cases
from tests.planning.scenarios import LINE, PAGE, scenario_of
from tests.planning.worlds import PHONE

BUSY = {"queues__questions__volume__busyness": "30 %"}
STORM = {"at": "2026-03-04 12:00", "height": "800 %", "half_life": "2 h", "chance": "25 %"}


def page(**changes: object) -> Scenario:
    """A page with 900 questions a week."""
    return scenario_of(PAGE, **changes)


@pytest.mark.parametrize("changes", [BUSY, {"queues__questions__volume__spikes": [STORM]}])
def test_without_busy_days_every_interval_expects_as_many(changes: dict[str, object]) -> None:
    scenario = page(**changes)
    calm = without_busy_days(scenario)
    assert has_busy_days(scenario) and not has_busy_days(calm)
    np.testing.assert_allclose(expected_cases(calm, "questions"), expected_cases(scenario, "questions"))
    assert calm.digest != scenario.digest


def test_bursts_at_random_times_raise_the_volume_by_their_mean() -> None:
    random = {"every": "1 per week", "height": "500 %", "half_life": "3 h"}
    scenario = page(queues__questions__volume__spikes=[random])
    calm = without_busy_days(scenario)
    np.testing.assert_allclose(expected_cases(calm, "questions"), expected_cases(scenario, "questions"))


def test_like_clockwork_customers_come_evenly_and_take_the_mean() -> None:
    scenario = scenario_of(LINE)
    drawn = cp.sample(scenario, replication=0)
    (even,) = like_clockwork(scenario, [drawn])
    gaps = np.diff(even.arrived_at)
    assert gaps.max() - gaps.min() <= 2
    assert even.n_cases == drawn.n_cases
    assert np.unique(even.work_ms).tolist() == [round(float(drawn.work_ms.mean()))]


def test_a_world_like_clockwork_is_its_own_clockwork() -> None:
    scenario = page(queues__questions__turns={1: "60 %", 2: "40 %"}, queues__questions__think_time="10 min")
    once = like_clockwork(scenario, [cp.sample(scenario, replication=r) for r in range(2)])
    twice = like_clockwork(scenario, once)
    assert [w.digest for w in once] == [w.digest for w in twice]


def test_more_work_lengthens_every_turn_of_its_queue() -> None:
    drawn = cp.sample(page(), replication=0)
    longer = with_work(drawn, np.array([1.5]))
    assert abs(longer.work_ms - 1.5 * drawn.work_ms).max() <= 0.5
    assert with_work(drawn, np.array([1.0])) is drawn


def test_what_the_luck_of_the_draw_explains_is_taken_out() -> None:
    rng = np.random.default_rng(1)
    luck = rng.normal(size=(60, 2))
    known = Customers([], range(60), Controls(("work", "uneven days"), luck))
    values = 3 + luck @ np.array([2.0, -1.0]) + 0.01 * rng.normal(size=60)
    steady = known.steadied(values)
    assert steady.mean() == pytest.approx(3, abs=0.01) and steady.std() < 0.02
    assert Customers([], range(60), None).steadied(values) is values


def line(times: Sequence[Sequence[int]], work_min: int = 30) -> tuple[Desk, list[Workload]]:
    """One agent for eight hours, calls at these minutes."""
    rules = Rules.of(PHONE, {"care": Group(skills={"calls": 1})})
    goal = Goal("at once", "answer", share=0.99, threshold_ms=0, over="total")
    world = World(rules, Grid.uniform(8, HOUR_MS), Periods.uniform(8, HOUR_MS), (goal,), 9 * HOUR_MS)
    zero = np.zeros(1, dtype=np.int64)
    workloads = [
        Workload(
            queues=("calls",),
            arrived_at=np.array(at) * MINUTE_MS,
            queue_ix=np.zeros(len(at)),
            turn_start=np.arange(len(at) + 1),
            work_ms=np.full(len(at), work_min * MINUTE_MS),
        )
        for at in times
    ]
    return Desk(world, np.ones((1, 8), dtype=np.int64), Workers(1), zero, zero, zero), workloads


def customers(workloads: Sequence[Workload]) -> Customers:
    return Customers(workloads, range(len(workloads)), None)


def test_a_world_without_luck_has_no_share_of_luck() -> None:
    every_hour = [60 * h for h in range(8)]
    desk, even = line([every_hour, every_hour])
    full, clock = customers(even), customers(even)
    need = need_of(
        desk,
        {"full": full, "even days": full, "clockwork": clock},
        on_duty=np.array([8.0]),
        paid=10.0,
        weeks=1.0,
    )
    assert need.luck.value == pytest.approx(0, abs=0.01)  # to within how closely a factor is looked for
    assert need.hours["busy_days"].value == 0
    # Eight calls of half an hour: four of eight hours, and twice the work would still fit to within the search.
    assert need.hours["work"].value == 4
    assert need.factors["full"][0] == pytest.approx(2, rel=0.02)
    assert need.hours["spare"].value == pytest.approx(4, rel=0.04)
    assert need.hours["shrinkage"].value == 2


def test_what_only_bunched_customers_take_is_luck() -> None:
    bunched = [0, 40, 80, 160, 200, 280, 320, 400]
    desk, drawn = line([bunched, bunched])
    _, even = line([[60 * h for h in range(8)]] * 2)
    full = customers(drawn)
    need = need_of(
        desk,
        {"full": full, "even days": full, "clockwork": customers(even)},
        on_duty=np.array([8.0]),
        paid=8.0,
        weeks=1.0,
    )
    # Calls 40 min apart fit until each takes 40 min, those an hour apart until each takes an hour.
    assert need.factors["full"][0] == pytest.approx(40 / 30, rel=0.02)
    assert need.factors["clockwork"][0] == pytest.approx(2, rel=0.02)
    assert need.luck.value == pytest.approx(30 / 40 - 30 / 60, abs=0.02)


def test_the_factor_is_found_by_doubling_steps_and_then_closing_in() -> None:
    trials, tried = Trials(), []
    while (factor := trials.next(1.0)) is not None:
        tried.append(factor)
        trials.note(factor, np.array([1.23 - factor, 1.3 - factor]), 1.0)
    assert tried[0] == 1 and len(tried) < 9
    assert trials.roots() == pytest.approx([1.23, 1.3], abs=1e-6)


def test_a_week_that_leaves_work_to_the_next_ends_the_search_as_a_missed_target_does() -> None:
    trials = Trials()
    while (factor := trials.next(1.0)) is not None:
        trials.note(factor, np.array([2 - factor, 1.1 - factor]), 1.23 - factor)
    assert trials.roots() == pytest.approx([1.23, 1.1], abs=1e-6)


@cache
def a_day_planned() -> tuple[Scenario, StaffPlan]:
    scenario = page(calendar__horizon="1 day")
    return scenario, cp.staff(scenario, replications=3, judge_replications=4, cover_nights=False)


def test_steps_add_up_to_the_paid_hours_and_even_days_have_no_busy_ones() -> None:
    scenario, plan = a_day_planned()
    found = why(scenario, plan, replications=4)
    assert found.need is not None and found.hours is not None and found.losses is not None
    assert list(found.need.hours) == list(STEPS)
    assert sum(step.value for step in found.need.hours.values()) == pytest.approx(float(plan.paid_hours_a_week))
    assert found.need.hours["busy_days"].value == 0  # no busyness, no bursts: the same customers
    assert found.need.hours["within_day"].value > 0
    assert min(found.replications) >= 2_000_000
    assert not set(found.replications) & {*plan.search_replications, *plan.provenance.replications}
    again = why(scenario, plan, replications=4)
    np.testing.assert_array_equal(found.hours.less, again.hours.less if again.hours else [])


def test_a_plan_for_cover_alone_has_nothing_to_do_with_luck() -> None:
    scenario = page(targets=[{"cover": "24/7", "at_least": 1}])
    plan = cp.staff(scenario, replications=3, judge_replications=3)
    found = why(scenario, plan, replications=3)
    assert found.need is not None and found.hours is not None
    assert np.isnan(found.need.luck.value)
    assert found.hours.binds.all() and found.hours.breaks_cover.all()


def test_an_interrupt_keeps_what_was_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, plan = a_day_planned()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("careplan.planning.why.hour_effects", interrupted)
    found = why(scenario, replace(plan), replications=3)
    assert found.is_partial and found.hours is None
    assert found.losses is not None and found.need is not None

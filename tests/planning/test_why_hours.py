"""One agent more or less in each hour, in worlds small enough to be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from careplan.columns import IntArray
from careplan.engine.contract import Group, Rules
from careplan.executor import Workers
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import Bench, World
from careplan.planning.grid import Grid
from careplan.planning.judging import judged
from careplan.planning.limits import Limits
from careplan.planning.why_effects import HourEffects, largest, mean_over
from careplan.planning.why_hours import hour_effects
from careplan.planning.why_losses import losses_of
from careplan.planning.why_slots import Design, Slots
from careplan.planning.why_spells import spells_of
from careplan.units import HOUR_MS, MINUTE_MS
from careplan.workload.tables import Workload
from tests.planning.scenarios import PAGE, scenario_of
from tests.planning.worlds import MESSAGES, PHONE, effort_of

AT_ONCE = Goal("at once", "answer", share=0.5, threshold_ms=0, over="total")


def desk(
    calls: Sequence[int], goals: Sequence[Goal], *, hours: int = 6, patience_min: int | None = None, spells: int = 1
) -> tuple[Bench, Limits]:
    """Calls of half an hour each, at these minutes of one day that begins at midnight; two replications alike."""
    at = np.array(calls, dtype=np.int64) * MINUTE_MS
    rules = Rules.of(PHONE, {"care": Group(skills={"calls": 1})})
    grid, periods = Grid.uniform(hours, HOUR_MS), Periods.uniform(hours, HOUR_MS)
    workload = Workload(
        queues=("calls",),
        arrived_at=at,
        queue_ix=np.zeros(len(at)),
        turn_start=np.arange(len(at) + 1),
        work_ms=np.full(len(at), 30 * MINUTE_MS),
        patience_ms=np.full(len(at), -1 if patience_min is None else patience_min * MINUTE_MS),
    )
    world = World(rules, grid, periods, tuple(g for g in goals if g.kind != "cover"), (hours + 1) * HOUR_MS)
    limits = Limits.of(grid, rules.groups, min_spell_ms=spells * HOUR_MS, hourly_cost={"care": 1.0}, goals=goals)
    return Bench(world, [workload, workload], [0, 1], Workers(1)), limits


def effects(bench: Bench, limits: Limits, headcount: Sequence[Sequence[int]], together: int = 1) -> HourEffects:
    """The effects, ``together`` hours changed in one run."""
    plan = np.array(headcount, dtype=np.int64)
    slots = Slots.of(bench.world.periods)
    verdict = judged(bench.world, bench.world.goals, plan, lambda r: bench.workloads[r % 2], [0, 1], bench.workers)
    step = slots.n // together
    batches = tuple(tuple((g, s + k * step) for k in range(together)) for s in range(step) for g in range(len(plan)))
    return hour_effects(bench, limits, plan, verdict.scores, Design(together, batches), slots)


ONE_PEAK = [[1, 1, 1, 2, 1, 1]]
CALLS = [5, 65, 125, 185, 186, 245]
"""One in each of the first five hours, and a second one in the fourth."""


def test_one_agent_less_in_the_peak_costs_the_one_call_that_then_waits() -> None:
    found = effects(*desk(CALLS, [AT_ONCE]), ONE_PEAK)
    assert found.less_figures.value[0, 0, 3] == pytest.approx(-1 / 6)
    # With nobody in the first hour its call begins at 01:00, and the next one waits for its end at 01:30.
    assert found.less_figures.value[0, 0, 0] == pytest.approx(-2 / 6)
    assert found.more_figures.value[0, 0].tolist() == [0.0] * 6


def test_an_hour_in_which_nobody_comes_never_binds() -> None:
    all_at_once = Goal("at once", "answer", share=1.0, threshold_ms=0, over="total")
    found = effects(*desk(CALLS, [all_at_once]), ONE_PEAK)
    assert found.binds[0].tolist() == [True, True, True, True, True, False]
    assert found.less_figures.value[0, 0, 5] == 0


def test_one_peak_binds_where_all_other_hours_have_an_agent_to_spare() -> None:
    four_of_six = Goal("at once", "answer", share=1.0, threshold_ms=0, over="hour")
    found = effects(*desk(CALLS, [four_of_six]), [[2, 2, 2, 2, 2, 2]])
    assert found.binds[0].tolist() == [False, False, False, True, False, False]
    assert found.less_figures.value[0, 0, 3] == pytest.approx(-0.5)  # of the two calls of that hour


def test_where_nobody_is_on_duty_nobody_can_be_taken() -> None:
    found = effects(*desk([65], [AT_ONCE]), [[0, 1, 0, 0, 0, 0]])
    assert np.isnan(found.less_figures.value[0, 0]).tolist() == [True, False, True, True, True, True]
    assert np.isfinite(found.more_figures.value).all()


def test_hours_changed_in_one_run_come_out_as_played_alone_if_effects_end_before_the_next() -> None:
    bench, limits = desk(CALLS, [AT_ONCE])
    alone, three = (effects(bench, limits, ONE_PEAK, together=k) for k in (1, 3))
    np.testing.assert_array_equal(alone.less, three.less)
    np.testing.assert_array_equal(alone.more, three.more)
    assert alone.alone is None and three.alone is not None and three.alone.value == 0


def test_in_poisson_weeks_changing_several_hours_in_a_run_agrees_within_the_noise() -> None:
    goal = Goal("soon", "answer", share=0.8, threshold_ms=2 * MINUTE_MS, over="total")
    effort = effort_of({"calls": [6.0] * 24}, PHONE, [goal], replications=60, handle_min=6, patience_min=5)
    plan = np.full((1, 24), 2)
    slots = Slots.of(effort.bench.world.periods)
    verdict = judged(effort.bench.world, [goal], plan, lambda r: effort.bench.workloads[r], range(60), Workers(1))
    alone, four = (
        hour_effects(
            effort.bench, effort.limits, plan, verdict.scores,
            Design(k, tuple(tuple((0, s + i * 24 // k) for i in range(k)) for s in range(24 // k))), slots,
        )
        for k in (1, 4)
    )  # fmt: skip
    gap = (alone.less - four.less)[:, 0, 0].mean(axis=0)
    width = alone.less_figures.high[0, 0] - alone.less_figures.value[0, 0]
    assert abs(gap.mean()) < 0.1 * abs(alone.less_figures.value.mean())
    assert (np.abs(gap) <= width).all()


def test_an_agent_more_delays_nobody_where_messages_are_first_come_first_served() -> None:
    goal = Goal("soon", "answer", share=0.6, threshold_ms=30 * MINUTE_MS, over="total")
    effort = effort_of({"questions": [5, 9, 7, 3, 2, 8]}, MESSAGES, [goal], replications=8)
    plan = np.array([[1, 2, 1, 1, 1, 1]])
    bench, limits, slots = effort.bench, effort.limits, Slots.of(effort.bench.world.periods)
    verdict = judged(bench.world, [goal], plan, lambda r: bench.workloads[r], range(8), Workers(1))
    found = hour_effects(bench, limits, plan, verdict.scores, Design(1, tuple(((0, s),) for s in range(6))), slots)
    assert (found.more_figures.value >= 0).all() and found.more_figures.value.max() > 0
    assert (found.less_figures.value <= 0).all()


def test_the_last_agent_of_a_covered_hour_is_there_for_cover() -> None:
    cover = Goal("somebody", "cover", at_least=1)
    found = effects(*desk([65], [AT_ONCE, cover]), [[1, 2, 1, 0, 1, 1]])
    assert found.breaks_cover[0].tolist() == [True, False, True, False, True, True]
    assert found.binds[0].tolist() == [True, False, True, False, True, True]


def test_a_target_that_less_is_better_of_is_harmed_by_more_of_it() -> None:
    gave_up = Goal("gave up", "abandon", share=0.5, over="total")
    found = effects(*desk(CALLS, [gave_up], patience_min=10), ONE_PEAK)
    assert found.less_figures.value[0, 0, 3] == pytest.approx(1 / 6)
    assert found.harm(0)[:, 0, 3] == pytest.approx(1 / 6)


def test_a_chance_changes_by_the_periods_that_are_met_no_more() -> None:
    sure = Goal("at once", "answer", share=1.0, threshold_ms=0, over="hour", confidence=0.5)
    found = effects(*desk(CALLS, [sure]), ONE_PEAK)
    assert found.less_figures.value[0, 0, 3] == -1  # both replications of that hour
    assert found.less_figures.value[0, 0, 5] != found.less_figures.value[0, 0, 5]  # nobody comes: no chance


def test_changes_of_one_run_lie_as_far_apart_as_effects_are_looked_for() -> None:
    effort = effort_of({"calls": [6.0] * 24}, PHONE, [AT_ONCE])
    slots = Slots.of(effort.bench.world.periods)
    every = Design.of(effort.bench, effort.limits, slots, np.array([0]), most_runs=1e9)
    few = Design.of(effort.bench, effort.limits, slots, np.array([0]), most_runs=0)
    assert every.together == 1 and len(every.batches) == 24
    assert few.together == 6 and len(few.batches) == 4  # the hour, one for the threshold, two hours after
    assert sorted(move for batch in few.batches for move in batch) == [(0, s) for s in range(24)]


def test_the_largest_are_chosen_on_one_half_and_told_of_the_other() -> None:
    effect = np.zeros((4, 1, 3))
    effect[::2, 0] = [3, 1, 2]
    effect[1::2, 0] = [1, 5, 1]
    where, figure = largest(effect, 1)
    assert where.tolist() == [[True, False, False]] and figure.value == 1
    assert mean_over(effect, where).value == 2


def test_customers_are_lost_in_the_hour_in_which_they_wrote() -> None:
    bench, limits = desk([5, 10, 15, 125], [AT_ONCE], patience_min=10)
    slots = Slots.of(bench.world.periods)
    plan: IntArray = np.array([[1, 1, 1, 1, 1, 1]])
    losses = losses_of(bench, plan, [AT_ONCE], slots)
    # The first is served from :05 to :35; the second and the third leave after ten minutes.
    assert losses.by_hour("lost").tolist() == pytest.approx([2 / losses.weeks, 0, 0, 0, 0, 0])
    assert losses.fewest_hours("lost").tolist() == [0]
    assert losses.share("lost").value == pytest.approx(2 / 4)
    assert losses.of("abandoned").sum() == 4 and losses.of("late").sum() == 0
    assert limits.min_spell == 1


def test_who_is_served_late_is_not_lost() -> None:
    bench, _ = desk([5, 10, 125], [AT_ONCE])
    losses = losses_of(bench, np.array([[1, 1, 1, 1, 1, 1]]), [AT_ONCE], Slots.of(bench.world.periods))
    assert losses.of("lost").sum() == 0
    assert losses.by_hour("late").tolist() == pytest.approx([1 / losses.weeks, 0, 0, 0, 0, 0])
    assert losses.share_in("late", np.array([0])).value == 1


def test_the_smallest_changes_are_whole_spells_and_could_go_where_their_hours_leave_enough() -> None:
    half = Goal("at once", "answer", share=0.5, threshold_ms=0, over="total")
    bench, limits = desk([5, 185, 245], [half], spells=2)
    plan = [[1, 1, 0, 2, 2, 1]]
    found = effects(bench, limits, plan)
    spells = spells_of(found, np.array(plan), limits, bench.world.periods)
    # The first agent is on from 03:00 round midnight to 02:00: the ends can be cut off, in the midst two hours go.
    assert [1] in [spell.hours.tolist() for spell in spells]
    assert [0] not in [spell.hours.tolist() for spell in spells]
    second = next(spell for spell in spells if spell.hours.tolist() == [3, 4])
    assert second.agent_hours == pytest.approx(2 * 168 / 6)  # a week of such six hours
    assert second.could_go and second.effects[0].value == 0  # one agent does for one call an hour
    first = [spell for spell in spells if 0 in spell.hours]
    # Without anybody in the first hour its call waits: two of three are in time, still half.
    assert first and all(spell.effects[0].value == pytest.approx(-1 / 3) for spell in first)


def test_without_a_shortest_spell_hours_are_the_smallest_changes() -> None:
    bench, limits = desk([5], [AT_ONCE])
    plan = [[1, 1, 1, 1, 1, 1]]
    assert spells_of(effects(bench, limits, plan), np.array(plan), limits, bench.world.periods) == ()


def test_a_spell_that_cover_needs_cannot_go() -> None:
    bench, limits = desk([65], [AT_ONCE, Goal("somebody", "cover", at_least=1)], spells=2)
    plan = [[1, 2, 2, 1, 1, 1]]
    spells = spells_of(effects(bench, limits, plan), np.array(plan), limits, bench.world.periods)
    assert [spell.could_go for spell in spells] == [spell.hours.tolist() == [1, 2] for spell in spells]
    assert any(spell.could_go for spell in spells)


@pytest.mark.parametrize(("start", "hours"), [("2026-10-19", 168), ("2026-03-23", 167)])
def test_a_week_in_which_the_clock_changes_has_its_hours(start: str, hours: int) -> None:
    scenario = scenario_of(PAGE, calendar__start=start)
    slots = Slots.of(Periods.of_clock(scenario.clock))
    assert slots.n == hours
    # The hour that comes twice is one hour of the week, the one that is skipped is none.
    assert sum(map(len, slots.first)) == {168: 169, 167: 167}[hours]
    assert ("sun 02:00" in slots.labels) == (hours == 168)

"""The bench: the same replications for every plan, counted as the metrics count them."""

from __future__ import annotations

import numpy as np

from careplan.engine.contract import Queue
from careplan.engine.simulate import simulate
from careplan.executor import Workers
from careplan.metrics.counting import goal_counts
from careplan.metrics.scorecard import Goal
from careplan.planning.bench import Bench, waiting_work_ms
from careplan.trace.tables import Trace
from careplan.units import HOUR_MS
from careplan.workload.tables import Workload
from tests.planning.worlds import HALF_AN_HOUR, effort_of

QUEUES = {"calls": Queue(is_live=True), "questions": Queue(is_live=False)}
GOALS = (
    Goal("calls", "answer", 0.8, ("calls",), threshold_ms=20_000, over="hour"),
    Goal("questions", "answer", 0.65, ("questions",), threshold_ms=HALF_AN_HOUR, over="total"),
    Goal("gave up", "abandon", 0.1, over="total"),
    Goal("busy", "occupancy", 0.9, over="total"),
)
PLAN = np.array([[1, 2, 2, 3]])


def bench(workers: int = 1) -> Bench:
    effort = effort_of({"calls": [2, 4, 4, 2], "questions": [3, 3, 6, 6]}, QUEUES, GOALS, patience_min=5)
    return Bench(effort.bench.world, effort.bench.workloads, range(4), Workers(workers))


def test_counts_are_those_of_the_metrics() -> None:
    trial = bench()
    counts = trial(PLAN)
    world = trial.world
    roster = world.roster(PLAN)
    for r, workload in enumerate(trial.workloads):
        trace = simulate(workload, roster, world.rules, until=world.until)
        for k, goal in enumerate(GOALS):
            found = goal_counts(goal, workload, trace, world.rules, roster, world.periods)
            assert counts.numerator[k, r].tolist() == found.numerator.sum(axis=0).tolist()
            assert counts.denominator[k, r].tolist() == found.denominator.sum(axis=0).tolist()


def test_the_number_of_threads_changes_nothing() -> None:
    one, three = bench(1)(PLAN), bench(3)(PLAN)
    assert np.array_equal(one.numerator, three.numerator) and np.array_equal(one.waiting_ms, three.waiting_ms)


def test_a_plan_met_again_is_not_played_again() -> None:
    trial = bench()
    first = trial(PLAN)
    assert trial.n_played == 4
    assert trial(PLAN.copy()) is first and trial.n_played == 4


def test_work_that_waits_is_counted_at_each_instant() -> None:
    """Three messages; one agent takes the first from 0 to 60, the second from 60; the third has expired at 90."""
    workload = Workload(queues=("q",), arrived_at=[0, 10, 20], queue_ix=[0, 0, 0], turn_start=[0, 1, 2, 3],
                        work_ms=[60, 50, 40])  # fmt: skip
    trace = Trace(
        until=100,
        case_arrived_at=[0, 10, 20],
        case_outcome=[1, 0, 6],
        case_ended_at=[60, -1, 90],
        case_lapsed_at=[-1] * 3,
        case_bot_slot=[-1] * 3,
        turn_queued_at=[0, 10, 20],
        turn_started_at=[0, 60, -1],
        turn_ended_at=[60, -1, -1],
        turn_agent_ix=[0, 0, -1],
        turn_interrupted=[False] * 3,
        turn_held_until=[-1] * 3,
    )
    assert waiting_work_ms(workload, trace, [0, 11, 60, 61, 90, 91]) == [0, 50, 90, 40, 40, 0]


def test_the_weeks_work_is_that_of_the_cases_that_come_in_it() -> None:
    trial = bench()
    begin, end = trial.world.periods.begin, trial.world.periods.end
    assert end - begin == 4 * HOUR_MS
    by_hand = [w.work_ms[(w.arrived_at >= begin) & (w.arrived_at < end)].sum() for w in trial.workloads]
    assert trial.work_ms == np.mean(by_hand)


def test_a_bench_that_has_grown_knows_what_a_plan_comes_to_as_if_all_were_played_anew() -> None:
    trial = bench()
    trial(PLAN)
    few, more = trial.some(np.arange(3), trial.world), trial.some(np.array([3, 0]), trial.world)
    few(PLAN)
    grown = few.grown(2, more.workloads, more.replications, PLAN)
    assert list(grown.replications) == [0, 1, 3, 0] and grown.n_played == 2
    anew = trial.some(np.array([0, 1, 3, 0]), trial.world)(PLAN)
    for one, other in zip(vars(grown(PLAN)).values(), vars(anew).values(), strict=True):
        assert np.array_equal(one, other)
    assert grown.n_played == 2 and few.n_played == 3  # nothing was played again

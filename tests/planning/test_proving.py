"""Proving: fresh replications every time, and mending what they do not bear out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from careplan.executor import Workers
from careplan.metrics.scorecard import Goal
from careplan.planning.effort import Effort
from careplan.planning.judging import Verdict, judged
from careplan.planning.proving import proved
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of, searched

RATES = {"questions": [2, 2, 6, 9, 6, 2]}


def on_fresh(goal: Goal, seen: list[int]) -> tuple[Effort, Effort, object]:
    small = effort_of(RATES, MESSAGES, [goal], replications=3)
    large = replace(effort_of(RATES, MESSAGES, [goal], replications=12, seed=5), load=small.load)

    def judge(plan: np.ndarray) -> Verdict:
        seen.append(len(seen))
        fresh = effort_of(RATES, MESSAGES, [goal], replications=40, seed=100 + len(seen)).bench
        with Workers(1) as workers:
            return judged(fresh.world, [goal], plan, lambda r: fresh.workloads[r], range(40), workers)

    return small, large, judge


def test_a_plan_fitted_to_three_days_is_mended_until_fresh_days_bear_it_out() -> None:
    goal = Goal("all day", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
    seen: list[int] = []
    small, large, judge = on_fresh(goal, seen)
    start = searched(small)
    start[start > 1] -= 1  # surely too few
    proof = proved(small, large, start, judge)  # type: ignore[arg-type]
    assert proof.verdict.holds and proof.headcount.sum() > start.sum()
    assert len(proof.notes) == len(seen) - 1 and "65 % wanted" in proof.notes[0]


def test_hours_that_lack_clearly_get_people_and_others_do_not() -> None:
    goal = Goal("hourly", "answer", 0.85, threshold_ms=HALF_AN_HOUR, over="interval")
    seen: list[int] = []
    small, large, judge = on_fresh(goal, seen)
    start = np.array([[2, 2, 3, 1, 4, 2]])  # too few at the peak, enough elsewhere
    proof = proved(small, large, start, judge)  # type: ignore[arg-type]
    assert proof.headcount[0, 3] > 1
    assert proof.headcount[0, [0, 1]].tolist() == [2, 2]


def test_a_plan_that_holds_is_judged_once() -> None:
    goal = Goal("all day", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
    seen: list[int] = []
    small, large, judge = on_fresh(goal, seen)
    proof = proved(small, large, np.full((1, 6), 5), judge)  # type: ignore[arg-type]
    assert seen == [0] and proof.notes == () and (proof.headcount == 5).all()

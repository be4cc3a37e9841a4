"""Shifts and staffing together: no dearer than covering the need, and nothing is covered twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from careplan.metrics.scorecard import Goal, Score
from careplan.planning.judging import Verdict, judged
from careplan.planning.shifts import choose, judges
from careplan.planning.shifts.choose import may_hold, shifts
from careplan.planning.shifts.covering import Covered, cover
from careplan.planning.shifts.judges import JUDGED_FROM
from careplan.planning.shifts.probe import missed_parts
from careplan.reporting.shifts import Scheduled, roads_text
from careplan.units import HOUR_MS
from tests.planning.shifts.worlds import page_with

RULES = {"lengths": "8 h", "start_every": "4 h", "part_time": {"lengths": "4 h"}}


def test_road_b_is_cheaper_where_messages_may_wait_and_meets_the_target() -> None:
    scenario = page_with(RULES)
    b, a = shifts(scenario, road="both", judge_replications=30, effort=0.3)
    assert a.road == "a" and b.road == "b"
    assert a.holds and b.holds
    assert a.bill.cost is not None and b.bill.cost is not None and b.bill.cost < a.bill.cost
    said = "Shifts and staffing together: "
    assert any(note.startswith(said) and "were played to find this one" in note for note in b.notes)
    assert min(a.provenance.replications) == JUDGED_FROM
    assert not set(a.provenance.replications) & set(b.provenance.replications) or a.starts is b.starts
    roster = b.roster().on_duty(b.kinds.grid.horizon_edges)[0] / HOUR_MS
    assert np.allclose(roster, b.on_duty[0])
    shown = roads_text(Scheduled(scenario, b, (a,), None), 100)
    assert "a: cover the need" in shown and "b: together" in shown and f"{a.cost_a_week:,}" in shown


def test_an_interrupt_while_judging_keeps_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def interrupted_once(*arguments: Any, **more: Any) -> Verdict:
        calls.append(len(arguments[4]))
        if len(calls) == 1:
            raise KeyboardInterrupt
        return judged(*arguments, **more)

    monkeypatch.setattr(judges, "judged", interrupted_once)
    plans = shifts(page_with(RULES, calendar__horizon="1 day"), road="both", judge_replications=30)
    assert calls == [30, 10] and len(plans) == 1
    assert plans[0].is_partial and plans[0].people > 0 and len(plans[0].provenance.replications) == 10
    assert "Interrupted: judged on 10 fresh replications instead of 30." in plans[0].notes


@pytest.mark.parametrize(("met", "confidence", "is_open"), [(9, 0.95, True), (5, 0.95, False), (9, None, True)])
def test_few_judges_leave_it_open_whether_a_target_holds(met: int, confidence: float | None, is_open: bool) -> None:
    (plan,) = shifts(page_with(RULES, calendar__horizon="1 day"), road="a", judge_replications=10, effort=0.1)
    answered = np.where(np.arange(10) < met, 100, 40)[:, None] if confidence else np.full((10, 1), 70)
    answered = answered + np.where(confidence is None, 20 * (np.arange(10) % 2), 0)[:, None]  # 80 in the mean
    goal = replace(plan.scores[0].goal, share=0.81, over="total", confidence=confidence)
    known = replace(plan, scores=(Score(goal, ("total",), answered, np.full((10, 1), 100)),))
    assert may_hold(known, 30) == is_open
    far = Score(replace(goal, confidence=None), ("total",), np.full((10, 1), 40), np.full((10, 1), 100))
    assert not may_hold(replace(plan, scores=(far,)), 30)
    assert not may_hold(known, 10)  # as many as there should be: what they say counts


def test_an_interrupt_while_covering_keeps_a_coarser_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps: list[float] = []

    def interrupted_once(*arguments: Any, seconds: float, gap: float) -> Covered:
        gaps.append(gap)
        if len(gaps) == 2:  # the first asks only whether the rules clash
            raise KeyboardInterrupt
        return cover(*arguments, seconds=seconds, gap=gap)

    monkeypatch.setattr(choose, "cover", interrupted_once)
    (plan,) = shifts(page_with(RULES, calendar__horizon="1 day"), road="a", judge_replications=5)
    assert gaps[1] < gaps[2] and plan.is_partial and plan.missing_hours == 0


def test_where_only_cover_is_asked_the_covering_is_the_answer() -> None:
    scenario = page_with(
        RULES, targets=[{"name": "somebody", "cover": "24/7", "at_least": 1}], calendar__horizon="1 day"
    )
    (plan,) = shifts(scenario, judge_replications=5)
    assert plan.road == "b" and plan.holds and plan.starts.sum() > 0


def test_an_interrupt_while_it_is_mended_or_bounded_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(choose.Job, "_bounded", interrupted)
    (plan,) = shifts(page_with(RULES, calendar__horizon="1 day"), judge_replications=5, effort=0.1)
    assert plan.is_partial and "Interrupted before a bound was known." in plan.notes


def test_a_named_target_that_is_missed_has_its_parts_missed() -> None:
    """Each part holds in nine of ten weeks, both together in eight."""
    goal = Goal("speed", "answer", 0.5, threshold_ms=60_000, confidence=0.9, whole="badge")
    met = np.full((10, 1), 10)
    counts = [met.copy(), met.copy()]
    counts[0][0], counts[1][1] = 0, 0
    parts = [Score(goal, ("week",), top, np.full((10, 1), 10)) for top in counts]
    other = Score(replace(goal, name="else", whole=""), ("week",), counts[0], np.full((10, 1), 10))
    assert missed_parts([*parts, other]) == [True, True, False]

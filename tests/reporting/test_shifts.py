"""What ``careplan shifts`` says of the solver, and of what stays uncovered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careplan.planning.shifts.choose import shifts
from careplan.planning.shifts.plan import ShiftPlan
from careplan.planning.shifts.solving import Solver
from careplan.reporting.shifts import Scheduled, roads_text, solver_sentence
from careplan.scenario.models import Scenario
from tests.planning.shifts.worlds import page_with


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return page_with({"lengths": "8 h", "start_every": "8 h"}, calendar__horizon="1 day")


@pytest.fixture(scope="module")
def plan(scenario: Scenario) -> ShiftPlan:
    return shifts(scenario, road="a", judge_replications=10, effort=0.1)[0]


def test_a_gap_above_five_percent_is_said(plan: ShiftPlan) -> None:
    near, far = (replace(plan, solver=Solver(1000.0, bound, 12.0, 1)) for bound in (960.0, 940.0))
    assert "a gap of 4.0 %, found in 12.0 s" in solver_sentence(near)
    assert "a gap of 6.0 % (above 5 %: a cheaper schedule may exist), found in 12.0 s" in solver_sentence(far)


@pytest.mark.parametrize("road", ["a", "b"])
def test_what_stays_uncovered_has_its_price_on_both_roads(plan: ShiftPlan, road: str) -> None:
    short = replace(plan, road=road, starts=np.zeros_like(plan.starts))  # type: ignore[arg-type]
    assert short.missing_hours == plan.need.sum()
    said = solver_sentence(short)
    assert f"priced at {short.missing_price:,.2f} EUR" in said
    assert ("no cost here" in said) == (road == "b")


def test_both_roads_show_their_figure_with_its_interval(scenario: Scenario, plan: ShiftPlan) -> None:
    figure = plan.scores[0].overall
    assert figure.low is not None and figure.high is not None
    shown = " ".join(roads_text(Scheduled(scenario, replace(plan, road="b"), (plan,), None), 200).split())
    words = plan.scores[0].goal.words
    low, high = words(figure.low).removesuffix(" %"), words(figure.high).removesuffix(" %")
    assert shown.count(f"{words(figure.value)} ({low} to {high})") == 2

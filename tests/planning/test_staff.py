"""``staff``: from a scenario to a plan that fresh replications bear out."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from careplan.errors import InfeasibleError
from careplan.planning.drawing import SEARCH_FROM
from careplan.planning.effort import Stage
from careplan.planning.plan import StaffPlan
from careplan.planning.spells import has_short_spells
from careplan.planning.staff import staff
from careplan.study.replicate import replicate
from tests.planning.scenarios import LINE, PAGE, scenario_of


@cache
def page_plan() -> StaffPlan:
    """One plan for several tests: they only look at it."""
    return plan_and_stages()[0]


@cache
def plan_and_stages() -> tuple[StaffPlan, list[Stage]]:
    """The plan, found with three threads, and what was told on the way."""
    stages: list[Stage] = []
    return staff(scenario_of(PAGE), workers=3, progress=stages.append), stages


def test_a_plan_does_in_an_independent_simulation_what_it_says() -> None:
    """Law L35: other seeds, the same plan; within four standard errors of the difference."""
    plan = page_plan()
    again = replicate(scenario_of(PAGE), plan.roster(), seed=99, replications=60)
    said, seen = plan.scores[0].overall, again.scorecard[0].overall
    assert said.high is not None and seen.high is not None
    error = np.hypot(said.high - said.value, seen.high - seen.value) / 1.96
    assert abs(said.value - seen.value) < 4 * error
    assert plan.holds and seen.value > 0.65 - 4 * error


def test_the_figures_are_of_replications_nobody_searched_with() -> None:
    plan = page_plan()
    assert min(plan.search_replications) == SEARCH_FROM
    assert max(plan.provenance.replications) < SEARCH_FROM
    assert len(plan.provenance.replications) >= 100  # however few the scenario itself asks for
    judged = replicate(scenario_of(PAGE), plan.roster(), replications=plan.provenance.replications)
    assert judged.scorecard[0].overall.value == pytest.approx(plan.scores[0].overall.value, abs=1e-12)


def test_the_judges_go_on_until_the_figure_is_as_precise_as_wished() -> None:
    plan = staff(scenario_of(PAGE), cover_nights=False, precision="2.5pp", effort=0.1)
    found, n = plan.precision, len(plan.provenance.replications)
    assert found is not None and found.ended == "reached" and found.looks == (n,) and n >= 40
    (figure,) = found.figures
    assert figure.estimate == plan.scores[0].overall and figure.half_width <= 0.025
    assert min(plan.provenance.replications) > 0  # an earlier lot said how many it takes
    assert plan.to_dict()["precision"]["reached"] is True and page_plan().to_dict()["precision"] is None


def test_the_same_seed_gives_the_same_plan_whatever_the_threads() -> None:
    """Law L09."""
    one, three = staff(scenario_of(PAGE), workers=1), page_plan()
    assert np.array_equal(one.headcount, three.headcount)
    assert one.to_dict() == three.to_dict()


def test_nights_are_left_to_wait_and_what_covering_them_adds_is_said() -> None:
    plan = page_plan()
    (night,) = plan.nights
    assert night.waits and night.at_night.value < 0.65 < night.by_day.value
    assert 0.05 < night.cases_at_night < 0.2
    hour, wait = night.longest_typical_wait
    assert (hour >= 22 or hour < 6) and wait > 30 * 60_000
    assert plan.covering is not None
    assert plan.covering.extra_paid_hours > 0
    assert plan.covering.extra_cost == pytest.approx(plan.covering.extra_paid_hours * 20)
    assert (plan.covering.headcount.min(axis=1) >= 1).all()  # cases come at every hour
    assert "Nights" not in str(plan) and "nights (22:00–06:00) wait" in str(plan)


def test_paid_hours_are_hours_on_duty_and_shrinkage() -> None:
    plan = page_plan()
    assert float(plan.paid_hours_a_week) == pytest.approx(plan.headcount.sum() / 0.8, abs=0.01)
    assert plan.cost_a_week == plan.paid_hours_a_week * 20


def test_no_spell_is_shorter_than_the_scenario_allows() -> None:
    assert not has_short_spells(page_plan().headcount[0], 2)


def test_a_plan_is_plain_data_with_stable_keys() -> None:
    data = json.loads(json.dumps(page_plan().to_dict()))
    assert list(data) == [
        "scenario", "holds", "is_partial", "agents_at_peak", "peak_at", "paid_hours_a_week", "cost_a_week", "currency",
        "bill", "targets", "whole_targets", "all_targets_at_once", "searched", "nights", "covering", "formulas",
        "waiting_hours", "min_spell_ms", "intervals", "headcount", "offered_load", "precision", "notes",
        "search_replications", "provenance",
    ]  # fmt: skip
    assert len(data["headcount"]["care"]) == len(data["intervals"]) == 168
    assert data["intervals"][0]["start"] == "2026-03-02 00:00"


def test_six_agents_as_erlang_c_says_and_not_seven() -> None:
    """33.6 contacts an hour of 10 minutes: a load of 5.6; six agents answer 75.2 % within half an hour."""
    plan = staff(scenario_of(LINE), effort=0.3)
    assert (plan.headcount == 6).all()
    (figure,) = plan.formulas
    assert figure.name == "Erlang C" and figure.headcount is not None
    assert (figure.headcount == 6).all()
    overall = plan.scores[0].overall
    assert overall.low is not None and overall.high is not None
    # A week that begins empty and is 1000 mean services long; the formula's is the endless one.
    assert overall.low - 0.02 < 0.752 < overall.high + 0.02


def test_messages_have_no_erlang_figure_and_it_is_said_why() -> None:
    (figure,) = page_plan().formulas
    assert figure.name is None and figure.headcount is None
    assert "answered later" in str(figure)


def test_a_target_over_every_hour_costs_more_than_one_over_the_week() -> None:
    """Law L36, and that an hourly target is met hour by hour."""
    target = {"name": "hourly", "answer": "65 % within 30 min", "over": "hour"}
    hourly = staff(scenario_of(PAGE, targets=[target]))
    assert hourly.holds and hourly.covering is None
    assert hourly.bill.on_duty_hours > page_plan().bill.on_duty_hours
    assert len(hourly.scores[0].labels) == 168


def test_a_share_of_weeks_is_reached_in_fresh_weeks() -> None:
    target = {"name": "nearly every week", "answer": "65 % within 30 min", "in": "90 % of weeks"}
    plan = staff(scenario_of(PAGE, targets=[target]), cover_nights=False)
    assert plan.scores[0].chance.value >= 0.9 and len(plan.provenance.replications) >= 100
    assert plan.bill.on_duty_hours > page_plan().bill.on_duty_hours


def test_cover_round_the_clock_is_kept_beside_the_answers() -> None:
    targets = [{"name": "in time", "answer": "65 % within 30 min"}, {"name": "two", "cover": "24/7", "at_least": 2}]
    plan = staff(scenario_of(PAGE, targets=targets), cover_nights=False)
    assert plan.headcount.min() == 2 and plan.holds


def test_cover_alone_needs_nothing_else() -> None:
    plan = staff(scenario_of(PAGE, targets=[{"name": "one", "cover": "24/7"}]))
    assert (plan.headcount == 1).all() and plan.holds


def test_agents_are_not_busier_than_they_may() -> None:
    targets = [{"name": "in time", "answer": "65 % within 30 min"}, {"name": "calm", "occupancy": "at most 60 %"}]
    plan = staff(scenario_of(PAGE, targets=targets), cover_nights=False, effort=0.1)
    assert plan.holds and plan.scores[1].overall.value <= 0.6


def test_absence_is_planned_for() -> None:
    absent = staff(scenario_of(PAGE, groups__care__absence="20 %"), cover_nights=False, effort=0.3)
    assert absent.holds and absent.bill.on_duty_hours > page_plan().bill.on_duty_hours


def test_what_cannot_be_is_refused_with_the_best_there_is() -> None:
    """Law L39."""
    target = {"name": "at once", "answer": "90 % within 5 min"}
    with pytest.raises(InfeasibleError, match=r"asks for 90 %, the best that can be reached is 5\d"):
        staff(scenario_of(PAGE, targets=[target]))
    with pytest.raises(InfeasibleError, match="with the most agents there are"):
        staff(scenario_of(PAGE), most={"care": 0})


def test_the_week_leaves_no_more_work_than_it_found() -> None:
    """Else the last days could be left to the week after, for ever."""
    begin, end = page_plan().waiting_hours
    assert end <= begin + 0.01 * 90 + 1


def test_an_interrupt_keeps_the_best_plan_so_far() -> None:
    def interrupt(stage: Stage) -> None:
        if stage.name == "searching":
            raise KeyboardInterrupt

    plan = staff(scenario_of(PAGE), progress=interrupt)
    assert plan.is_partial and "interrupted" in str(plan)
    assert plan.holds or plan.scores[0].overall.value > 0.6
    assert plan.covering is None


def test_an_interrupt_before_there_is_a_plan_is_an_interrupt() -> None:
    def interrupt(stage: Stage) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        staff(scenario_of(PAGE), progress=interrupt)


def test_progress_never_goes_back_and_ends() -> None:
    stages = plan_and_stages()[1]
    fractions = [stage.fraction for stage in stages]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert {"sampling", "raising", "searching", "judging", "done"} <= {stage.name for stage in stages}


def test_a_scenario_without_targets_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="no targets"):
        staff(scenario_of(PAGE, targets=[]))

"""Levers ranked: the same customers for all, the plan as it is kept, and what cannot be said so."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from careplan.errors import CareplanError, InfeasibleError
from careplan.executor import Workers
from careplan.metrics.uncertainty import Estimate
from careplan.planning import levers as door
from careplan.planning.effort import Stage
from careplan.planning.levers import levers
from careplan.planning.ranking import LeverRanking, LeverResult
from careplan.planning.trials import Kept, Trial, kept, rows_of, trial
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from tests.planning.scenarios import PAGE

LEVERS = """
bots: {asker: {time: 1 s, containment: 0 %, fee: {per_session: 0.10 EUR, per_month: 100 EUR}}}
levers:
  half the work: {handle_time: -50 %}
  nothing: {volume: +0.0001 %}
  a bot that helps nobody: {set: {queues.questions.bots: [asker]}, cost: 10 EUR per day}
  slow people: {ramp: {new: 50 %, from: 10 %}, source: a guess}
  nobody can: {set: {queues.questions.handle_time: 2 h}}
"""


def page(text: str = PAGE + LEVERS) -> Scenario:
    """The page with its levers, busier, and a day instead of a week so that it is quick."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.yaml")
        quick = {"horizon: 1 week": "horizon: 1 day", "over: week": "over: day", "per_week: 900": "per_week: 3000"}
        for old, new in quick.items():
            text = text.replace(old, new)
        path.write_text(text)
        return read_scenario(path)


@pytest.fixture(scope="module")
def ranking() -> LeverRanking:
    """All levers in three rounds."""
    return levers(page(), rounds=3, replications=10)


def test_levers_are_ranked_by_what_they_save(ranking: LeverRanking) -> None:
    names = [one.name for one in ranking.results]
    assert names[0] == "half the work" and names[-1] == "nobody can"
    costs = [one.cost.value for one in ranking.results if one.cost is not None]
    assert len(costs) == 4 and costs == sorted(costs, reverse=True)


def test_half_the_work_takes_about_half_the_people(ranking: LeverRanking) -> None:
    half = ranking.result("half the work")
    assert half.verdict == "saves" and half.hours is not None and half.wages is not None
    assert 0.35 < half.hours.value / float(ranking.plan.paid_hours_a_week) < 0.6
    assert half.wages.value == pytest.approx(20 * half.hours.value, rel=1e-3)  # 20 EUR a paid hour
    assert half.agents is not None and half.agents.value > 0


def test_a_lever_that_does_nothing_is_within_the_noise(ranking: LeverRanking) -> None:
    nothing = ranking.result("nothing")
    assert nothing.verdict == "within the noise"
    assert all(abs(by.value) < 0.02 for _, by in nothing.gained)


def test_a_lever_pays_for_itself_and_for_its_bots(ranking: LeverRanking) -> None:
    """3000 questions a week at 0.10 EUR, 100 EUR a month of 30.4375 days, 10 EUR a day."""
    bot = ranking.result("a bot that helps nobody")
    assert bot.own_cost == pytest.approx(70)
    assert bot.fees == pytest.approx(300 + 100 * 7 / 30.4375, rel=0.1)
    assert bot.cost is not None and bot.wages is not None
    assert bot.cost.value == pytest.approx(bot.wages.value - bot.own_cost - bot.fees)


def test_what_takes_more_people_is_said_to(ranking: LeverRanking) -> None:
    slow = ranking.result("slow people")
    assert slow.verdict == "takes more" and slow.source == "a guess"
    (_, by), *_ = slow.gained
    assert by.high is not None and by.high < 0


def test_with_the_same_people_less_work_is_better_service(ranking: LeverRanking) -> None:
    (goal, by), *_ = ranking.result("half the work").gained
    assert goal.name == "in time" and by.value > 0.1 and by.low is not None and by.low > 0


def test_a_lever_with_which_no_staffing_meets_the_targets_is_listed_with_why(ranking: LeverRanking) -> None:
    cannot = ranking.result("nobody can")
    assert cannot.verdict == "cannot" and "in time: asks for 65 %" in cannot.why_not
    assert cannot.hours is None and cannot.cost is None
    assert cannot.gained[0][1].value < -0.3  # at the unchanged staffing it can still be played


def test_it_prints_as_the_ranking_and_goes_to_plain_data(ranking: LeverRanking) -> None:
    text = str(ranking)
    assert text.splitlines()[1].startswith("1. half the work (saves): +")
    assert "nobody can: cannot be planned: in time" in text
    plain = ranking.to_dict()
    assert [one["name"] for one in plain["levers"]] == [one.name for one in ranking.results]
    assert plain["levers"][0]["changes"] == {"handle_time": "-50 %"}


def test_a_round_has_the_same_customers_for_every_scenario(ranking: LeverRanking) -> None:
    """So a lever that changes nothing gives the very same plan."""
    scenario = page()
    start = {"care": ranking.plan.headcount[0]}
    with Workers(1) as workers:
        one, same = (trial(s, 3, 0, start, workers) for s in (scenario, scenario.with_changes({"title": "same"})))
    assert (one.agents, one.hours, one.cost) == (same.agents, same.hours, same.cost)
    assert one.cost == pytest.approx(20 * one.hours, rel=1e-3)


def test_a_group_that_is_new_begins_with_nobody() -> None:
    assert rows_of({"b": np.array([1, 2])}, ["a", "b"], 2).tolist() == [[0, 0], [1, 2]]


def test_one_lever_may_be_asked_for_and_a_wrong_name_is_refused() -> None:
    with pytest.raises(CareplanError, match='known levers: half the work, .*Did you mean "nothing"'):
        levers(page(), only=["nothin"])
    with pytest.raises(CareplanError, match="rounds is 1; expected 2 at least"):
        levers(page(), rounds=1)


def test_targets_nobody_can_meet_as_things_are_are_refused() -> None:
    with pytest.raises(InfeasibleError):
        levers(page().with_changes({"queues.questions.handle_time": "2 h"}), only=["nothing"], rounds=2)


def test_a_round_too_much_for_the_scenario_as_it_is_is_replaced_for_all(
    ranking: LeverRanking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first round cannot be met: the second and third are taken."""
    rounds = []

    def unlucky(scenario: Scenario, seed: int, number: int, *rest: object) -> Trial:
        if number == 0:
            raise InfeasibleError("a bad week")
        rounds.append(number)
        return Trial(1, 10.0 + number, 200.0)

    monkeypatch.setattr(door, "staff", lambda *_, **__: ranking.plan)
    monkeypatch.setattr(door, "trial", unlucky)
    found = levers(page(), only=["nothing"], rounds=2, replications=2)
    assert rounds == [1, 2, 1, 2] and found.results[0].why_not == ""


def test_an_interrupt_keeps_the_levers_that_are_finished(
    ranking: LeverRanking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while the second lever is played; the first is ranked, and the rest is named."""
    count = 0

    def interrupted(*arguments: object) -> Kept:
        nonlocal count
        count += 1
        if count == 3:  # as it is, the first lever, the second
            raise KeyboardInterrupt
        return kept(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(door, "staff", lambda *_, **__: ranking.plan)
    monkeypatch.setattr(door, "kept", interrupted)
    told: list[Stage] = []
    found = levers(page(), only=["half the work", "nothing"], rounds=2, replications=3, progress=told.append)
    assert [one.name for one in found.results] == ["half the work"]
    assert found.left_out == ("nothing",) and found.is_partial
    assert [stage.fraction for stage in told] == sorted(stage.fraction for stage in told)


def test_without_wages_hours_decide() -> None:
    one = LeverResult("idea", {}, "me", Estimate(1, 0, 2, 4), Estimate(5, 1, 9, 4), None, 7.0, 0.0, ())
    assert one.cost is None and one.deciding is one.hours and one.verdict == "saves"


def test_a_saving_that_its_price_eats_up_is_within_the_noise() -> None:
    """100 to 140 saved, 110 paid for it."""
    one = LeverResult(
        "idea", {}, "me", Estimate(1, 0, 2, 4), Estimate(5, 4, 6, 4), Estimate(120, 100, 140, 4), 110.0, 0.0, ()
    )
    assert one.cost is not None and (one.cost.value, one.cost.low, one.cost.high) == (10, -10, 30)
    assert one.verdict == "within the noise"

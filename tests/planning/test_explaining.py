"""A brand whose staffing is known is found again from its figures; figures nobody can have are refused."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from careplan.errors import CareplanError, InfeasibleError
from careplan.executor import Workers
from careplan.planning.explaining import explain_brand
from careplan.planning.explanation import Explanation, Published, seen
from careplan.planning.patterns import by_name, patterns_of
from careplan.planning.trying import Desk, Trial, scaled_volume, with_room
from careplan.reporting.explaining import cannot_tell, explanation_csv, explanation_text
from careplan.reporting.variant import variant_yaml
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.study.replicate import replicate
from careplan.units import HOUR_MS, NEVER
from tests.planning.scenarios import PAGE, scenario_of

OFFICE = "mon-fri 09:00-17:00"
DAILY = "daily 08:00-22:00"


@lru_cache(maxsize=4)
def brand(agents: int = 2, kept: str = "30 h", volume: float = 1500) -> Scenario:
    """A page with 1,500 questions a week, answered in office hours, whose messages are kept thirty hours."""
    return scenario_of(PAGE).with_changes(
        {
            "calendar.hours": {"office": {"mon-fri": "09:00-17:00"}},
            "calendar.warm_up": "4 days",
            "calendar.run_off": "4 days",
            "groups.care.headcount": {"office": agents},
            "queues.questions.expires_after": kept,
            "queues.questions.volume.per_week": volume,
        }
    )


@lru_cache(maxsize=4)
def published(agents: int = 2, kept: str = "30 h") -> tuple[float, float]:
    """What such a brand would publish: share answered, and mean response in seconds, of 40 weeks."""
    report = replicate(brand(agents, kept), replications=range(500, 540), seed=99)
    return report.estimate("response_rate").value, report.estimate("mean_first_response").value


@lru_cache(maxsize=4)
def explained() -> Explanation:
    """The brand's figures explained by somebody who does not know its headcount."""
    answered, mean = published()
    scenario = brand().with_changes({"groups.care.headcount": {"office": 9}, "queues.questions.expires_after": "1 h"})
    hours = ["office hours", DAILY, "round the clock"]
    return explain_brand(scenario, answered=answered, mean_response=mean, hours=hours, replications=12)


def test_the_staffing_of_a_known_brand_is_found_again() -> None:
    found = next(one for one in explained().staffings if one.pattern.name == "office hours" and one.unread == 0)
    assert found.trial.agents == 2
    assert found.trial.expires_after == pytest.approx(30 * HOUR_MS, rel=0.1)
    assert found.misfit < 0.5
    assert found.paid_hours == Decimal("100.00")  # 2 agents, 40 hours, a shrinkage of 20 %
    assert found.cost == Decimal("2000.00")


def test_staffings_come_cheapest_first_and_fit_within_the_tolerances() -> None:
    found = explained()
    prices = [one.price for one in found.staffings]
    assert prices == sorted(prices)
    for one in found.staffings:
        answered, mean = one.outcome.answered, one.outcome.mean_response
        assert abs(answered.value - found.published.answered) <= 0.02
        assert abs(mean.value / found.published.mean_response_s - 1) <= 0.1
        assert answered.low is not None and answered.low <= answered.value
    assert all(not one.fits for one in found.misses)


def test_customers_searched_with_are_not_those_reported_on() -> None:
    found = explained()
    assert set(found.search_replications).isdisjoint(found.provenance.replications)
    assert len(found.provenance.replications) == 12


def test_a_desk_counts_as_the_report_of_the_same_staffing_does() -> None:
    """The search's own quick counting against the metrics, on the same customers."""
    scenario = brand()
    with Workers(1) as workers:
        desk = Desk(scenario, "care", ("questions",), 7, workers)
        trial = Trial(patterns_of(scenario, "care", ["as written"])[0], 2, 30 * HOUR_MS)
        outcome = desk.play(trial, range(3), with_occupancy=True)
    report = replicate(scenario, seed=7, replications=3)
    assert outcome.answered == report.estimate("response_rate")
    assert outcome.mean_response.value == pytest.approx(report.estimate("mean_first_response").value, rel=1e-12)
    assert outcome.occupancy == report.estimate("occupancy", "care")


def test_the_price_is_that_of_the_staffing_as_written() -> None:
    from careplan.costing.pay import pay_of
    from careplan.costing.wages import wage_bill
    from careplan.staffing import staffed_roster

    scenario = brand()
    clock = scenario.clock
    whole = wage_bill(staffed_roster(scenario), pay_of(scenario), clock.horizon_from, clock.horizon_to)
    with Workers(1) as workers:
        desk = Desk(scenario, "care", ("questions",), 7, workers)
        assert desk.bill(patterns_of(scenario, "care", ["as written"])[0], 2).cost == whole.cost
        assert desk.hours_a_week(by_name("day and night"), 4) == 7 * (24 + 3 * 16)


def test_a_share_never_looked_at_is_one_minus_the_share_answered() -> None:
    answered, _ = published()
    unread = [one for one in (*explained().staffings, *explained().misses) if one.because == "unread"]
    assert unread and all(one.unread == pytest.approx(1 - answered) for one in unread)
    assert all(one.trial.expires_after == NEVER for one in unread)


def test_who_answers_all_they_read_is_found_by_the_time_alone() -> None:
    scenario = brand().with_changes({"queues.questions.volume.per_week": 400})
    with Workers(1) as workers:
        desk = Desk(with_room(scenario, 48 * HOUR_MS), "care", ("questions",), 5, workers)
        read_by_three = desk.play(Trial(by_name("office hours"), 3, NEVER), range(20))
    mean = read_by_three.mean_response.value
    whole = scenario.with_changes({"queues.questions.volume.per_week": 1000})
    found = explain_brand(
        whole, answered=0.4, mean_response=mean, hours=["office hours"], because=["unread"], time_within=0.05
    )
    (one,) = found.staffings
    assert one.agents_from <= 3 <= one.agents_to
    assert (one.unread, one.trial.volume) == (pytest.approx(0.6), pytest.approx(0.4))


def test_a_mean_shorter_than_the_work_itself_is_refused_with_the_nearest_miss() -> None:
    with pytest.raises(InfeasibleError) as refused:
        explain_brand(brand(), answered=0.95, mean_response="2 min", hours=["round the clock"], replications=2)
    text = str(refused.value)
    assert "95 % answered, 2 min on average" in text
    assert "The nearest: round the clock" in text and "--share-within" in text


def test_closed_nights_cannot_give_nearly_all_answers_within_minutes() -> None:
    with pytest.raises(InfeasibleError, match="office hours"):
        explain_brand(brand(), answered="97 %", mean_response="20 min", hours=["office hours"], replications=2)


def test_a_share_alone_leaves_the_time_open() -> None:
    found = explain_brand(brand(), answered=published()[0], hours=["office hours"], because=["expired"], replications=8)
    (one,) = found.staffings
    assert (one.trial.agents, one.trial.expires_after) == (2, 30 * HOUR_MS)  # kept as the scenario says
    assert any("no time is given" in sentence for sentence in cannot_tell(found))


def test_a_time_alone_leaves_the_share_open() -> None:
    found = explain_brand(brand(), mean_response=published()[1], hours=["office hours"], replications=8)
    assert [one.because for one in found.staffings] == ["expired"]
    assert any(sentence.startswith("Which share is answered") for sentence in cannot_tell(found))


def test_twice_the_customers_and_twice_the_agents_are_the_same_brand_when_it_is_overloaded() -> None:
    twice = explained().twice
    assert twice is not None and twice.fits
    double = scaled_volume(brand(), ["questions"], 2.0)
    assert double == {"queues.questions.volume.per_week": 3000}


def test_volumes_are_explained_one_by_one() -> None:
    answered, mean = published()
    found = explain_brand(
        brand(), answered=answered, mean_response=mean, hours=["office hours"], because=["expired"],
        volumes=["100 %", "200 %"], replications=8,
    )  # fmt: skip
    assert {(one.cases_a_week, one.trial.agents) for one in found.staffings} == {(1500, 2), (3000, 4)}


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(CareplanError) as refused:
        explain_brand(brand(), answered="94", mean_response="soon", volumes=[], queues=["nowhere"])
    assert len(refused.value.findings) == 4
    with pytest.raises(CareplanError, match="at least one published figure"):
        explain_brand(brand())
    with pytest.raises(CareplanError, match="there is no group"):
        explain_brand(brand(), answered=0.5, group="nobody")
    with pytest.raises(CareplanError, match="or one of: three hours a week"):
        explain_brand(brand(), answered=0.5, hours=["whenever"])


def test_agents_are_spread_over_a_pattern_and_somebody_is_always_there() -> None:
    night = by_name("day and night")
    assert [night.agents(n) for n in (1, 2, 4, 5, 8)] == [(1, 0), (1, 1), (1, 3), (2, 3), (2, 6)]
    assert all(sum(night.agents(n)) == n for n in range(1, 60))


def test_the_proportions_as_written_are_a_pattern() -> None:
    scenario = brand().with_changes({"groups.care.headcount": {"always": 2, "office": 6}})
    written = patterns_of(scenario, "care")[0]
    assert written.name == "as written" and written.agents(8) == (2, 6) and written.agents(4) == (1, 3)
    names = [pattern.name for pattern in patterns_of(brand(), "care")]
    assert names[0] == "as written" and "office hours" not in names  # the same hours, once


def test_an_outcome_is_seen_with_the_unread_counted() -> None:
    with Workers(1) as workers:
        desk = Desk(brand(), "care", ("questions",), 7, workers)
        outcome = desk.play(Trial(by_name("office hours"), 2, 30 * HOUR_MS), range(2))
    half = seen(outcome, 0.5)
    assert half.answered.value == pytest.approx(outcome.answered.value / 2)
    assert half.mean_response == outcome.mean_response
    assert Published(half.answered.value + 0.01, None).misfit(half) == pytest.approx(0.5)


def test_the_text_and_the_table_name_every_staffing() -> None:
    found = explained()
    text = explanation_text(found, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "What the figures cannot tell" in text and "nobody published them" in text
    lines = explanation_csv(found).splitlines()
    assert len(lines) == 1 + len(found.staffings) + len(found.misses)


@pytest.mark.parametrize("because", ["expired", "unread"])
def test_a_variant_gives_the_figures_it_was_written_for(because: str, tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text(_PAGE, encoding="utf-8")
    scenario = read_scenario(file)
    mean = {"expired": "5 h", "unread": "17 h"}[because]
    found = explain_brand(
        scenario, answered=0.4, mean_response=mean, because=[because], time_within=0.2,
        hours=["mornings", "office hours", "long days"], replications=8,
    )  # fmt: skip
    target = tmp_path / "deeper" / "variant.yaml"
    target.parent.mkdir()
    target.write_text(variant_yaml(scenario, found, 1, target), encoding="utf-8")
    variant = read_scenario(target)
    assert variant.name == "page-explained"
    report = replicate(variant, replications=8)
    one = found.staffings[0].outcome
    assert report.estimate("response_rate").value == pytest.approx(one.answered.value, abs=0.02)
    assert report.estimate("mean_first_response").value == pytest.approx(one.mean_response.value, rel=0.1)
    with pytest.raises(CareplanError, match="expected 1 to"):
        variant_yaml(scenario, found, 99, target)


_PAGE = """
careplan: 1
name: page
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 week, warm_up: 1 day, interval: 1 h}
channels: {facebook: {kind: message}}
queues:
  questions: {channel: facebook, volume: {per_week: 900, busyness: 10 %}, handle_time: {exponential: {mean: 6 min}}}
groups:
  care: {skills: [questions], wage: 20 EUR per hour}
"""

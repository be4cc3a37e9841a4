"""The brands reproduce what was published of them, and ``staff`` knows the way out of each."""

from __future__ import annotations

from functools import lru_cache

import pytest

from careplan.metrics.report import Report
from careplan.planning.staff import staff
from tests.examples.brands import BRANDS, PAGE, SHARE_WITHIN, TIME_WITHIN, Brand, row_of
from tests.examples.shipped import scenario_of

SMALL = {
    "airline-24-7": {"facebook-questions": 1800, "x-questions": 600},
    "telecom-fast": {"facebook-questions": 900, "x-questions": 300},
    "telecom-broad": {"facebook-questions": 600, "x-questions": 600},
    "typical-brand": {},
    "automotive-neglect": {},
    "marketplace-silent": {"facebook-questions": 500, "x-questions": 300},
    "complaints-on-x": {"x-complaints": 800},
}
"""Cases a week for the tests of ``staff``, where a brand is large."""


@lru_cache(maxsize=32)
def report_of(brand: Brand, seed: int | None = None) -> Report:
    """Return a report once."""
    return brand.report(seed)


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.name)
def test_the_published_figures_come_out(brand: Brand) -> None:
    """Under the scenario's own settings, the share within two points and the time within a tenth."""
    report = report_of(brand)
    assert report.estimate("response_rate").value == pytest.approx(brand.answered, abs=SHARE_WITHIN)
    if brand.mean_response_s is not None:
        mean = report.estimate("mean_first_response")
        assert mean.value == pytest.approx(brand.mean_response_s, rel=TIME_WITHIN)


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.name)
def test_the_interval_holds_the_published_figures_or_lies_within_the_tolerance(brand: Brand) -> None:
    """Not a lucky seed: what the replications leave open is no more than what was allowed."""
    report = report_of(brand)
    wanted = [(report.estimate("response_rate"), brand.answered, SHARE_WITHIN)]
    if brand.mean_response_s is not None:
        allowed = TIME_WITHIN * brand.mean_response_s
        wanted.append((report.estimate("mean_first_response"), brand.mean_response_s, allowed))
    for estimate, published, allowed in wanted:
        assert estimate.low is not None and estimate.high is not None
        holds = estimate.low <= published <= estimate.high
        lies_within = estimate.low >= published - allowed and estimate.high <= published + allowed
        assert holds or lies_within, estimate


def test_another_seed_tells_the_same() -> None:
    for brand in BRANDS:
        if brand.name in ("telecom-broad", "marketplace-silent"):
            share = report_of(brand, 2).estimate("response_rate").value
            assert share == pytest.approx(brand.answered, abs=SHARE_WITHIN), brand.name


def test_no_message_of_the_car_makers_is_answered_soon() -> None:
    """The queue is three weeks old: the quickest answer of all waits nearly as long as the slowest."""
    brand = next(one for one in BRANDS if one.name == "automotive-neglect")
    waits = [m.samples["wait"].value_ms for m in report_of(brand).measures]
    day_ms = 86_400_000
    assert min(wait.min() for wait in waits) > 18 * day_ms
    assert max(wait.max() for wait in waits) <= 21.5 * day_ms


def test_nearly_nobody_who_complains_gets_the_answer_they_want() -> None:
    brand = next(one for one in BRANDS if one.name == "complaints-on-x")
    report = report_of(brand)
    assert report.estimate("service_level_1h").value < 0.01
    assert report.estimate("share_given_up").value == pytest.approx(0.72, abs=0.02)


def test_the_marketplace_answers_its_campaigns_and_nothing_else() -> None:
    brand = next(one for one in BRANDS if one.name == "marketplace-silent")
    rate = {name: report_of(brand).estimate("response_rate", name, of="queue").value for name in _queues(brand)}
    assert rate["facebook-campaigns"] > 0.7
    assert rate["facebook-questions"] < 0.02


def _queues(brand: Brand) -> tuple[str, ...]:
    return tuple(scenario_of(brand.name).queues)


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.name)
def test_the_table_of_the_page_is_the_one_that_comes_out(brand: Brand) -> None:
    """``python -m tests.examples.brands`` writes all rows anew."""
    assert row_of(brand, report_of(brand)) in PAGE.read_text(encoding="utf-8")


def test_the_page_has_a_row_for_every_brand() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [brand.name for brand in BRANDS if f"| [`{brand.name}`]" not in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.name)
def test_staff_knows_the_way_out(brand: Brand) -> None:
    sizes = tuple(f"queues.{queue}.volume.per_week={cases}" for queue, cases in SMALL[brand.name].items())
    scenario = scenario_of(brand.name, "calendar.interval=60 min", *sizes)
    plan = staff(scenario, replications=2, judge_replications=3, cover_nights=False)
    assert plan.holds and plan.cost_a_week is not None and plan.cost_a_week > 0

"""What is said of outcomes: every assumption with its source, nothing where there are none, within the width."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from careplan.metrics.report import Report
from careplan.reporting.outcomes import outcomes_dict, outcomes_text, stated_figures
from careplan.reporting.staffing import Staffed, staffing_dict, staffing_text
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.study.replicate import replicate
from tests.cli.tiny import TINY, written

ASSUMED = """\
outcomes:
  window: 7 days
  satisfaction:
    by_wait: {5 min: 85 %, 2 h: 40 %, never: 10 %}
    further_attempt: {share: 85 %, source: "Us, 2026"}
  churn: {unanswered: 27.1 %, late: 9 %, late_after: 1 h, source: "Them, 2011"}
  shaming: {after: 2 min, chance: 38 %}
  channels:
    phone: {shaming: none, sale: {per_talk: 4 %}, churn: {unanswered: 20 %}}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return read_scenario(written(tmp_path_factory.mktemp("tiny"), text=TINY + ASSUMED))


@pytest.fixture(scope="module")
def report(scenario: Scenario) -> Report:
    return replicate(scenario, replications=2)


def test_every_figure_has_its_source_beside_it(scenario: Scenario) -> None:
    assert scenario.outcomes is not None
    stated = {
        (one.concerns, one.outcome, one.when): (one.value, one.source) for one in stated_figures(scenario.outcomes)
    }
    assert stated == {
        ("all", "satisfaction", "by wait"): ("85 % at 5 min, 40 % at 2 h, 10 % unanswered", "our assumption"),
        ("all", "satisfaction", "for each further contact"): ("× 85 %", "Us, 2026"),
        ("all", "churn", "unanswered"): ("27.1 %", "Them, 2011"),
        ("all", "churn", "answered after 1 h or after giving up"): ("9 %", "Them, 2011"),
        ("all", "shaming", "not answered within 2 min"): ("38 %", "our assumption"),
        ("channel phone", "churn", "unanswered"): ("20 %", "our assumption"),
        ("channel phone", "shaming", "all"): ("not counted", "our assumption"),
        ("channel phone", "sale", "per talk"): ("4 %", "our assumption"),
    }


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_section_says_figures_then_assumptions_within_the_width(
    report: Report, scenario: Scenario, width: int
) -> None:
    text = outcomes_text(report, scenario, width)
    lines = text.splitlines()
    assert lines[0] == "Outcomes (assumptions)" and max(map(len, lines)) <= width
    whole = " ".join(text.split())
    customers, churned = (report.estimate(name).value for name in ("customers", "customers_churned"))
    assert f"If what is assumed below is so: of {customers:,.0f} customers " in whole
    assert f" {churned:,.0f} (" in whole and " talks bring " in whole
    assert "leave, unanswered: 27.1 % (Them, 2011)" in whole
    assert "channel phone, leave, unanswered: 20 % (our assumption)" in whole
    assert "up to a come-back later than 7 days" in whole


def test_an_outcome_that_is_off_for_a_queue_shows_a_dash(report: Report, scenario: Scenario) -> None:
    calls = next(line for line in outcomes_text(report, scenario, 100).splitlines() if line.startswith("calls"))
    assert "–" in calls


def test_a_share_says_of_whom_it_is_where_the_outcome_is_off_for_some(report: Report, scenario: Scenario) -> None:
    """Callers shame nobody: the share is of those who write."""
    whole = " ".join(outcomes_text(report, scenario, 80).split())
    shaming, writers = (report.estimate(name, "chats", of="queue").value for name in ("customers_shaming", "customers"))
    assert f"{shaming:,.0f} ({100 * shaming / writers:.1f} % of the {writers:,.0f} concerned) blame" in whole
    assert whole.count("concerned") == 1


def test_without_outcomes_there_is_no_section(tmp_path: Path) -> None:
    bare = read_scenario(written(tmp_path))
    found = replicate(bare, replications=1)
    assert outcomes_text(found, bare, 80) == "" and outcomes_dict(found, bare) is None


def test_one_replication_has_figures_without_intervals(scenario: Scenario) -> None:
    text = outcomes_text(replicate(scenario, replications=1), scenario, 80)
    assert "Outcomes (assumptions)" in text and "±" not in text


def test_json_has_assumptions_and_figures(report: Report, scenario: Scenario) -> None:
    document = outcomes_dict(report, scenario)
    assert document is not None
    assert list(document) == ["kinds", "window_s", "total", "assumptions"]
    assert document["kinds"] == ["satisfaction", "churn", "shaming", "sale"] and document["window_s"] == 7 * 86_400
    assert document["total"]["csat"] == report.estimate("csat").to_dict()
    assert list(document["assumptions"][0]) == ["concerns", "outcome", "when", "value", "source"]
    json.dumps(document, allow_nan=False)


def test_the_plan_of_staff_says_what_it_does_to_customers(scenario: Scenario) -> None:
    from careplan.planning.staff import staff

    plan = staff(scenario, replications=2, judge_replications=3, cover_nights=False, effort=0.1)
    run = Staffed(scenario, plan, replicate(scenario, plan.roster(), replications=plan.provenance.replications))
    assert "Outcomes (assumptions)" in staffing_text(run, 80)
    outcomes = staffing_dict(run)["outcomes"]
    assert outcomes is not None and outcomes["total"]["csat"]["n"] == 3
    assert set(plan.provenance.replications).isdisjoint(plan.search_replications)  # fresh ones
    assert staffing_dict(Staffed(scenario, plan, None))["outcomes"] is None

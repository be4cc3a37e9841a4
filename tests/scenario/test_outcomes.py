"""The section outcomes: what holds for whom, who says so, and that its absence changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.outcomes import KINDS, Effects, value_at
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS, NEVER
from careplan.workload.sampling import sample
from tests.scenario.worlds import FULL, full_with, written

WITHOUT = FULL[: FULL.index("outcomes:\n")] + FULL[FULL.index("run: {") :]


def read(folder: Path, text: str = FULL, **overrides: str) -> Scenario:
    return read_scenario(written(folder, text), overrides=overrides)


def of(scenario: Scenario, queue: str) -> Effects:
    assert scenario.outcomes is not None
    return scenario.outcomes.of(queue, scenario.queues[queue].channel)


def test_a_channel_differs_where_it_says_so_and_a_queue_on_top_of_its_channel(tmp_path: Path) -> None:
    scenario = read(tmp_path)
    questions, calls = of(scenario, "questions"), of(scenario, "calls")
    assert questions.kinds == tuple(kind for kind in KINDS if kind != "sale")
    assert calls.kinds == tuple(kind for kind in KINDS if kind != "shaming")  # none, and sales by its channel
    assert calls.satisfaction is not None and calls.satisfaction.not_solved is not None
    assert calls.satisfaction.by_wait.points == ((25_000, 0.88), (10 * MINUTE_MS, 0.21))  # replaced whole
    assert calls.satisfaction.not_solved.share == 0.59  # as in general
    assert calls.churn == questions.churn


def test_a_table_is_straight_between_its_points_and_level_beyond(tmp_path: Path) -> None:
    rating = of(read(tmp_path), "questions").satisfaction
    assert rating is not None
    at = {0: 0.82, 5: 0.82, 60: 0.61, 60 + 690: 0.46, 1440: 0.31, 9999: 0.31}
    assert {m: round(value_at(rating.by_wait, m * MINUTE_MS), 12) for m in at} == at
    assert value_at(rating.by_wait, NEVER) == 0.09


def test_the_source_of_a_block_speaks_for_figures_that_have_none(tmp_path: Path) -> None:
    effects = of(read(tmp_path), "questions")
    rating, churn = effects.satisfaction, effects.churn
    assert rating is not None and rating.not_solved is not None and rating.further_attempt is not None
    assert (rating.by_wait.source, rating.not_solved.source) == ("our survey", "our survey")
    assert rating.further_attempt.source == "second-hand"
    assert churn is not None and churn.unanswered.source == ""


def test_a_source_does_not_speak_for_what_is_changed_elsewhere(tmp_path: Path) -> None:
    """A figure of --set or of a file with a base is not the source's."""
    written(tmp_path, FULL, "base.yaml")
    variant = "careplan: 1\nbase: base.yaml\nname: v\noutcomes: {satisfaction: {not_solved: 20 %}}\n"
    for scenario in (
        read(tmp_path, **{"outcomes.satisfaction.not_solved": "20 %"}),
        read_scenario(written(tmp_path, variant, "v.yaml")),
    ):
        rating = of(scenario, "questions").satisfaction
        assert rating is not None and rating.not_solved is not None
        assert (rating.not_solved.share, rating.not_solved.source) == (0.2, "")
        assert rating.by_wait.source == "our survey"


def test_a_channels_own_figure_has_its_own_source(tmp_path: Path) -> None:
    own = "{phone: {satisfaction: {gave_up: 50 %}, shaming"
    rating = of(read(tmp_path, full_with("{phone: {shaming", own)), "calls").satisfaction
    assert rating is not None and rating.gave_up is not None and rating.not_solved is not None
    assert (rating.gave_up.source, rating.not_solved.source) == ("", "our survey")


SMALL = """\
careplan: 1
name: small
calendar: {zone: UTC, start: 2026-03-02, horizon: 1 day}
channels: {mail: {kind: message}}
queues: {mail: {channel: mail, volume: 5 per hour, handle_time: 5 min}}
groups: {care: {skills: [mail], headcount: 1}}
"""


def test_without_the_section_the_digest_is_the_one_it_had_before_there_were_outcomes(tmp_path: Path) -> None:
    assert read(tmp_path, SMALL).digest.startswith("58c506455e16a986")
    assert not read(tmp_path, SMALL + "outcomes: {}\n").digest.startswith("58c506455e16a986")


def test_a_source_changes_no_digest_and_a_figure_does(tmp_path: Path) -> None:
    digest = read(tmp_path).digest
    assert read(tmp_path, FULL.replace("our survey", "their survey")).digest == digest
    assert read(tmp_path, full_with("unanswered: 27.1 %", "unanswered: {share: 27.1 %, source: X}")).digest == digest
    assert read(tmp_path, full_with("unanswered: 27.1 %", "unanswered: 27.2 %")).digest != digest
    assert read(tmp_path, WITHOUT).digest != digest


def test_outcomes_change_no_draw(tmp_path: Path) -> None:
    assert sample(read(tmp_path)).digest == sample(read(tmp_path, WITHOUT)).digest


def test_the_longest_time_it_speaks_of_is_known(tmp_path: Path) -> None:
    scenario = read(tmp_path)
    assert scenario.outcomes is not None and scenario.outcomes.longest == DAY_MS
    assert scenario.outcomes.window == 14 * DAY_MS
    text = "{careplan: 1, base: base.yaml, name: v, outcomes: {satisfaction: none, score: none, nps: none}}"
    written(tmp_path, FULL, "base.yaml")
    less = read_scenario(written(tmp_path, text, "v.yaml"))
    assert less.outcomes is not None and less.outcomes.longest == 3 * HOUR_MS


@pytest.mark.parametrize("text", ["outcomes:\n", "outcomes: {}\n"])
def test_an_empty_section_is_off_or_has_no_kinds(tmp_path: Path, text: str) -> None:
    scenario = read(tmp_path, WITHOUT + text)
    assert scenario.outcomes is None or scenario.outcomes.kinds == ()


@pytest.mark.parametrize("nothing", ["none", "null", ""])
def test_a_variant_drops_the_outcomes_of_its_base_at_once(tmp_path: Path, nothing: str) -> None:
    written(tmp_path, FULL, "base.yaml")
    variant = f"careplan: 1\nbase: base.yaml\nname: v\noutcomes: {nothing}\n"
    found = read_scenario(written(tmp_path, variant, "v.yaml"))
    assert found.outcomes is None
    assert read(tmp_path, outcomes="none").outcomes is None


def test_a_variant_drops_the_money_of_its_base_at_once(tmp_path: Path) -> None:
    stated = FULL + "money: {workplace: 250 EUR per month}\n"
    assert read(tmp_path, stated).money is not None
    assert read(tmp_path, stated, money="none").money is None

"""What a sound file becomes: values with units, defaults, base files, overrides, tables, copies."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import careplan
from careplan.errors import Finding, ScenarioError
from careplan.scenario import distributions as dist
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.targets import CoverTarget, LimitTarget, ServiceTarget
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS, NEVER, Money
from tests.scenario.worlds import FULL, full_with, written


@pytest.fixture
def full(tmp_path: Path) -> Scenario:
    return read_scenario(written(tmp_path, FULL))


def test_values_are_milliseconds_shares_and_exact_money(full: Scenario) -> None:
    questions, care = full.queues["questions"], full.groups["care"]
    assert full.calendar.start == date(2026, 3, 2) and full.calendar.horizon == 7 and full.calendar.warm_up == 1
    assert questions.expires_after == 7 * DAY_MS and questions.stick_for == 10 * MINUTE_MS
    assert questions.needs_reply == 0.9 and questions.handle_time == dist.Lognormal.model_construct(
        kind="lognormal", mean=6 * MINUTE_MS, cv=1.0, median=None, p90=None
    )
    assert questions.order.kind == "deadline" and questions.order.due_within == 30 * MINUTE_MS
    assert questions.volume.spikes[0].at == datetime(2026, 3, 4, 18, 0) and questions.volume.spikes[0].height == 3.0
    assert care.wage == Money(Decimal("18.50"), "EUR") and care.skills["calls"].rank == 2
    assert care.skills["questions"].speed == 0.9 and care.pace == (1.0, 0.9, 0.8)


def test_words_that_other_readers_turn_into_booleans_and_numbers_stay_themselves(full: Scenario) -> None:
    assert full.queues["questions"].withdraw is False  # `no`, a word in YAML 1.2
    assert full.groups["experts"].shifts[0].breaks[0].at == 12 * 60  # `12:00`, not 720 in base sixty
    assert full.groups["experts"].shifts[0].breaks[0].paid is False


def test_defaults_depend_on_whether_the_customer_stays(full: Scenario) -> None:
    questions, calls = full.queues["questions"], full.queues["calls"]
    assert (calls.hold, calls.stick_for, calls.priority) == (1.0, NEVER, 1)
    assert (questions.hold, questions.priority) == (0.0, 5)


def test_a_channel_lends_its_keys_to_its_queues_and_a_queue_may_differ(tmp_path: Path) -> None:
    text = FULL.replace("{kind: live}", "{kind: live, needs_reply: 80 %, concurrency: 2}")
    scenario = read_scenario(written(tmp_path, text))
    assert scenario.queues["questions"].concurrency == 3
    assert scenario.queues["calls"].needs_reply == 0.8 and scenario.queues["calls"].concurrency == 2
    own = text.replace("    open: desk\n", "    open: desk\n    concurrency: 1\n")
    assert read_scenario(written(tmp_path, own)).queues["calls"].concurrency == 1


def test_phone_interrupts_messages_when_agents_are_shared_and_cases_have_one_turn(
    tmp_path: Path, full: Scenario
) -> None:
    assert full.interrupting == {"calls"} and full.interruptible == {"questions"}
    apart = read_scenario(written(tmp_path, full_with(", calls: 2}", "}")))
    assert apart.interrupting == frozenset()
    off = full.with_changes({"queues.calls.interrupts": "no"})
    assert off.interrupting == frozenset()
    many = full.with_changes({"queues.calls.concurrency": 2})
    assert many.interrupting == frozenset()


def test_a_follow_up_without_a_queue_comes_back_to_its_own(full: Scenario) -> None:
    follow = full.queues["calls"].try_again
    assert follow is not None and follow.queue == "calls" and follow.chance == 0.63


def test_targets_are_typed_and_name_their_queues(full: Scenario) -> None:
    answer, again, end, abandon, busy, cover = full.targets
    assert isinstance(answer, ServiceTarget) and (answer.share, answer.within, answer.over) == (
        0.65,
        30 * MINUTE_MS,
        "week",
    )
    assert answer.confidence is None and answer.queues == ("questions",)
    assert isinstance(again, ServiceTarget) and again.confidence == 0.95 and again.queues == ("calls", "questions")
    assert isinstance(end, ServiceTarget) and (end.since, end.clock, end.bot_counts) == (
        "hand-off",
        "open",
        "never",
    )
    assert isinstance(abandon, LimitTarget) and abandon.at_most == 0.05 and abandon.queues == ("calls", "questions")
    assert isinstance(busy, LimitTarget) and busy.group == "care" and busy.queues == ()
    assert isinstance(cover, CoverTarget) and (cover.hours, cover.at_least, cover.group) == (
        "always",
        1,
        "care",
    )
    assert str(again) == "next_response: 80 % within 30 min in 95 % of weeks"
    assert again.name == "next_response: 80 % within 30 min"


def test_the_run_goes_on_for_the_longest_target_and_a_day(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, full_with("  run_off: 2 days\n", "")))
    assert scenario.run_off == 24 * HOUR_MS + DAY_MS
    week = scenario.with_changes({"run.solved_within": "7 days"})  # a customer may come back until then
    assert week.run_off == 24 * HOUR_MS + 7 * DAY_MS


def test_a_window_of_resolution_at_its_default_leaves_the_digest_as_it_was(full: Scenario) -> None:
    assert full.with_changes({"run.solved_within": "1 day"}).digest == full.digest
    assert full.with_changes({"run.solved_within": "7 days"}).digest != full.digest


def test_a_week_of_weights_is_day_by_hour(full: Scenario) -> None:
    weights = full.queues["questions"].volume.weights
    assert len(weights) == 168
    assert sum(weights[:24]) == pytest.approx(1.2) and sum(weights[144:]) == pytest.approx(0.4)
    assert full.queues["calls"].volume.unit == "hour" and full.queues["calls"].volume.amount == pytest.approx(33.6)


def test_a_file_with_a_base_says_only_what_differs(tmp_path: Path) -> None:
    written(tmp_path, FULL, "base.yaml")
    over = written(
        tmp_path,
        "base: base.yaml\nname: more\nqueues: {questions: {volume: {per_week: 9000}}}\ntargets: []\n",
    )
    scenario = read_scenario(over)
    assert scenario.name == "more" and scenario.queues["questions"].volume.per_week == 9000
    assert scenario.queues["questions"].volume.busyness.shared == "brand"
    assert scenario.targets == ()


def test_what_is_one_value_is_replaced_whole_and_never_half(tmp_path: Path) -> None:
    written(tmp_path, FULL, "base.yaml")
    over = """\
base: base.yaml
queues:
  questions: {handle_time: {gamma: {mean: 3 min, cv: 1}}, turns: {1: 50 %, 5: 50 %}, volume: {by_day: {daily: 1}}}
groups: {care: {headcount: {always: 4}}}
calendar: {hours: {desk: {daily: 10:00-12:00}}}
"""
    scenario = read_scenario(written(tmp_path, over))
    questions, headcount = scenario.queues["questions"], scenario.groups["care"].headcount
    assert questions.handle_time.kind == "gamma" and questions.turns == ((1, 0.5), (5, 0.5))
    assert questions.volume.by_day == (1.0,) * 7 and questions.volume.per_week == 5000
    assert headcount is not None and headcount.by_hours == (("always", 4),)
    assert scenario.calendar.hours["desk"].week[6] == ((600, 720),) and scenario.calendar.hours["desk"].holidays is None
    assert "night" in scenario.calendar.hours


def test_a_fault_is_cited_in_the_file_that_wrote_it(tmp_path: Path) -> None:
    written(tmp_path, full_with("needs_reply: 90 %", "needs_reply: 90"), "base.yaml")
    over = written(tmp_path, "base: base.yaml\nname: more\nrun: {seed: x}\n")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(over)
    places = [(Path(f.file).name, f.line, f.path) for f in caught.value.findings if isinstance(f, Finding)]
    line = FULL.splitlines().index("    needs_reply: 90 %") + 1
    assert places == [("s.yaml", 3, "run.seed"), ("base.yaml", line, "queues.questions.needs_reply")]


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("base: nowhere.yaml\n", "does not exist"),
        ("base: s.yaml\n", "leads back"),
        ("base: 3\n", "the name of a scenario file"),
        ("base: .\n", "folder"),
    ],
)
def test_a_base_that_cannot_be_is_a_finding_where_it_is_named(tmp_path: Path, text: str, fragment: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, text))
    found = [f for f in caught.value.findings if isinstance(f, Finding) and fragment in f.message]
    assert [(f.line, f.column) for f in found] == [(1, 7)], str(caught.value)


def test_overrides_win_and_are_read_as_yaml(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    overrides = [
        "run.seed=9",
        "targets.0.answer=70 % within 1 h",
        "queues.questions.patience.quantiles.7.8 h=50 %",
        "title=x: y",
    ]
    with pytest.raises(ScenarioError, match=r"--set title"):
        read_scenario(path, overrides=overrides)
    scenario = read_scenario(
        path,
        overrides=[*overrides[:2], "groups.care.headcount={desk: 3}", "groups.care.wage=20 EUR per hour"],
    )
    assert scenario.run.seed == 9 and isinstance(scenario.targets[0], ServiceTarget)
    assert scenario.targets[0].share == 0.7
    headcount = scenario.groups["care"].headcount
    assert headcount is not None and headcount.by_hours == (("desk", 3),)


@pytest.mark.parametrize(
    ("override", "place", "fragment"),
    [
        ("run.seed=x", "--set run.seed", "whole number"),
        ("targets.9.name=x", "--set targets.9.name", "an index from 0 to 5"),
        ("run.seed.deep=1", "--set run.seed.deep", "nothing below it"),
        ("queues.questions.pateince=5 min", "--set queues.questions.pateince", 'Did you mean "patience"?'),
        ("nonsense", "--set nonsense", "path=value"),
        ("run..seed=1", "--set run..seed", "dotted path"),
        ("run.seed=[1", "--set run.seed", "as it would stand in the file"),
    ],
)
def test_a_fault_in_an_override_cites_the_override(tmp_path: Path, override: str, place: str, fragment: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, FULL), overrides=[override])
    (finding,) = caught.value.findings
    assert isinstance(finding, Finding) and finding.place == place and fragment in finding.message


def test_a_copy_with_changes_is_checked_and_the_original_stays(full: Scenario) -> None:
    more = full.with_changes({"queues.questions.volume.per_week": 6000, "run.seed": 8})
    assert more.queues["questions"].volume.per_week == 6000 and full.queues["questions"].volume.per_week == 5000
    again = more.with_changes({"run.seed": 9})
    assert again.queues["questions"].volume.per_week == 6000 and again.run.seed == 9
    with pytest.raises(ScenarioError, match=r"change run.min_spell .* is 2; expected a duration"):
        full.with_changes({"run.min_spell": 2})


def test_a_scenario_cannot_be_changed_in_place(full: Scenario) -> None:
    with pytest.raises(Exception, match="frozen"):
        full.run.seed = 3  # type: ignore[misc]


def test_the_digest_is_of_the_content_not_of_the_form(tmp_path: Path, full: Scenario) -> None:
    head, queues = FULL.split("queues:\n")
    body, rest = queues.split("bots:\n")
    first, second = body.split("  calls:\n")
    turned = head + "queues:\n  calls:\n" + second + first + "bots:\n" + rest
    forms = [
        "# a comment\n" + FULL,
        turned,
        FULL.replace("5000", "5000.0").replace("18.50 EUR", "18.5 EUR").replace("30 s", "0.5 min"),
        FULL.replace("name: full", "name: other").replace("Every section once", "Another title"),
        FULL.replace("needs_reply: 90 %", "needs_reply: 90 %\n    hold: 0 %"),
    ]
    for number, text in enumerate(forms):
        assert text != FULL
        assert read_scenario(written(tmp_path, text)).digest == full.digest, number
    for old, new in (("5000", "5001"), ("30 s", "31 s"), ("night: 1}", "night: 2}"), ("18.50", "18.51")):
        assert read_scenario(written(tmp_path, full_with(old, new))).digest != full.digest


def test_the_digest_covers_the_tables_beside_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("triage_time: 30 s", "triage_time: {empirical: t.csv}"))
    written(tmp_path, "seconds\n10\n20.5\n", "t.csv")
    first = read_scenario(path)
    assert first.queues["questions"].triage_time.values == (10_000, 20_500)  # type: ignore[union-attr]
    written(tmp_path, "seconds\n10\n20.6\n", "t.csv")
    assert read_scenario(path).digest != first.digest
    assert first.with_changes({}).digest == first.digest  # the table was read once


def test_a_scenario_survives_pickling(full: Scenario) -> None:
    again = pickle.loads(pickle.dumps(full))
    assert again.digest == full.digest and again.with_changes({"run.seed": 3}).run.seed == 3


TABLES = [
    # (passage of FULL, instead, name of the table, its text, path, line and column in the table, fragment)
    ("triage_time: 30 s", "triage_time: {empirical: t.csv}", "sekunden\n1\n", 1, 1, "expected also seconds"),
    ("triage_time: 30 s", "triage_time: {empirical: t.csv}", "seconds\n1\n-2\n3\n", 3, 1, "a number from 0"),
    ("triage_time: 30 s", "triage_time: {empirical: t.csv}", "case,seconds\n1,1\n2,nan\n", 3, 3, "a number from 0"),
    ("triage_time: 30 s", "triage_time: {empirical: t.csv}", "seconds\n", 1, 1, "has no rows"),
    ("triage_time: 30 s", "triage_time: {empirical: t.csv}", "", 1, 1, "is empty"),
    (
        "volume: 33.6 per hour",
        "volume: {counts: t.csv}",
        "start,cases\n2026-03-02,1\nyesterday,2\n",
        3,
        1,
        "a local start",
    ),
    ("volume: 33.6 per hour", "volume: {counts: t.csv}", "start,cases\n2026-03-02\n", 2, 1, "has 1 values; expected 2"),
]


@pytest.mark.parametrize(("old", "new", "table", "line", "column", "fragment"), TABLES)
def test_a_bad_row_is_a_finding_in_the_table(
    tmp_path: Path, old: str, new: str, table: str, line: int, column: int, fragment: str
) -> None:
    written(tmp_path, table, "t.csv")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, full_with(old, new)))
    found = [f for f in caught.value.findings if isinstance(f, Finding) and Path(f.file).name == "t.csv"]
    assert [(f.line, f.column) for f in found] == [(line, column)] and fragment in found[0].message, str(caught.value)


def test_a_table_that_is_not_there_is_a_finding_where_it_is_named(tmp_path: Path) -> None:
    written(tmp_path, "x\n", "other.csv")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, full_with("triage_time: 30 s", "triage_time: {empirical: t.csv}")))
    finding = caught.value.findings[0]
    assert isinstance(finding, Finding) and finding.path == "queues.questions.triage_time.empirical"
    assert 'names "t.csv", which does not exist. CSV files there: other.csv' in finding.message
    assert len(caught.value.findings) == 1


def test_counts_are_a_series_of_equal_steps_over_the_horizon(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("volume: 33.6 per hour", "volume: {counts: t.csv}"))
    written(tmp_path, "start,cases\n" + "".join(f"2026-03-{day:02d},{day}\n" for day in range(1, 12)), "t.csv")
    counts = read_scenario(path).queues["calls"].volume.counts
    assert counts is not None and counts.step_minutes == 1440 and counts.cases[1] == 2.0
    assert counts.starts[0] == datetime(2026, 3, 1)
    written(tmp_path, "start,cases\n" + "".join(f"2026-03-{day:02d},{day}\n" for day in range(1, 8)), "t.csv")
    with pytest.raises(ScenarioError, match="expected the horizon, 2026-03-02 to 2026-03-08, inside it"):
        read_scenario(path)
    written(tmp_path, "start,cases\n2026-03-02 00:00,1\n2026-03-02 00:07,1\n", "t.csv")
    with pytest.raises(ScenarioError, match="steps of 5, 10, 15, 20, 30 or 60 min"):
        read_scenario(path)


def test_headcount_may_be_a_table_of_the_week_or_of_dates(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("headcount: {desk: 6, night: 1}", "headcount: {by_interval: t.csv}"))
    written(tmp_path, "minute_of_week,agents\n0,1\n480,6\n1200,1\n", "t.csv")
    weekly = read_scenario(path).groups["care"].headcount
    assert weekly is not None and weekly.by_minute_of_week == ((0, 1), (480, 6), (1200, 1))
    written(tmp_path, "start,agents\n2026-03-01 00:00,2\n2026-03-02 08:00,3\n", "t.csv")
    dated = read_scenario(path).groups["care"].headcount
    assert dated is not None and dated.by_start[1] == (datetime(2026, 3, 2, 8, 0), 3)
    written(tmp_path, "minute_of_week,agents\n0,1.5\n", "t.csv")
    with pytest.raises(ScenarioError, match=r"t.csv:2:3 .*whole number"):
        read_scenario(path)


def test_weights_by_interval_come_from_a_table_of_the_whole_week(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("volume: 33.6 per hour", "volume: {per_week: 100, by_interval: t.csv}"))
    rows = "".join(f"{30 * k},{k % 48}\n" for k in range(336))
    written(tmp_path, "minute_of_week,weight\n" + rows, "t.csv")
    assert len(read_scenario(path).queues["calls"].volume.weights) == 336
    written(tmp_path, "minute_of_week,weight\n" + rows[: len(rows) // 2].rsplit("\n", 1)[0] + "\n", "t.csv")
    with pytest.raises(ScenarioError, match="over the whole week"):
        read_scenario(path)


def test_the_public_name_reads_too(tmp_path: Path) -> None:
    scenario = careplan.read_scenario(written(tmp_path, FULL), overrides={"run.seed": "3"})
    assert isinstance(scenario, careplan.Scenario) and scenario.run.seed == 3
    assert str(scenario) == "full: Every section once (7 days from 2026-03-02, queues 2, groups 2)"


def test_a_containment_goes_by_queue_then_topic_then_default(full: Scenario) -> None:
    bot = full.bots["greeter"]
    assert bot.containment_of("questions", "billing") == 0.2
    assert bot.containment_of("calls") == 0.35
    own = full.with_changes({"bots.greeter.containment.questions": "50 %"}).bots["greeter"]
    assert own.containment_of("questions", "billing") == 0.5
    assert full.with_changes({"bots.greeter.containment": "10 %"}).bots["greeter"].containment_of("calls") == 0.1


def test_shrinkage_may_be_planned_and_unplanned_and_counts_in_sum(tmp_path: Path) -> None:
    read = read_scenario(written(tmp_path, FULL))
    group = next(iter(read.groups))
    split = read.with_changes({f"groups.{group}.shrinkage": {"planned": "20 %", "unplanned": "10 %"}})
    whole = read.with_changes({f"groups.{group}.shrinkage": "30 %"})
    assert split.groups[group].shrinkage == whole.groups[group].shrinkage == 0.3
    assert split.groups[group].shrinkage.unplanned == 0.1
    assert split.digest != whole.digest
    with pytest.raises(ScenarioError, match="at most 99.9 % in sum"):
        read.with_changes({f"groups.{group}.shrinkage": {"planned": "60 %", "unplanned": "40 %"}})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("money.premiums.night", {"add": "25 %"}, "hours, clock or days"),
        ("money.premiums.night", {"add": 25, "days": "sun"}, "a share of the wage such as 25 %"),
        ("money.premiums.night", {"add": "25 %", "hours": "nigth"}, 'Did you mean "night"'),
        ("money.premiums.night", {"add": "25 %", "hours": "night", "clock": "22:00-06:00"}, "either hours or clock"),
        ("money.premiums.night", {"add": "25 %", "days": "holiday"}, "weekdays .* or holidays"),
        ("money.premiums.night", {"add": "2 CHF per hour", "days": "sun"}, "is in CHF; expected EUR"),
        ("money.combine", "adds", 'Did you mean "add"'),
        ("money.groups", {"nobody": {"combine": "add"}}, "known groups"),
    ],
)
def test_what_is_wrong_with_money_is_said_with_its_place(key: str, value: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=said) as error:
        read_scenario(written(tmp_path, FULL)).with_changes({key: value})
    assert "money" in str(error.value)

"""Every fault of a file at once, each with place, path, what was found and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import Finding, ScenarioError
from careplan.scenario.files import read_scenario
from tests.scenario.worlds import FULL, full_with, written

BAD = [
    # (what is wrong, passage of FULL, instead, path of the finding, fragments of the message)
    ("a wrong version", "careplan: 1", "careplan: 2", "careplan", ["is 2", "careplan: 1"]),
    ("a section that is none", "bots:\n", "robots:\n", "robots", ["not a key here", 'Did you mean "bots"?']),
    ("a name with a dot", "name: full", "name: full.v2", "name", ['"full.v2"', "letters, digits"]),
    (
        "a zone that is none",
        "Europe/Prague",
        "Europe/Prage",
        "calendar.zone",
        ['Did you mean "Europe/Prague"?'],
    ),
    ("a date that is none", "start: 2026-03-02", "start: 2026-02-30", "calendar.start", ["date that exists"]),
    ("a horizon in hours", "horizon: 1 week", "horizon: 30 h", "calendar.horizon", ["whole days or weeks"]),
    ("an empty horizon", "horizon: 1 week", "horizon: 0 days", "calendar.horizon", ["at least 1 day"]),
    (
        "an odd interval",
        "interval: 30 min",
        "interval: 7 min",
        "calendar.interval",
        ["5, 10, 15, 20, 30 or 60 min"],
    ),
    ("hours past 24", "08:00-20:00", "08:00-26:00", "calendar.hours.desk.mon-fri", ["two clock times"]),
    (
        "a weekday that is none",
        "sat: 09:00-13:00",
        "sta: 09:00-13:00",
        "calendar.hours.desk.sta",
        ["weekdays"],
    ),
    (
        "overlapping hours",
        "08:00-20:00",
        '"08:00-14:00, 12:00-20:00"',
        "calendar.hours.desk.mon-fri",
        ["do not overlap"],
    ),
    (
        "a weekday said twice",
        "sat: 09:00-13:00",
        "fri: 09:00-13:00",
        "calendar.hours.desk.fri",
        ["each weekday once"],
    ),
    (
        "a country that is none",
        "{dates: [2026-03-04]}",
        "{country: XQ}",
        "calendar.holidays.country",
        ['"XQ"', "ISO code"],
    ),
    (
        "a kind of channel that is none",
        "kind: live",
        "kind: livve",
        "channels.phone.kind",
        ['Did you mean "live"?'],
    ),
    (
        "a fault in a channel's defaults",
        "concurrency: 3",
        "concurrency: 0",
        "channels.facebook.concurrency",
        ["from 1 to 100"],
    ),
    (
        "an unknown channel",
        "channel: facebook",
        "channel: facebok",
        "queues.questions.channel",
        ['"facebok"', 'mean "facebook"'],
    ),
    (
        "a number without unit",
        "triage_time: 30 s",
        "triage_time: 30",
        "queues.questions.triage_time",
        ["is 30", "Write the unit"],
    ),
    (
        "a unit that is none",
        "triage_time: 30 s",
        "triage_time: 30 secs",
        "queues.questions.triage_time",
        ["secs", "Did you mean"],
    ),
    (
        "minutes as m",
        "triage_time: 30 s",
        "triage_time: 3 m",
        "queues.questions.triage_time",
        ['Did you mean "3 min"?'],
    ),
    (
        "a negative duration",
        "{exponential: {mean: 5 min}}",
        "-30 s",
        "queues.calls.patience",
        ['is "-30 s"', "zero or more"],
    ),
    (
        "work of no length",
        "{mean: 15 min, cv: 50 %}",
        "{mean: 0 min, cv: 1}",
        "queues.calls.handle_time.mixture.1.of.gamma.mean",
        ["above zero"],
    ),
    (
        "eleven years",
        "expires_after: 7 days",
        "expires_after: 4018 days",
        "queues.questions.expires_after",
        ["at most 10 years"],
    ),
    (
        "a share without percent",
        "needs_reply: 90 %",
        "needs_reply: 0.9",
        "queues.questions.needs_reply",
        ["is 0.9", 'mean "90 %"'],
    ),
    (
        "a share above all",
        "needs_reply: 90 %",
        "needs_reply: 109 %",
        "queues.questions.needs_reply",
        ["from 0 % to 100 %"],
    ),
    (
        "a share of unclear size",
        "needs_reply: 90 %",
        "needs_reply: 1",
        "queues.questions.needs_reply",
        ['"1 %" or "100 %"'],
    ),
    (
        "no volume",
        "    volume: 33.6 per hour\n",
        "",
        "queues.calls.volume",
        ["is missing", "how many cases arrive"],
    ),
    ("a volume per nothing", "volume: 33.6 per hour", "volume: 33.6", "queues.calls.volume", ["Per what?"]),
    (
        "two totals",
        "per_week: 5000",
        "per_week: 5000\n      per_day: 7",
        "queues.questions.volume",
        ["per_week and per_day", "one of"],
    ),
    ("an endless volume", "per_week: 5000", "per_week: .inf", "queues.questions.volume.per_week", ["is inf"]),
    (
        "a volume that is no number",
        "per_week: 5000",
        "per_week: .nan",
        "queues.questions.volume.per_week",
        ["is nan"],
    ),
    (
        "a huge volume",
        "per_week: 5000",
        "per_week: 1" + "0" * 400,
        "queues.questions.volume.per_week",
        ["at most"],
    ),
    ("a weekday without weight", ", sun: 0.4", "", "queues.questions.volume.by_day", ["without sun"]),
    (
        "23 hours",
        "[1, 1, 1, 1, 1, 1, 2,",
        "[1, 1, 1, 1, 1, 2,",
        "queues.questions.volume.by_hour",
        ["a list of 23", "24 weights"],
    ),
    (
        "a negative weight",
        "[1, 1, 1, 1, 1, 1, 2,",
        "[-1, 1, 1, 1, 1, 1, 2,",
        "queues.questions.volume.by_hour.0",
        ["is -1", "at least 0"],
    ),
    (
        "a spike at no time",
        "at: 2026-03-04 18:00, ",
        "",
        "queues.questions.volume.spikes.0",
        ["either at or every"],
    ),
    (
        "a spike by half a clock",
        "2026-03-04 18:00,",
        "2026-03-04 18,",
        "queues.questions.volume.spikes.0.at",
        ["local date and time"],
    ),
    ("growth per nothing", "2 % per month", "2 %", "queues.questions.volume.growth", ["2 % per month"]),
    (
        "turns that do not sum",
        "4: 5.3 %",
        "4: 15.3 %",
        "queues.questions.turns",
        ["110 % in sum", "sum to 100 %"],
    ),
    ("half a turn", "4: 5.3 %", "4.5: 5.3 %", "queues.questions.turns.4.5", ["a number of turns"]),
    (
        "no time to think",
        "    think_time: {lognormal: {median: 11 min, p90: 7.8 h}}\n",
        "",
        "queues.questions.think_time",
        ["more than one turn"],
    ),
    (
        "a family that is none",
        "{lognormal: {mean: 6 min, cv: 1}}",
        "{lognorml: {mean: 6 min, cv: 1}}",
        "queues.questions.handle_time",
        ['mean "lognormal"'],
    ),
    (
        "half a lognormal",
        "{mean: 6 min, cv: 1}",
        "{mean: 6 min}",
        "queues.questions.handle_time.lognormal",
        ["mean and cv, or median and p90"],
    ),
    (
        "percentiles that contradict",
        "p90: 7.8 h",
        "p90: 7.8 min",
        "queues.questions.think_time.lognormal.p90",
        ["above the median"],
    ),
    (
        "quantiles that fall",
        "1 h: 40 %",
        "1 h: 20 %",
        "queues.questions.patience.quantiles.1 h",
        ["increase"],
    ),
    (
        "quantiles in disorder",
        "1 h: 40 %",
        "1 min: 40 %",
        "queues.questions.patience.quantiles.1 min",
        ["increase"],
    ),
    (
        "work that may never end",
        "{lognormal: {mean: 6 min, cv: 1}}",
        "never",
        "queues.questions.handle_time",
        ["a duration that ends"],
    ),
    (
        "quantiles that stop short",
        "{lognormal: {mean: 6 min, cv: 1}}",
        "{quantiles: {1 min: 50 %, 2 min: 90 %}}",
        "queues.questions.handle_time",
        ["reach 100 %"],
    ),
    (
        "mixture shares",
        "share: 20 %, of: {gamma",
        "share: 30 %, of: {gamma",
        "queues.calls.handle_time.mixture",
        ["110 % in sum"],
    ),
    (
        "deadlines without a deadline",
        "order: {due_within: 30 min}",
        "order: edf",
        "queues.questions.order",
        ["must state its due_within"],
    ),
    ("a queue that plays channel", "topic: billing", "kind: live", "queues.questions.kind", ["its channel says"]),
    (
        "messages that interrupt",
        "withdraw: no",
        "interrupts: yes",
        "queues.questions.interrupts",
        ["only live queues"],
    ),
    (
        "expiry of callers",
        "    open: desk\n",
        "    open: desk\n    expires_after: 1 h\n",
        "queues.calls.expires_after",
        ["a message queue"],
    ),
    ("unknown hours", "open: desk", "open: dask", "queues.calls.open", ['Did you mean "desk"?']),
    (
        "an unknown bot",
        "bots: [greeter]",
        "bots: [greter]",
        "queues.questions.bots.0",
        ['Did you mean "greeter"?'],
    ),
    (
        "a transfer to nowhere",
        "to: calls",
        "to: call",
        "queues.questions.transfers.0.to",
        ['Did you mean "calls"?'],
    ),
    ("a transfer to itself", "to: calls", "to: questions", "queues.questions.transfers.0.to", ["itself"]),
    (
        "a transfer after the last turn",
        "after_turn: 1",
        "after_turn: 9",
        "queues.questions.transfers.0.after_turn",
        ["at most 4"],
    ),
    (
        "an unknown topic",
        "{billing: 20 %,",
        "{biling: 20 %,",
        "bots.greeter.containment.biling",
        ['Did you mean "billing"?'],
    ),
    (
        "money without currency",
        "per_session: 0.05 EUR",
        "per_session: 0.05",
        "bots.greeter.fee.per_session",
        ["with its currency"],
    ),
    ("a wage per nothing", "wage: 18.50 EUR per hour", "wage: 18.50 EUR", "groups.care.wage", ["per hour"]),
    (
        "two currencies",
        "wage: 25 EUR per hour",
        "wage: 600 CZK per hour",
        "groups.experts.wage",
        ["is in CZK", "expected EUR"],
    ),
    (
        "a skill for no queue",
        "calls: 2}",
        "cals: 2}",
        "groups.care.skills.cals",
        ["known queues: calls, questions", 'mean "calls"'],
    ),
    ("a rank that is no number", "calls: 2}", "calls: best}", "groups.care.skills.calls", ["whole number"]),
    (
        "speed in steps too fine",
        "speed: 90 %",
        "speed: 90.05 %",
        "groups.care.skills.questions.speed",
        ["steps of 0.1 %"],
    ),
    ("pace above all", "pace: [100 %,", "pace: [120 %,", "groups.care.pace.0", ["from 0.1 % to 100 %"]),
    (
        "nobody left after shrinkage",
        "shrinkage: 30 %",
        "shrinkage: 100 %",
        "groups.care.shrinkage",
        ["from 0 % to 99.9 %"],
    ),
    (
        "a negative headcount",
        "night: 1}",
        "night: -1}",
        "groups.care.headcount.night",
        ["is -1", "at least 0"],
    ),
    (
        "headcount in unknown hours",
        "night: 1}",
        "nigth: 1}",
        "groups.care.headcount.nigth",
        ['Did you mean "night"?'],
    ),
    (
        "headcount beside shifts",
        "skills: [calls]",
        "skills: [calls]\n    headcount: 3",
        "groups.experts.shifts",
        ["either headcount or shifts"],
    ),
    (
        "a break outside its shift",
        "at: 12:00",
        "at: 17:00",
        "groups.experts.shifts.0.breaks.0",
        ["inside its shift"],
    ),
    (
        "a break past the end",
        "at: 12:00",
        "at: 15:45",
        "groups.experts.shifts.0.breaks.0",
        ["inside its shift"],
    ),
    (
        "overlapping breaks",
        "paid: no}]",
        "paid: no}, {at: 12:15, for: 5 min}]",
        "groups.experts.shifts.0.breaks.1",
        ["without overlap"],
    ),
    (
        "a desk too small for a call",
        "    pace: [100 %, 90",
        "    capacity: 50 %\n    pace: [100 %, 90",
        "groups.care.capacity",
        ["too little for one case of calls"],
    ),
    (
        "a target without a promise",
        "abandon: at most 5 %",
        "abandn: at most 5 %",
        "targets.3",
        ['Did you mean "abandon"?'],
    ),
    (
        "a target that promises twice",
        "abandon: at most 5 %",
        "abandon: at most 5 %, answer: 6 % within 1 h",
        "targets.3",
        ["abandon and answer", "one of"],
    ),
    ("a promise without a time", "65 % within 30 min", "65 %", "targets.0.answer", ["65 % within 30 min"]),
    ("a promise without a unit", "65 % within 30 min", "65 % within 30", "targets.0.answer", ["a duration"]),
    (
        "a target for no queue",
        "queues: [questions]",
        "queues: [question]",
        "targets.0.queues.0",
        ['mean "questions"'],
    ),
    (
        "a target for no group",
        "{occupancy: at most 85 %, group: care}",
        "{occupancy: at most 85 %, group: car}",
        "targets.4.group",
        ['mean "care"'],
    ),
    ("two periods", "in: 95 % of weeks", "in: 95 % of weeks, over: day", "targets.1.in", ["a share of days"]),
    ("cover of unknown hours", "cover: 24/7", "cover: 24/6", "targets.5.cover", ["known hours"]),
    ("cover by nobody", "cover: 24/7, at_least: 1", "cover: 24/7, at_least: 0", "targets.5.at_least", ["from 1"]),
    ("busyness without its sign", "{cv: 12 %,", "{cv: 12,", "queues.questions.volume.busyness.cv", ['mean "12 %"']),
    (
        "a holiday factor without its sign",
        "on_holidays: 50 %",
        "on_holidays: 50",
        "queues.questions.volume.on_holidays",
        ['mean "50 %"'],
    ),
    ("a seed below zero", "seed: 7", "seed: -7", "run.seed", ["at least 0"]),
    (
        "a list for a mapping",
        "run: {seed: 7, replications: 5, min_spell: 2 h}",
        "run: [1]",
        "run",
        ["is a list", "a mapping"],
    ),
    (
        "nothing for a mapping",
        "run: {seed: 7, replications: 5, min_spell: 2 h}",
        "run:",
        "run",
        ["is empty", "a mapping"],
    ),
    (
        "a live queue that is never open",
        "desk: {mon-fri: 08:00-20:00, sat: 09:00-13:00, holidays: closed}",
        "desk: {mon-fri: closed}",
        "queues.calls.open",
        ["never open"],
    ),
    ("a run beyond ten years", "horizon: 1 week", "horizon: 3660 days", "calendar.horizon", ["10 years"]),
    (
        "a table without never",
        ", never: 9 %}\n    not_solved",
        "}\n    not_solved",
        "outcomes.satisfaction.by_wait.never",
        ["is missing", "no answer"],
    ),
    (
        "a table of nothing",
        "{5 min: 4.5, 24 h: 3, never: 1.5}",
        "{never: 1.5}",
        "outcomes.score.by_wait",
        ["at least one wait"],
    ),
    (
        "waits out of order",
        "{5 min: 82 %, 1 h: 61 %",
        "{1 h: 61 %, 5 min: 82 %",
        "outcomes.satisfaction.by_wait.5 min",
        ["increasing order", "above 1 h"],
    ),
    ("a wait without unit", "{5 min: 4.5", "{5: 4.5", "outcomes.score.by_wait.5", ["a duration"]),
    ("a score above 5", "24 h: 3,", "24 h: 6,", "outcomes.score.by_wait.24 h", ["is 6", "at most 5"]),
    (
        "a share without its sign",
        "not_solved: 59 %",
        "not_solved: 59",
        "outcomes.satisfaction.not_solved",
        ['Did you mean "59 %"?'],
    ),
    ("more than everybody", "never: 58 %", "never: 82 %", "outcomes.nps", ["at most 100 %"]),
    (
        "late without its time",
        "late: 8 %, late_after: 2 h, ",
        "late: 8 %, ",
        "outcomes.churn.late_after",
        ["is missing", "from when on"],
    ),
    (
        "a time without late",
        "late: 8 %, late_after: 2 h, ",
        "late_after: 2 h, ",
        "outcomes.churn.late",
        ["is missing", "late_after is given"],
    ),
    ("shaming at once", "after: 3 h", "after: 0 min", "outcomes.shaming.after", ["above zero"]),
    (
        "a plain share for a block",
        "shaming: {after: 3 h, chance: 38 %}",
        "shaming: 38 %",
        "outcomes.shaming",
        ["a mapping", "after, chance"],
    ),
    ("a kind that is none", "  loyalty: {", "  loyalti: {", "outcomes.loyalti", ['Did you mean "loyalty"?']),
    ("outcomes of no channel", "{phone: {shaming", "{fone: {shaming", "outcomes.channels.fone", ['mean "phone"']),
    ("outcomes of no queue", "calls: {satisfaction", "cals: {satisfaction", "outcomes.queues.cals", ['mean "calls"']),
    (
        "a source that is no text",
        "source: second-hand",
        "source: 2013",
        "outcomes.satisfaction.further_attempt.source",
        ["text"],
    ),
]
ELSEWHERE = {"queues.calls.open", "groups.care.capacity"}
"""Paths whose line is sound by itself; another line made it wrong."""


@pytest.mark.parametrize(("old", "new", "path", "fragments"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_fault_is_found_where_it_stands(tmp_path: Path, old: str, new: str, path: str, fragments: list[str]) -> None:
    text = full_with(old, new)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, text))
    found = [f for f in caught.value.findings if isinstance(f, Finding)]
    here = [f for f in found if f.path == path]
    assert here, f"no finding at {path} in\n{caught.value}"
    for fragment in fragments:
        assert any(fragment in f.message for f in here), f"no {fragment!r} in\n{caught.value}"
    changed = [n for n, (a, b) in enumerate(zip(FULL.splitlines(), text.splitlines(), strict=False), 1) if a != b]
    assert all(1 <= f.line <= len(text.splitlines()) and f.column >= 1 for f in found)
    if len(text.splitlines()) == len(FULL.splitlines()):
        assert any(f.line in changed or abs(f.line - changed[0]) <= 1 for f in here) or path in ELSEWHERE


def test_the_full_file_is_sound(tmp_path: Path) -> None:
    assert read_scenario(written(tmp_path, FULL)).name == "full"


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = FULL
    for old, new in (
        ("kind: live", "kind: livve"),
        ("open: desk", "open: dask"),
        ("needs_reply: 90 %", "needs_reply: 0.9"),
        ("wage: 18.50 EUR per hour", "wage: 18.50"),
        ("skills: [calls]", "skills: [cals]"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, text))
    found = [f for f in caught.value.findings if isinstance(f, Finding)]
    assert [f.path for f in found] == [
        "channels.phone.kind",
        "queues.questions.needs_reply",
        "queues.calls.open",
        "groups.care.wage",
        "groups.experts.skills.0",
    ]
    assert [f.line for f in found] == sorted(f.line for f in found)


def test_a_finding_reads_file_line_column_path_found_expected(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, full_with("skills: [calls]", "skills: [cals]")))
    heading, line = str(caught.value).splitlines()
    assert heading.endswith("s.yaml: 1 finding")
    number = FULL.splitlines().index("    skills: [calls]") + 1
    place = f"{tmp_path / 's.yaml'}:{number}:14"
    expected = f'  {place}  groups.experts.skills.0  is "cals"; known queues: calls, questions. Did you mean "calls"?'
    assert line == expected


def test_a_fault_in_a_channel_is_said_once_and_not_for_every_queue(tmp_path: Path) -> None:
    more = FULL.replace(
        "  calls:\n",
        "  complaints: {channel: facebook, volume: 1 per hour, handle_time: 1 min}\n  calls:\n",
        1,
    )
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, more.replace("concurrency: 3}", "concurrency: many}")))
    assert [f.path for f in caught.value.findings if isinstance(f, Finding)] == ["channels.facebook.concurrency"]


@pytest.mark.parametrize(
    ("text", "line", "column", "fragment"),
    [
        ("", 1, 1, "is empty"),
        ("# only a comment\n", 1, 1, "is empty"),
        ("- a\n- b\n", 1, 1, "expected keys and values"),
        ("just text\n", 1, 1, "expected keys and values"),
        ("careplan: 1\nname: [a, b\ntitle: c\n", 3, 6, "is not YAML"),
        ("careplan: 1\ntitle: a: b\n", 2, 9, "needs quotes"),
        ("careplan: 1\n\tname: x\n", 2, 1, "is not YAML"),
        ("careplan: 1\ntitle: *nowhere\n", 2, 8, "undefined alias"),
        ("careplan: 1\n---\ncareplan: 1\n", 2, 1, "is not YAML"),
        ("careplan: 1\ntitle: %x\n", 2, 8, "is not YAML"),
        ("careplan: 1\ncareplan: 1\n", 2, 1, "is written twice; first at 1:1"),
        ("careplan: 1\nqueues:\n  a: {channel: x, channel: y}\n", 3, 19, "is written twice"),
        ("a: &a [*a]\n", 1, 4, "contains itself"),
        ("careplan: 1\ntitle: !!python/object:os.system x\n", 2, 8, "has the tag"),
        ("careplan: 1\n? [a]\n: b\n", 2, 3, "has a list or mapping as key"),
    ],
)
def test_what_is_no_scenario_at_all_is_said_plainly(
    tmp_path: Path, text: str, line: int, column: int, fragment: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, text))
    hits = [f for f in caught.value.findings if isinstance(f, Finding) and fragment in f.message]
    assert [(f.line, f.column) for f in hits] == [(line, column)], str(caught.value)


def test_aliases_that_multiply_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ScenarioError, match="too large"):
        read_scenario(written(tmp_path, "\n".join(lines)))


def test_a_file_that_is_not_there_or_not_text_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="does not exist"):
        read_scenario(tmp_path / "nowhere.yaml")
    with pytest.raises(ScenarioError, match="is a folder"):
        read_scenario(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("careplan: 1\ntitle: pr\xe1ce\n".encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"latin.yaml:2:1 .*is not UTF-8"):
        read_scenario(tmp_path / "latin.yaml")
    (tmp_path / "null.yaml").write_bytes(b"careplan: 1\ntitle: a\x00b\n")
    with pytest.raises(ScenarioError, match=r"null.yaml:2:9 .*is not YAML"):
        read_scenario(tmp_path / "null.yaml")


def test_a_target_shows_what_is_wrong_with_its_sentence_and_with_its_other_keys(tmp_path: Path) -> None:
    wrong = "answer: 120 % within 30, over: fortnight, in: 20 % of weeks, bot_counts: maybe, from: noon, hue: red}"
    text = full_with("answer: 65 % within 30 min, over: week, with: mean}", wrong)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, text))
    paths = [finding.path for finding in caught.value.findings if isinstance(finding, Finding)]
    keys = ["answer", "answer", "over", "in", "bot_counts", "from", "hue"]
    assert paths == [f"targets.0.{key}" for key in keys]

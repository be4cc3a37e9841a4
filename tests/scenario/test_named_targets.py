"""Named targets and the plain ones they are made of, as they are written and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import Finding, ScenarioError
from careplan.metrics.goals import goals_of
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.named import NamedTarget
from careplan.scenario.replies import MeanTarget, ReplyTarget, WindowTarget
from careplan.scenario.targets import longest_ms
from careplan.units import DAY_MS, MINUTE_MS, NEVER
from tests.scenario.worlds import FULL, written


def given(folder: Path, *targets: str) -> Scenario:
    """The full file, in which calls are live and open by day, with other targets."""
    lines = "".join(f"  - {target}\n" for target in targets)
    text = FULL[: FULL.index("targets:\n")] + "targets:\n" + lines + FULL[FULL.index("run: {seed") :]
    return read_scenario(written(folder, text))


def findings(folder: Path, *targets: str) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as caught:
        given(folder, *targets)
    return [(found.path, found.message) for found in caught.value.findings if isinstance(found, Finding)]


def test_a_name_alone_stands_for_all_message_queues_over_the_week(tmp_path: Path) -> None:
    (target,) = given(tmp_path, "socially devoted").targets
    assert isinstance(target, NamedTarget)
    assert (target.name, target.queues, target.over) == ("Socially Devoted", ("questions",), "week")
    assert str(target) == "Socially Devoted over each week, in the mean"


@pytest.mark.parametrize(
    "spelt", ["socially devoted", "Socially Devoted", "socially-devoted", "{named: socially_devoted}"]
)
def test_a_name_may_be_spelt_as_people_do(spelt: str, tmp_path: Path) -> None:
    assert given(tmp_path, spelt).digest == given(tmp_path, "socially devoted").digest


def test_named_targets_are_sets_of_plain_goals_under_one_name(tmp_path: Path) -> None:
    scenario = given(
        tmp_path,
        "socially devoted",
        "facebook badge",
        "{named: whatsapp window, share: 99 %, template_price: 0.06 EUR}",
    )
    rate, mean, threads, fastest, window = goals_of(scenario)
    assert (rate.kind, rate.share, rate.threshold_ms, rate.new_after_ms) == ("reply", 0.65, NEVER, 0)
    assert (mean.kind, mean.threshold_ms, mean.fastest) == ("mean_answer", 30 * MINUTE_MS, 1.0)
    assert rate.whole == mean.whole == "Socially Devoted" and rate.name == "Socially Devoted: response rate"
    assert (threads.share, threads.new_after_ms, threads.over) == (0.9, DAY_MS, "week")
    assert (fastest.threshold_ms, fastest.fastest, fastest.new_after_ms) == (15 * MINUTE_MS, 0.9, DAY_MS)
    assert (window.kind, window.share, window.threshold_ms) == ("window", 0.99, DAY_MS)
    assert window.whole == window.name == "WhatsApp window" and str(window.template_price) == "0.06 EUR"


def test_a_named_target_may_name_its_queues_its_confidence_and_what_bots_count(tmp_path: Path) -> None:
    scenario = given(
        tmp_path, "{named: facebook badge, name: Our badge, queues: [calls], in: 90 % of weeks, bot_counts: never}"
    )
    for goal in goals_of(scenario):
        assert (goal.queues, goal.confidence, goal.whole, goal.clock.bot_counts) == (
            ("calls",),
            0.9,
            "Our badge",
            "never",
        )


def test_plain_targets_about_replies_are_typed(tmp_path: Path) -> None:
    ever, soon, mean, window = given(
        tmp_path,
        "{reply: 65 %}",
        "{reply: 80 % within 24 h, new_after: 24 h, over: day}",
        "{mean_answer: at most 30 min, fastest: 90 %, clock: open}",
        "{window: 99 % within 24 h, in: 95 % of days}",
    ).targets
    assert isinstance(ever, ReplyTarget) and (ever.share, ever.within, ever.new_after) == (0.65, NEVER, None)
    assert isinstance(soon, ReplyTarget) and (soon.within, soon.new_after, soon.over) == (DAY_MS, DAY_MS, "day")
    assert isinstance(mean, MeanTarget) and (mean.at_most, mean.fastest) == (30 * MINUTE_MS, 0.9)
    assert isinstance(window, WindowTarget) and (window.within, window.confidence, window.over) == (DAY_MS, 0.95, "day")
    assert ever.queues == mean.queues == ("calls", "questions")
    assert str(mean) == "mean_answer: at most 30 min for the fastest 90 % over each week, in the mean"


@pytest.mark.parametrize(
    ("target", "looks"),
    [
        ("{reply: 65 %}", 0),
        ("{reply: 65 % within 24 h}", DAY_MS),
        ("whatsapp window", DAY_MS),
        ("facebook badge", DAY_MS + 15 * MINUTE_MS),
        ("{mean_answer: at most 1 h}", 60 * MINUTE_MS),
        ("{cover: 24/7}", 0),
    ],
)
def test_a_target_says_how_long_after_a_case_it_looks(target: str, looks: int, tmp_path: Path) -> None:
    """The run goes on for so long after the horizon, and a day."""
    assert longest_ms(given(tmp_path, target).targets[0]) == looks


FAULTS = [
    ("socialy devoted", "targets.0", ['"socialy devoted"', 'Did you mean "socially devoted"?']),
    ("badge", "targets.0", ["one of: socially devoted, facebook badge, whatsapp window"]),
    ("{named: face badge}", "targets.0.named", ['Did you mean "facebook badge"?']),
    ("{named: facebook badge, over: day}", "targets.0.over", ["judged over 7 days"]),
    ("{named: facebook badge, in: 90 % of days}", "targets.0.in", ["share of weeks"]),
    ("{named: facebook badge, share: 80 %}", "targets.0.share", ["does not go with facebook badge"]),
    ("{named: socially devoted, template_price: 1 EUR}", "targets.0.template_price", ["does not go with"]),
    ("{named: whatsapp window, share: 99}", "targets.0.share", ['Did you mean "99 %"?']),
    ("{named: whatsapp window, template_price: 0.06}", "targets.0.template_price", ["an amount with its currency"]),
    ("{named: whatsapp window, template_price: 0.06 USD}", "targets.0.template_price", ["expected EUR"]),
    ("{named: socially devoted, queues: [questoins]}", "targets.0.queues.0", ['Did you mean "questions"?']),
    ("{named: socially devoted, queues: [calls]}", "targets.0.queues", ["reach only while", "open: always"]),
    ("{named: socially devoted, hue: red}", "targets.0.hue", ["is not a key here"]),
    ("{named: socially devoted, reply: 3 %}", "targets.0", ["named and reply", "one of"]),
    ("{reply: 65}", "targets.0.reply", ['Did you mean "65 %"?']),
    ("{replay: 65 %}", "targets.0", ['Did you mean "reply"?']),
    ("{mean_answer: 30 min}", "targets.0.mean_answer", ["at most 30 min"]),
    ("{mean_answer: at most 0 min}", "targets.0.mean_answer", ["above zero"]),
    ("{mean_answer: at most 1 h, fastest: 120 %}", "targets.0.fastest", ["a share from"]),
    ("{window: 99 %}", "targets.0.window", ["a share within a time"]),
    ("7", "targets.0", ["a target such as"]),
]


@pytest.mark.parametrize(("target", "path", "words"), FAULTS)
def test_a_fault_has_one_clear_message(target: str, path: str, words: list[str], tmp_path: Path) -> None:
    (found,) = findings(tmp_path, target)
    assert found[0] == path
    assert [word for word in words if word not in found[1]] == []


def test_two_named_targets_of_one_name_are_refused(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "facebook badge", "{named: facebook badge, queues: [calls]}")
    assert found == ("targets.1", 'is called "Facebook badge", as targets.0 is; give each a name of its own')
    assert len(given(tmp_path, "facebook badge", "{named: facebook badge, name: Two, queues: [calls]}").targets) == 2


def test_a_live_queue_that_is_always_open_may_be_socially_devoted(tmp_path: Path) -> None:
    scenario = given(tmp_path, "facebook badge").with_changes(
        {"queues.calls.open": "always", "targets.0": {"named": "socially devoted", "queues": ["calls"]}}
    )
    assert goals_of(scenario)[0].queues == ("calls",)


KEYS = frozenset(
    {"name", "queues", "over", "in", "bot_counts", "clock", "from", "fastest", "new_after", "share", "template_price",
     "at_least", "group", "within", "at_most", "confidence", "kind"}
)  # fmt: skip
"""Keys that some target may have beside its promise, and fields that none may."""


@pytest.mark.parametrize(
    "target",
    [
        "{answer: 65 % within 30 min, %s}",
        "{reply: 65 %%, %s}",
        "{mean_answer: at most 30 min, %s}",
        "{window: 99 %% within 24 h, %s}",
        "{cover: 24/7, %s}",
        "{named: socially devoted, %s}",
        "{named: facebook badge, %s}",
        "{named: whatsapp window, %s}",
    ],
)
def test_the_keys_said_to_be_known_are_those_a_file_may_have(target: str, tmp_path: Path) -> None:
    """A key that would be refused is never offered, and none that would be read is left out."""
    target = target.replace("%%", "%")
    ((_, message),) = findings(tmp_path, target.replace("%s", "hue: red"))
    said = set(message.removeprefix("is not a key here; known keys: ").split(", "))
    promise = target[1:].split(":")[0]
    refused = set()
    for key in sorted(KEYS):
        wrong = findings(tmp_path, target.replace("%s", f"{key}: {{}}"))
        refused |= {key for _, text in wrong if "not a key" in text or "does not go with" in text}
    assert said - {promise, "with"} == KEYS - refused

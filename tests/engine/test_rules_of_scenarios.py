"""From a scenario to the rules an engine reads: units, hours, defaults."""

from __future__ import annotations

from datetime import datetime

import pytest

from careplan.columns import NEVER
from careplan.engine.contract import ALWAYS_FROM, ALWAYS_TO
from careplan.engine.rules import rules_of
from careplan.units import HOUR_MS, MINUTE_MS
from tests.workload.worlds import GUIDE, PHONE, QUESTIONS, queue, scenario_of, two_queues


def test_queues_groups_and_bots_are_in_alphabetical_order() -> None:
    scenario = scenario_of(
        {"questions": QUESTIONS, "phone": PHONE, "another": queue("volume: {per_week: 1}\nbots: [b, a]")},
        bots={"guide": GUIDE, "b": "{time: 1 s, containment: 1 %}", "a": "{time: 1 s, containment: 1 %}"},
        groups="  z: {skills: [phone]}\n  b: {skills: {questions: 2, another: {rank: 3, speed: 112.5 %}}}",
    )
    rules = rules_of(scenario)
    assert rules.queues == ("another", "phone", "questions")
    assert rules.groups == ("b", "z")
    assert rules.bots == ("a", "b", "guide")
    assert rules.queue_bots.tolist() == [[1, 0], [NEVER, NEVER], [2, NEVER]]  # in the order listed
    assert rules.rank.tolist() == [[3, NEVER, 2], [NEVER, 1, NEVER]]
    assert rules.speed.tolist() == [[1125, 1000, 1000], [1000, 1000, 1000]]


def test_defaults_of_live_and_message_queues() -> None:
    rules = rules_of(two_queues(**{"groups.care.skills": ["questions", "phone"]}))
    phone, questions = 0, 1
    assert rules.is_live.tolist() == [True, False]
    assert rules.hold.tolist() == [1000, 0]
    assert rules.stick_for_ms.tolist() == [NEVER, 0]
    assert rules.withdraws.tolist() == [True, False]
    assert rules.interrupts.tolist() == [True, False]  # one-turn phone that shares agents with messages
    assert rules.interruptible.tolist() == [False, True]
    assert rules.priority[phone] < rules.priority[questions]
    assert rules.returning_first.all()


def test_values_become_thousandths_units_and_milliseconds() -> None:
    scenario = two_queues(
        **{
            "queues.questions.concurrency": 3,
            "queues.questions.hold": "12.5 %",
            "queues.questions.stick_for": "30 min",
            "queues.questions.order": {"due_within": "45 min"},
            "queues.questions.expires_after": "2 days",
            "queues.questions.withdraw": "yes",
            "queues.questions.returning": "in order",
            "queues.questions.priority": 7,
            "queues.questions.interruptible": "no",
            "queues.phone.interrupts": "no",
            "groups.care.capacity": "150 %",
            "groups.care.pace": ["100 %", "87.5 %"],
        }
    )
    rules = rules_of(scenario)
    assert rules.units.tolist() == [1_000_000, 333_333]
    assert rules.hold.tolist() == [1000, 125]
    assert rules.stick_for_ms.tolist() == [NEVER, 30 * MINUTE_MS]
    assert rules.due_within_ms.tolist() == [0, 45 * MINUTE_MS]
    assert rules.expires_after_ms.tolist() == [NEVER, 48 * HOUR_MS]
    assert rules.withdraws.tolist() == [True, True]
    assert rules.returning_first.tolist() == [True, False]
    assert rules.priority[1] == 7
    assert rules.interrupts.tolist() == [False, False]
    assert rules.interruptible.tolist() == [False, False]
    assert rules.capacity.tolist() == [1_500_000]
    assert rules.pace.tolist() == [[1000, 875]]


@pytest.mark.parametrize(
    ("changes", "stick", "keeps"),
    [
        ({"queues.questions.ownership": "agent"}, NEVER, True),
        ({"queues.questions.ownership": "agent", "queues.questions.stick_for": "1 h"}, HOUR_MS, True),
        ({"queues.questions.stick_for": "1 h"}, HOUR_MS, False),
    ],
)
def test_an_agents_conversations_wait_for_their_owner(changes: dict[str, str], stick: int, keeps: bool) -> None:
    rules = rules_of(two_queues(**changes))
    assert (rules.stick_for_ms[1], rules.keeps_owner[1]) == (stick, keeps)


def test_live_conversations_keep_their_owner_anyway() -> None:
    assert not rules_of(two_queues(**{"queues.phone.ownership": "agent"})).keeps_owner.any()


def test_hours_become_windows() -> None:
    scenario = two_queues(**{"bots.guide.hours": "desk"})
    rules, clock = rules_of(scenario), scenario.clock
    windows = list(zip(rules.bot_on.tolist(), rules.bot_off.tolist(), strict=True))
    assert windows == list(scenario.open_windows("desk"))
    assert windows[0] == (clock.instant(datetime(2026, 3, 2, 8)), clock.instant(datetime(2026, 3, 2, 20)))
    # Follow-ups come to the phone in open hours, to messages at any time.
    takes = list(zip(rules.takes_from.tolist(), rules.takes_to.tolist(), strict=True))
    assert rules.takes_start.tolist() == [0, len(windows), len(windows) + 1]
    assert takes == [*windows, (ALWAYS_FROM, ALWAYS_TO)]


def test_rules_are_built_once_for_a_scenario() -> None:
    scenario = two_queues()
    assert rules_of(scenario) is rules_of(scenario)

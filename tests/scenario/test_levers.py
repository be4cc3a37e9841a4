"""Levers: what each changes, to the millisecond and the case, and what is said where one does not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.errors import CareplanError, Finding, ScenarioError
from careplan.scenario import distributions as families
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.pulling import lever_of, levers_of
from careplan.scenario.scaling import cases_a_week, scaled
from careplan.streams import identities, key_of
from careplan.workload.distributions import draw, mean_ms
from careplan.workload.sampling import sample
from careplan.workload.volume import expected_cases

DESK = """\
careplan: 1
name: desk
title: A desk
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  hours: {office: {mon-fri: "09:00-17:00"}}
channels: {phone: {kind: live}, chat: {kind: live, concurrency: 3}, mail: {kind: message}}
queues:
  phone:
    {channel: phone, open: office, volume: 25 per hour, handle_time: {lognormal: {mean: 5 min, cv: 1}}, patience: 3 min,
     come_back: {chance: 20 %, after: 1 day}}
  chat:
    {channel: chat, open: office, volume: {per_week: 500}, handle_time: {mixture: [{share: 80 %, of: 3 min},
     {share: 20 %, of: {gamma: {mean: 15 min, cv: 50 %}}}]}, patience: 3 min, come_back: {chance: 10 %, after: 2 h}}
  mail: {channel: mail, volume: {per_day: 50}, handle_time: 7 min}
groups:
  care: {skills: {phone: 1, chat: {rank: 2, speed: 90 %}, mail: 3}, pace: [100 %, 70 %, 50 %], wage: 20 EUR per hour}
  night: {skills: [mail], wage: 25 EUR per hour}
targets: [{answer: 80 % within 1 h}]
"""
LEVERS = """\
levers:
  quicker: {handle_time: -10 %, cost: 900 EUR per month}
  quicker chat: {handle_time: -10 %, queues: [chat]}
  solved: {first_contact_resolution: +5 points}
  fewer return: {come_back: -20 %, queues: [phone]}
  fewer: {volume: -25 %, queues: [mail]}
  to chat: {move: {from: phone, to: chat, share: 20 %}}
  all round: {move: [{from: phone, to: chat, share: 50 %}, {from: phone, to: mail, share: 10 %}, {from: mail, to: chat, share: 10 %}]}
  new people: {ramp: {groups: [care], turnover: 26 % per year, from: 60 %, over: 26 weeks}}
  half new: {ramp: {new: 50 %, from: 60 %}}
  collector: {set: {queues.chat.bots: [collector], bots.collector: {time: 1 min, containment: 0 %, saves: 20 %}}}
  two at once: {set: {queues.chat.concurrency: 2, groups.care.pace: [100 %, 80 %]}}
  open longer: {set: {calendar.hours.office: {mon-fri: "09:00-19:00"}}}
  phone last: {set: {queues.phone.priority: 6}}
"""  # noqa: E501


def read(folder: Path, text: str) -> Scenario:
    """Write a scenario and read it."""
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The desk with its levers."""
    return read(tmp_path_factory.mktemp("desk"), DESK + LEVERS)


def test_levers_that_nobody_pulls_change_nothing(desk: Scenario, tmp_path: Path) -> None:
    bare = read(tmp_path, DESK)
    assert bare.digest == desk.digest
    assert sample(bare).digest == sample(desk).digest


def test_each_lever_changes_the_scenario_and_says_so_in_its_title(desk: Scenario) -> None:
    digests = {name: desk.with_lever(name).digest for name in desk.levers}
    assert len({desk.digest, *digests.values()}) == len(desk.levers) + 1
    assert desk.with_lever("quicker").title == "A desk (lever: quicker)"
    assert desk.title == "A desk"


# Handle time


def test_ten_percent_off_the_handle_time_takes_a_tenth_off_every_draw_of_the_same_customers(desk: Scenario) -> None:
    """A drawn duration is rounded once, after scaling; so it is 0.9 times the one before to within a millisecond.

    Parts of a mixture are scaled each, and the millisecond to which a parameter is rounded is theirs."""
    before, after = sample(desk), sample(desk.with_lever("quicker"))
    assert np.array_equal(before.arrived_at, after.arrived_at)
    assert np.array_equal(before.patience_ms, after.patience_ms)
    assert np.abs(after.work_ms - 0.9 * before.work_ms).max() <= 1.0
    assert after.work_ms.sum() == pytest.approx(0.9 * before.work_ms.sum(), rel=1e-5)


def test_it_may_be_one_queues_alone(desk: Scenario) -> None:
    before, after = sample(desk), sample(desk.with_lever("quicker chat"))
    chat = before.queue_ix == before.queues.index("chat")
    assert np.array_equal(before.work_ms[~chat], after.work_ms[~chat])
    assert np.abs(after.work_ms[chat] - 0.9 * before.work_ms[chat]).max() <= 1.0


FAMILIES = [
    families.Constant(value="7 min"),  # type: ignore[arg-type]
    families.Exponential(mean="5 min"),  # type: ignore[arg-type]
    families.Lognormal(mean="5 min", cv="116 %"),  # type: ignore[arg-type]
    families.Lognormal(median="4 min", p90="12 min"),  # type: ignore[arg-type]
    families.Gamma(mean="5 min", cv="50 %"),  # type: ignore[arg-type]
    families.Weibull(mean="5 min", shape=0.8),
    families.Weibull(scale="5 min", shape=1.5),  # type: ignore[arg-type]
    families.Empirical(values=(60_000, 90_000, 600_000)),
    families.Quantiles(points=((60_000, 0.5), (600_000, 1.0))),
]
"""Each family once, with durations of whole minutes."""


@given(st.integers(1, 300), st.sampled_from(FAMILIES))
def test_a_scaled_distribution_keeps_its_shape(percent: int, dist: families.Distribution) -> None:
    factor = percent / 100
    people = identities(key_of("test"), 0, 50)
    before, after = (draw(d, people, ("work", 0)) for d in (dist, scaled(dist, factor)))
    assert after == pytest.approx(factor * before, rel=1e-4, abs=3)
    assert mean_ms(scaled(dist, factor)) == pytest.approx(factor * mean_ms(dist), rel=1e-4)


# Coming back


def test_five_points_of_first_contact_resolution_are_five_points_off_the_chance_to_come_back(desk: Scenario) -> None:
    queues = desk.with_lever("solved").queues
    assert queues["phone"].come_back is not None and queues["chat"].come_back is not None
    assert (queues["phone"].come_back.chance, queues["chat"].come_back.chance) == pytest.approx((0.15, 0.05))


def test_who_comes_back_after_is_among_those_who_came_back_before(desk: Scenario) -> None:
    before, after = sample(desk), sample(desk.with_lever("solved"))
    n = before.n_first
    came, comes = before.return_child[:n] >= 0, after.return_child[:n] >= 0
    assert 0 < comes.sum() < came.sum() and not (comes & ~came).any()


def test_a_relative_change_of_coming_back_is_of_the_chance(desk: Scenario) -> None:
    queues = desk.with_lever("fewer return").queues
    assert queues["phone"].come_back is not None and queues["phone"].come_back.chance == pytest.approx(0.16)
    assert queues["chat"].come_back == desk.queues["chat"].come_back


# Volume


def test_a_plain_week_counts_open_hours_of_live_queues(desk: Scenario) -> None:
    """25 calls an hour in 40 open hours; 50 mails a day."""
    assert {name: cases_a_week(desk, name) for name in desk.queues} == {"phone": 1000, "chat": 500, "mail": 350}


def test_a_quarter_fewer(desk: Scenario) -> None:
    assert desk.with_lever("fewer").queues["mail"].volume.per_day == pytest.approx(37.5)


@pytest.mark.parametrize(
    ("lever", "expected"),
    [("to chat", {"phone": 800, "chat": 700, "mail": 350}), ("all round", {"phone": 400, "chat": 1035, "mail": 415})],
)
def test_a_move_moves_exactly_its_share_and_nobody_gets_lost(
    desk: Scenario, lever: str, expected: dict[str, int]
) -> None:
    """Shares are of what a queue has before anybody moves. 40 hours have 1000 calls: a fifth are 200."""
    after = desk.with_lever(lever)
    assert {name: cases_a_week(after, name) for name in after.queues} == pytest.approx(expected)
    inside = slice(48, 48 + 7 * 48)  # half hours of the measured week, after a day of warm-up
    means = {name: expected_cases(after, name)[inside].sum() for name in after.queues}
    assert means == pytest.approx(expected)
    assert sum(means.values()) == pytest.approx(1850)


def test_customers_who_stay_keep_what_they_bring(desk: Scenario) -> None:
    """The i-th caller of a day keeps their question, and only comes a little later."""
    before, after = sample(desk), sample(desk.with_lever("to chat"))
    phone = before.queues.index("phone")
    day = 86_400_000
    kept = [
        w.work_ms[(w.queue_ix == phone) & ~w.is_child & (w.arrived_at > day) & (w.arrived_at < 2 * day)]
        for w in (before, after)
    ]
    assert 0 < len(kept[1]) < len(kept[0])
    assert np.array_equal(kept[0][: len(kept[1])], kept[1])


def test_a_counted_series_is_scaled_step_by_step(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-{2 + day:02},{100 + day}\n" for day in range(7))
    (tmp_path / "calls.csv").write_text(f"start,cases\n{rows}", encoding="utf-8")
    text = DESK.replace("volume: 25 per hour", "volume: {counts: calls.csv}") + LEVERS
    after = read(tmp_path, text).with_lever("to chat")
    counts = after.queues["phone"].volume.counts
    assert counts is not None and counts.cases == pytest.approx([0.8 * (100 + day) for day in range(7)])
    assert after.queues["chat"].volume.per_week == pytest.approx(500 + 0.2 * 721)


# New people


def test_turnover_times_ramp_is_how_many_are_new_and_a_ramp_is_half_way_on_average(desk: Scenario) -> None:
    """26 % a year over half a year (of 365.25 days) are 12.96 % new, at 80 % on average: 2.6 % slower in all."""
    new = 0.26 * 182 / 365.25
    skills = desk.with_lever("new people").groups["care"].skills
    expected = {"phone": (1, 1 - 0.2 * new), "chat": (2, 0.9 * (1 - 0.2 * new)), "mail": (3, 1 - 0.2 * new)}
    assert {q: (s.rank, s.speed) for q, s in skills.items()} == {
        q: (rank, round(speed, 3)) for q, (rank, speed) in expected.items()
    }
    assert desk.with_lever("new people").groups["night"] == desk.groups["night"]
    assert desk.with_lever("half new").groups["night"].skills["mail"].speed == pytest.approx(0.9)


# What is set


def test_set_takes_paths_and_values_as_the_command_line_does(desk: Scenario) -> None:
    by_hand = desk.with_changes(
        {
            "queues.chat.bots": ["collector"],
            "bots.collector": {"time": "1 min", "containment": "0 %", "saves": "20 %"},
        }
    )
    assert desk.with_lever("collector").digest == by_hand.digest
    two = desk.with_lever("two at once")
    assert (two.queues["chat"].concurrency, two.groups["care"].pace) == (2, (1.0, 0.8))
    assert desk.with_lever("phone last").queues["phone"].priority == 6


def test_longer_hours_spread_a_weekly_total_and_add_to_an_hourly_rate(desk: Scenario) -> None:
    """500 chats a week stay 500; 25 calls an open hour become 1250."""
    after = desk.with_lever("open longer")
    assert (cases_a_week(after, "chat"), cases_a_week(after, "phone")) == (500, 1250)


def test_levers_add_up_in_order(desk: Scenario) -> None:
    both = desk.with_lever("quicker").with_lever("quicker chat")
    assert mean_ms(both.queues["chat"].handle_time) == pytest.approx(0.81 * mean_ms(desk.queues["chat"].handle_time))
    assert both.title == "A desk (lever: quicker) (lever: quicker chat)"
    assert desk.with_lever("two at once").with_lever("quicker").queues["chat"].concurrency == 2


def test_the_price_of_a_lever_is_a_week_of_it(desk: Scenario) -> None:
    assert desk.levers["quicker"].cost_a_week == pytest.approx(900 * 7 / 30.4375)
    assert desk.levers["solved"].cost_a_week == 0


# Findings

WRONG = [
    ("{handle_time: 10 %}", "10 %", "handle_time", 'is "10 %"; expected a change with its sign'),
    ("{handle_time: -100 %}", "-100 %", "handle_time", "from -99 % to +900 %"),
    ("{handle_tiem: -10 %}", "handle_tiem", "handle_tiem", 'Did you mean "handle_time"?'),
    ("{}", "{}", "", "at least one of handle_time"),
    ("{source: me}", "{source", "", "at least one of handle_time"),
    (
        "{handle_time: -10 %, queues: [caht]}",
        "caht",
        "queues.0",
        'known queues: chat, mail, phone. Did you mean "chat"?',
    ),
    ("{queues: [chat], set: {queues.chat.priority: 2}}", "[chat]", "queues", "something that queues have"),
    ("{first_contact_resolution: 5 %}", "5 %", "first_contact_resolution", "A change in % would be relative"),
    ("{first_contact_resolution: +11 points}", "+11", "first_contact_resolution", "customers of chat come back -1 %"),
    ("{come_back: +500 %}", "+500", "come_back", "customers of phone come back 120 %"),
    ("{come_back: -20 %, queues: [mail]}", "-20 %", "come_back", "mail has no come_back"),
    ("{first_contact_resolution: +1 points, come_back: -5 %}", "-5 %", "come_back", "one of the two"),
    ("{move: {from: phone, to: chta, share: 20 %}}", "chta", "move.to", 'Did you mean "chat"?'),
    ("{move: {from: phone, to: phone, share: 20 %}}", "phone, share", "move.to", "another queue than from"),
    ("{move: {from: phone, to: chat}}", "move", "move.share", "is missing"),
    (
        "{move: [{from: phone, to: chat, share: 60 %}, {from: phone, to: mail, share: 60 %}]}",
        "[{from: phone, to: chat",
        "move",
        "100 %",
    ),
    ("{ramp: {from: 60 %}}", "{from: 60", "ramp", "either new, or turnover and over"),
    ("{ramp: {new: 10 %, from: 60 %, groups: [crae]}}", "crae", "ramp.groups.0", 'Did you mean "care"?'),
    ("{ramp: {turnover: 90 % per month, over: 10 weeks, from: 60 %}}", "10 weeks", "ramp.over", "at most 100 %"),
    ("{set: {queues.caht.concurrency: 2}}", "queues.caht", "set.queues.caht.concurrency", 'Did you mean "chat"?'),
    (
        "{set: {queues.chat.concurency: 2}}",
        "queues.chat.concurency",
        "set.queues.chat.concurency",
        'Did you mean "concurrency"?',
    ),
    ("{set: {queues.chat.concurrency: two}}", "two", "set.queues.chat.concurrency", 'is "two"'),
    ("{set: {quues.chat.concurrency: 2}}", "quues", "set.quues.chat.concurrency", 'Did you mean "queues"?'),
    ("{set: {queues: {}}}", "queues: {}", "set.queues", "is a whole section"),
    ("{set: {targets.0.over: day}}", "targets", "set.targets.0.over", "what is promised"),
    ("{set: {calendar.start: 2026-03-09}}", "calendar.start", "set.calendar.start", "when the scenario plays"),
    ("{set: {run.seed: 2}}", "run.seed", "set.run.seed", "how the scenario is run"),
    ("{set: {calendar.hours.office: {sun: closed}}}", "x:", "", "does not fit the scenario: queues."),
    ("{set: [a]}", "[a]", "set", "paths and their values"),
    ("{handle_time: -1 %, cost: 900 EUR}", "900 EUR", "cost", "a cost that runs"),
    ("{handle_time: -1 %, cost: 900 USD per month}", "900 USD", "cost", "expected EUR"),
]
"""A lever that does not fit, what stands at its finding, its path below the lever, and part of what is said."""


@pytest.mark.parametrize(("lever", "at", "path", "message"), WRONG)
def test_what_does_not_fit_is_a_finding_at_its_place(
    lever: str, at: str, path: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, f"{DESK}levers:\n  x: {lever}\n")
    findings = [f for f in caught.value.findings if isinstance(f, Finding)]
    line, column = DESK.count("\n") + 2, f"  x: {lever}".rindex(at) + 1
    assert {(f.line, f.column, f.path) for f in findings} == {(line, column, f"levers.x{'.' if path else ''}{path}")}
    assert message in findings[0].message


def test_all_levers_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    wrong = "levers:\n  a: {volume: +1 %, queues: [caht]}\n  b: {set: {queues.mail.order: first}}\n"
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, DESK + wrong)
    assert len(caught.value.findings) == 2


def test_an_unknown_lever_is_refused_with_those_there_are(desk: Scenario) -> None:
    with pytest.raises(CareplanError, match='known levers: quicker, .*Did you mean "phone last"'):
        desk.with_lever("phone lats")


# The standard set


def test_without_a_section_the_standard_levers_that_fit_are_there(tmp_path: Path) -> None:
    bare = read(tmp_path, DESK)
    assert list(levers_of(bare)) == [
        "knowledge base", "suggested answers", "new people", "pre-collecting bot", "at most 2 at once",
        "open two hours longer", "a fifth of phone to chat", "no priorities",
    ]  # fmt: skip
    for name in levers_of(bare):
        assert bare.with_lever(name).digest != bare.digest
        assert lever_of(bare, name).source


def test_standard_levers_that_would_change_nothing_are_left_out(tmp_path: Path) -> None:
    """One queue of mails at any hour: no bot but for mails, nothing at once, nothing closes, no second channel."""
    text = DESK[: DESK.index("queues:")].replace('  hours: {office: {mon-fri: "09:00-17:00"}}\n', "") + (
        "queues: {mail: {channel: mail, volume: {per_day: 50}, handle_time: 7 min}}\n"
        "groups: {care: {skills: [mail]}}\ntargets: [{answer: 80 % within 1 h}]\n"
    )
    assert list(levers_of(read(tmp_path, text))) == [
        "knowledge base", "suggested answers", "new people", "pre-collecting bot",
    ]  # fmt: skip


def test_the_standard_levers_say_what_they_do_in_the_words_of_the_file(tmp_path: Path) -> None:
    found = {name: node.plain() for name, node in levers_of(read(tmp_path, DESK)).items()}
    assert found["knowledge base"]["first_contact_resolution"] == "+5 points"
    assert found["open two hours longer"]["set"] == {
        "calendar.hours.office": {"mon-fri": "09:00-19:00", "sat-sun": "closed"}
    }
    assert found["a fifth of phone to chat"]["move"] == {"from": "phone", "to": "chat", "share": "20 %"}
    assert found["no priorities"]["set"] == {"queues.phone.priority": 5, "queues.chat.priority": 5}
    assert found["at most 2 at once"]["set"] == {"queues.chat.concurrency": 2}


def test_a_lever_of_the_section_hides_the_standard_ones(desk: Scenario) -> None:
    assert list(levers_of(desk)) == list(desk.levers)
    with pytest.raises(CareplanError, match="no lever"):
        desk.with_lever("knowledge base")


def test_the_same_customers_come_whatever_is_pulled(desk: Scenario) -> None:
    """Priorities, pace and speed draw nothing."""
    for name in ("phone last", "new people"):
        assert sample(desk.with_lever(name)).digest == sample(desk).digest
    two = sample(desk.with_lever("two at once"))
    assert replace(two).digest == sample(desk).digest

"""Sampled worlds on both engines: the same trace, and the laws that only whole runs show."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.rules import rules_of
from careplan.engine.simulate import simulate
from careplan.scenario.models import Scenario
from careplan.staffing import staffed_roster
from careplan.trace.tables import Outcome, Trace
from careplan.workload.export import write_cases, write_turns
from careplan.workload.given import replay
from careplan.workload.sampling import sample
from tests.workload.worlds import GUIDE, PHONE, QUESTIONS, one_queue, queue, scenario_of, share_within_4_errors

CHAT = """
    channel: phone
    open: desk
    concurrency: 3
    volume: {per_week: 900}
    turns: {2: 50 %, 3: 50 %}
    handle_time: {weibull: {mean: 1 min, shape: 0.8}}
    think_time: {exponential: {mean: 40 s}}
    patience: {exponential: {mean: 2 min}}
    bots: [greeter]
    try_again: {chance: 30 %, after: 10 min, queue: phone}
"""
EXPERTS = """
    channel: facebook
    concurrency: 2
    hold: 50 %
    stick_for: 10 min
    ownership: agent
    order: {due_within: 2 h}
    volume: {per_week: 300}
    turns: {1: 50 %, 2: 50 %}
    handle_time: {gamma: {mean: 8 min, cv: 0.5}}
    handle_time_is: case
    think_time: 1 h
    expires_after: 12 h
    come_back: {chance: 20 %, after: {exponential: {mean: 6 h}}}
"""
GROUPS = """
  care: {skills: {questions: {rank: 1, speed: 110 %}, phone: 2, chat: 1, experts: 3}, pace: [100 %, 90 %, 80 %],
         absence: 5 %, headcount: {desk: 9, always: 1}}
  experts:
    skills: [experts, chat]
    shifts: [{days: mon-fri, hours: 08:00-16:00, agents: 2, breaks: [{at: 12:00, for: 30 min}]},
             {hours: 22:00-06:00, agents: 1}]
"""


def rich(calendar: str) -> Scenario:
    """Nearly every feature at once."""
    return scenario_of(
        {"questions": QUESTIONS, "phone": PHONE, "chat": CHAT, "experts": EXPERTS},
        calendar=calendar,
        bots={"guide": GUIDE, "greeter": "{hours: desk, time: 20 s, containment: 10 %, saves: 10 %}"},
        groups=GROUPS,
    )


def played(scenario: Scenario, replication: int, engine: str) -> Trace:
    workload, roster = sample(scenario, replication=replication), staffed_roster(scenario, replication=replication)
    return simulate(workload, roster, rules_of(scenario), until=scenario.clock.end, engine=engine)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["2026-03-02", "2026-03-27", "2026-10-23"])
def test_both_engines_tell_the_same_story_of_a_sampled_world(start: str) -> None:
    scenario = rich(f"\n  zone: Europe/Prague\n  start: {start}\n  horizon: 3 days\n  run_off: 1 day\n")
    one, other = (played(scenario, 1, engine) for engine in ("compiled", "reference"))
    assert one.digest == other.digest
    happened = {Outcome(value) for value in np.unique(one.case_outcome).tolist()}
    assert happened >= {
        Outcome.ANSWERED,
        Outcome.CONTAINED,
        Outcome.TRIAGED,
        Outcome.ABANDONED,
        Outcome.LAPSED,
        Outcome.UNBORN,
    }


def test_a_workload_written_and_read_plays_the_same(tmp_path) -> None:  # type: ignore[no-untyped-def]
    scenario = rich("\n  zone: Europe/Prague\n  start: 2026-03-02\n  horizon: 1 day\n")
    workload = sample(scenario)
    write_cases(workload, tmp_path / "cases.csv", scenario=scenario)
    write_turns(workload, tmp_path / "turns.csv")
    again = replay(tmp_path / "cases.csv", tmp_path / "turns.csv", scenario=scenario)
    rules, roster, end = rules_of(scenario), staffed_roster(scenario), scenario.clock.end
    assert simulate(again, roster, rules, until=end).digest == simulate(workload, roster, rules, until=end).digest


def test_contacts_are_first_contacts_over_one_less_who_come_back() -> None:
    # Law L32: everybody is answered, 40 % write again after a minute; contacts = first contacts / (1 − 0.4).
    body = "volume: {per_week: 6000}\nhandle_time: 1 s\ncome_back: {chance: 40 %, after: 1 min}"
    calendar = "\n  zone: UTC\n  start: 2026-03-02\n  horizon: 1 week\n  run_off: 1 h\n"
    scenario = one_queue(body, calendar=calendar, groups="  care: {skills: [q], headcount: 5}")
    workload = sample(scenario)
    trace = simulate(workload, staffed_roster(scenario), rules_of(scenario), until=scenario.clock.end)
    contacts = int((trace.case_outcome == Outcome.ANSWERED).sum())
    assert share_within_4_errors(contacts - workload.n_first, contacts, 0.4)


def test_a_bot_contains_its_share_in_the_run() -> None:
    body = "volume: {per_week: 20000}\nbots: [guide]\nhandle_time: 1 s"
    scenario = one_queue(body, bots={"guide": "{time: 5 s, containment: 30 %}"})
    trace = played(scenario, 0, "compiled")
    ended = trace.case_outcome != Outcome.OPEN
    assert share_within_4_errors(int((trace.case_outcome == Outcome.CONTAINED).sum()), int(ended.sum()), 0.3)


def test_who_gives_up_on_chat_calls_when_the_desk_is_open_again() -> None:
    chat = queue(
        "open: desk\nvolume: {per_week: 3000}\npatience: 1 min\ntry_again: {chance: 100 %, after: 8 h, queue: phone}",
        "phone",
    )
    scenario = scenario_of({"chat": chat, "phone": PHONE}, groups="  care: {skills: [phone], headcount: 5}")
    workload, trace = sample(scenario), played(scenario, 0, "compiled")
    born = workload.is_child & (trace.case_outcome != Outcome.UNBORN) & (workload.parent >= 0)
    parents = workload.parent[born]
    from_chat = workload.queue_ix[parents] == workload.queues.index("chat")
    at = trace.case_arrived_at[born][from_chat]
    due = trace.case_ended_at[parents][from_chat] + 8 * 3_600_000
    windows = scenario.open_windows("desk")
    opens = np.array([begin for begin, _ in windows])
    closes = np.array([end for _, end in windows])
    is_open = [bool(((opens <= instant) & (instant < closes)).any()) for instant in due.tolist()]
    expected = [
        instant if ok else int(opens[opens > instant][0]) for instant, ok in zip(due.tolist(), is_open, strict=True)
    ]
    assert at.tolist() == expected
    assert 0 < sum(is_open) < len(is_open)

"""What agents did, on runs told by hand and on random worlds of the engine."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.contract import FULL_CAPACITY, Group, Queue, Rules
from careplan.roster import Roster
from careplan.trace.agents import AgentSpans, agent_spans
from careplan.trace.spans import Spans
from careplan.trace.tables import Outcome
from tests.engine.worlds import random_world
from tests.trace.told import ToldCase, ToldTurn, answered, told

MAIL_AND_PHONE = Rules.of(
    queues={"mail": Queue(is_live=False, concurrency=2), "phone": Queue(is_live=True, interrupts=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
)


def rows(spans: Spans) -> list[tuple[int, int, int]]:
    return list(zip(spans.agent.tolist(), spans.begin.tolist(), spans.end.tolist(), strict=True))


def a_call_in_the_middle_of_two_mails() -> AgentSpans:
    """Mails from 10 and 20; a call from 30 to 50 pauses both; they end at 60 and 80; off duty at 70."""
    workload, trace = told(
        ("mail", "phone"),
        [
            answered("mail", 0, 10, 60),
            answered("mail", 0, 20, 80),
            ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 50, 0, interrupted=True),)),
        ],
        until=100,
    )
    return agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 70)]), MAIL_AND_PHONE)


def test_a_call_pauses_the_mails_until_it_ends():
    spans = a_call_in_the_middle_of_two_mails()
    assert rows(spans.pauses) == [(0, 30, 50)]
    work = sorted(zip(spans.work_turn.tolist(), spans.work.begin.tolist(), spans.work.end.tolist(), strict=True))
    assert work == [(0, 10, 30), (0, 50, 60), (1, 20, 30), (1, 50, 80), (2, 30, 50)]


def test_on_duty_is_busy_held_and_idle_and_the_rest_is_overtime():
    times = a_call_in_the_middle_of_two_mails().by_agent(0, 100)
    assert times.on_duty_ms.tolist() == [70]
    assert times.busy_ms.tolist() == [60]
    assert times.idle_ms.tolist() == [10]
    assert times.held_ms.tolist() == [0]
    assert times.paused_ms.tolist() == [20]
    assert times.overtime_ms.tolist() == [10]


def test_paused_turns_take_no_units():
    units = a_call_in_the_middle_of_two_mails().units_by_group([0, 30, 50, 70, 100])
    half = FULL_CAPACITY // 2
    # One mail from 10, both from 20; the call alone; both, then one from 60 to 70; overtime is not on duty.
    assert units.tolist() == [[30 * half, 20 * FULL_CAPACITY, 30 * half, 0]]


def test_calls_back_to_back_are_two_pauses_that_touch():
    workload, trace = told(
        ("mail", "phone"),
        [
            answered("mail", 0, 10, 70),
            ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 40, 0, interrupted=True),)),
            ToldCase("phone", 35, Outcome.ANSWERED, (ToldTurn(35, 40, 60, 0, interrupted=True),)),
        ],
        until=100,
    )
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 100)]), MAIL_AND_PHONE)
    assert rows(spans.pauses) == [(0, 30, 60)]


def test_a_call_that_fits_beside_everything_pauses_nothing():
    workload, trace = told(
        ("mail", "phone"),
        [answered("mail", 0, 10, 60), ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 50, 0),))],
        until=100,
    )
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 70)]), MAIL_AND_PHONE)
    assert len(spans.pauses) == 0
    assert spans.by_agent(0, 100).paused_ms.tolist() == [0]


def test_a_short_call_right_after_a_long_one_pauses_nothing_if_it_fits():
    """At 40 the long call ends and the mail resumes (1.1); the short one fits beside it (1.5)."""
    rules = Rules.of(
        queues={
            "mail": Queue(is_live=False, concurrency=2),
            "long": Queue(is_live=True, interrupts=True),
            "short": Queue(is_live=True, interrupts=True, concurrency=2),
        },
        groups={"care": Group(skills={"mail": 1, "long": 1, "short": 1})},
    )
    workload, trace = told(
        ("long", "mail", "short"),
        [
            answered("mail", 0, 10, 70),
            ToldCase("long", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 40, 0, interrupted=True),)),
            answered("short", 35, 40, 60),
        ],
        until=100,
    )
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 100)]), rules)
    assert rows(spans.pauses) == [(0, 30, 40)]


def test_work_that_is_not_interruptible_goes_on_beside_a_call():
    """A chat and a mail, half an agent each; a call of half an agent pauses the mail only."""
    rules = Rules.of(
        queues={
            "chat": Queue(is_live=True, concurrency=2),
            "mail": Queue(is_live=False, concurrency=2),
            "phone": Queue(is_live=True, interrupts=True, concurrency=2),
        },
        groups={"care": Group(skills={"chat": 1, "mail": 1, "phone": 1})},
    )
    workload, trace = told(
        ("chat", "mail", "phone"),
        [
            answered("chat", 0, 10, 60),
            answered("mail", 0, 10, 80),
            ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 50, 0, interrupted=True),)),
        ],
        until=100,
    )
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 100)]), rules)
    work = sorted(zip(spans.work_turn.tolist(), spans.work.begin.tolist(), spans.work.end.tolist(), strict=True))
    assert work == [(0, 10, 60), (1, 10, 30), (1, 50, 80), (2, 30, 50)]
    assert spans.units_by_group([30, 50]).tolist() == [[20 * FULL_CAPACITY]]


def test_what_is_kept_is_a_share_of_the_units_and_no_more_than_was_freed():
    """Half of a whole agent is kept after an own turn (5.2); after a transferred one, the quarter it freed."""
    rules = Rules.of(
        queues={"chat": Queue(is_live=True, hold=500), "side": Queue(is_live=True, concurrency=4)},
        groups={"care": Group(skills={"chat": 1, "side": 1})},
    )
    turns = (
        ToldTurn(0, 0, 10, 0, held_until=30),
        ToldTurn(30, 30, 40, 0, held_until=60, queue="side"),
        ToldTurn(60, 60, 70, 0),
    )
    workload, trace = told(("chat", "side"), [ToldCase("chat", 0, Outcome.ANSWERED, turns)], until=100)
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 100)]), rules)
    assert spans.hold_units.tolist() == [FULL_CAPACITY // 2, FULL_CAPACITY // 4]


def test_an_agent_whose_chat_customer_thinks_is_held_not_idle():
    chat = Rules.of(queues={"chat": Queue(is_live=True, concurrency=2)}, groups={"care": Group(skills={"chat": 1})})
    workload, trace = told(
        ("chat",),
        [ToldCase("chat", 0, Outcome.ANSWERED, (ToldTurn(0, 0, 10, 0, held_until=30), ToldTurn(25, 30, 40, 0)))],
        until=100,
    )
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 60)]), chat)
    times = spans.by_agent(0, 100)
    assert times.busy_ms.tolist() == [20]
    assert times.held_ms.tolist() == [20]
    assert times.idle_ms.tolist() == [20]
    assert spans.units_by_group([0, 60]).tolist() == [[40 * FULL_CAPACITY // 2]]


def test_work_in_hand_at_the_end_of_the_run_lasts_until_then():
    workload, trace = told(("mail",), [ToldCase("mail", 0, Outcome.OPEN, (ToldTurn(0, 40, agent=0),))], until=100)
    rules = Rules.of(queues={"mail": Queue(is_live=False)}, groups={"care": Group(skills={"mail": 1})})
    spans = agent_spans(trace, workload, Roster.from_spells([("care", 1, 0, 100)]), rules)
    assert spans.by_agent(0, 100).busy_ms.tolist() == [60]


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_work_read_off_a_trace_is_the_work_that_was_drawn(first):
    """L03: pace × speed over each turn's unpaused time is its work; exact, whatever paused and shared an
    agent.
    """
    turns = 0
    for seed in range(first, first + 20):
        world = random_world(seed)
        workload, rules, roster = world.workload, world.rules, world.roster
        trace = world.play("compiled")
        spans = agent_spans(trace, workload, roster, rules)
        gained = np.zeros(workload.n_turns, dtype=np.int64)
        for agent in range(roster.n_agents):
            group = roster.agent_group[agent]
            mine = np.flatnonzero(spans.work.agent == agent)
            cuts = np.unique(np.concatenate((spans.work.begin[mine], spans.work.end[mine])))
            for begin, end in zip(cuts, cuts[1:], strict=False):
                at_once = mine[(spans.work.begin[mine] <= begin) & (spans.work.end[mine] >= end)]
                if len(at_once):
                    pace = rules.pace[group][min(len(at_once), rules.pace.shape[1]) - 1]
                    turn = spans.work_turn[at_once]
                    gained[turn] += (end - begin) * pace * rules.speed[group][workload.turn_queue_ix[turn]]
        slot = np.repeat(trace.case_bot_slot, np.diff(workload.turn_start))
        after_bot = workload.work_after_bot_ms[np.arange(workload.n_turns), slot] if workload.n_bot_slots else 0
        need = np.where(slot >= 0, after_bot, workload.work_ms) * 1_000_000
        done = trace.turn_ended_at >= 0
        turns += np.count_nonzero(done)
        assert (gained[done] >= need[done]).all()
        # A turn ends in the millisecond in which its work is done; the fastest gain 10 000 × 1000 in one.
        assert (gained[done] < need[done] + 10_000_000).all()
    assert turns > 100


@pytest.mark.parametrize("seed", range(40))
def test_agents_time_on_random_worlds_agrees_with_counting_milliseconds(seed):
    """L04: busy, held and idle make up duty; overtime lies outside it; by group as by agent."""
    world = random_world(seed)
    trace, roster = world.play("compiled"), world.roster
    spans = agent_spans(trace, world.workload, roster, world.rules)
    until = trace.until
    grid = {what: np.zeros((roster.n_agents, until), dtype=bool) for what in ("duty", "busy", "hold", "pause")}
    for what, column in (
        ("duty", spans.duty),
        ("busy", spans.turns),
        ("hold", spans.holds),
        ("pause", spans.pauses),
    ):
        for agent, begin, end in rows(column):
            grid[what][agent, begin:end] = True
    window = slice(until // 4, until // 2)
    duty, busy, hold = (grid[what][:, window] for what in ("duty", "busy", "hold"))
    times = spans.by_agent(until // 4, until // 2)
    assert times.on_duty_ms.tolist() == duty.sum(axis=1).tolist()
    assert times.busy_ms.tolist() == (duty & busy).sum(axis=1).tolist()
    assert times.held_ms.tolist() == (duty & hold & ~busy).sum(axis=1).tolist()
    assert times.idle_ms.tolist() == (duty & ~hold & ~busy).sum(axis=1).tolist()
    assert times.paused_ms.tolist() == (duty & grid["pause"][:, window]).sum(axis=1).tolist()
    assert times.overtime_ms.tolist() == (~duty & (busy | hold)).sum(axis=1).tolist()
    by_group = spans.by_group(spans.busy_on_duty, [until // 4, until // 3, until // 2]).sum(axis=1)
    wanted = np.bincount(roster.agent_group, weights=times.busy_ms, minlength=len(roster.groups))
    assert by_group.tolist() == wanted.tolist()


@pytest.mark.parametrize("seed", range(40))
def test_units_in_use_never_pass_capacity_but_after_a_transfer(seed):
    """L07: on duty, turns worked and holds fit the capacity at every millisecond (rule 5.3)."""
    world = random_world(seed)
    trace, roster, rules = world.play("compiled"), world.roster, world.rules
    spans = agent_spans(trace, world.workload, roster, rules)
    used = np.zeros((roster.n_agents, trace.until), dtype=np.int64)
    for spent, units in ((spans.work, spans.work_units), (spans.holds, spans.hold_units)):
        for (agent, begin, end), amount in zip(rows(spent), units.tolist(), strict=True):
            used[agent, begin:end] += amount
    capacity = rules.capacity[roster.agent_group][:, None]
    transferred = world.workload.turn_queue_ix != np.repeat(world.workload.queue_ix, np.diff(world.workload.turn_start))
    if not transferred.any():  # after a transfer to an interrupting queue, work and holds may pass it
        assert (used <= capacity).all()
    on_duty = np.zeros_like(used, dtype=bool)
    for agent, begin, end in rows(spans.duty):
        on_duty[agent, begin:end] = True
    edges = [0, trace.until // 3, trace.until]
    by_group = spans.units_by_group(edges)
    for i, (begin, end) in enumerate(zip(edges, edges[1:], strict=False)):
        mine = (used * on_duty)[:, begin:end].sum(axis=1)
        wanted = np.bincount(roster.agent_group, weights=mine, minlength=len(roster.groups))
        assert by_group[:, i].tolist() == wanted.tolist()

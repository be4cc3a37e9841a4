"""Rule 6 by hand: which turn, which agent, and how both are numbered. The docstring begins with the rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.engine.contract import Bot, Group, Queue
from careplan.trace.tables import Outcome
from tests.engine.hand import CALL, CHAT, LATE, MAIL, PHONE, all_day, play
from tests.engine.tiny import Case

THIRD_CHAT = replace(CHAT, concurrency=3)


def test_priority_comes_before_age(engine: str) -> None:
    """6.1: the agent frees at 100 and takes the call of 50 (priority 1) before the message of 10 (priority 5)."""
    queues = {"mail": replace(MAIL, priority=5), "phone": replace(PHONE, priority=1)}
    seen = play(engine, queues, [Case("phone", 0, 100), Case("mail", 10, 10), Case("phone", 50, 10)])
    assert seen.started == [0, 110, 100]


@pytest.mark.parametrize(("returning_first", "started"), [(True, [0, 110, 10, 120]), (False, [0, 120, 10, 110])])
def test_returning_first(engine: str, returning_first: bool, started: list[int]) -> None:
    """6.1: at 110 a returning turn (of 40) and a new one (of 20) wait; which goes first is the queue's to say."""
    queues = {"mail": replace(MAIL, returning_first=returning_first)}
    cases = [Case("mail", 0, (10, 10), think=(30,)), Case("mail", 2, 100), Case("mail", 20, 10)]
    assert play(engine, queues, cases).started == started


def test_returning_first_is_said_by_the_turns_queue(engine: str) -> None:
    """6.1: both returned at 40: the turn transferred to web (returning first) goes before one in mail, of the
    smaller row.

    And a transferred turn to web is a returning one there, so it goes before a new web turn of 20.
    """
    queues = {"mail": MAIL, "web": replace(MAIL, returning_first=True)}
    cases = [
        Case("mail", 0, (10, 10), think=(30,)),
        Case("mail", 0, (10, 10), think=(20,), turn_queues=("mail", "web")),
        Case("mail", 2, 100),
        Case("web", 20, 10),
    ]
    seen = play(engine, queues, cases)
    assert seen.queued == [0, 40, 0, 40, 2, 20]
    # 0 to 10, 10 to 20, 20 to 120; then the transferred one, the new one of 20, the returned of 40.
    assert seen.started == [0, 140, 10, 120, 20, 130]


def test_priority_comes_before_returning_first(engine: str) -> None:
    """6.1: a returning turn of priority 2 yields to a new one of priority 1."""
    queues = {"app": replace(MAIL, priority=1), "mail": replace(MAIL, priority=2, returning_first=True)}
    cases = [Case("mail", 0, (10, 10), think=(10,)), Case("mail", 5, 100), Case("app", 50, 10)]
    assert play(engine, queues, cases).started == [0, 120, 10, 110]


def test_the_earliest_deadline_goes_first(engine: str) -> None:
    """6.1: deadlines 10 + 200 and 50 + 100: the later message goes first. A deadline that is over stays in the
    order.
    """
    queues = {"app": replace(MAIL, due_within_ms=200), "mail": replace(MAIL, due_within_ms=100)}
    cases = [Case("app", 0, 100), Case("app", 10, 10), Case("mail", 50, 10), Case("mail", 109, 10)]
    seen = play(engine, queues, cases)
    # At 100: 210, 150. At 110: 210, 209. At 120 the rest.
    assert seen.started == [0, 120, 100, 110]


def test_a_returning_turn_is_queued_by_its_return(engine: str) -> None:
    """6.1: first written at 0, but back at 40: the message of 20 is before it."""
    cases = [Case("mail", 0, (10, 10), think=(30,)), Case("mail", 5, 100), Case("mail", 20, 10)]
    assert play(engine, {"mail": MAIL}, cases).started == [0, 120, 10, 110]


def test_equal_deadlines_go_by_case_number(engine: str) -> None:
    """6.1: due at 60 both; the case of 10 (row 1) before that of 30 (row 2)."""
    queues = {"app": replace(MAIL, due_within_ms=30), "mail": replace(MAIL, due_within_ms=50)}
    seen = play(engine, queues, [Case("app", 0, 100), Case("mail", 10, 5), Case("app", 30, 5)])
    assert seen.started == [0, 100, 105]
    # The same with a hand-off: both queued at 50, and the smaller row is the one the bot had.
    queues = {"mail": MAIL, "web": replace(MAIL, bots=("lamp",))}
    cases = [Case("mail", 0, 100), Case("web", 10, 5, bots=((40, False, -1),)), Case("mail", 50, 5)]
    seen = play(engine, queues, cases, bots={"lamp": Bot()})
    assert seen.started == [0, 100, 105]


def test_a_turn_that_cannot_start_does_not_block_the_next(engine: str) -> None:
    """6.1: beside a chat of 333 333 no call fits (it does not interrupt); the message behind it does."""
    queues = {"chat": THIRD_CHAT, "mail": replace(MAIL, concurrency=2), "phone": replace(PHONE, priority=-1)}
    cases = [Case("chat", 0, 100), Case("phone", 10, 10), Case("mail", 20, 10)]
    assert play(engine, queues, cases).started == [0, 100, 20]


def test_a_reserved_turn_does_not_block_the_next(engine: str) -> None:
    """6.1 and 4.4: reserved for a busy owner, with the smallest key; the message behind it goes to the other agent."""
    queues = {"chat": replace(CHAT, hold=0, priority=-1), "mail": MAIL}
    cases = [Case("chat", 0, (10, 10), think=(10,)), Case("mail", 12, 100), Case("mail", 25, 5)]
    # The message of 12 would go to agent 1 (no start yet) unless agent 1 is busy: a chat keeps them until 24.
    cases.insert(1, Case("chat", 1, 23))
    seen = play(engine, queues, cases, spells=all_day(2))
    assert seen.started == [0, 112, 1, 12, 25]
    assert seen.agent == [0, 0, 1, 0, 1]


RESERVED_FIRST, RESERVED_LAST = [0, 112, 12, 122], [0, 122, 12, 112]


@pytest.mark.parametrize(
    ("chat", "mail", "started"),
    [
        ({}, {}, RESERVED_LAST),  # queued at 20 and 15
        ({"priority": -1}, {}, RESERVED_FIRST),
        ({"priority": 1, "returning_first": True}, {}, RESERVED_LAST),
        ({"returning_first": True}, {}, RESERVED_FIRST),
        ({"due_within_ms": 5}, {"due_within_ms": 11}, RESERVED_FIRST),  # due at 25 and 26
        ({"due_within_ms": 6}, {"due_within_ms": 11}, RESERVED_FIRST),  # due at 26 both: row 0 is the chat's
        ({"due_within_ms": 7}, {"due_within_ms": 11}, RESERVED_LAST),
    ],
)
def test_a_reserved_turn_has_the_key_of_any_other(
    engine: str, chat: dict[str, object], mail: dict[str, object], started: list[int]
) -> None:
    """6.1: at 112 the one agent frees; an own chat, back at 20, and a message of 15 wait."""
    queues = {"chat": replace(CHAT, hold=0, **chat), "mail": replace(MAIL, **mail)}  # type: ignore[arg-type]
    cases = [Case("chat", 0, (10, 10), think=(10,)), Case("mail", 12, 100), Case("mail", 15, 10)]
    assert play(engine, queues, cases).started == started


def test_reserved_turns_of_one_instant_go_by_case_number(engine: str) -> None:
    """6.1: two own chats are back at 30, both wait for the end of a call at 70: rows 0 and 1."""
    queues = {"chat": replace(CHAT, hold=0), "phone": PHONE}
    cases = [
        Case("chat", 0, (10, 10), think=(20,)),
        Case("chat", 1, (10, 10), think=(10,)),
        Case("phone", 20, 50),
    ]
    seen = play(engine, queues, cases)
    assert seen.queued == [0, 30, 1, 30, 20]
    assert seen.started == [0, 70, 10, 80, 20]


def test_turns_no_longer_reserved_go_by_key(engine: str) -> None:
    """6.1 and 4.4: two chats are back at 30 and 35, reserved for 20, their owner busy to 100; a new one comes at 40.

    All three wait for one agent. The returned ones keep the keys of their return though they joined the others
    only at 50 and 55: 30, 35, 40. Two of one instant go by row.
    """
    queues = {"chat": replace(CHAT, hold=0, stick_for_ms=20), "phone": PHONE}
    cases = [
        Case("chat", 0, (10, 10), think=(25,)),
        Case("chat", 1, (10, 10), think=(10,)),
        Case("phone", 20, 80),
        Case("chat", 40, 10),
    ]
    seen = play(engine, queues, cases)
    assert seen.queued == [0, 35, 1, 30, 20, 40]
    assert seen.started == [0, 110, 10, 100, 20, 120]
    together = [replace(cases[0], think=(20,)), *cases[1:]]
    seen = play(engine, queues, together)
    assert seen.started == [0, 100, 10, 110, 20, 120]


def test_only_the_skilled_start(engine: str) -> None:
    """6.1: nobody on duty knows mail until 50."""
    queues = {"mail": MAIL, "phone": PHONE}
    groups = {"care": Group(skills={"mail": 1}), "desk": Group(skills={"phone": 1})}
    seen = play(
        engine,
        queues,
        [Case("mail", 0, 10), Case("phone", 5, 10)],
        groups=groups,
        spells=[("care", 1, 50, LATE), ("desk", 1, 0, LATE)],
    )
    assert (seen.started, seen.agent) == ([50, 5], [0, 1])


def test_an_agent_who_need_not_interrupt_comes_first(engine: str) -> None:
    """6.2: rank 1 would have to interrupt, rank 2 is free and takes the call."""
    queues = {"mail": MAIL, "phone": CALL}
    groups = {"care": Group(skills={"mail": 1, "phone": 1}), "desk": Group(skills={"phone": 2})}
    seen = play(
        engine,
        queues,
        [Case("mail", 0, 100), Case("phone", 30, 10)],
        groups=groups,
        spells=all_day(1) + all_day(1, "desk"),
    )
    assert (seen.agent, seen.interrupted, seen.ended) == ([0, 1], [False, False], [100, 40])


def test_the_owner_comes_before_rank(engine: str) -> None:
    """6.2: a message (never reserved) whose first turn went to rank 2, rank 1 being busy, goes back to its owner."""
    groups = {"care": Group(skills={"mail": 1}), "desk": Group(skills={"mail": 2})}
    cases = [Case("mail", 0, 15), Case("mail", 0, (10, 10), think=(20,))]
    seen = play(engine, {"mail": MAIL}, cases, groups=groups, spells=all_day(1) + all_day(1, "desk"))
    assert (seen.started, seen.agent) == ([0, 0, 30], [0, 1, 1])


def test_the_owner_comes_before_units_in_use(engine: str) -> None:
    """6.2: at 30 the owner has a chat in hand (of 12), the colleague nothing, and the owner takes the return all
    the same.

    Nothing is reserved or held. By units, or by last start (12 against 0), it would go to agent 1.
    """
    chat = replace(THIRD_CHAT, stick_for_ms=0, hold=0)
    cases = [Case("chat", 0, (10, 10), think=(20,)), Case("chat", 0, 5), Case("chat", 12, 100)]
    seen = play(engine, {"chat": chat}, cases, spells=all_day(2))
    assert seen.started == [0, 30, 0, 12]
    assert seen.agent == [0, 0, 1, 0]


def test_rank_comes_before_units_in_use(engine: str) -> None:
    """6.2: rank 1 takes a second chat though rank 2 has nothing in hand."""
    groups = {"care": Group(skills={"chat": 2}), "desk": Group(skills={"chat": 1})}
    cases = [Case("chat", 0, 100), Case("chat", 10, 100)]
    seen = play(engine, {"chat": THIRD_CHAT}, cases, groups=groups, spells=all_day(1) + all_day(1, "desk"))
    assert seen.agent == [1, 1]


def test_the_agent_with_fewer_units_in_use_comes_first(engine: str) -> None:
    """6.2: at 20 agent 0 has a chat in hand, agent 1 (whose last start is later, 5) none: agent 1."""
    cases = [Case("chat", 0, 100), Case("chat", 5, 5), Case("chat", 20, 5)]
    seen = play(engine, {"chat": THIRD_CHAT}, cases, spells=all_day(2))
    assert seen.agent == [0, 1, 1]


def test_units_in_use_count_holds(engine: str) -> None:
    """6.2: the same, but agent 0's chat is thinking and only held."""
    cases = [Case("chat", 0, (2, 5), think=(100,)), Case("chat", 1, 5), Case("chat", 20, 5)]
    seen = play(engine, {"chat": THIRD_CHAT}, cases, spells=all_day(2))
    assert seen.agent == [0, 0, 1, 1]


def test_units_in_use_count_no_paused_turn(engine: str) -> None:
    """6.2: agent 0 has a call (500 000) and a paused message, agent 1 a message (1 000 000): both must interrupt,
    0 does.
    """
    queues = {"mail": MAIL, "phone": replace(CALL, concurrency=2)}
    cases = [Case("mail", 0, 100), Case("mail", 1, 100), Case("phone", 30, 50), Case("phone", 40, 50)]
    seen = play(engine, queues, cases, spells=all_day(2))
    assert seen.agent == [0, 1, 0, 0]
    assert seen.ended == [160, 101, 80, 90]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_of_those_who_must_interrupt_the_longest_without_a_start_comes_first(engine: str, concurrency: int) -> None:
    """6.2: agents 0 and 1 have a message each, started at 6 and at 1: the call goes to agent 1."""
    queues = {"mail": MAIL, "phone": replace(CALL, concurrency=concurrency)}
    cases = [Case("mail", 0, 5), Case("mail", 1, 100), Case("mail", 6, 100), Case("phone", 30, 10)]
    seen = play(engine, queues, cases, spells=all_day(2))
    assert seen.agent == [0, 1, 0, 1]
    assert seen.ended == [5, 111, 106, 40]


def test_the_agent_longest_without_a_start_comes_first(engine: str) -> None:
    """6.2: all idle at 50; last starts are 10, 5 and none: agents 2, 1, 0 in turn."""
    cases = [Case("phone", 5, 4), Case("phone", 6, 3)]  # agents 0 and 1, ending at 9
    cases += [Case("phone", 10, 5)]  # agent 2, who has no start yet
    cases += [Case("phone", at, 1) for at in (50, 51, 52)]
    seen = play(engine, {"phone": PHONE}, cases, spells=all_day(3))
    assert seen.agent == [0, 1, 2, 0, 1, 2]


def test_no_start_yet_is_before_a_start_at_zero(engine: str) -> None:
    """6.2: −1 is smaller than 0."""
    seen = play(engine, {"phone": PHONE}, [Case("phone", 0, 5), Case("phone", 10, 5)], spells=all_day(2))
    assert seen.agent == [0, 1]


def test_equal_agents_go_by_number(engine: str) -> None:
    """6.2: three calls at 0: agents 0, 1, 2; they all started at 0, so the calls of 50 go to 0, 1, 2 again."""
    cases = [Case("phone", 0, 5) for _ in range(3)] + [Case("phone", 50, 5) for _ in range(3)]
    seen = play(engine, {"phone": PHONE}, cases, spells=all_day(3))
    assert seen.agent == [0, 1, 2, 0, 1, 2]


def test_agents_are_numbered_by_group_name_and_ordinal(engine: str) -> None:
    """6.3: alpha before zeta, however written."""
    groups = {"zeta": Group(skills={"phone": 1}), "alpha": Group(skills={"phone": 1})}
    spells = [("zeta", 1, 0, LATE), ("alpha", 2, 0, LATE), ("alpha", 1, 10, LATE)]
    cases = [Case("phone", 0, 100), Case("phone", 0, 100), Case("phone", 10, 100)]
    seen = play(engine, {"phone": PHONE}, cases, groups=groups, spells=spells)
    # alpha-1 (0) comes at 10; at 0 there are alpha-2 (1) and zeta-1 (2).
    assert seen.agent == [1, 2, 0]


def test_queues_break_ties_of_arrival_by_name(engine: str) -> None:
    """6.3: of two messages of 0, app's is row 0; both wait for the agent of 10."""
    queues: dict[str, Queue] = {"mail": MAIL, "app": MAIL}
    seen = play(engine, queues, [Case("app", 0, 5), Case("mail", 0, 5)], spells=[("care", 1, 10, LATE)])
    assert seen.started == [10, 15]


def test_follow_ups_are_numbered_after_all_first_contacts(engine: str) -> None:
    """6.3: a follow-up born at 50 and a first contact of 50 wait; the follow-up's parent is older, its number
    greater.
    """
    cases = [
        Case("mail", 0, 20, comes_back=(3, 30)),
        Case("mail", 10, 80),
        Case("mail", 50, 5),
        Case("mail", None, 5),
    ]
    seen = play(engine, {"mail": MAIL}, cases)
    assert seen.arrived == [0, 10, 50, 50]
    assert seen.started == [0, 20, 100, 105]


def test_dispatch_repeats_until_nothing_can_start(engine: str) -> None:
    """6.1: at 100 an agent of three places frees all: three start, by key, and a fourth waits."""
    cases = [Case("phone", 0, 100), *(Case("chat", at, 50) for at in (10, 20, 30, 40))]
    seen = play(engine, {"chat": THIRD_CHAT, "phone": PHONE}, cases)
    assert seen.started == [0, 100, 100, 100, 150]
    assert seen.outcome == [Outcome.ANSWERED] * 5

"""Rules 5.1 to 5.4, 5.7 by hand: units, holds, fit, pace, and what off-duty agents do. The docstring begins with
the rule.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.engine.contract import Group
from careplan.trace.tables import Outcome
from tests.engine.hand import CALL, CHAT, LATE, MAIL, PHONE, all_day, play
from tests.engine.tiny import Case

HALF_MAIL = replace(MAIL, concurrency=2)
"""500 000 units a turn."""

THERE = ("care", 2, 0, LATE)


def group(*queues: str, **settings: object) -> dict[str, Group]:
    """Return one group with rank 1 for the queues."""
    return {"care": Group(skills=dict.fromkeys(queues, 1), **settings)}  # type: ignore[arg-type]


def test_three_chats_at_once(engine: str) -> None:
    """5.1: 333 333 units each; the fourth waits until the three end at 100, at pace 1000 whatever the number."""
    chat = replace(CHAT, concurrency=3)
    seen = play(engine, {"chat": chat}, [Case("chat", 0, 100) for _ in range(4)])
    assert seen.started == [0, 0, 0, 100]
    assert seen.ended == [100, 100, 100, 200]


def test_units_of_different_queues_add_up(engine: str) -> None:
    """5.1: a chat (333 333) and a message (500 000) leave 166 667: no second chat, but a note of 142 857."""
    queues = {"chat": replace(CHAT, concurrency=3), "mail": HALF_MAIL, "note": replace(MAIL, concurrency=7)}
    cases = [Case("chat", 0, 100), Case("mail", 0, 100), Case("chat", 10, 100), Case("note", 20, 100)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 0, 100, 20]


def test_a_thinking_chat_keeps_its_place(engine: str) -> None:
    """5.2: a chat thinks from 10 to 110 and holds its 500 000; the chat of 20 starts when it is over at 120."""
    chat = replace(CHAT, concurrency=2)
    cases = [Case("chat", 0, (10, 10), think=(100,)), Case("chat", 0, 300), Case("chat", 20, 5)]
    seen = play(engine, {"chat": chat}, cases)
    assert seen.started == [0, 110, 0, 120]
    assert seen.held == [110, -1, -1, -1]


def test_without_a_hold_the_place_is_taken(engine: str) -> None:
    """5.2: hold 0: the chat of 20 starts at once; the returning chat finds no place from 110 until 320."""
    chat = replace(CHAT, concurrency=2, hold=0)
    cases = [Case("chat", 0, (10, 10), think=(100,)), Case("chat", 0, 400), Case("chat", 20, 300)]
    seen = play(engine, {"chat": chat}, cases)
    assert seen.started == [0, 320, 0, 20]
    assert seen.held == [-1, -1, -1, -1]


def test_a_hold_counts_towards_its_own_return(engine: str) -> None:
    """5.3: the whole agent is held for the chat; the chat fits beside its own hold, the phone waits for its end."""
    cases = [Case("chat", 0, (10, 10), think=(10,)), Case("phone", 11, 5)]
    seen = play(engine, {"chat": CHAT, "phone": PHONE}, cases)
    assert seen.started == [0, 20, 30]


def test_half_a_hold_leaves_room_that_its_owner_must_then_wait_for(engine: str) -> None:
    """5.2 and 5.3: 500 000 held from 10; one message fits at 15, a second (16) only when it ends at 65.

    The chat, back at 30 and needing all, waits until the second ends at 70 and holds its half all that time.
    """
    queues = {"chat": replace(CHAT, hold=500), "mail": HALF_MAIL}
    cases = [Case("chat", 0, (10, 10), think=(20,)), Case("mail", 15, 50), Case("mail", 16, 5)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 70, 15, 65]
    assert seen.held[0] == 70


def test_a_hold_ends_with_the_reservation(engine: str) -> None:
    """5.2: as above with ``stick_for`` 15: at 30 + 15 = 45 the half is free and the second message starts."""
    queues = {"chat": replace(CHAT, hold=500, stick_for_ms=15), "mail": HALF_MAIL}
    cases = [Case("chat", 0, (10, 10), think=(20,)), Case("mail", 15, 50), Case("mail", 16, 5)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 65, 15, 45]
    assert seen.held[0] == 45


def test_a_hold_ends_at_the_return_if_nothing_is_reserved(engine: str) -> None:
    """5.2: ``stick_for`` 0: at 30 the hold is over, and the phone, with the smaller key, starts before the chat."""
    queues = {"chat": replace(CHAT, stick_for_ms=0), "phone": replace(PHONE, priority=-1)}
    cases = [Case("chat", 0, (10, 10), think=(20,)), Case("phone", 25, 5)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 35, 30]
    assert seen.held[0] == 30


def test_nobody_holds_more_than_was_just_freed(engine: str) -> None:
    """5.2: the expert turn freed 250 000, so that is held from 30, not the chat's 1 000 000; at 35 a half message
    fits.
    """
    queues = {"chat": CHAT, "expert": replace(PHONE, concurrency=4), "mail": HALF_MAIL}
    cases = [
        Case("chat", 0, (10, 10, 10), think=(10, 30), turn_queues=("chat", "expert", "chat")),
        Case("mail", 35, 10),
    ]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 20, 60, 35]
    assert seen.held == [-1, 60, -1, -1]


def test_a_small_hold_takes_its_share_of_the_cases_queue(engine: str) -> None:
    """5.2: ⌊333 333 × 500 ÷ 1000⌋ = 166 666, and 166 666 + 833 334 is exactly one agent; 833 335 would not fit."""
    queues = {"chat": replace(CHAT, concurrency=3, hold=500), "mail": MAIL}
    fits = play(
        engine,
        queues,
        [Case("chat", 0, (10, 10), think=(50,)), Case("mail", 20, 10)],
        groups=group("chat", "mail", capacity=1_166_666),
    )
    assert fits.started == [0, 60, 20]
    misses = play(
        engine,
        queues,
        [Case("chat", 0, (10, 10), think=(50,)), Case("mail", 20, 10)],
        groups=group("chat", "mail", capacity=1_166_665),
    )
    assert misses.started == [0, 60, 70]


def test_a_hold_open_at_the_end_lasts_to_the_end(engine: str) -> None:
    """5.2: the customer still thinks when the run ends at 50."""
    seen = play(engine, {"chat": CHAT}, [Case("chat", 0, (10, 10), think=(100,))], until=50)
    assert (seen.held, seen.outcome) == ([50, -1], [Outcome.OPEN])


def test_a_message_hold_is_not_taken_up_again(engine: str) -> None:
    """5.2: the manager goes off at 15 and comes back at 20 as owner, but holding nothing: a message starts at 25."""
    managed = replace(MAIL, keeps_owner=True, hold=1000)
    cases = [Case("mail", 0, (10, 10), think=(30,)), Case("note", 25, 5)]
    spells = [("care", 1, 0, 15), ("care", 1, 20, LATE)]
    seen = play(engine, {"mail": managed, "note": MAIL}, cases, spells=spells)
    assert seen.held[0] == 15
    assert seen.started == [0, 40, 25]


def test_a_live_hold_goes_on_over_the_gap(engine: str) -> None:
    """5.2: the same with a chat: held through the gap [15, 20), so the note of 25 waits for the chat's end at 50."""
    cases = [Case("chat", 0, (10, 10), think=(30,)), Case("note", 25, 5)]
    spells = [("care", 1, 0, 15), ("care", 1, 20, LATE)]
    seen = play(engine, {"chat": CHAT, "note": MAIL}, cases, spells=spells)
    assert seen.held[0] == 40
    assert seen.started == [0, 40, 50]


def test_capacity_is_what_an_agent_takes(engine: str) -> None:
    """5.3: with capacity 2 two calls at once; with half, none, though one chat at half; with 0, nothing."""
    cases = [Case("phone", 0, 10, patience=5) for _ in range(3)]
    double = play(engine, {"phone": PHONE}, cases, groups=group("phone", capacity=2_000_000))
    assert double.outcome == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED]
    queues = {"chat": replace(CHAT, concurrency=2), "phone": PHONE}
    mixed = [Case("phone", 0, 10, patience=5), Case("chat", 1, 10, patience=5)]
    half = play(engine, queues, mixed, groups=group("chat", "phone", capacity=500_000))
    assert half.outcome == [Outcome.ABANDONED, Outcome.ANSWERED]
    none = play(engine, queues, mixed, groups=group("chat", "phone", capacity=0))
    assert none.outcome == [Outcome.ABANDONED, Outcome.ABANDONED]


def test_pace_slows_two_at_once(engine: str) -> None:
    """5.4: pace 1000, 800. By 50 the first has 50 of its 100; both run at 800: 50 000/800 = 62.5, so it ends at 113.

    The second has then gained 63 × 0.8 = 50.4, needs 49.6 more alone, and ends at 113 + 50 = 163.
    """
    chat = replace(CHAT, concurrency=2)
    cases = [Case("chat", 0, 100), Case("chat", 50, 100)]
    seen = play(engine, {"chat": chat}, cases, groups=group("chat", pace=(1000, 800)))
    assert seen.ended == [113, 163]


def test_pace_past_the_end_of_the_table_is_its_last_entry(engine: str) -> None:
    """5.4: pace 1000, 500 with three in hand is 500: 100 takes 200; the fourth is alone and takes 100."""
    chat = replace(CHAT, concurrency=3)
    cases = [Case("chat", 0, 100) for _ in range(4)]
    seen = play(engine, {"chat": chat}, cases, groups=group("chat", pace=(1000, 500)))
    assert seen.ended == [200, 200, 200, 300]


def test_gains_are_booked_exactly_at_every_change(engine: str) -> None:
    """5.4: pace 1000, 700; the first needs 10, and three others need 1 each beside it, which takes ⌈1/0.7⌉ = 2.

    The first gains 3 in [0, 3), 1.4 in [3, 5), 2 in [5, 7), 1.4 in [7, 9), 1 in [9, 10): 8.8. From 10 on it needs
    ⌈1.2/0.7⌉ = 2: ends at 12. Were gains rounded down at each change, it would have 8 at 10 and end at 13; rounded
    up, it would have 10 and end there.
    """
    chat = replace(CHAT, concurrency=2)
    cases = [Case("chat", 0, 10), Case("chat", 3, 1), Case("chat", 7, 1), Case("chat", 10, 1)]
    seen = play(engine, {"chat": chat}, cases, groups=group("chat", pace=(1000, 700)))
    assert seen.ended == [12, 5, 9, 12]


@pytest.mark.parametrize(("speed", "takes"), [(1000, 100), (1500, 67), (700, 143), (10_000, 10), (1, 100_000)])
def test_speed_rounds_up_to_the_millisecond(engine: str, speed: int, takes: int) -> None:
    """5.4: 100 ms of work takes ⌈100 000 ÷ speed⌉: 66.67 → 67 at 1500, 142.86 → 143 at 700."""
    groups = {"care": Group(skills={"phone": (1, speed)})}
    seen = play(engine, {"phone": PHONE}, [Case("phone", 0, 100)], groups=groups, until=200_000)
    assert seen.ended == [takes]


def test_speed_is_that_of_the_turns_queue_and_multiplies_pace(engine: str) -> None:
    """5.4: chat at 500 and mail at 2000, both at pace 800: mail 80 gains 1.6 each ms and ends at 50, chat has 20 of 60.

    Alone the chat gains 0.5: 40 more take 80 and end at 130.
    """
    queues = {"chat": replace(CHAT, concurrency=2), "mail": HALF_MAIL}
    groups = {"care": Group(skills={"chat": (1, 500), "mail": (1, 2000)}, pace=(1000, 800))}
    seen = play(engine, queues, [Case("chat", 0, 60), Case("mail", 0, 80)], groups=groups)
    assert seen.ended == [130, 50]


def test_a_transferred_turn_goes_at_the_speed_of_its_queue(engine: str) -> None:
    """5.4: a message of mail (speed 1000) whose second turn waits in expert (speed 500): 10, think 10, then 20."""
    groups = {"care": Group(skills={"mail": 1, "expert": (1, 500)})}
    cases = [Case("mail", 0, (10, 10), think=(10,), turn_queues=("mail", "expert"))]
    seen = play(engine, {"expert": MAIL, "mail": MAIL}, cases, groups=groups)
    assert seen.ended == [10, 40]


def test_a_shift_that_ends_mid_case(engine: str) -> None:
    """5.7: work in hand goes on to 150, past the end of the shift at 100; nothing new starts, not even at 150."""
    cases = [Case("mail", 50, 100), Case("mail", 120, 10)]
    seen = play(engine, {"mail": MAIL}, cases, spells=[("care", 1, 0, 100)])
    assert seen.ended == [150, -1]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.OPEN]


def test_work_of_the_last_spell_fills_the_next(engine: str) -> None:
    """5.7: a shift from 0 to 50 and one from 80; the work of 100 goes on through the gap and until 100, then the
    next starts.
    """
    cases = [Case("mail", 0, 100), Case("mail", 10, 10)]
    seen = play(engine, {"mail": MAIL}, cases, spells=[("care", 1, 0, 50), ("care", 1, 80, LATE)])
    assert seen.started == [0, 100]


def test_off_duty_a_chat_is_finished_to_its_last_turn(engine: str) -> None:
    """5.7: three turns, the shift over after the first; a new chat waits in vain although the agent has room for it."""
    chat = replace(CHAT, concurrency=2)
    cases = [Case("chat", 0, (10, 10, 10), think=(10, 10)), Case("chat", 20, 10)]
    seen = play(engine, {"chat": chat}, cases, spells=[("care", 1, 0, 15)])
    assert seen.started == [0, 20, 40, -1]
    assert seen.held == [20, 40, -1, -1]


def test_off_duty_only_reserved_turns_start(engine: str) -> None:
    """5.7: at 20 the chat returns, but its owner works until 60 and its reservation ends at 45: nobody takes it
    off duty.
    """
    queues = {"chat": replace(CHAT, hold=0, stick_for_ms=25), "mail": MAIL}
    cases = [Case("chat", 0, (10, 10), think=(10,)), Case("mail", 10, 50)]
    seen = play(engine, queues, cases, spells=[("care", 1, 0, 15), ("care", 1, 100, LATE)])
    assert seen.queued == [0, 20, 10]
    assert seen.started == [0, 100, 10]


def test_off_duty_nothing_starts_where_conversations_stick_for_no_time(engine: str) -> None:
    """5.7 and 4.4: ``stick_for`` 0 is never reserved, so the off-duty owner may not take the return of 20; at 100
    they do.
    """
    queues = {"chat": replace(CHAT, stick_for_ms=0)}
    seen = play(
        engine,
        queues,
        [Case("chat", 0, (10, 10), think=(10,))],
        spells=[("care", 1, 0, 15), ("care", 1, 100, LATE)],
    )
    assert seen.started == [0, 100]


def test_off_duty_a_reserved_turn_still_has_to_fit(engine: str) -> None:
    """5.7 and 5.3: with hold 0 the owner, off since 15, works a message to 60, and only then has room for the chat."""
    queues = {"chat": replace(CHAT, hold=0), "mail": MAIL}
    cases = [Case("chat", 0, (10, 10), think=(10,)), Case("mail", 10, 50)]
    seen = play(engine, queues, cases, spells=[("care", 1, 0, 15)])
    assert seen.started == [0, 60, 10]


def test_off_duty_managers_wait_for_their_spell(engine: str) -> None:
    """5.7: a message conversation is reserved for an owner off duty, but only live ones are worked off duty."""
    queues = {"mail": replace(MAIL, keeps_owner=True)}
    spells = [("care", 1, 0, 15), ("care", 1, 100, LATE)]
    seen = play(engine, queues, [Case("mail", 0, (10, 10), think=(10,))], spells=spells)
    assert seen.started == [0, 100]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_nobody_is_interrupted_off_duty(engine: str, concurrency: int) -> None:
    """5.5 and 5.7: the message of the agent gone at 20 runs to 100; the call of 30 gives up at 40."""
    cases = [Case("mail", 0, 100), Case("phone", 30, 10, patience=10)]
    queues = {"mail": MAIL, "phone": replace(CALL, concurrency=concurrency)}
    seen = play(engine, queues, cases, spells=[("care", 1, 0, 20)])
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ABANDONED]
    assert seen.ended == [100, -1]


def test_paused_work_goes_on_through_the_gap(engine: str) -> None:
    """5.7: the call of 30 pauses the message (30 of 100 done) and lasts to 80, the shift to 50; then 80 + 70 = 150.

    The next spell begins at 120 with the message in hand, so the one of 90 starts at 150.
    """
    cases = [Case("mail", 0, 100), Case("phone", 30, 50), Case("mail", 90, 10)]
    spells = [("care", 1, 0, 50), ("care", 1, 120, LATE)]
    seen = play(engine, {"mail": MAIL, "phone": CALL}, cases, spells=spells)
    assert seen.ended == [150, 80, 160]
    assert seen.started == [0, 30, 150]


def test_overtime_does_not_block_colleagues(engine: str) -> None:
    """5.7: while the first agent finishes off duty, the second takes what comes."""
    cases = [Case("mail", 0, 100), Case("mail", 50, 10)]
    seen = play(engine, {"mail": MAIL}, cases, spells=[("care", 1, 0, 20), THERE])
    assert (seen.started, seen.agent) == ([0, 50], [0, 1])


def test_one_turn_of_a_two_agent_floor_each(engine: str) -> None:
    """5.1: two agents with one place each work two at once, no three."""
    seen = play(engine, {"mail": MAIL}, [Case("mail", 0, 10) for _ in range(3)], spells=all_day(2))
    assert (seen.started, seen.agent) == ([0, 0, 10], [0, 1, 0])

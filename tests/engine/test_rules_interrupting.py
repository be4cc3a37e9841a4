"""Rules 5.5, 5.6 and 5.8 by hand: calls that interrupt messages. The docstring begins with the rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.engine.contract import Group, Rules
from careplan.errors import TableError
from careplan.trace.tables import Outcome
from tests.engine.hand import CALL, CHAT, LATE, MAIL, PHONE, all_day, play
from tests.engine.tiny import Case, World

HALF_CALL = replace(CALL, concurrency=2)
HALF_MAIL = replace(MAIL, concurrency=2)


def test_a_paused_message(engine: str) -> None:
    """5.5: the call of 30 lasts 20 and pauses the message, which ends 20 later than its 100."""
    seen = play(engine, {"mail": MAIL, "phone": CALL}, [Case("mail", 0, 100), Case("phone", 30, 20)])
    assert seen.started == [0, 30]
    assert seen.ended == [120, 50]
    assert seen.interrupted == [False, True]


def test_a_call_that_fits_beside_pauses_nothing(engine: str) -> None:
    """5.5: half and half fit, so the message goes on beside the call."""
    seen = play(engine, {"mail": HALF_MAIL, "phone": HALF_CALL}, [Case("mail", 0, 100), Case("phone", 30, 20)])
    assert seen.ended == [100, 50]
    assert seen.interrupted == [False, False]


def test_a_call_that_must_interrupt_pauses_all_that_may_be(engine: str) -> None:
    """5.5: two half messages and a half call: one pause would make room, both pause; each ends 20 late."""
    cases = [Case("mail", 0, 100), Case("mail", 0, 100), Case("phone", 30, 20)]
    seen = play(engine, {"mail": HALF_MAIL, "phone": HALF_CALL}, cases)
    assert seen.ended == [120, 120, 50]
    assert seen.interrupted == [False, False, True]


def test_a_chat_goes_on_beside_the_call_that_pauses_a_message(engine: str) -> None:
    """5.5: chat 333 333 (not interruptible) + call 500 000 fit; the message of 500 000 pauses for the call's 20."""
    queues = {"chat": replace(CHAT, concurrency=3), "mail": HALF_MAIL, "phone": HALF_CALL}
    cases = [Case("chat", 0, 100), Case("mail", 0, 100), Case("phone", 30, 20)]
    seen = play(engine, queues, cases)
    assert seen.ended == [100, 120, 50]
    assert seen.interrupted == [False, False, True]


def test_a_call_waits_for_work_that_may_not_be_interrupted(engine: str) -> None:
    """5.5: a chat of all units leaves no room; so does a message declared not interruptible."""
    queues = {"chat": CHAT, "mail": replace(MAIL, interruptible=False), "phone": CALL}
    chat = play(engine, queues, [Case("chat", 0, 100), Case("phone", 30, 20)])
    assert chat.started == [0, 100]
    mail = play(engine, queues, [Case("mail", 0, 100), Case("phone", 30, 20)])
    assert mail.started == [0, 100]
    assert mail.interrupted == [False, False]


def test_a_chat_declared_interruptible_is_interrupted(engine: str) -> None:
    """5.5: by declaration, not by kind."""
    queues = {"chat": replace(CHAT, interruptible=True), "phone": CALL}
    seen = play(engine, queues, [Case("chat", 0, 100), Case("phone", 30, 20)])
    assert seen.ended == [120, 50]


def test_a_call_waits_for_a_hold(engine: str) -> None:
    """5.5: the chat's customer thinks from 10 to 60; the place held for them cannot be paused, nor the chat to 70."""
    cases = [Case("chat", 0, (10, 10), think=(50,)), Case("phone", 30, 20)]
    seen = play(engine, {"chat": CHAT, "phone": CALL}, cases)
    assert seen.started == [0, 60, 70]


def test_a_held_place_that_becomes_interruptible_work_lets_the_call_in(engine: str) -> None:
    """5.5 and 6.1: the interruptible chat holds all from 10 to its return at 60, so the call of 30 waits.

    At 60 the call has the smaller key but cannot start; the chat starts; now the place is interruptible work, and
    dispatch repeats until nothing can start: the call starts at 60 too and pauses the chat for its 20.
    """
    queues = {"chat": replace(CHAT, interruptible=True), "phone": CALL}
    cases = [Case("chat", 0, (10, 10), think=(50,)), Case("phone", 30, 20)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 60, 60]
    assert seen.ended == [10, 90, 80]
    assert seen.interrupted == [False, False, True]


def test_a_second_call_during_a_pause(engine: str) -> None:
    """5.5: calls of 30 to 60 and 40 to 70 beside each other; the message resumes after the last, with 70 to go.

    The second must interrupt too: its units and the message's 1 000 000 do not fit together.
    """
    cases = [Case("mail", 0, 100), Case("phone", 30, 30), Case("phone", 40, 30)]
    seen = play(engine, {"mail": MAIL, "phone": HALF_CALL}, cases)
    assert seen.started == [0, 30, 40]
    assert seen.ended == [140, 60, 70]
    assert seen.interrupted == [False, True, True]


def test_paused_work_resumes_only_after_the_last_call(engine: str) -> None:
    """5.5: two half messages pause at 30; at 50 one of them would fit beside the call left, but both wait for 60."""
    cases = [Case("mail", 0, 100), Case("mail", 0, 100), Case("phone", 30, 20), Case("phone", 40, 20)]
    seen = play(engine, {"mail": HALF_MAIL, "phone": HALF_CALL}, cases)
    assert seen.ended == [130, 130, 50, 60]


def test_an_earlier_call_beside_the_message_prolongs_the_pause(engine: str) -> None:
    """5.5: the call of 10 to 110 fits beside the message; that of 20 to 30 must interrupt; all calls end at 110.

    The message of 50 has 20 done by then, so it ends at 140.
    """
    cases = [Case("mail", 0, 50), Case("phone", 10, 100), Case("phone", 20, 10)]
    seen = play(engine, {"mail": HALF_MAIL, "phone": HALF_CALL}, cases)
    assert seen.ended == [140, 110, 30]
    assert seen.interrupted == [False, False, True]


def test_paused_work_resumes_before_the_next_call_of_the_same_instant(engine: str) -> None:
    """5.5 and 1.1: at 50 the call ends, the message resumes, and the call of 50 interrupts anew: no time is gained."""
    cases = [Case("mail", 0, 100), Case("phone", 30, 20), Case("phone", 50, 20)]
    seen = play(engine, {"mail": MAIL, "phone": CALL}, cases)
    assert seen.started == [0, 30, 50]
    assert seen.ended == [140, 50, 70]
    assert seen.interrupted == [False, True, True]


def test_a_paused_turn_counts_for_no_pace(engine: str) -> None:
    """5.4 and 5.5: pace 1000, 500. The message (not paced down by itself) has 30; the call runs alone at 1000, not
    500.
    """
    groups = {"care": Group(skills={"mail": 1, "phone": 1}, pace=(1000, 500))}
    cases = [Case("mail", 0, 100), Case("phone", 30, 20)]
    seen = play(engine, {"mail": MAIL, "phone": CALL}, cases, groups=groups)
    assert seen.ended == [120, 50]


def test_a_call_that_fits_beside_slows_the_message(engine: str) -> None:
    """5.4 and 5.5: beside each other both go at 500: the call takes 40 (30 to 70), the message has then 50, ends
    at 120.
    """
    groups = {"care": Group(skills={"mail": 1, "phone": 1}, pace=(1000, 500))}
    cases = [Case("mail", 0, 100), Case("phone", 30, 20)]
    seen = play(engine, {"mail": HALF_MAIL, "phone": HALF_CALL}, cases, groups=groups)
    assert seen.ended == [120, 70]


def test_with_paused_work_only_calls_are_taken(engine: str) -> None:
    """5.6: during the call (30 to 50) half the agent is free, but the note of 35 waits, and after 50 for the
    message to 120.
    """
    queues = {"mail": MAIL, "note": HALF_MAIL, "phone": HALF_CALL}
    cases = [Case("mail", 0, 100), Case("phone", 30, 20), Case("note", 35, 10)]
    seen = play(engine, queues, cases)
    assert seen.started == [0, 30, 120]


@pytest.mark.parametrize("stick_for_ms", [-1, 0])
def test_with_paused_work_even_an_own_chat_waits(engine: str, stick_for_ms: int) -> None:
    """5.6: messages of 500 000 + 333 333 pause for a call of 250 000; the own chat (125 000) of 40 waits for 50."""
    queues = {
        "chat": replace(CHAT, concurrency=8, hold=0, stick_for_ms=stick_for_ms),
        "mail": HALF_MAIL,
        "note": replace(MAIL, concurrency=3),
        "phone": replace(CALL, concurrency=4),
    }
    cases = [
        Case("chat", 0, (10, 10), think=(30,)),
        Case("mail", 10, 100),
        Case("note", 10, 100),
        Case("phone", 30, 20),
    ]
    seen = play(engine, queues, cases)
    assert seen.queued == [0, 40, 10, 10, 30]
    assert seen.started == [0, 50, 10, 10, 30]
    assert seen.ended == [10, 60, 130, 130, 50]


def test_a_transfer_to_the_phone_interrupts_like_a_call(engine: str) -> None:
    """5.5 and 5.8: the message's second turn waits in the phone queue and pauses another message; the third is
    mail again.
    """
    cases = [
        Case("mail", 0, (10, 20, 10), think=(20, 5), turn_queues=("mail", "phone", "mail")),
        Case("mail", 5, 100),
    ]
    seen = play(engine, {"mail": MAIL, "phone": CALL}, cases)
    # The other message: from 10, paused in [30, 50), 100 of work: ends at 130; the third turn follows it.
    assert seen.started == [0, 30, 130, 10]
    assert seen.ended == [10, 50, 140, 130]
    assert seen.interrupted == [False, True, False, False]


def test_live_queues_that_do_not_interrupt_wait(engine: str) -> None:
    """5.5: a phone queue without ``interrupts`` waits for the message."""
    seen = play(engine, {"mail": MAIL, "phone": PHONE}, [Case("mail", 0, 100), Case("phone", 30, 20)])
    assert seen.started == [0, 100]


def test_calls_do_not_interrupt_calls(engine: str) -> None:
    """5.8: an interrupting queue's turn is not interruptible; the second call waits for the first, or gives up."""
    cases = [Case("phone", 0, 100), Case("phone", 30, 20), Case("phone", 30, 20, patience=50)]
    seen = play(engine, {"phone": CALL}, cases)
    assert seen.started == [0, 100, -1]
    assert seen.outcome[2] == Outcome.ABANDONED


def test_a_call_takes_a_busy_agent_only_where_none_is_free(engine: str) -> None:
    """5.5 and 6.2: with a free colleague the message is left alone."""
    cases = [Case("mail", 0, 100), Case("phone", 30, 20)]
    seen = play(engine, {"mail": MAIL, "phone": CALL}, cases, spells=all_day(2))
    assert (seen.agent, seen.ended) == ([0, 1], [100, 50])


def test_cases_of_interrupting_queues_have_one_turn() -> None:
    """5.8: a case of two turns is refused, and so are queues that contradict themselves."""
    world = World(
        {"phone": CALL},
        {"care": Group(skills={"phone": 1})},
        [("care", 1, 0, LATE)],
        [Case("phone", 0, (1, 1), think=(1,))],
        100,
    )
    with pytest.raises(TableError, match=r"more than one turn.*rule 5\.8"):
        world.play("reference")
    for queue in (replace(CALL, interruptible=True), replace(MAIL, interrupts=True)):
        with pytest.raises(TableError):
            Rules.of({"phone": queue}, {})

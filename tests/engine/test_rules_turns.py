"""Rule 4 by hand: turns, owners, reservations. The docstring begins with the rule."""

from __future__ import annotations

from dataclasses import replace

from careplan.engine.contract import Group
from careplan.trace.tables import Outcome
from tests.engine.hand import CHAT, LATE, MAIL, PHONE, all_day, play
from tests.engine.tiny import Case

HELD_CHAT = replace(CHAT, hold=1000)
LOOSE_CHAT = replace(CHAT, hold=0)
STICKY_MAIL = replace(MAIL, stick_for_ms=-1)
MANAGED_MAIL = replace(MAIL, keeps_owner=True, hold=1000)
"""A case manager's queue: the owner keeps a full hold, and their conversations wait for their next spell."""

THERE = ("care", 2, 0, LATE)
"""The spell of a second agent, number 1, who is there all day."""


def test_a_customer_thinks_and_the_next_turn_waits_from_the_return(engine: str) -> None:
    """4.1: returns at 10 + 30 = 40, waits for the agent until 200; its patience of 5 and expiry of 20 are over and
    done.
    """
    cases = [Case("mail", 0, (10, 10), think=(30,), patience=5), Case("phone", 15, 185)]
    seen = play(engine, {"mail": replace(MAIL, expires_after_ms=20), "phone": PHONE}, cases)
    assert seen.queued == [0, 40, 15]
    assert seen.started == [0, 200, 15]
    assert (seen.outcome[0], seen.over_at[0], seen.lapsed[0]) == (Outcome.ANSWERED, 210, -1)


def test_a_transfer_has_no_owner(engine: str) -> None:
    """4.2: the chat's expert turn goes to the agent longest without a start (number 1), not to its owner (0).

    Back in the chat queue at 40 its owner is who worked the expert turn: 1 again, though 0 started longer ago.
    """
    queues = {"chat": HELD_CHAT, "expert": PHONE}
    cases = [Case("chat", 0, (10, 10, 10), think=(10, 10), turn_queues=("chat", "expert", "chat"))]
    seen = play(engine, queues, cases, spells=all_day(2))
    assert seen.started == [0, 20, 40]
    assert seen.agent == [0, 1, 1]
    assert seen.held == [-1, 40, -1]


def test_an_agent_not_skilled_for_the_queue_never_owns(engine: str) -> None:
    """4.3: the expert worked the second turn but has no chat skill: no owner, no hold, and care takes the third."""
    queues = {"chat": HELD_CHAT, "expert": PHONE}
    groups = {"care": Group(skills={"chat": 1}), "experts": Group(skills={"expert": 1})}
    cases = [Case("chat", 0, (10, 10, 10), think=(10, 10), turn_queues=("chat", "expert", "chat"))]
    seen = play(engine, queues, cases, groups=groups, spells=all_day(1) + all_day(1, "experts"))
    assert seen.started == [0, 20, 40]
    assert seen.agent == [0, 1, 0]
    assert seen.held == [-1, -1, -1]


def test_work_that_ends_with_the_shift_makes_an_owner_for_no_time(engine: str) -> None:
    """4.3 and 4.5: at 50 the turn ends (on duty), then the agent goes off: the hold begins and ends at 50."""
    queues = {"mail": replace(STICKY_MAIL, hold=500)}
    cases = [Case("mail", 0, (50, 10), think=(10,))]
    seen = play(engine, queues, cases, spells=[("care", 1, 0, 50), ("care", 2, 50, LATE)])
    assert seen.held == [50, -1]
    assert (seen.started, seen.agent) == ([0, 60], [0, 1])


def test_work_that_ends_as_the_next_spell_begins_makes_no_owner(engine: str) -> None:
    """4.3: overtime ends at 50, where the next spell begins; step 1.1 is before 1.3, so the agent is still off duty.

    At 60 both are free; an owner would come first, but the other has not started anything yet and does.
    """
    queues = {"mail": replace(STICKY_MAIL, hold=500)}
    cases = [Case("mail", 0, (50, 10), think=(10,))]
    spells = [("care", 1, 0, 40), ("care", 1, 50, LATE), ("care", 2, 50, LATE)]
    seen = play(engine, queues, cases, spells=spells)
    assert seen.held == [-1, -1]
    assert (seen.started, seen.agent) == ([0, 60], [0, 1])


def test_a_live_conversation_in_overtime_has_its_owner(engine: str) -> None:
    """4.3: the chat's turn ends at 50, ten after the shift; at 60 the owner takes the next, a free colleague may
    not.
    """
    seen = play(
        engine, {"chat": HELD_CHAT}, [Case("chat", 0, (50, 10), think=(10,))], spells=[("care", 1, 0, 40), THERE]
    )
    assert seen.held == [60, -1]
    assert (seen.started, seen.agent) == ([0, 60], [0, 0])


def test_a_case_manager_in_overtime_owns_if_there_is_a_later_spell(engine: str) -> None:
    """4.3: the turn ends in overtime at 50; the manager returns at 100 and the case waits; off duty they hold
    nothing.
    """
    spells = [("care", 1, 0, 40), ("care", 1, 100, 200), THERE]
    seen = play(engine, {"mail": MANAGED_MAIL}, [Case("mail", 0, (50, 10), think=(10,))], spells=spells)
    assert seen.queued == [0, 60]
    assert (seen.started, seen.agent, seen.held) == ([0, 100], [0, 0], [-1, -1])


def test_a_case_manager_whose_next_spell_begins_as_overtime_ends_owns(engine: str) -> None:
    """4.3: the turn ends at 50, where the last spell begins: it is still a later one at step 1.1.

    At 60 the owner comes before a colleague who has not started anything; nothing was held, for at 50 the manager
    was off duty.
    """
    spells = [("care", 1, 0, 40), ("care", 1, 50, LATE), ("care", 2, 50, LATE)]
    seen = play(engine, {"mail": MANAGED_MAIL}, [Case("mail", 0, (50, 10), think=(10,))], spells=spells)
    assert (seen.started, seen.agent, seen.held) == ([0, 60], [0, 0], [-1, -1])


def test_a_case_manager_in_overtime_without_a_later_spell_owns_nothing(engine: str) -> None:
    """4.3: nobody to wait for, so the colleague takes the return at 60."""
    spells = [("care", 1, 0, 40), THERE]
    seen = play(engine, {"mail": MANAGED_MAIL}, [Case("mail", 0, (50, 10), think=(10,))], spells=spells)
    assert (seen.started, seen.agent, seen.held) == ([0, 60], [0, 1], [-1, -1])


def test_an_unmanaged_message_in_overtime_has_no_owner_despite_a_later_spell(engine: str) -> None:
    """4.3: without ``keeps_owner`` an agent off duty does not become owner, whatever comes later."""
    spells = [("care", 1, 0, 40), ("care", 1, 100, 200), THERE]
    seen = play(engine, {"mail": STICKY_MAIL}, [Case("mail", 0, (50, 10), think=(10,))], spells=spells)
    assert (seen.started, seen.agent) == ([0, 60], [0, 1])


# A chat of two turns whose owner (agent 0) is busy when it returns at 20, while agent 1 is free from 35 on.
BUSY_OWNER = [
    Case("chat", 0, (10, 10), think=(10,)),  # agent 0; returns at 20
    Case("chat", 5, 30),  # agent 1, to 35
    Case("mail", 12, 100),  # agent 0, to 112
]


def test_a_reserved_turn_waits_for_its_owner(engine: str) -> None:
    """4.4: with endless ``stick_for`` the chat waits from 20 to 112 though agent 1 is free from 35."""
    seen = play(engine, {"chat": LOOSE_CHAT, "mail": MAIL}, BUSY_OWNER, spells=all_day(2))
    assert seen.queued == [0, 20, 5, 12]
    assert seen.started == [0, 112, 5, 12]
    assert seen.agent == [0, 0, 1, 0]


def test_anyone_may_take_a_turn_at_the_instant_stick_for_ends(engine: str) -> None:
    """4.4: reserved from 20 for 30; at 50, not 51, agent 1 takes it."""
    queues = {"chat": replace(LOOSE_CHAT, stick_for_ms=30), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=all_day(2))
    assert seen.started == [0, 50, 5, 12]
    assert seen.agent == [0, 1, 1, 0]


def test_stick_for_ends_at_the_instant_the_owner_frees(engine: str) -> None:
    """4.4 and 6.2: at 50 both may; the owner comes first although agent 1 started longer ago (5 against 12)."""
    queues = {"chat": replace(LOOSE_CHAT, stick_for_ms=30), "mail": MAIL}
    cases = [*BUSY_OWNER[:2], Case("mail", 12, 38)]
    seen = play(engine, queues, cases, spells=all_day(2))
    assert seen.started == [0, 50, 5, 12]
    assert seen.agent == [0, 0, 1, 0]


def test_a_turn_that_sticks_for_no_time_is_anybodys(engine: str) -> None:
    """4.4: with ``stick_for`` 0 agent 1 takes it on getting free at 35."""
    queues = {"chat": replace(LOOSE_CHAT, stick_for_ms=0), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=all_day(2))
    assert seen.started == [0, 35, 5, 12]
    assert seen.agent == [0, 1, 1, 0]


def test_a_returning_customer_whose_owner_left_meets_a_colleague(engine: str) -> None:
    """4.5: the owner goes off at 15 while the customer thinks; at 30 the colleague starts at once."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    seen = play(engine, {"mail": STICKY_MAIL}, cases, spells=[("care", 1, 0, 15), THERE])
    assert (seen.started, seen.agent) == ([0, 30], [0, 1])


def test_an_owner_who_left_and_came_back_owns_no_more(engine: str) -> None:
    """4.5: off at 15, on again at 20; at 30 the turn goes to the colleague who has not started anything."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    spells = [("care", 1, 0, 15), ("care", 1, 20, LATE), THERE]
    seen = play(engine, {"mail": replace(STICKY_MAIL, hold=500)}, cases, spells=spells)
    assert (seen.started, seen.agent, seen.held) == ([0, 30], [0, 1], [15, -1])


def test_a_waiting_turn_is_free_when_its_owner_goes_off(engine: str) -> None:
    """4.5: reserved for a busy owner since 20; the owner goes off at 40 (still working), and agent 1 starts it at
    40.
    """
    queues = {"chat": replace(STICKY_MAIL, hold=0), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=[("care", 1, 0, 40), THERE])
    assert seen.started == [0, 40, 5, 12]
    assert seen.agent == [0, 1, 1, 0]
    assert seen.ended[3] == 112


LEFT_AND_BACK = [("care", 1, 0, 40), ("care", 1, 200, 300), THERE]
"""The owner of BUSY_OWNER's chat goes off at 40 while it waits, works to 112 and comes back at 200."""


def test_a_waiting_turn_is_free_although_its_owner_comes_back(engine: str) -> None:
    """4.5: without ``keeps_owner`` a later spell is nothing to wait for: agent 1 starts it at 40."""
    queues = {"chat": replace(STICKY_MAIL, hold=0), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=LEFT_AND_BACK)
    assert (seen.started, seen.agent) == ([0, 40, 5, 12], [0, 1, 1, 0])


def test_a_waiting_managed_turn_waits_on_for_the_next_spell(engine: str) -> None:
    """4.5: with ``keeps_owner`` it waits for 200; a message is not worked off duty when the owner frees at 112."""
    queues = {"chat": replace(MANAGED_MAIL, hold=0), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=LEFT_AND_BACK)
    assert (seen.started, seen.agent) == ([0, 200, 5, 12], [0, 0, 1, 0])


def test_a_waiting_managed_turn_is_free_when_its_owner_goes_off_for_good(engine: str) -> None:
    """4.5: no later spell, so agent 1 starts it at 40."""
    queues = {"chat": replace(MANAGED_MAIL, hold=0), "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=[("care", 1, 0, 40), THERE])
    assert (seen.started, seen.agent) == ([0, 40, 5, 12], [0, 1, 1, 0])


def test_a_waiting_live_turn_waits_for_its_owner_off_duty(engine: str) -> None:
    """4.5 and 5.7: the owner, off since 40, frees at 112 and takes it then, not at 200."""
    queues = {"chat": LOOSE_CHAT, "mail": MAIL}
    seen = play(engine, queues, BUSY_OWNER, spells=LEFT_AND_BACK)
    assert (seen.started, seen.agent) == ([0, 112, 5, 12], [0, 0, 1, 0])


def test_a_managed_case_waits_for_its_managers_next_spell(engine: str) -> None:
    """4.5: the manager holds from 10 to going off at 15 and takes the return of 30 at the next spell's 100."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    spells = [("care", 1, 0, 15), ("care", 1, 100, 200), THERE]
    seen = play(engine, {"mail": MANAGED_MAIL}, cases, spells=spells)
    assert seen.queued == [0, 30]
    assert (seen.started, seen.agent, seen.held) == ([0, 100], [0, 0], [15, -1])


def test_a_managed_case_waits_even_for_a_spell_after_the_run(engine: str) -> None:
    """4.5 and 7.6: the later spell begins at 500, the run ends at 300: the colleague may not take it, the case is
    open.
    """
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    spells = [("care", 1, 0, 15), ("care", 1, 500, 600), THERE]
    seen = play(engine, {"mail": MANAGED_MAIL}, cases, spells=spells, until=300)
    assert (seen.started, seen.outcome) == ([0, -1], [Outcome.OPEN])


def test_a_managed_case_is_anybodys_after_its_managers_last_spell(engine: str) -> None:
    """4.5: no later spell, so going off at 15 ends the ownership."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    seen = play(engine, {"mail": MANAGED_MAIL}, cases, spells=[("care", 1, 0, 15), THERE])
    assert (seen.started, seen.agent, seen.held) == ([0, 30], [0, 1], [15, -1])


def test_a_managed_case_may_stick_for_less_than_the_gap(engine: str) -> None:
    """4.4 and 4.5: returned at 30, reserved to 70; the manager is back at 100, so the colleague takes it at 70."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    spells = [("care", 1, 0, 15), ("care", 1, 100, 200), THERE]
    seen = play(engine, {"mail": replace(MANAGED_MAIL, stick_for_ms=40)}, cases, spells=spells)
    assert (seen.started, seen.agent) == ([0, 70], [0, 1])


def test_a_manager_back_in_time_comes_first_although_nothing_is_reserved(engine: str) -> None:
    """4.5 and 6.2: sticks for 0, but kept its owner over the gap; at 30 both are free and the owner comes first."""
    cases = [Case("mail", 0, (10, 10), think=(20,))]
    spells = [("care", 1, 0, 15), ("care", 1, 20, 200), THERE]
    seen = play(engine, {"mail": replace(MANAGED_MAIL, stick_for_ms=0)}, cases, spells=spells)
    assert (seen.started, seen.agent) == ([0, 30], [0, 0])


def test_live_conversations_keep_their_owner_over_the_end_of_the_shift(engine: str) -> None:
    """4.5: the owner goes off at 15 while the customer thinks, and still takes the return of 30, in overtime."""
    cases = [Case("chat", 0, (10, 10), think=(20,))]
    seen = play(engine, {"chat": HELD_CHAT}, cases, spells=[("care", 1, 0, 15), THERE])
    assert (seen.started, seen.agent, seen.held) == ([0, 30], [0, 0], [30, -1])


def test_a_message_worked_in_a_live_queue_stays_a_message(engine: str) -> None:
    """4.6: agent 1 works the message's second turn in the chat queue and goes off at 35: an owner of messages
    loses them.
    """
    cases = [Case("mail", 0, (10, 10, 10), think=(10, 10), turn_queues=("mail", "chat", "mail"))]
    spells = [("care", 1, 0, LATE), ("care", 2, 0, 35)]
    seen = play(engine, {"chat": CHAT, "mail": STICKY_MAIL}, cases, spells=spells)
    assert (seen.started, seen.agent) == ([0, 20, 40], [0, 1, 0])


def test_a_chat_worked_in_a_message_queue_stays_live(engine: str) -> None:
    """4.6: agent 1 works the chat's second turn in the mail queue, goes off at 35, and takes the third at 40 in
    overtime.
    """
    cases = [Case("chat", 0, (10, 10, 10), think=(10, 10), turn_queues=("chat", "mail", "chat"))]
    spells = [("care", 1, 0, LATE), ("care", 2, 0, 35)]
    seen = play(engine, {"chat": CHAT, "mail": MAIL}, cases, spells=spells)
    assert (seen.started, seen.agent) == ([0, 20, 40], [0, 1, 1])
    assert seen.held == [-1, 40, -1]

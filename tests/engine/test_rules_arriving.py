"""Rules 1 to 3 by hand: one instant, arriving, waiting and giving up. The docstring begins with the rule."""

from __future__ import annotations

from dataclasses import replace

from careplan.engine.contract import Bot
from careplan.trace.tables import Outcome
from tests.engine.hand import LATE, MAIL, PHONE, all_day, play
from tests.engine.tiny import Case

NOBODY = (("care", 1, LATE, LATE + 1),)


def test_patience_that_ends_as_an_agent_frees_is_answered(engine: str) -> None:
    """1.6: the first call ends at 100; the second entered at 20 with patience 80, and giving up comes last."""
    seen = play(engine, {"phone": PHONE}, [Case("phone", 0, 100), Case("phone", 20, 50, patience=80)])
    assert seen.started == [0, 100]
    assert seen.ended == [100, 150]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ANSWERED]


def test_patience_that_ends_a_millisecond_before_an_agent_frees_is_abandoned(engine: str) -> None:
    """1.6: entered at 20 with patience 79, so the caller leaves at 99."""
    seen = play(engine, {"phone": PHONE}, [Case("phone", 0, 100), Case("phone", 20, 50, patience=79)])
    assert seen.started == [0, -1]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ABANDONED]
    assert seen.over_at == [100, 99]


def test_work_that_ends_makes_room_for_an_arrival_of_the_same_instant(engine: str) -> None:
    """1.1: the call that ends at 100 frees the agent before the call of 100, which waits no millisecond, is
    dispatched.
    """
    seen = play(engine, {"phone": PHONE}, [Case("phone", 0, 100), Case("phone", 100, 50, patience=0)])
    assert seen.started == [0, 100]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ANSWERED]


def test_an_agent_is_off_duty_at_the_last_instant_of_a_spell(engine: str) -> None:
    """1.2: the spell [0, 100) holds 99 but not 100."""
    cases = [Case("phone", 99, 1, patience=0), Case("phone", 100, 1, patience=0)]
    seen = play(engine, {"phone": PHONE}, cases, spells=[("care", 1, 0, 100)])
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ABANDONED]
    assert seen.started == [99, -1]


def test_an_agent_comes_on_as_another_goes_off(engine: str) -> None:
    """1.3: at 100 the first agent is gone and the second there, for a caller with no patience at all."""
    spells = [("care", 1, 0, 100), ("care", 2, 100, 200)]
    seen = play(engine, {"phone": PHONE}, [Case("phone", 100, 10, patience=0)], spells=spells)
    assert (seen.started, seen.agent) == ([100], [1])


def test_all_who_come_forward_at_one_instant_are_dispatched_at_that_instant(engine: str) -> None:
    """1.4: at 100 a customer returns, a bot hands off, a follow-up is born and a message arrives; four agents
    start all.
    """
    cases = [
        Case("mail", 0, (50, 10), think=(50,)),  # returns at 100
        Case("mail", 0, 50, comes_back=(4, 50)),  # its follow-up is born at 100
        Case("phone", 60, 10, bots=((40, False, -1),)),  # handed off at 100
        Case("mail", 100, 10),
        Case("mail", None, 10),
    ]
    queues = {"mail": MAIL, "phone": replace(PHONE, bots=("lamp",))}
    seen = play(engine, queues, cases, spells=all_day(4), bots={"lamp": Bot()})
    assert seen.queued == [0, 100, 0, 100, 100, 100]
    assert seen.started == [0, 100, 0, 100, 100, 100]


def test_dispatch_comes_after_everybody_has_come_forward(engine: str) -> None:
    """1.5: at 50 a call arrives and a chat with the smaller key is handed off; whoever is seen first, the chat
    starts.
    """
    queues = {"app": PHONE, "chat": replace(PHONE, bots=("lamp",), priority=-1)}
    cases = [Case("chat", 0, 10, bots=((50, False, -1),)), Case("app", 50, 10)]
    seen = play(engine, queues, cases, bots={"lamp": Bot()})
    assert seen.started == [50, 60]


def test_patience_ends_before_expiry_at_the_same_instant(engine: str) -> None:
    """1.6: a message lapses and expires at 50, in this order: both are noted, and it ends expired."""
    queues = {"mail": replace(MAIL, expires_after_ms=50)}
    seen = play(engine, queues, [Case("mail", 0, 10, patience=50)], spells=NOBODY)
    assert (seen.lapsed, seen.outcome, seen.over_at) == ([50], [Outcome.EXPIRED], [50])


def test_the_end_of_the_run_is_not_played(engine: str) -> None:
    """1.6 and after: at 100, the end, nothing ends, gives up, arrives or starts any more; at 99 everything does."""
    cases = [
        Case("phone", 0, 99),
        Case("phone", 0, 100),
        Case("phone", 1, 5, patience=98),
        Case("phone", 1, 5, patience=99),
        Case("phone", 100, 5),
    ]
    # The first call ends at 99 and makes room; its agent goes off at 99, so both callers of 1 wait to the end.
    spells = [("care", 1, 0, 99), ("care", 2, 0, 100)]
    seen = play(engine, {"phone": PHONE}, cases, spells=spells, until=100)
    assert seen.ended == [99, -1, -1, -1, -1]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.OPEN, Outcome.ABANDONED, Outcome.OPEN, Outcome.OPEN]
    assert seen.over_at == [99, -1, 99, -1, -1]
    assert seen.queued == [0, 0, 1, 1, -1]


def test_a_run_that_ends_at_zero_plays_nothing(engine: str) -> None:
    """1 and 7.6: no instant lies before 0."""
    seen = play(engine, {"mail": MAIL}, [Case("mail", -5, 10), Case("mail", 0, 10)], until=0)
    assert seen.outcome == [Outcome.OPEN, Outcome.OPEN]
    assert (seen.queued, seen.started) == ([-1, -1], [-1, -1])


def test_a_nights_backlog_is_worked_in_the_order_it_was_written(engine: str) -> None:
    """2.1: messages of the night enter at 0, meet no bot, lose no patience; the day's message went to the bot first."""
    lamp = ((5, False, -1),)
    cases = [
        Case("mail", -300, 20, patience=10, bots=lamp),
        Case("mail", -200, 20, patience=10, bots=lamp),
        Case("mail", -100, 20, patience=10, bots=((5, True, -1),)),
        Case("mail", 10, 20, bots=lamp),
    ]
    queues = {"mail": replace(MAIL, bots=("lamp",))}
    seen = play(engine, queues, cases, spells=[("care", 1, 50, 1000)], bots={"lamp": Bot()})
    assert seen.arrived == [-300, -200, -100, 10]
    assert seen.queued == [0, 0, 0, 15]
    assert seen.started == [50, 70, 90, 110]
    assert seen.bot == [-1, -1, -1, 0]
    assert seen.lapsed == [-1, -1, -1, -1]
    assert seen.outcome == [Outcome.ANSWERED] * 4


def test_backlog_never_gives_up(engine: str) -> None:
    """2.1: nobody works; with patience of 5 a call and a message of the night still wait at the end."""
    cases = [Case("mail", -10, 10, patience=5), Case("phone", -10, 10, patience=5)]
    seen = play(engine, {"mail": MAIL, "phone": PHONE}, cases, spells=NOBODY, until=100)
    assert (seen.outcome, seen.lapsed) == ([Outcome.OPEN, Outcome.OPEN], [-1, -1])
    cases = [
        replace(cases[0], retry=(2, 1)),
        replace(cases[1], retry=(3, 1)),
        Case("mail", None, 1),
        Case("mail", None, 1),
    ]
    seen = play(engine, {"mail": MAIL, "phone": PHONE}, cases, spells=NOBODY, until=100)
    assert seen.outcome == [Outcome.OPEN, Outcome.OPEN, Outcome.UNBORN, Outcome.UNBORN]


def test_backlog_is_queued_by_its_true_arrival(engine: str) -> None:
    """2.1: keys are −160 + 50 = −110 and −100 + 0; by their entry at 0 they would be 50 and 0."""
    queues = {"app": MAIL, "mail": replace(MAIL, due_within_ms=50)}
    seen = play(engine, queues, [Case("mail", -160, 10), Case("app", -100, 10)])
    assert seen.started == [0, 10]


def test_a_message_that_needs_no_reply_is_triaged(engine: str) -> None:
    """2.2: it waits past its patience of 0 until the agent frees at 30, meets no bot, and has no follow-up."""
    queues = {"mail": MAIL, "phone": replace(PHONE, bots=("lamp",))}
    cases = [
        Case("mail", 0, 30),
        Case("phone", 5, 10, patience=0, needs_reply=False, bots=((5, True, 7),), retry=(2, 5), comes_back=(3, 5)),
        Case("mail", None, 10),
        Case("mail", None, 10),
    ]
    seen = play(engine, queues, cases, bots={"lamp": Bot()})
    assert (seen.queued[1], seen.started[1], seen.ended[1]) == (5, 30, 40)
    assert seen.outcome == [Outcome.ANSWERED, Outcome.TRIAGED, Outcome.UNBORN, Outcome.UNBORN]
    assert (seen.bot[1], seen.over_at[1]) == (-1, 40)


def test_a_caller_who_needs_no_reply_does_not_give_up(engine: str) -> None:
    """2.2: patience of 0 and of 1 are endless; both are triaged, one after the other, when the agent frees at 100."""
    cases = [
        Case("phone", 0, 100),
        Case("phone", 5, 10, patience=0, needs_reply=False),
        Case("phone", 6, 10, patience=1, needs_reply=False),
    ]
    seen = play(engine, {"phone": PHONE}, cases)
    assert seen.started == [0, 100, 110]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.TRIAGED, Outcome.TRIAGED]


def test_a_message_that_needs_no_reply_may_expire(engine: str) -> None:
    """2.2: at 50 the brand closes it; nobody gave up at 10, and nobody tries again."""
    queues = {"mail": replace(MAIL, expires_after_ms=50)}
    cases = [Case("mail", 0, 10, patience=10, needs_reply=False, retry=(1, 5)), Case("mail", None, 10)]
    seen = play(engine, queues, cases, spells=NOBODY)
    assert seen.outcome == [Outcome.EXPIRED, Outcome.UNBORN]
    assert (seen.over_at, seen.lapsed) == ([50, -1], [-1, -1])
    assert seen.arrived == [0, -1]


def test_the_first_listed_bot_that_is_on_takes_the_case(engine: str) -> None:
    """2.3: lamp, listed first, is on in [100, 200): it takes what comes at 100 and 199; kettle takes 99 and 200."""
    queues = {"phone": replace(PHONE, bots=("lamp", "kettle"))}
    bots = {"kettle": Bot(), "lamp": Bot(windows=((100, 200),))}
    draws = ((10, False, -1), (20, False, -1))
    cases = [Case("phone", at, 50, bots=draws, work_after_bot=((7, 9),)) for at in (99, 100, 199, 200)]
    seen = play(engine, queues, cases, spells=all_day(4), bots=bots)
    assert seen.bot == [1, 0, 0, 1]
    assert seen.queued == [99 + 20, 100 + 10, 199 + 10, 200 + 20]
    assert seen.ended == [119 + 9, 110 + 7, 209 + 7, 220 + 9]


def test_without_a_bot_on_the_case_goes_straight_to_its_queue(engine: str) -> None:
    """2.3: at 20 the bot's window is over, and the work is the plain column; at 19 every turn's work is the bot's."""
    queues = {"chat": replace(PHONE, bots=("lamp",))}
    draws, after = ((5, False, -1),), ((3,), (4,))
    cases = [
        Case("chat", 19, (50, 60), think=(10,), bots=draws, work_after_bot=after),
        Case("chat", 20, (50, 60), think=(10,), bots=draws, work_after_bot=after),
    ]
    seen = play(engine, queues, cases, spells=all_day(2), bots={"lamp": Bot(windows=((0, 20),))})
    assert seen.bot == [0, -1]
    assert seen.started == [24, 24 + 3 + 10, 20, 20 + 50 + 10]
    assert seen.ended == [27, 41, 70, 140]


def test_a_bot_finishes_what_it_took_after_its_window(engine: str) -> None:
    """2.3: taken at 5, contained at 25, though the bot goes off at 10. No agent works, so no turn waits."""
    queues = {"phone": replace(PHONE, bots=("lamp",))}
    cases = [Case("phone", 5, 50, bots=((20, True, -1),))]
    seen = play(engine, queues, cases, bots={"lamp": Bot(windows=((0, 10),))})
    assert (seen.outcome, seen.over_at, seen.bot) == ([Outcome.CONTAINED], [25], [0])
    assert (seen.queued, seen.started, seen.ended) == ([-1], [-1], [-1])


def test_a_bot_hand_off_overtakes_an_earlier_customer_still_with_the_bot(engine: str) -> None:
    """2.3: handed off at 100 and at 30; the agent, busy to 120, takes the hand-off of 30 first."""
    queues = {"mail": MAIL, "phone": replace(PHONE, bots=("lamp",))}
    cases = [
        Case("mail", 0, 120),
        Case("phone", 0, 10, bots=((100, False, -1),)),
        Case("phone", 10, 10, bots=((20, False, -1),)),
    ]
    seen = play(engine, queues, cases, bots={"lamp": Bot()})
    assert seen.queued == [0, 100, 30]
    assert seen.started == [0, 130, 120]


def test_patience_and_expiry_run_from_the_hand_off(engine: str) -> None:
    """2.4: handed off at 40; the caller's patience of 30 ends at 70, the message expires 50 after at 90."""
    queues = {
        "mail": replace(MAIL, bots=("lamp",), expires_after_ms=50),
        "phone": replace(PHONE, bots=("lamp",)),
    }
    draws = ((40, False, -1),)
    cases = [Case("mail", 0, 10, patience=45, bots=draws), Case("phone", 0, 10, patience=30, bots=draws)]
    seen = play(engine, queues, cases, spells=NOBODY, bots={"lamp": Bot()})
    assert seen.outcome == [Outcome.EXPIRED, Outcome.ABANDONED]
    assert seen.over_at == [90, 70]
    assert seen.lapsed == [85, -1]


def test_backlog_expires_by_its_true_age_but_not_before_zero(engine: str) -> None:
    """2.4: written at −100; 120 later is 20; 80 later would be −20, and nothing expires before 0."""
    queues = {"app": replace(MAIL, expires_after_ms=80), "mail": replace(MAIL, expires_after_ms=120)}
    cases = [Case("app", -100, 10), Case("mail", -100, 10)]
    seen = play(engine, queues, cases, spells=NOBODY)
    assert seen.outcome == [Outcome.EXPIRED, Outcome.EXPIRED]
    assert seen.over_at == [0, 20]


def test_overdue_backlog_has_one_dispatch_at_zero(engine: str) -> None:
    """2.4: one agent at 0 takes the older of two overdue messages; the other expires at 0."""
    queues = {"mail": replace(MAIL, expires_after_ms=80)}
    seen = play(engine, queues, [Case("mail", -110, 10), Case("mail", -100, 10)])
    assert seen.outcome == [Outcome.ANSWERED, Outcome.EXPIRED]
    assert (seen.started, seen.over_at) == ([0, -1], [10, 0])


def test_a_live_customer_abandons(engine: str) -> None:
    """3.1: entered at 10 with patience 30."""
    seen = play(engine, {"phone": PHONE}, [Case("phone", 10, 5, patience=30)], spells=NOBODY)
    assert (seen.outcome, seen.over_at, seen.lapsed) == ([Outcome.ABANDONED], [40], [-1])


def test_a_message_that_withdraws_is_abandoned(engine: str) -> None:
    """3.1: on a queue that withdraws the message goes with its customer."""
    queues = {"mail": replace(MAIL, withdraws=True)}
    seen = play(engine, queues, [Case("mail", 10, 5, patience=30)], spells=[("care", 1, 41, 1000)])
    assert (seen.outcome, seen.over_at, seen.lapsed, seen.started) == ([Outcome.ABANDONED], [40], [-1], [-1])


def test_a_lapsed_message_keeps_its_place_and_costs_its_first_turn(engine: str) -> None:
    """3.1: given up at 30; the agent comes at 50 and works it before the message of 5, and its second turn never
    waits.
    """
    cases = [Case("mail", 0, (10, 10), think=(5,), patience=30), Case("mail", 5, 10)]
    seen = play(engine, {"mail": MAIL}, cases, spells=[("care", 1, 50, 1000)])
    assert seen.lapsed == [30, -1]
    assert seen.queued == [0, -1, 5]
    assert seen.started == [50, -1, 60]
    assert seen.outcome == [Outcome.LAPSED, Outcome.ANSWERED]
    assert seen.over_at == [60, 70]


def test_patience_does_not_end_during_work(engine: str) -> None:
    """3.1: the work starts at 0 and takes 100; a patience of 30 is the wait's."""
    seen = play(engine, {"mail": MAIL}, [Case("mail", 0, (100, 10), think=(5,), patience=30)])
    assert (seen.lapsed, seen.outcome, seen.over_at) == ([-1], [Outcome.ANSWERED], [115])


def test_a_lapsed_message_expires(engine: str) -> None:
    """3.2: given up at 30, closed by the brand at 60."""
    queues = {"mail": replace(MAIL, expires_after_ms=60)}
    seen = play(engine, queues, [Case("mail", 0, 10, patience=30)], spells=NOBODY)
    assert (seen.lapsed, seen.outcome, seen.over_at) == ([30], [Outcome.EXPIRED], [60])


def test_a_message_whose_agent_frees_at_its_expiry_is_answered(engine: str) -> None:
    """3.2: two messages expire at 60 and 61 when the agent comes at 60; the second waits in vain. Work in hand is
    safe.
    """
    queues = {"mail": replace(MAIL, expires_after_ms=60)}
    cases = [Case("mail", 0, 100), Case("mail", 1, 10)]
    seen = play(engine, queues, cases, spells=[("care", 1, 60, 1000)])
    assert seen.outcome == [Outcome.ANSWERED, Outcome.EXPIRED]
    assert (seen.started, seen.over_at) == ([60, -1], [160, 61])


def test_zero_patience_has_one_dispatch(engine: str) -> None:
    """3.3: the first is taken at the instant it enters, the second leaves at that instant, the message only lapses."""
    queues = {"mail": MAIL, "phone": PHONE}
    cases = [Case("phone", 7, 10, patience=0), Case("phone", 7, 10, patience=0), Case("mail", 8, 10, patience=0)]
    seen = play(engine, queues, cases)
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ABANDONED, Outcome.LAPSED]
    assert seen.started == [7, -1, 17]
    assert seen.over_at == [17, 7, 27]
    assert seen.lapsed == [-1, -1, 8]

"""Rule 7 by hand: ends and follow-ups. The docstring begins with the rule."""

from __future__ import annotations

from dataclasses import replace

from careplan.engine.contract import Bot
from careplan.trace.tables import Outcome
from tests.engine.hand import LATE, MAIL, PHONE, play
from tests.engine.tiny import Case

NOBODY = (("care", 1, LATE, LATE + 1),)


def test_a_case_is_answered_after_its_last_turn(engine: str) -> None:
    """7.1: two turns of 10 with 5 of thought between."""
    seen = play(engine, {"mail": MAIL}, [Case("mail", 0, (10, 10), think=(5,))])
    assert (seen.outcome, seen.over_at) == ([Outcome.ANSWERED], [25])


def test_a_customer_who_gave_up_before_the_start_ends_lapsed(engine: str) -> None:
    """7.1: patience of 29 ends before the agent's 30; patience of 30 ends at the start, which is in time."""
    for patience, outcome in ((29, Outcome.LAPSED), (30, Outcome.ANSWERED)):
        seen = play(engine, {"mail": MAIL}, [Case("mail", 0, 10, patience=patience)], spells=[("care", 1, 30, LATE)])
        assert (seen.outcome, seen.over_at) == ([outcome], [40])


def test_who_abandons_tries_again(engine: str) -> None:
    """7.2: leaves at 30, calls again 20 later, and is patient this time."""
    cases = [Case("phone", 0, 10, patience=30, retry=(1, 20)), Case("phone", None, 10)]
    seen = play(engine, {"phone": PHONE}, cases, spells=[("care", 1, 100, LATE)])
    assert seen.arrived == [0, 50]
    assert seen.queued == [0, 50]
    assert seen.outcome == [Outcome.ABANDONED, Outcome.ANSWERED]


def test_who_lapses_tries_again_while_the_message_still_waits(engine: str) -> None:
    """7.2: gives up at 30 and calls at 50; the message is worked at 100, the call, with the smaller priority,
    before it.
    """
    cases = [Case("mail", 0, 10, patience=30, retry=(1, 20)), Case("phone", None, 10)]
    queues = {"mail": MAIL, "phone": replace(PHONE, priority=-1)}
    seen = play(engine, queues, cases, spells=[("care", 1, 100, LATE)])
    assert seen.arrived == [0, 50]
    assert seen.started == [110, 100]
    assert seen.outcome == [Outcome.LAPSED, Outcome.ANSWERED]


def test_whose_message_expires_tries_again(engine: str) -> None:
    """7.2: closed by the brand at 60 with a customer of endless patience, who writes again 20 later."""
    cases = [Case("mail", 0, 10, retry=(1, 20)), Case("mail", None, 10)]
    seen = play(engine, {"mail": replace(MAIL, expires_after_ms=60)}, cases, spells=NOBODY, until=100)
    assert seen.arrived == [0, 80]
    assert seen.outcome == [Outcome.EXPIRED, Outcome.OPEN]


def test_who_was_answered_comes_back(engine: str) -> None:
    """7.3: the last turn ends at 25; 40 later the follow-up is born. With a delay of −1 it never is."""
    cases = [Case("mail", 0, (10, 10), think=(5,), comes_back=(1, 40)), Case("mail", None, 10)]
    seen = play(engine, {"mail": MAIL}, cases)
    assert seen.arrived == [0, 65]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ANSWERED]
    cases = [Case("mail", 0, 10, comes_back=(1, -1)), Case("mail", None, 10)]
    seen = play(engine, {"mail": MAIL}, cases)
    assert (seen.arrived, seen.outcome) == ([0, -1], [Outcome.ANSWERED, Outcome.UNBORN])


def test_whom_a_bot_contained_comes_back_after_the_delay_of_that_bot(engine: str) -> None:
    """7.3: kettle (the second listed) contains at 20; 70 later, not lamp's 60 nor the agents' 50, the follow-up is
    born.

    It arrives like any other case: kettle takes it too, and hands it off at 90 + 5.
    """
    queues = {"phone": replace(PHONE, bots=("lamp", "kettle"))}
    bots = {"kettle": Bot(), "lamp": Bot(windows=((1000, 1001),))}
    cases = [
        Case("phone", 0, 10, bots=((10, True, 60), (20, True, 70)), comes_back=(1, 50)),
        Case("phone", None, 10, bots=((3, False, -1), (5, False, -1))),
    ]
    seen = play(engine, queues, cases, bots=bots)
    assert seen.outcome == [Outcome.CONTAINED, Outcome.ANSWERED]
    assert seen.arrived == [0, 90]
    assert seen.bot == [1, 1]
    assert seen.queued == [-1, 95]


def test_whom_a_bot_contained_for_good_never_comes_back(engine: str) -> None:
    """7.3: this bot's delay is −1, whatever the delay after an answer."""
    queues = {"phone": replace(PHONE, bots=("lamp",))}
    cases = [Case("phone", 0, 10, bots=((10, True, -1),), comes_back=(1, 50)), Case("mail", None, 10)]
    seen = play(engine, {**queues, "mail": MAIL}, cases, bots={"lamp": Bot()})
    assert seen.outcome == [Outcome.CONTAINED, Outcome.UNBORN]


def test_a_lapsed_case_does_not_come_back(engine: str) -> None:
    """7.3: worked at 100 after giving up at 30, it ends lapsed, not answered; its row has no retry."""
    cases = [Case("mail", 0, 10, patience=30, comes_back=(1, 5)), Case("mail", None, 10)]
    seen = play(engine, {"mail": MAIL}, cases, spells=[("care", 1, 100, LATE)])
    assert seen.outcome == [Outcome.LAPSED, Outcome.UNBORN]


def test_the_first_trigger_wins(engine: str) -> None:
    """7.4: lapses at 30 and expires at 60, with one child: born at 30 + 20, once."""
    cases = [Case("mail", 0, 10, patience=30, retry=(1, 20)), Case("mail", None, 10)]
    seen = play(engine, {"mail": replace(MAIL, expires_after_ms=60)}, cases, spells=NOBODY)
    assert seen.arrived == [0, 50]
    assert seen.over_at == [60, 110]
    assert seen.outcome == [Outcome.EXPIRED, Outcome.EXPIRED]


def test_one_child_for_either_way(engine: str) -> None:
    """7.4: the same row for trying again and coming back; the caller of 0 is answered, the caller of 1 abandons."""
    cases = [
        Case("phone", 0, 20, retry=(2, 5), comes_back=(2, 50)),
        Case("phone", 1, 20, patience=9, retry=(3, 5), comes_back=(3, 50)),
        Case("phone", None, 10),
        Case("phone", None, 10),
    ]
    seen = play(engine, {"phone": PHONE}, cases)
    assert seen.arrived == [0, 1, 70, 15]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.ABANDONED, Outcome.ANSWERED, Outcome.ANSWERED]


def test_one_row_each_for_trying_again_and_coming_back(engine: str) -> None:
    """7.4: two rows, of which one is born at most: who was answered does not try again."""
    cases = [
        Case("phone", 0, 20, retry=(1, 5), comes_back=(2, 50)),
        Case("phone", None, 10),
        Case("phone", None, 10),
    ]
    seen = play(engine, {"phone": PHONE}, cases)
    assert seen.arrived == [0, -1, 70]
    assert seen.outcome == [Outcome.ANSWERED, Outcome.UNBORN, Outcome.ANSWERED]


def test_a_follow_up_waits_for_the_opening(engine: str) -> None:
    """7.5: taken in [0, 60) and [100, 200). Due at 59: born then; at 60: at 100; at 200: never."""
    queues = {"mail": MAIL, "phone": replace(PHONE, takes=((0, 60), (100, 200)))}
    cases = [
        *(Case("mail", 0, 10, comes_back=(row, delay)) for row, delay in ((3, 49), (4, 40), (5, 170))),
        *(Case("phone", None, 1) for _ in range(3)),
    ]
    seen = play(engine, queues, cases)
    # One agent: the messages end at 10, 20 and 30, so the follow-ups are due at 59, 60 and 200.
    assert seen.arrived == [0, 0, 0, 59, 100, -1]
    assert seen.outcome[3:] == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.UNBORN]


def test_a_follow_up_never_comes_where_no_one_is_taken(engine: str) -> None:
    """7.5: a queue without any window, and a window that begins after the run."""
    queues = {"app": replace(MAIL, takes=()), "mail": MAIL, "phone": replace(PHONE, takes=((500, 600),))}
    cases = [
        Case("mail", 0, 10, comes_back=(2, 10)),
        Case("mail", 0, 10, comes_back=(3, 10)),
        Case("app", None, 1),
        Case("phone", None, 1),
    ]
    seen = play(engine, queues, cases, until=500)
    assert seen.arrived == [0, 0, -1, -1]
    assert seen.outcome[2:] == [Outcome.UNBORN, Outcome.UNBORN]


def test_a_chain_of_follow_ups(engine: str) -> None:
    """7.5: gives up at 0 + 10, tries at 15, gives up at 25, tries at 30, and is answered at 50; comes back at 70."""
    cases = [
        Case("phone", 0, 10, patience=10, retry=(1, 5)),
        Case("phone", None, 10, patience=10, retry=(2, 5)),
        Case("phone", None, 10, patience=30, comes_back=(3, 10)),
        Case("phone", None, 10),
    ]
    seen = play(engine, {"phone": PHONE}, cases, spells=[("care", 1, 50, LATE)])
    assert seen.arrived == [0, 15, 30, 70]
    assert seen.started == [-1, -1, 50, 70]


def test_a_follow_up_has_its_own_patience_and_expiry(engine: str) -> None:
    """7.5 and 2.4: born at 50, lapses 15 later and expires 60 later: by its own birth, not by its parent's arrival."""
    queues = {"mail": replace(MAIL, expires_after_ms=60), "phone": PHONE}
    cases = [Case("phone", 0, 10, patience=30, retry=(1, 20)), Case("mail", None, 10, patience=15)]
    seen = play(engine, queues, cases, spells=NOBODY)
    assert (seen.lapsed, seen.over_at) == ([-1, 65], [30, 110])


def test_what_has_not_ended_is_open(engine: str) -> None:
    """7.6: waiting, with the bot, in work, thinking, lapsed and still waiting, and not yet arrived, all at the
    end, 50.
    """
    queues = {"app": replace(MAIL, bots=("lamp",)), "mail": MAIL, "phone": PHONE}
    cases = [
        Case("mail", 0, (10, 10), think=(90,)),  # thinks from 10
        Case("phone", 10, 100),  # in work
        Case("app", 20, 10, bots=((100, False, -1),)),  # with the bot
        Case("mail", 20, 10, patience=5),  # lapsed, waiting
        Case("mail", 30, 10, comes_back=(6, 1)),  # waiting
        Case("mail", 50, 10),  # comes at the end
        Case("mail", None, 10),
    ]
    seen = play(engine, queues, cases, bots={"lamp": Bot()}, until=50)
    assert seen.outcome == [Outcome.OPEN] * 6 + [Outcome.UNBORN]
    assert seen.over_at == [-1] * 7
    assert seen.lapsed == [-1, -1, -1, 25, -1, -1, -1]
    assert seen.bot == [-1, -1, 0, -1, -1, -1, -1]
    assert seen.arrived == [0, 10, 20, 20, 30, 50, -1]
    assert seen.started == [0, -1, 10, -1, -1, -1, -1, -1]
    assert seen.queued == [0, -1, 10, -1, 20, 30, -1, -1]

"""The reference engine alone: its clock, its shortcut, and a few worlds told in full and worked by hand.

What holds for both engines is in ``test_rules_*.py``; that both agree, in ``test_agreement.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest

from careplan.engine.contract import Bot, Group, Queue
from careplan.engine.reference.moments import Clock, Step
from careplan.engine.reference.run import run_reference
from careplan.engine.reference.turns import Turn
from careplan.engine.reference.waiting import WaitingRoom
from careplan.trace.tables import Outcome, Trace
from tests.engine.tiny import Case, World
from tests.engine.worlds import random_world

MAIL = Queue(is_live=False)
CHAT = Queue(is_live=True, concurrency=2)
PHONE = Queue(is_live=True)


def play(world: World, shuffle_seed: int | None = None) -> Trace:
    """Run a world on the reference engine."""
    return run_reference(world.workload, world.roster, world.rules, world.until, shuffle_seed=shuffle_seed)


# Worlds worked by hand


def test_three_chats_at_once_share_one_agent_and_what_each_gained_is_booked_exactly() -> None:
    trace = play(
        World(
            queues={"chat": Queue(is_live=True, concurrency=3)},
            groups={"care": Group(skills={"chat": 1}, pace=(1000, 900, 700))},
            spells=[("care", 1, 0, 1000)],
            cases=[Case("chat", 0, 100), Case("chat", 10, 100), Case("chat", 20, 100)],
            until=1000,
        )
    )
    # In ms at full pace: at 20 the first has 10 + 9 of its 100, the second 9: three in hand, 0.7 each ms.
    # First: ⌈81 ÷ 0.7⌉ = 116. Then two in hand; the second has 9 + 81.2, so ⌈9.8 ÷ 0.9⌉ = 11.
    # The third is left with 8.9 of 100 after 81.2 and 9.9, alone at full pace.
    assert trace.turn_ended_at.tolist() == [20 + 116, 136 + 11, 147 + 9]


def test_a_call_pauses_two_mails_and_the_next_call_pauses_them_again() -> None:
    trace = play(
        World(
            queues={
                "mail": Queue(is_live=False, concurrency=2),
                "phone": Queue(is_live=True, interrupts=True),
            },
            groups={"care": Group(skills={"mail": 1, "phone": 1})},
            spells=[("care", 1, 0, 1000)],
            cases=[Case("mail", 0, 100), Case("mail", 0, 50), Case("phone", 20, 30), Case("phone", 30, 10)],
            until=1000,
        )
    )
    # Calls from 20 to 50 and 50 to 60. Mails have worked 20 of their 100 and 50 before, the rest from 60 on.
    assert trace.turn_started_at.tolist() == [0, 0, 20, 50]
    assert trace.turn_ended_at.tolist() == [60 + 80, 60 + 30, 50, 60]
    assert trace.turn_interrupted.tolist() == [False, False, True, True]


def test_a_call_kept_out_by_a_hold_interrupts_as_soon_as_the_hold_has_become_work() -> None:
    trace = play(
        World(
            queues={
                "mail": Queue(is_live=False, hold=1000, stick_for_ms=-1),
                "phone": Queue(is_live=True, interrupts=True),
            },
            groups={"care": Group(skills={"mail": 1, "phone": 1})},
            spells=[("care", 1, 0, 1000)],
            cases=[Case("mail", 0, (10, 20), think=(40,)), Case("phone", 20, 5)],
            until=1000,
        )
    )
    # At 50 the call has the smaller key, no room beside the hold. The mail starts; then the call can (6.1).
    assert trace.turn_started_at.tolist() == [0, 50, 50]
    assert trace.turn_ended_at.tolist() == [10, 75, 55]
    assert trace.turn_interrupted.tolist() == [False, False, True]


def test_a_live_conversation_goes_on_with_its_owner_after_the_shift() -> None:
    trace = play(
        World(
            queues={"chat": CHAT},
            groups={"care": Group(skills={"chat": 1})},
            spells=[("care", 1, 0, 100), ("care", 2, 0, 1000)],
            cases=[Case("chat", 0, (50, 30), think=(80,)), Case("chat", 60, 10)],
            until=1000,
        )
    )
    # The hold from 50 to the return at 130 makes the first agent the busier one at 60.
    assert trace.turn_agent_ix.tolist() == [0, 0, 1]
    assert trace.turn_started_at.tolist() == [0, 130, 60]
    assert trace.turn_held_until.tolist() == [130, -1, -1]
    assert trace.case_ended_at.tolist() == [160, 70]


@pytest.mark.parametrize(
    ("later_spell", "agent", "started_at"),
    [([("care", 1, 300, 500)], 0, 300), ([], 1, 150)],
    ids=["comes again", "does not"],
)
def test_a_kept_owner_is_waited_for_only_if_they_come_again(
    later_spell: list[tuple[str, int, int, int]], agent: int, started_at: int
) -> None:
    trace = play(
        World(
            queues={"mail": Queue(is_live=False, keeps_owner=True)},
            groups={"care": Group(skills={"mail": 1})},
            spells=[("care", 1, 0, 100), ("care", 2, 0, 1000), *later_spell],
            cases=[Case("mail", 0, (50, 20), think=(100,))],
            until=1000,
        )
    )
    assert trace.turn_agent_ix.tolist() == [0, agent]
    assert trace.turn_started_at.tolist() == [0, started_at]


def test_a_lapsed_mail_costs_one_turn_and_its_customer_phones_at_the_next_opening() -> None:
    trace = play(
        World(
            queues={"mail": MAIL, "phone": Queue(is_live=True, takes=((0, 50), (200, 300)))},
            groups={"care": Group(skills={"mail": 1, "phone": 1})},
            spells=[("care", 1, 100, 1000)],
            cases=[
                Case("mail", 0, (10, 10), think=(5,), patience=30, retry=(1, 40)),
                Case("phone", None, 20),
            ],
            until=1000,
        )
    )
    assert trace.case_lapsed_at.tolist() == [30, -1]
    assert trace.case_arrived_at.tolist() == [0, 200]  # due at 70, between two windows
    assert trace.case_outcome.tolist() == [Outcome.LAPSED, Outcome.ANSWERED]
    assert trace.case_ended_at.tolist() == [110, 220]
    assert trace.turn_queued_at.tolist() == [0, -1, 200]


def test_patience_after_a_hand_off_that_ends_as_the_agent_frees_is_answered() -> None:
    trace = play(
        World(
            queues={"chat": Queue(is_live=True, bots=("lamp",)), "mail": MAIL},
            groups={"care": Group(skills={"chat": 1, "mail": 1})},
            spells=[("care", 1, 0, 1000)],
            cases=[
                Case("chat", 0, 99, patience=15, bots=((25, False, -1),), work_after_bot=((10,),)),
                Case("mail", 0, 40),
            ],
            until=1000,
            bots={"lamp": Bot(windows=((0, 100),))},
        )
    )
    # Handed off at 25, patience to 40, the mail is done at 40; what the bot collected leaves 10 of 99.
    assert trace.turn_queued_at.tolist() == [25, 0]
    assert trace.turn_started_at.tolist() == [40, 0]
    assert trace.turn_ended_at.tolist() == [50, 40]
    assert trace.case_bot_slot.tolist() == [0, -1]


def test_the_end_of_the_run_is_not_played_and_cuts_what_goes_on() -> None:
    world = World(
        queues={"chat": CHAT},
        groups={"care": Group(skills={"chat": 1})},
        spells=[("care", 1, 0, 1000)],
        cases=[Case("chat", 0, (50, 30), think=(80,)), Case("chat", 130, 10)],
        until=130,
    )
    trace = play(world)
    assert trace.turn_queued_at.tolist() == [0, -1, -1]
    assert trace.turn_held_until.tolist() == [130, -1, -1]
    assert trace.case_outcome.tolist() == [Outcome.OPEN, Outcome.OPEN]


# Order within an instant


def test_steps_of_an_instant_are_played_in_order_whatever_was_planned_first() -> None:
    played: list[str] = []
    clock = Clock(lambda: played.append("DISPATCH"))
    for step in reversed(Step):
        if step != Step.DISPATCH:
            clock.at(7, step, noting(played, step.name))
    clock.run(8)
    assert played == [step.name for step in Step]


def test_an_instant_has_one_dispatch_and_none_when_only_patience_ends() -> None:
    dispatched: list[int] = []
    clock = Clock(lambda: dispatched.append(clock.now))
    for step in (Step.WORK_ENDS, Step.WORK_ENDS, Step.COMES_FORWARD):
        clock.at(3, step, lambda: None)
    clock.at(4, Step.PATIENCE_ENDS, lambda: None)
    clock.at(5, Step.GOES_OFF, lambda: None).call_off()
    clock.run(10)
    assert dispatched == [3]


def test_a_shuffled_clock_changes_the_order_within_a_step_only() -> None:
    def order(shuffle_seed: int | None) -> list[str]:
        played: list[str] = []
        clock = Clock(lambda: None, shuffle_seed)
        for name in ("a1", "b1", "c1", "d1"):
            clock.at(1, Step.WORK_ENDS, noting(played, name))
        clock.at(0, Step.EXPIRES, noting(played, "z0"))
        clock.at(1, Step.EXPIRES, noting(played, "z1"))
        clock.run(2)
        return played

    assert order(None) == ["z0", "a1", "b1", "c1", "d1", "z1"]
    orders = [order(seed) for seed in range(20)]
    assert len({tuple(names) for names in orders}) > 10
    assert all(names[0] == "z0" and names[-1] == "z1" for names in orders)


@pytest.mark.parametrize("block", range(4))
def test_the_order_within_a_step_does_not_matter(block: int) -> None:
    for seed in range(100 * block, 100 * block + 100):
        world = random_world(seed)
        straight = play(world).digest
        for shuffle_seed in (1, 2):
            assert play(world, shuffle_seed).digest == straight, f"random_world({seed}), shuffle_seed={shuffle_seed}"


def test_the_shuffle_finds_an_engine_that_dispatches_before_all_have_come_forward(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_early(clock: Clock) -> None:
        if clock._dispatch_at != clock.now:
            clock._dispatch_at = clock.now
            clock.at(clock.now, Step.COMES_FORWARD, clock._dispatch)

    monkeypatch.setattr(Clock, "_dispatch_follows", too_early)
    assert any(play(random_world(seed), 1).digest != play(random_world(seed), 2).digest for seed in range(20))


def test_if_the_first_open_turn_of_a_queue_cannot_start_no_other_can(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = [random_world(seed) for seed in range(300)]
    by_first_of_line = [play(world).digest for world in worlds]

    def everyone(room: WaitingRoom) -> list[Turn]:
        return [turn for _, turn in sorted(chain(*room.open, room.reserved))]

    monkeypatch.setattr(WaitingRoom, "candidates", everyone)
    assert [play(world).digest for world in worlds] == by_first_of_line


def noting(played: list[str], name: str) -> Callable[[], None]:
    """Return an action that notes its name."""
    return lambda: played.append(name)

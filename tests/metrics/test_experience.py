"""What customers met with, told by hand; and on random worlds the fast columns against the definitions read aloud."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.metrics.clocks import Clock
from careplan.metrics.experience import Experience, experience
from careplan.trace.tables import Outcome, Trace
from careplan.units import NEVER
from tests.engine.tiny import World
from tests.engine.worlds import random_world
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

RULES = Rules.of(
    queues={"mail": Queue(is_live=False, bots=("robot",)), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
    bots={"robot": Bot()},
)


def met(cases: list[ToldCase], window: int = NEVER, clock: Clock = Clock()) -> list[tuple[int, bool, bool, int]]:
    """Wait, gave up, solved, contacts: of each customer."""
    workload, trace = told(("mail", "phone"), cases, until=10_000)
    return rows(experience(workload, trace, RULES, clock, window))


def rows(who: Experience) -> list[tuple[int, bool, bool, int]]:
    columns = (who.wait_ms, who.gave_up, who.is_solved, who.attempts)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_one_is_answered_one_on_the_second_try_and_one_never():
    """The phone picks up at 5; the second customer leaves at 10, calls again at 30 and is answered at 33."""
    cases = [
        answered("phone", 0, 5, 20),
        abandoned("phone", 2, 10),
        waiting("mail", 3),
        ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 33, 40, 0),), follows=(1, "retry")),
    ]
    assert met(cases) == [(5, False, True, 1), (31, False, True, 2), (NEVER, False, False, 1)]


def test_the_wait_ends_with_the_first_answer_in_any_contact():
    """The message is answered at 90, after its customer had given up at 20 and been answered by phone at 50."""
    cases = [
        ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 80, 90, 0),), lapsed=20),
        ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 50, 60, 0),), follows=(0, "retry")),
    ]
    assert met(cases) == [(50, False, True, 2)]
    assert met(cases[:1]) == [(90, True, False, 1)]  # alone, it is an answer, too late to be of use


def test_who_comes_back_is_solved_if_the_last_contact_is():
    first = answered("mail", 0, 5, 10)
    back = ToldCase("mail", 40, Outcome.ANSWERED, (ToldTurn(40, 50, 60, 0),), follows=(0, "return"))
    lost = ToldCase("mail", 40, Outcome.EXPIRED, (ToldTurn(40),), left=90, follows=(0, "return"))
    assert met([first]) == [(10, False, True, 1)]
    assert met([first, back]) == [(10, False, True, 2)]
    assert met([first, lost]) == [(10, False, False, 2)]


def test_a_come_back_after_the_window_is_another_matter_with_all_that_follows():
    """The answer ends at 10, the customer is back at 40: 30 later."""
    cases = [
        answered("mail", 0, 5, 10),
        ToldCase("phone", 40, Outcome.ABANDONED, (ToldTurn(40),), left=45, follows=(0, "return")),
        ToldCase("phone", 50, Outcome.ABANDONED, (ToldTurn(50),), left=55, follows=(1, "retry")),
    ]
    assert met(cases, window=30) == [(10, False, False, 3)]
    assert met(cases, window=29) == [(10, False, True, 1)]


def test_a_retry_is_the_same_matter_however_late():
    cases = [
        abandoned("phone", 0, 10),
        ToldCase("phone", 5000, Outcome.ANSWERED, (ToldTurn(5000, 5001, 5002, 0),), follows=(0, "retry")),
    ]
    assert met(cases, window=1) == [(5001, False, True, 2)]


def test_what_is_not_ended_is_not_solved_even_if_answered_once():
    turns = (ToldTurn(0, 1, 5, 0), ToldTurn(200))
    assert met([ToldCase("mail", 0, Outcome.OPEN, turns)]) == [(5, False, False, 1)]


def test_cases_that_need_no_reply_and_the_unborn_are_nobody():
    cases = [
        ToldCase("mail", 0, Outcome.TRIAGED, (ToldTurn(0, 1, 2, 0),), needs_reply=False),
        answered("phone", 1, 2, 3),
        ToldCase("phone", NEVER, Outcome.UNBORN, (ToldTurn(NEVER),), left=NEVER, follows=(1, "return")),
    ]
    assert met(cases) == [(1, False, True, 1)]


def test_whether_a_bots_answer_is_one_is_as_elsewhere():
    contained = ToldCase("mail", 0, Outcome.CONTAINED, (ToldTurn(NEVER),), left=8, slot=0)
    assert met([contained]) == [(8, False, True, 1)]
    assert met([contained], clock=Clock(bot_counts="never")) == [(NEVER, False, False, 1)]


def test_within_a_time_is_at_most_and_before_giving_up():
    lapsed = ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 8, 10, 0),), lapsed=5)
    workload, trace = told(("mail", "phone"), [lapsed, answered("mail", 0, 8, 10), waiting("mail", 1)], until=100)
    who = experience(workload, trace, RULES)
    assert who.answered_within(10).tolist() == [False, True, False]
    assert who.answered_within(9).tolist() == [False, False, False]


def slowly(world: World, trace: Trace, window: int) -> list[tuple[int, bool, bool, int]]:
    """The definitions of docs/outcomes.md, one customer at a time."""
    workload, rules = world.workload, world.rules
    served = (Outcome.ANSWERED, Outcome.CONTAINED)
    found = []
    for root in range(workload.n_cases):
        if workload.is_child[root] or not workload.needs_reply[root]:
            continue
        chain = [root]
        while True:
            here = chain[-1]
            outcome, ended = trace.case_outcome[here], trace.case_ended_at[here]
            heirs = {int(workload.retry_child[here]), int(workload.return_child[here])}
            born = [c for c in heirs if c >= 0 and trace.case_outcome[c] != Outcome.UNBORN and workload.needs_reply[c]]
            too_late = window != NEVER and outcome in served and bool(born)
            if not born or (too_late and trace.case_arrived_at[born[0]] - ended > window):
                break
            chain.append(born[0])
        answers = []
        for case in chain:
            live = rules.is_live[workload.queue_ix[case]]
            at = int((trace.turn_started_at if live else trace.turn_ended_at)[workload.turn_start[case]])
            if trace.case_outcome[case] == Outcome.CONTAINED:
                at = int(trace.case_ended_at[case])
            if at >= 0:
                answers.append((at, bool(trace.case_lapsed_at[case] >= 0)))
        wait, late = min(answers, default=(NEVER, False))
        wait = wait - int(trace.case_arrived_at[root]) if answers else NEVER
        found.append((wait, late, trace.case_outcome[chain[-1]] in served, len(chain)))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_the_fast_columns_are_the_definitions_read_aloud(seed):
    world = random_world(seed)
    trace = world.play("compiled")
    for window in (NEVER, world.until // 20):
        assert rows(experience(world.workload, trace, world.rules, window_ms=window)) == slowly(world, trace, window)


def test_random_worlds_have_chains_waits_and_late_answers():
    """Else the comparison above would prove little."""
    met_with = []
    for seed in range(40):
        world = random_world(seed)
        met_with += rows(experience(world.workload, world.play("compiled"), world.rules))
    wait, late, solved, contacts = (np.array(column) for column in zip(*met_with, strict=True))
    assert contacts.max() > 2 and late.any() and (wait == NEVER).any() and (~solved & (wait >= 0)).any()

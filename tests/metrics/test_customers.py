"""Customers instead of contacts: runs told by hand, with those who try again and those who come back."""

from __future__ import annotations

import pytest

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.metrics.customers import bot_counts, customer_counts
from careplan.metrics.periods import Periods
from careplan.metrics.service import case_cells, outcome_counts
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

RULES = Rules.of(
    queues={"mail": Queue(is_live=False, bots=("robot",)), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
    bots={"robot": Bot()},
)
PERIODS = Periods.uniform(2, 100)
CONTAINED = ToldCase("mail", 0, Outcome.CONTAINED, (ToldTurn(-1),), left=8, slot=0)
HANDED_OFF = ToldCase("mail", 1, Outcome.ANSWERED, (ToldTurn(9, 40, 60, 0),), slot=0)


def counted(cases: list[ToldCase], window: int, until: int = 1000) -> dict[str, int]:
    """Counts per customer, all queues and intervals together."""
    workload, trace = told(("mail", "phone"), cases, until=until)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    tables = customer_counts(workload, trace, cells, PERIODS, window_ms=window)
    return {name: int(table.sum()) for name, table in tables.items()}


def test_who_tries_again_and_is_answered_is_not_lost():
    cases = [
        abandoned("phone", 0, 10),
        abandoned("phone", 1, 11),
        answered("phone", 50, 52, 60),
        ToldCase("phone", 20, Outcome.ANSWERED, (ToldTurn(20, 21, 30, 0),), follows=(0, "retry")),
        ToldCase("phone", 150, Outcome.ABANDONED, (ToldTurn(150),), left=160, follows=(1, "retry")),
    ]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = customer_counts(workload, trace, cells, PERIODS, window_ms=100)
    assert counts["contacts_lost"][1].tolist() == [2, 1]  # the third one where it was abandoned
    assert counts["customers"][1].tolist() == [3, 0]
    assert counts["customers_lost"][1].tolist() == [1, 0]  # in the interval of the first contact


def test_an_expired_message_and_one_answered_too_late_are_lost():
    cases = [
        ToldCase("mail", 0, Outcome.EXPIRED, (ToldTurn(0),), left=90),
        ToldCase("mail", 1, Outcome.LAPSED, (ToldTurn(1, 5, 8, 0),), lapsed=3),
        ToldCase("mail", 2, Outcome.OPEN, (ToldTurn(2),), lapsed=50),
        waiting("mail", 3),
        answered("mail", 4, 10, 20),
    ]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = customer_counts(workload, trace, cells, PERIODS, window_ms=100)
    assert counts["contacts_lost"].sum() == counts["customers_lost"].sum() == 3


def test_a_follow_up_that_is_never_born_changes_nothing():
    unborn = ToldCase("phone", -1, Outcome.UNBORN, (ToldTurn(-1),), left=-1, follows=(0, "retry"))
    workload, trace = told(("mail", "phone"), [abandoned("phone", 0, 10), unborn], until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = customer_counts(workload, trace, cells, PERIODS, window_ms=100)
    assert counts["customers_lost"].sum() == 1
    assert outcome_counts(workload, trace, RULES, cells, PERIODS)["cases"].sum() == 1


def test_first_contact_resolution_looks_a_window_ahead():
    """Answered at 30; the customer is back 40 later: solved at once by a window of 39, not of 40."""
    cases = [
        answered("phone", 0, 10, 30),
        answered("phone", 1, 10, 30),
        ToldCase("phone", 70, Outcome.ANSWERED, (ToldTurn(70, 71, 80, 0),), follows=(0, "return")),
    ]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    for window, solved in ((39, 2), (40, 1)):
        counts = customer_counts(workload, trace, cells, PERIODS, window_ms=window)
        assert counts["solved_candidates"].sum() == 2  # the follow-up is no first contact
        assert counts["solved_at_once"].sum() == solved


def back_at(at: int, after: int, queue: str = "phone") -> ToldCase:
    """A come-back of row ``after``, answered at once."""
    return ToldCase(queue, at, Outcome.ANSWERED, (ToldTurn(at, at + 1, at + 10, 0),), follows=(after, "return"))


def test_a_come_back_to_another_queue_takes_the_resolution_back_too():
    """One customer is one customer on every channel: mail answered at 30, the phone rings at 50."""
    found = counted([answered("mail", 0, 10, 30), back_at(50, after=0)], window=20)
    assert (found["solved_candidates"], found["solved_at_once"]) == (1, 0)


def test_who_ends_too_late_for_the_window_is_left_out_and_counted():
    """The run ends at 200, the window is 100: an end at 99 is seen to 199, one at 100 is not, back or not."""
    cases = [
        answered("phone", 0, 10, 99),
        answered("phone", 1, 10, 100),
        answered("phone", 2, 10, 150),
        waiting("phone", 3),
        back_at(160, after=2),
    ]
    found = counted(cases, window=100, until=200)
    assert (found["first_ended"], found["window_unseen"]) == (3, 2)
    assert (found["solved_candidates"], found["solved_at_once"]) == (1, 1)
    assert (found["customers"], found["customers_seen"]) == (4, 2)  # who still waits is no secret: not solved


CONTAINED_AGAIN = ToldCase("mail", 2, Outcome.CONTAINED, (ToldTurn(-1),), left=20, slot=0)


@pytest.mark.parametrize(("window", "stayed"), [(141, 2), (142, 1)])
def test_true_containment_leaves_out_those_who_come_back_in_the_window(window: int, stayed: int):
    """Contained at 8 and at 20; the first is back at 150."""
    cases = [CONTAINED, HANDED_OFF, CONTAINED_AGAIN, back_at(150, after=0)]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    bots = bot_counts(workload, trace, RULES, PERIODS, window_ms=window)
    assert {name: table.tolist() for name, table in bots.items()} == {
        "sessions": [[3, 0]],
        "sessions_seen": [[3, 0]],
        "bot_contained": [[2, 0]],
        "bot_contained_true": [[stayed, 0]],
        "bot_handed_off": [[1, 0]],
    }
    assert counted(cases, window)["contained_true"] == stayed


def test_true_containment_leaves_out_handed_off_cases_too_where_the_window_is_not_seen():
    """The bot is done at 8, 9 and 20, the run ends at 119: a window of 100 is seen for the first two only."""
    cases = [CONTAINED, HANDED_OFF, CONTAINED_AGAIN]
    workload, trace = told(("mail", "phone"), cases, until=119)
    bots = bot_counts(workload, trace, RULES, PERIODS, window_ms=100)
    found = counted(cases, window=100, until=119)
    assert (bots["sessions_seen"].sum(), bots["bot_contained_true"].sum()) == (2, 1)
    assert (found["met_bot_seen"], found["contained_true"]) == (2, 1)


def test_a_case_still_with_its_bot_is_in_no_containment_but_the_nominal():
    with_bot = ToldCase("mail", 0, Outcome.OPEN, (ToldTurn(-1),), slot=0)
    assert counted([with_bot, CONTAINED], window=10)["met_bot_seen"] == 1

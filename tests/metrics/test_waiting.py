"""How long customers waited, over whom."""

from __future__ import annotations

import numpy as np

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.metrics.clocks import Clock, OpenHours, clocks_by_ending
from careplan.metrics.periods import Periods
from careplan.metrics.service import case_cells
from careplan.metrics.waiting import all_wait_samples, wait_formula, wait_samples, wait_sums
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

RULES = Rules.of(
    queues={"mail": Queue(is_live=False, bots=("robot",)), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
    bots={"robot": Bot()},
)
PERIODS = Periods.uniform(2, 100)


def samples(cases: list[ToldCase], clock: Clock = Clock()) -> dict[str, list[int]]:
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    found = all_wait_samples(workload, trace, RULES, cells, clocks_by_ending(workload, clock))
    return {name: sample.value_ms.tolist() for name, sample in found.items()}


def test_each_milestone_is_timed_over_those_who_reached_it():
    turns = (ToldTurn(10, 15, 30, 0), ToldTurn(50, 55, 70, 0))
    cases = [
        ToldCase("mail", 10, Outcome.ANSWERED, turns),
        answered("phone", 20, 26, 40),
        abandoned("phone", 21, 99),
        waiting("mail", 22),
        ToldCase("mail", 23, Outcome.TRIAGED, (ToldTurn(23, 24, 25, 0),), needs_reply=False),
    ]
    assert samples(cases) == {
        "wait": [5, 6],
        "first_response": [20, 6],  # the message when it was sent, the call at pick-up
        "resolution": [60, 20],
        "next_response": [20],
    }


def test_with_bots_the_wait_is_given_from_the_hand_off_too():
    contained = ToldCase("mail", 0, Outcome.CONTAINED, (ToldTurn(-1),), left=8, slot=0)
    handed_off = ToldCase("mail", 1, Outcome.ANSWERED, (ToldTurn(9, 40, 60, 0),), slot=0)
    found = samples([contained, handed_off, answered("phone", 2, 5, 9)])
    assert found["wait"] == [39, 3]
    assert found["wait_from_hand_off"] == [31, 3]
    assert found["first_response"] == [8, 59, 3]
    assert found["first_response_from_hand_off"] == [51, 3]
    assert "next_response_from_hand_off" not in found


def test_with_open_hours_the_wait_is_given_on_both_clocks():
    hours = OpenHours(np.array([0, 100]), np.array([50, 150]))
    found = samples([answered("mail", 40, 105, 110)], Clock(open_hours={"mail": hours}))
    assert found["wait"] == [65] and found["wait_open"] == [15]
    assert found["first_response"] == [70] and found["first_response_open"] == [20]


def test_sums_and_counts_lie_in_the_cell_of_the_case():
    workload, trace = told(
        ("mail", "phone"),
        [answered("mail", 10, 15, 30), answered("phone", 110, 120, 130), answered("phone", 120, 150, 160)],
        until=1000,
    )
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    tables = wait_sums(wait_samples(workload, trace, RULES, cells), 2, 2)
    assert tables["wait_ms"].tolist() == [[5, 0], [0, 40]]
    assert tables["wait_n"].tolist() == [[1, 0], [0, 2]]


def test_cases_outside_the_measured_time_are_in_no_sample():
    assert samples([answered("mail", 500, 510, 520)])["wait"] == []


def test_every_milestone_says_what_it_times():
    assert wait_formula("wait_from_hand_off").startswith("hand-off")
    assert wait_formula("resolution_open").endswith("in open hours")

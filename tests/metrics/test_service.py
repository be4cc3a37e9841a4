"""Who was answered in time: runs told by hand, every outcome in its place."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.errors import TableError
from careplan.metrics.clocks import Clock, OpenHours
from careplan.metrics.periods import Periods
from careplan.metrics.service import (
    VARIANTS,
    answered_within,
    case_cells,
    next_response_counts,
    outcome_counts,
    resolved_within,
    service_level,
    service_level_counts,
    tally,
)
from careplan.metrics.uncertainty import divide
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

RULES = Rules.of(
    queues={"mail": Queue(is_live=False, bots=("robot",)), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
    bots={"robot": Bot()},
)
PERIODS = Periods.uniform(2, 100)


def levels(cases: list[ToldCase], threshold: int, clock: Clock = Clock()) -> dict[str, float]:
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = service_level_counts(workload, trace, RULES, cells, PERIODS, threshold, clock)
    found = {}
    for variant in VARIANTS:
        top, bottom = service_level(counts, variant)
        found[variant] = float(divide(top.sum(), bottom.sum()))
    return found


def in_time(cases: list[ToldCase], threshold: int, clock: Clock = Clock()) -> tuple[list[bool], list[bool]]:
    workload, trace = told(("mail", "phone"), cases, until=1000)
    which, has = answered_within(workload, trace, RULES, threshold, clock)
    return which.tolist(), has.tolist()


def test_a_live_case_is_answered_at_pick_up_a_message_when_it_is_sent():
    cases = [answered("mail", 0, started=5, ended=30), answered("phone", 0, started=5, ended=30)]
    assert in_time(cases, 10)[0] == [False, True]
    assert in_time(cases, 30)[0] == [True, True]


def test_within_means_at_most():
    assert in_time([answered("phone", 0, 10, 30)], 10)[0] == [True]
    assert in_time([answered("phone", 0, 11, 30)], 10)[0] == [False]


def test_everything_unanswered_stays_below_the_line():
    """Offered basis: abandoned, expired and still waiting cases count, those that need no reply do not."""
    cases = [
        answered("phone", 0, 1, 30),
        abandoned("phone", 2, 4),
        waiting("phone", 3),
        ToldCase("mail", 4, Outcome.EXPIRED, (ToldTurn(4),), left=90),
        ToldCase("mail", 5, Outcome.TRIAGED, (ToldTurn(5, 6, 7, 0),), needs_reply=False),
    ]
    assert in_time(cases, 10) == ([True, False, False, False, False], [True, True, True, True, False])


def test_a_customer_who_had_given_up_gets_a_reply_but_never_in_time():
    lapsed = ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 5, 8, 0),), lapsed=3)
    assert in_time([lapsed], 100) == ([False], [True])
    workload, trace = told(("mail", "phone"), [lapsed], until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = outcome_counts(workload, trace, RULES, cells, PERIODS)
    assert counts["replied"].sum() == 1 and counts["lapsed"].sum() == 1 and counts["given_up"].sum() == 1
    assert counts["resolved"].sum() == 0


def test_an_understaffed_queue_shows_a_fine_level_of_the_answered_while_a_third_give_up():
    """Six calls: four are picked up within 20 s, two leave after 15 s; both figures stand side by side."""
    calls = [answered("phone", t, t + 10, t + 60) for t in (0, 10, 20, 30)] + [
        abandoned("phone", t, t + 15) for t in (40, 50)
    ]
    found = levels(calls, 20)
    assert found["answered"] == 1.0
    assert found["offered"] == pytest.approx(4 / 6)
    workload, trace = told(("mail", "phone"), calls, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = outcome_counts(workload, trace, RULES, cells, PERIODS)
    assert counts["abandoned"].sum() / counts["needing_reply"].sum() == pytest.approx(1 / 3)


def test_the_variants_differ_in_how_they_treat_early_abandons():
    """T = 20: in time 2, late 1, left early 1 (at 10), left late 1 (at 30)."""
    calls = [
        answered("phone", 0, 5, 50),
        answered("phone", 1, 21, 50),
        answered("phone", 2, 40, 50),
        abandoned("phone", 3, 13),
        abandoned("phone", 4, 34),
    ]
    found = levels(calls, 20)
    assert found["offered"] == 2 / 5
    assert found["without early abandons"] == 2 / 4
    assert found["early abandons as good"] == 3 / 5
    assert found["answered"] == 2 / 3


def test_one_who_left_is_given_the_wait_that_the_next_case_reveals():
    """Left at 10, the call behind is started at 15: the customer would have been answered at 15."""
    calls = [abandoned("phone", 0, 10), answered("phone", 1, 15, 50)]
    assert levels(calls, 14)["virtual"] == 0.5  # would have waited 15, and the other waited 14
    assert levels(calls, 15)["virtual"] == 1.0
    assert levels([abandoned("phone", 0, 10)], 100)["virtual"] == 0.0  # nobody behind: unknown, so not in time


def test_a_virtual_wait_is_no_shorter_than_the_wait_of_one_who_left():
    """The case behind, in a queue with another order, was started before the customer left."""
    calls = [abandoned("phone", 0, 50), answered("phone", 1, 5, 60)]
    assert levels(calls, 49)["virtual"] == 0.5
    assert levels(calls, 50)["virtual"] == 1.0


CONTAINED = ToldCase("mail", 0, Outcome.CONTAINED, (ToldTurn(-1),), left=8, slot=0)
HANDED_OFF = ToldCase("mail", 1, Outcome.ANSWERED, (ToldTurn(9, 40, 60, 0),), slot=0)


@pytest.mark.parametrize(
    ("counts", "wanted"), [("contained", [True, False]), ("always", [True, True]), ("never", [False, False])]
)
def test_whether_a_bots_answer_is_an_answer_is_a_setting(counts, wanted):
    assert in_time([CONTAINED, HANDED_OFF], 20, Clock(bot_counts=counts)) == (wanted, [True, True])


def test_from_the_hand_off_only_cases_that_reached_people_count():
    clock = Clock(since="hand-off")
    assert in_time([CONTAINED, HANDED_OFF], 51, clock) == ([False, True], [False, True])
    assert in_time([CONTAINED, HANDED_OFF], 50, clock) == ([False, False], [False, True])


def test_a_case_still_with_its_bot_is_offered_and_not_handed_off():
    with_bot = ToldCase("mail", 0, Outcome.OPEN, (ToldTurn(-1),), slot=0)
    assert in_time([with_bot], 20) == ([False], [True])
    assert in_time([with_bot], 20, Clock(since="hand-off")) == ([False], [False])


def test_in_open_hours_the_night_takes_no_time():
    """Open [0, 50) and [100, 150): a message of 40 answered at 110 took 20 open hours, not 70."""
    hours = OpenHours(np.array([0, 100]), np.array([50, 150]))
    case = [answered("mail", 40, 105, 110)]
    assert in_time(case, 20, Clock(open_hours={"mail": hours}))[0] == [True]
    assert in_time(case, 19, Clock(open_hours={"mail": hours}))[0] == [False]
    assert in_time(case, 69)[0] == [False]
    assert in_time(case, 20, Clock(open_hours={"phone": hours}))[0] == [False]


def test_open_time_counts_only_inside_the_windows():
    hours = OpenHours(np.array([10, 30]), np.array([20, 40]))
    at = np.array([-5, 10, 15, 20, 25, 30, 39, 40, 99])
    assert hours.before(at).tolist() == [0, 0, 5, 10, 10, 10, 19, 20, 20]
    assert OpenHours(np.array([]), np.array([])).before(at).tolist() == [0] * 9
    for opens, closes in (([10, 5], [20, 9]), ([10], [10]), ([0, 5], [6, 9]), ([0], [1, 2])):
        with pytest.raises(TableError):
            OpenHours(np.array(opens), np.array(closes))


def test_a_case_belongs_to_its_queue_and_the_interval_its_customer_wrote_in():
    """Answered in the second interval, counted in the first; backlog and later arrivals are not measured."""
    cases = [
        ToldCase("mail", -50, Outcome.ANSWERED, (ToldTurn(0, 1, 2, 0),)),
        answered("phone", 99, 150, 160),
        answered("mail", 100, 150, 160),
        answered("mail", 200, 250, 260),
    ]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    assert cells.tolist() == [-1, 2, 1, -1]
    everything = np.ones(4, dtype=bool)
    assert tally(everything, cells, 2, 2).tolist() == [[0, 1], [1, 0]]


def test_every_case_that_needs_a_reply_has_one_end():
    """L01: needing a reply = answered + contained + abandoned + lapsed + expired + open."""
    cases = [
        CONTAINED,
        HANDED_OFF,
        abandoned("phone", 2, 4),
        ToldCase("mail", 3, Outcome.LAPSED, (ToldTurn(3, 5, 8, 0),), lapsed=4),
        ToldCase("mail", 4, Outcome.EXPIRED, (ToldTurn(4),), left=90, lapsed=50),
        ToldCase("mail", 5, Outcome.TRIAGED, (ToldTurn(5, 6, 7, 0),), needs_reply=False),
        waiting("phone", 6),
    ]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    counts = {name: int(t.sum()) for name, t in outcome_counts(workload, trace, RULES, cells, PERIODS).items()}
    assert counts["cases"] == 7 and counts["no_reply"] == 1
    ends = ("ended_answered", "contained", "abandoned", "lapsed", "expired", "open")
    assert [counts[end] for end in ends] == [1, 1, 1, 1, 1, 1]
    assert counts["needing_reply"] == 6
    assert counts["replied"] == 3  # contained, answered, lapsed
    assert counts["given_up"] == 3  # abandoned, lapsed, and the lapsed one that expired
    assert counts["met_bot"] == 2 and counts["handed_off"] == 1


def test_next_responses_are_counted_by_message_in_the_interval_of_their_case():
    turns = (ToldTurn(0, 1, 2, 0), ToldTurn(110, 115, 120, 0), ToldTurn(130, 180, 190, 0), ToldTurn(200))
    cases = [ToldCase("mail", 0, Outcome.OPEN, turns), answered("phone", 3, 4, 5)]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    cells = case_cells(workload, trace.case_arrived_at, PERIODS)
    top, bottom = next_response_counts(workload, trace, RULES, cells, PERIODS, 10)
    assert bottom.tolist() == [[3, 0], [0, 0]]  # the unanswered last one included
    assert top.tolist() == [[1, 0], [0, 0]]


def test_resolution_ends_with_the_last_turn():
    turns = (ToldTurn(0, 1, 2, 0), ToldTurn(50, 60, 70, 0))
    lapsed = ToldCase("mail", 1, Outcome.LAPSED, (ToldTurn(1, 5, 8, 0),), lapsed=3)
    cases = [ToldCase("mail", 0, Outcome.ANSWERED, turns), lapsed, waiting("mail", 2)]
    workload, trace = told(("mail", "phone"), cases, until=1000)
    assert resolved_within(workload, trace, 69)[0].tolist() == [False, False, False]
    which, has = resolved_within(workload, trace, 70)
    assert which.tolist() == [True, False, False] and has.tolist() == [True, True, True]


def test_a_contained_case_is_resolved_unless_bots_never_count():
    workload, trace = told(("mail", "phone"), [CONTAINED], until=1000)
    assert resolved_within(workload, trace, 8)[0].tolist() == [True]
    assert resolved_within(workload, trace, 8, Clock(bot_counts="never"))[0].tolist() == [False]


def test_a_clock_that_cannot_be_is_refused():
    with pytest.raises(TableError, match="contained, always or never"):
        Clock(bot_counts="sometimes")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="hand-off"):
        Clock(since="yesterday")  # type: ignore[arg-type]

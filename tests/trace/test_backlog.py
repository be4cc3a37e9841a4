"""Where cases stand over time."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.trace.backlog import STATES, backlog_at, standing_ms, stays, waits
from careplan.trace.tables import Outcome
from tests.engine.worlds import random_world
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting


def two_turns_with_a_bot_before():
    """A bot from 0 to 10; waits until 30; worked to 40; the customer thinks until 60; waits again; done at
    80.
    """
    turns = (ToldTurn(10, 30, 40, 0), ToldTurn(60, 70, 80, 0))
    return told(("mail",), [ToldCase("mail", 0, Outcome.ANSWERED, turns, slot=0)], until=100)


def test_a_case_stands_in_one_state_at_a_time():
    workload, trace = two_turns_with_a_bot_before()
    found = {
        state: list(zip(stay.begin.tolist(), stay.end.tolist(), strict=True))
        for state, stay in stays(trace, workload).items()
    }
    assert found == {
        "bot": [(0, 10)],
        "new": [(10, 30)],
        "open": [(30, 40), (60, 80)],
        "customer": [(40, 60)],
    }


def test_a_case_stands_at_an_edge_from_the_instant_it_comes_until_before_it_goes():
    workload, trace = told(("mail",), [answered("mail", 10, 20, 30)], until=100)
    new = stays(trace, workload)["new"]
    at = backlog_at(new, trace.case_arrived_at, workload.queue_ix, 1, [0, 10, 15, 20, 30])
    assert at.cases.tolist() == [[0, 1, 1, 0, 0]]
    assert at.age_ms.tolist() == [[0, 0, 5, 0, 0]]


def test_an_opening_backlog_keeps_its_true_age():
    told_case = ToldCase("mail", -500, Outcome.ANSWERED, (ToldTurn(0, 50, 60, 0),))
    workload, trace = told(("mail",), [told_case, answered("mail", 20, 60, 70)], until=100)
    at = backlog_at(stays(trace, workload)["new"], trace.case_arrived_at, workload.queue_ix, 1, [0, 40])
    assert at.oldest_ms.tolist() == [[500, 540]]
    assert at.age_ms.tolist() == [[500, 540 + 20]]


def test_a_lapsed_message_stays_new_and_ends_with_its_first_turn():
    turns = (ToldTurn(0, 50, 60, 0), ToldTurn(-1))
    case = ToldCase("mail", 0, Outcome.LAPSED, turns, left=60, lapsed=30)
    workload, trace = told(("mail",), [case], until=100)
    found = stays(trace, workload)
    assert (found["new"].begin.tolist(), found["new"].end.tolist()) == ([0], [50])
    assert len(found["customer"].case) == 0


def test_nobody_standing_has_no_age():
    workload, trace = told(("mail",), [answered("mail", 10, 10, 30)], until=100)
    at = backlog_at(stays(trace, workload)["new"], trace.case_arrived_at, workload.queue_ix, 1, [50])
    assert (at.cases.tolist(), at.age_ms.tolist()) == ([[0]], [[0]])


def test_the_queue_holds_those_who_leave_and_those_still_waiting():
    """Little on the path (L02): the sum of waits is the integral of the queue's length."""
    workload, trace = told(
        ("mail",), [answered("mail", 0, 10, 30), abandoned("mail", 5, 25), waiting("mail", 40)], until=100
    )
    found = standing_ms(waits(trace, workload), workload.turn_queue_ix, 1, [0, 20, 100])
    assert found.tolist() == [[10 + 15, 5 + 60]]


@pytest.mark.parametrize("seed", range(60))
def test_backlog_on_random_worlds_agrees_with_looking_at_every_case(seed):
    world = random_world(seed)
    workload, trace = world.workload, world.play("compiled")
    edges = np.unique(np.linspace(0, trace.until, 9).astype(np.int64))
    found = stays(trace, workload)
    queues = len(workload.queues)
    standing = np.zeros((workload.n_cases, len(edges)), dtype=int)
    for state in STATES:
        stay = found[state]
        at = backlog_at(stay, trace.case_arrived_at, workload.queue_ix, queues, edges, chunk=3)
        for e, edge in enumerate(edges):
            rows = stay.case[(stay.begin <= edge) & (edge < stay.end)]
            standing[rows, e] += 1
            for q in range(queues):
                ages = edge - trace.case_arrived_at[rows[workload.queue_ix[rows] == q]]
                assert at.cases[q, e] == len(ages)
                assert at.age_ms[q, e] == ages.sum()
                assert at.oldest_ms[q, e] == ages.max(initial=0)
        spent = standing_ms(stay, workload.queue_ix, queues, [0, trace.until])
        assert spent.sum() == (stay.end - stay.begin).sum()
    # Every case that is there stands in exactly one state (L01).
    entered = np.where(trace.case_arrived_at < 0, 0, trace.case_arrived_at)
    left = np.where(trace.case_ended_at < 0, trace.until, trace.case_ended_at)
    born = trace.case_outcome != Outcome.UNBORN
    there = born[:, None] & (entered[:, None] <= edges) & (edges < left[:, None]) & (edges < trace.until)
    assert np.array_equal(standing, there)
    # Little on the path (L02), by the queue the turn waits in.
    queue_ms = standing_ms(waits(trace, workload), workload.turn_queue_ix, queues, edges)
    waited = np.zeros(queues, dtype=np.int64)
    case = np.repeat(np.arange(workload.n_cases), np.diff(workload.turn_start))
    for turn in np.flatnonzero(trace.turn_queued_at >= 0):
        end = trace.turn_started_at[turn] if trace.turn_started_at[turn] >= 0 else left[case[turn]]
        waited[workload.turn_queue_ix[turn]] += end - trace.turn_queued_at[turn]
    assert queue_ms.sum(axis=1).tolist() == waited.tolist()

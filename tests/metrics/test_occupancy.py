"""How busy agents were and what each queue took of them, on runs told by hand."""

from __future__ import annotations

import numpy as np

from careplan.engine.contract import Group, Queue, Rules
from careplan.metrics.occupancy import duty_tables, effort_tables, least_on_duty
from careplan.metrics.periods import Periods
from careplan.roster import Roster
from careplan.trace.agents import agent_spans
from careplan.trace.spans import Spans
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, answered, told

RULES = Rules.of(
    queues={
        "chat": Queue(is_live=True, concurrency=2),
        "mail": Queue(is_live=False, concurrency=2),
        "phone": Queue(is_live=True, interrupts=True),
    },
    groups={"care": Group(skills={"chat": 1, "mail": 1, "phone": 1})},
)
NAMES = ("chat", "mail", "phone")


def tables(cases: list[ToldCase], roster: Roster, periods: Periods) -> tuple[dict, dict]:
    workload, trace = told(NAMES, cases, until=1000)
    spans = agent_spans(trace, workload, roster, RULES)
    return duty_tables(spans, RULES, periods), effort_tables(spans, workload, trace, periods)


def test_two_mails_at_once_are_one_busy_agent_and_half_the_load_of_one():
    roster = Roster.from_spells([("care", 1, 0, 100)])
    duty, effort = tables([answered("mail", 0, 0, 40), answered("mail", 0, 20, 80)], roster, Periods.uniform(2, 50))
    assert duty["on_duty_ms"].tolist() == [[50, 50]]
    assert duty["busy_ms"].tolist() == [[50, 30]]
    assert duty["units_ms"].tolist() == [[(40 + 30) * 500, 30 * 500]]
    assert duty["capacity_ms"].tolist() == [[50_000, 50_000]]
    assert effort["agent_ms"][1].tolist() == [50, 30]
    assert effort["handled"][1].tolist() == [1, 1]


def test_an_agents_time_is_split_evenly_over_what_is_worked():
    """A mail alone to 20, with a chat to 40 (half and half), the chat alone to 60."""
    roster = Roster.from_spells([("care", 1, 0, 100)])
    _, effort = tables([answered("mail", 0, 0, 40), answered("chat", 20, 20, 60)], roster, Periods.uniform(1, 100))
    assert effort["agent_ms"].ravel().tolist() == [30, 30, 0]


def test_a_paused_mail_takes_nothing_of_its_agent():
    call = ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 30, 50, 0, interrupted=True),))
    roster = Roster.from_spells([("care", 1, 0, 100)])
    duty, effort = tables([answered("mail", 0, 10, 60), call], roster, Periods.uniform(1, 100))
    assert duty["paused_ms"].tolist() == [[20]]
    assert duty["busy_ms"].tolist() == [[50]]
    assert duty["units_ms"].tolist() == [[30 * 500 + 20 * 1000]]
    assert effort["agent_ms"].ravel().tolist() == [0, 30, 20]


def test_a_chat_whose_customer_thinks_takes_its_agent_while_nothing_else_is_worked():
    """Chat to 10, held to 40; a mail from 20 to 30 is worked meanwhile."""
    chat = ToldCase("chat", 0, Outcome.ANSWERED, (ToldTurn(0, 0, 10, 0, held_until=40), ToldTurn(40, 40, 50, 0)))
    roster = Roster.from_spells([("care", 1, 0, 100)])
    duty, effort = tables([chat, answered("mail", 0, 20, 30)], roster, Periods.uniform(1, 100))
    assert effort["agent_ms"].ravel().tolist() == [40, 10, 0]
    assert duty["held_ms"].tolist() == [[20]]
    assert duty["units_ms"].tolist() == [[(20 + 30 + 10) * 500]]


def test_a_transferred_turn_is_work_of_the_cases_own_queue():
    case = ToldCase("mail", 0, Outcome.ANSWERED, (ToldTurn(0, 0, 10, 0), ToldTurn(20, 20, 50, 0, queue="phone")))
    _, effort = tables([case], Roster.from_spells([("care", 1, 0, 100)]), Periods.uniform(1, 100))
    assert effort["agent_ms"].ravel().tolist() == [0, 40, 0]
    assert effort["handled"].ravel().tolist() == [0, 1, 0]


def test_occupancy_is_never_above_one_overtime_stands_outside():
    roster = Roster.from_spells([("care", 1, 0, 50)])
    duty, effort = tables([answered("mail", 0, 0, 80)], roster, Periods.uniform(1, 100))
    assert duty["busy_ms"].tolist() == duty["on_duty_ms"].tolist() == [[50]]
    assert duty["overtime_ms"].tolist() == [[30]]
    assert effort["agent_ms"].ravel().tolist() == [0, 80, 0]


def test_what_bots_end_and_what_stays_open_is_not_handled():
    cases = [
        ToldCase("mail", 0, Outcome.OPEN, (ToldTurn(0, 10, agent=0),)),
        ToldCase("mail", 0, Outcome.EXPIRED, (ToldTurn(0),), left=90),
        ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 5, 8, 0),), lapsed=3),
        ToldCase("mail", 0, Outcome.TRIAGED, (ToldTurn(0, 8, 10, 0),), needs_reply=False),
    ]
    _, effort = tables(cases, Roster.from_spells([("care", 1, 0, 100)]), Periods.uniform(1, 100))
    assert effort["handled"].ravel().tolist() == [0, 2, 0]


def test_cover_is_the_time_with_enough_agents_on_duty():
    """Two agents overlap from 20 to 50; at least two, looked for from 0 to 40 and from 45 on."""
    roster = Roster.from_spells([("care", 1, 0, 50), ("care", 2, 20, 90), ("night", 1, 90, 100)])
    periods = Periods.uniform(2, 50)
    everybody, care = np.array([0, 1]), np.array([0])
    assert least_on_duty(roster, everybody, None, periods, 1).tolist() == [50, 50]
    assert least_on_duty(roster, care, None, periods, 1).tolist() == [50, 40]
    assert least_on_duty(roster, everybody, None, periods, 2).tolist() == [30, 0]
    zero = np.zeros(2, dtype=np.int64)
    windows = Spans(zero, np.array([0, 45]), np.array([40, 100]))
    assert least_on_duty(roster, everybody, windows, periods, 2).tolist() == [25, 0]
    assert least_on_duty(roster, everybody, None, periods, 3).tolist() == [0, 0]
    assert least_on_duty(Roster.from_spells([], groups=("care",)), care, None, periods, 1).tolist() == [0, 0]

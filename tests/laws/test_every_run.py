"""Laws that hold on every single run, exactly: L01 to L07, on random worlds with every feature on, both engines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from careplan.columns import IntArray
from careplan.engine.contract import Group, Queue
from careplan.engine.simulate import has_numba
from careplan.trace.agents import agent_spans
from careplan.trace.backlog import standing_ms, stays, waits
from careplan.trace.tables import Outcome, Trace
from tests.engine.tiny import Case, World
from tests.engine.worlds import random_world, worlds
from tests.laws.accounts import Accounts

ENGINES = ("compiled", "reference") if has_numba() else ("reference",)
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def accounts_of(world: World, engine: str) -> Accounts:
    """Play a world and open its books."""
    return Accounts(world.workload, world.roster, world.rules, world.play(engine))


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_every_case_is_in_one_stage_at_a_time_and_ends_once(engine: str, world: World) -> None:
    """L01."""
    books = accounts_of(world, engine)
    assert books.breaks_of_flow() == []
    # And so, at every instant: arrived = ended + with a bot + waiting + worked + with the customer.
    trace = books.trace
    entered = np.maximum(0, trace.case_arrived_at[trace.case_outcome != Outcome.UNBORN])
    ended = trace.case_ended_at[trace.case_ended_at >= 0]
    stages = [stage for case in range(world.workload.n_cases) for stage in books.stages(case)]
    for at in books.instants:
        present = sum(begin <= at < end for _, begin, end in stages)
        assert np.count_nonzero(entered <= at) == np.count_nonzero(ended <= at) + present


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_waiting_time_is_the_integral_of_the_queue(engine: str, world: World) -> None:
    """L02, Little on the path: by queue and interval, and as the backlog's own arithmetic says."""
    books = accounts_of(world, engine)
    n_queues, until = len(world.rules.queues), world.until
    queue_length = np.zeros((n_queues, until + 1), dtype=np.int64)
    waited = np.zeros(n_queues, dtype=np.int64)
    for turn in books.turns:
        if turn.queued >= 0:
            left = turn.started if turn.started >= 0 else turn.over
            queue_length[turn.queue, turn.queued] += 1
            queue_length[turn.queue, left] -= 1
            waited[turn.queue] += left - turn.queued
    queue_length = np.cumsum(queue_length, axis=1)[:, :until]
    assert (queue_length >= 0).all()
    assert queue_length.sum(axis=1).tolist() == waited.tolist()
    edges = np.unique(np.linspace(0, until, 7).astype(np.int64))
    by_interval = np.add.reduceat(queue_length, edges[:-1], axis=1)
    stay = waits(books.trace, world.workload)
    assert standing_ms(stay, world.workload.turn_queue_ix, n_queues, edges).tolist() == by_interval.tolist()


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_states_of_the_backlog_add_up_to_the_time_cases_are_with_us(engine: str, world: World) -> None:
    """L02 for whole cases: bot, new, open and customer time are the stages of the books, each to the millisecond."""
    books = accounts_of(world, engine)
    mine: dict[str, int] = dict.fromkeys(("bot", "new", "open", "customer"), 0)
    for case in range(world.workload.n_cases):
        waited_before = False
        for stage, begin, end in books.stages(case):
            is_new = stage == "waiting" and not waited_before
            waited_before |= stage == "waiting"
            name = "new" if is_new else {"bot": "bot", "thinking": "customer"}.get(stage, "open")
            mine[name] += end - begin
    theirs = {name: int((stay.end - stay.begin).sum()) for name, stay in stays(books.trace, world.workload).items()}
    assert theirs == mine


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_work_done_is_pace_times_speed_times_time(engine: str, world: World) -> None:
    """L03: to the millisecond, with pauses, at every change of pace."""
    assert accounts_of(world, engine).breaks_of_work() == []


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_time_on_duty_is_busy_held_or_idle_and_overtime_lies_outside(engine: str, world: World) -> None:
    """L04: counted millisecond by millisecond, and as the agents' own arithmetic says."""
    books = accounts_of(world, engine)
    times = agent_spans(books.trace, world.workload, world.roster, world.rules).by_agent(0, world.until)
    for agent in range(world.roster.n_agents):
        on = _covered(world.until, books.spells[agent])
        busy = _covered(world.until, [(t.started, t.over) for t in books.of_agent[agent]])
        held = _covered(world.until, [(h.begin, h.end) for h in books.holds if h.agent == agent and h.units > 0])
        assert times.on_duty_ms[agent] == on.sum()
        assert times.busy_ms[agent] == (on & busy).sum()
        assert times.held_ms[agent] == (on & held & ~busy).sum()
        assert times.idle_ms[agent] == (on & ~busy & ~held).sum()
        assert times.overtime_ms[agent] == (~on & (busy | held)).sum()
    assert (times.busy_ms + times.held_ms + times.idle_ms == times.on_duty_ms).all()


def _covered(until: int, stretches: list[tuple[int, int]]) -> np.ndarray:
    """Return by millisecond whether any stretch covers it."""
    covered = np.zeros(until, dtype=bool)
    for begin, end in stretches:
        covered[begin:end] = True
    return covered


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_nothing_waits_that_an_agent_on_duty_could_start(engine: str, world: World) -> None:
    """L05: but for what is reserved, does not fit, or waits behind paused work."""
    assert accounts_of(world, engine).breaks_of_idleness() == []


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_the_smallest_key_goes_first(engine: str, world: World) -> None:
    """L06."""
    assert accounts_of(world, engine).breaks_of_order() == []


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_nobody_starts_off_duty_without_skill_or_beyond_capacity(engine: str, world: World) -> None:
    """L07; that a case ends once is part of L01."""
    assert accounts_of(world, engine).breaks_of_duty() == []


# --- the laws have teeth: a trace that breaks one is found out --------------------------------------------------

TWO_MAILS = World(
    queues={"call": Queue(is_live=True, interrupts=True), "mail": Queue(is_live=False, priority=5)},
    groups={"care": Group(skills={"call": 1, "mail": 1})},
    spells=[("care", 1, 0, 60)],
    cases=[
        Case("mail", at=0, work=20),
        Case("call", at=5, work=10),
        Case("mail", at=6, work=20),
        Case("mail", at=7, work=9),
    ],
    until=100,
)
"""A mail pauses from 5 to 15 and ends at 30; the next are worked 30–50 and 50–59."""


def _tampered(column: str, row: int, value: int) -> Accounts:
    trace = TWO_MAILS.play(ENGINES[0])
    changed: IntArray = np.array(getattr(trace, column))
    changed[row] = value
    forged: Trace = replace(trace, **{column: changed})
    return Accounts(TWO_MAILS.workload, TWO_MAILS.roster, TWO_MAILS.rules, forged)


def test_the_honest_trace_has_nothing_to_hide() -> None:
    books = accounts_of(TWO_MAILS, ENGINES[0])
    assert books.trace.turn_ended_at.tolist() == [30, 15, 50, 59]
    assert not any(
        [
            books.breaks_of_flow(),
            books.breaks_of_work(),
            books.breaks_of_duty(),
            books.breaks_of_idleness(),
            books.breaks_of_order(),
        ]
    )


def test_a_forged_trace_breaks_the_law_it_was_forged_against() -> None:
    assert _tampered("case_ended_at", 0, 29).breaks_of_flow()
    assert _tampered("case_outcome", 3, Outcome.OPEN).breaks_of_flow()
    assert _tampered("turn_ended_at", 0, 29).breaks_of_work()
    assert _tampered("turn_ended_at", 3, 60).breaks_of_work()
    assert _tampered("turn_started_at", 3, 60).breaks_of_duty()  # off duty
    assert _tampered("turn_started_at", 3, 40).breaks_of_duty()  # no room beside the third case
    assert _tampered("turn_started_at", 3, 51).breaks_of_idleness()
    assert _tampered("turn_started_at", 2, 52).breaks_of_order()  # the fourth case began before it


def test_a_book_kept_by_other_rules_does_not_balance() -> None:
    """Priorities turned round, half the capacity, another pace: the same trace then breaks L06, L07 and L03."""
    world = World(
        queues={"a": Queue(is_live=True, priority=1), "b": Queue(is_live=True)},
        groups={"care": Group(skills={"a": 1, "b": 1}, pace=(1000, 500))},
        spells=[("care", 1, 0, 500)],
        cases=[
            Case("a", at=0, work=20),
            Case("a", at=1, work=20),
            Case("b", at=2, work=20),
            Case("b", at=3, work=20),
        ],
        until=500,
    )
    trace = world.play(ENGINES[0])
    for change, law in (
        ({"queues": {"a": Queue(is_live=True), "b": Queue(is_live=True, priority=1)}}, "breaks_of_order"),
        ({"groups": {"care": Group(skills={"a": 1, "b": 1}, capacity=500_000)}}, "breaks_of_duty"),
        ({"groups": {"care": Group(skills={"a": 1, "b": 1}, pace=(900,))}}, "breaks_of_work"),
        ({"groups": {"care": Group(skills={"a": 1, "b": 1}, capacity=2_000_000)}}, "breaks_of_idleness"),
    ):
        other = replace(world, **change)
        assert getattr(Accounts(world.workload, world.roster, world.rules, trace), law)() == []
        assert getattr(Accounts(world.workload, world.roster, other.rules, trace), law)() != []


def test_four_hundred_crowded_worlds_obey_every_law() -> None:
    """Hypothesis likes small worlds; these are drawn by seed and full of pauses, holds and ties."""
    paused = held = 0
    for seed in range(400):
        world = random_world(seed)
        books = accounts_of(world, ENGINES[0])
        broken = [
            *books.breaks_of_flow(),
            *books.breaks_of_work(),
            *books.breaks_of_duty(),
            *books.breaks_of_idleness(),
            *books.breaks_of_order(),
        ]
        assert broken == [], f"random_world({seed}): {broken[0]}"
        paused += sum(bool(turn.pauses) for turn in books.turns)
        held += len(books.holds)
    assert paused > 50 and held > 1000

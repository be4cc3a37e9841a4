"""Two runs with the same customers: what more staff, less work, fewer customers and other orders do to each case.

L13 to L18: single class, first come first served, no abandonment, common random numbers, exact on every run.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.engine.contract import Group, Queue
from careplan.engine.simulate import has_numba
from careplan.trace.tables import Trace
from tests.engine.tiny import Case, World

ENGINES = ("compiled", "reference") if has_numba() else ("reference",)
many = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
LATE = 100_000

Rows = list[tuple[int, int]]
"""(gap since the case before, work), ms."""

rows_of = st.lists(st.tuples(st.integers(0, 10), st.integers(1, 30)), min_size=2, max_size=40)
duties = st.one_of(
    st.just([(0, LATE)]),
    st.lists(st.integers(1, 40), min_size=2, max_size=8).map(
        lambda steps: [
            *zip(np.cumsum(steps)[::2].tolist(), np.cumsum(steps)[1::2].tolist(), strict=False),
            (int(np.sum(steps)) + 1, LATE),
        ]
    ),
)
"""Spells that all agents share: with different ones, who happens to take a case decides who is there later."""


def _play(rows: Rows, agents: int, duty: list[tuple[int, int]], engine: str = ENGINES[0]) -> Trace:
    at = np.cumsum([gap for gap, _ in rows]).tolist()
    return World(
        queues={"q": Queue(is_live=True)},
        groups={"g": Group(skills={"q": 1})},
        spells=[("g", j, on, off) for j in range(1, agents + 1) for on, off in duty],
        cases=[Case("q", at=t, work=work) for t, (_, work) in zip(at, rows, strict=True)],
        until=LATE,
    ).play(engine)


def _waits(trace: Trace) -> np.ndarray:
    assert (trace.turn_started_at >= 0).all()
    return trace.turn_started_at - trace.turn_queued_at


@pytest.mark.parametrize("engine", ENGINES)
@given(rows=rows_of, agents=st.integers(1, 5), duty=duties)
@many
def test_with_one_more_agent_no_case_waits_longer(
    engine: str, rows: Rows, agents: int, duty: list[tuple[int, int]]
) -> None:
    """L13."""
    assert (_waits(_play(rows, agents + 1, duty, engine)) <= _waits(_play(rows, agents, duty, engine))).all()


@given(
    rows=rows_of,
    agents=st.integers(1, 5),
    duty=duties,
    cuts=st.lists(st.integers(0, 29), min_size=40, max_size=40),
)
@many
def test_with_shorter_handling_no_case_waits_longer(
    rows: Rows, agents: int, duty: list[tuple[int, int]], cuts: list[int]
) -> None:
    """L14."""
    shorter = [(gap, max(1, work - cut)) for (gap, work), cut in zip(rows, cuts, strict=False)]
    assert (_waits(_play(shorter, agents, duty)) <= _waits(_play(rows, agents, duty))).all()


@given(rows=rows_of, agents=st.integers(1, 5), duty=duties, which=st.integers(0, 39))
@many
def test_without_one_arrival_no_other_case_waits_longer(
    rows: Rows, agents: int, duty: list[tuple[int, int]], which: int
) -> None:
    """L15; and, the draws being the case's own (L18), everybody else does the same work."""
    gone = which % len(rows)
    fewer = [*rows[:gone], *rows[gone + 1 :]]
    if gone < len(fewer):
        fewer[gone] = (fewer[gone][0] + rows[gone][0], fewer[gone][1])
    all_waits, others = _play(rows, agents, duty), _play(fewer, agents, duty)
    kept = np.delete(np.arange(len(rows)), gone)
    assert (_waits(others) <= _waits(all_waits)[kept]).all()
    worked = others.turn_ended_at - others.turn_started_at
    assert worked.tolist() == [rows[i][1] for i in kept]


ORDERS: dict[str, dict[str, Queue]] = {
    "first come, first served": {name: Queue(is_live=True) for name in "abc"},
    "priorities": {name: Queue(is_live=True, priority=k) for k, name in enumerate("abc")},
    "priorities turned round": {name: Queue(is_live=True, priority=-k) for k, name in enumerate("abc")},
    "earliest deadline": {name: Queue(is_live=True, due_within_ms=17 * k) for k, name in enumerate("abc")},
}


def _ordered(rows: Rows, kinds: list[int], order: str, engine: str) -> Trace:
    at = np.cumsum([gap for gap, _ in rows]).tolist()
    cases = sorted(
        (Case("abc"[kind], at=t, work=work) for t, (_, work), kind in zip(at, rows, kinds, strict=False)),
        key=lambda case: (case.at, case.queue),
    )
    return World(
        queues=ORDERS[order],
        groups={"g": Group(skills=dict.fromkeys("abc", 1))},
        spells=[("g", 1, 0, LATE)],
        cases=cases,
        until=LATE,
    ).play(engine)


@pytest.mark.parametrize("engine", ENGINES)
@given(rows=rows_of, kinds=st.lists(st.integers(0, 2), min_size=40, max_size=40))
@many
def test_one_agent_is_busy_at_the_same_times_in_any_order(engine: str, rows: Rows, kinds: list[int]) -> None:
    """L16: the same busy periods and the same unfinished work at every instant."""
    unfinished = []
    for order in ORDERS:
        trace = _ordered(rows, kinds, order, engine)
        horizon = int(trace.turn_ended_at.max()) + 1
        work = np.zeros(horizon + 1, dtype=np.int64)
        np.add.at(work, trace.turn_queued_at, trace.turn_ended_at - trace.turn_started_at)
        busy = np.zeros(horizon + 1, dtype=np.int64)
        np.add.at(busy, trace.turn_started_at, 1)
        np.add.at(busy, trace.turn_ended_at, -1)
        busy = np.cumsum(busy)
        assert busy.max() == 1
        unfinished.append((busy.tolist(), (np.cumsum(work) - np.cumsum(busy)).tolist()))
    assert all(one == unfinished[0] for one in unfinished)


@given(
    gaps=st.lists(st.integers(0, 12), min_size=2, max_size=40),
    work=st.integers(1, 15),
    kinds=st.lists(st.integers(0, 2), min_size=40, max_size=40),
)
@many
def test_with_equal_work_the_total_wait_is_the_same_in_any_order(gaps: list[int], work: int, kinds: list[int]) -> None:
    """L17."""
    rows = [(gap, work) for gap in gaps]
    totals = {order: int(_waits(_ordered(rows, kinds, order, ENGINES[0])).sum()) for order in ORDERS}
    assert len(set(totals.values())) == 1, totals


def test_the_orders_compared_above_really_differ() -> None:
    """Else L16 and L17 would compare a thing with itself."""
    rows = [(0, 60), (1, 5), (1, 7), (30, 9), (1, 4)]
    starts = {order: tuple(_ordered(rows, [2, 2, 1, 0, 2], order, ENGINES[0]).turn_started_at) for order in ORDERS}
    assert len(set(starts.values())) == len(ORDERS), starts

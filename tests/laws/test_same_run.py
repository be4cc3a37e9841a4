"""Worlds that differ only in what must not matter give the same trace: L09, L10, L11, L21, L26, L27."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from careplan.columns import NEVER
from careplan.engine.contract import ALWAYS_FROM, ALWAYS_TO, Bot, Group, Queue
from careplan.engine.simulate import has_numba
from careplan.trace.tables import Outcome, Trace
from tests.engine.tiny import Case, World
from tests.engine.worlds import random_world, worlds

ENGINES = ("compiled", "reference") if has_numba() else ("reference",)
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

INSTANTS = (
    "case_arrived_at",
    "case_ended_at",
    "case_lapsed_at",
    "turn_queued_at",
    "turn_started_at",
    "turn_ended_at",
    "turn_held_until",
)


def with_times(trace: Trace, change: Callable[[np.ndarray], np.ndarray]) -> dict[str, list[int]]:
    """Return the columns of a trace with every instant changed; what never happened stays.

    An arrival of −1 is one (of the opening backlog), unless the case was never born.
    """
    columns = {}
    for name in Trace.columns():
        values = getattr(trace, name)
        never = trace.case_outcome == Outcome.UNBORN if name == "case_arrived_at" else values == NEVER
        columns[name] = (np.where(never, values, change(values)) if name in INSTANTS else values).tolist()
    return columns


def as_lists(trace: Trace) -> dict[str, list[int]]:
    """Return the columns of a trace as they are."""
    return with_times(trace, lambda values: values)


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds(), shuffle=st.randoms(use_true_random=False))
@many
def test_the_order_of_queues_groups_and_spells_in_the_input_does_not_matter(
    engine: str, world: World, shuffle: object
) -> None:
    """L09."""

    def mixed(items: object) -> list[object]:
        listed = list(items)  # type: ignore[call-overload]
        shuffle.shuffle(listed)  # type: ignore[attr-defined]
        return listed

    other = replace(
        world,
        queues=dict(mixed(world.queues.items())),
        groups={
            name: replace(group, skills=dict(mixed(group.skills.items())))
            for name, group in mixed(world.groups.items())  # type: ignore[misc]
        },
        bots=dict(mixed(world.bots.items())),
        spells=mixed(world.spells),
    )
    assert other.play(engine).digest == world.play(engine).digest


@pytest.mark.skipif(not has_numba(), reason="threads are for the compiled engine")
def test_the_number_of_threads_does_not_matter() -> None:
    """L09: eight worlds, played one after another and four at a time, each twice."""
    crowd = [random_world(seed) for seed in range(8)] * 2
    alone = [world.play("compiled").digest for world in crowd]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda world: world.play("compiled").digest, crowd))
    assert together == alone and alone[:8] == alone[8:]


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds())
@many
def test_new_names_in_the_same_order_change_nothing(engine: str, world: World) -> None:
    """L10, first half: an engine knows numbers, no names."""

    def new(names: object) -> dict[str, str]:
        return {name: f"{i:02d}-other" for i, name in enumerate(sorted(names))}  # type: ignore[call-overload]

    queue, group, bot = new(world.queues), new(world.groups), new(world.bots)
    other = World(
        queues={queue[k]: replace(q, bots=tuple(bot[b] for b in q.bots)) for k, q in world.queues.items()},
        groups={
            group[k]: replace(g, skills={queue[s]: v for s, v in g.skills.items()}) for k, g in world.groups.items()
        },
        bots={bot[k]: b for k, b in world.bots.items()},
        spells=[(group[g], ordinal, on, off) for g, ordinal, on, off in world.spells],
        cases=[
            replace(case, queue=queue[case.queue], turn_queues=tuple(queue[q] for q in case.turn_queues))
            for case in world.cases
        ],
        until=world.until,
    )
    assert other.play(engine).digest == world.play(engine).digest


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds(), later=st.integers(1, 10**9))
@many
def test_a_world_that_begins_later_runs_the_same_later(engine: str, world: World, later: int) -> None:
    """L10, second half. (Opening backlog enters at instant 0 whatever its age: those worlds cannot be moved.)"""
    assume(all(case.at is None or case.at >= 0 for case in world.cases))
    other = _retimed(world, lambda t: t + later, lambda d: d)
    assert as_lists(other.play(engine)) == with_times(world.play(engine), lambda values: values + later)


@pytest.mark.parametrize("engine", ENGINES)
@given(world=worlds(), factor=st.sampled_from([2, 7, 60, 1000]))
@many
def test_time_scales(engine: str, world: World, factor: int) -> None:
    """L11: minutes taken for seconds show up as exactly that. (At full pace and speed, where nothing is rounded.)"""
    groups = {
        name: Group(skills={q: s[0] if isinstance(s, tuple) else s for q, s in g.skills.items()}, capacity=g.capacity)
        for name, g in world.groups.items()
    }
    plain = replace(world, groups=groups)
    other = _retimed(plain, lambda t: t * factor, lambda d: d * factor)
    assert as_lists(other.play(engine)) == with_times(plain.play(engine), lambda values: values * factor)


def _retimed(world: World, at: Callable[[int], int], lasts: Callable[[int], int]) -> World:
    """Return the world with all instants and all durations changed."""

    def windows(given: object) -> tuple[tuple[int, int], ...]:
        return tuple(
            (a if a == ALWAYS_FROM else at(a), b if b == ALWAYS_TO else at(b))
            for a, b in given  # type: ignore[attr-defined]
        )

    def delay(value: int | None) -> int | None:
        return value if value is None or value == NEVER else lasts(value)

    def child(value: tuple[int, int] | None) -> tuple[int, int] | None:
        return None if value is None else (value[0], delay(value[1]) or NEVER)

    return replace(
        world,
        queues={
            name: replace(
                q,
                due_within_ms=lasts(q.due_within_ms),
                expires_after_ms=delay(q.expires_after_ms),
                stick_for_ms=delay(q.stick_for_ms),
                takes=windows(q.takes),
            )
            for name, q in world.queues.items()
        },
        bots={name: Bot(windows(bot.windows)) for name, bot in world.bots.items()},
        spells=[(g, ordinal, at(on), at(off)) for g, ordinal, on, off in world.spells],
        cases=[
            replace(
                case,
                at=None if case.at is None else at(case.at),
                work=tuple(lasts(work) for work in case.works),
                think=tuple(lasts(think) for think in case.think),
                patience=delay(case.patience),
                retry=child(case.retry),
                comes_back=child(case.comes_back),
                bots=tuple((lasts(ms), contains, delay(after)) for ms, contains, after in case.bots),
                work_after_bot=tuple(tuple(lasts(ms) for ms in row) for row in case.work_after_bot),
            )
            for case in world.cases
        ],
        until=at(world.until),
    )


# --- one queue of one-turn cases --------------------------------------------------------------------------------

gaps_and_work = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 40)), min_size=1, max_size=40)
LATE = 100_000


def _cases(rows: list[tuple[int, int]], queue: Callable[[int], str] = lambda _: "q") -> list[Case]:
    at, cases = 0, []
    for i, (gap, work) in enumerate(rows):
        at += gap
        cases.append(Case(queue(i), at=at, work=work))
    return cases


def _world(cases: list[Case], agents: int, queues: dict[str, Queue] | None = None) -> World:
    queues = queues or {"q": Queue(is_live=True)}
    return World(
        queues=queues,
        groups={"g": Group(skills=dict.fromkeys(queues, 1))},
        spells=[("g", j, 0, LATE) for j in range(1, agents + 1)],
        cases=cases,
        until=LATE,
    )


@given(rows=gaps_and_work, labels=st.lists(st.booleans(), min_size=40, max_size=40), agents=st.integers(1, 5))
@many
def test_two_labels_treated_alike_are_one_queue(rows: list[tuple[int, int]], labels: list[bool], agents: int) -> None:
    """L21, case by case. (With distinct arrivals: a tie is numbered by queue name.)"""
    apart = [(gap + 1, work) for gap, work in rows]
    one = _world(_cases(apart), agents).play(ENGINES[0])
    queues = {"a": Queue(is_live=True), "b": Queue(is_live=True)}
    two = _world(_cases(apart, lambda i: "ab"[labels[i]]), agents, queues).play(ENGINES[0])
    assert as_lists(one) == as_lists(two)


@given(rows=gaps_and_work, agents=st.integers(1, 4), at_once=st.integers(1, 4))
@many
def test_agents_who_chat_without_slowing_down_are_that_many_agents(
    rows: list[tuple[int, int]], agents: int, at_once: int
) -> None:
    """L26, not only in law: every chat starts at the same instant."""
    cases = _cases(rows)
    chatting = _world(cases, agents, {"q": Queue(is_live=True, concurrency=at_once)}).play(ENGINES[0])
    single = _world(cases, agents * at_once).play(ENGINES[0])
    assert chatting.turn_started_at.tolist() == single.turn_started_at.tolist()
    assert chatting.turn_ended_at.tolist() == single.turn_ended_at.tolist()


@given(rows=gaps_and_work, agents=st.integers(1, 4))
@many
def test_patience_beyond_every_wait_is_endless(rows: list[tuple[int, int]], agents: int) -> None:
    """L27, run by run."""
    cases = _cases(rows)
    patient = [replace(case, patience=LATE) for case in cases]
    assert as_lists(_world(patient, agents).play(ENGINES[0])) == as_lists(_world(cases, agents).play(ENGINES[0]))


@given(rows=gaps_and_work, agents=st.integers(1, 4))
@many
def test_without_patience_nobody_waits(rows: list[tuple[int, int]], agents: int) -> None:
    """L27: a loss system; each case starts as it arrives, or leaves."""
    hasty = [replace(case, patience=0) for case in _cases(rows)]
    trace = _world(hasty, agents).play(ENGINES[0])
    started = trace.turn_started_at >= 0
    assert (trace.turn_started_at[started] == trace.case_arrived_at[started]).all()
    assert (trace.case_ended_at[~started] == trace.case_arrived_at[~started]).all()
    in_hand = [
        int(((trace.turn_started_at <= at) & (trace.turn_ended_at > at) & started).sum())
        for at in trace.case_arrived_at[~started]
    ]
    assert all(busy == agents for busy in in_hand)

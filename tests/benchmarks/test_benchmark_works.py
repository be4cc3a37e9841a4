"""The yardstick works are what they claim to be, and every simulator plays them alike."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tools.answer import Answer, agreement
from benchmarks.tools.registry import CIW, COMPILED, REFERENCE, SALABIM, SIMPY, Tool
from benchmarks.works import MINUTE, NEVER, YARDSTICKS, Queue, Work, mixed_slots, pool, week

FEW = 400


def needs(tool: Tool) -> None:
    if not tool.is_installed:
        pytest.skip(f"{tool.name} is not installed (package {tool.package}; extra `benchmarks`)")


def played(tool: Tool, work: Work) -> list[int]:
    needs(tool)
    return tool.prepare(work)()().started_at.tolist()


def hand_made(arrived_at: list[int], work_ms: list[int], **columns: object) -> Work:
    n = len(arrived_at)
    given: dict[str, object] = {
        "name": "hand",
        "title": "hand-made",
        "queues": (Queue("queue-00"),),
        "patience_ms": [NEVER] * n,
        "queue_ix": [0] * n,
        "edges_ms": [0, 10_000],
        "agents": [1],
        **columns,
    }
    arrays = {name: value if isinstance(value, (str, tuple)) else np.array(value) for name, value in given.items()}
    return Work(arrived_at=np.array(arrived_at), work_ms=np.array(work_ms), **arrays)  # type: ignore[arg-type]


TOOLS = [SIMPY, CIW, SALABIM, REFERENCE, COMPILED]
WITH_ANY_STAFF = [SIMPY, SALABIM, REFERENCE, COMPILED]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_one_agent_serves_customers_in_order_of_arrival(tool: Tool) -> None:
    assert played(tool, hand_made([5, 20, 30], [100, 50, 10])) == [5, 105, 155]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_customer_whose_patience_ends_leaves_the_line(tool: Tool) -> None:
    work = hand_made([5, 20, 30], [100, 50, 10], patience_ms=[500, 60, 500])
    assert played(tool, work) == [5, NEVER, 105]


@pytest.mark.parametrize("tool", WITH_ANY_STAFF, ids=lambda tool: tool.name)
def test_who_is_busy_when_duty_ends_finishes_then_leaves(tool: Tool) -> None:
    # Two agents until 100, one until 1000, two from then on. Case 1 is on the second agent, past the end of duty;
    # case 2 waits for the first; case 3 finds the second back.
    work = hand_made(
        [5, 10, 20, 1001],
        [200, 150, 1000, 7],
        patience_ms=[9_000] * 4,
        edges_ms=[0, 100, 1000, 10_000],
        agents=[2, 1, 2],
    )
    starts = played(tool, work)
    assert starts == [5, 10, 205, 1001]


@pytest.mark.parametrize("tool", WITH_ANY_STAFF, ids=lambda tool: tool.name)
def test_a_phone_call_needs_a_whole_agent_and_chats_share_one(tool: Tool) -> None:
    work = hand_made(
        [1, 2, 3, 4, 5, 400],
        [100, 100, 100, 50, 50, 20],
        patience_ms=[9_000] * 6,
        queues=(Queue("a-phone", 1, 1), Queue("b-chat", 3, 2), Queue("c-social", 6, 3)),
        queue_ix=[1, 1, 1, 0, 2, 0],
    )
    # Three chats fill the agent. Social fits when the first chat has gone; the call when everyone has.
    assert played(tool, work) == [1, 2, 3, 151, 101, 400]


@pytest.mark.parametrize("tool", [CIW, SALABIM], ids=lambda tool: tool.name)
@pytest.mark.parametrize("name", "abcd")
def test_rivals_answer_as_simpy_does_case_by_case(tool: Tool, name: str) -> None:
    needs(tool)
    work = YARDSTICKS[name].draw(YARDSTICKS[name].n_cases // 20, 3).first(FEW)
    why = tool.cannot(work)
    if why:
        pytest.skip(f"{tool.name} cannot express work {name}: {why}")
    found = agreement(work, Answer(np.array(played(tool, work))), Answer(np.array(played(SIMPY, work))))
    # Work c: salabim lets whoever is idle go home, SimPy's model the agents whose duty ends; alike in the mean only.
    if name == "c":
        assert abs(found.left[0] - found.left[1]) < 0.05
    else:
        assert found.identical == 1.0


@pytest.mark.parametrize("tool", [REFERENCE, COMPILED], ids=lambda tool: tool.name)
@pytest.mark.parametrize("name", "abcd")
def test_careplan_answers_as_simpy_does_case_by_case(tool: Tool, name: str) -> None:
    needs(tool)
    work = YARDSTICKS[name].draw(YARDSTICKS[name].n_cases // 20, 3).first(FEW)
    assert played(tool, work) == played(SIMPY, work)


def test_a_work_is_drawn_from_its_seed() -> None:
    for yardstick in YARDSTICKS.values():
        first, again, other = (yardstick.draw(FEW, seed) for seed in (1, 1, 2))
        for column in ("arrived_at", "work_ms", "patience_ms", "queue_ix"):
            assert np.array_equal(getattr(first, column), getattr(again, column))
        assert not np.array_equal(first.work_ms, other.work_ms)


def test_the_pools_have_the_load_they_claim() -> None:
    work = pool(200_000, 1, load=0.95)
    offered = work.work_ms.sum() / (50 * work.arrived_at[-1])
    # Each of the two sums has a relative standard error of 0.22 %; a wrong load (0.9 or 1.0) is 5 % off.
    assert offered == pytest.approx(0.95, rel=0.0125)
    assert not work.has_patience
    patient = pool(200_000, 1, load=1.05, patience_of_work=2.0)
    assert patient.patience_ms.mean() == pytest.approx(10 * MINUTE, rel=0.0125)


def test_the_week_has_672_intervals_and_its_staff_changes_in_every_one() -> None:
    work = week(100_000, 1)
    assert (work.n_cases, len(work.agents), work.edges_ms[-1]) == (100_000, 672, 7 * 24 * 60 * MINUTE)
    assert (work.agents.min(), work.agents.max()) == (13, 156)
    assert (np.diff(work.agents) != 0).all()
    log_work = np.log(work.work_ms)
    # Standard errors: 0.3 % of the mean, 0.2 % of the spread of the logarithm.
    assert work.work_ms.mean() == pytest.approx(6 * MINUTE, rel=0.015)
    assert log_work.std() == pytest.approx(np.sqrt(np.log(2.0)), rel=0.012)


def test_the_week_keeps_its_load_at_another_size() -> None:
    small, large = week(10_000, 1), week(100_000, 1)
    assert small.work_ms.sum() == pytest.approx(large.work_ms.sum(), rel=0.05)
    assert np.array_equal(small.agents, large.agents)


def test_in_mixed_slots_every_queue_waits_and_cases_stand_in_order() -> None:
    work = mixed_slots(4_000, 1)
    assert [queue.units for queue in work.queues] == [1_000_000, 333_333, 166_666]
    step = np.diff(work.arrived_at)
    assert ((step > 0) | ((step == 0) & (np.diff(work.queue_ix) >= 0))).all()
    started = np.array(played(SIMPY, work))
    for queue in range(3):
        mine = work.queue_ix == queue
        assert (started[mine] > work.arrived_at[mine]).any()


def test_more_queues_are_the_same_customers_dealt_out() -> None:
    work = pool(1_000, 1, n_queues=20)
    assert len(work.queues) == 20
    assert set(work.queue_ix.tolist()) == set(range(20))

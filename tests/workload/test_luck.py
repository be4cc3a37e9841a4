"""How lucky a draw was: its means are known, and are right."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.workload.luck import Luck, luck_of, mean_work_ms
from careplan.workload.sampling import sample
from tests.examples.shipped import ROOT
from tests.workload.worlds import scenario_of

SHIPPED = sorted(path.name for path in (ROOT / "scenarios").glob("*.yaml"))


def lucks(scenario: Scenario, n: int) -> list[Luck]:
    return [luck_of(scenario, sample(scenario, seed=3, replication=r), seed=3, replication=r) for r in range(n)]


@pytest.mark.parametrize("name", ["bot-overnight.yaml", "impatient-customers.yaml", "social-versus-phone.yaml"])
def test_luck_is_zero_on_average(name: str) -> None:
    """Every known mean lies within four standard errors: turns, triage, case and window handle times, spikes, shared
    busyness."""
    assert name in SHIPPED
    n = 60 if name != "social-versus-phone.yaml" else 16
    found = lucks(read_scenario(ROOT / "scenarios" / name), n)
    for values in (np.stack([one.work_ms.sum(axis=1) for one in found]), np.stack([one.uneven for one in found])):
        error = values.std(axis=0, ddof=1) / np.sqrt(n)
        assert (np.abs(values.mean(axis=0)) <= 4 * error + 1e-9).all()


def test_a_case_of_two_turns_a_third_transferred_takes_its_work_by_hand() -> None:
    """Half need a reply: 0.5 × (1.5 turns × 4 min + 30 % × 50 % who have two turns × 10 min) + 0.5 × 1 min = 4.25."""
    scenario = _world()
    assert mean_work_ms(scenario, "messages") == pytest.approx(4.25 * 60_000)
    assert mean_work_ms(scenario, "experts") == pytest.approx(10 * 60_000)
    work = []
    for r in range(5):
        workload = sample(scenario, seed=1, replication=r)
        total = np.add.reduceat(workload.work_ms, workload.turn_start[:-1])
        work.append(total[workload.queue_ix == workload.queues.index("messages")])
    each = np.concatenate(work)
    assert abs(each.mean() - 4.25 * 60_000) < 4 * each.std() / np.sqrt(len(each))


def test_a_busy_draw_has_more_work_than_expected_on_the_day_it_came() -> None:
    scenario = _world()
    workload = sample(scenario, seed=1, replication=0)
    found = luck_of(scenario, workload, seed=1, replication=0)
    assert found.work_ms.shape == (2, 7)
    assert found.uneven.tolist() == [0, 0]  # no busyness in this world
    clock = scenario.clock
    inside = (workload.arrived_at >= clock.horizon_from) & (workload.arrived_at < clock.horizon_to)
    came = np.add.reduceat(workload.work_ms, workload.turn_start[:-1])[inside].sum()
    expected = 7000 * 4.25 * 60_000 + 70 * 10 * 60_000
    assert found.work_ms.sum() == pytest.approx(came - expected)


def _world() -> Scenario:
    messages = """
    channel: facebook
    volume: {per_week: 7000}
    needs_reply: 50 %
    triage_time: 1 min
    turns: {1: 50 %, 2: 50 %}
    handle_time: {exponential: {mean: 4 min}}
    think_time: 1 min
    transfers: [{to: experts, share: 30 %, after_turn: 2}]
"""
    experts = """
    channel: facebook
    volume: {per_week: 70}
    handle_time: {exponential: {mean: 10 min}}
"""
    return scenario_of({"messages": messages, "experts": experts})

"""Metrics on random worlds of the engine: what holds on every run, and the fast counts against slow ones."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.metrics.clocks import Clock, OpenHours
from careplan.metrics.measures import measure
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Goal
from careplan.metrics.service import answered_within, case_cells, tally
from careplan.trace.tables import Outcome
from tests.engine.tiny import World
from tests.engine.worlds import random_world

SEEDS = range(60)


def periods_of(world: World) -> Periods:
    """Six intervals in the middle of the run."""
    step = max(1, world.until // 8)
    return Periods.uniform(6, step, begin=step)


def in_time_slowly(world: World, trace, row: int, threshold: int, clock: Clock) -> tuple[bool, bool]:
    """MODEL.md read aloud, one case at a time."""
    workload, rules = world.workload, world.rules
    outcome, first = Outcome(trace.case_outcome[row]), int(workload.turn_start[row])
    if outcome == Outcome.UNBORN or not workload.needs_reply[row]:
        return False, False
    begun = int(trace.case_arrived_at[row])
    met_bot = trace.case_bot_slot[row] >= 0
    handed_off = met_bot and trace.turn_queued_at[first] >= 0
    if clock.since == "hand-off":
        if trace.turn_queued_at[first] < 0:
            return False, False
        if met_bot:
            begun = int(trace.turn_queued_at[first])
    column = trace.turn_started_at if rules.is_live[workload.queue_ix[row]] else trace.turn_ended_at
    answer = int(column[first])
    if clock.since == "first message":
        if outcome == Outcome.CONTAINED and clock.bot_counts != "never":
            answer = int(trace.case_ended_at[row])
        if handed_off and clock.bot_counts == "always":
            answer = int(trace.turn_queued_at[first])
    if answer < 0 or trace.case_lapsed_at[row] >= 0:
        return False, True
    hours = clock.open_hours.get(workload.queues[workload.queue_ix[row]])
    if hours is None:
        return answer - begun <= threshold, True
    took = sum(1 for ms in range(begun, answer) if ((hours.opens <= ms) & (ms < hours.closes)).any())
    return took <= threshold, True


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fast_count_is_the_model_read_aloud(seed):
    world = random_world(seed)
    workload, trace = world.workload, world.play("compiled")
    third = max(1, world.until // 3)
    hours = OpenHours(np.array([0, 2 * third]), np.array([third, 3 * third]))
    clocks = [
        Clock(),
        Clock(bot_counts="always"),
        Clock(bot_counts="never"),
        Clock(since="hand-off"),
        Clock(open_hours={workload.queues[0]: hours}),
    ]
    for clock in clocks:
        for threshold in (0, world.until // 20, world.until // 5):
            which, has = answered_within(workload, trace, world.rules, threshold, clock)
            slow = [in_time_slowly(world, trace, row, threshold, clock) for row in range(workload.n_cases)]
            assert list(zip(which.tolist(), has.tolist(), strict=True)) == slow


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_hold_on_every_run(seed):
    world = random_world(seed)
    workload, rules, roster, trace = world.workload, world.rules, world.roster, world.play("compiled")
    periods = periods_of(world)
    goals = (Goal("a", "answer", 0.5, threshold_ms=world.until // 10, over="total"), Goal("o", "occupancy", 1.0))
    m = measure(workload, trace, roster, rules, periods, goals=goals, within_ms=(0, 10**9))
    q, g = m.queue_tables, m.group_tables
    # L01: every case has one end.
    ends = ("ended_answered", "contained", "abandoned", "lapsed", "expired", "open")
    assert np.array_equal(sum(q[end] for end in ends), q["needing_reply"])
    assert np.array_equal(q["needing_reply"] + q["no_reply"], q["cases"])
    # Measured: exactly the cases first written in the horizon.
    inside = (trace.case_arrived_at >= periods.begin) & (trace.case_arrived_at < periods.end)
    assert q["cases"].sum() == np.count_nonzero(inside & (trace.case_outcome != Outcome.UNBORN))
    # L04: busy and held fit into duty; nobody works while nobody is on duty, but overtime.
    assert (g["busy_ms"] + g["held_ms"] <= g["on_duty_ms"]).all() and (g["held_ms"] >= 0).all()
    assert (g["paused_ms"] <= g["busy_ms"]).all() and (g["overtime_ms"] >= 0).all()
    # Agents' time by queue is what agents were busy or held, on duty and off, to within rounding by table cell.
    engaged = g["busy_ms"].sum() + g["held_ms"].sum() + g["overtime_ms"].sum()
    assert abs(q["agent_ms"].sum() - engaged) <= q["agent_ms"].size
    # L02: the queue's integral over the measured time is the waits' overlap with it.
    assert m.agents.on_duty_ms.sum() == g["on_duty_ms"].sum()
    assert m.agents.busy_ms.sum() == g["busy_ms"].sum()
    # Samples, sums and counts agree; the mean wait is of those started.
    for name, sample in m.samples.items():
        assert q[f"{name}_ms"].sum() == sample.value_ms.sum()
        assert q[f"{name}_n"].sum() == len(sample.value_ms)
    assert (m.samples["resolution"].value_ms >= 0).all() and (m.samples["wait"].value_ms >= 0).all()
    assert len(m.samples["first_response"].value_ms) == q["replied"].sum()
    # Within for ever = replied in time; the variants lie in their known order.
    forever = {part: q[f"service_level_{10**9 // 1000}s_{part}"].sum() for part in ("in_time", "answered", "counted")}
    assert forever["in_time"] <= forever["answered"] <= forever["counted"]
    for level in m.settings.levels:
        assert (q[f"{level}_in_time"] <= q[f"{level}_virtual"]).all()
        assert (q[f"{level}_in_time"] <= q[f"{level}_answered"]).all()
        assert (q[f"{level}_counted_but_early"] >= q[f"{level}_in_time"]).all()
    # Scores and figures are one.
    report = Report.of([m, m])
    answer, occupancy = report.scorecard
    level = next(name for name, words in m.settings.levels.items() if name.startswith("service_level"))
    assert level in report.metrics
    assert np.array_equal(answer.denominator[0], [q["needing_reply"].sum()])
    assert occupancy.holds
    report.to_dict(by=("total", "interval"))


@pytest.mark.parametrize("seed", range(20))
def test_cells_of_a_workload_without_follow_ups_need_no_trace(seed):
    world = random_world(seed)
    workload, trace, periods = world.workload, world.play("compiled"), periods_of(world)
    first = ~workload.is_child
    own = case_cells(workload, workload.arrived_at, periods)[first]
    assert np.array_equal(own, case_cells(workload, trace.case_arrived_at, periods)[first])
    shape = (len(workload.queues), periods.n_intervals)
    slow = np.zeros(shape, dtype=int)
    for row in np.flatnonzero(first):
        interval = np.searchsorted(periods.edges, trace.case_arrived_at[row], side="right") - 1
        if 0 <= interval < periods.n_intervals:
            slow[workload.queue_ix[row], interval] += 1
    assert np.array_equal(tally(np.ones(len(own), dtype=bool), own, *shape), slow)


@pytest.mark.parametrize("seed", range(12))
def test_both_engines_come_to_the_same_report(seed):
    world = random_world(seed)
    both = [
        measure(world.workload, world.play(engine), world.roster, world.rules, periods_of(world), within_ms=(100,))
        for engine in ("reference", "compiled")
    ]
    one, other = (Report.of([m]).to_dict() for m in both)
    made_by = [document.pop("provenance") for document in (one, other)]
    assert [record["engine"] for record in made_by] == ["reference", "compiled"]
    assert one == other

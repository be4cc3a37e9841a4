"""Counts of replies on random worlds of the engine against the definitions read aloud, one message at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from careplan.metrics.counting import goal_counts
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, score
from careplan.metrics.together import Whole
from careplan.trace.tables import Outcome, Trace
from tests.engine.tiny import World
from tests.engine.worlds import random_world

SEEDS = range(60)


@dataclass(frozen=True)
class Message:
    """A customer message, told by its case."""

    queue: int
    interval: int
    silent_for: int | None
    """Since the turn before ended; None of a first message."""
    took: int | None
    """Until its answer; None where it got none."""


def periods_of(world: World) -> Periods:
    """Six intervals of four hours, so that there is a day and a half."""
    return Periods.uniform(6, max(1, world.until // 8), begin=max(1, world.until // 8))


def messages_of(world: World, trace: Trace, periods: Periods, bot_counts: str) -> Iterator[Message]:
    """Every message of the cases that need a reply and first wrote in the measured time."""
    workload = world.workload
    for row in range(workload.n_cases):
        came = int(trace.case_arrived_at[row])
        if trace.case_outcome[row] == Outcome.UNBORN or not workload.needs_reply[row]:
            continue
        if not periods.begin <= came < periods.end:
            continue
        queue = int(workload.queue_ix[row])
        interval = sum(1 for edge in periods.edges[1:].tolist() if edge <= came)
        first, last = int(workload.turn_start[row]), int(workload.turn_start[row + 1])
        column = trace.turn_started_at if world.rules.is_live[queue] else trace.turn_ended_at
        answer = int(column[first])
        by_bot = trace.case_bot_slot[row] >= 0
        if by_bot and trace.case_outcome[row] == Outcome.CONTAINED and bot_counts != "never":
            answer = int(trace.case_ended_at[row])
        elif by_bot and bot_counts == "always":
            answer = int(trace.turn_queued_at[first])
        yield Message(queue, interval, None, None if answer < 0 else answer - came)
        for turn in range(first + 1, last):
            wrote = int(trace.turn_queued_at[turn])
            if wrote >= 0:
                answer = int(column[turn])
                silent = wrote - int(trace.turn_ended_at[turn - 1])
                yield Message(queue, interval, silent, None if answer < 0 else answer - wrote)


def slowly(goal: Goal, world: World, trace: Trace, periods: Periods) -> dict[tuple[int, int], tuple[int, int]]:
    """Numerator and denominator by queue and interval."""
    asked = [
        m
        for m in messages_of(world, trace, periods, goal.clock.bot_counts)
        if not goal.queues or world.workload.queues[m.queue] in goal.queues
    ]
    if goal.kind != "window":
        asked = [m for m in asked if m.silent_for is None or (goal.new_after_ms and m.silent_for >= goal.new_after_ms)]
    pairs: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    if goal.kind == "mean_answer":
        by_period = defaultdict(list)
        of = periods.index(goal.over)[0].tolist()
        for m in asked:
            if m.took is not None:
                by_period[of[m.interval]].append(m)
        for mine in by_period.values():
            for m in sorted(mine, key=lambda m: m.took)[: math.ceil(goal.fastest * len(mine) - 1e-9)]:
                pairs[m.queue, m.interval][0] += m.took or 0
                pairs[m.queue, m.interval][1] += goal.threshold_ms
    else:
        for m in asked:
            good = m.took is not None and (goal.threshold_ms < 0 or m.took <= goal.threshold_ms)
            counts = m.took is not None if goal.kind == "window" else True
            pairs[m.queue, m.interval][0] += good
            pairs[m.queue, m.interval][1] += counts
    return {cell: (top, bottom) for cell, (top, bottom) in pairs.items() if bottom}


def goals_for(world: World) -> list[Goal]:
    """Every kind, on thresholds that some messages of the world keep and others do not."""
    short, silence, one = max(1, world.until // 20), max(1, world.until // 50), world.workload.queues[:1]
    return [
        Goal("g", "reply", 0.5, threshold_ms=-1),
        Goal("g", "reply", 0.5, threshold_ms=short, queues=one),
        Goal("g", "reply", 0.9, threshold_ms=-1, new_after_ms=silence),
        Goal("g", "mean_answer", threshold_ms=short),
        Goal("g", "mean_answer", threshold_ms=short, new_after_ms=silence, queues=one),
        Goal("g", "window", 0.9, threshold_ms=short),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fast_counts_are_the_definitions_read_aloud(seed: int) -> None:
    world = random_world(seed)
    trace, periods = world.play("compiled"), periods_of(world)
    for plain in goals_for(world):
        for bot_counts in ("contained", "always", "never"):
            goal = replace(plain, clock=replace(plain.clock, bot_counts=bot_counts))
            found = goal_counts(goal, world.workload, trace, world.rules, world.roster, periods)
            cells = {
                (q, i): (int(found.numerator[q, i]), int(found.denominator[q, i]))
                for q in range(len(world.workload.queues))
                for i in range(periods.n_intervals)
                if found.denominator[q, i]
            }
            assert cells == slowly(goal, world, trace, periods)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fastest_add_up_to_the_fastest_of_each_period(seed: int) -> None:
    """Of equally fast ones another may be taken, in another interval: the sums of a period are the same."""
    world = random_world(seed)
    trace, periods = world.play("compiled"), periods_of(world)
    for over in ("interval", "day", "total"):
        for queues in ((), world.workload.queues[:1]):
            goal = Goal("g", "mean_answer", threshold_ms=7, fastest=0.9, new_after_ms=3, queues=queues, over=over)
            one = score(goal, periods, [goal_counts(goal, world.workload, trace, world.rules, world.roster, periods)])
            expected = defaultdict(lambda: [0, 0])
            for (_, interval), (top, bottom) in slowly(goal, world, trace, periods).items():
                pair = expected[int(periods.index(over)[0][interval])]
                pair[0] += top
                pair[1] += bottom
            got = list(zip(one.numerator[0].tolist(), one.denominator[0].tolist(), strict=True))
            assert got == [tuple(expected[p]) for p in range(len(got))]


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_a_named_target_is_met_by_a_run_exactly_when_a_plain_reading_says_so(seed: int) -> None:
    """The badge on one run, easier: half of the threads replied, the mean of the fastest 90 % within its limit."""
    world = random_world(seed)
    trace, periods = world.play("compiled"), periods_of(world)
    silence, limit = max(1, world.until // 50), max(1, world.until // 10)
    goals = [
        Goal("badge: threads", "reply", 0.5, threshold_ms=-1, new_after_ms=silence, over="total", whole="badge"),
        Goal("badge: mean", "mean_answer", threshold_ms=limit, fastest=0.9, new_after_ms=silence, over="total",
             whole="badge"),
    ]  # fmt: skip
    scores = [
        score(g, periods, [goal_counts(g, world.workload, trace, world.rules, world.roster, periods)]) for g in goals
    ]
    threads = [
        m for m in messages_of(world, trace, periods, "contained") if m.silent_for is None or m.silent_for >= silence
    ]
    took = sorted(m.took for m in threads if m.took is not None)
    quick = took[: -(-9 * len(took) // 10)]
    is_met = len(threads) > 0 and len(took) * 2 >= len(threads) and sum(quick) <= limit * len(quick)
    assert bool(Whole("badge", tuple(scores)).met[0, 0]) is is_met

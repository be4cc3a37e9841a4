"""The random worlds are what they claim to be: every feature fires, ties abound, and a printed world is the world."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from careplan.engine.contract import Bot, Group, Queue
from tests.engine.census import HAPPENINGS, happenings
from tests.engine.compare import difference
from tests.engine.tiny import Case, World
from tests.engine.worlds import random_world

N_WORLDS = 1500
OFTEN = 25


@pytest.fixture(scope="module")
def census() -> tuple[Counter[str], Counter[str]]:
    """What happened in the first worlds, and in how many of them."""
    times: Counter[str] = Counter()
    n_worlds: Counter[str] = Counter()
    for seed in range(1, N_WORLDS + 1):
        world = random_world(seed)
        found = happenings(world, world.play("reference"))
        times += found
        n_worlds += Counter(what for what, count in found.items() if count)
    return times, n_worlds


def test_everything_happens_often(census: tuple[Counter[str], Counter[str]]) -> None:
    """Each outcome and each feature fires at least 25 times in 1500 worlds, in at least ten of them."""
    times, n_worlds = census
    rare = {what: (times[what], n_worlds[what]) for what in HAPPENINGS if times[what] < OFTEN or n_worlds[what] < 10}
    assert rare == {}
    assert sorted(set(times) - set(HAPPENINGS)) == []


def test_ties_abound(census: tuple[Counter[str], Counter[str]]) -> None:
    """In most worlds turns start at one instant, and turns end as others start."""
    _, n_worlds = census
    assert n_worlds["two starts at one instant"] > N_WORLDS / 2
    assert n_worlds["end and start at one instant"] > N_WORLDS / 2


def test_customers_wait() -> None:
    """Agents are scarce: of the turns that begin to wait, at least 40 % wait, and at least 40 % start at once."""
    at_once = []
    for seed in range(1, 201):
        trace = random_world(seed).play("reference")
        queued = trace.turn_queued_at >= 0
        at_once.append(trace.turn_started_at[queued] == trace.turn_queued_at[queued])
    assert 0.4 < float(np.concatenate(at_once).mean()) < 0.6


def test_a_printed_world_is_the_world() -> None:
    """``repr`` builds the same world again, so that a failure can be pasted into a test."""
    names = {"World": World, "Queue": Queue, "Group": Group, "Bot": Bot, "Case": Case}
    for seed in range(1, 51):
        world = random_world(seed)
        again = eval(repr(world), dict(names))
        assert again.workload.digest == world.workload.digest
        assert again.rules.digest == world.rules.digest
        assert again.roster.digest == world.roster.digest
        assert difference(world.play("reference"), again.play("reference")) is None


def test_worlds_take_both_ways_of_the_compiled_engine() -> None:
    """One pool (``fast.pool``) and the kernel: at least one world in twenty suits the former, most need the latter."""
    n_pools = sum(random_world(seed).is_one_pool for seed in range(1, N_WORLDS + 1))
    assert N_WORLDS / 20 < n_pools < N_WORLDS / 4

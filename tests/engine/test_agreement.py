"""Both engines give one trace, to the millisecond, agent and outcome, on coarse clocks where ties abound.

``python -m tests.engine.fuzz`` does the same for 20 000 worlds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings

from careplan.columns import MAX_DURATION_MS
from careplan.engine.fast.run import Run
from tests.engine.compare import difference, disagreement
from tests.engine.fuzz import shuffled_difference
from tests.engine.tiny import World
from tests.engine.worlds import SeededChoices, build_world, random_world, worlds

RELAXED = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(RELAXED, max_examples=300)
@given(world=worlds())
@example(world=random_world(0))  # a crowded one
def test_both_engines_give_one_trace(world: World) -> None:
    """The smallest world in which they differ is printed as the Python that builds it."""
    found = disagreement(world)
    assert found is None, found


@pytest.mark.parametrize("block", range(4))
def test_both_engines_give_one_trace_on_numbered_worlds(block: int) -> None:
    """The first worlds of the fuzz, the same in every run of the suite."""
    for seed in range(500 * block, 500 * block + 500):
        found = disagreement(random_world(seed))
        assert found is None, f"random_world({seed}): {found}"


def test_both_engines_count_in_years_as_in_milliseconds() -> None:
    """The same worlds on a clock of months, with durations up to the ten years allowed: nothing overflows."""
    for seed in range(200):
        world = build_world(SeededChoices(seed), ticks=(MAX_DURATION_MS // 64,))
        found = disagreement(world)
        assert found is None, f"seed {seed}: {found}"


@settings(RELAXED, max_examples=100)
@given(world=worlds())
def test_the_order_inside_a_step_does_not_matter(world: World) -> None:
    """Rule 1: the reference, with everything that falls on one step of an instant shuffled, gives the same trace."""
    for shuffle_seed in range(3):
        found = shuffled_difference(world, shuffle_seed)
        assert found is None, f"shuffled with seed {shuffle_seed}: {found}\non\n{world!r}"


def stops(world: World, seed: int, number: int) -> list[int]:
    """Return instants inside a run, in order, some of them where something happens."""
    rng = np.random.default_rng(seed)
    instants = rng.integers(0, world.until + 1, size=number).tolist()
    return sorted(min(at, world.until) for at in [*instants, *(10 * (at // 10) for at in instants)])


@pytest.mark.parametrize("seed", range(60))
def test_a_compiled_run_stops_and_goes_on(seed: int) -> None:
    """Stopped at any instants, copied there, and gone on: the trace of a run in one go."""
    world = random_world(seed)
    whole = world.play("compiled")
    run = Run(world.workload, world.roster, world.rules)
    for at in stops(world, seed, 6):
        run.go_on(at)
        abandoned = run.copy()
        run = run.copy()
        abandoned.go_on(world.until)  # what a copy does is nothing to the other
    run.go_on(world.until)
    found = difference(whole, run.close(), ("in one go", "stopped"))
    assert found is None, f"{found}\non\n{world!r}"


@pytest.mark.parametrize("seed", range(30))
def test_a_run_stopped_for_good_is_the_run_that_ends_there(seed: int) -> None:
    """The state at an instant is what a run with that end leaves."""
    world = random_world(seed)
    at = stops(world, seed, 1)[0]
    run = Run(world.workload, world.roster, world.rules)
    run.go_on(at)
    short = replace(world, until=at)
    found = difference(short.play("reference"), run.close(), ("ended", "stopped"))
    assert found is None, f"{found}\non\n{short!r}"


@pytest.mark.parametrize("seed", range(60))
def test_a_run_goes_on_under_another_roster(seed: int) -> None:
    """Spells added after the stop: the trace of a run under the new roster from the start.

    Only where nobody keeps an owner for a later spell: there the old roster's past already was another.
    """
    world = random_world(seed)
    at = world.until // 2
    last = max((off for _, _, _, off in world.spells), default=0)
    longer = [*world.spells]
    for group in world.groups:
        for ordinal in {o for g, o, _, _ in world.spells if g == group}:
            longer.append((group, ordinal, max(last, at) + 1, max(last, at) + 50))
    queues = {name: replace(queue, keeps_owner=False) for name, queue in world.queues.items()}
    before = replace(world, queues=queues)
    after = replace(before, spells=longer)
    run = Run(before.workload, before.roster, before.rules)
    run.go_on(at)
    run.change_roster(after.roster)
    run.go_on(world.until)
    found = difference(after.play("compiled"), run.close(), ("new roster from the start", "changed"))
    assert found is None, f"{found}\non\n{after!r}"

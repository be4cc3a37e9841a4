"""What only the compiled engine can do: stop and go on, change the roster on the way, and take the one-pool path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import typeof

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.engine.fast import cache, pool
from careplan.engine.fast.pack import pack_law
from careplan.engine.fast.run import Run
from careplan.errors import TableError
from careplan.roster import Roster
from careplan.workload.tables import Workload
from tests.engine.tiny import Case, World
from tests.engine.worlds import random_world

WORLDS = range(60)


def straight(seed: int) -> str:
    """Digest of the run in one go, by the general kernel."""
    world = random_world(seed)
    run = Run(world.workload, world.roster, world.rules)
    run.go_on(world.until)
    return run.close().digest


@pytest.mark.parametrize("seed", WORLDS)
def test_a_run_that_stops_and_goes_on_is_the_run_in_one_go(seed: int) -> None:
    world = random_world(seed)
    run = Run(world.workload, world.roster, world.rules)
    rng = np.random.default_rng(seed)
    for stop in sorted(rng.integers(0, world.until + 1, 5).tolist()):
        run.go_on(stop)
    run.go_on(world.until)
    assert run.close().digest == straight(seed)


@pytest.mark.parametrize("seed", WORLDS)
def test_a_copy_goes_its_own_way_and_leaves_the_first_alone(seed: int) -> None:
    world = random_world(seed)
    run = Run(world.workload, world.roster, world.rules)
    run.go_on(world.until // 2)
    twin = run.copy()
    twin.go_on(world.until)
    twin.close()
    run.go_on(world.until)
    assert run.close().digest == straight(seed)


def lines(table: np.ndarray) -> set[int]:
    """Cache lines a table lies in."""
    first = table.ctypes.data
    return set(range(first // 64, (first + table.nbytes - 1) // 64 + 1))


def test_small_tables_of_runs_side_by_side_share_no_cache_line() -> None:
    gone = [np.zeros(k, dtype=np.int64) for k in range(1, 60) for _ in range(4)]
    del gone  # numpy hands such small memory out again
    worlds = [random_world(seed) for seed in (3, 4, 5)]
    runs = [Run(world.workload, world.roster, world.rules) for world in worlds]
    runs += [run.copy() for run in runs]
    taken: set[int] = set()
    for run in runs:
        for name, table in run.state._asdict().items():
            if isinstance(table, np.ndarray) and 0 < table.nbytes < 4096 and name not in BY_CASE:
                assert table.flags.c_contiguous and table.flags.aligned and table.flags.writeable
                assert not taken & lines(table), name
                taken |= lines(table)


BY_CASE = ("cases", "case_arrived_at", "outcome", "key_at", "rest")
"""Columns that are long wherever it matters."""


def test_a_copy_of_a_run_has_tables_of_its_own() -> None:
    world = random_world(3)
    run = Run(world.workload, world.roster, world.rules)
    twin = run.copy()
    for name, table in run.state._asdict().items():
        if isinstance(table, np.ndarray) and table.size:
            copy = getattr(twin.state, name)
            assert not np.shares_memory(table, copy)
            assert copy.tobytes() == table.tobytes() and copy.dtype == table.dtype, name


# With kept owners the roster to come matters now (rule 4.3), and no two rosters share a past.
WORLDS_OF_THE_MOMENT = [seed for seed in range(150) if not random_world(seed).rules.keeps_owner.any()][:60]


@pytest.mark.parametrize("seed", WORLDS_OF_THE_MOMENT)
def test_a_roster_changed_on_the_way_is_the_roster_that_was_meant(seed: int) -> None:
    """Start on a roster that sends everybody home at half time, then go on as planned."""
    world = random_world(seed)
    half = world.until // 2
    starts_before = world.roster.spell_on < half
    short = Roster(
        world.roster.groups,
        world.roster.agent_group,
        world.roster.spell_agent[starts_before],
        world.roster.spell_on[starts_before],
        np.minimum(world.roster.spell_off[starts_before], max(half, 1)),
    )
    run = Run(world.workload, short, world.rules)
    run.go_on(half)
    run.change_roster(world.roster)
    run.go_on(world.until)
    assert run.close().digest == straight(seed)


def test_a_roster_with_another_past_is_refused() -> None:
    world = next(w for w in map(random_world, range(50)) if w.roster.spell_on.size and w.roster.spell_on.min() == 0)
    run = Run(world.workload, world.roster, world.rules)
    run.go_on(1)
    nobody = Roster(world.roster.groups, world.roster.agent_group, [], [], [])
    with pytest.raises(TableError, match="on duty"):
        run.change_roster(nobody)


def test_events_that_outgrow_their_arrays_are_given_more_room() -> None:
    """Every case of a crowd is with a bot at once: far more events than the state begins with."""
    crowd = [Case("mail", at=at, work=5, bots=((1000, False, -1),)) for at in range(400)]
    world = World(
        queues={"mail": Queue(is_live=False, bots=("bot",))},
        groups={"care": Group(skills={"mail": 1})},
        bots={"bot": Bot()},
        spells=[("care", 1, 0, 9000)],
        cases=crowd,
        until=9000,
    )
    run = Run(world.workload, world.roster, world.rules)
    room_before = len(run.state.keys)
    run.go_on(9000)
    assert len(run.state.keys) > room_before
    assert run.close().digest == world.play("reference").digest


def one_line_world(seed: int) -> tuple[Workload, Roster, Rules, int]:
    """Random customers of one pool on a coarse clock, with changing staff."""
    rng = np.random.default_rng(seed)
    n, tick = int(rng.integers(1, 60)), int(rng.choice([1, 5, 20]))
    arrived = np.sort(rng.integers(-2, 60, n)) * tick
    workload = Workload(
        queues=("line",),
        arrived_at=arrived,
        queue_ix=np.zeros(n, dtype=int),
        turn_start=np.arange(n + 1),
        work_ms=rng.integers(1, 12, n) * tick,
        patience_ms=np.where(rng.random(n) < 0.5, rng.integers(0, 8, n) * tick, -1),
        needs_reply=rng.random(n) < 0.9,
    )
    live = bool(rng.random() < 0.5)
    rules = Rules.of(
        {"line": Queue(is_live=live, withdraws=bool(rng.random() < 0.3))},
        {"care": Group({"line": (1, int(rng.choice([700, 1000, 1300])))}, pace=(int(rng.choice([900, 1000])),))},
    )
    edges = np.arange(0, 80, 8) * tick
    roster = Roster.from_headcount(edges, {"care": rng.integers(0, 4, len(edges) - 1)})
    return workload, roster, rules, int(rng.integers(1, 90)) * tick


def test_the_one_pool_path_gives_the_trace_of_the_general_kernel() -> None:
    suited = 0
    for seed in range(400):
        workload, roster, rules, until = one_line_world(seed)
        suited += pool.suits(workload, roster, rules)
        run = Run(workload, roster, rules)
        run.go_on(until)
        general = run.close()
        special = pool.run_pool(workload, roster, rules, until)
        for name in general.columns():
            assert np.array_equal(getattr(general, name), getattr(special, name)), f"world {seed}, {name}"
    assert suited == 400


def test_worlds_with_two_turns_or_two_groups_are_no_single_pool() -> None:
    suits = [pool.suits(w.workload, w.roster, w.rules) for w in map(random_world, range(100))]
    assert not any(
        fits and (len(w.rules.groups) > 1 or w.workload.n_turns > w.workload.n_cases)
        for fits, w in zip(suits, map(random_world, range(100)), strict=True)
    )


def test_rules_put_together_by_hand_are_no_other_kind_of_arrays() -> None:
    """Else the kernel is compiled a second time, for tables that may be written to."""
    rules = random_world(1).rules
    columns = {name: column for name, column in vars(rules).items() if isinstance(column, np.ndarray)}
    by_hand = replace(rules, **{name: column.copy() for name, column in columns.items()})
    assert by_hand.bot_on.flags.writeable
    assert typeof(pack_law(by_hand)) == typeof(pack_law(rules))


def test_compiled_code_of_other_sources_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    stale = tmp_path / "kernel.play-1.py311.1.nbc"
    stale.touch()
    (tmp_path / "careplan-engine-0123.stamp").touch()
    cache.forget_stale_code()
    assert not stale.exists()
    assert [p.suffix for p in tmp_path.iterdir()] == [".stamp"]
    kept = tmp_path / "kernel.play-1.py311.2.nbc"
    kept.touch()
    cache.forget_stale_code()
    assert kept.exists()

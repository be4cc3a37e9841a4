"""Play random worlds on both engines until they differ: ``python -m tests.engine.fuzz --worlds 20000``.

Options: ``--seed`` (the first world's; worlds are numbered on from it), ``--jobs`` (processes, default 2),
``--shuffle`` (also play each world on the reference with every step shuffled, rule 1). Prints progress, then the
result. A world in which the engines differ is made smaller and printed as the Python that builds it; the exit
code is then 1. Run it from the root of the repository, with the package installed.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from careplan.engine.reference.run import run_reference
from tests.engine.compare import difference, disagreement, shrunk
from tests.engine.tiny import World
from tests.engine.worlds import random_world

BLOCK = 250


def shuffled_difference(world: World, shuffle_seed: int) -> str | None:
    """Return how the reference differs from itself with the order inside each step shuffled; None if it does not."""
    plain = world.play("reference")
    shuffled = run_reference(world.workload, world.roster, world.rules, world.until, shuffle_seed=shuffle_seed)
    return difference(plain, shuffled, ("plain", "shuffled"))


def bad_worlds(first: int, count: int, shuffle: bool) -> list[int]:
    """Return the seeds, of ``count`` from ``first`` on, whose worlds differ by engine (or by order of a step)."""
    bad = []
    for seed in range(first, first + count):
        world = random_world(seed)
        if disagreement(world) or (shuffle and shuffled_difference(world, seed)):
            bad.append(seed)
    return bad


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description="Play random worlds on both engines until they differ.")
    parser.add_argument("--worlds", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shuffle", action="store_true")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    random_world(options.seed).play("compiled")  # compiles, or loads from disk, before the processes do
    blocks = [(at, min(BLOCK, options.worlds - at)) for at in range(0, options.worlds, BLOCK)]
    done, bad = 0, []
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = {pool.submit(bad_worlds, options.seed + at, n, options.shuffle): n for at, n in blocks}
        for block in as_completed(waiting):
            done += waiting[block]
            bad += block.result()
            took = time.perf_counter() - began
            print(f"{done:>7} of {options.worlds} worlds, {len(bad)} differ, {took:.0f} s", flush=True)
    if not bad:
        print(f"All {options.worlds} worlds from seed {options.seed} on: the engines give the same trace.")
        return 0
    seed = min(bad)
    print(f"{len(bad)} worlds differ: {sorted(bad)[:20]}. The first, made smaller:")
    world = random_world(seed)
    if disagreement(world):
        print(disagreement(shrunk(world, lambda w: disagreement(w) is not None)))
    else:
        small = shrunk(world, lambda w: shuffled_difference(w, seed) is not None)
        print(f"shuffled with seed {seed}:\n{shuffled_difference(small, seed)}\non\n{small!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main())

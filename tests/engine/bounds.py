"""Play the compiled engine as plain Python on arrays that refuse every index outside them.

Compiled code tests no index: a wrong one reads or writes somewhere else in memory and mostly goes unnoticed.
``NUMBA_DISABLE_JIT=1 python -m tests.engine.bounds --worlds 1000`` plays random worlds, in one go and stopped, and
stops at the first index that is negative or too large, and at the first trace that is not the reference's.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.engine.compare import difference
from tests.engine.worlds import random_world


class Strict(np.ndarray):
    """An array without positions counted from the end; numpy itself refuses those that are too large."""

    def __getitem__(self, index: Any) -> Any:
        refuse_negative(index)
        return super().__getitem__(index)

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse_negative(index)
        super().__setitem__(index, value)


def refuse_negative(index: Any) -> None:
    """Raise IndexError for a negative position."""
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, int | np.integer) and part < 0:
            raise IndexError(f"index {index} counts from the end")


def strict(value: Any) -> Any:
    """Return arrays, alone or in a named tuple, as strict views of the same memory; anything else as it is."""
    if isinstance(value, np.ndarray):
        return value.view(Strict)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(strict(part) for part in value))
    return value


def strictly(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function on strict views of its arguments."""
    return lambda *arguments: function(*(strict(value) for value in arguments))


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description="Play the compiled engine on arrays that refuse wrong indices.")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        parser.error("set NUMBA_DISABLE_JIT=1: compiled code does not look at indices")
    from careplan.engine.fast import pool, run

    run.play, run.close, pool.play_pool = strictly(run.play), strictly(run.close), strictly(pool.play_pool)
    for seed in range(options.seed, options.seed + options.worlds):
        world = random_world(seed)
        expected = world.play("reference")
        stopped = run.Run(world.workload, world.roster, world.rules)
        for until in (world.until // 3, world.until // 2, world.until):
            stopped.go_on(until)
        for how, trace in (("in one go", world.play("compiled")), ("stopped", stopped.close())):
            found = difference(expected, trace)
            if found:
                print(f"random_world({seed}), {how}: {found}")
                return 1
    print(f"{options.worlds} worlds without an index outside its array")
    return 0


if __name__ == "__main__":
    sys.exit(main())

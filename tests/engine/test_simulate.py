"""The door to both engines: what it chooses, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys

import pytest

from careplan.engine.simulate import LONGEST_RUN_MS, play, simulate
from careplan.errors import TableError
from tests.engine.worlds import random_world

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from careplan.engine.simulate import simulate
from careplan.errors import TableError
from tests.engine.worlds import random_world
world = random_world(3)
trace = simulate(world.workload, world.roster, world.rules, until=world.until)
print(trace.provenance.engine, trace.digest)
try:
    simulate(world.workload, world.roster, world.rules, until=world.until, engine="compiled")
except TableError as error:
    print(error)
"""


def test_without_numba_the_reference_engine_runs_everything_and_the_compiled_says_what_to_do() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=False)
    world = random_world(3)
    digest = simulate(world.workload, world.roster, world.rules, until=world.until).digest
    assert f"reference {digest}" in done.stdout, done.stderr
    assert "numba is not installed; install it, or choose engine reference" in done.stdout


def test_a_trace_says_who_played_it() -> None:
    world = random_world(4)
    trace = simulate(world.workload, world.roster, world.rules, until=world.until, engine="reference")
    assert trace.provenance is not None
    assert trace.provenance.engine == "reference"
    assert trace.provenance.workload == world.workload.digest
    assert play(world.workload, world.roster, world.rules, until=world.until).provenance is None


@pytest.mark.parametrize("until", [-1, LONGEST_RUN_MS + 1])
def test_a_run_has_a_length_an_instant_can_hold(until: int) -> None:
    world = random_world(4)
    with pytest.raises(TableError, match="the run ends at"):
        simulate(world.workload, world.roster, world.rules, until=until)


def test_an_unknown_engine_is_refused() -> None:
    world = random_world(4)
    with pytest.raises(TableError, match="known engines: compiled, reference"):
        simulate(world.workload, world.roster, world.rules, until=world.until, engine="fast")  # type: ignore[arg-type]

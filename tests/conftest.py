"""Tests side by side (``pytest -n auto``): the engine is compiled once, beforehand, and not by every process at once.

It is compiled while the processes gather their tests; these begin when it is ready. Without ``-n`` nothing happens
here: the first test that plays compiles what it needs. A busy machine is no failure: examples have no time limit.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import settings

settings.register_profile("careplan", deadline=None)
settings.load_profile("careplan")

COMPILING = pytest.StashKey[subprocess.Popen[bytes]]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Begin to compile, in a process of its own. Called once, by the process that hands the tests out."""
    config.stash[COMPILING] = subprocess.Popen([sys.executable, "-m", "careplan", "warmup"], stdout=subprocess.DEVNULL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: object) -> None:
    """Hand no test out before the engine is compiled."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if config.stash[COMPILING].wait() != 0:
        raise pytest.UsageError("the engine cannot be compiled: see `careplan warmup`")

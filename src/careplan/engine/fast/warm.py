"""Compiling everything at once: tiny worlds that need every compiled function.

Comes in: nothing. Goes out: how long it took and where the code lies. Left out: saying so (the command line does).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import Group, Queue, Rules
from careplan.engine.fast.cache import cache_folder, code_is_ready
from careplan.engine.fast.run import run_compiled
from careplan.roster import Roster
from careplan.workload.tables import Workload

COLD_S = 20
"""About how many seconds compiling takes on an ordinary machine; said before it begins."""


@dataclass(frozen=True)
class Warmth:
    """What warming up came to."""

    was_ready: bool
    """Whether the code was there already."""
    seconds: float
    folder: Path
    """Where the compiled code lies."""
    worlds: tuple[str, ...]
    """What was played."""


def warm_up() -> Warmth:
    """Play the tiny worlds, so that every compiled function is compiled and stored."""
    was_ready = code_is_ready()
    began = time.perf_counter()
    for workload, roster, rules in (one_pool(), talks_and_calls()):
        run_compiled(workload, roster, rules, 1000)
    return Warmth(was_ready, time.perf_counter() - began, cache_folder(), ("one pool", "talks and calls"))


def one_pool() -> tuple[Workload, Roster, Rules]:
    """Two calls, one agent: the world of the one-pool path."""
    workload = Workload(
        queues=("phone",), arrived_at=_at(0, 10), queue_ix=_at(0, 0), turn_start=_at(0, 1, 2), work_ms=_at(100, 100)
    )
    rules = Rules.of(queues={"phone": Queue(is_live=True)}, groups={"care": Group(skills={"phone": 1})})
    return workload, Roster.from_headcount([0, 1000], {"care": [1]}), rules


def talks_and_calls() -> tuple[Workload, Roster, Rules]:
    """A message of two turns that a call interrupts: the world of the general kernel."""
    workload = Workload(
        queues=("message", "phone"),
        arrived_at=_at(0, 10),
        queue_ix=_at(0, 1),
        turn_start=_at(0, 2, 3),
        work_ms=_at(100, 100, 50),
        think_ms=_at(20, -1, -1),
        patience_ms=_at(-1, 60),
    )
    rules = Rules.of(
        queues={"message": Queue(is_live=False, concurrency=2), "phone": Queue(is_live=True, interrupts=True)},
        groups={"care": Group(skills={"message": 1, "phone": 1}, pace=(1000, 900))},
    )
    return workload, Roster.from_headcount([0, 1000], {"care": [1]}), rules


def _at(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)

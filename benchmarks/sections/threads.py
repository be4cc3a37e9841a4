"""Two threads against one: replications of work c in the compiled engine, which runs without the interpreter lock.

Wall time says something only where two cores are idle. What the threads cost each other (memory, caches, the lock) is
also seen in the processor time they use: two cores to themselves would gain twice the ratio of processor times.
"""

from __future__ import annotations

import statistics
from time import thread_time

from benchmarks.report import Row, Section, load_average
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, ratio_per_case
from benchmarks.tools.careplan_tool import Tables, tables
from benchmarks.works import week
from careplan.executor import Workers

REPLICATIONS = 12


def measure(settings: Settings) -> Section:
    """Play the same replications one after another, and two at a time."""
    n = settings.cases(100_000)
    given = [tables(week(n, settings.seed + k)) for k in range(REPLICATIONS)]
    processor_s: dict[str, list[float]] = {"one thread": [], "two threads": []}

    workers = Workers(2)  # as studies and plans use them; it lets the process keep its memory, for both lanes

    def in_turn() -> None:
        processor_s["one thread"].append(sum(map(_processor_time, given)))

    def two_at_a_time() -> None:
        processor_s["two threads"].append(sum(workers.map(_processor_time, given)))

    lanes = [
        Lane("one thread", n * REPLICATIONS, in_turn, given[0].play),
        Lane("two threads", n * REPLICATIONS, two_at_a_time, given[0].play),
    ]
    times = interleaved(lanes, settings.rounds)
    workers.close()
    gained = ratio_per_case(times["one thread"], times["two threads"])
    one, two = (statistics.median(processor_s[name]) for name in ("one thread", "two threads"))
    what = f"two threads against one, {REPLICATIONS} replications of work c"
    section = Section("threads", "Two threads")
    section.rows = [
        Row.of(
            what,
            gained,
            at_least=1.6,
            note=f"wall time; asked of an idle machine, load average {load_average()}",
        ),
        Row("the same with two cores to themselves", 2 * one / two, note="twice the ratio of processor times"),
    ]
    return section


def _processor_time(given: Tables) -> float:
    start = thread_time()
    given.play()
    return thread_time() - start

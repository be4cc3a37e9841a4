"""Two threads against one: replications of work c in the compiled engine, which runs without the interpreter lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from benchmarks.report import Row, Section, load_average
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, ratio_per_case
from benchmarks.tools.careplan_tool import tables
from benchmarks.works import week

REPLICATIONS = 12


def measure(settings: Settings) -> Section:
    """Play the same replications one after another, and two at a time."""
    n = settings.cases(100_000)
    given = [tables(week(n, settings.seed + k)) for k in range(REPLICATIONS)]

    def in_turn() -> None:
        for tables_of_one in given:
            tables_of_one.play()

    def two_at_a_time() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda tables_of_one: tables_of_one.play(), given))

    lanes = [
        Lane("one thread", n * REPLICATIONS, in_turn, given[0].play),
        Lane("two threads", n * REPLICATIONS, two_at_a_time, given[0].play),
    ]
    times = interleaved(lanes, settings.rounds)
    gained = ratio_per_case(times["one thread"], times["two threads"])
    note = f"load average {load_average()}; the requirement is for an idle machine"
    section = Section("threads", "Two threads")
    section.rows = [
        Row.of(
            f"two threads against one, {REPLICATIONS} replications of work c", gained, at_least=1.6, note=note
        )
    ]
    return section

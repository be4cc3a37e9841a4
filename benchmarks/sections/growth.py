"""How the compiled engine's cost a case grows with cases, agents, queues, and with pace.

The first three are taken in two worlds, because the engine has two ways through: one pool of agents who take one case
at a time from one line (works a, b, c), and everything else, here three cases at once an agent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.report import Row, Section, count, number
from benchmarks.settings import Settings
from benchmarks.timing import Lane, Times, interleaved, processor_seconds, ratio_per_case, wall_seconds
from benchmarks.tools.careplan_tool import Tables, tables
from benchmarks.works import Work, mixed_slots, pool

HEAD = ("world", "size", "cases", "ns a case")
WORLDS = {"one at a time": 1, "three at once": 3}


KEEPING = {"GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1000000000000"}
"""Makes the GNU C library keep what a process gives back, instead of asking the system for fresh pages each time."""


def by_cases(settings: Settings) -> Section:
    """Work a with a hundred times the cases; once as the system is, once in a process that keeps its memory.

    A run of ten million cases fills gigabytes. Where the system hands them out anew each time, that may cost more than
    the engine itself (virtual machines give idle memory back); the second pair of rows leaves it out.
    """
    section = _more_cases(settings)
    asked = [str(settings.rounds), str(settings.scale), str(settings.seed), settings.timer.__name__]
    command = [sys.executable, "-m", "benchmarks.sections.growth", *asked]
    child = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **KEEPING})
    kept = json.loads(child.stdout)
    section.rows += [Row(**{**row, "what": f"{row['what']}, memory kept"}) for row in kept["rows"]]
    section.table += [(f"{line[0]}, memory kept", *line[1:]) for line in kept["table"]]
    return section


def _more_cases(settings: Settings) -> Section:
    sizes = [settings.cases(n) for n in (100_000, 1_000_000, 10_000_000)]

    def draw(concurrency: int, size: int) -> Work:
        return pool(size, settings.seed, concurrency=concurrency)

    return _growth("cases", "cases", sizes, draw, settings, at_most=1.2)


def by_agents(settings: Settings) -> Section:
    """Work a at the same load with two hundred times the agents."""
    n = settings.cases(1_000_000)

    def draw(concurrency: int, size: int) -> Work:
        return pool(n, settings.seed, n_agents=size, concurrency=concurrency)

    return _growth("agents", "agents", (50, 1_000, 10_000), draw, settings, at_most=3)


def by_queues(settings: Settings) -> Section:
    """Work b with its customers dealt out to twenty queues; three at once, each queue has its own priority."""
    n = settings.cases(500_000)

    def draw(concurrency: int, size: int) -> Work:
        return pool(
            n,
            settings.seed,
            load=1.05,
            patience_of_work=2.0,
            n_queues=size,
            concurrency=concurrency,
            is_ranked=concurrency > 1,
        )

    return _growth("queues", "queues", (1, 5, 20), draw, settings, at_most=2.5)


def _growth(
    name: str,
    what: str,
    sizes: Sequence[int],
    draw: Callable[[int, int], Work],
    settings: Settings,
    *,
    at_most: float,
) -> Section:
    """Compare the cost a case of the last size with that of the first, in both worlds."""
    section = Section(name, f"More {what}", head=HEAD)
    for world, concurrency in WORLDS.items():
        works = [draw(concurrency, size) for size in sizes]
        most = max(work.n_cases for work in works)
        lanes = [
            _lane(f"{count(size)} {what}", tables(work), work.n_cases, most)
            for size, work in zip(sizes, works, strict=True)
        ]
        del works
        times = list(interleaved(lanes, settings.rounds, timer=settings.timer).values())
        title = f"cost a case, {count(sizes[0])} → {count(sizes[-1])} {what}, {world}"
        section.rows.append(Row.of(title, ratio_per_case(times[-1], times[0]), at_most=at_most))
        section.table += [_line(world, t) for t in times]
    return section


def by_pace(settings: Settings) -> Section:
    """Work d with a pace table that slows agents by next to nothing, so that only the bookkeeping differs."""
    section = Section("pace", "Pace (work d)", head=HEAD)
    n = settings.cases(200_000)
    work = mixed_slots(n, settings.seed)
    # Without the queue that takes a whole agent, every start and end changes how many are in hand: the dearest case.
    shared = replace(work, queues=tuple(replace(queue, concurrency=3) for queue in work.queues))
    paced = tuple(1000 - k for k in range(6))
    for world, one in (("work d", work), ("work d, every queue three at once", shared)):
        lanes = [_lane("pace off", tables(one), n, n), _lane("pace on", tables(one, pace=paced), n, n)]
        off, on = interleaved(lanes, settings.rounds, timer=settings.timer).values()
        section.rows.append(Row.of(f"cost a case, pace on ÷ off, {world}", ratio_per_case(on, off), at_most=2))
        section.table += [_line(world, off), _line(world, on)]
    return section


def _lane(name: str, given: Tables, n_cases: int, most: int) -> Lane:
    """A lane that plays small works several times, so that every lane is long enough to time."""
    times = max(1, min(10, most // n_cases))

    def play() -> None:
        for _ in range(times):
            given.play()

    return Lane(name, n_cases * times, play, given.play)


def _line(world: str, times: Times) -> tuple[str, ...]:
    return (world, times.lane.name, count(times.lane.n_cases), number(times.per_case_ns))


def _main(rounds: str, scale: str, seed: str, timer: str) -> None:
    """Measure ``_more_cases`` in this process and print its rows and table as JSON."""
    timers = {"processor_seconds": processor_seconds, "wall_seconds": wall_seconds}
    section = _more_cases(Settings(int(rounds), float(scale), int(seed), timer=timers[timer]))
    print(json.dumps({"rows": [vars(row) for row in section.rows], "table": section.table}))


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""How the compiled engine's cost a case grows with cases, agents, queues, and with pace."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.report import Row, Section, count, number
from benchmarks.settings import Settings
from benchmarks.timing import Lane, Times, interleaved, ratio_per_case
from benchmarks.tools.careplan_tool import Tables, tables
from benchmarks.works import mixed_slots, pool

HEAD = ("lane", "cases", "ns a case")


def by_cases(settings: Settings) -> Section:
    """Work a with a hundred times the cases."""
    section = Section("cases", "More cases (work a)", head=HEAD)
    small, middle, large = (settings.cases(n) for n in (100_000, 1_000_000, 10_000_000))
    lanes = [_lane(f"{count(n)} cases", tables(pool(n, settings.seed)), n, large) for n in (small, middle, large)]
    times = interleaved(lanes, settings.rounds)
    few, _, many = times.values()
    section.rows = [
        Row.of(f"cost a case, {number(small)} → {number(large)} cases", ratio_per_case(many, few), at_most=1.2)
    ]
    return _with_table(section, times)


def by_agents(settings: Settings) -> Section:
    """Work a at the same load with two hundred times the agents."""
    section = Section("agents", "More agents (load 0.95)", head=HEAD)
    n = settings.cases(1_000_000)
    few, more, many = (50, 1_000, 10_000)
    lanes = [_lane(f"{count(a)} agents", tables(pool(n, settings.seed, n_agents=a)), n, n) for a in (few, more, many)]
    times = interleaved(lanes, settings.rounds)
    first, _, last = times.values()
    section.rows = [Row.of("cost a case, 50 → 10 000 agents", ratio_per_case(last, first), at_most=3)]
    return _with_table(section, times)


def by_queues(settings: Settings) -> Section:
    """Work b with its customers dealt out to twenty queues, served by one group."""
    section = Section("queues", "More queues (work b)", head=HEAD)
    n = settings.cases(500_000)
    lanes = []
    for queues in (1, 5, 20):
        work = pool(n, settings.seed, load=1.05, patience_of_work=2.0, n_queues=queues)
        lanes.append(_lane(f"{queues} queue{'s' * (queues > 1)}", tables(work), n, n))
    times = interleaved(lanes, settings.rounds)
    first, _, last = times.values()
    section.rows = [Row.of("cost a case, 1 → 20 queues", ratio_per_case(last, first), at_most=2.5)]
    return _with_table(section, times)


def by_pace(settings: Settings) -> Section:
    """Work d with a pace table that slows agents by next to nothing, so that only the bookkeeping differs."""
    section = Section("pace", "Pace (work d)", head=HEAD)
    n = settings.cases(200_000)
    work = mixed_slots(n, settings.seed)
    paced = tuple(1000 - k for k in range(6))
    # Without the whole-agent queue every start and end changes how many are in hand: the dearest case for pace.
    shared = replace(work, queues=tuple(replace(queue, concurrency=3) for queue in work.queues))
    lanes = [
        _lane("pace off", tables(work), n, n),
        _lane("pace on", tables(work, pace=paced), n, n),
        _lane("three at once, pace off", tables(shared), n, n),
        _lane("three at once, pace on", tables(shared, pace=paced), n, n),
    ]
    times = interleaved(lanes, settings.rounds)
    off, on, shared_off, shared_on = times.values()
    section.rows = [
        Row.of("cost a case, pace on ÷ off (work d)", ratio_per_case(on, off), at_most=2),
        Row.of("cost a case, pace on ÷ off (three at once)", ratio_per_case(shared_on, shared_off), at_most=2),
    ]
    return _with_table(section, times)


def _lane(name: str, given: Tables, n_cases: int, most: int) -> Lane:
    """A lane that plays small works several times, so that every lane is long enough to time."""
    times = max(1, min(10, most // n_cases))

    def play() -> None:
        for _ in range(times):
            given.play()

    return Lane(name, n_cases * times, play, given.play)


def _with_table(section: Section, times: dict[str, Times]) -> Section:
    section.table = [(name, count(t.lane.n_cases), number(t.per_case_ns)) for name, t in times.items()]
    return section

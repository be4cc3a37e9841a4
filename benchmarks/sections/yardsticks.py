"""Works a to d in careplan, SimPy, Ciw and salabim: rates a case, and whether the answers are the same."""

from __future__ import annotations

from benchmarks.report import Row, Section, Unmeasured, count, number
from benchmarks.settings import Settings
from benchmarks.timing import Lane, Ratio, Times, interleaved, ratio, ratio_per_case
from benchmarks.tools.answer import Agreement, Answer, agreement
from benchmarks.tools.registry import COMPILED, SIMPY, TOOLS, Tool
from benchmarks.works import YARDSTICKS, Work

HEAD = (
    "work",
    "lane",
    "cases",
    "ns a case",
    "× the rate of SimPy",
    "same as SimPy",
    "left",
    "mean wait s",
    "first run s",
)
SAMPLING, TABLES = "sampling (numpy)", "careplan: building the tables"


def measure(settings: Settings, name: str) -> Section:
    """Measure one of the works on every tool that is installed and can express it."""
    yardstick = YARDSTICKS[name]
    n_cases = settings.cases(yardstick.n_cases)
    work = yardstick.draw(n_cases, settings.seed)
    section = Section(name, f"Work {name}: {work.title}", head=HEAD)
    given: dict[str, Work] = {}
    lanes = [Lane(SAMPLING, n_cases, lambda: yardstick.draw(n_cases, settings.seed))]
    for tool in TOOLS:
        if not settings.wants(tool.name):
            continue
        why = _why_not(tool, work)
        if why:
            section.table.append((name, tool.name, "–", "–", "–", why, "–", "–", "–"))
            continue
        mine = work.first(settings.cases(tool.most_cases[name]))
        given[tool.name] = mine
        few = tool.prepare(mine.first(1_000))
        # A rival has nothing to compile: a few cases are warm-up enough.
        lanes.append(Lane(tool.name, mine.n_cases, tool.prepare(mine), None if tool is COMPILED else few))
        if tool is COMPILED:
            from benchmarks.tools.careplan_tool import tables

            lanes.append(Lane(TABLES, n_cases, lambda: tables(work)))
    times = interleaved(lanes, settings.rounds, timer=settings.timer)
    answers = {tool: times[tool].returned() for tool in given}
    agreements = _agreements(given, answers)
    section.rows = _rows(name, yardstick.required, times, settings)
    section.table = [_line(name, lane, times, agreements.get(lane)) for lane in times] + section.table
    return section


def _why_not(tool: Tool, work: Work) -> str | None:
    if not tool.is_installed:
        return "not installed"
    return tool.cannot(work)


def _agreements(given: dict[str, Work], answers: dict[str, Answer]) -> dict[str, Agreement]:
    """Compare every tool with SimPy on the cases both were given.

    Later arrivals change what an earlier case meets (priorities overtake), so a tool that was given more cases
    plays SimPy's share again, untimed; one that was given fewer is compared with SimPy on its own share.
    """
    if SIMPY.name not in given:
        return {}
    found = {}
    tools = {tool.name: tool for tool in TOOLS}
    for name, work in given.items():
        shared = min(work, given[SIMPY.name], key=lambda w: w.n_cases)
        pair = [
            answers[tool] if given[tool].n_cases == shared.n_cases else tools[tool].prepare(shared)()()
            for tool in (name, SIMPY.name)
        ]
        found[name] = agreement(shared, *pair)
    return found


def _rows(name: str, required: float, times: dict[str, Times], settings: Settings) -> list[Row | Unmeasured]:
    what = f"{name}: compiled engine, times the rate of SimPy"
    if COMPILED.name not in times or SIMPY.name not in times:
        return [Unmeasured(what, "careplan's compiled engine and SimPy are both needed")]
    careplan, simpy = times[COMPILED.name], times[SIMPY.name]
    share = f"SimPy on {count(simpy.lane.n_cases)} cases, careplan on {count(careplan.lane.n_cases)}"
    return [
        Row.of(what, ratio_per_case(simpy, careplan), at_least=required, note=share),
        Row.of(
            f"{name}: the same, both with sampling and tables",
            _total(times),
            note="sampling with numpy for both",
        ),
    ]


def _total(times: dict[str, Times]) -> Ratio:
    def by_round(*lanes: str) -> list[float]:
        per_case = [[s / times[lane].lane.n_cases for s in times[lane].rounds_s] for lane in lanes]
        return [sum(parts) for parts in zip(*per_case, strict=True)]

    return ratio(by_round(SIMPY.name, SAMPLING), by_round(COMPILED.name, SAMPLING, TABLES))


def _line(name: str, lane: str, times: dict[str, Times], agreed: Agreement | None) -> tuple[str, ...]:
    mine = times[lane]
    simpy = times.get(SIMPY.name)
    plays = lane not in (SAMPLING, TABLES)
    rate = number(simpy.per_case_ns / mine.per_case_ns) if simpy and plays else "–"
    same, left, wait = ("–", "–", "–")
    if agreed:
        same = "–" if lane == SIMPY.name else f"{agreed.identical:.3%} of {count(agreed.n_cases)}"
        left, wait = f"{agreed.left[0]:.2%}", f"{agreed.mean_wait_s[0]:.3f}"
        if lane != SIMPY.name:
            wait += f" ({agreed.wait_difference_s:+.3f})"
    first = f"{mine.warm_up_s:.2f}" if lane == COMPILED.name else "–"
    return (name, lane, count(mine.lane.n_cases), number(mine.per_case_ns), rate, same, left, wait, first)

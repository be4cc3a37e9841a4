"""``python -m benchmarks``: measure, and print the table of ratios of interleaved medians."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.report import Section, as_json, load_average, machine_facts, markdown
from benchmarks.sections import (
    commands,
    growth,
    memory,
    optimum,
    rosters,
    scenarios,
    searching,
    shift_roads,
    staffing,
    threads,
    yardsticks,
)
from benchmarks.settings import Settings
from benchmarks.timing import processor_seconds, wall_seconds

SECTIONS: dict[str, Callable[[Settings], Section]] = {
    **{name: partial(yardsticks.measure, name=name) for name in "abcd"},
    "scenarios": scenarios.measure,
    "cases": growth.by_cases,
    "agents": growth.by_agents,
    "queues": growth.by_queues,
    "pace": growth.by_pace,
    "memory": memory.measure,
    "threads": threads.measure,
    "staffing": staffing.measure,
    "search": searching.measure,
    "search-growth": searching.growth,
    "rosters": rosters.measure,
    "optimum": optimum.measure,
    "shifts-optimum": shift_roads.optimum,
    "roads": shift_roads.roads,
    "help": commands.help_page,
}
LONG = ("optimum", "roads", "search", "search-growth")
"""Sections that take minutes to most of an hour: only when they are named."""


def main(arguments: list[str] | None = None) -> int:
    """Measure the sections asked for; return 0 whether or not every figure is as good as asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", metavar="NAMES", default="", help=f"of {','.join(SECTIONS)}; default all but {', '.join(LONG)}"
    )
    parser.add_argument("--tools", metavar="NAMES", default="", help="of careplan,simpy,ciw,salabim; default all")
    parser.add_argument("--rounds", type=int, default=None, help="interleaved rounds; default 5, quick 3")
    parser.add_argument("--scale", type=float, default=None, help="times the cases of every work; default 1, quick 0.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall", help="processor: for a busy machine")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and cases: a look, not a finding")
    parser.add_argument("--json", metavar="FILE", type=Path, help="keep every figure as JSON")
    asked = parser.parse_args(arguments)
    names = [name for name in asked.only.split(",") if name] or [name for name in SECTIONS if name not in LONG]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        parser.error(f"--only: {', '.join(unknown)}; known: {', '.join(SECTIONS)}")
    settings = Settings(
        rounds=asked.rounds or (3 if asked.quick else 5),
        scale=asked.scale or (0.1 if asked.quick else 1.0),
        seed=asked.seed,
        timer=processor_seconds if asked.clock == "processor" else wall_seconds,
        tools=tuple(tool.lower() for tool in asked.tools.split(",") if tool),
    )
    facts = machine_facts()
    facts["run"] = f"{settings.rounds} rounds, scale {settings.scale:g}, seed {settings.seed}, {asked.clock} time"
    before = load_average()
    sections = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        sections.append(SECTIONS[name](settings))
    facts["load average"] = f"{before} before, {load_average()} after"
    print(markdown(sections, facts))
    if asked.json:
        asked.json.write_text(
            json.dumps(as_json(sections, facts), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

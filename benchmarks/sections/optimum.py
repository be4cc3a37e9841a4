"""The search against the best there is: small days of which every staffing is tried (``benchmarks/instances.py``).

The row against a requirement is how many instances the search is further from the optimum in than one agent for one
interval; the table has them all.
"""

from __future__ import annotations

from benchmarks.instances import INSTANCES, Solved, scenario_of, solved
from benchmarks.report import Row, Section, count
from benchmarks.settings import Settings

HEAD = (
    "instance",
    "cases a day",
    "staffings",
    "played",
    "optimum EUR",
    "ours EUR",
    "agent-interval",
    "all s",
    "ours s",
)


def measure(settings: Settings) -> Section:
    """Solve every instance both ways."""
    found = {name: solved(scenario_of(name)) for name in INSTANCES}
    section = Section("optimum", "The search against every staffing of a small day", head=HEAD)
    far = sum(not one.is_near for one in found.values())
    equal = sum(one.our_cost <= one.best_cost + 1e-6 for one in found.values())
    note = f"of {len(found)}; equal to the optimum in {equal}"
    section.rows = [Row("instances more than one agent-interval from the optimum", far, "", at_most=0, note=note)]
    section.table = [_line(name, one) for name, one in found.items()]
    section.notes = [
        "staffings: every headcount up to the groups' most agents; played: all that cost less than the optimum",
        "one more: what one agent for one hour costs (the dearest), by which ours may be dearer",
    ]
    return section


def _line(name: str, one: Solved) -> tuple[str, ...]:
    return (
        name,
        f"{one.cases:.0f}",
        count(one.staffings),
        count(one.tried),
        f"{one.best_cost:.0f}",
        f"{one.our_cost:.0f}",
        f"{one.one_more:.0f}",
        f"{one.best_s:.1f}",
        f"{one.our_s:.1f}",
    )

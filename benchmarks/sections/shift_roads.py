"""Shifts against the best there is, and road against road.

``optimum``: days with so few shift types that every schedule is tried (``benchmarks/shift_instances.py``); the row says
in how many road b is further from the optimum than one shift. ``roads``: what road b saves on the shipped scenarios,
and on the small page, each judged on a hundred fresh replications.
"""

from __future__ import annotations

from benchmarks.report import Row, Section, count
from benchmarks.settings import Settings
from benchmarks.shift_instances import INSTANCES, SCENARIO, Solved, scenario_of, solved
from careplan.planning.shifts.choose import shifts
from careplan.planning.shifts.plan import ShiftPlan
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

OPTIMUM = ("instance", "shift types", "optimum", "road a", "road b", "played to know", "played by b", "all s", "b s")
ROADS = ("scenario", "road", "cost a week", "less", "paid hours", "main target", "holds", "gap")
AS_WRITTEN = ("socially-devoted-shifts", "follow-the-sun", "roster-team")
"""Shipped scenarios with shift rules of their own."""
GIVEN: dict[str, dict[str, object]] = {
    "impatient-customers": {
        "groups.care.shift_rules": {
            "lengths": "8.5 h",
            "start_every": "1 h",
            "breaks": [{"for": "30 min", "from": "3 h", "to": "5 h", "every": "1 h", "in_shifts_from": "6 h"}],
            "part_time": {"lengths": "4 h", "at_most": "40 %"},
        }
    }
}
"""Shipped scenarios that are given rules."""


def optimum(settings: Settings) -> Section:
    """Solve every small instance both ways."""
    found = {name: solved(scenario_of(name), settings.seed) for name in INSTANCES}
    section = Section("shifts-optimum", "Shifts against every schedule of a small day", head=OPTIMUM)
    far = sum(not one.is_near for one in found.values())
    equal = sum(one.our_cost <= one.best_cost + 1e-6 for one in found.values())
    note = f"of {len(found)}; equal to the optimum in {equal}"
    section.rows = [Row("instances more than one shift from the optimum", far, "", at_most=0, note=note)]
    section.table = [_line(name, one) for name, one in found.items()]
    section.notes = ["costs in EUR of the day; a shift is the smallest step a schedule can take"]
    return section


def _line(name: str, one: Solved) -> tuple[str, ...]:
    costs = (f"{cost:,.2f}" for cost in (one.best_cost, one.covering_cost, one.our_cost))
    return (
        name,
        count(one.kinds),
        *costs,
        count(one.tried),
        count(one.ours_tried),
        f"{one.best_s:.1f}",
        f"{one.our_s:.1f}",
    )


def roads(settings: Settings) -> Section:
    """Choose shifts on both roads."""
    section = Section("roads", "Shifts from a need, or together with the staffing", head=ROADS)
    for name, scenario in worlds().items():
        b, a = shifts(scenario, seed=settings.seed, road="both")
        section.table += [_road(name, a, a), _road("", b, a)]
    section.notes = ["main target: on fresh replications, with its 95 % interval; less: than road a"]
    return section


def worlds() -> dict[str, Scenario]:
    """The shipped scenarios with shifts, one that is given such rules, and the small page."""
    folder = SCENARIO.parents[1] / "scenarios"
    found = {name: read_scenario(folder / f"{name}.yaml") for name in (*AS_WRITTEN, *GIVEN)}
    return {name: one.with_changes(GIVEN.get(name, {})) for name, one in found.items()} | {
        "small-page": read_scenario(SCENARIO)
    }


def _road(name: str, plan: ShiftPlan, other: ShiftPlan) -> tuple[str, ...]:
    main = plan.scores[0]
    figure, words = main.overall, main.goal.words
    assert plan.cost_a_week is not None and other.cost_a_week is not None
    return (
        name,
        plan.road,
        f"{plan.cost_a_week:,}",
        "" if plan is other else f"{float(100 * (1 - plan.cost_a_week / other.cost_a_week)):.1f} %",
        f"{plan.bill.paid_hours_a_week:,}",
        words(figure.value) + ("" if figure.low is None else f" ({words(figure.low)} to {words(figure.high)})"),
        "yes" if plan.holds else "no",
        f"{100 * plan.solver.gap:.1f} %",
    )

"""careplan: a simulator and staffing planner for customer care on social media, chat, e-mail and phone.

The public names load on first use, so that ``import careplan`` costs nothing and a function never hides the module
it lives in.

>>> import careplan as cp
>>> scenario = cp.read_scenario("scenarios/socially-devoted.yaml")      # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from careplan.engine.simulate import simulate as simulate
    from careplan.errors import CareplanError as CareplanError
    from careplan.errors import CareplanWarning as CareplanWarning
    from careplan.metrics.measures import measure as measure
    from careplan.planning.capacity.capacity import capacity as capacity
    from careplan.planning.cover.cover import cover as cover
    from careplan.planning.explaining import explain_brand as explain_brand
    from careplan.planning.levers import levers as levers
    from careplan.planning.rosters.assign import find_roster as find_roster
    from careplan.planning.shifts.choose import shifts as shifts
    from careplan.planning.staff import staff as staff
    from careplan.planning.why import why as why
    from careplan.reporting.plots.plot import plot as plot
    from careplan.roster import Roster as Roster
    from careplan.scenario.files import read_scenario as read_scenario
    from careplan.scenario.models import Scenario as Scenario
    from careplan.study.break_even import break_even as break_even
    from careplan.study.compare import compare as compare
    from careplan.study.costs import cost as cost
    from careplan.study.precise import replicate_until as replicate_until
    from careplan.study.price_curve import price_curve as price_curve
    from careplan.study.replicate import replicate as replicate
    from careplan.study.rosters import play_roster as play_roster
    from careplan.study.sweep import sweep as sweep
    from careplan.trace.tables import Trace as Trace
    from careplan.workload.given import replay as replay
    from careplan.workload.sampling import sample as sample
    from careplan.workload.tables import Workload as Workload

_HOME = {
    "read_scenario": "careplan.scenario.files",
    "sample": "careplan.workload.sampling",
    "simulate": "careplan.engine.simulate",
    "measure": "careplan.metrics.measures",
    "staff": "careplan.planning.staff",
    "shifts": "careplan.planning.shifts.choose",
    "find_roster": "careplan.planning.rosters.assign",
    "cover": "careplan.planning.cover.cover",
    "capacity": "careplan.planning.capacity.capacity",
    "explain_brand": "careplan.planning.explaining",
    "why": "careplan.planning.why",
    "levers": "careplan.planning.levers",
    "replay": "careplan.workload.given",
    "replicate": "careplan.study.replicate",
    "replicate_until": "careplan.study.precise",
    "compare": "careplan.study.compare",
    "cost": "careplan.study.costs",
    "break_even": "careplan.study.break_even",
    "play_roster": "careplan.study.rosters",
    "price_curve": "careplan.study.price_curve",
    "sweep": "careplan.study.sweep",
    "plot": "careplan.reporting.plots.plot",
    "Scenario": "careplan.scenario.models",
    "Workload": "careplan.workload.tables",
    "Roster": "careplan.roster",
    "Trace": "careplan.trace.tables",
    "CareplanError": "careplan.errors",
    "CareplanWarning": "careplan.errors",
}

__all__ = [
    "CareplanError",
    "CareplanWarning",
    "Roster",
    "Scenario",
    "Trace",
    "Workload",
    "break_even",
    "capacity",
    "compare",
    "cost",
    "cover",
    "explain_brand",
    "find_roster",
    "levers",
    "measure",
    "play_roster",
    "plot",
    "price_curve",
    "read_scenario",
    "replay",
    "replicate",
    "replicate_until",
    "sample",
    "shifts",
    "simulate",
    "staff",
    "sweep",
    "why",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from careplan.provenance import installed

        return installed("careplan") or "0"
    if name not in _HOME:
        raise AttributeError(f"module 'careplan' has no attribute {name!r}; public names: {', '.join(__all__)}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

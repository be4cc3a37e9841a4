"""Worlds of shifts, small enough to solve by hand or by trying everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from careplan.columns import FloatArray
from careplan.planning.shifts.choose import prices_of
from careplan.planning.shifts.cuts import quantile_weights
from careplan.planning.shifts.kinds import Kinds, kinds_of
from careplan.planning.staff import world_of
from careplan.scenario.models import Scenario
from tests.planning.scenarios import PAGE, scenario_of


def page_with(rules: dict[str, Any], **changes: Any) -> Scenario:
    """Return the page of the planner's tests with shift rules."""
    return scenario_of(PAGE, groups__care__shift_rules=rules, **changes)


def kinds_in(scenario: Scenario) -> Kinds:
    """Return the legal shifts of a scenario at its wages."""
    return kinds_of(scenario, world_of(scenario, 1).grid, prices_of(scenario))


def quantile(slack: FloatArray, share: float) -> float:
    """Return the slack that a share of single periods does not reach, smoothed over those near it."""
    return float(quantile_weights(slack.size, share) @ np.sort(slack, axis=None))

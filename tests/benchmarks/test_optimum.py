"""The whole road of the search against every staffing of a small day, and every schedule of one: instances of the
benchmarks "optimum" and "shifts-optimum".
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import shift_instances
from benchmarks.instances import INSTANCES, scenario_of, solved


@pytest.mark.parametrize(
    "name",
    ["messages, 90 % within 2 h", "messages, spells of three hours", "messages, evenings at twice the wage"],
)
def test_no_staffing_of_a_small_day_is_cheaper_by_more_than_an_agent_and_hour(name: str) -> None:
    """Shape on four days, level on eight others; every cheaper staffing is played on those eight and misses."""
    found = solved(scenario_of(name))
    assert found.best_cost - 1e-6 <= found.our_cost <= found.best_cost + found.one_more + 1e-6
    assert found.staffings == 5**6 and found.tried > 10
    assert np.all(found.ours[:, :10] == 0) and np.all(found.ours[:, 16:] == 0)


def test_every_instance_is_a_scenario_whose_groups_have_a_most() -> None:
    assert len(INSTANCES) >= 12
    for name in INSTANCES:
        assert all(group.most is not None for group in scenario_of(name).groups.values()), name


@pytest.mark.parametrize(
    "name",
    ["three watches of eight hours", "six begins of six hours with a break", "three watches, three of four hours"],
)
def test_no_schedule_of_a_small_day_is_cheaper_by_more_than_a_shift(name: str) -> None:
    found = shift_instances.solved(shift_instances.scenario_of(name))
    assert found.tried > 10
    assert found.best_cost - 1e-6 <= found.our_cost <= found.best_cost + found.one_more + 1e-6
    assert found.our_cost <= found.covering_cost

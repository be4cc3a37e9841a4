"""What any headcount must keep to, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.errors import InfeasibleError
from careplan.metrics.clocks import OpenHours
from careplan.metrics.scorecard import Goal
from careplan.planning.grid import Grid
from careplan.planning.limits import Limits
from careplan.units import HOUR_MS

GRID = Grid.uniform(6, HOUR_MS)


def limits(*goals: Goal, spell: int = 1, most: dict[str, int] | None = None) -> Limits:
    return Limits.of(
        GRID, ("care", "expert"), min_spell_ms=spell * HOUR_MS, hourly_cost={"care": 10.0, "expert": 15.0}, goals=goals,
        most=most,
    )  # fmt: skip


def test_the_price_is_hours_by_wage() -> None:
    plan = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 2, 0, 0, 0]])
    assert limits().cost(plan) == 2 * 10 + 2 * 15
    assert limits().agent_hours(plan) == 4


def test_cover_is_made_up_by_the_cheapest_group_that_has_room() -> None:
    night = OpenHours(np.array([0]), np.array([2 * HOUR_MS]))
    cover = Goal("two at night", "cover", over="total", at_least=2, hours=night)
    assert limits(cover).floor().tolist() == [[2, 2, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
    assert limits(cover, most={"care": 1}).floor().tolist() == [[1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]]
    assert not limits(cover).allow(np.array([[2, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]]))
    assert limits(cover).allow(np.array([[2, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]]))


def test_an_interval_that_is_covered_in_part_is_covered() -> None:
    hours = OpenHours(np.array([HOUR_MS // 2]), np.array([HOUR_MS]))
    cover = Goal("from half past", "cover", groups=("expert",), over="total", hours=hours)
    assert limits(cover).floor().tolist() == [[0] * 6, [1, 0, 0, 0, 0, 0]]


def test_cover_beyond_the_most_agents_is_refused_with_what_would_do() -> None:
    cover = Goal("three", "cover", over="total", at_least=3)
    with pytest.raises(InfeasibleError, match="at most 2. 1 more would do"):
        limits(cover, most={"care": 1, "expert": 1})


def test_short_spells_and_too_many_agents_are_not_allowed() -> None:
    plan = np.array([[0, 1, 1, 0, 0, 0], [0] * 6])
    assert limits(spell=2).allow(plan) and not limits(spell=3).allow(plan)
    assert not limits(most={"care": 0}).allow(plan)
    assert limits(spell=3).mended(plan)[0].sum() == 3

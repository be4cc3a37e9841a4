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
    with pytest.raises(InfeasibleError, match="at most 2 .* 1 more would do"):
        limits(cover, most={"care": 1, "expert": 1})


def test_short_spells_and_too_many_agents_are_not_allowed() -> None:
    plan = np.array([[0, 1, 1, 0, 0, 0], [0] * 6])
    assert limits(spell=2).allow(plan) and not limits(spell=3).allow(plan)
    assert not limits(most={"care": 0}).allow(plan)
    assert limits(spell=3).mended(plan)[0].sum() == 3


OFFICE = np.array([False, True, True, True, False, False])


def in_office_hours(*goals: Goal, spell: int = 2) -> Limits:
    """One group that may be on duty in intervals 1 to 3 of 6."""
    return Limits.of(
        GRID, ("care",), min_spell_ms=spell * HOUR_MS, hourly_cost={"care": 10.0}, goals=goals, hours={"care": OFFICE}
    )


def test_nobody_is_on_duty_outside_the_hours_of_the_group() -> None:
    assert in_office_hours().mended(np.full((1, 6), 3)).tolist() == [[0, 3, 3, 3, 0, 0]]
    assert in_office_hours().allow(np.array([[0, 1, 1, 0, 0, 0]]))
    assert not in_office_hours().allow(np.array([[1, 1, 0, 0, 0, 0]]))
    assert not in_office_hours().is_always_staffable


def test_a_spell_at_the_edge_of_the_hours_reaches_inwards() -> None:
    for at in (1, 3):
        need = np.zeros((1, 6), dtype=np.int64)
        need[0, at] = 1
        assert in_office_hours(spell=3).mended(need).tolist() == [[0, 1, 1, 1, 0, 0]]


def test_hours_shorter_than_a_spell_are_refused_with_what_would_do() -> None:
    with pytest.raises(InfeasibleError, match=r"3 h at a time.*groups\.care\.hours"):
        in_office_hours(spell=4)


def test_cover_outside_the_hours_of_every_group_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="wider hours"):
        in_office_hours(Goal("all round", "cover", over="total"))

"""The covering problem: against trying everything, against answers from books, and what it says when rules clash."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from careplan.columns import FloatArray
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.grid import Grid
from careplan.planning.shifts import covering, solving
from careplan.planning.shifts.covering import Rule, cover
from careplan.planning.shifts.kinds import Kind, Kinds
from careplan.planning.shifts.labour import Laid
from careplan.planning.shifts.solving import Solver
from careplan.planning.shifts.week import week_rules
from careplan.planning.staff import limits_of, world_of
from careplan.units import HOUR_MS
from tests.planning.shifts.worlds import kinds_in, page_with


def made(table: list[list[float]], cost: list[float]) -> Kinds:
    """Shift types from what one person of each covers, shape (n_intervals, n_types)."""
    n, m = len(table), len(cost)
    laid = Laid(date(2026, 3, 2), "full", ((0, HOUR_MS),), ())
    rows = tuple(Kind("care", 0, laid, str(i), (laid,)) for i in range(m))
    cells = csr_array(np.array(table, dtype=np.float64))
    return Kinds(("care",), Grid.uniform(n, HOUR_MS), rows, np.array(cost, dtype=np.float64), cells, cells)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_small_instances_cost_what_trying_everything_finds(data: st.DataObject) -> None:
    n, m = 4, 3
    table = [[data.draw(st.sampled_from([0, 1])) for _ in range(m)] for _ in range(n)]
    cost = [data.draw(st.integers(1, 5)) for _ in range(m)]
    need = np.array([data.draw(st.integers(0, 3)) for _ in range(n)], dtype=np.float64)
    price = np.full(n, 4.0)
    found = cover(made(table, cost), need, price, gap=0.0)
    best = min(
        float(np.dot(cost, x) + np.maximum(need - np.array(table) @ x, 0) @ price)
        for x in itertools.product(range(4), repeat=m)
    )
    assert found.solver.cost == pytest.approx(best) == pytest.approx(found.solver.bound)
    assert found.starts @ np.array(cost) + found.uncovered @ price == pytest.approx(best)


TWO_DAYS_OFF = [[1.0 if (day - begin) % 7 < 5 else 0.0 for begin in range(7)] for day in range(7)]
"""Five days on, two off in a row: who begins on which day works on which."""


@pytest.mark.parametrize(
    ("need", "people"),
    [
        ([5, 5, 5, 5, 5, 5, 5], 7),  # ⌈sum ÷ 5⌉ is reached (Baker, Naval Research Logistics Quarterly 21, 1974)
        ([8, 8, 8, 8, 8, 2, 2], 9),  # the same
        ([17, 13, 15, 19, 14, 16, 11], 23),  # the post office: Winston, Operations Research, chapter 3
        ([22, 17, 13, 14, 15, 18, 24], 25),  # the amusement park: Frontline Systems, Personnel Scheduling examples
    ],
)
def test_two_days_off_together_take_as_many_people_as_is_known(need: list[int], people: int) -> None:
    """Nobody does with fewer than the largest need, or than ⌈sum ÷ 5⌉ people."""
    found = cover(made(TWO_DAYS_OFF, [1.0] * 7), np.array(need, dtype=np.float64), np.full(7, 100.0), gap=0.0)
    assert not found.uncovered.any()
    assert int(found.starts.sum()) == people


@settings(max_examples=20, deadline=None)
@given(need=st.lists(st.integers(0, 30), min_size=7, max_size=7))
def test_two_days_off_together_take_the_people_of_the_linear_program_rounded_up(need: list[int]) -> None:
    """Bartholdi, Orlin and Ratliff, Operations Research 28 (1980): rows whose ones follow each other round the week."""
    cost, wanted = [1.0] * 7, np.array(need, dtype=np.float64)
    linear = linprog(cost, A_ub=-np.array(TWO_DAYS_OFF), b_ub=-wanted)
    found = cover(made(TWO_DAYS_OFF, cost), wanted, np.full(7, 100.0), gap=0.0)
    assert int(found.starts.sum()) == int(np.ceil(linear.fun - 1e-9)) and not found.uncovered.any()


@pytest.mark.parametrize(("dimensions", "least"), [(2, 5), (3, 18)])
def test_steiner_triples_are_covered_by_as_few_as_is_proven(dimensions: int, least: int) -> None:
    """Set covering: of the points of 𝔽₃ⁿ the fewest that hit every line, three points that add up to nothing.

    The instances A9 and A27 of Fulkerson, Nemhauser and Trotter, Mathematical Programming Study 2 (1974), in the
    OR-Library as stn9 and stn27: 12 triples need 5 points, 117 need 18.
    """
    points = list(itertools.product(range(3), repeat=dimensions))
    lines = [
        three
        for three in itertools.combinations(range(len(points)), 3)
        if not (np.sum([points[k] for k in three], axis=0) % 3).any()
    ]
    assert len(lines) == {2: 12, 3: 117}[dimensions]
    table = [[float(point in line) for point in range(len(points))] for line in lines]
    found = cover(made(table, [1.0] * len(points)), np.ones(len(lines)), np.full(len(lines), 100.0), gap=0.0)
    assert int(found.starts.sum()) == least and not found.uncovered.any()
    assert found.solver.bound == pytest.approx(least)


def test_the_textbook_day_of_six_watches() -> None:
    """Four-hour watches, everybody works two in a row: the textbook's need 4, 8, 10, 7, 12, 4 takes 26 people."""
    table = [[1.0 if (watch - begin) % 6 < 2 else 0.0 for begin in range(6)] for watch in range(6)]
    found = cover(made(table, [1.0] * 6), np.array([4.0, 8, 10, 7, 12, 4]), np.full(6, 100.0), gap=0.0)
    assert int(found.starts.sum()) == 26


def test_what_is_dearer_to_cover_than_to_leave_stays_uncovered() -> None:
    kinds = made([[1.0], [1.0]], [10.0])
    left = cover(kinds, np.array([1.0, 0.0]), np.array([4.0, 4.0]))
    assert left.starts.tolist() == [0] and left.uncovered.tolist() == [1.0, 0.0] and left.solver.cost == 4.0
    assert cover(kinds, np.array([1.0, 0.0]), np.array([11.0, 4.0])).starts.tolist() == [1]


def test_people_of_one_group_never_cover_the_need_of_another() -> None:
    rules = {"lengths": "8 h", "start_every": "8 h"}
    both = {name: {"skills": ["questions"], "shift_rules": rules} for name in ("care", "other")}
    kinds = kinds_in(page_with(rules, groups=both))
    need = np.zeros((2, 168))
    need[:, 8:16] = 10
    found = cover(kinds, need.ravel(), np.full(336, 1000.0), gap=0.0)
    assert kinds.duty(found.starts)[:, 8:16].tolist() == [[10.0] * 8] * 2


def test_rules_that_clash_are_named_with_the_least_change() -> None:
    scenario = page_with({"lengths": "8 h", "start_every": "8 h", "starts_a_day": 3, "at_least": 2})
    kinds = kinds_in(scenario)
    limits = limits_of(scenario, world_of(scenario, 1))
    with pytest.raises(InfeasibleError) as error:
        cover(kinds, np.zeros(168), np.ones(168), week_rules(scenario, kinds, limits))
    assert "starts_a_day" in str(error.value) and "at_least" in str(error.value)
    assert "1 fewer at once for people at least" in str(error.value)
    assert "3 more on a day for starts a day" in str(error.value)


def test_schedules_keep_to_the_rules_of_the_week() -> None:
    rules = {
        "lengths": "8 h", "start_every": "4 h", "starts_a_day": 6, "at_least": {"always": 1},
        "part_time": {"lengths": "4 h", "at_most": "20 %"},
    }  # fmt: skip
    scenario = page_with(rules)
    kinds = kinds_in(scenario)
    found = cover(
        kinds,
        np.full(168, 3.0),
        np.full(168, 30.0),
        week_rules(scenario, kinds, limits_of(scenario, world_of(scenario, 1))),
    )
    by_day = [sum(int(found.starts[i]) for i, k in enumerate(kinds.rows) if k.day == d) for d in range(7)]
    part = sum(int(found.starts[i]) for i, k in enumerate(kinds.rows) if k.laid.kind == "part")
    assert max(by_day) <= 6 and part <= 0.2 * found.starts.sum()
    assert kinds.attending(found.starts).min() >= 1


def test_a_gap_above_five_percent_is_large() -> None:
    assert Solver(100.0, 94.0, 1.0, 1).is_large and not Solver(100.0, 96.0, 1.0, 1).is_large


def test_a_rule_nobody_can_keep_is_named() -> None:
    kinds = made([[1.0]], [1.0])
    rule = Rule("nobody", csr_array(np.array([[0.0]])), np.array([1.0]), np.array([np.inf]), "people fewer")
    with pytest.raises(InfeasibleError, match="1 people fewer for nobody"):
        cover(kinds, np.zeros(1), np.ones(1), [rule])


def test_a_share_priced_step_by_step_is_kept_and_its_bound_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Part-timers are cheaper here, so that the share binds."""
    rules = {"lengths": "8 h", "start_every": "4 h", "part_time": {"lengths": "4 h", "at_most": "25 %"}}
    scenario = page_with(rules)
    kinds = kinds_in(scenario)
    kinds = replace(kinds, cost=np.where([k.laid.kind == "part" for k in kinds.rows], 0.9, 1.0) * kinds.cost)
    week = week_rules(scenario, kinds, limits_of(scenario, world_of(scenario, 1)))
    need, price = np.tile([1.0, 1, 1, 1, 3, 3, 3, 3, 2, 2, 2, 2], 14), np.full(168, 1e4)
    best = cover(kinds, need, price, week, gap=0.0)
    monkeypatch.setattr(solving, "_MANY", 1)
    priced = cover(kinds, need, price, week, gap=0.0)
    assert all(rule.keeps(priced.starts) for rule in week)
    assert priced.solver.bound <= best.solver.cost + 1e-6 <= priced.solver.cost + 2e-6
    assert priced.solver.cost <= 1.1 * best.solver.cost


@pytest.mark.parametrize("parts_are_found", [True, False])
def test_where_the_solver_finds_nothing_whole_in_its_time_the_need_is_covered_greedily(
    monkeypatch: pytest.MonkeyPatch, parts_are_found: bool
) -> None:
    scenario = page_with(
        {
            "lengths": "8 h",
            "start_every": "4 h",
            "at_least": {"always": 1},
            "part_time": {"lengths": "4 h", "at_most": "25 %"},
        }
    )
    kinds = kinds_in(scenario)
    week = week_rules(scenario, kinds, limits_of(scenario, world_of(scenario, 1)))
    need, price = np.tile([0.0, 0, 0, 0, 3, 3, 3, 3, 2, 2, 2, 2], 14), np.full(168, 1e4)
    best = covering.cover(kinds, need, price, week, gap=0.0)
    truly = covering.solved

    def in_parts(cost: FloatArray, whole: FloatArray, *rows: Any, **settings: Any) -> Any:
        if whole.any() or not parts_are_found:
            raise CareplanError("nothing in its time")
        return truly(cost, whole, *rows, **settings)

    monkeypatch.setattr(covering, "solved", in_parts)
    found = covering.cover(kinds, need, price, week)
    assert not found.uncovered.any() and all(rule.keeps(found.starts) for rule in week)
    assert best.solver.cost - 1e-6 <= found.solver.cost <= (1.1 if parts_are_found else 1.2) * best.solver.cost
    if parts_are_found:
        assert 0.9 * best.solver.cost <= found.solver.bound <= best.solver.cost + 1e-6
    else:
        assert found.solver.gap == 1  # nothing is known of a bound, and that is said

"""Days first: shifts that are alike as one, days that are settled, and rosters nobody finds shift by shift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from careplan.executor import Workers
from careplan.planning.rosters import solving
from careplan.planning.rosters.daysfirst import make_rows, merged, settled
from careplan.planning.rosters.improving import Improving
from careplan.planning.rosters.pool import Pool
from careplan.planning.rosters.puzzle import Puzzle
from careplan.planning.rosters.solving import solve
from tests.planning.rosters.test_assign import EARLY, LATE, NIGHT, SHORT, desk, needs
from tests.planning.rosters.test_exchanging import PEOPLE, numbers

SLOTS = [EARLY, LATE, NIGHT, SHORT]


def always() -> bool:
    return True


def seven() -> Puzzle:
    """Seven people over four weeks who each wish another weekday off."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    people = {f"p{k}": {"group": "care", "contract": "40 h", "wishes": [{"off": day}]} for k, day in enumerate(days)}
    scenario = desk(people, weeks=4)
    return numbers(scenario, needs(scenario, [EARLY, LATE], [[3, 2]] * 28))


def test_shifts_of_as_many_hours_are_one_and_their_needs_are_added() -> None:
    scenario = desk(PEOPLE, weeks=2, weekends_at_most=1, days_in_a_row=4)
    puzzle = numbers(scenario, needs(scenario, SLOTS, [[1, 1, 1, 1], [1, 2, 0, 1]] * 7))
    one = merged(puzzle)
    assert one is not None and one.one_of.tolist() == [0, 0, 0, 1]
    small = one.puzzle
    assert small.need[small.need_of[0]].tolist() == small.need[small.need_of[1]].tolist() == [3.0, 1.0]
    assert small.price[small.need_of[0]].tolist() == [800.0, 400.0] and small.hours[small.need_of[0]].tolist() == [8, 4]
    ben = small.kinds[small.kind_of[1]]
    assert np.isfinite(ben.cost[1]).tolist() == [True, False, False]  # Tuesday is settled: a shift of eight hours
    assert ben.rules.length.tolist() == [2, 1] and ben.rules.begin.shape == (14, 2)


def test_times_of_day_that_are_kept_to_and_other_people_keep_shifts_apart() -> None:
    people = {"Ana": {"group": "care", "contract": "24 h"}, "Ben": {"group": "care", "contract": "24 h"}}
    rotating = desk(people, starts="rotating")
    assert merged(numbers(rotating, needs(rotating, [EARLY, LATE], [[1, 1]] * 7))) is None
    spare = needs(rotating, [EARLY, LATE, (7, 8), (8, 8)], [[1, 1, 0, 0]] * 7)  # two that nobody needs
    assert merged(numbers(rotating, spare)) is None
    free = desk(people)
    assert merged(numbers(free, needs(free, [EARLY, SHORT], [[1, 1]] * 7))) is None
    one = merged(numbers(free, needs(free, [EARLY, LATE], [[1, 1]] * 7)))
    assert one is not None and one.one_of.tolist() == [0, 0]


def test_the_times_of_one_are_those_of_the_shift_that_is_needed_most() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": "24 h"}})
    puzzle = numbers(scenario, needs(scenario, [EARLY, LATE], [[1, 2]] * 7))
    one = merged(puzzle)
    assert one is not None
    assert (one.puzzle.kinds[0].rules.begin[:, 0] == puzzle.kinds[0].rules.begin[:, 1]).all()


def test_whoever_has_settled_days_works_on_these_and_no_others() -> None:
    scenario = desk(PEOPLE, weeks=2, weekends_at_most=1, days_in_a_row=4)
    puzzle = numbers(scenario, needs(scenario, SLOTS, [[1, 1, 1, 1], [1, 2, 0, 1]] * 7))
    one = merged(puzzle)
    assert one is not None
    with Workers(1) as workers:
        pool = Pool(one.puzzle, workers)
        make_rows(pool, one.puzzle.price, 5.0, np.random.default_rng(1), always)
        days = pool.whole(nodes=100, seconds=10.0)
    assert days is not None
    found = solve(settled(puzzle, one.one_of, days), seconds=20.0, gap=0.9)
    assert found.cost < np.inf
    works = found.choices >= 0
    assert (works == (days >= 0)).all() and (one.one_of[found.choices[works]] == days[works]).all()


def test_rows_that_differ_make_a_better_whole_choice_than_those_of_the_relaxation_alone() -> None:
    scenario = desk(PEOPLE, weeks=2, weekends_at_most=1, days_in_a_row=4)
    puzzle = numbers(scenario, needs(scenario, [EARLY, LATE], [[1, 1]] * 14))
    one = merged(puzzle)
    assert one is not None
    with Workers(1) as workers:
        few, many = (Pool(one.puzzle, workers) for _ in range(2))
        for pool in (few, many):
            pool.cheapest(list(range(len(pool.count))), one.puzzle.price)
        make_rows(many, one.puzzle.price, 5.0, np.random.default_rng(1), always)
        costs = []
        for pool in (few, many):
            rows = pool.whole(nodes=100, seconds=10.0)
            assert rows is not None
            left = one.puzzle.need.copy()
            for row in rows:
                left[one.puzzle.covered_by(row)] -= 1
            known = {
                (kind, row.tobytes()): cost for kind, row, cost in zip(pool.kind, pool.choices, pool.cost, strict=True)
            }
            worked = sum(
                known[kind, row.tobytes()] for kind, row in zip(one.puzzle.kind_of.tolist(), rows, strict=True)
            )
            costs.append(worked + float(np.maximum(left, 0) @ one.puzzle.price))
    assert costs[1] < costs[0]


def test_where_exchanges_are_few_days_first_find_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    puzzle = seven()
    monkeypatch.setattr(solving, "_FIRST", 20)
    monkeypatch.setattr(solving, "_LATER", 20)
    whole = solve(puzzle, seconds=60.0)
    monkeypatch.setattr(solving, "merged", lambda _: None)
    without = solve(puzzle, seconds=60.0)
    assert whole.cost == pytest.approx(whole.bound) and whole.cost < without.cost


def test_settled_days_that_leave_somebody_no_row_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {"Ana": {"group": "care", "contract": "40 h"}, "Ben": {"group": "care", "contract": "40 h"}}
    scenario = desk(people)
    puzzle = numbers(scenario, needs(scenario, [EARLY, LATE], [[1, 1]] * 7))
    everyday = np.zeros((2, 7), dtype=np.int64)  # Ana has no day off: no row keeps to the weekly rest
    everyday[1, 5:] = -1
    one = merged(puzzle)
    assert one is not None
    open_, closed = settled(puzzle, one.one_of, everyday).kinds
    assert open_ is puzzle.kinds[puzzle.kind_of[0]]
    assert np.isinf(closed.cost[5:, :-1]).all() and np.isinf(closed.cost[:5, -1]).all()


def test_a_choice_that_leaves_people_no_row_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def whole(self: Pool, **_: object) -> object:
        calls.append(1)
        return np.zeros((7, 28), dtype=np.int64)  # every day: no row keeps to the weekly rest

    monkeypatch.setattr(Pool, "whole", whole)
    monkeypatch.setattr(solving, "_FIRST", 20)
    monkeypatch.setattr(solving, "_LATER", 20)
    found = solve(seven(), seconds=60.0, gap=0.0)
    assert calls and found.cost < np.inf and (found.choices < 0).any(axis=1).all()


def test_when_the_time_is_over_days_are_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = desk(PEOPLE, weeks=2, weekends_at_most=1, days_in_a_row=4)
    puzzle = numbers(scenario, needs(scenario, SLOTS, [[1, 1, 1, 1], [1, 2, 0, 1]] * 7))
    made: list[int] = []
    monkeypatch.setattr(solving, "make_rows", lambda *_: bool(made.append(1)))
    found = solve(puzzle, seconds=1e-3, gap=0.0)
    assert not made and found.was_cut and found.cost < np.inf


def test_an_interrupt_while_shifts_are_found_on_settled_days_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "_FIRST", 20)
    before: list[float] = []
    after: list[float] = []
    whole_round = Improving.round

    def interrupted(self: Improving, *arguments: Any) -> bool:
        done = whole_round(self, *arguments)
        (after if before else before).append(self.points)
        if after:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Improving, "round", interrupted)
    found = solve(seven(), seconds=60.0, gap=0.0)
    assert found.was_interrupted and found.cost == min(before + after) and after[0] < before[0]

"""A roster made better by people who choose anew, and how near it can be."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from careplan.executor import Workers
from careplan.planning.rosters.improving import Improving
from careplan.planning.rosters.needs import Needs
from careplan.planning.rosters.pool import Pool
from careplan.planning.rosters.puzzle import Puzzle, puzzle_of
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.scenario.roster_rules import Rosters
from tests.planning.rosters.test_assign import EARLY, LATE, MONDAY, desk, needs, tried

TWO = {
    "Ana": {"group": "care", "contract": "24 h", "wishes": [{"off": "wed", "weight": 2}]},
    "Ben": {"group": "care", "contract": "24 h", "wishes": [{"off": "tue"}]},
}
WEEK = [[1, 0], [1, 1], [0, 1], [0, 1], [0, 0], [1, 0], [0, 0]]


def numbers(scenario: Scenario, wanted: Needs) -> Puzzle:
    return puzzle_of(scenario, members_of(scenario.people), scenario.rosters or Rosters(), wanted, MONDAY)


@pytest.mark.parametrize("seed", range(3))
def test_people_who_choose_anew_reach_the_best_roster_from_nobody_at_work(seed: int) -> None:
    """Both begin with a week off; every roster is tried for comparison."""
    scenario = desk(TWO, days_in_a_row=3)
    asked = needs(scenario, [EARLY, LATE], WEEK)
    best, puzzle = tried(scenario, asked), numbers(scenario, asked)
    with Workers(1) as workers:
        pool = Pool(puzzle, workers)
        nowhere = np.zeros(len(puzzle.need), dtype=np.bool_)
        worked = [pool.made(int(kind), np.zeros(len(puzzle.need)), nowhere) for kind in puzzle.kind_of]
        prices = np.zeros(len(puzzle.need))
        better = Improving(pool, prices, worked, pool.cost_of(worked), np.random.default_rng(seed))
        better.improve(time.monotonic() + 20.0, lambda cost: cost <= best + 1e-6, lambda: None)
    assert better.cost == pytest.approx(best)
    assert better.cost == pytest.approx(pool.cost_of(better.worked))


def test_a_row_among_some_needs_covers_no_other_and_keeps_what_is_fixed() -> None:
    people: dict[str, Any] = {
        "Ana": {"group": "care", "contract": "40 h", "fixed": [{"day": "2026-03-02", "shift": "06:00-14:00"}]}
    }
    scenario = desk(people)
    puzzle = numbers(scenario, needs(scenario, [EARLY], [[1]] * 5 + [[0]] * 2))
    everywhere = puzzle.cheapest(0, puzzle.price)
    assert everywhere[3].tolist() == [0, 1, 2, 3, 4]
    among = np.array([False, True, False, False, False])
    value, cost, _, covers = puzzle.cheapest(0, puzzle.price, among=among)
    assert covers.tolist() == [0, 1]
    assert cost == 3 * 8  # hours short of the contract
    assert value == cost - 2 * 8 * 100


@pytest.mark.parametrize(
    ("weights", "step"),
    [
        ({}, 1.0),  # 5 of a day off alone, 8 of a shift short
        ({"hours": 5}, 5.0),
        ({"hours": 2.5, "day_off_alone": 2.5}, 2.5),
        ({"hours": 1 / 3}, 0.0),  # no whole hundredths
    ],
)
def test_points_are_whole_multiples_of_a_step(weights: dict[str, float], step: float) -> None:
    scenario = desk(TWO, weights=weights)
    assert numbers(scenario, needs(scenario, [EARLY, LATE], WEEK)).step == pytest.approx(step)

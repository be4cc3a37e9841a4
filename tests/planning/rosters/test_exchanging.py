"""Exchanges of days: rows and points as the rules have them, whatever is exchanged."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.columns import IntArray
from careplan.executor import Workers
from careplan.planning.rosters.assign import points_of
from careplan.planning.rosters.duties import Duty, NamedRoster, possible_windows
from careplan.planning.rosters.exchanging import exchange, left_over, points_of_row, points_of_rows
from careplan.planning.rosters.improving import Improving
from careplan.planning.rosters.labour import Weeks, breaches
from careplan.planning.rosters.needs import Needs
from careplan.planning.rosters.puzzle import Puzzle, fair_shares, puzzle_of
from careplan.planning.rosters.tables import tables_of
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS
from tests.planning.rosters.test_assign import EARLY, LATE, MONDAY, NIGHT, SHORT, desk, found, needs, tried

PEOPLE: dict[str, Any] = {
    "Ana": {"group": "care", "contract": {"hours": "28 h", "least": "20 h"}, "wishes": [{"off": "wed", "weight": 2}]},
    "Ben": {"group": "care", "contract": {"hours": "24 h", "most": "32 h"}, "fixed": "2026-03-03 14:00-22:00"},
    "Eva": {"group": "care", "contract": "32 h", "leave": "2026-03-04", "days": "mon-sat"},
    "Leo": {"group": "care", "contract": "40 h", "fixed": "2026-03-10 off", "wishes": [{"work": "sun"}]},
}
SLOTS = [EARLY, LATE, NIGHT, SHORT]


@cache
def world(starts: str = "rotating") -> tuple[Scenario, Needs, Puzzle]:
    """Four people, two weeks, early, late, night and short shifts; leave, settled days, wishes."""
    scenario = desk(PEOPLE, weeks=2, starts=starts, weekends_at_most=1, days_in_a_row=4)
    wanted = needs(scenario, SLOTS, [[1, 1, 1, 1], [1, 2, 0, 1]] * 7)
    return scenario, wanted, numbers(scenario, wanted)


def numbers(scenario: Scenario, wanted: Needs) -> Puzzle:
    return puzzle_of(scenario, members_of(scenario.people), scenario.rosters or Rosters(), wanted, MONDAY)


def by_the_rules(scenario: Scenario, wanted: Needs, person: int, choices: IntArray) -> float:
    """What the functions of the rules say of a row: its points, inf if it breaks a rule."""
    rules, members = scenario.rosters or Rosters(), members_of(scenario.people)
    member = members[person]
    weeks = Weeks.of(MONDAY, len(choices) // 7, scenario.clock)
    duties = tuple(
        Duty(member.name, wanted.slots[k].group, wanted.laid(day, k, 0))
        for day, k in enumerate(choices.tolist())
        if k >= 0
    )
    windows = possible_windows(scenario, member, MONDAY, weeks.n)
    if breaches([(duty.laid, duty.group) for duty in duties], member, rules, weeks, scenario.clock_of, windows):
        return np.inf
    alone = NamedRoster(MONDAY, weeks.n, (member,), duties)
    nothing = np.zeros_like(wanted.people)
    shares = fair_shares(members, wanted, weeks)
    return sum(points_of(scenario, alone, rules, wanted, nothing, shares).values())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(["free", "stable", "rotating"]),
    st.integers(0, 3),
    st.lists(st.sampled_from([-1, -1, -1, 0, 0, 1, 1, 2, 3]), min_size=14, max_size=14),
)
def test_a_row_costs_what_the_functions_of_the_rules_say(starts: str, person: int, row: list[int]) -> None:
    """Rows at random, most of which break a rule."""
    scenario, wanted, puzzle = world(starts)
    choices = np.array(row)
    for one in members_of(scenario.people)[person].person.fixed:
        choices[(one.day - MONDAY).days] = 1 if one.shift else -1
    tables = tables_of(puzzle)
    counted = points_of_row(np.where(choices < 0, len(SLOTS), choices), tables, puzzle.kind_of[person])
    may = all(k < 0 or wanted.people[day, k] for day, k in enumerate(choices.tolist()))
    assert counted == pytest.approx(by_the_rules(scenario, wanted, person, choices) if may else np.inf)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_exchanged_breaks_no_rule_and_points_are_those_of_the_rows(seed: int) -> None:
    """Hot, so that nearly everything stays that may; leave and settled days among it."""
    scenario, wanted, puzzle = world()
    rows = begun(puzzle)
    tables, luck = tables_of(puzzle), np.array([seed + 1], dtype=np.uint64)
    best, points = rows.copy(), float(points_of_rows(rows, puzzle.kind_of, tables))
    paid = np.array([slot.paid for slot in wanted.slots]) / HOUR_MS
    seen = set()
    for _ in range(25):
        points = exchange(rows, best, points, puzzle.kind_of, tables, luck, 25, 500.0, 1.0, -1.0)
        assert points == pytest.approx(points_of_rows(best, puzzle.kind_of, tables))
        seen.add(rows.tobytes())
        counted = 100 * float((np.maximum(left_over(rows, tables), 0) * paid).sum())
        for person, row in enumerate(rows):
            mine = by_the_rules(scenario, wanted, person, np.where(row == len(SLOTS), -1, row))
            assert points_of_row(row, tables, puzzle.kind_of[person]) == pytest.approx(mine) != np.inf
            counted += mine
        assert points_of_rows(rows, puzzle.kind_of, tables) == pytest.approx(counted)
    assert len(seen) > 15


def begun(puzzle: Puzzle) -> IntArray:
    """The row of each person that is best by itself."""
    free = np.zeros(len(puzzle.need))
    choices = np.array([puzzle.cheapest(int(kind), free)[2] for kind in puzzle.kind_of])
    return np.where(choices < 0, puzzle.need_of.shape[1], choices)


def improved(puzzle: Puzzle, seed: int, tries: int, workers: int = 1) -> Improving:
    """A roster after a round of exchanges; it begins with the row of each person that is best by itself."""
    off = puzzle.need_of.shape[1]
    choices = begun(puzzle)
    with Workers(workers) as threads:
        better = Improving(puzzle, threads, np.where(choices == off, -1, choices), seed)
        assert better.round(tries, 0.0, lambda: True)
    return better


def test_the_same_seed_gives_the_same_roster_on_any_number_of_processors() -> None:
    puzzle = world()[2]
    one, two = improved(puzzle, 7, 20_000), improved(puzzle, 7, 20_000, workers=2)
    assert (one.choices == two.choices).all() and one.points == two.points
    assert (one.choices != improved(puzzle, 8, 20_000).choices).any()


@pytest.mark.parametrize("seed", range(3))
def test_people_who_exchange_days_reach_the_best_roster_from_a_bad_one(seed: int) -> None:
    """Two people, a week; every roster is tried for comparison."""
    people = {
        "Ana": {"group": "care", "contract": "24 h", "wishes": [{"off": "wed", "weight": 2}]},
        "Ben": {"group": "care", "contract": "24 h", "wishes": [{"off": "tue"}]},
    }
    scenario = desk(people, days_in_a_row=3)
    asked = needs(scenario, [EARLY, LATE], [[1, 0], [1, 1], [0, 1], [0, 1], [0, 0], [1, 0], [0, 0]])
    best, puzzle = tried(scenario, asked), numbers(scenario, asked)
    tables = tables_of(puzzle)
    assert points_of_rows(begun(puzzle), puzzle.kind_of, tables) > best
    better = improved(puzzle, seed, 20_000)
    assert better.points == pytest.approx(best)


def test_a_search_that_runs_out_of_time_says_so_and_has_an_answer() -> None:
    scenario, wanted, _ = world()
    answer = found(scenario, wanted, seconds=0.0)
    assert answer.solver.was_cut and answer.solver.exchanges == 0
    assert any("The time was over" in note for note in answer.notes)


@pytest.mark.parametrize("stop", [1, 3, 5])
def test_an_interrupted_search_has_the_best_roster_so_far(stop: int) -> None:
    """Whatever it is at: when something is told so many times, the search is stopped there."""
    scenario, wanted, _ = world()
    told: list[str] = []

    def tell(what: str, _: float) -> None:
        told.append(what)
        if len(told) == stop:
            raise KeyboardInterrupt

    answer = found(scenario, wanted, tell=tell)
    assert len(told) == stop and answer.is_partial and answer.solver.was_interrupted
    assert 0 <= answer.solver.bound <= answer.solver.cost and answer.roster.duties


def test_a_day_after_the_week_may_complete_its_rest() -> None:
    """60 h of rest, 36 of them in the week: off on Sunday and Monday after a late Friday and an early Saturday."""
    scenario = desk({"Ana": {"group": "care", "contract": "56 h"}}, weeks=2, weekly_rest="60 h", days_in_a_row=7)
    wanted = needs(scenario, [EARLY], [[1]] * 14)
    monday_off = MONDAY + timedelta(days=7)
    row = np.array([0] * 5 + [-1] * 3 + [0] * 4 + [-1] * 2)
    assert monday_off.weekday() == 0 and np.isfinite(by_the_rules(scenario, wanted, 0, row))
    puzzle = numbers(scenario, wanted)
    assert np.isfinite(points_of_row(np.where(row < 0, 1, row), tables_of(puzzle), 0))

"""The program of a step against every headcount near by, and what is learned from a promise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.metrics.scorecard import Goal
from careplan.planning.cutting import Slopes, binding, cheapest, cut_down, slack_of, slopes_at
from careplan.planning.grid import Grid
from careplan.planning.limits import Limits
from careplan.planning.raising import raised
from careplan.units import HOUR_MS
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of


def limits_of(n: int, spell: int, most: int, cover: int) -> Limits:
    goals = [Goal("there", "cover", over="total", at_least=cover)] if cover else []
    prices = {"care": np.arange(3.0, 3.0 + n)}
    return Limits.of(
        Grid.uniform(n, HOUR_MS), ("care",), min_spell_ms=spell * HOUR_MS, hourly_cost=prices, goals=goals,
        most={"care": most},
    )  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.sampled_from([0, 1]))
def test_the_program_finds_the_cheapest_of_all_headcounts_within_the_cuts(seed: int, spell: int, cover: int) -> None:
    """Seven intervals, one agent more or fewer in each: 2187 changes, all looked at."""
    rng = np.random.default_rng(seed)
    n, most, radius = 7, 3, 4
    limits = limits_of(n, spell, most, cover)
    at = limits.mended(rng.integers(0, most + 1, (1, n)))
    gain = rng.uniform(0, 2, (2, 1, n))
    slopes = Slopes(gain, gain + rng.uniform(0, 2, (2, 1, n)))
    slack, dear = rng.uniform(-2, 2, 2), np.full(2, 50.0)

    def price(plan: np.ndarray) -> float:
        lacks = np.maximum(-slopes.promised(slack, plan - at), 0.0)
        return float(limits.cost(plan) + dear @ lacks)

    changes = (np.array([one]) for one in itertools.product((-1, 0, 1), repeat=n) if np.abs(one).sum() <= radius)
    best = min(price(at + change) for change in changes if limits.allow(at + change))
    found = cheapest(limits, at, slopes, slack, dear, radius)
    assert found is not None and limits.allow(found)
    # The solver ends at a gap of 10 % of what a step changes.
    assert best - 1e-6 <= price(found) <= best + 0.1 * abs(best - limits.cost(at)) + 1e-6


def test_after_a_step_the_next_agent_gains_less_and_the_next_one_fewer_loses_more() -> None:
    slopes = Slopes(np.array([[[4.0, 4.0, 4.0]]]), np.array([[[6.0, 6.0, 6.0]]]))
    moved = slopes.moved(np.array([[1, -1, 0]]))
    assert moved.gain[0, 0].tolist() == [3.0, 6.0, 4.0]
    assert moved.loss[0, 0].tolist() == [4.0, 8.0, 6.0]
    assert slopes.promised(np.array([1.0]), np.array([[1, -1, 0]])).tolist() == [1 + 4 - 6]


def test_of_single_periods_those_that_may_miss_do_not_bind() -> None:
    """In nine days of ten: of twenty days the two worst may miss, the next ones must hold."""
    goal = Goal("days", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total", confidence=0.9)
    effort = effort_of({"questions": [2, 6, 2]}, MESSAGES, [goal], replications=20)
    standing = effort.standing(np.array([[1, 2, 1]]))
    rows, slack = binding(effort, standing), slack_of(effort, standing)
    assert not rows[np.argsort(slack, kind="stable")[:2]].any() and rows[np.argsort(slack, kind="stable")[2]]


@pytest.mark.parametrize("spell", [1, 3])
def test_what_is_cut_down_holds_and_costs_no_more(spell: int) -> None:
    goal = Goal("in time", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")
    effort = effort_of({"questions": [2, 2, 6, 9, 6, 2, 1, 3]}, MESSAGES, [goal], min_spell=spell)
    first = raised(effort, np.full((1, 8), 3))
    found = cut_down(effort, first)
    assert effort.standing(found).holds and effort.limits.allow(found)
    assert effort.limits.cost(found) < effort.limits.cost(first)
    slopes = slopes_at(effort, found, 1)
    assert (slopes.loss >= slopes.gain).all() and (slopes.gain >= 0).all()

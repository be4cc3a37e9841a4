"""Moves: many tried in one run, each with what it did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careplan.engine.contract import Group, Queue
from careplan.metrics.scorecard import Goal
from careplan.planning.effort import Effort
from careplan.planning.moves import around, batches, less, more, tried
from careplan.planning.spells import has_short_spells
from tests.planning.worlds import HALF_AN_HOUR, MESSAGES, effort_of

DAY = Goal("day", "answer", 0.65, threshold_ms=HALF_AN_HOUR, over="total")


def long_week() -> Effort:
    return effort_of({"questions": [2, 2, 4, 6, 6, 4, 3, 2] * 3}, MESSAGES, [DAY])


def test_every_place_is_tried_once() -> None:
    effort = long_week()
    for step in (1, 2):
        places = [place for batch in batches(effort, step) for place in batch]
        assert len(places) == len(set(places))
        if step == 1:
            assert set(places) == {(0, i) for i in range(24)}


def test_places_of_one_batch_lie_apart() -> None:
    for batch in batches(long_week(), 1):
        at = sorted(i for _, i in batch)
        assert all(b - a >= 4 for a, b in zip(at, at[1:], strict=False))


def test_effects_add_up_to_what_changed() -> None:
    effort = long_week()
    plan = np.full((1, 24), 2)
    before = effort.standing(plan)
    places = batches(effort, 1)[0]
    moves = tried(effort, plan, before, places, -1)
    assert [move.at for move in moves] == [i for _, i in places] and len(moves) > 2
    together = plan + sum(move.change for move in moves)
    after = effort.standing(together)
    assert sum(m.effect[0] for m in moves) == pytest.approx(after.by_period[0] - before.by_period[0])
    assert all(move.cost == -1 for move in moves)


def test_an_effect_of_a_move_alone_is_that_of_the_move() -> None:
    effort = long_week()
    plan = np.full((1, 24), 2)
    before = effort.standing(plan)
    for by in (-1, 1):
        (move,) = tried(effort, plan, before, [(0, 12)], by)
        after = effort.standing(move.applied(plan))
        assert move.effect[0] == pytest.approx(after.by_period[0] - before.by_period[0])


def test_groups_that_have_nothing_in_common_are_tried_at_once_and_told_apart() -> None:
    queues = {"a": Queue(is_live=False), "b": Queue(is_live=False)}
    groups = {"one": Group(skills={"a": 1}), "two": Group(skills={"b": 1})}
    goals = [replace(DAY, name=name, queues=(name,)) for name in queues]
    effort = effort_of({"a": [3] * 8, "b": [5] * 8}, queues, goals, groups=groups)
    assert {g for g, _ in batches(effort, 1)[0]} == {0, 1}
    plan = np.full((2, 8), 2)
    before = effort.standing(plan)
    first, second = tried(effort, plan, before, [(0, 4), (1, 4)], -1)
    alone = effort.standing(first.applied(plan))
    assert first.effect[0] == pytest.approx(alone.by_period[0] - before.by_period[0])
    assert not first.effect[1].any() and not second.effect[0].any()


def test_one_less_and_one_more_keep_spells_long_enough() -> None:
    row = np.array([1, 1, 2, 2, 2, 1, 1, 0])
    assert less(row, 3, 1, 3).tolist() == [1, 1, 1, 1, 1, 1, 1, 0]
    assert less(row, 2, 1, 2).tolist() == [1, 1, 1, 2, 2, 1, 1, 0]
    assert more(row, 5, 1, 3).tolist() == [1, 1, 2, 2, 2, 2, 1, 0]
    for at in range(8):
        for width in (1, 3):
            assert not has_short_spells(less(row, at, width, 3), 3) and not has_short_spells(more(row, at, width, 3), 3)


def test_around_goes_round() -> None:
    assert around(np.array([True, False, False, False, False]), 1).tolist() == [True, True, False, False, True]

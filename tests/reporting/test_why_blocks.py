"""Which target the blocks by hour are about."""

from __future__ import annotations

from typing import Any

import numpy as np

from careplan.metrics.scorecard import Goal
from careplan.planning.why_effects import HourEffects
from careplan.reporting.why import tightest_goal
from careplan.units import MINUTE_MS

GOALS = (Goal("rate", "reply", 0.65, threshold_ms=-1), Goal("mean", "mean_answer", threshold_ms=30 * MINUTE_MS))


def effects(less: list[float], slack: list[float]) -> HourEffects:
    """One group and one hour; two replications, alike."""
    nothing: Any = None
    change = np.array([[[[x]] for x in less]] * 2)
    return HourEffects(
        goals=GOALS, groups=("care",), serves=nothing, slots=nothing, agents=np.ones((1, 1)), less=change, more=-change,
        levels=(), slack=np.array([[x] for x in slack]), holds=(True, True), breaks_cover=np.zeros((1, 1), dtype=bool),
        together=1, alone=None,
    )  # fmt: skip


def test_it_is_the_one_an_agent_less_would_miss() -> None:
    assert tightest_goal(effects([-0.2, 0.3], [0.1, 0.5]), 0) == 0
    assert tightest_goal(effects([-0.2, 0.6], [0.3, 0.5]), 0) == 1


def test_where_none_would_be_missed_it_is_the_one_with_the_least_to_spare_and_not_one_that_cannot_change() -> None:
    """Everybody gets a reply with an agent less, but later; or the mean has more room than the share."""
    assert tightest_goal(effects([0.0, 0.1], [0.35, 0.5]), 0) == 1
    assert tightest_goal(effects([-0.1, 0.1], [0.2, 0.5]), 0) == 0

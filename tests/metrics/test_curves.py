"""How many are answered by when: at a target's time the curve is the target's figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from careplan.engine.contract import Group, Queue, Rules
from careplan.metrics.clocks import WALL, Clock, OpenHours
from careplan.metrics.curves import answer_curve, clocks_of, times_ms
from careplan.metrics.periods import Periods
from careplan.metrics.service import answered_within, case_cells
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting

RULES = Rules.of({"mail": Queue(is_live=False)}, {"care": Group(skills={"mail": 1})})
HOUR = Periods.uniform(1, 3_600_000)


def test_the_curve_counts_as_the_service_level_does() -> None:
    lapsed = ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 9_000, 10_000, 0),), lapsed=5_000)
    cases = [
        answered("mail", 0, 0, 1_000),
        answered("mail", 0, 500, 1_001),
        lapsed,  # answered to nobody
        abandoned("mail", 0, 700),
        waiting("mail", 0),
        answered("mail", 0, 100, 60_000),
        replace(answered("mail", 0, 0, 1), needs_reply=False),
        answered("mail", 4_000_000, 4_000_000, 4_000_001),  # not measured
    ]
    workload, trace = told(("mail",), cases, until=5_000_000)
    cells = case_cells(workload, trace.case_arrived_at, HOUR)
    at = times_ms([30_000])
    curve = answer_curve(workload, trace, RULES, cells, HOUR, WALL, at)
    assert curve.counted.tolist() == [6]
    share = dict(zip(at.tolist(), curve.answered[0].tolist(), strict=True))
    assert (share[1_000], share[30_000], curve.answered[0, -1]) == (1, 2, 3)
    for t, count in share.items():
        in_time, _ = answered_within(workload, trace, RULES, t)
        assert count == (in_time & (cells >= 0)).sum()


def test_times_run_from_a_second_to_thirty_days_with_every_threshold_among_them() -> None:
    at = times_ms([20_000, 1_800_000])
    assert at[0] == 1000 and at[-1] <= 30 * 86_400_000 and (np.diff(at) > 0).all()
    assert {20_000, 1_800_000} <= set(at.tolist())


def test_targets_on_the_same_clock_share_a_curve() -> None:
    hours = {"mail": OpenHours(np.array([0]), np.array([10]))}
    opened = Clock(open_hours=hours)
    never = Clock(bot_counts="never")
    assert clocks_of([WALL, Clock(), opened, never, opened], WALL) == (WALL, opened, never)
    assert clocks_of([], WALL) == (WALL,)

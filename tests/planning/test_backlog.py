"""The fluid of a message queue, on weeks small enough to follow by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.planning.backlog import fluid_headcount, share_on_time, work_off

HALF_HOUR = 1800.0


def test_a_backlog_grows_by_what_is_not_served_and_never_falls_below_zero() -> None:
    assert work_off([10, 0, 4, 0], [6, 6, 6, 6]).tolist() == [0, 4, 0, 0, 0]
    assert work_off([10, 0, 4, 0], [6, 0, 6, 6], opening=3).tolist() == [3, 7, 7, 5, 0]


def test_a_week_followed_by_itself_begins_with_what_it_leaves() -> None:
    # The last interval's five cases wait for the first of the next round.
    assert work_off([0, 2, 5], [10, 2, 0], is_cyclic=True).tolist() == [5, 0, 0, 5]


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=40),
    st.lists(st.integers(0, 30), min_size=40, max_size=40),
    st.integers(0, 50),
)
@settings(max_examples=100, deadline=None)
def test_the_backlog_is_lindleys_recursion(volumes: list[int], served: list[int], opening: int) -> None:
    level, levels = float(opening), [float(opening)]
    for volume, can in zip(volumes, served, strict=False):
        level = max(0.0, level + volume - can)
        levels.append(level)
    assert work_off(volumes, served[: len(volumes)], opening=opening) == pytest.approx(levels)


def test_oldest_first_the_morning_waits_behind_the_night() -> None:
    """Two cases a half hour; nobody in the first two; then four are answered in each, so the backlog takes two more."""
    volumes, served = [2.0] * 6, [0.0, 0.0, 4.0, 4.0, 2.0, 2.0]
    backlog = work_off(volumes, served, is_cyclic=True)
    assert backlog.tolist() == [0, 2, 4, 2, 0, 0, 0]
    on_time = share_on_time(volumes, served, backlog, interval_s=HALF_HOUR, within_s=HALF_HOUR)
    # Fluid of interval 0 arriving at t is reached at 1 + t/2 + 1 (intervals): over an interval late, all of it.
    # That of interval 1 at 2.5 + (t − 1)/2: in time from t = 2 on, so none; of interval 2 from t = 2 all of it.
    assert on_time[[0, 1]].tolist() == [0.0, 0.0]
    assert on_time[[2, 3, 4, 5]].tolist() == [1.0, 1.0, 1.0, 1.0]


def test_the_share_in_time_is_read_off_inside_the_interval() -> None:
    """All of an hour's four cases are answered in its second half: within 15 min only a quarter of them is."""
    volumes, served = [2.0, 2.0], [0.0, 4.0]
    backlog = work_off(volumes, served, is_cyclic=True)
    assert backlog.tolist() == [0, 2, 0]
    on_time = share_on_time(volumes, served, backlog, interval_s=HALF_HOUR, within_s=900)
    # reached(t) = 1 + t/2: t in [0, 1) waits 1 − t/2 ≥ 1/2 interval: late but at its end; t in [1, 2) waits under 1/2
    assert on_time.tolist() == [0.0, 1.0]
    later = share_on_time(volumes, served, backlog, interval_s=HALF_HOUR, within_s=0.75 * HALF_HOUR)
    assert later.tolist() == [0.5, 1.0]


def test_the_work_itself_takes_time_too() -> None:
    volumes, served = [2.0, 2.0], [3.0, 3.0]
    backlog = work_off(volumes, served, is_cyclic=True)
    quick = share_on_time(volumes, served, backlog, interval_s=HALF_HOUR, within_s=900, work_s=900)
    slow = share_on_time(volumes, served, backlog, interval_s=HALF_HOUR, within_s=900, work_s=901)
    assert quick.tolist() == [1.0, 1.0]
    assert slow.tolist() == [0.0, 0.0]


def test_no_cases_have_no_share() -> None:
    on_time = share_on_time([0.0, 1.0], [1.0, 1.0], [0.0, 0.0, 0.0], interval_s=60, within_s=60)
    assert math.isnan(on_time[0]) and on_time[1] == 1.0
    assert math.isnan(fluid_headcount([0, 0], work_s=60, interval_s=60, within_s=60, share=0.5).share)


def test_a_flat_day_needs_its_load_rounded_up() -> None:
    """16.8 cases a half hour × 10 min are 5.6 agents' work: the fluid asks for six, but not all the time."""
    plan = fluid_headcount([16.8] * 48, work_s=600, interval_s=HALF_HOUR, within_s=HALF_HOUR, share=0.65)
    assert set(plan.headcount.tolist()) <= {5, 6}
    assert plan.share == 1.0
    assert plan.headcount.sum() >= 5.6 * 48 - 1


def test_an_hour_of_patience_flattens_a_peak() -> None:
    """Sixty cases in one half hour: at once they take 20 agents, within two hours five."""
    volumes = np.zeros(48)
    volumes[20] = 60.0
    at_once = fluid_headcount(volumes, work_s=600, interval_s=HALF_HOUR, within_s=0, share=0.6)
    later = fluid_headcount(volumes, work_s=600, interval_s=HALF_HOUR, within_s=1.5 * 3600, share=0.6)
    assert at_once.headcount.max() == 20 and at_once.headcount.sum() == 20
    assert later.headcount.tolist() == [0] * 20 + [5, 5, 5, 5] + [0] * 24
    assert later.share == 1.0


def test_working_on_three_at_once_takes_fewer() -> None:
    base = {"work_s": 600.0, "interval_s": HALF_HOUR, "within_s": HALF_HOUR, "share": 0.65}
    one = fluid_headcount([60.0] * 48, **base)
    three = fluid_headcount([60.0] * 48, **base, multiple=2.0)
    assert set(one.headcount.tolist()) == {20} and set(three.headcount.tolist()) == {10}


def test_nobody_works_when_nobody_may_and_the_morning_clears_the_night() -> None:
    may = np.tile(np.repeat([False, True, False], [16, 24, 8]), 7)
    plan = fluid_headcount([6.0] * 336, work_s=600, interval_s=HALF_HOUR, within_s=HALF_HOUR, share=0.65, may_work=may)
    assert (plan.headcount[~may] == 0).all()
    assert plan.backlog[16] == pytest.approx(24 * 6)  # 20:00–08:00
    assert plan.headcount.sum() * 3 >= 6 * 336 - 1e-6
    assert plan.backlog[40] == pytest.approx(0.0, abs=6.0)


def test_a_weekly_share_lets_the_nights_wait_if_that_takes_fewer_hours() -> None:
    by_hour = np.array([1, 1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 8, 7, 5, 3, 2.0])
    volumes = np.tile(np.repeat(by_hour / 10 * 15, 2), 7)
    base = {"work_s": 360.0, "interval_s": HALF_HOUR, "within_s": HALF_HOUR}
    around_the_clock = fluid_headcount(volumes, **base, share=0.65)
    by_week = fluid_headcount(volumes, **base, share=0.65, over="all")
    strict = fluid_headcount(volumes, **base, share=0.99, over="all")
    assert (around_the_clock.headcount >= 1).all()
    assert (by_week.headcount == 0).any()
    assert by_week.headcount.sum() < around_the_clock.headcount.sum()
    assert by_week.share >= 0.65 and strict.share >= 0.99
    assert strict.headcount.sum() >= by_week.headcount.sum()


@given(
    st.lists(st.floats(0, 40), min_size=4, max_size=96),
    st.floats(30, 2000),
    st.floats(0.3, 0.95),
    st.integers(0, 5),
    st.floats(1.0, 3.0),
)
@settings(max_examples=80, deadline=None)
def test_the_headcount_serves_all_work_and_its_own_figures_are_those_of_the_recursion(
    volumes: list[float], work_s: float, share: float, lag: int, multiple: float
) -> None:
    plan = fluid_headcount(
        volumes, work_s=work_s, interval_s=HALF_HOUR, within_s=lag * HALF_HOUR, share=share, multiple=multiple
    )
    per_agent = HALF_HOUR * multiple / work_s
    assert plan.headcount.sum() * per_agent >= sum(volumes) * (1 - 1e-9) - 1e-6
    assert plan.backlog == pytest.approx(work_off(volumes, plan.headcount * per_agent, is_cyclic=True))
    # Every due time is met: what waits at an edge is no more than came in the last `lag` intervals.
    recent = [sum(volumes[(i - k) % len(volumes)] for k in range(min(lag, len(volumes)))) for i in range(len(volumes))]
    assert len(volumes) <= 2 * lag + 2 or (plan.backlog[1:] <= np.array(recent) + 1e-6).all()


def test_work_without_anyone_who_may_do_it_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody|no interval"):
        fluid_headcount([1.0], work_s=60, interval_s=60, within_s=60, share=0.5, may_work=[False])
    with pytest.raises(ValueError, match="work_s is 0"):
        fluid_headcount([1.0], work_s=0, interval_s=60, within_s=60, share=0.5)

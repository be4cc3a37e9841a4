"""Screening: of many replications the hard ones are kept, and what decides is what would decide with all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careplan.metrics.goals import goals_of
from careplan.planning.bench import Bench
from careplan.planning.shifts.choose import Job
from careplan.planning.shifts.cuts import Chance, share_allowed
from careplan.planning.shifts.probe import Probe
from careplan.planning.shifts.screening import how_many
from tests.planning.shifts.worlds import page_with, quantile

RULES = {"lengths": "8 h", "start_every": "8 h"}
OFTEN = {"name": "often", "answer": "65 % within 30 min", "over": "week", "in": "90 % of weeks"}
BUSY = {"queues__questions__volume__busyness": {"cv": "20 %"}}


def job_with(*, often: bool) -> Job:
    scenario = page_with(RULES, calendar__horizon="1 day", **BUSY)
    job = Job.of(scenario, 1, 5, 20.0, 1.0, None, None)
    if not often:
        return job
    with_chance = page_with(RULES, calendar__horizon="1 day", targets=[OFTEN], **BUSY)
    return replace(job, world=replace(job.world, goals=goals_of(with_chance)))


def slack_in_all(job: Job, probe: Probe, starts: np.ndarray) -> np.ndarray:
    """Slack of the only aim in every replication that was looked at."""
    numbers = [*probe.bench.replications[: probe.n_any], *(int(n) for n in probe.screen.numbers[probe.screen.is_seen])]
    every = Bench(probe.bench.world, [probe.screen.draw(n) for n in numbers], numbers, job.workers)
    return np.asarray(probe.aims.standing(every(starts)).by_period[0][:, 0])


def test_what_decides_with_the_hard_ones_decides_with_all() -> None:
    job = job_with(often=True)
    with job.workers:
        probe = job.search().probe
        starts = np.ones(job.kinds.n, dtype=np.int64)
        slack = slack_in_all(job, probe, starts)
        assert len(slack) == 300 and len(probe.bench.workloads) < 0.7 * len(slack)
        assert len(probe.bench.workloads) + probe.screen.beyond[0] == len(slack)
        cut = probe.measured(starts)
    assert cut.left == pytest.approx(quantile(slack, share_allowed(300, 0.9)), rel=0.1)


def test_with_a_schedule_all_are_looked_at_and_then_those_that_may_have_become_hard() -> None:
    job = job_with(often=True)
    with job.workers:
        probe = job.search().probe
        starts = np.ones(job.kinds.n, dtype=np.int64)
        assert probe.looked_again(starts, is_first=True)
        n_all = probe.n_any + len(probe.screen.numbers)
        assert n_all == 1000 and len(probe.bench.workloads) + probe.screen.beyond[0] == n_all
        slack = slack_in_all(job, probe, starts)
        assert probe.measured(starts).left == pytest.approx(quantile(slack, share_allowed(n_all, 0.9)), rel=0.1)
        kept = probe.bench.replications
        changed = starts.copy()
        changed[np.argmax(starts)] -= 1
        while not probe.looked_again(changed):  # with people gone other days become hard
            assert changed.any()
            changed[np.argmax(changed)] -= 1
        assert set(kept) < set(probe.bench.replications)
        assert len(probe.bench.workloads) + probe.screen.beyond[0] == n_all


def test_slopes_that_are_kept_foretell_the_same_with_others_on_the_bench() -> None:
    job = job_with(often=True)
    with job.workers:
        probe = job.search().probe
        starts = np.ones(job.kinds.n, dtype=np.int64)
        cut = probe.measured(starts)
        assert probe.looked_again(starts)
        same, fresh = probe.same_slopes(starts, cut), probe.measured(starts)
    assert same.left == pytest.approx(fresh.left)
    assert same.loss[0] == pytest.approx(cut.loss.mean(axis=0))
    assert (same.loss >= same.gain).all()


def test_nothing_is_screened_for_a_target_in_the_mean() -> None:
    job = job_with(often=False)
    with job.workers:
        probe = job.search().probe
        assert how_many(probe.aims, 10, 1000, 1.0) == (0, 0)
        assert probe.n_any == len(probe.bench.workloads) and probe.screen.beyond == (0,)
        assert not probe.looked_again(np.ones(job.kinds.n, dtype=np.int64), is_first=True)


def test_how_many_are_looked_at_hangs_on_how_long_a_replication_is() -> None:
    job = job_with(often=True)
    with job.workers:
        aims = job.search().probe.aims
    assert how_many(aims, 100, 1_000, 1.0) == (200, 900)
    assert how_many(aims, 100, 90_000, 1.0) == (200, 400)
    assert how_many(aims, 100, 900_000, 1.0) == (200, 200)
    assert how_many(aims, 100, 1_000, 4.0) == (500, 1900)


def test_days_without_anybody_to_answer_are_no_days_that_hold() -> None:
    """Judges leave them out; with them a day in three would hold whatever the schedule."""
    target = {"name": "days", "answer": "65 % within 30 min", "over": "day", "in": "80 % of days"}
    week = {"queues__questions__volume__by_day": {"mon-fri": 1, "sat-sun": 0}}
    job = Job.of(page_with(RULES, targets=[target], **week), 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
        starts = np.ones(job.kinds.n, dtype=np.int64)
        singles = probe.aims.singles(probe.bench(starts))[0]
        cut = probe.measured(starts)
    assert np.isinf(singles[:, 5:]).all() and np.isfinite(singles[:, :5]).all()
    (chance,) = cut.promises
    assert isinstance(chance, Chance)
    assert (chance.singles % 7 < 5).all() and len(chance.far) == singles.size - len(chance.singles)
    n = len(chance.singles) + int(np.isfinite(chance.far).sum())
    assert n == np.isfinite(singles).sum() + probe.screen.beyond[0] and n % 5 == 0
    assert chance.share == pytest.approx(share_allowed(n, 0.8))
    assert (cut.loss > 0).any()

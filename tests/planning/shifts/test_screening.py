"""Screening: of many replications the hard ones are kept, and what decides is what would decide with all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careplan.metrics.goals import goals_of
from careplan.planning.bench import Bench
from careplan.planning.shifts.choose import Job
from careplan.planning.shifts.cuts import quantile, share_allowed
from careplan.planning.shifts.screening import hard_ones, how_many_more
from tests.planning.shifts.worlds import page_with

RULES = {"lengths": "8 h", "start_every": "8 h"}
OFTEN = {"name": "often", "answer": "65 % within 30 min", "over": "week", "in": "90 % of weeks"}
BUSY = {"queues__questions__volume__busyness": {"cv": "20 %"}}


def test_what_decides_with_the_hard_ones_decides_with_all() -> None:
    scenario = page_with(RULES, calendar__horizon="1 day", **BUSY)
    with_chance = page_with(RULES, calendar__horizon="1 day", targets=[OFTEN], **BUSY)
    job = Job.of(scenario, 1, 5, 20.0, 1.0, None, None)
    job = replace(job, world=replace(job.world, goals=goals_of(with_chance)))
    with job.workers:
        probe = job.search().probe
        n_all = probe.n_any + how_many_more(probe.aims, probe.n_any, 1.0)
        first = probe.searches.replications[-1] + 1
        numbers = [*probe.bench.replications[: probe.n_any], *range(first, first + n_all - probe.n_any)]
        every = Bench(probe.bench.world, [job.draw(n) for n in numbers], numbers, job.workers)
        assert n_all == 300 and len(probe.bench.workloads) < 0.7 * n_all
        assert len(probe.bench.workloads) + probe.beyond[0] == n_all
        starts = np.ones(job.kinds.n, dtype=np.int64)
        cut = probe.measured(starts)
        slack = probe.aims.standing(every(starts)).by_period[0]
    assert cut.left == pytest.approx(quantile(slack, share_allowed(n_all, 0.9)), rel=0.1)


def test_nothing_is_screened_for_a_target_in_the_mean() -> None:
    job = Job.of(page_with(RULES, calendar__horizon="1 day"), 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
        assert how_many_more(probe.aims, 10, 1.0) == 0
        assert probe.n_any == len(probe.bench.workloads) and probe.beyond == (0,)
        found = hard_ones(
            probe.searches.large.bench.world, probe.aims, job.need, job.draw, range(5_000_000, 5_000_003), job.workers
        )
    assert found.replications == () and found.beyond == (0,)

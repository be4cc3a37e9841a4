"""What the search of road b does where judges find a target missed, and where it begins with nobody.

Against trying everything: ``tests/benchmarks/test_optimum.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from careplan.planning.shifts.adding import raised
from careplan.planning.shifts.choose import Job
from tests.planning.shifts.worlds import page_with

SMALL: dict[str, dict[str, Any]] = {
    "six begins of six hours": {
        "rules": {"lengths": "6 h", "start_every": "4 h", "breaks": [{"for": "30 min", "from": "3 h"}]},
        "calendar__horizon": "1 day",
    },
    "part-timers": {
        "rules": {"lengths": "8 h", "start_every": "8 h", "part_time": {"lengths": "4 h"}},
        "calendar__horizon": "1 day",
        "queues__questions__volume__per_week": 500,
    },
}


def test_where_judges_find_a_target_missed_as_much_more_must_be_left_as_the_bench_flattered() -> None:
    changes = dict(SMALL["part-timers"])
    job = Job.of(page_with(changes.pop("rules"), **changes), 1, 20, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
        nobody = np.zeros(job.kinds.n, dtype=np.int64)
        verdict = job.judge(nobody)
        somebody = probe.measured(np.full(job.kinds.n, 1, dtype=np.int64))
        starts = np.full(job.kinds.n, 1, dtype=np.int64)
        # As if the bench had seen somebody where the judges saw nobody.
        again = probe.learnt(starts, somebody, verdict.scores, verdict.replications)
    (score,) = verdict.scores
    judged = -0.65 * score.denominator.mean()  # nobody answers anything
    (higher,), (was,), (now,) = probe.higher, somebody.promises, again.promises
    assert higher == pytest.approx(somebody.value - judged)
    assert now.margin == pytest.approx(was.margin + higher)


def test_from_nobody_people_are_added_until_the_aims_are_met() -> None:
    changes = dict(SMALL["six begins of six hours"])
    job = Job.of(page_with(changes.pop("rules"), **changes), 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        search = job.search()
        nobody = np.zeros(job.kinds.n, dtype=np.int64)
        starts, cut = raised(search.probe, job.rules, nobody, search.probe.measured(nobody))
    assert cut.worst <= 0 and starts.sum() > 0

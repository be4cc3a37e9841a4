"""Shaking: slopes of sums come out as they are, and on a page they foretell what people fewer do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from careplan.planning.shaking import Pairs, Row, _fitted, _neighbours, _tossed, shaken
from careplan.planning.shifts.choose import Job
from tests.planning.shifts.worlds import page_with


def test_a_sum_of_slopes_is_taken_apart_from_half_as_many_runs_as_there_are_blocks() -> None:
    random = np.random.default_rng(1)
    true = np.array([np.concatenate([np.full(20, 3.0), np.full(20, 8.0)]), np.zeros(40)])
    changes = random.choice((-1.0, 1.0), (20, 40))
    answers = changes @ true.T + random.normal(scale=0.5, size=(20, 2))
    found = _fitted(changes, answers, np.ones((2, 40), dtype=bool), _neighbours(np.zeros(40, dtype=np.int64)))
    assert found[0, :15] == pytest.approx(3.0, abs=1.0) and found[0, 25:] == pytest.approx(8.0, abs=1.0)
    assert np.abs(found[1]).max() < 0.5


def test_a_period_is_told_of_by_the_blocks_that_are_felt_in_it_alone() -> None:
    random = np.random.default_rng(2)
    changes = random.choice((-1.0, 1.0), (12, 10))
    felt = np.zeros((1, 10), dtype=bool)
    felt[0, 4:7] = True
    answers = changes[:, 4:7].sum(axis=1, keepdims=True)
    found = _fitted(changes, answers, felt, _neighbours(np.zeros(10, dtype=np.int64)))
    assert found[0, 4:7] == pytest.approx(1.0, abs=0.01) and not found[0, [0, 1, 2, 3, 7, 8, 9]].any()


def test_blocks_of_a_stretch_change_alike_and_groups_apart() -> None:
    random = np.random.default_rng(3)
    of_group = np.repeat([0, 1], 24)
    tosses = np.array([_tossed(of_group, 4, 1.0, random) for _ in range(200)])
    assert set(np.unique(tosses).tolist()) == {-1, 1}
    turns = (tosses[:, 1:24] != tosses[:, :23]).mean()
    assert turns == pytest.approx(0.5 / 4, abs=0.03)  # a new coin at every fourth block, half of which differ
    assert abs(np.corrcoef(tosses[:, 5], tosses[:, 29])[0, 1]) < 0.25
    some = np.array([_tossed(of_group, 4, 0.2, random) for _ in range(200)])
    assert (some != 0).mean() == pytest.approx(0.2, abs=0.04)


def test_neighbours_are_of_one_group() -> None:
    assert _neighbours(np.array([0, 0, 0, 1, 1])).tolist() == [[-1, 1, 0, 0, 0], [0, -1, 1, 0, 0], [0, 0, 0, -1, 1]]


@pytest.fixture(scope="module")
def job() -> Iterator[Job]:
    """A page over two days, and begins of eight hours every four."""
    scenario = page_with({"lengths": "8 h", "start_every": "4 h"}, calendar__horizon="2 days")
    job = Job.of(scenario, 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        yield job


def test_slopes_foretell_what_a_shift_less_does(job: Job) -> None:
    probe = job.search().probe
    starts = np.full(job.kinds.n, 1, dtype=np.int64)
    starts[[k for k, kind in enumerate(job.kinds.rows) if kind.words.startswith("12:00")]] = 2
    cut = probe.measured(starts)
    came, foretold = [], []
    for row in range(job.kinds.n):
        fewer = starts.copy()
        fewer[row] -= 1
        new = probe.played(fewer, cut)
        came.append(float(new.value[0] - cut.value[0]))
        foretold.append(float(cut.foretold(new.there)[0] - cut.lefts[0]))
    assert min(came) < 2 * max(came) < 0  # some do twice as much as others
    assert np.corrcoef(came, foretold)[0, 1] > 0.8
    assert np.mean(foretold) == pytest.approx(np.mean(came), rel=0.4)


def test_earlier_pairs_are_used_again_and_halve_the_runs(job: Job) -> None:
    probe = job.search().probe
    bench = probe.searches.large.bench
    headcount = np.full((1, 48), 2, dtype=np.int64)
    rows = [Row(0, 0, tuple(range(len(bench.workloads)))), Row(0, 0, (0,))]
    may = np.ones(probe.blocks.shape[0], dtype=bool)
    earlier: list[Pairs] = []
    counts = []
    for _ in range(2):
        found = shaken(
            bench, probe.aims, headcount, probe.blocks, rows, np.random.default_rng(1),
            may_change=may, stretch=4, earlier=earlier,
        )  # fmt: skip
        counts.append(len(found.pairs.changes))
        earlier = [found.pairs.of(rows, rows)]
    assert counts[1] == -(-counts[0] // 2)
    assert found.slope.mean() > 0 and (found.bend > 0).all()


def test_pairs_that_were_measured_for_other_rows_say_nothing_of_a_new_one() -> None:
    old, new = Row(0, 0, (1,)), Row(0, 0, (2,))
    pairs = Pairs(np.ones((3, 4)), np.arange(3.0)[:, None], np.zeros((3, 1))).of([old], [new, old])
    assert np.isnan(pairs.differences[:, 0]).all() and pairs.differences[:, 1].tolist() == [0.0, 1.0, 2.0]
    changes = np.random.default_rng(1).choice((-1.0, 1.0), (8, 4))
    answers = np.stack([np.full(8, np.nan), changes.sum(axis=1)], axis=1)
    answers[4:, 0] = 2 * changes[4:].sum(axis=1)
    found = _fitted(changes, answers, np.ones((2, 4), dtype=bool), _neighbours(np.zeros(4, dtype=np.int64)))
    assert found[0] == pytest.approx(2.0, abs=0.01) and found[1] == pytest.approx(1.0, abs=0.01)

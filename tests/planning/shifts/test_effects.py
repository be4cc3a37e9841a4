"""Effects: slopes of sums come out as they are, and on a page they foretell what people fewer do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csc_array

from careplan.planning.shifts.choose import Job
from careplan.planning.shifts.effects import Row, _first, _fitted, _runs, _tries, effects
from careplan.planning.shifts.kinds import Kinds
from tests.planning.shifts.worlds import kinds_in, page_with

ONE_GROUP = np.zeros(40, dtype=np.int64)


def windows(n: int, length: int) -> np.ndarray:
    """Somebody more or fewer, in turns, from every block on."""
    return np.array([[(1 - 2 * (a % 2)) * float((b - a) % n < length) for b in range(n)] for a in range(n)])


def test_slopes_of_sums_come_out_as_they_are_and_those_of_nothing_as_none() -> None:
    random = np.random.default_rng(1)
    true = np.array([np.concatenate([np.full(20, 3.0), np.full(20, 8.0)]), np.zeros(40)])
    changes = windows(40, 3)
    found = changes @ true.T + random.normal(scale=0.5, size=(40, 2))
    fitted = _fitted(changes, found, ONE_GROUP, np.array([0, 1]))
    assert fitted.slope[0, :15] == pytest.approx(3.0, abs=1.0) and fitted.slope[0, 25:] == pytest.approx(8.0, abs=1.0)
    assert np.abs(fitted.slope[1]).max() < 0.5


def test_what_somebody_fewer_does_more_than_somebody_more_is_how_slopes_bend() -> None:
    changes = windows(40, 3)
    more, fewer = np.maximum(changes, 0).sum(axis=1), np.maximum(-changes, 0).sum(axis=1)
    found = (5.0 * 0.7 * more - 5.0 * 1.3 * fewer)[:, None]
    fitted = _fitted(changes, found, ONE_GROUP, np.array([0]))
    assert fitted.slope == pytest.approx(5.0, abs=0.4)
    assert fitted.bend == pytest.approx(0.3, abs=0.08)


def test_groups_have_slopes_of_their_own_and_a_block_nobody_can_work_in_has_none() -> None:
    changes = np.zeros((20, 22))
    changes[:10, :10], changes[10:, 11:21] = windows(10, 2), windows(10, 2)
    found = changes @ np.concatenate([np.full(11, 2.0), np.full(11, 6.0)])
    fitted = _fitted(changes, found[:, None], np.repeat([0, 1], 11), np.array([0]))
    assert fitted.slope[0, :10] == pytest.approx(2.0, abs=0.01) and fitted.slope[0, 11:21] == pytest.approx(
        6.0, abs=0.01
    )
    assert fitted.slope[0, 10] == fitted.slope[0, 21] == 0.0


def tries_in(rules: dict[str, object], who: str) -> tuple[Kinds, dict[tuple[int, int], list[tuple[int, int]]]]:
    """Who is tried where one shift type is worked by two; blocks of an hour."""
    kinds = kinds_in(page_with(rules))
    starts = np.zeros(kinds.n, dtype=np.int64)
    starts[[k for k, kind in enumerate(kinds.rows) if kind.words.startswith(who)]] = 2
    return kinds, _tries(kinds, starts, csc_array(kinds.on_duty), 1)


def test_where_few_shifts_begin_both_ways_are_tried_and_no_block_is_left_out() -> None:
    kinds, tries = tries_in({"lengths": "8 h", "start_every": "8 h", "part_time": {"lengths": "4 h"}}, "08:00-16:00")
    assert len(tries) == 3 * 7
    words = {here: [(kinds.rows[kind].words, by) for kind, by in some] for here, some in tries.items()}
    assert words[0, 8] == [("08:00-12:00", 1), ("08:00-16:00", 1), ("08:00-16:00", -1)]
    assert words[0, 16] == [("16:00-20:00", 1), ("16:00-00:00", 1)]  # nobody who could go
    reached = sum(np.asarray(kinds.on_duty[:, [kind]].todense()) for some in tries.values() for kind, _ in some)
    assert (np.asarray(reached) > 0).all()


def test_where_shifts_begin_everywhere_one_way_is_tried_in_turns() -> None:
    _, tries = tries_in({"lengths": "8 h", "start_every": "1 h"}, "")
    assert len(tries) == 168 and all(len(some) == 1 for some in tries.values())
    ways = [tries[here][0][1] for here in sorted(tries)]
    assert ways == [1, -1] * 84


def test_of_people_more_alone_slopes_come_out_as_they_are_and_do_not_bend() -> None:
    changes = np.abs(windows(40, 3))
    true = np.concatenate([np.full(20, 3.0), np.full(20, 8.0)])
    fitted = _fitted(changes, (changes @ true)[:, None], ONE_GROUP, np.array([0]))
    assert fitted.slope[0] == pytest.approx(true, abs=0.6) and fitted.bend.max() < 0.05


@pytest.mark.parametrize("horizon", [{"calendar__start": "2026-03-23"}, {"calendar__horizon": "2 weeks"}])
def test_every_one_is_tried_once_also_where_a_day_has_23_hours_and_where_nights_pass_the_end(
    horizon: dict[str, str],
) -> None:
    scenario = page_with({"lengths": "10 h", "start_every": "4 h"}, **horizon)
    job = Job.of(scenario, 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
    kinds = job.kinds
    by_block = csc_array(probe.by_block)
    tries = _tries(kinds, np.ones(kinds.n, dtype=np.int64), by_block, probe.slopes.width)
    runs = list(_runs(probe.searches.large, tries, probe.slopes.width, 30 * 3_600_000))
    assert sorted(one for run in runs for one in run) == sorted(one for some in tries.values() for one in some)
    assert len(runs) < sum(map(len, tries.values()))
    for kind, row in enumerate(kinds.rows):
        begin = kinds.grid.horizon_edges[_first(kinds, kind)]
        assert begin == max(row.laid.pieces[0][0], kinds.grid.horizon_edges[0]), row.words


def test_a_group_without_anybody_is_worth_what_an_equal_one_is() -> None:
    shift_rules = {"lengths": "8 h", "start_every": "4 h"}
    extra = {"skills": ["questions"], "wage": "20 EUR per hour", "headcount": 5, "shift_rules": shift_rules}
    scenario = page_with(
        shift_rules, calendar__horizon="2 days", groups__extra=extra, queues__questions__volume__per_week=6000
    )
    job = Job.of(scenario, 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
        starts = (job.kinds.group_ix == 0).astype(np.int64)
        cut = probe.measured(starts)
    ours, theirs = np.split((cut.gain @ probe.by_block.toarray())[0], 2)
    assert theirs.mean() == pytest.approx(ours.mean(), rel=0.35)


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


def test_every_row_has_effects_on_its_own_replications(job: Job) -> None:
    probe = job.search().probe
    bench = probe.bench.some(np.arange(4), probe.bench.world)
    effort = replace(probe.searches.large, bench=bench)
    starts = np.full(job.kinds.n, 1, dtype=np.int64)
    rows = [Row(0, 0, (0, 1)), Row(0, 0, (2, 3)), Row(0, 0, (0, 1, 2, 3))]
    found = effects(effort, job.kinds, starts, probe.blocks, rows, width=probe.slopes.width)
    assert found.slope.shape == found.bend.shape == (3, probe.blocks.shape[0])
    assert found.slope[2].mean() > 0
    assert found.slope[2].sum() == pytest.approx(found.slope[:2].sum(axis=0).sum() / 2, rel=0.15)
    assert not np.allclose(found.slope[0], found.slope[1])

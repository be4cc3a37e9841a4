"""Cuts: what decides, what is played, and what a schedule that was played teaches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from careplan.columns import IntArray
from careplan.metrics.goals import goals_of
from careplan.planning.shifts.adding import _added, raised, refilled
from careplan.planning.shifts.choose import Job
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.cuts import Chance, Cut, Mean, deciding_rank, share_allowed
from careplan.planning.shifts.doubt import Doubt, Errors
from careplan.planning.shifts.exchanging import _Desk, exchanges
from careplan.planning.shifts.judges import Customers
from careplan.planning.shifts.probe import Probe
from tests.planning.shifts.worlds import page_with, quantile

RULES = {"lengths": "8 h", "start_every": "8 h", "part_time": {"lengths": "4 h"}}
CERTAIN = {"name": "sure", "answer": "65 % within 30 min", "over": "day", "in": "80 % of days"}


@pytest.fixture(scope="module")
def job() -> Iterator[Job]:
    job = Job.of(page_with(RULES, calendar__horizon="1 day"), 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        yield job


@pytest.fixture
def probe(job: Job) -> Probe:
    return job.search().probe


@pytest.fixture
def sure_job(job: Job) -> Job:
    """The same with a stated confidence."""
    scenario = page_with(RULES, calendar__horizon="1 day", targets=[CERTAIN])
    judges = replace(job.judges, customers=Customers(scenario, 1, job.world.rules.queues))
    return replace(job, scenario=scenario, judges=judges, world=replace(job.world, goals=goals_of(scenario)))


@pytest.fixture
def sure(sure_job: Job) -> Probe:
    return sure_job.search().probe


def test_a_quantile_is_near_the_single_period_it_smooths() -> None:
    slack = np.random.default_rng(1).normal(size=(100, 1)) * 10
    assert quantile(slack, 0.05) == pytest.approx(np.sort(slack.ravel())[4], abs=3.0)
    assert quantile(slack + 7, 0.05) == pytest.approx(quantile(slack, 0.05) + 7)
    assert share_allowed(100, 0.95) == pytest.approx(0.05 - 0.0218, abs=1e-4)
    assert deciding_rank(100, 0.95) == 2 and deciding_rank(10, 0.99) == 0


def test_what_is_left_of_a_chance_is_the_quantile_of_rows_and_all_others() -> None:
    slack = np.sort(np.random.default_rng(2).normal(size=50) * 10)
    one = Chance(slice(0, 10), np.array([1.0]), np.arange(10), slack[10:], 0, float(slack[:10].mean()), 0.1)
    cut = Cut(slack[:10], np.ones((10, 2)), np.ones((10, 2)), np.array([4.0, 4.0]), (one,))
    assert cut.left == pytest.approx(quantile(slack, 0.1) - 1)
    fewer = cut.foretold(np.array([3.0, 4.0]))
    assert fewer == pytest.approx(quantile(slack - 1, 0.1) - 1)  # all others follow those near
    straight = cut.straight()  # what a small change does, told by weights
    assert cut.foretold(np.array([4.001, 4.0])) - cut.left == pytest.approx(straight.gain @ [0.001, 0.0])
    assert len(cut.each().left) == 1 + (slack[:10] - 1 > cut.left).sum()


def test_a_cut_that_is_moved_says_of_what_follows_what_the_first_one_said() -> None:
    slack = np.sort(np.random.default_rng(3).normal(size=30) * 10)
    one = Chance(slice(0, 10), np.array([1.0]), np.arange(10), slack[10:], 0, float(slack[:10].mean()), 0.1)
    mean = Mean(slice(10, 11), np.array([0.5]))
    slopes = np.random.default_rng(4).uniform(1, 2, size=(11, 3))
    cut = Cut(np.append(slack[:10], 3.0), slopes, slopes, np.array([4.0, 4.0, 4.0]), (one, mean))
    near, far = np.array([3.0, 5.0, 4.0]), np.array([2.0, 5.0, 4.0])
    moved = cut.moved(near)
    assert moved.lefts == pytest.approx(cut.foretold(near))
    assert moved.foretold(far) == pytest.approx(cut.foretold(far))


def test_in_the_mean_every_period_is_asked_for_with_its_margin() -> None:
    one = Mean(slice(0, 2), np.array([1.0, 2.0]))
    cut = Cut(np.array([3.0, 1.0]), np.ones((2, 1)), 2 * np.ones((2, 1)), np.array([5.0]), (one,))
    assert cut.lefts.tolist() == [2.0, -1.0] and cut.worst == 1.0 and cut.left == -1.0
    assert cut.foretold(np.array([[6.0, 4.0]])).tolist() == [[3.0, 0.0], [0.0, -3.0]]


def test_weeks_that_may_decide_are_played_where_those_near_meet_the_target_and_the_easy_ones_not_at_all(
    job: Job, sure: Probe
) -> None:
    probe = sure
    starts = np.full(job.kinds.n, 2, dtype=np.int64)
    cut = probe.measured(starts)
    assert cut.worst <= 0
    changed, few = starts.copy(), np.zeros_like(starts)
    changed[0] -= 1
    before = probe.n_played
    assert probe.played(few, cut).worst > 0
    n_some = probe.n_played - before
    assert 0 < n_some < len(probe.bench.workloads)
    good = probe.played(changed, cut)
    watched = probe._watched
    assert watched is not None and good.worst <= 0 and good.is_whole
    may_decide = np.concatenate([watched.weeks, watched.others])
    assert n_some == len(watched.weeks) < len(may_decide)
    assert probe.n_played - before - n_some == len(may_decide) < len(probe.bench.workloads)
    slack = probe.aims.standing(watched.counts).by_period[0][:, 0]
    left_out = np.delete(slack, may_decide)  # far worse, or far better
    assert ((left_out <= slack[watched.weeks].min()) | (left_out >= slack[may_decide].max())).all()
    assert good.left == pytest.approx(probe.measured(changed).left)


def test_only_single_days_of_weeks_that_were_not_played_follow_the_others() -> None:
    job = Job.of(page_with(RULES, calendar__horizon="3 days", targets=[CERTAIN]), 1, 5, 20.0, 1.0, None, None)
    with job.workers:
        probe = job.search().probe
        starts = np.full(job.kinds.n, 2, dtype=np.int64)
        cut = probe.measured(starts)
        watched = probe._watched
        assert watched is not None
        assert probe.played(starts + 1, cut).is_whole  # which must not matter
        fewer = starts - 1
        counts = watched.seen(fewer)
        some = probe._cut(fewer, cut, counts, played=watched.weeks).promises[0]
        aim = probe.aims.aims[0]
        slack, before = (probe.aims.standing(one).by_period[0] / aim.case for one in (counts, watched.counts))
        assert isinstance(some, Chance)
        far = np.delete(np.arange(slack.size), some.singles)
        moved = slack.ravel()[some.singles].mean() - before.ravel()[some.singles].mean()
        is_played = np.isin(far // slack.shape[1], watched.weeks)
        assert is_played.any() and (~is_played).any() and moved < 0
        assert some.far[: len(far)] == pytest.approx(slack.ravel()[far] + np.where(is_played, 0.0, moved))


def test_a_target_in_the_mean_is_played_on_all_replications(job: Job, probe: Probe) -> None:
    starts = np.full(job.kinds.n, 1, dtype=np.int64)
    cut = probe.measured(starts)
    before = probe.n_played
    starts[0] += 1
    probe.played(starts, cut)
    assert probe.n_played - before == len(probe.bench.workloads)


def test_what_judges_saw_is_screened_and_more_of_the_error_is_kept_in_reserve_until_the_target_is_missed(
    sure_job: Job,
) -> None:
    probe = sure_job.search().probe
    verdict = sure_job.judge(np.zeros(sure_job.kinds.n, dtype=np.int64))
    starts = np.full(sure_job.kinds.n, 2, dtype=np.int64)
    cut = probe.measured(starts)
    n = len(probe.screen.numbers)
    assert cut.worst == 0  # as if the bench had seen somebody where the judges saw nobody
    learnt = probe.learnt(starts, cut, verdict.scores, verdict.replications)
    assert len(probe.screen.numbers) == n + len(verdict.replications)
    # Those judges saw nobody: all of them are hard, and on the bench. Played with somebody, they hold.
    assert set(verdict.replications) <= set(probe.bench.replications)
    assert learnt.worst > 0 or probe.errors[0] >= 5
    assert probe.errors[0] >= 1.5 and probe.higher[0] == pytest.approx(0.0)


def test_what_a_schedule_comes_to_moves_the_slopes_towards_it(probe: Probe) -> None:
    n = probe.blocks.shape[0]
    one = Mean(slice(0, 1), np.zeros(1))
    here = Cut(np.array([50.0]), np.full((1, n), 1.0), np.full((1, n), 1.0), np.full(n, 8.0), (one,))
    doubt = Doubt.of(probe, here)
    fewer = here.there.copy()
    fewer[:4] -= 2
    came = Cut(np.array([10.0]), here.gain, here.loss, fewer, (one,))  # eight fewer took 40, not 8
    change = (fewer - here.there)[:, None]
    before = doubt.rows.variance(change), doubt.error(here, change)
    taught = doubt.taught(here, came)
    again = replace(here, gain=taught.gain, loss=taught.loss)
    assert 10.0 <= again.foretold(fewer)[0] < here.foretold(fewer)[0]
    assert taught.loss[0, 0] > taught.loss[0, n - 1] > 0  # more where it was than far from it
    after = doubt.rows.variance(change), doubt.error(here, change)
    assert all((now < was).all() for now, was in zip(after, before, strict=True))
    elsewhere = np.zeros((n, 1))
    elsewhere[n - 1] = -2
    assert doubt.error(here, 4 * elsewhere) > 3 * doubt.error(here, change)  # of what was not played less is known


def test_variances_of_errors_are_those_of_a_filter_that_keeps_the_whole_covariance() -> None:
    random = np.random.default_rng(5)
    n = 12
    alike = np.exp(-np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / 3.0)
    errors = Errors(alike, np.array([4.0, 1.0]), np.array([0.5, 2.0]))
    whole = [4.0 * alike, 1.0 * alike]
    for _ in range(6):
        change = random.normal(size=n)
        weight = errors.taught(change)
        for row, noise in enumerate((0.5, 2.0)):
            reach = whole[row] @ change
            assert weight[row] == pytest.approx(reach / (reach @ change + noise))
            whole[row] = whole[row] - np.outer(reach, reach) / (reach @ change + noise)
    asked = random.normal(size=(n, 3))
    for row in range(2):
        assert errors.variance(asked)[row] == pytest.approx(np.einsum("ij,ik,kj->j", asked, whole[row], asked))


def test_what_single_periods_without_a_row_did_is_learnt_where_all_were_played(probe: Probe) -> None:
    n = probe.blocks.shape[0]
    slack = np.sort(np.random.default_rng(6).normal(size=30) * 10)
    one = Chance(slice(0, 10), np.zeros(1), np.arange(10), slack[10:], 0, float(slack[:10].mean()), 0.1)
    slopes = np.full((10, n), 1.0)
    here = Cut(
        slack[:10] + 60, slopes, slopes, np.full(n, 8.0), (replace(one, far=slack[10:] + 60, level=one.level + 60),)
    )
    fewer = here.there.copy()
    fewer[:4] -= 2
    followed = here.moved(fewer)  # as foretold, rows and others
    worse = replace(followed, promises=(replace(followed.promises[0], far=followed.promises[0].far - 40),))
    change = (fewer - here.there)[:, None]
    for is_whole in (False, True):
        doubt = Doubt.of(probe, here)
        doubt.taught(here, replace(worse, is_whole=is_whole))
        told = doubt.left(here, change)[0]
        if is_whole:
            assert worse.left <= told < followed.left - 0.5 * (followed.left - worse.left)
        else:
            assert told == pytest.approx(followed.left)


def test_exchanges_save_and_what_promises_most_comes_first(job: Job, probe: Probe) -> None:
    starts = np.full(job.kinds.n, 3, dtype=np.int64)
    cut = probe.measured(starts)
    doubt = Doubt.of(probe, cut)
    ways = exchanges(probe, job.rules, starts, cut, doubt)
    moves = exchanges(probe, job.rules, starts, cut, doubt, at_the_same_price=True)
    promises = [round(way.promise, 6) for way in ways]
    assert promises and promises == sorted(promises, reverse=True)
    assert all(0 < way.promise <= way.saving for way in ways)
    assert all(way.promise > way.saving / 2 for way in ways if way.left > 0)  # more likely than not
    for way in ways[:20]:
        saved = float(job.kinds.cost @ starts) - float(job.kinds.cost @ way.made(starts))
        assert saved == pytest.approx(way.saving)
        assert float(cut.foretold(probe.by_block @ way.made(starts)).min()) == pytest.approx(way.left)
    assert all(way.into is not None and way.saving >= -1e-6 for way in moves)


def test_exchanges_that_break_a_rule_do_not_stand_before_those_that_keep_it(job: Job, probe: Probe) -> None:
    starts = np.full(job.kinds.n, 3, dtype=np.int64)
    cut = probe.measured(starts)
    on_monday = np.array([[float(kind.day == 0) for kind in job.kinds.rows]])
    stays = Rule(
        "nobody of Monday goes", csr_array(on_monday), np.array([on_monday @ starts]).ravel(), np.full(1, np.inf), ""
    )
    doubt = Doubt.of(probe, cut)
    ways = exchanges(probe, [stays], starts, cut, doubt)
    assert ways and all(stays.keeps(way.made(starts)) for way in ways)
    free = exchanges(probe, [], starts, cut, doubt)
    assert any(not stays.keeps(way.made(starts)) for way in free)
    kept = {(way.out, way.into) for way in free if stays.keeps(way.made(starts))}
    assert kept <= {(way.out, way.into) for way in ways}
    nobody = np.zeros_like(starts)
    empty = probe.measured(nobody)
    assert exchanges(probe, [stays], nobody, empty, Doubt.of(probe, empty)) == []


def test_who_was_sent_home_is_made_good_or_it_is_said_to_be_too_dear(job: Job, probe: Probe) -> None:
    nobody = np.zeros(job.kinds.n, dtype=np.int64)
    starts, cut = raised(probe, job.rules, nobody, probe.measured(nobody))
    assert cut.worst == 0
    fewer = starts.copy()
    fewer[np.flatnonzero(starts)[:2]] -= 1
    assert refilled(probe, job.rules, fewer, cut, at_most=float(job.kinds.cost @ fewer)) is None
    found = refilled(probe, job.rules, fewer, cut)
    assert found is not None
    enough, new = found
    assert new.worst == 0 and (enough >= fewer).all() and enough.sum() > fewer.sum()


def test_far_from_where_the_target_is_missed_several_leave_at_once(job: Job, probe: Probe) -> None:
    starts = np.full(job.kinds.n, 20, dtype=np.int64)
    cut = probe.measured(starts)
    kept: list[IntArray] = []
    desk = _Desk.of(probe, [], 1.0, kept.append, lambda part: None)
    fewer, at_end, has_saved = desk.saved(starts, cut)
    assert has_saved and at_end.worst <= 0 and desk.cost(fewer) < desk.cost(starts)
    assert [int((starts - one).sum()) for one in kept[:5]] == [1, 3, 7, 15, 31]
    assert all(desk.cost(later) < desk.cost(sooner) for sooner, later in itertools.pairwise(kept))


def test_of_those_that_are_enough_by_what_is_foretold_the_one_that_does_most_is_added(probe: Probe) -> None:
    n = probe.blocks.shape[0]
    nobody = np.zeros(probe.kinds.n, dtype=np.int64)
    gain = np.ones((1, n))
    gain[0, n // 2 :] = 3.0
    cut = Cut(np.array([-2.0]), gain, gain, np.zeros(n), (Mean(slice(0, 1), np.zeros(1)),))
    starts, is_enough = _added(probe, [], nobody, cut)
    (kind,) = np.flatnonzero(starts)  # one person is enough, whoever it is
    assert is_enough and starts.sum() == 1
    by_money = (gain @ probe.by_block.toarray())[0] / probe.kinds.cost
    enough = -cut.foretold(probe.by_block.toarray()).min(axis=0) <= 0
    cheapest = probe.kinds.cost[enough].min()
    assert by_money[kind] == by_money[enough & (probe.kinds.cost == cheapest)].max()


def test_slopes_are_measured_again_only_where_enough_may_still_be_played_to_use_them(job: Job, probe: Probe) -> None:
    starts = np.full(job.kinds.n, 3, dtype=np.int64)
    probe.measured(starts)
    assert probe.slopes.n_played > 0
    desk = _Desk.of(probe, job.rules, 1.0, lambda _: None, lambda _: None)
    assert desk.may_measure
    desk.most = probe.slopes.n_played // 3
    assert not desk.may_measure


def test_weeks_that_may_become_hard_are_those_just_better_than_the_rows_wherever_these_lie(sure_job: Job) -> None:
    probe = sure_job.search().probe
    starts = np.full(sure_job.kinds.n, 2, dtype=np.int64)
    probe.looked_again(starts, is_first=True)
    (chance,) = probe.measured(starts).promises
    watched = probe._watched
    assert isinstance(chance, Chance) and watched is not None
    slack = probe.aims.standing(watched.counts).by_period[0][:, 0]
    assert (slack < slack[watched.weeks].min()).sum() > 100  # a fifth of a thousand days may be missed
    assert len(watched.others) > 50 and slack[watched.others].min() >= slack[watched.weeks].max()


def test_a_schedule_that_misses_once_all_are_played_is_mended_or_left_for_the_one_before(
    job: Job, probe: Probe
) -> None:
    enough = np.full(job.kinds.n, 2, dtype=np.int64)
    at_enough = probe.measured(enough)
    too_few = np.zeros_like(enough)
    cut = probe.measured(too_few)
    assert at_enough.worst == 0 < cut.worst
    kept: list[IntArray] = []
    desk = _Desk.of(probe, job.rules, 1.0, kept.append, lambda _: None)
    starts, found = desk._mended(too_few, cut, enough)
    assert found.worst == 0 and desk.cost(starts) <= desk.cost(enough) and np.array_equal(kept[-1], starts)
    dear = probe.kinds.cost @ starts
    barely = np.eye(1, job.kinds.n, dtype=np.int64)[0]
    assert desk.cost(barely) < dear
    assert np.array_equal(desk._mended(too_few, cut, barely)[0], barely)  # nothing as cheap holds


def test_what_is_learnt_beside_the_cuts_counts_for_every_exchange_of_several(probe: Probe) -> None:
    n = probe.blocks.shape[0]
    slopes = np.full((1, n), 1.0)
    here = Cut(np.array([60.0]), slopes, slopes, np.full(n, 8.0), (Mean(slice(0, 1), np.zeros(1)),))
    doubt = Doubt.of(probe, here)
    doubt.beside = np.linspace(0.5, 1.5, n)
    one, two = np.zeros(n), np.zeros(n)
    one[:3], two[4:6] = -1.0, -2.0
    step = doubt.moved(here, here.there + one)
    assert doubt.left(step, two[:, None]) == pytest.approx(doubt.left(here, (one + two)[:, None]))
    apart = doubt.copy()
    apart.taught(here, replace(here, there=here.there + one, value=np.array([30.0])))
    assert doubt.error(here, one[:, None]) > apart.error(here, one[:, None])  # a copy learns on its own

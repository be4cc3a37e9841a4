"""Laws that hold in the mean: L19 to L34, on independent replications, within four standard errors.

Where two worlds are compared they meet the same customers, so that the standard error is that of the difference.
L24, L27 and L29 stand in ``tests/theory`` as figures, L26 and L21 in ``test_same_run.py`` run by run.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.engine.simulate import has_numba
from careplan.metrics.uncertainty import means
from careplan.planning.erlang import ErlangC
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload
from tests.theory import formulas, worlds
from tests.theory.worlds import HANDLE_MS, Arrivals, Draw, constant, exponential, lognormal

REPLICATIONS = 24
CASES = 20_000 if has_numba() else 4_000
WARM_UP = 2_000
ALLOWED = 4.0

ONE_QUEUE = Rules.of(queues={"q": Queue(is_live=True)}, groups={"g": Group(skills={"q": 1})})


def replicated(measure: Callable[[np.random.Generator], object], *, seed: int = 1) -> np.ndarray:
    """Return one row of figures per replication."""
    seeds = np.random.SeedSequence(seed).spawn(REPLICATIONS)
    return np.array([measure(np.random.default_rng(s)) for s in seeds], dtype=float)


def mean_and_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard error over replications, by figure."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def surely_positive(differences: np.ndarray) -> bool:
    """Whether every figure is above zero by more than four standard errors."""
    mean, error = mean_and_error(differences)
    return bool(np.all(mean > ALLOWED * error))


def equal(values: np.ndarray, expected: object) -> bool:
    """Whether every figure is what it should be, within four standard errors."""
    mean, error = mean_and_error(values)
    return bool(np.all(np.abs(mean - np.asarray(expected)) <= ALLOWED * error))


def _customers(rng: np.random.Generator, load: float, work: Draw, patience: float | None = None) -> Arrivals:
    left = None if patience is None else worlds.to_ms(exponential(patience)(rng, CASES), least=0)
    return Arrivals(worlds.poisson(rng, CASES, load), worlds.to_ms(work(rng, CASES)), left)


def _figures(trace: Trace, within: float = 0.25) -> tuple[float, float]:
    """Share answered within a quarter of a handle time, and share abandoned."""
    in_time = (worlds.waits(trace) <= within) & (trace.turn_started_at >= 0)
    return float(in_time[WARM_UP:].mean()), float((trace.case_outcome == Outcome.ABANDONED)[WARM_UP:].mean())


def test_service_rises_with_agents_and_time_and_falls_with_load() -> None:
    """L19."""

    def measure(rng: np.random.Generator) -> list[float]:
        crowd = _customers(rng, 10.0, exponential(), patience=1.0)
        trace = worlds.play(worlds.one_turn_workload({"q": crowd}), ONE_QUEUE, {"g": 10})
        more = worlds.play(worlds.one_turn_workload({"q": crowd}), ONE_QUEUE, {"g": 11})
        thinner = Arrivals(crowd.at * 21 // 20, crowd.work, crowd.patience)
        less = worlds.play(worlds.one_turn_workload({"q": thinner}), ONE_QUEUE, {"g": 10})
        level, left = _figures(trace)
        return [
            _figures(more)[0] - level,
            left - _figures(more)[1],
            _figures(trace, within=0.5)[0] - level,
            _figures(less)[0] - level,
            left - _figures(less)[1],
        ]

    assert surely_positive(replicated(measure))


def test_one_queue_for_two_teams_beats_two_queues() -> None:
    """L20."""
    apart = Rules.of(
        queues={"a": Queue(is_live=True), "b": Queue(is_live=True)},
        groups={"x": Group(skills={"a": 1}), "y": Group(skills={"b": 1})},
    )
    pooled = Rules.of(
        queues={"a": Queue(is_live=True), "b": Queue(is_live=True)},
        groups={"x": Group(skills={"a": 1, "b": 1}), "y": Group(skills={"a": 1, "b": 1})},
    )

    def measure(rng: np.random.Generator) -> float:
        workload = worlds.one_turn_workload({name: _customers(rng, 4.0, lognormal()) for name in "ab"})
        two, one = (worlds.waits(worlds.play(workload, rules, {"x": 5, "y": 5})) for rules in (apart, pooled))
        return float((two - one)[WARM_UP:].mean())

    assert surely_positive(replicated(measure))


def _share_of_time_all_busy(trace: Trace, agents: int, begin: int, end: int) -> float:
    """Return the share of [begin, end) in which every one-at-a-time agent works."""
    started = trace.turn_started_at >= 0
    at = np.concatenate((trace.turn_started_at[started], trace.turn_ended_at[started]))
    step = np.repeat([1, -1], np.count_nonzero(started))
    order = np.argsort(at, kind="stable")
    instants, in_hand = np.clip(at[order], begin, end), np.cumsum(step[order])
    return float(np.diff(instants)[in_hand[:-1] == agents].sum() / (end - begin))


def test_poisson_arrivals_see_time_averages_and_scheduled_ones_do_not() -> None:
    """L22: the share that waits is the share of time with no idle agent; every five minutes sharp it is far from it."""
    agents, load = 3, 2.4

    def measure(rng: np.random.Generator) -> list[float]:
        work = worlds.to_ms(exponential()(rng, CASES))
        gap = round(HANDLE_MS / load)
        found = []
        for at in (worlds.poisson(rng, CASES, load), np.arange(1, CASES + 1) * gap):
            trace = worlds.play(worlds.one_turn_workload({"q": Arrivals(at, work)}), ONE_QUEUE, {"g": agents})
            waiting = float((worlds.waits(trace) > 0)[WARM_UP:].mean())
            found.append(waiting - _share_of_time_all_busy(trace, agents, int(at[WARM_UP]), int(at[-1])))
        return found

    differences = replicated(measure)
    assert equal(differences[:, 0], 0.0)
    assert surely_positive(-differences[:, 1])


@pytest.mark.parametrize("work", [exponential(), lognormal(cv=2.0)], ids=["exponential", "lognormal"])
def test_what_comes_in_goes_out(work: Draw) -> None:
    """L23: patience rate × mean queue = abandonments; arrivals × share answered × handle time = agents × occupancy."""
    agents, load, patience = 8, 9.0, 0.8

    def measure(rng: np.random.Generator) -> list[float]:
        crowd = _customers(rng, load, work, patience)
        trace = worlds.play(worlds.one_turn_workload({"q": crowd}), ONE_QUEUE, {"g": agents})
        begin, end = int(crowd.at[WARM_UP]), int(crowd.at[-1])
        left = np.where(trace.turn_started_at >= 0, trace.turn_started_at, trace.case_ended_at)
        queue = np.clip(left, begin, end) - np.clip(trace.turn_queued_at, begin, end)
        abandoned = trace.case_outcome == Outcome.ABANDONED
        gone = np.count_nonzero(abandoned & (trace.case_ended_at >= begin) & (trace.case_ended_at < end))
        busy = np.where(
            abandoned, 0, np.clip(trace.turn_ended_at, begin, end) - np.clip(trace.turn_started_at, begin, end)
        )
        answered = float((~abandoned)[WARM_UP:].mean())
        span = end - begin
        return [
            queue.sum() / span / patience - gone * HANDLE_MS / span,
            busy.sum() / span / agents - load * answered / agents,
        ]

    assert equal(replicated(measure), [0.0, 0.0])


@pytest.mark.parametrize(
    "work", [constant(), exponential(), lognormal(cv=2.0)], ids=["constant", "exponential", "lognormal"]
)
def test_with_an_agent_for_everyone_the_number_in_service_is_poisson(work: Draw) -> None:
    """L25: mean and variance are the load, for every handle-time distribution."""
    load = 6.0

    def measure(rng: np.random.Generator) -> list[float]:
        crowd = _customers(rng, load, work)
        trace = worlds.play(worlds.one_turn_workload({"q": crowd}), ONE_QUEUE, {"g": 120})
        assert (worlds.waits(trace) == 0).all()
        looks = np.arange(int(crowd.at[WARM_UP]), int(crowd.at[-1]), 4 * HANDLE_MS)
        begun = np.searchsorted(np.sort(trace.turn_started_at), looks, side="right")
        number = begun - np.searchsorted(np.sort(trace.turn_ended_at), looks, side="right")
        return [float(number.mean()), float(((number - load) ** 2).mean()), float((number == 0).mean())]

    assert equal(replicated(measure), [load, load, np.exp(-load)])


def test_a_bot_that_settles_a_share_leaves_a_thinner_poisson_stream() -> None:
    """L28: people see Erlang C of (1 − p) × load, whatever the bot's time; with p = 1 nobody works."""
    share, load, agents = 0.4, 7.0, 5
    rules = Rules.of(
        queues={"q": Queue(is_live=True, bots=("bot",))}, groups={"g": Group(skills={"q": 1})}, bots={"bot": Bot()}
    )
    law = ErlangC((1 - share) * load, 3600.0, agents)

    def play(rng: np.random.Generator, contained: float) -> Trace:
        workload = Workload(
            queues=("q",),
            arrived_at=worlds.poisson(rng, CASES, load),
            queue_ix=np.zeros(CASES, dtype=np.int64),
            turn_start=np.arange(CASES + 1),
            work_ms=worlds.to_ms(exponential()(rng, CASES)),
            bot_ms=worlds.to_ms(lognormal(0.5)(rng, CASES))[:, None],
            bot_contains=(rng.random(CASES) < contained)[:, None],
        )
        return worlds.play(workload, rules, {"g": agents})

    def measure(rng: np.random.Generator) -> list[float]:
        trace = play(rng, share)
        wait = worlds.waits(trace)[WARM_UP:]
        reached = trace.turn_queued_at[WARM_UP:] >= 0
        return [float(reached.mean()), float((wait[reached] > 0).mean()), float(wait[reached].mean())]

    assert equal(replicated(measure), [1 - share, law.share_waiting, law.mean_wait_s / 3600])
    nobody = play(np.random.default_rng(1), 1.0)
    assert (nobody.case_outcome == Outcome.CONTAINED).all() and (nobody.turn_agent_ix == -1).all()


def test_busy_and_quiet_days_with_the_same_mean_wait_longer() -> None:
    """L30, what the engine makes of it: a gamma day factor of mean 1 and cv 8 % raises the mean wait (Jensen)."""
    agents, load, spread, days = 10, 8.0, 0.08, 40

    def measure(rng: np.random.Generator) -> float:
        waits = []
        for cv in (0.0, spread):
            factor = rng.gamma(1 / cv**2, cv**2, days) if cv else np.ones(days)
            per_day = CASES // days
            at, begin = [], 0.0
            for day in range(days):
                n = rng.poisson(per_day * factor[day])
                length = per_day * HANDLE_MS / load
                at.append(np.sort(begin + rng.random(n) * length))
                begin += length + 40 * HANDLE_MS
            instants = np.rint(np.concatenate(at)).astype(np.int64)
            work = worlds.to_ms(exponential()(rng, len(instants)))
            workload = worlds.one_turn_workload({"q": Arrivals(instants, work)})
            waits.append(float(worlds.waits(worlds.play(workload, ONE_QUEUE, {"g": agents})).mean()))
        return waits[1] - waits[0]

    assert surely_positive(replicated(measure))


def test_twins_get_the_same() -> None:
    """L31: two queues and two groups that mirror each other."""
    rules = Rules.of(
        queues={"a": Queue(is_live=True, concurrency=2), "b": Queue(is_live=True, concurrency=2)},
        groups={
            "x": Group(skills={"a": 1, "b": 2}, pace=(1000, 800)),
            "y": Group(skills={"b": 1, "a": 2}, pace=(1000, 800)),
        },
    )

    def measure(rng: np.random.Generator) -> list[float]:
        workload = worlds.one_turn_workload({name: _customers(rng, 5.0, lognormal(), 1.0) for name in "ab"})
        trace = worlds.play(workload, rules, {"x": 3, "y": 3})
        keep = np.arange(workload.n_cases) >= WARM_UP
        mine = [keep & (workload.queue_ix == k) for k in (0, 1)]
        started, left = trace.turn_started_at >= 0, trace.case_outcome == Outcome.ABANDONED
        wait = worlds.waits(trace)
        by_group = trace.turn_agent_ix < 3
        away = [float(by_group[mine[1] & started].mean()), float((~by_group)[mine[0] & started].mean())]
        return [
            float(wait[mine[0] & started].mean() - wait[mine[1] & started].mean()),
            float(left[mine[0]].mean() - left[mine[1]].mean()),
            away[0] - away[1],
        ]

    assert equal(replicated(measure), [0.0, 0.0, 0.0])


def test_coming_back_multiplies_contacts() -> None:
    """L32: each answered contact comes back with chance r: contacts = first ÷ (1 − r), here cut after ten."""
    chance, longest = 0.4, 10

    def measure(rng: np.random.Generator) -> float:
        first = CASES // 2
        follow_ups = np.minimum(rng.geometric(1 - chance, first) - 1, longest)
        children = int(follow_ups.sum())
        n = first + children
        # The children of case i stand in one block after all first contacts, each the next one's parent.
        block = first + np.cumsum(follow_ups) - follow_ups
        child = np.full(n, -1)
        child[:first] = np.where(follow_ups > 0, block, -1)
        rows = np.arange(first, n)
        last = np.zeros(n, dtype=bool)
        last[(block + follow_ups - 1)[follow_ups > 0]] = True
        child[rows] = np.where(last[rows], -1, rows + 1)
        workload = Workload(
            queues=("q",),
            arrived_at=np.concatenate((worlds.poisson(rng, first, 2.0), np.zeros(children, dtype=np.int64))),
            queue_ix=np.zeros(n, dtype=np.int64),
            turn_start=np.arange(n + 1),
            work_ms=worlds.to_ms(exponential()(rng, n)),
            return_child=child,
            return_after_ms=np.where(child >= 0, worlds.to_ms(exponential(3.0)(rng, n)), -1),
            is_child=np.arange(n) >= first,
        )
        until = int(workload.arrived_at.max()) + 4000 * HANDLE_MS
        trace = worlds.play(workload, ONE_QUEUE, {"g": 6}, until=until)
        assert (trace.case_outcome == Outcome.ANSWERED).all()
        parent = workload.parent[first:]
        assert (trace.case_arrived_at[first:] - trace.case_ended_at[parent] == workload.return_after_ms[parent]).all()
        return n / first

    assert equal(replicated(measure), (1 - chance ** (longest + 1)) / (1 - chance))


def test_from_empty_the_queue_grows_to_its_level() -> None:
    """L33: the mean number waiting at 1, 2, 4, … handle times after an empty start, over many short runs."""
    agents, load, looks = 4, 3.6, np.array([1, 2, 4, 8, 16, 64])
    runs = 60

    def measure(rng: np.random.Generator) -> np.ndarray:
        number = np.zeros(len(looks))
        apart = 400 * HANDLE_MS
        at = []
        for run in range(runs):
            n = rng.poisson(load * looks[-1])
            at.append(run * apart + np.sort(rng.random(n)) * looks[-1] * HANDLE_MS)
        instants = np.rint(np.concatenate(at)).astype(np.int64)
        work = worlds.to_ms(exponential()(rng, len(instants)))
        trace = worlds.play(worlds.one_turn_workload({"q": Arrivals(instants, work)}), ONE_QUEUE, {"g": agents})
        queued, started = np.sort(trace.turn_queued_at), np.sort(trace.turn_started_at)
        for run in range(runs):
            when = run * apart + looks * HANDLE_MS
            number += np.searchsorted(queued, when) - np.searchsorted(started, when)
        grown: np.ndarray = np.concatenate((np.diff(number), number[-1:])) / runs
        return grown

    steps = replicated(measure)
    assert surely_positive(steps[:, :-1])
    level = formulas.shared_agent(load, [1.0] * agents, at_once=agents)
    waiting = float(np.maximum(np.arange(len(level)) - agents, 0) @ level)
    assert steps[:, -1].mean() < waiting + ALLOWED * mean_and_error(steps[:, -1])[1]


@pytest.mark.skipif(not has_numba(), reason="two hundred studies take the reference engine too long")
def test_confidence_intervals_cover_the_exact_value() -> None:
    """L34: of 200 intervals of 95 % from independent replications, 180 to 198 hold the exact share and mean wait."""
    law = ErlangC(2.0, 3600.0, 3)
    exact = np.array([law.share_waiting, law.mean_wait_s / 3600])
    cases, warm_up, replications = 3000, 500, 10
    covered = np.zeros(2)
    for seed in range(200):
        values = []
        for child in np.random.SeedSequence([34, seed]).spawn(replications):
            rng = np.random.default_rng(child)
            crowd = Arrivals(worlds.poisson(rng, cases, 2.0), worlds.to_ms(exponential()(rng, cases)))
            wait = worlds.waits(worlds.play(worlds.one_turn_workload({"q": crowd}), ONE_QUEUE, {"g": 3}))[warm_up:]
            values.append([(wait > 0).mean(), wait.mean()])
        interval = means(np.array(values))
        covered += (interval.low <= exact) & (exact <= interval.high)
    assert (covered >= 180).all() and (covered <= 198).all(), covered

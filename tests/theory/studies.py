"""The studies: worlds simple enough to have exact figures, each with how to simulate them.

Comes in: a generator and a number of cases. Goes out: one independent replication's sums. Every replication starts
empty and drops its first ``WARM_UP`` cases, which is over ten times the relaxation time of the slowest study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from careplan.engine.contract import Group, Queue, Rules
from careplan.planning.erlang import ErlangA, ErlangC, erlang_b, erlang_c
from careplan.roster import Roster
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload
from tests.theory import formulas, worlds
from tests.theory.day import Day, exact_figures
from tests.theory.worlds import HANDLE_MS, Arrivals, Draw, constant, exponential, lognormal, two_kinds

WARM_UP = 10_000
"""Cases dropped at the beginning of every replication."""

Sums = dict[str, tuple[float, float]]
"""Figure → (numerator, denominator) of one replication."""


@dataclass(frozen=True)
class Study:
    """One world: its exact figures (times in mean handle times) and a way to simulate them."""

    name: str
    source: str
    exact: Mapping[str, float]
    replicate: Callable[[np.random.Generator, int], Sums]
    catches: float = 0.05
    """The relative bias that a quick comparison catches in *every* figure; the full one catches a fifth of it."""
    worth: float = 1.0
    """Cases this study gets relative to the others: what is noisy or slow to play."""


def _measured(n: int) -> np.ndarray:
    return np.arange(n) >= WARM_UP


def _mean(values: np.ndarray, where: np.ndarray) -> tuple[float, float]:
    return float(values[where].sum()), float(np.count_nonzero(where))


def _one_queue(is_live: bool = True) -> Rules:
    return Rules.of(queues={"q": Queue(is_live=is_live)}, groups={"g": Group(skills={"q": 1})})


def study_of_erlang_c(load: float, agents: int, times: tuple[float, ...], catches: float) -> Study:
    """Poisson arrivals, exponential handle times, endless patience."""
    law = ErlangC(load, 3600.0, agents)
    exact = {"share waiting": law.share_waiting, "mean wait": law.mean_wait_s / 3600}
    for t in times:
        exact[f"started within {t:.3g}"] = law.service_level(3600 * t)
        exact[f"ended within {t:.3g}"] = law.service_level(3600 * t, until="end")

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        work = worlds.to_ms(exponential()(rng, n))
        workload = worlds.one_turn_workload({"q": Arrivals(worlds.poisson(rng, n, load), work)})
        trace = worlds.play(workload, _one_queue(), {"g": agents})
        wait, keep = worlds.waits(trace), _measured(n)
        sums = {"share waiting": _mean(wait > 0, keep), "mean wait": _mean(wait, keep)}
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        for t in times:
            sums[f"started within {t:.3g}"] = _mean(wait <= t, keep)
            sums[f"ended within {t:.3g}"] = _mean(over <= t, keep)
        return sums

    return Study(f"M/M/{agents}, load {load:g}", "Erlang C", exact, replicate, catches)


def study_of_erlang_a(load: float, agents: int, patience: float, times: tuple[float, ...], catches: float) -> Study:
    """As Erlang C, with exponential patience."""
    law = ErlangA(load, 3600.0, 3600.0 * patience, agents)
    exact = {
        "share waiting": law.share_waiting,
        "share abandoned": law.share_abandoned,
        "mean time in queue": law.mean_wait_s / 3600,
        "mean wait of answered": law.mean_wait_of_answered_s / 3600,
    }
    exact |= {f"started within {t:.3g}": law.service_level(3600 * t) for t in times}

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        arrivals = Arrivals(
            worlds.poisson(rng, n, load),
            worlds.to_ms(exponential()(rng, n)),
            worlds.to_ms(exponential(patience)(rng, n), least=0),
        )
        workload = worlds.one_turn_workload({"q": arrivals})
        trace = worlds.play(workload, _one_queue(), {"g": agents})
        keep = _measured(n)
        left = trace.case_outcome == Outcome.ABANDONED
        leaves = np.where(left, trace.case_ended_at, trace.turn_started_at)
        in_queue = (leaves - trace.turn_queued_at) / HANDLE_MS
        sums = {
            "share waiting": _mean((in_queue > 0) | left, keep),
            "share abandoned": _mean(left, keep),
            "mean time in queue": _mean(in_queue, keep),
            "mean wait of answered": _mean(in_queue, keep & ~left),
        }
        sums |= {f"started within {t:.3g}": _mean(~left & (in_queue <= t), keep) for t in times}
        return sums

    return Study(f"M/M/{agents}+M, load {load:g}, patience {patience:g}", "Erlang A", exact, replicate, catches)


def study_of_loss(load: float, agents: int) -> Study:
    """No patience at all: blocking depends on the handle time through its mean only (L24, L27)."""
    kinds: dict[str, Draw] = {"exponential": exponential(), "lognormal, cv 2": lognormal(cv=2.0)}
    exact = {f"share lost, {kind}": erlang_b(load, agents) for kind in kinds}

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        sums = {}
        for kind, draw in kinds.items():
            at, work = worlds.poisson(rng, n, load), worlds.to_ms(draw(rng, n))
            workload = worlds.one_turn_workload({"q": Arrivals(at, work, np.zeros(n, dtype=np.int64))})
            trace = worlds.play(workload, _one_queue(), {"g": agents})
            sums[f"share lost, {kind}"] = _mean(trace.case_outcome == Outcome.ABANDONED, _measured(n))
        return sums

    return Study(f"M/G/{agents}/{agents}, load {load:g}", "Erlang B", exact, replicate, catches=0.07, worth=0.5)


def study_of_one_agent(load: float) -> Study:
    """M/G/1 with constant, lognormal and hyperexponential handle times."""
    two = two_kinds(0.8, 0.5, 3.0)
    kinds: dict[str, tuple[Draw, float]] = {
        "constant": (constant(), 1.0),
        "lognormal, cv 1.5": (lognormal(cv=1.5), 1 + 1.5**2),
        "two kinds": (two, 2 * (0.8 * 0.5**2 + 0.2 * 3.0**2)),
    }
    exact = {}
    for kind, (_, second) in kinds.items():
        exact[f"mean wait, {kind}"] = formulas.pollaczek_khinchine(formulas.Stream(load, 1.0, second))
        exact[f"share waiting, {kind}"] = load

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        sums = {}
        for kind, (draw, _) in kinds.items():
            at, work = worlds.poisson(rng, n, load), worlds.to_ms(draw(rng, n))
            wait = worlds.waits(
                worlds.play(worlds.one_turn_workload({"q": Arrivals(at, work)}), _one_queue(), {"g": 1})
            )
            sums[f"mean wait, {kind}"] = _mean(wait, _measured(n))
            sums[f"share waiting, {kind}"] = _mean(wait > 0, _measured(n))
        return sums

    return Study(f"M/G/1, load {load:g}", "Pollaczek and Khinchine", exact, replicate, catches=0.10, worth=0.8)


def _by_class(trace: Trace, workload: Workload, values: np.ndarray, names: tuple[str, ...], what: str) -> Sums:
    keep = _measured(workload.n_cases)
    return {f"{what}, {name}": _mean(values, keep & (workload.queue_ix == ix)) for ix, name in enumerate(names)}


def study_of_priorities() -> Study:
    """One agent, three classes of different work, nobody interrupted."""
    names = ("a-urgent", "b-normal", "c-whenever")
    draws: tuple[Draw, ...] = (constant(0.5), exponential(1.0), lognormal(2.0, cv=1.0))
    streams = [
        formulas.Stream(0.4, 0.5, 0.25),
        formulas.Stream(0.3, 1.0, 2.0),
        formulas.Stream(0.1, 2.0, 8.0),
    ]
    exact = {f"mean wait, {n}": w for n, w in zip(names, formulas.cobham(streams), strict=True)}
    rules = Rules.of(
        queues={name: Queue(is_live=True, priority=k) for k, name in enumerate(names)},
        groups={"g": Group(skills=dict.fromkeys(names, 1))},
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = _mixed(rng, n, names, [s.rate for s in streams], draws)
        trace = worlds.play(workload, rules, {"g": 1})
        return _by_class(trace, workload, worlds.waits(trace), names, "mean wait")

    return Study("M/G/1, three priorities, load 0.7", "Cobham", exact, replicate, catches=0.07)


def study_of_team_priorities() -> Study:
    """Five agents, three classes with one handle time."""
    names, rates, agents = ("a", "b", "c"), (1.5, 1.5, 1.25), 5
    exact_waits = formulas.cobham_of_a_team(rates, 1.0, agents, erlang_c(sum(rates), agents))
    exact = {f"mean wait, {n}": w for n, w in zip(names, exact_waits, strict=True)}
    exact["mean wait, all"] = ErlangC(sum(rates), 3600.0, agents).mean_wait_s / 3600  # L29
    rules = Rules.of(
        queues={name: Queue(is_live=True, priority=k) for k, name in enumerate(names)},
        groups={"g": Group(skills=dict.fromkeys(names, 1))},
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = _mixed(rng, n, names, rates, (exponential(),) * 3)
        trace = worlds.play(workload, rules, {"g": agents})
        wait = worlds.waits(trace)
        return _by_class(trace, workload, wait, names, "mean wait") | {"mean wait, all": _mean(wait, _measured(n))}

    return Study("M/M/5, three priorities, load 4.25", "Cobham; Kella and Yechiali", exact, replicate, catches=0.15)


def _mixed(
    rng: np.random.Generator,
    n: int,
    names: tuple[str, ...],
    rates: list[float] | tuple[float, ...],
    draws: tuple[Draw, ...],
) -> Workload:
    """One Poisson stream of n cases, each of a class at random: independent Poisson streams with a common end."""
    at = worlds.poisson(rng, n, sum(rates))
    kind = rng.choice(len(names), n, p=np.array(rates) / sum(rates))
    streams = {}
    for k, name in enumerate(names):
        mine = at[kind == k]
        streams[name] = Arrivals(mine, worlds.to_ms(draws[k](rng, len(mine))))
    return worlds.one_turn_workload(streams)


def study_of_interruptions() -> Study:
    """One agent who drops a message for every call and goes on with it afterwards."""
    names = ("a-call", "b-message")
    draws: tuple[Draw, ...] = (exponential(0.5), lognormal(1.0, cv=1.0))
    streams = [formulas.Stream(0.6, 0.5, 0.5), formulas.Stream(0.35, 1.0, 2.0)]
    exact = {f"mean time to end, {n}": t for n, t in zip(names, formulas.preemptive_resume(streams), strict=True)}
    rules = Rules.of(
        queues={
            "a-call": Queue(is_live=True, interrupts=True),
            "b-message": Queue(is_live=False, priority=5),
        },
        groups={"g": Group(skills=dict.fromkeys(names, 1))},
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = _mixed(rng, n, names, [s.rate for s in streams], draws)
        trace = worlds.play(workload, rules, {"g": 1})
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        return _by_class(trace, workload, over, names, "mean time to end")

    return Study("M/G/1, calls interrupt messages", "White and Christie", exact, replicate)


def study_of_sharing(load: float) -> Study:
    """An agent who works on everything at once, each at a k-th of the pace: processor sharing, insensitive."""
    pace = tuple(1000 // k for k in range(1, 61))
    probability = formulas.shared_agent(load, [p / 1000 for p in pace])
    slowdown = float(np.arange(len(probability)) @ probability) / load
    kinds: dict[str, Draw] = {
        "exponential": exponential(),
        "constant": constant(),
        "lognormal, cv 1.5": lognormal(cv=1.5),
    }
    exact = {f"mean time to end, {kind}": slowdown for kind in kinds}
    exact["time to end ÷ work, short cases"] = slowdown
    rules = Rules.of(
        queues={"q": Queue(is_live=True, concurrency=1000)}, groups={"g": Group(skills={"q": 1}, pace=pace)}
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        sums = {}
        for kind, draw in kinds.items():
            at, work = worlds.poisson(rng, n, load), worlds.to_ms(draw(rng, n))
            trace = worlds.play(worlds.one_turn_workload({"q": Arrivals(at, work)}), rules, {"g": 1})
            over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
            sums[f"mean time to end, {kind}"] = _mean(over, _measured(n))
            if kind.startswith("lognormal"):
                short = _measured(n) & (work < HANDLE_MS // 2)
                sums["time to end ÷ work, short cases"] = (
                    float(over[short].sum()),
                    float(work[short].sum()) / HANDLE_MS,
                )
        return sums

    return Study(f"M/G/1 shared by pace, load {load:g}", "processor sharing (Cohen)", exact, replicate, worth=0.5)


def study_of_three_chats_at_once() -> Study:
    """One agent, at most three at once, each slower: a birth and death chain."""
    load, pace = 1.3, (1000, 800, 600)
    probability = formulas.shared_agent(load, [p / 1000 for p in pace], at_once=3)
    k = np.arange(len(probability))
    exact = {
        "share waiting": float(probability[3:].sum()),
        "mean wait": float(np.maximum(k - 3, 0) @ probability) / load,
        "mean time to end": float(k @ probability) / load,
    }
    rules = Rules.of(queues={"q": Queue(is_live=True, concurrency=3)}, groups={"g": Group(skills={"q": 1}, pace=pace)})

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        at, work = worlds.poisson(rng, n, load), worlds.to_ms(exponential()(rng, n))
        trace = worlds.play(worlds.one_turn_workload({"q": Arrivals(at, work)}), rules, {"g": 1})
        wait, keep = worlds.waits(trace), _measured(n)
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        return {
            "share waiting": _mean(wait > 0, keep),
            "mean wait": _mean(wait, keep),
            "mean time to end": _mean(over, keep),
        }

    return Study("one agent, three at once, pace 1, .8, .6, load 1.3", "birth and death chain", exact, replicate)


def study_of_conversations() -> Study:
    """Messages of geometric many turns with time to think between them: a Jackson network, each turn as in M/M/n."""
    new_rate, more, think, agents = 1.6, 0.5, 5.0, 4
    law = ErlangC(new_rate / (1 - more), 3600.0, agents)
    exact = {}
    for which in ("first", "later"):
        exact[f"share waiting, {which} turns"] = law.share_waiting
        exact[f"mean wait, {which} turns"] = law.mean_wait_s / 3600
    rules = _one_queue(is_live=False)

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        n //= 2  # two turns a case in the mean
        turns = rng.geometric(1 - more, n)
        start = np.concatenate(([0], np.cumsum(turns)))
        thinks = worlds.to_ms(exponential(think)(rng, int(start[-1])))
        thinks[start[1:] - 1] = -1
        workload = Workload(
            queues=("q",),
            arrived_at=worlds.poisson(rng, n, new_rate),
            queue_ix=np.zeros(n, dtype=np.int64),
            turn_start=start,
            work_ms=worlds.to_ms(exponential()(rng, int(start[-1]))),
            think_ms=thinks,
        )
        trace = worlds.play(workload, rules, {"g": agents})
        wait = worlds.waits(trace)
        # By the time of the wait, not of the case: what waits after the last arrival meets an emptying desk.
        begin, end = workload.arrived_at[WARM_UP // 2], workload.arrived_at[-1]
        keep = (trace.turn_queued_at >= begin) & (trace.turn_queued_at < end)
        first = np.zeros(len(wait), dtype=bool)
        first[start[:-1]] = True
        sums = {}
        for which, mine in (("first", first), ("later", ~first)):
            sums[f"share waiting, {which} turns"] = _mean(wait > 0, keep & mine)
            sums[f"mean wait, {which} turns"] = _mean(wait, keep & mine)
        return sums

    return Study("conversations, M/M/4 with return, load 3.2", "Jackson; Erlang C", exact, replicate, catches=0.09)


DAY = Day(
    interval_s=3600,
    handle_s=600.0,
    loads=(1.0, 2.5, 5.0, 6.5, 5.5, 3.0, 2.5, 4.0, 7.0, 6.0, 3.5, 1.5),
    core=4,
    extra=4,
    extra_spells=((2 * 3600 + 1200, 5 * 3600), (8 * 3600, 10 * 3600 + 1800)),
    within_s=300.0,
)


def study_of_a_day(day: Day = DAY) -> Study:
    """Twelve hours of M(t)/M/s(t), from empty, with people who come, and who go when their case is done."""
    figures = exact_figures(day)
    if figures.lost_mass > 1e-9:
        raise AssertionError("the queue's bound is too low for the day")
    exact = {}
    for i in range(1, len(day.loads)):  # in the first hour hardly anyone waits
        exact[f"mean queue, hour {i + 1}"] = float(figures.mean_queue[i])
        exact[f"share waiting, hour {i + 1}"] = float(figures.share_waiting[i])
        if day.is_foreseen(i):
            exact[f"started within 5 min, hour {i + 1}"] = float(figures.service_level[i])
    rules = Rules.of(
        queues={"q": Queue(is_live=True)},
        groups={"core": Group(skills={"q": 1}), "extra": Group(skills={"q": 2})},
    )
    hours, apart = len(day.loads), 24 * 3_600_000  # the night empties the desk
    interval = day.interval_s * 1000

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        days = max(2, round(n / (sum(day.loads) * day.interval_s / day.handle_s)))
        counts = rng.poisson(np.tile(np.array(day.loads) * day.interval_s / day.handle_s, days))
        begins = (np.arange(days)[:, None] * apart + np.arange(hours)[None, :] * interval).ravel()
        at = np.sort((np.repeat(begins, counts) + np.floor(rng.random(counts.sum()) * interval)).astype(np.int64))
        work = np.maximum(1, np.rint(rng.exponential(day.handle_s * 1000, len(at)))).astype(np.int64)
        until = days * apart
        spells = [("core", j, 0, until) for j in range(1, day.core + 1)]
        spells += [
            ("extra", j, d * apart + on * 1000, d * apart + off * 1000)
            for j in range(1, day.extra + 1)
            for d in range(days)
            for on, off in day.extra_spells
        ]
        trace = worlds.play(
            worlds.one_turn_workload({"q": Arrivals(at, work)}),
            rules,
            Roster.from_spells(spells),
            until=until,
        )
        started, queued = trace.turn_started_at, trace.turn_queued_at
        hour = (at % apart) // interval
        wait = started - queued
        edges = (np.arange(days)[:, None] * apart + np.arange(hours + 1)[None, :] * interval).ravel()
        before = _spent_before(queued, edges) - _spent_before(started, edges)
        waiting = np.diff(before.reshape(days, hours + 1), axis=1).sum(axis=0) / interval
        number = np.bincount(hour, minlength=hours)
        had_to = np.bincount(hour, weights=wait > 0, minlength=hours)
        soon = np.bincount(hour, weights=wait <= day.within_s * 1000, minlength=hours)
        sums = {}
        for i in range(1, hours):
            sums[f"mean queue, hour {i + 1}"] = (float(waiting[i]), float(days))
            sums[f"share waiting, hour {i + 1}"] = (float(had_to[i]), float(number[i]))
            if day.is_foreseen(i):
                sums[f"started within 5 min, hour {i + 1}"] = (float(soon[i]), float(number[i]))
        return sums

    return Study("a day of M(t)/M/s(t)", "Kolmogorov's forward equations", exact, replicate, catches=0.18, worth=2.0)


def _spent_before(instants: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return by edge the sum over instants before it of (edge − instant)."""
    sums = np.concatenate(([0], np.cumsum(np.sort(instants))))
    count = np.searchsorted(np.sort(instants), edges)
    spent: np.ndarray = count * edges - sums[count]
    return spent


STUDIES: tuple[Callable[[], Study], ...] = (
    lambda: study_of_erlang_c(0.7, 1, (1.0,), catches=0.04),
    lambda: study_of_erlang_c(10.0, 14, (1 / 9, 0.5), catches=0.10),
    lambda: study_of_erlang_c(5.6, 6, (3.0,), catches=0.15),
    lambda: study_of_erlang_a(48.0, 50, 2.0, (1 / 12, 1 / 3), catches=0.09),
    lambda: study_of_erlang_a(12.0, 10, 1.0, (0.1, 0.3), catches=0.03),
    lambda: study_of_erlang_a(0.8, 1, 0.5, (0.2,), catches=0.02),
    lambda: study_of_loss(8.0, 10),
    lambda: study_of_one_agent(0.7),
    study_of_priorities,
    study_of_team_priorities,
    study_of_interruptions,
    lambda: study_of_sharing(0.6),
    study_of_three_chats_at_once,
    study_of_conversations,
    study_of_a_day,
)
"""How to build every study; built only when run, as some exact figures take a second."""

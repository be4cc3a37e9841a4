"""The studies: worlds simple enough to have exact figures, each with how to simulate them.

Comes in: a generator and a number of cases. Goes out: one independent replication's sums. Every replication starts
empty and drops its first ``WARM_UP`` cases, which is over ten times the relaxation time of the slowest study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def measured(n: int) -> np.ndarray:
    """Return which of n cases are measured: all but the first ``WARM_UP``."""
    return np.arange(n) >= WARM_UP


def mean_of(values: np.ndarray, where: np.ndarray) -> tuple[float, float]:
    """Return sum and count of the values at marked rows."""
    return float(values[where].sum()), float(np.count_nonzero(where))


def one_queue(is_live: bool = True) -> Rules:
    """Return the rules of one queue and one group."""
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
        trace = worlds.play(workload, one_queue(), {"g": agents})
        wait, keep = worlds.waits(trace), measured(n)
        sums = {"share waiting": mean_of(wait > 0, keep), "mean wait": mean_of(wait, keep)}
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        for t in times:
            sums[f"started within {t:.3g}"] = mean_of(wait <= t, keep)
            sums[f"ended within {t:.3g}"] = mean_of(over <= t, keep)
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
        trace = worlds.play(workload, one_queue(), {"g": agents})
        keep = measured(n)
        left = trace.case_outcome == Outcome.ABANDONED
        leaves = np.where(left, trace.case_ended_at, trace.turn_started_at)
        in_queue = (leaves - trace.turn_queued_at) / HANDLE_MS
        sums = {
            "share waiting": mean_of((in_queue > 0) | left, keep),
            "share abandoned": mean_of(left, keep),
            "mean time in queue": mean_of(in_queue, keep),
            "mean wait of answered": mean_of(in_queue, keep & ~left),
        }
        sums |= {f"started within {t:.3g}": mean_of(~left & (in_queue <= t), keep) for t in times}
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
            trace = worlds.play(workload, one_queue(), {"g": agents})
            sums[f"share lost, {kind}"] = mean_of(trace.case_outcome == Outcome.ABANDONED, measured(n))
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
            wait = worlds.waits(worlds.play(worlds.one_turn_workload({"q": Arrivals(at, work)}), one_queue(), {"g": 1}))
            sums[f"mean wait, {kind}"] = mean_of(wait, measured(n))
            sums[f"share waiting, {kind}"] = mean_of(wait > 0, measured(n))
        return sums

    return Study(f"M/G/1, load {load:g}", "Pollaczek and Khinchine", exact, replicate, catches=0.10, worth=0.8)


def by_class(trace: Trace, workload: Workload, values: np.ndarray, names: tuple[str, ...], what: str) -> Sums:
    """Return a mean by class."""
    keep = measured(workload.n_cases)
    return {f"{what}, {name}": mean_of(values, keep & (workload.queue_ix == ix)) for ix, name in enumerate(names)}


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
        workload = mixed(rng, n, names, [s.rate for s in streams], draws)
        trace = worlds.play(workload, rules, {"g": 1})
        return by_class(trace, workload, worlds.waits(trace), names, "mean wait")

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
        workload = mixed(rng, n, names, rates, (exponential(),) * 3)
        trace = worlds.play(workload, rules, {"g": agents})
        wait = worlds.waits(trace)
        return by_class(trace, workload, wait, names, "mean wait") | {"mean wait, all": mean_of(wait, measured(n))}

    return Study("M/M/5, three priorities, load 4.25", "Cobham; Kella and Yechiali", exact, replicate, catches=0.15)


def mixed(
    rng: np.random.Generator,
    n: int,
    names: tuple[str, ...],
    rates: list[float] | tuple[float, ...],
    draws: tuple[Draw, ...],
    patience: tuple[Draw, ...] | None = None,
) -> Workload:
    """Return one Poisson stream of n cases, each of a class at random: independent streams with a common end."""
    at = worlds.poisson(rng, n, sum(rates))
    kind = rng.choice(len(names), n, p=np.array(rates) / sum(rates))
    streams = {}
    for k, name in enumerate(names):
        mine = at[kind == k]
        waits = None if patience is None else worlds.to_ms(patience[k](rng, len(mine)), least=0)
        streams[name] = Arrivals(mine, worlds.to_ms(draws[k](rng, len(mine))), waits)
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
        workload = mixed(rng, n, names, [s.rate for s in streams], draws)
        trace = worlds.play(workload, rules, {"g": 1})
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        return by_class(trace, workload, over, names, "mean time to end")

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
            sums[f"mean time to end, {kind}"] = mean_of(over, measured(n))
            if kind.startswith("lognormal"):
                short = measured(n) & (work < HANDLE_MS // 2)
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
        wait, keep = worlds.waits(trace), measured(n)
        over = (trace.turn_ended_at - trace.turn_queued_at) / HANDLE_MS
        return {
            "share waiting": mean_of(wait > 0, keep),
            "mean wait": mean_of(wait, keep),
            "mean time to end": mean_of(over, keep),
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
    rules = one_queue(is_live=False)

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
            sums[f"share waiting, {which} turns"] = mean_of(wait > 0, keep & mine)
            sums[f"mean wait, {which} turns"] = mean_of(wait, keep & mine)
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


NIGHTS = Day(
    interval_s=3600,
    handle_s=600.0,
    loads=((0.3,) * 7 + (1.5, 3.0, 3.5, 3.0, 2.5, 2.5, 3.0, 3.0, 2.5, 2.0, 2.0, 2.0, 1.5, 1.0, 0.8, 0.5, 0.3)) * 2,
    core=0,
    extra=6,
    extra_spells=((8 * 3600, 17 * 3600), (32 * 3600, 41 * 3600)),
    within_s=1800.0,
)
"""Two days of messages round the clock, answered from 08:00 to 17:00: what comes at night is there in the morning."""


def study_of_a_day(
    day: Day = DAY, name: str = "a day of M(t)/M/s(t)", hours: Sequence[int] = range(2, 13), catches: float = 0.18
) -> Study:
    """Hours of M(t)/M/s(t), from empty, with people who come, and who go when their case is done.

    ``hours`` are those compared, counted from 1; in the first of ``DAY`` hardly anyone waits.
    """
    figures = exact_figures(day)
    if figures.lost_mass > 1e-9:
        raise AssertionError("the queue's bound is too low for the day")
    exact = {}
    within = f"{day.within_s / 60:g} min"
    for i in (hour - 1 for hour in hours):
        exact[f"mean queue, hour {i + 1}"] = float(figures.mean_queue[i])
        if figures.share_waiting[i] < 0.999:  # where nobody is there all wait
            exact[f"share waiting, hour {i + 1}"] = float(figures.share_waiting[i])
        if day.is_foreseen(i) and 0.02 < figures.service_level[i] < 0.98:  # rarer than that, it is luck
            exact[f"started within {within}, hour {i + 1}"] = float(figures.service_level[i])
    rules = Rules.of(
        queues={"q": Queue(is_live=day.core > 0)},
        groups={name: Group(skills={"q": rank}) for name, rank in (("core", 1), ("extra", 2)) if getattr(day, name)},
    )
    n_hours, interval = len(day.loads), day.interval_s * 1000
    apart = n_hours * interval + 12 * 3_600_000  # long enough for all to go home to an empty desk

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        days = max(2, round(n / (sum(day.loads) * day.interval_s / day.handle_s)))
        counts = rng.poisson(np.tile(np.array(day.loads) * day.interval_s / day.handle_s, days))
        begins = (np.arange(days)[:, None] * apart + np.arange(n_hours)[None, :] * interval).ravel()
        at = np.sort((np.repeat(begins, counts) + np.floor(rng.random(counts.sum()) * interval)).astype(np.int64))
        work = np.maximum(1, np.rint(rng.exponential(day.handle_s * 1000, len(at)))).astype(np.int64)
        until = days * apart
        spells = [("core", j, 0, until) for j in range(1, day.core + 1)]
        cleared = (
            [] if day.core else [(n_hours * day.interval_s, apart // 1000)]
        )  # nobody comes: the rest is worked off
        spells += [
            ("extra", j, d * apart + on * 1000, d * apart + off * 1000)
            for j in range(1, day.extra + 1)
            for d in range(days)
            for on, off in [*day.extra_spells, *cleared]
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
        edges = (np.arange(days)[:, None] * apart + np.arange(n_hours + 1)[None, :] * interval).ravel()
        before = spent_before(queued, edges) - spent_before(started, edges)
        waiting = np.diff(before.reshape(days, n_hours + 1), axis=1).sum(axis=0) / interval
        number = np.bincount(hour, minlength=n_hours)
        had_to = np.bincount(hour, weights=wait > 0, minlength=n_hours)
        soon = np.bincount(hour, weights=wait <= day.within_s * 1000, minlength=n_hours)
        sums = {}
        for i in (hour - 1 for hour in hours):
            sums[f"mean queue, hour {i + 1}"] = (float(waiting[i]), float(days))
            sums[f"share waiting, hour {i + 1}"] = (float(had_to[i]), float(number[i]))
            if f"started within {within}, hour {i + 1}" in exact:
                sums[f"started within {within}, hour {i + 1}"] = (float(soon[i]), float(number[i]))
        return sums

    return Study(name, "Kolmogorov's forward equations", exact, replicate, catches, worth=2.0)


def spent_before(instants: np.ndarray, edges: np.ndarray) -> np.ndarray:
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
    lambda: study_of_a_day(NIGHTS, "shut overnight", (8, 9, 10, 11, 18, 24, 32, 33, 34, 35, 36, 37), catches=0.2),
)
"""How to build every study; built only when run, as some exact figures take a second."""

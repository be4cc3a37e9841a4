"""Studies of desks whose exact figures come from a Markov chain: callers who try again, urgent and other customers who
give up, agents with several conversations, shared skills.

Comes in: a generator and a number of cases. Goes out: one independent replication's sums, as in ``studies``. All times
are exponential, in units of the mean handle time of a turn. Chains are cut off where less than 1e-9 is left; the tests
compare them with closed forms where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from careplan.engine.contract import Group, Queue, Rules
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload
from tests.theory import worlds
from tests.theory.chains import Stationary, stationary
from tests.theory.studies import WARM_UP, Study, Sums, by_class, mean_of, measured, mixed
from tests.theory.worlds import HANDLE_MS, exponential

EPSILON = 1e-9
"""Probability that may be beyond the bounds of a chain."""


def checked(chain: Stationary, at_bound: Callable[..., bool]) -> Stationary:
    """Return the chain if its bounds are far enough.

    Raises
    ------
    AssertionError
        If a state at a bound is too likely.
    """
    beyond = chain.mean(lambda state: float(at_bound(state)))
    if beyond > EPSILON:
        raise AssertionError(f"a bound of the chain is too low: {beyond:.1e} of the time is spent there")
    return chain


# --- callers who try again ----------------------------------------------------------------------------------------


def retrial_chain(rate: float, agents: int, again: float, try_rate: float, *, most: int = 120) -> Stationary:
    """Return the chain (busy, callers who will try again): nobody queues; who finds all busy tries again or leaves.

    Falin and Templeton, *Retrial Queues* (1997), chapters 1 and 2, with persistence ``again``.
    """

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        busy, away = state
        yield (busy - 1, away), float(busy)
        if busy < agents:
            yield (busy + 1, away), rate
            yield (busy + 1, away - 1), away * try_rate
        else:
            yield (busy, min(away + 1, most)), rate * again
            yield (busy, away - 1), away * try_rate * (1 - again)

    return checked(stationary((0, 0), moves), lambda state: state[1] == most)


def study_of_retrials() -> Study:
    """Three agents and no queue; seven in ten callers who find all busy try again after a while."""
    rate, agents, again, try_rate = 2.4, 3, 0.7, 0.5
    chain = retrial_chain(rate, agents, again, try_rate)
    full = chain.mean(lambda s: s[0] == agents)
    tries = chain.mean(lambda s: s[1] * try_rate)
    tries_lost = chain.mean(lambda s: s[1] * try_rate * (s[0] == agents))
    exact = {
        "share of first calls blocked": full,
        "share of all calls blocked": (rate * full + tries_lost) / (rate + tries),
        "calls by caller": 1 + tries / rate,
        "share of callers lost": (1 - again) * (rate * full + tries_lost) / rate,
        "mean number who will try again": chain.mean(lambda s: s[1]),
    }
    rules = Rules.of(queues={"q": Queue(is_live=True)}, groups={"g": Group(skills={"q": 1})})

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        n //= 2  # about two calls a caller
        workload = calls_that_repeat(rng, worlds.poisson(rng, n, rate), again, try_rate)
        trace = worlds.play(workload, rules, {"g": agents})
        begin, end = workload.arrived_at[WARM_UP // 2], workload.arrived_at[n - 1]
        came = trace.case_outcome != Outcome.UNBORN
        inside = came & (trace.case_arrived_at >= begin) & (trace.case_arrived_at < end)
        first, lost = ~workload.is_child, trace.case_outcome == Outcome.ABANDONED
        # A caller is lost with the last call of the chain: one that no other follows.
        child = workload.retry_child
        is_last = np.ones(workload.n_cases, dtype=bool)
        is_last[(child >= 0) & came[child]] = False
        away = np.where(lost & ~is_last, np.where(child >= 0, workload.retry_after_ms, 0), 0)
        callers = float(np.count_nonzero(inside & first))
        return {
            "share of first calls blocked": mean_of(lost, inside & first),
            "share of all calls blocked": mean_of(lost, inside),
            "calls by caller": (float(np.count_nonzero(inside)), callers),
            "share of callers lost": (float(np.count_nonzero(inside & lost & is_last)), callers),
            "mean number who will try again": (float(away[inside].sum()), float(end - begin)),
        }

    return Study("M/M/3/3 with retrials, load 2.4", "Falin and Templeton", exact, replicate, worth=0.7)


def calls_that_repeat(rng: np.random.Generator, at: np.ndarray, again: float, try_rate: float) -> Workload:
    """Return callers without patience; a call has a follow-up with this chance, up to ten in a row."""
    n_first = len(at)
    child, parents, first_row = [np.full(n_first, -1)], np.arange(n_first), n_first
    for _ in range(10):
        parents = parents[rng.random(len(parents)) < again]
        born = first_row + np.arange(len(parents))
        child.append(np.full(len(parents), -1))
        np.put(whole := np.concatenate(child), parents, born)
        child = [whole]
        parents, first_row = born, first_row + len(born)
    retry_child = child[0]
    n = len(retry_child)
    delay = worlds.to_ms(exponential(1 / try_rate)(rng, n))
    return Workload(
        queues=("q",),
        arrived_at=np.concatenate((at, np.zeros(n - n_first, dtype=np.int64))),
        queue_ix=np.zeros(n, dtype=np.int64),
        turn_start=np.arange(n + 1),
        work_ms=worlds.to_ms(exponential()(rng, n)),
        patience_ms=np.zeros(n, dtype=np.int64),
        retry_child=retry_child,
        retry_after_ms=np.where(retry_child >= 0, delay, -1),
        is_child=np.arange(n) >= n_first,
    )


# --- two classes with patience ------------------------------------------------------------------------------------


def two_classes_chain(
    rates: tuple[float, float], agents: int, leave: tuple[float, float], *, most: int = 60
) -> Stationary:
    """Return the chain (busy, urgent waiting, others waiting) of M/M/n+M with two classes, nobody interrupted."""

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        busy, urgent, other = state
        if busy < agents:
            yield (busy + 1, 0, 0), sum(rates)
            yield (busy - 1, 0, 0), float(busy)
            return
        yield (busy, min(urgent + 1, most), other), rates[0]
        yield (busy, urgent, min(other + 1, most)), rates[1]
        yield (busy, urgent - 1, other), urgent * leave[0]
        yield (busy, urgent, other - 1), other * leave[1]
        taken = (busy, urgent - 1, other) if urgent else (busy, urgent, other - 1) if other else (busy - 1, 0, 0)
        yield taken, float(busy)

    return checked(stationary((0, 0, 0), moves), lambda state: most in state[1:])


def study_of_two_classes() -> Study:
    """Five agents for urgent and other customers, each class with a patience of its own; overloaded."""
    names, rates, agents, patience = ("a-urgent", "b-other"), (2.5, 3.5), 5, (0.5, 2.0)
    chain = two_classes_chain(rates, agents, (1 / patience[0], 1 / patience[1]))
    exact = {}
    for k, name in enumerate(names):
        waiting = chain.mean(lambda s, k=k: s[1 + k])
        exact[f"share abandoned, {name}"] = waiting / patience[k] / rates[k]
        exact[f"mean time in queue, {name}"] = waiting / rates[k]
    rules = Rules.of(
        queues={name: Queue(is_live=True, priority=k) for k, name in enumerate(names)},
        groups={"g": Group(skills=dict.fromkeys(names, 1))},
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = mixed(rng, n, names, rates, (exponential(),) * 2, tuple(exponential(mean) for mean in patience))
        trace = worlds.play(workload, rules, {"g": agents})
        return by_class(trace, workload, left(trace), names, "share abandoned") | by_class(
            trace, workload, time_in_queue(trace), names, "mean time in queue"
        )

    return Study("M/M/5+M, two priorities, load 6", "Markov chain", exact, replicate, catches=0.03)


def left(trace: Trace) -> np.ndarray:
    """Return which cases were abandoned."""
    return np.asarray(trace.case_outcome == Outcome.ABANDONED)


def time_in_queue(trace: Trace) -> np.ndarray:
    """Return for one-turn cases the time from queueing to start or to leaving, in mean handle times."""
    leaves = np.where(left(trace), trace.case_ended_at, trace.turn_started_at)
    return np.asarray((leaves - trace.turn_queued_at) / HANDLE_MS)


# --- case managers ------------------------------------------------------------------------------------------------


def case_manager_chain(
    rate: float, slots: int, speed: Callable[[int], float], more: float, think_rate: float, *, most: int = 200
) -> Stationary:
    """Return the chain (turns worked on, customers who think, sessions waiting outside).

    A session keeps its slot while its customer thinks; ``speed(k)`` is the rate at which turns end when k are worked
    on. Case managers as in Campello, Ingolfsson and Shumsky, "Queueing models of case managers", Management Science
    63 (2017).
    """

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        worked, thinks, outside = state
        if worked + thinks < slots:
            yield (worked + 1, thinks, 0), rate
        else:
            yield (worked, thinks, min(outside + 1, most)), rate
        yield (worked + 1, thinks - 1, outside), thinks * think_rate
        if worked:
            yield (worked - 1, thinks + 1, outside), speed(worked) * more
            done = (worked, thinks, outside - 1) if outside else (worked - 1, thinks, 0)
            yield done, speed(worked) * (1 - more)

    return checked(stationary((0, 0, 0), moves), lambda state: state[2] == most)


def study_of_case_managers(agents: int, at_once: int, rate: float) -> Study:
    """Chats of geometric many turns; a slot is kept while the customer thinks.

    Either one agent with several slots, who shares their pace among the turns in hand, or several agents with one
    slot each, who wait with their customer.
    """
    if min(agents, at_once) != 1:
        raise ValueError("the chain is exact for one agent, or for one conversation at a time")
    more, think = 0.6, 2.0
    pace = tuple(1000 // k for k in range(1, at_once + 1))

    def speed(worked: int) -> float:
        return worked * pace[worked - 1] / 1000 if agents == 1 else float(worked)

    slots = agents * at_once
    chain = case_manager_chain(rate, slots, speed, more, 1 / think)
    exact = {
        "share waiting": chain.mean(lambda s: s[0] + s[1] == slots),
        "mean wait": chain.mean(lambda s: s[2]) / rate,
        "mean time of a session": chain.mean(lambda s: s[0] + s[1]) / rate,
        "mean time of a turn": chain.mean(lambda s: s[0]) * (1 - more) / rate,
    }
    rules = Rules.of(
        queues={"q": Queue(is_live=True, concurrency=at_once)}, groups={"g": Group(skills={"q": 1}, pace=pace)}
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        n = max(WARM_UP + 1000, n // 2)
        turns = rng.geometric(1 - more, n)
        start = np.concatenate(([0], np.cumsum(turns)))
        thinks = worlds.to_ms(exponential(think)(rng, int(start[-1])))
        thinks[start[1:] - 1] = -1
        workload = Workload(
            queues=("q",),
            arrived_at=worlds.poisson(rng, n, rate),
            queue_ix=np.zeros(n, dtype=np.int64),
            turn_start=start,
            work_ms=worlds.to_ms(exponential()(rng, int(start[-1]))),
            think_ms=thinks,
        )
        trace = worlds.play(workload, rules, {"g": agents})
        keep = measured(n)
        first = start[:-1]
        wait = (trace.turn_started_at[first] - trace.turn_queued_at[first]) / HANDLE_MS
        session = (trace.case_ended_at - trace.turn_started_at[first]) / HANDLE_MS
        turn = (trace.turn_ended_at - trace.turn_started_at) / HANDLE_MS
        return {
            "share waiting": mean_of(wait > 0, keep),
            "mean wait": mean_of(wait, keep),
            "mean time of a session": mean_of(session, keep),
            "mean time of a turn": mean_of(turn, np.repeat(keep, turns)),
        }

    who = "one agent with 3 conversations" if agents == 1 else f"{agents} agents with one conversation each"
    return Study(f"case managers: {who}", "Campello, Ingolfsson and Shumsky", exact, replicate, catches=0.2, worth=1.5)


# --- shared skills ------------------------------------------------------------------------------------------------


def n_design_chain(rates: tuple[float, float], agents: tuple[int, int], *, most: tuple[int, int]) -> Stationary:
    """Return the chain (specialists busy, all-rounders busy, a waiting, b waiting).

    Specialists do a only; all-rounders do both, b first.
    """

    def moves(state: tuple[int, int, int, int]) -> Iterator[tuple[tuple[int, int, int, int], float]]:
        one, both, a, b = state
        if one < agents[0]:
            yield (one + 1, both, a, b), rates[0]
        elif both < agents[1]:
            yield (one, both + 1, a, b), rates[0]
        else:
            yield (one, both, min(a + 1, most[0]), b), rates[0]
        if both < agents[1]:
            yield (one, both + 1, a, b), rates[1]
        else:
            yield (one, both, a, min(b + 1, most[1])), rates[1]
        yield ((one, both, a - 1, b) if a else (one - 1, both, a, b)), float(one)
        freed = (one, both, a, b - 1) if b else (one, both, a - 1, b) if a else (one, both - 1, a, b)
        yield freed, float(both)

    return checked(stationary((0, 0, 0, 0), moves), lambda s: s[2] == most[0] or s[3] == most[1])


def study_of_the_n_design() -> Study:
    """Three specialists for a, three all-rounders who put b first."""
    names, rates, agents = ("a", "b"), (2.6, 1.8), (3, 3)
    chain = n_design_chain(rates, agents, most=(110, 60))
    exact = {f"mean wait, {name}": chain.mean(lambda s, k=k: s[2 + k]) / rates[k] for k, name in enumerate(names)}
    exact["share waiting, b"] = chain.mean(lambda s: s[1] == agents[1])
    exact["share waiting, a"] = chain.mean(lambda s: s[:2] == agents)
    rules = Rules.of(
        queues={"a": Queue(is_live=True, priority=1), "b": Queue(is_live=True, priority=0)},
        groups={"all-rounders": Group(skills={"a": 2, "b": 1}), "specialists": Group(skills={"a": 1})},
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = mixed(rng, n, names, rates, (exponential(),) * 2)
        trace = worlds.play(workload, rules, {"specialists": agents[0], "all-rounders": agents[1]})
        wait = worlds.waits(trace)
        return by_class(trace, workload, wait, names, "mean wait") | by_class(
            trace, workload, wait > 0, names, "share waiting"
        )

    return Study("N design: 3 for a, 3 for both, load 4.4", "Markov chain", exact, replicate, catches=0.1)


def w_design_chain(
    rates: tuple[float, float], agents: tuple[int, int, int], leave: tuple[float, float], *, most: int
) -> Stationary:
    """Return the chain (a's own busy, b's own busy, all-rounders busy, a waiting, b waiting); a goes first."""
    State = tuple[int, int, int, int, int]

    def moves(state: State) -> Iterator[tuple[State, float]]:
        own = state[:2]
        both, waiting = state[2], state[3:]

        def changed(k: int, by: int, where: int) -> State:
            table = list(state)
            table[k if where == 0 else 2 if where == 1 else 3 + k] += by
            return tuple(table)  # type: ignore[return-value]

        for k in (0, 1):
            if own[k] < agents[k]:
                yield changed(k, 1, 0), rates[k]
            elif both < agents[2]:
                yield changed(k, 1, 1), rates[k]
            elif waiting[k] < most:
                yield changed(k, 1, 2), rates[k]
            yield (changed(k, -1, 2) if waiting[k] else changed(k, -1, 0)), float(own[k])
            yield changed(k, -1, 2), waiting[k] * leave[k]
        first = 0 if waiting[0] else 1
        yield (changed(first, -1, 2) if waiting[first] else changed(0, -1, 1)), float(both)

    return checked(stationary((0, 0, 0, 0, 0), moves), lambda s: most in s[3:])


def study_of_the_w_design() -> Study:
    """Two for a, two for b, two for both who put a first; customers give up."""
    names, rates, agents, patience = ("a", "b"), (3.0, 2.6), (2, 2, 2), (1.0, 1.5)
    chain = w_design_chain(rates, agents, (1 / patience[0], 1 / patience[1]), most=30)
    exact = {}
    for k, name in enumerate(names):
        waiting = chain.mean(lambda s, k=k: s[3 + k])
        exact[f"share abandoned, {name}"] = waiting / patience[k] / rates[k]
        exact[f"mean time in queue, {name}"] = waiting / rates[k]
    rules = Rules.of(
        queues={"a": Queue(is_live=True, priority=0), "b": Queue(is_live=True, priority=1)},
        groups={
            "for-a": Group(skills={"a": 1}),
            "for-b": Group(skills={"b": 1}),
            "for-both": Group(skills={"a": 2, "b": 2}),
        },
    )

    def replicate(rng: np.random.Generator, n: int) -> Sums:
        workload = mixed(rng, n, names, rates, (exponential(),) * 2, tuple(exponential(mean) for mean in patience))
        trace = worlds.play(workload, rules, {"for-a": agents[0], "for-b": agents[1], "for-both": agents[2]})
        return by_class(trace, workload, left(trace), names, "share abandoned") | by_class(
            trace, workload, time_in_queue(trace), names, "mean time in queue"
        )

    return Study("W design: 2 for a, 2 for b, 2 for both", "Markov chain", exact, replicate, catches=0.05)


STUDIES: tuple[Callable[[], Study], ...] = (
    study_of_retrials,
    study_of_two_classes,
    lambda: study_of_case_managers(1, 3, 0.28),
    lambda: study_of_case_managers(4, 1, 0.6),
    study_of_the_n_design,
    study_of_the_w_design,
)

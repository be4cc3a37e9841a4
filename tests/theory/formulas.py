"""Exact figures of queues that have them.

Comes in: rates, moments, paces; any unit of time, the same throughout. Goes out: means and probabilities.
Left out: Erlang B, C and A, which careplan ships (``careplan.planning.erlang``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stream:
    """Poisson arrivals of one class: rate, and the first two moments of its handle time."""

    rate: float
    mean: float
    second: float

    @property
    def load(self) -> float:
        """Rate × mean."""
        return self.rate * self.mean


def pollaczek_khinchine(stream: Stream) -> float:
    """Return the mean wait of M/G/1, first come, first served: λE[S²] ÷ 2(1 − ρ) (Khinchine, 1932)."""
    return stream.rate * stream.second / (2 * (1 - stream.load))


def cobham(streams: Sequence[Stream]) -> list[float]:
    """Return the mean waits by class, most urgent first, of one agent who finishes what they begin.

    W(k) = R ÷ (1 − σ(k − 1))(1 − σ(k)), with R the sum of λE[S²] ÷ 2 over all classes and σ(k) the load of the first
    k (Cobham, "Priority assignment in waiting line problems", Operations Research 2, 1954).
    """
    residual = sum(s.rate * s.second for s in streams) / 2
    return [residual / ((1 - before) * (1 - until)) for before, until in _loads(streams, 1)]


def cobham_of_a_team(rates: Sequence[float], mean: float, agents: int, share_waiting: float) -> list[float]:
    """Return the mean waits by class of M/M/n with one handle time for all: W(k) = C·S ÷ n(1 − σ(k−1))(1 − σ(k)).

    ``share_waiting`` is Erlang C of the total load; σ is the load by agent (Cobham, 1954; Kella and Yechiali, 1985).
    """
    streams = [Stream(rate, mean, 2 * mean**2) for rate in rates]
    residual = share_waiting * mean / agents
    return [residual / ((1 - before) * (1 - until)) for before, until in _loads(streams, agents)]


def preemptive_resume(streams: Sequence[Stream]) -> list[float]:
    """Return the mean times from arrival to end by class of one agent who is interrupted and goes on later.

    T(k) = E[S(k)] ÷ (1 − σ(k−1)) + R(k) ÷ (1 − σ(k−1))(1 − σ(k)), R(k) over the first k classes only
    (White and Christie, 1958; Kleinrock, *Queueing Systems* II, section 3.5).
    """
    found = []
    for k, (before, until) in enumerate(_loads(streams, 1)):
        residual = sum(s.rate * s.second for s in streams[: k + 1]) / 2
        found.append(streams[k].mean / (1 - before) + residual / ((1 - before) * (1 - until)))
    return found


def _loads(streams: Sequence[Stream], agents: int) -> list[tuple[float, float]]:
    sums = np.cumsum([0.0, *(s.load / agents for s in streams)])
    return list(zip(sums[:-1].tolist(), sums[1:].tolist(), strict=True))


def shared_agent(load: float, pace: Sequence[float], *, at_once: int | None = None, states: int = 4000) -> np.ndarray:
    """Return the probability of k cases with (or waiting for) one agent who works on several at once.

    Parameters
    ----------
    load
        Rate × mean handle time.
    pace
        How fast each of k cases advances when k are worked on, k = 1, 2, …; past the end the last.
    at_once
        Most cases worked on at once; the rest wait. None: all are worked on.

    Notes
    -----
    A birth and death chain: k cases are finished at k·pace(k) times the rate of one. Exact for exponential
    handle times. Without a bound it is exact for *every* handle-time distribution of that mean: sharing at a rate that
    depends on k only is insensitive (Cohen, "The multiple phase service network with generalized processor
    sharing", Acta Informatica 12, 1979); with pace 1/k it is M/G/1-PS, geometric in k.
    """
    k = np.arange(1, states)
    busy = k if at_once is None else np.minimum(k, at_once)
    speed = busy * np.asarray(pace)[np.minimum(busy, len(pace)) - 1]
    log_weight = np.concatenate(([0.0], np.cumsum(np.log(load) - np.log(speed))))
    weight = np.exp(log_weight - log_weight.max())
    if weight[-1] > 1e-14 * weight.max():
        raise ValueError("the load is too high for the pace: the chain does not settle")
    return weight / weight.sum()

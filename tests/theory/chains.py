"""Continuous-time Markov chains of small desks, solved numerically.

Comes in: states and the moves between them. Goes out: the stationary probability of every state. Left out: what the
states mean (``networks``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import spsolve

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True)
class Stationary(Generic[State]):
    """The states of a chain and their long-run probabilities."""

    states: tuple[State, ...]
    probability: np.ndarray

    def mean(self, value: Callable[[State], float]) -> float:
        """Return the mean of a function of the state; of a yes or no, its probability."""
        return float(sum(p * value(state) for state, p in zip(self.states, self.probability, strict=True)))


def stationary(start: State, moves: Callable[[State], Iterable[tuple[State, float]]]) -> Stationary[State]:
    """Return the stationary distribution of the chain that can be reached from a state.

    Parameters
    ----------
    start
        Any state that the chain comes back to.
    moves
        State → (next state, rate). It must bound the chain itself: arrivals beyond a bound are turned away.
    """
    rows = {start: 0}
    todo, flows = [start], []
    while todo:
        state = todo.pop()
        for following, rate in moves(state):
            if rate <= 0 or following == state:
                continue
            if following not in rows:
                rows[following] = len(rows)
                todo.append(following)
            flows.append((rows[state], rows[following], rate))
    source, target, rate = (np.array(x) for x in zip(*flows, strict=True))
    n = len(rows)
    balance = csc_matrix(
        (np.concatenate((rate, -rate)), (np.concatenate((target, source)), np.concatenate((source, source)))),
        shape=(n, n),
    ).tolil()
    balance[0, :] = 1.0  # one balance equation follows from the others: the sum of all is 1
    right = np.zeros(n)
    right[0] = 1.0
    probability = spsolve(balance.tocsc(), right)
    return Stationary(tuple(rows), probability)

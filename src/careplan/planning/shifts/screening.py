"""Screening: the hard ones of many replications, for targets with a stated confidence.

Comes in: aims, a headcount that about meets them, and numbers of replications. Goes out: those near the week that
decides or harder, and how many single periods the others have. Left out: what is planned on them (``probe``).

Whether 95 of 100 weeks meet a target hangs on the five hardest, and a plan fitted to five weeks is fitted to their
luck. Of three times as many the hard ones are known after one play each, since how busy a week is decides more than
the plan does. The others are not kept, and count as better than any that is. How many are screened is our choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.executor import Workers
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench, World
from careplan.planning.drawing import Draw
from careplan.planning.shifts.cuts import deciding_rank

_SINGLES = 300
"""Single periods of a target with a stated confidence that are looked at: our choice."""
_HARD, _NEAR = 3.0, 40
"""Kept are so many times those that may miss, and so many more: our choice."""
_AT_A_TIME = 16
"""Replications drawn at once."""


@dataclass(frozen=True, eq=False)
class Hard:
    """What is kept of the replications that were screened."""

    replications: tuple[int, ...]
    beyond: tuple[int, ...]
    """For each aim, single periods of all others; none for an aim in the mean."""


def how_many_more(aims: Aims, n: int, effort: float) -> int:
    """Return how many replications are screened beside n that are kept in any case."""
    periods = [len(aim.share) for aim in aims.aims if aim.goal.confidence is not None]
    return max(0, math.ceil(_SINGLES * effort**0.5 / min(periods)) - n) if periods else 0


def hard_ones(
    world: World, aims: Aims, headcount: IntArray, draw: Draw, numbers: Sequence[int], workers: Workers
) -> Hard:
    """Play every replication once and return the hard ones.

    Parameters
    ----------
    world, aims
        What is promised.
    headcount
        About as many agents as it takes, shape (n_groups, n_intervals).
    draw
        Replication → its customers; what is not kept is not held in memory.
    numbers
        The replications.
    workers
        Threads.
    """
    slack: list[list[FloatArray]] = [[np.zeros((0, len(aim.share)))] for aim in aims.aims]
    for first in range(0, len(numbers), _AT_A_TIME):
        some = numbers[first : first + _AT_A_TIME]
        counts = Bench(world, workers.map(draw, some), some, workers)(headcount)
        for k, by_period in enumerate(aims.standing(counts).by_period):
            slack[k].append(by_period / aims.aims[k].case)
    tables = [np.concatenate(parts) for parts in slack]
    is_hard = np.zeros(len(numbers), dtype=bool)
    for aim, table in zip(aims.aims, tables, strict=True):
        is_hard |= _hard(aim, table)
    return Hard(
        tuple(int(number) for number in np.asarray(numbers)[is_hard]),
        tuple(0 if aim.goal.confidence is None else int((~is_hard).sum()) * len(aim.share) for aim in aims.aims),
    )


def _hard(aim: Aim, slack: FloatArray) -> BoolArray:
    """Which replications have a single period that is hard, from slack by replication and period."""
    if aim.goal.confidence is None:
        return np.zeros(len(slack), dtype=bool)
    n_kept = round(_HARD * deciding_rank(slack.size, aim.goal.confidence)) + _NEAR if slack.size else 0
    worst = np.argsort(slack, axis=None, kind="stable")[:n_kept]
    found = np.zeros(len(slack), dtype=bool)
    found[worst // slack.shape[1]] = True
    return found

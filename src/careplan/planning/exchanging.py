"""Exchanging: where there are few intervals, every small change that saves money is played, the most promising first.

Comes in: a headcount that holds. Goes out: one that holds and costs less, if any is within three agent-intervals.
Left out: weeks, which have too many such changes (``cutting``).

On a small day effects do not add up: an agent fewer can do more harm than two, and what two do together is not the sum
of what each does. So what cuts and trades leave is looked for by trying.
"""

from __future__ import annotations

import itertools

import numpy as np

from careplan.columns import IntArray
from careplan.planning.cutting import binding, slack_of, slopes_at
from careplan.planning.effort import Effort

MOST_PLACES = 24
"""Groups and intervals that may have people, up to which changes are tried one by one: our choice."""


def exchanged(effort: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount with which every aim holds and from which no one or two agent-intervals can be taken, not even
    if another is added; as far as the search may play.

    Parameters
    ----------
    effort
        The search.
    headcount
        Holds on the bench, shape (n_groups, n_intervals).
    """
    limits = effort.limits
    may = np.ones(headcount.shape, dtype=bool) if limits.most is None else limits.most > 0
    places = np.argwhere(may)
    if not effort.aims.aims or len(places) > MOST_PLACES:
        return headcount
    current, is_done = headcount, False
    while not is_done:
        is_done = True
        for plan in _changes(effort, current, places):
            if effort.is_spent:
                return current
            if effort.standing(plan).holds:
                current, is_done = plan, False
                break
    return current


def _changes(effort: Effort, headcount: IntArray, places: IntArray) -> list[IntArray]:
    """Cheaper headcounts with one or two agent-intervals fewer and at most one more, the most promising first."""
    limits = effort.limits
    standing = effort.standing(headcount)
    slopes, slack = slopes_at(effort, headcount, 1), slack_of(effort, standing)
    rows = binding(effort, standing)
    which = range(len(places))
    changes = np.array(
        [
            _change(headcount, places, taken, added)
            for taken in (*((a,) for a in which), *itertools.combinations_with_replacement(which, 2))
            for added in (None, *which)
            if added not in taken
        ]
    )
    plans = headcount + changes
    changes = changes[(limits.costs(plans) < limits.cost(headcount) - 1e-9) & limits.allowed(plans)]
    left = [float(np.minimum(slopes.promised(slack, change)[rows], 0.0).sum()) for change in changes]
    return [headcount + changes[i] for i in sorted(range(len(changes)), key=lambda i: (-left[i], i))]


def _change(headcount: IntArray, places: IntArray, taken: tuple[int, ...], added: int | None) -> IntArray:
    """One agent fewer at each of the places taken, one more at the place added."""
    change = np.zeros_like(headcount)
    for k in taken:
        change[tuple(places[k])] -= 1
    if added is not None:
        change[tuple(places[added])] += 1
    return change

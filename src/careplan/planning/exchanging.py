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
    found: list[tuple[float, int, IntArray]] = []
    which = range(len(places))
    fewer = [*((a,) for a in which), *itertools.combinations_with_replacement(which, 2)]
    for taken in fewer:
        for added in (None, *which):
            if added in taken:
                continue
            plan = headcount.copy()
            for k in taken:
                plan[tuple(places[k])] -= 1
            if added is not None:
                plan[tuple(places[added])] += 1
            if limits.cost(plan) < limits.cost(headcount) - 1e-9 and limits.allow(plan):
                left = slopes.promised(slack, plan - headcount)[rows]
                found.append((float(np.minimum(left, 0.0).sum()), len(found), plan))
    return [plan for _, _, plan in sorted(found, key=lambda one: (-one[0], one[1]))]

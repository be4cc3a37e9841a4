"""Raising a headcount until every aim holds.

Comes in: a headcount that misses. Goes out: one that holds. Left out: taking back what was too much (``trimming``).
"""

from __future__ import annotations

import math

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import InfeasibleError
from careplan.planning.aims import Aim, Standing
from careplan.planning.effort import Effort
from careplan.planning.limits import ANY_NUMBER

_MOST_ROUNDS = 80
_WORST_SHARE = 0.25
"""Of the intervals that lack most, for targets over a day or longer."""


def raised(effort: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount at or above this one with which every aim holds on the bench.

    Raises
    ------
    InfeasibleError
        If the groups' most agents are reached first, or many rounds do not get there.
    """
    current = effort.limits.mended(headcount)
    for turn in range(_MOST_ROUNDS):
        standing = effort.standing(current)
        effort.tell("raising", turn / (turn + 4))
        if standing.holds:
            return current
        higher = step_up(effort, current, standing, turn)
        if np.array_equal(higher, current):
            break
        current = higher
    everyone = _everyone(effort, current)
    if effort.standing(everyone).holds:
        return everyone
    raise InfeasibleError(
        "the targets were not reached with more and more people; with the most agents a group may have, the week "
        "cannot be served. Allow more people, or a lower target"
    )


def _everyone(effort: Effort, headcount: IntArray) -> IntArray:
    """The most agents of every group that has a most; as many as there are of the others."""
    most = effort.limits.most
    return headcount if most is None else effort.limits.mended(np.where(most < ANY_NUMBER, most, headcount))


def step_up(effort: Effort, headcount: IntArray, standing: Standing, turn: int = 0) -> IntArray:
    """Return a headcount with people added where the aims lack by a standing, on whatever replications that was.

    Parameters
    ----------
    effort
        The search.
    headcount
        Shape (n_groups, n_intervals).
    standing
        Where it lacks.
    turn
        How often this was asked before: later turns try the intervals after, and other groups.
    """
    need = headcount.copy()
    for k, aim in enumerate(effort.aims.aims):
        if standing.shortfalls[k].any():
            _ask(effort, need, aim, standing, k, turn)
    if not standing.is_balanced and not any(short.any() for short in standing.shortfalls):
        _ask_for_balance(effort, need, standing)
    return effort.limits.mended(need)


def _ask(effort: Effort, need: IntArray, aim: Aim, standing: Standing, k: int, turn: int) -> None:
    """Add to ``need`` where an aim lacks what more people could give."""
    index, _ = aim.periods.index(aim.goal.over)
    short = standing.shortfalls[k]
    lacking = aim.lacking(standing.slack[k], standing.by_period[k])
    lacking[short[index] <= 0] = 0.0
    if effort.reach is not None:
        lacking = _in_reach(aim, lacking, standing.slack[k], effort.reach[k])
    if aim.is_local:
        lacking = _first_of_each(aim, short, lacking, effort.limits.min_spell + aim.lead)
    elif lacking.any():
        level = np.quantile(lacking[lacking > 0], 1 - _WORST_SHARE)
        lacking[lacking < level] = 0.0
    helpers = [g for g in effort.helpers(aim) if _has_room(effort, need, g)]
    if not helpers:
        return
    hours = effort.limits.hours
    asked = np.zeros_like(need)
    for i in np.flatnonzero(lacking > 0).tolist():
        group, at = _place(effort, need, aim, helpers, i, turn)
        done = effort.cases_an_hour(aim, group) * float(hours[i])
        is_one = aim.goal.kind == "occupancy"
        asked[group, at] += 1 if is_one else max(1, math.ceil(lacking[i] / aim.case / max(done, 1e-9)))
    # What several intervals ask of one place is no more than what one may: none of them is helped alone.
    need += np.minimum(asked, 1 + need // 4)


def _in_reach(aim: Aim, lacking: FloatArray, slack: FloatArray, best: FloatArray) -> FloatArray:
    """What is lacking, as far as everybody on duty would give it; all of it in periods where they would give nothing.

    With a confidence the runs that lack are not the mean one: all is asked for where the mean run would gain.
    """
    gain = np.maximum(best - slack.sum(axis=0) / len(slack), 0.0)
    given = np.minimum(lacking, gain) if aim.goal.confidence is None else np.where(gain > 0, lacking, 0.0)
    index = aim.periods.index(aim.goal.over)[0]
    return np.where((np.bincount(index, weights=given) > 0)[index], given, lacking)


def _place(effort: Effort, need: IntArray, aim: Aim, helpers: list[int], i: int, turn: int) -> tuple[int, int]:
    """Which group is to help the cases of an interval, and when: the group whose turn it is, unless another can be
    there in time and it cannot.
    """
    n = need.shape[1]
    at = (i + turn % (aim.lead + 1)) % n if aim.lead <= 4 else i
    first = turn // 12 % len(helpers)
    ordered = [*helpers[first:], *helpers[:first]]
    waits = [(_with_room(effort, need, group, at) - at) % n for group in ordered]
    which = 0 if waits[0] <= aim.lead else int(np.argmin(waits))
    return ordered[which], (at + waits[which]) % n


def _first_of_each(aim: Aim, short: FloatArray, lacking: FloatArray, apart: int) -> FloatArray:
    """Keep what the first of several neighbouring periods lacks, in its worst interval: the next may lack for its sake.

    What they lack is all that the period lacks, by replication as ``lacking``.
    """
    index = aim.periods.index(aim.goal.over)[0]
    found = np.zeros_like(lacking)
    last = -apart
    for period in np.flatnonzero(short > 0).tolist():
        mine = np.flatnonzero(index == period)
        worst = int(mine[np.argmax(lacking[mine])])
        if worst - last >= apart:
            found[worst] = max(float(lacking[mine].sum()), 1e-9)
            last = worst
    return found


def _ask_for_balance(effort: Effort, need: IntArray, standing: Standing) -> None:
    """Add people where most work comes in for each of them, until the horizon works off what comes in."""
    per_agent = effort.load.work_ms.sum(axis=0) / np.maximum(need.sum(axis=0), 0.5)
    step_ms = float(effort.limits.grid.lengths.mean())
    count = math.ceil(1.2 * float(standing.drift.mean()) / step_ms)
    open_groups = [g for g in range(len(need)) if _has_room(effort, need, g)]
    if open_groups:
        group = max(open_groups, key=lambda g: (int(need[g].sum()), -float(effort.limits.hourly_cost[g])))
        per_agent = np.where(_room(effort, need, group), per_agent, -1.0)
        busiest = np.argsort(-per_agent, kind="stable")[: max(1, min(count, len(per_agent) // 4))]
        need[group, busiest] += 1


def _room(effort: Effort, need: IntArray, group: int) -> BoolArray:
    """Where a group may have more people."""
    most = effort.limits.most_of(group)
    return np.ones(need.shape[1], dtype=bool) if most is None else np.asarray(need[group] < most)


def _has_room(effort: Effort, need: IntArray, group: int) -> bool:
    return bool(_room(effort, need, group).any())


def _with_room(effort: Effort, need: IntArray, group: int, at: int) -> int:
    """The first interval from ``at`` on, going round, in which a group may have more people; it has some."""
    later = np.flatnonzero(np.roll(_room(effort, need, group), -at))
    return (at + int(later[0])) % need.shape[1] if later.size else at

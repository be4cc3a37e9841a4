"""What cannot be: targets out of reach of everybody there is.

Comes in: a bench and a headcount with which nobody waits. Goes out: nothing, or an InfeasibleError that names the best
there is and the smallest change that helps. Left out: searching.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from careplan.columns import IntArray
from careplan.errors import InfeasibleError
from careplan.metrics.clocks import answered_at, begun_at
from careplan.metrics.scorecard import Goal
from careplan.planning.aims import Aim, Aims
from careplan.planning.bench import Bench
from careplan.planning.limits import Limits
from careplan.trace.tables import Trace
from careplan.units import MINUTE_MS, format_duration, format_share


def check_feasible(bench: Bench, limits: Limits, everyone: IntArray) -> None:
    """Refuse targets that even the most people miss.

    Parameters
    ----------
    bench
        Replications.
    limits
        Says whether ``everyone`` is bounded by the groups' most agents.
    everyone
        As many people as there can be, or as it takes for nobody to wait; shape (n_groups, n_intervals).

    Raises
    ------
    InfeasibleError
        With a sentence for each target.
    """
    world = bench.world
    aims = Aims.of(world.goals, world.periods, bench)
    counts = bench(everyone)
    standing = aims.standing(counts)
    short = [k for k in range(len(aims.aims)) if standing.shortfalls[k].any()]
    if not short:
        return
    traces = bench.traces(everyone)
    limit = "with the most agents there are" if limits.most is not None else "with any number of agents"
    raise InfeasibleError(
        f"the targets cannot be met {limit}",
        [_why_not(bench, aims.aims[k], counts.numerator[k], counts.denominator[k], traces) for k in short],
    )


def _why_not(bench: Bench, aim: Aim, top: IntArray, bottom: IntArray, traces: Sequence[Trace]) -> str:
    """Say how far a goal can be met, and the smallest change that helps."""
    goal, rules = aim.goal, bench.world.rules
    above, below = (aim.periods.sums(table.sum(axis=0), goal.over) for table in (top, bottom))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(below > 0, above / below, np.nan)
    best = float(np.nanmax(values) if goal.is_at_most else np.nanmin(values))
    where = "" if len(values) == 1 else f" in the worst {goal.over}"
    text = (
        f"{goal.name}: asks for {goal.asked}, the best that can be reached{where} is {goal.words(best, is_brief=True)}"
    )
    queues = goal.queues or rules.queues
    unskilled = [name for q, name in enumerate(rules.queues) if name in queues and not (rules.rank[:, q] >= 0).any()]
    if unskilled and goal.kind != "occupancy":
        return f"{text}. Nobody has the skill {', '.join(unskilled)}: give it to a group"
    bound = f"{'at most' if goal.is_at_most else 'at least'} {goal.words(best, is_brief=True)}"
    if goal.kind != "answer":
        return f"{text}. A target of {bound} can be met"
    needed = _threshold_for(goal, bench, traces)
    within = "" if needed is None else f", or {format_share(goal.share)} within {format_duration(needed)}"
    return f"{text}. A target of {bound} can be met{within}"


def _threshold_for(goal: Goal, bench: Bench, traces: Sequence[Trace]) -> int | None:
    """The threshold at which the goal's share would be reached in these runs, ms, up to a minute; None: never."""
    never = np.iinfo(np.int64).max
    waits = []
    for workload, trace in zip(bench.workloads, traces, strict=True):
        has = workload.needs_reply & (bench.world.periods.interval_of(trace.case_arrived_at) >= 0)
        if goal.queues:
            has &= np.isin(workload.queue_ix, [workload.queues.index(name) for name in goal.queues])
        answer = answered_at(workload, trace, bench.world.rules, goal.clock)
        took = goal.clock.elapsed(workload, None, begun_at(workload, trace, goal.clock), answer)
        waits.append(np.where(answer >= 0, took, never)[has])
    every = np.sort(np.concatenate(waits))
    if not every.size:
        return None
    reached = int(every[min(len(every) - 1, int(np.ceil(goal.share * len(every))))])
    return None if reached == never else -(-reached // MINUTE_MS) * MINUTE_MS

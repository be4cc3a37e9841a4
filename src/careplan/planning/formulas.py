"""The closed forms beside the simulated requirement, by name, where they apply.

Comes in: a scenario's load and goals. Goes out: for every queue a figure by interval, or why there is none.
Left out: using it; the plan is the simulation's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.errors import InfeasibleError
from careplan.metrics.scorecard import Goal
from careplan.planning.erlang import agents_needed
from careplan.planning.seed import Load


@dataclass(frozen=True, eq=False)
class FormulaFigure:
    """What a closed form asks for on one queue."""

    queue: str
    name: str | None
    """``Erlang C`` or ``Erlang A``; None where neither applies."""
    why_not: str | None
    """Why neither applies; None where one does."""
    headcount: IntArray | None = None
    """Agents by interval as if each interval were a steady state of its own, shape (n_intervals,)."""

    def __str__(self) -> str:
        if self.headcount is None:
            return f"{self.queue}: no Erlang figure, {self.why_not}"
        return f"{self.queue}: {self.name} asks for {int(self.headcount.max())} agents at the peak"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "queue": self.queue,
            "formula": self.name,
            "why_not": self.why_not,
            "agents_at_peak": None if self.headcount is None else int(self.headcount.max()),
            "headcount": None if self.headcount is None else self.headcount.tolist(),
        }


def formula_figures(
    rules: Rules,
    load: Load,
    goals: Sequence[Goal],
    rates: FloatArray,
    turns_a_case: Sequence[float],
) -> tuple[FormulaFigure, ...]:
    """Return a figure, or why there is none, for every queue.

    Parameters
    ----------
    rules
        How queues and groups behave.
    load
        What comes in.
    goals
        The scenario's goals; the answer goal that is strictest on the queue is the formula's target.
    rates
        Expected cases an hour by queue and interval, shape (n_queues, n_intervals).
    turns_a_case
        By queue.
    """
    return tuple(_figure(rules, load, goals, rates[q], q, turns_a_case[q]) for q in range(len(rules.queues)))


def _figure(
    rules: Rules, load: Load, goals: Sequence[Goal], rates: FloatArray, queue: int, turns: float
) -> FormulaFigure:
    name = rules.queues[queue]
    able = np.flatnonzero(rules.rank[:, queue] >= 0)
    answers = [g for g in goals if g.kind == "answer" and (not g.queues or name in g.queues)]
    why = None
    if not rules.is_live[queue]:
        why = "messages may be answered later: what waits from one interval is work of the next, no steady state"
    elif not answers:
        why = "it has no answer target"
    elif len(able) != 1 or int((rules.rank[able[0]] >= 0).sum()) != 1:
        why = "its agents are shared with other queues, or of several groups"
    elif rules.units[queue] * 2 <= rules.capacity[able[0]]:
        why = "its agents work on several cases at once"
    elif turns > 1 or (rules.queue_bots[queue] >= 0).any():
        why = "its cases have several turns or meet a bot"
    if why is not None:
        return FormulaFigure(name, None, why)
    goal = min(answers, key=lambda g: (g.threshold_ms, -g.share))
    patience_s = float(load.patience_s[queue])
    total = float(load.turns[queue].sum())
    if total == 0:
        return FormulaFigure(name, None, "nobody comes")
    handle_s = float(load.work_ms[queue].sum()) / total / 1000 / (float(rules.speed[able[0], queue]) / 1000)
    known: dict[float, int] = {}
    agents = []
    for rate in np.round(rates, 6).tolist():
        if rate not in known:
            try:
                known[rate] = agents_needed(
                    arrivals_per_hour=rate,
                    handle_s=handle_s,
                    share=goal.share,
                    within_s=goal.threshold_ms / 1000,
                    patience_s=patience_s,
                )
            except InfeasibleError as error:
                return FormulaFigure(name, None, str(error))
        agents.append(known[rate])
    law = "Erlang C" if np.isinf(patience_s) else "Erlang A"
    return FormulaFigure(name, law, None, np.array(agents, dtype=np.int64))

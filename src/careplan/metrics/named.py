"""Targets with a name of their own: Socially Devoted, the Facebook badge, the WhatsApp window.

Comes in: one run. Goes out: a :class:`Verdict` with the figures behind it; over replications, the chance to meet it.
Left out: targets written in a scenario (scorecard).

Source: the programmes' own pages, as summed up in the model: *Socially Devoted* (response rate of questions at least
65 %, mean first response at most 30 min), *Facebook badge* (90 % of new threads replied to, mean of the fastest 90 % at
most 15 min, over 7 days; a thread is new after 24 silent hours), *WhatsApp window* (free answers within 24 h of the
last customer message, a paid template after it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.engine.contract import Rules
from careplan.errors import TableError
from careplan.metrics.clocks import WALL, Clock, answered_at, counted
from careplan.metrics.periods import Periods
from careplan.metrics.service import next_responses
from careplan.metrics.uncertainty import Estimate, divide, wilson
from careplan.trace.tables import Trace
from careplan.units import DAY_MS, MINUTE_MS
from careplan.workload.tables import Workload


@dataclass(frozen=True)
class Verdict:
    """Whether one run meets a named target, and the figures it rests on (shares 0 to 1, durations in ms)."""

    name: str
    is_met: bool
    figures: dict[str, float]


def socially_devoted(
    workload: Workload, trace: Trace, rules: Rules, periods: Periods, queues: Sequence[str], clock: Clock = WALL
) -> Verdict:
    """Return whether the questions of some queues earn *Socially Devoted*.

    ``response_rate``: cases with a reply ÷ cases that need one, at least 0.65; ``mean_first_response_ms``: over those
    replied to, at most 30 min. Without a question neither can be met.
    """
    rows = np.flatnonzero(counted(workload, trace, clock) & _measured(workload, trace, periods, queues))
    answer = answered_at(workload, trace, rules, clock)[rows]
    took = (answer - trace.case_arrived_at[rows])[answer >= 0]
    rate, mean = _share(len(took), len(rows)), _mean(took)
    is_met = rate >= 0.65 and mean <= 30 * MINUTE_MS
    return Verdict("Socially Devoted", bool(is_met), {"response_rate": rate, "mean_first_response_ms": mean})


def facebook_badge(
    workload: Workload, trace: Trace, rules: Rules, periods: Periods, queues: Sequence[str], clock: Clock = WALL
) -> Verdict:
    """Return whether some queues earn the Facebook badge over the measured time, which should be 7 days.

    A thread is new with a case's first message, and with a later one that comes 24 h or more after the last answer.
    ``threads_replied``: at least 0.9; ``mean_of_fastest_ms``: over the ⌈0.9 n⌉ fastest of the n replied to, at most
    15 min.
    """
    mine = counted(workload, trace, clock) & _measured(workload, trace, periods, queues)
    first = answered_at(workload, trace, rules, clock)
    turn_case, came, answer = next_responses(workload, trace, rules)
    silent_since = trace.turn_ended_at[_later_turns(workload, trace) - 1]
    fresh = mine[turn_case] & (came - silent_since >= DAY_MS)
    begun = np.concatenate((trace.case_arrived_at[mine], came[fresh]))
    replied = np.concatenate((first[mine], answer[fresh]))
    took = np.sort((replied - begun)[replied >= 0])
    share, mean = _share(len(took), len(begun)), _mean(took[: -(-9 * len(took) // 10)])
    is_met = share >= 0.9 and mean <= 15 * MINUTE_MS
    return Verdict("Facebook badge", bool(is_met), {"threads_replied": share, "mean_of_fastest_ms": mean})


def whatsapp_window(
    workload: Workload, trace: Trace, rules: Rules, periods: Periods, queues: Sequence[str], clock: Clock = WALL
) -> Verdict:
    """Return whether every answer on some queues falls inside the WhatsApp window, so that no template is paid.

    ``answers``: customer messages answered; ``templates``: answers later than 24 h after their message, each of which
    takes a paid template. Messages never answered take none. Met with no template.
    """
    mine = counted(workload, trace, clock) & _measured(workload, trace, periods, queues)
    first = answered_at(workload, trace, rules, clock)
    turn_case, came, answer = next_responses(workload, trace, rules)
    later = mine[turn_case]
    begun = np.concatenate((trace.case_arrived_at[mine], came[later]))
    replied = np.concatenate((first[mine], answer[later]))
    took = (replied - begun)[replied >= 0]
    templates = int(np.count_nonzero(took > DAY_MS))
    return Verdict("WhatsApp window", templates == 0, {"answers": float(len(took)), "templates": float(templates)})


def chance(verdicts: Sequence[Verdict]) -> Estimate:
    """Return the share of replications that meet a named target, with Wilson's interval."""
    return wilson(sum(verdict.is_met for verdict in verdicts), len(verdicts))


def _measured(workload: Workload, trace: Trace, periods: Periods, queues: Sequence[str]) -> BoolArray:
    unknown = [name for name in queues if name not in workload.queues]
    if unknown:
        raise TableError("named target", [f"names {', '.join(unknown)}; known queues: {', '.join(workload.queues)}"])
    rows = [workload.queues.index(name) for name in queues]
    inside = (trace.case_arrived_at >= periods.begin) & (trace.case_arrived_at < periods.end)
    return np.asarray(inside & np.isin(workload.queue_ix, rows))


def _later_turns(workload: Workload, trace: Trace) -> IntArray:
    """Rows of the later turns that came, in the order of ``next_responses``."""
    is_later = np.ones(workload.n_turns, dtype=bool)
    is_later[workload.turn_start[:-1]] = False
    return np.flatnonzero(is_later & (trace.turn_queued_at >= 0))


def _share(part: int, whole: int) -> float:
    return float(divide(part, whole))


def _mean(values: IntArray) -> float:
    return float(values.mean()) if len(values) else float("nan")

"""A week told by hand: mails to one group, calls to another, in two replications that differ by a case.

Comes in: nothing. Goes out: a report. Left out: an engine.
"""

from __future__ import annotations

from careplan.engine.contract import Group, Queue, Rules
from careplan.metrics.clocks import Clock, OpenHours
from careplan.metrics.measures import measure
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Goal
from careplan.roster import Roster
from careplan.units import HOUR_MS, MINUTE_MS
from tests.trace.told import ToldCase, abandoned, answered, told

RULES = Rules.of(
    {"mail": Queue(is_live=False), "phone": Queue(is_live=True)},
    {"care": Group(skills={"mail": 1}), "desk": Group(skills={"phone": 1})},
)
GOALS = (
    Goal("Mail", "answer", 0.65, queues=("mail",), threshold_ms=30 * MINUTE_MS),
    Goal("Cover", "cover", over="total"),
)


def case(hour: float, wait_min: float, work_min: float = 30) -> ToldCase:
    """A mail that first wrote at an hour of the week, waits and is worked."""
    at = round(hour * HOUR_MS)
    started = at + round(wait_min * MINUTE_MS)
    return answered("mail", at, started, started + round(work_min * MINUTE_MS))


def report(*, weeks: int = 1, replications: int = 2) -> Report:
    """Return the report: Monday 09:00 in time, Tuesday 01:00 late, Sunday 23:00 in time in every other replication.

    One agent of each group is on duty from 08:00 to 20:00 of the first day of every week; phones are open then.
    """
    periods = Periods.uniform(weeks * 168 * 2, HOUR_MS // 2)
    shifts = [(168 * week + 8, 168 * week + 20) for week in range(weeks)]
    roster = Roster.from_spells(
        [(group, 1, on * HOUR_MS, off * HOUR_MS) for group in ("care", "desk") for on, off in shifts]
        + [("care", 2, 9 * HOUR_MS, 10 * HOUR_MS)]
    )
    hours = {"phone": OpenHours(*zip(*[(on * HOUR_MS, off * HOUR_MS) for on, off in shifts], strict=True))}  # type: ignore[arg-type]
    runs = []
    for replication in range(replications):
        cases = [
            case(9, 0, 15),
            case(9.25, 0, 15),
            case(25, 120),
            abandoned("phone", 9 * HOUR_MS, 10 * HOUR_MS),
        ]
        cases.append(case(167, 60 if replication % 2 else 0, 20))
        cases.sort(key=lambda one: (one.at, one.queue))
        workload, trace = told(("mail", "phone"), cases, until=(weeks * 168 + 24) * HOUR_MS)
        runs.append(
            measure(
                workload, trace, roster, RULES, periods, goals=GOALS, clock=Clock(open_hours=hours), scenario="told"
            )
        )
    return Report.of(runs)

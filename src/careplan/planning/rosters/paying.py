"""What a roster of people is paid: shift by shift, with the breaks of each.

Comes in: a roster of people, a scenario over its weeks. Goes out: bills of its shifts, and who is on duty with the paid
breaks stated. Left out: leave (``rosters/horizon``), overtime, which is simulated (``study/rosters``).

A shift is paid in full by the bill of the roster, also what lies before or after the measured time: by the clock of the
group the first day may begin, and the last shift may end, outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from careplan.clock import Window, cut
from careplan.costing.pay import Pay
from careplan.costing.wages import WageBill, bill_of_shifts
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.horizon import around, pay_of_people, played_roster
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS


def wages_of_people(roster: NamedRoster, scenario: Scenario) -> WageBill:
    """Return what the shifts of a roster are paid, whether people come or not, all of each; without leave."""
    clock = scenario.clock
    return _bill(roster.duties, scenario, _pay(roster, scenario), (clock.horizon_from, clock.horizon_to))


def wages_by_week(roster: NamedRoster, scenario: Scenario, weeks: Sequence[Window]) -> tuple[WageBill, ...]:
    """Return the same by week: a shift belongs to the week in which it begins, else to the first or the last."""
    pay = _pay(roster, scenario)
    mine: list[list[Duty]] = [[] for _ in weeks]
    for duty in roster.duties:
        begin = duty.laid.pieces[0][0]
        mine[max(0, sum(on <= begin for on, _ in weeks) - 1)].append(duty)
    return tuple(_bill(duties, scenario, pay, week) for duties, week in zip(mine, weeks, strict=True))


def on_duty_with_breaks(roster: NamedRoster, scenario: Scenario) -> Roster:
    """Return who is on duty over the whole run, nobody absent, with the paid breaks of every shift."""
    duties = (*roster.duties, *around(roster, scenario))
    plain, end = played_roster(roster, scenario), scenario.clock.midnights[-1]
    number = {who: k for k, who in enumerate(replace(roster, duties=duties).agents(scenario))}
    pauses = [
        (number[duty.group, duty.person], on, off) for duty in duties for on, off in cut(duty.laid.paid_breaks, 0, end)
    ]
    agent, on, off = np.array(pauses, dtype=np.int64).reshape(-1, 3).T
    return replace(plain, pause_agent=agent, pause_on=on, pause_off=off)


def _pay(roster: NamedRoster, scenario: Scenario) -> tuple[int, Mapping[str, Pay]]:
    """How groups are paid, on a clock that begins before the first shift does: premiums are known from its instant 0
    on; and by how much it is earlier, ms."""
    first = min((duty.laid.pieces[0][0] for duty in roster.duties), default=0)
    if first >= 0:
        return 0, pay_of_people(roster, scenario)
    days = scenario.calendar.warm_up - first // DAY_MS
    earlier = scenario.with_changes({"calendar.warm_up": f"{days} days"})
    return scenario.clock.epoch_ms - earlier.clock.epoch_ms, pay_of_people(roster, earlier)


def _bill(duties: Sequence[Duty], scenario: Scenario, pay: tuple[int, Mapping[str, Pay]], of: Window) -> WageBill:
    by, prices = pay
    worked: dict[str, tuple[list[Window], list[Window]]] = {name: ([], []) for name in sorted(scenario.groups)}
    for duty in duties:
        for windows, into in zip((duty.laid.stretches, duty.laid.paid_breaks), worked[duty.group], strict=True):
            into += [(on + by, off + by) for on, off in windows]
    return bill_of_shifts(worked, prices, *of)

"""Hours of people week by week, and the lines of a bill with what each is made of.

Comes in: rosters, wage bills, full bills. Goes out: plain rows whose amounts formulas can follow. Left out: cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from careplan.clock import Window
from careplan.costing.bill import Bill, Line, people_lines
from careplan.costing.pay import Pay, pay_of
from careplan.costing.wages import WageBill, wage_bills
from careplan.metrics.periods import Periods
from careplan.reporting.workbook.answers import days_by_calendar
from careplan.reporting.workbook.parts import BillLine, PeopleWeek, Rule
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS, MINUTE_MS

HEADS: tuple[Rule, ...] = ("workplace", "licence", "hiring", "training", "ramp")
"""Lines that follow from heads; a workbook has them all, also where a scenario states none."""


def weeks_of(scenario: Scenario) -> list[Window]:
    """Return the weeks of the horizon, [begin, end) ms; the last may be short."""
    periods = Periods.of_clock(scenario.clock)
    new = np.flatnonzero(np.diff(periods.week_ix, prepend=-1))
    return list(pairwise([*periods.edges[new].tolist(), periods.end]))


def people_of(roster: Roster, scenario: Scenario, pay: Mapping[str, Pay] | None = None) -> list[PeopleWeek]:
    """Return hours on duty, paid breaks and hours of premiums, by week of the horizon and group.

    ``pay`` knows the paid breaks; None: those of the shifts as written.
    """
    weeks = weeks_of(scenario)
    edges = [weeks[0][0], *(end for _, end in weeks)]
    return weeks_of_bills(wage_bills(roster, pay_of(scenario) if pay is None else pay, edges), scenario)


def weeks_of_bills(bills: Iterable[WageBill], scenario: Scenario) -> list[PeopleWeek]:
    """Return the same of bills by week."""
    found = []
    for bill in bills:
        begin = scenario.clock.local(bill.begin).date().isoformat()
        days = days_by_calendar(scenario, bill.begin, bill.end)
        for name, line in bill.lines.items():
            premiums = {what: ms / HOUR_MS for what, ms in line.price.premium_ms.items()}
            on_duty, breaks = line.on_duty_ms / HOUR_MS, line.paid_break_ms / HOUR_MS
            found.append(PeopleWeek(name, begin, days, on_duty, breaks, premiums))
    return found


def lines_of_wages(scenario: Scenario, wages: WageBill) -> list[BillLine]:
    """Return what follows from a roster alone: wages, premiums, heads."""
    lines = people_lines(scenario, wages, pay_of(scenario), [])
    return _with_heads([_made_of(line, scenario, wages) for line in lines], wages)


def lines_of_bill(scenario: Scenario, bill: Bill) -> list[BillLine]:
    """Return every line of a full bill, with what it is made of."""
    found = []
    for line in bill.lines:
        row = _made_of(line, scenario, bill.wages)
        quantity = _simulated(line, bill)
        if quantity is not None:
            rule, price, mean = quantity
            row = BillLine(**{**vars(row), "rule": rule, "price": price, "quantity": mean})
        found.append(row)
    return _with_heads(found, bill.wages)


def _made_of(line: Line, scenario: Scenario, wages: WageBill) -> BillLine:
    """A line whose amount follows from the roster and the assumptions; of others, as billed."""
    rule: Rule = "as billed"
    quantity, price = None, ""
    if line.part == "people":
        worked = wages.lines[line.concerns]
        if line.what == "wages":
            rule, price = "wages", "Wage"
            quantity = (worked.on_duty_ms + worked.paid_break_ms) / HOUR_MS
        elif line.what.startswith("premium "):
            name = line.what.removeprefix("premium ")
            rule, price, quantity = "premium", f"Premium {name}", worked.price.premium_ms[name] / HOUR_MS
        else:
            rule = next((head for head in HEADS if head == line.what), "as billed")
    elif line.what == "per month":
        rule, price = "fee", "Fee per month"
    e = line.estimate
    simulated = line.each is not None
    return BillLine(
        line.part, line.concerns, line.what, str(line.amount), e.low, e.high, simulated, rule, quantity, price
    )


def _simulated(line: Line, bill: Bill) -> tuple[Rule, str, float] | None:
    """Rule, price and mean quantity of a line that is simulated and follows from a price; else None."""
    usages = bill.usages
    if line.what == "overtime":
        worked = [sum(off - on for on, off in usage.overtime[line.concerns]) for usage in usages]
        return "overtime", "Wage", _mean(worked) / HOUR_MS
    if line.part == "bots" and line.what in ("per session", "per resolution"):
        counts = [(u.sessions if line.what == "per session" else u.resolutions)[line.concerns] for u in usages]
        return "fee", f"Fee {line.what}", _mean(counts)
    if line.part == "telephony":
        return "minutes", "Telephony", _mean([usage.talk_ms.get(line.concerns, 0) for usage in usages]) / MINUTE_MS
    return None


def _mean(values: Iterable[int]) -> float:
    values = list(values)
    return sum(values) / len(values)


def _with_heads(lines: list[BillLine], wages: WageBill) -> list[BillLine]:
    """Every group has a line of wages, also without a wage, and all lines of its heads, in one order after its pay."""
    has = {(line.concerns, line.what): line for line in lines}
    found = []
    for group, worked in wages.lines.items():
        if (group, "wages") not in has:
            hours = (worked.on_duty_ms + worked.paid_break_ms) / HOUR_MS
            found.append(BillLine("people", group, "wages", "0.00", None, None, False, "wages", hours, "Wage"))
        found += [line for line in lines if line.part == "people" and line.concerns == group and line.rule not in HEADS]
        for head in HEADS:
            none = BillLine("people", group, head, "0.00", None, None, False, head, None, "")
            found.append(has.get((group, head), none))
    return found + [line for line in lines if line.part != "people"]

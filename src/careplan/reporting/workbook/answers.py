"""What a result is known by: its answer, its targets, who made it, its line among scenarios.

Comes in: rosters, bills, scores. Goes out: plain data of a workbook. Left out: tables (``timeline``, ``people``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from careplan.columns import FloatArray
from careplan.costing.bill import Bill
from careplan.costing.pay import CENT
from careplan.costing.wages import WageBill
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Score
from careplan.metrics.together import Whole
from careplan.planning.judging import finding_of
from careplan.provenance import Provenance
from careplan.reporting.figures import peak_of
from careplan.reporting.targets import holds_over, wanted
from careplan.reporting.workbook.data import Aim, Answer, Compared, Run
from careplan.reporting.workbook.parts import Number
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.warnings import warnings_of
from careplan.units import DAY_MS

WAGES = "wages and premiums"
EVERYTHING = "everything that is spent: people, bots, telephony"


def cost_a_week(bill: Bill) -> Decimal:
    """Return everything that is spent, scaled to a week."""
    return (bill.cost * 7 * DAY_MS / Decimal(bill.end - bill.begin)).quantize(CENT, ROUND_HALF_UP)


def answer_of(
    roster: Roster,
    scenario: Scenario,
    bill: WageBill,
    scores: Sequence[Score],
    together: Whole | None,
    sentences: Sequence[str],
    holds: bool | None,
    *,
    cost: Decimal | None = None,
    holds_what: str = WAGES,
) -> Answer:
    """Return the figures a result is known by; ``cost`` a week, of the wages unless given."""
    peak = peak_of(roster, Periods.of_clock(scenario.clock))
    weeks = (bill.end - bill.begin) / (7 * DAY_MS)
    spent = bill.cost_a_week if cost is None else cost
    return Answer(
        list(sentences),
        peak.agents,
        peak.when,
        float(bill.on_duty_hours) / weeks,
        float(bill.paid_hours_a_week),
        None if spent is None else float(spent),
        holds_what,
        holds,
        aims_of(scores, together),
    )


def aims_of(scores: Sequence[Score], together: Whole | None) -> list[Aim]:
    """Return targets as rows; all of them met in the same week last, where there are several."""
    found = []
    for score in scores:
        goal, e, chance = score.goal, score.figure, score.chance
        counted = chance.n > 0 and goal.kind != "cover"
        found.append(
            Aim(
                goal.name,
                wanted(goal),
                holds_over(goal),
                goal.unit,
                goal.share * goal.scale,
                number(e.value),
                number(e.low),
                number(e.high),
                number(chance.value) if counted else None,
                number(chance.low) if counted else None,
                number(chance.high) if counted else None,
                finding_of(score),
            )
        )
    if together is not None:
        chance = together.chance
        value, low, high = (number(x) for x in (chance.value, chance.low, chance.high))
        found.append(Aim("all at once", "", together.over, "share", None, None, None, None, value, low, high, ""))
    return found


def run_of(made_by: str, scenario: Scenario, who: Provenance, is_partial: bool, notes: Sequence[str]) -> Run:
    """Return who made a result."""
    clock = scenario.clock
    return Run(
        made_by,
        scenario.name,
        scenario.title,
        scenario.digest,
        scenario.world,
        who.version,
        who.seed,
        who.engine,
        len(who.replications),
        scenario.calendar.start.isoformat(),
        (clock.horizon_to - clock.horizon_from) / DAY_MS,
        scenario.calendar.zone,
        scenario.currency,
        list(scenario.pulled),
        is_partial,
        list(notes),
        [str(replace(one.finding, file=Path(one.finding.file).name)) for one in warnings_of(scenario)],
        scenario.desk,
        days_by_calendar(scenario, clock.horizon_from, clock.horizon_to),
    )


def days_by_calendar(scenario: Scenario, begin: int, end: int) -> float:
    """Return days between two instants, ms, as the clocks on the wall count them: that of a change of them is one."""
    first, last = (scenario.clock.local(at).replace(tzinfo=None) for at in (begin, end))
    return (last - first) / timedelta(days=1)


def compared_of(name: str, answer: Answer, who: Run) -> Compared:
    """Return a line of the scenarios."""
    return Compared(name, who.made_by, answer, who.currency, who.digest, who.seed, who.replications)


def number(x: float | None) -> Number:
    """Return a figure to twelve digits, which is more than any simulation knows; None where there is none."""
    return None if x is None or not math.isfinite(x) else float(f"{x:.12g}")


def numbers(values: FloatArray) -> list[Number]:
    """Return figures as :func:`number` does."""
    return [number(x) for x in values.tolist()]

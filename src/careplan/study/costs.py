"""``cost``: the full bill of a staffing, per case, by queue, and what one more point of service costs.

Comes in: a scenario, and a roster if not its own. Goes out: a :class:`Costs`. Left out: layout (reporting).

The staffing is played as it is, and with a little more and a little less of everything, on the same customers; what a
point costs is the difference in cost over the difference in service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from careplan.costing.bill import Bill, bill_of_runs
from careplan.costing.pay import cents, pay_of
from careplan.costing.usage import Usage, usage_of
from careplan.costing.wages import wage_bill
from careplan.engine.simulate import EngineName
from careplan.errors import CareplanError
from careplan.executor import Done, Workers
from careplan.metrics.goals import View
from careplan.metrics.measures import Measures
from careplan.metrics.report import Report
from careplan.metrics.uncertainty import Estimate, divide, means, ratios, relative_ratios
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.money import exact
from careplan.staffing import as_written, scaled, with_paid_breaks
from careplan.study.replicate import engine_of, numbers_of, played
from careplan.units import HOUR_MS

STEP = 0.05
"""How much more and less staffing is tried: 5 % (our choice)."""
MOST_STEP = 0.5


@dataclass(frozen=True)
class QueueCost:
    """What people cost for one queue or channel."""

    name: str
    cases: Estimate
    """A run."""
    cost: Estimate
    per_case: Estimate
    per_answered: Estimate


@dataclass(frozen=True)
class LiveAgainstMessage:
    """How many times as much an answered case of a live queue costs as one of a message queue."""

    live: str
    message: str
    times: Estimate
    """Ratio of two ratios, paired by replication."""


@dataclass(frozen=True)
class PointCost:
    """What one more percentage point of a target's service costs, around the staffing as it is."""

    target: str
    now: Estimate
    """The share as it is."""
    points: Estimate
    """Gained between a little less and a little more staffing, in percentage points; paired by replication."""
    cost: Estimate
    """Of the same."""
    per_point: Estimate | None
    """Cost ÷ points; None where the points cannot be told from nothing."""


@dataclass(frozen=True, eq=False)
class Costs:
    """The full bill of a staffing. ``str()`` prints it."""

    scenario: Scenario
    roster: Roster
    """Who is planned to be on duty."""
    bill: Bill
    report: Report
    queues: tuple[QueueCost, ...]
    channels: tuple[QueueCost, ...]
    points: tuple[PointCost, ...]
    step: float
    """Share of the staffing that was added and taken away for them."""
    asked: int
    """Replications that were asked for; more than there are if the run was interrupted."""
    provenance: Provenance
    has_names: bool = False
    """Whether it is a roster of named people, which ``careplan roster`` pays another way."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever gave the roster should know of what was priced."""
        found, clock = [], self.scenario.clock
        last = int(self.roster.spell_on.max(initial=0))
        if last >= clock.midnights[-1]:  # warm-up and run-off are written with a roster, and never priced
            first, end, day = (clock.local(at).date() for at in (clock.horizon_from, clock.horizon_to - 1, last))
            found.append(
                f"Priced are the shifts of the horizon, {first} to {end}; the roster goes on until {day}: --set "
                f"'calendar.horizon=4 weeks', or as long as it is, prices more of it."
            )
        shrunk = [name for name in self.bill.wages.lines if float(self.scenario.groups[name].shrinkage)]
        if self.has_names and shrunk:
            found.append(
                f"The roster is one of named people, and shrinkage of {' and '.join(shrunk)} is added to their hours; "
                f"careplan roster pays their leave, and who is absent for the shift, instead of shrinkage."
            )
        return tuple(found)

    @property
    def is_partial(self) -> bool:
        """Whether the run was interrupted."""
        return self.report.n < self.asked

    def __str__(self) -> str:
        lines = [f"{line.concerns}, {line.what}: {line.amount} {self.bill.currency}" for line in self.bill.lines]
        return "\n".join([*lines, f"cost in all: {self.bill.cost} {self.bill.currency}"])

    @property
    def paid_hours(self) -> dict[str, Decimal]:
        """Where the paid hours of all groups go, to a hundredth: ``paid`` is the sum of the others (rounded apart).

        ``planned`` and ``unplanned`` shrinkage of groups that tell them apart, ``shrinkage`` of the others.
        """
        found = dict.fromkeys(("paid", "on_duty", "paid_breaks", "planned", "unplanned", "shrinkage"), Fraction(0))
        for name, line in self.bill.wages.lines.items():
            share = self.scenario.groups[name].shrinkage
            found["paid"] += line.paid
            found["on_duty"] += Fraction(line.on_duty_ms, HOUR_MS)
            found["paid_breaks"] += Fraction(line.paid_break_ms, HOUR_MS)
            parts = {"planned": share.planned, "unplanned": share.unplanned}
            if share.planned is None or share.unplanned is None:
                parts = {"shrinkage": float(share)}
            for key, part in parts.items():
                found[key] += line.paid * Fraction(exact(part or 0.0))
        return {key: cents(value) for key, value in found.items()}

    @property
    def live_against_messages(self) -> tuple[LiveAgainstMessage, ...]:
        """Every live queue against every message queue whose answered cases cost anything, the dearest live first."""
        bill, queues = self.bill, self.scenario.queues
        priced = sorted((q for q in self.queues if q.per_answered.value > 0), key=lambda q: -q.per_answered.value)
        names: dict[str, list[str]] = {"live": [], "message": []}
        for one in priced:
            names[queues[one.name].kind].append(one.name)
        sums = {q.name: (bill.of_queue(q.name), bill.counts("answered", [q.name])) for q in priced}
        return tuple(
            LiveAgainstMessage(live, message, relative_ratios(*sums[live], *sums[message]).at())
            for live in names["live"]
            for message in sorted(names["message"])
        )

    @property
    def net(self) -> Estimate:
        """Cost minus what outcomes are worth: the difference of the bill's whole cents, the interval simulated."""
        exact_net = self.bill.cost - (self.bill.value or Decimal(0))
        return replace(means(self.bill.net_each).at(), value=float(exact_net))

    def to_dict(self) -> dict[str, Any]:
        """Return the bill and its figures as plain data; money as decimal text, estimates with their intervals."""
        bill = self.bill
        return {
            "careplan_cost": 1,
            "scenario": self.scenario.name,
            "is_partial": self.is_partial,
            "currency": bill.currency,
            "days": self.scenario.calendar.horizon,
            "cost": str(bill.cost),
            "value_of_outcomes": None if bill.value is None else str(bill.value),
            "net": self.net.rounded(2).to_dict(),
            "lines": [line.to_dict() for line in bill.lines],
            "unpriced_groups": list(bill.wages.unpriced),
            "notes": list(self.notes),
            "paid_hours": {key: str(value) for key, value in self.paid_hours.items()},
            "wages": bill.wages.to_dict(),
            "per_case": bill.per("cases").to_dict(),
            "per_answered_case": bill.per("answered").to_dict(),
            "queues": {one.name: _queue_dict(one) for one in self.queues},
            "channels": {one.name: _queue_dict(one) for one in self.channels},
            "live_against_messages": [
                {"live": one.live, "message": one.message, "times": one.times.to_dict()}
                for one in self.live_against_messages
            ],
            "step": self.step,
            "per_point": [
                {
                    "target": one.target,
                    "now": one.now.to_dict(),
                    "points": one.points.to_dict(),
                    "cost": one.cost.rounded(2).to_dict(),
                    "per_point": None if one.per_point is None else one.per_point.to_dict(),
                }
                for one in self.points
            ],
            "provenance": self.provenance.to_dict(),
        }


def _queue_dict(one: QueueCost) -> dict[str, Any]:
    return {
        "cases": one.cases.to_dict(),
        "cost_of_people": one.cost.rounded(2).to_dict(),
        "per_case": one.per_case.to_dict(),
        "per_answered_case": one.per_answered.to_dict(),
    }


def cost(
    scenario: Scenario,
    roster: Roster | None = None,
    *,
    seed: int | None = None,
    replications: int | Iterable[int] | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    step: float = STEP,
    on_done: Done | None = None,
) -> Costs:
    """Return what a staffing costs, over the horizon.

    Parameters
    ----------
    scenario
        The world, with wages or ``money`` or fees.
    roster
        Who is planned to be on duty; None: as the scenario states.
    seed, replications, engine, workers, on_done
        As in :func:`~careplan.study.replicate.replicate`.
    step
        Share of the staffing that is added and taken away to see what a point of service costs; 0: not asked. Where it
        is too little to add and take away a single duty, it is doubled until it is enough, up to a half.

    Raises
    ------
    CareplanError
        If the scenario states no money at all, or the step lies outside 0 to 0.5.

    Notes
    -----
    An interrupt (Ctrl-C) keeps the replications that are finished, marked as partial; with none of them it goes on up.
    """
    if scenario.currency is None:
        raise CareplanError(
            f"{scenario.name} states no money; expected a wage (groups.….wage), a section money, or fees of bots"
        )
    if not 0 <= step <= MOST_STEP:
        raise CareplanError(f"step is {step}; expected a share from 0 to 0.5")
    seed, numbers = numbers_of(scenario, seed, replications)
    usual = as_written(scenario) if roster is None else with_paid_breaks(roster, scenario)
    staffings = {1.0: usual}
    while step:
        staffings = {share: scaled(usual, share, scenario.clock) for share in (1.0, 1 - step, 1 + step)}
        if step >= MOST_STEP or len({one.digest for one in staffings.values()}) == len(staffings):
            break
        step = min(2 * step, MOST_STEP)  # too little to move a single duty
    staffings[1.0] = usual
    jobs = [(share, number) for number in numbers for share in staffings]
    view = View(scenario)
    finished: dict[tuple[float, int], tuple[Measures, Usage]] = {}

    def one(job: tuple[float, int]) -> None:
        share, number = job
        workload, trace, on_duty, rules = played(scenario, staffings[share], seed, number, engine)
        measures = view.measure(workload, trace, on_duty, rules).without_samples()
        finished[job] = measures, usage_of(scenario, workload, trace, on_duty, rules, measures)

    asked = len(numbers)
    with Workers(workers) as threads:
        try:
            threads.map(one, jobs, on_done=on_done)
        except KeyboardInterrupt:
            numbers = [number for number in numbers if all((share, number) in finished for share in staffings)]
            if not numbers:
                raise
    bills, reports = {}, {}
    pay = pay_of(scenario)
    for share, on_duty in staffings.items():
        mine = [finished[share, number] for number in numbers]
        wages = wage_bill(on_duty, pay, scenario.clock.horizon_from, scenario.clock.horizon_to)
        bills[share] = bill_of_runs(scenario, wages, pay, [usage for _, usage in mine])
        reports[share] = Report.of([measures for measures, _ in mine])
    bill = bills[1.0]
    channels: dict[str, list[str]] = {}
    for name in bill.usages[0].queues:
        channels.setdefault(scenario.queues[name].channel, []).append(name)
    return Costs(
        scenario,
        usual,
        bill,
        reports[1.0],
        tuple(_queue_cost(bill, name, [name]) for name in bill.usages[0].queues),
        tuple(_queue_cost(bill, name, queues) for name, queues in channels.items()),
        _points(bills, reports, step) if step else (),
        step,
        asked,
        Provenance.now(scenario=scenario.digest, seed=seed, replications=numbers, engine=engine_of(scenario, engine)),
    )


def _queue_cost(bill: Bill, name: str, queues: Sequence[str]) -> QueueCost:
    spent = np.sum([bill.of_queue(queue) for queue in queues], axis=0)
    cases, answered = bill.counts("cases", queues), bill.counts("answered", queues)
    figures = (means(cases), means(spent), ratios(spent, cases), ratios(spent, answered))  # none is below 0
    return QueueCost(name, *(each.clipped(0.0, np.inf).at() for each in figures))


def _points(bills: Mapping[float, Bill], reports: Mapping[float, Report], step: float) -> tuple[PointCost, ...]:
    less, more = 1 - step, 1 + step
    spent = bills[more].cost_each - bills[less].cost_each
    found = []
    for k, now in enumerate(reports[1.0].scorecard):
        if now.goal.kind not in SHARES:
            continue
        shares = {at: _share(reports[at], k) for at in (less, more)}
        gained = 100 * (shares[more] - shares[less])
        points = means(gained).at()
        is_told = points.low is not None and points.low > 0
        per_point = ratios(spent, gained).at() if is_told else None
        found.append(PointCost(now.goal.name, now.overall, points, means(spent).at(), per_point))
    return tuple(found)


SHARES: tuple[Literal["answer", "next_response", "resolution", "reply"], ...] = (
    "answer",
    "next_response",
    "resolution",
    "reply",
)
"""Kinds of targets that promise a share."""


def _share(report: Report, target: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    score = report.scorecard[target]
    return np.asarray(divide(score.numerator.sum(axis=1), score.denominator.sum(axis=1)))

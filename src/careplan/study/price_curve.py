"""The price of being there: cost and service from business hours to 24/7, with people, with a bot, with both.

Comes in: a scenario. Goes out: a :class:`PriceCurve`. Left out: shifts and rotations (``planning/cover``), layout.

One policy at every point, so that prices compare: in every block of hours with people there are the fewest heads at
once with which the promise (a target of the scenario) holds for the cases that come in that block (``covering``). What
that buys is judged on other customers, and over all of them: those who come while nobody is there count as well. Three
ways:

- *people*: people in all hours of the step, no bot;
- *bot*: people in the hours of the first step, the bot alone in the rest of the step's hours;
- *mixed*: the bot is on in the rest, and so are as many people as the promise takes beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, TypeAlias

import numpy as np

from careplan.clock import Window, merge_windows, outside
from careplan.columns import FloatArray
from careplan.costing.bill import PARTS_OF_COST, Bill, bill_of_runs
from careplan.costing.heads import heads_of
from careplan.costing.pay import CENT, pay_of
from careplan.costing.usage import Usage, usage_of
from careplan.costing.wages import wage_bill
from careplan.engine.simulate import EngineName
from careplan.errors import CareplanError
from careplan.executor import Workers
from careplan.metrics.goals import View
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, divide, means, ratios
from careplan.planning.cover.seats import seats_of
from careplan.planning.drawing import FEWEST_JUDGES
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.scenario.cover import STEPS, Cover
from careplan.scenario.models import Scenario
from careplan.study.covering import Block, Desk, Trials, blocks_of, fewest_heads, hours_as_dates
from careplan.study.replicate import engine_of, numbers_of, played
from careplan.trace.tables import Outcome
from careplan.units import WEEK_MS

Way: TypeAlias = Literal["people", "bot", "mixed"]
WAYS: tuple[Way, ...] = ("people", "bot", "mixed")
PARTS = ("wages", "premiums", "heads", "bot", "telephony")
"""What a week's cost is told in."""
SEARCHED = 8
"""Replications the heads are found on; figures are of others. Our choice."""
BOT_HOURS = "hours of the bot in the price curve"


@dataclass(frozen=True)
class PricePoint:
    """One step, one way: who is there, what it costs a week, what it buys."""

    step: str
    way: Way
    hours_a_week: float
    """Hours in which people or the bot are there."""
    people_hours_a_week: float
    """Hours in which people are there."""
    heads: tuple[int, ...]
    """People at once in each block of the curve; 0 where there are none."""
    paid_hours_a_week: float
    """Of the group: on duty ÷ (1 − shrinkage)."""
    people: float
    """Contracts that it takes: paid hours a week ÷ contract hours."""
    cost: Estimate
    """A week: wages, premiums, heads, fees, telephony."""
    parts: Mapping[str, Decimal]
    """What of it are wages, premiums, heads, bot, telephony; each rounded once, to the cent; the cost is their sum."""
    in_time: Estimate
    """Share of all customers who were answered in time, whenever they came."""
    in_time_there: Estimate
    """The same of those who came while people were there: what the promise is about."""
    contained: Estimate
    """Share of all customers whom the bot contained."""
    holds: bool
    """Whether the promise was held on the fresh replications in each step's hours with people, within the error."""
    before: int | None
    """Row of the point that the next two are measured from: the step before in the same way; None at the first."""
    gained: Estimate | None
    """Points more in time than there: 100 × the difference of ``in_time``; None at the first."""
    per_point: Estimate | None
    """Money a week for each of these points; None where the interval of the points touches 0."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "step": self.step,
            "way": self.way,
            "hours_a_week": self.hours_a_week,
            "people_hours_a_week": self.people_hours_a_week,
            "heads": list(self.heads),
            "paid_hours_a_week": round(self.paid_hours_a_week, 4),
            "people": round(self.people, 4),
            "cost_a_week": self.cost.to_dict(),
            "parts": {name: float(money) for name, money in self.parts.items()},
            "in_time": self.in_time.to_dict(),
            "in_time_while_people_are_there": self.in_time_there.to_dict(),
            "contained": self.contained.to_dict(),
            "promise_holds": self.holds,
            "points_gained": None if self.gained is None else self.gained.to_dict(),
            "cost_per_point": None if self.per_point is None else self.per_point.to_dict(),
        }


@dataclass(frozen=True)
class PriceCurve:
    """What every step costs and buys, in every way that there is."""

    scenario: Scenario
    group: str
    promise: Goal
    bot: str | None
    steps: tuple[str, ...]
    blocks: tuple[tuple[str, int, float], ...]
    """Parts of the day in the hours that a step adds: name, number of the step, hours a week."""
    points: tuple[PricePoint, ...]
    """By step, and within a step by way."""
    is_partial: bool
    provenance: Provenance

    def of(self, way: Way) -> tuple[PricePoint, ...]:
        """Return the points of one way; with a bot the first step is that of people."""
        first = tuple(point for point in self.points[:1] if way != "people")
        return first + tuple(point for point in self.points if point.way == way)

    def __str__(self) -> str:
        return "\n".join(
            f"{point.step} ({point.way}): {point.cost.value:,.0f} {self.scenario.currency} a week, "
            f"{100 * point.in_time.value:.1f} % of all customers in time"
            for point in self.points
        )

    @property
    def holds(self) -> bool:
        """Whether the promise holds at every point while people are there."""
        return all(point.holds for point in self.points)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, shares from 0 to 1."""
        return {
            "group": self.group,
            "promise": self.promise.name,
            "share": self.promise.share,
            "within_s": self.promise.threshold_ms / 1000,
            "bot": self.bot,
            "containment": None if self.bot is None else dict(self.scenario.bots[self.bot].containment),
            "currency": self.scenario.currency,
            "steps": list(self.steps),
            "blocks": [{"name": n, "step": self.steps[k], "hours_a_week": round(h, 4)} for n, k, h in self.blocks],
            "points": [point.to_dict() for point in self.points],
            "is_partial": self.is_partial,
            "provenance": self.provenance.to_dict(),
        }


def price_curve(
    scenario: Scenario,
    *,
    group: str | None = None,
    seed: int | None = None,
    replications: int | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> PriceCurve:
    """Return what hours from the first step to the last cost a week, and what service each buys.

    Parameters
    ----------
    scenario
        With a wage and a target of the kind ``answer``; its section ``cover`` says steps, bot and promise.
    group
        Whose people, instead of ``cover.group``.
    seed
        None: the scenario's.
    replications
        Fresh ones on which every point is judged, the same for all; None: the scenario's ``run.replications``, and at
        least 100.
    engine, workers
        As in :func:`~careplan.study.replicate.replicate`.
    progress
        Called with what is being done and the share of it that is done.

    Raises
    ------
    CareplanError
        With all findings: no wage, no promise, steps that do not grow, a group in another zone.
    InfeasibleError
        If no number of people holds the promise in some hours.

    Notes
    -----
    An interrupt (Ctrl-C) keeps the points that are finished, marked as partial.
    """
    wanted = max(FEWEST_JUDGES, scenario.run.replications) if replications is None else replications
    seed, numbers = numbers_of(scenario, seed, wanted)
    fresh = [SEARCHED + number for number in numbers]
    desk, bot = desk_of(scenario, group)
    steps = [(k, way) for k in range(len(desk.steps)) for way in WAYS if way == "people" or (bot and k)]
    tell = progress or (lambda what, share: None)
    found: list[_Judged] = []
    is_partial = False
    with Workers(workers) as threads:
        last: dict[str, tuple[int, ...]] = {}
        try:
            for at, (k, way) in enumerate(steps):
                tell(f"{desk.steps[k]}, {way}", at / len(steps))
                world = _world(desk, bot, k, way)
                until = 0 if way == "bot" else k
                least = {j: n for j, n in enumerate(_least(desk, way)) if desk.blocks[j].step <= until}
                trials = Trials(desk, world, seed, range(SEARCHED), threads, engine)
                heads = fewest_heads(trials, least, last.get(way) or last.get("people", ()))
                last[way] = heads
                found.append(_judged(desk, world, k, way, heads, tuple(least), seed, fresh, engine, threads))
        except KeyboardInterrupt:
            if not found:
                raise
            is_partial = True
    return PriceCurve(
        scenario,
        desk.group,
        desk.goal,
        bot,
        desk.steps,
        tuple((block.name, block.step, hours) for block, hours in zip(desk.blocks, desk.hours_a_week, strict=True)),
        _points(desk, found),
        is_partial,
        Provenance.now(scenario=scenario.digest, seed=seed, replications=fresh, engine=engine_of(scenario, engine)),
    )


def desk_of(scenario: Scenario, group: str | None = None) -> tuple[Desk, str | None]:
    """Return what is compared: group, promise and blocks of hours; and the bot, if there is one.

    ``group`` stands instead of ``cover.group``.

    Raises
    ------
    CareplanError
        With all findings.
    """
    cover = scenario.cover or Cover()
    group = seats_of(scenario, group=group).group
    findings = []
    if scenario.groups[group].wage is None:
        findings.append(f"groups.{group} has no wage; expected one, such as 18.50 EUR per hour")
    if scenario.groups[group].zone not in (None, scenario.calendar.zone):
        findings.append(f"groups.{group} lives in another zone; expected a group that keeps the hours of the calendar")
    skills = set(scenario.groups[group].skills)
    goals = [g for g in View(scenario).goals if g.kind == "answer" and set(g.queues or scenario.queues) & skills]
    goal = next((g for g in goals if cover.promise in (None, g.name)), None)
    if goal is None:
        findings.append(f"no target says by when {group} answers; expected one such as answer: 65 % within 30 min")
    hours = STEPS if cover.steps is None else {name: scenario.calendar.hours[name] for name in cover.steps}
    steps: list[str] = []
    blocks: list[Block] = []
    before: tuple[Window, ...] = ()
    for name, one in hours.items():
        windows = scenario.clock.open_windows(one)
        more = outside(windows, before)
        if outside(before, windows) or not more:
            wrong = "adds no hour of this run to" if not more else "leaves out hours of"
            findings.append(f'cover.steps: "{name}" {wrong} the step before; expected steps that grow')
        blocks += blocks_of(scenario, len(steps), name, more)
        steps.append(name)
        before = windows
    if findings or goal is None:
        raise CareplanError("price curve", findings)
    about = goal.queues or tuple(scenario.queues)
    used = [name for queue in about for name in scenario.queues[queue].bots]
    return Desk(scenario, group, goal, tuple(steps), tuple(blocks)), cover.bot or next(iter(used), None)


def _world(desk: Desk, bot: str | None, step: int, way: Way) -> Scenario:
    """The scenario with no bot, or with one in the hours beyond the first step."""
    scenario = desk.scenario
    listed = {name: queue.bots for name, queue in scenario.queues.items() if queue.bots}
    if way == "people" or bot is None:
        return scenario.with_changes({f"queues.{name}.bots": [] for name in listed}) if listed else scenario
    rest = merge_windows(w for block in desk.blocks if 1 <= block.step <= step for w in block.windows)
    changes: dict[str, Any] = {
        f"calendar.hours.{BOT_HOURS}": hours_as_dates(scenario, rest),
        f"bots.{bot}.hours": BOT_HOURS,
    }
    changes |= {f"queues.{name}.bots": [bot] if bot in bots else [] for name, bots in listed.items()}
    return scenario.with_changes(changes)


def _least(desk: Desk, way: Way) -> list[int]:
    """Heads at once at least in each block: the seats of the scenario; beside a bot those stated for it."""
    scenario = desk.scenario
    asked = [(scenario.open_windows(name), n) for name, n in seats_of(scenario, group=desk.group).asked]
    found = [max((n for w, n in asked if not outside(block.windows, w)), default=1) for block in desk.blocks]
    if way == "mixed":
        with_bot = (scenario.cover or Cover()).seats_with_bot
        found = [n if block.step == 0 else min(n, with_bot) for n, block in zip(found, desk.blocks, strict=True)]
    return found


@dataclass(frozen=True, eq=False)
class _Judged:
    """A point on fresh replications."""

    step: int
    way: Way
    heads: tuple[int, ...]
    there: tuple[int, ...]
    """Blocks with people."""
    bill: Bill
    counts: FloatArray
    """In time and all, by replication and block, shape (n, n_blocks + 1, 2)."""
    contained: FloatArray


def _judged(
    desk: Desk,
    world: Scenario,
    step: int,
    way: Way,
    heads: tuple[int, ...],
    there: tuple[int, ...],
    seed: int,
    numbers: Sequence[int],
    engine: EngineName | None,
    threads: Workers,
) -> _Judged:
    """Play heads on fresh replications, and price them."""
    roster = desk.roster(heads)
    view = View(world)

    def one(number: int) -> tuple[Usage, FloatArray, int]:
        workload, trace, on_duty, rules = played(world, roster, seed, number, engine)
        measures = view.measure(workload, trace, on_duty, rules).without_samples()
        mine = desk.cases(workload, trace)
        contained = int((mine & (trace.case_outcome == Outcome.CONTAINED)).sum())
        usage = usage_of(world, workload, trace, on_duty, rules, measures)
        return usage, desk.counts(workload, trace), contained

    runs = threads.map(one, numbers)
    return _Judged(
        step,
        way,
        heads,
        there,
        _bill(world, roster, [usage for usage, _, _ in runs]),
        np.array([counts for _, counts, _ in runs]),
        np.array([contained for _, _, contained in runs], dtype=np.float64),
    )


def _bill(world: Scenario, roster: Roster, usages: Sequence[Usage]) -> Bill:
    pay = pay_of(world)
    wages = wage_bill(roster, pay, world.clock.horizon_from, world.clock.horizon_to)
    return bill_of_runs(world, wages, pay, usages)


def _points(desk: Desk, found: Sequence[_Judged]) -> tuple[PricePoint, ...]:
    points = []
    latest: dict[str, int] = {}
    for row, one in enumerate(found):
        before = latest.get(one.way, latest.get("people")) if one.step else None
        points.append(_point(desk, found, one, before))
        latest[one.way] = row
        if one.step == 0:
            latest |= {"bot": row, "mixed": row}
    return tuple(points)


def _point(desk: Desk, found: Sequence[_Judged], one: _Judged, before: int | None) -> PricePoint:
    clock, share = desk.scenario.clock, desk.goal.share
    span = clock.horizon_to - clock.horizon_from
    weeks = span / WEEK_MS
    hours = desk.hours_a_week
    good, every = one.counts[:, :, 0], one.counts[:, :, 1]
    there = list(one.there)
    held = []
    for step in range(one.step + 1):
        mine = [k for k in there if desk.blocks[k].step == step]
        if every[:, mine].sum() > 0:
            held.append(ratios(good[:, mine].sum(axis=1), every[:, mine].sum(axis=1)).clipped(0, 1).at())
    paid = one.bill.wages.lines[desk.group].paid
    cost, parts = means(one.bill.cost_each / weeks).at().rounded(2), _parts(one.bill, span)
    gained = per_point = None
    if before is not None:
        points = 100 * (_shares(one) - _shares(found[before]))
        gained = means(points).at()
        if gained.low is not None and gained.low > 0:
            per_point = ratios((one.bill.cost_each - found[before].bill.cost_each) / weeks, points).at()
    return PricePoint(
        desk.steps[one.step],
        one.way,
        sum(h for h, block in zip(hours, desk.blocks, strict=True) if block.step <= one.step),
        sum(hours[k] for k in there if one.heads[k]),
        one.heads,
        float(paid) / weeks,
        float(heads_of(paid, span, desk.scenario.terms(desk.group))),
        Estimate(float(sum(parts.values())), cost.low, cost.high, cost.n),
        parts,
        ratios(good.sum(axis=1), every.sum(axis=1)).clipped(0, 1).at(),
        ratios(good[:, there].sum(axis=1), every[:, there].sum(axis=1)).clipped(0, 1).at(),
        ratios(one.contained, every.sum(axis=1)).clipped(0, 1).at(),
        all((e.value if e.high is None else e.high) >= share for e in held),
        before,
        gained,
        per_point,
    )


def _shares(one: _Judged) -> FloatArray:
    """The share in time by replication, so that the mean is the share over all: what each adds to a ratio of sums."""
    good, every = (one.counts[:, :, k].sum(axis=1) for k in (0, 1))
    share = divide(good.sum(), every.sum())
    return np.asarray(share + divide(good - share * every, every.mean()))


def _parts(bill: Bill, span: int) -> dict[str, Decimal]:
    """The bill a week in a few words: wages, premiums, heads (what they cost beside their pay), bot, telephony."""
    found = dict.fromkeys(PARTS, Decimal(0))
    for line in bill.of(*PARTS_OF_COST):
        if line.part == "bots":
            name = "bot"
        elif line.part == "telephony":
            name = "telephony"
        elif line.what in ("wages", "overtime"):
            name = "wages"
        else:
            name = "premiums" if line.what.startswith("premium") else "heads"
        found[name] += line.amount
    return {name: (money * WEEK_MS / Decimal(span)).quantize(CENT, ROUND_HALF_UP) for name, money in found.items()}

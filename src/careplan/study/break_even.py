"""Bot against night shift: which is cheaper in the hours in which nobody else is there, for the same service.

Comes in: a scenario with a bot, and a roster if not its own. Goes out: a :class:`BreakEven`. Left out: what the bot
saves people by day, and its other hours.

The hours compared are those in which the bot is on and nobody is on duty who could take its queues. In one world the
bot is there; in the other it is off in these hours, and so many people of the cheapest group that can take its queues
sit there as it takes to answer the same share in time of the cases that come in them, on the same customers. The other
hours are the same in both. Played at several volumes (with more of them, more people by day, in proportion, lest the
night works off what the day left), and with less containment.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from careplan.clock import Window, cut, merge_windows, outside
from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.costing.heads import amount, head_costs
from careplan.costing.pay import cents, pay_of
from careplan.engine.contract import Rules
from careplan.engine.rules import rules_of
from careplan.engine.simulate import EngineName
from careplan.errors import CareplanError
from careplan.executor import Done, Workers
from careplan.metrics.clocks import answered_at, counted
from careplan.metrics.goals import View
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, means, ratios
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.money import MONTH_MS, exact
from careplan.staffing import as_written, scaled
from careplan.study.replicate import numbers_of, played
from careplan.trace.tables import Outcome
from careplan.units import HOUR_MS

VOLUMES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Times the volume as written: our choice."""
CONTAINMENTS = (0.25, 0.5, 0.75)
"""Times the containment as written: our choice."""
MOST_PEOPLE = 64


@dataclass(frozen=True)
class Duel:
    """Bot and people in the same hours, on the same customers. Money is of the horizon."""

    volume: float
    """Times what is written."""
    containment: float
    """Times what is written."""
    in_time: Estimate
    """Share in time with the bot, of the cases that come in these hours."""
    fees: Estimate
    """Of the bot for these cases, the month's in full."""
    sessions: Estimate
    people: int | None
    """The fewest at once that answer as many in time; None: more than are tried."""
    wages: Decimal | None
    """Of them, with premiums and heads, exact to the cent; None with ``people``."""
    fee_of_equal_cost: Estimate | None
    """The fee per session at which both cost the same, all other fees as written; None without sessions or people."""

    @property
    def bot_is_cheaper(self) -> bool | None:
        """Whether the bot costs less beyond its interval; None where it cannot be told: without an interval, or
        without people who give the same service."""
        low, high = self.fees.low, self.fees.high
        if self.wages is None or low is None or high is None:
            return None
        return True if high < self.wages else False if low > self.wages else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        fee = self.fee_of_equal_cost
        return {
            "volume": self.volume,
            "containment": self.containment,
            "in_time": self.in_time.to_dict(),
            "fees": self.fees.rounded(2).to_dict(),
            "sessions": self.sessions.to_dict(),
            "people": self.people,
            "wages": None if self.wages is None else str(self.wages),
            "bot_is_cheaper": self.bot_is_cheaper,
            "fee_of_equal_cost": None if fee is None else fee.to_dict(),
        }


@dataclass(frozen=True)
class BreakEven:
    """A bot against people in the hours in which nobody else is there."""

    bot: str
    group: str
    """Whose people would come."""
    goal: str
    """The target by which in time is said."""
    hours: Decimal
    """Of the horizon that are compared."""
    by_volume: tuple[Duel, ...]
    by_containment: tuple[Duel, ...]
    """At the volume as written; from the least containment to the one as written."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "bot": self.bot,
            "group": self.group,
            "target": self.goal,
            "hours": str(self.hours),
            "by_volume": [one.to_dict() for one in self.by_volume],
            "by_containment": [one.to_dict() for one in self.by_containment],
        }


def break_even(
    scenario: Scenario,
    roster: Roster | None = None,
    *,
    bot: str | None = None,
    seed: int | None = None,
    replications: int | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    on_done: Done | None = None,
) -> BreakEven:
    """Return at which volume, containment and fee a bot is cheaper than people at night.

    Parameters
    ----------
    scenario
        With a bot, wages, and a target of the kind ``answer`` for its queues.
    roster
        Who is planned to be on duty; None: as the scenario states.
    bot
        Which; None: the first that a queue lists.
    seed, replications, engine, workers
        As in :func:`~careplan.study.replicate.replicate`.
    on_done
        Called as (done, all) after each pair of worlds.

    Raises
    ------
    CareplanError
        If there is no bot, no target for its queues, nobody with a wage who can take them, or no hour without people.
    """
    usual = as_written(scenario) if roster is None else roster
    desk = _desk(scenario, usual, bot)
    seed, numbers = numbers_of(scenario, seed, replications)
    settings = [(volume, 1.0) for volume in VOLUMES] + [(1.0, share) for share in CONTAINMENTS]
    found: list[Duel] = []
    with Workers(workers) as threads:
        for volume, containment in settings:
            found.append(_duel(desk, usual, volume, containment, seed, numbers, engine, threads))
            if on_done is not None:
                on_done(len(found), len(settings))
    by_volume, less = found[: len(VOLUMES)], found[len(VOLUMES) :]
    as_is = by_volume[VOLUMES.index(1.0)]
    hours = sum(b - a for a, b in desk.measured)
    return BreakEven(
        desk.bot, desk.group, desk.goal.name, cents(Fraction(hours, HOUR_MS)), tuple(by_volume), (*less, as_is)
    )


@dataclass(frozen=True)
class _Desk:
    """What is compared where."""

    scenario: Scenario
    bot: str
    queues: tuple[str, ...]
    group: str
    goal: Goal
    windows: tuple[Window, ...]
    """Of the whole run, in which people would sit there."""
    measured: tuple[Window, ...]
    """Of these, in the horizon."""


def _desk(scenario: Scenario, roster: Roster, bot: str | None) -> _Desk:
    used = list(dict.fromkeys(name for queue in scenario.queues.values() for name in queue.bots))
    if not used or (bot is not None and bot not in used):
        known = f"bots that queues list: {', '.join(used)}" if used else "no queue lists a bot"
        raise CareplanError(f"there is no bot {bot or 'to compare'}; {known}")
    name = bot or used[0]
    queues = tuple(queue for queue, one in scenario.queues.items() if name in one.bots)
    goals = [g for g in View(scenario).goals if g.kind == "answer" and (not g.queues or set(queues) <= set(g.queues))]
    if not goals:
        raise CareplanError(
            f"no target says by when {', '.join(queues)} are answered; expected one such as answer: 65 %"
        )
    able = [n for n, g in scenario.groups.items() if set(queues) <= set(g.skills) and g.wage is not None]
    if not able:
        raise CareplanError(f"no group with a wage has the skills for {', '.join(queues)}; expected one")
    serving = [row for row, n in enumerate(roster.groups) if set(scenario.groups[n].skills) & set(queues)]
    rows = np.isin(roster.agent_group[roster.spell_agent], serving)
    there = merge_windows(zip(roster.spell_on[rows].tolist(), roster.spell_off[rows].tolist(), strict=True))
    alone = outside(scenario.open_windows(scenario.bots[name].hours), there)
    clock = scenario.clock
    measured = cut(alone, clock.horizon_from, clock.horizon_to)
    if not measured:
        raise CareplanError(f"people are on duty whenever {name} is on; expected hours in which it is alone")
    pay = pay_of(scenario)
    group = min(able, key=lambda n: pay[n].price(measured).total)
    return _Desk(scenario, name, queues, group, goals[0], alone, measured)


def _duel(
    desk: _Desk,
    roster: Roster,
    volume: float,
    containment: float,
    seed: int,
    numbers: Sequence[int],
    engine: EngineName | None,
    threads: Workers,
) -> Duel:
    scenario = _at_volume(desk.scenario, volume)
    stated = desk.scenario.bots[desk.bot].containment
    shares = {key: f"{share * containment * 100:.10g} %" for key, share in stated.items()}
    with_bot = scenario.with_changes({f"bots.{desk.bot}.containment": shares}) if containment != 1 else scenario
    roster = scaled(roster, volume, scenario.clock) if volume > 1 else roster
    without = _rules_without(desk, scenario)

    def run(world: Scenario, on_duty: Roster, rules: Rules | None = None) -> FloatArray:
        rows = threads.map(lambda number: _counts(desk, world, on_duty, rules, seed, number, engine), numbers)
        return np.array(rows, dtype=np.float64)

    bot = run(with_bot, roster)
    share = bot[:, 0].sum() / max(bot[:, 1].sum(), 1)

    def does(people: int) -> bool:
        counts = run(scenario, _joined(desk, roster, people), without)
        return bool(counts[:, 0].sum() / max(counts[:, 1].sum(), 1) >= share)

    people = _fewest(does)
    fee = desk.scenario.bots[desk.bot].fee
    month = float(
        amount(fee.per_month) * (desk.scenario.clock.horizon_to - desk.scenario.clock.horizon_from) / MONTH_MS
    )
    others = month + float(amount(fee.per_resolution)) * bot[:, 3]
    wages = None if people is None else _wages(desk, people)
    equal = None
    if wages is not None and bot[:, 2].sum() > 0:
        equal = ratios(float(wages) - others, bot[:, 2]).at()
    return Duel(
        volume,
        containment,
        ratios(bot[:, 0], bot[:, 1]).clipped(0, 1).at(),
        means(others + float(amount(fee.per_session)) * bot[:, 2]).at(),
        means(bot[:, 2]).at(),
        people,
        wages,
        equal,
    )


def _at_volume(scenario: Scenario, times: float) -> Scenario:
    if times == 1:
        return scenario
    change = f"{(times - 1) * 100:+.10g} %"
    return scenario.with_changes({"levers": {"volume": {"volume": change}}}).with_lever("volume")


def _rules_without(desk: _Desk, scenario: Scenario) -> Rules:
    """Rules by which the bot is off in the hours compared, and as ever in all others."""
    rules = rules_of(scenario)
    windows = [
        list(zip(rules.bot_on[a:b].tolist(), rules.bot_off[a:b].tolist(), strict=True))
        for a, b in itertools.pairwise(rules.bot_start.tolist())
    ]
    row = rules.bots.index(desk.bot)
    windows[row] = list(outside(windows[row], desk.windows))
    edges = np.array([edge for each in windows for edge in each], dtype=np.int64).reshape(-1, 2)
    starts = np.cumsum([0, *map(len, windows)])
    return replace(rules, bot_start=starts, bot_on=edges[:, 0].copy(), bot_off=edges[:, 1].copy())


def _counts(
    desk: _Desk,
    world: Scenario,
    roster: Roster,
    rules: Rules | None,
    seed: int,
    number: int,
    engine: EngineName | None,
) -> tuple[int, int, int, int]:
    """Of the cases that come in the hours compared: in time, all, met by the bot, contained by it."""
    workload, trace, _, rules = played(world, roster, seed, number, engine, rules=rules)
    rows = [row for row, name in enumerate(workload.queues) if name in desk.queues]
    mine = np.isin(workload.queue_ix, rows) & _inside(trace.case_arrived_at, desk.measured)
    has = mine & counted(workload, trace)
    at = answered_at(workload, trace, rules, desk.goal.clock)
    in_time = has & (at >= 0) & (at - trace.case_arrived_at <= desk.goal.threshold_ms)
    met = np.zeros(workload.n_cases, dtype=bool)
    for row in rows:
        bots = world.queues[workload.queues[row]].bots
        if desk.bot in bots:
            met |= mine & (workload.queue_ix == row) & (trace.case_bot_slot == bots.index(desk.bot))
    contained = met & (trace.case_outcome == Outcome.CONTAINED)
    return int(in_time.sum()), int(has.sum()), int(met.sum()), int(contained.sum())


def _inside(instants: IntArray, windows: Sequence[Window]) -> BoolArray:
    edges = np.array([x for window in windows for x in window], dtype=np.int64)
    return np.asarray(np.searchsorted(edges, instants, side="right") % 2 == 1)


def _joined(desk: _Desk, roster: Roster, people: int) -> Roster:
    """A roster with so many people more in the hours compared."""
    seats = roster.n_agents and int((roster.agent_group == roster.groups.index(desk.group)).sum())
    names = [name.rsplit("-", 1) for name in roster.agent_names]
    rows = zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True)
    spells = [(names[agent][0], int(names[agent][1]), on, off) for agent, on, off in rows]
    spells += [(desk.group, seats + j, a, b) for j in range(1, people + 1) for a, b in desk.windows]
    return Roster.from_spells(spells, roster.groups)


def _fewest(does: Callable[[int], bool]) -> int | None:
    """The fewest people that do, by doubling and halving; None where the most tried do not."""
    if does(0):
        return 0
    low, high = 0, 1
    while not does(high):
        low, high = high, 2 * high
        if high > MOST_PEOPLE:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if does(middle) else (middle, high)
    return high


def _wages(desk: _Desk, people: int) -> Decimal:
    """What the people cost in the horizon: wage, premiums, heads."""
    scenario, pay = desk.scenario, pay_of(desk.scenario)[desk.group]
    on_duty = Fraction(sum(b - a for a, b in desk.measured), HOUR_MS)
    paid = people * on_duty / (1 - Fraction(exact(scenario.groups[desk.group].shrinkage)))
    span = scenario.clock.horizon_to - scenario.clock.horizon_from
    heads = head_costs(paid, span, scenario.terms(desk.group), pay.wage)
    return cents(people * pay.price(desk.measured).total + sum(heads.values(), Fraction(0)))

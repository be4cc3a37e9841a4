"""Trying a staffing against published figures: which share it answers, and after how long on average.

Comes in: a scenario, one of its groups, and the queues a publisher looked at. Goes out: :class:`Outcome` for a pattern
of duty, a number of agents, a volume and a time after which messages are given up. Left out: which to try (explaining).

Every trial meets the same customers (common random numbers): those of a volume are drawn once. The other groups are on
duty as the scenario states.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.costing.pay import pay_of
from careplan.costing.wages import WageBill, wage_bill
from careplan.engine.contract import Rules
from careplan.engine.rules import rules_of
from careplan.engine.simulate import EngineName, has_numba, play
from careplan.errors import CareplanError
from careplan.executor import Workers
from careplan.metrics.clocks import answered_at, counted
from careplan.metrics.occupancy import duty_tables
from careplan.metrics.periods import Periods
from careplan.metrics.service import case_cells
from careplan.metrics.uncertainty import Estimate, ratios
from careplan.planning.patterns import Pattern
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.staffing import as_written, with_absence
from careplan.trace.agents import agent_spans
from careplan.units import HOUR_MS
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload

_KEPT_CASES = 3_000_000
"""Cases kept in memory, about; beyond, those drawn first are drawn again when needed: our choice."""


@dataclass(frozen=True)
class Trial:
    """A staffing to try."""

    pattern: Pattern
    agents: int
    """At the peak."""
    expires_after: int
    """Messages nobody has begun by then are given up, ms; −1: never."""
    volume: float = 1.0
    """Of what the scenario states."""


@dataclass(frozen=True)
class Outcome:
    """What a trial came to. Times are seconds; shares 0 to 1."""

    answered: Estimate
    """Cases that got a reply ÷ cases that need one."""
    mean_response: Estimate
    """Mean first response of those that got one, wall clock, to the sending; NaN where none did."""
    occupancy: Estimate | None = None
    """Of the group; only where asked for."""


@dataclass(eq=False)
class Desk:
    """One group that serves what a publisher looked at, on replications drawn once."""

    scenario: Scenario
    """With a warm-up and a run-off as long as messages may wait."""
    group: str
    queues: tuple[str, ...]
    seed: int
    workers: Workers
    n_played: int = 0
    _drawn: OrderedDict[tuple[float, int], Workload] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.rules: Rules = rules_of(self.scenario)
        self.engine: EngineName = self.scenario.run.engine if has_numba() else "reference"
        self.periods = Periods.of_clock(self.scenario.clock)
        self._others = [row for row in _spells(as_written(self.scenario)) if row[0] != self.group]
        self._expiring = np.array([n in self.queues for n in self.rules.queues]) & ~self.rules.is_live

    def work_hours_a_week(self, volume: float, replications: Sequence[int]) -> float:
        """Return the hours of work a week that the customers of a volume bring, every turn counted."""
        total = 0
        for workload in self._workloads(volume, replications):
            mine = np.isin(workload.queue_ix, self._rows) & (self._cells(workload) >= 0)
            work = np.concatenate(([0], np.cumsum(workload.work_ms)))
            total += int((work[workload.turn_start[1:]] - work[workload.turn_start[:-1]])[mine].sum())
        return total / HOUR_MS / len(replications) / self.weeks

    @property
    def weeks(self) -> float:
        """Length of the horizon in weeks."""
        return (self.periods.end - self.periods.begin) / (7 * 24 * HOUR_MS)

    def hours_a_week(self, pattern: Pattern, agents: int) -> float:
        """Return the hours on duty a week of n agents by a pattern."""
        edges = [self.periods.begin, self.periods.end]
        row = self.rules.groups.index(self.group)
        return float(self.roster(pattern, agents).on_duty(edges)[row, 0]) / HOUR_MS / self.weeks

    def cases_a_week(self, volume: float) -> float:
        """Return the cases a week that the scenario states for the queues, at a volume."""
        per = {"week": 1.0, "day": 7.0, "hour": 168.0}
        stated = [self.scenario.queues[name].volume for name in self.queues]
        return volume * sum(one.amount * per.get(one.unit, 0.0) for one in stated)

    def play(self, trial: Trial, replications: Sequence[int], *, with_occupancy: bool = False) -> Outcome:
        """Play a trial on some replications."""
        rules = replace(
            self.rules,
            expires_after_ms=np.where(self._expiring, trial.expires_after, self.rules.expires_after_ms),
        )
        roster = self.roster(trial.pattern, trial.agents)
        pairs = list(zip(self._workloads(trial.volume, replications), replications, strict=True))
        counts = np.array(self.workers.map(lambda one: self._counts(*one, roster, rules, with_occupancy), pairs))
        self.n_played += len(pairs)
        answered = ratios(counts[:, 1], counts[:, 0]).clipped(0, 1).at()
        return Outcome(
            answered,
            ratios(counts[:, 2] / 1000, counts[:, 1]).clipped(0, np.inf).at(),
            ratios(counts[:, 3], counts[:, 4]).clipped(0, 1).at() if with_occupancy else None,
        )

    def roster(self, pattern: Pattern, agents: int) -> Roster:
        """Return who is on duty: n agents of the group by the pattern, the others as the scenario states."""
        rows, ordinal = list(self._others), 0
        clock = self.scenario.clock
        for part, count in zip(pattern.parts, pattern.agents(agents), strict=True):
            windows = clock.open_windows(part.hours)
            for _ in range(count):
                ordinal += 1
                rows += [(self.group, ordinal, on, off) for on, off in windows]
        return Roster.from_spells(rows, self.rules.groups)

    def bill(self, pattern: Pattern, agents: int) -> WageBill:
        """Return what the group is paid over the horizon."""
        rows = [row for row in _spells(self.roster(pattern, agents)) if row[0] == self.group]
        pay = {self.group: pay_of(self.scenario)[self.group]}
        return wage_bill(Roster.from_spells(rows, [self.group]), pay, self.periods.begin, self.periods.end)

    @property
    def _rows(self) -> list[int]:
        return [self.rules.queues.index(name) for name in self.queues]

    def _cells(self, workload: Workload) -> IntArray:
        return case_cells(workload, workload.arrived_at, self.periods)

    def _workloads(self, volume: float, replications: Sequence[int]) -> list[Workload]:
        missing = [r for r in replications if (volume, r) not in self._drawn]
        if missing:
            scaled = self._scaled(volume)
            drawn = self.workers.map(lambda r: sample(scaled, seed=self.seed, replication=r), missing)
            self._drawn |= {(volume, r): workload for r, workload in zip(missing, drawn, strict=True)}
        found = [self._drawn[volume, r] for r in replications]
        kept = sum(workload.n_cases for workload in self._drawn.values())
        while kept > _KEPT_CASES and len(self._drawn) > len(found):
            kept -= self._drawn.popitem(last=False)[1].n_cases
        return found

    def _scaled(self, volume: float) -> Scenario:
        if volume == 1.0:
            return self.scenario
        return self.scenario.with_changes(scaled_volume(self.scenario, self.queues, volume))

    def _counts(
        self, workload: Workload, replication: int, roster: Roster, rules: Rules, with_occupancy: bool
    ) -> FloatArray:
        """Cases that need a reply, that got one, ms until then, ms busy and ms on duty."""
        on_duty = with_absence(roster, self.scenario, seed=self.seed, replication=replication)
        trace = play(workload, on_duty, rules, until=self.scenario.clock.end, engine=self.engine)
        cells = case_cells(workload, trace.case_arrived_at, self.periods)
        needs = counted(workload, trace) & (cells >= 0) & np.isin(workload.queue_ix, self._rows)
        answer = answered_at(workload, trace, rules)
        got = needs & (answer >= 0)
        took = int((answer - trace.case_arrived_at)[got].sum())
        busy = duty = 0
        if with_occupancy:
            tables = duty_tables(agent_spans(trace, workload, on_duty, rules), rules, self.periods)
            row = rules.groups.index(self.group)
            busy, duty = int(tables["busy_ms"][row].sum()), int(tables["on_duty_ms"][row].sum())
        return np.array([needs.sum(), got.sum(), took, busy, duty], dtype=np.float64)


def scaled_volume(scenario: Scenario, queues: Sequence[str], volume: float) -> dict[str, float]:
    """Return the changes that multiply the volume of some queues.

    Raises
    ------
    CareplanError
        If a queue replays a counted series.
    """
    changes: dict[str, float] = {}
    for name in queues:
        stated = scenario.queues[name].volume
        if stated.counts is not None:
            raise CareplanError(
                f"queues.{name}.volume.counts is a counted series, whose volume cannot be scaled; "
                "state per_week, or leave volume and unread messages as they are"
            )
        changes[f"queues.{name}.volume.per_{stated.unit}"] = float(f"{stated.amount * volume:.10g}")
    return changes


def with_room(scenario: Scenario, longest_ms: int) -> Scenario:
    """Return a scenario whose warm-up and run-off let messages wait as long as they may.

    A backlog in which the oldest messages are ``longest_ms`` old takes that long to build up, and longer where the
    desk is nearly large enough: the warm-up is a quarter and two days longer.
    """
    day = 24 * HOUR_MS
    warm_up = max(scenario.calendar.warm_up, -(-longest_ms * 5 // (4 * day)) + 2)
    run_off = max(scenario.run_off, longest_ms + day)
    run_off = -(-run_off // HOUR_MS) * HOUR_MS
    return scenario.with_changes(
        {"calendar.warm_up": f"{warm_up} days", "calendar.run_off": f"{run_off // HOUR_MS} h", "targets": []}
    )


def _spells(roster: Roster) -> list[tuple[str, int, int, int]]:
    """The spells of a roster as (group, ordinal, on, off)."""
    first = np.searchsorted(roster.agent_group, np.arange(len(roster.groups)))
    agents = roster.spell_agent
    groups = roster.agent_group[agents]
    rows = zip(
        groups.tolist(),
        (agents - first[groups] + 1).tolist(),
        roster.spell_on.tolist(),
        roster.spell_off.tolist(),
        strict=True,
    )
    return [(roster.groups[g], ordinal, on, off) for g, ordinal, on, off in rows]

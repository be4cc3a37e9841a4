"""One run measured: every count table, sample and per-agent figure of one trace.

Comes in: a workload, its trace, roster and rules, and the periods. Goes out: :class:`Measures`, which
combine over replications into a report. Left out: figures and their uncertainty (report).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from careplan.columns import IntArray
from careplan.engine.contract import FULL_CAPACITY, Rules
from careplan.metrics.backlog import backlog_tables
from careplan.metrics.clocks import WALL, Clock, clocks_by_ending
from careplan.metrics.counting import goal_counts
from careplan.metrics.curves import AnswerCurve, answer_curve, clocks_of, times_ms
from careplan.metrics.customers import bot_counts, customer_counts
from careplan.metrics.definitions import Definitions
from careplan.metrics.load import asked_table, skilled_of
from careplan.metrics.occupancy import duty_tables, effort_tables
from careplan.metrics.outcomes import Assumed, outcome_tables
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, Kind
from careplan.metrics.service import case_cells, outcome_counts, service_level_counts
from careplan.metrics.variants import variant_tables
from careplan.metrics.waiting import Sample, all_wait_samples, wait_formula, wait_sums
from careplan.roster import Roster
from careplan.trace.agents import AgentTimes, agent_spans
from careplan.trace.tables import Trace
from careplan.units import DAY_MS
from careplan.workload.luck import Luck
from careplan.workload.tables import Workload

if TYPE_CHECKING:
    from careplan.metrics.report import Report
    from careplan.provenance import Provenance


@dataclass(frozen=True)
class Settings:
    """What was asked of the measuring; printed with every report."""

    clock: Clock
    levels: Mapping[str, str]
    """Service levels measured: name → T in words."""
    waits: Mapping[str, str]
    """Milestones timed: name → formula."""
    solved_within_ms: int
    """Window in which a come-back takes back first contact resolution and true containment."""
    skilled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Queue → groups whose agents may take its cases."""
    scenario: str = ""
    """Name of the scenario; empty for a run without one."""
    outcomes: tuple[str, ...] = ()
    """Kinds of outcome that are on."""
    clocks: tuple[str, ...] = ("",)
    """What names of figures end in on each clock, the wall first."""
    definitions: Definitions | None = None
    """What was counted for definitions beyond the ordinary; None: nothing."""


@dataclass(frozen=True, eq=False)
class Measures:
    """What one run comes to.

    ``queue_tables``, ``group_tables`` and ``bot_tables`` hold int64 tables of shape (n_rows, n_intervals)
    by name, which add up over rows, intervals and replications (``…_oldest_ms`` apart, of which the largest
    counts).
    """

    queues: tuple[str, ...]
    channels: tuple[str, ...]
    """Channel of each queue."""
    groups: tuple[str, ...]
    bots: tuple[str, ...]
    is_phone: tuple[bool, ...]
    """Which queues are the reference of the effective multiple: live, one at a time."""
    periods: Periods
    settings: Settings
    queue_tables: Mapping[str, IntArray]
    group_tables: Mapping[str, IntArray]
    bot_tables: Mapping[str, IntArray]
    samples: Mapping[str, Sample]
    curves: tuple[AnswerCurve, ...]
    """How many were answered by when, on every clock an answer goal has."""
    agents: AgentTimes
    agent_group: tuple[str, ...]
    agent_starts: IntArray
    """Turns each agent started in the measured time."""
    agent_interruptions: IntArray
    """Of these, how many paused other work."""
    goals: tuple[Goal, ...]
    goal_counts: tuple[GoalCounts, ...]
    provenance: Provenance | None = None
    luck: Luck | None = None
    """How lucky the draw was, where it is known: figures are sharpened by it (controls)."""

    def without_samples(self) -> Measures:
        """Return a copy without the samples: every sum, mean and count stays, percentiles go."""
        return replace(self, samples={})

    @staticmethod
    def combine(measures: Sequence[Measures]) -> Report:
        """Return the report of several replications of one scenario (or of one run)."""
        from careplan.metrics.report import Report

        return Report.of(measures)


def measure(
    workload: Workload,
    trace: Trace,
    roster: Roster,
    rules: Rules,
    periods: Periods,
    *,
    goals: Sequence[Goal] = (),
    channels: Mapping[str, str] | None = None,
    clock: Clock = WALL,
    within_ms: Sequence[int] = (),
    solved_within_ms: int = DAY_MS,
    scenario: str = "",
    assumed: Assumed | None = None,
    definitions: Definitions | None = None,
) -> Measures:
    """Measure one run.

    Parameters
    ----------
    workload, trace, roster, rules
        The run.
    periods
        The measured intervals: cases first written in them are counted, whenever they were answered;
        backlog, work and occupancy are what happened in them.
    goals
        Targets to keep score of.
    channels
        Queue → channel; a queue not named is its own channel.
    clock
        ``bot_counts``, and the open hours of queues that have them: waits are then also given in open hours.
    within_ms
        Thresholds of service levels; those of answer goals are added, and those asked for.
    solved_within_ms
        First contact resolution and true containment: no come-back within so long after the end.
    scenario
        Name of the scenario, for titles.
    assumed
        What service is assumed to do to customers; None: outcomes are off.
    definitions
        Count what every definition of a service level needs, on every clock; None: the ordinary figures only.

    Returns
    -------
    Measures
    """
    cells = case_cells(workload, trace.case_arrived_at, periods)
    spans = agent_spans(trace, workload, roster, rules)
    shape = (len(workload.queues), periods.n_intervals)
    promised = [goal.clock for goal in goals if goal.kind == "answer"]
    thresholds = sorted({*within_ms, *(goal.threshold_ms for goal in goals if goal.kind == "answer")})
    if definitions is not None:
        thresholds = sorted({*thresholds, *thresholds_of(goals, definitions)})
    timed = [goal.clock for goal in goals if goal.kind in TIMED]
    clocks = clocks_by_ending(workload, clock, every=definitions is not None, targets=timed)
    tables = outcome_counts(workload, trace, rules, cells, periods, clock)
    tables |= customer_counts(workload, trace, cells, periods, window_ms=solved_within_ms)
    tables |= backlog_tables(workload, trace, periods)
    tables |= effort_tables(spans, workload, trace, periods)
    tables["asked_ms"] = asked_table(workload, trace, rules, periods)
    levels = {}
    for threshold in thresholds:
        for ending, one in clocks.items():
            name = level_name(threshold, ending)
            levels[name] = words(threshold) + ending.replace("_", " ")
            counts = service_level_counts(workload, trace, rules, cells, periods, threshold, one)
            counts["counted_but_early"] = counts["counted"] - counts["early_abandoned"]
            counts["in_time_or_early"] = counts["in_time"] + counts["early_abandoned"]
            tables |= {f"{name}_{part}": table for part, table in counts.items()}
    at_ms = times_ms(thresholds)
    curves = tuple(
        answer_curve(workload, trace, rules, cells, periods, one, at_ms) for one in clocks_of(promised, clocks[""])
    )
    if assumed is not None:
        tables |= outcome_tables(workload, trace, rules, cells, periods, assumed, clock)
    if definitions is not None:
        tables |= variant_tables(
            workload,
            trace,
            rules,
            cells,
            periods,
            tables,
            clocks=clocks,
            within_ms=thresholds,
            level_name=level_name,
            short_ms=definitions.short_ms,
        )
    samples = all_wait_samples(workload, trace, rules, cells, clocks)
    tables |= wait_sums(samples, *shape)
    began = periods.interval_of(trace.turn_started_at[spans.turn]) >= 0
    agent = spans.turns.agent[began]
    interrupted = trace.turn_interrupted[spans.turn][began]
    named = channels or {}
    return Measures(
        queues=workload.queues,
        channels=tuple(named.get(queue, queue) for queue in workload.queues),
        groups=roster.groups,
        bots=rules.bots,
        is_phone=tuple(((rules.units == FULL_CAPACITY) & rules.is_live).tolist()),
        periods=periods,
        settings=Settings(
            clock,
            levels,
            {name: wait_formula(name) for name in samples},
            solved_within_ms,
            skilled_of(rules),
            scenario,
            () if assumed is None else assumed.kinds,
            tuple(clocks),
            definitions,
        ),
        queue_tables=tables,
        group_tables=duty_tables(spans, rules, periods),
        bot_tables=bot_counts(workload, trace, rules, periods, window_ms=solved_within_ms),
        samples=samples,
        curves=curves,
        agents=spans.by_agent(periods.begin, periods.end),
        agent_group=tuple(roster.groups[g] for g in roster.agent_group.tolist()),
        agent_starts=np.bincount(agent, minlength=roster.n_agents),
        agent_interruptions=np.bincount(agent[interrupted], minlength=roster.n_agents),
        goals=tuple(goals),
        goal_counts=tuple(
            goal_counts(goal, workload, trace, rules, roster, periods, cells=cells, spans=spans) for goal in goals
        ),
        provenance=trace.provenance,
    )


TIMED: tuple[Kind, ...] = ("answer", "next_response", "resolution", "reply", "mean_answer")
"""Kinds of goals that have a clock."""


def thresholds_of(goals: Sequence[Goal], definitions: Definitions) -> tuple[int, ...]:
    """Return every threshold that definitions are given for: of the goals that want a share within it, in their order,
    then those asked for.
    """
    shares = ("answer", "next_response", "resolution", "reply")
    promised = [goal.threshold_ms for goal in goals if goal.kind in shares and goal.threshold_ms >= 0]
    return tuple(dict.fromkeys((*promised, *definitions.within_ms)))


def level_name(threshold_ms: int, ending: str) -> str:
    """Return the name of a service level on a clock.

    >>> level_name(1_800_000, "_open")
    'service_level_30min_open'
    """
    return f"service_level_{words(threshold_ms).replace(' ', '')}{ending}"


def words(duration_ms: int) -> str:
    """Return a duration as a name has it: ``20 s``, ``30 min``, ``24 h``, ``1500 ms``.

    >>> words(20_000), words(1_800_000), words(86_400_000), words(90_000)
    ('20 s', '30 min', '24 h', '90 s')
    """
    for unit, length in (("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if duration_ms and duration_ms % length == 0:
            return f"{duration_ms // length} {unit}"
    return f"{duration_ms} ms"

"""A scenario as the metrics see it: its measured intervals, its targets as goals, its channels and clocks.

Comes in: a validated scenario. Goes out: plain objects. Left out: everything else in the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from careplan.engine.contract import Rules
from careplan.metrics.clocks import Clock, OpenHours
from careplan.metrics.definitions import Definitions
from careplan.metrics.measures import Measures, measure
from careplan.metrics.outcomes import Assumed
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.named import NamedTarget
from careplan.scenario.replies import MeanTarget, ReplyTarget, WindowTarget
from careplan.scenario.targets import CoverTarget, LimitTarget, PlainTarget
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True, eq=False)
class View:
    """How to measure the runs of one scenario: computed once, used for every replication."""

    scenario: Scenario
    definitions: Definitions | None = None
    """What definitions need to be counted; None: the ordinary figures."""

    @cached_property
    def periods(self) -> Periods:
        """The planning intervals of the horizon."""
        return Periods.of_clock(self.scenario.clock)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """The scenario's targets as plain numbers."""
        return goals_of(self.scenario)

    @cached_property
    def channels(self) -> dict[str, str]:
        """Queue → channel."""
        return {name: queue.channel for name, queue in self.scenario.queues.items()}

    @cached_property
    def clock(self) -> Clock:
        """Bot answers as the first target about answers counts them; open hours of every queue that is not always
        open.
        """
        counts = [goal.clock.bot_counts for goal in self.goals if goal.kind in ("answer", "reply", "mean_answer")]
        names = [name for name, queue in self.scenario.queues.items() if queue.open != "always"]
        return Clock(bot_counts=counts[0] if counts else "contained", open_hours=_open_hours(self.scenario, names))

    @cached_property
    def assumed(self) -> Assumed | None:
        """What the scenario assumes service to do to customers."""
        outcomes = self.scenario.outcomes
        if outcomes is None:
            return None
        return Assumed({name: outcomes.of(name, channel) for name, channel in self.channels.items()}, outcomes.window)

    def measure(self, workload: Workload, trace: Trace, roster: Roster, rules: Rules) -> Measures:
        """Measure one run of the scenario."""
        return measure(
            workload,
            trace,
            roster,
            rules,
            self.periods,
            goals=self.goals,
            channels=self.channels,
            clock=self.clock,
            solved_within_ms=self.scenario.run.solved_within,
            scenario=self.scenario.name,
            assumed=self.assumed,
            definitions=self.definitions,
        )


def goals_of(scenario: Scenario) -> tuple[Goal, ...]:
    """Return the targets of a scenario as goals, in their order; a named target has one for each of its parts."""
    found: list[Goal] = []
    for target in scenario.targets:
        if isinstance(target, NamedTarget):
            found += [replace(_goal(scenario, part), whole=target.name) for part in target.parts]
        else:
            found.append(_goal(scenario, target))
    return tuple(found)


def _goal(scenario: Scenario, target: PlainTarget) -> Goal:
    """One plain target as a goal."""
    if isinstance(target, CoverTarget):
        hours = None if target.hours == "always" else hours_of(scenario, target.hours)
        groups = () if target.group is None else (target.group,)
        return Goal(target.name, "cover", groups=groups, over="total", at_least=target.at_least, hours=hours)
    common: dict[str, Any] = {
        "name": target.name,
        "kind": target.kind,
        "queues": target.queues,
        "over": target.over,
        "confidence": target.confidence,
    }
    if isinstance(target, LimitTarget):
        return Goal(**common, share=target.at_most, groups=() if target.group is None else (target.group,))
    names = target.queues or tuple(scenario.queues)
    closing = [name for name in names if scenario.queues[name].open != "always"]
    common["clock"] = Clock(
        bot_counts=target.bot_counts,
        since=target.since,
        open_hours=_open_hours(scenario, closing) if target.clock == "open" else {},
    )
    if isinstance(target, ReplyTarget | MeanTarget):
        common["new_after_ms"] = target.new_after or 0
    if isinstance(target, MeanTarget):
        return Goal(**common, threshold_ms=target.at_most, fastest=target.fastest)
    if isinstance(target, WindowTarget):
        common["template_price"] = target.template_price
    return Goal(**common, share=target.share, threshold_ms=target.within)


def hours_of(scenario: Scenario, hours: str, *, group: str | None = None) -> OpenHours:
    """Return named hours of a scenario as a clock; in the zone of a group, if one is named."""
    windows = np.array(scenario.open_windows(hours, group=group), dtype=np.int64).reshape(-1, 2)
    return OpenHours(windows[:, 0], windows[:, 1])


def _open_hours(scenario: Scenario, queues: list[str]) -> dict[str, OpenHours]:
    return {name: hours_of(scenario, scenario.queues[name].open) for name in queues}

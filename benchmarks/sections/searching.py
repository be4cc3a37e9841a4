"""What a search costs: requirement, shifts together with staffing, and the fresh check of a week of 35 000 cases.

Three things: the time of ``shifts(scenario)`` beside thirty SimPy replications of that week; what it finds beside what
a search of ten times the time finds; and how its time grows with intervals, groups and shift types, by stage.

The SimPy replications are those of the reference engine, which is a SimPy model and the one that plays this week's
rules (calls that interrupt messages, pace, patience, shifts with breaks): the schedule that was found is played three
times, and counts ten times. Another row has two processes play them side by side, as many as the search has threads
here: the strict reading of "on two cores". The last has the plain SimPy model of work d on the same cases, with as many
agents as are on duty on average, always: no interruptions, no pace, no shifts.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter, process_time, time

import numpy as np

from benchmarks.report import Row, Section, count, number
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, processor_seconds, ratio
from benchmarks.tools import simpy_tool
from benchmarks.works import MINUTE, Queue, Work
from careplan.engine.rules import rules_of
from careplan.engine.simulate import play
from careplan.planning.effort import Stage
from careplan.planning.shifts.choose import shifts
from careplan.planning.shifts.plan import ShiftPlan
from careplan.roster import Roster
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.workload.sampling import sample

SCENARIO = Path(__file__).resolve().parents[1] / "search-week.yaml"
REPLICATIONS, PLAYED = 30, 3
"""SimPy replications that are meant, and that are played."""
SIDE_BY_SIDE = 2
"""Processes that play SimPy replications at once."""
LONGER = 16.0
"""Effort of the longer search: so much takes ten times the processor time in all, as measured once (not all stages
take longer).
"""
WHAT = "requirement, shifts and fresh check of a 35 000-case week ÷ thirty SimPy replications"
STRICT = "the same ÷ thirty SimPy replications, two side by side"
PLAIN = "the same ÷ thirty replications of a plain SimPy model (no interruptions, pace or shifts)"
COST = "cost of the schedule ÷ cost of what a ten times longer search finds"
STAGES = {
    "covering": "covering",
    "shifts and staffing together": "together",
    "judging": "judging",
}
"""Names of stages → columns; all before covering is the requirement."""
SIZES = ("world", "intervals", "groups", "shift types")
HEAD = (*SIZES, "requirement s", "covering s", "together s", "judging s", "all s")
GROUP = {
    "skills": ["calls", "facebook-questions", "whatsapp-questions", "x-questions"],
    "pace": ["100 %", "60 %", "45 %"],
    "wage": "18.50 EUR per hour",
    "shift_rules": {
        "lengths": "8.5 h",
        "start_every": "15 min",
        "breaks": [{"for": "30 min", "from": "3 h", "to": "5 h", "every": "1 h", "in_shifts_from": "6 h"}],
        "part_time": {"lengths": "4 h", "at_most": "40 %"},
    },
}
"""A group like that of the week."""
GROWTH: dict[str, dict[str, object]] = {
    "336 intervals of 30 min": {"calendar.interval": "30 min"},
    "672 intervals of 15 min": {},
    "1 344 intervals: two weeks": {"calendar.horizon": "2 weeks"},
    "two groups": {"groups": 2},
    "four groups": {"groups": 4},
    "shifts begin every 30 min": {"groups.care.shift_rules.start_every": "30 min"},
    "shifts begin every hour": {"groups.care.shift_rules.start_every": "1 h"},
}
"""What is changed of the week with a tenth of the cases."""


def measure(settings: Settings) -> Section:
    """Choose shifts for the week, beside SimPy, and beside a longer search."""
    section = Section("search", "What a search costs", head=HEAD)
    scenario = read_scenario(SCENARIO)
    plan, table = staged(scenario, settings)
    section.table.append(("the week", *table))
    roster, rules = plan.roster(), rules_of(scenario)
    weeks = [sample(scenario, seed=settings.seed, replication=r) for r in range(PLAYED)]
    plain = [simpy_tool.prepare(plain_week(scenario, plan, settings.seed, r)) for r in range(PLAYED)]

    def reference() -> None:
        for week in weeks:
            play(week, roster, rules, until=scenario.clock.end, engine="reference")

    def hand_made() -> None:
        for one in plain:
            one()

    lanes = [
        Lane("shifts", 1, lambda: shifts(scenario, seed=settings.seed), lambda: None),
        Lane("SimPy", PLAYED, reference, lambda: None),
        Lane("plain SimPy", PLAYED, hand_made, plain[0]),
    ]
    times = interleaved(lanes, min(settings.rounds, 2), timer=settings.timer)
    ours = times["shifts"].rounds_s
    for what, name, most in ((WHAT, "SimPy", 1.0), (PLAIN, "plain SimPy", None)):
        thirty = [seconds * REPLICATIONS / times[name].lane.n_cases for seconds in times[name].rounds_s]
        took = f"{times['shifts'].seconds:.0f} s beside {np.median(thirty):.0f} s; {count(weeks[0].n_cases)} cases"
        section.rows.append(Row.of(what, ratio(ours, thirty), at_most=most, note=took))
    if settings.timer is not processor_seconds:  # what other processes use is not seen
        beside = side_by_side(roster, settings.seed) * REPLICATIONS / (SIDE_BY_SIDE * PLAYED)
        took = f"{times['shifts'].seconds:.0f} s beside {beside:.0f} s"
        section.rows.append(Row(STRICT, times["shifts"].seconds / beside, at_most=None, note=took))
    usual, _ = processor_seconds(lambda: shifts(scenario, seed=settings.seed))
    more, (longer,) = processor_seconds(lambda: shifts(scenario, seed=settings.seed, effort=LONGER))
    found = f"{said(plan)}; longer: {said(longer)}; {more:.0f} s of the processor instead of {usual:.0f} s"
    section.rows.append(Row(COST, cost(plan) / cost(longer), at_most=1.01, note=found))
    return section


def side_by_side(roster: Roster, seed: int) -> float:
    """Return the seconds in which processes side by side play a few weeks each; starting them is not counted."""
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=multiprocessing.get_context("spawn")) as processes:
        played = list(processes.map(play_weeks, [(roster, seed, k * PLAYED) for k in range(SIDE_BY_SIDE)]))
    return max(end for _, end in played) - min(begin for begin, _ in played)


def play_weeks(what: tuple[Roster, int, int]) -> tuple[float, float]:
    """Play a few weeks in a process of their own, by the reference engine: (roster, seed, first replication). Return
    when it began and ended, once the weeks were drawn.
    """
    roster, seed, first = what
    scenario = read_scenario(SCENARIO)
    rules = rules_of(scenario)
    weeks = [sample(scenario, seed=seed, replication=k) for k in range(first, first + PLAYED)]
    began = time()
    for week in weeks:
        play(week, roster, rules, until=scenario.clock.end, engine="reference")
    return began, time()


def growth(settings: Settings) -> Section:
    """How the time grows with intervals, groups and shift types: a tenth of the cases, so that playing is cheap."""
    section = Section("search-growth", "How the time of a search grows", head=HEAD)
    for name, changes in GROWTH.items():
        _, table = staged(variant(changes), settings)
        section.table.append((name, *table))
    return section


def variant(changes: dict[str, object]) -> Scenario:
    """Return the week with a tenth of the cases, changed; ``groups``: so many groups with the same skills."""
    scenario = read_scenario(SCENARIO)
    tenth: dict[str, object] = {
        f"queues.{name}.volume.per_week": queue.volume.per_week / 10
        for name, queue in scenario.queues.items()
        if queue.volume.per_week is not None
    }
    paths = {path: value for path, value in changes.items() if path != "groups"}
    scenario = scenario.with_changes(tenth | paths)
    several = changes.get("groups", 1)
    assert isinstance(several, int)
    if several == 1:
        return scenario
    return scenario.with_changes({f"groups.care-{k}": GROUP for k in range(2, several + 1)})


def staged(scenario: Scenario, settings: Settings) -> tuple[ShiftPlan, tuple[str, ...]]:
    """Choose shifts, and return the plan and a line of the table: sizes, and seconds by stage."""
    clock: Callable[[], float] = process_time if settings.timer is processor_seconds else perf_counter
    spent = dict.fromkeys(("requirement", "covering", "together", "judging"), 0.0)
    at, stage = clock(), "requirement"

    def told(now: Stage) -> None:
        nonlocal at, stage
        instant = clock()
        spent[stage] += instant - at
        at = instant
        if stage != "requirement" or now.name == "covering":  # the requirement has judges of its own
            stage = STAGES.get(now.name, stage)

    (plan,) = shifts(scenario, seed=settings.seed, progress=told)
    spent[stage] += clock() - at
    sizes = (plan.kinds.grid.n_intervals, len(plan.groups), plan.kinds.n)
    seconds = [*spent.values(), sum(spent.values())]
    return plan, (*(count(size) for size in sizes), *(number(one) for one in seconds))


def cost(plan: ShiftPlan) -> float:
    """Return what the schedule costs a week."""
    assert plan.cost_a_week is not None
    return float(plan.cost_a_week)


def said(plan: ShiftPlan) -> str:
    """Return cost and figures of a plan in a few words."""
    figures = ", ".join(one.goal.words(one.overall.value) for one in plan.scores)
    return f"{count(round(cost(plan)))} EUR, {figures}, {'holds' if plan.holds else 'misses'}"


def plain_week(scenario: Scenario, plan: ShiftPlan, seed: int, replication: int) -> Work:
    """Return a replication as a work: a floor of as many agents as are on duty on average, for ever."""
    drawn = sample(scenario, seed=seed, replication=replication)
    queues = tuple(
        Queue(name, scenario.queues[name].concurrency, 1 if is_live else 2)
        for name, is_live in zip(drawn.queues, rules_of(scenario).is_live, strict=True)
    )
    agents = max(1, round(float((plan.on_duty.sum(axis=0) * plan.hours).sum() / plan.hours.sum())))
    begin = int(drawn.arrived_at.min(initial=0))
    end = int(drawn.arrived_at[-1] - begin + drawn.work_ms.sum() // agents) + 24 * 60 * MINUTE
    return Work(
        name="d",
        title=scenario.title,
        queues=queues,
        arrived_at=drawn.arrived_at - begin,
        work_ms=drawn.work_ms,
        patience_ms=drawn.patience_ms,
        queue_ix=drawn.queue_ix.astype(np.int64),
        edges_ms=np.array([0, end]),
        agents=np.array([agents]),
    )

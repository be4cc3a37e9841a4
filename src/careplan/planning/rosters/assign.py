"""``find_roster``: who works which shift on which day.

Comes in: a scenario with ``people``, and a schedule of shifts, found or given. Goes out: a :class:`Found`, a roster
that keeps to every rule, with cost, bound and gap. Left out: the search itself (``solving``), layout.

Whatever is found is checked by the functions of ``labour``, and its cost counted anew by them: a difference is a bug
and raised as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from careplan.columns import IntArray
from careplan.errors import CareplanError
from careplan.planning.effort import Progress, Ticker
from careplan.planning.rosters.capping import capped
from careplan.planning.rosters.coverage import days_of, legal_shifts, uncovered_of
from careplan.planning.rosters.duties import Duty, NamedRoster, possible_windows
from careplan.planning.rosters.horizon import over_its_weeks
from careplan.planning.rosters.labour import (
    Weeks,
    begin_minute,
    begins_alike,
    breaches,
    has_days_off_together,
    hours_short,
    works_no_more_weekends_than_fair,
)
from careplan.planning.rosters.needs import Needs, needs_of, starts_of
from careplan.planning.rosters.puzzle import fair_shares, puzzle_of, wish_points
from careplan.planning.rosters.solving import GAP, SECONDS, Solved, solve
from careplan.planning.shifts.choose import shifts as choose_shifts
from careplan.planning.shifts.plan import ShiftPlan
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Member, members_of
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS

POINTS = ("uncovered", "hours", "wish", "weekend", "day_off_alone", "start")
"""What a roster is weighed by, as ``rosters.weights`` names it."""


@dataclass(frozen=True, eq=False)
class Found:
    """A roster that was found."""

    scenario: Scenario
    """Over the weeks of the roster."""
    roster: NamedRoster
    needed: int
    """Shifts that are needed."""
    points: dict[str, float]
    """What the roster costs, by what it is weighed by."""
    solver: Solved
    shares: dict[str, int]
    """Weekends that are a fair share, by person."""
    notes: tuple[str, ...]
    is_partial: bool
    provenance: Provenance

    @property
    def uncovered(self) -> int:
        """Needed shifts that nobody works."""
        return sum(one.people for one in self.roster.uncovered)

    @property
    def uncovered_hours(self) -> float:
        """Paid hours of these."""
        return sum(one.people * one.hours for one in self.roster.uncovered)

    def __str__(self) -> str:
        return (
            f"{len(self.roster.duties)} shifts of {len(self.roster.people)} people in {self.roster.weeks} weeks; "
            f"{self.uncovered} of {self.needed} needed shifts uncovered; {self.solver.cost:g} points against a bound "
            f"of {self.solver.bound:g}, a gap of {self.solver.gap * 100:.2g} %."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return how it was found for JSON, with stable keys."""
        solver = self.solver
        return {
            "needed_shifts": self.needed,
            "uncovered_shifts": self.uncovered,
            "uncovered_hours": round(self.uncovered_hours, 4),
            "points": {name: round(value, 4) for name, value in self.points.items()},
            "solver": {
                "cost": round(solver.cost, 4),
                "bound": round(solver.bound, 4),
                "gap": round(solver.gap, 6),
                "gap_is_large": solver.is_large,
                "seconds": round(solver.seconds, 2),
                "rows": solver.rows,
                "exchanges": solver.exchanges,
                "was_cut_short": solver.was_cut,
            },
            "fair_share_of_weekends": self.shares,
            "notes": list(self.notes),
        }


def find_roster(
    scenario: Scenario,
    *,
    plan: ShiftPlan | None = None,
    shifts: str | PathLike[str] | None = None,
    people: Sequence[Member] | None = None,
    seed: int | None = None,
    solver_seconds: float = SECONDS,
    gap: float = GAP,
    progress: Progress | None = None,
) -> Found:
    """Return a roster of the people of a scenario: who works which of the shifts that are needed.

    Parameters
    ----------
    scenario
        With ``people``, and ``shift_rules`` of every group; ``rosters`` says what is kept and weighed.
    plan
        The schedule to cover, as :func:`careplan.shifts` returns it; None: that of ``shifts``, else it is found first.
    shifts
        Folder of a result of ``careplan shifts``.
    people
        Instead of the scenario's: the same with more days settled.
    seed
        Of all luck; None: the scenario's.
    solver_seconds, gap
        The search ends after so long, or when cost and bound are this near.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Raises
    ------
    CareplanError
        If there are no people, or a fixed shift is none that may be given.
    InfeasibleError
        If what is fixed breaks rules; or, without a schedule, as :func:`careplan.shifts`.
    """
    members = tuple(members_of(scenario.people) if people is None else people)
    if not members:
        raise CareplanError(f"{scenario.name} has no people; expected a section people, such as "
                            "{care: {count: 20, contract: 38 h}}")  # fmt: skip
    ticker = Ticker(progress)
    wide, rules = over_its_weeks(scenario), scenario.rosters or Rosters()
    notes: list[str] = []
    if plan is None:
        kinds = legal_shifts(scenario)
        days = days_of(wide, rules)
        nothing = np.zeros(kinds.n, dtype=np.int64)
        puzzle_of(wide, members, rules, needs_of(wide, days, kinds, nothing, like=scenario), days[0])  # or clash
        if shifts is not None:
            starts = starts_of(Path(shifts), kinds)
        else:
            (plan, *_) = choose_shifts(
                scenario, seed=seed, progress=lambda stage: ticker.tell(f"shifts: {stage.name}", stage.fraction * 0.5)
            )
            notes += plan.notes
    if plan is not None:
        kinds, starts = plan.kinds, plan.starts
    needs = needs_of(wide, days_of(wide, rules), kinds, starts, like=scenario, spare=rules.spare)
    seed = scenario.run.seed if seed is None else seed
    found = assigned(
        wide,
        members,
        rules,
        needs,
        seed=seed,
        seconds=solver_seconds,
        gap=gap,
        tell=lambda what, share: ticker.tell(f"roster: {what}", 0.5 + share * 0.5),
    )
    is_partial = found.is_partial or (plan is not None and plan.is_partial)
    return Found(
        wide, found.roster, found.needed, found.points, found.solver, found.shares,
        (*notes, *needs.notes, *found.notes), is_partial, found.provenance,
    )  # fmt: skip


def assigned(
    scenario: Scenario,
    members: Sequence[Member],
    rules: Rosters,
    needs: Needs,
    *,
    seed: int = 1,
    seconds: float = SECONDS,
    gap: float = GAP,
    tell: Any = None,
) -> Found:
    """Return who works what is needed; as :func:`find_roster`, which says what is needed first."""
    start = days_of(scenario, rules)[0]
    puzzle = puzzle_of(scenario, members, rules, needs, start)
    solved = solve(puzzle, seconds=seconds, gap=gap, seed=seed, tell=tell)
    notes = [_CUT_SHORT] if solved.was_cut else []
    is_large = solved.is_large
    choices, cost = capped(scenario, puzzle, needs, solved.choices)
    if cost is not None:
        notes += [_no_room(cost - solved.cost)] if cost > solved.cost + 1e-9 else []
        solved = replace(solved, choices=choices, cost=cost)
    duties = _duties(members, needs, solved.choices, start)
    named = NamedRoster(start, len(needs.people) // 7, tuple(members), duties)
    weeks = Weeks.of(start, named.weeks, scenario.clock)
    shares = fair_shares(members, needs, weeks)
    missing = np.maximum(needs.people - _worked(needs, solved.choices), 0)
    points = points_of(scenario, named, rules, needs, missing, shares)
    if abs(sum(points.values()) - solved.cost) > 1e-6 * max(1.0, solved.cost):
        raise AssertionError(f"the search counts {solved.cost} points, the rules {sum(points.values())}: {points}")
    uncovered = uncovered_of(scenario, named, rules, needs, missing)
    named = NamedRoster(start, named.weeks, named.people, duties, uncovered)
    notes = [_large_gap(solved), *notes] if is_large else notes
    return Found(
        scenario,
        named,
        int(needs.people.sum()),
        points,
        solved,
        shares,
        tuple(notes),
        solved.was_interrupted,
        Provenance.now(scenario=scenario.digest, seed=seed),
    )


_CUT_SHORT = (
    "The time was over before the search had done all it does: another machine, or more time (--solver-seconds), may "
    "find another roster."
)


def _no_room(points: float) -> str:
    return (
        "Groups have no room (most, starts_a_day) for all shifts that would fill contracts: that costs "
        f"{points:g} points, of which the bound knows nothing and which a longer search does not find."
    )


def _large_gap(solved: Solved) -> str:
    said = f"The gap is above 5 %: a better roster may exist, by {solved.cost - solved.bound:g} points at most."
    return f"{said} Longer (--solver-seconds) may find it, or show that there is none." if solved.was_cut else said


def _worked(needs: Needs, choices: IntArray) -> IntArray:
    """People who work each slot of each day, shape (n_days, n_slots)."""
    found = np.zeros(needs.people.shape, dtype=np.int64)
    people, days = np.nonzero(choices >= 0)
    np.add.at(found, (days, choices[people, days]), 1)
    return found


def _duties(members: Sequence[Member], needs: Needs, choices: IntArray, start: Any) -> tuple[Duty, ...]:
    """Duties with their breaks: those the schedule has, dealt so that nobody has always the same."""
    dealt: Counter[tuple[int, int]] = Counter()
    rows: list[list[Duty]] = [[] for _ in members]
    for day in range(choices.shape[1]):
        for k in range(len(members)):
            number = (k + day) % len(members)
            slot = int(choices[number, day])
            if slot < 0:
                continue
            laid = needs.laid(day, slot, dealt[day, slot])
            dealt[day, slot] += 1
            rows[number].append(Duty(members[number].name, needs.slots[slot].group, laid))
    return tuple(duty for row in rows for duty in row)


def points_of(
    scenario: Scenario,
    named: NamedRoster,
    rules: Rosters,
    needs: Needs,
    missing: IntArray,
    shares: dict[str, int],
) -> dict[str, float]:
    """What a roster costs, counted by the functions of the rules.

    Raises
    ------
    AssertionError
        If a rule is broken: our bug.
    """
    weights = rules.weights
    paid = np.array([slot.paid for slot in needs.slots]) / HOUR_MS
    points = dict.fromkeys(POINTS, 0.0)
    points["uncovered"] = float(weights.uncovered * (missing * paid).sum())
    for member in named.people:
        weeks = Weeks.of(named.start, named.weeks, scenario.clock_of(member.group))
        mine = named.duties_of[member.name]
        shifts = [duty.laid for duty in mine]
        windows = possible_windows(scenario, member, named.start, named.weeks)
        broken = breaches([(duty.laid, duty.group) for duty in mine], member, rules, weeks, scenario.clock_of, windows)
        if broken:
            raise AssertionError(f"{member.name}: {'; '.join(map(str, broken))}")
        points["hours"] += (
            weights.hours * sum(short for _, short in hours_short(shifts, member.person, weeks)) / HOUR_MS
        )
        points["weekend"] += weights.weekend * len(works_no_more_weekends_than_fair(shifts, shares[member.name]))
        points["day_off_alone"] += weights.day_off_alone * len(has_days_off_together(shifts, rules))
        begins = {duty.laid.day: begin_minute(duty.laid, scenario.clock_of(duty.group)) for duty in mine}
        points["start"] += weights.start * len(begins_alike(begins, rules, weeks))
        points["wish"] += sum(wish_points(member, day, begins.get(day), rules) for day in weeks.days)
    return points

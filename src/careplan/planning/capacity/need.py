"""What the months take: a week simulated at chosen months, a straight line between them, one week held out.

Comes in: the months ahead. Goes out: a :class:`~careplan.planning.capacity.plan.Need` for each group and month, and
the weeks it rests on. Left out: shrinkage and everything below it (``heads``).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from careplan.columns import FloatArray
from careplan.errors import InfeasibleError
from careplan.metrics.uncertainty import student_t
from careplan.planning.capacity.forecast import week_of_month
from careplan.planning.capacity.heads import rounded
from careplan.planning.capacity.plan import HeldOut, SimulatedWeek
from careplan.planning.capacity.rows import CapacityMonth, Need
from careplan.planning.plan import StaffPlan
from careplan.scenario.models import Scenario
from careplan.units import HOUR_MS

CENT = Decimal("0.01")
LOAD = Decimal("0.0001")
ALIKE = 0.002
"""Loads that differ by less, as a share of the largest, are one load: our choice."""
_SEEDS = 100
"""Seeds apart from month to month, so that no two plans are made on the same customers."""

Plan = Callable[[Scenario, int, str], StaffPlan]
"""Week, seed, what it is called → its plan."""


def loads_of(scenario: Scenario, months: Sequence[CapacityMonth]) -> dict[str, tuple[Decimal, ...]]:
    """Return the load of each group by month: work of the queues it has skills for ÷ contract hours, in FTE."""
    found = {}
    for name, group in scenario.groups.items():
        hours = scenario.terms(name).contract_hours / HOUR_MS
        found[name] = tuple(
            rounded(Fraction(sum(month.queues[queue].hours_a_week for queue in group.skills) / hours), LOAD)
            for month in months
        )
    return found


def chosen(loads: Mapping[str, Sequence[Decimal]], wished: int | Sequence[int]) -> tuple[tuple[int, ...], int | None]:
    """Return the months to simulate, in order of time, and the one to hold out; None where no load is left for it.

    Parameters
    ----------
    loads
        Group → load by month.
    wished
        How many, or the numbers of the months. Those with the least and the most load of each group are taken in any
        case, so that no line is prolonged; then those that lie farthest from the ones there are.
    """
    table = np.array([[float(load) for load in row] for row in loads.values()])
    scale = table.max(axis=1, keepdims=True)
    table = table / np.where(scale > 0, scale, 1.0)
    ends = [int(at) for row in table for at in (np.argmax(row), np.argmin(row))]
    picked = list(dict.fromkeys(ends if isinstance(wished, int) else [*wished, *ends]))
    picked = _distinct(table, picked)
    if isinstance(wished, int):
        while len(picked) < wished:
            further = _farthest(table, picked)
            if further is None:
                break
            picked.append(further)
    return tuple(sorted(picked)), _farthest(table, picked)


def _distinct(table: FloatArray, picked: Sequence[int]) -> list[int]:
    """Of months with one load, the first picked."""
    kept: list[int] = []
    for at in picked:
        if all(np.abs(table[:, at] - table[:, other]).max() > ALIKE for other in kept):
            kept.append(at)
    return kept


def _farthest(table: FloatArray, picked: Sequence[int]) -> int | None:
    """The month whose load lies farthest from all picked ones; None where all are alike one of them."""
    distance = np.abs(table[:, :, None] - table[:, None, list(picked)]).max(axis=0).min(axis=1)
    at = int(np.argmax(distance))
    return at if distance[at] > ALIKE else None


@dataclass(eq=False)
class Simulation:
    """Weeks simulated so far; an interrupt keeps those that are finished."""

    scenario: Scenario
    months: Sequence[CapacityMonth]
    seed: int
    plans: int
    weeks: dict[int, SimulatedWeek] = field(default_factory=dict)
    done: int = 0
    """Plans that are finished."""
    is_partial: bool = False

    def play(self, numbers: Sequence[int], plan: Plan) -> None:
        """Simulate the weeks of some months, by number, in the order given.

        Raises
        ------
        KeyboardInterrupt
            If nothing was finished.
        InfeasibleError
            If no staffing meets the targets of one of them; says which.
        """
        for number in numbers:
            made: list[StaffPlan] = []
            try:
                week = week_of_month(self.scenario, self.months[number])
                for at in range(self.plans):
                    one = plan(week, self.seed + _SEEDS * number + at, self._called(number, at))
                    if one.is_partial:
                        raise KeyboardInterrupt
                    made.append(one)
                    self.done += 1
            except KeyboardInterrupt:
                self.is_partial = True
            except InfeasibleError as error:
                raise InfeasibleError(f"{self.months[number].label}: {error.heading}", error.findings) from None
            if made:
                self.weeks[number] = self._week(number, made)
            if self.is_partial:
                break
        if not self.weeks:
            raise KeyboardInterrupt

    def _called(self, number: int, at: int) -> str:
        which = f", plan {at + 1} of {self.plans}" if self.plans > 1 else ""
        return f"{self.months[number].label}{which}"

    def _week(self, number: int, plans: Sequence[StaffPlan]) -> SimulatedWeek:
        net: dict[str, tuple[Fraction, ...]] = {}
        premiums: dict[str, tuple[Fraction, ...]] = {}
        for group in self.scenario.groups:
            lines = [plan.bill.lines[group] for plan in plans]
            contract = self.scenario.terms(group).contract_hours
            net[group] = tuple(Fraction(line.on_duty_ms, contract) for line in lines)
            premiums[group] = tuple(sum(map(Fraction, line.premiums.values()), Fraction(0)) for line in lines)
        return SimulatedWeek(number, self.months[number].week, tuple(plans), net, premiums)


def needs_of(group: str, loads: Sequence[Decimal], weeks: Mapping[int, SimulatedWeek]) -> tuple[Need, ...]:
    """Return the need of a group in every month.

    Months that were simulated have the mean of their plans; the others lie on a straight line in the load between the
    two simulated ones next to it. One simulated week alone is prolonged in proportion to the load.
    """
    means = {n: _mean(week.net[group]) for n, week in weeks.items()}
    premiums = {n: _mean(week.premiums[group]) for n, week in weeks.items()}
    halves = _half_widths(group, weeks)
    order = sorted(weeks, key=lambda n: (loads[n], n))
    found = []
    for number, load in enumerate(loads):
        if number in weeks:
            parts = {number: Fraction(1)}
        else:
            parts = _between(Fraction(load), [(Fraction(loads[n]), n) for n in order])
        net = rounded(sum((share * means[n] for n, share in parts.items()), Fraction(0)), CENT)
        money = rounded(sum((share * premiums[n] for n, share in parts.items()), Fraction(0)), CENT)
        half = math.sqrt(sum((float(share) * halves[n]) ** 2 for n, share in parts.items())) if halves else None
        low = high = None
        if half is not None:
            low, high = (rounded(Fraction(max(0.0, float(net) + sign * half)), CENT) for sign in (-1, 1))
        found.append(Need(net, low, high, money, load, number in weeks))
    return tuple(found)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _between(load: Fraction, knots: Sequence[tuple[Fraction, int]]) -> dict[int, Fraction]:
    """The shares of simulated months that make a load: one that has it, the two around it, or the nearest end."""
    at = bisect_right([known for known, _ in knots], load)
    if at and knots[at - 1][0] == load:
        alike = [n for known, n in knots if known == load]
        return {n: Fraction(1, len(alike)) for n in alike}
    if at == 0 or at == len(knots):
        known, number = knots[0 if at == 0 else -1]
        return {number: load / known if known else Fraction(0)}
    (low, a), (high, b) = knots[at - 1], knots[at]
    share = (load - low) / (high - low)
    return {a: 1 - share, b: share}


def _half_widths(group: str, weeks: Mapping[int, SimulatedWeek]) -> dict[int, float]:
    """Half of the 95 % interval of the mean net FTE of each simulated month; empty where no week has several plans.

    Scatter is relative to the mean of its week and pooled over all weeks.
    """
    squares, degrees = 0.0, 0
    means = {}
    for number, week in weeks.items():
        values = [float(value) for value in week.net[group]]
        means[number] = sum(values) / len(values)
        degrees += len(values) - 1
        if means[number]:
            squares += sum((value / means[number] - 1) ** 2 for value in values)
    if not degrees:
        return {}
    scatter = student_t(degrees) * math.sqrt(squares / degrees)
    return {n: scatter * mean / math.sqrt(len(weeks[n].net[group])) for n, mean in means.items()}


def held_out_of(
    scenario: Scenario, loads: Mapping[str, Sequence[Decimal]], weeks: Mapping[int, SimulatedWeek], week: SimulatedWeek
) -> HeldOut:
    """Return what the lines through the other weeks say of a week that was simulated and is not one of them."""
    lines = {group: needs_of(group, loads[group], weeks)[week.number].net for group in scenario.groups}
    found = {group: rounded(_mean(week.net[group]), CENT) for group in scenario.groups}
    return HeldOut(week, lines, found)

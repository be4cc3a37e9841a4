"""Which classes to hire: the cheapest that keep every month covered, by a small mixed-integer program.

Comes in: the months, the need of a group, who is there, what classes keep to. Goes out: classes, with bound and gap.
Left out: what is needed (``need``), and the rows that follow (``heads``).

Unknown are the heads of each class (whole, 0 or between the bounds) and the FTE missing in each month. What a head of a
class does in each month is a constant (``Intake.at``), so everything is linear, and exact but for the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from scipy.optimize import LinearConstraint

from careplan.columns import FloatArray
from careplan.costing.heads import amount
from careplan.planning.capacity.heads import rows_of
from careplan.planning.capacity.plan import Hiring
from careplan.planning.capacity.rows import CapacityMonth, GroupTerms, Intake, Need, Tenure
from careplan.planning.shifts.solving import Solver, solved
from careplan.scenario.capacity import Classes, GroupStaff, months_between
from careplan.units import DAY_MS

GAP = 1e-4
SECONDS = 60.0
"""The solver ends at this gap, or after so long: our choice."""
_SLACK = 1e-4
"""FTE-months more than the least that may be missing when costs are made least: the solver's own exactness."""
_SPARE = 1.2
"""No class is larger than the largest need, so much increased, over the speed in its first full month: our choice."""


def starts_allowed(months: Sequence[CapacityMonth], classes: Classes) -> tuple[int, ...]:
    """Return the numbers of the months in which a class may begin."""
    earliest = months[0].first + timedelta(days=-(-classes.lead_time // DAY_MS))
    reachable = [n for n, month in enumerate(months) if month.first >= earliest]
    if classes.months:
        wanted = {months_between(months[0].first, month) for month in classes.months}
        return tuple(n for n in reachable if n in wanted)
    return tuple(reachable[:: classes.every])


def class_of(months: Sequence[CapacityMonth], number: int, heads: int, classes: Classes) -> Intake:
    """Return a class that joins on the first day of a month."""
    first: date = months[number].first
    return Intake(number, heads, 0, first, first - timedelta(days=-(-classes.lead_time // DAY_MS)))


def hired(
    months: Sequence[CapacityMonth],
    needs: Sequence[Need],
    terms: GroupTerms,
    tenures: tuple[Tenure, ...],
    there: Sequence[Intake],
    staff: GroupStaff,
) -> tuple[tuple[Intake, ...], Hiring]:
    """Return the classes to hire, and how they were found.

    As few FTE-months missing as can be; without more missing, the least cost to the end of the plan. With a price for
    missing heads, the least of both together.
    """
    starts = starts_allowed(months, staff.classes)
    rows = rows_of(months, needs, terms, tenures, there)
    lacking = np.array([float(row.gross - row.productive) for row in rows])
    effect, cost, counts = _of_one_head(months, terms, tenures, starts)
    most = float(staff.classes.most or _largest(lacking, effect))
    problem = _Problem(lacking, effect, cost, float(staff.classes.least), most)
    if staff.short is None:
        fewest = problem.solve(np.zeros(len(starts)), 1.0)
        found, solver = problem.solve(cost, 0.0, at_most=float(fewest[0][problem.missing].sum()) + _SLACK)
        least_missing: float | None = round(float(fewest[0][problem.missing].sum()), 4) + 0.0
        price = None
    else:
        price = staff.short.amount
        found, solver = problem.solve(cost, float(price))
        least_missing = None
    heads = np.rint(found[: len(starts)]).astype(int).tolist()
    classes = tuple(class_of(months, n, size, staff.classes) for n, size in zip(starts, heads, strict=True) if size)
    return classes, Hiring(price, counts, solver, least_missing)


def _of_one_head(
    months: Sequence[CapacityMonth], terms: GroupTerms, tenures: tuple[Tenure, ...], starts: Sequence[int]
) -> tuple[FloatArray, FloatArray, str]:
    """What a head of each class does in each month, shape (n_months, n_starts), what it costs to the end, in what."""
    effect = np.zeros((len(months), len(starts)))
    cost = np.zeros(len(starts))
    head_months = np.zeros(len(starts))
    for k, start in enumerate(starts):
        one = Intake(start, 1, 0, None, months[start].first)
        total = Fraction(terms.hiring) + Fraction(terms.course)
        for number in range(start, len(months)):
            at = one.at(number, terms, tenures)
            paid = at.heads - at.leavers / 2
            effect[number, k] = float(at.productive)
            total += paid * Fraction(terms.contract_hours) * months[number].weeks * amount(terms.wage)
            total += paid * Fraction(terms.workplace + terms.licence)
            head_months[k] += float(paid)
        cost[k] = float(total)
    return (effect, cost, "cost") if cost.any() or not len(starts) else (effect, head_months, "head-months")


def _largest(lacking: FloatArray, effect: FloatArray) -> float:
    """A class size that is surely enough: what is lacking at the most, over the least a head ever does for a month."""
    useful = effect[effect > 0.05]
    return float(np.ceil(max(1.0, lacking.max(initial=0.0)) * _SPARE / (useful.min() if len(useful) else 1.0)))


class _Problem:
    """The program: columns are heads by class, whether the class is held, FTE missing by month."""

    def __init__(self, lacking: FloatArray, effect: FloatArray, cost: FloatArray, least: float, most: float) -> None:
        self.n_months, self.n = effect.shape
        self.missing = slice(2 * self.n, 2 * self.n + self.n_months)
        eye = np.eye(self.n)
        none = np.zeros((self.n, self.n_months))
        cover = np.hstack((effect, np.zeros_like(effect), np.eye(self.n_months)))
        self.rows = [
            LinearConstraint(cover, lacking, np.inf),
            LinearConstraint(np.hstack((eye, -most * eye, none)), -np.inf, 0.0),
            LinearConstraint(np.hstack((eye, -least * eye, none)), 0.0, np.inf),
        ]
        self.whole = np.concatenate((np.ones(2 * self.n), np.zeros(self.n_months)))
        self.high = np.concatenate((np.full(self.n, most), np.ones(self.n), np.full(self.n_months, np.inf)))

    def solve(self, cost: FloatArray, price: float, *, at_most: float | None = None) -> tuple[FloatArray, Solver]:
        """Return the solution and how the solver fared; ``at_most``: FTE-months that may be missing."""
        rows = self.rows if self.n else self.rows[:1]
        if at_most is not None:
            total = np.zeros(2 * self.n + self.n_months)
            total[self.missing] = 1.0
            rows = [*rows, LinearConstraint(total[None, :], -np.inf, at_most)]
        weights = np.concatenate((cost, np.zeros(self.n), np.full(self.n_months, price)))
        found = solved(weights, self.whole, rows, seconds=SECONDS, gap=GAP, most=self.high)
        assert found is not None  # whatever is missing may be missing
        return found

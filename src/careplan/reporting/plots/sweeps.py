"""From a sweep, or a price curve, to the plain data of its picture.

Comes in: a :class:`~careplan.study.sweep.Sweep` or a :class:`~careplan.study.price_curve.PriceCurve`. Goes out:
:class:`~careplan.reporting.plots.data.Pictures`. Left out: drawing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from careplan.metrics.uncertainty import Estimate
from careplan.reporting.plots.data import Pictures, Price, PriceStep, Source, Step, Tradeoff, number
from careplan.reporting.plots.gather import OF_CASES, aim_of
from careplan.reporting.words import duration
from careplan.study.price_curve import WAYS, PriceCurve
from careplan.study.sweep import Sweep, SweepPoint

_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(.*?)\s*")


def of_sweep(sweep: Sweep) -> Pictures:
    """Return the trade-off that a sweep shows."""
    made_by = sweep.provenance
    hours = {point.paid_hours_a_week for point in sweep.points}
    tradeoff = Tradeoff(
        paths=list(sweep.paths),
        units={path: unit_of([point.values[path] for point in sweep.points]) for path in sweep.paths},
        changes_staff=len(hours) > 1,
        currency=next((point.bill.currency for point in sweep.points), None),
        steps=[_step(point) for point in sweep.points],
        mean_limits_s=sorted(
            {s.goal.threshold_ms / 1000 for p in sweep.points for s in p.scores if s.goal.kind == "mean_answer"}
        ),
    )
    source = Source(
        sweep.name,
        f"{len(sweep.points)} points on the same customers",
        len(made_by.replications),
        made_by.seed,
        made_by.scenario,
        made_by.version,
        sweep.is_partial,
    )
    return Pictures(source, [], tradeoff=tradeoff)


def of_curve(curve: PriceCurve) -> Pictures:
    """Return what a price curve shows."""
    made_by = curve.provenance
    ways = {way: curve.of(way) for way in WAYS}
    price = Price(
        currency=curve.scenario.currency or "",
        does=f"answered within {duration(curve.promise.threshold_ms / 1000)}",
        ways={
            way: [PriceStep(p.step, p.hours_a_week, p.cost.value, _triple(p.in_time)) for p in points]
            for way, points in ways.items()
            if len(points) > 1 or way == "people"
        },
    )
    source = Source(
        curve.scenario.name,
        "the same customers at every point",
        len(made_by.replications),
        made_by.seed,
        made_by.scenario,
        made_by.version,
        curve.is_partial,
    )
    return Pictures(source, [], price=price)


def unit_of(values: Sequence[str]) -> str | None:
    """Return the unit that all of some values have as numbers (empty: plain numbers); None where they are none.

    >>> unit_of(["3 min", "5 min"]), unit_of(["1", "2.5"]), unit_of(["3 min", "1 h"]), unit_of(["yes"])
    ('min', '', None, None)
    """
    found = {match[2] if (match := _NUMBER.fullmatch(value)) else None for value in values}
    return found.pop() if len(found) == 1 else None


def _step(point: SweepPoint) -> Step:
    numbers = {path: _NUMBER.fullmatch(value) for path, value in point.values.items()}
    return Step(
        at=dict(point.values),
        numbers={path: float(match[1]) if match else None for path, match in numbers.items()},
        paid_hours_a_week=float(point.paid_hours_a_week),
        agents_at_peak=point.agents_at_peak,
        cost_a_week=None if point.cost_a_week is None else float(point.cost_a_week),
        shares=[aim_of(score) for score in point.scores if score.goal.kind in OF_CASES],
        holds=point.holds,
        mean_first_response_s=_triple(point.mean_first_response),
        median_first_response_s=_triple(point.median_first_response),
    )


def _triple(e: Estimate) -> list[float | None]:
    return [None if x is None else number(x) for x in (e.value, e.low, e.high)]

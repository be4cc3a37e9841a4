"""The months ahead: calendar months with their volumes and handle times, and the week that stands for each.

Comes in: a scenario. Goes out: a :class:`~careplan.planning.capacity.plan.CapacityMonth` for each month, and the
scenario of its week. Left out: what the week takes (``need``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from careplan.columns import FloatArray
from careplan.errors import CareplanError
from careplan.planning.capacity.rows import CapacityMonth, QueueMonth
from careplan.scenario.capacity import Capacity, Trend, month_after
from careplan.scenario.models import Scenario
from careplan.scenario.scaling import cases_a_week, scaled, with_cases_a_week
from careplan.workload.distributions import mean_ms
from careplan.workload.luck import mean_work_ms
from careplan.workload.volume import DAYS_PER, expected_cases

_PLAIN = 1000.0
"""Cases a week with which the length of months is measured."""


def months_ahead(scenario: Scenario) -> tuple[CapacityMonth, ...]:
    """Return the months of the plan with what is forecast.

    Raises
    ------
    CareplanError
        If a queue's volume is a dated series, which cannot be moved to another week.
    """
    capacity = scenario.capacity or Capacity()
    dated = [
        f"queues.{name}.volume.counts is a dated series; a capacity plan moves the week through the year. "
        "Write per_week with a profile (by_day, by_hour, by_hour_of_week)"
        for name, queue in scenario.queues.items()
        if queue.volume.counts is not None
    ]
    if dated:
        raise CareplanError(scenario.name, dated)
    firsts = capacity.listed(scenario.calendar.start)
    whole = _whole(scenario, firsts)
    weeks = _plain_weeks(whole, firsts)
    factors = {name: _handle_factors(capacity, name, firsts) for name in scenario.queues}
    volumes = _volumes(scenario, capacity, firsts, weeks)
    found = []
    for number, first in enumerate(firsts):
        queues = {}
        for name in scenario.queues:
            (volume, a_week), factor = volumes[name][number], factors[name][number]
            queues[name] = QueueMonth(
                volume=volume,
                plain_weeks=float(weeks[name][number]),
                cases_a_week=a_week,
                handle_factor=factor,
                handle_s=_mean_work_s(scenario, name, factor),
            )
        days = (month_after(first, 1) - first).days
        found.append(CapacityMonth(first, days, queues, _week_of(whole, first, days)))
    return tuple(found)


def week_of_month(scenario: Scenario, month: CapacityMonth) -> Scenario:
    """Return the scenario of the week that stands for a month, checked: its volumes and handle times, nothing else."""
    changes: dict[str, object] = {
        "capacity": None,
        "calendar.start": month.week.isoformat(),
        "calendar.horizon": "7 days",
    }
    for name, forecast in month.queues.items():
        changes |= _volume(scenario, name, forecast.cases_a_week)
        if forecast.handle_factor != 1:
            block = scenario.queues[name]
            changes[f"queues.{name}.handle_time"] = scaled(block.handle_time, forecast.handle_factor)
    return scenario.with_changes(changes)


def _volume(scenario: Scenario, name: str, cases: float) -> dict[str, object]:
    """The change that gives a queue so many cases in a plain week, without growth."""
    found = with_cases_a_week(scenario, name, cases)
    assert found is not None  # only a dated series has no amount
    written = scenario.source.child("queues") if scenario.source is not None else None
    queue = None if written is None else written.child(name)
    volume = None if queue is None else queue.child("volume")
    if volume is None or not isinstance(volume.value, dict):  # 12 per hour, or the channel's
        return {f"queues.{name}.volume": {found[0]: found[1]}}
    changes: dict[str, object] = {f"queues.{name}.volume.{found[0]}": found[1]}
    if scenario.queues[name].volume.growth is not None:
        changes[f"queues.{name}.volume.growth"] = None
    return changes


def _whole(scenario: Scenario, firsts: Sequence[date]) -> Scenario:
    """The scenario over all months, in which every queue has so many cases in a plain week, and none grows."""
    days = (month_after(firsts[-1], 1) - firsts[0]).days
    changes: dict[str, object] = {
        "capacity": None,
        "calendar.start": firsts[0].isoformat(),
        "calendar.horizon": f"{days} days",
        "calendar.warm_up": "0 days",
        "calendar.run_off": "0 min",
    }
    for name in scenario.queues:
        changes |= _volume(scenario, name, _PLAIN)
    return scenario.with_changes(changes)


def _plain_weeks(whole: Scenario, firsts: Sequence[date]) -> dict[str, FloatArray]:
    """Plain weeks each month is worth, by queue: expected cases ÷ those of a plain week."""
    begins = np.array([interval.begin for interval in whole.clock.intervals(whole_run=True)])
    edges = [whole.clock.midnights[(first - firsts[0]).days] for first in firsts]
    at = np.searchsorted(begins, edges)
    return {name: np.add.reduceat(expected_cases(whole, name), at) / _PLAIN for name in whole.queues}


def _compounded(growth: tuple[float, str] | None, number: int) -> float:
    """What compounding growth comes to after so many months of 30.4375 days."""
    if growth is None:
        return 1.0
    share, per = growth
    return float((1 + share) ** (number * DAYS_PER["month"] / DAYS_PER[per]))


def _trend(capacity: Capacity, name: str) -> Trend:
    return capacity.forecast.queues.get(name) or Trend()


def _volumes(
    scenario: Scenario, capacity: Capacity, firsts: Sequence[date], weeks: Mapping[str, FloatArray]
) -> dict[str, list[tuple[int, float]]]:
    """Cases of the month, and of a plain week, by queue and month."""
    general = capacity.forecast
    trends: dict[str, list[float]] = {}
    for name, queue in scenario.queues.items():
        own = _trend(capacity, name)
        growth = own.growth or general.growth or queue.volume.growth
        season = (own.seasonality if own.seasonality is not None else general.seasonality) or {}
        plain = cases_a_week(scenario, name)
        trends[name] = [plain * _compounded(growth, n) * season.get(first.month, 1.0) for n, first in enumerate(firsts)]
    found = {
        name: [(round(cases * plain), cases) for cases, plain in zip(trend, weeks[name].tolist(), strict=True)]
        for name, trend in trends.items()
    }
    for name in scenario.queues:
        own_cases = _trend(capacity, name).by_month
        if own_cases is not None:
            found[name] = [_stated(round(own_cases[first]), weeks[name][n]) for n, first in enumerate(firsts)]
    if general.by_month is not None:
        rest = [name for name in scenario.queues if _trend(capacity, name).by_month is None]
        for n, first in enumerate(firsts):
            shares = [trends[name][n] * float(weeks[name][n]) for name in rest]
            for name, cases in zip(rest, split(round(general.by_month[first]), shares), strict=True):
                found[name][n] = _stated(cases, weeks[name][n])
    return found


def _stated(cases: int, plain_weeks: float) -> tuple[int, float]:
    """Cases of a month that are given, and what a plain week of it has."""
    return cases, float(cases / plain_weeks) if plain_weeks else 0.0


def split(total: int, shares: Sequence[float]) -> list[int]:
    """Return a whole number split in proportion, by largest remainders; evenly where all shares are 0.

    >>> split(10, [1, 1, 1]), split(7, [0, 0])
    ([4, 3, 3], [4, 3])
    """
    whole = sum(shares)
    exact = [total * share / whole if whole else total / len(shares) for share in shares]
    found = [int(cases) for cases in exact]
    order = sorted(range(len(found)), key=lambda k: (found[k] - exact[k], k))
    for k in order[: total - sum(found)]:
        found[k] += 1
    return found


def _handle_factors(capacity: Capacity, name: str, firsts: Sequence[date]) -> list[float]:
    """Handle time against as written, by month."""
    times = _trend(capacity, name).handle_time or capacity.forecast.handle_time
    if times is None:
        return [1.0] * len(firsts)
    found = []
    for number, first in enumerate(firsts):
        steps = [factor for month, factor in times.steps.items() if month <= first]
        found.append(_compounded(times.growth, number) * (steps[-1] if steps else 1.0))
    return found


def _mean_work_s(scenario: Scenario, name: str, factor: float) -> float:
    """Mean work of a case with longer or shorter turns; what needs no reply takes as long as ever."""
    block = scenario.queues[name]
    whole = mean_work_ms(scenario, name) / 1000
    triage = (1 - block.needs_reply) * mean_ms(block.triage_time) / 1000 if block.needs_reply < 1 else 0.0
    return (whole - triage) * factor + triage


def _week_of(whole: Scenario, first: date, days: int) -> date:
    """The Monday of the week of a month with the fewest dates that are not plain, of these the first."""
    special = set(whole.holidays)
    for queue in whole.queues.values():
        special |= {*queue.volume.day_factor, *(s.at.date() for s in queue.volume.spikes if s.at is not None)}
    mondays = [first + timedelta(days=at) for at in range(days - 6) if (first + timedelta(days=at)).weekday() == 0]

    def unplain(monday: date) -> int:
        return sum(monday + timedelta(days=at) in special for at in range(7))

    return min(mondays, key=lambda monday: (unplain(monday), monday))

"""How many cases to expect when: the volume of a queue as a rate over the whole run.

Comes in: a scenario. Goes out: piecewise constant rates, and expected cases by planning interval. Left out: drawing
the cases (``sampling``); what is random in the volume itself, busyness and bursts, is drawn here.

The rate at an instant is the weekly profile (or the counted series) × the date's factors (known factor, holidays,
growth) × the day's busyness × the bursts. Live queues have a rate in open hours only, and their profile is scaled
so that a plain week still has the stated number of cases. The profile goes by the wall clock, so a day with
23 hours misses one hour's cases and a day with 25 has one hour twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np

from careplan.clock import ALWAYS, Clock
from careplan.columns import FloatArray, IntArray
from careplan.scenario.models import Scenario
from careplan.scenario.volume import Counts, Spike, Volume
from careplan.streams import identities, key_of, uniform, uniforms
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS
from careplan.workload.distributions import standard_gamma

WEEK_MINUTES = 7 * 24 * 60
DAYS_PER = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""Days of a growth period; a month is a twelfth of 365.25 days (our choice)."""
HALF_LIVES = 10
"""After so many half-lives a burst has ended: less than a thousandth of it is left."""

Burst: TypeAlias = tuple[int, float, int]
"""A burst that happens: instant, height, half-life in ms."""


@dataclass(frozen=True, eq=False)
class Rate:
    """A piecewise constant rate: in cell k, [begin[k], end[k]), cases come at ``per_ms[k]`` a millisecond.

    Cells are in order, do not overlap, do not cross a local midnight, and have a rate above zero.
    """

    begin: IntArray
    end: IntArray
    per_ms: FloatArray

    @cached_property
    def cases(self) -> FloatArray:
        """Expected cases by cell."""
        return self.per_ms * (self.end - self.begin)

    def expected(self, edges: IntArray) -> FloatArray:
        """Return expected cases between consecutive edges; shape (len(edges) - 1,)."""
        if not len(self.begin):
            return np.zeros(len(edges) - 1)
        at = np.stack((self.begin, self.end), axis=1).ravel()
        upto = np.cumsum(self.cases)
        count = np.stack((np.concatenate(([0.0], upto[:-1])), upto), axis=1).ravel()
        return np.diff(np.interp(edges, at, count))


def expected_cases(scenario: Scenario, queue: str) -> FloatArray:
    """Return the expected first contacts by planning interval of the whole run, warm-up and run-off included.

    Means are taken over everything random: busyness has mean 1; a burst counts with its chance, random bursts
    with their rate.

    Returns
    -------
    ndarray of float64, shape (n_intervals,)
        In the order of ``scenario.clock.intervals(whole_run=True)``.
    """
    rate = base_rate(scenario, queue)
    mean = 1.0
    for spike in scenario.queues[queue].volume.spikes:
        if spike.at is not None:
            rate = _with_bursts(
                rate, [(scenario.clock.instant(spike.at), spike.height * spike.chance, spike.half_life)]
            )
        else:
            mean *= mean_of_random_bursts(spike)
    intervals = scenario.clock.intervals(whole_run=True)
    return rate.expected(np.array([*(i.begin for i in intervals), intervals[-1].end])) * mean


def drawn_rate(scenario: Scenario, queue: str, *, seed: int, replication: int) -> Rate:
    """Return the rate of one replication: the base rate with busyness and bursts drawn."""
    rate, volume = base_rate(scenario, queue), scenario.queues[queue].volume
    bursts = drawn_bursts(scenario, queue, seed=seed, replication=replication)
    if bursts:
        rate = _with_bursts(rate, bursts)
    if volume.busyness.cv > 0:
        factors = day_factors(scenario, queue, seed=seed, replication=replication)
        day = np.searchsorted(scenario.clock.midnights, rate.begin, side="right") - 1
        rate = Rate(rate.begin, rate.end, rate.per_ms * factors[day])
    return rate


def day_factors(scenario: Scenario, queue: str, *, seed: int, replication: int) -> FloatArray:
    """Return the busyness of each local day of the run, gamma with mean 1; shape (n_days,).

    Queues that share a name share the draw: with equal cv, the factor.
    """
    busyness = scenario.queues[queue].volume.busyness
    whose = ("queue", queue) if busyness.shared is None else ("shared", busyness.shared)
    days = scenario.clock.days
    if busyness.cv == 0:
        return np.ones(len(days))
    people = np.concatenate(
        [identities(key_of(seed, replication, "busyness", *whose, day.isoformat()), 0, 1) for day in days]
    )
    shape = 1 / busyness.cv**2
    return standard_gamma(shape, people, ("busyness",)) / shape


def drawn_bursts(scenario: Scenario, queue: str, *, seed: int, replication: int) -> tuple[Burst, ...]:
    """Return the bursts that happen in one replication and reach into the run, in the order written."""
    found: list[Burst] = []
    clock = scenario.clock
    for number, spike in enumerate(scenario.queues[queue].volume.spikes):
        if spike.at is None:
            found += _random_bursts(clock, spike, (seed, replication, "burst", queue, number))
        elif uniform(seed, replication, "burst", queue, spike.at.isoformat()) < spike.chance:
            found.append((clock.instant(spike.at), spike.height, spike.half_life))
    return tuple(burst for burst in found if burst[0] + HALF_LIVES * burst[2] > 0 and burst[0] < clock.midnights[-1])


def _random_bursts(clock: Clock, spike: Spike, names: tuple[str | int, ...]) -> list[Burst]:
    """Bursts at random instants, a stream a day; those that began before the run and still last included."""
    assert spike.every is not None
    before = min(math.ceil(HALF_LIVES * spike.half_life / DAY_MS), 366)
    first = clock.first_day - timedelta(days=before)
    found = []
    for number in range(before + len(clock.days)):
        day = first + timedelta(days=number)
        begin, end = (clock.instant(datetime(d.year, d.month, d.day)) for d in (day, day + timedelta(days=1)))
        key = key_of(*names, day.isoformat())
        expected = spike.every * (end - begin) / HOUR_MS
        at = begin + (end - begin) * poisson_process(key, expected) / max(expected, 1e-300)
        happens = uniforms(identities(key, 0, len(at)), key_of("happens")) < spike.chance
        found += [(int(instant), spike.height, spike.half_life) for instant in at[happens]]
    return found


def poisson_process(key: np.uint64, expected: float) -> FloatArray:
    """Return the points of a unit-rate Poisson process in [0, expected), increasing.

    Point i depends on the key and on the gaps before it alone: a longer stretch begins with the shorter one.
    """
    points = np.zeros(0)
    reached, decision = 0.0, key_of("arrival")
    more = math.ceil(expected + 5 * math.sqrt(expected) + 5)
    while reached < expected:
        gaps = -np.log(uniforms(identities(key, len(points), more), decision))
        gaps[0] += reached
        points = np.concatenate((points, np.cumsum(gaps)))
        reached = float(points[-1])
        more = max(16, more // 16)
    return points[: np.searchsorted(points, expected)]


def mean_of_random_bursts(spike: Spike) -> float:
    """Return the mean of the factor of random bursts: exp(rate × chance × area), by Campbell's theorem."""
    assert spike.every is not None
    area = spike.height * spike.half_life / math.log(2)
    return math.exp(spike.every / HOUR_MS * spike.chance * area)


def _with_bursts(rate: Rate, bursts: list[Burst] | tuple[Burst, ...]) -> Rate:
    """Multiply by 1 + height · 2^(−t / half-life), averaged over cells of at most a quarter of a half-life."""
    cuts = [at + half_life * np.arange(4 * HALF_LIVES + 1) // 4 for at, _, half_life in bursts]
    rate = _cut_at(rate, np.concatenate(cuts))
    factor = np.ones(len(rate.begin))
    for at, height, half_life in bursts:
        since, until = np.maximum(rate.begin - at, 0), np.maximum(rate.end - at, 0)
        decayed = np.exp2(-since / half_life) - np.exp2(-until / half_life)
        factor *= 1 + height * half_life / math.log(2) * decayed / (rate.end - rate.begin)
    return Rate(rate.begin, rate.end, rate.per_ms * factor)


def _cut_at(rate: Rate, instants: IntArray) -> Rate:
    """The same rate with cells cut at some instants."""
    inside = np.unique(instants)
    cell = np.searchsorted(rate.begin, inside, side="right") - 1
    splits = (cell >= 0) & (inside > rate.begin[cell]) & (inside < rate.end[cell])
    inside, cell = inside[splits], cell[splits]
    begin = np.sort(np.concatenate((rate.begin, inside)))
    end = np.sort(np.concatenate((rate.end, inside)))
    return Rate(begin, end, rate.per_ms[np.searchsorted(rate.begin, begin, side="right") - 1])


@lru_cache(maxsize=256)
def base_rate(scenario: Scenario, queue: str) -> Rate:
    """Return the rate of a queue over the whole run before busyness and bursts."""
    clock, block = scenario.clock, scenario.queues[queue]
    volume = block.volume
    windows = np.array(
        scenario.open_windows(block.open) if block.is_live else ((0, clock.midnights[-1]),), dtype=np.int64
    )
    if volume.counts is not None:
        begin, end, weight, group, totals = _counted_cells(clock, volume, volume.counts)
    else:
        begin, end, weight = _profile_cells(clock, volume.weights)
        group, totals = np.zeros(0, dtype=np.int64), np.zeros(0)
    begin, end, source = _inside(begin, end, windows.reshape(-1, 2))
    per_ms = weight[source]
    if volume.counts is not None:
        shape = np.bincount(group[source], weights=per_ms * (end - begin), minlength=len(totals))
        with np.errstate(divide="ignore", invalid="ignore"):
            per_ms = np.where(shape[group[source]] > 0, per_ms * totals[group[source]] / shape[group[source]], 0.0)
    else:
        per_ms = per_ms * _scale(scenario, queue)
    day = np.searchsorted(clock.midnights, begin, side="right") - 1
    per_ms = per_ms * np.array([_known_factor(scenario, volume, d) for d in clock.days])[day]
    some = per_ms > 0
    return Rate(begin[some], end[some], per_ms[some])


def _known_factor(scenario: Scenario, volume: Volume, day: date) -> float:
    factor = volume.day_factor.get(day, 1.0)
    if day in scenario.holidays:
        factor *= volume.on_holidays
    if volume.growth is not None:
        share, per = volume.growth
        factor *= (1 + share) ** ((day - scenario.calendar.start).days / DAYS_PER[per])
    return factor


def _scale(scenario: Scenario, queue: str) -> float:
    """What a weight is multiplied by to give cases per millisecond, so that a plain week has its cases."""
    block = scenario.queues[queue]
    weights = np.array(block.volume.weights)
    step = WEEK_MINUTES // len(weights)
    hours = scenario.calendar.hours[block.open] if block.is_live else ALWAYS
    is_open = np.zeros(WEEK_MINUTES, dtype=bool)
    for day, ranges in enumerate(hours.week):
        for begin, end in ranges:
            is_open[np.arange(day * 1440 + begin, day * 1440 + end) % WEEK_MINUTES] = True
    open_minutes = is_open.reshape(-1, step).sum(axis=1)
    if not (weights * open_minutes).any():  # open on special dates only: as if the plain week were open
        open_minutes = np.full(len(weights), step)
    per_week = {"week": 1.0, "day": 7.0, "hour": open_minutes.sum() / 60}[block.volume.unit] * block.volume.amount
    return float(per_week / (weights * open_minutes).sum() / MINUTE_MS)


def _profile_cells(clock: Clock, weights: tuple[float, ...]) -> tuple[IntArray, IntArray, FloatArray]:
    """Cells of the run with the weight of the wall-clock time at which they begin."""
    step = WEEK_MINUTES // len(weights)
    starts, minutes = _wall_cells(clock, step)
    ends = np.append(starts[1:], clock.midnights[-1])
    return starts, ends, np.array(weights)[minutes // step]


def _wall_cells(clock: Clock, step: int) -> tuple[IntArray, IntArray]:
    """Begins of the cells of ``step`` elapsed minutes of all local days, and their wall-clock minutes of the week."""
    starts, minutes = [], []
    offsets = np.arange(0, 1440, step, dtype=np.int64)
    for day, begin, end in zip(clock.days, clock.midnights, clock.midnights[1:], strict=False):
        if end - begin == DAY_MS:
            starts.append(begin + offsets * MINUTE_MS)
            minutes.append(day.weekday() * 1440 + offsets)
        else:
            changed = np.arange(begin, end, step * MINUTE_MS, dtype=np.int64)
            local = [clock.local(int(instant)) for instant in changed]
            starts.append(changed)
            minutes.append(np.array([day.weekday() * 1440 + at.hour * 60 + at.minute for at in local], dtype=np.int64))
    return np.concatenate(starts), np.concatenate(minutes)


def _counted_cells(
    clock: Clock, volume: Volume, counts: Counts
) -> tuple[IntArray, IntArray, FloatArray, IntArray, FloatArray]:
    """Cells of the run, their weights, the step each belongs to, and the cases of each step.

    A day without counts of its own (warm-up, run-off) takes those of the nearest day of the series with its weekday.
    """
    by_day: dict[date, list[tuple[int, float]]] = {}
    for start, cases in zip(counts.starts, counts.cases, strict=True):
        by_day.setdefault(start.date(), []).append((start.hour * 60 + start.minute, cases))
    begin: list[int] = []
    end: list[int] = []
    weight: list[float] = []
    group: list[int] = []
    totals: list[float] = []
    for day, midnight, next_midnight in zip(clock.days, clock.midnights, clock.midnights[1:], strict=False):
        plain = next_midnight - midnight == DAY_MS
        start = datetime(day.year, day.month, day.day)
        for minute, cases in by_day.get(_source_day(day, counts), []):
            if plain:
                opens, closes = midnight + minute * MINUTE_MS, midnight + (minute + counts.step_minutes) * MINUTE_MS
            else:
                opens, closes = (
                    clock.instant(start + timedelta(minutes=at)) for at in (minute, minute + counts.step_minutes)
                )
            hours = range(24) if volume.by_hour is not None else ()
            pieces = [
                (clock.instant(start + timedelta(hours=h)), clock.instant(start + timedelta(hours=h + 1)), weights)
                for h, weights in zip(hours, volume.by_hour or (), strict=False)
            ] or [(opens, closes, 1.0)]
            for piece in pieces:
                begin.append(piece[0])
                end.append(piece[1])
                weight.append(piece[2])
                group.append(len(totals))
            totals.append(cases)
    whole = np.array(begin, dtype=np.int64), np.array(end, dtype=np.int64)
    return *whole, np.array(weight, dtype=float), np.array(group, dtype=np.int64), np.array(totals, dtype=float)


def _source_day(day: date, counts: Counts) -> date:
    """The day itself inside the series, else the nearest one with its weekday, else the nearest."""
    first, last = counts.starts[0].date(), counts.starts[-1].date()
    if first <= day <= last:
        return day
    if day < first:
        moved = day + timedelta(days=-(-(first - day).days // 7) * 7)
        return moved if moved <= last else first
    moved = day - timedelta(days=-(-(day - last).days // 7) * 7)
    return moved if moved >= first else last


def _inside(begin: IntArray, end: IntArray, windows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The parts of cells inside sorted windows, and the cell each part is of; empty cells dropped."""
    if not len(begin) or not len(windows):
        return *(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0, dtype=np.int64)
    cuts = np.unique(np.concatenate((begin, end, windows.ravel())))
    left, right = cuts[:-1], cuts[1:]
    order = np.argsort(begin, kind="stable")
    order = order[end[order] > begin[order]]
    at = np.searchsorted(begin[order], left, side="right") - 1
    cell = order[np.maximum(at, 0)]
    window = np.searchsorted(windows[:, 0], left, side="right") - 1
    good = (at >= 0) & (left < end[cell]) & (window >= 0) & (left < windows[np.maximum(window, 0), 1])
    return left[good], right[good], cell[good]

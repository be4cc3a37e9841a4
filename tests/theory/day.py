"""A day of M(t)/M/s(t): rates by interval, a core always there, extra people who come and go.

Comes in: the day. Goes out: its exact mean queue, share of arrivals that wait and service level, by interval, from
Kolmogorov's forward equations. Left out: simulation (``studies.py`` plays the same day).

Extra people are chosen after the core (their skill has a later rank), so that the numbers busy in core and extra,
with the queue, are a Markov chain; those who are busy when their spell ends finish their case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Day:
    """Intervals of equal length, loads in erlangs, and the spells of the extra people, all times in seconds."""

    interval_s: int
    handle_s: float
    loads: tuple[float, ...]
    core: int
    extra: int
    extra_spells: tuple[tuple[int, int], ...]
    within_s: float

    @property
    def length_s(self) -> int:
        """From the first edge to the last."""
        return self.interval_s * len(self.loads)

    def has_extra(self, at_s: float) -> bool:
        """Whether the extra people are on duty."""
        return any(on <= at_s < off for on, off in self.extra_spells)

    def breaks(self) -> list[float]:
        """Return the instants between which all figures are smooth: edges, changes of duty, and those less T."""
        changes = {t for spell in self.extra_spells for t in spell}
        changes |= {t - self.within_s for t in changes}
        edges = {i * self.interval_s for i in range(len(self.loads) + 1)}
        return sorted(float(t) for t in edges | changes if 0 <= t <= self.length_s)

    def is_foreseen(self, interval: int) -> bool:
        """Whether the service level of an interval has a closed form: no extra people come within the threshold.

        Then a case with j ahead is served within T if j + 1 cases are finished by those on duty, who are all busy.
        When extra people come on, how many of them are still busy with old cases would matter.
        """
        begin, end = interval * self.interval_s, (interval + 1) * self.interval_s
        return not any(begin - self.within_s < on < end + self.within_s for on, _ in self.extra_spells)


@dataclass(frozen=True)
class DayFigures:
    """By interval: mean number waiting, share of arrivals that wait, share answered within the threshold."""

    mean_queue: np.ndarray
    share_waiting: np.ndarray
    service_level: np.ndarray
    lost_mass: float
    """Probability that ran into the bound on the queue: how far the truncation can be off."""


def exact_figures(day: Day, *, step_s: float = 5.0, longest: int = 160) -> DayFigures:
    """Integrate the forward equations by Runge and Kutta's fourth order, starting from an empty day."""
    chain = _Chain(day, longest)
    p = np.zeros(chain.size)
    p[chain.state(0, 0, 0)] = 1.0
    n = len(day.loads)
    queue, waiting, in_time = np.zeros(n), np.zeros(n), np.zeros(n)
    for begin, end in pairwise(day.breaks()):
        i = int(begin // day.interval_s)
        has_extra = day.has_extra(begin)
        if has_extra and not (begin and day.has_extra(begin - 1e-6)):
            p = chain.people_come(p)
        forward = chain.forward(has_extra, day.loads[i] / day.handle_s)
        must_wait = chain.all_busy(has_extra)
        steps = 2 * math.ceil((end - begin) / (2 * step_s))
        h = (end - begin) / steps
        for k in range(steps + 1):
            # Simpson's weights; arrivals are uniform over the interval as its rate is constant.
            w = (1 if k in (0, steps) else 4 if k % 2 else 2) * h / (3 * day.interval_s)
            queue[i] += w * float(p @ chain.waiting)
            waiting[i] += w * float(p[must_wait].sum())
            in_time[i] += w * chain.answered_within(p, begin + k * h, has_extra)
            if k < steps:
                p = _runge_kutta(forward, p, h)
    return DayFigures(queue, waiting, in_time, float(p[chain.queue_of == longest].sum()))


def _runge_kutta(forward: csr_matrix, p: np.ndarray, h: float) -> np.ndarray:
    a = forward @ p
    b = forward @ (p + h / 2 * a)
    c = forward @ (p + h / 2 * b)
    d = forward @ (p + h * c)
    return p + h / 6 * (a + 2 * b + 2 * c + d)


class _Chain:
    """States (core busy, extra busy, waiting); some wait only if the core is all busy."""

    def __init__(self, day: Day, longest: int) -> None:
        self.day = day
        states = [(c, e, 0) for c in range(day.core) for e in range(day.extra + 1)]
        states += [(day.core, e, q) for e in range(day.extra + 1) for q in range(longest + 1)]
        self.states, self.longest, self.size = states, longest, len(states)
        self._row = {state: row for row, state in enumerate(states)}
        self.core_of, self.extra_of, self.queue_of = (np.array(x) for x in zip(*states, strict=True))
        self.waiting = self.queue_of.astype(float)
        self._forward: dict[tuple[bool, float], csr_matrix] = {}

    def state(self, core: int, extra: int, queue: int) -> int:
        return self._row[core, extra, queue]

    def all_busy(self, has_extra: bool) -> np.ndarray:
        """Rows in which an arrival must wait."""
        full = self.core_of == self.day.core
        return full & (self.extra_of == self.day.extra) if has_extra else full

    def forward(self, has_extra: bool, rate: float) -> csr_matrix:
        key = (has_extra, rate)
        if key not in self._forward:
            self._forward[key] = self._build(has_extra, rate)
        return self._forward[key]

    def _build(self, has_extra: bool, rate: float) -> csr_matrix:
        day, mu = self.day, 1 / self.day.handle_s
        rows, columns, values = [], [], []

        def flow(source: tuple[int, int, int], target: tuple[int, int, int], speed: float) -> None:
            if speed > 0 and target in self._row:  # beyond the bound: the arrival is turned away
                here, there = self._row[source], self._row[target]
                rows.extend((there, here))
                columns.extend((here, here))
                values.extend((speed, -speed))

        for c, e, q in self.states:
            here = (c, e, q)
            if c < day.core:
                flow(here, (c + 1, e, q), rate)
            elif has_extra and e < day.extra:
                flow(here, (c, e + 1, q), rate)
            else:
                flow(here, (c, e, q + 1), rate)
            flow(here, (c, e, q - 1) if q else (c - 1, e, 0), c * mu)
            flow(here, (c, e, q - 1) if q and has_extra else (c, e - 1, q), e * mu)
        return csr_matrix((values, (rows, columns)), shape=(self.size, self.size))

    def people_come(self, p: np.ndarray) -> np.ndarray:
        """Extra people come on duty and take who waits."""
        moved = np.zeros_like(p)
        for row, (c, e, q) in enumerate(self.states):
            taken = min(q, self.day.extra - e)
            moved[self.state(c, e + taken, q - taken)] += p[row]
        return moved

    def answered_within(self, p: np.ndarray, at_s: float, has_extra: bool) -> float:
        """Probability that who arrives at an instant is answered within the threshold (see ``Day.is_foreseen``)."""
        day = self.day
        must_wait = self.all_busy(has_extra)
        until = at_s + day.within_s
        with_extra = 0.0
        if has_extra:
            ends = min(off for on, off in day.extra_spells if on <= at_s <= off)
            with_extra = max(0.0, min(until, ends) - at_s)
        finished = (day.core * day.within_s + day.extra * with_extra) / day.handle_s
        # Poisson(finished) ≥ j + 1, j ahead: a regularised lower incomplete gamma function.
        soon = special.gammainc(self.queue_of + 1.0, finished)
        return float(np.where(must_wait, soon, 1.0) @ p)

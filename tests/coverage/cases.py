"""Worlds whose expected figures are exact, written as scenarios and played as anybody's.

Comes in: nothing. Goes out: ``CASES``, each a scenario and the truth of its figures. Left out: the counting.

Each measured day begins in the state a long past leaves behind: the day before is one of the same kind, hundreds of
handle times long.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import roots_genlaguerre

from careplan.metrics.report import Report
from careplan.metrics.uncertainty import Estimate
from careplan.planning.erlang import ErlangA, ErlangC
from careplan.scenario.models import Scenario
from tests.workload.worlds import one_queue

DAY = "\n  zone: UTC\n  start: 2026-03-02\n  horizon: 1 day\n  warm_up: 1 day\n  run_off: 1 day\n  interval: 60 min\n"
WEEK = DAY.replace("horizon: 1 day", "horizon: 1 week")


@dataclass(frozen=True)
class Case:
    """A world, the exact value of each of its figures, and the half-width that a sequential run is to reach."""

    name: str
    source: str
    scenario: Callable[[], Scenario]
    truths: tuple[float, ...]
    """Of the targets, in their order; of the mean first reply in seconds where the width is a duration."""
    width: str
    sharp_width: str = ""
    """With control variates, which speak of targets only: narrower, so that it takes more than the first look."""

    def estimates(self, report: Report) -> tuple[Estimate, ...]:
        """The estimates that the truths belong to."""
        if self.width.endswith("pp"):
            return tuple(one.overall for one in report.scorecard)
        return (report.estimate("mean_first_response"),)


def desk(body: str, agents: int, targets: list[str], *, channel: str = "phone", calendar: str = DAY) -> Scenario:
    """One queue, so many agents round the clock, and these promises over the day."""
    scenario = one_queue(body, channel=channel, calendar=calendar)
    over = "day" if calendar == DAY else "week"
    promises = [dict([promise.split(": ", 1)]) | {"over": over} for promise in targets]
    return scenario.with_changes({"groups.care.headcount": agents, "targets": promises})


def endless_patience() -> Scenario:
    """Forty calls an hour, 12 min each, ten agents: a load of eight."""
    body = "volume: {per_hour: 40}\nhandle_time: {exponential: {mean: 12 min}}"
    return desk(body, 10, ["answer: 80 % within 80 s"])


def patience() -> Scenario:
    """The same with eight agents and callers who wait for two minutes."""
    body = "volume: {per_hour: 160}\nhandle_time: {exponential: {mean: 3 min}}\npatience: {exponential: {mean: 2 min}}"
    return desk(body, 8, ["answer: 80 % within 20 s", "abandon: at most 10 %"])


BUSY_CV = 0.15


def busy_days() -> Scenario:
    """The same with nine agents and no patience at all, on days that differ by 15 %."""
    body = "volume: {per_hour: 40, busyness: 15 %}\nhandle_time: {exponential: {mean: 12 min}}\npatience: 0 s"
    return desk(body, 9, ["abandon: at most 10 %"])


def share_lost_on_busy_days(agents: int = 9, load: float = 8.0, day: float = 120.0) -> float:
    """E[calls lost in a day] ÷ E[calls]: a loss system whose load is gamma by day; times in mean handle times.

    Given the day's busyness b the states are a Markov chain with generator Q(b), which begins the day in yesterday's
    equilibrium p. Expected time in the full state until t is t π(b) + p D(b), with π the equilibrium and
    D = (Π − Q)⁻¹ − Π the deviation matrix, but for what decays within a few handle times of the day's end.
    """
    shape = 1 / BUSY_CV**2
    nodes, weights = roots_genlaguerre(60, shape - 1)
    weights = weights / weights.sum()
    busy = nodes / shape
    states = np.arange(agents + 1)

    def equilibrium(b: float) -> np.ndarray:
        odds = np.exp(states * math.log(load * b) - np.array([math.lgamma(k + 1) for k in states]))
        return np.asarray(odds / odds.sum())

    start = sum(w * equilibrium(b) for w, b in zip(weights, busy, strict=True))
    lost = 0.0
    for w, b in zip(weights, busy, strict=True):
        generator = np.diag(np.full(agents, load * b), 1) + np.diag(states[1:].astype(float), -1)
        generator -= np.diag(generator.sum(axis=1))
        even = np.tile(equilibrium(b), (agents + 1, 1))
        deviation = np.linalg.inv(even - generator) - even
        lost += w * load * b * (day * even[0, -1] + (start @ deviation)[-1])
    return lost / (load * day)


def one_agent() -> Scenario:
    """One agent, 72 calls an hour of half a minute, some of them long (cv 1.5)."""
    return desk("volume: {per_hour: 72}\nhandle_time: {lognormal: {mean: 30 s, cv: 1.5}}", 1, [])


def agents_to_spare(calendar: str = DAY) -> Scenario:
    """Sixty messages an hour that nobody waits with: answered within T if the work is no longer."""
    body = "volume: {per_hour: 60}\nhandle_time: {lognormal: {mean: 10 min, cv: 1}}"
    wanted = ["answer: 65 % within 10 min", "answer: 95 % within 45 min"]
    return desk(body, 60, wanted, channel="facebook", calendar=calendar)


def work_within(minutes: float) -> float:
    """The share of lognormal work with mean 10 min and cv 1 that is no longer."""
    sd = math.sqrt(math.log(2))
    return NormalDist(math.log(10) - sd**2 / 2, sd).cdf(math.log(minutes))


_C, _A = ErlangC(40.0, 720.0, 10), ErlangA(40.0, 720.0, 480.0, 8)
SPARE = (work_within(10), work_within(45))
CASES = (
    Case("M/M/10, load 8", "Erlang C", endless_patience, (_C.service_level(80),), "2pp", "1.2pp"),
    Case("M/M/8+M, load 8", "Erlang A", patience, (_A.service_level(80), _A.share_abandoned), "0.6pp", "0.3pp"),
    Case("M/M/9/9 on busy days", "Markov chain by day", busy_days, (share_lost_on_busy_days(),), "1.2pp", "0.25pp"),
    Case("M/G/1, load 0.6, mean wait", "Pollaczek and Khinchine", one_agent, (0.6 * 30 * 3.25 / 0.8,), "5 s"),
    Case("M/G/∞", "distribution of the work", agents_to_spare, SPARE, "0.35pp", "0.28pp"),
)

"""Nights: whether a target over a day or a week is met by letting them wait.

Comes in: a verdict. Goes out: service by hour of the day, at night and by day, and the longest typical wait.
Left out: what covering the nights would take (``staff`` plans that apart).

Night is 22:00 to 06:00 local time: our choice, named wherever it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate, ratios
from careplan.planning.judging import Verdict, typical_waits

NIGHT_FROM = 22
NIGHT_TO = 6
_MINUTES_AN_HOUR = 60


@dataclass(frozen=True, eq=False)
class NightReport:
    """How an answer goal fares by night and by day, in fresh replications."""

    goal: Goal
    at_night: Estimate
    """Share in time of the cases that came from 22:00 to 06:00."""
    by_day: Estimate
    """Share in time of all others."""
    cases_at_night: float
    """Share of all cases that came at night."""
    by_hour: FloatArray
    """Share in time by local hour of the day, shape (24,), NaN without cases."""
    typical_wait_ms: FloatArray
    """Median time to the answer by local hour of the day, shape (24,); inf where most get none."""

    @property
    def hours(self) -> str:
        """The definition of night, for print."""
        return f"{NIGHT_FROM:02d}:00–{NIGHT_TO:02d}:00"

    @property
    def waits(self) -> bool:
        """Whether nights are left to wait: in time at night below the target's share, by day not."""
        return bool(self.at_night.value < self.goal.share - 0.005 and not self.by_day.value < self.at_night.value)

    @property
    def longest_typical_wait(self) -> tuple[int, float]:
        """The hour of the night with the longest median wait, and that wait, ms."""
        hours = np.array([*range(NIGHT_FROM, 24), *range(NIGHT_TO)])
        waits = np.nan_to_num(self.typical_wait_ms[hours], nan=-1.0, posinf=np.inf)
        worst = int(np.argmax(waits))
        return int(hours[worst]), float(waits[worst])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; NaN is None, an endless wait is ``"never"``."""
        hour, wait = self.longest_typical_wait
        return {
            "target": self.goal.name,
            "night": f"{NIGHT_FROM:02d}:00-{NIGHT_TO:02d}:00",
            "nights_wait": self.waits,
            "share_at_night": _estimate(self.at_night),
            "share_by_day": _estimate(self.by_day),
            "share_of_cases_at_night": self.cases_at_night,
            "longest_typical_wait": {"hour": hour, "median_s": _seconds(wait)},
            "share_by_hour": [None if np.isnan(x) else round(float(x), 6) for x in self.by_hour],
            "median_wait_by_hour_s": [_seconds(float(x)) for x in self.typical_wait_ms],
        }


def nights_of(verdict: Verdict, minutes: tuple[int, ...]) -> tuple[NightReport, ...]:
    """Return a report for every answer goal of a verdict.

    Parameters
    ----------
    verdict
        From fresh replications.
    minutes
        Local minute of the day of every interval.
    """
    hour = np.array(minutes, dtype=np.int64) // _MINUTES_AN_HOUR
    is_night = (hour >= NIGHT_FROM) | (hour < NIGHT_TO)
    found = []
    for one, counts, waits in zip(verdict.scores, verdict.counts, verdict.waits, strict=True):
        if one.goal.kind != "answer":
            continue
        top, bottom = counts
        total = float(bottom.sum())
        found.append(
            NightReport(
                one.goal,
                _share(top, bottom, is_night),
                _share(top, bottom, ~is_night),
                float(bottom[:, is_night].sum()) / total if total else 0.0,
                _by_label(top.sum(axis=0), bottom.sum(axis=0), hour),
                typical_waits(waits, hour, 24),
            )
        )
    return tuple(found)


def _share(top: IntArray, bottom: IntArray, mask: np.ndarray[Any, Any]) -> Estimate:
    return ratios(top[:, mask].sum(axis=1), bottom[:, mask].sum(axis=1)).clipped(0, 1).at()


def _by_label(top: IntArray, bottom: IntArray, label: IntArray) -> FloatArray:
    above, below = np.bincount(label, top, 24), np.bincount(label, bottom, 24)
    return np.where(below > 0, above / np.maximum(below, 1), np.nan)


def _estimate(e: Estimate) -> dict[str, Any]:
    """Plain data of an estimate."""
    value = None if np.isnan(e.value) else float(e.value)
    return {"value": value, "low": e.low, "high": e.high, "n": e.n}


def _seconds(ms: float) -> float | str | None:
    if np.isnan(ms) or ms < 0:
        return None
    return "never" if np.isinf(ms) else round(ms / 1000, 1)

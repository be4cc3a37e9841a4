"""Random scenarios, small and quick to plan: queues, channels, patience, busyness, groups, premiums, shift rules.

Comes in: a number. Goes out: a scenario, the same for the same number. Left out: planning it. Periods and confidences
take turns, so that twenty scenarios have them all; the rest is drawn.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

_DRAWN = 20261122
PERIODS = ("week", "day", "hour", "interval")
_CONFIDENCES = (95, 90, 80)
_DAYS = (
    [1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 9, 8, 8, 8, 8, 8, 8, 7, 6, 5, 4, 2, 1],  # office hours
    [2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 6, 7, 8, 9, 9, 8, 7, 5, 3],  # evenings
    [1] * 24,
)
"""Shapes of a day, relative."""


def scenario_of(number: int) -> Scenario:
    """Return the random scenario of a number from 0; every fourth has shift rules."""
    rng = np.random.default_rng([_DRAWN, number])
    period, confidence = PERIODS[number % 4], _CONFIDENCES[number % 3]
    with_shifts = has_shifts(number)
    queues = {name: _queue(rng) for name in ("questions", "orders", "complaints")[: rng.integers(1, 4)]}
    long = period == "week"
    document: dict[str, Any] = {
        "careplan": 1,
        "name": f"random-{number:02}",
        "calendar": {
            "zone": "Europe/Prague",
            "start": "2026-03-02",
            "horizon": "1 week" if long or rng.random() < 0.3 else "1 day",
            "warm_up": "1 day",
            "interval": str(rng.choice(["30 min", "1 h"])),
        },
        "channels": {
            "phone": {"kind": "live"},
            "chat": {"kind": "live", "concurrency": 2},
            "page": {"kind": "message"},
        },
        "queues": queues,
        "groups": _groups(rng, list(queues), with_shifts),
        "targets": _targets(rng, queues, period, confidence),
        "run": {"seed": int(rng.integers(1, 1000)), "min_spell": "1 h" if with_shifts else "2 h"},
    }
    if rng.random() < 0.4:
        night = {"add": "25 %", "clock": "22:00-06:00"}
        document["money"] = {"premiums": {"night": night, "sunday": {"add": "50 %", "days": "sun"}}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scenario.yaml")
        path.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
        return read_scenario(path)


def has_shifts(number: int) -> bool:
    """Whether the scenario of a number is planned in shifts: over twenty, one or two of each period."""
    return number % 5 == 4


def _queue(rng: np.random.Generator) -> dict[str, Any]:
    channel = str(rng.choice(["phone", "chat", "page", "page"]))
    mean = int(rng.integers(3, 9))
    handle = {"exponential": {"mean": f"{mean} min"}} if rng.random() < 0.5 else _lognormal(mean)
    volume: dict[str, Any] = {"per_day": int(rng.integers(120, 400)), "by_hour": _DAYS[rng.integers(3)]}
    if rng.random() < 0.5:
        volume["busyness"] = f"{rng.integers(5, 26)} %"
    queue: dict[str, Any] = {"channel": channel, "volume": volume, "handle_time": handle}
    if channel != "page":
        queue["patience"] = {"exponential": {"mean": f"{rng.integers(3, 15)} min"}}
    elif rng.random() < 0.5:
        queue["patience"] = {"lognormal": {"median": "2 h", "p90": "12 h"}}
    if rng.random() < 0.25:
        queue |= {"turns": {"1": "70 %", "2": "30 %"}, "think_time": {"exponential": {"mean": "10 min"}}}
    return queue


def _lognormal(mean: int) -> dict[str, Any]:
    return {"lognormal": {"mean": f"{mean} min", "cv": 0.8}}


def _groups(rng: np.random.Generator, queues: list[str], with_shifts: bool) -> dict[str, Any]:
    groups: dict[str, Any] = {"care": {"skills": queues, "wage": "20 EUR per hour"}}
    if len(queues) > 1 and rng.random() < 0.5:
        groups["juniors"] = {"skills": queues[:1], "wage": f"{rng.integers(14, 19)} EUR per hour"}
    for group in groups.values():
        if rng.random() < 0.3:
            group["shrinkage"] = "25 %"
        if rng.random() < 0.2 and not with_shifts:
            group["absence"] = "4 %"
        if with_shifts:
            group["shift_rules"] = {"lengths": ["6 h", "8 h"], "start_every": "2 h"}
            if rng.random() < 0.5:
                meal = {"for": "30 min", "from": "3 h", "to": "4 h", "in_shifts_from": "7 h"}
                group["shift_rules"]["breaks"] = [meal]
    return groups


def _targets(
    rng: np.random.Generator, queues: dict[str, dict[str, Any]], period: str, confidence: int
) -> list[dict[str, Any]]:
    """One target with a stated confidence, of the first queue or all of a kind; sometimes one in the mean beside it."""
    first = next(iter(queues))
    kinds = {name: queue["channel"] == "page" for name, queue in queues.items()}
    alike = [name for name in queues if kinds[name] == kinds[first]]
    others = [name for name in queues if name not in alike]
    stated = {
        "name": "stated",
        "queues": alike,
        "answer": _promise(rng, kinds[first], period in ("hour", "interval")),
        "over": period,
        "in": f"{confidence} % of {period}s",
    }
    found = [stated]
    if others:
        found.append(
            {"name": "mean", "queues": others, "answer": _promise(rng, not kinds[first], False), "over": "week"}
        )
    if not kinds[first] and rng.random() < 0.5:
        found.append({"name": "gave up", "queues": alike, "abandon": "at most 8 %", "over": "week"})
    return found


def _promise(rng: np.random.Generator, is_message: bool, is_short: bool) -> str:
    """Of a short period less is asked: one late case of four is a quarter."""
    share = int(rng.choice([50, 60] if is_short else [65, 75, 80]))
    time = rng.choice(["30 min", "1 h", "2 h"] if is_message else ["20 s", "1 min", "2 min"])
    return f"{share} % within {time}"

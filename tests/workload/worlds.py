"""Scenarios the sampling tests start from, as YAML text put together from queues.

Comes in: blocks of YAML. Goes out: checked scenarios. Left out: engines.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from careplan.columns import FloatArray
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

PHONE = """
    channel: phone
    open: desk
    volume: {per_week: 2000, busyness: {cv: 20 %}}
    handle_time: {lognormal: {mean: 5 min, cv: 1}}
    patience: {exponential: {mean: 3 min}}
    try_again: {chance: 60 %, after: {exponential: {mean: 20 min}}}
"""
QUESTIONS = """
    channel: facebook
    topic: billing
    volume: {per_week: 3000, by_day: {mon: 2, tue-sun: 1}}
    needs_reply: 80 %
    turns: {1: 60 %, 2: 30 %, 4: 10 %}
    handle_time: {exponential: {mean: 4 min}}
    think_time: {lognormal: {median: 11 min, p90: 4 h}}
    patience: {quantiles: {30 min: 32 %, 1 h: 40 %, 24 h: 67 %}}
    come_back: {chance: 15 %, after: 1 day, queue: phone}
    transfers: [{to: phone, share: 10 %, after_turn: 1}]
    backlog: 30
    bots: [guide]
"""
GUIDE = """{time: {exponential: {mean: 40 s}}, containment: {billing: 30 %}, saves: 40 %,
          come_back: {chance: 31 %, after: 5 h}}"""
CALENDAR = """
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  run_off: 1 day
"""
HOURS = "desk: {mon-fri: 08:00-20:00, sat: 09:00-13:00}"


def scenario_of(
    queues: Mapping[str, str],
    *,
    calendar: str = CALENDAR,
    hours: str = HOURS,
    bots: Mapping[str, str] | None = None,
    groups: str = "  care: {skills: [%s], headcount: 5}",
    files: Mapping[str, str] | None = None,
) -> Scenario:
    """Return a checked scenario with these queues; bots that queues list must be given."""
    text = "careplan: 1\nname: world\ncalendar:" + calendar + f"  hours: {{{hours}}}\n"
    text += "channels: {facebook: {kind: message}, phone: {kind: live}}\nqueues:\n"
    text += "".join(f"  {name}:{block}" for name, block in queues.items())
    if bots:
        text += "bots:\n" + "".join(f"  {name}: {block}\n" for name, block in bots.items())
    text += "groups:\n" + (groups % next(iter(queues)) if "%s" in groups else groups) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (files or {}).items():
            Path(folder, name).write_text(content, encoding="utf-8")
        path = Path(folder, "world.yaml")
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)


def two_queues(**changes: str) -> Scenario:
    """Questions with everything on, and a phone."""
    scenario = scenario_of({"questions": QUESTIONS, "phone": PHONE}, bots={"guide": GUIDE})
    return scenario.with_changes(changes) if changes else scenario


def queue(body: str, channel: str = "facebook") -> str:
    """The YAML of a queue with a one-minute handle time, unless the body says otherwise."""
    lines = [
        f"channel: {channel}",
        *([] if "handle_time:" in body else ["handle_time: 1 min"]),
        *body.strip().splitlines(),
    ]
    return "\n" + "".join(f"    {line}\n" for line in lines)


def one_queue(body: str, *, channel: str = "facebook", calendar: str = CALENDAR, **more: object) -> Scenario:
    """One queue named ``q``."""
    return scenario_of({"q": queue(body, channel)}, calendar=calendar, **more)  # type: ignore[arg-type]


def within_4_errors(values: FloatArray, mean: float) -> bool:
    """Whether the mean of independent values lies within four standard errors of what it should be."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return bool(abs(values.mean() - mean) <= 4 * error)


def share_within_4_errors(hits: int, trials: int, share: float) -> bool:
    """Whether a count lies within four standard errors of the share it should be."""
    return abs(hits - trials * share) <= 4 * np.sqrt(trials * share * (1 - share))

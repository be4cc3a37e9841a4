"""Scenarios the planner's tests start from.

Comes in: changes. Goes out: checked scenarios, small enough to be staffed in a second or two.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario

PAGE = """
careplan: 1
name: page
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 week, warm_up: 1 day, interval: 1 h}
channels: {facebook: {kind: message}}
queues:
  questions:
    channel: facebook
    volume:
      per_week: 900
      by_hour: [2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 11, 10, 10, 10, 10, 10, 10, 11, 11, 10, 8, 5, 3]
    handle_time: {exponential: {mean: 6 min}}
groups:
  care: {skills: [questions], wage: 20 EUR per hour, shrinkage: 20 %}
targets:
  - {name: in time, answer: 65 % within 30 min, over: week}
run: {seed: 3, min_spell: 2 h}
"""
LINE = """
careplan: 1
name: line
calendar: {zone: UTC, start: 2026-03-02, horizon: 1 week, warm_up: 1 day, run_off: 2 h, interval: 1 h}
channels: {phone: {kind: live}}
queues:
  calls: {channel: phone, volume: 33.6 per hour, handle_time: {exponential: {mean: 10 min}}}
groups:
  care: {skills: [calls]}
targets:
  - {name: in time, answer: 65 % within 30 min, over: week}
run: {seed: 3, min_spell: 7 days}
"""


def scenario_of(text: str, **changes: Any) -> Scenario:
    """Return a scenario with changes by path, dots written as two underscores."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scenario.yaml")
        path.write_text(text, encoding="utf-8")
        scenario = read_scenario(path)
    return scenario.with_changes({path.replace("__", "."): value for path, value in changes.items()})

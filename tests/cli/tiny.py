"""A scenario small enough to be staffed in a second: two days of messages and calls, one group."""

from __future__ import annotations

from pathlib import Path

TINY = """\
careplan: 1
name: tiny
title: Messages and calls for two days
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 2 days
  warm_up: 0 days
  run_off: 1 day
  interval: 60 min
  hours: {desk: {daily: 08:00-18:00}}
channels:
  chat: {kind: message, concurrency: 2}
  phone: {kind: live}
queues:
  chats:
    channel: chat
    volume: {per_day: 120}
    handle_time: {exponential: {mean: 4 min}}
    turns: {1: 80 %, 2: 20 %}
    think_time: 2 min
  calls:
    channel: phone
    open: desk
    volume: {per_hour: 6}
    handle_time: {exponential: {mean: 4 min}}
    patience: {exponential: {mean: 3 min}}
groups:
  care: {skills: [chats, calls], wage: 20.00 EUR per hour, shrinkage: 20 %, headcount: {always: 1, desk: 1}}
targets:
  - {name: Quick, queues: [chats], answer: 65 % within 30 min, over: day}
  - {name: Phone, queues: [calls], answer: 50 % within 1 min, over: day}
run: {seed: 3, replications: 3}
"""
CASES = """\
case,queue,arrived_at,patience_s
a,chats,2026-03-02 09:00,
b,calls,2026-03-02 09:01,60
c,chats,2026-03-02 09:02:30,
"""
TURNS = """\
case,work_s,think_s
a,120,30
a,60,
b,90,
c,200,
"""
ROSTER = """\
group,agent,on,off
care,1,2026-03-02 08:00,2026-03-02 12:00
care,2,2026-03-02 08:00,2026-03-02 09:02
"""


def written(folder: Path, name: str = "tiny.yaml", text: str = TINY) -> Path:
    """Write a file into a folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def history(folder: Path) -> list[str]:
    """Write the given cases and return the arguments of ``careplan replay``."""
    return [
        "replay",
        str(written(folder, "cases.csv", CASES)),
        *("--turns", str(written(folder, "turns.csv", TURNS))),
        *("--roster", str(written(folder, "roster.csv", ROSTER))),
        *("--rules", str(written(folder))),
    ]

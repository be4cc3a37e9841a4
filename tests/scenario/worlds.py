"""Scenario files the tests start from."""

from __future__ import annotations

from pathlib import Path

FULL = """\
careplan: 1
name: full
title: Every section once
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  warm_up: 1 day
  run_off: 2 days
  interval: 30 min
  holidays: {dates: [2026-03-04]}
  hours:
    desk: {mon-fri: 08:00-20:00, sat: 09:00-13:00, holidays: closed}
    night: {daily: 22:00-06:00}
channels:
  facebook: {kind: message, concurrency: 3}
  phone: {kind: live}
queues:
  questions:
    channel: facebook
    topic: billing
    volume:
      per_week: 5000
      by_day: {mon-fri: 1.2, sat: 0.6, sun: 0.4}
      by_hour: [1, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 7, 6, 4, 2]
      day_factor: {2026-03-04: 1.3}
      busyness: {cv: 12 %, shared: brand}
      spikes: [{at: 2026-03-04 18:00, height: 300 %, half_life: 3 h, chance: 50 %}]
      growth: 2 % per month
      on_holidays: 50 %
    needs_reply: 90 %
    triage_time: 30 s
    turns: {1: 67.5 %, 2: 20.2 %, 3: 7.0 %, 4: 5.3 %}
    handle_time: {lognormal: {mean: 6 min, cv: 1}}
    think_time: {lognormal: {median: 11 min, p90: 7.8 h}}
    patience: {quantiles: {30 min: 32 %, 1 h: 40 %, 24 h: 67 %}}
    expires_after: 7 days
    withdraw: no
    order: {due_within: 30 min}
    stick_for: 10 min
    transfers: [{to: calls, share: 5 %, after_turn: 1}]
    come_back: {chance: 10 %, after: {exponential: {mean: 1 day}}}
    backlog: {cases: 120, age: {exponential: {mean: 5 h}}}
    bots: [greeter]
  calls:
    channel: phone
    open: desk
    volume: 33.6 per hour
    handle_time: {mixture: [{share: 80 %, of: 3 min}, {share: 20 %, of: {gamma: {mean: 15 min, cv: 50 %}}}]}
    patience: {exponential: {mean: 5 min}}
    try_again: {chance: 63 %, after: {lognormal: {median: 14.7 min, p90: 4 h}}}
bots:
  greeter:
    {hours: night, time: 40 s, containment: {billing: 20 %, default: 35 %}, saves: 40 %, fee: {per_session: 0.05 EUR}}
groups:
  care:
    skills: {questions: {rank: 1, speed: 90 %}, calls: 2}
    pace: [100 %, 90 %, 80 %]
    wage: 18.50 EUR per hour
    shrinkage: 30 %
    absence: 5 %
    headcount: {desk: 6, night: 1}
  experts:
    skills: [calls]
    wage: 25 EUR per hour
    shifts: [{name: early, days: mon-fri, hours: 08:00-16:00, agents: 4, breaks: [{at: 12:00, for: 30 min, paid: no}]}]
targets:
  - {name: Socially Devoted, queues: [questions], answer: 65 % within 30 min, over: week, with: mean}
  - {next_response: 80 % within 30 min, in: 95 % of weeks}
  - {resolution: 80 % within 24 h, from: hand-off, clock: open, bot_counts: never}
  - {abandon: at most 5 %}
  - {occupancy: at most 85 %, group: care}
  - {cover: 24/7, at_least: 1, group: care}
outcomes:
  window: 14 days
  satisfaction:
    by_wait: {5 min: 82 %, 1 h: 61 %, 24 h: 31 %, never: 9 %}
    not_solved: 59 %
    further_attempt: {share: 81 %, source: second-hand}
    gave_up: 77 %
    source: our survey
  score: {by_wait: {5 min: 4.5, 24 h: 3, never: 1.5}}
  nps: {promoters: {1 h: 71 %, never: 19 %}, detractors: {1 h: 11 %, never: 58 %}}
  churn: {unanswered: 27.1 %, not_solved: 26 %, late: 8 %, late_after: 2 h, repeated: 7 %, answered: 4 %}
  loyalty: {within: 90 min, answered: 18 %, late: 3 %, unanswered: 1 %}
  shaming: {after: 3 h, chance: 38 %}
  channels: {phone: {shaming: none, sale: {per_talk: 6 %}}}
  queues: {calls: {satisfaction: {by_wait: {25 s: 88 %, 10 min: 21 %, never: 9 %}}}}
run: {seed: 7, replications: 5, min_spell: 2 h}
"""
"""A sound file with every section. Two queues, two groups, a bot; no warning but the ones tests ask for."""
LEVERS = """\
levers:
  knowledge base:
    {handle_time: -10 %, first_contact_resolution: +5 points, queues: [questions], cost: 900 EUR per month, source: me}
  fewer: {volume: -5 %, come_back: -20 %}
  to the phone: {move: {from: questions, to: calls, share: 20 %}}
  new people: {ramp: {groups: [care], turnover: 26 % per year, from: 53 %, over: 44 weeks}}
  other ways:
    set:
      queues.questions.concurrency: 2
      calendar.hours.desk: {mon-sat: 08:00-21:00}
      bots.second: {time: 30 s, containment: 10 %}
      queues.calls.bots: [second]
"""
"""Levers of every kind, to stand behind ``FULL``."""


def written(folder: Path, text: str, name: str = "s.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def full_with(old: str, new: str) -> str:
    """``FULL`` with one passage replaced; the passage must be there exactly once."""
    assert FULL.count(old) == 1, f"{old!r} stands {FULL.count(old)} times in FULL"
    return FULL.replace(old, new)

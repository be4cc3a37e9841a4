"""Rosters of named people by size: points, bound, gap, time.

The teams are drawn: contracts of 40 h, a third of the people with a week of leave, everybody with two days they wish
off (weights 1 to 3); seven shifts of eight paid hours from 06:00 to 22:00, fewer people at weekends. ``need`` is the
hours needed against those the contracts have: at 100 % every person-hour is needed where it is, which is as hard as it
gets; above, shifts stay uncovered whatever one does. Time by the processor is what tells where others use the machine.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.report import Row, Section
from benchmarks.settings import Settings
from careplan.planning.rosters.assign import Found, assigned
from careplan.planning.rosters.needs import Needs, Slot
from careplan.planning.shifts.labour import Laid
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS

MONDAY = date(2026, 3, 2)
BEGINS = (6, 7, 8, 10, 12, 14, 22)
SHARES = np.array([0.22, 0.1, 0.2, 0.1, 0.13, 0.19, 0.06])
WEEKDAYS = np.array([1.1, 1.1, 1.05, 1.0, 1.0, 0.8, 0.7]) / 6.75
SIZES = (
    (20, "free", 1.0, 0),
    (60, "free", 1.0, 0),
    (60, "free", 1.0, 1),
    (60, "free", 1.0, 2),
    (60, "free", 1.03, 0),
    (60, "rotating", 1.03, 0),
    (150, "free", 1.0, 0),
)
"""People, starts, need, which team of that size (its seed is so much more)."""
SECONDS = 3600.0
"""For a search at most: it ends by itself long before, also where others use the machine."""
_WORLD = """
careplan: 1
name: team
calendar: {zone: UTC, start: 2026-03-02, horizon: 4 weeks}
channels: {page: {kind: message}}
queues: {questions: {channel: page, volume: {per_week: 1}, handle_time: 5 min}}
groups: {care: {skills: [questions]}}
"""


def measure(settings: Settings) -> Section:
    """Find rosters of 20, 60 and 150 people over four weeks."""
    section = Section("rosters", "Rosters of named people over four weeks")
    section.head = [
        *("people", "starts", "need", "seed", "shifts", "uncovered", "points", "without these", "bound", "gap"),
        *("exchanges", "s", "processor s"),
    ]
    for people, starts, need, more in SIZES[: 1 if settings.scale < 1 else None]:
        scenario, needs = team(people, need, starts, settings.seed + more)
        began, busy = time.monotonic(), time.process_time()
        found = rostered(scenario, needs, SECONDS)
        took, worked = time.monotonic() - began, time.process_time() - busy
        solver = found.solver
        rest = solver.cost - found.points["uncovered"]
        section.table.append(
            (
                *(str(people), starts, f"{need * 100:.0f} %", str(settings.seed + more), f"{found.needed:,}"),
                *(str(found.uncovered), f"{solver.cost:,.0f}", f"{rest:,.0f}", f"{solver.bound:,.0f}"),
                f"{solver.gap * 100:.2f} %",
                f"{solver.exchanges / 1e6:.0f} million",
                *(f"{took:.0f}", f"{worked:.0f}"),
            )
        )
        if (people, starts) == (60, "free"):
            what = f"gap of 60 people × 28 days, need {need * 100:.0f} %, seed {settings.seed + more}"
            section.rows.append(Row(what, solver.gap * 100, "%", at_most=1.0, note=f"{worked:.0f} s of the processor"))
    return section


def rostered(scenario: Scenario, needs: Needs, seconds: float) -> Found:
    """Find the roster of a team."""
    rules = scenario.rosters or Rosters()
    return assigned(scenario, members_of(scenario.people), rules, needs, seconds=seconds)


def team(people: int, need: float, starts: str, seed: int) -> tuple[Scenario, Needs]:
    """Draw a team and what it must cover."""
    random = np.random.default_rng(seed)
    drawn, away = {}, 0
    for k in range(people):
        one: dict[str, object] = {"group": "care", "contract": "40 h"}
        if random.random() < 1 / 3:
            week = MONDAY + timedelta(days=7 * int(random.integers(4)))
            one["leave"] = f"{week} to {week + timedelta(days=6)}"
            away += 5
        days = random.choice(28, 2, replace=False).tolist()
        one["wishes"] = [
            {"off": (MONDAY + timedelta(days=day)).isoformat(), "weight": int(random.integers(1, 4))} for day in days
        ]
        drawn[f"p{k + 1}"] = one
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "team.yaml")
        path.write_text(_WORLD, encoding="utf-8")
        scenario = read_scenario(path).with_changes({"people": drawn, "rosters": {"starts": starts}})
    wanted = np.zeros((28, len(BEGINS)), dtype=np.int64)
    for day in range(28):
        exact = SHARES * (people * 20 - away) * need * WEEKDAYS[day % 7] / 4
        wanted[day] = np.floor(exact)
        missing = round(exact.sum()) - int(wanted[day].sum())
        wanted[day][np.argsort(wanted[day] - exact)[:missing]] += 1
    slots = tuple(
        Slot("care", f"{b:02}:00-{(b + 8) % 24:02}:00", b * 60, 8 * HOUR_MS, ((0, 8 * HOUR_MS),)) for b in BEGINS
    )
    variants = {}
    for day in range(28):
        on = MONDAY + timedelta(days=day)
        for k, hour in enumerate(BEGINS):
            begin = scenario.clock.instant(datetime(on.year, on.month, on.day, hour))
            variants[day, k] = [Laid(on, "full", ((begin, begin + 8 * HOUR_MS),), ())]
    return scenario, Needs(slots, wanted, variants)

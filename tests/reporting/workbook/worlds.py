"""Results small enough to be made in a second, with everything money knows in them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from careplan.planning.capacity.heads import rows_of, tenures_of, terms_of
from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity
from careplan.planning.capacity.rows import CapacityMonth, Intake, Need, QueueMonth
from careplan.planning.cover.cover import cover
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.horizon import over_its_weeks
from careplan.planning.shifts.choose import shifts
from careplan.planning.shifts.labour import Laid
from careplan.planning.staff import staff
from careplan.provenance import Provenance
from careplan.reporting.rosters import Rostered
from careplan.reporting.shifts import Scheduled
from careplan.reporting.staffing import Staffed
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.gather import book_of_costs, book_of_shifts, book_of_staff
from careplan.reporting.workbook.outlook import book_of_capacity
from careplan.reporting.workbook.rostered import book_of_roster
from careplan.reporting.workbook.seating import book_of_cover
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.study.costs import cost
from careplan.study.price_curve import price_curve
from careplan.study.replicate import replicate
from careplan.study.rosters import play_roster
from careplan.units import HOUR_MS

WORLD = """\
careplan: 1
name: bill
title: "=1+1 is text"
calendar:
  zone: Europe/Prague
  start: 2026-03-26
  horizon: 9 days
  warm_up: 0 days
  run_off: 1 day
  interval: 60 min
  hours: {desk: {daily: 08:00-18:00}}
channels:
  chat: {kind: message, concurrency: 2, bots: [first]}
  phone: {kind: live}
queues:
  chats:
    channel: chat
    volume: {per_day: 60}
    handle_time: {exponential: {mean: 4 min}}
  calls:
    channel: phone
    open: desk
    volume: {per_hour: 4}
    handle_time: {exponential: {mean: 4 min}}
    patience: {exponential: {mean: 3 min}}
bots:
  first: {time: 30 s, containment: 20 %, fee: {per_session: 0.11 EUR, per_resolution: 0.3 EUR, per_month: 91 EUR}}
groups:
  e-mail team: {skills: [chats], wage: 20.30 EUR per hour, shrinkage: 21 %, headcount: {always: 1}}
  phone team:
    skills: [calls, chats]
    wage: 18.70 EUR per hour
    shrinkage: {planned: 20 %, unplanned: 9 %}
    shifts:
      - {hours: 08:00-18:00, agents: 2, breaks: [{at: 12:00, for: 30 min, paid: yes}]}
targets:
  - {name: Quick, queues: [chats], answer: 50 % within 30 min, over: week}
  - {name: Phone, queues: [calls], answer: 30 % within 1 min, over: week}
money:
  premiums:
    night: {add: 25 %, clock: 22:00-06:00}
    sunday: {add: 2.50 EUR per hour, days: sun}
  overtime: 25 %
  workplace: 250 EUR per month
  hiring: 1200 EUR
  training: {for: 3 weeks, cost: 400 EUR}
  ramp: {from: 53 %, over: 44 weeks}
  attrition: 26 % per year
  telephony: {phone: 0.017 EUR per minute}
outcomes:
  churn: {unanswered: 27 %, late: 5 %, late_after: 2 h, value: 60 EUR}
run: {seed: 3, replications: 3}
"""
RULES = "shift_rules: {lengths: 8 h, start_every: 4 h, breaks: [{for: 30 min, from: 3 h}], part_time: {lengths: 4 h}}"
SMALL = """\
careplan: 1
name: small
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 day, warm_up: 0 days, interval: 60 min}
channels: {chat: {kind: message}}
queues: {chats: {channel: chat, volume: {per_day: 100}, handle_time: {exponential: {mean: 4 min}}}}
groups: {care: {skills: [chats], wage: 20.00 EUR per hour, shrinkage: 20 %, RULES}}
targets: [{name: Quick, answer: 65 % within 30 min, over: day}]
run: {seed: 3}
"""


def scenario_of(text: str) -> Scenario:
    """A scenario from its text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.yaml"
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)


@cache
def billed() -> Book:
    """Nine days across a change of the clock, with every kind of line a bill may have."""
    return book_of_costs(cost(scenario_of(WORLD), step=0))


@cache
def outlook() -> Book:
    """Fourteen months ahead, two groups, by hand: what is needed, who is there and who joins is given."""
    scenario = scenario_of(WORLD)
    months, day = [], date(2026, 3, 1)
    while len(months) < 14:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        forecast = {
            "chats": QueueMonth(1900, 4.3, 441.86, 1.0, 240.0),
            "calls": QueueMonth(1200, 4.3, 279.07, 1.0, 250),
        }
        months.append(CapacityMonth(day, (following - day).days, forecast, day))
        day = following
    groups = []
    for name, net in (("e-mail team", "4.21"), ("phone team", "7.4")):
        terms = terms_of(scenario, name)
        tenures = tenures_of(terms)
        needs = [Need(Decimal(net) + m // 5, None, None, Decimal("31.25"), Decimal(4), m % 6 == 0) for m in range(14)]
        intakes = [
            Intake(0, 5, None, None),
            Intake(0, 2, 3, date(2025, 12, 1)),
            *(Intake(m, 1 + m % 3, 0, months[m].first, months[m].first) for m in (1, 2, 7)),
        ]
        rows = rows_of(months, needs, terms, tenures, intakes)
        groups.append(GroupCapacity(name, terms, tenures, tuple(intakes), rows, None))
    who = Provenance.now(scenario=scenario.digest, seed=3, replications=range(4), engine="compiled")
    plan = CapacityPlan(
        name="bill",
        title="Months ahead",
        currency="EUR",
        months=tuple(months),
        groups=tuple(groups),
        queues_of={"e-mail team": ("chats",), "phone team": ("calls",)},
        weeks=(),
        held_out=None,
        notes=(),
        is_partial=False,
        provenance=who,
    )
    return book_of_capacity(plan, scenario)


@cache
def planned() -> Book:
    """A staffing answer, nights held as well."""
    scenario = scenario_of(SMALL.replace(", RULES", ""))
    plan = staff(scenario, replications=2, judge_replications=4, effort=0.1)
    report = replicate(scenario, plan.roster(), replications=plan.provenance.replications)
    return book_of_staff(Staffed(scenario, plan, report))


@cache
def scheduled() -> Book:
    """A schedule of shifts."""
    scenario = scenario_of(SMALL.replace("RULES", RULES))
    plan, *others = shifts(scenario, judge_replications=4, road="a")
    report = replicate(scenario, plan.roster(), replications=plan.provenance.replications)
    return book_of_shifts(Scheduled(scenario, plan, tuple(others), report))


TEAM = """\
careplan: 1
name: team
calendar: {zone: Europe/Prague, start: 2026-03-09, horizon: 1 week, warm_up: 1 day, interval: 60 min}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 300}, handle_time: 5 min}}
groups:
  care: {skills: [questions], wage: 20.30 EUR per hour, shrinkage: 30 %, absence: 10 %, shift_rules: {lengths: 8.5 h}}
targets: [{name: a day, answer: 60 % within 1 day}]
money: {premiums: {late: {add: 25 %, clock: 14:00-22:00}}, workplace: 250 EUR per month, attrition: 26 % per year}
outcomes: {churn: {unanswered: 27 %, value: {amount: 60 EUR, source: a guess}}}
people:
  Ana: {group: care, contract: 40 h}
  Ben: {group: care, contract: 40 h, leave: [2026-03-12 to 2026-03-15]}
rosters: {weeks: 2}
run: {seed: 3, replications: 2, engine: reference}
"""


def team(scenario: Scenario) -> NamedRoster:
    """From Monday to Wednesday two people, eight and a half hours: the break of the second is paid."""
    people, clock = members_of(scenario.people), scenario.clock
    duties = []
    for who, hour, is_paid in (("Ana", 8, False), ("Ben", 10, True)):
        for day in (scenario.calendar.start + timedelta(days=k + week) for week in (0, 7) for k in range(3)):
            on = clock.instant(datetime(day.year, day.month, day.day, hour))
            noon = clock.instant(datetime(day.year, day.month, day.day, 12))
            pause = (noon, noon + HOUR_MS // 2, is_paid)
            duties.append(Duty(who, "care", Laid(day, "full", ((on, on + 17 * HOUR_MS // 2),), (pause,))))
    return NamedRoster(scenario.calendar.start, scenario.calendar.horizon // 7, people, tuple(duties))


@cache
def rostered() -> Book:
    """Two weeks of two people, with shrinkage that nobody adds, leave, and a paid break of one of them."""
    scenario = over_its_weeks(scenario_of(TEAM))
    return book_of_roster(Rostered(scenario, team(scenario), {}, play_roster(scenario, team(scenario), replications=2)))


@cache
def seated() -> Book:
    """A seat round the clock."""
    scenario = scenario_of(SMALL.replace(", RULES", ""))
    return book_of_cover(cover(scenario, seats=1, group="care", weekly_hours=40, seconds=1), None, scenario)


HOURS = "horizon: 1 week, hours: {office: {mon-fri: 09:00-17:00}, all: {daily: 00:00-24:00}}"
BOT = "bots: {hello: {time: 1 min, containment: 40 %, fee: {per_session: 0.10 EUR}}}\ncover: {steps: [office, all]}\n"


@cache
def priced() -> Book:
    """A seat round the clock, and what it costs to be there in all hours: people, a bot, both."""
    text = (
        SMALL.replace(", RULES", "").replace("horizon: 1 day", HOURS).replace("message}}", "message, bots: [hello]}}")
    )
    scenario = scenario_of(text + BOT)
    seats = cover(scenario, seats=1, group="care", weekly_hours=40, seconds=1)
    return book_of_cover(seats, price_curve(scenario, replications=4), scenario)

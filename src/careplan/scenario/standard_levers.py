"""The standard levers: what is tried where a scenario names no levers of its own.

Comes in: a scenario. Goes out: levers as they would be written in its section ``levers``, only those that fit it.
Left out: pulling them. Each carries its source; what has none is our assumption. Your own figures are better.
"""

from __future__ import annotations

from typing import Any

from careplan.clock import Range, WeekHours
from careplan.scenario.models import Scenario
from careplan.scenario.targets import CoverTarget, ServiceTarget
from careplan.units import DAYS, MINUTE_MS

Written = dict[str, Any]

_ASSISTED = (
    "E. Brynjolfsson, D. Li and L. Raymond, Generative AI at Work, NBER working paper 31161 (2023): with suggested "
    "answers 5,179 agents solved 14 % more issues an hour, so each took 1 / 1.14 of the time"
)
_KNOWLEDGE = (
    "Turnella, Contact centre knowledge management (a vendor's guide): handle time -5 to -10 %, first contact "
    "resolution +5 to +15 points"
)
_RAMP = (
    "Cinareo (a vendor, 1,800 agents of eight centres): 53 % as efficient in the first month, full after eight to "
    "twelve; ContactBabel (2019): 26 % of agents leave in a year"
)
_OURS = "our assumption"
_LONGER_MIN = 120


def standard_levers(scenario: Scenario) -> dict[str, Written]:
    """Return the standard levers that fit a scenario, by name, as plain data in the form of the file."""
    found: dict[str, Written] = {"knowledge base": _knowledge(scenario)}
    found["suggested answers"] = {"handle_time": "-12 %", "source": _ASSISTED}
    found["new people"] = {
        "ramp": {"turnover": "26 % per year", "from": "53 %", "over": "44 weeks"},
        "source": _RAMP,
    }
    for made in (_collector(scenario), _fewer_at_once(scenario), _longer(scenario), _mix(scenario), _order(scenario)):
        found |= made
    return found


def _knowledge(scenario: Scenario) -> Written:
    """The lower ends of what is claimed; first contact resolution only where customers come back at all."""
    chances = [q.come_back.chance for q in scenario.queues.values() if q.come_back and q.come_back.chance]
    lever: Written = {"handle_time": "-5 %"}
    if chances:
        lever["first_contact_resolution"] = f"+{min(5.0, 100 * min(chances)):.4g} points"
    return lever | {"source": f"{_KNOWLEDGE}; the lower ends"}


def _collector(scenario: Scenario) -> dict[str, Written]:
    """A bot that only asks for the details, where customers write, no bot is yet, and there is a minute to spare."""
    texts = [
        n
        for n, q in scenario.queues.items()
        if not q.bots and (not q.is_live or (q.concurrency > 1 and not _is_hasty(scenario, n)))
    ]
    if not texts:
        return {}
    name = "collector" if "collector" not in scenario.bots else "details-collector"
    bot: Written = {"time": "1 min", "containment": "0 %", "saves": "20 %"}
    if scenario.currency is not None:
        bot["fee"] = {"per_session": f"0.05 {scenario.currency}"}
    changes: Written = {f"bots.{name}": bot} | {f"queues.{n}.bots": [name] for n in texts}
    return {
        "pre-collecting bot": {
            "set": changes,
            "source": f"{_OURS}: a minute of questions saves a fifth of the first answer",
        }
    }


def _is_hasty(scenario: Scenario, queue: str) -> bool:
    """Whether a bot's minute would eat up what is promised: a target from the first message within five minutes."""
    return any(
        isinstance(t, ServiceTarget) and t.since == "first message" and t.within <= 5 * MINUTE_MS and queue in t.queues
        for t in scenario.targets
    )


def _fewer_at_once(scenario: Scenario) -> dict[str, Written]:
    """A cap on concurrency; what it is worth hangs on the groups' pace."""
    queues = {n: q.concurrency for n, q in scenario.queues.items() if q.concurrency > 1}
    if not queues:
        return {}
    changes = {f"queues.{n}.concurrency": most - 1 for n, most in queues.items()}
    name = f"at most {max(queues.values()) - 1} at once" if len(set(queues.values())) == 1 else "one fewer at once"
    return {name: {"set": changes, "source": f"{_OURS}: the pace of fewer at once as the groups' tables have it"}}


def _longer(scenario: Scenario) -> dict[str, Written]:
    """Two hours more in the evening, where closing keeps customers or targets out."""
    used = {q.open for q in scenario.queues.values() if q.is_live}
    used |= {t.hours for t in scenario.targets if isinstance(t, CoverTarget)}
    for target in scenario.targets:
        if isinstance(target, ServiceTarget) and target.clock == "open":
            used |= {scenario.queues[name].open for name in target.queues or scenario.queues}
    changes: Written = {}
    for name in sorted(used - {"always"}):
        hours = scenario.calendar.hours[name]
        longer = _later(hours)
        if longer != _written(hours):
            changes[f"calendar.hours.{name}"] = longer
    return {"open two hours longer": {"set": changes, "source": _OURS}} if changes else {}


def _later(hours: WeekHours) -> Written:
    """The hours with each day's last closing two hours later, midnight at most."""

    def moved(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
        if not ranges or ranges[-1][1] >= 24 * 60:
            return ranges
        return (*ranges[:-1], (ranges[-1][0], min(24 * 60, ranges[-1][1] + _LONGER_MIN)))

    return _written(
        WeekHours(
            tuple(moved(day) for day in hours.week),
            None if hours.holidays is None else moved(hours.holidays),
            tuple((day, moved(ranges)) for day, ranges in hours.dates),
        )
    )


def _written(hours: WeekHours) -> Written:
    """Opening hours as they stand in a file."""
    found: Written = {}
    first = 0
    for day in range(7):
        if day == 6 or hours.week[day + 1] != hours.week[day]:
            found[DAYS[day] if day == first else f"{DAYS[first]}-{DAYS[day]}"] = _ranges(hours.week[day])
            first = day + 1
    if hours.holidays is not None:
        found["holidays"] = _ranges(hours.holidays)
    return found | {day.isoformat(): _ranges(ranges) for day, ranges in hours.dates}


def _ranges(ranges: tuple[Range, ...]) -> Any:
    texts = [f"{_clock(begin)}-{_clock(end if end <= 24 * 60 else end - 24 * 60)}" for begin, end in ranges]
    return (texts[0] if len(texts) == 1 else texts) if texts else "closed"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _mix(scenario: Scenario) -> dict[str, Written]:
    """A fifth of the customers of the queue that takes a whole agent each, in the one that takes most at once."""
    queues = {n: q for n, q in scenario.queues.items() if q.volume.amount or q.volume.counts}
    if len({q.channel for q in queues.values()}) < 2:
        return {}
    origin = max(queues, key=lambda n: (queues[n].is_live, -queues[n].concurrency, queues[n].volume.amount))
    others = [n for n in queues if queues[n].channel != queues[origin].channel]
    to = max(others, key=lambda n: (queues[n].concurrency, queues[n].volume.amount))
    if queues[to].concurrency <= queues[origin].concurrency:
        return {}
    move = {"from": origin, "to": to, "share": "20 %"}
    return {f"a fifth of {origin} to {to}": {"move": move, "source": _OURS}}


def _order(scenario: Scenario) -> dict[str, Written]:
    """Other priorities, where queues share agents: all alike, or if they are alike the tightest promise first."""
    shared = sorted({q for group in scenario.groups.values() if len(group.skills) > 1 for q in group.skills})
    if not shared:
        return {}
    ranks = {n: scenario.queues[n].priority for n in shared}
    if len(set(ranks.values())) > 1:
        worst = max(ranks.values())
        changes = {f"queues.{n}.priority": worst for n in shared if ranks[n] != worst}
        return {"no priorities": {"set": changes, "source": f"{_OURS}: all queues alike, the oldest case first"}}
    promised = {
        n: min((t.within for t in scenario.targets if isinstance(t, ServiceTarget) and n in t.queues), default=None)
        for n in shared
    }
    times = sorted({t for t in promised.values() if t is not None})
    if len(times) < 2 or ranks[shared[0]] == 0:
        return {}
    first = {f"queues.{n}.priority": ranks[n] - 1 for n in shared if promised[n] == times[0]}
    return {"tightest promise first": {"set": first, "source": _OURS}}

"""What a scenario must keep beyond the form of single values: names that exist, parts that go together.

Comes in: the resolved tree, and the scenario once its blocks are valid. Goes out: findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from careplan.errors import Finding, shown
from careplan.scenario.calendar import Holidays
from careplan.scenario.capacity_checks import capacity_findings
from careplan.scenario.csvfile import CsvTable
from careplan.scenario.models import Scenario, moneys
from careplan.scenario.named import NamedTarget
from careplan.scenario.nodes import Node
from careplan.scenario.persons_csv import groups_of
from careplan.scenario.suggest import did_you_mean
from careplan.units import DAY_MS, MAX_DURATION_MS, format_share

CAPACITY_UNITS = 1_000_000


def name_findings(tree: Node) -> list[Finding]:
    """Findings for names that name nothing. Works on any tree, however broken the rest of it is."""
    known = {section: _names(tree.child(section)) for section in ("channels", "queues", "bots", "groups")}
    calendar = tree.child("calendar")
    known["hours"] = ["always", *_names(calendar.child("hours") if calendar else None)]
    findings = []
    for node, kind, at_key in _references(tree):
        name = node.path[-1] if at_key else node.value
        if isinstance(name, str) and name not in known[kind]:
            findings.append(unknown_name(node, name, kind, known[kind], at_key=at_key))
    people = tree.child("people")
    for table in (people, people.child("csv") if people is not None and isinstance(people.value, dict) else None):
        if table is not None and isinstance(table.value, CsvTable):
            findings += [
                Finding(table.value.file, line, column, "group", unknown_words(group, "groups", known["groups"]))
                for line, column, group in groups_of(table.value)
                if group not in known["groups"]
            ]
    return findings


def unknown_name(node: Node, name: object, kind: str, known: Iterable[str], *, at_key: bool = False) -> Finding:
    """Return the finding for a name that names nothing, with those there are and the nearest of them."""
    return node.finding(unknown_words(name, kind, known), at_key=at_key)


def unknown_words(name: object, kind: str, known: Iterable[str]) -> str:
    """Return what is said of a name that names nothing: those there are, and the nearest of them."""
    names = sorted(known)
    hint = did_you_mean(str(name), names)
    listed = (
        f"known {kind}: {', '.join(names[:12])}{', …' if len(names) > 12 else ''}"
        if names
        else f"no {kind} are defined"
    )
    return f"is {shown(name)}; {listed}{'. ' if hint else ''}{hint}"


def _names(section: Node | None) -> list[str]:
    return list(section.value) if section is not None and isinstance(section.value, dict) else []


def _below(node: Node | None, *path: Any) -> list[Node]:
    """The nodes at a path, where ``"*"`` is every key or item; nothing where the path does not exist."""
    nodes = [node] if node is not None else []
    for key in path:
        if key == "*":
            nodes = [
                below
                for n in nodes
                for below in (
                    n.value.values() if isinstance(n.value, dict) else n.value if isinstance(n.value, list) else []
                )
            ]
        else:
            nodes = [below for n in nodes if isinstance(n.value, dict) and (below := n.child(key)) is not None]
    return nodes


def _references(tree: Node) -> Iterator[tuple[Node, str, bool]]:
    """Every place that names something: (node, kind of name, whether the key is the name)."""
    for path, kind in (
        (("queues", "*", "channel"), "channels"),
        (("queues", "*", "open"), "hours"),
        (("queues", "*", "bots", "*"), "bots"),
        (("queues", "*", "try_again", "queue"), "queues"),
        (("queues", "*", "come_back", "queue"), "queues"),
        (("queues", "*", "transfers", "*", "to"), "queues"),
        (("bots", "*", "come_back", "queue"), "queues"),
        (("bots", "*", "hours"), "hours"),
        (("groups", "*", "hours"), "hours"),
        (("money", "premiums", "*", "hours"), "hours"),
        (("money", "groups", "*", "premiums", "*", "hours"), "hours"),
        (("groups", "*", "shift_rules", "start_hours"), "hours"),
        (("people", "*", "group"), "groups"),
        (("people", "*", "also", "*"), "groups"),
        (("people", "*", "hours"), "hours"),
        (("people", "*", "fixed", "*", "group"), "groups"),
        (("targets", "*", "queues", "*"), "queues"),
        (("targets", "*", "group"), "groups"),
        (("cover", "group"), "groups"),
        (("cover", "bot"), "bots"),
        (("cover", "steps", "*"), "hours"),
    ):
        for node in _below(tree, *path):
            yield node, kind, False
    for node in _below(tree, "targets", "*", "cover"):
        if node.value != "24/7":
            yield node, "hours", False
    for section in ("channels", "queues"):
        for node in _below(tree, "outcomes", section, "*"):
            yield node, section, True
    for section, kind in (("groups", "groups"), ("telephony", "channels")):
        for node in _below(tree, "money", section, "*"):
            yield node, kind, True
    for node in _below(tree, "capacity", "forecast", "queues", "*"):
        yield node, "queues", True
    for node in _below(tree, "capacity", "groups", "*"):
        yield node, "groups", True
    for skills in _below(tree, "groups", "*", "skills"):
        for node in _below(skills, "*"):
            yield node, "queues", isinstance(skills.value, dict)
    for heads in _below(tree, "groups", "*", "shift_rules", "at_least"):
        for node in _below(heads, "*"):
            yield node, "hours", True
    for heads in _below(tree, "cover", "seats", "*"):
        yield heads, "hours", True
    for headcount in _below(tree, "groups", "*", "headcount"):
        for node in _below(headcount, "*"):
            if node.path[-1] != "by_interval":
                yield node, "hours", True


def logical_findings(scenario: Scenario, tree: Node) -> list[Finding]:
    """Findings for valid blocks that do not go together."""
    findings = [*_sections(scenario, tree), *_money(scenario, tree), *_calendar(scenario, tree)]
    if not findings:
        findings = [
            *_volumes(scenario, tree),
            *_fit(scenario, tree),
            *_bots(scenario, tree),
            *_transfers(scenario, tree),
            *_named_targets(scenario, tree),
            *capacity_findings(scenario, tree),
            *_cover(scenario, tree),
        ]
    return findings


def place(tree: Node, *path: Any) -> Node:
    """The node at a path, or the deepest one on the way that exists."""
    node = tree
    for key in path:
        node = node.child(key) or node
    return node


def _sections(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    for section in ("channels", "queues", "groups"):
        if not getattr(scenario, section):
            yield place(tree, section).finding(f"is empty; expected at least one of the {section}", at_key=True)


def _money(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    amounts = moneys(scenario)
    first = next(iter(amounts.values()), None)
    for path, money in amounts.items():
        if first is not None and money.currency != first.currency:
            yield place(tree, *path).finding(
                f"is in {money.currency}; expected {first.currency}, as elsewhere in the file"
            )
    for channel in scenario.money.telephony if scenario.money is not None else ():
        if channel in scenario.channels and scenario.channels[channel].kind != "live":
            yield place(tree, "money", "telephony", channel).finding(
                "prices the talk of a message channel; expected a live one", at_key=True
            )


def _calendar(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    calendar = scenario.calendar
    days = calendar.horizon + calendar.warm_up + scenario.run_off // DAY_MS
    if days * DAY_MS > MAX_DURATION_MS:
        yield place(tree, "calendar", "horizon").finding("makes a run of more than 10 years; expected at most 10 years")
        return
    holidays: list[tuple[tuple[str, ...], Holidays]] = [(("calendar",), calendar.holidays)]
    holidays += [(("groups", n), group.holidays) for n, group in scenario.groups.items() if group.holidays is not None]
    for path, stated in holidays:
        try:
            scenario.holidays_of(stated)
        except (NotImplementedError, ValueError, KeyError, AttributeError):
            node = place(tree, *path, "holidays", "country")
            code = stated.country or ""
            if stated.subdivision is not None:
                code = f"{code} with subdivision {stated.subdivision}"
            yield node.finding(
                f"is {shown(code)}; expected an ISO code of a country whose holidays are known, such as CZ"
            )
    for target_at, target in enumerate(scenario.targets):
        if getattr(target, "kind", "") == "occupancy" and getattr(target, "queues", ()):
            yield place(tree, "targets", target_at, "queues").finding("does not go with occupancy; expected group")


def _volumes(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    clock = scenario.clock
    for name, queue in scenario.queues.items():
        node, volume = place(tree, "queues", name, "volume"), queue.volume
        if volume.counts is not None:
            first, last = volume.counts.starts[0].date(), volume.counts.starts[-1].date()
            days = clock.days[clock.warm_up_days : clock.warm_up_days + clock.horizon_days]
            if first > days[0] or last < days[-1]:
                text = f"counts {first} to {last}; expected the horizon, {days[0]} to {days[-1]}, inside it"
                yield place(node, "counts").finding(text)
        if queue.is_live and (volume.amount or volume.counts) and not scenario.open_windows(queue.open):
            text = f"is {shown(queue.open)}, which is never open in this run, so live customers could not come"
            yield place(tree, "queues", name, "open").finding(text)
        elif queue.is_live and volume.counts is None and volume.amount and not _open_weight(scenario, name):
            yield node.finding(f"has weight only while {shown(queue.open)} is closed; expected some in its open hours")


def _open_weight(scenario: Scenario, name: str) -> float:
    """The sum of a queue's weights in cells of the week that its hours touch."""
    queue = scenario.queues[name]
    hours, weights = scenario.calendar.hours[queue.open], queue.volume.weights
    step = 7 * 24 * 60 / len(weights)
    ranges = [(day * 1440 + b, day * 1440 + e) for day in range(-1, 8) for b, e in hours.week[day % 7]]
    extra = [r for _, rs in hours.dates for r in rs] or list(hours.holidays or ())
    if extra:  # special dates may fall on any weekday
        ranges += [(day * 1440 + b, day * 1440 + e) for day in range(-1, 8) for b, e in extra]
    return sum(w for k, w in enumerate(weights) if any(b < (k + 1) * step and e > k * step for b, e in ranges))


def _fit(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    for name, group in scenario.groups.items():
        for queue in group.skills:
            if CAPACITY_UNITS // scenario.queues[queue].concurrency > round(group.capacity * CAPACITY_UNITS):
                least = format_share(1 / scenario.queues[queue].concurrency)
                text = (
                    f"is {format_share(group.capacity)}, too little for one case of {queue}; expected at least {least}"
                )
                yield place(tree, "groups", name, "capacity").finding(text)


def _bots(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    topics = {queue.topic for queue in scenario.queues.values() if queue.topic is not None}
    known = sorted({"default", *scenario.queues, *topics})
    for name, bot in scenario.bots.items():
        for key in bot.containment:
            if key not in known:
                hint = did_you_mean(key, known)
                text = f"is {shown(key)}; known queues and topics: {', '.join(known)}{'. ' if hint else ''}{hint}"
                yield place(tree, "bots", name, "containment", key).finding(text, at_key=True)


def _transfers(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    for name, queue in scenario.queues.items():
        for at, transfer in enumerate(queue.transfers):
            node = place(tree, "queues", name, "transfers", at)
            if transfer.to == name:
                yield place(node, "to").finding(f"is {shown(name)} itself; expected another queue")
            if transfer.after_turn > queue.max_turns:
                text = f"is {transfer.after_turn}; expected at most {queue.max_turns}, the most turns a case has"
                yield place(node, "after_turn").finding(text)


def _named_targets(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    seen: dict[str, int] = {}
    for at, target in enumerate(scenario.targets):
        if not isinstance(target, NamedTarget):
            continue
        first = seen.setdefault(target.name, at)
        if first != at:
            text = f"is called {shown(target.name)}, as targets.{first} is; give each a name of its own"
            yield place(tree, "targets", at, "name").finding(text)
        closing = [
            name for name in target.queues if scenario.queues[name].is_live and scenario.queues[name].open != "always"
        ]
        if target.named == "socially devoted" and closing:
            text = (
                f"is about {closing[0]}, which customers reach only while {shown(scenario.queues[closing[0]].open)} is "
                "open; Socially Devoted wants a page open to questions at any time. Make the queue open: always, or "
                "leave it out of the target's queues"
            )
            yield place(tree, "targets", at, "queues").finding(text)


def _cover(scenario: Scenario, tree: Node) -> Iterable[Finding]:
    cover = scenario.cover
    if cover is None:
        return
    if cover.seats and not any(cover.seats.values()):
        yield place(tree, "cover", "seats").finding("holds no seat; expected at least one")
    promises = [target.name for target in scenario.targets if getattr(target, "kind", "") == "answer"]
    if cover.promise is not None and cover.promise not in promises:
        yield unknown_name(place(tree, "cover", "promise"), cover.promise, "targets of the kind answer", promises)
    if cover.bot is not None and not any(cover.bot in queue.bots for queue in scenario.queues.values()):
        yield place(tree, "cover", "bot").finding(f"is {shown(cover.bot)}, which no queue lists among its bots")

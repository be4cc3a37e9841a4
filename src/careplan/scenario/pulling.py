"""Pulling a lever: the scenario with its changes made and checked.

Comes in: a scenario and the name of a lever, of its own section or else of the standard set. Goes out: a checked copy,
or findings at the lever's place in the file. Left out: what a pull is worth (planning).

In this order: ``set``; then ``move`` and ``volume``; then ``handle_time``, ``first_contact_resolution`` or
``come_back``; then ``ramp``. What a lever may not touch is who the customers are and what is promised, or the
comparison would mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from careplan.errors import CareplanError, Finding, ScenarioError, UnitError, shown
from careplan.scenario.checks import unknown_name
from careplan.scenario.csvfile import with_tables
from careplan.scenario.files import checked
from careplan.scenario.levers import Lever
from careplan.scenario.merge import with_override
from careplan.scenario.models import Scenario
from careplan.scenario.nodes import Node, node_of, with_value
from careplan.scenario.scaling import cases_a_week, scaled, with_cases_a_week
from careplan.scenario.standard_levers import standard_levers
from careplan.scenario.suggest import did_you_mean

_NAMED = ("channels", "queues", "bots", "groups")
"""Sections in which the second part of a path is a name."""
_OFF_LIMITS = {
    "careplan": "the version of the format",
    "name": "the scenario's name",
    "title": "the scenario's title",
    "run": "how the scenario is run",
    "targets": "what is promised; a lever is what one does to keep it. Try other targets with --set",
    "levers": "the levers themselves",
}
_OF_CALENDAR = ("hours", "holidays")


def levers_of(scenario: Scenario) -> dict[str, Node]:
    """Return the levers there are by name, as written: those of the section, else the standard ones that fit."""
    section = scenario.source.child("levers") if scenario.source is not None else None
    if scenario.levers and section is not None:
        return dict(section.value)
    return {name: node_of(lever, f"lever {name}") for name, lever in standard_levers(scenario).items()}


def lever_of(scenario: Scenario, name: str) -> Lever:
    """Return a lever by name.

    Raises
    ------
    CareplanError
        If there is none of that name.
    """
    return Lever.model_validate(_node(scenario, name).plain())


def pulled(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario with a lever pulled, checked.

    Raises
    ------
    CareplanError
        If there is no such lever.
    ScenarioError
        With every finding, at the lever's place.
    """
    node = _node(scenario, name)
    after, findings = _pulled(scenario, node, name)
    if after is None:
        raise ScenarioError(str(scenario.path or scenario.name), findings)
    after._pulled = (*scenario.pulled, name)
    return after


def lever_findings(scenario: Scenario) -> list[Finding]:
    """Return what is wrong with the levers of a scenario's section: each is pulled alone and the result checked."""
    found = []
    for name in scenario.levers:
        found += _pulled(scenario, _node(scenario, name), name)[1]
    return found


def _node(scenario: Scenario, name: str) -> Node:
    known = levers_of(scenario)
    if name not in known:
        hint = did_you_mean(name, known)
        listed = f"known levers: {', '.join(known)}" if known else "the scenario has none"
        raise CareplanError(f"there is no lever {shown(name)}; {listed}{'. ' if hint else ''}{hint}")
    return known[name]


def _pulled(scenario: Scenario, node: Node, name: str) -> tuple[Scenario | None, list[Finding]]:
    if scenario.source is None:
        raise ScenarioError("a scenario that was not read from a file cannot be changed; read it with read_scenario")
    lever = Lever.model_validate(node.plain())
    findings = [*_path_findings(scenario, node)]
    if findings:
        return None, findings
    root = (scenario.path or Path()).parent
    tree = scenario.source
    try:
        for path, value in _below(node, "set"):
            tree = with_override(tree, path, value)
        tree, findings = with_tables(tree, root)
        after = checked(tree, scenario.path or Path(), findings)
        pull = _Pull(after, node)
        pull.all(lever)
        if pull.findings:
            return None, pull.findings
        for path, new in pull.changes.items():
            tree = with_override(tree, path, new)
        title = f"{scenario.title} (lever: {name})" if scenario.title else f"lever: {name}"
        tree = with_override(tree, "title", node_of(title, node.file))
        return checked(tree, scenario.path or Path(), []), []
    except UnitError as error:
        return None, [node.finding(str(error), at_key=True)]
    except ScenarioError as error:
        return None, [_told(f, node) for f in error.findings if isinstance(f, Finding)]


def _below(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    section = node.child(key)
    if section is not None and isinstance(section.value, dict):
        yield from section.value.items()


def _told(finding: Finding, node: Node) -> Finding:
    """A finding of the changed scenario, at the lever: at the value that is to blame, else at the lever's name."""
    places = {(below.file, below.line, below.column) for below in node.walk() if below.line}
    places |= {(value.file, value.key_line, value.key_column) for _, value in _below(node, "set") if value.key_line}
    if (finding.file, finding.line, finding.column) in places:
        path = f"{'.'.join(map(str, node.path))}.set.{finding.path}"
        return Finding(finding.file, finding.line, finding.column, path, finding.message)
    return node.finding(f"does not fit the scenario: {finding.path} {finding.message}", at_key=True)


def _path_findings(scenario: Scenario, node: Node) -> Iterator[Finding]:
    """What is wrong with the paths of ``set``, before anything is changed."""
    paths = dict(_below(node, "set"))
    made = {(parts[0], parts[1]) for parts in (path.split(".") for path in paths) if len(parts) == 2}
    for path, value in paths.items():
        first, *rest = path.split(".")
        if first in _OFF_LIMITS:
            yield value.finding(f"would change {_OFF_LIMITS[first]}", at_key=True)
        elif first not in Scenario.model_fields:
            known = [name for name in Scenario.model_fields if name not in _OFF_LIMITS]
            hint = did_you_mean(first, known)
            text = f"begins with {shown(first)}; expected one of: {', '.join(known)}{'. ' if hint else ''}{hint}"
            yield value.finding(text, at_key=True)
        elif not all(rest) or not rest:
            yield value.finding(
                "is a whole section; expected a path into it, such as queues.chat.concurrency", at_key=True
            )
        elif first == "calendar" and rest[0] not in _OF_CALENDAR:
            text = "would change when the scenario plays; of the calendar a lever may change hours and holidays"
            yield value.finding(text, at_key=True)
        elif first in _NAMED and len(rest) > 1 and (first, rest[0]) not in made:
            known = list(getattr(scenario, first))
            if rest[0] not in known:
                yield unknown_name(value, rest[0], first, known, at_key=True)


@dataclass(eq=False)
class _Pull:
    """The relative changes of one lever in the making."""

    scenario: Scenario
    """With what ``set`` says already done."""
    node: Node
    changes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def all(self, lever: Lever) -> None:
        """Note every change, or why it cannot be made."""
        self._names(lever)
        if self.findings:
            return
        self._volumes(lever)
        self._handle_times(lever)
        self._come_backs(lever)
        self._ramps(lever)

    def _change(self, path: str, value: Any, key: str) -> None:
        """Change a value; a fault in it is told at the lever's key."""
        at = self.node.child(key) or self.node
        self.changes[path] = _placed(node_of(value, at.file), at)

    def _lacks(self, key: str, text: str) -> None:
        self.findings.append((self.node.child(key) or self.node).finding(text))

    def _names(self, lever: Lever) -> None:
        """Findings for queues and groups that are not there."""
        moves = self.node.child("move")
        each = [] if moves is None else moves.value if isinstance(moves.value, list) else [moves]
        ramp = self.node.child("ramp")
        listed = [(n, "queues") for n in _items(self.node.child("queues"))]
        listed += [(n, "queues") for move in each for n in (move.child("from"), move.child("to")) if n is not None]
        listed += [(n, "groups") for n in _items(None if ramp is None else ramp.child("groups"))]
        for node, kind in listed:
            if node.value not in getattr(self.scenario, kind):
                self.findings.append(unknown_name(node, node.value, kind, list(getattr(self.scenario, kind))))

    def _volumes(self, lever: Lever) -> None:
        cases = {name: cases_a_week(self.scenario, name) for name in self.scenario.queues}
        new = dict(cases)
        for move in lever.move:
            if not cases[move.origin]:
                self._lacks("move", f"takes from {shown(move.origin)}, to which no case comes")
            new[move.origin] -= move.share * cases[move.origin]
            new[move.to] += move.share * cases[move.origin]
            if new[move.origin] < -1e-9:
                self._lacks("move", f"takes more than 100 % of {shown(move.origin)} in sum")
        if lever.volume is not None:
            for name in lever.queues or new:
                new[name] *= 1 + lever.volume
        key = "move" if lever.move else "volume"
        for name in cases:
            if new[name] != cases[name] and not self.findings:
                changed = with_cases_a_week(self.scenario, name, max(0.0, new[name]))
                if changed is None:
                    self._lacks(key, f"adds cases to {shown(name)}, whose counted series has none")
                elif _is_short(self.scenario, name):
                    self._change(f"queues.{name}.volume", {changed[0]: changed[1]}, key)
                else:
                    self._change(f"queues.{name}.volume.{changed[0]}", changed[1], key)

    def _handle_times(self, lever: Lever) -> None:
        if lever.handle_time is not None:
            for name in lever.queues or self.scenario.queues:
                dist = scaled(self.scenario.queues[name].handle_time, 1 + lever.handle_time)
                self._change(f"queues.{name}.handle_time", dist, "handle_time")

    def _come_backs(self, lever: Lever) -> None:
        key = "come_back" if lever.come_back is not None else "first_contact_resolution"
        points = lever.first_contact_resolution
        if lever.come_back is None and points is None:
            return
        chances = {n: q.come_back.chance for n, q in self.scenario.queues.items() if q.come_back and q.come_back.chance}
        missing = [name for name in lever.queues if name not in chances]
        if missing or not chances:
            who = f"{', '.join(missing)} has no" if missing else "no queue has a"
            self._lacks(key, f"changes nothing: {who} come_back with a chance above 0 %")
            return
        for name in lever.queues or chances:
            old = chances[name]
            new = old * (1 + lever.come_back) if lever.come_back is not None else old - (points or 0.0)
            if not -1e-9 <= new <= 1 + 1e-9:
                text = (
                    f"would make the chance that customers of {name} come back {new * 100:.4g} %; it is "
                    f"{old * 100:.4g} %. Expected a result from 0 % to 100 %, or only the queues it fits"
                )
                self._lacks(key, text)
            self._change(f"queues.{name}.come_back.chance", f"{min(1.0, max(0.0, new)) * 100:.10f} %", key)

    def _ramps(self, lever: Lever) -> None:
        if lever.ramp is None:
            return
        for name in lever.ramp.groups or self.scenario.groups:
            skills = {
                queue: {"rank": skill.rank, "speed": f"{max(0.001, skill.speed * lever.ramp.speed) * 100:.1f} %"}
                for queue, skill in self.scenario.groups[name].skills.items()
            }
            self._change(f"groups.{name}.skills", skills, "ramp")


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _is_short(scenario: Scenario, name: str) -> bool:
    """Whether a queue's volume is written as one value, such as ``12 per hour``."""
    assert scenario.source is not None
    queues = scenario.source.child("queues")
    queue = None if queues is None else queues.child(name)
    volume = None if queue is None else queue.child("volume")
    return volume is not None and not isinstance(volume.value, dict)


def _placed(node: Node, at: Node) -> Node:
    """The same data, all of it at the place of another node."""
    value: Any = node.value
    if isinstance(value, Mapping):
        value = {key: _placed(below, at) for key, below in value.items()}
    return with_value(at, value)

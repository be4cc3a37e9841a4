"""What the section ``capacity`` must keep beyond the form of single values: months that are there, parts that fit.

Comes in: a scenario and its tree. Goes out: findings. Left out: names of queues and groups (``checks``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from careplan.errors import Finding
from careplan.scenario.capacity import Capacity, GroupStaff, month_text
from careplan.scenario.models import Scenario
from careplan.scenario.nodes import Node


def capacity_findings(scenario: Scenario, tree: Node) -> Iterator[Finding]:
    """Return what does not go together in the section ``capacity``."""
    capacity = scenario.capacity
    section = tree.child("capacity")
    if capacity is None or section is None:
        return
    months = capacity.listed(scenario.calendar.start)
    plan = f"{month_text(months[0])} to {month_text(months[-1])}, the months of the plan"

    def place(*path: Any) -> Node:
        node = section
        for key in path:
            node = node.child(key) or node
        return node

    for path, trend in _trends(capacity):
        if trend.by_month is not None:
            missing = [month_text(month) for month in months if month not in trend.by_month]
            if missing:
                shown = f"{', '.join(missing[:6])}{', …' if len(missing) > 6 else ''}"
                yield place(*path, "by_month").finding(f"lacks {shown}; expected cases for {plan}")
    for name, queue in scenario.queues.items():
        own = capacity.forecast.queues.get(name)
        general = capacity.forecast
        stated = general.growth is not None or general.by_month is not None
        if own is not None:
            stated |= own.growth is not None or own.by_month is not None
        if queue.volume.growth is not None and stated:
            path = ("forecast", "queues", name) if own is not None else ("forecast",)
            yield place(*path).finding(
                f"says how volume grows, and so does queues.{name}.volume.growth; expected one of the two"
            )
    if isinstance(capacity.simulate, tuple):
        for at, month in enumerate(capacity.simulate):
            if month not in months:
                yield place("simulate", at).finding(f"is {month_text(month)}; expected one of {plan}")
    for name, staff in capacity.groups.items():
        yield from _group(staff, months, plan, lambda *path, name=name: place("groups", name, *path))


def _trends(capacity: Capacity) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield ("forecast",), capacity.forecast
    for name, trend in capacity.forecast.queues.items():
        yield ("forecast", "queues", name), trend


def _group(staff: GroupStaff, months: tuple[Any, ...], plan: str, place: Any) -> Iterator[Finding]:
    for at, joined in enumerate(staff.heads or ()):
        if joined.since is not None and joined.since >= months[0]:
            text = f"is {month_text(joined.since)}; expected a month before {month_text(months[0])}, the plan's first"
            yield place("heads", at, "since").finding(text)
    if isinstance(staff.hire, dict):
        for month, heads in staff.hire.items():
            node = place("hire", month_text(month))
            if month not in months:
                yield node.finding(f"is {month_text(month)}; expected one of {plan}", at_key=True)
            most = staff.classes.most
            if heads and (heads < staff.classes.least or (most is not None and heads > most)):
                size = f"{staff.classes.least} to {most}" if most is not None else f"{staff.classes.least} at least"
                yield node.finding(f"is {heads}; expected {size}, the size of a class")
    for at, month in enumerate(staff.classes.months):
        if month not in months:
            yield place("classes", "months", at).finding(f"is {month_text(month)}; expected one of {plan}")

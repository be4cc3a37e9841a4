"""What a planner may change in the workbook, and what only a new run can change.

Comes in: a scenario. Goes out: :class:`~careplan.reporting.workbook.data.Input` rows, which become named cells, and
:class:`~careplan.reporting.workbook.data.Given` rows. Left out: cells.

Every term of a group has a row, also one the scenario does not state (then it is 0, or what careplan takes it to be),
so that it can be tried in the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from careplan.costing.fees import bots_used
from careplan.reporting.workbook.parts import Given, Input
from careplan.scenario.models import Scenario
from careplan.scenario.money import WEEK_MS, Terms
from careplan.scenario.nodes import Node, dotted
from careplan.units import HOUR_MS, Money

NOT_STATED = "not stated"
NAMED = "0: people have names; who is absent is paid for the shift, and leave has a line of its own."
"""Why a bill of named people knows no shrinkage."""
_SIMULATED = (
    "calendar", "channels", "queues", "bots", "groups", "targets", "run", "outcomes", "capacity", "people", "rosters",
    "cover",
)  # fmt: skip
"""Sections that no formula follows: simulated, or planned with."""
_MONEY_KEYS = {"wage", "shrinkage", "fee"}
"""Keys in them that are rows of the inputs already."""
_LONGEST = 200
"""Characters of a value shown; the scenario file has it whole."""


def inputs_of(scenario: Scenario) -> list[Input]:
    """Return every input that formulas of the workbook depend on, by group, bot and channel."""
    found: list[Input] = []
    for name in scenario.groups:
        found += _of_group(scenario, name)
    currency = scenario.currency or "money"
    for name, bot in bots_used(scenario).items():
        prices = {"per_session": bot.fee.per_session, "per_resolution": bot.fee.per_resolution}
        for key, price in (prices | {"per_month": bot.fee.per_month}).items():
            if price is not None:
                words = key.replace("_", " ")
                place = _place(scenario, "bots", name, "fee", key)
                unit = f"{currency} {words}"
                found.append(Input(f"Fee {words}", name, f"Bot fee {words}", _amount(price), unit, "price", place))
    for channel, price in ({} if scenario.money is None else scenario.money.telephony).items():
        place, unit = _place(scenario, "money", "telephony", channel), f"{currency} per minute"
        found.append(Input("Telephony", channel, "Telephony", _amount(price), unit, "price", place))
    return found


def without_shrinkage(inputs: Iterable[Input]) -> list[Input]:
    """Return inputs as a bill of named people takes them: shrinkage is 0, and its source says why."""
    return [
        replace(one, value=0.0, source=f"{NAMED} As stated {one.value:.4g}: {one.source}")
        if _is_shrinkage(one)
        else one
        for one in inputs
    ]


def _is_shrinkage(one: Input) -> bool:
    return one.what.startswith("Shrinkage")


def _of_group(scenario: Scenario, name: str) -> Iterator[Input]:
    group, terms, currency = scenario.groups[name], scenario.terms(name), scenario.currency or "money"

    def row(what: str, label: str, value: float, unit: str, style: str, source: str) -> Input:
        return Input(what, name, label, value, unit, style, source)

    at = _place(scenario, "groups", name, "wage")
    yield row("Wage", "Wage", _amount(group.wage), f"{currency} per paid hour", "price", at)
    share, unit = group.shrinkage, "of paid time"
    if share.planned is None or share.unplanned is None:
        yield row("Shrinkage", "Shrinkage", share, unit, "share", _place(scenario, "groups", name, "shrinkage"))
    else:
        for part, value in (("planned", share.planned), ("unplanned", share.unplanned)):
            at = _place(scenario, "groups", name, "shrinkage", part)
            yield row(f"Shrinkage {part}", f"Shrinkage, {part}", value, unit, "share", at)
    hours = terms.contract_hours / HOUR_MS
    at = _term(scenario, name, terms, "contract_hours")
    yield row("Contract hours", "Contract hours", hours, "paid hours a head and week", "hours", at)
    for called, premium in terms.premiums.items():
        if premium is not None:
            at = " ".join(filter(None, [premium.source, _term(scenario, name, terms, "premiums", called, "add")]))
            yield row(f"Premium {called}", f"Premium: {called}", *_addition(premium.add, currency), at)
    at = _term(scenario, name, terms, "attrition")
    yield row("Attrition", "Attrition", terms.attrition, "of heads a year", "share", at)
    for key, label, unit in (
        ("workplace", "Workplace", f"{currency} a head and month"),
        ("licence", "Licences", f"{currency} a head and month"),
        ("hiring", "Hiring", f"{currency} a hire"),
    ):
        at = _term(scenario, name, terms, key)
        yield row(label, label, _amount(getattr(terms, key)), unit, "price", at)
    training, ramp = terms.training, terms.ramp
    weeks = 0.0 if training is None else training.length / WEEK_MS
    at = _term(scenario, name, terms, "training")
    yield row("Training weeks", "Training", weeks, "weeks, paid at contract hours", "number", at)
    cost = 0.0 if training is None else _amount(training.cost)
    yield row("Training cost", "Training, beside pay", cost, f"{currency} a hire", "price", at)
    at = _term(scenario, name, terms, "ramp")
    speed, over = (1.0, 0.0) if ramp is None else (ramp.start, ramp.over / WEEK_MS)
    yield row("Ramp from", "Speed after training", speed, "of those who are not new", "share", at)
    yield row("Ramp weeks", "Weeks until as fast", over, "weeks", "number", at)


def _amount(money: Money | None) -> float:
    return 0.0 if money is None else float(money.amount)


def _addition(add: float | Money, currency: str) -> tuple[float, str, str]:
    """Value, unit and style of what is paid on top of a wage."""
    if isinstance(add, Money):
        return float(add.amount), f"{currency} per hour", "price"
    return float(add), "of the wage", "share"


def _term(scenario: Scenario, group: str, terms: Terms, *keys: str) -> str:
    """Who says a term of a group: its own entry, else the general one."""
    own = _place(scenario, "money", "groups", group, *keys)
    found = own if own != NOT_STATED else _place(scenario, "money", *keys)
    return " ".join(filter(None, [terms.source if found != NOT_STATED else "", found]))


def _place(scenario: Scenario, *keys: str) -> str:
    """Return where a value was written: path, file and line."""
    node = scenario.source
    for key in keys:
        node = None if node is None else node.child(key)
    return NOT_STATED if node is None else _written(node, keys)


def _written(node: Node, keys: tuple[str, ...]) -> str:
    name = Path(node.file).name
    return f"{dotted(keys)} ({name}:{node.line})" if node.line else f"{dotted(keys)} ({name})"


def given_of(scenario: Scenario) -> list[Given]:
    """Return what simulation and planning took from the scenario, as it was written, one row a value."""
    if scenario.source is None:
        return []
    found: list[Given] = []
    for section in (*_SIMULATED, "money"):
        node = scenario.source.child(section)
        if node is not None:
            found += [one for one in _rows(node, (section,)) if section != "money" or _is_no_input(one.path)]
    return found


def _is_no_input(path: str) -> bool:
    """Whether a term of ``money`` is paid as simulated: no formula follows it."""
    return path.rsplit(".", 1)[-1] in ("overtime", "combine")


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    text = str(value)
    return Path(text).name if Path(text).is_absolute() else text


def _rows(node: Node, path: tuple[str, ...]) -> Iterator[Given]:
    value = node.value
    if isinstance(value, dict):
        for key, below in value.items():
            if key not in _MONEY_KEYS:
                yield from _rows(below, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item.value, dict) for item in value):
        for number, below in enumerate(value):
            yield from _rows(below, (*path, str(number)))
    else:
        text = _words(node.plain())
        text = text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"
        yield Given(dotted(path), text, f"{Path(node.file).name}:{node.line}" if node.line else Path(node.file).name)

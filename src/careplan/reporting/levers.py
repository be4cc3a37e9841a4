"""What ``careplan levers`` says: which lever helps most, and how sure that is.

Comes in: a ranking. Goes out: text within a width, a table as CSV, plain data for JSON, and levers as they stand in a
scenario file. Left out: the trying.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate
from careplan.planning.ranking import LeverRanking, LeverResult, is_less_better
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, count, listed, money, paid_hours, paragraph
from careplan.scenario.levers import CHANGES

VERSION = 1
"""Of the layout of ``levers_dict``."""
_IN_MINUTES_MS = 5 * 60_000
"""Mean times are told in minutes from limits of so much on."""
WHAT_IT_MEANS = (
    "Saved: what the scenario as it is takes, minus what it takes with the lever, both planned to meet the same "
    "targets; below 0 the lever takes more. Every plan is searched once in each round, all of a round on the same "
    "customers; ± is a 95 % interval from how plans differ between rounds, the noise of the search included. Gained: "
    "the staffing of the plan as it is, played with and without the lever on the same customers; ± from paired "
    "differences."
)


def levers_text(ranking: LeverRanking, width: int, *, written: str = "") -> str:
    """Return the whole answer: the best lever in a sentence, the ranking, the gains, what each is and who says so.

    Parameters
    ----------
    ranking
        What was found.
    width
        The most characters of a line.
    written
        A sentence that says where the files are; left out if empty.
    """
    who = ranking.provenance
    made_by = (
        f"careplan {who.version}, scenario {(who.scenario or '')[:8]}, seed {who.seed}, {who.engine}, "
        f"{ranking.rounds} rounds, replications {ranking.replications}"
    )
    possible = [one for one in ranking.results if one.deciding is not None]
    parts = [
        paragraph(headline(ranking), width),
        paragraph(_left_out(ranking), width),
        possible and "At the same service: saved a week\n" + saved_table(ranking, width),
        _impossible(ranking, width),
        ranking.results and "At the same staffing: gained\n" + gained_table(ranking, width),
        ranking.results and "What each is\n" + sources_text(ranking, width),
        paragraph(WHAT_IT_MEANS, width) if ranking.results else "",
        paragraph(written, width),
        paragraph(made_by, width),
    ]
    return "\n\n".join(part for part in parts if part)


def headline(ranking: LeverRanking) -> str:
    """Return the answer in a few sentences."""
    plan, currency = ranking.plan, ranking.plan.bill.currency
    cost = "" if plan.cost_a_week is None else f" and {money(plan.cost_a_week, currency)}"
    said = [
        f"As it is, it takes {count(plan.agents_at_peak, 'agent')} at the peak, "
        f"{paid_hours(plan.paid_hours_a_week)}{cost} a week."
    ]
    saving = [one for one in ranking.results if one.verdict == "saves"]
    if saving:
        best = saving[0]
        assert best.hours is not None and best.agents is not None
        hours_saved = _range(best.hours, 1)
        if best.cost is not None:
            first = f"{_range(best.cost, 0)} {currency} a week, net of its own cost, and {hours_saved} paid hours"
        else:
            first = f"{hours_saved} paid hours a week"
        instead = _instead(best)
        said.append(f'The lever that saves most is "{best.name}": {first}{instead}.')
    elif any(one.deciding is not None for one in ranking.results):
        said.append("No lever saves more than chance and the search may have done.")
    noise = [one.name for one in ranking.results if one.verdict == "within the noise"]
    if noise:
        said.append(f"Within the noise of the search: {listed(noise)}.")
    if ranking.are_standard and ranking.results:
        said.append(
            "These are the standard levers that fit, with other people's figures: write your own under levers "
            "(--list shows these as they stand in a file)."
        )
    return " ".join(said)


def _left_out(ranking: LeverRanking) -> str:
    if ranking.plan.is_partial:
        return "Interrupted while the scenario was planned as it is: no lever was tried."
    return f"Interrupted: not tried were {listed(ranking.left_out)}." if ranking.left_out else ""


def saved_table(ranking: LeverRanking, width: int) -> str:
    """Return what each lever saves, the best first."""
    has_cost = any(one.own_cost or one.fees for one in ranking.results)
    has_money = any(one.wages is not None for one in ranking.results)
    rows = []
    for one in ranking.results:
        if one.hours is None or one.agents is None:
            continue
        of_money = [_number(one.cost), _half(one.cost)] if has_money else []
        of_money += [f"{one.own_cost + one.fees:,.0f}"] if has_money and has_cost else []
        hours = [_number(one.hours), _half(one.hours)]
        rows.append([one.name, *of_money, *hours, _number(one.agents, 1), one.verdict])
    headings = [f"{ranking.plan.bill.currency}|net", "|±"] if has_money else []
    headings += ["its own|cost"] if has_money and has_cost else []
    return table(["lever", *headings, "paid|hours", "|±", "agents|at peak", ""], rows, width)


def gained_table(ranking: LeverRanking, width: int) -> str:
    """Return what each lever does to each target with nobody more or less."""
    headings = ["lever"]
    for goal, _ in ranking.results[0].gained:
        less = ", less is better" if is_less_better(goal) else ""
        headings += [f"{goal.name}|({_unit(goal)}{less})", "|±"]
    rows = []
    for one in ranking.results:
        cells = [(_number(_in_unit(goal, by), 1), _half(_in_unit(goal, by), 1)) for goal, by in one.gained]
        rows.append([one.name, *(cell for pair in cells for cell in pair)])
    return table(headings, rows, width)


def sources_text(ranking: LeverRanking, width: int) -> str:
    """Return for each lever what it changes and who says so."""
    found = []
    for one in ranking.results:
        price = f" It costs {one.own_cost:,.2f} {ranking.plan.bill.currency} a week." if one.own_cost else ""
        fees = f" Bots cost {one.fees:+,.2f} {ranking.plan.bill.currency} a week." if one.fees else ""
        found.append(paragraph(f"{one.name}: {changes_words(one.changes)}.{price}{fees} Source: {one.source}.", width))
    return "\n".join(found)


def changes_words(changes: Mapping[str, Any]) -> str:
    """Return what a lever changes, as it is written in a file, in a line."""
    return ", ".join(f"{key} {_flow(changes[key])}" for key in (*CHANGES, "queues") if changes.get(key) is not None)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value)


def _impossible(ranking: LeverRanking, width: int) -> str:
    return "\n".join(
        paragraph(f"{one.name} cannot be planned: {one.why_not}.", width) for one in ranking.results if one.why_not
    )


def _unit(goal: Goal) -> str:
    if goal.unit == "share":
        return "points"
    return "min" if goal.threshold_ms >= _IN_MINUTES_MS else "s"


def _in_unit(goal: Goal, e: Estimate) -> Estimate:
    return e.times({"points": 100.0, "min": 1 / 60, "s": 1.0}[_unit(goal)])


def _instead(one: LeverResult) -> str:
    """What a lever gives with the same people: the share that grows most; nothing where none does."""
    shares = [(goal, by) for goal, by in one.gained if goal.unit == "share" and not is_less_better(goal)]
    goal, by = max(shares, key=lambda pair: pair[1].value, default=(None, None))
    if goal is None or by is None or not by.value > 0:
        return ""
    return f"; or, with the same people, it gives {_range(by.times(100.0), 1)} points more of {goal.name}"


def _number(e: Estimate | None, digits: int = 0) -> str:
    return NOTHING if e is None or not math.isfinite(e.value) else _tidy(e.value, digits)


def _half(e: Estimate | None, digits: int = 0) -> str:
    """Half the width of an interval."""
    return NOTHING if e is None or e.high is None else _tidy(e.high - e.value, digits)


def _tidy(value: float, digits: int) -> str:
    """A number without a minus before zero."""
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def _range(e: Estimate, digits: int) -> str:
    text = _number(e, digits)
    if e.low is None or e.high is None:
        return text
    return f"{text} ({_tidy(e.low, digits)} to {_tidy(e.high, digits)})"


def levers_csv(ranking: LeverRanking) -> str:
    """Return the ranking as a table, a line a lever: what it saves a week, and each target's gain; empty where none."""
    goals = [goal for goal, _ in ranking.results[0].gained] if ranking.results else []
    figures = ("cost_saved", "paid_hours_saved", "agents_saved_at_peak")
    headings = ["lever", "verdict", *(f"{name}{part}" for name in figures for part in _PARTS), "own_cost", "bot_fees"]
    headings += [f"gained_{goal.name}{part}" for goal in goals for part in _PARTS]
    rows = [_row(one) for one in ranking.results]
    return csv_text([*headings, "source", "why_not"], rows)


_PARTS = ("", "_low", "_high")


def _row(one: LeverResult) -> Sequence[object]:
    estimates = [one.cost, one.hours, one.agents]
    cells: list[object] = [one.name, one.verdict, *(cell for e in estimates for cell in _cells(e))]
    cells += [round(one.own_cost, 2), round(one.fees, 2), *(cell for _, e in one.gained for cell in _cells(e))]
    return [*cells, one.source, one.why_not]


def _cells(e: Estimate | None) -> list[object]:
    values = [None] * 3 if e is None else [e.value, e.low, e.high]
    return ["" if value is None or not math.isfinite(value) else round(value, 6) for value in values]


def levers_dict(ranking: LeverRanking, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    return {
        "careplan_levers": VERSION,
        "headline": headline(ranking),
        **ranking.to_dict(),
        "files": list(files),
    }


def levers_yaml(levers: Mapping[str, Mapping[str, Any]]) -> str:
    """Return levers as a section of a scenario file."""
    from ruamel.yaml import YAML

    out = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 110
    yaml.dump({"levers": {name: dict(lever) for name, lever in levers.items()}}, out)
    return out.getvalue()

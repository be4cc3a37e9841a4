"""The closed forms beside the plan, where they apply, and why not where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.engine.contract import FULL_CAPACITY, Group, Queue, Rules
from careplan.metrics.scorecard import Goal
from careplan.planning.erlang import agents_needed
from careplan.planning.formulas import FormulaFigure, formula_figures
from careplan.planning.seed import Load

GOAL = Goal("80/20", "answer", 0.8, threshold_ms=20_000, over="interval")


def load_of(rules: Rules, patience_s: float) -> Load:
    """Twelve and thirty calls an hour of five minutes."""
    turns = np.tile([12.0, 30.0], (len(rules.queues), 1))
    return Load(turns, turns * 300_000, np.zeros_like(turns), np.full(len(rules.queues), patience_s))


def figure(
    queues: dict[str, Queue],
    groups: dict[str, Group],
    *,
    goals: tuple[Goal, ...] = (GOAL,),
    patience_s: float = np.inf,
    turns: float = 1.0,
) -> FormulaFigure:
    rules = Rules.of(queues=queues, groups=groups)
    load = load_of(rules, patience_s)
    return formula_figures(rules, load, goals, load.turns, [turns] * len(queues))[0]


PHONE = {"calls": Queue(is_live=True)}
CARE = {"care": Group(skills={"calls": 1})}


@pytest.mark.parametrize(("patience_s", "name"), [(np.inf, "Erlang C"), (180.0, "Erlang A")])
def test_a_phone_line_of_its_own_has_a_figure_by_interval(patience_s: float, name: str) -> None:
    found = figure(PHONE, CARE, patience_s=patience_s)
    assert found.name == name and found.headcount is not None and found.why_not is None
    for i, rate in enumerate((12.0, 30.0)):
        expected = agents_needed(arrivals_per_hour=rate, handle_s=300, share=0.8, within_s=20, patience_s=patience_s)
        assert found.headcount[i] == expected


def test_a_faster_group_has_shorter_calls() -> None:
    fast = figure(PHONE, {"care": Group(skills={"calls": (1, 2000)})})
    assert fast.headcount is not None
    assert fast.headcount[1] == agents_needed(arrivals_per_hour=30, handle_s=150, share=0.8, within_s=20)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"queues": {"calls": Queue(is_live=False)}}, "answered later"),
        ({"goals": ()}, "no answer target"),
        ({"groups": {**CARE, "others": Group(skills={"calls": 2})}}, "shared"),
        (
            {
                "queues": {**PHONE, "chat": Queue(is_live=True)},
                "groups": {"care": Group(skills={"calls": 1, "chat": 1})},
            },
            "shared",
        ),
        ({"queues": {"calls": Queue(is_live=True, concurrency=3)}}, "several cases at once"),
        ({"turns": 1.4}, "several turns"),
    ],
)
def test_where_no_formula_applies_it_is_said_why(changes: dict[str, object], why: str) -> None:
    found = figure(**({"queues": PHONE, "groups": CARE} | changes))  # type: ignore[arg-type]
    assert found.name is None and found.headcount is None
    assert found.why_not is not None and why in found.why_not and why in str(found)


def test_half_an_agent_still_works_on_one_case_at_a_time() -> None:
    part_time = {"care": Group(skills={"calls": 1}, capacity=FULL_CAPACITY)}
    assert figure(PHONE, part_time).name == "Erlang C"

"""The notes of a plan: what a reader has to know beside the figures."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from careplan.planning.capacity.notes import notes_of
from careplan.planning.capacity.plan import SimulatedWeek
from tests.planning.capacity.desks import APRIL, months


def notes(*net: str, wished: Any = 2, skills: tuple[tuple[str, ...], ...] = (("calls",),)) -> list[str]:
    """The notes where the one simulated week took so many FTE."""
    names = [f"group-{n}" for n in range(len(skills))]
    scenario: Any = SimpleNamespace(groups={n: SimpleNamespace(skills=s) for n, s in zip(names, skills, strict=True)})
    week = SimulatedWeek(0, APRIL, (), {"group-0": tuple(map(Fraction, net))}, {})
    return notes_of(scenario, months(2), (), {0: week}, wished, is_partial=False)


def test_plans_of_a_week_that_lie_far_apart_are_told() -> None:
    assert notes("5", "5.4") == []
    (said,) = notes("5", "6")
    assert "2026-04: the plans of its week lie far apart, 5.0 to 6.0 net FTE" in said


def test_months_that_were_added_and_groups_that_share_queues_are_told() -> None:
    assert notes("5", wished=[1]) == ["Simulated as well, since they have the least or the most load: 2026-04."]
    (said,) = notes("5", skills=(("calls",), ("calls", "letters"), ("letters",)))
    assert "group-0 and group-1; group-1 and group-2" in said

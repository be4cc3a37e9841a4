"""Which months are simulated, what lies between them, and what the week held out says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from careplan.metrics.uncertainty import student_t
from careplan.planning.capacity.need import Simulation, chosen, needs_of
from careplan.planning.capacity.plan import HeldOut, SimulatedWeek
from tests.planning.capacity.desks import months


def loads(*values: float) -> dict[str, tuple[Decimal, ...]]:
    """The load of one group by month."""
    return {"care": tuple(Decimal(str(value)) for value in values)}


def week(number: int, *net: str, premiums: str = "0") -> SimulatedWeek:
    """A week of which the plans found so many FTE."""
    its = tuple(Fraction(value) for value in net)
    return SimulatedWeek(number, months(1)[0].first, (), {"care": its}, {"care": (Fraction(premiums),) * len(its)})


def test_the_months_with_the_least_and_the_most_load_are_always_simulated() -> None:
    numbers, spare = chosen(loads(5, 3, 9, 4, 6, 7), 2)
    assert numbers == (1, 2)
    assert spare == 4  # 6 lies in the middle of 3 and 9
    numbers, spare = chosen(loads(5, 3, 9, 4, 6, 7), 4)
    assert {1, 2, 4} < set(numbers) and len(numbers) == 4
    assert spare is not None and spare not in numbers
    assert chosen(loads(5, 3, 9, 4, 6, 7), [3])[0] == (1, 2, 3)


def test_months_with_one_load_are_simulated_once_and_nothing_is_left_to_hold_out() -> None:
    assert chosen(loads(5, 5, 5, 5), 4) == ((0,), None)
    assert chosen(loads(5, 6, 5, 6), 4) == ((0, 1), None)


def test_every_group_has_a_line_between_its_own_least_and_most() -> None:
    both = {"calls": (Decimal(1), Decimal(2), Decimal(3)), "letters": (Decimal(5), Decimal(1), Decimal(3))}
    assert chosen(both, 2)[0] == (0, 1, 2)


def test_a_month_between_lies_on_the_line_in_the_load_and_is_marked() -> None:
    found = needs_of(
        "care", loads(10, 12, 20, 20)["care"], {0: week(0, "14", premiums="100"), 2: week(2, "24", premiums="300")}
    )
    assert [need.net for need in found] == [Decimal("14.00"), Decimal("16.00"), Decimal("24.00"), Decimal("24.00")]
    assert [need.premiums_a_week for need in found] == [Decimal(100), Decimal(140), Decimal(300), Decimal(300)]
    assert [need.is_simulated for need in found] == [True, False, True, False]


def test_where_one_week_is_all_there_is_need_goes_in_proportion() -> None:
    found = needs_of("care", loads(10, 5)["care"], {0: week(0, "14")})
    assert [need.net for need in found] == [Decimal("14.00"), Decimal("7.00")]


def test_the_interval_is_the_scatter_of_the_plans_pooled_over_the_weeks() -> None:
    weeks = {0: week(0, "9.9", "10.1"), 2: week(2, "20", "20")}
    first, middle, last = needs_of("care", loads(10, 15, 20)["care"], weeks)
    # Relative deviations: twice 1 %; two degrees of freedom; the mean of two plans.
    half = student_t(2) * (0.0002 / 2) ** 0.5 / 2**0.5
    assert float(first.high or 0) - 10 == pytest.approx(10 * half, abs=0.006)
    assert 20 - float(last.low or 0) == pytest.approx(20 * half, abs=0.006)
    between = ((0.5 * 10 * half) ** 2 + (0.5 * 20 * half) ** 2) ** 0.5
    assert float(middle.high or 0) - 15 == pytest.approx(between, abs=0.006)
    single = needs_of("care", loads(10)["care"], {0: week(0, "10")})
    assert single[0].low is None and single[0].high is None


def test_the_error_of_the_week_held_out_is_line_over_simulated_less_one() -> None:
    held = HeldOut(week(1, "10"), {"care": Decimal("10.20")}, {"care": Decimal("10.00")})
    assert held.error("care") == pytest.approx(0.02)
    assert HeldOut(week(1, "0"), {"care": Decimal(0)}, {"care": Decimal(0)}).error("care") is None


def test_more_load_never_needs_less_between_weeks_that_grow() -> None:
    weeks = {0: week(0, "6.5"), 1: week(1, "8"), 2: week(2, "9.4")}
    steps = [4, 6, 7, *(4 + k * 0.1 for k in range(31))]
    found = needs_of("care", loads(*steps)["care"], weeks)[3:]
    assert all(a.net <= b.net for a, b in zip(found, found[1:], strict=False))


class Interrupted:
    """Plans until it is interrupted."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, scenario: Any, seed: int, called: str) -> Any:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        line = SimpleNamespace(on_duty_ms=40 * 3_600_000 * seed, premiums={})
        return SimpleNamespace(is_partial=False, bill=SimpleNamespace(lines={"care": line}))


def simulation(monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """Three months of a desk that plans nothing itself."""
    monkeypatch.setattr("careplan.planning.capacity.need.week_of_month", lambda scenario, month: scenario)
    terms = SimpleNamespace(contract_hours=40 * 3_600_000)
    scenario: Any = SimpleNamespace(groups={"care": None}, terms=lambda group: terms)
    return Simulation(scenario, months(3), 1, 2)


def test_an_interrupt_keeps_the_weeks_that_are_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulation(monkeypatch)
    made.play([2, 0, 1], Interrupted(3))
    assert made.is_partial
    assert {number: [int(x) for x in one.net["care"]] for number, one in made.weeks.items()} == {2: [201, 202], 0: [1]}


def test_an_interrupt_before_anything_is_finished_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        simulation(monkeypatch).play([2, 0, 1], Interrupted(0))

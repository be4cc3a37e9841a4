"""What a capacity plan says: months with too few, months within the interval, and what was held out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from careplan.planning.capacity.heads import rows_of
from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity, HeldOut, SimulatedWeek
from careplan.planning.capacity.rows import Need, QueueMonth
from careplan.provenance import Provenance
from careplan.reporting.capacity import headline, heads_text, held_out_sentence, months_close, need_text, years_text
from careplan.reporting.plots.outlook import finding
from careplan.reporting.plots.outlooks import of_capacity
from tests.planning.capacity.desks import APRIL, EUR_20, a_class, months, terms, there

QUEUE = QueueMonth(volume=1000, plain_weeks=4.0, cases_a_week=250.0, handle_factor=1.0, handle_s=300.0)


def plan(*net: str, heads: int = 5, half: str = "0.3") -> CapacityPlan:
    """A plan without leavers or shrinkage; the first and the last month are simulated, a head joins in May."""
    ahead = tuple(replace(month, queues={"calls": QUEUE}) for month in months(len(net)))
    needs = [
        Need(
            Decimal(x), Decimal(x) - Decimal(half), Decimal(x) + Decimal(half), Decimal(0), Decimal(x),
            number in (0, len(net) - 1),
        )
        for number, x in enumerate(net)
    ]  # fmt: skip
    desk = terms(wage=EUR_20)
    intakes = (there(heads), a_class(1, 1))
    group = GroupCapacity("care", desk, (), intakes, rows_of(ahead, needs, desk, (), intakes), None)
    week = SimulatedWeek(0, APRIL, (), {"care": (Fraction(5),)}, {"care": (Fraction(0),)})
    return CapacityPlan(
        "desk", "A desk", "EUR", ahead, (group,), {"care": ("calls",)}, (week,), None, (), False, Provenance("0")
    )


def test_months_with_too_few_and_months_within_the_interval_are_named() -> None:
    short = plan("4", "5.8", "6.5")
    assert short.months_under == ("2026-06",) and not short.covers
    assert months_close(short) == ["2026-05"]  # 6 heads against 5.8, at most 6.1
    said = headline(short)
    assert "Too few in 1 month (2026-06), by 0.5 FTE at the worst." in said
    assert "In 2026-05 what is over lies within the interval of the need." in said
    assert "1 head hired in 1 class" in said
    enough = plan("4", "5", "5.5")
    assert "No month has too few." in headline(enough) and not months_close(enough)
    assert headline(replace(enough, is_partial=True)).startswith("Interrupted:")


def test_tables_mark_simulated_months_and_months_with_too_few_within_80_columns() -> None:
    short = plan("4", "5.8", "6.5")
    need = need_text(short, short.groups[0], 80)
    assert [line.split()[0] for line in need.splitlines() if " * " in line] == ["2026-04", "2026-06"]
    heads = heads_text(short, short.groups[0], 80)
    assert [line.split()[0] for line in heads.splitlines() if " ! " in line] == ["2026-06"]
    assert max(map(len, "\n".join((need, heads, years_text(short, 80))).splitlines())) <= 80


def test_costs_of_years_add_up_to_the_plan() -> None:
    year = plan(*["5"] * 12)
    last = years_text(year, 100).splitlines()[-1]
    assert last.startswith("all") and last.endswith(f"{year.cost:,.0f}")


@pytest.mark.parametrize(
    ("line", "found", "said"),
    [("5.10", "5.00", "+2.0 %"), ("4.90", "5.00", "−2.0 %"), ("0.00", "0.00", "against 0.00 simulated net FTE")],
)
def test_the_week_held_out_is_told_with_its_error(line: str, found: str, said: str) -> None:
    desk = plan("4", "5", "6")
    held = HeldOut(desk.weeks[0], {"care": Decimal(line)}, {"care": Decimal(found)})
    assert said in held_out_sentence(replace(desk, held_out=held))


def test_where_nothing_was_held_out_it_says_why() -> None:
    assert "nothing to interpolate" in held_out_sentence(plan("5", "5", "5"))
    assert "is not checked" in held_out_sentence(plan("4", "5", "6"))


def test_the_picture_says_what_is_needed_hired_and_missing() -> None:
    data = of_capacity(plan("4", "5.8", "6.5")).outlook
    assert data is not None
    assert finding(data) == "4.0 FTE needed in 2026-04, 6.5 in 2026-06, 1 hired in 1 class; too few in 2026-06"
    assert data.groups[0].is_simulated == [True, False, True]

"""Whom to hire: the program against every hiring there is, and what it does when people are missing."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from careplan.planning.capacity.heads import rows_of, tenures_of
from careplan.planning.capacity.hiring import class_of, hired, starts_allowed
from careplan.planning.capacity.rows import GroupTerms, Intake
from careplan.scenario.capacity import Classes, GroupStaff
from careplan.scenario.money import MONTH_MS
from careplan.units import DAY_MS, Money
from tests.planning.capacity.desks import EUR_20, months, need, terms, there

DESK = terms(
    attrition=Decimal("0.36"),
    wage=EUR_20,
    hiring=Decimal(900),
    workplace=Decimal(200),
    training_ms=MONTH_MS,
    ramp_start=Decimal("0.6"),
    ramp_ms=2 * MONTH_MS,
)


def staffed(**classes: object) -> GroupStaff:
    """Hiring as the program likes, with what classes keep to."""
    return GroupStaff(
        classes=Classes.model_construct(
            **({"least": 1, "most": None, "every": 1, "months": (), "lead_time": 0} | classes)
        )
    )


def plan(desk: GroupTerms, needs: list[str], heads: int, staff: GroupStaff) -> tuple[tuple[Intake, ...], object]:
    """Classes for needs by month."""
    return hired(months(len(needs)), [need(x) for x in needs], desk, tenures_of(desk), [there(heads)], staff)


def outcome(desk: GroupTerms, needs: list[str], heads: int, classes: tuple[Intake, ...]) -> tuple[float, Decimal]:
    """FTE-months missing, and cost."""
    rows = rows_of(months(len(needs)), [need(x) for x in needs], desk, tenures_of(desk), [there(heads), *classes])
    return round(sum(max(0.0, -float(row.over)) for row in rows), 3), sum((row.cost for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("needs", "heads", "least", "most"),
    [
        (["8", "8", "9", "10", "9"], 9, 1, 4),
        (["8", "10", "12", "12", "8"], 8, 3, 4),
        (["5", "5", "5", "9", "5"], 7, 2, 4),
        (["4", "4", "4", "4", "4"], 9, 1, 4),
    ],
)
def test_the_classes_are_the_best_of_all_there_are(needs: list[str], heads: int, least: int, most: int) -> None:
    staff = staffed(least=least, most=most)
    found, _ = plan(DESK, needs, heads, staff)
    sizes = [0, *range(least, most + 1)]
    every = []
    for hires in product(sizes, repeat=len(needs)):
        classes = tuple(class_of(months(5), n, size, staff.classes) for n, size in enumerate(hires) if size)
        every.append(outcome(DESK, needs, heads, classes))
    assert outcome(DESK, needs, heads, found) == min(every)


def test_with_a_price_for_missing_heads_both_are_weighed() -> None:
    needs, heads = ["8", "8", "9", "10", "8"], 9
    staff = staffed(most=4).model_copy(update={"short": Money(Decimal(1500), "EUR")})
    found, how = plan(DESK, needs, heads, staff)

    def total(classes: tuple[Intake, ...]) -> float:
        missing, cost = outcome(DESK, needs, heads, classes)
        return missing * 1500 + float(cost)

    every = [
        total(tuple(class_of(months(5), n, size, staff.classes) for n, size in enumerate(hires) if size))
        for hires in product(range(4), repeat=5)
    ]
    assert total(found) == pytest.approx(min(every), abs=2)  # missing is rounded to a thousandth
    assert how.least_missing is None  # type: ignore[attr-defined]
    assert outcome(DESK, needs, heads, found)[0] > 0  # a peak of one month is not worth a head


def test_what_no_class_can_reach_stays_missing_and_is_told() -> None:
    staff = staffed(lead_time=70 * DAY_MS)
    found, how = plan(terms(), ["5", "7", "9", "9"], 5, staff)
    assert [(one.begins, one.heads) for one in found] == [(3, 4)]
    assert how.least_missing == 6.0  # type: ignore[attr-defined]
    assert found[0].recruit_from is not None and str(found[0].recruit_from) == "2026-04-22"


def test_a_desk_with_enough_hires_nobody_and_one_without_leavers_hires_the_difference() -> None:
    assert plan(terms(), ["5", "5"], 5, staffed())[0] == ()
    found, how = plan(terms(), ["5", "6", "8"], 5, staffed())
    assert [(one.begins, one.heads) for one in found] == [(1, 1), (2, 2)]
    assert how.counts == "head-months"  # type: ignore[attr-defined]
    assert how.solver.gap == 0  # type: ignore[attr-defined]


def test_classes_begin_when_they_may() -> None:
    year = months(12)
    assert starts_allowed(year, Classes()) == tuple(range(12))
    assert starts_allowed(year, staffed(every=3, lead_time=45 * DAY_MS).classes) == (2, 5, 8, 11)
    assert starts_allowed(year, staffed(months=(year[1].first, year[7].first), lead_time=31 * DAY_MS).classes) == (7,)


def test_where_no_class_may_begin_there_is_still_an_answer() -> None:
    found, how = plan(terms(), ["5", "6"], 5, staffed(lead_time=365 * DAY_MS))
    assert found == ()
    assert how.least_missing == 1.0  # type: ignore[attr-defined]

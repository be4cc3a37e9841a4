"""From seats that are held to the plain data of a workbook, and the sheet Cover.

Comes in: what ``careplan cover`` found, with its price curve or without. Goes out: a
:class:`~careplan.reporting.workbook.data.Book`; the sheet. Left out: pictures of the curve (``careplan plot``).
"""

from __future__ import annotations

import math

from careplan.metrics.uncertainty import Estimate
from careplan.planning.cover.plan import CoverPlan
from careplan.planning.cover.rota import minutes_of
from careplan.reporting.workbook.answers import EVERYTHING, compared_of, run_of
from careplan.reporting.workbook.assumptions import Assumed
from careplan.reporting.workbook.data import Aim, Answer, Book
from careplan.reporting.workbook.inputs import given_of, inputs_of
from careplan.reporting.workbook.live import rounded_up
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import PriceLine, Seating
from careplan.scenario.models import Scenario
from careplan.study.price_curve import PriceCurve, PricePoint
from careplan.units import DAYS

CONTRACTS = "wages of the contracts, and premiums"


def book_of_cover(plan: CoverPlan, prices: PriceCurve | None, scenario: Scenario, *, is_partial: bool = False) -> Book:
    """Return what seats and the price of the hours hold for a workbook."""
    who = run_of("cover", scenario, plan.provenance, is_partial, ())
    proved = "proved to be the fewest" if plan.is_proven else "not proved to be the fewest"
    sentences = [f"{plan.people} people hold the seats, {proved}.", f"Seat arithmetic: {plan.seats.arithmetic}."]
    cost = None if plan.cost is None else float(plan.cost)
    seat_hours = float(plan.seats.seat_hours)
    answer = Answer(sentences, None, "", seat_hours, float(plan.contract_hours), cost, CONTRACTS, None, [])
    compared = [compared_of("people who hold the seats", answer, who)]
    if prices is not None:
        curve = run_of("cover --curve", scenario, prices.provenance, prices.is_partial, ())
        compared += [compared_of(f"{p.step}, {p.way}", _answer(prices, p), curve) for p in prices.points]
    rotation = [["relief"] * 7 if k in plan.relief else _days(plan, k) for k in range(plan.people)]
    seating = Seating(
        plan.seats.group,
        seat_hours,
        float(plan.seats.weekly_hours),
        plan.people,
        plan.is_proven,
        [(bound.why, bound.sum, bound.people) for bound in plan.bounds],
        rotation,
        [minutes_of(row) / 60 for row in plan.rows],
        [] if prices is None else [_price(point) for point in prices.points],
    )
    return Book(
        who,
        answer,
        inputs_of(scenario),
        given_of(scenario),
        people=[],
        intervals=None,
        shifts=[],
        roster=[],
        bill=[],
        outlook=None,
        seating=seating,
        bill_lacks="",
        compared=compared,
    )


def _days(plan: CoverPlan, row: int) -> list[str]:
    return ["" if kind is None else f"{kind.name} {kind.hours}" for kind in plan.rows[row]]


def _answer(prices: PriceCurve, point: PricePoint) -> Answer:
    goal, e = prices.promise, point.in_time
    aim = Aim(
        f"{goal.name}, of all who wrote", "", "", "share", goal.share, *_three(e), None, None, None, ""
    )  # fmt: skip
    words = f"{point.hours_a_week:g} hours a week, people in {point.people_hours_a_week:g} of them."
    cost = None if prices.scenario.currency is None else float(point.cost.value)
    return Answer(
        [words],
        max(point.heads, default=0),
        "",
        None,
        point.paid_hours_a_week,
        cost,
        EVERYTHING,
        point.holds,
        [aim],
    )


def _price(point: PricePoint) -> PriceLine:
    return PriceLine(
        point.step,
        point.way,
        point.hours_a_week,
        point.people_hours_a_week,
        point.people,
        *_three(point.cost),
        *_three(point.in_time),
        _three(point.in_time_there)[0],
        _three(point.contained)[0],
        point.holds,
    )


def _three(e: Estimate) -> tuple[float | None, float | None, float | None]:
    """Figure and bounds; None where there is none."""
    value, low, high = (
        None if x is None or not math.isfinite(x) else float(f"{x:.12g}") for x in (e.value, e.low, e.high)
    )
    return value, low, high


def write_seating(sheet: Sheet, book: Book, assumed: Assumed) -> None:
    """Write seat arithmetic, bounds, the rotation, and what the hours cost and buy."""
    seating = book.seating
    assert seating is not None
    row = sheet.opening(
        "Cover",
        [
            f"Seats of the group {seating.group}: people = hours of seats a week ÷ (weekly hours × (1 − shrinkage)). "
            "People are whole and keep the rules of rest, so it may take more; the rotation is one of many.",
        ],
    )
    row = _arithmetic(sheet, row, seating, assumed)
    sheet.head(row, ["Fewer people would lack", "", "Sum", "", "People at least"])
    for why, sum_of_it, people in seating.bounds:
        row += 1
        sheet.text(row, 0, why)
        sheet.text(row, 2, sum_of_it, "loose")
        sheet.number(row, 4, people, "whole")
    row += 2
    sheet.head(row, ["Week of the rotation", *(day.title() for day in DAYS), "Hours"])
    hours: list[Cell] = []
    for number, (days, worked) in enumerate(zip(seating.rotation, seating.hours, strict=True), start=1):
        row += 1
        sheet.number(row, 0, number, "whole")
        for column, words in enumerate(days, start=1):
            sheet.text(row, column, words)
        hours.append(sheet.number(row, 8, worked, "hours"))
    if hours:
        sheet.text(row + 1, 0, "All", role="sum")
        sheet.sum(row + 1, 8, hours, "hours")
    if seating.prices:
        _prices(sheet, row + 4, book, seating)


def _arithmetic(sheet: Sheet, row: int, seating: Seating, assumed: Assumed) -> int:
    """The sum for one and for all seats, as formulas; the weekly hours are an input of this sheet."""
    sheet.head(row, ["Seat arithmetic", "", "Value", "Unit"])
    free = 1 - assumed.of("Shrinkage", seating.group)
    seats = sheet.number(row + 1, 2, seating.seat_hours, "hours")
    weekly = sheet.number(row + 2, 2, seating.weekly_hours, "hours", "input")
    share = sheet.live(row + 3, 2, free, "share")
    people = sheet.live(row + 4, 2, seats.here / (weekly.here * share.here), "number")
    sheet.live(row + 5, 2, rounded_up(people.here), "whole")
    sheet.number(row + 6, 2, seating.people, "whole")
    found = "it takes, proved" if seating.is_proven else "it takes at most; fewer are not ruled out"
    rows = [
        ("Hours of seats", "a week"),
        ("Weekly hours of one person", "paid hours"),
        ("Of them there", "1 − shrinkage"),
        ("People by the sum", "people"),
        ("Whole people by the sum", "people"),
        ("People who hold the seats", f"people {found}, with the rules of rest"),
    ]
    for k, (label, unit) in enumerate(rows, start=1):
        sheet.text(row + k, 0, label)
        sheet.text(row + k, 3, unit, "loose")
    return row + len(rows) + 2


def _prices(sheet: Sheet, row: int, book: Book, seating: Seating) -> None:
    currency = book.run.currency or "money"
    sheet.text(row, 0, "What the hours cost and buy, a week", "title")
    row += 1
    titles = ["Hours", "Way", "Hours covered", "With people", "People", f"Cost {currency}", "95 % from", "95 % to"]
    titles += [
        "In time, of all",
        "95 % from",
        "95 % to",
        "While people are there",
        "Contained by the bot",
        "Promise held",
    ]
    sheet.head(
        row, [*titles, "Cost an hour covered", "Cost, against the first", "Points, against the first", "Cost a point"]
    )
    first: tuple[Cell, Cell] | None = None
    for line in seating.prices:
        row += 1
        sheet.text(row, 0, line.step)
        sheet.text(row, 1, line.way)
        covered = sheet.number(row, 2, line.hours, "hours")
        sheet.number(row, 3, line.people_hours, "hours")
        sheet.number(row, 4, line.people)
        cost = sheet.number(row, 5, line.cost, "money")
        sheet.number(row, 6, line.low, "money")
        sheet.number(row, 7, line.high, "money")
        in_time = sheet.number(row, 8, line.in_time, "share")
        shares = (line.in_time_low, line.in_time_high, line.in_time_there, line.contained)
        for column, share in enumerate(shares, start=9):
            sheet.number(row, column, share, "share")
        sheet.text(row, 13, "yes" if line.holds else "no")
        if covered.value:
            sheet.live(row, 14, cost.here / covered.here, "money")
        if first is not None:
            more = sheet.live(row, 15, cost.here - first[0].here, "money")
            points = sheet.live(row, 16, (in_time.here - first[1].here) * 100, "hours")
            if points.value > 0:
                sheet.live(row, 17, more.here / points.here, "money")
        first = (cost, in_time) if first is None else first

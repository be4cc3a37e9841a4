"""From seats that are held to the plain data of a workbook, and the sheet Cover.

Comes in: what ``careplan cover`` found, with its price curve or without. Goes out: a
:class:`~careplan.reporting.workbook.data.Book`; the sheet. Left out: pictures of the curve (``careplan plot``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from careplan.metrics.uncertainty import Estimate
from careplan.planning.cover.plan import CoverPlan
from careplan.planning.cover.rota import minutes_of
from careplan.reporting.price_curve import verdict
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
FURTHER = (
    "As simulated; changing an input does not replan. A further point is measured from the step before in the same way "
    "(bot and mixed begin with the first step of people): cost more ÷ points gained; below 0 it saves money too; it "
    "cannot be told where the interval of the points touches 0."
)


def book_of_cover(plan: CoverPlan, prices: PriceCurve | None, scenario: Scenario, *, is_partial: bool = False) -> Book:
    """Return what seats and the price of the hours hold for a workbook; with prices, the run is that of the curve."""
    seats = run_of("cover", scenario, plan.provenance, is_partial, ())
    who = seats
    proved = "proved to be the fewest" if plan.is_proven else "not proved to be the fewest"
    sentences = [f"{plan.people} people hold the seats, {proved}.", f"Seat arithmetic: {plan.seats.arithmetic}."]
    cost = None if plan.cost is None else float(plan.cost)
    seat_hours = float(plan.seats.seat_hours)
    told = Answer(sentences, None, "", seat_hours, float(plan.contract_hours), cost, CONTRACTS, None, [])
    compared = [compared_of("people who hold the seats", told, seats)]
    answer = told
    if prices is not None:
        who = run_of("cover --curve", scenario, prices.provenance, is_partial or prices.is_partial, ())
        compared += [compared_of(f"{p.step}, {p.way}", _answer(prices, p), who) for p in prices.points]
        answer = replace(told, sentences=[*sentences, "Price of the hours (sheet Cover):", *verdict(prices)])
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
        cost,
        None if plan.cost is None else float(sum(plan.premiums.values())),
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
        point.before,
        *([None] * 2 if point.gained is None else _three(point.gained)[1:]),
        *([None] * 2 if point.per_point is None else _three(point.per_point)[1:]),
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
    row = _arithmetic(sheet, row, book, seating, assumed)
    row = _planned(sheet, row, book, seating)
    sheet.head(row, ["Fewer people would lack (as planned)", "", "People at least", "Sum"])
    for why, sum_of_it, people in seating.bounds:
        row += 1
        sheet.text(row, 0, why, "loose")
        sheet.number(row, 2, people, "whole")
        sheet.text(row, 3, sum_of_it, "loose")
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


def _arithmetic(sheet: Sheet, row: int, book: Book, seating: Seating, assumed: Assumed) -> int:
    """The sum, as formulas; the weekly hours are an input of this sheet."""
    sheet.head(row, ["Seat arithmetic (follows the yellow cells)", "", "Value", "Unit"])
    whose = seating.group
    seats = sheet.number(row + 1, 2, seating.seat_hours, "hours")
    weekly = sheet.number(row + 2, 2, seating.weekly_hours, "hours", "input")
    share = sheet.live(row + 3, 2, 1 - assumed.of("Shrinkage", whose), "share")
    people = sheet.live(row + 4, 2, seats.here / (weekly.here * share.here), "number")
    whole = sheet.live(row + 5, 2, rounded_up(people.here), "whole")
    rows = [
        ("Hours of seats", "hours a week"),
        ("Weekly hours of one person", "paid hours, an input"),
        ("Of them there", "1 − shrinkage (an input, sheet Assumptions)"),
        ("People by the sum", "people: hours of seats ÷ (weekly hours × share there)"),
        ("Whole people by the sum", "people"),
    ]
    if book.run.currency:
        sheet.live(row + 6, 2, whole.here * weekly.here * assumed.of("Wage", whose), "money")
        rows.append(
            ("Their wages", f"{book.run.currency} a week: whole people × weekly hours × wage, without premiums")
        )
    return _labels(sheet, row, rows)


def _planned(sheet: Sheet, row: int, book: Book, seating: Seating) -> int:
    """What the rules of rest and the rotation come to: it takes a new plan to change it."""
    words = "As planned: changing a yellow cell does not replan; careplan cover --weekly-hours, --set PATH=VALUE does"
    sheet.head(row, ["With the rules of rest", "", "Value", "Unit"])
    found = "proved to be the fewest" if seating.is_proven else "fewer are not ruled out"
    rows = [("People who hold the seats", f"people, {found}")]
    sheet.number(row + 1, 2, seating.people, "whole")
    if seating.cost is not None:
        rows.append(("Their cost", f"{book.run.currency} a week: wages of the contracts, and premiums"))
        rows.append(("Premiums in it", f"{book.run.currency} a week"))
        sheet.number(row + 2, 2, seating.cost, "money")
        sheet.number(row + 3, 2, seating.premiums, "money")
    row = _labels(sheet, row, rows)
    sheet.text(row - 1, 0, f"{words}.", "note")
    return row + 1


def _labels(sheet: Sheet, row: int, rows: Sequence[tuple[str, str]]) -> int:
    for k, (label, unit) in enumerate(rows, start=1):
        sheet.text(row + k, 0, label, "loose")
        sheet.text(row + k, 3, unit, "loose")
    return row + len(rows) + 2


def _prices(sheet: Sheet, row: int, book: Book, seating: Seating) -> None:
    currency = book.run.currency or "money"
    sheet.text(row, 0, "What the hours cost and buy, a week", "title")
    sheet.sentence(row + 1, FURTHER)
    row += 2
    titles = ["Hours", "Way", "Hours covered", "With people", "Contracts", f"Cost {currency}", "95 % from", "95 % to"]
    titles += ["In time, of all", "95 % from", "95 % to", "While people are there", "Contained by the bot"]
    titles += ["Promise held", f"{currency} an hour covered", f"{currency} more than the step before"]
    titles += ["Points gained since the step before", "95 % from", "95 % to"]
    sheet.head(row, [*titles, f"{currency} for a further point", "95 % from", "95 % to"])
    made: list[tuple[Cell, Cell]] = []
    for line in seating.prices:
        row += 1
        made.append(_price_line(sheet, row, line, None if line.before is None else made[line.before]))


def _price_line(sheet: Sheet, row: int, line: PriceLine, before: tuple[Cell, Cell] | None) -> tuple[Cell, Cell]:
    """A step in one way; return cost and share in time."""
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
    if before is not None:
        more = sheet.live(row, 15, cost.here - before[0].here, "money")
        points = sheet.live(row, 16, (in_time.here - before[1].here) * 100, "number")
        for column, bound in ((17, line.gained_low), (18, line.gained_high)):
            sheet.number(row, column, bound, "number")
        if line.gained_low is not None and line.gained_low > 0:
            sheet.live(row, 19, more.here / points.here, "money")
        else:
            sheet.text(row, 19, "cannot be told", "note")
        for column, bound in ((20, line.point_low), (21, line.point_high)):
            sheet.number(row, column, bound, "money")
    return cost, in_time

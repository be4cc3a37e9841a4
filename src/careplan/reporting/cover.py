"""The fewest people who hold seats, for people: the sum, why so many, the rotation.

Comes in: a :class:`~careplan.planning.cover.plan.CoverPlan`. Goes out: text within a width, and CSV. Left out: the
price of the hours (``price_curve``).
"""

from __future__ import annotations

from careplan.planning.cover.plan import CoverPlan
from careplan.planning.cover.relaxing import NAMES
from careplan.planning.cover.rota import minutes_of
from careplan.planning.cover.seats import ShiftKind, plain, weekday
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import count, listed, paragraph
from careplan.units import format_share

OFF = "–"


def cover_text(plan: CoverPlan, width: int) -> str:
    """Return the answer, its sum, what asks for more people, and the rotation."""
    seats = listed(f"{count(n, 'seat')} {'24/7' if name == 'always' else f'in {name}'}" for name, n in plan.seats.asked)
    people = count(plan.people, "person", "people")
    blocks = [
        paragraph(f"{plan.title or plan.name}: {people} hold {seats} (group {plan.seats.group})", width),
        paragraph(f"Seat arithmetic: {plan.seats.arithmetic}.", width),
        table(
            ["fewer people would lack", "sum", "people"],
            [[bound.why, bound.sum, f"≥ {bound.people}"] for bound in plan.bounds],
            width,
            keys=2,
        ),
        paragraph(_why(plan), width),
        _rotation(plan, width),
        paragraph(_each(plan), width),
    ]
    if plan.cost is not None:
        blocks.append(paragraph(_cost(plan), width))
    blocks.append(paragraph(_rules(plan), width))
    return "\n\n".join(blocks)


def _why(plan: CoverPlan) -> str:
    people = count(plan.people, "person", "people")
    said = [
        f"{people}, proved to be the fewest."
        if plan.is_proven
        else f"{people}; that fewer cannot do it is not proved beyond {max(b.people for b in plan.bounds)}."
    ]
    if plan.people * plan.seats.weekly_hours > plan.needed_hours and plan.seats.people.denominator > 1:
        said.append(
            f"The sum gives {plain(plan.seats.people)}; people are whole, so {plain(plan.spare_hours)} of "
            f"{plain(plan.contract_hours)} contract hours a week are to spare."
        )
    if plan.held_hours > plan.seats.seat_hours:
        more = plan.held_hours - plan.seats.seat_hours
        said.append(f"Shifts overlap by {plain(more)} h a week: they do not fit the hours without it.")
    if plan.ways_out:
        asks = listed((NAMES[way.rule] for way in plan.ways_out), "and")
        said.append(
            f"The rules ask for one more than the hours do ({asks}): {plan.working - 1} would do with "
            f"{listed(map(str, plan.ways_out), 'or with')}."
        )
    elif plan.people == plan.working and plan.people > max(plan.bounds[0].people, plan.bounds[1].people):
        said.append(f"The rules of rest together ask for more than the hours do: {plan.working - 1} cannot keep them.")
    if plan.relief:
        need = plan.needed_hours - plan.held_hours
        said.append(
            f"{plan.working} of them hold the seats when nobody is away; {len(plan.relief)} more, in relief weeks, "
            f"stand in for the shrinkage of {format_share(float(plan.seats.shrinkage))} ({plain(need)} h a week)."
        )
    return " ".join(said)


def _rotation(plan: CoverPlan, width: int) -> str:
    """A row for each week: a letter for each day."""
    letters = _letters(plan)
    rows = []
    for number, row in enumerate(plan.rows):
        cells = [OFF if kind is None else letters[kind.of_day] for kind in row]
        is_relief = number in plan.relief
        hours = "relief" if is_relief else f"{minutes_of(row) / 60:g}"
        rows.append([f"week {number + 1}", *(["·"] * 7 if is_relief else cells), hours])
    key = ", ".join(f"{letters[kind.of_day]} {kind.name} {kind.hours}" for kind in plan.shifts)
    grid = table(["rotation", *(weekday(day) for day in range(7)), "hours"], rows, width)
    return f"{grid}\n\n{paragraph(key, width)}"


def _letters(plan: CoverPlan) -> dict[tuple[str, int, int], str]:
    """A letter for each shift: the first of its name, with a number where several have it."""
    found: dict[tuple[str, int, int], str] = {}
    for kind in plan.shifts:
        letter = kind.name[:1].upper()
        alike = [other for other in plan.shifts if other.name[:1].upper() == letter]
        found[kind.of_day] = letter if len(alike) == 1 else f"{letter}{alike.index(kind) + 1}"
    return found


def _each(plan: CoverPlan) -> str:
    shifts = listed(count(n, f"{name} shift") for name, n in plan.each.items())
    weekends = plan.weekends_off
    relief = f" and has {count(len(plan.relief), 'week')} of relief" if plan.relief else ""
    return (
        "Everybody begins in another row and moves on one row a week, from the last to the first. In "
        f"{count(plan.people, 'week')} each person works {shifts}{relief}; {count(weekends, 'weekend')} of "
        f"{plan.people} without a shift. So nights and weekends are shared alike."
    )


def _cost(plan: CoverPlan) -> str:
    assert plan.cost is not None and plan.wage is not None
    extra = [f"premium {name} {each:,.2f}" for name, each in plan.premiums.items()]
    parts = listed([f"wage {plan.wage:,.2f}", *extra])
    return (
        f"Cost: {plan.cost:,.2f} {plan.currency} a week ({parts}), for {plain(plan.contract_hours)} contract hours. "
        "Heads, desks and licences: careplan cover --curve, careplan cost."
    )


def _rules(plan: CoverPlan) -> str:
    rules = plan.rules
    said = [f"{plain(plan.seats.weekly_hours)} h a week on average at most"]
    for value, words in (
        (rules.week_at_most, "{} in one week"),
        (rules.daily_rest, "{} between shifts"),
        (rules.weekly_rest, "{} at a stretch around a day off in each week"),
    ):
        if value is not None:
            said.append(words.format(f"{value / 60:g} h"))
    if rules.days_in_a_row is not None:
        said.append(f"{rules.days_in_a_row} days in a row at most")
    if rules.weekends_off:
        said.append(f"{format_share(rules.weekends_off)} of weekends off at least")
    return (
        f"Rules: {listed(said)}. A typical week by the clock; breaks are taken at the seat. Seats are held by people × "
        "weekly hours × (1 − shrinkage). Formulas: docs/cover.md."
    )


def rotation_csv(plan: CoverPlan) -> str:
    """Return one row for each day of the rotation."""
    rows = []
    for number, row in enumerate(plan.rows):
        for day, kind in enumerate(row):
            what = ["relief" if number in plan.relief else "off", "", ""]
            rows.append([number + 1, weekday(day), *(what if kind is None else _shift(kind))])
    return csv_text(["row", "day", "shift", "hours", "length_h"], rows)


def _shift(kind: ShiftKind) -> list[object]:
    return [kind.name, kind.hours, kind.length / 60]

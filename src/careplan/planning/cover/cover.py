"""``cover``: the fewest people who hold seats round the clock, proved, with a rotation they can work.

Comes in: a scenario. Goes out: a :class:`~careplan.planning.cover.plan.CoverPlan`. Left out: what the hours cost and
buy (``study/price_curve``).

Two numbers decide. Hours: seats are held by paid people who are there for only (1 − shrinkage) of their time. Rules:
without any absence, so many people work a rotation within the rules of rest. The larger one is the answer; where it is
the hours, the rows beyond the rotation are relief: weeks in which somebody stands in for those who are away.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from careplan.clock import Window
from careplan.costing.pay import cents, pay_of
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.cover.plan import Bound, CoverPlan
from careplan.planning.cover.relaxing import ways_out
from careplan.planning.cover.rota import SECONDS, RotaRules, Rows, rota
from careplan.planning.cover.seats import Seats, plain, seats_of
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.units import format_share

Told = Callable[[str, float], None]
"""Called with what is being done, and the share of it that is done."""
MOST_ROWS = 120
"""Rows of a rotation at most: our choice; more seats are held by several rotations."""
PROOF_S = 60.0
"""How long one proof may take."""


def cover(
    scenario: Scenario,
    *,
    seats: Mapping[str, int] | int | None = None,
    group: str | None = None,
    weekly_hours: float | None = None,
    people: int | None = None,
    seconds: float = SECONDS,
    progress: Told | None = None,
) -> CoverPlan:
    """Return the fewest people who hold seats, and how they take turns.

    Parameters
    ----------
    scenario
        Its section ``cover``, and the rules of its section ``rosters``.
    seats
        People at once: a number round the clock, or by named hours, instead of ``cover.seats``.
    group
        Whose people, instead of ``cover.group``.
    weekly_hours
        Paid hours of one person in a week, instead of ``cover.weekly_hours``.
    people
        So many there are: they take turns, or it is said which rules they would break.
    seconds
        How long the solver may improve the rotation.
    progress
        Called now and then.

    Raises
    ------
    InfeasibleError
        If so many ``people`` (or any number) cannot hold the seats: names the rules that clash and the smallest change
        of each that helps.
    CareplanError
        If names or numbers are wrong, all at once.
    """
    began = time.monotonic()
    tell = progress or (lambda what, share: None)
    asked = seats_of(scenario, seats=seats, group=group, weekly_hours=weekly_hours)
    rules = RotaRules.of(asked, scenario)
    if rules.week_at_most is not None and asked.weekly_hours * 60 > rules.week_at_most:
        most = plain(Fraction(rules.week_at_most, 60))
        said = f"weekly hours {plain(asked.weekly_hours)}; expected at most {most}, the hours of one week"
        raise CareplanError("seats to hold", [f"{said} (rosters.week_at_most); state fewer, or allow more there"])
    bounds = _bounds(asked, rules)
    if people is not None:
        _check(asked, rules, people)
    tell("fewest people", 0.1)
    working, is_proven = _fewest(asked, rules, bounds, people)
    tell("rotation", 0.3)
    found = rota(asked, rules, working, seconds=seconds)
    rows = found.rows or rota(asked, rules, working, seconds=PROOF_S, is_any=True).rows
    assert rows is not None
    held = Fraction(sum(kind.length for row in rows for kind in row if kind is not None), 60)
    by_hours = math.ceil(held / (asked.weekly_hours * (1 - asked.shrinkage)))
    whole = max(working, by_hours, people or 0)
    least = max(bound.people for bound in bounds)
    tell("what it costs", 0.95)
    wage, premiums = _cost(scenario, asked, rows, whole)
    by_rules = working > max(1, _by_contract(asked).people) and whole == working
    full, relief = _with_relief(rows, whole)
    return CoverPlan(
        scenario.name,
        scenario.title,
        asked,
        rules,
        full,
        relief,
        bounds,
        working - 1,
        whole == least or (is_proven and whole == working),
        ways_out(asked, rules, working - 1) if by_rules and working > 1 else (),
        wage,
        premiums,
        scenario.currency,
        time.monotonic() - began,
        Provenance.now(scenario=scenario.digest),
    )


def _bounds(seats: Seats, rules: RotaRules) -> tuple[Bound, ...]:
    """What anyone can check: fewer people would lack hours, shifts, or heads on one day."""
    hours = Fraction(seats.least_minutes, 60)
    quotient = hours / (seats.weekly_hours * (1 - seats.shrinkage))
    share = format_share(float(seats.shrinkage))
    found = [
        Bound(
            "hours, shrinkage counted",
            f"{plain(hours)} h ÷ ({plain(seats.weekly_hours)} h × (1 − {share})) = {plain(quotient)}",
            math.ceil(quotient),
        ),
        _by_contract(seats),
    ]
    shifts, on_a_day = _least_shifts(seats), _least_on_a_day(seats)
    each = _shifts_of_a_week(seats, rules)
    if each:
        found.append(Bound("shifts of a week", f"{shifts} shifts ÷ {plain(each)} a person", math.ceil(shifts / each)))
    found.append(Bound("one shift a day", f"{on_a_day} shifts begin on one day", on_a_day))
    return tuple(found)


def _by_contract(seats: Seats) -> Bound:
    hours = Fraction(seats.least_minutes, 60)
    people = hours / seats.weekly_hours
    return Bound(
        "hours, nobody away", f"{plain(hours)} h ÷ {plain(seats.weekly_hours)} h = {plain(people)}", math.ceil(people)
    )


def _shifts_of_a_week(seats: Seats, rules: RotaRules) -> Fraction:
    """Shifts of one person in a week on average at most: by days in a row, a day off a week, hours of a week."""
    most = Fraction(7)
    if rules.days_in_a_row is not None:
        most = min(most, Fraction(7 * rules.days_in_a_row, rules.days_in_a_row + 1))
    if rules.weekly_rest is not None:
        most = min(most, Fraction(6))
    if rules.week_at_most is not None:
        most = min(most, Fraction(rules.week_at_most // min(kind.length for kind in seats.kinds)))
    return most


def _least_shifts(seats: Seats) -> int:
    return seats.least(tuple(1.0 for _ in seats.kinds))


def _least_on_a_day(seats: Seats) -> int:
    """Of the day on which most shifts must begin."""
    return max(seats.least(tuple(float(kind.day == day) for kind in seats.kinds)) for day in range(7))


def _fewest(seats: Seats, rules: RotaRules, bounds: tuple[Bound, ...], people: int | None) -> tuple[int, bool]:
    """The fewest rows of a rotation, nobody away; and whether fewer were proved not to do."""
    rows = max(1, max(bound.people for bound in bounds[1:]))
    sure = True
    while rows <= min(MOST_ROWS, people or MOST_ROWS):
        found = rota(seats, rules, rows, seconds=PROOF_S, is_any=True)
        if found.rows is not None:
            return rows, sure
        if rows > 3 * bounds[1].people + 7:
            break
        sure &= found.is_proven
        rows += 1
    if rows > MOST_ROWS:
        raise CareplanError(
            f"{plain(seats.seat_hours)} seat hours a week take more than {MOST_ROWS} people; expected fewer seats: "
            "hold them by several rotations (--seats)"
        )
    raise _clash(seats, rules, people or rows, is_any=people is None)


def _check(seats: Seats, rules: RotaRules, people: int) -> None:
    """Say if so many people lack the hours."""
    hours = Fraction(seats.least_minutes, 60)
    available = people * seats.weekly_hours * (1 - seats.shrinkage)
    if hours <= available:
        return
    ways = []
    paid = hours / people / (1 - seats.shrinkage)
    if rules.week_at_most is None or paid * 60 <= rules.week_at_most:
        ways.append(f"{plain(paid)} paid hours a week instead of {plain(seats.weekly_hours)}")
    if hours <= people * seats.weekly_hours:
        most = 1 - hours / (people * seats.weekly_hours)
        ways.append(f"shrinkage of {100 * float(most):.1f} % instead of {format_share(float(seats.shrinkage))}")
    ways.append(f"{math.ceil(hours / (seats.weekly_hours * (1 - seats.shrinkage)))} people")
    raise InfeasibleError(
        f"{people} people cannot hold the seats: {plain(hours)} h a week against {people} × "
        f"{plain(seats.weekly_hours)} h × (1 − {format_share(float(seats.shrinkage))}) = {plain(available)} h. "
        f"What helps: {'; or '.join(ways)}"
    )


def _clash(seats: Seats, rules: RotaRules, people: int, *, is_any: bool) -> InfeasibleError:
    ways = ways_out(seats, rules, people)
    helps = "; or ".join(map(str, ways)) if ways else "no change of one rule alone is enough"
    who = f"no number of people holds the seats within the rules ({people} tried)"
    if not is_any:
        who = f"{people} people cannot hold the seats within the rules, though they have the hours"
    return InfeasibleError(f"{who}. The least change that helps: {helps}")


def _with_relief(rows: Rows, people: int) -> tuple[Rows, tuple[int, ...]]:
    """Rows with relief rows among them, spread evenly."""
    extra = people - len(rows)
    full, relief = [], []
    for number, row in enumerate(rows):
        full.append(row)
        for _ in range((number + 1) * extra // len(rows) - number * extra // len(rows)):
            relief.append(len(full))
            full.append((None,) * 7)
    return tuple(full), tuple(relief)


def _cost(scenario: Scenario, seats: Seats, rows: Rows, people: int) -> tuple[Decimal | None, dict[str, Decimal]]:
    """A week: the contracts at the wage, and the premiums of the shifts by the clock, mean over the horizon."""
    pay = pay_of(scenario)[seats.group]
    if pay.wage is None:
        return None, {}
    clock = scenario.clock_of(seats.group)
    spells: list[Window] = []
    for day in clock.days[clock.warm_up_days : clock.warm_up_days + clock.horizon_days]:
        midnight = datetime(day.year, day.month, day.day)
        for row in rows:
            kind = row[day.weekday()]
            if kind is not None:
                on, off = (clock.instant(midnight + timedelta(minutes=x)) for x in (kind.begin, kind.end))
                spells.append((on, off))
    weeks = Fraction(clock.horizon_days, 7)
    price = pay.price(spells)
    wage = people * seats.weekly_hours * pay.an_hour
    return cents(wage), {name: cents(money / weeks) for name, money in price.premiums.items()}

"""How a roster was found, and who works when at a glance.

Comes in: a roster that was found. Goes out: text within a width. Left out: people's hours (``rosters``), files.
"""

from __future__ import annotations

from datetime import date

from careplan.planning.rosters.assign import Found
from careplan.planning.rosters.duties import NamedRoster
from careplan.planning.rosters.labour import begin_minute
from careplan.reporting.tables import table
from careplan.reporting.words import count, duration, hours, number, paragraph, percent
from careplan.scenario.models import Scenario
from careplan.units import DAYS

_SHOWN = 40
"""People in the text; all are in people.csv."""
_WEEKS_A_BLOCK = 4
_WORDS = {
    "uncovered": "needed shifts nobody works",
    "hours": "hours short of contracts",
    "wish": "wishes not granted",
    "weekend": "weekends beyond a fair share",
    "day_off_alone": "days off alone",
    "start": "starts at another time of day",
}


def search_text(found: Found, width: int) -> str:
    """Return bound, gap and time, what is uncovered, and what the points are for."""
    solver = found.solver
    text = (
        f"Search: {number(solver.cost, 1)} points against a bound of {number(solver.bound, 1)}, a gap of "
        f"{percent(solver.gap)}{' (above 5 %: a better roster may exist)' if solver.is_large else ''}, found in "
        f"{duration(solver.seconds, is_fine=True)} among {solver.rows:,} rows of shifts. "
    )
    if found.uncovered:
        missing = hours(found.uncovered_hours)
        text += f"{count(found.uncovered, 'needed shift')} of {found.needed:,} stay uncovered, {missing}."
    else:
        text += f"All {found.needed:,} needed shifts are covered."
    more = len(found.roster.duties) - found.needed + found.uncovered
    if more:
        text += f" {count(more, 'shift')} more than needed {'fills' if more == 1 else 'fill'} contracts."
    parts = [f"{_WORDS[name]} {number(value, 1)}" for name, value in found.points.items() if value]
    if parts:
        text += f" Points: {', '.join(parts)}."
    if found.is_partial:
        text = f"Interrupted: this is the best roster so far. {text}"
    return "\n".join(paragraph(part, width) for part in (text, *found.notes))


def days_text(roster: NamedRoster, scenario: Scenario, width: int) -> str:
    """Return a letter for each person and day, in blocks of four weeks."""
    blocks = []
    for first in range(0, roster.weeks, _WEEKS_A_BLOCK):
        weeks = range(first, min(first + _WEEKS_A_BLOCK, roster.weeks))
        days = [roster.days[7 * week : 7 * week + 7] for week in weeks]
        heads = ["person", *("".join(DAYS[day.weekday()][0] for day in week) + f"|{week[0]:%d %b}" for week in days)]
        rows = []
        for member in roster.people[:_SHOWN]:
            begins = {
                duty.laid.day: begin_minute(duty.laid, scenario.clock_of(duty.group))
                for duty in roster.duties_of[member.name]
            }
            leave = member.person.leave_days
            rows.append([member.name, *("".join(_letter(day, begins, leave) for day in week) for week in days)])
        blocks.append(table(heads, rows, width))
    more = len(roster.people) - _SHOWN
    if more > 0:
        blocks.append(f"… and {count(more, 'more', 'more')}, in people.csv")
    key = "E begins 04:00-09:59, M 10:00-13:59, L 14:00-19:59, N 20:00-03:59; v leave, · off."
    return "\n\n".join(blocks) + "\n" + paragraph(key, width)


def _letter(day: date, begins: dict[date, int], leave: frozenset[date]) -> str:
    if day not in begins:
        return "v" if day in leave else "·"
    hour = begins[day] // 60
    return "N" if hour >= 20 or hour < 4 else "E" if hour < 10 else "M" if hour < 14 else "L"

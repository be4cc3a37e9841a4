"""Tables of values beside a bill and beside a roster: what a case, a point and a bot cost; planned against simulated.

Comes in: a full bill, a comparison of bot and people, a roster that was played. Goes out:
:class:`~careplan.reporting.workbook.parts.Beside` rows, and their place on a sheet. Left out: anything that formulas
follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from careplan.metrics.uncertainty import Estimate
from careplan.reporting.workbook.answers import number
from careplan.reporting.workbook.formats import Style
from careplan.reporting.workbook.paper import Sheet
from careplan.reporting.workbook.parts import Beside
from careplan.study.break_even import BreakEven, Duel
from careplan.study.costs import Costs, QueueCost
from careplan.study.rosters import RosterRun

COSTS, GRID = "Costs", "Roster grid"
"""The sheets that have such tables."""
_BOUNDS = ("95 % from", "95 % to")
_CHEAPER = {True: "bot", False: "people", None: "not told"}


def beside_bill(costs: Costs, rival: BreakEven | None) -> list[Beside]:
    """Return what a case costs by queue, what a point costs, a call against a message, and bot against people."""
    currency = costs.bill.currency
    several = 1 < len(costs.channels) < len(costs.queues)
    queues = [_queue("", one) for one in costs.queues]
    queues += [_queue("channel ", one) for one in costs.channels] if several else []
    found = [
        Beside(
            COSTS, "Cost of people by queue",
            "A group's cost goes to queues as its agents' time did, idle time with it; without bots and telephony.",
            ["Queue", "Cases", f"People {currency}", "A case", *_BOUNDS, "A case answered", *_BOUNDS],
            ["text", "number", *["money"] * 7], queues,
        )
    ]  # fmt: skip
    points = [[one.target, one.now.value, *_three(one.points), one.cost.value, *_three(one.per_point)]
              for one in costs.points]  # fmt: skip
    found.append(
        Beside(
            COSTS, "One more point of service",
            f"Between {100 * costs.step:.4g} % less and {100 * costs.step:.4g} % more staffing; no price where the "
            "points cannot be told from nothing.",
            ["Target", "Now", "Points", *_BOUNDS, f"Cost {currency}", "A point", *_BOUNDS],
            ["text", "share", *["number"] * 3, *["money"] * 4], [_plain(row) for row in points],
        )
    )  # fmt: skip
    pairs = [_plain([one.live, one.message, *_three(one.times)]) for one in costs.live_against_messages]
    found.append(
        Beside(
            COSTS, "Phone against messages",
            "How many times as much people cost for an answered case of a live queue; without telephony and bots.",
            ["Live", "Message", "Times", *_BOUNDS], ["text", "text", *["number"] * 3], pairs,
        )
    )  # fmt: skip
    if rival is not None:
        found.append(_duels(rival, currency))
    return [one for one in found if one.rows]


def _queue(word: str, one: QueueCost) -> list[str | float | None]:
    return _plain([f"{word}{one.name}", one.cases.value, one.cost.value, *_three(one.per_case),
                   *_three(one.per_answered)])  # fmt: skip


def _duels(rival: BreakEven, currency: str) -> Beside:
    rows = [_duel(one) for one in (*rival.by_volume, *rival.by_containment[:-1])]
    return Beside(
        COSTS, "Bot against people at night",
        f"In the {float(rival.hours):g} hours in which {rival.bot} is alone: people of {rival.group} who answer the "
        f"same share in time ({rival.goal}).",
        ["Volume ×", "Contained ×", "In time", f"Bot {currency}", *_BOUNDS, "People", f"People {currency}", "Cheaper",
         "Equal at a fee of", *_BOUNDS],
        ["number", "number", "share", "money", "money", "money", "whole", "money", "text", "money", "money", "money"],
        rows,
    )  # fmt: skip


def _duel(one: Duel) -> list[str | float | None]:
    told = "no number of people tried does" if one.people is None else _CHEAPER[one.bot_is_cheaper]
    wages = None if one.wages is None else float(one.wages)
    return _plain([one.volume, one.containment, one.in_time.value, *_three(one.fees), one.people, wages, told,
                   *_three(one.fee_of_equal_cost)])  # fmt: skip


def beside_roster(run: RosterRun) -> list[Beside]:
    """Return planned against simulated service by week, targets that promise a share apart from means."""
    heads = ["Target", "Week from", "Planned", *_BOUNDS, "Simulated", *_BOUNDS, "Difference", *_BOUNDS]
    heads += ["Chance planned", "Chance simulated", *_BOUNDS]
    found = []
    for unit, style, words in (("share", "share", ""), ("s", "hours", ", seconds")):
        rows = []
        for k, goal in enumerate(run.simulated.first.goals):
            for week in run.figures(k) if (goal.unit == "share") == (unit == "share") else ():
                figures = (*_three(week.planned), *_three(week.simulated), *_three(week.difference))
                rows.append(_plain([goal.name, week.label, *figures, week.planned_chance.value, *_three(week.chance)]))
        found.append(
            Beside(
                GRID, f"Planned against simulated{words}",
                "Planned: everybody there; simulated: with absence, on the same customers. The chance is a week's.",
                heads, ["text", "text", *[style] * 9, *["share"] * 4], rows,
            )
        )  # fmt: skip
    return [one for one in found if one.rows]


def _three(e: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if e is None else (e.value, e.low, e.high)


def _plain(row: Iterable[str | float | None]) -> list[str | float | None]:
    return [cell if isinstance(cell, str) else number(cell) for cell in row]


def write_beside(sheet: Sheet, row: int, tables: Sequence[Beside]) -> int:
    """Write those tables that belong on a sheet below what stands there; return the row after them."""
    for one in tables:
        if one.sheet != sheet.name:
            continue
        sheet.text(row, 0, one.title, "title")
        sheet.text(row + 1, 0, f"{one.about} Values of the run: no formula follows them.", "note")
        row += 2
        sheet.head(row, one.heads)
        for cells in one.rows:
            row += 1
            for column, (cell, style) in enumerate(zip(cells, one.styles, strict=True)):
                if isinstance(cell, str):
                    sheet.text(row, column, cell)
                else:
                    sheet.number(row, column, cell, cast(Style, style))
        row += 2
    return row

"""From a capacity plan to the plain data of a workbook, and its costs by year as formulas.

Comes in: a :class:`~careplan.planning.capacity.plan.CapacityPlan`. Goes out: a
:class:`~careplan.reporting.workbook.data.Book`; lines of the sheet Costs. Left out: the months (``months``).
"""

from __future__ import annotations

from collections.abc import Sequence

from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity
from careplan.reporting.capacity import headline
from careplan.reporting.workbook.answers import run_of
from careplan.reporting.workbook.data import Answer, Book, Compared
from careplan.reporting.workbook.inputs import given_of, inputs_of
from careplan.reporting.workbook.live import Live, added
from careplan.reporting.workbook.paper import Cell, Sheet
from careplan.reporting.workbook.parts import GroupOutlook, Month, MonthNeed, Outlook, Team
from careplan.scenario.models import Scenario
from careplan.units import Money

COST_HOLDS = "wages, premiums, training, hiring, workplaces and licences of everybody on contract, mean week"


def book_of_capacity(plan: CapacityPlan, scenario: Scenario) -> Book:
    """Return what a capacity plan holds for a workbook."""
    who = run_of("capacity", scenario, plan.provenance, plan.is_partial, plan.notes)
    weeks = sum(month.days for month in plan.months) / 7
    cost = float(plan.cost) / weeks if plan.currency else None
    answer = Answer([headline(plan)], None, "", None, None, cost, COST_HOLDS, plan.covers, [])
    months = [Month(m.first.isoformat(), m.days, m.volume, round(m.handle_s, 6)) for m in plan.months]
    outlook = Outlook(months, [_group(group, scenario) for group in plan.groups])
    compared = Compared("this capacity plan", who.made_by, answer, who.currency, who.digest, who.seed, who.replications)
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
        outlook=outlook,
        seating=None,
        bill_lacks="",
        compared=[compared],
    )


def _group(group: GroupCapacity, scenario: Scenario) -> GroupOutlook:
    there = [Team(float(one.heads), one.tenure) for one in group.intakes if not one.is_class]
    needs = []
    for m, row in enumerate(group.rows):
        need = row.need
        starts = [one.recruit_from for one in group.classes if one.begins == m and one.recruit_from is not None]
        needs.append(
            MonthNeed(
                float(need.net),
                None if need.low is None else float(need.low),
                None if need.high is None else float(need.high),
                float(need.premiums_a_week),
                need.is_simulated,
                row.hires,
                min(starts).isoformat() if starts else "",
                str(row.cost),
            )
        )
    wage = group.terms.wage
    added = [one.add for one in scenario.terms(group.group).premiums.values() if one is not None]
    shares = wage is not None and wage.amount > 0 and not any(isinstance(one, Money) for one in added)
    return GroupOutlook(group.group, there, needs, float(wage.amount) if wage is not None and shares else None)


def write_years(sheet: Sheet, row: int, costs: Sequence[tuple[str, Cell]], currency: str) -> None:
    """Write the costs of the months ahead by calendar year, and their sum."""
    sheet.head(row, ["Year", f"Cost {currency}", "Months"])
    years: dict[str, list[Cell]] = {}
    for month, cell in costs:
        years.setdefault(month[:4], []).append(cell)
    found = []
    for year, cells in years.items():
        row += 1
        sheet.text(row, 0, year)
        found.append(sheet.live(row, 1, _spans(cells), "money"))
        sheet.number(row, 2, len({month for month, _ in costs if month[:4] == year}), "whole")
    row += 1
    sheet.text(row, 0, "All", role="sum")
    sheet.text(row, 2, "", role="sum")
    sheet.sum(row, 1, found, "money")


def _spans(cells: Sequence[Cell]) -> Live:
    """The sum of cells of a column, those that lie one below the other as a range."""
    spans: list[list[Cell]] = []
    for cell in cells:
        if spans and _line(cell) == _line(spans[-1][-1]) + 1:
            spans[-1].append(cell)
        else:
            spans.append([cell])
    sums = [
        Live(f"SUM('{one[0].sheet}'!{one[0].address}:{one[-1].address})", sum(cell.value for cell in one))
        for one in spans
    ]
    return added(sums)


def _line(cell: Cell) -> int:
    return int(cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))

"""The sheets Capacity plan and Classes, for months ahead: who is needed, there, hired, new and paid, all as formulas.

Comes in: required net FTE by month and group, heads at the start, hires. Goes out: the sheets. Left out: finding the
need and the classes (``careplan capacity``).

Formulas are those of ``planning/capacity/rows``: a class joins on the first day of a month, people leave evenly over
it, and what a head does goes by months of tenure. Hires and heads at the start are inputs: a class put into another
month is followed by everything to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careplan.reporting.workbook.assumptions import DAYS_OF_A_MONTH, Assumed
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.formats import Role, Style
from careplan.reporting.workbook.live import Live, added, greatest, least, rounded, total
from careplan.reporting.workbook.paper import Cell, Sheet, address
from careplan.reporting.workbook.parts import GroupOutlook, Month, MonthNeed, Outlook

_TITLES = [
    "Month", "Group", "Days", "Cases", "AHT, s", "Net FTE", "95 % from", "95 % to", "How", "Gross FTE",
    "Heads at start", "Hires", "Recruit from", "Leavers", "Heads at end", "Heads paid", "In training",
    "Lost to ramp", "Productive", "Available net FTE", "Over / under, FTE",
    "Premiums of a week", "Wages", "Premiums", "Training", "Hiring", "Workplaces", "Licences", "Cost", "As planned",
    "Difference",
]  # fmt: skip
_MONEY = ("Wages", "Premiums", "Training", "Hiring", "Workplaces", "Licences", "Cost", "As planned", "Difference")
_AT = {title: column for column, title in enumerate(_TITLES)}
LONGEST_RAMP = 60
"""Months of tenure in which people may become faster, at most."""


@dataclass(frozen=True)
class Ahead:
    """What other sheets refer to."""

    costs: list[tuple[str, Cell]]
    """Month (``2026-04``) and cost of each line."""
    groups: dict[str, dict[str, list[Cell]]]
    """Group → title of a column → its cells, by month."""


def write_months(sheet: Sheet, classes: Sheet, book: Book, assumed: Assumed) -> tuple[int, Ahead]:
    """Write a line for each month and group.

    Returns
    -------
    tuple
        The row after the table, and what other sheets refer to.
    """
    outlook = book.outlook
    assert outlook is not None
    row = sheet.opening(
        "Capacity plan",
        [
            "By month and group. Net FTE comes from simulation (or lies on a line between two simulated months, and "
            "says so); from there on everything is a formula. Hires are inputs: put a class into another month, or "
            "make it larger, and heads, over and under, and cost follow (who is new stands on the sheet Classes).",
            "Gross = net ÷ (1 − shrinkage). Leavers = (heads at start + hires) × attrition ÷ 12. Heads paid = at start "
            "+ hires − leavers ÷ 2. Over / under = productive − gross. Formulas: docs/capacity.md.",
            "Premiums of a week are those of the simulated plan, an input; where all are shares of the wage, they "
            "follow the wage. What a premium adds is not a part of these formulas: change it in the scenario.",
        ],
        across=12,
    )
    sheet.head(row, _TITLES)
    sheet.freeze(row + 1, 2)
    head, costs, groups = row, list[tuple[str, Cell]](), dict[str, dict[str, list[Cell]]]()
    classes_row = classes.opening(
        "Classes",
        [
            "Who joined when, what they do in each month: productive FTE, and FTE in training. A row for those there "
            "at the start and for each month in which a class may join.",
        ],
        across=12,
    )
    cells: dict[str, list[Cell]] = {title: [] for title in _MONEY}
    for group in outlook.groups:
        hires = [
            Cell(sheet.name, address(row + 1 + m, _AT["Hires"]), month.hires) for m, month in enumerate(group.months)
        ]
        classes_row, team = _team(classes, classes_row, group, outlook, hires, assumed)
        mine: dict[str, list[Cell]] = {title: [] for title in _TITLES}
        begin: Live | None = None
        for m, (month, need) in enumerate(zip(outlook.months, group.months, strict=True)):
            row += 1
            begin = _month(sheet, row, group, month, need, begin, team, m, assumed, mine)
            costs.append((month.begin[:7], mine["Cost"][-1]))
        groups[group.group] = mine
        for title in _MONEY:
            cells[title] += mine[title]
    sheet.paper_sheet.autofilter(head, 0, row, len(_TITLES) - 1)
    sheet.red_below_nothing(head + 1, _AT["Over / under, FTE"], row)
    row += 1
    sheet.text(row, 0, "All", role="sum")
    for column in range(1, len(_TITLES)):
        sheet.text(row, column, "", role="sum")
    for title in _MONEY:
        sheet.sum(row, _AT[title], cells[title], "money")
    return row + 2, Ahead(costs, groups)


@dataclass(frozen=True)
class _Team:
    """What the grids of a group come to, as other sheets write it."""

    there: Live
    """Heads at the start."""
    productive: list[Live]
    """By month."""
    training: list[Live]
    """By month."""


@dataclass(frozen=True)
class _Joined:
    """People who joined together: a row of a grid."""

    words: str
    month: str
    """Empty of those there at the start."""
    heads: Live
    begins: int
    tenure: int | None


def _team(
    sheet: Sheet, row: int, group: GroupOutlook, outlook: Outlook, hires: Sequence[Cell], assumed: Assumed
) -> tuple[int, _Team]:
    """Write tenure and both grids of a group; return the row after them."""
    sheet.text(row, 0, group.group, "title")
    months = [month.begin[:7] for month in outlook.months]
    oldest = max((team.tenure for team in group.there if team.tenure is not None), default=0)
    row, tenures = _tenures(sheet, row + 1, group.group, min(len(months) + oldest, LONGEST_RAMP), assumed)
    sheet.head(row, ["There at the start", "Heads", "Months since they joined"])
    joined = []
    for team in group.there:
        row += 1
        words = "there, as fast as everybody" if team.tenure is None else "there, still new"
        sheet.text(row, 0, words)
        heads = sheet.number(row, 1, team.heads, "number", "input")
        sheet.number(row, 2, team.tenure, "whole")
        joined.append(_Joined(words, "", heads.here, 0, team.tenure))
    there = added([Live(f"'{sheet.name}'!{one.heads.text}", one.heads.value) for one in joined])
    joined += [_Joined("class", months[m], cell.abroad, m, 0) for m, cell in enumerate(hires)]
    attrition = assumed.of("Attrition", group.group)
    row, productive = _grid(sheet, row + 2, "Productive FTE", months, joined, attrition, [t[1] for t in tenures], 1.0)
    row, training = _grid(sheet, row + 2, "FTE in training", months, joined, attrition, [t[0] for t in tenures], 0.0)
    return row + 3, _Team(there, productive, training)


def _grid(
    sheet: Sheet,
    row: int,
    what: str,
    months: Sequence[str],
    joined: Sequence[_Joined],
    attrition: Live,
    tenures: Sequence[Live],
    later: float,
) -> tuple[int, list[Live]]:
    """What everybody is worth in every month: mean heads × what a head does in its month of tenure, ``later`` (1 or 0)
    after the last; return the row of the sums, and these."""
    sheet.head(row, [what, "Joined", *months])
    top = row + 1
    found: list[list[float]] = [[] for _ in months]
    for one in joined:
        row += 1
        sheet.text(row, 0, one.words)
        sheet.text(row, 1, one.month)
        for m in range(one.begins, len(months)):
            tenure = None if one.tenure is None else one.tenure + m - one.begins
            mean = one.heads * (1 - attrition / 12) ** (m - one.begins) * (1 - attrition / 24)
            if tenure is not None and tenure < len(tenures):
                found[m].append(sheet.live(row, 2 + m, mean * tenures[tenure]).value)
            elif later:
                found[m].append(sheet.live(row, 2 + m, mean).value)
    row += 1
    sheet.text(row, 0, "All", role="sum")
    sheet.text(row, 1, "", role="sum")
    sums = []
    for m, values in enumerate(found):
        span = f"{address(top, 2 + m)}:{address(row - 1, 2 + m)}"
        sums.append(sheet.live(row, 2 + m, total(span, values), "number", "sum").abroad)
    return row, sums


def _tenures(sheet: Sheet, row: int, group: str, n: int, assumed: Assumed) -> tuple[int, list[tuple[Live, Live]]]:
    """Training and speed by month of tenure; return the row after them."""
    sheet.head(row, ["Month of tenure", "Months lost before it", "In training", "Speed"])
    to_months = 7 / DAYS_OF_A_MONTH
    training, ramp = assumed.of("Training weeks", group) * to_months, assumed.of("Ramp weeks", group) * to_months
    first = row + 1
    lost = []
    for k in range(n + 1):
        since = least(greatest(k - training, 0), ramp)
        lacks = (1 - assumed.of("Ramp from", group)) * (since - since * since / (2 * greatest(ramp, 1e-6)))
        sheet.number(first + k, 0, k, "whole")
        lost.append(sheet.live(first + k, 1, lacks, "fine").here)
    found = []
    for k in range(n):
        share = least(k + 1, training) - least(k, training)
        learns = sheet.live(first + k, 2, rounded(share, 4), "fine")
        speed = sheet.live(first + k, 3, rounded(1 - share - (lost[k + 1] - lost[k]), 4), "fine")
        found.append((learns.here, speed.here))
    return first + n + 2, found


def _month(
    sheet: Sheet,
    row: int,
    outlook: GroupOutlook,
    month: Month,
    need: MonthNeed,
    begin: Live | None,
    team: _Team,
    m: int,
    assumed: Assumed,
    cells: dict[str, list[Cell]],
) -> Live:
    """One line; return the heads at its end."""
    group = outlook.group

    def live(title: str, formula: Live, style: Style = "number") -> Live:
        cells[title].append(sheet.live(row, _AT[title], formula, style))
        return cells[title][-1].here

    def given(title: str, value: float | None, style: Style = "number", role: Role = "plain") -> Live:
        cells[title].append(sheet.number(row, _AT[title], value, style, role))
        return cells[title][-1].here

    sheet.moment(row, 0, month.begin, "month")
    sheet.text(row, 1, group)
    days = given("Days", month.days, "whole")
    given("Cases", month.cases, "whole")
    given("AHT, s", month.handle_s, "whole")
    net = given("Net FTE", need.net)
    given("95 % from", need.low)
    given("95 % to", need.high)
    sheet.text(row, _AT["How"], "simulated" if need.is_simulated else "on the line")
    sheet.text(row, _AT["Recruit from"], need.recruit_from)
    free = 1 - assumed.of("Shrinkage", group)
    contract, wage = assumed.of("Contract hours", group), assumed.of("Wage", group)
    hires = given("Hires", need.hires, "whole", "input")
    gross = live("Gross FTE", net / free)
    start = live("Heads at start", team.there if begin is None else begin)
    leavers = live("Leavers", (start + hires) * assumed.of("Attrition", group) / 12)
    end = live("Heads at end", start + hires - leavers)
    paid = live("Heads paid", start + hires - leavers / 2)
    training = live("In training", team.training[m])
    productive = live("Productive", team.productive[m])
    live("Lost to ramp", paid - training - productive)
    live("Available net FTE", productive * free)
    live("Over / under, FTE", productive - gross)
    hours = contract * (days / 7)
    hiring, _, _ = assumed.hire(group)
    premiums = given("Premiums of a week", need.premiums_a_week, "money", "input")
    if outlook.premiums_at is not None and need.premiums_a_week:
        premiums = premiums * (wage / outlook.premiums_at)
    spent = [
        live("Wages", rounded((paid - training) * hours * wage), "money"),
        live("Premiums", rounded(premiums * (days / 7)), "money"),
        live("Training", rounded(training * hours * wage + hires * assumed.of("Training cost", group)), "money"),
        live("Hiring", rounded(hires * hiring), "money"),
        live("Workplaces", rounded(paid * assumed.of("Workplace", group)), "money"),
        live("Licences", rounded(paid * assumed.of("Licences", group)), "money"),
    ]
    cost = live("Cost", added(spent), "money")
    told = given("As planned", float(need.cost), "money")
    live("Difference", rounded(cost - told), "money")
    return end

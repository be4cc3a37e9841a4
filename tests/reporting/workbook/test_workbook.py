"""A workbook says what the result says, in figures a spreadsheet works out alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.edited import read_named_roster
from careplan.planning.rosters.horizon import over_its_weeks
from careplan.planning.shifts.labour import Laid
from careplan.planning.staff import staff
from careplan.provenance import Provenance
from careplan.reporting.rosters import Rostered
from careplan.reporting.staffing import Staffed
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.documents import Result, join
from careplan.reporting.workbook.gather import book_of_costs, book_of_staff
from careplan.reporting.workbook.parts import DutyLine
from careplan.reporting.workbook.rostered import book_of_roster
from careplan.reporting.workbook.write import SHEETS, workbook_bytes, write_book
from careplan.scenario.persons import members_of
from careplan.study.costs import cost
from careplan.units import HOUR_MS
from tests.reporting.workbook.sheets import Sheets, computed, read, table
from tests.reporting.workbook.worlds import (
    SMALL,
    TEAM,
    billed,
    outlook,
    planned,
    priced,
    rostered,
    scenario_of,
    scheduled,
    seated,
    team,
)

BOOKS = {
    "cost": billed, "staff": planned, "shifts": scheduled, "capacity": outlook, "roster": rostered, "cover": seated,
    "curve": priced,
}  # fmt: skip
PRICED = ("cost", "staff", "shifts", "roster")
"""Those with a bill."""
ROSTER = [
    DutyLine("Ann", "2026-03-26", "Thu", "e-mail team", "shift", "08:00", "16:30", "12:00-12:30", "8", "0", "0", ""),
    DutyLine("Ann", "2026-03-27", "Fri", "e-mail team", "leave", "", "", "", "8", "", "", "granted"),
    DutyLine("Ben", "2026-03-26", "Thu", "phone team", "shift", "22:00", "06:00", "", "8", "8", "8", ""),
    DutyLine("Ben", "2026-03-27", "Fri", "phone team", "off", "", "", "", "", "", "", ""),
]


def full() -> Book:
    """A bill, and the sheets other commands make."""
    return replace(billed(), roster=ROSTER, shifts=scheduled().shifts)


@pytest.fixture(scope="module")
def bill() -> Sheets:
    return read(workbook_bytes(billed()))


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_every_formula_gives_the_value_that_stands_beside_it(book: Callable[[], Book]) -> None:
    sheets = read(workbook_bytes(replace(book(), roster=ROSTER)))
    found = computed(sheets)
    assert len(found) > (5 if book in (seated, priced) else 100)
    assert all(isinstance(sheets.values[place], float) for place in found)  # a number that is typed as text is none
    wrong = {
        place: (sheets.formulas[place], sheets.values[place], value)
        for place, value in found.items()
        if sheets.values[place] != pytest.approx(value, rel=1e-12, abs=1e-9)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", PRICED)
def test_amounts_worked_out_from_the_assumptions_are_those_that_were_billed(name: str) -> None:
    book = BOOKS[name]()
    bill = read(workbook_bytes(book))
    rows = [row for row in table(bill, "Costs", "Part") if "Of" in row]
    lines = book.bill
    shown = {(row["Part"], row["Of"], row["Line"]): f"{row['Amount EUR']:.2f}" for row in rows}
    assert shown == {(line.part, line.concerns, line.what): line.amount for line in lines}
    whole = sum((Decimal(line.amount) for line in lines if line.part != "outcomes"), Decimal(0))
    (row, value) = next(
        (address[1:], bill.values[name, f"E{address[1:]}"])
        for (name, address), text in bill.values.items()
        if (name, text) == ("Costs", "Cost in all")
    )
    assert (f"{value:.2f}", f"E{row}" in bill.formulas) == (str(whole), False)
    assert ("Costs", f"E{row}") in bill.formulas


def test_the_book_of_a_roster_knows_no_shrinkage_and_has_leave_and_the_breaks_that_are_paid() -> None:
    book = rostered()
    lines = {line.what: Decimal(line.amount) for line in book.bill}
    hours = 12 * 8 + 6 * Decimal("0.5")  # of the breaks, those of one of them
    assert (lines["wages"], lines["leave"]) == (hours * Decimal("20.30"), 2 * 8 * Decimal("20.30"))
    assert lines["premium late"] == 2 * 3 * (Decimal("2.5") + Decimal("4.5")) * Decimal("20.30") / 4
    assert sum(one.paid_breaks for one in book.people) == 3 and len(book.people) == 2
    spent = sum(Decimal(line.amount) for line in book.bill if line.part != "outcomes")
    assert book.answer.cost == pytest.approx(float(spent / 2), abs=0.01)
    assert "leave" in book.answer.cost_holds
    sheets = read(workbook_bytes(book))
    assert sheets.values[sheets.names["Shrinkage_care"]] == 0
    (source,) = (
        str(row["Source"]) for row in table(sheets, "Assumptions", "Assumption") if row["Name"] == "Shrinkage_care"
    )
    assert "people have names" in source and "0.3" in source


def test_a_roster_has_the_heads_of_its_contracts_and_says_what_stands_in_them() -> None:
    text = TEAM.replace("Ben: {group: care, contract: 40 h", "Ben: {group: care, contract: 24 h")
    scenario = over_its_weeks(scenario_of(text))
    sheets = read(workbook_bytes(book_of_roster(Rostered(scenario, team(scenario), {}, None))))
    rows = table(sheets, "Capacity plan", "Week from")[:-1]
    assert [row["Heads you have"] for row in rows] == [1.6, 1.6]
    (hours,) = (row for row in table(sheets, "Assumptions", "Assumption") if row["Name"] == "Contract_hours_care")
    assert "not stated, so 40 h. Contracts of 2 people: 24 to 40 h, 32 h on average" in str(hours["Source"])


def test_a_week_in_which_the_clocks_change_is_a_week_of_fte_and_bills_are_what_they_were() -> None:
    text = SMALL.replace(", RULES", ", headcount: {always: 2}").replace("2026-03-02", "2026-03-23")
    scenario = scenario_of(text.replace("horizon: 1 day", "horizon: 1 week") + "money: {workplace: 250 EUR per month}")
    book = book_of_costs(cost(scenario, step=0, replications=2))
    sheets = read(workbook_bytes(book))
    (care,) = (row for row in table(sheets, "Costs", "Group") if row["Group"] == "care")
    (week, _) = table(sheets, "Capacity plan", "Week from")
    assert (care["Hours on duty"], week["Days"]) == (2 * 167, 7)
    assert care["Net FTE"] == week["Net FTE"] == pytest.approx(2 * 167 / 40)
    lines = [row for row in table(sheets, "Costs", "Part") if "Of" in row]
    assert {row["Line"]: f"{row['Amount EUR']:.2f}" for row in lines} == {line.what: line.amount for line in book.bill}


def test_paid_hours_are_called_by_what_is_in_them_wherever_they_stand() -> None:
    for book in (scheduled(), rostered(), billed(), full()):
        sheets = read(workbook_bytes(book))
        heads = {str(v) for (name, _), v in sheets.values.items() if name not in ("Assumptions", "Roster")}
        named = {words for words in heads if words.startswith("Paid hours") and len(words) < 60}
        assert named and all(
            "with shrinkage" in words or "on shifts" in words or "on the shift" in words for words in named
        )


def test_a_roster_that_was_not_played_says_by_which_luck_it_was_found() -> None:
    scenario = scenario_of(TEAM)
    made = Provenance.now(scenario=scenario.digest, seed=41)
    search = SimpleNamespace(provenance=made, is_partial=False)
    book = book_of_roster(Rostered(scenario, team(scenario), {}, None, found=search))  # type: ignore[arg-type]
    assert book.run.seed == 41


def test_what_was_only_simulated_or_planned_with_stands_with_its_source(bill: Sheets) -> None:
    given = {one.path: one.value for one in (*billed().given, *rostered().given)}
    assert given["outcomes.churn.value"] == "60 EUR" and given["rosters.weeks"] == "2"
    assert given["outcomes.churn.value.source"] == "a guess"
    assert any(value == "outcomes.churn.value" for (sheet, _), value in bill.values.items() if sheet == "Assumptions")


def test_costs_by_queue_and_service_by_week_stand_beside_bill_and_roster(bill: Sheets) -> None:
    queues = table(bill, "Costs", "Queue")
    people = sum(Decimal(line.amount) for line in billed().bill if line.part == "people")
    assert sum(float(row["People EUR"]) for row in queues) == pytest.approx(float(people), abs=0.05)
    (pair,) = table(bill, "Costs", "Live")
    assert (pair["Live"], pair["Message"]) == ("calls", "chats")
    weeks = table(read(workbook_bytes(rostered())), "Roster grid", "Target")
    assert [row["Week from"] for row in weeks] == ["2026-03-09", "2026-03-16", "all"]
    assert float(weeks[-1]["Difference"]) == pytest.approx(float(weeks[-1]["Simulated"]) - float(weeks[-1]["Planned"]))
    joined, _ = join(replace(billed(), run=rostered().run), [Result("roster", rostered(), [])])
    assert [one.sheet for one in joined.beside] == ["Costs", "Costs", "Roster grid"]


def test_a_changed_wage_is_followed_by_every_line_that_is_paid_by_it() -> None:
    sheets = read(workbook_bytes(billed()))
    before = computed(sheets)
    sheets.values[sheets.names["Wage_phone_team"]] = 2 * 18.70
    after = computed(sheets)
    wages, bots = {}, {}
    for row in range(1, 60):
        key = tuple(sheets.values.get(("Costs", f"{column}{row}")) for column in "ABC")
        place = ("Costs", f"E{row}")
        if key == ("people", "phone team", "wages"):
            wages[place] = after[place] / before[place]
        if key[0] == "bots":
            bots[place] = after[place] / before[place]
    assert list(wages.values()) == [pytest.approx(2, abs=1e-5)]
    assert set(bots.values()) == {1.0}


def test_a_wage_can_be_tried_where_the_scenario_states_none() -> None:
    scenario = scenario_of(SMALL.replace("wage: 20.00 EUR per hour, ", "").replace("RULES", "headcount: {always: 2}"))
    plan = staff(scenario, replications=2, judge_replications=2, cover_nights=False, effort=0.1)
    sheets = read(workbook_bytes(book_of_staff(Staffed(scenario, plan, None))))
    whole = ("Costs", f"E{_row(sheets, 'Costs', 'Cost in all')}")
    assert computed(sheets)[whole] == 0
    sheets.values[sheets.names["Wage_care"]] = 10.0
    assert computed(sheets)[whole] == pytest.approx(float(plan.bill.paid_hours) * 10, abs=0.1)


def test_more_shrinkage_takes_more_gross_people_and_no_more_net() -> None:
    sheets = read(workbook_bytes(billed()))
    (net, gross) = (("Costs", f"{column}{_row(sheets, 'Costs', 'e-mail team')}") for column in "EF")
    before = computed(sheets)
    assert before[gross] == pytest.approx(before[net] / (1 - 0.21))
    sheets.values[sheets.names["Shrinkage_e_mail_team"]] = 0.5
    after = computed(sheets)
    assert (after[net], after[gross]) == (before[net], pytest.approx(before[net] / 0.5))


def _row(sheets: Sheets, sheet: str, text: str) -> int:
    return min(int(a[1:]) for (name, a), value in sheets.values.items() if (name, value, a[0]) == (sheet, text, "A"))


def test_weeks_of_the_plan_add_up_to_the_bill_but_for_what_is_simulated(bill: Sheets) -> None:
    rows = table(bill, "Capacity plan", "Week from")
    whole = rows.pop()
    assert len(rows) == 4  # two groups, a week and two days of another
    assert sum(float(row["Cost"]) for row in rows) == pytest.approx(float(whole["Cost"]))
    exact = ("wages", "premium night", "premium sunday", "workplace", "licence", "hiring", "training", "ramp")
    billed_for = sum(Decimal(line.amount) for line in billed().bill if line.what in exact)
    assert float(whole["Cost"]) == pytest.approx(float(billed_for), abs=0.05)


def test_months_ahead_cost_what_the_capacity_plan_says_to_the_cent() -> None:
    sheets = read(workbook_bytes(outlook()))
    rows = table(sheets, "Capacity plan", "Month")
    whole = rows.pop()
    assert len(rows) == 2 * 14
    assert [f"{row['Cost']:.2f}" for row in rows] == [
        need.cost
        for group in outlook().outlook.groups
        for need in group.months  # type: ignore[union-attr]
    ]
    assert table(sheets, "Costs", "Year")[-1]["Cost EUR"] == pytest.approx(whole["Cost"])


def test_a_class_put_into_an_earlier_month_is_productive_earlier_and_heads_follow() -> None:
    sheets = read(workbook_bytes(outlook()))
    before = computed(sheets)
    first = _row(sheets, "Capacity plan", "Month") + 1
    hires = {m: ("Capacity plan", f"L{first + m}") for m in range(14)}
    assert [sheets.values[hires[m]] for m in (0, 1, 2, 7)] == [0, 2, 3, 2]
    sheets.values[hires[7]], sheets.values[hires[4]] = 0.0, 2.0
    after = computed(sheets)
    at = {m: [("Capacity plan", f"{column}{first + m}") for column in "KSU"] for m in range(14)}
    assert all(after[place] == before[place] for m in range(4) for place in at[m])
    heads, productive, over = zip(*([after[p] - before[p] for p in at[m]] for m in (4, 5, 6)), strict=True)
    assert heads == pytest.approx((0, 2 * (1 - 0.26 / 12), 2 * (1 - 0.26 / 12) ** 2))  # at the start of the month
    assert 0 < productive[0] < productive[1] < productive[2] < 2
    assert over == pytest.approx(productive)


def test_premiums_ahead_follow_the_wage_where_all_are_shares_of_it_and_only_there() -> None:
    book = outlook()
    assert book.outlook is not None
    mails, phone = book.outlook.groups
    assert (mails.premiums_at, phone.premiums_at) == (None, None)  # Sundays add an amount
    shares = replace(book.outlook, groups=[replace(mails, premiums_at=20.30), phone])
    sheets = read(workbook_bytes(replace(book, outlook=shares)))
    before = computed(sheets)
    row = _row(sheets, "Capacity plan", "Month") + 1
    head = {sheets.values.get(("Capacity plan", f"{column}{row - 1}")): column for column in "VWX"}
    assert list(head) == ["Premiums of a week", "Wages", "Premiums"]
    mine, other = (("Capacity plan", f"X{row + m}") for m in (0, 14))
    assert before[mine] == before[other] == pytest.approx(31.25 * 31 / 7, abs=0.005)
    for name in ("Wage_e_mail_team", "Wage_phone_team"):
        sheets.values[sheets.names[name]] = 2 * float(str(sheets.values[sheets.names[name]]))
    after = computed(sheets)
    assert after[mine] == pytest.approx(2 * before[mine], abs=0.02) and after[other] == before[other]


def test_intervals_are_tidy_a_row_for_each_interval_and_group(tmp_path: Path) -> None:
    from python_calamine import load_workbook

    book = billed()
    path = write_book(tmp_path / "plan.xlsx", book)
    rows = load_workbook(str(path)).get_sheet_by_name("Intervals").to_python()
    head = next(k for k, row in enumerate(rows) if row[0] == "Start")
    rows = rows[head + 1 :]
    assert len(rows) == 2 * (9 * 24 - 1)  # the clock is put forward in the second night of March's last weekend
    assert rows[0][:4] == [date(2026, 3, 26), datetime(2026, 3, 26, 1), "Thu", "e-mail team"]
    assert rows[-1][:2] == [datetime(2026, 4, 3, 23), date(2026, 4, 4)]  # as that library reads midnights
    assert sum(row[12] for row in rows[::2]) == 60 * (9 * 24 - 1)
    assert {row[3] for row in rows} == {"e-mail team", "phone team"}


def test_coverage_is_the_mean_of_the_weeks_by_weekday_and_time() -> None:
    sheets = read(workbook_bytes(scheduled()))
    table_of = scheduled().intervals
    assert table_of is not None
    (line,) = table_of.groups
    assert line.required is not None
    first = _row(sheets, "Coverage", "00:00")
    for what, column in ((line.required, "B"), (line.scheduled, "J"), (line.net, "R")):  # a Monday alone
        shown = [sheets.values[("Coverage", f"{column}{first + k}")] for k in range(24)]
        assert shown == pytest.approx(what)
    over = [sheets.values[("Coverage", f"Z{first + k}")] for k in range(24)]
    assert over == pytest.approx([a - b for a, b in zip(line.net, line.required, strict=True)])


def test_text_that_could_be_a_formula_is_text() -> None:
    evil = ["=1+1", "+420 777", "-5", "@SUM(A1)", "\t=1", "\n=1"]
    book = billed()
    rows = [replace(ROSTER[0], person=words, group=words, breaks=words, begin=words) for words in evil]
    answer = replace(book.answer, sentences=evil)
    run = replace(book.run, title=evil[0], notes=evil, warnings=evil, scenario=evil[1])
    shifts = [
        replace(line, group=words, hours=words, breaks=words) for words in evil for line in scheduled().shifts[:1]
    ]
    compared = [replace(book.compared[0], name=words) for words in evil]
    content = workbook_bytes(replace(book, run=run, answer=answer, roster=rows, shifts=shifts, compared=compared))
    sheets = read(content)
    texts = [(place, value) for place, value in sheets.values.items() if value in evil]
    assert {value for _, value in texts} == set(evil)
    assert not any(place in sheets.formulas for place, _ in texts)
    assert all(isinstance(sheets.values[place], float) for place in sheets.formulas)
    assert {place[0] for place, _ in texts} >= {"Summary", "Shifts", "Roster", "Scenarios", "Log"}
    styles = read_styles(sheets)
    assert all(styles[sheets.styles[place]] for place, _ in texts)


def read_styles(sheets: Sheets) -> list[bool]:
    """By style: whether it marks text that only looks like a formula."""
    from xml.etree import ElementTree

    from tests.reporting.workbook.sheets import MAIN

    tree = ElementTree.fromstring(sheets.parts["xl/styles.xml"])
    cells = tree.find(f"{MAIN}cellXfs")
    assert cells is not None
    return [one.get("quotePrefix") == "1" for one in cells]


def test_an_edited_roster_is_read_back_from_its_sheet(tmp_path: Path) -> None:
    scenario = scenario_of(DESK)
    people = {m.name: m for m in members_of(scenario.people)}
    clock = scenario.clock_of("care")
    day, night = (clock.instant(datetime(2026, 3, 2 + k, 8 + 14 * k)) for k in (0, 1))
    half = (day + 4 * HOUR_MS, day + 9 * HOUR_MS // 2, False)
    duties = (
        Duty("Ana", "care", Laid(date(2026, 3, 2), "full", ((day, day + 17 * HOUR_MS // 2),), (half,))),
        Duty("Ben", "care", Laid(date(2026, 3, 3), "full", ((night, night + 8 * HOUR_MS),), ())),
    )
    named = NamedRoster(date(2026, 3, 2), 1, tuple(people.values()), duties)
    run = Rostered(scenario, named, {}, None)
    path = write_book(tmp_path / "plan.xlsx", book_of_roster(run))
    assert read_named_roster(path, scenario) == named
    sheets = read(path)
    assert [row["Person"] for row in table(sheets, "Roster grid", "Person")] == ["Ana", "Ben"]
    assert [row["Paid hours on shifts and leave"] for row in table(sheets, "Roster grid", "Person")] == [8, 8]
    values = computed(sheets)
    assert all(sheets.values[place] == pytest.approx(value, rel=1e-12, abs=1e-9) for place, value in values.items())


DESK = """\
careplan: 1
name: desk
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 week}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}}
groups: {care: {skills: [questions], wage: 20 EUR per hour, shift_rules: {lengths: [8 h, 8.5 h]}}}
people: {Ana: {group: care, contract: 40 h}, Ben: {group: care, contract: 40 h}}
rosters: {weeks: 1}
"""


def test_equal_results_make_equal_files_also_by_way_of_their_document() -> None:
    book = billed()
    first = workbook_bytes(book)
    assert first == workbook_bytes(book)
    assert first == workbook_bytes(Book.from_dict(json.loads(json.dumps(book.to_dict())), "here"))


def test_nothing_leads_out_of_the_file(bill: Sheets) -> None:
    assert not [name for name in bill.parts if "externalLink" in name]
    assert not [name for name, content in bill.parts.items() if b'TargetMode="External"' in content]
    assert not [text for text in bill.formulas.values() if "[" in text or "http" in text]


def test_all_sheets_are_there_and_an_empty_one_says_which_command_makes_it(bill: Sheets) -> None:
    assert bill.order == [name for name in SHEETS if name not in ("Classes", "Roster grid", "Cover")]
    assert read(workbook_bytes(replace(outlook(), roster=ROSTER))).order == [name for name in SHEETS if name != "Cover"]
    for name, command in (("Shifts", "careplan shifts"), ("Roster", "careplan roster")):
        words = [value for (sheet, _), value in bill.values.items() if sheet == name]
        assert any(command in str(value) for value in words)
    log = [str(value) for (sheet, _), value in bill.values.items() if sheet == "Log"]
    assert "Not in this workbook" in log


def test_every_name_is_used_by_some_formula_but_that_of_a_premium_nobody_earns(bill: Sheets) -> None:
    text = " ".join(bill.formulas.values())
    assert [name for name in bill.names if name not in text] == ["Premium_night_phone_team"]
    assert bill.names["Shrinkage_planned_phone_team"][0] == "Assumptions"


def test_a_document_of_another_layout_is_refused() -> None:
    from careplan.errors import CareplanError

    data = billed().to_dict()
    with pytest.raises(CareplanError, match="workbook.version"):
        Book.from_dict({**data, "version": 0}, "plan.json")
    with pytest.raises(CareplanError, match="workbook.inputs"):
        Book.from_dict({**data, "inputs": 3}, "plan.json")

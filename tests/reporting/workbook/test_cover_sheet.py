"""The sheets Cover and Summary of ``careplan cover``: what follows an input, what does not and says so, one measure."""

from __future__ import annotations

import pytest

from careplan.reporting.workbook.write import workbook_bytes
from tests.reporting.workbook.sheets import Sheets, computed, read, table
from tests.reporting.workbook.worlds import priced, seated


@pytest.fixture(scope="module")
def seats() -> Sheets:
    return read(workbook_bytes(seated()))


@pytest.fixture(scope="module")
def curve() -> Sheets:
    return read(workbook_bytes(priced()))


def _of(sheets: Sheets, label: str) -> tuple[str, str]:
    """The cell of a value of the sheet Cover."""
    return next(("Cover", f"C{a[1:]}") for (name, a), v in sheets.values.items() if (name, v) == ("Cover", label))


def test_the_sum_and_its_wages_follow_weekly_hours_shrinkage_and_wage() -> None:
    sheets = read(workbook_bytes(seated()))
    whole, wages = (_of(sheets, label) for label in ("Whole people by the sum", "Their wages"))
    assert (sheets.values[whole], sheets.values[wages]) == (6, 6 * 40 * 20)  # 168 ÷ (40 × 0.8) = 5.25
    sheets.values[_of(sheets, "Weekly hours of one person")] = 30.0
    sheets.values[sheets.names["Shrinkage_care"]] = 0.3
    sheets.values[sheets.names["Wage_care"]] = 10.0
    after = computed(sheets)
    assert (after[whole], after[wages]) == (8, 8 * 30 * 10)


def test_what_was_planned_stands_apart_as_a_value_and_says_that_it_does_not_follow(seats: Sheets) -> None:
    book = seated()
    assert book.seating is not None
    for label, value in (("People who hold the seats", book.seating.people), ("Their cost", book.answer.cost)):
        assert seats.values[_of(seats, label)] == value and _of(seats, label) not in seats.formulas
    assert any("does not replan" in str(v) for (name, _), v in seats.values.items() if name == "Cover")


def test_between_a_value_and_its_unit_there_is_room(seats: Sheets) -> None:
    from xml.etree import ElementTree

    from tests.reporting.workbook.sheets import MAIN

    formats = ElementTree.fromstring(seats.parts["xl/styles.xml"]).find(f"{MAIN}cellXfs")
    assert formats is not None
    _, address = _of(seats, "People who hold the seats")
    unit = formats[seats.styles["Cover", f"D{address[1:]}"]].find(f"{MAIN}alignment")
    assert unit is not None and unit.get("indent") == "1"


def test_a_workbook_of_the_curve_says_how_often_it_was_played_by_which_luck_and_what_it_found(curve: Sheets) -> None:
    told = {name: " ".join(str(v) for (sheet, _), v in curve.values.items() if sheet == name) for name in curve.order}
    assert "4 replications" in told["Summary"] and "0 replications" not in told["Summary"]
    assert "From office to all, by people" in told["Summary"]
    log = {curve.values["Log", a]: curve.values.get(("Log", f"B{a[1:]}")) for s, a in curve.values if s == "Log"}
    assert (log["Seed"], log["Engine"]) == ("3", "compiled") and str(log["Replications"]).startswith("4 ")
    alone = " ".join(str(v) for (s, _), v in read(workbook_bytes(seated())).values.items() if s == "Summary")
    assert "nothing simulated" in alone
    seats, *steps = table(curve, "Scenarios", "Scenario")
    assert seats["Replications"] == "none" and {row["Replications"] for row in steps} == {4}


def test_a_further_point_is_measured_from_the_step_before_in_the_same_way(curve: Sheets) -> None:
    first, *rows = table(curve, "Cover", "Hours")
    assert [row["Way"] for row in rows] == ["people", "bot", "mixed"]
    assert "EUR for a further point" not in first
    for row in rows:
        more = float(row["Cost EUR"]) - float(first["Cost EUR"])
        points = 100 * (float(row["In time, of all"]) - float(first["In time, of all"]))
        assert float(row["Points gained since the step before"]) == pytest.approx(points)
        assert float(row["EUR for a further point"]) == pytest.approx(more / points)

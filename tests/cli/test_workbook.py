"""``--xlsx FILE`` and ``--also RESULT`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.tiny import TINY
from tests.reporting.workbook.sheets import Sheets, computed, read, table

RULES = "shift_rules: {lengths: 8 h, start_every: 4 h, part_time: {lengths: 4 h}}"


def run(*arguments: object) -> tuple[int, str]:
    """Exit code, and everything that was said."""
    done = CliRunner().invoke(app, [str(one) for one in arguments], prog_name="careplan")
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shifts as a result, then the price of their roster as a workbook they are joined to."""
    folder = tmp_path_factory.mktemp("workbook")
    scenario = folder / "tiny.yaml"
    scenario.write_text(TINY.replace("headcount: {always: 1, desk: 1}", RULES), encoding="utf-8")
    shifts = ["shifts", scenario, "--replications", 5, "--road", "a", "--out", folder / "shifts"]
    assert run(*shifts)[0] == 0
    joined = ["--roster", folder / "shifts", "--xlsx", folder / "plan.xlsx", "--also", folder / "shifts"]
    code, said = run("cost", scenario, "--replications", 2, *joined, "--out", folder / "cost")
    assert code == 0, said
    assert f"Workbook: {folder / 'plan.xlsx'}" in said.replace("\n", " ").replace("  ", " ")
    return folder


@pytest.fixture(scope="module")
def plan(folder: Path) -> Sheets:
    return read(folder / "plan.xlsx")


def test_a_joined_result_fills_the_sheets_the_run_did_not_make(plan: Sheets, folder: Path) -> None:
    document = json.loads((folder / "shifts" / "plan.json").read_text(encoding="utf-8"))
    rows = table(plan, "Shifts", "Date")
    assert sum(row["People"] for row in rows[:-1]) == sum(one["people"] for one in document["plan"]["shifts"])
    assert {row["Group"] for row in table(plan, "Intervals", "Start")} == {"care"}
    assert all("Required" in row for row in table(plan, "Intervals", "Start"))  # of the shifts, whose roster it is
    lines = table(plan, "Scenarios", "Scenario")
    assert [line["Made by"] for line in lines] == ["cost", "shifts"]


def test_the_workbook_says_how_it_was_made_and_is_consistent(plan: Sheets) -> None:
    log = {row["This workbook"]: list(row.values())[-1] for row in table(plan, "Log", "This workbook")}
    assert log["Command"].startswith("careplan cost ")
    assert "--also" in log["Command"]
    values = computed(plan)
    assert all(plan.values[place] == pytest.approx(value, rel=1e-12, abs=1e-9) for place, value in values.items())


def test_what_is_wrong_with_the_file_is_said_before_any_work(folder: Path) -> None:
    scenario = folder / "tiny.yaml"
    for wrong, words in (
        ("plan.xls", ".xlsx"), (folder / "no" / "plan.xlsx", "is no folder"), (folder / "shifts", ".xlsx"),
    ):  # fmt: skip
        code, said = run("staff", scenario, "--xlsx", wrong, "--out", folder / "staff")
        assert (code, words in said) == (2, True), said
    code, said = run("cost", scenario, "--also", folder / "shifts")
    assert (code, "--xlsx" in said) == (2, True)
    (folder / "other.json").write_text('{"careplan_replay": 1}', encoding="utf-8")
    also = ["--also", folder / "nothing", "--also", folder / "other.json"]
    code, said = run("staff", scenario, "--xlsx", folder / "x.xlsx", *also, "--out", folder / "staff")
    assert (code, "does not exist" in said, "holds nothing for a workbook" in said) == (2, True, True)
    assert not (folder / "staff").exists()
    assert not (folder / "x.xlsx").exists()


def test_a_result_of_another_scenario_is_a_line_and_fills_no_sheet(folder: Path) -> None:
    path = folder / "other.xlsx"
    changed = ["--set", "queues.calls.volume.per_hour=5", "--roster", folder / "shifts"]
    also = ["--also", folder / "shifts"]
    code, said = run("cost", folder / "tiny.yaml", *changed, "--replications", 2, "--step", 0, "--xlsx", path, *also)
    assert code == 0, said
    sheets = read(path)
    assert len(table(sheets, "Scenarios", "Scenario")) == 2
    assert not any(value == "Date" for (name, _), value in sheets.values.items() if name == "Shifts")


def test_a_wrong_file_and_wrong_results_are_told_together(folder: Path) -> None:
    wrong = ["--xlsx", folder / "plan.csv", "--also", folder / "nothing", "--also", folder / "nowhere"]
    code, said = run("cost", folder / "tiny.yaml", *wrong)
    assert code == 2 and "3 findings" in said and "plan.csv" in said and said.count("--also: ") == 2

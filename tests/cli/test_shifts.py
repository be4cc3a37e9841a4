"""``careplan shifts``: how many people begin each shift."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.tiny import TINY

RULES = "shift_rules: {lengths: 8 h, start_every: 2 h, breaks: [{for: 30 min, from: 3 h}], part_time: {lengths: 4 h}}"
KEYS = [
    "careplan_shifts", "scenario", "headline", "targets_met", "is_partial", "plan", "others", "report", "provenance",
    "files", "pictures", "workbook",
]  # fmt: skip


def written(folder: Path, rules: str = RULES) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(TINY.replace("headcount: {always: 1, desk: 1}", rules), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What one run prints, and the folder of its result."""
    folder = tmp_path_factory.mktemp("shifts")
    out = folder / "out"
    arguments = ["shifts", str(written(folder)), "--replications", "5", "--road", "a", "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        result = CliRunner().invoke(app, arguments, prog_name="careplan")
    assert result.exit_code == 0, result.output
    return result.stdout, out


def test_the_answer_says_who_begins_when_and_how_sure_the_solver_is(ran: tuple[str, Path]) -> None:
    text, _ = ran
    for part in ("Who begins when", "Agents by hour", "Targets", "Solver:", "bound", "gap", "shift types"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_document_has_stable_keys_and_the_table_adds_up(ran: tuple[str, Path]) -> None:
    document: dict[str, Any] = json.loads((ran[1] / "plan.json").read_text(encoding="utf-8"))
    assert list(document) == KEYS
    plan = document["plan"]
    with (ran[1] / "shifts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["people"]) for row in rows) == sum(one["people"] for one in plan["shifts"]) > 0
    assert float(plan["cost_a_week"]) == pytest.approx(
        3.5 * sum(int(row["people"]) * float(row["cost_each"]) for row in rows), abs=0.05
    )
    assert plan["solver"]["bound"] <= plan["solver"]["cost"] + 1e-6


def test_its_roster_plays_and_its_pictures_are_drawn(ran: tuple[str, Path], tmp_path: Path) -> None:
    folder = ran[1]
    runner = CliRunner()
    played = runner.invoke(
        app,
        ["simulate", str(folder.parent / "tiny.yaml"), "--roster", str(folder / "roster.csv"), "--replications", "2"],
    )
    assert played.exit_code == 0, played.output
    drawn = runner.invoke(app, ["plot", str(folder), "--only", "duty", "--format", "svg", "--out", str(tmp_path)])
    assert drawn.exit_code == 0, drawn.output


def test_both_roads_are_compared_as_one_document_and_a_target_missed_fails_the_check(tmp_path: Path) -> None:
    """People of whom none may begin where most is asked cannot answer enough."""
    rules = RULES[:-1] + ", starts_a_day: 1, uncovered: 1 EUR per hour}"
    arguments = ["shifts", str(written(tmp_path, rules)), "--road", "both", "--replications", "5", "--effort", "0.1"]
    result = CliRunner().invoke(
        app, [*arguments, "--json", "--check", "--out", str(tmp_path / "out")], prog_name="careplan"
    )
    assert result.exit_code == 3, result.output
    document = json.loads(result.stdout)
    assert list(document) == KEYS and document["targets_met"] is False
    plans = [document["plan"], *document["others"]]
    assert [plan["road"] for plan in plans] == ["b", "a"] and not any(plan["holds"] for plan in plans)
    assert plans[1]["uncovered"]["agent_hours"] > 0 and plans[1]["uncovered"]["price"] > 0


def test_rules_that_clash_end_with_code_four(tmp_path: Path) -> None:
    path = written(tmp_path, RULES[:-1] + ", starts_a_day: 1, at_least: 3}")
    result = CliRunner().invoke(app, ["shifts", str(path), "--out", str(tmp_path / "out")], prog_name="careplan")
    assert result.exit_code == 4, result.output
    assert "starts_a_day" in result.output and "at_least" in result.output
    assert not (tmp_path / "out").exists()


def test_a_group_without_rules_is_the_users_to_mend(tmp_path: Path) -> None:
    path = written(tmp_path, "headcount: 2")
    result = CliRunner().invoke(app, ["shifts", str(path)], prog_name="careplan")
    assert result.exit_code == 2 and "groups.care has no shift_rules" in result.output


def test_an_interrupt_ends_with_130_and_keeps_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from careplan.planning.shifts import judges

    judged, calls = judges.judged, []

    def interrupted_once(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return judged(*arguments, **more)

    monkeypatch.setattr(judges, "judged", interrupted_once)
    arguments = ["shifts", str(written(tmp_path)), "--road", "a", "--replications", "3", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments, prog_name="careplan")
    assert result.exit_code == 130, result.output
    assert "Interrupted: this is the best schedule so far." in " ".join(result.output.split())
    assert json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))["is_partial"] is True

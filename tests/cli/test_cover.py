"""``careplan cover`` as a user meets it."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path

import pytest

from careplan.reporting.workbook.documents import read_results
from tests.cli.conftest import Run
from tests.cli.tiny import written
from tests.reporting.workbook.sheets import computed, read, table


def test_the_sum_the_people_and_the_rotation_are_printed_and_written(run: Run, tmp_path: Path) -> None:
    done = run("cover", written(tmp_path), "--weekly-hours", 40, "--solver-seconds", 1, "--out", "seats")
    assert done.exit_code == 0, done.output
    assert "6 people hold 1 seat 24/7" in done.output and "168 h ÷ (40 h × (1 − 20 %)) = 5.25" in done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    data = json.loads((tmp_path / "seats" / "cover.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((tmp_path / "seats" / "rotation.csv").read_text(encoding="utf-8").splitlines()))
    assert data["careplan_cover"] == 1 and data["people"] == len(data["rotation"]) == 6 and len(rows) == 42
    assert sum(row["shift"] not in ("off", "relief") for row in rows) == 21


def test_too_few_people_are_exit_code_4_and_unknown_names_2(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path)
    short = run("cover", file, "--people", 3)
    assert short.exit_code == 4 and "What helps" in short.output
    wrong = run("cover", file, "--hours", "dekc", "--group", "cara")
    assert wrong.exit_code == 2 and "2 findings" in wrong.output and 'Did you mean "desk"' in wrong.output


def test_the_price_of_the_hours_is_printed_written_and_drawn(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path)
    steps = "cover={steps: [desk, always], promise: Quick}"
    done = run(
        "cover",
        file,
        "--set",
        steps,
        "--solver-seconds",
        1,
        "--curve",
        "--replications",
        20,
        "--out",
        "curve",
        "--xlsx",
        "c.xlsx",
    )
    assert done.exit_code == 0, done.output
    assert "Price of the hours" in done.output and "From desk to always, by people" in done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    data = json.loads((tmp_path / "curve" / "cover.json").read_text(encoding="utf-8"))["price_curve"]
    rows = list(csv.DictReader((tmp_path / "curve" / "price_curve.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["step"] for row in rows] == [point["step"] for point in data["points"]] == ["desk", "always"]
    assert float(rows[1]["in_time"]) == pytest.approx(data["points"][1]["in_time"]["value"], abs=5e-7)
    assert data["promise"] == "Quick"
    (all_day, line, _) = read_results([tmp_path / "curve"])[0].lines
    assert all_day.name == "curve: people who hold the seats"
    assert line.name == "curve: desk, people" and line.answer.cost == pytest.approx(rows_cost(rows[0]))
    workbook = read(tmp_path / "c.xlsx")
    values = computed(workbook)
    assert all(workbook.values[place] == pytest.approx(value, rel=1e-12, abs=1e-9) for place, value in values.items())
    assert [row["Hours"] for row in table(workbook, "Cover", "Hours")] == ["desk", "always"]
    drawn = run("plot", "curve", "--format", "svg")
    assert drawn.exit_code == 0 and "always costs" in drawn.output
    assert (tmp_path / "curve" / "plots" / "price.svg").exists()


def rows_cost(row: dict[str, str]) -> float:
    """The cost of a line of the table."""
    return float(row["cost_a_week"])


def test_an_interrupt_keeps_the_rotation(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("careplan.study.price_curve.fewest_heads", stopped)
    steps = "cover={steps: [desk, always]}"
    done = run("cover", written(tmp_path), "--set", steps, "--curve", "--solver-seconds", 1, "--json")
    data = json.loads(done.stdout)
    assert done.exit_code == 130 and data["people"] == 6 and data["price_curve"] is None


def test_check_goes_with_the_curve(run: Run, tmp_path: Path) -> None:
    assert run("cover", written(tmp_path), "--check").exit_code == 2

"""``careplan cover`` as a user meets it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.tiny import written


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

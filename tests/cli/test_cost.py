"""``careplan cost`` as a user meets it."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.tiny import written


def test_the_bill_is_printed_and_written_and_adds_up(run: Run, tmp_path: Path) -> None:
    done = run("cost", written(tmp_path), "--out", "bill")
    assert done.exit_code == 0, done.output
    assert "care: wages" in done.output and "A case costs" in done.output and "a point" in done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    data = json.loads((tmp_path / "bill" / "cost.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((tmp_path / "bill" / "bill.csv").read_text(encoding="utf-8").splitlines()))
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(data["cost"])
    assert set(data["queues"]) == {"chats", "calls"} and data["provenance"]["seed"] == 3


def test_a_roster_may_be_given_as_the_folder_of_a_result(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path)
    assert run("simulate", file, "--out", "result").exit_code == 0
    given = json.loads(run("cost", file, "--roster", "result", "--step", 0, "--json").stdout)
    plain = json.loads(run("cost", file, "--step", 0, "--json").stdout)
    assert given["lines"] == plain["lines"] and given["per_point"] == []


def test_no_money_is_the_users_to_mend(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8").replace("wage: 20.00 EUR per hour, ", "")
    path.write_text(text, encoding="utf-8")
    done = run("cost", path)
    assert done.exit_code == 2 and "states no money" in done.output

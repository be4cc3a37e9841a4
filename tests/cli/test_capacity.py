"""``careplan capacity``: how many people over months to years, whom to hire when, and what it costs."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.conftest import Run

WORLD = """\
careplan: 1
name: small-line
title: A small line
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  warm_up: 0 days
  run_off: 1 day
  interval: 60 min
  hours: {desk: {mon-fri: 09:00-17:00}}
channels: {phone: {kind: live}}
queues:
  calls:
    channel: phone
    open: desk
    volume: {per_week: 600}
    handle_time: {exponential: {mean: 5 min}}
    patience: {exponential: {mean: 2 min}}
groups:
  care: {skills: [calls], wage: 20.00 EUR per hour, shrinkage: {planned: 20 %, unplanned: 5 %}, headcount: {desk: 3}}
targets:
  - {answer: 70 % within 1 min, over: week}
money:
  attrition: 24 % per year
  hiring: 1000 EUR
  training: {for: 4 weeks, cost: 400 EUR}
  ramp: {from: 50 %, over: 12 weeks}
  workplace: 250 EUR per month
capacity:
  from: 2026-04
  months: 8
  simulate: 2
  plans: 2
  forecast: {growth: 60 % per year}
  groups: {care: {heads: [{heads: 2}, {heads: 1, since: 2026-02}], classes: {most: 4}}}
run: {seed: 3, min_spell: 8 h}
"""
QUICK = ("--replications", "4", "--search-replications", "2")
KEYS = [
    "careplan_capacity", "scenario", "headline", "targets_met", "is_partial", "plan", "provenance", "files",
    "pictures", "workbook",
]  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What one run prints, and the folder of its result."""
    folder = tmp_path_factory.mktemp("capacity")
    path, out = folder / "world.yaml", folder / "out"
    path.write_text(WORLD, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        result = CliRunner().invoke(app, ["capacity", str(path), *QUICK, "--out", str(out)], prog_name="careplan")
    assert result.exit_code == 0, result.output
    return result.stdout, out


def document(folder: Path) -> dict[str, Any]:
    """The JSON document of a run."""
    found: dict[str, Any] = json.loads((folder / "capacity.json").read_text(encoding="utf-8"))
    return found


def test_the_answer_says_need_heads_classes_cost_and_how_sure_it_is(ran: tuple[str, Path]) -> None:
    text, _ = ran
    for part in ("What is needed", "Who is there", "Classes", "Cost by year", "Simulated weeks", "held out", "seed 3"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_simulated_and_interpolated_months_are_told_apart(ran: tuple[str, Path]) -> None:
    text, folder = ran
    need = text.split("What is needed")[1].split("Who is there")[0].splitlines()
    marked = [line.split()[0] for line in need if " * " in line]
    assert marked == ["2026-04", "2026-11"]
    assert sum(line.endswith("simulated") for line in need) == 2
    assert sum(line.endswith("between") for line in need) == 6
    rows = document(folder)["plan"]["groups"][0]["rows"]
    assert [row["simulated"] for row in rows] == [True, *[False] * 6, True]
    ends = [rows[0]["required_net"], rows[-1]["required_net"]]
    assert all(ends[0] <= row["required_net"] <= ends[1] for row in rows)
    assert all(row["required_net_low"] <= row["required_net"] <= row["required_net_high"] for row in rows)


def test_the_document_has_stable_keys_and_says_who_made_it(ran: tuple[str, Path]) -> None:
    found = document(ran[1])
    assert list(found) == KEYS
    assert found["files"] == ["capacity.csv", "classes.csv", "report.txt", "capacity.json"]
    who = found["provenance"]
    assert who["seed"] == 3 and who["scenario"] == found["scenario"]["digest"] and who["engine"] and who["version"]
    held = found["plan"]["held_out"]
    error = float(held["interpolated"]["care"]) / float(held["simulated"]["care"]) - 1
    assert held["error"]["care"] == pytest.approx(error, abs=1e-6)
    assert {plan["seed"] for week in found["plan"]["simulated_weeks"] for plan in week["plans"]} == {3, 4, 703, 704}


def test_every_row_of_the_table_follows_from_the_one_before(ran: tuple[str, Path]) -> None:
    with (ran[1] / "capacity.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["month"] for row in rows] == [f"2026-{month:02}" for month in range(4, 12)]
    end = 3.0
    for row in rows:
        begin, hires, leavers = (float(row[name]) for name in ("heads_begin", "hires", "leavers"))
        assert begin == pytest.approx(end, abs=2e-4)
        assert leavers == pytest.approx((begin + hires) * 0.02, abs=2e-4)
        end = float(row["heads_end"])
        assert end == pytest.approx(begin + hires - leavers, abs=2e-4)
        assert float(row["required_gross"]) == pytest.approx(float(row["required_net"]) / 0.75, abs=1e-4)
        assert float(row["over"]) == pytest.approx(float(row["productive"]) - float(row["required_gross"]), abs=2e-4)
        lines = ("wages", "premiums", "training_cost", "hiring", "workplace", "licence")
        assert sum(Decimal(row[name]) for name in lines) == Decimal(row["cost"])
    plan = document(ran[1])["plan"]
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(plan["cost"])
    hired = [one["heads"] for one in plan["groups"][0]["intakes"] if one["is_class"]]
    assert sum(hired) == sum(int(row["hires"]) for row in rows) > 0


def test_the_picture_is_drawn_from_the_result(ran: tuple[str, Path], run: Run) -> None:
    drawn = run("plot", ran[1], "--format", "svg", "--out", "drawn")
    assert drawn.exit_code == 0, drawn.output
    assert "hired in" in drawn.stdout and (Path("drawn") / "outlook.svg").is_file()
    assert list(Path("drawn").iterdir()) == [Path("drawn") / "outlook.svg"]


def test_a_month_with_too_few_fails_the_check_and_given_hires_are_kept(run: Run) -> None:
    Path("world.yaml").write_text(WORLD, encoding="utf-8")
    changes = ("--set", "capacity.groups.care.hire={2026-06: 1}", "--set", "capacity.groups.care.heads=2")
    options = ("--months", "3", "--simulate", "1", "--plans", "1", "--no-hold-out", "--check", "--json", *QUICK)
    result = run("capacity", "world.yaml", *changes, *options, "--out", "out")
    assert result.exit_code == 3, result.output
    found = json.loads(result.stdout)
    assert found["targets_met"] is False and "2026-04" in found["plan"]["months_under"]
    group = found["plan"]["groups"][0]
    assert group["hiring"] is None and [row["hires"] for row in group["rows"]] == [0, 0, 1]
    assert found["plan"]["held_out"] is None
    assert group["rows"][0]["required_net_low"] is None  # one plan has no scatter
    assert (Path("out") / "report.txt").is_file()


def test_what_does_not_fit_is_told_with_its_place_and_writes_nothing(run: Run) -> None:
    Path("world.yaml").write_text(WORLD, encoding="utf-8")
    result = run("capacity", "world.yaml", "--simulate", "2026-04,2031-01", "--set", "capacity.groups.car.heads=2")
    assert result.exit_code == 2 and result.stdout == ""
    assert 'Did you mean "care"' in result.stderr
    result = run("capacity", "world.yaml", "--simulate", "2026-04,2031-01")
    assert result.exit_code == 2 and "is 2031-01; expected one of 2026-04 to 2026-11" in result.stderr
    result = run("capacity", "world.yaml", "--simulate", "soon")
    assert result.exit_code == 2 and "  --simulate  " in result.stderr and "--set" not in result.stderr
    assert not Path("results").exists()

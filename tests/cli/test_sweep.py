"""``careplan sweep``: values on the command line, the table, the folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from careplan.cli.values import values_of
from careplan.errors import UnitError
from tests.cli.conftest import Run
from tests.cli.tiny import written

KEYS = [
    "careplan_sweep", "scenario", "paths", "is_partial", "points_asked", "points", "headline", "pictures", "provenance",
    "files",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2..5", ["2", "3", "4", "5"]),
        ("2..6..2", ["2", "4", "6"]),
        ("80%..110%", ["80 %", "90 %", "100 %", "110 %"]),
        ("20 %..30 %..5 %", ["20 %", "25 %", "30 %"]),
        ("0.2..0.4..0.1", ["0.2", "0.3", "0.4"]),
        ("1..3 min", ["1 min", "2 min", "3 min"]),
        ("5000,6000, 7000", ["5000", "6000", "7000"]),
        ("{office: 4, night: 1}, [a, b], 'x, y', 2..3", ["{office: 4, night: 1}", "[a, b]", "'x, y'", "2", "3"]),
        ("08:00-20:00", ["08:00-20:00"]),
    ],
)
def test_values_are_listed_or_a_range(text: str, values: list[str]) -> None:
    assert values_of(text) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "values with commas"),
        ("1,,2", "values with commas"),
        ("5..2", "a range that goes up"),
        ("2..5..0", "a range that goes up"),
        ("1 min..2 h", "a range in one unit"),
        ("0.1..0.5", "a step between numbers that are not whole, such as 0.1..0.5..0.1"),
        ("1..1000", "at most 200 values; state a larger step, such as 1..1000..99.9"),
    ],
)
def test_values_without_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        values_of(text)


def test_the_answer_comes_first_and_everything_fits_the_screen(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    result = run("sweep", path, "--over", "groups.care.headcount=1..3", "--replications", 2, "--out", "swept")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "is the least tried that meets every target" in " ".join(lines[:2]) and max(map(len, lines)) <= 80
    assert lines[-1] == "Written to swept/"
    document = json.loads((tmp_path / "swept" / "sweep.json").read_text(encoding="utf-8"))
    assert list(document) == KEYS and document["files"] == ["sweep.csv", "sweep.json"]
    assert [point["values"] for point in document["points"]] == [{"groups.care.headcount": str(n)} for n in (1, 2, 3)]
    with (tmp_path / "swept" / "sweep.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["groups.care.headcount"] for row in rows] == ["1", "2", "3"]
    drawn = run("plot", "swept", "--format", "svg")
    assert drawn.exit_code == 0 and drawn.stdout.splitlines()[1:] == ["  swept/plots/tradeoff.svg"]


def test_the_staffing_of_a_plan_is_scaled(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    run("simulate", path, "--out", "played", "--replications", 1)
    arguments = ("--staffing", "50%..150%..50%", "--roster", "played/roster.csv", "--replications", 1, "--seed", 5)
    document = json.loads(run("sweep", path, *arguments, "--json").stdout)
    hours = [float(point["paid_hours_a_week"]) for point in document["points"]]
    assert hours[0] < hours[1] < hours[2] and hours[1] == 297.5  # 85 paid hours in two days
    assert document["provenance"]["seed"] == 5


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ([], ["nothing to vary; give --over path=values, or --staffing 80%..130%"]),
        (["--over", "x", "--staffing", "5..2"], ['--over is "x"; expected path=values', '--staffing is "5..2"']),
        (["--over", "run.seed=1", "--over", "run.seed=2"], ["names run.seed twice"]),
        (
            ["--over", "groups.care.headcont=1..3", "--over", "queues.chats.concurrency=0,1"],
            ['Did you mean "headcount"?', "queues.chats.concurrency=0"],
        ),
        (["--staffing", "120 percent"], ["expected a share"]),
    ],
)
def test_bad_paths_and_values_exit_with_2_and_write_nothing(
    run: Run, tmp_path: Path, arguments: list[str], messages: list[str]
) -> None:
    result = run("sweep", written(tmp_path), *arguments, "--out", "swept")
    assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr
    assert [message for message in messages if message not in result.stderr] == []
    assert not (tmp_path / "swept").exists()


def test_an_interrupt_keeps_the_points_that_are_finished(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from careplan.reporting.progress import Progress

    def interrupted(self: Progress, what: str, fraction: float) -> None:
        if fraction > 0.5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "__call__", interrupted)
    result = run("sweep", written(tmp_path), "--over", "groups.care.headcount=1..4", "--replications", 2, "--out", "s")
    assert result.exit_code == 130
    assert "Interrupted after 2 of 4 points" in " ".join(result.stdout.split())
    document = json.loads((tmp_path / "s" / "sweep.json").read_text(encoding="utf-8"))
    assert document["is_partial"] is True and len(document["points"]) == 2

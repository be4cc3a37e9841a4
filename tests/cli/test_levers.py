"""``careplan levers``: which of the things one might do helps most; ``--lever`` of the others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.conftest import Run
from tests.cli.tiny import TINY, written

LEVERS = (
    TINY.replace("horizon: 2 days", "horizon: 1 day")
    + """\
levers:
  quicker: {handle_time: -30 %, cost: 10 EUR per day, source: a guess}
  wrong way: {volume: +50 %}
"""
)
KEYS = [
    "careplan_levers", "headline", "scenario", "is_partial", "are_standard", "as_it_is", "currency", "levers",
    "left_out", "rounds", "replications", "provenance", "files",
]  # fmt: skip


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What one run prints, and the folder it wrote."""
    folder = tmp_path_factory.mktemp("ranked")
    path, out = written(folder, text=LEVERS), folder / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        arguments = ["levers", str(path), "--rounds", "2", "--replications", "4", "--out", str(out)]
        result = CliRunner().invoke(app, arguments, prog_name="careplan")
    assert result.exit_code == 0, result.output
    return result.stdout, out


def test_the_answer_comes_first_and_the_ranking_next(ranked: tuple[str, Path]) -> None:
    parts = ranked[0].split("\n\n")
    assert parts[0].startswith("As it is, it takes ")
    assert parts[1].startswith("At the same service: saved a week\n")
    rows = [line for line in parts[1].splitlines() if line.startswith(("quicker", "wrong way"))]
    assert [row.split("  ")[0] for row in rows] == ["quicker", "wrong way"]
    assert any(part.startswith("At the same staffing: gained") for part in parts)
    assert "quicker: handle_time -30 %. It costs 70.00 EUR a week. Source: a guess." in " ".join(ranked[0].split())
    assert max(map(len, ranked[0].splitlines())) <= 80


def test_the_folder_holds_the_ranking_as_table_text_and_document(ranked: tuple[str, Path]) -> None:
    folder = ranked[1]
    document = json.loads((folder / "levers.json").read_text(encoding="utf-8"))
    assert list(document) == KEYS
    assert sorted(document["files"]) == sorted(path.name for path in folder.iterdir())
    assert document["levers"][0]["own_cost_a_week"] == 70
    with (folder / "levers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["lever"] for row in rows] == [one["name"] for one in document["levers"]]
    saved = document["levers"][0]["cost_saved_a_week"]
    assert float(rows[0]["cost_saved"]) == pytest.approx(saved["value"], abs=1e-5)
    assert float(rows[0]["gained_Quick"]) == pytest.approx(
        document["levers"][0]["at_unchanged_staffing"][0]["gained"]["value"], abs=1e-5
    )


def test_the_levers_there_are_can_be_listed_as_they_stand_in_a_file(run: Run, tmp_path: Path) -> None:
    result = run("levers", written(tmp_path, text=LEVERS), "--list")
    assert result.stdout.startswith("levers:\n  quicker:\n    handle_time: -30 %\n")
    standard = run("levers", written(tmp_path), "--list").stdout
    assert "names no levers" in standard.splitlines()[0] and "  knowledge base:" in standard


def test_what_is_listed_can_be_pasted_into_the_file(run: Run, tmp_path: Path) -> None:
    listed = run("levers", written(tmp_path), "--list").stdout
    assert run("validate", written(tmp_path, "pasted.yaml", TINY + listed)).exit_code == 0


def test_a_lever_pulled_changes_what_is_simulated_and_no_other_is_known(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, text=LEVERS)
    plain, pulled, twice = (
        json.loads(run("simulate", path, "--json", "--replications", "2", *more).stdout)
        for more in ((), ("--lever", "quicker"), ("--lever", "quicker", "--lever", "wrong way"))
    )
    assert pulled["scenario"]["title"] == "Messages and calls for two days (lever: quicker)"
    assert len({one["scenario"]["digest"] for one in (plain, pulled, twice)}) == 3
    assert [one["scenario"]["levers"] for one in (plain, twice)] == [[], ["quicker", "wrong way"]]
    assert 'as written, with "quicker" and "wrong way" pulled, ' in twice["headline"]
    wrong = run("simulate", path, "--lever", "quickr")
    assert wrong.exit_code == 2 and 'Did you mean "quicker"?' in wrong.stderr


def test_csv_and_json_are_not_printed_together(run: Run, tmp_path: Path) -> None:
    assert run("levers", written(tmp_path), "--csv", "--json").exit_code == 2

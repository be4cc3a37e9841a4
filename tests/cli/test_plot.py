"""``careplan plot``: what the commands wrote, as pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.conftest import Run
from tests.cli.tiny import history, written

QUICK = ("--search-replications", "3", "--replications", "4", "--effort", "0.1", "--no-nights")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, and in another folder its roster played."""
    folder = tmp_path_factory.mktemp("plot")
    path = written(folder)
    for arguments in (
        ["staff", path, *QUICK, "--out", folder / "plan"],
        ["simulate", path, "--roster", folder / "plan" / "roster.csv", "--out", folder / "played"],
    ):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output
    return folder


def test_a_plan_gives_four_pictures_in_two_formats(run: Run, results: Path, tmp_path: Path) -> None:
    result = run("plot", results / "plan", "--out", "pictures")
    assert result.exit_code == 0, result.output
    names = [f"{kind}.{ending}" for kind in ("backlog", "duty", "service", "waits") for ending in ("png", "svg")]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == names
    lines = result.stdout.splitlines()
    assert lines[1] == "  pictures/service.png, pictures/service.svg" and "at the peak (" in lines[2]
    assert lines[-1] == (
        "no picture tradeoff in this result; to get it: careplan sweep SCENARIO --staffing 80%..130% --out DIR"
    )


def test_only_what_is_asked_for_is_drawn_beside_the_result(run: Run, results: Path) -> None:
    result = run("plot", results / "played" / "report.json", "--only", "duty", "--format", "svg", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert list(document) == ["careplan_plot", "pictures", "missing"] and document["missing"] == {}
    assert [one["kind"] for one in document["pictures"]] == ["duty"]
    assert document["pictures"][0]["files"] == [str(results / "played" / "plots" / "duty.svg")]
    assert [path.name for path in (results / "played" / "plots").iterdir()] == ["duty.svg"]


def test_a_roster_played_into_the_folder_of_its_plan_is_shown_beside_it(
    run: Run, results: Path, tmp_path: Path
) -> None:
    from careplan.reporting.plots.folder import load

    for name in ("plan/plan.json", "played/report.json"):
        (tmp_path / Path(name).name).write_bytes((results / name).read_bytes())
    found = load(tmp_path)
    assert {kind: data.source.what for kind, data in found.items()} == dict.fromkeys(found, "roster as given")
    duty = found["duty"].duty
    assert duty is not None and duty.pools[0].planned == [
        sum(step) for step in zip(*duty.pools[0].on_duty, strict=True)
    ]
    (tmp_path / "plan.json").unlink()
    assert load(tmp_path)["duty"].duty.pools[0].planned == []  # type: ignore[union-attr]


def test_a_replay_is_one_path(run: Run, tmp_path: Path) -> None:
    assert run(*history(tmp_path), "--out", "history").exit_code == 0
    result = run("plot", "history", "--only", "waits", "--format", "svg")
    assert result.exit_code == 0, result.output
    assert "one path, no intervals" in (tmp_path / "history" / "plots" / "waits.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (None, "nothing does not exist; expected a folder written by careplan staff"),
        (
            {"other.txt": ""},
            "nothing has no report.json, plan.json, sweep.json, roster.json, cover.json or capacity.json; expected",
        ),
        ({"plan.json": "{"}, "plan.json:1:2 is not JSON"),
        ({"plan.json": "[1]"}, "is no result of careplan"),
        (
            {"plan.json": '{"careplan_staff": 1}'},
            "holds nothing to draw; expected a result with pictures (cover: with --curve)",
        ),
        ({"plan.json": '{"careplan_staff": 1, "pictures": {"version": 1}}'}, "pictures.source  field required"),
    ],
)
def test_what_is_no_result_gets_one_message(
    run: Run, tmp_path: Path, make: dict[str, str] | None, message: str
) -> None:
    for name, text in (make or {}).items():
        (tmp_path / "nothing").mkdir(exist_ok=True)
        (tmp_path / "nothing" / name).write_text(text, encoding="utf-8")
    result = run("plot", "nothing")
    assert result.exit_code == 2 and result.stdout == ""
    assert message in " ".join(result.stderr.split("\n")).replace("   ", " ") and "Traceback" not in result.stderr
    assert not (tmp_path / "nothing" / "plots").exists()


def test_a_picture_the_result_lacks_is_refused_with_the_way_to_it(run: Run, results: Path) -> None:
    result = run("plot", results / "plan", "--only", "tradeoff", "--out", "pictures")
    assert result.exit_code == 2 and "no picture tradeoff in this result; to get it: careplan sweep" in result.stderr
    assert not Path("pictures").exists()

"""``careplan staff``: how many agents it takes."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from careplan.cli.app import app
from tests.cli.conftest import Run, searched_once
from tests.cli.tiny import TINY, written

KEYS = [
    "careplan_staff", "scenario", "headline", "nights", "targets_met", "is_partial", "peak", "plan", "why", "report",
    "pictures", "outcomes", "provenance", "files", "workbook",
]  # fmt: skip
PLAN_KEYS = [
    "scenario", "holds", "is_partial", "agents_at_peak", "peak_at", "paid_hours_a_week", "cost_a_week", "currency",
    "bill", "targets", "whole_targets", "all_targets_at_once", "searched", "nights", "covering", "formulas",
    "waiting_hours", "min_spell_ms", "intervals", "headcount", "offered_load", "precision", "notes",
    "search_replications", "provenance",
]  # fmt: skip
QUICK = ("--search-replications", "3", "--replications", "4", "--effort", "0.1")


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What one run prints, and the folder it was called in."""
    folder = tmp_path_factory.mktemp("staffed")
    path = written(folder)
    out = folder / "results" / "tiny"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")
        patch.setattr("careplan.planning.staff.staff", searched_once)
        result = CliRunner().invoke(app, ["staff", str(path), *QUICK], prog_name="careplan")
    assert result.exit_code == 0, result.output
    assert out.is_dir()
    return result.stdout, folder


@pytest.fixture(scope="module")
def document(staffed: tuple[str, Path]) -> dict[str, Any]:
    """plan.json of that run."""
    text = (staffed[1] / "results" / "tiny" / "plan.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_answer_comes_first_as_sentences(staffed: tuple[str, Path], document: dict[str, Any]) -> None:
    text = staffed[0]
    answer = " ".join(text.split("\n\n")[0].split())
    assert answer == document["headline"]
    plan = document["plan"]
    paid = round(float(plan["paid_hours_a_week"]))
    assert answer.startswith(f"It takes {plan['agents_at_peak']} agent")
    assert f"{paid:,} paid hours and " in answer and "EUR a week" in answer
    first = plan["targets"][0]
    assert f"{100 * first['value']:.1f} % ({100 * first['low']:.1f} to {100 * first['high']:.1f}) of chats" in answer


def test_what_happens_at_night_comes_next(staffed: tuple[str, Path], document: dict[str, Any]) -> None:
    told = [" ".join(part.split()) for part in staffed[0].split("\n\n")]
    assert document["nights"] == told[1 : 1 + len(document["nights"])]
    assert "come at night (22:00-06:00)" in told[1]
    night = document["plan"]["nights"][0]
    assert ("is met by letting nights wait" in told[1]) == night["nights_wait"]
    if document["plan"]["covering"] is not None:
        assert "To hold every hour to 65 %, nights too, takes " in told[1]


def test_text_fits_the_screen_and_the_kept_text_100_columns(staffed: tuple[str, Path]) -> None:
    text, folder = staffed
    kept = (folder / "results" / "tiny" / "report.txt").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 80
    assert max(map(len, kept.splitlines())) <= 100
    assert "\x1b" not in text


def test_the_last_line_says_who_made_it(staffed: tuple[str, Path], document: dict[str, Any]) -> None:
    last = staffed[0].splitlines()[-1]
    assert last.startswith("careplan ") and document["scenario"]["digest"][:8] in last
    searched = len(document["plan"]["search_replications"])
    assert searched >= 3 and last.endswith(f"seed 3, compiled, replications {searched} + 4 fresh")


def test_targets_the_week_and_the_formulas_are_there(staffed: tuple[str, Path]) -> None:
    text = staffed[0]
    assert "Targets\n" in text and "chance %" in text
    assert "Agents on duty: care" in text and "% in time: Quick" in text
    assert "Erlang beside the simulation\ncalls: no Erlang figure, since its agents are shared" in text
    assert "Written to results/tiny/: plan.csv, roster.csv, report.txt, plan.json." in " ".join(text.split())


def test_keys_of_the_document_are_stable(document: dict[str, Any]) -> None:
    assert list(document) == KEYS
    assert list(document["plan"]) == PLAN_KEYS


def test_the_folder_holds_the_plan_by_interval_and_its_roster(
    staffed: tuple[str, Path], document: dict[str, Any]
) -> None:
    folder = staffed[1] / "results" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == sorted(document["files"])
    assert list(staffed[1].glob("**/*.part")) == []
    with (folder / "plan.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["start", "end", "agents_care", "cases", "share_Quick", "share_Phone"]
    assert [int(row["agents_care"]) for row in rows] == document["plan"]["headcount"]["care"]
    assert (rows[0]["start"], rows[-1]["end"]) == ("2026-03-02 00:00", "2026-03-04 00:00")


def test_the_roster_written_does_what_the_plan_says(staffed: tuple[str, Path], document: dict[str, Any]) -> None:
    from careplan.scenario.files import read_scenario
    from careplan.study.replicate import replicate
    from careplan.workload.rosters import read_roster

    scenario = read_scenario(staffed[1] / "tiny.yaml")
    roster = read_roster(staffed[1] / "results" / "tiny" / "roster.csv", scenario=scenario)
    report = replicate(scenario, roster, replications=document["provenance"]["replications"])
    figures = [score.overall.value for score in report.scorecard]
    assert figures == pytest.approx([target["value"] for target in document["plan"]["targets"]], abs=1e-6)


def test_the_roster_written_can_be_simulated(run: Run, staffed: tuple[str, Path], document: dict[str, Any]) -> None:
    folder = staffed[1]
    result = run("simulate", folder / "tiny.yaml", "--roster", folder / "results" / "tiny" / "roster.csv", "--json")
    assert json.loads(result.stdout)["wages"]["paid_hours"] == document["plan"]["bill"]["paid_hours"]


def test_json_goes_to_stdout_as_one_document_and_is_the_one_kept(
    run: Run, staffed: tuple[str, Path], document: dict[str, Any], tmp_path: Path
) -> None:
    result = run("staff", written(tmp_path), *QUICK, "--json", "--out", "here")
    again = json.loads(result.stdout)
    assert again == json.loads((tmp_path / "here" / "plan.json").read_text(encoding="utf-8"))
    assert again == document  # the same seed, the same numbers
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "groups.care.wage=20"], "groups.care.wage"),
        (["--most", "care"], '--most is "care"; expected group=agents'),
        (["--most", "desk=3"], '--most names "desk"; known groups: care'),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_input_exits_with_2_and_writes_nothing(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    path = written(tmp_path)
    result = run("staff", path, *arguments)
    assert result.exit_code == 2 and message in result.stderr
    assert sorted(tmp_path.iterdir()) == [path]


def test_what_no_plan_can_meet_exits_with_4_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, text=TINY.replace("65 % within 30 min", "99 % within 1 s"))
    result = run("staff", path, *QUICK)
    assert result.exit_code == 4
    assert "Quick" in result.stderr and result.stdout == ""
    assert sorted(tmp_path.iterdir()) == [path]


def test_check_exits_with_3_where_the_plan_misses_a_target(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short_of_one(*arguments: Any, **settings: Any) -> Any:
        plan = searched_once(*arguments, **settings)
        # As if the targets had been harder all along: judged so, the same figures miss them.
        scores = tuple(replace(score, goal=replace(score.goal, share=1.0)) for score in plan.scores)
        return replace(plan, scores=scores)

    path = written(tmp_path)
    monkeypatch.setattr("careplan.planning.staff.staff", searched_once)
    assert run("staff", path, *QUICK, "--check").exit_code == 0
    monkeypatch.setattr("careplan.planning.staff.staff", short_of_one)
    result = run("staff", path, *QUICK, "--check")
    assert result.exit_code == 3
    assert "MISSED" in result.stdout and "The plan misses both targets" in " ".join(result.stdout.split())


def test_an_interrupt_before_there_is_a_plan_writes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **settings: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("careplan.planning.staff.staff", interrupted)
    path = written(tmp_path)
    result = run("staff", path)
    assert result.exit_code == 130 and "interrupted" in result.stderr
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("when", ["searching", "playing the plan"])
def test_an_interrupt_later_keeps_the_best_plan_so_far(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def best_so_far(*arguments: Any, **settings: Any) -> Any:
        return replace(searched_once(*arguments, **settings), is_partial=True)

    def interrupted(*arguments: Any, **settings: Any) -> Any:
        raise KeyboardInterrupt

    if when == "searching":
        monkeypatch.setattr("careplan.planning.staff.staff", best_so_far)
    else:
        monkeypatch.setattr("careplan.planning.staff.staff", searched_once)
        monkeypatch.setattr("careplan.study.replicate.replicate", interrupted)
    result = run("staff", written(tmp_path), *QUICK)
    assert result.exit_code == 130
    assert ("best plan so far" in result.stdout) == (when == "searching")
    document = json.loads((tmp_path / "results" / "tiny" / "plan.json").read_text(encoding="utf-8"))
    assert document["is_partial"] is True and list(document) == KEYS
    assert (document["report"] is None) == (when == "playing the plan")


def test_an_interrupt_that_the_search_survives_still_ends_with_130(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def survives(*arguments: Any, **settings: Any) -> Any:
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        return searched_once(*arguments, **settings)

    monkeypatch.setattr("careplan.planning.staff.staff", survives)
    before = signal.getsignal(signal.SIGINT)
    result = run("staff", written(tmp_path), *QUICK, "--json")
    assert result.exit_code == 130
    assert json.loads(result.stdout)["is_partial"] is True
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], list[dict[str, str]]]:
    """What ``--why`` prints, its part of plan.json, and why.csv."""
    folder = tmp_path_factory.mktemp("why")
    path = written(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")
        patch.setattr("careplan.planning.staff.staff", searched_once)
        patch.setattr("careplan.planning.why._CASES", 4_000_000)
        patch.setattr("careplan.planning.why._NEED_CASES", 500_000)
        result = CliRunner().invoke(app, ["staff", str(path), *QUICK, "--why"], prog_name="careplan")
    assert result.exit_code == 0, result.output
    out = folder / "results" / "tiny"
    with (out / "why.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return result.stdout, json.loads((out / "plan.json").read_text(encoding="utf-8")), rows


def test_why_is_a_section_of_sentences_with_figures(explained: tuple[str, dict[str, Any], Any]) -> None:
    text, document, _ = explained
    plain = " ".join(text.split())
    assert "\nWhy\nOf " in text and max(map(len, text.splitlines())) <= 80
    for sentences in document["why"]["sentences"].values():
        assert sentences and all(" ".join(sentence.split()) in plain for sentence in sentences)
    assert "One less loses: " in text and "One more wins: " in text
    assert "why.csv" in document["files"] and "why.csv" in plain


def test_why_has_stable_keys_and_its_steps_add_up(explained: tuple[str, dict[str, Any], Any]) -> None:
    found = explained[1]["why"]
    assert list(found) == ["is_partial", "replications", "sentences", "need", "hours", "spells", "losses"]
    assert list(found["need"]["steps"]) == ["work", "shape", "within_day", "busy_days", "spare", "shrinkage"]
    total = sum(step["value"] for step in found["need"]["steps"].values())
    assert total == pytest.approx(float(explained[1]["plan"]["paid_hours_a_week"]), abs=0.01)
    assert list(found["hours"]["groups"]["care"]["targets"]) == ["Quick", "Phone"]
    assert list(found["losses"]["queues"]) == ["calls", "chats"]


def test_why_csv_has_a_line_for_each_hour_and_group(explained: tuple[str, Any, list[dict[str, str]]]) -> None:
    rows = explained[2]
    assert [row["hour"] for row in rows[:3]] == ["mon 00:00", "mon 01:00", "mon 02:00"] and len(rows) == 48
    assert list(rows[0])[:8] == ["hour", "group", "agents", "binds", "breaks_cover", "cases", "lost", "late"]
    plan = explained[1]["plan"]["headcount"]["care"]
    assert [float(row["agents"]) for row in rows] == plan
    assert all((row["less_Quick"] == "") == (float(row["agents"]) == 0) for row in rows)
    assert {row["binds"] for row in rows} <= {"yes", "no"}


def test_without_why_there_is_none(document: dict[str, Any]) -> None:
    assert document["why"] is None and "why.csv" not in document["files"]


def test_an_interrupt_while_explaining_keeps_the_plan_and_what_was_explained(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("careplan.planning.staff.staff", searched_once)
    monkeypatch.setattr("careplan.planning.why.hour_effects", interrupted)
    monkeypatch.setattr("careplan.planning.why._CASES", 1_000_000)
    monkeypatch.setattr("careplan.planning.why._NEED_CASES", 200_000)
    result = run("staff", written(tmp_path), *QUICK, "--why")
    assert result.exit_code == 130
    assert "Interrupted: only what was finished by then is here." in result.stdout
    kept = json.loads((tmp_path / "results" / "tiny" / "plan.json").read_text(encoding="utf-8"))
    assert kept["is_partial"] and kept["why"]["is_partial"] and kept["why"]["hours"] is None
    assert kept["why"]["need"] is not None and "why.csv" not in kept["files"]

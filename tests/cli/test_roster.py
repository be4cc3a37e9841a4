"""``careplan roster``: an edited roster is checked, played and written; what is written reads back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from careplan.cli.app import app

DESK = """\
careplan: 1
name: desk
calendar: {zone: Europe/Prague, start: 2026-03-09, horizon: 1 week}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 150}, handle_time: 5 min}}
groups: {care: {skills: [questions], absence: 10 %, wage: 20 EUR per hour, shift_rules: {lengths: 8 h}}}
targets: [{name: a day, answer: 60 % within 1 day}]
people: {Ana: {group: care, contract: 40 h, leave: [2026-03-13]}, Ben: {group: care, contract: 40 h}}
rosters: {weeks: 1}
run: {engine: reference}
"""
HEAD = "person,date,begin,end"
KEYS = [
    "careplan_roster", "scenario", "headline", "is_given", "is_partial", "rules_kept", "targets_met", "start", "weeks",
    "people", "duties", "broken", "uncovered", "wages", "search", "play", "provenance", "files", "workbook",
    "pictures",
]  # fmt: skip


def ran(folder: Path, rows: list[str], *more: str) -> Result:
    """Give an edited table to the command; results go to ``out``."""
    (folder / "desk.yaml").write_text(DESK, encoding="utf-8")
    (folder / "edited.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    arguments = [
        "roster",
        str(folder / "desk.yaml"),
        "--from",
        str(folder / "edited.csv"),
        "--out",
        str(folder / "out"),
    ]
    return CliRunner().invoke(app, [*arguments, "--replications", "3", *more], prog_name="careplan")


GOOD = [f"{who},2026-03-{day:02},{hours}" for who, hours in (("Ana", "08:00,16:00"), ("Ben", "22:00,06:00"))
        for day in range(9, 13)]  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("roster")
    return ran(folder, GOOD, "--check"), folder


def test_a_sound_roster_is_played_and_told(done: tuple[Result, Path]) -> None:
    result, _ = done
    assert result.exit_code == 0, result.output
    for part in (
        "Every rule is kept",
        "planned",
        "simulated",
        "chance of",
        "Absence takes",
        "people.csv",
        "calendars/",
    ):
        assert part in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_folder_holds_table_spells_calendars_and_document(done: tuple[Result, Path]) -> None:
    _, folder = done
    out = folder / "out"
    assert sorted(path.name for path in (out / "calendars").iterdir()) == ["Ana.ics", "Ben.ics"]
    document = json.loads((out / "roster.json").read_text(encoding="utf-8"))
    assert list(document) == KEYS
    assert len(document["duties"]) == 8 and document["rules_kept"] and document["targets_met"]
    assert document["people"][0] | {"contract": ""} == {
        "person": "Ana", "group": "care", "hours_a_week": 40.0, "contract": "", "shifts": 4, "weekends": 0,
        "wishes_granted": 0, "wishes": 0,
    }  # fmt: skip
    rows = (out / "people.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (out / "people.csv").read_bytes()[:3] == b"\xef\xbb\xbf"  # or Excel takes ë for Ã«
    assert len(rows) == 1 + 2 * 7
    assert rows[5] == "Ana,2026-03-13,Fri,care,leave,,,,8.00,,,"
    assert rows[8] == "Ben,2026-03-09,Mon,care,shift,22:00,06:00,,8.00,8.00,0.00,"
    assert not [cell for row in rows for cell in row.split(",") if cell.startswith(("=", "+", "-", "@"))]


def test_a_roster_that_was_played_can_be_drawn(done: tuple[Result, Path]) -> None:
    _, folder = done
    result = CliRunner().invoke(app, ["plot", str(folder / "out"), "--only", "duty", "--format", "svg"])
    assert result.exit_code == 0, result.output
    assert (folder / "out" / "plots" / "duty.svg").stat().st_size > 1000


def test_what_was_written_is_the_same_roster_again_and_the_same_to_simulate(done: tuple[Result, Path]) -> None:
    _, folder = done
    scenario, out = str(folder / "desk.yaml"), folder / "out"
    document = json.loads((out / "roster.json").read_text(encoding="utf-8"))
    arguments = [
        "roster",
        scenario,
        "--from",
        str(out / "people.csv"),
        "--no-play",
        "--json",
        "--out",
        str(folder / "2"),
    ]
    again = CliRunner().invoke(app, arguments, prog_name="careplan")
    assert json.loads(again.stdout)["duties"] == document["duties"]
    arguments = ["simulate", scenario, "--roster", str(out / "roster.csv"), "--replications", "3", "--json"]
    plain = json.loads(CliRunner().invoke(app, arguments, prog_name="careplan").stdout)
    simulated = document["play"]["targets"][0]["by_week"][-1]["simulated"]
    assert simulated["value"] == plain["report"]["scorecard"][0]["overall"]["value"]


def test_broken_rules_are_reported_and_end_with_3_where_asked(tmp_path: Path) -> None:
    rows = [*GOOD, "Ana,2026-03-13,08:00,16:00"]
    result = ran(tmp_path, rows, "--no-play", "--check")
    assert result.exit_code == 3
    assert "Ana, 2026-03-13: leave: a shift on a day of leave." in result.stdout
    assert ran(tmp_path, rows, "--no-play").exit_code == 0


def test_a_table_with_faults_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    result = ran(tmp_path, ["Anna,2026-03-09,08:00,16:00", "Ana,2026-03-10,08:00,later"])
    assert result.exit_code == 2 and not (tmp_path / "out").exists()
    assert "edited.csv:2:1" in result.output and "edited.csv:3:22" in result.output


def test_a_person_called_like_a_formula_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(DESK.replace("Ben:", '"=Ben":'), encoding="utf-8")
    result = CliRunner().invoke(app, ["validate", str(tmp_path / "bad.yaml")], prog_name="careplan")
    assert result.exit_code == 2 and "=Ben" in result.output


TEAM = DESK.replace("shift_rules: {lengths: 8 h}", "shift_rules: {lengths: 8 h, start_every: 8 h}")


def scheduled(folder: Path, *more: str, people: int = 1, scenario: str = TEAM) -> Result:
    """Find a roster for a schedule of one early shift a day."""
    (folder / "team.yaml").write_text(scenario, encoding="utf-8")
    rows = [
        {"group": "care", "date": f"2026-03-{day:02}", "shift": "08:00-16:00", "people": people} for day in range(9, 14)
    ]
    (folder / "plan.json").write_text(json.dumps({"plan": {"shifts": rows}}), encoding="utf-8")
    arguments = ["roster", str(folder / "team.yaml"), "--shifts", str(folder), "--out", str(folder / "found")]
    return CliRunner().invoke(app, [*arguments, "--no-play", *more], prog_name="careplan")


def test_a_roster_is_found_for_a_given_schedule(tmp_path: Path) -> None:
    result = scheduled(tmp_path, "--check")
    assert result.exit_code == 0, result.output
    for part in ("All 5 needed shifts are covered", "a gap of 0 %", "EEEEv··", "Every rule is kept"):
        assert part in result.output
    document = json.loads((tmp_path / "found" / "roster.json").read_text(encoding="utf-8"))
    assert document["search"]["solver"]["gap"] == 0
    assert len(document["duties"]) == 9  # Ana is on leave on Friday
    assert {path.stem for path in (tmp_path / "found" / "calendars").iterdir()} == {"Ana", "Ben"}


def test_uncovered_shifts_are_listed_with_the_reason_and_told_by_the_exit_code(tmp_path: Path) -> None:
    result = scheduled(tmp_path, "--check", people=2)
    assert result.exit_code == 3, result.output
    assert "1 needed shift of 10 stay" in result.output.replace("\n", " ")
    assert "1 on leave, 1 at work" in result.output


def test_days_of_an_edited_roster_are_kept_and_the_rest_found_anew(tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text(f"{HEAD}\nBen,2026-03-09,,\n", encoding="utf-8")
    result = scheduled(tmp_path, "--keep", str(tmp_path / "kept.csv"), "--json")
    assert result.exit_code == 0, result.output
    duties = {(one["person"], one["date"]) for one in json.loads(result.stdout)["duties"]}
    assert ("Ana", "2026-03-09") in duties and ("Ben", "2026-03-09") not in duties


def test_what_is_fixed_and_cannot_stay_ends_with_four(tmp_path: Path) -> None:
    fixed = TEAM.replace("Ben: {", "Ben: {fixed: [2026-03-09 16:00-00:00, 2026-03-10 08:00-16:00], ")
    result = scheduled(tmp_path, scenario=fixed)
    assert result.exit_code == 4, result.output
    assert "Ben: 2026-03-10 daily rest: 8 h" in result.output


@pytest.mark.parametrize(
    ("rule", "more", "row"),
    [
        ("leave", "leave: [2026-03-10]", "2026-03-10,08:00,16:00"),
        ("possible days", "days: tue-sun", "2026-03-09,08:00,16:00"),
        ("possible hours", "hours: day", "2026-03-10,00:00,08:00"),
    ],
)
def test_a_kept_shift_that_is_impossible_ends_with_four(tmp_path: Path, rule: str, more: str, row: str) -> None:
    day = TEAM.replace("horizon: 1 week", "horizon: 1 week, hours: {day: {daily: 08:00-24:00}}")
    (tmp_path / "kept.csv").write_text(f"{HEAD}\nBen,{row}\n", encoding="utf-8")
    kept = str(tmp_path / "kept.csv")
    result = scheduled(tmp_path, "--keep", kept, scenario=day.replace("Ben: {", f"Ben: {{{more}, "))
    assert result.exit_code == 4, result.output
    assert f"Ben: {row[:10]} {rule}" in result.output


def test_a_roster_that_is_not_played_to_an_end_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("careplan.study.rosters.play_roster", stop)
    given = ran(tmp_path, GOOD)
    found = scheduled(tmp_path, "--play")
    for result, folder in ((given, "out"), (found, "found")):
        assert result.exit_code == 130, result.output
        assert "the roster is whole, but what it does is not known" in result.output.replace("\n", " ")
        document = json.loads((tmp_path / folder / "roster.json").read_text(encoding="utf-8"))
        assert document["is_partial"] and document["play"] is None and len(document["duties"]) > 7


def test_an_edited_roster_is_asked_for_the_shifts_that_are_needed(tmp_path: Path) -> None:
    (tmp_path / "edited.csv").write_text("\n".join([HEAD, *GOOD[:3], "Ben,2026-03-12,09:00,17:00"]), encoding="utf-8")
    given = "--from", str(tmp_path / "edited.csv")
    result = scheduled(tmp_path, *given, "--check", "--json")
    assert result.exit_code == 3, result.output
    document = json.loads(result.stdout)
    assert "Nobody works 2 needed shifts." in document["headline"]
    assert [(one["date"], one["missing"], one["reason"]) for one in document["uncovered"]] == [
        ("2026-03-12", 1, "1 free, 1 at work"),
        ("2026-03-13", 1, "1 on leave, 1 free"),
    ]
    rows = [*GOOD[:4], "Ben,2026-03-13,08:00,16:00"]
    (tmp_path / "edited.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    result = scheduled(tmp_path, *given, "--check")
    assert result.exit_code == 0, result.output
    assert "All 5 needed shifts are covered." in result.output.replace("\n", " ")


def test_calendars_of_people_who_have_left_are_taken_out_and_those_of_others_stay(tmp_path: Path) -> None:
    assert scheduled(tmp_path).exit_code == 0
    folder = tmp_path / "found" / "calendars"
    (folder / "mine.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    left = TEAM.replace(", Ben: {group: care, contract: 40 h}", "")
    assert scheduled(tmp_path, scenario=left).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["Ana.ics", "mine.ics"]


def test_a_scenario_without_people_says_what_to_write(tmp_path: Path) -> None:
    nobody = TEAM.split("people:")[0] + "rosters: {weeks: 1}\nrun: {engine: reference}\n"
    result = scheduled(tmp_path, scenario=nobody)
    assert result.exit_code == 2
    assert "expected a section people" in result.output

"""``careplan validate``, ``new`` and ``schema`` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from careplan.cli.app import COMMANDS, app
from tests.scenario.worlds import FULL, full_with, written


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="careplan")


def test_a_sound_file_is_ok(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    result = run("validate", str(path))
    assert (result.exit_code, result.output) == (0, f"{path}: ok (no warnings)\n")


def test_a_warning_is_shown_and_does_not_fail(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("shrinkage: 30 %", "shrinkage: 70 %"))
    result = run("validate", str(path))
    assert result.exit_code == 0
    assert result.output.startswith(f"{path}: ok (1 warning)\n  {path}:")
    assert "groups.care.shrinkage  is 70 %" in result.output


def test_findings_of_all_files_are_shown_and_the_exit_code_is_2(tmp_path: Path) -> None:
    good = written(tmp_path, FULL, "good.yaml")
    bad = written(tmp_path, full_with("kind: live", "kind: alive"), "bad.yaml")
    result = run("validate", str(bad), str(good), str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert f"{bad}: 1 finding\n" in result.output and f"{good}: ok" in result.output
    assert "none.yaml:1:1" in result.output and "does not exist" in result.output
    assert "Traceback" not in result.output


def test_overrides_are_checked_with_the_file(tmp_path: Path) -> None:
    path = str(written(tmp_path, FULL))
    assert run("validate", path, "--set", "run.seed=3").exit_code == 0
    result = run("validate", path, "--set", "run.sead=3")
    assert result.exit_code == 2 and '--set run.sead  run.sead  is not a key here' in result.output  # fmt: skip


def test_json_carries_findings_warnings_and_the_digest(tmp_path: Path) -> None:
    bad = written(tmp_path, full_with("kind: live", "kind: alive"), "bad.yaml")
    warned = written(tmp_path, full_with("shrinkage: 30 %", "shrinkage: 70 %"), "warned.yaml")
    result = run("validate", "--json", str(bad), str(warned))
    first, second = json.loads(result.output)
    assert result.exit_code == 2
    assert first["ok"] is False and first["findings"][0]["path"] == "channels.phone.kind"
    assert set(first["findings"][0]) == {"file", "line", "column", "path", "message"}
    assert second["ok"] is True and len(second["digest"]) == 64 and second["warnings"][0]["kind"] == "HighShrinkage"


def test_new_writes_a_sound_scenario_and_never_overwrites_unasked(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert run("new", str(path)).exit_code == 0
    assert run("validate", str(path)).output == f"{path}: ok (no warnings)\n"
    path.write_text("mine", encoding="utf-8")
    refused = run("new", str(path))
    assert refused.exit_code == 2 and "--force" in refused.output and path.read_text(encoding="utf-8") == "mine"
    assert run("new", str(path), "--force").exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("# Question:")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]  # nothing is left beside it


def test_new_in_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    result = run("new", str(tmp_path / "no" / "s.yaml"))
    assert result.exit_code == 2 and "cannot be written" in result.output


def test_schema_is_json_for_editors(tmp_path: Path) -> None:
    printed = run("schema")
    schema = json.loads(printed.output)
    assert schema["$schema"].endswith("2020-12/schema") and "queues" in schema["properties"]
    assert run("schema", "--output", str(tmp_path / "s.json")).exit_code == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == schema


def test_an_unknown_command_is_usage_not_a_traceback() -> None:
    result = run("valdiate")
    assert result.exit_code == 2 and "No such command" in result.output and "Traceback" not in result.output


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, (_, summary) in COMMANDS.items():
        assert name in result.output and summary.split(",")[0].split(";")[0][:20] in result.output


def test_every_listed_command_exists_and_has_help() -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0 and f"careplan {name}" in result.output, name


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import careplan.scenario.files as files

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "read_scenario", stopped)
    result = run("validate", str(tmp_path / "s.yaml"))
    assert result.exit_code == 130 and "Traceback" not in result.output


def test_our_own_bugs_keep_their_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import careplan.scenario.files as files

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("a bug")

    monkeypatch.setattr(files, "read_scenario", broken)
    assert isinstance(run("validate", str(tmp_path / "s.yaml")).exception, AssertionError)


def test_the_entry_point_runs_as_a_program(tmp_path: Path) -> None:
    path = written(tmp_path, full_with("kind: live", "kind: alive"))
    code = "from careplan.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "alive" in done.stdout and done.stderr == ""

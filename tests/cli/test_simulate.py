"""``careplan simulate``: the staffing as written."""

from __future__ import annotations

import csv
import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Run, finished, started
from tests.cli.tiny import TINY, written

KEYS = [
    "careplan_simulation", "scenario", "headline", "nights", "targets_met", "precision", "is_partial",
    "replications_asked", "peak", "wages", "report", "pictures", "outcomes", "definitions", "provenance", "files",
]  # fmt: skip


def test_the_answer_comes_first_and_everything_fits_the_screen(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("With 2 agents at the peak (Mon, Tue 08:00-18:00), the staffing as written ")
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("careplan ") and "seed 3" in lines[-1]
    for title in ("Targets", "By queue, 2 days", "By group, 2 days", "By day, all queues together", "By day and hour"):
        assert title in lines
    assert "By channel" not in result.stdout  # every channel has one queue, so it would say the same twice
    assert "\x1b" not in result.stdout


def test_json_is_one_document_with_stable_keys(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path), "--json")
    document = json.loads(result.stdout)
    assert list(document) == KEYS
    assert document["replications_asked"] == 3 and document["is_partial"] is False
    assert [score["name"] for score in document["report"]["scorecard"]] == ["Quick", "Phone"]
    assert document["targets_met"] == all(score["holds"] for score in document["report"]["scorecard"])
    assert document["provenance"]["replications"] == [0, 1, 2]


def test_messages_are_compared_with_phone_by_what_an_agent_hour_does(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    queues = json.loads(run("simulate", path, "--json").stdout)["report"]["figures"]["total"]["queue"]
    chats, calls = (queues[name]["effective_multiple"] for name in ("chats", "calls"))
    per_hour = [queues[name]["cases_per_agent_hour"]["value"] for name in ("chats", "calls")]
    assert calls["value"] == 1 and chats["low"] < chats["value"] < chats["high"]
    assert np.isclose(chats["value"], per_hour[0] / per_hour[1])
    by_queue = run("simulate", path).stdout.split("By queue, 2 days\n")[1].split("\n\nBy ")[0]
    heads, rows = by_queue.split("\n\n")[-1].splitlines()[:2], by_queue.splitlines()
    assert "times" in heads[0] and heads[1].endswith("phone")
    half = (chats["high"] - chats["low"]) / 2
    assert any(row.endswith(f"{per_hour[0]:.1f}  {chats['value']:.2f} ±{half:.2f}") for row in rows)
    assert any(row.endswith("1.00 ±0.00") for row in rows)


def test_without_phone_or_without_others_nothing_is_compared(run: Run, tmp_path: Path) -> None:
    both = run("simulate", written(tmp_path), "--replications", 1)
    assert "Times phone:" in both.stdout and "±" not in both.stdout.split("One replication")[0]
    for kind in (("chat: {kind: message", "chat: {kind: live"), ("phone: {kind: live}", "phone: {kind: message}")):
        changed = TINY.replace(*kind).replace("    patience: {exponential: {mean: 3 min}}\n", "")
        changed = changed.replace("chat: {kind: live, concurrency: 2}", "chat: {kind: live}")
        result = run("simulate", written(tmp_path, text=changed), "--replications", 1)
        assert result.exit_code == 0, result.output
        assert "agent hour" not in result.stdout and "Times phone" not in result.stdout


def test_paid_hours_and_cost_are_those_of_the_staffing(run: Run, tmp_path: Path) -> None:
    wages = json.loads(run("simulate", written(tmp_path), "--json").stdout)["wages"]
    # One agent round the clock and one more for ten hours, two days: 68 h on duty, 85 h paid at 20 % shrinkage.
    assert (wages["on_duty_hours"], wages["paid_hours"], wages["cost"]) == ("68.00", "85.00", "1700.00")


def test_a_precise_run_says_what_it_took(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    document = json.loads(run("simulate", path, "--precision", "2pp", "--json").stdout)
    found = document["precision"]
    assert found["reached"] and found["half_width"] <= 0.02 and found["looks"][0] == 40
    assert document["replications_asked"] == found["replications"] == document["report"]["replications"]
    assert [one["name"] for one in found["figures"]] == ["Quick", "Phone"]
    assert all(one["worth"] > 0 and one["controls"] for one in found["figures"])
    shown = [score["overall"]["value"] for score in document["report"]["scorecard"]]
    assert shown == [one["value"] for one in found["figures"]] != [one["plain"]["value"] for one in found["figures"]]
    text = run("simulate", path, "--precision", "2pp").stdout
    assert "Precision: at most ± 2 points was wanted;" in text and "was reached after" in text
    assert "worth times the" in text and max(map(len, text.splitlines())) <= 80


def test_a_long_run_has_every_table_and_says_what_rests_on_its_first_weeks(run: Run, tmp_path: Path) -> None:
    path, out = written(tmp_path), tmp_path / "out"
    bounds = ("--precision", "0.1pp", "--max-replications", 45)
    result = run("simulate", path, *bounds, "--definitions", "--out", out)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "Medians and percentiles rest on the first 40." in said
    assert "that come at night (22:00-06:00)" in said and (out / "report.json").exists()


def test_a_width_out_of_reach_is_said_to_be(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path), "--precision", "0.1 points", "--max-replications", 45, "--no-controls")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "NOT reached" in said and "after 45 replications (the most there may be); it takes about" in said
    assert "Control variates" not in said


def test_the_hours_beyond_doubt_are_counted(run: Run, tmp_path: Path) -> None:
    path, out = written(tmp_path), tmp_path / "out"
    said = " ".join(run("simulate", path, "--out", out).stdout.split())
    assert (
        "By hour of the week, Quick: with 95 % confidence all 48 hours lie within their joint intervals at once" in said
    )
    with (out / "by_hour_of_week.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["row"] == "chats" and row["period"] == "mon 09:00")
    level = "service_level_30min"
    bounds = [float(row[f"{level}{part}"]) for part in ("_low_joint", "", "_high_joint")]
    assert 0 <= bounds[0] < bounds[1] <= bounds[2] <= 1
    one = " ".join(run("simulate", path, "--replications", 1).stdout.split())
    assert "joint intervals" not in one


def test_controls_go_without_precision_too(run: Run, tmp_path: Path) -> None:
    said = " ".join(run("simulate", written(tmp_path), "--controls", "--replications", 20).stdout.split())
    assert "Control variates (work) make the targets' intervals narrower" in said and "Precision" not in said
    few = " ".join(run("simulate", written(tmp_path), "--controls").stdout.split())
    assert "Control variates: none" in few


def test_outcomes_are_said_in_text_json_and_tables_and_only_where_assumed(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    assumed = ("--set", "outcomes.shaming={after: 1 h, chance: {share: 38 %, source: Lithium 2013}}")
    assert "Outcomes" not in run("simulate", path, "--replications", 1).stdout
    assert json.loads(run("simulate", path, "--replications", 1, "--json").stdout)["outcomes"] is None
    text = run("simulate", path, *assumed, "--out", "out").stdout
    assert "shame in public, not answered within 1 h: 38 % (Lithium 2013)" in text
    assert max(map(len, text.splitlines())) <= 80
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    shaming = document["outcomes"]["total"]["shaming"]
    assert shaming == document["report"]["figures"]["total"]["total"]["total"]["shaming"]
    with (tmp_path / "out" / "by_total.csv").open(encoding="utf-8") as file:
        total = next(csv.DictReader(file))
    assert float(total["shaming"]) == pytest.approx(shaming["value"]) and total["shaming_low"]


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    first, again, other = (run("simulate", path, "--seed", seed).stdout for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_both_engines_give_the_same_numbers(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    reports = [
        json.loads(run("simulate", path, "--engine", engine, "--json", "--replications", 1).stdout)["report"]
        for engine in ("compiled", "reference")
    ]
    for report in reports:
        del report["provenance"]
    assert reports[0] == reports[1]


def test_set_changes_a_value(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path), "--set", "groups.care.headcount=7", "--replications", 1)
    assert result.stdout.startswith("With 7 agents at the peak (round the clock)")
    assert "figures without intervals" in result.stdout
    assert "±" not in result.stdout.split("One replication")[0]


@pytest.mark.parametrize(
    ("changes", "met", "code"), [([], "true", 0), (["--set", "groups.care.headcount=0"], "false", 3)]
)
def test_check_exits_with_3_where_a_target_is_missed(
    run: Run, tmp_path: Path, changes: list[str], met: str, code: int
) -> None:
    path = written(tmp_path)
    assert run("simulate", path, *changes).exit_code == 0
    result = run("simulate", path, "--check", "--json", *changes)
    assert result.exit_code == code
    assert f'"targets_met": {met}' in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "queues.chats.concurrency=0"],
        ["--set", "queues.chat.concurrency=2"],
        ["--set", "nonsense"],
        ["--engine", "steam"],
        ["--by", "moon"],
        ["--replications", "0"],
        ["--save-trace", "0"],
        ["--roster", "none.csv", "--out", "results"],
        ["--precision", "0.5"],
        ["--precision", "0.5 %"],
        ["--precision", "1pp", "--replications", "20"],
        ["--max-replications", "20"],
    ],
)
def test_bad_input_exits_with_2_and_writes_nothing(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    path = written(tmp_path)
    result = run("simulate", path, *arguments)
    assert result.exit_code == 2
    assert result.stdout == "" and result.stderr != "" and "Traceback" not in result.stderr
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_scenario_with_findings_names_its_line(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, text=TINY.replace("mean: 3 min", "mean: 3"))
    line = 1 + next(n for n, text in enumerate(TINY.splitlines()) if "mean: 3 min" in text)
    result = run("simulate", path, "--out", "results")
    assert result.exit_code == 2
    assert f"{path}: 1 finding" in result.stderr and f"{path}:{line}:" in result.stderr
    assert not (tmp_path / "results").exists()


def test_warnings_go_to_the_error_stream_and_do_not_stop_the_run(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path, text=TINY.replace("shrinkage: 20 %", "shrinkage: 70 %")), "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)
    assert "warning: " in result.stderr and "groups.care.shrinkage  is 70 %" in result.stderr


def test_out_holds_report_tables_roster_and_the_trace_asked_for(run: Run, tmp_path: Path) -> None:
    from careplan.trace.files import load
    from careplan.trace.tables import Trace
    from careplan.workload.tables import Workload

    result = run("simulate", written(tmp_path), "--out", "results/a", "--save-trace", 1, "--by", "hour")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "results" / "a"
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert sorted(path.name for path in folder.iterdir()) == sorted(document["files"])
    assert list(tmp_path.glob("**/*.part")) == []
    assert max(map(len, (folder / "report.txt").read_text(encoding="utf-8").splitlines())) <= 100
    trace, workload = load(folder / "trace.npz", Trace), load(folder / "workload.npz", Workload)
    assert len(trace.case_outcome) == workload.n_cases
    assert trace.provenance is not None and trace.provenance.replications == (1,)
    with (folder / "by_hour.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["of"] == "total"]
    assert len(rows) == 48
    total = document["report"]["figures"]["total"]["total"]["total"]["volume"]["value"]
    assert np.isclose(sum(float(row["volume"]) for row in rows), total)


def test_the_replication_that_was_saved_can_be_replayed(run: Run, tmp_path: Path) -> None:
    from careplan.trace.files import load
    from careplan.trace.tables import Trace

    path = written(tmp_path, text=TINY.replace("shrinkage: 20 %", "absence: 30 %"))
    run("simulate", path, "--out", "a", "--save-trace", 1, "--replications", 2)
    tables = ("a/cases.csv", "--turns", "a/turns.csv", "--roster", "a/on_duty.csv")
    again = json.loads(run("replay", *tables, "--rules", path, "--json").stdout)
    assert again["digests"]["trace"] == load(tmp_path / "a" / "trace.npz", Trace).digest


def test_a_roster_can_be_given_and_is_the_one_that_was_written(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    as_written = run("simulate", path, "--out", "results", "--json")
    given = run("simulate", path, "--roster", "results/roster.csv", "--json")
    documents = [json.loads(result.stdout) for result in (as_written, given)]
    assert documents[0]["report"] == documents[1]["report"]
    assert "the roster as given" in documents[1]["headline"]


def test_an_interrupt_keeps_the_replications_that_are_finished(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from careplan.reporting.progress import Progress

    def interrupted(self: Progress, what: str, fraction: float) -> None:
        if fraction >= 0.1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "__call__", interrupted)
    result = run("simulate", written(tmp_path), "--replications", 50, "--json", "--out", "results")
    assert result.exit_code == 130
    document = json.loads(result.stdout)
    assert document["is_partial"] is True and document["replications_asked"] == 50
    n = document["report"]["replications"]
    assert 5 <= n < 50 and len(document["provenance"]["replications"]) == n
    assert document["headline"].startswith(f"Interrupted after {n} of 50 replications")
    assert json.loads((tmp_path / "results" / "report.json").read_text(encoding="utf-8"))["is_partial"] is True


def test_ctrl_c_ends_the_process_with_130(tmp_path: Path) -> None:
    path = written(tmp_path)
    began = time.monotonic()
    assert finished(tmp_path, "simulate", path, "--replications", 1).returncode == 0
    ready_s = time.monotonic() - began  # a busy machine may take long to import everything
    process = started(tmp_path, "simulate", path, "--replications", 100_000)
    try:
        time.sleep(ready_s)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()  # nothing if it ended; else it would run on for hours
        process.wait()
    assert process.returncode == 130
    assert out.startswith("Interrupted after ") or "interrupted" in err
    assert "Traceback" not in err


def test_exit_codes_of_the_process_itself(tmp_path: Path) -> None:
    path = written(tmp_path)
    one = ("simulate", path, "--replications", 1)
    assert finished(tmp_path, *one).returncode == 0
    assert finished(tmp_path, *one, "--check", "--set", "groups.care.headcount=0").returncode == 3
    wrong = finished(tmp_path, *one, "--set", "run.seed=-1")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr


def test_the_window_of_first_contact_resolution_may_be_given(run: Run, tmp_path: Path) -> None:
    text = TINY.replace("think_time: 2 min", "think_time: 2 min\n    come_back: {chance: 50 %, after: 2 days}")
    path = written(tmp_path, text=text)
    by_window = {}
    for window in ("1 day", "3d"):
        document = json.loads(
            run("simulate", path, "--fcr-window", window, "--set", "calendar.run_off=5 days", "--json").stdout
        )["report"]
        by_window[window] = document["figures"]["total"]["total"]["total"]["first_contact_resolution"]["value"]
    assert document["settings"]["first_contact_resolution_window_s"] == 3 * 86400
    assert "within 3 days ÷" in document["metrics"]["first_contact_resolution"]["formula"]
    assert by_window["1 day"] == 1 and 0.4 < by_window["3d"] < 0.9
    result = run("simulate", path, "--fcr-window", 7)
    assert result.exit_code == 2 and "Write the unit" in result.output


def test_definitions_stand_side_by_side(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path), "--definitions", "--within", "20s", "--short-abandons", "10 s")
    assert result.exit_code == 0, result.output
    text = result.stdout
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    titles = [line for line in lines if line.startswith(("Within", "Without"))]
    assert [title.split(", ")[0] for title in titles] == [
        "Within 30 min of chats (Quick)", "Within 1 min of calls (Phone)", "Within 20 s", "Without a threshold",
    ]  # fmt: skip
    assert "a short abandon, within 10 s" in " ".join(text.split())
    shown = [line for line in lines if line.startswith("offered") and "→" in line]
    assert len(shown) >= 2  # by the wall, in both parts
    assert "The same by queue, wall clock" in text  # two channels: unasked
    assert "By day and hour" not in text


def test_definitions_are_a_key_of_the_document_and_a_file_of_the_folder(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    assert json.loads(run("simulate", path, "--json").stdout)["definitions"] is None
    document = json.loads(run("simulate", path, "--definitions", "--json", "--out", "out").stdout)
    rows = document["definitions"]
    own = {row["targets"][0]: row for row in rows if row["targets"]}
    scores = {score["name"]: score["overall"] for score in document["report"]["scorecard"]}
    assert {name: (row["value"], row["low"]) for name, row in own.items()} == {
        name: (score["value"], score["low"]) for name, score in scores.items()
    }
    with (tmp_path / "out" / "definitions.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(rows)
    assert [row["definition"] for row in table] == [row["definition"] for row in rows]
    assert "definitions.csv" in json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["files"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--within", "20s"], "goes with --definitions"),
        (["--short-abandons", "3 s"], "goes with --definitions"),
        (["--by-queue"], "goes with --definitions"),
        (["--definitions", "--within", "20"], "--within"),
        (["--definitions", "--short-abandons", "soon"], "--short-abandons"),
    ],
)
def test_options_of_definitions_are_refused_where_they_make_no_sense(
    run: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = run("simulate", written(tmp_path), *arguments)
    assert result.exit_code == 2
    assert said in result.output

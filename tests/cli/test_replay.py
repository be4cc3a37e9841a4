"""``careplan replay``: given cases on a given roster."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.tiny import CASES, TURNS, history, written

KEYS = [
    "careplan_replay", "scenario", "headline", "targets_met", "cases", "digests", "report", "pictures",
    "outcomes", "definitions", "provenance", "files",
]  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_three_cases_by_hand(run: Run, tmp_path: Path, engine: str) -> None:
    result = run(*history(tmp_path), "--engine", engine, "--out", "out")
    assert result.exit_code == 0, result.output
    nine = 9 * 3_600_000
    turns = rows_of(tmp_path / "out" / "trace.turns.csv")
    # a: two minutes from 9:00, the customer thinks for 30 s, then one minute more. b is called at 9:01 by the other
    # agent, who leaves at 9:02 and finishes. c comes at 9:02:30 as a returns; a desk holds two chats.
    assert [int(row["turn_started_at"]) - nine for row in turns] == [0, 150_000, 60_000, 150_000]
    assert [int(row["turn_ended_at"]) - nine for row in turns] == [120_000, 210_000, 150_000, 350_000]
    assert [row["turn_agent_ix"] for row in turns] == ["0", "0", "1", "0"]
    assert result.stdout.startswith("3 cases as given, with 2 agents at the peak (Mon 08:00-09:00)")
    assert "100 % of chats are answered within 30 min" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_one_path_has_no_intervals_and_says_so(run: Run, tmp_path: Path) -> None:
    text = run(*history(tmp_path)).stdout
    assert "It is one path, not an average" in text
    assert "±" not in text.split("One replication")[0] and "chance" not in text
    document = json.loads(run(*history(tmp_path), "--json").stdout)
    assert document["report"]["replications"] == 1
    assert document["report"]["scorecard"][0]["overall"]["low"] is None


def test_json_is_one_document_with_stable_keys(run: Run, tmp_path: Path) -> None:
    document = json.loads(run(*history(tmp_path), "--json").stdout)
    assert list(document) == KEYS
    assert document["cases"] == {"given": 3, "measured": 3, "turns": 4}


def test_both_engines_leave_the_same_trace(run: Run, tmp_path: Path) -> None:
    arguments = history(tmp_path)
    digests = [
        json.loads(run(*arguments, "--engine", engine, "--json").stdout)["digests"]
        for engine in ("compiled", "reference")
    ]
    assert digests[0] == digests[1]


def test_what_is_written_can_be_replayed_again(run: Run, tmp_path: Path) -> None:
    arguments = history(tmp_path)
    first = json.loads(run(*arguments, "--out", "out", "--json").stdout)
    again = json.loads(
        run(
            *("replay", "out/cases.csv", "--turns", "out/turns.csv", "--roster", "out/roster.csv"),
            *("--rules", "tiny.yaml", "--json"),
        ).stdout
    )
    assert again["digests"] == first["digests"]


def test_without_a_roster_the_staffing_of_the_scenario_is_on_duty(run: Run, tmp_path: Path) -> None:
    arguments = history(tmp_path)
    at = arguments.index("--roster")
    result = run(*arguments[:at], *arguments[at + 2 :])
    assert result.stdout.startswith("3 cases as given, with 2 agents at the peak (Mon, Tue 08:00-18:00)")


def test_cases_outside_the_measured_time_are_named(run: Run, tmp_path: Path) -> None:
    arguments = history(tmp_path)
    written(tmp_path, "cases.csv", CASES.replace("2026-03-02", "2026-03-04"))
    result = run(*arguments)
    assert result.exit_code == 0
    assert "no case lies in the measured time, 2 days from 2026-03-02" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cases.csv", CASES.replace("calls", "cals"), 'is "cals"; known queues: calls, chats. Did you mean "calls"?'),
        ("turns.csv", TURNS.replace("c,200,", "d,200,"), "d"),
        ("roster.csv", "group,agent,on,off\ncar,1,2026-03-02 08:00,2026-03-02 12:00\n", "known groups: care"),
    ],
)
def test_faulty_tables_exit_with_2_and_write_nothing(
    run: Run, tmp_path: Path, name: str, text: str, message: str
) -> None:
    arguments = history(tmp_path)
    written(tmp_path, name, text)
    before = sorted(tmp_path.iterdir())
    result = run(*arguments, "--out", "out")
    assert result.exit_code == 2
    assert message in result.stderr and name in result.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_definitions_of_a_given_history(run: Run, tmp_path: Path) -> None:
    """a is sent at 2 min, c after 3 min 20 s, b is picked up at once: of three, two are in time within 2 min."""
    arguments = [*history(tmp_path), "--definitions", "--within", "2 min"]
    rows = json.loads(run(*arguments, "--json").stdout)["definitions"]
    found = {
        (row["definition"], row["within_s"], row["row"]): row["value"]
        for row in rows
        if (row["clock"], row["from"]) == ("wall", "first message")
    }
    assert found["offered", 120, "total"] == pytest.approx(2 / 3)
    assert found["offered", 120, "chats"] == 1 / 2
    assert found["first response, median", None, "total"] == 120
    assert "Every definition from the same runs (one replication)" in run(*arguments).stdout

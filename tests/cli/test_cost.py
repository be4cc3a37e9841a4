"""``careplan cost`` as a user meets it."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from careplan.reporting.progress import Progress
from tests.cli.conftest import Run
from tests.cli.tiny import TINY, written
from tests.reporting.workbook.sheets import read, table


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


def test_a_schedule_with_paid_breaks_costs_what_shifts_says(run: Run, tmp_path: Path) -> None:
    rules = "shift_rules: {lengths: 8 h, start_every: 4 h, breaks: [{for: 30 min, from: 3 h, paid: yes}]}"
    file = written(tmp_path, text=TINY.replace("headcount: {always: 1, desk: 1}", rules))
    done = run("shifts", file, "--replications", 2, "--road", "a", "--out", "shifts", "--json")
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)["plan"]
    wages = json.loads(run("cost", file, "--roster", "shifts", "--step", 0, "--json").stdout)["wages"]
    played = json.loads(run("simulate", file, "--roster", "shifts/roster.csv", "--json").stdout)
    for found in (wages, played["wages"]):
        assert found == plan["bill"]
    assert Decimal(wages["paid_hours"]) > Decimal(wages["on_duty_hours"]) / Decimal("0.8")
    steps = json.loads(run("cost", file, "--roster", "shifts", "--replications", 1, "--json").stdout)
    assert steps["wages"] == wages


def test_what_is_left_out_of_a_longer_roster_and_added_to_one_of_people_is_said(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path)
    assert run("simulate", file, "--set", "calendar.horizon=2 weeks", "--out", "longer").exit_code == 0
    assert json.loads(run("cost", file, "--step", 0, "--json").stdout)["notes"] == []
    done = run("cost", file, "--roster", "longer", "--step", 0)
    whole = " ".join(done.stdout.split())
    assert done.exit_code == 0 and "the roster goes on until" in whole and "named people" not in whole
    priced = run("cost", file, "--roster", "longer", "--set", "calendar.horizon=2 weeks", "--step", 0)
    assert priced.exit_code == 0 and "goes on until" not in priced.stdout
    (tmp_path / "longer" / "people.csv").write_text("", encoding="utf-8")
    named = run("cost", file, "--roster", "longer", "--step", 0)
    assert "one of named people, and shrinkage of care is added" in " ".join(named.stdout.split())


def test_where_nobody_is_on_duty_nobody_is_paid(run: Run, tmp_path: Path) -> None:
    text = TINY.replace(", headcount: {always: 1, desk: 1}", "") + "money: {telephony: {phone: 0.10 EUR per minute}}\n"
    done = run("cost", written(tmp_path, text=text), "--step", 0)
    assert done.exit_code == 0, done.output
    assert "Nobody is paid." in done.stdout


def test_no_money_is_the_users_to_mend(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8").replace("wage: 20.00 EUR per hour, ", "")
    path.write_text(text, encoding="utf-8")
    done = run("cost", path)
    assert done.exit_code == 2 and "states no money" in done.output


def test_the_bot_is_set_against_people_at_night(run: Run, tmp_path: Path) -> None:
    bot = "bots: {greeter: {time: 30 s, containment: 40 %, fee: {per_session: 0.10 EUR}}}\n"
    text = TINY.replace("    turns:", "    bots: [greeter]\n    turns:", 1).replace("{always: 1, desk: 1}", "{desk: 2}")
    arguments = ("--break-even", "--step", 0, "--out", "bill", "--xlsx", "bill.xlsx")
    done = run("cost", written(tmp_path, text=text + bot), *arguments)
    assert done.exit_code == 0, done.output
    assert "Bot against people in the 28 hours in which greeter is alone." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    data = json.loads((tmp_path / "bill" / "cost.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((tmp_path / "bill" / "break_even.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["volume"]) for row in rows[:5]] == [one["volume"] for one in data["break_even"]["by_volume"]]
    assert data["break_even"]["hours"] == "28.00" and data["is_partial"] is False
    duels = table(read(tmp_path / "bill.xlsx"), "Costs", "Volume ×")
    assert [row["People"] for row in duels] == [int(row["people"]) for row in rows]
    assert [row["Volume ×"] for row in duels] == [float(row["volume"]) for row in rows]


def test_a_bot_that_is_not_there_is_the_users_to_mend(run: Run, tmp_path: Path) -> None:
    done = run("cost", written(tmp_path), "--break-even")
    assert done.exit_code == 2 and "there is no bot to compare" in done.output


def test_what_service_is_worth_is_printed_with_who_says_so(run: Run, tmp_path: Path) -> None:
    outcomes = (
        'outcomes: {churn: {unanswered: {share: 27.1 %, source: "a survey"}, value: 60 EUR}, '
        "late: {after: 1 h, penalty: 1.50 EUR}}\n"
    )
    path = written(tmp_path, text=TINY + outcomes)
    done = run("cost", path, "--step", 0)
    assert "leave, each who does: 60 EUR (our assumption)" in done.stdout
    assert "leave, unanswered: 27.1 % (a survey)" in done.stdout
    assert "late, no answer within 1 h: 1.50 EUR (our assumption)" in done.stdout
    found = json.loads(run("cost", path, "--step", 0, "--json").stdout)["assumptions"]
    assert [(one["outcome"], one["source"]) for one in found] == [
        ("churn", "our assumption"), ("churn", "a survey"), ("late", "our assumption"),
    ]  # fmt: skip


def test_a_call_is_set_against_a_message_per_answered_case(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path)
    data = json.loads(run("cost", path, "--step", 0, "--json").stdout)
    (pair,) = data["live_against_messages"]
    each = {name: queue["per_answered_case"]["value"] for name, queue in data["queues"].items()}
    assert (pair["live"], pair["message"]) == ("calls", "chats")
    assert pair["times"]["value"] == pytest.approx(each["calls"] / each["chats"])
    assert pair["times"]["low"] < pair["times"]["value"] < pair["times"]["high"]
    said = " ".join(run("cost", path, "--step", 0).stdout.split())
    assert "An answered case of calls costs" in said and "without telephony" not in said
    path.write_text(TINY + "money: {telephony: {phone: 0.10 EUR per minute}}\n", encoding="utf-8")
    said = " ".join(run("cost", path, "--step", 0).stdout.split())
    assert "What people cost, without telephony by the minute." in said


def test_an_interrupt_keeps_the_replications_that_are_finished(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Progress, what: str, fraction: float) -> None:
        if fraction >= 0.2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "__call__", interrupted)
    arguments = ("--replications", 40, "--json", "--out", "bill", "--break-even", "--xlsx", "bill.xlsx")
    done = run("cost", written(tmp_path), *arguments)
    assert done.exit_code == 130
    data = json.loads(done.stdout)
    n = len(data["provenance"]["replications"])
    assert data["is_partial"] is True and 7 <= n < 40 and data["break_even"] is None
    assert data["per_point"][0]["points"]["n"] == n
    said = (tmp_path / "bill" / "report.txt").read_text(encoding="utf-8")
    assert f"Interrupted after {n} of 40 replications; what follows rests on those." in said
    log = {
        row["This workbook"]: list(row.values())[-1]
        for row in table(read(tmp_path / "bill.xlsx"), "Log", "This workbook")
    }
    assert log["Complete"] == "no: the run was interrupted"


def test_an_interrupt_before_anything_is_finished_writes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("careplan.study.costs.played", interrupted)
    done = run("cost", written(tmp_path), "--replications", 40, "--out", "bill")
    assert done.exit_code == 130 and not (tmp_path / "bill").exists()


def test_what_is_left_after_service_is_the_difference_of_whole_cents(run: Run, tmp_path: Path) -> None:
    worth = "outcomes: {late: {after: 1 min, penalty: 0.37 EUR}}\n"
    data = json.loads(run("cost", written(tmp_path, text=TINY + worth), "--step", 0, "--json").stdout)
    assert Decimal(data["value_of_outcomes"]) < 0
    assert Decimal(str(data["net"]["value"])) == Decimal(data["cost"]) - Decimal(data["value_of_outcomes"])
    told = [one["cost_of_people"]["value"] for one in data["queues"].values()]
    assert all(Decimal(str(value)) == round(Decimal(str(value)), 2) for value in told)


@pytest.mark.parametrize("command", ["cost", "cover", "capacity", "staff", "simulate"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(run: Run, tmp_path: Path, command: str) -> None:
    file = written(tmp_path)
    done = run(command, file, "--out", file / "deep")
    assert done.exit_code == 2 and f"{file} is a file; expected a folder" in " ".join(done.output.split())


@pytest.mark.parametrize("command", [("cost", "--step", 0), ("cover", "--solver-seconds", 1)])
def test_a_long_title_is_broken_to_the_width(run: Run, tmp_path: Path, command: tuple[str | int, ...]) -> None:
    name, *rest = command
    title = "What the care of a utility costs in all its hours, nights and Sundays too, by people"
    done = run(name, written(tmp_path), *rest, "--set", f"title={title}")
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert title in " ".join(done.stdout.split())


def test_no_interval_of_what_a_case_costs_goes_below_nothing(run: Run, tmp_path: Path) -> None:
    # two runs of a few cases each: the interval by Student's t is wider than the cost itself
    few = ("--set", "queues.chats.volume={per_day: 3}", "--set", "queues.calls.volume={per_day: 3}")
    data = json.loads(run("cost", written(tmp_path), "--replications", 2, "--step", 0, *few, "--json").stdout)
    told = [data["per_case"], data["per_answered_case"]]
    told += [figure for one in data["queues"].values() for key, figure in one.items() if key != "cases"]
    assert all(figure["low"] is None or figure["low"] >= 0 for figure in told)
    assert any(figure["low"] == 0 for figure in told)

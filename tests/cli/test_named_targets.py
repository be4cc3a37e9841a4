"""Named targets at the command line: simulate, replay and staff say parts, whole, and all at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.tiny import TINY, history, written

TARGETS = """\
targets:
  - {named: socially devoted, queues: [chats]}
  - {named: whatsapp window, share: 99 %, template_price: 0.06 EUR}
  - {name: Phone, queues: [calls], answer: 50 % within 1 min}
run:"""
NAMED = TINY[: TINY.index("targets:")] + TARGETS + TINY[TINY.index("run:") + 4 :]
STRICT = NAMED.replace("answer: 50 % within 1 min", "answer: 100 % within 1 ms")


def test_simulate_shows_parts_the_whole_and_all_at_once(run: Run, tmp_path: Path) -> None:
    result = run("simulate", written(tmp_path, text=NAMED))
    assert result.exit_code == 0, result.output
    card = result.stdout.split("Targets\n")[1].split("\n\n")[0].splitlines()
    starts = [line[:18].strip() for line in card]
    for name in ("Socially Devoted", "response rate", "mean answer", "WhatsApp window", "Phone", "all at once"):
        assert name in starts
    assert "no answer came after 24 h" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_json_has_every_target_with_its_chance_and_all_at_once(run: Run, tmp_path: Path) -> None:
    report = json.loads(run("simulate", written(tmp_path, text=NAMED), "--json").stdout)["report"]
    devoted, window, phone = report["targets"]
    assert list(devoted) == ["name", "parts", "over", "confidence", "holds", "chance"]
    assert devoted["parts"] == ["Socially Devoted: response rate", "Socially Devoted: mean answer"]
    assert window["templates"]["value"] == 0 and window["currency"] == "EUR"
    assert phone["parts"] == ["Phone"]
    rate, mean = report["scorecard"][:2]
    assert rate["part_of"] == mean["part_of"] == "Socially Devoted" and rate["threshold_s"] is None
    assert (mean["unit"], mean["wanted"]) == ("s", 1800)
    assert 60 < mean["overall"]["value"] < 3600
    together = report["all_targets_at_once"]
    assert together["over"] == "week" and together["chance"]["n"] == 3
    assert together["chance"]["value"] <= min(target["chance"]["value"] for target in report["targets"])


@pytest.mark.parametrize(("text", "code"), [(NAMED, 0), (STRICT, 3)])
def test_check_fails_where_any_target_is_not_met(run: Run, tmp_path: Path, text: str, code: int) -> None:
    assert run("simulate", written(tmp_path, text=text), "--check").exit_code == code


def test_check_fails_where_a_part_of_a_named_target_is_not_met(run: Run, tmp_path: Path) -> None:
    """With nobody at night the mean of the chats is far above half an hour; all else is met."""
    text = NAMED.replace("headcount: {always: 1, desk: 1}", "headcount: {desk: 3}")
    result = run("simulate", written(tmp_path, text=text), "--check", "--json")
    report = json.loads(result.stdout)["report"]
    assert [target["holds"] for target in report["targets"]] == [False, True, True]
    assert result.exit_code == 3


def test_a_replay_says_in_how_many_weeks_a_named_target_was_met(run: Run, tmp_path: Path) -> None:
    arguments = history(tmp_path)
    written(tmp_path, text=NAMED)
    result = run(*arguments, "--check")
    assert result.exit_code == 0, result.output
    assert "met  1 of 1 week" in result.stdout
    assert "chance" not in result.stdout.split("Targets")[1].split("By queue")[0]


def test_staff_plans_for_all_of_them(run: Run, tmp_path: Path) -> None:
    quick = ("--search-replications", "3", "--replications", "6", "--effort", "0.1")
    result = run("staff", written(tmp_path, text=NAMED), *quick, "--json")
    assert result.exit_code == 0, result.output
    plan = json.loads(result.stdout)["plan"]
    assert plan["holds"] and [target["finding"] for target in plan["whole_targets"]] == ["holds"] * 3
    assert [target["part_of"] for target in plan["targets"]] == ["Socially Devoted"] * 2 + [None] * 2 or (
        [target["name"] for target in plan["targets"]][2:] == ["WhatsApp window", "Phone"]
    )
    assert plan["all_targets_at_once"]["chance"]["n"] == 6
    lines = (tmp_path / "results" / "tiny" / "plan.csv").read_text(encoding="utf-8").splitlines()
    assert "mean_s_Socially Devoted: mean answer" in lines[0]

"""``careplan explain-brand`` from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from careplan.scenario.files import read_scenario
from tests.cli.conftest import Run
from tests.cli.tiny import written

PAGE = """\
careplan: 1
name: page
title: Questions on a page
calendar: {zone: Europe/Prague, start: 2026-03-02, horizon: 1 week, warm_up: 1 day, interval: 1 h}
channels: {facebook: {kind: message}}
queues:
  questions: {channel: facebook, volume: {per_week: 600}, handle_time: {exponential: {mean: 6 min}}}
groups:
  care: {skills: [questions], wage: 20 EUR per hour, shrinkage: 20 %, headcount: 1}
run: {seed: 3, replications: 5}
"""
PAIR = ("--answered", "40 %", "--mean-response", "1 day")
FEW = ("--hours", "mornings", "--replications", 6, "--search-replications", 4)


def test_it_says_which_staffings_fit_and_what_the_figures_cannot_tell(run: Run, tmp_path: Path) -> None:
    result = run("explain-brand", written(tmp_path, "page.yaml", PAGE), *PAIR, *FEW)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Published: 40 % answered, 24 h on average. ")
    for part in ("What fits, the cheapest first", "What the figures cannot tell", "mornings", "nobody published them"):
        assert part in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert not (tmp_path / "results").exists()


def test_the_document_has_stable_keys(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "page.yaml", PAGE)
    document = json.loads(run("explain-brand", path, *PAIR, *FEW, "--json").stdout)
    assert document["careplan_explanation"] == 1
    assert document["published"]["mean_first_response_s"] == 86_400
    one = document["staffings"][0]
    assert one["fits"] and one["hours"] == "mornings" and one["agents"] == sum(one["agents_by_hours"].values())
    assert 0.38 <= one["answered"]["value"] <= 0.42
    again = json.loads(run("explain-brand", path, *PAIR, *FEW, "--json").stdout)
    assert again == document


def test_the_folder_and_the_variant_are_written(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "page.yaml", PAGE)
    result = run("explain-brand", path, *PAIR, *FEW, "--out", "found", "--write", "variant.yaml")
    assert result.exit_code == 0, result.output
    assert result.stdout.rstrip().endswith("Written to found/ and variant.yaml")
    folder = tmp_path / "found"
    document = json.loads((folder / "explanation.json").read_text(encoding="utf-8"))
    assert sorted(file.name for file in folder.iterdir()) == sorted(document["files"])
    with (folder / "staffings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(document["staffings"]) + len(document["misses"])
    variant = read_scenario(tmp_path / "variant.yaml")
    assert variant.name == "page-explained" and variant.groups["care"].headcount is not None


def test_figures_nobody_can_have_end_with_4_and_the_nearest_miss(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "page.yaml", PAGE)
    result = run("explain-brand", path, "--answered", "99 %", "--mean-response", "1 min", *FEW, "--write", "v.yaml")
    assert result.exit_code == 4
    assert "no staffing tried gives 99 % answered, 1 min on average" in result.stderr
    assert "The nearest: mornings, agents" in result.stderr
    assert not (tmp_path / "v.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "at least one published figure"),
        (("--answered", "94"), 'answered is "94"'),
        (("--answered", "94 %", "--hours", "9 to 5"), 'hours are "9 to 5"'),
        (("--answered", "94", "--hours", "9 to 5"), "explain-brand: 2 findings"),
        (("--answered", "94 %", "--because", "laziness"), "expected one of: expired, unread"),
        (("--answered", "94 %", "--expires-after", "soon"), '"soon"'),
        (("--answered", "94 %", "--write", "v.yaml", "--set", "run.seed=2"), "a variant has the file as its base"),
        (("--answered", "94 %", "--write", "nowhere/v.yaml"), "nowhere is no folder"),
        (("--answered", "94 %", "--queue", "answers", "--group", "carers"), 'there is no group "carers"'),
        (("--answered", "94 %", "--queue", "answers", "--group", "carers"), 'there is no queue "answers"'),
    ],
)
def test_what_cannot_be_read_is_said_and_ends_with_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run("explain-brand", written(tmp_path, "page.yaml", PAGE), *arguments)
    assert result.exit_code == 2
    assert said in result.stderr and "Traceback" not in result.stderr


def test_an_interrupt_keeps_what_was_found(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from careplan.planning.fitting import Fitting

    fit, calls = Fitting.fit, []

    def interrupted(self: Fitting, because: str) -> object:
        calls.append(because)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return fit(self, because)

    monkeypatch.setattr(Fitting, "fit", interrupted)
    result = run("explain-brand", written(tmp_path, "page.yaml", PAGE), *PAIR, *FEW, "--json")
    assert result.exit_code == 130
    document = json.loads(result.stdout)
    assert document["is_partial"] is True and len(document["staffings"]) + len(document["misses"]) == 1


def test_an_interrupt_at_the_last_question_keeps_what_fits(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from careplan.planning import explaining

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explaining._Search, "_twice", interrupted)
    result = run("explain-brand", written(tmp_path, "page.yaml", PAGE), *PAIR, *FEW, "--json")
    assert result.exit_code == 130
    document = json.loads(result.stdout)
    assert document["is_partial"] is True and document["staffings"]
    assert document["twice_the_customers_and_agents"] is None


def test_where_one_staffing_fits_its_time_is_one_time(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "page.yaml", PAGE)
    few = (*FEW, "--because", "unread", "--expires-after", "never")
    text = " ".join(run("explain-brand", path, "--answered", "40 %", *few).stdout.split())
    assert "The one that fits takes " in text and " to " not in text.split("The one that fits takes ")[1].split(".")[0]


def test_a_row_that_is_none_costs_the_file_and_not_the_answer(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "page.yaml", PAGE)
    result = run("explain-brand", path, *PAIR, *FEW, "--write", "v.yaml", "--row", 9, "--out", "found")
    assert result.exit_code == 2
    assert result.stdout.startswith("Published: ") and "row 9 does not fit the figures; expected 1 to" in result.stderr
    assert not (tmp_path / "v.yaml").exists() and not (tmp_path / "found").exists()

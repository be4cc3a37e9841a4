"""Results of other commands joined to a workbook, from their documents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from careplan.errors import CareplanError
from careplan.reporting.plots.data import Aim, Pictures, Source, Step, Tradeoff
from careplan.reporting.workbook.data import Book
from careplan.reporting.workbook.documents import Result, join, read_results
from careplan.reporting.workbook.gather import book_of_costs
from careplan.roster import Roster
from careplan.study.costs import cost
from careplan.units import HOUR_MS
from tests.reporting.workbook.worlds import TEAM, billed, outlook, planned, rostered, scenario_of

MADE_BY = {"scenario": "abc", "seed": 5, "replications": [0, 1, 2]}


def written(folder: Path, name: str, document: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_a_lever_is_a_line_with_what_it_saves_taken_off(tmp_path: Path) -> None:
    estimate = {"value": 10.0, "low": 8.0, "high": 12.0, "n": 4}
    lever = {
        "name": "bot", "verdict": "saves", "why_not": None, "agents_saved_at_peak": {**estimate, "value": 1.0},
        "paid_hours_saved_a_week": estimate, "cost_saved_a_week": None,
    }  # fmt: skip
    now = {"agents_at_peak": 7, "paid_hours_a_week": 100.0, "cost_a_week": 2000.0}
    document = {"careplan_levers": 1, "headline": "One helps.", "as_it_is": now, "levers": [lever], "currency": "EUR"}
    (result,) = read_results([written(tmp_path / "levers", "levers.json", {**document, "provenance": MADE_BY})])
    as_it_is, with_bot = result.lines
    assert (as_it_is.name, as_it_is.answer.paid_hours, as_it_is.answer.cost) == ("levers: as it is", 100.0, 2000.0)
    assert (with_bot.name, with_bot.answer.peak, with_bot.answer.paid_hours) == ("levers: lever bot", 6, 90.0)
    assert with_bot.answer.cost is None  # nobody knows what it saves


def test_a_point_of_a_sweep_is_a_line_with_its_targets(tmp_path: Path) -> None:
    aim = Aim("Quick", "answered within 30 min", 0.65, 0.7, 0.6, 0.8)
    waits: list[float | None] = [60.0, None, None]
    at = "groups.care.headcount"
    steps = [Step({at: str(n)}, {}, 40.0 * n, n, 800.0 * n, [aim], n > 1, waits, waits) for n in (1, 2)]
    told = Tradeoff([at], {at: None}, True, "EUR", steps, [])
    pictures = Pictures(Source("s", "sweep", 3), [], tradeoff=told).to_dict()
    document = {"careplan_sweep": 1, "pictures": pictures, "provenance": MADE_BY}
    (result,) = read_results([written(tmp_path / "s", "sweep.json", document)])
    assert [line.name for line in result.lines] == ["s: groups.care.headcount=1", "s: groups.care.headcount=2"]
    assert [line.answer.holds for line in result.lines] == [False, True]
    assert (result.lines[1].answer.cost, result.lines[1].answer.aims[0].value) == (1600.0, 0.7)


def test_what_a_run_lacks_comes_from_a_result_of_its_world_and_from_no_other() -> None:
    mine = replace(planned(), intervals=None)
    assert mine.run.world == planned().run.world != billed().run.world
    same, other = Result("same", planned(), []), Result("other", billed(), [])
    book, words = join(mine, [other, same])
    assert book.intervals == planned().intervals
    assert "no sheet" in words[0] and "Intervals" in words[1]
    months, _ = join(billed(), [Result("months", outlook(), [])])
    assert months.outlook == outlook().outlook and months.bill == billed().bill


def test_what_is_required_comes_with_the_plan_of_the_same_weeks() -> None:
    assert planned().intervals is not None
    groups = [replace(line, required=None) for line in planned().intervals.groups]  # type: ignore[union-attr]
    blind = replace(planned(), intervals=replace(planned().intervals, groups=groups))  # type: ignore[type-var]
    book, _ = join(blind, [Result("plan", planned(), [])])
    assert book.intervals == planned().intervals


def a_week() -> Book:
    """The team's week as written, priced, with what each hour requires: its number in the week."""
    scenario = scenario_of(TEAM)
    on = scenario.clock.horizon_from + 8 * HOUR_MS
    book = book_of_costs(cost(scenario, Roster.from_spells([("care", 1, on, on + 8 * HOUR_MS)]), step=0))
    assert book.intervals is not None
    groups = [replace(line, required=[float(k) for k in range(7 * 24)]) for line in book.intervals.groups]
    return replace(book, intervals=replace(book.intervals, groups=groups))


def test_a_roster_joins_a_week_of_its_desk_and_is_told_what_its_weeks_require() -> None:
    week, roster = a_week(), rostered()
    assert week.run.world != roster.run.world and week.run.days == 7 and roster.run.days == 14
    book, words = join(week, [Result("roster", roster, [])])
    assert book.roster == roster.roster and book.bill == week.bill and "sheets Roster" in words[0]
    book, words = join(roster, [Result("week", week, [])])
    assert book.intervals is not None and book.bill == roster.bill
    assert book.intervals.groups[0].required == [float(k) for k in range(7 * 24)] * 2
    assert "required" in words[0] and "no sheet" not in words[0]


def test_a_roster_of_another_desk_fills_no_sheet() -> None:
    other = replace(rostered(), run=replace(rostered().run, desk="another"))
    book, words = join(a_week(), [Result("roster", other, [])])
    assert not book.roster and "no sheet" in words[0]
    elder = replace(rostered(), run=replace(rostered().run, desk=""))
    assert not join(replace(a_week(), run=replace(a_week().run, desk="")), [Result("roster", elder, [])])[0].roster


def test_a_bill_of_named_people_is_not_put_beside_shrinkage() -> None:
    months = replace(rostered(), people=[], bill=[], inputs=[replace(one, value=0.3) for one in rostered().inputs])
    book, _ = join(months, [Result("roster", rostered(), [])])
    assert not book.people


def test_every_result_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CareplanError) as error:
        read_results([tmp_path / "gone", tmp_path / "broken.json", empty])
    said = str(error.value)
    assert all(words in said for words in ("gone does not exist", "is not JSON", "empty holds nothing"))

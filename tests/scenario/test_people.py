"""The sections people and rosters: what they read, and what they refuse where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from careplan.errors import ScenarioError
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.nodes import read_nodes
from careplan.scenario.persons import Wish, members_of
from careplan.scenario.schema import scenario_schema
from careplan.units import HOUR_MS

DESK = """\
careplan: 1
name: desk
calendar: {zone: UTC, start: 2026-03-02, horizon: 1 week, hours: {day: {daily: 06:00-18:00}}}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}}
groups: {care: {skills: [questions]}, phone: {skills: [questions]}}
"""


def read(tmp_path: Path, people: str, table: str = "") -> Scenario:
    (tmp_path / "people.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "desk.yaml"
    path.write_text(DESK + people, encoding="utf-8")
    return read_scenario(path)


def findings(tmp_path: Path, people: str, table: str = "") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, people, table)
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()[1:]


def test_people_by_name_by_count_and_from_a_table(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        "people: {csv: people.csv, care: {count: 2, contract: 38 h}, Zoë: {group: care, also: [phone], contract: "
        "{least: 20 h, most: 30 h}}}\n",
        "name,group,contract,leave,wishes,fixed\n"
        "Ana Nová,phone,40 h,2026-03-09 to 2026-03-11; 2026-03-20,sat-sun,2026-03-03 08:00-16:30\n",
    )
    members = members_of(scenario.people)
    assert [member.name for member in members] == ["care-1", "care-2", "Zoë", "Ana Nová"]
    assert members[2].groups == ("care", "phone")
    ana = members[3].person
    assert ana.leave_days == {date(2026, 3, day) for day in (9, 10, 11, 20)}
    assert ana.contract.hours == 40 * HOUR_MS
    assert (ana.fixed[0].day, ana.fixed[0].shift) == (date(2026, 3, 3), (480, 990))
    assert ana.wishes[0].is_about(date(2026, 3, 7)) and not ana.wishes[0].is_about(date(2026, 3, 6))


def test_a_whole_section_may_be_a_table(tmp_path: Path) -> None:
    scenario = read(tmp_path, "people: people.csv\n", "name,group,least,most\nAna,care,10 h,20 h\n")
    assert scenario.people["Ana"].contract.most == 20 * HOUR_MS


def test_wishes_say_off_work_or_when_to_begin() -> None:
    saturday, monday = date(2026, 3, 7), date(2026, 3, 2)
    off, work = Wish.model_validate({"off": "sat"}), Wish.model_validate({"work": "2026-03-07"})
    early = Wish.model_validate({"begin": "06:00-10:00", "on": ["mon-fri"]})
    assert off.is_about(saturday) and off.is_granted(None) and not off.is_granted(480)
    assert work.is_about(saturday) and not work.is_about(monday) and work.is_granted(480)
    assert early.is_about(monday) and not early.is_about(saturday)
    assert early.is_granted(None) and early.is_granted(360) and not early.is_granted(600)


def test_every_fault_of_a_table_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    told = findings(
        tmp_path,
        "people: people.csv\n",
        "name,group,contract,leave\nAna,care,38,2026-03-09\nBen,care,38 h,2026-03-32\nAna,care,38 h,\n",
    )
    assert [line.split()[0] for line in told] == ["people.csv:2:10", "people.csv:3:15", "people.csv:4:1"]
    assert "expected a duration" in told[0]
    assert "each name once" in told[2]


def test_an_unknown_column_is_told_with_the_nearest_known_one(tmp_path: Path) -> None:
    told = findings(tmp_path, "people: people.csv\n", "name,group,contract,leaves\nAna,care,38 h,\n")
    assert told[0].split()[0] == "people.csv:1:21"
    assert 'Did you mean "leave"?' in told[0]


def test_an_unknown_group_is_told_where_it_stands(tmp_path: Path) -> None:
    in_file = findings(tmp_path, "people: people.csv\n", "name,group,contract\nAna,phon,38 h\n")
    assert in_file[0].split()[:2] == ["people.csv:2:5", "group"] and 'Did you mean "phone"?' in in_file[0]
    inline = findings(tmp_path, "people: {Ana: {group: phon, contract: 38 h}}\n")
    assert inline[0].split()[0] == "desk.yaml:7:23"
    assert 'Did you mean "phone"?' in inline[0]


def test_an_unknown_group_is_told_together_with_what_else_is_wrong_in_the_table(tmp_path: Path) -> None:
    told = findings(tmp_path, "people: people.csv\n", "name,group,contract\nAna,phon,38 h\nBen,care,many\n")
    assert sorted(line.split()[0] for line in told) == ["people.csv:2:5", "people.csv:3:10"]
    mixed = findings(tmp_path, "people: {csv: people.csv}\n", "name,group,contract\nAna,phon,38 h\nBen,care,many\n")
    assert sorted(line.split()[0] for line in mixed) == ["people.csv:2:5", "people.csv:3:10"]


def test_people_by_count_need_a_group_that_exists(tmp_path: Path) -> None:
    told = findings(tmp_path, "people: {carers: {count: 3, contract: 38 h}}\n")
    assert "people.carers.group" in told[0] and "the group of these 3 people" in told[0]


@pytest.mark.parametrize(
    ("person", "message"),
    [
        ("{group: care, contract: 38}", "38"),
        ("{group: care}", "contract"),
        ("{group: care, contract: {least: 30 h, most: 20 h}}", "fewer hours than most"),
        ("{group: care, contract: 38 h, leave: [2026-03-09 to 2026-03-01]}", "not before the first"),
        ("{group: care, contract: 38 h, wishes: [{off: sat, work: sun}]}", "one of off, work and begin"),
        ("{group: care, contract: 38 h, fixed: [2026-03-03 noon]}", "clock"),
        ("{group: care, contract: 38 h, leave: [2026-03-03], fixed: [2026-03-03 08:00-16:00]}", "a day of leave"),
        ("{group: care, contract: 38 h, fixed: [{day: 2026-03-03, shift: 08:00-16:00, group: phone}]}", "also"),
        ("{group: care, contract: 38 h, hours: day, fixed: [2026-03-03 22:00-06:00]}", "outside the hours"),
        ("{group: care, contract: 38 h, hours: nigth}", "known hours: always, day"),
    ],
)
def test_what_cannot_be_is_refused(person: str, message: str, tmp_path: Path) -> None:
    assert any(message in line for line in findings(tmp_path, f"people: {{Ana: {person}}}\n"))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("{weeks: 9}", "1 to 8 weeks"),
        ("{daily_rest: 25 h}", "less than 24 h"),
        ("{weekly_rest: 10 h}", "from daily_rest to 7 days"),
        ("{starts: stabel}", 'Did you mean "stable"?'),
        ("{weights: {uncovered: 0}}", "above 0"),
        ("{weekly_rst: 35 h}", 'Did you mean "weekly_rest"?'),
    ],
)
def test_rules_that_cannot_be_are_refused(rules: str, message: str, tmp_path: Path) -> None:
    assert any(message in line for line in findings(tmp_path, f"rosters: {rules}\n"))


def test_a_scenario_without_people_keeps_its_digest(tmp_path: Path) -> None:
    before = "5eeb06f0929d692fd6a98b4fb81468ef79211afbd94d788a4343491b668f8663"  # before there were people
    assert read(tmp_path, "").digest == before
    assert read(tmp_path, "people: {care: {count: 2, contract: 38 h}}\n").digest != before


def test_the_schema_takes_people_in_every_form_they_are_written_in() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = (
        "people:\n  csv: people.csv\n  care: {count: 2, contract: 38 h}\n"
        "  Ana: {group: care, contract: {least: 20 h, most: 30 h}, leave: [2026-03-09 to 2026-03-13], "
        "wishes: [{off: sat-sun}], fixed: [2026-03-03 08:00-16:30]}\nrosters: {weeks: 4, starts: stable}\n"
    )
    tree, _ = read_nodes(DESK + text, "desk.yaml")
    assert tree is not None
    checker = jsonschema.Draft202012Validator(scenario_schema())
    assert [error.message for error in checker.iter_errors(tree.plain())] == []
    wrong = read_nodes(DESK + "people: {Ana: {group: care, contract: 38}}\n", "desk.yaml")[0]
    assert wrong is not None and list(checker.iter_errors(wrong.plain()))

"""What the pages show is run, what they list is complete, and where they lead something is."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careplan.cli.app import COMMANDS, app
from careplan.metrics.definitions import DEFINITIONS
from careplan.scenario import (
    capacity,
    cover,
    levers,
    money,
    outcomes,
    people,
    persons,
    queues,
    roster_rules,
    shift_rules,
    targets,
    volume,
)
from careplan.scenario.calendar import Calendar, Holidays
from careplan.scenario.fields import Block
from careplan.scenario.files import read_scenario
from careplan.scenario.merge import FAMILIES
from careplan.scenario.models import Run, Scenario
from tests.examples.metric_tables import names_on, tables, with_tables
from tests.examples.pages import DOCS, MarkedBlock, links, marked_blocks, page, pages, sections, squeezed
from tests.examples.shipped import ROOT


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_into_the_repository_leads_somewhere(path: Path) -> None:
    missing = [target for target in links(path.read_text(encoding="utf-8")) if not (path.parent / target).exists()]
    assert missing == []


def _with_runs() -> list[str]:
    return [str(path.relative_to(DOCS)) for path in sorted(DOCS.rglob("*.md")) if "<!-- run -->" in path.read_text()]


def test_some_pages_are_run() -> None:
    assert {"first-plan.md", "given-workloads.md"} <= set(_with_runs())


@pytest.mark.parametrize("name", _with_runs())
def test_what_a_page_shows_is_what_comes_out(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written, commands and Python run in an empty folder with the scenarios beside them."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    said = ""
    for block in marked_blocks(page(name)):
        if block.mark == "file":
            (tmp_path / block.name).write_text(block.text, encoding="utf-8")
        elif block.mark == "run":
            said = _run(block)
        else:
            heard = [squeezed(line) for line in said.splitlines()]
            wanted = [squeezed(line) for line in block.text.splitlines() if line.strip() not in ("", "…")]
            assert [line for line in wanted if line not in heard] == [], said


def _run(block: MarkedBlock) -> str:
    if block.language == "python":
        printed: list[str] = []
        exec(block.text, {"print": lambda *items: printed.append(" ".join(map(str, items)))})
        return "\n".join(printed)
    said = ""
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        assert words[0] == "careplan", line
        outcome = CliRunner().invoke(app, words[1:])
        assert outcome.exit_code == 0, outcome.output
        said += outcome.output
    return said


def test_every_command_is_on_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`careplan {name}" not in readme] == []


def test_every_option_of_every_command_is_on_its_page() -> None:
    text, missing = page("commands.md"), []
    for name in COMMANDS:
        said = CliRunner().invoke(app, [name, "--help"]).output
        missing += [f"{name} {option}" for option in re.findall(r"(?<![\w-])--[a-z-]+", said) if option not in text]
    assert missing == [], "give it a row"


# docs/scenario-files.md

SECTIONS: dict[str, list[type[Block]]] = {
    "calendar": [Calendar],
    "holidays": [Holidays],
    "channels": [queues.Channel],
    "queues": [queues.Queue],
    "volume": [volume.Volume],
    "busyness": [volume.Busyness],
    "spikes": [volume.Spike],
    "transfers": [queues.Transfer],
    "try_again and come_back": [queues.FollowUp],
    "backlog": [queues.Backlog],
    "bots": [people.Bot],
    "fee": [people.Fee],
    "groups": [people.Group],
    "skills": [people.Skill],
    "shifts": [people.Shift],
    "breaks": [people.Break],
    "shift_rules": [shift_rules.ShiftRules],
    "breaks of shift_rules": [shift_rules.BreakRule],
    "part_time": [shift_rules.PartTime],
    "splits": [shift_rules.Split],
    "targets": [
        targets.ServiceTarget,
        targets.ReplyTarget,
        targets.MeanTarget,
        targets.WindowTarget,
        targets.LimitTarget,
        targets.NamedTarget,
        targets.CoverTarget,
    ],
    "outcomes": [outcomes.Outcomes],
    "satisfaction and score": [outcomes.Satisfaction, outcomes.MeanScore],
    "nps": [outcomes.Recommendation],
    "churn": [outcomes.Churn],
    "loyalty": [outcomes.Loyalty],
    "shaming": [outcomes.Shaming],
    "sale": [outcomes.Sale],
    "money": [money.Finances],
    "premiums": [money.Premium],
    "training": [money.Training],
    "settling in": [money.Settling],
    "late": [outcomes.Lateness],
    "capacity": [capacity.Capacity],
    "forecast": [capacity.Forecast],
    "handle_time of a forecast": [capacity.HandleTimes],
    "groups of capacity": [capacity.GroupStaff],
    "heads who joined together": [capacity.Joined],
    "classes": [capacity.Classes],
    "cover": [cover.Cover],
    "run": [Run],
    "levers": [levers.Lever],
    "move": [levers.Move],
    "ramp": [levers.Ramp],
    "people": [persons.Person],
    "contract": [persons.Contract],
    "wishes": [persons.Wish],
    "rosters": [roster_rules.Rosters],
    "weights": [roster_rules.Weights],
}
INSIDE_ONLY = {"kind", "within", "at_most", "confidence"}
"""Fields of targets that are written as one sentence; `kind` of a queue is its channel's."""
WORLD = """
careplan: 1
name: every-key
calendar:
  zone: Europe/Prague
  start: 2026-03-02
  horizon: 1 week
  hours: {desk: {mon-fri: 08:00-20:00}, night: {mon-sun: 22:00-06:00}}
channels:
  facebook: {kind: message}
  chat: {kind: live}
  phone: {kind: live}
queues:
  messages: {channel: facebook, volume: {per_week: 1000}, handle_time: 5 min, think_time: 1 h, bots: [night-bot]}
  chat: {channel: chat, volume: {per_week: 1000}, handle_time: 5 min, think_time: 1 min}
  phone: {channel: phone, volume: {per_week: 1000}, handle_time: 5 min, come_back: {chance: 10 %, after: 1 day}}
  phone-desk: {channel: phone, volume: {per_week: 10}, handle_time: 5 min}
  experts: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}
  readings: {channel: facebook, volume: {per_week: 10}, handle_time: 5 min}
bots:
  night-bot: {time: 30 s, containment: 10 %}
groups:
  care:
    skills: [messages, chat, phone, phone-desk, experts, readings]
    headcount: 3
    shift_rules:
      lengths: 8 h
      breaks: [{for: 30 min, from: 2 h}]
      part_time: {lengths: 4 h}
      splits: [{pieces: [4 h, 4 h], gap: 2 h}]
  other: {skills: [messages]}
targets:
  - {name: Quick, answer: 65 % within 30 min}
levers:
  idea: {volume: +1 %}
outcomes:
  satisfaction: {by_wait: {10 min: 85 %, 24 h: 30 %, never: 10 %}}
  score: {by_wait: {10 min: 4.4, 24 h: 2.8, never: 1.5}}
  nps: {promoters: {1 h: 70 %, never: 18 %}, detractors: {1 h: 11 %, never: 61 %}}
  churn: {unanswered: 25 %, late: 10 %, late_after: 1 h}
  loyalty: {within: 2 h, answered: 20 %}
  shaming: {after: 2 h, chance: 30 %}
  sale: {per_talk: 3 %}
  late: {after: 2 h, penalty: 1 EUR}
money:
  premiums: {night: {add: 25 %, days: sun}}
  training: {for: 1 week}
  ramp: {from: 50 %, over: 4 weeks}
people:
  Ana: {group: care, contract: {hours: 38 h}, wishes: [{off: sun}]}
rosters: {weights: {}}
capacity:
  from: 2026-04
  forecast: {handle_time: {growth: -1 % per year}, queues: {chat: {growth: 1 % per year}}}
  groups: {care: {heads: [{heads: 5}], classes: {least: 1}}}
cover: {seats: 1}
"""
PLACES = {
    "calendar": ["calendar"],
    "holidays": ["calendar.holidays"],
    "queues": ["queues.chat", "queues.messages"],
    "volume": ["queues.messages.volume"],
    "bots": ["bots.night-bot"],
    "fee": ["bots.night-bot.fee"],
    "groups": ["groups.care"],
    "shift_rules": ["groups.care.shift_rules"],
    "breaks of shift_rules": ["groups.care.shift_rules.breaks.0"],
    "part_time": ["groups.care.shift_rules.part_time"],
    "splits": ["groups.care.shift_rules.splits.0"],
    "outcomes": ["outcomes"],
    "satisfaction and score": ["outcomes.satisfaction", "outcomes.score"],
    "nps": ["outcomes.nps"],
    "churn": ["outcomes.churn"],
    "loyalty": ["outcomes.loyalty"],
    "shaming": ["outcomes.shaming"],
    "sale": ["outcomes.sale"],
    "money": ["money"],
    "premiums": ["money.premiums.night"],
    "training": ["money.training"],
    "settling in": ["money.ramp"],
    "late": ["outcomes.late"],
    "capacity": ["capacity"],
    "forecast": ["capacity.forecast"],
    "handle_time of a forecast": ["capacity.forecast.handle_time"],
    "groups of capacity": ["capacity.groups.care"],
    "heads who joined together": ["capacity.groups.care.heads.0"],
    "classes": ["capacity.groups.care.classes"],
    "cover": ["cover"],
    "run": ["run"],
    "levers": ["levers.idea"],
    "people": ["people.Ana"],
    "contract": ["people.Ana.contract"],
    "rosters": ["rosters"],
    "weights": ["rosters.weights"],
}
"""Where the keys of a section stand in ``WORLD``; of queues, a live one and one of messages."""


def rows(section: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a section's table of keys, by column."""
    lines = [line for line in sections(page("scenario-files.md"))[section].splitlines() if line.startswith("|")]
    head, _, *below = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    for cells in below:
        yield dict(zip(head, cells, strict=True))


def keys(section: str) -> set[str]:
    """Return every key that has a row."""
    return {key.strip("` ") for row in rows(section) for key in row["key"].split(",")}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_of_a_block_has_its_row_and_every_row_a_key(section: str) -> None:
    known = {field.alias or name for block in SECTIONS[section] for name, field in block.model_fields.items()}
    if section == "targets":
        known = (known - INSIDE_ONLY) | set(targets.PROMISES) | {"with", "in"}
    elif section == "queues":
        known -= {"kind"}
    assert keys(section) == known


def test_every_section_and_family_is_described() -> None:
    text = page("scenario-files.md")
    assert [name for name in Scenario.model_fields if f"`{name}`" not in text] == []
    assert [family for family in FAMILIES if f"`{{{family}: " not in text] == []


def _changed(tmp_path: Path, change: str) -> Scenario:
    file = tmp_path / "every-key.yaml"
    file.write_text(WORLD, encoding="utf-8")
    return read_scenario(file, overrides=[change] if change else [])


@cache
def _unchanged_digest() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return _changed(Path(folder), "").digest


def _examples(section: str) -> list[tuple[str, str]]:
    return [(row["key"].strip("`"), row["example"].strip("`")) for row in rows(section) if row.get("example")]


@pytest.mark.parametrize(("section", "key", "example"), [(s, k, e) for s in PLACES for k, e in _examples(s)])
def test_every_example_is_accepted(section: str, key: str, example: str, tmp_path: Path) -> None:
    if ".csv" in example:
        pytest.skip("the example names a file of yours")
    if key in ("expires_after", "withdraw", "per_day", "per_hour", "window_concurrency", "subdivision"):
        pytest.skip("goes with other keys; tested in tests/scenario")
    for place in PLACES[section]:
        _changed(tmp_path, f"{place}.{key}={example}")


def _defaults() -> Iterator[tuple[str, str]]:
    for section, places in PLACES.items():
        for row in rows(section):
            shown = row.get("default", "")
            values = [part.strip("` ") for part in shown.split(", ")]
            if not shown.startswith("`") or not shown.endswith("`") or "needed" in shown:
                continue
            for number, place in enumerate(places):
                value = values[min(number, len(values) - 1)] if "{" not in shown else shown.strip("`")
                yield f"{place}.{row['key'].strip('`')}", value


@pytest.mark.parametrize(("path", "default"), list(_defaults()))
def test_writing_a_default_changes_nothing(path: str, default: str, tmp_path: Path) -> None:
    if path.startswith("queues.chat.") and default == "never" and path.endswith("expires_after"):
        pytest.skip("live customers leave by patience")
    assert _changed(tmp_path, f"{path}={default}").digest == _unchanged_digest()


def test_the_schema_speaks_of_the_same_sections() -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema"]).output)
    assert [name for name in schema["properties"] if f"`{name}`" not in page("scenario-files.md")] == []


# docs/metrics.md


def test_the_tables_of_metrics_are_those_of_the_catalogue() -> None:
    """If this fails: python -m tests.examples.metric_tables"""
    text = page("metrics.md")
    assert set(names_on(text)) == set(tables())
    assert with_tables(text) == text


def test_the_words_of_the_trade_are_explained() -> None:
    text = page("metrics.md")
    words = ("ASA", "FRT", "FCR", "FTE", "Shrinkage", "Adherence", "Occupancy", "containment", "Wilson", "nearest-rank")
    assert [word for word in words if word not in text] == []


def test_the_deflection_example_is_right() -> None:
    """6 min over all, the easy fifth takes 3: the others take 6.75, and 90 % of the work is left."""
    left = (6 - 0.2 * 3) / 0.8
    assert (round(left, 9), round(0.8 * left / 6, 9)) == (6.75, 0.9)


# docs/definitions.md


def test_every_definition_has_its_row_with_its_formula_and_every_row_a_definition() -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    parts = re.findall(r"<!-- definitions: (.+?) -->\n(.*?)<!-- end -->", page("definitions.md"), flags=re.DOTALL)
    for family, text in parts:
        cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("| `")]
        assert all(len(row) == 5 and row[3] for row in cells), "a definition, its formula, and who uses it"
        found[family] = [(row[1].strip("`"), row[2]) for row in cells]
    wanted: dict[str, list[tuple[str, str]]] = {}
    for one in DEFINITIONS:
        wanted.setdefault(one.family, []).append((one.name, one.formula))
    assert found == wanted


def test_every_source_of_the_definitions_is_named_and_used() -> None:
    text, _, sources = page("definitions.md").partition("## Sources")
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", sources, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {int(number) for number in re.findall(r"\[(\d+)\]", text)} == set(numbers)


# docs/decisions/


def _decisions() -> list[Path]:
    return sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")


def test_every_decision_is_on_the_list() -> None:
    assert set(links(page("decisions/README.md"))) == {path.name for path in _decisions()}


@pytest.mark.parametrize("path", _decisions(), ids=lambda path: path.stem)
def test_a_decision_has_context_options_choice_and_doubt(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for part in ("**Context.**", "**Options.**", "**Choice.**", "**What would change our mind.**"):
        assert part in text
    assert len(text.splitlines()) <= 40, "half a page"

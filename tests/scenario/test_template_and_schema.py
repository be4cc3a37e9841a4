"""The template shows what can be said; the schema knows every key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from careplan.scenario.files import read_scenario
from careplan.scenario.schema import scenario_schema
from careplan.scenario.template import template_text
from tests.scenario.worlds import FULL, LEVERS, written


def test_what_the_template_has_commented_out_is_sound_too(tmp_path: Path) -> None:
    """Uncomment every optional line, one section at a time."""
    lines = template_text().splitlines()
    optional = [n for n, line in enumerate(lines) if re.match(r"\s*# ?(  )*[a-z_-]+:|\s*# - \{", line) and n > 10]
    assert len(optional) >= 12
    for at in optional:
        line = lines[at]
        if "base:" in line or "night-bot" in line or lines[at].startswith("# "):
            continue
        if "shifts:" in line:
            changed = [x for x in lines if "headcount:" not in x]
        else:
            changed = list(lines)
        changed[changed.index(line)] = line.replace("# ", "", 1)
        read_scenario(written(tmp_path, "\n".join(changed)))
    sections = ("# bots", "# outcomes", "# levers", "#   ")
    whole = [line[2:] if line.startswith(sections) and "careplan " not in line else line for line in lines]
    read = read_scenario(written(tmp_path, "\n".join(line.replace("# bots: [", "bots: [") for line in whole)))
    assert "night-bot" in read.bots and len(read.levers) == 3
    assert read.outcomes is not None and read.outcomes.channels["phone"].kinds == ("satisfaction", "churn", "sale")


@pytest.mark.parametrize("text", [FULL, FULL + LEVERS, template_text()])
def test_the_schema_accepts_what_validate_accepts(text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(_keys_as_text(YAML(typ="safe", pure=True).load(text)), default=str))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []


def test_the_schema_knows_every_key_of_the_full_file_and_describes_it() -> None:
    schema = scenario_schema()
    data = YAML(typ="safe", pure=True).load(FULL)
    blocks = schema["$defs"]
    for section, block in (
        ("queues", "Queue"),
        ("groups", "Group"),
        ("bots", "Bot"),
        ("channels", "Channel"),
    ):
        for item in data[section].values():
            for key in item:
                assert blocks[block]["properties"][key].get("description"), (block, key)
    for key in data:
        assert schema["properties"][key].get("description"), key
    for target in data["targets"]:
        assert set(target) <= set(blocks["Target"]["properties"])
    assert "base" in schema["properties"] and "kind" not in blocks["Queue"]["properties"]
    assert not blocks["Queue"]["additionalProperties"]


def test_the_schema_points_only_at_blocks_it_has() -> None:
    text = json.dumps(scenario_schema())
    blocks = set(scenario_schema()["$defs"])
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) <= blocks
    assert "discriminator" not in text


def _keys_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _keys_as_text(item) for key, item in value.items()}
    return [_keys_as_text(item) for item in value] if isinstance(value, list) else value

"""The JSON Schema of scenario files, for editors: completion, descriptions, and a first check of units.

Comes in: the blocks. Goes out: a schema (draft 2020-12). Left out: everything that needs two places at once; that is
``careplan validate``.
"""

from __future__ import annotations

from typing import Any

from careplan.scenario.distributions import Part
from careplan.scenario.merge import FAMILIES
from careplan.scenario.models import Scenario
from careplan.scenario.named import NAMES
from careplan.scenario.outcomes import BLOCKS
from careplan.scenario.targets import LIMITS, PROMISES, SERVICE

_DURATION = {
    "type": "string",
    "pattern": r"^\s*([0-9.]+\s*[a-z]+\s*)+$",
    "examples": ["30 s", "5 min", "7.8 h"],
}
_SHARE = {"type": "string", "pattern": r"^\s*[0-9.]+\s*%\s*$", "examples": ["65 %"]}
_PEOPLE = {"type": "string", "pattern": r"\.csv$", "examples": ["people.csv"]}
_SHARE_OR_FACTOR = {"anyOf": [_SHARE, {"type": "number", "minimum": 0}]}
_SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Busyness": _SHARE_OR_FACTOR,
    "Backlog": {"type": "integer", "minimum": 0},
    "Volume": {"type": "string", "examples": ["33.6 per hour"]},
    "Assumption": _SHARE,
    "Contract": _DURATION,
    "Fixed": {"type": "string", "examples": ["2026-03-03 08:00-16:30", "2026-03-04 off"]},
    **{block.__name__: {"const": "none"} for block in BLOCKS},
}
"""Blocks that may also be written as one value."""
_TARGETS = (
    "NamedTarget",
    "ReplyTarget",
    "MeanTarget",
    "WindowTarget",
    "ServiceTarget",
    "LimitTarget",
    "CoverTarget",
)
"""Blocks of targets, written as one block with the keys of all; of a key of several the last one's text is shown."""
_LEAVES = ("Exponential", "Lognormal", "Gamma", "Weibull")


def scenario_schema() -> dict[str, Any]:
    """Return the schema as plain JSON data.

    ``required`` is kept at the top (unless there is a ``base``) and in distributions only: a file with a base, or a
    queue with channel defaults, may leave out what the other place says.
    """
    schema = Scenario.model_json_schema(mode="validation")
    blocks: dict[str, Any] = schema["$defs"]
    blocks["Part"] = Part.model_json_schema(mode="validation")["$defs"]["Part"]
    for name, block in blocks.items():
        if name not in (*_LEAVES, "Part", "Mixture"):
            block.pop("required", None)
        block.get("properties", {}).pop("kind" if name not in ("Channel", "Order") else "", None)
    for leaf in (*_LEAVES, "Part"):
        if leaf in blocks and "required" in blocks[leaf]:
            blocks[leaf]["required"] = [key for key in blocks[leaf]["required"] if key != "kind"]
    blocks["Distribution"] = _distribution(blocks)
    blocks["Target"] = _target(blocks)
    own = {key: value for key, value in blocks["Queue"]["properties"].items() if key != "channel"}
    blocks["Channel"]["properties"] = {**blocks["Channel"]["properties"], **own}
    blocks["Group"]["properties"]["skills"] = _skills(blocks["Group"]["properties"]["skills"])
    blocks["Group"]["properties"]["pace"] = {
        **blocks["Group"]["properties"]["pace"],
        "type": ["array", "string"],
    }
    moves = blocks["Lever"]["properties"]["move"]
    several = {key: moves[key] for key in ("type", "items")}
    blocks["Lever"]["properties"]["move"] = {
        "anyOf": [moves["items"], several],
        "description": moves["description"],
    }
    people = schema["properties"]["people"]
    described = {"description": people.pop("description", "")}
    schema["properties"]["people"] = {"anyOf": [_PEOPLE, _with_table(people)], **described}
    required = schema.pop("required")
    schema["properties"]["base"] = {"type": "string", "description": "A scenario file that this one changes."}
    schema["if"], schema["else"] = {"required": ["base"]}, {"required": required}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "careplan scenario"
    schema["description"] = "A scenario of careplan: what the world is like, who works in it, what is promised."
    kept: dict[str, Any] = _rewritten(schema)
    for family in ("Never", "Constant", "Empirical", "Quantiles", "Mixture"):
        kept["$defs"].pop(family, None)
    return kept


def _rewritten(node: Any) -> Any:
    """Point unions of families at ``Distribution``, unions of targets at ``Target``; add short forms; tidy texts."""
    if isinstance(node, list):
        return [_rewritten(item) for item in node]
    if not isinstance(node, dict):
        return node
    choices: Any = node.get("oneOf", node.get("anyOf", []))
    options = {str(choice.get("$ref", "")).rsplit("/", 1)[-1] for choice in choices}
    keep = {key: node[key] for key in ("description",) if key in node}
    if "Lognormal" in options and "discriminator" in node:
        return {"$ref": "#/$defs/Distribution", **keep}
    if "ServiceTarget" in options and "oneOf" in node:
        return {"anyOf": [{"enum": list(NAMES)}, {"$ref": "#/$defs/Target"}], **keep}
    named = str(node.get("$ref", "")).rsplit("/", 1)[-1]
    if named in _SHORT_FORMS:
        return {"anyOf": [_SHORT_FORMS[named], {"$ref": node["$ref"]}], **keep}
    return {
        key: " ".join(value.split()) if key == "description" and isinstance(value, str) else _rewritten(value)
        for key, value in node.items()
        if key != "default" and (key != "title" or isinstance(value, dict) or "$schema" in node)
    }


def _distribution(blocks: dict[str, Any]) -> dict[str, Any]:
    inside: dict[str, Any] = {name.lower(): {"$ref": f"#/$defs/{name}"} for name in _LEAVES}
    inside["constant"] = _DURATION
    inside["empirical"] = {
        "type": "string",
        "pattern": r"\.csv$",
        "description": "CSV file with a column seconds.",
    }
    inside["mixture"] = {
        "type": "array",
        "items": {"$ref": "#/$defs/Part"},
        "description": _about(blocks, "Mixture"),
    }
    inside["quantiles"] = {
        "type": "object",
        "additionalProperties": _SHARE,
        "description": _about(blocks, "Quantiles"),
        "examples": [{"30 min": "32 %", "24 h": "67 %"}],
    }
    family = {
        "type": "object",
        "properties": {name: inside[name] for name in FAMILIES},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [_DURATION, {"const": "never"}, family]}


def _about(blocks: dict[str, Any], name: str) -> str:
    return str(blocks.get(name, {}).get("description", ""))


def _target(blocks: dict[str, Any]) -> dict[str, Any]:
    """One block with the keys of all kinds of target, as they are written."""
    keys: dict[str, Any] = {}
    of_window = blocks["NamedTarget"]["properties"]["share"]
    for name in _TARGETS:
        keys.update(blocks.pop(name)["properties"])
    keys["share"] = of_window  # of all others it stands in the sentence
    for written in ("within", "at_most", "confidence"):
        keys.pop(written, None)
    for kind in (*SERVICE, "window"):
        keys[kind] = {"type": "string", "pattern": r"%\s+within\s", "examples": ["65 % within 30 min"]}
    keys["reply"] = {"type": "string", "pattern": r"%", "examples": ["65 %", "65 % within 24 h"]}
    for kind in LIMITS:
        keys[kind] = {"type": "string", "pattern": r"^\s*at most\s", "examples": ["at most 5 %"]}
    keys["mean_answer"] = {"type": "string", "pattern": r"^\s*at most\s", "examples": ["at most 30 min"]}
    keys["with"] = {"const": "mean", "description": "It holds in the mean (the default)."}
    keys["in"] = {
        "type": "string",
        "examples": ["95 % of weeks"],
        "description": "The share of periods that must meet it.",
    }
    return {
        "type": "object",
        "description": f"What is promised: exactly one of {', '.join(PROMISES)}.",
        "properties": keys,
        "additionalProperties": False,
        "oneOf": [{"required": [kind]} for kind in PROMISES],
    }


def _with_table(people: dict[str, Any]) -> dict[str, Any]:
    """People by name, and the name of a CSV file under ``csv``."""
    return {**people, "properties": {"csv": _PEOPLE}}


def _skills(mapping: dict[str, Any]) -> dict[str, Any]:
    about = mapping.get("description", "")
    skill = {"anyOf": [{"type": "integer", "minimum": 0}, {"$ref": "#/$defs/Skill"}]}
    named = {"type": "object", "additionalProperties": skill}
    return {"anyOf": [{"type": "array", "items": {"type": "string"}}, named], "description": about}

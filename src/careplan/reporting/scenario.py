"""Which scenario a result is of.

Comes in: a scenario. Goes out: its name for JSON documents, and the levers pulled in words. Left out: what it says.
"""

from __future__ import annotations

from typing import Any

from careplan.errors import shown
from careplan.reporting.words import listed
from careplan.scenario.models import Scenario


def scenario_dict(scenario: Scenario) -> dict[str, Any]:
    """Return name, title, digest and the levers pulled, for JSON."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "digest": scenario.digest,
        "levers": list(scenario.pulled),
    }


def pulled_words(scenario: Scenario) -> str:
    """Return the levers pulled in words, such as ``with "knowledge base" pulled``; empty where none is."""
    return f"with {listed([shown(name) for name in scenario.pulled])} pulled" if scenario.pulled else ""

"""Every rule of RULES.md has a world worked by hand that plays on both engines (``test_rules_*.py``).

A test says which rules it is about at the head of its docstring: ``5.2 and 5.3: …``.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import careplan.engine.simulate

RULES = Path(careplan.engine.simulate.__file__).with_name("RULES.md")


def rules_in_law() -> set[str]:
    """Return the numbers of RULES.md, such as 4.3."""
    return set(re.findall(r"^- \*\*(\d\.\d)", RULES.read_text(encoding="utf-8"), re.MULTILINE))


def rules_in_tests() -> dict[str, list[str]]:
    """Return, by number, the tests whose docstring begins with it."""
    found: dict[str, list[str]] = {}
    for path in Path(__file__).parent.glob("test_rules_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                head = (ast.get_docstring(node) or "").split(":")[0]
                for number in re.findall(r"\d\.\d", head):
                    found.setdefault(number, []).append(node.name)
    return found


def test_every_rule_has_a_hand_worked_world() -> None:
    """Numbers in the law without a test, and numbers in tests that the law does not have."""
    law, tested = rules_in_law(), rules_in_tests()
    assert len(law) > 35
    assert sorted(law - set(tested)) == []
    assert sorted(set(tested) - law) == []

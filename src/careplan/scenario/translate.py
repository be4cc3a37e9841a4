"""Turns what pydantic found into findings with file, line, column and path.

Comes in: a ``ValidationError`` and the nodes it is about. Goes out: findings in the house's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from careplan.errors import Finding, UnitError, shown
from careplan.scenario.csvfile import TableFault
from careplan.scenario.faults import Faults, KeyFault
from careplan.scenario.nodes import Key, Node, dotted

_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "yes or no",
}
_ECHOES = frozenset({"missing", "extra_forbidden", "default_factory_not_called"})
"""Faults that a block has already said better, or that follow from another fault."""


def findings_of(error: ValidationError, root: Node, prefix: tuple[Key, ...] = ()) -> Iterator[Finding]:
    """Yield a finding for each fault. ``prefix`` is where in ``root`` the error's own places begin."""
    for item in error.errors(include_url=False):
        loc = (*prefix, *item["loc"])
        cause: Any = item.get("ctx", {}).get("error")
        if isinstance(cause, Faults):
            for fault in cause.errors:
                yield _finding(root, loc, fault)
            if cause.nested is not None:
                yield from findings_of(cause.nested, root, loc)
        elif isinstance(cause, TableFault):
            node, _ = _reach(root, loc)
            yield from (
                Finding(f.file, f.line, f.column, f.path or dotted(node.path), f.message) for f in cause.findings
            )
        elif isinstance(cause, UnitError):
            yield _finding(root, loc, cause)
        elif item["type"] not in _ECHOES:
            expected = _EXPECTED.get(item["type"]) or item["msg"][:1].lower() + item["msg"][1:]
            node, _ = _reach(root, loc)
            yield node.finding(f"is {shown(item['input'])}; expected {expected}")


def _finding(root: Node, loc: tuple[Key, ...], fault: UnitError) -> Finding:
    node, _ = _reach(root, loc)
    is_key = isinstance(fault, KeyFault) or (bool(loc) and loc[-1] == "[key]")
    for depth, key in enumerate(fault.at):
        below = node.child(key)
        if below is None:  # a key that is missing: the place is its mapping's, the path its own
            line, column = (node.key_line, node.key_column) if node.key_line else (node.line, node.column)
            return Finding(node.file, line, column, dotted((*node.path, *fault.at[depth:])), str(fault))
        node = below
    return node.finding(str(fault), at_key=is_key)


def _reach(root: Node, loc: tuple[Key, ...]) -> tuple[Node, tuple[Key, ...]]:
    """Follow a pydantic location as far as it names real keys; tags and short forms it adds are passed over."""
    node, passed = root, []
    for key in loc:
        below = node.child(key)
        if below is None:
            passed.append(key)
        else:
            node = below
    return node, tuple(passed)

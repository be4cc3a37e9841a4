"""Scenario data that remembers where each value was written.

Comes in: YAML 1.2 text. Goes out: a tree of :class:`Node`, each with file, line, column and path.
Left out: what the keys mean. Trees are merged (``base:``, ``--set``, channel defaults) before anything is
checked, and each value keeps the place it came from, so a finding always points at the line to mend.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from careplan.errors import Finding, UnitError, shown

Key: TypeAlias = "str | int"
MAX_NODES = 500_000
"""Aliases may multiply a small file into a huge tree; past this size it is refused. Long tables belong in CSV."""
MAX_DEPTH = 40
_PLAIN_FAULTS = (RecursionError, ValueError, TypeError, AttributeError, IndexError, AssertionError, KeyError)
"""What ruamel raises on some malformed input besides its own errors, for example on a bad %YAML line."""


@dataclass(frozen=True)
class Node:
    """One value: a dict of nodes, a list of nodes, or a scalar, and where it stands."""

    value: Any
    file: str
    line: int
    column: int
    path: tuple[Key, ...] = ()
    key_line: int = 0
    key_column: int = 0
    """Where the value's own key stands (0: it has none)."""

    def child(self, key: object) -> Node | None:
        """The node under a key or index, or None. Keys are compared as text: ``1`` and ``"1"`` are one key."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int) and -1 < key < len(self.value):
            found: Node = self.value[key]
            return found
        return None

    def plain(self) -> Any:
        """The bare data, as validators take it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def finding(self, message: str, *, at_key: bool = False) -> Finding:
        """A finding about this value, or about its key."""
        line, column = (self.key_line, self.key_column) if at_key and self.key_line else (self.line, self.column)
        return Finding(self.file, line, column, dotted(self.path), message)

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        below = self.value.values() if isinstance(self.value, dict) else self.value
        if isinstance(self.value, dict | list):
            for node in below:
                yield from node.walk()


def dotted(path: tuple[Key, ...]) -> str:
    """Return a path as it is written after ``--set``.

    >>> dotted(("targets", 0, "within"))
    'targets.0.within'
    """
    return ".".join(str(key) for key in path)


def read_nodes(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """Parse YAML 1.2 into nodes.

    Returns
    -------
    The tree (None when the text has no mapping at its top) and the findings: syntax faults, duplicate keys,
    tags, documents beyond the first. Plain scalars become None, bool, int, float or str; dates and clock times
    stay text, and are read by the field that wants them.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.nodes import MappingNode

    try:
        top = YAML(typ="rt", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "cannot be read").split())
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return None, [Finding(file, line, column, "", f"is not YAML: {problem}{_syntax_hint(problem)}")]
    except YAMLError as error:
        line, column = _place_in(text, getattr(error, "position", 0))
        return None, [Finding(file, line, column, "", "is not YAML: a character that may not stand in a text file")]
    except _PLAIN_FAULTS:
        return None, [Finding(file, 1, 1, "", "is not YAML that can be read")]
    if top is None:
        return None, [Finding(file, 1, 1, "", "is empty; expected a scenario (`careplan new` writes a template)")]
    if not isinstance(top, MappingNode):
        return None, [
            Finding(file, 1, 1, "", "is not a scenario; expected keys and values, beginning with careplan: 1")
        ]
    builder = _Builder(file)
    node = builder.build(top, (), (0, 0), ())
    return (None if builder.is_beyond_repair else node), builder.findings


def parse_override(text: str, place: str) -> Node:
    """Return the value of an override (``--set path=value``), parsed as YAML, placed at ``place``.

    Raises
    ------
    UnitError
        If the text is not one YAML value.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        top = YAML(typ="rt", pure=True).compose(io.StringIO(text))
    except (YAMLError, *_PLAIN_FAULTS):
        raise UnitError(text, "a value as it would stand in the file") from None
    if top is None:
        return Node(None, place, 0, 0)
    builder = _Builder(place, has_lines=False)
    node = builder.build(top, (), (0, 0), ())
    if builder.findings:
        raise UnitError(text, "a value as it would stand in the file")
    return node


def node_of(value: Any, place: str, path: tuple[Key, ...] = ()) -> Node:
    """Return plain Python data as nodes placed at ``place``."""
    if isinstance(value, dict):
        held: Any = {str(key): node_of(item, place, (*path, str(key))) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        held = [node_of(item, place, (*path, index)) for index, item in enumerate(value)]
    else:
        held = value
    return Node(held, place, 0, 0, path)


def with_value(node: Node, value: Any) -> Node:
    """Return the node with another value at the same place."""
    return Node(value, node.file, node.line, node.column, node.path, node.key_line, node.key_column)


def moved(node: Node, path: tuple[Key, ...]) -> Node:
    """Return the node with its paths counted from a new place in the tree."""
    value = node.value
    if isinstance(value, dict):
        value = {key: moved(below, (*path, key)) for key, below in value.items()}
    elif isinstance(value, list):
        value = [moved(below, (*path, index)) for index, below in enumerate(value)]
    return Node(value, node.file, node.line, node.column, path, node.key_line, node.key_column)


class _Builder:
    """Turns ruamel's composed nodes into ours, collecting findings on the way."""

    def __init__(self, file: str, *, has_lines: bool = True) -> None:
        self.file, self.has_lines = file, has_lines
        self.findings: list[Finding] = []
        self.count = 0
        self.is_beyond_repair = False

    def build(self, raw: Any, path: tuple[Key, ...], key: tuple[int, int], above: tuple[int, ...]) -> Node:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        line, column = self.place(raw)
        self.count += 1
        if id(raw) in above or len(above) > MAX_DEPTH or self.count > MAX_NODES:
            if not self.is_beyond_repair:
                reason = "contains itself" if id(raw) in above else "is nested too deep or too large"
                self.findings.append(
                    Finding(self.file, line, column, dotted(path), f"{reason}; expected a plain value")
                )
            self.is_beyond_repair = True
            return Node(None, self.file, line, column, path, *key)
        inside = (*above, id(raw))
        value: Any
        if isinstance(raw, MappingNode):
            value = self.mapping(raw, path, inside)
        elif isinstance(raw, SequenceNode):
            value = [self.build(item, (*path, i), (0, 0), inside) for i, item in enumerate(raw.value)]
        else:
            value = self.scalar(raw, path)
            if value is None and not raw.value and key[0]:  # nothing was written: its key is the place
                line, column = key
        return Node(value, self.file, line, column, path, *key)

    def place(self, raw: Any) -> tuple[int, int]:
        if not self.has_lines:
            return 0, 0
        return raw.start_mark.line + 1, raw.start_mark.column + 1

    def mapping(self, raw: Any, path: tuple[Key, ...], inside: tuple[int, ...]) -> dict[str, Node]:
        from ruamel.yaml.nodes import ScalarNode

        value: dict[str, Node] = {}
        first: dict[str, tuple[int, int]] = {}
        inherited: dict[str, Node] = {}
        for raw_key, raw_value in raw.value:
            place = self.place(raw_key)
            if not isinstance(raw_key, ScalarNode):
                self.findings.append(
                    Finding(self.file, *place, dotted(path), "has a list or mapping as key; expected a name")
                )
                continue
            name = str(raw_key.value)
            if name == "<<" and raw_key.style is None:
                below = self.build(raw_value, path, place, inside)
                for part in below.value if isinstance(below.value, list) else [below]:
                    inherited = {**(part.value if isinstance(part.value, dict) else {}), **inherited}
                continue
            if name in value:
                line, column = first[name]
                message = f"is written twice; first at {line}:{column}. Keep one"
                self.findings.append(Finding(self.file, *place, dotted((*path, name)), message))
                continue
            first[name] = place
            value[name] = self.build(raw_value, (*path, name), place, inside)
        return {**{k: moved(n, (*path, k)) for k, n in inherited.items() if k not in value}, **value}

    def scalar(self, raw: Any, path: tuple[Key, ...]) -> Any:
        text, tag = str(raw.value), str(raw.tag or "")
        kind = tag.removeprefix("tag:yaml.org,2002:")
        if not tag.startswith("tag:yaml.org,2002:") or kind not in _KINDS:
            line, column = self.place(raw)
            message = f"has the tag {shown(tag)}; expected a plain value without a tag"
            self.findings.append(Finding(self.file, line, column, dotted(path), message))
            return text
        if raw.style is not None and kind in _KINDS:
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return _number(text)
        return text


_KINDS = frozenset({"null", "bool", "int", "float", "str", "timestamp"})
_DECIMAL = re.compile(r"[+-]?[0-9]{1,300}")
_REAL = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?|[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def _number(text: str) -> int | float | str:
    """A YAML number. Other notations (octal, underscores) stay text, and are then refused where a number is needed."""
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _place_in(text: str, offset: object) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    at = offset if isinstance(offset, int) else 0
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return ". A value that contains a colon and a space needs quotes"
    if "\\t" in problem:
        return ". Indent with spaces, not tabs"
    if "cannot start any token" in problem:
        return ". Put the value in quotes"
    return ""


def read_text(path: Path, file: str) -> tuple[str | None, list[Finding]]:
    """Read a text file, or say why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig"), []
    except FileNotFoundError:
        return None, [Finding(file, 1, 1, "", "does not exist")]
    except IsADirectoryError:
        return None, [Finding(file, 1, 1, "", "is a folder; expected a file")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, [Finding(file, line, 1, "", "is not UTF-8 text; save it as UTF-8")]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return None, [Finding(file, 1, 1, "", f"cannot be read: {reason}")]

"""Laying one tree of scenario data over another: bases, channel defaults, overrides.

Comes in: nodes. Goes out: new nodes; every value keeps the place it was written. Left out: what the values mean, except
which mappings are one value and are replaced whole.
"""

from __future__ import annotations

from careplan.errors import UnitError, shown
from careplan.scenario.nodes import Key, Node, dotted, moved, with_value

FAMILIES = ("constant", "exponential", "lognormal", "gamma", "weibull", "empirical", "mixture", "quantiles")
"""Families of distributions, as they are written."""
WHOLE_KEYS = frozenset(
    {"turns", "by_day", "headcount", "containment", "by_wait", "promoters", "detractors", "by_month", "hire"}
)
"""Keys whose mapping is one value: half of the old shares and half of the new ones would mean nothing."""


def merged(base: Node, over: Node) -> Node:
    """Return ``base`` with ``over`` on top.

    Mappings merge by key. Lists and scalars are replaced, and so are mappings that are one value: distributions, named
    opening hours and ``WHOLE_KEYS``.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)) or _is_one_value(over):
        return over
    value = dict(base.value)
    for key, node in over.value.items():
        value[key] = merged(value[key], node) if key in value else node
    return with_value(over, value)


def _is_one_value(node: Node) -> bool:
    if not node.path:
        return False
    is_distribution = len(node.value) == 1 and next(iter(node.value)) in FAMILIES
    return is_distribution or node.path[-1] in WHOLE_KEYS or node.path[:-1] == ("calendar", "hours")


def with_override(tree: Node, path: str, new: Node) -> Node:
    """Return the tree with the value at a dotted path replaced; missing mappings on the way are made.

    Raises
    ------
    UnitError
        If the path runs through a scalar, or past the end of a list.
    """
    parts = path.split(".")
    if not all(part.strip() for part in parts):
        raise UnitError(path, "a dotted path, such as queues.chat.concurrency")
    return _replaced(tree, parts, (), new, path)


def _replaced(node: Node, parts: list[str], done: tuple[Key, ...], new: Node, path: str) -> Node:
    if not parts:
        return moved(new, done)
    if isinstance(node.value, list):
        if not parts[0].isascii() or not parts[0].isdigit() or int(parts[0][:9]) >= len(node.value):
            count = len(node.value)
            raise UnitError(path, f"an index from 0 to {count - 1} after {dotted(done)}" if count else "a longer list")
        index = int(parts[0])
        items = list(node.value)
        items[index] = _replaced(items[index], parts[1:], (*done, index), new, path)
        return with_value(node, items)
    if isinstance(node.value, dict) or node.value is None:
        value = dict(node.value or {})
        # Keys may hold dots ("7.8 h"): the longest run of parts that is a key wins.
        width = next((n for n in range(len(parts), 1, -1) if ".".join(parts[:n]) in value), 1)
        key = ".".join(parts[:width])
        below = value.get(key, Node({} if len(parts) > width else None, new.file, 0, 0, (*done, key)))
        value[key] = _replaced(below, parts[width:], (*done, key), new, path)
        return with_value(node, value)
    raise UnitError(path, f"a path that exists: {dotted(done)} is {shown(node.value)}, with nothing below it")

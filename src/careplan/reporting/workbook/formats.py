"""How cells look: a style says what a cell holds, a role what it is in its table.

Comes in: a style and a role. Goes out: the properties of a format. Left out: cells.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Style: TypeAlias = Literal[
    "text",
    "wrapped",
    "loose",
    "title",
    "note",
    "head",
    "number",
    "fine",
    "whole",
    "share",
    "money",
    "price",
    "hours",
    "date",
    "month",
    "clock",
    "moment",
    "link",
]
Role: TypeAlias = Literal["plain", "input", "sum"]
"""``input``: a planner may change it. ``sum``: the last line of a table."""

NUMBERS = {
    "number": "#,##0.00",
    "fine": "#,##0.0000",
    "whole": "#,##0",
    "share": "0.0%",
    "money": "#,##0.00",
    "price": "#,##0.00##",
    "hours": "#,##0.0",
    "date": "ddd yyyy-mm-dd",
    "month": "mmm yyyy",
    "clock": "hh:mm",
    "moment": "yyyy-mm-dd hh:mm",
}
_HEAD, _SUM, _INPUT, _INK, _QUIET = "#DCE6F1", "#F2F2F2", "#FFF8DC", "#0000C8", "#666666"


def format_of(style: Style, role: Role) -> dict[str, Any]:
    """Return the properties of a format."""
    found: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
    if style in NUMBERS:
        found |= {"num_format": NUMBERS[style]}
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "note": {"font_color": _QUIET, "italic": True},
        "head": {"bold": True, "bg_color": _HEAD, "bottom": 1, "text_wrap": True},
        "wrapped": {"text_wrap": True},
        "link": {"font_color": _INK, "underline": 1},
    }
    roles: dict[Role, dict[str, Any]] = {
        "input": {"bg_color": _INPUT, "font_color": _INK, "border": 1, "border_color": "#C8C8C8", "locked": False},
        "sum": {"bold": True, "top": 1, "bg_color": _SUM},
        "plain": {},
    }
    return found | looks.get(style, {}) | roles[role]

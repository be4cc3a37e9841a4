"""The sentences targets are written in: ``65 % within 30 min``, ``at most 5 %``, ``95 % of weeks``.

Comes in: a value as written. Goes out: numbers. Left out: which sentence goes with which target (``targets``).
"""

from __future__ import annotations

import re
from typing import Any

from careplan.errors import UnitError
from careplan.scenario.faults import Faults
from careplan.units import NEVER, format_share, parse_duration, parse_share


def share_within(value: Any) -> tuple[float, int]:
    """Read ``65 % within 30 min`` as (share, milliseconds)."""
    if isinstance(value, tuple):
        return value
    match = re.fullmatch(r"\s*(\S.*?%)\s+within\s+(\S.*)", value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(value, "a share within a time, such as 65 % within 30 min")
    errors: list[UnitError] = []
    share, within = 1.0, 0
    try:
        share = parse_share(match[1], least=0.0001)
    except UnitError as error:
        errors.append(error)
    try:
        within = parse_duration(match[2])
    except UnitError as error:
        errors.append(error)
    if errors:
        raise Faults(errors)
    return share, within


def share_of_replies(value: Any) -> tuple[float, int]:
    """Read ``65 %`` as (0.65, never), however late; ``65 % within 24 h`` as :func:`share_within`."""
    if isinstance(value, str) and "within" in value:
        return share_within(value)
    if isinstance(value, tuple):
        return value
    try:
        return parse_share(value, least=0.0001), NEVER
    except UnitError as error:
        raise UnitError(value, "a share, such as 65 %, or one within a time, 65 % within 24 h", error.hint) from None


def at_most_share(value: Any) -> float:
    """Read ``at most 5 %`` as 0.05."""
    match = re.fullmatch(r"\s*at most\s+(\S.*)", value) if isinstance(value, str) else None
    if match is None:
        if isinstance(value, float):
            return value
        raise UnitError(value, "a limit, such as at most 5 %")
    return parse_share(match[1])


def at_most_time(value: Any) -> int:
    """Read ``at most 30 min`` as milliseconds."""
    match = re.fullmatch(r"\s*at most\s+(\S.*)", value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(value, "a limit, such as at most 30 min")
    return parse_duration(match[1], least_ms=1)


def in_share(value: Any) -> tuple[float, str]:
    """Read ``95 % of weeks`` as (0.95, "week")."""
    if isinstance(value, tuple):
        return value
    wanted = "a share of periods, such as 95 % of weeks"
    match = re.fullmatch(r"\s*(\S.*?%)\s+of\s+(interval|hour|day|week)s?\s*", value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(value, wanted)
    return parse_share(match[1], least=0.5, most=0.9999), match[2]


def period_words(over: str, confidence: float | None) -> str:
    """Return over what a target is judged: `` over each week, in the mean``, `` in 95 % of weeks``."""
    if confidence is None:
        return f" over each {over}, in the mean"
    return f" in {format_share(confidence)} of {over}s"

"""The scenario file of an explanation: a variant of the scenario it began with, whose staffing fits the figures.

Comes in: a staffing found, and where the file is to go. Goes out: YAML with ``base:``. Left out: writing it.
"""

from __future__ import annotations

import os
from pathlib import Path

from careplan.errors import CareplanError
from careplan.planning.explanation import Explanation, Staffing
from careplan.planning.trying import scaled_volume, with_room
from careplan.scenario.models import Scenario
from careplan.units import DAYS, exact_duration, format_share


def variant_yaml(scenario: Scenario, found: Explanation, row: int, target: Path) -> str:
    """Return the scenario file of one staffing.

    Parameters
    ----------
    scenario
        What was explained, as it stands in its file.
    found
        The explanation.
    row
        Which staffing, from 1 as in the text.
    target
        Where the file will stand: ``base:`` is relative to it.

    Raises
    ------
    CareplanError
        If there is no such row, or the variant would need what a file cannot say.
    """
    if not 1 <= row <= len(found.staffings):
        raise CareplanError(f"row {row} does not fit the figures; expected 1 to {len(found.staffings)}")
    if scenario.path is None:
        raise CareplanError("a scenario that was not read from a file has no base to write a variant of")
    one = found.staffings[row - 1]
    base = os.path.relpath(scenario.path.resolve(), target.resolve().parent)
    room = with_room(scenario, max(one.trial.expires_after, round(1000 * one.outcome.mean_response.value)))
    lines = [
        f"# {found.name}, explained: {found.published}",
        f"# Written by careplan {found.provenance.version} explain-brand from {Path(base).name}: volume and staff are "
        "solved for, not published.",
        f"# {one}",
        "",
        "careplan: 1",
        f"base: {_quoted(Path(base).as_posix())}",
        f"name: {scenario.name}-explained",
        "calendar:",
        f"  warm_up: {room.calendar.warm_up} days",
        f"  run_off: {exact_duration(room.run_off)}",
        *_hours(one),
        "queues:",
        *(line for name in found.queues for line in _queue(scenario, name, one)),
        "groups:",
        f"  {found.group}:",
        *(["    shifts: []"] if scenario.groups[found.group].shifts else []),
        f"    headcount: {_headcount(one)}",
    ]
    return "\n".join(lines) + "\n"


def _hours(one: Staffing) -> list[str]:
    named = [part for part in one.pattern.parts if part.spec]
    lines = ["  hours:"] if named else []
    for part in named:
        spec = ", ".join(f"{_quoted(days)}: {_ranges(times)}" for days, times in part.spec)
        lines.append(f"    {part.name}: {{{spec}}}")
    return lines


def _ranges(times: str) -> str:
    several = times.split(" and ")
    return several[0] if len(several) == 1 else f"[{', '.join(several)}]"


def _headcount(one: Staffing) -> str:
    counts = zip(one.pattern.parts, one.pattern.agents(one.trial.agents), strict=True)
    return "{" + ", ".join(f"{part.name}: {agents}" for part, agents in counts) + "}"


def _queue(scenario: Scenario, name: str, one: Staffing) -> list[str]:
    """The queue with its volume and the time messages are kept; what is never read is a queue of its own."""
    queue = scenario.queues[name]
    lines = [f"  {name}:"]
    if one.trial.volume != 1:
        ((path, amount),) = scaled_volume(scenario, [name], one.trial.volume).items()
        lines.append(f"    volume: {{{path.rsplit('.', 1)[1]}: {amount:g}}}")
    if not queue.is_live:
        lines.append(f"    expires_after: {exact_duration(one.trial.expires_after)}")
    if len(lines) == 1:
        return []
    return lines + (_unread(scenario, name, one) if one.unread else [])


def _unread(scenario: Scenario, name: str, one: Staffing) -> list[str]:
    """A queue for which nobody is skilled, with the shape of the one that is read."""
    queue = scenario.queues[name]
    volume = queue.volume
    wild = [key for key in ("day_factor", "spikes", "growth", "by_interval") if getattr(volume, key)]
    if wild or volume.on_holidays != 1:
        raise CareplanError(
            f"queues.{name}.volume has {', '.join(wild) or 'on_holidays'}, which a queue of unread messages cannot "
            "repeat; choose a row that gives messages up with age"
        )
    amount = volume.amount * one.volume * one.unread
    lines = [
        f"  {name}-unread:          # {format_share(one.unread)} that nobody looks at: no group is skilled for it",
        f"    channel: {queue.channel}",
        "    handle_time: 1 min",
        "    turns: 1",
        f"    needs_reply: {format_share(queue.needs_reply, 4)}",
        "    expires_after: 24 h",
        "    volume:",
        f"      per_{volume.unit}: {amount:g}",
    ]
    if volume.by_day is not None:
        days = ", ".join(f"{day}: {weight:g}" for day, weight in zip(DAYS, volume.by_day, strict=True))
        lines.append(f"      by_day: {{{days}}}")
    for key in ("by_hour", "by_hour_of_week"):
        weights = getattr(volume, key)
        if weights is not None:
            lines.append(f"      {key}: [{', '.join(f'{weight:g}' for weight in weights)}]")
    if volume.busyness.cv:
        shared = "" if volume.busyness.shared is None else f", shared: {volume.busyness.shared}"
        lines.append(f"      busyness: {{cv: {format_share(volume.busyness.cv, 4)}{shared}}}")
    return lines


def _quoted(text: str) -> str:
    return f'"{text}"' if any(sign in text for sign in ",: #'") else text

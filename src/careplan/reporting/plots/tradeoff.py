"""Trade-off of staff and response time, or of whatever a sweep varied.

Comes in: :class:`~careplan.reporting.plots.data.Tradeoff`. Goes out: a picture: service above, first response below,
against paid hours where they differ, else against what was varied. Left out: playing the points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from careplan.reporting.plots.data import Aim, Source, Step, Tradeoff
from careplan.reporting.targets import whole_percent
from careplan.reporting.words import count, duration, number, percent
from careplan.study.varying import AS_WRITTEN, STAFFING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from careplan.reporting.plots.paper import Picture

MOST = 6
"""Lines in a panel."""
_TICKS_S = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 86400, 3 * 86400, 10 * 86400, 30 * 86400)


@dataclass(frozen=True)
class _Series:
    """A line of points."""

    name: str
    x: list[float]
    steps: list[Step]
    is_joined: bool = True
    """Whether there is anything between two points."""


def finding(tradeoff: Tradeoff) -> str:
    """Return what the picture says: the least staffing that meets every target, or what the ends come to."""
    steps = tradeoff.steps
    if tradeoff.changes_staff and steps[0].shares:
        least = least_that_meets(tradeoff)
        if least is not None:
            aim = least.shares[0]
            return (
                f"{_named(tradeoff, least)} is the least tried that meets every target: "
                f"{number(least.paid_hours_a_week)} paid hours a week, {_first_share(least)} {aim.does}"
            )
        return _what_is_missing(tradeoff)
    if steps[0].shares and _is_as_written(steps[0]):
        ordered = sorted(steps[1:], key=lambda step: step.shares[0].value or 0.0)
        texts = [f"{_first_share(step)} ({_named(tradeoff, step)})" for step in (ordered[0], ordered[-1])]
        return f"As written {_first_share(steps[0])} {steps[0].shares[0].does}; changed, from {' to '.join(texts)}"
    ends = (steps[0], steps[-1])
    waits = [_wait(step) for step in ends]
    places = [_named(tradeoff, step) for step in ends]
    if not steps[0].shares:
        return f"Mean first response {waits[0]} with {places[0]}, {waits[1]} with {places[1]}"
    shares = [_first_share(step) for step in ends]
    return f"{shares[0]} {steps[0].shares[0].does} with {places[0]}, {shares[1]} with {places[1]}"


def least_that_meets(tradeoff: Tradeoff) -> Step | None:
    """Return the point with the fewest paid hours at which every target holds."""
    held = [step for step in tradeoff.steps if step.holds]
    return min(held, key=lambda step: (step.paid_hours_a_week, step.cost_a_week or 0.0), default=None)


def _what_is_missing(tradeoff: Tradeoff) -> str:
    """What no staffing tried reaches: the first share that is short everywhere, else the mean; else the first share."""
    steps = tradeoff.steps
    short = [k for k, aim in enumerate(steps[0].shares) if all((s.shares[k].value or 0) < aim.share for s in steps)]
    limit = min(tradeoff.mean_limits_s, default=None)
    if not short and limit is not None:
        quickest = min(steps, key=lambda step: step.mean_first_response_s[0] or math.inf)
        return (
            f"No staffing tried meets every target; the quickest has a mean first response of {_wait(quickest)} "
            f"({number(quickest.paid_hours_a_week)} paid hours a week)"
        )
    k = short[0] if short else 0
    best = max(steps, key=lambda step: (step.shares[k].value or 0.0, -step.paid_hours_a_week))
    aim = best.shares[k]
    which = "" if len(best.shares) == 1 else f"{aim.name}: "
    return (
        f"No staffing tried meets every target; {which}at best {_share(aim)} {aim.does} "
        f"({number(best.paid_hours_a_week)} paid hours a week, {whole_percent(aim.share)} wanted)"
    )


def draw(tradeoff: Tradeoff, source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import end_labels, sheet, short

    series, along, labels = _series(tradeoff)
    has_shares = bool(tradeoff.steps[0].shares)
    note = "filled: every target holds; bars: 95 % intervals; first response over answered cases"
    heights = [2.5, 1.9] if has_shares else [2.6]
    picture, panels = sheet(
        "tradeoff", finding(tradeoff), source, heights, note=note, right=1.75, between=0.32,
        headed=tradeoff.changes_staff, below=0.6 if labels is None else 1.0,
    )  # fmt: skip
    if has_shares:
        names, ends = _shares(panels[0], series)
        panels[0].set_ylim(0, 1.02)
        end_labels(panels[0], [short(name) for name in names], ends, gap_in=0.17)
    names, ends = _waits(panels[-1], series, tradeoff.mean_limits_s)
    end_labels(panels[-1], [short(name) for name in names], ends, gap_in=0.17)
    for axes in panels:
        _along(axes, tradeoff, series, labels, is_last=axes is panels[-1])
    panels[-1].set_xlabel(along)
    if tradeoff.changes_staff:
        _mark_least(panels[0], tradeoff)
    return picture


def _series(tradeoff: Tradeoff) -> tuple[list[_Series], str, list[str] | None]:
    """The lines, what runs along the bottom, and the names of the places there where they are no numbers."""
    steps, paths = tradeoff.steps, tradeoff.paths
    if tradeoff.changes_staff:
        by_path = {path: {step.at[path]: step.paid_hours_a_week for step in steps} for path in paths}
        moving = max(paths, key=lambda path: len(set(by_path[path].values())))
        return _split(steps, moving, lambda step: step.paid_hours_a_week), "paid hours a week", None
    moving = max(paths, key=lambda path: len({step.at[path] for step in steps}))
    unit = tradeoff.units[moving]
    if unit is not None and all(step.numbers[moving] is not None for step in steps):
        along = f"{moving}, {unit}" if unit else moving
        return _split(steps, moving, lambda step: step.numbers[moving] or 0.0), along, None
    names = [step.at[moving] if len(paths) == 1 else _named(tradeoff, step) for step in steps]
    return [_Series("", [float(k) for k in range(len(steps))], steps, False)], moving if len(paths) == 1 else "", names


def _split(steps: Sequence[Step], moving: str, x_of: Callable[[Step], float]) -> list[_Series]:
    """A line for each combination of the other paths."""
    lines: dict[str, list[Step]] = {}
    for step in steps:
        name = ", ".join(f"{path.rpartition('.')[2]} {value}" for path, value in step.at.items() if path != moving)
        lines.setdefault(name, []).append(step)
    found = []
    for name, mine in list(lines.items())[:MOST]:
        ordered = sorted(mine, key=x_of)
        found.append(_Series(name, [x_of(step) for step in ordered], ordered))
    return found


def _shares(axes: Axes, series: Sequence[_Series]) -> tuple[list[str], list[float]]:
    """Draw the share in time; every target where there is one line of points, else the first target of each line."""
    from careplan.reporting.plots.paper import DASHES, LINES, TARGET, label

    aims = range(min(MOST, len(series[0].steps[0].shares))) if len(series) == 1 else [0]
    names: list[str] = []
    ends: list[float] = []
    for one in series:
        for k in aims:
            row = len(names)
            points = [[step.shares[k].value, step.shares[k].low, step.shares[k].high] for step in one.steps]
            _points(axes, one, points, LINES[row % len(LINES)], DASHES[row % len(DASHES)])
            names.append(one.name or one.steps[0].shares[k].name)
            ends.append(one.steps[-1].shares[k].value or 0.0)
    for share in sorted({series[0].steps[0].shares[k].share for k in aims}):
        axes.axhline(share, color=TARGET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        left = min(x for one in series for x in one.x)
        label(axes, f"wanted: {whole_percent(share)}", (left, share), (0, 3), ha="left", va="bottom", color=TARGET)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    does = {step.shares[k].does for one in series for step in one.steps for k in aims}
    axes.set_ylabel(does.pop() if len(does) == 1 else "in time")
    return names, ends


def _waits(axes: Axes, series: Sequence[_Series], limits_s: Sequence[float]) -> tuple[list[str], list[float]]:
    """Draw mean and median first response, or of several lines the mean; and what targets allow the mean to be."""
    from careplan.reporting.plots.paper import DASHES, LINES, TARGET, label

    axes.set_yscale("log")
    names: list[str] = []
    ends: list[float] = []
    values: list[float] = []
    for one in series:
        for name in ("mean", "median") if len(series) == 1 else ("mean",):
            row = len(names)
            points = [getattr(step, f"{name}_first_response_s") for step in one.steps]
            _points(axes, one, points, LINES[row % len(LINES)], DASHES[row % len(DASHES)])
            names.append(one.name or name)
            ends.append(points[-1][0] or 1.0)
            values += [point[0] for point in points if point[0]]
    left = min(x for one in series for x in one.x)
    for limit in limits_s:
        axes.axhline(limit, color=TARGET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        text = f"wanted: mean at most {duration(limit).replace('.0 ', ' ')}"
        label(axes, text, (left, limit), (0, 3), ha="left", va="bottom", color=TARGET)
    values += limits_s
    low, high = min(values, default=1.0), max(values, default=60.0)
    axes.set_ylim(max(0.5, low / 1.6), max(high * 1.6, low * 4))
    bottom, top = axes.get_ylim()
    ticks = [t for t in _TICKS_S if bottom <= t <= top]
    axes.set_yticks(ticks, [duration(t).replace(".0 ", " ") for t in ticks])
    axes.set_yticks([], minor=True)
    axes.set_ylabel("first response" if len(series) == 1 else "mean first response")
    return names, ends


def _points(axes: Axes, one: _Series, points: Sequence[Sequence[float | None]], colour: str, dash: Any) -> None:
    """A line with a marker and an interval at each point; hollow where a target is missed."""
    kept = [(x, p, step) for x, p, step in zip(one.x, points, one.steps, strict=True) if p[0] is not None]
    xs, values = [x for x, _, _ in kept], [p[0] or 0.0 for _, p, _ in kept]
    axes.plot(xs, values, color=colour, linewidth=1.5, linestyle=dash if one.is_joined else "")
    for x, (value, low, high), step in kept:
        if low is not None and high is not None:
            axes.plot([x, x], [low, high], color=colour, linewidth=2.6, alpha=0.4, solid_capstyle="butt")
        axes.plot([x], [value or 0.0], marker="o", markersize=5.5, color=colour, linestyle="",
                  markerfacecolor=colour if step.holds else "white")  # fmt: skip


def _along(
    axes: Axes, tradeoff: Tradeoff, series: Sequence[_Series], labels: list[str] | None, *, is_last: bool
) -> None:
    xs = [x for one in series for x in one.x]
    room = 0.04 * (max(xs) - min(xs)) or 0.5
    axes.set_xlim(min(xs) - room, max(xs) + room)
    axes.grid(axis="y")
    if labels is not None:
        shown = labels if is_last else [""] * len(labels)
        axes.set_xticks(range(len(labels)), shown, rotation=25 if sum(map(len, labels)) > 70 else 0,
                        ha="right" if sum(map(len, labels)) > 70 else "center")  # fmt: skip
    elif not is_last:
        axes.tick_params(axis="x", labelbottom=False)
    is_first = axes is axes.figure.axes[0]
    if is_first and tradeoff.changes_staff and len(tradeoff.paths) == 1:
        _name_points(axes, series[0], tradeoff)


def _name_points(axes: Axes, one: _Series, tradeoff: Tradeoff) -> None:
    """The value that was varied, above each point where there is room."""
    from careplan.reporting.plots.paper import GREY, WIDTH

    low, high = axes.get_xlim()
    per_letter = 0.075 * (high - low) / (axes.get_position().width * WIDTH)
    until = -math.inf
    for x, step in zip(one.x, one.steps, strict=True):
        name = step.at[tradeoff.paths[0]]
        if x - per_letter * len(name) / 2 < until:
            continue
        until = x + per_letter * (len(name) / 2 + 1)
        axes.annotate(name, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
                      ha="center", va="bottom", fontsize=8, color=GREY)  # fmt: skip


def _mark_least(axes: Axes, tradeoff: Tradeoff) -> None:
    from careplan.reporting.plots.paper import INK, label

    least = least_that_meets(tradeoff)
    if least is None or not least.shares:
        return
    x = least.paid_hours_a_week
    axes.axvline(x, color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.8)
    low, high = axes.get_xlim()
    is_right = x > (low + high) / 2
    text = f"least that meets all: {number(x)} h, {count(least.agents_at_peak, 'agent')} at the peak"
    label(axes, text, (x, 0.04), (-5 if is_right else 5, 0), ha="right" if is_right else "left", va="bottom",
          color=INK, fontweight="bold")  # fmt: skip


def _named(tradeoff: Tradeoff, step: Step) -> str:
    """A point by what was varied: ``80 % of the staffing``, ``containment 30 %``."""
    parts = [
        f"{value} of the staffing" if path == STAFFING else f"{'.'.join(path.split('.')[-2:])} {value}"
        for path, value in step.at.items()
        if value != AS_WRITTEN
    ]
    return ", ".join(parts) or AS_WRITTEN


def _first_share(step: Step) -> str:
    return _share(step.shares[0])


def _share(aim: Aim) -> str:
    return percent(math.nan if aim.value is None else aim.value, against=aim.share)


def _wait(step: Step) -> str:
    value = step.mean_first_response_s[0]
    return duration(math.nan if value is None else value)


def _is_as_written(step: Step) -> bool:
    return set(step.at.values()) == {AS_WRITTEN}

"""Service by hour of the week: a heat map for each target on the service of cases.

Comes in: :class:`~careplan.reporting.plots.data.Service`. Goes out: a picture. Left out: the counting.

White is the target, orange to brown below it, blue above. The scale is linear on either side. In greyscale far below is
dark; a line runs between hours that meet the target and hours that do not, and the figures stand in the cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from careplan.reporting.plots.data import Aim, Service, Source
from careplan.reporting.targets import whole_percent
from careplan.reporting.words import percent
from careplan.units import DAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from careplan.reporting.plots.paper import Picture

MOST = 4
"""Targets in one picture; more would not fit a page."""
_BELOW = ("#5a2a00", "#a65200", "#e08a2e", "#f7c98f", "#ffffff")
_ABOVE = ("#ffffff", "#b9d6ec", "#6aa6d6")
_PARTS = ("night", "morning", "daytime", "evening")
"""22:00-06:00, 06:00-10:00, 10:00-18:00, 18:00-22:00: our choice."""


def finding(services: Sequence[Service]) -> str:
    """Return what the heat maps say: how many in time, and when it is worst."""
    if len(services) == 1:
        aim = services[0].aim
        text = f"{_share(aim)} {aim.does}, {whole_percent(aim.share)} wanted"
    elif len(services) == 2:
        text = ", ".join(
            f"{one.aim.name} {_share(one.aim)} ({whole_percent(one.aim.share)} wanted)" for one in services
        )
    else:
        reached = [one for one in services if one.aim.value is not None and one.aim.value >= one.aim.share - 1e-12]
        text = f"{len(reached)} of {len(services)} shares wanted are reached over the whole time"
    low = [(worst[1] - one.aim.share, one.aim.name, worst) for one in services if (worst := worst_part(one))]
    if not low:
        return text
    _, name, (when, share) = min(low)
    return f"{text}; lowest: {'' if len(services) == 1 else name + ', '}{when} ({percent(share, 0)})"


def worst_part(service: Service) -> tuple[str, float] | None:
    """Return the part of a weekday with the least share in time, of those with at least 1 % of the cases; None if all
    are alike.
    """
    shares, cases = _filled(service)
    sums: dict[tuple[int, int], tuple[float, float]] = {}
    for hour in range(168):
        if cases[hour] > 0:
            key = _part_of(hour)
            top, bottom = sums.get(key, (0.0, 0.0))
            sums[key] = (top + shares[hour] * cases[hour], bottom + cases[hour])
    total = sum(bottom for _, bottom in sums.values())
    found = {key: top / bottom for key, (top, bottom) in sums.items() if bottom >= 0.01 * total}
    if not found or max(found.values()) - min(found.values()) < 1e-9:
        return None
    day, part = min(found, key=lambda key: (found[key], key))
    return f"{DAYS[day].title()} {_PARTS[part]}", found[day, part]


def _part_of(hour: int) -> tuple[int, int]:
    """Weekday and part of the day; the small hours belong to the night before."""
    day, clock = divmod(hour, 24)
    if clock < 6:
        return (day - 1) % 7, 0
    return day, 1 if clock < 10 else 2 if clock < 18 else 3 if clock < 22 else 0


def draw(services: Sequence[Service], source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import sheet

    shown = services[:MOST]
    parts = ["% of the cases that first wrote in the hour", "brown: below target (bold: beyond doubt)", "blue: above"]
    if any(None in one.share.value for one in shown):
        parts.append("hatched: no case")
    if len(services) > MOST:
        parts.append(f"the first {MOST} of {len(services)} targets")
    note = "; ".join(parts)
    picture, panels = sheet("service", finding(services), source, [1.8] * len(shown), note=note, between=0.66, left=0.5)
    for axes, service in zip(panels, shown, strict=True):
        _panel(axes, service)
        if len(shown) == 1:
            axes.set_title(service.aim.name, pad=5)
    panels[-1].set_xlabel("hour of the day, local time")
    return picture


def _panel(axes: Axes, service: Service) -> None:
    from matplotlib.colors import LinearSegmentedColormap, to_rgb
    from matplotlib.patches import Rectangle

    from careplan.reporting.plots.paper import INK, TARGET

    aim = service.aim
    below, above = (LinearSegmentedColormap.from_list("", list(colours)) for colours in (_BELOW, _ABOVE))
    for hour in range(168):
        day, clock = divmod(hour, 24)
        share = service.share.value[hour]
        box = (clock, day)
        if share is None:
            is_open = service.is_open[hour]
            axes.add_patch(Rectangle(box, 1, 1, facecolor="#f4f4f4", hatch="////" if is_open else None, linewidth=0))
            continue
        gap = share - aim.share
        colour = above(gap / (1 - aim.share)) if gap >= -1e-12 and aim.share < 1 else below(share / aim.share)
        axes.add_patch(Rectangle(box, 1, 1, facecolor=colour, edgecolor="white", linewidth=0.6))
        luminance = float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))
        high = service.share.high[hour] if service.share.high else share
        surely = high is not None and high < aim.share - 1e-12
        axes.text(
            clock + 0.5, day + 0.53, f"{100 * share:.0f}", ha="center", va="center", fontsize=7,
            fontweight="bold" if surely else "normal", color="white" if luminance < 0.5 else INK,
        )  # fmt: skip
    for line in _borders(service):
        axes.plot(*line, color=TARGET, linewidth=1.4, solid_capstyle="projecting", zorder=4)
    axes.set_xlim(0, 24)
    axes.set_ylim(7, 0)
    axes.set_xticks(range(0, 25, 3), [f"{h:02}:00" for h in range(0, 25, 3)])
    axes.set_yticks([d + 0.5 for d in range(7)], [day.title() for day in DAYS])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(f"{aim.name}: {_share(aim)} {aim.does}, {whole_percent(aim.share)} wanted", pad=5)


def _borders(service: Service) -> list[tuple[list[float], list[float]]]:
    """The edges between cells that meet the target and neighbours that do not."""
    meets = [None if x is None else x >= service.aim.share - 1e-12 for x in service.share.value]
    lines: list[tuple[list[float], list[float]]] = []
    for hour in range(168):
        day, clock = divmod(hour, 24)
        right = meets[hour + 1] if clock < 23 else None
        under = meets[hour + 24] if day < 6 else None
        if meets[hour] is not None and right is not None and meets[hour] != right:
            lines.append(([clock + 1, clock + 1], [day, day + 1]))
        if meets[hour] is not None and under is not None and meets[hour] != under:
            lines.append(([clock, clock + 1], [day + 1, day + 1]))
    return lines


def _filled(service: Service) -> tuple[list[float], list[float]]:
    shares = [0.0 if x is None else x for x in service.share.value]
    cases = [0.0 if x is None or s is None else x for x, s in zip(service.cases, service.share.value, strict=True)]
    return shares, cases


def _share(aim: Aim) -> str:
    return percent(math.nan if aim.value is None else aim.value, against=aim.share)

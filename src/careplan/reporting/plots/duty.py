"""Required against on duty: agents over the week, and the work that asks for them.

Comes in: :class:`~careplan.reporting.plots.data.Duty`. Goes out: a picture with a panel for each pool of groups that
share queues. Left out: which of them a shared queue asks for; nobody can say.

The work that comes in is in agents whose hands are as full as serves best; no desk keeps up with less. What is on duty
above it are the spare hands a target takes; where it lies above, work waits for later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from careplan.reporting.plots.data import Axis, Duty, Pool, Source
from careplan.reporting.words import count, listed, number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from careplan.reporting.plots.paper import Picture

MOST = 6
"""Panels in one picture."""


def finding(duty: Duty) -> str:
    """Return what the picture says: the peak, the hours on duty and the hours of work, and where they do not fit."""
    lengths = _lengths(duty.axis)
    on_duty = sum(_dot(total(pool), lengths) for pool in duty.pools)
    work = sum(_dot(_plain(pool.load.value), lengths) for pool in duty.pools)
    when = f" ({duty.peak_when})" if duty.peak else ""
    span = " a week" if duty.axis.is_folded else ""
    text = f"{count(duty.peak, 'agent')} at the peak{when}: {number(on_duty)} agent hours{span} for "
    text += f"{number(work)} hours of work"
    alone, short = alone_and_short(duty)
    if work and alone / work >= 0.005:
        text += f", {percent(alone / work, 0)} of it while nobody is on duty"
    if short:
        text += f"; in {number(short)} h more comes in than they can do"
    return text


def alone_and_short(duty: Duty) -> tuple[float, float]:
    """Return the hours of work that come in while nobody of their pool is on duty, and the hours of the axis in which
    some pool has somebody on duty and yet more comes in, in the mean, than they can do.
    """
    lengths = _lengths(duty.axis)
    alone = 0.0
    is_short = [False] * len(lengths)
    for pool in duty.pools:
        for i, (agents, load) in enumerate(zip(total(pool), _plain(pool.load.value), strict=True)):
            alone += load * lengths[i] if agents == 0 else 0.0
            is_short[i] |= 0 < agents < load - 1e-9
    return alone, sum(length for length, short in zip(lengths, is_short, strict=True) if short)


def total(pool: Pool) -> list[float]:
    """Return the agents of all groups of a pool by step."""
    return [sum(step) for step in zip(*pool.on_duty, strict=True)]


def draw(duty: Duty, source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import sheet

    shown = sorted(duty.pools, key=lambda pool: -max(total(pool), default=0.0))[:MOST]
    shown = [pool for pool in duty.pools if pool in shown]
    note = "work that comes in: by the hour, in agents with their hands full"
    if shown[0].load.low:
        note += "; band: the middle 80 % of replications" + (" and weeks" if duty.axis.is_folded else "")
    if len(duty.pools) > MOST:
        note += f"; the largest {MOST} of {len(duty.pools)} pools of groups"
    is_alone = len(shown) == 1
    heights = [3.0] if is_alone else [1.55] * len(shown)
    picture, panels = sheet(
        "duty", finding(duty), source, heights, note=note, between=0.5, below=0.4, headed=not is_alone
    )
    for axes, pool in zip(panels, shown, strict=True):
        handles = _panel(axes, duty.axis, pool, is_last=axes is panels[-1])
        if axes is panels[0] or len(pool.groups) > 1 or pool.planned:
            axes.legend(handles=handles, loc="upper right", ncols=len(handles), frameon=True, fancybox=False,
                        framealpha=0.85, edgecolor="none", fontsize=8, borderaxespad=0.1, borderpad=0.2,
                        handlelength=2.2, columnspacing=1.4)  # fmt: skip
        if is_alone:
            _peak(axes, duty.axis.edges_h, total(pool), pool.load.high or pool.load.value)
        else:
            axes.set_title(f"{listed(pool.groups)}, {_agents(max(total(pool), default=0.0))} at the peak", pad=4)
    return picture


def _panel(axes: Axes, axis: Axis, pool: Pool, *, is_last: bool) -> list[Line2D]:
    """Draw a pool; return its lines for the legend."""
    from careplan.reporting.plots.paper import DASHES, INK, LINES, time_axis

    edges, agents, load = axis.edges_h, total(pool), pool.load
    if load.low:
        low, high = _closed(load.low), _closed(load.high)
        axes.fill_between(edges, low, high, step="post", color="#c9c9c9", linewidth=0, zorder=1)

    def steps(values: Sequence[float | None], name: str, colour: str, width: float, dash: int = 0) -> Line2D:
        return axes.step(
            edges, _closed(values), where="post", color=colour, linewidth=width, linestyle=DASHES[dash], label=name
        )[0]

    lines = [steps(load.value, "work that comes in", INK, 1.0)]
    if len(pool.groups) > 1:
        for row, (group, each) in enumerate(zip(pool.groups, pool.on_duty, strict=True)):
            lines.insert(0, steps(each, group, LINES[(row + 2) % len(LINES)], 1.2, 1 + row % (len(DASHES) - 1)))
    if pool.planned:
        lines.insert(0, steps(pool.planned, "plan asks for", LINES[1], 1.6, 1))
    lines.insert(0, steps(agents, "on duty" if len(pool.groups) == 1 else "on duty, together", LINES[0], 1.9))
    top = max([1.0, *agents, *(x or 0.0 for x in load.high or load.value), *pool.planned])
    axes.set_ylim(0, top * 1.22)
    axes.set_ylabel("agents")
    axes.locator_params(axis="y", integer=True, nbins=7 if len(axes.figure.axes) == 1 else 4)
    axes.grid(axis="y")
    time_axis(axes, axis, labels=is_last)
    return lines


def _peak(axes: Axes, edges: Sequence[float], agents: Sequence[float], load: Sequence[float | None]) -> None:
    """Mark the first stretch with the most agents, above whatever else is drawn there."""
    from careplan.reporting.plots.paper import LINES, label

    if not any(agents):
        return
    most = max(agents)
    first = next(i for i, n in enumerate(agents) if n >= most - 1e-9)
    last = next((i for i in range(first, len(agents)) if agents[i] < most - 1e-9), len(agents))
    half = 0.085 * (edges[-1] - edges[0])
    middle = min(max((edges[first] + edges[last]) / 2, edges[0] + half), edges[-1] - half)
    below = [x or 0.0 for x, at in zip(load, edges[:-1], strict=True) if middle - half <= at <= middle + half]
    label(
        axes, f"{_agents(most)} at the peak", (middle, max(most, *below)), (0, 5), ha="center", va="bottom",
        color=LINES[0], fontweight="bold",
    )  # fmt: skip


def _agents(n: float) -> str:
    return number(n, 0 if abs(n - round(n)) < 0.05 else 1)


def _closed(steps: Sequence[float | None]) -> list[float]:
    """The last step held to the right edge."""
    values = _plain(steps)
    return [*values, values[-1]] if values else []


def _plain(values: Sequence[float | None]) -> list[float]:
    return [0.0 if x is None else x for x in values]


def _lengths(axis: Axis) -> list[float]:
    return [b - a for a, b in zip(axis.edges_h[:-1], axis.edges_h[1:], strict=True)]


def _dot(values: Sequence[float], lengths: Sequence[float]) -> float:
    return sum(x * length for x, length in zip(values, lengths, strict=True))

"""Required against available FTE by month, with the classes that join.

Comes in: :class:`~careplan.reporting.plots.data.Outlook`. Goes out: a picture with a panel for each group.
Left out: cost.

Steps are productive FTE, since a month has one figure; dots on the line of the need are months of which a week was
simulated. Where the line lies above the steps, people are missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from careplan.reporting.plots.data import Outlook, Source, Staffing
from careplan.reporting.words import count, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from careplan.reporting.plots.paper import Picture

MOST = 4
"""Groups with a panel."""


def finding(outlook: Outlook) -> str:
    """Return what the picture says: what is needed at the ends, who is hired, where people are missing."""
    parts = []
    for group in outlook.groups:
        need = [value or 0.0 for value in group.required.value]
        hired = sum(group.hires)
        name = f"{group.group}: " if len(outlook.groups) > 1 else ""
        parts.append(
            f"{name}{need[0]:.1f} FTE needed in {outlook.months[0]}, {need[-1]:.1f} in {outlook.months[-1]}, "
            + (f"{hired} hired in {count(sum(map(bool, group.hires)), 'class', 'classes')}" if hired else "no hires")
        )
    short = [m for n, m in enumerate(outlook.months) if any(_lacks(group, n) > 0.005 for group in outlook.groups)]
    shown = listed(short) if 0 < len(short) <= 3 else count(len(short), "month")
    return "; ".join(parts) + (f"; too few in {shown}" if short else "; no month has too few")


def _lacks(group: Staffing, number: int) -> float:
    return (group.required.value[number] or 0.0) - group.productive[number]


def draw(outlook: Outlook, source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import sheet

    groups = sorted(outlook.groups, key=lambda group: -max(group.productive, default=0.0))[:MOST]
    groups = [group for group in outlook.groups if group in groups]
    alone = len(groups) == 1
    note = "gross FTE; dots: a week of the month was simulated, the others lie between; triangles: heads that join"
    if len(outlook.groups) > MOST:
        note += f"; the largest {MOST} of {len(outlook.groups)} groups"
    if any(_floor(group) > 0 for group in groups):
        note += "; axis cut below"
    heights = [3.2] if alone else [1.8] * len(groups)
    picture, panels = sheet(
        "outlook", finding(outlook), source, heights, note=note, between=0.5, below=0.5, headed=not alone
    )
    for axes, group in zip(panels, groups, strict=True):
        handles = _panel(axes, outlook.months, group, is_last=axes is panels[-1])
        if axes is panels[0]:
            axes.legend(handles=handles, loc="upper left", ncols=len(handles), frameon=True, fancybox=False,
                        framealpha=0.85, edgecolor="none", fontsize=8, borderaxespad=0.1)  # fmt: skip
        if not alone:
            axes.set_title(group.group, pad=4)
    return picture


def _top(group: Staffing) -> float:
    return max(*(value or 0.0 for value in group.required.value), *group.productive, *group.paid, 1.0)


def _floor(group: Staffing) -> float:
    """Where the axis begins: at 0, unless everything lies in its upper part."""
    least = min(*(value or 0.0 for value in group.required.value), *group.productive)
    return 0.0 if least < _top(group) * 0.6 else least * 0.85


def _panel(axes: Axes, months: list[str], group: Staffing, *, is_last: bool) -> list[Line2D]:
    """Draw a group; return its lines for the legend."""
    from careplan.reporting.plots.paper import DASHES, INK, LINES, TARGET, label

    x = list(range(len(months)))
    need = [value or 0.0 for value in group.required.value]
    edges = [at - 0.5 for at in (*x, len(x))]

    def steps(values: list[float], name: str, colour: str, width: float, dash: int) -> Line2D:
        return axes.step(edges, [*values, values[-1]], where="post", color=colour, linewidth=width,
                         linestyle=DASHES[dash], label=name)[0]  # fmt: skip

    if group.required.low:
        below, above = ([value or 0.0 for value in row] for row in (group.required.low, group.required.high))
        axes.fill_between(x, below, above, color="#e8c9b5", linewidth=0, zorder=1)
    lines = [
        axes.plot(x, need, color=LINES[1], linewidth=1.8, label="required", zorder=3)[0],
        steps(group.productive, "productive", LINES[0], 1.8, 0),
        steps(group.paid, "on contract", INK, 0.9, 2),
    ]
    dots = [n for n in x if group.is_simulated[n]]
    axes.plot(dots, [need[n] for n in dots], "o", color=LINES[1], markersize=4, zorder=4)
    axes.fill_between(
        [edge for n in x for edge in (n - 0.5, n + 0.5)],
        [group.productive[n] for n in x for _ in range(2)],
        [max(need[n], group.productive[n]) for n in x for _ in range(2)],
        color=TARGET,
        alpha=0.25,
        linewidth=0,
    )
    for n, hires in enumerate(group.hires):
        if hires:
            axes.plot([n], [group.paid[n]], "^", color=INK, markersize=5, zorder=4)
            label(axes, f"+{hires}", (n, group.paid[n]), (0, 5), ha="center")
    low, high = _floor(group), _top(group)
    axes.set_ylim(low, high + (high - low) * 0.25)
    axes.set_xlim(-0.5, len(months) - 0.5)
    every = max(1, -(-len(months) // 12))
    axes.set_xticks(x[::every], months[::every] if is_last else [""] * len(x[::every]))
    axes.set_ylabel("FTE")
    axes.grid(axis="y")
    return lines

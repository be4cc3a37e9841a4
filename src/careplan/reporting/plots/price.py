"""The price of the hours: cost against hours covered, and the service it buys.

Comes in: :class:`~careplan.reporting.plots.data.Price`. Goes out: a picture: cost a week above, share in time of all
customers below, a line for each way. Left out: playing the points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from careplan.reporting.plots.data import Price, PriceStep, Source
from careplan.reporting.words import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from careplan.reporting.plots.paper import Picture

NAMES = {"people": "people", "bot": "bot beyond", "mixed": "mixed"}
"""What a way is called beside its line."""


def finding(price: Price) -> str:
    """Return what the picture says: what the last step costs and buys in each way."""
    first = next(iter(price.ways.values()))[0]
    words = {"people": "by people", "bot": f"with a bot beyond {first.step}", "mixed": "with both"}
    ends = {way: steps[-1] for way, steps in price.ways.items()}
    texts = [
        f"{number(step.cost_a_week)} {price.currency} a week {words.get(way, way)} "
        f"({percent(step.in_time[0] or 0.0, 0)} of all customers {price.does})"
        if way == "people"
        else f"{number(step.cost_a_week)} {words.get(way, way)} ({percent(step.in_time[0] or 0.0, 0)})"
        for way, step in ends.items()
    ]
    return f"{next(iter(ends.values())).step} costs {', '.join(texts)}"


def draw(price: Price, source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import end_labels, sheet

    note = "bars: 95 % intervals; in time: of all customers, whenever they come; each point is staffed for one promise"
    picture, (above, below) = sheet(
        "price", finding(price), source, [2.3, 2.3], note=note, right=1.05, between=0.35, below=1.05, left=0.85
    )
    names = list(price.ways)
    for row, way in enumerate(names):
        steps = price.ways[way]
        _line(above, row, steps, [step.cost_a_week for step in steps])
        _line(below, row, steps, [100 * (step.in_time[0] or 0.0) for step in steps], has_bars=True)
    above.set_ylim(0, None)
    below.set_ylim(0, 100)
    every = next(iter(price.ways.values()))
    for axes in (above, below):
        axes.grid(axis="y")
        axes.set_xlim(0, every[-1].hours_a_week * 1.03)
        axes.set_xticks([step.hours_a_week for step in every], [""] * len(every))
    above.set_title(f"cost, {price.currency} a week")
    below.set_title(f"{price.does}, % of all customers")
    above.yaxis.set_major_formatter(lambda value, _: number(value))
    labels = [f"{step.step}\n{number(step.hours_a_week)} h" for step in every]
    below.set_xticks([step.hours_a_week for step in every], labels)
    _apart(below)
    below.set_xlabel("hours of a week in which people or the bot are there")
    texts = [NAMES.get(name, name) for name in names]
    end_labels(above, texts, [price.ways[name][-1].cost_a_week for name in names], gap_in=0.18)
    end_labels(below, texts, [100 * (price.ways[name][-1].in_time[0] or 0.0) for name in names], gap_in=0.18)
    return picture


def _line(axes: Axes, row: int, steps: list[PriceStep], values: list[float], *, has_bars: bool = False) -> None:
    from careplan.reporting.plots.paper import DASHES, LINES

    x, colour = [step.hours_a_week for step in steps], LINES[row % len(LINES)]
    axes.plot(x, values, color=colour, linestyle=DASHES[row % len(DASHES)], marker="osD^"[row % 4], markersize=4.5)
    if not has_bars:
        return
    for at, step in zip(x, steps, strict=True):
        _, low, high = step.in_time
        if low is not None and high is not None:
            axes.vlines(at, 100 * low, 100 * high, color=colour, linewidth=1.2)


def _apart(axes: Axes) -> None:
    """Let the names of steps that lie near each other stand on two levels."""
    labels = axes.get_xticklabels()
    ticks = list(axes.get_xticks())
    for k, text in enumerate(labels):
        if k and ticks[k] - ticks[k - 1] < 0.12 * ticks[-1] and not labels[k - 1].get_text().startswith("\n"):
            text.set_text("\n\n" + text.get_text())
    axes.set_xticks(ticks, [text.get_text() for text in labels])

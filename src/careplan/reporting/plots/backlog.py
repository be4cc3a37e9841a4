"""What waits for an agent over time, by queue.

Comes in: :class:`~careplan.reporting.plots.data.Backlog`. Goes out: a picture. Left out: cases that wait for their
customer, or are with a bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from careplan.reporting.plots.data import Backlog, Band, QueueLine, Source
from careplan.reporting.words import number

if TYPE_CHECKING:
    from careplan.reporting.plots.paper import Picture

MOST = 5
"""Queues with a line of their own; the others are added up without a band."""


def finding(backlog: Backlog) -> str:
    """Return what the picture says: when most wait, how many, where, and how many on average."""
    together = _sum(backlog.queues)
    most = max(together, default=0.0)
    if most <= 0:
        return "Nothing ever waits"
    step = together.index(most)
    lengths = [b - a for a, b in zip(backlog.axis.edges_h[:-1], backlog.axis.edges_h[1:], strict=True)]
    mean = sum(x * length for x, length in zip(together, lengths, strict=True)) / sum(lengths)
    text = f"{_cases(mean)} wait on average, {_cases(most)} at the worst time ({_when(backlog, step)})"
    if len(backlog.queues) > 1:
        worst = max(backlog.queues, key=lambda line: line.waiting.value[step] or 0.0)
        text += f"; most in {worst.queue}"
    return text


def draw(backlog: Backlog, source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import DASHES, LINES, SHADE, end_labels, sheet, short, time_axis

    has_band = bool(backlog.queues and backlog.queues[0].waiting.low)
    note = "messages and calls that wait, new and returned, mean"
    note += "; bands: the middle 80 % of replications" if has_band else ""
    note += " and weeks" if has_band and backlog.axis.is_folded else ""
    note += f"; shaded: {backlog.shaded_means}" if backlog.shaded_means else ""
    picture, (axes,) = sheet("backlog", finding(backlog), source, [3.1], note=note, right=1.75, below=0.4, headed=False)
    for begin, end in backlog.shaded_h:
        axes.axvspan(begin, end, color=SHADE, linewidth=0, zorder=0)
    edges = backlog.axis.edges_h
    middles = [(a + b) / 2 for a, b in zip(edges[:-1], edges[1:], strict=True)]
    top = 0.0
    ends = []
    lines = _lines(backlog)
    for row, line in enumerate(lines):
        values, colour = _plain(line.waiting.value), LINES[row % len(LINES)]
        if line.waiting.low:
            axes.fill_between(
                middles, _plain(line.waiting.low), _plain(line.waiting.high), color=colour, alpha=0.18, linewidth=0
            )
            top = max(top, *_plain(line.waiting.high))
        axes.plot(middles, values, color=colour, linewidth=1.5, linestyle=DASHES[row % len(DASHES)])
        top = max(top, *values)
        ends.append(values[-1])
    top = top or 1.0
    axes.set_ylim(0, top * 1.06)
    axes.set_ylabel("waiting for an agent")
    axes.grid(axis="y")
    time_axis(axes, backlog.axis)
    end_labels(axes, [short(line.queue) for line in lines], ends, gap_in=0.17)
    return picture


def _lines(backlog: Backlog) -> list[QueueLine]:
    """The queues, the longest apart and the others added up."""
    if len(backlog.queues) <= MOST:
        return backlog.queues
    ranked = sorted(backlog.queues, key=lambda line: -sum(_plain(line.waiting.value)))
    kept = [line for line in backlog.queues if line in ranked[: MOST - 1]]
    others = [line for line in backlog.queues if line not in kept]
    return [*kept, QueueLine(f"{len(others)} others", Band([*_sum(others)], [], []))]


def _sum(lines: list[QueueLine]) -> list[float]:
    return [sum(step) for step in zip(*(_plain(line.waiting.value) for line in lines), strict=True)]


def _plain(values: list[float | None]) -> list[float]:
    return [0.0 if x is None else x for x in values]


def _when(backlog: Backlog, step: int) -> str:
    at = backlog.axis.edges_h[step]
    day = [one for one in backlog.axis.days if one.at_h <= at + 1e-9][-1]
    minutes = round((at - day.at_h) * 60)
    return f"{day.name}, {minutes // 60:02}:{minutes % 60:02}"


def _cases(value: float) -> str:
    return "less than 0.1" if 0 < value < 0.05 else number(value, 0 if value >= 10 else 1)

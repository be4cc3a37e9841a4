"""The paper all pictures are drawn on: size, type, colours, title, and how a picture is saved.

Comes in: a title, a line below it, sizes in inches. Goes out: a :class:`Picture` with axes, or its bytes. Left out:
what is drawn. It imports matplotlib, and is itself imported only when a picture is drawn.

Choices. 8 inches wide: 800 px on a page; PNGs have twice as many. Colours are those of Okabe and Ito, which people who
see colours otherwise can tell apart; lines differ in their dashes too, for greyscale. Text in SVG stays text: small,
searchable, sharp.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from careplan.reporting.plots.data import Axis, Kind, Source
from careplan.reporting.words import count, paragraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 8.0
"""Inches."""
DPI = 200
"""Of PNGs."""
INK, GREY, PALE, SHADE = "#1a1a1a", "#5f5f5f", "#d0d0d0", "#eeeeee"
LINES = ("#0072b2", "#d55e00", "#009e73", "#8c3f78", "#56b4e9", "#b07d00")
"""Okabe and Ito's blue, vermilion, green, purple (darkened), sky blue, and yellow darkened to be read on white."""
DASHES = ("-", (0, (6, 2)), (0, (2, 1.2)), (0, (7, 2, 1.5, 2)), (0, (4, 1.5)), (0, (1, 1)))
TARGET = "#a50f15"

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": GREY,
    "axes.edgecolor": "#9a9a9a",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.7,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "text.color": INK,
    "hatch.linewidth": 0.5,
    "hatch.color": "#9a9a9a",
    "svg.fonttype": "none",
    "svg.hashsalt": "careplan",
    "path.simplify": True,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
_TITLE_CHARS, _SUB_CHARS = 82, 132
_FONTS = "'DejaVu Sans', Verdana, sans-serif"
"""Verdana is as wide as DejaVu Sans, letter by letter."""


class Picture(Figure):
    """A matplotlib figure that knows what it says, and shows itself in a notebook without pyplot."""

    kind: Kind
    finding: str
    """Its title: the finding, in a sentence."""

    def _repr_png_(self) -> bytes:
        return png(self)


def style() -> AbstractContextManager[None]:
    """Return the context in which pictures are drawn and saved; matplotlib's own settings are left alone."""
    return rc_context(_STYLE)  # type: ignore[arg-type]


def sheet(
    kind: Kind,
    finding: str,
    source: Source,
    heights: Sequence[float],
    *,
    note: str = "",
    left: float = 0.75,
    right: float = 0.25,
    between: float = 0.55,
    below: float = 0.6,
    headed: bool = True,
) -> tuple[Picture, list[Axes]]:
    """Return a picture with its title and a column of panels.

    Parameters
    ----------
    kind, finding, source
        What it is, what it says, of what.
    heights
        Of the panels, inches, from the top.
    note
        How to read it, for the line of the source.
    left, right, between, below
        Room around the panels, inches.
    headed
        Whether the first panel has a title of its own.
    """
    title = paragraph(finding, _TITLE_CHARS).splitlines()
    small = [line for text in (note, source_words(source)) for line in paragraph(text, _SUB_CHARS).splitlines()]
    above = 0.14 + 0.23 * len(title) + 0.16 * len(small) + (0.38 if headed else 0.22)
    height = above + sum(heights) + between * (len(heights) - 1) + below
    picture = Picture(figsize=(WIDTH, height))
    picture.kind, picture.finding = kind, finding
    y = 0.14
    for line in title:
        picture.text(0.12 / WIDTH, 1 - y / height, line, fontsize=11.5, fontweight="bold", va="top")
        y += 0.23
    for line in small:
        picture.text(0.12 / WIDTH, 1 - (y + 0.03) / height, line, fontsize=8, color=GREY, va="top")
        y += 0.16
    axes, top = [], above
    for panel in heights:
        box = (left / WIDTH, 1 - (top + panel) / height, (WIDTH - left - right) / WIDTH, panel / height)
        axes.append(picture.add_axes(box))
        top += panel + between
    return picture, axes


def label(axes: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **how: Any) -> None:
    """Write beside a point of the data, ``shift`` points away, on a pale ground so that lines do not run through it."""
    ground = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.8}
    axes.annotate(text, at, xytext=shift, textcoords="offset points", fontsize=8, bbox=ground, zorder=5, **how)


def end_labels(axes: Axes, texts: Sequence[str], ys: Sequence[float], *, gap_in: float) -> None:
    """Write at the right edge, at the height where each line ends, at least ``gap_in`` inches apart, in its colour.

    Call it when the limits of the axes are set.
    """
    gap = gap_in / (axes.get_position().height * axes.get_figure(root=True).get_figheight())  # type: ignore[union-attr]
    x = axes.get_xlim()[0]
    to_axes = axes.transData + axes.transAxes.inverted()
    places = apart([float(to_axes.transform((x, y))[1]) for y in ys], gap, gap / 3, 1 - gap / 4)
    for row, (text, place) in enumerate(zip(texts, places, strict=True)):
        axes.annotate(text, (1, place), xycoords="axes fraction", xytext=(6, 0), textcoords="offset points",
                      va="center", fontsize=8, linespacing=1.05, color=LINES[row % len(LINES)],
                      annotation_clip=False)  # fmt: skip


def short(name: str, longest: int = 24) -> str:
    """Return a name that fits the margin."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def source_words(source: Source) -> str:
    """Return where a picture comes from, in a line."""
    parts = [f"{source.scenario}: {source.what}" if source.scenario else source.what]
    parts += [count(source.replications, "replication")] if source.replications > 1 else ["one path, no intervals"]
    parts += ["interrupted"] if source.is_partial else []
    parts += [f"seed {source.seed}"] if source.seed is not None else []
    parts += [f"careplan {source.version}"] if source.version else []
    parts += [f"scenario {source.digest[:8]}"] if source.digest else []
    return " · ".join(parts)


def time_axis(axes: Axes, axis: Axis, *, labels: bool = True) -> None:
    """Lay days along the bottom: a line at every midnight, the day's name in its middle."""
    edges, days = axis.edges_h, axis.days
    axes.set_xlim(edges[0], edges[-1])
    starts = [day.at_h for day in days]
    ends = [*starts[1:], edges[-1]]
    if len(days) <= 2:
        step = 3 if len(days) == 1 else 6
        hours = [start + h for start, end in zip(starts, ends, strict=True) for h in range(0, 24, step)]
        axes.set_xticks(hours, [f"{round(h - max(s for s in starts if s <= h)):02}:00" for h in hours])
        if labels:
            axes.set_xlabel(" to ".join(dict.fromkeys((days[0].name, days[-1].name))) + ", local time")
        return
    for start in starts[1:]:
        axes.axvline(start, color=PALE, linewidth=0.8, zorder=0.5)
    axes.set_xticks(starts, [""] * len(starts))
    every = 1 if len(days) <= 8 else 2
    middles = [(a + b) / 2 for a, b in zip(starts, ends, strict=True)][::every]
    axes.set_xticks(middles, [day.name for day in days][::every] if labels else [""] * len(middles), minor=True)
    axes.tick_params(axis="x", which="minor", length=0)


def apart(ys: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return places for labels near their heights, at least ``least`` apart and inside [low, high], in their order.

    >>> apart([1.0, 1.1, 5.0], 1.0, 0.0, 10.0)
    [1.0, 2.0, 5.0]
    """
    order = sorted(range(len(ys)), key=lambda i: ys[i])
    placed = list(ys)
    floor = low
    for i in order:
        placed[i] = max(ys[i], floor)
        floor = placed[i] + least
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - least
    return placed


def png(picture: Picture) -> bytes:
    """Return a picture as PNG; the same bytes every time."""
    file = io.BytesIO()
    with style():
        picture.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def svg(picture: Picture) -> bytes:
    """Return a picture as SVG with text as text; the same bytes every time, nothing fetched from elsewhere."""
    file = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with style():
        picture.savefig(file, format="svg", metadata=nothing)
    text = re.sub(r"<!DOCTYPE[^>]*>\n?", "", file.getvalue())
    text = re.sub(r"<metadata>.*?</metadata>\n? *", "", text, flags=re.DOTALL)
    return text.replace("'DejaVu Sans'", _FONTS).encode()

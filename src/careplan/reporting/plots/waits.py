"""How many are answered by when: the share of all cases answered within a time, by queue.

Comes in: :class:`~careplan.reporting.plots.data.Waits`, one for each clock. Goes out: a picture. Left out: percentiles.

The curve counts as the service level does, over all cases that need a reply; at a target's time it is the target's
figure. What is missing to 100 % at its end is never answered while the customer waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from careplan.reporting.plots.data import Curve, Source, Threshold, Waits
from careplan.reporting.targets import whole_percent
from careplan.reporting.words import duration, listed, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from careplan.reporting.plots.paper import Picture

MOST_NAMED = 3
"""Targets whose figures fit into a title."""
_TICKS = {
    1: "1 s", 10: "10 s", 60: "1 min", 300: "5 min", 1800: "30 min", 7200: "2 h", 28800: "8 h",
    86400: "1 day", 259200: "3 days", 864000: "10 days", 2592000: "30 days",
}  # fmt: skip


def finding(waits: Sequence[Waits]) -> str:
    """Return what the picture says: the targets' figures if they are few; how long half take, how many get none."""
    curves = waits[0].curves
    if not curves:
        return "No case needs a reply"
    pairs = [(target, one) for one in waits for target in one.targets]
    if 1 < len(pairs) <= MOST_NAMED:
        return ", ".join(_figure(target, one) for target, one in pairs)
    half, never = typical(curves), 1 - _end(curves)
    texts = []
    if len(pairs) == 1:
        target, one = pairs[0]
        texts = [f"{_share(target, one)} answered within {_time(target.within_s)}, {_wanted(target)}"]
    texts.append("most never" if half is None else f"half {_within(half)}")
    texts += [f"{percent(never, 0)} never"] if never >= 0.0005 and half is not None else []
    if len(curves) > 1 and len(pairs) != 1:
        ranked = sorted(curves, key=_at_half)
        ends = (("quickest", ranked[0]), ("slowest", ranked[-1]))
        texts += [f"{word} {curve.queue} ({_half_words(curve)})" for word, curve in ends]
    return "; ".join(texts) if len(pairs) == 1 else f"Answers: {'; '.join(texts)}"


def _figure(target: Threshold, waits: Waits) -> str:
    return f"{target.name}: {_share(target, waits)} within {_time(target.within_s)} ({_wanted(target)})"


def _share(target: Threshold, waits: Waits) -> str:
    """A target's figure, read off the curves of its queues."""
    mine = [curve for curve in waits.curves if not target.queues or curve.queue in target.queues]
    return percent(_together(mine, target.within_s), against=target.share)


def _wanted(target: Threshold) -> str:
    return f"{whole_percent(target.share)} wanted"


def typical(curves: Sequence[Curve]) -> float | None:
    """Return within how many seconds half of all cases of some curves are answered; None if never.

    Between two times of a curve it is taken to rise evenly with the logarithm of time.
    """
    before, low = 0.0, 0.0
    for at in sorted({t for curve in curves for t in curve.at_s}):
        share = _together(curves, at)
        if share >= 0.5 - 1e-12:
            return at if before == 0 else before * (at / before) ** ((0.5 - low) / (share - low))
        before, low = at, share
    return None


def share_at(curve: Curve, seconds: float) -> float:
    """Return the share answered within a time: the curve at the last of its times that is not later."""
    found = 0.0
    for at, share in zip(curve.at_s, curve.share.value, strict=True):
        if at > seconds + 1e-9:
            break
        found = share or 0.0
    return found


def draw(waits: Sequence[Waits], source: Source) -> Picture:
    """Return the picture."""
    from careplan.reporting.plots.paper import sheet

    note = "share of all cases that need a reply"
    if any(curve.share.low for one in waits for curve in one.curves):
        note += "; bands: 95 % intervals"
    heights = [3.3] if len(waits) == 1 else [2.3] * len(waits)
    picture, panels = sheet(
        "waits", finding(waits), source, heights, note=note, headed=len(waits) > 1, right=1.85, between=0.8
    )
    for axes, one in zip(panels, waits, strict=True):
        _panel(axes, one)
        if len(waits) > 1:
            axes.set_title(listed([target.name for target in one.targets] or ["without a target"]), pad=5)
    return picture


def _panel(axes: Axes, waits: Waits) -> None:
    from careplan.reporting.plots.paper import DASHES, LINES, end_labels, short

    curves = waits.curves
    last = max((curve.at_s[-1] for curve in curves), default=3600.0)
    last = max([last, *(target.within_s * 2 for target in waits.targets)])
    starts = [curve.at_s[_first(curve)] for curve in curves]
    first = min([*starts, *(target.within_s / 4 for target in waits.targets)], default=1.0)
    first = max(1.0, first / 1.5)
    axes.set_xscale("log")
    axes.set_xlim(first, last)
    ends = []
    for row, curve in enumerate(curves):
        colour = LINES[row % len(LINES)]
        at = [*curve.at_s, last]
        if curve.share.low:
            low, high = ([*(x or 0.0 for x in part), part[-1] or 0.0] for part in (curve.share.low, curve.share.high))
            axes.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        values = [*(x or 0.0 for x in curve.share.value), curve.share.value[-1] or 0.0]
        axes.plot(at, values, color=colour, linewidth=1.7, linestyle=DASHES[row % len(DASHES)])
        ends.append(values[-1])
    taken: list[_Box] = []
    for target in _joined(waits.targets):
        taken.append(_mark(axes, target, "wanted" if len(waits.targets) == 1 else target.name, curves, taken))
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="y")
    ticks = {at: text for at, text in _TICKS.items() if first <= at <= last}
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.set_xticks([], minor=True)
    axes.set_xlabel(waits.clock)
    axes.set_ylabel("answered")
    end_labels(axes, [f"{short(curve.queue)}\n{_gap(end)}" for curve, end in zip(curves, ends, strict=True)], ends,
               gap_in=0.29)  # fmt: skip


def _gap(end: float) -> str:
    """What is missing to 100 % at a curve's end."""
    return "all answered" if end > 0.9995 else f"{percent(1 - end, 0 if end < 0.99 else 1)} never answered"


def _joined(targets: Sequence[Threshold]) -> list[Threshold]:
    """Targets that ask for the same, as one."""
    found: dict[tuple[float, float], list[Threshold]] = {}
    for target in targets:
        found.setdefault((target.within_s, target.share), []).append(target)
    return [
        same[0] if len(same) == 1 else Threshold(f"{len(same)} targets", [], same[0].within_s, same[0].share)
        for same in found.values()
    ]


def _mark(axes: Axes, target: Threshold, name: str, curves: Sequence[Curve], taken: Sequence[_Box]) -> _Box:
    """Draw a target as a corner, its share up to its time, and name it where there is room; return the name's box."""
    from careplan.reporting.plots.paper import TARGET, WIDTH, label

    first, last = axes.get_xlim()
    corner = [first, target.within_s, target.within_s], [target.share, target.share, 0]
    axes.plot(*corner, color=TARGET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=3)
    axes.plot([target.within_s], [target.share], marker="D", markersize=4.5, color=TARGET, zorder=4, linestyle="")
    text = f"{name}: {whole_percent(target.share)} within {_time(target.within_s)}"

    def along(seconds: float) -> float:
        return math.log(max(seconds, first) / first) / math.log(last / first)

    box = axes.get_position()
    wide = 0.062 * len(text) / (box.width * WIDTH)  # inches of a letter at 8 points
    high = 0.15 / (box.height * axes.get_figure(root=True).get_figheight())  # type: ignore[union-attr]
    points = [(along(t), s or 0.0) for curve in curves for t, s in zip(curve.at_s, curve.share.value, strict=True)]
    places: list[tuple[float, str, str, _Box]] = []
    for order, (ha, va) in enumerate((("right", "bottom"), ("left", "top"), ("left", "bottom"), ("right", "top"))):
        x = along(target.within_s) + (0.015 if ha == "left" else -0.015 - wide)
        y = target.share + (high / 3 if va == "bottom" else -high * 4 / 3)
        mine = _Box(x, y, x + wide, y + high)
        clash = sum(mine.meets(other) for other in taken) + (mine.x0 < 0 or mine.x1 > 1 or mine.y1 > 1)
        crossed = sum(mine.x0 <= px <= mine.x1 and mine.y0 <= py <= mine.y1 for px, py in points)
        places.append((100 * clash + crossed + order / 10, ha, va, mine))
    _, ha, va, mine = min(places)
    shift = (7 if ha == "left" else -7, 4 if va == "bottom" else -4)
    label(axes, text, (target.within_s, target.share), shift, color=TARGET, ha=ha, va=va)
    return mine


class _Box(NamedTuple):
    """A rectangle in parts of the axes."""

    x0: float
    y0: float
    x1: float
    y1: float

    def meets(self, other: _Box) -> bool:
        """Whether two rectangles overlap."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


def _time(seconds: float) -> str:
    from careplan.metrics.measures import words

    return words(round(seconds * 1000))


def _first(curve: Curve) -> int:
    """The step before the first answer."""
    answered = [i for i, x in enumerate(curve.share.value) if (x or 0.0) > 0.002]
    return max(0, answered[0] - 1) if answered else 0


def _end(curves: Sequence[Curve]) -> float:
    cases = sum(curve.cases for curve in curves)
    return sum(curve.cases * (curve.share.value[-1] or 0.0) for curve in curves) / cases if cases else 0.0


def _together(curves: Sequence[Curve], seconds: float) -> float:
    cases = sum(curve.cases for curve in curves)
    return sum(curve.cases * share_at(curve, seconds) for curve in curves) / cases if cases else math.nan


def _at_half(curve: Curve) -> float:
    half = typical([curve])
    return math.inf if half is None else half


def _half_words(curve: Curve) -> str:
    half = typical([curve])
    return "most never" if half is None else f"half {_within(half)}"


def _within(half: float) -> str:
    return "at once" if half <= 1 else f"within {duration(half)}"

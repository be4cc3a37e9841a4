"""What hours cost and buy, for people: a table by step and way, who is there, and what it comes to.

Comes in: a :class:`~careplan.study.price_curve.PriceCurve`. Goes out: text within a width, and CSV. Left out: the
picture (``plots/price``).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from careplan.metrics.uncertainty import Estimate
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, count, duration, listed, number, paragraph, percent
from careplan.study.price_curve import PARTS, WAYS, PriceCurve, PricePoint, Way
from careplan.units import format_share

SHARE_DIGITS = 6
"""Digits of a share in the table for machines; a point has two less."""
WORDS: dict[Way, str] = {"people": "by people", "bot": "with a bot beyond", "mixed": "mixed"}


def curve_text(curve: PriceCurve, width: int) -> str:
    """Return what is compared, the table, heads at once, and what going on to the last step costs."""
    blocks = [paragraph(_about(curve), width), _table(curve, width), paragraph(" ".join(verdict(curve)), width)]
    blocks += [_heads(curve, width), _parts(curve, width)]
    blocks.append(paragraph(_notes(curve), width))
    if curve.is_partial:
        blocks.insert(0, "Interrupted: these are the steps that were finished.")
    return "\n\n".join(blocks)


def _about(curve: PriceCurve) -> str:
    promise = (
        f'"{curve.promise.name}": {format_share(curve.promise.share)} answered within '
        f"{duration(curve.promise.threshold_ms / 1000)}"
    )
    text = (
        f"Price of the hours. Wherever people (group {curve.group}) are on duty they keep the promise {promise}, to "
        "the customers who come then, with as few at once as will do. Answered in time counts every customer of the "
        "week, also those who come while nobody is there."
    )
    if curve.bot is None:
        return f"{text} No bot takes these cases, so people alone are compared."
    first, stated = curve.steps[0], curve.scenario.bots[curve.bot].containment
    shares = [
        f"{format_share(share)} of {name}" for name, share in sorted(stated.items()) if share and name != "default"
    ]
    shares += [f"{format_share(stated['default'])} of {'the rest' if shares else 'all'}"] if stated["default"] else []
    return (
        f"{text} By people: in all hours covered. By bot: people in {first}, the bot alone beyond. Mixed: the bot "
        f"beyond {first}, and beside it as many people as the promise takes. The bot, {curve.bot}, contains "
        f"{listed(shares) if shares else 'nothing'}, as the scenario says."
    )


def _table(curve: PriceCurve, width: int) -> str:
    unit = curve.scenario.currency or ""
    rows = []
    for point in curve.points:
        rows.append(
            [
                point.step,
                point.way,
                number(point.hours_a_week),
                number(point.people, 1),
                number(point.cost.value),
                percent(point.in_time.value) + _half(point.in_time, 100, 1),
                _price(point),
            ]
        )
    head = [
        "hours covered",
        "by",
        "hours|a week",
        "con-|tracts",
        f"{unit}|a week",
        "in time, of|all customers",
        f"{unit} for a|further point",
    ]
    return table(head, rows, width, keys=2)


def _price(point: PricePoint) -> str:
    """What one more point of service costs against the step before."""
    if point.gained is None:
        return NOTHING
    if point.per_point is None:
        return "cannot be told"
    return f"{point.per_point.value:,.0f}" + _half(point.per_point, 1, 0)


def _half(e: Estimate, factor: float, digits: int) -> str:
    return "" if e.low is None or e.high is None else f" ±{factor * (e.high - e.low) / 2:,.{digits}f}"


def verdict(curve: PriceCurve) -> list[str]:
    """What going from the first step to the last costs and buys in each way, and whether the promise is held."""
    said = []
    unit = curve.scenario.currency
    for way in WAYS:
        points = curve.of(way)
        if len(points) < 2:
            continue
        first, last = points[0], points[-1]
        more = last.cost.value - first.cost.value
        gained = 100 * (last.in_time.value - first.in_time.value)
        costs = f"{number(abs(more))} {unit} a week {'more' if more >= 0 else 'less'}"
        text = f"From {first.step} to {last.step}, {WORDS[way]}: {costs}, {gained:+.1f} points in time"
        said.append(text + (f", {more / gained:,.0f} {unit} a point." if more > 0 and gained > 0 else "."))
    late = [point for point in curve.points if not point.holds]
    if late:
        names = listed(f"{point.step} ({point.way})" for point in late)
        said.append(f"On the fresh replications the promise was missed at {names}.")
    else:
        said.append("On the fresh replications the promise was held wherever people are, to within the error.")
    return said


def _heads(curve: PriceCurve, width: int) -> str:
    rows = [
        [point.step, point.way, *(_span(curve, point, step) for step in range(len(curve.steps)))]
        for point in curve.points
    ]
    names = [name.replace(" ", "|") for name in curve.steps]
    return table(["people at once in", "by", *names], rows, width, keys=2)


def _span(curve: PriceCurve, point: PricePoint, step: int) -> str:
    """The fewest and the most heads over the day in the hours that a step adds."""
    there = [n for n, (_, k, _) in zip(point.heads, curve.blocks, strict=True) if k == step]
    least, most = min(there), max(there)
    if not most:
        return NOTHING
    return str(most) if least == most else f"{least}–{most}"


def _parts(curve: PriceCurve, width: int) -> str:
    """What the last step is made of in each way, beside the first."""
    ends = [curve.points[0], *(curve.of(way)[-1] for way in WAYS if len(curve.of(way)) > 1)]
    names = [name for name in ends[0].parts if any(point.parts[name] for point in ends)]
    rows = [
        [point.step, point.way, *(number(float(point.parts[name])) for name in names), number(point.cost.value)]
        for point in ends
    ]
    return table([f"{curve.scenario.currency} a week", "by", *names, "in all"], rows, width, keys=2)


def _notes(curve: PriceCurve) -> str:
    n = len(curve.provenance.replications)
    others = len(curve.scenario.groups) > 1
    return ("Other groups are as written, and their cost is in the figures. " if others else "") + (
        "A week costs wages and premiums by the clock, heads (desks, licences, leavers), bot fees and telephony: the "
        "bill of careplan cost. A further point is measured from the step before in the same way; below 0 it saves "
        "money too: who writes at night waits for the morning, and a pile in the morning takes many people at once. "
        f"± is half a 95 % interval over {count(n, 'fresh replication')}, the same customers at every point. People "
        "at once may differ by part of the day (night, morning, day, evening); under a step stand those in the hours "
        "that it adds. Contracts are paid hours ÷ contract hours. Formulas: docs/cover.md."
    )


def curve_csv(curve: PriceCurve) -> str:
    """Return one row for each step and way; money to the cent, its parts add up to the cost (docs/cover.md)."""
    rows = []
    for point in curve.points:
        heads = " ".join(map(str, point.heads))
        row: list[object] = [point.step, point.way, point.hours_a_week, point.people_hours_a_week, heads]
        row += [_rounded(point.paid_hours_a_week, 4), _rounded(point.people, 4), *point.parts.values()]
        row += _three(point.cost, 2)
        for share in (point.in_time, point.in_time_there, point.contained):
            row += _three(share, SHARE_DIGITS)
        row += _gained(curve, point)
        rows.append([*row, *_three(point.per_point, 2), point.holds, curve.scenario.currency])
    names = ["cost_a_week", "in_time", "in_time_while_people_are_there", "contained", "points_gained", "cost_per_point"]
    head = ["step", "way", "hours_a_week", "people_hours_a_week", "heads", "paid_hours_a_week", "people"]
    figures = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    parts = [f"{part}_a_week" for part in PARTS]
    return csv_text([*head, *parts, *figures, "promise_holds", "currency"], rows)


def _three(e: Estimate | None, digits: int) -> list[Decimal | None]:
    return [None] * 3 if e is None else [_rounded(x, digits) for x in (e.value, e.low, e.high)]


def _gained(curve: PriceCurve, point: PricePoint) -> list[Decimal | None]:
    """Points as the column of shares says them: 100 × the difference of two rounded shares."""
    e = point.gained
    if e is None or point.before is None:
        return [None] * 3
    now, before = (_rounded(one.in_time.value, SHARE_DIGITS) for one in (point, curve.points[point.before]))
    value = None if now is None or before is None else (100 * (now - before)).quantize(Decimal("0.0001"))
    return [value, _rounded(e.low, SHARE_DIGITS - 2), _rounded(e.high, SHARE_DIGITS - 2)]


def _rounded(x: float | None, digits: int) -> Decimal | None:
    if x is None or not math.isfinite(x):
        return None
    return Decimal(repr(float(x))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

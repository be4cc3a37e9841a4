"""What ``careplan explain-brand`` says: which staffings fit published figures, and what the figures cannot tell.

Comes in: an :class:`~careplan.planning.explanation.Explanation`. Goes out: text within a width, a table as CSV, and the
same as plain data for JSON. Left out: the scenario file of a chosen row (variant).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from careplan.metrics.uncertainty import Estimate
from careplan.planning.explanation import BECAUSE, Explanation, Staffing
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, count, duration, hours, money, number, paragraph, percent
from careplan.scenario.models import Scenario
from careplan.units import exact_duration, format_share

VERSION = 1
"""Of the layout of ``explanation_dict``."""
_MISSES = 5
"""Misses shown."""


def explanation_text(found: Explanation, width: int) -> str:
    """Return the whole answer: sentences, what fits, what the figures cannot tell, the nearest misses, notes."""
    parts = [
        paragraph(headline(found), width),
        _section("What fits, the cheapest first", _table(found, found.staffings, width)),
        _section("What the figures cannot tell", _bullets(cannot_tell(found), width)),
        _section("What does not fit, the nearest first", _table(found, found.misses[:_MISSES], width)),
        paragraph(notes(found), width),
        paragraph(str(found.provenance), width),
    ]
    return "\n\n".join(filter(None, parts))


def _section(title: str, text: str) -> str:
    return f"{title}\n{text}" if text else ""


def headline(found: Explanation) -> str:
    """Return the answer in a few sentences."""
    wanted = found.published
    within = []
    if wanted.answered is not None:
        within.append(f"{100 * wanted.share_within:g} points")
    if wanted.mean_response_s is not None:
        within.append(f"{100 * wanted.time_within:g} % of the time")
    tried = len(found.staffings) + len(found.misses)
    sentences = ["Interrupted; what follows is what was found by then."] if found.is_partial else []
    sentences.append(
        f"Published: {wanted}. {count(len(found.staffings), 'staffing')} of {tried} tried "
        f"{'reproduces' if len(found.staffings) == 1 else 'reproduce'} that within {' and '.join(within)}."
    )
    if found.staffings:
        one = found.staffings[0]
        price = "" if one.cost is None else f", {money(one.cost, found.currency)}"
        sentences.append(f"The cheapest: {one}; {hours(one.paid_hours)} paid a week{price}.")
    return " ".join(sentences)


def cannot_tell(found: Explanation) -> list[str]:
    """Return what a pair of published figures leaves open, each a sentence or two."""
    if not found.staffings:
        return []
    said: list[str] = []
    low, high = found.paid_hours
    if len(found.staffings) > 1:
        said.append(
            f"Who is there when: {count(len(found.staffings), 'staffing')} fit, from {hours(low)} to {hours(high)} "
            "paid a week. Published opening hours, or answers by hour of the day, would tell them apart."
        )
    first = found.staffings[0]
    per_hour = first.cases_a_week / float(first.on_duty_hours) if first.on_duty_hours else float("nan")
    if found.twice is not None:
        twice = found.twice.outcome
        ratio = f"{number(per_hour, 1 if per_hour < 100 else 0)} cases for each hour on duty"
        so = (
            f"which fits as well. The figures tell the ratio (here {ratio}), hardly the volume."
            if found.twice.fits
            else "which no longer fits: a larger desk is quicker. So the time says something about the size, beside "
            f"the ratio of {ratio}."
        )
        said.append(
            "The size: with twice the customers and twice the agents the cheapest comes to "
            f"{percent(twice.answered.value)} after {duration(twice.mean_response.value)}, {so}"
        )
    said.append(
        f"How long an answer takes: only the work counts, {hours(first.work_hours_a_week)} a week for all that comes "
        "in. Half the questions with twice the work in each are the same load, with slightly longer answers."
    )
    if len({one.because for one in found.staffings}) > 1:
        said.append(
            "Why questions stay unanswered: messages that grew too old and messages never looked at give the same pair."
        )
    if found.published.mean_response_s is None:
        times = [one.outcome.mean_response.value for one in found.staffings]
        known = [time for time in times if time == time]
        takes = "Those that fit take" if len(known) > 1 else "The one that fits takes"
        least, most = (duration(extreme(known)) if known else "" for extreme in (min, max))
        span = "" if not known else f" {takes} {least}." if least == most else f" {takes} from {least} to {most}."
        said.append(f"How long answers take: no time is given, and every time goes with a share.{span}")
    if found.published.answered is None:
        said.append("Which share is answered: none is given, and a mean counts those alone that got an answer.")
    return said


def notes(found: Explanation) -> str:
    """Return what the columns mean."""
    patterns = {one.pattern.name: one.pattern for one in (*found.staffings, *found.misses[:_MISSES])}
    spread = []
    for name, pattern in patterns.items():
        times = [
            " ".join(f"{days} {clock}" for days, clock in part.spec) or part.name.replace("always", "round the clock")
            for part in pattern.parts
        ]
        if times != [name]:
            spread.append(f"{name}: {' + '.join(times)}")
    reasons = {one.because for one in (*found.staffings, *found.misses[:_MISSES])}
    fresh, searched = len(found.provenance.replications), len(found.search_replications)
    return (
        f"Hours: {'; '.join(spread) or 'as named'}. Agents: on duty at the peak, the number that comes nearest, in "
        "brackets what fits beside it. "
        + " ".join(f"{_title(reason)}: {text}." for reason, text in BECAUSE.items() if reason in reasons)
        + f" Reply: wall time to the first answer, over those that got one. Found on {searched} replications, shown on "
        f"{fresh} fresh ones (far misses as found); ± is 95 %. Volume, staff and reason are solved for; nobody "
        "published them."
    )


def _title(because: str) -> str:
    return {"expired": "Kept for", "unread": "Unread"}[because]


def _table(found: Explanation, staffings: Sequence[Staffing], width: int) -> str:
    several = len({one.volume for one in (*found.staffings, *found.misses)}) > 1
    priced = any(one.cost is not None for one in staffings)
    heads = ["|", "hours", "agents", "kept for|or unread", "%|answered", "mean|reply", "paid h|a week"]
    heads += [f"{found.currency}|a week"] if priced else []
    heads += ["%|occupied", *(["cases|a week"] if several else [])]
    offset = 0 if staffings is found.staffings else len(found.staffings)
    rows = []
    for row, one in enumerate(staffings, start=1 + offset):
        occupancy = one.outcome.occupancy
        cells = [
            str(row),
            one.pattern.name,
            agents_text(one),
            reason_text(one),
            _share(one.outcome.answered),
            _time(one.outcome.mean_response),
            number(float(one.paid_hours), 0 if one.paid_hours >= 100 else 1),
        ]
        cells += [NOTHING if one.cost is None else number(float(one.cost))] if priced else []
        cells += [NOTHING if occupancy is None else bare_percent(occupancy.value, 0)]
        rows.append([*cells, *([number(one.cases_a_week)] if several else [])])
    return table(heads, rows, width, keys=2)


def agents_text(one: Staffing) -> str:
    """Return agents by part of the pattern, and what fits beside it: ``8+17 (24-26)``."""
    counts = one.pattern.agents(one.trial.agents)
    text = "+".join(map(str, counts))
    low, high = one.agents_from, one.agents_to
    return text if low == high else f"{text} ({low}-{high})"


def reason_text(one: Staffing) -> str:
    """Return why not everything is answered: a time, or the share unread."""
    return f"{format_share(one.unread)} unread" if one.because == "unread" else exact_duration(one.trial.expires_after)


def _share(e: Estimate) -> str:
    half = "" if e.low is None or e.high is None or e.high - e.low < 0.0005 else f" ±{50 * (e.high - e.low):.1f}"
    return bare_percent(e.value) + half


def _time(e: Estimate) -> str:
    if e.low is None or e.high is None or not e.value > 0:
        return duration(e.value)
    unit = next((s for s, most in ((60, 3600), (3600, 48 * 3600)) if e.value < most), 86400)
    name = {60: "min", 3600: "h", 86400: "days"}[unit]
    return f"{e.value / unit:.1f} ±{(e.high - e.low) / 2 / unit:.1f} {name}"


def _bullets(sentences: Sequence[str], width: int) -> str:
    return "\n".join("- " + paragraph(text, width - 2, "  ").lstrip() for text in sentences)


def explanation_csv(found: Explanation) -> str:
    """Return every staffing tried as CSV: those that fit first, numbered as in the text; shares 0 to 1, seconds."""
    columns = [
        "row", "fits", "hours", "agents", "agents_by_hours", "because", "expires_after_s", "unread", "cases_a_week",
        "answered", "answered_low", "answered_high", "mean_first_response_s", "mean_first_response_s_low",
        "mean_first_response_s_high", "occupancy", "on_duty_hours_a_week", "paid_hours_a_week", "cost_a_week", "misfit",
    ]  # fmt: skip
    rows = []
    for number_, one in enumerate((*found.staffings, *found.misses), start=1):
        plain = one.to_dict()
        flat = plain | {"row": number_, "agents_by_hours": "+".join(map(str, plain["agents_by_hours"].values()))}
        for key in ("answered", "mean_first_response_s", "occupancy"):
            e = plain[key] or {"value": None, "low": None, "high": None}
            flat |= {key: e["value"], f"{key}_low": e["low"], f"{key}_high": e["high"]}
        rows.append(["" if flat[column] is None else flat[column] for column in columns])
    return csv_text(columns, rows)


def explanation_dict(found: Explanation, scenario: Scenario, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    return {
        "careplan_explanation": VERSION,
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest},
        "headline": headline(found),
        "cannot_tell": cannot_tell(found),
        **found.to_dict(),
        "files": list(files),
    }

"""What ``--definitions`` prints: every definition side by side, from one run.

Comes in: a report whose runs were asked for definitions. Goes out: text within a width, and rows for a table.
Left out: the figures (metrics.defined), who uses which (docs/definitions.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from careplan.metrics.clocks import BotCounts, clock_words
from careplan.metrics.defined import Figure, Part, definitions_of, figures, parts_of
from careplan.metrics.measures import words
from careplan.metrics.report import Of, Report
from careplan.reporting.breakdown import with_margin
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, duration, listed, paragraph, percent
from careplan.units import format_duration

OWN = "→ "
"""Stands before the figure a target is judged by."""
COLUMNS = (
    "definition", "family", "within_s", "share_wanted", "clock", "from", "bot_counts", "of", "row", "queues", "targets",
    "unit", "value", "low", "high", "n", "formula",
)  # fmt: skip
"""Of the table in the folder."""


def definitions_text(report: Report, width: int, *, by_queue: bool) -> str:
    """Return every definition: by threshold, then what has none; each on every clock, and by queue where asked."""
    blocks = [paragraph(_preface(report), width)]
    for number, part in enumerate(parts_of(report)):
        # Formulas differ in T alone: they are said once.
        formulas = number == 0 or (part.within_ms is None and not part.queues)
        blocks += _part(report, part, width, by_queue=by_queue, formulas=formulas)
    return "\n\n".join(blocks)


def is_by_queue(report: Report) -> bool:
    """Return whether definitions are shown by queue unasked: where there are several channels, or a target without a
    threshold is about one queue.
    """
    if len(set(report.first.channels)) > 1:
        return True
    untimed = (
        report.first.goals[number] for part in parts_of(report) if part.within_ms is None for number in part.goals
    )
    return any(len(goal.queues) == 1 < len(report.first.queues) for goal in untimed)


def definition_rows(report: Report) -> list[list[object]]:
    """Return every figure as rows of ``COLUMNS``, for a file."""
    rows = []
    for one in definitions_of(report):
        plain = one | {"queues": "; ".join(one["queues"]), "targets": "; ".join(one["targets"])}
        rows.append(["" if plain[column] is None else plain[column] for column in COLUMNS])
    return rows


def _preface(report: Report) -> str:
    settings = report.first.settings
    assert settings.definitions is not None
    kind = "one replication" if report.n == 1 else f"{report.n} replications, {100 * report.confidence:g} % intervals"
    sentences = [
        f"Every definition from the same runs ({kind}); docs/definitions.md says which tool uses which.",
        f"{OWN.strip()} marks the figure a target is judged by.",
        "Answered: live queues when picked up, message queues when the answer is sent.",
        f"Abandoned: the customer left; a short abandon, within {words(settings.definitions.short_ms)}.",
        "A customer is a first contact with all that follows from it, on any channel, and has "
        f"{format_duration(settings.solved_within_ms)} to come back.",
    ]
    if all(part.within_ms is None for part in parts_of(report)):
        sentences.append("No target has a threshold: --within 30m adds the service levels within that time.")
    unseen, ended, customers = (
        report.estimate(name).value for name in ("window_unseen", "first_contacts_ended", "customers")
    )
    if unseen > 0:
        sentences.append(
            f"{percent(unseen / (ended * customers))} of the first contacts that ended did so too late for the run to "
            "show that: they are left out where it matters."
        )
    if report.uses_controls:
        sentences.append("Figures here are as counted; those of the targets above are sharpened by control variates.")
    if report.first.bots:
        sentences.append(f"Bot answers count as answers: {settings.clock.bot_counts}, unless a column says otherwise.")
    return " ".join(sentences)


def _part(report: Report, part: Part, width: int, *, by_queue: bool, formulas: bool) -> Iterator[str]:
    total = figures(report, part)
    headings = ["definition", *(["formula"] if formulas else []), "figure", f"{100 * report.confidence:g} %"]
    rows = [
        [figure.name, *([figure.formula] if formulas else []), _marked(figure, _shown(figure)), _interval(figure)]
        for figure in total
        if not figure.ending
    ]
    yield f"{_title(report, part)}\n{table(headings, rows, width, keys=2 if formulas else 1)}"
    yield from _on_other_clocks(total, report, width)
    if by_queue:
        several = len(set(report.first.channels)) < len(report.first.queues)
        kinds: list[Of] = ["channel", "queue"] if several and not part.queues else ["queue"]
        for of in kinds:
            yield from _by(of, figures(report, part, of=of), width)


def _title(report: Report, part: Part) -> str:
    clock = "wall clock, from the first message"
    whose = f" of {listed(part.queues)}" if part.queues else ""
    if part.within_ms is None:
        return f"Without a threshold{whose}, {clock}"
    targets = [report.first.goals[number].name for number in part.goals]
    named = f" ({listed(targets)})" if targets else ""
    return f"Within {words(part.within_ms)}{whose}{named}, {clock}"


def _on_other_clocks(total: Sequence[Figure], report: Report, width: int) -> Iterator[str]:
    """Yield a table with a column for each clock and a row for each definition that some clock can change; clocks
    that change no figure, and have none that a target is judged by, are only named.
    """
    by_name: dict[str, dict[str, Figure]] = {}
    for figure in total:
        by_name.setdefault(figure.name, {})[figure.ending] = figure
    there = [ending for ending in report.first.settings.clocks if ending and any(f.ending == ending for f in total)]
    same = [ending for ending in there if all(_agrees(found, ending) for found in by_name.values())]
    shown = ["", *(ending for ending in there if ending not in same)]
    usual = report.first.settings.clock.bot_counts
    if len(shown) > 1:
        rows = []
        for name, found in by_name.items():
            if any(ending in found for ending in shown[1:]):
                cells = (found.get(ending) for ending in shown)
                rows.append([name, *(NOTHING if f is None else _marked(f, _with_margin(f)) for f in cells)])
        headings = ["definition", *("|".join(_clock_lines(ending, usual)) for ending in shown)]
        yield f"The same on other clocks\n{table(headings, rows, width)}"
    if same:
        named = [", ".join(_clock_lines(ending, usual)) for ending in same]
        yield paragraph(f"Figures on these clocks are the same: {listed(named)}.", width)


def _agrees(found: dict[str, Figure], ending: str) -> bool:
    """Whether a figure is the same on a clock as by the wall, or there is none."""
    if ending not in found:
        return True
    one, wall = found[ending], found[""]
    return not one.targets and one.estimate.to_dict() == wall.estimate.to_dict()


def _by(of: Of, found: Sequence[Figure], width: int) -> Iterator[str]:
    """Yield a table with a column for each queue or channel, where there are several."""
    wall = {(figure.name, figure.row): figure for figure in found if not figure.ending}
    columns = list(dict.fromkeys(row for _, row in wall))
    if len(columns) > 1:
        rows = [
            [name, *(_marked(wall[name, row], _with_margin(wall[name, row])) for row in columns)]
            for name in dict.fromkeys(n for n, _ in wall)
        ]
        title = f"The same by {of}, wall clock, from the first message"
        yield f"{title}\n{table(['definition', *columns], rows, width)}"


def _clock_lines(ending: str, usual: BotCounts) -> list[str]:
    clock, since, bots = clock_words(ending, usual)
    lines = ["open hours" if clock == "open" else "wall"]
    if since == "hand-off":
        lines.append("from hand-off")
    elif "_bots_" in ending:
        lines.append(f"bots: {bots}")
    return lines


def _marked(figure: Figure, text: str) -> str:
    return OWN + text if figure.targets else text


def _shown(figure: Figure) -> str:
    return _time(figure.estimate.value) if figure.definition.is_time else percent(figure.estimate.value)


def _interval(figure: Figure) -> str:
    e = figure.estimate
    if e.low is None or e.high is None:
        return ""
    if not figure.definition.is_time:
        return f"{bare_percent(e.low)}-{bare_percent(e.high)}"
    low, high = _time(e.low), _time(e.high)
    if low.split(" ")[-1] == high.split(" ")[-1]:  # one unit is enough
        low = low.split(" ")[0]
    return f"{low}-{high}"


def _with_margin(figure: Figure) -> str:
    e = figure.estimate
    if figure.definition.is_time:
        return _time(e.value)
    return with_margin(e) + " %" if math.isfinite(e.value) else NOTHING


def _time(seconds: float) -> str:
    return "never" if math.isinf(seconds) else duration(seconds)

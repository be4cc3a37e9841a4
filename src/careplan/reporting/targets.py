"""Targets as people read them: what was wanted, what came, whether it is met, and how surely.

Comes in: scores. Goes out: text. Left out: the judging (``careplan.metrics.scorecard``).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from careplan.columns import NEVER
from careplan.metrics.measures import words
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.together import Whole, wholes
from careplan.metrics.uncertainty import Estimate
from careplan.reporting.tables import table
from careplan.reporting.words import (
    NOTHING,
    UNIT_S,
    bare_percent,
    bounds,
    count,
    duration,
    listed,
    money,
    paragraph,
    percent,
    percent_interval,
)


def whole_percent(share: float) -> str:
    """Return a share as it was written: ``65 %``, ``99.5 %``."""
    return f"{round(100 * share, 6):g} %"


def wanted(goal: Goal) -> str:
    """Return what a goal asks for, such as ``65 % in 30 min``."""
    share = whole_percent(goal.share)
    if goal.kind == "cover":
        return f"{goal.at_least} on duty"
    if goal.kind == "mean_answer":
        return f"mean {words(goal.threshold_ms)}"
    if goal.is_at_most:
        return f"at most {share}"
    if goal.kind == "reply" and goal.threshold_ms == NEVER:
        return f"{share} ever"
    what = {"next_response": " again", "resolution": " solved"}.get(goal.kind, "")
    return f"{share}{what} in {words(goal.threshold_ms)}"


def got(goal: Goal, value: float, *, is_bare: bool = False) -> str:
    """Return a goal's figure from its ratio: ``66.1 %`` (bare: ``66.1``), or of a mean ``22 min``."""
    if goal.unit == "s":
        return duration(value * goal.scale, is_fine=True, against=goal.scale)
    return bare_percent(value, against=goal.share) if is_bare else percent(value, against=goal.share)


def figure_title(goal: Goal) -> str:
    """Return the title of a block of a goal's figures by hour of the week."""
    if goal.unit == "s":
        return f"Mean minutes: {goal.whole or goal.name}"
    return f"% {_COUNTED.get(goal.kind, 'in time')}: {goal.whole or goal.name}"


def figure_factor(goal: Goal) -> float:
    """Return what turns a goal's ratio into the figures of such a block: percent, or minutes."""
    return goal.scale / 60 if goal.unit == "s" else 100.0


_COUNTED = {"reply": "replied", "window": "in the window"}
"""What a goal's share counts, where it is not what came in time."""


def holds_over(goal: Goal) -> str:
    """Return over which periods a goal holds, such as ``week`` (each, in the mean) or ``95 % of weeks``."""
    if goal.kind == "cover":
        return "always" if goal.hours is None else "in hours"
    if goal.over == "total":
        return "total"
    if goal.confidence is None:
        return goal.over
    return f"{whole_percent(goal.confidence)} of {goal.over}s"


def scorecard_text(scores: Sequence[Score], together: Whole | None, width: int) -> str:
    """Return a table with a line for each target, one for all at once, and sentences on what needs saying.

    Parameters
    ----------
    scores
        One for each goal; the parts of a named target stand below it.
    together
        All targets met at once; None where there are not several.
    width
        The most characters of a line.
    """
    if not scores:
        return "The scenario has none."
    is_one_path = len(scores[0].numerator) == 1
    is_percent = all(score.goal.unit == "share" for score in scores)
    rows = []
    for whole in wholes(scores):
        inside = len(whole.parts) > 1
        if inside:
            says = "met" if whole.holds else "MISSED"
            parts = "both parts" if len(whole.parts) == 2 else f"all {len(whole.parts)} parts"
            over = holds_over(whole.parts[0].goal)
            rows.append(
                [whole.name, parts, over, "", *([] if is_one_path else [""]), says, _chance(whole, is_one_path)]
            )
        for score in whole.parts:
            name = "  " + score.goal.name.removeprefix(f"{whole.name}: ") if inside else score.goal.name
            rows.append([name, *_cells(score, is_one_path, is_percent)])
    if together is not None:
        blank = [] if is_one_path else [""]
        rows.append(["all at once", "", together.over, "", *blank, "", _chance(together, is_one_path)])
    sure = [] if is_one_path else [f"{100 * scores[0].confidence:g} %"]
    heading = "got %" if is_percent else "got"
    headings = ["target", "wanted", "each", heading, *sure, "", "met in" if is_one_path else "chance %"]
    lines = [table(headings, rows, width)]
    lines += [paragraph(f"{one.goal.name} {worst_words(one)}", width) for one in scores if worst_words(one)]
    lines += [paragraph(text, width) for text in map(template_sentence, wholes(scores)) if text]
    return "\n".join(lines)


def _cells(score: Score, is_one_path: bool, is_percent: bool) -> list[str]:
    """The cells of a score's line behind its name."""
    goal, found = score.goal, score.overall
    is_cover = goal.kind == "cover"
    cells = [wanted(goal), holds_over(goal), got(goal, found.value, is_bare=is_percent)]
    if not is_one_path:
        cells.append(NOTHING if is_cover else _between(goal, found))
    cells.append("met" if score.holds else "MISSED")
    cells.append(NOTHING if is_cover else _chance(Whole(goal.name, (score,)), is_one_path))
    return cells


def _between(goal: Goal, e: Estimate, to: str = "-") -> str:
    """An interval of a goal's figure: ``65.2-67.0``, or of a mean, in the unit its figure has, ``20.1-25.0``."""
    if e.low is None or e.high is None:
        return NOTHING
    factor = 100.0
    if goal.unit == "s":
        factor = goal.scale / UNIT_S[got(goal, e.value).rsplit(" ", 1)[-1]]
    return f"{factor * e.low:.1f}{to}{factor * e.high:.1f}"


def _chance(whole: Whole, is_one_path: bool) -> str:
    """In how many single periods all parts were met, or the chance of one with its interval."""
    if is_one_path:
        return met_words(whole)
    return f"{bare_percent(whole.chance.value, 0)}{span(whole.chance, 0, ' (', ')')}"


def template_sentence(whole: Whole) -> str:
    """Return how many answers came after their window and what they cost; empty without such a target."""
    late = whole.templates
    if late is None:
        return ""
    goal, price = whole.parts[0].goal, whole.template_price
    after = f"came after {words(goal.threshold_ms)}"
    if not late.value:
        return f"{whole.name}: no answer {after}, so no template is paid for."
    text = f"{whole.name}: {late.value:,.1f} answers{bounds(late, 1)} {after} and took a template"
    if price is None:
        return f"{text}."
    cost = Decimal(late.value) * price.amount
    return f"{text}; at {price.amount} {price.currency} each that is {money(cost, price.currency)}."


def met_words(whole: Whole) -> str:
    """Return in how many single periods a target was met, such as ``6 of 7 days``."""
    return f"{int(whole.met.sum()):,} of {count(whole.chance.n, _noun(whole))}"


def _noun(whole: Whole) -> str:
    return "run" if whole.over == "total" else whole.over


def span(e: Estimate, digits: int = 1, before: str = "", after: str = "") -> str:
    """Return an interval in percent, such as ``65.2-67.0``; nothing where there is none."""
    if e.low is None or e.high is None:
        return "" if before else NOTHING
    return f"{before}{100 * e.low:.{digits}f}-{100 * e.high:.{digits}f}{after}"


def chance_sentence(whole: Whole) -> str:
    """Return how many single periods met a target; empty where that says nothing."""
    if whole.parts[0].goal.kind == "cover" or whole.chance.n < 2:
        return ""
    met, n, noun = int(whole.met.sum()), whole.chance.n, _noun(whole)
    at_once = " in all its parts at once" if len(whole.parts) > 1 else ""
    if met == n:
        return f"Each of the {count(met, noun)} played met it{at_once}."
    if met == 0:
        return f"None of the {count(n, noun)} played met it{at_once}."
    return f"Of {count(n, noun)} played, {met:,} met it{at_once}."


def worst_words(score: Score) -> str:
    """Return where a goal is missed, if it is missed in some of several periods; else nothing."""
    short = score.short_by()
    missed = int((short > 0).sum())
    if len(short) < 2 or not missed or score.goal.confidence is not None:
        return ""
    value = score.by_period.value[int(short.argmax())]
    noun = score.goal.over
    return (
        f"is missed in {missed:,} of {count(len(short), noun)}, by most on {score.worst} "
        f"({got(score.goal, float(value))})."
    )


_MAIN = (("answer",), ("next_response", "resolution"), ("reply", "window"), ("mean_answer",))
"""Kinds of goals an answer may speak of, the first ones first."""


def main_score(scores: Sequence[Score]) -> Score | None:
    """Return the goal the answer speaks of first: the first one about answers, else about later service."""
    for kinds in _MAIN:
        for score in scores:
            if score.goal.kind in kinds:
                return score
    return None


def main_target(scores: Sequence[Score]) -> Whole | None:
    """Return the target that the main goal belongs to."""
    main = main_score(scores)
    return next((whole for whole in wholes(scores) if main in whole.parts), None)


def pictured_score(scores: Sequence[Score]) -> Score | None:
    """Return the goal that is shown by hour of the week: of the main target the mean, if it has one, else the main
    goal.
    """
    main, whole = main_score(scores), main_target(scores)
    return main if whole is None else next((part for part in whole.parts if part.goal.unit == "s"), main)


def verdict(scores: Sequence[Score]) -> str:
    """Return ``meets all 3 targets``, or which it misses."""
    targets = wholes(scores)
    missed = [whole.name for whole in targets if not whole.holds]
    if not targets:
        return "has no target to meet"
    if not missed:
        return {1: "meets its target", 2: "meets both targets"}.get(len(targets), f"meets all {len(targets)} targets")
    if len(missed) == len(targets):
        return {1: f"misses its target ({missed[0]})", 2: "misses both targets"}.get(
            len(targets), f"misses all {len(targets)} targets"
        )
    return f"misses {len(missed)} of {len(targets)} targets: {listed(missed)}"


def target_sentences(whole: Whole, queues: Sequence[str]) -> list[str]:
    """Return a sentence for each part of a target that has anything to judge."""
    return [figure_sentence(part, queues) for part in whole.parts if part.overall.value == part.overall.value]


def figure_sentence(score: Score, queues: Sequence[str]) -> str:
    """Return a sentence such as ``66.1 % (65.2 to 67.0) of chat are answered within 30 min; 65 % is wanted.``"""
    goal = score.goal
    named = goal.queues or tuple(queues)
    of = "all cases" if set(named) == set(queues) and len(queues) > 1 else listed(named)
    if goal.kind == "mean_answer":
        fastest = "" if goal.fastest == 1 else f" the fastest {whole_percent(goal.fastest)} of"
        e = score.overall
        between = "" if e.low is None or e.high is None else f" ({_between(goal, e, ' to ')})"
        return (
            f"On average{fastest} the answers to {of} take {got(goal, e.value)}{between}; "
            f"at most {words(goal.threshold_ms)} is wanted."
        )
    does = {
        "answer": "are answered",
        "next_response": "get their next answer",
        "resolution": "are resolved",
        "reply": "get a reply",
        "window": "come",
    }[goal.kind]
    within = "" if goal.threshold_ms == NEVER else f" within {words(goal.threshold_ms)}"
    threads = ", threads begun anew after a silence counted apart," if goal.new_after_ms else ""
    of = f"the answers to {of}" if goal.kind == "window" else of
    return (
        f"{percent_interval(score.overall, against=goal.share)} of {of}{threads} {does}{within}; "
        f"{whole_percent(goal.share)} is wanted."
    )

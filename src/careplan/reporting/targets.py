"""Targets as people read them: what was wanted, what came, whether it is met, and how surely.

Comes in: scores. Goes out: text. Left out: the judging (``careplan.metrics.scorecard``).
"""

from __future__ import annotations

from collections.abc import Sequence

from careplan.metrics.measures import words
from careplan.metrics.scorecard import Goal, Score
from careplan.metrics.uncertainty import Estimate
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, bare_percent, count, listed, percent, percent_interval


def whole_percent(share: float) -> str:
    """Return a share as it was written: ``65 %``, ``99.5 %``."""
    return f"{round(100 * share, 6):g} %"


def wanted(goal: Goal) -> str:
    """Return what a goal asks for, such as ``65 % in 30 min``."""
    share = whole_percent(goal.share)
    if goal.kind == "cover":
        return f"{goal.at_least} on duty"
    if goal.is_at_most:
        return f"at most {share}"
    what = {"answer": "", "next_response": " again", "resolution": " solved"}[goal.kind]
    return f"{share}{what} in {words(goal.threshold_ms)}"


def holds_over(goal: Goal) -> str:
    """Return over which periods a goal holds, such as ``week`` (each, in the mean) or ``95 % of weeks``."""
    if goal.kind == "cover":
        return "always" if goal.hours is None else "in hours"
    if goal.over == "total":
        return "total"
    if goal.confidence is None:
        return goal.over
    return f"{whole_percent(goal.confidence)} of {goal.over}s"


def scorecard_text(scores: Sequence[Score], width: int) -> str:
    """Return a table with a line for each target, and a line more for each that is missed in certain periods."""
    if not scores:
        return "The scenario has none."
    is_one_path = len(scores[0].numerator) == 1
    rows = []
    for score in scores:
        goal, got, chance = score.goal, score.overall, score.chance
        is_cover = goal.kind == "cover"
        row = [goal.name, wanted(goal), holds_over(goal), bare_percent(got.value, against=goal.share)]
        if not is_one_path:
            row.append(NOTHING if is_cover else span(got))
        row.append("met" if score.holds else "MISSED")
        if is_one_path:
            row.append(NOTHING if is_cover else met_words(score))
        else:
            row.append(NOTHING if is_cover else f"{bare_percent(chance.value, 0)}{span(chance, 0, ' (', ')')}")
        rows.append(row)
    sure = [] if is_one_path else [f"{100 * scores[0].confidence:g} %"]
    headings = ["target", "wanted", "each", "got %", *sure, "", "met in" if is_one_path else "chance %"]
    lines = [table(headings, rows, width)]
    lines += [f"{score.goal.name} {worst_words(score)}" for score in scores if worst_words(score)]
    return "\n".join(lines)


def met_words(score: Score) -> str:
    """Return in how many single periods a goal was met, such as ``6 of 7 days``."""
    return f"{int((score.met & score.counts).sum()):,} of {count(score.chance.n, _noun(score))}"


def _noun(score: Score) -> str:
    return "run" if score.goal.over == "total" else score.goal.over


def span(e: Estimate, digits: int = 1, before: str = "", after: str = "") -> str:
    """Return an interval in percent, such as ``65.2-67.0``; nothing where there is none."""
    if e.low is None or e.high is None:
        return "" if before else NOTHING
    return f"{before}{100 * e.low:.{digits}f}-{100 * e.high:.{digits}f}{after}"


def chance_sentence(score: Score) -> str:
    """Return how many single periods met a goal; empty where that says nothing."""
    if score.goal.kind == "cover" or score.chance.n < 2:
        return ""
    met = int((score.met & score.counts).sum())
    noun = _noun(score)
    if met == score.chance.n:
        return f"Each of the {count(met, noun)} played met it."
    if met == 0:
        return f"None of the {count(score.chance.n, noun)} played met it."
    return f"Of {count(score.chance.n, noun)} played, {met:,} met it."


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
        f"({percent(float(value), against=score.goal.share)})."
    )


def main_score(scores: Sequence[Score]) -> Score | None:
    """Return the target the answer speaks of first: the first answer target, else the first service target."""
    for kinds in (("answer",), ("next_response", "resolution")):
        for score in scores:
            if score.goal.kind in kinds:
                return score
    return None


def verdict(scores: Sequence[Score]) -> str:
    """Return ``meets all 3 targets``, or which it misses."""
    missed = [score.goal.name for score in scores if not score.holds]
    if not scores:
        return "has no target to meet"
    if not missed:
        return {1: "meets its target", 2: "meets both targets"}.get(len(scores), f"meets all {len(scores)} targets")
    if len(missed) == len(scores):
        return {1: f"misses its target ({missed[0]})", 2: "misses both targets"}.get(
            len(scores), f"misses all {len(scores)} targets"
        )
    return f"misses {len(missed)} of {len(scores)} targets: {listed(missed)}"


def share_sentence(score: Score, queues: Sequence[str]) -> str:
    """Return a sentence such as ``66.1 % (65.2 to 67.0) of chat are answered within 30 min; wanted are 65 %.``"""
    goal = score.goal
    named = goal.queues or tuple(queues)
    of = "all cases" if set(named) == set(queues) and len(queues) > 1 else listed(named)
    does = {"answer": "are answered", "next_response": "get their next answer", "resolution": "are resolved"}[goal.kind]
    return (
        f"{percent_interval(score.overall, against=goal.share)} of {of} {does} within {words(goal.threshold_ms)}; "
        f"{whole_percent(goal.share)} is wanted."
    )

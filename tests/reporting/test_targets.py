"""The scorecard as people read it: plain targets, named ones with their parts, and all at once."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Goal, GoalCounts, Score, score
from careplan.metrics.together import all_at_once, wholes
from careplan.reporting.targets import (
    chance_sentence,
    main_target,
    pictured_score,
    scorecard_text,
    target_sentences,
    template_sentence,
    verdict,
)
from careplan.units import DAY_MS, MINUTE_MS, Money

WEEK = Periods.uniform(7, DAY_MS)
LIMIT = 30 * MINUTE_MS
RATE = Goal("Devoted: response rate", "reply", 0.65, threshold_ms=-1, whole="Devoted")
MEAN = Goal("Devoted: mean answer", "mean_answer", threshold_ms=LIMIT, whole="Devoted")
QUICK = Goal("Quick", "answer", 0.8, threshold_ms=LIMIT)
WINDOW = Goal("Window", "window", 0.9, threshold_ms=DAY_MS, template_price=Money(Decimal("0.06"), "EUR"))


def counts(pairs: list[tuple[float, float]]) -> list[GoalCounts]:
    tables = [np.zeros((2, 1, 7), dtype=np.int64) for _ in pairs]
    for table, pair in zip(tables, pairs, strict=True):
        table[:, 0, 0] = pair
    return [GoalCounts(table[0], table[1]) for table in tables]


def scores_of(*given: tuple[Goal, list[tuple[float, float]]]) -> list[Score]:
    return [score(goal, WEEK, counts(pairs)) for goal, pairs in given]


DEVOTED = ((RATE, [(70, 100), (90, 100)]), (MEAN, [(100 * LIMIT, 100 * LIMIT), (101 * LIMIT, 100 * LIMIT)]))


def card(*given: tuple[Goal, list[tuple[float, float]]]) -> list[str]:
    together = all_at_once([goal for goal, _ in given], WEEK, [counts(pairs) for _, pairs in given])
    return [" ".join(line.split()) for line in scorecard_text(scores_of(*given), together, 80).splitlines()]


def test_a_named_target_has_a_line_of_its_own_above_its_parts() -> None:
    lines = card(*DEVOTED)
    assert lines[2:5] == [
        "Devoted both parts week MISSED 50 (9-91)",
        "response rate 65 % ever week 80.0 % 0.0-100.0 met 100 (34-100)",
        "mean answer mean 30 min week 30.1 min 28.2-32.1 MISSED 50 (9-91)",
    ]
    assert len(lines) == 5  # one target: nothing to be met together with


def test_several_targets_have_a_line_for_all_at_once() -> None:
    lines = card(*DEVOTED, (QUICK, [(70, 100), (95, 100)]))
    assert lines[-1] == "all at once week 0 (0-66)"


def test_shares_alone_keep_their_unit_in_the_heading() -> None:
    assert "got %" in card((QUICK, [(70, 100), (95, 100)]))[0]
    assert "got %" not in card(*DEVOTED)[0]


def test_a_mean_that_misses_never_reads_like_its_limit() -> None:
    (line,) = (
        text for text in card((MEAN, [(LIMIT + 999, LIMIT), (LIMIT + 999, LIMIT)])) if text.startswith("Devoted")
    )
    assert "30.02 min" in line and "MISSED" in line


def test_one_path_says_in_how_many_weeks_it_was_met() -> None:
    lines = card((RATE, [(70, 100)]), (MEAN, [(1, LIMIT)]))
    assert lines[2] == "Devoted both parts week met 1 of 1 week"
    assert "chance" not in lines[0]


def test_the_verdict_counts_targets_not_parts() -> None:
    assert verdict(scores_of(*DEVOTED, (QUICK, [(90, 100), (95, 100)]))) == "misses 1 of 2 targets: Devoted"
    assert verdict(scores_of((RATE, [(70, 100)]), (MEAN, [(1, LIMIT)]))) == "meets its target"


def test_the_main_target_is_told_part_by_part_and_its_mean_is_pictured() -> None:
    scores = scores_of(*DEVOTED)
    main = main_target(scores)
    assert main is not None
    rate, mean = target_sentences(main, ("page", "shop"))
    assert rate == "80.0 % (0.0 to 100.0) of all cases get a reply; 65 % is wanted."
    assert mean == "On average the answers to all cases take 30.1 min (28.2 to 32.1); at most 30 min is wanted."
    assert chance_sentence(main) == "Of 2 weeks played, 1 met it in all its parts at once."
    shown = pictured_score(scores)
    assert shown is not None and shown.goal is MEAN


def test_templates_are_told_with_their_price() -> None:
    dear, free = scores_of((WINDOW, [(80, 100), (80, 100)]), (WINDOW, [(5, 5), (5, 5)]))
    assert template_sentence(wholes([dear])[0]) == (
        "Window: 20.0 answers came after 24 h and took a template; at 0.06 EUR each that is 1.20 EUR."
    )
    assert template_sentence(wholes([free])[0]) == "Window: no answer came after 24 h, so no template is paid for."
    assert template_sentence(wholes(scores_of(*DEVOTED))[0]) == ""

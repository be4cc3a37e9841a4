"""Definitions as text: what is said once, what is left out, what is marked."""

from __future__ import annotations

from careplan.metrics.clocks import Clock
from careplan.metrics.definitions import Definitions
from careplan.metrics.measures import measure
from careplan.metrics.periods import Periods
from careplan.metrics.report import Report
from careplan.metrics.scorecard import Goal
from careplan.reporting.definitions import COLUMNS, definition_rows, definitions_text, is_by_queue
from tests.metrics.test_definitions import BOTS, CALLS, RULES, SOMEBODY, T, report_of
from tests.trace.told import told

ANSWER = Goal("quick", "answer", 0.8, threshold_ms=T)
PEOPLE = Goal("by people", "answer", 0.5, threshold_ms=T, clock=Clock(since="hand-off"))


def text_of(*goals: Goal, cases: object = BOTS, by_queue: bool = False) -> str:
    return definitions_text(report_of(cases, goals=goals), 100, by_queue=by_queue)  # type: ignore[arg-type]


def test_formulas_are_said_for_the_first_threshold_and_for_what_has_none():
    text = text_of(ANSWER, Goal("slow", "answer", 0.9, threshold_ms=70))
    assert text.count("answered within 20 ms ÷ all cases that need a reply") == 1
    assert "answered within 70 ms ÷" not in text
    assert "Within 70 ms (slow), wall clock, from the first message\ndefinition" in text
    assert text.count("÷ cases a bot took") == 2


def test_the_mark_stands_at_the_clock_of_the_target():
    rows = [line for line in text_of(PEOPLE).splitlines() if line.startswith("offered")]
    assert [row.count("→") for row in rows] == [0, 1]  # with formulas by the wall; beside one another
    assert "→ 50.0 %" in rows[1]


def test_a_clock_that_changes_nothing_is_only_named():
    """Nothing was handed off, so to count hand-offs as answers makes no difference."""
    text = text_of(ANSWER, cases=[BOTS[0], *CALLS])
    assert "Figures on these clocks are the same: wall, bots: always." in text


def test_without_a_threshold_the_option_is_named():
    workload, trace = told(("mail", "phone"), CALLS, until=1000)
    periods = Periods.uniform(1, 100)
    measures = measure(workload, trace, SOMEBODY, RULES, periods, definitions=Definitions())
    text = definitions_text(Report.of([measures]), 100, by_queue=False)
    assert "--within 30m" in text and "Within" not in text
    assert "--within 30m" not in text_of()  # there T is asked for


def test_by_queue_there_is_a_column_for_each():
    text = text_of(ANSWER, by_queue=True)
    assert "The same by queue, wall clock, from the first message\ndefinition" in text
    assert is_by_queue(report_of(BOTS))  # a queue without a channel is its own
    assert "The same by queue" not in text_of(ANSWER)


def test_rows_for_a_file_are_plain():
    rows = definition_rows(report_of(BOTS, goals=[ANSWER]))
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert not any(isinstance(cell, list | dict) or cell is None for row in rows for cell in row)

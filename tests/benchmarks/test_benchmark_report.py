"""Rounds are interleaved, ratios are of medians, and a row says whether it is as good as asked."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.report import Row, Section, Unmeasured, as_json, markdown, number
from benchmarks.timing import Lane, interleaved, ratio, ratio_per_case
from benchmarks.tools.answer import Answer, agreement
from benchmarks.works import NEVER, pool


def test_every_lane_plays_once_a_round_and_the_order_turns_round() -> None:
    played: list[str] = []
    lanes = [Lane(name, 10, lambda name=name: played.append(name)) for name in "xyz"]  # type: ignore[misc]
    interleaved(lanes, 2, timer=lambda play: (1.0, play()))
    assert played == [*"xyz", *"xyz", *"zyx"]  # the warm-up, then two rounds


def test_the_warm_up_is_kept_apart_from_the_rounds() -> None:
    walls = iter([9.0, 1.0, 3.0, 2.0])
    times = interleaved([Lane("x", 4, lambda: "answer")], 3, timer=lambda play: (next(walls), play()))["x"]
    assert (times.warm_up_s, times.rounds_s, times.returned) == (9.0, (1.0, 3.0, 2.0), "answer")
    assert times.per_case_ns == 2.0 / 4 * 1e9


def test_a_ratio_is_of_medians_and_one_slow_round_does_not_move_it() -> None:
    measured = ratio([10.0, 11.0, 900.0], [1.0, 1.1, 1.2])
    assert (measured.value, measured.low, measured.high) == pytest.approx((10.0, 10.0, 750.0))


def test_rates_are_compared_by_case() -> None:
    walls = iter([0.0, 0.0, 6.0, 2.0])
    lanes = [Lane("slow", 3, lambda: None), Lane("fast", 1_000, lambda: None)]
    times = interleaved(lanes, 1, timer=lambda play: (next(walls), play()))
    assert ratio_per_case(times["slow"], times["fast"]).value == pytest.approx(1_000)


def test_agreement_counts_identical_cases_and_both_means() -> None:
    work = pool(4, 1)
    arrived = work.arrived_at
    first = Answer(np.array([arrived[0], arrived[1] + 1_000, NEVER, NEVER]))
    second = Answer(np.array([arrived[0], arrived[1] + 3_000, NEVER, arrived[3]]))
    found = agreement(work, first, second)
    assert (found.identical, found.left) == (0.5, (0.5, 0.25))
    assert found.mean_wait_s == (0.5, 1.0)
    assert found.wait_difference_s == -0.5


def test_agreement_refuses_answers_to_other_works() -> None:
    work = pool(4, 1)
    with pytest.raises(ValueError, match="expected 4 cases"):
        agreement(work, Answer(work.arrived_at[:3]), Answer(work.arrived_at))


def test_a_row_says_whether_it_is_met() -> None:
    assert Row("faster", 200.0, at_least=125.0).verdict == "met"
    assert Row("faster", 100.0, at_least=125.0).verdict == "**not met**"
    assert Row("leaner", 121.0, "bytes", at_most=120.0).verdict == "**not met**"
    assert Row("leaner", 120.0, "bytes", at_most=120.0).verdict == "met"
    assert Row("for orientation", 1.0).verdict == "–"


def test_the_report_holds_every_row_and_says_what_was_not_measured() -> None:
    section = Section("x", "Work x", rows=[Row("faster", 200.0, at_least=125.0), Unmeasured("other", "not installed")])
    section.head, section.table = ("lane", "ns"), [("SimPy", "7 000")]
    text = markdown([section], {"processor": "one"})
    assert "at least 125 ×" in text
    assert "not installed" in text
    assert "| SimPy | 7 000 |" in text
    plain = json.loads(json.dumps(as_json([section], {"processor": "one"})))
    assert plain["sections"]["x"]["rows"][0]["is_met"] is True
    assert plain["sections"]["x"]["table"] == [{"lane": "SimPy", "ns": "7 000"}]


def test_numbers_are_printed_with_three_digits() -> None:
    assert [number(value) for value in (12_345.6, 123.4, 12.34, 1.234)] == ["12 346", "123", "12.3", "1.23"]

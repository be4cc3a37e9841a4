"""The picture of a sweep: against paid hours where they differ, the least staffing marked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.axes import Axes

from careplan.reporting.plots.data import Aim, Source, Step, Tradeoff
from careplan.reporting.plots.sweeps import unit_of
from careplan.reporting.plots.tradeoff import draw, finding, least_that_meets

SOURCE = Source("desk", "3 points on the same customers", 20)


def step(at: dict[str, str], share: float, hours: float, wait_s: float, number: float | None = None) -> Step:
    aim = Aim("Quick", "answered within 30 min", 0.65, share, share - 0.02, share + 0.02)
    numbers = dict.fromkeys(at, number)
    mean, median = [wait_s, wait_s * 0.9, wait_s * 1.1], [wait_s / 2, None, None]
    return Step(at, numbers, hours, round(hours / 100), hours * 20, [aim], share >= 0.65, mean, median)  # type: ignore[arg-type]


STAFF = Tradeoff(
    ["staffing"],
    {"staffing": "%"},
    True,
    "EUR",
    [
        step({"staffing": "80 %"}, 0.40, 640, 7200),
        step({"staffing": "100 %"}, 0.66, 800, 1800),
        step({"staffing": "120 %"}, 0.80, 960, 600),
    ],
    [1500.0],
)


def words_on(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def markers(axes: Axes) -> list[str]:
    return [str(line.get_markerfacecolor()) for line in axes.lines if line.get_marker() == "o"]


def test_against_paid_hours_with_the_least_that_meets_marked() -> None:
    picture = draw(STAFF, SOURCE)
    service, waits = picture.axes
    assert list(service.lines[0].get_xdata()) == [640, 800, 960]  # type: ignore[arg-type]
    assert list(service.lines[0].get_ydata()) == [0.40, 0.66, 0.80]  # type: ignore[arg-type]
    assert [face == "white" for face in markers(service)] == [True, False, False]  # hollow: missed
    assert words_on(service) == [
        "wanted: 65 %", "Quick", "80 %", "100 %", "120 %", "least that meets all: 800 h, 8 agents at the peak",
    ]  # fmt: skip
    assert (service.get_ylabel(), waits.get_xlabel()) == ("answered within 30 min", "paid hours a week")
    assert list(waits.lines[0].get_ydata()) == [7200, 1800, 600] and waits.get_yscale() == "log"  # type: ignore[arg-type]
    assert words_on(waits) == ["wanted: mean at most 25 min", "mean", "median"]
    assert picture.finding == (
        "100 % of the staffing is the least tried that meets every target: 800 paid hours a week, "
        "66.0 % answered within 30 min"
    )


def test_where_no_staffing_is_enough_the_best_is_named() -> None:
    higher = [replace(one, holds=False, shares=[replace(one.shares[0], share=0.9)]) for one in STAFF.steps]
    short = replace(STAFF, steps=higher)
    assert least_that_meets(short) is None
    assert finding(short) == (
        "No staffing tried meets every target; at best 80.0 % answered within 30 min "
        "(960 paid hours a week, 90 % wanted)"
    )


def test_what_is_missing_is_named_and_not_what_is_reached() -> None:
    """One share is reached and another is not; or all shares are reached and a mean is not."""
    answers = [
        replace(
            one, holds=False, shares=[replace(one.shares[0], share=0.3), replace(one.shares[0], name="B", share=0.9)]
        )
        for one in STAFF.steps
    ]
    assert "B: at best 80.0 % answered" in finding(replace(STAFF, steps=answers))
    slow = [replace(one, holds=False, shares=[replace(one.shares[0], share=0.3)]) for one in STAFF.steps]
    assert finding(replace(STAFF, steps=slow)).endswith(
        "the quickest has a mean first response of 10 min (960 paid hours a week)"
    )


def test_against_what_was_varied_where_hours_do_not_change() -> None:
    path = "bots.main.containment"
    bots = Tradeoff([path], {path: "%"}, False, None,
                    [step({path: f"{n} %"}, n / 50, 640, 3600 - 50 * n, n) for n in (20, 30, 40)], [])  # fmt: skip
    picture = draw(bots, SOURCE)
    assert list(picture.axes[0].lines[0].get_xdata()) == [20, 30, 40]  # type: ignore[arg-type]
    assert picture.axes[1].get_xlabel() == "bots.main.containment, %"
    assert picture.finding == (
        "40.0 % answered within 30 min with main.containment 20 %, 80.0 % with main.containment 40 %"
    )


def test_words_stand_apart_and_are_not_joined() -> None:
    at = {"a.b": "as written", "c.d": "as written"}
    words = Tradeoff(["a.b", "c.d"], {"a.b": None, "c.d": None}, False, None, [
        step(at, 0.6, 640, 60), step(at | {"a.b": "yes"}, 0.5, 640, 60), step(at | {"c.d": "no"}, 0.7, 640, 60),
    ], [])  # fmt: skip
    picture = draw(words, SOURCE)
    assert [tick.get_text() for tick in picture.axes[1].get_xticklabels()] == ["as written", "a.b yes", "c.d no"]
    assert picture.axes[0].lines[0].get_linestyle() == "None"
    assert picture.finding == (
        "As written 60.0 % answered within 30 min; changed, from 50.0 % (a.b yes) to 70.0 % (c.d no)"
    )


def test_a_second_path_gives_a_line_for_each_of_its_values() -> None:
    paths = ["staffing", "bots.main.containment"]
    steps = [
        step({paths[0]: f"{s} %", paths[1]: f"{c} %"}, s * (c + 60) / 12000, s * 8.0, 600.0)
        for s in (80, 100)
        for c in (20, 40)
    ]
    both = Tradeoff(paths, dict.fromkeys(paths, "%"), True, None, steps, [])
    picture = draw(both, SOURCE)
    lines = [list(line.get_xdata()) for line in picture.axes[0].lines if len(list(line.get_xdata())) == 2]  # type: ignore[arg-type]
    assert lines[:1] == [[640.0, 800.0]]
    assert words_on(picture.axes[1]) == ["containment 20 %", "containment 40 %"]
    assert picture.axes[1].get_ylabel() == "mean first response"


@pytest.mark.parametrize(
    ("values", "unit"), [(["80 %", "90 %"], "%"), (["2", "3.5"], ""), (["3 min", "1 h"], None), (["as written"], None)]
)
def test_values_with_one_unit_are_numbers(values: list[str], unit: str | None) -> None:
    assert unit_of(values) == unit

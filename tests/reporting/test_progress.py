"""Progress: nothing for short work, a line now and then for long work, a bar on a terminal."""

from __future__ import annotations

import io

from careplan.reporting.progress import Progress


class Clock:
    """A clock a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def shown(steps: list[tuple[float, float]], *, is_terminal: bool = False) -> str:
    """What is printed when a fraction of the work is done at some second."""
    stream, clock = io.StringIO(), Clock()
    with Progress(stream, is_terminal=is_terminal, now=clock) as progress:
        for second, fraction in steps:
            clock.seconds = second
            progress("simulating", fraction)
    return stream.getvalue()


def test_work_of_less_than_two_seconds_shows_nothing() -> None:
    assert shown([(0.1, 0.1), (0.9, 0.5), (1.8, 1.0)]) == ""
    assert shown([(0.1, 0.1), (0.9, 0.5), (1.8, 1.0)], is_terminal=True) == ""


def test_without_a_terminal_a_line_comes_about_every_ten_seconds_with_what_is_left() -> None:
    lines = shown([(second, second / 40) for second in range(1, 41)]).splitlines()
    assert lines == [
        "simulating: 25 %, about 30 s left",
        "simulating: 50 %, about 20 s left",
        "simulating: 75 %, about 10 s left",
        "simulating: 100 %, about 1 s left",
    ]


def test_nothing_is_guessed_before_a_tenth_is_done() -> None:
    assert shown([(11, 0.05)]) == "simulating: 5 %\n"
    assert shown([(11, 0.0)]) == ""


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    text = shown([(1, 0.1), (5, 0.5), (10, 0.9)], is_terminal=True)
    assert "simulating" in text

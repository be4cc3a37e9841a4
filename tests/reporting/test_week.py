"""The week at a glance."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.metrics.periods import Periods
from careplan.reporting.figures import peak_of, when_words
from careplan.reporting.week import agent_blocks, figure_block, figure_cells, headcount_cells, most_by_hour_of_week
from careplan.roster import Roster

HALF_HOURS = Periods.uniform(336, 1_800_000)
HOUR = HALF_HOURS.hour_of_week % 24
DAY = HALF_HOURS.hour_of_week // 24


def test_the_most_agents_of_the_hour_are_shown() -> None:
    agents = np.zeros(336)
    agents[16:18] = (3, 4)  # Monday 08:00 and 08:30
    assert most_by_hour_of_week(agents, HALF_HOURS)[8] == 4


def test_a_block_begins_and_ends_with_the_hours_in_use() -> None:
    agents = np.where((HOUR >= 9) & (HOUR < 12) & (DAY < 5), 2.0, 0.0)
    shares = np.full(168, np.nan)
    shares[9] = 0.875
    block = agent_blocks(["care"], agents[None], HALF_HOURS, shares)[0]
    assert block == (
        "Agents on duty: care\n"
        "      Mon Tue Wed Thu Fri Sat Sun\n"
        "09:00   2   2   2   2   2   ·   ·\n"
        "10:00   2   2   2   2   2   ·   ·\n"
        "11:00   2   2   2   2   2   ·   ·"
    )
    beside = figure_block("% in time: Quick", 100 * shares, agents[None], HALF_HOURS).splitlines()
    assert len(beside) == 5 and beside[2] == "09:00  88   ·   ·   ·   ·   ·   ·"


def test_like_hours_share_a_row_where_nothing_stands_beside() -> None:
    agents = np.where((HOUR >= 9) & (HOUR < 12), 2.0, 1.0)
    lines = agent_blocks(["care"], agents[None], HALF_HOURS)[0].splitlines()
    assert [line[:5] for line in lines[2:]] == ["00-09", "09-12", "12-24"]


def test_only_measured_weekdays_are_shown() -> None:
    two_days = Periods.uniform(48, 3_600_000)
    block = agent_blocks(["care"], np.ones((1, 48)), two_days)[0]
    assert block.splitlines()[1:] == ["      Mon Tue", "00-24   1   1"]


def test_cells_without_anything_are_dots() -> None:
    assert headcount_cells([0, 3, np.nan]) == ["·", "3", "·"]
    assert figure_cells([0, 99.6, 100, np.nan]) == ["0", "100", "100", "·"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (HOUR >= 0, "round the clock"),
        ((HOUR >= 8) & (HOUR < 20), "daily 08:00-20:00"),
        ((HOUR >= 8) & (HOUR < 20) & (DAY < 5), "Mon-Fri 08:00-20:00"),
        ((HOUR >= 8) & (HOUR < 9) & np.isin(DAY, (0, 2)), "Mon, Wed 08:00-09:00"),
        ((HOUR == 8) & (DAY == 0) | (HOUR == 9) & (DAY == 6), "Mon 08:00-09:00 and Sun 09:00-10:00"),
        (
            (HOUR == 8) & (DAY == 0) | (HOUR == 9) & (DAY == 6) | (HOUR == 3) & (DAY == 5),
            "first Mon 08:00-09:00, 2 more times in the week",
        ),
    ],
)
def test_when_in_the_week(chosen: np.ndarray, words: str) -> None:  # type: ignore[type-arg]
    assert when_words(chosen, HALF_HOURS) == words


def test_the_peak_is_of_all_groups_together() -> None:
    roster = Roster.from_spells([("a", 1, 0, 7_200_000), ("b", 1, 3_600_000, 10_800_000)])
    peak = peak_of(roster, HALF_HOURS)
    assert (peak.agents, peak.when) == (2, "Mon 01:00-02:00")

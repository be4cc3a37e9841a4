"""The roster: spells that merge, spells that are refused, headcount by interval."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.errors import TableError
from careplan.roster import Roster


def test_touching_spells_merge_and_gaps_stay() -> None:
    roster = Roster.from_spells([("care", 1, 10, 20), ("care", 1, 0, 10), ("care", 1, 25, 30), ("care", 2, 20, 25)])
    assert roster.spell_agent.tolist() == [0, 0, 1]
    assert roster.spell_on.tolist() == [0, 25, 20]
    assert roster.spell_off.tolist() == [20, 30, 25]


def test_paid_breaks_are_stated_beside_the_spells_and_lie_off_duty() -> None:
    spells = [("care", 1, 0, 10), ("care", 1, 20, 30), ("care", 2, 0, 30)]
    roster = Roster.from_spells(spells, pauses=[("care", 1, 10, 15)])
    assert (roster.pause_agent.tolist(), roster.pause_on.tolist(), roster.pause_off.tolist()) == ([0], [10], [15])
    plain = Roster.from_spells(spells)
    assert plain.pause_on.tolist() == [] and plain.digest != roster.digest
    for pause, words in (
        ((2, 10, 15), "on duty, or two at once"),
        ((1, 15, 10), "ends before"),
        ((1, -5, 0), "before"),
    ):
        with pytest.raises(TableError, match=words):
            Roster.from_spells(spells, pauses=[("care", *pause)])
    with pytest.raises(TableError, match="names no agent"):
        Roster(("care",), [0], [0], [0], [5], [1], [5], [9])  # type: ignore[arg-type]


def test_agents_are_numbered_by_group_name_and_ordinal() -> None:
    roster = Roster.from_spells([("z", 1, 0, 1), ("a", 2, 0, 1)], groups=["empty"])
    assert roster.groups == ("a", "empty", "z")
    assert roster.agent_group.tolist() == [0, 0, 2]
    assert roster.agent_names == ("a-1", "a-2", "z-1")
    assert roster.n_agents == 3


@pytest.mark.parametrize(
    ("spells", "message"),
    [
        ([("care", 1, 0, 10), ("care", 1, 9, 20)], "rostered twice from 9 to 10"),
        ([("care", 1, 10, 10)], "expected to end after it begins"),
        ([("care", 1, -1, 10)], "before instant 0"),
    ],
)
def test_spells_that_cannot_be_are_refused(spells: list[tuple[str, int, int, int]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        Roster.from_spells(spells)


def test_columns_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(TableError, match="alphabetical"):
        Roster(("b", "a"), [], [], [], [])  # type: ignore[arg-type]
    with pytest.raises(TableError, match="names no agent"):
        Roster(("a",), [0], [1], [0], [5])  # type: ignore[arg-type]
    with pytest.raises(TableError, match="rows"):
        Roster(("a",), [0], [0], [0, 1], [5])  # type: ignore[arg-type]


def test_agent_j_is_on_whenever_the_need_is_at_least_j() -> None:
    roster = Roster.from_headcount([0, 10, 20, 30, 40], {"care": [1, 3, 0, 2], "a": [0, 0, 0, 1]})
    assert roster.groups == ("a", "care")
    assert roster.agent_group.tolist() == [0, 1, 1, 1]
    spells = list(zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True))
    assert spells == [(0, 30, 40), (1, 0, 20), (1, 30, 40), (2, 10, 20), (2, 30, 40), (3, 10, 20)]


@pytest.mark.parametrize("need", [[1, 2], [1, -1, 0], [1, 0.5, 0]])
def test_a_headcount_is_whole_numbers_one_an_interval(need: list[float]) -> None:
    with pytest.raises(TableError, match="expected 3 whole numbers"):
        Roster.from_headcount([0, 10, 20, 30], {"care": need})


def test_time_on_duty_by_group_and_interval() -> None:
    roster = Roster.from_spells([("a", 1, 0, 15), ("a", 2, 12, 40), ("b", 1, 5, 6)])
    np.testing.assert_array_equal(roster.on_duty([0, 10, 20, 50]), [[10, 5 + 8, 20], [1, 0, 0]])
    assert roster.on_duty([0, 10, 20, 50]).sum() == (roster.spell_off - roster.spell_on).sum()


def test_equal_rosters_have_equal_digests_whatever_the_order_of_their_rows() -> None:
    spells = [("a", 1, 0, 15), ("a", 2, 12, 40), ("b", 1, 5, 6)]
    assert Roster.from_spells(spells).digest == Roster.from_spells(spells[::-1]).digest
    assert Roster.from_spells(spells).digest != Roster.from_spells(spells[:2], groups=["b"]).digest


def test_a_roster_cannot_be_changed() -> None:
    roster = Roster.from_spells([("a", 1, 0, 15)])
    with pytest.raises(ValueError, match="read-only"):
        roster.spell_on[0] = 3

"""Headcounts and the spells they are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.planning.spells import filled, has_short_spells, lifted, opened, spells_of

rows = st.lists(st.integers(0, 4), min_size=1, max_size=14).map(lambda x: np.array(x, dtype=np.int64))
lengths = st.integers(1, 6)


def test_a_peak_that_is_too_short_is_cut_off() -> None:
    assert opened(np.array([1, 1, 1, 3, 1, 1]), 3).tolist() == [1, 1, 1, 1, 1, 1]
    assert opened(np.array([0, 2, 2, 0, 1, 1]), 2).tolist() == [0, 2, 2, 0, 1, 1]


def test_a_spell_goes_on_over_the_end_of_the_week() -> None:
    assert not has_short_spells(np.array([1, 0, 0, 0, 1, 1]), 3)
    assert spells_of(np.array([1, 0, 0, 0, 1, 1])) == [(1, 4, 3)]


def test_agents_have_the_spells_of_their_level() -> None:
    assert spells_of(np.array([1, 2, 2, 1, 0])) == [(1, 0, 4), (2, 1, 2)]
    assert spells_of(np.array([2, 2])) == [(1, 0, 2), (2, 0, 2)]


@given(rows, lengths)
def test_opening_leaves_no_short_spell_and_takes_only_what_it_must(row: np.ndarray, length: int) -> None:
    result = opened(row, length)
    assert (result <= row).all() and np.array_equal(opened(result, length), result)
    if length < len(row):
        assert all(n >= length for _, _, n in spells_of(result))
    # The largest of its kind: one agent more anywhere below the row is a spell too short, or above the row.
    for i in np.flatnonzero(result < row):
        more = result.copy()
        more[i] += 1
        assert has_short_spells(more, length)


@given(rows, lengths)
def test_filling_meets_the_need_without_short_spells(row: np.ndarray, length: int) -> None:
    result = filled(row, length)
    assert (result >= row).all() and not has_short_spells(result, length)
    assert result.max() == row.max()


@given(rows, lengths, st.integers(0, 13), st.integers(1, 5))
def test_lifting_keeps_spells_long_enough(row: np.ndarray, length: int, at: int, level: int) -> None:
    start, i = filled(row, length), at % len(row)
    result = lifted(start, i, level, length)
    assert result[i] >= level and (result >= start).all() and not has_short_spells(result, length)
    assert (result > start).sum() <= max(length, 1) or length >= len(row)


@pytest.mark.parametrize(("level", "expected"), [(1, [0, 1, 1, 1, 1, 0]), (2, [0, 1, 1, 2, 2, 0])])
def test_lifting_beside_a_spell_adds_only_what_is_missing(level: int, expected: list[int]) -> None:
    assert lifted(np.array([0, 1, 1, 1, 0, 0]), 4, level, 2).tolist() == expected

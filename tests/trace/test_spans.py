"""Arithmetic on stretches of time, against counting every single millisecond."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from careplan.trace.spans import Spans, clip, cut, union, without

MS = 24
AGENTS = 3
stretches = st.lists(st.tuples(st.integers(0, AGENTS - 1), st.integers(0, MS), st.integers(0, MS)), max_size=12)


def spans_of(rows: list[tuple[int, int, int]]) -> Spans:
    agent, begin, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Spans(agent, begin, end)


def every_ms(spans: Spans) -> np.ndarray:
    """How many stretches cover each millisecond of each agent, shape (agents, MS)."""
    grid = np.zeros((AGENTS, MS), dtype=int)
    for agent, begin, end in zip(spans.agent, spans.begin, spans.end, strict=True):
        grid[agent, begin:end] += 1
    return grid


def test_a_stretch_over_an_edge_is_cut_in_two():
    row, interval, length = cut(np.array([5]), np.array([25]), np.array([0, 10, 20, 30]))
    assert row.tolist() == [0, 0, 0]
    assert interval.tolist() == [0, 1, 2]
    assert length.tolist() == [5, 10, 5]


def test_what_lies_outside_the_edges_vanishes():
    row, _, length = cut(np.array([-5, 40, 8]), np.array([5, 50, 8]), np.array([0, 10, 20]))
    assert row.tolist() == [0]
    assert length.tolist() == [5]


@given(stretches, st.lists(st.integers(0, MS), min_size=2, max_size=6, unique=True))
def test_cut_pieces_add_up_to_every_millisecond(rows, edges):
    edges = np.array(sorted(edges))
    spans = spans_of(rows)
    _, interval, length = cut(spans.begin, spans.end, edges)
    grid = every_ms(spans).sum(axis=0)
    wanted = [grid[a:b].sum() for a, b in zip(edges, edges[1:], strict=False)]
    assert np.bincount(interval, weights=length, minlength=len(edges) - 1).tolist() == wanted


@given(stretches)
def test_a_union_covers_the_same_milliseconds_once(rows):
    spans = spans_of(rows)
    found = union(spans)
    assert np.array_equal(every_ms(found), every_ms(spans) > 0)
    same = found.agent[1:] == found.agent[:-1]
    assert (found.begin[1:][same] > found.end[:-1][same]).all()


@given(stretches, stretches)
def test_clipping_keeps_what_both_cover(rows, within):
    spans, inside = spans_of(rows), union(spans_of(within))
    row, piece = clip(spans, inside)
    assert np.array_equal(every_ms(piece), every_ms(spans) * (every_ms(inside) > 0))
    assert (piece.agent == spans.agent[row]).all()


@given(stretches, stretches)
def test_cutting_holes_out_leaves_the_rest(rows, holes):
    spans = spans_of([r for r in rows if r[1] < r[2]])
    inside = union(spans_of(holes))
    hole_row, hole = clip(spans, inside)
    row, rest = without(spans, hole_row, hole)
    assert np.array_equal(every_ms(rest), every_ms(spans) * (every_ms(inside) == 0))
    assert (rest.agent == spans.agent[row]).all()

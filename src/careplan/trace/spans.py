"""Arithmetic on stretches of time [begin, end): cut at edges, clip to spells, unite.

Comes in: columns of begins and ends, ms, with the agent each row belongs to. Goes out: columns of pieces,
with the row each piece was cut from. Left out: what the stretches mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import FloatArray, IntArray

AXIS = 2**40
"""Agent ``a``'s instant ``t`` lies at ``a × AXIS + t``: one sorted axis holds all agents. 2⁴⁰ ms are 34
years.
"""


@dataclass(frozen=True, eq=False)
class Spans:
    """Stretches [begin, end) of agents, int64 ms, one row each; rows may overlap unless said otherwise."""

    agent: IntArray
    begin: IntArray
    end: IntArray

    def __len__(self) -> int:
        return len(self.agent)

    def take(self, rows: ArrayLike) -> Spans:
        """Return the rows named by an index or a mask."""
        return Spans(self.agent[rows], self.begin[rows], self.end[rows])  # type: ignore[index]


def cut(begin: IntArray, end: IntArray, edges: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Cut stretches at interval edges.

    Parameters
    ----------
    begin, end
        Stretches [begin, end), shape (n,), ms. Empty and reversed ones vanish.
    edges
        Interval edges, increasing, shape (n_intervals + 1,). What lies outside them vanishes.

    Returns
    -------
    row, interval, length
        One entry for each piece: the row it comes from, the interval it lies in, and its length in ms.
    """
    n = len(edges) - 1
    first = np.maximum(np.searchsorted(edges, begin, side="right") - 1, 0)
    last = np.minimum(np.searchsorted(edges, end, side="left"), n)
    pieces = np.where(begin < end, np.maximum(last - first, 0), 0)
    row = np.repeat(np.arange(len(begin)), pieces)
    before = np.cumsum(pieces) - pieces
    interval = np.arange(len(row)) - np.repeat(before - first, pieces)
    length = np.minimum(end[row], edges[interval + 1]) - np.maximum(begin[row], edges[interval])
    return row, interval, length


def clip(spans: Spans, within: Spans) -> tuple[IntArray, Spans]:
    """Clip stretches, which may overlap, to those of the same agent in ``within``.

    ``within`` must be sorted by (agent, begin) and free of overlaps, as the spells of a roster are.
    Returns the row each piece comes from, and the pieces, sorted by row.
    """
    begins, ends = within.agent * AXIS + within.begin, within.agent * AXIS + within.end
    base = spans.agent * AXIS
    first = np.searchsorted(ends, base + spans.begin, side="right")
    last = np.searchsorted(begins, base + spans.end, side="left")
    pieces = np.where(spans.begin < spans.end, np.maximum(last - first, 0), 0)
    row = np.repeat(np.arange(len(spans)), pieces)
    mate = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces - first, pieces)
    piece = Spans(
        spans.agent[row],
        np.maximum(spans.begin[row], within.begin[mate]),
        np.minimum(spans.end[row], within.end[mate]),
    )
    return row, piece


def union(spans: Spans) -> Spans:
    """Return the time covered by at least one of an agent's stretches.

    Sorted by (agent, begin), free of overlaps, touching ones merged.
    """
    some = spans.begin < spans.end
    if not some.all():
        spans = spans.take(some)
    base = spans.agent * AXIS
    begins, ends = np.sort(base + spans.begin), np.sort(base + spans.end)
    # In both orders apart: before the i-th begin, all that began has ended if the i-th end lies before it.
    gap = begins[1:] > ends[:-1]
    edge = np.ones(min(1, len(begins)), dtype=bool)
    begin, end = begins[np.concatenate((edge, gap))], ends[np.concatenate((gap, edge))]
    agent = begin // AXIS
    return Spans(agent, begin - agent * AXIS, end - agent * AXIS)


def without(spans: Spans, rows: IntArray, holes: Spans) -> tuple[IntArray, Spans]:
    """Cut holes out of stretches.

    Parameters
    ----------
    spans
        The stretches.
    rows
        The row of ``spans`` each hole lies in; a hole lies inside its stretch, and the holes of a row do
        not overlap.
    holes
        The holes; their agents are not read.

    Returns
    -------
    row, pieces
        The row each remaining piece comes from, and the pieces, sorted by (row, begin).
    """
    everyone = np.arange(len(spans))
    row = np.concatenate((everyone, rows))
    begin = np.concatenate((spans.begin, holes.end))
    end = np.concatenate((holes.begin, spans.end))
    end_row = np.concatenate((rows, everyone))
    by_begin, by_end = np.lexsort((begin, row)), np.lexsort((end, end_row))
    row, begin, end = row[by_begin], begin[by_begin], end[by_end]
    some = begin < end
    row = row[some]
    return row, Spans(spans.agent[row], begin[some], end[some])


def lengths_by(cell: IntArray, n_cells: int, length: IntArray | FloatArray) -> FloatArray:
    """Return the sum of ``length`` by cell, shape (n_cells,), float64: exact for whole numbers below 2⁵³."""
    return np.asarray(np.bincount(cell, weights=length, minlength=n_cells), dtype=np.float64)

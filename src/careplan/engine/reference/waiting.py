"""Turns that wait, in the order of their keys (rule 6.1).

Comes in: turns that begin to wait. Goes out: the few of them that could be next.
Left out: whether any agent can take them.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from careplan.engine.reference.turns import Key, Turn

Line = list[tuple[Key, Turn]]


class WaitingRoom:
    """A line of open turns per queue, and one line of all turns reserved for an owner."""

    def __init__(self, n_queues: int) -> None:
        self.open: list[Line] = [[] for _ in range(n_queues)]
        self.reserved: Line = []

    def join(self, turn: Turn) -> None:
        """A turn begins to wait, in the place of its key."""
        insort(self._line_of(turn), (turn.key, turn))

    def leave(self, turn: Turn) -> None:
        """A turn waits no longer where it did."""
        line = self._line_of(turn)
        place = bisect_left(line, turn.key, key=lambda entry: entry[0])
        assert line[place][1] is turn
        del line[place]

    def candidates(self) -> list[Turn]:
        """Return, by key, the reserved turns and the first open turn of each queue.

        Whoever can start one open turn of a queue can start any: they take the same units, need the same
        skill, and no hold is kept for them (5.2). So if the first cannot start, none of its line can.
        """
        heads = [line[0] for line in self.open if line]
        return [turn for _, turn in sorted(heads + self.reserved)]

    def _line_of(self, turn: Turn) -> Line:
        return self.reserved if turn.is_reserved else self.open[turn.queue.number]

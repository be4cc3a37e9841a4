"""The workload: one throw of the dice as columns, a row per case and a row per turn, linked by offsets.

Comes in: columns, drawn by ``sampling`` or given. Goes out: a checked, frozen :class:`Workload`.
Left out: who serves it. Staffing, routing and rosters never change a column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from careplan.columns import MAX_DURATION_MS, NEVER, BoolArray, IntArray, digest_of, frozen
from careplan.errors import TableError

CASE_COLUMNS: dict[str, str] = {
    "arrived_at": "when the customer first wrote, ms from instant 0; negative: opening backlog; children: 0, unused",
    "queue_ix": "row of the queue in `queues`",
    "needs_reply": "whether the case needs a reply; if not, its one turn is triage",
    "patience_ms": "how long the customer waits for the first turn to start; −1 for ever",
    "retry_child": "row of the case born when this one is abandoned, lapses or expires; −1 none",
    "retry_after_ms": "delay of that birth, ≥ 1; −1 where there is none",
    "return_child": "row of the case born when this one ends answered or contained, unsolved; −1 none",
    "return_after_ms": "delay of that birth after an answered end, ≥ 1; −1 it is not born then",
    "is_child": "whether the row is a follow-up, born in the run or not at all",
    "bot_ms": "per listed bot of the queue: time it takes, ≥ 1; shape (n_cases, n_bot_slots)",
    "bot_contains": "per listed bot: whether it ends the case",
    "bot_return_after_ms": "per listed bot: delay of the return child after containment, ≥ 1; −1 none",
}
TURN_COLUMNS: dict[str, str] = {
    "turn_queue_ix": "row of the queue the turn waits in; a case's first turn: the case's queue",
    "work_ms": "handle time of the turn at pace and speed 1000, ≥ 1",
    "think_ms": "how long the customer thinks after the turn, ≥ 1; −1 after the last",
    "work_after_bot_ms": "handle time after a hand-off by each listed bot; shape (n_turns, n_bot_slots)",
}


_FILLED: Any = None
"""Stands for an optional column until it is filled on construction."""


def _broken(ok: BoolArray, what: str, rule: str) -> Iterator[str]:
    """Yield one sentence for the first row that breaks a rule, if any does."""
    if not ok.all():
        yield f"{what} {int(np.argmin(ok))}: {rule}"


def _is_filled(column: Any) -> bool:
    """Whether a column was filled in on construction: one value for every row, in no memory."""
    return not any(column.strides)


@dataclass(frozen=True, eq=False)
class Workload:
    """Cases and turns as columns of numpy arrays.

    Rows are numbered by (arrival, queue name, draw); follow-ups ("children") stand after all first contacts.
    The turns of case ``i`` are the rows ``turn_start[i]:turn_start[i + 1]``. The meaning of every column is in
    ``CASE_COLUMNS`` and ``TURN_COLUMNS``; all durations and instants are int64 milliseconds.

    Raises
    ------
    TableError
        On construction, with every requirement that does not hold and the first row that breaks it.
    """

    queues: tuple[str, ...]
    arrived_at: IntArray
    queue_ix: IntArray
    turn_start: IntArray
    work_ms: IntArray
    needs_reply: BoolArray = field(default=_FILLED)  # filled on construction
    patience_ms: IntArray = field(default=_FILLED)
    retry_child: IntArray = field(default=_FILLED)
    retry_after_ms: IntArray = field(default=_FILLED)
    return_child: IntArray = field(default=_FILLED)
    return_after_ms: IntArray = field(default=_FILLED)
    is_child: BoolArray = field(default=_FILLED)
    bot_ms: IntArray = field(default=_FILLED)
    bot_contains: BoolArray = field(default=_FILLED)
    bot_return_after_ms: IntArray = field(default=_FILLED)
    turn_queue_ix: IntArray = field(default=_FILLED)
    think_ms: IntArray = field(default=_FILLED)
    work_after_bot_ms: IntArray = field(default=_FILLED)

    def __post_init__(self) -> None:
        self._fill()
        findings = list(self._findings())
        if findings:
            raise TableError("workload", findings)

    def _fill(self) -> None:
        """Turn every column strict, and fill the optional ones with "does not happen"."""
        n = len(self.arrived_at)
        turn_start = np.asarray(self.turn_start)
        m = int(turn_start[-1]) if turn_start.size else 0
        drawn = np.zeros((n, 0)) if self.bot_ms is None else np.asarray(self.bot_ms)
        slots = drawn.shape[1] if drawn.ndim == 2 else 1
        if self.turn_queue_ix is None:
            per_case = np.diff(turn_start)
            one_each = per_case.size == n == m and bool((per_case == 1).all())
            plausible = per_case.size == n and bool((per_case >= 0).all())
            turn_queue = self.queue_ix if one_each else np.repeat(self.queue_ix, per_case) if plausible else []
            object.__setattr__(self, "turn_queue_ix", turn_queue)
        shapes: dict[str, tuple[tuple[int, ...], str, object]] = {
            "arrived_at": ((n,), "int64", 0),
            "queue_ix": ((n,), "int32", 0),
            "turn_start": ((n + 1,), "int64", 0),
            "work_ms": ((m,), "int64", 0),
            "needs_reply": ((n,), "bool", True),
            "patience_ms": ((n,), "int64", NEVER),
            "retry_child": ((n,), "int64", NEVER),
            "retry_after_ms": ((n,), "int64", NEVER),
            "return_child": ((n,), "int64", NEVER),
            "return_after_ms": ((n,), "int64", NEVER),
            "is_child": ((n,), "bool", False),
            "bot_ms": ((n, slots), "int64", 0),
            "bot_contains": ((n, slots), "bool", False),
            "bot_return_after_ms": ((n, slots), "int64", NEVER),
            "turn_queue_ix": ((m,), "int32", 0),
            "think_ms": ((m,), "int64", NEVER),
            "work_after_bot_ms": ((m, slots), "int64", 0),
        }
        wrong = []
        for name, (shape, dtype, default) in shapes.items():
            values = getattr(self, name)
            if values is None:
                # A column that says "never" for every row costs no memory: one value, broadcast.
                values = np.broadcast_to(np.asarray(default, dtype=dtype), shape)
                if name == "work_after_bot_ms" and slots:
                    values = np.repeat(np.asarray(self.work_ms, dtype=dtype)[:, None], slots, axis=1)
                object.__setattr__(self, name, values)
                continue
            try:
                object.__setattr__(self, name, frozen(values, dtype, shape=shape))
            except (ValueError, TypeError, OverflowError) as error:
                wrong.append(f"column {name}: {error}")
        object.__setattr__(self, "queues", tuple(self.queues))
        if wrong:
            raise TableError("workload", wrong)

    @property
    def n_cases(self) -> int:
        """Rows of the case table, follow-ups included."""
        return len(self.arrived_at)

    @property
    def n_turns(self) -> int:
        """Rows of the turn table."""
        return len(self.work_ms)

    @property
    def n_bot_slots(self) -> int:
        """The longest list of bots any queue has; columns of ``bot_ms``."""
        return int(self.bot_ms.shape[1])

    @cached_property
    def n_first(self) -> int:
        """Rows that are first contacts; they come before all follow-ups."""
        return int(self.n_cases - np.count_nonzero(self.is_child))

    @cached_property
    def has_children(self) -> bool:
        """Whether any row is a follow-up."""
        return self.n_first < self.n_cases

    @cached_property
    def parent(self) -> IntArray:
        """Row of the case each row follows up, −1 for first contacts; int64, shape (n_cases,)."""
        parent = np.full(self.n_cases, NEVER, dtype=np.int64)
        rows = np.arange(self.n_cases)
        for child in (self.retry_child, self.return_child):
            has = child >= 0
            parent[child[has]] = rows[has]
        return parent

    @cached_property
    def root(self) -> IntArray:
        """Row of the customer's first contact, for metrics per customer; int64, shape (n_cases,)."""
        root = np.arange(self.n_cases, dtype=np.int64)
        parent = self.parent
        up = parent >= 0
        while up.any():  # at most ten rounds: chains are that short
            root[up] = parent[root[up]]
            up = parent[root] >= 0
        return root

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all columns: two equal digests are the same customers."""
        parts: list[Any] = ["|".join(self.queues)]
        for column in fields(self):
            if column.name != "queues":
                parts += [column.name, getattr(self, column.name)]
        return digest_of(parts)

    def _findings(self) -> Iterator[str]:
        """Yield a sentence for every requirement that does not hold."""
        n, m = self.n_cases, self.n_turns
        if list(self.queues) != sorted(set(self.queues)):
            yield f"queues are {list(self.queues)}; expected distinct names in alphabetical order"
        per_case = np.diff(self.turn_start)
        if self.turn_start[0] != 0:
            yield f"turn_start begins at {self.turn_start[0]}; expected 0"
            return
        if not (per_case >= 1).all():
            yield from _broken(per_case >= 1, "case", "has no turn; every case has at least one")
            return
        if n and not ((self.queue_ix >= 0) & (self.queue_ix < len(self.queues))).all():
            yield from _broken((self.queue_ix >= 0) & (self.queue_ix < len(self.queues)), "case", "names no queue")
            return
        first = self.turn_start[:-1]
        in_range = (self.turn_queue_ix >= 0) & (self.turn_queue_ix < len(self.queues))
        yield from _broken(in_range, "turn", "names no queue")
        yield from _broken(
            self.turn_queue_ix[first] == self.queue_ix, "case", "first turn waits in another queue than its case's"
        )
        yield from _broken(
            ~self.is_child[:-1] | self.is_child[1:], "case", "is a follow-up and stands before a first contact"
        )
        k = self.n_first
        at, queue = self.arrived_at[:k], self.queue_ix[:k]
        if k > 1:
            step = at[1:] - at[:-1]
            ordered = (step > 0) | ((step == 0) & (queue[1:] >= queue[:-1]))
            yield from _broken(ordered, "case", "and the next are not in the order of (arrival, queue name)")
        if n:
            yield from _broken(np.abs(self.arrived_at) <= MAX_DURATION_MS, "case", "arrives over ten years away")
        yield from self._duration_findings(m)
        yield from _broken(self.needs_reply | (per_case == 1), "case", "needs no reply and has more than one turn")
        yield from self._child_findings()

    def _duration_findings(self, m: int) -> Iterator[str]:
        last = np.zeros(m, dtype=bool)
        last[self.turn_start[1:] - 1] = True
        for name in ("work_ms", "work_after_bot_ms"):
            values = getattr(self, name)
            if values.ndim == 1 or values.shape[1]:
                fits = (values >= 1) & (values <= MAX_DURATION_MS)
                ok: BoolArray = np.logical_and.reduce(np.atleast_2d(fits.T), axis=0)
                yield from _broken(ok, "turn", f"{name} is not 1 ms to ten years")
        think = self.think_ms
        yield from _broken(
            np.where(last, think == NEVER, (think >= 1) & (think <= MAX_DURATION_MS)),
            "turn", "think_ms is not 1 ms to ten years between turns and −1 after the last",
        )  # fmt: skip
        patience = self.patience_ms
        yield from _broken(
            (patience >= NEVER) & (patience <= MAX_DURATION_MS), "case", "patience_ms is not −1 or 0 to ten years"
        )
        if self.n_bot_slots:
            ok = np.logical_and.reduce((self.bot_ms >= 1) & (self.bot_ms <= MAX_DURATION_MS), axis=1)
            yield from _broken(ok, "case", "bot_ms is not 1 ms to ten years")

    def _child_findings(self) -> Iterator[str]:
        n = self.n_cases
        if all(_is_filled(getattr(self, name)) for name in ("retry_child", "return_child", "is_child")):
            return
        claims = np.zeros(n + 1, dtype=np.int64)
        for child, after in (("retry_child", "retry_after_ms"), ("return_child", "return_after_ms")):
            rows, delay = getattr(self, child), getattr(self, after)
            yield from _broken((rows >= NEVER) & (rows < n), "case", f"{child} names no row")
            has = (rows >= 0) & (rows < n)
            yield from _broken(~has | self.is_child[np.where(has, rows, 0)], "case", f"{child} is not a follow-up")
            yield from _broken(~has | (rows > np.arange(n)), "case", f"{child} stands before its parent")
            ok = (delay == NEVER) | ((delay >= 1) & (delay <= MAX_DURATION_MS) & has)
            if child == "retry_child":
                ok &= ~has | (delay >= 1)
            yield from _broken(ok, "case", f"{after} is not 1 ms to ten years with a child, −1 without")
            if child == "return_child":
                same = has & (rows == self.retry_child)
                has = has & ~same
            np.add.at(claims, rows[has], 1)
        yield from _broken(claims[:-1] == self.is_child, "case", "is not a follow-up of exactly one case")
        if self.n_bot_slots:
            delay = self.bot_return_after_ms
            has_child = (self.return_child >= 0)[:, None]
            ok = (delay == NEVER) | ((delay >= 1) & (delay <= MAX_DURATION_MS) & has_child)
            yield from _broken(
                ok.all(axis=1), "case", "bot_return_after_ms is not 1 ms to ten years with a child, or −1"
            )

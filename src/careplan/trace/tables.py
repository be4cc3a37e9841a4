"""The trace: what happened to every case and turn, as an engine or a real log leaves it.

Comes in: columns from an engine. Goes out: a frozen :class:`Trace`. Left out: any metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.columns import BoolArray, IntArray, digest_of, frozen
from careplan.errors import TableError

if TYPE_CHECKING:
    from careplan.provenance import Provenance


class Outcome(IntEnum):
    """How a case ended (RULES.md 7)."""

    OPEN = 0
    ANSWERED = 1
    CONTAINED = 2
    TRIAGED = 3
    ABANDONED = 4
    LAPSED = 5
    EXPIRED = 6
    UNBORN = 7


TRACE_CASE_COLUMNS: dict[str, str] = {
    "arrived_at": "when the customer first wrote, ms; follow-ups: their birth; −1 with outcome unborn",
    "outcome": "see Outcome",
    "ended_at": "end of the last turn, of the bot, or the instant of leaving or expiry; −1 while open",
    "lapsed_at": "when the customer of a message gave up although the message kept its place; −1 else",
    "bot_slot": "which of the queue's listed bots took the case, from 0; −1 none",
}
TRACE_TURN_COLUMNS: dict[str, str] = {
    "queued_at": "when the turn began to wait (backlog: 0); −1 if it never did",
    "started_at": "when work on it began; −1 if it never did",
    "ended_at": "when work on it ended; −1 if it never did",
    "agent_ix": "number of the agent who worked it; −1 none",
    "interrupted": "whether its start paused other work of that agent (rule 5.5, must interrupt)",
    "held_until": "end of the hold its agent kept for the next turn (5.2); the end of the run if still kept; −1 none",
}

_SMALLER = {
    "case_outcome": "int8",
    "case_bot_slot": "int8",
    "turn_agent_ix": "int32",
    "turn_interrupted": "bool",
}
_CASE = {f"case_{name}": np.dtype(_SMALLER.get(f"case_{name}", "int64")) for name in TRACE_CASE_COLUMNS}
_TURN = {f"turn_{name}": np.dtype(_SMALLER.get(f"turn_{name}", "int64")) for name in TRACE_TURN_COLUMNS}
"""Columns and what they are held in."""


@dataclass(frozen=True, eq=False)
class Trace:
    """What happened in one run of one workload on one roster.

    ``case_*`` columns have shape (n_cases,), ``turn_*`` columns (n_turns,), in the rows of the workload.
    Instants are int64 milliseconds from instant 0. Their meaning is in ``TRACE_CASE_COLUMNS`` and
    ``TRACE_TURN_COLUMNS``.
    """

    until: int
    case_arrived_at: IntArray
    case_outcome: IntArray
    case_ended_at: IntArray
    case_lapsed_at: IntArray
    case_bot_slot: IntArray
    turn_queued_at: IntArray
    turn_started_at: IntArray
    turn_ended_at: IntArray
    turn_agent_ix: IntArray
    turn_interrupted: BoolArray
    turn_held_until: IntArray
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        wrong = []
        for columns in (_CASE, _TURN):
            lengths = {}
            for name, dtype in columns.items():
                try:
                    column = frozen(getattr(self, name), dtype)
                except (ValueError, TypeError, OverflowError) as error:
                    wrong.append(f"column {name}: {error}")
                    continue
                object.__setattr__(self, name, column)
                lengths[name] = len(column)
            if len(set(lengths.values())) > 1:
                wrong.append(f"{next(iter(columns))[:5]} columns differ in length: {lengths}")
        if wrong:
            raise TableError("trace", wrong)

    @staticmethod
    def columns() -> tuple[str, ...]:
        """Names of all columns, cases first."""
        return (*_CASE, *_TURN)

    @property
    def digest(self) -> str:
        """SHA-256 over all columns: two equal digests are the same run, to the millisecond, agent and outcome."""
        parts: list[Any] = [str(self.until)]
        for name in self.columns():
            parts += [name, getattr(self, name)]
        return digest_of(parts)

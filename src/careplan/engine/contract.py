"""The rules of one world as columns of numbers: everything an engine needs beside customers and roster.

Comes in: a scenario (:func:`rules_of`), or plain tables (:class:`Queue`, :class:`Group`, :class:`Bot`).
Goes out: a checked, frozen :class:`Rules`, with calendar and units resolved to milliseconds and thousandths,
so that both engines read the same numbers and a kernel can read them at all.
Left out: random draws (the workload has them) and who is on duty (the roster).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from careplan.columns import MAX_DURATION_MS, NEVER, BoolArray, IntArray, digest_of, frozen
from careplan.errors import TableError

FULL_CAPACITY = 1_000_000
"""Units of an agent with capacity 1 (RULES.md 5.1)."""

MOST_CAPACITY = 2_000_000
"""So that units in use and an instant fit into one sortable integer of the compiled engine."""

ALWAYS_FROM = -(2**60)
ALWAYS_TO = 2**60
"""A window [ALWAYS_FROM, ALWAYS_TO) never closes."""

Windows = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Bot:
    """A bot and the windows [on, off), ms, in which it takes cases."""

    windows: Windows = ((ALWAYS_FROM, ALWAYS_TO),)


@dataclass(frozen=True)
class Queue:
    """How the cases of one queue wait, and what a turn of it takes; ``None`` means the default of its kind."""

    is_live: bool
    concurrency: int = 1
    hold: int | None = None
    """Thousandths of a turn's units kept while the customer thinks; live 1000, messages 0."""
    priority: int = 0
    returning_first: bool = False
    due_within_ms: int = 0
    withdraws: bool = False
    expires_after_ms: int = NEVER
    stick_for_ms: int | None = None
    """Live: −1 (endless); messages: 0, or −1 with ``keeps_owner``."""
    keeps_owner: bool = False
    interrupts: bool = False
    interruptible: bool | None = None
    """Messages yes, live no."""
    bots: tuple[str, ...] = ()
    takes: Windows = ((ALWAYS_FROM, ALWAYS_TO),)
    """Windows in which follow-ups may arrive (rule 7.5)."""


@dataclass(frozen=True)
class Group:
    """What the agents of a group can do."""

    skills: Mapping[str, int | tuple[int, int]]
    """Queue → rank, or (rank, speed in thousandths)."""
    capacity: int = FULL_CAPACITY
    pace: tuple[int, ...] = (1000,)
    """Thousandths with 1, 2, … turns in hand; past the end the last."""


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules as columns; queues, groups and bots in alphabetical order of their names.

    Columns by queue have shape (n_queues,), ``rank`` and ``speed`` (n_groups, n_queues), ``pace``
    (n_groups, longest table; rows padded with their last entry). Windows are flat, by bot or queue, through offsets.

    Raises
    ------
    TableError
        From :meth:`of`, with every requirement that does not hold.
    """

    queues: tuple[str, ...]
    groups: tuple[str, ...]
    bots: tuple[str, ...]
    is_live: BoolArray
    units: IntArray
    hold: IntArray
    priority: IntArray
    returning_first: BoolArray
    due_within_ms: IntArray
    withdraws: BoolArray
    expires_after_ms: IntArray
    stick_for_ms: IntArray
    keeps_owner: BoolArray
    interrupts: BoolArray
    interruptible: BoolArray
    queue_bots: IntArray
    """Bot rows in listed order, −1 past the end; shape (n_queues, n_slots)."""
    bot_start: IntArray
    bot_on: IntArray
    bot_off: IntArray
    takes_start: IntArray
    takes_from: IntArray
    takes_to: IntArray
    capacity: IntArray
    rank: IntArray
    """Skill rank, smaller first; −1 without the skill."""
    speed: IntArray
    pace: IntArray

    @classmethod
    def of(
        cls, queues: Mapping[str, Queue], groups: Mapping[str, Group], bots: Mapping[str, Bot] | None = None
    ) -> Rules:
        """Build rules from plain tables."""
        bots = bots or {}
        findings = _findings(queues, groups, bots)
        if findings:
            raise TableError("rules", findings)
        names, teams, robots = tuple(sorted(queues)), tuple(sorted(groups)), tuple(sorted(bots))
        q = [queues[name] for name in names]
        g = [groups[name] for name in teams]

        def column(values: object, dtype: str = "int64") -> Any:
            return frozen(np.array(values, dtype=dtype), dtype)

        def stick(queue: Queue) -> int:
            if queue.stick_for_ms is not None:
                return queue.stick_for_ms
            return NEVER if queue.is_live or queue.keeps_owner else 0

        slots = max((len(queue.bots) for queue in q), default=0)
        listed = np.full((len(q), slots), NEVER, dtype=np.int64)
        for i, queue in enumerate(q):
            listed[i, : len(queue.bots)] = [robots.index(name) for name in queue.bots]
        rank = np.full((len(g), len(q)), NEVER, dtype=np.int64)
        speed = np.full((len(g), len(q)), 1000, dtype=np.int64)
        longest = max((len(group.pace) for group in g), default=1)
        pace = np.array([[*group.pace, *[group.pace[-1]] * (longest - len(group.pace))] for group in g])
        for i, group in enumerate(g):
            for name, skill in group.skills.items():
                j = names.index(name)
                rank[i, j], speed[i, j] = skill if isinstance(skill, tuple) else (skill, 1000)
        bot_windows = [bots[name].windows for name in robots]
        taking = [queue.takes for queue in q]
        return cls(
            queues=names,
            groups=teams,
            bots=robots,
            is_live=column([x.is_live for x in q], "bool"),
            units=column([FULL_CAPACITY // x.concurrency for x in q]),
            hold=column([(1000 if x.is_live else 0) if x.hold is None else x.hold for x in q]),
            priority=column([x.priority for x in q]),
            returning_first=column([x.returning_first for x in q], "bool"),
            due_within_ms=column([x.due_within_ms for x in q]),
            withdraws=column([x.withdraws or x.is_live for x in q], "bool"),
            expires_after_ms=column([x.expires_after_ms for x in q]),
            stick_for_ms=column([stick(x) for x in q]),
            keeps_owner=column([x.keeps_owner for x in q], "bool"),
            interrupts=column([x.interrupts for x in q], "bool"),
            interruptible=column(
                [(not x.is_live if x.interruptible is None else x.interruptible) and not x.interrupts for x in q],
                "bool",
            ),
            queue_bots=column(listed),
            bot_start=column(np.cumsum([0, *map(len, bot_windows)])),
            bot_on=column([on for windows in bot_windows for on, _ in windows]),
            bot_off=column([off for windows in bot_windows for _, off in windows]),
            takes_start=column(np.cumsum([0, *map(len, taking)])),
            takes_from=column([opens for windows in taking for opens, _ in windows]),
            takes_to=column([closes for windows in taking for _, closes in windows]),
            capacity=column([x.capacity for x in g]),
            rank=column(rank),
            speed=column(speed),
            pace=column(pace.reshape(len(g), longest)),
        )

    @cached_property
    def most_bots(self) -> int:
        """Bots that one queue lists, at most."""
        return int((self.queue_bots >= 0).sum(axis=1).max(initial=0))

    @cached_property
    def may_interrupt(self) -> bool:
        """Whether any queue interrupts."""
        return bool(self.interrupts.any())

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and columns."""
        parts: list[Any] = []
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                parts += [name, value]
            elif name in ("queues", "groups", "bots"):
                parts += [name, "|".join(value)]
        return digest_of(parts)


def _findings(queues: Mapping[str, Queue], groups: Mapping[str, Group], bots: Mapping[str, Bot]) -> list[str]:
    """Return a sentence for every requirement of the rules that does not hold."""
    found = []

    def need(ok: bool, sentence: str) -> None:
        if not ok:
            found.append(sentence)

    for name, queue in queues.items():
        need(1 <= queue.concurrency <= FULL_CAPACITY, f"queue {name}: concurrency is {queue.concurrency}; expected ≥ 1")
        need(queue.hold is None or 0 <= queue.hold <= 1000, f"queue {name}: hold is {queue.hold}; expected 0 to 1000")
        need(abs(queue.priority) <= 10**6, f"queue {name}: priority is {queue.priority}; expected within ±1 000 000")
        for what in ("due_within_ms", "expires_after_ms", "stick_for_ms"):
            value = getattr(queue, what)
            lowest = 0 if what == "due_within_ms" else NEVER
            need(
                value is None or lowest <= value <= MAX_DURATION_MS,
                f"queue {name}: {what} is {value}; expected up to ten years",
            )
        need(
            not (queue.is_live and queue.expires_after_ms != NEVER),
            f"queue {name}: is live and expires; only messages expire",
        )
        need(
            not (queue.interrupts and not queue.is_live),
            f"queue {name}: interrupts and is no live queue; only live queues interrupt",
        )
        need(
            not (queue.interrupts and queue.interruptible),
            f"queue {name}: interrupts and is interruptible; an interrupting turn is not",
        )
        need(
            not (queue.keeps_owner and queue.is_live),
            f"queue {name}: is live and keeps owners; live conversations never lose theirs",
        )
        for listed in queue.bots:
            need(listed in bots, f"queue {name}: lists bot {listed!r}; known bots: {', '.join(bots) or 'none'}")
        found.extend(f"queue {name}: {why}" for why in _window_findings(queue.takes))
    for name, bot in bots.items():
        found.extend(f"bot {name}: {why}" for why in _window_findings(bot.windows))
    for name, group in groups.items():
        need(
            0 <= group.capacity <= MOST_CAPACITY,
            f"group {name}: capacity is {group.capacity}; expected 0 to {MOST_CAPACITY}",
        )
        need(
            bool(group.pace) and all(1 <= p <= 1000 for p in group.pace),
            f"group {name}: pace is {group.pace}; expected 1 to 1000",
        )
        for queue_name, skill in group.skills.items():
            rank, speed = skill if isinstance(skill, tuple) else (skill, 1000)
            need(queue_name in queues, f"group {name}: has skill {queue_name!r}; known queues: {', '.join(queues)}")
            need(0 <= rank <= 10**6, f"group {name}: rank for {queue_name} is {rank}; expected ≥ 0")
            need(1 <= speed <= 10_000, f"group {name}: speed for {queue_name} is {speed}; expected 1 to 10 000")
    return found


def _window_findings(windows: Windows) -> list[str]:
    found = [f"window [{a}, {b}) is empty" for a, b in windows if a >= b]
    found += [
        f"window [{c}, {d}) begins before [{a}, {b}) ends"
        for (a, b), (c, d) in zip(windows, windows[1:], strict=False)
        if c < b
    ]
    return found

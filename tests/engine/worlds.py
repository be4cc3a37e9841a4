"""Random worlds with every feature on, on clocks so coarse that ties abound.

Comes in: a source of choices, either Hypothesis (:func:`worlds`, which shrinks) or a seed (:func:`random_world`,
which is fast). Goes out: a :class:`~tests.engine.tiny.World`. Both walk the same code, so what one can build
the other can. ``test_worlds.py`` counts that everything here really happens.

All instants and durations are whole numbers of one tick (1, 10 or 50 ms) in small ranges; agents are few, so
that things wait. Only speed, pace and their rounding leave the ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

from careplan.columns import NEVER
from careplan.engine.contract import ALWAYS_FROM, ALWAYS_TO, Bot, Group, Queue
from tests.engine.tiny import Case, World

T = TypeVar("T")


class Choices(Protocol):
    """Where a world's luck comes from."""

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""

    def chance(self, percent: int) -> bool:
        """Return True that often."""

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options; the first is the simplest."""


class SeededChoices:
    """Choices from a numpy generator, drawn in blocks because single draws are slow."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._left: list[float] = []

    def _next(self) -> float:
        if not self._left:
            self._left = self._rng.random(1024).tolist()
        return self._left.pop()

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""
        return lowest + int(self._next() * (highest - lowest + 1))

    def chance(self, percent: int) -> bool:
        """Return True that often."""
        return self._next() * 100 < percent

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self._next() * len(options))]


class DrawnChoices:
    """Choices drawn through Hypothesis; smaller numbers and first options are simpler."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""
        return self._draw(st.integers(lowest, highest))

    def chance(self, percent: int) -> bool:
        """Return True that often."""
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options; the first is the simplest."""
        return options[self._draw(st.integers(0, len(options) - 1))]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a Hypothesis strategy of worlds."""
    return build_world(DrawnChoices(draw))


def random_world(seed: int) -> World:
    """Return the world of a seed; the same on every machine."""
    return build_world(SeededChoices(seed))


def build_world(luck: Choices) -> World:
    """Build one world from a source of choices."""
    tick = luck.pick((1, 1, 10, 50))
    span = luck.integer(10, 60)  # ticks in which customers arrive
    bots = {name: Bot(windows=_windows(luck, tick, span)) for name in ("lamp", "kettle")[: luck.integer(0, 2)]}
    queues = _queues(luck, tick, span, tuple(bots))
    groups = _groups(luck, tuple(queues))
    cases = _cases(luck, tick, span, queues)
    return World(
        queues=queues,
        groups=groups,
        spells=_spells(luck, tick, span, tuple(groups)),
        cases=cases,
        until=tick * luck.pick((3 * span, 2 * span, span, span // 2)) + luck.integer(0, 1),
        bots=bots,
    )


def _windows(luck: Choices, tick: int, span: int) -> tuple[tuple[int, int], ...]:
    """Return windows in which a bot works or a queue takes follow-ups; often for ever."""
    if luck.chance(40):
        return ((ALWAYS_FROM, ALWAYS_TO),)
    found, at = [], luck.integer(0, span // 2)
    for _ in range(luck.integer(0, 3)):
        ends = at + luck.integer(1, span // 2)
        found.append((tick * at, tick * ends))
        at = ends + luck.integer(0, span // 3)
    return tuple(found)


def _queues(luck: Choices, tick: int, span: int, bots: tuple[str, ...]) -> dict[str, Queue]:
    """Return two to five queues; names are in no order of kind, so that rows say nothing about rules."""
    turned = luck.integer(0, 4)
    names = ("mail", "chat", "phone", "app", "web", "mail", "chat", "phone", "app")[turned : turned + luck.integer(2, 5)]
    queues = {}
    for name in names:
        is_live = name in ("chat", "phone") or (name == "app" and luck.chance(50))
        interrupts = name == "phone" and luck.chance(75)
        common: dict[str, object] = {
            "is_live": is_live,
            "concurrency": luck.pick((1, 1, 2, 3, 4, 5, 6)),
            "hold": luck.pick((None, None, 0, 250, 333, 500, 1000)),
            "priority": luck.pick((0, 0, 0, 1, 2)),
            "returning_first": luck.chance(40),
            "due_within_ms": tick * luck.pick((0, 0, 1, 3, 8)),
            "interrupts": interrupts,
            "interruptible": False if interrupts else luck.pick((None, None, True, False)),
            "stick_for_ms": luck.pick((None, None, NEVER, 0, *(tick * k for k in (1, 2, 4, 8)))),
            "bots": _order(luck, bots),
            "takes": _windows(luck, tick, span),
        }
        if not is_live:
            common |= {
                "withdraws": luck.chance(20),
                "expires_after_ms": luck.pick((NEVER, NEVER, tick, 4 * tick, 9 * tick, 20 * tick)),
                "keeps_owner": luck.chance(50),
            }
        queues[name] = Queue(**common)  # type: ignore[arg-type]
    return queues


def _order(luck: Choices, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return none, some or all of the names, in either order."""
    kept = tuple(name for name in names if luck.chance(55))
    return kept[::-1] if luck.chance(50) else kept


def _groups(luck: Choices, queues: tuple[str, ...]) -> dict[str, Group]:
    groups = {}
    for name in ("care", "desk", "all")[: luck.integer(1, 3)]:
        skills = {}
        for queue in queues:
            if luck.chance(75):
                rank = luck.integer(0, 2)
                speed = luck.pick((1000, 1000, 1000, 500, 700, 1300, 3000))
                skills[queue] = rank if speed == 1000 else (rank, speed)
        groups[name] = Group(
            skills=skills,
            capacity=luck.pick((1_000_000,) * 5 + (500_000, 700_000, 1_500_000, 2_000_000, 0)),
            pace=luck.pick(((1000,), (1000,), (1000, 800), (1000, 900, 700), (900, 1000, 333), (1000, 500, 500, 250))),
        )
    return groups


def _spells(luck: Choices, tick: int, span: int, groups: tuple[str, ...]) -> list[tuple[str, int, int, int]]:
    """Return few agents: some always there, most in spells with gaps that begin and end on common edges."""
    spells = []
    edges = sorted({luck.integer(0, 2 * span) for _ in range(luck.integer(2, 7))})
    for group in groups:
        for ordinal in range(1, luck.integer(1, 3 if len(groups) == 1 else 2) + 1):
            if luck.chance(20):
                spells.append((group, ordinal, 0, tick * 4 * span))
                continue
            at = luck.integer(0, 3)
            for _ in range(luck.integer(1, 4)):
                # Half the ends fall on edges shared by all agents: one goes off as another comes on.
                later = [edge for edge in edges if edge > at]
                off = luck.pick(later) if later and luck.chance(50) else at + luck.integer(1, span)
                spells.append((group, ordinal, tick * at, tick * off))
                later = [edge for edge in edges if edge > off]
                at = luck.pick(later) if later and luck.chance(50) else off + luck.integer(1, 8)
    return spells


def _cases(luck: Choices, tick: int, span: int, queues: dict[str, Queue]) -> list[Case]:
    names = tuple(queues)
    busy = luck.pick((2, 3, 5))  # longest common work, ticks
    backlog = luck.chance(40)
    n_first = luck.integer(2, 26)
    arrivals = sorted(
        (luck.integer(-12, -1) if backlog and luck.chance(30) else luck.integer(0, span), luck.pick(names))
        for _ in range(n_first)
    )
    n_children = luck.pick((0, luck.integer(0, n_first), luck.integer(0, n_first)))
    rows: list[tuple[int | None, str]] = [(tick * at, queue) for at, queue in arrivals]
    rows += [(None, luck.pick(names)) for _ in range(n_children)]
    retry, back = _parents(luck, tick, span, n_first, n_children)
    return [
        _case(luck, tick, busy, queues, at, queue, retry.get(row), back.get(row))
        for row, (at, queue) in enumerate(rows)
    ]


def _parents(
    luck: Choices, tick: int, span: int, n_first: int, n_children: int
) -> tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]]:
    """Give every follow-up one parent: by retry, by coming back, or by either; a parent may have one of each."""
    retry: dict[int, tuple[int, int]] = {}
    back: dict[int, tuple[int, int]] = {}

    def delay() -> int:
        return tick * luck.integer(1, luck.pick((3, 8, max(3, span // 2))))

    for child in range(n_first, n_first + n_children):
        no_retry = [row for row in range(child) if row not in retry]
        no_back = [row for row in range(child) if row not in back]
        neither = [row for row in no_retry if row not in back]
        way = luck.pick(("retry", "back", "both"))
        if way == "both" and neither:
            row = luck.pick(neither)
            retry[row] = (child, delay())
            back[row] = (child, delay() if luck.chance(80) else NEVER)
        elif way == "retry" or not no_back:
            retry[luck.pick(no_retry)] = (child, delay())
        else:
            back[luck.pick(no_back)] = (child, delay() if luck.chance(80) else NEVER)
    return retry, back


def _case(
    luck: Choices,
    tick: int,
    busy: int,
    queues: dict[str, Queue],
    at: int | None,
    queue: str,
    retry: tuple[int, int] | None,
    back: tuple[int, int] | None,
) -> Case:
    rules = queues[queue]
    needs_reply = not luck.chance(8)
    n_turns = 1 if rules.interrupts or not needs_reply else luck.pick((1, 1, 2, 2, 3, 4))
    names = (queue, *(luck.pick(tuple(queues)) if luck.chance(25) else queue for _ in range(n_turns - 1)))
    slots = len(rules.bots)

    def work() -> int:
        return tick * luck.integer(1, busy if luck.chance(85) else 4 * busy)

    return Case(
        queue=queue,
        at=at,
        work=tuple(work() for _ in range(n_turns)),
        think=tuple(tick * luck.integer(1, luck.pick((2, 6))) for _ in range(n_turns - 1)),
        patience=tick * luck.integer(0, luck.pick((1, 5, 12))) if luck.chance(60) else NEVER,
        needs_reply=needs_reply,
        turn_queues=names if set(names) != {queue} else (),
        retry=retry,
        comes_back=back,
        bots=tuple(
            (tick * luck.integer(1, 6), luck.chance(35), tick * luck.integer(1, 8) if back and luck.chance(70) else NEVER)
            for _ in range(slots)
        ),
        work_after_bot=tuple(tuple(work() for _ in range(slots)) for _ in range(n_turns)) if slots else (),
    )

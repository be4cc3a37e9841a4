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


FEATURES = (
    "backlog", "bots", "capacity", "children", "expiry", "gaps", "hold", "interrupts", "order", "pace", "patience",
    "places", "priorities", "speed", "stick", "teams", "transfers", "triage", "turns",
)  # fmt: skip
"""What a world may do without. Engines have shorter ways where a feature is absent, and those are compared too."""

ONE_POOL = ("backlog", "capacity", "gaps", "pace", "patience", "speed", "triage")
"""What is left in a world of agents who are all alike and take one case at a time from one line."""

LARGE_EVERY = 30


def random_world(seed: int) -> World:
    """Return the world of a seed; the same on every machine. One in thirty is ten times as large."""
    return build_world(SeededChoices(seed), size=10 if seed % LARGE_EVERY == 0 else 1)


def build_world(luck: Choices, *, size: int = 1, ticks: tuple[int, ...] = (1, 1, 10, 50)) -> World:
    """Build one world from a source of choices, with up to 26 · size first contacts and 3 · size agents a group."""
    tick = luck.pick(ticks)
    span = luck.integer(10, 60)  # ticks in which customers arrive
    missing = luck.pick((0, 0, 0, 0, 10, 30, 80))  # percent of the features
    possible = ONE_POOL if luck.chance(12) else FEATURES
    has = frozenset(feature for feature in possible if not luck.chance(missing))
    names = ("lamp", "kettle")[: luck.integer(0, 2)] if "bots" in has else ()
    bots = {name: Bot(windows=_windows(luck, tick, span)) for name in names}
    queues = _queues(luck, tick, span, tuple(bots), has)
    groups = _groups(luck, tuple(queues), has)
    return World(
        queues=queues,
        groups=groups,
        spells=_spells(luck, tick, span, tuple(groups), size, has),
        cases=_cases(luck, tick, span, queues, size, has),
        until=tick * luck.pick((3 * span, 3 * span, 2 * span, span, span // 2)) + luck.integer(0, 1),
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


def _queues(luck: Choices, tick: int, span: int, bots: tuple[str, ...], has: frozenset[str]) -> dict[str, Queue]:
    """Return one to five queues; names are in no order of kind, so that rows say nothing about rules."""
    turned = luck.integer(0, 4)
    names = ("phone", "mail", "chat", "app", "web", "phone", "mail", "chat", "app")
    queues = {}
    for name in names[turned : turned + luck.pick((2, 3, 3, 4, 5, 1))]:
        is_live = name in ("chat", "phone") or (name == "app" and luck.chance(50))
        queue: dict[str, object] = {"is_live": is_live}
        interrupts = "interrupts" in has and name == "phone" and luck.chance(80)
        if "places" in has:
            queue["concurrency"] = luck.pick((1, 1, 2, 2, 3) if interrupts else (1, 1, 1, 2, 2, 3, 4, 5, 6))
        queue["takes"] = _windows(luck, tick, span)
        queue["bots"] = _order(luck, bots)
        if "interrupts" in has:
            queue["interrupts"] = interrupts
            queue["interruptible"] = False if interrupts else luck.pick((None, None, True, False))
        if "hold" in has:
            queue["hold"] = luck.pick((None, 0, 0, 250, 333, 500, 1000))
        if "priorities" in has:
            queue["priority"] = luck.pick((0, 0, 0, 1, 2, -1))
        if "order" in has:
            queue["returning_first"] = luck.chance(40)
            queue["due_within_ms"] = tick * luck.pick((0, 0, 1, 3, 8))
        if "stick" in has:
            finite = tuple(tick * k for k in (1, 1, 2, 2, 3, 3, 4, 6))
            queue["stick_for_ms"] = luck.pick((None, None, NEVER, 0, *finite))
        if not is_live:
            queue["withdraws"] = luck.chance(15)
            if "expiry" in has:
                queue["expires_after_ms"] = luck.pick((NEVER, NEVER, NEVER, tick, 4 * tick, 9 * tick, 20 * tick))
            if "stick" in has:
                queue["keeps_owner"] = luck.chance(50)
        queues[name] = Queue(**queue)  # type: ignore[arg-type]
    return queues


def _order(luck: Choices, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return none, some or all of the names, in either order."""
    kept = tuple(name for name in names if luck.chance(55))
    return kept[::-1] if luck.chance(50) else kept


def _groups(luck: Choices, queues: tuple[str, ...], has: frozenset[str]) -> dict[str, Group]:
    groups = {}
    for name in ("care", "desk", "all")[: luck.integer(1, 3) if "teams" in has else 1]:
        skills: dict[str, int | tuple[int, int]] = {}
        for queue in queues:
            if "teams" not in has or luck.chance(80):
                rank = luck.integer(0, 2)
                speed = luck.pick((1000, 1000, 1000, 500, 700, 1300, 3000)) if "speed" in has else 1000
                skills[queue] = rank if speed == 1000 else (rank, speed)
        full = (1_000_000,) * 7
        odd = (500_000, 700_000, 1_500_000, 2_000_000, 0)
        slow = ((1000,), (1000,), (1000, 800), (1000, 900, 700), (500, 1000), (900, 1000, 333), (1000, 500, 500, 250))
        groups[name] = Group(
            skills=skills,
            capacity=luck.pick(full + odd) if "capacity" in has else full[0],
            pace=luck.pick(slow) if "pace" in has else slow[0],
        )
    return groups


def _spells(
    luck: Choices, tick: int, span: int, groups: tuple[str, ...], size: int, has: frozenset[str]
) -> list[tuple[str, int, int, int]]:
    """Return few agents: some always there, most in spells with gaps that begin and end on common edges."""
    spells = []
    edges = sorted({luck.integer(0, 2 * span) for _ in range(luck.integer(3, 9))})

    def shared_edge_after(at: int) -> int | None:
        """Half the ends fall on edges shared by all agents, so that one goes off as another comes on."""
        later = [edge for edge in edges if edge > at]
        return luck.pick(later) if later and luck.chance(50) else None

    for group in groups:
        most = size * luck.pick((1, 2, 3) if len(groups) == 1 else (1, 2))
        for ordinal in range(1, luck.integer(1, most) + 1):
            if "gaps" not in has or luck.chance(12):
                spells.append((group, ordinal, 0, tick * 4 * span))
                continue
            at = luck.integer(0, 3)
            for _ in range(luck.integer(1, 6)):
                off = shared_edge_after(at) or at + luck.integer(1, luck.pick((span, span // 3)))
                spells.append((group, ordinal, tick * at, tick * off))
                at = shared_edge_after(off) or off + luck.integer(1, 8)
    return spells


def _cases(luck: Choices, tick: int, span: int, queues: dict[str, Queue], size: int, has: frozenset[str]) -> list[Case]:
    names = tuple(queues)
    busy = luck.pick((2, 4, 6))  # longest common work, ticks
    backlog = "backlog" in has and luck.chance(40)
    n_first = luck.integer(2, 26 * size)
    arrivals = sorted(
        (luck.integer(-12, -1) if backlog and luck.chance(30) else luck.integer(0, span), luck.pick(names))
        for _ in range(n_first)
    )
    n_children = luck.pick((0, luck.integer(0, n_first), luck.integer(n_first // 2, n_first)))
    if "children" not in has:
        n_children = 0
    rows: list[tuple[int | None, str]] = [(tick * at, queue) for at, queue in arrivals]
    rows += [(None, luck.pick(names)) for _ in range(n_children)]
    retry, back = _parents(luck, tick, span, n_first, n_children)
    return [
        _case(luck, tick, busy, queues, at, queue, retry.get(row), back.get(row), has)
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
    has: frozenset[str],
) -> Case:
    rules = queues[queue]
    needs_reply = not ("triage" in has and luck.chance(8))
    n_turns = luck.pick((1, 1, 2, 2, 3, 4)) if "turns" in has else 1
    if rules.interrupts or not needs_reply:
        n_turns = 1
    moves = 35 if "transfers" in has else 0
    names = (queue, *(luck.pick(tuple(queues)) if luck.chance(moves) else queue for _ in range(n_turns - 1)))
    slots = len(rules.bots)

    def work() -> int:
        return tick * luck.integer(1, busy if luck.chance(85) else 4 * busy)

    def bot() -> tuple[int, bool, int]:
        again = tick * luck.integer(1, 8) if back and luck.chance(70) else NEVER
        return tick * luck.integer(1, 6), luck.chance(30), again

    patience = NEVER
    if "patience" in has and luck.chance(60):
        patience = tick * luck.integer(0, luck.pick((1, 5, 12)))
    return Case(
        queue=queue,
        at=at,
        work=tuple(work() for _ in range(n_turns)),
        think=tuple(tick * luck.integer(1, luck.pick((2, 6))) for _ in range(n_turns - 1)),
        patience=patience,
        needs_reply=needs_reply,
        turn_queues=names if set(names) != {queue} else (),
        retry=retry,
        comes_back=back,
        bots=tuple(bot() for _ in range(slots)),
        work_after_bot=tuple(tuple(work() for _ in range(slots)) for _ in range(n_turns)) if slots else (),
    )

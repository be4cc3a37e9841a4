"""A world small enough to write down: queues, groups, spells and cases as plain values.

Comes in: what a test or a generator states. Goes out: :class:`World`, which plays on either engine and whose
``repr`` is the Python that builds it again, so that a failing random world can be pasted into a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property

from careplan.columns import NEVER
from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.engine.simulate import simulate
from careplan.roster import Roster
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True)
class Case:
    """One row of the workload and its turns.

    ``at`` is None for a follow-up. ``retry`` and ``comes_back`` are (row of the child, delay).
    ``turn_queues`` names the queue of every turn; empty: all in the case's own.
    ``bots`` has, for every bot the queue lists, (time, contains, delay of the return child);
    ``work_after_bot`` has, for every turn, the work after a hand-off by each listed bot; empty: as ``work``.
    """

    queue: str
    at: int | None
    work: int | tuple[int, ...]
    think: tuple[int, ...] = ()
    patience: int = NEVER
    needs_reply: bool = True
    turn_queues: tuple[str, ...] = ()
    retry: tuple[int, int] | None = None
    comes_back: tuple[int, int] | None = None
    bots: tuple[tuple[int, bool, int], ...] = ()
    work_after_bot: tuple[tuple[int, ...], ...] = ()

    @property
    def works(self) -> tuple[int, ...]:
        """Work of every turn."""
        return (self.work,) if isinstance(self.work, int) else self.work

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue of every turn."""
        return self.turn_queues or (self.queue,) * len(self.works)


@dataclass(frozen=True, repr=False)
class World:
    """Everything one run needs. Spells are (group, ordinal from 1, on, off)."""

    queues: Mapping[str, Queue]
    groups: Mapping[str, Group]
    spells: Sequence[tuple[str, int, int, int]]
    cases: Sequence[Case]
    until: int
    bots: Mapping[str, Bot] = field(default_factory=dict)

    def __repr__(self) -> str:
        return constructor(self)

    @cached_property
    def rules(self) -> Rules:
        """The rules as both engines read them."""
        return Rules.of(self.queues, self.groups, self.bots)

    @cached_property
    def roster(self) -> Roster:
        """Agents and spells."""
        return Roster.from_spells(self.spells, groups=tuple(self.groups))

    @cached_property
    def workload(self) -> Workload:
        """Cases and turns as columns."""
        return workload_of(self.cases, self.rules)

    @cached_property
    def is_one_pool(self) -> bool:
        """Whether the compiled engine has a shorter way for this world than its kernel."""
        from careplan.engine.fast.pool import suits

        return suits(self.workload, self.roster, self.rules)

    def play(self, engine: str) -> Trace:
        """Run the world on an engine; ``kernel`` is the compiled one without its shorter way for one pool."""
        if engine == "kernel":
            from careplan.engine.fast.run import Run

            run = Run(self.workload, self.roster, self.rules)
            run.go_on(self.until)
            return run.close()
        return simulate(self.workload, self.roster, self.rules, until=self.until, engine=engine)  # type: ignore[arg-type]


def workload_of(cases: Sequence[Case], rules: Rules) -> Workload:
    """Build the columns of plain cases."""
    row_of = {name: i for i, name in enumerate(rules.queues)}
    slots = rules.queue_bots.shape[1]
    no_bot = (1, False, NEVER)
    starts, turns = [0], []
    for case in cases:
        works = case.works
        after_bot = case.work_after_bot or tuple((work,) * slots for work in works)
        for i, work in enumerate(works):
            think = case.think[i] if i + 1 < len(works) else NEVER
            extra = (*after_bot[i], *(work,) * slots)[:slots]
            turns.append((row_of[case.queues[i]], work, think, extra))
        starts.append(len(turns))
    draws = [(*case.bots, *(no_bot,) * slots)[:slots] for case in cases]
    retry = [case.retry or (NEVER, NEVER) for case in cases]
    back = [case.comes_back or (NEVER, NEVER) for case in cases]
    columns = {
        "arrived_at": [0 if case.at is None else case.at for case in cases],
        "queue_ix": [row_of[case.queue] for case in cases],
        "turn_start": starts,
        "work_ms": [work for _, work, _, _ in turns],
        "needs_reply": [case.needs_reply for case in cases],
        "patience_ms": [case.patience for case in cases],
        "retry_child": [row for row, _ in retry],
        "retry_after_ms": [delay for _, delay in retry],
        "return_child": [row for row, _ in back],
        "return_after_ms": [delay for _, delay in back],
        "is_child": [case.at is None for case in cases],
        "turn_queue_ix": [queue for queue, _, _, _ in turns],
        "think_ms": [think for _, _, think, _ in turns],
    }
    if slots:
        columns["bot_ms"] = [[ms for ms, _, _ in row] for row in draws]
        columns["bot_contains"] = [[contains for _, contains, _ in row] for row in draws]
        columns["bot_return_after_ms"] = [[after for _, _, after in row] for row in draws]
        columns["work_after_bot_ms"] = [extra for _, _, _, extra in turns]
    return Workload(queues=rules.queues, **columns)  # type: ignore[arg-type]


def constructor(value: object, indent: int = 0) -> str:
    """Return the Python that builds ``value``; fields at their default are left out."""
    inner = " " * (indent + 4)
    if isinstance(value, World):
        shown = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name != "bots" or value.bots]
        return "World(\n" + "".join(f"{inner}{k}={constructor(v, indent + 4)},\n" for k, v in shown) + ")"
    if is_dataclass(value) and not isinstance(value, type):
        given = []
        for f in fields(value):
            is_set = getattr(value, f.name) != f.default
            if is_set:
                given.append(f"{f.name}={getattr(value, f.name)!r}")
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, Mapping):
        rows = (f"{inner}{k!r}: {constructor(v, indent + 4)},\n" for k, v in value.items())
        return "{\n" + "".join(rows) + " " * indent + "}"
    if isinstance(value, list | tuple) and value and isinstance(value[0], Case | tuple):
        return "[\n" + "".join(f"{inner}{constructor(v)},\n" for v in value) + " " * indent + "]"
    return repr(value)

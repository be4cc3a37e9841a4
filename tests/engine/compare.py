"""Two traces, column by column, and the smallest world in which two engines differ.

Comes in: traces of the same world. Goes out: nothing where they are equal, else words one can work with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from careplan.errors import TableError
from careplan.trace.tables import Trace
from tests.engine.tiny import Case, World


def difference(one: Trace, other: Trace, names: tuple[str, str] = ("reference", "compiled")) -> str | None:
    """Return where two traces first differ, in time, with every column of that row; None where they are equal."""
    rows: dict[tuple[str, int], int] = {}
    for column in Trace.columns():
        a, b = getattr(one, column), getattr(other, column)
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{column}: {names[0]} has {a.shape} {a.dtype}, {names[1]} {b.shape} {b.dtype}"
        table = column.split("_")[0]
        for row in np.flatnonzero(a != b).tolist():
            rows.setdefault((table, row), 0)
    if not rows:
        return None
    for table, row in rows:
        rows[table, row] = _earliest(one, other, table, row)
    (table, row), at = min(rows.items(), key=lambda item: (item[1], item[0]))
    lines = [f"{len(rows)} rows differ; first, at {at} ms: {table} {row}", f"  {'':>15} {names[0]:>12} {names[1]:>12}"]
    for column in (c for c in Trace.columns() if c.startswith(table)):
        a, b = getattr(one, column)[row], getattr(other, column)[row]
        lines.append(f"  {column.removeprefix(table + '_'):>15} {a!s:>12} {b!s:>12}{'   <' if a != b else ''}")
    return "\n".join(lines)


def _earliest(one: Trace, other: Trace, table: str, row: int) -> int:
    """Return the first instant at which a row of the traces differs; rows that differ in no instant come last."""
    instants = [
        int(value)
        for column in Trace.columns()
        if column.startswith(table) and column.endswith(("_at", "_until"))
        for value in {int(getattr(one, column)[row]), int(getattr(other, column)[row])}
        if getattr(one, column)[row] != getattr(other, column)[row] and value >= 0
    ]
    return min(instants, default=one.until)


def disagreement(world: World) -> str | None:
    """Return how the engines, or the two ways of the compiled one, differ on a world; None where they agree."""
    expected = world.play("reference")
    for name in ("compiled", "kernel") if world.is_one_pool else ("compiled",):
        found = difference(expected, world.play(name), ("reference", name))
        if found is not None:
            return f"the engines differ:\n{found}\non\n{world!r}"
    return None


def shrunk(world: World, is_bad: Callable[[World], bool], *, attempts: int = 3000) -> World:
    """Return a smaller world that is still bad: fewer cases, agents, turns and features, as long as that works."""
    tried = 0
    smaller = True
    while smaller and tried < attempts:
        smaller = False
        for candidate in _simpler(world):
            tried += 1
            try:
                bad = is_bad(candidate)
            except (TableError, ValueError):
                continue  # not a world at all
            if bad:
                world, smaller = candidate, True
                break
            if tried >= attempts:
                break
    return world


def _simpler(world: World):  # type: ignore[no-untyped-def]
    """Yield worlds one step simpler, the largest steps first."""
    cases = list(world.cases)
    for size in (8, 4, 2, 1):
        for first in range(0, len(cases), size):
            yield replace(world, cases=_without(cases, set(range(first, first + size))))
    for i in range(len(world.spells)):
        yield replace(world, spells=[*world.spells[:i], *world.spells[i + 1 :]])
    for i, case in enumerate(cases):
        for simple in _simpler_case(case):
            yield replace(world, cases=[*cases[:i], simple, *cases[i + 1 :]])
    for name in world.groups:
        if len(world.groups) > 1 and all(spell[0] != name for spell in world.spells):
            yield replace(world, groups={k: v for k, v in world.groups.items() if k != name})
    for part in ("queues", "groups", "bots"):
        table = getattr(world, part)
        for name, row in table.items():
            for field, default in vars(type(row)).items():
                if field in row.__dataclass_fields__ and getattr(row, field) != default and field != "is_live":
                    yield replace(world, **{part: {**table, name: replace(row, **{field: default})}})
    used = {name for case in cases for name in case.queues}
    for name in world.queues:
        if name not in used:
            groups = {
                g: replace(v, skills={q: s for q, s in v.skills.items() if q != name}) for g, v in world.groups.items()
            }
            yield replace(world, queues={q: v for q, v in world.queues.items() if q != name}, groups=groups)


def _without(cases: list[Case], gone: set[int]) -> list[Case]:
    """Drop rows, and the follow-ups that lose their only parent."""
    while True:
        claimed = {
            row
            for i, case in enumerate(cases)
            if i not in gone
            for row, _ in filter(None, (case.retry, case.comes_back))
        }
        orphans = {i for i, case in enumerate(cases) if case.at is None and i not in claimed} - gone
        if not orphans:
            break
        gone = gone | orphans
    new_row = {old: new for new, old in enumerate(i for i in range(len(cases)) if i not in gone)}

    def moved(link: tuple[int, int] | None) -> tuple[int, int] | None:
        return (new_row[link[0]], link[1]) if link and link[0] in new_row else None

    return [
        replace(case, retry=moved(case.retry), comes_back=moved(case.comes_back))
        for i, case in enumerate(cases)
        if i not in gone
    ]


def _simpler_case(case: Case):  # type: ignore[no-untyped-def]
    works = case.works
    if len(works) > 1:
        n = len(works) - 1
        yield replace(
            case,
            work=works[:n],
            think=case.think[: n - 1],
            turn_queues=case.turn_queues[:n],
            work_after_bot=case.work_after_bot[:n],
        )
    if case.turn_queues:
        yield replace(case, turn_queues=())
    if case.patience != -1:
        yield replace(case, patience=-1)
    if not case.needs_reply:
        yield replace(case, needs_reply=True)
